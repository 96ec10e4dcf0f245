import type { Row } from '../../lib/action/operation';

/**
 * Search rows name a vacancy by its number and a column by its title, where calls want other ids of both.
 * https://developers.flatchr.io/en/docs/QuickStart/Candidats/Recuperer_un_candidat
 */
export interface Joins {
	/** Number -> 16-character ID. */
	vacancyKeys: ReadonlyMap<string, string>;
	/** Title -> ID; a title that two columns have leads to none. */
	columnIds: ReadonlyMap<string, string>;
}

export function joinsOf(vacancies: readonly Row[], columns: readonly Row[]): Joins {
	return {
		vacancyKeys: unique(vacancies.map((row) => [row.vacancy_id, row.id])),
		columnIds: unique(columns.map((row) => [row.title, row.id])),
	};
}

function unique(pairs: ReadonlyArray<readonly [unknown, unknown]>): Map<string, string> {
	const found = new Map<string, string>();
	const twice = new Set<string>();
	for (const [from, to] of pairs) {
		if (typeof from !== 'string' || typeof to !== 'string') continue;
		if (found.has(from) && found.get(from) !== to) twice.add(from);
		found.set(from, to);
	}
	for (const name of twice) found.delete(name);
	return found;
}

/** A search row with the IDs that other operations ask for; null where the join finds none. */
export function withKeys(row: Row, { vacancyKeys, columnIds }: Joins): Row {
	return { ...row, vacancy_key: vacancyKeys.get(String(row.vacancy_id)) ?? null, column_id: columnIds.get(String(row.column)) ?? null };
}
