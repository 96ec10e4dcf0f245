import type { INodeParameters } from 'n8n-workflow';

import { startSandbox, ManualClock, type Sandbox } from '../../sandbox/index.cts';
import * as actions from '../../sandbox/actions.cts';
import type { Application } from '../../sandbox/model.cts';
import { DAY, MINUTE } from '../../sandbox/clock.cts';
import { useClock } from '../../lib/clock';
import { entry } from '../providers/ashby.cts';
import { PollHost, runNode } from './harness/index.cts';

/* What is particular to Ashby: failures that come as 200, a rejection that is a move, mails that nobody asked for, sync tokens. */

const BY = 'test';
let sandbox: Sandbox;
let clock: ManualClock;
let restoreClock: () => void;

beforeEach(async () => {
	clock = new ManualClock();
	restoreClock = useClock(clock);
	sandbox = await startSandbox({ jobs: 4, applications: 40, services: ['ashby'], seed: 'ashby', clock });
});
afterEach(async () => {
	restoreClock();
	expect(sandbox.violations).toEqual([]);
	await sandbox.close();
});

const id = (value: unknown) => ({ __rl: true, mode: 'id', value: String(value) });
const credentials = () => entry.credentials(sandbox);
const run = async (parameters: INodeParameters) => await runNode('ats', { provider: 'ashby', simplify: false, options: {}, ...parameters }, { credentials: credentials() });
const paths = (from = 0) => sandbox.requests.slice(from).map(({ path }) => path.slice(1));
const rights = async (body: object) => await sandbox.control('ashby/rights', body);
const world = () => sandbox.world;
const active = (nth = 0): Application => world().applications.rows.filter(({ status, deletedAt }) => status === 'PENDING' && deletedAt === null)[nth] as Application;
const otherStage = ({ jobId, stageId }: Application): string => world().jobs.need(jobId).stageIds.find((one) => one !== stageId && !world().stages.need(one).hired) as string;

/** The application's ID at Ashby. */
async function idOf(application: Application): Promise<string> {
	const { json } = await run({ resource: 'application', operation: 'getAll', returnAll: true, models: ['info'] });
	const candidate = world().candidates.need(application.candidateId);
	const job = world().jobs.need(application.jobId);
	const found = json.find(({ info }) => {
		const { appliedAt, job: of } = info as { appliedAt: string; job: { title: string } };
		return Date.parse(appliedAt) === application.createdAt && of.title === job.title;
	});
	if (!found) throw new Error(`Nobody shows the application of ${candidate.firstName}`);
	return String(found['id']);
}

const stagesOf = async (jobId: unknown) => (await run({ resource: 'stage', operation: 'getAll', returnAll: true, filters: { jobId: id(jobId) } })).json;
const read = async (applicationId: string) => (await run({ resource: 'application', operation: 'get', applicationId: id(applicationId), models: ['info', 'currentStage', 'rejection'] })).json[0] as unknown as { info: { status: string; jobId: string; candidate: { id: string } }; currentStage: { id: string; text: string; category: string }; rejection: { text: string } | null };
const reason = async () => (await run({ resource: 'rejectionReason', operation: 'getAll', returnAll: true })).json[0] as unknown as { id: string; text: string };

