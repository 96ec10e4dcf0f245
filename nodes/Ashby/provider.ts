import { toggle } from '../../lib/action/field';
import { FieldError, rethrow, ApiError } from '../../lib/errors';
import { defineProvider } from '../../lib/ats/defineProvider';
import { findOrCreate } from '../../lib/ats/findOrCreate';
import { idFrom, mapped, notFound, storedFiles } from '../../lib/ats/kit';
import { toId, toMillis, type Application, type ModelKey } from '../../lib/ats/model';
import type { Context, NewCandidate, NewFile, Operations } from '../../lib/ats/provider';
import { fetchedFile, fileAddress } from '../../lib/http/files';
import type { Host } from '../../lib/http/host';
import { isObject } from '../../lib/http/apiDefinition';
import { connectAshby, rightFor, type AshbyApi, type AshbyMethod, type Given } from './api';
import { changeSource } from './changes';
import { ARCHIVED, IN_ROWS, isLead, normalize, PROVIDER, toApplication, toCandidate, toFiles, toInterviews, toJob, toListedStage, toOffer, toReason, toTag, toUser, type Parts } from './mapping';
import { Collected, partsOf, permitted, personIdOf, SIDES } from './parts';

/** Drafts are only listed when they are asked for. https://developers.ashbyhq.com/reference/joblist */
const ALL_JOBS = ['Draft', 'Open', 'Closed', 'Archived'];
/** Each plan is a call of its own. */
const JOBS_WITH_STAGES = ['Draft', 'Open'];
/** Up to so many applications are asked for one by one; of more, the lists of their parts are read whole. */
const ONE_BY_ONE = 10;
const AT_ONCE = 5;

/** The first stage for somebody who applied; without it a new application is a lead. https://developers.ashbyhq.com/reference/applicationcreate */
const FIRST_STAGE = 'FirstPreInterviewScreen';

