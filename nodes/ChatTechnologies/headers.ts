import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { FieldError } from '../../lib/errors';
import { isObject } from '../../lib/http/apiDefinition';

/*
 * The headers of every call, written once for the credential's test and the node.
 * https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API (headers, authorization)
 */

/** Have a field of their own, or belong to the transport. */
const NOT_EXTRA = new Set(['authorization', 'ct-app-id', 'ct-consumer-id', 'ct-service-id', 'ct-raw', 'host', 'connection', 'content-length', 'transfer-encoding', 'cookie']);

/**
 * `given` completed with what the credential adds. The key always comes from the credential; an ID given with the call wins over the
 * credential's; extra headers win over what the call would send (an account may want another content type). Throws FieldError.
 */
export function withCredential(given: Readonly<Record<string, unknown>>, credentials: ICredentialDataDecryptedObject): Record<string, string> {
	const headers = new Map<string, [name: string, value: string]>();
	const put = (name: string, raw: unknown, what: string) => {
		const value = headerValue(raw, what);
		if (value !== '') headers.set(name.toLowerCase(), [name, value]);
	};
	const ids = [
		['ct-app-id', credentials.appId, 'App ID'],
		['ct-consumer-id', credentials.consumerId, 'Consumer ID'],
		['ct-service-id', credentials.serviceId, 'Service ID'],
	] as const;
	for (const [name, value, field] of ids) put(name, value, field);
	for (const [name, value] of Object.entries(given)) put(name, value, name);
	for (const [name, value] of Object.entries(extraHeaders(credentials))) put(name, value, `Extra Headers: ${name}`);

	const key = headerValue(credentials.apiKey, 'API Key');
	if (key === '') throw new FieldError('"API Key" in the credential is empty', 'Enter the key that Chat Technologies gave you.');
	const scheme = credentials.authScheme === 'token' ? 'token' : 'bearer';
	headers.set('authorization', ['Authorization', scheme === 'token' ? `Token token=${key}` : `Bearer ${key}`]);
	for (const [name, , field] of scheme === 'bearer' ? ids.slice(0, 2) : []) {
		if (!headers.has(name)) throw new FieldError(`"${field}" in the credential is empty`, `Calls with the Bearer scheme need the header ${name}: Chat Technologies gives you its value with the key.`);
	}
	return Object.fromEntries(headers.values());
}

/** Throws FieldError when the field holds anything but an object of texts. */
export function extraHeaders({ extraHeaders: raw }: ICredentialDataDecryptedObject): Record<string, string> {
	const given = typeof raw === 'string' ? parsed(raw) : (raw ?? {});
	if (!isObject(given)) throw new FieldError('"Extra Headers" in the credential is not a JSON object', 'Write names and values, for example {"X-Api-Version": "20240904"}.');
	return Object.fromEntries(
		Object.entries(given).map(([name, value]) => {
			if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new FieldError(`"${name}" in "Extra Headers" is not a header name`, 'Use letters, digits and hyphens.');
			if (NOT_EXTRA.has(name.toLowerCase())) throw new FieldError(`"${name}" cannot be one of the "Extra Headers"`, 'It has a field of its own in the credential or the node, or is set by the transport.');
			if (!['string', 'number', 'boolean'].includes(typeof value)) throw new FieldError(`"${name}" in "Extra Headers" is not text`, 'Give each header one text.');
			return [name, headerValue(value, `Extra Headers: ${name}`)];
		}),
	);
}

function parsed(text: string): unknown {
	try {
		return text.trim() === '' ? {} : JSON.parse(text);
	} catch {
		return undefined;
	}
}

function headerValue(raw: unknown, what: string): string {
	const value = String(raw ?? '').trim();
	// Beyond Latin-1 a header cannot be sent, and a line break would start another header. The value itself is never shown.
	if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw new FieldError(`"${what}" holds characters that cannot stand in a header`, 'Copy it again, without line breaks.');
	return value;
}
