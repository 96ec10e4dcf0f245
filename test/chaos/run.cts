/**
 * `npm run chaos -- [--json] [--seed N] [--mode durable] [--provider knit] [--only "kills"] [--brief]`
 * Simulated days of every scenario in the four ways in which n8n keeps a trigger's state. Exit 1 when anything was lost, told twice, or
 * told with a `from` or `to` that was never true.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { MODES, type Mode } from './host.cts';
import { complaintsOf, report, scenarioNames, simulate, weightOf, type Run } from './report.cts';

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

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, seed: { type: 'string' }, mode: { type: 'string' }, provider: { type: 'string' }, only: { type: 'string' }, brief: { type: 'boolean', default: false } } });

async function main(): Promise<void> {
	const seed = Number(values.seed ?? Date.now() % 1_000_000);
	const jobs: Job[] = scenarioNames(values.provider)
		.filter((name) => values.only === undefined || name.includes(values.only))
		// Brief: each in one of the modes, by turns.
		.flatMap((name, at) => MODES.filter((mode, nth) => (values.mode === undefined ? !values.brief || nth === at % MODES.length : mode === values.mode)).map((mode) => ({ name, mode, seed })))
		.sort((a, b) => weightOf(b.name) - weightOf(a.name));
	if (jobs.length === 0) throw new Error(`There is no such scenario${values.provider === undefined ? '' : ` of "${values.provider}"`}${values.only === undefined ? '' : `: "${values.only}"`}. There are: ${scenarioNames().join(', ')}`);
	console.log(`seed ${seed}: ${jobs.length} simulations`);
	const runs: Run[] = [];
	const costs: Cost[] = [];
	const begun = Date.now();
	const workers = Math.min(jobs.length, availableParallelism(), 4);
	await Promise.all(Array.from({ length: workers }, async () => await work(jobs, runs, costs)));
	const result = report(runs, [seed]);
	const seconds = (ms: number) => Math.round(ms / 1000);
	console.log(`${seconds(Date.now() - begun)} s with ${workers} workers, ${seconds(costs.reduce((sum, { ms }) => sum + ms, 0))} s of work; the longest: ${costs.sort((a, b) => b.ms - a.ms).slice(0, 5).map(({ name, ms }) => `${name} ${seconds(ms)} s`).join(', ')}`);
	for (const line of complaintsOf(runs)) console.log(line);
	if (values.json) console.log(JSON.stringify(result));
	else {
		console.table(result.modes);
		console.log(`${result.changes} changes in ${result.polls} polls: ${result.lost} lost, ${result.duplicated} told twice, ${result.wrongFromTo} told wrongly`);
	}
	process.exitCode = result.lost + result.duplicated + result.wrongFromTo > 0 ? 1 : 0;
}

/** Milliseconds of work of this process. */
function cpuSince(before: NodeJS.CpuUsage): number {
	const { user, system } = process.cpuUsage(before);
	return Math.round((user + system) / 1000);
}

/** One process that takes the next simulation whenever it is free. */
async function work(jobs: Job[], runs: Run[], costs: Cost[]): Promise<void> {
	const child = fork(__filename, [], { env: { ...process.env, CHAOS_WORKER: '1' } });
	const ended = once(child, 'exit');
	for (let job = jobs.shift(); job; job = jobs.shift()) {
		child.send(job);
		const [answer] = await Promise.race([once(child, 'message'), ended.then(() => { throw new Error(`The simulation of "${job?.name}" (${job?.mode}) died`); })]);
		if (answer.error) throw new Error(`${job.name} (${job.mode}): ${answer.error}`);
		runs.push(answer.run);
		costs.push({ name: `${job.name} (${job.mode})`, ms: answer.cpuMs });
	}
	child.disconnect();
	await ended;
}

if (process.env.CHAOS_WORKER === undefined) void main();
else {
	process.on('disconnect', () => process.exit());
	process.on('message', ({ name, mode, seed }: Job) => {
		const before = process.cpuUsage();
		simulate(name, mode, seed).then((run) => process.send?.({ run, cpuMs: cpuSince(before) }), (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }));
	});
}
