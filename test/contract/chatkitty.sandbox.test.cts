/** ChatKitty's own client (npm `chatkitty`, written from its OpenAPI 2.106.8) against the sandbox. */
import { ChatKitty } from 'chatkitty';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';

let sandbox: Sandbox;
let client: ChatKitty;

beforeAll(async () => {
	sandbox = await startSandbox({ services: ['chatkitty'], jobs: 5, applications: 60 });
	const { clientId = '', clientSecret = '' } = sandbox.credentials['chatkitty'] ?? {};
	client = new ChatKitty({ clientId, clientSecret, basePath: sandbox.urls['chatkitty'], authorizationBasePath: sandbox.urls['chatkittyToken'] });
});

afterAll(async () => {
	await sandbox.close();
	expect(sandbox.violations).toEqual([]);
});

const file = (name: string, rows: unknown): File => new File([JSON.stringify(rows)], name, { type: 'application/json' });

const refused = async (call: Promise<unknown>): Promise<number> => await call.then(() => 200, (error: { response: { status: number } }) => error.response.status);

test('gets one token and uses it for every call', async () => {
	const { data } = await client.ApplicationApi.retrieveApplication();
	expect(data).toMatchObject({ id: 1, key: expect.any(String), created_time: expect.any(String) });
	await client.ApplicationApi.retrieveApplicationSettings();
	expect(sandbox.requests.filter(({ path }) => path === '/oauth/token')).toHaveLength(1);
	expect(await refused(new ChatKitty({ clientId: 'x', clientSecret: 'y', basePath: sandbox.urls['chatkitty'], authorizationBasePath: sandbox.urls['chatkittyToken'] }).ApplicationApi.retrieveApplication())).toBe(401);
});

test('reads and writes the application', async () => {
	const { data } = await client.ApplicationApi.updateApplicationSettings({ guest_users: 'ENABLED', user_created_channels: 'DISABLED' } as never);
	expect(data).toMatchObject({ guest_users: 'ENABLED', user_created_channels: 'DISABLED' });
	const summaries = await client.ApplicationApi.retrieveApplicationMessageReadReceiptSummaries({ page: 0, size: 5 });
	expect(summaries.data._embedded?.summaries?.[0]).toMatchObject({ count: expect.any(Number), user: { display_name: expect.any(String) } });
});

test('makes, finds, changes and deletes users', async () => {
	const { UsersApi } = client;
	const { data: made } = await UsersApi.createUser({ name: 'jane@chatkitty.com', display_name: 'Jane', is_guest: false, properties: { favoriteNumber: 42 } } as never);
	expect(made).toMatchObject({ name: 'jane@chatkitty.com', isGuest: false, properties: { favoriteNumber: 42 } });
	expect((await UsersApi.checkUserExists('jane@chatkitty.com')).status).toBe(200);
	expect(await refused(UsersApi.checkUserExists('nobody@chatkitty.com'))).toBe(404);
	expect((await UsersApi.listUsers(0, 10, undefined, 'jane@chatkitty.com')).data).toMatchObject({ _embedded: { users: [{ id: made.id }] }, page: { total_elements: 1, total_pages: 1, number: 0, size: 10 } });
	expect((await UsersApi.listUsers(0, 10, undefined, undefined, true)).data._embedded?.users?.length).toBeGreaterThan(0);
	expect((await UsersApi.updateUser(made.id, { display_name: 'Jane D.', presence: { status: 'BUSY' } })).data).toMatchObject({ display_name: 'Jane D.', presence: { status: 'BUSY' } });
	expect((await UsersApi.updateUserDisplayPicture(made.id, { url: 'https://example.com/j.png', name: 'j.png', content_type: 'image/png', size: 3 })).data.display_picture_url).toBe('https://example.com/j.png');
	await UsersApi.setUserSecret(made.id, 'token', { secret: 's3cret' } as never);
	expect((await UsersApi.retrieveUserSecret(made.id, 'token')).data).toEqual({ secret: 's3cret' });
	await UsersApi.removeUserSecret(made.id, 'token');
	expect((await UsersApi.listUserChannels(made.id)).data.page?.total_elements).toBe(0);
	expect((await UsersApi.countUserUnreadMessages(made.id)).data).toEqual({ count: 0 });
	expect((await UsersApi.deleteUser(made.id)).data).toMatchObject({ id: 1 });
	expect(await refused(UsersApi.retrieveUser(made.id))).toBe(404);
});

