import { collection, jsonObject, list, requiredWhen, text, when, type Field } from '../../../lib/action/field';
import type { Resource, Row } from '../../../lib/action/operation';
import { FieldError } from '../../../lib/errors';
import { path } from '../../../lib/http/path';
import type { ChatKittyApi } from '../api';
import { channelId, channelType, createdAfter, createdBefore, creator, displayName, members, patchProperties, properties, propertiesFilter, sort, userId } from '../fields';
import { deletedModel, eventModel, membership, simpleChannel, simpleMembership, simpleMessage, simpleUser } from '../models';
import { operation } from '../operation';
import { idOf, referenceTo, usernameOf } from '../people';

/** Lists of people below a channel, each a page of users. */
function peopleOf(name: string, value: string, what: string, segment: 'members' | 'moderators' | 'participants') {
	return operation({
		name,
		value,
		action: `Get the ${segment} of a channel`,
		description: `${what}. Channel, Get Many supplies the ID.`,
		access: 'read',
		many: true,
		fields: [channelId],
		...simpleUser,
		run: async (chatkitty, p, item) => chatkitty.list(path`/channels/${p.channelId}/${segment}`, 'users', {}, item.limit),
	});
}

/** Lists whose rows say only in their links whom they concern. */
function membershipsOf(name: string, value: string, what: string, segment: 'memberships' | 'invites') {
	return operation({
		name,
		value,
		action: `Get the ${segment} of a channel`,
		description: `${what}. Channel, Get Many supplies the ID.`,
		access: 'read',
		many: true,
		fields: [channelId],
		...simpleMembership,
		run: async (chatkitty, p, item) => mapped(chatkitty.list(path`/channels/${p.channelId}/${segment}`, segment, {}, item.limit), membership),
	});
}

/** Adds or removes one person. */
function changePeople(name: string, value: string, action: string, what: string, method: 'POST' | 'DELETE', segment: 'members' | 'moderators') {
	return operation({
		name,
		value,
		action,
		description: `${what}. Only private and public channels can change them. Channel, Get Many and User, Get Many supply the IDs; a username will do for the user.`,
		access: method === 'POST' ? 'write' : 'delete',
		fields: [channelId, userId],
		output: deletedModel,
		run: async (chatkitty, p) => {
			if (method === 'POST') await chatkitty.act('POST', path`/channels/${p.channelId}/${segment}`, referenceTo(p.userId));
			else await chatkitty.act('DELETE', path`/channels/${p.channelId}/${segment}/${await idOf(chatkitty, p.userId)}`);
			return { success: true, id: p.channelId, user: p.userId };
		},
	});
}

const ofGroups = <Name extends string, Value>(field: Field<Name, Value>) => when(field, { type: ['PRIVATE', 'PUBLIC'] });

