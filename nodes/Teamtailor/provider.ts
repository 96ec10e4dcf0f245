import { defineProvider } from '../../lib/ats/defineProvider';
import { hasAddress } from '../../lib/ats/findOrCreate';
import { found, mapped } from '../../lib/ats/kit';
import { toId, toMillis, type Application, type Job, type ModelKey } from '../../lib/ats/model';
import type { ApplicationQuery, Capabilities, Created, NewApplication, NewCandidate, Operations } from '../../lib/ats/provider';
import { ApiError, FieldError, rethrow } from '../../lib/errors';
import { folded } from '../../lib/folded';
import { isObject } from '../../lib/http/apiDefinition';
import { asRow, present, record, recordsIn, toOne, type Attributes } from '../../lib/http/jsonApi';
import { path, type Query } from '../../lib/http/path';
import { serialThrottleOf } from '../../lib/http/serialThrottle';
import { connectTeamtailor, MAX_PAGE, type TeamtailorApi, type TeamtailorRow } from './api';
import { APPLICATIONS, changeSource } from './changes';
import { downloads, filesOf } from './files';
import { hasAccess, idsIn, IN_ROWS, INCLUDED, JOB_INCLUDED, PROVIDER, tagsOf, toApplication, toCandidate, toJob, toRejectionReason, toStages, toUser, wordsOf } from './mapping';

/** Above, one list of all applications is cheaper than the lists of the stages of each job. */
const JOBS_APART = 5;
const OF_CANDIDATE = 'job-applications';

class TeamtailorOperations {
	constructor(
		private readonly teamtailor: TeamtailorApi,
		private readonly actingUser: string | undefined,
	) {}

	/** Filters by job and by candidate are not documented for the list, but what hangs on a stage or a candidate is a list of its own. */
	async *applications(query: ApplicationQuery): AsyncGenerator<Application[]> {
		const read = (row: TeamtailorRow) => toApplication(row, { raw: query.raw ?? false });
		const asked = { include: INCLUDED, 'page[size]': sizeFor(query.limit) };
		if (query.candidateId !== undefined) {
			yield* mapped(this.foundList('candidate', query.candidateId, path`/candidates/${query.candidateId}/job-applications`, asked), read);
		} else if (query.jobIds && query.jobIds.length <= JOBS_APART) {
			for (const jobId of query.jobIds) {
				for (const { id } of await this.stagesOf(jobId)) yield* mapped(this.teamtailor.list(path`/stages/${id ?? ''}/job-applications`, asked), read);
			}
		} else {
			yield* mapped(this.teamtailor.list(APPLICATIONS, { ...asked, sort: '-id', ...after('updated-at', query.updatedAfter), ...after('created-at', query.appliedAfter), ...before('created-at', query.appliedBefore) }), read);
		}
	}

	async application(id: string, models: readonly ModelKey[], raw = false): Promise<Application> {
		return await this.withFiles(toApplication(await found('application', id, async () => await this.teamtailor.get(path`/job-applications/${id}`, INCLUDED)), { raw }), models);
	}

	async withFiles(application: Application, models: readonly ModelKey[]): Promise<Application> {
		return models.includes('attachments') ? { ...application, attachments: await filesOf(this.teamtailor, application) } : application;
	}

	async stagesOf(jobId: string) {
		return await found('job', jobId, async () => toStages(await this.teamtailor.all(path`/jobs/${jobId}/stages`), jobId));
	}

	async *jobs(updatedAfter: string | undefined, raw: boolean | undefined): AsyncGenerator<Job[]> {
		const since = toMillis(updatedAfter) ?? -Infinity;
		// Without the filter, jobs that are not published are missing and nothing says so. There is none by date.
		for await (const rows of this.teamtailor.list('/jobs', { 'filter[status]': 'all', include: JOB_INCLUDED, sort: '-id' })) {
			yield rows.map((row) => toJob(row, raw)).filter(({ info }) => (toMillis(info?.updatedAt) ?? Infinity) >= since);
		}
	}

