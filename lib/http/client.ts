import type { IAllExecuteFunctions, ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { clock } from '../clock';
import { ApiError, FieldError, type FailureCause } from '../errors';
import type { ConcurrencyLimit } from './concurrency';
import { queryString, type Query } from './path';
import { redact, redacted, secretsOf } from './redact';
import { TOKEN_REFUSED, TOKEN_UNAVAILABLE } from './token';
import { nextStep, retryAfterMs, type Outcome } from './retry';
import { isObject, type Answer, type Method, type VendorError, type ApiDefinition } from './apiDefinition';

export interface Request {
	method: Method;
	/** Below the base URL, or an absolute URL on the same origin (a "next" link). */
	path: string;
	query?: Query;
	/** JSON. A function makes a fresh multipart form for each attempt, since a form can be read only once. */
	body?: unknown;
	form?: () => unknown;
	headers?: Record<string, string>;
	expect?: 'json' | 'file' | 'text';
	/** Sending this write twice does what sending it once does. */
	repeatable?: boolean;
	timeoutMs?: number;
	/** Another host of the same vendor. */
	baseUrl?: string;
	/** Statuses that are answers, not errors, for this call (404 of an "exists" check). */
	accept?: readonly number[];
}

export interface ClientOptions {
	limit?: ConcurrencyLimit;
	headers?: Record<string, string>;
	/** Our clock: no attempt starts or waits beyond it. */
	deadline?: number;
	signal?: AbortSignal;
}

type Send = (timeoutMs: number) => Promise<unknown>;

const MAX_HOPS = 5;
const OWN_HINTS: Record<number, { cause: FailureCause; hint: string }> = {
	400: { cause: 'configuration-invalid', hint: 'Check the fields of this node: the service could not use one of them.' },
	401: { cause: 'credential-invalid', hint: 'The key is wrong or has expired: open the credential and enter a new one.' },
	402: { cause: 'quota-exhausted', hint: 'The subscription with the service has ended or does not cover this call.' },
	403: { cause: 'credential-invalid', hint: 'The key is valid but may not do this: give it the right in the service, or use another key.' },
	404: { cause: 'configuration-invalid', hint: 'Check the IDs: nothing was found there, or this account may not see it.' },
	422: { cause: 'configuration-invalid', hint: 'The service understood the call but cannot do it with these values.' },
	429: { cause: 'rate-limited', hint: 'The service refuses more calls for now: run later, or lower "Max Concurrency".' },
};

/** Sends requests of one service through n8n's own helper, so the host's proxy, certificate and domain settings apply. */
export class HttpClient {
	private readonly base: string;
	private readonly secrets: readonly string[];
	private readonly signal?: AbortSignal;

	constructor(
		private readonly host: IAllExecuteFunctions,
		private readonly api: ApiDefinition,
		private readonly credentials: ICredentialDataDecryptedObject,
		private readonly options: ClientOptions = {},
	) {
		this.base = api.baseUrl(credentials).replace(/\/+$/, '');
		this.secrets = secretsOf(credentials);
		this.signal = options.signal ?? ('getExecutionCancelSignal' in host ? host.getExecutionCancelSignal() : undefined);
	}

	/** Scheme and host of the base URL. */
	get origin(): string {
		return new URL(this.base).origin;
	}

	/** The payload of a successful answer, out of its envelope. Throws ApiError. */
	async data(request: Request): Promise<unknown> {
		const answer = await this.send(request);
		return this.api.data ? this.api.data(answer.body) : answer.body;
	}

	/** A successful answer as it came. Throws ApiError. */
	async send(request: Request): Promise<Answer> {
		let target = this.locate(request);
		for (let hop = 0; ; hop++) {
			const answer = await this.sendWithRetries(request, target);
			if (answer.status < 300 || answer.status >= 400) return answer;
			target = this.redirected(request, target, answer, hop);
		}
	}

	/** Fetches a file from a signed address of any host, without our credentials. */
	async download(url: string, timeoutMs = this.api.timeoutMs): Promise<Answer> {
		const target = publicUrl(url, this.base);
		return await this.attempts(
			// The address may be signed: only its host is ever shown.
			{ method: 'GET', path: target.host, expect: 'file', timeoutMs },
			async (timeout) => await this.host.helpers.httpRequest({ url: target.href, method: 'GET', encoding: 'arraybuffer', timeout, returnFullResponse: true, ignoreHttpStatusErrors: true }),
			fileError,
		);
	}

	private locate(request: Request): string {
		const base = (request.baseUrl ?? this.base).replace(/\/+$/, '');
		if (!/^https?:/i.test(request.path)) return withQuery(base + request.path, request.query);
		const url = new URL(request.path);
		if (url.origin !== new URL(base).origin) {
			throw this.failure(request, { cause: 'configuration-invalid' }, undefined, 'pointed to another server, which would have received the credentials');
		}
		return url.href;
	}

	private async sendWithRetries(request: Request, url: string): Promise<Answer> {
		const headers: Record<string, string> = { Accept: request.expect === 'file' || request.expect === 'text' ? '*/*' : 'application/json', ...this.api.headers?.(this.credentials), ...this.options.headers, ...request.headers };
		const json = request.body === undefined ? undefined : JSON.stringify(request.body);
		if (json !== undefined && headers['Content-Type'] === undefined) headers['Content-Type'] = 'application/json';
		return await this.attempts(request, async (timeout) => {
			const options = {
				method: request.method,
				url,
				headers: { ...headers },
				encoding: request.expect === 'file' ? 'arraybuffer' : 'text',
				timeout,
				returnFullResponse: true,
				// Errors are built here: the host's own path repeats a request after a thrown 401 and hides vendor messages.
				ignoreHttpStatusErrors: this.api.oauth2 ? { ignore: true, except: [401] } : true,
				disableFollowRedirect: true,
				// A read can be cut off when the execution is cancelled; a write on its way is let through.
				...(this.signal && (request.method === 'GET' || request.method === 'HEAD') ? { abortSignal: this.signal } : {}),
				...(request.form ? { body: request.form() } : json === undefined ? {} : { body: json }),
			} as IHttpRequestOptions;
			return await this.host.helpers.httpRequestWithAuthentication.call(this.host, this.api.credential, options);
		});
	}

	private async attempts(request: Request, send: Send, readError: ApiDefinition['error'] = (answer) => this.api.error(answer)): Promise<Answer> {
		const repeatable = request.repeatable === true || request.method === 'GET' || request.method === 'HEAD';
		for (let number = 1; ; number++) {
			const { answer, error, outcome } = await this.throttled(request, send, readError);
			const accepted = answer !== undefined && request.accept?.includes(answer.status) === true;
			const step = accepted ? 'done' : nextStep({ repeatable, number, outcome, jitter: Math.random() });
			if (step === 'done' && answer && (accepted || !error)) return answer;
			if (typeof step === 'object' && clock.now() + step.retryInMs < (this.options.deadline ?? Infinity)) {
				await clock.sleep(step.retryInMs, this.signal);
				continue;
			}
			throw this.failure(request, error ?? {}, answer, undefined, outcome, step === 'outcomeUnknown');
		}
	}

	private async throttled(request: Request, send: Send, readError: ApiDefinition['error']) {
		if (!this.options.limit) return await this.once(request, send, readError);
		return await this.options.limit.run(async (report) => {
			const result = await this.once(request, send, readError);
			const stated = result.answer && this.api.statedConcurrency?.(result.answer.headers);
			if (stated !== undefined) report.stated(stated);
			if (result.outcome.kind === 'answer' && (result.outcome.status === 429 || result.outcome.refusedBeforeRun)) report.refused();
			else if (result.outcome.kind === 'answer' && result.outcome.status < 500) report.good();
			return result;
		});
	}

	private async once(request: Request, send: Send, readError: ApiDefinition['error']): Promise<{ answer?: Answer; error?: VendorError; outcome: Outcome }> {
		this.signal?.throwIfAborted();
		const sentAt = clock.now();
		const timeoutMs = Math.max(1, Math.min(request.timeoutMs ?? this.api.timeoutMs, (this.options.deadline ?? Infinity) - sentAt));
		let raw: unknown;
		try {
			raw = await send(timeoutMs);
		} catch (error) {
			this.signal?.throwIfAborted();
			const refused = this.api.oauth2 ? tokenRefused(error, this.api.service) : undefined;
			if (refused) return { outcome: { kind: 'answer', status: 401, refusedBeforeRun: false }, error: refused };
			if (this.api.oauth2 && hasNoToken(error)) return { outcome: { kind: 'notSent' }, error: transportError(error) };
			const status = statusOf(error);
			// An answer that broke off in its middle brings its good status along: it is none.
			if (status === undefined || status < 400) return { outcome: { kind: neverConnected(error) ? 'notSent' : 'noAnswer' }, error: transportError(error) };
			raw = { statusCode: status, headers: {}, body: '' };
		}
		const answer = readAnswer(raw, request.expect ?? 'json', sentAt, this.api.parse);
		const read = (from: Answer) => (from.status >= 200 && from.status < 300 && typeof from.body === 'string' && request.expect === undefined ? notJson(from) : readError(from));
		const found = read(answer);
		const error = found && { ...found, ...read(await this.withoutSecrets(answer)) };
		const retry = retryAfterMs(answer.headers['retry-after'] ?? this.api.retryAfter?.(answer.headers), clock.now());
		return {
			answer,
			error,
			outcome: { kind: 'answer', status: answer.status, refusedBeforeRun: error?.refusedBeforeRun === true, ...(retry === undefined ? {} : { retryAfterMs: retry }) },
		};
	}

	/** For its error: services quote what they were sent, and what is shown of it may be cut in the middle of a key. */
	private async withoutSecrets(answer: Answer): Promise<Answer> {
		// Under OAuth2 the token may have been fetched for this very call.
		const secrets = this.api.oauth2 ? secretsOf(await this.host.getCredentials(this.api.credential)) : this.secrets;
		const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, redact(value, secrets)]));
		return { ...answer, headers, body: redacted(answer.body, secrets) };
	}

	private redirected(request: Request, from: string, answer: Answer, hop: number): string {
		const repeats = request.method === 'GET' || request.method === 'HEAD';
		const keepsMethod = answer.status === 307 || answer.status === 308;
		const location = answer.headers.location;
		if (location === undefined || !(repeats || (keepsMethod && hop === 0)) || hop >= MAX_HOPS) {
			throw this.failure(request, {}, answer, 'was redirected in a way that cannot be followed');
		}
		const target = new URL(location, from);
		if (target.origin !== new URL(from).origin) {
			throw this.failure(request, { cause: 'configuration-invalid' }, answer, `was redirected to another server (${target.host}), which would have received the credentials`);
		}
		return target.href;
	}

	private failure(request: Request, error: VendorError, answer?: Answer, happened?: string, outcome?: Outcome, outcomeUnknown = false): ApiError {
		const { service } = this.api;
		const status = answer?.status;
		const own = status === undefined ? undefined : OWN_HINTS[status];
		const call = `${request.method} ${redact(withoutQuery(request.path), this.secrets)}`;
		const sentence = error.message ?? (happened ? `${service}: the call ${call} ${happened}` : status === undefined ? `${service} did not answer` : `${service} answered ${status}`);
		const unclear = outcomeUnknown ? 'It is not known whether the service carried this out, so it was not sent again: check there before you run it once more.' : undefined;
		return new ApiError({
			service,
			call,
			message: redact(sentence, this.secrets),
			cause: error.cause ?? own?.cause ?? (status === undefined || status >= 500 || status === 408 ? 'temporarily-unavailable' : 'configuration-invalid'),
			...(status === undefined ? {} : { status }),
			...(error.code === undefined ? {} : { code: error.code }),
			...(error.requestId === undefined ? {} : { requestId: error.requestId }),
			...hintOf(unclear ?? error.hint ?? own?.hint),
			...(outcome?.kind === 'answer' && outcome.retryAfterMs !== undefined ? { retryAfterMs: outcome.retryAfterMs } : {}),
			...(outcomeUnknown ? { outcomeUnknown } : {}),
		});
	}
}

