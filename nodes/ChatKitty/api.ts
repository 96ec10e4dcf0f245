import type { IAllExecuteFunctions, ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { Row } from '../../lib/action/operation';
import { ApiError, FieldError } from '../../lib/errors';
import { checkedBaseUrl } from '../../lib/http/baseUrl';
import { HttpClient, type ClientOptions, type Request } from '../../lib/http/client';
import { nextFrom, pages } from '../../lib/http/pages';
import { recordOf, recordsOf } from '../../lib/http/record';
import { expandTemplate } from '../../lib/http/uriTemplate';
import { isObject, type Answer, type Method, type VendorError, type ApiDefinition } from '../../lib/http/apiDefinition';
import { normalize, toWire, type ApiVersion } from './dialect';

/** "set a custom page size up to 100". https://chatkitty.com/docs/api */
export const PAGE_SIZE = 100;

const PRODUCTION = 'https://api.chatkitty.com';

/** What the official clients of the two generations ask for. */
const ACCEPT: Record<ApiVersion, string> = { current: 'application/vnd.chatkitty+json,*/*;q=0.8', v1: 'application/json' };

/** Calls whose JSON the current generation takes as plain `application/json` (its official client, 2.106.8). */
const PLAIN_JSON = /\/(messages|keystrokes|display-picture)$/;

const HINTS: Record<number, Partial<VendorError>> = {
	401: { hint: 'ChatKitty refuses the access token, also a fresh one: check the client ID and the client secret in the credential.', cause: 'credential-invalid' },
	404: { hint: 'Check the ID. If every call fails like this, try the other API version in the credential.', cause: 'configuration-invalid' },
	406: { hint: 'ChatKitty does not speak this API version here: choose the other one in the credential.', cause: 'configuration-invalid' },
	410: { hint: 'This no longer exists at ChatKitty.', cause: 'configuration-invalid' },
};

const definition: ApiDefinition = {
	service: 'ChatKitty',
	credential: 'chatKittyOAuth2Api',
	oauth2: true,
	timeoutMs: 60_000,
	baseUrl: (credentials) => `${credentials.environment === 'custom' ? checkedBaseUrl(credentials.baseUrl) : PRODUCTION}${versionOf(credentials) === 'v1' ? '/v1' : ''}`,
	headers: (credentials) => ({ Accept: ACCEPT[versionOf(credentials)] }),
	error: ({ status, headers, body }) => {
		const said = isObject(body) && typeof body.error === 'string' && (status >= 400 || typeof body.timestamp === 'string') ? body : undefined;
		if (status < 400 && !said) return undefined;
		const requestId = headers['x-response-token'];
		return { ...HINTS[status], ...(said ? vendorError(said) : {}), ...(requestId === undefined ? {} : { requestId }) };
	},
};

function versionOf({ apiVersion }: ICredentialDataDecryptedObject): ApiVersion {
	return apiVersion === 'v1' ? 'v1' : 'current';
}

/** https://chatkitty.com/docs/api#client-errors: resource, field and a code per field on validation errors. */
function vendorError(body: Record<string, unknown>): VendorError {
	const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
	const field = text(body.field);
	return {
		message: [text(body.message) ?? text(body.error_description) ?? text(body.error), field === undefined ? undefined : `(field "${field}")`].filter(Boolean).join(' '),
		...(text(body.code) ?? text(body.error) ? { code: text(body.code) ?? text(body.error) } : {}),
		...(text(body.explanation) ? { hint: text(body.explanation) } : {}),
	};
}

type QueryValue = string | number | boolean | readonly string[] | undefined;
export type ChatKittyQuery = Readonly<Record<string, QueryValue>>;

/** A page of a list, normalised. */
export interface ListPage {
	rows: Row[];
	/** Address of the next page. */
	next?: string;
	answer: Answer;
}

/** ChatKitty's API as the operations use it: what goes in and comes out is snake_case, whatever the generation. */
export class ChatKittyApi {
	private readonly running = new Map<string, Promise<Row>>();

	constructor(
		private readonly client: HttpClient,
		readonly version: ApiVersion,
	) {}

	/** Names the account in what the process remembers. */
	get account(): string {
		return this.client.account;
	}

	async get(path: string, query: ChatKittyQuery = {}): Promise<Row> {
		return asRow(recordOf(normalize(await this.client.data({ method: 'GET', path: path + queryOf(query) })), definition.service));
	}

	/** A write. Absent values of the body are left out; ChatKitty answers with the record, or its parent after a deletion. */
	async act(method: Method, path: string, body?: object): Promise<Row> {
		const { body: answer } = await this.send({ method, path, ...(body === undefined ? {} : { body: toWire(body, this.version) }) });
		return method === 'DELETE' && answer === undefined ? {} : asRow(recordOf(normalize(answer), definition.service));
	}

	/** Changes only what the body names. */
	async change(path: string, body: object): Promise<Row> {
		if (Object.values(body).every((value) => value === undefined)) throw new FieldError('There is nothing to change', 'Add at least one change.');
		return await this.act('PATCH', path, body);
	}

	/** A multipart write; `form` is called again for each attempt. */
	async upload(path: string, form: () => unknown): Promise<Row> {
		return asRow(recordOf(normalize(await this.client.data({ method: 'POST', path, form })), definition.service));
	}

	/** Whether HEAD finds something. */
	async exists(path: string, query: ChatKittyQuery): Promise<boolean> {
		const { status } = await this.client.send({ method: 'HEAD', path: path + queryOf(query), accept: [404] });
		return status !== 404;
	}

	/** Any call, with the media type that the generation wants for it. */
	async send(request: Request): Promise<Answer> {
		const type = request.body === undefined ? undefined : this.contentType(request.method, request.path);
		return await this.client.send({ ...request, ...(type === undefined ? {} : { headers: { ...request.headers, 'Content-Type': type } }) });
	}

	/** All pages of a list, offset and cursor alike: the next page is where `_links.next` points. */
	list(path: string, collection: string, query: ChatKittyQuery = {}, limit?: number): AsyncGenerator<readonly Row[]> {
		const first = path + queryOf({ ...query, size: Math.min(PAGE_SIZE, limit ?? PAGE_SIZE) });
		return pages(async (cursor) => await this.page(cursor ?? first, collection));
	}

	/** The rows of a list that fit: what ChatKitty makes of a filter is not taken on trust. */
	async *only(pages: AsyncIterable<readonly Row[]>, fits: (row: Row) => boolean): AsyncGenerator<readonly Row[]> {
		for await (const rows of pages) yield rows.filter(fits);
	}

	/** One page, by path or by the link of an earlier page. */
	async page(address: string, collection: string): Promise<ListPage> {
		const answer = await this.client.send({ method: 'GET', path: address });
		const body = normalize(answer.body);
		if (!isObject(body) || !('_embedded' in body || 'page' in body || '_links' in body)) {
			throw noList();
		}
		const rows = rowsIn(body._embedded, collection);
		const next = this.nextOf(body, address);
		return { rows, answer, ...(next === undefined ? {} : { next }) };
	}

	/** The one row that fits, or undefined; every page of the list is looked at. */
	async find(path: string, collection: string, query: ChatKittyQuery, fits: (row: Row) => boolean): Promise<Row | undefined> {
		for await (const rows of this.list(path, collection, query)) {
			const found = rows.find(fits);
			if (found) return found;
		}
		return undefined;
	}

	/** The answer of one call for all who ask at once or later in this execution; a failure is not kept. */
	async once(key: string, work: () => Promise<Row>): Promise<Row> {
		const known = this.running.get(key);
		if (known) return await known;
		const made = work();
		this.running.set(key, made);
		made.catch(() => this.running.delete(key));
		return await made;
	}

	/** A file: behind the API's own address with the token, anywhere else without it. */
	async download(url: string): Promise<Answer> {
		const target = URL.canParse(url, this.client.origin) ? new URL(url, this.client.origin) : undefined;
		if (target?.origin === this.client.origin) return await this.client.send({ method: 'GET', path: target.href, expect: 'file' });
		return await this.client.download(url);
	}

	/** Some calls came with the current generation only. */
	needsCurrent(what: string): void {
		if (this.version === 'v1') throw new FieldError(`${what} needs ChatKitty's current API`, 'Set API Version to Current in the credential: v1 has no such call.');
	}

	/** And some with v1 only. */
	needsV1(what: string): void {
		if (this.version !== 'v1') throw new FieldError(`${what} needs ChatKitty's v1 API`, 'Set API Version to V1 in the credential, or leave it out: the current API has no such field.');
	}

	private contentType(method: Method, path: string): string {
		// The documentation's spelling; RFC 7396 would have it the other way round.
		if (method === 'PATCH') return 'application/json+merge-patch';
		const [address = ''] = path.split('?', 1);
		return this.version === 'v1' || PLAIN_JSON.test(address) ? 'application/json' : 'application/vnd.chatkitty+json';
	}

	private nextOf(body: Record<string, unknown>, address: string): string | undefined {
		const href = nextFrom.hal(body);
		// Where there is a link it decides, whatever the numbers say.
		if (href !== undefined) return new URL(expandTemplate(href), this.client.origin).href;
		const { number, total_pages: total } = isObject(body.page) ? body.page : {};
		if (typeof number !== 'number' || typeof total !== 'number' || number + 1 >= total) return undefined;
		const [path = '', query = ''] = address.split('?');
		const parameters = new URLSearchParams(query);
		parameters.set('page', String(number + 1));
		return `${path}?${parameters.toString()}`;
	}
}

/** A connection for one execution, lookup or poll. */
export async function connectChatKitty(host: IAllExecuteFunctions, options: ClientOptions = {}): Promise<ChatKittyApi> {
	const credentials = await host.getCredentials<ICredentialDataDecryptedObject>(definition.credential);
	return new ChatKittyApi(new HttpClient(host, definition, credentials, options), versionOf(credentials));
}

/** Whose data a trigger watches: another host or client starts anew. */
export async function applicationOf(host: IAllExecuteFunctions): Promise<string[]> {
	const credentials = await host.getCredentials<ICredentialDataDecryptedObject>(definition.credential);
	return [new URL(definition.baseUrl(credentials)).host, String(credentials.clientId)];
}

/** No `_embedded`, or nothing in it, means an empty page; anything else but a list of this kind is an error. */
function rowsIn(embedded: unknown, collection: string): Row[] {
	if (embedded === undefined) return [];
	if (!isObject(embedded)) throw noList();
	const rows = Object.keys(embedded).length === 0 ? [] : embedded[collection];
	if (!Array.isArray(rows)) throw noList();
	return recordsOf(rows, definition.service).map(asRow);
}

function noList(): Error {
	return new Error("ChatKitty's answer is no list: the base URL may point to something else.");
}

export function asRow(value: unknown): Row {
	return isObject(value) ? (value as Row) : {};
}

/** `?a=1&b=x&b=y`: empty values are left out, a list repeats its name as the official client does. */
function queryOf(query: ChatKittyQuery): string {
	const parameters = new URLSearchParams();
	for (const [name, value] of Object.entries(query)) {
		for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== '') parameters.append(name, String(one));
	}
	const text = parameters.toString();
	return text === '' ? '' : `?${text}`;
}

export function isNotFound(error: unknown): boolean {
	return error instanceof ApiError && error.facts.status === 404;
}
