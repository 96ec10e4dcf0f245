import type { FastifyRequest } from 'fastify';
import { DAY, MINUTE } from '../clock.cts';
import type { Application, Attachment, Base, Job, ModelName, Models, Stage } from '../model.cts';
import { hash32, opaqueId } from '../random.cts';
import { ApiError, type Tools } from '../simulator.cts';
import { Aliases, type World } from '../world.cts';

/** https://developers.ashbyhq.com/docs/responses: a failure is a 200 that says so. */
export const errorBody = (code: string, message: string): unknown => ({ success: false, errors: [code], errorInfo: { code, message, requestId: '01JSANDBOX' } });
export const fail = (code: string, message = code.replaceAll('_', ' '), status = 200, headers: Record<string, string> = {}): ApiError => new ApiError(status, errorBody(code, message), headers);

export const apiKeyOf = (world: World): string => `ashby_${opaqueId(`${world.seed}/ashby key`, 1, 32)}`;

/** In form a UUID of version 4, the same for the same label and number. */
function uuidOf(label: string, number: number): string {
	const hex = [1, 2, 3, 4].map((part) => hash32(`${label}/${part}`, number).toString(16).padStart(8, '0')).join('');
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** The words of a stage's type: the document names them for the plan of a job (jobInterviewPlan.info). */
export type StageType = 'Lead' | 'PreInterviewScreen' | 'Active' | 'Offer' | 'Hired' | 'Archived';

export interface PlanStage {
	id: string;
	title: string;
	type: StageType;
	order: number;
	planId: string;
	/** null: the stages that only Ashby has, for leads and for what is archived */
	stage: Stage | null;
}

export interface Upload {
	handle: string;
	fileName: string;
	contentType: string;
	size: number;
	forResume: boolean;
	until: number;
	bytes: Buffer | null;
}

/** Everything Ashby keeps that is not hiring data. */
export class AshbyState {
	/** Modules that the key has no right for, such as `offersRead`. */
	readonly off = new Set<string>();

	/** The right for confidential jobs; without it they are silently absent. */
	confidential = true;

	/** A token that nobody used for so long is refused, ms. */
	tokenLife = 30 * DAY;

	/** A list in which nothing changed gives a token all the same: not documented, so both can be played. */
	quietToken = false;

	/** Whether a changed person surfaces the applications: not documented, so both can be played. */
	candidateTouchesApplications = false;

	/** Calls in a window, ms; Ashby publishes no numbers. */
	rate: { calls: number; window: number } | null = null;

	/** Mails that a write would have sent to users of Ashby. */
	readonly notifications: string[] = [];

	/** Applications that are only leads. */
	private readonly leads = new Set<string>();

	/** The world knows no leads: called when somebody becomes one, or is one no more. */
	onLead: (application: Application) => void = () => undefined;

	readonly uploads = new Map<string, Upload>();

	private readonly aliases: Aliases;

	private readonly known = new WeakMap<Base, string>();

	private readonly plans = new Map<string, PlanStage[]>();

	private calls: number[] = [];

	constructor(
		readonly world: World,
		readonly tools: Tools,
	) {
		this.aliases = new Aliases(world, (label, number) => uuidOf(`ashby/${label}`, number));
		world.onChange(({ model, record, fields }) => {
			if (model === 'stage' || model === 'job') this.plans.clear();
			if (model === 'application' && (fields.includes('stageId') || fields.includes('status'))) this.leads.delete(record.id);
		});
	}

	id(model: ModelName, record: Base): string {
		let id = this.known.get(record);
		if (id === undefined) this.known.set(record, (id = this.aliases.of(model, record)));
		return id;
	}

	/** A record that a body names; deleted ones and those that the key may not see are not there. */
	find<M extends ModelName>(model: M, id: unknown): Models[M] | undefined {
		const record = typeof id === 'string' ? this.aliases.find(model, id) : undefined;
		return record && record.deletedAt === null && this.visible(model, record) ? record : undefined;
	}

	need<M extends ModelName>(model: M, id: unknown, code: string): Models[M] {
		const record = this.find(model, id);
		if (!record) throw fail(code);
		return record;
	}

	visible(model: ModelName, record: Base): boolean {
		if (this.confidential) return true;
		const job = model === 'job' ? this.world.jobs.get(record.id) : 'jobId' in record && typeof record.jobId === 'string' ? this.world.jobs.get(record.jobId) : undefined;
		return job?.visibility !== 'CONFIDENTIAL';
	}

	/** An id of something that is no record of the world: a source, a plan. */
	other(kind: string, number: number): string {
		return uuidOf(`ashby/${this.world.seed}/${kind}`, number);
	}

	/** Each job has a plan of its own. */
	planId(job: Job): string {
		return this.other('plan', job.number);
	}

	stagesOf(job: Job): PlanStage[] {
		let stages = this.plans.get(job.id);
		if (stages) return stages;
		const planId = this.planId(job);
		const id = (number: number): string => this.other(`stage of ${job.number}`, number);
		const worldStages = job.stageIds.flatMap((stageId) => this.world.stages.get(stageId) ?? []);
		stages = [
			{ id: id(9_000_001), title: 'New Lead', type: 'Lead' as const, stage: null },
			...worldStages.map((stage, index) => ({ id: id(stage.number), title: stage.name, type: stage.hired ? ('Hired' as const) : stage.name === 'Offer' ? ('Offer' as const) : index < 2 ? ('PreInterviewScreen' as const) : ('Active' as const), stage })),
			{ id: id(9_000_002), title: 'Archived', type: 'Archived' as const, stage: null },
		].map((stage, order) => ({ ...stage, order, planId }));
		this.plans.set(job.id, stages);
		return stages;
	}

	stageOf(application: Application): PlanStage {
		const stages = this.stagesOf(this.world.jobs.need(application.jobId));
		const special = application.status === 'DECLINED' ? 'Archived' : application.status === 'PENDING' && this.leads.has(application.id) ? 'Lead' : null;
		const found = stages.find((stage) => (special === null ? stage.stage?.id === application.stageId : stage.type === special));
		if (found) return found;
		throw new Error(`The stage of application ${application.number} is not in its plan.`);
	}

	setLead(application: Application, isLead: boolean): void {
		if (this.leads.has(application.id) === isLead) return;
		if (isLead) this.leads.add(application.id);
		else this.leads.delete(application.id);
		this.onLead(application);
	}

	/** The newest CV of a person is the resume, the others are files. */
	filesOf(candidateId: string): { resume: Attachment | undefined; files: Attachment[] } {
		const all = this.world.attachments.by('candidateId', candidateId).filter(({ deletedAt }) => deletedAt === null);
		const resume = [...all].reverse().find(({ kind }) => kind === 'CV');
		return { resume, files: all.filter((file) => file !== resume) };
	}

	/** Key, rate, then the right that the operation needs. */
	admit(request: FastifyRequest, right: string | null): void {
		const now = this.world.clock.now();
		const { authorization } = request.headers;
		if (authorization === undefined) throw fail('unauthorized', 'No API key was sent.', 401);
		if (authorization !== `Basic ${Buffer.from(`${apiKeyOf(this.world)}:`).toString('base64')}`) throw fail('invalid_api_key', 'The API key is not valid.', 403);
		if (this.rate) {
			const { calls, window } = this.rate;
			this.calls = this.calls.filter((at) => at > now - window);
			if (this.calls.length >= calls) throw fail('rate_limit_exceeded', 'Too many requests.', 429);
			this.calls.push(now);
		}
		if (right !== null && this.off.has(right)) throw fail('missing_endpoint_permission', `This API key does not have permission to access this endpoint: it needs ${right}.`, 403);
	}

	/** An address for an upload. https://developers.ashbyhq.com/reference/filecreatefileuploadhandle */
	newUpload(fields: Pick<Upload, 'fileName' | 'contentType' | 'size' | 'forResume'>): Upload {
		const upload = { ...fields, handle: opaqueId(`${this.world.seed}/ashby upload`, this.uploads.size + 1, 40), until: this.world.clock.now() + 10 * MINUTE, bytes: null };
		this.uploads.set(upload.handle, upload);
		return upload;
	}
}
