import { byId, must, picked, startKombo, type Kombo } from './support/kombo.cts';
import { integrationIdOf } from '../../sandbox/kombo/state.cts';

let kombo: Kombo;

beforeAll(async () => {
	kombo = await startKombo({ jobs: 8, applications: 320 });
});
afterAll(async () => {
	await kombo.sandbox.close();
	expect(kombo.sandbox.violations).toEqual([]);
});

const world = () => kombo.sandbox.world;
const ids = (rows: Array<{ id?: unknown }>) => rows.map(({ id }) => String(id)).sort();

describe('every list', () => {
	it.each([
		['application', () => world().applications],
		['candidate', () => world().candidates],
		['job', () => world().jobs],
		['interview', () => world().interviews],
		['offer', () => world().offers],
		['stage', () => world().stages],
		['tag', () => world().tags],
		['user', () => world().users],
		['role', () => world().roles],
		['rejectionReason', () => world().rejectionReasons],
		['note', () => world().notes],
		['scorecard', () => world().scorecards],
		['attachment', () => world().attachments],
	] as const)('gives all of %s, a few of them, and one by its ID', async (resource, rows) => {
		const alive: Array<{ id: string }> = rows().alive();
		const all = await kombo.json(resource, 'getAll', { returnAll: true });
		expect(ids(all)).toEqual(ids(alive));

		const mark = kombo.sandbox.requests.length;
		const few = await kombo.run(resource, 'getAll', { limit: 2 });
		expect(few.items).toHaveLength(Math.min(2, alive.length));
		expect(few.items.map(({ pairedItem }) => pairedItem)).toEqual(few.items.map(() => ({ item: 0 })));
		expect(kombo.requests(mark)).toMatchObject([{ query: { page_size: '2' } }]);

		const one = must(alive.at(-1)?.id);
		const idField = ['interview', 'offer', 'note', 'scorecard', 'attachment'].includes(resource) ? one : byId(one);
		expect(await kombo.json(resource, 'get', { id: idField })).toMatchObject([{ id: one }]);
	});

	it('goes on after the first page and sends the filters again', async () => {
		const mark = kombo.sandbox.requests.length;
		const rows = await kombo.json('application', 'getAll', { returnAll: true, filters: { outcomes: ['PENDING', 'DECLINED', 'HIRED'] } });
		expect(rows).toHaveLength(world().applications.alive().length);
		const asked = kombo.requests(mark).map(({ query }) => ({ ...query, cursor: query.cursor !== undefined }));
		expect(asked).toEqual([false, true].map((cursor) => ({ outcomes: 'PENDING,DECLINED,HIRED', page_size: '250', cursor })));
	});

	it('names a person by the first address and number that are there, where the ATS keeps an empty line before them', async () => {
		const [row] = await kombo.json('candidate', 'getAll', { limit: 1, simplify: false });
		const odd = { ...row, email_addresses: [{ email_address: null, type: null }, { email_address: 'ann@example.com', type: 'WORK' }], phone_numbers: [{ phone_number: '', type: null }, { phone_number: '+49 1', type: null }] };
		const answer = { kind: 'status', status: 200, body: { status: 'success', data: { next: null, results: [odd] } } } as const;
		kombo.sandbox.faults.next(answer, { path: '/ats/candidates' });
		expect((await kombo.json('candidate', 'getAll'))[0]).toMatchObject({ email: 'ann@example.com', phone: '+49 1' });
		kombo.sandbox.faults.next(answer, { path: '/ats/candidates' });
		expect((await kombo.search('searchCandidates')).results[0]?.name).toContain('ann@example.com');
	});

	it('says so when there is no record with an ID', async () => {
		const { error } = await kombo.run('application', 'get', { id: byId('nobody') }, { mayFail: true });
		expect(error?.message).toBe('There is no application with the ID nobody');
		expect(error?.description).toContain('not the ID of the ATS');
	});

	it('finds a deleted record by its ID, and lists it only when asked', async () => {
		const gone = must(world().offers.alive()[0]);
		world().remove('offer', gone.id, 'test');
		expect(await kombo.json('offer', 'get', { id: gone.id })).toMatchObject([{ id: gone.id, deleted_at: expect.any(String) }]);
		expect(ids(await kombo.json('offer', 'getAll', { returnAll: true }))).not.toContain(gone.id);
		expect(ids(await kombo.json('offer', 'getAll', { returnAll: true, filters: { includeDeleted: true } }))).toContain(gone.id);
	});
});

