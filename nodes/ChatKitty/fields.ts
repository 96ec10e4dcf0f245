import { choice, dateTime, id, jsonObject, list, locator, locatorOf, text, toggle } from '../../lib/action/field';
import { nodeOptions } from '../../lib/action/properties';
import { searchChannels, searchJobs, searchMessages, searchUsers } from './lookups';
import { checkedWho } from './people';

export const options = nodeOptions([]);

/** A user, in any way that another node can tell one. */
export function who<Name extends string, const Required extends boolean = true>(name: Name, about: { displayName: string; description: string; required?: Required; hint?: string }) {
	const ways = [{ name: 'name', displayName: 'By E-Mail or Username', placeholder: 'jane@example.com' }];
	return locatorOf(name, { ...about, search: searchUsers, ways, placeholder: '39819' }, (given, way) => checkedWho(about.displayName, given, way));
}

export const channelId = locator('channelId', { displayName: 'Channel', search: searchChannels, placeholder: '55913', description: 'The channel, by its ID; Channel, Get Many lists them' });
export const messageId = locator('messageId', { displayName: 'Message', search: searchMessages, placeholder: '44902', description: 'The message, by its ID; Message, Get Many lists them' });
export const userId = who('userId', { displayName: 'User', description: 'The user, by ID or username; User, Get Many lists them' });
export const jobId = locator('jobId', { displayName: 'Job', search: searchJobs, placeholder: '53', description: 'The import or export, by the ID that its operation gave; Job, Get Many lists them' });
export const threadId = id('threadId', {
	displayName: 'Thread ID',
	placeholder: '67528',
	description: 'As "thread_id" of a message or channel shows it, or as Message, Delete gives it',
	hint: 'ChatKitty has no list of threads',
});

/** Optional users, under the names that bodies give them. */
export const creator = who('creator', { displayName: 'Creator', required: false, description: 'The user who counts as its maker' });
export const sender = who('sender', { displayName: 'Send As', required: false, description: 'The user who sends it, by ID or username. Empty: the system sends it.' });

export const displayName = text('displayName', { displayName: 'Display Name', placeholder: 'Jane Doe', description: 'What others see' });
export const properties = jsonObject('properties', { displayName: 'Properties (JSON)', placeholder: '{"applicationId": "A-17"}', description: 'Data of your own, kept with the record' });
export const patchProperties = jsonObject('properties', {
	displayName: 'Properties (JSON)',
	placeholder: '{"stage": "interview", "oldKey": null}',
	description: 'Data of your own to change',
	hint: 'ChatKitty takes it as a merge: keys left out should stay, null should delete a key. It does not document this for nested objects.',
});
export const groupTag = text('groupTag', { displayName: 'Group Tag', placeholder: 'offer-letter', description: 'Marks messages that belong together' });

export const sort = text('sort', {
	displayName: 'Sort',
	placeholder: 'createdTime,desc',
	description: 'A property and asc or desc',
	hint: 'ChatKitty does not document the names of properties to sort by',
});
export const propertiesFilter = text('properties', { displayName: 'Properties', description: 'Only records with these properties, passed on as it is', hint: 'ChatKitty does not document how to write it' });
export const textQuery = text('query', { displayName: 'Text Contains', placeholder: 'interview', description: 'Only messages that contain this text' });
export const username = text('username', { displayName: 'Username', placeholder: 'jane@example.com', description: 'Only messages of this user; an ID will do too' });
export const unreadOnly = toggle('unread', { displayName: 'Unread Only', description: 'Whether to return only what the user has not read yet' });
export const createdAfter = dateTime('startTime', { displayName: 'Created After', description: 'Only channels made since then' });
export const createdBefore = dateTime('endTime', { displayName: 'Created Before', description: 'Only channels made until then' });
export const members = list('members', { displayName: 'Members', placeholder: 'jane@example.com, john@example.com', description: 'Comma-separated usernames or IDs, or a list' });

export const channelType = choice('type', {
	displayName: 'Type',
	description: 'Who gets into the channel',
	options: [
		{ name: 'Direct', value: 'DIRECT', description: 'Between its members, without a name' },
		{ name: 'Private', value: 'PRIVATE', description: 'Only members and invited users get in' },
		{ name: 'Public', value: 'PUBLIC', description: 'Everybody of the application may join' },
	],
});

export const sessionState = choice('state', {
	displayName: 'State',
	description: 'Whether it goes on or is over',
	default: '',
	options: [
		{ name: 'Active', value: 'ACTIVE' },
		{ name: 'Ended', value: 'ENDED' },
	],
});
