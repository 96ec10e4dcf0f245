import { choice, collection, dateTime, email, id, list, locator, text, when, type Field } from '../../lib/action/field';
import { nodeOptions } from '../../lib/action/properties';
import { searchApplications, searchCandidatesOfApplications, searchJobs } from './lookups';

const integrationPlaceholder = 'mg_8sKd02nfYh3kQ1';

/** These operations act for the account, or name their integration themselves. */
const WITHOUT_INTEGRATION = ['createAuthSession', 'deactivate', 'getAllOfOrganisation'];

const shownIntegration = id('integrationId', {
	required: false,
	displayName: 'Integration ID',
	placeholder: integrationPlaceholder,
	description: "The connection of one customer with one ATS. Empty: the credential's default integration.",
});

/** Above the resource: which customer's connection the node acts for. */
export const integrationId: typeof shownIntegration = { ...shownIntegration, property: { ...shownIntegration.property, displayOptions: { hide: { operation: WITHOUT_INTEGRATION } } } };

export const integrationToName = id('integrationToDeactivate', {
	displayName: 'Integration ID',
	required: true,
	placeholder: integrationPlaceholder,
	description: 'The connection to switch off. Integration, Get Many of an Organisation lists them.',
	hint: 'Never taken from the credential: name it',
});

export const originOrgId = id('originOrgId', { displayName: 'Organisation ID', required: true, placeholder: 'acme-42', description: "Your own ID of the customer's organisation, as it was given to Knit when the customer connected" });

const idPlaceholder = 'lRQ03MnbWBSTKHX';
export const jobId = locator('jobId', { displayName: 'Job', search: searchJobs, placeholder: idPlaceholder, description: 'The job; Job, Get Many lists them' });
export const applicationId = locator('applicationId', { displayName: 'Application', search: searchApplications, placeholder: idPlaceholder, description: 'The application; Application, Get Many lists them' });
export const candidateId = locator('candidateId', {
	displayName: 'Candidate',
	search: searchCandidatesOfApplications,
	placeholder: 'X73cKg1NAFUJTec',
	description: "The application's candidate: Knit wants both IDs. Application, Get Many gives it with the application.",
});

export const options = nodeOptions([]);

const weak = 'Each ATS takes only some filters; what Knit does with the others is not documented';

/** A "Filters" collection, with the warning that all of them need. https://developers.getknit.dev/docs/filtering-data-in-apis */
export function filters<const Fields extends readonly Field[]>(...fields: Fields) {
	return collection('filters', { displayName: 'Filters', addLabel: 'Add Filter', hint: weak, fields });
}

const several = 'Comma-separated, or a list. Where the ATS takes one value only, the first one counts.';

/** Application filters, and what supports them: https://developers.getknit.dev/docs/list-applications */
export const applicationFilters = filters(
	email('candidateEmail', { displayName: 'Candidate Email', placeholder: 'jo@example.com', description: 'Lever only, as far as is known' }),
	list('candidateId', { of: 'id', displayName: 'Candidate IDs', placeholder: 'X73cKg1NAFUJTec', description: several }),
	dateTime('changedStageAfter', { displayName: 'Changed Stage After', description: 'Lever, Teamtailor and Vincere' }),
	dateTime('changedStageBefore', { displayName: 'Changed Stage Before', description: 'Lever, Teamtailor and Vincere' }),
	dateTime('createdAfter', { displayName: 'Created After', description: 'Only records created since this moment' }),
	dateTime('createdBefore', { displayName: 'Created Before', description: 'Only records created until this moment' }),
	list('jobId', { of: 'id', displayName: 'Job IDs', placeholder: 'Ty60CurNfqp5I9r', description: several }),
	list('stage', { of: 'id', displayName: 'Stages', placeholder: 'JLUnI5TFKWbhQ1k', description: several, hint: 'Whether an ID or a name is meant is not documented' }),
	list('status', { displayName: 'Statuses', placeholder: 'ACTIVE', description: several, hint: 'The words are not documented; ACTIVE, REJECTED and HIRED are those of the answer' }),
	list('tag', { displayName: 'Tags', placeholder: 'java', description: several }),
	dateTime('updatedAfter', { displayName: 'Updated After', description: 'Not taken by Ashby, BambooHR, Vincere, JazzHR and HR Works' }),
	dateTime('updatedBefore', { displayName: 'Updated Before', description: 'Only records whose last change was until this moment' }),
);

/** https://developers.getknit.dev/docs/list-jobs */
export const jobFilters = filters(
	dateTime('createdAfter', { displayName: 'Created After', description: 'Only records created since this moment' }),
	dateTime('createdBefore', { displayName: 'Created Before', description: 'Only records created until this moment' }),
	list('departmentId', { of: 'id', displayName: 'Department IDs', placeholder: 'dep_7', description: several }),
	list('officeId', { of: 'id', displayName: 'Office IDs', placeholder: 'off_3', description: several }),
	list('status', { displayName: 'Statuses', placeholder: 'OPEN', description: several }),
	list('tag', { displayName: 'Tags', placeholder: 'java', description: several }),
	dateTime('updatedAfter', { displayName: 'Updated After', description: 'Lever takes it only without any other filter' }),
	dateTime('updatedBefore', { displayName: 'Updated Before', description: 'Only records whose last change was until this moment' }),
);

/** Values that Knit's pages show; the list is not complete. https://developers.getknit.dev/reference/sync-data-types */
export const DATA_TYPES = [
	{ name: 'Accounting Invoices', value: 'accounting_invoices' },
	{ name: 'ATS Applications', value: 'ats_applications' },
	{ name: 'ATS Candidates', value: 'ats_candidates' },
	{ name: 'ATS Jobs', value: 'ats_jobs' },
	{ name: 'Employees', value: 'employee' },
] as const;

const OTHER = 'other';

const dataType = choice('dataType', {
	displayName: 'Data Type',
	default: 'ats_applications',
	options: [...DATA_TYPES, { name: 'Other', value: OTHER, description: 'One that this list does not know' }],
	description: 'Syncs of its category must be switched on in the Knit dashboard first',
});
const otherDataType = when(text('otherDataType', { displayName: 'Other Data Type', required: true, placeholder: 'ats_offers', description: 'As Knit writes it' }), { dataType: [OTHER] });

export const dataTypeFields = [dataType, otherDataType] as const;

export function dataTypeOf({ dataType: chosen, otherDataType: typed }: { dataType: string; otherDataType: string | undefined }): string {
	return chosen === OTHER ? (typed ?? '') : chosen;
}

/** A body whose fields Knit does not publish. */
export const unpublished = 'Knit does not publish the fields of this call: take them from its API reference or its support';
