import { MODES } from './host.cts';
import { polled, quickOf, report, simulate } from './report.cts';
import { deep, size, some } from '../size.cts';

const SEED = 20_260_105;
const SMALL = { applications: 150, minutes: 80 };
const SMALLER = { applications: size(40, 60), minutes: size(28, 40) };
const SHORT = ['plain', '5 % failing requests', 'A, B, A, B over polls', 'A, B, A inside a poll', 'scope switched off and on', 'deletion, anonymisation, return', 'rows skipped'];

describe.each(MODES.map((mode, turn) => [mode, turn] as const))('through simulated days (n8n %s)', (mode, turn) => {
	it.each(SHORT.filter((_name, at) => deep || at % MODES.length === turn))('loses nothing, repeats nothing and says nothing untrue: %s', async (name) => {
		const { result } = await simulate(name, mode, SEED, SMALL);
		expect(result).toMatchObject({ complaints: [], lost: 0, late: 0, duplicated: 0, wrongFromTo: 0 });
		if (name !== 'A, B, A inside a poll') expect(result.emitted).toBeGreaterThan(50);
	});
});

/** The whole trigger as it was built, on a service of the sandbox. */
const PLAYED = polled.flatMap(quickOf);

/** `npm test`: each scenario in one host mode, by turns; deep: in both. */
const inMode = (_name: string, at: number, mode: number): boolean => deep || at % 2 === mode;

describe.each([['1.123', 0], ['durable', 1]] as const)('the built trigger through simulated hours (n8n %s)', (mode, turn) => {
	it.each(PLAYED.filter((name, at) => inMode(name, at, turn)))('loses nothing, repeats nothing and says nothing untrue: %s', async (name) => {
		const { result } = await simulate(name, mode, SEED, SMALLER);
		expect(result).toMatchObject({ complaints: [], lost: 0, late: 0, duplicated: 0, wrongFromTo: 0 });
		expect(result.emitted).toBeGreaterThan(20);
	});
});

describe('through kills', () => {
	it('loses nothing and repeats nothing with durable cursors', async () => {
		const { result } = await simulate('kills', 'durable', SEED, SMALL);
		expect(result).toMatchObject({ complaints: [], lost: 0, late: 0, duplicated: 0, wrongFromTo: 0 });
	});

	it('counts what a kill costs in the other modes apart, and does not hide it', async () => {
		const runs = [await simulate('kills', 'default', SEED, { applications: 150, minutes: 400 }), await simulate('plain', 'default', SEED, SMALL)];
		const { lost, duplicated, modes } = report(runs, [SEED]);
		expect([lost, duplicated]).toEqual([0, 0]);
		expect(modes.default?.crashWindow.duplicated).toBeGreaterThan(0);
	});
});

describe('the oracle', () => {
	it('sees what is lost when an execution is thrown away', async () => {
		const { result } = await simulate('plain', 'durable', SEED, { ...SMALL, minute: ({ host }, minute) => { host.handOver = minute % 30 === 7 ? 'stateOnly' : 'whole'; } });
		expect(result.lost).toBeGreaterThan(0);
	});

	it('sees what is emitted twice when a state is not saved', async () => {
		const { result } = await simulate('plain', 'durable', SEED, { ...SMALL, minute: ({ host }, minute) => { host.handOver = minute % 30 === 7 ? 'executionOnly' : 'whole'; } });
		expect(result.duplicated).toBeGreaterThan(0);
	});

	it.each(['plain', ...some(polled.map(({ provider }) => `${provider.name}: plain`), 3)])('sees that changes come with the full check only, which loses none: %s', async (name) => {
		const { result } = await simulate(name, 'durable', SEED, { ...SMALLER, minute: (sim, minute) => { if (minute === 5) sim.showNothing(); } });
		expect(result.late).toBeGreaterThan(0);
		expect(result.lost).toBe(0);
	});

	it.each(some(polled.map(({ provider }) => `${provider.name}: plain`), 3))('sees both on a service of the sandbox too: %s', async (name) => {
		const { result: torn } = await simulate(name, 'durable', SEED, { ...SMALLER, minute: ({ host }, minute) => { host.handOver = minute % 10 === 7 ? 'stateOnly' : minute % 10 === 2 ? 'executionOnly' : 'whole'; } });
		expect(torn.lost).toBeGreaterThan(0);
		expect(torn.duplicated).toBeGreaterThan(0);
	});
});
