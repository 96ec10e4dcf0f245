import { ApiError, FieldError, rethrow } from '../../lib/errors';
import { foundOrMade } from '../../lib/ats/findOrCreate';
import { listOf, sameAddress, storedFiles, withFirst } from '../../lib/ats/kit';
import { toId, toMillis, toText, type Application, type ApplicationStatus, type ModelKey } from '../../lib/ats/model';
import type { ApplicationQuery, NewCandidate, NewFile, Operations } from '../../lib/ats/provider';
import { path, type Query } from '../../lib/http/path';
import { isObject } from '../../lib/http/apiDefinition';
import { fetchedFile } from '../../lib/http/files';
import { serialThrottleOf } from '../../lib/http/serialThrottle';
import { AT_ONCE, isNumber, numberOf, type GreenhouseApi, type Row } from './api';
import { since } from './changes';
import { byId, foldOffers, idOf, isApplication, lastStay, sortedStages, toApplication, toAttachment, toCandidate, toInterview, toJob, toNamed, toUser, versionOf } from './mapping';
import { completed, ifAllowed } from './parts';

/** The filter's word of a status; records say `in_process` for the first. https://harvestdocs.greenhouse.io/reference/get_v3-applications */
const STATUS_FILTERS: Partial<Record<ApplicationStatus, string>> = { ACTIVE: 'active', REJECTED: 'rejected', HIRED: 'hired' };
const FILE_TYPES = { RESUME: 'resume', COVER_LETTER: 'cover_letter', OTHER: 'other' } as const;

