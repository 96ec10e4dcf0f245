import { apiRequest } from '../../../lib/action/apiRequest';
import type { FlatchrApi } from '../api';

/** Paths below `/vacancy/candidate` and public feeds go to the careers host. */
export const flatchrApiRequest = apiRequest<FlatchrApi>({
	api: 'the Flatchr API',
	send: async (flatchr, request) => await flatchr.send(request),
	placeholder: '/company/rV41QG9eKXdK6Xev/columns',
	documentationUrl: 'https://developers.flatchr.io/en/docs/getting_started',
});
