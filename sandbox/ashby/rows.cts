/** The world's records in Ashby's words: https://developers.ashbyhq.com/reference. What is not there is left out, as the document has it. */
import { iso } from '../clock.cts';
import type { Application, Attachment, Candidate, Interview, Job, Offer, RejectionReason, Tag, User } from '../model.cts';
import { SOURCES } from '../names.cts';
import type { AshbyState, PlanStage } from './state.cts';

export type Row = Record<string, unknown>;

const EMPLOYMENT = { FULL_TIME: 'FullTime', PART_TIME: 'PartTime', CONTRACT: 'Contract', SEASONAL: 'Temporary', INTERNSHIP: 'Intern' } as const;
const JOB_STATUS = { OPEN: 'Open', CLOSED: 'Closed', DRAFT: 'Draft', ARCHIVED: 'Archived' } as const;
const KIND = { PERSONAL: 'Personal', WORK: 'Work', OTHER: 'Other' } as const;
const OFFERS = {
	DRAFT: { acceptanceStatus: 'Created', offerStatus: 'WaitingOnApprovalStart' },
	APPROVED: { acceptanceStatus: 'Pending', offerStatus: 'WaitingOnApprovalDefinition' },
	SENT: { acceptanceStatus: 'WaitingOnResponse', offerStatus: 'WaitingOnCandidateResponse' },
	ACCEPTED: { acceptanceStatus: 'Accepted', offerStatus: 'CandidateAccepted' },
	DECLINED: { acceptanceStatus: 'Declined', offerStatus: 'CandidateRejected' },
	ABANDONED: { acceptanceStatus: 'Cancelled', offerStatus: 'OfferCancelled' },
} as const;
const SCHEDULES = { SCHEDULED: 'Scheduled', COMPLETED: 'Complete', CANCELLED: 'Cancelled' } as const;

const nameOf = ({ firstName, lastName }: { firstName: string | null; lastName: string | null }): string => [firstName, lastName].filter(Boolean).join(' ');
const valueOf = (value: string, type: 'PERSONAL' | 'WORK' | 'OTHER', isPrimary: boolean): Row => ({ value, type: KIND[type], isPrimary });

export function stage({ id, title, type, order, planId }: PlanStage): Row {
	return { id, title, type, orderInInterviewPlan: order, interviewPlanId: planId };
}

const ORIGIN_OF: Readonly<Record<string, Application['origin']>> = { Agency: 'AGENCY', Referral: 'REFERRAL' };

export function source(state: AshbyState, title: string, origin: Application['origin'] = ORIGIN_OF[title] ?? 'EXTERNAL'): Row {
	const type = { AGENCY: 'Agencies', REFERRAL: 'Referrals', EXTERNAL: 'Inbound' }[origin];
	const number = (of: string): number => [...of].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1_000_003;
	return { id: state.other('source', number(title)), title, isArchived: false, sourceType: { id: state.other('source type', number(type)), title: type, isArchived: false } };
}

export const sources = (state: AshbyState): Row[] => SOURCES.map((title) => source(state, title));

export function user(state: AshbyState, one: User): Row {
	return { id: state.id('user', one), firstName: one.firstName, lastName: one.lastName, email: one.email, globalRole: one.number === 1 ? 'Organization Admin' : 'Limited Access', isEnabled: one.active, updatedAt: iso(one.changedAt) };
}

export const tag = (state: AshbyState, one: Tag): Row => ({ id: state.id('tag', one), title: one.name, isArchived: false });

/** `Withdrew` is the candidate's own. */
export const reason = (state: AshbyState, one: RejectionReason): Row => ({ id: state.id('rejectionReason', one), text: one.name, reasonType: one.name === 'Withdrew' ? 'RejectedByCandidate' : 'RejectedByOrg', isArchived: false });

export const file = (state: AshbyState, one: Attachment): Row => ({ id: state.id('attachment', one), name: one.fileName, handle: handleOf(state, one) });

export const handleOf = (state: AshbyState, one: Attachment): string => `eyJ${Buffer.from(state.id('attachment', one)).toString('base64url')}`;

