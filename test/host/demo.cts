/**
 * `npm run demo [-- --once] [--json] [--provider kombo|knit|flatchr] [--port N] [--pace N] [--no-build]`: the main job in a real n8n. Starts the sandbox and
 * n8n on loopback, installs the built package, activates the example workflow, lets a recruiter work, and shows each
 * execution as it happens, until Ctrl-C. `--once` ends after 25 changes; with `--json` its last line is
 * `{"n8n","executions","items","failed","events":{...}}`. Exit 1 if an execution failed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import type { INode, INodeParameters } from 'n8n-workflow';

import type { Sandbox } from '../../sandbox/index.cts';
import { startSandbox } from '../../sandbox/index.cts';
import { accounts } from './accounts.cts';
import { Credentials, readExample } from './examples.cts';
import { ensureHost, isHostVersion } from './hosts.cts';
import type { Execution, WorkflowFile } from './n8n.cts';
import { N8n, outputOf, owner } from './n8n.cts';
import { installByHand, packPackage } from './pack.cts';
import { freePort, PlainError, script } from './processes.cts';

/** What the step between trigger and message does for each provider, and the call by which the sandbox sees it. */
const steps: Record<string, { node?: Partial<INode>; done: string; call: RegExp }> = {
	kombo: { done: 'note', call: /^POST .*\/notes$/ },
	flatchr: {
		node: unifiedStep('flatchr', { operation: 'addNote', content: '=n8n saw: {{ $json.event }}' }),
		done: 'comment',
		call: /^POST .*\/comment$/,
	},
	// Knit documents no notes: the application is read again instead.
	knit: { node: unifiedStep('knit', { operation: 'get', models: ['info', 'currentStage'] }), done: 'read', call: /^GET .*\/ats\.application\.get$/ },
};

const example = 'kombo-changes-to-notes.json';

function unifiedStep(provider: string, parameters: INodeParameters): Partial<INode> {
	const applicationId = { __rl: true, mode: 'id', value: '={{ $json.applicationId }}' };
	return { type: 'n8n-nodes-ats.ats', parameters: { provider, resource: 'application', applicationId, ...parameters } };
}

/** The example workflow over another provider: that is one word in the trigger, and the step above. */
function workflowFor(provider: string): WorkflowFile {
	const workflow = readExample(example);
	const nodes = workflow.nodes.map((node) => {
		if (node.name === trigger) return { ...node, parameters: { ...node.parameters, provider } };
		return node.name === 'Add Note' ? { ...node, ...steps[provider]?.node } : node;
	});
	return { ...workflow, nodes };
}
const trigger = 'Application Changed';
const lastNode = 'Message';

const enough = 25;
const editorPort = 5678;
/** n8n polls once a minute: the first poll takes stock, the next ones tell. */
const patience = 10 * 60_000;

