import { listOf, placeOf, valuesOf } from '../../lib/ats/kit';
import { identified } from '../../lib/ats/model/identified';
import { NOT_SPECIFIED, toEnum, toId, toText, toUtc, type Application, type ApplicationCandidate, type Attachment, type Candidate, type CustomField, type Email, type Interview, type Job, type ListedStage, type ModelKey, type Offer, type Phone, type RejectionReason, type Stage, type StageCategory, type Tag, type User } from '../../lib/ats/model';
import { APPLICATION_STATUSES, INTERVIEW_STATUSES, OFFER_STATUSES, ORIGINS } from '../../lib/ats/model/application';
import { JOB_STATUSES } from '../../lib/ats/model/job';
import { EMAIL_TYPES, PHONE_TYPES } from '../../lib/ats/model/parts';
import type { Normalized } from '../../lib/ats/provider';
import { isObject } from '../../lib/http/apiDefinition';
import type { Given } from './api';

/** Ashby's records in the unified model: pure functions. https://developers.ashbyhq.com/reference */

export const PROVIDER = 'ashby';

/** An archived application that the candidate withdrew is told by its reason. */
export const STATUS_WORDS = { ACTIVE: 'ACTIVE', LEAD: 'ACTIVE', HIRED: 'HIRED', ARCHIVED: 'REJECTED' } as const;
/** Of the schedule, for all its events. The others (waiting for an answer, for a time) say nothing that the model knows. */
export const SCHEDULE_WORDS = { SCHEDULED: 'SCHEDULED', WAITINGONFEEDBACK: 'AWAITING_FEEDBACK', COMPLETE: 'COMPLETE', CANCELLED: 'CANCELLED' } as const;
export const ACCEPTANCE_WORDS = { ACCEPTED: 'SIGNED', DECLINED: 'DENIED', CANCELLED: 'DEPRECATED', PENDING: 'IN_PROGRESS', CREATED: 'IN_PROGRESS', WAITINGONRESPONSE: 'IN_PROGRESS' } as const;
const EMAIL_WORDS = { PERSONAL: 'PERSONAL', WORK: 'WORK', OTHER: NOT_SPECIFIED } as const;

/** The type of a stage that rejects whoever is moved into it. */
export const ARCHIVED = 'Archived';

/** What a row of application.list tells by itself. */
export const IN_ROWS: readonly ModelKey[] = ['info', 'currentStage', 'rejection'];

/** What stands in other lists. Absent: not told. */
export interface Parts {
	interviews?: readonly Interview[] | null;
	offers?: readonly Offer[] | null;
	attachments?: readonly Attachment[] | null;
}

/** https://developers.ashbyhq.com/reference/applicationlist */
export function toApplication(row: Given, models: readonly ModelKey[], parts: Parts = {}, withRaw = false): Application {
	const { id } = identified(row, 'Ashby');
	const listed = <Part>(key: ModelKey, list: readonly Part[] | null | undefined) => (models.includes(key) && list ? [...list] : null);
	return {
		provider: PROVIDER,
		id,
		info: models.includes('info') ? infoOf(row, id) : null,
		currentStage: models.includes('currentStage') && isObject(row.currentInterviewStage) ? toStage(row.currentInterviewStage) : null,
		interviews: listed('interviews', parts.interviews),
		rejection: models.includes('rejection') ? rejectionOf(row) : null,
		offers: listed('offers', parts.offers),
		attachments: listed('attachments', parts.attachments),
		...(withRaw ? { raw: row } : {}),
	};
}

function infoOf(row: Given, id: string): NonNullable<Application['info']> {
	const { source } = row;
	return {
		id,
		status: toEnum(row.status, APPLICATION_STATUSES, STATUS_WORDS),
		candidate: isObject(row.candidate) ? personOf(row.candidate) : null,
		origin: originOf(source),
		appliedAt: toUtc(row.createdAt),
		updatedAt: toUtc(row.updatedAt),
		jobId: isObject(row.job) ? toId(row.job.id) : null,
		job: isObject(row.job) ? { id: toId(row.job.id), title: toText(row.job.title) } : null,
		source: isObject(source) ? toText(source.title) : null,
		customFields: listOf(row.customFields, toCustomField),
		owner: listOf(row.hiringTeam, memberWith('Recruiter'))?.find((one) => one !== null) ?? null,
		creditedTo: isObject(row.creditedToUser) ? toUser(row.creditedToUser) : null,
	};
}

