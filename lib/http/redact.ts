import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

// n8n's OAuth2 fields `authentication` and `grantType` hold plain words.
const PUBLIC_FIELDS = /^(region|environment|authentication|.*(url|host|version|slug|scope|scheme|type|id|allowed.*domains))$/i;

/** Every value of a credential that may not be shown. */
export function secretsOf(credentials: ICredentialDataDecryptedObject): string[] {
	return Object.entries(credentials).flatMap(([name, value]) =>
		typeof value === 'string' && value.length >= 4 && !PUBLIC_FIELDS.test(name) ? [value, encodeURIComponent(value)] : isTokenData(name, value),
	);
}

function isTokenData(name: string, value: unknown): string[] {
	if (name !== 'oauthTokenData' || typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) => (/token$/i.test(key) && typeof inner === 'string' ? [inner] : []));
}

/** `text` with every secret, and whatever follows `Bearer` or `token=`, replaced. */
export function redact(text: string, secrets: readonly string[]): string {
	const known = secrets.reduce((shown, secret) => shown.split(secret).join('[redacted]'), text);
	return known.replace(/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, '$1 [redacted]').replace(/\b((?:api_?key|(?:access_)?token|signature)=)[^&\s"']+/gi, '$1[redacted]');
}
