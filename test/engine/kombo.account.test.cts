import { binaryFile, readBinary, runTool, testCredential } from './harness/index.cts';
import { byId, must, picked, rowsOf, startKombo, type Kombo } from './support/kombo.cts';
import { integrationIdOf } from '../../sandbox/kombo/state.cts';

let kombo: Kombo;

beforeAll(async () => {
	kombo = await startKombo();
});
afterAll(async () => {
	await kombo.sandbox.close();
	expect(kombo.sandbox.violations).toEqual([]);
});

const lastBody = () => kombo.sandbox.requests.at(-1)?.body;

describe('an integration', () => {
	it('tells its state and what it can do', async () => {
		const [row] = await kombo.json('integration', 'get');
		expect(row).toMatchObject({ id: integrationIdOf(kombo.sandbox.world), tool: 'Greenhouse', status: 'ACTIVE', setup_status: 'COMPLETED', customer: 'Acme Recruiting' });
		expect(row?.readable).toContain('ats_applications');
		expect(row?.writable).toContain('ats_create_application');
		expect(await kombo.json('integration', 'get', { integrationId: integrationIdOf(kombo.sandbox.world), simplify: false })).toMatchObject([{ read_models: expect.any(Array), scope_config: { name: 'Default' } }]);
	});

	it('is switched off and on', async () => {
		expect(await kombo.json('integration', 'setEnabled', { enabled: false })).toEqual([{ success: true, integration_id: integrationIdOf(kombo.sandbox.world) }]);
		const { error } = await kombo.run('application', 'getAll', {}, { mayFail: true });
		expect(error?.message).toBe('This integration is disabled.');
		expect(error?.description).toContain('Integration, Enable or Disable');
		await kombo.run('integration', 'setEnabled', { enabled: true });
		expect((await kombo.run('application', 'getAll', { limit: 1 })).items).toHaveLength(1);
	});

	it('gives links to reconnect and to complete the set-up', async () => {
		expect(await kombo.json('integration', 'createReconnectLink', { linkType: 'MAGIC_LINK', additionalFields: { language: 'de' } })).toEqual([{ link: expect.stringMatching(/^https:/) }]);
		expect(lastBody()).toEqual({ link_type: 'MAGIC_LINK', language: 'de' });
		expect(await kombo.json('integration', 'createSetupLink', { linkType: 'EMBEDDED' })).toEqual([{ link: expect.stringMatching(/^https:/) }]);
		expect(lastBody()).toEqual({ link_type: 'EMBEDDED' });
	});

	it('lists its fields, maps a custom one, and takes the mapping away', async () => {
		const fields = await kombo.json('integration', 'getIntegrationFields', { returnAll: true });
		expect(fields).toHaveLength(9);
		expect(kombo.sandbox.requests.at(-1)?.query.page_size).toBe('2000');
		const custom = must((await kombo.json('integration', 'getCustomFields', { returnAll: true })).find(({ model }) => model === 'ats_jobs'));
		expect(custom.integration_field).toBeNull();
		const field = must(fields.find(({ model }) => model === 'ats_jobs'));
		const mapped = await kombo.json('integration', 'mapCustomField', { customFieldId: picked(String(custom.id)), integrationFieldId: picked(String(field.id)) });
		expect(mapped).toMatchObject([{ id: custom.id, integration_field: { id: field.id } }]);
		expect(await kombo.json('integration', 'mapCustomField', { customFieldId: byId(String(custom.id)), integrationFieldId: byId('') })).toMatchObject([{ integration_field: null }]);
	});

	it('lets a field of the ATS through, or not', async () => {
		const [field] = await kombo.json('integration', 'getIntegrationFields', { limit: 1 });
		const update = async (passthrough: string) => await kombo.json('integration', 'updateIntegrationField', { integrationFieldId: byId(String(field?.id)), passthrough });
		expect(await update('off')).toMatchObject([{ id: field?.id, is_passthrough_enabled: false }]);
		expect(await update('on')).toMatchObject([{ is_passthrough_enabled: true }]);
		await update('default');
		expect(lastBody()).toEqual({ enable_passthrough: null });
	});

	it('is deleted only by its own ID, never by the default of the credential', async () => {
		const { error } = await kombo.run('integration', 'delete', { integrationId: '={{ $json.nothing }}' }, { mayFail: true });
		expect(error?.message).toBe('"Integration ID" is empty');
		await kombo.run('connection', 'createLink', { email: 'ada@example.com', organization: 'Short-lived', additionalFields: { tool: 'workable' } });
		const link = String((await kombo.json('connection', 'createLink', { email: 'ada@example.com', organization: 'Short-lived', additionalFields: { tool: 'workable' } }))[0]?.link);
		const [made] = await kombo.json('connection', 'getByToken', { token: link.split('/').at(-1) ?? '' });
		expect(await kombo.json('integration', 'delete', { integrationId: String(made?.id) })).toEqual([{ success: true, integration_id: made?.id }]);
		const gone = await kombo.run('integration', 'get', { integrationId: String(made?.id) }, { mayFail: true });
		expect(gone.error).toMatchObject({ httpCode: '404', message: `There is no integration with the ID "${String(made?.id)}" in this environment.` });
		expect((await kombo.run('integration', 'get')).json[0]?.status).toBe('ACTIVE');
	});

	it('can be another one than that of the credential', async () => {
		const [made] = await kombo.json('connection', 'createLink', { email: 'b@example.com', organization: 'Other', additionalFields: { tool: 'lever', originId: 'c-1' } });
		const [other] = await kombo.json('connection', 'getByToken', { token: String(made?.link).split('/').at(-1) ?? '' });
		expect(other).toMatchObject({ tool: 'lever', end_user_origin_id: 'c-1', end_user_organization_name: 'Other' });
		await kombo.run('job', 'getAll', { options: { integrationId: '={{ $json.integration }}' } }, { items: [{ json: { integration: other?.id } }, { json: { integration: integrationIdOf(kombo.sandbox.world) } }] });
		expect(kombo.sandbox.requests.slice(-2).map(({ headers }) => headers['x-integration-id']).sort()).toEqual([String(other?.id), integrationIdOf(kombo.sandbox.world)].sort());
	});

	it('must be named somewhere', async () => {
		const komboApi = { ...kombo.credentials.komboApi, integrationId: '' };
		const { error } = await kombo.run('job', 'getAll', {}, { credentials: { komboApi }, mayFail: true });
		expect(error?.message).toBe('The Integration ID is missing');
	});
});

