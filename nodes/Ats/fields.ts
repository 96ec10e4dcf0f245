import { choice, choices, dateTime, dropdown, locator, toggle, when, type Field } from '../../lib/action/field';
import { nodeOptions } from '../../lib/action/properties';
import { MODELS } from '../../lib/ats/model';
import type { InputName, Provider } from '../../lib/ats/provider';
import { loadUsers, searchApplications, searchCandidates, searchJobs, searchStages } from './lookups';
import { providers, providersWith } from './providers';

export const provider = choice('provider', {
	displayName: 'Provider',
	description: 'Which applicant tracking system to work with. The output looks the same whichever it is.',
	options: providers.map(({ name, label }) => ({ name: label, value: name })),
	noDataExpression: true,
});

/** Settings of the providers, each shown while one that has it is chosen. Two providers may share one by its name. */
function settingsOf(among: readonly Provider[]): Field[] {
	const byName = new Map<string, { setting: Field; names: string[] }>();
	for (const { name, settings } of among) {
		for (const setting of settings) {
			const known = byName.get(setting.name) ?? { setting, names: [] };
			known.names.push(name);
			byName.set(setting.name, known);
		}
	}
	return [...byName.values()].map(({ setting, names }) => when(setting, { '/provider': names }));
}

const actors = providers.filter(({ actingUser }) => actingUser !== undefined);
const actingUser = when(
	dropdown('actingUser', {
		displayName: 'Acting User',
		load: loadUsers,
		description: 'In whose name something is written. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	}),
	{ '/provider': actors.map(({ name }) => name) },
);
const includeRaw = toggle('includeRaw', { displayName: 'Include Raw', description: "Whether to put the provider's own record into the field raw" });

/** What the options of node and trigger have in common. */
export const providerSettings: readonly Field[] = [...settingsOf(providers), ...(actors.length > 0 ? [actingUser] : [])];

export const options = nodeOptions([...providerSettings, includeRaw]);

export const applicationId = locator('applicationId', { displayName: 'Application', search: searchApplications, description: "The application, by the provider's ID; Application, Get Many lists them" });
export const candidateId = locator('candidateId', { displayName: 'Candidate', search: searchCandidates, description: "The candidate, by the provider's ID; Candidate, Get Many lists them" });
export const jobId = locator('jobId', { displayName: 'Job', search: searchJobs, description: "The job, by the provider's ID; Job, Get Many lists them" });
export const stageId = locator('stageId', { displayName: 'Stage', search: searchStages, description: "A stage of the application's job; Stage, Get Many lists them" });

/** The providers that make use of this field: elsewhere it is not shown. */
export const takers = (input: InputName): { '/provider': string[] } => ({ '/provider': providersWith(({ capabilities }) => capabilities.inputs?.[input] !== undefined) });

/** Offered as far as the provider can tell them. */
export const models = when(
	choices('models', {
		displayName: 'Include',
		description: 'Which parts of an application to read. A part that was not asked for, or that the provider does not tell, is null.',
		options: MODELS.map(({ key, label }) => ({
			name: label,
			value: key,
			displayOptions: { show: { provider: providersWith(({ capabilities }) => capabilities.models[key] !== undefined) } },
		})),
		default: ['info', 'currentStage', 'interviews', 'rejection', 'offers'],
	}),
	{ simplify: [false] },
);

export const updatedAfter = dateTime('updatedAfter', { displayName: 'Changed Since', description: 'Only what changed since this moment' });
