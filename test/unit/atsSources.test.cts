import type { WindowRequest } from '../../lib/ats/source';
import { DAY } from '../../sandbox/clock.cts';
import { clock, setUp } from './atsWorld.cts';

describe('a vendor that gives marks in place of dates', () => {
	const marked = (options: Parameters<typeof setUp>[0] = {}) => {
		const world = setUp(options);
		world.vendor.reading = 'marks';
		return world;
	};
	const asked = (marks: Array<string | null>, { vendor, host }: ReturnType<typeof setUp>) => {
		const source = vendor.source();
		Object.assign(host, { open: () => ({ ...source, readWindow: async (request: WindowRequest) => { marks.push(request.mark); return await source.readWindow(request); } }) });
	};

	it('begins each window at the mark before the last one', async () => {
		const world = marked();
		const marks: Array<string | null> = [];
		asked(marks, world);
		const { vendor, minute, id } = world;
		await minute();
		const versions: string[] = [];
		for (const stage of ['Offer', 'Interview', 'Offer', 'Interview']) {
			vendor.move(id(0), stage);
			await minute();
			versions.push(String(vendor.records.get(id(0))?.version));
		}
		expect(marks.slice(2)).toEqual(versions.slice(0, 2));
		expect(world.host.items.length).toBeGreaterThanOrEqual(3);
	});

	it('emits a change once although two windows show it', async () => {
		const { vendor, minute, emitted, id } = marked();
		await minute(2);
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		await minute(4);
		expect(emitted()).toEqual([`application.hired ${id(0)}`]);
	});

	it('keeps its mark when an answer brings none', async () => {
		const world = marked();
		const { vendor, host, minute, emitted, id } = world;
		await minute(2);
		const source = vendor.source();
		Object.assign(host, { open: () => ({ ...source, readWindow: async (request: WindowRequest) => ({ ...(await source.readWindow(request)), mark: null }) }) });
		await minute(2);
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		await minute(2);
		expect(emitted()).toEqual([`application.hired ${id(0)}`]);
	});

	it.each(['durable', 'default'] as const)('reads everything, and emits what differs, when a mark is refused (%s)', async (mode) => {
		const { vendor, host, minute, emitted, id } = marked({ applications: 120, mode });
		await minute(2);
		vendor.markLife = 1;
		for (const index of [0, 1, 2]) vendor.change(id(index), (record) => { record.status = 'HIRED'; });
		await minute();
		vendor.markLife = Infinity;
		await minute();
		expect(emitted().sort()).toEqual([0, 1, 2].map((index) => `application.hired ${id(index)}`).sort());
		expect(host.errors).toEqual([]);
		vendor.requests.length = 0;
		await minute(3);
		expect(vendor.requests.map(({ kind }) => kind)).toEqual(['window', 'window', 'window']);
	});

	it('begins the read of everything again when the mark is refused in the middle of one', async () => {
		const { vendor, minute, emitted, id } = marked({ applications: 400, mode: 'durable' });
		await minute(2);
		vendor.latencyMs = 9_000;
		vendor.markLife = 1;
		for (const index of [0, 1]) vendor.change(id(index), (record) => { record.status = 'HIRED'; });
		await minute(2);
		vendor.change(id(2), (record) => { record.status = 'HIRED'; });
		vendor.markLife = Infinity;
		await minute(12);
		expect(emitted().sort()).toEqual([0, 1, 2].map((index) => `application.hired ${id(index)}`).sort());
	});
});

