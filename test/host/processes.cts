/** Child processes that leave nothing behind, and ports that are free. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A failure that a person can act on: shown as its one sentence, without a stack. */
export class PlainError extends Error {}

export class CommandFailed extends Error {
	constructor(
		command: string,
		readonly output: string,
		readonly code: number | null,
	) {
		super(`${command} failed (exit ${code}):\n${output.split('\n').slice(-15).join('\n')}`);
	}
}

/** What `npm run` adds, n8n's own settings, and npm settings about this project; not the machine's registry or proxy. */
const notInherited =
	/^(N8N_|INIT_CWD$|NODE_OPTIONS$|npm_(?!config_)|npm_config_(ignore_scripts|omit|include|global$|prefix|local_prefix|workspace|package_lock|dry_run|json|legacy_peer_deps|install_strategy))/;

/** Our environment for a process of its own: a nested npm or n8n must not inherit this project's settings. */
export function cleanEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
	const inherited = Object.entries(process.env).filter(([name]) => !notInherited.test(name));
	return { ...Object.fromEntries(inherited), ...more };
}

const running = new Set<ChildProcess>();

/** Starts a process in a group of its own, so that its children can be ended with it. */
export function start(command: string, args: string[], options: { cwd: string; env?: NodeJS.ProcessEnv }): ChildProcess {
	const child = spawn(command, args, {
		cwd: options.cwd,
		env: options.env ?? cleanEnvironment(),
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	running.add(child);
	child.once('close', () => running.delete(child));
	child.once('error', () => running.delete(child));
	return child;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
	if (child.pid === undefined) return;
	try {
		process.kill(-child.pid, signal);
	} catch {
		// the group is gone already
	}
}

const groupLives = ({ pid }: ChildProcess): boolean => {
	try {
		if (pid !== undefined) process.kill(-pid, 0);
		return pid !== undefined;
	} catch {
		return false;
	}
};

/** Ends a process and all its children; by force if they are still there after the grace (milliseconds). */
export async function stop(child: ChildProcess, grace = 5_000): Promise<void> {
	signalGroup(child, 'SIGTERM');
	const deadline = Date.now() + grace;
	while (groupLives(child) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
	signalGroup(child, 'SIGKILL');
	if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) await once(child, 'close');
}

/** Ends a process and all its children at once and without a word, as a power cut or the kernel's out-of-memory killer does. */
export async function kill(child: ChildProcess): Promise<void> {
	signalGroup(child, 'SIGKILL');
	if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) await once(child, 'close');
}

// Whatever ends this process ends what it started.
process.on('exit', () => running.forEach((child) => signalGroup(child, 'SIGKILL')));

/** Runs a command to its end and gives what it printed; `printed` hears each piece as it comes. */
export async function run(
	command: string,
	args: string[],
	options: { cwd: string; env?: NodeJS.ProcessEnv; printed?: (text: string) => void },
): Promise<string> {
	const child = start(command, args, options);
	let output = '';
	const keep = (chunk: Buffer) => {
		output += chunk.toString();
		options.printed?.(chunk.toString());
	};
	child.stdout?.on('data', keep);
	child.stderr?.on('data', keep);
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', resolve);
	});
	if (code !== 0) throw new CommandFailed(`${command} ${args.join(' ')}`, output, code);
	return output;
}

/** A port of loopback that nobody listens on, or the given one if it is free. */
export async function freePort(wanted = 0): Promise<number> {
	const server = createServer();
	return await new Promise((resolve, reject) => {
		server.once('error', () => reject(new PlainError(`Port ${wanted} is in use: choose another one with --port.`)));
		server.listen(wanted, '127.0.0.1', () => {
			const address = server.address();
			const port = typeof address === 'object' && address !== null ? address.port : wanted;
			server.close(() => resolve(port));
		});
	});
}

/** Runs a script's main function: a plain error is one sentence, Ctrl-C cleans up, exit code 1 on failure. */
export async function script(main: (cleanup: (undo: () => Promise<void> | void) => void) => Promise<boolean>): Promise<void> {
	const undos: Array<() => Promise<void> | void> = [];
	let cleaning: Promise<void> | undefined;
	const cleanUp = async () => {
		cleaning ??= (async () => {
			// First what still runs: it may write into the folders that are removed next.
			await Promise.all([...running].map(async (child) => await stop(child)));
			for (const undo of undos.reverse()) await Promise.resolve(undo()).catch((error: unknown) => console.error(String(error)));
		})();
		await cleaning;
	};
	for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) {
		process.once(signal, () => {
			void cleanUp().finally(() => process.exit(code));
		});
	}
	try {
		const good = await main((undo) => undos.push(undo));
		await cleanUp();
		process.exit(good ? 0 : 1);
	} catch (error) {
		if (cleaning) return await cleaning;
		console.error(error instanceof PlainError ? error.message : error);
		await cleanUp();
		process.exit(1);
	}
}
