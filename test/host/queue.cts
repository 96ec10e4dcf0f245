/**
 * `npm run test:queue [-- --json] [--minutes 10] [--pace 5] [--engine legacy] [--no-rates] [--no-build] [--package FILE]`: n8n in queue mode with
 * Redis and PostgreSQL, one main and two workers. The Knit Trigger takes so many signed events a second while the ATS Trigger polls
 * Kombo over the same world; half-way one worker is killed (SIGKILL) and started again. Every event must lie in exactly one
 * execution row, both workers must have worked, and no rows may have failed but those that the killed worker had in hand (of
 * which n8n wipes the data). Then the highest rate is measured with either expression engine. With `--json` the last line is
 * `{"minutes","engine","sent","refused","rows","missing","twice","unsuccessful","wiped","inHand","workers":{name:rows},
 * "polled":{"emitted","lost","duplicated"},"rates":{engine:perSecond}}`. Exit 1 if a count is not as it must be.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { INode } from 'n8n-workflow';

import type { Sandbox } from '../../sandbox/index.cts';
import { startSandbox } from '../../sandbox/index.cts';
import { readArguments, usageOf } from '../arguments.cts';
import { accounts } from './accounts.cts';
import { Credentials } from './examples.cts';
import { ensureHost } from './hosts.cts';
import { isEmittedEvent, Ledger, type EmittedEvent } from './ledger.cts';
import type { N8n } from './n8n.cts';
import { outputOf } from './n8n.cts';
import { packPackage } from './pack.cts';
import { PlainError, script } from './processes.cts';
import { Cluster } from './queueHost.cts';
import type { Database } from './queueServices.cts';
import { startPostgres, startRedis } from './queueServices.cts';

const { values: flags } = readArguments(usageOf(__filename), {
	allowNegative: true,
	options: {
		json: { type: 'boolean', default: false },
		build: { type: 'boolean', default: true },
		rates: { type: 'boolean', default: true },
		package: { type: 'string' },
		minutes: { type: 'string', default: '10' },
		pace: { type: 'string', default: '5' },
		engine: { type: 'string', default: 'default' },
	},
});

const knitTrigger = 'Knit Event';
const atsTrigger = 'Application Changed';
const sleep = async (ms: number) => await new Promise((resolve) => setTimeout(resolve, ms));
const say = (what: string) => console.log(`${new Date().toLocaleTimeString('en-GB')}  ${what}`);
/** A worker that is killed keeps its jobs' locks for a minute, and n8n looks for such jobs twice a minute. */
const patience = 6 * 60_000;
const engines = ['default', 'legacy'] as const;
const isEngine = (text: string): text is (typeof engines)[number] => engines.some((engine) => engine === text);
const engineEnv = (engine: string): Record<string, string> => (engine === 'default' ? {} : { N8N_EXPRESSION_ENGINE: engine });
const flood = { seconds: 40, atOnce: 12 };

/** Each move is one application that changed: Knit sends one event for it, and Kombo shows it to who polls. */
class Source {
	private readonly from: number;

	constructor(
		private readonly sandbox: Sandbox,
		readonly address: string,
	) {
		this.from = sandbox.deliveries.sent.length;
	}

	async open(): Promise<void> {
		await this.sandbox.control('knit/webhook', { url: this.address });
	}

	move(): void {
		this.sandbox.recruiter.step('move');
	}

	get sent() {
		return this.sandbox.deliveries.sent.slice(this.from);
	}

	/** Sent and not yet answered. */
	get flying(): number {
		return this.sent.filter(({ status, answer }) => status === 0 && answer === '').length;
	}

	get eventIds(): string[] {
		return this.sent.filter(({ status }) => status === 200).map(({ body }) => String(JSON.parse(body).eventId));
	}
}

function node(number: number, name: string, type: string, typeVersion: number, parameters: INode['parameters']): INode {
	const id = `5e0f6b1e-0000-4000-8000-00000000000${number}`;
	return { id, webhookId: id, name, type, typeVersion, position: [number * 240, 0], parameters };
}

const edit = (number: number) =>
	node(number, 'Line', 'n8n-nodes-base.set', 3.4, {
		assignments: {
			assignments: [
				{ id: 'a1', name: 'event', type: 'string', value: '={{ $json.envelope.eventId }}' },
				{ id: 'a2', name: 'person', type: 'string', value: "={{ $json.info?.candidate?.firstName ?? '' }} {{ $json.info?.candidate?.lastName ?? '' }}" },
			],
		},
		options: {},
	});

/** Starts a workflow: the nodes one after the other. */
async function activate(main: N8n, credentials: Credentials, name: string, nodes: INode[]): Promise<{ id: string; address: string }> {
	const connections = Object.fromEntries(nodes.slice(1).map((next, index) => [nodes[index]?.name ?? '', { main: [[{ node: next.name, type: 'main' as const, index: 0 }]] }]));
	const workflow = await main.createWorkflow(await credentials.fill({ name, nodes, connections }, await main.nodeTypes()));
	await main.activate(workflow);
	return { id: workflow.id, address: `${main.url}/webhook/${nodes[0]?.webhookId}/webhook` };
}

