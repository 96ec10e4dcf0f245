/** Oldest first. Rows of one moment keep their order in the list, turned round where the newest come first there. */
export function inTime<Row>(rows: readonly Row[], at: (row: Row) => number): Row[] {
	const times = rows.map(at);
	const rises = times.filter((time, index) => time > (times[index - 1] ?? time)).length;
	const falls = times.filter((time, index) => time < (times[index - 1] ?? time)).length;
	return (rises > falls ? [...rows] : [...rows].reverse()).sort((a, b) => at(a) - at(b));
}