function operationsOf(ashby: AshbyApi, leaveOutLeads: boolean): Operations {
	const once = new Once(ashby);
	const application = async (id: string): Promise<Given> => await found('application', id, async () => await ashby.record('application.info', { applicationId: id }));
	const candidate = async (id: string): Promise<Given> => await found('candidate', id, async () => await ashby.record('candidate.info', { id }));
	const job = async (id: string): Promise<Given> => await found('job', id, async () => await ashby.record('job.info', { id, expand: ['location'] }));
	const stagesOf = async (row: Given, jobId: string) => (await once.stages(toId(row.defaultInterviewPlanId))).map((stage) => toListedStage(stage, jobId));
	/** The stages of the plan in which an application is. */
	const planOf = async (row: Given): Promise<readonly Given[]> => await once.stages(isObject(row.currentInterviewStage) ? toId(row.currentInterviewStage.interviewPlanId) : null);
	const change = async (applicationId: string, stage: Given, more: Given = {}) => await ashby.record('application.changeStage', { applicationId, interviewStageId: stage.id, ...more });
	const note = async (candidateId: string | null, value: string): Promise<string | null> =>
		toId((await ashby.record('candidate.createNote', { candidateId, note: { type: 'text/plain', value }, sendNotifications: false })).id);
	const attach = async (candidateId: string | null, file: NewFile): Promise<void> => {
		const isResume = file.type === 'RESUME';
		const handle = await ashby.upload({ ...file, isResume });
		await (isResume ? ashby.record('candidate.uploadResume', { candidateId, resumeHandle: handle }) : ashby.record('candidate.uploadFile', { candidateId, fileHandle: handle }));
	};
	const operations: Operations & Required<Pick<Operations, 'candidates' | 'candidate' | 'createCandidate'>> = {
		send: async (request) => await ashby.send(request),
		async *applications({ limit, jobIds, statuses, candidateId, raw }) {
			const read = (rows: readonly Given[]) => rows.filter((row) => !(leaveOutLeads && isLead(row))).map((row) => toApplication(row, IN_ROWS, {}, raw));
			if (candidateId !== undefined) return yield* ofCandidate(await candidate(candidateId), application, read);
			const [jobId, ...others] = jobIds ?? [];
			const filters = { ...(jobId !== undefined && others.length === 0 ? { jobId } : {}), ...statusFilter(statuses) };
			// What the node filters itself may leave little of a page.
			const isFiltered = jobIds !== undefined || statuses !== undefined;
			for await (const rows of ashby.list('application.list', filters, isFiltered ? undefined : limit)) yield read(rows);
		},
		rowModels: IN_ROWS,
		details: async (rows, models) => {
			const parts = await once.partsOf(rows, models);
			return rows.map((row, place) => withParts(row, parts[place] ?? {}, models));
		},
		application: async (id, models, raw) => {
			const row = await application(id);
			return toApplication(row, models, await partsOf(ashby, id, personIdOf(row), models), raw);
		},
		candidates: async function* ({ limit, updatedAfter, email, raw }) {
			if (email !== undefined) return yield (await ashby.whole('candidate.search', { email })).map((row) => toCandidate(row, raw));
			yield* mapped(ashby.list('candidate.list', {}, updatedAfter === undefined ? limit : undefined), (row) => toCandidate(row, raw));
		},
		candidate: async (id, raw) => toCandidate(await candidate(id), raw),
		jobs: ({ limit, updatedAfter, raw }) => mapped(ashby.list('job.list', { status: ALL_JOBS, expand: ['location'] }, updatedAfter === undefined ? limit : undefined), (row) => toJob(row, null, raw)),
		job: async (id, raw) => {
			const row = await job(id);
			return toJob(row, await stagesOf(row, id), raw);
		},
		interviews: (query) => partPages(ashby, 'interviewSchedule.list', query, toInterviews),
		offers: (query) => partPages(ashby, 'offer.list', query, (row) => [toOffer(row)]),
		async *stages(jobId) {
			if (jobId !== null) return yield await stagesOf(await job(jobId), jobId);
			for await (const rows of ashby.list('job.list', { status: JOBS_WITH_STAGES })) {
				for (let from = 0; from < rows.length; from += AT_ONCE) {
					yield (await Promise.all(rows.slice(from, from + AT_ONCE).map(async (row) => await stagesOf(row, toId(row.id) ?? '')))).flat();
				}
			}
		},
		async *rejectionReasons() {
			yield (await ashby.whole('archiveReason.list', { includeArchived: false })).map(toReason);
		},
		users: () => mapped(ashby.list('user.list', { includeDeactivated: false }), toUser),
		tags: () => mapped(ashby.list('candidateTag.list', { includeArchived: false }), toTag),
		moveStage: async (id, stageId) => {
			const stage = (await planOf(await application(id))).find((one) => one.id === stageId);
			if (!stage) throw new FieldError(`The stage ${stageId} is not one of the job that the application ${id} is for`, 'Choose a stage of that job: Stage, Get Many shows them.');
			// Whoever picks stages by name must not reject somebody by it.
			if (stage.type === ARCHIVED) throw new FieldError('Moving an application to an archived stage rejects it', 'Use Application, Reject, which asks for the reason.');
			await change(id, stage);
		},
		reject: async (id, { reasonId, note: text }) => {
			if (reasonId === null) throw new FieldError('Ashby rejects only with a reason', 'Choose a rejection reason; Rejection Reason, Get Many lists them.');
			const row = await application(id);
			const archived = (await planOf(row)).find(({ type }) => type === ARCHIVED);
			if (!archived) throw new FieldError('The interview plan of this application has no archived stage', 'Ashby rejects by moving an application there: look at the plan in Ashby.');
			await change(id, archived, { archiveReasonId: reasonId });
			if (text !== null) await note(personIdOf(row), text);
		},
		reactivate: async (id) => {
			const row = await application(id);
			if (row.status === 'Active' || isLead(row)) return;
			if (row.status !== ARCHIVED) throw new FieldError(`The application ${id} is not rejected`, 'Only an archived application can be reactivated. Use Move to Stage for one that is hired.');
			const plan = await planOf(row);
			await change(id, stageBefore(row, plan));
		},
		addNote: async (id, text) => await note(personIdOf(await application(id)), text),
		createApplication: async ({ jobId, stageId, candidate: person, files, comment }) => {
			const { candidate: one } = await findOrCreate(operations, ashby.account, person);
			const row = await ashby.record('application.create', { candidateId: one.id, jobId, interviewStageId: stageId ?? FIRST_STAGE });
			for (const file of files) await attach(one.id, file);
			if (comment !== undefined) await note(one.id, comment);
			const made = toApplication(row, IN_ROWS);
			return { applicationId: made.id, candidateId: one.id, application: made };
		},
		addAttachment: async (id, file) => await attach(personIdOf(await application(id)), file),
		async *attachments(id) {
			const person = personIdOf(await application(id));
			const files = toFiles(person === null ? {} : await candidate(person));
			yield* storedFiles(files, ({ attachment }) => attachment, async ({ attachment: { name }, handle }) =>
				await fetchedFile({ address: handle, name, otherwise: `File of application ${id}` }, async () => await ashby.download(fileAddress({ address: (await ashby.record('file.info', { fileHandle: handle })).url, name }))),
			);
		},
		createCandidate: async ({ firstName, lastName, email, phone }) => toCandidate(await ashby.record('candidate.create', { name: nameOf(firstName, lastName), email, ...(phone === undefined ? {} : { phoneNumber: phone }) })),
		updateCandidate: async (id, changes) => toCandidate(await found('candidate', id, async () => await ashby.record('candidate.update', { candidateId: id, ...changesOf(changes), sendNotifications: false }))),
		addTag: async (candidateId, name) => void (await found('candidate', candidateId, async () => await ashby.record('candidate.addTag', { candidateId, tagId: await once.tag(name, true) }))),
		removeTag: async (candidateId, name) => {
			const tagId = await once.tag(name, false);
			if (tagId !== null) await found('candidate', candidateId, async () => await ashby.record('candidate.removeTag', { candidateId, tagId }));
		},
	};
	return operations;
}

