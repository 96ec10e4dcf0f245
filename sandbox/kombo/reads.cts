import type { FastifyInstance } from 'fastify';
import type { Base, Models, ModelName } from '../model.cts';
import { fail } from './errors.cts';
import * as newer from './newer.cts';
import type { Row } from './rows.cts';
import { MODELS, type KomboModel, type KomboState } from './state.cts';
import type { Guard } from './guard.cts';

type Test<M extends ModelName> = (record: Models[M]) => boolean;

interface Read<M extends ModelName> {
	path: string;
	name: KomboModel;
	model: M;
	row: (record: Models[M]) => Row;
	/** its own filters: the query's text becomes a test */
	filters: Record<string, (value: string) => Test<M>>;
	/** for endpoints newer than the OpenAPI document */
	check?: (value: unknown) => string[];
}

const csv = (value: string): Set<string> => new Set(value.split(',').map((part) => part.trim()).filter((part) => part !== ''));
const oneOf =
	<M extends ModelName>(get: (record: Models[M]) => string | null | undefined, fold = (text: string): string => text) =>
	(value: string): Test<M> => {
		const wanted = new Set([...csv(value)].map(fold));
		return (record) => wanted.has(fold(get(record) ?? ''));
	};
const lower = (text: string): string => text.toLowerCase();
const createdAfter =
	<M extends ModelName>() =>
	(value: string): Test<M> =>
	(record) =>
		record.createdAt >= Date.parse(value);

const EMPTY = Buffer.alloc(0);
const COMMA = Buffer.from(',');
const TAIL = Buffer.from(']}}');

/** Lists kept for the next page of the same question, as long as nothing changes. */
const KEPT_LISTS = 8;

/** All model reads: https://docs.kombo.dev/ats/getting-started/fetching-data */
export function registerReads(app: FastifyInstance, state: KomboState, guard: Guard): void {
	const { world, rows } = state;
	const jobOf = (applicationId: string | null): string | undefined => world.applications.get(applicationId)?.jobId;

	read(app, state, guard, {
		path: '/ats/jobs',
		name: 'ats_jobs',
		model: 'job',
		row: (job) => rows.job(job),
		filters: {
			job_codes: oneOf((job) => job.code),
			post_url: (value) => (job) => job.postings.some((posting) => posting.url === value),
			status: oneOf((job) => job.status),
			statuses: oneOf((job) => job.status),
			employment_types: oneOf((job) => job.employment),
			visibilities: oneOf((job) => job.visibility),
			remote_created_after: createdAfter(),
			name_contains: (value) => (job) => lower(job.title).includes(lower(value)),
		},
	});
	read(app, state, guard, {
		path: '/ats/candidates',
		name: 'ats_candidates',
		model: 'candidate',
		row: (candidate) => rows.candidate(candidate),
		filters: {
			email: (value) => (candidate) => candidate.emails.some((email) => lower(email.address) === lower(value)),
			job_ids: (value) => {
				const wanted = csv(value);
				return (candidate) => world.applications.by('candidateId', candidate.id).some((application) => application.deletedAt === null && wanted.has(application.jobId));
			},
			first_name: (value) => (candidate) => lower(candidate.firstName ?? '') === lower(value),
			last_name: (value) => (candidate) => lower(candidate.lastName ?? '') === lower(value),
		},
	});
	read(app, state, guard, {
		path: '/ats/applications',
		name: 'ats_applications',
		model: 'application',
		row: (application) => rows.application(application),
		filters: {
			outcome: oneOf((application) => application.status),
			outcomes: oneOf((application) => application.status),
			job_ids: oneOf((application) => application.jobId),
			job_remote_ids: oneOf((application) => world.jobs.get(application.jobId)?.remoteId),
			current_stage_ids: oneOf((application) => application.stageId),
			remote_created_after: createdAfter(),
		},
	});
	read(app, state, guard, { path: '/ats/application-stages', name: 'ats_application_stages', model: 'stage', row: (stage) => rows.stage(stage), filters: {} });
	read(app, state, guard, { path: '/ats/tags', name: 'ats_tags', model: 'tag', row: (tag) => rows.tag(tag), filters: {} });
	read(app, state, guard, { path: '/ats/users', name: 'ats_users', model: 'user', row: (user) => rows.user(user), filters: { emails: oneOf((user) => user.email, lower) } });
	read(app, state, guard, { path: '/ats/roles', name: 'ats_roles', model: 'role', row: (role) => rows.role(role), filters: { scopes: oneOf((role) => role.scope) } });
	read(app, state, guard, { path: '/ats/offers', name: 'ats_offers', model: 'offer', row: (offer) => rows.offer(offer), filters: {} });
	read(app, state, guard, { path: '/ats/rejection-reasons', name: 'ats_rejection_reasons', model: 'rejectionReason', row: (reason) => rows.rejectionReason(reason), filters: {} });
	read(app, state, guard, { path: '/ats/interviews', name: 'ats_interviews', model: 'interview', row: (interview) => rows.interview(interview), filters: { job_ids: oneOf((interview) => jobOf(interview.applicationId)) } });

	type About = Base & { candidateId: string; applicationId: string | null };
	const about = {
		candidate_ids: (value: string) => {
			const wanted = csv(value);
			return (record: About) => wanted.has(record.candidateId);
		},
		application_ids: (value: string) => {
			const wanted = csv(value);
			return (record: About) => record.applicationId !== null && wanted.has(record.applicationId);
		},
	};
	read(app, state, guard, { path: '/ats/notes', name: 'ats_notes', model: 'note', row: (note) => rows.note(note), filters: about, check: newer.checker(newer.note) });
	read(app, state, guard, { path: '/ats/scorecards', name: 'ats_scorecards', model: 'scorecard', row: (card) => rows.scorecard(card), filters: about, check: newer.checker(newer.scorecard) });
	read(app, state, guard, { path: '/ats/attachments', name: 'ats_attachments', model: 'attachment', row: (attachment) => rows.attachment(attachment), filters: about, check: newer.checker(newer.attachment) });
}

