import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { useClock } from '../../lib/clock';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { listSearch, readBinary, runNode, runTool, testCredential, type NodeOptions } from './harness/index.cts';

let sandbox: Sandbox;
let restoreClock: () => void;

beforeAll(async () => {
	// Waits between tries cost nothing here.
	restoreClock = useClock({ now: () => Date.now(), sleep: async () => {} });
	sandbox = await startSandbox({ jobs: 8, applications: 120, services: ['chatTechnologies'] });
});
afterAll(async () => {
	restoreClock();
	await sandbox.close();
});
beforeEach(async () => {
	sandbox.faults.clear();
	sandbox.requests.length = 0;
	await setup({});
});
afterEach(() => expect(sandbox.violations.splice(0)).toEqual([]));

const PATHS = { candidates: '/candidates', departments: '/departments', roles: '/roles', changes: '/changes' };
const USUAL = { envelope: 'jsonapi', paging: 'metadata', order: 'newest', changeIds: true, wholeWrites: true, company: true, resumeLife: 30_000, deadResumes: 0, paths: PATHS };
const setup = async (settings: object) => await sandbox.control('chatTechnologies/settings', { ...USUAL, ...settings });

const data = (more: IDataObject = {}) => ({ ...sandbox.credentials.chatTechnologies, baseUrl: sandbox.urls.chatTechnologies ?? '', ...more });
const run = async (where: string, parameters: INodeParameters = {}, { credential = {}, ...options }: NodeOptions & { credential?: IDataObject } = {}) => {
	const [resource = '', operation = ''] = where.split('.');
	const path = Object.entries(PATHS).find(([name]) => name === `${resource}s`)?.[1];
	return await runNode('chatTechnologies', { resource, operation, ...(path === undefined ? {} : { path }), ...parameters }, { ...options, credentials: { chatTechnologiesApi: data(credential) } });
};
const one = async (where: string, parameters: INodeParameters = {}, options: Parameters<typeof run>[2] = {}) => {
	const { json, error } = await run(where, parameters, options);
	expect(error).toBeUndefined();
	expect(json).toHaveLength(1);
	return json[0] ?? {};
};
const byId = (value: string) => ({ __rl: true, mode: 'id', value });
const sent = () => sandbox.requests.map(({ method, path, query, body, headers }) => ({ method, path, query, body, headers }));
const world = () => sandbox.world;
const candidateOf = (number: number) => {
	const found = world().candidates.byNumber(number);
	if (!found) throw new Error(`There is no candidate ${number}`);
	return found;
};

describe('the company', () => {
	it('is read as a person wants it, and as it came without Simplify', async () => {
		const [company] = world().companies.rows;
		expect(await one('company.get')).toEqual({ id: expect.stringMatching(/^[\da-f-]{36}$/), type: 'companies', name: company?.name, website: company?.website, locale: 'en', managerId: '1' });
		expect(await one('company.get', { simplify: false })).toMatchObject({ type: 'companies', attributes: { locale: 'en' }, relationships: { manager: { data: { type: 'users', id: '1' } } } });
	});

	it('gets another name, language and manager, its id being looked up first', async () => {
		expect(await one('company.update', { updateFields: { name: 'Acme Corp', locale: 'zh-CN', managerId: '2' } })).toMatchObject({ name: 'Acme Corp', locale: 'zh-CN', managerId: '2' });
		expect(world().companies.rows[0]).toMatchObject({ name: 'Acme Corp', locale: 'zh-CN', managerId: world().users.byNumber(2)?.id });
		expect(sent().map(({ method }) => method)).toEqual(['GET', 'PATCH']);
		expect(sent()[1]).toMatchObject({ headers: { 'content-type': 'application/vnd.api+json' }, body: { data: { type: 'companies', attributes: { name: 'Acme Corp', locale: 'zh-CN' }, relationships: { manager: { data: { type: 'users', id: '2' } } } } } });
		expect(await one('company.update', { updateFields: { relationships: '{"manager": null}' } })).toMatchObject({ managerId: null });
		const { error } = await run('company.update', { updateFields: {} });
		expect(error?.message).toBe('There is nothing to update');
	});
});

