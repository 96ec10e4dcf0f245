import { DAY } from '../clock.cts';
import type { Application, Attachment, Candidate, Interview, Job, Note, Offer, OfferStatus, RejectionReason, Stage, Tag, User } from '../model.cts';
import { SOURCES } from '../names.cts';
import type { GreenhouseState, StageEntry } from './state.cts';

export type Row = Record<string, unknown>;

const STATUS = { PENDING: 'in_process', HIRED: 'hired', DECLINED: 'rejected' } as const;
const OFFER: Record<OfferStatus, string> = { DRAFT: 'Created', APPROVED: 'Created', SENT: 'Created', ACCEPTED: 'Accepted', DECLINED: 'Rejected', ABANDONED: 'Deprecated' };
const FILE = { CV: 'resume', COVER_LETTER: 'cover_letter', OTHER: 'other' } as const;
const STRATEGY: Record<string, [number, string]> = { Agency: [1, 'Agencies'], Referral: [2, 'Referral'], LinkedIn: [3, 'Third-party boards'], Indeed: [3, 'Third-party boards'], 'Career page': [4, 'Company marketing'], 'Job fair': [5, 'In person event'] };

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOr = (ms: number | null): string | null => (ms === null ? null : iso(ms));
const day = (ms: number | null): string | null => isoOr(ms)?.slice(0, 10) ?? null;
const stamps = (createdAt: number, updatedAt: number) => ({ created_at: iso(createdAt), updated_at: iso(updatedAt) });

export function application(state: GreenhouseState, one: Application): Row {
	const { world } = state;
	const stay = state.stayOf(one);
	const stage = stay ? world.stages.need(stay.stageId) : null;
	const source = one.source === null ? -1 : SOURCES.indexOf(one.source);
	return {
		id: state.id('application', one),
		...stamps(one.createdAt, state.updatedAt(one)),
		agency_note_id: one.origin === 'AGENCY' ? 600_000 + one.number : null,
		candidate_id: state.idOf('candidate', one.candidateId),
		coordinator_id: null,
		job_id: state.idOf('job', one.jobId),
		job_post_id: null,
		recruiter_id: state.idOf('user', one.ownerId),
		referrer_id: one.origin === 'REFERRAL' ? 610_000 + one.number : null,
		source_id: source < 0 ? null : 900 + source,
		stage_id: stay && stay.exitedAt === null ? stay.id : null,
		stage_name: stage?.name ?? null,
		...(state.settings.stageInRows ? { job_interview_stage_id: stage ? state.stageId(world.jobs.need(one.jobId), stage) : null } : {}),
		status: STATUS[one.status],
		needs_decision: null,
		prospect: false,
		rejected_at: isoOr(one.status === 'DECLINED' ? (one.rejection?.at ?? null) : null),
		last_activity_at: iso(one.changedAt),
		location_address: null,
		answers: one.answers.map(({ title, value }) => ({ question: title, answer: value === null ? null : String(value) })),
		prospective_job_ids: [],
		custom_fields: { notice_period: { name: 'Notice Period', type: 'short_text', value: one.number % 3 === 0 ? null : `${(one.number % 4) + 1} months` } },
	};
}

/** Two prospects and one that was made an application, in every account: clients must not take them for applications. */
export function prospects(state: GreenhouseState): Row[] {
	const person = state.world.candidates.rows.find((row) => row.deletedAt === null);
	const job = state.world.jobs.rows[0];
	if (!person || !job) return [];
	return [0, 1, 2].map((n) => ({
		id: 110_000_000 + n,
		...stamps(person.createdAt, state.now() - n * DAY),
		agency_note_id: null,
		candidate_id: state.id('candidate', person),
		coordinator_id: null,
		job_id: n === 0 ? null : state.id('job', job),
		job_post_id: null,
		recruiter_id: null,
		referrer_id: null,
		source_id: null,
		stage_id: null,
		stage_name: null,
		...(state.settings.stageInRows ? { job_interview_stage_id: null } : {}),
		status: n === 2 ? 'converted' : 'in_process',
		needs_decision: null,
		prospect: n !== 2,
		rejected_at: null,
		last_activity_at: null,
		location_address: null,
		answers: null,
		prospective_job_ids: n === 1 ? [state.id('job', job)] : [],
		custom_fields: null,
	}));
}

