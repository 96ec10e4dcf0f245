import type { INodeParameters } from 'n8n-workflow';

import { startSandbox, ManualClock, type Sandbox } from '../../sandbox/index.cts';
import * as actions from '../../sandbox/actions.cts';
import type { Application } from '../../sandbox/model.cts';
import { DAY, HOUR, MINUTE } from '../../sandbox/clock.cts';
import { ACTING_MEMBER, Rows } from '../../sandbox/workable/rows.cts';
import { useClock } from '../../lib/clock';
import { entry } from '../providers/workable.cts';
import { PollHost, runNode } from './harness/index.cts';

/* What is particular to Workable: one record for person and application, lists that are replaced as a whole, 404 for no reason, ten calls in ten seconds. */

const BY = 'test';
let sandbox: Sandbox;
let clock: ManualClock;
let restoreClock: () => void;
let rows: Rows;

beforeEach(async () => {
	clock = new ManualClock();
	restoreClock = useClock(clock);
	sandbox = await startSandbox({ jobs: 6, applications: 60, services: ['workable'], seed: 'workable', clock });
	rows = new Rows(sandbox.world);
});
afterEach(async () => {
	restoreClock();
	expect(sandbox.violations).toEqual([]);
	await sandbox.close();
});

const id = (value: unknown) => ({ __rl: true, mode: 'id', value: String(value) });
const credentials = () => entry.credentials(sandbox);
const acting = { actingUser: ACTING_MEMBER };
const run = async (parameters: INodeParameters, items?: NonNullable<Parameters<typeof runNode>[2]>['items']) => await runNode('ats', { provider: 'workable', simplify: false, options: acting, ...parameters }, { credentials: credentials(), ...(items ? { items } : {}) });
const settings = async (body: object) => await sandbox.control('workable/settings', body);
const sent = (from = 0) => sandbox.requests.slice(from).map(({ method, path, status }) => `${method} ${path.replace('/spi/v3', '')} ${status}`);
const world = () => sandbox.world;
const idOf = (one: Application): string => rows.ids.of('application', one);
const active = (nth = 0): Application => world().applications.alive().filter(({ status }) => status === 'PENDING')[nth] as Application;
const otherStage = ({ jobId, stageId }: Application) => world().stages.need(world().jobs.need(jobId).stageIds.find((one) => one !== stageId && !world().stages.need(one).hired) as string);
const read = async (one: Application, models = ['info', 'currentStage', 'rejection']) => (await run({ resource: 'application', operation: 'get', applicationId: id(idOf(one)), models })).json[0] as unknown as { info: { status: string }; currentStage: { id: string | null; text: string }; rejection: { text: string; rejectedAt: string } | null };
const hintOf = (error: unknown) => String(Reflect.get(Object(error), 'description'));