/** A list row holds the first address and number only. */
function personOf(person: Given): ApplicationCandidate {
	const { emailAddresses, primaryEmailAddress, phoneNumbers, primaryPhoneNumber, location } = person;
	return {
		id: toId(person.id),
		name: toText(person.name),
		firstName: null,
		lastName: null,
		phones: valuesOf(phoneNumbers ?? (isObject(primaryPhoneNumber) ? [primaryPhoneNumber] : []), 'value', (phoneNumber, { type }): Phone => ({ type: toEnum(type, PHONE_TYPES, EMAIL_WORDS), phoneNumber })),
		emails: valuesOf(emailAddresses ?? (isObject(primaryEmailAddress) ? [primaryEmailAddress] : []), 'value', (email, { type }): Email => ({ type: toEnum(type, EMAIL_TYPES, EMAIL_WORDS), email })),
		links: listOf(person.socialLinks, ({ url }) => toText(url))?.filter((url) => url !== null) ?? null,
		location: isObject(location) ? toText(location.locationSummary) : null,
	};
}


/** The kind of a source is in words of the organisation. */
function originOf(source: unknown): (typeof ORIGINS)[number] {
	const kind = isObject(source) && isObject(source.sourceType) ? (toText(source.sourceType.title) ?? '') : '';
	return /^agenc/i.test(kind) ? 'AGENCY' : /^referral/i.test(kind) ? 'REFERRAL' : NOT_SPECIFIED;
}

/** Somebody who was found and has not applied. */
export const isLead = ({ status }: Given): boolean => status === 'Lead';

function rejectionOf({ status, archiveReason, archivedAt }: Given): Application['rejection'] {
	if (status !== ARCHIVED) return null;
	const reason = isObject(archiveReason) ? archiveReason : {};
	return { id: toId(reason.id), text: toText(reason.text), rejectedAt: toUtc(archivedAt) };
}

export function toStage(stage: Given): Stage {
	return { id: toId(stage.id), text: toText(stage.title), category: categoryOf(stage.type) };
}

export function toListedStage(stage: Given, jobId: string): ListedStage {
	return { ...toStage(stage), jobId, order: typeof stage.orderInInterviewPlan === 'number' ? stage.orderInInterviewPlan : null };
}

/** The types that the document names (jobInterviewPlan.info); of an active step it does not say which kind it is. */
export const STAGE_WORDS: Readonly<Record<string, StageCategory>> = { Lead: 'OTHER', PreInterviewScreen: 'SCREENING', Active: 'OTHER', Offer: 'OFFER', Hired: 'HIRED', [ARCHIVED]: 'REJECTED' };

function categoryOf(type: unknown): StageCategory | null {
	return typeof type === 'string' && Object.hasOwn(STAGE_WORDS, type) ? (STAGE_WORDS[type] ?? null) : null;
}

const toCustomField = ({ id, title, value }: Given): CustomField => ({ id: toId(id), name: toText(title), value: value ?? null });

/**
 * The interviews of one schedule: one for each of its events. A schedule that has none yet is one interview without a time.
 * https://developers.ashbyhq.com/reference/interviewschedulelist
 */
export function toInterviews(schedule: Given): Interview[] {
	const stage = toId(schedule.interviewStageId);
	const common = {
		stage: stage === null ? null : { id: stage, text: null, category: null },
		creator: isObject(schedule.scheduledBy) ? toUser(schedule.scheduledBy) : null,
		status: toEnum(schedule.status, INTERVIEW_STATUSES, SCHEDULE_WORDS),
	};
	const events = listOf(schedule.interviewEvents, (event): Interview => ({
		...common,
		id: toId(event.id),
		subject: isObject(event.interview) ? toText(event.interview.title) : null,
		createdAt: toUtc(event.createdAt),
		scheduledStart: toUtc(event.startTime),
		scheduledEnd: toUtc(event.endTime),
		interviewers: listOf(event.interviewers, toUser),
		location: toText(event.location) ?? toText(event.meetingLink),
	}));
	if (events && events.length > 0) return events;
	return [{ ...common, id: toId(schedule.id), subject: null, createdAt: toUtc(schedule.createdAt), scheduledStart: null, scheduledEnd: null, interviewers: null, location: null }];
}

/** Of the three words of an offer the acceptance says what became of it. https://developers.ashbyhq.com/reference/offerlist */
export function toOffer(offer: Given): Offer {
	const version = isObject(offer.latestVersion) ? offer.latestVersion : {};
	return {
		id: toId(offer.id),
		status: offer.offerStatus === 'OfferCancelled' ? 'DEPRECATED' : toEnum(offer.acceptanceStatus, OFFER_STATUSES, ACCEPTANCE_WORDS),
		createdAt: toUtc(version.createdAt),
		sentAt: null,
		closedAt: toUtc(offer.decidedAt),
	};
}