describe('a vendor that can only list the latest change first', () => {
	const newest = (options: Parameters<typeof setUp>[0] = {}) => {
		const world = setUp({ applications: 400, ...options });
		world.vendor.reading = 'newestFirst';
		return world;
	};

	it('costs one request when nothing changed', async () => {
		const { vendor, minute } = newest();
		await minute(3);
		vendor.requests.length = 0;
		await minute(5);
		expect(vendor.requests.map(({ kind }) => kind)).toEqual(Array(5).fill('window'));
	});

	it('reads on while pages hold something new, and one page more', async () => {
		const { vendor, minute, emitted, records } = newest();
		await minute(3);
		for (const { id } of records.slice(0, 60)) vendor.change(id, (record) => { record.status = 'HIRED'; });
		vendor.requests.length = 0;
		await minute();
		expect(emitted()).toHaveLength(60);
		expect(vendor.requests).toHaveLength(3);
	});

	it('emits the rest after its cap, although the first page shows nothing new by then', async () => {
		const { vendor, minute, emitted, records } = newest({ cap: 50 });
		await minute(3);
		for (const { id } of records.slice(0, 180)) vendor.change(id, (record) => { record.status = 'HIRED'; });
		await minute();
		// What happens between the polls moves down what was read.
		for (const { id } of records.slice(200, 280)) vendor.change(id, (record) => { record.status = 'HIRED'; });
		await minute(10);
		expect(new Set(emitted()).size).toBe(260);
		expect(emitted()).toHaveLength(260);
	});

	it('goes on after an error where it stopped, and misses nothing', async () => {
		const { vendor, minute, emitted, records } = newest();
		await minute(3);
		for (const { id } of records.slice(0, 180)) vendor.change(id, (record) => { record.status = 'HIRED'; });
		let asked = 0;
		vendor.fault = () => (++asked === 3 ? { kind: 'down' } : undefined);
		await minute();
		for (const { id } of records.slice(200, 330)) vendor.change(id, (record) => { record.status = 'HIRED'; });
		vendor.fault = ({ cursor }) => (cursor !== null && asked++ < 5 ? { kind: 'cursor' } : undefined);
		await minute(6);
		expect(new Set(emitted()).size).toBe(310);
	});
});

describe('a window of several lists', () => {
	it('completes rows that only name an application before it compares them', async () => {
		const { vendor, host, minute, id } = setUp();
		vendor.lists = true;
		await minute(20);
		vendor.change(id(0), (record) => { record.offers = [{ id: 'o', status: 'IN_PROGRESS' }]; }, true);
		await minute();
		expect(host.items).toMatchObject([{ event: 'offer.created', applicationId: id(0), application: { offers: [{ id: 'o' }] } }]);
		vendor.requests.length = 0;
		await minute(5);
		expect(vendor.requests.filter(({ kind }) => kind === 'details')).toEqual([]);
		vendor.change(id(0), (record) => { record.offers = [{ id: 'o', status: 'SIGNED' }]; }, true);
		await minute();
		expect(host.items.at(-1)).toMatchObject({ event: 'offer.status_changed' });
	});

	it('says nothing of an application that the details do not show', async () => {
		const { vendor, host, minute, id } = setUp();
		vendor.lists = true;
		await minute(20);
		const source = vendor.source();
		Object.assign(host, { open: () => ({ ...source, details: { compared: false, atOnce: 10, read: async () => new Map() } }) });
		vendor.change(id(0), (record) => { record.offers = [{ id: 'o', status: 'IN_PROGRESS' }]; }, true);
		await minute(5);
		expect(host.items).toEqual([]);
		expect(host.errors).toEqual([]);
		expect(host.warnings).toEqual([]);
	});
});

describe('what a vendor hands out to be stored', () => {
	it.each(['an ID', 'a job', 'a thousand interviews'])('leaves out a row that would fill the memory with %s, and goes on with the others', async (what) => {
		const { vendor, host, minute, emitted, id } = setUp({ maxStateBytes: 60_000 });
		await minute();
		const interviews = Array.from({ length: 1_000 }, (_, number) => ({ id: `interview ${number}`, subject: '', start: 0, end: 0, status: 'SCHEDULED' as const }));
		if (what === 'an ID') vendor.add({ id: 'x'.repeat(100_000) });
		else vendor.change(id(0), (row) => Object.assign(row, what === 'a job' ? { jobId: 'x'.repeat(100_000) } : { interviews }));
		vendor.move(id(1), 'Hired');
		await minute(3);
		expect(emitted()).toEqual([`application.stage_changed ${id(1)}`]);
		expect(host.errors).toEqual([]);
		expect(host.warnings.join()).toContain('could not be read');
		clock.advance(DAY);
		await minute(3);
		expect(emitted()).toHaveLength(1);
	});

	it.each(['next', 'mark'] as const)('refuses a %s of more than 4 KB with a sentence', async (what) => {
		const { vendor, host, minute } = setUp({ reportFailures: 'atOnce' });
		const source = vendor.source();
		Object.assign(host, { open: () => ({ ...source, readAll: async (request: { cursor: string | null }) => ({ ...(await source.readAll(request)), [what]: 'x'.repeat(5_000) }) }) });
		await minute();
		expect(host.errors[0]?.message).toContain('5,000 characters');
		expect(host.maxStateBytes).toBeLessThan(5_000);
	});
});
