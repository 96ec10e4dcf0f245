import type { Dropdown, MapperSource, Search } from '../../lib/action/lookups';
import type { Row } from '../../lib/action/operation';
import { path } from '../../lib/http/path';
import { isObject } from '../../lib/http/apiDefinition';
import { rowsOf, type KomboApi } from './api';
import { mapperFieldsOf } from './screening';
import { personName } from './models';

/** A page of a dropdown: enough to choose from, quick to load. */
const DROPDOWN_PAGE = 100;

export const searchJobs: Search<KomboApi> = {
	kind: 'search',
	name: 'searchJobs',
	async run(kombo, { filter, cursor }) {
		const data = await narrowed(kombo, '/ats/jobs', filter && !cursor ? { name_contains: filter } : undefined, { page_size: DROPDOWN_PAGE, cursor, ignore_unsupported_filters: true });
		return {
			results: rowsOf(data, 'results').map((job) => ({
				name: [job.name ?? job.remote_id, job.job_code, job.status === 'OPEN' ? undefined : job.status].filter(Boolean).join(' · '),
				value: String(job.id),
				...(typeof job.remote_url === 'string' ? { url: job.remote_url } : {}),
			})),
			...(typeof data.next === 'string' ? { cursor: data.next } : {}),
		};
	},
};

/** What Kombo's own filter finds; the list, to be looked through here, where that is nothing. */
async function narrowed(kombo: KomboApi, address: string, by: Record<string, string | undefined> | undefined, query: Record<string, string | number | boolean | undefined>): Promise<Row> {
	const found = by && (await kombo.get(address, { ...query, ...by }));
	return found && rowsOf(found, 'results').length > 0 ? found : await kombo.get(address, query);
}

export const searchCandidates: Search<KomboApi> = {
	kind: 'search',
	name: 'searchCandidates',
	async run(kombo, { filter, cursor }) {
		// Kombo matches e-mail and names exactly, accents included, so the filter is tried as what it looks like.
		const by = !filter || cursor ? undefined : filter.includes('@') ? { email: filter } : { last_name: filter.split(/\s+/).at(-1) };
		const data = await narrowed(kombo, '/ats/candidates', by, { page_size: DROPDOWN_PAGE, cursor });
		return {
			results: rowsOf(data, 'results').map((candidate) => ({ name: personName(candidate), search: addresses(candidate), value: String(candidate.id) })),
			...(typeof data.next === 'string' ? { cursor: data.next } : {}),
		};
	},
};

export const searchApplications: Search<KomboApi> = {
	kind: 'search',
	name: 'searchApplications',
	async run(kombo, { cursor }, editor) {
		const data = await kombo.get('/ats/applications', { job_ids: editor.current('jobId'), page_size: DROPDOWN_PAGE, cursor });
		return {
			results: rowsOf(data, 'results').map((application) => ({
				name: [isObject(application.candidate) ? personName(application.candidate) : undefined, nameOf(application.job), nameOf(application.current_stage)].filter(Boolean).join(' · '),
				search: addresses(application.candidate),
				value: String(application.id),
			})),
			...(typeof data.next === 'string' ? { cursor: data.next } : {}),
		};
	},
};

/** E-mail addresses, which people are found by. */
function addresses(person: unknown): string {
	const emails = isObject(person) && Array.isArray(person.email_addresses) ? person.email_addresses : [];
	return emails.map((one: unknown) => (isObject(one) && typeof one.email_address === 'string' ? one.email_address : '')).join(' ');
}

/** Stages of the job chosen above. Global stage IDs can be refused by some ATSs, so none are offered without a job. */
export const searchStagesOfJob: Search<KomboApi> = {
	kind: 'search',
	name: 'searchStagesOfJob',
	dependsOn: ['jobId.value', 'applicationId.value'],
	async run(kombo, _ask, editor) {
		const job = await chosenJob(kombo, editor.current('jobId'), editor.current('applicationId'));
		const stages = Array.isArray(job?.stages) ? job.stages.filter(isObject) : [];
		return {
			results: stages
				.filter((stage) => stage.status !== 'INACTIVE')
				.map((stage) => ({ name: String(stage.name ?? stage.remote_id ?? stage.id), value: String(stage.id) })),
		};
	},
};

