import { z, type ZodType } from 'zod/v4';

import type { Row } from '../../lib/action/operation';
import { isObject } from '../../lib/http/apiDefinition';
import { idInLink } from './dialect';

/** Shapes of outputs, for the editor's preview. Source: ChatKitty's OpenAPI 2.41.9 and its client 2.106.8, in snake_case, IDs as text. */

const text = () => z.string().nullable();
const time = () => z.string().nullable().describe('ISO 8601, UTC');
const count = () => z.number().nullable();
const properties = () => z.record(z.string(), z.unknown()).describe('Data of your own');

export const messageModel = (): ZodType =>
	z.object({
		id: z.string(),
		type: z.enum(['TEXT', 'FILE', 'SYSTEM_TEXT', 'SYSTEM_FILE']),
		channel_id: z.string(),
		thread_id: text(),
		user_id: text(),
		username: text().describe('null: the system sent it'),
		display_name: text(),
		body: text(),
		file_name: text(),
		file_url: text(),
		file_content_type: text(),
		file_size: count(),
		group_tag: text(),
		replies_count: count(),
		created_time: z.string(),
		last_edited_time: time(),
		properties: properties(),
	});

export function simpleMessage(row: Row): Row {
	const { user, file } = row;
	return {
		id: row.id,
		type: row.type,
		channel_id: row.channel_id,
		thread_id: idInLink(row._links, 'thread'),
		user_id: pick(user, 'id'),
		username: pick(user, 'name'),
		display_name: pick(user, 'display_name'),
		body: row.body ?? null,
		file_name: pick(file, 'name'),
		file_url: pick(file, 'url'),
		file_content_type: pick(file, 'content_type'),
		file_size: isObject(file) && typeof file.size === 'number' ? file.size : null,
		group_tag: row.group_tag ?? null,
		replies_count: row.replies_count ?? null,
		created_time: row.created_time,
		last_edited_time: row.last_edited_time ?? null,
		properties: row.properties ?? {},
	};
}

export const sentModel = (): ZodType => z.object({ user_created: z.boolean(), channel_created: z.boolean() }).and(messageModel());

export const channelModel = (): ZodType =>
	z.object({
		id: z.string(),
		type: z.enum(['DIRECT', 'PUBLIC', 'PRIVATE']),
		name: text(),
		display_name: text(),
		thread_id: text(),
		creator: text().describe('Username'),
		members: z.array(z.string()).nullable().describe('Usernames; only direct channels tell them'),
		last_message: text(),
		last_message_time: time(),
		created_time: z.string(),
		properties: properties(),
	});

export function simpleChannel(row: Row): Row {
	const last = row.last_received_message;
	return {
		id: row.id,
		type: row.type,
		name: row.name ?? null,
		display_name: row.display_name ?? null,
		thread_id: idInLink(row._links, 'thread'),
		creator: pick(row.creator, 'name'),
		members: Array.isArray(row.members) ? row.members.map((member) => pick(member, 'name')) : null,
		last_message: pick(last, 'body'),
		last_message_time: pick(last, 'created_time'),
		created_time: row.created_time,
		properties: row.properties ?? {},
	};
}

export const userModel = (): ZodType =>
	z.object({
		id: z.string(),
		type: z.enum(['PERSON', 'BOT']),
		name: z.string().describe('Username'),
		display_name: z.string(),
		display_picture_url: text(),
		is_guest: z.boolean(),
		online: z.boolean(),
		status: text(),
		properties: properties(),
	});

export function simpleUser(row: Row): Row {
	const { presence } = row;
	return {
		id: row.id,
		type: row.type,
		name: row.name,
		display_name: row.display_name,
		display_picture_url: row.display_picture_url ?? null,
		is_guest: row.is_guest === true,
		online: isObject(presence) && presence.online === true,
		status: pick(presence, 'status'),
		properties: row.properties ?? {},
		...(row.created === undefined ? {} : { created: row.created }),
	};
}

