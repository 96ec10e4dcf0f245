import type { Base, ChatChannel, ChatMessage, ChatUser } from '../model.cts';
import type { World } from '../world.cts';
import type { ChatKittyState } from './state.cts';
import { clean } from './words.cts';

export type Json = Record<string, unknown>;

/** IDs begin where the examples of the documentation are. */
const USERS = 39_800;
const CHANNELS = 55_900;
const MESSAGES = 44_000;
const MAIN_THREADS = 67_000;
const REPLY_THREADS = 90_000_000;

export const userIdOf = (user: Base): number => USERS + user.number;
export const channelIdOf = (channel: Base): number => CHANNELS + channel.number;
/** Two servers hand out IDs, each from a block of its own: as in the documentation's sample, a higher ID is not a later message. */
export const messageIdOf = (message: Base): number => MESSAGES + message.number + (message.number % 2 === 0 ? 5_000_000 : 0);
export const mainThreadOf = (channel: Base): number => MAIN_THREADS + channel.number;
export const replyThreadOf = (message: Base): number => REPLY_THREADS + message.number;

/** Three, six or nine digits of a second, as ChatKitty's timestamps come. */
export function stamp(ms: number, number = 0): string {
	return new Date(ms).toISOString().replace('Z', `${['', '206', '204600'][number % 3] ?? ''}Z`);
}

/** The world's chat in ChatKitty's classic words. */
export class Records {
	constructor(
		private readonly world: World,
		private readonly state: ChatKittyState,
		private readonly origin: () => string,
	) {}

	user(id: string | number): ChatUser | undefined {
		return alive(this.world.chatUsers.byNumber(Number(id) - USERS));
	}

	userNamed(name: string): ChatUser | undefined {
		return this.world.chatUsers.by('name', name).find((user) => user.deletedAt === null);
	}

	channel(id: string | number): ChatChannel | undefined {
		return alive(this.world.chatChannels.byNumber(Number(id) - CHANNELS));
	}

	message(id: string | number): ChatMessage | undefined {
		const number = (Number(id) - MESSAGES) % 5_000_000;
		const found = alive(this.world.chatMessages.byNumber(number));
		return found && messageIdOf(found) === Number(id) ? found : undefined;
	}

	/** The channel whose main line it is, or the message whose replies it holds. */
	thread(id: string | number): { channel: ChatChannel; parent: ChatMessage | null } | undefined {
		const parent = Number(id) > REPLY_THREADS ? alive(this.world.chatMessages.byNumber(Number(id) - REPLY_THREADS)) : undefined;
		const channel = parent ? alive(this.world.chatChannels.get(parent.channelId)) : alive(this.world.chatChannels.byNumber(Number(id) - MAIN_THREADS));
		return channel && { channel, parent: parent ?? null };
	}

	messages(where: (message: ChatMessage) => boolean): ChatMessage[] {
		return this.world.chatMessages.rows.filter((message) => message.deletedAt === null && where(message));
	}

	/** Channels that a user is in. */
	channelsOf(user: ChatUser): ChatChannel[] {
		return this.world.chatChannels.alive().filter((channel) => channel.memberIds.includes(user.id));
	}

	/** What a user has not read: messages of others in the user's channels. */
	unreadOf(user: ChatUser): ChatMessage[] {
		const channels = new Set(this.channelsOf(user).map(({ id }) => id));
		return this.messages((message) => channels.has(message.channelId) && message.userId !== user.id && !this.state.hasRead(user, message));
	}

	members(ids: readonly string[]): ChatUser[] {
		return ids.flatMap((id) => alive(this.world.chatUsers.get(id)) ?? []);
	}

	// ------------------------------------------------------------------------------------------------------- answers

	link(path: string): { href: string } {
		return { href: `${this.origin()}${path}` };
	}

	readonly applicationLink = () => ({ application: this.link('') });

	application(): Json {
		return { id: 1, key: this.state.clientId, createdTime: stamp(this.state.startedAt), properties: {}, _links: { self: this.link('') } };
	}

