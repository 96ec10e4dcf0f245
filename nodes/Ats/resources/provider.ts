import type { Resource } from '../../../lib/action/operation';
import { always, row, type AtsApi } from '../api';

export const provider: Resource<AtsApi> = {
	name: 'Provider',
	value: 'provider',
	description: 'What the chosen provider can do',
	operations: [
		always({
			name: 'Get Capabilities',
			value: 'getCapabilities',
			action: 'Get the capabilities of a provider',
			description: 'Tell which models, operations and events the provider knows, and under which conditions. Makes no request.',
			access: 'read',
			fields: [],
			run: async ({ provider: { name, label, capabilities } }) => row({ provider: name, label, ...capabilities }),
		}),
	],
};
