/**
 * What the ATS Trigger promises of every provider, as checks that throw. They know a provider by its entry in `test/providers` and by
 * the events that it declares, and let a recruiter work in the shared world while simulated time goes by.
 */
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { EVENTS, type EventName } from '../../../lib/ats/model';
import { useClock } from '../../../lib/clock';
import { forgetProcessState } from '../../../lib/poll/processState';
import * as actions from '../../../sandbox/actions.cts';
import { DAY, HOUR, ManualClock, MINUTE, SECOND } from '../../../sandbox/clock.cts';
import { startSandbox, type Sandbox } from '../../../sandbox/index.cts';
import type { Application } from '../../../sandbox/model.cts';
import type { World } from '../../../sandbox/world.cts';
import type { PollDeclaration, ProviderEntry } from '../../providers/entry.cts';
import { providerEntries } from '../../providers/index.cts';
import { deep } from '../../size.cts';
import { loadOptions, PollHost, StoredCredentials, type HostMode, type Poll } from '../harness/index.cts';
import { begin } from './sabotage.cts';

const BY = 'contract';

export interface Check {
	title: string;
	/** Undefined: this provider declares nothing of the kind. */
	applies(entry: ProviderEntry): boolean;
	run(entry: ProviderEntry): Promise<void>;
}

type Item = IDataObject & { event: string; eventId: string; applicationId: string | null; application: IDataObject | null; changes: Array<{ path: string; from: unknown; to: unknown }>; activity?: IDataObject };

export function pollOf({ provider, poll }: ProviderEntry): PollDeclaration {
	if (!poll) throw new Error(`${provider.label} is not described for this suite yet: add \`poll: { quietRequests, pageSize, list }\` to test/providers/${provider.name}.cts`);
	return poll;
}

/** A simulated service, a trigger that has read everything once, and the time they share. */
class Watch {
	private constructor(
		readonly entry: ProviderEntry,
		readonly sandbox: Sandbox,
		readonly clock: ManualClock,
		readonly trigger: PollHost,
	) {}

	static async run(entry: ProviderEntry, options: { applications?: number; parameters?: INodeParameters | ((world: World) => INodeParameters); credential?: object; silent?: boolean; host?: HostMode }, work: (watch: Watch) => Promise<void>): Promise<void> {
		const clock = new ManualClock();
		const restoreClock = useClock(clock);
		forgetProcessState();
		const { provider, simulator, settings = {} } = entry;
		const sandbox = await startSandbox({ seed: `contract of ${provider.name}`, clock, jobs: 4, applications: options.applications ?? 40, services: [simulator] });
		try {
			const credentials = entry.credentials(sandbox);
			const [type = ''] = Object.keys(credentials);
			Object.assign(credentials[type] ?? {}, options.credential);
			const models = Object.keys(provider.capabilities.models);
			const own = typeof options.parameters === 'function' ? options.parameters(sandbox.world) : (options.parameters ?? {});
			const parameters: INodeParameters = { provider: provider.name, models, simplify: false, ...settings, ...own, options: { ...Object(settings.options), ...Object(own.options) } };
			const watch = new Watch(entry, sandbox, clock, new PollHost('atsTrigger', parameters, { credentials: new StoredCredentials(credentials), host: options.host ?? 'memory' }));
			if (options.silent !== false) watch.same([await watch.activate(), await watch.emitted()], [[], []], 'the first read emits nothing');
			clock.advance(MINUTE);
			await work(watch);
			watch.same(sandbox.violations, [], "no request or answer breaks the vendor's description");
		} finally {
			restoreClock();
			await sandbox.close();
		}
	}

	get world(): World {
		return this.sandbox.world;
	}

	async activate(): Promise<Item[]> {
		return itemsOf(await this.trigger.activate());
	}

	async emitted(): Promise<Item[]> {
		return itemsOf(await this.trigger.tick());
	}

