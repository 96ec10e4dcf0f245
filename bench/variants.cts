/** Everything that is measured: `row.variant` -> what it does. Each runs in a process of its own. */
import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Agent, request as send } from 'node:http';
import { join } from 'node:path';

import { binaryFile, inARow, loadPackage, node, PollHost, registerCredential, registerNode, runNode, runWorkflow } from '../test/engine/harness/index.cts';
import { additionalDataFor, credentialReferences, credentialsHelper } from '../test/engine/harness/host.cts';
import { WebhookContext } from 'n8n-core';
import { Workflow, type IDataObject, type INodeParameters, type INodeType, type IWebhookFunctions } from 'n8n-workflow';
import { measured, median, type Cost } from './measure.cts';

const agent = new Agent({ keepAlive: true });
const ID = (value: string) => ({ __rl: true, mode: 'id', value });

/** The floor: a bare keep-alive client. */
async function bare(url: string, method = 'GET', body?: Buffer | string): Promise<Buffer> {
	return await new Promise((resolve, reject) => {
		const request = send(url, { method, agent, headers: body === undefined ? {} : { 'content-type': 'application/json' } }, (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('end', () => resolve(Buffer.concat(chunks)));
		});
		request.on('error', reject);
		request.end(body);
	});
}

const komboApi = (origin: string) => ({ komboApi: { region: 'custom', baseUrl: `${origin}/v1`, apiKey: 'ks_dev_bench', integrationId: 'bench:1', webhookSecret: 'bench-secret' } });

function succeeded({ error }: { error?: Error | undefined }): void {
	if (error) throw error;
}

const hostNodes = join(__dirname, '..', '.hosts', 'n8n-2.41.1', 'node_modules', 'n8n-nodes-base', 'dist', 'nodes');

/** n8n's own nodes come from the installed host: their package is too large for a dev dependency. */
function useHostNode(file: string, className: string): void {
	const path = join(hostNodes, file);
	if (!existsSync(path)) throw new Error(`n8n's own nodes are measured too, and are not installed: run "npm run demo" once (it installs n8n 2.41.1 into .hosts)`);
	const NodeClass: new () => INodeType = require(path)[className];
	registerNode(new NodeClass(), 'n8n-nodes-base');
}

const useHttpRequest = () => useHostNode('HttpRequest/HttpRequest.node.js', 'HttpRequest');

/** What both sides of a comparison have loaded before the clock starts: their nodes and ours. */
const useHttpRequestAndSplitOut = () => {
	loadPackage();
	useHttpRequest();
	useHostNode('Transform/SplitOut/SplitOut.node.js', 'SplitOut');
};

async function floorPages(origin: string): Promise<{ rows: number }> {
	const rows: unknown[] = [];
	for (let cursor: string | null = '0'; cursor !== null; ) {
		const body = JSON.parse((await bare(`${origin}/v1/ats/applications?page_size=250&cursor=${cursor}`)).toString()) as { data: { results: unknown[]; next: string | null } };
		for (const row of body.data.results) rows.push({ json: row });
		cursor = body.data.next;
	}
	return { rows: rows.length };
}

