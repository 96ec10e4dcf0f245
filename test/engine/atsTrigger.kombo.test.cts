import * as actions from '../../sandbox/actions.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import type { Application } from '../../sandbox/model.cts';
import { PollHost } from './harness/index.cts';

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
async function watching(parameters: object = {}): Promise<PollHost> {
	const trigger = new PollHost('atsTrigger', { provider: 'kombo', simplify: false, ...parameters }, { credentials: credentials() });
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

test('a deletion is emitted by the next poll', async () => {
	const trigger = await watching();
	actions.removeApplication(world(), active(), BY);
	expect(events(await emitted(trigger))).toEqual(['application.deleted']);
	expect(await emitted(trigger)).toEqual([]);
});

test('a job filter is sent to Kombo and hides the other jobs', async () => {
	const [job] = world().jobs.rows;
	const trigger = await watching({ filters: { jobIds: [job?.id] } });
	for (const application of world().applications.rows.filter(({ status }) => status === 'PENDING').slice(0, 12)) actions.move(world(), application, otherStage(application), BY);
	const items = await emitted(trigger);
	expect(items.length).toBeGreaterThan(0);
	for (const { applicationId } of items) expect(world().applications.need(String(applicationId)).jobId).toBe(job?.id);
	expect(sandbox.requests.filter(({ query }) => 'updated_after' in query).every(({ query }) => query['job_ids'] === job?.id)).toBe(true);
});

test('interviews that the scope config switches off are unknown, not cancelled', async () => {
	const trigger = await watching();
	actions.schedule(world(), active(), { title: 'Talk', startsAt: Date.UTC(2027, 0, 4, 9) }, BY);
	await emitted(trigger);
	await sandbox.control('kombo/scope', { models: { ats_interviews: false } });
	world().change('application', active().id, { source: 'touched' }, BY);
	expect((await emitted(trigger)).filter(({ event }) => String(event).startsWith('interview.'))).toEqual([]);
	await sandbox.control('kombo/scope', { models: { ats_interviews: true } });
	world().change('application', active().id, { source: 'touched again' }, BY);
	expect((await emitted(trigger)).filter(({ event }) => String(event).startsWith('interview.'))).toEqual([]);
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

