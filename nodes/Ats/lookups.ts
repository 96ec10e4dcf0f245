import type { INodeListSearchItems } from 'n8n-workflow';

import type { Dropdown, Search } from '../../lib/action/lookups';
import type { AtsApi } from './api';

/** Enough to choose from; a filter is applied here since not every provider has one. */
const MOST = 500;

async function listed<Part>(source: AsyncIterable<readonly Part[]>, filter: string | undefined, option: (part: Part) => INodeListSearchItems | undefined): Promise<{ results: INodeListSearchItems[] }> {
	const wanted = filter?.toLowerCase() ?? '';
	const results: INodeListSearchItems[] = [];
	for await (const page of source) {
		for (const part of page) {
			const found = option(part);
			if (found && String(found.name).toLowerCase().includes(wanted)) results.push(found);
		}
		if (results.length >= MOST) break;
	}
	return { results };
}

function named({ id, text }: { id: string | null; text: string | null }): INodeListSearchItems | undefined {
	return id === null ? undefined : { name: text ?? id, value: id };
}

function person({ id, firstName, lastName, email }: { id: string | null; firstName?: string | null; lastName?: string | null; email: string | null }): INodeListSearchItems | undefined {
	const name = [[firstName, lastName].filter(Boolean).join(' '), email].filter(Boolean).join(' · ');
	return id === null ? undefined : { name: name || id, value: id };
}

export const searchJobs: Search<AtsApi> = {
	kind: 'search',
	name: 'searchJobs',
	run: async (ats, { filter }) => await listed(ats.for('jobs', 'list jobs')({}), filter, ({ id, info }) => ({ name: [info?.title ?? id, info?.status === 'OPEN' ? undefined : info?.status].filter(Boolean).join(' · '), value: id })),
};

export const searchStages: Search<AtsApi> = {
	kind: 'search',
	name: 'searchStages',
	async run(ats, { filter }, editor) {
		const jobId = editor.current('jobId') ?? (await jobOf(ats, editor.current('applicationId')));
		return await listed(ats.for('stages', 'list stages')(jobId), filter, named);
	},
};

async function jobOf(ats: AtsApi, applicationId: string | undefined): Promise<string | null> {
	if (applicationId === undefined) return null;
	const application = await ats.for('application', 'read an application')(applicationId, ['info']);
	return application.info?.jobId ?? null;
}

export const searchApplications: Search<AtsApi> = {
	kind: 'search',
	name: 'searchApplications',
	run: async (ats, { filter }) =>
		await listed(ats.for('applications', 'list applications')({ models: ['info', 'currentStage'] }), filter, ({ id, info, currentStage }) => ({
			name: [[info?.candidate?.firstName, info?.candidate?.lastName].filter(Boolean).join(' ') || id, currentStage?.text].filter(Boolean).join(' · '),
			value: id,
		})),
};

export const searchCandidates: Search<AtsApi> = {
	kind: 'search',
	name: 'searchCandidates',
	run: async (ats, { filter }) =>
		await listed(ats.for('candidates', 'list candidates')(filter?.includes('@') ? { email: filter } : {}), filter, (candidate) => person({ ...candidate, email: candidate.emails?.[0]?.email ?? null })),
};

export const searchRejectionReasons: Search<AtsApi> = {
	kind: 'search',
	name: 'searchRejectionReasons',
	run: async (ats, { filter }) => await listed(ats.for('rejectionReasons', 'list rejection reasons')(), filter, named),
};

export const loadJobs: Dropdown<AtsApi> = {
	kind: 'dropdown',
	name: 'loadJobs',
	run: async (ats) => (await searchJobs.run(ats, {}, nothingChosen)).results,
};

export const loadStages: Dropdown<AtsApi> = {
	kind: 'dropdown',
	name: 'loadStages',
	run: async (ats) => (await searchStages.run(ats, {}, nothingChosen)).results,
};

const nothingChosen = { current: () => undefined };
