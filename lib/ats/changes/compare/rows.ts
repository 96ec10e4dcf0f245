import { clock } from '../../../clock';
import { isoOrNull, isPlausible, type Change } from '../../model';
import type { SourceRow } from '../../source';
import { complete } from './complete';
import { created, diff, hasEmptied, NOTHING_NEW } from './diff';
import type { Difference, Now, Step } from './diff';
import { onlyModels, type FoundBy } from './emission';
import { messageOf } from '../../../poll/failures';
import { rowHashContent, rowHashOf, isFull, compactContent, type Entry, type CompactEntry } from '../memory/memory';
import { DAY } from '../../../poll/limits';
import { LIMITS } from '../options';
import { askModels, hasTime, met, skip, knownModels, type Run } from '../run';
import { contentHash, knows, modelBits, modelsOf, NOTHING, restricted, roughSize, snapshotOf, knownParts, type Snapshot } from './snapshot';

/** How the rows of a read are to be taken. */
export interface CompareOptions {
	foundBy: FoundBy;
	/**
	 * A silent read: unknown applications made before this (ms) are remembered without a word, younger ones are told
	 * as created. Null: not a silent read; -Infinity: all unknown ones are told as created.
	 */
	silentBefore: number | null;
	/** Number of the pass over everything that is under way, 0 = none. */
	fullRead: number;
	/** Where the window begins; 0 in a full read. */
	since: number;
	/** Vendor's clock, ms, about now. */
	vendorNow: number;
}

/** Compares a page with memory, tells, remembers. False when it had to stop before the page's end (time or cap). */
export async function comparePage(run: Run, rows: readonly SourceRow[], compareOptions: CompareOptions): Promise<boolean> {
	const partial = rows.filter((row) => row.partial);
	const whole = partial.length === 0 ? rows : rows.filter((row) => !row.partial);
	const read = new Set<string>();
	return (await compareWhole(run, whole, compareOptions, read)) && (await comparePartial(run, partial, compareOptions, read));
}

/** `read`: takes the ids of which the details were read. */
async function compareWhole(run: Run, rows: readonly SourceRow[], compareOptions: CompareOptions, read: Set<string>): Promise<boolean> {
	if (!run.source.details?.compared) return await compareRows(run, rows, compareOptions, new Map());

	// Whatever equals the list row remembered needs no closer look.
	const rowHashes = new Map<string, number>();
	const moved = rows.filter((row) => {
		const rowHash = rowHashOf(contentHash(snapshotOf(row)), row.changedAt);
		rowHashes.set(row.id, rowHash);
		return !equalsRowHash(run, row, rowHash, compareOptions);
	});
	return await readDetails(run, moved, async (chunk, answers) => {
		const detailed = chunk.flatMap((row) => usable(run, row, answers.get(row.id), compareOptions));
		for (const { id } of detailed) read.add(id);
		return gained(run, await compareRows(run, detailed, compareOptions, rowHashes));
	});
}

/** Rows that only name an application: it is read, and then compared like any other. Not those whose details this page has led to already. */
async function comparePartial(run: Run, rows: readonly SourceRow[], compareOptions: CompareOptions, read: ReadonlySet<string>): Promise<boolean> {
	const { detailReads } = run.engine;
	const signOf = ({ id, partial }: SourceRow) => `${id}\0${partial?.sign ?? ''}`;
	const due = rows.filter((row) => !read.has(row.id) && (compareOptions.foundBy === 'full' || row.partial?.sign === '' || !isFresh(run, signOf(row))));
	const wanted = [...new Map(due.map((row) => [row.id, row])).values()];
	return await readDetails(run, wanted, async (chunk, answers) => {
		// Left out: none of those that are read.
		const detailed = chunk.flatMap((row) => (answers.has(row.id) ? usable(run, row, answers.get(row.id), compareOptions) : []));
		if (!gained(run, await compareRows(run, detailed, compareOptions, null, true))) return false;
		const settled = new Set([...detailed, ...chunk.filter(({ id }) => !answers.has(id))].map(({ id }) => id));
		for (const row of due) if (settled.has(row.id)) detailReads.set(signOf(row), clock.now());
		return true;
	});
}