	/** Polls until nothing comes any more, a minute apart. */
	async allEmitted(): Promise<Item[]> {
		const found: Item[] = [];
		for (let poll = 0; poll < 20; poll++) {
			const items = await this.emitted();
			found.push(...items);
			if (items.length === 0 && poll > 0) return found;
			this.clock.advance(MINUTE);
		}
		throw new Error('The trigger emits without end');
	}

	/** An application that somebody works on, and that nothing else was done to. */
	active(nth = 0): Application {
		const found = this.world.applications.alive().filter(({ status }) => status === 'PENDING')[nth];
		if (!found) throw new Error('The world has no such application');
		return found;
	}

	otherStage(application: Application): string {
		const { stageIds } = this.world.jobs.need(application.jobId);
		const found = stageIds.find((id) => id !== application.stageId && !this.world.stages.need(id).hired);
		if (found === undefined) throw new Error('The job has no other stage');
		return found;
	}

	idOf(application: Application): string {
		return this.entry.applicationId?.(this.world, application) ?? application.id;
	}

	same(found: unknown, wanted: unknown, what: string): void {
		const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
		if (one !== other) throw new Error(`${this.entry.provider.label}: ${what}.\n  wanted ${String(other).slice(0, 600)}\n  found  ${String(one).slice(0, 600)}`);
	}
}

function itemsOf({ items, error }: Poll): Item[] {
	if (error) throw error;
	return (items ?? []).map(({ json }) => json as Item);
}

const NEWCOMER = { firstName: 'Nora', lastName: 'Newcomer', company: null, title: null, emails: [{ address: 'nora.newcomer@example.com', type: 'PERSONAL' as const }], phones: [], links: [], place: null, source: null, tagIds: [], consent: null };

/** What somebody does, and which events of that application it may bring besides the one that is looked for. */
interface Act {
	before?(watch: Watch, application: Application): void;
	act(watch: Watch, application: Application): Application | void;
	besides?: readonly EventName[];
	/** What the item must hold. */
	holds?(watch: Watch, application: Application, item: Item): void;
}

const statusOf = (item: Item) => (item.application?.['info'] as IDataObject | undefined)?.['status'];
const startsAt = ({ clock }: Watch, days: number) => clock.now() + days * DAY;
/** Somebody touches the application too: some vendors date it only then. */
const touch = ({ world }: Watch, application: Application) => world.change('application', application.id, { source: `touched ${world.journal.length}` }, BY);

