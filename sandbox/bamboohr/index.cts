import type { FastifyRequest } from 'fastify';
import { addNote, apply, attach, hire, move, reactivate, reject } from '../actions.cts';
import { guard } from '../guard.cts';
import type { Application } from '../model.cts';
import { OpenApi } from '../openapi.cts';
import { ApiError, type Simulator, type Tools } from '../simulator.cts';
import type { World } from '../world.cts';
import { apiKeyOf, Rows, type Group, type Status } from './rows.cts';

const PREFIX = '/api/v1/applicant_tracking';
const BY = 'bamboohr';
/** Unknown: not documented. */
const PAGE_SIZE = 25;
const GROUPS: Record<string, readonly Group[]> = { ALL: ['NEW', 'ACTIVE', 'INACTIVE', 'HIRED'], ALL_ACTIVE: ['NEW', 'ACTIVE'], NEW: ['NEW'], ACTIVE: ['ACTIVE'], INACTIVE: ['INACTIVE'], HIRED: ['HIRED'] };
const JOB_GROUPS: Record<string, readonly string[]> = { ALL: ['OPEN', 'CLOSED', 'DRAFT', 'ARCHIVED'], DRAFT_AND_OPEN: ['DRAFT', 'OPEN'], Open: ['OPEN'], Filled: ['CLOSED'], Draft: ['DRAFT'], Deleted: [], 'On Hold': [], Canceled: ['ARCHIVED'] };
const FAILURES: Record<number, string> = { 400: 'Bad request', 401: 'Invalid API key', 403: 'You do not have access to ATS settings', 404: 'Not found', 422: 'Missing required fields', 429: 'Too many requests' };

/** The message stands in a header, the body is empty. */
const fail = (status: number, message = FAILURES[status] ?? 'Internal error'): ApiError => new ApiError(status, '', { 'x-bamboohr-error-message': message });

/** BambooHR's applicant tracking (https://documentation.bamboohr.com/reference/get-applications) over the world, held against its own document. */
export function bamboohr(): Simulator {
	return {
		name: 'bamboohr',
		paths: { bamboohr: '/bamboohr' },
		credentials: (world) => ({ companyDomain: 'example', apiKey: apiKeyOf(world) }),
		errorBody: () => '',
		register(app, world, tools) {
			const rows = new Rows(world);
			const state = { atsSettings: true };
			app.addHook('onRequest', async (request) => {
				const [user] = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString('utf8').split(':', 1);
				if (user !== apiKeyOf(world)) throw fail(401);
				if (!state.atsSettings) throw fail(403);
			});
			guard(app, tools, () => OpenApi.load('bamboohr'), {
				prefix: '/bamboohr',
				undocumented: ({ url }) => url.startsWith('/bamboohr/files/'),
				refuse: (errors) => fail(400, errors[0] ?? 'Bad request'),
			});
			registerReads(app, world, tools, rows);
			registerWrites(app, world, tools, rows);
			/** `{ atsSettings?, candidateTouches?, ignoresGroups? }`: the key's owner may read; whether a change of the person moves `last_updated`; the filter by group does nothing. */
			tools.control('settings', ({ atsSettings, candidateTouches, ignoresGroups }) => {
				if (typeof ignoresGroups === 'boolean') rows.ignoresGroups = ignoresGroups;
				if (typeof atsSettings === 'boolean') state.atsSettings = atsSettings;
				if (typeof candidateTouches === 'boolean') rows.candidateTouches = candidateTouches;
			});
		},
	};
}

type App = Parameters<Simulator['register']>[0];
type Query = Record<string, string | undefined>;

