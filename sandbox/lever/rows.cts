/** The world in Lever's words: hire.lever.co/developer/documentation, section 4 of the dossier. Times are integers, ms since 1970. */
import type { Application, Attachment, Candidate, Interview, Job, Note, Offer, OfferStatus, User } from '../model.cts';
import { LEAD_STAGE, uuidOf, type LeverState } from './state.cts';

export type Json = Record<string, unknown>;

const ORIGIN = { AGENCY: 'agency', REFERRAL: 'referred', EXTERNAL: 'applied' } as const;
const STATE = { OPEN: 'published', CLOSED: 'closed', DRAFT: 'draft', ARCHIVED: 'rejected' } as const;
/** For an offer that was taken back no word is known. */
const OFFER: Record<OfferStatus, string> = { DRAFT: 'draft', APPROVED: 'approved', SENT: 'sent', ACCEPTED: 'signed', DECLINED: 'denied', ABANDONED: 'withdrawn' };
const PHONE = { PERSONAL: 'personal', WORK: 'work', OTHER: 'mobile' } as const;

export class Rows {
	constructor(private readonly state: LeverState) {}

	opportunity(application: Application, expand: ReadonlySet<string> = new Set()): Json {
		const { state } = this;
		const candidate = state.world.candidates.need(application.candidateId);
		const id = state.ids.of('application', application);
		const isLead = state.leads.has(application.id);
		const changes = state.changesOf(application.id);
		const user = (name: string, value: string | null) => (expand.has(name) ? this.userOrNull(value) : state.idOf('user', value));
		return {
			id,
			name: nameOf(candidate),
			headline: [candidate.title, candidate.company].filter(Boolean).join(', '),
			contact: expand.has('contact') ? this.contact(candidate) : state.ids.of('candidate', candidate),
			emails: candidate.emails.map(({ address }) => address),
			phones: phonesOf(candidate),
			confidentiality: state.isConfidential(application) ? 'confidential' : 'non-confidential',
			location: placeOf(candidate),
			links: candidate.links,
			createdAt: application.createdAt,
			updatedAt: state.updatedAt(application),
			lastInteractionAt: state.lastInteractionAt(application),
			lastAdvancedAt: changes.at(-1)?.updatedAt ?? application.createdAt,
			snoozedUntil: null,
			archived: this.archived(application),
			stage: expand.has('stage') ? this.stage(application) : this.stage(application).id,
			stageChanges: changes,
			owner: user('owner', application.ownerId),
			tags: candidate.tagIds.flatMap((tagId) => state.world.tags.get(tagId)?.name ?? []),
			sources: application.source === null ? [] : [application.source],
			origin: isLead ? 'sourced' : ORIGIN[application.origin],
			sourcedBy: null,
			applications: isLead ? [] : expand.has('applications') ? [this.form(application)] : [this.formId(application)],
			resume: null,
			followers: [],
			urls: { list: 'https://hire.lever.co/candidates', show: `https://hire.lever.co/candidates/${id}` },
			dataProtection: candidate.consent && { store: { allowed: candidate.consent.given, expiresAt: candidate.consent.expiresAt }, contact: { allowed: candidate.consent.given, expiresAt: candidate.consent.expiresAt } },
			isAnonymized: candidate.firstName === null && candidate.lastName === null,
		};
	}

	formId = (application: Application): string => uuidOf('lever/form', application.number);

	/** What Lever calls an application: the form by which an opportunity meets a posting. */
	form(application: Application): Json {
		const { state } = this;
		const candidate = state.world.candidates.need(application.candidateId);
		const job = state.world.jobs.get(application.jobId);
		const [phone] = phonesOf(candidate);
		return {
			id: this.formId(application),
			type: application.origin === 'REFERRAL' ? 'referral' : 'posting',
			opportunityId: state.ids.of('application', application),
			candidateId: state.ids.of('application', application),
			posting: state.idOf('job', application.jobId),
			postingHiringManager: job ? this.teamMember(job, 'HIRING_MANAGER') : null,
			postingOwner: job ? this.teamMember(job, 'RECRUITER') : null,
			user: null,
			name: nameOf(candidate),
			company: candidate.company,
			phone: phone ?? null,
			email: candidate.emails[0]?.address ?? null,
			links: candidate.links,
			comments: '',
			customQuestions: [],
			createdAt: application.createdAt,
			archived: this.archived(application),
			requisitionForHire: null,
		};
	}