describe('writes', () => {
	test('moves, rejects and takes the rejection back in the name of the acting member', async () => {
		const one = active();
		const stage = otherStage(one);
		expect((await run({ resource: 'application', operation: 'moveStage', applicationId: id(idOf(one)), stageId: id(rows.slug(stage)) })).error).toBeUndefined();
		expect((await read(one)).currentStage).toMatchObject({ id: rows.slug(stage), text: stage.name });
		const [reason] = (await run({ resource: 'rejectionReason', operation: 'getAll', returnAll: true })).json;
		expect((await run({ resource: 'application', operation: 'reject', applicationId: id(idOf(one)), rejectionReasonId: id(reason?.['id']), note: 'Thank you' })).error).toBeUndefined();
		expect(await read(one)).toMatchObject({ info: { status: 'REJECTED' }, rejection: { text: reason?.['text'], rejectedAt: expect.any(String) } });
		expect((await run({ resource: 'application', operation: 'reactivate', applicationId: id(idOf(one)) })).error).toBeUndefined();
		expect(await read(one)).toMatchObject({ info: { status: 'ACTIVE' }, rejection: null });
		for (const { method, body } of sandbox.requests) if (method === 'POST') expect(body).toMatchObject({ member_id: ACTING_MEMBER });
	});

	test.each([
		['moveStage', { stageId: id('applied') }], ['reject', {}], ['reactivate', {}], ['addNote', { content: 'Hello' }],
	])('without an acting user %s sends nothing and says what to choose', async (operation, more) => {
		const { error } = await run({ resource: 'application', operation, applicationId: id(idOf(active())), options: {}, ...more } as INodeParameters);
		expect(hintOf(error)).toContain('"Acting User"');
		expect(sent().filter((line) => !line.startsWith('GET'))).toEqual([]);
	});

	test('a note that is too long for a rejection is refused before anything is sent', async () => {
		const { error } = await run({ resource: 'application', operation: 'reject', applicationId: id(idOf(active())), note: 'x'.repeat(257) });
		expect(error?.message).toContain('257 characters');
		expect(sent().filter((line) => !line.startsWith('GET'))).toEqual([]);
	});

	test('nobody gets a mail because n8n created an application', async () => {
		const { error, json } = await run({ resource: 'application', operation: 'create', jobId: id(rows.shortcode(world().jobs.need(active().jobId))), firstName: 'Ada', lastName: 'Byron', email: 'ada@mail.example', additionalFields: { comment: 'Found at the fair' } });
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({ application: { info: { status: 'ACTIVE', candidate: { emails: [{ email: 'ada@mail.example' }] } } } });
		expect(await sandbox.control('workable/mails', {})).toMatchObject({ result: { mails: [] } });
	});

	test.each([false, true])('somebody who is a candidate of the job already is not created again (message empty: %s)', async (emptyMessage) => {
		await settings({ emptyMessage });
		const one = active();
		const email = world().candidates.need(one.candidateId).emails[0]?.address;
		const { error } = await run({ resource: 'application', operation: 'create', jobId: id(rows.shortcode(world().jobs.need(one.jobId))), firstName: 'Ada', lastName: 'Byron', email });
		expect(error?.message).toBe(`${email} is a candidate of this job already`);
	});

	test('find or create finds the person at another job, and makes one where there is none', async () => {
		const one = active();
		const email = String(world().candidates.need(one.candidateId).emails[0]?.address).toUpperCase();
		const found = await run({ resource: 'candidate', operation: 'findOrCreate', firstName: 'A', lastName: 'B', email });
		expect(found.json[0]).toMatchObject({ id: idOf(one), created: false });
		const without = await run({ resource: 'candidate', operation: 'findOrCreate', firstName: 'Ada', lastName: 'Byron', email: 'ada@mail.example' });
		expect(without.error?.message).toBe('A candidate of Workable belongs to a job');
		const made = await run({ resource: 'candidate', operation: 'findOrCreate', firstName: 'Ada', lastName: 'Byron', email: 'ada@mail.example', additionalFields: { jobId: id(rows.shortcode(world().jobs.need(one.jobId))) } });
		expect(made.json[0]).toMatchObject({ firstName: 'Ada', created: true });
	});

	test('a tag that is added or removed leaves the others, also when several items do it at once', async () => {
		const one = active();
		const person = world().candidates.need(one.candidateId);
		for (const name of ['Night shifts', 'Senior']) actions.tag(world(), person, name, BY);
		const names = () => person.tagIds.map((tag) => world().tags.need(tag).name);
		const before = names();
		const items = ['alpha', 'beta', 'gamma'].map((tag) => ({ json: { tag } }));
		expect((await run({ resource: 'candidate', operation: 'addTag', candidateId: id(idOf(one)), tag: '={{ $json.tag }}' }, items)).error).toBeUndefined();
		expect(names().sort()).toEqual([...before, 'alpha', 'beta', 'gamma'].sort());
		await run({ resource: 'candidate', operation: 'removeTag', candidateId: id(idOf(one)), tag: 'Senior' });
		expect(names().sort()).toEqual([...before.filter((name) => name !== 'Senior'), 'alpha', 'beta', 'gamma'].sort());
	});

	test('a change of the phone number leaves names, address and links as they are, with or without a member', async () => {
		const one = active();
		const person = world().candidates.need(one.candidateId);
		const { firstName, emails, links } = { ...person };
		for (const [memberAlways, options] of [[false, {}], [true, acting]] as const) {
			await settings({ memberAlways });
			const { error, json } = await run({ resource: 'candidate', operation: 'update', candidateId: id(idOf(one)), changes: { phone: '+49 30 1' }, options });
			expect(error).toBeUndefined();
			expect(json[0]).toMatchObject({ phones: [{ phoneNumber: '+49 30 1' }] });
			expect(person).toMatchObject({ firstName, emails, links });
		}
	});

	test('a file is added as the attachment of a comment, and comes down again', async () => {
		const one = active();
		const input = [{ json: {}, binary: { data: { data: Buffer.from('certificate').toString('base64'), fileName: 'certificate.txt', mimeType: 'text/plain' } } }];
		expect((await run({ resource: 'application', operation: 'addAttachment', applicationId: id(idOf(one)), fileType: 'OTHER', binaryField: 'data' }, input)).error).toBeUndefined();
		expect(sent().at(-1)).toMatch(/^POST .*\/comments 200$/);
		const { items } = await run({ resource: 'application', operation: 'downloadAttachments', applicationId: id(idOf(one)), outputField: 'data' });
		expect(items.map(({ json }) => json['name'])).toContain('certificate.txt');
	});

	test('80 moves in one run and a poll beside it: nobody is refused for good', async () => {
		const trigger = await watching();
		const stages = world().applications.alive().filter(({ status }) => status === 'PENDING');
		const items = Array.from({ length: 80 }, (_, nth) => {
			const one = stages[nth % stages.length] as Application;
			const all = world().jobs.need(one.jobId).stageIds.filter((stage) => !world().stages.need(stage).hired);
			return { json: { id: idOf(one), stage: rows.slug(world().stages.need(all[nth % all.length] as string)) } };
		});
		const [moved, poll] = await Promise.all([
			run({ resource: 'application', operation: 'moveStage', applicationId: { __rl: true, mode: 'id', value: '={{ $json.id }}' }, stageId: { __rl: true, mode: 'id', value: '={{ $json.stage }}' } }, items),
			trigger.tick(),
		]);
		expect(moved.error).toBeUndefined();
		expect(moved.json).toHaveLength(80);
		expect(poll.error).toBeUndefined();
	});
});

