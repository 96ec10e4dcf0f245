import { defineProvider } from '../../lib/ats/defineProvider';
import { found, mapped, notFound, sameAddress, storedFiles, withFirst } from '../../lib/ats/kit';
import { toId, toMillis, type Application, type ModelKey } from '../../lib/ats/model';
import type { ApplicationQuery, Capabilities, NewApplication, NewCandidate, NewFile, Operations, Provider } from '../../lib/ats/provider';
import { FieldError } from '../../lib/errors';
import { isObject } from '../../lib/http/apiDefinition';
import { multipart } from '../../lib/http/form';
import { path, type Query } from '../../lib/http/path';
import { serialThrottleOf } from '../../lib/http/serialThrottle';
import { ALL_ROWS, connectLever, type LeverApi, type LeverRow } from './api';
import { changeSource } from './changes';
import { archiveReasonOf, contactIdOf, IN_ROWS, PROVIDER, toApplication, toCandidate, toFile, toInterview, toJob, toOffer, toRejectionReason, toResume, toStage, toTag, toUser } from './mapping';
import { EXPANDED, OPPORTUNITIES, partOf, partsBehind, partsOf } from './parts';
import { readReasons, reasonsFor } from './reasons';

const POSTINGS = '/postings';

class LeverOperations {
	constructor(
		private readonly lever: LeverApi,
		private readonly actingUser: string | undefined,
	) {}

	/** Lever filters by one value each; of several the node looks through the rows. Of a posting it lists open and archived apart. */
	async *applications(query: ApplicationQuery): AsyncGenerator<Application[]> {
		const { jobIds = [], stageIds = [], statuses, candidateId, updatedAfter, appliedAfter, limit, raw } = query;
		const [archived, ...more] = new Set(statuses?.map((status) => status !== 'ACTIVE'));
		// Who applied has changed since: the form is among the fields that move `updatedAt`.
		const since = [updatedAfter, appliedAfter].flatMap((time) => toMillis(time) ?? []);
		const filters: Query = {
			...ALL_ROWS,
			limit: Math.min(100, limit ?? 100),
			updated_at_start: since.length === 0 ? undefined : Math.max(...since),
			stage_id: stageIds.length === 1 ? stageIds[0] : undefined,
			contact_id: candidateId,
			archived: more.length === 0 ? archived : undefined,
		};
		const [jobId] = jobIds;
		if (jobId === undefined || jobIds.length > 1) return yield* this.opportunities(filters, raw);
		const seen = new Set<string>();
		for (const name of ['posting_id', 'archived_posting_id']) {
			for await (const page of this.opportunities({ ...filters, [name]: jobId }, raw)) {
				yield page.filter(({ id }) => !seen.has(id));
				for (const { id } of page) seen.add(id);
			}
		}
	}

	private async *opportunities(query: Query, raw?: boolean): AsyncGenerator<Application[]> {
		for await (const rows of this.lever.list(OPPORTUNITIES + EXPANDED, query)) {
			const reasons = await reasonsFor(this.lever, rows);
			yield rows.map((row) => toApplication(row, { models: IN_ROWS, reasons, raw }));
		}
	}

	async details(rows: readonly Application[], models: readonly ModelKey[]): Promise<Application[]> {
		const completed = async (row: Application) => {
			const { interviews, offers, attachments } = toApplication({ id: row.id }, { models, reasons: new Map() }, await partsOf(this.lever, row.id, models));
			return { ...row, interviews: interviews ?? row.interviews, offers: offers ?? row.offers, attachments: attachments ?? row.attachments };
		};
		return partsBehind(models).length === 0 ? [...rows] : await Promise.all(rows.map(completed));
	}

	async application(id: string, models: readonly ModelKey[], raw = false): Promise<Application> {
		const row = await this.opportunity(id);
		return toApplication(row, { models, reasons: await reasonsFor(this.lever, [row]), raw }, await partsOf(this.lever, id, models));
	}

