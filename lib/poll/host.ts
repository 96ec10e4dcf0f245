import type { INode, IPollFunctions, WorkflowActivateMode } from 'n8n-workflow';

/** The little of n8n that a poll needs; the chaos harness plays it with simulated time. */
export interface PollHost {
	/** Workflow and node: two polls of one key never run at once. */
	key: string;
	/** The user pressed "Test". */
	manual: boolean;
	/** Why the workflow is being activated; null for a scheduled poll. */
	activation: WorkflowActivateMode | null;
	/** Milliseconds this poll may take; undefined on hosts that do not say (2.35 and older). */
	budgetMs?: number;
	/** The node's static data: one string. */
	read(): string | undefined;
	write(state: string): void;
	log: {
		debug(message: string, facts?: object): void;
		info(message: string, facts?: object): void;
		warn(message: string, facts?: object): void;
	};
}

const FIELD = 'state';
const ACTIVATION_BUDGET_MS = 300_000;
/** Static data whose activation poll is over: each activation works on a fresh object. */
const activated = new WeakSet<object>();

/** `node`: the trigger; n8n copies it whenever it is asked for it. */
export function hostOf(context: IPollFunctions, node: INode): PollHost {
	const data = context.getWorkflowStaticData('node');
	const manual = context.getMode() === 'manual';
	const budgetMs = 'getPollBudgetMs' in context && typeof context.getPollBudgetMs === 'function' ? context.getPollBudgetMs() : undefined;
	return {
		key: `${context.getWorkflow().id ?? ''}:${node.id}`,
		manual,
		activation: !manual && isActivationPoll(data, budgetMs) ? context.getActivationMode() : null,
		...(budgetMs === undefined ? {} : { budgetMs }),
		read: () => (typeof data[FIELD] === 'string' ? data[FIELD] : undefined),
		write: (state) => {
			data[FIELD] = state;
		},
		log: context.logger,
	};
}

/**
 * n8n does not say which poll is the one at activation: the activation mode stays with all later polls too. But without
 * the scheduler one static data object serves all polls of an activation, the first of which is made at activation; and under
 * the scheduler a tick has the tick's budget, while the activation poll has the full five minutes.
 */
function isActivationPoll(staticData: object, budgetMs: number | undefined): boolean {
	if (activated.has(staticData)) return false;
	activated.add(staticData);
	return budgetMs === undefined || budgetMs === ACTIVATION_BUDGET_MS;
}
