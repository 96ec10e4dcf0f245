import type { IAllExecuteFunctions, ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { Row } from '../../lib/action/operation';
import { FieldError } from '../../lib/errors';
import { checkedBaseUrl } from '../../lib/http/baseUrl';
import { HttpClient, type ClientOptions, type Request } from '../../lib/http/client';
import { serialThrottleOf } from '../../lib/http/serialThrottle';
import { path, type Query } from '../../lib/http/path';
import { recordOf, recordsOf } from '../../lib/http/record';
import { isObject, type Answer, type Method, type VendorError, type ApiDefinition } from '../../lib/http/apiDefinition';
import { tidy, withoutSecrets } from './tidy';
import { forgetUserToken, userTokenOf } from './userToken';

/** https://developers.flatchr.io/en/docs/getting_started */
const API_HOST = 'https://api.flatchr.io';
export const CAREERS_HOST = 'https://careers.flatchr.io';

/** What Flatchr serves on the careers host. */
const ON_CAREERS = /^\/(vacancy\/candidate\/|company\/[^/]+\.json(\?|$))/;

/** One a second and company, and none beside it. https://developers.flatchr.io/en/docs/QuickStart/Candidats/Recuperer_CV */
const CV_PAUSE_MS = 1000;

/** Clients are told that keys end, but not by the API: its 401 says nothing of it. */
const KEY_ENDED = 'The API key is wrong or has ended: a key lives 365 days. Create a new one in Flatchr (Advanced Settings, Advanced, API) and enter it in the credential.';

const definition: ApiDefinition = {
	service: 'Flatchr',
	credential: 'flatchrApi',
	// Nothing is paged: a search of a large company gives all its rows in one answer.
	timeoutMs: 180_000,
	baseUrl: ({ apiBaseUrl }) => checkedBaseUrl(apiBaseUrl || API_HOST, 'API Base URL'),
	error: ({ status, body }) => {
		const stated = statedStatus(body);
		if (status < 400 && (stated === undefined || stated < 400)) return undefined;
		return vendorError(status < 400 ? (stated ?? status) : status, body);
	},
};

/** The API says `statusCode`, the careers host `status`; records have a small `status` of their own. */
function statedStatus(body: unknown): number | undefined {
	const stated = isObject(body) ? (body.statusCode ?? ('response' in body ? body.status : undefined)) : undefined;
	return typeof stated === 'number' ? stated : undefined;
}

/** The bodies of errors are not documented: whatever says something is shown. */
function vendorError(status: number, body: unknown): VendorError {
	const { message, error, response } = isObject(body) ? body : {};
	const sentence = [message, error, response].find((text): text is string => typeof text === 'string' && text.trim() !== '');
	return { ...(sentence === undefined ? {} : { message: sentence }), ...(status === 401 ? { hint: KEY_ENDED, cause: 'credential-invalid' } : {}) };
}

export interface Account {
	companyKey: string;
	slug?: string;
	apiKey: string;
	careersBaseUrl: string;
	/** Both, or none. */
	user?: { email: string; password: string };
}

/** Flatchr's API as the operations use it. What it gives has its times in ISO-8601 UTC, its ids as text, and no secrets. */
export class FlatchrApi {
	private readonly kept = new Map<string, Promise<Row[]>>();

	constructor(
		private readonly client: HttpClient,
		/** A client that carries the token of a user, which it also keeps out of errors. */
		private readonly clientOf: (userToken: string) => HttpClient,
		readonly account: Account,
		private readonly signal?: AbortSignal,
	) {}

	/** Names the account in what the process remembers. */
	get memoryName(): string {
		return `${this.client.account} ${this.account.companyKey}`;
	}

	get origin(): string {
		return this.client.origin;
	}

	/** `/company/<key>` and what follows it; built with `path`. */
	company(rest = ''): string {
		return path`/company/${this.account.companyKey}` + rest;
	}

	async get(address: string, query: Query = {}): Promise<Row> {
		return tidy(recordOf((await this.client.send({ method: 'GET', path: address, query })).body, definition.service));
	}

	/** A list: always a bare array, never paged. */
	async list(address: string, query: Query = {}): Promise<Row[]> {
		return rowsOf((await this.client.send({ method: 'GET', path: address, query })).body).map(tidy);
	}

	/** A list that several items of an execution need, read once. */
	async known(address: string, query: Query = {}): Promise<Row[]> {
		const key = JSON.stringify([address, query]);
		const reading = this.kept.get(key) ?? this.list(address, query);
		this.kept.set(key, reading);
		reading.catch(() => this.kept.delete(key));
		return await reading;
	}

	/** The ID of a vacancy that is named by it, or by the number that search results, applicants and events carry. */
	async vacancyKey(given: string): Promise<string> {
		if (!/^\d+$/.test(given)) return given;
		const found = (await this.known(this.company('/vacancies'))).find((row) => row.vacancy_id === given);
		if (typeof found?.id !== 'string') throw new FieldError(`There is no vacancy with the number ${given}`, 'Use the 16-character ID that Vacancy, Get Many shows: a vacancy that was closed may have left that list.');
		return found.id;
	}

	async write(method: Method, address: string, body?: object): Promise<Row> {
		return writtenOf(await this.client.send({ method, path: address, ...(body === undefined ? {} : { body }) }));
	}

	/** https://developers.flatchr.io/en/docs/QuickStart/Candidats/Recuperer_un_candidat */
	async search(body: object): Promise<Row[]> {
		return rowsOf((await this.searchAnswer(body)).body).map(tidy);
	}

	/** The rows as they came, with the headers (Date). A search writes nothing, so it may be sent again. */
	async searchAnswer(body: object): Promise<Answer> {
		return await this.client.send({ method: 'POST', path: this.company('/search/applicants'), body, repeatable: true });
	}

	async answer(address: string, query: Query = {}): Promise<Answer> {
		return await this.client.send({ method: 'GET', path: address, query });
	}

	/** A write on the careers host. */
	async careers(address: string, body: object): Promise<Row> {
		return writtenOf(await this.client.send({ method: 'POST', path: address, body, baseUrl: this.account.careersBaseUrl }));
	}

	/** The feed's rows; `api` has the active listings that are not published. */
	async feed(slug: string, source: 'careers' | 'api', query: Query): Promise<Row[]> {
		const request: Request = { method: 'GET', path: `${path`/company/${slug}`}.json`, query };
		const { body } = await this.client.send(source === 'careers' ? { ...request, baseUrl: this.account.careersBaseUrl } : request);
		return rowsOf(isObject(body) ? body.items : undefined).map(tidy);
	}

	/** A multipart call as the credential's user, or with the API key where it names none. */
	async form(address: string, form: () => FormData): Promise<Row> {
		const request: Request = { method: 'POST', path: address, form };
		const { user } = this.account;
		if (!user) return writtenOf(await this.client.send(request));
		const token = await this.login(user);
		const answer = await this.clientOf(token).send({ ...request, accept: [401] });
		if (answer.status !== 401) return writtenOf(answer);
		// A refused token was refused before anything was written.
		await forgetUserToken(this.origin, user, token);
		return writtenOf(await this.clientOf(await this.login(user)).send(request));
	}

	/** https://developers.flatchr.io/en/docs/QuickStart/Login */
	private async login(user: { email: string; password: string }): Promise<string> {
		return await userTokenOf(this.origin, user, async () => {
			const { body } = await this.client.send({ method: 'POST', path: '/user/login', body: user, repeatable: true });
			const token = isObject(body) ? body.token : undefined;
			if (typeof token === 'string' && token !== '') return token;
			throw new Error('Flatchr gave no token for the user of the credential: check "User Email" and "User Password".');
		});
	}

	/** The bytes of a CV. Waits for its turn: the whole process asks for one a second and company. */
	async cv(key: string, extension: string): Promise<Answer> {
		return await serialThrottleOf(`cv ${this.memoryName}`, CV_PAUSE_MS).run(
			// The one call that must carry the key in its address; addresses are never shown with their query.
			async () => await this.client.send({ method: 'GET', path: this.company('/files/expire'), query: { key, extension, token: this.account.apiKey }, expect: 'file' }),
			this.signal,
		);
	}

	/** Any call, for the API Request operation. */
	async send(request: Request): Promise<Answer> {
		const answer = await this.client.send({ ...request, ...(ON_CAREERS.test(request.path) ? { baseUrl: this.account.careersBaseUrl } : {}) });
		return Buffer.isBuffer(answer.body) ? answer : { ...answer, body: withoutSecrets(answer.body) };
	}
}

/** A connection for one execution, lookup or poll. `companyKey` wins over the credential's. */
export async function connectFlatchr(host: IAllExecuteFunctions, settings: { companyKey?: string } & ClientOptions = {}): Promise<FlatchrApi> {
	const { companyKey, ...options } = settings;
	const credentials = await host.getCredentials<ICredentialDataDecryptedObject>(definition.credential);
	const text = (name: string) => (typeof credentials[name] === 'string' ? credentials[name].trim() : '');
	const account: Account = {
		companyKey: companyKey?.trim() || text('companyKey'),
		apiKey: text('apiKey'),
		careersBaseUrl: checkedBaseUrl(credentials.careersBaseUrl || CAREERS_HOST, 'Careers Base URL'),
		...(text('slug') ? { slug: text('slug') } : {}),
		...(text('email') && credentials.password ? { user: { email: text('email'), password: String(credentials.password) } } : {}),
	};
	const clientOf = (userToken: string) =>
		new HttpClient(host, definition, { ...credentials, userToken }, { ...options, headers: { ...options.headers, Authorization: `Bearer ${userToken}` } });
	const signal = options.signal ?? ('getExecutionCancelSignal' in host ? host.getExecutionCancelSignal() : undefined);
	return new FlatchrApi(new HttpClient(host, definition, credentials, options), clientOf, account, signal);
}

/** What a write gave. What some of them give is not documented, so an answer without a body is a success too. */
function writtenOf({ body }: Answer): Row {
	return body === undefined ? { success: true } : tidy(recordOf(body, definition.service));
}

/** The rows of a list answer; anything else is an error, never an empty list. */
export function rowsOf(body: unknown): Array<Record<string, unknown>> {
	if (!Array.isArray(body)) throw new Error("Flatchr's answer is not a list: the API base URL may point to something else.");
	return recordsOf(body, definition.service);
}
