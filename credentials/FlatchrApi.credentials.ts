import type { Icon, ICredentialDataDecryptedObject, ICredentialTestRequest, ICredentialType, IHttpRequestOptions, INodeProperties } from 'n8n-workflow';

import { authorized, credentialText } from '../lib/http/credential';
import { redirected } from '../lib/http/credentialTest';

export class FlatchrApi implements ICredentialType {
	name = 'flatchrApi';

	displayName = 'Flatchr API';

	icon: Icon = { light: 'file:../icons/flatchr.svg', dark: 'file:../icons/flatchr.dark.svg' };

	documentationUrl = 'https://developers.flatchr.io/en/docs/getting_started';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			hint: 'Flatchr: Advanced Settings, Advanced, API. A key ends 365 days after it was made.',
		},
		{
			displayName: 'Company Key',
			name: 'companyKey',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'rV41QG9eKXdK6Xev',
			hint: 'On the same page as the API key',
		},
		{
			displayName: 'Career Site Slug',
			name: 'slug',
			type: 'string',
			default: '',
			placeholder: 'acme',
			description: 'Subdomain of the career site, only for the public feed of vacancies',
			hint: 'Flatchr: Advanced Settings, Advanced, Subdomain Configuration',
		},
		{
			displayName: 'User Email',
			name: 'email',
			type: 'string',
			default: '',
			placeholder: 'recruiter@example.com',
			description: 'Flatchr documents that comments are written with the token of a user. With an email and a password the node fetches one when it needs it; users of a single sign-on have no password here.',
			hint: 'Only needed to write comments and notes, together with the password; everything else works without',
		},
		{
			displayName: 'User Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			hint: 'Only for the Flatchr Trigger with a header check: any long text that the sender puts into the header',
		},
		{
			displayName: 'API Base URL',
			name: 'apiBaseUrl',
			type: 'string',
			default: 'https://api.flatchr.io',
			description: 'Address of the API, https only',
		},
		{
			displayName: 'Careers Base URL',
			name: 'careersBaseUrl',
			type: 'string',
			default: 'https://careers.flatchr.io',
			description: 'Address where candidates are created and the public feed is read, https only',
		},
	];

	/** A call that brings the token of a user keeps it; every other one gets the API key. */
	async authenticate(credentials: ICredentialDataDecryptedObject, request: IHttpRequestOptions): Promise<IHttpRequestOptions> {
		const { Authorization: own = `Bearer ${credentialText(credentials.apiKey)}` } = request.headers ?? {};
		return authorized(request, String(own));
	}

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{ ($credentials.apiBaseUrl || "https://api.flatchr.io").replace(/\\/+$/, "") }}',
			url: '={{ "/company/" + encodeURIComponent($credentials.companyKey) + "/columns" }}',
			disableFollowRedirect: true,
		},
		rules: [
			...redirected('Flatchr'),
			{ type: 'responseCode', properties: { value: 400, message: 'Flatchr could not read the request: check the company key.' } },
			{ type: 'responseCode', properties: { value: 401, message: 'Flatchr does not know this API key. A key ends 365 days after it was made: create a new one under Advanced Settings, Advanced, API.' } },
			{ type: 'responseCode', properties: { value: 403, message: 'The API key is not for this company: copy both from the same page, Advanced Settings, Advanced, API.' } },
			{ type: 'responseCode', properties: { value: 404, message: 'Flatchr knows no company with this key, or there is no Flatchr API at this base URL.' } },
			{ type: 'responseCode', properties: { value: 429, message: 'Flatchr refuses more requests for now. Try again in a minute.' } },
			{ type: 'responseCode', properties: { value: 500, message: 'Flatchr has an internal problem. Try again later.' } },
			{ type: 'responseCode', properties: { value: 502, message: 'Flatchr is not available at the moment. Try again later.' } },
			{ type: 'responseCode', properties: { value: 503, message: 'Flatchr is not available at the moment. Try again later.' } },
		],
	};
}
