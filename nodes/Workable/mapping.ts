import { listOf, oneOf, recordOr } from '../../lib/ats/kit';
import { NOT_SPECIFIED, toEnum, toId, toMillis, toText, toUtc, type Application, type ApplicationStatus, type Attachment, type Candidate, type Interview, type Job, type ListedStage, type ModelKey, type Offer, type RejectionReason, type Stage, type StageCategory, type User } from '../../lib/ats/model';
import { OFFER_STATUSES } from '../../lib/ats/model/application';
import { identified } from '../../lib/ats/model/identified';
import { JOB_STATUSES } from '../../lib/ats/model/job';

/**
 * Workable's records in the unified model, pure. https://workable.readme.io/reference/job-candidates-index
 * A candidate belongs to one job, so that it is person and application in one: both have its ID.
 */

export const PROVIDER = 'workable';

type Given = Readonly<Record<string, unknown>>;

/** What the row of a list tells without more calls. */
export const IN_ROWS: readonly ModelKey[] = ['info', 'currentStage', 'rejection'];

const JOB_WORDS = { PUBLISHED: 'OPEN', DRAFT: 'DRAFT', CLOSED: 'CLOSED', ARCHIVED: 'ARCHIVED' } as const;
/** Words that mean the same everywhere; which ones Workable has is not documented. */
const OFFER_WORDS = { DRAFT: 'IN_PROGRESS', PENDING: 'IN_PROGRESS', PENDING_APPROVAL: 'IN_PROGRESS', APPROVED: 'IN_PROGRESS', SENT: 'IN_PROGRESS', ACCEPTED: 'SIGNED', DECLINED: 'DENIED' } as const;
/** Kinds of stages that accounts have shown; others may exist. */
const KINDS: ReadonlyMap<unknown, StageCategory> = new Map<unknown, StageCategory>([
	['sourced', 'OTHER'], ['applied', 'APPLIED'], ['phone-screen', 'SCREENING'], ['assessment', 'ASSESSMENT'], ['interview', 'INTERVIEW'], ['offer', 'OFFER'], ['hired', 'HIRED'],
]);

/** Turns the word in a candidate's `stage` into a stage. */
export type FindStage = (row: Given) => Stage | null;

export interface Reading {
	models: readonly ModelKey[];
	stageOf: FindStage;
	raw?: boolean;
}

export interface Parts {
	/** All events of the candidate. */
	events?: readonly Given[];
	offer?: Given;
	files?: readonly Given[];
}

export function toApplication(row: Given, { models, stageOf, raw = false }: Reading, { events, offer, files }: Parts = {}): Application {
	const { id } = identified(row, 'Workable');
	return {
		provider: PROVIDER,
		id,
		info: models.includes('info') ? infoOf(row, id) : null,
		// A word that is in no list is shown, and is no stage: it has no ID.
		currentStage: models.includes('currentStage') && toText(row.stage) !== null ? (stageOf(row) ?? { id: null, text: toText(row.stage), category: null }) : null,
		interviews: models.includes('interviews') && events ? events.map(toInterview) : null,
		rejection: models.includes('rejection') && row.disqualified === true ? { id: null, text: toText(row.disqualification_reason), rejectedAt: toUtc(row.disqualified_at) } : null,
		offers: models.includes('offers') && offer ? toOffers(offer) : null,
		attachments: models.includes('attachments') && files ? files.map(toAttachment) : null,
		...(raw ? { raw: row } : {}),
	};
}

function infoOf(row: Given, id: string): NonNullable<Application['info']> {
	const jobId = jobIdOf(row);
	return {
		id,
		status: statusOf(row),
		candidate: { id, ...personOf(row) },
		// `sourced` does not say by whom.
		origin: NOT_SPECIFIED,
		appliedAt: toUtc(row.created_at),
		updatedAt: toUtc(row.updated_at),
		jobId,
		job: jobId === null ? null : { id: jobId, title: toText(recordOr(row.job)?.title) },
		source: null,
		customFields: null,
		owner: null,
		creditedTo: null,
	};
}

/** The shortcode: what every call that names a job takes. */
function jobIdOf({ job }: Given): string | null {
	return toId(recordOr(job)?.shortcode);
}

export function statusOf({ disqualified, hired_at: hiredAt, stage_kind: kind }: Given): ApplicationStatus {
	if (disqualified === true) return 'REJECTED';
	if (toText(hiredAt) !== null || kind === 'hired') return 'HIRED';
	return disqualified === false ? 'ACTIVE' : NOT_SPECIFIED;
}

