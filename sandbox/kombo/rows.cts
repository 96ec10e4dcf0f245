/**
 * The world's records in Kombo's words: https://docs.kombo.dev/ats/v1 (shapes of the OpenAPI document, with the
 * additions of the newer official clients where an older client ignores them).
 */
import { iso, isoOrNull } from '../clock.cts';
import type { Answer, Application, Attachment, Base, Candidate, Interview, Job, Note, Offer, Place, Question, RejectionReason, Role, Scorecard, ScoreResponse, Stage, Tag, User } from '../model.cts';
import { slugOf } from '../names.cts';
import type { World } from '../world.cts';

export type Row = Record<string, unknown>;

const ATS = 'https://ats.acme.example';

/** Values of mapped custom fields, by model. */
export type CustomFields = (model: string, record: Base) => Row;

export class Rows {
	constructor(
		private readonly world: World,
		private readonly custom: CustomFields,
	) {}

	job(job: Job): Row {
		const { salary } = job;
		return {
			id: job.id,
			remote_id: job.remoteId,
			name: job.title,
			job_code: job.code,
			description: job.html,
			confidential: job.visibility === 'CONFIDENTIAL',
			weekly_hours: job.weeklyHours,
			employment_type: job.employment,
			status: job.status,
			visibility: job.visibility,
			category: job.category,
			department: this.world.departments.get(job.departmentId)?.name ?? null,
			post_url: job.postings[0]?.url ?? null,
			experience_level: job.experience,
			remote_work_status: job.remoteWork,
			salary_amount: salary === null ? null : (salary.from + salary.to) / 2,
			salary_amount_from: salary?.from ?? null,
			salary_amount_to: salary?.to ?? null,
			salary_currency: salary?.currency ?? null,
			salary_period: salary?.period ?? null,
			location: place(job.place),
			custom_fields: this.custom('ats_jobs', job),
			integration_fields: [],
			remote_url: `${ATS}/jobs/${job.remoteId}`,
			opened_at: isoOrNull(job.openedAt),
			closed_at: isoOrNull(job.closedAt),
			...remoteStamps(job),
			contact_id: null,
			remote_data: null,
			...stamps(job),
			stages: job.stageIds.flatMap((id, index) => {
				const stage = this.world.stages.get(id);
				return stage ? [{ id: stage.id, remote_id: stage.remoteId, name: stage.name, index, status: stage.active ? 'ACTIVE' : 'INACTIVE', remote_data: null, custom_fields: null }] : [];
			}),
			screening_questions: job.questions.map(question),
			job_postings: job.postings.map((posting) => ({ id: posting.id, remote_id: posting.remoteId, title: posting.title, description_html: posting.html, status: posting.status, visibility: posting.visibility, url: posting.url, remote_data: null })),
			hiring_team: job.team.flatMap(({ userId, roleIds }) => {
				const user = this.world.users.get(userId);
				const roles = roleIds.flatMap((id) => this.world.roles.get(id) ?? []);
				return user ? [{ ...userMini(user), hiring_team_roles: roles.flatMap((role) => (role.kind === null || role.kind === 'ADMIN' ? [] : [role.kind])), job_roles: roles.map(roleMini) }] : [];
			}),
		};
	}

	candidate(candidate: Candidate): Row {
		return {
			...this.person(candidate),
			applications: this.world.applications
				.by('candidateId', candidate.id)
				.filter((application) => application.deletedAt === null)
				.map((application) => ({
					id: application.id,
					remote_id: application.remoteId,
					...this.outcome(application),
					remote_url: `${ATS}/applications/${application.remoteId}`,
					changed_at: iso(application.changedAt),
					...remoteStamps(application),
					current_stage: this.stageMini(application),
					job: this.jobMini(application.jobId),
				})),
			tags: this.tags(candidate),
		};
	}

