import { clock } from '../clock';
import type { PollHost } from './host';
import { POLL_LIMITS } from './limits';
import type { ProcessState } from './processState';

/**
 * What a poll hands to n8n. Null: nothing; no items: an empty execution, `[[]]`, that carries the state to the database (the only way
 * that works in every host mode).
 */
export type PollResult<Item> = readonly Item[] | null;

interface Outcome<Item> {
	items: readonly Item[];
	/** The state is another than before. */
	changed: boolean;
	/** Something new is remembered that no item holds: it must reach the database some day. */
	silent: boolean;
	/** What the next poll needs must not rest on a poll without items: this must reach the database now. */
	mustLast: boolean;
}

/** Writes the state where that is of use, and says what n8n gets. */
export function handOver<Item>(host: PollHost, processState: ProcessState, { items, changed, silent, mustLast }: Outcome<Item>, pack: () => string): PollResult<Item> {
	if (silent && items.length === 0) processState.silentSince ??= clock.now();
	const overdue = processState.silentSince !== null && clock.now() - processState.silentSince >= POLL_LIMITS.silentCommitMs;
	const lasts = items.length > 0 || mustLast || overdue;
	if (lasts || changed) host.write(pack());
	if (!lasts) return null;
	processState.silentSince = null;
	return items;
}
