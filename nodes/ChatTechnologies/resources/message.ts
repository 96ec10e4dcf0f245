import { jsonObject, type Json } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { FieldError } from '../../../lib/errors';
import { pathOf, type ChatTechnologiesApi } from '../api';
import { messageId } from '../fields';
import { messageModel } from '../models';
import { operation } from '../operation';
import { flat } from '../../../lib/http/jsonApi';
import { records } from './shared/records';

// https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API (available HTTP methods)
const MESSAGES = '/messages';

const content = (required: string) =>
	jsonObject('content', {
		displayName: 'Message (JSON)',
		required: true,
		default: '{}',
		placeholder: '{"to": "+33612345678", "body": "Can we talk tomorrow?"}',
		description: required,
		hint: 'The documentation names no fields of a message: they depend on your set-up',
	});

/** n8n's editor starts with {}, which is no message. */
function something(given: Record<string, Json>): Record<string, Json> {
	if (Object.keys(given).length === 0) throw new FieldError('"Message (JSON)" is empty', 'Fill in the message, for example {"to": "+33612345678", "body": "Can we talk tomorrow?"}.');
	return given;
}

const created = content('The message, sent as it is');
const changed = content('What to change, sent as it is');

export const message: Resource<ChatTechnologiesApi> = {
	name: 'Message',
	value: 'message',
	description: 'Messages as documented: the paths are, the fields depend on your set-up',
	operations: [
		operation({
			name: 'Create',
			value: 'create',
			action: 'Create a message',
			description: 'Send a new message. Its fields depend on the set-up at Chat Technologies; Message, Get Many shows what messages look like there. It is never sent twice.',
			access: 'write',
			fields: [created],
			simplify: flat,
			output: messageModel,
			run: async (api, p) => await api.write('POST', MESSAGES, something(p.content)),
		}),
		...records({ one: 'message', many: 'messages', path: MESSAGES, idField: messageId, output: messageModel }),
		operation({
			name: 'Update',
			value: 'update',
			action: 'Update a message',
			description: 'Change one message. Its ID comes from Message, Get Many; which fields can be changed depends on the set-up.',
			access: 'write',
			fields: [messageId, changed],
			simplify: flat,
			output: messageModel,
			run: async (api, p) => await api.write('PATCH', pathOf(MESSAGES, p.messageId), something(p.content)),
		}),
	],
};
