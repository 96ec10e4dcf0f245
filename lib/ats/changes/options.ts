import type { EventName, ModelKey } from '../model';

const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** What the user of the trigger chose. */
export interface PollOptions {
	/** Events to tell; empty = all. */
	events: readonly EventName[];
	/** Models in the output; empty = all that come without being asked for. */
	models: readonly ModelKey[];
	/** Tell only what concerns these jobs or stages (what it was or what it is); empty = all. */
	jobIds: readonly string[];
	stageIds: readonly string[];
	firstRun: { mode: 'silent' } | { mode: 'lookBack'; days: number } | { mode: 'everything' };
	/** Read again before the mark, at least. */
	overlapMinutes: number;
	/** Events told in one poll, about. */
	cap: number;
	/** Hours between two full checks; 0 = never. */
	fullCheckHours: number;
	reportFailures: 'atOnce' | 'afterFifteenMinutes';
	output: 'perEvent' | 'perApplication';
	/** Bytes of packed state; default by the host's age. */
	maxStateBytes?: number;
}

export const DEFAULT_OPTIONS: PollOptions = {
	events: [],
	models: [],
	jobIds: [],
	stageIds: [],
	firstRun: { mode: 'silent' },
	overlapMinutes: 15,
	cap: 5_000,
	fullCheckHours: 24,
	reportFailures: 'afterFifteenMinutes',
	output: 'perEvent',
};

export const LIMITS = {
	/** A poll on hosts that name no budget. */
	budgetMs: 300_000,
	/** n8n gives up on a workflow whose start-up polls fail or hang. */
	activationMs: 15_000,
	/** n8n abandons a poll at its limit but does not stop it: how long we keep the next one away from it. */
	lockGraceMs: 30_000,
	minOverlapMs: 15 * MINUTE,
	maxOverlapMs: DAY,
	/** Creation stamps may be that much older than the first time an application could be seen. */
	createdSlackMs: DAY,
	/** A Date header counts whole seconds, and the way of an answer varies: less than this is no clock going back. */
	dateGrainMs: 2_000,
	/** A vendor without a Date header: how much its clock may be behind ours. */
	unknownClockMs: 5 * MINUTE,
	cursorLifeMs: 10 * MINUTE,
	/** Cursors and marks are stored. */
	cursorChars: 4_096,
	swallowFailuresMs: 15 * MINUTE,
	/** Silent changes reach the database at the latest after this. */
	silentCommitMs: HOUR,
	/** Rows that fail this often no longer hold the mark back. */
	rowTries: 3,
	/** Outlines that stay in the window are looked at that often: more than once within any overlap of theirs. */
	readDetailsAgainMs: 10 * MINUTE,
	/** More than this share gone at once is an accident, not a deletion (from this many on). */
	vanishedShare: 0.2,
	vanishedLeast: 5,
	confirmAtOnce: 50,
} as const;
