import type { IAllExecuteFunctions, IDataObject } from 'n8n-workflow';
import { z } from 'zod/v4';

import type { Row } from '../../lib/action/operation';
import { FieldError } from '../../lib/errors';
import { path, type Query } from '../../lib/http/path';
import { isObject, type Answer } from '../../lib/http/wire';
import { lazily } from '../../lib/ats/model/lazily';
import { NOT_SPECIFIED, toEnum, toId, toMillis, toText, toUtc, type Application, type Candidate, type Interview, type Job, type ModelKey, type Offer, type Phone, type User } from '../../lib/ats/model';
import { APPLICATION_STATUSES, ATTACHMENT_TYPES, OFFER_STATUSES } from '../../lib/ats/model/application';
import { JOB_STATUSES } from '../../lib/ats/model/job';
import { EMAIL_TYPES, PHONE_TYPES } from '../../lib/ats/model/parts';
import type { ChangeSource, NewFile, Operations, Provider, Selection, SourcePage, SourceRow } from '../../lib/ats/provider';
import { connectKombo, PAGE_SIZE, rowsOf, type KomboApi } from './api';

const PROVIDER = 'kombo';

// ------------------------------------------------------------------------------------------------ Kombo -> the model

const STATUS_WORDS = { PENDING: 'ACTIVE', HIRED: 'HIRED', DECLINED: 'REJECTED' } as const;
const OFFER_WORDS = { DRAFT: 'IN_PROGRESS', APPROVED: 'IN_PROGRESS', SENT: 'IN_PROGRESS', ACCEPTED: 'SIGNED', DECLINED: 'DENIED', ABANDONED: 'DEPRECATED' } as const;
const ATTACHMENT_WORDS = { CV: 'RESUME', COVER_LETTER: 'COVER_LETTER', OTHER: NOT_SPECIFIED } as const;

/** The one thing without which an application is none; everything else is read field by field and may be missing. */
const identified = lazily(() => z.looseObject({ id: z.string().min(1) }));

/** https://docs.kombo.dev/ats/v1/get-applications */
export function toApplication(row: Row, models: readonly ModelKey[], withRaw = false): Application {
	const { id } = identified().parse(row);
	const wanted = new Set(models);
	return {
		provider: PROVIDER,
		id,
		info: wanted.has('info') ? infoOf(row, id) : null,
		currentStage: wanted.has('currentStage') && isObject(row.current_stage) ? { id: toId(row.current_stage.id), text: toText(row.current_stage.name) } : null,
		interviews: wanted.has('interviews') ? listOf(row.interviews, toInterview) : null,
		rejection: wanted.has('rejection') ? rejectionOf(row) : null,
		offers: wanted.has('offers') ? listOf(row.offers, toOffer) : null,
		attachments: null,
		...(withRaw ? { raw: row } : {}),
	};
}

function infoOf(row: Row, id: string): NonNullable<Application['info']> {
	return {
		id,
		status: toEnum(row.outcome, APPLICATION_STATUSES, STATUS_WORDS),
		candidate: isObject(row.candidate) ? personOf(row.candidate) : null,
		origin: NOT_SPECIFIED,
		appliedAt: toUtc(row.remote_created_at),
		updatedAt: toUtc(row.remote_updated_at ?? row.changed_at),
		jobId: toId(row.job_id),
		owner: null,
		creditedTo: null,
	};
}

function personOf(person: Record<string, unknown>) {
	return {
		id: toId(person.id),
		firstName: toText(person.first_name),
		lastName: toText(person.last_name),
		phones: listOf(person.phone_numbers, (phone): Phone => ({ type: toEnum(phone.type, PHONE_TYPES), phoneNumber: toText(phone.phone_number) })),
		emails: listOf(person.email_addresses, (email) => ({ type: toEnum(email.type, EMAIL_TYPES), email: toText(email.email_address) })),
		links: listOf(person.social_media, (link) => toText(link.link))?.filter((link) => link !== null) ?? null,
		location: locationText(person.location),
	};
}

