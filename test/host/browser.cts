/**
 * `npm run test:browser [-- --no-build] [--pictures] [--case watchChanges]`: the editor of a real n8n in a real browser, used
 * like a person would. `--pictures` renews docs/images. A case that breaks off leaves a picture of what it saw.
 * Ends with `N passed, N failed`; exit 1 if any failed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startSandbox } from '../../sandbox/index.cts';
import { readArguments, usageOf } from '../arguments.cts';
import { accounts } from './accounts.cts';
import { Editor } from './browserPage.cts';
import { cases } from './browserCases.cts';
import { ensureHost } from './hosts.cts';
import { N8n } from './n8n.cts';
import { installByHand, packPackage } from './pack.cts';
import { PlainError, script } from './processes.cts';

const { values: flags } = readArguments(usageOf(__filename), {
	allowNegative: true,
	options: { build: { type: 'boolean', default: true }, pictures: { type: 'boolean', default: false }, case: { type: 'string', multiple: true } },
});

void script(async (cleanup) => {
	const unknown = (flags.case ?? []).filter((name) => !(name in cases));
	if (unknown.length > 0) throw new PlainError(`There is no case "${unknown.join(', ')}". There are: ${Object.keys(cases).join(', ')}.`);
	const host = await ensureHost('2.41.1');
	const packed = await packPackage({ build: flags.build });
	cleanup(() => packed.remove());
	const userFolder = mkdtempSync(join(tmpdir(), 'n8n-ats-browser-'));
	cleanup(() => rmSync(userFolder, { recursive: true, force: true }));
	await installByHand(userFolder, packed.tarball);
	const sandbox = await startSandbox({ jobs: 12, applications: 200 });
	cleanup(async () => await sandbox.close());
	const n8n = await N8n.start(host, { userFolder });
	cleanup(async () => await n8n.stop());
	await n8n.logIn();
	const editor = await Editor.open(n8n.url, { pictures: flags.pictures });
	cleanup(async () => await editor.close());

	let passed = 0;
	let failed = 0;
	const check = async (title: string, run: () => Promise<void>) => {
		try {
			await run();
			passed++;
			console.log(`  ok    ${title}`);
		} catch (error) {
			failed++;
			const seen = join(tmpdir(), `n8n-ats-browser-failure-${failed}.png`);
			await editor.snapshot(seen);
			console.log(`  FAIL  ${title}\n        ${error instanceof Error ? error.message.slice(0, 900) : String(error)}\n        seen: ${seen}`);
		}
	};
	const session = { editor, n8n, sandbox, accounts: accounts(sandbox), types: await n8n.nodeTypes(), check };
	for (const [name, run] of Object.entries(cases)) {
		if (flags.case && !flags.case.includes(name)) continue;
		console.log(name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
		await check(`${name} goes through`, async () => await run(session));
	}
	await check("no request broke a vendor's contract", async () => {
		if (sandbox.violations.length > 0) throw new Error(JSON.stringify(sandbox.violations.slice(0, 3)));
	});
	console.log(`${passed} passed, ${failed} failed`);
	return failed === 0;
});
