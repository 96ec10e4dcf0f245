import type { Reporting } from '../../poll/failures';
import { DAY, MINUTE } from '../../poll/limits';
import type { FirstRun } from '../../poll/list/source';
import type { EventName, ModelKey } from '../model';

/** What the user of the trigger chose. */
export interface PollOptions extends Reporting {
	/** Events to emit; empty = all. */
	events: readonly EventName[];
	/** Models in the output; empty = all that come without being asked for. */
	models: readonly ModelKey[];
	/** Emit only what concerns these jobs or stages (what it was or what it is); empty = all. Stages by id, name or category (see isStage). */
	jobIds: readonly string[];
	stages: readonly string[];
	firstRun: FirstRun;
	/** Read again before the mark, at least. */
	overlapMinutes: number;
	/** Events emitted in one poll, about. */
	cap: number;
	/** Hours between two full checks; 0 = never. */
	fullCheckHours: number;
	output: 'perEvent' | 'perApplication';
	/** Bytes of packed state; default by the host's age. */
	maxStateBytes?: number;
}

export const DEFAULT_OPTIONS: PollOptions = {
	events: [],
	models: [],
	jobIds: [],
	stages: [],
	firstRun: { mode: 'silent' },
	overlapMinutes: 15,
	cap: 5_000,
	fullCheckHours: 24,
	reportFailures: 'afterFifteenMinutes',
	output: 'perEvent',
};

export const LIMITS = {
	minOverlapMs: 15 * MINUTE,
	maxOverlapMs: DAY,
	/** Creation stamps may be that much older than the first time an application could be seen. */
	createdSlackMs: DAY,
	/** A Date header counts whole seconds, and the way of an answer varies: less than this is no clock going back. */
	dateGrainMs: 2_000,
	/** Of one application, in the memory of all. */
	rowBytes: 16 * 1024,
	/** Rows that fail this often no longer hold the high-water mark back. */
	rowTries: 3,
	/** Rows that stay in the window have their details read again that often: more than once within any overlap. */
	readDetailsAgainMs: 10 * MINUTE,
	/** More than this share gone at once is an accident, not a deletion (from this many on). */
	vanishedShare: 0.2,
	vanishedLeast: 5,
	confirmAtOnce: 50,
} as const;
