/**
 * Real n8n installations, one folder each in the git-ignored `.hosts`, installed once and reused. Why these steps:
 * one of n8n's dependencies downloads sources when it is installed, so install scripts stay off and only sqlite3, which
 * needs its native part, is built afterwards; older versions name a spreadsheet library by a web address.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { CommandFailed, PlainError, run } from './processes.cts';

export const projectRoot = join(__dirname, '..', '..');
export const hostsFolder = join(projectRoot, '.hosts');

/** The n8n versions that are tried: the newest, one of the 2.x line on Node 20, and the oldest supported line. */
export const hostVersions = ['2.41.1', '2.8.4', '1.123.81'] as const;
export type HostVersion = (typeof hostVersions)[number];

/** The Node major that a host runs on; where it is not the one at hand, npm's `node` package brings it. */
const nodeMajor: Record<HostVersion, number> = { '2.41.1': 24, '2.8.4': 20, '1.123.81': 24 };

const neededBytes = 4e9;

export interface Host {
	version: HostVersion;
	folder: string;
	/** n8n's start script and the Node that runs it. */
	bin: string;
	node: string;
	nodeVersion: string;
}

export const isHostVersion = (version: string): version is HostVersion => hostVersions.some((known) => known === version);

type Log = (line: string) => void;

const ownNodeFits = (version: HostVersion) => Number(process.versions.node.split('.')[0]) === nodeMajor[version];

/** The Node of the host: its own copy, else the one that runs this. */
function nodeOf(folder: string): string {
	const bundled = join(folder, 'node_modules', 'node', 'bin', 'node');
	return existsSync(bundled) ? bundled : process.execPath;
}

const binOf = (folder: string) => join(folder, 'node_modules', 'n8n', 'bin', 'n8n');

/** Written last: a folder without it was left by an installation that did not end. */
const markerOf = (folder: string) => join(folder, 'installed.json');

function installed(version: HostVersion, folder: string): Host | undefined {
	const node = nodeOf(folder);
	if (!existsSync(markerOf(folder)) || (node === process.execPath && !ownNodeFits(version))) return undefined;
	const { nodeVersion }: { nodeVersion: string } = JSON.parse(readFileSync(markerOf(folder), 'utf8'));
	return { version, folder, bin: binOf(folder), node, nodeVersion: node === process.execPath ? process.versions.node : nodeVersion };
}

export const isInstalled = (version: HostVersion): boolean => installed(version, join(hostsFolder, `n8n-${version}`)) !== undefined;

/** Installs the host if it is not there yet. */
export async function ensureHost(version: HostVersion, log: Log = console.log): Promise<Host> {
	const folder = join(hostsFolder, `n8n-${version}`);
	const release = await lock(folder, log);
	try {
		return installed(version, folder) ?? (await install(version, folder, log));
	} finally {
		release();
	}
}

