import type { INodeParameters } from 'n8n-workflow';

import { forgetProcessState } from '../../lib/poll/processState';
import { useClock } from '../../lib/clock';
import { channelIdOf, messageIdOf, userIdOf } from '../../sandbox/chatkitty/records.cts';
import { MINUTE } from '../../sandbox/clock.cts';
import { ManualClock, startSandbox, type Sandbox } from '../../sandbox/index.cts';
import type { ChatChannel, ChatMessage } from '../../sandbox/model.cts';
import { listSearch, PollHost, StoredCredentials, type HostMode } from './harness/index.cts';

const CREDENTIAL = 'chatKittyOAuth2Api';
const pick = (value: string | number) => ({ __rl: true, mode: 'id', value: String(value) });

let clock: ManualClock;
let sandbox: Sandbox;
let restoreClock: () => void;

beforeEach(async () => {
	clock = new ManualClock();
	restoreClock = useClock(clock);
	sandbox = await startSandbox({ services: ['chatkitty'], applications: 60, jobs: 5, clock });
});
afterEach(async () => {
	restoreClock();
	forgetProcessState();
	await sandbox.close();
	expect(sandbox.violations).toEqual([]);
});

const credentials = (apiVersion = 'current', more: object = {}) =>
	new StoredCredentials({ [CREDENTIAL]: { ...sandbox.credentials.chatkitty, apiVersion, baseUrl: sandbox.urls.chatkitty ?? '', tokenUrl: sandbox.urls.chatkittyToken ?? '', ...more } });

const trigger = (parameters: INodeParameters, host: HostMode = 'memory', stored = credentials()) => new PollHost('chatKittyTrigger', parameters, { credentials: stored, host });

function channels(): { lobby: ChatChannel; direct: ChatChannel } {
	const [lobby, direct] = sandbox.world.chatChannels.rows;
	if (!lobby || !direct) throw new Error('The world has no channels.');
	return { lobby, direct };
}

function say(body: string, channel: ChatChannel, userId: string | null = channel.memberIds[0] ?? null): ChatMessage {
	return sandbox.world.add('chatMessage', { channelId: channel.id, kind: userId === null ? 'SYSTEM_TEXT' : 'TEXT', userId, body, file: null, parentId: null, groupTag: null, properties: {}, editedAt: null }, 'test');
}

/** A minute goes by, then the poll: the bodies of what it emitted, null if it started nothing. */
async function tick(host: PollHost, field = 'body'): Promise<unknown[] | null> {
	clock.advance(MINUTE);
	const { items, error } = await host.tick();
	if (error) throw error;
	return items?.map(({ json }) => json[field]) ?? null;
}

const MODES: HostMode[] = ['memory', 'old', 'scheduler', 'durable'];

describe.each(MODES)('on a host of the kind %s', (mode) => {
	it('new messages of the application are emitted once each, through quiet polls, crashes and restarts', async () => {
		const { lobby, direct } = channels();
		const host = trigger({ event: 'message' }, mode);
		const requests = sandbox.requests.length;
		expect(await host.activate()).toEqual({ items: null, error: undefined });
		expect(sandbox.requests.length).toBeLessThanOrEqual(requests + 2);
		expect(await tick(host)).toEqual([]);
		expect(await tick(host)).toBeNull();
		say('one', lobby);
		say('two', direct);
		expect(await tick(host)).toEqual(['one', 'two']);
		expect(await tick(host)).toBeNull();
		host.crash();
		forgetProcessState();
		await host.restart();
		say('three', lobby);
		expect(await tick(host)).toEqual(['three']);
		for (let i = 0; i < 10; i++) expect(await tick(host)).toBeNull();
		host.deactivate();
		expect((await host.activate('update')).error).toBeUndefined();
		expect(await tick(host)).toBeNull();
		expect(Object.keys(host.staticData)).toEqual(['state']);
		expect(typeof host.staticData.state).toBe('string');
	});
});

describe.each(['current', 'v1'])('API version %s', (apiVersion) => {
	it('emits the messages of one channel only, simplified or raw', async () => {
		const { lobby, direct } = channels();
		const host = trigger({ event: 'channelMessage', channelId: pick(channelIdOf(direct)) }, 'memory', credentials(apiVersion));
		const raw = trigger({ event: 'channelMessage', channelId: pick(channelIdOf(direct)), simplify: false }, 'memory', credentials(apiVersion));
		for (const one of [host, raw]) await one.activate();
		for (const one of [host, raw]) await tick(one);
		const sent = say('for the channel', direct);
		say('elsewhere', lobby);
		clock.advance(MINUTE);
		expect((await host.tick()).items).toMatchObject([{ json: { id: String(messageIdOf(sent)), body: 'for the channel', channel_id: String(channelIdOf(direct)), username: expect.any(String) } }]);
		expect((await raw.tick()).items).toMatchObject([{ json: { user: { display_name: expect.any(String), is_guest: false }, _links: expect.any(Object), created_time: expect.any(String) } }]);
	});

	it('emits the messages and the notifications of one user', async () => {
		const { lobby, direct } = channels();
		const person = sandbox.world.chatUsers.need(direct.memberIds[1] ?? '');
		const messages = trigger({ event: 'userMessage', userId: pick(person.name) }, 'memory', credentials(apiVersion));
		const notifications = trigger({ event: 'notification', userId: pick(userIdOf(person)) }, 'memory', credentials(apiVersion));
		for (const one of [messages, notifications]) await one.activate();
		for (const one of [messages, notifications]) await tick(one);
		say('to the person', direct);
		say('from the person', direct, person.id);
		say('to others', lobby);
		expect(await tick(messages)).toEqual(['to the person', 'from the person']);
		expect(await tick(notifications, 'event')).toEqual(['USER:SENT:MESSAGE']);
	});

	it('emits new channels, of the wanted kind', async () => {
		const host = trigger({ event: 'channel', channelTypes: ['PRIVATE'] }, 'memory', credentials(apiVersion));
		await host.activate();
		await tick(host);
		const add = (kind: ChatChannel['kind'], name: string) => sandbox.world.add('chatChannel', { kind, name, displayName: name, creatorId: null, memberIds: [], moderatorIds: [], applicationId: null, properties: {} }, 'test');
		add('PUBLIC', 'public-one');
		add('PRIVATE', 'private-one');
		expect(await tick(host, 'name')).toEqual(['private-one']);
		expect(sandbox.requests.at(-1)?.query).toMatchObject({ startTime: expect.stringMatching(/^\d{4}-/) });
		for (let i = 0; i < 130; i++) add('PRIVATE', `many-${i}`);
		const emitted = [...((await tick(host, 'name')) ?? []), ...((await tick(host, 'name')) ?? []), ...((await tick(host, 'name')) ?? [])];
		expect(emitted).toHaveLength(130);
	});
});

