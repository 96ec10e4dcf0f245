import type { FastifyRequest } from 'fastify';
import type { z } from 'zod/v4';
import { apply, attach, move, tag } from './actions.cts';
import { ApiError, type Simulator } from './simulator.cts';
import { nativeCall } from './knit/native.cts';
import { officeOf, type Json } from './knit/records.cts';
import * as shapes from './knit/shapes.cts';
import { apiKeyOf, errorBody, failure, integrationIdOf, KnitState, type App } from './knit/state.cts';
import { Syncs } from './knit/syncs.cts';
import type { Application, Candidate, Job } from './model.cts';

/** Knit tells no page size; small, so that tests see more than one page. */
const PAGE_SIZE = 20;

/** Knit (https://developers.getknit.dev) over the world: what its pages document or name, held against shapes made from the dossier. */
export function knit(): Simulator {
	return {
		name: 'knit',
		paths: { knit: '/knit/v1.0' },
		credentials: (world) => ({ environment: 'custom', apiKey: apiKeyOf(world), integrationId: integrationIdOf(world) }),
		errorBody: (status, message) => errorBody(message ?? { 401: 'Invalid API key', 429: 'Too many requests', 503: 'The connected app is not available' }[status] ?? 'Something went wrong'),
		badCursor: (message) => new ApiError(400, errorBody(message)),
		errorInSuccess: () => errorBody('No such application exists'),
		register(app, world, tools) {
			const state = new KnitState(world, tools);
			const syncs = new Syncs(state);
			const { records } = state;
			let listed: { version: string; rows: readonly Application[] } = { version: '', rows: [] };
			world.onChange((change) => syncs.relay(change));
			app.addHook('onSend', async (_request, reply) => void reply.header('x-knit-execution-id', state.id('ex')));

			const broken = (where: 'request' | 'answer', request: FastifyRequest, error: z.ZodError) =>
				tools.violation({ where, method: request.method, path: request.url, operation: null, errors: error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) });
			/** The query or body as its shape wants it, else 400; a documented shape that is broken is a violation too. */
			const given = <Shape extends z.ZodType>(request: FastifyRequest, shape: Shape, documented = true): z.infer<Shape> => {
				const read = shape.safeParse(request.method === 'GET' ? request.query : request.body);
				if (read.success) return read.data;
				if (documented) broken('request', request, read.error);
				throw failure(400, `Invalid request: ${read.error.issues[0]?.path.join('.') ?? ''} ${read.error.issues[0]?.message ?? ''}`);
			};
			const ok = (request: FastifyRequest, data: unknown, shape?: z.ZodType) => {
				const checked = tools.validate ? shape?.safeParse(data) : undefined;
				if (checked?.success === false) broken('answer', request, checked.error);
				return { success: true, data };
			};
			const route = (method: 'GET' | 'POST', call: string, handler: (request: FastifyRequest) => unknown) =>
				app.route({
					method,
					url: `/v1.0/${call}`,
					handler: async (request) => {
						state.checkKey(request);
						return await handler(request);
					},
				});

			route('GET', 'ats.application.list', (request) => {
				const { app: ats } = state.integration(request);
				const { pageToken, ...filters } = given(request, shapes.applicationList);
				const asked = JSON.stringify(filters);
				// The same question while nothing changes: the list of the page before.
				const version = `${world.version}/${world.applications.size}/${tools.faults.order}/${state.ignoreFilters}/${ats.id}/${asked}`;
				if (listed.version !== version) listed = { version, rows: tools.pager.ordered(world.applications.alive().filter(applicationFilter(filters, ats)), (row) => records.touchedAt(row)) };
				const page = tools.pager.page(request, listed.rows, { cursor: pageToken, size: PAGE_SIZE, filters: asked });
				const applications = page.rows.map((row) => (ats.slim ? records.outline(row) : records.application(row)));
				return ok(request, { applications: applications.length === 0 ? null : applications, nextPageToken: page.next }, shapes.applicationsPage);
			});
			route('GET', 'ats.application.get', (request) => {
				state.integration(request);
				const { applicationId, candidateId } = given(request, shapes.applicationGet);
				const found = world.applications.get(applicationId);
				if (!found || found.deletedAt !== null || found.candidateId !== candidateId) throw failure(404, 'No such application exists');
				return ok(request, { application: records.application(found) }, shapes.oneApplication);
			});
			route('POST', 'ats.application.create', (request) => {
				state.integration(request);
				const input = given(request, shapes.applicationCreate);
				const job = world.jobs.get(input.jobId);
				if (!job || job.deletedAt !== null) throw failure(404, 'No such job exists');
				if (input.initialStageId !== undefined && !job.stageIds.includes(input.initialStageId)) throw failure(400, 'The stage does not belong to the job');
				const known = input.candidateId === undefined ? undefined : world.candidates.get(input.candidateId);
				if (input.candidateId !== undefined && !known) throw failure(404, 'No such candidate exists');
				const { application, candidate } = apply(
					world,
					job,
					{
						candidate: known ?? newCandidate(input.candidate),
						candidateId: known?.id,
						stageId: input.initialStageId,
						source: input.source ?? null,
						origin: input.origin ?? 'EXTERNAL',
						answers: input.answers?.map(({ id, question = '', answer, multipleChoiceAnswers }) => ({ questionId: id, title: question, type: multipleChoiceAnswers ? 'MULTI_SELECT' : 'TEXT', value: multipleChoiceAnswers ?? answer ?? null })),
					},
					'knit',
				);
				if (input.attachment) attach(world, { candidateId: candidate.id, applicationId: application.id }, fileOf(input.attachment), 'knit');
				return ok(request, { applicationId: application.id, candidateId: candidate.id, jobId: job.id });
			});
			route('POST', 'ats.application.stage.update', (request) => {
				state.integration(request);
				const { applicationId, stageId } = given(request, shapes.stageUpdate, false);
				const application = living(applicationId);
				if (!world.jobs.get(application.jobId)?.stageIds.includes(stageId)) throw failure(400, 'The stage does not belong to the job');
				move(world, application, stageId, 'knit');
				return ok(request, null);
			});
			route('POST', 'ats.application.attachment.add', (request) => {
				state.integration(request);
				const { applicationId, attachment } = given(request, shapes.attachmentAdd, false);
				const application = living(applicationId);
				attach(world, { candidateId: application.candidateId, applicationId }, fileOf(attachment), 'knit');
				return ok(request, null);
			});
			route('POST', 'ats.candidate.tag.add', (request) => {
				state.integration(request);
				const input = given(request, shapes.tagAdd, false);
				const candidate = world.candidates.get(input.candidateId);
				if (!candidate) throw failure(404, 'No such candidate exists');
				tag(world, candidate, input.tag.text, 'knit');
				return ok(request, null);
			});
			route('POST', 'ats.candidates.search', (request) => {
				const { app: ats } = state.integration(request);
				const by = given(request, shapes.candidateSearch);
				if (ats.searchesByEmail && !by.emails?.length) throw failure(400, "'emails' must be a non-empty JSON array string");
				const found = world.candidates.alive().filter((candidate) => isWanted(candidate, by)).map((candidate) => records.candidate(candidate));
				// Seen live as plain records; the data models wrap them: one app each.
				return ok(request, { candidates: found.length === 0 ? null : ats.slim ? found : found.map((info) => ({ info })) });
			});
			route('GET', 'ats.job.list', (request) => {
				const { app: ats } = state.integration(request);
				const { pageToken, ...filters } = given(request, shapes.jobList);
				const rows = tools.pager.ordered(world.jobs.alive()).filter(jobFilter(filters, ats));
				const page = tools.pager.page(request, rows, { cursor: pageToken, size: PAGE_SIZE, filters: JSON.stringify(filters) });
				return ok(request, { jobs: page.rows.length === 0 ? null : page.rows.map((job) => records.job(job)), nextPageToken: page.next }, shapes.jobsPage);
			});
			route('GET', 'ats.job.get', (request) => {
				state.able(request, 'ats.job.get');
				const found = world.jobs.get(given(request, shapes.jobGet, false).jobId);
				if (!found || found.deletedAt !== null) throw failure(404, 'No such job exists');
				return ok(request, { job: records.job(found) });
			});
			route('POST', 'ats.job.create', (request) => {
				state.able(request, 'ats.job.create');
				const { title, description } = given(request, shapes.jobCreate);
				return ok(request, { jobId: newJob(title, description).id });
			});

			route('POST', 'sync.start', (request) => ok(request, syncs.start(state.integration(request), given(request, shapes.syncStart))));
			route('POST', 'sync.watchFields.update', (request) => {
				const { dataType, jsonPaths } = given(request, shapes.watchFields);
				state.watched.set(`${state.integration(request).id} ${dataType}`, jsonPaths);
				return ok(request, null);
			});
			route('POST', 'sync.custom.start', (request) => ok(request, syncs.startCustom(state.integration(request), given(request, shapes.customStart))));
			route('POST', 'events.subscribe', (request) => {
				const integration = state.integration(request);
				integration.subscribed.push(...given(request, shapes.subscribe).events);
				// Greenhouse wants both entered by hand, Lever the address only, Ashby nothing.
				const webhookUrl = `https://workflows.getknit.dev/webhook/${state.id('wt')}`;
				const { id } = integration.app;
				return ok(request, id === 'greenhouse' ? { webhookUrl, metaData: { webhookToken: state.id('tok') } } : id === 'lever' ? { webhookUrl } : {});
			});

			route('POST', 'passthrough', (request) => {
				state.integration(request);
				const { method, path, body } = given(request, shapes.passthrough);
				const answer = nativeCall(world, method, path, body);
				if (answer.status >= 400) throw failure(answer.status, `The app answered ${answer.status}`);
				const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
				return ok(request, { response: { headers: { 'content-type': 'application/json' }, body: text } });
			});
			route('GET', 'integration.details', (request) => {
				const { originOrgId } = given(request, shapes.details);
				const apps = state.integrations.filter(({ organisation }) => organisation === originOrgId);
				return ok(request, { apps: apps.length === 0 ? null : apps.map(({ id, app: { id: appId }, active, deactivatedAt }) => ({ id: appId, category: 'ATS', integrationId: id, isActive: active, deactivatedAt: deactivatedAt === null ? null : new Date(deactivatedAt).toISOString() })) });
			});
			route('POST', 'integration.deactivate', (request) => {
				const integration = state.integration(request);
				given(request, shapes.nothing);
				integration.active = false;
				integration.deactivatedAt = world.clock.now();
				return ok(request, null);
			});
			route('POST', 'auth.createSession', (request) => {
				const input = given(request, shapes.createSession);
				state.sessions.push(input);
				return { success: true, msg: { token: state.id('session') } };
			});

			/** Where the dashboard sends events: `{ url }`, null for nowhere. */
			tools.control('webhook', (body) => {
				state.webhookUrl = typeof body['url'] === 'string' ? body['url'] : null;
			});
			/** `{ withdrawn?, ignoreFilters?, cursorLife? }`: the key may do nothing any more; lists ignore their filters; tokens live so long (ms). */
			tools.control('settings', (body) => {
				if (typeof body['withdrawn'] === 'boolean') state.withdrawn = body['withdrawn'];
				if (typeof body['ignoreFilters'] === 'boolean') state.ignoreFilters = body['ignoreFilters'];
				if (typeof body['cursorLife'] === 'number') tools.pager.cursorLife = body['cursorLife'];
			});
			/** Connects a deactivated integration again. */
			tools.control('activate', () => {
				for (const integration of state.integrations) Object.assign(integration, { active: true, deactivatedAt: null });
			});
			/** Waits until all events are sent, and tells what was asked for. */
			tools.control('state', async () => {
				await syncs.settled();
				const integrations = state.integrations.map(({ id, app: { id: name }, active, subscribed }) => ({ id, app: name, active, subscribed }));
				return { integrations, syncs: state.syncs, customSyncs: state.customSyncs, sessions: state.sessions, watched: Object.fromEntries(state.watched) };
			});

			function living(id: string): Application {
				const found = world.applications.get(id);
				if (!found || found.deletedAt !== null) throw failure(404, 'No such application exists');
				return found;
			}

			function applicationFilter(filters: Json, ats: App): (row: Application) => boolean {
				const { number, texts } = reader(filters, state.ignoreFilters ? [] : ats.applicationFilters);
				const moved = (row: Application) => Math.max(row.createdAt, ...world.activities.by('candidateId', row.candidateId).flatMap(({ code, createdAt, jobId }) => (code === 'moved' && jobId === row.jobId ? [createdAt] : [])));
				return (row) => {
					const candidate = world.candidates.get(row.candidateId);
					return (
						number('createdAfter', 'createdBefore', () => row.createdAt) &&
						number('updatedAfter', 'updatedBefore', () => records.touchedAt(row)) &&
						number('changedStageAfter', 'changedStageBefore', () => moved(row)) &&
						texts('jobId', () => [row.jobId]) &&
						texts('stage', () => [row.stageId]) &&
						texts('status', () => [{ PENDING: 'ACTIVE', HIRED: 'HIRED', DECLINED: 'REJECTED' }[row.status]]) &&
						texts('tag', () => candidate?.tagIds.map((id) => world.tags.get(id)?.name ?? '') ?? []) &&
						texts('candidateId', () => [row.candidateId]) &&
						texts('candidateEmail', () => candidate?.emails.map(({ address }) => address) ?? [])
					);
				};
			}

			function jobFilter(filters: Json, ats: App): (row: Job) => boolean {
				const { number, texts } = reader(filters, state.ignoreFilters ? [] : ats.jobFilters);
				return (row) =>
					number('createdAfter', 'createdBefore', () => row.createdAt) &&
					number('updatedAfter', 'updatedBefore', () => row.changedAt) &&
					texts('status', () => [row.status]) &&
					texts('tag', () => []) &&
					texts('officeId', () => [officeOf(row)]) &&
					texts('departmentId', () => [row.departmentId]);
			}

			function newJob(title: string, html: string): Job {
				const like = world.jobs.rows[0];
				if (!like) throw failure(400, 'There is no account to make a job in');
				const { code, slug, ...rest } = like;
				const { id: _id, number: _number, remoteId: _remoteId, createdAt: _createdAt, changedAt: _changedAt, linkedAt: _linkedAt, deletedAt: _deletedAt, ...fields } = rest;
				return world.add('job', { ...fields, code: `${code}-${world.jobs.size + 1}`, slug: `${slug}-${world.jobs.size + 1}`, title, html, status: 'OPEN', questions: [], postings: [], closedAt: null, openedAt: world.clock.now() }, 'knit');
			}
		},
	};
}

