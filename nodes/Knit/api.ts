import type { IAllExecuteFunctions, ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { Row } from '../../lib/action/operation';
import { FieldError } from '../../lib/errors';
import { checkedBaseUrl } from '../../lib/http/baseUrl';
import { HttpClient, type ClientOptions, type Request } from '../../lib/http/client';
import { nextFrom, pages } from '../../lib/http/pages';
import type { Query } from '../../lib/http/path';
import { notFrom, recordOf, recordsOf } from '../../lib/http/record';
import { isObject, type Answer, type VendorError, type ApiDefinition } from '../../lib/http/apiDefinition';

/** Production: every documented call. Sandbox and Europe: seen in public programs that call Knit, not in its own pages. */
const ENVIRONMENTS: Record<string, string> = {
	production: 'https://api.getknit.dev/v1.0',
	sandbox: 'https://api.sandbox.getknit.dev/v1.0',
	eu: 'https://api.eu.getknit.dev/v1.0',
};

/** https://developers.getknit.dev/docs/list-applications , https://developers.getknit.dev/docs/list-jobs */
export const LISTS = { applications: '/ats.application.list', jobs: '/ats.job.list' } as const;

/** A call that needs nothing but a key. Its path is not in Knit's own pages, so only 401 and 403 mean something. */
export const KEY_CHECK = '/integration.details?originOrgId=n8n-key-check';

/** These act for the account; every other call for one customer's connection, named in a header. */
const OF_THE_ACCOUNT = /^\/(auth\.createSession|integration\.details|llm\.config)(\?|$)/;

export function baseUrlOf({ environment, baseUrl }: ICredentialDataDecryptedObject): string {
	return ENVIRONMENTS[String(environment)] ?? checkedBaseUrl(baseUrl);
}

const definition: ApiDefinition = {
	service: 'Knit',
	credential: 'knitApi',
	// On-demand calls reach through to the connected ATS while we wait.
	timeoutMs: 120_000,
	baseUrl: baseUrlOf,
	error: vendorError,
	data: (body) => (isObject(body) ? body.data : undefined),
};

/** `{ success: false, error: { msg } }`, also in an answer of 200. https://developers.getknit.dev/reference/api-response-structures */
function vendorError({ status, headers, body }: Answer): VendorError | undefined {
	const envelope = isObject(body) ? body : {};
	if (status < 400 && envelope.success !== false && envelope.success !== 'false') return status < 300 ? notFrom('Knit', body, saysSuccess) : undefined;
	const requestId = headers['x-knit-execution-id'];
	const message = isObject(envelope.error) && typeof envelope.error.msg === 'string' && envelope.error.msg !== '' ? envelope.error.msg : undefined;
	return { ...(message === undefined ? {} : { message }), ...(requestId === undefined ? {} : { requestId }), ...hintOf(status, message) };
}

/** Data without the word are taken too, and the word as a text: a public program that calls Knit expects that. */
function saysSuccess({ success, ...rest }: Record<string, unknown>): boolean {
	return success === undefined || success === null ? 'data' in rest : success === true || success === 'true';
}

/** Knit has no error codes: 404 means "not found" as well as "this ATS cannot do that", and only the text tells which. */
const UNSUPPORTED = /not supported|unsupported|not available for/i;

export function isUnsupported(message: string): boolean {
	return UNSUPPORTED.test(message);
}

function hintOf(status: number, message = ''): Pick<VendorError, 'hint' | 'cause'> {
	if (status === 404 && isUnsupported(message)) return { hint: 'The connected ATS does not offer this through Knit. Passthrough, Send calls the ATS itself.', cause: 'configuration-invalid' };
	// A body that says no is an answer, whatever the status of its envelope.
	return status < 400 ? { hint: 'Knit answered that the call failed, without saying more than its message.', cause: 'configuration-invalid' } : {};
}

/** Knit's API as the operations use it. */
export class KnitApi {
	constructor(
		private readonly client: HttpClient,
		readonly integrationId: string | undefined,
		/** Base URL. Another one is another set of records. */
		readonly origin: string,
	) {}

	async get(path: string, query: Query = {}): Promise<Row> {
		return asRow(recordOf(await this.client.data(this.request({ method: 'GET', path, query })), definition.service));
	}

	/** A GET as it came, with its headers (Date) and duration. */
	async answer(path: string, query: Query = {}): Promise<Answer> {
		return await this.client.send(this.request({ method: 'GET', path, query }));
	}

	/** A write, which may give nothing or null; `repeatable` for those that only read. */
	async post(path: string, body: object = {}, repeatable = false): Promise<Row> {
		const data = await this.client.data(this.request({ method: 'POST', path, body, repeatable }));
		return asRow(data === undefined || data === null || isObject(data) ? data : recordOf(data, definition.service));
	}

	/** A write whose answer names what it made: without that it is an error. */
	async make(path: string, body: object): Promise<Row> {
		return asRow(recordOf(await this.post(path, body), definition.service));
	}

	/** All pages of a list. Knit documents a page token and no page size. https://developers.getknit.dev/docs/ats-apps-guides */
	list(path: string, key: string, query: Query = {}): AsyncGenerator<readonly Row[]> {
		return pages(async (pageToken) => pageOf(await this.get(path, { ...query, pageToken }), key));
	}

	async send(request: Request): Promise<Answer> {
		const known = OF_THE_ACCOUNT.test(request.path) || this.integrationId !== undefined;
		// A path that we do not know may be one of the account's: Knit itself says so when the header is missing.
		return await this.client.send(known ? this.request(request) : request);
	}

	/** A file behind the address that an attachment carries, without our key. Only whole https addresses. */
	async download(url: string, timeoutMs?: number): Promise<Answer> {
		if (!/^https?:\/\//i.test(url)) throw new FieldError('The file has no address that can be fetched', 'Knit passes on what the ATS says: here it is not a whole https address.');
		return await this.client.download(url, timeoutMs);
	}

	/** The same account, acting for another integration. */
	at(integrationId: string): KnitApi {
		return new KnitApi(this.client, integrationId, this.origin);
	}

	/** Throws when Knit refuses the key; every other answer, or none, says nothing about it. */
	async checkKey(): Promise<void> {
		await this.client.send({ method: 'GET', path: KEY_CHECK, accept: [400, 404, 405, 422, 429, 500, 502, 503, 504] });
	}

	private request(request: Request): Request {
		if (OF_THE_ACCOUNT.test(request.path)) return request;
		if (!this.integrationId) {
			throw new FieldError('The Integration ID is missing', 'Set it in this node, or as the default in the credential. It is what Knit gave you when the customer connected the ATS.');
		}
		return { ...request, headers: { ...request.headers, 'X-Knit-Integration-Id': this.integrationId } };
	}
}

/** A connection for one execution, lookup, poll or delivery. `integrationId` wins over the credential's default. */
export async function connectKnit(host: IAllExecuteFunctions, settings: { integrationId?: string } & ClientOptions): Promise<KnitApi> {
	const { integrationId, ...clientOptions } = settings;
	const credentials = await host.getCredentials<ICredentialDataDecryptedObject>(definition.credential);
	const fallback = typeof credentials.integrationId === 'string' ? credentials.integrationId : '';
	return new KnitApi(new HttpClient(host, definition, credentials, clientOptions), (integrationId ?? fallback).trim() || undefined, baseUrlOf(credentials));
}

export function asRow(value: unknown): Row {
	return isObject(value) ? (value as Row) : {};
}

/** One page of a list answer's `data`. */
export function pageOf(data: unknown, key: string): { rows: Row[]; next: string | undefined } {
	return { rows: rowsOf(data, key), next: nextFrom.body('nextPageToken')(data) };
}

/** The rows of a list answer: an empty one arrives as null (seen live); anything but a list is an error, never an empty list. */
export function rowsOf(data: unknown, key: string): Row[] {
	const rows = isObject(data) ? data[key] : undefined;
	if (rows === null) return [];
	if (!Array.isArray(rows)) throw new Error(`Knit's answer has no "${key}": the base URL may point to something else.`);
	return recordsOf(rows, definition.service) as Row[];
}

/** Knit tells no limit: few at once. The account's own limit in the client comes on top. */
export const AT_ONCE = 5;

/** Runs `work` for all, few at once. After a failure nothing more is begun; it is thrown once the others have ended. */
export async function inParallel<Task>(tasks: readonly Task[], work: (task: Task) => Promise<void>): Promise<void> {
	const left = tasks.values();
	const failures: unknown[] = [];
	const worker = async () => {
		for (const task of left) {
			if (failures.length > 0) return;
			await work(task).catch((error: unknown) => failures.push(error));
		}
	};
	await Promise.all(Array.from({ length: Math.min(AT_ONCE, tasks.length) }, worker));
	if (failures.length > 0) throw failures[0];
}