	plainUser(user: ChatUser): Json {
		const picture = this.state.pictures.get(user.id);
		return {
			id: userIdOf(user),
			type: user.kind,
			name: user.name,
			displayName: user.displayName,
			displayPictureUrl: picture ?? `https://api.chatkitty.com/v1/picture/${encodeURIComponent(user.displayName)}`,
			isGuest: user.guest,
			presence: { online: user.online, status: this.state.statuses.get(user.id) ?? (user.online ? 'AVAILABLE' : 'UNAVAILABLE') },
			properties: user.properties,
		};
	}

	userRow(user: ChatUser): Json {
		const self = `/users/${userIdOf(user)}`;
		return {
			...this.plainUser(user),
			_links: { self: this.link(self), channels: this.link(`${self}/channels`), notifications: this.link(`${self}/notifications`), displayPicture: this.link(`${self}/display-picture`), ...this.applicationLink() },
		};
	}

	plainChannel(channel: ChatChannel): Json {
		const creator = alive(this.world.chatUsers.get(channel.creatorId));
		const last = this.messages((message) => message.channelId === channel.id && message.parentId === null).at(-1);
		const group = channel.kind === 'DIRECT' ? { members: this.members(channel.memberIds).map((user) => this.plainUser(user)) } : { name: channel.name, displayName: channel.displayName ?? channel.name };
		return clean({
			id: channelIdOf(channel),
			type: channel.kind,
			createdTime: stamp(channel.createdAt, channel.number),
			creator: creator && this.plainUser(creator),
			lastReceivedMessage: last && this.plainMessage(last),
			properties: channel.properties,
			...group,
		});
	}

	channelRow(channel: ChatChannel): Json {
		const self = `/channels/${channelIdOf(channel)}`;
		const group = channel.kind === 'DIRECT' ? {} : { memberships: this.link(`${self}/memberships`), members: this.link(`${self}/members`), moderators: this.link(`${self}/moderators`) };
		return {
			...this.plainChannel(channel),
			_links: { self: this.link(self), participants: this.link(`${self}/participants`), messages: { href: `${this.link(`${self}/messages`).href}{?size,start,next,relation}`, templated: true }, events: this.link(`${self}/events`), thread: this.link(`/threads/${mainThreadOf(channel)}`), ...group, ...this.applicationLink() },
		};
	}

	plainMessage(message: ChatMessage): Json {
		const channel = this.world.chatChannels.get(message.channelId);
		const user = this.world.chatUsers.get(message.userId);
		const replies = this.messages((other) => other.parentId === message.id).length;
		const isFile = message.kind === 'FILE' || message.kind === 'SYSTEM_FILE';
		return clean({
			id: messageIdOf(message),
			type: message.kind,
			channelId: channel && channelIdOf(channel),
			createdTime: stamp(message.createdAt, message.number),
			lastEditedTime: message.editedAt === null ? null : stamp(message.editedAt),
			nestedLevel: message.parentId === null ? 0 : 1,
			groupTag: message.groupTag,
			properties: message.properties,
			repliesCount: replies === 0 ? null : replies,
			user: user && this.plainUser(user),
			...(isFile ? { file: { type: message.file?.url.includes('/files/') ? 'HOSTED' : 'EXTERNAL', ...message.file } } : { body: message.body ?? '' }),
		});
	}

	messageRow(message: ChatMessage): Json {
		const channel = this.world.chatChannels.get(message.channelId);
		const user = this.world.chatUsers.get(message.userId);
		return {
			...this.plainMessage(message),
			_links: {
				self: this.link(`/messages/${messageIdOf(message)}`),
				...(user ? { user: this.link(`/users/${userIdOf(user)}`) } : {}),
				...(channel ? { channel: this.link(`/channels/${channelIdOf(channel)}`) } : {}),
				thread: this.link(`/threads/${message.parentId === null ? replyThreadOf(message) : replyThreadOf(this.world.chatMessages.need(message.parentId))}`),
				...this.applicationLink(),
			},
		};
	}

