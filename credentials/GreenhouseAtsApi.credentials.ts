import type { IAuthenticate, ICredentialDataDecryptedObject, ICredentialTestRequest, ICredentialType, IHttpRequestHelper, Icon, INodeProperties } from 'n8n-workflow';

import { checkedBaseUrl } from '../lib/http/baseUrl';
import { authorized } from '../lib/http/credential';
import { failure, fetchToken, TOKEN_REFUSED } from '../lib/http/token';

/** Never what the service says: it quotes the client ID. https://harvestdocs.greenhouse.io/docs/authentication */
const REFUSALS = {
	400: 'Greenhouse cannot read the client ID or the ID of the acting user: copy the client ID again, and use the number of a Greenhouse user who is active.',
	401: 'Greenhouse does not know this client ID and client secret: copy both again, or make a new credential of the type "Harvest V3 (OAuth)" there.',
	403: 'Greenhouse gives this credential no access: look at it under Configure, Dev Center, API Credentials.',
};

export class GreenhouseAtsApi implements ICredentialType {
	name = 'greenhouseAtsApi';

	displayName = 'Greenhouse (Harvest V3) API';

	icon: Icon = { light: 'file:../icons/greenhouse.svg', dark: 'file:../icons/greenhouse.dark.svg' };

	documentationUrl = 'https://harvestdocs.greenhouse.io/docs/authentication';

	properties: INodeProperties[] = [
		{
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			default: '',
			required: true,
			hint: 'Greenhouse: Configure, Dev Center, API Credentials, Create, type "Harvest V3 (OAuth)". Old Harvest keys (v1, v2) do not work here.',
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			hint: 'Greenhouse shows it once',
		},
		{
			displayName: 'Acting User ID',
			name: 'userId',
			type: 'string',
			default: '',
			placeholder: '4100001',
			description: "Number of the Greenhouse user in whose name the calls are made. Lists answer only to a Site Admin. Empty: the credential's own Integration Service User.",
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://harvest.greenhouse.io/v3',
			description: 'Address of the API with its version, https only',
		},
		{
			displayName: 'Token URL',
			name: 'tokenUrl',
			type: 'string',
			default: 'https://auth.greenhouse.io/token',
			description: 'Address that gives access tokens, https only',
		},
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'hidden',
			typeOptions: { expirable: true, password: true },
			default: '',
		},
	];

	/** Called by n8n when there is no token yet, and after a 401. A token lives an hour. */
	async preAuthentication(this: IHttpRequestHelper, { clientId, clientSecret, userId, tokenUrl }: ICredentialDataDecryptedObject) {
		const [id, secret, sub] = [clientId, clientSecret, userId].map((text) => (typeof text === 'string' || typeof text === 'number' ? String(text).trim() : ''));
		if (sub !== undefined && !/^\d*$/.test(sub)) throw failure(TOKEN_REFUSED, '"Acting User ID" in the credential is not a number: use the ID of the Greenhouse user, or leave it empty.', 400);
		const accessToken = await fetchToken(
			this,
			{
				method: 'POST',
				url: checkedBaseUrl(tokenUrl || 'https://auth.greenhouse.io/token', 'Token URL'),
				headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded', Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
				body: new URLSearchParams({ grant_type: 'client_credentials', ...(sub ? { sub } : {}) }).toString(),
			},
			REFUSALS,
		);
		return { accessToken };
	}

	authenticate: IAuthenticate = async ({ accessToken }, request) => authorized(request, `Bearer ${String(accessToken)}`);

	test: ICredentialTestRequest = {
		request: { baseURL: '={{ ($credentials.baseUrl || "https://harvest.greenhouse.io/v3").trim().replace(/\\/+$/, "") }}', url: '/applications', qs: { per_page: 1 }, disableFollowRedirect: true },
		rules: [
			{ type: 'responseCode', properties: { value: 302, message: 'There is no Harvest API at this base URL: it is https://harvest.greenhouse.io/v3.' } },
			{ type: 'responseCode', properties: { value: 400, message: REFUSALS[400] } },
			{ type: 'responseCode', properties: { value: 401, message: REFUSALS[401] } },
			{ type: 'responseCode', properties: { value: 403, message: 'Greenhouse knows this credential, but it may not list applications: tick the scope harvest:applications:list under Manage Scopes of the credential, and let the acting user be a Site Admin.' } },
			{ type: 'responseCode', properties: { value: 404, message: 'There is no Harvest API at this base URL: it ends with /v3.' } },
			{ type: 'responseCode', properties: { value: 422, message: 'Greenhouse could not use the request: check the base URL.' } },
			{ type: 'responseCode', properties: { value: 429, message: 'Greenhouse refuses more requests for now. Try again in a minute.' } },
			{ type: 'responseCode', properties: { value: 500, message: 'Greenhouse has an internal problem. Try again later.' } },
			{ type: 'responseCode', properties: { value: 502, message: 'Greenhouse is not available at the moment. Try again later.' } },
			{ type: 'responseCode', properties: { value: 503, message: 'Greenhouse is not available at the moment. Try again later.' } },
			{ type: 'responseCode', properties: { value: 504, message: 'Greenhouse did not answer in time. Try again later.' } },
		],
	};
}
