import { collection } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { path } from '../../../lib/http/path';
import type { ChatKittyApi } from '../api';
import { contentFields, sendMessage } from '../content';
import { groupTag, properties, sender, threadId } from '../fields';
import { simpleMessage, thread as threadRow, threadModel } from '../models';
import { operation } from '../operation';

/** https://chatkitty.com/docs/api/reference#threads */
export const thread: Resource<ChatKittyApi> = {
	name: 'Thread',
	value: 'thread',
	description: 'The replies to a message, or the main line of a channel',
	operations: [
		operation({
			name: 'Get',
			value: 'get',
			action: 'Get a thread',
			description: 'Read one thread. Its ID is "thread_id" of a message or channel, where ChatKitty tells it.',
			access: 'read',
			fields: [threadId],
			output: threadModel,
			run: async (chatkitty, p) => threadRow(await chatkitty.get(path`/threads/${p.threadId}`)),
		}),
		operation({
			name: 'Get Messages',
			value: 'getMessages',
			action: 'Get the messages of a thread',
			description: 'List the messages in a thread. The thread ID is "thread_id" of a message or channel.',
			access: 'read',
			many: true,
			fields: [threadId],
			...simpleMessage,
			run: async (chatkitty, p, item) => chatkitty.list(path`/threads/${p.threadId}/messages`, 'messages', {}, item.limit),
		}),
		operation({
			name: 'Reply',
			value: 'reply',
			action: 'Reply in a thread',
			description: 'Post text or a file in a thread, as a user or as the system. The thread ID is "thread_id" of a message or channel.',
			access: 'write',
			fields: [threadId, ...contentFields, sender, collection('additionalFields', { displayName: 'Additional Fields', fields: [groupTag, properties] })],
			...simpleMessage,
			run: async (chatkitty, p, item) => await sendMessage(chatkitty, item, path`/threads/${p.threadId}/messages`, p, { sender: p.sender, ...p.additionalFields }),
		}),
	],
};
