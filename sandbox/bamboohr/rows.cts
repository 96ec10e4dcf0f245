import type { Application, Attachment, Candidate, Job, RejectionReason, Stage, User } from '../model.cts';
import { opaqueId } from '../random.cts';
import { Aliases, type World } from '../world.cts';

export type Row = Record<string, unknown>;
export type Group = 'NEW' | 'ACTIVE' | 'INACTIVE' | 'HIRED';
export interface Status {
	id: number;
	label: string;
	group: Group;
}

export const apiKeyOf = (world: World): string => opaqueId(`${world.seed}/bamboohr key`, 1, 40);

/** Ids are numbers, each model in a range of its own. */
const RANGES: Record<string, number> = { application: 10_000, candidate: 40_000, job: 300, stage: 0, rejectionReason: 100, user: 5_000, attachment: 70_000 };
/** An application that was rejected without a reason. */
const NOT_HIRED: Status = { id: 99, label: 'Other', group: 'INACTIVE' };
/** https://documentation.bamboohr.com/reference/get-job-summaries-1: words of `jobStatusGroups`. */
const JOB_WORDS: Record<Job['status'], string> = { OPEN: 'Open', CLOSED: 'Filled', DRAFT: 'Draft', ARCHIVED: 'Canceled' };

const isoOf = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, '+00:00');

/** The world as BambooHR has it: one status for where an application stands and for what became of it. */
export class Rows {
	readonly ids: Aliases;
	/** What moves `last_updated` beside the application itself is not known: a setting. */
	candidateTouches = true;
	/** The filter by status group does nothing. */
	ignoresGroups = false;

	constructor(readonly world: World) {
		this.ids = new Aliases(world, (label, number) => String((RANGES[label.split('/').at(-1) ?? ''] ?? 0) + number));
	}

	private idOf(model: Parameters<Aliases['of']>[0], record: Parameters<Aliases['of']>[1]): number {
		return Number(this.ids.of(model, record));
	}

	statuses(): Status[] {
		const alive = <T extends { deletedAt: number | null }>(rows: readonly T[]) => rows.filter(({ deletedAt }) => deletedAt === null);
		return [...alive(this.world.stages.rows).map((stage) => this.ofStage(stage)), NOT_HIRED, ...alive(this.world.rejectionReasons.rows).map((reason) => this.ofReason(reason))];
	}

	statusOf({ status, stageId, rejection }: Application): Status {
		if (status === 'DECLINED') {
			const reason = this.world.rejectionReasons.get(rejection?.reasonId ?? null);
			return reason ? this.ofReason(reason) : NOT_HIRED;
		}
		return this.ofStage(this.world.stages.need(stageId));
	}

	private ofStage(stage: Stage): Status {
		return { id: this.idOf('stage', stage), label: stage.name, group: stage.hired ? 'HIRED' : stage.index === 0 ? 'NEW' : 'ACTIVE' };
	}

	private ofReason(reason: RejectionReason): Status {
		return { id: this.idOf('rejectionReason', reason), label: reason.name, group: 'INACTIVE' };
	}

	stageOf(id: number): Stage | undefined {
		return this.ids.find('stage', String(id));
	}

	reasonOf(id: number): RejectionReason | undefined {
		return this.ids.find('rejectionReason', String(id));
	}

	lastUpdated(application: Application): number {
		const person = this.world.candidates.get(application.candidateId);
		return this.candidateTouches ? Math.max(application.changedAt, person?.changedAt ?? 0) : application.changedAt;
	}

	application(one: Application): Row {
		const { id, label } = this.statusOf(one);
		return { id: this.idOf('application', one), appliedDate: isoOf(one.createdAt), status: { id, label }, rating: null, applicant: this.applicant(one), job: this.ofJob(one) };
	}

	private applicant({ candidateId, source }: Application): Row {
		const person = this.world.candidates.need(candidateId);
		return { id: this.idOf('candidate', person), firstName: person.firstName ?? '', lastName: person.lastName ?? '', avatar: null, email: person.emails[0]?.address ?? '', source: source ?? '' };
	}

	private ofJob({ jobId }: Application): Row {
		const job = this.world.jobs.need(jobId);
		return { id: this.idOf('job', job), title: { id: null, label: job.title } };
	}

	files(application: Application): Attachment[] {
		return this.world.attachments.by('applicationId', application.id).filter(({ deletedAt }) => deletedAt === null);
	}

	details(one: Application, addressOf: (file: Attachment) => string): Row {
		const person = this.world.candidates.need(one.candidateId);
		const files = this.files(one);
		const idOfKind = (kind: Attachment['kind']) => files.filter((file) => file.kind === kind).map((file) => this.idOf('attachment', file))[0] ?? null;
		const changedAt = one.status === 'DECLINED' ? (one.rejection?.at ?? one.changedAt) : one.changedAt;
		return {
			...this.application(one),
			status: { ...this.statusRow(one), dateChanged: isoOf(changedAt), changedByUser: null },
			applicant: { ...this.applicant(one), ...this.contact(person) },
			job: { ...this.ofJob(one), hiringLead: this.lead(this.world.jobs.need(one.jobId)) },
			resumeFileId: idOfKind('CV'), coverLetterFileId: idOfKind('COVER_LETTER'), attachmentCount: files.length,
			attachments: files.map((file) => ({ id: this.idOf('attachment', file), name: file.fileName, fileUrl: addressOf(file) })),
			movedTo: null, movedFrom: null, alsoConsideredForCount: 0, duplicateApplicationCount: 0, referredBy: null, desiredSalary: null,
			commentCount: this.world.notes.rows.filter(({ applicationId }) => applicationId === one.id).length, emailCount: 0, eventCount: 0, questionsAndAnswers: [], applicationReferences: null,
		};
	}

	private statusRow(one: Application): Row {
		const { id, label } = this.statusOf(one);
		return { id, label };
	}

	private contact({ phones, place, links }: Candidate): Row {
		return {
			phoneNumber: phones[0]?.number ?? null, twitterUsername: null, linkedinUrl: links[0] ?? null, websiteUrl: null, availableStartDate: null, education: null,
			address: place && { addressLine1: null, addressLine2: null, city: place.city, state: null, zipcode: null, country: place.country },
		};
	}

	private lead({ team }: Job): Row | null {
		const user = this.world.users.get(team[0]?.userId ?? null);
		return user ? { employeeId: this.idOf('user', user), firstName: user.firstName, lastName: user.lastName, avatar: null, jobTitle: { id: null, label: null } } : null;
	}

	job(job: Job): Row {
		const open = this.world.applications.by('jobId', job.id).filter(({ deletedAt }) => deletedAt === null);
		const count = (groups: readonly Group[]) => open.filter((one) => groups.includes(this.statusOf(one).group)).length;
		return {
			id: this.idOf('job', job), title: { id: null, label: job.title }, postedDate: isoOf(job.openedAt ?? job.createdAt), location: null, department: { id: 1, label: job.category },
			status: { id: Object.keys(JOB_WORDS).indexOf(job.status) + 1, label: JOB_WORDS[job.status] }, hiringLead: this.lead(job),
			newApplicantsCount: count(['NEW']), activeApplicantsCount: count(['NEW', 'ACTIVE']), totalApplicantsCount: open.length, postingUrl: job.postings[0]?.url ?? null,
		};
	}

	user(user: User): Row {
		return { employeeId: this.idOf('user', user), preferredFullName: `${user.firstName} ${user.lastName}` };
	}
}