describe('reads', () => {
	test('a 404 that means nothing is asked once more; one that stays is believed', async () => {
		const one = active();
		sandbox.faults.next({ kind: 'status', status: 404 }, { method: 'GET', service: 'workable' });
		expect((await read(one)).info.status).toBe('ACTIVE');
		const { error } = await run({ resource: 'application', operation: 'get', applicationId: id('nobody') });
		expect(error?.message).toBe('There is no application with the ID nobody');
	});

	test.each([true, false])('every page is read with the filters, whatever the address of the next page says (filters left out: %s)', async (nextDropsFilters) => {
		await settings({ nextDropsFilters, sinceIsInclusive: true });
		const job = world().jobs.need(active().jobId);
		for (let nth = 0; nth < 150; nth++) actions.apply(world(), job, { candidate: { firstName: 'N', lastName: String(nth), company: null, title: null, emails: [{ address: `n${nth}@mail.example`, type: 'PERSONAL' }], phones: [], links: [], place: null, source: null, tagIds: [], consent: null } }, BY);
		const { json, error } = await run({ resource: 'application', operation: 'getAll', returnAll: true, models: ['info'], filters: { jobs: [rows.shortcode(job)] } });
		expect(error).toBeUndefined();
		const wanted = world().applications.alive().filter(({ jobId }) => jobId === job.id).map(idOf);
		expect(json.map((row) => row['id']).sort()).toEqual(wanted.sort());
		expect(sandbox.requests.filter(({ path }) => path.endsWith('/candidates')).every(({ query }) => query['shortcode'] === rows.shortcode(job))).toBe(true);
	});

	test.each(['slug', 'name'] as const)('a stage that a candidate names by its %s is found, also where the job alone has it', async (stageAs) => {
		const hidden = world().applications.alive().find(({ jobId }) => world().jobs.need(jobId).stageIds.length > 6) as Application;
		const own = world().stages.need(world().jobs.need(hidden.jobId).stageIds[3] as string);
		actions.move(world(), hidden, own.id, BY);
		await settings({ stageAs, hiddenStages: [rows.slug(own)] });
		expect((await read(hidden)).currentStage).toMatchObject({ id: rows.slug(own), text: own.name });
	});

	test('a refused list names the right that the token lacks', async () => {
		await settings({ forbidden: ['members'] });
		const { error } = await run({ resource: 'user', operation: 'getAll', returnAll: true });
		expect(hintOf(error)).toContain('r_candidates');
	});
});

