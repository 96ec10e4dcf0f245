import { NodeHelpers, Workflow, type IDataObject, type INodeParameters } from 'n8n-workflow';

import * as actions from '../../sandbox/actions.cts';
import { deliverTo, loadPackage, node, serveWebhook, type WebhookServer } from './harness/index.cts';
import { must, startFlatchr, type Flatchr } from './support/flatchr.cts';

let flatchr: Flatchr;
const servers: WebhookServer[] = [];

beforeAll(async () => {
	flatchr = await startFlatchr();
});
afterEach(async () => {
	flatchr.sandbox.faults.clear();
	await flatchr.sandbox.control('flatchr/webhooks/clear', {});
	for (const server of servers.splice(0)) await server.close();
});
afterAll(async () => {
	expect(flatchr.sandbox.violations).toEqual([]);
	await flatchr.sandbox.close();
});

const BY = 'test';
const world = () => flatchr.sandbox.world;
const active = (index = 0) => must(world().applications.alive().filter(({ status }) => status === 'PENDING')[index]);
const keyOf = (application = active()) => flatchr.ids.of('application', application);
const vacancyKeyOf = (application = active()) => flatchr.ids.of('job', world().jobs.need(application.jobId));
const nextStage = (application = active()) => must(world().jobs.need(application.jobId).stageIds.find((id) => id !== application.stageId && !world().stages.need(id).hired));

async function serve(parameters: INodeParameters = {}): Promise<WebhookServer> {
	const server = await serveWebhook('flatchrTrigger', parameters, { credentials: flatchr.credentials, node: { id: `trigger-${Math.random()}` } });
	servers.push(server);
	return server;
}

/** What the trigger gave for what `act` did in Flatchr. */
async function after(server: WebhookServer, event: string, act: () => void, more: object = {}) {
	await flatchr.sandbox.control('flatchr/webhooks', { url: server.url, event, ...more });
	act();
	await flatchr.sandbox.control('flatchr/webhooks/flush', {});
	await flatchr.sandbox.deliveries.settled();
	return server.deliveries;
}

function newcomer() {
	const candidate = { firstName: 'Ada', lastName: 'Newcomer', company: null, title: null, emails: [{ address: `ada.${world().candidates.size}@mail.example`, type: 'PERSONAL' as const }], phones: [], links: [], place: null, source: null, tagIds: [], consent: null };
	const { application } = actions.apply(world(), must(world().jobs.alive()[0]), { candidate }, BY);
	actions.attach(world(), { candidateId: application.candidateId, applicationId: application.id }, { kind: 'CV', fileName: 'Ada.pdf', contentType: 'application/pdf', bytes: Buffer.from('%PDF') }, BY);
	return application;
}

