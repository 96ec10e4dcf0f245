import { identified } from '../../lib/ats/model/identified';
import { MODEL_KEYS, NOT_SPECIFIED, toEnum, toId, toText, toUtc, type Application, type Attachment, type Candidate, type CustomField, type Interview, type Job, type ModelKey, type Offer, type User } from '../../lib/ats/model';
import { APPLICATION_STATUSES, ATTACHMENT_TYPES, INTERVIEW_STATUSES, OFFER_STATUSES, ORIGINS } from '../../lib/ats/model/application';
import { JOB_STATUSES } from '../../lib/ats/model/job';
import { EMAIL_TYPES, PHONE_TYPES } from '../../lib/ats/model/parts';
import { listOf, valuesOf, type VendorRecord } from '../../lib/ats/kit';
import { isObject } from '../../lib/http/apiDefinition';

/*
 * Knit's records in the model, which is Knit's own shape: what is left is to make it sure. Sources:
 * https://developers.getknit.dev/reference/application-data-models , .../job-data-models , .../candidate-data-models
 */

export const PROVIDER = 'knit';

/** Its table says COMPLETE, its sample COMPLETED. */
const INTERVIEW_WORDS = { COMPLETED: 'COMPLETE' } as const;

export interface Reading {
	/** Models wanted; default: all. */
	models?: readonly ModelKey[];
	/** A row of a list: a null in it may mean "only in the details", where elsewhere it means "there is none". */
	outline?: boolean;
	raw?: boolean;
	/** Where `info` is not there to tell it: events of a sync without that model. */
	id?: string | null;
}

/** Throws when it is no application at all. */
export function toApplication(record: unknown, { models = MODEL_KEYS, outline = false, raw = false, id: known = null }: Reading = {}): Application {
	const row = isObject(record) ? record : {};
	const info = isObject(row.info) ? row.info : {};
	const { id } = identified({ id: known, ...info }, 'Knit');
	const wanted = (model: ModelKey) => models.includes(model) && shows(row, model, outline);
	const list = <Part>(model: 'interviews' | 'offers' | 'attachments', read: (part: VendorRecord) => Part) => (wanted(model) ? listOf(all(row, model), read) : null);
	return {
		provider: PROVIDER,
		id,
		info: wanted('info') ? { ...infoOf(info, id), customFields: customFieldsOf(row) ?? customFieldsOf(info) } : null,
		currentStage: wanted('currentStage') ? stageOf(row.currentStage) : null,
		interviews: list('interviews', toInterview),
		rejection: wanted('rejection') ? rejectionOf(row.rejection) : null,
		offers: list('offers', toOffer),
		attachments: list('attachments', toAttachment),
		...(raw ? { raw: record } : {}),
	};
}

/** Models that a record shows. An empty list comes as null (seen live), so a key that is there is known, except in outlines. */
export function knownModels(record: unknown, outline = false): Set<ModelKey> {
	return new Set(MODEL_KEYS.filter((model) => shows(isObject(record) ? record : {}, model, outline)));
}

function shows(row: VendorRecord, model: ModelKey, outline: boolean): boolean {
	const value = row[model];
	if (value !== null && value !== undefined) return true;
	if (value === undefined) return false;
	// Who was not rejected has no rejection, in an outline too.
	if (outline) return model === 'rejection' && isObject(row.info) && (row.info.status === 'ACTIVE' || row.info.status === 'HIRED');
	return model !== 'info';
}

/** A row of a list without the person behind it: some ATSs (Workable) give outlines only. */
export function isOutline(record: unknown): boolean {
	const info = isObject(record) && isObject(record.info) ? record.info : {};
	const person = isObject(info.candidate) ? info.candidate : {};
	return toText(person.firstName) === null && toText(person.lastName) === null && !Array.isArray(person.emails);
}

function infoOf(info: VendorRecord, id: string): NonNullable<Application['info']> {
	return {
		id,
		status: toEnum(info.status, APPLICATION_STATUSES),
		candidate: isObject(info.candidate) ? personOf(info.candidate) : null,
		origin: toEnum(info.origin, ORIGINS),
		appliedAt: toUtc(info.appliedAt),
		updatedAt: toUtc(info.updatedAt),
		jobId: toId(info.jobId),
		job: null,
		source: null,
		customFields: null,
		owner: userOf(info.owner),
		creditedTo: userOf(info.creditedTo),
	};
}

function personOf(person: VendorRecord) {
	return {
		id: toId(person.id),
		name: null,
		firstName: toText(person.firstName),
		lastName: toText(person.lastName),
		phones: valuesOf(all(person, 'phones'), 'phoneNumber', (phoneNumber, { type }) => ({ type: toEnum(type, PHONE_TYPES), phoneNumber })),
		emails: valuesOf(all(person, 'emails'), 'email', (email, { type }) => ({ type: toEnum(type, EMAIL_TYPES), email })),
		links: valuesOf(all(person, 'links'), 'link', (link) => link),
		location: toText(person.location),
	};
}

function stageOf(value: unknown): Application['currentStage'] {
	return isObject(value) ? { id: toId(value.id), text: toText(value.text), category: null } : null;
}

function userOf(value: unknown): User | null {
	return isObject(value) ? { id: toId(value.id), email: toText(value.email), employeeId: toId(value.employeeId), name: null, firstName: null, lastName: null } : null;
}

function rejectionOf(value: unknown): Application['rejection'] {
	return isObject(value) ? { id: toId(value.id), text: toText(value.text), rejectedAt: toUtc(value.rejectedAt) } : null;
}

