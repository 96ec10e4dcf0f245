import type { FastifyReply, FastifyRequest } from 'fastify';
import { HOUR, SECOND } from '../clock.cts';
import type { Application, Base, Interview, Job, ModelName, Models, Offer, Stage } from '../model.cts';
import { opaqueId } from '../random.cts';
import { ApiError, type Tools } from '../simulator.cts';
import type { Change, World } from '../world.cts';

export const UNPROCESSABLE = 'Unprocessable Content';
const MESSAGES: Record<number, string> = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Resource not found', 422: UNPROCESSABLE, 429: 'Too Many Requests', 500: 'Internal Server Error', 503: 'Service Unavailable' };

export const errorBody = (status: number, message?: string, errors?: unknown[]): unknown => ({ message: message ?? MESSAGES[status] ?? 'Error', ...(errors ? { errors } : {}) });
export const fail = (status: number, message?: string, errors?: unknown[]): ApiError => new ApiError(status, errorBody(status, message, errors));
export const unprocessable = (...errors: unknown[]): ApiError => fail(422, UNPROCESSABLE, errors);

export const clientOf = (world: World) => ({ clientId: opaqueId(`${world.seed}/greenhouse client`, 1, 24), clientSecret: opaqueId(`${world.seed}/greenhouse secret`, 1, 40), userId: '' });

/** A token that does not end, for a run that has no n8n to fetch one. */
export const standingToken = (clientId: string): string => `standing.${clientId}`;

/** Ids are numbers; each model counts from elsewhere, so that none is taken for another. */
const FROM = { application: 120_000_000, candidate: 220_000_000, job: 4_300_000, user: 4_100_000, interview: 77_000_000, attachment: 330_000_000, tag: 51_000, rejectionReason: 9000, department: 6100, note: 440_000_000, offer: 880_000 } as const;
export type Counted = keyof typeof FROM & ModelName;

/** What is not known of the real service stands here both ways, and tests play both. */
export interface Settings {
	/** Requests in a window of 30 s. The real number is not published: 50 and 75 were seen. */
	rateLimit: number;
	/** Rows of applications carry `job_interview_stage_id`: seen on a live account, absent from the published schema. */
	stageInRows: boolean;
	/** A rejected or hired application shows the stage it was in. */
	terminalStage: boolean;
	/** What `from_stage_id` of a move must be: the row of application_stages, or the stage of the job. */
	fromStage: 'instance' | 'stage';
	/** Moves, rejections and hires change `updated_at` of the application. */
	touches: boolean;
	/** The rejection's details stay after it was taken back. */
	detailsStay: boolean;
	/** POST /candidates wants an application. */
	candidateNeedsApplication: boolean;
	/** How the token's life is told. */
	lifetimeAs: 'expires_at' | 'expires_in' | 'expires';
	/** Milliseconds. */
	tokenLife: number;
	/** Scopes that are not ticked, such as `harvest:interviews:list`. */
	scopesOff: readonly string[];
	/** The integration's own user may read lists. */
	siteAdmin: boolean;
	/** The acting user is on the hiring team of confidential jobs. */
	confidential: boolean;
}

export interface StageEntry {
	id: number;
	applicationId: string;
	stageId: string;
	enteredAt: number;
	exitedAt: number | null;
	changedAt: number;
}

/** Everything Greenhouse keeps that the world does not: histories, versions, tokens, the window of the rate limit. */
export class GreenhouseState {
	readonly settings: Settings = { rateLimit: 2000, stageInRows: true, terminalStage: false, fromStage: 'instance', touches: true, detailsStay: false, candidateNeedsApplication: true, lifetimeAs: 'expires_at', tokenLife: HOUR, scopesOff: [], siteAdmin: true, confidential: true };

	/** token -> when it ends, and whose it is */
	readonly tokens = new Map<string, { until: number; userId: string | null }>();

	/** Every stay of an application in a stage, oldest first. */
	readonly stays: StageEntry[] = [];

	readonly staysOf = new Map<string, StageEntry[]>();