describe('through the unified node', () => {
	const ats = async (where: string, parameters: INodeParameters, credential: IDataObject = {}) => {
		const [resource = '', operation = ''] = where.split('.');
		return await runNode('ats', { provider: 'chatTechnologies', resource, operation, ...parameters }, { credentials: { chatTechnologiesApi: data(credential) } });
	};
	const withTags = (tags: unknown) => sandbox.faults.next({ kind: 'status', status: 200, body: { data: { type: 'candidates', id: '5', attributes: { 'first-name': 'Ada', phone: 33612345678, tags } } } });
	const patched = () => sandbox.requests.filter(({ method }) => method === 'PATCH').map(({ body }) => (body as { data: { attributes: IDataObject } }).data.attributes.tags);
	const tags = ['java', 2024, { id: '7', name: 'go' }];

	it('a tag is added to and removed from what is there, and the rest is written back as it was read', async () => {
		withTags(tags);
		expect((await ats('candidate.addTag', { candidateId: byId('5'), tag: 'senior' })).error).toBeUndefined();
		withTags(tags);
		expect((await ats('candidate.removeTag', { candidateId: byId('5'), tag: '2024' })).error).toBeUndefined();
		expect(patched()).toEqual([[...tags, 'senior'], ['java', { id: '7', name: 'go' }]]);
		sandbox.violations.length = 0;
	});

	it('of several tags that one person gets in one run, each stays', async () => {
		const items = ['one', 'two', 'three'].map((tag) => ({ json: { tag } }));
		expect((await runNode('ats', { provider: 'chatTechnologies', resource: 'candidate', operation: 'addTag', candidateId: byId('5'), tag: '={{ $json.tag }}' }, { credentials: { chatTechnologiesApi: data({}) }, items })).error).toBeUndefined();
		expect(patched().at(-1)).toEqual(expect.arrayContaining(['one', 'two', 'three']));
	});

	it('tags that are not told are not overwritten', async () => {
		withTags(undefined);
		expect((await ats('candidate.addTag', { candidateId: byId('5'), tag: 'senior' })).error?.message).toBe('The tags of the candidate 5 cannot be read');
		expect(patched()).toEqual([]);
	});

	it('a phone number that came as a number is its text', async () => {
		withTags(tags);
		expect((await ats('candidate.get', { candidateId: byId('5'), simplify: false })).json).toMatchObject([{ phones: [{ phoneNumber: '33612345678' }], tags: [{ text: 'java' }, { text: '2024' }, { id: '7', text: 'go' }] }]);
	});

	it('template and paths may be those of the workflow', async () => {
		const options = { messageTemplate: '{"candidate_id": "{candidateId}", "body": "{text}"}', candidatesPath: '/people' };
		expect((await ats('message.send', { candidateId: byId('5'), text: 'Hello', options })).error).toBeUndefined();
		expect(sandbox.requests.at(-1)).toMatchObject({ method: 'POST', body: { candidate_id: '5', body: 'Hello' } });
		await ats('candidate.get', { candidateId: byId('5'), options });
		expect(sandbox.requests.at(-1)?.path).toBe('/people/5');
	});
});

