/**
 * The vendor that is measured against: answers from prepared bytes, so that its own work stays out of the figures.
 * Run as a process of its own; prints its address as one line of JSON.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { startSandbox } from '../sandbox/index.cts';

const APPLICATIONS = 100_000;
const PAGE = 250;
const FILE = Buffer.alloc(2 * 1024 * 1024, 'CV ');

/** 100,000 applications as Kombo writes them: real rows of the sandbox, repeated under other IDs. */
async function pages(): Promise<Buffer[]> {
	const sandbox = await startSandbox({ services: ['kombo'], jobs: 40, applications: 1000, seed: 'bench', validate: false });
	const rows: string[] = [];
	const headers = { authorization: `Bearer ${sandbox.keys['kombo']}`, 'x-integration-id': sandbox.integrationId };
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

/** Stage moves: 50 ms each, a limit of calls at once that can change while it runs. */
class Actions {
	private inFlight = 0;
	calls = 0;
	refused = 0;
	/** Limits by the number of calls served so far. */
	limitAt: (served: number) => number = () => 30;
	private served = 0;

	reset(limitAt: (served: number) => number): void {
		Object.assign(this, { calls: 0, refused: 0, served: 0, limitAt });
	}

	answer(response: ServerResponse): void {
		this.calls++;
		const limit = this.limitAt(this.served);
		const headers = { 'content-type': 'application/json', 'concurrency-limit': String(limit), 'concurrency-remaining': String(Math.max(0, limit - this.inFlight)) };
		if (this.inFlight >= limit) {
			this.refused++;
			response.writeHead(429, headers).end('{"status":"error","error":{"code":"PLATFORM.CONCURRENCY_LIMIT_EXCEEDED","title":null,"message":"Too many calls at once"}}');
			return;
		}
		this.inFlight++;
		setTimeout(() => {
			this.inFlight--;
			this.served++;
			response.writeHead(200, headers).end('{"status":"success","data":{},"warnings":[]}');
		}, 50);
	}
}

async function main(): Promise<void> {
	const prepared = await pages();
	const actions = new Actions();
	const json = (response: ServerResponse, body: string | Buffer) => response.writeHead(200, { 'content-type': 'application/json' }).end(body);
	let origin = '';
	const handle = (request: IncomingMessage, response: ServerResponse) => {
		const url = new URL(request.url ?? '/', 'http://bench');
		const path = url.pathname.replace(/^\/v1/, '');
		if (path === '/ats/applications') return json(response, prepared[Number(url.searchParams.get('cursor') ?? 0)] ?? '{}');
		if (path.endsWith('/stage')) return actions.answer(response);
		if (path === '/file') return response.writeHead(200, { 'content-type': 'application/pdf' }).end(FILE);
		if (path.startsWith('/ats/actions/')) return json(response, '{"status":"success","data":{}}');
		if (path.endsWith('/attachments')) return json(response, JSON.stringify({ status: 'success', data: { results: [{ id: 'F', type: 'CV', file_name: 'cv.pdf', content_type: 'application/pdf', data_url: `${origin}/file` }] }, warnings: [] }));
		if (path === '/airtable') return json(response, '{"records":[]}');
		if (path === '/_limit') {
			const dips = url.searchParams.get('dips') === 'true';
			actions.reset((served) => (dips && served >= 300 && served < 450 ? 5 : 30));
			return json(response, '{}');
		}
		if (path === '/_calls') return json(response, JSON.stringify({ calls: actions.calls, refused: actions.refused }));
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
		origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
		console.log(JSON.stringify({ origin }));
	});
}

void main();
