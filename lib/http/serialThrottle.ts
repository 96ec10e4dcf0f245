import { clock } from '../clock';

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
			return await call().finally(() => {
				this.free = clock.now() + this.pauseMs;
			});
		} finally {
			done();
		}
	}
}

const paces = new Map<string, SerialThrottle>();

/** The pace that everybody in this process keeps under this name, such as a service and a company. */
export function serialThrottleOf(name: string, pauseMs: number): SerialThrottle {
	const known = paces.get(name);
	if (known) return known;
	const made = new SerialThrottle(pauseMs);
	paces.set(name, made);
	return made;
}
