import { clock } from '../../../clock';
import type { SourcePage } from '../../source';
import { POLL_LIMITS } from '../../../poll/limits';
import { LIMITS } from '../options';
import { interrupted, newRead, readPages, sentAtVendor, type Outcome } from './pages';
import type { Run } from '../run';
import type { WindowRead } from '../memory/state';

/**
 * Reads everything changed since a while before the mark, and compares it with memory. The mark then moves to the
 * vendor's time at the start of the read, never to a record's own stamp: nested changes come with old stamps.
 */
export async function readWindow(run: Run): Promise<Outcome> {
	const { header, source } = run;
	const highWater = header.highWater ?? 0;
	const mark = header.marks?.before ?? null;
	const stored = header.window;
	const read = {
		...(stored ?? newRead()),
		since: header.again?.since ?? stored?.since ?? highWater - overlapOf(run),
	};
	header.window = read;
	for (const [id, at] of run.engine.detailReads) if (clock.now() - at >= LIMITS.readDetailsAgainMs) run.engine.detailReads.delete(id);
	const outcome = await readPages(run, {
		read,
		page: async (cursor) => await source.readWindow({ since: read.since, cursor, mark }),
		compareOptions: (vendorNow) => ({
			foundBy: 'window',
			// While everything is read silently, what is only new to us is no news here either.
			silentBefore: header.pass?.kind === 'refresh' ? header.pass.t0 : null,
			fullRead: header.pass ? run.engine.fullReads : 0,
			since: read.since,
			vendorNow,
		}),
		...(source.newestFirst ? { endsEarly: (news) => news === 0 && ++read.known > read.depth } : {}),
		begin(page) {
			read.t0 = startOf(page);
			const earlier = read.t0 - overlapOf(run);
			// The vendor's clock went back: what it stamps now would lie before the window.
			if (read.t0 >= highWater - LIMITS.dateGrainMs || earlier >= read.since) return true;
			read.since = earlier;
			return false;
		},
	});
	if (outcome.end === 'complete' && !run.withheld) endWindow(run, read, outcome.mark);
	// Withheld rows are read again from the first page: what was emitted compares equal.
	else if (outcome.end === 'complete') header.window = source.newestFirst ? { ...interrupted(read), cursor: null, pages: 0 } : null;
	return outcome;
}

function endWindow(run: Run, read: WindowRead, mark: string | null): void {
	const { header, source } = run;
	header.window = null;
	header.lastRead = read.t0;
	if (header.again) {
		header.highWater = header.again.t0;
		header.again = null;
	} else if (source.marks) {
		header.highWater = read.t0;
		if (mark !== null) header.marks = { last: mark, before: header.marks?.last ?? mark };
	} else if (read.pages > 1 && !source.newestFirst) {
		// Pages counted by offset skip rows while others write: the same window is read once more before the mark moves.
		header.again = { since: read.since, t0: read.t0 };
	} else header.highWater = read.t0;
}

/** How much before the mark is read again, in ms. */
export function overlapOf({ header, options, source }: Run): number {
	const least = Math.max(LIMITS.minOverlapMs, options.overlapMinutes * 60_000, source.minOverlapMs ?? 0);
	return Math.max(least, Math.min(LIMITS.maxOverlapMs, 2 * header.lag));
}

/** The vendor's clock at the start of the read, but never ahead of ours: a wrong Date in the future would hide what comes. */
export function startOf(page: SourcePage): number {
	const begun = clock.now() - page.tookMs;
	const vendor = sentAtVendor(page);
	return vendor === null ? begun - POLL_LIMITS.unknownClockMs : Math.min(vendor, begun);
}
