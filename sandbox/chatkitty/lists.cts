import { ApiError, type Tools } from '../simulator.cts';
import type { Base } from '../model.cts';
import type { Call } from './route.cts';
import { errorBody } from './words.cts';

type Json = Record<string, unknown>;

/** Cursors are numbers of 64 bits, above what JavaScript's numbers can tell apart. */
const FIRST_CURSOR = 327_180_758_840_001_251n;

/** Pages with `page` and `size`; the next one is in `_links.next` and in `page`. */
export function offsetPage<T>(call: Call, collection: string, rows: readonly T[], row: (record: T) => Json): Json {
	const { query } = call;
	const page = wholeNumber(query['page'], 0, 'page');
	const size = sizeOf(query);
	const day = call.request.fault?.kind;
	let part = day === 'nothing' ? [] : rows.slice(page * size, (page + 1) * size);
	const first = part[0];
	if (day === 'rowTwice' && first !== undefined) part = [first, ...part];
	if (day === 'rowSkipped') part = part.slice(0, -1);
	const totalPages = Math.ceil(rows.length / size);
	const link = (to: number) => ({ href: call.href({ ...query, page: String(to), size: String(size) }) });
	const last = Math.max(0, totalPages - 1);
	const next = day === 'repeatedCursor' ? page : page < last ? page + 1 : null;
	return {
		...embedded(collection, part.map(row)),
		_links: {
			...(totalPages > 1 ? { first: link(0), last: link(last) } : {}),
			...(page > 0 ? { prev: link(page - 1) } : {}),
			self: link(page),
			...(next === null ? {} : { next: link(next) }),
		},
		page: { size, totalElements: rows.length, totalPages: day === 'repeatedCursor' ? totalPages + 2 : totalPages, number: page },
	};
}

/** Pages with cursors that only the server knows. The list is the one that the first page saw: what comes later is not in it. */
export class CursorLists {
	private readonly byNumber = new Map<string, { opaque: string; newest: number }>();
	private readonly byOpaque = new Map<string, string>();
	private issued = 0n;

	constructor(private readonly tools: Tools) {}

	/** They come out newest first, unless the faults want another order. */
	page<T extends Base>(call: Call, collection: string, rows: readonly T[], row: (record: T) => Json): Json {
		const { start: _start, next: given, relation, size: _size, ...filters } = call.query;
		const size = sizeOf(call.query);
		const place = relation === 'NEXT' ? this.byNumber.get(String(given)) : undefined;
		if (relation === 'NEXT' && !place) throw new ApiError(400, errorBody(400, 'The cursor is not one of ours.'));
		if (relation === 'PREVIOUS') throw new ApiError(400, errorBody(400, 'The sandbox reads forward only.'));
		const newest = place?.newest ?? rows.reduce((most, { number }) => Math.max(most, number), 0);
		const shown = rows.filter(({ number }) => number <= newest).sort((a, b) => a.createdAt - b.createdAt || a.number - b.number);
		const listed = [...this.tools.pager.ordered(shown)].reverse();
		const page = this.tools.pager.page(call.request, listed, { cursor: place?.opaque ?? null, size, filters: `${call.path} ${JSON.stringify(filters)}` });
		const cursor = page.next === null ? undefined : this.number(page.next, newest);
		const start = this.number(`start ${call.path} ${page.offset}`, newest);
		const link = (kind: string, next = cursor) => ({ href: call.href({ ...filters, start, ...(next === undefined ? {} : { next }), size: String(size), relation: kind }) });
		return {
			...embedded(collection, page.rows.map(row)),
			page: { size, start, ...(cursor === undefined ? {} : { next: cursor }) },
			_links: { self: link('SELF'), ...(cursor === undefined ? {} : { next: link('NEXT') }) },
		};
	}

	private number(opaque: string, newest: number): string {
		const known = this.byOpaque.get(opaque);
		if (known !== undefined) return known;
		const made = String(FIRST_CURSOR + ++this.issued * 7_919n);
		this.byOpaque.set(opaque, made);
		this.byNumber.set(made, { opaque, newest });
		return made;
	}
}

/** An empty list has no `_embedded` at all. */
function embedded(collection: string, rows: Json[]): Json {
	return rows.length === 0 ? {} : { _embedded: { [collection]: rows } };
}

function sizeOf(query: Json): number {
	return Math.min(100, Math.max(1, wholeNumber(query['size'], 25, 'size')));
}

function wholeNumber(value: unknown, otherwise: number, name: string): number {
	if (value === undefined) return otherwise;
	const number = Number(value);
	if (!Number.isInteger(number) || number < 0) throw new ApiError(400, errorBody(400, `"${name}" is not a number`));
	return number;
}

/** `createdTime,desc`; other properties are not known here, as nobody knows ChatKitty's. */
export function sorted<T extends Base>(query: Json, rows: readonly T[]): T[] {
	const [wanted] = Array.isArray(query['sort']) ? query['sort'] : [query['sort']];
	if (wanted === undefined) return [...rows];
	const [property, direction = 'asc'] = String(wanted).split(',');
	if (property !== 'createdTime' && property !== 'id') throw new ApiError(400, errorBody(400, `Unknown sort property "${property ?? ''}"`));
	const ascending = [...rows].sort((a, b) => a.createdAt - b.createdAt || a.number - b.number);
	return direction === 'desc' ? ascending.reverse() : ascending;
}
