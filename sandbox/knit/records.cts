/** The world in Knit's words. https://developers.getknit.dev/reference/application-data-models , .../job-data-models */
import { iso, isoOrNull } from '../clock.cts';
import type { Application, Attachment, Candidate, Interview, Job, OfferStatus, Question, User } from '../model.cts';
import type { World } from '../world.cts';

export type Json = Record<string, unknown>;

const STATUS = { PENDING: 'ACTIVE', HIRED: 'HIRED', DECLINED: 'REJECTED' } as const;
const OFFER: Record<OfferStatus, string> = { DRAFT: 'IN_PROGRESS', APPROVED: 'IN_PROGRESS', SENT: 'IN_PROGRESS', ACCEPTED: 'SIGNED', DECLINED: 'DENIED', ABANDONED: 'DEPRECATED' };
/** COMPLETED is what Knit's own sample shows, against its table (dossier, quirk 6). */
const INTERVIEW: Record<Interview['status'], string> = { SCHEDULED: 'SCHEDULED', COMPLETED: 'COMPLETED', CANCELLED: 'CANCELLED' };
const ATTACHMENT: Record<Attachment['kind'], string> = { CV: 'RESUME', COVER_LETTER: 'COVER_LETTER', OTHER: 'NOT_SPECIFIED' };
const QUESTION: Partial<Record<Question['type'], string>> = { TEXT: 'TEXT', NUMBER: 'NUMBER', BOOLEAN: 'YES_NO', DATE: 'DATE', SINGLE_SELECT: 'SINGLE_CHOICE', MULTI_SELECT: 'MULTIPLE_CHOICE' };

/** Model id -> the key under which an event carries it. */
export const APPLICATION_MODELS: Record<string, string> = {
	application_info: 'info',
	application_stage: 'currentStage',
	application_interviews: 'interviews',
	application_rejection: 'rejection',
	application_offers: 'offers',
	application_attachments: 'attachments',
};
export const JOB_MODELS: Record<string, string> = {
	job_info: 'info',
	job_departments: 'departments',
	job_offices: 'offices',
	job_hiringManagers: 'hiringManagers',
	job_recruiters: 'recruiters',
	job_stages: 'stages',
	job_questions: 'jobQuestions',
};
export const CANDIDATE_MODELS: Record<string, string> = { candidate_info: 'info' };

/** Empty lists are null (seen live). */
const listed = <T,>(rows: readonly T[]): readonly T[] | null => (rows.length === 0 ? null : rows);

export class Records {
	constructor(
		private readonly world: World,
		/** A short-lived address for the bytes. */
		private readonly link: (attachment: Attachment) => string,
	) {}

	application(application: Application): Json {
		const { interviews, offers, attachments, stages } = this.world;
		const alive = <T extends { deletedAt: number | null }>(rows: readonly T[]) => rows.filter((row) => row.deletedAt === null);
		const stage = stages.get(application.stageId);
		return {
			info: {
				id: application.id,
				status: STATUS[application.status],
				candidate: this.person(this.world.candidates.need(application.candidateId)),
				origin: application.origin,
				appliedAt: iso(application.createdAt),
				updatedAt: iso(application.changedAt),
				jobId: application.jobId,
				owner: this.user(application.ownerId),
				creditedTo: null,
			},
			currentStage: stage ? { id: stage.id, text: stage.name } : null,
			interviews: listed(alive(interviews.by('applicationId', application.id)).map((interview) => this.interview(interview))),
			rejection: application.rejection && { id: application.rejection.reasonId, text: this.world.rejectionReasons.get(application.rejection.reasonId)?.name ?? null, rejectedAt: iso(application.rejection.at) },
			offers: listed(alive(offers.by('applicationId', application.id)).map(({ id, status, createdAt, sentAt, closedAt }) => ({ id, status: OFFER[status], createdAt: iso(createdAt), sentAt: isoOrNull(sentAt), closedAt: isoOrNull(closedAt) }))),
			attachments: listed(alive(attachments.by('applicationId', application.id)).map((attachment) => this.attachment(attachment))),
			questionResponses: listed(application.answers.map(({ title, type, value }) => ({ questionType: QUESTION[type] ?? 'NOT_SPECIFIED', questionText: title, answer: Array.isArray(value) ? { selectedOptions: value } : { text: String(value) } }))),
		};
	}

	/** What lists of some ATSs give (Workable, seen live): outlines without the person. */
	outline(application: Application): Json {
		const { info, currentStage } = this.application(application);
		const nobody = { firstName: null, lastName: null, phones: null, emails: null, links: null, location: null };
		return { info: { ...(info as Json), candidate: { id: application.candidateId, ...nobody } }, currentStage, interviews: null, rejection: null, offers: null, attachments: null };
	}

