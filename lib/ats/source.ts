import type { Application, EventName, ModelKey } from './model';

export { CursorRefused } from '../errors';

/* How a provider's changes are read: one page per call, no loops, no state, no diff. The engine in `lib/ats/changes` does the rest. */

export type Source = ChangeSource | FeedSource;

/** The provider's source, made for one poll: nothing is begun or awaited beyond the deadline (our clock, ms). */
export type OpenSource = (limits: { deadline: number }) => Source | Promise<Source>;

interface SourceBase {
	/** Word in output and in ids of events. */
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
	/** Events that it can emit. */
	readonly events: readonly EventName[];
	/** The least to read again before the high-water mark, in ms (default 15 min). The engine takes more when it measures more lag. */
	readonly minOverlapMs?: number;
	/**
	 * The vendor takes no changed-since date, but hands back an opaque mark with the last page of a list (`SourcePage.mark`).
	 * Then a window is only read with a mark; where there is none (the first read gave none, or it was refused), everything is
	 * read, and what differs is emitted.
	 */
	readonly marks?: boolean;
	/**
	 * The vendor takes no changed-since date and gives no mark, but sorts by time of change. `readWindow` lists everything,
	 * the latest change first, and ignores `since`. The engine ends the window after the first page in which nothing differs
	 * from what it remembers; what lies deeper is found by the full check.
	 */
	readonly newestFirst?: boolean;

	/**
	 * One page of the applications changed since the request's mark or date, deleted ones included where the vendor can.
	 * The order of rows has no meaning (but see `newestFirst`), rows may come twice, and rows older than asked for do no harm.
	 *
	 * One window may read several lists (applications, then interviews, then offers): the cursor is the adapter's own text and
	 * may name the list and the place in it, `next` of a list's last page being the first page of the next list. Rows of a list
	 * that does not hold whole applications are `partialRow`s.
	 */
	readWindow(request: WindowRequest): Promise<SourcePage>;

	/**
	 * One page of all applications, deleted ones included where the vendor can. May read several lists, as a window may. `first`: nothing
	 * is remembered yet, no window is read beside it, and the details of every row will be asked for.
	 */
	readAll(request: { cursor: string | null; first?: boolean }): Promise<SourcePage>;

	/**
	 * More about rows than a list gives. `compared: true`: list rows only show which applications moved (compared with list rows), and what
	 * this gives is what is compared, emitted and remembered. `compared: false`: list rows are compared, emitted and remembered;
	 * this adds to what is emitted what they leave null (an interview's place, a person's addresses), and never contradicts them.
	 * Of a partial row it gives the whole application either way. An application left out of the answer failed, but for a partial row: then
	 * it is none of those that are read (of another job, say).
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
	 * with each full check, and before a vanished model is emitted. Absent: all that the rows name.
	 */
	readModels?(): Promise<ReadonlySet<ModelKey>>;

	/**
	 * What became of applications that a full read did not show. The answer holds the row of one that is found, deleted or alive
	 * (one that lives in another job is compared and emitted), and `null` for one of which there is no trace. Ids left out of the answer
	 * are taken to live. Absent: gone means missing from two complete full reads.
	 */
	confirmGone?(missing: ReadonlyArray<{ id: string; lookupKey: string | null }>): Promise<ReadonlyMap<string, SourceRow | null>>;

	/** A few recent applications for "Test". Default: the newest of the first pages of a window of 30 days, else of all. */
	readExamples?(count: number): Promise<readonly SourceRow[]>;
}

export interface WindowRequest {
	/** Vendor's time in ms: everything changed at or after it is wanted. Already holds the overlap. */
	since: number;
	/** Null: the first page. Send all filters again with the cursor where the vendor wants that. */
	cursor: string | null;
	/**
	 * With `marks`: the mark to begin at, never null then. It is the one before the last one that the source handed out, so that each
	 * change is shown twice; throw `MarkRefused` when the vendor no longer takes it. The same on every page of a window.
	 */
	mark: string | null;
}

export interface UnreadableRow {
	id: string | null;
	reason: string;
	/** What is missing may be there with the next poll: the mark waits for it, a few times. */
	isTemporary?: boolean;
}

export interface SourcePage {
	rows: readonly SourceRow[];
	/** Null, undefined or empty: this was the last. An empty page may have a next one. At most 4 KB. */
	next?: string | null;
	/**
	 * With `marks`: the vendor's mark for the next window, on the last page of a window or of a full read. Of several lists: one text that
	 * holds the marks of all (those of earlier lists travel in the cursor). None: the last one stays. At most 4 KB.
	 */
	mark?: string | null;
	/** The answer's `Date` header in ms, null when it had none; and how long the answer took. Of the page's first request. */
	date: number | null;
	tookMs: number;
	/** Records of this page that could not be read: skipped, counted, logged. */
	unreadable?: readonly UnreadableRow[];
	/**
	 * The answer as it came, where the rows follow from it alone: then a page that the next poll gets byte for byte is not looked at
	 * again while nothing else is remembered. Not where rows are partial, or are compared with details.
	 */
	bytes?: Buffer | undefined;
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
	/** Only says that something about this application changed (see `partialRow`). */
	partial?: { readonly sign: string };
}

/**
 * A row of a list that holds no whole applications (stages, interviews, offers): it names the application that changed, and the engine
 * asks `details` for it before anything is compared. `sign` says which change this is, such as `interview 17 2026-01-05T09:30:00Z`: the
 * application is not read again at each poll for a sign that stays in the window. Empty: it has none, the application is read each time.
 */
export function partialRow(provider: string, id: string, sign: string, lookupKey: string | null = null): SourceRow {
	const application: Application = { provider, id, info: null, currentStage: null, interviews: null, rejection: null, offers: null, attachments: null };
	return { id, application, known: new Set(), deleted: false, createdAt: null, changedAt: null, lookupKey, partial: { sign } };
}

/** Thrown for one row that cannot be read now, but likely with the next poll. */
export class NotYet extends Error {}

/** Thrown by `readWindow` when the vendor no longer takes this mark: the engine reads everything and emits what differs. */
export class MarkRefused extends Error {
	constructor(message = 'The service no longer knows the mark of the last read') {
		super(message);
		this.name = 'MarkRefused';
	}
}

// --------------------------------------------------------------------------------------------------------- the feed

/** A provider that keeps a feed of activities itself (emitted as `activity.recorded`, and nothing else). */
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
