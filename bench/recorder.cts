/** What a server is asked, with what is needed to ask the same again, and how many requests it works on. */
import type { Server } from 'node:http';

export interface Recorded {
	method: string;
	url: string;
	headers: Record<string, string>;
	body: string;
	status: number;
}

/** Of the connection, or set anew with each request. */
const NOT_REPEATED = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding', 'user-agent']);

export function recorderOf(server: Server): { requests: Recorded[]; busy(): number } {
	const requests: Recorded[] = [];
	let busy = 0;
	server.on('request', (request, response) => {
		const chunks: Buffer[] = [];
		// A listener of our own would start the flow before the server reads.
		const emit = request.emit.bind(request);
		request.emit = (event: string | symbol, ...args: unknown[]) => {
			if (event === 'data') chunks.push(Buffer.from(args[0] as Buffer));
			return emit(event, ...args);
		};
		busy++;
		response.once('close', () => {
			busy--;
			const headers = Object.fromEntries(Object.entries(request.headers).flatMap(([name, value]) => (NOT_REPEATED.has(name) || typeof value !== 'string' ? [] : [[name, value]])));
			requests.push({ method: request.method ?? 'GET', url: request.url ?? '/', headers, body: Buffer.concat(chunks).toString(), status: response.statusCode });
		});
	});
	return { requests, busy: () => busy };
}
