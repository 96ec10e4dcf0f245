import type { IAllExecuteFunctions, ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { clock } from '../clock';
import { ApiError, type FailureCause } from '../errors';
import { allowedDomainsOf, atOwnOrigin, checkAllowed, fileUrl } from './address';
import { ConcurrencyLimit, type ExecutionLimits } from './concurrency';
import { credentialDigest } from './digest';
import { exchange, MAX_BODY_BYTES, TooLarge, type RawAnswer } from './exchange';
import { isWebPage } from './fileType';
import { holdsTooMuch, parseJson, withoutMark } from './json';
import { queryString, type Query } from './path';
import { keysOf, redact, redacted, secretsOf, textWithout, without, Secrets } from './redact';
import { MAX_WAIT_MS, rateLimitOf, readRate, type RateLimit, type RateReading } from './rate';
import { MIN_TURN_MS, nextStep, type Outcome } from './retry';
import { NO_TOKEN, TOKEN_REFUSED, TOKEN_UNAVAILABLE } from './token';
import { isObject, type Answer, type Method, type VendorError, type ApiDefinition } from './apiDefinition';
import { trimEnd } from './trimEnd';

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
	limits?: ExecutionLimits;
	headers?: Record<string, string>;
	/** Our clock: no attempt starts or waits beyond it. */
	deadline?: number;
	signal?: AbortSignal;
	/** Sees every answer: what a check of the connection counts and reads. */
	onAnswer?(answer: Answer): void;
}

type Send = (idleMs: number, signal: AbortSignal) => Promise<unknown>;

interface Tried {
	answer?: Answer;
	/** What the answer says of the rate limit. */
	rate?: RateReading;
	error?: VendorError;
	outcome: Outcome;
}

const NONE = new Secrets([]);
const MAX_HOPS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];
/** Without a limit of its own, as in triggers. */
const CALLS_AT_ONCE = 10;
/** A file takes longer than a page of a list. */
const FILE_TIMES = 5;
const OWN_HINTS: Record<number, { cause: FailureCause; hint: string }> = {
	400: { cause: 'configuration-invalid', hint: 'Check the fields of this node: the service could not use one of them.' },
	401: { cause: 'credential-invalid', hint: 'The key is wrong or has expired: open the credential and enter a new one.' },
	402: { cause: 'quota-exhausted', hint: 'The subscription with the service has ended or does not cover this call.' },
	403: { cause: 'credential-invalid', hint: 'The key is valid but may not do this: give it the right in the service, or use another key.' },
	404: { cause: 'configuration-invalid', hint: 'Check the IDs: nothing was found there, or this account may not see it.' },
	413: { cause: 'configuration-invalid', hint: 'What this call sends is too large for the service: send smaller files or fewer records at once.' },
	414: { cause: 'configuration-invalid', hint: 'The address of the call became too long: give fewer IDs or shorter filters at once.' },
	422: { cause: 'configuration-invalid', hint: 'The service understood the call but cannot do it with these values.' },
	429: { cause: 'rate-limited', hint: 'The service refuses more calls for now: run later, or lower "Max Concurrency".' },
	431: { cause: 'configuration-invalid', hint: 'The address and headers of the call became too long: give fewer IDs or shorter filters at once.' },
};

/** Sends requests of one service through n8n's own helper, so the host's proxy, certificate and domain settings apply. */
export class HttpClient {
	private readonly base: string;
	private readonly signal?: AbortSignal;
	private readonly rate: RateLimit;
	private readonly limit: ConcurrencyLimit;
	private readonly allowedDomains?: string;
	/** Names this credential at this address in what the process remembers. */
	readonly account: string;
	private keys?: Promise<Secrets>;

