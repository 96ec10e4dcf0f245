import type { Icon, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

import { basicKey } from '../lib/http/basic';

export class LeverAtsApi implements ICredentialType {
	name = 'leverAtsApi';

	displayName = 'Lever (ATS) API';

	icon: Icon = { light: 'file:../icons/lever.svg', dark: 'file:../icons/lever.dark.svg' };

	documentationUrl = 'https://hire.lever.co/developer/documentation';

	properties: INodeProperties[] = [
		{
			displayName: 'Region',
			name: 'region',
			type: 'options',
			default: 'global',
			description: 'Where your Lever account lives. A sandbox is an account of its own, with its own keys.',
			options: [
				{ name: 'Custom Base URL', value: 'custom' },
				{ name: 'Europe', value: 'eu' },
				{ name: 'Global', value: 'global' },
				{ name: 'Sandbox', value: 'sandbox' },
			],
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'https://api.lever.co/v1',
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
			hint: 'Lever: Settings, Integrations and API, API Credentials. Tick the endpoints that are needed. Access to confidential data can only be chosen while the key is made.',
		},
	];

	authenticate = basicKey;

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{ { global: "https://api.lever.co/v1", eu: "https://api.eu.lever.co/v1", sandbox: "https://api.sandbox.lever.co/v1" }[$credentials.region] || ($credentials.baseUrl || "").trim().replace(/\\/+$/, "") }}',
			url: '/opportunities?limit=1&confidentiality=all',
			disableFollowRedirect: true,
		},
		rules: [
			{ type: 'responseCode', properties: { value: 301, message: 'This address sends the call somewhere else: check the region and the base URL.' } },
			{ type: 'responseCode', properties: { value: 302, message: 'This address sends the call somewhere else: check the region and the base URL.' } },
			{ type: 'responseCode', properties: { value: 400, message: 'Lever could not read the request: check the base URL, which ends with /v1.' } },
			{ type: 'responseCode', properties: { value: 401, message: 'Lever does not know this API key. Check that it is complete and that the region is the one of your account.' } },
			{ type: 'responseCode', properties: { value: 403, message: 'Lever knows this API key, but it may not read opportunities: in Settings, Integrations and API, API Credentials, tick the endpoints for opportunities, or make a new key with access to confidential data.' } },
			{ type: 'responseCode', properties: { value: 404, message: 'There is no Lever API at this base URL: it ends with /v1.' } },
			{ type: 'responseCode', properties: { value: 429, message: 'Lever refuses more requests for now. Try again in a minute.' } },
			{ type: 'responseCode', properties: { value: 500, message: 'Lever has an internal problem. Try again later.' } },
			{ type: 'responseCode', properties: { value: 502, message: 'Lever is not available at the moment. Try again later.' } },
			{ type: 'responseCode', properties: { value: 503, message: 'Lever is not available at the moment. Try again later.' } },
		],
	};
}
