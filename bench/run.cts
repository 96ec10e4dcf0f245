/**
 * `npm run bench [-- --json] [--only returnAll,load] [--times 5] [--save] [--again] [--quick]`: our nodes beside what n8n itself does for the
 * same through the real engine, interleaved, medians. Each run is a process of its own. `--quick`: small sizes, once.
 * `--whole [--only kombo,knit]`: no measurement, but 25,000 applications read through each adapter, and whether the state is within its bound on both hosts.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, setPriority } from 'node:os';
import { join } from 'node:path';

import { polled } from '../nodes/Ats/providers';
import { readArguments, usageOf } from '../test/arguments.cts';
import { hasHostNodes, hostNodes } from './hostNodes.cts';
import { DEFAULT_BOUND, OLD_HOST_BOUND } from '../lib/ats/changes/memory/pack';
import { median, type Cost } from './measure.cts';
import { topOf, type Share } from './profile.cts';
import { FORM, ROWS, conditionsOf, linesOf, missesOf, objectOf, type Report } from './rows.cts';
import { QUICK, SIZES } from './sizes.cts';
import type { Played, Where } from './variants.cts';

const root = join(__dirname, '..');
const { values } = readArguments(usageOf(__filename), { options: { json: { type: 'boolean', default: false }, only: { type: 'string' }, times: { type: 'string', default: '5' }, save: { type: 'boolean', default: false }, again: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false }, whole: { type: 'boolean', default: false } } });
const times = QUICK ? 1 : Number(values.times);
const wanted = values.only?.split(',');
if (QUICK && values.save) throw new Error('The figures of --quick say nothing: they are not saved.');
for (const row of values.whole ? [] : (wanted ?? [])) if (!(row in ROWS)) throw new Error(`There is no row "${row}": choose from ${Object.keys(ROWS).join(', ')}.`);
const isWanted = (row: string) => wanted === undefined || wanted.includes(row);
/** A copy of the build, so that nobody's next build gets under the measurement. */
const frozen = join(root, '.cache/bench');
const begun = Date.now();
const say = (text: string) => process.stderr.write(`${String(Math.round((Date.now() - begun) / 1000)).padStart(4)} s  ${text}\n`);

