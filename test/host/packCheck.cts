/**
 * `npm run pack:check [-- --json] [--no-build] [--package FILE]`: looks at the package as n8n and its reviewers do. Builds,
 * packs and unpacks; runs n8n's published scanner over the tarball and the sources; checks size, files, licence and
 * dependencies; loads every file where only the host's modules can be found. With `--json` its last line is
 * `{"scanErrors","scanWarnings","packedBytes","unpackedBytes","dependencies","files"}`. Exit 1 when anything is off.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { ESLint as Linter } from 'eslint';

import { readArguments, usageOf } from '../arguments.cts';
import { projectRoot } from './hosts.cts';
import { packPackage } from './pack.cts';
import { CommandFailed, PlainError, run, script } from './processes.cts';

/** Bytes. The community-nodes screen downloads the package on every install. */
const mostPacked = 300_000;
const mostUnpacked = 1_500_000;

/** One missing module can stop every file. */
const mostShown = 40;

/** What every n8n host provides (`n8n-workflow` brings the other three along); nothing else may be asked for. */
const hostModules = ['n8n-workflow', 'zod', 'luxon', 'lodash'];
const hostRequests = ['n8n-workflow', 'zod/v4', 'luxon', 'lodash', 'crypto', 'node:crypto'];

const { values: flags } = readArguments(usageOf(__filename), {
	allowNegative: true,
	options: { json: { type: 'boolean', default: false }, build: { type: 'boolean', default: true }, package: { type: 'string' } },
});

interface PackageJson {
	name?: string;
	license?: string;
	keywords?: string[];
	scripts?: Record<string, string>;
	peerDependencies?: Record<string, string>;
	n8n?: { nodes?: string[]; credentials?: string[] };
	[field: string]: unknown;
}

const filesIn = (folder: string): string[] =>
	readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => relative(folder, join(entry.parentPath, entry.name)).replace(/\\/g, '/'))
		.sort();

interface Scanner {
	analyzePackage(folder: string, patterns?: string[]): Promise<{ passed: boolean; message?: string; details?: string }>;
	SOURCE_FILE_PATTERNS: string[];
}

interface Scan {
	errors: number;
	warnings: number;
	problems: string[];
}

/**
 * The scanner tells of warnings only beside errors, so its findings are counted where it lints: it shares this module.
 * A run that counted nothing is an error: then the scanner has changed.
 */
async function scan(what: string, folder: string, patternsOf?: (scanner: Scanner) => string[]): Promise<Scan> {
	const file = createRequire(__filename).resolve('@n8n/scan-community-package/package.json');
	const entry = join(dirname(file), 'scanner', 'scanner.mjs');
	const { ESLint } = createRequire(entry)('eslint') as { ESLint: typeof Linter };
	const scanner = (await import(pathToFileURL(entry).href)) as Scanner;
	const lint = ESLint.prototype.lintFiles;
	const found: Scan = { errors: 0, warnings: 0, problems: [] };
	let linted = 0;
	ESLint.prototype.lintFiles = async function (this: Linter, ...patterns) {
		const results = await lint.apply(this, patterns);
		for (const { filePath, errorCount, warningCount, messages } of results) {
			linted++;
			found.errors += errorCount;
			found.warnings += warningCount;
			for (const { line, message, ruleId } of messages) found.problems.push(`${what}: ${relative(folder, filePath)}:${line} ${message} (${ruleId ?? 'scanner'})`);
		}
		return results;
	};
	try {
		const { passed, message } = await scanner.analyzePackage(folder, patternsOf?.(scanner));
		if (!passed && found.errors === 0) found.problems.push(`${what}: the scanner refuses it: ${message ?? 'it does not say why'}`);
		if (!passed || linted === 0) found.errors = Math.max(found.errors, 1);
		if (linted === 0) found.problems.push(`${what}: the scanner looked at no file`);
	} finally {
		ESLint.prototype.lintFiles = lint;
	}
	return found;
}

const dependencyFields = ['dependencies', 'optionalDependencies', 'bundleDependencies', 'bundledDependencies'];

function dependenciesOf(manifest: PackageJson): string[] {
	return dependencyFields.flatMap((field) => {
		const listed = manifest[field];
		return Array.isArray(listed) ? listed.map(String) : Object.keys(Object(listed ?? {}));
	});
}