function hintOf(hint: string | undefined): { hint?: string } {
	return hint === undefined ? {} : { hint };
}

function readAnswer(raw: unknown, expect: 'json' | 'file' | 'text', sentAt: number, parse?: ApiDefinition['parse']): Answer {
	const full = isObject(raw) ? raw : {};
	const status = typeof full.statusCode === 'number' ? full.statusCode : 0;
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(isObject(full.headers) ? full.headers : {})) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value);
	const isFile = expect === 'file' && status >= 200 && status < 300;
	const body = isFile ? full.body : parsed(Buffer.isBuffer(full.body) ? full.body.toString('utf8') : full.body, expect === 'text' && status < 300, parse);
	return { status, headers, body, sentAt, tookMs: clock.now() - sentAt };
}

/** JSON where it is JSON; undefined for an empty body; the text itself otherwise. */
function parsed(body: unknown, keepText: boolean, parse: (text: string) => unknown = JSON.parse): unknown {
	if (typeof body !== 'string' || keepText) return body;
	if (body.trim() === '') return undefined;
	try {
		return parse(body);
	} catch {
		return body;
	}
}

function notJson(answer: Answer): VendorError {
	return {
		message: `Expected JSON but got: ${String(answer.body).slice(0, 200)}`,
		hint: 'Something between n8n and the service answered in its place (a proxy, a login page), or the base URL is wrong.',
		cause: 'configuration-invalid',
	};
}

