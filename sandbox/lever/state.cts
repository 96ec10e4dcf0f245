import type { FastifyRequest } from 'fastify';
import { SECOND } from '../clock.cts';
import type { Application, Candidate, Job, ModelName, RejectionReason, Stage, User } from '../model.cts';
import { hash32, opaqueId } from '../random.cts';
import { ApiError, type Tools } from '../simulator.cts';
import { Aliases, type World } from '../world.cts';

export const apiKeyOf = (world: World): string => `lever_${opaqueId(`${world.seed}/lever key`, 1, 40)}`;

/** Lever's ids look like UUIDs. */
export function uuidOf(label: string, number: number): string {
	const hex = [0, 1, 2, 3].map((seed) => hash32(`${label}/${number}`, seed + 1).toString(16).padStart(8, '0')).join('');
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** Whom a test names as the acting user: the first of the world. */
export const ACTING_USER = uuidOf('lever/user', 1);

/** Error bodies have a code and a message; the spelling of the codes is not known. */
const CODES: Record<number, string> = { 400: 'BadRequest', 401: 'Unauthorized', 403: 'Forbidden', 404: 'ResourceNotFound', 413: 'PayloadTooLarge', 429: 'TooManyRequests' };
export const errorBody = (status: number, message = 'Something went wrong'): unknown => ({ code: CODES[status] ?? 'InternalServerError', message });
export const fail = (status: number, message: string): ApiError => new ApiError(status, errorBody(status, message));

/** The first step of the pipeline and the offer have words for ids, every other stage has a UUID. By the world's number. */
const STAGE_WORDS: Record<number, string> = { 1: 'applicant-new', 5: 'offer' };
export const LEAD_STAGE = { id: 'lead-new', text: 'New lead' };
/** An archive always has a reason; these two stand beside the world's. */
export const OTHER_REASON = { text: 'Other', type: 'non-hired' } as const;
export const HIRED_REASON = { text: 'Hired', type: 'hired' } as const;

export interface StageChange {
	toStageId: string;
	toStageIndex: number;
	updatedAt: number;
	userId: string;
}

/** What is Lever's own: ids, limits, rights of the key, and what moves a record's `updatedAt`. */
export class LeverState {
	readonly ids: Aliases;

	/** Calls a second and burst of one key; null: none. */
	rate: { perSecond: number; burst: number } | null = { perSecond: 10, burst: 20 };

	/** Which writes are refused without `perform_as`: it is documented as mandatory for a create only. */
	performAs: 'create' | 'always' = 'create';

	/** False: the key was made without access to confidential data. */
	confidentialAccess = true;

	/** Downloads answer with a redirect to a signed address. */
	redirectDownloads = false;

	/** First parts of paths that are not ticked for the key, e.g. `archive_reasons` or `offers`. */
	readonly forbidden = new Set<string>();

	/** Reasons that the account uses and the list does not hold. */
	readonly hiddenReasons = new Set<string>();

	/** Opportunities without a posting. */
	readonly leads = new Set<string>();

	private readonly touched = new Map<string, number>();

	private readonly interactions = new Map<string, number>();

	private readonly stageChanges = new Map<string, StageChange[]>();

	private tokens = Infinity;

	private filledAt = 0;

	constructor(
		readonly world: World,
		readonly tools: Tools,
	) {
		// Users keep their ids in every world: tests name one as the acting user.
		this.ids = new Aliases(world, (label, number) => uuidOf(label.endsWith('/user') ? 'lever/user' : label, number));
		for (const application of world.applications.rows) this.begin(application);
		for (const { applicationId, createdAt } of world.interviews.rows) this.interact(applicationId, createdAt);
		world.onChange(({ model, record, kind, fields, at }) => {
			if (model === 'application') {
				const application = record as Application;
				if (kind === 'added') this.begin(application);
				else if (fields.includes('stageId')) {
					this.changesOf(application.id).push(this.stageChange(application, at));
					this.interact(application.id, at);
				}
				this.touch(application.id, at);
			} else if (model === 'candidate') {
				for (const { id } of world.applications.by('candidateId', record.id)) this.touch(id, at);
			} else if (model === 'interview' && (kind !== 'changed' || fields.some((field) => field !== 'status') || Reflect.get(record, 'status') === 'CANCELLED')) {
				// Feedback is nobody's interaction; what is planned, moved or cancelled is. Offers, files and notes move nothing.
				this.interact(String(Reflect.get(record, 'applicationId')), at);
			}
		});
	}

	/** Developer updates, 2020-08-28: the fields that move `updatedAt`. */
	updatedAt(application: Application): number {
		return this.touched.get(application.id) ?? application.changedAt;
	}

	lastInteractionAt(application: Application): number {
		return this.interactions.get(application.id) ?? application.createdAt;
	}

	changesOf(applicationId: string): StageChange[] {
		const known = this.stageChanges.get(applicationId);
		if (known) return known;
		const fresh: StageChange[] = [];
		this.stageChanges.set(applicationId, fresh);
		return fresh;
	}

	/** Basic: the key is the user, without a password. */
	authenticate(request: FastifyRequest): void {
		const given = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
		if (Buffer.from(given, 'base64').toString('utf8') !== `${apiKeyOf(this.world)}:`) throw fail(401, 'Invalid API key');
		this.spend();
	}

	/** A bucket of tokens, without a header that says what is left or how long to wait. */
	private spend(): void {
		if (!this.rate) return;
		const now = this.world.clock.now();
		const { perSecond, burst } = this.rate;
		this.tokens = Math.min(burst, this.tokens + (Math.max(0, now - this.filledAt) / SECOND) * perSecond);
		this.filledAt = now;
		if (this.tokens < 1) throw fail(429, 'Too many requests');
		this.tokens--;
	}

	stageId(stage: Stage): string {
		return STAGE_WORDS[stage.number] ?? this.ids.of('stage', stage);
	}

	stage(id: string): Stage | undefined {
		return this.world.stages.rows.find((stage) => this.stageId(stage) === id);
	}

	readonly hiredReasonId = uuidOf('lever/hired', 1);

	readonly otherReasonId = uuidOf('lever/other', 1);

	reasonId(reason: RejectionReason | undefined): string {
		return reason ? this.ids.of('rejectionReason', reason) : this.otherReasonId;
	}

	opportunity(id: string): Application {
		const found = this.ids.find('application', id);
		if (!found || found.deletedAt !== null) throw fail(404, 'Opportunity not found');
		if (!this.mayShow(found)) throw fail(403, 'The API key has no access to confidential data');
		return found;
	}

	posting(id: string): Job {
		const found = this.ids.find('job', id);
		if (!found || found.deletedAt !== null) throw fail(404, 'Posting not found');
		if (found.visibility === 'CONFIDENTIAL' && !this.confidentialAccess) throw fail(403, 'The API key has no access to confidential data');
		return found;
	}

	contact(id: string): Candidate {
		const found = this.ids.find('candidate', id);
		if (!found) throw fail(404, 'Contact not found');
		return found;
	}

	isConfidential(application: Application): boolean {
		return this.world.jobs.get(application.jobId)?.visibility === 'CONFIDENTIAL';
	}

	mayShow(application: Application): boolean {
		return this.confidentialAccess || !this.isConfidential(application);
	}

	/** Who a write is credited to; of deactivated users too. */
	actingUser(query: { perform_as?: string }, mandatory: boolean): User | null {
		if (query.perform_as === undefined) {
			if (mandatory || this.performAs === 'always') throw fail(400, 'perform_as is required');
			return null;
		}
		const found = this.ids.find('user', query.perform_as);
		if (!found) throw fail(400, 'perform_as is not the ID of a user');
		return found;
	}

	idOf(model: ModelName, id: string | null): string | null {
		const record = id === null ? undefined : this.world.find(model, id);
		return record ? this.ids.of(model, record) : null;
	}

	private begin(application: Application): void {
		this.touch(application.id, application.changedAt);
		this.changesOf(application.id).push(this.stageChange(application, application.createdAt));
	}

	private stageChange(application: Application, updatedAt: number): StageChange {
		const stage = this.world.stages.need(application.stageId);
		return { toStageId: this.stageId(stage), toStageIndex: stage.index, updatedAt, userId: this.idOf('user', application.ownerId) ?? '' };
	}

	private touch(applicationId: string, at: number): void {
		this.touched.set(applicationId, Math.max(at, this.touched.get(applicationId) ?? 0));
	}

	private interact(applicationId: string, at: number): void {
		this.interactions.set(applicationId, Math.max(at, this.interactions.get(applicationId) ?? 0));
		this.touch(applicationId, at);
	}
}