	/** A candidate without its applications and tags. */
	person(candidate: Candidate): Row {
		return {
			id: candidate.id,
			remote_id: candidate.remoteId,
			first_name: candidate.firstName,
			last_name: candidate.lastName,
			company: candidate.company,
			title: candidate.title,
			confidential: false,
			source: candidate.source,
			...contact(candidate),
			location: candidate.place === null ? null : place(candidate.place),
			custom_fields: this.custom('ats_candidates', candidate),
			integration_fields: [],
			remote_url: `${ATS}/candidates/${candidate.remoteId}`,
			...remoteStamps(candidate),
			remote_data: null,
			...stamps(candidate),
		};
	}

	application(application: Application): Row {
		const candidate = this.world.candidates.get(application.candidateId);
		return {
			...this.applicationBase(application),
			candidate: candidate
				? { id: candidate.id, remote_id: candidate.remoteId, first_name: candidate.firstName, last_name: candidate.lastName, ...contact(candidate), source: candidate.source, remote_url: `${ATS}/candidates/${candidate.remoteId}`, tags: this.tags(candidate) }
				: null,
			interviews: this.world.interviews
				.by('applicationId', application.id)
				.filter((interview) => interview.deletedAt === null)
				.map((interview) => ({ id: interview.id, remote_id: interview.remoteId, title: interview.title, starting_at: iso(interview.startsAt), ending_at: iso(interview.endsAt), location: whereOf(interview), canceled: interview.status === 'CANCELLED' })),
			offers: this.world.offers
				.by('applicationId', application.id)
				.filter((offer) => offer.deletedAt === null)
				.map((offer) => ({ id: offer.id, remote_id: offer.remoteId, status: offer.status })),
		};
	}

	/** What creating an application answers with: the same without lists, with the whole person. */
	created(application: Application, candidate: Candidate): Row {
		return { ...this.applicationBase(application), candidate: { ...this.person(candidate), tags: this.tags(candidate) } };
	}

	interview(interview: Interview): Row {
		const application = this.world.applications.get(interview.applicationId);
		return {
			id: interview.id,
			remote_id: interview.remoteId,
			title: interview.title,
			starting_at: iso(interview.startsAt),
			ending_at: iso(interview.endsAt),
			location: whereOf(interview),
			video_conferencing_url: interview.videoUrl,
			application_id: interview.applicationId,
			stage_id: interview.stageId,
			canceled: interview.status === 'CANCELLED',
			...remoteStamps(interview),
			remote_data: null,
			...stamps(interview),
			users: interview.interviewerIds.flatMap((id) => {
				const user = this.world.users.get(id);
				return user ? [userMini(user)] : [];
			}),
			application: application
				? {
						id: application.id,
						remote_id: application.remoteId,
						outcome: application.status,
						rejection_reason_name: this.outcome(application)['rejection_reason_name'],
						candidate: this.candidateMini(application.candidateId),
						job: this.jobMini(application.jobId),
					}
				: null,
		};
	}

	offer(offer: Offer): Row {
		const application = this.world.applications.get(offer.applicationId);
		return {
			id: offer.id,
			remote_id: offer.remoteId,
			status: offer.status,
			employment_start_date: isoOrNull(offer.startDate),
			application_id: offer.applicationId,
			custom_fields: this.custom('ats_offers', offer),
			integration_fields: [],
			...stamps(offer),
			...remoteStamps(offer),
			remote_data: null,
			application: application ? { candidate: this.candidateMini(application.candidateId), job: this.jobMini(application.jobId) } : null,
		};
	}

	user(user: User): Row {
		const roles = user.roleIds.flatMap((id) => this.world.roles.get(id) ?? []);
		return { ...userMini(user), status: user.active ? 'ACTIVE' : 'INACTIVE', remote_data: null, ...stamps(user), system_roles: roles.map(roleMini) };
	}

	role(role: Role): Row {
		return { id: role.id, ...roleMini(role), remote_data: null, ...stamps(role) };
	}

	stage(stage: Stage): Row {
		return { id: stage.id, remote_id: stage.remoteId, name: stage.name, status: stage.active ? 'ACTIVE' : 'INACTIVE', custom_fields: null, remote_data: null, ...stamps(stage) };
	}

