import { DateTime } from 'luxon';

/** Every enum of the model is Knit's, and every one has this member for what it does not name. */
export const NOT_SPECIFIED = 'NOT_SPECIFIED';

/**
 * A vendor's time as ISO-8601 UTC with milliseconds, or null when there is none or it cannot be read:
 * one odd stamp must not take a whole application down. A time without an offset is taken as UTC.
 */
export function toUtc(value: unknown): string | null {
	if (typeof value === 'string' && ownForm.test(value)) return value;
	const ms = toMillis(value);
	return isoOrNull(ms);
}

/** Milliseconds since 1970 as ISO-8601. */
export function isoOrNull(ms: number | null): string | null {
	return ms === null ? null : new Date(ms).toISOString();
}

/**
 * As `toUtc`, in milliseconds since 1970. Numbers, and digits as text, are seconds, milliseconds, microseconds or nanoseconds since 1970: whichever
 * gives a time that a record can have. A day that no month has is no time.
 */
export function toMillis(value: unknown): number | null {
	if (value instanceof Date) return inRange(value.getTime());
	if (typeof value === 'number') return sinceEpoch(value);
	if (typeof value !== 'string' || value === '') return null;
	if (ownForm.test(value)) return Date.parse(value);
	// The common form is read by the engine itself; luxon costs thirty times as much.
	if (isoWithOffset.test(value)) return hasDay(value) ? inRange(Date.parse(value)) : null;
	if (epochDigits.test(value)) return sinceEpoch(Number(value));
	const text = value.trim();
	for (const read of [DateTime.fromISO, DateTime.fromSQL, DateTime.fromRFC2822]) {
		const parsed = read(text, { zone: 'utc' });
		if (parsed.isValid) return inRange(parsed.toMillis());
	}
	return null;
}

const isoWithOffset = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
/** As `toUtc` writes it, of a day that every month has. */
const ownForm = /^(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const epochDigits = /^\d{9,19}(?:\.\d{1,9})?$/;
const EARLIEST = Date.UTC(1990, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** A moment that a record of an ATS can have: vendors write year 1 or 1970 where they have none. */
export function isPlausible(ms: number): boolean {
	return ms >= EARLIEST && ms < LATEST;
}

function sinceEpoch(value: number): number | null {
	for (const factor of [1_000, 1, 1e-3, 1e-6]) if (isPlausible(value * factor)) return Math.trunc(value * factor);
	return null;
}

function hasDay(iso: string): boolean {
	const day = Number(iso.slice(8, 10));
	return day <= 28 || day <= new Date(Date.UTC(Number(iso.slice(0, 4)), Number(iso.slice(5, 7)), 0)).getUTCDate();
}

/** Years 1900 to 9999: what is remembered of a time has no room for others. */
function inRange(ms: number): number | null {
	return ms >= -2_208_988_800_000 && ms < 253_402_300_800_000 ? Math.trunc(ms) : null;
}

/**
 * A vendor's word as a member of one of our enums: found in `words` (upper case, as the vendor writes it),
 * else it is a member already, else NOT_SPECIFIED. The vendor's own word stays readable in `raw`.
 */
export function toEnum<Member extends string>(
	value: unknown,
	members: readonly Member[],
	words: Readonly<Record<string, Member>> = {},
): Member | typeof NOT_SPECIFIED {
	if (typeof value !== 'string') return NOT_SPECIFIED;
	const word = value.trim().toUpperCase();
	const mapped = Object.hasOwn(words, word) ? words[word] : undefined;
	return mapped ?? members.find((member) => member === word) ?? NOT_SPECIFIED;
}

/** An id as the model wants it: a string, never coerced to a number; null for nothing. */
export function toId(value: unknown): string | null {
	if (typeof value === 'string') return value === '' ? null : value;
	return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

/** A text, or null for anything that is none (an empty text says nothing, so it is null too). */
export function toText(value: unknown): string | null {
	return typeof value === 'string' && value !== '' ? value : null;
}
