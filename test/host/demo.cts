/**
 * `npm run demo [-- --once] [--json] [--provider NAME] [--port N] [--pace N] [--no-build]`: the main job in a real n8n. Starts the sandbox and
 * n8n on loopback, installs the built package, activates the example workflow, lets a recruiter work, and shows each
 * execution as it happens, until Ctrl-C. `--once` ends after 25 changes; with `--json` its last line is
 * `{"n8n","executions","items","failed","events":{...}}`. Exit 1 if an execution failed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { INodeParameters } from 'n8n-workflow';

import type { Sandbox } from '../../sandbox/index.cts';
import { startSandbox } from '../../sandbox/index.cts';
import { readArguments, usageOf } from '../arguments.cts';
import { idOf } from '../providers/entry.cts';
import { providerEntries, type ProviderEntry } from '../providers/index.cts';
import { accounts } from './accounts.cts';
import { Credentials, readExample } from './examples.cts';
import { ensureHost, isHostVersion, isInstalled } from './hosts.cts';
import type { Execution, WorkflowFile } from './n8n.cts';
import { N8n, outputOf, owner } from './n8n.cts';
import { installByHand, packPackage } from './pack.cts';
import { freePort, PlainError, script } from './processes.cts';

const example = 'kombo-changes-to-notes.json';
const addNote: INodeParameters = { resource: 'application', operation: 'addNote', content: '=n8n saw: {{ $json.event }}' };

/** The example workflow with another provider: that is one word in the trigger, and the step between trigger and message. */
function workflowFor({ provider: { name: provider }, settings, demo: { step = addNote } }: ProviderEntry): WorkflowFile {
	const workflow = readExample(example);
	const nodes = workflow.nodes.map((node) => {
		if (node.name === trigger) return { ...node, parameters: { ...node.parameters, ...settings, provider } };
		if (node.name !== 'Add Note' || step === null) return node;
		return { ...node, type: 'n8n-nodes-ats.ats', parameters: { applicationId: idOf('={{ $json.applicationId }}'), ...settings, ...step, provider } };
	});
	return { ...workflow, nodes };
}
const trigger = 'Application Changed';
const lastNode = 'Message';

const enough = 25;
const editorPort = 5678;
/** n8n polls once a minute: the first poll reads all, the next ones emit. */
const patience = 10 * 60_000;
/** After this long without a line, one that says what goes on. */
const quiet = 15_000;

/** `--provider` with no name asks which there are. */
const args = process.argv.slice(2).flatMap((arg, index, all) => (arg === '--provider' && (all[index + 1] ?? '--').startsWith('--') ? [arg, ''] : [arg]));

const { values: flags } = readArguments(usageOf(__filename), {
	args,
	allowNegative: true,
	options: {
		once: { type: 'boolean', default: false },
		json: { type: 'boolean', default: false },
		build: { type: 'boolean', default: true },
		provider: { type: 'string', default: 'kombo' },
		n8n: { type: 'string', default: '2.41.1' },
		port: { type: 'string' },
		pace: { type: 'string', default: '40' },
	},
});

const time = () => new Date().toLocaleTimeString('en-GB');
const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;

/** A step that is silent for long still shows that it goes on. */
function showThatItMoves(begun: number): { stop(): void } {
	const seconds = () => Math.round((Date.now() - begun) / 1_000);
	const timer = process.stdout.isTTY ? setInterval(() => process.stdout.write(`\r  ${seconds()} s \r`), 500) : setInterval(() => console.log(`  ${seconds()} s`), quiet);
	return { stop: () => clearInterval(timer) };
}

interface Totals {
	executions: number;
	items: number;
	failed: number;
	events: Record<string, number>;
}

/** Shows one execution and adds it to the totals. */
function show(execution: Execution, url: string, totals: Totals, done: string): void {
	totals.executions++;
	const emitted = outputOf(execution, trigger);
	const put = outputOf(execution, lastNode);
	const link = `${url}/executions/${execution.id}`;
	if (execution.status !== 'success') {
		totals.failed++;
		const { error, lastNodeExecuted } = execution.data.resultData;
		console.log(`${time()}  execution ${execution.id} failed in ${lastNodeExecuted ?? trigger}: ${error?.message ?? execution.status}\n          ${link}`);
		return;
	}
	if (emitted.length === 0) {
		console.log(`${time()}  execution ${execution.id}: read all applications for the first time, nothing to emit yet`);
		return;
	}
	console.log(`${time()}  execution ${execution.id}: ${count(emitted.length, 'change')} in, ${count(put.length, done)} out   ${link}`);
	for (const { json } of put) {
		totals.items++;
		const event = String(json.event);
		totals.events[event] = (totals.events[event] ?? 0) + 1;
		console.log(`            ${String(json.message)}`);
	}
}

