/** Another version of n8n's engine in place of the one that is installed here: its own packages, in the git-ignored `.hosts`. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join } from 'node:path';

const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const OF_THE_ENGINE = /^n8n-(core|workflow)(\/|$)/;

type Resolve = (request: string, ...more: unknown[]) => string;

/** Installs the engine of this n8n if it is not there yet, and makes whoever loads it from now on get it. */
export function useEngine(version: string): void {
	const folder = join(__dirname, '..', '..', '.hosts', `engine-${version}`);
	const marker = join(folder, 'installed');
	if (!existsSync(marker)) {
		const wanted: Record<string, string> = JSON.parse(execFileSync(NPM, ['view', `n8n@${version}`, 'dependencies', '--json'], { encoding: 'utf8' }));
		mkdirSync(folder, { recursive: true });
		writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { 'n8n-core': wanted['n8n-core'], 'n8n-workflow': wanted['n8n-workflow'] }, overrides: { xlsx: '0.18.5' } }));
		execFileSync(NPM, ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'ignore' });
		writeFileSync(marker, '');
	}
	const { resolve } = createRequire(join(folder, 'package.json'));
	const modules = Module as unknown as { _resolveFilename: Resolve };
	const usual = modules._resolveFilename;
	modules._resolveFilename = (request, ...more) => (OF_THE_ENGINE.test(request) && !String(Object(more[0]).filename).startsWith(folder) ? resolve(request) : usual(request, ...more));
}
