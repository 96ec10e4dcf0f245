import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { authorized, credentialText } from './credential';

/** A credential's `authenticate`. As a function: n8n would evaluate the same thing written as an expression with every request. */
export async function bearer({ apiKey }: ICredentialDataDecryptedObject, request: IHttpRequestOptions): Promise<IHttpRequestOptions> {
	return authorized(request, `Bearer ${credentialText(apiKey)}`);
}
