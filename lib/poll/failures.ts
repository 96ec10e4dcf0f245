import { ApiError, PollError, type FailureCause } from '../errors';
import { clock } from '../clock';
import type { PollHost } from './host';
import { POLL_LIMITS } from './limits';
import type { ProcessState } from './processState';

export interface Reporting {
	reportFailures: 'atOnce' | 'afterFifteenMinutes';
}

/** What n8n's poll scheduler (2.36+) may read on the error it gets: why, and when to come again. */
export function failureOf(error: unknown): { cause: FailureCause; retryAfterMs?: number } {
	if (error instanceof PollError) return error.failure;
	if (error instanceof ApiError) {
		const { cause, retryAfterMs } = error.facts;
		return { cause, ...(retryAfterMs === undefined || !error.temporary ? {} : { retryAfterMs }) };
	}
	return { cause: 'node-defect' };
}

export { PollError };

export function isTemporary(error: unknown): boolean {
	const { cause } = failureOf(error);
	return cause === 'rate-limited' || cause === 'quota-exhausted' || cause === 'temporarily-unavailable';
}

/** What a log may hold: of a failed call the facts, and not what the service said of it, which may quote people. */
export function messageOf(error: unknown): string {
	if (error instanceof ApiError) {
		const { service, call, status, code } = error.facts;
		return `${service} ${status === undefined ? 'did not answer' : `answered ${status}${code === undefined ? '' : ` (${code})`} to`} ${call}`;
	}
	return error instanceof Error ? error.message : String(error);
}

/** Throws the error, or keeps it back for a while: outside durable cursors every failing poll is a failed execution each minute. */
export function report(error: unknown, processState: ProcessState, host: PollHost, { reportFailures }: Reporting): 'quiet' {
	const now = clock.now();
	const { retryAfterMs } = failureOf(error);
	// Where the host does not honour Retry-After, we do; but no answer of a service may silence a trigger for long.
	if (retryAfterMs !== undefined) processState.notBefore = now + Math.min(retryAfterMs, POLL_LIMITS.pauseMs);
	processState.failingSince ??= now;
	processState.failure = error;
	if (reportFailures === 'afterFifteenMinutes' && isTemporary(error) && !failsForLong(processState)) {
		host.log.warn(`${messageOf(error)}. Trying again with the next poll`, { failingForMs: now - processState.failingSince });
		return 'quiet';
	}
	throw error;
}

export function failsForLong({ failingSince }: ProcessState): boolean {
	return failingSince !== null && clock.now() - failingSince >= POLL_LIMITS.swallowFailuresMs;
}
