import { DEFAULT_OPTIONS } from '../../lib/ats/changes/options';
import { runPoll } from '../../lib/ats/changes/poll';
import { unpack } from '../../lib/ats/changes/memory/pack';
import { DAY, HOUR, MINUTE } from '../../sandbox/clock.cts';
import { SimHost } from '../chaos/host.cts';
import { clock, setUp } from './atsWorld.cts';

describe('the first run', () => {
	it('remembers everything without a word and commits its end with an empty execution', async () => {
		const { host, minute } = setUp();
		expect((await minute())?.result).toBe('commit');
		expect(host.executions).toEqual([{ at: expect.any(Number), items: [] }]);
		expect(unpack(host.saved ?? '').memory.size).toBe(5);
	});

	it('tells the applications of the last days when it looks back', async () => {
		const { vendor, minute, told } = setUp({ firstRun: { mode: 'lookBack', days: 2 } });
		const recent = vendor.add({ createdAt: clock.now() - DAY });
		await minute();
		expect(told()).toEqual([`application.created ${recent.id}`]);
	});

	it('tells everything when asked to, and nothing of it again', async () => {
		const { minute, told } = setUp({ firstRun: { mode: 'everything' } });
		await minute(3);
		expect(told()).toHaveLength(5);
	});

	it('goes on after a kill where the last committed poll ended, and tells nothing', async () => {
		const { vendor, host, minute, told } = setUp({ applications: 2_000, mode: 'durable' });
		vendor.latencyMs = 8_000;
		await minute(2);
		const before = unpack(host.saved ?? '').memory.size;
		expect(before).toBeGreaterThan(100);
		host.kill();
		await minute(16);
		expect(unpack(host.saved ?? '').memory.size).toBe(2_000);
		expect(told()).toEqual([]);
	});
});

