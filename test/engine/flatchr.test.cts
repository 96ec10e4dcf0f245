import { useClock } from '../../lib/clock';
import { binaryFile, readBinary, runNode, runTool, testCredential } from './harness/index.cts';
import { byId, must, startFlatchr, type Flatchr } from './support/flatchr.cts';

let flatchr: Flatchr;
let restoreClock: () => void;
/** What was slept: the vendor's clock and ours go ahead together, and waiting costs nothing. */
let slept = 0;

beforeAll(async () => {
	flatchr = await startFlatchr();
	const { clock } = flatchr.sandbox.world;
	const real = clock.now.bind(clock);
	clock.now = () => real() + slept;
	restoreClock = useClock({ now: () => clock.now(), sleep: async (ms) => void (slept += ms) });
});
afterEach(() => flatchr.sandbox.faults.clear());
afterAll(async () => {
	restoreClock();
	expect(flatchr.sandbox.violations).toEqual([]);
	await flatchr.sandbox.close();
});

const world = () => flatchr.sandbox.world;
const active = (index = 0) => must(world().applications.alive().filter(({ status, stageId }) => status === 'PENDING' && !world().stages.need(stageId).hired)[index], 'application');
const person = (application = active()) => world().candidates.need(application.candidateId);
const emailOf = (application = active()) => must(person(application).emails[0]).address;
const mark = () => flatchr.sandbox.requests.length;
const sent = (from: number) => flatchr.requests(from).map(({ method, path }) => `${method} ${path}`);
const pdf = Buffer.from([0x25, 0x50, 0x44, 0x46, 0, 255, 13, 10, 128]);
const UTC = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const DAY = expect.stringMatching(/^\d{4}-\d\d-\d\dT00:00:00\.000Z$/);

describe('a credential', () => {
	it.each([
		['is good', {}, { status: 'OK', message: 'Connection successful!' }],
		['with a wrong key says that keys end', { apiKey: 'flk_old' }, { status: 'Error', message: expect.stringMatching(/365 days/) }],
		['of another company says which key is wrong', { companyKey: '0000000000000000' }, { status: 'Error', message: expect.stringMatching(/no company with this key/) }],
		['never sends the key over plain http', { apiBaseUrl: 'http://api.flatchr.example' }, { status: 'Error', message: expect.stringMatching(/must start with https/) }],
	])('%s', async (_title, change, verdict) => {
		expect(await testCredential('flatchrApi', { ...flatchr.credentials['flatchrApi'], ...change })).toEqual(verdict);
	});
});

describe('messages', () => {
	const written = () => must(world().messages.rows.find(({ authorId }) => authorId !== null));
	const of = () => ({ applicantId: byId(flatchr.ids.of('application', world().applications.need(written().applicationId))) });

	it('of a candidate are listed with their text, author and times', async () => {
		const rows = await flatchr.json('message', 'getAll', { ...of(), returnAll: true });
		expect(rows).toHaveLength(world().messages.by('applicationId', written().applicationId).length);
		expect(rows.at(-1)).toEqual({ id: flatchr.ids.of('message', written()), created_at: UTC, subject: written().subject, text: written().text, author: expect.any(String), candidate_email: expect.stringContaining('@'), auto: written().auto, delivered: true, deliver_at: UTC, attachments: [] });
	});

	it('are asked only for the parts that are wanted', async () => {
		const from = mark();
		const [row] = await flatchr.json('message', 'getAll', { ...of(), fields: ['mail'], simplify: false });
		expect(flatchr.requests(from)[0]?.query).toEqual({ fields: 'mail' });
		expect(row).toMatchObject({ created_by: expect.any(String), mail: { html: expect.stringContaining('<p>') } });
		expect(row).not.toHaveProperty('author');
	});

	it('are a tool for an agent', async () => {
		const { answer, description } = await runTool('flatchr', { resource: 'message', operation: 'getAll', applicantId: byId("={{ $fromAI('applicant', 'which one', 'string') }}") }, { applicant: of().applicantId['value'] as string }, { credentials: flatchr.credentials });
		expect(JSON.parse(answer)[0]).toMatchObject({ text: expect.any(String) });
		expect(description).toMatch(/Get many messages of a candidate in Flatchr/);
	});

	it('keep the key out of their links', async () => {
		const file = must(world().attachments.rows[0]);
		const message = world().add('message', { candidateId: person().id, applicationId: active().id, authorId: null, subject: 'Hello', text: 'Hi', html: '<p>Hi</p>', auto: false, deliverAt: Date.now(), delivered: true, attachmentIds: [file.id] }, 'test');
		const [row] = await flatchr.json('message', 'getAll', { applicantId: byId(flatchr.ids.of('application', active())) });
		expect(row).toMatchObject({ id: flatchr.ids.of('message', message), attachments: [{ name: file.fileName, url: expect.stringMatching(/token=\[redacted\]$/) }] });
	});
});

