/** The same move, rejection and note in the same world, through every provider that can: what comes out, and what the world and the model show afterwards, is the same. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { useClock } from '../../lib/clock';
import { ManualClock } from '../../sandbox/clock.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import type { Application } from '../../sandbox/model.cts';
import { runNode } from './harness/index.cts';
import { providerEntries, type ProviderEntry } from '../providers/index.cts';

const clock = new ManualClock();
const START = clock.now();
let restoreClock: () => void;
beforeAll(() => void (restoreClock = useClock(clock)));
afterAll(() => restoreClock());

const id = (value: unknown) => ({ __rl: true, mode: 'id', value: String(value) });

/** An account at the same moment of the same world. */
class Account {
	private constructor(
		readonly entry: ProviderEntry,
		readonly sandbox: Sandbox,
		readonly application: Application,
	) {}

	static async open(entry: ProviderEntry): Promise<Account> {
		clock.set(START);
		const sandbox = await startSandbox({ clock, seed: 'the same writes', jobs: 4, applications: 30, services: [entry.simulator] });
		const application = sandbox.world.applications.alive().find(({ status, stageId, jobId }) => status === 'PENDING' && sandbox.world.jobs.need(jobId).stageIds[0] === stageId);
		if (!application) throw new Error('Nobody is in a first stage');
		return new Account(entry, sandbox, application);
	}

	get id() {
		return id(this.entry.applicationId?.(this.sandbox.world, this.application) ?? this.application.id);
	}

	async run(resource: string, operation: string, parameters: INodeParameters = {}): Promise<IDataObject[]> {
		const { provider, settings = {} } = this.entry;
		const { json, error } = await runNode('ats', { provider: provider.name, resource, operation, simplify: false, ...settings, ...parameters }, { credentials: this.entry.credentials(this.sandbox) });
		if (error) throw error;
		return json;
	}

	/** What the unified model shows of the application, without what each names by itself. */
	async shown(): Promise<Record<string, unknown>> {
		const [application] = await this.run('application', 'get', { applicationId: this.id, models: ['info', 'currentStage', 'rejection'].filter((model) => model in this.entry.provider.capabilities.models) });
		const [info, stage, rejection] = ['info', 'currentStage', 'rejection'].map((name) => Object(application?.[name]));
		return { status: info.status, stage: stage.text ?? null, reason: rejection.text ?? null };
	}

	/** The world itself. */
	get truth(): Record<string, unknown> {
		const { world } = this.sandbox;
		const { status, stageId, rejection } = world.applications.need(this.application.id);
		return { status, stage: world.stages.need(stageId).name, reason: world.rejectionReasons.get(rejection?.reasonId ?? null)?.name ?? null };
	}

	async close(): Promise<void> {
		expect(this.sandbox.violations).toEqual([]);
		await this.sandbox.close();
	}
}

const able = (...operations: Array<keyof ProviderEntry['provider']['capabilities']['operations']>) => providerEntries.filter(({ provider }) => operations.every((operation) => provider.capabilities.operations[operation] !== undefined));

/** IDs are each one's own; which fields there are is the model's. */
const shapeOf = (row: IDataObject | undefined) => Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, typeof value === 'string' || value === null ? 'text' : value]));

async function everywhere<Result>(entries: readonly ProviderEntry[], act: (account: Account) => Promise<Result>): Promise<Array<[string, Result]>> {
	const results: Array<[string, Result]> = [];
	for (const entry of entries) {
		const account = await Account.open(entry);
		results.push([entry.provider.label, await act(account)]);
		await account.close();
	}
	return results;
}

function allAlike<Result>(results: ReadonlyArray<[string, Result]>): Result {
	const [[, first]] = results as [[string, Result]];
	expect(results).toEqual(results.map(([label]) => [label, first]));
	return first;
}

test(`a move is the same through ${able('application.moveStage').map(({ provider }) => provider.label).join(', ')}`, async () => {
	const result = allAlike(await everywhere(able('application.moveStage'), async (account) => {
		const { world } = account.sandbox;
		const wanted = world.stages.need(world.jobs.need(account.application.jobId).stageIds[2] ?? '').name;
		const [info] = await account.run('application', 'get', { applicationId: account.id, models: ['info'] });
		const stages = await account.run('stage', 'getAll', { jobId: id(Object(info?.['info']).jobId), returnAll: true });
		const stage = stages.find(({ text }) => text === wanted);
		const [row] = await account.run('application', 'moveStage', { applicationId: account.id, stageId: id(stage?.['id']) });
		expect([row?.['applicationId'], (await account.shown())['stage']]).toEqual([account.id.value, wanted]);
		return { row: shapeOf(row), shown: await account.shown(), truth: account.truth };
	}));
	expect(result.shown).toMatchObject({ status: 'ACTIVE', stage: result.truth['stage'] });
});

test(`a rejection is the same through ${able('application.reject', 'rejectionReason.getMany').map(({ provider }) => provider.label).join(', ')}`, async () => {
	const result = allAlike(await everywhere(able('application.reject', 'rejectionReason.getMany'), async (account) => {
		const reasons = await account.run('rejectionReason', 'getAll', { returnAll: true });
		const wanted = account.sandbox.world.rejectionReasons.rows[0]?.name;
		const [row] = await account.run('application', 'reject', { applicationId: account.id, rejectionReasonId: id(reasons.find(({ text }) => text === wanted)?.['id']) });
		const { stage: _stage, ...shown } = await account.shown();
		return { row: shapeOf(row), shown, truth: account.truth };
	}));
	expect(result.shown).toEqual({ status: 'REJECTED', reason: result.truth['reason'] });
});

test(`a note is the same through ${able('application.addNote').map(({ provider }) => provider.label).join(', ')}`, async () => {
	const result = allAlike(await everywhere(able('application.addNote'), async (account) => {
		const before = account.sandbox.world.notes.rows.length;
		const [row] = await account.run('application', 'addNote', { applicationId: account.id, content: 'Called back' });
		const made = account.sandbox.world.notes.rows.slice(before);
		return { row: shapeOf(row), notes: made.map(({ candidateId }) => candidateId === account.application.candidateId), says: made.every(({ html }) => html.includes('Called back')) };
	}));
	expect(result).toMatchObject({ notes: [true], says: true });
});
