/** The rate limit in simulated time. `npm run bench -- --only rateLimited` measures it with a real server and a real clock. */
import { useClock } from '../../lib/clock';
import { MAX_WAIT_MS, RateLimit, readRate, type RateReading, type StatedRate } from '../../lib/http/rate';

/** A vendor that takes `calls` in each window of `perMs`, and a time that passes only when somebody waits. */
class Vendor {
	now = 1_800_000_000_000;
	refused = 0;
	private readonly timers: Array<{ at: number; go: () => void }> = [];
	private windowEnd = -Infinity;
	private used = 0;

	constructor(private readonly calls: number, private readonly perMs: number, private readonly tells: (used: number, resetMs: number) => Record<string, string>) {}

	sleep = async (ms: number) => await new Promise<void>((go) => this.timers.push({ at: this.now + ms, go }));

	async answer(): Promise<{ ok: boolean; headers: Record<string, string> }> {
		await this.sleep(20);
		if (this.now >= this.windowEnd) [this.windowEnd, this.used] = [this.now + this.perMs, 0];
		const ok = this.used < this.calls;
		if (ok) this.used++;
		else this.refused++;
		const headers = this.tells(this.used, this.windowEnd - this.now);
		await this.sleep(20);
		return { ok, headers: ok ? headers : { 'retry-after': String(Math.ceil((this.windowEnd - this.now) / 1000)), ...headers } };
	}

	/** Lets time pass until `work` is done. */
	async pass(work: Promise<unknown>): Promise<void> {
		let done = false;
		void work.finally(() => (done = true));
		for (;;) {
			for (let turn = 0; turn < 50; turn++) await Promise.resolve();
			if (done) return void (await work);
			this.timers.sort((one, other) => one.at - other.at);
			const next = this.timers.shift();
			if (!next) throw new Error('Nobody waits, and it is not done');
			this.now = Math.max(this.now, next.at);
			next.go();
		}
	}
}

async function run(vendor: Vendor, limit: RateLimit, items: number, width: number): Promise<number> {
	const start = vendor.now;
	let next = 0;
	const worker = async () => {
		while (next++ < items) {
			for (;;) {
				if ((await limit.begin(Infinity)) !== undefined) throw new Error('no turn');
				const { ok, headers } = await vendor.answer();
				const reading = readRate(headers, vendor.now);
				limit.end(reading, ok ? undefined : reading.retryAfterMs);
				if (ok) break;
			}
		}
	};
	const all = Promise.all(Array.from({ length: width }, worker));
	await vendor.pass(all);
	return vendor.now - start;
}

const nothing = () => ({});
const remaining = (calls: number) => (used: number, resetMs: number) => ({ 'x-ratelimit-limit': String(calls), 'x-ratelimit-remaining': String(calls - used), 'x-ratelimit-reset': String(Math.ceil(resetMs / 1000)) });

let restore = () => {};
afterEach(() => restore());
const playing = (vendor: Vendor) => void (restore = useClock({ now: () => vendor.now, sleep: vendor.sleep }));

describe('many calls at a vendor that counts them', () => {
	it.each<[string, StatedRate | undefined, Vendor, number]>([
		['by its published figure', { calls: 10, perMs: 10_000 }, new Vendor(10, 10_000, nothing), 0],
		['by what its headers say is left', undefined, new Vendor(10, 10_000, remaining(10)), 20],
		['by its refusals alone', undefined, new Vendor(10, 10_000, nothing), 400],
		['by its figure and its headers', { calls: 10, perMs: 10_000 }, new Vendor(10, 10_000, remaining(10)), 0],
	])('take hardly longer than they must, %s', async (_how, stated, vendor, mostRefused) => {
		playing(vendor);
		const tookMs = await run(vendor, new RateLimit(stated), 80, 30);
		expect(tookMs).toBeLessThanOrEqual(77_000);
		expect(vendor.refused).toBeLessThanOrEqual(mostRefused);
	});

	it('share the limit with another execution', async () => {
		const vendor = new Vendor(10, 10_000, nothing);
		playing(vendor);
		const limit = new RateLimit({ calls: 10, perMs: 10_000 });
		const start = vendor.now;
		await vendor.pass(Promise.all([run2(vendor, limit, 40), run2(vendor, limit, 40)]));
		expect(vendor.refused).toBe(0);
		expect(vendor.now - start).toBeLessThanOrEqual(77_000);
	});

	it('go evenly after a burst where the vendor has a bucket', async () => {
		const vendor = new Vendor(1000, 1000, nothing);
		playing(vendor);
		const tookMs = await run(vendor, new RateLimit({ calls: 8, perMs: 1000, burst: 16 }), 96, 30);
		expect(tookMs).toBeGreaterThanOrEqual(9_900);
		expect(tookMs).toBeLessThanOrEqual(10_500);
	});

	it('wait for nobody whom an answer of an hour away keeps out', async () => {
		const vendor = new Vendor(10, 10_000, nothing);
		playing(vendor);
		const limit = new RateLimit();
		await limit.begin(Infinity);
		limit.end({ remaining: 0, resetMs: MAX_WAIT_MS });
		expect(await limit.begin(vendor.now)).toBeUndefined();
		limit.end({}, MAX_WAIT_MS);
		expect(await limit.begin(vendor.now)).toBeUndefined();
	});

	it('tell whoever cannot wait how long it would be', async () => {
		const vendor = new Vendor(10, 10_000, nothing);
		playing(vendor);
		const limit = new RateLimit();
		await limit.begin(Infinity);
		limit.end({}, 30_000);
		expect(await limit.begin(vendor.now + 20_000)).toBe(30_000);
	});

	async function run2(vendor: Vendor, limit: RateLimit, items: number) {
		for (let item = 0; item < items; item++) {
			await limit.begin(Infinity);
			const { ok } = await vendor.answer();
			limit.end();
			expect(ok).toBe(true);
		}
	}
});

describe('the headers of a rate limit', () => {
	const now = Date.parse('2026-01-05T10:00:00Z');
	it.each<[Record<string, string>, RateReading]>([
		[{ 'x-ratelimit-limit': '50', 'x-ratelimit-remaining': '49', 'x-ratelimit-reset': '9' }, { limit: 50, remaining: 49, resetMs: 9000 }],
		[{ 'x-rate-limit-limit': '10', 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(now / 1000 + 7) }, { limit: 10, remaining: 0, resetMs: 7000 }],
		[{ 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '5', 'ratelimit-reset': '30;w=60' }, { limit: 100, remaining: 5, resetMs: 30_000 }],
		[{ 'x-ratelimit-reset': String(now + 2500) }, { resetMs: 2500 }],
		[{ 'x-ratelimit-reset': '2026-01-05T10:00:05Z' }, { resetMs: 5000 }],
		[{ 'retry-after': '31536000' }, { retryAfterMs: MAX_WAIT_MS }],
		[{ 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }, { retryAfterMs: MAX_WAIT_MS }],
		[{ 'retry-after': String(now / 1000 + 12) }, { retryAfterMs: 12_000 }],
		[{ 'retry-after': '-5', 'x-ratelimit-remaining': '-1', 'x-ratelimit-limit': 'many' }, { retryAfterMs: 0 }],
		[{ 'retry-after': 'NaN', 'x-ratelimit-reset': '' }, {}],
		[{ date: 'Mon, 05 Jan 2026 11:00:00 GMT', 'x-ratelimit-reset': String(now / 1000 + 3605) }, { resetMs: 5000 }],
	])('%j say %j', (headers, reading) => {
		expect(readRate(headers, now)).toEqual(reading);
	});
});
