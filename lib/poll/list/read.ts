import { messageOf } from '../failures';
import type { PollHost } from '../host';
import { DAY, HOUR, POLL_LIMITS, storable } from '../limits';
import { clock } from '../../clock';
import { ApiError, CursorRefused, PollError } from '../../errors';
import { idHash } from '../state/hash';
import type { GrowingList, Page, ReadOptions, Row } from './source';
import { raiseFloor, type ListState, type Pass } from './state';

/** Neighbours may be out of order by that much in a list with the newest first. */
const DISORDER_MS = 5 * 60_000;
/** `Date` tells whole seconds. */
const DATE_STEP_MS = 1_000;
/** Fewer rows prove no order: a list without any shows so many in falling order once in millions of times. */
const PROOF = 10;
/** Of so many neighbours in a list with the oldest first one may be out of order: it became visible late. */
const ORDERLY = 20;
/** A read that began anew that often, or took so many pages, is worth a line in the log. */
const MANY_RESTARTS = 3;
const MANY_PAGES = 200;

export interface PassResult<One> {
	/** Rows that were not there before, in the order of the list. */
	fresh: Array<{ key: number; row: One }>;
	remembered: number;
	/** What must reach the database even if nothing is emitted: a clock that went back, a full read that ended. */
	lasting: boolean;
	/** The list shows the oldest first. */
	oldestFirst: boolean;
	unreadable: number;
}

/** How long after it was made a row of the list may become visible, as far as a read looks back for it. */
function lateOf<One extends Row>({ lateMs = HOUR }: GrowingList<One>): number {
	return Math.min(lateMs, DAY);
}

/**
 * Reads on until the end, the deadline (our clock, ms) or the cap, and notes in `state` what it found: with a pass left there the next
 * poll goes on. An error ends it early: what was gained is emitted, and with nothing gained the error is thrown.
 */
export async function readPass<One extends Row>(host: PollHost, list: GrowingList<One>, state: ListState, options: ReadOptions & { deadline: number }): Promise<PassResult<One>> {
	const result: PassResult<One> = { fresh: [], remembered: 0, lasting: false, oldestFirst: false, unreadable: 0 };
	const asked = new Set<string>();
	const copies = new Map<string, number>();
	let refused = false;
	let slowest = 1_000;
	// Rows move from page to page while time goes by: an old place is worth nothing.
	if (state.pass && clock.now() - state.pass.storedAt > POLL_LIMITS.cursorLifeMs) restart(host, list, state.pass);
	for (let pages = 0; ; pages++) {
		const cursor = state.pass ? state.pass.cursor : isFullDue(state, options) ? null : state.resume;
		if (pages > 0 && (clock.now() + slowest * 1.5 > options.deadline || result.fresh.length >= options.cap)) return result;
		const begin = clock.now();
		let page: Page<One>;
		try {
			page = await list.readPage({ cursor, since: state.floor });
		} catch (error) {
			if (cursor === null || refused || !isRefusal(error)) return partly(host, result, error);
			refused = true;
			asked.clear();
			state.resume = null;
			if (state.pass) restart(host, list, state.pass);
			continue;
		}
		slowest = Math.max(slowest, clock.now() - begin);
		const pass = (state.pass ??= beginPass(list, state, page, cursor, result, options));
		const isOld = take(state, pass, page, result, copies);
		pass.pages++;
		const next = page.next ?? '';
		if (next === '' || isOld) {
			endPass(host, list, state, pass, result);
			return result;
		}
		if (asked.has(next) || next === cursor) {
			restart(host, list, pass);
			return partly(host, result, new PollError(`${list.label} gave the same page twice: its list would never end`, { cause: 'temporarily-unavailable' }));
		}
		asked.add(next);
		Object.assign(pass, { cursor: storable(list.label, next, 'cursor'), storedAt: clock.now() });
	}
}

function isFullDue({ fullAt }: ListState, { fullCheckHours = 0 }: ReadOptions): boolean {
	return fullCheckHours > 0 && clock.now() - fullAt >= fullCheckHours * HOUR;
}

function restart<One extends Row>(host: PollHost, { label }: GrowingList<One>, pass: Pass): void {
	Object.assign(pass, { cursor: null, storedAt: clock.now(), pages: 0, restarts: pass.restarts + 1, rises: 0, falls: 0, last: null, resume: null });
	if (pass.restarts > MANY_RESTARTS) host.log.warn(`${label}'s list could not be read to its end between two polls, ${pass.restarts} times now: poll more often, or watch a smaller list`);
}

function partly<One>(host: PollHost, result: PassResult<One>, error: unknown): PassResult<One> {
	if (result.remembered === 0) throw error;
	host.log.warn(`${messageOf(error)}. The next poll goes on there`);
	return result;
}

