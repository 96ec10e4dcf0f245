import { messageOf } from '../failures';
import type { PollHost } from '../host';
import { HOUR, POLL_LIMITS } from '../limits';
import { clock } from '../../clock';
import { ApiError, PollError } from '../../errors';
import { storable } from '../state/storable';
import type { ListPage, ListRow, ListSource } from './source';
import { keyOf, raiseFloor, type Pass, type ListState } from './state';

/** How long after it was made a row may become visible. */
export const OVERLAP_MS = HOUR;
/** Neighbours may be out of order by that much in a list with the newest first. */
const DISORDER_MS = 5 * 60_000;
/** `Date` tells whole seconds. */
const DATE_STEP_MS = 1_000;
/** Fewer rows prove no order: a list without any shows so many in falling order once in millions of times. */
const PROOF = 10;
/** A read that began anew that often, or took so many pages, is worth a line in the log. */
const MANY_RESTARTS = 3;
const MANY_PAGES = 200;

export interface PassResult {
	/** Rows that were not there before. */
	fresh: ListRow[];
	remembered: number;
	/** False: the next poll goes on. */
	ended: boolean;
	/** The service's clock went back, and the floor with it. */
	lowered: boolean;
	unreadable: number;
}

interface Limits {
	/** Our clock, ms. */
	deadline: number;
	/** New rows after which the next poll goes on, about. */
	cap: number;
}

/**
 * Reads on until the end, the deadline or the cap, and notes in `state` what it found. An error ends it early: what was
 * gained is told, and with nothing gained the error is thrown.
 */
export async function readPass(host: PollHost, source: ListSource, state: ListState, { deadline, cap }: Limits): Promise<PassResult> {
	const result: PassResult = { fresh: [], remembered: 0, ended: false, lowered: false, unreadable: 0 };
	const asked = new Set<string>();
	let refused = false;
	let slowest = 1_000;
	// Rows move from page to page while time goes by: an old place is worth nothing.
	if (state.pass && clock.now() - state.pass.storedAt > POLL_LIMITS.cursorLifeMs) restart(host, source, state.pass);
	for (let pages = 0; ; pages++) {
		const cursor = state.pass?.cursor ?? null;
		if (pages > 0 && (clock.now() + slowest * 1.5 > deadline || result.fresh.length >= cap)) return stopped(state, result);
		const begin = clock.now();
		let page: ListPage;
		try {
			page = await source.readPage({ cursor, since: state.floor });
		} catch (error) {
			if (state.pass && cursor !== null && !refused && isRefusal(error)) {
				refused = true;
				asked.clear();
				restart(host, source, state.pass);
				continue;
			}
			return partly(host, state, result, error);
		}
		slowest = Math.max(slowest, clock.now() - begin);
		const pass = state.pass ?? beginPass(state, page, result);
		state.pass = pass;
		const isOld = take(state, pass, page, result);
		pass.pages++;
		const next = page.next ?? '';
		if (next === '' || isOld) {
			endPass(host, source, state, pass);
			return { ...result, ended: true };
		}
		if (asked.has(next) || next === cursor) {
			restart(host, source, pass);
			return partly(host, state, result, new PollError(`${source.label} gave the same page twice: its list would never end`, { cause: 'temporarily-unavailable' }));
		}
		asked.add(next);
		pass.cursor = storable(source.label, next, 'cursor');
	}
}

function restart(host: PollHost, { label }: ListSource, pass: Pass): void {
	pass.cursor = null;
	pass.pages = 0;
	pass.restarts++;
	if (pass.restarts > MANY_RESTARTS) host.log.warn(`${label}'s list could not be read to its end between two polls, ${pass.restarts} times now: poll more often, or watch a smaller list`);
}

function partly(host: PollHost, state: ListState, result: PassResult, error: unknown): PassResult {
	if (result.remembered === 0) throw error;
	host.log.warn(`${messageOf(error)}. The next poll goes on there`);
	return stopped(state, result);
}

function stopped(state: ListState, result: PassResult): PassResult {
	if (state.pass) state.pass.storedAt = clock.now();
	return result;
}

/** The first answer tells the service's time. */
function beginPass(state: ListState, page: ListPage, result: PassResult): Pass {
	const t0 = page.date === null ? clock.now() - page.tookMs - POLL_LIMITS.unknownClockMs : page.date - page.tookMs;
	const isFirst = state.floor === null;
	let silentUpTo = 0;
	if (isFirst) {
		// Nothing that the first answer shows is new; what later pages show may be.
		silentUpTo = page.date === null ? clock.now() + POLL_LIMITS.unknownClockMs : page.date + DATE_STEP_MS;
		state.floor = t0 - OVERLAP_MS;
	} else if (state.lastT0 !== null && state.floor !== null && t0 < state.lastT0 - OVERLAP_MS && t0 - OVERLAP_MS < state.floor) {
		// The service's clock went back: rows made from now on may lie below the floor. Those that lie there already are known.
		result.lowered = true;
		silentUpTo = state.floor;
		state.floor = t0 - OVERLAP_MS;
	}
	return { cursor: null, storedAt: clock.now(), pages: 0, restarts: 0, t0, silentUpTo, newest: 0 };
}

/** Remembers the rows of a page; true when all that follow must be known: the newest come first, and the last one is older than the floor. */
function take(state: ListState, pass: Pass, page: ListPage, result: PassResult): boolean {
	const floor = state.floor ?? 0;
	const isFirstAnswer = pass.pages === 0 && pass.restarts === 0 && state.lastT0 === null;
	result.unreadable += page.unreadable ?? 0;
	for (const row of page.rows) {
		pass.newest = Math.max(pass.newest, row.at);
		const key = keyOf(row.id);
		if (row.at < floor || state.seen.has(key)) continue;
		state.seen.set(key, row.at);
		result.remembered++;
		if (!isFirstAnswer && row.at > pass.silentUpTo) result.fresh.push(row);
	}
	const last = page.rows.at(-1);
	return last !== undefined && last.at < floor - DISORDER_MS && isNewestFirst(page.rows);
}

/** Nobody promises the order: a page ends the reading only when it shows it. */
function isNewestFirst(rows: readonly ListRow[]): boolean {
	let falls = 0;
	let rises = 0;
	for (const [index, { at }] of rows.entries()) {
		const before = rows[index - 1]?.at ?? at;
		if (at - before > DISORDER_MS) return false;
		if (at < before) falls++;
		else if (at > before) rises++;
	}
	return falls > rises && rows.length >= PROOF;
}

function endPass(host: PollHost, source: ListSource, state: ListState, { t0, newest, pages }: Pass): void {
	if (pages > MANY_PAGES) host.log.warn(`Reading ${source.label}'s list took ${pages} calls: it does not come with the newest first, or a great deal is new`);
	state.pass = null;
	state.lastT0 = t0;
	if (source.shifting && pages > 1 && !state.again) {
		state.again = true;
		return;
	}
	state.again = false;
	// The rows' own times hold the mark back: a wrong clock in a header must not lift it above what is still to come.
	const mark = newest === 0 ? t0 : Math.min(t0, newest);
	raiseFloor(state, Math.max(state.floor ?? 0, mark - OVERLAP_MS));
}

/** The service no longer knows where the last read stopped. */
function isRefusal(error: unknown): boolean {
	return error instanceof ApiError && (error.facts.status === 400 || error.facts.status === 404 || error.facts.status === 410);
}