describe('messages', () => {
	it('without a word are not sent', async () => {
		const { error } = await run('message.create', { content: '{}' });
		expect(error?.message).toBe('"Message (JSON)" is empty');
		expect(sandbox.requests).toEqual([]);
	});

	it('are sent, read, changed and deleted', async () => {
		const made = await one('message.create', { content: '{"candidate_id": "3", "subject": "Hello", "body": "Can we talk tomorrow?"}' });
		expect(made).toMatchObject({ candidate_id: '3', subject: 'Hello', body: 'Can we talk tomorrow?' });
		expect(sent()[0]).toMatchObject({ method: 'POST', path: '/messages', headers: { 'content-type': 'application/json' } });
		const messageId = byId(String(made.id));
		expect(await one('message.get', { messageId })).toEqual(made);
		expect(await one('message.update', { messageId, content: { body: 'Can we talk on Friday?' } })).toMatchObject({ id: made.id, body: 'Can we talk on Friday?' });
		expect(world().messages.get(String(made.id))?.text).toBe('Can we talk on Friday?');
		expect(await one('message.delete', { messageId })).toEqual({ id: made.id, deleted: true });
		expect(world().messages.get(String(made.id))?.deletedAt).not.toBeNull();
	});

	it('come page by page, with the limit and the cursor of the documentation', async () => {
		const { json, error } = await run('message.getAll', { returnAll: true, options: { pageSize: 7 } });
		expect(error).toBeUndefined();
		expect(json.map(({ id }) => id)).toEqual(world().messages.alive().map(({ id }) => id));
		expect(json.length).toBeGreaterThan(14);
		expect(sent()[0]?.query).toEqual({ limit: '7' });
		expect(sent()[1]?.query).toEqual({ limit: '7', cursor: expect.any(String) });
		expect((await run('message.getAll', { limit: 3 })).json).toHaveLength(3);
	});
});