/** A stored file: its handle is what it is fetched with. */
export interface FileHandle {
	attachment: Attachment;
	handle: string | null;
}

/** The files of a candidate: they belong to the person, not to one application. */
export function toFiles({ resumeFileHandle, fileHandles }: Given): FileHandle[] {
	const file = (type: Attachment['type']) => (one: Given): FileHandle => ({ attachment: { id: toId(one.id), type, name: toText(one.name), link: null, createdAt: null }, handle: toText(one.handle) });
	return [...(isObject(resumeFileHandle) ? [file('RESUME')(resumeFileHandle)] : []), ...(listOf(fileHandles, file(NOT_SPECIFIED)) ?? [])];
}

export function toUser(user: Given): User {
	return { id: toId(user.id ?? user.userId), email: toText(user.email), employeeId: null, name: null, firstName: toText(user.firstName), lastName: toText(user.lastName) };
}

export const toTag = (tag: Given): Tag => ({ id: toId(tag.id), text: toText(tag.title) });
export const toReason = (reason: Given): RejectionReason => ({ id: toId(reason.id), text: toText(reason.text) });

/** https://developers.ashbyhq.com/reference/candidateinfo */
export function toCandidate(row: Given, withRaw = false): Candidate {
	const { id } = identified(row, 'Ashby');
	return {
		...personOf(row),
		provider: PROVIDER,
		id,
		title: toText(row.position),
		company: toText(row.company),
		tags: listOf(row.tags, toTag),
		customFields: listOf(row.customFields, toCustomField),
		applications: Array.isArray(row.applicationIds) ? row.applicationIds.map(toId).filter((one) => one !== null) : null,
		createdAt: toUtc(row.createdAt),
		updatedAt: toUtc(row.updatedAt),
		...(withRaw ? { raw: row } : {}),
	};
}

/** The description is the posting's. https://developers.ashbyhq.com/reference/jobinfo */
export function toJob(row: Given, stages: readonly ListedStage[] | null, withRaw = false): Job {
	const { id } = identified(row, 'Ashby');
	const withRole = (role: string) => listOf(row.hiringTeam, memberWith(role))?.filter((one) => one !== null) ?? null;
	const place = isObject(row.location) ? row.location : null;
	return {
		provider: PROVIDER,
		id,
		info: {
			id,
			title: toText(row.title),
			description: null,
			status: toEnum(row.status, JOB_STATUSES),
			confidential: typeof row.confidential === 'boolean' ? row.confidential : null,
			infoUrl: null,
			applyUrl: null,
			createdAt: toUtc(row.createdAt),
			updatedAt: toUtc(row.updatedAt),
			closedAt: toUtc(row.closedAt),
		},
		departments: toId(row.departmentId) === null ? null : [{ id: toId(row.departmentId), name: null }],
		offices: place === null ? null : [{ id: toId(place.id), name: toText(place.name), location: placeText(place) }],
		hiringManagers: withRole('Hiring Manager'),
		recruiters: withRole('Recruiter'),
		stages: stages && [...stages],
		...(withRaw ? { raw: row } : {}),
	};
}

function placeText({ address }: Given): string | null {
	const parts = isObject(address) && isObject(address.postalAddress) ? address.postalAddress : {};
	return placeOf(parts.streetAddress, parts.postalCode, parts.addressLocality, parts.addressRegion, parts.addressCountry);
}

/** Roles of a hiring team are in words; these two are the usual ones. */
function memberWith(role: string): (member: Given) => User | null {
	return (member) => (member.role === role ? toUser(member) : null);
}

/** From a list or a webhook (`{ action, data: { application } }`); null when it does not look like one of these. */
export function normalize(record: unknown): Normalized | null {
	if (!isObject(record)) return null;
	const inside = isObject(record.data) && typeof record.action === 'string' ? (record.data.application ?? record.data.job ?? record.data.candidate) : record;
	if (!isObject(inside) || toId(inside.id) === null) return null;
	if ('currentInterviewStage' in inside && 'candidate' in inside) return { kind: 'application', value: toApplication(inside, IN_ROWS) };
	if ('emailAddresses' in inside && 'applicationIds' in inside) return { kind: 'candidate', value: toCandidate(inside) };
	return 'title' in inside && 'employmentType' in inside && 'status' in inside ? { kind: 'job', value: toJob(inside, null) } : null;
}
