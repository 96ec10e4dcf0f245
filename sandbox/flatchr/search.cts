import type { z } from 'zod/v4';
import type { Application } from '../model.cts';
import type * as requests from './requests.cts';
import { changedAt, searchRow, type Row } from './rows.cts';
import type { FlatchrState } from './state.cts';

type Filters = z.infer<typeof requests.search>;

/** Rows of all applications that are not deleted (archived ones too). Comparing with NaN, for a limit that was not given, is always false. */
export function searchRows(state: FlatchrState, filters: Filters): Row[] {
	const { world } = state;
	const limits = { start: bound(state, filters.start), end: bound(state, filters.end), startUpdate: bound(state, filters.start_update), endUpdate: bound(state, filters.end_update) };
	const vacancy = filters.vacancy === undefined ? undefined : state.ids.find('job', filters.vacancy);
	if (filters.vacancy !== undefined && !vacancy) return [];
	const fits = (application: Application): boolean => {
		if (application.deletedAt !== null || (vacancy && application.jobId !== vacancy.id)) return false;
		const changed = changedAt(state, application);
		if (application.createdAt < limits.start || application.createdAt >= limits.end) return false;
		if (changed < limits.startUpdate || changed >= limits.endUpdate) return false;
		if (filters.hired !== undefined && (application.status === 'HIRED') !== (filters.hired === 'true')) return false;
		if (filters.column !== undefined && world.stages.need(application.stageId).name !== filters.column) return false;
		const { firstName, lastName, emails, phones } = world.candidates.need(application.candidateId);
		return same(firstName, filters.firstname) && same(lastName, filters.lastname) && sameEmail(state, emails[0]?.address, filters.email) && same(digits(phones[0]?.number), filters.phone && digits(filters.phone));
	};
	const shownUntil = state.searchLag > 0 ? world.clock.now() - state.searchLag : Infinity;
	const rows = world.applications.rows.filter((application) => application.createdAt <= shownUntil && fits(application)).map((application) => searchRow(state, application));
	return state.newestFirst ? rows.reverse() : rows;
}

function bound(state: FlatchrState, given: string | undefined): number {
	if (given === undefined || state.filters === 'ignored') return NaN;
	const [first = 0, second = 0, year = 0] = given.split('/').map(Number);
	return state.filters === 'dayFirst' ? Date.UTC(2000 + year, second - 1, first) : Date.UTC(2000 + year, first - 1, second);
}

function same(value: string | null | undefined, wanted: string | undefined): boolean {
	return wanted === undefined || (value ?? '').toLowerCase() === wanted.toLowerCase();
}

function sameEmail(state: FlatchrState, value: string | undefined, wanted: string | undefined): boolean {
	if (wanted === undefined || state.emailFilter === 'ignored') return true;
	return state.emailFilter === 'loose' ? (value ?? '').split('@')[0]?.startsWith(wanted.trim().split('@')[0]?.slice(0, 1) ?? '') === true : same(value, wanted);
}

const digits = (phone: string | undefined): string => (phone ?? '').replace(/\D/g, '');

