import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Application } from '../../lib/ats/model';
import { useClock } from '../../lib/clock';
import { ManualClock, MINUTE } from '../../sandbox/clock.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { PollHost, runNode } from './harness/index.cts';
import { providerEntries, type ProviderEntry } from '../providers/index.cts';
import { size } from '../size.cts';

/*
 * One world, same answer: what two providers show of the same world must be the same wherever both show it. Ids aside,
 * since each has its own; a null or NOT_SPECIFIED is "not told"; times at the coarser grain.
 */

const WORLDS = Number(process.env['WORLDS'] ?? size(3, 60));
const compared = providerEntries.filter(({ provider }) => provider.capabilities.events['application.stage_changed'] !== undefined);
const pairs = compared.flatMap((one, at) => compared.slice(at + 1).map((other) => [one, other] as const));
const parametersOf = ({ provider, settings = {} }: ProviderEntry, more: INodeParameters): INodeParameters => ({ provider: provider.name, ...settings, ...more, options: { ...Object(settings.options), ...Object(more.options) } });

type Shown = Application & { job: string };

async function everything(one: ProviderEntry, sandbox: Sandbox, resource: string, parameters = {}): Promise<IDataObject[]> {
	const { json, error } = await runNode('ats', parametersOf(one, { resource, operation: 'getAll', returnAll: true, simplify: false, ...parameters }), { credentials: one.credentials(sandbox) });
	if (error) throw error;
	return json;
}

async function jobTitles(one: ProviderEntry, sandbox: Sandbox): Promise<Map<string, string>> {
	const jobs = await everything(one, sandbox, 'job');
	return new Map(jobs.map((job) => [String(job['id']), String((job['info'] as IDataObject)['title'])]));
}

/** What is compared costs calls of its own at some services: it has to be asked for. */
const modelsOf = ({ provider }: ProviderEntry) => ['info', 'currentStage', 'interviews', 'rejection', 'offers'].filter((model) => model in provider.capabilities.models);

async function applicationsOf(one: ProviderEntry, sandbox: Sandbox): Promise<Map<string, Shown>> {
	const titles = await jobTitles(one, sandbox);
	const applications = (await everything(one, sandbox, 'application', { models: modelsOf(one) })) as unknown as Application[];
	return keyed(applications, titles);
}

/** By person, job and day: a person may apply to the same job more than once. */
function keyed(applications: readonly Application[], titles: ReadonlyMap<string, string>): Map<string, Shown> {
	const sorted = applications.map((application) => ({ ...application, job: titles.get(application.info?.jobId ?? '') ?? '?' })).sort((a, b) => String(a.info?.appliedAt).localeCompare(String(b.info?.appliedAt)));
	const found = new Map<string, Shown>();
	for (const application of sorted) {
		const key = personAndJob(application);
		for (let nth = 1; ; nth++) {
			if (found.has(`${key} ${nth}`)) continue;
			found.set(`${key} ${nth}`, application);
			break;
		}
	}
	return found;
}

const personAndJob = ({ info, job }: Shown) => `${info?.candidate?.emails?.[0]?.email?.toLowerCase() ?? `${info?.candidate?.firstName} ${info?.candidate?.lastName}`} / ${job}`;

/** Where a service has no word for an interview that was called off, it is gone. */
const keepsCancelled = ({ hidesCancelled }: ProviderEntry) => hidesCancelled !== true;

/** What is compared of an application. `movesAway`: who is rejected stands in a stage of its own at one of the two; `calledOff`: both list interviews that were. */
function facts({ info, currentStage, interviews, rejection, offers }: Shown, movesAway: boolean, calledOff: boolean): Record<string, unknown> {
	return {
		status: info?.status,
		firstName: info?.candidate?.firstName,
		lastName: info?.candidate?.lastName,
		emails: info?.candidate?.emails?.map(({ email }) => email?.toLowerCase()).sort(),
		appliedAt: info?.appliedAt,
		origin: info?.origin,
		stage: movesAway && info?.status === 'REJECTED' ? null : currentStage?.text,
		interviews: interviews?.filter(({ status }) => calledOff || status !== 'CANCELLED').map(({ subject, scheduledStart, scheduledEnd, status }) => [scheduledStart, scheduledEnd, subject, status === 'CANCELLED' ? status : 'SCHEDULED'].join(' ')).sort(),
		rejectionReason: rejection?.text,
		rejectedAt: rejection?.rejectedAt,
		offers: offers?.map(({ status }) => status).sort(),
	};
}

