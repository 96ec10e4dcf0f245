import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Fault, Faults } from './faults.cts';
import type { Deliveries } from './deliveries.cts';
import type { Pager } from './paging.cts';
import type { Random } from './random.cts';
import type { Rate, RateRule } from './rate.cts';
import type { World } from './world.cts';

/**
 * A service as the sandbox plays it: `sandbox/<name>.cts` (its parts in the folder `sandbox/<name>/`), found by `simulators.cts`.
 * It reads the world, changes it through the world's door (`actions.cts` has the verbs), and keeps only what is the
 * vendor's own: scope settings, sync runs, tokens.
 */
export interface Simulator {
	/** e.g. `kombo`; also the URL prefix and the `by` of journal entries */
	name: string;
	/** Registers routes relative to `/<name>`, e.g. `app.get('/v1/ats/jobs', ...)`. */
	register(app: FastifyInstance, world: World, tools: Tools): void;
	/** What a client needs, as the credential of our node names it. Fixed, harmless values. */
	credentials(world: World): Record<string, string>;
	/** Base addresses that clients are given, relative to the origin; the first one is the service's own name, e.g. `{ kombo: '/kombo/v1' }`. */
	paths: Record<string, string>;
	/** The vendor's words for an HTTP error that the sandbox itself plays (faults, unknown path, crash). */
	errorBody(status: number, message?: string): unknown;
	/** How a refused or expired cursor is answered; without it, 400 with `errorBody`. */
	badCursor?(message: string): ApiError;
	/** A 2xx answer whose body says that it failed (fault `errorInSuccess`); default: `errorBody(500)`. */
	errorInSuccess?(): unknown;
}

/** Thrown by a handler: sent as it is. */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		readonly body: unknown,
		readonly headers: Record<string, string> = {},
	) {
		super(`answered with ${status}`);
	}
}

/** Something that either side got wrong against the vendor's description. Tests assert that there is none. */
export interface Violation {
	service: string;
	where: 'request' | 'answer' | 'webhook';
	method: string;
	path: string;
	/** the vendor's name of the operation, where it has one */
	operation: string | null;
	errors: string[];
}

/** One line of the request log. */
export interface LoggedRequest {
	at: number;
	service: string;
	method: string;
	/** without the service's prefix and without the query */
	path: string;
	query: Record<string, unknown>;
	/** without the ones that hold secrets */
	headers: Record<string, string>;
	body: unknown;
	/** 0: the connection was cut */
	status: number;
	fault: Fault['kind'] | null;
}

/** What every simulator shares. */
export interface Tools {
	/** `http://127.0.0.1:PORT` once the sandbox listens */
	origin(): string;
	/** seeded; for the simulator's own dice */
	random: Random;
	faults: Faults;
	pager: Pager;
	/** webhooks out: signed by the simulator, sent and logged here */
	deliveries: Deliveries;
	/** false: skip the checks (bench) */
	validate: boolean;
	violation(violation: Omit<Violation, 'service'>): void;
	/** Waits on the world's clock. */
	sleep(ms: number): Promise<void>;
	/** A short-lived address from which anybody may read these bytes. `ttl` in milliseconds. */
	publish(file: { name: string; contentType: string; bytes: () => Buffer }, ttl?: number): string;
	/** Reads a multipart body (sent with any boundary). */
	readForm(request: FastifyRequest): Promise<FormPart[]>;
	/** Throws 401 with `errorBody(401)` unless the header is one of these. */
	requireHeader(request: FastifyRequest, name: string, accepted: readonly string[]): void;
	/** The vendor's rate limit: `app.addHook('onRequest', tools.rate({ calls: 10, perMs: 10_000, headers: ... }).hook)`. Switched by `POST /_sandbox/settings { rate }`. */
	rate(rule: RateRule): Rate;
	/** For a simulator that keeps state which a test switches: `POST /_sandbox/<service>/<name>` with a JSON body. */
	control(name: string, handler: (body: Record<string, unknown>) => unknown): void;
}

export interface FormPart {
	name: string;
	/** null: a plain field */
	fileName: string | null;
	contentType: string | null;
	bytes: Buffer;
	/** the bytes as UTF-8 */
	text: string;
}

/** A multipart or other non-JSON body arrives as a Buffer in `request.body`. */
export type Request = FastifyRequest;
export type Reply = FastifyReply;