function fileError({ status }: Answer): VendorError | undefined {
	if (status >= 200 && status < 300) return undefined;
	const cause: FailureCause = status === 429 ? 'rate-limited' : status >= 500 ? 'temporarily-unavailable' : 'configuration-invalid';
	return { message: `The file could not be fetched: its server answered ${status}`, hint: 'Addresses of files expire: ask for the list of files again.', cause };
}

function transportError(error: unknown): VendorError {
	const code = transportCode(error);
	return { message: undefined, ...(code === undefined ? {} : { code }), hint: 'Check the address in the credential and whether n8n can reach it.', cause: 'temporarily-unavailable' };
}

const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function neverConnected(error: unknown): boolean {
	return NEVER_CONNECTED.has(transportCode(error) ?? '');
}

/** The host wraps the transport's error; its code sits in the chain of causes. */
function transportCode(error: unknown): string | undefined {
	for (const { code } of causes(error)) if (typeof code === 'string' && /^E[A-Z_]+$/.test(code)) return code;
	return undefined;
}

/** The codes of n8n's OAuth2 client: it got an error answer instead of a token. A credential that fetches its own says the first. */
const REFUSED = new Set([TOKEN_REFUSED, 'ESTATUS']);

function tokenRefused(error: unknown, service: string): VendorError | undefined {
	const found = causes(error).find(({ code }) => typeof code === 'string' && REFUSED.has(code));
	if (!found) return undefined;
	const said = typeof found.message === 'string' && found.message !== '' ? `: ${found.message}` : '';
	return { message: `${service} gave no access token${said}`, hint: 'Check the client ID and the client secret in the credential.', cause: 'credential-invalid' };
}