/** What is asked for once an execution. */
class Once {
	private readonly plans = new Map<string, Promise<readonly Given[]>>();
	private readonly tags = new Map<string, Promise<string | null>>();
	private readonly lists = new Map<AshbyMethod, Promise<unknown>>();
	private readonly collected = new Collected();

	constructor(private readonly ashby: AshbyApi) {}

	/** The stages of an interview plan, in order. A plan that failed is asked for again. */
	async stages(planId: string | null): Promise<readonly Given[]> {
		if (planId === null) return [];
		return await kept(this.plans, planId, async () => await this.ashby.whole('interviewStage.list', { interviewPlanId: planId }));
	}

	/** ID of the tag of this name, made where it is wanted; null where there is none. */
	async tag(name: string, make: boolean): Promise<string | null> {
		const find = async (): Promise<string | null> => {
			for await (const page of this.ashby.list('candidateTag.list', { includeArchived: false })) {
				const tag = page.map(toTag).find(({ text }) => text?.trim().toLowerCase() === name.trim().toLowerCase());
				if (tag) return tag.id;
			}
			return null;
		};
		if (!make) return await find();
		return await kept(this.tags, name.trim().toLowerCase(), async () => (await find()) ?? toId((await this.ashby.record('candidateTag.create', { title: name.trim() })).id));
	}

	/** The parts of each of these rows. */
	async partsOf(rows: readonly Application[], models: readonly ModelKey[]): Promise<readonly Parts[]> {
		if (rows.length <= ONE_BY_ONE) return await Promise.all(rows.map(async ({ id, info }) => await partsOf(this.ashby, id, info?.candidate?.id ?? null, models)));
		for (const { method, model } of SIDES) if (models.includes(model)) await kept(this.lists, method, async () => await this.collect(method));
		return rows.map(({ id, info }) => this.collected.partsOf({ id, candidate: { id: info?.candidate?.id } }));
	}

	private async collect(method: AshbyMethod): Promise<void> {
		await permitted(async () => {
			for await (const rows of this.ashby.list(method)) for (const row of rows) this.collected.add(method, row);
			this.collected.end(method);
		});
	}
}

