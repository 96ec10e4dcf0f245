import { clock } from '../../../clock';
import { PollError, rethrow } from '../../../errors';
import { CursorRefused, MarkRefused, type SourcePage } from '../../source';
import { comparePage, rowFailed, type CompareOptions } from '../compare/rows';
import { messageOf } from '../../../poll/failures';
import { POLL_LIMITS, storable } from '../../../poll/limits';
import { hasTime, skip, timed, type Run } from '../run';
import type { StoredRead } from '../memory/state';

/** What came of a read over pages. `stopped`: the rest comes with the next poll (time, cap, or an error after some pages). */
export type Outcome = { end: 'complete'; mark: string | null } | { end: 'stopped'; error?: unknown };

/** One read over pages, begun or gone on with. `read` is kept up to date, so that it can be stored at any moment. */
export interface Reading {
	read: StoredRead;
	page(cursor: string | null): Promise<SourcePage>;
	compareOptions(vendorNow: number): CompareOptions;
	/** Whether what follows this page is known already. `news`: rows of it that differed from memory. */
	endsEarly?(news: number): boolean;
	/** Looks at the first page's time; false: this page is of no use, read the first page again. */
	begin(page: SourcePage): boolean;
}

export function newRead(): StoredRead {
	return { cursor: null, t0: 0, storedAt: 0, pages: 0, restarts: 0, depth: 0, known: 0 };
}

/** The rest follows later, while rows that were read go on moving. */
export function interrupted<Read extends StoredRead>(read: Read): Read {
	return Object.assign(read, { depth: Math.max(read.depth, read.pages), known: 0, storedAt: clock.now() });
}

/** Vendor's clock when this answer's request left; null when it gave no Date. */
export function sentAtVendor({ date, tookMs }: SourcePage): number | null {
	return date === null ? null : date - tookMs;
}

/** A list that does not come to its end: said aloud, then begun anew. */
export class EndlessList extends PollError {}

const TEMPORARY = { cause: 'temporarily-unavailable' } as const;

/** Reads until the end, or as far as time and room allow. Throws when nothing at all was gained. */
export async function readPages(run: Run, reading: Reading): Promise<Outcome> {
	const { read } = reading;
	const comparedBefore = run.comparedPages;
	const seen = new Set<string>();
	const stop = (error?: unknown): Outcome => {
		if (error !== undefined && run.comparedPages === comparedBefore) throw error;
		interrupted(read);
		if (error !== undefined) run.host.log.warn(`${messageOf(error)}. What was read so far is kept; the next poll goes on there`, { pages: read.pages });
		return { end: 'stopped', error };
	};
	if (read.cursor !== null && clock.now() - read.storedAt > POLL_LIMITS.cursorLifeMs) {
		const endless = beginAgain(run, read);
		if (endless) throw endless;
	}
	for (;;) {
		if (!hasTime(run) && run.comparedPages > comparedBefore) return stop();
		let page: SourcePage;
		const newsBefore = run.news;
		try {
			page = await onePage(run, reading);
			if (!isSettled(run, page) && !(await lookAt(run, reading, page))) return stop();
		} catch (error) {
			if (error instanceof MarkRefused) return rethrow(error);
			if (!(error instanceof CursorRefused) || read.cursor === null) return stop(error);
			const endless = beginAgain(run, read);
			if (endless) return stop(endless);
			continue;
		}
		run.comparedPages++;
		read.pages++;
		const next = page.next ?? '';
		if (next === '' || (reading.endsEarly && page.rows.length > 0 && reading.endsEarly(run.news - newsBefore))) return { end: 'complete', mark: storable(run.source.label, page.mark ?? null, 'mark') };
		if (seen.has(next) || next === read.cursor) {
			return stop(beginAgain(run, read) ?? new EndlessList(`${run.source.label} gave the same page twice: its list would never end`, TEMPORARY));
		}
		seen.add(next);
		read.cursor = storable(run.source.label, next, 'cursor');
		read.storedAt = clock.now();
	}
}

async function onePage(run: Run, reading: Reading): Promise<SourcePage> {
	const ask = async () => await timed(run, async () => await reading.page(reading.read.cursor));
	let page = await ask();
	if (reading.read.cursor === null && !reading.begin(page)) page = await ask();
	return page;
}

const SETTLED_BYTES = 64 * 1024;

/** Nothing in it can be news. A read of everything has to meet each row. */
function isSettled({ engine: { settled }, header }: Run, { bytes }: SourcePage): boolean {
	return settled !== null && bytes !== undefined && header.pass === null && settled.knownModels === header.knownModels && settled.bytes.equals(bytes);
}

async function lookAt(run: Run, { read, compareOptions }: Reading, page: SourcePage): Promise<boolean> {
	const { engine, header, news } = run;
	const { bytes, rows, unreadable = [] } = page;
	for (const { id, reason, isTemporary } of unreadable) {
		if (id !== null && isTemporary) rowFailed(run, id, reason);
		else skip(run, id, reason);
	}
	const isDone = await comparePage(run, rows, compareOptions(page.date ?? read.t0));
	const mayCome = bytes !== undefined && bytes.length <= SETTLED_BYTES && read.cursor === null && header.pass === null;
	if (mayCome && isDone && run.news === news && run.skipped.length === 0) engine.settled = { bytes, knownModels: header.knownModels };
	return isDone;
}

/** From the first page once more. An error when that happens too often: such a list must be heard of. */
function beginAgain(run: Run, read: StoredRead): EndlessList | null {
	interrupted(read);
	read.cursor = null;
	read.pages = 0;
	read.restarts++;
	return read.restarts < 2 ? null : new EndlessList(
		`${run.source.label}'s list could not be read to its end: twice it had to be begun anew. Narrow the trigger to some jobs, or let it poll more often`,
		TEMPORARY,
	);
}