describe('telling', () => {
	it('says what a move was and is', async () => {
		const { vendor, host, minute, id } = setUp();
		vendor.change(id(0), (record) => { record.stage = vendor.stage('Applied'); });
		await minute();
		vendor.move(id(0), 'Offer');
		await minute();
		expect(host.items).toMatchObject([{
			event: 'application.stage_changed', provider: 'fake', applicationId: id(0), occurredAt: expect.any(String),
			changes: [{ path: 'currentStage', from: vendor.stage('Applied'), to: vendor.stage('Offer') }],
			application: { currentStage: vendor.stage('Offer') },
		}]);
	});

	it('says nothing of a step and its way back between two polls', async () => {
		const { vendor, minute, told, id, records } = setUp();
		await minute();
		const home = records[0]?.stage?.text ?? '';
		vendor.move(id(0), home === 'Offer' ? 'Screening' : 'Offer');
		vendor.move(id(0), home);
		await minute(3);
		expect(told()).toEqual([]);
	});

	it('gives each step of A, B, A, B its own event id, also after a restart', async () => {
		const { vendor, host, minute, id } = setUp();
		await minute();
		for (const stage of ['Hired', 'Offer', 'Hired', 'Offer']) {
			vendor.move(id(0), stage);
			await minute();
			host.stop();
		}
		const ids = host.items.map(({ eventId }) => eventId);
		expect(ids.length).toBeGreaterThanOrEqual(3);
		expect(new Set(ids).size).toBe(ids.length);
	});

	it('tells an application, its hire, its interview and its offer when all came at once, in that order', async () => {
		const { vendor, host, minute } = setUp();
		await minute();
		vendor.add({ status: 'HIRED', interviews: [{ id: 'i1', subject: 'Talk', start: 1, end: 2, status: 'SCHEDULED' }], offers: [{ id: 'o1', status: 'SIGNED' }] });
		await minute();
		expect(host.items.map(({ event }) => event)).toEqual(['application.created', 'application.hired', 'interview.scheduled', 'offer.created']);
	});

	it('does not greet an old application that it meets for the first time', async () => {
		const { vendor, host, minute } = setUp();
		await minute();
		vendor.add({ createdAt: clock.now() - 1_000 * DAY, changedAt: clock.now(), touchedAt: clock.now() });
		await minute();
		expect(host.items).toMatchObject([{ event: 'application.updated', previousKnown: false, changes: [] }]);
	});

	it('is silent about an unknown application that is deleted already', async () => {
		const { vendor, minute, told } = setUp();
		await minute();
		vendor.add({ deleted: true });
		await minute(2);
		expect(told()).toEqual([]);
	});

	it('does not tell a renamed column as a thousand moves', async () => {
		const { vendor, minute, told, records } = setUp();
		await minute();
		vendor.renameStage('Offer', 'Proposal');
		for (const { id } of records) vendor.change(id, () => {});
		await minute(2);
		expect(told()).toEqual([]);
	});

	it('tells a deletion once, its anonymisation not at all, and its return as an update', async () => {
		const { vendor, host, minute, id } = setUp();
		await minute();
		vendor.change(id(0), (record) => { record.deleted = true; });
		await minute();
		vendor.change(id(0), (record) => { record.firstName = 'Anonymous'; record.interviews = []; });
		await minute();
		vendor.change(id(0), (record) => { record.deleted = false; record.firstName = 'Person 1'; });
		await minute();
		expect(host.items.map(({ event, changes }) => [event, changes])).toEqual([
			['application.deleted', [{ path: 'deleted', from: false, to: true }]],
			['application.updated', [{ path: 'deleted', from: true, to: false }]],
		]);
	});

	it('applies the stage selection to what it was and to what it is, and remembers the rest', async () => {
		const vendorless = setUp();
		const offer = vendorless.vendor.stage('Offer').id;
		const { vendor, host, minute, id } = setUp({ stageIds: [offer] });
		vendor.move(id(0), 'Applied');
		await minute();
		for (const stage of ['Screening', 'Offer', 'Interview', 'Applied']) {
			vendor.move(id(0), stage);
			await minute();
		}
		expect(host.items.map(({ changes }) => changes[0]?.to)).toEqual([vendor.stage('Offer'), vendor.stage('Interview')]);
		expect(host.items[0]?.changes[0]?.from).toEqual(vendor.stage('Screening'));
	});

	it('tells a rejection with its reason, then a reactivation', async () => {
		const { vendor, host, minute, id } = setUp();
		await minute();
		const rejectedAt = '2026-01-05T09:30:00.000Z';
		vendor.change(id(0), (record) => { record.status = 'REJECTED'; record.rejection = { id: 'r1', text: 'No fit', rejectedAt }; });
		await minute();
		vendor.change(id(0), (record) => { record.status = 'ACTIVE'; record.rejection = null; });
		await minute();
		expect(host.items).toMatchObject([
			{ event: 'application.rejected', occurredAt: rejectedAt, changes: [{ path: 'info.status', from: 'ACTIVE', to: 'REJECTED' }, { path: 'rejection', from: null, to: { id: 'r1', text: 'No fit', rejectedAt } }] },
			{ event: 'application.reactivated', changes: [{ path: 'info.status', from: 'REJECTED', to: 'ACTIVE' }, { path: 'rejection', from: { id: 'r1', text: 'No fit', rejectedAt }, to: null }] },
		]);
	});

	it('puts all that happened to one application into one item when asked to', async () => {
		const { vendor, host, minute, id } = setUp({ output: 'perApplication' });
		await minute();
		vendor.change(id(0), (record) => { record.status = 'HIRED'; record.offers = [{ id: 'o1', status: 'SIGNED' }]; });
		await minute();
		expect(host.executions.at(-1)?.items).toMatchObject([{ applicationId: id(0), events: [{ event: 'application.hired' }, { event: 'offer.created' }], application: { id: id(0) } }]);
	});

	it('gives nothing of an application but the models that were asked for', async () => {
		const { vendor, host, minute, id } = setUp({ models: ['currentStage'] });
		await minute();
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		await minute();
		expect(host.items[0]?.application).toMatchObject({ info: null, interviews: null, offers: null, currentStage: expect.anything() });
	});
});

