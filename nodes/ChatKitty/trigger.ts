import type { INodeProperties, IPollFunctions } from 'n8n-workflow';

import { choice, choices, collection, list, number, text, toggle, when, type Field, type Values } from '../../lib/action/field';
import { kitFields, propertyOf } from '../../lib/action/properties';
import { settingsReader } from '../../lib/action/settings';
import type { Row } from '../../lib/action/operation';
import { toMillis } from '../../lib/ats/model';
import { path } from '../../lib/http/path';
import { isObject } from '../../lib/http/apiDefinition';
import { lazily } from '../../lib/lazily';
import { ProcessMap } from '../../lib/processMap';
import type { ReadOptions, ListSource } from '../../lib/poll/list/source';
import type { Reporting } from '../../lib/poll/failures';
import { applicationOf, connectChatKitty, PAGE_SIZE, type ChatKittyApi } from './api';
import { channelId, channelType, userId } from './fields';
import { simpleChannel, simpleMessage, simpleNotification } from './models';
import { idOf } from './people';

const MESSAGES = ['message', 'channelMessage', 'userMessage'];

const fields = [
	choice('event', {
		displayName: 'Event',
		default: 'message',
		description: 'What starts the workflow. ChatKitty has no webhooks, so its lists are read with each poll.',
		options: [
			{ name: 'New Channel', value: 'channel' },
			{ name: 'New Message', value: 'message', description: 'In any channel of the application' },
			{ name: 'New Message in Channel', value: 'channelMessage' },
			{ name: 'New Message of User', value: 'userMessage', description: 'In the message list of one user' },
			{ name: 'New Notification of User', value: 'notification', description: 'What one user is notified of: messages, mentions and replies' },
		],
	}),
	when(channelId, { event: ['channelMessage'] }),
	when(userId, { event: ['userMessage', 'notification'] }),
	when(
		collection('filters', {
			displayName: 'Filters',
			addLabel: 'Add Filter',
			description: 'Filters decide what comes out, not what is remembered. You can change them at any time.',
			fields: [
				list('from', { displayName: 'Only From', placeholder: 'jane@example.com', description: 'Usernames or IDs, comma-separated or a list' }),
				list('notFrom', { displayName: 'Not From', placeholder: 'recruiting@example.com', description: 'Usernames or IDs, comma-separated or a list: name the user that this workflow itself writes as, or it would start itself' }),
				toggle('withoutSystem', { displayName: 'Without System Messages', description: 'Whether to leave out what the system sends' }),
				text('contains', { displayName: 'Text Contains', placeholder: 'interview', description: 'Only messages with this text, whatever the case' }),
			],
		}),
		{ event: MESSAGES },
	),
	when(choices('channelTypes', { displayName: 'Channel Types', description: 'Empty: all', options: [...(channelType.property.options ?? [])].flatMap(asChoice) }), { event: ['channel'] }),
	toggle('simplify', { displayName: 'Simplify', default: true, description: 'Whether to return a simplified version of the response instead of the raw data' }),
	collection('options', {
		displayName: 'Options',
		addLabel: 'Add Option',
		fields: [
			number('cap', { displayName: 'Max Items per Poll', default: 5_000, min: 1, max: 100_000, integer: true, description: 'About; the rest comes with the next poll' }),
			kitFields.reportFailures,
		],
	}),
] as const satisfies readonly Field[];

function asChoice(option: object): Array<{ name: string; value: string; description?: string }> {
	return 'value' in option && 'name' in option ? [{ name: String(option.name), value: String(option.value) }] : [];
}

export const triggerFields: readonly Field[] = fields;
export const triggerProperties: INodeProperties[] = fields.map((field) => propertyOf(field));

export type TriggerSettings = Values<typeof fields>;

export const settingsOf = lazily(() => settingsReader(fields));

export function pollOptions({ options }: TriggerSettings): ReadOptions & Reporting {
	return { cap: options.cap ?? 5_000, reportFailures: options.reportFailures ?? 'afterFifteenMinutes' };
}

