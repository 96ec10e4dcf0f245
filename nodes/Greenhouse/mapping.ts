import { listOf, valuesOf } from '../../lib/ats/kit';
import { isObject } from '../../lib/http/apiDefinition';
import { NOT_SPECIFIED, toEnum, toId, toMillis, toText, toUtc, type Application, type Attachment, type Candidate, type CustomField, type Interview, type Job, type ListedStage, type ModelKey, type Offer, type RejectionReason, type Stage, type Tag, type User } from '../../lib/ats/model';
import { APPLICATION_STATUSES, ATTACHMENT_TYPES, INTERVIEW_STATUSES, OFFER_STATUSES } from '../../lib/ats/model/application';
import { JOB_STATUSES } from '../../lib/ats/model/job';
import { EMAIL_TYPES, PHONE_TYPES } from '../../lib/ats/model/parts';
import type { Row } from './api';

/** Harvest v3's records in the unified model: pure functions. https://harvestdocs.greenhouse.io/reference */

export const PROVIDER = 'greenhouse';

/** Of a record; the filter and the webhooks say `active` for the first. */
const STATUS_WORDS = { IN_PROCESS: 'ACTIVE', ACTIVE: 'ACTIVE', REJECTED: 'REJECTED', HIRED: 'HIRED' } as const;
/** Skipped: an end that came without an interview. Those without a slot (to_be_scheduled) and take-home tests (sent, received) have no word here. */
const INTERVIEW_WORDS = { SCHEDULED: 'SCHEDULED', AWAITING_FEEDBACK: 'AWAITING_FEEDBACK', COMPLETE: 'COMPLETE', SKIPPED: 'CANCELLED' } as const;
const OFFER_WORDS = { CREATED: 'IN_PROGRESS', ACCEPTED: 'SIGNED', REJECTED: 'DENIED', DEPRECATED: 'DEPRECATED' } as const;
const ATTACHMENT_WORDS = { RESUME: 'RESUME', COVER_LETTER: 'COVER_LETTER', OFFER_LETTER: 'OFFER_LETTER', SIGNED_OFFER_LETTER: 'OFFER_LETTER', OFFER_PACKET: 'OFFER_LETTER' } as const;
const PHONE_WORDS = { MOBILE: 'PERSONAL', HOME: 'PERSONAL', WORK: 'WORK', SKYPE: 'SKYPE' } as const;

export type ById = ReadonlyMap<string, Row>;

/** What stands in other lists and is joined to an application. Undefined: not asked for, or not told. */
export interface Parts {
	candidate?: Row | undefined;
	/** Its present stay in a stage, or its last one, where its own row names no stage. */
	stay?: Row | undefined;
	/** Stages of jobs: the name of the last one. */
	stages?: ById | undefined;
	rejection?: Row | undefined;
	interviews?: readonly Row[] | undefined;
	interviewers?: readonly Row[] | undefined;
	/** All versions of the offer. */
	offers?: readonly Row[] | undefined;
	attachments?: readonly Row[] | undefined;
	reasons?: ById | undefined;
	users?: ById | undefined;
	/** Slots of interview plans: the names of interviews. */
	slots?: ById | undefined;
	sources?: ById | undefined;
	jobs?: ById | undefined;
}

/** A prospect is nobody's application yet, and `converted` marks what was left of one that became an application. */
export function isApplication(row: Row): boolean {
	return row.prospect !== true && row.status !== 'converted';
}

export function idOf(row: unknown): string {
	const id = isObject(row) ? toId(row.id) : null;
	if (id === null) throw new Error('Greenhouse gave a record without an ID: which one it is cannot be known.');
	return id;
}

export function toApplication(row: Row, parts: Parts, models: readonly ModelKey[], raw = false): Application {
	return {
		provider: PROVIDER,
		id: idOf(row),
		info: models.includes('info') ? infoOf(row, parts) : null,
		currentStage: models.includes('currentStage') ? stageOf(row, parts) : null,
		interviews: models.includes('interviews') ? (parts.interviews?.map((one) => toInterview(one, parts)) ?? null) : null,
		rejection: models.includes('rejection') ? rejectionOf(row, parts) : null,
		offers: models.includes('offers') && parts.offers ? foldOffers(parts.offers) : null,
		attachments: models.includes('attachments') ? (parts.attachments?.map(toAttachment) ?? null) : null,
		...(raw ? { raw: row } : {}),
	};
}

