/** The package as users get it: built, packed, and installed into an n8n user folder in both ways that n8n knows. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { projectRoot } from './hosts.cts';
import { CommandFailed, PlainError, run } from './processes.cts';

export interface Manifest {
	name: string;
	version: string;
	n8n: { nodes: string[]; credentials: string[] };
}

export const readManifest = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

export interface PackOptions {
	/** Packs `dist` as it is. */
	build?: boolean;
	log?: (line: string) => void;
}

/** Builds and packs; gives the tarball's path in a temporary folder, and what removes it. */
export async function packPackage({ build = true, log = console.log }: PackOptions = {}): Promise<{ tarball: string; remove(): void }> {
	try {
		if (build) {
			log('Building the package');
			await run('npm', ['run', 'build'], { cwd: projectRoot });
		}
		const folder = mkdtempSync(join(tmpdir(), 'n8n-ats-pack-'));
		const printed = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: projectRoot });
		const [packed]: Array<{ filename: string }> = JSON.parse(printed.slice(printed.indexOf('[\n')));
		if (!packed) throw new Error('npm pack made no tarball');
		return { tarball: join(folder, basename(packed.filename)), remove: () => rmSync(folder, { recursive: true, force: true }) };
	} catch (error) {
		if (error instanceof CommandFailed) throw new PlainError(`The package cannot be built.\n${error.message}`);
		throw error;
	}
}

/** Where n8n looks for community nodes below its user folder. */
export const nodesFolder = (userFolder: string): string => join(userFolder, '.n8n', 'nodes');

export const installedFolder = (userFolder: string): string => join(nodesFolder(userFolder), 'node_modules', 'n8n-nodes-ats');

/** By hand, as n8n documents it for self-hosted instances; a newer tarball replaces an older one. */
export async function installByHand(userFolder: string, tarball: string): Promise<void> {
	const cwd = nodesFolder(userFolder);
	mkdirSync(cwd, { recursive: true });
	if (!existsSync(join(cwd, 'package.json'))) writeFileSync(join(cwd, 'package.json'), '{ "name": "installed-nodes", "private": true }\n');
	await run('npm', ['install', '--omit=peer', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund', tarball], { cwd });
}

/**
 * The steps of the community-nodes screen (n8n's community-packages.service.js, `downloadPackage`), with the tarball in
 * the place of what `npm pack NAME@VERSION` would fetch.
 */
export async function installLikeTheScreen(userFolder: string, tarball: string): Promise<void> {
	const folder = installedFolder(userFolder);
	mkdirSync(folder, { recursive: true });
	await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1'], { cwd: folder });
	const file = join(folder, 'package.json');
	const manifest = JSON.parse(readFileSync(file, 'utf8'));
	for (const kind of ['devDependencies', 'peerDependencies', 'optionalDependencies']) delete manifest[kind];
	writeFileSync(file, JSON.stringify(manifest, null, 2));
	const flags = ['--audit=false', '--fund=false', '--bin-links=false', '--install-strategy=shallow', '--ignore-scripts=true', '--package-lock=false'];
	await run('npm', ['install', ...flags], { cwd: folder });
	const ledger = join(nodesFolder(userFolder), 'package.json');
	writeFileSync(ledger, JSON.stringify({ name: 'installed-nodes', private: true, dependencies: { [manifest.name]: manifest.version } }, null, 2));
}

export async function uninstallByHand(userFolder: string): Promise<void> {
	await run('npm', ['uninstall', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund', 'n8n-nodes-ats'], {
		cwd: nodesFolder(userFolder),
	});
}

/** The same package under another version, to try an update. */
export async function repack(tarball: string, version: string): Promise<{ tarball: string; remove(): void }> {
	const folder = mkdtempSync(join(tmpdir(), 'n8n-ats-repack-'));
	await run('tar', ['-xzf', tarball, '-C', folder], { cwd: folder });
	const file = join(folder, 'package', 'package.json');
	writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), version }, null, '\t'));
	const repacked = join(folder, `n8n-nodes-ats-${version}.tgz`);
	await run('tar', ['-czf', repacked, 'package'], { cwd: folder });
	return { tarball: repacked, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