describe('a search', () => {
	it('gives every application with the IDs that other operations take', async () => {
		const rows = await flatchr.json('candidate', 'search', { returnAll: true });
		expect(rows).toHaveLength(world().applications.alive().length);
		const row = must(rows.find(({ applicant }) => applicant === flatchr.ids.of('application', active())));
		const column = must((await flatchr.json('column', 'getAll', { returnAll: true })).find(({ title }) => title === world().stages.need(active().stageId).name));
		expect(row).toMatchObject({ vacancy_key: flatchr.ids.of('job', world().jobs.need(active().jobId)), vacancy_id: expect.any(String), column_id: column['id'], created_at: DAY, updated_at: DAY, status: 1, hired: false });
	});

	it.each([
		['email', () => ({ email: emailOf() }), () => ({ email: emailOf() })],
		['last name', () => ({ lastname: must(person().lastName) }), () => ({ lastname: person().lastName })],
		['hired', () => ({ hired: true }), () => ({ hired: 'true' })],
		['column', () => ({ column: 'Screening' }), () => ({ column: 'Screening' })],
		['vacancy', () => ({ vacancyId: flatchr.at(active())['vacancyId'] }), () => ({ vacancy: flatchr.ids.of('job', world().jobs.need(active().jobId)) })],
		['days, the month first', () => ({ start: '2026-02-03', end: '2026-12-31', start_update: '2026-03-04T23:30:00', end_update: '2027-01-02' }), () => ({ start: '02/03/26', end: '12/31/26', start_update: '03/04/26', end_update: '01/02/27' })],
	])('filters by %s', async (_what, filters, body) => {
		const from = mark();
		await flatchr.run('candidate', 'search', { filters: filters(), addKeys: false });
		expect(flatchr.requests(from).map(({ body: given }) => given)).toEqual([body()]);
	});

	it('shows nobody with another address, whatever Flatchr makes of the filter, and takes the number of a vacancy for its ID', async () => {
		const [row, other] = await flatchr.json('candidate', 'search', { limit: 2 });
		flatchr.sandbox.faults.next({ kind: 'status', status: 200, body: [row, { ...other, email: 'somebody.else@mail.example' }, { ...other, email: null }] }, { path: 'search/applicants' });
		expect((await flatchr.json('candidate', 'search', { filters: { email: `${String(must(row)['email']).toUpperCase()}\n` } })).map(({ applicant }) => applicant)).toEqual([must(row)['applicant']]);
		const from = mark();
		const vacancyId = byId(String(must(row)['vacancy_id']));
		await flatchr.run('candidate', 'search', { filters: { vacancyId }, addKeys: false });
		expect(flatchr.requests(from).at(-1)?.body).toEqual({ vacancy: must(row)['vacancy_key'] });
		expect((await flatchr.run('candidate', 'search', { filters: { vacancyId: byId('99999') } }, { mayFail: true })).error?.message).toBe('There is no vacancy with the number 99999');
	});

	it('tells active and archived people apart', async () => {
		const count = async (state: string) => (await flatchr.json('candidate', 'search', { returnAll: true, addKeys: false, filters: { state } })).length;
		const declined = world().applications.alive().filter(({ status }) => status === 'DECLINED').length;
		expect([await count('archived'), await count('active')]).toEqual([declined, world().applications.alive().length - declined]);
	});

	it('finds a person by email in any case, and gives nothing for nobody', async () => {
		const find = async (email: string) => await flatchr.json('candidate', 'findByEmail', { email, addKeys: false });
		expect(await find(` ${emailOf().toUpperCase()}`)).toEqual(expect.arrayContaining([expect.objectContaining({ applicant: flatchr.ids.of('application', active()) })]));
		expect(await find('nobody@mail.example')).toEqual([]);
	});

	it.each([
		[33612345678, [{ type: 'NOT_SPECIFIED', phoneNumber: '33612345678' }]],
		[null, []],
		[{ mobile: '+33' }, null],
	])('tells a phone number written as %j truly', async (phone, phones) => {
		const [row] = await flatchr.json('candidate', 'search', { limit: 1 });
		flatchr.sandbox.faults.next({ kind: 'status', status: 200, body: [{ ...row, phone }] }, { path: 'search/applicants' });
		const { json } = await runNode('ats', { provider: 'flatchr', resource: 'application', operation: 'getAll', simplify: false }, { credentials: flatchr.credentials });
		expect(json[0]).toMatchObject({ info: { candidate: { phones } } });
	});

	it('reads the lists for its IDs once, however many items there are', async () => {
		const from = mark();
		const items = [0, 1, 2].map((index) => ({ json: { email: emailOf(active(index)) } }));
		const { items: output } = await flatchr.run('candidate', 'findByEmail', { email: '={{ $json.email }}' }, { items });
		expect(new Set(output.map(({ pairedItem }) => JSON.stringify(pairedItem)))).toEqual(new Set(['{"item":0}', '{"item":1}', '{"item":2}']));
		expect(sent(from).filter((line) => line.endsWith('/vacancies') || line.endsWith('/columns'))).toHaveLength(2);
	});

	it('is not a list: then it is an error, never an empty result', async () => {
		flatchr.sandbox.faults.next({ kind: 'status', status: 200, body: { ok: true } });
		const { error } = await flatchr.run('candidate', 'search', {}, { mayFail: true });
		expect(error?.message).toMatch(/is not a list/);
	});
});

