import type { Icon, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

import { basicKey } from '../lib/http/basic';

const codes: Array<{ type: 'responseCode'; properties: { value: number; message: string } }> = [
	{ type: 'responseCode', properties: { value: 301, message: 'What answered at this base URL sends the call elsewhere: it is not Ashby. Use https://api.ashbyhq.com.' } },
	{ type: 'responseCode', properties: { value: 302, message: 'What answered at this base URL sends the call elsewhere: it is not Ashby. Use https://api.ashbyhq.com.' } },
	{ type: 'responseCode', properties: { value: 400, message: 'Ashby could not read the request: check the base URL.' } },
	{ type: 'responseCode', properties: { value: 401, message: 'Ashby got no API key: enter it.' } },
	{ type: 'responseCode', properties: { value: 403, message: 'Ashby refuses this API key: it is wrong, switched off, or lacks the right. Tick Candidates, Read for it (Admin, API Keys).' } },
	{ type: 'responseCode', properties: { value: 404, message: 'There is no Ashby API at this base URL. Use https://api.ashbyhq.com.' } },
	{ type: 'responseCode', properties: { value: 429, message: 'Ashby refuses more requests for now. Try again in a minute.' } },
	{ type: 'responseCode', properties: { value: 500, message: 'Ashby has an internal problem. Try again later.' } },
	{ type: 'responseCode', properties: { value: 502, message: 'Ashby is not available at the moment. Try again later.' } },
	{ type: 'responseCode', properties: { value: 503, message: 'Ashby is not available at the moment. Try again later.' } },
	{ type: 'responseCode', properties: { value: 504, message: 'Ashby did not answer in time. Try again later.' } },
];

/** A failure may come as 200 that says so. https://developers.ashbyhq.com/docs/responses */
const refusal = { type: 'responseSuccessBody' as const, properties: { key: 'success', value: false, message: 'Ashby knows this key, but refuses to list applications: tick Candidates, Read for it (Admin, API Keys).' } };

export class AshbyAtsApi implements ICredentialType {
	name = 'ashbyAtsApi';

	displayName = 'Ashby (ATS) API';

	icon: Icon = { light: 'file:../icons/ashby.svg', dark: 'file:../icons/ashby.dark.svg' };

	documentationUrl = 'https://developers.ashbyhq.com/docs/authentication';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			hint: 'Ashby, Admin, API Keys. Tick Candidates (read and write), Jobs, Interviews, Offers, Hiring Process Metadata and Organization (read), and confidential jobs if they are to be seen.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.ashbyhq.com',
			required: true,
			placeholder: 'https://api.ashbyhq.com',
			hint: 'The same for every account. Only https.',
		},
	];

	// The key is the user name, the password stays empty: https://developers.ashbyhq.com/docs/authentication
	authenticate = basicKey;

	// The read that everything else begins with.
	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{ ($credentials.baseUrl || "").trim() }}',
			url: '/application.list',
			method: 'POST',
			headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
			body: { limit: 1 },
			disableFollowRedirect: true,
		},
		// n8n takes both kinds of rules in one list; its type does not say so.
		rules: Object.assign(codes, { [codes.length]: refusal }),
	};
}
