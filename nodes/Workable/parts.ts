import { unlessMissing } from '../../lib/ats/kit';
import { ApiError, rethrow } from '../../lib/errors';
import { path } from '../../lib/http/path';
import type { WorkableApi, WorkableRow } from './api';

/* What belongs to a candidate and stands elsewhere, and how Workable wants times. */

export const CANDIDATES = '/candidates';
export const EVENTS = '/events';

/** ISO 8601 basic, as the page of jobs shows it: `20150708T115616Z`. https://workable.readme.io/reference/jobs */
export function momentOf(ms: number): string {
	return `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

export function dayOf(ms: number): string {
	return new Date(ms).toISOString().slice(0, 10);
}

/** Null where there is none. */
export async function candidateOf(workable: WorkableApi, id: string): Promise<WorkableRow | null> {
	return await unlessMissing(async () => await workable.get(path`/candidates/${id}`, 'candidate'));
}

export async function eventsOf(workable: WorkableApi, id: string): Promise<WorkableRow[]> {
	return await workable.all(EVENTS, 'events', { candidate_id: id, include_cancelled: true });
}

/** Without an offer it is not documented what answers: a record without a state, or 404. */
export async function offerOf(workable: WorkableApi, id: string): Promise<WorkableRow> {
	return (await unlessMissing(async () => await workable.get(path`/candidates/${id}/offer`))) ?? {};
}

export async function filesOf(workable: WorkableApi, id: string): Promise<WorkableRow[]> {
	return await workable.whole(path`/candidates/${id}/files`, 'files');
}

/** Null where the token may not read this. */
export async function permitted<Result>(ask: () => Promise<Result>): Promise<Result | null> {
	try {
		return await ask();
	} catch (error) {
		return error instanceof ApiError && error.facts.status === 403 ? null : rethrow(error);
	}
}
