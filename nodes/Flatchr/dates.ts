import { toMillis } from '../../lib/ats/model';

/*
 * Flatchr writes time in four ways: DD/MM/YY in search results, Unix seconds on applicants, YYYY-MM-DD on vacancies,
 * ISO-8601 elsewhere. And it wants a fifth in search filters: MM/DD/YY.
 * https://developers.flatchr.io/en/docs/QuickStart/Candidats/Recuperer_un_candidat
 */

const DAY_FIRST = /^(\d{1,2})\/(\d{1,2})\/(\d{2}|\d{4})$/;
const SECONDS = /^\d{9,10}$/;
/** Later than this a number of seconds would be in the year 5138: it is milliseconds. */
const LARGEST_SECONDS = 100_000_000_000;

/** Any of Flatchr's times in milliseconds (a day: its start in UTC), or null when it is none. */
export function millisOf(value: unknown): number | null {
	if (typeof value === 'number') return toMillis(Math.abs(value) < LARGEST_SECONDS ? value * 1000 : value);
	if (typeof value !== 'string') return null;
	const text = value.trim();
	if (SECONDS.test(text)) return Number(text) * 1000;
	const [, day, month, year] = DAY_FIRST.exec(text) ?? [];
	if (day === undefined || month === undefined || year === undefined) return toMillis(text.replace(' ', 'T'));
	const ms = Date.UTC(Number(year) + (year.length === 2 ? 2000 : 0), Number(month) - 1, Number(day));
	return new Date(ms).getUTCDate() === Number(day) && new Date(ms).getUTCMonth() === Number(month) - 1 ? ms : null;
}

/** Any of Flatchr's times as ISO-8601 UTC, or null when it is none. */
export function isoOf(value: unknown): string | null {
	const ms = millisOf(value);
	return ms === null ? null : new Date(ms).toISOString();
}

/** The UTC day as search filters want it: MM/DD/YY. */
export function filterDay(time: number | string): string {
	const [year = '', month = '', day = ''] = new Date(time).toISOString().slice(0, 10).split('-');
	return `${month}/${day}/${year.slice(-2)}`;
}
