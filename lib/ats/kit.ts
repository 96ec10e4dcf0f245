/* What every adapter needs: pages, parts of records, sentences. Pure but for the calls it is handed. */
import { DateTime } from 'luxon';

import { ApiError, FieldError, rethrow, settled } from '../errors';
import { isObject, type Answer } from '../http/apiDefinition';
import { lazily } from '../lazily';
import type { ServiceFile } from '../http/files';
import { toId, toText, type Attachment } from './model';
import type { LostFile, StoredFile } from './provider';
import { clock } from '../clock';
import { CursorRefused, NotYet, type SourcePage, type SourceRow, type UnreadableRow } from './source';

/** A record of a vendor, before anything is known of it. */
export type VendorRecord = Record<string, unknown>;

// ------------------------------------------------------------------------------------------------------------ pages

/** The rows of a list that an answer holds; anything that is no record is left out. */
export function recordsIn(value: unknown): VendorRecord[] {
	return Array.isArray(value) ? value.filter(isObject) : [];
}

const httpDate = /^[A-Z][a-z]{2}, (?:0[1-9]|1\d|2[0-8]) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d GMT$/;

/** The answer's `Date` header in ms; null where there is none or it cannot be read. */
export function dateOf({ headers }: Pick<Answer, 'headers'>): number | null {
	if (headers.date === undefined) return null;
	// The common form is read by the engine itself; luxon costs thirty times as much.
	if (httpDate.test(headers.date)) return Date.parse(headers.date);
	const date = DateTime.fromHTTP(headers.date);
	return date.isValid ? date.toMillis() : null;
}

/** One page for the engine: a record that `read` cannot take is counted, and the others go on. */
export function sourcePage<Row>(answer: Answer, records: readonly VendorRecord[], next: string | null, read: (record: VendorRecord) => Row, idOf: (record: VendorRecord) => string | null = ({ id }) => toId(id)): Omit<SourcePage, 'rows'> & { rows: Row[] } {
	const rows: Row[] = [];
	const unreadable: UnreadableRow[] = [];
	for (const record of records) {
		try {
			rows.push(read(record));
		} catch (error) {
			unreadable.push({ id: idOf(record), reason: error instanceof Error ? error.message : String(error), isTemporary: error instanceof NotYet });
		}
	}
	return { rows, unreadable, next, date: dateOf(answer), tookMs: answer.tookMs };
}

/** The same where rows follow from the answer alone (see `bytes` in SourcePage): read when somebody looks at them. */
export function purePage(...parts: Parameters<typeof sourcePage<SourceRow>>): SourcePage {
	const [answer, , next] = parts;
	return new PurePage(lazily(() => sourcePage(...parts)), next, dateOf(answer), answer.tookMs, answer.bytes);
}

/** A class: V8 keeps getters of a single object, and with them its page, among what lives long. Not to be spread: rows are no property of its own. */
class PurePage implements SourcePage {
	constructor(private readonly page: () => SourcePage, readonly next: string | null, readonly date: number | null, readonly tookMs: number, readonly bytes: Buffer | undefined) {}

	get rows(): SourcePage['rows'] {
		return this.page().rows;
	}

	get unreadable(): SourcePage['unreadable'] {
		return this.page().unreadable;
	}
}

const REFUSED = [400, 404, 410, 422];

/** Asks for a page; where the vendor no longer takes the cursor, the engine begins again at the first page. */
export async function pageAt<Result>(cursor: string | null, ask: () => Promise<Result>, statuses: readonly number[] = REFUSED): Promise<Result> {
	try {
		return await ask();
	} catch (error) {
		return rethrow(cursor !== null && error instanceof ApiError && statuses.includes(error.facts.status ?? 0) ? new CursorRefused() : error);
	}
}

/** An offer is often signed after the hire. */
const LIVELY_MS = 30 * 24 * 60 * 60_000;

/** Open, or until lately: where parts of an application move no date of it, a full read looks at these one by one (see partialRow). */
export function isLively({ application, changedAt }: Pick<SourceRow, 'application' | 'changedAt'>): boolean {
	return application.info?.status === 'ACTIVE' || (changedAt ?? Infinity) >= clock.now() - LIVELY_MS;
}

/** Pages of records as pages of what `read` makes of them. */
export async function* mapped<Record, Part>(pages: AsyncIterable<readonly Record[]>, read: (record: Record) => Part): AsyncGenerator<Part[]> {
	for await (const page of pages) yield page.map(read);
}

// ------------------------------------------------------------------------------------------------- parts of records