	/** Rejections that were taken back. */
	readonly oldRejections = new Map<string, { reasonId: string | null; at: number; takenBackAt: number }>();

	/** Versions of offers that a newer one has replaced. */
	readonly oldOffers: Array<{ id: number; version: number; offer: Offer; replacedAt: number }> = [];

	/** The offers whose present version is not the first. */
	readonly versions = new Map<string, { id: number; version: number; createdAt: number }>();

	/** When something else than stage, status and rejection changed last. */
	private readonly stamps = new Map<string, number>();

	private readonly slots = new Map<string, { id: number; job: Job; stageId: string; name: string }>();

	private window = { number: 0, used: 0 };

	private counted = 0;

	constructor(
		readonly world: World,
		readonly tools: Tools,
	) {
		for (const application of world.applications.rows) this.enter(application, application.createdAt, application.changedAt);
		world.onChange((change) => this.follow(change));
	}

	set(given: Record<string, unknown>): void {
		for (const [name, value] of Object.entries(given)) if (name in this.settings) Reflect.set(this.settings, name, value);
	}

	now(): number {
		return this.world.clock.now();
	}

	// ------------------------------------------------------------------------------------------------------------ ids

	id(model: Counted, record: Base): number {
		return FROM[model] + record.number;
	}

	find<M extends Counted>(model: M, id: number): Models[M] | undefined {
		const found = this.world.collection(model).byNumber(id - FROM[model]);
		return found?.deletedAt === null ? found : undefined;
	}

	idOf(model: Counted, id: string | null): number | null {
		const record = id === null ? undefined : this.world.collection(model).get(id);
		return record ? this.id(model, record) : null;
	}

	/** Stages belong to one job each; the world's are shared. */
	stageId(job: Job, stage: Stage): number {
		return 5_000_000_000 + job.number * 10_000 + stage.number;
	}

	/** Stages of the job's plan. Being hired is a state at Greenhouse: this company has a stage of that name, and puts there whom it hires. */
	planOf(job: Job): Stage[] {
		return job.stageIds.map((id) => this.world.stages.need(id)).filter((stage) => stage.deletedAt === null);
	}

	/** The slot of the job's interview plan that an interview fills: it has the name. */
	slotOf(interview: Interview): { id: number; job: Job; stageId: string; name: string } {
		const application = this.world.applications.need(interview.applicationId);
		const job = this.world.jobs.need(application.jobId);
		const plan = this.planOf(job);
		const stageId = plan.find((stage) => stage.id === interview.stageId)?.id ?? plan[0]?.id ?? application.stageId;
		const key = `${job.id} ${stageId} ${interview.title}`;
		const known = this.slots.get(key) ?? { id: 66_000_000 + this.slots.size, job, stageId, name: interview.title };
		this.slots.set(key, known);
		return known;
	}

	allSlots() {
		for (const interview of this.world.interviews.rows) this.slotOf(interview);
		return [...this.slots.values()];
	}

	// -------------------------------------------------------------------------------------------------------- stamps

	updatedAt(application: Application): number {
		return this.settings.touches ? application.changedAt : (this.stamps.get(application.id) ?? application.changedAt);
	}

	/** Where it is now: null once it has come to an end, unless the settings say otherwise. */
	stayOf(application: Application): StageEntry | null {
		const last = this.staysOf.get(application.id)?.at(-1);
		if (!last) return null;
		return last.exitedAt === null || this.settings.terminalStage ? last : null;
	}

	newOfferVersion(applicationId: number): number | null {
		const application = this.find('application', applicationId);
		const offer = application && this.world.offers.by('applicationId', application.id).find((one) => one.deletedAt === null);
		if (!offer) return null;
		const now = this.now();
		const present = this.versions.get(offer.id) ?? { id: this.id('offer', offer), version: 1, createdAt: offer.createdAt };
		this.oldOffers.push({ id: present.id, version: present.version, offer: { ...offer, createdAt: present.createdAt }, replacedAt: now });
		const next = { id: 990_000 + ++this.counted, version: present.version + 1, createdAt: now };
		this.versions.set(offer.id, next);
		return next.id;
	}

