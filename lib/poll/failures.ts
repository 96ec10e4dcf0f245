import { ApiError, isTemporary, PollError } from '../errors';
import { clock } from '../clock';
import type { PollHost } from './host';
import { POLL_LIMITS } from './limits';
import type { ProcessState } from './processState';

export interface Reporting {
	reportFailures: 'atOnce' | 'afterFifteenMinutes';
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
export function report(error: unknown, processState: ProcessState, host: PollHost, { reportFailures }: Reporting): null {
	const now = clock.now();
	const { cause, retryAfterMs }: PollError['failure'] = error instanceof ApiError ? error.facts : error instanceof PollError ? error.failure : { cause: 'node-defect' };
	const temporary = isTemporary(cause);
	// Where the host does not honour Retry-After, we do; but no answer of a service may silence a trigger for long.
	if (temporary && retryAfterMs !== undefined) processState.notBefore = now + Math.min(retryAfterMs, POLL_LIMITS.pauseMs);
	processState.failingSince ??= now;
	processState.failure = error;
	if (temporary && reportFailures === 'afterFifteenMinutes' && !failsForLong(processState)) {
		host.log.warn(`${messageOf(error)}. Trying again with the next poll`, { failingForMs: now - processState.failingSince });
		return null;
	}
	throw error;
}

export function failsForLong({ failingSince }: ProcessState): boolean {
	return failingSince !== null && clock.now() - failingSince >= POLL_LIMITS.swallowFailuresMs;
}
