/** ChatKitty: messages, no applications; its node is all there is. */
import { channelIdOf, mainThreadOf } from '../../sandbox/chatkitty/records.cts';
import type { World } from '../../sandbox/world.cts';
import type { ServiceEntry } from '../providers/entry.cts';

function channelOf(world: World, group = false) {
	const found = world.chatChannels.alive().find(({ kind }) => !group || kind !== 'DIRECT');
	if (!found) throw new Error('The world has no such channel');
	return found;
}
const group = (world: World) => String(channelIdOf(channelOf(world, true)));
const thread = (world: World) => String(mainThreadOf(channelOf(world)));

export const entry: ServiceEntry = {
	simulator: 'chatkitty',
	credentials: ({ urls, credentials }) => ({ chatKittyOAuth2Api: { environment: 'custom', ...credentials.chatkitty, baseUrl: urls.chatkitty ?? '', tokenUrl: urls.chatkittyToken ?? '' } }),
	refusal: (said) => ({ timestamp: '2026-01-05T09:00:00.000Z', status: 422, error: 'Unprocessable Entity', message: said }),
	node: {
		name: 'chatKitty',
		pollTrigger: { type: 'chatKittyTrigger', parameters: { event: 'message' } },
		sampleInputs: {
			'message.getAll.threadId': thread,
			'import.*.maxWaitMinutes': () => 1,
			'export.*.maxWaitMinutes': () => 1,
			'job.wait.maxWaitMinutes': () => 1,
			'message.update.changes': () => ({ body: 'Corrected' }),
			'channel.create.type': () => 'PRIVATE',
			'channel.create.name': () => 'hiring-berlin',
			'channel.update.changes': () => ({ displayName: 'Hiring' }),
			'channel.getMembers.channelId': group,
			'channel.getMemberships.channelId': group,
			'channel.getModerators.channelId': group,
			'channel.removeMember.channelId': group,
			'channel.removeModerator.channelId': group,
			'import.channels.rows': () => JSON.stringify([{ type: 'PUBLIC', name: 'imported', members: 'jane@example.com' }]),
			'import.members.rows': () => JSON.stringify([{ username: 'jane@example.com' }]),
			'import.messages.rows': (world) => JSON.stringify([{ channel_id: Number(group(world)), body: 'Hello' }]),
			'thread.*.threadId': thread,
			'user.create.username': () => 'a.new.person@example.com',
			'user.update.changes': () => ({ displayName: 'Jane' }),
		},
		furtherCalls: [{ method: 'GET', url: '/chatkitty/users' }],
		lists: [[{ resource: 'user', operation: 'getAll' }, [/"id":"\d+"/, /"type":"PERSON"/, /"online":/]]],
	},
};