describe('candidates', () => {
	it('are created with what may be written, and only that', async () => {
		const resume = await publish('cv.pdf', 'the very bytes');
		const made = await one('candidate.create', {
			email: 'ada@example.com',
			additionalFields: { firstName: 'Ada', lastName: 'Lovelace', phone: '+441234', tags: 'remote, Senior', resumeUrl: resume, connected: true, consentGivenFutureJobs: true, setConsentExpiration: true, sendWelcomeMessage: true, attributes: '{"x-shoe-size": 38, "referred": true}' },
		});
		expect(made).toMatchObject({ type: 'candidates', 'first-name': 'Ada', email: 'ada@example.com', tags: ['remote', 'Senior'], connected: true, 'has-resume': true, 'x-shoe-size': 38, referred: false });
		// Written only: never told again. And the address of the resume is not passed on.
		for (const name of ['merge', 'consent-given-future-jobs', 'set-consent-expiration', 'send-welcome-message', 'resume', 'original-resume']) expect(made).not.toHaveProperty(name);
		expect(made['consent-future-jobs-at']).toEqual(expect.any(String));
		expect(candidateOf(Number(made.id))).toMatchObject({ firstName: 'Ada', emails: [{ address: 'ada@example.com' }], consent: { given: true } });
		expect(sent()[0]?.body).toMatchObject({ data: { type: 'candidates', attributes: { 'send-welcome-message': true, tags: ['remote', 'Senior'] } } });
		expect(JSON.stringify(sent()[0]?.body)).not.toContain('referred');

		const { error } = await run('candidate.create', { email: 'ada@example.com' });
		expect(error).toMatchObject({ message: 'email - has already been taken (/data/attributes/email)', httpCode: '422' });
		expect(await one('candidate.create', { email: 'ada@example.com', additionalFields: { merge: true, pitch: 'First programmer' } })).toMatchObject({ id: made.id, pitch: 'First programmer' });
	});

	it('are read, changed and deleted', async () => {
		const candidateId = byId('5');
		expect(await one('candidate.get', { candidateId })).toMatchObject({ id: '5', 'first-name': candidateOf(5).firstName });
		expect(await one('candidate.update', { candidateId, updateFields: { lastName: 'Byron', email: 'new5@example.com', unsubscribed: false, attributes: { 'send-welcome-message': true, 'linkedin-profile': '<p>' } } })).toMatchObject({ 'last-name': 'Byron', unsubscribed: false });
		expect(candidateOf(5)).toMatchObject({ lastName: 'Byron', emails: [{ address: 'new5@example.com' }] });
		expect(sent().at(-1)?.body).toEqual({ data: { type: 'candidates', id: '5', attributes: { 'last-name': 'Byron', email: 'new5@example.com', unsubscribed: false } } });
		expect(await one('candidate.delete', { candidateId })).toEqual({ id: '5', deleted: true });
		expect(candidateOf(5).deletedAt).not.toBeNull();
	});

	it('are listed with the query parameters of the set-up', async () => {
		const email = candidateOf(7).emails[0]?.address ?? '';
		const found = await run('candidate.getAll', { query: { row: [{ name: 'filter[email]', value: email }] } });
		expect(found.json).toMatchObject([{ id: '7', email }]);
	});

	it('give their resumes byte for byte, at once', async () => {
		const bytes = world().bytes(world().attachments.by('candidateId', candidateOf(2).id).filter(({ kind }) => kind === 'CV').at(-1)!);
		const { items } = await run('candidate.downloadResume', { candidateId: byId('2'), version: 'original-resume', outputField: 'cv' });
		expect(items[0]?.json).toMatchObject({ candidateId: '2', version: 'original-resume', fileName: expect.stringMatching(/^CV .*\.pdf$/) });
		expect(await readBinary(items[0]?.binary?.cv)).toEqual(bytes);
		const many = await run('candidate.getAll', { downloadResumes: true, version: 'resume', outputField: 'data', limit: 4, options: { pageSize: 2 } });
		expect(many.items).toHaveLength(4);
		for (const { json, binary } of many.items) {
			expect(json).not.toHaveProperty('resume');
			expect((await readBinary(binary?.data)).subarray(0, 5).toString()).toBe('%PDF-');
		}
		const without = await one('candidate.create', { additionalFields: { sourced: true, firstName: 'No', lastName: 'Paper' } });
		const { error } = await run('candidate.downloadResume', { candidateId: byId(String(without.id)), version: 'resume', outputField: 'data' });
		expect(error?.message).toBe(`The candidate ${String(without.id)} has no resume`);
	});

	it('are read once more for a fresh address when that of the resume has died', async () => {
		await setup({ deadResumes: 2 });
		const { items } = await run('candidate.downloadResume', { candidateId: byId('2'), version: 'resume', outputField: 'data' });
		expect((await readBinary(items[0]?.binary?.data)).subarray(0, 5).toString()).toBe('%PDF-');
		sandbox.requests.length = 0;
		await setup({ resumeLife: -1 });
		const { error } = await run('candidate.downloadResume', { candidateId: byId('2'), version: 'resume', outputField: 'data' });
		expect(error).toMatchObject({ httpCode: '403', message: expect.stringMatching(/^resume-2.pdf cannot be had/) });
		expect(sent().filter(({ path }) => path === '/candidates/2')).toHaveLength(2);
	});

	it('come with the others of their page where one address is dead', async () => {
		const list = async (more: NodeOptions = {}) => await run('candidate.getAll', { downloadResumes: true, version: 'resume', outputField: 'data', limit: 4 }, more);
		const rows = (await run('candidate.getAll', { limit: 3, simplify: false })).json;
		const dead = { ...rows[0], id: '999', attributes: { ...(rows[0]?.attributes as IDataObject), resume: `${sandbox.url}/_files/nothing` } };
		const page = { kind: 'status', status: 200, body: { data: [dead, ...rows] } } as const;
		sandbox.faults.next(page, { path: '/candidates' });
		const { items, errorOutput } = await list({ onError: 'continueErrorOutput' });
		expect(items.filter(({ binary }) => binary?.data !== undefined).map(({ json }) => json.id)).toEqual(rows.map(({ id }) => id));
		expect(errorOutput.map(({ json }) => json.error)).toEqual([expect.stringContaining('resume-999.pdf cannot be had')]);
		sandbox.faults.next(page, { path: '/candidates' });
		expect((await list()).error?.message).toContain('resume-999.pdf cannot be had');
	});
});

