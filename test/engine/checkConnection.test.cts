import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { runNode } from './harness/index.cts';
import { providerEntries, type ProviderEntry } from '../providers/index.cts';

/* Check Connection through n8n's engine, against every simulator. */

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await startSandbox({ seed: 'check', jobs: 3, applications: 20, validate: false });
});
afterAll(async () => await sandbox.close());

const check = async (one: ProviderEntry) => {
	const { json, error } = await runNode('ats', { provider: one.provider.name, resource: 'provider', operation: 'checkConnection', ...one.settings }, { credentials: one.credentials(sandbox) });
	if (error) throw error;
	return json;
};

test.each(providerEntries.map((one) => [one.provider.label, one] as const))('%s: an account in order has no problem, and nothing personal is in the report', async (_label, one) => {
	const checks = await check(one);
	expect(checks.filter(({ status }) => status === 'problem')).toEqual([]);
	expect(checks.map(({ check: name }) => name)).toEqual(expect.arrayContaining(['Credential', 'Clock', 'Rate Limit']));
	const text = JSON.stringify(checks);
	for (const { email, lastName } of sandbox.world.candidates.rows.flatMap(({ emails, lastName }) => emails.map(({ address }) => ({ email: address, lastName })))) {
		expect(text).not.toContain(email);
		expect(text).not.toContain(`${lastName} `);
	}
});