	async opportunity(id: string): Promise<LeverRow> {
		return await found('application', id, async () => await this.lever.get(path`/opportunities/${id}` + EXPANDED));
	}

	/**
	 * Lever lists no contacts. Whoever turns up in an opportunity is told with all of theirs: where only some are read, the others of
	 * the same contact are asked for.
	 */
	async *candidates({ limit, updatedAfter, email, raw }: Parameters<NonNullable<Operations['candidates']>>[0]) {
		const filters: Query = { ...ALL_ROWS, email, updated_at_start: toMillis(updatedAfter) ?? undefined };
		const known = new Map<string, LeverRow[]>();
		const everything = limit === undefined && updatedAfter === undefined;
		for await (const rows of this.lever.list(OPPORTUNITIES, { ...filters, limit: everything ? 100 : Math.min(100, limit ?? 100) })) {
			const fresh: string[] = [];
			for (const row of rows) {
				const contact = contactIdOf(row);
				if (contact === null) continue;
				const opportunities = known.get(contact);
				if (opportunities) opportunities.push(row);
				else {
					known.set(contact, [row]);
					fresh.push(contact);
				}
			}
			if (everything) continue;
			for (const contact of fresh) yield [folded(await this.opportunitiesOf(contact), raw)];
		}
		if (everything) yield [...known.values()].map((rows) => folded(rows, raw));
	}

	async opportunitiesOf(contactId: string): Promise<LeverRow[]> {
		// What a list does with a filter that it does not know is not known.
		return (await this.lever.all(OPPORTUNITIES, { ...ALL_ROWS, contact_id: contactId })).filter((row) => contactIdOf(row) === contactId);
	}

	async candidate(id: string, raw = false) {
		const contact = await found('candidate', id, async () => await this.lever.get(path`/contacts/${id}`));
		const opportunities = await this.opportunitiesOf(id);
		return { ...toCandidate(opportunities, contact), ...(raw ? { raw: { contact, opportunities } } : {}) };
	}

	/** Lists of a contact are replaced as a whole: what is there stays behind the new one. */
	async updateCandidate(id: string, { firstName, lastName, email, phone }: Partial<NewCandidate>) {
		if ((firstName === undefined) !== (lastName === undefined)) throw new FieldError('Lever has one name for a person: "First Name" and "Last Name" are changed together', 'Fill in both, or none.');
		await serialThrottleOf(`contact ${this.lever.account} ${id}`, 0).run(async () => {
			const contact = await found('candidate', id, async () => await this.lever.get(path`/contacts/${id}`));
			await this.lever.write('PUT', path`/contacts/${id}`, {
				...(firstName === undefined ? {} : { name: fullName({ firstName, lastName }) }),
				...(email === undefined ? {} : { emails: withFirst('e-mail addresses', contact.emails, email, (one) => sameAddress(one, email)) }),
				...(phone === undefined ? {} : { phones: withFirst('phone numbers', contact.phones, { value: phone }, (one) => one === phone) }),
			}, this.actingUser);
		});
		return await this.candidate(id);
	}

	async stages() {
		return (await this.lever.all('/stages')).map(toStage);
	}

	/** A hire is an archive too: what rejects must be of the other type. */
	async reject(id: string, { reasonId, note }: { reasonId: string | null; note: string | null }): Promise<void> {
		if (reasonId === null) throw new FieldError('Lever rejects only with a reason', 'Choose a rejection reason; Rejection Reason, Get Many lists them.');
		const reason = (await readReasons(this.lever)).get(reasonId);
		if (!reason) throw notFound('rejection reason', reasonId);
		if (reason.type !== 'non-hired') throw new FieldError(`"${reason.text ?? reasonId}" does not reject: at Lever this archive reason ${reason.type === 'hired' ? 'hires' : 'has no known type'}`, 'Choose a reason that Rejection Reason, Get Many shows.');
		await this.lever.write('PUT', path`/opportunities/${id}/archived`, { reason: reasonId }, this.actingUser);
		if (note !== null) await this.addNote(id, note);
	}