/** An error after this ends the read, and what it has brought so far stays. */
function gained(run: Run, isDone: boolean): boolean {
	if (isDone) run.comparedPages = Math.max(run.comparedPages, 1);
	return isDone;
}

type Answers = ReadonlyMap<string, SourceRow | Error>;

/** Reads the details of rows, so many at a time. False: no time left, or `take` had to stop. */
async function readDetails(run: Run, rows: readonly SourceRow[], take: (chunk: readonly SourceRow[], answers: Answers) => Promise<boolean> | boolean): Promise<boolean> {
	const { details } = run.source;
	for (let at = 0; details && at < rows.length; at += details.atOnce) {
		if (!hasTime(run)) return false;
		const chunk = rows.slice(at, at + details.atOnce);
		const answers = await details.read(chunk.map((row) => ({ row, lookupKey: lookupKeyOf(run, row) })));
		if (!(await take(chunk, answers))) return false;
	}
	return true;
}

/** Read a short while ago, and shown again later. A mark shows each change only twice. */
function isFresh(run: Run, key: string): boolean {
	return !run.source.marks && clock.now() - (run.engine.detailReads.get(key) ?? -Infinity) < LIMITS.readDetailsAgainMs;
}

function equalsRowHash(run: Run, row: SourceRow, rowHash: number, compareOptions: CompareOptions): boolean {
	const entry = run.draft.find(row.id);
	if (!entry) return false;
	const same = isFull(entry) ? entry.rowHash === rowHash && !entry.missed : entry.hashesRow && entry.content === rowHashContent(rowHash);
	if (same) met(entry, row, compareOptions);
	return same && !wantsDetailRead(run, row, entry, compareOptions);
}

/**
 * An outline shows not all that is remembered of an application: that the window lists it can be the only sign of a change. And
 * details may show a change later than their list does. So it is looked at when it comes into the window, and again from time to time
 * while it is there.
 */
function wantsDetailRead(run: Run, row: SourceRow, entry: Entry | CompactEntry, { foundBy, silentBefore, since }: CompareOptions): boolean {
	if (foundBy !== 'window' || silentBefore !== null || !isFull(entry)) return false;
	// Without a date to ask for, the window always lists some.
	if (run.source.newestFirst && (row.changedAt ?? 0) < since) return false;
	return !isFresh(run, row.id);
}

function lookupKeyOf(run: Run, row: SourceRow): string | null {
	const entry = run.draft.find(row.id);
	return row.lookupKey ?? (entry && isFull(entry) ? entry.lookupKey : null);
}

/** What to compare of a row whose details were asked for: nothing when they failed. */
function usable(run: Run, row: SourceRow, answer: SourceRow | Error | undefined, compareOptions: CompareOptions): SourceRow[] {
	if (answer && !(answer instanceof Error)) {
		if (compareOptions.foundBy === 'window') run.engine.detailReads.set(row.id, clock.now());
		return [{ ...answer, lookupKey: answer.lookupKey ?? row.lookupKey ?? null }];
	}
	rowFailed(run, row.id, answer ? messageOf(answer) : 'its details are missing from the answer');
	return [];
}

/** The row stays as it was remembered. A few times that holds the mark back, then no longer: one row must not stall the rest. */
export function rowFailed(run: Run, id: string, reason: string): void {
	const tries = (run.engine.rowFailures.get(id) ?? 0) + 1;
	run.engine.rowFailures.set(id, tries);
	run.news++;
	if (tries < LIMITS.rowTries) run.withheld = true;
	skip(run, id, reason);
}

interface Finding extends Step {
	row: SourceRow;
	now: Now;
	before: Entry | CompactEntry | undefined;
	previousKnown: boolean;
}