function rejectionOf(row: Row): Application['rejection'] {
	const text = toText(row.rejection_reason_name);
	const rejectedAt = toUtc(row.rejected_at);
	return row.outcome === 'DECLINED' || text !== null || rejectedAt !== null ? { id: null, text, rejectedAt } : null;
}

/** An interview of the interviews list, or the shorter one inside an application. */
export function toInterview(row: Record<string, unknown>): Interview {
	const gone = row.canceled === true || row.remote_deleted_at != null;
	return {
		id: toId(row.id),
		subject: toText(row.title),
		createdAt: toUtc(row.remote_created_at),
		scheduledStart: toUtc(row.starting_at),
		scheduledEnd: toUtc(row.ending_at),
		stage: toId(row.stage_id) === null ? null : { id: toId(row.stage_id), text: null },
		interviewers: listOf(row.users, toUser),
		location: toText(row.video_conferencing_url) ?? locationText(row.location),
		creator: null,
		status: gone ? 'CANCELLED' : 'SCHEDULED',
	};
}

export function toOffer(row: Record<string, unknown>): Offer {
	return { id: toId(row.id), status: toEnum(row.status, OFFER_STATUSES, OFFER_WORDS), createdAt: toUtc(row.remote_created_at), sentAt: null, closedAt: null };
}

function toUser(row: Record<string, unknown>): User {
	return { id: toId(row.id), email: toText(row.email), employeeId: null, firstName: toText(row.first_name), lastName: toText(row.last_name) };
}

/** https://docs.kombo.dev/ats/v1/get-candidates */
export function toCandidate(row: Row, withRaw = false): Candidate {
	const { id } = identified().parse(row);
	return {
		...personOf(row),
		provider: PROVIDER,
		id,
		title: toText(row.title),
		company: toText(row.company),
		tags: listOf(row.tags, (tag) => ({ id: toId(tag.id), text: toText(tag.name) })),
		applications: listOf(row.applications, (application) => toId(application.id))?.filter((one) => one !== null) ?? null,
		createdAt: toUtc(row.remote_created_at),
		updatedAt: toUtc(row.remote_updated_at ?? row.changed_at),
		...(withRaw ? { raw: row } : {}),
	};
}

/** https://docs.kombo.dev/ats/v1/get-jobs */
export function toJob(row: Row, withRaw = false): Job {
	const { id } = identified().parse(row);
	const team = Array.isArray(row.hiring_team) ? row.hiring_team.filter(isObject) : null;
	const withRole = (role: string) => team && team.filter((one) => Array.isArray(one.hiring_team_roles) && one.hiring_team_roles.includes(role)).map(toUser);
	return {
		provider: PROVIDER,
		id,
		info: {
			id,
			title: toText(row.name),
			description: toText(row.description),
			status: toEnum(row.status, JOB_STATUSES),
			confidential: typeof row.confidential === 'boolean' ? row.confidential : null,
			infoUrl: toText(row.remote_url),
			applyUrl: toText(row.post_url),
			createdAt: toUtc(row.remote_created_at),
			updatedAt: toUtc(row.remote_updated_at ?? row.changed_at),
			closedAt: toUtc(row.closed_at),
		},
		departments: row.department == null ? null : [{ id: null, name: toText(row.department) }],
		offices: locationText(row.location) === null ? null : [{ id: null, name: null, location: locationText(row.location) }],
		hiringManagers: withRole('HIRING_MANAGER'),
		recruiters: withRole('RECRUITER'),
		stages: listOf(row.stages, (stage) => ({ id: toId(stage.id), text: toText(stage.name) })),
		...(withRaw ? { raw: row } : {}),
	};
}

function locationText(location: unknown): string | null {
	if (!isObject(location)) return null;
	return toText(location.raw) ?? toText([location.street_1, location.zip_code, location.city, location.state, location.country].filter(Boolean).join(', '));
}