/** https://chatkitty.com/docs/api/reference#channels */
export const channel: Resource<ChatKittyApi> = {
	name: 'Channel',
	value: 'channel',
	operations: [
		changePeople('Add Member', 'addMember', 'Add a member to a channel', 'Let a user into a channel', 'POST', 'members'),
		changePeople('Add Moderator', 'addModerator', 'Add a moderator to a channel', 'Make a member of a channel a moderator', 'POST', 'moderators'),
		operation({
			name: 'Create',
			value: 'create',
			action: 'Create a channel',
			description: 'Make a channel. An equal one that exists already is given back instead of a second one.',
			access: 'write',
			fields: [
				channelType,
				ofGroups(text('name', { displayName: 'Name', placeholder: 'hiring-berlin', description: 'Must be unique; a random one is made when empty' })),
				requiredWhen(list('members', { mayBeEmpty: true, displayName: 'Members', placeholder: 'jane@example.com, john@example.com', description: 'Comma-separated usernames or IDs, or a list. A direct channel needs them.' }), { type: ['DIRECT'] }),
				ofGroups(displayName),
				collection('additionalFields', { displayName: 'Additional Fields', fields: [creator, properties] }),
			],
			...simpleChannel,
			run: async (chatkitty, p) => {
				if (p.type === 'DIRECT' && p.members.length === 0) throw new FieldError('"Members" is empty', 'A direct channel is between its members: name them.');
				return await chatkitty.act('POST', '/channels', {
					type: p.type,
					name: p.name,
					display_name: p.displayName,
					members: p.members.length === 0 ? undefined : p.members.map(referenceTo),
					creator: p.additionalFields.creator === undefined ? undefined : referenceTo(p.additionalFields.creator),
					properties: p.additionalFields.properties,
				});
			},
		}),
		operation({
			name: 'Create Invite',
			value: 'createInvite',
			action: 'Invite a user to a channel',
			description: 'Invite a user to a channel. Channel, Get Many and User, Get Many supply the IDs; a username will do for the user.',
			access: 'write',
			fields: [channelId, userId],
			output: simpleMembership.output,
			run: async (chatkitty, p) => membership(await chatkitty.act('POST', path`/channels/${p.channelId}/invites`, { user: referenceTo(p.userId) })),
		}),
		operation({
			name: 'Delete',
			value: 'delete',
			action: 'Delete a channel',
			description: 'Remove a channel with its messages for good. Channel, Get Many supplies the ID.',
			access: 'delete',
			fields: [channelId],
			output: deletedModel,
			run: async (chatkitty, p) => {
				await chatkitty.act('DELETE', path`/channels/${p.channelId}`);
				return { success: true, id: p.channelId };
			},
		}),
		operation({
			name: 'Get',
			value: 'get',
			action: 'Get a channel',
			description: 'Read one channel. Channel, Get Many supplies the ID.',
			access: 'read',
			fields: [channelId],
			...simpleChannel,
			run: async (chatkitty, p) => await chatkitty.get(path`/channels/${p.channelId}`),
		}),
		membershipsOf('Get Invites', 'getInvites', 'Open invites to a channel', 'invites'),
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many channels',
			description: 'List channels, by type, members or time of creation. User, Get Channels lists those of one user.',
			access: 'read',
			many: true,
			fields: [collection('filters', { displayName: 'Filters', addLabel: 'Add Filter', fields: [channelType, createdAfter, createdBefore, members, propertiesFilter, sort] })],
			...simpleChannel,
			// https://chatkitty.com/docs/api/reference#list-channels: startTime and endTime are camelCase in both generations.
			run: async (chatkitty, { filters }, item) => {
				const between = filters.members && (await Promise.all(filters.members.map(async (one) => await usernameOf(chatkitty, one))));
				return chatkitty.list('/channels', 'channels', { ...filters, members: between }, item.limit);
			},
		}),
		peopleOf('Get Members', 'getMembers', 'Everybody in a channel', 'members'),
		membershipsOf('Get Memberships', 'getMemberships', 'Since when each member is in a channel', 'memberships'),
		peopleOf('Get Moderators', 'getModerators', 'The moderators of a channel', 'moderators'),
		peopleOf('Get Participants', 'getParticipants', 'The members of a channel who are online in it now', 'participants'),
		operation({
			name: 'Get Reported Messages',
			value: 'getReportedMessages',
			action: 'Get the reported messages of a channel',
			description: 'List messages that users have reported. Only with the current API. Channel, Get Many supplies the ID.',
			access: 'read',
			many: true,
			fields: [channelId],
			...simpleMessage,
			run: async (chatkitty, p, item) => {
				chatkitty.needsCurrent('Get Reported Messages');
				return chatkitty.list(path`/channels/${p.channelId}/reported-messages`, 'messages', {}, item.limit);
			},
		}),
		changePeople('Remove Member', 'removeMember', 'Remove a member from a channel', 'Take a user out of a channel', 'DELETE', 'members'),
		changePeople('Remove Moderator', 'removeModerator', 'Remove a moderator from a channel', 'Make a moderator an ordinary member again', 'DELETE', 'moderators'),
		operation({
			name: 'Send Event',
			value: 'sendEvent',
			action: 'Send an event to a channel',
			description: 'Tell the apps that have a channel open that something happened, without a message. Channel, Get Many supplies the ID.',
			access: 'write',
			fields: [
				channelId,
				text('eventType', { displayName: 'Event Type', required: true, placeholder: 'application.stage_changed', description: 'A name of your own' }),
				jsonObject('eventProperties', { displayName: 'Event Properties (JSON)', default: '{}', placeholder: '{"stage": "interview"}', description: 'What the apps receive with it' }),
			],
			output: eventModel,
			run: async (chatkitty, p) => await chatkitty.act('POST', path`/channels/${p.channelId}/events`, { type: p.eventType, properties: p.eventProperties ?? {} }),
		}),
		operation({
			name: 'Update',
			value: 'update',
			action: 'Update a channel',
			description: 'Change the display name or the data of a channel. Channel, Get Many supplies the ID.',
			access: 'write',
			fields: [channelId, collection('changes', { displayName: 'Changes', addLabel: 'Add Change', fields: [displayName, patchProperties] })],
			...simpleChannel,
			run: async (chatkitty, p) => await chatkitty.change(path`/channels/${p.channelId}`, { display_name: p.changes.displayName, properties: p.changes.properties }),
		}),
	],
};

async function* mapped(pages: AsyncIterable<readonly Row[]>, map: (row: Row) => Row): AsyncGenerator<readonly Row[]> {
	for await (const rows of pages) yield rows.map(map);
}