const isUnknown = (value: unknown) => value === null || value === undefined || value === 'NOT_SPECIFIED';
const isDay = (value: unknown) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T00:00:00\.000Z$/.test(value);

const inSeconds = (text: string) => text.replace(/(T\d\d:\d\d:\d\d)\.\d{3}Z/g, '$1.000Z');

function differences(a: Record<string, unknown>, b: Record<string, unknown>): string[] {
	return Object.keys(a).flatMap((name) => {
		let [one, other] = [a[name], b[name]];
		if (isUnknown(one) || isUnknown(other)) return [];
		if (isDay(one) || isDay(other)) [one, other] = [String(one).slice(0, 10), String(other).slice(0, 10)];
		// Of a word that one of them does not know only the count says something.
		if (Array.isArray(one) && Array.isArray(other) && [...one, ...other].includes('NOT_SPECIFIED')) [one, other] = [one.length, other.length];
		const [left, right] = [JSON.stringify(one), JSON.stringify(other)];
		return left === right || (inSeconds(left) === inSeconds(right) && (left === inSeconds(left) || right === inSeconds(right))) ? [] : [`${name}: ${left} and ${right}`];
	});
}

const worlds = Array.from({ length: WORLDS }, (_, nth) => `world ${nth}`);
const clock = new ManualClock();
let restoreClock: () => void;
beforeAll(() => void (restoreClock = useClock(clock)));
afterAll(() => restoreClock());

const startWorld = async (seed: string) => await startSandbox({ clock, seed, jobs: 2, applications: 8, services: compared.map(({ simulator }) => simulator), validate: false, rate: false });

test(`applications read through any two of ${compared.map(({ provider }) => provider.label).join(', ')} are the same, in ${WORLDS} worlds`, async () => {
	for (const seed of worlds) {
		const sandbox = await startWorld(seed);
		for (let steps = 0; steps < 10; steps++) sandbox.recruiter.step();
		const shown = new Map<ProviderEntry, Map<string, Shown>>();
		for (const one of compared) shown.set(one, await applicationsOf(one, sandbox));
		await sandbox.close();
		for (const [one, other] of pairs) {
			const [a, b] = [shown.get(one) ?? new Map<string, Shown>(), shown.get(other) ?? new Map<string, Shown>()];
			const where = `${seed}, ${one.provider.label} and ${other.provider.label}`;
			expect([where, [...a.keys()].sort()]).toEqual([where, [...b.keys()].sort()]);
			const movesAway = one.rejectionMoves === true || other.rejectionMoves === true;
			const calledOff = keepsCancelled(one) && keepsCancelled(other);
			for (const [key, application] of a) expect([where, key, differences(facts(application, movesAway, calledOff), facts(b.get(key) as Shown, movesAway, calledOff))]).toEqual([where, key, []]);
		}
	}
});

/** Emitted for all that compare, as events of their own; a hire, a rejection and a move may come in one step. */
const EVENTS = ['application.created', 'application.stage_changed', 'application.rejected', 'application.hired', 'application.reactivated', 'interview.scheduled', 'interview.rescheduled', 'interview.cancelled', 'offer.created', 'offer.status_changed'] as const;

interface Emitted {
	key: string;
	event: string;
	text: string;
	/** Of the poll: what happened between two polls is one step. */
	round: number;
	status: string | undefined;
}

/** Without the moves that come with a rejection where it is a move, or with taking it back. */
function withoutOutcomeMoves(list: readonly Emitted[]): readonly Emitted[] {
	const reactivated = (one: Emitted) => list.some(({ key, round, event }) => key === one.key && round === one.round && event === 'application.reactivated');
	return list.filter((one) => one.event !== 'application.stage_changed' || (one.status !== 'REJECTED' && !reactivated(one)));
}

