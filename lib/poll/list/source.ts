/** A row of a list that grows: it is emitted once, and never compared. */
export interface Row {
	/** Null: the list gives none; then `content`, and which of the equal ones it is, stand for it. */
	id: string | null;
	content?: string;
	/** When it was made, service's clock, ms. Null: the list does not say; then the row is remembered for good. */
	at: number | null;
}

export interface Page<One extends Row> {
	rows: readonly One[];
	/** Null, undefined or empty: this was the last. An empty page may have a next one. */
	next?: string | null;
	/** The answer's `Date` header in ms, null when it had none; and how long the answer took. */
	date: number | null;
	tookMs: number;
	/** Rows that were left out: only counted. */
	unreadable?: number;
}

export interface GrowingList<One extends Row> {
	/** As users call the service, opens our sentences. */
	label: string;
	/** What makes this another list: account and whose rows. Never a key. */
	scope: readonly string[];
	/** Pages by number: rows move from one to the other while the list is read. */
	shifting: boolean;
	/** A cursor is a place in the list that stands, and shows what was added behind it: where the oldest come first, a read need not begin at the first page. */
	resumes?: boolean;
	/** How long after it was made a row may become visible (default: an hour); Infinity: at any time, so that as many as fit are remembered. */
	lateMs?: number;
	/** `since`: rows made before (ms) need not come, where the service can leave them out. Throws as the HTTP client does, or `CursorRefused`. */
	readPage(ask: { cursor: string | null; since: number | null }): Promise<Page<One>>;
}

/** Which rows of the first read are emitted: none, those of the last days, or all. */
export type FirstRun = { mode: 'silent' } | { mode: 'lookBack'; days: number } | { mode: 'everything' };

export interface ReadOptions {
	/** New rows in one poll, about. */
	cap: number;
	/** Default: silent. */
	firstRun?: FirstRun;
	/** Hours after which a list is read as far back as it is remembered, for what became visible later than the last day; 0 (default) = never. */
	fullCheckHours?: number;
}

/** A list that a trigger reads. */
export interface ListSource<One extends Row> extends GrowingList<One> {
	/** One cheap request at activation that proves access. */
	probe(): Promise<void>;
}