export function stay(state: GreenhouseState, one: StageEntry): Row {
	const { world } = state;
	const of = world.applications.need(one.applicationId);
	return {
		id: one.id,
		...stamps(one.enteredAt, one.changedAt),
		application_id: state.id('application', of),
		job_interview_stage_id: state.stageId(world.jobs.need(of.jobId), world.stages.need(one.stageId)),
		entered_at: iso(one.enteredAt),
		exited_at: isoOr(one.exitedAt),
		days_in_stage: Math.max(0, Math.floor(((one.exitedAt ?? state.now()) - one.enteredAt) / DAY)),
		current: one.exitedAt === null,
	};
}

export function rejectionDetail(state: GreenhouseState, one: Application, { reasonId, at }: { reasonId: string | null; at: number }, changedAt: number): Row {
	return { id: 810_000_000 + one.number, ...stamps(at, changedAt), application_id: state.id('application', one), rejected_by_id: null, rejection_note_id: null, rejection_reason_id: state.idOf('rejectionReason', reasonId), rejected_at: iso(at), question_custom_fields: null };
}

export function rejectionReason(state: GreenhouseState, one: RejectionReason): Row {
	const [id, key, name] = one.name === 'Withdrew' ? [2, 'THEY_REJECTED_US', 'They rejected us'] : [1, 'WE_REJECTED_THEM', 'We rejected them'];
	return { id: state.id('rejectionReason', one), ...stamps(one.createdAt, one.changedAt), name: one.name, type: { id, key, name } };
}

export function interview(state: GreenhouseState, one: Interview): Row {
	const slot = state.slotOf(one);
	return {
		id: state.id('interview', one),
		...stamps(one.createdAt, Math.max(one.changedAt, one.linkedAt)),
		job_id: state.id('job', slot.job),
		application_id: state.idOf('application', one.applicationId),
		job_interview_id: slot.id,
		starts_at: iso(one.startsAt),
		ends_at: iso(one.endsAt),
		location: one.where.address,
		status: one.status === 'COMPLETED' ? 'complete' : 'scheduled',
		organizer_id: state.idOf('user', one.organizerId),
		scheduled_at: iso(one.createdAt),
		all_day_start_on: null,
		all_day_end_on: null,
		external_event_id: null,
		video_conferencing_url: one.videoUrl,
		availability_received_at: null,
	};
}

export function slot(state: GreenhouseState, { id, job, stageId, name }: ReturnType<GreenhouseState['slotOf']>): Row {
	return { id, ...stamps(job.createdAt, job.createdAt), job_interview_stage_id: state.stageId(job, state.world.stages.need(stageId)), job_id: state.id('job', job), sort_order: 1, scheduling_type: 'needs_scheduling', duration: 45, summary: null, instructions: null, name, active: true, require_scorecard: null };
}

export function interviewer(state: GreenhouseState, one: Interview, userId: string, place: number): Row {
	const user = state.world.users.need(userId);
	return { id: state.id('interview', one) * 10 + place, ...stamps(one.createdAt, Math.max(one.createdAt, one.linkedAt)), interview_id: state.id('interview', one), user_id: state.id('user', user), scorecard_id: null, email: user.email, response_status: 'needs_action' };
}

export function offer(state: GreenhouseState, one: Offer, { id, version, createdAt, updatedAt, replaced }: { id: number; version: number; createdAt: number; updatedAt: number; replaced: boolean }): Row {
	const of = state.world.applications.need(one.applicationId);
	const status = replaced ? 'Deprecated' : OFFER[one.status];
	return {
		id,
		...stamps(createdAt, updatedAt),
		version,
		application_id: state.id('application', of),
		job_id: state.idOf('job', of.jobId),
		candidate_id: state.idOf('candidate', of.candidateId),
		opening_id: null,
		status,
		starts_on: day(one.startDate),
		sent_on: day(one.sentAt),
		resolved_at: replaced ? null : isoOr(one.closedAt),
		custom_fields: null,
	};
}

export function attachment(state: GreenhouseState, one: Attachment): Row {
	const { world } = state;
	return {
		id: state.id('attachment', one),
		...stamps(one.createdAt, one.changedAt),
		application_id: state.idOf('application', one.applicationId),
		candidate_id: state.idOf('candidate', one.candidateId),
		type: FILE[one.kind],
		filename: one.fileName,
		// Another address with each read, good for seven days.
		url: state.tools.publish({ name: one.fileName, contentType: one.contentType, bytes: () => world.bytes(one) }, 7 * DAY),
	};
}

