import { locator, text } from '../../lib/action/field';
import { nodeOptions } from '../../lib/action/properties';
import { searchApplicants, searchColumns, searchVacancies, searchVacancySlugs } from './lookups';

const ID = 'V41QG9eja5pK6Xev';

export const vacancyId = locator('vacancyId', { displayName: 'Vacancy', search: searchVacancies, placeholder: ID, description: 'The vacancy, by its 16-character ID or its number; Vacancy, Get Many lists them, and Candidate, Search gives them as vacancy_key and vacancy_id' });

export const vacancyFilter = locator('vacancyId', { displayName: 'Vacancy', description: 'Only those of one vacancy', required: false, search: searchVacancies, placeholder: ID });

/** Creating a candidate wants the slug where everything else wants the ID. https://developers.flatchr.io/en/docs/QuickStart/Candidats/Creer_un_candidat */
export const vacancySlug = locator('vacancySlug', {
	displayName: 'Vacancy',
	search: searchVacancySlugs,
	placeholder: 'vyja3k5rrnlnqwe-technicien-h-f',
	idHint: 'The slug of the vacancy, not its ID',
	description: 'The vacancy, by its slug; Vacancy, Get Many lists it',
});

export const applicantId = locator('applicantId', {
	displayName: 'Applicant',
	search: searchApplicants,
	placeholder: ID,
	idHint: 'The 16-character ID; webhooks of moves and messages carry a number, which will not do',
	description: "The candidate's application to a vacancy; Candidate, Search gives it as applicant",
});

export const columnId = locator('columnId', { displayName: 'Column', search: searchColumns, placeholder: '13133', description: 'The column of the pipeline; Column, Get Many lists them' });

export const options = nodeOptions([text('companyKey', { displayName: 'Company Key', placeholder: 'rV41QG9eKXdK6Xev', description: "Instead of the credential's company, for API keys that may act for several" })]);

/** The documentation types these ids as integers; in n8n they are text like every other ID. */
export function wireNumber(id: string): number | string {
	return /^\d{1,15}$/.test(id) ? Number(id) : id;
}

/** A body without the keys that hold nothing: Flatchr asks to leave them out rather than to send "". */
export function filled(body: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined && value !== ''));
}
