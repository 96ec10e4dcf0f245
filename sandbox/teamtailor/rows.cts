import { isoIn } from '../dates.cts';
import type { Ref } from '../jsonApi.cts';
import type { Application, Attachment, Base, Candidate, Job, ModelName, RejectionReason, Stage, User } from '../model.cts';
import { opaqueId } from '../random.cts';
import type { Tools } from '../simulator.cts';
import { Aliases, type World } from '../world.cts';

/** A record whose relations are looked up only when somebody asks for them: by default an answer shows nothing but their links. */
export interface Doc extends Ref {
	attributes: Record<string, unknown>;
	relations: Record<string, () => Ref | Ref[] | null>;
	links?: Record<string, string>;
	/** for filters, sorting and faults */
	stamp: Pick<Base, 'id' | 'number' | 'createdAt' | 'changedAt' | 'linkedAt' | 'deletedAt' | 'remoteId'>;
}

export const apiKeyOf = (world: World): string => `tt_${opaqueId(`${world.seed}/teamtailor key`, 1, 40)}`;

/** Ids are numbers written as text; users keep theirs in every world, since tests name one as the acting user. */
const RANGES: Record<string, number> = { application: 200_000, candidate: 100_000, job: 3_000, user: 9_000, rejectionReason: 50, attachment: 700_000, department: 40, note: 60_000 };
export const ACTING_USER = '9001';
export const SIGNED_MS = 60_000;

/** https://docs.teamtailor.com/ (jobs): a job whose end has passed is still `open`. */
const JOB_STATUS: Record<Job['status'], [status: string, human: string]> = { OPEN: ['open', 'published'], CLOSED: ['open', 'expired'], DRAFT: ['draft', 'draft'], ARCHIVED: ['archived', 'archived'] };

/** Times carry the account's offset, not UTC. */
export const local = (ms: number): string => isoIn('Europe/Stockholm', ms);

export class Rows {
	readonly ids: Aliases;

	/** What moves an application's `updated-at` beside itself: a person's change does not, as far as anybody has seen. */
	candidateTouches = false;

	readonly stageChangedAt = new Map<string, number>();

	constructor(
		readonly world: World,
		private readonly tools: Tools | null = null,
	) {
		this.ids = new Aliases(world, (label, number) => String((RANGES[label.split('/').at(-1) ?? ''] ?? 0) + number));
		world.onChange(({ model, record, fields, at }) => {
			if (model === 'application' && fields.includes('stageId')) this.stageChangedAt.set(record.id, at);
		});
	}

	ref(type: string, model: ModelName, id: string | null | undefined): Ref | null {
		const record = id === null || id === undefined ? undefined : this.world.find(model, id);
		return record ? { type, id: this.ids.of(model, record) } : null;
	}

	/** The world's stages are shared; here each job has its own, which repeat by name. */
	stageId(job: Job, stage: Stage): string {
		return String(job.number * 10_000 + stage.number);
	}

	stage(id: string): { job: Job; stage: Stage } | undefined {
		const number = Number(id);
		const [job, stage] = [this.world.jobs.byNumber(Math.floor(number / 10_000)), this.world.stages.byNumber(number % 10_000)];
		return job && stage && job.deletedAt === null && job.stageIds.includes(stage.id) ? { job, stage } : undefined;
	}

	applicationsOf(field: 'candidateId' | 'jobId', id: string): Ref[] {
		return this.world.applications.by(field, id).filter(({ deletedAt }) => deletedAt === null).map((one) => ({ type: 'job-applications', id: this.ids.of('application', one) }));
	}

	updatedAt(one: Application): number {
		return this.candidateTouches ? Math.max(one.changedAt, this.world.candidates.get(one.candidateId)?.changedAt ?? 0) : one.changedAt;
	}

	application(one: Application): Doc {
		return new ApplicationDoc(this, one);
	}