	/** Stages repeat by name at every job: one of another job is refused before anything is written. */
	async moveStage(id: string, stageId: string): Promise<void> {
		const application = await found('application', id, async () => await this.teamtailor.get(path`/job-applications/${id}`, 'job'));
		const stage = await found('stage', stageId, async () => await this.teamtailor.get(path`/stages/${stageId}`, 'job'), 'Stage, Get Many shows those of a job.');
		const [own, its] = [idsIn(application, 'job')?.[0], idsIn(stage, 'job')?.[0]];
		if (own !== undefined && its !== undefined && own !== its) throw new FieldError('This stage belongs to another job', `The application is for job ${own}, the stage is of job ${its}. Stages have the same names at every job: choose one of this job.`);
		await this.teamtailor.write('PATCH', path`/job-applications/${id}`, record('job-applications', id, {}, present({ stage: toOne('stages', stageId) })));
	}

	async addNote(id: string, text: string): Promise<string | null> {
		if (this.actingUser === undefined) throw new FieldError('A note of Teamtailor is written in the name of a user', 'Choose one under Options, Acting User.');
		const { info } = await this.application(id, ['info']);
		const relations = { candidate: toOne('candidates', info?.candidate?.id ?? undefined), user: toOne('users', this.actingUser) };
		return toId((await this.teamtailor.write('POST', '/notes', record('notes', undefined, { note: text }, present(relations)))).id);
	}

	// ------------------------------------------------------------------------------------------------------- candidates

	/** With `merge`, an address that is known joins its candidate instead of failing: also one that the search did not show. */
	async createCandidate({ firstName, lastName, email, phone }: Omit<NewCandidate, 'jobId'>): Promise<TeamtailorRow> {
		return await this.teamtailor.write('POST', '/candidates', record('candidates', undefined, { ...attributesOf({ firstName, lastName, email, phone }), merge: true, 'send-welcome-message': false }));
	}

	async updateCandidate(id: string, changes: Partial<Omit<NewCandidate, 'jobId'>>) {
		const attributes = attributesOf(changes);
		return toCandidate(await found('candidate', id, async () => (Object.keys(attributes).length === 0 ? await this.teamtailor.get(path`/candidates/${id}`) : await this.teamtailor.write('PATCH', path`/candidates/${id}`, record('candidates', id, attributes)))));
	}

	/** Tags are one list, written whole. That a write replaces it is not documented: what is answered is looked at. */
	async retag(id: string, change: (tags: readonly string[]) => readonly string[]): Promise<void> {
		await serialThrottleOf(`tags ${this.teamtailor.account} ${id}`, 0).run(async () => {
			const tags = tagsOf(await found('candidate', id, async () => await this.teamtailor.get(path`/candidates/${id}`)));
			if (tags === null) throw new Error('Teamtailor does not tell the tags of this candidate: writing them would lose those that it has.');
			const wanted = change(tags);
			if (sameSet(wanted, tags)) return;
			const kept = tagsOf(await this.teamtailor.write('PATCH', path`/candidates/${id}`, record('candidates', id, { tags: wanted })));
			if (kept === null || !sameSet(kept, wanted)) throw new Error(`Teamtailor took the tags but shows others now: ${kept?.join(', ') || 'none'}. Look at the candidate there.`);
		});
	}

	// ----------------------------------------------------------------------------------------------------- applications

	async createApplication({ jobId, stageId, candidate, comment }: NewApplication): Promise<Created> {
		const known = await this.candidateWith(candidate.email);
		const candidateId = toId((known ?? (await this.createCandidate(candidate))).id) ?? '';
		const relations = { candidate: toOne('candidates', candidateId), job: toOne('jobs', jobId), stage: toOne('stages', stageId) };
		// Whoever has applied is not written to, as long as nobody asks for it.
		const attributes = { ...(comment === undefined ? {} : { 'cover-letter': comment }), 'send-default-reply': false, 'send-user-notifications': false };
		try {
			const made = await this.teamtailor.write('POST', APPLICATIONS, record('job-applications', undefined, attributes, present(relations)));
			const applicationId = toId(made.id);
			return { applicationId, candidateId, application: applicationId === null ? null : await this.application(applicationId, IN_ROWS) };
		} catch (error) {
			if (!(error instanceof ApiError) || error.facts.status === undefined) return rethrow(error);
			const state = known ? `The candidate ${candidateId} was there before and stays as it is` : `The candidate ${candidateId} was created, the application was not`;
			return rethrow(new ApiError({ ...error.facts, message: `${error.message}. ${state}` }));
		}
	}