describe('interviews and offers', () => {
	it('tells scheduled, rescheduled, completed and cancelled, with times', async () => {
		const { vendor, host, minute, id } = setUp();
		await minute();
		const at = Date.UTC(2026, 1, 1, 10);
		vendor.change(id(0), (record) => { record.interviews = [{ id: 'i1', subject: 'Talk', start: at, end: at + HOUR, status: 'SCHEDULED' }, { id: 'i2', subject: 'Test', start: at, end: at + HOUR, status: 'SCHEDULED' }]; }, true);
		await minute();
		vendor.change(id(0), (record) => { for (const one of record.interviews) if (one.id === 'i1') one.start = at + HOUR; }, true);
		await minute();
		vendor.change(id(0), (record) => { record.interviews = record.interviews.filter((one) => one.id === 'i1').map((one) => ({ ...one, status: 'COMPLETE' })); }, true);
		await minute();
		expect(host.items.map(({ event, changes }) => [event, changes.map(({ path, from, to }) => [path, from, typeof to === 'object' ? '...' : to])])).toEqual([
			['interview.scheduled', [['interviews[i1]', null, '...']]],
			['interview.scheduled', [['interviews[i2]', null, '...']]],
			['interview.rescheduled', [['interviews[i1].scheduledStart', new Date(at).toISOString(), new Date(at + HOUR).toISOString()]]],
			['interview.completed', [['interviews[i1].status', 'SCHEDULED', 'COMPLETE']]],
			['interview.cancelled', [['interviews[i2].status', 'SCHEDULED', 'CANCELLED']]],
		]);
	});

	it('does not tell a cancelled interview again when its record disappears', async () => {
		const { vendor, minute, told, id } = setUp();
		vendor.change(id(0), (record) => { record.interviews = [{ id: 'i1', subject: 'Talk', start: 1_000, end: 2_000, status: 'SCHEDULED' }]; });
		await minute();
		vendor.change(id(0), (record) => { for (const one of record.interviews) one.status = 'CANCELLED'; }, true);
		await minute();
		vendor.change(id(0), (record) => { record.interviews = []; }, true);
		await minute(2);
		expect(told()).toEqual([`interview.cancelled ${id(0)}`]);
	});

	it('takes a model that the account switched off as unknown, not as emptied, and compares when it is back', async () => {
		const { vendor, host, minute, id, records } = setUp();
		for (const one of records) vendor.change(one.id, (record) => { record.offers = [{ id: `o${record.number}`, status: 'IN_PROGRESS' }]; });
		await minute();
		vendor.modelsOff.add('offers');
		for (const one of records) vendor.change(one.id, () => {});
		await minute(2);
		expect(host.items).toEqual([]);
		vendor.change(id(0), (record) => { record.offers = [{ id: 'o1', status: 'SIGNED' }]; }, true);
		vendor.modelsOff.clear();
		await minute(2);
		expect(host.items).toMatchObject([{ event: 'offer.status_changed', changes: [{ path: 'offers[o1].status', from: 'IN_PROGRESS', to: 'SIGNED' }] }]);
	});
});

