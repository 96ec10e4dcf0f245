/**
 * A webhook trigger behind a real HTTP port, in n8n's own WebhookContext. The request reaches the node as n8n's body
 * parser leaves it (n8n/dist/middlewares/body-parser.js, webhooks/webhook-helpers.js).
 */
import './environment.cts';

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { parse as parseForm } from 'node:querystring';
import { createGunzip, createInflate } from 'node:zlib';

import { HookContext, WebhookContext } from 'n8n-core';
import type {
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	IWebhookData,
	IWebhookDescription,
	IWebhookResponseData,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

import type { HostOptions } from './host.cts';
import { additionalDataFor, binaryData, credentialReferences, credentialsHelper, workflowId } from './host.cts';
import { defaultVersion, loadPackage } from './package.cts';
import { acceptedCredentials, node } from './run.cts';

export interface WebhookOptions {
	credentials?: HostOptions['credentials'];
	typeVersion?: number;
	mode?: WorkflowExecuteMode;
	node?: Partial<INode>;
	/** Plays n8n creating the execution of a delivery that the node has taken. Throws when it cannot: answered 500. */
	startExecution?(items: INodeExecutionData[]): Promise<void> | void;
}

export interface Delivery {
	status: number;
	/** The answer as text. */
	body: string;
	/** The items of the execution that this delivery started; undefined if it started none. */
	items: INodeExecutionData[] | undefined;
	error: Error | undefined;
}

type N8nRequest = IncomingMessage & { contentType?: string; encoding?: BufferEncoding; rawBody?: Buffer; body?: unknown };

/** n8n answers 413 above N8N_PAYLOAD_SIZE_MAX, before the node is asked. */
const payloadLimit = 16 * 1024 * 1024;

class RequestRefused extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

async function readBody(request: N8nRequest): Promise<void> {
	const [type = '', ...parameters] = (request.headers['content-type'] ?? '').split(';');
	if (type !== '') {
		request.contentType = type.trim().toLowerCase();
		const charset = parameters.map((part) => part.trim().split('=')).find(([key]) => key?.toLowerCase() === 'charset')?.[1];
		request.encoding = (charset ?? 'utf-8').toLowerCase().replace(/"/g, '') as BufferEncoding;
	}
	const encoding = request.headers['content-encoding'];
	const stream =
		encoding === 'gzip' ? request.pipe(createGunzip()) : encoding === 'deflate' ? request.pipe(createInflate()) : request;
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of stream) {
		size += chunk.length;
		if (size > payloadLimit) throw new RequestRefused(413, 'request entity too large');
		chunks.push(chunk);
	}
	request.rawBody = Buffer.concat(chunks);
	request.body = parseBody(request) ?? {};
}

function parseBody({ rawBody, contentType, encoding }: N8nRequest): unknown {
	if (!rawBody?.length) return undefined;
	const text = rawBody.toString(encoding);
	const withoutBom = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
	if (contentType === 'application/json') {
		try {
			return JSON.parse(withoutBom);
		} catch {
			throw new RequestRefused(422, 'Failed to parse request body');
		}
	}
	if (contentType === 'application/x-www-form-urlencoded') return { ...parseForm(withoutBom) };
	return contentType === 'text/plain' ? text : undefined;
}

/** The part of express' response that a node uses. */
function expressLike(response: ServerResponse) {
	const express = Object.assign(response, {
		status(code: number) {
			response.statusCode = code;
			return express;
		},
		set(name: string, value: string) {
			response.setHeader(name, value);
			return express;
		},
		header(name: string, value: string) {
			return express.set(name, value);
		},
		type(value: string) {
			return express.set('content-type', value);
		},
		send(body?: unknown) {
			if (typeof body === 'object' && body !== null && !Buffer.isBuffer(body)) return express.json(body);
			response.end(body === undefined ? undefined : Buffer.isBuffer(body) ? body : String(body));
			return express;
		},
		sendStatus(code: number) {
			return express.status(code).send(String(code));
		},
		json(body: unknown) {
			response.setHeader('content-type', 'application/json; charset=utf-8');
			response.end(JSON.stringify(body));
			return express;
		},
	});
	return express;
}

export interface WebhookServer {
	/** Where a sender delivers to. */
	url: string;
	/** What came of each delivery, oldest first. */
	deliveries: Delivery[];
	/** The node's `webhookMethods.default`, as n8n calls them at (de)activation. */
	hook(method: 'checkExists' | 'create' | 'delete'): Promise<boolean | undefined>;
	/** The workflow's static data as a webhook leaves it: a webhook node of ours writes none. */
	staticData: IDataObject;
	/** When all that was begun is in `deliveries`. */
	settled(): Promise<void>;
	/** When the server next sees that a sender went without its answer. */
	nextHangUp(): Promise<void>;
	close(): Promise<void>;
}

/** An active workflow with the trigger in it, on a free port of loopback. */
export async function serveWebhook(type: string, parameters: INodeParameters, options: WebhookOptions = {}): Promise<WebhookServer> {
	await binaryData();
	const { nodeTypes } = loadPackage();
	const { mode = 'webhook', typeVersion = defaultVersion(type) } = options;
	const credentials = credentialsHelper(options.credentials);
	const subject = node('Trigger', type, parameters, {
		typeVersion,
		webhookId: 'webhook-1',
		...credentialReferences(credentials.store, acceptedCredentials(type, typeVersion)),
		...options.node,
	});
	const workflow = new Workflow({
		id: workflowId,
		name: 'Test',
		active: true,
		nodeTypes,
		nodes: [subject],
		connections: {},
		settings: { executionOrder: 'v1' },
	});
	const loaded = workflow.getNode(subject.name) ?? subject;
	const nodeType = nodeTypes.getByNameAndVersion(subject.type, typeVersion);
	const description: IWebhookDescription | undefined = nodeType.description.webhooks?.[0];
	if (!description || !nodeType.webhook) throw new Error(`${type} has no webhook`);
	const deliveries: Delivery[] = [];

	const webhookData = (additionalData = additionalDataFor({ credentials, mode })): IWebhookData => ({
		httpMethod: 'POST',
		node: subject.name,
		path: 'webhook-1',
		webhookDescription: description,
		workflowId,
		workflowExecuteAdditionalData: additionalData,
		webhookId: 'webhook-1',
	});

	async function deliver(request: N8nRequest, response: ServerResponse): Promise<Delivery> {
		const express = expressLike(response);
		const answered = new Promise<string>((resolve) => {
			const end = response.end.bind(response);
			Object.assign(response, {
				end: (body?: unknown) => {
					resolve(body === undefined ? '' : String(body));
					return end(body);
				},
			});
		});
		try {
			await readBody(request);
			const query = Object.fromEntries(new URL(request.url ?? '/', 'http://loopback').searchParams);
			Object.assign(request, { query, params: {}, ip: '127.0.0.1' });
			const additionalData = Object.assign(additionalDataFor({ credentials, mode }), {
				httpRequest: request,
				httpResponse: express,
			});
			const context = new WebhookContext(workflow, loaded, additionalData, mode, webhookData(additionalData), [], null);
			const result: IWebhookResponseData = (await nodeType.webhook?.call(context)) ?? {};
			if (result.workflowData !== undefined) await options.startExecution?.(result.workflowData[0] ?? []);
			if (result.noWebhookResponse !== true) {
				const started = result.workflowData !== undefined;
				const silent = { message: started ? 'Workflow was started' : 'Webhook call received' };
				express.status(200).json(result.webhookResponse ?? silent);
			}
			return { status: response.statusCode, body: await answered, items: result.workflowData?.[0], error: undefined };
		} catch (thrown) {
			const error = thrown instanceof Error ? thrown : new Error(String(thrown));
			const status = error instanceof RequestRefused ? error.status : 500;
			const message = error instanceof RequestRefused ? error.message : 'Error in workflow';
			if (!response.writableEnded) express.status(status).json({ code: 0, message });
			return { status, body: await answered, items: undefined, error };
		}
	}

	const underWay = new Set<Promise<unknown>>();
	const waiting: Array<() => void> = [];
	const server = createServer((request, response) => {
		response.once('close', () => {
			if (!response.writableFinished) for (const tell of waiting.splice(0)) tell();
		});
		const delivery = deliver(request, response).then((one) => {
			deliveries.push(one);
			underWay.delete(delivery);
		});
		underWay.add(delivery);
	});
	// A connection that a busy sender has kept is not closed while it begins to use it again.
	server.keepAliveTimeout = 0;
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	const port = typeof address === 'object' && address !== null ? address.port : 0;

	return {
		url: `http://127.0.0.1:${port}/webhook/webhook-1`,
		deliveries,
		staticData: workflow.staticData,
		async hook(method) {
			const additionalData = additionalDataFor({ credentials, mode: 'trigger' });
			const context = new HookContext(workflow, loaded, additionalData, 'trigger', 'activate', webhookData(additionalData));
			return await nodeType.webhookMethods?.default?.[method]?.call(context);
		},
		async settled() {
			while (underWay.size > 0) await Promise.all(underWay);
		},
		nextHangUp: async () => await new Promise((resolve) => waiting.push(resolve)),
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

export interface DeliveryOptions extends WebhookOptions {
	/** The raw bytes. An object is sent as its JSON. */
	body?: string | Buffer | IDataObject;
	headers?: Record<string, string>;
	query?: Record<string, string>;
}

/** One delivery to a fresh process' trigger. For repeats use `serveWebhook` and `deliverTo`. */
export async function webhookNode(type: string, parameters: INodeParameters, options: DeliveryOptions = {}): Promise<Delivery> {
	const server = await serveWebhook(type, parameters, options);
	try {
		return await deliverTo(server, options);
	} finally {
		await server.close();
	}
}

export async function deliverTo(server: WebhookServer, options: Omit<DeliveryOptions, keyof WebhookOptions>): Promise<Delivery> {
	const { body = '', headers = {}, query = {} } = options;
	const before = server.deliveries.length;
	const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
	await fetch(`${server.url}?${new URLSearchParams(query)}`, {
		method: 'POST',
		body: new Uint8Array(Buffer.from(bytes)),
		headers: { 'content-type': 'application/json', ...headers },
	}).then(async (response) => await response.arrayBuffer());
	const delivery = server.deliveries[before];
	if (!delivery) throw new Error('The delivery was not answered');
	return delivery;
}
