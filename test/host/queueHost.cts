/** n8n in queue mode: one main, some workers, each with a user folder and an installed package of its own. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Host } from './hosts.cts';
import { N8n } from './n8n.cts';
import { installByHand } from './pack.cts';
import { cleanEnvironment, freePort, kill, PlainError, start, stop } from './processes.cts';
import type { Database, Redis } from './queueServices.cts';

const concurrency = 10;
/** Where Bull, n8n's queue, keeps the jobs that a worker has taken. */
const activeJobs = 'bull:jobs:active';

export class Worker {
	/** Executions that its log says it began, and ended. */
	readonly began = new Set<string>();
	readonly ended = new Set<string>();
	readonly log: string[] = [];

	private constructor(
		readonly name: string,
		private readonly child: ChildProcess,
	) {}

	static async start(name: string, host: Host, userFolder: string, env: Record<string, string>): Promise<Worker> {
		const child = start(host.node, [host.bin, 'worker', `--concurrency=${concurrency}`], {
			cwd: userFolder,
			env: cleanEnvironment({ ...env, N8N_USER_FOLDER: userFolder, N8N_RUNNERS_BROKER_PORT: String(await freePort()) }),
		});
		const worker = new Worker(name, child);
		await new Promise<void>((resolve, reject) => {
			let rest = '';
			const read = (chunk: Buffer) => {
				const lines = (rest + chunk.toString()).split('\n');
				rest = lines.pop() ?? '';
				for (const line of lines) worker.read(line);
				if (worker.log.some((line) => line.includes('n8n worker is now ready'))) resolve();
			};
			child.stdout?.on('data', read);
			child.stderr?.on('data', read);
			child.once('error', reject);
			child.once('close', (code) => reject(new PlainError(`Worker ${name} did not start (exit ${code}):\n${worker.log.slice(-10).join('\n')}`)));
		});
		return worker;
	}

	private read(line: string): void {
		this.log.push(line);
		const [, what, id] = /Worker (started|finished) execution (\d+)/.exec(line) ?? [];
		if (id !== undefined) (what === 'started' ? this.began : this.ended).add(id);
	}

	get inHand(): string[] {
		return [...this.began].filter((id) => !this.ended.has(id));
	}

	async kill(): Promise<void> {
		await kill(this.child);
	}

	async stop(): Promise<void> {
		await stop(this.child, 20_000);
	}
}

export class Cluster {
	private constructor(
		private readonly host: Host,
		private readonly folder: string,
		private readonly env: Record<string, string>,
		readonly main: N8n,
		readonly workers: Worker[],
	) {}

	/** Installs the package for a main and two workers. */
	static async install(folder: string, tarball: string): Promise<void> {
		for (const name of ['main', 'A', 'B']) {
			mkdirSync(join(folder, name), { recursive: true });
			await installByHand(join(folder, name), tarball);
		}
	}

	static async start(host: Host, folder: string, services: { redis: Redis; database: Database }, more: Record<string, string> = {}): Promise<Cluster> {
		const env = {
			EXECUTIONS_MODE: 'queue',
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: String(services.redis.port),
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: String(services.database.port),
			DB_POSTGRESDB_DATABASE: 'n8n',
			DB_POSTGRESDB_USER: 'postgres',
			// n8n's own default is 2 connections a process: under load executions then fail while they wait for one.
			DB_POSTGRESDB_POOL_SIZE: '10',
			N8N_ENCRYPTION_KEY: 'only-for-this-test-0123456789',
			N8N_DEFAULT_BINARY_DATA_MODE: 'database',
			N8N_DIAGNOSTICS_ENABLED: 'false',
			EXECUTIONS_DATA_PRUNE: 'false',
			...more,
		};
		const main = await N8n.start(host, { userFolder: join(folder, 'main'), env });
		await main.logIn();
		const workers = await Promise.all(['A', 'B'].map(async (name) => await Worker.start(name, host, join(folder, name), env)));
		return new Cluster(host, folder, env, main, workers);
	}

	/** As whatever keeps workers running would do. */
	async startWorker(name: string): Promise<void> {
		this.workers.push(await Worker.start(name, this.host, join(this.folder, name), this.env));
	}

	/**
	 * Kills a worker and tells which executions it had in hand: what was taken from the queue then, is never given back, and no
	 * other worker began. (Its own log lacks what it had only just taken.)
	 */
	async killWorker(worker: Worker, redis: Redis): Promise<string[]> {
		await worker.kill();
		const taken = await redis.ask('lrange', activeJobs, '0', '-1');
		await new Promise((resolve) => setTimeout(resolve, 15_000));
		const still = new Set(await redis.ask('lrange', activeJobs, '0', '-1'));
		const others = this.workers.filter((other) => other !== worker);
		const inHand = new Set(worker.inHand);
		for (const job of taken.filter((id) => still.has(id))) {
			const [data = '{}'] = await redis.ask('hget', `bull:jobs:${job}`, 'data');
			const { executionId }: { executionId?: string } = JSON.parse(data);
			if (executionId !== undefined && !others.some(({ began }) => began.has(executionId))) inHand.add(executionId);
		}
		return [...inHand];
	}

	async stop(): Promise<void> {
		await Promise.all(this.workers.map(async (worker) => await worker.stop()));
		await this.main.stop();
	}
}
