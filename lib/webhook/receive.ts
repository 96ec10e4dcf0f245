import type { IDataObject, INode, INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { asNodeError } from '../action/asNodeError';
import { FieldError } from '../errors';
import { credentialText } from '../http/credential';
import { digestOf } from '../http/digest';
import { holdsTooMuch, isTooDeep, parseJson } from '../http/json';
import { repeatsOf } from './repeats';
import { isSecret, isSigned } from './signature';

/** The value of a header, whose name is given in lower case. */
export type Header = (name: string) => string | undefined;

/** How one vendor's deliveries are read. */
export interface Delivery<Event> {
	/** Absent: the vendor does not sign. */
	signature?: { header: string; secret: string };
	/** For vendors that do not sign: a secret that whoever sends puts into a header as it is. */
	shared?: { header: string; secret: string };
	/** The parsed JSON body as an event. Throws FieldError when it is none: answered 400. */
	parse(body: unknown, header: Header): Event;
	/** The vendor's id of the event, for dropping repeats; undefined: every delivery counts. */
	eventId(event: Event): string | undefined;
	/** False: answered 200 and dropped, since the vendor would send it again otherwise. */
	wanted(event: Event): boolean;
	items(event: Event): Promise<INodeExecutionData[]> | INodeExecutionData[];
	/** Body of the answer to an event that is taken, where the vendor expects one. Default: n8n's own words. */
	received?(event: Event): IDataObject;
}

/**
 * Takes one delivery: signature over the raw bytes first, then the body, the filter and the repeats. Refusals and
 * dropped events are answered here; an event that is taken is answered by n8n once its execution exists.
 * `node`: the trigger; n8n copies it whenever it is asked for it.
 */
export async function receive<Event>(context: IWebhookFunctions, node: INode, delivery: Delivery<Event>): Promise<IWebhookResponseData> {
	const header = headerOf(context);
	const { signature, shared } = delivery;
	const secret = credentialText((signature ?? shared)?.secret);
	if ((signature ?? shared) && secret === '') return answer(context, 401, 'No secret is set in the credential of this trigger, so no delivery can be checked.');
	if (shared && !isSecret(header(shared.header.toLowerCase()), secret)) return answer(context, 401, `The header ${shared.header} is missing or wrong.`);
	const rawBody = held(context) ?? (await rawBodyOf(context));
	if (signature && !isSigned(rawBody, header(signature.header.toLowerCase()), secret)) return answer(context, 401, 'The signature is missing or wrong.');

	const body = rawBody.toString('utf8');
	if (holdsTooMuch(rawBody) || isTooDeep(body)) return answer(context, 413, 'The body holds more than can be taken at once.');
	let event: Event;
	try {
		event = delivery.parse(parseJson(body), header);
	} catch (error) {
		return answer(context, 400, error instanceof FieldError ? error.message : 'The body is not JSON.');
	}
	if (!delivery.wanted(event)) return answer(context, 200, 'Not wanted here.');

	// Where nothing is signed, somebody else may send another event under the same ID first.
	const known = delivery.eventId(event);
	const id = known === undefined || signature ? known : digestOf(rawBody);
	const repeats = repeatsOf(`${context.getWorkflow().id}:${node.id}:${context.getMode()}`);
	const state = id === undefined ? 'new' : repeats.take(id);
	if (state === 'done') return answer(context, 200, 'Received before.');
	if (state === 'pending') return answer(context, 503, 'This event is being received just now.');
	if (id !== undefined) onceAnswered(context, (taken) => repeats.settle(id, taken));
	try {
		const workflowData = [await delivery.items(event)];
		return delivery.received ? { workflowData, webhookResponse: delivery.received(event) } : { workflowData };
	} catch (error) {
		throw asNodeError(context, error);
	}
}

/** Calls back when n8n has answered: `taken` once the execution exists and the sender has been told so. */
export function onceAnswered(context: IWebhookFunctions, then: (taken: boolean) => void): void {
	const response = context.getResponseObject();
	// A sender that gave up before the node was asked: no close will be told any more.
	if (response.closed) return then(false);
	response.once('close', () => then(response.writableFinished && response.statusCode < 400));
}

/** The webhook answered by ourselves: no execution. */
function answer(context: IWebhookFunctions, status: number, message: string): IWebhookResponseData {
	context.getResponseObject().status(status).json({ message });
	return { noWebhookResponse: true };
}

/** The bytes as they came, where n8n has read them already. */
function held(context: IWebhookFunctions): Buffer | undefined {
	const { rawBody } = context.getRequestObject();
	return Buffer.isBuffer(rawBody) ? rawBody : undefined;
}

async function rawBodyOf(context: IWebhookFunctions): Promise<Buffer> {
	await context.getRequestObject().readRawBody?.();
	return held(context) ?? Buffer.alloc(0);
}

/** Node has all names in lower case. The first value of each. */
function headerOf(context: IWebhookFunctions): Header {
	const headers = context.getHeaderData();
	return (name) => {
		const value = headers[name];
		const first = Array.isArray(value) ? value[0] : value;
		return typeof first === 'string' ? first : undefined;
	};
}
