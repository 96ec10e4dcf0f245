import { unpack } from '../../lib/ats/changes/memory/pack';
import { DAY, HOUR, MINUTE } from '../../sandbox/clock.cts';
import type { ChangeSource, SourcePage, WindowRequest } from '../../lib/ats/source';
import { SimHost } from '../chaos/host.cts';
import { clock, setUp } from './atsWorld.cts';

describe('the first run', () => {
	it('remembers everything without a word and commits its end with an empty execution', async () => {
		const { host, minute } = setUp();
		expect((await minute())?.result).toEqual([]);
		expect(host.executions).toEqual([{ at: expect.any(Number), items: [] }]);
		expect(unpack(host.saved ?? '').memory.size).toBe(5);
	});

	it('emits the applications of the last days when it looks back', async () => {
		const { vendor, minute, emitted } = setUp({ firstRun: { mode: 'lookBack', days: 2 } });
		const recent = vendor.add({ createdAt: clock.now() - DAY });
		await minute();
		expect(emitted()).toEqual([`application.created ${recent.id}`]);
	});

	it('emits everything when asked to, and nothing of it again', async () => {
		const { minute, emitted } = setUp({ firstRun: { mode: 'everything' } });
		await minute(3);
		expect(emitted()).toHaveLength(5);
	});

	it('goes on after a kill where the last committed poll ended, and emits nothing', async () => {
		const { vendor, host, minute, emitted } = setUp({ applications: 2_000, mode: 'durable' });
		vendor.latencyMs = 8_000;
		await minute(2);
		const before = unpack(host.saved ?? '').memory.size;
		expect(before).toBeGreaterThan(100);
		host.kill();
		await minute(16);
		expect(unpack(host.saved ?? '').memory.size).toBe(2_000);
		expect(emitted()).toEqual([]);
	});
});

describe('a page that comes byte for byte as in the last poll', () => {
	it('is not looked at again, until anything else is remembered: then the same bytes may be news', async () => {
		const { vendor, minute, host, id } = setUp();
		await minute();
		vendor.move(id(0), 'Offer');
		await minute();
		let looked = 0;
		const { source } = vendor;
		vendor.source = () => {
			const made = source.call(vendor);
			return { ...made, readWindow: async (request: WindowRequest) => {
				const { rows, ...page } = await made.readWindow(request);
				return Object.defineProperty({ ...page, rows }, 'rows', { get: () => (looked++, rows) });
			} };
		};
		await minute(2);
		expect(looked).toBe(1);
		const before = vendor.records.get(id(0));
		const bytes = structuredClone(before);
		vendor.move(id(0), 'Interview');
		await minute();
		expect(looked).toBe(2);
		// Taken back as if it had never been: the very same page as before.
		Object.assign(before ?? {}, bytes);
		await minute();
		expect(looked).toBe(3);
		expect(host.items.map(({ changes }) => changes[0]?.to)).toEqual(['Offer', 'Interview', 'Offer'].map((text) => vendor.stage(text)));
	});
});