	contact(candidate: Candidate): Json {
		return {
			id: this.state.ids.of('candidate', candidate),
			name: nameOf(candidate),
			headline: [candidate.title, candidate.company].filter(Boolean).join(', '),
			isAnonymized: candidate.firstName === null && candidate.lastName === null,
			location: { name: placeOf(candidate) },
			emails: candidate.emails.map(({ address }) => address),
			phones: phonesOf(candidate),
		};
	}

	posting(job: Job, expand: ReadonlySet<string> = new Set()): Json {
		const { state } = this;
		const id = state.ids.of('job', job);
		const department = state.world.departments.get(job.departmentId)?.name ?? '';
		const person = (name: string, kind: string) => {
			const userId = this.teamMember(job, kind);
			return expand.has(name) && userId !== null ? this.user(state.ids.find('user', userId) as User) : userId;
		};
		return {
			id,
			text: job.title,
			createdAt: job.createdAt,
			updatedAt: Math.max(job.changedAt, job.linkedAt),
			user: person('user', 'RECRUITER'),
			owner: person('owner', 'RECRUITER'),
			hiringManager: person('hiringManager', 'HIRING_MANAGER'),
			confidentiality: job.visibility === 'CONFIDENTIAL' ? 'confidential' : 'non-confidential',
			categories: { team: department, department, location: job.place.city, allLocations: [job.place.city], commitment: job.employment, level: job.experience },
			content: { description: job.html.replace(/<[^>]*>/g, ''), descriptionHtml: job.html, lists: [], closing: '', closingHtml: '' },
			country: job.place.country,
			tags: [],
			state: job.status === 'OPEN' && job.visibility === 'INTERNAL' ? 'internal' : STATE[job.status],
			distributionChannels: job.visibility === 'INTERNAL' ? ['internal'] : ['public'],
			reqCode: job.code,
			requisitionCodes: [job.code],
			salaryDescription: '',
			salaryDescriptionHtml: '',
			...(job.salary ? { salaryRange: { min: job.salary.from, max: job.salary.to, currency: job.salary.currency, interval: 'per-year-salary' } } : {}),
			urls: { list: 'https://jobs.lever.co/acme', show: `https://jobs.lever.co/acme/${id}`, apply: `https://jobs.lever.co/acme/${id}/apply` },
			workplaceType: job.remoteWork === 'REMOTE' ? 'remote' : job.remoteWork === 'HYBRID' ? 'hybrid' : 'onsite',
		};
	}

	user(user: User): Json {
		const { id, firstName, lastName, email, createdAt, active } = { ...user, id: this.state.ids.of('user', user) };
		return { id, name: `${firstName} ${lastName}`, username: email.split('@')[0], email, accessRole: 'team member', photo: null, createdAt, deactivatedAt: active ? null : createdAt, externalDirectoryId: null, linkedContactIds: [], jobTitle: null, managerId: null };
	}