async function chosenJob(kombo: KomboApi, jobId: string | undefined, applicationId: string | undefined): Promise<Row | undefined> {
	if (jobId) return await kombo.first('/ats/jobs', { ids: jobId });
	const application = applicationId ? await kombo.first('/ats/applications', { ids: applicationId }) : undefined;
	return typeof application?.job_id === 'string' ? await kombo.first('/ats/jobs', { ids: application.job_id }) : undefined;
}

export const searchRejectionReasons = listOf('searchRejectionReasons', '/ats/rejection-reasons', (row) => String(row.name ?? row.remote_id ?? row.id));
export const searchUsers = listOf('searchUsers', '/ats/users', personName);
export const searchStages = listOf('searchStages', '/ats/application-stages', (row) => String(row.name ?? row.remote_id ?? row.id));
export const searchTags = listOf('searchTags', '/ats/tags', (row) => String(row.name ?? row.remote_id ?? row.id));
export const searchRoles = listOf('searchRoles', '/ats/roles', (row) => String(row.remote_label ?? row.unified_type ?? row.id));
/** Tags are written by name, so the name is the value. */
export const searchTagNames = listOf('searchTagNames', '/ats/tags', (row) => String(row.name ?? ''), (row) => String(row.name ?? ''));
/** The fields that you defined in Kombo, and what an ATS offers to fill them with. */
export const searchCustomFields = ofIntegration('searchCustomFields', 'custom-fields');
export const searchIntegrationFields = ofIntegration('searchIntegrationFields', 'integration-fields');

/** A short model: these endpoints have no text filter. */
function listOf(name: string, address: string, title: (row: Row) => string, value = (row: Row) => String(row.id)): Search<KomboApi> {
	return {
		kind: 'search',
		name,
		async run(kombo, { cursor }) {
			const data = await kombo.get(address, { page_size: 250, cursor });
			return {
				results: rowsOf(data, 'results')
					.map((row) => ({ name: title(row), value: value(row) })),
				...(typeof data.next === 'string' ? { cursor: data.next } : {}),
			};
		},
	};
}

function ofIntegration(name: string, list: 'custom-fields' | 'integration-fields'): Search<KomboApi> {
	return {
		kind: 'search',
		name,
		dependsOn: ['integrationId'],
		async run(kombo, { cursor }, editor) {
			const data = await kombo.get(path`/integrations/${kombo.integrationOr(editor.current('integrationId'))}/${list}`, { page_size: 250, cursor });
			return {
				results: rowsOf(data, 'results')
					.map((field) => ({ name: [field.label ?? field.key, field.model].filter(Boolean).join(' · '), value: String(field.id) })),
				...(typeof data.next === 'string' ? { cursor: data.next } : {}),
			};
		},
	};
}

export const loadUsers: Dropdown<KomboApi> = {
	kind: 'dropdown',
	name: 'loadUsers',
	async run(kombo) {
		const options: Array<{ name: string; value: string }> = [];
		for await (const rows of kombo.list('/ats/users')) options.push(...rows.map((row) => ({ name: personName(row), value: String(row.id) })));
		return options;
	},
};

export const loadTools: Dropdown<KomboApi> = {
	kind: 'dropdown',
	name: 'loadTools',
	dependsOn: ['category'],
	async run(kombo, editor) {
		const data = await kombo.get(path`/tools/${(editor.current('category') ?? 'ATS').toLowerCase()}`);
		return rowsOf(data, 'tools').map((tool) => ({ name: String(tool.label), value: String(tool.id) }));
	},
};

export const screeningQuestions: MapperSource<KomboApi> = {
	kind: 'mapper',
	name: 'screeningQuestions',
	dependsOn: ['jobId.value'],
	async run(kombo, editor) {
		const jobId = editor.current('jobId');
		if (!jobId) return { fields: [], emptyNotice: 'Choose a job first: the questions are those of the job.' };
		const job = await kombo.first('/ats/jobs', { ids: jobId });
		return { fields: mapperFieldsOf(job?.screening_questions), emptyNotice: 'This job asks no screening questions.' };
	},
};

function nameOf(value: unknown): string | undefined {
	return isObject(value) && typeof value.name === 'string' ? value.name : undefined;
}
