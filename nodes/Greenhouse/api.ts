import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { notFound, pageAt } from '../../lib/ats/kit';
import { ApiError, rethrow, type FieldError } from '../../lib/errors';
import { isObject, type Answer, type ApiDefinition, type Method, type VendorError } from '../../lib/http/apiDefinition';
import { checkedBaseUrl } from '../../lib/http/baseUrl';
import { HttpClient, type ClientOptions, type Request } from '../../lib/http/client';
import type { Host } from '../../lib/http/host';
import { pages } from '../../lib/http/pages';
import type { Query } from '../../lib/http/path';
import { recordOf, recordsOf } from '../../lib/http/record';

export type Row = Record<string, unknown>;

/** https://harvestdocs.greenhouse.io/docs/pagination */
export const PAGE_SIZE = 500;
/** Values that one filter takes. https://harvestdocs.greenhouse.io/docs/list-endpoints */
export const AT_ONCE = 50;

const definition: ApiDefinition = {
	service: 'Greenhouse',
	credential: 'greenhouseAtsApi',
	// Its credential fetches the token: a 401 is answered with a fresh one.
	oauth2: true,
	timeoutMs: 60_000,
	baseUrl: ({ baseUrl }) => checkedBaseUrl(baseUrl || 'https://harvest.greenhouse.io/v3'),
	error: ({ status, headers, body }) => (status < 300 ? undefined : vendorError(headers, body)),
};

/** `errors` is a list of texts, or of objects from a field to a text. */
function vendorError(headers: Answer['headers'], body: unknown): VendorError {
	const { message, errors } = isObject(body) ? body : {};
	const details = (Array.isArray(errors) ? errors : []).flatMap((one) => (isObject(one) ? Object.entries(one).map(([field, text]) => `${field} ${String(text)}`) : [String(one)]));
	const sentence = [typeof message === 'string' ? message : '', details.join('; ')].filter((text) => text !== '').join(': ');
	const requestId = headers['x-request-id'];
	return { ...(sentence === '' ? {} : { message: sentence }), ...(requestId === undefined ? {} : { requestId }) };
}

/** The scope that a call needs, as the credential's Manage Scopes calls it. https://harvestdocs.greenhouse.io/docs/handling-scope-changes */
export function scopeOf(method: Method, path: string): string {
	const [resource = '', , action] = path.split('?', 1)[0]?.replace(/^https?:\/\/[^/]+(\/v3)?/, '').split('/').filter(Boolean) ?? [];
	return `harvest:${resource}:${action ?? { GET: 'list', HEAD: 'list', POST: 'create', PUT: 'update', PATCH: 'update', DELETE: 'destroy' }[method]}`;
}

export interface ListPage {
	rows: Row[];
	/** Address of the next page, to be asked for as it stands. */
	next: string | null;
	answer: Answer;
}

/** Greenhouse's Harvest API v3 as the operations use it: flat resources, no call for one record. */
export class GreenhouseApi {
	private readonly kept = new Map<string, Promise<Row[]>>();

	constructor(private readonly client: HttpClient) {}

	/** Names this account in what the process remembers. */
	get account(): string {
		return this.client.account;
	}

	async send(request: Request): Promise<Answer> {
		try {
			return await this.client.send(request);
		} catch (error) {
			if (!(error instanceof ApiError) || error.facts.status !== 403) rethrow(error);
			const scope = scopeOf(request.method, request.path);
			const admin = scope.endsWith(':list') ? ', and check that the acting user of the credential is a Site Admin: lists answer to nobody else' : '';
			return rethrow(new ApiError({ ...error.facts, hint: `In Greenhouse, tick the scope ${scope} under Configure, Dev Center, API Credentials, Manage Scopes${admin}.` }));
		}
	}

	/**
	 * One page of a list. A cursor stands alone in the query, so the address of the next page is taken as it came. How long one lives is
	 * not documented, nor how an old one is refused.
	 */
	async page(path: string, query: Query, next: string | null = null): Promise<ListPage> {
		const answer = await pageAt(next, async () => await this.send({ method: 'GET', path: next ?? path, ...(next === null ? { query } : {}) }));
		const link = nextOf(answer.headers.link);
		// It may leave out the server: https://www.rfc-editor.org/rfc/rfc8288#section-3.1
		return { rows: rowsOf(answer.body), next: link && new URL(link, this.client.origin).href, answer };
	}