function listOf<Part>(value: unknown, read: (row: Record<string, unknown>) => Part): Part[] | null {
	return Array.isArray(value) ? value.filter(isObject).map(read) : null;
}

// -------------------------------------------------------------------------------------------------------- the source

const APPLICATIONS = '/ats/applications';
/** Kombo's own models behind ours: switched off in the scope config, they are unknown and not empty. */
const BEHIND: ReadonlyArray<{ key: ModelKey; model: string; field?: string }> = [
	{ key: 'info', model: 'ats_applications' },
	{ key: 'currentStage', model: 'ats_applications', field: 'current_stage' },
	{ key: 'rejection', model: 'ats_applications', field: 'rejection_reason_name' },
	{ key: 'interviews', model: 'ats_interviews' },
	{ key: 'offers', model: 'ats_offers' },
];
/** What a list row itself tells. */
const IN_ROWS: readonly ModelKey[] = BEHIND.map(({ key }) => key);
const IDS_AT_ONCE = 100;

function changeSource(kombo: KomboApi, selection: Selection): ChangeSource {
	const told = new Set(IN_ROWS);
	const query: Query = {
		include_deleted: true,
		page_size: PAGE_SIZE,
		...(selection.jobIds.length > 0 ? { job_ids: selection.jobIds, ignore_unsupported_filters: true } : {}),
	};
	const read = async (more: Query): Promise<SourcePage> => pageOf(await kombo.answer(APPLICATIONS, { ...query, ...more }), (row) => sourceRow(row, told, selection));
	return {
		kind: 'applications',
		provider: PROVIDER,
		label: 'Kombo',
		scope: [kombo.origin, kombo.integrationId ?? ''],
		events: Object.keys(provider.capabilities.events) as ChangeSource['events'],
		probe: async () => void (await kombo.answer(APPLICATIONS, { page_size: 1 })),
		readWindow: async ({ since, cursor }) => await read({ updated_after: new Date(since).toISOString(), cursor }),
		readAll: async ({ cursor }) => await read({ cursor }),
		details: { compared: false, atOnce: IDS_AT_ONCE, read: async (asked) => await detailsOf(kombo, asked.map(({ row }) => row)) },
		readModels: async () => await modelsOf(kombo),
		confirmGone: async (missing) => {
			const answer = new Map<string, SourceRow | null>();
			for (let from = 0; from < missing.length; from += IDS_AT_ONCE) {
				const ids = missing.slice(from, from + IDS_AT_ONCE).map(({ id }) => id);
				const { rows } = pageOf(await kombo.answer(APPLICATIONS, { ids, include_deleted: true, page_size: PAGE_SIZE }), (row) => sourceRow(row, told, selection));
				const found = new Map(rows.map((row) => [row.id, row]));
				for (const id of ids) {
					const row = found.get(id);
					if (!row) answer.set(id, null);
					else if (row.deleted) answer.set(id, row);
				}
			}
			return answer;
		},
	};
}

function sourceRow(row: Row, told: ReadonlySet<ModelKey>, { raw }: Pick<Selection, 'raw'>): SourceRow {
	const application = toApplication(row, IN_ROWS, raw);
	return { id: application.id, application, told, deleted: row.remote_deleted_at != null, createdAt: toMillis(row.remote_created_at), changedAt: toMillis(row.changed_at) };
}

function pageOf({ body, headers, tookMs }: Answer, read: (row: Row) => SourceRow): SourcePage {
	const data = isObject(body) ? body.data : undefined;
	const rows: SourceRow[] = [];
	const unreadable: Array<{ id: string | null; reason: string }> = [];
	for (const row of rowsOf(data, 'results')) {
		try {
			rows.push(read(row));
		} catch (error) {
			unreadable.push({ id: toId(row.id), reason: error instanceof Error ? error.message : String(error) });
		}
	}
	const date = headers.date === undefined ? NaN : Date.parse(headers.date);
	return { rows, unreadable, next: isObject(data) ? toText(data.next) : null, date: Number.isNaN(date) ? null : date, tookMs };
}

