import { clock } from '../clock';
import { rethrow } from '../errors';
import { failsForLong, messageOf, report, type Reporting } from './failures';
import type { PollHost } from './host';
import { POLL_LIMITS } from './limits';
import { processStateFor, type ProcessState } from './processState';
import type { PollResult } from './result';

/** What is read, made for one poll: nothing is begun or awaited beyond the deadline (our clock, ms). */
export type Open<Source> = (limits: { deadline: number }) => Source | Promise<Source>;

/** What one scheduled poll may use. */
export interface Lease {
	processState: ProcessState;
	/** Our clock, ms. */
	deadline: number;
	/** False once another poll has taken over: n8n abandons a slow poll without stopping it, and that one must leave no trace. */
	mayWrite(): boolean;
}

export interface Work<Source, Item> {
	/** What "Test" shows. Nothing is remembered of it. */
	examples(source: Source): Promise<readonly Item[]>;
	poll(source: Source, lease: Lease): Promise<PollResult<Item>>;
}

/** One poll of a trigger: "Test", the one at activation, or a scheduled one. Throws what the user should see. */
export async function pollTrigger<Source extends { probe(): Promise<void> }, Item>(host: PollHost, open: Open<Source>, options: Reporting, work: Work<Source, Item>): Promise<PollResult<Item>> {
	if (host.manual) return await work.examples(await open({ deadline: clock.now() + POLL_LIMITS.budgetMs }));
	if (host.activation !== null) return await activate(host, open);
	const processState = processStateFor(host.key);
	const now = clock.now();
	if (now < processState.notBefore) {
		if (failsForLong(processState)) throw processState.failure;
		return null;
	}
	if (processState.lock && now < processState.lock.until) {
		host.log.warn('The last poll is still running; this one is left out');
		return null;
	}
	const deadline = now + (host.budgetMs ?? POLL_LIMITS.budgetMs);
	const lock = { until: deadline + POLL_LIMITS.lockGraceMs };
	processState.lock = lock;
	const mayWrite = () => processState.lock === lock;
	try {
		const result = await work.poll(await open({ deadline }), { processState, deadline, mayWrite });
		Object.assign(processState, { failingSince: null, failure: null });
		return result;
	} catch (error) {
		return report(error, processState, host, options);
	} finally {
		if (mayWrite()) processState.lock = null;
	}
}

/**
 * The poll at activation proves access, and no more: its state is not saved everywhere. When n8n starts up by itself
 * it must not throw: n8n gives up on the workflow for good after a few tries, while it still looks active. The scheduled
 * polls report what is wrong then.
 */
async function activate(host: PollHost, open: Open<{ probe(): Promise<void> }>): Promise<null> {
	// Switching off and on is how a user asks for another try.
	Object.assign(processStateFor(host.key), { notBefore: 0, failingSince: null, failure: null });
	try {
		const source = await open({ deadline: clock.now() + Math.min(POLL_LIMITS.activationMs, host.budgetMs ?? POLL_LIMITS.activationMs) });
		await source.probe();
	} catch (error) {
		if (host.activation !== 'init' && host.activation !== 'leadershipChange') {
			// Hosts before 2.x stop retrying an activation whose message has this word in it.
			if (error instanceof Error) error.message = error.message.replace(/authorization/gi, 'access');
			return rethrow(error);
		}
		host.log.warn(`${messageOf(error)}. The trigger stays active and tries again with its next poll`);
	}
	return null;
}
