import { clock } from '../../../clock';
import type { Difference } from '../compare/diff';
import { PollError } from '../../../errors';
import { isFull, type CompactEntry, type Entry } from '../memory/memory';
import { idHash } from '../../../poll/state/hash';
import { DAY, HOUR } from '../../../poll/limits';
import { LIMITS, type PollOptions } from '../options';
import { isoOrNull } from '../../model';
import type { SourceRow } from '../../source';
import { compareRows } from '../compare/rows';
import { newRead, readPages, sentAtVendor, type Outcome } from './pages';
import { askModels, hasTime, timed, type Run } from '../run';
import type { FullRead } from '../memory/state';
import { startOf } from './window';

/*
 * Reading everything, in slices that fit into polls:
 *   first    the first read: silent, but for what the first-run option asks to emit
 *   refresh  silent, after a change of what is read
 *   full     the full check: emits what the windows missed, and what is gone
 */

export function newFullRead(kind: FullRead['kind'], dropUnseen = false): FullRead {
	return { ...newRead(), kind, dropUnseen };
}

/** Begins a pass when one is due. */
export function beginFullRead(run: Run, reads: readonly string[]): void {
	const { header, options, source, engine } = run;
	if (header.pass?.kind === 'first') return;
	if (reads.join('\n') !== header.reads.join('\n')) {
		// Restarted when the selection changes once more while it runs.
		const dropUnseen = jobsOf(reads) !== jobsOf(header.reads);
		if (header.pass?.kind !== 'refresh' || engine.fullReads === 0) header.pass = newFullRead('refresh', dropUnseen);
		return;
	}
	const isDue = options.fullCheckHours > 0 && clock.now() - (header.fullAt ?? 0) >= options.fullCheckHours * HOUR;
	const hasNoMark = source.marks && header.marks === null;
	if ((isDue || hasNoMark) && clock.now() >= engine.fullNotBefore) header.pass ??= newFullRead('full');
}

function jobsOf(reads: readonly string[]): string {
	return reads.filter((token) => token.startsWith('job ')).join('\n');
}

/** Goes on with the pass that is under way. */
export async function readFull(run: Run, reads: readonly string[]): Promise<Outcome> {
	const { header, source } = run;
	if (!header.pass) return { end: 'complete', mark: null };
	const pass = { ...header.pass };
	header.pass = pass;
	const outcome = await readPages(run, {
		read: pass,
		page: async (cursor) => await source.readAll({ cursor, first: pass.kind === 'first' }),
		compareOptions: (vendorNow) => ({
			foundBy: pass.kind === 'full' ? 'full' : 'window',
			silentBefore: pass.kind === 'full' ? null : pass.kind === 'refresh' ? pass.t0 : (header.createdFrom ?? -Infinity),
			fullRead: run.engine.fullReads,
			since: 0,
			vendorNow,
		}),
		begin(page) {
			run.engine.fullReads++;
			run.engine.gone.clear();
			pass.t0 = startOf(page);
			if (pass.kind === 'first' && header.watchStart === 0) {
				header.watchStart = sentAtVendor(page) ?? pass.t0;
				header.createdFrom = header.rebuilt ? header.watchStart : createdFrom(header.watchStart, run.options);
			}
			return true;
		},
	});
	if (outcome.end === 'stopped') return outcome;
	// A mark vouches for what came before it only where no other is followed.
	if (outcome.mark !== null) header.marks ??= { last: outcome.mark, before: outcome.mark };
	else if (source.marks && header.marks === null) run.host.log.warn(`${source.label} gave no mark with its last page: everything is read with each poll`);
	if (pass.kind === 'first') {
		header.highWater = pass.t0;
		header.lastRead = pass.t0;
	} else if (!(await settleMissing(run, pass))) return { end: 'stopped' };
	header.pass = null;
	header.reads = [...reads];
	header.fullAt = clock.now();
	header.lag = run.missedLag < Infinity ? Math.max(header.lag, run.missedLag) : Math.floor(header.lag * 0.8);
	run.mustCommit = true;
	return outcome;
}

function createdFrom(watchStart: number, { firstRun }: PollOptions): number | null {
	if (firstRun.mode === 'everything') return null;
	return firstRun.mode === 'lookBack' ? watchStart - firstRun.days * DAY : watchStart;
}

/** What the complete pass did not show. False: not finished (time or cap), the next poll goes on. */
async function settleMissing(run: Run, pass: FullRead): Promise<boolean> {
	const { memory } = run.state;
	const unseen = (entry: Entry | CompactEntry) => entry.seenIn !== run.engine.fullReads;
	if (pass.kind === 'refresh') {
		if (!pass.dropUnseen) return true;
		// No longer asked for: not gone, only not ours any more.
		for (const entry of memory.full.values()) if (current(run, entry.id, entry) && unseen(entry)) run.draft.set(entry.id, null);
		for (const [key, entry] of memory.compact) if (unseen(entry)) run.draft.setCompact(key, null);
		return true;
	}
	const { jobIds } = run.options;
	const missing: Missing[] = [];
	for (const entry of memory.full.values()) {
		const { deleted, jobId } = entry.snapshot;
		const isElsewhere = jobIds.length > 0 && jobId !== null && !jobIds.includes(jobId);
		if (!deleted && !isElsewhere && unseen(entry) && current(run, entry.id, entry)) missing.push({ id: entry.id, lookupKey: entry.lookupKey, entry });
	}
	const nameless: number[] = [];
	for (const [key, entry] of memory.compact) {
		if (entry.deleted || !unseen(entry)) continue;
		if (!entry.askedAs) nameless.push(key);
		else if (current(run, entry.askedAs.id, entry)) missing.push({ ...entry.askedAs, entry });
	}
	const isDone = run.source.confirmGone ? await confirmMissing(run, missing, nameless.length) : missTwice(run, missing, nameless.length);
	if (isDone) forgetNameless(run, nameless);
	return isDone;
}

