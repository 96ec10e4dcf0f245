/** Services on loopback that mean harm, and what was asked of them. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Hostile {
	origin: string;
	seen: Array<{ url: string; authorization: string | undefined }>;
	close(): Promise<void>;
}

export async function hostile(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Hostile> {
	const seen: Hostile['seen'] = [];
	const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
		seen.push({ url: request.url ?? '', authorization: request.headers.authorization });
		request.resume();
		response.on('error', () => {});
		answer(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	return {
		origin: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
		seen,
		close: async () => {
			server.closeAllConnections();
			await new Promise<void>((resolve) => server.close(() => resolve()));
		},
	};
}

export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
	response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