async function nodeRows(type: string, parameters: INodeParameters, origin: string): Promise<{ rows: number }> {
	const outcome = await runNode(type, { resource: 'application', operation: 'getAll', returnAll: true, ...parameters }, { credentials: komboApi(origin) });
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

const MOVES = 1000;

async function nodeMoves(origin: string): Promise<Record<string, number>> {
	const outcome = await runNode(
		'kombo',
		{ resource: 'application', operation: 'moveStage', applicationId: ID('={{ $json.id }}'), stageId: ID('S') },
		{ credentials: komboApi(origin), items: Array.from({ length: MOVES }, (_, at) => ({ json: { id: `A${at}` } })), onError: 'continueRegularOutput' },
	);
	succeeded(outcome);
	return { failed: outcome.items.filter(({ json }) => 'error' in json).length, ...(await calls(origin)) };
}

async function httpMoves(origin: string, options: INodeParameters): Promise<Record<string, number>> {
	const outcome = await runNode(
		'n8n-nodes-base.httpRequest',
		{ method: 'PUT', url: `=${origin}/v1/ats/applications/{{ $json.id }}/stage`, sendBody: true, specifyBody: 'json', jsonBody: '{"stage_id":"S"}', options },
		{ typeVersion: 4.2, items: Array.from({ length: MOVES }, (_, at) => ({ json: { id: `A${at}` } })), onError: 'continueRegularOutput' },
	);
	succeeded(outcome);
	return { failed: outcome.items.filter(({ json }) => 'error' in json).length, ...(await calls(origin)) };
}

const calls = async (origin: string) => JSON.parse((await bare(`${origin}/_calls`)).toString()) as { calls: number; refused: number };
const limit = async (origin: string, dips: boolean) => void (await bare(`${origin}/_limit?dips=${dips}`));

const FILES = 200;

async function downloads(origin: string, files = FILES, maxConcurrency = 30): Promise<Record<string, number>> {
	const outcome = await runNode(
		'kombo',
		{ resource: 'application', operation: 'getAttachments', applicationId: ID('={{ $json.id }}'), download: true, outputField: 'cv', options: { maxConcurrency } },
		{ credentials: komboApi(origin), items: Array.from({ length: files }, (_, at) => ({ json: { id: `A${at}` } })) },
	);
	succeeded(outcome);
	return { files: outcome.items.length };
}

async function uploads(origin: string, files = FILES): Promise<Record<string, number>> {
	const file = await binaryFile(Buffer.alloc(2 * 1024 * 1024, 'CV '), 'cv.pdf', 'application/pdf');
	const outcome = await runNode(
		'kombo',
		{ resource: 'application', operation: 'addAttachment', applicationId: ID('={{ $json.id }}'), attachmentType: 'CV', source: 'binary', binaryField: 'data' },
		{ credentials: komboApi(origin), items: Array.from({ length: files }, (_, at) => ({ json: { id: `A${at}` }, binary: { data: file } })) },
	);
	succeeded(outcome);
	return { files: outcome.items.length };
}

const EVENTS = 5000;

function deliveries(): Array<{ body: string; signature: string }> {
	return Array.from({ length: EVENTS }, (_, at) => {
		const data: IDataObject = { integration_id: 'bench:1', integration_tool: 'sandbox', integration_category: 'ATS', changed_models: [{ name: 'ats_applications' }] };
		const body = JSON.stringify({ id: `event-${at}`, type: 'data-changed', data });
		return { body, signature: createHmac('sha256', 'bench-secret').update(body).digest('base64url') };
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
		if (taken !== EVENTS) throw new Error(`Only ${taken} of ${EVENTS} deliveries were taken`);
	});
}

const komboTrigger = () => loadPackage().nodeTypes.getByNameAndVersion('n8n-nodes-ats.komboTrigger', 1);

async function throughNode(context: IWebhookFunctions): Promise<boolean> {
	return ((await komboTrigger().webhook?.call(context))?.workflowData?.[0]?.length ?? 0) > 0;
}

/** What no webhook node with a secret and one choice can do without: n8n's own calls, and nothing done with them. */
async function throughContext(context: IWebhookFunctions): Promise<boolean> {
	await context.getCredentials('komboApi');
	return [context.getNode(), context.getHeaderData(), context.getRequestObject(), context.getResponseObject(), context.getWorkflow(), context.getTimezone()].every((part) => part !== undefined);
}

// ---------------------------------------------------------------------------------------------------- the trigger

interface Played {
	url: string;
	credentials: Record<string, Record<string, string>>;
	urls: Record<string, string>;
}

async function watching({ credentials, urls }: Played): Promise<PollHost> {
	const trigger = new PollHost('atsTrigger', { provider: 'kombo', options: { fullCheckHours: 0 } }, { credentials: { komboApi: { ...credentials['kombo'], region: 'custom', baseUrl: urls['kombo'] ?? '' } } });
	for (const poll of [await trigger.activate(), await trigger.tick(), await trigger.tick(), await trigger.tick()]) if (poll.error) throw poll.error;
	return trigger;
}

const requests = async ({ url }: Played) => ((await (await fetch(`${url}/_sandbox`)).json()) as { requests: number }).requests;

const QUIET_POLLS = 50;

/**
 * Polls with nothing new in a process that has polled before. One is too short to measure, and a collection of garbage forced before
 * each would be most of what it measures: so all in one go, with the collections that they cause.
 */
async function quiet(poll: () => Promise<{ error: Error | undefined }>): Promise<Cost> {
	const polls = async (count: number) => {
		for (let nth = 0; nth < count; nth++) {
			const { error } = await poll();
			if (error) throw error;
		}
	};
	await polls(QUIET_POLLS);
	const { wallMs, cpuMs, rssMB } = await measured(async () => await polls(QUIET_POLLS));
	return { wallMs: wallMs / QUIET_POLLS, cpuMs: cpuMs / QUIET_POLLS, rssMB, polls: 2 * QUIET_POLLS };
}

export async function quietPoll(played: Played): Promise<Cost> {
	const trigger = await watching(played);
	const state = JSON.stringify(trigger.staticData);
	const before = await requests(played);
	const cost = await quiet(async () => await trigger.tick());
	const made = ((await requests(played)) - before) / (cost['polls'] ?? NaN);
	const after = JSON.stringify(trigger.staticData);
	return { ...cost, requests: made, bytesWritten: after === state ? 0 : after.length };
}

/** A poll of n8n's own Airtable trigger with nothing new. Its address is fixed, so its credential leads the request to us. */
async function quietAirtable(origin: string): Promise<Cost> {
	useHostNode('Airtable/AirtableTrigger.node.js', 'AirtableTrigger');
	registerCredential({
		name: 'airtableTokenApi',
		displayName: 'Airtable',
		properties: [{ displayName: 'Access Token', name: 'accessToken', type: 'string', default: '' }],
		authenticate: async ({ accessToken }, options) => Object.assign(options, { uri: `${origin}/airtable`, url: `${origin}/airtable`, headers: { ...options.headers, authorization: `Bearer ${String(accessToken)}` } }),
	});
	const ofTable = (value: string) => ({ __rl: true, mode: 'id', value });
	const trigger = new PollHost(
		'n8n-nodes-base.airtableTrigger',
		{ authentication: 'airtableTokenApi', baseId: ofTable('appBench'), tableId: ofTable('tblBench'), triggerField: 'Changed', downloadAttachments: false, additionalFields: {} },
		{ credentials: { airtableTokenApi: { accessToken: 'bench' } } },
	);
	const { error } = await trigger.activate();
	if (error) throw error;
	return await quiet(async () => await trigger.tick());
}

const recruit = async ({ url }: Played, steps: number) =>
	await fetch(`${url}/_sandbox/recruiter`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ steps }) }).then(async (answer) => await answer.arrayBuffer());

