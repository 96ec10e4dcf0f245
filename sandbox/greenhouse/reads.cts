import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Application, Attachment, Candidate, Department, Interview, Job, Models, Note, RejectionReason, Stage, Tag, User } from '../model.cts';
import { SOURCES } from '../names.cts';
import { OpenApi } from '../openapi.cts';
import { CursorError } from '../paging.cts';
import * as rows from './rows.cts';
import { unprocessable, type Counted, type GreenhouseState } from './state.cts';

const TIME = '(gte|lte|gt|lt)\\|\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2}))?';

/**
 * The document as far as it is known, with what it does not say: lists are at most 50 values with commas, times are pipe text,
 * and the row of an application holds the id of its job's stage (seen on a live account).
 */
export function greenhouseDocument(): OpenApi {
	return OpenApi.load('greenhouse', (schema) => {
		const inner = schema['schema'];
		if (schema['in'] === 'query' && typeof inner === 'object' && inner !== null) {
			const type = Reflect.get(inner, 'type');
			if (type === 'array') schema['schema'] = { type: 'string', pattern: '^[^,]+(,[^,]+){0,49}$' };
			if (type === 'object') schema['schema'] = { type: 'string', pattern: `^${TIME}(\\|${TIME})?$` };
			if (schema['name'] === 'per_page') schema['schema'] = { type: 'integer', minimum: 1, maximum: 500 };
		}
		const { properties, parameters } = schema;
		if (typeof properties === 'object' && properties !== null && 'agency_note_id' in properties) Reflect.set(properties, 'job_interview_stage_id', { type: ['integer', 'null'] });
		if (Array.isArray(parameters) && parameters.some((one) => Reflect.get(one, 'name') === 'prospective_job_ids')) parameters.push({ name: 'job_interview_stage_ids', in: 'query', required: false, schema: { type: 'array' } });
	});
}

type Query = Readonly<Record<string, string>>;

/** One record of a list: what filters and order need, and its row, made only when it is sent. */
interface Item<T> {
	id(one: T): number;
	createdAt(one: T): number;
	updatedAt(one: T): number;
	row(one: T): rows.Row;
}

interface List<T> extends Item<T> {
	name: string;
	/** Ascending by id. */
	all(query: Query): readonly T[];
	/** Of its own: the text of the query becomes a test. */
	filters: Record<string, (text: string) => (one: T) => boolean>;
}

const oneOf =
	<T,>(get: (one: T) => number | null) =>
	(text: string) => {
		const wanted = new Set(text.split(',').map(Number));
		return (one: T) => wanted.has(get(one) ?? NaN);
	};
const word =
	<T,>(get: (one: T) => string | null) =>
	(text: string) =>
	(one: T) =>
		get(one)?.toLowerCase() === text.toLowerCase();
const flag =
	<T,>(get: (one: T) => boolean) =>
	(text: string) =>
	(one: T) =>
		get(one) === (text === 'true');

const OPERATORS: Record<string, (a: number, b: number) => boolean> = { gte: (a, b) => a >= b, lte: (a, b) => a <= b, gt: (a, b) => a > b, lt: (a, b) => a < b };

function timeTest(text: string): (ms: number) => boolean {
	const parts = text.split('|');
	const tests: Array<(ms: number) => boolean> = [];
	for (let i = 0; i < parts.length; i += 2) {
		const compare = OPERATORS[parts[i] ?? ''];
		const bound = Date.parse(parts[i + 1] ?? '');
		if (compare) tests.push((ms) => compare(ms, bound));
	}
	return (ms) => tests.every((test) => test(ms));
}

