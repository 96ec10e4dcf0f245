import * as acts from '../../sandbox/actions.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { entry } from '../providers/bamboohr.cts';
import { PollHost, runNode } from './harness/index.cts';

let sandbox: Sandbox;
let worlds = 0;
beforeEach(async () => {
	sandbox = await startSandbox({ seed: `bamboohr ${++worlds}`, jobs: 3, applications: 30, services: ['bamboohr'] });
});
afterEach(async () => {
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

test('the first application in a status that nobody ever had is a move all the same', async () => {
	const trigger = new PollHost('atsTrigger', { provider: 'bambooHr', options: { fullCheckHours: 0 } }, { credentials: entry.credentials(sandbox) });
	for (const poll of [await trigger.activate(), await trigger.tick()]) expect(poll.error).toBeUndefined();
	// The list of statuses is asked for in between, as an open editor does.
	await runNode('ats', { provider: 'bambooHr', resource: 'stage', operation: 'getAll', returnAll: true }, { credentials: entry.credentials(sandbox) });
	const one = active();
	const fresh = sandbox.world.stages.alive().find(({ id, hired }) => !hired && sandbox.world.applications.by('stageId', id).every(({ status }) => status === 'DECLINED') && id !== one.stageId) ?? sandbox.world.stages.alive().find(({ id, hired }) => !hired && id !== one.stageId);
	acts.move(sandbox.world, one, fresh?.id ?? '', 'recruiter');
	const { items, error } = await trigger.tick();
	expect(error).toBeUndefined();
	expect(items?.map(({ json }) => json['event'])).toEqual(['application.stage_changed']);
});
