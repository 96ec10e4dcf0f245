import type { IHttpRequestOptions } from 'n8n-workflow';

import { checkedBaseUrl } from './baseUrl';

/** A text of a credential as every use of it takes it: keys are pasted with blanks and line breaks around them. */
export function credentialText(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

/** A request with the key in its header, for a credential's `authenticate`. Throws where the key would go out readable: n8n's own test of a credential comes by here too. */
export function authorized(request: IHttpRequestOptions, key: string): IHttpRequestOptions {
	checkedBaseUrl(new URL(request.url, request.baseURL).origin);
	return { ...request, disableFollowRedirect: true, headers: { ...request.headers, Authorization: key } };
}