	interview(interview: Interview): Json {
		const { state } = this;
		const interviewers = interview.interviewerIds.flatMap((userId) => state.world.users.get(userId) ?? []);
		const stage = state.world.stages.get(interview.stageId);
		const application = state.world.applications.need(interview.applicationId);
		return {
			id: state.ids.of('interview', interview),
			panel: uuidOf('lever/panel', interview.number),
			subject: interview.title,
			note: '',
			interviewers: interviewers.map((user) => ({ id: state.ids.of('user', user), name: `${user.firstName} ${user.lastName}`, email: user.email, feedbackTemplate: null })),
			timezone: 'Europe/Paris',
			createdAt: interview.createdAt,
			date: interview.startsAt,
			duration: Math.round((interview.endsAt - interview.startsAt) / 60_000),
			location: interview.videoUrl ?? interview.where.address ?? '',
			feedbackTemplate: null,
			feedbackForms: interview.status === 'COMPLETED' ? interviewers.map((_, at) => uuidOf('lever/feedback', interview.number * 100 + at)) : [],
			feedbackReminder: 'once',
			user: state.idOf('user', interview.organizerId),
			stage: stage ? state.stageId(stage) : null,
			canceledAt: interview.status === 'CANCELLED' ? interview.changedAt : null,
			postings: [state.idOf('job', application.jobId)],
			gcalEventUrl: null,
			opportunityId: state.ids.of('application', application),
		};
	}

	offer(offer: Offer): Json {
		const { state } = this;
		const application = state.world.applications.need(offer.applicationId);
		return {
			id: state.ids.of('offer', offer),
			posting: state.idOf('job', application.jobId),
			createdAt: offer.createdAt,
			status: OFFER[offer.status],
			creator: state.idOf('user', application.ownerId) ?? uuidOf('lever/nobody', 1),
			fields: [],
			signatures: {},
			approved: offer.status !== 'DRAFT',
			approvedAt: offer.status === 'DRAFT' ? null : offer.createdAt,
			sentAt: offer.sentAt,
			sentDocument: null,
			signedDocument: null,
		};
	}

	file(attachment: Attachment): Json {
		const id = this.state.ids.of('attachment', attachment);
		return { id, ...this.stored(attachment, `files/${id}`) };
	}

	resume(attachment: Attachment): Json {
		const id = this.state.ids.of('attachment', attachment);
		return { id, createdAt: attachment.createdAt, file: this.stored(attachment, `resumes/${id}`), parsedData: {} };
	}

	note(note: Note): Json {
		const id = this.state.ids.of('note', note);
		return { id, text: note.html, fields: [], user: this.state.idOf('user', note.authorId), secret: note.private, completedAt: note.createdAt, deletedAt: null, createdAt: note.createdAt, noteId: id };
	}

	private stored(attachment: Attachment, path: string): Json {
		const application = attachment.applicationId === null ? undefined : this.state.world.applications.get(attachment.applicationId);
		const owner = application ? this.state.ids.of('application', application) : '';
		return { name: attachment.fileName, ext: `.${attachment.fileName.split('.').at(-1) ?? ''}`, downloadUrl: `https://api.lever.co/v1/opportunities/${owner}/${path}/download`, uploadedAt: attachment.createdAt, status: 'processed', size: this.state.world.bytes(attachment).length };
	}

	private archived(application: Application): Json | null {
		const { state } = this;
		if (application.status === 'HIRED') return { archivedAt: application.changedAt, reason: state.hiredReasonId };
		if (application.status !== 'DECLINED' || !application.rejection) return null;
		return { archivedAt: application.rejection.at, reason: state.reasonId(state.world.rejectionReasons.get(application.rejection.reasonId)) };
	}

	private stage(application: Application): { id: string; text: string } {
		if (this.state.leads.has(application.id)) return LEAD_STAGE;
		const stage = this.state.world.stages.need(application.stageId);
		return { id: this.state.stageId(stage), text: stage.name };
	}

	private userOrNull(id: string | null): Json | null {
		const user = this.state.world.users.get(id);
		return user ? this.user(user) : null;
	}

	private teamMember(job: Job, kind: string): string | null {
		const found = job.team.find(({ roleIds }) => roleIds.some((id) => this.state.world.roles.get(id)?.kind === kind));
		return found ? this.state.idOf('user', found.userId) : null;
	}
}

const nameOf = ({ firstName, lastName }: Candidate): string => [firstName, lastName].filter(Boolean).join(' ');
const placeOf = ({ place }: Candidate): string => (place ? `${place.city}, ${place.country}` : '');
const phonesOf = ({ phones }: Candidate): Json[] => phones.map(({ number, type }) => ({ type: PHONE[type], value: number }));
