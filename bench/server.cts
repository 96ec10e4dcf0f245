/**
 * The vendor that is measured against: answers from prepared bytes, so that its own work stays out of the figures.
 * Run as a process of its own; prints its address as one line of JSON.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { startSandbox } from '../sandbox/index.cts';
import { QUICK, SIZES } from './sizes.cts';
import { integrationIdOf } from '../sandbox/kombo/state.cts';
import { endWithParent } from './withParent.cts';

const APPLICATIONS = SIZES.rows;
const PAGE = 250;

/** Many applications as Kombo writes them: real rows of the sandbox, repeated under other IDs. */
async function pages(): Promise<Buffer[]> {
	const sandbox = await startSandbox({ services: ['kombo'], jobs: 40, applications: 1000, seed: 'bench', validate: false });
	const rows: string[] = [];
	const headers = { authorization: `Bearer ${sandbox.keys['kombo']}`, 'x-integration-id': integrationIdOf(sandbox.world) };
	for (let cursor: string | null = ''; cursor !== null; ) {
		const answer: Response = await fetch(`${sandbox.urls['kombo']}/ats/applications?page_size=250${cursor ? `&cursor=${cursor}` : ''}`, { headers });
		const { data } = (await answer.json()) as { data: { results: object[]; next: string | null } };
		rows.push(...data.results.map((row) => JSON.stringify(row)));
		cursor = data.next;
	}
	await sandbox.close();
	return Array.from({ length: APPLICATIONS / PAGE }, (_, page) => {
		const next = page + 1 < APPLICATIONS / PAGE ? `"${page + 1}"` : 'null';
		const results = Array.from({ length: PAGE }, (_row, at) => (rows[(page * PAGE + at) % rows.length] ?? '{}').replace(/"id":"[^"]+"/, `"id":"A${page * PAGE + at}"`));
		return Buffer.from(`{"status":"success","data":{"results":[${results.join(',')}],"next":${next}}}`);
	});
}

/** Tried, not measured: ours and n8n's own come side by side. */
const AT_ONCE = QUICK ? 60 : 30;

/** Stage moves: 50 ms each. */
class Actions {
	private inFlight = 0;

	answer(response: ServerResponse): void {
		const headers = { 'content-type': 'application/json', 'concurrency-limit': String(AT_ONCE), 'concurrency-remaining': String(Math.max(0, AT_ONCE - this.inFlight)) };
		if (this.inFlight >= AT_ONCE) {
			response.writeHead(429, headers).end('{"status":"error","error":{"code":"PLATFORM.CONCURRENCY_LIMIT_EXCEEDED","title":null,"message":"Too many calls at once"}}');
			return;
		}
		this.inFlight++;
		setTimeout(() => {
			this.inFlight--;
			response.writeHead(200, headers).end('{"status":"success","data":{},"warnings":[]}');
		}, 50);
	}
}

async function main(): Promise<void> {
	endWithParent();
	const prepared = await pages();
	const actions = new Actions();
	const json = (response: ServerResponse, body: string | Buffer) => response.writeHead(200, { 'content-type': 'application/json' }).end(body);
	const handle = (request: IncomingMessage, response: ServerResponse) => {
		const url = new URL(request.url ?? '/', 'http://bench');
		const path = url.pathname.replace(/^\/v1/, '');
		if (path === '/ats/applications') return json(response, prepared[Number(url.searchParams.get('cursor') ?? 0)] ?? '{}');
		if (path.endsWith('/stage')) return actions.answer(response);
		return response.writeHead(404).end();
	};
	const server = createServer((request, response) => {
		request.resume();
		request.once('end', () => handle(request, response));
	});
	// A variant may take longer than a connection idles by default.
	server.keepAliveTimeout = 120_000;
	server.listen(0, '127.0.0.1', () => {
		const address = server.address();
		const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
		console.log(JSON.stringify({ origin }));
	});
}

void main();