export const foundUserModel = (): ZodType => z.object({ created: z.boolean().describe('Whether it was made just now') }).and(userModel());

export const notificationModel = (): ZodType =>
	z.object({
		id: z.string(),
		event: text().describe('For example USER:SENT:MESSAGE'),
		title: z.string(),
		body: z.string(),
		channel_id: text(),
		message_id: text(),
		muted: z.boolean(),
		created_time: z.string(),
		read_time: time(),
	});

export function simpleNotification(row: Row): Row {
	const { data } = row;
	const message = isObject(data) ? data.message : undefined;
	return {
		id: row.id,
		event: pick(data, 'type'),
		title: row.title,
		body: row.body,
		channel_id: pick(row.channel, 'id') ?? pick(data, 'channel_id'),
		message_id: pick(message, 'id'),
		muted: row.muted === true,
		created_time: row.created_time,
		read_time: row.read_time ?? null,
	};
}

export const sessionModel = (): ZodType =>
	z.object({
		id: z.string(),
		state: z.enum(['ACTIVE', 'ENDED']),
		user_id: text(),
		username: text(),
		display_name: text(),
		channel_id: text().describe('Only of chat sessions'),
		user_agent: text(),
		created_time: z.string(),
		end_time: time(),
	});

export function simpleSession(row: Row): Row {
	// A chat session holds the user session that it belongs to.
	const session = isObject(row.session) ? row.session : row;
	return {
		id: row.id,
		state: row.state,
		user_id: pick(session.user, 'id'),
		username: pick(session.user, 'name'),
		display_name: pick(session.user, 'display_name'),
		channel_id: idInLink(row._links, 'channel'),
		user_agent: pick(session, 'user_agent'),
		created_time: row.created_time,
		end_time: row.end_time ?? null,
	};
}

export const receiptModel = (): ZodType => z.object({ user_id: text(), username: text(), display_name: text(), created_time: z.string() });

export function simpleReceipt(row: Row): Row {
	return { user_id: pick(row.user, 'id'), username: pick(row.user, 'name'), display_name: pick(row.user, 'display_name'), created_time: row.created_time };
}

export const summaryModel = (): ZodType => z.object({ channel_id: text(), channel_name: text(), user_id: text(), username: text(), unread: count() });

export function simpleSummary(row: Row): Row {
	const { channel, user } = row;
	return { channel_id: pick(channel, 'id'), channel_name: pick(channel, 'display_name') ?? pick(channel, 'name'), user_id: pick(user, 'id'), username: pick(user, 'name'), unread: row.count ?? null };
}

export const membershipModel = (): ZodType => z.object({ user_id: text(), channel_id: text(), created_time: z.string() });

/** Memberships and invites carry no IDs but those in their links. */
export function membership(row: Row): Row {
	return { user_id: idInLink(row._links, 'user') ?? idInLink(row._links, 'invitee'), channel_id: idInLink(row._links, 'channel'), ...row };
}

export function simpleMembership(row: Row): Row {
	return { user_id: row.user_id, channel_id: row.channel_id, created_time: row.created_time };
}

export const threadModel = (): ZodType => z.object({ id: z.string(), type: z.enum(['MAIN', 'STANDALONE', 'MESSAGE']), name: text(), channel_id: text(), created_time: z.string(), properties: properties() });

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

export const applicationModel = (): ZodType => z.object({ id: z.string(), key: z.string().describe('API key that client apps connect with'), created_time: z.string(), properties: properties() });

export const eventModel = (): ZodType => z.object({ type: z.string(), properties: properties() });
export const countModel = (): ZodType => z.object({ count: z.number() });
export const existsModel = (): ZodType => z.object({ exists: z.boolean(), username: z.string() });
export const secretModel = (): ZodType => z.object({ secret: z.string() });
export const deletedModel = (): ZodType => z.object({ success: z.boolean(), id: z.string() });

function pick(value: unknown, key: string): string | null {
	const found = isObject(value) ? value[key] : undefined;
	return typeof found === 'string' ? found : null;
}