const acts: Record<Exclude<EventName, 'activity.recorded'>, Act> = {
	'application.created': {
		act: ({ world }, { jobId }) => actions.apply(world, world.jobs.need(jobId), { candidate: NEWCOMER }, BY).application,
		holds: (watch, { jobId }, item) => watch.same([item.changes, typeof jobId], [[], 'string'], 'a new application has no changes'),
	},
	'application.stage_changed': {
		act: (watch, application) => actions.move(watch.world, application, watch.otherStage(application), BY),
		holds: (watch, application, item) => {
			const [change] = item.changes;
			const names = [change?.from, change?.to].map((stage) => (stage as IDataObject | null)?.['text'] ?? (stage as IDataObject | null)?.['name']);
			const { stageId } = watch.world.applications.need(application.id);
			watch.same([change?.path, names[1], names[0] !== names[1]], ['currentStage', watch.world.stages.need(stageId).name, true], 'a move says into which stage, and that it came from another');
			watch.same([Object(item.application?.['currentStage']).text, statusOf(item)], [names[1], 'ACTIVE'], 'the application is in that stage');
		},
	},
	'application.rejected': {
		act: ({ world }, application) => actions.reject(world, application, world.rejectionReasons.rows[0]?.id ?? null, null, BY),
		besides: ['application.stage_changed'],
		holds: (watch, _application, item) => watch.same(statusOf(item), 'REJECTED', 'a rejected application is rejected'),
	},
	'application.hired': {
		act: ({ world }, application) => actions.hire(world, application, BY),
		besides: ['application.stage_changed'],
		holds: (watch, _application, item) => watch.same(statusOf(item), 'HIRED', 'a hired application is hired'),
	},
	'application.reactivated': {
		before: ({ world }, application) => actions.reject(world, application, world.rejectionReasons.rows[0]?.id ?? null, null, BY),
		act: ({ world }, application) => actions.reactivate(world, application, BY),
		besides: ['application.stage_changed'],
		holds: (watch, _application, item) => watch.same(statusOf(item), 'ACTIVE', 'a reactivated application is active'),
	},
	'application.updated': {
		act: (watch, application) => {
			watch.world.change('candidate', application.candidateId, { firstName: 'Another', lastName: 'Name' }, BY);
			touch(watch, application);
		},
	},
	'application.deleted': { act: ({ world }, application) => actions.removeApplication(world, application, BY) },
	'interview.scheduled': {
		act: (watch, application) => {
			actions.schedule(watch.world, application, { title: 'Talk', startsAt: startsAt(watch, 5) }, BY);
			touch(watch, application);
		},
	},
	'interview.rescheduled': {
		before: (watch, application) => void actions.schedule(watch.world, application, { title: 'Talk', startsAt: startsAt(watch, 5) }, BY),
		act: (watch, application) => {
			actions.reschedule(watch.world, lastOf(watch.world.interviews.by('applicationId', application.id)), startsAt(watch, 6), BY);
			touch(watch, application);
		},
		holds: (watch, application, item) => {
			const { startsAt: to } = lastOf(watch.world.interviews.by('applicationId', application.id));
			const change = item.changes.find(({ path }) => path.endsWith('scheduledStart'));
			watch.same([String(change?.from) < String(change?.to), change?.to], [true, new Date(to).toISOString()], 'it says when it was, and when it is');
		},
	},
	'interview.completed': {
		before: (watch, application) => void actions.schedule(watch.world, application, { title: 'Talk', startsAt: watch.clock.now() - DAY, interviewerIds: watch.world.users.alive().slice(0, 1).map(({ id }) => id) }, BY),
		act: (watch, application) => {
			actions.completeInterview(watch.world, lastOf(watch.world.interviews.by('applicationId', application.id)), BY);
			touch(watch, application);
		},
	},
	'interview.cancelled': {
		before: (watch, application) => void actions.schedule(watch.world, application, { title: 'Talk', startsAt: startsAt(watch, 5) }, BY),
		act: (watch, application) => {
			actions.cancelInterview(watch.world, lastOf(watch.world.interviews.by('applicationId', application.id)), BY);
			touch(watch, application);
		},
	},
	'offer.created': {
		act: (watch, application) => {
			actions.offer(watch.world, application, BY);
			touch(watch, application);
		},
	},
	'offer.status_changed': {
		before: (watch, application) => void actions.offer(watch.world, application, BY),
		act: (watch, application) => {
			actions.setOffer(watch.world, lastOf(watch.world.offers.by('applicationId', application.id)), 'ACCEPTED', BY);
			touch(watch, application);
		},
	},
	'attachment.added': {
		act: (watch, application) => {
			actions.attach(watch.world, { candidateId: application.candidateId, applicationId: application.id }, { kind: 'OTHER', fileName: 'portfolio.pdf', contentType: 'application/pdf', bytes: Buffer.from('%PDF-1.4 file') }, BY);
			touch(watch, application);
		},
	},
};

function lastOf<T>(rows: readonly T[]): T {
	const found = rows.at(-1);
	if (found === undefined) throw new Error('There is nothing to change');
	return found;
}

/** Interviews, offers and files of its own would be events of their own. */
function clear(watch: Watch, application: Application): void {
	const { world } = watch;
	for (const interview of world.interviews.by('applicationId', application.id)) if (interview.deletedAt === null) world.remove('interview', interview.id, BY);
	for (const offer of world.offers.by('applicationId', application.id)) if (offer.deletedAt === null) world.remove('offer', offer.id, BY);
	touch(watch, application);
}