export function operationsOf(greenhouse: GreenhouseApi): Operations {
	/** What is looked at before it is written, by one at a time. */
	const oneAtATime = async <Result>(what: string, work: () => Promise<Result>) => await serialThrottleOf(`${what} ${greenhouse.account}`, 0).run(work);
	const applicationRow = async (id: string): Promise<Row> => {
		const row = await greenhouse.one('/applications', id, 'application');
		if (!isApplication(row)) throw new FieldError(`The application ${id} is a prospect's`, 'Greenhouse keeps prospects, who have not applied for a job, in the same list: make an application of it there first.');
		return row;
	};
	const users = async () => {
		const found = await ifAllowed(greenhouse.known('/users'));
		return found && byId(found);
	};
	const listed = new ListedApplications(greenhouse);
	/** The filter is exact but for the case; the node compares too where it asks. */
	const withEmail = async (email: string): Promise<Row | undefined> => {
		const people = await greenhouse.all('/candidates', { email });
		return people.find((row) => listOf(row.email_addresses, ({ value }) => toText(value))?.some((one) => sameAddress(one, email)));
	};
	return {
		send: async (request) => await greenhouse.send(request),
		applications: (query) => listed.pages(query),
		// The person stands in another list.
		rowModels: [],
		details: async (rows, models, raw) => await listed.details(rows, models, raw),
		application: async (id, models, raw) => {
			const [found] = await completed(greenhouse, [await applicationRow(id)], models, raw);
			if (!found) throw new FieldError(`There is no application with the ID ${id}`, 'Application, Get Many lists them.');
			return found.application;
		},
		async *candidates({ updatedAfter, email, raw, limit }) {
			for await (const page of greenhouse.list('/candidates', { ...changed(updatedAfter), email }, limit)) yield page.map((row) => toCandidate(row, raw));
		},
		candidate: async (id, raw) => toCandidate(await greenhouse.one('/candidates', id, 'candidate'), raw),
		async *jobs({ updatedAfter, raw, limit }) {
			const parts = await jobLookups(greenhouse);
			for await (const page of greenhouse.list('/jobs', changed(updatedAfter), limit)) yield page.filter(({ is_template: isTemplate }) => isTemplate !== true).map((row) => toJob(row, parts, raw));
		},
		job: async (id, raw) => {
			const row = await greenhouse.one('/jobs', id, 'job');
			const of = async (list: string, more: Query = {}) => await ifAllowed(greenhouse.all(list, { job_ids: id, ...more }));
			const stages = await of('/job_interview_stages', { active: true });
			const managers = await of('/job_hiring_managers');
			const owners = await of('/job_owners');
			return toJob(row, { ...(await jobLookups(greenhouse)), stages, managers, owners, users: await users() }, raw);
		},
		async *interviews({ applicationId, updatedAfter, limit }) {
			for await (const page of greenhouse.list('/interviews', { ...changed(updatedAfter), ...ofApplication(applicationId) }, limit)) {
				const interviewers = await ifAllowed(greenhouse.of('/interviewers', 'interview_ids', page.map(idOf)));
				const slots = await ifAllowed(greenhouse.of('/job_interviews', 'ids', page.flatMap(({ job_interview_id: slot }) => toId(slot) ?? [])));
				const parts = { interviewers, users: await users(), slots: slots && byId(slots) };
				yield page.map((row) => ({ ...toInterview(row, parts), applicationId: toId(row.application_id) }));
			}
		},
		async *offers({ applicationId, updatedAfter, limit }) {
			for await (const page of greenhouse.list('/offers', { ...changed(updatedAfter), ...ofApplication(applicationId), current_only: true }, limit)) {
				const edited = page.filter((row) => versionOf(row) > 1).flatMap(({ application_id: of }) => toId(of) ?? []);
				const versions = await greenhouse.of('/offers', 'application_ids', edited);
				yield page.flatMap((row) => {
					const of = toId(row.application_id);
					const earlier = versions.filter((one) => toId(one.application_id) === of && one.id !== row.id);
					return foldOffers([...earlier, row]).map((offer) => ({ ...offer, applicationId: of }));
				});
			}
		},
		async *stages(jobId) {
			if (jobId !== null && !isNumber(jobId)) throw new FieldError(`There is no job with the ID ${jobId}`, 'Job, Get Many lists them.');
			yield sortedStages(await greenhouse.all('/job_interview_stages', { active: true, job_ids: jobId }));
		},
		async *rejectionReasons() {
			for await (const page of greenhouse.list('/rejection_reasons', { include_defaults: true })) yield page.map(toNamed);
		},
		async *users() {
			for await (const page of greenhouse.list('/users', { deactivated: false })) yield page.map(toUser);
		},
		async *tags() {
			for await (const page of greenhouse.list('/candidate_tags')) yield page.map(toNamed);
		},
		moveStage: async (id, stageId) => await move(greenhouse, id, await applicationRow(id), stageId),
		reject: async (id, { reasonId, note }) => {
			if (reasonId === null) throw new FieldError('Greenhouse rejects only with a reason', 'Choose a rejection reason; Rejection Reason, Get Many lists them.');
			const body = { rejection_reason_id: numberOf(reasonId, 'rejection reason'), ...(note === null ? {} : { notes: note }) };
			await greenhouse.write('POST', path`/applications/${id}/reject`, body);
		},
		reactivate: async (id) => void (await greenhouse.write('POST', path`/applications/${id}/unreject`, {})),
		addNote: async (id, text) => await addNote(greenhouse, await applicationRow(id), text),
		createApplication: async ({ jobId, stageId, candidate, files, comment }) => {
			const place = { job_id: numberOf(jobId, 'job'), ...(stageId === undefined ? {} : { initial_stage_id: numberOf(stageId, 'stage') }) };
			let answer: Row = {};
			const find = async () => await withEmail(candidate.email);
			// A newcomer is made together with the application; two applications at once are of one person.
			const { found, created } = await foundOrMade<Row>(`${greenhouse.account} application`, candidate.email, {
				find,
				create: async () => {
					answer = await greenhouse.written('POST', '/candidates', { ...personOf(candidate), application: place });
					return isObject(answer.candidate) ? answer.candidate : { id: isObject(answer.application) ? answer.application.candidate_id : null };
				},
				fresh: find,
			});
			if (!created) answer = { candidate: found, application: await greenhouse.written('POST', '/applications', { candidate_id: found.id, ...place }) };
			const row = isObject(answer.application) ? answer.application : {};
			const applicationId = idOf(row);
			const candidateId = isObject(answer.candidate) ? toId(answer.candidate.id) : toId(row.candidate_id);
			const [made] = await completed(greenhouse, [row], ['info', 'currentStage']);
			const result = { applicationId, candidateId, application: made?.application ?? null };
			// The application exists from here on: a failure must not make somebody create it twice.
			try {
				for (const file of files) await attach(greenhouse, applicationId, file);
				if (comment !== undefined) await addNote(greenhouse, row, comment);
			} catch (error) {
				return { ...result, warning: `The application was created, but not everything was added to it: ${error instanceof Error ? error.message : String(error)}` };
			}
			return result;
		},
		addAttachment: async (id, file) => await attach(greenhouse, id, file),
		async *attachments(id) {
			await applicationRow(id);
			const rows = await greenhouse.all('/attachments', { application_ids: id });
			yield* storedFiles(rows, toAttachment, async (row) => await fetchedFile({ address: row.url, name: toText(row.filename), otherwise: `A file of application ${id}` }, async (address) => await greenhouse.download(address)));
		},
		createCandidate: async (input) => {
			if (input.jobId === undefined) throw new FieldError('Greenhouse creates a candidate only with an application', 'Fill in the job to apply for.');
			const { candidate } = await greenhouse.written('POST', '/candidates', { ...personOf(input), application: { job_id: numberOf(input.jobId, 'job') } });
			return toCandidate(isObject(candidate) ? candidate : {});
		},
		updateCandidate: async (id, changes) => {
			return await oneAtATime(`candidate ${id}`, async () => {
				const row = await greenhouse.one('/candidates', id, 'candidate');
				return toCandidate(await greenhouse.written('PATCH', path`/candidates/${id}`, personChanges(row, changes)));
			});
		},
		addTag: async (id, name) => {
			const candidateId = numberOf(id, 'candidate');
			const tag = await oneAtATime(`tag ${name.toLowerCase()}`, async () => (await tagNamed(greenhouse, name)) ?? (await greenhouse.written('POST', '/candidate_tags', { name })));
			const applied = await greenhouse.all('/applied_candidate_tags', { candidate_ids: id, candidate_tag_ids: idOf(tag) });
			if (applied.length === 0) await greenhouse.written('POST', '/applied_candidate_tags', { candidate_id: candidateId, candidate_tag_id: tag.id });
		},
		removeTag: async (id, name) => {
			numberOf(id, 'candidate');
			const tag = await tagNamed(greenhouse, name);
			if (!tag) return;
			for (const row of await greenhouse.all('/applied_candidate_tags', { candidate_ids: id, candidate_tag_ids: idOf(tag) })) await greenhouse.write('DELETE', path`/applied_candidate_tags/${idOf(row)}`);
		},
	};
}