/** n8n could not get a token for another reason: the call itself has not been made. */
function hasNoToken(error: unknown): boolean {
	return causes(error).some(({ code, message }) => code === TOKEN_UNAVAILABLE || (typeof message === 'string' && message.startsWith('Failed to acquire OAuth2 access token')));
}

function causes(error: unknown): Array<Record<string, unknown>> {
	const chain: Array<Record<string, unknown>> = [];
	for (let current = error; isObject(current) && chain.length < 5; current = current.cause) chain.push(current);
	return chain;
}

/** A status that the host insists on throwing (401 under OAuth2, after its own second try). */
function statusOf(error: unknown): number | undefined {
	for (const { response, httpCode } of causes(error)) {
		if (isObject(response) && typeof response.status === 'number') return response.status;
		if (typeof httpCode === 'string' && /^[1-5]\d\d$/.test(httpCode)) return Number(httpCode);
	}
	return undefined;
}

function publicUrl(text: string, base: string): URL {
	if (!URL.canParse(text, base)) throw new FieldError('The file address is not a URL', 'Use the address that the service gave, with https://.');
	const url = new URL(text, base);
	const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
	if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
		throw new FieldError('The file address is not https', 'Only https addresses are fetched.');
	}
	return url;
}

/** A path may bring a query of its own. */
function withQuery(address: string, query: Query = {}): string {
	const added = queryString(query);
	return address.includes('?') ? address + added.replace('?', '&') : address + added;
}

function withoutQuery(path: string): string {
	return path.split('?', 1)[0] ?? path;
}
