/* Filters that hold whatever the vendor does with them: what comes is looked at here. Unknown is never "no". */
import { folded } from '../folded';
import { hasAddress } from './findOrCreate';
import { MODEL_KEYS, toMillis, type Application, type Candidate, type Job, type ModelKey, type Stage } from './model';
import type { ApplicationQuery, CandidateQuery, ListQuery, Operations } from './provider';

/** What the node asks for: stages also by name or by what kind of step they are. */
export interface Selection extends ApplicationQuery {
	stages?: readonly string[];
}

/**
 * Applications that fit, at most `query.limit`. Details are read only for rows that are put out, and for those that a filter
 * cannot be decided of without them; a row of which nobody can say that it does not fit stays in.
 */
export async function* selectApplications({ applications, details, rowModels = MODEL_KEYS, updatedAfterIsSure }: Pick<Operations, 'applications' | 'details' | 'rowModels' | 'updatedAfterIsSure'>, query: Selection): AsyncGenerator<Application[]> {
	if (!applications) return;
	// A status that is not told may be told by the details; after them it is what it says.
	const { updatedAfter, ...others } = query;
	const looked = updatedAfterIsSure || updatedAfter === undefined ? others : { ...others, updatedAfter };
	const [filters, last] = [filtersOf(looked, details !== undefined), filtersOf(looked, false)];
	const raw = query.raw === true;
	const complete = async (rows: readonly Application[], models: readonly ModelKey[]) => (details && rows.length > 0 ? await details(rows, models, raw) : rows);
	const missing = query.models.filter((model) => !rowModels.includes(model));
	let left = query.limit ?? Infinity;
	for await (const page of applications(query)) {
		let rest = page.filter((row) => verdict(row, filters) !== false);
		while (rest.length > 0 && left > 0) {
			// No more than what is still wanted: a row that is not put out is not worth a call.
			const chunk = rest.slice(0, Math.min(left, rest.length));
			rest = rest.slice(chunk.length);
			const undecided = details ? chunk.filter((row) => verdict(row, filters) === null) : [];
			const decided = new Map((await complete(undecided, query.models)).map((row, place) => [undecided[place], row] as const));
			const fitting = chunk.map((row) => decided.get(row) ?? row).filter((row) => verdict(row, last) !== false);
			const open = missing.length === 0 ? [] : fitting.filter((row) => !undecided.some(({ id }) => id === row.id));
			const full = new Map((await complete(open, query.models)).map((row, place) => [open[place], row] as const));
			left -= fitting.length;
			yield fitting.map((row) => onlyAsked(full.get(row) ?? row, query.models));
		}
		if (left <= 0) return;
	}
}

/** The other models leave as null. */
export function onlyAsked(application: Application, models: readonly ModelKey[]): Application {
	const output = { ...application };
	for (const key of MODEL_KEYS) if (!models.includes(key)) output[key] = null;
	return output;
}

/** Whether a stage is one of those that are named by ID, name (whatever the case and accents) or category. */
export function isStage({ id, text, category }: Stage, wanted: readonly string[]): boolean {
	return wanted.some((one) => one === id || (category !== null && one === category) || (text !== null && folded(text) === folded(one)));
}

/** true: fits; false: does not; null: cannot be said. */
type Verdict = boolean | null;
type Filter = (application: Application) => Verdict;

function filtersOf({ jobIds, stages, statuses, candidateId, updatedAfter, appliedAfter, appliedBefore }: Selection, detailsFollow: boolean): Filter[] {
	const among = (wanted: readonly string[], value: string | null | undefined): Verdict => (value === null || value === undefined ? null : wanted.includes(value));
	const since = (limit: string, value: string | null | undefined): Verdict => {
		const [at, from] = [toMillis(value), toMillis(limit)];
		return at === null || from === null ? null : at >= from;
	};
	const filters: Filter[] = [];
	if (jobIds) filters.push(({ info }) => among(jobIds, info?.jobId));
	if (stages) filters.push(({ currentStage }) => (currentStage === null ? null : isStage(currentStage, stages)));
	if (statuses) filters.push(({ info }) => (info === null || (detailsFollow && info.status === 'NOT_SPECIFIED') ? null : statuses.includes(info.status)));
	if (candidateId !== undefined) filters.push(({ info }) => among([candidateId], info?.candidate?.id));
	if (updatedAfter !== undefined) filters.push(({ info }) => since(updatedAfter, info?.updatedAt));
	if (appliedAfter !== undefined) filters.push(({ info }) => since(appliedAfter, info?.appliedAt));
	if (appliedBefore !== undefined) filters.push(({ info }) => inverse(since(appliedBefore, info?.appliedAt)));
	return filters;
}

function inverse(one: Verdict): Verdict {
	return one === null ? null : !one;
}

function verdict(application: Application, filters: readonly Filter[]): Verdict {
	let unknown = false;
	for (const filter of filters) {
		const said = filter(application);
		if (said === false) return false;
		unknown ||= said === null;
	}
	return unknown ? null : true;
}

/** Whether something changed since: one that does not say when is not left out. */
function changedSince({ updatedAfter }: ListQuery, isSure = false): (updatedAt: string | null | undefined) => boolean {
	const from = updatedAfter === undefined || isSure ? -Infinity : (toMillis(updatedAfter) ?? -Infinity);
	return (updatedAt) => (toMillis(updatedAt) ?? Infinity) >= from;
}

/** Candidates that fit. An address is compared, since services match loosely or not at all. */
export async function* selectCandidates({ candidates, updatedAfterIsSure }: Pick<Operations, 'candidates' | 'updatedAfterIsSure'>, query: CandidateQuery): AsyncGenerator<Candidate[]> {
	if (!candidates) return;
	const { email } = query;
	const isNew = changedSince(query, updatedAfterIsSure);
	for await (const page of candidates(query)) yield page.filter((one) => (email === undefined || hasAddress(one, email)) && isNew(one.updatedAt));
}

/** Jobs that fit. */
export async function* selectJobs({ jobs, updatedAfterIsSure }: Pick<Operations, 'jobs' | 'updatedAfterIsSure'>, query: ListQuery): AsyncGenerator<Job[]> {
	if (!jobs) return;
	const isNew = changedSince(query, updatedAfterIsSure);
	for await (const page of jobs(query)) yield page.filter(({ info }) => isNew(info?.updatedAt));
}
