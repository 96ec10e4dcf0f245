import type { INodeParameters } from 'n8n-workflow';

import { useClock } from '../../lib/clock';
import * as actions from '../../sandbox/actions.cts';
import type { Application } from '../../sandbox/model.cts';
import { PollHost } from './harness/index.cts';
import { must, startFlatchr, type Flatchr } from './support/flatchr.cts';

const BY = 'test';
const DAY = 24 * 60 * 60_000;
let flatchr: Flatchr;

beforeEach(async () => {
	flatchr = await startFlatchr({ jobs: 4, applications: 40, seed: 'trigger' });
});
afterEach(async () => {
	expect(flatchr.sandbox.violations).toEqual([]);
	await flatchr.sandbox.close();
});

const world = () => flatchr.sandbox.world;
const active = (nth = 0): Application => must(world().applications.alive().filter(({ status }) => status === 'PENDING')[nth]);
const otherStage = (application: Application): string => must(world().jobs.need(application.jobId).stageIds.find((id) => id !== application.stageId && !world().stages.need(id).hired));
const events = (items: Array<Record<string, unknown>>) => items.map(({ event }) => event);
const searches = (from: number) => flatchr.requests(from).filter(({ path }) => path.endsWith('/search/applicants')).map(({ body }) => body);
/** Somebody works, so that the last days hold changes that an answer must show. */
const touch = (application = active(5)) => world().change('application', application.id, { ownerId: world().users.rows[Math.floor(Math.random() * 4)]?.id ?? null }, BY);

/** A trigger that has finished its first read. */
async function watching(parameters: INodeParameters = {}): Promise<PollHost> {
	touch();
	const trigger = new PollHost('atsTrigger', { provider: 'flatchr', simplify: false, ...parameters }, { credentials: flatchr.credentials });
	expect(await trigger.activate()).toEqual({ items: null, error: undefined });
	expect(await trigger.tick()).toMatchObject({ error: undefined });
	return trigger;
}

async function emitted(trigger: PollHost): Promise<Array<Record<string, unknown>>> {
	const { items, error } = await trigger.tick();
	expect(error).toBeUndefined();
	return (items ?? []).map(({ json }) => json);
}

test.each<[string, INodeParameters, (application: Application) => void, string[]]>([
	['an archived person is an update', {}, (application) => actions.reject(world(), application, null, null, BY), ['application.updated']],
	['an archived person is rejected where the company means it so', { options: { archivedAsRejected: true } }, (application) => actions.reject(world(), application, null, null, BY), ['application.rejected']],
])('%s', async (_what, parameters, act, expected) => {
	const trigger = await watching(parameters);
	act(active());
	expect(events(await emitted(trigger))).toEqual(expected);
	expect(await emitted(trigger)).toEqual([]);
});

test('the window begins two UTC days before what is asked for, the month first', async () => {
	const trigger = await watching({ options: { overlapMinutes: 0 } });
	const from = flatchr.sandbox.requests.length;
	await emitted(trigger);
	const [year, month, day] = new Date(Date.now() - 15 * 60_000 - 2 * DAY).toISOString().slice(0, 10).split('-');
	expect(searches(from)).toEqual([{ start_update: `${month}/${day}/${year?.slice(2)}` }]);
});

test('a Flatchr that reads dates with the day first is found out when the workflow is switched on', async () => {
	await flatchr.sandbox.control('flatchr/settings', { filters: 'dayFirst' });
	// The first days of January have no day that emits the two apart.
	const restore = useClock({ now: () => Date.UTC(2026, 10, 22, 12), sleep: async () => {} });
	const { error } = await new PollHost('atsTrigger', { provider: 'flatchr', simplify: false }, { credentials: flatchr.credentials }).activate();
	restore();
	expect(error?.message).toMatch(/does not read the date as MM\/DD\/YY/);
	expect(searches(0)).toEqual([{ start_update: '12/01/26' }, { start_update: '12/12/31' }]);
});

test('a Flatchr that ignores dates is read whole, and emits the same', async () => {
	await flatchr.sandbox.control('flatchr/settings', { filters: 'ignored' });
	const trigger = await watching();
	const application = active();
	actions.move(world(), application, otherStage(application), BY);
	expect(events(await emitted(trigger))).toEqual(['application.stage_changed']);
	expect(await emitted(trigger)).toEqual([]);
});

test('an answer with nothing in it, where a row must be, emits nothing and is an error; the next good one emits all', async () => {
	const trigger = await watching({ options: { reportFailures: 'atOnce' } });
	const application = active();
	actions.move(world(), application, otherStage(application), BY);
	flatchr.sandbox.faults.next({ kind: 'nothing' }, { path: 'search/applicants' });
	const { items, error } = await trigger.tick();
	expect(items).toBeNull();
	expect(error?.message).toMatch(/leaves out applications/);
	expect(events(await emitted(trigger))).toEqual(['application.stage_changed']);
});

test('an empty answer is right once everybody who changed lately is gone', async () => {
	const trigger = await watching({ options: { fullCheckHours: 0 } });
	const lately = world().applications.alive().filter(({ changedAt, candidateId }) => Math.max(changedAt, world().candidates.need(candidateId).changedAt) > Date.now() - 6 * DAY);
	for (const application of lately) world().remove('application', application.id, BY);
	expect(await emitted(trigger)).toEqual([]);
});

test('a vacancy that leaves the list makes no event of its own, and its people are still emitted', async () => {
	const trigger = await watching();
	const application = active();
	world().remove('job', application.jobId, BY);
	touch(application);
	expect(await emitted(trigger)).toEqual([]);
	actions.hire(world(), application, BY);
	const items = await emitted(trigger);
	expect(events(items)).toEqual(['application.stage_changed', 'application.hired']);
	expect(items[0]).toMatchObject({ application: { info: { jobId: flatchr.ids.of('job', world().jobs.need(application.jobId)) } } });
});

test('people of a vacancy that nobody saw in the list are emitted, without its ID', async () => {
	const application = active();
	world().remove('job', application.jobId, BY);
	const trigger = await watching();
	actions.hire(world(), application, BY);
	const items = await emitted(trigger);
	expect(events(items)).toEqual(['application.stage_changed', 'application.hired']);
	expect(items[0]).toMatchObject({ application: { info: { status: 'HIRED', jobId: null } } });
});

test('a column that is in the list no more is unknown, not a move', async () => {
	const trigger = await watching();
	const application = active();
	world().remove('stage', application.stageId, BY);
	touch(application);
	expect(await emitted(trigger)).toEqual([]);
});

test('a row without an ID is left out, and the others are emitted', async () => {
	const trigger = await watching();
	const application = active();
	actions.move(world(), application, otherStage(application), BY);
	const rows: unknown = await (await fetch(`${String(flatchr.sandbox.urls['flatchr'])}/company/${String(flatchr.credentials['flatchrApi']?.['companyKey'])}/search/applicants`, { method: 'POST', body: '{}', headers: { authorization: `Bearer ${String(flatchr.credentials['flatchrApi']?.['apiKey'])}`, 'content-type': 'application/json' } })).json();
	if (!Array.isArray(rows)) throw new Error('no rows');
	flatchr.sandbox.faults.next({ kind: 'status', status: 200, body: [{ vacancy: 'Broken', column: 'Applied' }, ...rows] }, { path: 'search/applicants' });
	expect(events(await emitted(trigger))).toEqual(['application.stage_changed']);
});
