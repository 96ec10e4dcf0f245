import { createHmac } from 'node:crypto';

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { useClock } from '../../lib/clock';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { integrationIdOf } from '../../sandbox/knit/state.cts';
import type { Application } from '../../sandbox/model.cts';
import { binaryFile, deliverTo, listSearch, readBinary, runNode, runTool, serveWebhook, testCredential, webhookNode, type NodeOptions, type WebhookServer } from './harness/index.cts';
import { hurried } from './support/hurried.cts';

let sandbox: Sandbox;
const of = (app: string) => integrationIdOf(sandbox.world, app);
const credentials = (more: IDataObject = {}) => ({ knitApi: { ...sandbox.credentials.knit, baseUrl: sandbox.urls.knit ?? '', ...more } });
const knit = async (resource: string, operation: string, parameters: INodeParameters = {}, options: NodeOptions = {}) => {
	const outcome = await runNode('knit', { resource, operation, ...parameters }, { credentials: credentials(), ...options });
	if (outcome.error && !options.onError) throw outcome.error;
	return outcome;
};
/** The sandbox's own state, once all its events are sent. */
const state = async (): Promise<{ [list: string]: IDataObject[] } & { watched: IDataObject }> => (Reflect.get(Object(await sandbox.control('knit/state', {})), 'result'));
/** The engine hands errors on as plain objects. */
const failure = async (run: Promise<unknown>): Promise<{ message: string; description?: string; httpCode?: string }> => {
	const failed = await run.then(
		() => null,
		(thrown) => thrown,
	);
	if (failed === null) throw new Error('It should have failed');
	return failed;
};
const byId = (value: string) => ({ __rl: true, mode: 'id', value });
const some = (fits: (row: Application) => boolean = () => true): Application => {
	const found = sandbox.world.applications.rows.find((row) => row.deletedAt === null && fits(row));
	if (!found) throw new Error('The world has no such application');
	return found;
};
const other = () => some(({ candidateId }) => candidateId !== some().candidateId);
const sent = (path: string) => sandbox.requests.filter((request) => request.path === `/v1.0/${path}`);

let restoreClock = () => {};
beforeAll(async () => {
	restoreClock = useClock(hurried);
	sandbox = await startSandbox({ clock: hurried, services: ['knit'], seed: 'knit', jobs: 25, applications: 60 });
});
afterEach(() => sandbox.faults.clear());
afterAll(async () => {
	const { violations } = sandbox;
	restoreClock();
	await sandbox.close();
	expect(violations).toEqual([]);
});

