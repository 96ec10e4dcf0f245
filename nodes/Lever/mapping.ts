import { listOf, recordOr, valuesOf } from '../../lib/ats/kit';
import { isObject } from '../../lib/http/apiDefinition';
import { NOT_SPECIFIED, toEnum, toId, toMillis, toText, toUtc, type Application, type ApplicationStatus, type Attachment, type Candidate, type Interview, type Job, type ListedStage, type ModelKey, type Offer, type Phone, type RejectionReason, type Stage, type StageCategory, type Tag, type User } from '../../lib/ats/model';
import { identified } from '../../lib/ats/model/identified';
import { OFFER_STATUSES, ORIGINS } from '../../lib/ats/model/application';
import { JOB_STATUSES } from '../../lib/ats/model/job';
import { PHONE_TYPES } from '../../lib/ats/model/parts';

/** Lever's records in the unified model, pure. https://hire.lever.co/developer/documentation . Times are milliseconds since 1970. */

export const PROVIDER = 'lever';

type Given = Readonly<Record<string, unknown>>;

/** Lever's word for our word. An internal applicant is neither referred nor from outside. */
const ORIGIN_WORDS = { AGENCY: 'AGENCY', REFERRED: 'REFERRAL', APPLIED: 'EXTERNAL', SOURCED: 'EXTERNAL', UNIVERSITY: 'EXTERNAL' } as const;
const OFFER_WORDS = {
	DRAFT: 'IN_PROGRESS', 'APPROVAL-SENT': 'IN_PROGRESS', APPROVED: 'IN_PROGRESS', SENT: 'IN_PROGRESS', 'SENT-MANUALLY': 'IN_PROGRESS', OPENED: 'IN_PROGRESS', SIGNED: 'SIGNED', DENIED: 'DENIED',
} as const;
const JOB_WORDS = { PUBLISHED: 'OPEN', INTERNAL: 'OPEN', CLOSED: 'CLOSED', DRAFT: 'DRAFT', PENDING: 'DRAFT', REJECTED: 'ARCHIVED' } as const;

/** An archive reason. Its type alone says whether an archived opportunity was rejected or hired. */
export interface ArchiveReason {
	id: string;
	text: string | null;
	type: 'hired' | 'non-hired' | null;
	active: boolean;
}

export function toArchiveReason(row: Given): ArchiveReason {
	const { id } = identified(row, 'Lever');
	return { id, text: toText(row.text), type: row.type === 'hired' || row.type === 'non-hired' ? row.type : null, active: row.status !== 'inactive' };
}

export const toRejectionReason = ({ id, text }: ArchiveReason): RejectionReason => ({ id, text });

/** What only other calls tell of an opportunity; absent: not read. */
export interface Parts {
	interviews?: readonly Given[];
	offers?: readonly Given[];
	files?: readonly Given[];
	resumes?: readonly Given[];
}

export interface Reading {
	models: readonly ModelKey[];
	reasons: ReadonlyMap<string, ArchiveReason>;
	raw?: boolean;
}

/** What the row of a list tells without more calls. */
export const IN_ROWS: readonly ModelKey[] = ['info', 'currentStage', 'rejection'];

/** An opportunity is what others call an application. Throws when it has no id. */
export function toApplication(row: Given, { models, reasons, raw = false }: Reading, parts: Parts = {}): Application {
	const { id } = identified(row, 'Lever');
	const { interviews, offers, files, resumes } = parts;
	return {
		provider: PROVIDER,
		id,
		info: models.includes('info') ? infoOf(row, id, statusOf(row, reasons)) : null,
		currentStage: models.includes('currentStage') ? toStageRef(row.stage) : null,
		interviews: models.includes('interviews') && interviews ? interviews.map(toInterview) : null,
		rejection: models.includes('rejection') ? rejectionOf(row, reasons) : null,
		offers: models.includes('offers') && offers ? offers.map(toOffer) : null,
		attachments: models.includes('attachments') && files && resumes ? [...resumes.map(toResume), ...files.map(toFile)] : null,
		...(raw ? { raw: row } : {}),
	};
}

/** The form by which the opportunity met its posting: an object where it was expanded. A lead has none. */
function formOf({ applications }: Given): Given | undefined {
	return Array.isArray(applications) ? applications.filter(isObject)[0] : undefined;
}

/** Whether the row shows its posting: ids alone say only that there is one. */
function jobIdOf(row: Given): string | null {
	return toId(formOf(row)?.posting);
}

export function appliedAtOf(row: Given): number | null {
	return toMillis(formOf(row)?.createdAt) ?? toMillis(row.createdAt);
}

