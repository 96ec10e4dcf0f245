import { choice, collection } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { FieldError } from '../../../lib/errors';
import type { ChatKittyApi } from '../api';
import { applicationModel, settings, settingsModel, simpleSummary } from '../models';
import { operation } from '../operation';

const onOff = [
	{ name: 'Disabled', value: 'DISABLED' },
	{ name: 'Enabled', value: 'ENABLED' },
] as const;

/** https://chatkitty.com/docs/api/reference#application */
export const application: Resource<ChatKittyApi> = {
	name: 'Application',
	value: 'application',
	description: 'The ChatKitty application of the credential',
	operations: [
		operation({
			name: 'Get',
			value: 'get',
			action: 'Get the application',
			description: 'Read the application that the credential belongs to',
			access: 'read',
			fields: [],
			output: applicationModel,
			run: async (chatkitty) => await chatkitty.get('/application'),
		}),
		operation({
			name: 'Get Read Receipt Summaries',
			value: 'getReadReceiptSummaries',
			action: 'Get the read receipt summaries of the application',
			description: 'How many messages each user has not read, by channel. Only with the current API.',
			access: 'read',
			many: true,
			fields: [],
			...simpleSummary,
			run: async (chatkitty, _p, item) => {
				chatkitty.needsCurrent('Get Read Receipt Summaries');
				return chatkitty.list('/application/message-read-receipt-summaries', 'summaries', {}, item.limit);
			},
		}),
		operation({
			name: 'Get Settings',
			value: 'getSettings',
			action: 'Get the settings of the application',
			description: 'Read whether guests and channels made by users are allowed',
			access: 'read',
			fields: [],
			output: settingsModel,
			run: async (chatkitty) => settings(await chatkitty.get('/application/settings')),
		}),
		operation({
			name: 'Update Settings',
			value: 'updateSettings',
			action: 'Update the settings of the application',
			description: 'Allow or forbid guests and channels made by users. Settings that are not named stay.',
			access: 'write',
			fields: [
				collection('changes', {
					displayName: 'Changes',
					addLabel: 'Add Change',
					fields: [
						choice('guestUsers', { displayName: 'Guest Users', options: onOff, description: 'Users who need no account' }),
						choice('userCreatedChannels', { displayName: 'User Created Channels', options: onOff, description: 'Channels that users make themselves' }),
					],
				}),
			],
			output: settingsModel,
			run: async (chatkitty, p) => {
				// ChatKitty wants both settings each time, so the other one is read first.
				const now = settings(await chatkitty.get('/application/settings'));
				const body = { guest_users: p.changes.guestUsers ?? now.guest_users, user_created_channels: p.changes.userCreatedChannels ?? now.user_created_channels };
				if (Object.values(body).includes(null)) throw new FieldError("ChatKitty does not tell the application's present settings", 'It takes both at once: name both changes, so that none is lost.');
				return settings(await chatkitty.act('PUT', '/application/settings', body));
			},
		}),
	],
};
