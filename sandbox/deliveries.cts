import type { Clock } from './clock.cts';

/** One webhook that was sent, and how it was received. */
export interface Delivery {
	at: number;
	service: string;
	url: string;
	headers: Record<string, string>;
	body: string;
	/** 0: nobody answered */
	status: number;
	answer: string;
}

/** Names that belong to nobody (RFC 2606): looking one up can take longer than all the rest of a run. */
const NOBODY = /(^|\.)(example(\.(com|net|org))?|test|invalid)$/;

/** Sends webhooks. Services build and sign the body; everything sent is kept for tests. */
export class Deliveries {
	readonly sent: Delivery[] = [];

	private readonly flying = new Set<Promise<Delivery>>();
	private readonly closing = new AbortController();

	constructor(private readonly clock: Clock) {}

	/** Sends once (no vendor here documents its retries). Never throws: a receiver that is down has status 0. */
	send(service: string, url: string, headers: Record<string, string>, body: string): Promise<Delivery> {
		const flight = this.post(service, url, headers, body);
		this.flying.add(flight);
		void flight.finally(() => this.flying.delete(flight));
		return flight;
	}

	/** Waits until all that was sent has been answered. */
	async settled(): Promise<void> {
		while (this.flying.size > 0) await Promise.all(this.flying);
	}

	/** What nobody has answered yet is let go. */
	async close(): Promise<void> {
		this.closing.abort();
		await this.settled();
	}

	private async post(service: string, url: string, headers: Record<string, string>, body: string): Promise<Delivery> {
		const delivery: Delivery = { at: this.clock.now(), service, url, headers, body, status: 0, answer: '' };
		this.sent.push(delivery);
		try {
			if (NOBODY.test(new URL(url).hostname)) throw new Error('Nobody has this name');
			const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body, redirect: 'manual', signal: AbortSignal.any([this.closing.signal, AbortSignal.timeout(15_000)]) });
			delivery.status = response.status;
			delivery.answer = (await response.text()).slice(0, 2000);
		} catch (error) {
			delivery.answer = error instanceof Error ? error.message : String(error);
		}
		return delivery;
	}
}