	constructor(
		private readonly host: IAllExecuteFunctions,
		private readonly api: ApiDefinition,
		private readonly credentials: ICredentialDataDecryptedObject,
		private readonly options: ClientOptions = {},
	) {
		this.base = trimEnd(api.baseUrl(credentials), '/');
		this.account = `${api.service} ${this.base} ${credentialDigest(credentials)}`;
		this.rate = rateLimitOf(this.account, api.rate);
		this.limit = options.limits?.concurrency ?? new ConcurrencyLimit(CALLS_AT_ONCE);
		this.allowedDomains = allowedDomainsOf(credentials);
		this.signal = options.signal ?? ('getExecutionCancelSignal' in host ? host.getExecutionCancelSignal() : undefined);
	}

	/** What no error may show. */
	private get secrets(): Secrets {
		return secretsOf(this.credentials);
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
			if (answer.status < 300 || answer.status >= 400 || request.accept?.includes(answer.status)) return answer;
			target = this.redirected(request, target, answer, hop);
		}
	}

	/** Fetches a file from a signed address of any host, without our credentials. Follows redirects, each checked like the first. */
	async download(url: string, timeoutMs = this.api.timeoutMs * FILE_TIMES): Promise<Answer> {
		let target = fileUrl(url, this.base);
		for (let hop = 0; ; hop++) {
			const { href, host } = target;
			checkAllowed(target, this.allowedDomains);
			// The address may be signed: only its host is ever shown.
			const request: Request = { method: 'GET', path: host, expect: 'file', timeoutMs, accept: REDIRECTS };
			const answer = await this.attempts(
				request,
				async (timeout, abortSignal) =>
					await this.host.helpers.httpRequest({ url: href, method: 'GET', encoding: 'stream', timeout, abortSignal, returnFullResponse: true, ignoreHttpStatusErrors: true, disableFollowRedirect: true, ...this.restriction }),
				fileError('fetched', 'Addresses of files expire: ask for the list of files again.'),
			);
			if (answer.status < 300) return answer;
			if (hop >= MAX_HOPS || !URL.canParse(answer.headers.location ?? '', href)) throw this.failure(request, {}, answer, 'was redirected in a way that cannot be followed');
			target = fileUrl(new URL(answer.headers.location ?? '', href).href, this.base);
		}
	}

	/** Sends a form to a signed address of any host, without our credentials. Sent again, it stores the same file again. */
	async upload(url: string, form: () => FormData): Promise<void> {
		const target = fileUrl(url, this.base);
		checkAllowed(target, this.allowedDomains);
		await this.attempts(
			{ method: 'POST', path: target.host, expect: 'text', repeatable: true },
			async (timeout, abortSignal) =>
				await this.host.helpers.httpRequest({ url: target.href, method: 'POST', body: form(), encoding: 'stream', timeout, abortSignal, returnFullResponse: true, ignoreHttpStatusErrors: true, disableFollowRedirect: true, ...this.restriction }),
			fileError('uploaded', 'Addresses for uploads expire, and not every size or type of file is taken: try again, or another file.'),
		);
	}

	private get restriction(): { allowedDomains?: string } {
		return this.allowedDomains === undefined ? {} : { allowedDomains: this.allowedDomains };
	}

	private locate(request: Request): string {
		const base = trimEnd(request.baseUrl ?? this.base, '/');
		if (!/^https?:/i.test(request.path)) return withQuery(base + request.path, request.query);
		const url = atOwnOrigin(new URL(request.path), new URL(base));
		if (!url) throw this.failure(request, { cause: 'configuration-invalid' }, undefined, 'pointed to another server, which would have received the credentials');
		return url.href;
	}

	private async sendWithRetries(request: Request, url: string): Promise<Answer> {
		const headers: Record<string, string> = { Accept: request.expect === 'file' || request.expect === 'text' ? '*/*' : 'application/json', ...this.api.headers?.(this.credentials), ...this.options.headers, ...request.headers };
		const json = request.body === undefined ? undefined : JSON.stringify(request.body);
		if (json !== undefined && headers['Content-Type'] === undefined) headers['Content-Type'] = 'application/json';
		if (this.allowedDomains !== undefined) checkAllowed(new URL(url), this.allowedDomains);
		return await this.attempts(request, async (timeout, ended) => {
			const options = {
				method: request.method,
				url,
				headers: { ...headers },
				encoding: 'stream',
				timeout,
				returnFullResponse: true,
				// Errors are built here: the host's own path repeats a request after a thrown 401 and hides vendor messages.
				ignoreHttpStatusErrors: this.api.oauth2 ? { ignore: true, except: [401] } : true,
				disableFollowRedirect: true,
				...this.restriction,
				// A read can be cut off when the execution is cancelled; a write on its way is let through.
				abortSignal: this.signal && (request.method === 'GET' || request.method === 'HEAD') ? AbortSignal.any([this.signal, ended]) : ended,
				...(request.form ? { body: request.form() } : json === undefined ? {} : { body: json }),
			} as IHttpRequestOptions;
			return await this.host.helpers.httpRequestWithAuthentication.call(this.host, this.api.credential, options);
		}, undefined, this.rate);
	}

	private async attempts(request: Request, send: Send, readError: ApiDefinition['error'] = (answer) => this.api.error(answer), rate?: RateLimit): Promise<Answer> {
		const repeatable = request.repeatable === true || request.method === 'GET' || request.method === 'HEAD';
		const deadline = this.options.deadline ?? Infinity;
		let refusedAt: number | undefined;
		for (let number = 1; ; ) {
			const tried = await this.throttled(request, send, readError, rate);
			if ('waitMs' in tried) throw this.failure(request, { message: `${this.api.service} takes no more calls for now`, cause: 'rate-limited', hint: OWN_HINTS[429]?.hint }, undefined, undefined, { kind: 'answer', status: 429, refusedBeforeRun: true, retryAfterMs: tried.waitMs });
			const { answer, error, outcome } = tried;
			const accepted = answer !== undefined && request.accept?.includes(answer.status) === true;
			const step = accepted ? 'done' : nextStep({ repeatable, number, outcome, waitedMs: refusedAt === undefined ? 0 : clock.now() - refusedAt, jitter: Math.random() });
			if (step === 'done' && answer && (accepted || !error)) return answer;
			if (typeof step === 'object') {
				const waitMs = 'turnInMs' in step ? step.turnInMs : step.retryInMs;
				if (clock.now() + waitMs < deadline) {
					if ('retryInMs' in step) number++;
					else refusedAt ??= clock.now();
					// Whoever waits for a turn waits there, with all others.
					if ('retryInMs' in step || !rate) await clock.sleep(waitMs, this.signal);
					continue;
				}
			}
			throw this.failure(request, error ?? {}, answer, undefined, outcome, step === 'outcomeUnknown');
		}
	}

	private async throttled(request: Request, send: Send, readError: ApiDefinition['error'], rate?: RateLimit): Promise<Tried | { waitMs: number }> {
		return await this.limit.run(async (report) => {
			const result = await this.inTurn(request, send, readError, rate);
			if ('waitMs' in result) return result;
			const stated = result.answer && this.api.statedConcurrency?.(result.answer.headers);
			if (stated !== undefined) report.stated(stated);
			if (result.outcome.kind === 'answer' && (result.outcome.status === 429 || result.outcome.refusedBeforeRun)) report.refused();
			else if (result.outcome.kind === 'answer' && result.outcome.status < 500) report.good();
			return result;
		});
	}

	/** One try when the rate limit allows it; `waitMs` where that would be too late. */
	private async inTurn(request: Request, send: Send, readError: ApiDefinition['error'], rate?: RateLimit): Promise<Tried | { waitMs: number }> {
		if (!rate) return await this.once(request, send, readError);
		const waitMs = await rate.begin(Math.min(this.options.deadline ?? Infinity, clock.now() + MAX_WAIT_MS), this.signal);
		if (waitMs !== undefined) return { waitMs };
		let tried: Tried | undefined;
		try {
			tried = await this.once(request, send, readError);
			return tried;
		} finally {
			const outcome = tried?.outcome;
			const refused = outcome?.kind === 'answer' && (outcome.status === 429 || outcome.refusedBeforeRun) ? outcome.retryAfterMs : undefined;
			rate.end(tried?.rate, refused === undefined ? undefined : Math.max(MIN_TURN_MS, refused));
		}
	}

	private async once(request: Request, send: Send, readError: ApiDefinition['error']): Promise<Tried> {
		this.signal?.throwIfAborted();
		const sentAt = clock.now();
		const expect = request.expect ?? 'json';
		const idleMs = Math.max(1, Math.min(request.timeoutMs ?? this.api.timeoutMs, (this.options.deadline ?? Infinity) - sentAt));
		const totalMs = Math.max(1, Math.min(request.timeoutMs ?? this.api.timeoutMs * (expect === 'file' ? FILE_TIMES : 1), (this.options.deadline ?? Infinity) - sentAt));
		let raw: RawAnswer;
		try {
			raw = await exchange(async (signal) => await send(idleMs, signal), { totalMs, maxBytes: (expect === 'file' ? this.options.limits?.maxFileBytes : undefined) ?? MAX_BODY_BYTES });
		} catch (error) {
			this.signal?.throwIfAborted();
			if (error instanceof TooLarge) throw this.failure(request, { message: `${this.api.service}: ${error.message}, which is the most that is read`, hint: 'Ask for less at once, or fetch this file in another way.', cause: 'configuration-invalid' });
			const refused = this.api.oauth2 ? tokenRefused(error, this.api.service) : undefined;
			if (refused) return { outcome: { kind: 'answer', status: 401, refusedBeforeRun: false }, error: refused };
			if (this.api.oauth2 && hasNoToken(error)) return { outcome: { kind: 'notSent' }, error: { ...transportError(error), message: `${this.api.service} gave no access token`, hint: 'Check the address for access tokens in the credential, whether n8n can reach it, and whether something between n8n and the service answers in its place (a proxy, a login page, maintenance).' } };
			const status = statusOf(error);
			// An answer that broke off in its middle brings its good status along: it is none.
			if (status === undefined || status < 400) return { outcome: { kind: neverConnected(error) ? 'notSent' : 'noAnswer' }, error: transportError(error) };
			raw = { status, headers: {}, body: Buffer.alloc(0) };
		}
		if (expect === 'json' && holdsTooMuch(raw.body)) throw this.failure(request, { message: `${this.api.service}: the answer holds more records than can be taken at once`, hint: 'Ask for less at once: use filters or a smaller limit.', cause: 'configuration-invalid' });
		const answer = await this.readAnswer(raw, expect, sentAt);
		this.options.onAnswer?.(answer);
		const notOurs = expect === 'json' && answer.status >= 200 && answer.status < 300 && typeof answer.body === 'string';
		const read = (from: Answer) => (notOurs ? notJson(from) : readError(from));
		const found = read(answer);
		const error = found && { ...found, ...read(await this.withoutSecrets(answer)) };
		const rate = readRate(answer.headers, clock.now());
		const { retryAfterMs, remaining = 0, resetMs } = rate;
		const retry = retryAfterMs ?? (answer.status === 429 && remaining === 0 ? resetMs : undefined);
		return {
			answer,
			rate,
			error,
			// A page for a browser comes from a server before the service, for a while: as good as a bad gateway.
			outcome: { kind: 'answer', status: notOurs && isPassing(raw.body) ? 502 : answer.status, refusedBeforeRun: error?.refusedBeforeRun === true, ...(retry === undefined ? {} : { retryAfterMs: retry }) },
		};
	}

	private async readAnswer({ status, headers, body }: RawAnswer, expect: 'json' | 'file' | 'text', sentAt: number): Promise<Answer> {
		const good = status >= 200 && status < 300;
		// A service may repeat the request in what becomes an item. Errors are looked through as a whole, for all that the credential holds.
		const keys = good ? await this.keysHeld() : NONE;
		const read = expect === 'file' && good ? body : parsed(textWithout(body, expect === 'json', keys), expect === 'text' && good);
		return { status, headers: eachValue(headers, (value) => without(value, keys)), body: read, ...(expect === 'json' ? { bytes: body } : {}), sentAt, tookMs: clock.now() - sentAt };
	}

	private async keysHeld(): Promise<Secrets> {
		// Under OAuth2 the first token may have been fetched for this very call.
		this.keys ??= this.api.oauth2 ? this.host.getCredentials(this.api.credential).then(keysOf) : Promise.resolve(keysOf(this.credentials));
		return await this.keys;
	}

	/** For its error: services quote what they were sent, and what is shown of it may be cut in the middle of a key. */
	private async withoutSecrets(answer: Answer): Promise<Answer> {
		// Under OAuth2 the token may have been fetched for this very call.
		const secrets = this.api.oauth2 ? secretsOf(await this.host.getCredentials(this.api.credential)) : this.secrets;
		return { ...answer, headers: eachValue(answer.headers, (value) => redact(value, secrets)), body: redacted(answer.body, secrets) };
	}

	private redirected(request: Request, from: string, answer: Answer, hop: number): string {
		const repeats = request.method === 'GET' || request.method === 'HEAD';
		const keepsMethod = answer.status === 307 || answer.status === 308;
		const location = answer.headers.location;
		if (location === undefined || !(repeats || (keepsMethod && hop === 0)) || hop >= MAX_HOPS) {
			throw this.failure(request, {}, answer, 'was redirected in a way that cannot be followed');
		}
		if (!URL.canParse(location, from)) throw this.failure(request, {}, answer, 'was redirected in a way that cannot be followed');
		const target = new URL(location, from);
		const own = atOwnOrigin(target, new URL(from));
		if (!own) throw this.failure(request, { cause: 'configuration-invalid' }, answer, `was redirected to another server (${target.host}), which would have received the credentials`);
		return own.href;
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

function eachValue(headers: Readonly<Record<string, string>>, change: (value: string) => string): Record<string, string> {
	return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change(value)]));
}