	async addNote(id: string, text: string): Promise<string | null> {
		return toId((await this.lever.write('POST', path`/opportunities/${id}/notes`, { value: text }, this.actingUser)).id);
	}

	async addAttachment(id: string, { name, mimeType, data }: NewFile): Promise<void> {
		await this.lever.upload(path`/opportunities/${id}/files`, multipart({}, [{ part: 'file', name, mimeType, data }]), this.actingUser);
	}

	async createApplication({ jobId, stageId, candidate, files, comment }: NewApplication) {
		const row = await this.createOpportunity({ ...candidate, jobId }, stageId);
		const id = toId(row.id);
		if (id === null) throw new FieldError('Lever created the application, but did not say its ID', 'Look in Lever before running this again.');
		const left = [...files.map((file) => async () => await this.addAttachment(id, file)), ...(comment === undefined ? [] : [async () => void (await this.addNote(id, comment))])];
		try {
			for (const step of left) await step();
		} catch (error) {
			// The opportunity exists from here on: nobody must create it twice.
			const why = error instanceof Error ? error.message : String(error);
			return { applicationId: id, candidateId: contactIdOf(row), application: null, warning: `The application was created, but not everything was added to it: ${why}` };
		}
		return { applicationId: id, candidateId: contactIdOf(row), application: await this.application(id, IN_ROWS) };
	}

	async createCandidate(input: NewCandidate) {
		const row = await this.createOpportunity(input);
		return toCandidate([row]);
	}

	/** Lever itself finds the contact by the address: its data win over ours. */
	private async createOpportunity({ jobId, email, phone, ...name }: NewCandidate, stage?: string): Promise<LeverRow> {
		if (this.actingUser === undefined) throw new FieldError('Lever creates only in the name of a user', 'Choose one in the option "Acting User".');
		return await this.lever.write('POST', OPPORTUNITIES, {
			name: fullName(name),
			emails: [email],
			...(phone === undefined ? {} : { phones: [{ value: phone }] }),
			...(jobId === undefined ? {} : { postings: [jobId] }),
			...(stage === undefined ? {} : { stage }),
		}, this.actingUser);
	}

	/** Tags are on the opportunity: the open one that is newest, else the newest, stands for the person. */
	async addTag(candidateId: string, name: string): Promise<void> {
		const all = (await this.ownOpportunities(candidateId)).sort((a, b) => (toMillis(b.createdAt) ?? 0) - (toMillis(a.createdAt) ?? 0));
		const chosen = all.find(({ archived }) => archived === null) ?? all[0];
		await this.writeTags(chosen, 'addTags', name);
	}

	async removeTag(candidateId: string, name: string): Promise<void> {
		for (const row of await this.ownOpportunities(candidateId)) if (Array.isArray(row.tags) && row.tags.includes(name)) await this.writeTags(row, 'removeTags', name);
	}

	private async ownOpportunities(candidateId: string): Promise<LeverRow[]> {
		const rows = await this.opportunitiesOf(candidateId);
		if (rows.length === 0) throw notFound('candidate', candidateId);
		return rows;
	}

	private async writeTags(row: LeverRow | undefined, call: 'addTags' | 'removeTags', name: string): Promise<void> {
		await this.lever.write('POST', path`/opportunities/${toId(row?.id) ?? ''}/` + call, { tags: [name] }, this.actingUser);
	}

	async *attachments(id: string) {
		for (const [kind, read] of [['resumes', toResume], ['files', toFile]] as const) {
			const rows = await found('application', id, async () => await partOf(this.lever, id, kind));
			yield* storedFiles(rows, read, async (row) => await this.lever.file(path`/opportunities/${id}/` + kind + path`/${toId(row.id) ?? ''}/download`, { name: read(row).name, otherwise: `A file of application ${id}` }));
		}
	}
}

