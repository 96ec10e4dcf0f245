import type { Icon, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

import { bearer } from '../lib/http/bearer';
import { redirected } from '../lib/http/credentialTest';

export class KomboApi implements ICredentialType {
	name = 'komboApi';

	displayName = 'Kombo API';

	icon: Icon = { light: 'file:../icons/kombo.svg', dark: 'file:../icons/kombo.dark.svg' };

	documentationUrl = 'https://docs.kombo.dev/ats/getting-started/authentication';

	properties: INodeProperties[] = [
		{
			displayName: 'Region',
			name: 'region',
			type: 'options',
			default: 'eu',
			description: 'Where your Kombo account is hosted',
			options: [
				{ name: 'Europe', value: 'eu' },
				{ name: 'United States', value: 'us' },
				{ name: 'Custom Base URL', value: 'custom' },
			],
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'https://api.kombo.dev/v1',
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
			placeholder: 'ks_prod_...',
			hint: 'Kombo dashboard, Secrets. A key belongs to one environment and one region.',
		},
		{
			displayName: 'Default Integration ID',
			name: 'integrationId',
			type: 'string',
			default: '',
			placeholder: 'greenhouse:HWUTwvyx2wLoSUHphiWVrp28',
			description: 'The connection of one customer with one ATS. Needed to read and write in an ATS, unless the node names one under Options.',
			hint: 'Kombo dashboard, Integrations. The test of this credential tries it when it is filled in.',
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			hint: 'Only for the Kombo Trigger: Kombo dashboard, Configuration, Webhooks',
		},
	];

	authenticate = bearer;

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{ $credentials.region === "custom" ? $credentials.baseUrl : $credentials.region === "us" ? "https://api.us.kombo.dev/v1" : "https://api.kombo.dev/v1" }}',
			// Both prove the key; the second, that the integration is one of this account, in this environment and region.
			url: '={{ ($credentials.integrationId || "").trim() === "" ? "/check-api-key" : "/integrations/" + encodeURIComponent($credentials.integrationId.trim()) }}',
			disableFollowRedirect: true,
		},
		rules: [
			...redirected('Kombo'),
			{ type: 'responseCode', properties: { value: 400, message: 'Kombo could not read the request: check the base URL.' } },
			{ type: 'responseCode', properties: { value: 401, message: 'Kombo does not know this API key. Check that it is complete, has not expired, and belongs to the chosen region.' } },
			{ type: 'responseCode', properties: { value: 403, message: 'Kombo refuses this API key from here: it may have an IP allow-list without the address of this n8n.' } },
			{ type: 'responseCode', properties: { value: 404, message: 'Kombo knows no integration with this Default Integration ID in the environment and region of the API key: copy it again from the dashboard, Integrations. Or there is no Kombo API at this base URL, which ends with /v1.' } },
			{ type: 'responseCode', properties: { value: 429, message: 'Kombo refuses more requests for now. Try again in a minute.' } },
			{ type: 'responseCode', properties: { value: 500, message: 'Kombo has an internal problem. Try again later.' } },
			{ type: 'responseCode', properties: { value: 503, message: 'Kombo is not available at the moment. Try again later.' } },
		],
	};
}
