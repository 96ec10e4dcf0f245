import { unpack } from '../../lib/ats/changes/memory/pack';
import { DAY, MINUTE } from '../../sandbox/clock.cts';
import { clock, setUp } from './atsWorld.cts';
import type { Record as Rec } from '../chaos/vendor.cts';

describe('when the vendor fails', () => {
	it('keeps temporary failures to itself for a quarter of an hour, then reports them', async () => {
		const { vendor, host, minute } = setUp();
		await minute();
		vendor.fault = () => ({ kind: 'down' });
		await minute(15);
		expect(host.errors).toEqual([]);
		await minute(2);
		expect(host.errors.length).toBeGreaterThan(0);
	});

	it('reports at once when the key is wrong', async () => {
		const { vendor, host, minute } = setUp();
		await minute();
		vendor.fault = () => ({ kind: 'denied' });
		await minute();
		expect(host.errors).toHaveLength(1);
	});

	it('leaves the vendor alone for as long as it asked', async () => {
		const { vendor, minute } = setUp();
		await minute();
		vendor.fault = () => ({ kind: 'limited', retryAfterMs: 5 * MINUTE });
		await minute();
		vendor.requests.length = 0;
		await minute(4);
		expect(vendor.requests).toEqual([]);
		await minute(2);
		expect(vendor.requests).not.toEqual([]);
	});

	it.each(['a year', 'until the year 9999'])('comes again after a quarter of an hour when the vendor asks to be left alone for %s', async (howLong) => {
		const { vendor, minute, emitted, id } = setUp();
		await minute();
		vendor.fault = () => ({ kind: 'limited', retryAfterMs: howLong === 'a year' ? 365 * DAY : Date.UTC(9999, 0, 1) - clock.now() });
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		await minute();
		vendor.fault = () => undefined;
		await minute(14);
		expect(emitted()).toEqual([]);
		await minute(2);
		expect(emitted()).toEqual([`application.hired ${id(0)}`]);
	});

	it('asks at once when the trigger is switched off and on, whatever pause the vendor asked for', async () => {
		const { vendor, host, minute, emitted, id } = setUp();
		await minute();
		vendor.fault = () => ({ kind: 'limited', retryAfterMs: 365 * DAY });
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		await minute();
		vendor.fault = () => undefined;
		await host.tick('activate');
		await minute();
		expect(emitted()).toEqual([`application.hired ${id(0)}`]);
	});

	it('reports a vendor that has failed for a quarter of an hour, also while it asks to be left alone', async () => {
		const { vendor, host, minute } = setUp();
		await minute();
		vendor.fault = () => ({ kind: 'limited', retryAfterMs: 14 * MINUTE });
		await minute(15);
		expect(host.errors).toEqual([]);
		vendor.requests.length = 0;
		await minute(2);
		expect(host.errors.map(({ message }) => message)).toContain('Too many requests');
		expect(vendor.requests).toEqual([]);
	});

	it('never begins what would end after its budget', async () => {
		const { vendor, host, minute, emitted, records } = setUp({ applications: 600, mode: 'durable', cap: 10_000 });
		await minute();
		for (const { id } of records) vendor.change(id, (record) => { record.status = 'HIRED'; });
		vendor.latencyMs = 9_000;
		clock.advance(MINUTE);
		const begun = clock.now();
		await host.tick();
		expect(clock.now() - begun).toBeLessThanOrEqual(36_000);
		expect(emitted().length).toBeGreaterThan(0);
		await minute(8);
		expect(new Set(emitted()).size).toBe(600);
	});

	it('lets one row whose details always fail stall nothing', async () => {
		const { vendor, minute, emitted, id } = setUp();
		vendor.outlines = true;
		await minute();
		vendor.detailsFail = (one) => one === id(0);
		for (const one of [0, 1]) vendor.change(id(one), (record) => { record.status = 'HIRED'; });
		await minute(5);
		expect(emitted()).toEqual([`application.hired ${id(1)}`]);
		vendor.requests.length = 0;
		await minute(2);
		expect(vendor.requests.filter(({ kind }) => kind === 'window').at(-1)?.since).toBeGreaterThan(clock.now() - 20 * MINUTE);
	});

	it('reads details only of rows that moved', async () => {
		const { vendor, minute, emitted, id } = setUp({ applications: 60 });
		vendor.outlines = true;
		await minute();
		vendor.requests.length = 0;
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		await minute(3);
		expect(vendor.requests.filter(({ kind }) => kind === 'details')).toHaveLength(1);
		expect(emitted()).toEqual([`application.hired ${id(0)}`]);
	});

	it('looks behind outlines that the window lists: what changed may be what they do not show', async () => {
		const { vendor, minute, emitted, id } = setUp({ applications: 60 });
		vendor.outlines = true;
		vendor.hidden = ['interviews', 'offers'];
		await minute(20);
		vendor.change(id(0), (record) => { record.offers = [{ id: 'o', status: 'IN_PROGRESS' }]; }, true);
		await minute();
		expect(emitted()).toEqual([`offer.created ${id(0)}`]);
		// The second change finds it in the window already.
		vendor.change(id(0), (record) => { record.offers = [{ id: 'o', status: 'SIGNED' }]; }, true);
		vendor.requests.length = 0;
		await minute(14);
		expect(emitted()).toEqual([`offer.created ${id(0)}`, `offer.status_changed ${id(0)}`]);
		expect(vendor.requests.filter(({ kind }) => kind === 'details').length).toBeLessThan(3);
		vendor.requests.length = 0;
		await minute(60);
		expect(emitted()).toHaveLength(2);
		expect(vendor.requests.filter(({ kind }) => kind === 'details').length).toBeLessThan(3);
	});

	it('says that more may differ where an application without its details moved', async () => {
		const { vendor, host, minute, id } = setUp({ applications: 300, maxStateBytes: 6_000 });
		vendor.outlines = true;
		await minute();
		expect(unpack(host.saved ?? '').memory.full.has(id(0))).toBe(false);
		vendor.change(id(0), (record) => { record.offers = [{ id: 'o', status: 'SIGNED' }]; }, true);
		vendor.move(id(0), 'Hired');
		const last = await minute();
		expect(last?.result).toMatchObject([{ event: 'application.stage_changed', changes: [{ path: 'currentStage' }, { path: '*' }], application: { offers: [{ id: 'o' }] } }]);
	});

	it('takes a person that is unknown for the one that is remembered', async () => {
		const { vendor, minute, emitted, id } = setUp();
		await minute();
		vendor.personOff = true;
		vendor.move(id(0), 'Hired');
		await minute();
		vendor.personOff = false;
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		await minute();
		vendor.change(id(0), (record) => { record.firstName = 'Other'; });
		const last = await minute();
		expect(emitted()).toEqual([`application.stage_changed ${id(0)}`, `application.hired ${id(0)}`, `application.updated ${id(0)}`]);
		expect(last?.result).toMatchObject([{ changes: [{ path: 'info.candidate' }] }]);
	});

	it.each([
		['a source', 'info.source', (record: Rec) => { record.source = 'LinkedIn'; }, (record: Rec) => { record.source = 'Referral'; }],
		['a job', 'info.jobId', (record: Rec) => { record.jobId = 'one'; }, (record: Rec) => { record.jobId = 'other'; }],
	])('remembers %s that is emitted for the first time without a word, and emits what changes from then on', async (_what, path, first, second) => {
		const { vendor, records, minute, emitted, id } = setUp();
		for (const record of records) Object.assign(record, { jobId: path === 'info.jobId' ? null : record.jobId });
		await minute();
		vendor.change(id(0), first);
		await minute();
		expect(emitted()).toEqual([]);
		vendor.change(id(0), second);
		const last = await minute();
		expect(last?.result).toMatchObject([{ event: 'application.updated', applicationId: id(0), changes: [{ path }] }]);
	});

	it('takes a job that is unknown for the one that is remembered', async () => {
		const { vendor, minute, emitted, id } = setUp();
		await minute();
		vendor.change(id(0), (record) => Object.assign(record, { jobId: null, status: 'HIRED' }));
		await minute();
		vendor.change(id(0), (record) => Object.assign(record, { jobId: 'job', status: 'ACTIVE' }));
		const last = await minute();
		expect(emitted()).toEqual([`application.hired ${id(0)}`, `application.reactivated ${id(0)}`, `application.updated ${id(0)}`]);
		expect(last?.result).toMatchObject([{}, { changes: [{ path: 'info.jobId', from: expect.any(String), to: 'job' }] }]);
	});
});

describe('activation', () => {
	it('asks the vendor once and remembers nothing', async () => {
		const { vendor, host } = setUp();
		expect(await host.tick('activate')).toEqual({ result: null, error: null });
		expect(vendor.requests.map(({ kind }) => kind)).toEqual(['probe']);
		expect(host.state).toBeUndefined();
	});

	it('shows the user that the key is wrong', async () => {
		const { vendor, host } = setUp();
		vendor.fault = () => ({ kind: 'denied' });
		expect((await host.tick('create')).error?.message).toBe('The key is wrong');
	});

	it.each(['init', 'leadershipChange'] as const)('never fails when n8n starts up by itself (%s): n8n would give up on the workflow', async (kind) => {
		const { vendor, host } = setUp();
		vendor.fault = () => ({ kind: 'down' });
		expect(await host.tick(kind)).toEqual({ result: null, error: null });
	});
});