export function registerReads(app: FastifyInstance, state: GreenhouseState): void {
	const { world } = state;
	const applicationId = (id: string | null) => state.idOf('application', id);
	const jobOf = (id: string) => state.idOf('job', world.applications.get(id)?.jobId ?? null);
	const raw = <T extends rows.Row>(row: T) => ({ id: Number(row['id']), created: Date.parse(String(row['created_at'])), updated: Date.parse(String(row['updated_at'])) });
	const asRows: Item<rows.Row> = { id: (row) => raw(row).id, createdAt: (row) => raw(row).created, updatedAt: (row) => raw(row).updated, row: (row) => row };
	const byId = (list: rows.Row[]) => list.sort((a, b) => Number(a['id']) - Number(b['id']));
	const own = <M extends Counted>(model: M): Pick<List<Models[M]>, 'all' | 'id' | 'createdAt' | 'updatedAt'> => ({
		all: () => world.collection(model).rows.filter((row) => row.deletedAt === null),
		id: (one) => state.id(model, one),
		createdAt: (one) => one.createdAt,
		updatedAt: (one) => Math.max(one.changedAt, one.linkedAt),
	});

	// Made page by page: it is the large list. Prospects come as rows already, with lower ids.
	const isRow = (one: Application | rows.Row): one is rows.Row => 'candidate_id' in one;
	const stageOf = (one: Application | rows.Row) => {
		const stay = isRow(one) ? null : state.stayOf(one);
		return stay && !isRow(one) ? { id: stay.exitedAt === null ? stay.id : null, ofJob: state.stageId(world.jobs.need(one.jobId), world.stages.need(stay.stageId)), name: world.stages.need(stay.stageId).name } : null;
	};
	const statusOf = (one: Application | rows.Row) => (isRow(one) ? String(one['status']) : { PENDING: 'in_process', HIRED: 'hired', DECLINED: 'rejected' }[one.status]);
	list<Application | rows.Row>(app, state, {
		name: 'applications',
		all: () => [...rows.prospects(state), ...world.applications.alive().filter(({ jobId }) => state.mayShow(world.jobs.need(jobId)))],
		id: (one) => (isRow(one) ? asRows.id(one) : state.id('application', one)),
		createdAt: (one) => (isRow(one) ? asRows.createdAt(one) : one.createdAt),
		updatedAt: (one) => (isRow(one) ? asRows.updatedAt(one) : state.updatedAt(one)),
		row: (one) => (isRow(one) ? one : rows.application(state, one)),
		filters: {
			job_ids: oneOf((one) => (isRow(one) ? Number(one['job_id']) : state.idOf('job', one.jobId))),
			candidate_ids: oneOf((one) => (isRow(one) ? Number(one['candidate_id']) : state.idOf('candidate', one.candidateId))),
			// The filter's word for in_process.
			status: (text) => {
				if (!['active', 'rejected', 'hired', 'converted'].includes(text)) throw unprocessable({ status: 'is not included in the list' });
				return (one) => statusOf(one) === (text === 'active' ? 'in_process' : text);
			},
			prospect: flag((one) => isRow(one) && one['prospect'] === true),
			stage_name: word((one) => stageOf(one)?.name ?? null),
			// Of the stay, not of the stage: with a stage's id it gives nothing, and no error.
			stage_ids: oneOf((one) => stageOf(one)?.id ?? null),
			job_interview_stage_ids: oneOf((one) => stageOf(one)?.ofJob ?? null),
		},
	});
	list(app, state, {
		name: 'application_stages',
		all: () => state.stays.filter(({ applicationId: id }) => world.applications.get(id)?.deletedAt === null),
		id: (one) => one.id,
		createdAt: (one) => one.enteredAt,
		updatedAt: (one) => one.changedAt,
		row: (one) => rows.stay(state, one),
		filters: { application_ids: oneOf((one) => applicationId(one.applicationId)), current: flag((one) => one.exitedAt === null), job_interview_stage_ids: oneOf((one) => Number(rows.stay(state, one)['job_interview_stage_id'])) },
	});
	list(app, state, {
		...asRows,
		name: 'rejection_details',
		all: () =>
			byId(
				world.applications.rows.flatMap((one) => {
					if (one.deletedAt !== null) return [];
					if (one.status === 'DECLINED' && one.rejection) return [rows.rejectionDetail(state, one, one.rejection, one.rejection.at)];
					const old = state.settings.detailsStay ? state.oldRejections.get(one.id) : undefined;
					return old ? [rows.rejectionDetail(state, one, old, old.takenBackAt)] : [];
				}),
			),
		filters: { application_ids: oneOf((one) => Number(one['application_id'])), rejection_reason_ids: oneOf((one) => Number(one['rejection_reason_id'])) },
	});
	list<RejectionReason>(app, state, { ...own('rejectionReason'), name: 'rejection_reasons', row: (one) => rows.rejectionReason(state, one), filters: { include_defaults: () => () => true } });
	list<Interview>(app, state, {
		...own('interview'),
		name: 'interviews',
		// There is no word for a cancelled one: it is gone.
		all: () => world.interviews.rows.filter((one) => one.deletedAt === null && one.status !== 'CANCELLED'),
		row: (one) => rows.interview(state, one),
		filters: {
			application_ids: oneOf((one) => applicationId(one.applicationId)),
			job_ids: oneOf((one) => jobOf(one.applicationId)),
			status: word((one) => (one.status === 'COMPLETED' ? 'complete' : 'scheduled')),
			organizer_ids: oneOf((one) => state.idOf('user', one.organizerId)),
			starts_at: (text) => {
				const test = timeTest(text);
				return (one) => test(one.startsAt);
			},
		},
	});
	list(app, state, { ...asRows, name: 'job_interviews', all: () => byId(state.allSlots().map((one) => rows.slot(state, one))), filters: { job_ids: oneOf((one) => Number(one['job_id'])) } });
	list(app, state, {
		...asRows,
		name: 'interviewers',
		all: (query) => {
			const wanted = query['interview_ids']?.split(',').map(Number);
			const interviews = wanted ? wanted.flatMap((id) => state.find('interview', id) ?? []) : world.interviews.alive();
			return byId(interviews.flatMap((one) => one.interviewerIds.map((userId, place) => rows.interviewer(state, one, userId, place))));
		},
		filters: { interview_ids: oneOf((one) => Number(one['interview_id'])) },
	});
	list(app, state, {
		...asRows,
		name: 'offers',
		all: (query) => {
			const old = state.oldOffers.filter(({ offer }) => world.offers.get(offer.id)?.deletedAt === null).map(({ id, version, offer, replacedAt }) => rows.offer(state, offer, { id, version, createdAt: offer.createdAt, updatedAt: replacedAt, replaced: true }));
			const wanted = query['application_ids']?.split(',').map(Number);
			const offers = wanted ? wanted.flatMap((id) => world.offers.by('applicationId', state.find('application', id)?.id ?? '')) : world.offers.rows;
			const present = offers.filter((one) => one.deletedAt === null).map((one) => rows.offer(state, one, { updatedAt: Math.max(one.changedAt, state.versions.get(one.id)?.createdAt ?? 0), replaced: false, ...(state.versions.get(one.id) ?? { id: state.id('offer', one), version: 1, createdAt: one.createdAt }) }));
			return byId(query['current_only'] === 'true' ? present : [...old, ...present]);
		},
		filters: { application_ids: oneOf((one) => Number(one['application_id'])), job_ids: oneOf((one) => Number(one['job_id'])), status: word((one) => String(one['status'])), current_only: () => () => true },
	});
	list<Attachment>(app, state, {
		...own('attachment'),
		name: 'attachments',
		all: () => world.attachments.rows.filter((one) => one.deletedAt === null && world.applications.get(one.applicationId)?.deletedAt === null),
		row: (one) => rows.attachment(state, one),
		filters: { application_ids: oneOf((one) => applicationId(one.applicationId)), candidate_ids: oneOf((one) => state.idOf('candidate', one.candidateId)), type: word((one) => String(rows.attachment(state, one)['type'])) },
	});
	list<Candidate>(app, state, {
		...own('candidate'),
		name: 'candidates',
		row: (one) => rows.candidate(state, one),
		filters: {
			email: (text) => (one) => one.emails.some(({ address }) => address.toLowerCase() === text.toLowerCase()),
			tag: (text) => (one) => one.tagIds.some((id) => world.tags.get(id)?.name === text),
			private: flag(() => false),
		},
	});
	list<Job>(app, state, {
		...own('job'),
		all: () => world.jobs.alive().filter((job) => state.mayShow(job)),
		name: 'jobs',
		row: (one) => rows.job(state, one),
		filters: { status: word((one) => String(rows.job(state, one)['status'])), department_id: oneOf((one) => state.idOf('department', one.departmentId)), requisition_id: word((one) => one.code), confidential: flag((one) => one.visibility === 'CONFIDENTIAL') },
	});
	list(app, state, {
		...asRows,
		name: 'job_interview_stages',
		all: (query) => {
			const wanted = query['job_ids']?.split(',').map(Number);
			const jobs: Job[] = wanted ? wanted.flatMap((id) => state.find('job', id) ?? []) : world.jobs.alive();
			return byId(jobs.flatMap((of) => state.planOf(of).map((one: Stage, place) => rows.stage(state, of, one, place))));
		},
		filters: { job_ids: oneOf((one) => Number(one['job_id'])), active: (text) => (one) => one['active'] === (text === 'true') },
	});
	list<User>(app, state, { ...own('user'), name: 'users', row: (one) => rows.user(state, one), filters: { deactivated: flag((one) => !one.active), primary_email: word((one) => one.email), show_service_accounts: () => () => true } });
	list<Tag>(app, state, { ...own('tag'), name: 'candidate_tags', row: (one) => rows.tag(state, one), filters: {} });
	list(app, state, {
		...asRows,
		name: 'applied_candidate_tags',
		all: () => byId(world.candidates.alive().flatMap((of) => of.tagIds.flatMap((id) => (world.tags.get(id) ? [rows.appliedTag(state, of, world.tags.need(id))] : [])))),
		filters: { candidate_ids: oneOf((one) => Number(one['candidate_id'])), candidate_tag_ids: oneOf((one) => Number(one['candidate_tag_id'])) },
	});
	list<Note>(app, state, { ...own('note'), name: 'notes', row: (one) => rows.note(state, one), filters: { application_ids: oneOf((one) => applicationId(one.applicationId)), candidate_ids: oneOf((one) => state.idOf('candidate', one.candidateId)) } });
	list(app, state, { ...asRows, name: 'sources', all: () => SOURCES.map((name, place) => rows.source(name, place)), filters: {} });
	list<Department>(app, state, { ...own('department'), name: 'departments', row: (one) => ({ id: state.id('department', one), created_at: new Date(one.createdAt).toISOString(), updated_at: new Date(one.changedAt).toISOString(), name: one.name, parent_id: null, external_id: null }), filters: {} });
	list(app, state, {
		...asRows,
		name: 'offices',
		all: () => world.jobs.rows.map(({ number, place, createdAt }) => ({ id: 7000 + number, created_at: new Date(createdAt).toISOString(), updated_at: new Date(createdAt).toISOString(), name: place.city, parent_id: null, external_id: null, location: [place.street, place.zip, place.city, place.state, place.country].filter((part) => part !== null && part !== '').join(', '), primary_in_house_contact_user_id: null })),
		filters: {},
	});
	const team = (kind: 'RECRUITER' | 'HIRING_MANAGER', from: number, more: rows.Row) => () =>
		byId(
			world.jobs.alive().flatMap((of) =>
				of.team
					.filter(({ roleIds }) => roleIds.some((id) => world.roles.get(id)?.kind === kind))
					.map(({ userId }, place) => ({ id: from + of.number * 10 + place, created_at: new Date(of.createdAt).toISOString(), updated_at: new Date(of.createdAt).toISOString(), job_id: state.id('job', of), user_id: state.idOf('user', userId), ...more })),
			),
		);
	list(app, state, { ...asRows, name: 'job_owners', all: team('RECRUITER', 2_000_000, { type: 'recruiter', responsible: true }), filters: { job_ids: oneOf((one) => Number(one['job_id'])), type: word((one) => String(one['type'])) } });
	list(app, state, { ...asRows, name: 'job_hiring_managers', all: team('HIRING_MANAGER', 3_000_000, {}), filters: { job_ids: oneOf((one) => Number(one['job_id'])) } });
}

