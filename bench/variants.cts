/** Everything that is measured: `row.variant` -> what it does. Each runs in a process of its own. */
import { createHmac } from 'node:crypto';
import { Agent, createServer, request as send } from 'node:http';
import { join } from 'node:path';

import { inARow, loadPackage, node, PollHost, registerNode, runNode, runWorkflow, type HostMode } from '../test/engine/harness/index.cts';
import { additionalDataFor, credentialReferences, credentialsHelper } from '../test/engine/harness/host.cts';
import { WebhookContext } from 'n8n-core';
import { Workflow, type IDataObject, type INodeParameters, type INodeType, type IWebhookFunctions } from 'n8n-workflow';
import { firstRead, wholeRead } from './firstRead.cts';
import { hasHostNodes, hostNodes } from './hostNodes.cts';
import { measured, median, type Cost } from './measure.cts';
import { registerOwn, toAsk } from './own.cts';
import type { Recorded } from './recorder.cts';
import { SIZES } from './sizes.cts';

const agent = new Agent({ keepAlive: true });
const ID = (value: string) => ({ __rl: true, mode: 'id', value });

async function bare(url: string): Promise<Buffer> {
	return await new Promise((resolve, reject) => {
		const request = send(url, { agent }, (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('end', () => resolve(Buffer.concat(chunks)));
		});
		request.on('error', reject);
		request.end();
	});
}

/** As long as keys are: what an answer is looked through for depends on it. */
const SECRET = 'whs4mN8pQ2rT6vX0zB3dF7hJ1kL5';
const komboApi = (origin: string) => ({ komboApi: { region: 'custom', baseUrl: `${origin}/v1`, apiKey: 'ks_dev_8hQ2vYxT4mWc9LrZ0bNf6KsD3gJp7aEu', integrationId: 'bench:1', webhookSecret: SECRET } });

function succeeded({ error }: { error?: Error | undefined }): void {
	if (error) throw error;
}

function useHostNode(file: string, className: string): void {
	const path = join(hostNodes, file);
	const NodeClass: new () => INodeType = require(path)[className];
	registerNode(new NodeClass(), 'n8n-nodes-base');
}

/** What all sides of a comparison have loaded before the clock starts: n8n's nodes, where they are installed, and ours. */
function loadAll(): void {
	loadPackage();
	registerOwn();
	if (!hasHostNodes()) return;
	useHostNode('HttpRequest/HttpRequest.node.js', 'HttpRequest');
	useHostNode('Transform/SplitOut/SplitOut.node.js', 'SplitOut');
}

async function nodeRows(type: string, parameters: INodeParameters, origin: string): Promise<{ rows: number }> {
	const outcome = await runNode(type, type === 'benchCopyRows' ? parameters : { resource: 'application', operation: 'getAll', returnAll: true, ...parameters }, { credentials: komboApi(origin) });
	succeeded(outcome);
	return { rows: outcome.items.length };
}

async function httpRequestRows(origin: string): Promise<{ rows: number }> {
	const outcome = await runWorkflow({
		nodes: [
			node('Start', 'n8n-nodes-base.manualTrigger'),
			node('HTTP', 'n8n-nodes-base.httpRequest', {
				url: `${origin}/v1/ats/applications`,
				sendQuery: true,
				queryParameters: { parameters: [{ name: 'page_size', value: '250' }] },
				options: {
					pagination: {
						pagination: {
							paginationMode: 'updateAParameterInEachRequest',
							parameters: { parameters: [{ type: 'qs', name: 'cursor', value: '={{ $response.body?.data?.next ?? "0" }}' }] },
							paginationCompleteWhen: 'other',
							completeExpression: '={{ !$response.body.data.next }}',
						},
					},
				},
			}, { typeVersion: 4.2 }),
			node('Split', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'data.results', options: {} }),
		],
		connections: inARow('Start', 'HTTP', 'Split'),
		pinData: { Start: [{ json: {} }] },
	});
	succeeded(outcome);
	return { rows: outcome.items.length };
}

const moving = () => Array.from({ length: SIZES.moves }, (_, at) => ({ json: { id: `A${at}` } }));

async function moves(type: string, parameters: INodeParameters, origin: string): Promise<{ failed: number }> {
	const outcome = await runNode(type, { applicationId: ID('={{ $json.id }}'), stageId: ID('S'), ...parameters }, { credentials: komboApi(origin), items: moving(), onError: 'continueRegularOutput' });
	succeeded(outcome);
	return { failed: outcome.items.filter(({ json }) => 'error' in json).length };
}

