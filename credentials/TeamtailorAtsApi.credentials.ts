import type { Icon, ICredentialDataDecryptedObject, ICredentialTestRequest, ICredentialType, IHttpRequestOptions, INodeProperties } from 'n8n-workflow';

import { authorized, credentialText } from '../lib/http/credential';

export class TeamtailorAtsApi implements ICredentialType {
	name = 'teamtailorAtsApi';

	displayName = 'Teamtailor (ATS) API';

	icon: Icon = { light: 'file:../icons/teamtailor.svg', dark: 'file:../icons/teamtailor.dark.svg' };

	documentationUrl = 'https://docs.teamtailor.com/';

	properties: INodeProperties[] = [
		{
			displayName: 'Region',
			name: 'region',
			type: 'options',
			default: 'eu',
			description: 'Where your Teamtailor account lives. The page of the API key shows it: Teamtailor answers a key in the wrong region as if it were wrong.',
			options: [
				{ name: 'Custom Base URL', value: 'custom' },
				{ name: 'Europe', value: 'eu' },
				{ name: 'US West', value: 'na' },
			],
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'https://api.teamtailor.com/v1',
			description: 'Address of the API with its version, https only',
			displayOptions: { show: { region: ['custom'] } },
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			hint: 'Teamtailor: Settings, Integrations, API keys (company admins only). Scope Admin, with read, and write for what workflows write.',
		},
		{
			displayName: 'API Version',
			name: 'apiVersion',
			type: 'string',
			default: '20240904',
			placeholder: '20240904',
			description: 'Sent as X-Api-Version. Another date may change the form of answers: keep it unless Teamtailor asks for a newer one.',
		},
	];

	/** The version is mandatory with every call. */
	async authenticate({ apiKey, apiVersion }: ICredentialDataDecryptedObject, request: IHttpRequestOptions): Promise<IHttpRequestOptions> {
		const signed = authorized(request, `Token token=${credentialText(apiKey)}`);
		return { ...signed, headers: { ...signed.headers, 'X-Api-Version': credentialText(apiVersion) || '20240904' } };
	}

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{ { eu: "https://api.teamtailor.com/v1", na: "https://api.na.teamtailor.com/v1" }[$credentials.region] || ($credentials.baseUrl || "").trim().replace(/\\/+$/, "") }}',
			url: '/company',
			headers: { Accept: 'application/vnd.api+json' },
			disableFollowRedirect: true,
		},
		rules: [
			{ type: 'responseCode', properties: { value: 301, message: 'This address sends the call somewhere else: check the region and the base URL.' } },
			{ type: 'responseCode', properties: { value: 302, message: 'This address sends the call somewhere else: check the region and the base URL.' } },
			{ type: 'responseCode', properties: { value: 401, message: 'Teamtailor does not know this API key. Check that it is complete and that the region is the one of your account: a wrong region gives the same answer.' } },
			{ type: 'responseCode', properties: { value: 403, message: 'Teamtailor knows this API key, but it may not read the company: the key needs the scope Admin (Settings, Integrations, API keys).' } },
			{ type: 'responseCode', properties: { value: 404, message: 'There is no Teamtailor API at this base URL: it ends with /v1.' } },
			{ type: 'responseCode', properties: { value: 406, message: 'Teamtailor does not take this API version: enter a date as Teamtailor names it, such as 20240904.' } },
			{ type: 'responseCode', properties: { value: 429, message: 'Teamtailor refuses more requests for now. Try again in a minute.' } },
			{ type: 'responseCode', properties: { value: 500, message: 'Teamtailor has an internal problem. Try again later.' } },
			{ type: 'responseCode', properties: { value: 502, message: 'Teamtailor is not available at the moment. Try again later.' } },
			{ type: 'responseCode', properties: { value: 503, message: 'Teamtailor is not available at the moment. Try again later.' } },
		],
	};
}
