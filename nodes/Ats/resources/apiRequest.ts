import { apiRequest } from '../../../lib/action/apiRequest';
import type { AtsApi } from '../api';

/** Any call of the chosen provider. */
export const request = apiRequest<AtsApi>({
	api: "the chosen provider's API",
	send: async (ats, one) => await ats.for('send', 'send requests')(one),
	placeholder: '/jobs',
	documentationUrl: 'https://github.com/n8n-nodes-ats/n8n-nodes-ats/tree/main/docs/providers#api-request',
});