function read<M extends ModelName>(app: FastifyInstance, state: KomboState, guard: Guard, definition: Read<M>): void {
	const { world, tools, freshness } = state;
	const { path, name, model } = definition;
	const collection = world.collection(model);
	const lists = new Map<string, readonly Models[M][]>();
	let listsOf = '';

	const select = (query: Record<string, string>): readonly Models[M][] => {
		const { cursor: _cursor, page_size: _size, ...asked } = query;
		// The same question while nothing changes: the list of the page before.
		const version = `${world.version}/${tools.faults.order}/${state.filtersUnsupported.size}`;
		if (listsOf !== version) lists.clear();
		listsOf = version;
		const key = JSON.stringify(asked);
		const known = lists.get(key);
		if (known) return known;

		const tests: Array<Test<M>> = [];
		if (asked['include_deleted'] !== 'true') tests.push((record) => record.deletedAt === null);
		const { updated_after: after, ids, remote_ids: remoteIds } = asked;
		let rows: readonly Models[M][] = collection.rows;
		if (ids !== undefined) rows = [...csv(ids)].flatMap((id) => collection.get(id) ?? []).sort((a, b) => a.number - b.number);
		if (after !== undefined) rows = freshness.updatedSince(model, rows, Date.parse(after));
		if (remoteIds !== undefined) tests.push(oneOf<M>((record) => record.remoteId)(remoteIds));
		for (const [filter, value] of Object.entries(asked)) {
			const make = definition.filters[filter];
			if (!make) continue;
			if (!state.filtersUnsupported.has(`${name}.${filter}`)) tests.push(make(value));
			else if (asked['ignore_unsupported_filters'] !== 'true') tests.push(() => false);
		}
		const list = tools.pager.ordered(tests.length === 0 ? rows : rows.filter((record) => tests.every((test) => test(record))), (record) => freshness.updatedAt(model, record));
		if (lists.size >= KEPT_LISTS) lists.clear();
		lists.set(key, list);
		return list;
	};

	const known = guard.operation('GET', path);
	const checkRow = definition.check ?? (known ? guard.rowCheck(known) : () => []);
	const checkQuery = known ? undefined : newer.checker(newer.query);

	app.get<{ Querystring: Record<string, string> }>(`/v1${path}`, async (request, reply) => {
		guard.request(request, path, checkQuery);
		state.integration(request);
		if (state.modelsOff.has(name)) throw fail('INTEGRATION.MODEL_DISABLED', `The model "${MODELS[name].label}" is disabled in the scope config.`);
		const { query } = request;
		const filters = Object.entries(query).filter(([key]) => key !== 'cursor' && key !== 'page_size');
		const page = tools.pager.page(request, select(query), { cursor: query['cursor'] ?? null, size: Number(query['page_size'] ?? 100), filters: path + JSON.stringify(filters.sort()) });
		const parts = page.rows.flatMap((record, i) => [
			i === 0 ? EMPTY : COMMA,
			freshness.json(model, record, () => {
				const row = state.scoped(name, definition.row(record));
				if (tools.validate) guard.answerErrors(request, known?.id ?? null, checkRow(row));
				return JSON.stringify(row);
			}),
		]);
		const head = Buffer.from(`{"status":"success","data":{"next":${JSON.stringify(page.next)},"results":[`);
		return await reply.type('application/json; charset=utf-8').send(Buffer.concat([head, ...parts, TAIL]));
	});
}
