import type { INodeParameters } from 'n8n-workflow';

import { useClock } from '../../lib/clock';
import { attach, removeApplication } from '../../sandbox/actions.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { ACTING_USER } from '../../sandbox/teamtailor/rows.cts';
import { entry } from '../providers/teamtailor.cts';
import { binaryFile, PollHost, readBinary, runNode } from './harness/index.cts';
import { hurried } from './support/hurried.cts';

/* What is Teamtailor's own behind the ATS node and trigger: the traps of its dossier. */

let sandbox: Sandbox;
let restoreClock = () => {};
beforeEach(async () => {
	restoreClock = useClock(hurried);
	sandbox = await startSandbox({ clock: hurried, seed: 'teamtailor', jobs: 8, applications: 70, services: ['teamtailor'] });
});
afterEach(async () => {
	expect(sandbox.violations).toEqual([]);
	restoreClock();
	await sandbox.close();
});

const id = (value: unknown) => ({ __rl: true, mode: 'id', value: String(value) });
const ats = async (resource: string, operation: string, parameters: INodeParameters = {}) =>
	await runNode('ats', { provider: 'teamtailor', resource, operation, simplify: false, returnAll: true, options: { actingUser: ACTING_USER }, ...parameters }, { credentials: entry.credentials(sandbox) });
interface Shown {
	id: string;
	info: { jobId: string; status: string; candidate: { id: string; emails: Array<{ email: string }> } };
	currentStage: { id: string; text: string } | null;
}
const applications = async (parameters: INodeParameters = {}) => (await ats('application', 'getAll', { models: ['info', 'currentStage', 'rejection'], ...parameters })).json as unknown as Shown[];
const sent = (method: string) => sandbox.requests.filter((request) => request.method === method);
const must = <T,>(value: T | undefined): T => {
	if (value === undefined) throw new Error('There is none');
	return value;
};

test('pages are of 30, each names the version and what is included, and the whole list comes', async () => {
	expect(await applications()).toHaveLength(70);
	const pages = sent('GET').filter(({ path }) => path === '/v1/job-applications');
	expect(pages).toHaveLength(3);
	expect(pages.every(({ query, headers }) => query['page[size]'] === '30' && query['include'] === 'candidate,job,stage,reject-reason' && headers['x-api-version'] === '20240904' && headers['accept'] === 'application/vnd.api+json')).toBe(true);
});

test('a link to the next page that names another server is followed on our own', async () => {
	await sandbox.control('teamtailor/settings', { linksElsewhere: true });
	expect(await applications()).toHaveLength(70);
});

test('applications of a job and of a candidate are asked where they hang, and filters that are not documented are not sent', async () => {
	const all = await applications();
	const { jobId, candidate } = must(all[0]).info;
	const sorted = (list: readonly Shown[]) => list.map((one) => one.id).sort();
	expect(sorted(await applications({ filters: { jobs: [jobId] } }))).toEqual(sorted(all.filter(({ info }) => info.jobId === jobId)));
	expect(sorted(await applications({ filters: { candidateId: id(candidate.id) } }))).toEqual(sorted(all.filter(({ info }) => info.candidate.id === candidate.id)));
	expect((await ats('application', 'getAll', { filters: { candidateId: id('1') } })).error?.message).toBe('There is no candidate with the ID 1');
	expect(sent('GET').flatMap(({ query }) => Object.keys(query)).filter((name) => /^filter\[(job|candidate)\]/.test(name))).toEqual([]);
});

test('stages repeat by name at every job: one of another job is refused and nothing is written', async () => {
	const all = await applications();
	const one = must(all.find(({ info }) => info.status === 'ACTIVE'));
	const stages = (await ats('stage', 'getAll')).json as unknown as Array<{ id: string; text: string; jobId: string; order: number }>;
	expect(new Set(stages.map((stage) => `${stage.jobId} ${stage.order}`)).size).toBe(stages.length);
	const wanted = must(stages.find((stage) => stage.jobId === one.info.jobId && stage.text !== one.currentStage?.text && stage.text !== 'Hired'));
	const twin = must(stages.find((stage) => stage.jobId !== one.info.jobId && stage.text === wanted.text));
	const refused = await ats('application', 'moveStage', { applicationId: id(one.id), stageId: id(twin.id) });
	expect([refused.error?.message, sent('PATCH').length]).toEqual(['This stage belongs to another job', 0]);
	expect((await ats('application', 'moveStage', { applicationId: id(one.id), stageId: id(wanted.id) })).error).toBeUndefined();
	expect((await applications()).find((other) => other.id === one.id)?.currentStage?.id).toBe(wanted.id);
	expect((await applications({ filters: { stages: [wanted.text] } })).every(({ currentStage }) => currentStage?.text === wanted.text)).toBe(true);
});