test('runs a channel: people, messages, thread, events', async () => {
	const { ChannelsApi, MessagesApi, ThreadsApi, UsersApi } = client;
	const [first, second] = (await UsersApi.listUsers(0, 2)).data._embedded?.users ?? [];
	if (!first || !second) throw new Error('The world has no users.');
	const { data: channel } = await ChannelsApi.createChannel({ type: 'PUBLIC', name: 'daily', members: [{ username: first.name }] } as never);
	expect(channel).toMatchObject({ type: 'PUBLIC', name: 'daily', display_name: 'daily', created_time: expect.any(String) });
	await ChannelsApi.addChannelMember(channel.id, { id: second.id });
	await ChannelsApi.addChannelModerator(channel.id, { id: second.id });
	expect((await ChannelsApi.listChannelMembers(channel.id)).data._embedded?.users).toHaveLength(2);
	expect((await ChannelsApi.listChannelMemberships(channel.id)).data._embedded?.memberships).toHaveLength(2);
	expect((await ChannelsApi.listChannelModerators(channel.id)).data._embedded?.users).toMatchObject([{ id: second.id }]);
	await ChannelsApi.removeChannelModerator(channel.id, second.id);
	await ChannelsApi.removeChannelMember(channel.id, second.id);
	await ChannelsApi.sendChannelInvite(channel.id, { user: { id: second.id } } as never);
	expect((await ChannelsApi.listChannelInvites(channel.id)).data._embedded?.invites).toHaveLength(1);
	const { data: message } = await ChannelsApi.sendChannelMessage(channel.id, { type: 'TEXT', body: 'Hello', user: { username: first.name }, group_tag: 'a', properties: { innerKey: 1 } } as never);
	expect(message).toMatchObject({ type: 'TEXT', body: 'Hello', channel_id: channel.id, group_tag: 'a', properties: { innerKey: 1 }, user: { name: first.name } });
	await ChannelsApi.sendChannelMessage(channel.id, { type: 'FILE', file: { url: 'https://example.com/a.pdf', name: 'a.pdf', content_type: 'application/pdf', size: 1 } } as never);
	await ChannelsApi.sendChannelEvent(channel.id, { type: 'custom', properties: { someKey: true } } as never);
	await ChannelsApi.sendChannelKeystrokes(channel.id, { keys: 'he', user: { id: first.id } } as never);
	expect((await MessagesApi.updateMessage(message.id, { body: 'Hello all' })).data).toMatchObject({ body: 'Hello all', last_edited_time: expect.any(String) });
	expect((await MessagesApi.listMessageReadReceipts(message.id)).status).toBe(200);
	const threadId = Number(/threads\/(\d+)/.exec(JSON.stringify(message._links))?.[1]);
	expect((await ThreadsApi.sendThreadMessage(threadId, { type: 'TEXT', body: 'Yes' } as never)).data).toMatchObject({ type: 'SYSTEM_TEXT', nested_level: 1 });
	expect((await ThreadsApi.retrieveThread(threadId)).data).toMatchObject({ id: threadId, type: 'MESSAGE' });
	expect((await ThreadsApi.listThreadMessages(threadId)).data._embedded?.messages).toHaveLength(1);
	expect((await MessagesApi.deleteMessage(message.id)).data).toMatchObject({ type: 'MAIN' });
	expect((await ChannelsApi.updateChannel(channel.id, { display_name: 'Every day' })).data).toMatchObject({ display_name: 'Every day' });
	expect((await ChannelsApi.listChannels(0, 5, ['createdTime,desc'], 'PUBLIC', new Set([first.name]))).data._embedded?.channels).toMatchObject([{ id: channel.id }, {}]);
	expect((await ChannelsApi.deleteChannel(channel.id)).data).toMatchObject({ id: 1 });
});

