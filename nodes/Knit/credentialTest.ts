import type { ICredentialDataDecryptedObject, ICredentialTestFunctions, ICredentialsDecrypted, INodeCredentialTestResult } from 'n8n-workflow';

import { FieldError } from '../../lib/errors';
import { redact, secretsOf } from '../../lib/http/redact';
import { isObject } from '../../lib/http/apiDefinition';
import { baseUrlOf, isUnsupported, KEY_CHECK, LISTS } from './api';

/**
 * Knit documents no call that just checks a key: a call of the account with an organisation that nobody has is refused with 401
 * or 403 when the key is wrong, and any other answer of Knit's says that the key was taken. A Default Integration ID is tried by
 * reading jobs with it.
 */
export async function knitApiTest(this: ICredentialTestFunctions, { data = {} }: ICredentialsDecrypted<ICredentialDataDecryptedObject>): Promise<INodeCredentialTestResult> {
	try {
		const key = verdictOnKey(await call(this, data, KEY_CHECK));
		const integrationId = typeof data.integrationId === 'string' ? data.integrationId.trim() : '';
		if (key.status === 'Error' || integrationId === '') return key;
		return verdictOnIntegration(await call(this, data, LISTS.jobs, { 'X-Knit-Integration-Id': integrationId }));
	} catch (error) {
		if (error instanceof FieldError) return bad(`${error.message}. ${error.hint}`);
		return bad(redact(`Knit did not answer: ${error instanceof Error ? error.message : String(error)}`, secretsOf(data)));
	}
}

async function call(host: ICredentialTestFunctions, data: ICredentialDataDecryptedObject, path: string, headers: Record<string, string> = {}): Promise<unknown> {
	const apiKey = typeof data.apiKey === 'string' ? data.apiKey : '';
	if (apiKey.trim() === '') throw new FieldError('"API Key" is empty', 'Enter the key that the Knit dashboard shows.');
	// The only helper that n8n gives to a credential test.
	return await host.helpers.request({
		uri: baseUrlOf(data) + path,
		method: 'GET',
		headers: { Accept: 'application/json', Authorization: `Bearer ${apiKey}`, ...headers },
		timeout: 20_000,
		followRedirect: false,
		resolveWithFullResponse: true,
		simple: false,
	});
}

function verdictOnKey(answer: unknown): INodeCredentialTestResult {
	const { statusCode: status, body } = isObject(answer) ? answer : {};
	if (status === 401) return bad('Knit does not know this API key. Check that it is complete and belongs to the chosen environment.');
	if (status === 403) return bad('Knit knows this API key but refuses the call: the key may lack access, or may have been withdrawn.');
	if (typeof status !== 'number' || status >= 500 || status === 429) return bad('Knit cannot tell at the moment. Try again later.');
	if (envelopeOf(body) === undefined) return bad('There is no Knit API at this base URL: it ends with /v1.0.');
	return { status: 'OK', message: 'Knit did not refuse the key. It has no better check: the first call of a node tells whether the Integration ID is right too.' };
}

/** Knit has no error codes: that the ATS behind it has no list of jobs is no word against the ID. */
function verdictOnIntegration(answer: unknown): INodeCredentialTestResult {
	const { statusCode: status, body } = isObject(answer) ? answer : {};
	const { success, error } = envelopeOf(body) ?? {};
	const said = isObject(error) && typeof error.msg === 'string' ? error.msg : '';
	if (isUnsupported(said)) return { status: 'OK', message: 'Knit took the key and the Default Integration ID.' };
	if (typeof status !== 'number' || status >= 500 || status === 429) return bad('Knit took the key, but cannot read with the Default Integration ID at the moment. Try again later.');
	if (status < 300 && success !== false && success !== 'false') return { status: 'OK', message: 'Knit took the key, and reads with the Default Integration ID.' };
	return bad('Knit took the key, but does not read with this Default Integration ID. Copy it again from the Knit dashboard, and check that the connection is active.');
}

function envelopeOf(body: unknown): Record<string, unknown> | undefined {
	const parsed = typeof body === 'string' ? parse(body) : body;
	return isObject(parsed) && 'success' in parsed ? parsed : undefined;
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
