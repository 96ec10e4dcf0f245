/** The world's time, in milliseconds since 1970. A test drives its own; everything else uses the wall clock. */
export interface Clock {
	now(): number;
	sleep(ms: number): Promise<void>;
}

export class RealClock implements Clock {
	now(): number {
		return Date.now();
	}

	sleep(ms: number): Promise<void> {
		return new Promise((resolve) => setTimeout(resolve, ms));
	}
}

/** Stands still until told to move. `sleep` moves it at once: in simulated time waiting costs nothing. */
export class ManualClock implements Clock {
	constructor(private time: number = Date.UTC(2026, 0, 5, 9, 0, 0)) {}

	now(): number {
		return this.time;
	}

	async sleep(ms: number): Promise<void> {
		this.advance(ms);
	}

	advance(ms: number): void {
		this.time += ms;
	}

	/** May also go back: clocks of vendors do. */
	set(time: number): void {
		this.time = time;
	}
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const iso = (ms: number): string => new Date(ms).toISOString();
export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
