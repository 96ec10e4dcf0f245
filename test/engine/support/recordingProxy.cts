/**
 * A server on loopback between our nodes and the sandbox: it records what each operation asks and gets, and then plays it
 * back as often as one likes, with altered answers where asked for. Shows every request as it came, byte for byte.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { useClock } from '../../../lib/clock';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../sandbox/index.cts';
import { hurried } from './hurried.cts';

export interface Answer {
	status: number;
	headers: Record<string, string>;
	body: Buffer;
}

export interface Seen {
	method: string;
	/** Path and query, as they stood in the request line. */
	url: string;
	/** Names and values in turn, as they came. */
	rawHeaders: readonly string[];
	body: Buffer;
}

export interface Exchange extends Answer {
	method: string;
	url: string;
}

/** Where a user's or client's token comes from: whether it is asked for depends on what ran before. */
const AUTHENTICATION = /\/token$|\/user\/login$/;
/** The address of a sandbox that does not listen. */
const NO_PORT = 'http://sandbox.localhost';

export class RecordingProxy {
	/** Requests of the present run, but for those that fetch a token. */
	readonly seen: Seen[] = [];
	/** What the present run is answered with; undefined: the sandbox answers. */
	private replaying: { exchanges: readonly Exchange[]; used: Set<number>; alter?: Alter } | undefined;
	private recorded: Exchange[] = [];
	private underWay = 0;
	private readonly tokens = new Map<string, Exchange>();

	private constructor(
		readonly sandbox: Sandbox,
		private readonly server: Server,
		private readonly restoreClock: () => void,
	) {}

	static async open(options: SandboxOptions = {}): Promise<RecordingProxy> {
		const sandbox = await startSandbox({ jobs: 4, applications: 30, seed: 'stage', clock: hurried, ...options, listen: false });
		const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => void proxy.serve(request, response));
		const proxy = new RecordingProxy(sandbox, server, useClock(hurried));
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return proxy;
	}

	get origin(): string {
		const address = this.server.address();
		return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
	}

	/** Base addresses of the services, here. */
	get urls(): Record<string, string> {
		return Object.fromEntries(Object.entries(this.sandbox.urls).map(([name, url]) => [name, url.replace(NO_PORT, this.origin)]));
	}

	async close(): Promise<void> {
		this.restoreClock();
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
		await this.sandbox.close();
	}

	/** Runs `work` against the sandbox and keeps what was said. */
	async record<T>(work: () => Promise<T>): Promise<{ result: T; exchanges: Exchange[] }> {
		await this.quiet();
		this.begin(undefined);
		const result = await work();
		return { result, exchanges: this.recorded };
	}

	/** Runs `work` against what was said before. An address nobody knows gets the answer of its turn. */
	async replay<T>(exchanges: readonly Exchange[], work: () => Promise<T>, alter?: Alter): Promise<T> {
		await this.quiet();
		this.begin({ exchanges, used: new Set(), ...(alter ? { alter } : {}) });
		return await work();
	}

	/** A run that failed may have calls under way: they are its own, and not the next one's. */
	private async quiet(): Promise<void> {
		for (let turns = 0; turns < 20; turns++) {
			if (this.underWay > 0) turns = 0;
			await new Promise((resolve) => setImmediate(resolve));
		}
	}

	private begin(replaying: RecordingProxy['replaying']): void {
		this.replaying = replaying;
		this.recorded = [];
		this.seen.length = 0;
	}

	private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		this.underWay++;
		response.once('close', () => this.underWay--);
		const chunks: Buffer[] = [];
		try {
			for await (const chunk of request) chunks.push(chunk);
		} catch {
			return void response.destroy();
		}
		const { method = 'GET', url = '/', rawHeaders } = request;
		const seen = { method, url, rawHeaders, body: Buffer.concat(chunks) };
		const answer = await this.answer(seen);
		if (!answer) return void response.destroy();
		response.writeHead(answer.status, { ...answer.headers, 'content-length': String(answer.body.length) });
		response.end(method === 'HEAD' ? undefined : answer.body);
	}

	private async answer(seen: Seen): Promise<Answer | undefined> {
		if (AUTHENTICATION.test(seen.url)) {
			// A token ends, and waiting takes this clock on by hours: what is recorded is recorded with a new one.
			const known = (this.replaying && this.tokens.get(seen.url)) ?? (await this.ask(seen));
			this.tokens.set(seen.url, known);
			return this.replaying?.alter?.(known, -1, seen) ?? known;
		}
		this.seen.push(seen);
		if (!this.replaying) {
			const exchange = await this.ask(seen);
			this.recorded.push(exchange);
			return exchange;
		}
		const { exchanges, used, alter } = this.replaying;
		const index = turnOf(exchanges, used, seen);
		const exchange = exchanges[index];
		if (!exchange) return { status: 404, headers: { 'content-type': 'application/json' }, body: Buffer.from('{}') };
		used.add(index);
		return alter ? alter(exchange, index, seen) : exchange;
	}

	private async ask({ method, url, rawHeaders, body }: Seen): Promise<Exchange> {
		const headers: Record<string, string> = {};
		for (let index = 0; index < rawHeaders.length; index += 2) headers[(rawHeaders[index] ?? '').toLowerCase()] = rawHeaders[index + 1] ?? '';
		delete headers['transfer-encoding'];
		const answer = await this.sandbox.inject({ method: method as 'GET', url, headers, ...(body.length > 0 ? { payload: body } : {}) });
		const text = /json|text|xml/.test(String(answer.headers['content-type'] ?? ''));
		const bytes = text ? Buffer.from(answer.rawPayload.toString('utf8').split(NO_PORT).join(this.origin)) : answer.rawPayload;
		const kept = Object.entries(answer.headers).filter(([name]) => !['content-length', 'connection', 'transfer-encoding', 'keep-alive'].includes(name));
		return { method, url, status: answer.statusCode, headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value).split(NO_PORT).join(this.origin)])), body: bytes };
	}
}

/** Changes an answer; undefined cuts the connection. Index -1: the answer that gives a token. */
export type Alter = (exchange: Exchange, index: number, seen: Seen) => Answer | undefined;

function turnOf(exchanges: readonly Exchange[], used: ReadonlySet<number>, { method, url }: Seen): number {
	const find = (fits: (exchange: Exchange) => boolean, fresh: boolean) => exchanges.findIndex((exchange, index) => fits(exchange) && (!fresh || !used.has(index)));
	const same = (exchange: Exchange) => exchange.method === method && exchange.url === url;
	const like = (exchange: Exchange) => exchange.method === method;
	for (const found of [find(same, true), find(same, false), find(like, true)]) if (found >= 0) return found;
	return exchanges.findLastIndex(like);
}
