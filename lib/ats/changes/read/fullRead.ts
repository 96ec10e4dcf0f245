import { clock } from '../../../clock';
import type { Difference } from '../compare/diff';
import { PollError } from '../../../poll/failures';
import type { Entry, CompactEntry } from '../memory/memory';
import { DAY, HOUR } from '../../../poll/limits';
import { LIMITS, type PollOptions } from '../options';
import type { SourceRow } from '../../source';
import { compareRows } from '../compare/rows';
import { newRead, readPages, sentAtVendor, type Outcome } from './pages';
import { askModels, hasTime, timed, type Run } from '../run';
import type { FullRead } from '../memory/state';
import { startOf } from './window';

/*
 * Reading everything, in slices that fit into polls:
 *   first    the first read: silent, but for what the first-run option asks to tell
 *   refresh  silent, after a change of what is read
 *   full     the full check: tells what the windows missed, and what is gone
 */

export function firstFullRead(): FullRead {
	return { ...newRead(), kind: 'first', dropUnseen: false };
}

/** Begins a pass when one is due. */
export function beginFullRead(run: Run, reads: readonly string[]): void {
	const { header, options, source, engine } = run;
	if (header.pass?.kind === 'first') return;
	if (reads.join('\n') !== header.reads.join('\n')) {
		// Restarted when the selection changes once more while it runs.
		const dropUnseen = jobsOf(reads) !== jobsOf(header.reads);
		if (header.pass?.kind !== 'refresh' || engine.fullReads === 0) header.pass = { ...newRead(), kind: 'refresh', dropUnseen };
		return;
	}
	if (source.marks && header.marks === null && clock.now() >= engine.fullNotBefore) {
		header.pass ??= { ...newRead(), kind: 'full', dropUnseen: false };
		return;
	}
	const due = options.fullCheckHours > 0 && clock.now() - (header.fullAt ?? 0) >= options.fullCheckHours * HOUR;
	if (header.pass === null && due && clock.now() >= engine.fullNotBefore) header.pass = { ...newRead(), kind: 'full', dropUnseen: false };
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
		page: async (cursor) => await source.readAll({ cursor }),
		compareOptions: (vendorNow) => ({
			foundBy: pass.kind === 'full' ? 'full' : 'window',
			silentBefore: pass.kind === 'full' ? null : pass.kind === 'refresh' ? pass.t0 : (header.createdFrom ?? -Infinity),
			fullRead: run.engine.fullReads,
			since: 0,
			vendorNow,
		}),
		begin(page) {
			run.engine.fullReads++;
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
	if (run.missedLag < Infinity) header.lag = Math.max(header.lag, run.missedLag);
	else header.lag = Math.floor(header.lag * 0.8);
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
		for (const entry of memory.full.values()) if (current(run, entry) && unseen(entry)) run.draft.drop(entry);
		for (const [key, entry] of memory.compact) if (unseen(entry)) run.draft.drop(key);
		return true;
	}
	const missing = [...memory.full.values()].filter((entry) => !entry.snapshot.deleted && unseen(entry) && current(run, entry) && !isElsewhere(run, entry));
	const compactMissing = [...memory.compact.values()].filter((entry) => !entry.deleted && unseen(entry)).length;
	return run.source.confirmGone ? await confirmMissing(run, missing, compactMissing) : missTwice(run, missing, compactMissing);
}

/** Known to live in a job that is not read. */
function isElsewhere({ options }: Run, { snapshot }: Entry): boolean {
	return options.jobIds.length > 0 && snapshot.jobId !== null && !options.jobIds.includes(snapshot.jobId);
}

/** Not replaced during this very poll. */
function current(run: Run, entry: Entry): boolean {
	return run.draft.find(entry.id) === entry;
}

