import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type {
	ICredentialType,
	IExecuteFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	INodeExecutionData,
	INodeType,
	IPollFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';
import { NodeApiError, NodeConnectionTypes } from 'n8n-workflow';

import { clock } from '../../lib/clock';
import type { CredentialStore } from './harness/index.cts';
import {
	binaryFile,
	deliverTo,
	inARow,
	listSearch,
	loadOptions,
	loadPackage,
	node,
	PollHost,
	pollNode,
	readBinary,
	registerCredential,
	registerNode,
	runNode,
	runTool,
	runWorkflow,
	serveWebhook,
	testCredential,
	webhookNode,
} from './harness/index.cts';

/** A vendor in twenty lines: greets by key, gives OAuth2 tokens that expire when told to. */
const vendor = { requests: [] as string[], token: 1, expired: false };
const server = createServer((request, response) => {
	const { method, url = '/', headers } = request;
	vendor.requests.push(`${method} ${url}`);
	const answer = (status: number, body: unknown) => {
		response.writeHead(status, { 'content-type': 'application/json' });
		response.end(JSON.stringify(body));
	};
	if (url === '/token') {
		vendor.expired = false;
		return answer(200, { access_token: `token-${++vendor.token}`, token_type: 'Bearer', expires_in: 3600 });
	}
	if (url.startsWith('/oauth')) {
		const good = headers.authorization === `Bearer token-${vendor.token}` && !vendor.expired;
		return answer(good ? 200 : 401, { authorization: headers.authorization });
	}
	if (headers['x-key'] !== 'right') return answer(401, { message: 'Unknown key' });
	if (url.startsWith('/missing')) return answer(404, { message: 'There is no such person' });
	return answer(200, { url, key: headers['x-key'] });
});
let baseUrl = '';

const exampleApi: ICredentialType = {
	name: 'exampleApi',
	displayName: 'Example API',
	properties: [
		{ displayName: 'Base URL', name: 'baseUrl', type: 'string', default: '' },
		{ displayName: 'Key', name: 'key', type: 'string', default: '' },
	],
	authenticate: { type: 'generic', properties: { headers: { 'X-Key': '={{$credentials.key}}' } } },
	test: {
		request: { baseURL: '={{$credentials.baseUrl}}', url: '/me' },
		rules: [{ type: 'responseCode', properties: { value: 401, message: 'The key is wrong. Copy it again.' } }],
	},
};

const exampleOAuth2Api: ICredentialType = {
	name: 'exampleOAuth2Api',
	displayName: 'Example OAuth2 API',
	extends: ['oAuth2Api'],
	properties: [
		{ displayName: 'Base URL', name: 'baseUrl', type: 'string', default: '' },
		{ displayName: 'Grant Type', name: 'grantType', type: 'hidden', default: 'clientCredentials' },
		{ displayName: 'Token URL', name: 'accessTokenUrl', type: 'hidden', default: '={{$self["baseUrl"]}}/token' },
	],
};

class Example implements INodeType {
	description: INodeType['description'] = {
		displayName: 'Example',
		name: 'example',
		group: ['transform'],
		version: [1, 2],
		description: 'Greets people',
		defaults: { name: 'Example' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'exampleApi' }, { name: 'exampleOAuth2Api' }],
		properties: [
			{ displayName: 'Resource', name: 'resource', type: 'options', default: 'person', options: [{ name: 'Person', value: 'person' }] },
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				default: 'greet',
				options: [
					{ name: 'Greet', value: 'greet', action: 'Greet a person', description: 'Say hello' },
					{ name: 'Copy File', value: 'copyFile', action: 'Copy a file' },
					{ name: 'Wait', value: 'wait', action: 'Wait' },
				],
			},
			{ displayName: 'Path', name: 'path', type: 'string', default: '/hello' },
			{ displayName: 'Credential', name: 'credential', type: 'hidden', default: 'exampleApi' },
		],
	};

	methods = {
		loadOptions: {
			async greetings(this: ILoadOptionsFunctions) {
				const path = this.getCurrentNodeParameter('path');
				return [{ name: `Says ${String(path)}`, value: 'hello' }];
			},
		},
		listSearch: {
			async people(this: ILoadOptionsFunctions, filter?: string, token?: string) {
				const { baseUrl: url } = await this.getCredentials<{ baseUrl: string }>('exampleApi');
				const answer = await this.helpers.httpRequestWithAuthentication.call(this, 'exampleApi', {
					url: `${url}/people?q=${filter ?? ''}&page=${token ?? '1'}`,
				});
				return { results: [{ name: answer.url, value: answer.key }], paginationToken: '2' };
			},
		},
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const output: INodeExecutionData[] = [];
		for (const [item, { binary }] of this.getInputData().entries()) {
			const operation = this.getNodeParameter('operation', item);
			if (operation === 'wait') await clock.sleep(60_000, this.getExecutionCancelSignal());
			if (operation === 'copyFile') {
				const bytes = await this.helpers.getBinaryDataBuffer(item, 'data');
				const copy = await this.helpers.prepareBinaryData(bytes, `copy-of-${binary?.data?.fileName}`, binary?.data?.mimeType);
				output.push({ json: {}, binary: { copy }, pairedItem: { item } });
				continue;
			}
			try {
				const credential = String(this.getNodeParameter('credential', item));
				const { baseUrl: url } = await this.getCredentials<{ baseUrl: string }>(credential);
				const options: IHttpRequestOptions = { url: url + String(this.getNodeParameter('path', item)) };
				const json = await this.helpers.httpRequestWithAuthentication.call(this, credential, options);
				output.push({ json, pairedItem: { item } });
			} catch (thrown) {
				const error = thrown instanceof Error ? thrown : new Error(String(thrown));
				if (!this.continueOnFail()) throw new NodeApiError(this.getNode(), { message: error.message }, { itemIndex: item, httpCode: '404' });
				output.push({ json: { error: error.message }, pairedItem: { item } });
			}
		}
		return [output];
	}
}

