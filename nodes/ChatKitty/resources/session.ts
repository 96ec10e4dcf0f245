import { collection } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import type { ChatKittyApi } from '../api';
import { sessionState } from '../fields';
import { simpleSession } from '../models';
import { operation } from '../operation';

const filters = collection('filters', { displayName: 'Filters', addLabel: 'Add Filter', fields: [sessionState] });

/** https://chatkitty.com/docs/api/reference#user-sessions */
export const session: Resource<ChatKittyApi> = {
	name: 'Session',
	value: 'session',
	operations: [
		operation({
			name: 'Get Chat Sessions',
			value: 'getChatSessions',
			action: 'Get many chat sessions',
			description: 'List who has, or had, which channel open',
			access: 'read',
			many: true,
			fields: [filters],
			...simpleSession,
			run: async (chatkitty, p, item) => chatkitty.list('/chat-sessions', 'sessions', p.filters, item.limit),
		}),
		operation({
			name: 'Get User Sessions',
			value: 'getUserSessions',
			action: 'Get many user sessions',
			description: 'List who is, or was, connected, and with which app',
			access: 'read',
			many: true,
			fields: [filters],
			...simpleSession,
			run: async (chatkitty, p, item) => chatkitty.list('/user-sessions', 'sessions', p.filters, item.limit),
		}),
	],
};
