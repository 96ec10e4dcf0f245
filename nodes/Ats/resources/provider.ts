import { z } from 'zod/v4';

import type { Resource } from '../../../lib/action/operation';
import { checkConnection } from '../../../lib/ats/checkConnection';
import { row, type AtsApi } from '../api';
import { always } from '../operation';

const checkModel = () =>
	z.object({
		check: z.string().describe('What was looked at'),
		status: z.enum(['ok', 'warning', 'problem']).describe('How it stands'),
		message: z.string().describe('What it means, and what to do'),
		evidence: z.string().describe('Numbers behind it. No personal data'),
	});

export const provider: Resource<AtsApi> = {
	name: 'Provider',
	value: 'provider',
	description: 'What the chosen provider can do, and whether the connection holds',
	operations: [
		always({
			name: 'Check Connection',
			value: 'checkConnection',
			action: 'Check the connection to a provider',
			description: 'Look at the credential, its rights, the clock, the rate limit and the lists, one item a check. Reads only; the report holds no personal data.',
			access: 'read',
			fields: [],
			output: checkModel,
			run: async function* (ats) {
				for await (const check of checkConnection(ats.connection)) yield [row(check)];
			},
		}),
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