/** Follows a new main: its port is another one. */
const moved = (address: string, main: N8n): string => address.replace(/^http:\/\/[^/]*/, main.url);

/** Row id, status and Knit's event id of all executions of a workflow. */
async function rowsOf(database: Database, workflowId: string): Promise<Array<{ id: string; status: string; eventId: string }>> {
	const rows = await database.rows(
		`select e.id, e.status, substring(d.data from '"(ev_[A-Za-z0-9]+)"') from execution_entity e join execution_data d on d."executionId" = e.id where e."workflowId" = '${workflowId}' order by e.id`,
	);
	return rows.map(([id = '', status = '', eventId = '']) => ({ id, status, eventId }));
}

async function unfinished(database: Database, workflowId: string): Promise<number> {
	const [[count] = []] = await database.rows(`select count(*) from execution_entity where "workflowId" = '${workflowId}' and status in ('new', 'running', 'waiting')`);
	return Number(count);
}

async function allEnded(database: Database, workflowId: string): Promise<void> {
	for (const deadline = Date.now() + patience; Date.now() < deadline && (await unfinished(database, workflowId)) > 0; ) await sleep(2_000);
}

/** Executions a second, from the first event to the end of the last execution, with as many events as are taken. */
async function highestRate(source: Source, workflowId: string, database: Database): Promise<number> {
	const last = Number((await database.rows('select coalesce(max(id), 0) from execution_entity'))[0]?.[0]);
	const begin = Date.now();
	while (Date.now() < begin + flood.seconds * 1_000) {
		while (source.flying < flood.atOnce) {
			source.move();
			// The event is sent after the step, not in it.
			await sleep(1);
		}
		await sleep(5);
	}
	while (source.flying > 0) await sleep(50);
	await allEnded(database, workflowId);
	const [[count, seconds] = []] = await database.rows(
		`select count(*), extract(epoch from max("stoppedAt") - min("createdAt")) from execution_entity where "workflowId" = '${workflowId}' and id > ${last} and status = 'success'`,
	);
	return Math.round((Number(count) / Number(seconds)) * 10) / 10;
}

