import * as acts from '../../sandbox/actions.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import type { Application } from '../../sandbox/model.cts';
import { listSearch, loadOptions, PollHost, type HostMode } from './harness/index.cts';

const BY = 'test';
let sandbox: Sandbox;

beforeEach(async () => {
	sandbox = await startSandbox({ jobs: 4, applications: 40, services: ['kombo'], seed: 'trigger' });
});
afterEach(async () => {
	expect(sandbox.violations).toEqual([]);
	await sandbox.close();
});

const credentials = () => ({ komboApi: { ...sandbox.credentials['kombo'], region: 'custom', baseUrl: sandbox.urls['kombo'] ?? '' } });

/** A trigger that has finished its first read. */
async function watching(parameters: object = {}, host: HostMode = 'memory'): Promise<PollHost> {
	const trigger = new PollHost('atsTrigger', { provider: 'kombo', simplify: false, ...parameters }, { credentials: credentials(), host });
	expect(await trigger.activate()).toEqual({ items: null, error: undefined });
	expect(await trigger.tick()).toMatchObject({ error: undefined });
	return trigger;
}

async function emitted(trigger: PollHost): Promise<Array<Record<string, unknown>>> {
	const { items, error } = await trigger.tick();
	expect(error).toBeUndefined();
	return (items ?? []).map(({ json }) => json);
}

const events = (items: Array<Record<string, unknown>>) => items.map(({ event }) => event);
const world = () => sandbox.world;
const active = (nth = 0): Application => world().applications.rows.filter(({ status, deletedAt }) => status === 'PENDING' && deletedAt === null)[nth] as Application;
const otherStage = (application: Application): string => world().jobs.need(application.jobId).stageIds.find((id) => id !== application.stageId && !world().stages.need(id).hired) as string;

test('moving an application emits from which stage into which', async () => {
	const trigger = await watching();
	const application = active();
	const from = world().stages.need(application.stageId);
	acts.move(world(), application, otherStage(application), BY);
	const to = world().stages.need(world().applications.need(application.id).stageId);

	const [moved, ...rest] = await emitted(trigger);
	expect(rest).toEqual([]);
	expect(moved).toMatchObject({ event: 'application.stage_changed', provider: 'kombo', applicationId: application.id });
	expect(moved?.['changes']).toEqual([{ path: 'currentStage', from: { id: from.id, text: from.name, category: null }, to: { id: to.id, text: to.name, category: null } }]);
	expect(moved?.['application']).toMatchObject({ id: application.id, currentStage: { id: to.id }, info: { status: 'ACTIVE', jobId: application.jobId } });
	expect(await emitted(trigger)).toEqual([]);
});

const steps: Array<[string, (application: Application) => void, string[]]> = [
	['a rejection', (application) => acts.reject(world(), application, world().rejectionReasons.rows[0]?.id ?? null, null, BY), ['application.rejected']],
	['a hire, with its move', (application) => acts.hire(world(), application, BY), ['application.stage_changed', 'application.hired']],
	['a new interview', (application) => void acts.schedule(world(), application, { title: 'Talk', startsAt: Date.UTC(2027, 0, 4, 9) }, BY), ['interview.scheduled']],
	['a new offer', (application) => void acts.offer(world(), application, BY), ['offer.created']],
	['a deletion', (application) => acts.removeApplication(world(), application, BY), ['application.deleted']],
];
test.each(steps)('%s is emitted', async (_what, act, expected) => {
	const trigger = await watching();
	const application = active();
	for (const interview of world().interviews.by('applicationId', application.id)) world().remove('interview', interview.id, BY);
	for (const offer of world().offers.by('applicationId', application.id)) world().remove('offer', offer.id, BY);
	await emitted(trigger);
	act(application);
	expect(events(await emitted(trigger))).toEqual(expected);
	expect(await emitted(trigger)).toEqual([]);
});

test('an interview that is moved and then cancelled is emitted both times, with its times', async () => {
	const trigger = await watching();
	const interview = acts.schedule(world(), active(), { title: 'Talk', startsAt: Date.UTC(2027, 0, 4, 9) }, BY);
	await emitted(trigger);
	acts.reschedule(world(), interview, Date.UTC(2027, 0, 5, 9), BY);
	const [moved] = await emitted(trigger);
	expect(moved).toMatchObject({ event: 'interview.rescheduled' });
	expect(JSON.stringify(moved?.['changes'])).toContain('2027-01-04T09:00:00.000Z');
	expect(JSON.stringify(moved?.['changes'])).toContain('2027-01-05T09:00:00.000Z');
	acts.cancelInterview(world(), interview, BY);
	expect(events(await emitted(trigger))).toEqual(['interview.cancelled']);
});

