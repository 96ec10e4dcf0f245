import { apiRequest } from '../../../lib/action/apiRequest';
import type { KnitApi } from '../api';

export const knitApiRequest = apiRequest<KnitApi>({
	api: 'the Knit API',
	send: async (knit, request) => await knit.send(request),
	placeholder: '/ats.job.list',
	documentationUrl: 'https://developers.getknit.dev/reference/api-response-structures',
});
