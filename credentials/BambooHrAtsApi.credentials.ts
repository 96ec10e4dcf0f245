import type { Icon, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

import { basicKey } from '../lib/http/basic';

const BASE = '($credentials.baseUrl || "").trim().replace(/\\/+$/, "") || "https://" + ($credentials.companyDomain || "").trim().toLowerCase().replace(/^https:\\/\\//, "").split(".")[0] + ".bamboohr.com"';

export class BambooHrAtsApi implements ICredentialType {
	name = 'bambooHrAtsApi';

	displayName = 'BambooHR (ATS) API';

	icon: Icon = { light: 'file:../icons/bambooHr.svg', dark: 'file:../icons/bambooHr.dark.svg' };

	documentationUrl = 'https://documentation.bamboohr.com/docs/getting-started';

	properties: INodeProperties[] = [
		{
			displayName: 'Company Domain',
			name: 'companyDomain',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'example',
			description: 'The first part of your BambooHR address: "example" of example.bamboohr.com',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			hint: 'BambooHR: your name in the lower left corner, API Keys. Its owner needs access to the ATS settings.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			placeholder: 'https://example.bamboohr.com',
			description: 'Only where BambooHR is reached by another address. https only.',
		},
	];

	authenticate = basicKey;

	test: ICredentialTestRequest = {
		request: { baseURL: `={{ ${BASE} }}`, url: '/api/v1/applicant_tracking/statuses', disableFollowRedirect: true },
		rules: [
			{ type: 'responseCode', properties: { value: 301, message: 'This address sends the call somewhere else: check the company domain.' } },
			{ type: 'responseCode', properties: { value: 302, message: 'This address sends the call somewhere else: check the company domain.' } },
			{ type: 'responseCode', properties: { value: 401, message: 'BambooHR does not know this API key. Check that it is complete and that the company domain is yours.' } },
			{ type: 'responseCode', properties: { value: 403, message: 'BambooHR knows this API key, but its owner may not use applicant tracking: give the owner access to the ATS settings (Settings, Access Levels).' } },
			{ type: 'responseCode', properties: { value: 404, message: 'There is no BambooHR at this address: the company domain is the word before .bamboohr.com.' } },
			{ type: 'responseCode', properties: { value: 429, message: 'BambooHR refuses more requests for now. Try again in a minute.' } },
			{ type: 'responseCode', properties: { value: 500, message: 'BambooHR has an internal problem. Try again later.' } },
			{ type: 'responseCode', properties: { value: 502, message: 'BambooHR is not available at the moment. Try again later.' } },
			{ type: 'responseCode', properties: { value: 503, message: 'BambooHR is not available at the moment. Try again later.' } },
		],
	};
}