function operationsOf(lever: LeverApi, actingUser: string | undefined): Operations {
	const own = new LeverOperations(lever, actingUser);
	const put = async (address: string, body: object) => void (await lever.write('PUT', address, body, actingUser));
	return {
		send: async (request) => await lever.send(request),
		applications: (query) => own.applications(query),
		rowModels: IN_ROWS,
		details: async (rows, models) => await own.details(rows, models),
		application: async (id, models, raw) => await own.application(id, models, raw),
		candidates: (query) => own.candidates(query),
		candidate: async (id, raw) => await own.candidate(id, raw),
		async *jobs({ limit, updatedAfter, raw }) {
			const stages = await own.stages();
			yield* mapped(lever.list(POSTINGS, { ...ALL_ROWS, limit: Math.min(100, limit ?? 100), updated_at_start: toMillis(updatedAfter) ?? undefined }), (row) => toJob(row, stages, raw));
		},
		job: async (id, raw) => toJob(await found('job', id, async () => await lever.get(path`/postings/${id}`)), await own.stages(), raw),
		interviews: (query) => ofOne(lever, query.applicationId, 'interviews', toInterview),
		offers: (query) => ofOne(lever, query.applicationId, 'offers', toOffer),
		async *stages() {
			yield await own.stages();
		},
		async *rejectionReasons() {
			yield [...(await readReasons(lever)).values()].filter(({ type, active }) => type === 'non-hired' && active).map(toRejectionReason);
		},
		async *users() {
			for await (const rows of lever.list('/users')) yield rows.filter(({ deactivatedAt }) => deactivatedAt === null || deactivatedAt === undefined).map(toUser);
		},
		tags: () => mapped(lever.list('/tags'), ({ text }) => toTag(String(text))),
		moveStage: async (id, stage) => await put(path`/opportunities/${id}/stage`, { stage }),
		reject: async (id, rejection) => await own.reject(id, rejection),
		reactivate: async (id) => await put(path`/opportunities/${id}/archived`, { reason: null }),
		addNote: async (id, text) => await own.addNote(id, text),
		createApplication: async (input) => await own.createApplication(input),
		addAttachment: async (id, file) => await own.addAttachment(id, file),
		attachments: (id) => own.attachments(id),
		createCandidate: async (input) => await own.createCandidate(input),
		updateCandidate: async (id, changes) => await own.updateCandidate(id, changes),
		addTag: async (id, name) => await own.addTag(id, name),
		removeTag: async (id, name) => await own.removeTag(id, name),
	};
}

async function* ofOne<Part>(lever: LeverApi, applicationId: string | undefined, name: 'interviews' | 'offers', read: (row: LeverRow) => Part) {
	if (applicationId === undefined) throw new FieldError(`Lever lists ${name} of one application only`, 'Choose the application.');
	yield (await found('application', applicationId, async () => await partOf(lever, applicationId, name))).map((row) => ({ ...read(row), applicationId }));
}

function folded(rows: readonly LeverRow[], raw = false) {
	return { ...toCandidate(rows), ...(raw ? { raw: rows } : {}) };
}

function fullName({ firstName, lastName }: { firstName?: string; lastName?: string }): string {
	return [firstName, lastName].flatMap((part) => part?.trim() || []).join(' ');
}

const rightFor = (endpoints: string) => `Lever, Settings, Integrations and API, API Credentials: tick the endpoints for ${endpoints}; access to confidential data can only be chosen while a key is made`;

const LATE = 'Seen when the opportunity next moves, at the latest by the full check while it is open: Lever does not document that this moves the date by which changes are found';
const PER_OPPORTUNITY = 'A call for each application';

const events: Capabilities['events'] = {
	'application.created': true,
	'application.stage_changed': true,
	'application.rejected': true,
	'application.hired': true,
	'application.reactivated': true,
	'application.updated': true,
	'application.deleted': true,
	'interview.scheduled': true,
	'interview.rescheduled': true,
	'interview.completed': `When the feedback of all interviewers is in. ${LATE}`,
	'interview.cancelled': true,
	'offer.created': LATE,
	'offer.status_changed': LATE,
	'attachment.added': LATE,
};