test('an application that goes A to B to A between two polls emits nothing, over polls it emits each step with its own id', async () => {
	const trigger = await watching();
	const application = active();
	const [a, b] = [application.stageId, otherStage(application)];
	acts.move(world(), application, b, BY);
	acts.move(world(), world().applications.need(application.id), a, BY);
	expect(await emitted(trigger)).toEqual([]);

	const ids = new Set<unknown>();
	for (const stage of [b, a, b, a]) {
		acts.move(world(), world().applications.need(application.id), stage, BY);
		const items = await emitted(trigger);
		expect(events(items)).toEqual(['application.stage_changed']);
		ids.add(items[0]?.['eventId']);
	}
	expect(ids.size).toBe(4);
});

test('a renamed stage is not a thousand moves', async () => {
	const trigger = await watching();
	world().change('stage', active().stageId, { name: 'Renamed' }, BY);
	expect(await emitted(trigger)).toEqual([]);
});

test('a stage filter emits moves out of the stage and into it, and nothing else', async () => {
	const [one, two] = [active(0), active(1)];
	const trigger = await watching({ filters: { stageIds: [one.stageId] }, events: ['application.stage_changed'] });
	const elsewhere = world().jobs.need(two.jobId).stageIds.filter((id) => id !== one.stageId && id !== two.stageId && !world().stages.need(id).hired);
	acts.move(world(), one, otherStage(one), BY);
	if (two.stageId !== one.stageId && elsewhere[0]) acts.move(world(), two, elsewhere[0], BY);
	expect((await emitted(trigger)).map(({ applicationId }) => applicationId)).toEqual([one.id]);
});

test('a job filter is sent to Kombo and hides the other jobs', async () => {
	const [job] = world().jobs.rows;
	const trigger = await watching({ filters: { jobIds: [job?.id] } });
	for (const application of world().applications.rows.filter(({ status }) => status === 'PENDING').slice(0, 12)) acts.move(world(), application, otherStage(application), BY);
	const items = await emitted(trigger);
	expect(items.length).toBeGreaterThan(0);
	for (const { applicationId } of items) expect(world().applications.need(String(applicationId)).jobId).toBe(job?.id);
	expect(sandbox.requests.filter(({ query }) => 'updated_after' in query).every(({ query }) => query['job_ids'] === job?.id)).toBe(true);
});

test('interviews that the scope config switches off are unknown, not cancelled', async () => {
	const trigger = await watching();
	acts.schedule(world(), active(), { title: 'Talk', startsAt: Date.UTC(2027, 0, 4, 9) }, BY);
	await emitted(trigger);
	await sandbox.control('kombo/scope', { models: { ats_interviews: false } });
	world().change('application', active().id, { source: 'touched' }, BY);
	expect((await emitted(trigger)).filter(({ event }) => String(event).startsWith('interview.'))).toEqual([]);
	await sandbox.control('kombo/scope', { models: { ats_interviews: true } });
	world().change('application', active().id, { source: 'touched again' }, BY);
	expect((await emitted(trigger)).filter(({ event }) => String(event).startsWith('interview.'))).toEqual([]);
});

test('one item per application carries all its events', async () => {
	const trigger = await watching({ output: 'perApplication' });
	const application = active();
	acts.hire(world(), application, BY);
	const items = await emitted(trigger);
	expect(items).toHaveLength(1);
	expect(items[0]).toMatchObject({ applicationId: application.id, application: { info: { status: 'HIRED' } } });
	expect((items[0]?.['events'] as Array<{ event: string }>).map(({ event }) => event)).toEqual(['application.stage_changed', 'application.hired']);
});

test('the first run can emit everything, or the last days only', async () => {
	const all = new PollHost('atsTrigger', { provider: 'kombo', simplify: false, firstRun: 'everything', events: ['application.created'] }, { credentials: credentials() });
	await all.activate();
	const { items } = await all.tick();
	expect(items).toHaveLength(world().applications.rows.filter(({ deletedAt }) => deletedAt === null).length);

	const recent = new PollHost('atsTrigger', { provider: 'kombo', simplify: false, firstRun: 'lookBack', lookBackDays: 30, events: ['application.created'] }, { credentials: credentials() });
	await recent.activate();
	const since = Date.now() - 31 * 24 * 3_600_000;
	const created = (await recent.tick()).items ?? [];
	expect(created.length).toBeLessThanOrEqual(world().applications.rows.filter(({ createdAt }) => createdAt >= since).length);
});

