import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { clock } from '../../lib/clock';
import { ApiError, FieldError, rethrow } from '../../lib/errors';
import { isObject, type Answer, type ApiDefinition, type Method, type VendorError } from '../../lib/http/apiDefinition';
import { checkedBaseUrl } from '../../lib/http/baseUrl';
import { HttpClient, type ClientOptions, type Request } from '../../lib/http/client';
import type { Host } from '../../lib/http/host';
import { allOf, pages } from '../../lib/http/pages';
import type { Query } from '../../lib/http/path';
import { notFrom, recordOf, recordsOf } from '../../lib/http/record';

export type WorkableRow = Record<string, unknown>;

/** https://workable.readme.io/reference/rate-limits: an account token. */
const RATE = { calls: 10, perMs: 10_000 };
const PREFIX = '/spi/v3';
export const PAGE_SIZE = 100;
/** Between the two times that a read must be answered with 404 before it is believed. */
const ONCE_MORE_MS = 1_000;

const WRONG_TOKEN = 'The account token is wrong, or belongs to another subdomain: open the credential.';
export const NO_RIGHT = 'Make an account token with more rights (Workable: Settings, Integrations, API access tokens): r_jobs and r_candidates to read, w_candidates to change candidates.';

const definition: ApiDefinition = {
	service: 'Workable',
	credential: 'workableAtsApi',
	timeoutMs: 60_000,
	rate: RATE,
	baseUrl: ({ subdomain, baseUrl }) => baseOf(subdomain, baseUrl) + PREFIX,
	error: vendorError,
};

/** `example` of example.workable.com; the whole address is taken too. */
function baseOf(subdomain: unknown, baseUrl: unknown): string {
	if (typeof baseUrl === 'string' && baseUrl.trim() !== '') return checkedBaseUrl(baseUrl);
	const text = typeof subdomain === 'string' ? subdomain.trim().toLowerCase().replace(/^https:\/\//, '').split('.', 1)[0] ?? '' : '';
	if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(text)) throw new FieldError('"Subdomain" in the credential is not the first part of a Workable address', 'Use the word before .workable.com, such as example.');
	return `https://${text}.workable.com`;
}

/** `{ error, validation_errors: { field: [...] } }`; `error` may be empty or a list. Writes may answer with nothing. */
function vendorError({ status, body }: Answer): VendorError | undefined {
	const { error, validation_errors: fields } = isObject(body) ? body : {};
	const message = [...wordsOf(error), ...(isObject(fields) ? Object.entries(fields).map(([name, words]) => `${name}: ${wordsOf(words).join(', ')}`) : [])].join('. ');
	if (status >= 400) return { ...(message === '' ? {} : { message }), ...(status === 401 ? { hint: WRONG_TOKEN } : status === 403 ? { hint: NO_RIGHT } : {}) };
	if (status >= 300 || body === undefined || Array.isArray(body)) return undefined;
	const foreign = notFrom(definition.service, body, (answer) => answer.error === undefined || answer.error === null);
	return foreign && { ...foreign, ...(message === '' ? {} : { message }) };
}

function wordsOf(value: unknown): string[] {
	return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string' && one !== '');
}

/** The person is a candidate of this job already. https://workable.readme.io/reference/job-candidates-create */
export function isKnownAlready(error: unknown): boolean {
	return error instanceof ApiError && error.facts.status === 422 && /already exists/i.test(error.message);
}

export interface WorkablePage {
	rows: WorkableRow[];
	/** Parameters that lead to the next page, null at the end. */
	next: string | null;
	answer: Answer;
}

/** Workable's API v3 as the operations and the trigger use it. */
export class WorkableApi {
	constructor(private readonly client: HttpClient) {}

	/** Names this account in what the process remembers. */
	get account(): string {
		return this.client.account;
	}

	get origin(): string {
		return this.client.origin;
	}

