import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod/v4';
import type { Application, Attachment } from '../model.cts';
import { deletedList, nothing, one, opportunityList, paging, postingList, route } from './route.cts';
import type { Json, Rows } from './rows.cts';
import { fail, HIRED_REASON, LEAD_STAGE, OTHER_REASON, type LeverState } from './state.cts';

interface Paged {
	limit: number;
	offset?: string;
}

export function registerReads(app: FastifyInstance, state: LeverState, rows: Rows): void {
	const { world, tools } = state;
	let listed: { version: string; found: readonly Application[] } = { version: '', found: [] };

	/** `next` only while there is more; a token goes with the filters that it was made for. */
	const list = <T,>(request: FastifyRequest, found: readonly T[], { limit, offset, ...filters }: Paged & Json, read: (row: T) => Json): Json => {
		const page = tools.pager.page(request, found, { cursor: offset ?? null, size: limit, filters: JSON.stringify([request.url.split('?')[0], filters]) });
		return { data: page.rows.map(read), hasNext: page.next !== null, ...(page.next === null ? {} : { next: page.next }) };
	};
	const parts = <T extends { deletedAt: number | null }>(path: string, of: (id: string) => readonly T[], read: (row: T) => Json) =>
		route(app, state, {
			method: 'GET',
			path: `/opportunities/:id/${path}`,
			query: paging,
			handle: ({ request, id, query }) => list(request, of(state.opportunity(id).id).filter(({ deletedAt }) => deletedAt === null), query, read),
		});

	route(app, state, {
		method: 'GET',
		path: '/opportunities',
		query: opportunityList,
		handle: ({ request, query }) => {
			const { limit: _limit, offset: _offset, ...filters } = query;
			const version = `${world.version}/${world.applications.size}/${tools.faults.order}/${state.confidentialAccess}/${state.leads.size}/${JSON.stringify(filters)}`;
			if (listed.version !== version) listed = { version, found: tools.pager.ordered(world.applications.rows.filter(isWanted(state, query)), (row) => state.updatedAt(row)) };
			const expand = new Set(query.expand);
			return list(request, listed.found, query, (application) => only(rows.opportunity(application, expand), query.include));
		},
	});
	route(app, state, {
		method: 'GET',
		path: '/opportunities/deleted',
		query: deletedList,
		handle: ({ request, query }) => {
			const [from, to] = [Number(query.deleted_at_start), Number(query.deleted_at_end ?? Infinity)];
			const found = world.applications.rows.filter(({ deletedAt }) => deletedAt !== null && deletedAt >= from && deletedAt <= to);
			return list(request, found, query, (application) => ({ id: state.ids.of('application', application), deletedAt: application.deletedAt }));
		},
	});
	route(app, state, { method: 'GET', path: '/opportunities/:id', query: one, handle: ({ id, query }) => ({ data: only(rows.opportunity(state.opportunity(id), new Set(query.expand)), query.include) }) });
	route(app, state, {
		method: 'GET',
		path: '/opportunities/:id/applications',
		query: paging,
		handle: ({ request, id, query }) => {
			const application = state.opportunity(id);
			return list(request, state.leads.has(application.id) ? [] : [application], query, (row) => rows.form(row));
		},
	});
	parts('interviews', (id) => world.interviews.by('applicationId', id), (row) => rows.interview(row));
	parts('offers', (id) => world.offers.by('applicationId', id), (row) => rows.offer(row));
	const filesOf = (id: string, wanted: (kind: Attachment['kind']) => boolean) => world.attachments.by('applicationId', id).filter(({ kind }) => wanted(kind));
	parts('files', (id) => filesOf(id, (kind) => kind !== 'CV'), (row) => rows.file(row));
	parts('resumes', (id) => filesOf(id, (kind) => kind === 'CV'), (row) => rows.resume(row));
	for (const kind of ['files', 'resumes']) {
		route(app, state, {
			method: 'GET',
			path: `/opportunities/:id/${kind}/:fileId/download`,
			query: nothing,
			handle: ({ id, fileId, reply }) => {
				const application = state.opportunity(id);
				const file = state.ids.find('attachment', fileId);
				if (!file || file.applicationId !== application.id || file.deletedAt !== null) throw fail(404, 'File not found');
				if (state.redirectDownloads) return reply.redirect(tools.publish({ name: file.fileName, contentType: file.contentType, bytes: () => world.bytes(file) }));
				return reply.type(file.contentType).header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.fileName)}`).send(world.bytes(file));
			},
		});
	}
	route(app, state, { method: 'GET', path: '/contacts/:id', query: nothing, handle: ({ id }) => ({ data: rows.contact(state.contact(id)) }) });
	route(app, state, {
		method: 'GET',
		path: '/postings',
		query: postingList,
		handle: ({ request, query }) => {
			const found = tools.pager.ordered(world.jobs.alive()).filter((job) => {
				const row = rows.posting(job);
				const { team, department, location, level } = row['categories'] as Json;
				return (
					isShown(job.visibility === 'CONFIDENTIAL', query.confidentiality, state) &&
					(query.state === undefined || row['state'] === query.state) &&
					within(Number(row['updatedAt']), query.updated_at_start, query.updated_at_end) &&
					hasOne([team], query.team) && hasOne([department], query.department) && hasOne([location], query.location) && hasOne([level], query.level)
				);
			});
			return list(request, found, query, (job) => only(rows.posting(job, new Set(query.expand)), query.include));
		},
	});
	route(app, state, { method: 'GET', path: '/postings/:id', query: one, handle: ({ id, query }) => ({ data: rows.posting(state.posting(id), new Set(query.expand)) }) });
	route(app, state, {
		method: 'GET',
		path: '/stages',
		query: paging,
		handle: ({ request, query }) => {
			const leads = state.leads.size > 0 ? [LEAD_STAGE] : [];
			return list(request, [...leads, ...world.stages.alive().map((stage) => ({ id: state.stageId(stage), text: stage.name }))], query, (row) => row);
		},
	});
	route(app, state, {
		method: 'GET',
		path: '/archive_reasons',
		query: paging,
		handle: ({ request, query }) => list(request, reasonRows(state).filter(({ id }) => !state.hiddenReasons.has(id)), query, (row) => row),
	});
	route(app, state, { method: 'GET', path: '/users', query: paging, handle: ({ request, query }) => list(request, world.users.alive(), query, (user) => rows.user(user)) });
	route(app, state, {
		method: 'GET',
		path: '/tags',
		query: paging,
		handle: ({ request, query }) => list(request, world.tags.alive(), query, (tag) => ({ text: tag.name, count: world.candidates.rows.filter(({ tagIds }) => tagIds.includes(tag.id)).length })),
	});
	route(app, state, { method: 'GET', path: '/sources', query: paging, handle: ({ request, query }) => list(request, [...new Set(world.applications.rows.flatMap(({ source }) => source ?? []))], query, (text) => ({ text, count: 1 })) });
}

/** The world's reasons to reject, then Lever's own: one without a word, one that hires, one that is no longer used. */
export function reasonRows(state: LeverState): Array<{ id: string; text: string; status: string; type: string }> {
	return [
		...state.world.rejectionReasons.alive().map((reason) => ({ id: state.reasonId(reason), text: reason.name, status: 'active', type: 'non-hired' })),
		{ id: state.otherReasonId, ...OTHER_REASON, status: 'active' },
		{ id: state.hiredReasonId, ...HIRED_REASON, status: 'active' },
		{ id: '00000000-0000-4000-a000-000000000001', text: 'Duplicate (old)', status: 'inactive', type: 'non-hired' },
	];
}

/** Exclusive, unlike `expand`. */
function only(row: Json, include: readonly string[] | undefined): Json {
	return include === undefined ? row : Object.fromEntries(Object.entries(row).filter(([name]) => name === 'id' || include.includes(name)));
}

function isShown(isConfidential: boolean, asked: string, { confidentialAccess }: LeverState): boolean {
	if (isConfidential && !confidentialAccess) return false;
	return asked === 'all' || isConfidential === (asked === 'confidential');
}

function isWanted(state: LeverState, query: z.infer<typeof opportunityList>): (application: Application) => boolean {
	const { world } = state;
	// Texts are compared with the row as it is shown, and only where they are asked for.
	return (application) => {
		if (application.deletedAt !== null || !isShown(state.isConfidential(application), query.confidentiality, state)) return false;
		const archivedAt = application.status === 'PENDING' ? null : (application.rejection?.at ?? application.changedAt);
		const job = state.leads.has(application.id) ? null : state.idOf('job', application.jobId);
		const candidate = world.candidates.need(application.candidateId);
		return (
			within(state.updatedAt(application), query.updated_at_start, query.updated_at_end) &&
			within(application.createdAt, query.created_at_start, query.created_at_end) &&
			within(state.changesOf(application.id).at(-1)?.updatedAt ?? null, query.advanced_at_start, query.advanced_at_end) &&
			within(archivedAt, query.archived_at_start, query.archived_at_end) &&
			(query.archived === undefined || (archivedAt !== null) === (query.archived === 'true')) &&
			// Two filters, for those in the pipeline and those that left it: that the first leaves out the others is the careful reading.
			hasOne([archivedAt === null ? job : null], query.posting_id) &&
			hasOne([archivedAt === null ? null : job], query.archived_posting_id) &&
			hasOne([state.leads.has(application.id) ? LEAD_STAGE.id : state.stageId(world.stages.need(application.stageId))], query.stage_id) &&
			hasOne([application.status === 'HIRED' ? state.hiredReasonId : state.reasonId(world.rejectionReasons.get(application.rejection?.reasonId))], archivedAt === null ? (query.archive_reason_id && []) : query.archive_reason_id) &&
			hasOne([state.idOf('candidate', application.candidateId)], query.contact_id) &&
			hasOne(candidate.emails.map(({ address }) => address.toLowerCase()), query.email?.map((email) => email.toLowerCase())) &&
			hasOne(candidate.tagIds.map((id) => world.tags.get(id)?.name ?? null), query.tag) &&
			hasOne([application.source], query.source)
		);
	};
}

function within(value: number | null, from: string | undefined, to: string | undefined): boolean {
	if (from === undefined && to === undefined) return true;
	return value !== null && value >= Number(from ?? -Infinity) && value <= Number(to ?? Infinity);
}

function hasOne(values: readonly unknown[], wanted: readonly string[] | undefined): boolean {
	return wanted === undefined || values.some((value) => typeof value === 'string' && wanted.includes(value));
}
