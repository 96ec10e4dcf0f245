/**
 * Requires nodes and credentials in a plain Node process that has the host's modules already, as n8n has them, and prints
 * what that cost, or with `BENCH_PROFILE=1` V8's profile of it: `load.js <folder of the package> <"package", or a list of files in it>`.
 */
const { createRequire } = require('node:module');
const { basename, join } = require('node:path');

const { Session } = require('node:inspector');

const [folder, list] = process.argv.slice(2);
const load = createRequire(join(folder, 'package.json'));
for (const name of ['n8n-workflow', 'zod/v4', 'luxon', 'lodash', 'crypto']) load(name);

const { nodes, credentials } = load('./package.json').n8n;
const files = list === 'package' ? [...nodes, ...credentials] : JSON.parse(list);
const kept = [];
const filesBefore = Object.keys(require.cache).length;
const profiler = process.env.BENCH_PROFILE === '1' ? new Session() : undefined;
profiler?.connect();
profiler?.post('Profiler.enable');
profiler?.post('Profiler.start');
globalThis.gc();
const heapBefore = process.memoryUsage().heapUsed;
const cpuBefore = process.cpuUsage();
const begun = process.hrtime.bigint();
for (const file of files) {
	const NodeClass = load(join(folder, file))[basename(file).split('.')[0]];
	kept.push(new NodeClass());
}
const wallMs = Number(process.hrtime.bigint() - begun) / 1e6;
const { user, system } = process.cpuUsage(cpuBefore);
globalThis.gc();
if (profiler) profiler.post('Profiler.stop', (_error, { profile }) => console.log(JSON.stringify(profile)));
else console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, heapMB: (process.memoryUsage().heapUsed - heapBefore) / 1024 / 1024, filesRead: Object.keys(require.cache).length - filesBefore, loaded: kept.length }));
