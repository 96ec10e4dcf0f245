import type { Application, EventName, ModelKey } from './model';

/* How a provider's changes are read: one page per call, no loops, no state, no diff. The engine in `lib/ats/changes` does the rest. */

export type Source = ChangeSource | FeedSource;

interface SourceBase {
	/** Word in output: `kombo`. */
	readonly provider: string;
	/** As users call it, opens our sentences. */
	readonly label: string;
	/** What makes this another set of applications: host and integration or company id. Never the credential's id or key. */
	readonly scope: readonly string[];
	/** One cheap request at activation that proves access (and whatever the reading relies on). Throws a sentence for the user. */
	probe(): Promise<void>;
}

/** A provider whose applications are read again and again and compared. */
export interface ChangeSource extends SourceBase {
	readonly kind: 'applications';
	/** Events that it can tell. */
	readonly events: readonly EventName[];
	/** The least to read again before the mark, in ms (default 15 min). The engine takes more when it measures more lag. */
	readonly minOverlapMs?: number;
	/** Pages no longer valid when stored this long, in ms (default 10 min). */
	readonly cursorLifeMs?: number;

	/**
	 * One page of the applications changed at or after `since` (ms), deleted ones included where the vendor can.
	 * `cursor` null = first page. Re-send all filters with the cursor where the vendor wants that.
	 */
	readWindow(request: { since: number; cursor: string | null }): Promise<SourcePage>;

	/** One page of all applications, deleted ones included where the vendor can. */
	readAll(request: { cursor: string | null }): Promise<SourcePage>;

	/**
	 * More about rows than a list gives. `compared: true`: list rows are only a gate (compared with list rows), and what
	 * this gives is what is told and compared. `compared: false`: it only completes what is told.
	 * An Error in place of a row: this one failed, the others go on. Throw only when all are in vain (429, down).
	 */
	readonly details?: {
		readonly compared: boolean;
		/** Rows a call can take. */
		readonly atOnce: number;
		read(rows: ReadonlyArray<{ row: SourceRow; lookupKey: string | null }>): Promise<ReadonlyMap<string, SourceRow | Error>>;
	};

	/**
	 * Models that this account really tells now (a switched-off scope answers `[]` everywhere). Asked in a process's first poll,
	 * with each full check, and before a vanished model is told. Absent: all that the rows name.
	 */
	readModels?(): Promise<ReadonlySet<ModelKey>>;

	/**
	 * Which of these really are gone: the answer holds a deleted row, or `null` for "no trace of it". Ids left out of
	 * the answer live. Absent: gone means missing from two complete passes.
	 */
	confirmGone?(missing: ReadonlyArray<{ id: string; lookupKey: string | null }>): Promise<ReadonlyMap<string, SourceRow | null>>;

	/** A few recent applications for "Test". Default: the newest of the first pages of a window of 30 days. */
	readExamples?(count: number): Promise<readonly SourceRow[]>;
}

export interface SourcePage {
	rows: readonly SourceRow[];
	/** Null, undefined or empty: this was the last. An empty page may have a next one. */
	next?: string | null;
	/** The answer's `Date` header in ms, null when it had none; and how long the answer took. Of the page's first request. */
	date: number | null;
	tookMs: number;
	/** Records of this page that could not be read: skipped, counted, logged. */
	unreadable?: ReadonlyArray<{ id: string | null; reason: string }>;
}

export interface SourceRow {
	/** Id of the application; never empty. */
	id: string;
	application: Application;
	/** Models that this row tells. The others keep what is remembered, whatever `application` holds. */
	known: ReadonlySet<ModelKey>;
	deleted: boolean;
	/** Vendor's times, ms; null where it has none. Never compared. `createdAt` decides what is new. */
	createdAt: number | null;
	changedAt: number | null;
	/** Something small (at most 40 bytes) that later calls need, such as the candidate's id. Remembered. */
	lookupKey?: string | null;
}

/** The vendor no longer takes this cursor: the engine begins again at the first page. */
export class CursorRefused extends Error {
	constructor(message = 'The service no longer knows where the last read stopped') {
		super(message);
		this.name = 'CursorRefused';
	}
}

// --------------------------------------------------------------------------------------------------------- the feed

/** A provider that keeps a feed of activities itself (told as `activity.recorded`, and nothing else). */
export interface FeedSource extends SourceBase {
	readonly kind: 'feed';
	readPage(request: { cursor: string | null }): Promise<FeedPage>;
}

export interface FeedPage {
	entries: readonly FeedEntry[];
	next?: string | null;
	date: number | null;
	tookMs: number;
	unreadable?: ReadonlyArray<{ id: string | null; reason: string }>;
}

export interface FeedEntry {
	/** Null: the feed gives none; then content and ordinal stand for it. */
	id: string | null;
	/** ms, null where the entry has none. */
	at: number | null;
	applicationId: string | null;
	/** What is put out as `activity`. */
	activity: Record<string, unknown>;
}