/** JSON where it is JSON; undefined for an empty body; the text itself otherwise. */
function parsed(body: unknown, keepText: boolean): unknown {
	if (typeof body !== 'string' || keepText) return body;
	if (body.trim() === '') return undefined;
	try {
		return parseJson(body);
	} catch {
		return body;
	}
}

/** A page for a browser, or JSON that was cut off on its way. */
function isPassing(body: Buffer): boolean {
	return isWebPage(body) || /^\s*[{[]/.test(withoutMark(body.subarray(0, 4096).toString('utf8')));
}

function notJson({ body }: Answer): VendorError {
	const text = String(body);
	return {
		message: `Expected JSON but got: ${text.slice(0, 200)}`,
		hint: 'Something between n8n and the service answered in its place (a proxy, a login page, maintenance), or the base URL is wrong.',
		cause: isPassing(Buffer.from(text.slice(0, 4096))) ? 'temporarily-unavailable' : 'configuration-invalid',
	};
}

function fileError(done: string, hint: string): (answer: Answer) => VendorError | undefined {
	return ({ status }) => {
		if (status >= 200 && status < 300) return undefined;
		const cause: FailureCause = status === 429 ? 'rate-limited' : status >= 500 ? 'temporarily-unavailable' : 'configuration-invalid';
		return { message: `The file could not be ${done}: its server answered ${status}`, hint, cause };
	};
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
	return causes(error).some(({ code, message }) => code === TOKEN_UNAVAILABLE || (typeof message === 'string' && (message.startsWith('Failed to acquire OAuth2 access token') || message.startsWith(NO_TOKEN))));
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

/** A path may bring a query of its own. */
function withQuery(address: string, query: Query = {}): string {
	const added = queryString(query);
	return address.includes('?') ? address + added.replace('?', '&') : address + added;
}

function withoutQuery(path: string): string {
	return path.split('?', 1)[0] ?? path;
}