function changed(updatedAfter: string | undefined): Query {
	const at = toMillis(updatedAfter);
	return at === null ? {} : { updated_at: since(at) };
}

function ofApplication(id: string | undefined): Query {
	return id === undefined ? {} : { application_ids: String(numberOf(id, 'application')) };
}

/**
 * A stage is sorted out by the node: the filter `stage_ids` is of an application's stay in a stage, and gives nothing, without an
 * error, for the id of a job's stage. So is more than one filter takes.
 */
class ListedApplications {
	private readonly rows = new WeakMap<Application, Row>();

	constructor(private readonly greenhouse: GreenhouseApi) {}

	async *pages({ updatedAfter, jobIds = [], statuses = [], candidateId, limit, raw }: ApplicationQuery): AsyncGenerator<Application[]> {
		const [status] = statuses.length === 1 ? statuses.map((one) => STATUS_FILTERS[one]) : [];
		const ofJobs = jobIds.length <= AT_ONCE && jobIds.every(isNumber) ? { job_ids: jobIds } : {};
		const query = { ...changed(updatedAfter), prospect: false, ...ofJobs, ...(candidateId !== undefined && isNumber(candidateId) ? { candidate_ids: candidateId } : {}), status };
		for await (const page of this.greenhouse.list('/applications', query, limit)) {
			yield page.filter(isApplication).map((row) => {
				const application = toApplication(row, { candidate: { id: row.candidate_id } }, ['info', 'currentStage'], raw);
				this.rows.set(application, row);
				return application;
			});
		}
	}

	async details(applications: readonly Application[], models: readonly ModelKey[], raw: boolean): Promise<Application[]> {
		const unread = await this.greenhouse.of('/applications', 'ids', applications.filter((one) => !this.rows.has(one)).map(({ id }) => id));
		const rows = [...applications.flatMap((one): Row[] => [this.rows.get(one)].filter((row) => row !== undefined)), ...unread];
		const found = new Map((await completed(this.greenhouse, rows, models, raw)).map(({ application }) => [application.id, application]));
		return applications.map((one) => found.get(one.id) ?? one);
	}
}

