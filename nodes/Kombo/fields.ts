import { choice, collection, dateTime, id, json, list, locator, text, toggle, type Field } from '../../lib/action/field';
import { nodeOptions } from '../../lib/action/properties';
import { searchApplications, searchCandidates, searchJobs, searchStagesOfJob } from './lookups';

const idPlaceholder = 'GKzE4cYrKhPQdhZZ9fNSR1KE';

export const jobId = locator('jobId', { displayName: 'Job', search: searchJobs, placeholder: idPlaceholder, description: "The job, by Kombo's ID" });
export const applicationId = locator('applicationId', { displayName: 'Application', search: searchApplications, placeholder: idPlaceholder, description: "The application, by Kombo's ID; Application, Get Many lists them" });
export const candidateId = locator('candidateId', { displayName: 'Candidate', search: searchCandidates, placeholder: idPlaceholder, description: "The candidate, by Kombo's ID; Candidate, Get Many lists them" });
export const stageOfJob = locator('stageId', { displayName: 'Stage', search: searchStagesOfJob, placeholder: idPlaceholder, description: "A stage of the application's job" });
export const integrationIdParameter = id('integrationId', { displayName: 'Integration ID', placeholder: 'greenhouse:HWUTwvyx2wLoSUHphiWVrp28', description: 'The connection of one customer with one ATS, as the Kombo dashboard shows it under Integrations' });

/** Passed through to the ATS. https://docs.kombo.dev/ats/guides/remote-fields */
export const remoteFields = json('remoteFields', {
	displayName: 'Remote Fields (JSON)',
	description: 'Values that Kombo passes to the connected ATS as they are, keyed by its name',
	placeholder: '{"greenhouse": {"post_headers": {"On-Behalf-Of": "1234"}}}',
});

export const options = nodeOptions([
	text('integrationId', { displayName: 'Integration ID', placeholder: 'greenhouse:HWUTwvyx2wLoSUHphiWVrp28', description: "Instead of the credential's default integration" }),
]);

/** Filters of every model read. https://docs.kombo.dev/getting-started/querying-api */
const commonFilters = [
	list('ids', { displayName: 'IDs', description: "Comma-separated Kombo IDs, or a list" }),
	list('remoteIds', { displayName: 'Remote IDs', description: 'Comma-separated IDs in the ATS, or a list' }),
	dateTime('updatedAfter', { displayName: 'Updated After', description: 'Only records that changed since, or whose nested data did' }),
	toggle('includeDeleted', { displayName: 'Include Deleted', description: 'Whether to also return records that the ATS no longer has' }),
	toggle('ignoreUnsupportedFilters', { displayName: 'Ignore Unsupported Filters', description: 'Whether to return everything when the ATS does not support a filter. Otherwise Kombo then returns nothing.' }),
] as const;

/** A "Filters" collection: the common ones and a model's own. */
export function filters<const Own extends readonly Field[] = []>(...own: Own) {
	return collection('filters', { displayName: 'Filters', addLabel: 'Add Filter', fields: [...commonFilters, ...own] });
}

/** A file's kind in Kombo. */
export const attachmentType = choice('attachmentType', {
	displayName: 'Type',
	options: [
		{ name: 'CV', value: 'CV' },
		{ name: 'Cover Letter', value: 'COVER_LETTER' },
		{ name: 'Other', value: 'OTHER' },
	],
});

type FilterValues = Readonly<Record<string, string | number | boolean | string[] | undefined>>;

/** Filters by Kombo's names: camelCase becomes snake_case, false switches are left out. */
export function queryOf(given: FilterValues): Record<string, string | number | boolean | string[] | undefined> {
	return Object.fromEntries(Object.entries(given).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value === false ? undefined : value]));
}