/** Completes the interviews and offers of rows that are told: list rows carry only their outlines. */
async function detailsOf(kombo: KomboApi, rows: readonly SourceRow[]): Promise<Map<string, SourceRow | Error>> {
	const interviews = await fullOf(kombo, '/ats/interviews', rows.flatMap(({ application }) => application.interviews ?? []), toInterview);
	const offers = await fullOf(kombo, '/ats/offers', rows.flatMap(({ application }) => application.offers ?? []), toOffer);
	return new Map(
		rows.map((row) => [
			row.id,
			{
				...row,
				application: {
					...row.application,
					interviews: row.application.interviews?.map((one) => ({ ...one, ...interviews.get(one.id ?? '') , status: one.status })) ?? null,
					offers: row.application.offers?.map((one) => ({ ...one, ...offers.get(one.id ?? ''), status: one.status })) ?? null,
				},
			},
		]),
	);
}

async function fullOf<Part extends { id: string | null }>(kombo: KomboApi, address: string, outlines: readonly Part[], read: (row: Record<string, unknown>) => Part): Promise<Map<string, Part>> {
	const ids = outlines.flatMap(({ id }) => (id === null ? [] : [id]));
	const full = new Map<string, Part>();
	for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
		for await (const page of kombo.list(address, { ids: ids.slice(from, from + IDS_AT_ONCE), include_deleted: true })) {
			for (const row of page) {
				const part = read(row);
				if (part.id !== null) full.set(part.id, part);
			}
		}
	}
	return full;
}

/** https://docs.kombo.dev/v1/get-integrations-integration-id */
async function modelsOf(kombo: KomboApi): Promise<ReadonlySet<ModelKey>> {
	const integration = await kombo.get(path`/integrations/${kombo.integrationId ?? ''}`);
	const models = Array.isArray(integration.read_models) ? integration.read_models.filter(isObject) : [];
	const isOn = (id: string, list: ReadonlyArray<Record<string, unknown>>) => list.find((one) => one.id === id)?.is_available !== false;
	return new Set(
		BEHIND.filter(({ model, field }) => {
			const fields = models.find((one) => one.id === model)?.fields;
			return isOn(model, models) && (field === undefined || isOn(field, Array.isArray(fields) ? fields.filter(isObject) : []));
		}).map(({ key }) => key),
	);
}

// ---------------------------------------------------------------------------------------------------- the operations

const FILE_TYPES: Record<NewFile['type'], string> = { RESUME: 'CV', COVER_LETTER: 'COVER_LETTER', OTHER: 'OTHER' };
const OUTCOMES = { ACTIVE: 'PENDING', HIRED: 'HIRED', REJECTED: 'DECLINED', NOT_SPECIFIED: undefined } as const;

async function* mapped<Part>(source: AsyncIterable<readonly Row[]>, read: (row: Row) => Part): AsyncGenerator<Part[]> {
	for await (const rows of source) yield rows.map(read);
}