test('a note wants an acting user before any request, and goes to the candidate in that name', async () => {
	const one = must((await applications())[0]);
	const before = sandbox.requests.length;
	expect((await ats('application', 'addNote', { applicationId: id(one.id), content: 'Called', options: {} })).error?.message).toBe('A note of Teamtailor is written in the name of a user');
	expect(sandbox.requests).toHaveLength(before);
	expect((await ats('application', 'addNote', { applicationId: id(one.id), content: 'Called back' })).json[0]).toMatchObject({ success: true });
	expect(sent('POST')[0]?.body).toEqual({ data: { type: 'notes', attributes: { note: 'Called back' }, relationships: { candidate: { data: { type: 'candidates', id: one.info.candidate.id } }, user: { data: { type: 'users', id: ACTING_USER } } } } });
});

test('an application of a known person leaves the person alone, and nobody is written to', async () => {
	const all = await applications();
	const one = must(all[0]);
	const [job] = (await ats('job', 'getAll')).json.filter((other) => !all.some(({ info }) => info.candidate.id === one.info.candidate.id && info.jobId === other['id']));
	const email = must(one.info.candidate.emails[0]).email;
	const person = { jobId: id(job?.['id']), firstName: 'Someone', lastName: 'Else', email };
	const { json, error } = await ats('application', 'create', { ...person, additionalFields: { comment: 'From May' } });
	expect(error).toBeUndefined();
	expect(json[0]).toMatchObject({ candidateId: one.info.candidate.id });
	expect(sent('POST').map(({ path }) => path)).toEqual(['/v1/job-applications']);
	expect(sent('POST')[0]?.body).toMatchObject({ data: { attributes: { 'cover-letter': 'From May', 'send-default-reply': false, 'send-user-notifications': false } } });
	const again = await ats('application', 'create', person);
	expect(again.error?.message).toMatch(/has already applied to this job.*The candidate \d+ was there before and stays as it is/);
});