describe('an event', () => {
	it('of a new candidate carries the IDs that other operations take, its CV, and times in UTC', async () => {
		const server = await serve();
		const [delivery] = await after(server, 'new_applicant', () => void newcomer());
		const made = must(world().applications.rows.at(-1));
		expect(delivery?.status).toBe(200);
		expect(delivery?.items).toHaveLength(1);
		expect(delivery?.items?.[0]?.json).toMatchObject({
			event: 'new_applicant',
			company_id: '4217',
			ids: { applicant: keyOf(made), vacancy: vacancyKeyOf(made), column: '13001' },
			data: { column: '13001', applicant_id: expect.any(String), cv: { key: expect.stringContaining('candidates/'), extension: 'pdf' }, candidate: { firstname: 'Ada' }, applicant: { created_at: expect.stringMatching(/Z$/) } },
		});
		expect(server.staticData).toEqual({});
	});

	it('of a move has the applicant looked up, and no secret of the user', async () => {
		const one = active();
		const from = flatchr.sandbox.requests.length;
		const [delivery] = await after(await serve(), 'drag_applicant', () => actions.move(world(), one, nextStage(one), BY));
		expect(delivery?.items?.[0]?.json).toMatchObject({ event: 'drag_applicant', ids: { applicant: keyOf(one), vacancy: vacancyKeyOf(one), column: expect.stringMatching(/^13\d{3}$/) } });
		expect(JSON.stringify(delivery?.items)).not.toContain('vyte');
		expect(flatchr.requests(from)).toHaveLength(1);
	});

	it('of a message has its text, and the person who applied twice is told apart by the vacancy', async () => {
		const one = active(1);
		const elsewhere = must(world().jobs.alive().find(({ id }) => id !== one.jobId));
		actions.apply(world(), elsewhere, { candidate: { ...world().candidates.need(one.candidateId) } }, BY);
		const message = { candidateId: one.candidateId, applicationId: one.id, authorId: world().users.rows[1]?.id ?? null, subject: 'Hi', text: 'Hello', html: '<p>Hello</p>', auto: false, deliverAt: 0, delivered: true, attachmentIds: [] };
		const [delivery] = await after(await serve(), 'new_message', () => void world().add('message', message, BY));
		expect(delivery?.items?.[0]?.json).toMatchObject({ data: { text: '<p>Hello</p>' }, ids: { applicant: keyOf(one), vacancy: vacancyKeyOf(one), column: null } });
	});

	it('of a new vacancy carries its ID', async () => {
		const [delivery] = await after(await serve({ events: ['new_vacancy'] }), 'new_vacancy', () => {
			const { id: _id, number: _number, remoteId: _remoteId, ...job } = must(world().jobs.rows[0]);
			world().add('job', { ...job, title: 'Newest' }, BY);
		});
		expect(delivery?.items?.[0]?.json).toMatchObject({ data: { vacancy: { title: 'Newest' } }, ids: { vacancy: flatchr.ids.of('job', must(world().jobs.rows.at(-1))), applicant: null } });
	});

	it('comes without a look-up where that is not wanted, and also where it fails', async () => {
		const one = active(2);
		const from = flatchr.sandbox.requests.length;
		const [quiet] = await after(await serve({ addIds: false }), 'drag_applicant', () => actions.move(world(), one, nextStage(one), BY));
		expect(quiet?.items?.[0]?.json).toMatchObject({ ids: { applicant: null, vacancy: vacancyKeyOf(one) } });
		expect(flatchr.requests(from)).toEqual([]);
		await flatchr.sandbox.control('flatchr/webhooks/clear', {});
		flatchr.sandbox.faults.next({ kind: 'status', status: 403 }, { path: 'search/applicants' });
		const [failed] = await after(await serve(), 'drag_applicant', () => actions.move(world(), one, nextStage(one), BY));
		expect(failed).toMatchObject({ status: 200, items: [{ json: { ids: { applicant: null } } }] });
	});
});

describe('what is taken', () => {
	const odd = { event: 'new_comment', company_id: 1, data: { comment: { id: 7, created_at: 1645022213 } } };

	it.each<[string, INodeParameters, number | undefined]>([
		['any event by default, also one whose name nobody has published', {}, 1],
		['an event that is named by hand', { events: ['new_applicant'], otherEvents: 'new_comment, other' }, 1],
		['nothing that was not chosen', { events: ['new_applicant'] }, undefined],
	])('is %s', async (_what, parameters, items) => {
		const delivery = await deliverTo(await serve(parameters), { body: odd });
		expect([delivery.status, delivery.items?.length]).toEqual([200, items]);
		if (items) expect(delivery.items?.[0]?.json).toEqual({ event: 'new_comment', company_id: '1', data: { comment: { id: '7', created_at: '2022-02-16T14:36:53.000Z' } }, ids: { applicant: null, vacancy: null, column: null } });
	});

	it.each([
		['a body without an event', '{"data": {}}', 400],
		['a list', '[]', 400],
		['no JSON at all', 'hello', 422],
	])('is not %s', async (_what, body, status) => {
		const delivery = await deliverTo(await serve(), { body });
		expect([delivery.status, delivery.items]).toEqual([status, undefined]);
	});

	it('is a repeat only once where that can be known, and a message each time', async () => {
		const server = await serve({ addIds: false });
		const statuses = async (body: object, times = 2) => {
			const taken: number[] = [];
			for (let time = 0; time < times; time++) taken.push((await deliverTo(server, { body: { ...body } })).items?.length ?? 0);
			return taken;
		};
		expect(await statuses({ event: 'new_applicant', data: { applicant_id: 5 } })).toEqual([1, 0]);
		expect(await statuses({ event: 'new_applicant', company_id: 2, data: { applicant_id: 77 } })).toEqual([1, 0]);
		expect(await statuses({ event: 'new_applicant', company_id: 3, data: { applicant_id: 77 } })).toEqual([1, 0]);
		expect(await statuses({ event: 'new_vacancy', data: { vacancy_id: 'V41QG9eja5pK6Xev' } })).toEqual([1, 0]);
		expect(await statuses({ event: 'drag_applicant', data: { applicant: { id: 5, updated_at: 'x' } } })).toEqual([1, 0]);
		expect(await statuses({ event: 'drag_applicant', data: { applicant: { id: 5, updated_at: 'y' } } })).toEqual([1, 0]);
		expect(await statuses({ event: 'new_message', data: { applicant_id: 5, text: 'ok' } })).toEqual([1, 1]);
	});
});