async function kept<Key, Value>(known: Map<Key, Promise<Value>>, key: Key, read: () => Promise<Value>): Promise<Value> {
	const before = known.get(key);
	if (before) return await before;
	const reading = read();
	known.set(key, reading);
	reading.catch(() => known.delete(key));
	return await reading;
}

/** Of a record that is not there the code says only that. */
async function found<T>(what: string, id: string, read: () => Promise<T>): Promise<T> {
	try {
		return await read();
	} catch (error) {
		if (error instanceof ApiError && error.facts.code === `${what}_not_found`) throw notFound(what, id, `${idFrom(what)} What belongs to a confidential job is only there for a key that may see it.`);
		return rethrow(error);
	}
}

/** The vendor takes one word; active ones are of two. */
function statusFilter(statuses: readonly string[] = []): Given {
	const [status, ...others] = statuses;
	const word = others.length > 0 ? undefined : status === 'HIRED' ? 'Hired' : status === 'REJECTED' ? ARCHIVED : undefined;
	return Object.fromEntries(word === undefined ? [] : [['status', word]]);
}

async function* ofCandidate(person: Given, application: (id: string) => Promise<Given>, read: (rows: readonly Given[]) => Application[]): AsyncGenerator<Application[]> {
	for (const id of Array.isArray(person.applicationIds) ? person.applicationIds : []) yield read([await application(String(id))]);
}

function withParts(row: Application, parts: Parts, models: readonly ModelKey[]): Application {
	const whole = { ...row };
	if (models.includes('interviews')) whole.interviews = parts.interviews ? [...parts.interviews] : null;
	if (models.includes('offers')) whole.offers = parts.offers ? [...parts.offers] : null;
	if (models.includes('attachments')) whole.attachments = parts.attachments ? [...parts.attachments] : null;
	return whole;
}

async function* partPages<Part extends object>(ashby: AshbyApi, method: AshbyMethod, { applicationId, limit, updatedAfter }: { applicationId?: string; limit?: number; updatedAfter?: string }, read: (row: Given) => readonly Part[]): AsyncGenerator<Array<Part & { applicationId: string | null }>> {
	const from = toMillis(updatedAfter) ?? -Infinity;
	for await (const rows of ashby.list(method, applicationId === undefined ? {} : { applicationId }, updatedAfter === undefined ? limit : undefined)) {
		// Offers carry no date of change: nothing says that one did not.
		yield rows.filter(({ updatedAt }) => (toMillis(updatedAt) ?? Infinity) >= from).flatMap((row) => read(row).map((part) => ({ ...part, applicationId: toId(row.applicationId) })));
	}
}

/** The last stage before the archive, else the first one for somebody who applied. */
function stageBefore({ applicationHistory }: Given, plan: readonly Given[]): Given {
	const open = plan.filter(({ type }) => type !== ARCHIVED && type !== 'Hired');
	const entered = (Array.isArray(applicationHistory) ? applicationHistory.filter(isObject) : []).sort((a, b) => String(b.enteredStageAt).localeCompare(String(a.enteredStageAt)));
	const last = entered.map(({ stageId }) => open.find(({ id }) => id === stageId)).find((one) => one !== undefined);
	const stage = last ?? open.find(({ type }) => type !== 'Lead') ?? open[0];
	if (!stage) throw new FieldError('The interview plan of this application has no open stage', 'Move it in Ashby, or look at the plan there.');
	return stage;
}

const nameOf = (firstName: string, lastName: string): string => `${firstName} ${lastName}`.trim();

function changesOf({ firstName, lastName, email, phone }: Partial<NewCandidate>): Given {
	if ((firstName === undefined) !== (lastName === undefined)) throw new FieldError('Ashby keeps first and last name as one name', 'Fill in both, or neither.');
	const name = firstName === undefined || lastName === undefined ? undefined : nameOf(firstName, lastName);
	return Object.fromEntries(Object.entries({ name, email, phoneNumber: phone }).filter(([, value]) => value !== undefined));
}