/** A list inside a record: absent is null (not told), empty is [] (told, and there is none), something else is null. */
export function listOf<Part>(value: unknown, read: (record: VendorRecord, place: number) => Part): Part[] | null {
	return Array.isArray(value) ? value.filter(isObject).map(read) : null;
}

/**
 * A list of single values (addresses, numbers), bare or under a key: absent is null, lines of nothing are left out, a number is its
 * text. One that cannot be read makes the list null: it must not look as if there were less.
 */
export function valuesOf<Part>(value: unknown, key: string, read: (text: string, record: VendorRecord) => Part): Part[] | null {
	if (!Array.isArray(value)) return null;
	const parts: Part[] = [];
	for (const entry of value) {
		const record = isObject(entry) ? entry : { [key]: entry };
		const one = record[key];
		if (one === null || one === undefined || one === '') continue;
		const text = toId(one);
		if (text === null) return null;
		parts.push(read(text, record));
	}
	return parts;
}

/** A single value that the model has as a list: absent is null, empty is [], a number is its text, anything else is null. */
export function oneOf<Part>(value: unknown, read: (text: string) => Part): Part[] | null {
	if (value === undefined) return null;
	if (value === null || value === '') return [];
	const text = toText(typeof value === 'number' ? String(value) : value);
	return text === null ? null : [read(text)];
}

/** A list that a write replaces as a whole, with this entry first: what was read is written back as it is, and what cannot be read is no reason to erase it. */
export function withFirst(what: string, list: unknown, first: unknown, isSame: (text: string) => boolean): unknown[] {
	const entries: unknown = list === null ? [] : list;
	const textOf = (entry: unknown) => toId(isObject(entry) ? (entry.value ?? entry.email) : entry);
	if (!Array.isArray(entries) || entries.some((entry) => textOf(entry) === null)) throw new FieldError(`What this candidate has of ${what} cannot be read`, 'Nothing was changed, since the whole list would be replaced. Change it in the service itself.');
	const found = (entry: unknown) => isSame(textOf(entry) ?? '');
	return [entries.find(found) ?? first, ...entries.filter((entry) => !found(entry))];
}

/** An object inside a record, null for anything else. */
export function recordOr(value: unknown): VendorRecord | null {
	return isObject(value) ? value : null;
}

/** A place in words, from the narrow to the wide; null where nothing is said. */
export function placeOf(...parts: readonly unknown[]): string | null {
	return toText(parts.flatMap((part) => toText(part)?.trim() || []).join(', '));
}

/** E-mail addresses are the same whatever their case and the blanks around them. */
export function sameAddress(one: string | null | undefined, other: string): boolean {
	return typeof one === 'string' && one.trim().toLowerCase() === other.trim().toLowerCase();
}

// ------------------------------------------------------------------------------------------------------------ files

/** The files of records, one after the other; one that cannot be had is given with its reason, and the others are fetched. */
export async function* storedFiles<Record>(records: Iterable<Record>, describe: (record: Record) => Attachment, fetch: (record: Record) => Promise<ServiceFile>): AsyncGenerator<StoredFile | LostFile> {
	for (const record of records) {
		const attachment = describe(record);
		const file = await settled(async () => await fetch(record));
		yield file instanceof Error ? { attachment, error: file } : { attachment: { ...attachment, name: file.name }, data: file.data, ...(file.mimeType === undefined ? {} : { mimeType: file.mimeType }) };
	}
}

// -------------------------------------------------------------------------------------------------------- sentences

/** Which ID is the right one. */
export function idFrom(what: string): string {
	return `Take the ID from the operation Get Many of ${what[0]?.toUpperCase() ?? ''}${what.slice(1)}.`;
}

/** "There is no application with the ID 7". `where`: how the user finds the right one. */
export function notFound(what: string, id: string, where = idFrom(what)): FieldError {
	return new FieldError(`There is no ${what} with the ID ${id}`, where);
}

/** What `ask` gives. Where the vendor answers that it is not there (404), a sentence says which thing and which ID. */
export async function found<Result>(what: string, id: string, ask: () => Promise<Result>, where?: string): Promise<Result> {
	try {
		return await ask();
	} catch (error) {
		return rethrow(isMissing(error) ? notFound(what, id, where) : error);
	}
}

/** What `ask` gives; null where the vendor answers that it is not there (404). */
export async function unlessMissing<Result>(ask: () => Promise<Result>): Promise<Result | null> {
	try {
		return await ask();
	} catch (error) {
		return isMissing(error) ? null : rethrow(error);
	}
}

function isMissing(error: unknown): boolean {
	return error instanceof ApiError && error.facts.status === 404;
}
