import { choice, collection, dateTime, id, jsonObject, list, locator, toggle, when, type Field } from '../../lib/action/field';
import { nodeOptions } from '../../lib/action/properties';
import { searchApplications, searchCandidates, searchJobs, searchStagesOfJob, searchTagNames } from './lookups';

const idPlaceholder = 'GKzE4cYrKhPQdhZZ9fNSR1KE';

export const jobId = locator('jobId', { displayName: 'Job', search: searchJobs, placeholder: idPlaceholder, description: "The job, by Kombo's ID" });
export const applicationId = locator('applicationId', { displayName: 'Application', search: searchApplications, placeholder: idPlaceholder, description: "The application, by Kombo's ID; Application, Get Many lists them" });
export const candidateId = locator('candidateId', { displayName: 'Candidate', search: searchCandidates, placeholder: idPlaceholder, description: "The candidate, by Kombo's ID; Candidate, Get Many lists them" });
export const stageOfJob = locator('stageId', { displayName: 'Stage', search: searchStagesOfJob, placeholder: idPlaceholder, description: "A stage of the application's job" });
export const tagName = locator('tag', { displayName: 'Tag', search: searchTagNames, typedAs: 'By Name', placeholder: 'Talent pool', description: 'The tag, by its name' });

const integration = { displayName: 'Integration ID', placeholder: 'greenhouse:HWUTwvyx2wLoSUHphiWVrp28', description: 'The connection of one customer with one ATS, as the Kombo dashboard shows it under Integrations' };
/** For reads: the credential's own when empty. */
export const integrationIdOptional = id('integrationId', { ...integration, required: false, hint: "The credential's default integration when empty" });
/** For what cannot be taken back. */
export const integrationIdRequired = id('integrationId', integration);

/** Passed through to the ATS, with the writes that take it. https://docs.kombo.dev/ats/guides/remote-fields */
const remoteFields = when(
	jsonObject('remoteFields', {
		displayName: 'Remote Fields (JSON)',
		rows: 2,
		description: 'Values that Kombo passes to the connected ATS as they are, keyed by its name',
		placeholder: '{"greenhouse": {"post_headers": {"On-Behalf-Of": "1234"}}}',
	}),
	{ '/operation': ['addAttachment', 'addNote', 'addResultLink', 'addTag', 'create', 'moveStage', 'reject', 'removeTag'] },
);

export const options = nodeOptions([
	remoteFields,
	id('integrationId', { displayName: 'Integration ID', placeholder: 'greenhouse:HWUTwvyx2wLoSUHphiWVrp28', description: "Instead of the credential's default integration" }),
]);

/** Filters of every model read. https://docs.kombo.dev/getting-started/querying-api */
const commonFilters = [
	list('ids', { of: 'id', displayName: 'IDs', placeholder: 'GKzE4cYrKhPQdhZZ9fNSR1KE, 8Xi6iZrwusZqJmDGXs49GBmJ', description: "Comma-separated Kombo IDs, or a list" }),
	list('remoteIds', { of: 'id', displayName: 'Remote IDs', placeholder: '4012345, 4012346', description: 'Comma-separated IDs in the ATS, or a list' }),
	dateTime('updatedAfter', { displayName: 'Updated After', description: 'Only records that changed since, or whose nested data did' }),
	toggle('includeDeleted', { displayName: 'Include Deleted', description: 'Whether to also return records that the ATS no longer has' }),
	toggle('ignoreUnsupportedFilters', { displayName: 'Ignore Unsupported Filters', description: 'Whether to return everything when the ATS does not support a filter. Otherwise Kombo then returns nothing.' }),
] as const;

/** The job that rows belong to: picked, or several by ID. */
export const ofJobs = [
	locator('jobId', { displayName: 'Job', description: 'Only those of one job', required: false, search: searchJobs, placeholder: idPlaceholder }),
	list('jobIds', { of: 'id', displayName: 'Job IDs', placeholder: 'GKzE4cYrKhPQdhZZ9fNSR1KE, 8Xi6iZrwusZqJmDGXs49GBmJ', description: 'Comma-separated Kombo IDs, or a list' }),
] as const;

/** When the ATS says it was created. */
export const createdAfter = dateTime('remoteCreatedAfter', { displayName: 'Created After', description: 'Only records that were created in the ATS since' });

/** A filter of a model read: its name in camelCase is Kombo's own. */
export type Filter = Field<string, string | string[] | boolean | undefined>;

/** A "Filters" collection: the common ones and a model's own. */
export function filters<const Own extends readonly Filter[] = []>(...own: Own) {
	return collection('filters', { displayName: 'Filters', addLabel: 'Add Filter', fields: [...commonFilters, ...own] });
}

/** https://docs.kombo.dev/v1/post-connect-create-link */
export const linkType = choice('linkType', {
	displayName: 'Link Type',
	description: 'How the customer will open the link',
	options: [
		{ name: 'Embedded', value: 'EMBEDDED', description: 'To be opened in your own page, within an hour' },
		{ name: 'Magic Link', value: 'MAGIC_LINK', description: 'To be sent by mail, valid for a year' },
	],
});

export const language = choice('language', {
	displayName: 'Language',
	description: 'The language of the page behind the link',
	options: [
		{ name: 'English', value: 'en' },
		{ name: 'French', value: 'fr' },
		{ name: 'German', value: 'de' },
		{ name: 'Italian', value: 'it' },
		{ name: 'Spanish', value: 'es' },
	],
});

export const category = choice('category', {
	displayName: 'Category',
	description: 'The kind of system',
	options: [
		{ name: 'ATS', value: 'ATS', description: 'Applicant tracking' },
		{ name: 'Assessment', value: 'ASSESSMENT' },
		{ name: 'HRIS', value: 'HRIS', description: 'Employee records' },
		{ name: 'LMS', value: 'LMS', description: 'Learning' },
	],
});

/** A file's kind in Kombo. */
export const attachmentType = choice('attachmentType', {
	displayName: 'Type',
	description: 'What the file is',
	options: [
		{ name: 'CV', value: 'CV' },
		{ name: 'Cover Letter', value: 'COVER_LETTER' },
		{ name: 'Other', value: 'OTHER' },
	],
});

type FilterValues = Readonly<Record<string, string | boolean | string[] | undefined>>;

/** Filters by Kombo's names: camelCase becomes snake_case, false switches are left out, a picked job joins the list of jobs. */
export function queryOf({ jobId: job, ...given }: FilterValues): Record<string, string | boolean | string[] | undefined> {
	const jobs = typeof job === 'string' ? { jobIds: [job, ...(Array.isArray(given.jobIds) ? given.jobIds : [])] } : {};
	return Object.fromEntries(Object.entries({ ...given, ...jobs }).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value === false ? undefined : value]));
}