const MOVE = { resource: 'application', operation: 'moveStage' };

/** Calls of a window that begins with its first call; what is above is refused. Every answer says what is left. */
async function limited(calls: number): Promise<{ origin: string; refused(): number; close(): void }> {
	let [end, used, refused] = [-Infinity, 0, 0];
	const server = createServer((request, response) => {
		request.resume();
		const now = Date.now();
		if (now >= end) [end, used] = [now + SIZES.windowMs, 0];
		const ok = used < calls;
		if (ok) used++;
		else refused++;
		const seconds = String(Math.ceil((end - now) / 1000));
		response
			.writeHead(ok ? 200 : 429, { 'content-type': 'application/json', 'x-ratelimit-limit': calls, 'x-ratelimit-remaining': calls - used, 'x-ratelimit-reset': seconds, ...(ok ? {} : { 'retry-after': seconds }) })
			.end(ok ? '{"status":"success","data":{},"warnings":[]}' : '{"status":"error","error":{"code":"PLATFORM.RATE_LIMIT_EXCEEDED","title":null,"message":"Too many calls"}}');
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	return { origin: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`, refused: () => refused, close: () => void server.close() };
}

async function rateLimited({ calls, items, executions }: { calls: number; items: number; executions: number }): Promise<Record<'wallToIdeal' | 'refusedShare' | 'failed', number>> {
	const vendor = await limited(calls);
	const begun = Date.now();
	const outcomes = await Promise.all(
		Array.from({ length: executions }, async (_, nth) =>
			await runNode('kombo', { ...MOVE, applicationId: ID('={{ $json.id }}'), stageId: ID('S') }, { credentials: komboApi(vendor.origin), items: Array.from({ length: items / executions }, (_item, at) => ({ json: { id: `A${nth}-${at}` } })), onError: 'continueRegularOutput' }),
		),
	);
	const ms = Date.now() - begun;
	vendor.close();
	outcomes.forEach(succeeded);
	const failed = outcomes.flatMap((outcome) => outcome.items).filter(({ json }) => 'error' in json).length;
	return { wallToIdeal: ms / ((Math.ceil(items / calls) - 1) * SIZES.windowMs), refusedShare: vendor.refused() / items, failed };
}

/** Each has a server and so a limit of its own: side by side they do not meet. The worst of them. */
async function worstRateLimited(): Promise<Record<string, number>> {
	const all = await Promise.all([rateLimited({ ...SIZES.few, executions: 1 }), rateLimited({ ...SIZES.many, executions: 1 }), rateLimited({ ...SIZES.few, executions: 2 })]);
	const worst = (figure: 'wallToIdeal' | 'refusedShare' | 'failed') => Math.max(...all.map((one) => one[figure]));
	return { wallToIdeal: worst('wallToIdeal'), refusedShare: worst('refusedShare'), failed: worst('failed') };
}

function deliveries(): Array<{ body: string; signature: string }> {
	return Array.from({ length: SIZES.events }, (_, at) => {
		const data: IDataObject = { integration_id: 'bench:1', integration_tool: 'sandbox', integration_category: 'ATS', changed_models: [{ name: 'ats_applications' }] };
		const body = JSON.stringify({ id: `event-${at}`, type: 'data-changed', data });
		return { body, signature: createHmac('sha256', SECRET).update(body).digest('base64url') };
	});
}

/** `webhook()` itself, in n8n's context, without the HTTP server around it: contexts are made before the clock starts. */
async function webhookCost(deliver: (context: IWebhookFunctions) => Promise<boolean>): Promise<Cost> {
	const credentials = credentialsHelper(komboApi('http://127.0.0.1:9'));
	const { nodeTypes } = loadPackage();
	const subject = node('Trigger', 'komboTrigger', {}, { webhookId: 'w', ...credentialReferences(credentials.store, ['komboApi']) });
	const workflow = new Workflow({ id: 'bench', active: true, nodeTypes, nodes: [subject], connections: {}, settings: { executionOrder: 'v1' } });
	const loaded = workflow.getNode('Trigger');
	const [description] = komboTrigger().description.webhooks ?? [];
	if (!loaded || !description) throw new Error('The Kombo Trigger has no webhook');
	const contexts = deliveries().map(({ body, signature }) => {
		const httpRequest = { method: 'POST', headers: { 'x-kombo-signature': signature, 'content-type': 'application/json' }, rawBody: Buffer.from(body), body: JSON.parse(body), query: {}, params: {} };
		const httpResponse = { once: () => httpResponse, status: () => httpResponse, json: () => httpResponse, statusCode: 200, writableFinished: true };
		const additionalData = Object.assign(additionalDataFor({ credentials, mode: 'webhook' }), { httpRequest, httpResponse }) as never;
		return new WebhookContext(workflow, loaded, additionalData, 'webhook', { httpMethod: 'POST', node: 'Trigger', path: 'w', webhookDescription: description, workflowId: 'bench', workflowExecuteAdditionalData: additionalData, webhookId: 'w' }, [], null);
	});
	return await measured(async () => {
		let taken = 0;
		for (const context of contexts) if (await deliver(context)) taken++;
		if (taken !== SIZES.events) throw new Error(`Only ${taken} of ${SIZES.events} deliveries were taken`);
	});
}

const komboTrigger = () => loadPackage().nodeTypes.getByNameAndVersion('n8n-nodes-ats.komboTrigger', 1);

async function throughNode(context: IWebhookFunctions): Promise<boolean> {
	return ((await komboTrigger().webhook?.call(context))?.workflowData?.[0]?.length ?? 0) > 0;
}

/** What no webhook node with a secret can do without: n8n's own calls, and HMAC. */
async function throughContext(context: IWebhookFunctions): Promise<boolean> {
	const { webhookSecret } = await context.getCredentials('komboApi');
	const { rawBody } = context.getRequestObject() as unknown as { rawBody: Buffer };
	if (createHmac('sha256', String(webhookSecret)).update(rawBody).digest('base64url') !== context.getHeaderData()['x-kombo-signature']) return false;
	return [context.getNode(), context.getHeaderData(), context.getRequestObject(), context.getResponseObject(), context.getWorkflow(), context.getTimezone()].every((part) => part !== undefined);
}

// ---------------------------------------------------------------------------------------------------- the trigger

/** A world of its own: see world.cts. */
export interface Played {
	control: string;
	url: string;
	credentials: Record<string, Record<string, string>>;
	urls: Record<string, string>;
}

const komboOf = ({ credentials, urls }: Played) => ({ credentials: { komboApi: { ...credentials['kombo'], region: 'custom', baseUrl: urls['kombo'] ?? '' } } });

function polled({ error }: { error: Error | undefined }): void {
	if (error) throw error;
}

async function watching(played: Played): Promise<PollHost> {
	const trigger = new PollHost('atsTrigger', { provider: 'kombo', options: { fullCheckHours: 0 } }, komboOf(played));
	polled(await trigger.activate());
	for (let nth = 0; nth < 3; nth++) polled(await trigger.tick());
	return trigger;
}

async function asked({ control }: Played, after: number): Promise<Recorded[]> {
	return JSON.parse((await bare(`${control}/requests?after=${after}`)).toString());
}

/** The same requests by n8n's helper, in a context like that of the trigger, and JSON.parse. */
async function ownPoll(played: Played, requests: readonly Recorded[]): Promise<PollHost> {
	registerOwn();
	Object.assign(toAsk, { origin: played.url, requests: requests.map(withoutKey) });
	const trigger = new PollHost('benchPoll', {}, komboOf(played));
	polled(await trigger.activate());
	return trigger;
}

/** The key comes from the credential. */
const withoutKey = (request: Recorded): Recorded => ({ ...request, headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => name !== 'authorization')) });

/**
 * Polls with nothing new in a process that has polled before. One is too short to measure, and a collection of garbage forced before
 * each would be most of what it measures: so many in one go, with the collections that they cause; in turns with n8n's own request.
 */
async function quietPoll(played: Played): Promise<Cost> {
	const trigger = await watching(played);
	const state = JSON.stringify(trigger.staticData);
	const before = (await asked(played, 0)).length;
	const polls = async (host: PollHost) => {
		for (let nth = 0; nth < SIZES.quietPolls; nth++) polled(await host.tick());
	};
	await polls(trigger);
	const quiet = await asked(played, before);
	const own = await ownPoll(played, quiet.slice(-1));
	await polls(own);
	const [ours, n8n]: [Cost[], Cost[]] = [[], []];
	for (let round = 0; round < 3; round++) {
		ours.push(await measured(async () => await polls(trigger)));
		n8n.push(await measured(async () => await polls(own)));
	}
	const after = JSON.stringify(trigger.staticData);
	const cpuMs = median(ours.map((one) => one.cpuMs)) / SIZES.quietPolls;
	return { ...(ours[0] ?? { wallMs: 0, rssMB: 0 }), cpuMs, n8nCpuMs: median(n8n.map((one) => one.cpuMs)) / SIZES.quietPolls, requests: quiet.length / SIZES.quietPolls, bytesWritten: after === state ? 0 : after.length };
}

/**
 * `changes` made at the vendor and told in one poll, in a process that has told changes before (of another account, `rehearsal`);
 * `fixedMs` is what a poll of a few changes costs above those. `n8nCpuMs`: the same requests without us.
 */
async function busyPoll(played: Played, rehearsal: Played, kind: 'recruit' | 'move', changes: number): Promise<Cost> {
	const change = async ({ control }: Played, count: number, by = kind) => void (await bare(`${control}/${by}?count=${count}`));
	const before = await watching(rehearsal);
	for (const steps of [20, 20, 20, 20, changes]) {
		await change(rehearsal, steps, 'recruit');
		polled(await before.tick());
	}
	const trigger = await watching(played);
	const told = async (steps: number) => {
		await change(played, steps);
		return await measured(async () => {
			const { items, error } = await trigger.tick();
			if (error) throw error;
			return { told: items?.length ?? 0 };
		});
	};
	// First the few: what changed lately is read again with every poll (the overlap), and many would be in their way.
	const few = [await told(20), await told(20), await told(20), await told(20), await told(20)];
	const from = (await asked(played, 0)).length;
	const many = await told(changes);
	const own = await ownPoll(played, await asked(played, from));
	const n8n: Cost[] = [];
	for (let round = 0; round < 3; round++) n8n.push(await measured(async () => polled(await own.tick())));
	const [fewMs, fewTold] = [median(few.map(({ cpuMs }) => cpuMs)), median(few.map((one) => one['told'] ?? NaN))];
	const perChangeMs = (many.cpuMs - fewMs) / ((many['told'] ?? NaN) - fewTold);
	return { ...many, n8nCpuMs: median(n8n.map(({ cpuMs }) => cpuMs)), microsPerChange: perChangeMs * 1000, fixedMs: fewMs - perChangeMs * fewTold, stateBytes: JSON.stringify(trigger.staticData).length };
}

/** Where what is measured finds its vendor. */
export interface Where {
	origin: string;
	world: Played;
	rehearsal: Played;
	provider: string;
	host: HostMode;
}

export const variants: Record<string, (where: Where) => Promise<Cost>> = {
	'returnAll.ours': async ({ origin }) => {
		loadAll();
		return await measured(async () => await nodeRows('kombo', { simplify: false }, origin));
	},
	'returnAll.limit': async ({ origin }) => {
		loadAll();
		return await measured(async () => await nodeRows('benchCopyRows', { origin }, origin));
	},
	'returnAll.http': async ({ origin }) => {
		loadAll();
		return await measured(async () => await httpRequestRows(origin));
	},
	'returnAll.unified': async ({ origin }) => {
		loadAll();
		return await measured(async () => await nodeRows('ats', { provider: 'kombo' }, origin));
	},
	'writes.ours': async ({ origin }) => {
		loadAll();
		return await measured(async () => await moves('kombo', MOVE, origin));
	},
	'writes.n8n': async ({ origin }) => {
		loadAll();
		return await measured(async () => await moves('benchMoves', { origin }, origin));
	},
	rateLimited: async () => await measured(worstRateLimited),
	quietPoll: async ({ world }) => await quietPoll(world),
	busyPoll: async ({ world, rehearsal }) => await busyPoll(world, rehearsal, 'recruit', SIZES.changes),
	busyPollMoves: async ({ world, rehearsal }) => await busyPoll(world, rehearsal, 'move', SIZES.moved),
	'webhook.ours': async () => await webhookCost(throughNode),
	'webhook.n8n': async () => await webhookCost(throughContext),
	firstRead: async ({ provider }) => await firstRead(provider),
	wholeRead: async ({ provider, host }) => await wholeRead(provider, host),
};
