import { activate } from '../activation';
import { fingerprint } from '../state/hash';
import type { PollHost } from '../host';
import { POLL_LIMITS } from '../limits';
import { complainOnce } from '../state/corrupt';
import type { ProcessState } from '../processState';
import { withLease } from '../lease';
import { clock } from '../../clock';
import { PollError } from '../../errors';
import { readPass, type PassResult } from './read';
import { inTime } from './order';
import type { ListOptions, ListResult, ListSource } from './source';
import { freshList, packList, unpackList, type ListState } from './state';

/*
 * Tells the new rows of a list that grows (messages, channels), each once, whatever the host does to state:
 * the mark is a floor in the service's own time, an hour below the newest row seen. Below it everything is known; above it each row is
 * remembered, and what is remembered decides, not the time. The floor rises only after a read that came to its end.
 * The rules are those of POLLING.md; here no row ever changes, so that ids are all there is to remember.
 */

const EXAMPLES = 3;

/** One poll of the trigger. `commit` = `[[]]`, an empty execution that carries the state to the database; `quiet` = null. */
export async function pollList(host: PollHost, open: (limits: { deadline: number }) => Promise<ListSource>, options: ListOptions): Promise<ListResult> {
	if (host.manual) return await examples(open, options);
	if (host.activation !== null) return await activate(host, open);
	return await withLease(host, options, async ({ processState, deadline, mayWrite }) => {
		const source = await open({ deadline });
		const state = load(processState, host.read(), fingerprint(...source.scope));
		// A read that the last poll left open must be seen to end, or every poll would go on from the same place.
		const wasOpen = state.floor === null || state.pass !== null;
		const result = await readPass(host, source, state, { deadline, cap: options.cap });
		if (!mayWrite()) return 'quiet';
		return finish(host, processState, state, result, wasOpen, options);
	});
}

async function examples(open: (limits: { deadline: number }) => Promise<ListSource>, { wanted }: ListOptions): Promise<ListResult> {
	const source = await open({ deadline: clock.now() + POLL_LIMITS.budgetMs });
	const { rows } = await source.readPage({ cursor: null, since: null });
	const newest = [...rows].filter(wanted).sort((a, b) => b.at - a.at).slice(0, EXAMPLES);
	if (newest.length > 0) return { items: newest.map(({ row }) => ({ ...row, example: true })) };
	throw new PollError(`${source.label} shows nothing here yet that the trigger would tell: there is nothing to make an example of`, { cause: 'configuration-invalid' });
}

/** Complains once about a state that cannot be read; the poll after that starts anew without a word. */
function load(processState: ProcessState, text: string | undefined, scope: string): ListState {
	if (text === undefined) return freshList(scope);
	try {
		const state = unpackList(text);
		return state.scope === scope ? state : freshList(scope);
	} catch (error) {
		complainOnce(processState, text, error);
		return freshList(scope);
	}
}

function finish(host: PollHost, processState: ProcessState, state: ListState, { fresh, remembered, ended, lowered, unreadable }: PassResult, wasOpen: boolean, { wanted }: ListOptions): ListResult {
	if (unreadable > 0) host.log.warn(`${unreadable} rows had no ID or no time and were left out`);
	const items = inTime(fresh, ({ at }) => at).filter(wanted).map(({ row }) => row);
	if (items.length > 0) {
		host.write(packList(state));
		processState.silentSince = null;
		return { items };
	}
	if (remembered > 0) processState.silentSince ??= clock.now();
	const overdue = processState.silentSince !== null && clock.now() - processState.silentSince >= POLL_LIMITS.silentCommitMs;
	// What the next poll needs must not rest on a poll without items: the end of a first or of a long read, a read that goes on, a floor that sank.
	const lasting = wasOpen || !ended || lowered || overdue;
	if (!lasting && remembered === 0) return 'quiet';
	host.write(packList(state));
	if (!lasting) return 'quiet';
	processState.silentSince = null;
	return 'commit';
}
