import type { ICredentialDataDecryptedObject, ICredentialTestFunctions, ICredentialsDecrypted, INodeCredentialTestResult } from 'n8n-workflow';

import { FieldError } from '../../lib/errors';
import { redact, secretsOf } from '../../lib/http/redact';
import { isObject } from '../../lib/http/apiDefinition';
import { baseUrlOf, KEY_CHECK } from './api';

/**
 * Knit documents no call that just checks a key: a call of the account with an organisation that nobody has is refused with 401
 * or 403 when the key is wrong, and any other answer of Knit's says that the key was taken.
 */
export async function knitApiTest(this: ICredentialTestFunctions, { data = {} }: ICredentialsDecrypted<ICredentialDataDecryptedObject>): Promise<INodeCredentialTestResult> {
	try {
		return verdict(await check(this, data));
	} catch (error) {
		if (error instanceof FieldError) return bad(`${error.message}. ${error.hint}`);
		return bad(redact(`Knit did not answer: ${error instanceof Error ? error.message : String(error)}`, secretsOf(data)));
	}
}

async function check(host: ICredentialTestFunctions, data: ICredentialDataDecryptedObject): Promise<unknown> {
	const apiKey = typeof data.apiKey === 'string' ? data.apiKey : '';
	if (apiKey.trim() === '') throw new FieldError('"API Key" is empty', 'Enter the key that the Knit dashboard shows.');
	// The only helper that n8n gives to a credential test.
	return await host.helpers.request({
		uri: baseUrlOf(data) + KEY_CHECK,
		method: 'GET',
		headers: { Accept: 'application/json', Authorization: `Bearer ${apiKey}` },
		timeout: 20_000,
		followRedirect: false,
		resolveWithFullResponse: true,
		simple: false,
	});
}

function verdict(answer: unknown): INodeCredentialTestResult {
	const { statusCode: status, body } = isObject(answer) ? answer : {};
	if (status === 401) return bad('Knit does not know this API key. Check that it is complete and belongs to the chosen environment.');
	if (status === 403) return bad('Knit knows this API key but refuses the call: the key may lack access, or may have been withdrawn.');
	if (typeof status !== 'number' || status >= 500 || status === 429) return bad('Knit cannot tell at the moment. Try again later.');
	if (!isEnvelope(body)) return bad('There is no Knit API at this base URL: it ends with /v1.0.');
	return { status: 'OK', message: 'Knit did not refuse the key. It has no better check: the first call of a node tells whether the Integration ID is right too.' };
}

function isEnvelope(body: unknown): boolean {
	const parsed = typeof body === 'string' ? parse(body) : body;
	return isObject(parsed) && 'success' in parsed;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function bad(message: string): INodeCredentialTestResult {
	return { status: 'Error', message };
}