/** What runs for us: nothing of it outlives the run, however that ends. */
const children = new Set<ChildProcess>();
process.once('exit', () => {
	for (const child of children) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

/** Before whatever else the machine does, where that is allowed. */
function hurry({ pid }: ChildProcess): void {
	try {
		if (pid !== undefined) setPriority(pid, -5);
	} catch {
		// Not allowed here.
	}
}

const QUICK_ENV = QUICK ? { BENCH_QUICK: '1' } : {};

function begin(command: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
	// The pipe into it closes when this process ends: see withParent.cts.
	const child = spawn(process.execPath, command, { cwd: root, stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...QUICK_ENV, ...env } });
	children.add(child);
	child.once('close', () => children.delete(child));
	hurry(child);
	return child;
}

async function started(script: string, args: string[]): Promise<{ process: ChildProcess; facts: Record<string, unknown> }> {
	const child = begin(['-r', 'tsx/cjs', script, ...args]);
	const line = await new Promise<string>((resolve, reject) => {
		let text = '';
		child.stdout?.on('data', (chunk: Buffer) => {
			text += chunk.toString();
			if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
		});
		child.once('close', (code) => reject(new Error(`${script} ended with ${code}`)));
	});
	return { process: child, facts: JSON.parse(line) };
}

/** Where what is measured comes from: the build that was put aside. */
const BUILT = { N8N_ATS_DIST: frozen };
const variant = (name: string, where: Partial<Where>) => ['--expose-gc', '-r', 'tsx/cjs', 'bench/child.cts', name, JSON.stringify(where)];
const cost = async (name: string, where: Partial<Where>, env: NodeJS.ProcessEnv = BUILT) => await answerOf<Cost>(variant(name, where), env);
/** From the source: the compiler's cache is tidied in the background for seconds, which would be measured. */
const SOURCE = { TSX_DISABLE_CACHE: '1' };
/** Where its time goes. */
const shares = async (name: string, where: Partial<Where>, env: NodeJS.ProcessEnv = BUILT) => await answerOf<Share[]>(variant(name, where), { ...env, BENCH_PROFILE: '1' });

async function answerOf<Answer>(command: string[], env: NodeJS.ProcessEnv = {}): Promise<Answer> {
	const child = begin(command, env);
	let text = '';
	child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
	const code = await new Promise((resolve) => child.once('close', resolve));
	if (code !== 0) throw new Error(`${command.slice(0, 6).join(' ')} ended with ${code}`);
	return JSON.parse(text.trim().split('\n').at(-1) ?? '');
}

/** Each variant `times` times, in turns, so that a slow minute of the machine hits all alike: the medians. */
async function interleaved(names: string[], where: Partial<Where>, count = times): Promise<Record<string, Cost>> {
	return await inTurns(Object.fromEntries(names.map((name) => [name, async () => await cost(name, where)])), count);
}

async function inTurns(measures: Record<string, () => Promise<Cost>>, count = times): Promise<Record<string, Cost>> {
	// Tried, not measured: side by side.
	if (QUICK) return Object.fromEntries(await Promise.all(Object.entries(measures).map(async ([name, measure]): Promise<[string, Cost]> => [name, await measure()])));
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

const loading = (folder: string, files: string) => ['--expose-gc', 'bench/load.js', folder, files];

async function loadRow(packed: { size: number; unpackedSize: number }): Promise<Row> {
	const loader = (folder: string, files: string) => async () => await answerOf<Cost>(loading(folder, files));
	const base = join(hostNodes, '../..');
	const theirs = N8N_NODES.map((name) => `dist/nodes/${name}/${name}.node.js`).filter((file) => existsSync(join(base, file))).slice(0, SIZES.n8nNodes);
	const { ours } = await inTurns({ ours: loader(frozen, 'package') });
	const each: number[] = [];
	for (const file of theirs) each.push((await loader(base, JSON.stringify([file]))()).wallMs);
	const { dependencies = {}, n8n } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	const msPerNode = (ours?.wallMs ?? NaN) / n8n.nodes.length;
	return {
		perNodeToN8n: ratio(msPerNode, median(each)),
		packedBytes: packed.size,
		unpackedBytes: packed.unpackedSize,
		dependencies: Object.keys(dependencies).length,
		msPerNode: round(msPerNode),
		n8nMsPerNode: round(median(each)),
		heapMB: round(ours?.['heapMB']),
	};
}

/** Rows that take long: how often they are measured at most. Where a vendor's window decides, one run is like another. */
const AT_MOST: Readonly<Record<string, number>> = { rateLimited: 1, quietPoll: 3, busyPoll: 3, firstRead: 1 };

/** Builds, puts the build aside and tells the size of the package; with `--again`, what was put aside last time of the same manifest. */
function build(): { size: number; unpackedSize: number } {
	const facts = join(frozen, 'packed.json');
	const manifest = readFileSync(join(root, 'package.json'), 'utf8');
	if (values.again && existsSync(facts)) {
		if (readFileSync(join(frozen, 'package.json'), 'utf8') === manifest) return JSON.parse(readFileSync(facts, 'utf8'));
		say('package.json has changed since: what was put aside is no longer that package');
	}
	say('building');
	execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'ignore' });
	const [packed] = JSON.parse(execFileSync('npm', ['pack', '--json', '--dry-run', '--silent'], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] }).toString()) as Array<{ size: number; unpackedSize: number }>;
	rmSync(frozen, { recursive: true, force: true });
	mkdirSync(frozen, { recursive: true });
	cpSync(join(root, 'dist'), join(frozen, 'dist'), { recursive: true });
	writeFileSync(join(frozen, 'package.json'), manifest);
	if (!packed) throw new Error('npm pack told no size');
	writeFileSync(facts, JSON.stringify({ size: packed.size, unpackedSize: packed.unpackedSize }));
	return packed;
}

