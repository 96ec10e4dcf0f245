/** Polls a trigger in the contexts n8n gives it, and keeps its static data as each kind of host does. */
import './environment.cts';

import { PollContext, PollTriggerExecutor, runPollInStagingScope } from 'n8n-core';
import type {
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	WorkflowActivateMode,
} from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

import type { HostOptions } from './host.cts';
import { additionalDataFor, credentialReferences, credentialsHelper, service, workflowId } from './host.cts';
import { defaultVersion, loadPackage } from './package.cts';
import { acceptedCredentials, node } from './run.cts';

/**
 * Where the host keeps a poller's state (POLLING.md, section 1):
 * `memory`    n8n 2.x by default: memory, and a database copy written when a poll returns items and at (de)activation
 * `old`       n8n 1.123: the same, and no `getPollBudgetMs`
 * `scheduler` read from the database at the start of every poll
 * `durable`   `poller_state`, committed with the execution and after a quiet poll
 */
export type HostMode = 'memory' | 'old' | 'scheduler' | 'durable';

export interface PollOptions {
	credentials?: HostOptions['credentials'];
	typeVersion?: number;
	/** Other fields of the node, such as its `name` or `id`. */
	node?: Partial<INode>;
	host?: HostMode;
	/** What the database holds at the start, as the node's own data. */
	staticData?: IDataObject;
	/** `getPollBudgetMs()`; 300,000, and 36,000 under the scheduler, if not given. */
	budgetMs?: number;
}

export interface Poll {
	/** The items of the execution that this poll started; null if it started none. */
	items: INodeExecutionData[] | null;
	error: Error | undefined;
}

const plain = (data: IDataObject): IDataObject => JSON.parse(JSON.stringify(data));

/** One activated trigger in one n8n: `activate`, then `tick` each minute; `restart` and `crash` lose what they lose. */
export class PollHost {
	/** The node's data as the database holds it (`poller_state` with durable cursors). */
	saved: IDataObject;

	readonly subject: INode;
	private readonly host: HostMode;
	private readonly helper: ReturnType<typeof credentialsHelper>;
	private memory: Workflow | undefined;

	constructor(
		type: string,
		parameters: INodeParameters,
		private readonly options: PollOptions = {},
	) {
		const typeVersion = options.typeVersion ?? defaultVersion(type);
		this.host = options.host ?? 'memory';
		this.saved = plain(options.staticData ?? {});
		this.helper = credentialsHelper(options.credentials);
		this.subject = node('Trigger', type, parameters, {
			typeVersion,
			...credentialReferences(this.helper.store, acceptedCredentials(type, typeVersion)),
			...options.node,
		});
	}

	/** What a poll that started now would read. */
	get staticData(): IDataObject {
		return plain(this.memory?.getStaticData('node', this.subject) ?? this.saved);
	}

	private load(): Workflow {
		return new Workflow({
			id: workflowId,
			name: 'Test',
			active: true,
			nodeTypes: loadPackage().nodeTypes,
			nodes: [structuredClone(this.subject)],
			connections: {},
			staticData: { [`node:${this.subject.name}`]: plain(this.saved) },
			settings: { executionOrder: 'v1' },
		});
	}

	private save(workflow: Workflow): void {
		if (workflow.staticData.__dataChanged !== true) return;
		this.saved = plain(workflow.getStaticData('node', this.subject));
		workflow.staticData.__dataChanged = false;
	}

	/** The first poll of an activation: its error is shown to the user, its items start an execution. */
	async activate(reason: WorkflowActivateMode = 'activate'): Promise<Poll> {
		this.memory = undefined;
		const workflow = this.load();
		const poll = await this.poll(workflow, reason, true);
		if (!poll.error && this.host !== 'durable') this.save(workflow);
		if (!poll.error && this.host !== 'scheduler' && this.host !== 'durable') this.memory = workflow;
		return poll;
	}

	/** A scheduled poll. */
	async tick(): Promise<Poll> {
		if (this.host === 'scheduler' || this.host === 'durable') return await this.poll(this.load(), 'update', false);
		this.memory ??= this.load();
		return await this.poll(this.memory, 'activate', false);
	}

	/** Deactivation writes the database copy. */
	deactivate(): void {
		if (this.memory) this.save(this.memory);
		this.memory = undefined;
	}

