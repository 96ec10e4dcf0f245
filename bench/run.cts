/**
 * `npm run bench [-- --json] [--only returnAll,load] [--times 5] [--save] [--again]`: our nodes beside n8n's own HTTP Request node and beside the
 * floor (a bare keep-alive client with JSON.parse), through the real engine, interleaved, medians. Each run is a process of its own.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, setPriority } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { median, type Cost } from './measure.cts';
import { conditionsOf, linesOf, type Report } from './rows.cts';

const root = join(__dirname, '..');
const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, only: { type: 'string' }, times: { type: 'string', default: '5' }, save: { type: 'boolean', default: false }, again: { type: 'boolean', default: false } } });
const times = Number(values.times);
const wanted = values.only?.split(',');
const isWanted = (row: string) => wanted === undefined || wanted.includes(row);
/** A copy of the build, so that nobody's next build gets under the measurement. */
const frozen = join(root, '.cache/bench');
const say = (text: string) => process.stderr.write(`${text}\n`);

/** Before whatever else the machine does, where that is allowed. */
function hurry({ pid }: ChildProcess): void {
	try {
		if (pid !== undefined) setPriority(pid, -5);
	} catch {
		// Not allowed here.
	}
}

async function started(script: string, args: string[]): Promise<{ process: ChildProcess; facts: Record<string, unknown> }> {
	const child = spawn(process.execPath, ['-r', 'tsx/cjs', script, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
	hurry(child);
	const line = await new Promise<string>((resolve, reject) => {
		let text = '';
		child.stdout?.on('data', (chunk: Buffer) => {
			text += chunk.toString();
			if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
		});
		child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)));
	});
	return { process: child, facts: JSON.parse(line) };
}

const cost = async (name: string, where: unknown, more: string[] = []) => await answerOf(['--expose-gc', '-r', 'tsx/cjs', 'bench/child.cts', name, JSON.stringify(where), ...more]);

async function answerOf(command: string[]): Promise<Cost> {
	const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, N8N_ATS_DIST: frozen } });
	hurry(child);
	let text = '';
	child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
	const code = await new Promise((resolve) => child.once('exit', resolve));
	if (code !== 0) throw new Error(`${command.slice(0, 6).join(' ')} ended with ${code}`);
	return JSON.parse(text.trim().split('\n').at(-1) ?? '');
}

/** Each variant `times` times, in turns, so that a slow minute of the machine hits all alike: the medians. */
async function interleaved(names: string[], where: unknown, count = times): Promise<Record<string, Cost>> {
	return await inTurns(Object.fromEntries(names.map((name) => [name, async () => await cost(name, where)])), count);
}

async function inTurns(measures: Record<string, () => Promise<Cost>>, count = times): Promise<Record<string, Cost>> {
	const all: Record<string, Cost[]> = {};
	for (let round = 0; round < count; round++) {
		for (const [name, measure] of Object.entries(measures)) {
			say(`  ${name} ${round + 1} of ${count}`);
			(all[name] ??= []).push(await measure());
		}
	}
	return Object.fromEntries(
		Object.entries(all).map(([name, costs]) => {
			const figures = Object.keys(costs[0] ?? {});
			return [name, Object.fromEntries(figures.map((figure) => [figure, median(costs.map((one) => one[figure] ?? NaN))])) as Cost];
		}),
	);
}

const ratio = (a: number | undefined, b: number | undefined) => Math.round(((a ?? NaN) / (b ?? NaN)) * 100) / 100;
const round = (value: number | undefined, digits = 1) => Math.round((value ?? NaN) * 10 ** digits) / 10 ** digits;
type Row = Record<string, number>;

/** Nodes of services like ours, as they come with n8n. */
const N8N_NODES = ['Airtable', 'Asana', 'ClickUp', 'Copper', 'Freshdesk', 'Gitlab', 'Harvest', 'Intercom', 'Keap', 'Mailchimp', 'MondayCom', 'Okta', 'Orbit', 'Pipedrive', 'Salesforce', 'Stripe', 'Todoist', 'Trello', 'Webflow', 'Zendesk'];

async function loadRow(packed: { size: number; unpackedSize: number }): Promise<Row> {
	const loader = (folder: string, files: string) => async () => await answerOf(['--expose-gc', 'bench/load.js', folder, files]);
	const base = join(root, '.hosts/n8n-2.41.1/node_modules/n8n-nodes-base');
	const theirs = N8N_NODES.map((name) => `dist/nodes/${name}/${name}.node.js`).filter((file) => existsSync(join(base, file)));
	const { ours } = await inTurns({ ours: loader(frozen, 'package') });
	const each: number[] = [];
	for (const file of theirs) each.push((await loader(base, JSON.stringify([file]))()).wallMs);
	const { dependencies = {}, n8n } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	return {
		loadMs: round(ours?.wallMs),
		cpuMs: round(ours?.cpuMs),
		heapMB: round(ours?.['heapMB']),
		filesRead: ours?.['filesRead'] ?? NaN,
		msPerNode: round((ours?.wallMs ?? NaN) / n8n.nodes.length),
		...(each.length > 0 ? { n8nMsPerNode: round(median(each)) } : {}),
		packedBytes: packed.size,
		unpackedBytes: packed.unpackedSize,
		dependencies: Object.keys(dependencies).length,
	};
}