function checkManifest(manifest: PackageJson, files: string[]): string[] {
	const problems: string[] = [];
	const installScripts = ['preinstall', 'install', 'postinstall', 'prepare'].filter((name) => manifest.scripts?.[name]);
	if (installScripts.length > 0) problems.push(`package.json runs something at installation: ${installScripts.join(', ')}`);
	for (const name of dependenciesOf(manifest)) problems.push(`package.json depends on ${name}: a community node brings nothing along`);
	const peers = Object.keys(manifest.peerDependencies ?? {});
	if (peers.join() !== 'n8n-workflow') problems.push(`peerDependencies are ${peers.join(', ') || 'missing'}: only n8n-workflow belongs there`);
	if (!manifest.keywords?.includes('n8n-community-node-package')) problems.push('The keyword n8n-community-node-package is missing: n8n does not list the package without it');
	const listed = [...(manifest.n8n?.nodes ?? []), ...(manifest.n8n?.credentials ?? [])];
	for (const path of listed) if (!files.includes(path)) problems.push(`package.json lists ${path}, which is not in the package`);
	for (const path of files) if (/\.(node|credentials)\.js$/.test(path) && !listed.includes(path)) problems.push(`${path} is in the package, but package.json does not list it`);
	return problems;
}

const wanted = [/^package\.json$/, /^README\.md$/, /^LICENSE$/, /^dist\/(bundle\.js$|later\/.+\.js$|(nodes|credentials|icons)\/.+\.(js|json|svg)$)/];
const unwanted = /(^|\/)(test|tests|sandbox|bench|examples|node_modules|__tests__)\/|\.(test|spec)\.|\.map$|tsbuildinfo/;

