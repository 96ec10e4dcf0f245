/** What one execution may use of a service. */
export interface ExecutionLimits {
	concurrency: ConcurrencyLimit;
	/** The most that is read of one file. */
	maxFileBytes?: number;
}

/**
 * How many calls may be in flight at once. Starts low and doubles while answers are good (slow start); once the
 * vendor has refused a call it halves and then grows by one call per round. A vendor that states its limit in a
 * header is believed at once, and so is one that states what is left of it, until it refuses a call.
 */
export class ConcurrencyLimit {
	private size: number;
	private inFlight = 0;
	private ceiling: number;
	private slowStart = true;
	/** Calls sent before the last cut: their refusals are the same news and cut nothing again. */
	private generation = 0;
	private creditsSinceGrowth = 0;
	private readonly waiting: Array<() => void> = [];

	constructor(
		private readonly max: number,
		start = 4,
	) {
		this.ceiling = max;
		this.size = Math.min(start, max);
	}

	get current(): number {
		return this.size;
	}

	/** Runs `call` when there is room; `call` reports through its argument what the answer said about load. */
	async run<T>(call: (report: LoadReport) => Promise<T>): Promise<T> {
		while (this.inFlight >= this.size) await new Promise<void>((resolve) => this.waiting.push(resolve));
		this.inFlight++;
		const sentIn = this.generation;
		try {
			return await call({
				good: () => this.grow(),
				refused: () => this.halve(sentIn),
				stated: (stated) => this.obey(stated),
			});
		} finally {
			this.inFlight--;
			this.wake();
		}
	}

	private grow(): void {
		this.creditsSinceGrowth++;
		const due = this.slowStart ? 1 : this.size;
		if (this.creditsSinceGrowth < due || this.size >= this.ceiling) return;
		this.creditsSinceGrowth = 0;
		this.size++;
		this.wake();
	}

	private halve(sentIn: number): void {
		this.slowStart = false;
		this.creditsSinceGrowth = 0;
		if (sentIn !== this.generation) return;
		this.generation++;
		this.size = Math.max(1, Math.floor(this.size / 2));
	}

	private obey({ limit, left }: StatedConcurrency): void {
		this.ceiling = Math.max(1, Math.min(this.max, limit));
		// The answered call has ended, and others may use the same limit: what is left is left beside those in flight.
		const room = this.slowStart && left !== undefined ? this.inFlight - 1 + left : 0;
		this.size = Math.min(this.ceiling, Math.max(this.size, room));
	}

	private wake(): void {
		for (let room = this.size - this.inFlight; room > 0 && this.waiting.length > 0; room--) this.waiting.shift()?.();
	}
}

export interface LoadReport {
	good(): void;
	refused(): void;
	stated(limit: StatedConcurrency): void;
}

/** The vendor's own number of calls at once, and how many more it would have taken beside those in flight. */
export interface StatedConcurrency {
	limit: number;
	left?: number;
}