function toInterview(row: VendorRecord): Interview {
	return {
		id: toId(row.id),
		subject: toText(row.subject),
		createdAt: toUtc(row.createdAt),
		scheduledStart: toUtc(row.scheduledStart),
		scheduledEnd: toUtc(row.scheduledEnd),
		stage: stageOf(row.stage),
		interviewers: listOf(all(row, 'interviewers'), userOf)?.filter((user) => user !== null) ?? null,
		location: toText(row.location),
		creator: userOf(row.creator),
		status: toEnum(row.status, INTERVIEW_STATUSES, INTERVIEW_WORDS),
	};
}

function toOffer(row: VendorRecord): Offer {
	return { id: toId(row.id), status: toEnum(row.status, OFFER_STATUSES), createdAt: toUtc(row.createdAt), sentAt: toUtc(row.sentAt), closedAt: toUtc(row.closedAt) };
}

export function toAttachment(row: VendorRecord): Attachment {
	const inline = isObject(row.attachmentContent) ? row.attachmentContent : undefined;
	return {
		...(toId(row.id) === null ? {} : { id: toId(row.id) }),
		type: toEnum(row.type, ATTACHMENT_TYPES),
		name: toText(row.name),
		link: toText(row.link),
		...(inline ? { attachmentContent: { content: toText(inline.content), encoding: inline.encoding === 'BASE64' ? 'BASE64' : NOT_SPECIFIED } } : {}),
		createdAt: toUtc(row.createdAt),
	};
}

/** Both forms were seen: the candidate itself, and its models (`info`, `locations` ...) side by side. */
export function toCandidate(record: unknown, raw = false): Candidate {
	const info = identified(isObject(record) && isObject(record.info) ? record.info : record, 'Knit');
	return {
		...personOf(info),
		provider: PROVIDER,
		id: info.id,
		title: toText(info.title),
		company: toText(info.company),
		// Knit writes tags as texts.
		tags: valuesOf(all(info, 'tags'), 'text', (text) => ({ id: null, text })),
		customFields: customFieldsOf(info),
		applications: valuesOf(all(info, 'applications'), 'id', (one) => one),
		createdAt: toUtc(info.createdAt),
		updatedAt: toUtc(info.updatedAt),
		...(raw ? { raw: record } : {}),
	};
}

export function toJob(record: unknown, raw = false): Job {
	const row = isObject(record) ? record : {};
	const info = identified(row.info, 'Knit');
	const list = <Part>(key: string, read: (part: VendorRecord) => Part) => listOf(all(row, key), read);
	const users = (key: string) => list(key, userOf)?.filter((user) => user !== null) ?? null;
	return {
		provider: PROVIDER,
		id: info.id,
		info: {
			id: info.id,
			title: toText(info.title),
			description: toText(info.description),
			status: toEnum(info.status, JOB_STATUSES),
			confidential: typeof info.confidential === 'boolean' ? info.confidential : null,
			infoUrl: toText(info.infoUrl),
			applyUrl: toText(info.applyUrl),
			createdAt: toUtc(info.createdAt),
			updatedAt: toUtc(info.updatedAt),
			closedAt: toUtc(info.closedAt),
		},
		departments: list('departments', ({ id, name }) => ({ id: toId(id), name: toText(name) })),
		offices: list('offices', ({ id, name, location }) => ({ id: toId(id), name: toText(name), location: toText(location) })),
		hiringManagers: users('hiringManagers'),
		recruiters: users('recruiters'),
		stages: list('stages', ({ id, text }) => ({ id: toId(id), text: toText(text), category: null, jobId: toId(info.id), order: null })),
		...(raw ? { raw: record } : {}),
	};
}

/** A list of a record: absent is undefined (not told), null an empty one (seen live); the table types some lists as one object. */
function all(row: VendorRecord, key: string): unknown {
	const value = row[key];
	return value === null ? [] : isObject(value) ? [value] : value;
}

/** Which of the two keys an ATS uses is not published. https://developers.getknit.dev/docs/get-custom-fields-sync */
function customFieldsOf({ customFields, userMappedFields }: VendorRecord): CustomField[] | null {
	const fields = isObject(customFields) ? customFields : userMappedFields;
	return isObject(fields) ? Object.entries(fields).map(([id, value]) => ({ id, name: null, value })) : null;
}

export interface Kind {
	kind: 'application' | 'candidate' | 'job';
	record: VendorRecord;
	/** The event's own word for it. */
	id: string | null;
}

/** What a record is that came from anywhere: the trigger, a webhook, a call; null when it is none of Knit's. */
export function kindOf(record: unknown): Kind | null {
	if (!isObject(record)) return null;
	if (typeof record.eventType === 'string' && isObject(record.eventData)) return ofEvent(record, record.eventData);
	if (isObject(record.envelope) && typeof record.envelope.eventType === 'string') return ofEvent(record.envelope, record);
	if (isObject(record.application)) return kindOf(record.application);
	const { info } = record;
	if (!isObject(info) || typeof info.id !== 'string') return null;
	const kind = 'candidate' in info || 'appliedAt' in info ? 'application' : 'title' in info && 'status' in info ? 'job' : 'firstName' in info || 'emails' in info ? 'candidate' : undefined;
	return kind === undefined ? null : { kind, record, id: null };
}

const TYPES: Record<string, Kind['kind']> = { ats_applications: 'application', ats_candidates: 'candidate', ats_jobs: 'job' };

/** A deletion holds ids only, and a run's report no record: neither is one. */
function ofEvent({ eventType, syncDataType, recordId }: VendorRecord, record: VendorRecord): Kind | null {
	const kind = typeof syncDataType === 'string' && Object.hasOwn(TYPES, syncDataType) ? TYPES[syncDataType] : undefined;
	if (kind === undefined || (eventType !== 'record.new' && eventType !== 'record.modified')) return null;
	const id = toId(recordId);
	return isObject(record.info) || (kind === 'application' && id !== null) ? { kind, record, id } : null;
}
