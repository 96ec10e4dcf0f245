import { clock } from '../clock';
import { messageOf } from './failures';
import type { PollHost } from './host';
import { POLL_LIMITS } from './limits';
import { processStateFor } from './processState';

/** What can be asked whether it may be read. */
interface Probed {
	probe(): Promise<void>;
}

/**
 * The poll at activation proves access, and no more: its state is not saved everywhere. When n8n starts up by itself
 * it must not throw: n8n gives up on the workflow for good after a few tries, while it still looks active. The scheduled
 * polls report what is wrong then.
 */
export async function activate(host: PollHost, open: (limits: { deadline: number }) => Probed | Promise<Probed>): Promise<'quiet'> {
	// Switching off and on is how a user asks for another try.
	Object.assign(processStateFor(host.key), { notBefore: 0, failingSince: null, failure: null });
	const startsUp = host.activation === 'init' || host.activation === 'leadershipChange';
	try {
		const source = await open({ deadline: clock.now() + Math.min(POLL_LIMITS.activationMs, host.budgetMs ?? POLL_LIMITS.activationMs) });
		await source.probe();
	} catch (error) {
		if (!startsUp) throw withoutAuthorizationWord(error);
		host.log.warn(`${messageOf(error)}. The trigger stays active and tries again with its next poll`);
	}
	return 'quiet';
}

/** Hosts before 2.x stop retrying an activation whose message has this word in it. */
export function withoutAuthorizationWord(error: unknown): unknown {
	if (error instanceof Error && /authorization/i.test(error.message)) {
		error.message = error.message.replace(/authorization/gi, 'access');
	}
	return error;
}
