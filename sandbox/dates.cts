/** The ways in which vendors write times; all take milliseconds since 1970. */

/** `2026-01-05T09:00:00.000Z`; without milliseconds: `2026-01-05T09:00:00Z`. */
export const isoUtc = (ms: number, milliseconds = true): string => {
	const text = new Date(ms).toISOString();
	return milliseconds ? text : text.replace(/\.\d{3}Z$/, 'Z');
};

/** `20260105T090000Z` */
export const isoBasic = (ms: number): string => isoUtc(ms, false).replace(/[-:]/g, '');

/** `2026-01-05` in UTC */
export const isoDay = (ms: number): string => isoUtc(ms).slice(0, 10);

export const seconds = (ms: number): number => Math.floor(ms / 1000);

/** One that is made costs more than a thousand uses. */
const offsets = new Map<string, Intl.DateTimeFormat>();

function offsetOf(zone: string): Intl.DateTimeFormat {
	const format = offsets.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
	offsets.set(zone, format);
	return format;
}

const QUARTER_MS = 15 * 60_000;
/** Zone and quarter of an hour -> its offset: clocks change at no other time. */
const known = new Map<string, string>();

function offsetAt(zone: string, ms: number): string {
	const key = `${zone} ${Math.floor(ms / QUARTER_MS)}`;
	const found = known.get(key) ?? offsetOf(zone).formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
	if (known.size > 100_000) known.clear();
	known.set(key, found);
	return found;
}

/** Local time with its offset, as the account's zone has it at that moment (summer time too): `2026-01-05T10:00:00.000+01:00`. */
export function isoIn(zone: string, ms: number, milliseconds = true): string {
	const [, sign = '+', hours = '00', minutes = '00'] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(offsetAt(zone, ms)) ?? [];
	const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
	return isoUtc(ms + offset * 60_000, milliseconds).replace('Z', `${sign}${hours}:${minutes}`);
}