describe('operations', () => {
	test('a failure that comes with status 200 is an error, in the words of Ashby and with what to do', async () => {
		const { error, json } = await run({ resource: 'application', operation: 'get', applicationId: id('11111111-2222-4333-8444-555555555555') });
		expect(json).toEqual([]);
		expect(error?.message).toBe('There is no application with the ID 11111111-2222-4333-8444-555555555555');
		sandbox.faults.next({ kind: 'status', status: 200, body: { success: false, errors: [{ message: 'Somebody else has it open', parameter: 'candidateId' }] } }, { path: 'application.info' });
		expect((await run({ resource: 'application', operation: 'get', applicationId: id('11111111-2222-4333-8444-555555555555') })).error?.message).toContain('Somebody else has it open');
	});

	test('a refused list names the right that the key lacks', async () => {
		await rights({ offersRead: false });
		const { error } = await run({ resource: 'offer', operation: 'getAll', returnAll: true });
		expect((error as unknown as { description: string }).description).toContain('Tick "Offers, Read" for the key in Ashby: Admin, API Keys.');
	});

	test('a rejection is a move to the archived stage of its plan, with the reason, and without a mail', async () => {
		const applicationId = await idOf(active());
		const why = await reason();
		const before = sandbox.requests.length;
		const { error } = await run({ resource: 'application', operation: 'reject', applicationId: id(applicationId), rejectionReasonId: id(why.id), note: 'Thank you, later perhaps' });
		expect(error).toBeUndefined();
		expect(paths(before)).toEqual(['application.info', 'interviewStage.list', 'application.changeStage', 'candidate.createNote']);
		const { info, currentStage, rejection } = await read(applicationId);
		expect(info.status).toBe('REJECTED');
		expect(currentStage).toMatchObject({ text: 'Archived', category: 'REJECTED' });
		expect(rejection?.text).toBe(why.text);
		expect((await stagesOf(info.jobId)).map((stage) => stage['id'])).toContain(currentStage.id);
		expect(world().notes.rows.at(-1)?.html).toBe('Thank you, later perhaps');
		expect(await sandbox.control('ashby/notifications', {})).toMatchObject({ result: [] });
	});

	test('without a reason nobody is rejected, and nothing is sent', async () => {
		const applicationId = await idOf(active());
		const before = sandbox.requests.length;
		const { error } = await run({ resource: 'application', operation: 'reject', applicationId: id(applicationId) });
		expect(error?.message).toBe('Ashby rejects only with a reason');
		expect(paths(before)).toEqual([]);
	});

	test('a stage that would reject is refused as a move; one of another job is named', async () => {
		const [mine, other] = [active(), world().applications.rows.find(({ jobId }) => jobId !== active().jobId) as Application];
		const applicationId = await idOf(mine);
		const { info } = await read(applicationId);
		const archived = (await stagesOf(info.jobId)).find(({ category }) => category === 'REJECTED');
		const moved = await run({ resource: 'application', operation: 'moveStage', applicationId: id(applicationId), stageId: id(archived?.['id']) });
		expect(moved.error?.message).toBe('Moving an application to an archived stage rejects it');
		const elsewhere = await read(await idOf(other));
		const foreign = await run({ resource: 'application', operation: 'moveStage', applicationId: id(applicationId), stageId: id(elsewhere.currentStage.id) });
		expect(foreign.error?.message).toContain('is not one of the job');
		expect((await read(applicationId)).info.status).toBe('ACTIVE');
		expect(paths().includes('application.changeStage')).toBe(false);
	});

	test('a rejection taken back leads to the stage that it was rejected in', async () => {
		const application = active(2);
		const applicationId = await idOf(application);
		const before = (await read(applicationId)).currentStage;
		await run({ resource: 'application', operation: 'reject', applicationId: id(applicationId), rejectionReasonId: id((await reason()).id) });
		const { error } = await run({ resource: 'application', operation: 'reactivate', applicationId: id(applicationId) });
		expect(error).toBeUndefined();
		expect(await read(applicationId)).toMatchObject({ info: { status: 'ACTIVE' }, currentStage: before, rejection: null });
	});

	test('nobody is notified of what is changed, noted or created', async () => {
		const applicationId = await idOf(active());
		const { info } = await read(applicationId);
		await run({ resource: 'candidate', operation: 'update', candidateId: id(info.candidate.id), changes: { phone: '+49 30 1234567' } });
		await run({ resource: 'application', operation: 'addNote', applicationId: id(applicationId), content: 'Called back' });
		expect(world().notes.rows.at(-1)?.html).toBe('Called back');
		expect(await sandbox.control('ashby/notifications', {})).toMatchObject({ result: [] });
	});

	test('half a name cannot be changed, since Ashby keeps it as one', async () => {
		const { info } = await read(await idOf(active()));
		const { error } = await run({ resource: 'candidate', operation: 'update', candidateId: id(info.candidate.id), changes: { firstName: 'Ada' } });
		expect(error?.message).toBe('Ashby keeps first and last name as one name');
	});

	test('an application for a new person makes one person and no lead', async () => {
		const { info } = await read(await idOf(active()));
		const person = { resource: 'application', operation: 'create', jobId: id(info.jobId), firstName: 'Ada', lastName: 'Lovelace', email: 'ada@mail.example', files: {}, additionalFields: {} };
		const [first, second] = [await run(person), await run(person)];
		expect([first.error, second.error]).toEqual([undefined, undefined]);
		expect(first.json[0]?.['candidateId']).toBe(second.json[0]?.['candidateId']);
		expect(world().candidates.rows.filter(({ emails }) => emails[0]?.address === 'ada@mail.example')).toHaveLength(1);
		expect(sandbox.requests.filter(({ path }) => path === '/application.create').map(({ body }) => (body as { interviewStageId: string }).interviewStageId)).toEqual(['FirstPreInterviewScreen', 'FirstPreInterviewScreen']);
	});

	test('a cursor that comes with the last page is not followed', async () => {
		const { json, error } = await run({ resource: 'application', operation: 'getAll', returnAll: true });
		expect(error).toBeUndefined();
		expect(json).toHaveLength(40);
		expect(paths().filter((path) => path === 'application.list')).toHaveLength(1);
	});

	test('five applications with their interviews are asked for one by one, many at once', async () => {
		await run({ resource: 'application', operation: 'getAll', returnAll: false, limit: 3, models: ['info', 'interviews'] });
		expect(paths().sort()).toEqual(['application.list', 'interviewSchedule.list', 'interviewSchedule.list', 'interviewSchedule.list']);
		const before = sandbox.requests.length;
		await run({ resource: 'application', operation: 'getAll', returnAll: true, models: ['info', 'interviews'] });
		expect(paths(before).sort()).toEqual(['application.list', 'interviewSchedule.list']);
	});

	test('leads are left out where that is chosen', async () => {
		await sandbox.control('ashby/leads', { applicationIds: [active(0).id, active(1).id] });
		const all = await run({ resource: 'application', operation: 'getAll', returnAll: true });
		const without = await run({ resource: 'application', operation: 'getAll', returnAll: true, options: { leaveOutLeads: true } });
		expect([all.json.length, without.json.length]).toEqual([40, 38]);
	});
});

