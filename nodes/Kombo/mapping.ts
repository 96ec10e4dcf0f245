import type { Row } from '../../lib/action/operation';
import { listOf, placeOf, valuesOf, type VendorRecord } from '../../lib/ats/kit';
import { isObject } from '../../lib/http/apiDefinition';
import { identified } from '../../lib/ats/model/identified';
import { NOT_SPECIFIED, toEnum, toId, toText, toUtc, type Application, type Attachment, type Candidate, type CustomField, type Interview, type Job, type ModelKey, type Offer, type Phone, type User } from '../../lib/ats/model';
import { APPLICATION_STATUSES, ATTACHMENT_TYPES, OFFER_STATUSES } from '../../lib/ats/model/application';
import { JOB_STATUSES } from '../../lib/ats/model/job';
import { EMAIL_TYPES, PHONE_TYPES } from '../../lib/ats/model/parts';

/** Kombo's records in the unified model: pure functions. */

export const PROVIDER = 'kombo';

const STATUS_WORDS = { PENDING: 'ACTIVE', HIRED: 'HIRED', DECLINED: 'REJECTED' } as const;
const OFFER_WORDS = { DRAFT: 'IN_PROGRESS', APPROVED: 'IN_PROGRESS', SENT: 'IN_PROGRESS', ACCEPTED: 'SIGNED', DECLINED: 'DENIED', ABANDONED: 'DEPRECATED' } as const;
const ATTACHMENT_WORDS = { CV: 'RESUME', COVER_LETTER: 'COVER_LETTER', OTHER: NOT_SPECIFIED } as const;

/** https://docs.kombo.dev/ats/v1/get-applications */
export function toApplication(row: Row, models: readonly ModelKey[], withRaw = false): Application {
	const { id } = identified(row, 'Kombo');
	return {
		provider: PROVIDER,
		id,
		info: models.includes('info') ? infoOf(row, id) : null,
		currentStage: models.includes('currentStage') && isObject(row.current_stage) ? { id: toId(row.current_stage.id), text: toText(row.current_stage.name), category: null } : null,
		interviews: models.includes('interviews') ? listOf(row.interviews, toInterview) : null,
		rejection: models.includes('rejection') ? rejectionOf(row) : null,
		offers: models.includes('offers') ? listOf(row.offers, toOffer) : null,
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
		job: isObject(row.job) ? { id: toId(row.job.id) ?? toId(row.job_id), title: toText(row.job.name) } : null,
		source: isObject(row.candidate) ? toText(row.candidate.source) : null,
		customFields: customFieldsOf(row.custom_fields),
		owner: null,
		creditedTo: null,
	};
}

function personOf(person: VendorRecord) {
	return {
		id: toId(person.id),
		// Kombo has the names apart.
		name: null,
		firstName: toText(person.first_name),
		lastName: toText(person.last_name),
		phones: valuesOf(person.phone_numbers, 'phone_number', (phoneNumber, { type }): Phone => ({ type: toEnum(type, PHONE_TYPES), phoneNumber })),
		emails: valuesOf(person.email_addresses, 'email_address', (email, { type }) => ({ type: toEnum(type, EMAIL_TYPES), email })),
		links: valuesOf(person.social_media, 'link', (link) => link),
		location: locationText(person.location),
	};
}

/** By the keys that the account has chosen in Kombo. https://docs.kombo.dev/ats/guides/custom-fields */
function customFieldsOf(fields: unknown): CustomField[] | null {
	return isObject(fields) ? Object.entries(fields).map(([id, value]) => ({ id, name: null, value })) : null;
}

function rejectionOf(row: Row): Application['rejection'] {
	const text = toText(row.rejection_reason_name);
	const rejectedAt = toUtc(row.rejected_at);
	return row.outcome === 'DECLINED' || text !== null || rejectedAt !== null ? { id: null, text, rejectedAt } : null;
}

/** An interview of the interviews list, or the shorter one inside an application. */
export function toInterview(row: VendorRecord): Interview {
	const gone = row.canceled === true || row.remote_deleted_at != null;
	return {
		id: toId(row.id),
		subject: toText(row.title),
		createdAt: toUtc(row.remote_created_at),
		scheduledStart: toUtc(row.starting_at),
		scheduledEnd: toUtc(row.ending_at),
		stage: toId(row.stage_id) === null ? null : { id: toId(row.stage_id), text: null, category: null },
		interviewers: listOf(row.users, toUser),
		location: toText(row.video_conferencing_url) ?? locationText(row.location),
		creator: null,
		status: gone ? 'CANCELLED' : 'SCHEDULED',
	};
}

export function toOffer(row: VendorRecord): Offer {
	return { id: toId(row.id), status: toEnum(row.status, OFFER_STATUSES, OFFER_WORDS), createdAt: toUtc(row.remote_created_at), sentAt: null, closedAt: null };
}

export function toUser(row: VendorRecord): User {
	return { id: toId(row.id), email: toText(row.email), employeeId: null, name: null, firstName: toText(row.first_name), lastName: toText(row.last_name) };
}

/** https://docs.kombo.dev/ats/v1/get-candidates */
export function toCandidate(row: Row, withRaw = false): Candidate {
	const { id } = identified(row, 'Kombo');
	return {
		...personOf(row),
		provider: PROVIDER,
		id,
		title: toText(row.title),
		company: toText(row.company),
		tags: listOf(row.tags, (tag) => ({ id: toId(tag.id), text: toText(tag.name) })),
		customFields: customFieldsOf(row.custom_fields),
		applications: listOf(row.applications, (application) => toId(application.id))?.filter((one) => one !== null) ?? null,
		createdAt: toUtc(row.remote_created_at),
		updatedAt: toUtc(row.remote_updated_at ?? row.changed_at),
		...(withRaw ? { raw: row } : {}),
	};
}

/** https://docs.kombo.dev/ats/v1/get-jobs */
export function toJob(row: Row, withRaw = false): Job {
	const { id } = identified(row, 'Kombo');
	const withRole = (role: string) => listOf(row.hiring_team, (one) => (Array.isArray(one.hiring_team_roles) && one.hiring_team_roles.includes(role) ? [toUser(one)] : []))?.flat() ?? null;
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
		stages: listOf(row.stages, (stage) => ({ id: toId(stage.id), text: toText(stage.name), category: null, jobId: id, order: typeof stage.index === 'number' ? stage.index : null })),
		...(withRaw ? { raw: row } : {}),
	};
}

function locationText(location: unknown): string | null {
	return isObject(location) ? (toText(location.raw) ?? placeOf(location.street_1, location.zip_code, location.city, location.state, location.country)) : null;
}

export function toAttachment(row: Row): Attachment {
	return { id: toId(row.id), type: toEnum(row.type, ATTACHMENT_TYPES, ATTACHMENT_WORDS), name: toText(row.file_name), link: toText(row.data_url), createdAt: toUtc(row.remote_created_at) };
}
