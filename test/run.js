/**
 * `npm test [-- arguments of jest]`: builds, then runs the tests and checks the types side by side.
 * `npm run test:deep`: more of everything, in the files that import test/size.cts, then the chaos of every provider.
 * Fails when anything did; the last line says how many tests passed and failed.
 */
const { spawn } = require('node:child_process');
const { join } = require('node:path');

const DEEP = process.argv.includes('--deep');
const rest = process.argv.slice(2).filter((argument) => argument !== '--deep');
const bin = (name) => join('node_modules', '.bin', name);

/** A command of this package, with what it printed unless it prints for itself. */
function run(command, args, { quiet = false, heard } = {}) {
	return new Promise((resolve) => {
		const child = spawn(command, args, { shell: process.platform === 'win32', stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit', ...(heard ? ['ipc'] : [])], env: DEEP ? { ...process.env, DEEP: '1' } : process.env });
		let said = '';
		for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => (said += bytes));
		if (heard) child.on('message', heard);
		child.on('error', (error) => resolve({ ok: false, said: error.message }));
		child.on('close', (code) => resolve({ ok: code === 0, said }));
	});
}

async function main() {
	// Of everything, as the tests see it; `npm run types` also looks at what is shipped on its own.
	const checking = DEEP ? undefined : run(bin('tsc'), ['-p', 'tsconfig.dev.json'], { quiet: true });
	const built = await run(bin('gulp'), ['build'], { quiet: true });
	if (!built.ok) return console.log(`${built.said}\nThe build failed.`), false;
	const count = { passed: 0, failed: 0 };
	const jest = run(bin('jest'), [...(DEEP ? ['--findRelatedTests', 'test/size.cts'] : []), ...rest], { heard: ({ passed, failed }) => Object.assign(count, { passed, failed }) });
	const [tested, checked] = await Promise.all([jest, checking]);
	if (checked?.ok === false) console.log(`\nThe types are wrong:\n${checked.said}`);
	const chaos = DEEP ? await run(process.execPath, ['-r', 'tsx/cjs', 'test/chaos/run.cts', '--seed', '20260105', '--brief']) : undefined;
	if (chaos) count[chaos.ok ? 'passed' : 'failed']++;
	console.log(`\n${count.passed} passed, ${count.failed} failed`);
	return tested.ok && (checked?.ok ?? true) && (chaos?.ok ?? true);
}

void main().then((ok) => (process.exitCode = ok ? 0 : 1));