describe('connection, sync and tools', () => {
	it('a connection link says ATS, since the vendor would say HRIS', async () => {
		await kombo.run('connection', 'createLink', { email: 'ada@example.com', organization: 'Acme' });
		expect(lastBody()).toEqual({ end_user_email: 'ada@example.com', end_user_organization_name: 'Acme', integration_category: 'ATS', link_type: 'EMBEDDED' });
	});

	it('a sync is queued once', async () => {
		expect(await kombo.json('sync', 'trigger', { type: 'DELTA' })).toEqual([{ already_queued: false, sync_id: expect.any(String), type: 'DELTA' }]);
		expect(await kombo.json('sync', 'trigger')).toMatchObject([{ already_queued: true }]);
	});

	it('tools say what can be done with them', async () => {
		const tools = await kombo.json('tool', 'getAll', { returnAll: true });
		expect(tools.find(({ id }) => id === 'flatchr')).toMatchObject({ label: 'Flatchr', readable: expect.arrayContaining(['ats_jobs']), writable: expect.not.arrayContaining(['ats_reject_application']) });
		expect(await kombo.json('tool', 'getAll', { category: 'HRIS', limit: 1 })).toHaveLength(1);
		expect(await kombo.json('tool', 'getAll', { limit: 1, simplify: false })).toMatchObject([{ coverage: { features: expect.any(Array) } }]);
	});
});

