import { z, type ZodType } from 'zod/v4';

import type { Row } from '../../lib/action/operation';
import { simpleRow, type SimpleRow } from '../../lib/action/simple';
import { isObject } from '../../lib/http/apiDefinition';
import { idInLink } from './dialect';

/** Shapes of outputs, for the editor's preview. Source: ChatKitty's OpenAPI 2.41.9 and its client 2.106.8, in snake_case, IDs as text. */

const text = () => z.string().nullable();
const time = () => z.string().nullable().describe('ISO 8601, UTC');
const count = () => z.number().nullable();
const properties = () => [z.record(z.string(), z.unknown()).describe('Data of your own'), (row: Row) => row.properties ?? {}] as const;
/** An ID that stands in a link only. */
const linked = (relation: string, shape: ZodType = text()) => [shape, (row: Row) => idInLink(row._links, relation)] as const;

export const simpleMessage = simpleRow(() => ({
	id: z.string(),
	type: z.enum(['TEXT', 'FILE', 'SYSTEM_TEXT', 'SYSTEM_FILE']),
	channel_id: z.string(),
	thread_id: linked('thread'),
	user_id: [text(), 'user.id'],
	username: [text().describe('null: the system sent it'), 'user.name'],
	display_name: [text(), 'user.display_name'],
	body: text(),
	file_name: [text(), 'file.name'],
	file_url: [text(), 'file.url'],
	file_content_type: [text(), 'file.content_type'],
	file_size: [count(), 'file.size'],
	group_tag: text(),
	replies_count: count(),
	created_time: z.string(),
	last_edited_time: time(),
	properties: properties(),
}));

export const simpleSent: SimpleRow = {
	output: () => z.object({ user_created: z.boolean(), channel_created: z.boolean() }).and(simpleMessage.output()),
	simplify: (row) => ({ user_created: row.user_created, channel_created: row.channel_created, ...simpleMessage.simplify(row) }),
};

export const simpleChannel = simpleRow(() => ({
	id: z.string(),
	type: z.enum(['DIRECT', 'PUBLIC', 'PRIVATE']),
	name: text(),
	display_name: text(),
	thread_id: linked('thread'),
	creator: [text().describe('Username'), 'creator.name'],
	members: [z.array(z.string()).nullable().describe('Usernames; only direct channels tell them'), ({ members }) => (Array.isArray(members) ? members.map((member) => pick(member, 'name')) : null)],
	last_message: [text(), 'last_received_message.body'],
	last_message_time: [time(), 'last_received_message.created_time'],
	created_time: z.string(),
	properties: properties(),
}));

export const simpleUser = simpleRow(() => ({
	id: z.string(),
	type: z.enum(['PERSON', 'BOT']),
	name: z.string().describe('Username'),
	display_name: z.string(),
	display_picture_url: text(),
	is_guest: [z.boolean(), (row) => row.is_guest === true],
	online: [z.boolean(), ({ presence }) => isObject(presence) && presence.online === true],
	status: [text(), 'presence.status'],
	properties: properties(),
}));

export const simpleFoundUser: SimpleRow = {
	output: () => z.object({ created: z.boolean().describe('Whether it was made just now') }).and(simpleUser.output()),
	simplify: (row) => ({ ...simpleUser.simplify(row), created: row.created }),
};

export const simpleNotification = simpleRow(() => ({
	id: z.string(),
	event: [text().describe('For example USER:SENT:MESSAGE'), 'data.type'],
	title: z.string(),
	body: z.string(),
	channel_id: [text(), ({ channel, data }) => pick(channel, 'id') ?? pick(data, 'channel_id')],
	message_id: [text(), 'data.message.id'],
	muted: [z.boolean(), (row) => row.muted === true],
	created_time: z.string(),
	read_time: time(),
}));

/** A chat session holds the user session that it belongs to. */
const inSession = (shape: ZodType, ...names: string[]) => [shape, (row: Row) => names.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), isObject(row.session) ? row.session : row) ?? null] as const;

export const simpleSession = simpleRow(() => ({
	id: z.string(),
	state: z.enum(['ACTIVE', 'ENDED']),
	user_id: inSession(text(), 'user', 'id'),
	username: inSession(text(), 'user', 'name'),
	display_name: inSession(text(), 'user', 'display_name'),
	channel_id: linked('channel', text().describe('Only of chat sessions')),
	user_agent: inSession(text(), 'user_agent'),
	created_time: z.string(),
	end_time: time(),
}));

export const simpleReceipt = simpleRow(() => ({ user_id: [text(), 'user.id'], username: [text(), 'user.name'], display_name: [text(), 'user.display_name'], created_time: z.string() }));

export const simpleSummary = simpleRow(() => ({
	channel_id: [text(), 'channel.id'],
	channel_name: [text(), ({ channel }) => pick(channel, 'display_name') ?? pick(channel, 'name')],
	user_id: [text(), 'user.id'],
	username: [text(), 'user.name'],
	unread: [count(), 'count'],
}));

/** Memberships and invites carry no IDs but those in their links. */
export function membership(row: Row): Row {
	return { user_id: idInLink(row._links, 'user') ?? idInLink(row._links, 'invitee'), channel_id: idInLink(row._links, 'channel'), ...row };
}

export const simpleMembership = simpleRow(() => ({ user_id: text(), channel_id: text(), created_time: z.string() }));

export const threadModel = (): ZodType => z.object({ id: z.string(), type: z.enum(['MAIN', 'STANDALONE', 'MESSAGE']), name: text(), channel_id: text(), created_time: z.string(), properties: properties()[0] });

export function thread(row: Row): Row {
	return { ...row, name: row.name ?? null, channel_id: idInLink(row._links, 'channel') };
}

export const jobModel = (): ZodType =>
	z.object({
		id: z.string(),
		type: z.string().describe('For example USER_IMPORT'),
		state: z.enum(['PENDING', 'RUNNING', 'FINISHED', 'FAILED']),
		created_time: z.string(),
		ended_time: time(),
		file: text().describe('The result of an export'),
	});

/** Blank fields are left out by ChatKitty: here they are null. */
export function job(row: Row): Row {
	return { ...row, ended_time: row.ended_time ?? null, file: row.file ?? null };
}

const onOff = () => z.enum(['DISABLED', 'ENABLED']);
export const settingsModel = (): ZodType => z.object({ guest_users: onOff(), user_created_channels: onOff() });

/** Flat, or wrapped in `features`, as the documentation has it since 2.5. */
export function settings(row: Row): Row {
	const features = isObject(row.features) ? row.features : row;
	return { guest_users: pick(features, 'guest_users'), user_created_channels: pick(features, 'user_created_channels') };
}

export const applicationModel = (): ZodType => z.object({ id: z.string(), key: z.string().describe('API key that client apps connect with'), created_time: z.string(), properties: properties()[0] });

export const eventModel = (): ZodType => z.object({ type: z.string(), properties: properties()[0] });
export const countModel = (): ZodType => z.object({ count: z.number() });
export const existsModel = (): ZodType => z.object({ exists: z.boolean(), username: z.string() });
export const secretModel = (): ZodType => z.object({ secret: z.string() });
export const deletedModel = (): ZodType => z.object({ success: z.boolean(), id: z.string() });

function pick(value: unknown, key: string): string | null {
	const found = isObject(value) ? value[key] : undefined;
	return typeof found === 'string' ? found : null;
}
