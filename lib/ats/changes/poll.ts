import { rethrow } from '../../errors';
import { clock } from '../../clock';
import type { ApplicationChanges, ChangeEvent } from '../model';
import type { ChangeSource, Source } from '../provider';
import { activate } from './activation';
import { Telling } from './events';
import { examples } from './examples';
import { messageOf } from './failures';
import { pollFeed } from './feed';
import { fingerprint } from './hash';
import type { PollHost } from './host';
import { LIMITS, type PollOptions } from './options';
import { CorruptState, DEFAULT_BOUND, OLD_HOST_BOUND, pack, unpack } from './pack';
import { beginPass, checkModels, firstPass, MassVanish, readPass } from './pass';
import { EndlessList, type Outcome } from './reading';
import { startRun, type Run } from './run';
import type { Slot } from './slots';
import { freshState, type State } from './state';
import { takeTurn } from './turn';
import { readWindow } from './window';

/**
 * What the node hands to n8n: items; 'commit' = `[[]]`, an empty execution that carries the state to the database
 * (the only way that works in every host mode); 'quiet' = null.
 */
export type PollResult = { items: ReadonlyArray<ChangeEvent | ApplicationChanges> } | 'commit' | 'quiet';

/** The provider's source, made for one poll: nothing is begun or awaited beyond the deadline (our clock, ms). */
export type OpenSource = (limits: { deadline: number }) => Source | Promise<Source>;

/** One poll of the trigger, whatever the provider and whatever the host. Throws what the user should see. */
export async function runPoll(host: PollHost, open: OpenSource, options: PollOptions): Promise<PollResult> {
	if (host.manual) return await examples(open, options);
	if (host.activation !== null) return await activate(host, open);
	return await takeTurn(host, options, async (turn) => {
		const source = await open({ deadline: turn.deadline });
		return source.kind === 'feed' ? await pollFeed({ host, source, options, ...turn }) : await pollApplications({ host, source, options, ...turn });
	});
}

interface PollParts {
	host: PollHost;
	slot: Slot;
	source: ChangeSource;
	options: PollOptions;
	deadline: number;
	mayWrite(): boolean;
}

async function pollApplications({ host, slot, source, options, deadline, mayWrite }: PollParts): Promise<PollResult> {
	const scope = fingerprint(source.provider, ...source.scope);
	const reads = readsOf(options);
	const text = host.read();
	const state = loadState(slot, text, scope, reads);
	const run = startRun({
		source, options, host, slot, state, deadline,
		telling: new Telling(options, source.provider, [scope, state.header.birth]),
	});
	let failed: unknown;
	try {
		failed = await readAllThatIsDue(run, reads);
	} catch (error) {
		if (error instanceof EndlessList) forgetCursors(state);
		return rethrow(error);
	}
	if (!mayWrite()) return 'quiet';
	const result = finish(run, text);
	logRun(run, result);
	if (failed !== undefined && result === 'quiet') throw failed;
	return result;
}

/** The error of a part, when other parts went well: it is for the log if there is something to tell, else for the user. */
async function readAllThatIsDue(run: Run, reads: readonly string[]): Promise<unknown> {
	const { header, slot } = run;
	if (header.highWater === null) {
		header.pass ??= firstPass();
		await checkModels(run);
		const outcome = await readPass(run, reads);
		// What was read so far must not be lost, even if nothing is told.
		run.mustCommit = true;
		return loud(outcome);
	}
	beginPass(run, reads);
	if (!slot.modelsAsked) await checkModels(run);
	const outcome = await readWindow(run);
	if (outcome.end === 'stopped' || header.pass === null) return loud(outcome);
	try {
		await checkModels(run);
		return loud(await readPass(run, reads));
	} catch (error) {
		if (error instanceof MassVanish) {
			header.pass = null;
			slot.fullNotBefore = clock.now() + 60 * 60_000;
		} else if (error instanceof EndlessList) header.pass = null;
		run.host.log.warn(`The full check stopped: ${messageOf(error)}`);
		return error;
	}
}

/** An error after some pages is only of interest when the list does not end. */
function loud(outcome: Outcome): unknown {
	return outcome.end === 'stopped' && outcome.error instanceof EndlessList ? outcome.error : undefined;
}

function forgetCursors({ header }: State): void {
	header.window = null;
	if (header.pass) header.pass = { ...header.pass, cursor: null, restarts: 0, pages: 0 };
}

/** What the reading depends on. */
export function readsOf({ jobIds, models }: PollOptions): string[] {
	return [...jobIds.map((id) => `job ${id}`), ...models.map((model) => `model ${model}`)].sort();
}

function loadState(slot: Slot, text: string | undefined, scope: string, reads: readonly string[]): State {
	const cached = slot.state !== null && slot.standsFor.includes(text) ? slot.state : null;
	const state = cached ?? (text === undefined ? freshState(scope, reads) : unpackOrComplain(slot, text, scope, reads));
	// Another account: its applications are not compared with those of the last one.
	const ours = state.header.scope === scope ? state : freshState(scope, reads);
	if (ours !== slot.state) {
		slot.state = ours;
		slot.standsFor = [text];
		slot.rowFailures.clear();
		slot.looks.clear();
		slot.modelsAsked = false;
		slot.silentSince = null;
		slot.pass = 0;
	}
	return ours;
}

/** Complains once; the poll after that starts anew without a word: items about it would run the user's workflow. */
function unpackOrComplain(slot: Slot, text: string, scope: string, reads: readonly string[]): State {
	try {
		return unpack(text);
	} catch (error) {
		if (!(error instanceof CorruptState) || slot.corrupt !== text) {
			slot.corrupt = text;
			return rethrow(error);
		}
		const rebuilt = freshState(scope, reads);
		rebuilt.header.rebuilt = true;
		return rebuilt;
	}
}

/** Makes the poll's findings the state, writes it when something must last, and says what n8n gets. */
function finish(run: Run, text: string | undefined): PollResult {
	const { slot, state, draft, telling, host } = run;
	const tells = telling.count > 0;
	const changed = !draft.isEmpty;
	if (draft.silentChanges > 0) slot.silentSince ??= clock.now();
	const overdue = slot.silentSince !== null && clock.now() - slot.silentSince >= LIMITS.silentCommitMs;
	Object.assign(state.header, run.header);
	draft.apply();
	// Nothing but the mark moved: that needs no write, an older mark only reads a little more.
	if (!tells && !changed && !run.mustCommit && !overdue) return 'quiet';
	let packed: string;
	try {
		packed = pack(state, run.options.maxStateBytes ?? (host.budgetMs === undefined ? OLD_HOST_BOUND : DEFAULT_BOUND));
	} catch (error) {
		slot.state = null;
		return rethrow(error);
	}
	host.write(packed);
	if (tells) {
		slot.standsFor = [packed];
		slot.silentSince = null;
		return { items: telling.items() };
	}
	slot.standsFor = [...new Set([...slot.standsFor, text, packed])].slice(-8);
	if (!run.mustCommit && !overdue) return 'quiet';
	slot.silentSince = null;
	return 'commit';
}

function logRun(run: Run, result: PollResult): void {
	if (run.skipped.length > 0) {
		run.host.log.warn(`${run.skipped.length} records of ${run.source.label} could not be read and were left out`, { first: run.skipped.slice(0, 3) });
	}
	run.host.log.debug('Polled', {
		told: typeof result === 'string' ? 0 : run.telling.count,
		pages: run.comparedPages,
		remembered: run.state.memory.size,
		lagMs: run.header.lag,
		ms: clock.now() - run.startedAt,
	});
}