/** On n8n 2.x, and on 1.123, which keeps the state in every execution. */
const BOUNDS = { memory: DEFAULT_BOUND, old: OLD_HOST_BOUND } as const;

async function readWhole(): Promise<void> {
	for (const { name: provider } of polled.filter(({ name }) => isWanted(name))) {
		for (const [host, bound] of Object.entries(BOUNDS)) {
			try {
				const { stateBytes = NaN, remembered, requests, refused, readMs, cpuMs, rssMB } = await cost('wholeRead', { provider, host: host === 'old' ? 'old' : 'memory' }, {});
				if (!(stateBytes <= bound)) process.exitCode = 1;
				console.log(`${provider.padEnd(17)} ${host.padEnd(7)} ${String(stateBytes).padStart(9)} bytes of ${bound}${stateBytes <= bound ? '' : ', TOO MANY'}; ${remembered} remembered, ${requests} requests (${refused} refused), ${round((readMs ?? NaN) / 1000)} s at the vendor's rate, ${round(cpuMs / 1000)} s of work with the simulator, ${round(rssMB, 0)} MB`);
			} catch (error) {
				process.exitCode = 1;
				console.log(`${provider.padEnd(17)} ${host.padEnd(7)} failed: ${error instanceof Error ? error.message : String(error)}`);
			}
		}
	}
}