async function install(version: HostVersion, folder: string, log: Log): Promise<Host> {
	const startedAt = Date.now();
	log(`Installing n8n ${version} into .hosts (once; about 3 GB and five minutes)`);
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const { bavail, bsize } = statfsSync(folder);
	if (bavail * bsize < neededBytes) {
		throw new PlainError(
			`Not enough disk space for n8n ${version}: it needs 4 GB, there are ${(bavail * bsize / 1e9).toFixed(1)} GB free where ${folder} is.`,
		);
	}
	const manifest = {
		private: true,
		dependencies: { n8n: version, ...(ownNodeFits(version) ? {} : { node: String(nodeMajor[version]) }) },
		overrides: { xlsx: '0.18.5' },
	};
	writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, '\t')}\n`);
	let downloads = 0;
	let step: string | undefined;
	const show = () => log(`  ${Math.round((Date.now() - startedAt) / 1000)} s, ${step ?? fetching(downloads, Date.now() - startedAt)}`);
	show();
	const progress = setInterval(show, 5_000);
	try {
		await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=http'], folder, (text) => (downloads += text.split(DOWNLOAD).length - 1));
		const withScripts = ['--ignore-scripts=false', '--foreground-scripts'];
		if (!ownNodeFits(version)) {
			step = `fetching Node ${nodeMajor[version]}`;
			await npm(['rebuild', 'node', ...withScripts], folder);
		}
		step = 'building its database driver, sqlite3';
		log(`  ${step}`);
		await npm(['rebuild', 'sqlite3', ...withScripts], folder);
		const host = await tried(version, folder);
		writeFileSync(markerOf(folder), `${JSON.stringify({ n8n: version, nodeVersion: host.nodeVersion })}\n`);
		log(`Installed n8n ${version} in ${Math.round((Date.now() - startedAt) / 1000)} s`);
		return host;
	} catch (error) {
		throw error instanceof CommandFailed ? new PlainError(explain(version, error.output)) : error;
	} finally {
		clearInterval(progress);
	}
}

/** A line that npm prints for each list of versions and each package that it fetches. */
const DOWNLOAD = /^npm (?:info )?http (?:fetch|cache) /m;
/** How many of them an n8n of these versions needs, about. */
const DOWNLOADS = 3_800;

function fetching(downloads: number, passed: number): string {
	const count = `fetching packages: ${downloads} of about ${DOWNLOADS} downloads`;
	if (downloads < 50) return `${count}, about five minutes left`;
	const left = Math.ceil((passed * (DOWNLOADS / downloads - 1)) / 60_000) + 1;
	return downloads < DOWNLOADS ? `${count}, about ${left} minute${left === 1 ? '' : 's'} left` : `${count}, putting them in their places`;
}

async function npm(args: string[], cwd: string, printed?: (text: string) => void): Promise<void> {
	// With the headers of a Node that came with them, node-gyp downloads nothing.
	const prefix = dirname(dirname(process.execPath));
	const headers = existsSync(join(prefix, 'include', 'node', 'node.h')) ? [`--nodedir=${prefix}`] : [];
	await run('npm', [...args, ...headers], { cwd, printed });
}

/** Does it run? Its version is asked of the thing itself. */
async function tried(version: HostVersion, folder: string): Promise<Host> {
	const bin = binOf(folder);
	const node = nodeOf(folder);
	const sqlite = join(folder, 'node_modules', 'sqlite3', 'build', 'Release', 'node_sqlite3.node');
	if (!existsSync(sqlite)) throw new PlainError(`n8n ${version} was installed, but its database driver sqlite3 was not built.`);
	if (node === process.execPath && !ownNodeFits(version)) throw new PlainError(`n8n ${version} was installed, but Node ${nodeMajor[version]} was not.`);
	const printed = (await run(node, [bin, '--version'], { cwd: folder })).trim().split('\n').at(-1);
	if (printed !== version) throw new PlainError(`n8n ${version} was installed, but says that it is ${printed}.`);
	const nodeVersion = (await run(node, ['--version'], { cwd: folder })).trim().replace(/^v/, '');
	return { version, folder, bin, node, nodeVersion };
}

/** One sentence for what usually goes wrong. */
function explain(version: string, printed: string): string {
	// Packages are named after errors, too.
	const output = printed.split('\n').filter((line) => !DOWNLOAD.test(line)).join('\n');
	const cannot = `n8n ${version} cannot be installed:`;
	if (/ENOSPC/.test(output)) return `${cannot} the disk is full.`;
	if (/not found: make|[gc]\+\+: (command )?not found|[gc]\+\+: No such file|find Python|No Xcode/i.test(output)) {
		return `${cannot} its database driver has to be compiled, and there is no compiler. Install python3, make and g++ (Debian: apt-get install build-essential python3).`;
	}
	if (/gyp ERR!/.test(output)) return `${cannot} its database driver did not compile. ${lastErrors(output)}`;
	if (/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ECONNRESET|EAI_AGAIN|ENETUNREACH/.test(output)) {
		return `${cannot} the npm registry cannot be reached (see npm config get registry).`;
	}
	if (/ETARGET|E404/.test(output)) return `${cannot} the npm registry in use lacks one of its packages. ${lastErrors(output)}`;
	return `${cannot} ${lastErrors(output)}`;
}

const lastErrors = (output: string): string =>
	output.split('\n').filter((line) => /ERR!|error/i.test(line)).slice(0, 3).join(' / ') || output.trim().split('\n').at(-1) || '';

/** One installer at a time in a folder: another process that installs is waited for, a dead one is not. */
async function lock(folder: string, log: Log): Promise<() => void> {
	mkdirSync(hostsFolder, { recursive: true });
	const file = `${folder}.lock`;
	for (let waited = 0; ; waited++) {
		try {
			writeFileSync(file, String(process.pid), { flag: 'wx' });
			return () => rmSync(file, { force: true });
		} catch {
			if (!ownerLives(file)) rmSync(file, { force: true });
			else if (waited % 30 === 0) log('Another process is installing this n8n: waiting for it');
			await new Promise((resolve) => setTimeout(resolve, 1_000));
		}
	}
}

function ownerLives(file: string): boolean {
	try {
		const pid = Number(readFileSync(file, 'utf8'));
		// Just created and not yet written counts as alive.
		if (!pid) return Date.now() - statSync(file).mtimeMs < 5_000;
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

if (require.main === module) {
	const wanted = process.argv.slice(2).filter(isHostVersion);
	void (async () => {
		for (const version of wanted.length > 0 ? wanted : hostVersions) {
			const { nodeVersion } = await ensureHost(version);
			console.log(`n8n ${version} is ready (Node ${nodeVersion})`);
		}
	})().catch((error: unknown) => {
		console.error(error instanceof PlainError ? error.message : error);
		process.exitCode = 1;
	});
}