function operationsOf(kombo: KomboApi): Operations {
	const write = async (method: 'POST' | 'PUT' | 'DELETE', address: string, body: object) => await kombo.send({ method, path: address, body });
	const applicationWith = async (row: Row, models: readonly ModelKey[], raw = false): Promise<Application> => {
		const application = toApplication(row, models, raw);
		return models.includes('attachments') ? { ...application, attachments: (await filesOf(kombo, application.id)).map(toAttachment) } : application;
	};
	return {
		async *applications({ models, updatedAfter, jobIds, stageIds, statuses, raw }) {
			const outcomes = statuses?.flatMap((status) => OUTCOMES[status] ?? []);
			for await (const rows of kombo.list(APPLICATIONS, { updated_after: updatedAfter, job_ids: jobIds, current_stage_ids: stageIds, outcomes })) {
				yield await Promise.all(rows.map(async (row) => await applicationWith(row, models, raw)));
			}
		},
		application: async (id, models, raw) => await applicationWith(await kombo.byId(APPLICATIONS, id, 'application'), models, raw),
		candidates: ({ updatedAfter, email, raw }) => mapped(kombo.list('/ats/candidates', { updated_after: updatedAfter, email }), (row) => toCandidate(row, raw)),
		candidate: async (id, raw) => toCandidate(await kombo.byId('/ats/candidates', id, 'candidate'), raw),
		jobs: ({ updatedAfter, raw }) => mapped(kombo.list('/ats/jobs', { updated_after: updatedAfter }), (row) => toJob(row, raw)),
		job: async (id, raw) => toJob(await kombo.byId('/ats/jobs', id, 'job'), raw),
		interviews: ({ applicationId, updatedAfter }) => partsOf(kombo, '/ats/interviews', applicationId, updatedAfter, toInterview),
		offers: ({ applicationId, updatedAfter }) => partsOf(kombo, '/ats/offers', applicationId, updatedAfter, toOffer),
		async *stages(jobId) {
			if (jobId === null) return yield* mapped(kombo.list('/ats/application-stages'), (row) => ({ id: toId(row.id), text: toText(row.name) }));
			yield toJob(await kombo.byId('/ats/jobs', jobId, 'job')).stages ?? [];
		},
		rejectionReasons: () => mapped(kombo.list('/ats/rejection-reasons'), (row) => ({ id: toId(row.id), text: toText(row.name) })),
		users: () => mapped(kombo.list('/ats/users'), toUser),
		tags: () => mapped(kombo.list('/ats/tags'), (row) => ({ id: toId(row.id), text: toText(row.name) })),
		moveStage: async (id, stageId) => void (await write('PUT', path`/ats/applications/${id}/stage`, { stage_id: stageId })),
		reject: async (id, { reasonId, note }) => {
			if (reasonId === null) throw new FieldError('Kombo rejects only with a reason', 'Choose a rejection reason; Rejection Reason, Get Many lists them.');
			await write('POST', path`/ats/applications/${id}/reject`, { rejection_reason_id: reasonId, ...(note === null ? {} : { note }) });
		},
		addNote: async (id, content) => void (await write('POST', path`/ats/applications/${id}/notes`, { content, content_type: 'PLAIN_TEXT' })),
		createApplication: async ({ jobId, stageId, candidate, files }) => {
			const { body } = await write('POST', path`/ats/jobs/${jobId}/applications`, { stage_id: stageId, candidate: newPerson(candidate), attachments: files.map(newFile) });
			const row = isObject(body) && isObject(body.data) ? (body.data as Row) : {};
			const application = toApplication(row, IN_ROWS);
			return { applicationId: application.id, candidateId: toId(row.candidate_id), application };
		},
		addAttachment: async (id, file) => void (await write('POST', path`/ats/applications/${id}/attachments`, { attachment: newFile(file) })),
		async *attachments(id) {
			for (const row of await filesOf(kombo, id)) {
				const { body } = await kombo.download(String(row.data_url));
				yield { attachment: toAttachment(row), data: Buffer.isBuffer(body) ? body : Buffer.alloc(0), mimeType: toText(row.content_type) ?? 'application/octet-stream' };
			}
		},
		findOrCreateCandidate: async (input) => {
			const known = await kombo.first('/ats/candidates', { email: input.email });
			if (known) return { candidate: toCandidate(known), created: false };
			if (input.jobId === undefined) throw new FieldError('Kombo creates a candidate only with an application', 'Fill in the job to apply for.');
			const { body } = await write('POST', '/ats/candidates', { candidate: newPerson(input), application: { job_id: input.jobId } });
			return { candidate: toCandidate(isObject(body) && isObject(body.data) ? (body.data as Row) : {}), created: true };
		},
		addTag: async (id, name) => void (await write('POST', path`/ats/candidates/${id}/tags`, { tag: { name } })),
		removeTag: async (id, name) => void (await write('DELETE', path`/ats/candidates/${id}/tags`, { tag: { name } })),
	};
}