describe('what a row looks like', () => {
	it('an application has the few fields a person wants, and everything once Simplify is off', async () => {
		const one = must(world().applications.alive().find(({ status }) => status === 'DECLINED'));
		const person = must(world().candidates.get(one.candidateId));
		expect(await kombo.json('application', 'get', { id: picked(one.id) })).toEqual([
			expect.objectContaining({
				id: one.id,
				outcome: 'DECLINED',
				stage: world().stages.need(one.stageId).name,
				job: world().jobs.need(one.jobId).title,
				first_name: person.firstName,
				email: person.emails[0]?.address,
				rejected_at: expect.stringMatching(/Z$/),
				deleted_at: null,
			}),
		]);
		expect(await kombo.json('application', 'get', { id: byId(one.id), simplify: false })).toMatchObject([{ candidate: { id: person.id, tags: expect.any(Array) }, interviews: expect.any(Array), offers: expect.any(Array) }]);
	});

	it('a job brings the stages that its applications can move to', async () => {
		const job = must(world().jobs.alive()[0]);
		const [row] = await kombo.json('job', 'get', { id: byId(job.id) });
		expect(row).toMatchObject({ name: job.title, status: job.status, questions: job.questions.length });
		expect(row?.stages).toEqual(job.stageIds.map((id) => ({ id, name: world().stages.need(id).name })));
		expect(await kombo.json('job', 'get', { id: byId(job.id), simplify: false })).toMatchObject([{ hiring_team: expect.any(Array), screening_questions: expect.any(Array) }]);
	});

	it('a candidate brings tags and applications', async () => {
		const tagged = must(world().candidates.alive().find(({ tagIds }) => tagIds.length > 0));
		const [row] = await kombo.json('candidate', 'get', { id: byId(tagged.id) });
		expect(row).toMatchObject({ email: tagged.emails[0]?.address, tags: tagged.tagIds.map((id) => world().tags.need(id).name) });
		expect(row?.applications).toHaveLength(world().applications.by('candidateId', tagged.id).filter(({ deletedAt }) => deletedAt === null).length);
	});

	it('an interview and an offer say whom and which job they are about', async () => {
		const interview = must(world().interviews.alive()[0]);
		const about = must(world().applications.get(interview.applicationId));
		expect(await kombo.json('interview', 'get', { id: interview.id })).toMatchObject([{ application_id: about.id, candidate_id: about.candidateId, job_id: about.jobId, interviewers: expect.any(Array) }]);
		const offer = must(world().offers.alive()[0]);
		expect(await kombo.json('offer', 'get', { id: offer.id })).toMatchObject([{ status: offer.status, application_id: offer.applicationId, candidate: expect.any(String) }]);
	});
});