const { values: flags } = parseArgs({
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

interface Totals {
	executions: number;
	items: number;
	failed: number;
	events: Record<string, number>;
}

/** Shows one execution and adds it to the totals. */
function show(execution: Execution, url: string, totals: Totals): void {
	totals.executions++;
	const told = outputOf(execution, trigger);
	const done = outputOf(execution, lastNode);
	const link = `${url}/executions/${execution.id}`;
	if (execution.status !== 'success') {
		totals.failed++;
		const { error, lastNodeExecuted } = execution.data.resultData;
		console.log(`${time()}  execution ${execution.id} failed in ${lastNodeExecuted ?? trigger}: ${error?.message ?? execution.status}\n          ${link}`);
		return;
	}
	if (told.length === 0) {
		console.log(`${time()}  execution ${execution.id}: took stock of all applications, nothing to tell yet`);
		return;
	}
	console.log(`${time()}  execution ${execution.id}: ${count(told.length, 'change')} in, ${count(done.length, steps[flags.provider]?.done ?? 'item')} out   ${link}`);
	for (const { json } of done) {
		totals.items++;
		const event = String(json.event);
		totals.events[event] = (totals.events[event] ?? 0) + 1;
		console.log(`            ${String(json.message)}`);
	}
}

/** Holds the run against what the sandbox saw: every item is a call there, and nobody broke the vendor's own contract. */
function complaints(sandbox: Sandbox, { items }: Totals): string[] {
	const step = steps[flags.provider];
	const calls = sandbox.requests.filter(({ method, path, status }) => status === 200 && step?.call.test(`${method} ${path}`));
	const found = sandbox.violations.map(({ where, method, path, errors }) => `${where} ${method} ${path} breaks the vendor's contract: ${errors.join('; ')}`);
	// The trigger reads single applications too (Knit), so there may be more of such calls, never fewer.
	const fits = flags.provider === 'knit' ? calls.length >= items : calls.length === items;
	if (!fits) found.push(`n8n reports ${count(items, 'item')}, the sandbox received ${count(calls.length, 'call')} for them.`);
	return found;
}

void script(async (cleanup) => {
	const { provider, n8n: version } = flags;
	if (!steps[provider]) throw new PlainError(`There is no demo for "${provider}". There is one for: ${Object.keys(steps).join(', ')}.`);
	if (!isHostVersion(version)) throw new PlainError(`n8n ${version} is not one of the versions tried here.`);
	const pace = Number(flags.pace);
	if (!(pace >= enough)) throw new PlainError(`The recruiter makes at least ${enough} changes a minute: --pace ${enough} or more.`);
	const port = flags.port === undefined ? await freePort(flags.once ? 0 : editorPort).catch(async () => await freePort()) : await freePort(Number(flags.port));

	const host = await ensureHost(version);
	const packed = await packPackage({ build: flags.build });
	cleanup(() => packed.remove());
	const userFolder = mkdtempSync(join(tmpdir(), 'n8n-ats-demo-'));
	cleanup(() => rmSync(userFolder, { recursive: true, force: true }));
	await installByHand(userFolder, packed.tarball);

	// Knit gives the details of one application a call: a smaller world keeps the first read short.
	const sandbox = await startSandbox({ services: [provider], applications: provider === 'knit' ? 100 : 2000 });
	cleanup(async () => await sandbox.close());
	console.log(`The sandbox plays ${provider} with ${sandbox.world.applications.size} applications at ${sandbox.urls[provider]}`);
	console.log(`Starting n8n ${version} on Node ${host.nodeVersion}`);
	const n8n = await N8n.start(host, { port, userFolder });
	cleanup(async () => await n8n.stop());
	await n8n.logIn();

	const credentials = new Credentials(n8n, accounts(sandbox));
	const workflow = await n8n.createWorkflow(await credentials.fill(workflowFor(provider), await n8n.nodeTypes()));
	await n8n.activate(workflow);
	const url = `${n8n.url}/workflow/${workflow.id}`;
	console.log(`\n  editor    ${url}\n  log in    ${owner.email}\n  password  ${owner.password}\n`);
	console.log(`A recruiter now makes ${pace} changes a minute. n8n asks for them once a minute; the first time it only takes stock.${flags.once ? '' : ' Ctrl-C ends it.'}`);
	sandbox.recruiter.start(pace);

	const totals: Totals = { executions: 0, items: 0, failed: 0, events: {} };
	const shown = new Set<string>();
	const deadline = Date.now() + patience;
	while (!flags.once || (totals.items < enough && totals.failed === 0)) {
		if (flags.once && Date.now() > deadline) {
			throw new PlainError(`Only ${totals.items} of ${enough} changes went through in ten minutes. The last lines of n8n:\n${n8n.log.slice(-10).join('\n')}`);
		}
		await new Promise((resolve) => setTimeout(resolve, 1_000));
		for (const id of await n8n.executionIds(workflow.id)) {
			if (shown.has(id)) continue;
			shown.add(id);
			show(await n8n.execution(id), url, totals);
		}
	}
	sandbox.recruiter.stop();
	await n8n.deactivate(workflow.id);
	const wrong = complaints(sandbox, totals);
	for (const complaint of wrong) console.log(complaint);
	const { executions, items, failed, events } = totals;
	console.log(
		flags.json
			? JSON.stringify({ n8n: version, executions, items, failed, events })
			: `\n${count(items, 'change')} went through the workflow in ${count(executions, 'execution')}; ${failed} failed.`,
	);
	return failed === 0 && wrong.length === 0;
});