describe('the window', () => {
	it('costs one request and writes nothing when nothing changed', async () => {
		const { vendor, host, minute } = setUp({ applications: 200 });
		await minute(3);
		vendor.requests.length = 0;
		const written = host.bytesWritten;
		await minute(10);
		expect(vendor.requests.map(({ kind }) => kind)).toEqual(Array(10).fill('window'));
		expect(host.bytesWritten).toBe(written);
		expect(host.executions).toHaveLength(1);
	});

	it('moves its mark to the vendor\'s time at the start of the read', async () => {
		const { vendor, minute } = setUp();
		vendor.dateSkew = -20 * MINUTE;
		await minute(2);
		vendor.requests.length = 0;
		const begun = clock.now() + MINUTE;
		await minute(2);
		expect((vendor.requests.at(-1)?.since ?? 0) - (begun - 35 * MINUTE)).toBeLessThanOrEqual(0);
		expect(vendor.requests.at(-1)?.since).toBeGreaterThan(begun - 36 * MINUTE);
	});

	it('repeats a window of several pages once before the mark moves', async () => {
		const { vendor, minute, records } = setUp({ applications: 120 });
		await minute();
		clock.advance(HOUR);
		for (const { id } of records) vendor.move(id, 'Offer');
		await minute();
		vendor.requests.length = 0;
		await minute();
		const second = vendor.requests[0]?.since;
		await minute();
		expect(vendor.requests.filter(({ since }) => since === second)).toHaveLength(3);
		expect(vendor.requests.at(-1)?.since).toBeGreaterThan(second ?? 0);
	});

	it('reads again from the vendor\'s present when its clock went back', async () => {
		const { vendor, minute, told, id } = setUp();
		await minute();
		vendor.dateSkew = 0;
		await minute();
		vendor.dateSkew = -3 * HOUR;
		vendor.change(id(0), (record) => { record.stage = vendor.stage('Hired'); record.status = 'HIRED'; });
		const record = vendor.records.get(id(0));
		if (record) record.touchedAt = clock.now() - 3 * HOUR;
		await minute();
		expect(told()).toContain(`application.hired ${id(0)}`);
	});

	it('tells the rest with the next poll when there is more than the cap, and splits no application', async () => {
		const { vendor, host, minute, records } = setUp({ applications: 200, cap: 30 });
		await minute();
		for (const { id } of records) vendor.change(id, (record) => { record.status = 'HIRED'; record.offers = [{ id: 'o', status: 'SIGNED' }]; });
		await minute(20);
		expect(host.items).toHaveLength(400);
		expect(new Set(host.items.map(({ eventId }) => eventId)).size).toBe(400);
		for (const { items } of host.executions) expect(items.length).toBeLessThanOrEqual(31);
		for (const { items } of host.executions) expect(items.length % 2).toBe(0);
	});

	it('keeps and tells what it read before an error, and goes on at that page', async () => {
		const { vendor, host, minute, records } = setUp({ applications: 200, cap: 1_000 });
		await minute();
		for (const { id } of records) vendor.change(id, (record) => { record.status = 'HIRED'; });
		let windows = 0;
		vendor.fault = ({ kind }) => (kind === 'window' && ++windows === 3 ? { kind: 'down' } : undefined);
		await minute();
		expect(host.items).toHaveLength(100);
		await minute();
		expect(host.items).toHaveLength(200);
		expect(vendor.requests.at(-2)?.cursor).not.toBeNull();
	});

	it('begins at the first page again when the stored cursor is refused, and tells nothing twice', async () => {
		const { vendor, host, minute, records } = setUp({ applications: 200 });
		await minute();
		for (const { id } of records) vendor.change(id, (record) => { record.status = 'HIRED'; });
		let windows = 0;
		vendor.fault = ({ kind }) => (kind === 'window' && ++windows === 3 ? { kind: 'down' } : undefined);
		await minute();
		vendor.fault = ({ cursor }) => (cursor !== null && windows++ < 4 ? { kind: 'cursor' } : undefined);
		await minute(4);
		expect(host.items).toHaveLength(200);
	});

	it('says aloud that a list never comes to its end', async () => {
		const { vendor, host, minute, records } = setUp({ applications: 200, reportFailures: 'atOnce' });
		await minute();
		for (const { id } of records) vendor.change(id, () => {});
		vendor.fault = ({ kind, cursor }) => (kind === 'window' && cursor !== null ? { kind: 'cursor' } : undefined);
		await minute(4);
		expect(host.errors.map(({ message }) => message)).toContainEqual(expect.stringContaining('could not be read to its end'));
	});

	it('leaves out a record that cannot be read, and tells the others', async () => {
		const { vendor, host, minute, told, id } = setUp();
		await minute();
		vendor.unreadable.add(id(0));
		for (const one of [0, 1]) vendor.change(id(one), (record) => { record.status = 'HIRED'; });
		await minute(2);
		expect(told()).toEqual([`application.hired ${id(1)}`]);
		expect(host.warnings.join()).toContain('could not be read');
	});

	it('widens its overlap when it sees that changes are shown late', async () => {
		const { vendor, minute, id } = setUp();
		await minute(2);
		vendor.lag = 12 * MINUTE;
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		await minute(15);
		const since = vendor.requests.at(-1)?.since ?? 0;
		expect(clock.now() - since).toBeGreaterThan(20 * MINUTE);
	});
});

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
		const { vendor, minute, told, id } = setUp();
		await minute();
		vendor.fault = () => ({ kind: 'limited', retryAfterMs: howLong === 'a year' ? 365 * DAY : Date.UTC(9999, 0, 1) - clock.now() });
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		await minute();
		vendor.fault = () => undefined;
		await minute(14);
		expect(told()).toEqual([]);
		await minute(2);
		expect(told()).toEqual([`application.hired ${id(0)}`]);
	});

	it('asks at once when the trigger is switched off and on, whatever pause the vendor asked for', async () => {
		const { vendor, host, minute, told, id } = setUp();
		await minute();
		vendor.fault = () => ({ kind: 'limited', retryAfterMs: 365 * DAY });
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		await minute();
		vendor.fault = () => undefined;
		await host.tick('activate');
		await minute();
		expect(told()).toEqual([`application.hired ${id(0)}`]);
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
		const { vendor, host, minute, told, records } = setUp({ applications: 600, mode: 'durable', cap: 10_000 });
		await minute();
		for (const { id } of records) vendor.change(id, (record) => { record.status = 'HIRED'; });
		vendor.latencyMs = 9_000;
		clock.advance(MINUTE);
		const begun = clock.now();
		await host.tick();
		expect(clock.now() - begun).toBeLessThanOrEqual(36_000);
		expect(told().length).toBeGreaterThan(0);
		await minute(8);
		expect(new Set(told()).size).toBe(600);
	});

	it('lets one row whose details always fail stall nothing', async () => {
		const { vendor, minute, told, id } = setUp();
		vendor.gated = true;
		await minute();
		vendor.detailsFail = (one) => one === id(0);
		for (const one of [0, 1]) vendor.change(id(one), (record) => { record.status = 'HIRED'; });
		await minute(5);
		expect(told()).toEqual([`application.hired ${id(1)}`]);
		vendor.requests.length = 0;
		await minute(2);
		expect(vendor.requests.filter(({ kind }) => kind === 'window').at(-1)?.since).toBeGreaterThan(clock.now() - 20 * MINUTE);
	});

	it('reads details only of rows that moved', async () => {
		const { vendor, minute, told, id } = setUp({ applications: 60 });
		vendor.gated = true;
		await minute();
		vendor.requests.length = 0;
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		await minute(3);
		expect(vendor.requests.filter(({ kind }) => kind === 'details')).toHaveLength(1);
		expect(told()).toEqual([`application.hired ${id(0)}`]);
	});

	it('looks behind outlines that the window lists: what changed may be what they do not show', async () => {
		const { vendor, minute, told, id } = setUp({ applications: 60 });
		vendor.gated = true;
		vendor.hidden = ['interviews', 'offers'];
		await minute(20);
		vendor.change(id(0), (record) => { record.offers = [{ id: 'o', status: 'IN_PROGRESS' }]; }, true);
		await minute();
		expect(told()).toEqual([`offer.created ${id(0)}`]);
		// The second change finds it in the window already.
		vendor.change(id(0), (record) => { record.offers = [{ id: 'o', status: 'SIGNED' }]; }, true);
		vendor.requests.length = 0;
		await minute(14);
		expect(told()).toEqual([`offer.created ${id(0)}`, `offer.status_changed ${id(0)}`]);
		expect(vendor.requests.filter(({ kind }) => kind === 'details').length).toBeLessThan(3);
		vendor.requests.length = 0;
		await minute(60);
		expect(told()).toHaveLength(2);
		expect(vendor.requests.filter(({ kind }) => kind === 'details').length).toBeLessThan(3);
	});

	it('says that more may differ where an application without its details moved', async () => {
		const { vendor, host, minute, id } = setUp({ applications: 300, maxStateBytes: 6_000 });
		vendor.gated = true;
		await minute();
		expect(unpack(host.saved ?? '').memory.full.has(id(0))).toBe(false);
		vendor.change(id(0), (record) => { record.offers = [{ id: 'o', status: 'SIGNED' }]; }, true);
		vendor.move(id(0), 'Hired');
		const last = await minute();
		expect(last?.result).toMatchObject({ items: [{ event: 'application.stage_changed', changes: [{ path: 'currentStage' }, { path: '*' }], application: { offers: [{ id: 'o' }] } }] });
	});

	it('takes a person that is not told for the one that is remembered', async () => {
		const { vendor, minute, told, id } = setUp();
		await minute();
		vendor.personOff = true;
		vendor.move(id(0), 'Hired');
		await minute();
		vendor.personOff = false;
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		await minute();
		vendor.change(id(0), (record) => { record.firstName = 'Other'; });
		const last = await minute();
		expect(told()).toEqual([`application.stage_changed ${id(0)}`, `application.hired ${id(0)}`, `application.updated ${id(0)}`]);
		expect(last?.result).toMatchObject({ items: [{ changes: [{ path: 'info.candidate' }] }] });
	});

	it('takes a job that is not told for the one that is remembered', async () => {
		const { vendor, minute, told, id } = setUp();
		await minute();
		vendor.change(id(0), (record) => Object.assign(record, { jobId: null, status: 'HIRED' }));
		await minute();
		vendor.change(id(0), (record) => Object.assign(record, { jobId: 'job', status: 'ACTIVE' }));
		const last = await minute();
		expect(told()).toEqual([`application.hired ${id(0)}`, `application.reactivated ${id(0)}`, `application.updated ${id(0)}`]);
		expect(last?.result).toMatchObject({ items: [{}, { changes: [{ path: 'info.jobId', from: expect.any(String), to: 'job' }] }] });
	});
});