export function candidate(state: AshbyState, one: Candidate): Row {
	const { world } = state;
	const [email] = one.emails;
	const [phone] = one.phones;
	const { resume, files } = state.filesOf(one.id);
	const id = state.id('candidate', one);
	return {
		id,
		createdAt: iso(one.createdAt),
		updatedAt: iso(Math.max(one.changedAt, one.linkedAt)),
		name: nameOf(one),
		...(email ? { primaryEmailAddress: valueOf(email.address, email.type, true) } : {}),
		emailAddresses: one.emails.map(({ address, type }, i) => valueOf(address, type, i === 0)),
		...(phone ? { primaryPhoneNumber: valueOf(phone.number, phone.type, true) } : {}),
		phoneNumbers: one.phones.map(({ number, type }, i) => valueOf(number, type, i === 0)),
		socialLinks: one.links.map((url) => ({ type: url.includes('linkedin') ? 'LinkedIn' : url.includes('github') ? 'GitHub' : 'Website', url })),
		tags: one.tagIds.flatMap((tagId) => world.tags.get(tagId) ?? []).map((each) => tag(state, each)),
		...(one.title === null ? {} : { position: one.title }),
		...(one.company === null ? {} : { company: one.company }),
		applicationIds: world.applications.by('candidateId', one.id).filter((application) => application.deletedAt === null && state.visible('application', application)).map((application) => state.id('application', application)),
		...(resume ? { resumeFileHandle: file(state, resume) } : {}),
		fileHandles: files.map((each) => file(state, each)),
		customFields: [],
		profileUrl: `https://app.ashbyhq.example/candidates/${id}`,
		...(one.source === null ? {} : { source: source(state, one.source) }),
		...(one.place === null ? {} : { location: { id: state.other('place', one.number), locationSummary: `${one.place.city}, ${one.place.country}`, locationComponents: [{ type: 'City', name: one.place.city }, { type: 'Country', name: one.place.country }] } }),
	};
}

export function application(state: AshbyState, one: Application): Row {
	const { world } = state;
	const person = world.candidates.need(one.candidateId);
	const job = world.jobs.need(one.jobId);
	const owner = world.users.get(one.ownerId);
	const [email] = person.emails;
	const [phone] = person.phones;
	const why = world.rejectionReasons.get(one.rejection?.reasonId ?? null);
	const at = state.stageOf(one);
	return {
		id: state.id('application', one),
		createdAt: iso(one.createdAt),
		updatedAt: iso(one.changedAt),
		status: at.type === 'Hired' || at.type === 'Archived' || at.type === 'Lead' ? at.type : 'Active',
		customFields: [{ id: state.other('custom field', 1), title: 'Notice period', value: `${(one.number % 3) + 1} months`, isPrivate: false }],
		candidate: {
			id: state.id('candidate', person),
			name: nameOf(person),
			...(email ? { primaryEmailAddress: valueOf(email.address, email.type, true) } : {}),
			...(phone ? { primaryPhoneNumber: valueOf(phone.number, phone.type, true) } : {}),
		},
		currentInterviewStage: stage(at),
		...(one.source === null ? {} : { source: source(state, one.source, one.origin) }),
		archiveReason: at.type === 'Archived' && why ? { ...reason(state, why), customFields: [] } : null,
		archivedAt: at.type === 'Archived' && one.rejection ? iso(one.rejection.at) : null,
		job: { id: state.id('job', job), title: job.title, locationId: state.other('location', job.number), departmentId: departmentIdOf(state, job) },
		...(owner ? { creditedToUser: user(state, owner) } : {}),
		hiringTeam: teamOf(state, job),
	};
}

/** What application.info tells beyond a list. */
export function applicationInfo(state: AshbyState, one: Application): Row {
	const { resume } = state.filesOf(one.candidateId);
	const at = state.stageOf(one);
	const before = state.stagesOf(state.world.jobs.need(one.jobId)).find(({ stage: from }) => from?.id === one.stageId);
	const entry = ({ id, title, order }: PlanStage, entered: number, left: number | null): Row => ({
		id: state.other(`history ${order}`, one.number),
		stageId: id,
		title,
		stageNumber: order,
		enteredStageAt: iso(entered),
		...(left === null ? {} : { leftStageAt: iso(left) }),
		actorId: state.id('user', state.world.users.rows[0] ?? one),
		allowedActions: [],
	});
	return {
		...application(state, one),
		applicationHistory: [...(before && before !== at ? [entry(before, one.createdAt, one.changedAt)] : []), entry(at, one.changedAt, null)],
		...(resume ? { resumeFileHandle: file(state, resume) } : {}),
	};
}

const departmentIdOf = (state: AshbyState, one: Job): string => state.other('department', state.world.departments.get(one.departmentId)?.number ?? 0);