describe('a passthrough request', () => {
	it('reaches the ATS with query, headers, options and JSON, for the tool of the integration', async () => {
		const [row] = await kombo.json('passthrough', 'send', {
			api: 'harvest',
			method: 'POST',
			path: '/candidates/1/activity_feed/notes',
			bodyType: 'json',
			body: '{"body": "Hello", "visible": true}',
			additionalFields: { headers: '{"On-Behalf-Of": 1234}', query: '{"per_page": 100}', apiOptions: '{"region": "eu"}' },
		});
		expect(row).toMatchObject({ status: 200, url: expect.stringContaining('/candidates/1/activity_feed/notes?per_page=100'), warnings: [] });
		expect(row?.data).toMatchObject({ method: 'POST', data: { body: 'Hello', visible: true }, headers: { 'On-Behalf-Of': '1234' }, params: { per_page: '100' }, options: { region: 'eu' } });
		expect(row?.headers).not.toHaveProperty('set-cookie');
	});

	it('sends a form with a file byte for byte', async () => {
		const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
		const cv = await binaryFile(bytes, 'cv.pdf', 'application/pdf');
		const [row] = await kombo.json(
			'passthrough',
			'send',
			{ tool: 'greenhouse', api: 'harvest', method: 'POST', path: '/applications/1/attachments', bodyType: 'form', form: rowsOf({ name: 'type', kind: 'text', value: 'resume' }, { name: 'file', kind: 'file', binaryField: 'cv' }) },
			{ items: [{ binary: { cv } }] },
		);
		expect(row?.data).toMatchObject({ form: [{ name: 'type', value: 'resume' }, { name: 'file', file_name: 'cv.pdf', content_type: 'application/pdf', base64: bytes.toString('base64') }] });
	});

	it('brings a file back', async () => {
		const { items } = await kombo.run('passthrough', 'send', { api: 'harvest', path: '/file', asFile: true, outputField: 'cv' });
		expect((await readBinary(items[0]?.binary?.cv)).toString()).toBe('%PDF-1.4 a small file of the remote system\n');
		expect(items[0]?.binary?.cv?.mimeType).toBe('application/pdf');
	});

	it('fails with the answer of the ATS, unless that is wanted as output', async () => {
		const { error } = await kombo.run('passthrough', 'send', { api: 'harvest', path: '/status/404' }, { mayFail: true });
		expect(error).toMatchObject({ httpCode: '404', message: 'The ATS answered 404: {"errors":[{"message":"You asked for 404"}]}' });
		expect(await kombo.json('passthrough', 'send', { api: 'harvest', path: '/status/404', additionalFields: { neverError: true } })).toMatchObject([{ status: 404 }]);
	});
});

describe('an API request', () => {
	it('gives one item per object, list entry or text, and status and headers on request', async () => {
		expect(await kombo.json('apiRequest', 'send', { path: '/check-api-key' })).toMatchObject([{ status: 'success', data: { environment_id: expect.any(String) } }]);
		const [full] = await kombo.json('apiRequest', 'send', { path: 'ats/jobs?statuses=OPEN', query: '{"page_size": 2, "ids": []}', fullResponse: true });
		expect(full).toMatchObject({ status: 200, headers: { 'content-type': expect.stringContaining('json') }, body: { data: { results: expect.any(Array) } } });
		expect(kombo.sandbox.requests.at(-1)).toMatchObject({ path: expect.stringContaining('/ats/jobs'), query: { statuses: 'OPEN', page_size: '2' } });
	});

	it('writes with a body, once', async () => {
		const mark = kombo.sandbox.requests.length;
		await kombo.run('apiRequest', 'send', { method: 'PUT', path: `/integrations/${encodeURIComponent(integrationIdOf(kombo.sandbox.world))}/enabled`, body: '={{ { value: true } }}' });
		expect(kombo.requests(mark)).toMatchObject([{ method: 'PUT', body: { value: true } }]);
	});

	it('gives an answer as text or as a file', async () => {
		expect(await kombo.json('apiRequest', 'send', { path: '/check-api-key', responseType: 'text' })).toEqual([{ data: expect.stringContaining('"environment_id"') }]);
		const { items } = await kombo.run('apiRequest', 'send', { path: '/check-api-key', responseType: 'file' });
		expect(JSON.parse((await readBinary(items[0]?.binary?.data)).toString())).toMatchObject({ status: 'success' });
	});

	it.each([['/../admin'], ['/ats/%2e%2e/x'], ['//elsewhere.example/v1'], ['https://elsewhere.example/v1']])('to %s is not sent', async (path) => {
		const mark = kombo.sandbox.requests.length;
		const { error } = await kombo.run('apiRequest', 'send', { path }, { mayFail: true });
		expect(error?.message).toMatch(/^The path (leaves the API|is a whole address)/);
		expect(kombo.requests(mark)).toEqual([]);
	});

	it('that fails is an error in the words of the vendor', async () => {
		const { error } = await kombo.run('apiRequest', 'send', { path: '/integrations/nobody' }, { mayFail: true });
		expect(error).toMatchObject({ httpCode: '404', message: 'There is no integration with the ID "nobody" in this environment.' });
	});
});