	private async candidateWith(email: string): Promise<TeamtailorRow | undefined> {
		for await (const rows of this.teamtailor.list('/candidates', { 'filter[email]': email })) {
			const one = rows.find((row) => hasAddress(toCandidate(row), email));
			if (one) return one;
		}
		return undefined;
	}

	private async *foundList(what: string, id: string, address: string, query: Query): AsyncGenerator<readonly TeamtailorRow[]> {
		const pages = this.teamtailor.list(address, query);
		for (let page = await found(what, id, async () => await pages.next()); !page.done; page = await pages.next()) yield page.value;
	}
}

function operationsOf(teamtailor: TeamtailorApi, actingUser: string | undefined): Operations {
	const own = new TeamtailorOperations(teamtailor, actingUser);
	return {
		send: async (request) => await teamtailor.send(request),
		applications: (query) => own.applications(query),
		rowModels: IN_ROWS,
		details: async (rows, models) => await Promise.all(rows.map(async (row) => await own.withFiles(row, models))),
		application: async (id, models, raw) => await own.application(id, models, raw),
		candidates: ({ email, updatedAfter, limit, raw }) => mapped(teamtailor.list('/candidates', { include: OF_CANDIDATE, sort: '-id', 'page[size]': sizeFor(limit), 'filter[email]': email, ...after('updated-at', updatedAfter) }), (row) => toCandidate(row, raw)),
		candidate: async (id, raw) => toCandidate(await found('candidate', id, async () => await teamtailor.get(path`/candidates/${id}`, OF_CANDIDATE)), raw),
		createCandidate: async (input) => toCandidate(await own.createCandidate(input)),
		updateCandidate: async (id, changes) => await own.updateCandidate(id, changes),
		addTag: async (id, name) => await own.retag(id, (tags) => (tags.some((tag) => folded(tag) === folded(name)) ? tags : [...tags, name])),
		removeTag: async (id, name) => await own.retag(id, (tags) => tags.filter((tag) => folded(tag) !== folded(name))),
		jobs: ({ updatedAfter, raw }) => own.jobs(updatedAfter, raw),
		job: async (id, raw) => toJob(await found('job', id, async () => await teamtailor.get(path`/jobs/${id}`, JOB_INCLUDED)), raw),
		async *stages(jobId) {
			if (jobId !== null) yield await own.stagesOf(jobId);
			// Whole, since the place of a stage is counted among all of its job.
			else yield toStages(await teamtailor.all('/stages', { include: 'job', sort: 'id' }), null);
		},
		rejectionReasons: () => mapped(teamtailor.list('/reject-reasons'), toRejectionReason),
		async *users() {
			for await (const rows of teamtailor.list('/users')) yield rows.filter(hasAccess).map(toUser);
		},
		moveStage: async (id, stageId) => await own.moveStage(id, stageId),
		addNote: async (id, text) => await own.addNote(id, text),
		createApplication: async (input) => await own.createApplication(input),
		async *attachments(id) {
			yield* downloads(teamtailor, await own.application(id, ['info']));
		},
	};
}

const sizeFor = (limit: number | undefined): number => Math.min(MAX_PAGE, limit ?? MAX_PAGE);
/** Whether the bound itself is meant is not documented: a second more, and the node looks again. */
const SECOND = 1000;
const bound = (name: string, end: 'from' | 'to', moment: string | undefined, by: number): Query => {
	const at = toMillis(moment);
	return at === null ? {} : { [`filter[${name}][${end}]`]: new Date(at + by).toISOString() };
};
const after = (name: string, moment: string | undefined): Query => bound(name, 'from', moment, -SECOND);
const before = (name: string, moment: string | undefined): Query => bound(name, 'to', moment, SECOND);