	threadRow({ channel, parent }: { channel: ChatChannel; parent: ChatMessage | null }): Json {
		const id = parent ? replyThreadOf(parent) : mainThreadOf(channel);
		return {
			id,
			type: parent ? 'MESSAGE' : 'MAIN',
			createdTime: stamp((parent ?? channel).createdAt),
			properties: {},
			_links: { self: this.link(`/threads/${id}`), channel: this.link(`/channels/${channelIdOf(channel)}`), ...this.applicationLink() },
		};
	}

	membershipRow(channel: ChatChannel, user: ChatUser): Json {
		const self = `/channels/${channelIdOf(channel)}`;
		return { createdTime: stamp(Math.max(channel.createdAt, user.createdAt)), _links: { user: this.link(`/users/${userIdOf(user)}`), channel: this.link(self), member: this.link(`${self}/members/${userIdOf(user)}`), ...this.applicationLink() } };
	}

	inviteRow(channel: ChatChannel, invite: { userId: string; at: number }): Json {
		const user = this.world.chatUsers.need(invite.userId);
		return { createdTime: stamp(invite.at), _links: { invitee: this.link(`/users/${userIdOf(user)}`), channel: this.link(`/channels/${channelIdOf(channel)}`), ...this.applicationLink() } };
	}

	receiptRow(message: ChatMessage, user: ChatUser): Json {
		return { createdTime: stamp(this.state.readAt(user, message)), user: this.plainUser(user), _links: { message: this.link(`/messages/${messageIdOf(message)}`), ...this.applicationLink() } };
	}

	/** A user is notified of every message that others send in the user's channels. */
	notificationRow(user: ChatUser, message: ChatMessage): Json {
		const channel = this.world.chatChannels.need(message.channelId);
		const author = this.world.chatUsers.get(message.userId);
		const text = message.body ?? message.file?.name ?? '';
		const parent = message.parentId === null ? null : this.world.chatMessages.need(message.parentId);
		return clean({
			id: message.number * 10_000 + user.number,
			title: author?.displayName ?? 'System',
			body: text,
			channel: this.plainChannel(channel),
			createdTime: stamp(message.createdAt, message.number),
			readTime: this.state.hasRead(user, message) ? stamp(this.state.readAt(user, message)) : null,
			muted: false,
			data: {
				type: !author ? 'SYSTEM:SENT:MESSAGE' : parent?.userId === user.id ? 'USER:REPLIED_TO:MESSAGE' : 'USER:SENT:MESSAGE',
				channelId: channelIdOf(channel),
				message: { ...this.plainMessage(message), _relays: { self: `/application/v1/messages/${messageIdOf(message)}.relay` } },
				...(parent ? { parent: this.plainMessage(parent) } : {}),
			},
			_links: { recipient: this.link(`/users/${userIdOf(user)}`), ...this.applicationLink() },
		});
	}

	sessionRow(session: { number: number; user: ChatUser; active: boolean }): Json {
		const begin = session.user.createdAt + 60_000;
		return clean({ id: 544_000 + session.number, state: session.active ? 'ACTIVE' : 'ENDED', createdTime: stamp(begin), endTime: session.active ? null : stamp(begin + 600_000), user: this.plainUser(session.user), userAgent: 'ChatKitty-JS/1.50.0', _links: this.applicationLink() });
	}

	chatSessionRow(session: { number: number; user: ChatUser; active: boolean; channel: ChatChannel }): Json {
		const { _links: _links, ...own } = this.sessionRow(session);
		const { createdTime, endTime, state } = own;
		return clean({
			id: 1_480_000 + session.number,
			state,
			createdTime,
			endTime,
			session: own,
			_links: { session: this.link(`/user-sessions/${String(own['id'])}`), channel: this.link(`/channels/${channelIdOf(session.channel)}`), ...this.applicationLink() },
		});
	}
}

function alive<T extends Base>(record: T | undefined): T | undefined {
	return record?.deletedAt === null ? record : undefined;
}