	/** When the application, or anything that its record shows, changed last. */
	touchedAt(application: Application): number {
		// Plain loops, since a list asks this of every application with every page.
		const { interviews, offers, attachments, candidates } = this.world;
		const candidate = candidates.need(application.candidateId);
		let latest = Math.max(application.changedAt, application.linkedAt, candidate.changedAt, candidate.linkedAt);
		for (const { changedAt, linkedAt } of interviews.by('applicationId', application.id)) latest = Math.max(latest, changedAt, linkedAt);
		for (const { changedAt, linkedAt } of offers.by('applicationId', application.id)) latest = Math.max(latest, changedAt, linkedAt);
		for (const { changedAt, linkedAt } of attachments.by('applicationId', application.id)) latest = Math.max(latest, changedAt, linkedAt);
		return latest;
	}

	job(job: Job): Json {
		const department = this.world.departments.get(job.departmentId);
		const withRole = (kind: string) => job.team.filter(({ roleIds }) => roleIds.some((id) => this.world.roles.get(id)?.kind === kind)).map(({ userId }) => this.user(userId));
		return {
			info: {
				id: job.id,
				title: job.title,
				description: job.html,
				createdAt: iso(job.createdAt),
				updatedAt: iso(job.changedAt),
				closedAt: isoOrNull(job.closedAt),
				status: job.status === 'ARCHIVED' ? 'CLOSED' : job.status,
				confidential: job.visibility === 'CONFIDENTIAL',
				infoUrl: job.postings[0]?.url ?? null,
				applyUrl: job.postings[0] === undefined ? null : `${job.postings[0].url}/apply`,
			},
			departments: listed(department ? [{ id: department.id, name: department.name }] : []),
			offices: listed([{ id: officeOf(job), name: job.place.city, location: `${job.place.city}, ${job.place.country}`, address: { city: job.place.city, country: job.place.country } }]),
			hiringManagers: listed(withRole('HIRING_MANAGER')),
			recruiters: listed(withRole('RECRUITER')),
			stages: listed(job.stageIds.flatMap((id) => this.world.stages.get(id) ?? []).map(({ id, name }) => ({ id, text: name }))),
			jobQuestions: listed(job.questions.map(({ id, title, type, required }) => ({ id, question: title, type: QUESTION[type] ?? 'NOT_SPECIFIED', required }))),
			customFields: null,
		};
	}

	candidate(candidate: Candidate): Json {
		const { location: _, ...person } = this.person(candidate);
		return {
			...person,
			tags: listed(candidate.tagIds.flatMap((id) => this.world.tags.get(id)?.name ?? [])),
			title: candidate.title,
			company: candidate.company,
			createdAt: iso(candidate.createdAt),
			updatedAt: iso(candidate.changedAt),
			applications: listed(this.world.applications.by('candidateId', candidate.id).flatMap(({ id, deletedAt }) => (deletedAt === null ? [id] : []))),
		};
	}

	private person(candidate: Candidate): Json {
		const type = (kind: string) => (kind === 'OTHER' ? 'NOT_SPECIFIED' : kind);
		return {
			id: candidate.id,
			firstName: candidate.firstName,
			lastName: candidate.lastName,
			phones: listed(candidate.phones.map((phone) => ({ type: type(phone.type), phoneNumber: phone.number }))),
			emails: listed(candidate.emails.map((email) => ({ type: type(email.type), email: email.address }))),
			links: listed(candidate.links),
			location: candidate.place && `${candidate.place.city}, ${candidate.place.country}`,
		};
	}

	private interview(interview: Interview): Json {
		const stage = this.world.stages.get(interview.stageId);
		return {
			id: interview.id,
			subject: interview.title,
			createdAt: iso(interview.createdAt),
			scheduledStart: iso(interview.startsAt),
			scheduledEnd: iso(interview.endsAt),
			stage: stage ? { id: stage.id, text: stage.name } : null,
			interviewers: listed(interview.interviewerIds.flatMap((id) => this.user(id) ?? [])),
			location: interview.videoUrl ?? (interview.where.kind === 'PHYSICAL' ? interview.where.address : null),
			creator: this.user(interview.organizerId),
			status: INTERVIEW[interview.status],
		};
	}

	/** Either a link or the content: cover letters come along, as in Knit's sample. */
	private attachment(attachment: Attachment): Json {
		const inline = attachment.kind === 'COVER_LETTER';
		return {
			type: ATTACHMENT[attachment.kind],
			name: attachment.fileName,
			...(inline ? { attachmentContent: { content: this.world.bytes(attachment).toString('base64'), encoding: 'BASE64' } } : { link: this.link(attachment) }),
			createdAt: iso(attachment.createdAt),
		};
	}

	private user(id: string | null): Json | null {
		const user: User | undefined = this.world.users.get(id);
		return user ? { id: user.id, email: user.email, employeeId: null } : null;
	}
}

export function officeOf(job: Job): string {
	return `office-${job.place.city.toLowerCase().replace(/\W+/g, '-')}`;
}
