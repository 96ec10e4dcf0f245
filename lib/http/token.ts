import type { IHttpRequestHelper, IHttpRequestOptions } from 'n8n-workflow';

import { isObject } from './apiDefinition';

/*
 * A token that a credential fetches by itself (n8n's `preAuthentication`). What goes wrong there reaches the HTTP client only as a
 * cause of what n8n throws: these codes tell it from an error of the call itself.
 */

/** The service refused to give a token: somebody must change the credential. The code that n8n's own OAuth2 client uses. */
export const TOKEN_REFUSED = 'EAUTH';
/** It could not be asked, or could not answer. */
export const TOKEN_UNAVAILABLE = 'ENOTOKEN';

/** The `access_token` of the answer. `refusals`: a sentence for a status, shown to the user; what was answered is not, since it may quote the credential. */
export async function fetchToken({ helpers }: IHttpRequestHelper, request: IHttpRequestOptions, refusals: Readonly<Record<number, string>>): Promise<string> {
	const answer = await send(helpers, request);
	const status = isObject(answer) && typeof answer.statusCode === 'number' ? answer.statusCode : 0;
	const body = isObject(answer) ? parsed(answer.body) : undefined;
	if (status >= 200 && status < 300 && isObject(body) && typeof body.access_token === 'string' && body.access_token !== '') return body.access_token;
	const refused = refusals[status];
	if (refused !== undefined) throw failure(TOKEN_REFUSED, refused, status);
	throw failure(TOKEN_UNAVAILABLE, status === 0 ? 'The address for access tokens did not answer' : `The address for access tokens answered ${status}${status < 300 ? ' without one' : ''}`, status);
}

async function send(helpers: IHttpRequestHelper['helpers'], request: IHttpRequestOptions): Promise<unknown> {
	try {
		return await helpers.httpRequest({ timeout: 20_000, ...request, encoding: 'text', returnFullResponse: true, ignoreHttpStatusErrors: true, disableFollowRedirect: true });
	} catch {
		return undefined;
	}
}

function parsed(body: unknown): unknown {
	if (typeof body !== 'string') return body;
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}

/** `response` lets a declarative credential test find its sentence for the status. */
export function failure(code: string, message: string, status: number): Error {
	return Object.assign(new Error(message), { code, ...(status === 0 ? {} : { response: { status, statusText: message } }) });
}
