import { createHash } from 'crypto';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

/** What names a credential in the memory of the process without telling what is in it. A token that n8n renews does not count. */
export function credentialDigest(credentials: ICredentialDataDecryptedObject): string {
	const facts = Object.entries(credentials).filter(([name]) => name !== 'oauthTokenData' && name !== 'accessToken').sort(([one], [other]) => (one < other ? -1 : 1));
	return digestOf(JSON.stringify(facts));
}

export function digestOf(text: string | Buffer): string {
	return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
