import type { IAllExecuteFunctions, ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { Output, Row } from '../../lib/action/operation';
import { FieldError } from '../../lib/errors';
import { checkedBaseUrl } from '../../lib/http/baseUrl';
import { HttpClient, type ClientOptions, type Request } from '../../lib/http/client';
import { pages } from '../../lib/http/pages';
import { path, typedPath, type Query } from '../../lib/http/path';
import { isObject, type Answer, type ApiDefinition } from '../../lib/http/apiDefinition';
import { decode, errorOf, type Decoded, type Next } from './envelope';
import { extraHeaders, withCredential } from './headers';
import { trimEnd } from '../../lib/http/trimEnd';

/** https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API (pagination) */
export const PAGE_SIZE = { default: 50, max: 300 };
const JSON_API = 'application/vnd.api+json';

const definition: ApiDefinition = {
	service: 'Chat Technologies',
	credential: 'chatTechnologiesApi',
	timeoutMs: 60_000,
	baseUrl: ({ baseUrl }) => checkedBaseUrl(baseUrl),
	error: errorOf,
};

/** What a node may set beside the credential. */
export interface Settings {
	consumerId?: string;
	serviceId?: string;
	/** Ask for the connector's own answer too. */
	includeRaw?: boolean;
	/** PATCH and DELETE are sent as POST with the query parameter `_method`. */
	methodOverride?: boolean;
	pageSize?: number;
	/** Whole answers instead of their records. */
	fullResponse?: boolean;
	/** A record that is not there is no error. */
	emptyIfNotFound?: boolean;
	candidatesPath?: string;
	changesPath?: string;
	messageTemplate?: string;
}

/** Chat Technologies' API as the operations use it. */
export class ChatTechnologiesApi {
	constructor(
		private readonly client: HttpClient,
		private readonly settings: Settings,
		/** Non-secret facts of the credential. */
		readonly account: { baseUrl: string; consumerId: string; serviceId: string; candidatesPath: string; changesPath: string; messageTemplate: string },
	) {}

	/** Names the customer's account in what the process remembers. */
	get memoryName(): string {
		return `${this.client.account} ${this.account.consumerId} ${this.account.serviceId}`;
	}

	/** One record: none where there is none and that was asked for, an error otherwise. */
	async get(address: string, what: string): Promise<Row[]> {
		const { rows, answer } = await this.read(address, {}, this.settings.emptyIfNotFound ? [404] : []);
		if (answer.status === 404) return [];
		if (this.settings.fullResponse) return [whole(answer)];
		if (rows.length === 0 && !this.settings.emptyIfNotFound) throw new FieldError(`Chat Technologies answered with no ${what}`, 'Check the ID and the path; what this account may not see can look like nothing.');
		return rows;
	}

	/** What a GET gives, whatever the settings of the output. */
	async record(address: string): Promise<Row[]> {
		return (await this.read(address)).rows;
	}

	/** Pages of a list, or with "Full Response" one item for each page. */
	list(address: string, query: Query = {}, limit?: number): AsyncGenerator<Row[]> {
		return this.settings.fullResponse ? this.wholePages(address, query, limit) : this.recordPages(address, query, limit);
	}

	/** One page; `next` goes into the next call as it is. */
	async page(address: string, cursor: string | null, query: Query = {}, limit = this.settings.pageSize ?? PAGE_SIZE.default): Promise<{ rows: Row[]; next: string | null; answer: Answer }> {
		const place = cursor === null ? null : placeOf(cursor);
		const { rows, next, answer } =
			place && 'link' in place ? await this.read(this.absolute(place.link, address)) : await this.read(address, { ...query, limit, ...(place ?? {}) });
		if (answer.status !== 204 && !mayHoldList(answer.body)) throw new Error(`Chat Technologies answered with no list where one is due, at ${address}: check the path and the base URL.`);
		return { rows, answer, next: next && ('link' in next ? `link:${this.absolute(next.link, address)}` : `cursor:${next.cursor}`) };
	}

	/** A write: the record that it gave, or nothing when the answer is empty. Some answers hold the ID only. */
	async write(method: 'POST' | 'PATCH', address: string, body: object): Promise<Output> {
		const answer = await this.send({ method, path: address, body });
		if (this.settings.fullResponse) return whole(answer);
		const { rows } = decode(answer.body);
		return rows.length === 0 ? undefined : rows;
	}

	/** As `write`, whatever the settings of the output. */
	async written(method: 'POST' | 'PATCH', address: string, body: object): Promise<Row | undefined> {
		return decode((await this.send({ method, path: address, body })).body).rows[0];
	}

	async remove(address: string, id: string): Promise<Output> {
		const answer = await this.send({ method: 'DELETE', path: address, repeatable: true });
		return this.settings.fullResponse ? whole(answer) : { id, deleted: true };
	}

	/** Any call. A body that is a JSON:API document goes out as one. */
	async send(request: Request): Promise<Answer> {
		const { method, query, body, headers } = request;
		const own: Record<string, string> = this.ownHeaders();
		if (request.expect === undefined) own.Accept = `application/json, ${JSON_API}`;
		if (isObject(body) && isObject(body.data) && typeof body.data.type === 'string') own['Content-Type'] = JSON_API;
		const overridden = this.settings.methodOverride === true && (method === 'PATCH' || method === 'PUT' || method === 'DELETE');
		return await this.client.send({
			...request,
			...(overridden ? { method: 'POST', query: { ...query, _method: method } } : {}),
			headers: { ...own, ...headers },
		});
	}

	/** A file behind an address that the service signed; the credential does not go along. */
	async download(url: string): Promise<Answer> {
		return await this.client.download(url);
	}

	private async read(address: string, query: Query = {}, accept: readonly number[] = []): Promise<Decoded & { answer: Answer }> {
		const answer = await this.send({ method: 'GET', path: address, query, accept });
		return { ...decode(answer.status === 404 ? undefined : answer.body), answer };
	}

	private async *recordPages(address: string, query: Query, limit?: number): AsyncGenerator<Row[]> {
		for await (const [page] of this.allPages(address, query, limit)) yield page?.rows ?? [];
	}

	private async *wholePages(address: string, query: Query, limit = Infinity): AsyncGenerator<Row[]> {
		let found = 0;
		for await (const [page] of this.allPages(address, query, limit)) {
			if (page) yield [whole(page.answer)];
			found += page?.rows.length ?? 0;
			if (found >= limit) return;
		}
	}

	private allPages(address: string, query: Query, limit = Infinity) {
		const size = Math.min(this.settings.pageSize ?? PAGE_SIZE.default, limit);
		let before = '';
		return pages(
			async (cursor: string | undefined) => {
				const page = await this.page(address, cursor ?? null, query, size);
				const content = JSON.stringify(page.rows);
				// Where the account's set-up ignores `cursor`, every page is the first one under a new cursor.
				if (page.next && page.rows.length > 0 && content === before) {
					throw new Error(`Chat Technologies gives the same page again and again at ${address}: the list would never end. Set a Limit below ${size} or ask which paging your set-up has.`);
				}
				before = content;
				return { rows: [page], next: page.next };
			},
			{ isEmpty: ([page]) => page?.rows.length === 0 },
		);
	}

	private absolute(link: string, address: string): string {
		return new URL(link, this.account.baseUrl + address).href;
	}

	private ownHeaders(): Record<string, string> {
		const { consumerId, serviceId, includeRaw } = this.settings;
		return {
			...(consumerId === undefined ? {} : { 'ct-consumer-id': consumerId }),
			...(serviceId === undefined ? {} : { 'ct-service-id': serviceId }),
			...(includeRaw === true ? { 'ct-raw': 'true' } : {}),
		};
	}
}

function placeOf(cursor: string): Next {
	const colon = cursor.indexOf(':');
	const value = cursor.slice(colon + 1);
	return cursor.slice(0, colon) === 'link' ? { link: value } : { cursor: value };
}

/** A list or an envelope; in that, no data means no rows. */
function mayHoldList(body: unknown): boolean {
	if (!isObject(body)) return Array.isArray(body);
	return Object.keys(body).length > 0 && !['string', 'number', 'boolean'].includes(typeof body.data);
}

function whole({ status, body }: Answer): Row {
	return isObject(body) ? (body as Row) : { status, body: (body ?? null) as Row[string] };
}

/** A path from a field, and below it one record. */
export function pathOf(typed: string, id?: string): string {
	if (/[?#]/.test(typed)) throw new FieldError('"Path" holds a query', 'Leave out what follows the question mark and use Query Parameters.');
	const address = trimEnd(typedPath(typed), '/');
	if (address === '') throw new FieldError('"Path" names no resource', 'Use the path as your set-up has it, for example /candidates.');
	return id === undefined ? address : address + path`/${id}`;
}

export interface Connect extends ClientOptions {
	settings?: Settings;
}

/** A connection for one execution, lookup or poll. Throws FieldError when the credential is not complete. */
export async function connectChatTechnologies(host: IAllExecuteFunctions, { settings = {}, ...options }: Connect): Promise<ChatTechnologiesApi> {
	const credentials = await host.getCredentials<ICredentialDataDecryptedObject>(definition.credential);
	const { consumerId, serviceId } = settings;
	// What the credential will add to each call is checked before the first one.
	withCredential({ ...(consumerId === undefined ? {} : { 'ct-consumer-id': consumerId }), ...(serviceId === undefined ? {} : { 'ct-service-id': serviceId }) }, credentials);
	// Secrets are the key and the extra headers; the IDs may stand in messages.
	const { apiKey, baseUrl } = credentials;
	const client = new HttpClient(host, definition, { apiKey: String(apiKey).trim(), baseUrl: checkedBaseUrl(baseUrl), ...extraHeaders(credentials) }, options);
	const known = (value: unknown, otherwise = '') => (typeof value === 'string' && value.trim() !== '' ? value.trim() : otherwise);
	return new ChatTechnologiesApi(client, settings, {
		baseUrl: checkedBaseUrl(baseUrl),
		consumerId: consumerId ?? known(credentials.consumerId),
		serviceId: serviceId ?? known(credentials.serviceId),
		candidatesPath: known(settings.candidatesPath, known(credentials.candidatesPath, '/candidates')),
		changesPath: known(settings.changesPath, known(credentials.changesPath, '/changes')),
		messageTemplate: known(settings.messageTemplate, known(credentials.messageTemplate)),
	});
}

