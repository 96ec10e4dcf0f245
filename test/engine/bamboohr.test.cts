import * as actions from '../../sandbox/actions.cts';
import { useClock } from '../../lib/clock';
import { DAY, ManualClock, MINUTE } from '../../sandbox/clock.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { entry } from '../providers/bamboohr.cts';
import { binaryFile, PollHost, runNode } from './harness/index.cts';

let sandbox: Sandbox;
let worlds = 0;
let clock: ManualClock;
let restoreClock: () => void;
beforeEach(async () => {
	// A day later: what the process learned of the account has ended.
	clock = new ManualClock(Date.UTC(2026, 0, 5, 9) + ++worlds * DAY);
	restoreClock = useClock(clock);
	sandbox = await startSandbox({ seed: `bamboohr ${worlds}`, clock, jobs: 3, applications: 30, services: ['bamboohr'] });
});
afterEach(async () => {
	restoreClock();
	expect(sandbox.violations).toEqual([]);
	await sandbox.close();
});

const list = async (parameters = {}) => await runNode('ats', { provider: 'bambooHr', resource: 'application', operation: 'getAll', returnAll: true, ...parameters }, { credentials: entry.credentials(sandbox) });
const active = () => sandbox.world.applications.alive().find(({ status }) => status === 'PENDING') ?? sandbox.world.applications.need('');

test('a group filter that BambooHR ignores makes nobody hired: the status is not specified', async () => {
	await sandbox.control('bamboohr/settings', { ignoresGroups: true });
	const { json, error } = await list();
	expect(error).toBeUndefined();
	expect(new Set(json.map(({ status }) => status))).toEqual(new Set(['NOT_SPECIFIED']));
});

/** A stage that nobody is in any more: which group its status is in has not been learned. */
function emptiedStage(): string {
	const { applications, stages } = sandbox.world;
	const id = stages.alive().findLast(({ hired }) => !hired)?.id ?? '';
	for (const application of applications.by('stageId', id)) actions.removeApplication(sandbox.world, application, 'recruiter');
	return id;
}

async function listening(): Promise<PollHost> {
	const trigger = new PollHost('atsTrigger', { provider: 'bambooHr', options: { fullCheckHours: 0 } }, { credentials: entry.credentials(sandbox) });
	for (const poll of [await trigger.activate(), await trigger.tick()]) expect(poll.error).toBeUndefined();
	return trigger;
}

test('the first application in a status that nobody ever had is a move all the same', async () => {
	const stage = emptiedStage();
	const trigger = await listening();
	// The list of statuses is asked for in between, as an open editor does.
	await runNode('ats', { provider: 'bambooHr', resource: 'stage', operation: 'getAll', returnAll: true }, { credentials: entry.credentials(sandbox) });
	const one = active();
	actions.move(sandbox.world, one, stage, 'recruiter');
	const { items, error } = await trigger.tick();
	expect(error).toBeUndefined();
	expect(items?.map(({ json }) => json['event'])).toEqual(['application.stage_changed']);
});

test('a status whose group could not be learned is no change: the move is emitted with the next poll, as what it is', async () => {
	const stage = emptiedStage();
	const trigger = await listening();
	const one = active();
	actions.move(sandbox.world, one, stage, 'recruiter');
	// The list is read; then nobody shows that status, as when its only application moves on meanwhile.
	sandbox.faults.next({ kind: 'nothing' }, { service: 'bamboohr', path: '/applications', skip: 1, times: 20 });
	clock.advance(MINUTE);
	const first = await trigger.tick();
	expect([first.error, first.items ?? []]).toEqual([undefined, []]);
	sandbox.faults.clear();
	clock.advance(MINUTE);
	const { items, error } = await trigger.tick();
	expect(error).toBeUndefined();
	expect(items?.map(({ json }) => [json['event'], json['status']])).toEqual([['application.stage_changed', 'ACTIVE']]);
});

test('a status that no group has is emitted in the end, as not specified', async () => {
	const stage = emptiedStage();
	const trigger = await listening();
	const one = active();
	actions.move(sandbox.world, one, stage, 'recruiter');
	const events: unknown[] = [];
	for (let poll = 0; poll < 4; poll++) {
		sandbox.faults.next({ kind: 'nothing' }, { service: 'bamboohr', path: '/applications', skip: 1, times: 20 });
		clock.advance(MINUTE);
		const { items, error } = await trigger.tick();
		sandbox.faults.clear();
		expect(error).toBeUndefined();
		events.push(...(items ?? []).map(({ json }) => [json['event'], json['status']]));
	}
	expect(events).toEqual([['application.updated', 'NOT_SPECIFIED']]);
});

