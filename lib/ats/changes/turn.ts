import { clock } from '../../clock';
import { report } from './failures';
import type { PollHost } from './host';
import { LIMITS, type PollOptions } from './options';
import { slotFor, type Slot } from './slots';

/** What one scheduled poll may use. */
export interface Turn {
	slot: Slot;
	/** Our clock, ms: nothing is begun or awaited beyond it. */
	deadline: number;
	/** False once another poll has taken over: n8n abandons a slow poll without stopping it, and that one must leave no trace. */
	mayWrite(): boolean;
}

/** A scheduled poll, alone on its trigger and inside its budget; 'quiet' while the last one still runs or the vendor wants a pause. */
export async function takeTurn<Result>(host: PollHost, options: Pick<PollOptions, 'reportFailures'>, work: (turn: Turn) => Promise<Result>): Promise<Result | 'quiet'> {
	const slot = slotFor(host.key);
	const now = clock.now();
	if (now < slot.notBefore) return 'quiet';
	if (slot.lock && now < slot.lock.until) {
		host.log.warn('The last poll is still running; this one is left out');
		return 'quiet';
	}
	const deadline = now + (host.budgetMs ?? LIMITS.budgetMs);
	const lock = { token: Symbol(host.key), until: deadline + LIMITS.lockGraceMs };
	slot.lock = lock;
	const mayWrite = () => slot.lock?.token === lock.token;
	try {
		const result = await work({ slot, deadline, mayWrite });
		slot.failingSince = null;
		return result;
	} catch (error) {
		return report(error, slot, host, options);
	} finally {
		if (mayWrite()) slot.lock = null;
	}
}