describe('activation', () => {
	it('asks the vendor once and remembers nothing', async () => {
		const { vendor, host } = setUp();
		expect((await host.tick('activate')).result).toBe('quiet');
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
		expect(await host.tick(kind)).toEqual({ result: 'quiet', error: null });
	});
});

describe('the full check', () => {
	it('tells what the windows missed, and says how it was found', async () => {
		const { vendor, host, minute, id } = setUp();
		await minute();
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		const record = vendor.records.get(id(0));
		if (record) record.touchedAt = 0;
		await minute();
		expect(host.items).toEqual([]);
		clock.advance(DAY);
		await minute(2);
		expect(host.items).toMatchObject([{ event: 'application.hired', foundBy: 'full' }]);
	});

	it('tells a deletion only after asking for that application', async () => {
		const { vendor, host, minute, id } = setUp();
		await minute();
		vendor.records.delete(id(0));
		clock.advance(DAY);
		await minute(2);
		expect(vendor.requests.filter(({ kind }) => kind === 'confirm')).toHaveLength(1);
		expect(host.items).toMatchObject([{ event: 'application.deleted', applicationId: id(0), application: null, foundBy: 'full' }]);
	});

	it('takes two complete passes where the vendor cannot be asked', async () => {
		const { vendor, host, minute, id } = setUp();
		vendor.canConfirm = false;
		await minute();
		vendor.records.delete(id(0));
		clock.advance(DAY);
		await minute(2);
		expect(host.items).toEqual([]);
		clock.advance(DAY);
		await minute(2);
		expect(host.items).toMatchObject([{ event: 'application.deleted' }]);
	});

	it.each(['nothing', 'half'] as const)('tells no deletion when the answer holds %s of it all, but an error', async (kind) => {
		const { vendor, host, minute } = setUp({ applications: 100 });
		await minute();
		vendor.fault = (request) => (request.kind === 'all' ? { kind } : undefined);
		clock.advance(DAY);
		await minute(2);
		expect(host.items).toEqual([]);
		expect(host.errors.map(({ message }) => message).join()).toContain('missing');
	});

	it('is not begun again after a restart of n8n when it ended', async () => {
		const { vendor, host, minute } = setUp({ mode: 'scheduler' });
		await minute();
		clock.advance(DAY);
		await minute(2);
		host.kill();
		vendor.requests.length = 0;
		await minute(3);
		expect(vendor.requests.some(({ kind }) => kind === 'all')).toBe(false);
	});
});