it('a burst of several pages is emitted in the order of time, whatever the order of the list', async () => {
	const { lobby } = channels();
	for (const order of ['ascending', 'descending', 'random'] as const) {
		const host = trigger({ event: 'message' });
		sandbox.faults.order = order;
		await host.activate();
		await tick(host);
		clock.advance(1_000);
		for (let i = 0; i < 230; i++) {
			clock.advance(10);
			say(`${order} ${i}`, lobby);
		}
		expect(await tick(host)).toEqual(Array.from({ length: 230 }, (_, i) => `${order} ${i}`));
		expect(await tick(host)).toBeNull();
	}
});

it('filters decide what is emitted, not what is remembered', async () => {
	const { lobby, direct } = channels();
	const [colleague, person] = direct.memberIds.map((id) => sandbox.world.chatUsers.need(id));
	const host = trigger({ event: 'message', filters: { notFrom: colleague?.name ?? '', withoutSystem: true, contains: 'HELLO' } });
	await host.activate();
	await tick(host);
	say('hello from us', direct, colleague?.id);
	say('Hello from the system', lobby, null);
	say('good day', direct, person?.id);
	expect(await tick(host)).toBeNull();
	say('Hello from the person', direct, person?.id);
	expect(await tick(host)).toEqual(['Hello from the person']);
	const only = trigger({ event: 'message', filters: { from: person?.name ?? '' } });
	await only.activate();
	await tick(only);
	say('from us', direct, colleague?.id);
	say('from the person', direct, person?.id);
	expect(await tick(only)).toEqual(['from the person']);
});

it('Test shows real messages as examples and touches nothing', async () => {
	const host = trigger({ event: 'message' });
	const { items, error } = await host.test();
	expect(error).toBeUndefined();
	expect(items).toHaveLength(3);
	expect(items?.every(({ json }) => json.example === true && typeof json.body === 'string')).toBe(true);
	expect(host.staticData).toEqual({});
});

it('a channel that is not there, a wrong secret and a service that is down are reported at activation; a start-up goes on', async () => {
	const missing = await trigger({ event: 'channelMessage', channelId: pick(1) }).activate();
	expect(missing.error).toMatchObject({ message: 'Resource not found', httpCode: '404' });
	const nobody = await trigger({ event: 'notification', userId: pick('ghost@mail.example') }).activate();
	expect(nobody.error?.message).toMatch(/no user with the username/);
	const wrong = await trigger({ event: 'message' }, 'memory', credentials('current', { clientSecret: 'wrong' })).activate();
	expect(wrong.error?.message).toMatch(/gave no access token/);
	expect(wrong.error?.message).not.toMatch(/authorization/i);
	sandbox.faults.often({ kind: 'status', status: 503 }, 1, { path: '/messages' });
	expect((await trigger({ event: 'message' }).activate()).error).toBeDefined();
	expect(await trigger({ event: 'message' }).activate('init')).toEqual({ items: null, error: undefined });
});

it('failing polls lose nothing, and are reported once they last', async () => {
	const { lobby } = channels();
	const host = trigger({ event: 'message' });
	await host.activate();
	await tick(host);
	sandbox.faults.often({ kind: 'status', status: 500 }, 1, { path: '/messages' });
	const failures: string[] = [];
	for (let i = 0; i < 20; i++) {
		say(`during ${i}`, lobby);
		clock.advance(MINUTE);
		const { error, items } = await host.tick();
		expect(items ?? []).toEqual([]);
		if (error) failures.push(error.message);
	}
	expect(failures.length).toBeGreaterThan(0);
	expect(failures.length).toBeLessThan(20);
	sandbox.faults.clear();
	const emitted: unknown[] = [];
	for (let i = 0; i < 3; i++) emitted.push(...((await tick(host)) ?? []));
	expect(emitted).toEqual(Array.from({ length: 20 }, (_, i) => `during ${i}`));
});

it('an expired token is renewed in the middle of a poll', async () => {
	const { lobby } = channels();
	const host = trigger({ event: 'message' });
	await host.activate();
	await tick(host);
	await sandbox.control('chatkitty/expire-tokens', {});
	say('after renewal', lobby);
	expect(await tick(host)).toEqual(['after renewal']);
});

it('the editor lists channels and users for it', async () => {
	const found = await listSearch('chatKittyTrigger', 'searchChannels', { event: 'channelMessage' }, { credentials: credentials(), filter: 'Recruiting' });
	expect(found.results).toHaveLength(1);
	expect((await listSearch('chatKittyTrigger', 'searchUsers', { event: 'notification' }, { credentials: credentials() })).results.length).toBeGreaterThan(10);
});
