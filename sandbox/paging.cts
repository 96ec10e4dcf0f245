import type { FastifyRequest } from 'fastify';
import type { Faults } from './faults.cts';
import type { Clock } from './clock.cts';
import type { Base } from './model.cts';
import { hash32 } from './random.cts';

/** The cursor cannot be used: foreign, expired, or sent with other filters. The server turns it into the simulator's words. */
export class CursorError extends Error {}

export interface Page<T> {
	rows: readonly T[];
	next: string | null;
	/** where the page begins in the whole list */
	offset: number;
}

export interface NumberedPage<T> {
	rows: readonly T[];
	number: number;
	next: number | null;
	/** of the whole list */
	pages: number;
	total: number;
}

/** The address of this request with other query parameters; null leaves one out. For vendors that link to the next page. */
export function linkTo(origin: string, request: FastifyRequest, changes: Readonly<Record<string, string | number | null>>): string {
	const url = new URL(request.url, origin);
	for (const [name, value] of Object.entries(changes)) {
		if (value === null) url.searchParams.delete(name);
		else url.searchParams.set(name, String(value));
	}
	return url.href;
}

interface Place {
	offset: number;
	/** hash of the filters it was made for */
	filters: number;
	issued: number;
	/** tells two cursors of the same place apart */
	salt: number;
}

/** Opaque cursors over a list, and the faults that concern pages. */
export class Pager {
	/** Cursors live so long, in milliseconds. */
	cursorLife = 24 * 60 * 60 * 1000;

	private salt = 0;

	constructor(
		private readonly faults: Faults,
		private readonly clock: Clock,
	) {}

	/**
	 * One page. `filters` is any text that stands for the filters: a cursor sent with other filters is refused,
	 * so that a client that forgets to repeat them is found out.
	 */
	page<T>(request: FastifyRequest, rows: readonly T[], options: { cursor?: string | null; size: number; filters?: string }): Page<T> {
		const day = request.fault?.kind;
		const filters = hash32(options.filters ?? '');
		if (day === 'nothing') return { rows: [], next: null, offset: 0 };
		if (day === 'expiredCursor') throw new CursorError('The cursor has expired.');
		const place = options.cursor ? this.read(options.cursor, filters) : { offset: 0, filters, issued: 0, salt: 0 };
		const { offset } = place;
		if (day === 'emptyPage') return { rows: [], next: this.write(offset, filters), offset };
		let page = rows.slice(offset, offset + options.size);
		const end = offset + page.length;
		let next = end < rows.length ? this.write(end, filters) : null;
		if (day === 'endsEarly') next = null;
		if (day === 'repeatedCursor') next = options.cursor ? options.cursor : this.write(offset, filters);
		const first = page[0];
		if (day === 'rowTwice' && first !== undefined) page = [first, ...page];
		if (day === 'rowSkipped') page = page.slice(0, -1);
		return { rows: page, next, offset };
	}

	/** A page by its number, for lists without cursors. `next` is the number of the next page. Rows may shift between two pages, as they do at vendors. */
	numbered<T>(request: FastifyRequest, rows: readonly T[], { number, size, first = 1 }: { number: number; size: number; first?: number }): NumberedPage<T> {
		const fault = request.fault?.kind;
		const pages = Math.max(1, Math.ceil(rows.length / size));
		const total = rows.length;
		if (fault === 'nothing') return { rows: [], number, next: null, pages: 1, total: 0 };
		const offset = (number - first) * size;
		let page = rows.slice(offset, offset + size);
		const begins = page[0];
		if (fault === 'rowTwice' && begins !== undefined) page = [begins, ...page];
		if (fault === 'rowSkipped') page = page.slice(0, -1);
		if (fault === 'emptyPage' && offset + size < total) page = [];
		const more = offset + size < total && fault !== 'endsEarly';
		return { rows: page, number, next: more ? (fault === 'repeatedCursor' ? number : number + 1) : null, pages, total };
	}

	/** The order that the faults ask for. Ascending is by creation. */
	ordered<T extends Base>(rows: readonly T[], stamp: (row: T) => number = (row) => row.changedAt): readonly T[] {
		switch (this.faults.order) {
			case 'ascending':
				return rows;
			case 'descending':
				return [...rows].reverse();
			case 'random':
				return [...rows].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
			case 'changedAscending':
				return [...rows].sort((a, b) => stamp(a) - stamp(b) || a.number - b.number);
			case 'changedDescending':
				return [...rows].sort((a, b) => stamp(b) - stamp(a) || b.number - a.number);
		}
	}

	private write(offset: number, filters: number): string {
		const place: Place = { offset, filters, issued: this.clock.now(), salt: ++this.salt };
		return Buffer.from(JSON.stringify([place.offset, place.filters, place.issued, place.salt])).toString('base64url');
	}

	private read(cursor: string, filters: number): Place {
		let parts: unknown;
		try {
			parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
		} catch {
			throw new CursorError('The cursor is not one of ours.');
		}
		if (!Array.isArray(parts) || parts.length !== 4 || !parts.every((part) => typeof part === 'number')) throw new CursorError('The cursor is not one of ours.');
		const [offset = 0, made = 0, issued = 0, salt = 0] = parts as number[];
		if (made !== filters) throw new CursorError('The cursor was made for other filters: send the same filters with every page.');
		if (this.clock.now() - issued > this.cursorLife) throw new CursorError('The cursor has expired.');
		return { offset, filters: made, issued, salt };
	}
}
