import { createHash } from 'crypto';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { ProcessMap } from '../processMap';

/** What is made of a credential, made once while it stays as it is, since each poll and each execution needs it: a new key or token counts at once. */
export function ofCredential<Made>(make: (credentials: ICredentialDataDecryptedObject) => Made): (credentials: ICredentialDataDecryptedObject) => Made {
	const made = new ProcessMap<Made>(15 * 60_000, 100);
	return (credentials) => made.of(JSON.stringify(credentials), () => make(credentials));
}

/** What names a credential in the memory of the process without telling what is in it. A token that n8n renews does not count. */
export const credentialDigest = ofCredential((credentials) => {
	const facts = Object.entries(credentials).filter(([name]) => name !== 'oauthTokenData' && name !== 'accessToken').sort(([one], [other]) => (one < other ? -1 : 1));
	return digestOf(JSON.stringify(facts));
});

export function digestOf(text: string | Buffer): string {
	return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