describe('emitting', () => {
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

	it.each([undefined, 16_000])('does not emit where somebody came from, or how, when that becomes known (room: %s bytes)', async (maxStateBytes) => {
		const { vendor, host, minute, records } = setUp({ applications: 1_000, ...(maxStateBytes === undefined ? {} : { maxStateBytes }) });
		await minute();
		for (const { id } of records) vendor.change(id, (record) => Object.assign(record, { source: 'Job board', origin: 'EXTERNAL' }));
		await minute(2);
		expect(host.items).toEqual([]);
		for (const { id } of records.slice(0, 3)) vendor.change(id, (record) => Object.assign(record, { source: undefined, origin: undefined }));
		await minute();
		for (const { id } of records.slice(0, 3)) vendor.change(id, (record) => Object.assign(record, { source: 'Friend', origin: 'REFERRAL' }));
		await minute();
		expect(host.items.map(({ event }) => event)).toEqual(Array(3).fill('application.updated'));
	});

	it('says nothing of a step and its way back between two polls', async () => {
		const { vendor, minute, emitted, id, records } = setUp();
		await minute();
		const home = records[0]?.stage?.text ?? '';
		vendor.move(id(0), home === 'Offer' ? 'Screening' : 'Offer');
		vendor.move(id(0), home);
		await minute(3);
		expect(emitted()).toEqual([]);
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

	it('emits an application, its hire, its interview and its offer when all came at once, in that order', async () => {
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
		const { vendor, minute, emitted } = setUp();
		await minute();
		vendor.add({ deleted: true });
		await minute(2);
		expect(emitted()).toEqual([]);
	});

	it.each([['none', null], ['year 1', Date.parse('0001-01-01T00:00:00Z')], ['1970', 0]])('emits a newcomer whose creation date is %s as created, and says that it was not known', async (_name, createdAt) => {
		const { vendor, host, minute } = setUp();
		await minute();
		const record = vendor.add({ status: 'HIRED' });
		Object.assign(record, { createdAt: createdAt ?? 0 });
		const source = vendor.source();
		const dated = async (page: Promise<SourcePage>) => { const { rows, ...rest } = await page; return { ...rest, rows: rows.map((row) => (row.id === record.id ? { ...row, createdAt } : row)) }; };
		Object.assign(host, { open: () => ({ ...source, readWindow: async (request: WindowRequest) => await dated(source.readWindow(request)) }) });
		await minute();
		expect(host.items).toMatchObject([{ event: 'application.created', previousKnown: false, applicationId: record.id }, { event: 'application.hired' }]);
		await minute(2);
		expect(host.items).toHaveLength(2);
	});

	it('emits an application that was made and deleted between two polls as created when it returns', async () => {
		const { vendor, host, minute } = setUp({ mode: 'durable' });
		await minute();
		const record = vendor.add({ deleted: true });
		await minute(2);
		host.stop();
		expect(host.items).toEqual([]);
		vendor.change(record.id, (one) => { one.deleted = false; one.stage = vendor.stage('Offer'); });
		await minute();
		vendor.move(record.id, 'Hired');
		await minute();
		expect(host.items.map(({ event, changes }) => [event, changes[0]?.from])).toEqual([['application.created', undefined], ['application.stage_changed', vendor.stage('Offer')]]);
	});

	it('does not emit a renamed column as a thousand moves', async () => {
		const { vendor, minute, emitted, records } = setUp();
		await minute();
		vendor.renameStage('Offer', 'Proposal');
		for (const { id } of records) vendor.change(id, () => {});
		await minute(2);
		expect(emitted()).toEqual([]);
	});

	it('emits a deletion once, its anonymisation not at all, and its return as an update', async () => {
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
		const { vendor, host, minute, id } = setUp({ stages: [offer] });
		vendor.move(id(0), 'Applied');
		await minute();
		for (const stage of ['Screening', 'Offer', 'Interview', 'Applied']) {
			vendor.move(id(0), stage);
			await minute();
		}
		expect(host.items.map(({ changes }) => changes[0]?.to)).toEqual([vendor.stage('Offer'), vendor.stage('Interview')]);
		expect(host.items[0]?.changes[0]?.from).toEqual(vendor.stage('Screening'));
	});

	it.each([['by name, whatever capitals and accents', 'òFFER'], ['by category', 'OFFER']])('applies a stage selection %s, to what it was and to what it is, also after a restart', async (_how, wanted) => {
		const { vendor, host, minute, id } = setUp({ stages: [wanted], mode: 'durable' });
		vendor.move(id(0), 'Offer');
		await minute();
		host.kill();
		for (const stage of ['Interview', 'Applied', 'Offer']) {
			vendor.move(id(0), stage);
			await minute();
		}
		expect(host.items.map(({ changes }) => [changes[0]?.from, changes[0]?.to])).toEqual([[vendor.stage('Offer'), vendor.stage('Interview')], [vendor.stage('Applied'), vendor.stage('Offer')]]);
	});

	it('emits nothing of stages when none of those that are chosen exists', async () => {
		const { vendor, host, minute, id } = setUp({ stages: ['No Such Stage'] });
		await minute();
		for (const stage of ['Interview', 'Applied', 'Offer']) {
			vendor.move(id(0), stage);
			await minute();
		}
		expect(host.items).toEqual([]);
	});

	it('emits a rejection with its reason, then a reactivation', async () => {
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
	it('emits scheduled, rescheduled, completed and cancelled, with times', async () => {
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

	it('does not emit a cancelled interview again when its record disappears', async () => {
		const { vendor, minute, emitted, id } = setUp();
		vendor.change(id(0), (record) => { record.interviews = [{ id: 'i1', subject: 'Talk', start: 1_000, end: 2_000, status: 'SCHEDULED' }]; });
		await minute();
		vendor.change(id(0), (record) => { for (const one of record.interviews) one.status = 'CANCELLED'; }, true);
		await minute();
		vendor.change(id(0), (record) => { record.interviews = []; }, true);
		await minute(2);
		expect(emitted()).toEqual([`interview.cancelled ${id(0)}`]);
	});

	it('remembers the time that it emitted when details are newer or older than their list', async () => {
		const { vendor, host, minute, id } = setUp();
		const [early, late] = [Date.UTC(2026, 1, 1, 8), Date.UTC(2026, 1, 1, 15)];
		let lead = 0;
		const source = vendor.source();
		const details: ChangeSource['details'] = {
			compared: false, atOnce: 10,
			read: async (asked) => new Map(asked.map(({ row }) => [row.id, {
				...row,
				application: { ...row.application, interviews: row.application.interviews?.map((one) => ({ ...one, location: 'Room 7', scheduledStart: new Date(lead).toISOString() })) ?? null },
			}])),
		};
		Object.assign(host, { open: () => ({ ...source, details }) });
		await minute();
		lead = early;
		vendor.change(id(0), (record) => { record.interviews = [{ id: 'i1', subject: 'Talk', start: late, end: late + HOUR, status: 'SCHEDULED' }]; }, true);
		await minute(2);
		lead = late;
		vendor.change(id(0), (record) => { record.interviews = [{ id: 'i1', subject: 'Talk', start: early, end: late + HOUR, status: 'SCHEDULED' }]; }, true);
		await minute(2);
		expect(host.items.map(({ event, changes }) => [event, changes])).toMatchObject([
			['interview.scheduled', [{ to: { location: 'Room 7', scheduledStart: new Date(late).toISOString() } }]],
			['interview.rescheduled', [{ from: new Date(late).toISOString(), to: new Date(early).toISOString() }]],
		]);
		expect(host.items.at(-1)?.application?.interviews).toMatchObject([{ scheduledStart: new Date(early).toISOString() }]);
	});

	it('emits what details show some seconds later than their list', async () => {
		const { vendor, minute, emitted, id } = setUp({ applications: 60 });
		vendor.outlines = true;
		await minute(20);
		vendor.detailsLag = 30_000;
		vendor.change(id(0), (record) => { record.status = 'HIRED'; });
		await minute(14);
		expect(emitted()).toEqual([`application.hired ${id(0)}`]);
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
		const { vendor, minute, emitted, id } = setUp();
		await minute();
		vendor.dateSkew = 0;
		await minute();
		vendor.dateSkew = -3 * HOUR;
		vendor.change(id(0), (record) => { record.stage = vendor.stage('Hired'); record.status = 'HIRED'; });
		const record = vendor.records.get(id(0));
		if (record) record.touchedAt = clock.now() - 3 * HOUR;
		await minute();
		expect(emitted()).toContain(`application.hired ${id(0)}`);
	});

	it('emits the rest with the next poll when there is more than the cap, and splits no application', async () => {
		const { vendor, host, minute, records } = setUp({ applications: 200, cap: 30 });
		await minute();
		for (const { id } of records) vendor.change(id, (record) => { record.status = 'HIRED'; record.offers = [{ id: 'o', status: 'SIGNED' }]; });
		await minute(20);
		expect(host.items).toHaveLength(400);
		expect(new Set(host.items.map(({ eventId }) => eventId)).size).toBe(400);
		for (const { items } of host.executions) expect(items.length).toBeLessThanOrEqual(31);
		for (const { items } of host.executions) expect(items.length % 2).toBe(0);
	});

	it('keeps and emits what it read before an error, and goes on at that page', async () => {
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

	it('begins at the first page again when the stored cursor is refused, and emits nothing twice', async () => {
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

	it('leaves out a record that cannot be read, and emits the others', async () => {
		const { vendor, host, minute, emitted, id } = setUp();
		await minute();
		vendor.unreadable.add(id(0));
		for (const one of [0, 1]) vendor.change(id(one), (record) => { record.status = 'HIRED'; });
		await minute(2);
		expect(emitted()).toEqual([`application.hired ${id(1)}`]);
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

describe('the full check', () => {
	it('emits what the windows missed, and says how it was found', async () => {
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

	it('emits a deletion only after asking for that application', async () => {
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

	it.each(['nothing', 'half'] as const)('emits no deletion when the answer holds %s of it all, but an error', async (kind) => {
		const { vendor, host, minute } = setUp({ applications: 100 });
		vendor.traceless = true;
		await minute();
		vendor.fault = (request) => (request.kind === 'all' ? { kind } : undefined);
		clock.advance(DAY);
		await minute(2);
		expect(host.items).toEqual([]);
		expect(host.errors.map(({ message }) => message).join()).toContain('missing');
	});

	it('emits nothing, and fails nowhere, when the applications that an answer left out live', async () => {
		const { vendor, host, minute } = setUp({ applications: 100 });
		await minute();
		vendor.fault = (request) => (request.kind === 'all' ? { kind: 'half' } : undefined);
		clock.advance(DAY);
		await minute(2);
		expect(host.items).toEqual([]);
		expect(host.errors).toEqual([]);
	});

	it('emits that applications left the chosen jobs, however many they are, once', async () => {
		const { vendor, host, minute, records, id } = setUp({ applications: 100, jobIds: ['mine'] });
		for (const record of records) record.jobId = 'mine';
		vendor.onlyJobs = new Set(['mine']);
		await minute();
		for (const record of records.slice(0, 60)) vendor.change(record.id, (one) => { one.jobId = 'other'; });
		vendor.records.delete(id(99));
		for (let day = 0; day < 3; day++) {
			clock.advance(DAY);
			await minute(3);
		}
		expect(host.errors).toEqual([]);
		expect(host.items.filter(({ event }) => event === 'application.updated').map(({ changes, foundBy }) => [changes, foundBy])).toEqual(Array(60).fill([[{ path: 'info.jobId', from: 'mine', to: 'other' }], 'full']));
		expect(host.items.filter(({ event }) => event !== 'application.updated')).toMatchObject([{ event: 'application.deleted', applicationId: id(99) }]);
		expect(vendor.requests.filter(({ kind }) => kind === 'confirm').length).toBeLessThan(4);
	});

	it('asks about what is missing over several polls, and only once about each', async () => {
		const { vendor, host, minute, records } = setUp({ applications: 2_000, mode: 'durable' });
		vendor.pageSize = 500;
		await minute();
		for (const { id } of records.slice(0, 300)) vendor.records.delete(id);
		clock.advance(DAY);
		vendor.latencyMs = 9_000;
		await minute(12);
		expect(host.items.map(({ event }) => event)).toEqual(Array(300).fill('application.deleted'));
		expect(vendor.requests.filter(({ kind }) => kind === 'confirm')).toHaveLength(6);
	});

	it.each([true, false])('emits a deletion of one whose details had no room (the vendor can be asked: %s)', async (canConfirm) => {
		const { vendor, host, minute, id } = setUp({ applications: 1_000, maxStateBytes: 16_000 });
		vendor.canConfirm = canConfirm;
		await minute();
		vendor.records.delete(id(0));
		vendor.records.delete(id(1));
		for (let day = 0; day < 4; day++) {
			clock.advance(DAY);
			await minute(2);
		}
		expect(host.items.map(({ event, applicationId, application, foundBy }) => [event, applicationId, application, foundBy]).sort()).toEqual([id(0), id(1)].sort().map((one) => ['application.deleted', one, null, 'full']));
	});

	it('emits a deletion once that the window shows in the poll of a full check, also of one without details', async () => {
		const { vendor, host, minute, id } = setUp({ applications: 1_000, maxStateBytes: 16_000 });
		await minute();
		clock.advance(DAY);
		for (const index of [0, 1]) vendor.change(id(index), (record) => { record.deleted = true; });
		await minute(3);
		expect(host.items.map(({ event, applicationId }) => `${event} ${applicationId}`).sort()).toEqual([0, 1].map((index) => `application.deleted ${id(index)}`).sort());
	});

	it('forgets what is gone and of which only an outline survived a restart, and is not held up by it', async () => {
		const { vendor, host, minute, records } = setUp({ applications: 1_000, maxStateBytes: 16_000 });
		await minute();
		host.stop();
		for (const { id } of records.slice(0, 150)) vendor.records.delete(id);
		for (let day = 0; day < 3; day++) {
			clock.advance(DAY);
			await minute(2);
		}
		for (const { id } of records.slice(150, 300)) vendor.records.delete(id);
		for (let day = 0; day < 3; day++) {
			clock.advance(DAY);
			await minute(2);
		}
		expect(host.errors).toEqual([]);
		expect(host.warnings.join()).toContain('are gone');
		expect(host.items.map(({ applicationId }) => applicationId)).toEqual(expect.arrayContaining(records.slice(150, 300).map(({ id }) => id)));
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
		const emitted = host.items.length;
		host.saved = `${host.saved?.slice(0, -8)}AAAAAAAA`;
		expect((await minute())?.error?.message).toContain('cannot be read');
		expect((await minute())?.result).toEqual([]);
		vendor.move(id(0), 'Hired');
		await minute();
		expect(host.items.slice(emitted).map(({ event }) => event)).toEqual(['application.stage_changed']);
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

	it('emits what a lost hand-over did not bring', async () => {
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
		expect(await host.tick()).toEqual({ result: null, error: null });
		clock.advance(2 * MINUTE);
		await minute();
		release();
		expect(await abandoned).toEqual({ result: null, error: null });
		expect(host.items.map(({ event }) => event)).toEqual(['application.hired']);
	});
});
