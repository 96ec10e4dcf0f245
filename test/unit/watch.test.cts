import fc from 'fast-check';

import type { PollHost } from '../../lib/poll/host';
import { forgetProcessState } from '../../lib/poll/processState';
import { useClock } from '../../lib/clock';
import { ApiError } from '../../lib/errors';
import { pollList } from '../../lib/poll/list/newRows';
import type { ListSource, ReadOptions } from '../../lib/poll/list/source';
import type { Reporting } from '../../lib/poll/failures';
import type { PollResult } from '../../lib/poll/result';
import { fingerprint } from '../../lib/poll/state/hash';
import { REMEMBERED } from '../../lib/poll/list/state';
import { DAY, HOUR, ManualClock, MINUTE, SECOND } from '../../sandbox/clock.cts';
import { hash32 } from '../../sandbox/random.cts';

let clock: ManualClock;
let restore: () => void;
beforeEach(() => {
	clock = new ManualClock();
	restore = useClock(clock);
});
afterEach(() => restore());

type Order = 'newest first' | 'oldest first' | 'no order';
type Mode = 'old' | 'memory' | 'scheduler' | 'durable';
const MODES: Mode[] = ['old', 'memory', 'scheduler', 'durable'];

interface Row {
	id: string;
	at: number;
	seenAt: number;
	text: string;
	/** Its place where there is no order. */
	place: number;
}

type Listed = Pick<Row, 'id' | 'at' | 'text'>;

/** A service with a list of rows, ten a page; cursors name a row, or (shifting) a place. */
class Service {
	rows: Row[] = [];
	private made = 0;
	order: Order = 'newest first';
	shifting = false;
	pageSize = 10;
	/** Added to the Date header; null: none. */
	dateSkew: number | null = 0;
	requests = 0;
	fault: (cursor: string | null) => Error | 'same page' | undefined = () => undefined;
	scope = 'one';
	/** Happens before each page is read. */
	meanwhile: () => void = () => {};

	add(text: string, at = clock.now(), lag = 0): void {
		// Every number once, and none of them in the order of time.
		const number = ++this.made;
		this.rows.push({ id: String(44_000 + ((number * 7_654_321) % 9_999_991)), at, seenAt: at + lag, text, place: hash32(text) });
	}

	source(): ListSource<Listed> {
		return {
			label: 'Service',
			scope: [this.scope],
			shifting: this.shifting,
			probe: async () => {},
			readPage: async ({ cursor }) => {
				this.requests++;
				this.meanwhile();
				const fault = this.fault(cursor);
				if (fault instanceof Error) throw fault;
				const listed = this.listed();
				const from = cursor === null ? 0 : this.shifting ? Number(cursor) : listed.findIndex(({ id }) => id === cursor) + 1;
				const part = listed.slice(from, from + this.pageSize);
				const last = part.at(-1);
				const next = from + part.length < listed.length && last ? (this.shifting ? String(from + part.length) : last.id) : null;
				return {
					rows: part.map(({ id, at, text }) => ({ id, at, text })),
					next: fault === 'same page' ? cursor : next,
					date: this.dateSkew === null ? null : Math.floor((clock.now() + this.dateSkew) / SECOND) * SECOND,
					tookMs: 0,
				};
			},
		};
	}

	private listed(): Row[] {
		const shown = this.rows.filter(({ seenAt }) => seenAt <= clock.now());
		if (this.order === 'no order') return shown.sort((a, b) => a.place - b.place);
		const rising = shown.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
		return this.order === 'oldest first' ? rising : rising.reverse();
	}
}

let hosts = 0;

/** n8n's four ways with a poller's state (POLLING.md, section 1). */
class Host {
	saved: string | undefined;
	private memory: string | undefined;
	private readonly key = `workflow${++hosts}:node`;
	emitted: string[] = [];
	empty = 0;
	errors: string[] = [];
	options: ReadOptions & Reporting = { cap: 5_000, reportFailures: 'atOnce' };
	wanted: (text: string) => boolean = () => true;
	budgetMs: number | undefined;

