/** Redis and PostgreSQL from Debian's packages, each in a folder of its own, on free ports of loopback. */
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { cleanEnvironment, freePort, PlainError, run, start, stop } from './processes.cts';

export interface Service {
	port: number;
	stop(): Promise<void>;
}

export interface Redis extends Service {
	/** Answer of a command, line by line. */
	ask(...command: string[]): Promise<string[]>;
}

export interface Database extends Service {
	/** Rows of a query, as text. */
	rows(sql: string): Promise<string[][]>;
}

const missing = (what: string) => new PlainError(`${what} is not installed. On Debian: apt-get install -y redis-server postgresql`);
const tries = 150;

async function until(ready: () => Promise<unknown>, what: string): Promise<void> {
	for (let i = 0; i < tries; i++) {
		try {
			await ready();
			return;
		} catch {
			await new Promise((resolve) => setTimeout(resolve, 200));
		}
	}
	throw new PlainError(`${what} did not start in half a minute.`);
}

export async function startRedis(folder: string): Promise<Redis> {
	const command = '/usr/bin/redis-server';
	if (!existsSync(command)) throw missing('Redis');
	mkdirSync(folder, { recursive: true });
	const port = await freePort();
	const child = start(command, ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'], { cwd: folder });
	child.stdout?.resume();
	child.stderr?.resume();
	const ask = async (...command: string[]) => (await run('/usr/bin/redis-cli', ['-p', String(port), '--raw', ...command], { cwd: folder })).split('\n').filter(Boolean);
	await until(async () => await ask('ping'), 'Redis');
	return { port, ask, stop: async () => await stop(child) };
}

const user = 'postgres';

export async function startPostgres(folder: string): Promise<Database> {
	const versions = '/usr/lib/postgresql';
	const version = existsSync(versions) ? readdirSync(versions).sort((a, b) => Number(a) - Number(b)).at(-1) : undefined;
	if (version === undefined) throw missing('PostgreSQL');
	const bin = (name: string) => join(versions, version, 'bin', name);
	const data = join(folder, 'data');
	mkdirSync(data, { recursive: true });
	// PostgreSQL refuses to run as root: its package brings a user for that.
	const asRoot = process.getuid?.() === 0;
	const as = (command: string, args: string[]): [string, string[]] => (asRoot ? ['/usr/sbin/runuser', ['-u', user, '--', command, ...args]] : [command, args]);
	if (asRoot) {
		const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => Number(await run('id', [flag, user], { cwd: folder }))));
		for (const path of [folder, data]) chownSync(path, uid ?? 0, gid ?? 0);
	}
	await run(...as(bin('initdb'), ['-D', data, '-U', user, '--auth=trust', '-E', 'UTF8', '--locale=C']), { cwd: data });
	const port = await freePort();
	const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${data}`, 'max_connections=60', 'dynamic_shared_memory_type=mmap'];
	const child = start(...as(bin('postgres'), ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]), { cwd: data, env: cleanEnvironment() });
	child.stdout?.resume();
	child.stderr?.resume();
	const psql = async (database: string, sql: string) =>
		await run('/usr/bin/psql', ['-h', '127.0.0.1', '-p', String(port), '-U', user, '-d', database, '-qAt', '-F', '\t', '-c', sql], { cwd: data });
	await until(async () => await psql('postgres', 'select 1'), 'PostgreSQL');
	await psql('postgres', 'create database n8n');
	return {
		port,
		stop: async () => {
			// Fast, with a checkpoint: a plain SIGTERM would wait for everybody to hang up.
			await run(...as(bin('pg_ctl'), ['stop', '-D', data, '-m', 'fast']), { cwd: data }).catch(() => {});
			await stop(child);
		},
		rows: async (sql) => (await psql('n8n', sql)).split('\n').filter(Boolean).map((line) => line.split('\t')),
	};
}
