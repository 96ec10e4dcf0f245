/**
 * `npm run test:host [-- --all] [--n8n 2.8.4] [--no-build] [--package FILE]`: the packed tarball in real n8n servers, as users
 * install and use it. Default: the newest host; `--all`: every host, and the compatibility table in README is written.
 * Ends with `N passed, N failed`; exit 1 if any failed.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startSandbox } from '../../sandbox/index.cts';
import { readArguments, usageOf } from '../arguments.cts';
import { accounts } from './accounts.cts';
import type { Kept } from './checks.cts';
import { checkCredentials, checkExamples, checkKept, checkNodes, checkProviders, expect, Report, topics } from './checks.cts';
import { Credentials } from './examples.cts';
import type { Host, HostVersion } from './hosts.cts';
import { ensureHost, hostVersions, isHostVersion, projectRoot } from './hosts.cts';
import { N8n } from './n8n.cts';
import { installByHand, installedFolder, installLikeTheScreen, packPackage, readManifest, repack, uninstallByHand } from './pack.cts';
import { PlainError, script } from './processes.cts';

const { values: flags } = readArguments(usageOf(__filename), {
	allowNegative: true,
	options: {
		all: { type: 'boolean', default: false },
		n8n: { type: 'string', multiple: true },
		build: { type: 'boolean', default: true },
		package: { type: 'string' },
	},
});

/** Any later version will do to try an update. */
const newerVersion = '99.0.0';

async function withN8n<T>(host: Host, userFolder: string, use: (n8n: N8n) => Promise<T>): Promise<T> {
	const n8n = await N8n.start(host, { userFolder });
	try {
		await n8n.logIn();
		return await use(n8n);
	} finally {
		await n8n.stop();
	}
}

async function tryHost(host: Host, tarball: string, newer: string, folder: string): Promise<Report> {
	const report = new Report();
	const byHand = join(folder, `by-hand-${host.version}`);
	const byScreen = join(folder, `by-screen-${host.version}`);
	const sandbox = await startSandbox();
	try {
		const known = accounts(sandbox);
		await report.check('install', 'installs by hand, as n8n documents it', async () => await installByHand(byHand, tarball));
		const kept = await withN8n<Kept[]>(host, byHand, async (n8n) => {
			await checkNodes(report, n8n, 'installed by hand');
			await checkCredentials(report, n8n, known);
			const credentials = new Credentials(n8n, known);
			await checkProviders(report, n8n, credentials);
			return await checkExamples(report, n8n, sandbox, credentials);
		});
		await report.check('update', 'a newer version takes the place of the older one', async () => {
			await installByHand(byHand, newer);
			expect(readManifest(installedFolder(byHand)).version === newerVersion, 'the older version is still there');
		});
		await withN8n(host, byHand, async (n8n) => await checkKept(report, n8n, kept));
		await report.check('remove', 'removing it leaves no file behind', async () => {
			await uninstallByHand(byHand);
			expect(!existsSync(installedFolder(byHand)), 'the package folder is still there');
		});

		await report.check('install', 'installs with the steps of the community-nodes screen, and brings no package along', async () => {
			await installLikeTheScreen(byScreen, tarball);
			expect(existsSync(join(installedFolder(byScreen), 'dist')), 'the package has no dist');
			expect(!existsSync(join(installedFolder(byScreen), 'node_modules')), 'it brought dependencies of its own');
		});
		await withN8n(host, byScreen, async (n8n) => await checkNodes(report, n8n, 'installed by the screen'));
	} finally {
		await sandbox.close();
	}
	return report;
}

/** `3 of 3` per topic and host, between the markers in README. */
function writeTable(results: Array<{ host: Host; report: Report }>): void {
	const cell = (report: Report, topic: (typeof topics)[number]) => {
		const { passed = 0, failed = 0 } = report.byTopic.get(topic) ?? {};
		return passed + failed === 0 ? '-' : failed === 0 ? 'works' : `${failed} of ${passed + failed} checks fail`;
	};
	const title = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
	const table = [
		`| n8n | Node | ${topics.map(title).join(' | ')} |`,
		`|---|---|${topics.map(() => '---|').join('')}`,
		...results.map(({ host, report }) => `| ${host.version} | ${host.nodeVersion.split('.')[0]} | ${topics.map((topic) => cell(report, topic)).join(' | ')} |`),
	].join('\n');
	const file = join(projectRoot, 'docs', 'compatibility.md');
	const markers = /(<!-- compatibility -->\n)[\s\S]*?(<!-- \/compatibility -->)/;
	const readme = existsSync(file) ? readFileSync(file, 'utf8') : '';
	console.log(`\n${table}\n`);
	if (markers.test(readme)) writeFileSync(file, readme.replace(markers, (_all, start: string, end: string) => `${start}${table}\n\nOldest supported host: n8n 1.123 (Node 20.19). Written by \`npm run test:host -- --all\`.\n${end}`));
	else console.log('docs/compatibility.md has no compatibility markers: the table was not written.');
}

function wanted(): HostVersion[] {
	if (flags.all) return [...hostVersions];
	return (flags.n8n ?? [hostVersions[0]]).map((version) => {
		if (!isHostVersion(version)) throw new PlainError(`n8n ${version} is not one of the versions tried here: ${hostVersions.join(', ')}.`);
		return version;
	});
}

void script(async (cleanup) => {
	const versions = wanted();
	const packed = flags.package === undefined ? await packPackage({ build: flags.build }) : { tarball: flags.package, remove: () => {} };
	cleanup(() => packed.remove());
	const newer = await repack(packed.tarball, newerVersion);
	cleanup(() => newer.remove());
	const folder = mkdtempSync(join(tmpdir(), 'n8n-ats-hosts-'));
	cleanup(() => rmSync(folder, { recursive: true, force: true }));

	const results: Array<{ host: Host; report: Report }> = [];
	for (const version of versions) {
		const host = await ensureHost(version);
		console.log(`\nn8n ${version} on Node ${host.nodeVersion}`);
		results.push({ host, report: await tryHost(host, packed.tarball, newer.tarball, folder) });
	}
	if (flags.all) writeTable(results);
	const passed = results.reduce((sum, { report }) => sum + report.passed, 0);
	const failed = results.reduce((sum, { report }) => sum + report.failed, 0);
	console.log(`${passed} passed, ${failed} failed`);
	return failed === 0;
});