	tag(tag: Tag): Row {
		return { id: tag.id, remote_id: tag.remoteId, name: tag.name, remote_data: null, ...stamps(tag) };
	}

	rejectionReason(reason: RejectionReason): Row {
		return { id: reason.id, remote_id: reason.remoteId, name: reason.name, ...stamps(reason), remote_data: null };
	}

	note(note: Note): Row {
		return {
			id: note.id,
			remote_id: note.remoteId,
			candidate_id: note.candidateId,
			application_id: note.applicationId,
			author_id: note.authorId,
			title: note.title,
			content_html: note.html,
			is_private: note.private,
			...remoteStamps(note),
			...stamps(note),
			author: this.author(note.authorId),
		};
	}

	scorecard(card: Scorecard): Row {
		return {
			id: card.id,
			remote_id: card.remoteId,
			candidate_id: card.candidateId,
			application_id: card.applicationId,
			interview_id: card.interviewId,
			author_id: card.authorId,
			responses: card.responses.map(response),
			...remoteStamps(card),
			...stamps(card),
			author: this.author(card.authorId),
		};
	}

	attachment(attachment: Attachment): Row {
		return {
			id: attachment.id,
			remote_id: attachment.remoteId,
			candidate_id: attachment.candidateId,
			application_id: attachment.applicationId,
			type: attachment.kind,
			file_name: attachment.fileName,
			content_ref: { type: 's3', bucket: 'acme-kombo-files', key: `attachments/${attachment.id}` },
			...remoteStamps(attachment),
			...stamps(attachment),
		};
	}

	private applicationBase(application: Application): Row {
		return {
			id: application.id,
			remote_id: application.remoteId,
			...this.outcome(application),
			current_stage_id: application.stageId,
			job_id: application.jobId,
			candidate_id: application.candidateId,
			screening_question_answers: application.answers.map((answer) => ({ answer: answerValue(answer), question: { remote_id: this.questionOf(application, answer)?.remoteId ?? null, title: answer.title, type: answer.type } })),
			custom_fields: this.custom('ats_applications', application),
			integration_fields: [],
			remote_url: `${ATS}/applications/${application.remoteId}`,
			...stamps(application),
			...remoteStamps(application),
			remote_data: null,
			current_stage: this.stageMini(application),
			job: this.jobMini(application.jobId),
		};
	}

	private questionOf(application: Application, answer: Answer): Question | undefined {
		return this.world.jobs.get(application.jobId)?.questions.find((one) => one.id === answer.questionId);
	}

	private outcome(application: Application): Row {
		const { rejection } = application;
		return { outcome: application.status, rejection_reason_name: this.world.rejectionReasons.get(rejection?.reasonId)?.name ?? null, rejected_at: isoOrNull(rejection?.at ?? null) };
	}

	private stageMini(application: Application): Row | null {
		const stage = this.world.stages.get(application.stageId);
		const index = this.world.jobs.get(application.jobId)?.stageIds.indexOf(application.stageId) ?? -1;
		return stage ? { id: stage.id, remote_id: stage.remoteId, name: stage.name, index: index < 0 ? null : index, status: stage.active ? 'ACTIVE' : 'INACTIVE', custom_fields: null } : null;
	}

	private jobMini(id: string): Row | null {
		const job = this.world.jobs.get(id);
		return job ? { id: job.id, remote_id: job.remoteId, name: job.title } : null;
	}

	private candidateMini(id: string): Row | null {
		const candidate = this.world.candidates.get(id);
		return candidate ? { id: candidate.id, remote_id: candidate.remoteId, first_name: candidate.firstName, last_name: candidate.lastName, email_addresses: contact(candidate)['email_addresses'] } : null;
	}

	private author(id: string | null): Row | null {
		const user = this.world.users.get(id);
		return user ? userMini(user) : null;
	}

	private tags(candidate: Candidate): Row[] {
		return candidate.tagIds.flatMap((id) => {
			const tag = this.world.tags.get(id);
			return tag && tag.deletedAt === null ? [{ id: tag.id, remote_id: tag.remoteId, name: tag.name }] : [];
		});
	}
}

