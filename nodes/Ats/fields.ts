import { choice, choices, dateTime, id, locator, toggle, when } from '../../lib/action/field';
import { nodeOptions } from '../../lib/action/properties';
import { MODELS } from '../../lib/ats/model';
import { searchApplications, searchCandidates, searchJobs, searchStages } from './lookups';
import { providers, providersWith } from './providers';

export const provider = choice('provider', {
	displayName: 'Provider',
	description: 'Which applicant tracking system to work with. The output looks the same whichever it is.',
	options: providers.map(({ name, label }) => ({ name: label, value: name })),
	noDataExpression: true,
});

export const integrationId = when(
	id('integrationId', { required: false, displayName: 'Integration ID', placeholder: 'greenhouse:HWUTwvyx2wLoSUHphiWVrp28', description: "The connection of one customer with one ATS, instead of the credential's default" }),
	{ provider: ['kombo', 'knit'] },
);

/** Flatchr knows archived people, not rejected ones; whether they are the same is each company's habit. */
export const archivedAsRejected = when(
	toggle('archivedAsRejected', { displayName: 'Treat Archived as Rejected', description: 'Whether an archived application counts as rejected. Otherwise its status is not specified.' }),
	{ '/provider': ['flatchr'] },
);

export const options = nodeOptions([archivedAsRejected, toggle('includeRaw', { displayName: 'Include Raw', description: "Whether to put the provider's own record into the field raw" })]);

export const applicationId = locator('applicationId', { displayName: 'Application', search: searchApplications, description: "The application, by the provider's ID; Application, Get Many lists them" });
export const candidateId = locator('candidateId', { displayName: 'Candidate', search: searchCandidates, description: "The candidate, by the provider's ID; Candidate, Get Many lists them" });
export const jobId = locator('jobId', { displayName: 'Job', search: searchJobs, description: "The job, by the provider's ID; Job, Get Many lists them" });
export const stageId = locator('stageId', { displayName: 'Stage', search: searchStages, description: "A stage of the application's job; Stage, Get Many lists them" });

/** Offered as far as the provider can tell them. */
export const models = choices('models', {
	displayName: 'Models',
	description: 'Which parts of an application to read. A part that was not asked for, or that the provider does not tell, is null.',
	options: MODELS.map(({ key, label }) => ({
		name: label,
		value: key,
		displayOptions: { show: { provider: providersWith(({ capabilities }) => capabilities.models[key] !== undefined) } },
	})),
	default: ['info', 'currentStage', 'interviews', 'rejection', 'offers'],
});

export const updatedAfter = dateTime('updatedAfter', { displayName: 'Changed Since', description: 'Only what changed since this moment' });