function personOf(row: Given): Omit<NonNullable<NonNullable<Application['info']>['candidate']>, 'id'> {
	return {
		name: toText(row.name),
		firstName: toText(row.firstname),
		lastName: toText(row.lastname),
		phones: oneOf(row.phone, (phoneNumber) => ({ type: NOT_SPECIFIED, phoneNumber })),
		emails: oneOf(row.email, (email) => ({ type: NOT_SPECIFIED, email })),
		links: null,
		location: toText(row.address),
	};
}

export function toCandidate(row: Given, raw = false): Candidate {
	const { id } = identified(row, 'Workable');
	return {
		...personOf(row),
		provider: PROVIDER,
		id,
		title: toText(row.headline),
		company: null,
		links: listOf(row.social_profiles, ({ url }) => toText(url))?.filter((url) => url !== null) ?? null,
		tags: tagsOf(row)?.map((text) => ({ id: text, text })) ?? null,
		customFields: null,
		applications: [id],
		createdAt: toUtc(row.created_at),
		updatedAt: toUtc(row.updated_at),
		...(raw ? { raw: row } : {}),
	};
}

/** Null where they are not told, or not all of them can be read: who writes them back would wipe them. */
export function tagsOf({ tags }: Given): string[] | null {
	return Array.isArray(tags) && tags.every((tag) => typeof tag === 'string') ? tags : null;
}

export function toStage(row: Given, order: number, jobId: string | null): ListedStage {
	return { id: toId(row.slug), text: toText(row.name), category: KINDS.get(row.kind) ?? null, jobId, order: typeof row.position === 'number' ? row.position : order };
}

export const stageRef = ({ id, text, category }: ListedStage): Stage => ({ id, text, category });

export function toInterview(row: Given): Interview {
	return {
		id: toId(row.id),
		subject: toText(row.title),
		createdAt: null,
		scheduledStart: toUtc(row.starts_at),
		scheduledEnd: toUtc(row.ends_at),
		stage: null,
		interviewers: listOf(row.members, toUser),
		location: toText(recordOr(row.conference)?.url),
		creator: null,
		// Whether it took place is not told.
		status: row.cancelled === true ? 'CANCELLED' : 'SCHEDULED',
	};
}

export function candidateIdOf({ candidate }: Given): string | null {
	return toId(recordOr(candidate)?.id);
}

/** The latest offer; without a state and documents there is none. */
export function toOffers(row: Given): Offer[] {
	const state = toText(row.state);
	if (state === null && !(Array.isArray(row.documents) && row.documents.length > 0)) return [];
	return [{ id: null, status: toEnum(state?.replaceAll(' ', '_'), OFFER_STATUSES, OFFER_WORDS), createdAt: null, sentAt: null, closedAt: null }];
}

export function toAttachment(row: Given): Attachment {
	return { id: null, type: row.kind === 'resume' ? 'RESUME' : row.kind === 'cover_letter' ? 'COVER_LETTER' : NOT_SPECIFIED, name: toText(row.name), link: toText(row.preview_url), createdAt: null };
}

export function toReason(row: Given): RejectionReason {
	return { id: toId(row.id), text: toText(row.description) };
}

export function toUser(row: Given): User {
	return { id: toId(row.id), email: toText(row.email), employeeId: null, name: toText(row.name), firstName: null, lastName: null };
}

export function toJob(row: Given, stages: readonly ListedStage[] | null, raw = false): Job {
	const id = toId(row.shortcode);
	if (id === null) throw new Error('Workable gave a job without a shortcode: which one it is cannot be known.');
	const place = toText(recordOr(row.location)?.location_str);
	const hierarchy = listOf(row.department_hierarchy, (one) => ({ id: toId(one.id), name: toText(one.name) }));
	const department = toText(row.department);
	return {
		provider: PROVIDER,
		id,
		info: {
			id,
			title: toText(row.title),
			description: toText(row.full_description) ?? toText(row.description),
			status: toEnum(row.state, JOB_STATUSES, JOB_WORDS),
			confidential: typeof row.confidential === 'boolean' ? row.confidential : null,
			infoUrl: toText(row.url),
			applyUrl: toText(row.application_url),
			createdAt: toUtc(row.created_at),
			updatedAt: toUtc(row.updated_at),
			closedAt: null,
		},
		departments: hierarchy ?? (department === null ? null : [{ id: null, name: department }]),
		offices: place === null ? null : [{ id: null, name: place, location: place }],
		hiringManagers: null,
		recruiters: null,
		stages: stages ? [...stages] : null,
		...(raw ? { raw: row } : {}),
	};
}

export const createdAtOf = (row: Given): number | null => toMillis(row.created_at);