describe('an application', () => {
	it('moves to a column', async () => {
		const one = active();
		const columns = await flatchr.json('column', 'getAll', { returnAll: true });
		const column = must(columns.find(({ title }) => title === 'Offer'));
		const [row] = await flatchr.json('candidate', 'move', { ...flatchr.at(one), columnId: byId(String(column['id'])) });
		expect(row).toMatchObject({ id: flatchr.ids.of('application', one), column_id: column['id'], created_at: UTC, updated_at: UTC });
		expect(JSON.stringify(row)).not.toContain('sig-');
		expect(world().stages.need(world().applications.need(one.id).stageId).name).toBe('Offer');
	});

	it('is archived', async () => {
		const one = active(1);
		expect((await flatchr.json('candidate', 'archive', flatchr.at(one)))[0]).toMatchObject({ status: 0 });
		expect(world().applications.need(one.id).status).toBe('DECLINED');
	});

	it('of another vacancy is an error with the vendor’s words, on the error output, and the others still move', async () => {
		const column = String((await flatchr.json('column', 'getAll'))[1]?.['id']);
		const items = [active(0), active(2)].map((one, index) => ({ json: { a: flatchr.ids.of('application', one), v: index === 0 ? flatchr.ids.of('job', must(world().jobs.rows.find(({ id }) => id !== one.jobId))) : flatchr.ids.of('job', world().jobs.need(one.jobId)) } }));
		const { items: good, errorOutput, error } = await flatchr.run('candidate', 'move', { vacancyId: byId('={{ $json.v }}'), applicantId: byId('={{ $json.a }}'), columnId: byId(column) }, { items, onError: 'continueErrorOutput' });
		expect(error).toBeUndefined();
		expect(good.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 1 }]);
		expect(errorOutput).toEqual([expect.objectContaining({ json: expect.objectContaining({ error: 'Applicant not found' }), pairedItem: { item: 0 } })]);
	});
});