test('what is wrong is said in the words of the header, since the body is empty', async () => {
	await sandbox.control('bamboohr/settings', { atsSettings: false });
	expect((await list()).error).toMatchObject({ message: 'You do not have access to ATS settings', description: expect.stringMatching(/Settings, Access Levels/) });
	await sandbox.control('bamboohr/settings', { atsSettings: true });
});

test('a list ends where BambooHR says that it is complete: a page that is empty or short does not end it', async () => {
	await sandbox.close();
	sandbox = await startSandbox({ seed: 'bamboohr pages', clock, jobs: 3, applications: 120, services: ['bamboohr'] });
	// Which status is in which group is learned before.
	await list();
	const from = sandbox.requests.length;
	sandbox.faults.next({ kind: 'emptyPage' }, { service: 'bamboohr', path: '/applications', skip: 1 });
	sandbox.faults.next({ kind: 'rowSkipped' }, { service: 'bamboohr', path: '/applications', skip: 2 });
	const { json, error } = await list();
	expect(error).toBeUndefined();
	expect(sandbox.requests.slice(from).map(({ query }) => Number(query['page']))).toEqual([1, 2, 3, 4, 5]);
	// The empty page held 25, and one row was left out.
	expect(json).toHaveLength(120 - 25 - 1);
});

test('the same status is text in the list of statuses and a number in applications: a move leads to the one that was chosen', async () => {
	const run = async (resource: string, operation: string, parameters = {}) => await runNode('ats', { provider: 'bambooHr', resource, operation, simplify: false, ...parameters }, { credentials: entry.credentials(sandbox) });
	const one = active();
	const applicationId = { __rl: true, mode: 'id', value: entry.applicationId?.(sandbox.world, one) ?? '' };
	const target = sandbox.world.stages.alive().find(({ id, hired }) => !hired && id !== one.stageId);
	const stage = (await run('stage', 'getAll', { returnAll: true })).json.find(({ text }) => text === target?.name);
	expect(typeof stage?.['id']).toBe('string');
	expect((await run('application', 'moveStage', { applicationId, stageId: { __rl: true, mode: 'id', value: String(stage?.['id']) } })).error).toBeUndefined();
	expect(sandbox.requests.at(-1)?.body).toEqual({ status: Number(stage?.['id']) });
	expect((await run('application', 'get', { applicationId, models: ['currentStage'] })).json[0]).toMatchObject({ currentStage: { id: stage?.['id'], text: target?.name } });
});

test('an application goes up as a form with its files, and is found again among those of the person', async () => {
	const job = sandbox.world.jobs.alive().find(({ status }) => status === 'OPEN') ?? sandbox.world.jobs.need('');
	const jobs = (await runNode('ats', { provider: 'bambooHr', resource: 'job', operation: 'getAll', returnAll: true, simplify: false }, { credentials: entry.credentials(sandbox) })).json;
	const jobId = jobs.find(({ info }) => Object(info).title === job.title)?.['id'];
	const person = { firstName: 'Ada', lastName: 'Form', email: 'ada.form@example.com' };
	const create = async () =>
		await runNode(
			'ats',
			{ provider: 'bambooHr', resource: 'application', operation: 'create', jobId: { __rl: true, mode: 'id', value: String(jobId) }, ...person, files: { row: [{ fileType: 'RESUME', binaryField: 'cv' }, { fileType: 'COVER_LETTER', binaryField: 'letter' }] } },
			{ credentials: entry.credentials(sandbox), items: [{ json: {}, binary: { cv: await binaryFile(Buffer.from('%PDF-1.4 cv'), 'cv.pdf', 'application/pdf'), letter: await binaryFile(Buffer.from('%PDF-1.4 letter'), 'letter.pdf', 'application/pdf') } }] },
		);
	const { json, error } = await create();
	expect(error).toBeUndefined();
	const made = sandbox.world.applications.rows.at(-1);
	expect(json).toMatchObject([{ applicationId: made && entry.applicationId?.(sandbox.world, made) }]);
	expect(sandbox.requests.find(({ path }) => path.endsWith('/application'))?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
	expect(sandbox.world.attachments.by('applicationId', made?.id ?? '').map(({ kind, fileName }) => [kind, fileName])).toEqual([['CV', 'cv.pdf'], ['COVER_LETTER', 'letter.pdf']]);
});