describe('departments and roles', () => {
	it('are created, read, listed, changed and deleted', async () => {
		const made = await one('department.create', { name: 'Kitchen', additionalFields: { teamIds: '7, 8' } });
		expect(made).toMatchObject({ name: 'Kitchen', teamsIds: ['7', '8'], rolesIds: [] });
		const departmentId = byId(String(made.id));
		const cook = await one('role.create', { name: 'Cook', additionalFields: { departmentId: byId(String(made.id)) } });
		expect(cook).toMatchObject({ name: 'Cook', departmentId: made.id });
		expect(await one('department.get', { departmentId })).toMatchObject({ rolesIds: [cook.id] });
		expect(await one('department.update', { departmentId, updateFields: { name: 'Kitchens', roleIds: [String(cook.id), '1'] } })).toMatchObject({ name: 'Kitchens', rolesIds: expect.arrayContaining(['1', cook.id]) });
		expect((await run('department.getAll', { returnAll: true })).json).toHaveLength(world().departments.alive().length);

		const busy = await run('department.delete', { departmentId });
		expect(busy.error).toMatchObject({ message: 'The department still has roles', httpCode: '409', description: expect.stringContaining('conflicts with the present state') });
		const roleId = byId(String(cook.id));
		expect(await one('role.update', { roleId, updateFields: { name: 'Chef', departmentId: byId('1'), teamIds: '9' } })).toMatchObject({ name: 'Chef', departmentId: '1', teamsIds: ['9'] });
		expect(await one('role.get', { roleId })).toMatchObject({ name: 'Chef' });
		expect(await one('role.delete', { roleId })).toEqual({ id: cook.id, deleted: true });
		await one('role.update', { roleId: byId('1'), updateFields: { departmentId: byId('1') } });
		expect(await one('department.delete', { departmentId })).toEqual({ id: made.id, deleted: true });
		expect((await run('role.getAll', { returnAll: true })).json.map(({ id }) => id)).toEqual(world().positions.alive().map(({ number }) => String(number)));
	});
});

describe('changes', () => {
	it('are read with what was recorded unpacked, and filtered here', async () => {
		sandbox.recruiter.step();
		const { json } = await run('change.getAll', { returnAll: true });
		expect(json).toHaveLength(world().activities.alive().length);
		expect(json[0]).toMatchObject({ type: 'activities', code: expect.any(String), data: expect.any(Object), candidateId: expect.any(String) });
		expect(await one('change.get', { changeId: byId(String(json[0]?.id)) })).toEqual(json[0]);
		const messages = await run('change.getAll', { returnAll: false, limit: 2, filters: { codes: ['message'], recordedAfter: new Date(Date.now() - 3_600_000).toISOString() } });
		expect(messages.json.map(({ code }) => code)).toEqual(['message', 'message']);
	});

	it('come with the candidates that the answer includes', async () => {
		const { json } = await run('change.getAll', { limit: 1, query: { row: [{ name: 'include', value: 'candidate' }] } });
		expect(json[0]).toMatchObject({ candidateId: expect.any(String), candidate: { type: 'candidates', 'first-name': expect.any(String) } });
	});
});