	candidate(one: Candidate): Doc {
		const cv = this.files(one.id).filter(({ kind }) => kind === 'CV').at(-1);
		const linkedin = one.links[0] ?? null;
		const address = () => (cv ? this.address(cv) : null);
		return {
			type: 'candidates', id: this.ids.of('candidate', one), stamp: one,
			attributes: {
				connected: false, 'created-at': local(one.createdAt), email: one.emails[0]?.address ?? null, 'facebook-id': null, 'first-name': one.firstName, internal: false, 'last-name': one.lastName, 'linkedin-uid': null,
				'linkedin-url': linkedin, get 'original-resume'() { return address(); }, phone: one.phones[0]?.number ?? null, picture: null, pitch: null, 'referring-site': one.source, 'referring-url': null, referred: false,
				get resume() { return address(); }, sourced: false, unsubscribed: false, 'updated-at': local(Math.max(one.changedAt, one.linkedAt)), 'facebook-profile': null, 'linkedin-profile': null,
				tags: one.tagIds.map((id) => this.world.tags.need(id).name), city: one.place?.city ?? null, country: one.place?.country ?? null,
			},
			relations: {
				...Object.fromEntries(['activities', 'questions', 'answers', 'locations', 'regions', 'custom-field-values', 'partner-results'].map((name) => [name, () => []])),
				...Object.fromEntries(['department', 'role'].map((name) => [name, () => null])),
				'job-applications': () => this.applicationsOf('candidateId', one.id),
				uploads: () => this.files(one.id).filter(({ kind }) => kind !== 'CV').map((file) => ({ type: 'uploads', id: this.ids.of('attachment', file) })),
			},
		};
	}

	files(candidateId: string): Attachment[] {
		return this.world.attachments.by('candidateId', candidateId).filter(({ deletedAt }) => deletedAt === null);
	}

	private address(file: Attachment): string {
		return this.tools?.publish({ name: file.fileName, contentType: file.contentType, bytes: () => this.world.bytes(file) }, SIGNED_MS) ?? '';
	}

	upload(file: Attachment): Doc {
		const application = file.applicationId === null ? undefined : this.world.applications.get(file.applicationId);
		const address = () => this.address(file);
		return {
			type: 'uploads', id: this.ids.of('attachment', file), stamp: file,
			attributes: { get url() { return address(); }, 'file-name': file.fileName, internal: false, 'created-at': local(file.createdAt), 'updated-at': local(file.changedAt) },
			relations: { candidate: () => this.ref('candidates', 'candidate', file.candidateId), job: () => this.ref('jobs', 'job', application?.jobId) },
		};
	}

	job(one: Job): Doc {
		const [status, human] = JOB_STATUS[one.status];
		const page = one.postings[0]?.url ?? `https://acme.example/jobs/${one.slug}`;
		return {
			type: 'jobs', id: this.ids.of('job', one), stamp: one,
			links: { 'careersite-job-url': page, 'careersite-job-apply-url': `${page}/applications/new`, 'careersite-job-internal-url': `${page}?internal=secret` },
			attributes: {
				'apply-button-text': '', body: one.html, 'end-date': one.closedAt === null ? null : local(one.closedAt), 'human-status': human, internal: one.visibility === 'INTERNAL', picture: null, pinned: false,
				'start-date': one.openedAt === null ? null : local(one.openedAt), status, tags: [], title: one.title, pitch: '', 'created-at': local(one.createdAt), 'updated-at': local(Math.max(one.changedAt, one.linkedAt)),
				mailbox: `job-${one.number}@inbound.acme.example`,
			},
			relations: {
				...Object.fromEntries(['questions', 'picked-questions', 'colleagues', 'team-memberships', 'candidates', 'regions', 'activities'].map((name) => [name, () => []])),
				...Object.fromEntries(['role', 'requisition'].map((name) => [name, () => null])),
				department: () => this.ref('departments', 'department', one.departmentId),
				locations: () => [{ type: 'locations', id: String(8_000 + one.number) }],
				user: () => this.ref('users', 'user', one.team[0]?.userId),
				stages: () => one.stageIds.map((id) => ({ type: 'stages', id: this.stageId(one, this.world.stages.need(id)) })),
			},
		};
	}

