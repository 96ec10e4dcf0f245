import { choice, collection, text, toggle, when } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { FieldError } from '../../../lib/errors';
import { isObject } from '../../../lib/http/apiDefinition';
import { path } from '../../../lib/http/path';
import type { ChatKittyApi } from '../api';
import { contentFields, sendMessage } from '../content';
import { channelId, groupTag, messageId, patchProperties, properties, sender, textQuery, threadId, unreadOnly, userId, username, who } from '../fields';
import { countModel, deletedModel, simpleMessage, simpleReceipt, simpleSent } from '../models';
import { operation } from '../operation';
import { directChannel, existing, findOrCreateUser, idOf, isSame, usernameOf, whoOf } from '../people';

const from = choice('from', {
	displayName: 'From',
	description: 'Whose messages to list',
	default: 'channel',
	options: [
		{ name: 'Application', value: 'application', description: 'All messages of all channels' },
		{ name: 'Channel', value: 'channel' },
		{ name: 'Thread', value: 'thread', description: 'The replies in one thread' },
		{ name: 'User', value: 'user', description: 'The messages of one user' },
	],
});

/** https://chatkitty.com/docs/api/reference#messages */
export const message: Resource<ChatKittyApi> = {
	name: 'Message',
	value: 'message',
	operations: [
		operation({
			name: 'Delete',
			value: 'delete',
			action: 'Delete a message',
			description: 'Remove one message for good. Message, Get Many supplies its ID.',
			access: 'delete',
			fields: [messageId],
			output: deletedModel,
			run: async (chatkitty, p) => {
				const { id, ...thread } = await chatkitty.act('DELETE', path`/messages/${p.messageId}`);
				return { success: true, id: p.messageId, thread_id: id, thread: { id, ...thread } };
			},
		}),
		operation({
			name: 'Get',
			value: 'get',
			action: 'Get a message',
			description: 'Read one message. Message, Get Many supplies its ID.',
			access: 'read',
			fields: [messageId],
			...simpleMessage,
			run: async (chatkitty, p) => await chatkitty.get(path`/messages/${p.messageId}`),
		}),
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many messages',
			description: 'List messages of a channel, a thread, a user or the whole application. Channel, Get Many and User, Get Many supply the IDs.',
			access: 'read',
			many: true,
			fields: [
				from,
				when(channelId, { from: ['channel'] }),
				when(threadId, { from: ['thread'] }),
				when(userId, { from: ['user'] }),
				when(collection('filters', { displayName: 'Filters', addLabel: 'Add Filter', fields: [textQuery, username] }), { from: ['application', 'channel'] }),
				when(unreadOnly, { from: ['user'] }),
			],
			...simpleMessage,
			run: async (chatkitty, p, item) => {
				const { path: address, query } = await listAddress(chatkitty, p);
				const { username: wanted } = query;
				const found = chatkitty.list(address, 'messages', query, wanted === undefined ? item.limit : undefined);
				return wanted === undefined ? found : chatkitty.only(found, ({ user }) => isObject(user) && isSame(String(user.name), String(wanted)));
			},
		}),
		operation({
			name: 'Get Read Receipts',
			value: 'getReadReceipts',
			action: 'Get the read receipts of a message',
			description: 'Who has read a message, and when. Message, Get Many supplies its ID.',
			access: 'read',
			many: true,
			fields: [messageId],
			...simpleReceipt,
			run: async (chatkitty, p, item) => chatkitty.list(path`/messages/${p.messageId}/read-receipts`, 'receipts', {}, item.limit),
		}),
		operation({
			name: 'Get Unread Count',
			value: 'getUnreadCount',
			action: 'Get the number of unread messages of a user',
			description: 'How many messages a user has not read. Only with the current API. User, Get Many supplies the ID; a username will do too.',
			access: 'read',
			fields: [userId],
			output: countModel,
			run: async (chatkitty, p) => {
				chatkitty.needsCurrent('Get Unread Count');
				const id = await idOf(chatkitty, p.userId);
				return { user_id: id, ...(await chatkitty.get(path`/users/${id}/messages/unread/count`)) };
			},
		}),
		operation({
			name: 'Send to Channel',
			value: 'send',
			action: 'Send a message to a channel',
			description: 'Post text or a file in a channel, as a user or as the system. Channel, Get Many supplies the channel ID. To write to one person, use Send to Person.',
			access: 'write',
			fields: [channelId, ...contentFields, sender, collection('additionalFields', { displayName: 'Additional Fields', fields: [groupTag, properties] })],
			...simpleMessage,
			run: async (chatkitty, p, item) => await sendMessage(chatkitty, item, path`/channels/${p.channelId}/messages`, p, { sender: p.sender, ...p.additionalFields }),
		}),
		operation({
			name: 'Send to Person',
			value: 'sendToPerson',
			action: 'Send a message to a person',
			description: 'Write to a person by e-mail address, username or ID: finds or creates the user and the direct channel with the sender, then sends',
			access: 'write',
			fields: [
				who('recipient', { displayName: 'Recipient', description: "The person, by e-mail address or ID. The address is the username in ChatKitty; who has none yet is made a user." }),
				who('colleague', { displayName: 'Sender', description: 'The user on your side, who must exist: the direct channel is between this user and the recipient' }),
				...contentFields,
				collection('additionalFields', {
					displayName: 'Additional Fields',
					fields: [
						toggle('asSystem', { displayName: 'As System', description: 'Whether the message comes from the system instead of the sender, in the same channel' }),
						text('displayName', { displayName: 'Display Name', placeholder: 'Jane Doe', description: 'What others see of a recipient who is made a user now', hint: 'Without it, others see the e-mail address' }),
						groupTag,
						properties,
					],
				}),
			],
			...simpleSent,
			run: async (chatkitty, p, item) => {
				const { asSystem, displayName: shown, ...about } = p.additionalFields;
				// The sender must be there before a user and a channel are made for nothing.
				const colleague = String((await existing(chatkitty, p.colleague)).name);
				const to = whoOf(p.recipient);
				const known = 'id' in to ? await existing(chatkitty, to.id) : undefined;
				const username = 'id' in to ? String(known?.name) : to.username;
				if (isSame(colleague, username)) throw new FieldError('"Recipient" and "Sender" are the same user', 'Choose a user of your side as the sender.');
				const person = known ?? (await findOrCreateUser(chatkitty, { username, displayName: shown }));
				const channel = await directChannel(chatkitty, [colleague, String(person.name)]);
				const sent = await sendMessage(chatkitty, item, path`/channels/${String(channel.id)}/messages`, p, { sender: asSystem ? undefined : p.colleague, ...about });
				return { ...sent, user_created: person.created === true, channel_created: channel.created };
			},
		}),
		operation({
			name: 'Update',
			value: 'update',
			action: 'Update a message',
			description: 'Change the text or the data of a message. Message, Get Many supplies its ID.',
			access: 'write',
			fields: [messageId, collection('changes', { displayName: 'Changes', addLabel: 'Add Change', fields: [text('body', { displayName: 'Text', placeholder: 'Hello Jane, Wednesday at ten?', description: 'The text to replace the old one', rows: 4 }), patchProperties] })],
			...simpleMessage,
			run: async (chatkitty, p) => await chatkitty.change(path`/messages/${p.messageId}`, p.changes),
		}),
	],
};

interface From {
	from: 'application' | 'channel' | 'thread' | 'user';
	channelId?: string;
	threadId?: string;
	userId?: string;
	filters?: { query?: string; username?: string };
	unread?: boolean;
}

async function listAddress(chatkitty: ChatKittyApi, p: From): Promise<{ path: string; query: Record<string, string | boolean | undefined> }> {
	switch (p.from) {
		case 'application':
			return { path: '/messages', query: await filtersOf(chatkitty, p.filters) };
		case 'channel':
			return { path: path`/channels/${p.channelId ?? ''}/messages`, query: await filtersOf(chatkitty, p.filters) };
		case 'thread':
			return { path: path`/threads/${p.threadId ?? ''}/messages`, query: {} };
		case 'user':
			return { path: path`/users/${await idOf(chatkitty, p.userId ?? '')}/messages`, query: { unread: p.unread ? true : undefined } };
	}
}

async function filtersOf(chatkitty: ChatKittyApi, { query, username: user }: NonNullable<From['filters']> = {}): Promise<Record<string, string | undefined>> {
	return { query, username: user === undefined ? undefined : await usernameOf(chatkitty, user.trim()) };
}
