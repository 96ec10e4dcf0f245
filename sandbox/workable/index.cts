import type { FastifyRequest } from 'fastify';
import { z } from 'zod/v4';
import { addNote, apply, attach, hire, move, reactivate, reject, tag, untag } from '../actions.cts';
import { DAY } from '../clock.cts';
import { seconds } from '../dates.cts';
import type { Application, Candidate, Job } from '../model.cts';
import { linkTo } from '../paging.cts';
import { ApiError, type Simulator, type Tools } from '../simulator.cts';
import type { World } from '../world.cts';
import { Rows, tokenOf, type Row } from './rows.cts';

const PREFIX = '/spi/v3';
const BY = 'workable';
const WORDS: Record<number, string> = { 401: 'Not authorized', 403: 'Forbidden', 404: 'not-found', 422: 'Validation failed', 429: 'Rate limit exceeded' };
const errorBody = (status: number, message = WORDS[status] ?? 'Something went wrong'): unknown => ({ error: message });
const fail = (status: number): ApiError => new ApiError(status, errorBody(status));
const invalid = (field: string, words: string): ApiError => new ApiError(422, { error: WORDS[422], validation_errors: { [field]: [words] } });

/** Workable's API v3 (https://workable.readme.io) over the world, as far as two independent programs show it; what is unknown is a setting. */
export function workable(): Simulator {
	return {
		name: 'workable',
		paths: { workable: '/workable' },
		credentials: (world) => ({ subdomain: 'example', apiKey: tokenOf(world) }),
		errorBody,
		badCursor: () => invalid('since_id', 'is invalid'),
		register(app, world, tools) {
			const rows = new Rows(world);
			const state: State = { rows, world, tools, spurious404: 0, nextDropsFilters: true, sinceIsInclusive: false, memberAlways: false, emptyMessage: false, forbidden: new Set(), mails: [] };
			const rate = tools.rate({
				calls: 10, perMs: 10_000,
				headers: ({ limit, remaining, resetAt }) => ({ 'x-rate-limit-limit': String(limit), 'x-rate-limit-remaining': String(remaining), 'x-rate-limit-reset': String(seconds(resetAt + 999)) }),
			});
			app.addHook('onRequest', async (request, reply) => {
				if (request.url.startsWith('/workable/files/')) return;
				if (request.headers.authorization !== `Bearer ${tokenOf(world)}`) throw fail(401);
				await rate.hook(request, reply);
				if ([...state.forbidden].some((part) => request.url.split('?', 1)[0]?.includes(`/${part}`))) throw fail(403);
				if (request.method === 'GET' && tools.random.chance(state.spurious404)) throw fail(404);
			});
			registerReads(app, state);
			registerWrites(app, state);
			/** `{ rate?, spurious404?, nextDropsFilters?, sinceIsInclusive?, stageAs?, movesTouch?, memberAlways?, emptyMessage?, forbidden?, hiddenStages? }` */
			tools.control('settings', (body) => {
				const read = settings.parse(body);
				if (read.rate !== undefined) rate.enabled = read.rate;
				for (const name of ['spurious404', 'nextDropsFilters', 'sinceIsInclusive', 'memberAlways', 'emptyMessage'] as const) if (read[name] !== undefined) Object.assign(state, { [name]: read[name] });
				rows.stageAs = read.stageAs ?? rows.stageAs;
				rows.movesTouch = read.movesTouch ?? rows.movesTouch;
				for (const [set, values] of [[state.forbidden, read.forbidden], [rows.hiddenStages, read.hiddenStages]] as const) {
					if (!values) continue;
					set.clear();
					for (const value of values) set.add(value);
				}
			});
			/** Addresses to which the vendor would have sent a mail. */
			tools.control('mails', () => ({ mails: state.mails }));
		},
	};
}

const settings = z.strictObject({
	rate: z.boolean().optional(),
	/** the chance that a read is answered with 404 though the record is there */
	spurious404: z.number().min(0).max(1).optional(),
	nextDropsFilters: z.boolean().optional(),
	sinceIsInclusive: z.boolean().optional(),
	stageAs: z.enum(['slug', 'name']).optional(),
	movesTouch: z.boolean().optional(),
	memberAlways: z.boolean().optional(),
	emptyMessage: z.boolean().optional(),
	forbidden: z.array(z.string()).optional(),
	hiddenStages: z.array(z.string()).optional(),
});

interface State {
	rows: Rows;
	world: World;
	tools: Tools;
	spurious404: number;
	nextDropsFilters: boolean;
	sinceIsInclusive: boolean;
	/** A write of a profile or of tags without a member is refused too. */
	memberAlways: boolean;
	emptyMessage: boolean;
	forbidden: Set<string>;
	mails: string[];
}