async function main(): Promise<void> {
	if (values.whole) return await readWhole();
	if (!hasHostNodes()) say("n8n's own nodes are not installed (\"npm run demo\" installs n8n 2.41.1 into .hosts): what is measured beside them is left empty.");
	const packed = build();
	const rows: Record<string, Row> = {};
	const conditions: Report['conditions'] = {};
	const profiles: Report['profiles'] = {};
	/** A row that fails is told and leaves its figures empty: the others are measured all the same. */
	const row = async (names: string[], work: (count: number) => Promise<Record<string, Row>>, explain: Record<string, (missed: string) => Promise<Share[]>> = {}) => {
		const now = names.filter(isWanted);
		if (now.length === 0) return;
		say(now.join(', '));
		const count = Math.min(times, ...now.map((name) => AT_MOST[name] ?? times));
		const loadAverage = round(loadavg()[0]);
		try {
			const found = await work(count);
			for (const name of now) {
				conditions[name] = { times: count, loadAverage };
				rows[name] = found[name] ?? {};
				const [miss] = missesOf({ rows: { [name]: rows[name] }, profiles });
				const why = explain[name];
				if (!miss || !why || QUICK) continue;
				say(`  ${name} misses a mark: where its time goes`);
				profiles[name] = await why(miss.missed[0]?.means ?? '');
			}
		} catch (error) {
			process.exitCode = 1;
			for (const name of now) rows[name] ??= {};
			say(`${now.join(', ')} failed: ${error instanceof Error ? error.message : String(error)}`);
		}
		// At once: a run takes long, and may be broken off.
		if (values.save) save(reportOf(rows, conditions, profiles));
	};
	const parts: Array<() => Promise<void>> = [
		async () => await row(['load'], async () => ({ load: await loadRow(packed) }), { load: async () => topOf(await answerOf(loading(frozen, 'package'), { BENCH_PROFILE: '1' })) }),
		async () => await row(['webhook'], async (count) => {
			const { 'webhook.ours': ours, 'webhook.n8n': n8n } = await interleaved(['webhook.ours', 'webhook.n8n'], {}, count);
			return { webhook: { cpuToN8n: ratio(ours?.cpuMs, n8n?.cpuMs), cpuMicrosPerEvent: round(((ours?.cpuMs ?? NaN) * 1000) / SIZES.events) } };
		}, { webhook: async () => await shares('webhook.ours', {}) }),
		async () => {
			if (!['returnAll', 'unified', 'writes'].some(isWanted)) return;
			const vendor = await started('bench/server.cts', []);
			const { origin } = vendor.facts as unknown as { origin: string };
			try {
				await row(['returnAll', 'unified'], async (count) => {
					const names = ['returnAll.ours', 'returnAll.limit', ...(hasHostNodes() ? ['returnAll.http'] : []), 'returnAll.unified'];
					const costs = await interleaved(names, { origin }, count);
					for (const [name, one] of Object.entries(costs)) if (one['rows'] !== SIZES.rows) throw new Error(`Not all rows came to ${name}: ${one['rows']}`);
					const { 'returnAll.ours': ours, 'returnAll.limit': limit, 'returnAll.http': http, 'returnAll.unified': unified } = costs;
					return {
						returnAll: {
							wallToLimit: ratio(ours?.wallMs, limit?.wallMs), cpuToLimit: ratio(ours?.cpuMs, limit?.cpuMs), rssToLimit: ratio(ours?.rssMB, limit?.rssMB),
							wallToHttp: ratio(ours?.wallMs, http?.wallMs), cpuToHttp: ratio(ours?.cpuMs, http?.cpuMs), limitWallMs: round(limit?.wallMs, 0),
						},
						unified: { wallToLimit: ratio(unified?.wallMs, limit?.wallMs), cpuToLimit: ratio(unified?.cpuMs, limit?.cpuMs) },
					};
				}, { returnAll: async () => await shares('returnAll.ours', { origin }), unified: async () => await shares('returnAll.unified', { origin }) });
				await row(['writes'], async (count) => {
					const { 'writes.ours': ours, 'writes.n8n': n8n } = await interleaved(['writes.ours', 'writes.n8n'], { origin }, count);
					if (n8n?.['failed'] !== 0) throw new Error("n8n's own requests failed");
					const ideal = (SIZES.moves * 50) / 30;
					return { writes: { wallToN8n: ratio(ours?.wallMs, n8n.wallMs), failed: ours?.['failed'] ?? NaN, wallToIdeal: ratio(ours?.wallMs, ideal), n8nWallToIdeal: ratio(n8n.wallMs, ideal) } };
				}, { writes: async () => await shares('writes.ours', { origin }) });
			} finally {
				vendor.process.kill();
			}
		},
		async () => await row(['rateLimited'], async (count) => {
			const { rateLimited } = await interleaved(['rateLimited'], {}, count);
			return { rateLimited: { wallToIdeal: ratio(rateLimited?.['wallToIdeal'], 1), refusedShare: round(rateLimited?.['refusedShare'], 3), failed: rateLimited?.['failed'] ?? NaN } };
		}),
		async () => await row(['quietPoll'], async (count) => await withWorlds([SIZES.remembered], async (world) => {
			const { quietPoll: found } = await interleaved(['quietPoll'], { world }, count);
			return { quietPoll: { cpuToN8n: ratio(found?.cpuMs, found?.['n8nCpuMs']), requests: found?.['requests'] ?? NaN, bytesWritten: found?.['bytesWritten'] ?? NaN, cpuMs: round(found?.cpuMs, 2) } };
		}), { quietPoll: async () => await withWorlds([SIZES.remembered], async (world) => await shares('quietPoll', { world })) }),
		async () => await row(['busyPoll'], async (count) => {
			// Each on a world of its own: what was changed before would be read again.
			const busy = (name: string, remembered: number) => async () => await withWorlds([remembered, SIZES.rememberedFew], async (world, rehearsal) => await cost(name, { world, rehearsal }));
			const { recruited, many, few } = await inTurns({ recruited: busy('busyPoll', SIZES.remembered), many: busy('busyPollMoves', SIZES.remembered), few: busy('busyPollMoves', SIZES.rememberedFew) }, count);
			const of = (figure: string, digits: number) => round(recruited?.[figure], digits);
			return {
				busyPoll: {
					cpuToN8n: ratio(recruited?.cpuMs, recruited?.['n8nCpuMs']), growth: ratio(many?.['microsPerChange'], few?.['microsPerChange']),
					microsPerChange: of('microsPerChange', 1), fixedMs: of('fixedMs', 1), told: of('told', 0), stateBytes: of('stateBytes', 0),
				},
			};
		}, { busyPoll: async () => await withWorlds([SIZES.remembered, SIZES.rememberedFew], async (world, rehearsal) => await shares('busyPoll', { world, rehearsal })) }),
		async () => await row(['firstRead'], async (count) => {
			// Not from the build: only the source takes another clock.
			const costs = await inTurns(Object.fromEntries(polled.map(({ name: provider }) => [provider, async () => await cost('firstRead', { provider }, SOURCE)])), count);
			const found: Row = {};
			for (const [provider, one] of Object.entries(costs)) for (const figure of ['wallToFloor', 'stateBytes', 'applications', 'pages', 'requests']) found[`${provider}.${figure}`] = round(one[figure], 2);
			return { firstRead: found };
		}, { firstRead: async (missed) => await shares('firstRead', { provider: missed.split(':', 1)[0] ?? '' }, SOURCE) }),
	];
	if (QUICK) await Promise.all(parts.map(async (part) => await part()));
	else for (const part of parts) await part();
	print(reportOf(rows, conditions, profiles));
	if (values.save) execFileSync('npm', ['run', 'readme'], { cwd: root, stdio: 'ignore' });
	if (values.json) console.log(JSON.stringify(objectOf(rows)));
}