describe('a new candidate', () => {
	const job = () => must(world().jobs.alive().find(({ status }) => status === 'OPEN'));
	const basics = (email: string) => ({ vacancySlug: byId(job().slug), firstname: 'Zoë', lastname: "O'Brien", email });
	const withCv = async () => ({ items: [{ json: {}, binary: { cv: await binaryFile(pdf, 'zoe.pdf', 'application/pdf') } }] });

	it('is created with a CV from the workflow, byte for byte, and its application is found', async () => {
		const parameters = { ...basics('zoe@mail.example'), cvSource: 'document', binaryField: 'cv', additionalFields: { phone: '+33123456789', comment: 'Hello', linkedin: 'https://www.linkedin.com/in/zoe', offererId: '75', answers: { row: [{ question: 'Why?', value: 'Because' }] } } };
		const from = mark();
		const [row] = await flatchr.json('candidate', 'create', parameters, await withCv());
		const made = must(world().applications.rows.at(-1));
		expect(row).toEqual({ success: true, status: 200, response: 'applicant created', applicant: flatchr.ids.of('application', made), vacancy_key: flatchr.ids.of('job', job()) });
		expect(person(made)).toMatchObject({ firstName: 'Zoë', lastName: "O'Brien", links: ['https://www.linkedin.com/in/zoe'] });
		expect(world().bytes(must(world().attachments.by('applicationId', made.id)[0])).equals(pdf)).toBe(true);
		expect(flatchr.requests(from).find(({ path }) => path === '/careers/vacancy/candidate/json')?.body).toMatchObject({ offerer_id: 75, urls: { linkedin: 'https://www.linkedin.com/in/zoe' }, answers: [{ question: 'Why?', value: 'Because' }] });
	});

	it('is created with a CV from a link, without another call when no ID is wanted', async () => {
		const from = mark();
		const [row] = await flatchr.json('candidate', 'create', { ...basics('link@mail.example'), cvSource: 'link', cvUrl: 'https://example.com/cv/link.pdf', returnApplicant: false });
		expect(row).toMatchObject({ response: 'applicant created', applicant: null });
		expect(sent(from)).toEqual(['POST /careers/vacancy/candidate/json']);
		expect(world().attachments.rows.at(-1)).toMatchObject({ fileName: 'link.pdf' });
	});

	it('stays created when looking for the application fails', async () => {
		flatchr.sandbox.faults.next({ kind: 'status', status: 403 }, { path: 'search/applicants' });
		const before = world().applications.rows.length;
		const { json, error } = await flatchr.run('candidate', 'create', { ...basics('later@mail.example'), cvSource: 'link', cvUrl: 'https://example.com/cv.pdf' });
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({ success: true, applicant: null });
		expect(world().applications.rows.length).toBe(before + 1);
	});

	describe('of somebody who applied earlier the same day', () => {
		const settings = async (given: object) => void (await flatchr.sandbox.control('flatchr/settings', { emailFilter: 'exact', newestFirst: false, searchLag: 0, ...given }));
		const again = async (email: string) => await flatchr.json('candidate', 'create', { ...basics(email), cvSource: 'link', cvUrl: 'https://example.com/cv.pdf' });
		const idOf = (index: number) => flatchr.ids.of('application', must(world().applications.rows.at(index)));
		afterEach(async () => await settings({}));

		it('is the new application, also when the search shows the newest first', async () => {
			await settings({ newestFirst: true });
			await again('twice@mail.example');
			expect((await again('twice@mail.example'))[0]).toMatchObject({ applicant: idOf(-1) });
		});

		it('is nobody while the search does not show it yet, and the old application is left alone', async () => {
			const [first] = await again('slow@mail.example');
			slept += 120_000;
			await settings({ searchLag: 60_000 });
			const { run, json } = await flatchr.run('candidate', 'create', { ...basics('slow@mail.example'), cvSource: 'link', cvUrl: 'https://example.com/cv.pdf' });
			expect([first?.['applicant'], json[0]?.['applicant']]).toEqual([idOf(-2), null]);
			expect(run.data.resultData.runData.Node?.at(-1)?.hints?.[0]?.message).toMatch(/does not show it yet.*do not create it again/);
			const stage = await binaryFile(pdf, 'zoe.pdf', 'application/pdf');
			const parameters = { provider: 'flatchr', resource: 'application', operation: 'create', jobId: byId(flatchr.ids.of('job', job())), firstName: 'Zoë', lastName: 'Again', email: 'slow@mail.example', files: { row: [{ fileType: 'RESUME', binaryField: 'cv' }] }, additionalFields: { stageId: byId(String((await flatchr.json('column', 'getAll')).at(-1)?.['id'])) } };
			const stages = () => world().applications.rows.map(({ stageId }) => stageId);
			const before = stages();
			const { error } = await runNode('ats', parameters, { credentials: flatchr.credentials, items: [{ json: {}, binary: { cv: stage } }] });
			expect(error?.message).toMatch(/was created, but the search does not show it yet.*was not moved/);
			expect(stages().slice(0, before.length)).toEqual(before);
		});

		it('is nobody where two are made at once, and not a stranger whom a loose search shows', async () => {
			await settings({ emailFilter: 'ignored' });
			const { json } = await flatchr.run('candidate', 'create', { ...basics('={{ $json.email }}'), cvSource: 'link', cvUrl: 'https://example.com/cv.pdf' }, { items: ['pair@mail.example', 'pair@mail.example', 'alone@mail.example'].map((email) => ({ json: { email } })) });
			expect(json.filter(({ applicant }) => applicant !== null).length).toBeLessThanOrEqual(3);
			expect(new Set(json.map(({ applicant }) => applicant).filter((one) => one !== null)).size).toBe(json.filter(({ applicant }) => applicant !== null).length);
			expect(json[2]?.['applicant']).toBe(flatchr.ids.of('application', must(world().applications.rows.findLast(({ candidateId }) => world().candidates.need(candidateId).emails[0]?.address === 'alone@mail.example'))));
		});
	});

	it('can be tested without creating anybody', async () => {
		const before = world().candidates.size;
		const [row] = await flatchr.json('candidate', 'test', { ...basics('test@mail.example'), cvSource: 'document', binaryField: 'cv' }, await withCv());
		expect(row).toEqual({ success: true, status: 200, response: 'applicant valid' });
		expect(world().candidates.size).toBe(before);
	});

	it('without a file in the item is an error that names the field, before anything is sent', async () => {
		const from = mark();
		const { error } = await flatchr.run('candidate', 'create', { ...basics('x@mail.example'), cvSource: 'document', binaryField: 'cv' }, { mayFail: true });
		expect(error?.message).toBe('There is no file in the input field "cv"');
		expect(sent(from)).toEqual([]);
	});

	it('whose answer was lost is not created twice', async () => {
		flatchr.sandbox.faults.next({ kind: 'lostAnswer' }, { path: 'candidate/json' });
		const before = world().applications.rows.length;
		const { error } = await flatchr.run('candidate', 'create', { ...basics('once@mail.example'), cvSource: 'link', cvUrl: 'https://example.com/cv.pdf' }, { mayFail: true });
		expect(error?.description).toMatch(/not known whether/);
		expect(world().applications.rows.length).toBe(before + 1);
	});

	it('can be given meta information', async () => {
		const [row] = await flatchr.json('candidate', 'addMeta', { reference: emailOf(), value: '{"score": 97}', appName: 'quiz' });
		expect(row).toEqual({ statusCode: 200, message: { resource_type: 'attribute', action: 'created' } });
		expect(await flatchr.sandbox.control('flatchr/meta', {})).toMatchObject({ result: [{ app_name: 'quiz', reference: emailOf(), type: 'applicants', value: { score: 97 } }] });
	});
});

