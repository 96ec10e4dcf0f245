import { found, mapped, notFound, storedFiles } from '../../lib/ats/kit';
import { toId, toMillis, toText, type Application, type Candidate, type ModelKey } from '../../lib/ats/model';
import type { ApplicationQuery, CandidateQuery, Created, NewApplication, NewCandidate, NewFile, Operations } from '../../lib/ats/provider';
import { FieldError, rethrow } from '../../lib/errors';
import { fetchedFile } from '../../lib/http/files';
import { path } from '../../lib/http/path';
import { serialThrottleOf } from '../../lib/http/serialThrottle';
import { isKnownAlready, PAGE_SIZE, type WorkableApi, type WorkableRow } from './api';
import { candidateIdOf, IN_ROWS, tagsOf, toApplication, toAttachment, toCandidate, toInterview, toJob, toOffers, toReason, toUser, type Parts } from './mapping';
import { CANDIDATES, candidateOf, EVENTS, eventsOf, filesOf, momentOf, offerOf } from './parts';
import { stagesFor, stagesOf } from './stages';

/** https://workable.readme.io/reference/disqualify-candidate */
const NOTE_LENGTH = 256;
/** For more applications than these all events are read at once, a hundred a call. */
const ONE_BY_ONE = 5;

class WorkableOperations {
	private allEvents?: Promise<WorkableRow[]>;

	constructor(
		private readonly workable: WorkableApi,
		private readonly actingUser: string | undefined,
	) {}

	/** Of several jobs or stages the node looks through the rows. */
	async *applications({ jobIds = [], stageIds = [], candidateId, updatedAfter, appliedAfter, limit, raw }: ApplicationQuery): AsyncGenerator<Application[]> {
		const read = async (rows: readonly WorkableRow[]) => {
			const stageOf = await stagesFor(this.workable, rows);
			return rows.map((row) => toApplication(row, { models: IN_ROWS, stageOf, raw }));
		};
		if (candidateId !== undefined) {
			const row = await candidateOf(this.workable, candidateId);
			yield row ? await read([row]) : [];
			return;
		}
		const query = {
			limit: Math.min(PAGE_SIZE, limit ?? PAGE_SIZE),
			shortcode: jobIds.length === 1 ? jobIds[0] : undefined,
			stage: stageIds.length === 1 ? stageIds[0] : undefined,
			updated_after: since(updatedAfter),
			created_after: since(appliedAfter),
		};
		for await (const rows of this.workable.list(CANDIDATES, 'candidates', query)) yield await read(rows);
	}

	async details(rows: readonly Application[], models: readonly ModelKey[]): Promise<Application[]> {
		const atOnce = models.includes('interviews') && rows.length > ONE_BY_ONE ? await (this.allEvents ??= this.workable.all(EVENTS, 'events', { include_cancelled: true })) : null;
		return await Promise.all(rows.map(async (row) => {
			const parts = await this.partsOf(row.id, models, atOnce?.filter((event) => candidateIdOf(event) === row.id));
			const { interviews, offers, attachments } = toApplication({ id: row.id }, { models, stageOf: () => null }, parts);
			return { ...row, interviews: interviews ?? row.interviews, offers: offers ?? row.offers, attachments: attachments ?? row.attachments };
		}));
	}

	async application(id: string, models: readonly ModelKey[], raw = false): Promise<Application> {
		const row = await this.record(id, 'application');
		return toApplication(row, { models, stageOf: await stagesFor(this.workable, [row]), raw }, await this.partsOf(id, models));
	}

	private async partsOf(id: string, models: readonly ModelKey[], events?: WorkableRow[]): Promise<Parts> {
		return {
			...(models.includes('interviews') ? { events: events ?? (await eventsOf(this.workable, id)) } : {}),
			...(models.includes('offers') ? { offer: await offerOf(this.workable, id) } : {}),
			...(models.includes('attachments') ? { files: await filesOf(this.workable, id) } : {}),
		};
	}

	async record(id: string, what: 'application' | 'candidate'): Promise<WorkableRow> {
		const row = await candidateOf(this.workable, id);
		if (!row) throw notFound(what, id);
		return row;
	}

	candidates({ email, updatedAfter, limit, raw }: CandidateQuery): AsyncGenerator<Candidate[]> {
		return mapped(this.workable.list(CANDIDATES, 'candidates', { limit: Math.min(PAGE_SIZE, limit ?? PAGE_SIZE), email, updated_after: since(updatedAfter) }), (row) => toCandidate(row, raw));
	}

