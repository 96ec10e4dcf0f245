import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { isObject, type Answer, type ApiDefinition, type Method, type VendorError } from '../../lib/http/apiDefinition';
import { checkedBaseUrl } from '../../lib/http/baseUrl';
import { HttpClient, type ClientOptions, type Request } from '../../lib/http/client';
import { fetchedFile, type FileFacts, type ServiceFile } from '../../lib/http/files';
import type { Host } from '../../lib/http/host';
import { allOf, pages } from '../../lib/http/pages';
import type { Query } from '../../lib/http/path';
import { notFrom, recordOf, recordsOf } from '../../lib/http/record';

export type LeverRow = Record<string, unknown>;

/** https://hire.lever.co/developer/documentation ; Europe's address comes from programs that use it. */
const REGIONS: Record<string, string> = {
	global: 'https://api.lever.co/v1',
	eu: 'https://api.eu.lever.co/v1',
	sandbox: 'https://api.sandbox.lever.co/v1',
};

/** Without it, confidential rows are missing and nothing says so. */
export const ALL_ROWS = { confidentiality: 'all' } as const;

const WRONG_KEY = 'The API key is wrong, or belongs to an account in another region: open the credential.';
const NO_RIGHT = 'The API key has no right to this part of Lever. Tick its endpoint in Settings, Integrations and API, API Credentials; access to confidential data can only be chosen while a key is made.';

const REDIRECTS = [301, 302, 303, 307, 308];

const definition: ApiDefinition = {
	service: 'Lever',
	credential: 'leverAtsApi',
	timeoutMs: 60_000,
	// Said by three integrators, not read in Lever's own pages: 10 a second, 20 at once. No header tells what is left.
	rate: { calls: 8, perMs: 1000, burst: 16 },
	baseUrl: ({ region, baseUrl }) => REGIONS[String(region)] ?? checkedBaseUrl(baseUrl),
	error: vendorError,
	data: (body) => (isObject(body) ? body.data : undefined),
};

/** `{ code, message }`. How the codes are spelled is not known, so nothing depends on them. */
function vendorError({ status, body }: Answer): VendorError | undefined {
	if (status >= 400) return { ...stated(body), ...(status === 401 ? { hint: WRONG_KEY } : status === 403 ? { hint: NO_RIGHT } : {}) };
	if (status >= 300 || status === 204) return undefined;
	const foreign = notFrom(definition.service, body, (answer) => 'data' in answer);
	return foreign && { ...foreign, ...stated(body) };
}

function stated(body: unknown): Pick<VendorError, 'message' | 'code'> {
	const { message, code } = isObject(body) ? body : {};
	return {
		...(typeof message === 'string' && message !== '' ? { message } : {}),
		...(typeof code === 'string' && code !== '' ? { code } : {}),
	};
}

/** Lever's API as the operations and the trigger use it. */
export class LeverApi {
	constructor(private readonly client: HttpClient) {}

	/** Names this account in what the process remembers. */
	get account(): string {
		return this.client.account;
	}

	get origin(): string {
		return this.client.origin;
	}

	async get(path: string, query: Query = {}): Promise<LeverRow> {
		return recordOf(await this.client.data({ method: 'GET', path, query }), definition.service);
	}

	/** As it came, with its headers (Date). */
	async answer(path: string, query: Query = {}): Promise<Answer> {
		return await this.client.send({ method: 'GET', path, query });
	}

	/** All pages of a list. The filters go along with each token. */
	list(path: string, query: Query = {}): AsyncGenerator<readonly LeverRow[]> {
		return pages(async (offset) => pageOf((await this.answer(path, { ...query, offset })).body));
	}

	async all(path: string, query: Query = {}): Promise<LeverRow[]> {
		return await allOf(this.list(path, query));
	}

	/** A write, credited to the acting user where one is known. */
	async write(method: Method, path: string, body: object, actingUser?: string): Promise<LeverRow> {
		return recordOf(await this.client.data({ method, path, query: { perform_as: actingUser }, body }), definition.service);
	}

	async upload(path: string, form: () => FormData, actingUser?: string): Promise<LeverRow> {
		return recordOf(await this.client.data({ method: 'POST', path, query: { perform_as: actingUser }, form }), definition.service);
	}

	/** A file of an opportunity. Where Lever sends us to another server, it is asked without our key. */
	async file(path: string, facts: FileFacts): Promise<ServiceFile> {
		return await fetchedFile({ ...facts, address: path }, async () => {
			const answer = await this.client.send({ method: 'GET', path, expect: 'file', accept: REDIRECTS });
			const { location } = answer.headers;
			return answer.status < 300 || location === undefined ? answer : await this.client.download(new URL(location, this.origin).href);
		});
	}

	async send(request: Request): Promise<Answer> {
		return await this.client.send(request);
	}
}

/** `{ data: [], hasNext, next }`. `next` counts only while `hasNext` does not deny it. */
export function pageOf(body: unknown): { rows: LeverRow[]; next: string | null } {
	const { data, hasNext, next } = isObject(body) ? body : {};
	if (!Array.isArray(data)) throw new Error('Lever answered without a list where one is due: the base URL may point to something else.');
	return { rows: recordsOf(data, definition.service), next: hasNext !== false && typeof next === 'string' && next !== '' ? next : null };
}

export async function connectLever(host: Host, options: ClientOptions = {}): Promise<LeverApi> {
	return new LeverApi(new HttpClient(host, definition, await host.getCredentials<ICredentialDataDecryptedObject>(definition.credential), options));
}