interface Listed {
	id: string;
	at: number;
	/** As ChatKitty gave it, for filters. */
	raw: Row;
	/** What is put out. */
	row: Row;
}

export function itemOf({ raw, row }: Listed, { event, filters, channelTypes }: TriggerSettings): Row | null {
	const isWanted = event === 'channel' ? isWantedChannel(raw, channelTypes ?? []) : event === 'notification' || isWantedMessage(raw, filters ?? {});
	return isWanted ? row : null;
}

function isWantedChannel({ type }: Row, types: readonly string[]): boolean {
	return types.length === 0 || types.includes(String(type));
}

function isWantedMessage({ user, body }: Row, { from = [], notFrom = [], withoutSystem, contains }: NonNullable<TriggerSettings['filters']>): boolean {
	const sender = isObject(user) ? [String(user.name).toLowerCase(), String(user.id)] : [];
	const isOneOf = (given: readonly string[]) => given.some((one) => sender.includes(one.toLowerCase()));
	if (withoutSystem && sender.length === 0) return false;
	if (from.length > 0 && !isOneOf(from)) return false;
	if (isOneOf(notFrom)) return false;
	return contains === undefined || (typeof body === 'string' && body.toLowerCase().includes(contains.toLowerCase()));
}

interface List {
	address: string;
	collection: string;
	simplify: (row: Row) => Row;
}

/** IDs behind usernames, so that not every poll asks for them. */
const knownUsers = new ProcessMap<{ id: string | null }>(24 * 60 * 60_000);

async function listOf(chatkitty: ChatKittyApi, settings: TriggerSettings): Promise<List> {
	const user = async () => {
		const given = settings.userId ?? '';
		const known = knownUsers.of(`${chatkitty.account} ${given}`, () => ({ id: null }));
		return (known.id ??= await idOf(chatkitty, given));
	};
	switch (settings.event) {
		case 'channel':
			return { address: '/channels', collection: 'channels', simplify: simpleChannel.simplify };
		case 'message':
			return { address: '/messages', collection: 'messages', simplify: simpleMessage.simplify };
		case 'channelMessage':
			return { address: path`/channels/${settings.channelId ?? ''}/messages`, collection: 'messages', simplify: simpleMessage.simplify };
		case 'userMessage':
			return { address: path`/users/${await user()}/messages`, collection: 'messages', simplify: simpleMessage.simplify };
		case 'notification':
			return { address: path`/users/${await user()}/notifications`, collection: 'notifications', simplify: simpleNotification.simplify };
	}
}

/** The list that the settings name, as the engine in lib/poll/list reads it. */
export async function openSource(context: IPollFunctions, settings: TriggerSettings, { deadline }: { deadline: number }): Promise<ListSource<Listed>> {
	const chatkitty = await connectChatKitty(context, { deadline });
	const account = await applicationOf(context);
	const { address, collection: name, simplify } = await listOf(chatkitty, settings);
	return {
		label: 'ChatKitty',
		scope: ['chatkitty', ...account, address],
		shifting: settings.event === 'channel',
		// The list itself: a channel or user that is not there must be told at activation.
		probe: async () => {
			await chatkitty.page(`${address}?size=1`, name);
		},
		readPage: async ({ cursor, since }) => {
			// https://chatkitty.com/docs/api/reference#list-channels: only channels can be asked for by time.
			const window = settings.event === 'channel' && since !== null ? `&startTime=${encodeURIComponent(new Date(since).toISOString())}` : '';
			const { rows, next, answer } = await chatkitty.page(cursor ?? `${address}?size=${PAGE_SIZE}${window}`, name);
			const read = rows.flatMap((row) => {
				const at = toMillis(row.created_time);
				return row.id === undefined || row.id === null || at === null ? [] : [{ id: String(row.id), at, raw: row, row: settings.simplify ? simplify(row) : row }];
			});
			return { rows: read, next, date: dateOf(answer.headers.date), tookMs: answer.tookMs, unreadable: rows.length - read.length };
		},
	};
}

function dateOf(header: string | undefined): number | null {
	const at = Date.parse(header ?? '');
	return Number.isNaN(at) ? null : at;
}
