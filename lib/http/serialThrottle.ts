import { clock } from '../clock';
import { ProcessMap } from '../processMap';

/** For calls that a vendor wants one at a time with a pause between: each begins `pauseMs` after the last has ended. */
export class SerialThrottle {
	private tail: Promise<void> = Promise.resolve();
	private free = -Infinity;

	constructor(private readonly pauseMs: number) {}

	/** In the order of asking. A cancelled call gives up its place. */
	async run<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
		const before = this.tail;
		let done = () => {};
		this.tail = new Promise((resolve) => {
			done = resolve;
		});
		await before;
		try {
			signal?.throwIfAborted();
			const wait = this.free - clock.now();
			if (wait > 0) await clock.sleep(wait, signal);
			const result = await call();
			// A refused call is none that the vendor counts, and somebody's wrong key must not slow down the others.
			this.free = clock.now() + this.pauseMs;
			return result;
		} finally {
			done();
		}
	}
}

const IDLE_MS = 15 * 60_000;
const throttles = new ProcessMap<SerialThrottle>(IDLE_MS);

/** The throttle that everybody in this process shares under this name, such as a client's `account` and a company. */
export function serialThrottleOf(name: string, pauseMs: number): SerialThrottle {
	return throttles.of(name, () => new SerialThrottle(pauseMs));
}
