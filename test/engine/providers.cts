import { provider as chatTechnologies } from '../../nodes/ChatTechnologies/provider';
import { provider as flatchr } from '../../nodes/Flatchr/provider';
import { provider as knit } from '../../nodes/Knit/provider';
import { provider as kombo } from '../../nodes/Kombo/provider';
import type { Provider } from '../../lib/ats/provider';
import type { Sandbox } from '../../sandbox/index.cts';

export interface ProviderCase {
	provider: Provider;
	/** The sandbox service that plays it. */
	service: string;
	/** Data of its credential, for a sandbox. */
	credential(sandbox: Sandbox): Record<string, string>;
}

/** Every provider of the unified node, with its credential for the sandbox. */
export const providerCases: readonly ProviderCase[] = [
	{ provider: kombo, service: 'kombo', credential: ({ credentials, urls }) => ({ ...credentials['kombo'], region: 'custom', baseUrl: urls['kombo'] ?? '' }) },
	{ provider: knit, service: 'knit', credential: ({ credentials, urls }) => ({ ...credentials['knit'], baseUrl: urls['knit'] ?? '' }) },
	{ provider: flatchr, service: 'flatchr', credential: ({ credentials, urls }) => ({ ...credentials['flatchr'], apiBaseUrl: urls['flatchr'] ?? '', careersBaseUrl: urls['flatchrCareers'] ?? '' }) },
	{
		provider: chatTechnologies,
		service: 'chatTechnologies',
		credential: ({ credentials, urls }) => ({ ...credentials['chatTechnologies'], baseUrl: urls['chatTechnologies'] ?? '', messageTemplate: '{"candidate_id": "{candidateId}", "subject": "{subject}", "body": "{text}"}' }),
	},
];

export const credentialsFor = ({ provider, credential }: ProviderCase, sandbox: Sandbox) => ({ [provider.credential]: credential(sandbox) });
