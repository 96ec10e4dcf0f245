import { DEFAULT_OPTIONS, type PollOptions } from '../../lib/ats/changes/options';
import { runPoll } from '../../lib/ats/changes/poll';
import { setUp } from './atsWorld.cts';

describe('Test', () => {
	it('shows recent applications as examples and touches nothing', async () => {
		const { vendor, records } = setUp();
		let written = false;
		const result = await runPoll({
			key: 'test', manual: true, activation: null, read: () => undefined,
			write: () => { written = true; },
			log: { debug: () => {}, info: () => {}, warn: () => {} },
		}, () => vendor.source(), { ...DEFAULT_OPTIONS, events: [] });
		expect(result).toMatchObject(Array(3).fill({ example: true, changes: [] }));
		expect(written).toBe(false);
		expect(records).toHaveLength(5);
	});

	async function test({ vendor }: ReturnType<typeof setUp>, options: Partial<PollOptions>) {
		const host = { key: 'test', manual: true, activation: null, read: () => undefined, write: () => {}, log: { debug: () => {}, info: () => {}, warn: () => {} } };
		const result = await runPoll(host, () => vendor.source(), { ...DEFAULT_OPTIONS, ...options });
		return (result ?? []).flatMap((item) => ('event' in item ? [item] : []));
	}

	it.each(['application.rejected', 'application.hired', 'offer.created', 'interview.cancelled'] as const)('shows for %s only what shows it', async (event) => {
		const world = setUp({ applications: 30 });
		const [rejected, hired, offered, called] = world.records;
		if (!rejected || !hired || !offered || !called) throw new Error('too few');
		rejected.status = 'REJECTED';
		hired.status = 'HIRED';
		offered.offers = [{ id: 'o', status: 'SIGNED' }];
		called.interviews = [{ id: 'i', subject: 'Talk', start: 1, end: 2, status: 'CANCELLED' }];
		for (const outlines of [false, true]) {
			world.vendor.outlines = outlines;
			const right = { 'application.rejected': rejected, 'application.hired': hired, 'offer.created': offered, 'interview.cancelled': called }[event];
			expect((await test(world, { events: [event] })).map((one) => [one.event, one.applicationId])).toEqual([[event, right.id]]);
		}
	});

	it('shows a stage change from another stage of the same job', async () => {
		const world = setUp({ applications: 60 });
		const items = await test(world, { events: ['application.stage_changed'] });
		expect(items).toHaveLength(3);
		for (const { changes: [change], application } of items) {
			const from: unknown = change?.from;
			const others = world.records.filter(({ jobId, stage }) => jobId === application?.info?.jobId && stage?.id !== application.currentStage?.id).map(({ stage }) => stage);
			expect(others).toContainEqual(from);
			expect(change?.to).toEqual(application?.currentStage);
		}
	});

	it('shows only what fits the filters, and says so when nothing does', async () => {
		const world = setUp({ applications: 60 });
		const jobId = world.records[0]?.jobId ?? '';
		for (const { application } of await test(world, { jobIds: [jobId] })) expect(application?.info?.jobId).toBe(jobId);
		for (const { application } of await test(world, { stages: ['offer'] })) expect(application?.currentStage?.text).toBe('Offer');
		await expect(test(world, { stages: ['No Such Stage'] })).rejects.toThrow('fits the filters');
		await expect(test(world, { events: ['application.rejected'] })).rejects.toThrow('application.rejected');
	});

	it('shows one of each chosen event where it can', async () => {
		const world = setUp({ applications: 30 });
		for (const record of world.records.slice(0, 5)) record.status = 'REJECTED';
		for (const record of world.records.slice(5, 10)) record.status = 'HIRED';
		expect(new Set((await test(world, { events: ['application.rejected', 'application.hired'] })).map(({ event }) => event)).size).toBe(2);
	});
});
