/** Sums up what the simulations found. */
import { MODES, type Mode, type SimHost } from './host.cts';
import { ProviderSimulation, type ChaosEntry, type ProviderPlan } from './providerSimulation.cts';
import { scenarios } from './scenarios.cts';
import { Simulation, USUAL, type Plan, type Result } from './simulation.cts';
import { providerEntries } from '../providers/index.cts';

export interface Run {
	name: string;
	mode: Mode;
	seed: number;
	crashes: boolean;
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
export type Variation = Pick<Plan, 'applications' | 'minutes'> & { minute?(sim: { host: SimHost }, minute: number): void };

export async function simulate(name: string, mode: Mode, seed: number, variation: Variation = {}): Promise<Run> {
	const plan = scenarios[name];
	const part = played.get(name);
	if (plan) return { name, mode, seed, crashes: plan.crashes === true, result: await new Simulation(mode, { ...plan, ...variation }, `${seed}/${name}`).run() };
	if (part) return { name, mode, seed, crashes: part.plan.crashes === true, result: await new ProviderSimulation(mode, part.entry, { ...part.plan, ...variation }, `${seed}/${name}`).run() };
	throw new Error(`There is no scenario "${name}". There are: ${scenarioNames().join(', ')}`);
}

/** The engine's on a vendor in memory, then the whole trigger's on the sandbox; or those of one provider. */
export function scenarioNames(provider?: string): string[] {
	if (provider === undefined) return [...Object.keys(scenarios), ...played.keys()];
	return [...played].flatMap(([name, { entry }]) => (entry.provider.name === provider ? [name] : []));
}

/** About how long it takes, so that the long ones can be begun first. */
export function weightOf(name: string): number {
	const part = played.get(name);
	const { applications, minutes, changesPerMinute } = part ? { ...part.entry.chaos.usual, ...part.plan } : { ...USUAL, ...scenarios[name] };
	return applications + minutes * changesPerMinute * (part ? 10 : 1);
}

type Sums = Record<'polls' | 'changes' | 'told' | 'lost' | 'duplicated' | 'wrongFromTo' | 'emptyExecutions', number>;

function sums(runs: readonly Run[]): Sums {
	const sum = (read: (result: Result) => number) => runs.reduce((total, { result }) => total + read(result), 0);
	return {
		polls: sum(({ polls }) => polls), changes: sum(({ changes }) => changes), told: sum(({ told }) => told), lost: sum(({ lost }) => lost),
		duplicated: sum(({ duplicated }) => duplicated), wrongFromTo: sum(({ wrongFromTo }) => wrongFromTo), emptyExecutions: sum(({ emptyExecutions }) => emptyExecutions),
	};
}

/** A crash may repeat or lose one poll where the host keeps state in memory: counted beside the totals, per mode. */
function isCrashWindow({ crashes, mode }: Run): boolean {
	return crashes && mode !== 'durable';
}

export function report(runs: readonly Run[], seeds: readonly number[]) {
	const counted = runs.filter((run) => !isCrashWindow(run));
	const steady = runs.filter(({ name, result }) => name === 'plain' && result.quietPolls > 0);
	const biggest = Math.max(...runs.map(({ result }) => result.maxStateBytes));
	const full = runs.filter(({ result }) => result.requestsInFullChecks > 0 && result.fullChecks > 0);
	const { polls, changes, told, lost, duplicated, wrongFromTo, emptyExecutions } = sums(counted);
	return {
		seeds, polls, changes, told, lost, duplicated, wrongFromTo,
		maxStateBytes: biggest,
		bytesPerApplication: Math.max(...steady.map(({ result }) => result.bytesPerApplication)),
		requestsPerQuietPoll: ratio(steady, ({ requestsInQuietPolls }) => requestsInQuietPolls, ({ quietPolls }) => quietPolls),
		requestsPerFullCheck: ratio(full, ({ requestsInFullChecks }) => requestsInFullChecks, ({ fullChecks }) => fullChecks),
		emptyExecutions,
		maxLagSeen: Math.max(...runs.map(({ result }) => result.maxLagSeen)),
		modes: Object.fromEntries(MODES.map((mode) => {
			const { lost: crashLost, duplicated: crashDuplicated } = sums(runs.filter((run) => run.mode === mode && isCrashWindow(run)));
			return [mode, { ...sums(counted.filter((run) => run.mode === mode)), crashWindow: { lost: crashLost, duplicated: crashDuplicated } }];
		})),
		providers: Object.fromEntries(
			polled.flatMap((entry) => {
				const own = counted.filter(({ name }) => name.startsWith(nameOf(entry, '')));
				const { changes: seen, lost: gone, duplicated: twice, wrongFromTo: wrong } = sums(own);
				return own.length === 0 ? [] : [[entry.provider.name, { changes: seen, lost: gone, duplicated: twice, wrongFromTo: wrong }]];
			}),
		),
		scenarios: Object.fromEntries([...new Set(runs.map(({ name }) => name))].map((name) => [name, sums(counted.filter((run) => run.name === name))])),
	};
}

function ratio(runs: readonly Run[], above: (result: Result) => number, below: (result: Result) => number): number {
	const sum = (read: (result: Result) => number) => runs.reduce((total, { result }) => total + read(result), 0);
	return runs.length === 0 ? 0 : Math.round((sum(above) / sum(below)) * 100) / 100;
}

/** The run's lines for people: what went wrong, with how to see it again. */
export function complaintsOf(runs: readonly Run[]): string[] {
	return runs
		.filter((run) => !isCrashWindow(run) && run.result.lost + run.result.duplicated + run.result.wrongFromTo > 0)
		.flatMap(({ name, mode, seed, result }) => [`${name} (${mode}): npm run chaos -- --seed ${seed} --mode ${mode} --only "${name}"`, ...result.complaints.slice(0, 3).map((line) => `    ${line}`)]);
}
