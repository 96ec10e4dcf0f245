import { activate } from '../activation';
import { fingerprint } from '../state/hash';
import type { PollHost } from '../host';
import { POLL_LIMITS } from '../limits';
import { readStored } from '../state/corrupt';
import { withLease, type Lease } from '../lease';
import { handOver, type PollResult } from '../result';
import { clock } from '../../clock';
import { PollError } from '../../errors';
import { readPass, type PassResult } from './read';
import type { GrowingList, ListOptions, ListResult, ListSource, ReadOptions, Row } from './source';
import { freshList, packList, unpackList } from './state';

/*
 * Emits the new rows of a list that grows (messages, channels, activities), each once, whatever the host does to state, and whatever
 * the order of the list, which nobody promises:
 *   floor      older rows are known; above it each row is remembered, and what is remembered decides, not the time
 *   readTo     where the newest come first, a read ends there; only a full one goes down to the floor
 *   resume     where the oldest come first, a read begins there
 * Marks move only after a read that came to its end. The rules are those of POLLING.md; here no row ever changes, so that ids are all
 * there is to remember.
 */

const EXAMPLES = 3;

/** One poll of a trigger on one list. `commit` = `[[]]`, an empty execution that carries the state to the database; `quiet` = null. */
export async function pollList(host: PollHost, open: (limits: { deadline: number }) => Promise<ListSource>, options: ListOptions): Promise<ListResult> {
	if (host.manual) return await examples(open, options);
	if (host.activation !== null) return await activate(host, open);
	return await withLease(host, options, async (lease) => await pollRows(host, lease, await open(lease), options, (row) => (options.wanted(row) ? row.row : null)));
}

async function examples(open: (limits: { deadline: number }) => Promise<ListSource>, { wanted }: ListOptions): Promise<ListResult> {
	const source = await open({ deadline: clock.now() + POLL_LIMITS.budgetMs });
	const { rows } = await source.readPage({ cursor: null, since: null });
	const newest = [...rows].filter(wanted).sort((a, b) => b.at - a.at).slice(0, EXAMPLES);
	if (newest.length > 0) return { items: newest.map(({ row }) => ({ ...row, example: true })) };
	throw new PollError(`${source.label} shows nothing here yet that the trigger would tell: there is nothing to make an example of`, { cause: 'configuration-invalid' });
}

/** A scheduled poll. `itemOf`: what is emitted of a new row, null: nothing; the event id is the same whenever the row is emitted. */
export async function pollRows<One extends Row, Item>(host: PollHost, { processState, deadline, mayWrite }: Lease, list: GrowingList<One>, options: ReadOptions, itemOf: (row: One, eventId: string) => Item | null): Promise<PollResult<Item>> {
	const scope = fingerprint(...list.scope);
	const stored = readStored(processState, host.read(), unpackList, (rebuilt) => freshList(scope, rebuilt));
	const state = stored.scope === scope ? stored : freshList(scope);
	// A read that the last poll left open must be seen to end, or every poll would go on from the same place.
	const wasOpen = state.floor === null || state.pass !== null;
	const result = await readPass(host, list, state, { ...options, deadline });
	if (!mayWrite()) return 'quiet';
	if (result.unreadable > 0) host.log.warn(`${result.unreadable} rows had no ID or no time and were left out`);
	const items = inTime(result).flatMap(({ key, row }) => itemOf(row, fingerprint(state.scope, state.birth, String(key))) ?? []);
	// The end of a first or of a long read, a read that goes on, a floor that sank.
	const mustLast = wasOpen || !result.ended || result.lasting;
	return handOver(host, processState, { items, changed: result.remembered > 0, silent: result.remembered > 0, mustLast }, () => packList(state));
}

/** Oldest first. Rows of one moment keep their order in the list, turned round where the newest come first there. */
function inTime<One extends Row>({ fresh, oldestFirst }: PassResult<One>): PassResult<One>['fresh'] {
	return (oldestFirst ? [...fresh] : [...fresh].reverse()).sort((a, b) => (a.row.at ?? 0) - (b.row.at ?? 0));
}