class ExamplePoll implements INodeType {
	description: INodeType['description'] = {
		displayName: 'Example Poll',
		name: 'examplePoll',
		group: ['trigger'],
		version: 1,
		description: 'Counts polls',
		defaults: { name: 'Example Poll' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		properties: [{ displayName: 'Tell', name: 'tell', type: 'string', default: 'always' }],
	};

	async poll(this: IPollFunctions) {
		const data = this.getWorkflowStaticData('node');
		const count = Number(data.count ?? 0) + 1;
		const tell = this.getNodeParameter('tell');
		if (tell === 'fail') throw new Error('The vendor is down');
		data.count = count;
		const budget = this.getPollBudgetMs?.() ?? 'none';
		const json = { count, budget, mode: this.getMode(), activation: this.getActivationMode() };
		return tell === 'never' ? null : [[{ json }]];
	}
}

class ExampleHook implements INodeType {
	description: INodeType['description'] = {
		displayName: 'Example Hook',
		name: 'exampleHook',
		group: ['trigger'],
		version: 1,
		description: 'Tells what came in',
		defaults: { name: 'Example Hook' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
		properties: [],
	};

	webhookMethods = {
		default: { checkExists: async () => false, create: async () => true, delete: async () => true },
	};

	async webhook(this: IWebhookFunctions) {
		const request = this.getRequestObject();
		if (this.getHeaderData()['x-signature'] !== 'good') {
			this.getResponseObject().status(401).json({ message: 'Bad signature' });
			return { noWebhookResponse: true };
		}
		const json = { raw: request.rawBody.toString('hex'), body: this.getBodyData(), query: this.getQueryData() };
		return { workflowData: [[{ json }]] };
	}
}

const secret = (key = 'right') => ({ exampleApi: { baseUrl, key } });

beforeAll(async () => {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	loadPackage();
	[new Example(), new ExamplePoll(), new ExampleHook()].forEach((node) => registerNode(node));
	[exampleApi, exampleOAuth2Api].forEach(registerCredential);
});
afterAll(() => server.close());
beforeEach(() => {
	vendor.requests = [];
});

describe('a node run by the engine', () => {
	it('gets its items and its key, and its output is paired with the input', async () => {
		const { json, items, error } = await runNode(
			'example',
			{ path: '={{ "/" + $json.name }}' },
			{ items: [{ json: { name: 'ada' } }, { json: { name: 'grace' } }], credentials: secret() },
		);
		expect(error).toBeUndefined();
		expect(json).toEqual([
			{ url: '/ada', key: 'right' },
			{ url: '/grace', key: 'right' },
		]);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
	});

	it('stops the execution with its error when it may not continue', async () => {
		const { error, items } = await runNode('example', { path: '/missing' }, { credentials: secret() });
		expect(error).toMatchObject({ httpCode: '404', context: { itemIndex: 0 } });
		expect(items).toEqual([]);
	});

	it.each([
		['continueRegularOutput' as const, 2, 0],
		['continueErrorOutput' as const, 1, 1],
	])('with %s the failing item does not stop the other', async (onError, regular, failing) => {
		const outcome = await runNode(
			'example',
			{ path: '={{ $json.path }}' },
			{ items: [{ json: { path: '/missing' } }, { json: { path: '/ada' } }], credentials: secret(), onError },
		);
		expect(outcome.error).toBeUndefined();
		expect(outcome.items).toHaveLength(regular);
		expect(outcome.errorOutput).toHaveLength(failing);
		expect(outcome.items.at(-1)).toMatchObject({ json: { url: '/ada' }, pairedItem: { item: 1 } });
	});

	it('reads and writes files byte for byte, on disk and not in the item', async () => {
		const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
		const data = await binaryFile(bytes, 'cv.pdf', 'application/pdf');
		const { items } = await runNode('example', { operation: 'copyFile' }, { items: [{ binary: { data } }] });
		const copy = items[0]?.binary?.copy;
		expect(copy).toMatchObject({ fileName: 'copy-of-cv.pdf', mimeType: 'application/pdf', data: 'filesystem-v2' });
		expect(await readBinary(copy)).toEqual(bytes);
	});

	it('runs in a workflow JSON, where every node keeps its output', async () => {
		const { outputs, items } = await runWorkflow({
			nodes: [node('Go', 'n8n-nodes-base.manualTrigger'), node('A', 'n8n-nodes-base.noOp'), node('B', 'n8n-nodes-base.noOp')],
			connections: inARow('Go', 'A', 'B'),
			pinData: { Go: [{ json: { name: 'ada' } }] },
		});
		expect(Object.keys(outputs)).toEqual(['Go', 'A', 'B']);
		expect(items).toMatchObject([{ json: { name: 'ada' } }]);
	});

	it('hears that the execution was cancelled', async () => {
		const { cancelled, items } = await runNode('example', { operation: 'wait' }, { cancelAfter: 20 });
		expect([cancelled, items]).toEqual([true, []]);
	});

	it('serves an agent as a tool, described by its operation', async () => {
		const { answer, description } = await runTool(
			'example',
			{ path: "={{ $fromAI('path', 'which page', 'string') }}" },
			{ path: '/from-the-model' },
			{ credentials: secret() },
		);
		expect(JSON.parse(answer)).toEqual([{ url: '/from-the-model', key: 'right' }]);
		expect(description).toMatch(/greet|person/i);
	});

	it('gets a token by client credentials, keeps it, and gets another when it has expired', async () => {
		const credentials: CredentialStore = { exampleOAuth2Api: { baseUrl, clientId: 'me', clientSecret: 'mine' } };
		const parameters = { credential: 'exampleOAuth2Api', path: '/oauth' };
		const first = await runNode('example', parameters, { credentials });
		const again = await runNode('example', parameters, { credentials });
		expect([first.error, again.error]).toEqual([undefined, undefined]);
		expect(vendor.requests.filter((request) => request === 'POST /token')).toHaveLength(1);
		vendor.expired = true;
		const renewed = await runNode('example', parameters, { credentials });
		expect(renewed.json).toEqual([{ authorization: `Bearer token-${vendor.token}` }]);
		expect(credentials.exampleOAuth2Api?.oauthTokenData).toMatchObject({ access_token: `token-${vendor.token}` });
	});
});

describe('the editor', () => {
	it('fills dropdowns from the parameters shown, defaults included', async () => {
		expect(await loadOptions('example', 'greetings', {})).toEqual([{ name: 'Says /hello', value: 'hello' }]);
	});

	it('searches lists with a filter and a page token', async () => {
		const found = await listSearch('example', 'people', {}, { credentials: secret(), filter: 'ada', paginationToken: '3' });
		expect(found).toEqual({ results: [{ name: '/people?q=ada&page=3', value: 'right' }], paginationToken: '2' });
	});

	it('tests a credential, and a rule says what to do about a wrong key', async () => {
		expect(await testCredential('exampleApi', secret().exampleApi)).toEqual({ status: 'OK', message: 'Connection successful!' });
		expect(await testCredential('exampleApi', secret('wrong').exampleApi)).toEqual({
			status: 'Error',
			message: 'The key is wrong. Copy it again.',
		});
	});
});

describe('a polling trigger', () => {
	it('starts an execution with its items and keeps its static data', async () => {
		const { items, staticData } = await pollNode('examplePoll', {}, { staticData: { count: 4 } });
		expect(items).toMatchObject([{ json: { count: 5, budget: 300_000, mode: 'trigger' } }]);
		expect(staticData).toEqual({ count: 5 });
	});

	it('keeps nothing when it is tested by hand', async () => {
		const { items, staticData } = await pollNode('examplePoll', {}, { mode: 'manual', staticData: { count: 4 } });
		expect(items).toMatchObject([{ json: { mode: 'manual', activation: 'manual' } }]);
		expect(staticData).toEqual({ count: 4 });
	});

	it('reports the error of a poll', async () => {
		const { error, items } = await pollNode('examplePoll', { tell: 'fail' });
		expect(error?.message).toBe('The vendor is down');
		expect(items).toBeNull();
	});

	it.each([
		['memory' as const, 'never', 0],
		['memory' as const, 'always', 3],
		['scheduler' as const, 'never', 0],
		['scheduler' as const, 'always', 3],
		['durable' as const, 'never', 3],
		['durable' as const, 'always', 3],
	])('after a crash a host of mode %s, polls telling %s, knows %i of three polls', async (host, tell, known) => {
		const trigger = new PollHost('examplePoll', { tell }, { host });
		for (let poll = 0; poll < 3; poll++) await trigger.tick();
		trigger.crash();
		expect(trigger.staticData).toEqual(known === 0 ? {} : { count: known });
	});

	it('has no budget on an old host', async () => {
		expect((await pollNode('examplePoll', {}, { host: 'old' })).items).toMatchObject([{ json: { budget: 'none' } }]);
		expect((await pollNode('examplePoll', {}, { host: 'durable' })).items).toMatchObject([{ json: { budget: 36_000 } }]);
	});
});

describe('a webhook trigger', () => {
	it('sees the raw bytes beside the parsed body', async () => {
		const { status, items, body } = await webhookNode('exampleHook', {}, {
			body: '{ "name" : "ada" }',
			headers: { 'x-signature': 'good' },
			query: { a: '1' },
		});
		expect(status).toBe(200);
		expect(JSON.parse(body)).toEqual({ message: 'Workflow was started' });
		expect(items).toMatchObject([
			{ json: { raw: Buffer.from('{ "name" : "ada" }').toString('hex'), body: { name: 'ada' }, query: { a: '1' } } },
		]);
	});

	it('answers for itself and starts nothing', async () => {
		const { status, items } = await webhookNode('exampleHook', {}, { body: {} });
		expect([status, items]).toEqual([401, undefined]);
	});

	it('is not asked about a body that is no JSON', async () => {
		const { status, items } = await webhookNode('exampleHook', {}, { body: '{"name":', headers: { 'x-signature': 'good' } });
		expect([status, items]).toEqual([422, undefined]);
	});

	it('lives through several deliveries, and is created and deleted as n8n does', async () => {
		const hook = await serveWebhook('exampleHook', {});
		expect([await hook.hook('checkExists'), await hook.hook('create'), await hook.hook('delete')]).toEqual([false, true, true]);
		await deliverTo(hook, { body: {}, headers: { 'x-signature': 'good' } });
		await deliverTo(hook, { body: {} });
		await hook.close();
		expect(hook.deliveries.map(({ status }) => status)).toEqual([200, 401]);
	});
});