	/** All pages of a list. `limit`: no more rows than these are asked for at once. */
	list(path: string, query: Query = {}, limit?: number): AsyncGenerator<readonly Row[]> {
		const asked = { ...query, per_page: Math.max(1, Math.min(PAGE_SIZE, limit ?? PAGE_SIZE)) };
		return pages(async (cursor) => await this.page(path, asked, cursor ?? null));
	}

	/** Each row once, though a list may shift while it is read. */
	async all(path: string, query: Query = {}): Promise<Row[]> {
		const found = new Map<unknown, Row>();
		for await (const page of this.list(path, query)) for (const row of page) found.set(row.id ?? row, row);
		return [...found.values()];
	}

	/** The rows that belong to these, whatever their number. */
	async of(path: string, filter: string, ids: readonly string[], query: Query = {}): Promise<Row[]> {
		const unique = [...new Set(ids)];
		const found: Row[] = [];
		for (let at = 0; at < unique.length; at += AT_ONCE) found.push(...(await this.all(path, { ...query, [filter]: unique.slice(at, at + AT_ONCE) })));
		return found;
	}

	/** A small list that several rows need: read once an execution or poll. */
	async known(path: string, query: Query = {}): Promise<Row[]> {
		const key = JSON.stringify([path, query]);
		const reading = this.kept.get(key) ?? this.all(path, query);
		this.kept.set(key, reading);
		reading.catch(() => this.kept.delete(key));
		return await reading;
	}

	/** There is no call for one record: `ids` is the way, and nothing found is an empty list. */
	async one(path: string, id: string, what: string): Promise<Row> {
		if (!isNumber(id)) throw notThere(what, id);
		const [found] = rowsOf((await this.send({ method: 'GET', path, query: { ids: id } })).body);
		if (!found) throw notThere(what, id);
		return found;
	}

	async write(method: Method, path: string, body?: object): Promise<unknown> {
		return (await this.send({ method, path, ...(body === undefined ? {} : { body }) })).body;
	}

	async written(method: Method, path: string, body: object): Promise<Row> {
		return recordOf(await this.write(method, path, body), definition.service);
	}

	/** A file behind the signed address of an attachment, without our token. */
	async download(url: string): Promise<Answer> {
		return await this.client.download(url);
	}
}

export function isNumber(id: string): boolean {
	return /^\d{1,18}$/.test(id.trim());
}

/** An id as bodies want it. */
export function numberOf(id: string, what: string): number {
	const value = Number(id.trim());
	if (!isNumber(id) || !Number.isSafeInteger(value)) throw notThere(what, id);
	return value;
}

function notThere(what: string, id: string): FieldError {
	return notFound(what, id, `Use the number that ${what} lists show. The acting user of the credential may also not be allowed to see it (a confidential job, a private candidate).`);
}

/** https://harvestdocs.greenhouse.io/docs/pagination: `<address>; rel="next"`, absent on the last page. */
function nextOf(link: string | undefined): string | null {
	for (const part of link?.split(/,(?=\s*<)/) ?? []) {
		const close = part.indexOf('>');
		if (part.trimStart().startsWith('<') && close > 0 && /;\s*rel="?next"?/.test(part.slice(close))) return part.slice(part.indexOf('<') + 1, close);
	}
	return null;
}

/** The rows of a list: always a bare array; anything else is an error, never an empty list. */
export function rowsOf(body: unknown): Row[] {
	if (!Array.isArray(body)) throw new Error('Greenhouse answered without a list where one is due: the base URL may point to something else.');
	return recordsOf(body, definition.service);
}

export async function connectGreenhouse(host: Host, options: ClientOptions = {}): Promise<GreenhouseApi> {
	const credentials = await host.getCredentials<ICredentialDataDecryptedObject>(definition.credential);
	return new GreenhouseApi(new HttpClient(host, definition, credentials, options));
}