/**
 * `from_stage_id` guards the move: when the application is elsewhere by now, nothing happens. Whether it wants the application's stay
 * or the stage of the job is told differently by those who use it, so that a refusal, and only a refusal, is followed by the other form.
 * https://harvestdocs.greenhouse.io/docs/write-endpoint-migration-guide
 */
async function move(greenhouse: GreenhouseApi, id: string, row: Row, stageId: string): Promise<void> {
	const to = numberOf(stageId, 'stage');
	if (row.status !== 'in_process') throw new FieldError(`The application ${id} is ${String(row.status)}, so it cannot be moved`, 'Greenhouse moves only applications that are in process: take the rejection back first.');
	const ofJob = toId(row.job_interview_stage_id) ?? toId(lastStay(await greenhouse.all('/application_stages', { application_ids: id }))?.job_interview_stage_id);
	if (ofJob === String(to)) return;
	const forms = [toId(row.stage_id), ofJob].flatMap((form) => (form === null ? [] : [form]));
	const send = async (from: string) => await greenhouse.write('POST', path`/applications/${id}/move`, { from_stage_id: numberOf(from, 'stage'), to_stage_id: to });
	const [first, second] = forms;
	if (first === undefined) throw new FieldError(`Greenhouse does not tell the stage of the application ${id}, and moves it only from a stage that is named`, 'Look at the application in Greenhouse.');
	try {
		await send(first);
	} catch (refusal) {
		if (second === undefined || !isRefusal(refusal)) rethrow(refusal);
		// Of two refusals the one that is not about this form says more.
		await send(second).catch((other: unknown) => rethrow(isRefusal(other) && other.message.includes('from_stage') ? refusal : other));
	}
}

function isRefusal(error: unknown): error is ApiError {
	return error instanceof ApiError && error.facts.status === 422 && error.facts.outcomeUnknown !== true;
}

/** The size limit and the encoding are not documented; integrations in use send base64. */
async function attach(greenhouse: GreenhouseApi, id: string, { type, name, data }: NewFile): Promise<void> {
	await greenhouse.written('POST', '/attachments', { application_id: numberOf(id, 'application'), filename: name, type: FILE_TYPES[type], content: data.toString('base64') });
}

/** Shown to everybody who may see the candidate. https://harvestdocs.greenhouse.io/reference/post_v3-notes */
async function addNote(greenhouse: GreenhouseApi, application: Row, body: string): Promise<string | null> {
	const note = await greenhouse.written('POST', '/notes', { candidate_id: application.candidate_id, application_id: application.id, body, note_type: 'NOTE', visibility: 'public' });
	return toId(note.id);
}

async function tagNamed(greenhouse: GreenhouseApi, name: string): Promise<Row | undefined> {
	const tags = await greenhouse.all('/candidate_tags');
	return tags.find((tag) => tag.name === name) ?? tags.find((tag) => String(tag.name).toLowerCase() === name.toLowerCase());
}

async function jobLookups(greenhouse: GreenhouseApi) {
	const departments = await ifAllowed(greenhouse.known('/departments'));
	const offices = await ifAllowed(greenhouse.known('/offices'));
	return { departments: departments && byId(departments), offices: offices && byId(offices) };
}

function personOf({ firstName, lastName, email, phone }: NewCandidate) {
	return { first_name: firstName, last_name: lastName, email_addresses: [{ value: email, type: 'personal' }], ...(phone === undefined ? {} : { phone_numbers: [{ value: phone, type: 'mobile' }] }) };
}

/** A list that is sent takes the place of the old one, so that what was in it is sent along. */
function personChanges(row: Row, { firstName, lastName, email, phone }: Partial<NewCandidate>): object {
	return {
		...(firstName === undefined ? {} : { first_name: firstName }),
		...(lastName === undefined ? {} : { last_name: lastName }),
		...(email === undefined ? {} : { email_addresses: withFirst('e-mail addresses', row.email_addresses, { value: email, type: 'personal' }, (one) => sameAddress(one, email)) }),
		...(phone === undefined ? {} : { phone_numbers: withFirst('phone numbers', row.phone_numbers, { value: phone, type: 'mobile' }, (one) => sameAddress(one, phone)) }),
	};
}