function stamps(record: Base): Row {
	return { changed_at: iso(record.changedAt), remote_deleted_at: isoOrNull(record.deletedAt) };
}

function remoteStamps(record: Base): Row {
	return { remote_created_at: iso(record.createdAt), remote_updated_at: iso(record.changedAt) };
}

function contact(candidate: Candidate): Row {
	return {
		email_addresses: candidate.emails.map((email) => ({ email_address: email.address, type: email.type })),
		phone_numbers: candidate.phones.map((phone) => ({ phone_number: phone.number, type: phone.type })),
		social_media: candidate.links.map((link) => ({ link, type: link.includes('linkedin') ? 'LINKEDIN' : 'OTHER', username: link.includes('linkedin') ? slugOf(link.split('/').pop() ?? '') : null })),
	};
}

function place(at: Place): Row {
	return { city: at.city, country: at.country, raw: `${at.city}, ${at.country}`, state: at.state, street_1: at.street, street_2: null, zip_code: at.zip };
}

function whereOf(interview: Interview): Row | null {
	const { address } = interview.where;
	return interview.where.kind === 'VIRTUAL' || address === null ? null : { city: null, country: null, raw: address, state: null, street_1: null, street_2: null, zip_code: null };
}

function userMini(user: User): Row {
	return { id: user.id, remote_id: user.remoteId, first_name: user.firstName, last_name: user.lastName, email: user.email };
}

function roleMini(role: Role): Row {
	return { remote_id: role.remoteId, remote_label: role.label, scope: role.scope, unified_type: role.kind };
}

function question(one: Question, index: number): Row {
	return { id: one.id, remote_id: one.remoteId, title: one.title, description: one.description, format: format(one), category: one.category, index, required: one.required, precondition_question_id: one.when?.questionId ?? null, precondition_options: one.when?.answers ?? null };
}

function format(one: Question): Row {
	const options = one.options.map((option) => ({ id: option.id, remote_id: option.remoteId, name: option.name }));
	switch (one.type) {
		case 'TEXT':
			return { type: 'TEXT', display_type: one.multiLine ? 'MULTI_LINE' : 'SINGLE_LINE', max_length: one.max };
		case 'NUMBER':
			return { type: 'NUMBER', display_type: 'FIELD', min: one.min, max: one.max };
		case 'FILE':
			return { type: 'FILE', accepted_mime_types: ['application/pdf'], max_file_size_bytes: 5_000_000 };
		case 'SINGLE_SELECT':
			return { type: 'SINGLE_SELECT', display_type: 'DROPDOWN', options };
		case 'MULTI_SELECT':
			return { type: 'MULTI_SELECT', options };
		case 'UNKNOWN':
			return { type: 'UNKNOWN', raw_question: { kind: 'signature' } };
		default:
			return { type: one.type };
	}
}

function answerValue(answer: Answer): Row {
	switch (answer.type) {
		case 'TEXT':
			return { content: answer.value };
		case 'NUMBER':
			return { number: answer.value };
		case 'BOOLEAN':
			return { checked: answer.value };
		case 'SINGLE_SELECT':
			return { choice: answer.value };
		case 'MULTI_SELECT':
			return { choices: answer.value ?? [] };
		case 'DATE':
			return { date: answer.value };
		default:
			return { raw: null };
	}
}

function response(one: ScoreResponse, i: number): Row {
	const option = (label: string): Row => ({ remote_id: `option-${label}`, label });
	const base = { remote_id: `attribute-${i + 1}`, label: one.label, description: null, required: one.required, type: one.type };
	if (one.type === 'SINGLE_SELECT') return { ...base, options: one.options.map(option), answer: typeof one.answer === 'string' ? option(one.answer) : null };
	if (one.type === 'MULTI_SELECT') return { ...base, options: one.options.map(option), answer: Array.isArray(one.answer) ? one.answer.map(option) : [] };
	return { ...base, answer: one.answer };
}
