import type { FastifyInstance } from 'fastify';
import type { Application, Job } from '../model.cts';
import { ACTIVITIES, CHANNELS, CONTRACTS, EDUCATION_LEVELS, OCCUPATIONS, shown } from './references.cts';
import * as requests from './requests.cts';
import { route } from './route.cts';
import * as rows from './rows.cts';
import { searchRows } from './search.cts';
import { fail, type FlatchrState } from './state.cts';

const names = (fields: string | undefined): ReadonlySet<string> => new Set(fields?.split(','));
const byNewest = <T extends { createdAt: number; number: number }>(list: readonly T[]): T[] => [...list].sort((a, b) => b.createdAt - a.createdAt || b.number - a.number);

export function applicationOf(state: FlatchrState, id: string | undefined): Application {
	const found = state.ids.find('application', id ?? '');
	if (!found || found.deletedAt !== null) throw fail(404, 'Applicant not found');
	return found;
}

export function jobOf(state: FlatchrState, id: string | undefined): Job {
	const found = state.ids.find('job', id ?? '');
	if (!found || found.deletedAt !== null) throw fail(404, 'Vacancy not found');
	return found;
}

/** Everything that is only read, on both hosts. */
export function registerReads(app: FastifyInstance, state: FlatchrState): void {
	const { world } = state;
	const company = '/api/company/:company';

	route(app, state, {
		method: 'GET',
		path: `${company}/vacancies`,
		query: requests.vacanciesQuery,
		handle: ({ query }) =>
			world.jobs
				.alive()
				.filter((job) => query.status === undefined || (job.status === 'OPEN' ? '1' : '2') === query.status)
				.filter((job) => query.offer_id === undefined || (job.status === 'OPEN' && job.visibility === { 98: 'PUBLIC', 152: 'INTERNAL' }[query.offer_id]))
				.map((job) => rows.vacancy(state, job, names(query.fields))),
	});
	// Needs no key. https://developers.flatchr.io/en/docs/QuickStart/Annonces/Recuperer_une_annonce
	route(app, state, { method: 'GET', path: '/api/vacancy/:vacancy', query: requests.vacancyQuery, open: true, handle: ({ params, query }) => rows.vacancy(state, jobOf(state, params['vacancy']), names(query.fields)) });
	for (const host of ['careers', 'api'] as const) {
		route(app, state, {
			method: 'GET',
			path: `/${host}/company/:slug.json`,
			query: requests.feedQuery,
			open: true,
			handle: ({ params, query }) => {
				if (params['slug'] !== world.companies.rows[0]?.slug) throw fail(404, 'Company not found');
				const jobs = world.jobs.alive().filter((job) => job.status === 'OPEN' && (job.visibility === 'PUBLIC') === (host === 'careers'));
				const wanted = jobs.filter((job) => fitsFeed(state, job, query));
				return { ...query, items: wanted.map((job) => rows.diffusion(state, job)) };
			},
		});
	}

	route(app, state, {
		method: 'POST',
		path: `${company}/search/applicants`,
		query: requests.none,
		body: requests.search,
		handle: ({ body, request }) => state.tools.pager.page(request, searchRows(state, body), { size: Infinity }).rows,
	});
	route(app, state, {
		method: 'GET',
		path: `${company}/files/expire`,
		query: requests.cvQuery,
		handle: ({ query, reply }) => {
			const now = world.clock.now();
			if (now - state.lastCv < 1000) throw fail(429, 'Too many requests');
			state.lastCv = now;
			const file = state.ids.find('attachment', query.key.split('/')[3] ?? '');
			if (!file || rows.fileKey(state, file).key !== query.key || rows.fileKey(state, file).extension !== query.extension) throw fail(404, 'File not found');
			void reply.type(file.contentType);
			return world.bytes(file);
		},
	});
	route(app, state, {
		method: 'GET',
		path: `${company}/applicant/:applicant/messages`,
		query: requests.messagesQuery,
		handle: ({ params, query }) => byNewest(world.messages.by('applicationId', applicationOf(state, params['applicant']).id)).map((one) => rows.message(state, one, names(query.fields))),
	});
	route(app, state, {
		method: 'GET',
		path: `${company}/applicant/:applicant/comments`,
		query: requests.commentsQuery,
		handle: ({ params, query }) => {
			const notes = world.notes.by('applicationId', applicationOf(state, params['applicant']).id).filter((note) => note.deletedAt === null);
			return byNewest(notes).map((note) => rows.comment(state, note, names(query.fields)));
		},
	});
	route(app, state, {
		method: 'GET',
		path: `${company}/applicant/:applicant/traits`,
		query: requests.none,
		handle: ({ params }) => {
			const candidate = world.candidates.need(applicationOf(state, params['applicant']).candidateId);
			return candidate.tagIds.map((id) => rows.trait(state, candidate, world.tags.need(id)));
		},
	});
	route(app, state, { method: 'GET', path: `${company}/tasks`, query: requests.none, handle: () => world.tasks.alive().map((one) => rows.task(state, one)) });
	route(app, state, { method: 'GET', path: `${company}/tags`, query: requests.none, handle: () => [...world.tags.alive().map((one) => rows.tag(state, one)), rows.vacancyTag(state)] });
	route(app, state, { method: 'GET', path: `${company}/columns`, query: requests.none, handle: () => state.columns().map((stage, position) => rows.column(state, stage, position)) });
	route(app, state, { method: 'GET', path: `${company}/members`, query: requests.membersQuery, handle: () => world.users.alive().map((user) => rows.member(state, user)) });

	const references = { activities: ACTIVITIES, channels: CHANNELS, contracts: CONTRACTS, educationLevels: EDUCATION_LEVELS };
	for (const [name, list] of Object.entries(references)) route(app, state, { method: 'GET', path: `/api/${name}`, query: requests.referenceQuery, handle: () => shown(list) });
	route(app, state, {
		method: 'GET',
		path: '/api/channels/:channel/metiers',
		query: requests.referenceQuery,
		handle: ({ params }) => OCCUPATIONS[Number(params['channel'])] ?? [],
	});
}

function fitsFeed(state: FlatchrState, job: Job, query: Record<string, string | undefined>): boolean {
	const text = query['filter']?.toLowerCase();
	return (
		(query['id'] === undefined || state.ids.of('job', job) === query['id']) &&
		(query['locality'] === undefined || job.place.city === query['locality']) &&
		(query['administrative_area_level_1'] === undefined || job.place.state === query['administrative_area_level_1']) &&
		(text === undefined || `${job.title} ${job.code}`.toLowerCase().includes(text))
	);
}
