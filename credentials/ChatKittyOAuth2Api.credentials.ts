import type { Icon, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { redirected } from '../lib/http/credentialTest';

/** Client credentials through n8n's own OAuth2 support, which fetches, keeps and renews the token. */
export class ChatKittyOAuth2Api implements ICredentialType {
	name = 'chatKittyOAuth2Api';

	extends = ['oAuth2Api'];

	displayName = 'ChatKitty OAuth2 API';

	icon: Icon = { light: 'file:../icons/chatKitty.svg', dark: 'file:../icons/chatKitty.dark.svg' };

	documentationUrl = 'https://chatkitty.com/docs/api/guides/authenticating-your-request';

	properties: INodeProperties[] = [
		{
			displayName: 'Client ID and Client Secret come from the ChatKitty dashboard (dashboard.chatkitty.com)',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'API Version',
			name: 'apiVersion',
			type: 'options',
			default: 'current',
			description: 'ChatKitty has two generations of its API. What the nodes put out is the same with both.',
			options: [
				{ name: 'Current', value: 'current', description: 'Without a version in the address, as the newest official client calls it' },
				{ name: 'V1', value: 'v1', description: 'The classic one, for applications where the current one does not answer' },
			],
		},
		{
			displayName: 'Environment',
			name: 'environment',
			type: 'options',
			default: 'production',
			description: 'Where the API is',
			options: [
				{ name: 'Custom', value: 'custom', description: 'Other addresses, for example of a test server' },
				{ name: 'Production', value: 'production' },
			],
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://api.chatkitty.com',
			description: 'Address of the API without a version, https only',
			displayOptions: { show: { environment: ['custom'] } },
		},
		{
			displayName: 'Token URL',
			name: 'tokenUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://authorization.chatkitty.com/oauth/token',
			description: 'Where access tokens come from, https only',
			displayOptions: { show: { environment: ['custom'] } },
		},
		{ displayName: 'Grant Type', name: 'grantType', type: 'hidden', default: 'clientCredentials' },
		// n8n sends the client secret there: what is neither https nor this machine becomes an address that leads nowhere.
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'hidden',
			required: true,
			default:
				'={{ $self["environment"] !== "custom" ? "https://authorization.chatkitty.com/oauth/token" : /^(https:\\/\\/|http:\\/\\/(localhost|127\\.0\\.0\\.1|\\[::1\\])[:\\/])/i.test($self["tokenUrl"]) ? $self["tokenUrl"] : "https://token-url-must-start-with-https.invalid" }}',
		},
		{ displayName: 'Scope', name: 'scope', type: 'hidden', default: '' },
		{ displayName: 'Authentication', name: 'authentication', type: 'hidden', default: 'header' },
	];

	test: ICredentialTestRequest = {
		request: {
			// The token goes there: what is neither https nor this machine becomes an address that leads nowhere.
			baseURL:
				'={{ $credentials.environment !== "custom" ? "https://api.chatkitty.com" : /^(https:\\/\\/|http:\\/\\/(localhost|127\\.0\\.0\\.1|\\[::1\\])(:\\d+)?(\\/|$))/i.test($credentials.baseUrl) ? $credentials.baseUrl : "https://base-url-must-start-with-https.invalid" }}',
			url: '={{ $credentials.apiVersion === "v1" ? "/v1/application" : "/application" }}',
			disableFollowRedirect: true,
		},
		rules: [
			...redirected('ChatKitty'),
			{ type: 'responseCode', properties: { value: 401, message: 'ChatKitty does not accept this client ID and client secret. Copy both again from the dashboard.' } },
			{ type: 'responseCode', properties: { value: 403, message: 'ChatKitty knows this client, but it may not read the application.' } },
			{ type: 'responseCode', properties: { value: 404, message: 'There is no ChatKitty API here: try the other API version, or check the base URL.' } },
			{ type: 'responseCode', properties: { value: 406, message: 'ChatKitty does not speak this API version here: try the other one.' } },
			{ type: 'responseCode', properties: { value: 429, message: 'ChatKitty refuses more requests for now. Try again in a minute.' } },
			{ type: 'responseCode', properties: { value: 500, message: 'ChatKitty has an internal problem. Try again later.' } },
			{ type: 'responseCode', properties: { value: 503, message: 'ChatKitty is not available at the moment. Try again later.' } },
		],
	};
}
