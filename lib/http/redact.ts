import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { isObject } from './apiDefinition';
import { trimEnd } from './trimEnd';

/**
 * A credential tells our code no more than names and values of its fields: whatever is not named as one of these is secret, so that a
 * forgotten one is hidden, not shown. n8n's OAuth2 fields `authentication` and `grantType` hold plain words.
 */
const PUBLIC_FIELDS = /(^region|^environment|^authentication|url|host|domain|name|path|template|version|slug|scope|scheme|type|id|^allowed(http\w*)?domains)$/i;

/** Every value of a credential that may not be shown, in each way of writing it. */
export function secretsOf(credentials: ICredentialDataDecryptedObject): string[] {
	// The longest first: one may be part of another.
	return secretsIn(credentials).flat().sort((one, other) => other.length - one.length);
}

/** The ways of writing each secret. */
function secretsIn(credentials: ICredentialDataDecryptedObject): string[][] {
	const { clientId, clientSecret } = credentials;
	// As OAuth2 sends the two for a token.
	const client = typeof clientId === 'string' && typeof clientSecret === 'string' ? formsOf(`${clientId}:${clientSecret}`) : [];
	return [...Object.entries(credentials).map(([name, value]) => (typeof value === 'string' && !PUBLIC_FIELDS.test(name) ? formsOf(value) : tokensOf(name, value))), client];
}

/** What nobody but the service may have, and so nobody's data are: keys, secrets, tokens and passwords, not the names beside them. */
const KEYS = /(api[-_]?key|secret|token|password|authorization)/i;
/** Shorter ones stand in other people's words. */
const SHORTEST_KEY = 8;

/** Finds the values that are taken out of every answer, each in all ways of writing it: forms of one are alike, so that one search for them is quick. */
export function keysOf(credentials: ICredentialDataDecryptedObject): RegExp[] {
	return secretsIn(Object.fromEntries(Object.entries(credentials).filter(([name]) => KEYS.test(name) || name === 'clientId')))
		.map((forms) => forms.filter((form) => form.length >= SHORTEST_KEY).sort((one, other) => other.length - one.length))
		.filter((forms) => forms.length > 0)
		// The longest first: one may be part of another.
		.sort(([one = ''], [other = '']) => other.length - one.length)
		.map((forms) => new RegExp(forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'g'));
}

function tokensOf(name: string, value: unknown): string[] {
	if (name !== 'oauthTokenData' || typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) => (/token$/i.test(key) && typeof inner === 'string' ? formsOf(inner) : []));
}

/** As it is, as it is sent, and as an answer may quote it: in JSON, in a page of HTML, in an address, in base64. */
function formsOf(secret: string): string[] {
	const html = secret.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
	// Alone, and as the user of Basic without a password.
	const base64 = [secret, `${secret.trim()}:`].map((text) => trimEnd(Buffer.from(text).toString('base64'), '='));
	const forms = [secret, secret.trim(), JSON.stringify(secret).slice(1, -1), html, encodeURIComponent(secret), new URLSearchParams({ '': secret }).toString().slice(1), ...base64, ...base64.map((text) => text.replace(/\+/g, '-').replace(/\//g, '_'))];
	return [...new Set(forms)].filter((form) => form.length >= 4);
}

/** `value` with every text in it redacted, names of fields too. */
export function redacted(value: unknown, secrets: readonly string[]): unknown {
	if (typeof value === 'string') return redact(value, secrets);
	if (Array.isArray(value)) return value.map((one) => redacted(one, secrets));
	if (!isObject(value) || Buffer.isBuffer(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([key, inner]) => [redact(key, secrets), redacted(inner, secrets)]));
}

/** `text` with every secret, and whatever follows `Bearer` or `token=`, replaced. */
export function redact(text: string, secrets: readonly string[]): string {
	const known = secrets.reduce((shown, secret) => shown.split(secret).join('[redacted]'), text);
	return known.replace(/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, '$1 [redacted]').replace(/\b((?:api_?key|(?:access_)?token|signature)=)[^&\s"']+/gi, '$1[redacted]');
}
