import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { isObject, type Answer, type ApiDefinition, type VendorError } from '../../lib/http/apiDefinition';
import { checkedBaseUrl } from '../../lib/http/baseUrl';
import { HttpClient, type ClientOptions, type Request } from '../../lib/http/client';
import type { Host } from '../../lib/http/host';
import { errorCode, errorSentences, recordsIn, type JsonApiRecord } from '../../lib/http/jsonApi';
import { allOf, nextFrom, pages } from '../../lib/http/pages';
import type { Query } from '../../lib/http/path';
import { notFrom, recordOf, recordsOf } from '../../lib/http/record';

export type TeamtailorRow = JsonApiRecord;

/** https://docs.teamtailor.com/ ; the page of the key shows the right one. */
const REGIONS: Record<string, string> = {
	eu: 'https://api.teamtailor.com/v1',
	na: 'https://api.na.teamtailor.com/v1',
};

/** A larger page is refused, not cut: https://docs.teamtailor.com/ (pagination) */
export const MAX_PAGE = 30;
const JSON_API = 'application/vnd.api+json';

const HINTS: Record<number, string> = {
	401: 'The API key is wrong, or the account is in another region, which Teamtailor answers in the same way: open the credential.',
	403: 'The API key needs the scope Admin, with read, and write for what is written: in Teamtailor, Settings, Integrations, API keys.',
	406: 'Teamtailor does not take this API version: open the credential and enter a date as Teamtailor names it, such as 20240904.',
};

const definition: ApiDefinition = {
	service: 'Teamtailor',
	credential: 'teamtailorAtsApi',
	timeoutMs: 60_000,
	// 50 in 10 seconds for a key; other programs may use it too, which only the headers tell.
	rate: { calls: 45, perMs: 10_000 },
	baseUrl: ({ region, baseUrl }) => REGIONS[String(region)] ?? checkedBaseUrl(baseUrl),
	headers: () => ({ Accept: JSON_API }),
	error: vendorError,
	data: (body) => (isObject(body) ? body.data : undefined),
};

function vendorError({ status, body }: Answer): VendorError | undefined {
	const errors = isObject(body) ? body.errors : undefined;
	if (status >= 400) {
		const said = errorSentences(errors);
		const code = errorCode(errors);
		return { ...(said.length > 0 ? { message: said.join('; ') } : {}), ...(code === undefined ? {} : { code }), ...(HINTS[status] === undefined ? {} : { hint: HINTS[status] }) };
	}
	if (status >= 300 || status === 204) return undefined;
	const foreign = notFrom(definition.service, body, (document) => 'data' in document);
	return foreign && { ...foreign, ...(errorSentences(errors).length > 0 ? { message: errorSentences(errors).join('; ') } : {}) };
}

/** Teamtailor's API as the operations and the trigger use it. */
export class TeamtailorApi {
	constructor(private readonly client: HttpClient) {}

	/** Names this account in what the process remembers. */
	get account(): string {
		return this.client.account;
	}

	get origin(): string {
		return this.client.origin;
	}

	/** One record, with the related ones that `include` names beside it. Relations that are not named there tell no ID. */
	async get(path: string, include?: string): Promise<TeamtailorRow> {
		return one((await this.client.send({ method: 'GET', path, query: { include } })).body);
	}

	/** Whether it is there. */
	async exists(path: string): Promise<boolean> {
		return (await this.client.send({ method: 'GET', path, accept: [404] })).status !== 404;
	}

	/** A page of a list. `next`: what of the link to the next page says which one it is. */
	async page(path: string, cursor: string | null, query: Query = {}): Promise<{ rows: TeamtailorRow[]; next: string | null; answer: Answer }> {
		const answer = await this.client.send({ method: 'GET', path, query: { 'page[size]': MAX_PAGE, ...query, ...placeOf(cursor) } });
		const body = isObject(answer.body) ? answer.body : {};
		if (!Array.isArray(body.data)) throw new Error('Teamtailor answered without a list where one is due: the base URL may point to something else.');
		recordsOf(body.data, definition.service);
		return { rows: recordsIn(body), next: cursorIn(nextFrom.jsonApi(body)), answer };
	}

	list(path: string, query: Query = {}): AsyncGenerator<readonly TeamtailorRow[]> {
		return pages(async (cursor) => await this.page(path, cursor ?? null, query));
	}

	async all(path: string, query: Query = {}): Promise<TeamtailorRow[]> {
		return await allOf(this.list(path, query));
	}

	/** A document, as `record` makes it. */
	async write(method: 'POST' | 'PATCH', path: string, body: object): Promise<TeamtailorRow> {
		return one((await this.send({ method, path, body })).body);
	}

	/** A file behind a signed address, which wants no key. */
	async download(address: string): Promise<Answer> {
		return await this.client.download(address);
	}

	async send(request: Request): Promise<Answer> {
		return await this.client.send(request.body === undefined ? request : { ...request, headers: { 'Content-Type': JSON_API, ...request.headers } });
	}
}

function one(body: unknown): TeamtailorRow {
	const [row] = isObject(body) ? recordsIn(body) : [];
	recordOf(row, definition.service);
	return row ?? {};
}

/**
 * Of a link its `page[...]` parameters: numbers at most lists, `page[after]` at candidates. Path, filters and server stay ours, so that
 * a link to elsewhere never gets the key and one that drops a filter changes nothing.
 */
function cursorIn(link: string | undefined): string | null {
	if (link === undefined) return null;
	const place = new URLSearchParams([...new URL(link, 'https://api.teamtailor.com').searchParams].filter(([name]) => name.startsWith('page[') && name !== 'page[size]')).toString();
	if (place === '') throw new Error('Teamtailor says that there is a next page, but not which: the list cannot be read to its end.');
	return place;
}

const placeOf = (cursor: string | null): Query => Object.fromEntries(new URLSearchParams(cursor ?? ''));

export async function connectTeamtailor(host: Host, options: ClientOptions = {}): Promise<TeamtailorApi> {
	return new TeamtailorApi(new HttpClient(host, definition, await host.getCredentials<ICredentialDataDecryptedObject>(definition.credential), options));
}