describe('any set-up', () => {
	it.each(['metadata', 'meta', 'links'])('pages by %s, in JSON:API and in the other envelope', async (paging) => {
		for (const envelope of ['jsonapi', 'unified']) {
			await setup({ paging, envelope });
			const { json, error } = await run('department.getAll', { returnAll: true, options: { pageSize: 2 } });
			expect(error).toBeUndefined();
			expect(json.map(({ name }) => name)).toEqual(world().departments.alive().map(({ name }) => name));
		}
	});

	it('may have other paths, and answer writes with an id only', async () => {
		await setup({ paths: { ...PATHS, candidates: '/ats/people' }, wholeWrites: false });
		expect(await one('candidate.update', { path: 'ats/people/', candidateId: byId('9'), updateFields: { firstName: 'Zoe' } })).toEqual({ id: '9' });
		const { error } = await run('candidate.get', { candidateId: byId('9') });
		expect(error).toMatchObject({ httpCode: '404', description: expect.stringContaining('only the paths of the company and of messages are documented') });
		expect((await run('candidate.get', { candidateId: byId('9'), options: { emptyIfNotFound: true } })).json).toEqual([]);
	});

	it('is asked with the ids of the node, for the raw answer, by POST only', async () => {
		const options = { consumerId: 'customer-2', serviceId: 'chatrecruit', includeRaw: true, fullResponse: true, methodOverride: true };
		expect(await one('candidate.update', { candidateId: byId('10'), updateFields: { firstName: 'Kim' }, options })).toMatchObject({ data: { id: '10' }, _raw: { consumer: 'customer-2' } });
		expect(sent()[0]).toMatchObject({ method: 'POST', query: { _method: 'PATCH' }, headers: { 'ct-consumer-id': 'customer-2', 'ct-service-id': 'chatrecruit', 'ct-raw': 'true', 'ct-app-id': 'app-1' } });
		await one('candidate.delete', { candidateId: byId('10'), options: { methodOverride: true } });
		expect(sent()[1]).toMatchObject({ method: 'POST', query: { _method: 'DELETE' } });
		expect(sent()[1]?.headers).not.toHaveProperty('ct-raw');
		const pages = await run('role.getAll', { returnAll: true, options: { fullResponse: true, pageSize: 3 } });
		expect(pages.json[0]).toMatchObject({ data: [{}, {}, {}], metadata: { cursors: {} } });
		expect(pages.json.length).toBe(Math.ceil(world().positions.alive().length / 3));
	});

	it('takes the Token scheme without ids, and headers of its own', async () => {
		await one('company.get', {}, { credential: { authScheme: 'token', appId: '', consumerId: '', extraHeaders: '{"X-Api-Version": "20240904"}' } });
		expect(sent()[0]?.headers).toMatchObject({ 'x-api-version': '20240904', accept: 'application/json, application/vnd.api+json' });
		expect(Object.keys(sent()[0]?.headers ?? {}).filter((name) => name.startsWith('ct-'))).toEqual([]);
	});

	it('is reached by any other call', async () => {
		expect(await one('apiRequest.send', { method: 'GET', path: '/company' })).toMatchObject({ data: { type: 'companies' } });
		const body = JSON.stringify({ data: { type: 'departments', attributes: { name: 'Garden' } } });
		expect(await one('apiRequest.send', { method: 'POST', path: '/departments', body, fullResponse: true })).toMatchObject({ status: 201 });
		expect(sent()[1]?.headers['content-type']).toBe('application/vnd.api+json');
	});
});

describe('the editor', () => {
	it('lists what a field can hold, from the path that was chosen', async () => {
		await setup({ paths: { ...PATHS, candidates: '/people' } });
		const credentials = { chatTechnologiesApi: data() };
		const name = `${candidateOf(2).firstName ?? ''} ${candidateOf(2).lastName ?? ''}`;
		const found = await listSearch('chatTechnologies', 'searchCandidates', { resource: 'candidate', operation: 'get', path: '/people' }, { credentials, filter: name });
		expect(found.results).toContainEqual({ name: expect.stringContaining(name), value: '2' });
		const next = await listSearch('chatTechnologies', 'searchCandidates', { resource: 'candidate', operation: 'get', path: '/people' }, { credentials, paginationToken: String(found.paginationToken) });
		expect(next.results[0]?.value).not.toBe('1');
		for (const [method, resource, path] of [['searchDepartments', 'department', '/departments'], ['searchRoles', 'role', '/roles'], ['searchChanges', 'change', '/changes'], ['searchParentDepartments', 'role', '/roles'], ['searchMessages', 'message', '']] as const) {
			const list = await listSearch('chatTechnologies', method, { resource, operation: 'get', ...(path ? { path } : {}) }, { credentials });
			expect(list.results[0]).toEqual({ name: expect.stringMatching(/\D/), value: expect.any(String) });
		}
	});

	it('tests a credential and says what to do', async () => {
		const test = async (more: IDataObject = {}) => await testCredential('chatTechnologiesApi', data(more));
		expect(await test()).toMatchObject({ status: 'OK' });
		expect(await test({ authScheme: 'token' })).toMatchObject({ status: 'OK' });
		expect(await test({ apiKey: 'wrong' })).toEqual({ status: 'Error', message: expect.stringContaining('check the key, the scheme (Bearer or Token), the app ID and the consumer ID') });
		sandbox.faults.next({ kind: 'status', status: 402 });
		expect(await test()).toEqual({ status: 'Error', message: expect.stringContaining('subscription') });
		await setup({ company: false });
		expect(await test()).toEqual({ status: 'Error', message: expect.stringContaining('may not expose /company') });
		for (const bad of [{ baseUrl: 'http://api.chattechnologies.com' }, { appId: '' }, { extraHeaders: '{"Authorization": "x"}' }, { apiKey: 'a\nb' }]) expect(await test(bad)).toMatchObject({ status: 'Error' });
	});

	it('serves an agent, told when to use it', async () => {
		const { answer, description } = await runTool(
			'chatTechnologies',
			{ resource: 'message', operation: 'get', messageId: { __rl: true, mode: 'id', value: "={{ $fromAI('id', 'which message', 'string') }}" } },
			{ id: world().messages.rows[0]?.id ?? '' },
			{ credentials: { chatTechnologiesApi: data() } },
		);
		expect(JSON.parse(answer)).toMatchObject([{ id: world().messages.rows[0]?.id }]);
		expect(description).toMatch(/message/i);
	});
});

