import { fingerprint } from '../state/hash';
import type { PollHost } from '../host';
import { readStored } from '../state/corrupt';
import type { Reporting } from '../failures';
import { handOver, type PollResult } from '../result';
import { pollTrigger, type Lease, type Open } from '../trigger';
import { PollError } from '../../errors';
import { readPass } from './read';
import type { GrowingList, ListSource, ReadOptions, Row } from './source';
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

/** What is emitted of a row, null: nothing. The event id is the same whenever the row is emitted. Filters stand here: they never decide what is remembered. */
export type ItemOf<One, Item> = (row: One, eventId: string) => Item | null;

/** One poll of a trigger on one list. */
export async function pollList<One extends Row, Item extends object>(host: PollHost, open: Open<ListSource<One>>, options: ReadOptions & Reporting, itemOf: ItemOf<One, Item>): Promise<PollResult<Item>> {
	return await pollTrigger(host, open, options, {
		examples: async (source) => await exampleRows(source, itemOf),
		poll: async (source, lease) => await pollRows(host, lease, source, options, itemOf),
	});
}

/** The newest of the first page. */
export async function exampleRows<One extends Row, Item extends object>(list: GrowingList<One>, itemOf: ItemOf<One, Item>): Promise<Item[]> {
	const { rows } = await list.readPage({ cursor: null, since: null });
	const items = [...rows].sort((a, b) => (b.at ?? 0) - (a.at ?? 0)).flatMap((row) => itemOf(row, `example-${row.id ?? ''}`) ?? []);
	if (items.length > 0) return items.slice(0, EXAMPLES).map((item) => ({ ...item, example: true }));
	throw new PollError(`${list.label} shows nothing here yet that the trigger would emit: there is nothing to make an example of`, { cause: 'configuration-invalid' });
}

/** A scheduled poll. */
export async function pollRows<One extends Row, Item>(host: PollHost, { processState, deadline, mayWrite }: Lease, list: GrowingList<One>, options: ReadOptions, itemOf: ItemOf<One, Item>): Promise<PollResult<Item>> {
	const scope = fingerprint(...list.scope);
	const stored = readStored(processState, host.read(), unpackList, (rebuilt) => freshList(scope, rebuilt));
	const state = stored.scope === scope ? stored : freshList(scope);
	// A read that the last poll left open must be seen to end, or every poll would go on from the same place.
	const wasOpen = state.floor === null || state.pass !== null;
	const { fresh, remembered, unreadable, lasting, oldestFirst } = await readPass(host, list, state, { ...options, deadline });
	if (!mayWrite()) return null;
	if (unreadable > 0) host.log.warn(`${unreadable} rows had no ID or no time and were left out`);
	// Oldest first. Rows of one moment keep their order in the list, turned round where the newest come first there.
	const inTime = (oldestFirst ? fresh : fresh.reverse()).sort((a, b) => (a.row.at ?? 0) - (b.row.at ?? 0));
	const items = inTime.flatMap(({ key, row }) => itemOf(row, fingerprint(state.scope, state.birth, String(key))) ?? []);
	// The end of a first or of a long read, a read that goes on, a floor that sank.
	const mustLast = wasOpen || state.pass !== null || lasting;
	return handOver(host, processState, { items, changed: remembered > 0, silent: remembered > 0, mustLast }, () => packList(state));
}