/** The first answer tells the service's time. */
function beginPass<One extends Row>(list: GrowingList<One>, state: ListState, page: Page<One>, cursor: string | null, result: PassResult<One>, options: ReadOptions): Pass {
	const t0 = page.date === null ? clock.now() - page.tookMs - POLL_LIMITS.unknownClockMs : page.date - page.tookMs;
	const late = lateOf(list);
	const full = state.floor === null || isFullDue(state, options);
	let silentUpTo = -Infinity;
	if (state.floor === null) {
		const firstRun = state.rebuilt ? undefined : options.firstRun;
		if (firstRun?.mode === 'everything') state.floor = 0;
		else if (firstRun?.mode === 'lookBack') {
			silentUpTo = t0 - firstRun.days * DAY;
			state.floor = silentUpTo - late;
		} else {
			// Nothing that the first answer shows is new; what later pages show may be.
			silentUpTo = page.date === null ? clock.now() + POLL_LIMITS.unknownClockMs : page.date + DATE_STEP_MS;
			state.floor = t0 - late;
		}
		state.silentUpTo = Math.max(0, silentUpTo);
		state.readTo = state.floor;
	} else if (state.lastT0 !== null && t0 < state.lastT0 - HOUR && t0 - late < state.floor) {
		// The service's clock went back: rows made from now on may lie below the floor. Those that lie there already are known.
		result.lasting = true;
		silentUpTo = state.floor;
		state.floor = t0 - late;
		state.readTo = state.floor;
	}
	return { cursor, storedAt: clock.now(), pages: 0, restarts: 0, full, t0, silentUpTo: Math.max(0, silentUpTo), newest: 0, rises: 0, falls: 0, last: null, resume: null };
}

/** Takes in the rows of a page and their order; true when all that follow must be known: the newest come first, and the last one is older than a read has to go back. */
function take<One extends Row>(state: ListState, pass: Pass, page: Page<One>, result: PassResult<One>, copies: Map<string, number>): boolean {
	const floor = state.floor ?? 0;
	const isFirst = state.lastT0 === null;
	// With a look-back or everything, the first answer counts like any other.
	const isSilentAnswer = isFirst && pass.pages === 0 && pass.restarts === 0 && pass.silentUpTo > pass.t0;
	result.unreadable += page.unreadable ?? 0;
	// The last page that begins before everything that may still become visible.
	if ((page.rows[0]?.at ?? Infinity) < state.readTo) pass.resume = pass.cursor ?? pass.resume;
	for (const row of page.rows) {
		const { at } = row;
		if (at !== null) {
			if (pass.last !== null && at > pass.last) pass.rises++;
			if (pass.last !== null && at < pass.last) pass.falls++;
			pass.last = at;
			pass.newest = Math.max(pass.newest, at);
		}
		const key = idHash(row.id ?? numbered(row.content ?? '', copies), 53);
		if ((at !== null && at < floor) || state.seen.has(key)) continue;
		state.seen.set(key, at);
		result.remembered++;
		if (!isSilentAnswer && (at === null ? !isFirst : at > pass.silentUpTo)) result.fresh.push({ key, row });
	}
	result.oldestFirst = pass.rises === pass.falls ? state.resume !== null : pass.rises > pass.falls;
	const last = page.rows.at(-1)?.at ?? null;
	return last !== null && last < (pass.full ? floor : Math.max(floor, state.readTo)) - DISORDER_MS && isNewestFirst(page.rows);
}

/** The second of two rows that are alike is one more. */
function numbered(content: string, copies: Map<string, number>): string {
	const copy = copies.get(content) ?? 0;
	copies.set(content, copy + 1);
	return `${content}\0${copy}`;
}

/** Nobody promises the order: a page ends the reading only when it shows it. */
function isNewestFirst(rows: readonly Row[]): boolean {
	let falls = 0;
	let rises = 0;
	for (const [index, { at }] of rows.entries()) {
		const before = rows[index - 1]?.at ?? at;
		if (at === null || before === null || at - before > DISORDER_MS) return false;
		if (at < before) falls++;
		else if (at > before) rises++;
	}
	return falls > rises && rows.length >= PROOF;
}

function endPass<One extends Row>(host: PollHost, list: GrowingList<One>, state: ListState, pass: Pass, result: PassResult<One>): void {
	const { t0, newest, pages, full, rises, falls } = pass;
	if (pages > MANY_PAGES) host.log.warn(`Reading ${list.label}'s list took ${pages} calls: it does not come with the newest first, or a great deal is new`);
	state.pass = null;
	state.lastT0 = t0;
	state.again = list.shifting && pages > 1 && !state.again;
	if (state.again) return;
	if (full) {
		state.fullAt = clock.now();
		result.lasting = true;
	}
	// Too few neighbours prove nothing new about the order.
	if (!list.resumes || falls * ORDERLY > rises) state.resume = null;
	else if (state.resume !== null || rises >= PROOF) state.resume = pass.resume ?? state.resume;
	// The rows' own times hold the mark back: a wrong clock in a header must not lift it above what is still to come.
	const mark = newest === 0 ? t0 : Math.min(t0, newest);
	state.readTo = Math.max(state.readTo, mark - lateOf(list));
	if (!raiseFloor(state, Math.max(state.floor ?? 0, mark - (list.lateMs ?? HOUR)))) {
		throw new PollError(`${list.label}'s list has more entries without a time than can be remembered, so new ones cannot be told from old ones`, { cause: 'configuration-invalid' });
	}
}

/** The service no longer knows where the last read stopped. */
function isRefusal(error: unknown): boolean {
	return error instanceof CursorRefused || (error instanceof ApiError && (error.facts.status === 400 || error.facts.status === 404 || error.facts.status === 410));
}