/** Only filters that the app supports count; what Knit does with the others is not known: here it ignores them. */
function reader(filters: Json, supported: readonly string[]) {
	const text = (name: string) => (supported.includes(name) && typeof filters[name] === 'string' ? filters[name] : undefined);
	return {
		number(after: string, before: string, value: () => number): boolean {
			const [from, to] = [text(after), text(before)];
			return (from === undefined || value() >= Date.parse(from)) && (to === undefined || value() <= Date.parse(to));
		},
		texts(name: string, values: () => readonly string[]): boolean {
			const wanted = text(name)?.split(',');
			return wanted === undefined || values().some((value) => wanted.includes(value));
		},
	};
}

function isWanted(candidate: Candidate, by: z.infer<typeof shapes.candidateSearch>): boolean {
	const same = (a: string | null, b: string | undefined) => b === undefined || a?.toLowerCase() === b.toLowerCase();
	const emails = by.emails?.map((email) => email.toLowerCase());
	return (
		same(candidate.firstName, by.firstName) &&
		same(candidate.lastName, by.lastName) &&
		(!emails || candidate.emails.some(({ address }) => emails.includes(address.toLowerCase()))) &&
		(!by.phones || candidate.phones.some(({ number }) => by.phones?.includes(number)))
	);
}

function newCandidate(input: z.infer<typeof shapes.applicationCreate>['candidate']) {
	const kind = (type: string) => (type === 'WORK' ? 'WORK' : type === 'PERSONAL' ? 'PERSONAL' : 'OTHER') as 'WORK' | 'PERSONAL' | 'OTHER';
	const { city, country, state = null, addressLine1 = null, zipCode = null } = input?.presentAddress ?? {};
	return {
		firstName: input?.firstName ?? null,
		lastName: input?.lastName ?? null,
		company: input?.company ?? null,
		title: input?.title ?? null,
		emails: input?.emails.map(({ type, email }) => ({ type: kind(type), address: email })) ?? [],
		phones: input?.phones.map(({ type, phoneNumber }) => ({ type: kind(type), number: phoneNumber })) ?? [],
		links: input?.links ?? [],
		place: city === undefined ? null : { city, country: country ?? '', state, street: addressLine1, zip: zipCode },
		source: null,
		tagIds: [],
		consent: null,
	};
}

function fileOf(attachment: { type: string; name: string; attachmentContent: { content: string } }) {
	const kind = attachment.type === 'RESUME' ? ('CV' as const) : attachment.type === 'COVER_LETTER' ? ('COVER_LETTER' as const) : ('OTHER' as const);
	return { kind, fileName: attachment.name, contentType: 'application/pdf', bytes: Buffer.from(attachment.attachmentContent.content, 'base64') };
}