	constructor(
		readonly service: Service,
		readonly mode: Mode = 'memory',
	) {
		this.budgetMs = mode === 'old' ? undefined : mode === 'memory' ? 300_000 : 36_000;
	}

	private get inMemory(): boolean {
		return this.mode === 'old' || this.mode === 'memory';
	}

	async poll(how: Partial<PollHost> = {}): Promise<PollResult<{ text: string }> | undefined> {
		let staged = this.inMemory ? (this.memory ?? this.saved) : this.saved;
		const log = { debug: () => {}, info: () => {}, warn: () => {} };
		const host: PollHost = {
			key: this.key, manual: false, activation: null, ...(this.budgetMs === undefined ? {} : { budgetMs: this.budgetMs }), log,
			read: () => staged,
			write: (state) => {
				staged = state;
				if (this.inMemory) this.memory = state;
			},
			...how,
		};
		try {
			const result = await pollList(host, async () => this.service.source(), this.options, ({ text }) => (this.wanted(text) ? { text } : null));
			if (result !== null || this.mode === 'durable') this.saved = staged;
			if (result?.length === 0) this.empty++;
			this.emitted.push(...(result ?? []).map(({ text }) => text));
			return result;
		} catch (error) {
			this.errors.push(error instanceof Error ? error.message : String(error));
			return undefined;
		}
	}

	async minutes(count = 1): Promise<void> {
		for (let i = 0; i < count; i++) {
			clock.advance(MINUTE);
			await this.poll();
		}
	}

	/** n8n is killed: the next poll reads what the database holds. */
	crash(): void {
		this.memory = undefined;
		forgetProcessState();
	}
}

function setUp(change: Partial<Service> = {}, mode?: Mode) {
	const service = Object.assign(new Service(), change);
	for (let i = 0; i < 43; i++) service.add(`old ${i}`, clock.now() - 30 * DAY + i * HOUR);
	for (let i = 0; i < 12; i++) service.add(`recent ${i}`, clock.now() - 20 * MINUTE + i * SECOND);
	return { service, host: new Host(service, mode) };
}

/** A state as anybody can make it who may write a workflow: its sum is no secret. */
const signed = (head: string, body: string) => `${head}.${body}.${fingerprint(`${head}.${body}`).slice(0, 8)}`;

const numbered = (count: number, name = 'new') => Array.from({ length: count }, (_, i) => `${name} ${i}`);
const down = (status = 503) => new ApiError({ message: 'down', service: 'Service', call: 'GET /x', status, cause: status >= 500 ? 'temporarily-unavailable' : 'configuration-invalid' });

describe.each<Order>(['newest first', 'oldest first', 'no order'])('a list with the %s', (order) => {
	it.each(MODES)('is read once without a word, then each new row is emitted once, on a host of the kind %s', async (mode) => {
		const { service, host } = setUp({ order }, mode);
		expect(await host.poll()).toEqual([]);
		for (let i = 0; i < 30; i++) {
			service.add(`new ${i}`);
			await host.minutes(1 + (i % 3));
		}
		await host.minutes(90);
		expect(host.emitted).toEqual(numbered(30));
		expect(host.errors).toEqual([]);
	});

	it('emits a burst over many pages, and rows of one moment, each once', async () => {
		const { service, host } = setUp({ order });
		await host.poll();
		clock.advance(SECOND);
		for (const text of numbered(60)) service.add(text);
		await host.minutes(5);
		expect([...host.emitted].sort()).toEqual(numbered(60).sort());
	});

	it('emits a row that becomes visible late, within the hour', async () => {
		const { service, host } = setUp({ order });
		await host.minutes(3);
		service.add('late', clock.now(), 40 * MINUTE);
		for (let i = 0; i < 50; i++) {
			service.add(`new ${i}`);
			await host.minutes();
		}
		expect(host.emitted.filter((text) => text === 'late')).toHaveLength(1);
		expect(host.emitted).toHaveLength(51);
	});
});