/** Rows that take minutes. */
const FEWER = new Set(['binary', 'quietPoll', 'busyPoll']);

/** Builds, puts the build aside and tells the size of the package; with `--again`, what was put aside last time. */
function build(): { size: number; unpackedSize: number } {
	const facts = join(frozen, 'packed.json');
	if (values.again && existsSync(facts)) return JSON.parse(readFileSync(facts, 'utf8'));
	say('building');
	execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'ignore' });
	const [packed] = JSON.parse(execFileSync('npm', ['pack', '--json', '--dry-run', '--silent'], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] }).toString()) as Array<{ size: number; unpackedSize: number }>;
	rmSync(frozen, { recursive: true, force: true });
	mkdirSync(frozen, { recursive: true });
	cpSync(join(root, 'dist'), join(frozen, 'dist'), { recursive: true });
	cpSync(join(root, 'package.json'), join(frozen, 'package.json'));
	if (!packed) throw new Error('npm pack told no size');
	writeFileSync(facts, JSON.stringify({ size: packed.size, unpackedSize: packed.unpackedSize }));
	return packed;
}

async function main(): Promise<void> {
	const packed = build();
	const vendor = await started('bench/server.cts', []);
	const rows: Record<string, Row> = {};
	const conditions: Report['conditions'] = {};
	const row = async (name: string, work: () => Promise<Row>) => {
		if (!isWanted(name)) return;
		say(name);
		conditions[name] = { times: FEWER.has(name) ? Math.min(times, 3) : times, loadAverage: round(loadavg()[0]) };
		rows[name] = await work();
		// At once: a run takes a quarter of an hour, and may be broken off.
		if (values.save) save(reportOf(rows, conditions));
	};
	try {
		await row('load', async () => await loadRow(packed));
		await row('webhook', async () => {
			const { 'webhook.ours': ours, 'webhook.n8n': n8n, 'webhook.floor': floor } = await interleaved(['webhook.ours', 'webhook.n8n', 'webhook.floor'], vendor.facts);
			return { cpuToFloor: ratio(ours?.cpuMs, floor?.cpuMs), n8nCpuToFloor: ratio(n8n?.cpuMs, floor?.cpuMs), ownCpuToFloor: ratio((ours?.cpuMs ?? NaN) - (n8n?.cpuMs ?? NaN), floor?.cpuMs), cpuMicrosPerEvent: round(((ours?.cpuMs ?? NaN) * 1000) / 5000) };
		});
		await row('returnAll', async () => {
			const { 'returnAll.ours': ours, 'returnAll.http': http, 'returnAll.floor': floor } = await interleaved(['returnAll.ours', 'returnAll.http', 'returnAll.floor'], vendor.facts);
			if (ours?.['rows'] !== 100_000 || http?.['rows'] !== 100_000) throw new Error(`Not all rows came: ${ours?.['rows']} and ${http?.['rows']}`);
			return {
				wallToHttp: ratio(ours.wallMs, http.wallMs),
				cpuToHttp: ratio(ours.cpuMs, http.cpuMs),
				rssToHttp: ratio(ours.rssMB, http.rssMB),
				wallToFloor: ratio(ours.wallMs, floor?.wallMs),
				cpuToFloor: ratio(ours.cpuMs, floor?.cpuMs),
				httpWallToFloor: ratio(http.wallMs, floor?.wallMs),
				httpCpuToFloor: ratio(http.cpuMs, floor?.cpuMs),
			};
		});
		await row('normalize', async () => {
			const { 'normalize.ours': ours, 'normalize.floor': floor } = await interleaved(['normalize.ours', 'normalize.floor'], vendor.facts);
			if (ours?.['rows'] !== 100_000) throw new Error(`Not all rows came: ${ours?.['rows']}`);
			return { wallToFloor: ratio(ours.wallMs, floor?.wallMs), cpuToFloor: ratio(ours.cpuMs, floor?.cpuMs) };
		});
		await row('writes', async () => {
			const ideal = (1000 * 50) / 30;
			const { 'writes.ours': ours, 'writes.http': http, 'writes.httpBatch60': at60, 'writes.httpBatch100': at100 } = await interleaved(['writes.ours', 'writes.http', 'writes.httpBatch60', 'writes.httpBatch100'], vendor.facts);
			// Its best: the faster one, if nothing fails with it.
			const batch = at60?.['failed'] === 0 ? at60 : at100;
			return { wallToIdeal: ratio(ours?.wallMs, ideal), failed: ours?.['failed'] ?? NaN, requests: ours?.['calls'] ?? NaN, httpFailed: http?.['failed'] ?? NaN, httpBatchWallToIdeal: ratio(batch?.wallMs, ideal), httpBatchFailed: batch?.['failed'] ?? NaN };
		});
		await row('writesSlowStart', async () => {
			const { 'writesSlowStart.ours': ours } = await interleaved(['writesSlowStart.ours'], vendor.facts);
			// 150 of the calls run 5 at once, the rest 30 at once.
			const dipped = (850 * 50) / 30 + (150 * 50) / 5;
			return { wallToIdeal: ratio(ours?.wallMs, dipped), failed: ours?.['failed'] ?? NaN, requests: ours?.['calls'] ?? NaN };
		});
		await row('binary', async () => {
			const names = ['download', 'downloadQuarter', 'downloadFiveAtOnce', 'upload', 'uploadQuarter', 'floor'];
			const found = await interleaved(names.map((name) => `binary.${name}`), vendor.facts, Math.min(times, 3));
			const of = (name: string) => found[`binary.${name}`];
			return {
				wallToFloor: ratio(of('download')?.wallMs, of('floor')?.wallMs),
				downloadRssToQuarter: ratio(of('download')?.rssMB, of('downloadQuarter')?.rssMB),
				uploadRssToQuarter: ratio(of('upload')?.rssMB, of('uploadQuarter')?.rssMB),
				downloadRssMB: round(of('download')?.rssMB, 0),
				downloadRssMBFiveAtOnce: round(of('downloadFiveAtOnce')?.rssMB, 0),
				uploadRssMB: round(of('upload')?.rssMB, 0),
				floorRssMB: round(of('floor')?.rssMB, 0),
			};
		});
		await row('quietPoll', async () => await withWorld(20_000, async (world) => {
			const { ours, n8n } = await inTurns({ ours: async () => await cost('quietPoll.ours', world), n8n: async () => await cost('quietPoll.n8n', vendor.facts) }, Math.min(times, 3));
			return { cpuMs: round(ours?.cpuMs, 2), requests: ours?.['requests'] ?? NaN, bytesWritten: ours?.['bytesWritten'] ?? NaN, cpuToAirtable: ratio(ours?.cpuMs, n8n?.cpuMs) };
		}));
		await row('busyPoll', async () => {
			// Each on a world of its own: what was changed before would be read again.
			const busy = (remembered: number) => async () =>
				await withWorld(1_000, async (rehearsal) => await withWorld(remembered, async (world) => await cost('busyPoll.ours', world, [JSON.stringify(rehearsal), '5000'])));
			const costs = await inTurns({ at1000: busy(1_000), at5000: busy(5_000), at20000: busy(20_000) }, Math.min(times, 3));
			const at = (remembered: number, figure: string, digits = 1) => round(costs[`at${remembered}`]?.[figure], digits);
			return {
				cpuMicrosPerChange: at(20_000, 'microsPerChange'),
				fixedMs: at(20_000, 'fixedMs'),
				cpuMicrosPerChangeAt5000: at(5_000, 'microsPerChange'),
				cpuMicrosPerChangeAt1000: at(1_000, 'microsPerChange'),
				told: at(20_000, 'told', 0),
				stateBytes: at(20_000, 'stateBytes', 0),
			};
		});
	} finally {
		vendor.process.kill();
	}
	print(reportOf(rows, conditions));
	if (values.json) console.log(JSON.stringify(rows));
}

