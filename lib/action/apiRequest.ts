import type { IDataObject } from 'n8n-workflow';

import { FieldError } from '../errors';
import type { Request } from '../http/client';
import { fileTypeOf } from '../http/fileType';
import { fileNameIn } from '../http/headers';
import { typedPath, type Query } from '../http/path';
import { isObject, type Answer } from '../http/apiDefinition';
import { choice, json, jsonObject, text, toggle, when, type Json } from './field';
import { FileItem, type Item } from './item';
import { operationsOf, type Output, type Resource, type Row } from './operation';

export interface ApiRequestSpec<Api> {
	/** In a sentence: "the Some ATS API". */
	api: string;
	/** Sends a request of this service, credentials and errors included. */
	send(api: Api, request: Request): Promise<Answer>;
	/** A real path of this API. */
	placeholder: string;
	/** Its reference, or the page that leads there. */
	documentationUrl: string;
}

const METHODS = ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'] as const;
const WITH_BODY = ['DELETE', 'PATCH', 'POST', 'PUT'];

/** Any call of a service's API, with the node's credential: for what has no operation of its own. */
export function apiRequest<Api>({ api: name, send, placeholder, documentationUrl }: ApiRequestSpec<Api>): Resource<Api> {
	const method = choice('method', { displayName: 'Method', description: 'GET reads; the others change something, DELETE removes it', default: 'GET', noDataExpression: true, options: METHODS.map((value) => ({ name: value, value })) });
	const address = text('path', {
		displayName: 'Path',
		required: true,
		placeholder,
		description: `What follows the base URL, as <a href="${documentationUrl}">the documentation</a> shows it`,
		hint: 'Put values of earlier nodes that may hold a slash or a question mark through encodeURIComponent',
	});
	const query = jsonObject('query', { displayName: 'Query (JSON)', default: '{}', rows: 2, placeholder: '{"name": "value"}', description: 'Query parameters by name; a list becomes one comma-separated value, empty values are left out' });
	const body = when(json('body', { displayName: 'Body (JSON)', placeholder: '{"name": "value"}', description: 'Sent as it is; nothing is sent when empty' }), { method: WITH_BODY });
	const responseType = choice('responseType', {
		displayName: 'Response',
		description: 'What the answer is, and so what comes out',
		default: 'json',
		options: [
			{ name: 'File', value: 'file', description: 'The answer becomes a file in the output field "data"' },
			{ name: 'JSON', value: 'json', description: 'An object becomes one item, a list one item per entry' },
			{ name: 'Text', value: 'text', description: 'The answer as it came, in the field "data"' },
		],
	});
	const fullResponse = toggle('fullResponse', { displayName: 'Include Status and Headers', description: 'Whether to return the HTTP status and headers with the body instead of the body alone' });

	return {
		name: 'API Request',
		value: 'apiRequest',
		description: `Any call of ${name}`,
		operations: [
			operationsOf<Api>()({
				name: 'Send',
				value: 'send',
				action: 'Send an API request, which may change or delete data',
				description: `Make any call of ${name} with the credential of this node, also one that changes or deletes. Use it only for what no other operation does. The path comes from its documentation.`,
				access: 'write',
				fields: [method, address, query, body, responseType, fullResponse],
				unnamed: (row) => ['data', 'body'].filter((name) => holdsText(row[name])),
				run: async (api, p, item) => {
					const answer = await send(api, {
						method: p.method,
						path: typedPath(p.path),
						query: queryFrom(p.query ?? {}),
						...(p.body === undefined ? {} : { body: p.body }),
						...(p.responseType === 'json' ? {} : { expect: p.responseType }),
					});
					const shown = p.fullResponse ? { status: answer.status, headers: headersOf(answer) } : undefined;
					return p.responseType === 'file' ? await asFile(item, answer, shown) : asRows(answer.body, shown);
				},
			}),
		],
	};
}

function queryFrom(given: Record<string, Json>): Query {
	return Object.fromEntries(
		Object.entries(given).map(([name, value]) => {
			if (Array.isArray(value)) return [name, value.map((one) => (isObject(one) ? nested(name) : String(one)))];
			return [name, isObject(value) ? nested(name) : (value as Exclude<Json, object>)];
		}),
	);
}

function nested(name: string): never {
	throw new FieldError(`"Query (JSON)" holds an object in "${name}"`, 'A query parameter is text, a number, true or false, or a list of these.');
}

/** Cookies are the connection's business and may hold a session. */
function headersOf({ headers }: Answer): IDataObject {
	return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'set-cookie'));
}

function asRows(body: unknown, full: IDataObject | undefined): Output {
	if (full) return { ...full, body: (body ?? null) as Row[string] };
	if (Array.isArray(body)) return body.map(asRow);
	return body === undefined ? undefined : asRow(body);
}

function asRow(value: unknown): Row {
	return isObject(value) ? (value as Row) : { data: value as Row[string] };
}

function holdsText(value: unknown): boolean {
	return typeof value === 'string' || (Array.isArray(value) && value.some(holdsText));
}

async function asFile(item: Item, { headers, body }: Answer, full: IDataObject = {}): Promise<FileItem> {
	const data = Buffer.isBuffer(body) ? body : Buffer.from([]);
	const name = fileNameIn(headers['content-disposition']) ?? 'file';
	return new FileItem(full, { data: await item.toBinary(data, name, fileTypeOf({ declared: headers['content-type'], name, data })) });
}