void script(async (cleanup) => {
	const minutes = Number(flags.minutes);
	const pace = Number(flags.pace);
	if (!isEngine(flags.engine)) throw new PlainError(`--engine is one of ${engines.join(', ')}.`);
	const { engine: firstEngine } = flags;
	if (!(minutes > 0) || !(pace > 0)) throw new PlainError('--minutes and --pace take a number above 0.');
	const host = await ensureHost('2.41.1');
	const packed = flags.package === undefined ? await packPackage({ build: flags.build }) : { tarball: flags.package, remove: () => {} };
	cleanup(() => packed.remove());
	const folder = mkdtempSync(join(tmpdir(), 'n8n-ats-queue-'));
	cleanup(() => rmSync(folder, { recursive: true, force: true }));
	// PostgreSQL runs as another user, and its data lie below.
	chmodSync(folder, 0o755);
	const database = await startPostgres(join(folder, 'postgres'));
	cleanup(async () => await database.stop());
	const redis = await startRedis(join(folder, 'redis'));
	cleanup(async () => await redis.stop());
	await Cluster.install(folder, packed.tarball);
	const sandbox = await startSandbox({ services: ['knit', 'kombo'], jobs: 40, applications: 1_000 });
	cleanup(async () => await sandbox.close());
	const { apiKey = '', integrationId = '' } = sandbox.credentials.knit ?? {};
	const subscribed = await sandbox.inject({
		method: 'POST', url: '/knit/v1.0/events.subscribe', payload: { events: ['ats_applications_modified'] },
		headers: { authorization: `Bearer ${apiKey}`, 'x-knit-integration-id': integrationId },
	});
	if (subscribed.statusCode !== 200) throw new Error(`Knit's sandbox refused the subscription: ${subscribed.body}`);

	let cluster = await Cluster.start(host, folder, { redis, database }, engineEnv(firstEngine));
	cleanup(async () => await cluster.stop());
	say('One main and two workers are up');
	const credentials = new Credentials(cluster.main, accounts(sandbox));
	const ats = await activate(cluster.main, credentials, 'Polls', [
		node(1, atsTrigger, 'n8n-nodes-ats.atsTrigger', 1, { pollTimes: { item: [{ mode: 'everyMinute' }] }, provider: 'kombo', events: ['*'], firstRun: 'silent', output: 'perEvent' }),
		node(2, 'Nothing', 'n8n-nodes-base.noOp', 1, {}),
	]);
	// A second's wait makes it likely that a worker has something in hand when it is killed.
	const knit = await activate(cluster.main, credentials, 'Takes events', [
		node(3, knitTrigger, 'n8n-nodes-ats.knitTrigger', 1, {}), edit(4), node(5, 'A Second', 'n8n-nodes-base.wait', 1.1, { resume: 'timeInterval', amount: 1, unit: 'seconds' }),
	]);
	for (let waited = 0; (await cluster.main.executionIds(ats.id)).length === 0; waited++) {
		if (waited === 300) throw new PlainError(`The first read did not end in five minutes:\n${cluster.main.log.slice(-10).join('\n')}`);
		await sleep(1_000);
	}

	const ledger = new Ledger(sandbox.world);
	const source = new Source(sandbox, knit.address);
	await source.open();
	const journalFrom = sandbox.world.journal.length;
	const events = Math.round(minutes * 60 * pace);
	say(`${events} events, ${pace} a second`);
	const inHand: string[] = [];
	let killing: Promise<void> | undefined;
	const begin = Date.now();
	for (let sent = 0; sent < events; sent++) {
		await sleep(Math.max(0, begin + (sent * 1_000) / pace - Date.now()));
		source.move();
		if (sent !== Math.floor(events / 2)) continue;
		killing = (async () => {
			const victim = cluster.workers[0];
			if (!victim) return;
			say(`Worker ${victim.name} is killed`);
			inHand.push(...(await cluster.killWorker(victim, redis)));
			say(`It had ${inHand.length} executions in hand`);
			await cluster.startWorker(victim.name);
			say(`Worker ${victim.name} is back`);
		})();
	}
	await sandbox.deliveries.settled();
	say(`All are sent, in ${Math.round((Date.now() - begin) / 1_000)} s`);
	await killing;
	await allEnded(database, knit.id);
	// Two more polls, so that the last changes are emitted.
	await sleep(130_000);

	const moves = sandbox.world.journal.slice(journalFrom).filter(({ model, path }) => model === 'application' && path === 'stageId').length;
	const sent = source.sent.length;
	const refused = sent - source.eventIds.length;
	const rows = await rowsOf(database, knit.id);
	// What a killed worker had in hand ends as a row without its data.
	const wiped = rows.filter(({ eventId }) => eventId === '');
	const perEvent = new Map<string, number>();
	for (const { eventId } of rows) if (eventId !== '') perEvent.set(eventId, (perEvent.get(eventId) ?? 0) + 1);
	const missing = source.eventIds.filter((id) => !perEvent.has(id)).length - wiped.length;
	const twice = [...perEvent.values()].filter((count) => count > 1).length;
	const notSuccessful = rows.filter(({ status }) => status !== 'success');
	const foreign = notSuccessful.filter(({ id }) => !inHand.includes(id));
	const workers: Record<string, number> = {};
	const answers: Record<string, number> = {};
	for (const { status } of source.sent) answers[status] = (answers[status] ?? 0) + 1;
	const ours = new Set(rows.map(({ id }) => id));
	for (const { name, ended } of cluster.workers) workers[name] = (workers[name] ?? 0) + [...ended].filter((id) => ours.has(id)).length;

	const emitted: EmittedEvent[] = [];
	for (const { id } of await cluster.main.executionRows(ats.id)) {
		emitted.push(...outputOf(await cluster.main.execution(id), atsTrigger).map(({ json }): unknown => json).filter(isEmittedEvent));
	}
	const { lost, duplicated, complaints } = ledger.balance(emitted);
	say(`${moves} moves, ${sent} events sent, ${refused} refused (answers ${JSON.stringify(answers)}), ${rows.length} execution rows, ${wiped.length} of them wiped, ${missing} missing, ${twice} twice; rows by worker ${JSON.stringify(workers)}`);
	say(`Without success: ${notSuccessful.map(({ id, status }) => `${id} ${status}`).join(', ') || 'none'}; in the killed worker's hand: ${inHand.join(', ') || 'none'}`);
	say(`The ATS Trigger emitted ${emitted.length} events, ${lost} lost, ${duplicated} duplicated`);
	for (const complaint of complaints) console.log(`  ${complaint}`);

	await cluster.main.deactivate(ats.id);
	await cluster.main.deactivate(knit.id);
	const rates: Record<string, number> = {};
	if (flags.rates) {
		const quick = await activate(cluster.main, credentials, 'Takes events as fast as it can', [node(6, knitTrigger, 'n8n-nodes-ats.knitTrigger', 1, {}), edit(7)]);
		for (const engine of [firstEngine, ...engines.filter((other) => other !== firstEngine)]) {
			if (engine !== firstEngine) {
				await cluster.stop();
				cluster = await Cluster.start(host, folder, { redis, database }, engineEnv(engine));
			}
			const fast = new Source(sandbox, moved(quick.address, cluster.main));
			await fast.open();
			rates[engine] = await highestRate(fast, quick.id, database);
			say(`${rates[engine]} executions a second with the ${engine} expression engine; ${fast.sent.length - fast.eventIds.length} of ${fast.sent.length} events refused`);
		}
	}
	await cluster.stop();
	const result = { minutes, engine: firstEngine, sent, refused, rows: rows.length, missing, twice, unsuccessful: notSuccessful.length, wiped: wiped.length, inHand: inHand.length, workers, polled: { emitted: emitted.length, lost, duplicated }, rates };
	if (flags.json) console.log(JSON.stringify(result));
	const bothWorked = Object.keys(workers).length === 2 && Object.values(workers).every((count) => count > 0);
	return moves === events && sent === events && refused === 0 && rows.length === events && missing === 0 && twice === 0 && foreign.length === 0 && bothWorked && lost === 0 && duplicated === 0;
});
