import { mkdtempSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../../sandbox/index.cts';
import { accounts } from './accounts.cts';
import { ensureHost } from './hosts.cts';
import { N8n } from './n8n.cts';
import { installByHand, packPackage } from './pack.cts';
import { script } from './processes.cts';
void script(async (cleanup) => {
	const host = await ensureHost('2.41.1');
	const packed = await packPackage({ build: false });
	cleanup(() => packed.remove());
	const userFolder = mkdtempSync(join(tmpdir(), 'n8n-ats-zz-'));
	cleanup(() => rmSync(userFolder, { recursive: true, force: true }));
	await installByHand(userFolder, packed.tarball);
	const sandbox = await startSandbox({ jobs: 12, applications: 200 });
	cleanup(async () => await sandbox.close());
	const n8n = await N8n.start(host, { userFolder });
	cleanup(async () => await n8n.stop());
	await n8n.logIn();
	writeFileSync('/tmp/zz.json', JSON.stringify({ url: n8n.url, accounts: accounts(sandbox), sandbox: sandbox.urls }));
	console.log('ready', n8n.url);
	while (!existsSync('/tmp/zz.stop')) { await new Promise((resolve) => setTimeout(resolve, 500)); if (existsSync('/tmp/zz.step')) { rmSync('/tmp/zz.step'); sandbox.recruiter.step(); console.log('step', JSON.stringify(sandbox.world.journal.at(-1)).slice(0, 300)); } }
	rmSync('/tmp/zz.stop');
	return true;
});