/** Compares rows as they are. `rowHashes`: what to remember of their list rows; absent: what is remembered stays. */
export async function compareRows(run: Run, rows: readonly SourceRow[], compareOptions: CompareOptions, rowHashes: ReadonlyMap<string, number> | null = null, areComplete = false): Promise<boolean> {
	let findings = examineAll(run, rows, compareOptions);
	if (!run.modelsChecked && run.source.readModels && findings.some((finding) => suspicious(run, finding)) && (await askModels(run))) {
		findings = examineAll(run, rows, compareOptions);
	}
	const completed = areComplete ? new Map<string, SourceRow | null>() : await enrich(run, findings, compareOptions);
	if (completed === null) return false;
	let complete = true;
	const again = new Set<string>();
	for (const first of findings) {
		// A row may come twice in a page: the second time it is compared with what the first one left.
		const finding = again.has(first.row.id) ? examine(run, first.row, compareOptions) : first;
		again.add(first.row.id);
		const more = completed.get(finding.row.id);
		if (more === null) continue;
		if (!settle(run, finding, more, compareOptions, rowHashes ? (rowHashes.get(finding.row.id) ?? 0) : null)) complete = false;
	}
	return complete;
}

/** One row must not fill the memory for all: what is too large to be remembered counts as unreadable. */
function examineAll(run: Run, rows: readonly SourceRow[], compareOptions: CompareOptions): Finding[] {
	return rows.map((row) => examine(run, row, compareOptions)).filter(({ row, now, next }) => {
		if (next === null) return true;
		const size = row.id.length + (row.lookupKey?.length ?? 0) + roughSize(now.snapshot);
		if (size <= LIMITS.rowBytes) return true;
		skip(run, row.id, `about ${size.toLocaleString('en')} bytes would have to be remembered of it`);
		return false;
	});
}

function examine(run: Run, row: SourceRow, compareOptions: CompareOptions): Finding {
	const before = run.draft.find(row.id);
	const now = { row, snapshot: snapshotOf(row, knownModels(run)) };
	if (!before) return examineUnknown(run, row, now, compareOptions);
	if (neverEmitted(before) && !row.deleted) return { ...examineUnknown(run, row, now, compareOptions), before };
	const { differences, next, lagSeen } = neverEmitted(before) ? NOTHING_NEW : isFull(before) ? diff(before.snapshot, now) : examineCompact(run, before, now);
	return { row, now, before, differences, next, previousKnown: true, lagSeen };
}

/** New, or only new to us. */
function examineUnknown(run: Run, row: SourceRow, now: Now, { foundBy, silentBefore }: CompareOptions): Finding {
	const { header } = run;
	const finding: Finding = { row, now, before: undefined, differences: [], next: now.snapshot, previousKnown: true, lagSeen: false };
	// A date that no application can have is none.
	const createdAt = row.createdAt !== null && isPlausible(row.createdAt) ? row.createdAt : null;
	if (silentBefore !== null) {
		const isNew = silentBefore === -Infinity || (createdAt !== null && createdAt >= silentBefore);
		if (row.deleted) return isNew ? { ...finding, next: nothingOf(now.snapshot) } : finding;
		return isNew ? { ...finding, differences: created(now) } : finding;
	}
	if (row.deleted) return { ...finding, next: nothingOf(now.snapshot) };
	const from = header.createdFrom ?? -Infinity;
	if (from === -Infinity || (createdAt !== null && createdAt >= from - LIMITS.createdSlackMs)) return { ...finding, differences: created(now) };
	// The full check also meets rows that a page skipped in the first read: they did not change, they were only missed.
	if (foundBy === 'full' && (row.changedAt === null ? createdAt !== null : row.changedAt < header.watchStart)) return finding;
	if (createdAt === null) return { ...finding, previousKnown: false, differences: created(now) };
	return { ...finding, previousKnown: false, differences: [{ event: 'application.updated', at: isoOrNull(row.changedAt), changes: [] }] };
}

/** Deleted before anybody was told of it: remembered, but nothing of what it was. Its return is that of an unknown one. */
function nothingOf({ status, origin }: Snapshot): Snapshot {
	return { ...NOTHING, status, origin, deleted: true };
}

