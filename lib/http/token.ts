import type { IHttpRequestHelper, IHttpRequestOptions } from 'n8n-workflow';

import { isObject } from './apiDefinition';
import { exchange, type RawAnswer } from './exchange';
import { parseJson } from './json';

/*
 * A token that a credential fetches by itself (n8n's `preAuthentication`). What goes wrong there reaches the HTTP client only as a
 * cause of what n8n throws: these codes tell it from an error of the call itself.
 */

/** The service refused to give a token: somebody must change the credential. The code that n8n's own OAuth2 client uses. */
export const TOKEN_REFUSED = 'EAUTH';
/** It could not be asked, or could not answer. */
export const TOKEN_UNAVAILABLE = 'ENOTOKEN';
/** How its message begins: of an error that is wrapped, n8n before 2 keeps nothing else. */
export const NO_TOKEN = 'The address for access tokens';

/** An answer with a token is small and quick, whoever gives it. */
const BOUNDS = { totalMs: 20_000, maxBytes: 64 * 1024 };
/** What a header can carry: https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const TOKEN = /^[\x21-\x7e]{1,8192}$/;

/** The `access_token` of the answer. `refusals`: a sentence for a status, shown to the user; what was answered is not, since it may quote the credential. */
export async function fetchToken({ helpers }: IHttpRequestHelper, request: IHttpRequestOptions, refusals: Readonly<Record<number, string>>): Promise<string> {
	const answer = await send(helpers, request);
	const status = answer?.status ?? 0;
	const body = answer && parsed(answer.body);
	if (status >= 200 && status < 300 && isObject(body) && typeof body.access_token === 'string' && TOKEN.test(body.access_token)) return body.access_token;
	const refused = refusals[status];
	if (refused !== undefined) throw failure(TOKEN_REFUSED, refused, status);
	throw failure(TOKEN_UNAVAILABLE, status === 0 ? `${NO_TOKEN} did not answer` : `${NO_TOKEN} answered ${status}${status < 300 ? ' without one' : ''}`, status);
}

async function send(helpers: IHttpRequestHelper['helpers'], request: IHttpRequestOptions): Promise<RawAnswer | undefined> {
	try {
		return await exchange(async (abortSignal) => await helpers.httpRequest({ timeout: BOUNDS.totalMs, ...request, encoding: 'stream', abortSignal, returnFullResponse: true, ignoreHttpStatusErrors: true, disableFollowRedirect: true }), BOUNDS);
	} catch {
		return undefined;
	}
}

function parsed(body: Buffer): unknown {
	try {
		return parseJson(body);
	} catch {
		return undefined;
	}
}

/** `response` lets a declarative credential test find its sentence for the status. */
export function failure(code: string, message: string, status: number): Error {
	return Object.assign(new Error(message), { code, ...(status === 0 ? {} : { response: { status, statusText: message } }) });
}
