import type { ChatKittyParts } from '../chatkitty.cts';
import type { ChatUser } from '../model.cts';
import { offsetPage, sorted } from './lists.cts';
import { channelIdOf, userIdOf, type Json } from './records.cts';
import { clientError, notFound, type Call, type Route } from './route.cts';

/** `{ id }` or `{ username }`. */
export function referenced({ records }: ChatKittyParts, reference: unknown): ChatUser {
	const { id, username } = (reference ?? {}) as { id?: number; username?: string };
	return (id !== undefined ? records.user(id) : username !== undefined ? records.userNamed(username) : undefined) ?? notFound();
}

export function registerPeople(route: Route, parts: ChatKittyParts): void {
	const { world, records, state, cursors, tools } = parts;
	const userOf = (call: Call): ChatUser => records.user(call.params['id'] ?? '') ?? notFound();

	route('GET', '/users', (call) => {
		const { name, unread } = call.query;
		const rows = world.chatUsers.alive().filter((user) => (name === undefined || user.name === name) && (unread === undefined || records.unreadOf(user).length > 0 === (unread === 'true')));
		return offsetPage(call, 'users', sorted(call.query, rows), (user) => records.userRow(user));
	});
	route('HEAD', '/users', ({ query }) => records.userNamed(String(query['name'])) ?? notFound());
	route('POST', '/users', ({ body }) => {
		const name = String(body['name']);
		if (records.userNamed(name)) clientError('A user with this name already exists');
		const candidate = world.candidates.rows.find((one) => one.emails.some(({ address }) => address === name));
		return records.userRow(world.add('chatUser', { name, displayName: String(body['displayName']), kind: 'PERSON', guest: body['isGuest'] === true, online: false, properties: (body['properties'] ?? {}) as Json, userId: null, candidateId: candidate?.id ?? null }, 'chatkitty'));
	});
	route('GET', '/users/:id', (call) => records.userRow(userOf(call)));
	route('PATCH', '/users/:id', (call) => {
		const user = userOf(call);
		const { displayName, isGuest, presence, properties } = call.body as { displayName?: string; isGuest?: boolean; presence?: { status?: string }; properties?: Json };
		if (presence?.status !== undefined) state.statuses.set(user.id, presence.status);
		world.change('chatUser', user.id, { ...(displayName === undefined ? {} : { displayName }), ...(isGuest === undefined ? {} : { guest: isGuest }), ...(properties === undefined ? {} : { properties: merged(user.properties, properties) }) }, 'chatkitty');
		return records.userRow(user);
	});
	route('DELETE', '/users/:id', (call) => {
		world.remove('chatUser', userOf(call).id, 'chatkitty');
		return records.application();
	});
	route('POST', '/users/:id/display-picture', (call) => {
		const user = userOf(call);
		const file = call.form?.find(({ name }) => name === 'file');
		if (call.form && !file) clientError('The part "file" is missing');
		state.pictures.set(user.id, file ? tools.publish({ name: file.fileName ?? 'picture', contentType: file.contentType ?? 'application/octet-stream', bytes: () => file.bytes }) : String(call.body['url']));
		return records.userRow(user);
	});
	route('GET', '/users/:id/channels', (call) => offsetPage(call, 'channels', records.channelsOf(userOf(call)), (channel) => records.channelRow(channel)));
	route('GET', '/users/:id/messages', (call) => {
		const user = userOf(call);
		const channels = new Set(records.channelsOf(user).map(({ id }) => id));
		const rows = call.query['unread'] === 'true' ? records.unreadOf(user) : records.messages(({ channelId }) => channels.has(channelId));
		return cursors.page(call, 'messages', rows, (message) => records.messageRow(message));
	});
	route('GET', '/users/:id/messages/unread/count', (call) => ({ count: records.unreadOf(userOf(call)).length }));
	route('GET', '/users/:id/notifications', (call) => {
		const user = userOf(call);
		const channels = new Set(records.channelsOf(user).map(({ id }) => id));
		const rows = records.messages((message) => channels.has(message.channelId) && message.userId !== user.id);
		return cursors.page(call, 'notifications', rows, (message) => records.notificationRow(user, message));
	});
	route('GET', '/users/:id/secrets/:name', (call) => ({ secret: state.secrets.get(secretKey(call, userOf(call))) ?? notFound() }));
	route('PUT', '/users/:id/secrets/:name', (call) => {
		const user = userOf(call);
		state.secrets.set(secretKey(call, user), String(call.body['secret']));
		return records.userRow(user);
	});
	route('DELETE', '/users/:id/secrets/:name', (call) => {
		const user = userOf(call);
		if (!state.secrets.delete(secretKey(call, user))) notFound();
		return records.userRow(user);
	});

	const inState = (call: Call) => state.sessions().filter(({ active }) => call.query['state'] === undefined || active === (call.query['state'] === 'ACTIVE'));
	route('GET', '/user-sessions', (call) => offsetPage(call, 'sessions', inState(call), (session) => records.sessionRow(session)));
	route('GET', '/chat-sessions', (call) => {
		const rows = inState(call).flatMap(({ channel, ...session }) => (channel ? [{ ...session, channel }] : []));
		return offsetPage(call, 'sessions', rows, (session) => records.chatSessionRow(session));
	});
	route('GET', '/application/message-read-receipt-summaries', (call) => {
		const rows = world.chatChannels.alive().flatMap((channel) => records.members(channel.memberIds).map((user) => ({ channel, user, unread: records.unreadOf(user).filter(({ channelId }) => channelId === channel.id).length })));
		return offsetPage(call, 'summaries', rows.filter(({ unread }) => unread > 0), ({ channel, user, unread }) => ({
			channel: records.plainChannel(channel),
			user: records.plainUser(user),
			count: unread,
			_links: { channel: records.link(`/channels/${channelIdOf(channel)}`), user: records.link(`/users/${userIdOf(user)}`) },
		}));
	});
}

function secretKey(call: Call, user: ChatUser): string {
	return `${user.id} ${call.params['name'] ?? ''}`;
}

/** Merge patch: keys that are not sent stay, null deletes. */
export function merged(properties: Json, patch: Json): Json {
	return Object.fromEntries(Object.entries({ ...properties, ...patch }).filter(([, value]) => value !== null));
}