describe('CVs', () => {
	const cvOf = (index: number) => {
		const file = must(world().attachments.by('applicationId', active(index).id).find(({ kind }) => kind === 'CV'));
		const month = new Date(file.createdAt).toISOString().slice(0, 7).replace('-', '/');
		return { file, key: `candidates/${month}/${flatchr.ids.of('attachment', file)}/${file.fileName.replace(/\.pdf$/, '')}` };
	};

	it('are downloaded one a second, whatever the concurrency, and arrive byte for byte', async () => {
		const from = mark();
		const cvs = [0, 1, 2, 3].map(cvOf);
		const { items } = await flatchr.run('candidate', 'downloadCv', { find: 'key', key: '={{ $json.key }}', extension: 'pdf', outputField: 'cv' }, { items: cvs.map(({ key }) => ({ json: { key } })) });
		expect(items.map(({ json, pairedItem }) => [json['key'], pairedItem])).toEqual(cvs.map(({ key }, item) => [key, { item }]));
		for (const [index, { binary }] of items.entries()) {
			expect(await readBinary(must(binary?.['cv']))).toEqual(world().bytes(must(cvs[index]).file));
			expect(binary?.['cv']).toMatchObject({ fileName: must(cvs[index]).file.fileName, mimeType: 'application/pdf' });
		}
		// Another execution in the same process keeps the pace too: none of the five was refused.
		await flatchr.run('candidate', 'downloadCv', { find: 'key', key: must(cvs[0]).key, extension: '.pdf' });
		expect(flatchr.requests(from).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
	});

	it('that are refused for coming too soon are asked for again', async () => {
		flatchr.sandbox.faults.next({ kind: 'status', status: 429, message: 'Too many requests' }, { path: 'files/expire' });
		const from = mark();
		await flatchr.run('candidate', 'downloadCv', { find: 'key', key: cvOf(0).key, extension: 'pdf' });
		expect(flatchr.requests(from).map(({ status }) => status)).toEqual([429, 200]);
	});

	it('are found by the applicant too', async () => {
		const one = active(4);
		const from = mark();
		const { items } = await flatchr.run('candidate', 'downloadCv', { find: 'applicant', ...flatchr.at(one) });
		expect(await readBinary(must(items[0]?.binary?.['data']))).toEqual(world().bytes(must(world().attachments.by('applicationId', one.id).find(({ kind }) => kind === 'CV'))));
		expect(flatchr.requests(from)[0]).toMatchObject({ method: 'PUT', body: {} });
	});

	it('that are refused tell why without the key that the address holds', async () => {
		const { error } = await flatchr.run('candidate', 'downloadCv', { find: 'key', key: 'candidates/2024/01/none/name', extension: 'pdf' }, { mayFail: true });
		expect(error?.message).toBe('The file "name.pdf" cannot be had. File not found');
		expect(JSON.stringify([error, error?.description])).not.toContain(String(flatchr.credentials['flatchrApi']?.['apiKey']));
	});
});

describe('vacancies', () => {
	it('are listed with the number that searches carry and the slug that creations take', async () => {
		const rows = await flatchr.json('vacancy', 'getAll', { returnAll: true, fields: ['address'] });
		const job = must(world().jobs.rows[0]);
		expect(rows).toHaveLength(world().jobs.alive().length);
		expect(rows[0]).toMatchObject({ id: flatchr.ids.of('job', job), vacancy_id: '7001', slug: job.slug, title: job.title, address: expect.stringContaining(job.place.city), created_at: UTC });
	});

	it('are filtered by where they are published and by status', async () => {
		const titles = async (filters: object) => (await flatchr.json('vacancy', 'getAll', { returnAll: true, filters: { ...filters } })).map(({ title }) => title);
		const open = world().jobs.alive().filter(({ status }) => status === 'OPEN');
		expect(await titles({ offerId: '98' })).toEqual(open.filter(({ visibility }) => visibility === 'PUBLIC').map(({ title }) => title));
		expect(await titles({ status: 1 })).toEqual(open.map(({ title }) => title));
	});

	it('can be read one at a time, whole', async () => {
		const job = must(world().jobs.rows[0]);
		const [row] = await flatchr.json('vacancy', 'get', { vacancyId: byId(flatchr.ids.of('job', job)), fields: ['address', 'questions'], simplify: false });
		expect(row).toMatchObject({ id: flatchr.ids.of('job', job), contract_type_id: expect.any(String), company_id: '4217', address: { locality: job.place.city } });
		expect(row?.['questions']).toHaveLength(job.questions.length);
	});

	it('are created with the documented types on the wire', async () => {
		const from = mark();
		const details = { contractTypeId: '1', educationLevelId: '6', activityId: '25', channelId: '2', occupationId: '49', language: 'fr_FR', status: 1, experience: '4' };
		const [row] = await flatchr.json('vacancy', 'create', { title: 'Cariste', description: '<p>We</p>', mission: '<p>Drive</p>', profile: 'Careful', ...details, additionalFields: { remote: 'parttime', salary: '40 000', start_date: '2026-09-01T00:00:00', more: '{"show_salary": true}' } });
		const job = must(world().jobs.rows.at(-1));
		expect(row).toMatchObject({ id: flatchr.ids.of('job', job), title: 'Cariste', slug: job.slug });
		expect(job).toMatchObject({ title: 'Cariste', remoteWork: 'HYBRID', salary: { from: 40_000 }, employment: 'FULL_TIME' });
		expect(flatchr.requests(from)[0]?.body).toMatchObject({ experience: 4, contract_type_id: 1, metier_id: 49, start_date: '2026-09-01', show_salary: true });
	});

	it('are in the public feed, and the unpublished ones in the other', async () => {
		const read = async (source: string, filters = {}) => await flatchr.json('vacancy', 'getFeed', { returnAll: true, source, filters });
		const open = world().jobs.alive().filter(({ status }) => status === 'OPEN');
		const [published, rest] = [open.filter(({ visibility }) => visibility === 'PUBLIC'), open.filter(({ visibility }) => visibility !== 'PUBLIC')];
		const rows = await read('careers');
		expect(rows.map(({ title }) => title)).toEqual(published.map(({ title }) => title));
		expect(rows[0]).toMatchObject({ published: true, publish_date: UTC, contract_type: expect.any(String), url: `https://careers.flatchr.io/vacancy/${must(published[0]).slug}` });
		expect((await read('api')).map(({ title }) => title)).toEqual(rest.map(({ title }) => title));
		expect((await read('careers', { filter: must(published[0]).title })).length).toBeGreaterThan(0);
		const { error } = await flatchr.run('vacancy', 'getFeed', { filters: { slug: 'nobody' } }, { mayFail: true });
		expect(error?.message).toBe('Company not found');
	});
});

describe('comments', () => {
	const at = () => ({ applicantId: byId(flatchr.ids.of('application', active())) });

	it('are written as the user, with a file, and the login serves many', async () => {
		const from = mark();
		const items = await Promise.all([0, 1].map(async (index) => ({ json: { text: `Note ${index} 🙂` }, binary: { data: await binaryFile(pdf, 'test.pdf', 'application/pdf') } })));
		const { json } = await flatchr.run('comment', 'create', { ...at(), text: '={{ $json.text }}', additionalFields: { binaryField: 'data', private: true } }, { items });
		const notes = world().notes.by('applicationId', active().id).slice(-2);
		expect(notes.map(({ html }) => html).sort()).toEqual(['Note 0 🙂', 'Note 1 🙂']);
		expect(notes[0]).toMatchObject({ private: true });
		expect(world().bytes(world().attachments.need(must(notes[0]?.attachmentIds[0]))).equals(pdf)).toBe(true);
		expect(json[0]).toMatchObject({ id: expect.any(String), type: 'note', private: true, created_at: UTC, attachments: [{ name: 'test.pdf' }] });
		expect(JSON.stringify(json)).not.toMatch(/eyJ|sandbox-password/);
		expect(sent(from).filter((line) => line.endsWith('/user/login'))).toHaveLength(1);
	});

	it('log in again, once, when the token is no longer taken', async () => {
		await flatchr.sandbox.control('flatchr/revoke', {});
		const from = mark();
		const before = world().notes.rows.length;
		await flatchr.run('comment', 'create', { ...at(), text: 'Again', additionalFields: { replyTo: String((await flatchr.json('comment', 'getAll', at()))[0]?.['id']) } });
		expect(flatchr.requests(from).filter(({ method }) => method === 'POST').map(({ path, status }) => [path.split('/').at(-1), status])).toEqual([['comment', 401], ['login', 200], ['comment', 200]]);
		expect(world().notes.rows.length).toBe(before + 1);
		expect(world().notes.rows.at(-1)?.replyToId).not.toBeNull();
	});

	it('say what to do when the user cannot log in, without the password', async () => {
		const credentials = { flatchrApi: { ...flatchr.credentials['flatchrApi'], password: 'quite-wrong' } };
		const { error } = await flatchr.run('comment', 'create', { ...at(), text: 'x' }, { credentials, mayFail: true });
		expect(error?.message).toBe('Invalid email or password');
		expect(JSON.stringify([error, error?.description])).not.toContain('quite-wrong');
	});

	it('are tried with the API key when the credential names no user', async () => {
		await flatchr.sandbox.control('flatchr/settings', { commentsNeedUser: false });
		const credentials = { flatchrApi: { ...flatchr.credentials['flatchrApi'], email: '', password: '' } };
		await flatchr.run('comment', 'create', { ...at(), text: 'With the key' }, { credentials });
		await flatchr.sandbox.control('flatchr/settings', { commentsNeedUser: true });
		expect(world().notes.rows.at(-1)).toMatchObject({ html: 'With the key' });
		const { error } = await flatchr.run('comment', 'create', { ...at(), text: 'x' }, { credentials, mayFail: true });
		expect(error?.message).toBe('A user token is required');
	});

	it('are listed with author and files, and deleted', async () => {
		const rows = await flatchr.json('comment', 'getAll', { ...at(), returnAll: true });
		expect(rows).toHaveLength(world().notes.by('applicationId', active().id).filter(({ deletedAt }) => deletedAt === null).length);
		expect(rows[0]).toMatchObject({ id: expect.stringMatching(/^\d+$/), author: { id: expect.any(String) }, attachments: [] });
		expect(await flatchr.json('comment', 'delete', { ...at(), commentId: byId(String(rows[0]?.['id'])) })).toEqual([{ statusCode: 200, message: 'Comment deleted' }]);
		expect(await flatchr.json('comment', 'getAll', { ...at(), returnAll: true })).toHaveLength(rows.length - 1);
	});
});

describe('tasks', () => {
	const user = () => must(world().users.rows[0]);
	const other = () => must(world().users.rows[1]);

	it.each([
		['a candidate', () => ({ about: 'applicant', applicantId: byId(flatchr.ids.of('application', active())) }), () => ({ model: 'application', id: active().id })],
		['a member', () => ({ about: 'member', memberUserId: byId(flatchr.ids.of('user', other())) }), () => ({ model: 'user', id: other().id })],
	])('are created about %s', async (_whom, about, stored) => {
		const [row] = await flatchr.json('task', 'create', { description: 'Call back', date: '2026-12-01T09:00:00+01:00', ...about(), creatorId: byId(flatchr.ids.of('user', user())), userIds: [flatchr.ids.of('user', other())], email: true });
		expect(row).toMatchObject({ description: 'Call back', date: '2026-12-01T08:00:00.000Z', done: false });
		expect(world().tasks.rows.at(-1)).toMatchObject({ about: stored(), ownerId: user().id, userIds: [other().id], notify: true });
	});

	it('are listed by state and closed', async () => {
		const open = await flatchr.json('task', 'getAll', { returnAll: true });
		expect(open.every(({ done }) => done === false)).toBe(true);
		const [closed] = await flatchr.json('task', 'close', { taskId: byId(String(open.at(-1)?.['id'])) });
		expect(closed).toMatchObject({ done: true });
		expect(world().tasks.rows.at(-1)?.done).toBe(true);
		expect(await flatchr.json('task', 'getAll', { returnAll: true, state: 'all' })).toHaveLength(world().tasks.size);
	});
});

describe('tags, columns, members and reference data', () => {
	it('sets a tag of a candidate and shows it', async () => {
		const at = { applicantId: byId(flatchr.ids.of('application', active(5))) };
		const tag = must(world().tags.rows.find(({ id }) => !person(active(5)).tagIds.includes(id)));
		await flatchr.run('tag', 'set', { ...at, tagId: byId(flatchr.ids.of('tag', tag)), value: byId('Yes') });
		expect(world().candidates.need(active(5).candidateId).tagIds).toContain(tag.id);
		expect(await flatchr.json('tag', 'getForCandidate', { ...at, returnAll: true })).toContainEqual({ id: expect.any(String), tag_id: flatchr.ids.of('tag', tag), value: 'Yes' });
	});

	it.each([
		['tag', { type: 'candidates' }, (): number => world().tags.size],
		['tag', { type: 'vacancies' }, (): number => 1],
		['tag', { type: 'all' }, (): number => world().tags.size + 1],
		['column', {}, (): number => new Set(world().stages.alive().map(({ name }) => name)).size],
		['member', {}, (): number => world().users.size],
		['referenceData', { list: 'activities' }, (): number => 2],
		['referenceData', { list: 'contracts' }, (): number => 5],
		['referenceData', { list: 'occupations', channelId: '2' }, (): number => 2],
	])('lists every %s %j', async (resource, parameters, count) => {
		const rows = await flatchr.json(resource, 'getAll', { returnAll: true, ...parameters });
		expect(rows).toHaveLength(count());
		for (const { id } of rows) expect(id).toEqual(expect.any(String));
		expect(await flatchr.json(resource, 'getAll', { returnAll: false, limit: 1, ...parameters })).toHaveLength(1);
	});

	it('shows members with the ID that tasks take, and never their secret', async () => {
		const [row] = await flatchr.json('member', 'getAll');
		expect(row).toMatchObject({ user_id: flatchr.ids.of('user', must(world().users.rows[0])), email: world().users.rows[0]?.email });
		const [raw] = await flatchr.json('member', 'getAll', { simplify: false });
		expect(raw).toMatchObject({ user: { user_id: expect.any(String) } });
		expect(JSON.stringify(raw)).not.toContain('vyte');
	});
});

describe('any other call', () => {
	it('is sent with the key and comes back without secrets', async () => {
		const company = String(flatchr.credentials['flatchrApi']?.['companyKey']);
		const rows = await flatchr.json('apiRequest', 'send', { path: `/company/${company}/members`, query: '{"fields": "user"}' });
		expect(rows).toHaveLength(world().users.size);
		expect(JSON.stringify(rows)).not.toContain('vyte');
		const login = await flatchr.json('apiRequest', 'send', { method: 'POST', path: '/user/login', body: JSON.stringify({ email: flatchr.credentials['flatchrApi']?.['email'], password: flatchr.credentials['flatchrApi']?.['password'] }) });
		expect(login).toEqual([{ statusCode: 200 }]);
	});

	it('reaches the careers host by its path', async () => {
		const from = mark();
		await flatchr.run('apiRequest', 'send', { path: '/company/acme.json' });
		expect(sent(from)).toEqual(['GET /careers/company/acme.json']);
	});
});

describe('the editor', () => {
	it.each([
		['searchVacancies', {}, () => flatchr.ids.of('job', must(world().jobs.rows[0]))],
		['searchVacancySlugs', {}, () => must(world().jobs.rows[0]).slug],
		['searchColumns', {}, () => '13001'],
		['searchUsers', {}, () => flatchr.ids.of('user', must(world().users.rows[0]))],
		['searchTags', {}, () => flatchr.ids.of('tag', must(world().tags.rows[0]))],
		['searchTagValues', () => ({ resource: 'tag', operation: 'set', tagId: byId(flatchr.ids.of('tag', must(world().tags.rows[0]))) }), () => 'Yes'],
		['searchTasks', {}, () => flatchr.ids.of('task', must(world().tasks.rows.find(({ done }) => !done)))],
		['searchComments', () => ({ resource: 'comment', operation: 'delete', applicantId: byId(flatchr.ids.of('application', active())) }), () => String(3600 + must(world().notes.by('applicationId', active().id).find(({ deletedAt }) => deletedAt === null)).number)],
		['searchApplicants', () => ({ resource: 'candidate', operation: 'archive', ...flatchr.at(active(3)) }), () => flatchr.ids.of('application', active(3))],
	])('offers what %s finds', async (method, parameters, expected) => {
		const found = await flatchr.search(method, typeof parameters === 'function' ? parameters() : parameters);
		expect(found.map(({ value }) => value)).toContain(expected());
		expect(found.every(({ name }) => name !== '')).toBe(true);
	});

	it('searches applicants by name, by email, and without either only who changed lately', async () => {
		const from = mark();
		for (const filter of [`Zoë ${must(person().lastName)}`, emailOf(), undefined]) await flatchr.search('searchApplicants', {}, filter);
		expect(flatchr.requests(from).map(({ body }) => body)).toEqual([{ lastname: person().lastName }, { email: emailOf() }, { start_update: expect.stringMatching(/^\d\d\/\d\d\/\d\d$/) }]);
	});

	it.each([
		['loadColumnTitles', {}, 'Screening'],
		['loadUsers', {}, () => flatchr.ids.of('user', must(world().users.rows[0]))],
		['loadActivities', {}, '25'],
		['loadChannels', {}, '2'],
		['loadContracts', {}, '1'],
		['loadEducationLevels', {}, '6'],
		['loadOccupations', { resource: 'vacancy', operation: 'create', channelId: '2' }, '54'],
	])('fills the dropdown of %s', async (method, parameters, expected) => {
		expect((await flatchr.options(method, parameters)).map(({ value }) => value)).toContain(typeof expected === 'function' ? expected() : expected);
	});

	it('offers no occupation before a channel is chosen', async () => {
		expect(await flatchr.options('loadOccupations', { resource: 'vacancy', operation: 'create' })).toEqual([]);
	});
});

describe('on bad input and faults', () => {
	it.each([
		['an unreadable date', 'candidate', 'search', { filters: { start: '31/12/2026' } }, /"Created From" is not a date/],
		['broken JSON', 'candidate', 'addMeta', { reference: 'a@b.example', value: '{"score": ' }, /"Value \(JSON\)" is not valid JSON/],
		['an empty ID', 'candidate', 'archive', { vacancyId: byId('={{ $json.nothing }}'), applicantId: byId('x') }, /"Vacancy" is empty/],
		['an ID that climbs', 'message', 'getAll', { applicantId: byId('..') }, /"\.\." is not an ID/],
		['a CV without an extension', 'candidate', 'downloadCv', { find: 'key', key: 'candidates/x/name' }, /"Extension" is empty/],
		['a path that leaves the API', 'apiRequest', 'send', { path: '/company/../admin' }, /leaves the API/],
	])('%s is an error that names the field, and nothing is sent', async (_what, resource, operation, parameters, message) => {
		const from = mark();
		const { error } = await flatchr.run(resource, operation, parameters, { mayFail: true });
		expect(error?.message).toMatch(message);
		expect(sent(from)).toEqual([]);
	});

	it('an ended key says so, with the page where a new one is made', async () => {
		const { error } = await flatchr.run('column', 'getAll', {}, { mayFail: true, credentials: { flatchrApi: { ...flatchr.credentials['flatchrApi'], apiKey: 'flk_ended' } } });
		expect(error).toMatchObject({ httpCode: '401' });
		expect(error?.description).toMatch(/365 days.*Advanced Settings/);
	});

	it('HTML instead of JSON is an error that shows where it came from', async () => {
		flatchr.sandbox.faults.next({ kind: 'html' }, { times: 4 });
		const { error } = await flatchr.run('column', 'getAll', {}, { mayFail: true });
		expect(`${error?.message} ${String(error?.description)}`).toMatch(/html/i);
	});
});