it.each<[string, string | IDataObject[]]>([
	['a list', [{ comment: 1 }, { comment: 2 }]],
	['a text', 'archived'],
])('data that are %s reach the item as they are', async (_what, data) => {
	const { items } = await deliverTo(await serve(), { body: { event: 'new_kind', company_id: 1, data, sent_by: 'beta' } });
	expect(items?.[0]?.json).toEqual({ event: 'new_kind', company_id: '1', data, sent_by: 'beta', ids: { applicant: null, vacancy: null, column: null } });
});

describe('a secret', () => {
	const header = { protection: 'header', headerName: 'X-Gate' };
	const body = { event: 'new_vacancy', data: {} };

	it.each([
		['the right one', { 'x-gate': 'sandbox-webhook-secret' }, 200, 1],
		['a wrong one', { 'x-gate': 'guess' }, 401, undefined],
		['none', {}, 401, undefined],
	])('in a header: %s', async (_which, headers: Record<string, string>, status, items) => {
		const delivery = await deliverTo(await serve(header), { body, headers });
		expect([delivery.status, delivery.items?.length]).toEqual([status, items]);
	});

	it('that the credential lacks lets nothing through, and is missed when the workflow is switched on', async () => {
		const credentials = { flatchrApi: { ...flatchr.credentials['flatchrApi'], webhookSecret: '' } };
		const server = await serveWebhook('flatchrTrigger', header, { credentials });
		servers.push(server);
		expect((await deliverTo(server, { body, headers: { 'x-gate': '' } })).status).toBe(401);
		await expect(server.hook('create')).rejects.toThrow('The credential has no webhook secret');
	});

	it.each<[INodeParameters, string]>([
		[{}, 'webhook'],
		[{ protection: 'address', addressSecret: 'k3J9sQ2vX7' }, 'k3J9sQ2vX7'],
		[{ protection: 'address', addressSecret: '../a b?c' }, 'abc'],
		[header, 'webhook'],
	])('in the path is part of the address that n8n shows: %j', (parameters, last) => {
		const subject = node('Trigger', 'flatchrTrigger', parameters, { webhookId: 'random-id' });
		const workflow = new Workflow({ id: 'w', nodes: [subject], connections: {}, active: true, nodeTypes: loadPackage().nodeTypes });
		const filled = must(workflow.getNode('Trigger'));
		const path = workflow.expression.getSimpleParameterValue(filled, must(loadPackage().nodeTypes.getByNameAndVersion(filled.type).description.webhooks?.[0]).path, 'internal', {});
		expect(NodeHelpers.getNodeWebhookPath('w', filled, String(path), false)).toBe(`random-id/${last}`);
	});
});

describe('switching on', () => {
	it('tries the credential, registers nothing, and says what is wrong with it', async () => {
		const server = await serve();
		const from = flatchr.sandbox.requests.length;
		expect([await server.hook('checkExists'), await server.hook('create'), await server.hook('delete')]).toEqual([false, true, true]);
		expect(flatchr.requests(from).map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)).toEqual(['GET columns']);
		const wrong = await serveWebhook('flatchrTrigger', {}, { credentials: { flatchrApi: { ...flatchr.credentials['flatchrApi'], apiKey: 'flk_ended' } } });
		servers.push(wrong);
		await expect(wrong.hook('create')).rejects.toMatchObject({ httpCode: '401', description: expect.stringMatching(/365 days/) });
	});
});
