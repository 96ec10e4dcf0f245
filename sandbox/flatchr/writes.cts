import type { FastifyInstance } from 'fastify';
import * as acts from '../actions.cts';
import type { FormPart } from '../simulator.cts';
import type { Candidate, Fields, Job } from '../model.cts';
import { slugOf } from '../names.cts';
import { opaqueId } from '../random.cts';
import { applicationOf, jobOf } from './reads.cts';
import { CONTRACTS } from './references.cts';
import * as requests from './requests.cts';
import { checked, route } from './route.cts';
import * as rows from './rows.cts';
import { fail, USER, type FlatchrState } from './state.cts';

const BY = 'flatchr';

/** Everything that changes the world, and the login. */
export function registerWrites(app: FastifyInstance, state: FlatchrState): void {
	const { world, tools } = state;
	const company = '/api/company/:company';
	const one = `${company}/vacancy/:vacancy/applicant/:applicant`;

	route(app, state, {
		method: 'POST',
		path: '/api/user/login',
		query: requests.none,
		body: requests.login,
		open: true,
		handle: ({ body }) => {
			if (body.email !== USER.email || body.password !== USER.password) throw fail(401, 'Invalid email or password');
			return { statusCode: 200, token: state.issueToken() };
		},
	});

	route(app, state, {
		method: 'PUT',
		path: one,
		query: requests.none,
		body: requests.moveBody,
		handle: ({ params, body }) => {
			const application = ofVacancy(state, params);
			if (body.column_id !== undefined) {
				const column = state.columns().find((stage) => state.number('column', stage) === body.column_id);
				if (!column) throw fail(404, 'Column not found');
				const stages = world.jobs.need(application.jobId).stageIds.map((id) => world.stages.need(id));
				acts.move(world, application, (stages.find((stage) => stage.name === column.name) ?? column).id, BY);
			}
			return rows.applicant(state, application);
		},
	});
	route(app, state, {
		method: 'DELETE',
		path: one,
		query: requests.none,
		handle: ({ params }) => {
			const application = ofVacancy(state, params);
			// An archived application is as near to a rejected one as this world has it.
			if (application.status !== 'DECLINED') acts.reject(world, application, null, null, BY);
			return rows.applicant(state, application);
		},
	});

	for (const kind of ['json', 'test'] as const) {
		route(app, state, {
			method: 'POST',
			path: `/careers/vacancy/candidate/${kind}`,
			query: requests.none,
			body: requests.newCandidate,
			handle: ({ body }) => {
				const job = world.jobs.first('slug', body.vacancy);
				if (!job) throw fail(404, 'Vacancy not found');
				if (typeof body.resume === 'string' !== (body.type === 'link')) throw fail(400, 'The CV is not of the stated type');
				if (body.token !== undefined && body.token !== state.apiKey) throw fail(401, 'Invalid token');
				if (kind === 'json') create(state, job, body);
				return { status: 200, response: kind === 'json' ? 'applicant created' : 'applicant valid' };
			},
		});
	}

	route(app, state, {
		method: 'POST',
		path: `${company}/search/candidate`,
		query: requests.none,
		body: requests.meta,
		handle: ({ body }) => {
			if (!world.candidates.rows.some((row) => row.emails.some(({ address }) => address === body.reference))) throw fail(404, 'Candidate not found');
			state.meta.push(body);
			return { statusCode: 200, message: { resource_type: 'attribute', action: 'created' } };
		},
	});

	route(app, state, {
		method: 'POST',
		path: `${company}/applicant/:applicant/comment`,
		query: requests.none,
		handle: async ({ params, request, as }) => {
			if (state.commentsNeedUser && as !== 'user') throw fail(401, 'A user token is required');
			const application = applicationOf(state, params['applicant']);
			const parts = await tools.readForm(request);
			const file = parts.find((part) => part.name === 'file');
			const fields = Object.fromEntries(parts.filter((part) => part !== file).map(({ name, text }) => [name, text]));
			const { text = '', private: isPrivate, reply_to: replyTo } = checked(state, request, 'form', requests.newComment, fields);
			const parent = replyTo === undefined ? undefined : world.notes.rows.find((note) => String(state.number('comment', note)) === replyTo);
			if (replyTo !== undefined && !parent) throw fail(404, 'Comment not found');
			const about = { candidateId: application.candidateId, applicationId: application.id };
			const attachmentIds = file ? [acts.attach(world, about, { kind: 'OTHER', ...fileOf(file) }, BY).id] : [];
			const note = acts.addNote(world, about, { html: text, private: isPrivate === 'true', replyToId: parent?.id ?? null, authorId: world.users.rows[0]?.id ?? null, attachmentIds }, BY);
			return { ...rows.comment(state, note, new Set(['author', 'attachments'])), ratings: [] };
		},
	});
	route(app, state, {
		method: 'DELETE',
		path: `${company}/applicant/:applicant/comment/:comment`,
		query: requests.none,
		handle: ({ params }) => {
			const application = applicationOf(state, params['applicant']);
			const note = world.notes.by('applicationId', application.id).find((row) => row.deletedAt === null && String(state.number('comment', row)) === params['comment']);
			if (!note) throw fail(404, 'Comment not found');
			world.remove('note', note.id, BY);
			return { statusCode: 200, message: 'Comment deleted' };
		},
	});

	route(app, state, {
		method: 'POST',
		path: `${company}/task`,
		query: requests.none,
		body: requests.newTask,
		handle: ({ body }) => {
			const [kind, id = ''] = (body.value[0] ?? '').split('=');
			const owner = userOf(state, body.memberId);
			const about = kind === 'member' ? { model: 'user' as const, id: userOf(state, id).id } : { model: 'application' as const, id: applicationOf(state, id).id };
			const made = world.add('task', { description: body.description, dueAt: Date.parse(body.date), done: false, about, userIds: body.users.map((user) => userOf(state, user).id), ownerId: owner.id, notify: body.email ?? false }, BY);
			return rows.task(state, made);
		},
	});
	route(app, state, {
		method: 'PUT',
		path: `${company}/task/:task`,
		query: requests.none,
		body: requests.closeTask,
		handle: ({ params, body }) => {
			const task = state.ids.find('task', params['task'] ?? '');
			if (!task || task.deletedAt !== null) throw fail(404, 'Task not found');
			world.change('task', task.id, { done: body.done }, BY);
			return rows.task(state, task);
		},
	});

	route(app, state, {
		method: 'POST',
		path: `${company}/applicant/:applicant/trait`,
		query: requests.none,
		body: requests.setTrait,
		handle: ({ params, body }) => {
			const candidate = world.candidates.need(applicationOf(state, params['applicant']).candidateId);
			const tag = state.ids.find('tag', body.tag);
			if (!tag || tag.deletedAt !== null) throw fail(404, 'Tag not found');
			if (body.value === 'Yes') acts.tag(world, candidate, tag.name, BY);
			else if (body.value === 'No') acts.untag(world, candidate, tag.name, BY);
			else throw fail(400, 'The tag has no such value');
			return rows.trait(state, candidate, tag, body.value);
		},
	});

	route(app, state, { method: 'POST', path: `${company}/vacancy`, query: requests.none, body: requests.newVacancy, handle: ({ body }) => rows.vacancy(state, createJob(state, body)) });
}

