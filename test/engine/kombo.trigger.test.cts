import { createHmac } from 'node:crypto';

import type { INodeParameters } from 'n8n-workflow';

import { useClock } from '../../lib/clock';
import { ManualClock } from '../../sandbox/index.cts';
import { deliverTo, serveWebhook, webhookNode, type WebhookServer } from './harness/index.cts';
import { must, startKombo, type Kombo } from './support/kombo.cts';
import { integrationIdOf } from '../../sandbox/kombo/state.cts';

let kombo: Kombo;
/** Kombo's time and the node's: it stands still unless somebody waits. */
const time = new ManualClock();
const restoreClock = useClock(time);
const servers: WebhookServer[] = [];

beforeAll(async () => {
	kombo = await startKombo({ clock: time });
});
afterEach(async () => {
	await kombo.sandbox.control('kombo/webhooks/clear', {});
	for (const server of servers.splice(0)) await server.close();
});
afterAll(async () => {
	restoreClock();
	await kombo.sandbox.close();
	expect(kombo.sandbox.violations).toEqual([]);
});

const world = () => kombo.sandbox.world;
const secret = () => String(kombo.credentials.komboApi?.webhookSecret);
const sign = (body: string, key = secret()) => createHmac('sha256', key).update(body).digest('base64url');

async function serve(parameters: INodeParameters = {}, id = 'trigger'): Promise<WebhookServer> {
	const server = await serveWebhook('komboTrigger', parameters, { credentials: kombo.credentials, node: { id: `${id}-${Math.random()}` } });
	servers.push(server);
	return server;
}
/** The sandbox sends an event, signed, to the trigger. */
async function send(server: WebhookServer, type: string, more: { data?: object; id?: string } = {}) {
	await kombo.sandbox.control('kombo/webhooks/clear', {});
	await kombo.sandbox.control('kombo/webhooks', { url: server.url });
	await kombo.sandbox.control('kombo/webhooks/send', { type, ...more });
	await kombo.sandbox.deliveries.settled();
	return must(server.deliveries.at(-1));
}
/** An event that the vendor's document does not know, signed here. */
async function deliver(server: WebhookServer, event: object) {
	const body = JSON.stringify(event);
	return await deliverTo(server, { body, headers: { 'x-kombo-signature': sign(body), 'content-type': 'application/json' } });
}
const dataChanged = (...models: string[]) => ({ integration_id: integrationIdOf(kombo.sandbox.world), integration_tool: 'greenhouse', integration_category: 'ATS', changed_models: models.map((name) => ({ name })) });

describe('a delivery', () => {
	it('of the vendor starts the workflow with the event as it came', async () => {
		const server = await serve({ events: ['data-changed'] });
		const { status, items } = await send(server, 'data-changed', { id: 'event-1' });
		expect(status).toBe(200);
		expect(items).toEqual([{ json: { id: 'event-1', type: 'data-changed', data: dataChanged('ats_applications') } }]);
		expect(server.staticData).toEqual({});
	});

	it.each([
		['data that are a list', { data: [{ integration_id: 'a' }, { integration_id: 'b' }] }],
		['fields beside its data', { data: { integration_id: 'a' }, environment: 'production', sent: { at: 1 } }],
	])('with %s reaches the item whole', async (_what, more) => {
		const { items } = await deliver(await serve({ events: ['other'] }), { id: 'odd-1', type: 'brand-new', ...more });
		expect(items).toEqual([{ json: { id: 'odd-1', type: 'brand-new', ...more } }]);
	});

	it('is checked on its very bytes: other white space with the signature of the same content is refused', async () => {
		const pretty = JSON.stringify({ id: 'e', type: 'data-changed', data: dataChanged('ats_jobs') }, null, 2);
		const good = await webhookNode('komboTrigger', {}, { credentials: kombo.credentials, body: pretty, headers: { 'x-kombo-signature': sign(pretty), 'content-type': 'application/json' } });
		expect([good.status, good.items?.length]).toEqual([200, 1]);
		const bad = await webhookNode('komboTrigger', {}, { credentials: kombo.credentials, body: pretty, headers: { 'x-kombo-signature': sign(JSON.stringify(JSON.parse(pretty))), 'content-type': 'application/json' } });
		expect([bad.status, bad.items]).toEqual([401, undefined]);
	});

	it.each<[string, Record<string, string>]>([
		['without a signature', {}],
		['with the signature of another secret', { 'x-kombo-signature': sign('{"id":"e","type":"data-changed"}', 'another') }],
		['with an empty signature', { 'x-kombo-signature': '' }],
	])('%s is answered 401 and starts nothing', async (_how, headers) => {
		const { status, items } = await webhookNode('komboTrigger', {}, { credentials: kombo.credentials, body: '{"id":"e","type":"data-changed"}', headers: { ...headers, 'content-type': 'application/json' } });
		expect([status, items]).toEqual([401, undefined]);
	});

	it('is refused while the credential has no secret', async () => {
		const credentials = { komboApi: { ...kombo.credentials.komboApi, webhookSecret: '' } };
		const body = '{"id":"e","type":"data-changed"}';
		expect((await webhookNode('komboTrigger', {}, { credentials, body, headers: { 'x-kombo-signature': sign(body, ''), 'content-type': 'application/json' } })).status).toBe(401);
	});

	it('that is no event is answered 400', async () => {
		const body = '["data-changed"]';
		const { status, items } = await webhookNode('komboTrigger', {}, { credentials: kombo.credentials, body, headers: { 'x-kombo-signature': sign(body), 'content-type': 'application/json' } });
		expect([status, items]).toEqual([400, undefined]);
	});

	it('without an ID counts every time', async () => {
		const server = await serve();
		const event = { type: 'data-changed', data: dataChanged('ats_jobs') };
		expect([(await deliver(server, event)).items?.length, (await deliver(server, event)).items?.length]).toEqual([1, 1]);
	});

	it('that comes again is answered 200 and starts nothing', async () => {
		const server = await serve();
		await send(server, 'data-changed', { id: 'twice' });
		const again = await send(server, 'data-changed', { id: 'twice' });
		expect([again.status, again.items]).toEqual([200, undefined]);
	});
});

