/** The line between one n8n and the sandbox, which can be cut: to that n8n the vendor is then down. */
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

import { freePort } from './processes.cts';

/** What a regular read asks for (Kombo), and the first read does not. */
const windowRead = 'updated_after=';

export class VendorLine {
	/** Regular reads that went through. */
	reads = 0;
	private readonly sockets = new Set<Socket>();
	private server: Server | undefined;
	private waiting: Array<() => void> = [];

	private constructor(
		private readonly target: number,
		readonly port: number,
	) {}

	static async to(url: string): Promise<VendorLine> {
		const line = new VendorLine(Number(new URL(url).port), await freePort());
		await line.up();
		return line;
	}

	/** The vendor's base address as this n8n knows it. */
	address(baseUrl: string): string {
		const url = new URL(baseUrl);
		url.port = String(this.port);
		return url.href.replace(/\/$/, '');
	}

	async up(): Promise<void> {
		if (this.server) return;
		const server = createServer((near) => this.join(near));
		this.server = server;
		await new Promise<void>((resolve, reject) => {
			server.once('error', reject);
			server.listen(this.port, '127.0.0.1', resolve);
		});
	}

	/** Connections are refused from now on, and those under way break. */
	async down(): Promise<void> {
		const { server } = this;
		if (!server) return;
		this.server = undefined;
		const closed = new Promise((resolve) => server.close(resolve));
		for (const socket of this.sockets) socket.destroy();
		await closed;
	}

	/** When the next regular read begins. */
	async nextRead(): Promise<void> {
		await new Promise<void>((resolve) => this.waiting.push(resolve));
	}

	private join(near: Socket): void {
		const far = connect(this.target, '127.0.0.1');
		for (const [socket, other] of [[near, far], [far, near]] as const) {
			this.sockets.add(socket);
			socket.on('error', () => other.destroy());
			socket.on('close', () => {
				this.sockets.delete(socket);
				other.destroy();
			});
		}
		near.on('data', (chunk: Buffer) => {
			if (!chunk.includes(windowRead)) return;
			this.reads++;
			for (const resolve of this.waiting.splice(0)) resolve();
		});
		near.pipe(far).pipe(near);
	}
}
