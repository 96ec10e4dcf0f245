import type { INodeParameters } from 'n8n-workflow';

import { useClock } from '../../lib/clock';
import { hire, offer, reject, removeApplication } from '../../sandbox/actions.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { ACTING_USER, uuidOf } from '../../sandbox/lever/state.cts';
import { entry } from '../providers/lever.cts';
import { PollHost, readBinary, runNode } from './harness/index.cts';
import { hurried } from './support/hurried.cts';

/* What is Lever's own behind the ATS node and trigger: the traps of its dossier. */

let sandbox: Sandbox;
let restoreClock = () => {};
beforeEach(async () => {
	restoreClock = useClock(hurried);
	sandbox = await startSandbox({ clock: hurried, seed: 'lever', jobs: 14, applications: 12, services: ['lever'] });
	await sandbox.control('lever/settings', { rate: null });
});
afterEach(async () => {
	restoreClock();
	await sandbox.close();
});

const id = (value: unknown) => ({ __rl: true, mode: 'id', value: String(value) });
const ats = async (resource: string, operation: string, parameters: INodeParameters = {}) =>
	await runNode('ats', { provider: 'lever', resource, operation, simplify: false, returnAll: true, options: { actingUser: ACTING_USER }, ...parameters }, { credentials: entry.credentials(sandbox) });
const applications = async () => (await ats('application', 'getAll', { models: ['info', 'rejection'] })).json as Array<{ id: string; info: { jobId: string | null; status: string; candidate: { id: string } } }>;
const paths = (method = 'GET') => sandbox.requests.filter((request) => request.method === method).map(({ path }) => path);
const must = <T,>(value: T | undefined): T => {
	if (value === undefined) throw new Error('There is none');
	return value;
};

test('confidential applications and jobs are in every list', async () => {
	const job = must(sandbox.world.jobs.rows.find(({ visibility }) => visibility === 'CONFIDENTIAL'));
	sandbox.world.change('application', must(sandbox.world.applications.rows[0]).id, { jobId: job.id }, 'test');
	expect(await applications()).toHaveLength(12);
	expect((await ats('job', 'getAll')).json.some((one) => (one['info'] as { confidential: boolean }).confidential)).toBe(true);
	expect(sandbox.requests.filter(({ path }) => /^\/v1\/(opportunities|postings)$/.test(path)).every(({ query }) => query['confidentiality'] === 'all')).toBe(true);
});

test('applications of a job are its open and its archived ones, and each comes once', async () => {
	const all = await applications();
	const jobId = must(all.find(({ info }) => info.status === 'REJECTED')).info.jobId;
	const found = (await ats('application', 'getAll', { models: ['info'], filters: { jobs: [jobId] } })).json;
	expect(found.map((one) => one['id']).sort()).toEqual(all.filter(({ info }) => info.jobId === jobId).map((one) => one.id).sort());
});

test('a reason that hires does not reject, and an archive without a reason is refused before any request', async () => {
	const [application] = (await applications()).filter(({ info }) => info.status === 'ACTIVE');
	const reasons = (await ats('rejectionReason', 'getAll')).json.map(({ text }) => text);
	expect(reasons).not.toContain('Hired');
	expect(reasons).not.toContain('Duplicate (old)');
	const answer = await sandbox.inject({ method: 'GET', url: '/lever/v1/archive_reasons', headers: { authorization: `Basic ${Buffer.from(`${sandbox.keys['lever']}:`).toString('base64')}` } });
	const hired = (answer.json() as { data: Array<{ id: string; type: string }> }).data.find(({ type }) => type === 'hired');
	const refused = await ats('application', 'reject', { applicationId: id(application?.id), rejectionReasonId: id(hired?.id) });
	expect(refused.error?.message).toBe('"Hired" does not reject: at Lever this archive reason hires');
	expect((await ats('application', 'reject', { applicationId: id(application?.id) })).error?.message).toBe('Lever rejects only with a reason');
	expect(paths('PUT')).toEqual([]);
});

test('what is created needs an acting user, and every write names it', async () => {
	const [job] = (await ats('job', 'getAll')).json;
	const person = { jobId: id(job?.['id']), firstName: 'Ada', lastName: 'Larsen', email: 'ada@example.com' };
	const refused = await ats('application', 'create', { ...person, options: {} });
	expect([refused.error?.message, paths('POST')]).toEqual(['Lever creates only in the name of a user', []]);
	const [created] = (await ats('application', 'create', person)).json;
	await ats('application', 'addNote', { applicationId: id(created?.['applicationId']), content: 'Called back' });
	expect(sandbox.requests.filter(({ method }) => method === 'POST').map(({ query }) => query['perform_as'])).toEqual([ACTING_USER, ACTING_USER]);
	await sandbox.control('lever/settings', { performAs: 'always' });
	expect((await ats('application', 'addNote', { applicationId: id(created?.['applicationId']), content: 'x', options: {} })).error?.message).toMatch(/perform_as is required/);
});

test('tags and notes go to the opportunity: a tag to the newest open one of the person', async () => {
	const [open] = (await applications()).filter(({ info }) => info.status === 'ACTIVE');
	await ats('candidate', 'addTag', { candidateId: id(open?.info.candidate.id), tag: 'talent pool' });
	expect(paths('POST')).toEqual([`/v1/opportunities/${String(open?.id)}/addTags`]);
	expect((await ats('candidate', 'get', { candidateId: id(open?.info.candidate.id) })).json[0]?.['tags']).toContainEqual({ id: 'talent pool', text: 'talent pool' });
});