function checkFiles(folder: string, files: string[]): string[] {
	const problems = files.filter((file) => unwanted.test(file) || !wanted.some((pattern) => pattern.test(file))).map((file) => `${file} does not belong into the package`);
	for (const file of files.filter((name) => /\.(js|json)$/.test(name))) {
		const text = readFileSync(join(folder, file), 'utf8');
		if (/sourceMappingURL=/.test(text)) problems.push(`${file} names a source map`);
		if (text.includes(projectRoot) || /(^|["'\s])\/(home|Users|root)\//.test(text)) problems.push(`${file} holds a path of this machine`);
	}
	return problems;
}

function checkLicence(folder: string, { license }: PackageJson): string[] {
	const file = join(folder, 'LICENSE');
	const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
	return [
		...(license === 'MIT' ? [] : [`The licence in package.json is ${license ?? 'missing'}; n8n asks for MIT`]),
		...(/^MIT License/.test(text.trim()) && text.includes('WITHOUT WARRANTY OF ANY KIND') ? [] : ['LICENSE does not hold the text of the MIT licence']),
	];
}

/** Runs beside the unpacked package: requires each file, makes each node and credential as n8n does, finds its icons. */
const loader = `
	const [folder, requests, files, listed] = process.argv.slice(1).map((one) => JSON.parse(one));
	const { basename, dirname, join } = require('node:path');
	const { existsSync } = require('node:fs');
	const Module = require('node:module');
	const problems = [];
	const load = Module._load;
	Module._load = function (request, parent, ...rest) {
		const ours = parent && parent.filename && parent.filename.startsWith(folder + '/dist');
		if (ours && !request.startsWith('.') && !requests.includes(request)) problems.push(parent.filename.slice(folder.length + 1) + ' asks for ' + request + ', which n8n does not promise');
		return load.call(this, request, parent, ...rest);
	};
	for (const file of files) {
		try { require(join(folder, file)); } catch (error) { problems.push(file + ' does not load: ' + String(error.message).split('\\n')[0]); }
	}
	for (const file of listed) {
		try {
			const name = basename(file).split('.')[0];
			const made = new (require(join(folder, file))[name])();
			const { icon, name: own } = made.description ?? made;
			if (own !== name.charAt(0).toLowerCase() + name.slice(1)) problems.push(file + ' calls itself ' + own);
			const icons = (typeof icon === 'string' ? [icon] : Object.values(icon ?? {})).map((one) => one.replace(/^file:/, ''));
			if (icons.length === 0) problems.push(file + ' has no icon');
			for (const one of icons) if (!existsSync(join(folder, dirname(file), one))) problems.push(file + ' names an icon that is not there: ' + one);
			if (made.description && !existsSync(join(folder, file.replace(/\\.js$/, '.json')))) problems.push(file + ' has no codex file');
		} catch (error) { problems.push(file + ' cannot be made: ' + String(error.message).split('\\n')[0]); }
	}
	console.log('\\n' + JSON.stringify(problems));
`;

/** In a folder with nothing around it but links to the host's modules. */
async function checkLoading(folder: string, nodeModules: string, files: string[], { n8n }: PackageJson): Promise<string[]> {
	const find = createRequire(join(projectRoot, 'package.json'));
	mkdirSync(nodeModules, { recursive: true });
	for (const name of hostModules) {
		const [home] = (find.resolve.paths(name) ?? []).map((path) => join(path, name)).filter((path) => existsSync(path));
		if (home === undefined) throw new PlainError(`${name} is not installed: run npm ci first.`);
		symlinkSync(home, join(nodeModules, name), 'dir');
	}
	const scripts = files.filter((file) => file.endsWith('.js'));
	const listed = [...(n8n?.nodes ?? []), ...(n8n?.credentials ?? [])].filter((file) => files.includes(file));
	// Nothing of this project's environment: no NODE_PATH, no loader.
	const env = { PATH: process.env.PATH ?? '', HOME: folder };
	try {
		const printed = await run(process.execPath, ['-e', loader, '--', ...[folder, hostRequests, scripts, listed].map((one) => JSON.stringify(one))], { cwd: folder, env });
		return JSON.parse(printed.trim().split('\n').at(-1) ?? '[]');
	} catch (error) {
		if (error instanceof CommandFailed) return [`The package does not load: ${error.output.trim().split('\n').slice(-5).join(' ')}`];
		throw error;
	}
}

void script(async (cleanup) => {
	const say = (line: string) => console.log(line);
	const packed = flags.package === undefined ? await packPackage({ build: flags.build }) : { tarball: flags.package, remove: () => {} };
	cleanup(() => packed.remove());
	const scratch = mkdtempSync(join(tmpdir(), 'n8n-ats-check-'));
	cleanup(() => rmSync(scratch, { recursive: true, force: true }));
	await run('tar', ['-xzf', packed.tarball, '-C', scratch], { cwd: scratch });
	const folder = join(scratch, 'package');
	const manifest: PackageJson = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	const files = filesIn(folder);
	const packedBytes = statSync(packed.tarball).size;
	const unpackedBytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);

	const problems: string[] = [];
	if (packedBytes > mostPacked) problems.push(`The tarball has ${packedBytes} bytes; ${mostPacked} is the most`);
	if (unpackedBytes > mostUnpacked) problems.push(`Unpacked it has ${unpackedBytes} bytes; ${mostUnpacked} is the most`);
	problems.push(...checkManifest(manifest, files), ...checkFiles(folder, files), ...checkLicence(folder, manifest));
	say(`Loading ${files.filter((file) => file.endsWith('.js')).length} files where only ${hostModules.join(', ')} can be found`);
	problems.push(...(await checkLoading(folder, join(scratch, 'node_modules'), files, manifest)));

	say("Running n8n's scanner over the tarball");
	const shipped = await scan('tarball', folder);
	say("Running n8n's scanner over the sources");
	// The part of a repository that n8n scans; lib is scanned as it is shipped.
	const sources = await scan('sources', projectRoot, ({ SOURCE_FILE_PATTERNS }) => SOURCE_FILE_PATTERNS);
	const scanErrors = shipped.errors + sources.errors;
	const scanWarnings = shipped.warnings + sources.warnings;
	problems.push(...shipped.problems, ...sources.problems);

	const different = [...new Set(problems)];
	for (const problem of different.slice(0, mostShown)) say(`  ${problem}`);
	if (different.length > mostShown) say(`  and ${different.length - mostShown} more`);
	const summary = { scanErrors, scanWarnings, packedBytes, unpackedBytes, dependencies: dependenciesOf(manifest).length, files: files.length };
	const good = problems.length === 0 && scanErrors === 0 && scanWarnings === 0;
	say(good ? 'The package is in order.' : `${different.length} problems`);
	if (flags.json) say(JSON.stringify(summary));
	return good;
});
