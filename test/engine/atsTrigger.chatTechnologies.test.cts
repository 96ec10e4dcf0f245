import type { IDataObject } from 'n8n-workflow';

import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { PollHost, type HostMode } from './harness/index.cts';

const BY = 'test';
let sandbox: Sandbox;

beforeEach(async () => {
	sandbox = await startSandbox({ jobs: 4, applications: 60, services: ['chatTechnologies'], seed: 'feed' });
	// A history of some pages, each entry an hour after the one before.
	for (let i = 0; i < 130; i++) record(`old ${i}`, Date.now() - (200 - i) * 3_600_000);
});
afterEach(async () => {
	expect(sandbox.violations).toEqual([]);
	await sandbox.close();
});

const setup = async (settings: object) => await sandbox.control('chatTechnologies/settings', settings);
const candidateId = () => sandbox.world.candidates.rows[4]?.id ?? '';

function record(note: string, createdAt?: number): void {
	sandbox.world.add('activity', { code: 'note', data: { note }, candidateId: candidateId(), jobId: null, userId: null }, BY, createdAt === undefined ? {} : { createdAt });
}

async function watching(parameters: object = {}, host: HostMode = 'memory', credential: object = {}, staticData: IDataObject = {}): Promise<PollHost> {
	const credentials = { chatTechnologiesApi: { ...sandbox.credentials['chatTechnologies'], baseUrl: sandbox.urls['chatTechnologies'] ?? '', ...credential } };
	const trigger = new PollHost('atsTrigger', { provider: 'chatTechnologies', simplify: false, ...parameters }, { credentials, host, staticData });
	expect(await trigger.activate()).toEqual({ items: null, error: undefined });
	return trigger;
}

async function emitted(trigger: PollHost): Promise<Array<Record<string, unknown>>> {
	const { items, error } = await trigger.tick();
	expect(error).toBeUndefined();
	return (items ?? []).map(({ json }) => json);
}

const notes = (items: Array<Record<string, unknown>>) => items.map(({ activity }) => (activity as { data: { note: string } }).data.note);

test('a new entry is emitted as activity.recorded, with what was recorded, and nothing else is', async () => {
	const trigger = await watching();
	expect(await emitted(trigger)).toEqual([]);
	record('Called back');
	const [event, ...rest] = await emitted(trigger);
	expect(rest).toEqual([]);
	expect(event).toMatchObject({
		event: 'activity.recorded',
		provider: 'chatTechnologies',
		applicationId: null,
		application: null,
		changes: [],
		occurredAt: expect.stringMatching(/Z$/),
		activity: { code: 'note', data: { note: 'Called back' }, candidateId: '5', createdAt: event?.['occurredAt'] },
	});
	expect(await emitted(trigger)).toEqual([]);
});

const orders = ['newest', 'oldest', 'none'] as const;
const forms = [
	{ envelope: 'jsonapi', paging: 'metadata', changeIds: true },
	{ envelope: 'jsonapi', paging: 'links', changeIds: false },
	{ envelope: 'unified', paging: 'meta', changeIds: true },
	{ envelope: 'unified', paging: 'metadata', changeIds: false },
];
test.each(orders.flatMap((order) => forms.map((form) => [order, form] as const)))('every entry is emitted once: order %s, set-up %o', async (order, form) => {
	await setup({ order, ...form });
	const trigger = await watching();
	expect(await emitted(trigger)).toEqual([]);
	const seen: string[] = [];
	const start = Date.now();
	for (let i = 0; i < 4; i++) {
		for (let k = 0; k < 20; k++) record(`new ${i}.${k}`, start + i * 1000 + k);
		seen.push(...notes(await emitted(trigger)));
	}
	for (let i = 0; i < 2; i++) seen.push(...notes(await emitted(trigger)));
	expect(seen).toEqual(Array.from({ length: 80 }, (_, n) => `new ${Math.floor(n / 20)}.${n % 20}`));
});

test('switching Include Raw on emits nothing again, also where entries have no id', async () => {
	await setup({ changeIds: false });
	const trigger = await watching();
	await emitted(trigger);
	record('one');
	expect(notes(await emitted(trigger))).toEqual(['one']);
	const other = await watching({ options: { includeRaw: true } }, 'memory', {}, trigger.staticData);
	record('two');
	const again = await emitted(other);
	expect(notes(again)).toEqual(['two']);
	expect(again[0]?.['activity']).toMatchObject({ raw: { type: 'activities', attributes: { code: 'note' } } });
});

test('activation fails with a sentence where there is no feed, and works where its path is given', async () => {
	await setup({ paths: { candidates: '/candidates', departments: '/departments', roles: '/roles', changes: '/activities' } });
	const credentials = { chatTechnologiesApi: { ...sandbox.credentials['chatTechnologies'], baseUrl: sandbox.urls['chatTechnologies'] ?? '' } };
	const { error } = await new PollHost('atsTrigger', { provider: 'chatTechnologies', simplify: false }, { credentials }).activate();
	expect(error?.message).toContain('has no feed of changes at /changes');
	const trigger = await watching({}, 'memory', { changesPath: '/activities' });
	expect(await emitted(trigger)).toEqual([]);
});

