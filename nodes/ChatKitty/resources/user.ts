import { collection, text, toggle } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { path } from '../../../lib/http/path';
import type { ChatKittyApi } from '../api';
import { externalFile, filePart, pictureFields } from '../content';
import { displayName, patchProperties, properties, propertiesFilter, sort, userId } from '../fields';
import { deletedModel, existsModel, simpleFoundUser, secretModel, simpleChannel, simpleNotification, simpleUser } from '../models';
import { operation } from '../operation';
import { checkedUsername, createUser, findOrCreateUser, idOf, isSame, usernameOf } from '../people';

const name = text('username', { displayName: 'Username', required: true, placeholder: 'jane@example.com', description: 'Mostly an e-mail address; unique in the application' });
const isGuest = toggle('isGuest', { displayName: 'Guest', description: 'Whether the user is a guest' });
const secretName = text('secretName', { displayName: 'Secret Name', description: 'The name under which the secret is kept', required: true, placeholder: 'crm-token' });
const newDisplayName = text('displayName', { displayName: 'Display Name', placeholder: 'Jane Doe', description: 'What others see', hint: 'Without it, others see the username' });
const about = collection('additionalFields', { displayName: 'Additional Fields', fields: [newDisplayName, isGuest, properties] });

/** https://chatkitty.com/docs/api/reference#users */
export const user: Resource<ChatKittyApi> = {
	name: 'User',
	value: 'user',
	operations: [
		operation({
			name: 'Create',
			value: 'create',
			action: 'Create a user',
			description: 'Make a user. User, Find or Create is safe to run twice.',
			access: 'write',
			fields: [name, about],
			...simpleUser,
			run: async (chatkitty, p) => await createUser(chatkitty, { username: p.username, ...p.additionalFields }),
		}),
		operation({
			name: 'Delete',
			value: 'delete',
			action: 'Delete a user',
			description: 'Remove a user for good. User, Get Many supplies the ID; a username will do too.',
			access: 'delete',
			fields: [userId],
			output: deletedModel,
			run: async (chatkitty, p) => {
				const id = await idOf(chatkitty, p.userId);
				await chatkitty.act('DELETE', path`/users/${id}`);
				return { success: true, id };
			},
		}),
		operation({
			name: 'Delete Secret',
			value: 'deleteSecret',
			action: 'Delete a secret of a user',
			description: 'Remove a secret that was kept with a user',
			access: 'delete',
			fields: [userId, secretName],
			...simpleUser,
			run: async (chatkitty, p) => await chatkitty.act('DELETE', path`/users/${await idOf(chatkitty, p.userId)}/secrets/${p.secretName}`),
		}),
		operation({
			name: 'Exists',
			value: 'exists',
			action: 'Check if a user exists',
			description: 'Whether there is a user with a username',
			access: 'read',
			fields: [name],
			output: existsModel,
			run: async (chatkitty, p) => {
				const wanted = checkedUsername('Username', p.username);
				return { exists: await chatkitty.exists('/users', { name: wanted }), username: wanted };
			},
		}),
		operation({
			name: 'Find or Create',
			value: 'findOrCreate',
			action: 'Find or create a user',
			description: 'Give the user with a username, and make one if there is none. Running it again gives the same user.',
			access: 'write',
			fields: [name, about],
			...simpleFoundUser,
			run: async (chatkitty, p) => await findOrCreateUser(chatkitty, { username: p.username, ...p.additionalFields }),
		}),
		operation({
			name: 'Get',
			value: 'get',
			action: 'Get a user',
			description: 'Read one user, by ID or username',
			access: 'read',
			fields: [userId],
			...simpleUser,
			run: async (chatkitty, p) => await chatkitty.get(path`/users/${await idOf(chatkitty, p.userId)}`),
		}),
		operation({
			name: 'Get Channels',
			value: 'getChannels',
			action: 'Get the channels of a user',
			description: 'List the channels that a user is a member of',
			access: 'read',
			many: true,
			fields: [userId],
			...simpleChannel,
			run: async (chatkitty, p, item) => chatkitty.list(path`/users/${await idOf(chatkitty, p.userId)}/channels`, 'channels', {}, item.limit),
		}),
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many users',
			description: 'List users, with their presence',
			access: 'read',
			many: true,
			fields: [
				collection('filters', {
					displayName: 'Filters',
					addLabel: 'Add Filter',
					fields: [
						propertiesFilter,
						sort,
						toggle('unread', { displayName: 'Unread', description: 'Whether to return only users with unread messages', hint: 'Only the current API knows it' }),
						text('name', { displayName: 'Username', description: 'Only the user with this name; an ID will do too', placeholder: 'jane@example.com' }),
					],
				}),
			],
			...simpleUser,
			run: async (chatkitty, p, item) => {
				if (p.filters.unread) chatkitty.needsCurrent('The filter Unread');
				const { name: given, unread, ...filters } = p.filters;
				const wanted = given === undefined ? undefined : await usernameOf(chatkitty, given.trim());
				const found = chatkitty.list('/users', 'users', { ...filters, name: wanted, unread: unread ? true : undefined }, wanted === undefined ? item.limit : undefined);
				return wanted === undefined ? found : chatkitty.only(found, (row) => isSame(String(row.name), wanted));
			},
		}),
		operation({
			name: 'Get Notifications',
			value: 'getNotifications',
			action: 'Get the notifications of a user',
			description: 'List what a user was notified of',
			access: 'read',
			many: true,
			fields: [userId],
			...simpleNotification,
			run: async (chatkitty, p, item) => chatkitty.list(path`/users/${await idOf(chatkitty, p.userId)}/notifications`, 'notifications', {}, item.limit),
		}),
		operation({
			name: 'Get Secret',
			value: 'getSecret',
			action: 'Get a secret of a user',
			description: 'Read a secret that was kept with a user. The output holds it in clear.',
			access: 'read',
			fields: [userId, secretName],
			output: secretModel,
			run: async (chatkitty, p) => await chatkitty.get(path`/users/${await idOf(chatkitty, p.userId)}/secrets/${p.secretName}`),
		}),
		operation({
			name: 'Set Picture',
			value: 'setPicture',
			action: 'Set the picture of a user',
			description: 'Give a user a display picture, from a file or an address',
			access: 'write',
			fields: [userId, ...pictureFields],
			...simpleUser,
			run: async (chatkitty, p, item) => {
				const address = path`/users/${await idOf(chatkitty, p.userId)}/display-picture`;
				if (p.content === 'file') return await chatkitty.upload(address, await filePart(item, p.binaryField));
				return await chatkitty.act('POST', address, externalFile(p));
			},
		}),
		operation({
			name: 'Set Secret',
			value: 'setSecret',
			action: 'Set a secret of a user',
			description: 'Keep a secret with a user, such as a token of another system',
			access: 'write',
			fields: [userId, secretName, text('secret', { displayName: 'Secret', description: 'The value to keep. It can be read again with Get Secret.', required: true, secret: true })],
			...simpleUser,
			run: async (chatkitty, p) => await chatkitty.act('PUT', path`/users/${await idOf(chatkitty, p.userId)}/secrets/${p.secretName}`, { secret: p.secret }),
		}),
		operation({
			name: 'Update',
			value: 'update',
			action: 'Update a user',
			description: 'Change the display name, status or data of a user. User, Get Many supplies the ID; a username will do too.',
			access: 'write',
			fields: [
				userId,
				collection('changes', {
					displayName: 'Changes',
					addLabel: 'Add Change',
					fields: [
						displayName,
						toggle('isGuest', { displayName: 'Guest', description: 'Whether the user is a guest', hint: 'Only API version v1 can change it' }),
						text('status', { displayName: 'Presence Status', description: 'Shown beside the user, such as AVAILABLE or UNAVAILABLE', placeholder: 'UNAVAILABLE' }),
						patchProperties,
					],
				}),
			],
			...simpleUser,
			run: async (chatkitty, p) => {
				const { displayName: shown, isGuest: guest, status, properties: data } = p.changes;
				if (guest !== undefined) chatkitty.needsV1('Changing Guest');
				const presence = status === undefined ? undefined : { status };
				return await chatkitty.change(path`/users/${await idOf(chatkitty, p.userId)}`, { display_name: shown, is_guest: guest, presence, properties: data });
			},
		}),
	],
};
