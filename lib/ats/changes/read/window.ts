import { clock } from '../../../clock';
import type { SourcePage } from '../../source';
import { LIMITS } from '../options';
import { newRead, readPages, sentAtVendor, type Outcome } from './pages';
import type { Run } from '../run';

/**
 * Reads everything changed since a while before the mark, and compares it with memory. The mark then moves to the
 * vendor's time at the start of the read, never to a record's own stamp: nested changes come with old stamps.
 */
export async function readWindow(run: Run): Promise<Outcome> {
	const { header, source } = run;
	const mark = header.highWater ?? 0;
	const stored = header.window;
	const read = {
		...(stored ?? newRead()),
		since: header.again?.since ?? stored?.since ?? mark - overlapOf(run),
	};
	header.window = read;
	for (const [id, at] of run.processState.detailReads) if (clock.now() - at >= LIMITS.readDetailsAgainMs) run.processState.detailReads.delete(id);
	const outcome = await readPages(run, {
		read,
		page: async (cursor) => await source.readWindow({ since: read.since, cursor }),
		compareOptions: (vendorNow) => ({
			foundBy: 'window',
			// While everything is read silently, what is only new to us is no news here either.
			silentBefore: header.pass?.kind === 'refresh' ? header.pass.t0 : null,
			fullRead: header.pass ? run.processState.fullReads : 0,
			vendorNow,
		}),
		begin(page) {
			read.t0 = startOf(page);
			const earlier = read.t0 - overlapOf(run);
			// The vendor's clock went back: what it stamps now would lie before the window.
			if (read.t0 >= mark - LIMITS.dateGrainMs || earlier >= read.since) return true;
			read.since = earlier;
			return false;
		},
	});
	if (outcome.end === 'complete' && !run.withheld) endWindow(run, read);
	// Withheld rows are read again from the first page: what was told compares equal.
	else if (outcome.end === 'complete') header.window = null;
	return outcome;
}

function endWindow(run: Run, read: { since: number; t0: number; pages: number }): void {
	const { header } = run;
	header.window = null;
	header.lastRead = read.t0;
	if (header.again) {
		header.highWater = header.again.t0;
		header.again = null;
	} else if (read.pages > 1) {
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
	return vendor === null ? begun - LIMITS.unknownClockMs : Math.min(vendor, begun);
}