export const provider = defineProvider({
	name: PROVIDER,
	label: 'Ashby',
	credentials: [{ type: 'ashbyAtsApi', label: 'API Key' }],
	settings: [toggle('leaveOutLeads', { displayName: 'Leave Out Leads', description: 'Whether to leave out people who were found and have not applied. The trigger then emits them once they apply: as created, or as updated where they were found before it began.' })],
	api: { documentationUrl: 'https://developers.ashbyhq.com/reference', placeholder: '/application.list' },
	rights: {
		applications: rightFor('application.list'), candidates: rightFor('candidate.list'), jobs: rightFor('job.list'), stages: rightFor('interviewPlan.list'),
		interviews: rightFor('interviewSchedule.list'), offers: rightFor('offer.list'), users: rightFor('user.list'), tags: rightFor('candidateTag.list'),
	},
	confidential: 'the key needs a right of its own for them. Give it in Ashby: Admin, API Keys',
	words: (record) => (isObject(record) ? { status: record.status, 'stage type': isObject(record.currentInterviewStage) ? record.currentInterviewStage.type : undefined } : {}),
	capabilities: {
		models: {
			info: 'Of the candidate the list shows the name, the first address and the first number',
			currentStage: true,
			interviews: 'One for each meeting of a round; they share the status of the round',
			rejection: true,
			offers: 'The date is the one of the latest version',
			attachments: 'Files belong to the candidate, so that all applications of a person show the same ones',
		},
		details: { stageCategory: 'Ashby does not say which kind of step an active stage is: OTHER', stageOrder: true, customFields: true, source: true },
		operations: {
			'application.getMany': true,
			'application.get': true,
			'application.create': 'The candidate is found by e-mail, or created',
			'application.moveStage': 'To a stage of its own job; not to an archived one, which would reject it',
			'application.reject': 'With a reason, and without a mail to the candidate; a note is written on the candidate',
			'application.reactivate': 'Back to the stage before the archive',
			'application.addNote': 'The note stands on the candidate',
			'application.addAttachment': 'The file belongs to the candidate; a CV becomes the resume',
			'application.downloadAttachments': 'All files of the candidate',
			'candidate.getMany': true,
			'candidate.get': true,
			'candidate.findOrCreate': true,
			'candidate.update': 'Ashby keeps one name: first and last name together. Nobody is notified',
			'candidate.addTag': 'Makes the tag if there is none of that name',
			'candidate.removeTag': true,
			'job.getMany': true,
			'job.get': true,
			'interview.getMany': true,
			'offer.getMany': 'Offers carry no date of change: Updated After leaves out none',
			'stage.getMany': 'Without a job: of draft and open jobs',
			'rejectionReason.getMany': true,
			'user.getMany': true,
			'tag.getMany': true,
		},
		inputs: { 'application.create.comment': true, 'application.create.files': true },
		events: {
			'application.created': true,
			'application.stage_changed': 'Also when an application is archived: Archived is a stage',
			'application.rejected': 'Also when the candidate withdrew: the reason tells',
			'application.hired': true,
			'application.reactivated': true,
			'application.updated': 'That a change of the person shows in their applications is not documented: it may come with the full check',
			'application.deleted': 'By the full check. A job that becomes confidential looks the same to a key that may not see it',
			'interview.scheduled': true,
			'interview.rescheduled': true,
			'interview.completed': true,
			'interview.cancelled': true,
			'offer.created': true,
			'offer.status_changed': true,
			'attachment.added': 'Only where Attachments are asked for',
		},
		withoutExtraCalls: ['info', 'currentStage', 'rejection'],
		freshness: 'As fresh as each poll: Ashby is asked for what changed since the last one. What counts as a change is not documented; the full check finds the rest',
	},
	changes: async (host, { models, raw }, context) => changeSource(await connected(host, context), { models, raw, leaveOutLeads: context.settings.leaveOutLeads === true }),
	operations: async (host, context) => operationsOf(await connected(host, context), context.settings.leaveOutLeads === true),
	normalize,
});

async function connected(host: Host, { deadline, signal, limits, onAnswer }: Context<object>): Promise<AshbyApi> {
	return await connectAshby(host, { deadline, signal, limits, onAnswer });
}