test('Test shows real recent applications as examples and touches nothing', async () => {
	const trigger = await watching();
	const before = JSON.stringify(trigger.saved);
	const { items, error } = await trigger.test();
	expect(error).toBeUndefined();
	expect(items?.length).toBeGreaterThan(0);
	for (const { json } of items ?? []) {
		expect(json).toMatchObject({ example: true });
		expect(world().applications.get(String(json['applicationId']))).toBeDefined();
	}
	expect(JSON.stringify(trigger.saved)).toBe(before);
});

test('an example of a move says into which stage, and from another one of the job', async () => {
	const trigger = await watching({ events: ['application.stage_changed'] });
	const { items } = await trigger.test();
	expect(items?.length).toBeGreaterThan(0);
	for (const { json } of items ?? []) {
		const { stageId, jobId } = world().applications.need(String(json['applicationId']));
		expect(json).toMatchObject({ event: 'application.stage_changed', changes: [{ path: 'currentStage', from: { id: expect.any(String), text: expect.any(String) }, to: { id: stageId, text: world().stages.need(stageId).name } }], example: true });
		// A stage that the job really has, and not the one that it is in.
		const [{ from }] = json['changes'] as [{ from: { id: string; text: string } }];
		expect(from.id).not.toBe(stageId);
		expect(world().jobs.need(jobId).stageIds).toContain(from.id);
		expect(from.text).toBe(world().stages.need(from.id).name);
	}
});

test('a cursor that Kombo refuses with 400 begins the read again at once', async () => {
	await sandbox.close();
	sandbox = await startSandbox({ jobs: 4, applications: 320, services: ['kombo'], seed: 'cursor' });
	const trigger = await watching();
	for (const application of world().applications.alive()) world().change('candidate', application.candidateId, { title: 'New title' }, BY);
	const count = sandbox.requests.length;
	sandbox.faults.next({ kind: 'status', status: 400 }, { path: '/ats/applications', skip: 1 });
	await emitted(trigger);
	expect(sandbox.requests.slice(count).filter(({ path }) => path === '/v1/ats/applications').map(({ query, status }) => [query['cursor'] !== undefined, status])).toEqual([[false, 200], [true, 400], [false, 200], [true, 200]]);
});

test('events that Kombo cannot emit fail at activation with a sentence that says who can; among others they do no harm', async () => {
	const trigger = new PollHost('atsTrigger', { provider: 'kombo', simplify: false, events: ['activity.recorded', 'interview.completed'] }, { credentials: credentials() });
	const { error } = await trigger.activate();
	expect(error?.message).toBe('Kombo cannot emit "Activity Recorded", "Interview Completed"');
	expect((error as { description?: string }).description).toMatch(/^Choose other events, or another provider: .*Chat Technologies.* can\.$/);
	const mixed = await watching({ events: ['activity.recorded', 'application.stage_changed'] });
	acts.move(world(), active(), otherStage(active()), BY);
	expect(events(await emitted(mixed))).toEqual(['application.stage_changed']);
});

test.each(['memory', 'old', 'scheduler', 'durable'] as const)('on a %s host no change is lost or emitted twice over a restart', async (mode) => {
	const trigger = await watching({}, mode);
	const seen: unknown[] = [];
	for (let round = 0; round < 3; round++) {
		for (let nth = 0; nth < 3; nth++) acts.move(world(), active(nth), otherStage(active(nth)), BY);
		const items = await emitted(trigger);
		expect(items).toHaveLength(3);
		seen.push(...items.map(({ eventId }) => eventId));
		trigger.deactivate();
		await trigger.restart();
	}
	expect(new Set(seen).size).toBe(9);
	expect(await emitted(trigger)).toEqual([]);
});

test('the dropdowns of the trigger list jobs and stages', async () => {
	const jobs = await loadOptions('atsTrigger', 'loadJobs', { provider: 'kombo' }, { credentials: credentials() });
	expect(jobs.map(({ value }) => value).sort()).toEqual(world().jobs.rows.filter(({ deletedAt }) => deletedAt === null).map(({ id }) => id).sort());
	expect((await loadOptions('atsTrigger', 'loadStageNames', { provider: 'kombo' }, { credentials: credentials() })).length).toBeGreaterThan(0);
	expect((await listSearch('ats', 'searchJobs', { provider: 'kombo', resource: 'job', operation: 'get' }, { credentials: credentials() })).results.length).toBe(jobs.length);
});
