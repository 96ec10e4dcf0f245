import type { ChatKittyParts } from '../chatkitty.cts';
import type { ChatChannel, ChatMessage } from '../model.cts';
import { offsetPage, sorted } from './lists.cts';
import { merged, referenced } from './people.cts';
import type { Json } from './records.cts';
import { clientError, notFound, type Call, type Route } from './route.cts';

export function registerTalk(route: Route, parts: ChatKittyParts): void {
	const { world, records, state, cursors } = parts;
	const channelOf = (call: Call): ChatChannel => records.channel(call.params['id'] ?? '') ?? notFound();
	const messageOf = (call: Call): ChatMessage => records.message(call.params['id'] ?? '') ?? notFound();
	const threadOf = (call: Call) => records.thread(call.params['id'] ?? '') ?? notFound();
	const groupOf = (call: Call): ChatChannel => {
		const channel = channelOf(call);
		return channel.kind === 'DIRECT' ? clientError('A direct channel has no such lists') : channel;
	};
	const withMembers = (channel: ChatChannel, memberIds: string[], moderatorIds = channel.moderatorIds) => {
		world.change('chatChannel', channel.id, { memberIds, moderatorIds }, 'chatkitty');
		return records.channelRow(channel);
	};

	// -------------------------------------------------------------------------------------------------- channels
	route('GET', '/channels', (call) => {
		const { type, startTime, endTime } = call.query;
		const names = [call.query['members'] ?? []].flat().flatMap((name) => String(name).split(','));
		const wanted = names.map((name) => records.userNamed(name)?.id ?? '');
		const rows = world.chatChannels.alive().filter(
			(channel) =>
				(type === undefined || channel.kind === type) &&
				wanted.every((id) => channel.memberIds.includes(id)) &&
				(startTime === undefined || channel.createdAt >= Date.parse(String(startTime))) &&
				(endTime === undefined || channel.createdAt <= Date.parse(String(endTime))),
		);
		return offsetPage(call, 'channels', sorted(call.query, parts.tools.pager.ordered(rows)), (channel) => records.channelRow(channel));
	});
	route('POST', '/channels', ({ body }) => {
		const kind = body['type'] as ChatChannel['kind'];
		const memberIds = ((body['members'] ?? []) as unknown[]).map((reference) => referenced(parts, reference).id);
		if (kind === 'DIRECT' && memberIds.length < 2) clientError('A direct channel needs its members');
		const name = kind === 'DIRECT' ? null : String(body['name'] ?? `channel-${state.next()}`);
		const equal = world.chatChannels.alive().find((channel) => channel.kind === kind && (kind === 'DIRECT' ? channel.memberIds.length === memberIds.length && memberIds.every((id) => channel.memberIds.includes(id)) : channel.name === name));
		if (equal) return records.channelRow(equal);
		const creatorId = body['creator'] === undefined ? null : referenced(parts, body['creator']).id;
		const displayName = kind === 'DIRECT' ? null : String(body['displayName'] ?? name);
		return records.channelRow(world.add('chatChannel', { kind, name, displayName, creatorId, memberIds, moderatorIds: [], applicationId: null, properties: (body['properties'] ?? {}) as Json }, 'chatkitty'));
	});
	route('GET', '/channels/:id', (call) => records.channelRow(channelOf(call)));
	route('PATCH', '/channels/:id', (call) => {
		const channel = channelOf(call);
		const { displayName, properties } = call.body as { displayName?: string; properties?: Json };
		world.change('chatChannel', channel.id, { ...(displayName === undefined ? {} : { displayName }), ...(properties === undefined ? {} : { properties: merged(channel.properties, properties) }) }, 'chatkitty');
		return records.channelRow(channel);
	});
	route('DELETE', '/channels/:id', (call) => {
		world.remove('chatChannel', channelOf(call).id, 'chatkitty');
		return records.application();
	});
	route('GET', '/channels/:id/members', (call) => offsetPage(call, 'users', records.members(groupOf(call).memberIds), (user) => records.userRow(user)));
	route('POST', '/channels/:id/members', (call) => {
		const channel = groupOf(call);
		return withMembers(channel, [...new Set([...channel.memberIds, referenced(parts, call.body).id])]);
	});
	route('DELETE', '/channels/:id/members/:user', (call) => {
		const channel = groupOf(call);
		const user = records.user(call.params['user'] ?? '');
		if (!user || !channel.memberIds.includes(user.id)) notFound();
		return withMembers(channel, channel.memberIds.filter((id) => id !== user.id), channel.moderatorIds.filter((id) => id !== user.id));
	});
	route('GET', '/channels/:id/memberships', (call) => {
		const channel = groupOf(call);
		return offsetPage(call, 'memberships', records.members(channel.memberIds), (user) => records.membershipRow(channel, user));
	});
	route('GET', '/channels/:id/moderators', (call) => offsetPage(call, 'users', records.members(groupOf(call).moderatorIds), (user) => records.userRow(user)));
	route('POST', '/channels/:id/moderators', (call) => {
		const channel = groupOf(call);
		const user = referenced(parts, call.body);
		if (!channel.memberIds.includes(user.id)) clientError('The user is not a member of this channel');
		withMembers(channel, channel.memberIds, [...new Set([...channel.moderatorIds, user.id])]);
		return records.userRow(user);
	});
	route('DELETE', '/channels/:id/moderators/:user', (call) => {
		const channel = groupOf(call);
		const user = records.user(call.params['user'] ?? '');
		if (!user || !channel.moderatorIds.includes(user.id)) notFound();
		return withMembers(channel, channel.memberIds, channel.moderatorIds.filter((id) => id !== user.id));
	});
	route('GET', '/channels/:id/participants', (call) => offsetPage(call, 'users', records.members(channelOf(call).memberIds).filter(({ online }) => online), (user) => records.userRow(user)));
	route('GET', '/channels/:id/invites', (call) => {
		const channel = channelOf(call);
		return offsetPage(call, 'invites', state.invites.get(channel.id) ?? [], (invite) => records.inviteRow(channel, invite));
	});
	route('POST', '/channels/:id/invites', (call) => {
		const channel = channelOf(call);
		const invite = { userId: referenced(parts, call.body['user']).id, at: world.clock.now() };
		state.invites.set(channel.id, [...(state.invites.get(channel.id) ?? []), invite]);
		return records.inviteRow(channel, invite);
	});
	route('POST', '/channels/:id/events', (call) => {
		const event = { channelId: channelOf(call).id, type: String(call.body['type']), properties: call.body['properties'] };
		state.events.push(event);
		return { type: event.type, properties: event.properties, _links: records.applicationLink() };
	});
	const keystrokes = (call: Call) => ({ keys: call.body['keys'], username: referenced(parts, call.body['user']).name, _links: records.applicationLink() });
	route('POST', '/channels/:id/keystrokes', (call) => (channelOf(call), keystrokes(call)));
	route('POST', '/threads/:id/keystrokes', (call) => (threadOf(call), keystrokes(call)));

	// -------------------------------------------------------------------------------------------------- messages
	const list = (call: Call, rows: readonly ChatMessage[]) => {
		const author = call.query['username'] === undefined ? undefined : (records.userNamed(String(call.query['username']))?.id ?? '');
		const text = call.query['query'] === undefined ? undefined : String(call.query['query']).toLowerCase();
		const wanted = rows.filter((message) => (author === undefined || message.userId === author) && (text === undefined || (message.body ?? '').toLowerCase().includes(text)));
		return cursors.page(call, 'messages', wanted, (message) => records.messageRow(message));
	};
	const send = (call: Call, channel: ChatChannel, parent: ChatMessage | null) => {
		const part = (name: string) => call.form?.find((one) => one.name === name);
		const upload = part('file');
		if (call.form && !upload) clientError('The part "file" is missing');
		const username = part('username')?.text;
		if (username !== undefined && parent) clientError('A thread takes no username');
		const sender = call.form ? (username === undefined ? undefined : referenced(parts, { username })) : call.body['user'] === undefined ? undefined : referenced(parts, call.body['user']);
		const { size = 0, url = '', name = '', contentType = '' } = (call.body['file'] ?? {}) as { size?: number; url?: string; name?: string; contentType?: string };
		const hosted = upload && { url: parts.tools.publish({ name: upload.fileName ?? 'file', contentType: upload.contentType ?? '', bytes: () => upload.bytes }), name: upload.fileName ?? 'file', contentType: upload.contentType ?? '', size: upload.bytes.length };
		const isFile = upload !== undefined || call.body['type'] === 'FILE';
		const properties = part('properties')?.text;
		const message = world.add(
			'chatMessage',
			{
				channelId: channel.id,
				kind: `${sender ? '' : 'SYSTEM_'}${isFile ? 'FILE' : 'TEXT'}` as ChatMessage['kind'],
				userId: sender?.id ?? null,
				body: isFile ? null : String(call.body['body']),
				file: hosted ?? (isFile ? { url, name, contentType, size } : null),
				parentId: parent?.id ?? null,
				groupTag: part('groupTag')?.text ?? (call.body['groupTag'] === undefined ? null : String(call.body['groupTag'])),
				properties: properties === undefined ? ((call.body['properties'] ?? {}) as Json) : (JSON.parse(properties) as Json),
				editedAt: null,
			},
			'chatkitty',
		);
		return records.messageRow(message);
	};
	route('GET', '/channels/:id/messages', (call) => {
		const channel = channelOf(call);
		return list(call, records.messages((message) => message.channelId === channel.id && message.parentId === null));
	});
	route('POST', '/channels/:id/messages', (call) => send(call, channelOf(call), null));
	route('GET', '/channels/:id/reported-messages', (call) => {
		const channel = channelOf(call);
		return offsetPage(call, 'messages', records.messages((message) => message.channelId === channel.id && state.reported.has(message.id)), (message) => ({ ...records.messageRow(message), reportCount: 1 }));
	});
	route('GET', '/messages', (call) => list(call, records.messages(() => true)));
	route('DELETE', '/messages', () => {
		for (const message of records.messages(() => true)) world.remove('chatMessage', message.id, 'chatkitty');
		return records.application();
	});
	route('GET', '/messages/:id', (call) => records.messageRow(messageOf(call)));
	route('PATCH', '/messages/:id', (call) => {
		const message = messageOf(call);
		const { body, properties } = call.body as { body?: string; properties?: Json };
		world.change('chatMessage', message.id, { editedAt: world.clock.now(), ...(body === undefined ? {} : { body }), ...(properties === undefined ? {} : { properties: merged(message.properties, properties) }) }, 'chatkitty');
		return records.messageRow(message);
	});
	route('DELETE', '/messages/:id', (call) => {
		const message = messageOf(call);
		const parent = message.parentId === null ? null : world.chatMessages.need(message.parentId);
		world.remove('chatMessage', message.id, 'chatkitty');
		return records.threadRow({ channel: world.chatChannels.need(message.channelId), parent });
	});
	route('GET', '/messages/:id/read-receipts', (call) => {
		const message = messageOf(call);
		const readers = records.members(world.chatChannels.need(message.channelId).memberIds).filter((user) => user.id !== message.userId && state.hasRead(user, message));
		return offsetPage(call, 'receipts', readers, (user) => records.receiptRow(message, user));
	});

	// --------------------------------------------------------------------------------------------------- threads
	route('GET', '/threads/:id', (call) => records.threadRow(threadOf(call)));
	route('GET', '/threads/:id/messages', (call) => {
		const { channel, parent } = threadOf(call);
		return list(call, records.messages((message) => message.channelId === channel.id && message.parentId === (parent?.id ?? null)));
	});
	route('POST', '/threads/:id/messages', (call) => {
		const { channel, parent } = threadOf(call);
		return send(call, channel, parent);
	});
}
