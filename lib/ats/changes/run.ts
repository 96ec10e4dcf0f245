import { clock } from '../../clock';
import type { ChangeSource, SourceRow } from '../source';
import type { Emission } from './compare/emission';
import type { PollHost } from '../../poll/host';
import { Draft, isFull, type CompactEntry, type Entry } from './memory/memory';
import type { PollOptions } from './options';
import { ALL_MODELS, modelBits } from './compare/snapshot';
import type { ProcessState } from '../../poll/processState';
import type { Header, State } from './memory/state';

/** What the process knows of a trigger. All of it may be lost at any moment, at the cost of reading more. */
export interface EngineState {
	/**
	 * The unpacked state, and the strings in static data that it stands for: the one it came from, and the one
	 * written since. Valid only while nothing was emitted in between: then either is as good, since hosts differ in
	 * whether a poll without items is saved.
	 */
	state: State | null;
	standsFor: ReadonlyArray<string | undefined>;
	/** Rows that failed, and how often. */
	rowFailures: Map<string, number>;
	/** Applications (and signs of partial rows) whose details were read since the window lists them, and when (our clock). */
	detailReads: Map<string, number>;
	modelsAsked: boolean;
	/** A first page of the window in which nothing was news, and the models that were told then. */
	settled: { bytes: Buffer; knownModels: Header['knownModels'] } | null;
	/** Full checks wait until then after one that failed. */
	fullNotBefore: number;
	/** What the last full read missed, and the vendor says is gone. */
	gone: Map<string, SourceRow | null>;
	/** Numbers the reads of everything. */
	fullReads: number;
}

export const freshEngine = (): EngineState => ({
	state: null, standsFor: [], rowFailures: new Map(), detailReads: new Map(), modelsAsked: false, settled: null, fullNotBefore: 0, gone: new Map(), fullReads: 0,
});

const engines = new WeakMap<ProcessState, EngineState>();

export function engineStateOf(processState: ProcessState): EngineState {
	const engine = engines.get(processState) ?? freshEngine();
	engines.set(processState, engine);
	return engine;
}

/** Everything one poll works with. Nothing of it reaches the state before the poll is sure (see finish in poll.ts). */
export interface Run {
	source: ChangeSource;
	options: PollOptions;
	host: PollHost;
	engine: EngineState;
	/** As it was when the poll began. */
	state: State;
	/** As it will be. */
	header: Header;
	draft: Draft;
	emission: Emission;
	/** Our clock, ms. */
	deadline: number;
	startedAt: number;
	/** Pages whose rows were compared. */
	comparedPages: number;
	/** Rows that differed from memory or could not be compared. */
	news: number;
	/** Something was left for the next poll: the mark must not move. */
	withheld: boolean;
	/** Must reach the database even when nothing is told: an empty execution carries it. */
	mustCommit: boolean;
	skipped: Array<{ id: string | null; reason: string }>;
	modelsChecked: boolean;
	slowestPageMs: number;
	/** Age in ms of the youngest change that only the full check showed; Infinity: none. */
	missedLag: number;
}

export function startRun(parts: Pick<Run, 'source' | 'options' | 'host' | 'engine' | 'state' | 'emission' | 'deadline'>): Run {
	// The copy comes last: in Node 20 each field behind a copy that an object begins with takes a microsecond.
	return {
		header: { ...parts.state.header },
		draft: new Draft(parts.state.memory),
		startedAt: clock.now(), comparedPages: 0, news: 0, withheld: false, mustCommit: false, skipped: [], modelsChecked: false, slowestPageMs: 0, missedLag: Infinity, ...parts,
	};
}

/** Whether another page may be begun: it must be likely to end inside the budget. */
export function hasTime(run: Run): boolean {
	return clock.now() + Math.max(1_000, run.slowestPageMs * 1.5) < run.deadline;
}

export async function timed<T>(run: Run, request: () => Promise<T>): Promise<T> {
	const begin = clock.now();
	const answer = await request();
	run.slowestPageMs = Math.max(run.slowestPageMs, clock.now() - begin);
	return answer;
}

/** Models that count now, as bits. */
export function knownModels({ header }: Run): number {
	return header.knownModels ?? ALL_MODELS;
}

/** Asks which models the account tells. True when that differs from what was believed. */
export async function askModels(run: Run): Promise<boolean> {
	if (!run.source.readModels) return false;
	const before = knownModels(run);
	const models = await run.source.readModels();
	run.engine.modelsAsked = true;
	run.modelsChecked = true;
	run.header.knownModels = modelBits(models);
	if (run.header.knownModels === before) return false;
	run.host.log.info(`${run.source.label} now shows other parts of an application than before`, { models: [...models] });
	return true;
}

/** It cannot be read: not compared, but not missing either. */
export function skip(run: Run, id: string | null, reason: string): void {
	run.skipped.push({ id: id?.slice(0, 100) ?? null, reason });
	const entry = id === null ? undefined : run.draft.find(id);
	if (entry && id !== null) met(entry, { id }, { fullRead: run.engine.fullReads });
}

/** The vendor shows it. */
export function met(entry: Entry | CompactEntry, { id, lookupKey }: Pick<SourceRow, 'id' | 'lookupKey'>, { fullRead }: { fullRead: number }): void {
	entry.seenIn = fullRead;
	if (!isFull(entry)) Object.assign(entry, { missed: false, askedAs: { id, lookupKey: lookupKey ?? entry.askedAs?.lookupKey ?? null } });
}
