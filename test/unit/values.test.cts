import { isPlausible, toMillis, toUtc } from '../../lib/ats/model';

describe('a time that a vendor wrote', () => {
	const at = Date.UTC(2024, 10, 25, 8, 0, 0);
	it.each([
		['seconds since 1970', at / 1_000], ['milliseconds since 1970', at], ['microseconds since 1970', at * 1_000],
		['seconds as text', String(at / 1_000)], ['milliseconds as text', String(at)], ['seconds with a fraction as text', `${at / 1_000}.000`],
		['ISO-8601', '2024-11-25T08:00:00Z'], ['ISO-8601 with an offset', '2024-11-25T09:00:00.000+01:00'], ['ISO-8601 without one', '2024-11-25T08:00:00'], ['a Date', new Date(at)],
		['nanoseconds as text', `${at}000000`], ['a database', '2024-11-25 08:00:00'], ['Ruby', '2024-11-25 09:00:00 +0100'], ['another zone\'s database', '2024-11-25 08:00:00.000 UTC'], ['a mail', 'Mon, 25 Nov 2024 08:00:00 GMT'], ['a text with blanks', ' 2024-11-25T08:00:00Z\n'],
	])('is read from %s', (_name, value) => {
		expect(toUtc(value)).toBe('2024-11-25T08:00:00.000Z');
	});

	it.each(['2024-02-30', '2024-02-30T00:00:00Z', '2023-02-29T10:00:00+02:00', '2024-04-31T00:00:00.000Z', '2024-02-30 10:00:00', '0000-00-00 00:00:00', '01/02/2024', '0001-01-01T00:00:00Z', '', 'soon', 0, 7, -1, NaN, Infinity, null, {}])('is none when it is %j', (value) => {
		expect(toMillis(value)).toBeNull();
	});

	it('is a real one on the last days of months', () => {
		for (const day of ['2024-02-29', '2024-01-31', '2024-12-31', '2023-02-28']) expect(toUtc(`${day}T00:00:00Z`)).toBe(`${day}T00:00:00.000Z`);
	});

	it('can be a creation date unless nobody wrote one', () => {
		expect([0, Date.UTC(1995, 0, 1), Date.UTC(2500, 0, 1)].map(isPlausible)).toEqual([false, true, false]);
	});
});
