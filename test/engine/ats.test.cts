import { NodeHelpers, type IDataObject, type INode, type INodeExecutionData, type INodeParameters, type INodeProperties } from 'n8n-workflow';

import { INPUTS, OPERATIONS, type InputName, type OperationName } from '../../lib/ats/provider';
import { applicationSchema, candidateSchema, jobSchema } from '../../lib/ats/model';
import { useClock } from '../../lib/clock';
import { ManualClock } from '../../sandbox/clock.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { binaryFile, listSearch, loadPackage, readBinary, runNode, type Outcome } from './harness/index.cts';
import { providerEntries } from '../providers/index.cts';

const id = (value: unknown) => ({ __rl: true, mode: 'id', value: String(value) });
/** A rate limit costs no time: its waits pass on a clock that node and simulator share. */
const clock = new ManualClock();
let restoreClock: () => void;
beforeAll(() => void (restoreClock = useClock(clock)));
afterAll(() => restoreClock());

const operationOf = (input: InputName) => input.slice(0, input.lastIndexOf('.')) as OperationName;

const pdf = Buffer.from('%PDF-1.4 a real file\n%%EOF\n');

describe.each(providerEntries.map((one) => [one.provider.label, one] as const))('%s through the unified node', (_label, one) => {
	const { name, capabilities } = one.provider;
	let sandbox: Sandbox;
	let apps: IDataObject[] = [];
	let jobs: IDataObject[] = [];

	beforeAll(async () => {
		sandbox = await startSandbox({ clock, jobs: 6, applications: 80, services: [one.simulator], seed: 'ats' });
	});
	afterAll(async () => {
		expect(sandbox.violations).toEqual([]);
		await sandbox.close();
	});

	async function ats(operation: OperationName, parameters: INodeParameters = {}, items?: Array<Partial<INodeExecutionData>>): Promise<Outcome> {
		const [resource = '', value = ''] = operation.split('.');
		const { options, ...settings } = one.settings ?? {};
		return await runNode('ats', { provider: name, resource, operation: value === 'getMany' ? 'getAll' : value, simplify: false, ...settings, ...parameters, options: { ...(options as INodeParameters), ...(parameters['options'] as INodeParameters) } }, { credentials: one.credentials(sandbox), ...(items ? { items } : {}) });
	}
	async function ok(operation: OperationName, parameters: INodeParameters = {}, items?: Array<Partial<INodeExecutionData>>): Promise<INodeExecutionData[]> {
		const outcome = await ats(operation, parameters, items);
		if (outcome.error) throw outcome.error;
		for (const { pairedItem } of outcome.items) expect(pairedItem).toEqual({ item: expect.any(Number) });
		return outcome.items;
	}
	const jsons = (items: INodeExecutionData[]) => items.map(({ json }) => json);
	const everything = async (operation: OperationName, parameters: INodeParameters = {}) => jsons(await ok(operation, { returnAll: true, ...parameters }));
	const takes = (input: InputName) => capabilities.inputs?.[input] !== undefined;
	const can = (operation: OperationName) => capabilities.operations[operation] !== undefined;
	const info = (application: IDataObject | undefined) => application?.['info'] as IDataObject | null | undefined;
	const stageOf = async (applicationId: unknown) => (jsons(await ok('application.get', { applicationId: id(applicationId), models: ['currentStage'] }))[0]?.['currentStage'] as IDataObject | null)?.['id'];
	const first = (list: readonly IDataObject[]): IDataObject => list[0] ?? missing('is nothing in the list that came before');
	const activeApplication = (nth = 0): IDataObject | undefined => (can('application.getMany') ? (apps.filter((application) => info(application)?.['status'] === 'ACTIVE')[nth] ?? missing('are not enough active applications: see application.getMany')) : undefined);
	const missing = (what: string): never => {
		throw new Error(`There ${what}`);
	};

	/** What is declared without a remark leaves out what has not changed since. */
	async function changedSinceHolds(operation: OperationName): Promise<void> {
		if (capabilities.operations[operation] === true) expect(await everything(operation, { filters: { updatedAfter: '2099-01-01T00:00:00.000Z' } })).toEqual([]);
	}

	/** What each operation is expected to do; every declared one is run. */
	const checks: Partial<Record<OperationName, () => Promise<void>>> = {
		'job.getMany': async () => {
			jobs = await everything('job.getMany');
			expect(jobs.length).toBeGreaterThan(0);
			for (const job of jobs) jobSchema().parse(job);
			await changedSinceHolds('job.getMany');
		},
		'job.get': async () => {
			const [job] = jsons(await ok('job.get', { jobId: id(first(jobs)['id']) }));
			expect(job).toMatchObject({ id: jobs[0]?.['id'], provider: name });
		},
		'application.getMany': async () => {
			apps = await everything('application.getMany', { models: Object.keys(capabilities.models).filter((key) => key !== 'attachments') });
			expect(apps).toHaveLength(sandbox.world.applications.rows.filter(({ deletedAt }) => deletedAt === null).length);
			for (const application of apps) applicationSchema().parse(application);
			await changedSinceHolds('application.getMany');
			expect(await ok('application.getMany', { returnAll: false, limit: 7 })).toHaveLength(7);
			const hired = await everything('application.getMany', { filters: { statuses: ['HIRED'] } });
			expect(hired.map((application) => application['id']).sort()).toEqual(apps.filter((application) => info(application)?.['status'] === 'HIRED').map((application) => application['id']).sort());
		},
		'application.get': async () => {
			const [one, second] = [activeApplication(0), activeApplication(1)];
			const items = await ok('application.get', { applicationId: { __rl: true, mode: 'id', value: '={{ $json.id }}' }, models: ['info', 'currentStage'], options: { includeRaw: true } }, [{ json: { id: second?.['id'] ?? '' } }, { json: { id: one?.['id'] ?? '' } }]);
			expect(items.map(({ json, pairedItem }) => [json['id'], pairedItem])).toEqual([[second?.['id'], { item: 0 }], [one?.['id'], { item: 1 }]]);
			expect(items[0]?.json['raw']).toBeDefined();
			expect(items[0]?.json).toMatchObject({ interviews: null, offers: null });
		},
		'application.moveStage': async () => {
			const application = activeApplication();
			const stages = await everything('stage.getMany', { jobId: id(info(application)?.['jobId']) });
			const target = stages.find((stage) => stage['id'] !== (application?.['currentStage'] as IDataObject)['id'] && !/hire|embauch|recrut/i.test(String(stage['text'])));
			await ok('application.moveStage', { applicationId: id(application?.['id']), stageId: id(target?.['id']) });
			expect(await stageOf(application?.['id'])).toBe(target?.['id']);
		},
		'application.reject': async () => {
			const application = activeApplication(2);
			const reason = can('rejectionReason.getMany') ? (await everything('rejectionReason.getMany'))[0]?.['id'] : undefined;
			await ok('application.reject', { applicationId: id(application?.['id']), rejectionReasonId: id(reason ?? '') });
			expect(info(jsons(await ok('application.get', { applicationId: id(application?.['id']), models: ['info'] }))[0])?.['status']).not.toBe('ACTIVE');
		},
		'application.reactivate': async () => {
			const application = activeApplication(3);
			const statusNow = async () => info(jsons(await ok('application.get', { applicationId: id(application?.['id']), models: ['info'] }))[0])?.['status'];
			const reason = can('rejectionReason.getMany') ? (await everything('rejectionReason.getMany'))[0]?.['id'] : undefined;
			await ok('application.reject', { applicationId: id(application?.['id']), rejectionReasonId: id(reason ?? '') });
			expect(await statusNow()).toBe('REJECTED');
			await ok('application.reactivate', { applicationId: id(application?.['id']) });
			expect(await statusNow()).toBe('ACTIVE');
		},
		'application.addNote': async () => {
			const before = sandbox.world.notes.rows.length;
			await ok('application.addNote', { applicationId: id(activeApplication()?.['id']), content: 'Called back' });
			expect(sandbox.world.notes.rows.slice(before).map(({ html }) => html)).toEqual([expect.stringContaining('Called back')]);
		},
		'application.addAttachment': async () => {
			const before = sandbox.world.attachments.rows.length;
			await ok('application.addAttachment', { applicationId: id(activeApplication()?.['id']), fileType: 'RESUME', binaryField: 'data' }, [{ json: {}, binary: { data: await binaryFile(pdf, 'cv.pdf', 'application/pdf') } }]);
			const [added] = sandbox.world.attachments.rows.slice(before);
			expect(added && sandbox.world.bytes(added).equals(pdf)).toBe(true);
		},
		'application.downloadAttachments': async () => {
			const items = await ok('application.downloadAttachments', { applicationId: id(activeApplication()?.['id'] ?? (await someCandidate())), outputField: 'cv' });
			expect(items.length).toBeGreaterThan(0);
			const files = await Promise.all(items.map(async ({ binary }) => (binary?.['cv'] ? await readBinary(binary['cv']) : undefined)));
			expect(files.every((file) => file !== undefined && sandbox.world.attachments.rows.some((row) => sandbox.world.bytes(row).equals(file)))).toBe(true);
		},
		'application.create': async () => {
			const { applications, attachments, candidates } = sandbox.world;
			const before = [applications.rows.length, attachments.rows.length, sandbox.requests.length];
			const open = jobs.find((job) => (job['info'] as IDataObject)['status'] === 'OPEN') ?? jobs[0];
			const parameters = { jobId: id(open?.['id']), firstName: 'Ada', lastName: 'Newcomer', email: `ada.${name}@example.com`, additionalFields: { phone: '+49301234567', comment: 'Free from May' } };
			const files = { files: { row: [{ fileType: 'RESUME', binaryField: 'data' }] } };
			const items = [{ json: {}, binary: { data: await binaryFile(pdf, 'cv.pdf', 'application/pdf') } }];
			if (!takes('application.create.files')) {
				// Left from a provider that takes them.
				expect((await ats('application.create', { ...parameters, ...files }, items)).error?.message).toBe(`${one.provider.label} takes no files with a new application`);
				expect(sandbox.requests.length).toBe(before[2]);
			}
			await ok('application.create', { ...parameters, ...(takes('application.create.files') ? files : {}) }, items);
			const [created] = applications.rows.slice(before[0]);
			expect(created && candidates.need(created.candidateId)).toMatchObject({ firstName: 'Ada', lastName: 'Newcomer' });
			expect(attachments.rows.slice(before[1]).map((row) => sandbox.world.bytes(row).equals(pdf))).toEqual(takes('application.create.files') ? [true] : []);
			expect(sandbox.requests.slice(before[2]).some(({ body }) => (JSON.stringify(body) ?? '').includes('Free from May'))).toBe(takes('application.create.comment'));
		},
		'candidate.getMany': async () => {
			const candidates = await everything('candidate.getMany');
			expect(candidates.length).toBeGreaterThan(0);
			for (const candidate of candidates) candidateSchema().parse(candidate);
			await changedSinceHolds('candidate.getMany');
		},
		'candidate.get': async () => {
			const candidateId = await someCandidate();
			expect(jsons(await ok('candidate.get', { candidateId: id(candidateId) }))[0]).toMatchObject({ id: candidateId, provider: name });
		},
		'candidate.findOrCreate': async () => {
			const open = jobs.find((job) => (job['info'] as IDataObject)['status'] === 'OPEN');
			const person = { firstName: 'Grace', lastName: 'Once', email: `grace.${name}@example.com`, additionalFields: { phone: '+49301234568', ...(open ? { jobId: id(open['id']) } : {}) } };
			const before = sandbox.world.candidates.rows.length;
			const [first] = jsons(await ok('candidate.findOrCreate', person));
			const [second] = jsons(await ok('candidate.findOrCreate', person));
			expect([first?.['created'], second?.['created']]).toEqual([true, false]);
			expect(sandbox.world.candidates.rows.length - before).toBe(1);
		},
		'candidate.update': async () => {
			const candidateId = await someCandidate();
			await ok('candidate.update', { candidateId: id(candidateId), changes: { firstName: 'Renamed', lastName: 'Person' } });
			expect(sandbox.world.candidates.rows.filter(({ firstName }) => firstName === 'Renamed')).toHaveLength(1);
		},
		'candidate.addTag': async () => {
			const candidateId = await someCandidate();
			await ok('candidate.addTag', { candidateId: id(candidateId), tag: await someTag() });
			expect(sandbox.world.journal.at(-1)).toMatchObject({ by: one.simulator });
		},
		'candidate.removeTag': async () => {
			const candidateId = await someCandidate();
			const tag = await someTag();
			await ok('candidate.addTag', { candidateId: id(candidateId), tag });
			const before = sandbox.world.candidates.rows.reduce((sum, { tagIds }) => sum + tagIds.length, 0);
			await ok('candidate.removeTag', { candidateId: id(candidateId), tag });
			expect(sandbox.world.candidates.rows.reduce((sum, { tagIds }) => sum + tagIds.length, 0)).toBe(before - 1);
		},
		'interview.getMany': async () => {
			// Where a service has no word for one that was called off, it is gone.
			await ofAll('interview.getMany', sandbox.world.interviews.rows.filter(({ status }) => status !== 'CANCELLED' || one.hidesCancelled !== true));
			const withInterview = apps.find((application) => (application['interviews'] as unknown[] | null)?.length);
			const own = await everything('interview.getMany', { filters: { applicationId: id(withInterview?.['id']) } });
			expect(own.map((interview) => interview['applicationId'])).toEqual((withInterview?.['interviews'] as unknown[]).map(() => withInterview?.['id']));
		},
		'offer.getMany': async () => {
			await ofAll('offer.getMany', sandbox.world.offers.rows);
		},
		'message.getMany': async () => {
			const owner = apps[0]?.['id'] ?? (await someCandidate());
			for (const message of await everything('message.getMany', { ownerId: id(owner) })) expect(message).toMatchObject({ provider: name });
		},
		'message.send': async () => {
			const before = sandbox.world.messages.rows.length;
			await ok('message.send', { candidateId: id(await someCandidate()), subject: 'Hello', text: 'See you on Tuesday' });
			expect(sandbox.world.messages.rows.length - before).toBe(1);
		},
		'stage.getMany': async () => {
			expect((await everything('stage.getMany', can('job.getMany') ? { jobId: id(jobs[0]?.['id']) } : {})).length).toBeGreaterThan(1);
		},
		'rejectionReason.getMany': async () => {
			expect((await everything('rejectionReason.getMany')).length).toBeGreaterThan(0);
		},
		'user.getMany': async () => {
			expect((await everything('user.getMany')).length).toBeGreaterThan(0);
		},
		'tag.getMany': async () => {
			expect((await everything('tag.getMany')).length).toBeGreaterThan(0);
		},
	};

	/** All of them, or a sentence that says that they are listed by application only. */
	async function ofAll(operation: OperationName, rows: ReadonlyArray<{ deletedAt: number | null }>): Promise<void> {
		if (capabilities.operations[operation] === 'Of one application') expect((await ats(operation, { returnAll: true })).error?.message).toMatch(/of one application only/);
		else expect(await everything(operation)).toHaveLength(rows.filter(({ deletedAt }) => deletedAt === null).length);
	}
	async function someCandidate(): Promise<unknown> {
		const known = info(activeApplication())?.['candidate'] as IDataObject | undefined;
		return known?.['id'] ?? (await everything('candidate.getMany'))[0]?.['id'];
	}
	async function someTag(): Promise<string> {
		return can('tag.getMany') ? String((await everything('tag.getMany'))[0]?.['text']) : 'talent pool';
	}

	const order: OperationName[] = ['job.getMany', 'job.get', 'application.getMany', ...OPERATIONS.filter((operation) => !['job.getMany', 'job.get', 'application.getMany'].includes(operation))];
	test.each(order.filter(can))('%s does what it says', async (operation) => {
		const check = checks[operation];
		if (!check) throw new Error(`No check for ${operation}`);
		await check();
	});

	test('what it cannot do is not offered, and refused before any request', async () => {
		const before = sandbox.requests.length;
		for (const operation of OPERATIONS.filter((declared) => !can(declared))) {
			// Whatever else is missing.
			for (const value of ['x@example.com', '={{ null }}']) {
				const { error } = await ats(operation, { ...Object.fromEntries(['applicationId', 'candidateId', 'jobId', 'ownerId', 'stageId'].map((field) => [field, id(value)])), ...Object.fromEntries(['content', 'tag', 'text', 'firstName', 'lastName', 'email'].map((field) => [field, value])) });
				expect(error?.message).toMatch(new RegExp(`^${one.provider.label} cannot [a-z ]+ through the unified node$`));
			}
		}
		expect(sandbox.requests.length).toBe(before);
	});

	test.each(INPUTS.filter((input) => can(operationOf(input))))('%s is shown where the provider makes use of it, and nowhere else', (input) => {
		const [resource = '', operation = '', field = ''] = input.split('.');
		const { description } = loadPackage().nodeTypes.getByNameAndVersion('n8n-nodes-ats.ats');
		const asNode: INode = { id: '1', name: 'ATS', type: 'ats', typeVersion: 1, position: [0, 0], parameters: { provider: name, resource, operation } };
		const shows = (property: INodeProperties, path = '') => property.type !== 'hidden' && NodeHelpers.displayParameterPath(asNode.parameters, property, path, asNode, description);
		const alone = description.properties.filter((property) => shows(property));
		const inside = alone.flatMap((property) => (property.type === 'collection' ? (property.options ?? []) : [])).filter((option): option is INodeProperties => 'type' in option && shows(option));
		expect([...alone, ...inside].some((property) => property.name === field)).toBe(takes(input));
	});

	test('the dropdowns list what the provider has', async () => {
		if (can('job.getMany')) expect((await listSearch('ats', 'searchJobs', { provider: name, resource: 'job', operation: 'get' }, { credentials: one.credentials(sandbox) })).results.length).toBe(jobs.length);
		// Where there are no applications, a candidate's ID is taken in their place.
		expect((await listSearch('ats', 'searchApplications', { provider: name, resource: 'application', operation: 'get' }, { credentials: one.credentials(sandbox) })).results.length).toBeGreaterThan(0);
	});

	test('records of the service, alone or in a whole answer, become the unified model without a request', async () => {
		if (!one.provider.normalize || !can('application.getMany')) return;
		const raws = (await everything('application.getMany', { options: { includeRaw: true } })).slice(0, 3);
		const before = sandbox.requests.length;
		const { json, error } = await runNode('ats', { provider: name, resource: 'model', operation: 'normalize' }, { items: [{ json: { body: { data: { results: raws.map((application) => application['raw']) } } } as unknown as IDataObject }] });
		expect(error).toBeUndefined();
		expect(json.map((application) => application['id'])).toEqual(raws.map((application) => application['id']));
		const refused = await runNode('ats', { provider: name, resource: 'model', operation: 'normalize' }, { items: [{ json: { some: 'thing', else: 1 } }] });
		expect(refused.error?.message).toMatch(/looks like an object with some, else/);
		expect(sandbox.requests.length).toBe(before);
	});

	test('its capabilities can be read in a workflow, without a credential', async () => {
		const { json, error } = await runNode('ats', { provider: name, resource: 'provider', operation: 'getCapabilities' });
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({ provider: name, operations: capabilities.operations });
	});
});

test('every provider that the node offers is tested here', () => {
	const { description } = loadPackage().nodeTypes.getByNameAndVersion('n8n-nodes-ats.ats');
	const offered = description.properties.find((property) => property.name === 'provider')?.options?.map((option) => ('value' in option ? option.value : undefined));
	expect([...(offered ?? [])].sort()).toEqual(providerEntries.map(({ provider }) => provider.name).sort());
});

test.each(providerEntries.map((one) => [one.provider.label, one] as const))('any other call of %s is made with its credential', async (_label, one) => {
	const sandbox = await startSandbox({ clock, jobs: 2, applications: 5, services: [one.simulator], seed: 'api request', validate: false });
	const { error } = await runNode('ats', { provider: one.provider.name, resource: 'apiRequest', operation: 'send', method: 'GET', path: one.provider.api.placeholder, ...one.readingCall }, { credentials: one.credentials(sandbox) });
	const asked = sandbox.requests.filter(({ service }) => service === one.simulator);
	await sandbox.close();
	// What the vendor says to it is the vendor's business, but it let the call in.
	expect(asked.length).toBeGreaterThan(0);
	expect(asked.at(-1)?.status).not.toBe(401);
	if (asked.at(-1)?.status === 200) expect(error).toBeUndefined();
});
