import * as actions from '../../sandbox/actions.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { integrationIdOf } from '../../sandbox/knit/state.cts';
import type { Application } from '../../sandbox/model.cts';
import { PollHost } from './harness/index.cts';

const BY = 'test';
let sandbox: Sandbox;

beforeEach(async () => {
	sandbox = await startSandbox({ jobs: 4, applications: 30, services: ['knit'], seed: 'trigger' });
});
afterEach(async () => {
	expect(sandbox.violations).toEqual([]);
	await sandbox.close();
});

const world = () => sandbox.world;
const triggerFor = (app: string, parameters: object = {}): PollHost =>
	new PollHost('atsTrigger', { provider: 'knit', simplify: false, options: { integrationId: integrationIdOf(world(), app) }, models: ['info', 'currentStage', 'interviews', 'rejection', 'offers', 'attachments'], ...parameters }, { credentials: { knitApi: { ...sandbox.credentials['knit'], baseUrl: sandbox.urls['knit'] ?? '' } } });

/** A trigger that has finished its first read. */
async function watching(app: string, parameters: object = {}): Promise<PollHost> {
	const trigger = triggerFor(app, parameters);
	expect(await trigger.activate()).toEqual({ items: null, error: undefined });
	expect(await trigger.tick()).toMatchObject({ error: undefined });
	return trigger;
}

async function emitted(trigger: PollHost): Promise<Array<Record<string, unknown>>> {
	const { items, error } = await trigger.tick();
	expect(error).toBeUndefined();
	return (items ?? []).map(({ json }) => json);
}

const active = (): Application => world().applications.rows.find(({ id, status, deletedAt }) => status === 'PENDING' && deletedAt === null && world().interviews.by('applicationId', id).length === 0) as Application;
const otherStage = (application: Application): string => world().jobs.need(application.jobId).stageIds.find((id) => id !== application.stageId && !world().stages.need(id).hired) as string;
const detailCalls = () => sandbox.requests.filter(({ path }) => path === '/v1.0/ats.application.get').length;

test('an ATS that lists outlines emits the same moves, with the person, and a quiet poll asks for no details', async () => {
	const trigger = await watching('workable');
	const application = active();
	actions.move(world(), application, otherStage(application), BY);
	const before = detailCalls();
	const [moved, ...rest] = await emitted(trigger);
	expect(rest).toEqual([]);
	expect(moved).toMatchObject({ event: 'application.stage_changed', application: { info: { candidate: { firstName: world().candidates.need(application.candidateId).firstName } } } });
	expect(detailCalls() - before).toBe(1);
	expect(await emitted(trigger)).toEqual([]);
	expect(detailCalls() - before).toBe(1);
});

test('an interview that took place is emitted as completed, in whichever word Knit writes it', async () => {
	const interview = actions.schedule(world(), active(), { title: 'Talk', startsAt: Date.UTC(2027, 0, 4, 9) }, BY);
	const trigger = await watching('greenhouse');
	actions.completeInterview(world(), interview, BY);
	expect((await emitted(trigger)).map(({ event }) => event)).toEqual(['interview.completed']);
});

test('an ATS that gives everything whatever the date is refused at activation, with the Knit Trigger as the way out', async () => {
	const { error } = await triggerFor('ashby').activate();
	expect(error?.message).toContain('gives all of them, whatever the date');
	expect(error).toMatchObject({ description: expect.stringContaining('Knit Trigger') });
});

test('an ATS that refuses the date is refused at activation too, and an outage is reported as such', async () => {
	sandbox.faults.next({ kind: 'status', status: 400, message: 'updatedAfter is not a filter' }, { path: 'ats.application.list' });
	expect((await triggerFor('greenhouse').activate()).error?.message).toContain('refuses to be asked for changed applications');
	sandbox.faults.next({ kind: 'nothing' }, { path: 'ats.application.list', times: 2 });
	expect((await triggerFor('greenhouse').activate()).error?.message).toContain('gives none, whatever the date');
});