/** Remembered, and not met in a complete full read. */
interface Missing {
	id: string;
	lookupKey: string | null;
	entry: Entry | CompactEntry;
}

/** Compact since before a restart, so that nobody can say which ones they are: twice missed, they are forgotten. */
function forgetNameless({ state, draft, host, source }: Run, keys: readonly number[]): void {
	const missed = keys.filter((key) => state.memory.compact.get(key)?.missed);
	if (missed.length > 0) host.log.warn(`${missed.length} applications of ${source.label} are gone. Which ones is not known: there was no room to remember them`);
	for (const key of missed) draft.setCompact(key, null);
	for (const key of keys) Object.assign(state.memory.compact.get(key) ?? {}, { missed: true });
}

/** Not replaced during this very poll. */
function current(run: Run, id: string, entry: Entry | CompactEntry): boolean {
	return run.draft.find(id) === entry;
}

function refuseMassVanish(run: Run, missing: number): void {
	const { memory } = run.state;
	let alive = 0;
	for (const { snapshot } of memory.full.values()) if (!snapshot.deleted) alive++;
	for (const { deleted } of memory.compact.values()) if (!deleted) alive++;
	if (missing < LIMITS.vanishedLeast || missing <= alive * LIMITS.vanishedShare) return;
	throw new MassVanish(
		`${missing} of ${alive} remembered applications are missing from ${run.source.label}'s answer all at once. Nothing was emitted as deleted: check the credential, the integration and the filters. The full check tries again in an hour`,
		{ cause: 'configuration-invalid' },
	);
}

/** The pass is worthless, but what the window emitted before it is not. */
export class MassVanish extends PollError {}

/**
 * The vendor is asked about each: what is found is compared like any other row. Only of what no trace is left may too much have vanished.
 * Those whose ids are not known count as vanished in the same proportion.
 */
async function confirmMissing(run: Run, missing: readonly Missing[], nameless: number): Promise<boolean> {
	const { source, engine, engine: { gone } } = run;
	const open = missing.filter(({ id }) => !gone.has(id));
	for (let at = 0; at < open.length; at += LIMITS.confirmAtOnce) {
		if (!hasTime(run) || run.emission.isFull) return false;
		const chunk = open.slice(at, at + LIMITS.confirmAtOnce);
		const answer = (await timed(run, async () => await source.confirmGone?.(chunk.map(({ id, lookupKey }) => ({ id, lookupKey }))))) ?? new Map();
		const alive: SourceRow[] = [];
		for (const { id, entry } of chunk) {
			const row = answer.get(id);
			if (row === null || row?.deleted) gone.set(id, row);
			else entry.seenIn = engine.fullReads;
			if (row && !row.deleted) alive.push(row);
		}
		if (!(await compareRows(run, alive, { foundBy: 'full', silentBefore: null, fullRead: engine.fullReads, since: 0, vendorNow: clock.now() }))) return false;
	}
	const left = missing.filter(({ id }) => gone.has(id));
	const traceless = left.filter(({ id }) => gone.get(id) === null).length;
	refuseMassVanish(run, traceless + (missing.length === 0 ? nameless : Math.round((nameless * traceless) / missing.length)));
	return left.every((one) => emitGone(run, one, gone.get(one.id)?.changedAt ?? null));
}

function missTwice(run: Run, missing: readonly Missing[], nameless: number): boolean {
	refuseMassVanish(run, missing.length + nameless);
	for (const one of missing) {
		const { entry } = one;
		if (entry.missed) {
			if (!emitGone(run, one, null)) return false;
		} else if (isFull(entry)) run.draft.set(entry.id, { ...entry, missed: true, seenIn: run.engine.fullReads });
		else Object.assign(entry, { missed: true, seenIn: run.engine.fullReads });
	}
	return true;
}

function emitGone({ emission, engine, draft, header, state: { memory } }: Run, { id, entry }: Missing, at: number | null): boolean {
	const before = memory.snapshotOf(entry);
	const after = { ...before, deleted: true };
	const gone: Difference = {
		event: 'application.deleted',
		at: isoOrNull(at),
		changes: [{ path: 'deleted', from: false, to: true }],
	};
	const wanted = emission.wanted([gone], before, after);
	if (wanted.length > 0 && emission.isFull) return false;
	const step = (isFull(entry) ? entry.step : header.stepFloor) + 1;
	emission.emit(wanted, { applicationId: id, application: null, before, after, step, foundBy: 'full', previousKnown: true });
	const settled = { missed: false, seenIn: engine.fullReads };
	if (isFull(entry)) draft.set(entry.id, { ...entry, ...settled, step, snapshot: after });
	else draft.setCompact(idHash(id), { ...entry, ...settled, deleted: true });
	return true;
}

/** Models are asked for in a process's first poll and with each pass over everything. */
export async function checkModels(run: Run): Promise<void> {
	if (!run.engine.modelsAsked || (run.header.pass !== null && run.header.pass.cursor === null)) await askModels(run);
}