function ofVacancy(state: FlatchrState, params: Record<string, string>) {
	const application = applicationOf(state, params['applicant']);
	if (application.jobId !== jobOf(state, params['vacancy']).id) throw fail(404, 'Applicant not found');
	return application;
}

function userOf(state: FlatchrState, id: string) {
	const user = state.ids.find('user', id);
	if (!user) throw fail(404, 'User not found');
	return user;
}

const fileOf = ({ fileName, contentType, bytes }: FormPart) => ({ fileName: fileName ?? 'file', contentType: contentType ?? 'application/octet-stream', bytes });

function create(state: FlatchrState, job: Job, body: requests.NewCandidate): void {
	const candidate: Fields<'candidate'> = {
		firstName: body.firstname,
		lastName: body.lastname,
		company: null,
		title: null,
		emails: body.email ? [{ address: body.email, type: 'PERSONAL' }] : [],
		phones: body.phone ? [{ number: body.phone, type: 'PERSONAL' }] : [],
		links: Object.values(body.urls ?? {}).filter((url): url is string => url !== undefined),
		place: null,
		source: 'Career page',
		tagIds: [],
		consent: null,
	};
	const { application } = acts.apply(state.world, job, { candidate, source: 'Career page', answers: body.answers?.map(({ question, value }) => ({ questionId: null, title: question, type: 'TEXT', value })) ?? [] }, BY);
	attachCv(state, application, body);
	if (body.comment) acts.addNote(state.world, { candidateId: application.candidateId, applicationId: application.id }, { html: body.comment }, BY);
}

function attachCv(state: FlatchrState, { id: applicationId, candidateId }: { id: string; candidateId: Candidate['id'] }, { resume }: requests.NewCandidate): void {
	const file = typeof resume === 'string' ? { fileName: new URL(resume).pathname.split('/').at(-1) ?? 'cv.pdf', contentType: 'application/pdf', bytes: Buffer.from(`fetched from ${resume}`) } : { fileName: resume.fileName, contentType: resume.contentType, bytes: Buffer.from(resume.data, 'base64') };
	acts.attach(state.world, { candidateId, applicationId }, { kind: 'CV', ...file }, BY);
}

function createJob(state: FlatchrState, body: requests.NewVacancy): Job {
	const { world } = state;
	const like = world.jobs.rows[0];
	if (!like) throw new Error('A new vacancy takes its department and its stages from the first one: there is none.');
	const salary = (text: string | number | undefined) => Number(String(text ?? '').replace(/\s/g, ''));
	return world.add(
		'job',
		{
			title: body.title,
			code: body.reference ?? '',
			slug: `${opaqueId(`${world.seed}/new slug`, world.jobs.size + 1, 16).toLowerCase()}-${slugOf(body.title)}`,
			html: body.mission,
			status: body.status === 1 ? 'OPEN' : 'DRAFT',
			visibility: 'INTERNAL',
			employment: CONTRACTS.find(({ id }) => id === body.contract_type_id)?.employment ?? 'FULL_TIME',
			remoteWork: body.remote === 'fulltime' ? 'REMOTE' : body.remote === 'parttime' ? 'HYBRID' : 'ON_SITE',
			category: like.category,
			companyId: like.companyId,
			departmentId: like.departmentId,
			positionId: null,
			place: like.place,
			salary: body.salary === undefined ? null : { from: salary(body.salary), to: salary(body.salary_max ?? body.salary), currency: body.currency ?? 'EUR', period: 'YEAR' },
			weeklyHours: body.partial ? 20 : 35,
			experience: String(body.experience),
			openedAt: body.status === 1 ? world.clock.now() : null,
			closedAt: null,
			stageIds: like.stageIds,
			questions: [],
			postings: [],
			team: like.team,
		},
		BY,
	);
}