describe('what starts the workflow', () => {
	it.each([
		'data-changed',
		'sync-finished',
		'integration-created',
		'integration-deleted',
		'integration-state-changed',
		'connection-flow-failed',
		'issue-status-changed',
		'assessment:order-received',
		'inline-assessment:order-received',
	])('%s, when it is chosen, and not otherwise', async (type) => {
		const chosen = await serve({ events: [type] });
		expect((await send(chosen, type)).items).toMatchObject([{ json: { type } }]);
		const other = await serve({ events: [type === 'sync-finished' ? 'data-changed' : 'sync-finished'] });
		expect(await send(other, type)).toMatchObject({ status: 200, items: undefined });
	});

	it('a type that nobody knew, when any other is chosen', async () => {
		const body = '{"id":"new","type":"something-new","data":{"a":1}}';
		const headers = { 'x-kombo-signature': sign(body), 'content-type': 'application/json' };
		const get = async (events: string[]) => (await webhookNode('komboTrigger', { events }, { credentials: kombo.credentials, body, headers, node: { id: events.join() } })).items;
		expect(await get(['other'])).toMatchObject([{ json: { type: 'something-new', data: { a: 1 } } }]);
		expect(await get(['data-changed'])).toBeUndefined();
	});

	it.each<[string, string[], string[], boolean]>([
		['a chosen model', ['ats_offers'], ['ats_applications', 'ats_offers'], true],
		['no chosen model', ['ats_offers'], ['ats_applications'], false],
		['a model that nobody knew', ['other'], ['ats_new_things'], true],
		['only known ones while others are chosen', ['other'], ['ats_jobs'], false],
	])('data changed in %s', async (_what, chosen, changed, starts) => {
		const server = await serve({ events: ['data-changed'], filters: { changedModels: chosen } });
		expect((await deliver(server, { id: 'event', type: 'data-changed', data: dataChanged(...changed) })).items !== undefined).toBe(starts);
	});

	it('what the node holds at that moment: other settings count with the next delivery, and an expression for each', async () => {
		const taken: boolean[] = [];
		for (const [events, type] of [[['sync-finished'], 'sync-finished'], [['data-changed'], 'sync-finished'], ['={{ [$json.body.type] }}', 'sync-finished'], ['={{ [$json.body.type] }}', 'data-changed'], [['sync-finished'], 'sync-finished']] as const) {
			const { items } = await deliver(await serve({ events: typeof events === 'string' ? events : [...events] }), { id: 'moment', type });
			taken.push(items !== undefined);
		}
		expect(taken).toEqual([true, false, true, true, true]);
	});

	it('events of the chosen integrations, wherever the event names it, and events that name none', async () => {
		const events = ['data-changed', 'integration-created', 'issue-status-changed', 'connection-flow-failed'];
		const ours = await serve({ events, filters: { integrationIds: `${integrationIdOf(kombo.sandbox.world)}, other:1` } });
		for (const type of events) expect((await send(ours, type)).items).toHaveLength(1);
		const theirs = await serve({ events, filters: { integrationIds: 'other:1' } });
		const started: Array<[string, boolean]> = [];
		for (const type of events) started.push([type, (await send(theirs, type)).items !== undefined]);
		expect(started).toEqual([['data-changed', false], ['integration-created', false], ['issue-status-changed', false], ['connection-flow-failed', true]]);
	});
});