describe('the credential', () => {
	const test = async (more: Record<string, string>) => await testCredential('komboApi', { ...must(kombo.credentials.komboApi), ...more });

	it('is tested with the vendor', async () => {
		for (const integrationId of [String(integrationIdOf(kombo.sandbox.world)), '', ` ${String(integrationIdOf(kombo.sandbox.world))}\n`]) expect(await test({ integrationId })).toEqual({ status: 'OK', message: 'Connection successful!' });
	});

	it.each([
		[{ apiKey: 'ks_dev_wrong' }, /does not know this API key/],
		[{ apiKey: 'ks_dev_wrong', integrationId: '' }, /does not know this API key/],
		[{ integrationId: 'greenhouse:HWUTwvyx2wLoSUHphiWVrp28' }, /knows no integration with this Default Integration ID/],
		[{ baseUrl: 'http://127.0.0.1:9/v1' }, /ECONNREFUSED|refused/i],
	])('says what is wrong: %o', async (more, said) => {
		expect(await test(more as Record<string, string>)).toEqual({ status: 'Error', message: expect.stringMatching(said) });
	});

	it.each([
		[401, /does not know/],
		[403, /allow-list/],
		[404, /ends with \/v1/],
		[429, /Try again in a minute/],
		[503, /not available/],
	])('has a sentence for the status %i', async (status, said) => {
		// n8n itself sends a test again after a 401.
		kombo.sandbox.faults.next({ kind: 'status', status }, { path: /check-api-key|integrations/, times: 2 });
		expect((await test({})).message).toMatch(said);
		kombo.sandbox.faults.clear();
	});

	it.each([
		['http://api.kombo.example/v1', /must start with https/],
		['not a url', /is not a URL/],
		['https://user:pw@api.kombo.example/v1', /more than an address/],
	])('with the base URL %s sends nothing', async (baseUrl, said) => {
		const { error } = await kombo.run('job', 'getAll', {}, { credentials: { komboApi: { ...kombo.credentials.komboApi, baseUrl } }, mayFail: true });
		expect(error?.message).toMatch(said);
	});
});

describe('as a tool of an agent', () => {
	it('reads and writes with what the model fills in, and says what it is for', async () => {
		const one = must(kombo.sandbox.world.applications.alive()[0]);
		const read = await runTool('kombo', { resource: 'application', operation: 'get', id: byId("={{ $fromAI('applicationId', 'which one', 'string') }}") }, { applicationId: one.id }, { credentials: kombo.credentials });
		expect(JSON.parse(read.answer)).toMatchObject([{ id: one.id }]);

		const write = await runTool(
			'kombo',
			{ resource: 'application', operation: 'addNote', applicationId: byId("={{ $fromAI('applicationId', 'which one', 'string') }}"), content: "={{ $fromAI('note', 'what to write', 'string') }}" },
			{ applicationId: one.id, note: 'from the agent' },
			{ credentials: kombo.credentials },
		);
		expect(JSON.parse(write.answer)).toEqual([{ success: true, application_id: one.id, warnings: [] }]);
		expect(kombo.sandbox.world.notes.by('applicationId', one.id).at(-1)?.html).toBe('from the agent');
		expect(write.description).toContain('note');
	});
});