/** Size when none is asked for. https://harvestdocs.greenhouse.io/docs/pagination */
const PER_PAGE = 100;

/** Newest id first, from below the last one of the page before: a row made meanwhile is missed, and none comes twice. */
function list<T>(app: FastifyInstance, state: GreenhouseState, spec: List<T>): void {
	const { world, tools } = state;
	const path = `/${spec.name}`;
	app.get(`/v3${path}`, async (request, reply) => {
		state.allow(request, `harvest:${spec.name}:list`);
		const given = request.query as Query;
		if (given['cursor'] !== undefined && Object.keys(given).length > 1) {
			const said = 'When passing a cursor, do not include other query params.';
			tools.violation({ where: 'request', method: 'GET', path: request.url, operation: path, errors: [said] });
			throw unprocessable(said);
		}
		const place = given['cursor'] === undefined ? { query: given, below: Infinity } : readCursor(given['cursor'], world.clock.now(), tools.pager.cursorLife);
		check(request, state, path, given);
		const { query } = place;
		const tests: Array<(one: T) => boolean> = [];
		for (const [name, text] of Object.entries(query)) {
			const filter = Object.hasOwn(spec.filters, name) ? spec.filters[name] : undefined;
			if (filter) tests.push(filter(text));
			else if (name === 'ids') tests.push(oneOf<T>((one) => spec.id(one))(text));
			else if (name === 'updated_at' || name === 'created_at') {
				const test = timeTest(text);
				tests.push((one) => test(name === 'updated_at' ? spec.updatedAt(one) : spec.createdAt(one)));
			} else if (name !== 'per_page' && name !== 'fields') throw new Error(`The sandbox does not play the filter ${name} of ${spec.name}.`);
		}
		const size = Number(query['per_page'] ?? PER_PAGE);
		const found: T[] = [];
		const all = spec.all(query);
		// One more than the page, to know whether another follows.
		for (let i = all.length - 1; i >= 0 && found.length <= size; i--) {
			const one = all[i];
			if (one !== undefined && spec.id(one) < place.below && tests.every((test) => test(one))) found.push(one);
		}
		const page = tools.pager.page(request, found, { size });
		const last = found.slice(0, size).at(-1);
		const kind = request.fault?.kind;
		const below = kind === 'emptyPage' || kind === 'repeatedCursor' || last === undefined ? place.below : spec.id(last);
		if (page.next !== null) {
			const cursor = kind === 'repeatedCursor' && given['cursor'] !== undefined ? given['cursor'] : Buffer.from(JSON.stringify({ query, below: Number.isFinite(below) ? below : null, at: world.clock.now() })).toString('base64url');
			void reply.header('link', `<${tools.origin()}/greenhouse/v3${path}?cursor=${cursor}>; rel="next"`);
		}
		const fields = query['fields']?.split(',');
		const body = page.rows.map((one) => {
			const row = spec.row(one);
			return fields ? Object.fromEntries(Object.entries(row).filter(([name]) => fields.includes(name))) : row;
		});
		answerCheck(request, state, path, body);
		return await reply.send(body);
	});
}