	/** A write of one candidate in the name of the acting member. */
	async act(id: string, call: 'move' | 'disqualify' | 'revert' | 'comments', body: object): Promise<WorkableRow> {
		return await found('application', id, async () => await this.workable.write('POST', path`/candidates/${id}/` + call, { member_id: this.member(), ...body }));
	}

	private member(what = 'Workable does this only in the name of a member'): string {
		if (this.actingUser === undefined) throw new FieldError(what, 'Choose one in the option "Acting User".');
		return this.actingUser;
	}

	/** The profile itself is documented without a member; where one is chosen, the change is theirs. */
	private get byMember(): { member_id?: string } {
		return this.actingUser === undefined ? {} : { member_id: this.actingUser };
	}

	async reject(id: string, { reasonId, note }: { reasonId: string | null; note: string | null }): Promise<void> {
		if (note !== null && note.length > NOTE_LENGTH) throw new FieldError(`The note has ${note.length} characters, and Workable takes ${NOTE_LENGTH} with a rejection`, 'Shorten it, or add it with Application, Add Note.');
		await this.act(id, 'disqualify', { ...(reasonId === null ? {} : { disqualify_reason_id: reasonId }), ...(note === null ? {} : { disqualify_note: note }) });
	}

	async comment(id: string, body: string, file?: NewFile): Promise<string | null> {
		const made = await this.act(id, 'comments', { comment: { body, ...(file ? { attachment: inBase64(file) } : {}) } });
		return toId(made.id);
	}

	/** `sourced` is said outright: for an applicant Workable sends a mail. */
	private async create(jobId: string, { firstName, lastName, email, phone }: Omit<NewCandidate, 'jobId'>, more: object = {}): Promise<WorkableRow> {
		const body = { sourced: true, candidate: { firstname: firstName, lastname: lastName, email, ...(phone === undefined ? {} : { phone }), ...more } };
		const { candidate } = await found('job', jobId, async () => await this.workable.write('POST', path`/jobs/${jobId}/candidates`, body));
		if (typeof candidate === 'object' && candidate !== null && 'id' in candidate && toId(candidate.id) !== null) return { ...candidate };
		throw new FieldError('Workable created the candidate, but did not say the ID', 'Look in Workable before running this again.');
	}

	async createApplication({ jobId, stageId, candidate, files, comment }: NewApplication): Promise<Created> {
		const cv = files.find(({ type }) => type === 'RESUME');
		const others = files.filter((file) => file !== cv);
		if (stageId !== undefined || others.length > 0) this.member('Workable puts a new candidate into a stage, and takes files beyond one CV, only in the name of a member');
		let made: WorkableRow;
		try {
			made = await this.create(jobId, candidate, { ...(comment === undefined ? {} : { cover_letter: comment }), ...(cv ? { resume: inBase64(cv) } : {}) });
		} catch (error) {
			return rethrow(isKnownAlready(error) ? new FieldError(`${candidate.email} is a candidate of this job already`, 'Application, Get Many with this job shows the application that there is.') : error);
		}
		const id = toId(made.id) ?? '';
		try {
			for (const file of others) await this.comment(id, file.name, file);
			if (stageId !== undefined) await this.act(id, 'move', { target_stage: stageId });
			return { applicationId: id, candidateId: id, application: await this.application(id, IN_ROWS) };
		} catch (error) {
			// The candidate exists from here on: nobody must create it twice.
			const why = error instanceof Error ? error.message : String(error);
			return { applicationId: id, candidateId: id, application: null, warning: `The application was created, but not everything that follows was done: ${why}` };
		}
	}

	async createCandidate({ jobId, ...candidate }: NewCandidate): Promise<Candidate | null> {
		if (jobId === undefined) throw new FieldError('A candidate of Workable belongs to a job', 'Fill in "Job" in the additional fields.');
		try {
			const made = await this.create(jobId, candidate);
			return toCandidate('created_at' in made ? made : await this.record(toId(made.id) ?? '', 'candidate'));
		} catch (error) {
			return isKnownAlready(error) ? null : rethrow(error);
		}
	}

	/** What is left out stays. */
	async updateCandidate(id: string, { firstName, lastName, email, phone }: Partial<NewCandidate>): Promise<Candidate> {
		const candidate = {
			...(firstName === undefined ? {} : { firstname: firstName }),
			...(lastName === undefined ? {} : { lastname: lastName }),
			...(email === undefined ? {} : { email }),
			...(phone === undefined ? {} : { phone }),
		};
		await found('candidate', id, async () => await this.workable.write('PATCH', path`/candidates/${id}`, { ...this.byMember, candidate }));
		return toCandidate(await this.record(id, 'candidate'));
	}

