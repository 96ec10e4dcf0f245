import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from './clock.cts';
import { ApiError } from './simulator.cts';

/** Where a client stands in its window. Times in milliseconds of the world's clock. */
export interface RateState {
	limit: number;
	remaining: number;
	now: number;
	/** when the window ends, or, of a bucket, when the next call is let through */
	resetAt: number;
	refused: boolean;
}

export interface RateRule {
	/** so many calls in a window of `perMs`, or, of a bucket, refilled at that pace */
	calls: number;
	perMs: number;
	/**
	 * `fixed`: windows begin at the first call after the last one ended. `sliding`: the last `perMs` count.
	 * `bucket`: `burst` at once, then `calls` per `perMs`. Default: `fixed`.
	 */
	kind?: 'fixed' | 'sliding' | 'bucket';
	/** of a bucket; default: `calls` */
	burst?: number;
	/** which calls share a limit; default: those with the same `authorization` */
	key?(request: FastifyRequest): string;
	/** calls that do not count */
	free?(request: FastifyRequest): boolean;
	/** headers of every answer, refusals included; leave out what the vendor is not known to send */
	headers?(state: RateState): Record<string, string>;
	/** the refusal; default: 429 with the simulator's `errorBody(429)` */
	refuse?(state: RateState): ApiError;
}

/** Calls that were let through, by key. `onRequest` hook of a simulator: see `tools.rate`. */
export class Rate {
	/** false: nothing is refused and no header sent, for tests that are about something else */
	enabled = true;
	refused = 0;
	private readonly calls = new Map<string, number[]>();

	constructor(
		private readonly rule: RateRule,
		private readonly clock: Clock,
		private readonly errorBody: (status: number) => unknown,
	) {}

	readonly hook = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
		if (!this.enabled || this.rule.free?.(request)) return;
		const state = this.take(this.rule.key?.(request) ?? request.headers.authorization ?? '');
		const headers = this.rule.headers?.(state) ?? {};
		void reply.headers(headers);
		if (!state.refused) return;
		this.refused++;
		const refusal = this.rule.refuse?.(state) ?? new ApiError(429, this.errorBody(429));
		throw new ApiError(refusal.status, refusal.body, { ...headers, ...refusal.headers });
	};

	private take(key: string): RateState {
		const { calls: limit, perMs, kind = 'fixed', burst = limit } = this.rule;
		const now = this.clock.now();
		const known = this.calls.get(key) ?? [];
		this.calls.set(key, known);
		if (kind === 'bucket') {
			// One number: the time at which the bucket would be full again.
			const perCall = perMs / limit;
			const full = Math.max(known[0] ?? 0, now) + perCall;
			const refused = full - now > burst * perCall;
			if (!refused) known[0] = full;
			return { limit: burst, remaining: Math.max(0, Math.floor(burst - ((known[0] ?? 0) - now) / perCall)), now, resetAt: refused ? now + (full - now - burst * perCall) : now, refused };
		}
		const begins = kind === 'sliding' ? now - perMs : (known[0] ?? now);
		if (kind === 'sliding') known.splice(0, known.findLastIndex((at) => at <= begins) + 1);
		else if (now >= begins + perMs) known.length = 0;
		const refused = known.length >= limit;
		if (!refused) known.push(now);
		return { limit, remaining: limit - known.length, now, resetAt: (known[0] ?? now) + perMs, refused };
	}
}