describe('what a poll costs', () => {
	it('reads one page of a list with the newest first while nothing happens', async () => {
		const { service, host } = setUp({ pageSize: 50 });
		await host.minutes(2);
		service.requests = 0;
		await host.minutes(60);
		expect(service.requests).toBe(60);
		expect(host.empty).toBe(1);
	});

	it('does not go through the whole history of a list with the newest first', async () => {
		const { service, host } = setUp();
		for (let i = 0; i < 2_000; i++) service.add(`ancient ${i}`, clock.now() - 300 * DAY + i * MINUTE);
		await host.poll();
		expect(service.requests).toBeLessThan(6);
	});
});

describe('a host that loses state', () => {
	it.each(MODES)('emits nothing twice after quiet weeks and a crash, on a host of the kind %s', async (mode) => {
		const { service, host } = setUp({}, mode);
		await host.poll();
		service.add('one');
		await host.minutes();
		await host.minutes(2 * 60);
		host.crash();
		await host.minutes();
		service.add('two');
		host.crash();
		await host.minutes(3);
		expect(host.emitted).toEqual(['one', 'two']);
	});

	it('keeps rows that a filter leaves out in mind, and writes them at the latest after an hour', async () => {
		const { service, host } = setUp({}, 'scheduler');
		host.wanted = (text) => !text.startsWith('noise');
		await host.poll();
		for (let i = 0; i < 130; i++) {
			service.add(`noise ${i}`);
			await host.minutes();
		}
		host.wanted = () => true;
		await host.minutes(2);
		// At most what came since the last write could be taken for new.
		expect(host.emitted.length).toBeLessThanOrEqual(61);
		expect(host.empty).toBeGreaterThanOrEqual(3);
	});

	it.each([
		['was damaged', 'damaged.state.text'],
		['somebody wrote who knows how to sum it, but with a head that is no JSON', signed(Buffer.from('not JSON').toString('base64'), 'AA==')],
		['somebody wrote who knows how to sum it, and which ends too early', signed(Buffer.from(JSON.stringify({ form: 'new-rows-2', scope: 'one', birth: 'b', rebuilt: false, floor: 0, silentUpTo: 0, readTo: 0, resume: null, lastT0: 0, fullAt: 0, again: false, pass: null })).toString('base64'), '//8=')],
	])('complains once about a state that %s, then watches on without emitting old rows', async (_what, saved) => {
		const { service, host } = setUp();
		await host.poll();
		host.crash();
		host.saved = saved;
		await host.minutes();
		expect(host.errors).toHaveLength(1);
		await host.minutes();
		service.add('new');
		await host.minutes();
		expect([host.emitted, host.errors.length, host.empty]).toEqual([['new'], 1, 2]);
	});

	it('refuses a cursor of more than 4 KB with a sentence', async () => {
		const { service, host } = setUp();
		const source = service.source();
		service.source = () => ({ ...source, readPage: async (request) => ({ ...(await source.readPage(request)), next: 'x'.repeat(5_000) }) });
		await host.minutes();
		expect(host.errors[0]).toContain('5,000 characters');
		expect(host.saved).toBeUndefined();
	});

	it('begins anew without a word when it is set to another channel', async () => {
		const { service, host } = setUp();
		await host.poll();
		service.scope = 'two';
		service.add('before');
		await host.minutes();
		service.add('after');
		await host.minutes();
		expect(host.emitted).toEqual(['after']);
	});

	it('leaves no trace of a poll that n8n has given up on', async () => {
		const { service, host } = setUp();
		await host.poll();
		clock.advance(MINUTE);
		service.add('new');
		let wait = () => {};
		const slow = new Promise<void>((resolve) => {
			wait = resolve;
		});
		const source = service.source();
		const late = pollList(
			{ key: Reflect.get(host, 'key'), manual: false, activation: null, budgetMs: 36_000, read: () => host.saved, write: () => host.emitted.push('trace'), log: { debug() {}, info() {}, warn() {} } },
			async () => ({ ...source, readPage: async (ask) => (await slow, await source.readPage(ask)) }),
			host.options,
			({ text }) => ({ text }),
		);
		expect(await host.poll()).toBeNull();
		await host.minutes(3);
		wait();
		expect(await late).toBeNull();
		expect(host.emitted).toEqual(['new']);
	});
});

