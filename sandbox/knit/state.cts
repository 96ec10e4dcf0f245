import type { FastifyRequest } from 'fastify';
import { ApiError, type Tools } from '../simulator.cts';
import type { Attachment } from '../model.cts';
import { opaqueId } from '../random.cts';
import type { World } from '../world.cts';
import { Records, type Json } from './records.cts';

/** What a connected ATS can do through Knit. Filters: the tables of https://developers.getknit.dev/docs/list-applications and list-jobs */
export interface App {
	id: string;
	applicationFilters: readonly string[];
	jobFilters: readonly string[];
	/** lists give outlines only */
	slim?: boolean;
	/** calls answered with 404 "not supported" */
	lacks: readonly string[];
	/** candidates are found by e-mail only */
	searchesByEmail?: boolean;
	realTime: boolean;
}

const APPS: readonly App[] = [
	{
		id: 'greenhouse',
		applicationFilters: ['createdAfter', 'createdBefore', 'updatedAfter', 'jobId', 'status'],
		jobFilters: ['createdAfter', 'createdBefore', 'updatedAfter', 'updatedBefore', 'status', 'officeId', 'departmentId'],
		lacks: [],
		realTime: true,
	},
	{
		id: 'lever',
		applicationFilters: ['createdAfter', 'createdBefore', 'updatedAfter', 'updatedBefore', 'changedStageAfter', 'changedStageBefore', 'jobId', 'stage', 'tag', 'candidateId', 'candidateEmail'],
		jobFilters: ['updatedAfter', 'updatedBefore', 'status', 'tag'],
		lacks: ['ats.job.create'],
		realTime: true,
	},
	{ id: 'workable', applicationFilters: ['createdAfter', 'updatedAfter', 'jobId', 'stage'], jobFilters: ['createdAfter', 'updatedAfter'], slim: true, lacks: ['ats.job.create', 'ats.job.get'], searchesByEmail: true, realTime: true },
	{ id: 'ashby', applicationFilters: ['createdAfter', 'jobId', 'status'], jobFilters: ['status'], lacks: [], realTime: true },
];

export interface Integration {
	id: string;
	app: App;
	organisation: string;
	active: boolean;
	deactivatedAt: number | null;
	/** of `ats_applications_new` and so on, in the order of subscription */
	subscribed: string[];
}

export const ORGANISATION = 'acme';

export const apiKeyOf = (world: World): string => `kn_${opaqueId(`${world.seed}/knit key`, 1, 32)}`;

/** One integration for each app, all of one customer and over the same hiring data; the first is the default. */
export function integrationIdOf(world: World, app = 'greenhouse'): string {
	return `mg_${opaqueId(`${world.seed}/knit ${app}`, 1, 20)}`;
}

export function failure(status: number, msg: string): ApiError {
	return new ApiError(status, errorBody(msg));
}

export function errorBody(msg: string): Json {
	return { success: false, error: { msg } };
}

/** Everything that is Knit's own: connections, settings, what was asked for. */
export class KnitState {
	readonly integrations: Integration[];

	readonly records: Records;

	/** where the dashboard says that events go */
	webhookUrl: string | null = null;

	/** the key is known but may do nothing */
	withdrawn = false;

	/** lists give all filters a miss: an ATS that ignores what it does not know */
	ignoreFilters = false;

	readonly watched = new Map<string, string[]>();

	readonly syncs: Json[] = [];

	readonly customSyncs: Json[] = [];

	readonly sessions: Json[] = [];

	private count = 0;

	constructor(
		readonly world: World,
		readonly tools: Tools,
	) {
		this.integrations = APPS.map((app) => ({ id: integrationIdOf(world, app.id), app, organisation: ORGANISATION, active: true, deactivatedAt: null, subscribed: [] }));
		this.records = new Records(world, (attachment) => this.publish(attachment));
	}

	/** A new id, such as `ev_...`. */
	id(prefix: string): string {
		return `${prefix}_${opaqueId(`${this.world.seed}/knit ${prefix}`, ++this.count, 20)}`;
	}

	checkKey(request: FastifyRequest): void {
		if (request.headers.authorization !== `Bearer ${apiKeyOf(this.world)}`) throw failure(401, 'Invalid API key');
		if (this.withdrawn) throw failure(403, 'This API key has no access');
	}

	/** Whose connection the call is for. */
	integration(request: FastifyRequest): Integration {
		const id = request.headers['x-knit-integration-id'];
		if (typeof id !== 'string' || id === '') throw failure(400, 'X-Knit-Integration-Id header is missing');
		const found = this.integrations.find((integration) => integration.id === id);
		if (!found) throw failure(404, 'No such integration exists');
		if (!found.active) throw failure(400, 'This integration has been deactivated');
		return found;
	}

	/** As `integration`, for a call that not every ATS offers. */
	able(request: FastifyRequest, call: string): Integration {
		const integration = this.integration(request);
		if (integration.app.lacks.includes(call)) throw failure(404, `${call} is not supported for ${integration.app.id}`);
		return integration;
	}

	private publish(attachment: Attachment): string {
		return this.tools.publish({ name: attachment.fileName, contentType: attachment.contentType, bytes: () => this.world.bytes(attachment) });
	}
}
