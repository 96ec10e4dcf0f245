import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { bearer } from '../lib/http/bearer';

/** Tested by the nodes (nodes/Knit/credentialTest.ts): a declarative test takes every 4xx for a wrong key, and Knit has no call that just checks a key. */
export class KnitApi implements ICredentialType {
	name = 'knitApi';

	displayName = 'Knit API';

	icon: Icon = { light: 'file:../icons/knit.svg', dark: 'file:../icons/knit.dark.svg' };

	documentationUrl = 'https://developers.getknit.dev/reference/authenticating-your-apis-with-knit';

	properties: INodeProperties[] = [
		{
			displayName: 'Environment',
			name: 'environment',
			type: 'options',
			default: 'production',
			description: 'Where your Knit account lives',
			hint: "Knit's documentation shows the production address only: the addresses of the sandbox and of Europe come from programs that use them",
			options: [
				{ name: 'Custom Base URL', value: 'custom' },
				{ name: 'Europe', value: 'eu' },
				{ name: 'Production', value: 'production' },
				{ name: 'Sandbox', value: 'sandbox' },
			],
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'https://api.getknit.dev/v1.0',
			description: 'Address of the API with its version, https only',
			displayOptions: { show: { environment: ['custom'] } },
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			hint: 'Knit dashboard. Knit signs its webhooks with this key too: a new key changes both at once.',
		},
		{
			displayName: 'Default Integration ID',
			name: 'integrationId',
			type: 'string',
			default: '',
			placeholder: 'mg_8sKd02nfYh3kQ1',
			description: 'The connection of one customer with one ATS. Needed to read and write in an ATS, unless the node names one.',
			hint: 'The Knit dashboard shows it. The test of this credential tries it when it is filled in.',
		},
	];

	authenticate = bearer;
}