function attributesOf({ firstName, lastName, email, phone }: Partial<Omit<NewCandidate, 'jobId'>>): Attributes {
	const given = { 'first-name': firstName, 'last-name': lastName, email, phone };
	return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
	return one.length === other.length && one.every((value) => other.includes(value));
}

const LATE = "A change of the person alone is seen by the full check: it does not move the application's date";
const ADMIN = 'In Teamtailor, Settings, Integrations, API keys: the key needs the scope Admin, with read, and write for what is written';

const events: Capabilities['events'] = {
	'application.created': true,
	'application.stage_changed': true,
	'application.rejected': true,
	'application.hired': true,
	'application.reactivated': true,
	'application.updated': LATE,
	'application.deleted': 'By the full check, and only after Teamtailor says that it is not there',
};

export const provider = defineProvider({
	name: PROVIDER,
	label: 'Teamtailor',
	credentials: [{ type: 'teamtailorAtsApi', label: 'API Key' }],
	actingUser: 'Teamtailor writes a note only in the name of a user',
	api: { documentationUrl: 'https://docs.teamtailor.com/', placeholder: '/departments' },
	rights: { applications: ADMIN, candidates: ADMIN, stages: ADMIN, rejectionReasons: ADMIN, users: ADMIN, jobs: `${ADMIN}. A key with Public or Internal shows a part of the jobs only` },
	words: (row) => (isObject(row) ? wordsOf(asRow(row)) : {}),
	capabilities: {
		models: { info: true, currentStage: true, rejection: true, attachments: 'Two calls or more for each application. Addresses of files work for less than a minute' },
		details: { stageCategory: 'The first and the hired stage only: Teamtailor calls all others "In process"', stageOrder: true, source: true },
		operations: {
			'application.getMany': true,
			'application.get': true,
			'application.create': 'Without files: Teamtailor fetches them from a public address only, which API Request can name: POST /uploads. A known person, by the e-mail address, stays as is',
			'application.moveStage': 'Triggers of the stage may send mail. It may take a minute until Teamtailor shows the move',
			'application.addNote': 'On the candidate, in the name of the acting user',
			'application.downloadAttachments': "The candidate's CV, and the uploads that belong to the job or to none",
			'candidate.getMany': true,
			'candidate.get': true,
			'candidate.findOrCreate': 'An address that the search does not show but Teamtailor knows is merged into its candidate',
			'candidate.update': true,
			'candidate.addTag': 'The list of tags is read, changed and written whole; that a write replaces it is not documented, so what Teamtailor answers is checked',
			'candidate.removeTag': 'As Add Tag',
			'job.getMany': 'Changed Since is applied here: Teamtailor has no such filter for jobs',
			'job.get': true,
			'stage.getMany': 'Each job has stages of its own, which repeat by name',
			'rejectionReason.getMany': 'To read only: Teamtailor documents no way to reject',
			'user.getMany': true,
		},
		inputs: { 'application.create.comment': true },
		events,
		freshness: `As fresh as each poll for stage, rejection and hire; Teamtailor may show a change up to a minute late. ${LATE}. Interviews and offers are not documented well enough to be told`,
	},
	account: async (host, context) => {
		const teamtailor = await connectTeamtailor(host, context);
		return [teamtailor.origin, toId((await teamtailor.get('/company')).id) ?? ''];
	},
	changes: async (host, options, context) => changeSource(await connectTeamtailor(host, context), options),
	operations: async (host, context) => operationsOf(await connectTeamtailor(host, context), context.actingUser),
	normalize: (given, whole) => {
		if (!isObject(given) || toId(given.id) === null || !isObject(given.attributes)) return null;
		const [row] = recordsIn({ data: given, included: isObject(whole) ? whole.included : undefined });
		// Webhooks spell the types with underscores.
		const type = String(given.type).replace(/_/g, '-');
		if (!row) return null;
		if (type === 'job-applications') return { kind: 'application', value: toApplication(row) };
		if (type === 'candidates') return { kind: 'candidate', value: toCandidate(row) };
		return type === 'jobs' ? { kind: 'job', value: toJob(row) } : null;
	},
});