	/**
	 * n8n stops and starts again: what was only in memory is gone, and the activation poll runs with mode `init`. Under the
	 * scheduler the job is in the database already, so no poll runs before the next scheduled one.
	 */
	async restart(): Promise<Poll> {
		if (this.host === 'memory' || this.host === 'old') return await this.activate('init');
		this.memory = undefined;
		return { items: null, error: undefined };
	}

	/** n8n is killed; the next `tick` or `activate` reads what the database holds. */
	crash(): void {
		this.memory = undefined;
	}

	/** The editor's test button: a copy of the data, nothing kept. */
	async test(): Promise<Poll> {
		const workflow = this.load();
		const context = new PollContext(
			workflow,
			this.nodeOf(workflow),
			additionalDataFor({ credentials: this.helper, mode: 'manual' }),
			'manual',
			'manual',
		);
		return await settle(async () => {
			const { poll } = loadPackage().nodeTypes.getByNameAndVersion(this.subject.type, this.subject.typeVersion);
			return (await poll?.call(this.visible(context)))?.[0] ?? null;
		});
	}

	private nodeOf(workflow: Workflow): INode {
		const found = workflow.getNode(this.subject.name);
		if (!found) throw new Error('The trigger is not in its workflow');
		return found;
	}

	/** n8n before 2.36 has no budget: there the method does not exist. */
	private visible(context: PollContext): PollContext {
		if (this.host === 'old') Object.defineProperty(context, 'getPollBudgetMs', { value: undefined });
		return context;
	}

	/** Without the scheduler one context serves all polls of an activation; under it every poll has a fresh one. */
	private standing: { workflow: Workflow; run(activating: boolean): Promise<Poll> } | undefined;

	private async poll(workflow: Workflow, activation: WorkflowActivateMode, activating: boolean): Promise<Poll> {
		if (this.host === 'scheduler' || this.host === 'durable') return await this.poller(workflow, activation, activating)(activating);
		if (this.standing?.workflow !== workflow) this.standing = { workflow, run: this.poller(workflow, activation, activating) };
		return await this.standing.run(activating);
	}

	private poller(workflow: Workflow, activation: WorkflowActivateMode, activating: boolean): (activating: boolean) => Promise<Poll> {
		const subject = this.nodeOf(workflow);
		const durable = this.host === 'durable';
		const budget = this.options.budgetMs ?? (!activating && (durable || this.host === 'scheduler') ? 36_000 : 300_000);
		const snapshot = plain(this.saved);
		let emitted: INodeExecutionData[] | null = null;
		let failure: Error | undefined;
		const commit = () => {
			if (durable) this.saved = plain(snapshot);
			else this.save(workflow);
		};
		const context = this.visible(
			new PollContext(
				workflow,
				subject,
				additionalDataFor({ credentials: this.helper, mode: 'trigger' }),
				'trigger',
				activation,
				(data) => {
					emitted = data[0] ?? [];
					commit();
				},
				(error) => {
					failure = error;
				},
				async () => {
					if (durable) commit();
				},
				async (run) => await run(),
				() => (durable ? snapshot : workflow.getStaticData('node', subject)),
				() => budget,
			),
		);
		const execute = service(PollTriggerExecutor).create(workflow, subject, context, () => true);
		return async (nowActivating) => {
			emitted = null;
			failure = undefined;
			const outcome = await settle(async () => {
				await runPollInStagingScope(context, async () => await execute(nowActivating));
				return emitted;
			});
			return failure ? { items: null, error: failure } : outcome;
		};
	}
}

async function settle(run: () => Promise<INodeExecutionData[] | null>): Promise<Poll> {
	try {
		return { items: await run(), error: undefined };
	} catch (error) {
		return { items: null, error: error instanceof Error ? error : new Error(String(error)) };
	}
}

export interface OnePollOptions extends PollOptions {
	/** `manual` is the editor's test button, `trigger` a scheduled poll. */
	mode?: 'manual' | 'trigger';
	/** Given with mode `trigger`: the poll of an activation with this reason. */
	activation?: WorkflowActivateMode;
}

/** One poll. `staticData` is what the next one would read. */
export async function pollNode(
	type: string,
	parameters: INodeParameters,
	options: OnePollOptions = {},
): Promise<Poll & { staticData: IDataObject }> {
	const host = new PollHost(type, parameters, options);
	const { mode = 'trigger', activation } = options;
	const poll = mode === 'manual' ? await host.test() : activation ? await host.activate(activation) : await host.tick();
	return { ...poll, staticData: host.staticData };
}
