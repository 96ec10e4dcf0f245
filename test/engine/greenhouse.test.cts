/* Greenhouse through the ATS node: what its dossier warns of, and what a user sees when the credential is not right. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { cancelInterview, move } from '../../sandbox/actions.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { entry } from '../providers/greenhouse.cts';
import { PollHost, runNode, StoredCredentials, testCredential, type Outcome } from './harness/index.cts';

const id = (value: unknown) => ({ __rl: true, mode: 'id', value: String(value) });

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox({ jobs: 4, applications: 60, services: ['greenhouse'], seed: 'greenhouse' });
});
afterEach(async () => {
	expect(sandbox.violations).toEqual([]);
	await sandbox.close();
});

const settings = async (body: object) => await sandbox.control('greenhouse/settings', body);
const credentials = (more: Record<string, string> = {}) => ({ greenhouseAtsApi: { ...entry.credentials(sandbox).greenhouseAtsApi, ...more } });
const ats = async (resource: string, operation: string, parameters: INodeParameters = {}): Promise<Outcome> => await runNode('ats', { provider: 'greenhouse', resource, operation, ...parameters }, { credentials: credentials() });
async function ok(resource: string, operation: string, parameters: INodeParameters = {}): Promise<IDataObject[]> {
	const { json, error } = await ats(resource, operation, { simplify: false, ...parameters });
	if (error) throw error;
	return json;
}
const calls = (method: string, path: RegExp) => sandbox.requests.filter((request) => request.method === method && path.test(request.path));
const active = () => sandbox.world.applications.rows.filter(({ status, deletedAt }) => status === 'PENDING' && deletedAt === null);
const idOf = (application: { number: number }) => String(120_000_000 + application.number);

describe('the credential', () => {
	const said = async (more: Record<string, string>) => await testCredential('greenhouseAtsApi', credentials(more).greenhouseAtsApi ?? {});

	test('is tested with the token that it fetches', async () => {
		expect(await said({})).toEqual({ status: 'OK', message: 'Connection successful!' });
	});
	test.each([
		['a wrong secret', { clientSecret: 'wrong' }, /does not know this client ID and client secret/],
		['a client ID that is none', { clientId: 'abc' }, /cannot read the client ID/],
		['an acting user who is nobody', { userId: '999' }, /the ID of the acting user/],
		['an acting user that is no number', { userId: 'me@example.com' }, /ID of the acting user/],
	])('says what is wrong: %s', async (_what, more, message) => {
		expect(await said(more)).toEqual({ status: 'Error', message: expect.stringMatching(message) });
	});
	test('says that the acting user must be a Site Admin', async () => {
		const member = sandbox.world.users.rows[3];
		expect(await said({ userId: String(4_100_000 + (member?.number ?? 0)) })).toEqual({ status: 'Error', message: expect.stringMatching(/harvest:applications:list .* Site Admin/) });
	});
	test('fetches one token for many calls, and a new one when the service no longer takes it', async () => {
		const store = new StoredCredentials(credentials());
		const read = async () => await runNode('ats', { provider: 'greenhouse', resource: 'user', operation: 'getAll', returnAll: true }, { credentials: store });
		for (let i = 0; i < 3; i++) expect((await read()).error).toBeUndefined();
		expect(calls('POST', /token/)).toHaveLength(1);
		await sandbox.control('greenhouse/revoke', {});
		expect((await read()).error).toBeUndefined();
		expect(calls('POST', /token/)).toHaveLength(2);
	});
	test('that is wrong ends a call with a sentence about it, without the client ID and the secret', async () => {
		const { error } = await runNode('ats', { provider: 'greenhouse', resource: 'user', operation: 'getAll' }, { credentials: credentials({ clientSecret: 'a-wrong-secret' }) });
		expect(error?.message).toMatch(/gave no access token: Greenhouse does not know this client ID/);
		expect(JSON.stringify(error)).not.toContain('a-wrong-secret');
	});
	test('a scope that is not ticked is named', async () => {
		await settings({ scopesOff: ['harvest:notes:create'] });
		const { error } = await ats('application', 'addNote', { applicationId: id(idOf(active()[0] ?? { number: 0 })), content: 'Called back' });
		expect(`${error?.message} ${error && 'description' in error ? String(error.description) : ''}`).toContain('harvest:notes:create');
	});
});

describe('what is easily taken for something else', () => {
	test('a stage is the stage of the job: two applications in one stage have the same id', async () => {
		const found = await ok('application', 'getAll', { returnAll: true, models: ['info', 'currentStage'] });
		const stages = new Map<string, Set<unknown>>();
		for (const { info, currentStage } of found as Array<{ info: IDataObject; currentStage: IDataObject | null }>) {
			if (!currentStage) continue;
			const key = `${String(info['jobId'])} ${String(currentStage['text'])}`;
			stages.set(key, new Set([...(stages.get(key) ?? []), currentStage['id']]));
		}
		expect(stages.size).toBeGreaterThan(3);
		for (const ids of stages.values()) expect(ids.size).toBe(1);
	});
	test.each([true, false])('the same with rows that name it (%s) and rows that do not', async (stageInRows) => {
		await settings({ stageInRows });
		const [application] = active();
		const [found] = await ok('application', 'get', { applicationId: id(idOf(application ?? { number: 0 })), models: ['currentStage'] });
		expect(found?.['currentStage']).toMatchObject({ text: sandbox.world.stages.need(application?.stageId ?? '').name });
	});
	test('prospects and what was converted are no applications', async () => {
		const found = await ok('application', 'getAll', { returnAll: true, models: ['info'] });
		expect(found).toHaveLength(sandbox.world.applications.alive().length);
		expect((await ats('application', 'get', { applicationId: id(110_000_000) })).error?.message).toMatch(/is a prospect's/);
	});
	test('the filter for active ones says active, though the records say in_process', async () => {
		const found = await ok('application', 'getAll', { returnAll: true, models: ['info'], filters: { statuses: ['ACTIVE'] } });
		expect(found).toHaveLength(active().length);
		expect(calls('GET', /applications$/).some(({ query }) => query['status'] === 'active')).toBe(true);
	});
	test('an offer that is edited stays the same offer', async () => {
		const offer = sandbox.world.offers.alive()[0];
		const application = sandbox.world.applications.need(offer?.applicationId ?? '');
		const read = async () => (await ok('offer', 'getAll', { returnAll: true, filters: { applicationId: id(idOf(application)) } }))[0];
		const before = await read();
		await sandbox.control('greenhouse/offerVersion', { applicationId: Number(idOf(application)) });
		expect(await read()).toMatchObject({ id: before?.['id'], status: before?.['status'], createdAt: before?.['createdAt'] });
		const [seen] = await ok('application', 'get', { applicationId: id(idOf(application)), models: ['offers'] });
		expect(seen?.['offers']).toHaveLength(1);
	});
	test('the details of a rejection that was taken back are no rejection', async () => {
		await settings({ detailsStay: true });
		const [application] = active();
		const applicationId = id(idOf(application ?? { number: 0 }));
		await ok('application', 'reject', { applicationId, rejectionReasonId: id(9001) });
		await ok('application', 'reactivate', { applicationId });
		expect((await ok('application', 'get', { applicationId, models: ['info', 'rejection'] }))[0]).toMatchObject({ info: { status: 'ACTIVE' }, rejection: null });
	});
	test('after a rejection the stage is the one in which it happened', async () => {
		const [application] = active();
		const applicationId = id(idOf(application ?? { number: 0 }));
		const [before] = await ok('application', 'get', { applicationId, models: ['currentStage'] });
		await ok('application', 'reject', { applicationId, rejectionReasonId: id(9001) });
		const [after] = await ok('application', 'get', { applicationId, models: ['currentStage'] });
		expect(after?.['currentStage']).toEqual(before?.['currentStage']);
	});
});

describe('a move', () => {
	const target = () => {
		const application = active()[0];
		const job = sandbox.world.jobs.need(application?.jobId ?? '');
		const stage = job.stageIds.map((one) => sandbox.world.stages.need(one)).find((one) => one.id !== application?.stageId && !one.hired);
		return { applicationId: id(idOf(application ?? { number: 0 })), stageId: id(5_000_000_000 + job.number * 10_000 + (stage?.number ?? 0)), reached: () => application?.stageId === stage?.id };
	};
	test.each(['instance', 'stage'])('works where the present stage is told as its %s', async (fromStage) => {
		await settings({ fromStage });
		const { reached, ...parameters } = target();
		await ok('application', 'moveStage', parameters);
		expect(reached()).toBe(true);
		expect(calls('POST', /move$/)).toHaveLength(fromStage === 'instance' ? 1 : 2);
	});
	test('is not sent again in the other form when the answer was lost', async () => {
		const { reached, ...parameters } = target();
		sandbox.faults.next({ kind: 'lostAnswer' }, { service: 'greenhouse', method: 'POST', path: '/move' });
		expect((await ats('application', 'moveStage', parameters)).error).toBeDefined();
		expect(reached()).toBe(true);
		expect(calls('POST', /move$/)).toHaveLength(1);
	});
	test('to the stage where it is makes no call', async () => {
		const { applicationId, stageId } = target();
		await ok('application', 'moveStage', { applicationId, stageId });
		await ok('application', 'moveStage', { applicationId, stageId });
		expect(calls('POST', /move$/)).toHaveLength(1);
	});
});

describe('writes that replace lists', () => {
	test('keep the other addresses of a person', async () => {
		const candidate = sandbox.world.candidates.rows[0];
		const before = candidate?.emails[0]?.address;
		await ok('candidate', 'update', { candidateId: id(220_000_000 + (candidate?.number ?? 0)), changes: { email: 'new.address@example.com' } });
		expect(candidate?.emails.map(({ address }) => address)).toEqual(['new.address@example.com', before]);
	});
	test('a tag is made once, and given once', async () => {
		const candidate = sandbox.world.candidates.rows[0];
		const parameters = { candidateId: id(220_000_000 + (candidate?.number ?? 0)), tag: 'Speaks Danish' };
		await ok('candidate', 'addTag', parameters);
		await ok('candidate', 'addTag', parameters);
		expect(sandbox.world.tags.rows.filter(({ name }) => name === 'Speaks Danish')).toHaveLength(1);
		expect(calls('POST', /applied_candidate_tags/)).toHaveLength(1);
	});
	test('an address whose value is missing is not written back as the word "null"', async () => {
		const candidate = sandbox.world.candidates.rows[0];
		const parameters = { provider: 'greenhouse', resource: 'candidate', operation: 'update', candidateId: id(220_000_000 + (candidate?.number ?? 0)), changes: { email: 'new.address@example.com' } };
		sandbox.faults.next({ kind: 'status', status: 200, body: [{ id: 220_000_000 + (candidate?.number ?? 0), first_name: 'Ada', email_addresses: [{ value: null, type: 'work' }, { value: 'ada@example.com', type: 'home' }] }] }, { service: 'greenhouse', path: '/candidates' });
		expect((await runNode('ats', parameters, { credentials: credentials() })).error?.message).toMatch(/e-mail addresses cannot be read/);
		expect(calls('PATCH', /candidates/)).toEqual([]);
	});
	test('somebody new who applies for two jobs at once is one person, and a new tag that two get at once is one tag', async () => {
		const people = sandbox.world.candidates.rows.length;
		const jobs = sandbox.world.jobs.rows.slice(0, 2).map(({ number }) => ({ json: { job: String(4_300_000 + number) } }));
		const { json, error } = await runNode('ats', { provider: 'greenhouse', resource: 'application', operation: 'create', jobId: id('={{ $json.job }}'), firstName: 'Zoe', lastName: 'New', email: 'zoe.new@example.com' }, { credentials: credentials(), items: jobs });
		expect(error).toBeUndefined();
		expect(new Set(json.map(({ candidateId }) => candidateId)).size).toBe(1);
		expect(sandbox.world.candidates.rows).toHaveLength(people + 1);
		const two = sandbox.world.candidates.rows.slice(0, 2).map(({ number }) => ({ json: { person: String(220_000_000 + number) } }));
		expect((await runNode('ats', { provider: 'greenhouse', resource: 'candidate', operation: 'addTag', candidateId: id('={{ $json.person }}'), tag: 'Speaks Frisian' }, { credentials: credentials(), items: two })).error).toBeUndefined();
		expect(sandbox.world.tags.rows.filter(({ name }) => name === 'Speaks Frisian')).toHaveLength(1);
	});
	test('a person who is known applies as the same person', async () => {
		const candidate = sandbox.world.candidates.rows[0];
		const people = sandbox.world.candidates.rows.length;
		const job = sandbox.world.jobs.rows[0];
		await ok('application', 'create', { jobId: id(4_300_000 + (job?.number ?? 0)), firstName: 'Ada', lastName: 'Known', email: candidate?.emails[0]?.address.toUpperCase() ?? '' });
		expect(sandbox.world.candidates.rows).toHaveLength(people);
		expect(sandbox.world.applications.rows.at(-1)?.candidateId).toBe(candidate?.id);
	});
});

describe('the trigger', () => {
	const watching = async (parameters: INodeParameters = {}) => {
		const trigger = new PollHost('atsTrigger', { provider: 'greenhouse', ...parameters }, { credentials: credentials() });
		for (const poll of [await trigger.activate(), await trigger.tick()]) if (poll.error) throw poll.error;
		return trigger;
	};
	test.each([
		[['info', 'currentStage', 'rejection'], 3],
		[['info', 'currentStage', 'rejection', 'interviews', 'offers', 'attachments'], 6],
	])('makes so many calls in a quiet poll with %s: %i', async (models, most) => {
		const trigger = await watching({ models });
		await trigger.tick();
		const before = sandbox.requests.length;
		expect((await trigger.tick()).items ?? []).toEqual([]);
		expect(sandbox.requests.length - before).toBeLessThanOrEqual(most);
	});
	test('sees a move though the stamp of the application stands still', async () => {
		await settings({ touches: false });
		const trigger = await watching();
		sandbox.recruiter.step('move');
		expect((await trigger.tick()).items?.map(({ json }) => json['event'])).toEqual(['application.stage_changed']);
	});
	test('reads the lists of a large account whole at first, and knows every part of what it remembers', async () => {
		await sandbox.close();
		sandbox = await startSandbox({ jobs: 4, applications: 1200, services: ['greenhouse'], seed: 'greenhouse' });
		const trigger = await watching({ models: ['info', 'currentStage', 'interviews', 'rejection', 'offers', 'attachments'], simplify: false });
		const asked = (list: string) => calls('GET', new RegExp(`/v3/${list}$`)).length;
		expect([asked('candidates'), asked('rejection_details')]).toEqual([3, 1]);
		expect(sandbox.requests.length).toBeLessThan(60);
		const { world } = sandbox;
		const interview = world.interviews.alive().find(({ status, applicationId }) => status === 'SCHEDULED' && active().some(({ id: one }) => one === applicationId));
		const application = world.applications.need(interview?.applicationId ?? '');
		world.change('candidate', application.candidateId, { firstName: 'Renamed' }, 'test');
		cancelInterview(world, world.interviews.need(interview?.id ?? ''), 'test');
		move(world, application, world.jobs.need(application.jobId).stageIds.find((stage) => stage !== application.stageId) ?? '', 'test');
		const other = active().find(({ id: one, stageId }) => one !== application.id && stageId !== null && world.interviews.by('applicationId', one).length > 0) ?? application;
		move(world, other, world.jobs.need(other.jobId).stageIds.find((stage) => stage !== other.stageId) ?? '', 'test');
		const items = (await trigger.tick()).items ?? [];
		const changesOf = (one: { number: number }) => items.flatMap(({ json }) => (json['applicationId'] === idOf(one) ? Object(json['changes']) : []));
		expect(changesOf(other).map(({ path }: { path: string }) => path)).toEqual(['currentStage']);
		const changes = changesOf(application);
		expect(changes).toEqual(expect.arrayContaining([
			expect.objectContaining({ path: 'currentStage', from: expect.anything() }),
			expect.objectContaining({ path: 'info.candidate', to: expect.objectContaining({ firstName: 'Renamed' }) }),
			expect.objectContaining({ path: expect.stringMatching(/^interviews/), from: expect.anything() }),
		]));
	});
	test('a new version of an offer is no new offer', async () => {
		const trigger = await watching({ models: ['info', 'offers'] });
		const application = sandbox.world.applications.need(sandbox.world.offers.alive()[0]?.applicationId ?? '');
		await sandbox.control('greenhouse/offerVersion', { applicationId: Number(idOf(application)) });
		const { items } = await trigger.tick();
		expect(items?.map(({ json }) => json['event']) ?? []).not.toContain('offer.created');
	});
});

test('a webhook, which still has the shape and the words of v1, is not taken for a record', async () => {
	const { error } = await runNode('ats', { provider: 'greenhouse', resource: 'model', operation: 'normalize' }, { items: [{ json: { action: 'hire_candidate', payload: { application: { id: 46194062, status: 'active', current_stage: { id: 678901, name: 'Application Review' } } } } }] });
	expect(error?.message).toMatch(/looks like an object with/);
});
