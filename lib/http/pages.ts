import { isObject } from './apiDefinition';

/** One page of a list: its rows, and how to ask for the next (absent, null or empty = this was the last). */
export interface Page<Row> {
	rows: readonly Row[];
	next?: string | null;
}

/** A service that answers with empty pages for ever must not keep an execution for ever. */
const EMPTY_PAGES_IN_A_ROW = 100;

export interface PagesOptions<Row> {
	/** Of the first page. */
	from?: string;
	/** Where a row stands for a whole page. */
	isEmpty?: (rows: readonly Row[]) => boolean;
}

/**
 * Every page of a list, whatever the paging style: `fetch` turns a cursor (none for the first page) into a page.
 * An empty page with a next cursor goes on, but not for ever; a cursor seen before is an error, since it would never end.
 */
export async function* pages<Row>(fetch: (cursor: string | undefined) => Promise<Page<Row>>, { from, isEmpty = (rows) => rows.length === 0 }: PagesOptions<Row> = {}): AsyncGenerator<readonly Row[]> {
	const seen = new Set<string>();
	let cursor = from;
	let empty = 0;
	do {
		const page: Page<Row> = await fetch(cursor);
		yield page.rows;
		cursor = page.next || undefined;
		empty = isEmpty(page.rows) ? empty + 1 : 0;
		if (cursor !== undefined && empty >= EMPTY_PAGES_IN_A_ROW) {
			throw new Error(`The service gave nothing but empty pages, ${EMPTY_PAGES_IN_A_ROW} in a row: the list would never end. Nothing was left out silently; try again or narrow the filters.`);
		}
		if (cursor !== undefined && seen.has(cursor)) {
			throw new Error('The service gave the same page cursor twice: the list would never end. Nothing was left out silently; try again or narrow the filters.');
		}
		if (cursor !== undefined) seen.add(cursor);
	} while (cursor !== undefined);
}

/** The rows of all pages. */
export async function allOf<Row>(list: AsyncIterable<readonly Row[]>): Promise<Row[]> {
	const rows: Row[] = [];
	for await (const page of list) rows.push(...page);
	return rows;
}

/** The next cursor of the five styles, each a function from an answer's body. */
export const nextFrom = {
	/** A cursor or page token somewhere in the body, such as `['data', 'next']`. */
	body: (...keys: readonly string[]) => (body: unknown): string | undefined => text(dig(body, keys)),
	/** JSON:API: `links.next`, a URL or `{ href }`. */
	jsonApi: (body: unknown): string | undefined => href(dig(body, ['links', 'next'])),
	/** HAL: `_links.next.href`; some documents type `_links` as a list of `{ name, href }`. */
	hal: (body: unknown): string | undefined => {
		const links = dig(body, ['_links']);
		if (Array.isArray(links)) return href(links.find((link) => isObject(link) && (link.rel === 'next' || link.name === 'next')));
		return href(dig(links, ['next']));
	},
	/** Offset paging: the offset after this page, while pages come back full. */
	offset: (offset: number, rows: number, pageSize: number): string | undefined => (rows < pageSize ? undefined : String(offset + rows)),
};

function dig(value: unknown, keys: readonly string[]): unknown {
	return keys.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}

function text(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
}

function href(value: unknown): string | undefined {
	return text(isObject(value) ? value.href : value);
}
