import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { FieldError } from '../../lib/errors';
import { isObject, type Answer, type ApiDefinition, type VendorError } from '../../lib/http/apiDefinition';
import { checkedBaseUrl } from '../../lib/http/baseUrl';
import { HttpClient, type ClientOptions, type Request } from '../../lib/http/client';
import type { Host } from '../../lib/http/host';
import { pages } from '../../lib/http/pages';
import type { Query } from '../../lib/http/path';
import { notFrom, recordOf, recordsOf } from '../../lib/http/record';

export type BambooRow = Record<string, unknown>;

/** https://documentation.bamboohr.com/reference/get-applications */
const PREFIX = '/api/v1/applicant_tracking';
export const APPLICATIONS = '/applications';

const WRONG_KEY = 'The API key is wrong, or belongs to another company: open the credential.';
const NO_RIGHT = 'The owner of the API key needs access to the ATS settings: in BambooHR, Settings, Access Levels.';

const definition: ApiDefinition = {
	service: 'BambooHR',
	credential: 'bambooHrAtsApi',
	timeoutMs: 60_000,
	baseUrl: ({ companyDomain, baseUrl }) => baseOf(companyDomain, baseUrl) + PREFIX,
	error: vendorError,
};

/** `example` of example.bamboohr.com; the whole address is taken too. */
function baseOf(companyDomain: unknown, baseUrl: unknown): string {
	if (typeof baseUrl === 'string' && baseUrl.trim() !== '') return checkedBaseUrl(baseUrl);
	const text = typeof companyDomain === 'string' ? companyDomain.trim().toLowerCase().replace(/^https:\/\//, '').split('.', 1)[0] ?? '' : '';
	if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(text)) throw new FieldError('"Company Domain" in the credential is not the first part of a BambooHR address', 'Use the word before .bamboohr.com, such as example.');
	return `https://${text}.bamboohr.com`;
}

/** The message stands in a header, and the body is empty: get-applications, Responses. */
function vendorError({ status, headers, body }: Answer): VendorError | undefined {
	const message = headers['x-bamboohr-error-message'];
	if (status >= 400) return { ...(message ? { message } : {}), ...(status === 401 ? { hint: WRONG_KEY } : status === 403 ? { hint: NO_RIGHT } : {}) };
	if (status >= 300 || status === 204 || Array.isArray(body)) return undefined;
	return notFrom(definition.service, body, (answer) => ['applications', 'id', 'result'].some((name) => name in answer));
}

/** BambooHR's applicant tracking as the operations and the trigger use it. */
export class BambooApi {
	constructor(private readonly client: HttpClient) {}

	/** Names this account in what the process remembers. */
	get account(): string {
		return this.client.account;
	}

	get origin(): string {
		return this.client.origin;
	}

	async get(path: string): Promise<BambooRow> {
		return recordOf(await this.client.data({ method: 'GET', path }), definition.service);
	}

	/** A list without pages. */
	async all(path: string, query: Query = {}): Promise<BambooRow[]> {
		return recordsOf(listIn(await this.client.data({ method: 'GET', path, query })), definition.service);
	}

	/** A page of applications of all jobs. `next`: the number of the next page; null at the end. */
	async page(cursor: string | null, query: Query = {}): Promise<{ rows: BambooRow[]; next: string | null; answer: Answer }> {
		const number = cursor === null ? 1 : Number(cursor);
		const answer = await this.client.send({ method: 'GET', path: APPLICATIONS, query: { jobStatusGroups: 'ALL', ...query, page: number } });
		const { applications, paginationComplete, nextPageUrl } = isObject(answer.body) ? answer.body : {};
		const ended = paginationComplete === true || nextPageUrl === null || nextPageUrl === undefined || nextPageUrl === '';
		return { rows: recordsOf(listIn(applications), definition.service), next: ended ? null : String(number + 1), answer };
	}

	async *list(query: Query = {}): AsyncGenerator<readonly BambooRow[]> {
		yield* pages(async (cursor) => await this.page(cursor ?? null, query));
	}

	async write(path: string, body: object): Promise<BambooRow> {
		return recordOf(await this.client.data({ method: 'POST', path, body }), definition.service);
	}

	async upload(path: string, form: () => FormData): Promise<BambooRow> {
		return recordOf(await this.client.data({ method: 'POST', path, form }), definition.service);
	}

	/** Whether the address of a file wants the key is not documented: on BambooHR's own host it is sent, elsewhere never. */
	async download(address: string): Promise<Answer> {
		const url = new URL(address, this.origin);
		return url.origin === this.origin ? await this.client.send({ method: 'GET', path: url.href, expect: 'file' }) : await this.client.download(url.href);
	}

	async send(request: Request): Promise<Answer> {
		return await this.client.send(request);
	}
}

function listIn(value: unknown): unknown[] {
	if (!Array.isArray(value)) throw new Error('BambooHR answered without a list where one is due: check the company domain.');
	return value;
}

export async function connectBambooHr(host: Host, options: ClientOptions = {}): Promise<BambooApi> {
	const credentials = await host.getCredentials<ICredentialDataDecryptedObject>(definition.credential);
	return new BambooApi(new HttpClient(host, definition, credentials, options));
}