test('follows cursors that are too long for a number through every message', async () => {
	const ids = new Set<number>();
	let next: string | undefined;
	let pages = 0;
	do {
		const { data } = await client.MessagesApi.listMessages(20, undefined, next as never, next === undefined ? undefined : 'NEXT');
		for (const { id } of data._embedded?.messages ?? []) ids.add(id);
		next = data.page.next;
		expect(Number.isSafeInteger(Number(next ?? '0'))).toBe(next === undefined);
		pages++;
	} while (next !== undefined);
	expect(pages).toBeGreaterThan(3);
	expect(ids.size).toBe(sandbox.world.chatMessages.alive().length);
});

test('imports a file, waits for the job, and exports', async () => {
	const { ImportsApi, JobsApi, AnalyticsApi } = client;
	const { data: job, status } = await ImportsApi.importUsers(file('users.json', [{ name: 'imported@chatkitty.com', display_name: 'Imported', guest: false, properties: {} }]));
	expect([status, job.type, job.state]).toEqual([202, 'USER_IMPORT', 'PENDING']);
	await JobsApi.retrieveJob(job.id);
	expect((await JobsApi.retrieveJob(job.id)).data).toMatchObject({ state: 'FINISHED', ended_time: expect.any(String) });
	expect(sandbox.world.chatUsers.by('name', 'imported@chatkitty.com')).toHaveLength(1);
	expect((await AnalyticsApi.exportMessageAnalytics()).status).toBe(202);
	expect((await JobsApi.listJobs(0, 10, undefined, true)).data._embedded?.jobs).toHaveLength(1);
});

test('sets up the runtime and a function', async () => {
	const { RuntimeApi, FunctionsApi, FunctionVersionsApi } = client;
	expect((await RuntimeApi.updateNodejsRuntimeEnvironmentVariables({ N8N_URL: 'https://n8n.example' })).data.environment_variables).toMatchObject({ N8N_URL: 'https://n8n.example' });
	await RuntimeApi.updateNodejsRuntimeDependencies([{ name: 'axios', version: '1', default_dependency: true }]);
	await RuntimeApi.updateNodejsRuntimeInitializationScript({ script: 'const a = 1;' });
	const { data: made } = await RuntimeApi.createNodejsRuntimeFunction({ type: 'user.sent.message', name: 'notify', initialize_asynchronously: false });
	await FunctionsApi.createFunctionVersion(made.id, { handler_script: 'export default () => {}' });
	const { data: version } = await FunctionsApi.retrieveFunctionCurrentVersion(made.id);
	expect(version).toMatchObject({ version_number: 2, handler_script: 'export default () => {}' });
	expect((await FunctionVersionsApi.retrieveFunctionVersion(version.id)).data).toMatchObject({ id: version.id });
	expect((await FunctionsApi.listFunctionVersions(made.id)).data._embedded?.versions).toHaveLength(2);
	expect((await FunctionsApi.listFunctionInvocations(made.id)).data._embedded).toBeUndefined();
});

test('sessions and notifications are lists of their own', async () => {
	const { data } = await client.UserSessionsApi.listUserSessions(0, 3);
	expect(data._embedded?.sessions?.[0]).toMatchObject({ state: 'ENDED', user_agent: expect.any(String) });
	expect((await client.ChatSessionsApi.listChatSessions(0, 3)).data._embedded?.sessions?.[0]).toMatchObject({ session: { user: { name: expect.any(String) } } });
	const [user] = (await client.UsersApi.listUsers(0, 1)).data._embedded?.users ?? [];
	const notifications = await client.UsersApi.listUserNotifications(user?.id ?? 0, 5);
	expect(notifications.data._embedded?.notifications?.[0]).toMatchObject({ data: { type: expect.any(String), message: { channel_id: expect.any(Number) } } });
});

test('a call that breaks the description is refused and noted', async () => {
	expect(await refused(client.UsersApi.updateUser(39_801, { isGuest: true }))).toBe(400);
	expect(sandbox.violations).toMatchObject([{ where: 'request', errors: expect.arrayContaining([expect.stringMatching(/isGuest/)]) }]);
	sandbox.violations.length = 0;
});