function infoOf(row: Row, { candidate, users, sources }: Parts): NonNullable<Application['info']> {
	return {
		id: idOf(row),
		status: toEnum(row.status, APPLICATION_STATUSES, STATUS_WORDS),
		candidate: candidate ? personOf(candidate) : null,
		origin: originOf(row),
		appliedAt: toUtc(row.created_at),
		updatedAt: toUtc(row.updated_at),
		jobId: toId(row.job_id),
		job: null,
		source: toText(sources?.get(toId(row.source_id) ?? '')?.name),
		customFields: customFieldsOf(row),
		owner: userOf(row.recruiter_id, users),
		creditedTo: null,
	};
}

/** By what only an agency's or a referral's application has. What the strategy of a source says of it is not documented. */
function originOf(row: Row): NonNullable<Application['info']>['origin'] {
	return toId(row.agency_note_id) !== null ? 'AGENCY' : toId(row.referrer_id) !== null ? 'REFERRAL' : NOT_SPECIFIED;
}

/**
 * The stage of the job's plan. Never `stage_id`: that is this application's stay in it, another number for each application.
 * After its end an application's row names none: then it is the last one of its history. Null: not told.
 */
export function stageOf(row: Row, { stay, stages }: Pick<Parts, 'stay' | 'stages'> = {}): Stage | null {
	const own = toId(row.job_interview_stage_id);
	const id = own ?? (stay ? toId(stay.job_interview_stage_id) : null);
	return id === null ? null : { id, text: toText(row.stage_name) ?? toText(stages?.get(id)?.name), category: null };
}

/** Of an application's history, which lists every stay in a stage. */
export function lastStay(stays: readonly Row[]): Row | undefined {
	const last = (one: Row, other: Row) => Number(one.current === true) - Number(other.current === true) || (toMillis(one.entered_at) ?? 0) - (toMillis(other.entered_at) ?? 0) || Number(one.id) - Number(other.id);
	return [...stays].sort(last).at(-1);
}

/** The details of a rejection may outlive it: only a rejected application has one. */
function rejectionOf(row: Row, { rejection, reasons }: Parts): Application['rejection'] {
	if (row.status !== 'rejected') return null;
	const id = rejection ? toId(rejection.rejection_reason_id) : null;
	return { id, text: toText(reasons?.get(id ?? '')?.name), rejectedAt: toUtc(rejection?.rejected_at) ?? toUtc(row.rejected_at) };
}

export function toInterview(row: Row, { interviewers, users, slots }: Parts): Interview {
	const id = toId(row.id);
	const slot = slots?.get(toId(row.job_interview_id) ?? '');
	const stageId = slot ? toId(slot.job_interview_stage_id) : null;
	return {
		id,
		subject: slot ? toText(slot.name) : null,
		createdAt: toUtc(row.created_at),
		scheduledStart: toUtc(row.starts_at ?? row.all_day_start_on),
		scheduledEnd: toUtc(row.ends_at ?? row.all_day_end_on),
		stage: stageId === null ? null : { id: stageId, text: null, category: null },
		interviewers: interviewers?.filter((one) => toId(one.interview_id) === id).map((one) => ({ ...(userOf(one.user_id, users) ?? NOBODY), email: toText(one.email) })) ?? null,
		location: toText(row.video_conferencing_url) ?? toText(row.location),
		creator: userOf(row.organizer_id, users),
		status: toEnum(row.status, INTERVIEW_STATUSES, INTERVIEW_WORDS),
	};
}

/**
 * An application has one offer, in versions: an edit makes a new row and sets the one before to Deprecated. The id is the first
 * version's, so that an edited offer stays the same; the rest is the last one's.
 */
export function foldOffers(versions: readonly Row[]): Offer[] {
	const sorted = [...versions].sort((a, b) => versionOf(a) - versionOf(b) || Number(a.id) - Number(b.id));
	const [first, last] = [sorted[0], sorted.at(-1)];
	if (!first || !last) return [];
	return [{ id: idOf(first), status: toEnum(last.status, OFFER_STATUSES, OFFER_WORDS), createdAt: toUtc(first.created_at), sentAt: toUtc(last.sent_on), closedAt: toUtc(last.resolved_at) }];
}

export function versionOf(offer: Row): number {
	return typeof offer.version === 'number' ? offer.version : 1;
}

export function toAttachment(row: Row): Attachment {
	return { id: toId(row.id), type: toEnum(row.type, ATTACHMENT_TYPES, ATTACHMENT_WORDS), name: toText(row.filename), link: toText(row.url), createdAt: toUtc(row.created_at) };
}

function personOf(row: Row): NonNullable<NonNullable<Application['info']>['candidate']> {
	return {
		id: toId(row.id),
		name: null,
		firstName: toText(row.first_name),
		lastName: toText(row.last_name),
		phones: valuesOf(row.phone_numbers, 'value', (phoneNumber, { type }) => ({ type: toEnum(type, PHONE_TYPES, PHONE_WORDS), phoneNumber })),
		emails: valuesOf(row.email_addresses, 'value', (email, { type }) => ({ type: toEnum(type, EMAIL_TYPES), email })),
		links: linksOf(row),
		location: listOf(row.addresses, ({ value }) => toText(value))?.find((text) => text !== null) ?? null,
	};
}