/** Holds the run against what the sandbox saw: every item is a call there, and nobody broke the vendor's own contract. */
function complaints(sandbox: Sandbox, { items }: Totals, { call, alsoByTrigger = false }: ProviderEntry['demo']): string[] {
	const calls = sandbox.requests.filter(({ method, path, status }) => status >= 200 && status < 300 && call.test(`${method} ${path}`));
	const found = sandbox.violations.map(({ where, method, path, errors }) => `${where} ${method} ${path} breaks the vendor's contract: ${errors.join('; ')}`);
	const fits = alsoByTrigger ? calls.length >= items : calls.length === items;
	if (!fits) found.push(`n8n reports ${count(items, 'item')}, the sandbox received ${count(calls.length, 'call')} for them.`);
	return found;
}

void script(async (cleanup) => {
	const { n8n: version } = flags;
	const entry = providerEntries.find(({ provider }) => provider.name.toLowerCase() === flags.provider.toLowerCase());
	if (!entry) {
		const list = providerEntries.map(({ provider: { name, label } }) => `  ${name.padEnd(18)}${label}`).join('\n');
		const plain = `Choose a provider with --provider NAME:\n${list}`;
		throw new PlainError(flags.provider === '' ? plain : `There is no provider "${flags.provider}". ${plain}`);
	}
	const { simulator, demo } = entry;
	if (!isHostVersion(version)) throw new PlainError(`n8n ${version} is not one of the versions tried here.`);
	const pace = Number(flags.pace);
	if (!(pace >= enough)) throw new PlainError(`The recruiter makes at least ${enough} changes a minute: --pace ${enough} or more.`);
	const port = flags.port === undefined ? await freePort(flags.once ? 0 : editorPort).catch(async () => await freePort()) : await freePort(Number(flags.port));

	const steps = 5;
	let step = 0;
	const begun = Date.now();
	const begin = (what: string) => console.log(`[${++step} of ${steps}] ${String(Math.round((Date.now() - begun) / 1_000)).padStart(3)} s  ${what}`);
	const moving = showThatItMoves(begun);
	cleanup(moving.stop);
	console.log(isInstalled(version) ? 'About three minutes: one to the editor, two more until n8n has asked twice.' : 'About five to ten minutes the first time, since n8n is installed (3 GB, kept in .hosts); three from then on.');
	begin(`n8n ${version}: ${isInstalled(version) ? 'is installed' : 'is installed now'}`);
	const host = await ensureHost(version);
	begin('The package: built and packed');
	const packed = await packPackage({ build: flags.build, log: () => {} });
	cleanup(() => packed.remove());
	const userFolder = mkdtempSync(join(tmpdir(), 'n8n-ats-demo-'));
	cleanup(() => rmSync(userFolder, { recursive: true, force: true }));
	await installByHand(userFolder, packed.tarball);

	begin(`The sandbox: plays ${entry.provider.label}`);
	const sandbox = await startSandbox({ services: [simulator], applications: demo.applications ?? 2000 });
	cleanup(async () => await sandbox.close());
	console.log(`  ${sandbox.world.applications.size} applications at ${sandbox.urls[simulator]}`);
	begin(`n8n: starts on Node ${host.nodeVersion}, some ten seconds`);
	const n8n = await N8n.start(host, { port, userFolder });
	cleanup(async () => await n8n.stop());
	await n8n.logIn();

	const credentials = new Credentials(n8n, accounts(sandbox));
	const workflow = await n8n.createWorkflow(await credentials.fill(workflowFor(entry), await n8n.nodeTypes()));
	await n8n.activate(workflow);
	const url = `${n8n.url}/workflow/${workflow.id}`;
	moving.stop();
	console.log(`\n  editor    ${url}\n  log in    ${owner.email}\n  password  ${owner.password}\n`);
	begin(`The workflow: a recruiter now makes ${pace} changes a minute. n8n asks for them once a minute; the first time it only reads them all.${flags.once ? '' : ' Ctrl-C ends it.'}`);
	sandbox.recruiter.start(pace);

	const totals: Totals = { executions: 0, items: 0, failed: 0, events: {} };
	const shown = new Set<string>();
	const deadline = Date.now() + patience;
	let heard = Date.now();
	while (!flags.once || (totals.items < enough && totals.failed === 0)) {
		if (flags.once && Date.now() > deadline) {
			throw new PlainError(`Only ${totals.items} of ${enough} changes went through in ten minutes. The last lines of n8n:\n${n8n.log.slice(-10).join('\n')}`);
		}
		await new Promise((resolve) => setTimeout(resolve, 1_000));
		for (const id of await n8n.executionIds(workflow.id)) {
			if (shown.has(id)) continue;
			shown.add(id);
			show(await n8n.execution(id), url, totals, demo.done);
			heard = Date.now();
		}
		if (Date.now() - heard < quiet) continue;
		heard = Date.now();
		console.log(`${time()}  ${count(sandbox.requests.length, 'request')} to ${entry.provider.label} so far; n8n asks once a minute`);
	}
	sandbox.recruiter.stop();
	await n8n.deactivate(workflow.id);
	const wrong = complaints(sandbox, totals, demo);
	for (const complaint of wrong) console.log(complaint);
	const { executions, items, failed, events } = totals;
	console.log(
		flags.json
			? JSON.stringify({ n8n: version, executions, items, failed, events })
			: `\n${count(items, 'change')} went through the workflow in ${count(executions, 'execution')}; ${failed} failed.`,
	);
	return failed === 0 && wrong.length === 0;
});