function neverEmitted(entry: Entry | CompactEntry): boolean {
	return isFull(entry) ? entry.snapshot.deleted && entry.snapshot.known === 0 : entry.deleted && entry.known === 0;
}

/** Of a compact entry only status, stage and a hash are left: enough to see whether anything else differs too. */
function examineCompact(run: Run, compact: CompactEntry, now: Now): Step {
	const { snapshot } = now;
	if (compact.deleted && snapshot.deleted) return NOTHING_NEW;
	const { known, deleted, status, stage } = run.state.memory.snapshotOf(compact);
	const remembered: Snapshot = { ...snapshot, known, deleted, status, stage: stage?.id === snapshot.stage?.id ? snapshot.stage : stage };
	const step = diff(remembered, now);
	const differences = [...step.differences];
	const next = step.next ?? remembered;
	const elsewhere = !snapshot.deleted && differsElsewhere(compact, remembered, snapshot);
	const learned = step.next !== null || (knownParts(snapshot) & ~compact.knownParts) !== 0;
	if (differences.length === 0 && !elsewhere) return learned && !compact.hashesRow ? { ...NOTHING_NEW, next } : NOTHING_NEW;
	const last = differences.at(-1);
	if (last && !snapshot.deleted) {
		const rejection = (compact.status === 'REJECTED') !== (snapshot.status === 'REJECTED') && knows(compact.known, 'rejection');
		const outcome = differences.find(({ changes: [change] }) => change?.path === 'info.status');
		if (rejection) outcome?.changes.push({ path: 'rejection', to: now.row.application.rejection });
		if (elsewhere) last.changes.push({ path: '*' });
	} else if (elsewhere) differences.push({ event: 'application.updated', at: isoOrNull(now.row.changedAt), changes: [{ path: '*' }] });
	return { differences, next, lagSeen: false };
}

function differsElsewhere(compact: CompactEntry, remembered: Snapshot, now: Snapshot): boolean {
	// Only its list row is remembered: whether status and stage are all that differs is not known, so the rest is told along.
	if (compact.hashesRow) return true;
	// All that was told is in the hash: where some of it is not told now, nothing can be said.
	if ((now.known & compact.known) !== compact.known || (knows(compact.known, 'info') && (knownParts(now) & compact.knownParts) !== compact.knownParts)) return false;
	// With the status comes a rejection, or it goes: that it was none is worth a try.
	return ![remembered, { ...remembered, rejection: null }].some((was) => compactContent(contentHash(restricted(was, compact.known, compact.knownParts))) === compact.content);
}

/** A model that emptied may have been switched off; one that was switched off and shows something may be on again. */
function suspicious(run: Run, { before, now, row }: Finding): boolean {
	if (before && isFull(before) && !now.snapshot.deleted && hasEmptied(before.snapshot, now.snapshot)) return true;
	return run.header.knownModels !== null && (modelBits(row.known) & ~run.header.knownModels) !== 0 && showsMore(row, run.header.knownModels);
}

function showsMore({ application, known }: SourceRow, knownModels: number): boolean {
	return [...known].some((model) => {
		const value = application[model];
		return !knows(knownModels, model) && (Array.isArray(value) ? value.length > 0 : value !== null);
	});
}

/** Completes what will be told, where the provider reads such details; null for a row of which they failed. Null: no time left. */
async function enrich(run: Run, findings: readonly Finding[], compareOptions: CompareOptions): Promise<Map<string, SourceRow | null> | null> {
	const rows = new Map<string, SourceRow | null>();
	if (run.source.details?.compared !== false) return rows;
	const wanted: SourceRow[] = [];
	let room = run.options.cap - run.emission.count;
	for (const finding of findings) {
		const events = wantedOf(run, finding).length;
		if (events === 0) continue;
		if (room <= 0) break;
		room -= events;
		wanted.push(finding.row);
	}
	const isDone = await readDetails(run, wanted, (chunk, answers) => {
		for (const row of chunk) {
			const [more] = usable(run, row, answers.get(row.id), compareOptions);
			rows.set(row.id, more ? { ...row, application: complete(row.application, more.application) } : null);
		}
		return true;
	});
	return isDone ? rows : null;
}