test('when the second of the two calls fails, the error says that the candidate was made', async () => {
	const { error } = await ats('application', 'create', { jobId: id('1'), firstName: 'Ada', lastName: 'Larsen', email: 'ada.larsen@example.com' });
	expect(error?.message).toMatch(/job - can't be blank.*The candidate \d+ was created, the application was not/);
});

test('files cannot be sent, and nothing is created before that is said', async () => {
	const { provider } = entry;
	expect(['application.addAttachment', 'application.reject', 'application.reactivate'].filter((name) => name in provider.capabilities.operations)).toEqual([]);
	const [job] = (await ats('job', 'getAll')).json;
	const file = await binaryFile('CV', 'cv.txt', 'text/plain');
	const { error } = await runNode('ats', { provider: 'teamtailor', resource: 'application', operation: 'create', jobId: id(job?.['id']), firstName: 'Ada', lastName: 'Larsen', email: 'ada@example.com', files: { row: [{ fileType: 'RESUME', binaryField: 'data' }] } }, { credentials: entry.credentials(sandbox), items: [{ json: {}, binary: { data: file } }] });
	expect([error?.message, sent('POST').length]).toEqual(['Teamtailor takes no files with a new application', 0]);
});

test('tags are read, changed and written whole; where the write does not replace them, that is an error', async () => {
	const one = must((await applications())[0]);
	const candidateId = id(one.info.candidate.id);
	const tags = async () => ((await ats('candidate', 'get', { candidateId })).json[0]?.['tags'] as Array<{ text: string }>).map(({ text }) => text);
	const before = await tags();
	await ats('candidate', 'addTag', { candidateId, tag: 'Pool' });
	await ats('candidate', 'addTag', { candidateId, tag: 'pool' });
	expect(await tags()).toEqual([...before, 'Pool']);
	expect(sent('PATCH')).toHaveLength(1);
	await sandbox.control('teamtailor/settings', { tagsReplace: false });
	expect((await ats('candidate', 'removeTag', { candidateId, tag: 'POOL' })).error?.message).toMatch(/shows others now/);
	await sandbox.control('teamtailor/settings', { tagsReplace: true });
	expect((await ats('candidate', 'removeTag', { candidateId, tag: 'POOL' })).error).toBeUndefined();
	expect(await tags()).toEqual(before);
});

test('files come with a fresh address each, without the key, and those of another job stay out', async () => {
	const [one, other] = sandbox.world.applications.rows;
	const first = must(one);
	sandbox.world.change('application', must(other).id, { candidateId: first.candidateId }, 'test');
	const file = (applicationId: string, fileName: string, kind: 'CV' | 'OTHER') => attach(sandbox.world, { candidateId: first.candidateId, applicationId }, { kind, fileName, contentType: 'text/plain', bytes: Buffer.from(fileName) }, 'test');
	file(first.id, 'my cv.txt', 'CV');
	file(first.id, 'mine.txt', 'OTHER');
	file(must(other).id, 'of the other.txt', 'OTHER');
	const mine = must((await applications()).find(({ info }) => info.candidate.emails[0]?.email === sandbox.world.candidates.need(first.candidateId).emails[0]?.address));
	const { items, error } = await ats('application', 'downloadAttachments', { applicationId: id(mine.id), outputField: 'file' });
	expect(error).toBeUndefined();
	const texts = await Promise.all(items.map(async (item) => (await readBinary(must(item.binary?.['file']))).toString()));
	expect(texts).toContain('my cv.txt');
	expect(texts.includes('mine.txt') !== texts.includes('of the other.txt')).toBe(true);
});

test('a wrong region, a small scope and a wrong version each say what to do', async () => {
	const account = must(Object.values(entry.credentials(sandbox))[0]);
	const run = async (change: Record<string, string>) => (await runNode('ats', { provider: 'teamtailor', resource: 'application', operation: 'getAll', returnAll: true }, { credentials: { teamtailorAtsApi: { ...account, ...change } } })).error;
	expect((await run({ apiKey: 'other' }))?.description).toMatch(/in another region/);
	expect((await run({ apiVersion: 'latest' }))?.description).toMatch(/20240904/);
	await sandbox.control('teamtailor/settings', { scope: 'public' });
	expect((await run({}))?.description).toMatch(/scope Admin/);
});

test('sixty calls at once stay within 50 in 10 seconds: none fails', async () => {
	const begun = hurried.ahead;
	const one = must((await applications())[0]);
	const items = Array.from({ length: 60 }, () => ({ json: {} }));
	const { json, error } = await runNode('ats', { provider: 'teamtailor', resource: 'application', operation: 'get', applicationId: id(one.id) }, { credentials: entry.credentials(sandbox), items });
	expect([error, json.length]).toEqual([undefined, 60]);
	expect(sandbox.requests.filter(({ status }) => status === 429)).toEqual([]);
	expect(hurried.ahead - begun).toBeGreaterThan(0);
});

// ------------------------------------------------------------------------------------------------------ the trigger

async function watching(parameters: INodeParameters = {}): Promise<PollHost> {
	const trigger = new PollHost('atsTrigger', { provider: 'teamtailor', simplify: false, models: ['info', 'currentStage', 'rejection'], ...parameters }, { credentials: entry.credentials(sandbox) });
	for (const poll of [await trigger.activate(), await trigger.tick()]) if (poll.error) throw poll.error;
	return trigger;
}
const events = async (trigger: PollHost) => {
	const { items, error } = await trigger.tick();
	if (error) throw error;
	return (items ?? []).map(({ json }) => (json as unknown as { event: string }).event).sort();
};

test('the company is asked once, and a quiet poll is one request with everything included', async () => {
	const trigger = await watching();
	expect(sandbox.requests.filter(({ path }) => path === '/v1/company')).toHaveLength(1);
	sandbox.requests.length = 0;
	expect(await events(trigger)).toEqual([]);
	expect(sandbox.requests.map(({ path, query }) => [path, query['include'], query['sort']])).toEqual([['/v1/job-applications', 'candidate,job,stage,reject-reason', 'id']]);
});

test("a person's own change and a deletion move no date: the full check finds them, the deletion after a 404", async () => {
	const trigger = await watching({ options: { fullCheckHours: 1 } });
	const [first, second] = sandbox.world.applications.rows.filter(({ candidateId }, _place, all) => all.filter((one) => one.candidateId === candidateId).length === 1);
	sandbox.world.change('candidate', must(first).candidateId, { phones: [{ number: '+4930123', type: 'PERSONAL' }] }, 'test');
	removeApplication(sandbox.world, must(second), 'test');
	expect(await events(trigger)).toEqual([]);
	const restore = useClock({ sleep: async () => {}, now: () => Date.now() + 2 * 60 * 60_000 });
	expect(await events(trigger).finally(restore)).toEqual(['application.deleted', 'application.updated']);
	expect(sandbox.requests.filter(({ status }) => status === 404)).toHaveLength(1);
});

test('rows without their relations make up nothing: no event, and no lost stage', async () => {
	const trigger = await watching();
	await sandbox.control('teamtailor/settings', { includes: false });
	for (const application of sandbox.world.applications.rows.slice(0, 5)) sandbox.world.change('application', application.id, { ownerId: null }, 'test');
	expect(await events(trigger)).toEqual([]);
	await sandbox.control('teamtailor/settings', { includes: true });
	expect(await events(trigger)).toEqual([]);
});
