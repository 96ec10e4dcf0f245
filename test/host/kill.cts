/**
 * `npm run test:kill [-- --json] [--kills 20] [--pace 12] [--no-build] [--package FILE]`: two real n8n servers side by side over one
 * sandbox, one with durable poll cursors and one without, both with the ATS Trigger on Kombo. Each is killed (SIGKILL) so
 * many times while a recruiter works: every second time at any moment, else just after a poll began; each third restart finds the
 * vendor down. What lies in their execution rows is then held against the world. n8n polls once a minute, so twenty kills
 * take about half an hour. With `--json` the last line is
 * `{"kills","changes","durable":{"lost","duplicated"},"default":{"lost","duplicated"}}`. Exit 1 if durable is not 0 and 0.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { INode } from 'n8n-workflow';

import { startSandbox } from '../../sandbox/index.cts';
import { readArguments, usageOf } from '../arguments.cts';
import { accounts } from './accounts.cts';
import type { Host } from './hosts.cts';
import { ensureHost } from './hosts.cts';
import { isEmittedEvent, Ledger, type EmittedEvent } from './ledger.cts';
import type { Execution } from './n8n.cts';
import { N8n, outputOf } from './n8n.cts';
import { installByHand, packPackage } from './pack.cts';
import { PlainError, script } from './processes.cts';
import { VendorLine } from './vendorLine.cts';

const { values: flags } = readArguments(usageOf(__filename), {
	allowNegative: true,
	options: {
		json: { type: 'boolean', default: false },
		build: { type: 'boolean', default: true },
		package: { type: 'string' },
		kills: { type: 'string', default: '20' },
		pace: { type: 'string', default: '12' },
		applications: { type: 'string', default: '400' },
	},
});

const durableCursors = {
	N8N_POLLER_DURABLE_CURSORS_ENABLED: 'true',
	N8N_SCHEDULER_ENABLED: 'true',
	N8N_SCHEDULER_POLL_TRIGGERS_ENABLED: 'true',
	N8N_USE_WORKFLOW_PUBLICATION_SERVICE: 'true',
};

const trigger = 'Application Changed';
const seconds = (from: number, to: number) => (from + Math.random() * (to - from)) * 1_000;
const sleep = async (ms: number) => await new Promise((resolve) => setTimeout(resolve, ms));
const firstReadPatience = 8 * 60_000;
const lastPollsPatience = 12 * 60_000;

/** One n8n that is killed and comes back, with its own line to the vendor. */
class Victim {
	kills = 0;
	private n8n: N8n | undefined;
	private workflowId = '';
	private readonly userFolder: string;

	constructor(
		readonly mode: string,
		private readonly host: Host,
		private readonly line: VendorLine,
		folder: string,
		private readonly env: Record<string, string>,
	) {
		this.userFolder = join(folder, mode);
	}

	private say(what: string): void {
		console.log(`${new Date().toLocaleTimeString('en-GB')}  ${this.mode.padEnd(8)} ${what}`);
	}

	private async start(): Promise<N8n> {
		const before = Date.now();
		this.n8n = await N8n.start(this.host, { userFolder: this.userFolder, env: { EXECUTIONS_DATA_PRUNE: 'false', ...this.env } });
		this.say(`is up after ${Math.round((Date.now() - before) / 1_000)} s`);
		return this.n8n;
	}

	/** Starts for the first time and activates the workflow. */
	async begin(tarball: string, account: Record<string, unknown>): Promise<void> {
		await installByHand(this.userFolder, tarball);
		const n8n = await this.start();
		await n8n.logIn();
		const credential = await n8n.createCredential('Kombo (sandbox)', 'komboApi', { ...account, baseUrl: this.line.address(String(account.baseUrl)) });
		const workflow = await n8n.createWorkflow({
			name: `Watched (${this.mode})`,
			nodes: [
				node('7d0f6b1e-0000-4000-8000-000000000001', trigger, 'n8n-nodes-ats.atsTrigger', [0, 0], {
					pollTimes: { item: [{ mode: 'everyMinute' }] }, provider: 'kombo', events: ['*'], firstRun: 'silent', output: 'perEvent',
				}, { komboApi: credential }),
				node('7d0f6b1e-0000-4000-8000-000000000002', 'Nothing', 'n8n-nodes-base.noOp', [240, 0], {}),
			],
			connections: { [trigger]: { main: [[{ node: 'Nothing', type: 'main', index: 0 }]] } },
		});
		this.workflowId = workflow.id;
		await n8n.activate(workflow);
	}

	/** The end of the first read is saved with one empty execution. */
	async firstReadEnds(): Promise<void> {
		const deadline = Date.now() + firstReadPatience;
		while ((await this.running.executionIds(this.workflowId)).length === 0) {
			if (Date.now() > deadline) throw new PlainError(`The first read (${this.mode}) did not end in eight minutes. The last lines of n8n:\n${this.running.log.slice(-10).join('\n')}`);
			await sleep(1_000);
		}
		this.say('has read everything once');
	}

	private get running(): N8n {
		if (!this.n8n) throw new Error(`n8n (${this.mode}) was not started`);
		return this.n8n;
	}

