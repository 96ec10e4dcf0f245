import type { Dropdown, Editor, Found, Search } from '../../lib/action/lookups';
import { matcher } from '../../lib/action/match';
import type { Application } from '../../lib/ats/model';
import { FieldError } from '../../lib/errors';
import type { AtsApi } from './api';
import { nameOf } from './simplify';

/** Enough to choose from; a filter is applied here since not every provider has one. */
const MOST = 500;

async function listed<Part>(source: AsyncIterable<readonly Part[]>, filter: string | undefined, option: (part: Part) => Found | undefined): Promise<{ results: Found[] }> {
	const fits = matcher(filter);
	const results: Found[] = [];
	for await (const page of source) {
		for (const part of page) {
			const found = option(part);
			if (found && fits(found.name, found.search)) results.push(found);
		}
		if (results.length >= MOST) break;
	}
	return { results };
}

function named({ id, text }: { id: string | null; text: string | null }): Found | undefined {
	return id === null ? undefined : { name: text ?? id, value: id };
}

function person({ id, email, ...names }: { id: string | null; name: string | null; firstName: string | null; lastName: string | null; email: string | null }): Found | undefined {
	return id === null ? undefined : { name: [nameOf(names), email].filter(Boolean).join(' · ') || id, value: id };
}

/** "Marta Müller · Forklift Driver": stays right when the application moves. */
function applicant({ id, info }: Application): Found {
	const status = info && info.status !== 'ACTIVE' && info.status !== 'NOT_SPECIFIED' ? info.status.toLowerCase() : undefined;
	return {
		name: [info?.candidate ? nameOf(info.candidate) : null, info?.job?.title, status].filter(Boolean).join(' · ') || id,
		value: id,
		search: [id, ...(info?.candidate?.emails ?? []).map(({ email }) => email)].join(' '),
	};
}

export const searchJobs: Search<AtsApi> = {
	kind: 'search',
	name: 'searchJobs',
	dependsOn: ['provider'],
	run: async (ats, { filter }) =>
		await listed(ats.for('jobs', 'list jobs')({}), filter, ({ id, info }) => ({ name: [info?.title ?? id, info?.status === 'OPEN' ? undefined : info?.status].filter(Boolean).join(' · '), value: id, search: id, ...(info?.infoUrl ? { url: info.infoUrl } : {}) })),
};

export const searchStages: Search<AtsApi> = {
	kind: 'search',
	name: 'searchStages',
	dependsOn: ['provider', 'jobId.value', 'applicationId.value'],
	run: async (ats, { filter }, editor) => await listed(ats.for('stages', 'list stages')(editor.current('jobId') ?? (await jobOf(ats, editor))), filter, named),
};

/** The job of the application that is chosen in the editor; null where its job is not told. */
async function jobOf(ats: AtsApi, editor: Editor): Promise<string | null> {
	const applicationId = editor.current('applicationId');
	if (applicationId === undefined) {
		const first = editor.current('operation') === 'create' ? 'a job' : 'an application';
		throw new FieldError(`Choose ${first} first: the stages are those of its job`, 'Where it comes from the previous node, run that one first, or give the stage by its ID.');
	}
	const application = await ats.for('application', 'read an application')(applicationId, ['info']);
	return application.info?.jobId ?? null;
}

export const searchApplications: Search<AtsApi> = {
	kind: 'search',
	name: 'searchApplications',
	dependsOn: ['provider'],
	run: async (ats, { filter }, editor) => {
		// Whoever has no applications takes the candidate's ID in their place.
		if (!ats.operations.applications) return await searchCandidates.run(ats, { filter }, editor);
		const { results } = await listed(ats.applications({ models: ['info'] }), filter, applicant);
		// Whoever moves or rejects wants one that is open.
		const closed = ({ name }: Found) => (/ · (rejected|hired)$/.test(name) ? 1 : 0);
		return { results: results.sort((a, b) => closed(a) - closed(b)) };
	},
};

export const searchCandidates: Search<AtsApi> = {
	kind: 'search',
	name: 'searchCandidates',
	dependsOn: ['provider'],
	run: async (ats, { filter }) =>
		await listed(ats.candidates(filter?.includes('@') && filter.includes('.') ? { email: filter } : {}), filter, (candidate) => person({ ...candidate, email: candidate.emails?.find(({ email }) => email)?.email ?? null })),
};

export const searchRejectionReasons: Search<AtsApi> = {
	kind: 'search',
	name: 'searchRejectionReasons',
	dependsOn: ['provider'],
	run: async (ats, { filter }) => await listed(ats.for('rejectionReasons', 'list rejection reasons')(), filter, named),
};

export const loadJobs: Dropdown<AtsApi> = {
	kind: 'dropdown',
	name: 'loadJobs',
	run: async (ats) => (await searchJobs.run(ats, {}, nothingChosen)).results,
};

/** Distinct names, since most services have the same stages at every job; the kinds of stages first, where the provider tells them. */
export const loadStageNames: Dropdown<AtsApi> = {
	kind: 'dropdown',
	name: 'loadStageNames',
	run: async (ats) => {
		const names = new Map<string, number>();
		const categories = new Set<string>();
		for await (const page of ats.for('stages', 'list stages')(null)) {
			for (const { id, text, category } of page) {
				const name = text ?? id;
				if (name !== null) names.set(name, (names.get(name) ?? 0) + 1);
				if (category !== null) categories.add(category);
			}
		}
		return [
			...[...categories].sort().map((category) => ({ name: `Any ${category.charAt(0)}${category.slice(1).toLowerCase()} Stage`, value: category })),
			...[...names].map(([name, jobs]) => ({ name: jobs > 1 ? `${name} (${jobs} jobs)` : name, value: name })),
		];
	},
};

export const loadUsers: Dropdown<AtsApi> = {
	kind: 'dropdown',
	name: 'loadUsers',
	run: async (ats) => (await listed(ats.for('users', 'list users')(), undefined, person)).results,
};

const nothingChosen: Editor = { current: () => undefined };
