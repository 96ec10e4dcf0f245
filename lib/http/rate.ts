import { clock } from '../clock';
import { ProcessMap } from '../processMap';

/** What a vendor publishes of its rate limit. */
export interface StatedRate {
	calls: number;
	perMs: number;
	/** For a token bucket: the most calls at once after a pause. Absent: the vendor counts the calls of a window. */
	burst?: number;
}

/** What the headers of an answer say of the rate limit; times in milliseconds from now, at most `MAX_WAIT_MS`. */
export interface RateReading {
	limit?: number;
	remaining?: number;
	resetMs?: number;
	retryAfterMs?: number;
}

/** The longest wait that is taken from a service: what it says is bounded where it is read. */
export const MAX_WAIT_MS = 15 * 60_000;
/** Numbers above are a moment since 1970, not a duration. */
const EPOCH = 1e9;
/** A clock that differs by less says nothing: headers hold whole seconds. */
const SKEW_MS = 30_000;
/** Timers may end early, and what we take for the end of a window is ours. */
const MARGIN_MS = 20;

/** `Retry-After` and the `X-RateLimit-*` family, in all their spellings. */
export function readRate(headers: Readonly<Record<string, string>>, now: number): RateReading {
	const reading: RateReading = {};
	const retryAfter = durationOf(headers['retry-after'], headers.date, now);
	if (retryAfter !== undefined) reading.retryAfterMs = retryAfter;
	for (const [name, value] of Object.entries(headers)) {
		const what = /^(?:x-)?rate-?limit-(limit|remaining|reset)$/.exec(name)?.[1];
		if (what === undefined) continue;
		const found = what === 'reset' ? durationOf(value, headers.date, now) : countOf(value);
		if (found === undefined) continue;
		if (what === 'reset') reading.resetMs = found;
		else if (what === 'remaining') reading.remaining = found;
		else reading.limit = found;
	}
	return reading;
}

function countOf(text: string): number | undefined {
	// `100, 100;w=60`: the first is the one in force.
	const digits = /^\s*(\d{1,15})\b/.exec(text)?.[1];
	return digits === undefined ? undefined : Number(digits);
}

/** Seconds, a moment in seconds or milliseconds since 1970, or an HTTP date. */
function durationOf(text: string | undefined, date: string | undefined, now: number): number | undefined {
	if (text === undefined || text.trim() === '' || text.length > 64) return undefined;
	const number = Number(text.split(/[,;]/, 1)[0]);
	if (Number.isFinite(number) && number <= EPOCH) return bounded(number * 1000);
	const moment = Number.isFinite(number) ? (number > EPOCH * 1000 ? number : number * 1000) : Date.parse(text);
	if (Number.isNaN(moment)) return undefined;
	const theirs = Date.parse(date ?? '');
	return bounded(moment - (Math.abs(theirs - now) > SKEW_MS ? theirs : now));
}

function bounded(ms: number): number {
	return Math.min(MAX_WAIT_MS, Math.max(0, ms));
}

/**
 * When the next call may begin, by the vendor's published figure and by what its answers say is left. Shared by all executions
 * and polls of the process that use the same credential.
 */
export class RateLimit {
	private inFlight = 0;
	/** When the calls of the last window ended: later than the vendor counted them, so that a new one is never too early. */
	private readonly ended: number[] = [];
	private tokens: number;
	private filledAt = -Infinity;
	/** Calls that may begin until an answer tells more. */
	private left = Infinity;
	/** When `left` is out of date. */
	private leftUntil = Infinity;
	/** The vendor refused a call: answers to calls that left before say nothing new. */
	private closed = false;
	private readonly waiting: Array<() => void> = [];

	constructor(private readonly stated?: StatedRate) {
		this.tokens = stated?.burst ?? 0;
	}

	/** Waits for a turn. Gives nothing once it may begin, or how long it would have to wait where that is beyond `until`. */
	async begin(until: number, signal?: AbortSignal): Promise<number | undefined> {
		for (let now = clock.now(); ; ) {
			signal?.throwIfAborted();
			const wait = this.waitAt(now);
			if (wait <= 0) {
				this.inFlight++;
				this.left--;
				this.tokens--;
				return undefined;
			}
			if (wait === Infinity) {
				await new Promise<void>((resolve) => this.waiting.push(resolve));
				now = clock.now();
			} else {
				if (now + wait > until) return wait;
				await clock.sleep(wait, signal);
				now = Math.max(clock.now(), now + wait);
			}
		}
	}

	/** A call that began has ended; `refused`: with a stated wait. */
	end(reading: RateReading = {}, refusedForMs?: number): void {
		const now = clock.now();
		this.inFlight--;
		if (this.stated) this.ended.push(now);
		// Who asks for more than we wait is asked anew by whoever comes next, and refuses that one itself.
		if (refusedForMs !== undefined) this.close(refusedForMs < MAX_WAIT_MS ? now + refusedForMs : now);
		else if (!this.closed || now >= this.leftUntil) this.learn(reading, now);
		for (const wake of this.waiting.splice(0)) wake();
	}

	private close(until: number): void {
		this.leftUntil = this.closed ? Math.max(this.leftUntil, until) : until;
		this.closed = true;
		this.left = 0;
	}

	private learn({ remaining, resetMs }: RateReading, now: number): void {
		this.closed = false;
		const known = remaining !== undefined && (resetMs === undefined || resetMs < MAX_WAIT_MS);
		// Whether the calls in flight are counted already is not known: as if they were not.
		this.left = known ? Math.max(0, remaining - this.inFlight) : Infinity;
		this.leftUntil = known && resetMs !== undefined ? now + resetMs : Infinity;
	}

	/** Milliseconds until a call may begin; Infinity: not before another has ended. */
	private waitAt(now: number): number {
		if (now >= this.leftUntil) {
			// One call finds out whether the vendor thinks so too.
			this.left = this.left <= 0 ? 1 : Infinity;
			this.leftUntil = Infinity;
			this.closed = false;
		}
		const byAnswers = this.left > 0 ? 0 : this.leftUntil < Infinity ? this.leftUntil - now : this.inFlight > 0 ? Infinity : 0;
		return Math.max(byAnswers, this.byFigure(now));
	}

	private byFigure(now: number): number {
		if (!this.stated) return 0;
		const { calls, perMs, burst } = this.stated;
		if (burst !== undefined) {
			this.tokens = Math.min(burst, this.tokens + ((now - this.filledAt) * calls) / perMs);
			this.filledAt = Math.max(now, this.filledAt);
			// Whole milliseconds: a wait of less may not move the clock at all, and would never end.
			return this.tokens >= 1 ? 0 : Math.ceil(((1 - this.tokens) * perMs) / calls);
		}
		while (this.ended[0] !== undefined && this.ended[0] + perMs + MARGIN_MS <= now) this.ended.shift();
		if (this.inFlight + this.ended.length < calls) return 0;
		return this.ended[0] === undefined ? Infinity : this.ended[0] + perMs + MARGIN_MS - now;
	}
}

const limits = new ProcessMap<RateLimit>(MAX_WAIT_MS);

/** The rate limit of everybody in this process who calls this address with this credential. */
export function rateLimitOf(name: string, stated?: StatedRate): RateLimit {
	return limits.of(name, () => new RateLimit(stated));
}
