import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { authorized, credentialText } from './credential';

/** A credential's `authenticate`: Basic, with the API key as the user and no password. */
export async function basicKey({ apiKey }: ICredentialDataDecryptedObject, request: IHttpRequestOptions): Promise<IHttpRequestOptions> {
	return authorized(request, `Basic ${Buffer.from(`${credentialText(apiKey)}:`).toString('base64')}`);
}
