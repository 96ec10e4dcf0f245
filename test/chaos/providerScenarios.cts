/** The traces of POLLING.md, section 8, that mean the same on every provider. */
import type { PageOrder } from '../../sandbox/faults.cts';
import { HOUR, MINUTE } from '../../sandbox/clock.cts';
import type { ProviderPlan, ProviderSimulation } from './providerSimulation.cts';

type Act = (sim: ProviderSimulation, minute: number) => unknown;

export const every = (minutes: number, act: Act): ProviderPlan['minute'] => async (sim, minute) => {
	if (minute > 0 && minute % minutes === 0) await act(sim, minute);
};

/** A list so long and so lively that its pages shift while they are read. */
export const lively = (pages: PageOrder, size: Pick<ProviderPlan, 'applications' | 'changesPerMinute'>): ProviderPlan => ({
	minutes: 25, ...size,
	prepare: ({ sandbox }) => { sandbox.faults.order = pages; },
});

export const shownLate = (lag: number, pause: number): ProviderPlan => ({
	prepare: ({ world }) => { world.lag = lag; },
	minute: ({ clock }) => clock.advance(pause),
});

/** Each as the provider's own scenarios begin: `kombo: kills`. */
export const shared: Readonly<Record<string, ProviderPlan>> = {
	'plain': { prompt: true },
	'bursts': { prompt: true, minute: every(15, (sim) => sim.burst(70)) },
	'kills': { minute: every(13, async (sim) => await sim.crash()) },
	'5 % failing requests': { prepare: (sim) => sim.failing(0.05) },
	'50 % failing requests': { prepare: (sim) => sim.failing(0.5) },
	'a web page in one poll of six': {
		minute: (sim, minute) => {
			sim.sandbox.faults.clear();
			if (minute % 6 === 5) sim.breaking({ kind: 'html' }, 1);
			const [error] = sim.host.errors;
			if (error) sim.observer.miss(`it was reported: ${error.message}`);
		},
	},
	'cursors refused with 400': { prepare: (sim) => sim.breaking({ kind: 'expiredCursor' }, 0.3), minute: every(10, (sim) => sim.burst(40)) },
	'shown 5 minutes late': shownLate(5 * MINUTE, 0),
	'shown 40 minutes late': shownLate(40 * MINUTE, 20 * MINUTE),
	'no Date': { prepare: ({ sandbox }) => { sandbox.faults.dateSkew = 'none'; } },
	'clock jumps': { minute: every(8, ({ sandbox, random }) => { sandbox.faults.dateSkew = random.pick([0, 0, HOUR, -HOUR, 'none' as const]); }) },
	'all together': {
		minutes: 90,
		prepare: (sim) => { sim.failing(0.05); sim.world.lag = 2 * MINUTE; },
		minute: async (sim, minute) => {
			if (minute % 30 === 29) await sim.crash();
			if (minute % 40 === 10) sim.burst(60);
			if (minute % 70 === 30) sim.sandbox.faults.dateSkew = sim.random.pick([0, 'none', -20 * MINUTE] as const);
		},
	},
};