/**
 * `changes` made by the recruiter and told in one poll, in a process that has told changes before (of another account, `rehearsal`);
 * `fixedMs` is what a poll of a few changes costs above those.
 */
export async function busyPoll(played: Played, rehearsal: Played, changes: number): Promise<Cost> {
	const before = await watching(rehearsal);
	for (const steps of [20, 20, 20, 20, changes]) {
		await recruit(rehearsal, steps);
		const { error } = await before.tick();
		if (error) throw error;
	}
	const trigger = await watching(played);
	const told = async (steps: number) => {
		await recruit(played, steps);
		return await measured(async () => {
			const { items, error } = await trigger.tick();
			if (error) throw error;
			return { told: items?.length ?? 0 };
		});
	};
	// First the few: what changed lately is read again with every poll (the overlap), and many would be in their way.
	const few = [await told(20), await told(20), await told(20), await told(20), await told(20)];
	const many = await told(changes);
	const [fewMs, fewTold] = [median(few.map(({ cpuMs }) => cpuMs)), median(few.map((one) => one['told'] ?? NaN))];
	const perChangeMs = (many.cpuMs - fewMs) / ((many['told'] ?? NaN) - fewTold);
	return { ...many, microsPerChange: perChangeMs * 1000, fixedMs: fewMs - perChangeMs * fewTold, stateBytes: JSON.stringify(trigger.staticData).length };
}

/** A limit that stays, or drops while the calls run. */
async function withLimit(origin: string, dips: boolean, work: () => Promise<Record<string, number>>): Promise<Cost> {
	await limit(origin, dips);
	useHttpRequestAndSplitOut();
	return await measured(work);
}

const inBatches = (batchInterval: number): INodeParameters => ({ batching: { batch: { batchSize: 30, batchInterval } } });

export const variants: Record<string, (origin: string) => Promise<Cost>> = {
	'returnAll.ours': async (origin) => {
		useHttpRequestAndSplitOut();
		return await measured(async () => await nodeRows('kombo', { simplify: false }, origin));
	},
	'returnAll.http': async (origin) => {
		useHttpRequestAndSplitOut();
		return await measured(async () => await httpRequestRows(origin));
	},
	'returnAll.floor': async (origin) => await measured(async () => await floorPages(origin)),
	'normalize.ours': async (origin) => {
		loadPackage();
		return await measured(async () => await nodeRows('ats', { provider: 'kombo' }, origin));
	},
	'normalize.floor': async (origin) => await measured(async () => await floorPages(origin)),

	'writes.ours': async (origin) => await withLimit(origin, false, async () => await nodeMoves(origin)),
	'writes.http': async (origin) => await withLimit(origin, false, async () => await httpMoves(origin, {})),
	'writes.httpBatch60': async (origin) => await withLimit(origin, false, async () => await httpMoves(origin, inBatches(60))),
	'writes.httpBatch100': async (origin) => await withLimit(origin, false, async () => await httpMoves(origin, inBatches(100))),
	'writesSlowStart.ours': async (origin) => await withLimit(origin, true, async () => await nodeMoves(origin)),

	'quietPoll.n8n': quietAirtable,

	'binary.download': async (origin) => await measured(async () => await downloads(origin)),
	'binary.downloadQuarter': async (origin) => await measured(async () => await downloads(origin, FILES / 4)),
	'binary.downloadFiveAtOnce': async (origin) => await measured(async () => await downloads(origin, FILES, 5)),
	'binary.upload': async (origin) => await measured(async () => await uploads(origin)),
	'binary.uploadQuarter': async (origin) => await measured(async () => await uploads(origin, FILES / 4)),
	'binary.floor': async (origin) =>
		await measured(async () => {
			let bytes = 0;
			for (let at = 0; at < FILES; at++) bytes += (await bare(`${origin}/file`)).length;
			return { files: FILES, bytes };
		}),

	'webhook.ours': async () => await webhookCost(throughNode),
	'webhook.n8n': async () => await webhookCost(throughContext),
	'webhook.floor': async () => {
		const sent = deliveries().map(({ body, signature }) => ({ bytes: Buffer.from(body), signature }));
		return await measured(async () => {
			let taken = 0;
			for (const { bytes, signature } of sent) {
				if (createHmac('sha256', 'bench-secret').update(bytes).digest('base64url') === signature) taken += JSON.parse(bytes.toString()).id ? 1 : 0;
			}
			return { taken };
		});
	},
};