	private follow(change: Change): void {
		if (change.model !== 'application') return;
		const application = this.world.applications.get(change.record.id);
		if (!application) return;
		if (change.kind === 'added') return this.enter(application, change.at, change.at);
		if (!change.fields.every((field) => field === 'stageId' || field === 'status' || field === 'rejection')) this.stamps.set(application.id, change.at);
		const rejection = change.entries.find(({ path, from }) => path === 'rejection' && from !== null);
		if (rejection && typeof rejection.from === 'object' && rejection.from !== null) this.oldRejections.set(application.id, { reasonId: Reflect.get(rejection.from, 'reasonId'), at: Reflect.get(rejection.from, 'at'), takenBackAt: change.at });
		if (!change.fields.includes('stageId') && !change.fields.includes('status')) return;
		const last = this.staysOf.get(application.id)?.at(-1);
		const active = application.status === 'PENDING';
		const moved = last?.stageId !== application.stageId;
		if (last && last.exitedAt === null && (!active || moved)) {
			last.exitedAt = change.at;
			last.changedAt = change.at;
		}
		// At the end of an application too: whoever is hired is put into the last stage first.
		if (moved || (active && last?.exitedAt !== null)) this.enter(application, change.at, change.at);
	}

	private enter(application: Application, enteredAt: number, changedAt: number): void {
		const open = application.status === 'PENDING';
		if (!this.stamps.has(application.id)) this.stamps.set(application.id, changedAt);
		const entry: StageEntry = { id: 700_000_000 + this.stays.length, applicationId: application.id, stageId: application.stageId, enteredAt, exitedAt: open ? null : changedAt, changedAt };
		this.stays.push(entry);
		const list = this.staysOf.get(application.id);
		if (list) list.push(entry);
		else this.staysOf.set(application.id, [entry]);
	}

	// ---------------------------------------------------------------------------------------------------------- doors

	/** Rate headers are on every answer, errors too. */
	count(reply: FastifyReply): void {
		const now = this.now();
		const number = Math.floor(now / (30 * SECOND));
		if (number !== this.window.number) this.window = { number, used: 0 };
		this.window.used++;
		const { rateLimit } = this.settings;
		const reset = (number + 1) * 30;
		void reply.headers({ 'x-ratelimit-limit': String(rateLimit), 'x-ratelimit-remaining': String(Math.max(0, rateLimit - this.window.used)), 'x-ratelimit-reset': String(reset), 'x-request-id': opaqueId('greenhouse request', ++this.counted, 20) });
		if (this.window.used > rateLimit) throw new ApiError(429, errorBody(429), { 'retry-after': String(Math.max(1, Math.ceil(reset - now / SECOND))) });
	}

	/** The token first, then its scope, then whether its user may read lists. */
	allow(request: FastifyRequest, scope: string): void {
		const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
		const token = given === undefined ? undefined : given === standingToken(clientOf(this.world).clientId) ? { until: Infinity, userId: null } : this.tokens.get(given);
		if (!token || token.until <= this.now()) throw fail(401, 'Unauthorized', ['Token could not be decoded or has expired']);
		if (this.settings.scopesOff.includes(scope)) throw fail(403, 'You do not have access to this resource');
		if (scope.endsWith(':list') && !this.isSiteAdmin(token.userId)) throw fail(403, 'You do not have access to this resource');
	}

	/** Confidential jobs and their applications are missing from lists where the acting user is not on the hiring team. */
	mayShow(job: Job): boolean {
		return this.settings.confidential || job.visibility !== 'CONFIDENTIAL';
	}

	isSiteAdmin(userId: string | null): boolean {
		if (userId === null) return this.settings.siteAdmin;
		return this.world.users.get(userId)?.roleIds.some((id) => this.world.roles.get(id)?.kind === 'ADMIN') ?? false;
	}
}