test('a person has one name: a part of it is not changed alone, and an address joins those that are there', async () => {
	const [one] = await applications();
	const candidateId = id(one?.info.candidate.id);
	expect((await ats('candidate', 'update', { candidateId, changes: { firstName: 'Ada' } })).error?.message).toMatch(/"First Name" and "Last Name" are changed together/);
	const before = (await ats('candidate', 'get', { candidateId })).json[0]?.['emails'] as Array<{ email: string }>;
	const [changed] = (await ats('candidate', 'update', { candidateId, changes: { email: 'new@example.com' } })).json;
	expect((changed?.['emails'] as typeof before).map(({ email }) => email)).toEqual(['new@example.com', ...before.map(({ email }) => email)]);
});

test('a file that lies on another server is fetched there without the key', async () => {
	await sandbox.control('lever/settings', { redirectDownloads: true });
	const [one] = await applications();
	const { items, error } = await ats('application', 'downloadAttachments', { applicationId: id(one?.id), outputField: 'cv' });
	expect(error).toBeUndefined();
	const file = items[0]?.binary?.['cv'];
	expect(file && (await readBinary(file)).toString('latin1').startsWith('%PDF')).toBe(true);
});

// ------------------------------------------------------------------------------------------------------ the trigger

async function watching(parameters: INodeParameters = {}): Promise<PollHost> {
	const trigger = new PollHost('atsTrigger', { provider: 'lever', simplify: false, models: ['info', 'currentStage', 'rejection'], ...parameters }, { credentials: entry.credentials(sandbox) });
	for (const poll of [await trigger.activate(), await trigger.tick()]) if (poll.error) throw poll.error;
	return trigger;
}
const events = async (trigger: PollHost) => {
	const { items, error } = await trigger.tick();
	if (error) throw error;
	return (items ?? []).map(({ json }) => json as unknown as { event: string; application: { info: { status: string } } | null });
};

test('a quiet poll is two requests: what changed, and what was deleted', async () => {
	const trigger = await watching();
	sandbox.requests.length = 0;
	expect(await events(trigger)).toEqual([]);
	expect(paths()).toEqual(['/v1/opportunities', '/v1/opportunities/deleted']);
});

test('a hire and a rejection are told apart by the reason; a reason that is in no list is neither', async () => {
	const trigger = await watching();
	const [first, second, third] = sandbox.world.applications.rows.filter(({ status }) => status === 'PENDING');
	hire(sandbox.world, must(first), 'test');
	reject(sandbox.world, must(second), must(sandbox.world.rejectionReasons.rows[0]).id, null, 'test');
	removeApplication(sandbox.world, must(third), 'test');
	expect((await events(trigger)).map(({ event }) => event).sort()).toEqual(['application.deleted', 'application.hired', 'application.rejected', 'application.stage_changed']);
});

test('a reason that the list hides makes an unknown outcome, and takes back no rejection', async () => {
	const trigger = await watching();
	const late = sandbox.world.add('rejectionReason', { name: 'Secret' }, 'test');
	await sandbox.control('lever/settings', { hiddenReasons: [uuidOf(`${sandbox.world.seed}/rejectionReason`, late.number)] });
	reject(sandbox.world, must(sandbox.world.applications.rows.find(({ status }) => status === 'PENDING')), late.id, null, 'test');
	expect((await events(trigger)).map(({ event, application }) => [event, application?.info.status])).toEqual([['application.updated', 'NOT_SPECIFIED']]);
});

test('an offset token that is refused begins the list again, and nothing is emitted twice', async () => {
	for (let more = 0; more < 120; more++) sandbox.recruiter.step('apply');
	const trigger = await watching();
	for (let steps = 0; steps < 110; steps++) sandbox.recruiter.step('apply');
	sandbox.faults.next({ kind: 'expiredCursor' }, { service: 'lever', path: '/v1/opportunities', skip: 1 });
	const told = [...(await events(trigger)), ...(await events(trigger))];
	expect(told.map(({ event }) => event)).toEqual(Array.from({ length: 110 }, () => 'application.created'));
});

test.each(['archive_reasons', 'offers', 'deleted'])('activation says so when the key may not read %s', async (part) => {
	await sandbox.control('lever/settings', { forbidden: [part] });
	const trigger = new PollHost('atsTrigger', { provider: 'lever', models: ['info', 'currentStage', 'interviews', 'rejection', 'offers', 'attachments'] }, { credentials: entry.credentials(sandbox) });
	const { error } = await trigger.activate();
	expect(`${error?.message} ${String(error && Reflect.get(error, 'description'))}`).toMatch(new RegExp(`${part}.*API Credentials`, 's'));
});

test('an offer that moves no date is seen by the full check', async () => {
	const trigger = await watching({ models: ['info', 'currentStage', 'interviews', 'rejection', 'offers', 'attachments'], options: { fullCheckHours: 1 } });
	offer(sandbox.world, must(sandbox.world.applications.rows.find(({ status }) => status === 'PENDING')), 'test');
	expect(await events(trigger)).toEqual([]);
	const restore = useClock({ sleep: async () => {}, now: () => Date.now() + 2 * 60 * 60_000 });
	const told = await events(trigger).finally(restore);
	expect(told.map(({ event }) => event)).toEqual(['offer.created']);
});
