import { isoUtc } from '../dates.cts';
import type { Application, Attachment, Candidate, Interview, Job, Offer, RejectionReason, Stage, User } from '../model.cts';
import { slugOf } from '../names.cts';
import { hash32, opaqueId } from '../random.cts';
import { Aliases, type World } from '../world.cts';

export type Row = Record<string, unknown>;

export const tokenOf = (world: World): string => `workable_${opaqueId(`${world.seed}/workable token`, 1, 40)}`;

/** Ids look like hex: `ce4da98`. Those of users are the same in every world: tests name one as the acting member. */
const hexId = (label: string, number: number): string => `${hash32(label.endsWith('/user') ? 'workable/user' : label, 1).toString(16).slice(0, 4).padStart(4, '0')}${number.toString(16).padStart(4, '0')}`;
export const ACTING_MEMBER = hexId('workable/user', 1);

const STATES: Record<Job['status'], string> = { OPEN: 'published', CLOSED: 'closed', DRAFT: 'draft', ARCHIVED: 'archived' };
/** Which words the vendor has is not known. */
const OFFERS: Record<Offer['status'], string> = { DRAFT: 'draft', APPROVED: 'approved', SENT: 'sent', ACCEPTED: 'accepted', DECLINED: 'declined', ABANDONED: 'revoked' };
/** Kinds that a recorded account had, by the world's numbers of its first stages. */
const KINDS: Record<number, string> = { 1: 'applied', 2: 'phone-screen', 3: 'phone-screen', 4: 'interview', 5: 'offer', 6: 'hired' };

const iso = (ms: number): string => isoUtc(ms, false);
const day = (ms: number): string => iso(ms).slice(0, 10);

/** The world in Workable's words: an application is a candidate, of one job. */
export class Rows {
	readonly ids: Aliases;
	/** Both readings of `stage` in a candidate are seen in documents. */
	stageAs: 'slug' | 'name' = 'slug';
	/** Whether a move, a rejection or a hire moves `updated_at` is not known. */
	movesTouch = true;
	/** Slugs that `/stages` does not list: a job may have stages of its own. */
	readonly hiddenStages = new Set<string>();
	private readonly touched = new Map<string, number>();

	constructor(readonly world: World) {
		this.ids = new Aliases(world, hexId);
		world.onChange(({ model, record, fields, kind, at }) => {
			if (model === 'candidate') for (const { id } of world.applications.by('candidateId', record.id)) this.touched.set(id, at);
			else if (model === 'application' && (this.movesTouch || kind !== 'changed' || !fields.some((field) => ['stageId', 'status', 'rejection'].includes(field)))) this.touched.set(record.id, at);
		});
	}

	updatedAt(one: Application): number {
		return this.touched.get(one.id) ?? (this.movesTouch ? one.changedAt : one.createdAt);
	}

	slug(stage: Stage): string {
		const same = this.world.stages.rows.filter(({ name }) => name === stage.name).indexOf(stage);
		return `${slugOf(stage.name)}${same === 0 ? '' : `-${same + 1}`}`;
	}

	stageBySlug(slug: unknown): Stage | undefined {
		return this.world.stages.alive().find((stage) => this.slug(stage) === slug);
	}

	shortcode(job: Job): string {
		return job.code.replace('REQ-', '').padStart(8, 'C0FFEE00').slice(-10);
	}

	jobBy(shortcode: string): Job | undefined {
		return this.world.jobs.alive().find((job) => this.shortcode(job) === shortcode);
	}

	/** The row of a list. */
	candidate(one: Application): Row {
		const { world } = this;
		const person = world.candidates.need(one.candidateId);
		const job = world.jobs.need(one.jobId);
		const stage = world.stages.need(one.stageId);
		const id = this.ids.of('application', one);
		const cv = world.attachments.by('applicationId', one.id).find(({ kind, deletedAt }) => kind === 'CV' && deletedAt === null);
		const rejected = one.status === 'DECLINED';
		return {
			id,
			name: nameOf(person),
			firstname: person.firstName,
			lastname: person.lastName,
			headline: person.title,
			account: { subdomain: 'example', name: 'Acme Recruiting' },
			job: { shortcode: this.shortcode(job), title: job.title },
			stage: this.stageAs === 'slug' ? this.slug(stage) : stage.name,
			stage_kind: KINDS[stage.number] ?? 'interview',
			disqualified: rejected,
			withdrew: false,
			disqualification_reason: rejected ? (world.rejectionReasons.get(one.rejection?.reasonId ?? null)?.name ?? null) : null,
			hired_at: one.status === 'HIRED' ? day(one.changedAt) : null,
			sourced: one.origin !== 'EXTERNAL',
			profile_url: `https://example.workable.com/backend/jobs/${this.shortcode(job)}/browser/candidate/${id}`,
			address: person.place ? `${person.place.city}, ${person.place.country}` : null,
			phone: person.phones[0]?.number ?? null,
			email: person.emails[0]?.address ?? null,
			domain: one.source,
			created_at: iso(one.createdAt),
			updated_at: iso(this.updatedAt(one)),
			resume_metadata: cv ? { filename: cv.fileName, filetype: cv.contentType, created_at: iso(cv.createdAt), updated_at: iso(cv.changedAt) } : null,
		};
	}

