import { sleep as hostSleep } from 'n8n-workflow';

/** The one source of time in `lib` and `nodes`, so that a test can let a week pass in a second. */
export interface Clock {
	/** Milliseconds since 1970, UTC. */
	now(): number;
	/** Resolves after `ms` milliseconds; rejects with the signal's reason once the signal is aborted. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

const hostClock: Clock = {
	now: () => Date.now(),
	async sleep(ms, signal) {
		if (!signal) return await hostSleep(ms);
		signal.throwIfAborted();
		let onAbort = () => {};
		const aborted = new Promise<never>((_resolve, reject) => {
			onAbort = () => reject(signal.reason);
			signal.addEventListener('abort', onAbort, { once: true });
		});
		try {
			// Hosts before 2.x ignore the second argument: the race makes both behave alike.
			await Promise.race([hostSleep(ms, signal), aborted]);
		} finally {
			signal.removeEventListener('abort', onAbort);
		}
	},
};

let current = hostClock;

/** What everybody imports: always asks the clock in use, also when it is replaced after the import. */
export const clock: Clock = {
	now: () => current.now(),
	sleep: async (ms, signal) => await current.sleep(ms, signal),
};

/** Made once: n8n makes an error, with its stack, for each call that ends without one. */
const DONE = new Error('Done');

/** Real time, also where a test lets a week pass in a second: for what others keep open. */
export const realTime = {
	/** `work`, or the error of `late` after so many milliseconds. */
	async within<Result>(ms: number, work: Promise<Result>, late: () => Error): Promise<Result> {
		const done = new AbortController();
		const timer = hostSleep(ms, done.signal).then(() => {
			throw late();
		});
		try {
			return await Promise.race([work, timer]);
		} finally {
			done.abort(DONE);
		}
	},
};

/** Replaces the clock (tests only). The returned function puts the previous one back. */
export function useClock(replacement: Clock): () => void {
	const previous = current;
	current = replacement;
	return () => {
		current = previous;
	};
}