export function candidate(state: GreenhouseState, one: Candidate): Row {
	const { world } = state;
	const [linkedIn, sites] = [one.links.filter((link) => link.includes('linkedin.com')), one.links.filter((link) => !link.includes('linkedin.com'))];
	return {
		id: state.id('candidate', one),
		...stamps(one.createdAt, Math.max(one.changedAt, one.linkedAt)),
		first_name: one.firstName,
		last_name: one.lastName,
		preferred_name: null,
		company: one.company,
		title: one.title,
		last_activity_at: iso(one.changedAt),
		private: false,
		can_email: true,
		time_zone: null,
		tags: one.tagIds.flatMap((id) => world.tags.get(id)?.name ?? []),
		linked_user_ids: [],
		phone_numbers: one.phones.map(({ number, type }) => ({ value: number, type: type === 'WORK' ? 'work' : type === 'PERSONAL' ? 'mobile' : 'other' })),
		addresses: one.place ? [{ value: [one.place.street, one.place.zip, one.place.city, one.place.state, one.place.country].filter((part) => part !== null && part !== '').join(', '), type: 'home' }] : [],
		email_addresses: one.emails.map(({ address, type }) => ({ value: address, type: type.toLowerCase() })),
		website_addresses: sites.map((value) => ({ value, type: 'personal' })),
		social_media_addresses: linkedIn.map((value) => ({ value })),
		custom_fields: { shirt_size: { name: 'Shirt Size', type: 'single_select', value: null } },
	};
}

export function job(state: GreenhouseState, one: Job): Row {
	return {
		id: state.id('job', one),
		...stamps(one.createdAt, one.changedAt),
		name: one.title,
		requisition_id: one.code,
		notes: one.html,
		confidential: one.visibility === 'CONFIDENTIAL',
		status: one.status === 'OPEN' ? 'open' : one.status === 'DRAFT' ? 'draft' : 'closed',
		opened_at: isoOr(one.openedAt),
		closed_at: isoOr(one.closedAt),
		is_template: false,
		copied_from_id: null,
		department_id: state.idOf('department', one.departmentId),
		office_ids: [7000 + one.number],
		custom_fields: null,
	};
}

export function stage(state: GreenhouseState, of: Job, one: Stage, sortOrder: number): Row {
	return { id: state.stageId(of, one), ...stamps(Math.max(one.createdAt, of.createdAt), Math.max(one.changedAt, of.createdAt)), job_id: state.id('job', of), sort_order: sortOrder, name: one.name, active: one.active };
}

export function user(state: GreenhouseState, one: User): Row {
	return {
		id: state.id('user', one),
		...stamps(one.createdAt, one.changedAt),
		first_name: one.firstName,
		last_name: one.lastName,
		primary_email: one.email,
		job_title: null,
		agency_id: null,
		name: `${one.firstName} ${one.lastName}`,
		deactivated: !one.active,
		site_admin: state.isSiteAdmin(one.id),
		employee_id: null,
		linked_candidate_ids: [],
		office_ids: [],
		department_ids: [],
		interviewer_tags: [],
		emails: [one.email],
		custom_fields: null,
	};
}

export function tag(state: GreenhouseState, one: Tag): Row {
	return { id: state.id('tag', one), ...stamps(one.createdAt, one.changedAt), name: one.name };
}

export function appliedTag(state: GreenhouseState, of: Candidate, one: Tag): Row {
	return { id: appliedTagId(of, one), ...stamps(of.createdAt, Math.max(of.createdAt, of.linkedAt)), candidate_tag_id: state.id('tag', one), candidate_id: state.id('candidate', of) };
}

export const appliedTagId = (of: Candidate, one: Tag): number => of.number * 10_000 + one.number;

export function note(state: GreenhouseState, one: Note): Row {
	return {
		id: state.id('note', one),
		...stamps(one.createdAt, one.changedAt),
		candidate_id: state.idOf('candidate', one.candidateId),
		application_id: state.idOf('application', one.applicationId),
		body: one.html,
		subject: one.title,
		type: 'NOTE',
		user_id: state.idOf('user', one.authorId),
		email_from: null,
		email_to: null,
		email_cc: null,
		import_hash: null,
		body_with_tags: one.html,
		visibility: one.private ? 'privately_visible' : 'publicly_visible',
		email_attachment_file_names: null,
	};
}

export function source(name: string, place: number): Row {
	const [id, strategy] = STRATEGY[name] ?? [9, 'Other'];
	return { id: 900 + place, ...stamps(0, 0), name, type: { id, name: strategy } };
}