function reportOf(rows: Report['rows'], conditions: Report['conditions']): Report {
	const { version } = JSON.parse(readFileSync(join(root, 'node_modules/n8n-core/package.json'), 'utf8')) as { version: string };
	return { date: new Date().toISOString().slice(0, 10), machine: `${cpus().length} x ${cpus()[0]?.model.trim()}`, node: process.version, n8nCore: version, conditions, rows };
}

function print(report: Report): void {
	let title = '';
	for (const line of linesOf(report, true)) {
		if (line.title !== title) console.log(`\n${line.row}: ${line.title}`);
		title = line.title;
		console.log(`${line.value.padStart(12)}  ${line.means}${line.target === '' ? '' : ` (to reach: ${line.target}${line.missed ? ', missed' : ''})`}`);
	}
	console.log(`\n${report.machine}, Node ${report.node}, n8n-core ${report.n8nCore}, ${conditionsOf(report)}. Less is better everywhere.`);
}

/** Rows that were not measured (yet) keep what was measured before. */
function save(report: Report): void {
	const file = join(root, 'bench/results.json');
	const before: Partial<Report> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
	writeFileSync(file, `${JSON.stringify({ ...report, conditions: { ...before.conditions, ...report.conditions }, rows: { ...before.rows, ...report.rows } }, null, '\t')}\n`);
}

async function withWorld<Result>(applications: number, work: (where: unknown) => Promise<Result>): Promise<Result> {
	const sandbox = await started('sandbox/main.cts', ['--port', '0', '--json', '--no-validate', '--pace', '0', '--applications', String(applications), '--seed', 'bench']);
	try {
		return await work(sandbox.facts);
	} finally {
		sandbox.process.kill();
	}
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
});