function readCursor(cursor: string, now: number, life: number): { query: Query; below: number } {
	let read: unknown;
	try {
		read = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
	} catch {
		throw new CursorError('The cursor is invalid.');
	}
	const { query, below, at } = (typeof read === 'object' && read !== null ? read : {}) as { query?: Query; below?: number | null; at?: number };
	if (query === undefined || at === undefined || now - at > life) throw new CursorError('The cursor is invalid.');
	return { query, below: below ?? Infinity };
}

function check(request: FastifyRequest, state: GreenhouseState, path: string, query: Query): void {
	const document = greenhouseDocument();
	const operation = document.find('GET', path);
	const errors = operation ? document.checkRequest(operation, { query: { ...query }, body: request.body, headers: request.headers }) : ['no such operation'];
	if (errors.length === 0) return;
	if (state.tools.validate) state.tools.violation({ where: 'request', method: 'GET', path: request.url, operation: path, errors });
	throw unprocessable(...errors);
}

function answerCheck(request: FastifyRequest, { tools }: GreenhouseState, path: string, body: unknown): void {
	const document = tools.validate ? greenhouseDocument() : undefined;
	const operation = document?.find('GET', path);
	const errors = document && operation ? document.checkAnswer(operation, 200, body) : [];
	if (errors.length > 0) tools.violation({ where: 'answer', method: 'GET', path: request.url, operation: path, errors });
}

