import { readFileSync, writeFileSync } from 'node:fs';

import type { IDataObject } from 'n8n-workflow';

import { useClock } from '../../lib/clock';
import { HOUR, ManualClock } from '../../sandbox/clock.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { filled } from '../docs/generated.cts';
import { StoredCredentials, runNode } from './harness/index.cts';
import { providerEntries, type ProviderEntry } from '../providers/index.cts';

/* Check Connection through n8n's engine, against every simulator: an account in order, and each way in which one is not. */

const clock = new ManualClock();
let restoreClock: () => void;
let sandbox: Sandbox;
beforeAll(() => void (restoreClock = useClock(clock)));
afterAll(() => restoreClock());
afterEach(async () => await sandbox.close());

async function report(one: ProviderEntry, misconfigure: (sandbox: Sandbox) => unknown = () => undefined, credential: Record<string, string> = {}): Promise<IDataObject[]> {
	sandbox = await startSandbox({ clock, seed: 'check', jobs: 14, applications: 60, services: [one.simulator], validate: false });
	await misconfigure(sandbox);
	const credentials = one.credentials(sandbox);
	const [type = ''] = Object.keys(credentials);
	Object.assign(credentials[type] ?? {}, credential);
	const { json, error } = await runNode('ats', { provider: one.provider.name, resource: 'provider', operation: 'checkConnection', ...one.settings }, { credentials: new StoredCredentials(credentials) });
	if (error) throw error;
	return json;
}

const said = (checks: readonly IDataObject[], check: string) => checks.filter((one) => one['check'] === check && one['status'] !== 'ok').map(({ message, evidence }) => `${String(message)} (${String(evidence)})`).join('\n');

describe.each(providerEntries.map((one) => [one.provider.label, one] as const))('Check Connection of %s', (_label, one) => {
	test('finds nothing wrong with an account in order, and repeats nothing personal', async () => {
		const checks = await report(one);
		expect(checks.filter(({ status, check }) => status !== 'ok' && check !== 'Confidential Jobs')).toEqual([]);
		expect(said(checks, 'Confidential Jobs')).toBe('');
		expect(checks.map(({ check }) => check)).toEqual(expect.arrayContaining(['Credential', 'Clock', 'Rate Limit']));
		const text = JSON.stringify(checks);
		for (const { emails, lastName } of sandbox.world.candidates.rows) for (const personal of [...emails.map(({ address }) => address), `${lastName} `]) expect(text).not.toContain(personal);
	});

	test('says that the key is wrong, and nothing else', async () => {
		const wrong = 'wrong-key-7f3a9c';
		const checks = await report(one, undefined, one.poll?.wrongKey?.(wrong) ?? { apiKey: wrong });
		expect(said(checks, 'Credential')).toMatch(/key|token|client ID/i);
		expect(JSON.stringify(checks)).not.toContain(wrong);
	});

	test('says by how much the clock is off, and whose to look at', async () => {
		expect(said(await report(one, ({ faults }) => void (faults.dateSkew = HOUR)), 'Clock')).toMatch(/60 minutes ahead of that of n8n: check the time of the server that n8n runs on/);
	});

	test('says that something else answers with a web page, without repeating it', async () => {
		const checks = await report(one, ({ faults }) => faults.often({ kind: 'html' }, 1));
		expect(checks).toHaveLength(1);
		expect(said(checks, 'Credential')).toMatch(/between n8n and the service answer.* in its place \(a proxy, a login page, maintenance\)/);
		expect(JSON.stringify(checks)).not.toMatch(/We will be back soon/);
	});

	test('says that there is nothing at this address', async () => {
		expect(said(await report(one, ({ faults }) => faults.often({ kind: 'status', status: 404 }, 1)), 'Credential')).toMatch(/nothing at this address: check in the credential|address.* in the credential/);
	});

	for (const [what, { begin, credential, check, says }] of Object.entries(one.misconfigured ?? {})) test(`leads to the right screen: ${what}`, async () => {
		const checks = await report(one, begin, credential);
		expect(said(checks, check)).toMatch(says);
		if (check !== 'Credential') expect(said(checks, 'Credential')).toMatch(/^$|refuses every list/);
	});
});

test('each misconfiguration is tried with one provider or more, and each provider has one', () => {
	const tried = new Set(providerEntries.flatMap(({ misconfigured }) => Object.keys(misconfigured ?? {})));
	expect([...tried].sort()).toEqual(['a model is switched off', 'a right is missing', 'a status word is not known', 'confidential jobs are hidden', 'the date filter is ignored', 'the rate is nearly used up', 'the region or account is another one', 'the user is no admin']);
	expect(providerEntries.filter(({ provider, misconfigured }) => provider.capabilities.operations['application.getMany'] !== undefined && !misconfigured).map(({ provider }) => provider.label)).toEqual([]);
});

/** The two reports of docs/check-connection.md, from a provider that has both. */
const SHOWN = 'lever';

test('docs/check-connection.md shows what it says (else: UPDATE_DOCS=1 npx jest test/engine/checkConnection)', async () => {
	const one = providerEntries.find(({ simulator }) => simulator === SHOWN);
	if (!one) throw new Error(`There is no provider ${SHOWN}`);
	const table = (checks: readonly IDataObject[]) => ['| status | check | message | evidence |', '|---|---|---|---|', ...checks.map(({ status, check, message, evidence }) => `| ${String(status)} | ${String(check)} | ${String(message)} | ${String(evidence)} |`)].join('\n');
	const good = table(await report(one));
	await sandbox.close();
	const bad = table(
		await report(one, async (account) => {
			account.faults.dateSkew = HOUR;
			for (const what of ['a right is missing', 'a status word is not known'] as const) await one.misconfigured?.[what]?.begin?.(account);
		}),
	);
	const page = readFileSync('docs/check-connection.md', 'utf8');
	const expected = filled(page, { good, bad });
	if (process.env['UPDATE_DOCS'] === '1') writeFileSync('docs/check-connection.md', expected);
	else expect(page).toBe(expected);
});
