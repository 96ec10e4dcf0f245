import { MAX_WAIT_MS } from './rate';

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
	/** What earlier refusals of this call have cost. */
	waitedMs?: number;
	/** 0..1, spreads clients that failed together. */
	jitter: number;
}

/** `turnInMs`: refused with a stated wait, which is no attempt; the call waits its turn with all others. */
export type Step = { retryInMs: number } | { turnInMs: number } | 'done' | 'fail' | 'outcomeUnknown';

export const MAX_ATTEMPTS = 4;
const MAX_PAUSE_MS = 60_000;
/** A vendor that says "at once" and means it not must not be asked without a pause. */
export const MIN_TURN_MS = 500;
const TRANSIENT = new Set([408, 500, 502, 503, 504]);

/**
 * The retry table. A refused call is sent again whatever its method; an unclear one only when it is repeatable,
 * since a write whose answer is lost may have moved a candidate or sent a mail.
 */
export function nextStep({ repeatable, number, outcome, waitedMs = 0, jitter }: Attempt): Step {
	if (outcome.kind === 'answer' && !outcome.refusedBeforeRun && outcome.status !== 429 && !TRANSIENT.has(outcome.status)) {
		return outcome.status >= 200 && outcome.status < 400 ? 'done' : 'fail';
	}
	const refused = outcome.kind === 'notSent' || (outcome.kind === 'answer' && (outcome.refusedBeforeRun || outcome.status === 429));
	if (!refused && !repeatable) return 'outcomeUnknown';
	const asked = outcome.kind === 'answer' ? outcome.retryAfterMs : undefined;
	if (refused && asked !== undefined) return waitedMs + asked < MAX_WAIT_MS ? { turnInMs: Math.max(MIN_TURN_MS, asked) } : 'fail';
	if (number >= MAX_ATTEMPTS) return 'fail';
	const backoff = 1000 * 2 ** (number - 1) * (0.75 + jitter / 2);
	return { retryInMs: Math.min(MAX_PAUSE_MS, asked ?? backoff) };
}
