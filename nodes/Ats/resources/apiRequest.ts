import { apiRequest } from '../../../lib/action/apiRequest';
import type { AtsApi } from '../api';

/** Any call of the chosen provider. */
export const request = apiRequest<AtsApi>({
	service: 'chosen provider',
	send: async (ats, one) => await ats.for('send', 'send requests')(one),
	placeholder: '/v1/jobs',
	documentationUrl: 'https://github.com/n8n-nodes-ats/n8n-nodes-ats/tree/main/docs/providers',
});