/** By the field's key: `{ key: { name, type, value } }`. */
function customFieldsOf({ custom_fields: fields }: Row): CustomField[] | null {
	return isObject(fields) ? Object.entries(fields).flatMap(([id, field]) => (isObject(field) ? [{ id, name: toText(field.name), value: field.value ?? null }] : [])) : null;
}

function linksOf(row: Row): string[] | null {
	const lists = [row.website_addresses, row.social_media_addresses].map((list) => listOf(list, ({ value }) => toText(value)));
	return lists.every((list) => list === null) ? null : lists.flatMap((list) => list ?? []).filter((link) => link !== null);
}

export function toCandidate(row: Row, raw = false): Candidate {
	return {
		...personOf(row),
		provider: PROVIDER,
		id: idOf(row),
		title: toText(row.title),
		company: toText(row.company),
		tags: Array.isArray(row.tags) ? row.tags.flatMap((tag) => (toText(tag) === null ? [] : [{ id: null, text: toText(tag) }])) : null,
		applications: null,
		customFields: customFieldsOf(row),
		createdAt: toUtc(row.created_at),
		updatedAt: toUtc(row.updated_at),
		...(raw ? { raw: row } : {}),
	};
}

export interface JobParts {
	departments?: ById | undefined;
	offices?: ById | undefined;
	/** Of this job. */
	stages?: readonly Row[] | undefined;
	managers?: readonly Row[] | undefined;
	owners?: readonly Row[] | undefined;
	users?: ById | undefined;
}

/** `notes` are internal, so a job has no description here. */
export function toJob(row: Row, { departments, offices, stages, managers, owners, users }: JobParts, raw = false): Job {
	const id = idOf(row);
	const department = departments?.get(toId(row.department_id) ?? '');
	const places = Array.isArray(row.office_ids) && offices ? row.office_ids.map((one) => [toId(one), offices.get(toId(one) ?? '')] as const) : null;
	return {
		provider: PROVIDER,
		id,
		info: {
			id,
			title: toText(row.name),
			description: null,
			status: toEnum(row.status, JOB_STATUSES),
			confidential: typeof row.confidential === 'boolean' ? row.confidential : null,
			infoUrl: null,
			applyUrl: null,
			createdAt: toUtc(row.created_at),
			updatedAt: toUtc(row.updated_at),
			closedAt: toUtc(row.closed_at),
		},
		departments: departments === undefined ? null : toId(row.department_id) === null ? [] : [{ id: toId(row.department_id), name: toText(department?.name) }],
		offices: places?.map(([officeId, office]) => ({ id: officeId, name: toText(office?.name), location: toText(office?.location) })) ?? null,
		hiringManagers: managers?.flatMap(({ user_id: userId }) => userOf(userId, users) ?? []) ?? null,
		recruiters: owners?.filter(({ type }) => type === 'recruiter').flatMap(({ user_id: userId }) => userOf(userId, users) ?? []) ?? null,
		stages: stages ? sortedStages(stages) : null,
		...(raw ? { raw: row } : {}),
	};
}

/** Lists come newest first; the plan's own order is `sort_order`. */
export function sortedStages(rows: readonly Row[]): ListedStage[] {
	const sorted = [...rows].sort((a, b) => Number(a.job_id) - Number(b.job_id) || Number(a.sort_order) - Number(b.sort_order));
	return sorted.map((row) => ({ id: toId(row.id), text: toText(row.name), category: null, jobId: toId(row.job_id), order: typeof row.sort_order === 'number' ? row.sort_order : null }));
}

export function toUser(row: Row): User {
	return { id: toId(row.id), email: toText(row.primary_email), employeeId: toText(row.employee_id), name: toText(row.name), firstName: toText(row.first_name), lastName: toText(row.last_name) };
}

const NOBODY: User = { id: null, email: null, employeeId: null, name: null, firstName: null, lastName: null };

/** Without the list of users only the id is told. */
function userOf(value: unknown, users: ById | undefined): User | null {
	const id = toId(value);
	if (id === null) return null;
	const user = users?.get(id);
	return user ? toUser(user) : { ...NOBODY, id };
}

export function toNamed(row: Row): RejectionReason & Tag {
	return { id: toId(row.id), text: toText(row.name) };
}

export function byId(rows: readonly Row[]): ById {
	return new Map(rows.flatMap((row) => (toId(row.id) === null ? [] : [[String(row.id), row] as const])));
}
