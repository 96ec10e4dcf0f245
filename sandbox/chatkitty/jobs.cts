import type { ChatKittyParts } from '../chatkitty.cts';
import type { ChatChannel } from '../model.cts';
import { offsetPage } from './lists.cts';
import { channelIdOf, stamp, type Json } from './records.cts';
import { clientError, notFound, type Call, type Route } from './route.cts';
import type { ChatFunction, Job } from './state.cts';
import { fromCurrent } from './words.cts';

/** Application, imports, exports, jobs, and the serverless runtime. */
export function registerWorks(route: Route, parts: ChatKittyParts): void {
	const { world, records, state, tools } = parts;

	route('GET', '/application', () => records.application());
	const settings = () => ({ ...state.settings, _links: records.applicationLink() });
	route('GET', '/application/settings', settings);
	route('PUT', '/application/settings', ({ body }) => {
		state.settings = { guestUsers: String(body['guestUsers']), userCreatedChannels: String(body['userCreatedChannels']) };
		return settings();
	});

	// ------------------------------------------------------------------------------------------------------ jobs
	const jobRow = ({ id, type, state: now, createdAt, endedAt, file }: Job): Json => ({ id, type, state: now, createdTime: stamp(createdAt), endedTime: endedAt === null ? null : stamp(endedAt), file, _links: { self: records.link(`/jobs/${id}`), ...records.applicationLink() } });
	const rowsOf = (call: Call): Json[] => {
		const file = call.form?.find(({ name }) => name === 'file');
		if (!file) clientError('The part "file" is missing');
		if (file.contentType !== 'application/json') clientError(`The part "file" is ${String(file.contentType)} and not application/json`);
		const rows: unknown = fromCurrent(JSON.parse(file.text));
		return Array.isArray(rows) ? rows : clientError('The file holds no list');
	};
	/** Checks each row as the schemas want it; a row that is wrong fails the job, as does one that cannot be carried out. */
	const importing = (path: string, type: Job['type'], required: readonly string[], carryOut: (row: Json, call: Call) => void) =>
		route(
			'POST',
			path,
			(call) => {
				const rows = rowsOf(call);
				return jobRow(
					state.startJob(type, () => {
						for (const row of rows) {
							const missing = required.find((name) => row[name] === undefined);
							if (missing !== undefined) throw new Error(`${missing} is missing`);
							const key = row['idempotencyKey'];
							if (typeof key === 'string' && state.importedKeys.has(key)) continue;
							carryOut(row, call);
							if (typeof key === 'string') state.importedKeys.add(key);
						}
						return null;
					}),
				);
			},
			202,
		);
	const named = (name: unknown) => records.userNamed(String(name)) ?? notFound();

	importing('/imports/users', 'USER_IMPORT', ['name', 'displayName', 'guest', 'properties'], (row) => {
		if (records.userNamed(String(row['name']))) return;
		world.add('chatUser', { name: String(row['name']), displayName: String(row['displayName']), kind: 'PERSON', guest: row['guest'] === true, online: false, properties: row['properties'] as Json, userId: null, candidateId: null }, 'chatkitty');
	});
	importing('/imports/channels', 'CHANNEL_IMPORT', ['type', 'members'], (row) => {
		const kind = row['type'] as ChatChannel['kind'];
		const memberIds = (row['members'] as string[]).map((name) => named(name).id);
		const name = kind === 'DIRECT' ? null : String(row['name'] ?? `channel-${state.next()}`);
		world.add('chatChannel', { kind, name, displayName: kind === 'DIRECT' ? null : String(row['displayName'] ?? name), creatorId: row['creator'] === undefined ? null : named(row['creator']).id, memberIds, moderatorIds: [], applicationId: null, properties: (row['properties'] ?? {}) as Json }, 'chatkitty');
	});
	importing('/imports/channels/:id/members', 'CHANNEL_MEMBERS_IMPORT', ['username'], (row, call) => {
		const channel = records.channel(call.params['id'] ?? '') ?? notFound();
		world.change('chatChannel', channel.id, { memberIds: [...new Set([...channel.memberIds, named(row['username']).id])] }, 'chatkitty');
	});
	importing('/imports/messages', 'MESSAGE_IMPORT', ['type', 'channelId', 'body'], (row) => {
		const channel = records.channel(String(row['channelId'])) ?? notFound();
		const user = row['type'] === 'SYSTEM_TEXT' ? undefined : named(row['user']);
		world.add('chatMessage', { channelId: channel.id, kind: user ? 'TEXT' : 'SYSTEM_TEXT', userId: user?.id ?? null, body: String(row['body']), file: null, parentId: null, groupTag: row['groupTag'] === undefined ? null : String(row['groupTag']), properties: (row['properties'] ?? {}) as Json, editedAt: null }, 'chatkitty');
	});
	const exporting = (path: string, name: string, lines: () => string[]) =>
		// The document has no type for an export of users.
		route('POST', path, () => jobRow(state.startJob('MESSAGE_ANALYTICS_EXPORT', () => tools.publish({ name, contentType: 'text/csv', bytes: () => Buffer.from(lines().join('\n')) }))), 202);
	exporting('/analytics/messages', 'messages.csv', () => ['id,channel,body', ...records.messages(() => true).map((message) => `${message.number},${channelIdOf(world.chatChannels.need(message.channelId))},"${message.body ?? ''}"`)]);
	exporting('/analytics/users', 'users.csv', () => ['name,display_name', ...world.chatUsers.alive().map((user) => `${user.name},"${user.displayName}"`)]);

	route('GET', '/jobs', (call) => {
		const running = (job: Job) => job.state === 'PENDING' || job.state === 'RUNNING';
		return offsetPage(call, 'jobs', state.jobs.filter((job) => call.query['running'] === undefined || running(job) === (call.query['running'] === 'true')), jobRow);
	});
	route('GET', '/jobs/:id', ({ params }) => jobRow(state.advance(state.jobs.find(({ id }) => id === Number(params['id'])) ?? notFound())));

	// --------------------------------------------------------------------------------------------------- runtime
	const runtime = (): Json => ({
		id: 1,
		type: 'NODEJS',
		version: 'v0.0.29',
		dependencies: state.runtime.dependencies,
		environmentVariables: state.runtime.environmentVariables,
		initializationScript: state.runtime.script === null ? null : { script: state.runtime.script },
		_links: { self: records.link('/runtimes/nodejs'), functions: records.link('/runtimes/nodejs/functions') },
	});
	const functionOf = (call: Call): ChatFunction => state.functions.find(({ id }) => id === Number(call.params['id'])) ?? notFound();
	const functionRow = (one: ChatFunction): Json => ({ id: one.id, type: one.type, name: one.name, description: one.description, enabled: false, currentVersionNumber: one.versions.length, initializeAsynchronously: one.initializeAsynchronously, runtime: { id: 1, type: 'NODEJS', version: 'v0.0.29' }, _links: { self: records.link(`/functions/${one.id}`), versions: records.link(`/functions/${one.id}/versions`) } });
	const versionRow = (one: ChatFunction, index: number): Json => ({ ...one.versions[index], versionNumber: index + 1, _links: { self: records.link(`/function-versions/${one.versions[index]?.id ?? 0}`) } });

	route('GET', '/runtimes/nodejs', runtime);
	route('PUT', '/runtimes/nodejs/dependencies', ({ request }) => {
		state.runtime.dependencies = fromCurrent(request.body) as unknown[];
		return runtime();
	});
	route('PUT', '/runtimes/nodejs/environment-variables', ({ request }) => {
		state.runtime.environmentVariables = { ...state.runtime.environmentVariables, ...(request.body as Record<string, string>) };
		return runtime();
	});
	route('PUT', '/runtimes/nodejs/initialization-script', ({ body }) => {
		state.runtime.script = String(body['script']);
		return runtime();
	});
	route('GET', '/runtimes/nodejs/functions', (call) => offsetPage(call, 'functions', state.functions, functionRow));
	route('POST', '/runtimes/nodejs/functions', ({ body }) => {
		const made: ChatFunction = { id: 900 + state.next(), type: String(body['type']), name: String(body['name']), description: body['description'] === undefined ? null : String(body['description']), initializeAsynchronously: body['initializeAsynchronously'] === true, versions: [{ id: 13_000 + state.next(), handlerScript: '' }] };
		state.functions.push(made);
		return functionRow(made);
	});
	route('GET', '/functions/:id', (call) => functionRow(functionOf(call)));
	route('GET', '/functions/:id/current-version', (call) => versionRow(functionOf(call), functionOf(call).versions.length - 1));
	route('GET', '/functions/:id/versions', (call) => offsetPage(call, 'versions', functionOf(call).versions.map((_version, index) => index), (index) => versionRow(functionOf(call), index)));
	route('POST', '/functions/:id/versions', (call) => {
		const one = functionOf(call);
		one.versions.push({ id: 13_000 + state.next(), handlerScript: String(call.body['handlerScript']) });
		return versionRow(one, one.versions.length - 1);
	});
	route('GET', '/functions/:id/invocations', (call) => offsetPage(call, 'invocations', functionOf(call) ? [] : [], () => ({})));
	route('GET', '/function-versions/:id', ({ params }) => {
		const one = state.functions.find(({ versions }) => versions.some(({ id }) => id === Number(params['id']))) ?? notFound();
		return versionRow(one, one.versions.findIndex(({ id }) => id === Number(params['id'])));
	});
}
