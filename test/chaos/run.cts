const HELP = `npm run chaos -- [options]

Simulated days of every scenario, in the four ways in which n8n keeps a trigger's state: the engine on a vendor in memory, then the built
trigger through each provider's adapter on the sandbox. Exit 1 when anything was lost, emitted late, emitted twice, or emitted with a \`from\` or \`to\`
that was never true.

  --provider <name>  only the scenarios of this provider (greenhouse, ashby, lever, ...); engine: the engine's own
  --providers        those of all providers, without the engine's own
  --only <text>      only scenarios whose name holds this text
  --mode <mode>      only this host mode: 1.123, default, scheduler, durable
  --seed <number>    of the first round; default: a fresh one
  --seeds <number>   rounds, each with a seed of its own; default: 1
  --changes <number> further rounds for a provider until it has shown that many changes
  --brief            each scenario in one host mode, by turns
  --json             the last line is the report as JSON
  --help             this text

Where n8n keeps state in memory, a kill between an execution and its state costs what that poll emitted: no trigger can help it. The
report counts that as "crashWindow", beside the totals. Durable cursors have no such window.
`;
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

import { readArguments } from '../arguments.cts';
import { MODES, type Mode } from './host.cts';
import { changesOf, complaintsOf, polled, providerOf, report, scenarioNames, simulate, weightOf, type Run } from './report.cts';

interface Job {
	name: string;
	mode: Mode;
	seed: number;
}

interface Cost {
	name: string;
	/** Of the processor. */
	ms: number;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const { values } = readArguments(HELP, { options: { json: flag, seed: text, seeds: text, changes: text, mode: text, provider: text, providers: flag, only: text, brief: flag } });

/** A line at least so often. */
const PROGRESS_MS = 20_000;
const seconds = (ms: number) => Math.round(ms / 1000);

async function main(): Promise<void> {
	const first = Number(values.seed ?? Date.now() % 1_000_000);
	const wanted = Number(values.changes ?? 0);
	if (values.mode !== undefined && !MODES.some((mode) => mode === values.mode)) throw new Error(`There is no host mode "${values.mode}". There are: ${MODES.join(', ')}`);
	const names = scenarioNames(values.provider).filter((name) => (values.only === undefined || name.includes(values.only)) && (!values.providers || providerOf(name) !== undefined));
	if (names.length === 0) throw new Error(`There is no such scenario${values.provider === undefined ? '' : ` of "${values.provider}"`}${values.only === undefined ? '' : `: "${values.only}"`}. There are: ${scenarioNames().join(', ')}`);
	const runs: Run[] = [];
	const seeds: number[] = [];
	const costs: Cost[] = [];
	const begun = Date.now();
	for (let round = 0; ; round++) {
		const short = polled.map(({ provider }) => provider.name).filter((name) => changesOf(runs, name) < wanted);
		const due = round < Number(values.seeds ?? 1) ? names : names.filter((name) => short.some((provider) => provider === providerOf(name)));
		if (due.length === 0) break;
		const seed = first + round;
		seeds.push(seed);
		await play(jobsOf(due, seed), runs, costs, begun);
	}
	const result = report(runs, seeds);
	console.log(`${seconds(Date.now() - begun)} s, ${seconds(costs.reduce((sum, { ms }) => sum + ms, 0))} s of work; the longest: ${costs.sort((a, b) => b.ms - a.ms).slice(0, 5).map(({ name, ms }) => `${name} ${seconds(ms)} s`).join(', ')}`);
	const { lost, duplicated } = result.crashWindow;
	if (lost + duplicated > 0) console.log(`Beside the totals: kills between an execution and its state, where nothing is durable, cost ${lost} items and repeated ${duplicated}`);
	if (!values.json) {
		console.table(result.modes);
		console.table(result.providers);
		console.log(`${result.changes} changes in ${result.polls} polls: ${result.lost} lost, ${result.late} late, ${result.duplicated} emitted twice, ${result.wrongFromTo} emitted wrongly`);
	} else console.log(JSON.stringify(result));
	process.exitCode = result.lost + result.late + result.duplicated + result.wrongFromTo > 0 ? 1 : 0;
}

function jobsOf(names: readonly string[], seed: number): Job[] {
	return names
		// Brief: each in one of the modes, by turns.
		.flatMap((name, at) => MODES.filter((mode, nth) => (values.mode === undefined ? !values.brief || nth === at % MODES.length : mode === values.mode)).map((mode) => ({ name, mode, seed })))
		.sort((a, b) => weightOf(b.name) - weightOf(a.name));
}

/** A round: what went wrong is said at once, how far it is from time to time. */
async function play(jobs: Job[], runs: Run[], costs: Cost[], begun: number): Promise<void> {
	const total = jobs.length;
	const before = runs.length;
	const workers = Math.min(total, availableParallelism(), 4);
	console.log(`seed ${jobs[0]?.seed}: ${total} simulations in ${workers} processes`);
	let said = Date.now();
	const done = (run: Run, ms: number) => {
		runs.push(run);
		costs.push({ name: `${run.name} (${run.mode})`, ms });
		for (const line of complaintsOf(run)) console.log(line);
		if (Date.now() - said < PROGRESS_MS) return;
		said = Date.now();
		console.log(`${seconds(said - begun)} s: ${runs.length - before} of ${total}`);
	};
	await Promise.all(Array.from({ length: workers }, async () => await work(jobs, done)));
}

/** Milliseconds of work of this process. */
function cpuSince(before: NodeJS.CpuUsage): number {
	const { user, system } = process.cpuUsage(before);
	return Math.round((user + system) / 1000);
}

/** One process that takes the next simulation whenever it is free. */
async function work(jobs: Job[], done: (run: Run, cpuMs: number) => void): Promise<void> {
	const child = fork(__filename, [], { env: { ...process.env, CHAOS_WORKER: '1' } });
	const ended = once(child, 'exit');
	for (let job = jobs.shift(); job; job = jobs.shift()) {
		child.send(job);
		const [answer] = await Promise.race([once(child, 'message'), ended.then(() => { throw new Error(`The simulation of "${job?.name}" (${job?.mode}) died`); })]);
		if (answer.error) throw new Error(`${job.name} (${job.mode}): ${answer.error}`);
		done(answer.run, answer.cpuMs);
	}
	child.disconnect();
	await ended;
}

if (process.env.CHAOS_WORKER === undefined) {
	main().catch((error: unknown) => {
		console.error(error instanceof Error ? error.message : error);
		process.exit(1);
	});
} else {
	process.on('disconnect', () => process.exit());
	process.on('message', ({ name, mode, seed }: Job) => {
		const before = process.cpuUsage();
		simulate(name, mode, seed).then((run) => process.send?.({ run, cpuMs: cpuSince(before) }), (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }));
	});
}