describe('every filter', () => {
	const some = () => must(world().applications.alive()[5]);
	const job = () => must(world().jobs.alive()[1]);
	const person = () => must(world().candidates.alive()[3]);
	const later = () => must(world().applications.alive()[200]).createdAt + 1;
	const laterJob = () => job().createdAt + 1;

	it.each<[string, string, () => Record<string, unknown>, () => Array<{ id: string }>]>([
		['application', 'by ID', () => ({ ids: `${some().id}, ${must(world().applications.alive()[9]).id}` }), () => [some(), must(world().applications.alive()[9])]],
		['application', 'by the ID in the ATS', () => ({ remoteIds: some().remoteId }), () => [some()]],
		['application', 'by job', () => ({ jobId: picked(job().id) }), () => world().applications.alive().filter(({ jobId }) => jobId === job().id)],
		['application', 'by several jobs', () => ({ jobId: byId(job().id), jobIds: some().jobId }), () => world().applications.alive().filter(({ jobId }) => jobId === job().id || jobId === some().jobId)],
		['application', 'by the job ID in the ATS', () => ({ jobRemoteIds: job().remoteId }), () => world().applications.alive().filter(({ jobId }) => jobId === job().id)],
		['application', 'by stage', () => ({ currentStageIds: some().stageId }), () => world().applications.alive().filter(({ stageId }) => stageId === some().stageId)],
		['application', 'by outcome', () => ({ outcomes: ['HIRED'] }), () => world().applications.alive().filter(({ status }) => status === 'HIRED')],
		['application', 'by date of creation', () => ({ remoteCreatedAfter: new Date(later()).toISOString() }), () => world().applications.alive().filter(({ createdAt }) => createdAt > later())],
		['candidate', 'by email', () => ({ email: must(person().emails[0]).address.toUpperCase() }), () => [person()]],
		['candidate', 'by name', () => ({ firstName: must(person().firstName), lastName: must(person().lastName) }), () => world().candidates.alive().filter(({ firstName, lastName }) => firstName === person().firstName && lastName === person().lastName)],
		['candidate', 'by job', () => ({ jobIds: job().id }), () => world().candidates.alive().filter(({ id }) => world().applications.by('candidateId', id).some(({ jobId, deletedAt }) => jobId === job().id && deletedAt === null))],
		['job', 'by code', () => ({ jobCodes: job().code }), () => [job()]],
		['job', 'by part of its name', () => ({ nameContains: job().title.slice(0, 5).toLowerCase() }), () => world().jobs.alive().filter(({ title }) => title.toLowerCase().includes(job().title.slice(0, 5).toLowerCase()))],
		['job', 'by posting', () => ({ postUrl: must(job().postings[0]).url }), () => [job()]],
		['job', 'by status', () => ({ statuses: ['OPEN', 'CLOSED'] }), () => world().jobs.alive().filter(({ status }) => status === 'OPEN' || status === 'CLOSED')],
		['job', 'by employment', () => ({ employmentTypes: [job().employment] }), () => world().jobs.alive().filter(({ employment }) => employment === job().employment)],
		['job', 'by visibility', () => ({ visibilities: [job().visibility] }), () => world().jobs.alive().filter(({ visibility }) => visibility === job().visibility)],
		['job', 'by date of creation', () => ({ remoteCreatedAfter: new Date(laterJob()).toISOString() }), () => world().jobs.alive().filter(({ createdAt }) => createdAt > laterJob())],
		['interview', 'by job', () => ({ jobIds: job().id }), () => world().interviews.alive().filter(({ applicationId }) => world().applications.get(applicationId)?.jobId === job().id)],
		['user', 'by email', () => ({ emails: must(world().users.alive()[2]).email }), () => [must(world().users.alive()[2])]],
		['role', 'by scope', () => ({ scopes: ['JOB'] }), () => world().roles.alive().filter(({ scope }) => scope === 'JOB')],
		...(['note', 'scorecard', 'attachment'] as const).flatMap((resource): Array<[string, string, () => Record<string, unknown>, () => Array<{ id: string }>]> => [
			[resource, 'by candidate', () => ({ candidateIds: must(world().collection(resource).alive()[0]).candidateId }), () => world().collection(resource).alive().filter(({ candidateId }) => candidateId === world().collection(resource).alive()[0]?.candidateId)],
			[resource, 'by application', () => ({ applicationIds: String(must(world().collection(resource).alive().find(({ applicationId }) => applicationId)).applicationId) }), () => world().collection(resource).alive().filter(({ applicationId }) => applicationId === world().collection(resource).alive().find((row) => row.applicationId)?.applicationId)],
		]),
	])('%s %s', async (resource, _how, filters, expected) => {
		const rows = await kombo.json(resource, 'getAll', { returnAll: true, filters: filters() as never });
		expect(expected().length).toBeGreaterThan(0);
		expect(ids(rows)).toEqual(ids(expected()));
	});

	it('tells what has changed since a moment', async () => {
		const since = Date.now() - 5;
		const moved = must(world().applications.alive()[7]);
		const stage = must(world().jobs.need(moved.jobId).stageIds.find((id) => id !== moved.stageId));
		world().change('application', moved.id, { stageId: stage }, 'test');
		expect(ids(await kombo.json('application', 'getAll', { filters: { updatedAfter: new Date(since).toISOString() } }))).toEqual([moved.id]);
	});

	it('takes a filter that the ATS does not support for nothing found, unless told to ignore it', async () => {
		await kombo.sandbox.control('kombo/settings', { unsupportedFilters: ['ats_jobs.job_codes'] });
		const filters = { jobCodes: job().code };
		expect(await kombo.json('job', 'getAll', { filters })).toEqual([]);
		expect(await kombo.json('job', 'getAll', { returnAll: true, filters: { ...filters, ignoreUnsupportedFilters: true } })).toHaveLength(world().jobs.alive().length);
		await kombo.sandbox.control('kombo/settings', { unsupportedFilters: [] });
	});
});