	/** `stage-type` was an attribute in old versions and is a relation now. */
	pipelineStage({ job, stage }: { job: Job; stage: Stage }, version: string): Doc {
		const place = job.stageIds.indexOf(stage.id);
		const type = stage.hired ? 'Hired' : place === 0 ? 'Inbox' : 'In process';
		const here = () => this.world.applications.by('jobId', job.id).filter(({ deletedAt, stageId }) => deletedAt === null && stageId === stage.id);
		return {
			type: 'stages', id: this.stageId(job, stage), stamp: stage,
			attributes: { 'created-at': local(stage.createdAt), 'updated-at': local(stage.changedAt), name: stage.name, [version < '20240904' ? 'stage-type' : 'legacy-stage-type-name']: type, 'row-order': place * 1_073_741 },
			relations: {
				job: () => this.ref('jobs', 'job', job.id),
				triggers: () => [],
				'job-applications': () => here().map((one) => ({ type: 'job-applications', id: this.ids.of('application', one) })),
				...(version < '20240904' ? {} : { 'stage-type': () => ({ type: 'stage-types', id: stage.hired ? '3' : place === 0 ? '1' : '2' }) }),
			},
		};
	}

	user(one: User): Doc {
		return {
			type: 'users', id: this.ids.of('user', one), stamp: one,
			attributes: { name: `${one.firstName} ${one.lastName}`, email: one.email, 'login-email': one.email, phone: one.phone, role: one.active ? 'recruiter' : 'no_access', title: null, username: one.email.split('@', 1)[0], visible: true },
			relations: { department: () => null, location: () => null, jobs: () => [], 'team-memberships': () => [] },
		};
	}

	reason(one: RejectionReason): Doc {
		return { type: 'reject-reasons', id: this.ids.of('rejectionReason', one), stamp: one, attributes: { reason: one.name, 'rejected-by-company': true }, relations: { 'job-applications': () => [] } };
	}

	department(one: Base & { name: string }): Doc {
		return { type: 'departments', id: this.ids.of('department', one), stamp: one, attributes: { name: one.name }, relations: { roles: () => [], teams: () => [], manager: () => null } };
	}

	location(job: Job): Doc {
		const { city, country, street, zip } = job.place;
		return { type: 'locations', id: String(8_000 + job.number), stamp: job, attributes: { name: city, city, country, address: street, zip, headquarters: false }, relations: { teams: () => [] } };
	}

	company(): Doc {
		const one = this.world.companies.rows[0];
		if (!one) throw new Error('The world has no company');
		return { type: 'companies', id: opaqueId(`${this.world.seed}/teamtailor company`, 1, 11), stamp: one, attributes: { name: one.name, website: one.website, locale: 'en' }, relations: { manager: () => this.ref('users', 'user', one.managerId) } };
	}
}

/** Of the large list: all of a record but its place in the list is made only for the page that shows it. */
class ApplicationDoc implements Doc {
	readonly type = 'job-applications';

	constructor(
		private readonly rows: Rows,
		private readonly one: Application,
	) {}

	get id(): string {
		return this.rows.ids.of('application', this.one);
	}

	get stamp(): Doc['stamp'] {
		const { id, number, createdAt, linkedAt, deletedAt, remoteId } = this.one;
		return { id, number, createdAt, linkedAt, deletedAt, remoteId, changedAt: this.rows.updatedAt(this.one) };
	}

	get attributes(): Doc['attributes'] {
		const { one, rows } = this;
		return {
			'cover-letter': null, 'created-at': local(one.createdAt), 'referring-site': one.source, 'referring-url': null, 'rejected-at': one.status === 'DECLINED' ? local(one.rejection?.at ?? one.changedAt) : null,
			sourced: one.origin === 'AGENCY', 'updated-at': local(rows.updatedAt(one)), 'changed-stage-at': local(rows.stageChangedAt.get(one.id) ?? one.createdAt), 'row-order': one.number,
		};
	}

	get relations(): Doc['relations'] {
		const { one, rows } = this;
		return {
			candidate: () => rows.ref('candidates', 'candidate', one.candidateId),
			job: () => rows.ref('jobs', 'job', one.jobId),
			stage: () => ({ type: 'stages', id: rows.stageId(rows.world.jobs.need(one.jobId), rows.world.stages.need(one.stageId)) }),
			'reject-reason': () => (one.status === 'DECLINED' ? rows.ref('reject-reasons', 'rejectionReason', one.rejection?.reasonId) : null),
		};
	}
}