/** An event that only a full check sees comes with one of those of the next hours. Parts of an application may cost a call each: only where they are looked for. */
const everyHour = ({ provider }: ProviderEntry, event: EventName): INodeParameters => {
	const models = Object.keys(provider.capabilities.models);
	return { models: event.startsWith('application.') ? models.filter((model) => ['info', 'currentStage', 'rejection'].includes(model)) : models, options: { fullCheckHours: 1 } };
};

const emits = (event: Exclude<EventName, 'activity.recorded'>, act: Act): Check => ({
	title: `emits ${event} once, for the right application`,
	applies: ({ provider }) => provider.capabilities.events[event] !== undefined,
	run: async (entry) =>
		await Watch.run(entry, { applications: 12, parameters: everyHour(entry, event) }, async (watch) => {
			const subject = watch.active();
			clear(watch, subject);
			act.before?.(watch, subject);
			await watch.emitted();
			for (let hour = 0; hour < 2; hour++) {
				watch.clock.advance(70 * MINUTE);
				await watch.emitted();
			}
			const application = act.act(watch, subject) ?? subject;
			const found: Item[] = [];
			let after = 0;
			for (let poll = 0; poll < 8 && after < 2; poll++) {
				watch.clock.advance(poll === 0 ? MINUTE : 70 * MINUTE);
				found.push(...(await watch.emitted()));
				// Twice more: what was emitted is not emitted again.
				if (found.some((item) => item.event === event)) after++;
			}
			const allowed = new Set<string>([event, ...(event.startsWith('application.') ? [] : ['application.updated']), ...(act.besides ?? [])]);
			watch.same(found.filter((item) => item.event === event).map(({ applicationId }) => applicationId), [watch.idOf(application)], `${event} is emitted once, with the application's ID`);
			watch.same(found.filter((item) => !allowed.has(item.event) || item.applicationId !== watch.idOf(application)).map((item) => [item.event, item.applicationId]), [], `nothing else is emitted for ${event}`);
			const item = found.find((one) => one.event === event);
			if (item?.application) {
				const { id, provider, info } = item.application;
				watch.same([id, provider, Object(info).candidate !== null], [item.applicationId, entry.provider.name, true], 'the event shows the application, and whose it is');
			}
			if (item) act.holds?.(watch, application, item);
		}),
});

const recorded: Check = {
	title: 'emits activity.recorded once for each entry, as it is',
	applies: ({ provider }) => provider.capabilities.events['activity.recorded'] !== undefined,
	run: async (entry) =>
		await Watch.run(entry, {}, async (watch) => {
			const { number, id } = lastOf(watch.world.candidates.rows);
			watch.world.add('activity', { code: 'note', data: { note: 'Called' }, candidateId: id, jobId: null, userId: null }, BY);
			const found = await watch.allEmitted();
			watch.same(found.map(({ event, activity }) => [event, activity?.['data'], activity?.['candidateId']]), [['activity.recorded', { note: 'Called' }, String(number)]], 'one entry is one event');
		}),
};

const isFeed = ({ provider }: ProviderEntry) => provider.capabilities.events['application.created'] === undefined;
const paged = (entry: ProviderEntry) => pollOf(entry).pageSize !== undefined;
const sorted = (items: readonly Item[]) => items.map(({ applicationId }) => String(applicationId)).sort();

