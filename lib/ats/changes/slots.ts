import type { FeedState } from './feedState';
import type { State } from './state';

/** What the process knows of one trigger. All of it may be lost at any moment, at the cost of reading more. */
export interface Slot {
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
	looks: Map<string, number>;
	modelsAsked: boolean;
	/** Since when something is remembered that no execution carried to the database. */
	silentSince: number | null;
	/** Full checks wait until then after one that failed. */
	fullNotBefore: number;
	/** Numbers the passes over everything. */
	pass: number;
}

const slots = new Map<string, Slot>();

export function slotFor(key: string): Slot {
	let slot = slots.get(key);
	if (!slot) {
		slot = {
			state: null, standsFor: [], feed: null, lock: null, notBefore: 0, failingSince: null, corrupt: null, rowFailures: new Map(), looks: new Map(),
			modelsAsked: false, silentSince: null, fullNotBefore: 0, pass: 0,
		};
		slots.set(key, slot);
	}
	return slot;
}

/** As after a restart of the process. For tests. */
export function forgetSlots(): void {
	slots.clear();
}
