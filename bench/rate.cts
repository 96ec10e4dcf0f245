/**
 * What a rate limit costs, with real time and a real server: `node -r tsx/cjs bench/rate.cts`. Takes four minutes. Each row: calls of the
 * window, items, who tells (the published figure, headers, refusals), seconds, ratio to the ideal, refusals, failed.
 */
import { createServer } from 'node:http';

import type { IAllExecuteFunctions } from 'n8n-workflow';

import { ConcurrencyLimit } from '../lib/http/concurrency';
import { HttpClient } from '../lib/http/client';

const WINDOW_MS = 10_000;

interface Setting {
	calls: number;
	items: number;
	executions: number;
	told: 'figure' | 'headers' | 'refusals';
}

async function measure({ calls, items, executions, told }: Setting) {
	let [end, used, refused] = [-Infinity, 0, 0];
	const server = createServer((_request, response) => {
		const now = Date.now();
		if (now >= end) [end, used] = [now + WINDOW_MS, 0];
		const ok = used < calls;
		if (ok) used++;
		else refused++;
		const seconds = String(Math.ceil((end - now) / 1000));
		response.writeHead(ok ? 200 : 429, { 'content-type': 'application/json', ...(ok ? {} : { 'retry-after': seconds }), ...(told === 'headers' ? { 'x-ratelimit-limit': calls, 'x-ratelimit-remaining': calls - used, 'x-ratelimit-reset': seconds } : {}) }).end('{}');
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
	const helpers = {
		httpRequestWithAuthentication: async (_credential: string, { url }: { url: string }) => {
			const answer = await fetch(url);
			const headers: Record<string, string> = {};
			answer.headers.forEach((value, name) => void (headers[name] = value));
			return { statusCode: answer.status, headers, body: await answer.text() };
		},
	};
	const begun = Date.now();
	const results = await Promise.all(
		Array.from({ length: executions }, async () => {
			const client = new HttpClient({ helpers } as unknown as IAllExecuteFunctions, { service: 'Bench', credential: 'none', timeoutMs: 30_000, baseUrl: () => origin, error: () => undefined, ...(told === 'figure' ? { rate: { calls, perMs: WINDOW_MS } } : {}) }, { apiKey: 'x' }, { limit: new ConcurrencyLimit(30) });
			return await Promise.allSettled(Array.from({ length: items / executions }, async (_, index) => await client.send({ method: 'POST', path: `/items/${index}`, body: {} })));
		}),
	);
	const seconds = (Date.now() - begun) / 1000;
	server.closeAllConnections();
	server.close();
	const ideal = ((Math.ceil(items / calls) - 1) * WINDOW_MS) / 1000;
	return { calls, items, executions, told, seconds, ratio: Math.round((seconds / ideal) * 1000) / 1000, refused, failed: results.flat().filter(({ status }) => status === 'rejected').length };
}

void (async () => {
	const settings: Setting[] = [
		{ calls: 10, items: 80, executions: 1, told: 'figure' },
		{ calls: 10, items: 80, executions: 1, told: 'headers' },
		{ calls: 10, items: 80, executions: 1, told: 'refusals' },
		{ calls: 10, items: 80, executions: 2, told: 'headers' },
		{ calls: 50, items: 160, executions: 1, told: 'figure' },
		{ calls: 50, items: 160, executions: 1, told: 'headers' },
	];
	// Each has a server and so a limit of its own: side by side they do not meet.
	for (const row of await Promise.all(settings.map(measure))) console.log(JSON.stringify(row));
	process.exit(0);
})();
