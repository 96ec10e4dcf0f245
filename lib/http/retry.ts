/** What came of one attempt. */
export type Outcome =
	| { kind: 'answer'; status: number; refusedBeforeRun: boolean; retryAfterMs?: number }
	/** The connection was never made: the vendor has not seen the call. */
	| { kind: 'notSent' }
	/** Reset, cut or timed out after the call was on its way. */
	| { kind: 'noAnswer' };

export interface Attempt {
	/** Sending it twice does what sending it once does (GET, HEAD, operations marked so). */
	repeatable: boolean;
	/** 1 for the first. */
	number: number;
	outcome: Outcome;
	/** 0..1, spreads clients that failed together. */
	jitter: number;
}

export type Step = { retryInMs: number } | 'done' | 'fail' | 'outcomeUnknown';

export const MAX_ATTEMPTS = 4;
const MAX_WAIT_MS = 60_000;
const TRANSIENT = new Set([408, 500, 502, 503, 504]);

/**
 * The retry table. A refused call is sent again whatever its method; an unclear one only when it is repeatable,
 * since a write whose answer is lost may have moved a candidate or sent a mail.
 */
export function nextStep({ repeatable, number, outcome, jitter }: Attempt): Step {
	if (outcome.kind === 'answer' && !outcome.refusedBeforeRun && outcome.status !== 429 && !TRANSIENT.has(outcome.status)) {
		return outcome.status >= 200 && outcome.status < 400 ? 'done' : 'fail';
	}
	const refused = outcome.kind === 'notSent' || (outcome.kind === 'answer' && (outcome.refusedBeforeRun || outcome.status === 429));
	if (!refused && !repeatable) return 'outcomeUnknown';
	if (number >= MAX_ATTEMPTS) return 'fail';
	const asked = outcome.kind === 'answer' ? outcome.retryAfterMs : undefined;
	const backoff = 1000 * 2 ** (number - 1) * (0.75 + jitter / 2);
	return { retryInMs: Math.min(MAX_WAIT_MS, asked ?? backoff) };
}

/** `Retry-After` in seconds or as an HTTP date; undefined when absent or unreadable. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
	if (header === undefined || header.trim() === '') return undefined;
	const seconds = Number(header);
	if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
	const date = Date.parse(header);
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