async function watching(parameters: object = {}): Promise<PollHost> {
	const trigger = new PollHost('atsTrigger', { provider: 'workable', simplify: false, ...parameters }, { credentials: credentials() });
	for (const poll of [await trigger.activate(), await trigger.tick()]) expect(poll.error).toBeUndefined();
	return trigger;
}

async function emitted(trigger: PollHost): Promise<Array<Record<string, unknown>>> {
	const { items, error } = await trigger.tick();
	expect(error).toBeUndefined();
	return (items ?? []).map(({ json }) => json);
}

describe('the trigger', () => {
	test('a stage that is in no list is unknown, and no move', async () => {
		const trigger = await watching();
		const one = active();
		const stage = world().stages.need(one.stageId);
		clock.advance(MINUTE);
		world().change('stage', stage.id, { name: 'Renamed by somebody' }, BY);
		await settings({ stageAs: 'name', hiddenStages: [] });
		sandbox.faults.often({ kind: 'status', status: 200, body: { stages: [] } }, 1, { path: /\/stages$/ });
		clock.advance(2 * HOUR);
		actions.apply(world(), world().jobs.need(one.jobId), { candidate: { ...world().candidates.need(one.candidateId), emails: [] } }, BY);
		world().change('candidate', one.candidateId, { title: 'Captain' }, BY);
		expect((await emitted(trigger)).filter(({ event }) => event === 'application.stage_changed')).toEqual([]);
	});

	test('a move that moves no date is emitted by the full check, within 6 hours', async () => {
		await settings({ movesTouch: false });
		const trigger = await watching();
		const one = active();
		clock.advance(MINUTE);
		actions.move(world(), one, otherStage(one).id, BY);
		expect(await emitted(trigger)).toEqual([]);
		clock.advance(6 * HOUR);
		expect(await emitted(trigger)).toMatchObject([{ event: 'application.stage_changed', applicationId: idOf(one), foundBy: 'full' }]);
	});

	test('404s for no reason delete nobody; who is gone is emitted once', async () => {
		const trigger = await watching();
		const one = active();
		actions.removeApplication(world(), one, BY);
		await settings({ spurious404: 0.2 });
		const all: unknown[] = [];
		for (let day = 0; day < 4; day++) {
			clock.advance(DAY);
			const { items } = await trigger.tick();
			all.push(...(items ?? []).filter(({ json }) => json['event'] === 'application.deleted').map(({ json }) => json['applicationId']));
		}
		expect(all).toEqual([idOf(one)]);
	});

	test('a quiet poll is two requests, also with interviews to come; one that is planned costs two more', async () => {
		for (const one of world().applications.alive().slice(0, 20)) actions.schedule(world(), one, { title: 'Call', startsAt: clock.now() + DAY }, BY);
		const trigger = await watching();
		for (let poll = 0; poll < 3; poll++) {
			clock.advance(HOUR / 3);
			const before = sandbox.requests.length;
			expect(await emitted(trigger)).toEqual([]);
			expect(sent(before)).toEqual(['GET /events 200', 'GET /candidates 200']);
		}
		clock.advance(MINUTE);
		const one = active();
		actions.schedule(world(), one, { title: 'On site', startsAt: clock.now() + 2 * DAY }, BY);
		const before = sandbox.requests.length;
		expect(await emitted(trigger)).toMatchObject([{ event: 'interview.scheduled', applicationId: idOf(one) }]);
		expect(sent(before).filter((line) => line !== 'GET /stages 200')).toHaveLength(4);
	});

	test('a token that may not read events loses no interview: they are unknown', async () => {
		for (const one of world().applications.alive().slice(0, 5)) actions.schedule(world(), one, { title: 'Call', startsAt: clock.now() + DAY }, BY);
		const trigger = await watching();
		await settings({ forbidden: ['events'] });
		clock.advance(7 * HOUR);
		expect(await emitted(trigger)).toEqual([]);
		await settings({ forbidden: [] });
		clock.advance(7 * HOUR);
		expect(await emitted(trigger)).toEqual([]);
	});
});
