import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

/** A credential's `authenticate`: Basic, with the API key as the user and no password. */
export async function basicKey({ apiKey }: ICredentialDataDecryptedObject, request: IHttpRequestOptions): Promise<IHttpRequestOptions> {
	const pair = Buffer.from(`${String(apiKey).trim()}:`).toString('base64');
	return { ...request, headers: { ...request.headers, Authorization: `Basic ${pair}` } };
}
