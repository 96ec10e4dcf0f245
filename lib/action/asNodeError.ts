import { NodeApiError, NodeOperationError, type IAllExecuteFunctions, type JsonObject } from 'n8n-workflow';

import { ApiError, FieldError, PollError } from '../errors';
import { withoutTags } from './html';

type NodeHost = Pick<IAllExecuteFunctions, 'getNode'>;

/** Values and answers are quoted in some sentences, and may be of any length. */
const MAX_LENGTH = 900;

function short(text: string): string {
	return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

/** Any failure as the error that n8n shows: the sentence first, then what to do, with code and item. */
export function asNodeError(host: NodeHost, error: unknown, itemIndex?: number): NodeApiError | NodeOperationError {
	const node = host.getNode();
	const at = itemIndex === undefined ? {} : { itemIndex };
	if (error instanceof NodeOperationError || error instanceof NodeApiError) return error;
	if (error instanceof FieldError) return new NodeOperationError(node, short(error.message), { ...at, description: withoutTags(short(error.hint)) });
	if (error instanceof PollError) return new NodeApiError(node, { message: error.message }, { ...at, message: error.message, failure: failureOf(error.failure) });
	if (!(error instanceof ApiError)) return new NodeOperationError(node, short(error instanceof Error ? error.message : String(error)), at);

	const { facts } = error;
	const codes = [facts.status === undefined ? undefined : `HTTP ${facts.status}`, facts.code, facts.requestId === undefined ? undefined : `request ID ${facts.requestId}`].filter(Boolean).join(', ');
	const message = short(facts.message);
	const description = [facts.hint, `${facts.service}: ${facts.call}${codes ? ` (${codes})` : ''}`].filter(Boolean).join(' ');
	const shown: JsonObject = { message, ...(facts.code === undefined ? {} : { code: facts.code }) };
	return new NodeApiError(node, shown, {
		...at,
		message,
		description: withoutTags(short(description)),
		...(facts.status === undefined ? {} : { httpCode: String(facts.status) }),
		failure: failureOf(facts),
	});
}

/** Hosts from 2.36 on schedule the next try from this; older ones ignore it. */
function failureOf({ cause, retryAfterMs }: PollError['failure']) {
	if (cause === 'credential-invalid' || cause === 'configuration-invalid' || cause === 'node-defect') return { cause };
	return { cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
