/** Sums up what the simulations found. */
import { MODES, type Mode } from './host.cts';
import { ProviderSimulation, type ChaosEntry, type ProviderPlan } from './providerSimulation.cts';
import { scenarios } from './scenarios.cts';
import { Simulation, USUAL, type Plan, type Result } from './simulation.cts';
import { providerEntries } from '../providers/index.cts';

export interface Run {
	name: string;
	mode: Mode;
	seed: number;
	result: Result;
}

/** The providers that a chaos run polls. */
export const polled: readonly ChaosEntry[] = providerEntries.flatMap(({ chaos, ...entry }) => (chaos ? [{ ...entry, chaos }] : []));

const nameOf = ({ provider }: ChaosEntry, scenario: string) => `${provider.name}: ${scenario}`;

/** `knit: kills` -> which provider, and how. */
const played = new Map<string, { entry: ChaosEntry; plan: ProviderPlan }>(polled.flatMap((entry) => Object.entries(entry.chaos.scenarios).map(([name, plan]) => [nameOf(entry, name), { entry, plan }] as const)));

/** The scenarios of a provider that `npm test` runs. */
export const quickOf = (entry: ChaosEntry): string[] => (entry.chaos.quick ?? ['plain']).map((name) => nameOf(entry, name));

/** The same with less, or with something more that happens each minute. */
export type Variation = Pick<Plan, 'applications' | 'minutes'> & { minute?(sim: Pick<Simulation, 'host' | 'showNothing'>, minute: number): void };

export async function simulate(name: string, mode: Mode, seed: number, variation: Variation = {}): Promise<Run> {
	const plan = scenarios[name];
	const part = played.get(name);
	if (plan) {
		const result = await new Simulation(mode, { ...plan, ...variation }, `${seed}/${name}`).run();
		return { name, mode, seed, result: plan.putsBack && mode !== 'durable' ? putBack(result) : result };
	}
	if (part) return { name, mode, seed, result: await new ProviderSimulation(mode, part.entry, { ...part.plan, ...variation }, `${seed}/${name}`).run() };
	throw new Error(`There is no scenario "${name}". There are: ${scenarioNames().join(', ')}`);
}

/** All that it repeats and loses comes from the host. */
function putBack(result: Result): Result {
	return { ...result, lost: 0, duplicated: 0, wrongFromTo: 0, crashWindow: { lost: result.lost, duplicated: result.duplicated } };
}

/** The engine's on a vendor in memory ("engine"), then the whole trigger's on the sandbox; or those of one provider. */
export function scenarioNames(provider?: string): string[] {
	if (provider === undefined) return [...Object.keys(scenarios), ...played.keys()];
	if (provider === 'engine') return Object.keys(scenarios);
	return [...played].flatMap(([name, { entry }]) => (entry.provider.name === provider ? [name] : []));
}

/** Whose adapter a scenario plays; undefined: the engine's own. */
export function providerOf(name: string): string | undefined {
	return played.get(name)?.entry.provider.name;
}

/** About how long it takes, so that the long ones can be begun first. */
export function weightOf(name: string): number {
	const part = played.get(name);
	const { applications, minutes, changesPerMinute } = part ? { ...part.entry.chaos.usual, ...part.plan } : { ...USUAL, ...scenarios[name] };
	return applications + minutes * changesPerMinute * (part ? 10 : 1);
}

type Sums = Record<'polls' | 'changes' | 'emitted' | 'lost' | 'late' | 'duplicated' | 'wrongFromTo' | 'emptyExecutions', number> & { crashWindow: { lost: number; duplicated: number } };

/** What a kill at the hand-over costs where the host is not durable stands beside the totals (`crashWindow`). */
function sums(runs: readonly Run[]): Sums {
	const sum = (read: (result: Result) => number) => runs.reduce((total, { result }) => total + read(result), 0);
	return {
		polls: sum(({ polls }) => polls), changes: sum(({ changes }) => changes), emitted: sum(({ emitted }) => emitted), lost: sum(({ lost }) => lost),
		late: sum(({ late }) => late), duplicated: sum(({ duplicated }) => duplicated), wrongFromTo: sum(({ wrongFromTo }) => wrongFromTo), emptyExecutions: sum(({ emptyExecutions }) => emptyExecutions),
		crashWindow: { lost: sum(({ crashWindow }) => crashWindow.lost), duplicated: sum(({ crashWindow }) => crashWindow.duplicated) },
	};
}

export function changesOf(runs: readonly Run[], provider: string): number {
	return sums(runs.filter(({ name }) => providerOf(name) === provider)).changes;
}

export function report(runs: readonly Run[], seeds: readonly number[]) {
	const steady = runs.filter(({ name, result }) => name === 'plain' && result.quietPolls > 0);
	const full = runs.filter(({ result }) => result.requestsInFullChecks > 0 && result.fullChecks > 0);
	const { crashWindow, ...total } = sums(runs);
	return {
		seeds, ...total, crashWindow,
		maxStateBytes: Math.max(...runs.map(({ result }) => result.maxStateBytes)),
		bytesPerApplication: Math.max(...steady.map(({ result }) => result.bytesPerApplication)),
		requestsPerQuietPoll: ratio(steady, ({ requestsInQuietPolls }) => requestsInQuietPolls, ({ quietPolls }) => quietPolls),
		requestsPerFullCheck: ratio(full, ({ requestsInFullChecks }) => requestsInFullChecks, ({ fullChecks }) => fullChecks),
		maxLagSeen: Math.max(...runs.map(({ result }) => result.maxLagSeen)),
		modes: Object.fromEntries(MODES.map((mode) => [mode, sums(runs.filter((run) => run.mode === mode))])),
		providers: Object.fromEntries(
			polled.flatMap(({ provider: { name } }) => {
				const own = runs.filter((run) => providerOf(run.name) === name);
				const { changes, lost, late, duplicated, wrongFromTo, crashWindow: window } = sums(own);
				return own.length === 0 ? [] : [[name, { changes, lost, late, duplicated, wrongFromTo, crashWindow: window }]];
			}),
		),
		scenarios: Object.fromEntries([...new Set(runs.map(({ name }) => name))].map((name) => [name, sums(runs.filter((run) => run.name === name))])),
	};
}

function ratio(runs: readonly Run[], above: (result: Result) => number, below: (result: Result) => number): number {
	const sum = (read: (result: Result) => number) => runs.reduce((total, { result }) => total + read(result), 0);
	return runs.length === 0 ? 0 : Math.round((sum(above) / sum(below)) * 100) / 100;
}

/** For people: what went wrong, with how to see it again. */
export function complaintsOf({ name, mode, seed, result }: Run): string[] {
	if (result.lost + result.late + result.duplicated + result.wrongFromTo === 0) return [];
	return [`${name} (${mode}): npm run chaos -- --seed ${seed} --mode ${mode} --only "${name}"`, ...result.complaints.slice(0, 3).map((line) => `    ${line}`)];
}
