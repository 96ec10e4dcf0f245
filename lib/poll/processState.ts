import type { FeedState } from '../ats/changes/feedState';
import type { State } from '../ats/changes/memory/state';

/** What the process knows of one trigger. All of it may be lost at any moment, at the cost of reading more. */
export interface ProcessState {
	/**
	 * The unpacked state, and the strings in static data that it stands for: the one it came from, and the one
	 * written since. Valid only while nothing was told in between: then either is as good, since hosts differ in
	 * whether a poll without items is saved.
	 */
	state: State | null;
	standsFor: ReadonlyArray<string | undefined>;
	/** The same for a provider with a feed. */
	feed: { state: FeedState; standsFor: ReadonlyArray<string | undefined> } | null;
	lock: { token: symbol; until: number } | null;
	/** Our clock: the vendor asked to be left alone until then. */
	notBefore: number;
	failingSince: number | null;
	/** A string that could not be read and was complained about. */
	corrupt: string | null;
	/** Rows that failed, and how often. */
	rowFailures: Map<string, number>;
	/** Applications whose details were read since the window lists them, and when (our clock). */
	detailReads: Map<string, number>;
	modelsAsked: boolean;
	/** Since when something is remembered that no execution carried to the database. */
	silentSince: number | null;
	/** Full checks wait until then after one that failed. */
	fullNotBefore: number;
	/** Numbers the passes over everything. */
	fullReads: number;
}

const states = new Map<string, ProcessState>();

export function processStateFor(key: string): ProcessState {
	let processState = states.get(key);
	if (!processState) {
		processState = {
			state: null, standsFor: [], feed: null, lock: null, notBefore: 0, failingSince: null, corrupt: null, rowFailures: new Map(), detailReads: new Map(),
			modelsAsked: false, silentSince: null, fullNotBefore: 0, fullReads: 0,
		};
		states.set(key, processState);
	}
	return processState;
}

/** As after a restart of the process. For tests. */
export function forgetProcessState(): void {
	states.clear();
}