describe('a service that fails', () => {
	it('loses nothing over days of errors, and reports them at once when asked to', async () => {
		const { service, host } = setUp();
		await host.poll();
		let calls = 0;
		service.fault = () => (++calls % 2 === 0 ? down() : undefined);
		for (const text of numbered(200)) {
			service.add(text);
			await host.minutes();
		}
		service.fault = () => undefined;
		await host.minutes(20);
		expect([...host.emitted].sort()).toEqual(numbered(200).sort());
		expect(host.errors.length).toBeGreaterThan(0);
	});

	it('keeps quiet about failures that pass within a quarter of an hour', async () => {
		const { service, host } = setUp();
		host.options = { ...host.options, reportFailures: 'afterFifteenMinutes' };
		await host.poll();
		service.fault = () => down();
		await host.minutes(14);
		expect(host.errors).toEqual([]);
		await host.minutes(5);
		expect(host.errors.length).toBeGreaterThan(0);
	});

	it.each<[string, Service['fault']]>([
		['an error on every second page', (cursor) => (cursor === null ? undefined : down())],
		['a refused cursor', (cursor) => (cursor === null ? undefined : down(400))],
		['the same page again and again', (cursor) => (cursor === null ? undefined : 'same page')],
	])('gets over %s once it is gone', async (_name, fault) => {
		const { service, host } = setUp();
		await host.poll();
		for (const text of numbered(20)) service.add(text, clock.now() + SECOND);
		service.fault = fault;
		await host.minutes(25);
		expect(host.errors.length).toBeGreaterThan(0);
		service.fault = () => undefined;
		await host.minutes(15);
		expect([...host.emitted].sort()).toEqual(numbered(20).sort());
	});

	it('goes on where it stopped when a long pause has left more than one poll can read', async () => {
		const { service, host } = setUp({}, 'durable');
		await host.poll();
		for (const text of numbered(300)) service.add(text, clock.now() + SECOND);
		service.meanwhile = () => clock.advance(5 * SECOND);
		for (let i = 0; i < 40; i++) {
			service.add(`later ${i}`);
			await host.minutes();
			if (i % 7 === 3) host.crash();
		}
		service.meanwhile = () => {};
		await host.minutes(3);
		expect([...host.emitted].sort()).toEqual([...numbered(300), ...numbered(40, 'later')].sort());
	});

	it('emits about as many in one poll as it may, the rest with the next', async () => {
		const { service, host } = setUp();
		host.options = { ...host.options, cap: 10 };
		await host.poll();
		for (const text of numbered(47)) service.add(text, clock.now() + SECOND);
		await host.minutes();
		expect(host.emitted).toHaveLength(10);
		await host.minutes(8);
		expect([...host.emitted].sort()).toEqual(numbered(47).sort());
	});
});

describe("the service's clock", () => {
	it.each<[string, number | null]>([
		['no Date', null],
		['a Date of two hours ago', -2 * HOUR],
		['a Date of tomorrow', DAY],
	])('does not matter: %s', async (_name, skew) => {
		const { service, host } = setUp();
		await host.poll();
		service.dateSkew = skew;
		for (const text of numbered(30)) {
			service.add(text);
			await host.minutes(20);
		}
		service.dateSkew = 0;
		service.add('last');
		await host.minutes(2);
		expect(host.emitted).toEqual([...numbered(30), 'last']);
	});

	it.each(MODES)('may go back by hours with all its stamps, on a host of the kind %s', async (mode) => {
		const { service, host } = setUp({}, mode);
		await host.minutes(200);
		const back = -3 * HOUR;
		service.dateSkew = back;
		await host.minutes(3);
		for (const text of numbered(10)) {
			service.add(text, clock.now() + back, -back);
			await host.minutes(2);
		}
		expect(host.emitted).toEqual(numbered(10));
	});
});