function refuseMassVanish(run: Run, missing: number): void {
	const { memory } = run.state;
	let alive = 0;
	for (const { snapshot } of memory.full.values()) if (!snapshot.deleted) alive++;
	for (const { deleted } of memory.compact.values()) if (!deleted) alive++;
	if (missing < LIMITS.vanishedLeast || missing <= alive * LIMITS.vanishedShare) return;
	throw new MassVanish(
		`${missing} of ${alive} remembered applications are missing from ${run.source.label}'s answer all at once. Nothing was told as deleted: check the credential, the integration and the filters. The full check tries again in an hour`,
	);
}

/** The pass is worthless, but what the window told before it is not. */
export class MassVanish extends PollError {
	constructor(message: string) {
		super(message, { cause: 'configuration-invalid' });
		this.name = 'MassVanish';
	}
}

/**
 * The vendor is asked about each: what is found is compared like any other row. Only of what no trace is left may too much have vanished.
 * Compact ones, whose ids are not known, count as vanished in the same proportion.
 */
async function confirmMissing(run: Run, missing: readonly Entry[], compactMissing: number): Promise<boolean> {
	const { source, engine } = run;
	const gone = engine.gone.fullRead === engine.fullReads ? engine.gone : (engine.gone = { fullRead: engine.fullReads, rows: new Map() });
	const open = missing.filter(({ id }) => !gone.rows.has(id));
	for (let at = 0; at < open.length; at += LIMITS.confirmAtOnce) {
		if (!hasTime(run) || run.emission.isFull) return false;
		const chunk = open.slice(at, at + LIMITS.confirmAtOnce);
		const answer = (await timed(run, async () => await source.confirmGone?.(chunk.map(({ id, lookupKey }) => ({ id, lookupKey }))))) ?? new Map();
		const alive: SourceRow[] = [];
		for (const entry of chunk) {
			const row = answer.get(entry.id);
			if (row === null || row?.deleted) gone.rows.set(entry.id, row);
			else entry.seenIn = engine.fullReads;
			if (row && !row.deleted) alive.push(row);
		}
		if (!(await compareRows(run, alive, { foundBy: 'full', silentBefore: null, fullRead: engine.fullReads, since: 0, vendorNow: clock.now() }))) return false;
	}
	const left = missing.filter(({ id }) => gone.rows.has(id));
	const traceless = left.filter(({ id }) => gone.rows.get(id) === null).length;
	refuseMassVanish(run, traceless + (missing.length === 0 ? compactMissing : Math.round((compactMissing * traceless) / missing.length)));
	return left.every((entry) => tellGone(run, entry, gone.rows.get(entry.id)?.changedAt ?? null));
}

function missTwice(run: Run, missing: readonly Entry[], compactMissing: number): boolean {
	refuseMassVanish(run, missing.length + compactMissing);
	for (const entry of missing) {
		if (!entry.missed) {
			run.draft.set({ ...entry, missed: true, packedAt: -1, seenIn: run.engine.fullReads });
		} else if (!tellGone(run, entry, null)) return false;
	}
	return true;
}

function tellGone(run: Run, entry: Entry, at: number | null): boolean {
	const after = { ...entry.snapshot, deleted: true };
	const gone: Difference = {
		event: 'application.deleted',
		at: at === null ? null : new Date(at).toISOString(),
		changes: [{ path: 'deleted', from: false, to: true }],
	};
	const wanted = run.emission.wanted([gone], entry.snapshot, after);
	if (wanted.length > 0 && run.emission.isFull) return false;
	const step = entry.step + 1;
	run.emission.emit(wanted, { applicationId: entry.id, application: null, before: entry.snapshot, after, step, foundBy: 'full', previousKnown: true });
	run.draft.set({ ...entry, step, snapshot: after, missed: false, packedAt: -1, seenIn: run.engine.fullReads });
	return true;
}

/** Models are asked for in a process's first poll and with each pass over everything. */
export async function checkModels(run: Run): Promise<void> {
	if (!run.engine.modelsAsked || (run.header.pass !== null && run.header.pass.cursor === null)) await askModels(run);
}