describe('when something is wrong', () => {
	it.each([
		[400, 'malformed'],
		[401, 'API key, the scheme (Bearer or Token), the app ID and the consumer ID'],
		[402, 'payment details are needed at Chat Technologies'],
		[403, 'lacks the right'],
		[404, 'Check the ID and the path'],
		[409, 'conflicts with the present state'],
		[422, 'cannot be used'],
	])('a %i says what to do, after the service\'s own words', async (status, hint) => {
		sandbox.faults.next({ kind: 'status', status, message: 'In our own words' });
		const { error } = await run('company.get');
		expect(error).toMatchObject({ message: 'In our own words', httpCode: String(status), description: expect.stringContaining(hint) });
		expect(sent()).toHaveLength(1);
	});

	it('a refused call is sent again, an unclear write is not, an unclear reading is', async () => {
		const content = '{"candidate_id": "3", "body": "once"}';
		sandbox.faults.next({ kind: 'status', status: 429, retryAfter: 1 });
		await one('message.create', { content });
		expect(sent()).toHaveLength(2);
		sandbox.requests.length = 0;
		sandbox.faults.next({ kind: 'status', status: 503 });
		const { error } = await run('message.create', { content });
		expect(error?.description).toContain('It is not known whether');
		expect(sent()).toHaveLength(1);
		sandbox.faults.next([{ kind: 'status', status: 502 }, { kind: 'cut' }, { kind: 'status', status: 504 }]);
		await one('company.get');
		sandbox.faults.next({ kind: 'status', status: 503 }, { method: 'DELETE' });
		await one('candidate.delete', { candidateId: byId('11') });
		expect(world().messages.rows.filter(({ text }) => text === 'once')).toHaveLength(1);
	});

	it.each([
		[{ kind: 'html' } as const, /Expected JSON but got: <!DOCTYPE html>/],
		[{ kind: 'errorInSuccess' } as const, /The connector refused it/],
		[{ kind: 'redirect', to: 'https://elsewhere.example/company' } as const, /redirected to another server \(elsewhere\.example\)/],
		[{ kind: 'brokenJson' } as const, /Expected JSON but got/],
	])('%o is a clear error', async (day, message) => {
		sandbox.faults.next(day, { times: day.kind === 'html' || day.kind === 'brokenJson' ? 4 : 1 });
		const { error } = await run('company.get');
		expect(error?.message).toMatch(message);
	});

	it('a list that would never end, or lead elsewhere, is an error and never a short list', async () => {
		sandbox.faults.often({ kind: 'repeatedCursor' }, 1);
		expect((await run('message.getAll', { returnAll: true })).error?.message).toContain('would never end');
		sandbox.faults.clear();
		await setup({ paging: 'foreignLink' });
		const { error, items } = await run('role.getAll', { returnAll: true, options: { pageSize: 2 } });
		expect(error?.message).toContain('pointed to another server');
		expect(items).toEqual([]);
	});

	it('the failing item leaves by the error output, the others are paired with their input', async () => {
		const items = ['2', '99999', '3'].map((id) => ({ json: { id } }));
		const { items: good, errorOutput, error } = await run('candidate.get', { candidateId: byId('={{ $json.id }}') }, { items, onError: 'continueErrorOutput' });
		expect(error).toBeUndefined();
		expect(good.map(({ json, pairedItem }) => [json.id, pairedItem])).toEqual([['2', { item: 0 }], ['3', { item: 2 }]]);
		expect(errorOutput).toMatchObject([{ json: { error: 'There is no candidates with this id' }, pairedItem: { item: 1 } }]);
	});

	it.each<[string, string, INodeParameters, IDataObject, string]>([
		['an empty id', 'candidate.get', { candidateId: byId('={{ $json.nothing }}') }, {}, '"Candidate" is empty'],
		['an id that climbs', 'candidate.delete', { candidateId: byId('..') }, {}, '".." is not an ID'],
		['a path with a query', 'candidate.getAll', { path: '/candidates?filter=1' }, {}, '"Path" holds a query'],
		['a path that climbs', 'candidate.getAll', { path: '/../admin' }, {}, 'The path leaves the API'],
		['a message that is no JSON', 'message.create', { content: '{"body":' }, {}, '"Message (JSON)" is not valid JSON'],
		['a relation that is none', 'company.update', { updateFields: { companyId: 'x', relationships: '{"manager": "1"}' } }, {}, '"manager" in "More Relations (JSON)" is not a relation'],
		['a long pitch', 'candidate.create', { email: 'a@b.c', additionalFields: { pitch: 'x'.repeat(141) } }, {}, '"Pitch" is longer than 140 characters'],
		['a date nobody can read', 'change.getAll', { filters: { recordedAfter: 'soon' } }, {}, '"Recorded After" is not a date'],
		['nothing to write', 'candidate.update', { candidateId: byId('2'), updateFields: { attributes: { referred: true } } }, {}, 'There is nothing to send'],
		['too large a page', 'message.getAll', { options: { pageSize: 301 } }, {}, '"Page Size" is out of range'],
		['no consumer id', 'company.get', {}, { consumerId: ' ' }, '"Consumer ID" in the credential is empty'],
		['plain http', 'company.get', {}, { baseUrl: 'http://api.chattechnologies.com' }, '"Base URL" in the credential must start with https://'],
		['a header that breaks the line', 'company.get', {}, { extraHeaders: '{"X-A": "a\\r\\nX-B: b"}' }, '"Extra Headers: X-A" holds characters that cannot stand in a header'],
		['headers that are no JSON', 'company.get', {}, { extraHeaders: '{"X-A"' }, '"Extra Headers" in the credential is not a JSON object'],
	])('%s is named before any request', async (_what, where, parameters, credential, message) => {
		const { error } = await run(where, parameters, { credential });
		expect(error?.message).toBe(message);
		expect(sent()).toEqual([]);
	});

	it('no error tells the key', async () => {
		const { apiKey = '' } = sandbox.credentials.chatTechnologies ?? {};
		sandbox.faults.next({ kind: 'status', status: 400, message: `Bad key ${apiKey} and token=${apiKey}` });
		const { run: whole, error } = await run('company.get');
		expect(error?.message).toContain('[redacted]');
		expect(JSON.stringify(whole)).not.toContain(apiKey);
	});
});

/** A public address of a document. */
async function publish(name: string, text: string): Promise<string> {
	const { createServer } = await import('node:http');
	const server = createServer((_request, response) => response.setHeader('content-type', 'application/pdf').end(text));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	server.unref();
	const address = server.address();
	return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/${name}`;
}
