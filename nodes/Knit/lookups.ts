import type { Found, Search } from '../../lib/action/lookups';
import type { Row } from '../../lib/action/operation';
import { LISTS, pageOf, type KnitApi } from './api';
import { firstOf, listed, part, pick } from './models';

/** Knit tells no page size: while nothing fits, so many pages are looked through at once. */
const PAGES_PER_SEARCH = 5;

function searchOf(name: string, path: string, key: string, option: (row: Row, editor: { current(field: string): string | undefined }) => Found | undefined): Search<KnitApi> {
	return {
		kind: 'search',
		name,
		async run(knit, { cursor }, editor) {
			const results = new Map<string, Found>();
			let pageToken = cursor;
			for (let read = 0; read < PAGES_PER_SEARCH && results.size === 0; read++) {
				const { rows, next } = pageOf(await knit.get(path, { pageToken }), key);
				for (const row of rows) {
					const found = option(row, editor);
					if (found) results.set(String(found.value), found);
				}
				pageToken = next;
				if (pageToken === undefined) break;
			}
			return { results: [...results.values()], ...(pageToken === undefined ? {} : { cursor: pageToken }) };
		},
	};
}

export const searchJobs = searchOf('searchJobs', LISTS.jobs, 'jobs', ({ info }) => {
	const id = pick(info, 'id');
	const status = pick(info, 'status');
	const url = pick(info, 'infoUrl');
	return id === null ? undefined : { name: [pick(info, 'title') ?? id, status === 'OPEN' ? null : status].filter(Boolean).join(' · '), value: id, ...(url === null ? {} : { url }) };
});

export const searchApplications = searchOf('searchApplications', LISTS.applications, 'applications', ({ info, currentStage }) => {
	const id = pick(info, 'id');
	return id === null ? undefined : { name: [personName(part(info, 'candidate')), pick(currentStage, 'text') ?? pick(info, 'status')].filter(Boolean).join(' · ') || id, value: id };
});

/** The candidate of the application chosen above; while none is, those of all applications. */
export const searchCandidatesOfApplications = searchOf('searchCandidatesOfApplications', LISTS.applications, 'applications', ({ info }, editor) => {
	const chosen = editor.current('applicationId');
	const candidate = part(info, 'candidate');
	const id = pick(candidate, 'id');
	return id === null || (chosen !== undefined && chosen !== pick(info, 'id')) ? undefined : { name: personName(candidate) ?? id, value: id };
});

/** Stages of the job chosen above: Knit lists none without a job. */
export const searchStagesOfJob: Search<KnitApi> = {
	kind: 'search',
	name: 'searchStagesOfJob',
	dependsOn: ['jobId.value'],
	async run(knit, _ask, editor) {
		const jobId = editor.current('jobId');
		const job = jobId === undefined ? undefined : await findJob(knit, jobId);
		return {
			results: listed(job?.stages).flatMap((stage) => {
				const id = pick(stage, 'id');
				const name = pick(stage, 'text') ?? id ?? '';
				return id === null ? [] : [{ name, value: id }];
			}),
		};
	},
};

/** A job looked for in the list: how Knit wants its ID in the call by ID is not published. */
export async function findJob(knit: KnitApi, id: string): Promise<Row | undefined> {
	for await (const rows of knit.list(LISTS.jobs, 'jobs')) {
		const found = rows.find(({ info }) => pick(info, 'id') === id);
		if (found) return found;
	}
	return undefined;
}

function personName(person: unknown): string | undefined {
	const name = [pick(person, 'firstName'), pick(person, 'lastName')].filter(Boolean).join(' ');
	return [name, firstOf(part(person, 'emails'), 'email')].filter(Boolean).join(' · ') || undefined;
}