describe('state', () => {
	it('complains once about a damaged state, then starts anew without a word', async () => {
		const { vendor, host, minute, id } = setUp({ mode: 'durable', firstRun: { mode: 'everything' } });
		await minute();
		const told = host.items.length;
		host.saved = `${host.saved?.slice(0, -8)}AAAAAAAA`;
		expect((await minute())?.error?.message).toContain('cannot be read');
		expect((await minute())?.result).toBe('commit');
		vendor.move(id(0), 'Hired');
		await minute();
		expect(host.items.slice(told).map(({ event }) => event)).toEqual(['application.stage_changed']);
	});

	it('behaves like a first run with another account, and does not compare across', async () => {
		const { vendor, host, minute } = setUp();
		await minute();
		vendor.account = 'other';
		vendor.records.clear();
		vendor.fill(3);
		await minute(2);
		expect(host.items).toEqual([]);
	});

	it('reads silently first when more is read than before', async () => {
		const { vendor, host, minute, id } = setUp({ models: ['info'] });
		await minute();
		host.options = { ...host.options, models: ['info', 'currentStage'] };
		vendor.fill(3, 700 * DAY);
		await minute(2);
		expect(host.items).toEqual([]);
		vendor.move(id(0), 'Hired');
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		await minute();
		expect(host.items.length).toBeGreaterThan(0);
	});

	it('tells what a lost hand-over did not bring', async () => {
		const { vendor, host, minute, id } = setUp({ mode: 'durable' });
		await minute();
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		host.handOver = 'nothing';
		await minute();
		host.handOver = 'whole';
		await minute();
		expect(host.items.map(({ event }) => event)).toEqual(['application.hired']);
	});

	it('does not lose a silent step where the host forgets polls without items', async () => {
		const { vendor, host, minute, id } = setUp({ mode: 'scheduler', events: ['application.reactivated'] });
		await minute();
		vendor.change(id(0), (record) => { record.status = 'REJECTED'; });
		await minute();
		vendor.change(id(0), (record) => { record.status = 'ACTIVE'; });
		await minute();
		expect(host.items.map(({ event }) => event)).toEqual(['application.reactivated']);
	});

	it('keeps two polls of one trigger apart, and lets an abandoned one leave no trace', async () => {
		const { vendor, host, minute, id } = setUp({ mode: 'durable' });
		await minute();
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		let release = () => {};
		const hanging = new Promise<void>((resolve) => { release = resolve; });
		const source = vendor.source();
		const slow = new SimHost('durable', () => ({ ...source, readWindow: async (request) => { await hanging; return await source.readWindow(request); } }), host.options, () => clock.now());
		Object.assign(slow, { key: Reflect.get(host, 'key'), saved: host.saved });
		const abandoned = slow.tick();
		clock.advance(MINUTE / 2);
		expect((await host.tick()).result).toBe('quiet');
		clock.advance(2 * MINUTE);
		await minute();
		release();
		expect((await abandoned).result).toBe('quiet');
		expect(host.items.map(({ event }) => event)).toEqual(['application.hired']);
	});
});

describe('Test', () => {
	it('shows recent applications as examples and touches nothing', async () => {
		const { vendor, records } = setUp();
		let written = false;
		const result = await runPoll({
			key: 'test', manual: true, activation: null, read: () => undefined,
			write: () => { written = true; },
			log: { debug: () => {}, info: () => {}, warn: () => {} },
		}, () => vendor.source(), { ...DEFAULT_OPTIONS, events: [] });
		expect(result).toMatchObject({ items: Array(3).fill({ example: true, changes: [] }) });
		expect(written).toBe(false);
		expect(records).toHaveLength(5);
	});
});
