import type { Icon, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

import { bearer } from '../lib/http/bearer';

const BASE = '($credentials.baseUrl || "").trim().replace(/\\/+$/, "") || "https://" + ($credentials.subdomain || "").trim().toLowerCase().replace(/^https:\\/\\//, "").split(".")[0] + ".workable.com"';

export class WorkableAtsApi implements ICredentialType {
	name = 'workableAtsApi';

	displayName = 'Workable (ATS) API';

	icon: Icon = { light: 'file:../icons/workable.svg', dark: 'file:../icons/workable.dark.svg' };

	documentationUrl = 'https://workable.readme.io/reference/generate-an-access-token';

	properties: INodeProperties[] = [
		{
			displayName: 'Subdomain',
			name: 'subdomain',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'example',
			description: 'The first part of your Workable address: "example" of example.workable.com',
		},
		{
			displayName: 'Account Token',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			hint: 'Workable: Settings, Integrations, API access tokens. Tick r_jobs and r_candidates, and w_candidates for everything that changes a candidate.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			placeholder: 'https://example.workable.com',
			description: 'Only where Workable is reached by another address. https only.',
		},
	];

	authenticate = bearer;

	test: ICredentialTestRequest = {
		request: { baseURL: `={{ ${BASE} }}`, url: '/spi/v3/stages', disableFollowRedirect: true },
		rules: [
			{ type: 'responseCode', properties: { value: 301, message: 'This address sends the call somewhere else: check the subdomain.' } },
			{ type: 'responseCode', properties: { value: 302, message: 'This address sends the call somewhere else: check the subdomain.' } },
			{ type: 'responseCode', properties: { value: 401, message: 'Workable does not know this account token. Check that it is complete and that the subdomain is the one of your account.' } },
			{ type: 'responseCode', properties: { value: 403, message: 'Workable knows this account token, but it may not read jobs: make one with r_jobs ticked (Settings, Integrations, API access tokens).' } },
			{ type: 'responseCode', properties: { value: 404, message: 'There is no Workable account at this address: the subdomain is the word before .workable.com. If it is right, try once more: Workable sometimes answers so for no reason.' } },
			{ type: 'responseCode', properties: { value: 429, message: 'Workable refuses more requests for now: ten in ten seconds are allowed. Try again in a moment.' } },
			{ type: 'responseCode', properties: { value: 500, message: 'Workable has an internal problem. Try again later.' } },
			{ type: 'responseCode', properties: { value: 502, message: 'Workable is not available at the moment. Try again later.' } },
			{ type: 'responseCode', properties: { value: 503, message: 'Workable is not available at the moment. Try again later.' } },
		],
	};
}
