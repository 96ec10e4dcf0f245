import { rethrow } from '../../errors';
import { clock } from '../../clock';
import type { ApplicationChanges, ChangeEvent } from '../model';
import { MarkRefused, type ChangeSource, type OpenSource, type Source } from '../source';
import { Emission } from './compare/emission';
import { applicationExamples } from './testEvents';
import { messageOf } from '../../poll/failures';
import { feedExamples, pollFeed } from './feed';
import { fingerprint } from '../../poll/state/hash';
import type { PollHost } from '../../poll/host';
import { HOUR } from '../../poll/limits';
import { handOver, type PollResult } from '../../poll/result';
import { readStored } from '../../poll/state/corrupt';
import type { PollOptions } from './options';
import { DEFAULT_BOUND, OLD_HOST_BOUND, pack, unpack } from './memory/pack';
import { beginFullRead, checkModels, MassVanish, newFullRead, readFull } from './read/fullRead';
import { EndlessList, type Outcome } from './read/pages';
import { engineStateOf, freshEngine, startRun, type EngineState, type Run } from './run';
import type { ProcessState } from '../../poll/processState';
import { freshState, type State } from './memory/state';
import { pollTrigger, type Lease } from '../../poll/trigger';
import { readWindow } from './read/window';

export type AtsPollResult = PollResult<ChangeEvent | ApplicationChanges>;

/** One poll of the trigger, whatever the provider and whatever the host. Throws what the user should see. */
export async function runPoll(host: PollHost, open: OpenSource, options: PollOptions): Promise<AtsPollResult> {
	return await pollTrigger<Source, ChangeEvent | ApplicationChanges>(host, open, options, {
		examples: async (source) => (source.kind === 'feed' ? await feedExamples(host, source) : await applicationExamples(source, options)),
		poll: async (source, lease) => (source.kind === 'feed' ? await pollFeed(host, lease, source, options) : await pollApplications(host, lease, source, options)),
	});
}

async function pollApplications(host: PollHost, { processState, deadline, mayWrite }: Lease, source: ChangeSource, options: PollOptions): Promise<AtsPollResult> {
	const scope = fingerprint(source.provider, ...source.scope);
	const reads = readsOf(options);
	const text = host.read();
	const engine = engineStateOf(processState);
	const state = loadState(processState, engine, text, scope, reads);
	const run = startRun({
		source, options, host, engine, state, deadline,
		emission: new Emission(options, source.provider, [scope, state.header.birth]),
	});
	let failed: unknown;
	try {
		failed = await readAllThatIsDue(run, reads);
	} catch (error) {
		if (error instanceof EndlessList) {
			state.header.window = null;
			if (state.header.pass) Object.assign(state.header.pass, { cursor: null, restarts: 0, pages: 0 });
		}
		return rethrow(error);
	}
	if (!mayWrite()) return null;
	const result = finish(run, processState, text);
	logRun(run, result);
	if (failed !== undefined && result === null) throw failed;
	return result;
}

/** The error of a part, when other parts went well: it is for the log if there is something to tell, else for the user. */
async function readAllThatIsDue(run: Run, reads: readonly string[]): Promise<unknown> {
	const { header, engine } = run;
	if (header.highWater === null) {
		header.pass ??= newFullRead('first');
		await checkModels(run);
		const outcome = await readFull(run, reads);
		// What was read so far must not be lost, even if nothing is told.
		run.mustCommit = true;
		return loud(outcome);
	}
	beginFullRead(run, reads);
	if (!engine.modelsAsked) await checkModels(run);
	const outcome = await readChanges(run);
	if (outcome.end === 'stopped' || header.pass === null) return loud(outcome);
	try {
		await checkModels(run);
		return loud(await readFull(run, reads));
	} catch (error) {
		if (error instanceof MassVanish) {
			header.pass = null;
			engine.fullNotBefore = clock.now() + HOUR;
		} else if (error instanceof EndlessList) header.pass = null;
		run.host.log.warn(`The full check stopped: ${messageOf(error)}`);
		return error;
	}
}

/** The window; without a mark to begin it at, the full read takes its place. */
async function readChanges(run: Run): Promise<Outcome> {
	const { header, source } = run;
	try {
		if (source.marks && header.marks === null) return { end: 'complete', mark: null };
		return await readWindow(run);
	} catch (error) {
		if (!(error instanceof MarkRefused)) return rethrow(error);
		run.host.log.warn(`${messageOf(error)}: everything is read again`);
		Object.assign(header, { marks: null, window: null });
		header.pass = newFullRead(header.pass?.kind ?? 'full', header.pass?.dropUnseen);
		return { end: 'complete', mark: null };
	}
}

/** An error after some pages is only of interest when the list does not end. */
function loud(outcome: Outcome): unknown {
	return outcome.end === 'stopped' && outcome.error instanceof EndlessList ? outcome.error : undefined;
}

/** What the reading depends on. */
export function readsOf({ jobIds, models }: PollOptions): string[] {
	return [...jobIds.map((id) => `job ${id}`), ...models.map((model) => `model ${model}`)].sort();
}

function loadState(processState: ProcessState, engine: EngineState, text: string | undefined, scope: string, reads: readonly string[]): State {
	const cached = engine.standsFor.includes(text) ? engine.state : null;
	const state = cached ?? readStored(processState, text, unpack, (rebuilt) => freshState(scope, reads, rebuilt));
	// Another account: its applications are not compared with those of the last one.
	const ours = state.header.scope === scope ? state : freshState(scope, reads);
	if (ours !== engine.state) {
		Object.assign(engine, { ...freshEngine(), fullNotBefore: engine.fullNotBefore, state: ours, standsFor: [text] });
		processState.silentSince = null;
	}
	return ours;
}

/** Makes the poll's findings the state. Where nothing but the mark moved nothing is written: an older mark only reads a little more. */
function finish(run: Run, processState: ProcessState, text: string | undefined): AtsPollResult {
	const { engine, state, draft, emission, host, options } = run;
	const outcome = { items: emission.items(), changed: !draft.isEmpty, silent: draft.silentChanges > 0, mustLast: run.mustCommit };
	Object.assign(state.header, run.header);
	draft.apply();
	let packed: string | undefined;
	try {
		const result = handOver(host, processState, outcome, () => (packed = pack(state, options.maxStateBytes ?? (host.budgetMs === undefined ? OLD_HOST_BOUND : DEFAULT_BOUND))));
		if (packed !== undefined) engine.settled = null;
		if (packed !== undefined) engine.standsFor = result !== null && result.length > 0 ? [packed] : [...new Set([...engine.standsFor, text, packed])].slice(-8);
		return result;
	} catch (error) {
		engine.state = null;
		return rethrow(error);
	}
}

function logRun(run: Run, result: AtsPollResult): void {
	if (run.skipped.length > 0) {
		run.host.log.warn(`${run.skipped.length} records of ${run.source.label} could not be read and were left out`, { first: run.skipped.slice(0, 3) });
	}
	// n8n looks up the caller for each line, shown or not: a poll that found nothing would pay for it every minute.
	if (result === null && run.news === 0) return;
	run.host.log.debug('Polled', {
		emitted: run.emission.count,
		pages: run.comparedPages,
		remembered: run.state.memory.size,
		lagMs: run.header.lag,
		ms: clock.now() - run.startedAt,
	});
}