describe('applications', () => {
	it('come from all pages, simplified, each paired with its input', async () => {
		const { json, items } = await knit('application', 'getAll', { returnAll: true });
		expect(json.map(({ id }) => id)).toEqual(sandbox.world.applications.rows.map(({ id }) => id));
		const first = some();
		const candidate = sandbox.world.candidates.need(first.candidateId);
		expect(json[0]).toMatchObject({ jobId: first.jobId, candidateId: candidate.id, email: candidate.emails[0]?.address, stage: sandbox.world.stages.need(first.stageId).name, appliedAt: new Date(first.createdAt).toISOString() });
		expect(new Set(items.map(({ pairedItem }) => JSON.stringify(pairedItem)))).toEqual(new Set(['{"item":0}']));
	});

	it('are only those that were asked for, where the ATS ignores the filter; what a row does not tell is no reason to leave it out', async () => {
		const rows = (await knit('application', 'getAll', { limit: 3, simplify: false })).json;
		const told = rows.map(({ info }) => Object(info));
		const person = Object(told[1]?.candidate);
		const untold = { ...rows[2], info: { id: 'untold', candidate: { id: null } }, currentStage: null };
		const list = { kind: 'status', status: 200, body: { success: true, data: { applications: [rows[0], rows[1], untold], nextPageToken: null } } } as const;
		for (const filters of [{ candidateEmail: ` ${String(person.emails[0].email).toUpperCase()}` }, { candidateId: person.id }]) {
			sandbox.faults.next(list, { path: 'ats.application.list' });
			expect((await knit('application', 'getAll', { filters })).json.map(({ id }) => id)).toEqual([told[1]?.id, 'untold']);
		}
		// With details, what they tell decides.
		sandbox.faults.next(list, { path: 'ats.application.list' });
		sandbox.faults.next({ kind: 'status', status: 404, body: { success: false, error: { msg: 'gone' } } }, { path: 'ats.application.get' });
		const { json, errorOutput } = await knit('application', 'getAll', { details: true, filters: { jobId: `${String(told[0]?.jobId)},${String(told[1]?.jobId)}` } }, { onError: 'continueErrorOutput' });
		expect(json.map(({ id }) => id)).toEqual([told[1]?.id, 'untold']);
		expect(errorOutput.map(({ json: { error } }) => error)).toEqual(['gone']);
	});

	it('name a person by the first address that is there, where the ATS keeps an empty line before it', async () => {
		const [row] = (await knit('application', 'getAll', { limit: 1, simplify: false })).json;
		const info = Object(row?.['info']);
		const odd = { ...row, info: { ...info, candidate: { ...info.candidate, emails: [{ type: 'WORK', email: null }, { type: 'WORK', email: 'ann@example.com' }], phones: [{ type: 'WORK', phoneNumber: ' ' }, { type: 'WORK', phoneNumber: '+49 1' }] } } };
		sandbox.faults.next({ kind: 'status', status: 200, body: { success: true, data: { applications: [odd], nextPageToken: null } } }, { path: 'ats.application.list' });
		expect((await knit('application', 'getAll')).json[0]).toMatchObject({ email: 'ann@example.com', phone: '+49 1' });
	});

	it.each<[string, string, string | RegExp]>([
		['with the prefix of a data address', `data:application/pdf;base64,${Buffer.from('%PDF-1.4 cv').toString('base64')}`, '%PDF-1.4 cv'],
		['that is no base64', 'this is no base64!', /"cv.pdf" cannot be read/],
	])('bring an inline file %s', async (_what, content, expected) => {
		const one = some();
		const [row] = (await knit('application', 'get', { applicationId: byId(one.id), candidateId: byId(one.candidateId), simplify: false })).json;
		const attachments = [{ type: 'RESUME', name: 'cv.pdf', attachmentContent: { content, encoding: 'BASE64' } }];
		sandbox.faults.next({ kind: 'status', status: 200, body: { success: true, data: { application: { ...row, attachments } } } }, { path: 'ats.application.get' });
		const { items, error } = await runNode('ats', { provider: 'knit', resource: 'application', operation: 'downloadAttachments', applicationId: byId(one.id), outputField: 'data' }, { credentials: credentials() });
		if (expected instanceof RegExp) expect(error?.message).toMatch(expected);
		else expect((await readBinary(items[0]?.binary?.['data'])).toString()).toBe(expected);
	});

	it('stop at the limit without reading on', async () => {
		const before = sent('ats.application.list').length;
		expect((await knit('application', 'getAll', { returnAll: false, limit: 3, simplify: false })).json).toHaveLength(3);
		expect(sent('ats.application.list')).toHaveLength(before + 1);
	});

	it.each<[string, string, (row: Application) => INodeParameters, (row: Application, first: Application) => boolean]>([
		['a job', 'greenhouse', ({ jobId }) => ({ jobId }), (row, first) => row.jobId === first.jobId],
		['a status', 'greenhouse', () => ({ status: 'REJECTED' }), ({ status }) => status === 'DECLINED'],
		['a stage', 'lever', ({ stageId }) => ({ stage: stageId }), (row, first) => row.stageId === first.stageId],
		['two candidates', 'lever', ({ candidateId }) => ({ candidateId: `${candidateId}, ${other().candidateId}` }), (row, first) => [first.candidateId, other().candidateId].includes(row.candidateId)],
		['an e-mail address', 'lever', ({ candidateId }) => ({ candidateEmail: sandbox.world.candidates.need(candidateId).emails[0]?.address ?? '' }), (row, first) => row.candidateId === first.candidateId],
		['the time of their creation', 'lever', ({ createdAt }) => ({ createdAfter: new Date(createdAt).toISOString() }), (row, first) => row.createdAt >= first.createdAt],
	])('are filtered by %s', async (_by, app, filter, fits) => {
		const first = some();
		const { json } = await knit('application', 'getAll', { returnAll: true, integrationId: of(app), filters: filter(first) });
		expect(json.map(({ id }) => id)).toEqual(sandbox.world.applications.alive().filter((row) => fits(row, first)).map(({ id }) => id));
		expect(json.length).toBeLessThan(60);
	});

	it('of an ATS that lists outlines only are completed on request', async () => {
		const ask = { returnAll: false, limit: 2, integrationId: of('workable') };
		expect((await knit('application', 'getAll', ask)).json.map(({ firstName }) => firstName)).toEqual([null, null]);
		const names = sandbox.world.applications.rows.slice(0, 2).map(({ candidateId }) => sandbox.world.candidates.need(candidateId).firstName);
		expect((await knit('application', 'getAll', { ...ask, details: true })).json.map(({ firstName }) => firstName)).toEqual(names);
	});

	it('are read one by one with both IDs, in full when not simplified', async () => {
		const row = some(({ id }) => sandbox.world.interviews.by('applicationId', id).length > 0);
		const { json } = await knit('application', 'get', { applicationId: byId(row.id), candidateId: byId(row.candidateId), simplify: false });
		expect(json).toMatchObject([{ info: { id: row.id }, interviews: [{ id: sandbox.world.interviews.by('applicationId', row.id)[0]?.id }] }]);
	});

	it('that fail go to the error output with what Knit said and its ID of the call, and the others still run', async () => {
		const row = some();
		const { items, errorOutput } = await knit(
			'application',
			'get',
			{ applicationId: '={{ $json.id }}', candidateId: row.candidateId },
			{ items: [{ json: { id: 'nobody' } }, { json: { id: row.id } }], onError: 'continueErrorOutput' },
		);
		expect(items).toMatchObject([{ json: { id: row.id }, pairedItem: { item: 1 } }]);
		expect(errorOutput).toMatchObject([{ json: { error: 'No such application exists' }, pairedItem: { item: 0 } }]);
		const { description, httpCode } = await failure(knit('application', 'get', { applicationId: 'nobody', candidateId: 'nobody' }));
		expect([httpCode, description]).toEqual(['404', expect.stringMatching(/Check the IDs.*GET \/ats\.application\.get \(HTTP 404, request ID ex_/)]);
	});

	it.each([
		['a page token that repeats', { kind: 'repeatedCursor' } as const, /same page cursor twice/],
		['HTML instead of JSON', { kind: 'html' } as const, /not JSON|HTML/i],
		['a no inside a 200', { kind: 'errorInSuccess' } as const, /No such application exists/],
		['a redirect to another server', { kind: 'redirect', to: 'https://elsewhere.example/' } as const, /another server/],
	])('are never silently short: %s is an error', async (_what, day, message) => {
		sandbox.faults.next(day, { path: 'ats.application.list', times: 5, skip: day.kind === 'repeatedCursor' ? 0 : 1 });
		expect((await failure(knit('application', 'getAll', { returnAll: true }))).message).toMatch(message);
	});

	it('are created for a new candidate with answers and a CV, byte for byte', async () => {
		const job = sandbox.world.jobs.rows[0];
		const bytes = Buffer.from(Array.from({ length: 300 }, (_, byte) => byte % 256));
		const { json } = await knit(
			'application',
			'create',
			{
				jobId: byId(job?.id ?? ''),
				firstName: 'Jo',
				lastName: 'Doe',
				email: 'jo.doe@mail.example',
				phone: '+49301234567',
				candidateDetails: { title: 'Nurse', links: 'https://a.example, https://b.example', presentAddress: { row: [{ city: 'Berlin', country: 'DE' }] }, moreEmails: { row: [{ type: 'WORK', email: 'jo@work.example' }] } },
				answers: { row: [{ id: 'q1', type: 'TEXT', question: 'When?', answer: 'In May', multipleChoiceAnswers: '' }] },
				additionalFields: { attachmentField: 'cv', origin: 'REFERRAL', source: 'Job fair', metaData: '{"countryCodeId": "DE"}', initialStageId: byId(job?.stageIds[1] ?? '') },
			},
			{ items: [{ binary: { cv: await binaryFile(bytes, 'Jo.pdf', 'application/pdf') } }] },
		);
		const made = sandbox.world.applications.need(String(json[0]?.applicationId));
		expect(made).toMatchObject({ jobId: job?.id, stageId: job?.stageIds[1], origin: 'REFERRAL', source: 'Job fair', answers: [{ questionId: 'q1', value: 'In May' }] });
		expect(sandbox.world.candidates.need(made.candidateId)).toMatchObject({ firstName: 'Jo', title: 'Nurse', place: { city: 'Berlin' }, links: ['https://a.example', 'https://b.example'], emails: [{ address: 'jo.doe@mail.example' }, { address: 'jo@work.example', type: 'WORK' }] });
		const [file] = sandbox.world.attachments.by('applicationId', made.id);
		expect(file && [file.kind, file.fileName, sandbox.world.bytes(file)]).toEqual(['CV', 'Jo.pdf', bytes]);
		expect(sent('ats.application.create').at(-1)?.body).toMatchObject({ metaData: '{"countryCodeId":"DE"}' });
	});

	it('are created for a known candidate', async () => {
		const { candidateId } = some();
		const job = sandbox.world.jobs.rows[1];
		const { json } = await knit('application', 'create', { jobId: job?.id ?? '', candidate: 'existing', existingCandidateId: candidateId });
		expect(json).toEqual([{ applicationId: sandbox.world.applications.rows.at(-1)?.id, candidateId, jobId: job?.id }]);
	});

	it('are not created twice when the answer is lost, and the error says that nobody knows', async () => {
		sandbox.faults.next({ kind: 'lostAnswer' }, { path: 'ats.application.create' });
		const before = sandbox.world.applications.size;
		const { description } = await failure(knit('application', 'create', { jobId: sandbox.world.jobs.rows[2]?.id ?? '', candidate: 'existing', existingCandidateId: some().candidateId }));
		expect(description).toMatch(/not known whether/);
		expect(sandbox.world.applications.size).toBe(before + 1);
	});

	it('are moved with a body of one\'s own', async () => {
		const row = some(({ status }) => status === 'PENDING');
		const stageId = sandbox.world.jobs.need(row.jobId).stageIds.find((id) => id !== row.stageId && !sandbox.world.stages.need(id).hired);
		expect((await knit('application', 'updateStage', { body: JSON.stringify({ applicationId: row.id, stageId }) })).json).toEqual([{ success: true }]);
		expect(row.stageId).toBe(stageId);
	});

	it('get a file at the place in the body that one names', async () => {
		const row = some();
		const bytes = Buffer.from('%PDF letter');
		const data = await binaryFile(bytes, 'Letter.pdf', 'application/pdf');
		const parameters = { body: JSON.stringify({ applicationId: row.id, attachment: { type: 'COVER_LETTER', attachmentContent: { encoding: 'BASE64' } } }), file: { binaryField: 'data', contentPath: 'attachment.attachmentContent.content', namePath: 'attachment.name' } };
		expect((await knit('application', 'addAttachment', parameters, { items: [{ binary: { data } }] })).json).toEqual([{ success: true }]);
		const file = sandbox.world.attachments.by('applicationId', row.id).at(-1);
		expect(file && [file.kind, file.fileName, sandbox.world.bytes(file)]).toEqual(['COVER_LETTER', 'Letter.pdf', bytes]);
	});

	it('serve an agent as a tool', async () => {
		const row = some();
		const { answer } = await runTool(
			'knit',
			{ resource: 'application', operation: 'get', applicationId: "={{ $fromAI('applicationId', 'which', 'string') }}", candidateId: "={{ $fromAI('candidateId', 'whose', 'string') }}" },
			{ applicationId: row.id, candidateId: row.candidateId },
			{ credentials: credentials() },
		);
		expect(JSON.parse(answer)).toMatchObject([{ id: row.id }]);
	});
});

describe('candidates and jobs', () => {
	it.each(['greenhouse', 'workable'])('a candidate is found by e-mail through %s', async (app) => {
		const candidate = sandbox.world.candidates.need(some().candidateId);
		const { json } = await knit('candidate', 'search', { integrationId: of(app), emails: candidate.emails[0]?.address ?? '' });
		expect(json).toMatchObject([{ id: candidate.id, firstName: candidate.firstName, applications: sandbox.world.applications.by('candidateId', candidate.id).map(({ id }) => id) }]);
	});

	it('a stranger whom the ATS shows for an address is not found', async () => {
		const [row] = (await knit('candidate', 'search', { emails: sandbox.world.candidates.need(some().candidateId).emails[0]?.address ?? '', simplify: false })).json;
		sandbox.faults.next({ kind: 'status', status: 200, body: { success: true, data: { candidates: [row] } } }, { path: 'ats.candidates.search' });
		expect((await knit('candidate', 'search', { emails: 'nobody@mail.example' })).json).toEqual([]);
	});

	it('nobody is found for nobody, and a search that the ATS refuses says why', async () => {
		expect((await knit('candidate', 'search', { emails: 'nobody@mail.example' })).json).toEqual([]);
		expect((await failure(knit('candidate', 'search', { integrationId: of('workable'), lastName: 'Doe' }))).message).toBe("'emails' must be a non-empty JSON array string");
		expect((await failure(knit('candidate', 'search'))).message).toBe('Nothing to search candidates by');
	});

	it('a candidate is tagged with a body of one\'s own', async () => {
		const { candidateId } = some();
		await knit('candidate', 'addTag', { body: JSON.stringify({ candidateId, tag: { id: 'new', text: 'knitted' } }) });
		const tag = sandbox.world.tags.first('name', 'knitted');
		expect(sandbox.world.candidates.need(candidateId).tagIds).toContain(tag?.id);
	});

	it('jobs come from all pages, and filtered', async () => {
		expect((await knit('job', 'getAll', { returnAll: true })).json).toMatchObject(sandbox.world.jobs.rows.map(({ id, title }) => ({ id, title })));
		const closed = await knit('job', 'getAll', { returnAll: true, filters: { status: 'CLOSED' } });
		expect(closed.json.map(({ id }) => id)).toEqual(sandbox.world.jobs.rows.filter(({ status }) => status === 'CLOSED').map(({ id }) => id));
	});

	it.each([
		['in the list', 'list'],
		['directly', 'direct'],
	])('a job is looked up %s, with its stages', async (_where, lookup) => {
		const job = sandbox.world.jobs.rows.at(-1);
		const { json } = await knit('job', 'get', { jobId: byId(job?.id ?? ''), lookup });
		expect(json).toMatchObject([{ id: job?.id, stages: job?.stageIds.map((id) => ({ id })) }]);
	});

	it('a job is created, and an ATS that cannot do that says so with what to do instead', async () => {
		const { json } = await knit('job', 'create', { title: 'Night nurse', description: 'You care.', body: '{"department": "Care"}' });
		expect(sandbox.world.jobs.need(String(json[0]?.jobId))).toMatchObject({ title: 'Night nurse', html: 'You care.' });
		const error = await failure(knit('job', 'create', { integrationId: of('lever'), title: 'a', description: 'b' }));
		expect([error.message, error.description]).toEqual(['ats.job.create is not supported for lever', expect.stringContaining('Passthrough')]);
	});

	it('a write that was refused before it ran is sent again', async () => {
		sandbox.faults.next({ kind: 'status', status: 429, retryAfter: 0 }, { path: 'ats.job.create' });
		const before = sandbox.world.jobs.size;
		await knit('job', 'create', { title: 'Cook', description: 'You cook.' });
		expect(sandbox.world.jobs.size).toBe(before + 1);
	});
});

describe('syncs, integrations and the rest', () => {
	it('a sync starts with just what was asked for', async () => {
		const { json } = await knit('sync', 'start', { dataType: 'ats_applications', applicationModels: ['application_info', 'application_stage'], schedule: { honorScheduler: true, startHour: 0, startMinute: 30 } });
		expect(json).toEqual([{ syncJobId: expect.stringMatching(/^sj_/), syncRunId: expect.stringMatching(/^sr_/) }]);
		expect(sent('sync.start').at(-1)?.body).toEqual({ dataType: 'ats_applications', syncType: 'delta_sync', models: ['application_info', 'application_stage'], honorScheduler: true, startHour: 0, startMinute: 30 });
		expect((await state()).syncs?.at(-1)).toMatchObject({ integrationId: of('greenhouse'), syncRunId: json[0]?.syncRunId });
		const { message } = await failure(knit('sync', 'start', { dataType: 'other', otherDataType: 'ats_offers' }));
		expect(message).toBe('Sync is not enabled for ats_offers');
	});

	it('the watched fields are set', async () => {
		expect((await knit('sync', 'setWatchedFields', { jsonPaths: '$.currentStage, $.info.status', integrationId: of('ashby') })).json).toEqual([{ success: true }]);
		expect((await state()).watched).toEqual({ [`${of('ashby')} ats_applications`]: ['$.currentStage', '$.info.status'] });
		expect((await failure(knit('sync', 'setWatchedFields', { jsonPaths: 'currentStage' }))).message).toContain('is not a JSONPath');
	});

	it('a custom sync sends the records of the ATS as they are', async () => {
		const server = await serveWebhook('knitTrigger', { events: ['record.new'] }, { credentials: credentials() });
		await knit('sync', 'startCustom', { path: '/candidates', webhookURL: server.url, listIdentifier: '$.items', more: { idempotencyId: 'once' } });
		await knit('sync', 'startCustom', { path: '/candidates', webhookURL: server.url, listIdentifier: '$.items', more: { idempotencyId: 'once' } });
		expect((await state()).customSyncs).toHaveLength(1);
		await server.close();
		expect(server.deliveries.map(({ items }) => items?.[0]?.json.first_name)).toEqual(sandbox.world.candidates.alive().map(({ firstName }) => firstName));
	});

	it.each([
		['greenhouse', { webhookUrl: expect.any(String), metaData: { webhookToken: expect.any(String) } }],
		['lever', { webhookUrl: expect.any(String) }],
		['ashby', {}],
	])('real-time events of %s give what is to be entered there', async (app, expected) => {
		const { json } = await knit('sync', 'subscribe', { integrationId: of(app), events: ['ats_jobs_new'] });
		expect(json).toEqual([expected]);
		expect((await state()).integrations?.find((one) => one.app === app)).toMatchObject({ subscribed: ['ats_jobs_new'] });
	});

	it('integrations of an organisation are listed, and one is switched off by its name', async () => {
		const { json } = await knit('integration', 'getAllOfOrganisation', { originOrgId: 'acme' });
		expect(json.map(({ id, isActive }) => [id, isActive])).toEqual([['greenhouse', true], ['lever', true], ['workable', true], ['ashby', true]]);
		expect((await knit('integration', 'getAllOfOrganisation', { originOrgId: 'nobody' })).json).toEqual([]);
		expect((await knit('integration', 'deactivate', { integrationToDeactivate: of('ashby') })).json).toEqual([{ success: true }]);
		expect((await failure(knit('job', 'getAll', { integrationId: of('ashby') }))).message).toBe('This integration has been deactivated');
		await sandbox.control('knit/activate', {});
	});

	it('an auth session gives its token', async () => {
		const { json } = await knit('integration', 'createAuthSession', { originOrgId: 'acme', originOrgName: 'Acme', originUserEmail: 'jo@acme.example', originUserName: 'Jo', categories: ['ATS'], body: '{"language": "de"}' }, { credentials: credentials({ integrationId: '' }) });
		expect(json).toEqual([{ token: expect.stringMatching(/^session_/) }]);
		expect((await state()).sessions).toEqual([{ originOrgId: 'acme', originOrgName: 'Acme', originUserEmail: 'jo@acme.example', originUserName: 'Jo', filters: [{ category: 'ATS' }], language: 'de' }]);
	});

	it('a passthrough call reaches the ATS and its answer is unpacked', async () => {
		const row = some();
		const { json } = await knit('passthrough', 'send', { method: 'POST', path: `/applications/${row.id}/notes`, body: '{"value": "Called back"}' });
		const note = sandbox.world.notes.rows.at(-1);
		expect(json).toEqual([{ headers: { 'content-type': 'application/json' }, body: { id: note?.id } }]);
		expect(note).toMatchObject({ applicationId: row.id, html: 'Called back' });
		expect((await knit('passthrough', 'send', { method: 'POST', path: `/applications/${some(({ status }) => status === 'PENDING').id}/reject` })).json[0]?.body).toBe('rejected');
	});

	it('any call can be made by hand', async () => {
		const { json } = await knit('apiRequest', 'send', { path: '/ats.job.list', query: '{"status": "CLOSED"}' });
		expect(json).toMatchObject([{ success: true, data: { jobs: expect.any(Array) } }]);
	});

	it('without an integration the error says where to set one, before any call', async () => {
		const before = sandbox.requests.length;
		const { message, description } = await failure(knit('job', 'getAll', {}, { credentials: credentials({ integrationId: '' }) }));
		expect([message, description]).toEqual(['The Integration ID is missing', expect.stringContaining('credential')]);
		expect(sandbox.requests).toHaveLength(before);
	});

	it('an unreadable field of the last item stops the first from being sent', async () => {
		const before = sandbox.requests.length;
		const run = knit('application', 'updateStage', { body: '={{ $json.body }}' }, { items: [{ json: { body: '{}' } }, { json: { body: '{"stage' } }] });
		expect((await failure(run)).message).toBe('"Body (JSON)" is not valid JSON');
		expect(sandbox.requests).toHaveLength(before);
	});

	it('a wrong key is told without the key', async () => {
		const { message, description, httpCode } = await failure(knit('job', 'getAll', {}, { credentials: credentials({ apiKey: 'not-the-key' }) }));
		expect([message, httpCode]).toEqual(['Invalid API key', '401']);
		expect(JSON.stringify(description)).not.toContain('not-the-key');
	});
});

describe('the editor', () => {
	const search = async (method: string, parameters: INodeParameters, more: { filter?: string; paginationToken?: string } = {}) => await listSearch('knit', method, parameters, { credentials: credentials(), ...more });

	it('lists jobs page by page, and looks for a title in all of them', async () => {
		const first = await search('searchJobs', { resource: 'job', operation: 'get' });
		expect(first.results).toHaveLength(20);
		const rest = await search('searchJobs', { resource: 'job', operation: 'get' }, { paginationToken: String(first.paginationToken) });
		expect([...first.results, ...rest.results].map(({ value }) => value)).toEqual(sandbox.world.jobs.alive().map(({ id }) => id));
		expect((await search('searchJobs', { resource: 'job', operation: 'get' }, { filter: 'NIGHT nurse' })).results.map(({ name }) => name)).toContain('Night nurse');
	});

	it('lists applications by person, and the candidate of the chosen one', async () => {
		const parameters = { resource: 'application', operation: 'get', applicationId: byId(sandbox.world.applications.rows[45]?.id ?? '') };
		const { firstName, lastName, id, emails } = sandbox.world.candidates.need(sandbox.world.applications.rows[45]?.candidateId ?? '');
		const name = `${firstName} ${lastName} · ${emails[0]?.address}`;
		expect((await search('searchApplications', parameters, { filter: emails[0]?.address })).results[0]?.name).toContain(name);
		expect((await search('searchCandidatesOfApplications', parameters)).results).toEqual([{ name, value: id }]);
	});

	it("lists the stages of the chosen application's job", async () => {
		const job = sandbox.world.jobs.rows[1];
		const found = await search('searchStagesOfJob', { resource: 'application', operation: 'create', jobId: byId(job?.id ?? '') });
		expect(found.results).toEqual(job?.stageIds.map((id) => ({ name: sandbox.world.stages.need(id).name, value: id })));
		expect((await search('searchStagesOfJob', { resource: 'application', operation: 'create' })).results).toEqual([]);
	});
});

describe('the credential', () => {
	it('is good without an Integration ID when Knit does not refuse the key, and says that there is no better check', async () => {
		expect(await testCredential('knitApi', credentials({ integrationId: ' ' }).knitApi)).toEqual({ status: 'OK', message: expect.stringContaining('no better check') });
	});

	it('reads once with the Integration ID when there is one', async () => {
		const since = sandbox.requests.length;
		expect(await testCredential('knitApi', credentials().knitApi)).toEqual({ status: 'OK', message: 'Knit took the key, and reads with the Default Integration ID.' });
		expect(sandbox.requests.slice(since).map(({ method, path }) => `${method} ${path}`)).toEqual([expect.stringMatching(/^GET .*integration\.details/), expect.stringMatching(/^GET .*ats\.job\.list/)]);
	});

	it.each<[string, IDataObject, RegExp]>([
		['a wrong key', { apiKey: 'wrong-key' }, /does not know this API key/],
		['no key', { apiKey: '' }, /"API Key" is empty/],
		['an Integration ID that nobody has', { integrationId: 'mg_nobody' }, /does not read with this Default Integration ID/],
		['an address that is no Knit', { baseUrl: 'SANDBOX/nothing' }, /no Knit API at this base URL/],
		['an address that is none', { baseUrl: 'api.getknit.dev' }, /not a URL/],
		['an address where nobody is', { baseUrl: 'http://127.0.0.1:1/v1.0' }, /did not answer/],
	])('is bad with %s', async (_what, more, message) => {
		const data = { ...credentials(more).knitApi };
		const baseUrl = String(data.baseUrl).replace('SANDBOX', sandbox.url);
		expect(await testCredential('knitApi', { ...data, baseUrl })).toEqual({ status: 'Error', message: expect.stringMatching(message) });
	});

	it('is bad when the key was withdrawn', async () => {
		await sandbox.control('knit/settings', { withdrawn: true });
		expect(await testCredential('knitApi', credentials().knitApi)).toEqual({ status: 'Error', message: expect.stringContaining('refuses the call') });
		await sandbox.control('knit/settings', { withdrawn: false });
	});

	it.each([503, 429])('cannot be judged while Knit answers %i', async (status) => {
		sandbox.faults.next({ kind: 'status', status }, { path: 'integration.details' });
		expect(await testCredential('knitApi', credentials().knitApi)).toEqual({ status: 'Error', message: expect.stringContaining('Try again later') });
	});
});

describe('the trigger', () => {
	let server: WebhookServer;
	const sign = (body: string, key = sandbox.keys.knit ?? '') => createHmac('sha256', key).update(body).digest('base64url');
	const event = (more: IDataObject = {}) => JSON.stringify({ eventId: `ev_${++events}`, eventType: 'record.new', eventData: { info: { id: 'a1' } }, syncType: 'delta_sync', syncDataType: 'ats_applications', syncJobId: 'sj_1', syncRunId: 'sr_1', recordId: 'a1', ...more });
	let events = 0;
	const deliver = async (parameters: INodeParameters, body: string, headers: Record<string, string> = {}) =>
		await webhookNode('knitTrigger', parameters, { credentials: credentials(), body, headers: { 'X-Knit-Signature': sign(body), 'X-Knit-Integration-Id': 'mg_1', ...headers } });
	/** A sync whose events all came to the trigger. */
	const sync = async (parameters: INodeParameters) => {
		await knit('sync', 'start', parameters);
		await state();
	};
	const ids = (from: number) => server.deliveries.slice(from).flatMap(({ items }) => items?.map(({ json }) => json) ?? []);

	beforeAll(async () => {
		server = await serveWebhook('knitTrigger', {}, { credentials: credentials() });
		await sandbox.control('knit/webhook', { url: server.url });
	});
	afterAll(async () => {
		await sandbox.control('knit/webhook', { url: null });
		await server.close();
	});

	it('gives each record of an initial sync, its models unpacked with the envelope beside them', async () => {
		await sync({ syncType: 'initial_sync' });
		const got = ids(0);
		expect(got.map(({ envelope }) => (envelope as IDataObject).recordId)).toEqual(sandbox.world.applications.alive().map(({ id }) => id));
		expect(got[0]).toEqual({
			info: expect.objectContaining({ id: some().id, status: expect.any(String) }),
			currentStage: { id: some().stageId, text: expect.any(String) },
			interviews: null,
			rejection: some().rejection && expect.objectContaining({ rejectedAt: expect.any(String) }),
			offers: null,
			attachments: expect.any(Array),
			envelope: { eventId: expect.stringMatching(/^ev_/), eventType: 'record.new', syncType: 'initial_sync', syncDataType: 'ats_applications', syncJobId: expect.any(String), syncRunId: expect.any(String), recordId: some().id, triggeredAt: expect.any(String), integrationId: of('greenhouse'), executionId: expect.any(String) },
		});
		// Bookkeeping came too, was answered with 200 and started nothing; so Knit told that all was consumed.
		expect(sandbox.deliveries.sent.slice(-2).map(({ body, status }) => [JSON.parse(body).eventType, status])).toEqual([['sync.events.processed', 200], ['sync.events.allConsumed', 200]]);
		expect(JSON.parse(sandbox.deliveries.sent.find(({ url }) => url === server.url)?.answer ?? '')).toMatchObject({ success: true, message: 'received', eventId: expect.any(String) });
		expect(server.staticData).toEqual({});
	});

	it('leaves out nothing of an event whose data are a list', async () => {
		const eventData = [{ info: { id: 'a1' } }, { info: { id: 'a2' } }];
		const { items } = await deliver({}, event({ eventData, sentBy: 'beta' }));
		expect(items).toEqual([{ json: { eventData, envelope: expect.objectContaining({ eventType: 'record.new', sentBy: 'beta' }) } }]);
	});

	it('then gives what changed, what is new and what is gone', async () => {
		const from = server.deliveries.length;
		const moved = sandbox.recruiter.step('move')[0]?.id;
		const added = sandbox.recruiter.step('apply').find(({ model }) => model === 'application')?.id;
		const gone = sandbox.recruiter.step('delete').find(({ model }) => model === 'application')?.id;
		await sync({});
		const told = ids(from).map(({ envelope, applicationId }) => [(envelope as IDataObject).eventType, (envelope as IDataObject).recordId, applicationId]);
		const expected = [
			...(moved === gone ? [] : [['record.modified', moved, undefined]]),
			...(added === gone ? [] : [['record.new', added, undefined]]),
			['record.deleted', gone, gone],
		];
		expect(told).toEqual(expected);
	});

	it('relays what the ATS itself tells, once subscribed', async () => {
		await knit('sync', 'subscribe', { integrationId: of('lever'), events: ['ats_applications_modified'] });
		const from = server.deliveries.length;
		const moved = sandbox.recruiter.step('move')[0]?.id;
		await state();
		expect(ids(from)).toMatchObject([{ info: { id: moved }, envelope: { eventType: 'record.modified', integrationId: of('lever') } }]);
	});

	it.each<[string, INodeParameters, IDataObject, boolean]>([
		['another event', { events: ['record.deleted'] }, {}, false],
		['a chosen data type', { dataTypes: ['ats_applications'] }, {}, true],
		['another data type', { dataTypes: ['ats_jobs'] }, {}, false],
		['a data type nobody knows yet', { dataTypes: ['other'] }, { syncDataType: 'ats_offers' }, true],
		['an event nobody knows yet', { events: ['other'] }, { eventType: 'sync.paused' }, true],
		['an event nobody knows yet, not asked for', {}, { eventType: 'sync.paused' }, false],
		['bookkeeping', {}, { eventType: 'sync.heartbeat' }, false],
		['bookkeeping that was asked for', { events: ['sync.failed'] }, { eventType: 'sync.failed' }, true],
		['another sync type', { filters: { syncTypes: ['initial_sync'] } }, {}, false],
		['a chosen integration', { filters: { integrationIds: 'mg_0, mg_1' } }, {}, true],
		['another integration', { filters: { integrationIds: 'mg_2' } }, {}, false],
		['an event without data', {}, { eventData: null }, true],
	])('filters: %s', async (_what, parameters, more, taken) => {
		const { status, items } = await deliver(parameters, event(more));
		expect([status, items !== undefined]).toEqual([200, taken]);
	});

	it.each<[string, (body: string) => Record<string, string>]>([
		['a wrong signature', (body) => ({ 'X-Knit-Signature': sign(body, 'another key') })],
		['the right signature of another body', (body) => ({ 'X-Knit-Signature': sign(`${body} `) })],
		['no signature', () => ({ 'X-Knit-Signature': '' })],
	])('refuses %s with 401 and starts nothing', async (_what, headers) => {
		const body = event();
		const { status, items } = await deliver({}, body, headers(body));
		expect([status, items]).toEqual([401, undefined]);
	});

	it('takes a signed body that is no event for a bad request', async () => {
		expect((await deliver({}, '[1]')).status).toBe(400);
		expect((await deliver({}, '{"hello": 1}')).status).toBe(400);
	});

	it('answers a repeat with 200 and starts nothing again', async () => {
		const body = event();
		const headers = { 'X-Knit-Signature': sign(body), 'X-Knit-Integration-Id': 'mg_1' };
		const first = await deliverTo(server, { body, headers });
		const again = await deliverTo(server, { body, headers });
		expect([first.status, first.items?.length, again.status, again.items]).toEqual([200, 1, 200, undefined]);
	});

	it('puts files that come along and files behind links into the item, and says which could not be had', async () => {
		const row = some(({ id }) => sandbox.world.attachments.by('applicationId', id).some(({ kind }) => kind === 'COVER_LETTER'));
		const files = sandbox.world.attachments.by('applicationId', row.id);
		const { json } = await knit('application', 'get', { applicationId: row.id, candidateId: row.candidateId, simplify: false });
		const attachments = [...(json[0]?.attachments as IDataObject[]), { type: 'OFFER_LETTER', name: 'Offer 1', link: 'abc.com/offer1' }];
		const { items } = await deliver({ download: true }, event({ eventData: { ...json[0], attachments } }));
		const [item] = items ?? [];
		for (const [place, file] of files.entries()) expect(await readBinary(item?.binary?.[`attachment_${place}`])).toEqual(sandbox.world.bytes(file));
		const shown = item?.json.attachments as IDataObject[];
		expect(shown.map(({ name, binary, attachmentContent }) => [name, binary, attachmentContent])).toEqual([...files.map(({ fileName }, place) => [fileName, `attachment_${place}`, undefined]), ['Offer 1', undefined, undefined]]);
		expect(shown.at(-1)?.downloadError).toMatch(/no address that can be fetched/);
	});

	it('is activated with a good key, also while Knit is down, and not with a bad one', async () => {
		expect([await server.hook('checkExists'), await server.hook('create'), await server.hook('delete')]).toEqual([false, true, true]);
		sandbox.faults.next({ kind: 'status', status: 503 }, { path: 'integration.details' });
		expect(await server.hook('create')).toBe(true);
		for (const apiKey of ['wrong-key', '']) {
			const bad = await serveWebhook('knitTrigger', {}, { credentials: credentials({ apiKey }) });
			await expect(bad.hook('create')).rejects.toThrow(apiKey === '' ? /no API key/ : /Invalid API key/);
			await bad.close();
		}
	});
});
