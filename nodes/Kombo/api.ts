import type { IAllExecuteFunctions, ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { Row } from '../../lib/action/operation';
import type { Item } from '../../lib/action/item';
import { credentialText } from '../../lib/http/credential';
import { ApiError, FieldError, rethrow, type FailureCause } from '../../lib/errors';
import { checkedBaseUrl } from '../../lib/http/baseUrl';
import { HttpClient, type ClientOptions, type Request } from '../../lib/http/client';
import { nextFrom, pages } from '../../lib/http/pages';
import type { Query } from '../../lib/http/path';
import { notFrom, recordOf, recordsOf } from '../../lib/http/record';
import { isObject, type Answer, type Method, type VendorError, type ApiDefinition } from '../../lib/http/apiDefinition';

/** Kombo's own maximum; it advises few large pages. https://docs.kombo.dev/getting-started/querying-api */
export const PAGE_SIZE = 250;

/** With IDs of 24 characters still an address of less than 6 KB. */
const VALUES_AT_ONCE = 200;

/** https://docs.kombo.dev/ats/getting-started/authentication */
const REGIONS: Record<string, string> = { eu: 'https://api.kombo.dev/v1', us: 'https://api.us.kombo.dev/v1' };

/** Codes with more to say than the HTTP status. https://docs.kombo.dev/guides/errors */
const CODES: Record<string, { hint: string; cause: FailureCause; refusedBeforeRun?: boolean }> = {
	'PLATFORM.RATE_LIMIT_EXCEEDED': { hint: 'Kombo refuses more calls for now: run later.', cause: 'rate-limited', refusedBeforeRun: true },
	'PLATFORM.CONCURRENCY_LIMIT_EXCEEDED': { hint: 'Too many calls to this integration at once: lower "Max Concurrency" or run fewer workflows at a time.', cause: 'rate-limited', refusedBeforeRun: true },
	'REMOTE.RATE_LIMIT_EXCEEDED': { hint: 'The connected ATS refuses more calls for now: run later.', cause: 'rate-limited', refusedBeforeRun: true },
	'REMOTE.SERVICE_UNAVAILABLE': { hint: 'The connected ATS is down: run later.', cause: 'temporarily-unavailable', refusedBeforeRun: true },
	'PLATFORM.INTEGRATION_NOT_FOUND': { hint: 'Check the Integration ID, and that the API key is of the same environment and region.', cause: 'configuration-invalid' },
	'PLATFORM.INPUT_INVALID': { hint: 'Kombo does not take the value of one of the fields: check the one that the message names. Get Many lists the IDs that there are.', cause: 'configuration-invalid' },
	'PLATFORM.AUTHENTICATION_INVALID': { hint: 'The API key is wrong or has expired: enter a new one in the credential.', cause: 'credential-invalid' },
	'PLATFORM.IP_NOT_WHITELISTED': { hint: 'The API key has an IP allow-list: add the address of this n8n to it in Kombo.', cause: 'credential-invalid' },
	'PLATFORM.TASK_TIMED_OUT': { hint: 'The ATS may or may not have carried this out: look there before you run it again.', cause: 'temporarily-unavailable' },
	'INTEGRATION.PERMISSION_MISSING': { hint: 'The account that connects Kombo with the ATS lacks a right there: give it the right, or reconnect with another account.', cause: 'configuration-invalid' },
	'INTEGRATION.AUTHENTICATION_INVALID': { hint: 'The connection to the ATS has ended: create a reconnect link (Integration, Create Reconnect Link) and have it opened.', cause: 'credential-invalid' },
	'INTEGRATION.SETUP_SYNC_PENDING': { hint: 'The first synchronisation of this integration is still running; it can take hours.', cause: 'temporarily-unavailable' },
	'INTEGRATION.SETUP_INCOMPLETE': { hint: 'The set-up of this integration is not complete: finish it in Kombo (Integration, Create Setup Link).', cause: 'configuration-invalid' },
	'INTEGRATION.QA_FAILED': { hint: 'Kombo found a problem with this integration: look at it in the Kombo dashboard.', cause: 'configuration-invalid' },
	'INTEGRATION.INACTIVE': { hint: 'This integration is switched off: Integration, Enable or Disable.', cause: 'configuration-invalid' },
	'INTEGRATION.MODEL_NOT_AVAILABLE': { hint: 'The connected ATS does not offer this kind of record: Integration, Get shows what it can do.', cause: 'configuration-invalid' },
	'INTEGRATION.MODEL_DISABLED': { hint: 'The scope config in Kombo switches this kind of record off.', cause: 'configuration-invalid' },
	'INTEGRATION.ACTION_NOT_AVAILABLE': { hint: 'The connected ATS cannot do this: Integration, Get shows what it can do.', cause: 'configuration-invalid' },
	'INTEGRATION.ACTION_DISABLED': { hint: 'The scope config in Kombo switches this action off.', cause: 'configuration-invalid' },
	'REMOTE.INPUT_INVALID': { hint: 'The connected ATS does not take one of these values.', cause: 'configuration-invalid' },
	'ATS.JOB_CLOSED': { hint: 'The job takes no applications any more: choose an open one.', cause: 'configuration-invalid' },
	'ATS.APPLICATION_ALREADY_EXISTS': { hint: 'This candidate already has an application for this job: find it with Application, Get Many.', cause: 'configuration-invalid' },
};

const definition: ApiDefinition = {
	service: 'Kombo',
	credential: 'komboApi',
	// Unified actions call the ATS while we wait, which may take minutes.
	timeoutMs: 180_000,
	baseUrl: ({ region, baseUrl }) => REGIONS[String(region)] ?? checkedBaseUrl(baseUrl),
	error: ({ status, body }) => {
		if (isObject(body) && body.status === 'error') return vendorError(body.error);
		return status < 300 ? notFrom('Kombo', body, (envelope) => envelope.status === 'success') : undefined;
	},
	data: (body) => (isObject(body) ? body.data : undefined),
	// https://docs.kombo.dev/ats/guides/concurrency-limiting
	statedConcurrency: (headers) => {
		const [limit, left] = ['concurrency-limit', 'concurrency-remaining'].map((name) => Number.parseInt(headers[name] ?? '', 10));
		return limit === undefined || !(limit > 0) ? undefined : { limit, ...(left === undefined || !(left >= 0) ? {} : { left }) };
	},
};

function vendorError(error: unknown): VendorError {
	const { code, message, title } = isObject(error) ? error : {};
	const known = typeof code === 'string' && Object.hasOwn(CODES, code) ? CODES[code] : undefined;
	return {
		...known,
		...(typeof code === 'string' ? { code } : {}),
		message: [message, title].find((text): text is string => typeof text === 'string' && text !== '') ?? 'Kombo gave an error without a message',
	};
}

/** These paths act for one integration and need its ID in a header; the others act for the account. */
const OF_AN_INTEGRATION = /^\/(ats|assessment|force-sync|passthrough)(?=[/?]|$)/;

/** Kombo's API as the operations use it. */
export class KomboApi {
	constructor(
		private readonly client: HttpClient,
		readonly integrationId: string | undefined,
		/** What the connected ATS is given besides with every write, as it is. https://docs.kombo.dev/ats/guides/remote-fields */
		readonly remoteFields?: Readonly<Record<string, unknown>>,
	) {}

	async get(path: string, query: Query = {}): Promise<Row> {
		return asRow(recordOf(await this.client.data(this.request('GET', path, { query })), definition.service));
	}

	/** A GET as it came, with its headers (Date) and duration. */
	async answer(path: string, query: Query = {}): Promise<Answer> {
		return await this.client.send(this.request('GET', path, { query }));
	}

	/** All pages of a model, filters sent again with each cursor as Kombo wants it. A long list of IDs is asked for in parts. */
	async *list(path: string, query: Query = {}, limit?: number, pageSize = PAGE_SIZE): AsyncGenerator<readonly Row[]> {
		const [name, values] = Object.entries(query).reduce<[name: string, values: readonly unknown[]]>((longest, [key, value]) => (Array.isArray(value) && value.length > longest[1].length ? [key, value] : longest), ['', []]);
		// None of them is not all of them.
		if (Array.isArray(query.ids) && query.ids.length === 0) return;
		const page_size = Math.min(pageSize, limit ?? pageSize);
		const seen = new Set<unknown>();
		for (let from = 0; from === 0 || from < values.length; from += VALUES_AT_ONCE) {
			const part = values.length > VALUES_AT_ONCE ? { [name]: values.slice(from, from + VALUES_AT_ONCE).map(String) } : {};
			const found = pages(async (cursor) => {
				const data = await this.client.data(this.request('GET', path, { query: { ...query, ...part, page_size, cursor } }));
				return { rows: rowsOf(data, 'results'), next: nextFrom.body('next')(data) };
			});
			// A record may fit several parts.
			for await (const rows of found) yield values.length > VALUES_AT_ONCE ? rows.filter(({ id }) => !seen.has(id) && seen.add(id)) : rows;
		}
	}

	/** The first row of a model that fits, or undefined. Kombo has no GET by ID: `ids` is the way. */
	async first(path: string, query: Query): Promise<Row | undefined> {
		return rowsOf(await this.get(path, { ...query, page_size: 1 }), 'results')[0];
	}

	/** One record by its ID, also a deleted one. */
	async byId(path: string, id: string, what: string): Promise<Row> {
		const found = await this.first(path, { ids: id, include_deleted: true });
		if (!found) throw new FieldError(`There is no ${what} with the ID ${id}`, `Use Kombo's own ID as ${what} lists show it, not the ID of the ATS, and check the Integration ID.`);
		return found;
	}

	/** A write. What it was about, what it gave, and the ATS's warnings, which are also shown beside the output. */
	async act(item: Item, method: Method, path: string, body?: object, about: Row = {}): Promise<Row> {
		const { data, warnings } = await this.change(method, path, body);
		for (const sentence of warnings) item.warn(sentence);
		return { success: true, ...about, ...data, warnings };
	}

	/** A write: what it gave, and the ATS's warnings. */
	async change(method: Method, path: string, body?: object): Promise<{ data: Row; warnings: string[] }> {
		const { body: answer } = await this.client.send(this.request(method, path, body === undefined ? {} : { body }));
		const { data, warnings } = isObject(answer) ? answer : {};
		return { data: asRow(data), warnings: (Array.isArray(warnings) ? warnings : []).map((warning) => (isObject(warning) ? String(warning.message) : String(warning))) };
	}

	/** A write of the account, which has no warnings, and gives a record. */
	async write(method: Method, path: string, body: object): Promise<Row> {
		return asRow(recordOf(await this.client.data(this.request(method, path, { body })), definition.service));
	}

	/** Scheme and host that this connection talks to. */
	get origin(): string {
		return this.client.origin;
	}

	/** Names the credential in what the process remembers. */
	get account(): string {
		return this.client.account;
	}

	async send(request: Request): Promise<Answer> {
		return await this.client.send(this.request(request.method, request.path, request));
	}

	/** A file behind the signed address that an attachment carries. */
	async download(url: string): Promise<Answer> {
		return await this.client.download(url);
	}

	/** The integration of a call that names it in its address. */
	integrationOr(given: string | undefined): string {
		const chosen = given ?? this.integrationId;
		if (!chosen) throw noIntegration();
		return chosen;
	}

	private request(method: Method, path: string, more: Partial<Request>): Request {
		if (!OF_AN_INTEGRATION.test(path)) return { ...more, method, path };
		if (!this.integrationId) throw noIntegration();
		return { ...more, method, path, headers: { ...more.headers, 'X-Integration-Id': this.integrationId } };
	}
}

function noIntegration(): FieldError {
	return new FieldError('The Integration ID is missing', 'Set it in the credential, or as Integration ID under Options of this node. The Kombo dashboard shows it under Integrations.');
}

/** A connection for one execution, lookup or poll. `integrationId` wins over the credential's default. */
export async function connectKombo(host: IAllExecuteFunctions, settings: { integrationId?: string; remoteFields?: Readonly<Record<string, unknown>> } & ClientOptions): Promise<KomboApi> {
	const { integrationId, remoteFields, ...clientOptions } = settings;
	const credentials = await host.getCredentials<ICredentialDataDecryptedObject>(definition.credential);
	return new KomboApi(new HttpClient(host, definition, credentials, clientOptions), integrationId?.trim() || credentialText(credentials.integrationId) || undefined, remoteFields);
}

export function asRow(value: unknown): Row {
	return isObject(value) ? (value as Row) : {};
}

/** The rows of a list answer; anything else is an error, never an empty list. */
export function rowsOf(data: unknown, key: string): Row[] {
	const rows = isObject(data) ? data[key] : undefined;
	if (!Array.isArray(rows)) throw new Error(`Kombo's answer has no "${key}": the base URL may point to something else.`);
	return recordsOf(rows, definition.service) as Row[];
}

/** Null where the ATS knows the person or the application already. */
export async function unlessKnown<Made>(make: () => Promise<Made>): Promise<Made | null> {
	try {
		return await make();
	} catch (error) {
		return error instanceof ApiError && error.facts.code === 'ATS.APPLICATION_ALREADY_EXISTS' ? null : rethrow(error);
	}
}

/** Where the ATS does not support a filter, Kombo would answer with nothing: then everybody is asked for, and whoever asks looks through them. */
export function orAll(filters: Query): Query {
	return Object.values(filters).some((value) => value !== undefined) ? { ...filters, ignore_unsupported_filters: true } : filters;
}