function wantedOf(run: Run, { differences, before, now, next }: Finding): Difference[] {
	if (differences.length === 0) return [];
	const was = before && (isFull(before) ? before.snapshot : { ...now.snapshot, stage: run.state.memory.stageValue(before.stage) });
	return run.emission.wanted(differences, was ?? null, next ?? now.snapshot);
}

/** Tells and remembers one row; `listed`: the hash of its list row, null: what is remembered stays. False: no room to tell it; it stays as it was and comes again. */
function settle(run: Run, finding: Finding, completed: SourceRow | undefined, compareOptions: CompareOptions, listed: number | null): boolean {
	const { row, before, next, differences } = finding;
	const wanted = wantedOf(run, finding);
	if (before) met(before, row, compareOptions);
	run.engine.rowFailures.delete(row.id);
	if (wanted.length > 0 && run.emission.isFull) {
		run.withheld = true;
		run.news++;
		run.engine.detailReads.delete(row.id);
		return false;
	}
	const name = row.application.currentStage;
	if (name?.id && row.known.has('currentStage')) run.state.memory.stages.set(name.id, name);

	const full = before && isFull(before) ? before : undefined;
	const rowHash = listed ?? full?.rowHash ?? 0;
	const lookupKey = row.lookupKey ?? full?.lookupKey ?? null;
	const unchanged = next === null && (!full || (full.rowHash === rowHash && full.lookupKey === lookupKey && !full.missed));
	if (unchanged) return true;
	run.news++;
	const snapshot = next ?? full?.snapshot;
	if (!snapshot) return true;
	const step = (full?.step ?? (before ? run.header.stepFloor : 0)) + (differences.length > 0 ? 1 : 0);
	if (wanted.length > 0) {
		run.emission.emit(completed ? withDetails(finding, completed, wanted) : wanted, {
			applicationId: row.id,
			// A model that the account does not tell leaves as null, whatever stands in its place in the row.
			application: onlyModels((completed ?? row).application, modelsOf(knownModels(run))),
			before: full?.snapshot ?? null, after: snapshot, step, foundBy: compareOptions.foundBy, previousKnown: finding.previousKnown,
		});
	} else if (compareOptions.silentBefore === null) run.draft.silentChanges++;
	measureLag(run, finding, compareOptions);
	run.draft.set(row.id, { id: row.id, step, snapshot, rowHash, lookupKey, missed: false, seenIn: compareOptions.fullRead, begin: 0, size: 0 });
	return true;
}

/** The same differences, with `to` from the completed record. */
function withDetails({ before, now }: Finding, completed: SourceRow, wanted: readonly Difference[]): readonly Difference[] {
	if ((before && !isFull(before)) || !wanted.some(({ changes }) => changes.some(isOfPart))) return wanted;
	const complete = { snapshot: now.snapshot, row: completed };
	const all = before && isFull(before) && !neverEmitted(before) ? diff(before.snapshot, complete).differences : created(complete);
	const events = new Set(wanted.map(({ event }) => event));
	return all.filter(({ event }) => events.has(event));
}

/** Of something that list rows only outline. */
function isOfPart({ path }: Change): boolean {
	return /^(interviews|offers|attachments)/.test(path);
}

/** How late the vendor shows changes: decides how much is read again. */
function measureLag(run: Run, { lagSeen, row }: Finding, { foundBy, vendorNow }: CompareOptions): void {
	const { header } = run;
	if (!lagSeen || row.changedAt === null || header.lastRead === null || header.highWater === null) return;
	if (foundBy === 'window') header.lag = Math.min(DAY, Math.max(header.lag, header.lastRead - row.changedAt));
	// No window showed it: the lag is more than the overlap, and at most the age of the youngest such change.
	else if (row.changedAt < header.highWater && row.changedAt > vendorNow - DAY) run.missedLag = Math.min(run.missedLag, vendorNow - row.changedAt);
}
