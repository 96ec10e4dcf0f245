import { DEFAULT_OPTIONS, type PollOptions } from '../../lib/ats/changes/options';
import { CursorRefused, type FeedEntry, type FeedSource } from '../../lib/ats/source';
import { REMEMBERED } from '../../lib/poll/list/state';
import { useClock } from '../../lib/clock';
import { DAY, HOUR, ManualClock, MINUTE } from '../../sandbox/clock.cts';
import { Random } from '../../sandbox/random.cts';
import { SimHost, type Mode } from '../chaos/host.cts';

let clock: ManualClock;
let restore: () => void;
beforeEach(() => {
	clock = new ManualClock();
	restore = useClock(clock);
});
afterEach(() => restore());

type Order = 'newest first' | 'oldest first' | 'no order';

function setUp({ order = 'newest first', withIds = true, withTimes = true, mode = 'default', ...options }: Partial<PollOptions> & { order?: Order; withIds?: boolean; withTimes?: boolean; mode?: Mode } = {}) {
	const entries: Array<{ id: string; at: number; text: string }> = [];
	const random = new Random(1);
	let requests = 0;
	let fault: (cursor: string | null) => Error | undefined = () => undefined;
	const source: FeedSource = {
		kind: 'feed', provider: 'feed', label: 'Feed', scope: ['x'],
		probe: async () => {},
		async readPage({ cursor }) {
			requests++;
			const error = fault(cursor);
			if (error) throw error;
			const sorted = order === 'no order' ? random.some(entries, entries.length) : [...entries].sort((a, b) => (order === 'newest first' ? b.at - a.at || Number(b.id) - Number(a.id) : a.at - b.at));
			const from = Number(cursor ?? 0);
			return {
				entries: sorted.slice(from, from + 10).map(({ id, at, text }): FeedEntry => ({ id: withIds ? id : null, at: withTimes ? at : null, applicationId: null, activity: { text } })),
				next: from + 10 < sorted.length ? String(from + 10) : null,
				date: clock.now(), tookMs: 0,
			};
		},
	};
	const host = new SimHost(mode, () => source, { ...DEFAULT_OPTIONS, ...options }, () => clock.now());
	const add = (text: string, at = clock.now()) => void entries.push({ id: `${entries.length + 1}`, at, text });
	const minute = async (times = 1) => {
		for (let i = 0; i < times; i++) {
			clock.advance(MINUTE);
			await host.tick();
		}
	};
	const emitted = () => host.items.map(({ activity }) => (typeof activity === 'object' && activity !== null && 'text' in activity ? activity.text : null));
	for (let i = 0; i < 45; i++) add(`old ${i}`, clock.now() - 30 * DAY + i * HOUR);
	return {
		add, minute, emitted, host, entries,
		requests: () => requests,
		setFault: (next: typeof fault) => { fault = next; },
		countFromNow: () => { requests = 0; },
	};
}

describe.each<Order>(['newest first', 'oldest first', 'no order'])('a feed with %s', (order) => {
	it('is read once without a word, then each new entry is emitted once', async () => {
		const { add, minute, emitted } = setUp({ order });
		await minute();
		expect(emitted()).toEqual([]);
		for (let i = 0; i < 30; i++) {
			add(`new ${i}`);
			await minute();
		}
		await minute(3);
		expect(emitted()).toEqual(Array.from({ length: 30 }, (_, i) => `new ${i}`));
	});

	it('emits entries of one second oldest first', async () => {
		if (order === 'no order') return;
		const { add, minute, emitted } = setUp({ order });
		await minute();
		for (let round = 0; round < 3; round++) {
			for (let i = 0; i < 3; i++) add(`${round} ${i}`);
			await minute();
		}
		expect(emitted()).toEqual([0, 1, 2].flatMap((round) => [0, 1, 2].map((i) => `${round} ${i}`)));
	});

	it('emits entries that came late with the full check at the latest', async () => {
		const { add, minute, emitted } = setUp({ order });
		await minute(2);
		for (let i = 0; i < 30; i++) add(`new ${i}`, clock.now() + i);
		await minute(2);
		add('late', clock.now() - 5 * HOUR);
		clock.advance(DAY);
		await minute(2);
		expect(emitted().filter((text) => text === 'late')).toHaveLength(1);
	});

	it('emits identical entries without ids as often as they occur', async () => {
		const { add, minute, emitted } = setUp({ order, withIds: false });
		await minute();
		const at = clock.now();
		add('same', at);
		add('same', at);
		await minute();
		add('same', at);
		await minute(3);
		expect(emitted()).toEqual(['same', 'same', 'same']);
	});
});

describe('a feed', () => {
	it('costs few requests when nothing is new', async () => {
		const { minute, requests, countFromNow } = setUp();
		await minute(2);
		countFromNow();
		await minute(5);
		expect(requests()).toBe(5);
	});

	it('goes on after a kill and repeats nothing that was handed over', async () => {
		const { add, minute, emitted, host } = setUp({ mode: 'durable' });
		await minute();
		add('one');
		await minute();
		host.kill();
		add('two');
		await minute(2);
		expect(emitted()).toEqual(['one', 'two']);
	});

	it('emits a long pause to its end, although one poll cannot', async () => {
		const { add, minute, emitted } = setUp({ cap: 15 });
		await minute();
		for (let i = 0; i < 100; i++) {
			clock.advance(3 * HOUR);
			add(`new ${i}`);
		}
		await minute(30);
		expect(emitted()).toHaveLength(100);
		expect(new Set(emitted()).size).toBe(100);
	});

	it('refuses a cursor of more than 4 KB with a sentence', async () => {
		const { minute, host } = setUp({ reportFailures: 'atOnce' });
		const feed = await host.open({ deadline: 0 });
		Object.assign(host, { open: () => ({ ...feed, readPage: async () => ({ entries: [], next: 'x'.repeat(5_000), date: clock.now(), tookMs: 0 }) }) });
		await minute();
		expect(host.errors[0]?.message).toContain('5,000 characters');
		expect(host.maxStateBytes).toBeLessThan(5_000);
	});

	it('begins at the top again when the vendor does not know the cursor any more', async () => {
		const { add, minute, emitted, setFault } = setUp({ order: 'oldest first' });
		await minute();
		add('new');
		let refused = false;
		setFault((cursor) => {
			if (cursor === null || refused) return undefined;
			refused = true;
			return new CursorRefused();
		});
		await minute(2);
		expect(emitted()).toEqual(['new']);
	});

	it('without times is read as a whole, and is an error once it is too long to be remembered', async () => {
		const { add, minute, emitted, host } = setUp({ withTimes: false, reportFailures: 'atOnce' });
		await minute();
		add('one');
		await minute(3);
		expect(emitted()).toEqual(['one']);
		for (let i = 0; i < REMEMBERED; i++) add(`new ${i}`);
		await minute(12);
		expect(emitted()).toHaveLength(new Set(emitted()).size);
		expect(host.errors.at(-1)?.message).toContain('more entries without a time than can be remembered');
	});

	it('does not emit again what it no longer remembers', async () => {
		const { add, minute, emitted, host } = setUp();
		await minute();
		for (let i = 0; i < 6_000; i++) add(`new ${i}`, clock.now() + i);
		await minute(4);
		clock.advance(DAY);
		await minute(3);
		expect(new Set(emitted()).size).toBe(6_000);
		expect(emitted()).toHaveLength(6_000);
		expect(host.maxStateBytes).toBeLessThan(1_300_000);
	});
});