function infoOf(row: Given, id: string, status: ApplicationStatus): NonNullable<Application['info']> {
	const appliedAt = appliedAtOf(row);
	return {
		id,
		status,
		candidate: personOf(row),
		origin: toEnum(row.origin, ORIGINS, ORIGIN_WORDS),
		appliedAt: toUtc(appliedAt),
		updatedAt: toUtc(row.updatedAt),
		jobId: jobIdOf(row),
		job: null,
		source: textsOf(row.sources)?.join(', ') || null,
		customFields: null,
		owner: userRef(row.owner),
		creditedTo: userRef(row.sourcedBy),
	};
}

/** Archived for a reason of the type hired is hired. A reason that is not in the list is unknown, not a rejection. */
export function statusOf({ archived }: Given, reasons: ReadonlyMap<string, ArchiveReason>): ApplicationStatus {
	if (archived === null) return 'ACTIVE';
	const type = reasons.get(archiveReasonOf({ archived }) ?? '')?.type;
	return type === 'hired' ? 'HIRED' : type === 'non-hired' ? 'REJECTED' : NOT_SPECIFIED;
}

/** What the archive points to, null for one that is none. */
export function archiveReasonOf({ archived }: Given): string | null {
	return isObject(archived) ? toId(archived.reason) : null;
}

function rejectionOf(row: Given, reasons: ReadonlyMap<string, ArchiveReason>): Application['rejection'] {
	if (statusOf(row, reasons) !== 'REJECTED' || !isObject(row.archived)) return null;
	const id = toId(row.archived.reason);
	return { id, text: reasons.get(id ?? '')?.text ?? null, rejectedAt: toUtc(row.archived.archivedAt) };
}

/** An id, or an object where it was expanded. */
function toStageRef(stage: unknown): Stage | null {
	const { id, text } = isObject(stage) ? stage : { id: stage, text: null };
	return toId(id) === null ? null : { id: toId(id), text: toText(text), category: categoryOf(id) };
}

/** In the order of the pipeline, which is one for the whole account. */
export function toStage({ id, text }: Given, order: number): ListedStage {
	return { id: toId(id), text: toText(text), category: categoryOf(id), jobId: null, order };
}

/** Built-in stages have words for ids; every other one has a UUID, which says nothing. */
function categoryOf(id: unknown): StageCategory | null {
	if (id === 'applicant-new') return 'APPLIED';
	if (id === 'offer') return 'OFFER';
	return id === 'lead-new' || id === 'lead-reached-out' || id === 'lead-responded' ? 'OTHER' : null;
}

function userRef(user: unknown): User | null {
	if (isObject(user)) return toUser(user);
	return toId(user) === null ? null : toUser({ id: user });
}

export function toUser(row: Given): User {
	return { id: toId(row.id), email: toText(row.email), employeeId: null, name: toText(row.name), firstName: null, lastName: null };
}

export function contactIdOf({ contact }: Given): string | null {
	return toId(isObject(contact) ? contact.id : contact);
}

function personOf(row: Given): NonNullable<NonNullable<Application['info']>['candidate']> {
	return { id: contactIdOf(row), name: toText(row.name), firstName: null, lastName: null, phones: phonesOf(row.phones), emails: emailsOf(row.emails), links: textsOf(row.links), location: placeOf(row.location) };
}

function phonesOf(phones: unknown): Phone[] | null {
	return valuesOf(phones, 'value', (phoneNumber, { type }) => ({ type: toEnum(type, PHONE_TYPES), phoneNumber }));
}

/** Texts on an opportunity; on a contact texts or objects. */
export function emailsOf(emails: unknown): NonNullable<Candidate['emails']> | null {
	if (!Array.isArray(emails)) return null;
	return emails.flatMap((one) => {
		const email = toText(isObject(one) ? (one.value ?? one.email) : one);
		return email === null ? [] : [{ type: NOT_SPECIFIED, email }];
	});
}

/** A text on an opportunity, an object with a name on a contact. */
function placeOf(location: unknown): string | null {
	return toText(isObject(location) ? location.name : location);
}

export function toInterview(row: Given): Interview {
	const start = toMillis(row.date);
	const minutes = typeof row.duration === 'number' && Number.isFinite(row.duration) ? row.duration : null;
	return {
		id: toId(row.id),
		subject: toText(row.subject),
		createdAt: toUtc(row.createdAt),
		scheduledStart: toUtc(start),
		scheduledEnd: start === null || minutes === null ? null : toUtc(start + minutes * 60_000),
		stage: toStageRef(row.stage),
		interviewers: listOf(row.interviewers, toUser),
		location: toText(row.location),
		creator: userRef(row.user),
		status: interviewStatus(row),
	};
}