function registerReads(app: App, world: World, tools: Tools, rows: Rows): void {
	app.get<{ Querystring: Query }>(`${PREFIX}/applications`, async (request) => {
		const { page = '1', sortBy = 'created_date', sortOrder = 'ASC', ...filters } = request.query;
		const found = tools.pager.ordered(sorted(world.applications.alive().filter((one) => fits(rows, world, one, filters)), rows, sortBy, sortOrder));
		const { rows: shown, next } = tools.pager.numbered(request, found, { number: Number(page), size: PAGE_SIZE });
		const query = new URLSearchParams({ ...Object.fromEntries(Object.entries(request.query).map(([name, value]) => [name, String(value)])), page: String(next) });
		return { applications: shown.map((one) => rows.application(one)), paginationComplete: next === null, nextPageUrl: next === null ? null : `${tools.origin()}/bamboohr${PREFIX}/applications?${query}` };
	});
	app.get<{ Params: { id: string } }>(`${PREFIX}/applications/:id`, async (request) => {
		const one = need(rows, request.params.id);
		return rows.details(one, (file) => `${tools.origin()}/bamboohr/files/${rows.ids.of('attachment', file)}`);
	});
	app.get<{ Params: { id: string } }>('/files/:id', async (request, reply) => {
		const file = rows.ids.find('attachment', request.params.id);
		if (!file || file.deletedAt !== null) throw fail(404);
		return await reply.type(file.contentType).header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.fileName)}`).send(world.bytes(file));
	});
	app.get(`${PREFIX}/statuses`, async () =>
		rows.statuses().map(({ id, label, group }) => ({ id: String(id), code: group === 'NEW' ? 'NEW' : null, name: label, translatedName: label, description: null, enabled: true, manageable: true })),
	);
	app.get<{ Querystring: Query }>(`${PREFIX}/jobs`, async (request) => {
		const groups = (request.query.statusGroups ?? 'ALL').split(',').flatMap((group) => JOB_GROUPS[group] ?? []);
		return world.jobs.alive().filter(({ status }) => groups.includes(status)).map((job) => rows.job(job));
	});
	app.get(`${PREFIX}/hiring_leads`, async () => world.users.alive().filter(({ active }) => active).map((user) => rows.user(user)));
}

function fits(rows: Rows, world: World, one: Application, { jobId, applicationStatusId, applicationStatus, jobStatusGroups, searchString, newSince }: Query): boolean {
	const status = (): Status => rows.statusOf(one);
	const job = () => world.jobs.need(one.jobId);
	if (jobId !== undefined && rows.ids.of('job', job()) !== jobId) return false;
	if (applicationStatusId !== undefined && !applicationStatusId.split(',').includes(String(status().id))) return false;
	if (applicationStatus !== undefined && !rows.ignoresGroups && !applicationStatus.split(',').some((group) => GROUPS[group]?.includes(status().group))) return false;
	if (jobStatusGroups !== undefined && !jobStatusGroups.split(',').some((group) => JOB_GROUPS[group]?.includes(job().status))) return false;
	if (newSince !== undefined && one.createdAt <= Date.parse(`${newSince.replace(' ', 'T')}Z`)) return false;
	if (searchString === undefined) return true;
	const person = world.candidates.need(one.candidateId);
	const text = [person.firstName, person.lastName, ...person.emails.map(({ address }) => address)].join(' ').toLowerCase();
	return text.includes(searchString.toLowerCase());
}

function sorted(applications: readonly Application[], rows: Rows, by: string, order: string): Application[] {
	const key = (one: Application): number => (by === 'last_updated' ? rows.lastUpdated(one) : by === 'status' ? rows.statusOf(one).id : one.createdAt);
	const sign = order === 'DESC' ? -1 : 1;
	const keyed = applications.map((one) => ({ one, key: key(one) }));
	return keyed.sort((a, b) => sign * (a.key - b.key || a.one.number - b.one.number)).map(({ one }) => one);
}

function need(rows: Rows, id: string): Application {
	const found = rows.ids.find('application', id);
	if (!found || found.deletedAt !== null) throw fail(404);
	return found;
}

function registerWrites(app: App, world: World, tools: Tools, rows: Rows): void {
	app.post<{ Params: { id: string } }>(`${PREFIX}/applications/:id/status`, async (request) => {
		const one = need(rows, request.params.id);
		const id = numberIn(request.body, 'status');
		const [stage, reason] = [rows.stageOf(id), rows.reasonOf(id)];
		if (!stage && !reason && id !== 99) throw fail(400, 'Invalid status');
		if (!stage) reject(world, one, reason?.id ?? null, null, BY);
		else if (stage.hired) hire(world, one, BY);
		else {
			if (one.status !== 'PENDING') reactivate(world, one, BY);
			move(world, world.applications.need(one.id), stage.id, BY);
		}
		return { type: 'positionStatus', id: world.activities.rows.length };
	});
	app.post<{ Params: { id: string } }>(`${PREFIX}/applications/:id/comments`, async (request) => {
		const one = need(rows, request.params.id);
		const { comment } = Object(request.body) as { comment?: unknown };
		if (typeof comment !== 'string' || comment === '') throw fail(400, 'Comment is required');
		const note = addNote(world, { candidateId: one.candidateId, applicationId: one.id }, { html: comment }, BY);
		return { type: 'comment', id: note.number };
	});
	app.post(`${PREFIX}/application`, async (request) => await created(request, world, tools, rows));
}

async function created(request: FastifyRequest, world: World, tools: Tools, rows: Rows): Promise<unknown> {
	const parts = await tools.readForm(request);
	const text = (name: string): string => parts.find((part) => part.name === name)?.text ?? '';
	const [firstName, lastName, jobId, email, phone] = ['firstName', 'lastName', 'jobId', 'email', 'phoneNumber'].map(text);
	if (!firstName || !lastName || !jobId) throw fail(422, 'First name, last name and job are required');
	const job = rows.ids.find('job', jobId);
	if (!job) throw fail(404, 'No such job');
	const { application } = apply(world, job, { candidate: { firstName, lastName, company: null, title: null, emails: email ? [{ address: email, type: 'PERSONAL' }] : [], phones: phone ? [{ number: phone, type: 'PERSONAL' }] : [], links: [], place: null, source: null, tagIds: [], consent: null } }, BY);
	for (const [name, kind] of [['resume', 'CV'], ['coverLetter', 'COVER_LETTER']] as const) {
		const file = parts.find((part) => part.name === name && part.fileName !== null);
		if (file) attach(world, { candidateId: application.candidateId, applicationId: application.id }, { kind, fileName: file.fileName ?? 'file', contentType: file.contentType ?? 'application/octet-stream', bytes: file.bytes }, BY);
	}
	return { result: 'success', candidateId: Number(rows.ids.of('candidate', world.candidates.need(application.candidateId))) };
}

function numberIn(body: unknown, name: string): number {
	const value: unknown = Reflect.get(Object(body), name);
	if (typeof value !== 'number') throw fail(400, `${name} must be a number`);
	return value;
}