describe('trigger', () => {
	async function watching(parameters: object = {}): Promise<PollHost> {
		const trigger = new PollHost('atsTrigger', { provider: 'ashby', simplify: false, models: ['info', 'currentStage', 'interviews', 'rejection', 'offers', 'attachments'], ...parameters }, { credentials: credentials() });
		expect(await trigger.activate()).toEqual({ items: null, error: undefined });
		await told(trigger);
		return trigger;
	}

	async function told(trigger: PollHost): Promise<Array<Record<string, unknown>>> {
		clock.advance(MINUTE);
		const { items, error } = await trigger.tick();
		expect(error).toBeUndefined();
		return (items ?? []).map(({ json }) => json);
	}

	const events = (items: Array<Record<string, unknown>>) => items.map(({ event }) => event);
	const BASE = { models: ['info', 'currentStage', 'rejection'] };

	test('a quiet poll is one request, and one more for each of interviews, offers and files', async () => {
		for (const [models, lists] of [
			[BASE.models, ['application.list']],
			[[...BASE.models, 'interviews', 'offers'], ['application.list', 'interviewSchedule.list', 'offer.list']],
			[['info', 'attachments'], ['application.list', 'candidate.list']],
		] as const) {
			const trigger = await watching({ models: [...models] });
			await told(trigger);
			const before = sandbox.requests.length;
			expect(await told(trigger)).toEqual([]);
			expect(paths(before)).toEqual(lists);
		}
	});

	test('a rejection is emitted as rejected, with the move to the archived stage', async () => {
		const trigger = await watching();
		actions.reject(world(), active(), world().rejectionReasons.rows[0]?.id ?? null, null, BY);
		expect(events(await told(trigger))).toEqual(['application.stage_changed', 'application.rejected']);
		expect(await told(trigger)).toEqual([]);
	});

	test('an interview and an offer are emitted for an application that was created the minute before', async () => {
		const trigger = await watching();
		sandbox.recruiter.step('apply');
		expect(events(await told(trigger))).toEqual(['application.created']);
		const application = world().applications.rows.at(-1) as Application;
		actions.schedule(world(), application, { title: 'Talk', startsAt: clock.now() + DAY }, BY);
		actions.offer(world(), application, BY);
		expect(events(await told(trigger))).toEqual(['interview.scheduled', 'offer.created']);
	});

	test('the token is only taken from the last page: a read that stops before it begins again there', async () => {
		await sandbox.close();
		sandbox = await startSandbox({ jobs: 4, applications: 250, services: ['ashby'], seed: 'pages', clock });
		const trigger = await watching(BASE);
		for (const application of world().applications.rows.slice(0, 150)) world().change('application', application.id, { ownerId: world().users.rows[3]?.id ?? null }, BY);
		const moved = world().applications.rows.filter(({ status }) => status === 'PENDING')[0] as Application;
		actions.move(world(), moved, otherStage(moved), BY);
		// The second page of the window fails through all its attempts.
		sandbox.faults.next({ kind: 'status', status: 503 }, { path: 'application.list', skip: 1, times: 4 });
		const first = await trigger.tick();
		const second = await told(trigger);
		const all = [...(first.items ?? []).map(({ json }) => json), ...second, ...(await told(trigger))];
		expect(all.filter(({ event }) => event === 'application.stage_changed')).toHaveLength(1);
		expect(new Set(all.map(({ applicationId }) => applicationId)).size).toBeGreaterThanOrEqual(150);
	});

	test('what the last token would have hidden is found with the one before it', async () => {
		const trigger = await watching(BASE);
		const [first, second] = [active(0), active(1)];
		actions.move(world(), first, otherStage(first), BY);
		actions.move(world(), second, otherStage(second), BY);
		// The last row is missing from a page that still hands out a token.
		sandbox.faults.next({ kind: 'rowSkipped' }, { path: 'application.list' });
		const shown = [...(await told(trigger)), ...(await told(trigger)), ...(await told(trigger))];
		expect(events(shown)).toEqual(['application.stage_changed', 'application.stage_changed']);
	});

	test('a token that has expired leads to a full read that emits what changed meanwhile, once', async () => {
		const trigger = await watching();
		actions.move(world(), active(3), otherStage(active(3)), BY);
		await told(trigger);
		clock.advance(40 * DAY);
		const application = active();
		actions.move(world(), application, otherStage(application), BY);
		const before = sandbox.requests.length;
		expect(events(await told(trigger))).toEqual(['application.stage_changed']);
		expect(sandbox.requests.slice(before).some(({ body }) => 'syncToken' in Object(body))).toBe(true);
		expect(await told(trigger)).toEqual([]);
	});

	test('interviews that the key may no longer read are unknown, not cancelled', async () => {
		const trigger = await watching();
		actions.schedule(world(), active(), { title: 'Talk', startsAt: clock.now() + DAY }, BY);
		expect(events(await told(trigger))).toEqual(['interview.scheduled']);
		await rights({ interviewsRead: false });
		actions.move(world(), active(), otherStage(active()), BY);
		expect(events(await told(trigger))).toEqual(['application.stage_changed']);
		await rights({ interviewsRead: true });
		actions.move(world(), active(), otherStage(active()), BY);
		expect(events(await told(trigger)).filter((event) => String(event).startsWith('interview.'))).toEqual([]);
	});

	test('a lead that is left out is emitted once it becomes an application: as created, or as updated where it is older than the trigger', async () => {
		const old = active();
		await sandbox.control('ashby/leads', { applicationIds: [old.id] });
		const trigger = await watching({ options: { leaveOutLeads: true } });
		sandbox.recruiter.step('apply');
		const young = world().applications.rows.at(-1) as Application;
		await sandbox.control('ashby/leads', { applicationIds: [young.id] });
		expect(await told(trigger)).toEqual([]);
		actions.move(world(), young, otherStage(young), BY);
		expect(events(await told(trigger))).toEqual(['application.created']);
		actions.move(world(), old, otherStage(old), BY);
		expect(await told(trigger)).toMatchObject([{ event: 'application.updated', previousKnown: false }]);
	});

	test('an application that is gone is emitted by the full check, after Ashby was asked about it', async () => {
		const trigger = await watching();
		const application = active();
		actions.removeApplication(world(), application, BY);
		expect(await told(trigger)).toEqual([]);
		clock.advance(DAY);
		const before = sandbox.requests.length;
		expect(events(await told(trigger))).toEqual(['application.deleted']);
		expect(paths(before)).toContain('application.info');
	});

	test('the interviews of an application are not taken for cancelled when they were set up while everything was read', async () => {
		const trigger = await watching();
		clock.advance(DAY);
		// The side lists are read, then the applications cannot be.
		sandbox.faults.next({ kind: 'status', status: 503 }, { path: 'application.list', skip: 1, times: 4 });
		await trigger.tick();
		actions.schedule(world(), active(), { title: 'Talk', startsAt: clock.now() + DAY }, BY);
		const all = [...(await told(trigger)), ...(await told(trigger))];
		expect(events(all)).toEqual(['interview.scheduled']);
	});
});