function reportOf(rows: Report['rows'], conditions: Report['conditions'], profiles: Report['profiles']): Report {
	const { version } = JSON.parse(readFileSync(join(root, 'node_modules/n8n-core/package.json'), 'utf8')) as { version: string };
	return { form: FORM, date: new Date().toISOString().slice(0, 10), machine: `${cpus().length} x ${cpus()[0]?.model.trim()}`, node: process.version, n8nCore: version, conditions, rows, profiles };
}

function print(report: Report): void {
	let title = '';
	for (const line of linesOf(report, true)) {
		if (line.title !== title) console.log(`\n${line.row}: ${line.title}`);
		title = line.title;
		console.log(`${line.value.padStart(12)}  ${line.means}${line.target === '' ? '' : ` (to reach: ${line.target}${line.missed ? ', missed' : ''})`}`);
	}
	for (const { row, top } of missesOf(report)) if (top.length > 0) console.log(`\n${row}, most CPU in: ${top.map(({ what, percent }) => `${what} ${percent} %`).join(', ')}`);
	console.log(`\n${report.machine}, Node ${report.node}, n8n-core ${report.n8nCore}, ${conditionsOf(report)}. Less is better everywhere.`);
}

/** Rows that were not measured (yet) keep what was measured before. */
function save(report: Report): void {
	const file = join(root, 'bench/results.json');
	const before: Partial<Report> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
	const kept = before.form === FORM ? before : {};
	writeFileSync(file, `${JSON.stringify({ ...report, conditions: { ...kept.conditions, ...report.conditions }, rows: { ...kept.rows, ...report.rows }, profiles: { ...withoutRows(kept.profiles ?? {}, report.rows), ...report.profiles } }, null, '\t')}\n`);
}

const withoutRows = <Part,>(parts: Record<string, Part>, rows: object): Record<string, Part> => Object.fromEntries(Object.entries(parts).filter(([row]) => !(row in rows)));

async function withWorlds<Result>(sizes: number[], work: (...worlds: Played[]) => Promise<Result>): Promise<Result> {
	const begun = await Promise.allSettled(sizes.map(async (applications) => await started('bench/world.cts', [String(applications)])));
	const worlds = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
	try {
		if (worlds.length < sizes.length) throw new Error('A world did not start');
		return await work(...worlds.map(({ facts }) => facts as unknown as Played));
	} finally {
		for (const world of worlds) world.process.kill();
	}
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
});
