import type { IAuthenticate, Icon, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

import { checkedBaseUrl } from '../lib/http/baseUrl';
import { withCredential } from '../nodes/ChatTechnologies/headers';
import { redirected } from '../lib/http/credentialTest';

export class ChatTechnologiesApi implements ICredentialType {
	name = 'chatTechnologiesApi';

	displayName = 'Chat Technologies API';

	icon: Icon = { light: 'file:../icons/chatTechnologies.svg', dark: 'file:../icons/chatTechnologies.dark.svg' };

	documentationUrl = 'https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			hint: 'The live secret key that Chat Technologies gives you when you sign up',
		},
		{
			displayName: 'Scheme',
			name: 'authScheme',
			type: 'options',
			default: 'bearer',
			description: 'How the key is sent. The documentation describes Bearer; its examples for the company use Token.',
			options: [
				{ name: 'Bearer', value: 'bearer', description: 'Authorization: Bearer KEY, with app and consumer ID' },
				{ name: 'Token', value: 'token', description: 'Authorization: Token token=KEY' },
			],
		},
		{
			displayName: 'App ID',
			name: 'appId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'app-4711',
			hint: 'Sent as ct-app-id',
			displayOptions: { hide: { authScheme: ['token'] } },
		},
		{
			displayName: 'Consumer ID',
			name: 'consumerId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'customer-12',
			hint: 'Sent as ct-consumer-id: the customer whose integrations are called. Nodes may name another one.',
			displayOptions: { hide: { authScheme: ['token'] } },
		},
		{
			displayName: 'Service ID',
			name: 'serviceId',
			type: 'string',
			default: '',
			placeholder: 'chatrecruit',
			hint: 'Sent as ct-service-id. Only needed when the customer has activated several integrations; nodes may name another one.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.chattechnologies.com',
			placeholder: 'https://api.chattechnologies.com',
			hint: 'Only https. Change it when your set-up has an address of its own.',
		},
		{
			displayName: 'Candidates Path',
			name: 'candidatesPath',
			type: 'string',
			default: '/candidates',
			hint: 'For the ATS node. Not documented, check with your set-up.',
		},
		{
			displayName: 'Changes Path',
			name: 'changesPath',
			type: 'string',
			default: '/changes',
			hint: 'For the ATS Trigger. Not documented, check with your set-up.',
		},
		{
			displayName: 'Message Template',
			name: 'messageTemplate',
			type: 'json',
			default: '',
			placeholder: '{"candidate_id": "{candidateId}", "subject": "{subject}", "body": "{text}"}',
			hint: 'For sending messages with the ATS node: what a message looks like in your set-up, since its fields are not documented',
		},
		{
			displayName: 'Extra Headers',
			name: 'extraHeaders',
			type: 'json',
			default: '{}',
			placeholder: '{"X-Api-Version": "20240904"}',
			hint: 'Sent with every call, if your set-up wants more than the documentation names',
		},
	];

	// Empty IDs must not be sent as empty headers, which a list of expressions cannot say.
	authenticate: IAuthenticate = async (credentials, request) => {
		checkedBaseUrl(credentials.baseUrl);
		return { ...request, disableFollowRedirect: true, headers: withCredential({ ...request.headers }, credentials) };
	};

	test: ICredentialTestRequest = {
		request: { baseURL: '={{ ($credentials.baseUrl || "").trim() }}', url: '/company', headers: { Accept: 'application/json, application/vnd.api+json' }, disableFollowRedirect: true },
		rules: [
			...redirected('Chat Technologies'),
			{ type: 'responseCode', properties: { value: 400, message: 'Chat Technologies could not read the request: check the app ID, the consumer ID, the service ID and the extra headers.' } },
			{ type: 'responseCode', properties: { value: 401, message: 'Chat Technologies does not accept this key: check the key, the scheme (Bearer or Token), the app ID and the consumer ID.' } },
			{ type: 'responseCode', properties: { value: 402, message: 'The subscription with Chat Technologies is incomplete or out of date: payment details are needed there.' } },
			{ type: 'responseCode', properties: { value: 403, message: 'Chat Technologies knows this key but it may not read the company: it needs the Admin scope.' } },
			{ type: 'responseCode', properties: { value: 404, message: 'Chat Technologies can be reached, but this account may not expose /company, the only call that tests a key: save the credential and try a node, or check the base URL.' } },
			{ type: 'responseCode', properties: { value: 409, message: 'Chat Technologies reports a conflict with the present state of the account. Ask its support.' } },
			{ type: 'responseCode', properties: { value: 422, message: 'Chat Technologies understood the request but cannot carry it out: check the service ID and the consumer ID.' } },
			{ type: 'responseCode', properties: { value: 429, message: 'Chat Technologies refuses more requests for now. Try again in a minute.' } },
			{ type: 'responseCode', properties: { value: 500, message: 'Chat Technologies has an internal problem. Try again later.' } },
			{ type: 'responseCode', properties: { value: 502, message: 'Chat Technologies is not available at the moment. Try again later.' } },
			{ type: 'responseCode', properties: { value: 503, message: 'Chat Technologies is not available at the moment. Try again later.' } },
			{ type: 'responseCode', properties: { value: 504, message: 'Chat Technologies did not answer in time. Try again later.' } },
		],
	};
}