	/** One candidate, with what a list leaves out. */
	details(one: Application): Row {
		const person = this.world.candidates.need(one.candidateId);
		return {
			...this.candidate(one),
			image_url: null,
			disqualified_at: one.status === 'DECLINED' && one.rejection ? iso(one.rejection.at) : null,
			outbound_mailbox: `${this.ids.of('application', one)}@outbound.workable.example`,
			uploader_id: null,
			cover_letter: null,
			summary: null,
			education_entries: [],
			experience_entries: person.company ? [{ id: '1', title: person.title, company: person.company, current: true }] : [],
			skills: [],
			answers: [],
			resume_url: null,
			social_profiles: person.links.map((url) => ({ type: 'other', name: 'Link', username: null, url })),
			tags: person.tagIds.flatMap((id) => this.world.tags.get(id)?.name ?? []),
			location: person.place ? { location_str: `${person.place.city}, ${person.place.country}`, country_code: person.place.country, city: person.place.city, zip_code: person.place.zip } : null,
			originating_candidate_id: null,
		};
	}

	job(job: Job): Row {
		const shortcode = this.shortcode(job);
		const department = this.world.departments.get(job.departmentId)?.name ?? null;
		return {
			id: this.ids.of('job', job), title: job.title, full_title: `${job.title} - ${job.code}`, shortcode, code: job.code, state: STATES[job.status], confidential: job.visibility === 'CONFIDENTIAL',
			department, department_hierarchy: department === null ? [] : [{ id: 1, name: department }],
			url: `https://example.workable.com/jobs/${shortcode}`, application_url: `https://example.workable.com/jobs/${shortcode}/candidates/new`, shortlink: `https://example.workable.com/j/${shortcode}`,
			workplace_type: job.remoteWork.toLowerCase(), employment_type: 'Full-time',
			location: { location_str: `${job.place.city}, ${job.place.country}`, country_code: job.place.country, city: job.place.city, zip_code: job.place.zip, telecommuting: job.remoteWork === 'REMOTE' },
			created_at: iso(job.createdAt), updated_at: iso(Math.max(job.changedAt, job.linkedAt)), published_at: job.openedAt === null ? null : iso(job.openedAt),
		};
	}

	stages(jobId: string | null = null): Row[] {
		const own = jobId === null ? null : new Set(this.world.jobs.need(jobId).stageIds);
		return this.world.stages.alive()
			.filter((stage) => (own ? own.has(stage.id) : !this.hiddenStages.has(this.slug(stage))))
			.map((stage, position) => ({ slug: this.slug(stage), name: stage.name, kind: KINDS[stage.number] ?? 'interview', position }));
	}

	event(one: Interview): Row {
		const { world } = this;
		const application = world.applications.need(one.applicationId);
		const job = world.jobs.need(application.jobId);
		return {
			id: this.ids.of('interview', one), title: one.title, description: null, type: 'interview', starts_at: iso(one.startsAt), ends_at: iso(one.endsAt), cancelled: one.status === 'CANCELLED',
			job: { shortcode: this.shortcode(job), title: job.title },
			members: one.interviewerIds.flatMap((id) => world.users.get(id) ?? []).map((user) => ({ id: this.ids.of('user', user), name: `${user.firstName} ${user.lastName}`, status: 'accepted' })),
			candidate: { id: this.ids.of('application', application), name: nameOf(world.candidates.need(application.candidateId)) },
			conference: one.videoUrl === null ? null : { type: 'other', id: null, url: one.videoUrl },
		};
	}

	offer(one: Application): Row {
		const latest = this.world.offers.by('applicationId', one.id).filter(({ deletedAt }) => deletedAt === null).at(-1);
		const candidate = { id: this.ids.of('application', one), name: nameOf(this.world.candidates.need(one.candidateId)) };
		return latest ? { candidate, state: OFFERS[latest.status], documents: [], document_variables: [] } : { candidate, documents: [], document_variables: [] };
	}

	file = (file: Attachment, url: string): Row => ({ name: file.fileName, preview_url: url, source: 'candidate', kind: file.kind === 'CV' ? 'resume' : 'other' });

	reason = (reason: RejectionReason, position: number): Row => ({ id: this.ids.of('rejectionReason', reason), description: reason.name, candidate_withdrew: reason.name === 'Withdrew', position });

	member = (user: User): Row => ({ id: this.ids.of('user', user), name: `${user.firstName} ${user.lastName}`, headline: null, email: user.email, role: 'simple', roles: ['simple'], active: user.active, collaboration_rules: [] });
}

const nameOf = ({ firstName, lastName }: Candidate): string | null => [firstName, lastName].filter(Boolean).join(' ') || null;