type App = Parameters<Simulator['register']>[0];
type Params = { Params: { id: string } };

const text = z.string().min(1);
/** ISO 8601 basic as the jobs page has it, or seconds since 1970. */
const moment = z.string().regex(/^(\d{8}T\d{6}Z|\d{9,10})$/).transform((value) => (/T/.test(value) ? Date.parse(value.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')) : Number(value) * 1000));
const paging = z.strictObject({ limit: z.coerce.number().int().min(1).max(100).default(50), since_id: text.optional(), max_id: text.optional() });
const candidateList = paging.extend({ created_after: moment.optional(), updated_after: moment.optional(), shortcode: text.optional(), stage: text.optional(), email: text.optional() });
const jobList = paging.extend({ state: z.enum(['draft', 'published', 'closed', 'archived']).optional(), created_after: moment.optional(), updated_after: moment.optional(), include_fields: text.optional() });
const memberList = paging.extend({ role: text.optional(), shortcode: text.optional(), email: text.optional(), name: text.optional(), status: z.enum(['active', 'inactive', 'all']).default('active') });
const eventList = paging.extend({
	type: z.enum(['call', 'interview', 'meeting']).optional(), start_date: z.iso.date().optional(), end_date: z.iso.date().optional(), candidate_id: text.optional(), shortcode: text.optional(),
	member_id: text.optional(), context: z.enum(['user', 'team', 'all']).optional(), include_cancelled: z.enum(['true', 'false']).default('false'),
});

/** What the form does not allow is a violation, and refused. */
function read<Schema extends z.ZodType>({ tools }: State, request: FastifyRequest, schema: Schema, value: unknown): z.infer<Schema> {
	const found = schema.safeParse(value);
	if (found.success) return found.data;
	const errors = found.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
	if (tools.validate) tools.violation({ where: 'request', method: request.method, path: request.url, operation: null, errors });
	throw invalid(String(found.error.issues[0]?.path.join('.') ?? 'base'), found.error.issues[0]?.message ?? 'is invalid');
}

function list<T>(state: State, request: FastifyRequest, name: string, found: readonly T[], { limit, since_id, max_id: _max, ...filters }: z.infer<typeof paging> & Row, show: (row: T) => Row): Row {
	const { tools } = state;
	const { rows, next, offset } = tools.pager.page(request, found, { cursor: since_id ?? null, size: limit, filters: JSON.stringify([name, filters]) });
	const before = state.sinceIsInclusive && offset > 0 ? found[offset - 1] : undefined;
	const dropped = state.nextDropsFilters ? Object.fromEntries(Object.keys(request.query as object).map((key) => [key, null])) : {};
	const shown = before === undefined ? rows : [before, ...rows];
	return { [name]: shown.map(show), paging: next === null ? {} : { next: linkTo(tools.origin(), request, { ...dropped, limit, since_id: next }) } };
}

function registerReads(app: App, state: State): void {
	const { rows, world, tools } = state;
	app.get(`${PREFIX}/candidates`, async (request) => {
		const query = read(state, request, candidateList, request.query);
		const { created_after = -Infinity, updated_after = -Infinity, shortcode, stage, email } = query;
		const found = tools.pager.ordered(world.applications.alive(), (one) => rows.updatedAt(one)).filter(
			(one) =>
				seconds(one.createdAt) * 1000 >= created_after && seconds(rows.updatedAt(one)) * 1000 >= updated_after &&
				(shortcode === undefined || rows.shortcode(world.jobs.need(one.jobId)) === shortcode) &&
				(stage === undefined || rows.slug(world.stages.need(one.stageId)) === stage) &&
				(email === undefined || world.candidates.need(one.candidateId).emails[0]?.address.toLowerCase() === email.toLowerCase()),
		);
		return list(state, request, 'candidates', found, query, (one) => rows.candidate(one));
	});
	app.get<Params>(`${PREFIX}/candidates/:id`, async ({ params }) => ({ candidate: rows.details(need(state, params.id)) }));
	app.get<Params>(`${PREFIX}/candidates/:id/files`, async ({ params }) => ({
		files: world.attachments.by('applicationId', need(state, params.id).id).filter(({ deletedAt }) => deletedAt === null).map((file) => rows.file(file, tools.publish({ name: file.fileName, contentType: file.contentType, bytes: () => world.bytes(file) }))),
	}));
	app.get<Params>(`${PREFIX}/candidates/:id/offer`, async ({ params }) => rows.offer(need(state, params.id)));
	app.get(`${PREFIX}/jobs`, async (request) => {
		const query = read(state, request, jobList, request.query);
		const found = tools.pager.ordered(world.jobs.alive()).filter((job) => {
			const row = rows.job(job);
			return (query.state === undefined || row['state'] === query.state) && Date.parse(String(row['updated_at'])) >= (query.updated_after ?? -Infinity) && Date.parse(String(row['created_at'])) >= (query.created_after ?? -Infinity);
		});
		return list(state, request, 'jobs', found, query, (job) => ({ ...rows.job(job), ...(query.include_fields?.includes('description') ? { description: job.html } : {}) }));
	});
	app.get<Params>(`${PREFIX}/jobs/:id`, async ({ params }) => {
		const job = jobOf(state, params.id);
		return { ...rows.job(job), description: job.html, full_description: job.html, requirements: null, benefits: null };
	});
	app.get<Params>(`${PREFIX}/jobs/:id/stages`, async ({ params }) => ({ stages: rows.stages(jobOf(state, params.id).id) }));
	app.get(`${PREFIX}/stages`, async () => ({ stages: rows.stages() }));
	app.get(`${PREFIX}/disqualification_reasons`, async () => world.rejectionReasons.alive().map(rows.reason));
	app.get(`${PREFIX}/members`, async (request) => {
		const query = read(state, request, memberList, request.query);
		return list(state, request, 'members', world.users.alive().filter(({ active }) => query.status === 'all' || active === (query.status === 'active')), query, rows.member);
	});
	app.get(`${PREFIX}/events`, async (request) => {
		const query = read(state, request, eventList, request.query);
		const found = world.interviews.alive().filter((one) => {
			const application = world.applications.need(one.applicationId);
			return application.deletedAt === null && (query.include_cancelled === 'true' || one.status !== 'CANCELLED') &&
				one.startsAt >= Date.parse(query.start_date ?? '1970-01-01') && one.startsAt < Date.parse(query.end_date ?? '2200-01-01') + DAY &&
				(query.candidate_id === undefined || rows.ids.of('application', application) === query.candidate_id) &&
				(query.shortcode === undefined || rows.shortcode(world.jobs.need(application.jobId)) === query.shortcode);
		});
		return list(state, request, 'events', found, query, (one) => rows.event(one));
	});
}

function need({ rows }: State, id: string): Application {
	const found = rows.ids.find('application', id);
	if (!found || found.deletedAt !== null) throw fail(404);
	return found;
}

function jobOf({ rows }: State, shortcode: string): Job {
	const job = rows.jobBy(shortcode);
	if (!job) throw fail(404);
	return job;
}

const file = z.strictObject({ name: text, data: z.base64() });
const profile = z.strictObject({
	name: text.optional(), firstname: text.optional(), lastname: text.optional(), email: z.email().optional(), headline: z.string().optional(), summary: z.string().optional(), address: z.string().optional(), phone: z.string().optional(),
	cover_letter: z.string().optional(), tags: z.array(text).optional(), resume_url: z.url().optional(), social_profiles: z.array(z.strictObject({ type: text, url: text, username: z.string().optional() })).optional(),
});
const member = z.strictObject({ member_id: text });
const maybeMember = z.strictObject({ member_id: text.optional() });
const creation = z.strictObject({ sourced: z.boolean().default(true), candidate: profile.extend({ firstname: text, lastname: text, email: z.email(), resume: file.optional() }) });
const moving = member.extend({ target_stage: text });
const disqualifying = member.extend({ disqualify_reason_id: text.optional(), disqualify_note: z.string().max(256).optional(), withdrew: z.boolean().optional() });
const commenting = member.extend({ comment: z.strictObject({ body: text, policy: z.array(text).optional(), attachment: file.optional() }) });

function registerWrites(app: App, state: State): void {
	const { rows, world } = state;
	/** Whoever acts: an active member. */
	const acting = (id: string | undefined, mandatory: boolean): string | null => {
		if (id === undefined && !mandatory) return null;
		const found = id === undefined ? undefined : rows.ids.find('user', id);
		if (!found?.active) throw invalid('member_id', 'is invalid');
		return found.id;
	};
	app.post<Params>(`${PREFIX}/jobs/:id/candidates`, async (request, reply) => {
		const job = jobOf(state, request.params.id);
		const { sourced, candidate } = read(state, request, creation, request.body);
		const same = world.applications.alive().some((one) => one.jobId === job.id && world.candidates.need(one.candidateId).emails.some(({ address }) => address.toLowerCase() === candidate.email.toLowerCase()));
		if (same) throw state.emptyMessage ? new ApiError(422, { error: [], validation_errors: { email: ['candidate already exists'] } }) : invalid('email', 'candidate already exists');
		const { application, candidate: person } = apply(world, job, { candidate: { ...nobody, ...fieldsOf(candidate) }, origin: sourced ? 'REFERRAL' : 'EXTERNAL' }, BY);
		for (const name of candidate.tags ?? []) tag(world, person, name, BY);
		const { resume } = candidate;
		if (resume) attach(world, { candidateId: person.id, applicationId: application.id }, { kind: 'CV', fileName: resume.name, contentType: 'application/octet-stream', bytes: Buffer.from(resume.data, 'base64') }, BY);
		if (!sourced) state.mails.push(candidate.email);
		return reply.code(201).send({ status: 'created', candidate: rows.details(application) });
	});
	app.post<Params>(`${PREFIX}/candidates/:id/move`, async (request, reply) => {
		const one = need(state, request.params.id);
		const { member_id, target_stage } = read(state, request, moving, request.body);
		const user = acting(member_id, true);
		const stage = rows.stageBySlug(target_stage);
		if (!stage || !world.jobs.need(one.jobId).stageIds.includes(stage.id)) throw invalid('target_stage', 'is invalid');
		if (stage.hired) hire(world, one, BY);
		else move(world, one, stage.id, BY, user);
		return reply.code(202).send('');
	});
	app.post<Params>(`${PREFIX}/candidates/:id/disqualify`, async (request, reply) => {
		const one = need(state, request.params.id);
		const { member_id, disqualify_reason_id, disqualify_note } = read(state, request, disqualifying, request.body);
		const user = acting(member_id, true);
		const reason = disqualify_reason_id === undefined ? undefined : rows.ids.find('rejectionReason', disqualify_reason_id);
		if (disqualify_reason_id !== undefined && !reason) throw invalid('disqualify_reason_id', 'is invalid');
		reject(world, one, reason?.id ?? null, disqualify_note ?? null, BY, user);
		return reply.send('');
	});
	app.post<Params>(`${PREFIX}/candidates/:id/revert`, async (request, reply) => {
		const one = need(state, request.params.id);
		acting(read(state, request, member, request.body).member_id, true);
		if (one.status !== 'DECLINED') throw invalid('base', 'candidate is not disqualified');
		reactivate(world, one, BY);
		return reply.send('');
	});
	app.post<Params>(`${PREFIX}/candidates/:id/comments`, async (request) => {
		const one = need(state, request.params.id);
		const { member_id, comment } = read(state, request, commenting, request.body);
		const authorId = acting(member_id, true);
		const about = { candidateId: one.candidateId, applicationId: one.id };
		if (comment.attachment) attach(world, about, { kind: 'OTHER', fileName: comment.attachment.name, contentType: 'application/octet-stream', bytes: Buffer.from(comment.attachment.data, 'base64') }, BY);
		return { id: rows.ids.of('note', addNote(world, about, { html: comment.body, authorId }, BY)) };
	});
	app.patch<Params>(`${PREFIX}/candidates/:id`, async (request) => {
		const one = need(state, request.params.id);
		const { member_id, candidate } = read(state, request, maybeMember.extend({ candidate: profile }), request.body);
		acting(member_id, state.memberAlways);
		world.change('candidate', one.candidateId, fieldsOf(candidate), BY);
		return { candidate: rows.details(one) };
	});
	app.put<Params>(`${PREFIX}/candidates/:id/tags`, async (request) => {
		const one = need(state, request.params.id);
		const { member_id, tags } = read(state, request, maybeMember.extend({ tags: z.array(text) }), request.body);
		acting(member_id, state.memberAlways);
		const person = world.candidates.need(one.candidateId);
		for (const id of person.tagIds) {
			const name = world.tags.get(id)?.name ?? '';
			if (!tags.includes(name)) untag(world, person, name, BY);
		}
		for (const name of tags) tag(world, person, name, BY);
		return { tags };
	});
}

const nobody = { firstName: null, lastName: null, company: null, title: null, emails: [], phones: [], links: [], place: null, source: null, tagIds: [], consent: null };

/** Only what was sent changes. */
function fieldsOf({ firstname, lastname, email, phone, headline, social_profiles: profiles }: Partial<z.infer<typeof profile>>): Partial<Omit<Candidate, 'id'>> {
	return {
		...(firstname === undefined ? {} : { firstName: firstname }),
		...(lastname === undefined ? {} : { lastName: lastname }),
		...(email === undefined ? {} : { emails: [{ address: email, type: 'PERSONAL' }] }),
		...(phone === undefined ? {} : { phones: [{ number: phone, type: 'PERSONAL' }] }),
		...(headline === undefined ? {} : { title: headline }),
		...(profiles === undefined ? {} : { links: profiles.map(({ url }) => url) }),
	};
}