/** More changes than a page holds, and what became of them. */
async function manyChanges(watch: Watch): Promise<void> {
	const { pageSize = 30 } = pollOf(watch.entry);
	const { world } = watch;
	if (isFeed(watch.entry)) {
		const candidateId = lastOf(world.candidates.rows).id;
		const wanted = Array.from({ length: pageSize + 8 }, (_, nth) => `entry ${nth}`);
		for (const note of wanted) world.add('activity', { code: 'note', data: { note }, candidateId, jobId: null, userId: null }, BY);
		watch.same((await watch.allEmitted()).map(({ activity }) => Object(activity?.['data']).note).sort(), [...wanted].sort(), 'every entry is emitted once');
		return;
	}
	const moved = world.applications.alive().filter(({ status }) => status === 'PENDING').slice(0, pageSize + 8);
	for (const application of moved) actions.move(world, application, watch.otherStage(application), BY);
	watch.same(sorted((await watch.allEmitted()).filter(({ event }) => event === 'application.stage_changed')), moved.map((one) => watch.idOf(one)).sort(), 'every move is emitted once');
}

const manyApplications = (entry: ProviderEntry) => (isFeed(entry) ? 40 : Math.ceil((pollOf(entry).pageSize ?? 30) * 2.2) + 20);
/** In which somebody is. */
const wantedStage = (world: World): string => world.stages.need(world.applications.alive().find(({ status }) => status === 'PENDING')?.stageId ?? '').name;
const HOSTS = [['memory', 'n8n 2'], ['old', 'n8n 1.123'], ['scheduler', 'the scheduler'], ['durable', 'durable cursors']] as const satisfies ReadonlyArray<readonly [HostMode, string]>;
const noFullCheck: INodeParameters = { models: [], options: { fullCheckHours: 0 } };