describe('the dropdowns', () => {
	it('jobs are searched by the service, and name code and status', async () => {
		const job = must(world().jobs.alive().find(({ status }) => status === 'CLOSED') ?? world().jobs.alive()[0]);
		const { results } = await kombo.search('searchJobs', {}, { filter: job.title });
		expect(results.find(({ value }) => value === job.id)?.name).toBe([job.title, job.code, job.status === 'OPEN' ? undefined : job.status].filter(Boolean).join(' · '));
	});

	it('applications come page by page', async () => {
		const first = await kombo.search('searchApplications');
		expect(first.results).toHaveLength(100);
		const second = await kombo.search('searchApplications', {}, { paginationToken: must(first.paginationToken as string) });
		expect(second.results).toHaveLength(100);
		expect(second.results[0]?.value).not.toBe(first.results[0]?.value);
	});

	it('applications are those of the chosen job', async () => {
		const job = must(world().jobs.alive()[1]);
		const { results } = await kombo.search('searchApplications', { resource: 'application', operation: 'create', jobId: picked(job.id) });
		expect(results.map(({ value }) => value).sort()).toEqual(ids(world().applications.alive().filter(({ jobId }) => jobId === job.id)).slice(0, 100));
	});

	it('stages are those of the job, or of the job of the application, and only active ones', async () => {
		const application = must(world().applications.alive()[0]);
		const job = world().jobs.need(application.jobId);
		const expected = job.stageIds.filter((id) => world().stages.need(id).active);
		const ofApplication = await kombo.search('searchStagesOfJob', { resource: 'application', operation: 'moveStage', applicationId: picked(application.id) });
		expect(ofApplication.results.map(({ value }) => value)).toEqual(expected);
		const ofJob = await kombo.search('searchStagesOfJob', { resource: 'application', operation: 'create', jobId: picked(job.id) }, { filter: world().stages.need(must(expected[1])).name });
		expect(ofJob.results.map(({ value }) => value)).toContain(expected[1]);
		expect((await kombo.search('searchStagesOfJob', { resource: 'application', operation: 'create' })).results).toEqual([]);
	});

	it.each([
		['searchRejectionReasons', () => must(world().rejectionReasons.alive()[1]).name, () => must(world().rejectionReasons.alive()[1]).id],
		['searchUsers', () => must(world().users.alive()[1]).email, () => must(world().users.alive()[1]).id],
		['searchStages', () => must(world().stages.alive()[1]).name, () => must(world().stages.alive()[1]).id],
		['searchTags', () => must(world().tags.alive()[1]).name, () => must(world().tags.alive()[1]).id],
		['searchRoles', () => must(world().roles.alive()[1]).label, () => must(world().roles.alive()[1]).id],
		['searchTagNames', () => must(world().tags.alive()[1]).name, () => must(world().tags.alive()[1]).name],
		['searchCandidates', () => must(world().candidates.alive()[1]?.emails[0]).address, () => must(world().candidates.alive()[1]).id],
		['searchCandidates', () => must(world().candidates.alive()[1]?.lastName), () => must(world().candidates.alive()[1]).id],
	])('%s finds by what is typed', async (method, filter, value) => {
		const { results } = await kombo.search(method, {}, { filter: filter() });
		expect(results.map((result) => result.value)).toContain(value());
	});

	it('users and tools fill lists', async () => {
		expect((await kombo.options('loadUsers')).map(({ value }) => value).sort()).toEqual(ids(world().users.alive()));
		expect(await kombo.options('loadTools', { resource: 'connection', operation: 'createLink' })).toContainEqual({ name: 'Greenhouse', value: 'greenhouse' });
		expect(await kombo.options('loadTools', { resource: 'connection', operation: 'createLink', category: 'HRIS' })).toContainEqual({ name: 'Personio', value: 'personio' });
	});

	it('fields of Kombo and of the ATS fill lists, those of another integration too', async () => {
		const { results } = await kombo.search('searchCustomFields', { resource: 'integration', operation: 'mapCustomField', integrationId: integrationIdOf(kombo.sandbox.world) });
		expect(results.map(({ name }) => name)).toContain('Internal priority · ats_candidates');
		expect((await kombo.search('searchIntegrationFields', {}, { filter: 'cost' })).results).toHaveLength(3);
	});

	it("the job's questions become fields, conditional ones with their condition", async () => {
		const job = must(world().jobs.alive().find(({ questions }) => questions.some(({ when }) => when)));
		const { fields } = await kombo.mapper('screeningQuestions', { resource: 'application', operation: 'create', jobId: picked(job.id) });
		const asked = job.questions.filter(({ type }) => type !== 'INFORMATION' && type !== 'UNKNOWN');
		expect(fields.map(({ id }) => id)).toEqual(asked.map(({ id }) => id));
		const conditional = must(job.questions.find(({ when }) => when));
		expect(fields.find(({ id }) => id === conditional.id)?.displayName).toMatch(/– only if ".+" is .+/);
		expect(await kombo.mapper('screeningQuestions', { resource: 'application', operation: 'create' })).toMatchObject({ fields: [], emptyFieldsNotice: expect.stringContaining('Choose a job') });
	});
});
