import type { IDataObject } from 'n8n-workflow';

import type { Reporting } from '../failures';
import type { PollResult } from '../result';

export interface ListRow {
	id: string;
	/** When it was made, service's clock, ms. */
	at: number;
	/** As the service gave it, for filters. */
	raw: IDataObject;
	/** What is put out. */
	row: IDataObject;
}

export interface ListPage {
	rows: readonly ListRow[];
	/** Null, undefined or empty: this was the last. An empty page may have a next one. */
	next?: string | null;
	/** The answer's `Date` header in ms, null when it had none; and how long the answer took. */
	date: number | null;
	tookMs: number;
	/** Rows without an id or a time: they cannot be told apart, so they are only counted. */
	unreadable?: number;
}

export interface ListSource {
	/** As users call the service, opens our sentences. */
	label: string;
	/** What makes this another list: account and whose rows. Never a key. */
	scope: readonly string[];
	/** Pages by number: rows move from one to the other while the list is read. */
	shifting: boolean;
	/** One cheap request at activation that proves access. */
	probe(): Promise<void>;
	/** `since`: rows made before (ms) need not come, where the service can leave them out. Throws as the HTTP client does. */
	readPage(ask: { cursor: string | null; since: number | null }): Promise<ListPage>;
}

export interface ListOptions extends Reporting {
	/** Rows told in one poll, about. */
	cap: number;
	/** Filters emission, never remembering. */
	wanted(row: ListRow): boolean;
}

export type ListResult = PollResult<IDataObject>;