export const checks: readonly Check[] = [
	...EVENTS.flatMap((event) => (event === 'activity.recorded' ? [recorded] : [emits(event, acts[event])])),
	{
		title: 'emits every application of a first read of several pages once, if it is asked to',
		applies: (entry) => !isFeed(entry),
		run: async (entry) =>
			await Watch.run(entry, { applications: manyApplications(entry), parameters: { ...noFullCheck, firstRun: 'everything', events: ['application.created'] }, silent: false }, async (watch) => {
				const wanted = watch.world.applications.alive().map((one) => watch.idOf(one)).sort();
				watch.same(sorted([...(await watch.activate()), ...(await watch.allEmitted())]), wanted, 'every application is emitted once');
			}),
	},
	{
		title: 'emits changes that fill several pages, each once',
		applies: () => true,
		run: async (entry) => await Watch.run(entry, { applications: manyApplications(entry), parameters: noFullCheck }, manyChanges),
	},
	{
		title: 'does not emit the deletion of an application that lives and that the full list forgets',
		applies: (entry) => entry.provider.capabilities.events['application.deleted'] !== undefined && pollOf(entry).listsAlone !== true,
		run: async (entry) =>
			await Watch.run(entry, { applications: 12, parameters: everyHour(entry, 'application.deleted') }, async (watch) => {
				const forgotten = watch.idOf(watch.active());
				const end = begin({ listed: (rows) => rows.filter(({ id }) => id !== forgotten) })(entry);
				try {
					for (let hour = 0; hour < 5; hour++) {
						watch.clock.advance(70 * MINUTE);
						watch.same((await watch.emitted()).map(({ event, applicationId, changes }) => [event, applicationId, changes]), [], 'nothing happened');
					}
				} finally {
					end();
				}
			}),
	},
	{
		title: 'loses nothing when the vendor no longer takes a cursor',
		applies: paged,
		run: async (entry) =>
			await Watch.run(entry, { applications: manyApplications(entry), parameters: noFullCheck }, async (watch) => {
				watch.sandbox.faults.next({ kind: 'expiredCursor' }, { service: entry.simulator, path: pollOf(entry).list, skip: 1 });
				await manyChanges(watch);
				watch.same(watch.sandbox.faults.waiting, 0, 'a cursor was refused');
			}),
	},
	{
		title: 'loses nothing when it is told to wait',
		applies: () => true,
		run: async (entry) =>
			await Watch.run(entry, { parameters: noFullCheck }, async (watch) => {
				watch.sandbox.faults.next({ kind: 'status', status: 429, retryAfter: 7 }, { service: entry.simulator, path: pollOf(entry).list, times: 2 });
				await manyChanges(watch);
				watch.same(watch.sandbox.faults.waiting, 0, 'it was told to wait');
			}),
	},
	{
		title: 'asks as often as declared when nothing happens, emits nothing and writes nothing',
		applies: () => true,
		run: async (entry) =>
			await Watch.run(entry, { parameters: noFullCheck }, async (watch) => {
				for (let poll = 0; poll < 5; poll++) {
					watch.same(await watch.emitted(), [], 'nothing happened');
					watch.clock.advance(10 * MINUTE);
				}
				const state = JSON.stringify(watch.trigger.staticData);
				const from = watch.sandbox.requests.length;
				watch.same(await watch.emitted(), [], 'nothing happened');
				const asked = watch.sandbox.requests.slice(from).map(({ method, path }) => `${method} ${path}`);
				const { quietRequests } = pollOf(entry);
				if (asked.length !== quietRequests) watch.same(asked, `${quietRequests} requests`, 'a quiet poll asks as often as declared');
				watch.same(JSON.stringify(watch.trigger.staticData), state, 'a quiet poll writes nothing');
			}),
	},
	{
		title: 'refuses to be switched on with a wrong key, says so, and shows no key',
		applies: () => true,
		run: async (entry) => {
			const wrong = 'wrong-key-7f3a9c';
			await Watch.run(entry, { credential: pollOf(entry).wrongKey?.(wrong) ?? { apiKey: wrong }, silent: false }, async (watch) => {
				const { error } = await watch.trigger.activate();
				const said = error ? `${error.name}: ${error.message} ${String(Reflect.get(error, 'description'))}` : 'nothing';
				watch.same([/^Node(Api|Operation)Error: /.test(said), /key|token|credential|client/i.test(said), JSON.stringify(error ?? {}).includes(wrong)], [true, true, false], `a wrong key is refused in plain words, it said "${said.slice(0, 300)}"`);
			});
		},
	},
	{
		title: 'takes a stage that gets another name for no move',
		applies: (entry) => !isFeed(entry) && pollOf(entry).stagesAreNames !== true,
		run: async (entry) =>
			await Watch.run(entry, { applications: 12, parameters: noFullCheck }, async (watch) => {
				const subject = watch.active();
				const { name } = watch.world.stages.need(subject.stageId);
				for (const stage of watch.world.stages.alive().filter((one) => one.name === name)) watch.world.change('stage', stage.id, { name: 'Renamed' }, BY);
				touch(watch, subject);
				watch.same((await watch.allEmitted()).filter(({ event }) => event !== 'application.updated'), [], 'nobody was moved');
			}),
	},
	{
		title: 'emits nothing of a move that was taken back between two polls, and each step of one over several polls',
		applies: (entry) => !isFeed(entry),
		run: async (entry) =>
			await Watch.run(entry, { applications: 12, parameters: noFullCheck }, async (watch) => {
				const { id, stageId } = watch.active();
				const other = watch.otherStage(watch.active());
				const move = (to: string) => actions.move(watch.world, watch.world.applications.need(id), to, BY);
				move(other);
				move(stageId);
				watch.same((await watch.allEmitted()).map(({ event }) => event), [], 'nothing is different');
				const seen: Item[] = [];
				for (const to of [other, stageId, other, stageId]) {
					move(to);
					seen.push(...(await watch.allEmitted()));
				}
				watch.same([seen.map(({ event }) => event), new Set(seen.map(({ eventId }) => eventId)).size], [Array.from({ length: 4 }, () => 'application.stage_changed'), 4], 'each step is an event of its own');
			}),
	},
	{
		title: 'emits, with a filter for a stage, moves out of it and into it and nothing else',
		applies: (entry) => !isFeed(entry),
		run: async (entry) =>
			await Watch.run(entry, { parameters: (world) => ({ ...noFullCheck, events: ['application.stage_changed'], filters: { stages: [wantedStage(world)] } }) }, async (watch) => {
				const { world } = watch;
				const wanted = wantedStage(world);
				const nameOf = (stageId: string) => world.stages.need(stageId).name;
				const open = world.applications.alive().filter(({ status }) => status === 'PENDING');
				const expected: string[] = [];
				for (const [nth, application] of open.entries()) {
					const targets = world.jobs.need(application.jobId).stageIds.filter((id) => id !== application.stageId && !world.stages.need(id).hired);
					const target = targets.find((id) => (nameOf(id) === wanted) === (nth % 2 === 0)) ?? targets[0];
					if (target === undefined) continue;
					if ([application.stageId, target].some((id) => nameOf(id) === wanted)) expected.push(watch.idOf(application));
					actions.move(world, application, target, BY);
				}
				watch.same([expected.length > 0, expected.length < open.length], [true, true], 'some moves fit and some do not');
				watch.same(sorted(await watch.allEmitted()), expected.sort(), 'the moves that fit are emitted');
			}),
	},
	{
		title: 'emits all that happened to an application as one item, if it is asked to',
		applies: (entry) => entry.provider.capabilities.events['application.hired'] !== undefined,
		run: async (entry) =>
			await Watch.run(entry, { applications: 12, parameters: { ...noFullCheck, output: 'perApplication' } }, async (watch) => {
				const application = watch.active();
				actions.hire(watch.world, application, BY);
				const found = await watch.allEmitted();
				watch.same(found.map(({ applicationId }) => applicationId), [watch.idOf(application)], 'one application is one item');
				watch.same((found[0]?.events as Item[]).map(({ event }) => event), ['application.stage_changed', 'application.hired'], 'it holds the move and the hire');
			}),
	},
	{
		title: 'shows real records as examples in a test, an example of a move between two stages of the job, and remembers nothing',
		applies: () => true,
		run: async (entry) =>
			await Watch.run(entry, { parameters: noFullCheck }, async (watch) => {
				const before = JSON.stringify(watch.trigger.saved);
				const found = itemsOf(await watch.trigger.test());
				const known = new Map(watch.world.applications.rows.map((one) => [watch.idOf(one), one]));
				watch.same(found.map(({ example }) => example), found.map(() => true), 'each is an example');
				watch.same([found.length > 0, JSON.stringify(watch.trigger.saved)], [true, before], 'there are some, and nothing is remembered');
				if (isFeed(entry)) return;
				watch.same(found.filter(({ applicationId }) => !known.has(String(applicationId))), [], 'each is of an application that there is');
				for (const { applicationId, changes } of found.filter(({ event }) => event === 'application.stage_changed')) {
					const { jobId, stageId } = known.get(String(applicationId)) ?? watch.active();
					const [from, to] = [changes[0]?.from, changes[0]?.to].map((stage) => String(Object(stage).text));
					watch.same([typeof Object(changes[0]?.from).id, Object(changes[0]?.from).id !== Object(changes[0]?.to).id], ['string', true], 'both stages have an ID');
					const names = watch.world.jobs.need(jobId).stageIds.map((id) => watch.world.stages.need(id).name);
					watch.same([to, from !== to, names.includes(from ?? '')], [watch.world.stages.need(stageId).name, true, true], 'it moved from another stage of its job');
				}
			}),
	},
	{
		title: 'refuses to be switched on for events that it cannot emit, and says who can; among others they do no harm',
		applies: ({ provider }) => EVENTS.some((event) => provider.capabilities.events[event] === undefined),
		run: async (entry) => {
			const { label, capabilities } = entry.provider;
			const [able, unable] = [isFeed(entry) ? 'activity.recorded' : 'application.stage_changed', EVENTS.filter((event) => capabilities.events[event] === undefined)];
			await Watch.run(entry, { parameters: { events: unable }, silent: false }, async (watch) => {
				const { error } = await watch.trigger.activate();
				watch.same([error?.message.startsWith(`${label} cannot emit "`), /^Choose other events, or another provider: .+ can\.$/.test(String(Reflect.get(error ?? {}, 'description')))], [true, true], `events that it cannot emit are refused, it said "${error?.message}"`);
			});
			await Watch.run(entry, { parameters: { ...noFullCheck, events: [able, ...unable] } }, async (watch) => {
				if (isFeed(entry)) return await manyChanges(watch);
				actions.move(watch.world, watch.active(), watch.otherStage(watch.active()), BY);
				watch.same((await watch.allEmitted()).map(({ event }) => event), [able], 'the other event is emitted');
			});
		},
	},
	{
		title: 'lists jobs and stages to choose from',
		applies: (entry) => !isFeed(entry),
		run: async (entry) =>
			await Watch.run(entry, { applications: 2, parameters: noFullCheck }, async (watch) => {
				const listed = async (method: string) => (await loadOptions('atsTrigger', method, { provider: entry.provider.name, ...entry.settings }, { credentials: entry.credentials(watch.sandbox) })).map(({ name }) => name.replace(/ (\(\d+ jobs\)|· .*)$/, ''));
				const { jobs, stages } = watch.world;
				watch.same((await listed('loadJobs')).sort(), jobs.alive().map(({ title }) => title).sort(), 'every job is listed');
				watch.same(stages.alive().map(({ name }) => name).filter((name, at, all) => all.indexOf(name) === at).length > 0 && (await listed('loadStageNames')).length > 0, true, 'stages are listed');
			}),
	},
	...HOSTS.map(([host, name], at): Check => ({
		title: `begins again where it stopped after n8n was killed, and after it was switched off and on (${name})`,
		// `npm test`: in one of the ways in which hosts keep state, by turns; deep: in all.
		applies: (entry) => deep || at === providerEntries.indexOf(entry) % HOSTS.length,
		run: async (entry) =>
			await Watch.run(entry, { parameters: noFullCheck, host }, async (watch) => {
				watch.trigger.deactivate();
				watch.trigger.crash();
				forgetProcessState();
				watch.clock.advance(HOUR);
				if (isFeed(entry)) return await manyChanges(watch);
				const { id } = watch.active();
				for (const again of [async () => await watch.activate(), async () => itemsOf(await watch.trigger.restart())]) {
					const application = watch.world.applications.need(id);
					actions.move(watch.world, application, watch.otherStage(application), BY);
					watch.clock.advance(30 * SECOND);
					const found = [...(await again()), ...(await watch.allEmitted())];
					watch.same(found.map(({ event, applicationId }) => [event, applicationId]), [['application.stage_changed', watch.idOf(application)]], 'what happened meanwhile is emitted once');
					watch.trigger.deactivate();
				}
			}),
	})),
	{
		title: 'emits of a first read the applications of the last days only, if it is asked to',
		applies: (entry) => !isFeed(entry),
		run: async (entry) =>
			await Watch.run(entry, { parameters: { ...noFullCheck, firstRun: 'lookBack', lookBackDays: 30, events: ['application.created'] }, silent: false }, async (watch) => {
				const found = [...(await watch.activate()), ...(await watch.allEmitted())];
				const days = (createdAt: number) => (watch.clock.now() - createdAt) / DAY;
				// Some date to the day.
				const [must, may] = [29, 31].map((most) => watch.world.applications.alive().filter(({ createdAt }) => days(createdAt) < most).map((one) => watch.idOf(one)));
				const ids = sorted(found);
				watch.same([ids.length > 0, ids.length < watch.world.applications.alive().length, must?.filter((id) => !ids.includes(id)), ids.filter((id) => may?.includes(id) !== true)], [true, true, [], []], 'the applications of the last 30 days are emitted');
			}),
	},
];