describe('with the changed records', () => {
	it('gives an item for each record that changed since, deleted ones too, and the second time only what is new', async () => {
		const [moved, removed] = world().applications.alive();
		const stageId = must(world().jobs.need(must(moved).jobId).stageIds.find((id) => id !== moved?.stageId));
		world().change('application', must(moved).id, { stageId }, 'test');
		world().remove('application', must(removed).id, 'test');

		time.advance(5_000);

		const server = await serve({ events: ['data-changed'], fetchRecords: true, recordLists: ['applications'], lookBack: 5 });
		const first = await send(server, 'data-changed', { data: dataChanged('ats_applications') });
		const shown = (items = first.items) => (items ?? []).map(({ json }) => [json.list, (json.record as { id?: string } | null)?.id]);
		expect(shown().sort()).toEqual([['applications', must(moved).id], ['applications', must(removed).id]].sort());
		expect(first.items?.every(({ json }) => json.type === 'data-changed')).toBe(true);

		time.advance(5_000);
		const third = must(world().applications.alive()[5]);
		world().change('application', third.id, { status: 'DECLINED', rejection: { reasonId: null, at: time.now(), note: null } }, 'test');
		expect(shown((await send(server, 'data-changed', { data: dataChanged('ats_applications') })).items)).toEqual([['applications', third.id]]);
	});

	it('reads every list that shows something of the models, unless fewer are chosen', async () => {
		const read = async (parameters: INodeParameters, ...models: string[]) => {
			const server = await serve({ events: ['data-changed'], fetchRecords: true, lookBack: 1, ...parameters });
			const mark = kombo.sandbox.requests.length;
			await deliver(server, { id: 'event', type: 'data-changed', data: dataChanged(...models) });
			return kombo.requests(mark).map(({ path, query }) => [path.replace(/^.*\/ats\//, ''), query.include_deleted]);
		};
		expect(await read({}, 'ats_offers')).toEqual([['applications', 'true'], ['offers', 'true']]);
		expect(await read({}, 'ats_jobs')).toEqual(['applications', 'candidates', 'interviews', 'jobs', 'offers'].map((list) => [list, 'true']));
		expect(await read({}, 'ats_join_users_roles')).toEqual([['users', 'true']]);
		expect(await read({ recordLists: ['offers', 'tags'] }, 'ats_jobs')).toEqual([['offers', 'true']]);
		expect(await read({}, 'ats_something_new')).toEqual([]);
	});

	it('gives the event alone when there is no such record', async () => {
		const server = await serve({ events: ['data-changed', 'sync-finished'], fetchRecords: true, recordLists: ['tags'] });
		expect((await send(server, 'data-changed', { data: dataChanged('ats_tags') })).items).toMatchObject([{ json: { type: 'data-changed', list: null, record: null } }]);
		expect((await send(server, 'sync-finished')).items).toMatchObject([{ json: { type: 'sync-finished', data: { sync_state: 'SUCCEEDED' } } }]);
	});

	it('asks the integration that the event names', async () => {
		const [made] = await kombo.json('connection', 'createLink', { email: 'b@example.com', organization: 'Other', additionalFields: { tool: 'lever' } });
		const [other] = await kombo.json('connection', 'getByToken', { token: String(made?.link).split('/').at(-1) ?? '' });
		const server = await serve({ events: ['data-changed'], fetchRecords: true, recordLists: ['tags'] });
		await send(server, 'data-changed', { data: { ...dataChanged('ats_tags'), integration_id: String(other?.id), integration_tool: 'lever' } });
		expect(kombo.sandbox.requests.at(-1)?.headers['x-integration-id']).toBe(other?.id);
	});

	it('loses nothing when a fetch fails: the event comes again and the next fetch begins where the last good one ended', async () => {
		const server = await serve({ events: ['data-changed'], fetchRecords: true, recordLists: ['jobs'], lookBack: 5 });
		const job = must(world().jobs.alive()[0]);
		world().change('job', job.id, { title: 'Renamed' }, 'test');
		kombo.sandbox.faults.next({ kind: 'status', status: 500 }, { path: '/ats/jobs', times: 4 });
		const failed = await send(server, 'data-changed', { data: dataChanged('ats_jobs'), id: 'again' });
		expect([failed.status, failed.items]).toEqual([500, undefined]);
		const second = await send(server, 'data-changed', { data: dataChanged('ats_jobs'), id: 'again' });
		expect(second.items).toMatchObject([{ json: { list: 'jobs', record: { id: job.id, name: 'Renamed' } } }]);
	});
});

describe('activation', () => {
	it('checks the key with the vendor, and that there is a secret', async () => {
		const mark = kombo.sandbox.requests.length;
		const good = await serve();
		expect([await good.hook('checkExists'), await good.hook('create'), await good.hook('delete')]).toEqual([false, true, true]);
		expect(kombo.requests(mark).map(({ path }) => path)).toEqual([expect.stringContaining('/check-api-key')]);

		const hook = async (more: Record<string, string>) => {
			const server = await serveWebhook('komboTrigger', {}, { credentials: { komboApi: { ...must(kombo.credentials.komboApi), ...more } } });
			servers.push(server);
			return await server.hook('create');
		};
		await expect(hook({ webhookSecret: '' })).rejects.toThrow('The credential has no webhook secret');
		await expect(hook({ apiKey: 'ks_dev_wrong' })).rejects.toThrow('The API key is invalid or has expired.');
	});

	it('with a wrong key can still be ended', async () => {
		const server = await serveWebhook('komboTrigger', {}, { credentials: { komboApi: { ...must(kombo.credentials.komboApi), apiKey: 'wrong' } } });
		servers.push(server);
		expect(await server.hook('delete')).toBe(true);
	});
});
