import type { INodeParameters } from 'n8n-workflow';

import { useClock } from '../../lib/clock';
import { channelIdOf, mainThreadOf, messageIdOf, replyThreadOf, userIdOf } from '../../sandbox/chatkitty/records.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import type { ChatChannel, ChatMessage, ChatUser } from '../../sandbox/model.cts';
import { hostile } from '../security/hostile.cts';
import { binaryFile, listSearch, readBinary, runNode, runTool, StoredCredentials, testCredential, type NodeOptions } from './harness/index.cts';

const CREDENTIAL = 'chatKittyOAuth2Api';
const first = <T,>(list: readonly T[]): T => {
	const [item] = list;
	if (item === undefined) throw new Error('the list is empty');
	return item;
};
const pick = (value: string | number) => ({ __rl: true, mode: 'id', value: String(value) });

/** Waiting costs nothing here. */
let restoreClock: () => void;
const slept: number[] = [];
beforeAll(() => {
	restoreClock = useClock({ now: () => Date.now(), sleep: async (ms) => void slept.push(ms) });
});
afterAll(() => restoreClock());

class Chat {
	constructor(
		readonly sandbox: Sandbox,
		readonly credentials: StoredCredentials,
	) {}

	static async start(apiVersion: string): Promise<Chat> {
		const sandbox = await startSandbox({ services: ['chatkitty'], applications: 60, jobs: 5 });
		return new Chat(sandbox, new StoredCredentials({ [CREDENTIAL]: { ...sandbox.credentials.chatkitty, apiVersion, baseUrl: sandbox.urls.chatkitty ?? '', tokenUrl: sandbox.urls.chatkittyToken ?? '' } }));
	}

	get world() {
		return this.sandbox.world;
	}

	run(resource: string, operation: string, parameters: INodeParameters = {}, options: NodeOptions = {}) {
		return runNode('chatKitty', { resource, operation, ...parameters }, { credentials: this.credentials, ...options });
	}

	/** The output of a run that must succeed. */
	async ok(resource: string, operation: string, parameters: INodeParameters = {}, options: NodeOptions = {}) {
		const { error, json } = await this.run(resource, operation, parameters, options);
		if (error) throw new Error(`${resource} ${operation}: ${error.message} ${String(error.description)}`);
		return json;
	}

	async one(resource: string, operation: string, parameters: INodeParameters = {}, options: NodeOptions = {}) {
		return first(await this.ok(resource, operation, parameters, options));
	}

	get lobby(): ChatChannel {
		return first(this.world.chatChannels.rows);
	}
	get direct(): ChatChannel {
		return first(this.world.chatChannels.rows.filter(({ kind, deletedAt }) => kind === 'DIRECT' && deletedAt === null));
	}
	get colleague(): ChatUser {
		return first(this.world.chatUsers.rows);
	}
	get candidate(): ChatUser {
		return first(this.world.chatUsers.rows.filter(({ candidateId, deletedAt }) => candidateId !== null && deletedAt === null));
	}
	get message(): ChatMessage {
		return first(this.world.chatMessages.rows.filter(({ kind, deletedAt }) => kind === 'TEXT' && deletedAt === null));
	}
	messageOf(id: unknown): ChatMessage {
		return first(this.world.chatMessages.rows.filter((row) => String(messageIdOf(row)) === id));
	}
	userNamed(name: string): ChatUser {
		return first(this.world.chatUsers.by('name', name).filter(({ deletedAt }) => deletedAt === null));
	}
	sent(method: string, path: string | RegExp) {
		return this.sandbox.requests.filter((request) => request.method === method && (typeof path === 'string' ? request.path.endsWith(path) : path.test(request.path)));
	}
}