	/** Tags are replaced as a whole, without the others they would be wiped: read, changed and written by one at a time. */
	async changeTags(id: string, change: (tags: readonly string[]) => string[]): Promise<void> {
		await serialThrottleOf(`tags ${this.workable.account} ${id}`, 0).run(async () => {
			const tags = tagsOf(await this.record(id, 'candidate'));
			if (tags === null) throw new Error('Workable does not show the tags of this candidate in a way that can be read: nothing was written, since writing replaces all of them.');
			const changed = change(tags);
			if (changed.length === tags.length) return;
			await this.workable.write('PUT', path`/candidates/${id}/tags`, { ...this.byMember, tags: changed });
		});
	}

	async *interviews({ applicationId, limit }: Parameters<NonNullable<Operations['interviews']>>[0]) {
		const query = { limit: Math.min(PAGE_SIZE, limit ?? PAGE_SIZE), include_cancelled: true, candidate_id: applicationId };
		for await (const rows of this.workable.list(EVENTS, 'events', query)) yield rows.map((row) => ({ ...toInterview(row), applicationId: candidateIdOf(row) }));
	}

	async *offers(applicationId: string | undefined) {
		if (applicationId === undefined) throw new FieldError('Workable shows the offer of one application only', 'Choose the application.');
		await this.record(applicationId, 'application');
		yield toOffers(await offerOf(this.workable, applicationId)).map((offer) => ({ ...offer, applicationId }));
	}
}

export function operationsOf(workable: WorkableApi, actingUser: string | undefined): Operations {
	const own = new WorkableOperations(workable, actingUser);
	return {
		send: async (request) => await workable.send(request),
		applications: (query) => own.applications(query),
		rowModels: IN_ROWS,
		details: async (rows, models) => await own.details(rows, models),
		application: async (id, models, raw) => await own.application(id, models, raw),
		candidates: (query) => own.candidates(query),
		candidate: async (id, raw) => toCandidate(await own.record(id, 'candidate'), raw),
		jobs: ({ limit, updatedAfter, raw }) => mapped(workable.list('/jobs', 'jobs', { limit: Math.min(PAGE_SIZE, limit ?? PAGE_SIZE), updated_after: since(updatedAfter), include_fields: 'description' }), (row) => toJob(row, null, raw)),
		job: async (id, raw) => toJob(await found('job', id, async () => await workable.get(path`/jobs/${id}`)), await stagesOf(workable, id), raw),
		interviews: (query) => own.interviews(query),
		offers: ({ applicationId }) => own.offers(applicationId),
		async *stages(jobId) {
			yield jobId === null ? await stagesOf(workable) : await found('job', jobId, async () => await stagesOf(workable, jobId));
		},
		async *rejectionReasons() {
			yield (await workable.whole('/disqualification_reasons')).map(toReason);
		},
		users: () => mapped(workable.list('/members', 'members'), toUser),
		moveStage: async (id, stageId) => void (await own.act(id, 'move', { target_stage: stageId })),
		reject: async (id, rejection) => await own.reject(id, rejection),
		reactivate: async (id) => void (await own.act(id, 'revert', {})),
		addNote: async (id, text) => await own.comment(id, text),
		createApplication: async (input) => await own.createApplication(input),
		addAttachment: async (id, file) => void (await own.comment(id, file.name, file)),
		async *attachments(id) {
			yield* storedFiles(await found('application', id, async () => await filesOf(workable, id)), toAttachment, async ({ name, preview_url: address }) => await fetchedFile({ address, name: toText(name), otherwise: `A file of application ${id}` }, async (url) => await workable.download(url)));
		},
		createCandidate: async (input) => await own.createCandidate(input),
		updateCandidate: async (id, changes) => await own.updateCandidate(id, changes),
		addTag: async (id, name) => await own.changeTags(id, (tags) => (tags.some((tag) => sameTag(tag, name)) ? [...tags] : [...tags, name])),
		removeTag: async (id, name) => await own.changeTags(id, (tags) => tags.filter((tag) => !sameTag(tag, name))),
	};
}

const sameTag = (one: string, other: string): boolean => one.trim().toLowerCase() === other.trim().toLowerCase();

function inBase64({ name, data }: NewFile): { name: string; data: string } {
	return { name, data: data.toString('base64') };
}

function since(time: string | undefined): string | undefined {
	const ms = toMillis(time);
	return ms === null ? undefined : momentOf(ms);
}
