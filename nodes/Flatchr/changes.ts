import { clock } from '../../lib/clock';
import { ApiError } from '../../lib/errors';
import { sourcePage } from '../../lib/ats/kit';
import { ProcessMap } from '../../lib/processMap';
import { toId, type ModelKey } from '../../lib/ats/model';
import type { AdapterSource, ReadOptions } from '../../lib/ats/provider';
import type { SourcePage, SourceRow } from '../../lib/ats/source';
import { rowsOf, type FlatchrApi } from './api';
import { filterDay, millisOf } from './dates';
import { joinsOf, type Joins } from './joins';
import { toApplication, IN_ROWS } from './mapping';
import { tidy } from './tidy';
import { DAY } from '../../lib/poll/limits';

/** Flatchr's days are of an unknown time zone and begin before the moment that is asked for. */
const SLACK_DAYS = 2;
/** So many of the latest rows of each answer are looked for in the next one. */
const WITNESSES = 50;

/** What this process has learned of a company. Nothing here is needed for being right, so that a restart may forget it. */
interface Learned {
	/** Number -> ID of every vacancy ever seen: one that was closed may leave the list while people are still in it. */
	vacancyKeys: Map<string, string>;
	/** Application -> day of its last change, of the latest answer. */
	witnesses: Map<string, number>;
}
const companies = new ProcessMap<Learned>(DAY);

/** Searches by day, whole lists at once: there are no pages and no cursors. */
export function changeSource(flatchr: FlatchrApi, selection: ReadOptions, archivedAsRejected: boolean): AdapterSource {
	const learned = companies.of(flatchr.memoryName, () => ({ vacancyKeys: new Map(), witnesses: new Map() }));
	const read = async (filters: object, check?: (rows: ReadonlyArray<Record<string, unknown>>) => Promise<void>): Promise<SourcePage> => {
		const columns = await flatchr.answer(flatchr.company('/columns'));
		const vacancies = await flatchr.answer(flatchr.company('/vacancies'));
		const joins = withLearned(joinsOf(rowsOf(vacancies.body).map(tidy), rowsOf(columns.body).map(tidy)), learned);
		const found = rowsOf((await flatchr.searchAnswer(filters)).body);
		await check?.(found);
		remember(learned, found);
		// Date and duration are those of the first call, so that nothing that happens between the calls falls out of the next window.
		return sourcePage(columns, found, null, (row) => sourceRow(row, joins, selection, archivedAsRejected), ({ applicant }) => toId(applicant));
	};
	return {
		kind: 'applications',
		probe: async () => {
			await flatchr.answer(flatchr.company('/columns'));
			await probeDates(flatchr);
		},
		readWindow: async ({ since }) => {
			const from = Math.floor(since / DAY) * DAY - SLACK_DAYS * DAY;
			return await read({ start_update: filterDay(from) }, async (rows) => await needWitness(flatchr, learned, rows, from));
		},
		readAll: async () => await read({}),
	};
}

function withLearned(joins: Joins, { vacancyKeys }: Learned): Joins {
	for (const [number, key] of joins.vacancyKeys) vacancyKeys.set(number, key);
	return { ...joins, vacancyKeys };
}

/** A join that fails leaves the column or the job unknown: what is remembered stays, and nothing is made up from an unknown. */
function sourceRow(row: Record<string, unknown>, joins: Joins, { raw }: ReadOptions, archivedAsRejected: boolean): SourceRow {
	const application = toApplication(row, joins, { models: IN_ROWS, raw, archivedAsRejected });
	const known = new Set<ModelKey>(['info']);
	if (application.currentStage?.id) known.add('currentStage');
	return { id: application.id, application, known, deleted: false, createdAt: millisOf(row.created_at), changedAt: millisOf(row.updated_at) };
}

function remember(learned: Learned, rows: ReadonlyArray<Record<string, unknown>>): void {
	const latest = rows.flatMap((row) => {
		const [id, day] = [toId(row.applicant), millisOf(row.updated_at)];
		return id === null || day === null ? [] : [{ id, day }];
	});
	latest.sort((a, b) => b.day - a.day);
	learned.witnesses = new Map(latest.slice(0, WITNESSES).map(({ id, day }) => [id, day]));
}

/** An answer without a single row that must be in it was not filtered as asked: nothing may be concluded from it. */
async function needWitness(flatchr: FlatchrApi, { witnesses }: Learned, rows: ReadonlyArray<Record<string, unknown>>, from: number): Promise<void> {
	const due = new Set([...witnesses].filter(([, day]) => day >= from + DAY).map(([id]) => id));
	if (due.size === 0 || rows.some((row) => due.has(String(row.applicant)))) return;
	// They may have been deleted, all of them: a search without dates knows.
	const all = rowsOf((await flatchr.searchAnswer({})).body);
	if (all.some((row) => due.has(String(row.applicant)) && (millisOf(row.updated_at) ?? -Infinity) >= from + DAY)) throw misread();
}

function misread(): ApiError {
	return new ApiError({
		service: 'Flatchr',
		call: 'POST search/applicants',
		message: "Flatchr's search leaves out applications that changed in the days that were asked for: it does not read the date as MM/DD/YY",
		hint: 'Nothing was emitted from this answer. Ask Flatchr how your account takes search dates; until then use the Flatchr Trigger (webhooks).',
		cause: 'configuration-invalid',
	});
}

/**
 * Before anything relies on it: nobody has changed on a day to come, unless that day is read the other way round
 * (12/01 as 12 January). Dates that are ignored altogether only make each answer longer.
 */
async function probeDates(flatchr: FlatchrApi): Promise<void> {
	const day = ambiguousDay(clock.now());
	if (day === null || rowsOf((await flatchr.searchAnswer({ start_update: filterDay(day) })).body).length === 0) return;
	const never = Date.UTC(new Date(clock.now()).getUTCFullYear() + 5, 11, 12);
	if (rowsOf((await flatchr.searchAnswer({ start_update: filterDay(never) })).body).length === 0) throw misread();
}

/** The next day whose month and day, swapped, are a day long past; null at the turn of the year, which has none. */
export function ambiguousDay(now: number): number | null {
	for (let ahead = 2; ahead <= 366; ahead++) {
		const day = new Date(Math.floor(now / DAY) * DAY + ahead * DAY);
		const [month, date] = [day.getUTCMonth() + 1, day.getUTCDate()];
		if (date <= 12 && Date.UTC(day.getUTCFullYear(), date - 1, month) < now - 2 * DAY) return day.getTime();
	}
	return null;
}
