import { apiRequest } from '../../../lib/action/apiRequest';
import type { Resource } from '../../../lib/action/operation';
import type { ChatTechnologiesApi } from '../api';
import { candidate } from './candidate';
import { change } from './change';
import { company } from './company';
import { department } from './department';
import { message } from './message';
import { role } from './role';

export const resources: ReadonlyArray<Resource<ChatTechnologiesApi>> = [
	message,
	apiRequest({
		api: 'the Chat Technologies API',
		send: async (api: ChatTechnologiesApi, request) => await api.send(request),
		placeholder: '/messages',
		documentationUrl: 'https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API',
	}),
	candidate,
	change,
	company,
	department,
	role,
];