	/** A 404 of a read counts only when it comes twice: integrators see some that mean nothing. */
	private async read(path: string, query: Query = {}): Promise<Answer> {
		const ask = async () => await this.client.send({ method: 'GET', path, query });
		try {
			return await ask();
		} catch (error) {
			if (!(error instanceof ApiError) || error.facts.status !== 404) return rethrow(error);
			await clock.sleep(ONCE_MORE_MS);
			return await ask();
		}
	}

	/** A record, out of its envelope where it has one. */
	async get(path: string, name?: string): Promise<WorkableRow> {
		const { body } = await this.read(path);
		return recordOf(name === undefined || !isObject(body) ? body : body[name], definition.service);
	}

	/** A list without pages: bare, or under a name. */
	async whole(path: string, name?: string): Promise<WorkableRow[]> {
		const { body } = await this.read(path);
		return recordsOf(listIn(name === undefined ? body : isObject(body) ? body[name] : undefined), definition.service);
	}

	/**
	 * One page. Of `paging.next` only the parameters are taken, and the filters are sent again: the address that Workable gives may
	 * leave them out.
	 */
	async page(path: string, name: string, query: Query = {}, cursor: string | null = null): Promise<WorkablePage> {
		const answer = await this.read(path, { limit: PAGE_SIZE, ...Object.fromEntries(new URLSearchParams(cursor ?? '')), ...query });
		const { [name]: list, paging } = isObject(answer.body) ? answer.body : {};
		return { rows: recordsOf(listIn(list), definition.service), next: nextIn(isObject(paging) ? paging.next : undefined), answer };
	}

	/** All pages of a list. */
	async *list(path: string, name: string, query: Query = {}): AsyncGenerator<readonly WorkableRow[]> {
		let last: unknown;
		for await (const rows of pages(async (cursor) => await this.page(path, name, query, cursor ?? null))) {
			// The documentation says "greater" and "greater or equal" of where a page begins.
			yield last !== undefined && rows[0]?.id === last ? rows.slice(1) : rows;
			last = rows.at(-1)?.id ?? last;
		}
	}

	async all(path: string, name: string, query: Query = {}): Promise<WorkableRow[]> {
		return await allOf(this.list(path, name, query));
	}

	/** What a write answers with: a record, or nothing. */
	async write(method: Method, path: string, body: object): Promise<WorkableRow> {
		const answer = await this.client.send({ method, path, body });
		return isObject(answer.body) ? answer.body : {};
	}

	/** Files stand behind signed addresses of another host, which must not get the token. */
	async download(address: string): Promise<Answer> {
		return await this.client.download(address);
	}

	async send(request: Request): Promise<Answer> {
		return await this.client.send(request);
	}
}

function listIn(value: unknown): unknown[] {
	if (!Array.isArray(value)) throw new Error('Workable answered without a list where one is due: check the subdomain.');
	return value;
}

/** Of the address only its parameters are taken. */
const ANYWHERE = 'https://www.workable.com';

function nextIn(next: unknown): string | null {
	if (next === undefined || next === null || next === '') return null;
	if (typeof next !== 'string' || !URL.canParse(next, ANYWHERE)) throw new Error('Workable gave an address of the next page that cannot be read: the list would end too early.');
	const { searchParams } = new URL(next, ANYWHERE);
	// `since_id` is the place; what else stands there is the vendor's copy of our own filters.
	const place = ['since_id', 'max_id', 'page_token', 'offset'].flatMap((name) => { const value = searchParams.get(name); return value === null ? [] : [[name, value]]; });
	if (place.length === 0) throw new Error('Workable gave an address of the next page that does not say where it begins: the list would begin anew.');
	return new URLSearchParams(place).toString();
}

export async function connectWorkable(host: Host, options: ClientOptions = {}): Promise<WorkableApi> {
	return new WorkableApi(new HttpClient(host, definition, await host.getCredentials<ICredentialDataDecryptedObject>(definition.credential), options));
}
