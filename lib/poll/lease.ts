import { clock } from '../clock';
import { failsForLong, report, type Reporting } from './failures';
import type { PollHost } from './host';
import { POLL_LIMITS } from './limits';
import { processStateFor, type ProcessState } from './processState';

/** What one scheduled poll may use. */
export interface Lease {
	processState: ProcessState;
	/** Our clock, ms: nothing is begun or awaited beyond it. */
	deadline: number;
	/** False once another poll has taken over: n8n abandons a slow poll without stopping it, and that one must leave no trace. */
	mayWrite(): boolean;
}

/** A scheduled poll, alone on its trigger and inside its budget; 'quiet' while the last one still runs or the vendor wants a pause. */
export async function withLease<Result>(host: PollHost, options: Reporting, work: (lease: Lease) => Promise<Result>): Promise<Result | 'quiet'> {
	const processState = processStateFor(host.key);
	const now = clock.now();
	if (now < processState.notBefore) {
		if (failsForLong(processState)) throw processState.failure;
		return 'quiet';
	}
	if (processState.lock && now < processState.lock.until) {
		host.log.warn('The last poll is still running; this one is left out');
		return 'quiet';
	}
	const deadline = now + (host.budgetMs ?? POLL_LIMITS.budgetMs);
	const lock = { token: Symbol(host.key), until: deadline + POLL_LIMITS.lockGraceMs };
	processState.lock = lock;
	const mayWrite = () => processState.lock?.token === lock.token;
	try {
		const result = await work({ processState, deadline, mayWrite });
		processState.failingSince = null;
		processState.failure = null;
		return result;
	} catch (error) {
		return report(error, processState, host, options);
	} finally {
		if (mayWrite()) processState.lock = null;
	}
}
