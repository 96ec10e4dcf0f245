/**
 * `npm run bench [-- --json] [--only returnAll,load] [--times 5]`: our nodes beside n8n's own HTTP Request node and beside the
 * floor (a bare keep-alive client with JSON.parse), through the real engine, interleaved, medians. Each run is a process of its own.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { median, type Cost } from './measure.cts';

const root = join(__dirname, '..');
const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, only: { type: 'string' }, times: { type: 'string', default: '5' }, save: { type: 'boolean', default: false } } });
const times = Number(values.times);
const wanted = values.only?.split(',');
const isWanted = (row: string) => wanted === undefined || wanted.includes(row);
const say = (text: string) => process.stderr.write(`${text}\n`);

async function started(script: string, args: string[]): Promise<{ process: ChildProcess; facts: Record<string, unknown> }> {
	const child = spawn(process.execPath, ['-r', 'tsx/cjs', script, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
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

async function cost(name: string, where: unknown, more: string[] = []): Promise<Cost> {
	const child = spawn(process.execPath, ['--expose-gc', '-r', 'tsx/cjs', 'bench/child.cts', name, JSON.stringify(where), ...more], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, N8N_ATS_DIST: '1' } });
	let text = '';
	child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
	const code = await new Promise((resolve) => child.once('exit', resolve));
	if (code !== 0) throw new Error(`${name} ended with ${code}`);
	return JSON.parse(text.trim().split('\n').at(-1) ?? '');
}

/** Each variant `times` times, in turns, so that a slow minute of the machine hits all alike. */
async function interleaved(names: string[], where: unknown, count = times): Promise<Record<string, Cost>> {
	const all: Record<string, Cost[]> = {};
	for (let round = 0; round < count; round++) {
		for (const name of names) {
			say(`  ${name} ${round + 1} of ${count}`);
			(all[name] ??= []).push(await cost(name, where));
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

async function main(): Promise<void> {
	say('building');
	execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'ignore' });
	const vendor = await started('bench/server.cts', []);
	const rows: Record<string, Row> = {};
	const row = async (name: string, work: () => Promise<Row>) => {
		if (!isWanted(name)) return;
		say(name);
		rows[name] = await work();
	};
	try {
		await row('returnAll', async () => {
			const { 'returnAll.ours': ours, 'returnAll.http': http, 'returnAll.floor': floor } = await interleaved(['returnAll.ours', 'returnAll.http', 'returnAll.floor'], vendor.facts);
			if (ours?.['rows'] !== 100_000 || http?.['rows'] !== 100_000) throw new Error(`Not all rows came: ${ours?.['rows']} and ${http?.['rows']}`);
			return { wallToHttp: ratio(ours.wallMs, http.wallMs), cpuToHttp: ratio(ours.cpuMs, http.cpuMs), rssToHttp: ratio(ours.rssMB, http.rssMB), wallToFloor: ratio(ours.wallMs, floor?.wallMs), cpuToFloor: ratio(ours.cpuMs, floor?.cpuMs) };
		});
		await row('normalize', async () => {
			const { 'normalize.ours': ours, 'normalize.floor': floor } = await interleaved(['normalize.ours', 'normalize.floor'], vendor.facts);
			return { wallToFloor: ratio(ours?.wallMs, floor?.wallMs), cpuToFloor: ratio(ours?.cpuMs, floor?.cpuMs) };
		});
		const ideal = (1000 * 50) / 30;
		await row('writes', async () => {
			const { 'writes.ours': ours, 'writes.http': http, 'writes.httpBatch': batch } = await interleaved(['writes.ours', 'writes.http', 'writes.httpBatch'], vendor.facts);
			return { wallToIdeal: ratio(ours?.wallMs, ideal), failed: ours?.['failed'] ?? NaN, requests: ours?.['calls'] ?? NaN, wallToHttp: ratio(ours?.wallMs, batch?.wallMs), httpFailed: http?.['failed'] ?? NaN, httpBatchFailed: batch?.['failed'] ?? NaN, httpBatchWallToIdeal: ratio(batch?.wallMs, ideal) };
		});
		await row('writesSlowStart', async () => {
			const { 'writesSlowStart.ours': ours } = await interleaved(['writesSlowStart.ours'], vendor.facts);
			// 150 of the calls run 5 at once, the rest 30 at once.
			const dipped = (850 * 50) / 30 + (150 * 50) / 5;
			return { wallToIdeal: ratio(ours?.wallMs, dipped), failed: ours?.['failed'] ?? NaN, requests: ours?.['calls'] ?? NaN };
		});
		await row('binary', async () => {
			const { 'binary.download': down, 'binary.upload': up, 'binary.floor': floor } = await interleaved(['binary.download', 'binary.upload', 'binary.floor'], vendor.facts, Math.min(times, 3));
			return { wallToFloor: ratio(down?.wallMs, floor?.wallMs), downloadRssMB: round(down?.rssMB, 0), uploadRssMB: round(up?.rssMB, 0), floorRssMB: round(floor?.rssMB, 0), uploadWallToFloor: ratio(up?.wallMs, floor?.wallMs) };
		});
		await row('webhook', async () => {
			const { 'webhook.ours': ours, 'webhook.floor': floor } = await interleaved(['webhook.ours', 'webhook.floor'], vendor.facts);
			return { cpuToFloor: ratio(ours?.cpuMs, floor?.cpuMs), cpuMicrosPerEvent: round(((ours?.cpuMs ?? NaN) * 1000) / 5000) };
		});
		await row('load', async () => {
			const { 'load.ours': load } = await interleaved(['load.ours'], vendor.facts);
			const [packed] = JSON.parse(execFileSync('npm', ['pack', '--json', '--dry-run', '--silent'], { cwd: root }).toString()) as Array<{ size: number; unpackedSize: number; entryCount: number }>;
			const { dependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
			return { loadMs: round(load?.wallMs), heapMB: round(load?.['heapMB']), filesRead: load?.['filesRead'] ?? NaN, packedBytes: packed?.size ?? NaN, unpackedBytes: packed?.unpackedSize ?? NaN, dependencies: Object.keys(dependencies).length };
		});
		await row('quietPoll', async () => await withWorld(20_000, async (where) => {
			const quiet = await cost('quietPoll.ours', where);
			return { cpuMs: round(quiet.cpuMs), requests: quiet['requests'] ?? NaN, bytesWritten: quiet['bytesWritten'] ?? NaN };
		}));
		await row('busyPoll', async () => {
			const result: Row = {};
			for (const remembered of [1_000, 5_000, 20_000]) {
				const found = await withWorld(remembered, async (where) => await cost('busyPoll.ours', where, ['5000']));
				result[`cpuMicrosPerChangeAt${remembered}`] = round((found.cpuMs * 1000) / (found['told'] ?? NaN));
				result[`toldAt${remembered}`] = found['told'] ?? NaN;
				result[`stateBytesAt${remembered}`] = found['stateBytes'] ?? NaN;
			}
			return { cpuMicrosPerChange: result['cpuMicrosPerChangeAt20000'] ?? NaN, ...result };
		});
	} finally {
		vendor.process.kill();
	}
	const report = { date: new Date().toISOString().slice(0, 10), machine: `${cpus().length} x ${cpus()[0]?.model.trim()}`, node: process.version, n8nCore: JSON.parse(readFileSync(join(root, 'node_modules/n8n-core/package.json'), 'utf8')).version as string, times, rows };
	if (values.save) writeFileSync(join(root, 'bench/results.json'), `${JSON.stringify(report, null, '\t')}\n`);
	for (const [name, figures] of Object.entries(rows)) console.log(`${name.padEnd(16)} ${Object.entries(figures).map(([figure, value]) => `${figure} ${value}`).join('   ')}`);
	if (values.json) console.log(JSON.stringify(rows));
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
