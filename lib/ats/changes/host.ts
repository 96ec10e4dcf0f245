import type { IPollFunctions, WorkflowActivateMode } from 'n8n-workflow';

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
/** Contexts whose activation poll is over. */
const activated = new WeakSet<object>();

export function hostOf(context: IPollFunctions): PollHost {
	const data = context.getWorkflowStaticData('node');
	const node = context.getNode();
	const manual = context.getMode() === 'manual';
	const budgetMs = 'getPollBudgetMs' in context && typeof context.getPollBudgetMs === 'function' ? context.getPollBudgetMs() : undefined;
	return {
		key: `${context.getWorkflow().id ?? ''}:${node.id}`,
		manual,
		activation: !manual && isActivationPoll(context, budgetMs) ? context.getActivationMode() : null,
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
 * the scheduler one context serves all polls, the first at activation; and under the scheduler every tick has a fresh context
 * with the tick's budget, while the activation poll has the full five minutes.
 */
function isActivationPoll(context: object, budgetMs: number | undefined): boolean {
	if (activated.has(context)) return false;
	activated.add(context);
	return budgetMs === undefined || budgetMs === ACTIVATION_BUDGET_MS;
}