	async killOften(times: number): Promise<void> {
		while (this.kills < times) {
			await this.untilItsTime();
			await this.running.kill();
			this.kills++;
			this.say(`killed, ${this.kills} of ${times}`);
			const vendorIsDown = this.kills % 3 === 0;
			if (vendorIsDown) await this.line.down();
			await sleep(seconds(0, 5));
			await this.start();
			if (vendorIsDown) {
				this.say('finds the vendor down');
				await sleep(seconds(15, 45));
				await this.line.up();
			}
		}
	}

	/** At any moment, or between the first request of a poll and a little after what it gave was handed over. */
	private async untilItsTime(): Promise<void> {
		if (this.kills % 2 === 1) {
			await sleep(seconds(1, 75));
			return;
		}
		// Without a read for so long that moment will do, too.
		await Promise.race([this.line.nextRead(), sleep(150_000)]);
		await sleep(seconds(0, 1.2));
	}

	/** Reads all from now on: what was changed before is then emitted. */
	async pollsAgain(times: number): Promise<void> {
		const before = this.line.reads;
		const deadline = Date.now() + lastPollsPatience;
		while (this.line.reads < before + times) {
			if (Date.now() > deadline) {
				this.say(`polled only ${this.line.reads - before} times in twelve minutes. Its last lines:\n${this.running.log.slice(-10).join('\n')}`);
				return;
			}
			await sleep(1_000);
		}
		// Its last answer is still to be compared and handed over.
		await sleep(5_000);
	}

	/** What lies in its execution rows, of any status. */
	async emitted(): Promise<{ events: EmittedEvent[]; statuses: Record<string, number> }> {
		await this.running.logIn();
		const events: EmittedEvent[] = [];
		const statuses: Record<string, number> = {};
		for (const { id, status } of await this.running.executionRows(this.workflowId)) {
			statuses[status] = (statuses[status] ?? 0) + 1;
			events.push(...itemsOf(await this.running.execution(id)).filter(isEmittedEvent));
		}
		return { events, statuses };
	}

	async stop(): Promise<void> {
		await this.n8n?.stop();
	}
}

function node(id: string, name: string, type: string, position: [number, number], parameters: INode['parameters'], credentials?: INode['credentials']): INode {
	return { id, name, type, typeVersion: 1, position, parameters, ...(credentials ? { credentials } : {}) };
}

/** The trigger's items; those of a crashed execution still lie where its run was to begin. */
function itemsOf(execution: Execution): unknown[] {
	const put = outputOf(execution, trigger).map(({ json }) => json);
	if (put.some(isEmittedEvent)) return put;
	const stack = execution.data.executionData?.nodeExecutionStack ?? [];
	return stack.flatMap(({ data }) => data.main?.[0] ?? []).map(({ json }) => json);
}

function number(flag: 'kills' | 'pace' | 'applications', least: number): number {
	const value = Number(flags[flag]);
	if (!(value >= least)) throw new PlainError(`--${flag} takes a number, ${least} or more.`);
	return value;
}

void script(async (cleanup) => {
	const kills = number('kills', 1);
	const pace = number('pace', 1);
	const applications = number('applications', 10);
	const host = await ensureHost('2.41.1');
	const packed = flags.package === undefined ? await packPackage({ build: flags.build }) : { tarball: flags.package, remove: () => {} };
	cleanup(() => packed.remove());
	const folder = mkdtempSync(join(tmpdir(), 'n8n-ats-kill-'));
	cleanup(() => rmSync(folder, { recursive: true, force: true }));
	const sandbox = await startSandbox({ services: ['kombo'], jobs: 20, applications });
	cleanup(async () => await sandbox.close());

	const victims: Victim[] = [];
	for (const [mode, env] of [['durable', durableCursors], ['default', {}]] as const) {
		const line = await VendorLine.to(sandbox.url);
		cleanup(async () => await line.down());
		const victim = new Victim(mode, host, line, folder, env);
		cleanup(async () => await victim.stop());
		await victim.begin(packed.tarball, accounts(sandbox).komboApi ?? {});
		victims.push(victim);
	}
	await Promise.all(victims.map(async (victim) => await victim.firstReadEnds()));

	const ledger = new Ledger(sandbox.world);
	sandbox.recruiter.start(pace);
	await Promise.all(victims.map(async (victim) => await victim.killOften(kills)));
	sandbox.recruiter.stop();
	console.log(`The recruiter made ${ledger.changes} changes and rests. Two more polls each.`);
	await Promise.all(victims.map(async (victim) => await victim.pollsAgain(2)));

	const report: Record<string, { lost: number; duplicated: number }> = {};
	for (const victim of victims) {
		const { events, statuses } = await victim.emitted();
		const { emitted, lost, duplicated, complaints } = ledger.balance(events);
		console.log(`${victim.mode}: ${emitted} events emitted in executions ${JSON.stringify(statuses)}, ${lost} values lost, ${duplicated} events duplicated`);
		for (const complaint of complaints) console.log(`  ${complaint}`);
		report[victim.mode] = { lost, duplicated };
	}
	for (const { where, method, path, errors } of sandbox.violations) console.log(`${where} ${method} ${path} breaks the vendor's contract: ${errors.join('; ')}`);
	if (flags.json) console.log(JSON.stringify({ kills, changes: ledger.changes, ...report }));
	return report.durable?.lost === 0 && report.durable.duplicated === 0;
});