export const provider: Provider = defineProvider({
	name: PROVIDER,
	label: 'Lever',
	credentials: [{ type: 'leverAtsApi', label: 'API Key' }],
	actingUser: 'Lever credits what is written to a user, and creates nothing without one',
	api: { documentationUrl: 'https://hire.lever.co/developer/documentation', placeholder: '/requisitions' },
	rights: {
		applications: rightFor('opportunities, applications and archive reasons'), candidates: rightFor('opportunities and contacts'), jobs: rightFor('postings'), stages: rightFor('stages'),
		interviews: rightFor('interviews'), offers: rightFor('offers'), rejectionReasons: rightFor('archive reasons'), users: rightFor('users'), tags: rightFor('tags'),
	},
	confidential: 'access to confidential data can only be chosen while a key is made. Make a new one in Lever: Settings, Integrations and API, API Credentials',
	words: (record) => (isObject(record) ? { 'archive reason': archiveReasonOf(record) } : {}),
	capabilities: {
		models: { info: true, currentStage: true, rejection: true, interviews: PER_OPPORTUNITY, offers: PER_OPPORTUNITY, attachments: 'Two calls for each application' },
		details: { stageCategory: 'Of the built-in stages only', stageOrder: 'In the order in which Lever lists them', source: true },
		operations: {
			'application.getMany': true,
			'application.get': true,
			'application.create': 'With an acting user. Lever finds a known person by the email address, whose data then stay as they are',
			'application.moveStage': true,
			'application.reject': 'With a reason; the note becomes a note of the opportunity',
			'application.reactivate': true,
			'application.addNote': true,
			'application.addAttachment': 'As a file, also a CV: Lever documents no upload of a CV to an existing opportunity',
			'application.downloadAttachments': true,
			'candidate.getMany': 'Read from the opportunities, since Lever lists no contacts',
			'candidate.get': true,
			'candidate.findOrCreate': 'With an acting user. A new candidate comes with an opportunity, without a job if none is given',
			'candidate.update': 'First and last name together: Lever has one name',
			'candidate.addTag': 'On the newest open opportunity of the person, since tags are there',
			'candidate.removeTag': 'From all opportunities of the person',
			'job.getMany': true,
			'job.get': true,
			'interview.getMany': 'Of one application',
			'offer.getMany': 'Of one application',
			'stage.getMany': 'One pipeline for all jobs',
			'rejectionReason.getMany': true,
			'user.getMany': true,
			'tag.getMany': 'The name is the ID',
		},
		inputs: { 'application.create.comment': true, 'application.create.files': true, 'candidate.findOrCreate.jobId': true },
		events,
		withoutExtraCalls: ['info', 'currentStage', 'rejection'],
		freshness: 'As fresh as each poll for applications and interviews. Offers, files and feedback are seen late, when something else moves or by the full check. Each part beyond info, stage and rejection costs a call for each application that moved',
		filtersStages: true,
	},
	// No call tells the account: the region and the credential stand for it.
	account: async (host, context) => [(await connectLever(host, context)).origin, host.getNode().credentials?.leverAtsApi?.id ?? ''],
	changes: async (host, options, context) => changeSource(await connectLever(host, context), options),
	operations: async (host, context) => operationsOf(await connectLever(host, context), context.actingUser),
	normalize: (record) => {
		if (!isObject(record) || typeof record.id !== 'string') return null;
		if ('contact' in record && 'stage' in record && 'archived' in record) return { kind: 'application', value: toApplication(record, { models: IN_ROWS, reasons: new Map() }) };
		if ('text' in record && 'state' in record && 'categories' in record) return { kind: 'job', value: toJob(record, null) };
		return null;
	},
});
