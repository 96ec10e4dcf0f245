import type { Found, Search } from '../../lib/action/lookups';
import type { Row } from '../../lib/action/operation';
import { isObject } from '../../lib/http/apiDefinition';
import type { ChatKittyApi } from './api';

export const searchChannels = listOf('searchChannels', '/channels', 'channels', channelTitle);
export const searchJobs = listOf('searchJobs', '/jobs', 'jobs', (job) => [job.type, job.state, job.created_time].map(String).join(' · '));

/** Only whole usernames can be asked for, so that is tried first; other filters look at the list. */
const listUsers = listOf('searchUsers', '/users', 'users', userTitle);
export const searchUsers: Search<ChatKittyApi> = {
	...listUsers,
	async run(chatkitty, { filter, cursor }, editor) {
		const named = filter && !cursor ? await chatkitty.find('/users', 'users', { name: filter }, (user) => user.name === filter) : undefined;
		return named ? { results: [optionOf(named, userTitle)] } : await listUsers.run(chatkitty, { filter, cursor }, editor);
	},
};

/** ChatKitty searches message texts itself. */
export const searchMessages: Search<ChatKittyApi> = {
	kind: 'search',
	name: 'searchMessages',
	filtered: true,
	async run(chatkitty, { filter, cursor }) {
		const page = await chatkitty.page(cursor ?? `/messages?size=50${filter ? `&query=${encodeURIComponent(filter)}` : ''}`, 'messages');
		return { results: page.rows.map((row) => optionOf(row, messageTitle)), ...(page.next ? { cursor: page.next } : {}) };
	},
};

/** A list without a text filter. */
function listOf(name: string, address: string, collection: string, title: (row: Row) => string): Search<ChatKittyApi> {
	return {
		kind: 'search',
		name,
		async run(chatkitty, { cursor }) {
			const page = await chatkitty.page(cursor ?? `${address}?size=100`, collection);
			return { results: page.rows.map((row) => optionOf(row, title)), ...(page.next === undefined ? {} : { cursor: page.next }) };
		},
	};
}

function optionOf(row: Row, title: (row: Row) => string): Found {
	const members = Array.isArray(row.members) ? row.members.filter(isObject).map(({ name }) => String(name)) : [];
	return { name: title(row), search: members.join(' '), value: String(row.id) };
}

function userTitle(user: Row): string {
	return [user.display_name, user.name].filter((part, index, all) => part && all.indexOf(part) === index).join(' · ') || String(user.id);
}

function channelTitle(channel: Row): string {
	const members = Array.isArray(channel.members) ? channel.members.filter(isObject).map((member) => String(member.display_name ?? member.name)) : [];
	return [channel.display_name ?? channel.name ?? (members.join(', ') || channel.id), channel.type].filter(Boolean).join(' · ');
}

function messageTitle(message: Row): string {
	const who = isObject(message.user) ? String(message.user.display_name ?? message.user.name) : 'System';
	const what = typeof message.body === 'string' ? message.body : isObject(message.file) ? String(message.file.name) : String(message.type);
	return `${who}: ${what.slice(0, 60)}${what.length > 60 ? '…' : ''}`;
}