async function* partsOf<Part>(kombo: KomboApi, address: string, applicationId: string | undefined, updatedAfter: string | undefined, read: (row: Record<string, unknown>) => Part) {
	const withOwner = (row: Row) => ({ ...read(row), applicationId: toId(row.application_id) });
	if (applicationId === undefined) return yield* mapped(kombo.list(address, { updated_after: updatedAfter }), withOwner);
	// The parts lists have no filter by application: its outlines give the ids.
	const application = await kombo.byId(APPLICATIONS, applicationId, 'application');
	const outlines = application[address === '/ats/offers' ? 'offers' : 'interviews'];
	const ids = (Array.isArray(outlines) ? outlines.filter(isObject) : []).map(({ id }) => String(id));
	if (ids.length > 0) yield* mapped(kombo.list(address, { ids, updated_after: updatedAfter }), withOwner);
}

async function filesOf(kombo: KomboApi, applicationId: string): Promise<Row[]> {
	return rowsOf(await kombo.get(path`/ats/applications/${applicationId}/attachments`), 'results');
}

function toAttachment(row: Row) {
	return { id: toId(row.id), type: toEnum(row.type, ATTACHMENT_TYPES, ATTACHMENT_WORDS), name: toText(row.file_name), link: toText(row.data_url), createdAt: toUtc(row.remote_created_at) };
}

function newPerson({ firstName, lastName, email, phone }: { firstName: string; lastName: string; email: string; phone?: string }) {
	return { first_name: firstName, last_name: lastName, email_address: email, phone_number: phone };
}

function newFile({ type, name, mimeType, data }: NewFile) {
	return { type: FILE_TYPES[type], name, content_type: mimeType, data: data.toString('base64') };
}

// ------------------------------------------------------------------------------------------------------ the provider

export const provider: Provider = {
	name: PROVIDER,
	label: 'Kombo',
	credential: 'komboApi',
	capabilities: {
		models: { info: true, currentStage: true, interviews: true, rejection: true, offers: true, attachments: 'A live call to the ATS for each application: only when asked for, and not in the trigger' },
		operations: {
			'application.getMany': true,
			'application.get': true,
			'application.create': true,
			'application.moveStage': true,
			'application.reject': true,
			'application.addNote': true,
			'application.addAttachment': true,
			'application.downloadAttachments': true,
			'candidate.getMany': true,
			'candidate.get': true,
			'candidate.findOrCreate': 'A new candidate needs a job to apply for',
			'candidate.addTag': true,
			'candidate.removeTag': true,
			'job.getMany': true,
			'job.get': true,
			'interview.getMany': true,
			'offer.getMany': true,
			'stage.getMany': true,
			'rejectionReason.getMany': true,
			'user.getMany': true,
			'tag.getMany': true,
		},
		events: {
			'application.created': true,
			'application.stage_changed': true,
			'application.rejected': true,
			'application.hired': true,
			'application.reactivated': true,
			'application.updated': true,
			'application.deleted': true,
			'interview.scheduled': true,
			'interview.rescheduled': true,
			'interview.cancelled': true,
			'offer.created': true,
			'offer.status_changed': true,
		},
		freshness: 'About 20 seconds behind the ATS where Kombo gets its webhooks, otherwise behind by the sync interval of the integration, which is hours',
		filtersJobs: true,
		serviceNode: 'Kombo',
	},
	changes: async (host, selection, connection) => changeSource(await connectKombo(host as IAllExecuteFunctions, connection), selection),
	operations: async (host, connection) => operationsOf(await connectKombo(host, connection)),
	normalize: (record) => {
		if (!isObject(record) || typeof record.id !== 'string' || !('remote_id' in record)) return null;
		const row = record as IDataObject;
		if ('outcome' in row && 'current_stage_id' in row) return { kind: 'application', value: toApplication(row, IN_ROWS) };
		if ('stages' in row && 'job_code' in row) return { kind: 'job', value: toJob(row) };
		if ('first_name' in row && 'applications' in row) return { kind: 'candidate', value: toCandidate(row) };
		return null;
	},
};