function teamOf(state: AshbyState, one: Job): Row[] {
	const { world } = state;
	return one.team.flatMap(({ userId, roleIds }) => {
		const member = world.users.get(userId);
		const role = world.roles.get(roleIds[0])?.kind;
		if (!member) return [];
		return [{ email: member.email, firstName: member.firstName, lastName: member.lastName, role: role === 'HIRING_MANAGER' ? 'Hiring Manager' : role === 'RECRUITER' ? 'Recruiter' : 'Interviewer', userId: state.id('user', member) }];
	});
}

export function job(state: AshbyState, one: Job, withLocation: boolean): Row {
	const planId = state.planId(one);
	return {
		id: state.id('job', one),
		title: one.title,
		confidential: one.visibility === 'CONFIDENTIAL',
		status: JOB_STATUS[one.status],
		employmentType: EMPLOYMENT[one.employment],
		locationId: state.other('location', one.number),
		departmentId: departmentIdOf(state, one),
		defaultInterviewPlanId: planId,
		interviewPlanIds: [planId],
		customFields: [],
		jobPostingIds: one.postings.map((_, i) => state.other(`posting ${i}`, one.number)),
		hiringTeam: teamOf(state, one),
		createdAt: iso(one.createdAt),
		updatedAt: iso(Math.max(one.changedAt, one.linkedAt)),
		...(one.openedAt === null ? {} : { openedAt: iso(one.openedAt) }),
		...(one.closedAt === null ? {} : { closedAt: iso(one.closedAt) }),
		...(withLocation ? { location: { id: state.other('location', one.number), name: one.place.city, isArchived: false, isRemote: one.remoteWork === 'REMOTE', address: { postalAddress: { addressCountry: one.place.country, addressLocality: one.place.city } } } } : {}),
	};
}

export const plan = (state: AshbyState, one: Job): Row => ({ id: state.planId(one), title: `Plan of ${one.title}`, isArchived: false, createdAt: iso(one.createdAt), updatedAt: iso(one.createdAt) });

/** A round of one meeting. */
export function schedule(state: AshbyState, one: Interview): Row {
	const { world } = state;
	const owner = world.applications.need(one.applicationId);
	const stages = state.stagesOf(world.jobs.need(owner.jobId));
	const organizer = world.users.get(one.organizerId);
	const interviewers = one.interviewerIds.flatMap((userId) => world.users.get(userId) ?? []);
	const id = state.other('schedule', one.number);
	return {
		id,
		status: SCHEDULES[one.status],
		applicationId: state.id('application', owner),
		interviewStageId: (stages.find((at) => at.stage?.id === one.stageId) ?? stages[1])?.id ?? '',
		...(organizer ? { scheduledBy: user(state, organizer) } : {}),
		createdAt: iso(one.createdAt),
		updatedAt: iso(Math.max(one.changedAt, one.linkedAt)),
		interviewEvents: [
			{
				id: state.id('interview', one),
				interviewId: state.other('interview kind', one.title.length),
				interviewScheduleId: id,
				interviewerUserIds: interviewers.map((each) => state.id('user', each)),
				interviewers: interviewers.map((each) => ({ ...user(state, each), isFeedbackRequired: true })),
				createdAt: iso(one.createdAt),
				updatedAt: iso(one.changedAt),
				startTime: iso(one.startsAt),
				endTime: iso(one.endsAt),
				feedbackLink: `https://app.ashbyhq.example/feedback/${one.number}`,
				location: one.where.address,
				meetingLink: one.videoUrl,
				interviewerCalendarEventId: null,
				hasSubmittedFeedback: one.status === 'COMPLETED',
				interview: { id: state.other('interview kind', one.title.length), title: one.title, isArchived: false, isFeedbackRequested: true, isFeedbackRequired: true, feedbackFormDefinitionId: state.other('form', 1) },
			},
		],
	};
}

export function offer(state: AshbyState, one: Offer): Row {
	const decided = one.status === 'ACCEPTED' || one.status === 'DECLINED' ? one.closedAt : null;
	return {
		id: state.id('offer', one),
		applicationId: state.id('application', state.world.applications.need(one.applicationId)),
		...OFFERS[one.status],
		...(decided === null ? {} : { decidedAt: iso(decided) }),
		latestVersion: { id: state.other('offer version', one.number), createdAt: iso(one.createdAt), ...(one.startDate === null ? {} : { startDate: iso(one.startDate) }) },
	};
}