/** Lever states no status. A clock is not asked: what passes by itself is no change at Lever. */
function interviewStatus({ canceledAt, interviewers, feedbackForms }: Given): Interview['status'] {
	if (canceledAt !== null && canceledAt !== undefined) return 'CANCELLED';
	const [asked, given] = [interviewers, feedbackForms].map((list) => (Array.isArray(list) ? list.length : 0));
	return asked !== undefined && given !== undefined && asked > 0 && given >= asked ? 'COMPLETE' : 'SCHEDULED';
}

/** When it was closed is told only where a signed document says so. */
export function toOffer(row: Given): Offer {
	const signed = isObject(row.signedDocument) ? toUtc(row.signedDocument.uploadedAt) : null;
	const sent = isObject(row.sentDocument) ? toUtc(row.sentDocument.uploadedAt) : null;
	return { id: toId(row.id), status: toEnum(row.status, OFFER_STATUSES, OFFER_WORDS), createdAt: toUtc(row.createdAt), sentAt: toUtc(row.sentAt) ?? sent, closedAt: signed };
}

export function toFile(row: Given): Attachment {
	return { id: toId(row.id), type: NOT_SPECIFIED, name: toText(row.name), link: toText(row.downloadUrl), createdAt: toUtc(row.uploadedAt) };
}

export function toResume(row: Given): Attachment {
	const file = recordOr(row.file) ?? {};
	return { id: toId(row.id), type: 'RESUME', name: toText(file.name), link: toText(file.downloadUrl), createdAt: toUtc(file.uploadedAt) ?? toUtc(row.createdAt) };
}

/** The opportunities of one contact. The one that changed last says who it is. */
export function toCandidate(opportunities: readonly Given[], contact?: Given): Candidate {
	const [latest] = [...opportunities].sort((a, b) => (toMillis(b.updatedAt) ?? 0) - (toMillis(a.updatedAt) ?? 0));
	const person = contact ?? latest ?? {};
	const id = contact ? toId(contact.id) : contactIdOf(person);
	if (id === null) throw new Error('Lever gave a record without a contact: it is not known whose it is.');
	const times = (name: string) => opportunities.flatMap((row) => toMillis(row[name]) ?? []);
	return {
		...personOf({ links: latest?.links, ...person }),
		provider: PROVIDER,
		id,
		title: null,
		company: null,
		tags: opportunities.every(({ tags }) => Array.isArray(tags)) ? [...new Set(opportunities.flatMap(({ tags }) => textsOf(tags) ?? []))].map(toTag) : null,
		customFields: null,
		applications: opportunities.flatMap((row) => toId(row.id) ?? []),
		createdAt: toUtc(Math.min(...times('createdAt'))),
		updatedAt: toUtc(Math.max(...times('updatedAt'))),
	};
}

/** Tags have no id: the text is one. */
export function toTag(text: string): Tag {
	return { id: text, text };
}

/** `stages`: one pipeline for the whole account. */
export function toJob(row: Given, stages: readonly ListedStage[] | null, raw = false): Job {
	const { id } = identified(row, 'Lever');
	const categories = recordOr(row.categories) ?? {};
	const content = recordOr(row.content) ?? {};
	const urls = recordOr(row.urls) ?? {};
	const places = textsOf(categories.allLocations) ?? [toText(categories.location)].filter((place) => place !== null);
	const manager = userRef(row.hiringManager);
	const owner = userRef(row.owner);
	return {
		provider: PROVIDER,
		id,
		info: {
			id,
			title: toText(row.text),
			description: toText(content.descriptionHtml) ?? toText(content.description),
			status: toEnum(row.state, JOB_STATUSES, JOB_WORDS),
			confidential: row.confidentiality === 'confidential' ? true : row.confidentiality === 'non-confidential' ? false : null,
			infoUrl: toText(urls.show),
			applyUrl: toText(urls.apply),
			createdAt: toUtc(row.createdAt),
			updatedAt: toUtc(row.updatedAt),
			closedAt: null,
		},
		departments: toText(categories.department) === null ? null : [{ id: null, name: toText(categories.department) }],
		offices: places.map((place) => ({ id: null, name: place, location: place })),
		hiringManagers: manager ? [manager] : 'hiringManager' in row ? [] : null,
		recruiters: owner ? [owner] : 'owner' in row ? [] : null,
		stages: stages ? [...stages] : null,
		...(raw ? { raw: row } : {}),
	};
}

function textsOf(value: unknown): string[] | null {
	return Array.isArray(value) ? value.flatMap((one) => toText(one) ?? []) : null;
}