describe.each(['current', 'v1'])('ChatKitty, API version %s,', (apiVersion) => {
	let chat: Chat;
	beforeAll(async () => {
		chat = await Chat.start(apiVersion);
	});
	afterEach(() => chat.sandbox.faults.clear());
	afterAll(async () => {
		await chat.sandbox.close();
		expect(chat.sandbox.violations).toEqual([]);
	});
	const isCurrent = apiVersion === 'current';

	describe('messages', () => {
		it('go to a channel as a user, as the system, and with a tag and data', async () => {
			const { lobby, colleague } = chat;
			const text = await chat.one('message', 'send', { channelId: pick(channelIdOf(lobby)), content: 'text', body: 'Hello all', sender: pick(colleague.name), additionalFields: { groupTag: 'greeting', properties: '{"camelKey": {"innerKey": 1}}' } });
			expect(text).toMatchObject({ type: 'TEXT', body: 'Hello all', username: colleague.name, user_id: String(userIdOf(colleague)), group_tag: 'greeting', properties: { camelKey: { innerKey: 1 } }, channel_id: String(channelIdOf(lobby)) });
			expect(chat.messageOf(text.id)).toMatchObject({ body: 'Hello all', userId: colleague.id, groupTag: 'greeting', properties: { camelKey: { innerKey: 1 } } });
			const system = await chat.one('message', 'send', { channelId: pick(channelIdOf(lobby)), content: 'text', body: 'The office is closed on Monday' });
			expect(system).toMatchObject({ type: 'SYSTEM_TEXT', username: null });
		});

		it('carry a file of the workflow byte for byte, and one from an address', async () => {
			const { lobby, colleague } = chat;
			const bytes = Buffer.from(Array.from({ length: 300 }, (_, i) => i % 256));
			const data = await binaryFile(bytes, 'offer.pdf', 'application/pdf');
			const about = { channelId: pick(channelIdOf(lobby)), sender: pick(userIdOf(colleague)), additionalFields: { groupTag: 'offer', properties: { a: 1 } } };
			const hosted = await chat.one('message', 'send', { ...about, content: 'file', binaryField: 'data' }, { items: [{ binary: { data } }] });
			expect(hosted).toMatchObject({ type: 'FILE', file_name: 'offer.pdf', file_content_type: 'application/pdf', file_size: 300, username: colleague.name, group_tag: 'offer', properties: { a: 1 } });
			expect(Buffer.from(await (await fetch(String(hosted.file_url))).arrayBuffer())).toEqual(bytes);
			const external = await chat.one('message', 'send', { ...about, content: 'externalFile', fileUrl: 'https://example.com/a.png', fileName: 'a.png', fileContentType: 'image/png', fileSize: 12 });
			expect(chat.messageOf(external.id)).toMatchObject({ kind: 'FILE', file: { url: 'https://example.com/a.png', name: 'a.png', contentType: 'image/png', size: 12 } });
		});

		it('reach a person by e-mail alone: user and direct channel are made once, then used again', async () => {
			const to = { recipient: 'new.person@mail.example', colleague: pick(chat.colleague.name), content: 'text', body: '={{ $json.text }}', additionalFields: { displayName: 'New Person' } };
			const { items, error } = await chat.run('message', 'sendToPerson', to, { items: [{ json: { text: 'one' } }, { json: { text: 'two' } }, { json: { text: 'three' } }] });
			expect(error).toBeUndefined();
			expect(items.map(({ json, pairedItem }) => [json.body, pairedItem])).toEqual([['one', { item: 0 }], ['two', { item: 1 }], ['three', { item: 2 }]]);
			expect(items[0]?.json).toMatchObject({ username: chat.colleague.name, user_created: true, channel_created: true });
			const person = chat.userNamed('new.person@mail.example');
			expect(person.displayName).toBe('New Person');
			expect(new Set(items.map(({ json }) => json.channel_id)).size).toBe(1);
			expect(chat.world.chatChannels.rows.filter(({ memberIds }) => memberIds.includes(person.id))).toHaveLength(1);
			const again = await chat.one('message', 'sendToPerson', { ...to, recipient: 'New.Person@Mail.example', body: 'four', additionalFields: { asSystem: true } });
			expect(again).toMatchObject({ type: 'SYSTEM_TEXT', user_created: false, channel_created: false, channel_id: items[0]?.json.channel_id });
		});

		it('reach a candidate in the direct channel that is there already', async () => {
			const { direct } = chat;
			const [colleague, person] = direct.memberIds.map((id) => chat.world.chatUsers.need(id));
			const sent = await chat.one('message', 'sendToPerson', { recipient: person?.name ?? '', colleague: pick(userIdOf(colleague ?? chat.colleague)), content: 'text', body: 'Hi again' });
			expect(sent).toMatchObject({ channel_id: String(channelIdOf(direct)), user_created: false, channel_created: false, body: 'Hi again' });
		});

		it('to a person from nobody make neither user nor channel', async () => {
			const { error } = await chat.run('message', 'sendToPerson', { recipient: 'never@mail.example', colleague: pick('ghost@acme.example'), content: 'text', body: 'Hi' });
			expect(error?.message).toBe('There is no user with the username "ghost@acme.example"');
			expect(chat.world.chatUsers.by('name', 'never@mail.example')).toEqual([]);
			const own = await chat.run('message', 'sendToPerson', { recipient: chat.colleague.name, colleague: pick(userIdOf(chat.colleague)), content: 'text', body: 'Hi' });
			expect(own.error?.message).toMatch(/are the same user/);
		});

		it('reach the user whose ID an operation before gave, and make no user called like a number', async () => {
			const before = chat.world.chatUsers.rows.length;
			const person = await chat.one('user', 'findOrCreate', { username: 'dragged@mail.example' });
			const to = { colleague: pick(chat.colleague.name), content: 'text', body: 'By ID' };
			for (const recipient of [String(person.id), pick(String(person.id)), { __rl: true, mode: 'list', value: String(person.id) }, { __rl: true, mode: 'name', value: ' Dragged@mail.example\n' }, Number(person.id)]) {
				expect(await chat.one('message', 'sendToPerson', { ...to, recipient } as INodeParameters)).toMatchObject({ user_created: false, body: 'By ID' });
			}
			expect(chat.world.chatUsers.rows).toHaveLength(before + 1);
			const written = chat.world.chatChannels.rows.filter(({ memberIds }) => memberIds.includes(chat.userNamed('dragged@mail.example').id));
			expect(written).toHaveLength(1);
		});

		it.each<[string, INodeParameters[string], string]>([
			['an ID that nobody has', pick('999999999'), 'There is no user with the ID "999999999"'],
			['an ID as the plain text of an expression', '999999999', 'There is no user with the ID "999999999"'],
			['a number for a username', { __rl: true, mode: 'name', value: '39819' }, '"Recipient" is a number, which is no username'],
			['a name for an ID', pick('rita'), '"Recipient" is not an ID'],
			['nothing, by an expression that failed', pick('undefined'), '"Recipient" is the word "undefined"'],
		])('are not sent to %s', async (_what, recipient, message) => {
			const before = [chat.world.chatUsers.rows.length, chat.world.chatMessages.rows.length];
			const { error } = await chat.run('message', 'sendToPerson', { recipient, colleague: pick(chat.colleague.name), content: 'text', body: 'Hi' });
			expect(error?.message).toBe(message);
			expect([chat.world.chatUsers.rows.length, chat.world.chatMessages.rows.length]).toEqual(before);
		});

		it('are listed by application, channel, thread and user, all pages, newest first', async () => {
			const all = await chat.ok('message', 'getAll', { from: 'application', returnAll: true });
			expect(all).toHaveLength(chat.world.chatMessages.alive().length);
			expect(all.length).toBeGreaterThan(100);
			const times = all.map(({ created_time: time }) => Date.parse(String(time)));
			expect(times).toEqual([...times].sort((a, b) => b - a));
			const { direct, message } = chat;
			const inChannel = chat.world.chatMessages.alive().filter(({ channelId }) => channelId === direct.id);
			expect(await chat.ok('message', 'getAll', { from: 'channel', channelId: pick(channelIdOf(direct)), returnAll: true })).toHaveLength(inChannel.length);
			expect(await chat.ok('message', 'getAll', { from: 'thread', threadId: String(mainThreadOf(direct)), returnAll: true })).toHaveLength(inChannel.length);
			const filtered = await chat.ok('message', 'getAll', { from: 'application', limit: 3, filters: { query: message.body ?? '', username: chat.world.chatUsers.get(message.userId)?.name ?? '' } });
			expect(filtered.length).toBeGreaterThan(0);
			expect(filtered.every(({ body }) => String(body).includes(message.body ?? ''))).toBe(true);
			const raw = await chat.one('message', 'getAll', { from: 'user', userId: pick(chat.candidate.name), limit: 1, simplify: false, unread: true });
			expect(raw).toMatchObject({ id: expect.any(String), user: { is_guest: false }, _links: { self: { href: expect.any(String) } } });
			expect(JSON.stringify(raw)).not.toMatch(/displayName|createdTime/);
		});

		it('are read, changed and deleted', async () => {
			const { message } = chat;
			const id = String(messageIdOf(message));
			expect(await chat.one('message', 'get', { messageId: pick(id) })).toMatchObject({ id, body: message.body, thread_id: String(replyThreadOf(message)) });
			await chat.one('message', 'update', { messageId: pick(id), changes: { body: 'Changed', properties: { seen: true } } });
			expect(message).toMatchObject({ body: 'Changed', properties: { seen: true } });
			expect(await chat.one('message', 'delete', { messageId: pick(id) })).toMatchObject({ success: true, id, thread_id: expect.any(String) });
			expect(message.deletedAt).not.toBeNull();
			const { error } = await chat.run('message', 'get', { messageId: pick(id) });
			expect(error).toMatchObject({ message: 'Resource not found', httpCode: '404' });
		});

		it('have read receipts, and users a count of what they have not read', async () => {
			const read = first(chat.world.chatMessages.alive().filter((one) => one.userId !== null && chat.world.chatChannels.need(one.channelId).kind === 'DIRECT'));
			const reader = first(chat.world.chatChannels.need(read.channelId).memberIds.filter((id) => id !== read.userId));
			await chat.sandbox.control('chatkitty/read', { user: reader, message: read.id });
			expect(await chat.ok('message', 'getReadReceipts', { messageId: pick(messageIdOf(read)) })).toMatchObject([{ username: chat.world.chatUsers.need(reader).name }]);
			const count = await chat.run('message', 'getUnreadCount', { userId: pick(chat.candidate.name) });
			if (!isCurrent) return void expect(count.error?.message).toBe("Get Unread Count needs ChatKitty's current API");
			const unread = await chat.ok('message', 'getAll', { from: 'user', userId: pick(userIdOf(chat.candidate)), unread: true, returnAll: true });
			expect(count.json).toEqual([{ user_id: String(userIdOf(chat.candidate)), count: unread.length }]);
		});
	});

	it('digits only are no username, wherever one is given to somebody', async () => {
		const before = chat.world.chatUsers.rows.length;
		for (const operation of ['create', 'findOrCreate', 'exists']) expect((await chat.run('user', operation, { username: '39819' })).error?.message).toBe('"Username" is a number, which is no username');
		const { error } = await chat.run('import', 'users', { source: 'json', rows: '[{"name": "39819"}]' });
		expect(error?.message).toBe('"name" of row 0 is a number, which is no username');
		expect(chat.world.chatUsers.rows).toHaveLength(before);
	});

	it('the ID of a user serves as a filter like the username', async () => {
		const { direct, candidate, message } = chat;
		const ids = direct.memberIds.map((id) => String(userIdOf(chat.world.chatUsers.need(id))));
		expect((await chat.ok('channel', 'getAll', { filters: { type: 'DIRECT', members: ids.join(', ') } })).map(({ id }) => id)).toContain(String(channelIdOf(direct)));
		expect(await chat.ok('user', 'getAll', { filters: { name: String(userIdOf(candidate)) } })).toMatchObject([{ name: candidate.name }]);
		const author = chat.world.chatUsers.need(String(message.userId));
		const found = await chat.ok('message', 'getAll', { from: 'application', filters: { username: String(userIdOf(author)) } });
		expect(new Set(found.map(({ username }) => username))).toEqual(new Set([author.name]));
	});

	it('a direct channel without members is refused before it is sent', async () => {
		await expect(chat.run('channel', 'create', { type: 'DIRECT', members: '' })).rejects.toThrow('Parameter "Members" is required');
		const { error } = await chat.run('channel', 'create', { type: 'DIRECT', members: '={{ "" }}' });
		expect(error?.message).toBe('"Members" is empty');
		expect(chat.sent('POST', '/channels').filter(({ body }) => JSON.stringify(body ?? '').includes('members') === false && JSON.stringify(body ?? '').includes('DIRECT'))).toEqual([]);
	});

	describe('channels', () => {
		it('are made, found again instead of doubled, read, listed over pages, changed and deleted', async () => {
			const made = await chat.one('channel', 'create', { type: 'PRIVATE', name: 'hiring-berlin', members: `${chat.colleague.name}, ${userIdOf(chat.candidate)}`, displayName: 'Hiring Berlin', additionalFields: { creator: pick(chat.colleague.name), properties: { city: 'Berlin' } } });
			expect(made).toMatchObject({ type: 'PRIVATE', name: 'hiring-berlin', display_name: 'Hiring Berlin', creator: chat.colleague.name, properties: { city: 'Berlin' } });
			const channel = first(chat.world.chatChannels.by('name', 'hiring-berlin'));
			expect(channel.memberIds).toEqual([chat.colleague.id, chat.candidate.id]);
			expect(await chat.one('channel', 'create', { type: 'PRIVATE', name: 'hiring-berlin', members: '' })).toMatchObject({ id: made.id });
			expect(await chat.one('channel', 'get', { channelId: pick(String(made.id)) })).toMatchObject({ name: 'hiring-berlin' });
			await chat.one('channel', 'update', { channelId: pick(String(made.id)), changes: { displayName: 'Berlin', properties: '{"city": null, "office": "Mitte"}' } });
			expect(channel).toMatchObject({ displayName: 'Berlin', properties: { office: 'Mitte' } });
			for (let i = 0; i < 80; i++) chat.world.add('chatChannel', { kind: 'PUBLIC', name: `many-${i}`, displayName: null, creatorId: null, memberIds: [], moderatorIds: [], applicationId: null, properties: {} }, 'test');
			const all = await chat.ok('channel', 'getAll', { returnAll: true });
			expect(all).toHaveLength(chat.world.chatChannels.alive().length);
			expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
			const byMembers = await chat.ok('channel', 'getAll', { returnAll: true, filters: { type: 'DIRECT', members: chat.direct.memberIds.map((id) => chat.world.chatUsers.need(id).name).join(','), sort: 'createdTime,desc', startTime: '2020-01-01T00:00:00Z', endTime: '2100-01-01T00:00:00Z' } });
			expect(byMembers.map(({ id }) => id)).toContain(String(channelIdOf(chat.direct)));
			expect(await chat.ok('channel', 'delete', { channelId: pick(String(made.id)) })).toEqual([{ success: true, id: made.id }]);
			expect(channel.deletedAt).not.toBeNull();
		});

		it('have members, moderators, participants, memberships and invites', async () => {
			const { lobby, candidate } = chat;
			const at = { channelId: pick(channelIdOf(lobby)), userId: pick(candidate.name) };
			await chat.one('channel', 'addMember', at);
			expect(lobby.memberIds).toContain(candidate.id);
			await chat.one('channel', 'addModerator', at);
			expect(lobby.moderatorIds).toContain(candidate.id);
			const names = async (operation: string) => (await chat.ok('channel', operation, { channelId: at.channelId, returnAll: true })).map(({ name, user_id: id }) => name ?? id);
			expect(await names('getMembers')).toContain(candidate.name);
			expect(await names('getModerators')).toContain(candidate.name);
			expect(await names('getMemberships')).toContain(String(userIdOf(candidate)));
			chat.world.change('chatUser', candidate.id, { online: true }, 'test');
			expect(await names('getParticipants')).toEqual([candidate.name]);
			expect(await chat.one('channel', 'removeModerator', at)).toMatchObject({ success: true });
			await chat.one('channel', 'removeMember', at);
			expect(lobby.memberIds).not.toContain(candidate.id);
			expect(await chat.one('channel', 'createInvite', at)).toMatchObject({ user_id: String(userIdOf(candidate)), channel_id: String(channelIdOf(lobby)) });
			expect(await names('getInvites')).toEqual([String(userIdOf(candidate))]);
		});

		it('carry events, and tell which messages were reported', async () => {
			const { lobby } = chat;
			expect(await chat.one('channel', 'sendEvent', { channelId: pick(channelIdOf(lobby)), eventType: 'stage.changed', eventProperties: '{"stageName": "Interview"}' })).toMatchObject({ type: 'stage.changed', properties: { stageName: 'Interview' } });
			const reported = first(chat.world.chatMessages.alive().filter(({ channelId }) => channelId === lobby.id));
			await chat.sandbox.control('chatkitty/report', { message: reported.id });
			const { json, error } = await chat.run('channel', 'getReportedMessages', { channelId: pick(channelIdOf(lobby)) });
			if (isCurrent) expect(json.map(({ id }) => id)).toEqual([String(messageIdOf(reported))]);
			else expect(error?.description).toMatch(/Set API Version to Current/);
		});
	});

	describe('users', () => {
		it('are made, found, changed and deleted', async () => {
			const made = await chat.one('user', 'create', { username: 'ada@mail.example', additionalFields: { displayName: 'Ada', isGuest: true, properties: { level: 3 } } });
			expect(made).toMatchObject({ name: 'ada@mail.example', display_name: 'Ada', is_guest: true, properties: { level: 3 } });
			const twice = await chat.run('user', 'create', { username: 'ada@mail.example' });
			expect(twice.error).toMatchObject({ message: 'A user with this name already exists', httpCode: '400' });
			expect(await chat.one('user', 'findOrCreate', { username: 'ada@mail.example' })).toMatchObject({ id: made.id, created: false });
			expect(await chat.one('user', 'findOrCreate', { username: 'grace@mail.example' })).toMatchObject({ created: true, is_guest: false });
			expect(await chat.ok('user', 'exists', { username: '={{ $json.name }}' }, { items: [{ json: { name: 'ada@mail.example' } }, { json: { name: 'nobody' } }] })).toEqual([
				{ exists: true, username: 'ada@mail.example' },
				{ exists: false, username: 'nobody' },
			]);
			expect(await chat.one('user', 'get', { userId: pick('ada@mail.example') })).toMatchObject({ id: made.id });
			await chat.one('user', 'update', { userId: pick(String(made.id)), changes: { displayName: 'Ada L.', status: 'BUSY', properties: { level: 4 } } });
			expect(chat.userNamed('ada@mail.example')).toMatchObject({ displayName: 'Ada L.', properties: { level: 4 } });
			const guest = await chat.run('user', 'update', { userId: pick(String(made.id)), changes: { isGuest: false } });
			if (isCurrent) expect(guest.error?.message).toBe("Changing Guest needs ChatKitty's v1 API");
			else expect(chat.userNamed('ada@mail.example').guest).toBe(false);
			expect(await chat.one('user', 'get', { userId: pick(String(made.id)) })).toMatchObject({ status: 'BUSY' });
			await chat.one('user', 'delete', { userId: pick('ada@mail.example') });
			expect(chat.world.chatUsers.by('name', 'ada@mail.example').every(({ deletedAt }) => deletedAt !== null)).toBe(true);
		});

		it('are listed, with their channels and notifications', async () => {
			const all = await chat.ok('user', 'getAll', { returnAll: true });
			expect(all).toHaveLength(chat.world.chatUsers.alive().length);
			expect(await chat.ok('user', 'getAll', { filters: { name: chat.candidate.name } })).toMatchObject([{ id: String(userIdOf(chat.candidate)) }]);
			const unread = await chat.run('user', 'getAll', { returnAll: true, filters: { unread: true } });
			if (isCurrent) expect(unread.json.length).toBeGreaterThan(0);
			else expect(unread.error?.message).toMatch(/current API/);
			const channels = await chat.ok('user', 'getChannels', { userId: pick(chat.candidate.name), returnAll: true });
			expect(channels).toHaveLength(chat.world.chatChannels.alive().filter(({ memberIds }) => memberIds.includes(chat.candidate.id)).length);
			const [notification] = await chat.ok('user', 'getNotifications', { userId: pick(chat.colleague.name), returnAll: true });
			expect(notification).toMatchObject({ event: expect.stringMatching(/^(USER|SYSTEM):SENT:MESSAGE$/), message_id: expect.any(String), channel_id: expect.any(String) });
			const [raw] = await chat.ok('user', 'getNotifications', { userId: pick(chat.colleague.name), limit: 1, simplify: false });
			expect(JSON.stringify(raw)).not.toContain('_relays');
		});

		it('get a picture from a file and from an address', async () => {
			const data = await binaryFile('PNG', 'me.png', 'image/png');
			const uploaded = await chat.one('user', 'setPicture', { userId: pick(chat.candidate.name), content: 'file', binaryField: 'data' }, { items: [{ binary: { data } }] });
			expect(await (await fetch(String(uploaded.display_picture_url))).text()).toBe('PNG');
			const linked = await chat.one('user', 'setPicture', { userId: pick(chat.candidate.name), content: 'externalFile', fileUrl: 'https://example.com/p.png', fileName: 'p.png', fileContentType: 'image/png', fileSize: 3 });
			expect(linked.display_picture_url).toBe('https://example.com/p.png');
		});

		it('keep secrets', async () => {
			const at = { userId: pick(chat.candidate.name), secretName: 'crm/token' };
			expect(await chat.one('user', 'setSecret', { ...at, secret: 's3cret-value' })).toMatchObject({ name: chat.candidate.name });
			expect(await chat.ok('user', 'getSecret', at)).toEqual([{ secret: 's3cret-value' }]);
			await chat.one('user', 'deleteSecret', at);
			expect((await chat.run('user', 'getSecret', at)).error).toMatchObject({ httpCode: '404' });
		});
	});

	it('threads are read, listed and replied to', async () => {
		const parent = first(chat.world.chatMessages.alive().filter(({ kind, parentId }) => kind === 'TEXT' && parentId === null));
		const threadId = String(replyThreadOf(parent));
		const reply = await chat.one('thread', 'reply', { threadId, content: 'text', body: 'Indeed', sender: pick(chat.colleague.name), additionalFields: { groupTag: 'x' } });
		expect(chat.messageOf(reply.id)).toMatchObject({ parentId: parent.id, body: 'Indeed', userId: chat.colleague.id });
		expect(await chat.one('thread', 'get', { threadId })).toMatchObject({ id: threadId, type: 'MESSAGE', channel_id: expect.any(String) });
		expect(await chat.ok('thread', 'getMessages', { threadId, returnAll: true })).toMatchObject([{ id: reply.id, thread_id: threadId }]);
		const data = await binaryFile('x', 'x.txt', 'text/plain');
		const asUser = await chat.run('thread', 'reply', { threadId, content: 'file', binaryField: 'data', sender: pick(chat.colleague.name) }, { items: [{ binary: { data } }] });
		expect(asUser.error?.message).toBe('A file cannot be uploaded to a thread on behalf of a user');
		expect(await chat.one('thread', 'reply', { threadId, content: 'file', binaryField: 'data' }, { items: [{ binary: { data } }] })).toMatchObject({ type: 'SYSTEM_FILE', file_name: 'x.txt' });
	});

	it('sessions are listed by state', async () => {
		chat.world.change('chatUser', chat.colleague.id, { online: true }, 'test');
		const active = await chat.ok('session', 'getUserSessions', { returnAll: true, filters: { state: 'ACTIVE' } });
		expect(active.map(({ username }) => username)).toContain(chat.colleague.name);
		const ended = await chat.ok('session', 'getChatSessions', { returnAll: true, filters: { state: 'ENDED' } });
		expect(first(ended)).toMatchObject({ state: 'ENDED', channel_id: expect.any(String), end_time: expect.any(String), username: expect.any(String) });
	});

	describe('imports and exports', () => {
		it('take all input items in one import, and wait until it is done', async () => {
			const items = [{ json: { name: 'im.one@mail.example', display_name: 'One', other: 1 } }, { json: { name: 'im.two@mail.example', isGuest: true, properties: '{"a": 1}', idempotencyKey: 'k2' } }];
			const before = chat.sent('POST', '/imports/users').length;
			const { json, error, items: out } = await chat.run('import', 'users', { source: 'items', wait: true, intervalSeconds: 1 }, { items });
			expect(error).toBeUndefined();
			expect(json).toMatchObject([{ type: 'USER_IMPORT', state: 'FINISHED', ended_time: expect.any(String) }]);
			expect(out[0]?.pairedItem).toEqual({ item: 0 });
			expect(chat.sent('POST', '/imports/users')).toHaveLength(before + 1);
			expect(chat.userNamed('im.two@mail.example')).toMatchObject({ displayName: 'im.two@mail.example', guest: true, properties: { a: 1 } });
		});

		it('take channels, members and messages from JSON and from a file', async () => {
			const { colleague, candidate, lobby } = chat;
			const finished = async (operation: string, parameters: INodeParameters, options: NodeOptions = {}) => expect(await chat.one('import', operation, { wait: true, ...parameters }, options)).toMatchObject({ state: 'FINISHED' });
			await finished('channels', { source: 'json', rows: [{ type: 'PUBLIC', name: `imported-${apiVersion}`, members: `${colleague.name},${candidate.name}` }] });
			expect(first(chat.world.chatChannels.by('name', `imported-${apiVersion}`)).memberIds).toEqual([colleague.id, candidate.id]);
			const file = await binaryFile(JSON.stringify([{ username: candidate.name }]), 'members.json', 'application/json');
			await finished('members', { source: 'file', binaryField: 'data', channelId: pick(channelIdOf(lobby)) }, { items: [{ binary: { data: file } }] });
			expect(lobby.memberIds).toContain(candidate.id);
			await finished('messages', { source: 'json', rows: [{ channel_id: channelIdOf(lobby), body: 'Imported', user: colleague.name }, { channelId: String(channelIdOf(lobby)), body: 'From the system' }] });
			expect(chat.world.chatMessages.rows.slice(-2).map(({ body, kind }) => [body, kind])).toEqual([['Imported', 'TEXT'], ['From the system', 'SYSTEM_TEXT']]);
		});

		it('say which row is wrong before anything is sent, and that a job has failed', async () => {
			const count = chat.sandbox.requests.length;
			const wrong = await chat.run('import', 'users', { source: 'json', rows: '[{"name": "x@mail.example"}, {"display_name": "Nobody"}]' });
			expect(wrong.error).toMatchObject({ message: 'Row 1 has no "name"' });
			expect(chat.sandbox.requests).toHaveLength(count);
			const failed = await chat.run('import', 'messages', { source: 'json', rows: [{ channel_id: 1, body: 'x' }], wait: true });
			expect(failed.error?.message).toMatch(/The job \d+ \(MESSAGE_IMPORT\) has failed/);
		});

		it('(lists) show only whom they were asked for, where ChatKitty ignores the filter', async () => {
			const [user, other] = await chat.ok('user', 'getAll', { limit: 2, simplify: false });
			const page = (collection: string, rows: unknown[]) => ({ kind: 'status', status: 200, body: { _embedded: { [collection]: rows } } }) as const;
			chat.sandbox.faults.next(page('users', [other, user]), { path: '/users' });
			expect((await chat.ok('user', 'getAll', { limit: 1, filters: { name: String(user?.name) } })).map(({ id }) => id)).toEqual([user?.id]);
			const message = await chat.one('message', 'getAll', { from: 'application', limit: 1, simplify: false });
			chat.sandbox.faults.next(page('messages', [{ ...message, id: 1, user: other }, { ...message, id: 2, user: null }, { ...message, id: 3, user }]), { path: '/messages' });
			expect((await chat.ok('message', 'getAll', { from: 'application', filters: { username: String(user?.name) } })).map(({ id }) => id)).toEqual(['3']);
		});

		it('(lists) go on where a link leads on, whatever the page numbers say', async () => {
			const all = await chat.ok('user', 'getAll', { returnAll: true });
			const base = `${chat.sandbox.urls.chatkitty ?? ''}${apiVersion === 'v1' ? '/v1' : ''}`;
			const first = { _embedded: { users: [{ id: 1, name: 'first@mail.example', type: 'PERSON' }] }, page: { number: 0, total_pages: 1, totalPages: 1, size: 1 }, _links: { next: { href: `${base}/users?size=100` } } };
			chat.sandbox.faults.next({ kind: 'status', status: 200, body: first }, { path: '/users' });
			expect(await chat.ok('user', 'getAll', { returnAll: true })).toHaveLength(1 + all.length);
		});

		it('and single users take an address as a sheet holds it: no second person is made of a blank', async () => {
			const known = chat.candidate.name;
			const written = `\u200b ${known.toUpperCase()}\u00a0\r\n`;
			const users = chat.world.chatUsers.size;
			expect(await chat.one('user', 'findOrCreate', { username: written })).toMatchObject({ name: known, created: false });
			expect(await chat.one('user', 'get', { userId: { __rl: true, mode: 'name', value: ` ${known}\u200b` } })).toMatchObject({ name: known });
			expect(chat.world.chatUsers.size).toBe(users);
			await chat.ok('import', 'users', { source: 'json', rows: JSON.stringify([{ name: ' new.one@mail.example\n' }]), wait: true });
			expect(chat.world.chatUsers.rows.map(({ name }) => name).filter((name) => name.includes('new.one'))).toEqual(['new.one@mail.example']);
			await chat.ok('channel', 'create', { type: 'DIRECT', members: ` ${known}\u00a0, ${chat.colleague.name}\n` });
		});

		it('export users and messages, and the result comes as a file', async () => {
			const job = await chat.one('export', 'users');
			expect(job).toMatchObject({ state: 'PENDING', file: null });
			const early = await chat.run('job', 'downloadResult', { jobId: pick(String(job.id)), outputField: 'data' });
			expect(early.error?.message).toMatch(/has no file/);
			expect(await chat.one('job', 'wait', { jobId: pick(String(job.id)), maxWaitMinutes: 1, intervalSeconds: 1 })).toMatchObject({ state: 'FINISHED', file: expect.any(String) });
			const { items, error } = await chat.run('job', 'downloadResult', { jobId: pick(String(job.id)), outputField: 'report' });
			expect(error).toBeUndefined();
			expect(items[0]?.binary?.report).toMatchObject({ fileName: 'users.csv', mimeType: 'text/csv' });
			expect(String(await readBinary(items[0]?.binary?.report))).toContain(chat.colleague.name);
			expect(await chat.one('export', 'messages', { wait: true })).toMatchObject({ state: 'FINISHED' });
			expect(await chat.one('job', 'get', { jobId: pick(String(job.id)) })).toMatchObject({ id: job.id, state: 'FINISHED' });
			const done = await chat.ok('job', 'getAll', { returnAll: true, filters: { running: 'false' } });
			expect(done.map(({ id }) => id)).toContain(job.id);
		});

		it.each<[string, string, RegExp]>([
			['web page', '<!DOCTYPE html><title>Log in</title>', /^The file "users.csv" cannot be had.*a web page/],
			['file of nothing', '', /^The file "users.csv" is empty/],
		])('are not saved as a %s', async (_what, body, said) => {
			const job = await chat.one('export', 'users', { wait: true });
			const server = await hostile((_request, response) => void response.writeHead(200, { 'content-type': 'text/csv' }).end(body));
			try {
				chat.sandbox.faults.next({ kind: 'status', status: 200, body: { ...job, file: `${server.origin}/users.csv?sig=1` } }, { path: `/jobs/${String(job.id)}` });
				const { error } = await chat.run('job', 'downloadResult', { jobId: pick(String(job.id)), outputField: 'data' });
				expect(error?.message).toMatch(said);
			} finally {
				await server.close();
			}
		});

		it('stop waiting when the time is up, and the job goes on', async () => {
			const job = await chat.one('export', 'users');
			const { error } = await chat.run('job', 'wait', { jobId: pick(String(job.id)), maxWaitMinutes: 0, intervalSeconds: 1 });
			expect(error?.message).toMatch(/is still RUNNING after 0 minutes/);
		});
	});

	it('the application and its settings are read, and one setting is changed without the other', async () => {
		expect(await chat.one('application', 'get')).toMatchObject({ id: '1', created_time: expect.any(String) });
		const before = await chat.one('application', 'getSettings');
		expect(before).toEqual({ guest_users: 'DISABLED', user_created_channels: 'ENABLED' });
		expect(await chat.one('application', 'updateSettings', { changes: { guestUsers: 'ENABLED' } })).toEqual({ guest_users: 'ENABLED', user_created_channels: 'ENABLED' });
		const summaries = await chat.run('application', 'getReadReceiptSummaries', { returnAll: true });
		if (isCurrent) expect(first(summaries.json)).toMatchObject({ channel_id: expect.any(String), username: expect.any(String), unread: expect.any(Number) });
		else expect(summaries.error?.message).toMatch(/current API/);
	});

	it('any other call can be made, and the client secret never comes out of it', async () => {
		const made = await chat.one('apiRequest', 'send', { method: 'POST', path: '/runtimes/nodejs/functions', body: JSON.stringify({ type: 'user.sent.message', name: 'notify', [isCurrent ? 'initialize_asynchronously' : 'initializeAsynchronously']: false }) });
		expect(made).toMatchObject({ name: 'notify', id: expect.any(Number) });
		const runtime = await chat.ok('apiRequest', 'send', { method: 'GET', path: '/runtimes/nodejs' });
		const asText = await chat.ok('apiRequest', 'send', { method: 'GET', path: '/runtimes/nodejs', responseType: 'text' });
		expect(JSON.stringify([runtime, asText])).toContain('CHATKITTY_CLIENT_ID');
		expect(JSON.stringify([runtime, asText])).not.toContain(chat.sandbox.credentials.chatkitty?.clientSecret);
		expect(await chat.one('apiRequest', 'send', { method: 'PATCH', path: `/users/${userIdOf(chat.colleague)}`, body: JSON.stringify({ [isCurrent ? 'display_name' : 'displayName']: 'Patched' }) })).toMatchObject({ id: userIdOf(chat.colleague) });
		expect(chat.colleague.displayName).toBe('Patched');
	});

	describe('the editor', () => {
		it('lists channels, users, messages and jobs, with a search', async () => {
			const search = (method: string, filter?: string) => listSearch('chatKitty', method, { resource: 'message', operation: 'get' }, { credentials: chat.credentials, filter });
			expect((await search('searchChannels', 'recruiting')).results).toEqual([{ name: 'Recruiting · PUBLIC', value: String(channelIdOf(chat.lobby)) }]);
			const users = await search('searchUsers');
			expect(users.results).toContainEqual({ name: `${chat.candidate.displayName} · ${chat.candidate.name}`, value: String(userIdOf(chat.candidate)) });
			expect((await search('searchUsers', chat.candidate.name)).results).toHaveLength(1);
			const messages = await search('searchMessages', 'Welcome');
			expect(messages.results).toEqual([{ name: 'System: Welcome to Recruiting', value: expect.any(String) }]);
			const page = await search('searchMessages');
			expect((await listSearch('chatKitty', 'searchMessages', { resource: 'message', operation: 'get' }, { credentials: chat.credentials, paginationToken: page.paginationToken as string })).results.length).toBeGreaterThan(0);
			expect((await search('searchJobs')).results.length).toBeGreaterThan(0);
		});

		it('tests the credential', async () => {
			const data = chat.credentials.store[CREDENTIAL] ?? {};
			expect(await testCredential(CREDENTIAL, data)).toMatchObject({ status: 'OK' });
			expect(await testCredential(CREDENTIAL, { ...data, oauthTokenData: undefined, clientSecret: 'wrong' } as never)).toMatchObject({ status: 'Error', message: expect.stringMatching(/OAuth2 access token/) });
		});
	});

	describe('when something goes wrong', () => {
		it('an expired token is renewed once, for reads, writes and uploads alike', async () => {
			const data = await binaryFile('x', 'x.txt', 'text/plain');
			const attempts: Array<[string, string, INodeParameters]> = [
				['application', 'get', {}],
				['message', 'send', { channelId: pick(channelIdOf(chat.lobby)), content: 'text', body: 'after renewal' }],
				['message', 'send', { channelId: pick(channelIdOf(chat.lobby)), content: 'file', binaryField: 'data' }],
			];
			for (const [resource, operation, parameters] of attempts) {
				await chat.sandbox.control('chatkitty/expire-tokens', {});
				const tokens = chat.sent('POST', '/oauth/token').length;
				const messages = chat.world.chatMessages.size;
				await chat.one(resource, operation, parameters, { items: [{ binary: { data } }] });
				expect(chat.sent('POST', '/oauth/token')).toHaveLength(tokens + 1);
				expect(chat.world.chatMessages.size).toBe(messages + (resource === 'message' ? 1 : 0));
			}
		});

		it('a token that is refused again, and a wrong secret, are told as a problem of the credential', async () => {
			chat.sandbox.faults.next({ kind: 'status', status: 401 }, { times: 2, path: '/application' });
			const refused = await chat.run('application', 'get');
			expect(refused.error).toMatchObject({ httpCode: '401', description: expect.stringMatching(/client ID and the client secret/) });
			const wrong = new StoredCredentials({ [CREDENTIAL]: { ...chat.credentials.store[CREDENTIAL], clientSecret: 'not-the-secret', oauthTokenData: undefined } as never });
			const before = chat.sandbox.requests.length;
			const sent = await chat.run('message', 'send', { channelId: pick(1), content: 'text', body: 'x' }, { credentials: wrong });
			expect(sent.error?.message).toMatch(/^ChatKitty gave no access token/);
			expect(JSON.stringify(sent.error)).not.toContain('not-the-secret');
			expect(chat.sandbox.requests.slice(before).map(({ path }) => path)).toEqual(['/oauth/token']);
		});

		it('a read is tried again after 503 and 429, a lost write is not', async () => {
			chat.sandbox.faults.next([{ kind: 'status', status: 503 }, { kind: 'status', status: 429, retryAfter: 2 }], { path: '/application' });
			slept.length = 0;
			// A clock that stands still: what is left of a wait is all of it, however busy the machine is.
			const goOn = useClock({ now: () => 1_800_000_000_000, sleep: async (ms) => void slept.push(ms) });
			expect(await chat.one('application', 'get').finally(goOn)).toMatchObject({ id: '1' });
			expect(slept).toContain(2_000);
			const messages = chat.world.chatMessages.size;
			chat.sandbox.faults.next({ kind: 'lostAnswer' }, { method: 'POST', path: '/messages' });
			const lost = await chat.run('message', 'send', { channelId: pick(channelIdOf(chat.lobby)), content: 'text', body: 'only once' });
			expect(lost.error?.description).toMatch(/not known whether/);
			expect(chat.world.chatMessages.size).toBe(messages + 1);
		});

		it('a redirect inside the service is followed, one to another server is not', async () => {
			const path = isCurrent ? '/chatkitty/application' : '/chatkitty/v1/application';
			chat.sandbox.faults.next({ kind: 'redirect', to: path, status: 302 }, { path: '/application' });
			expect(await chat.one('application', 'get')).toMatchObject({ id: '1' });
			const elsewhere = chat.sandbox.url.replace('127.0.0.1', 'localhost');
			chat.sandbox.faults.next({ kind: 'redirect', to: `${elsewhere}${path}`, status: 307 }, { path: '/application' });
			const before = chat.sandbox.requests.length;
			const { error } = await chat.run('application', 'get');
			expect(error?.message).toMatch(/redirected to another server/);
			expect(chat.sandbox.requests).toHaveLength(before + 1);
		});

		it.each<[string, Parameters<Sandbox['faults']['next']>[0], RegExp]>([
			['HTML instead of JSON', Array(4).fill({ kind: 'html' }), /Expected JSON/],
			['half of a JSON', Array(4).fill({ kind: 'brokenJson' }), /Expected JSON/],
			['an error in a good answer', { kind: 'errorInSuccess' }, /Something went wrong/],
			['a list that never ends', [{ kind: 'repeatedCursor' }, { kind: 'repeatedCursor' }, { kind: 'repeatedCursor' }], /never end/],
			['a cursor that is refused', [{ kind: 'slow', ms: 0 }, { kind: 'expiredCursor' }], /cursor has expired/i],
		])('%s fails a list instead of cutting it short', async (_name, day, message) => {
			chat.sandbox.faults.next(day, { path: '/messages' });
			const { error, items } = await chat.run('message', 'getAll', { from: 'application', returnAll: true });
			expect(error?.message).toMatch(message);
			expect(items).toEqual([]);
		});

		it('an empty page with a next one goes on', async () => {
			chat.sandbox.faults.next({ kind: 'emptyPage' }, { path: '/messages' });
			expect(await chat.ok('message', 'getAll', { from: 'application', returnAll: true })).toHaveLength(chat.world.chatMessages.alive().length);
		});

		it.each<[string, string, string, INodeParameters, RegExp]>([
			['an empty ID', 'channel', 'get', { channelId: pick('={{ $json.nothing }}') }, /"Channel" is empty/],
			['an ID that climbs', 'channel', 'get', { channelId: pick('..') }, /is not an ID/],
			['JSON that is none', 'message', 'send', { channelId: pick('1'), content: 'text', body: 'x', additionalFields: { properties: '{oops' } }, /"Properties \(JSON\)" is not valid JSON/],
			['a date that nobody can read', 'channel', 'getAll', { filters: { startTime: 'soon' } }, /"Created After" is not a date/],
			['a change without changes', 'channel', 'update', { channelId: pick('1'), changes: {} }, /nothing to change/],
			['a file that is not there', 'message', 'send', { channelId: pick('1'), content: 'file', binaryField: 'cv' }, /no file in the input field "cv"/],
			['a file that is no list', 'import', 'users', { source: 'json', rows: '{"name": "x"}' }, /is not a list/],
		])('%s is told by the name of its field, before anything is sent', async (_name, resource, operation, parameters, message) => {
			const before = chat.sandbox.requests.length;
			const { error } = await chat.run(resource, operation, parameters);
			expect(error?.message).toMatch(message);
			expect(chat.sandbox.requests).toHaveLength(before);
		});

		it('one bad item goes to the error output, the others go through', async () => {
			const { items, errorOutput, error } = await chat.run('user', 'get', { userId: pick('={{ $json.user }}') }, { onError: 'continueErrorOutput', items: [{ json: { user: chat.colleague.name } }, { json: { user: '999999' } }, { json: { user: chat.candidate.name } }] });
			expect(error).toBeUndefined();
			expect(items.map(({ json, pairedItem }) => [json.name, pairedItem])).toEqual([[chat.colleague.name, { item: 0 }], [chat.candidate.name, { item: 2 }]]);
			expect(errorOutput).toMatchObject([{ json: { error: 'Resource not found' }, pairedItem: { item: 1 } }]);
		});
	});

	it('an agent can write to a person', async () => {
		const { answer, description } = await runTool(
			'chatKitty',
			{ resource: 'message', operation: 'sendToPerson', recipient: "={{ $fromAI('recipient', 'e-mail', 'string') }}", colleague: pick(chat.colleague.name), content: 'text', body: "={{ $fromAI('text', 'message', 'string') }}" },
			{ recipient: chat.candidate.name, text: 'From the agent' },
			{ credentials: chat.credentials },
		);
		expect(JSON.parse(answer)).toMatchObject([{ body: 'From the agent', user_created: false }]);
		expect(description).toMatch(/person|message/i);
	});
});
