import { apiRequest } from '../../../lib/action/apiRequest';
import type { KomboApi } from '../api';

export const komboApiRequest = apiRequest<KomboApi>({
	api: 'the Kombo API',
	send: async (kombo, request) => await kombo.send(request),
	placeholder: '/ats/jobs',
	documentationUrl: 'https://docs.kombo.dev/api-reference',
});