describe('a list whose pages are numbered', () => {
	it('misses no row while rows vanish and appear between two pages', async () => {
		const { service, host } = setUp({ shifting: true });
		await host.poll();
		for (const text of numbered(23)) service.add(text, clock.now() + SECOND);
		let vanished = 0;
		// A row of the page just read is deleted: one of the next page moves up and is skipped.
		service.meanwhile = () => {
			if (vanished++ === 1) service.rows = service.rows.filter(({ text }) => text !== 'recent 11' && text !== 'new 22');
			if (vanished === 3) service.add('meanwhile');
		};
		await host.minutes(4);
		expect([...host.emitted].sort()).toEqual(expect.arrayContaining([...numbered(22), 'meanwhile'].sort()));
		expect(new Set(host.emitted).size).toBe(host.emitted.length);
	});
});

describe('memory', () => {
	it('holds back nothing and repeats nothing when more comes in an hour than it remembers', async () => {
		const { service, host } = setUp({ pageSize: 1_000 });
		await host.poll();
		for (let round = 0; round < 4; round++) {
			clock.advance(SECOND);
			for (let i = 0; i < REMEMBERED / 2; i++) service.add(`new ${round} ${i}`, clock.now() + (i % 60));
			await host.minutes(2);
		}
		await host.minutes(5);
		expect(host.emitted).toHaveLength(REMEMBERED * 2);
		expect(new Set(host.emitted).size).toBe(REMEMBERED * 2);
		expect(host.saved?.length).toBeLessThan(256 * 1024);
	});
});

describe('Test and activation', () => {
	it('Test shows the newest rows as examples and touches nothing', async () => {
		const { host } = setUp();
		const shown = await host.poll({ manual: true, write: () => host.emitted.push('written') });
		expect(shown).toEqual(['recent 11', 'recent 10', 'recent 9'].map((text) => ({ text, example: true })));
		expect(host.saved).toBeUndefined();
	});

	it('Test says so when there is nothing to show', async () => {
		const { service, host } = setUp();
		service.rows = [];
		await host.poll({ manual: true });
		expect(host.errors[0]).toMatch(/nothing here yet/);
	});

	it('activation only checks access; start-up with a service that is down does not throw', async () => {
		const { service, host } = setUp();
		expect(await host.poll({ activation: 'activate' })).toBeNull();
		expect(service.requests).toBe(0);
		const failing = { ...service.source(), probe: async () => Promise.reject(down()) };
		const open = (activation: PollHost['activation']) => pollList({ key: 'a', manual: false, activation, read: () => undefined, write: () => {}, log: { debug() {}, info() {}, warn() {} } }, async () => failing, host.options, () => null);
		await expect(open('init')).resolves.toBeNull();
		await expect(open('activate')).rejects.toThrow('down');
	});
});

it('emits every row exactly once through any mix of arrivals, delays, errors, crashes and hosts', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.constantFrom(...MODES),
			fc.constantFrom<Order>('newest first', 'oldest first', 'no order'),
			fc.array(fc.record({ add: fc.nat(12), lag: fc.constantFrom(0, 0, 0, 10 * MINUTE, 45 * MINUTE), fails: fc.constantFrom(0, 0, 0, 1, 2), crash: fc.boolean(), wait: fc.constantFrom(1, 1, 60, 3_000) }), { minLength: 5, maxLength: 15 }),
			async (mode, order, steps) => {
				forgetProcessState();
				const { service, host } = setUp({ order }, mode);
				host.options = { ...host.options, cap: 20 };
				await host.poll();
				const expected: string[] = [];
				for (const [number, { add, lag, fails, crash, wait }] of steps.entries()) {
					for (let i = 0; i < add; i++) {
						expected.push(`row ${number} ${i}`);
						service.add(`row ${number} ${i}`, clock.now() + 1 + (i % 3), lag);
					}
					let calls = 0;
					service.fault = () => (fails > 0 && ++calls >= fails ? down() : undefined);
					await host.minutes();
					if (crash) host.crash();
					service.fault = () => undefined;
					clock.advance(wait * SECOND);
					await host.minutes(lag > 0 ? 3 : 1);
				}
				await host.minutes(50);
				expect([...host.emitted].sort()).toEqual(expected.sort());
			},
		),
		{ numRuns: 40, seed: 7 },
	);
});