function emittedOf(items: Array<{ json: IDataObject }>, titles: ReadonlyMap<string, string>, round: number): Emitted[] {
	return items.map(({ json }) => {
		const application = json['application'] as unknown as Application;
		const changes = json['changes'] as Array<{ path: string; from?: { text?: string }; to?: { text?: string } }>;
		const [move] = changes;
		return {
			key: personAndJob({ ...application, job: titles.get(application.info?.jobId ?? '') ?? '?' }),
			event: String(json['event']),
			round,
			status: application.info?.status,
			text: json['event'] === 'application.stage_changed' ? `${move?.from?.text} -> ${move?.to?.text}` : '',
		};
	});
}

test(`the events found through any two of them from one history are the same and in the same order, in ${WORLDS} worlds`, async () => {
	let events = 0;
	for (const seed of worlds) {
		const sandbox = await startWorld(`${seed} with a history`);
		sandbox.recruiter.steps = sandbox.recruiter.steps.filter(([step]) => !['note', 'tag', 'edit', 'delete', 'complete'].includes(step));
		const triggers = compared.map((one) => new PollHost('atsTrigger', parametersOf(one, { simplify: false, models: modelsOf(one), options: { fullCheckHours: 0 } }), { credentials: one.credentials(sandbox) }));
		for (const trigger of triggers) for (const poll of [await trigger.activate(), await trigger.tick()]) if (poll.error) throw poll.error;
		const emitted = new Map<ProviderEntry, Emitted[]>(compared.map((one) => [one, []]));
		const titles = new Map<ProviderEntry, Map<string, string>>();
		for (const one of compared) titles.set(one, await jobTitles(one, sandbox));
		for (let round = 0; round < 3; round++) {
			clock.advance(MINUTE);
			for (let steps = 0; steps < 4; steps++) sandbox.recruiter.step();
			clock.advance(MINUTE);
			for (const [at, one] of compared.entries()) {
				const poll = await triggers[at]?.tick();
				if (poll?.error) throw poll.error;
				emitted.get(one)?.push(...emittedOf(poll?.items ?? [], titles.get(one) ?? new Map(), round));
			}
		}
		await sandbox.close();
		for (const list of emitted.values()) events += list.length;
		for (const [one, other] of pairs) {
			const emits = ({ provider, lateEvents = [] }: ProviderEntry, event: (typeof EVENTS)[number]) => provider.capabilities.events[event] !== undefined && !lateEvents.includes(event);
			const both = EVENTS.filter((event) => emits(one, event) && emits(other, event));
			// What else happened to an interview that is gone since is seen by one of the two only.
			const vanished = new Set(keepsCancelled(one) && keepsCancelled(other) ? [] : [one, other].flatMap((of) => emitted.get(of) ?? []).filter(({ event }) => event === 'interview.cancelled').map(({ key }) => key));
			// Where one of the two does not know what a status means, it says so and no more.
			const vague = new Set([one, other].flatMap((of) => emitted.get(of) ?? []).filter(({ status }) => isUnknown(status)).map(({ key }) => key));
			const history = (of: ProviderEntry) => {
				const byApplication: Record<string, string[]> = {};
				const all = emitted.get(of) ?? [];
				for (const { key, event, text } of one.rejectionMoves === true || other.rejectionMoves === true ? withoutOutcomeMoves(all) : all) if (both.some((wanted) => wanted === event) && !vague.has(key) && !(event.startsWith('interview.') && vanished.has(key))) (byApplication[key] ??= []).push(`${event} ${text}`.trim());
				return Object.entries(byApplication).sort(([a], [b]) => a.localeCompare(b));
			};
			const where = `${seed}, ${one.provider.label} and ${other.provider.label}`;
			expect([where, history(one)]).toEqual([where, history(other)]);
		}
	}
	// Twelve steps a world, seen by three: a history that emits nothing would prove nothing.
	expect(events).toBeGreaterThan(WORLDS * 12);
});
