/**
 * What the internet may send to the three webhook triggers: each delivery goes over a real port into n8n's WebhookContext.
 * One seed, one plan: the oracle knows of every delivery whether it is genuine and what became of it.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';

import type { ICredentialDataDecryptedObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { Repeats } from '../../lib/webhook/repeats';
import { Random } from '../../sandbox/random.cts';
import { serveWebhook, StoredCredentials, type CredentialStore, type WebhookServer } from '../engine/harness/index.cts';
import { size } from '../size.cts';

const SEED = 'webhooks/1';
const DELIVERIES = size(1_500, 10_000);
const SECRET = 'wh_5f2c9d7e41b84a0f';
const MEGABYTE = 1024 * 1024;

interface Event {
	/** Ours, to find it again in the items. */
	mark: string;
	/** False: the vendor gives it nothing to know it from another by, so each delivery counts. */
	known: boolean;
	body: string;
}

interface Vendor {
	node: string;
	parameters: INodeParameters;
	credentials: CredentialStore;
	/** The header that proves the sender, and what it must hold for these bytes. */
	header: string;
	proof(body: Buffer, secret?: string): string;
	/** Who sends knows a secret but signs nothing: changed bytes are then a delivery like any other. */
	unsigned?: true;
	event(mark: string, random: Random): Event;
	unwanted(mark: string): string;
	/** Proven, parsable, and still no event. */
	shapeless: readonly string[];
}

const hmac = (body: Buffer, secret = SECRET) => createHmac('sha256', secret).update(body).digest('base64url');
const text = (random: Random) => random.pick(['', 'Zoë Müller', '日本語 😀', '"quoted" \\ back', '\u0000 and \u2028', 'x'.repeat(2000)]);

const vendors: readonly Vendor[] = [
	{
		node: 'komboTrigger',
		parameters: { events: ['data-changed', 'integration-state-changed', 'other'] },
		credentials: { komboApi: { region: 'eu', apiKey: 'key-of-kombo', webhookSecret: SECRET } },
		header: 'x-kombo-signature',
		proof: hmac,
		event: (mark, random) => ({ mark, known: true, body: JSON.stringify({ id: mark, type: random.pick(['data-changed', 'integration-state-changed', 'never-heard-of']), data: { mark, note: text(random) } }) }),
		unwanted: (mark) => JSON.stringify({ id: mark, type: 'sync-finished', data: { mark } }),
		shapeless: ['[]', '42', 'null', '"text"', '{}', '{"type":7,"id":"a"}', '{"__proto__":{"type":"data-changed"}}'],
	},
	{
		node: 'knitTrigger',
		parameters: { events: ['record.new', 'record.modified', 'record.deleted'] },
		credentials: { knitApi: { environment: 'production', apiKey: SECRET } },
		header: 'x-knit-signature',
		proof: hmac,
		event: (mark, random) => ({ mark, known: true, body: JSON.stringify({ eventId: mark, eventType: random.pick(['record.new', 'record.modified', 'record.deleted']), syncDataType: 'ats_applications', eventData: { mark, note: text(random) } }) }),
		unwanted: (mark) => JSON.stringify({ eventId: mark, eventType: 'sync.events.processed', eventData: { mark } }),
		shapeless: ['[]', '42', 'null', '"text"', '{}', '{"eventType":{}}', '{"eventId":"a"}'],
	},
	{
		node: 'flatchrTrigger',
		parameters: { events: ['new_applicant', 'drag_applicant', 'new_message'], protection: 'header', headerName: 'X-Webhook-Secret', addIds: false },
		credentials: { flatchrApi: { apiKey: 'key-of-flatchr', companyKey: 'company', webhookSecret: SECRET } },
		header: 'x-webhook-secret',
		proof: (_body, secret = SECRET) => secret,
		unsigned: true,
		event: (mark, random) => {
			const event = random.pick(['new_applicant', 'drag_applicant', 'new_message']);
			const data = { mark, note: text(random), ...(event === 'new_applicant' ? { applicant_id: mark } : { applicant: { id: 7, updated_at: '2026-01-05T09:00:00Z' } }) };
			return { mark, known: event !== 'new_message', body: JSON.stringify({ event, company_id: 1, data }) };
		},
		unwanted: (mark) => JSON.stringify({ event: 'new_vacancy', data: { mark, vacancy_id: mark } }),
		shapeless: ['[]', '42', 'null', '"text"', '{}', '{"event":""}', '{"event":["new_message"]}'],
	},
];

/** A host whose database is slow when asked to be. */
class SlowCredentials extends StoredCredentials {
	delay: (() => Promise<void>) | undefined;

	override async getDecrypted(...given: Parameters<StoredCredentials['getDecrypted']>): Promise<ICredentialDataDecryptedObject> {
		await this.delay?.();
		return await super.getDecrypted(...given);
	}
}

const markOf = (items: INodeExecutionData[]): string => /"mark":"([^"]+)"/.exec(JSON.stringify(items))?.[1] ?? 'no mark';

/** One vendor's deliveries, and the books about them. */
class Sender {
	readonly created = new Map<string, number>();
	readonly events = new Map<string, Event>();
	/** Not yet acknowledged: the vendor will send them again. */
	readonly owed: Event[] = [];
	readonly wrong: string[] = [];
	readonly kinds: Record<string, number> = {};
	sent = 0;
	private made = 0;
	/** What becomes of the next execution. */
	private fate: (() => Promise<void>) | undefined;
	private server: WebhookServer | undefined;
	private readonly credentials: SlowCredentials;
	private readonly agent = new Agent({ keepAlive: true });

	constructor(
		readonly vendor: Vendor,
		private readonly random: Random,
	) {
		this.credentials = new SlowCredentials(vendor.credentials);
	}

	async open(): Promise<void> {
		this.server = await serveWebhook(this.vendor.node, this.vendor.parameters, {
			credentials: this.credentials,
			node: { id: `chaos-${this.vendor.node}-${randomUUID()}` },
			startExecution: async (items) => {
				await this.fate?.();
				const mark = markOf(items);
				this.created.set(mark, (this.created.get(mark) ?? 0) + 1);
			},
		});
	}

	async close(): Promise<WebhookServer | undefined> {
		this.agent.destroy();
		await this.server?.close();
		return this.server;
	}

	/** The status of the answer; 0 when the connection was closed before one came. */
	async post(body: Buffer | string, headers: Record<string, string> = {}, hangUp?: Promise<unknown>): Promise<{ status: number; message: string }> {
		this.sent++;
		const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
		const proven = { 'content-type': 'application/json', [this.vendor.header]: this.vendor.proof(bytes), 'content-length': String(bytes.length), ...headers };
		return await new Promise((resolve) => {
			const sending = httpRequest(this.server?.url ?? '', { method: 'POST', headers: Object.fromEntries(Object.entries(proven).filter(([, value]) => value !== 'ABSENT')), agent: hangUp ? false : this.agent }, (answer) => {
				const chunks: Buffer[] = [];
				answer.on('data', (chunk: Buffer) => chunks.push(chunk));
				answer.on('end', () => resolve({ status: answer.statusCode ?? 0, message: Buffer.concat(chunks).toString() }));
			});
			sending.on('error', () => resolve({ status: 0, message: '' }));
			void hangUp?.then(() => sending.destroy());
			sending.end(bytes);
		});
	}

	private fresh(): Event {
		const event = this.vendor.event(`${this.vendor.node}-${this.made++}`, this.random);
		this.events.set(event.mark, event);
		return event;
	}

	private expect(kind: string, got: { status: number; message: string }, ...statuses: number[]): void {
		this.kinds[kind] = (this.kinds[kind] ?? 0) + 1;
		if (!statuses.includes(got.status)) this.wrong.push(`${this.vendor.node}: ${kind} was answered ${got.status} ${got.message.slice(0, 200)}`);
	}

	/** Nothing may start because of this delivery. */
	private async refused(kind: string, body: Buffer | string, headers: Record<string, string>, ...statuses: number[]): Promise<void> {
		const before = this.total();
		this.expect(kind, await this.post(body, headers), ...statuses);
		if (this.total() !== before) this.wrong.push(`${this.vendor.node}: ${kind} started an execution`);
	}

	private total(): number {
		let total = 0;
		for (const count of this.created.values()) total += count;
		return total;
	}

	async step(): Promise<void> {
		const { random } = this;
		const act = random.weighted([
			[() => this.deliver('a new event', this.fresh()), 30],
			[() => this.again(), 14],
			[() => this.owedAgain(), 10],
			[() => this.twins(), 4],
			[() => this.failing(), 5],
			[() => this.hungUp(), 3],
			[() => this.hungUpEarly(), 2],
			[() => this.forged(), 14],
			[() => this.changed(), 8],
			[() => this.malformed(), 8],
			[() => this.otherContentType(), 6],
			[() => this.refused('an event nobody wants', this.vendor.unwanted(`unwanted-${random.bits()}`), {}, 200), 4],
		] as const);
		await act();
	}

	private async deliver(kind: string, event: Event, headers: Record<string, string> = {}): Promise<void> {
		this.expect(kind, await this.post(event.body, headers), 200);
	}

	/** Any earlier event once more, in whatever order. */
	private async again(): Promise<void> {
		const known = [...this.events.values()].filter((event) => event.known && !this.owed.includes(event));
		if (known.length === 0) return;
		const event = this.random.pick(known);
		await this.refused('a repeat', event.body, {}, 200);
	}

	private async owedAgain(): Promise<void> {
		const [event] = this.owed.splice(this.random.int(0, Math.max(0, this.owed.length - 1)), 1);
		if (event) await this.deliver('the next try of an event that was not taken', event);
	}

	/** The same event over two connections at once: one is taken, the other is emitted so, or to come back. */
	private async twins(): Promise<void> {
		const event = this.fresh();
		const [one, other] = await Promise.all([this.post(event.body), this.post(event.body)]);
		this.expect('one of two at once', one, 200, 503);
		this.expect('the other of two at once', other, 200, 503);
		if (one.status !== 200 && other.status !== 200) this.wrong.push(`${this.vendor.node}: neither of two at once was taken`);
		if (!event.known) this.events.delete(event.mark);
	}

	/** n8n cannot create the execution: its database is full, say. */
	private async failing(): Promise<void> {
		const event = this.fresh();
		this.fate = async () => {
			throw new Error('The execution could not be stored');
		};
		this.expect('an execution that cannot be created', await this.post(event.body), 500);
		this.fate = undefined;
		this.owed.push(event);
	}

	/** The sender gives up while n8n creates the execution. */
	private async hungUp(): Promise<void> {
		const event = this.fresh();
		let entered = () => {};
		const hangUp = new Promise<void>((resolve) => (entered = resolve));
		let finish = () => {};
		const finished = new Promise<void>((resolve) => (finish = resolve));
		this.fate = async () => {
			entered();
			await finished;
			throw new Error('The execution could not be stored');
		};
		this.expect('a sender that hangs up', await this.post(event.body, {}, hangUp), 0);
		finish();
		await this.server?.settled();
		this.fate = undefined;
		this.owed.push(event);
	}

	/** The sender gives up before the node has looked at the delivery: the answer is closed when the node first sees it. */
	private async hungUpEarly(): Promise<void> {
		const event = this.fresh();
		let asked = () => {};
		const hangUp = new Promise<void>((resolve) => (asked = resolve));
		let proceed = () => {};
		const closed = new Promise<void>((resolve) => (proceed = resolve));
		this.credentials.delay = async () => {
			asked();
			await closed;
		};
		this.fate = async () => {
			throw new Error('The execution could not be stored');
		};
		const noticed = this.server?.nextHangUp();
		this.expect('a sender that hangs up at once', await this.post(event.body, {}, hangUp), 0);
		await noticed;
		proceed();
		this.credentials.delay = undefined;
		await this.server?.settled();
		this.fate = undefined;
		this.owed.push(event);
	}

	private async forged(): Promise<void> {
		const event = this.vendor.event(`forged-${this.random.bits()}`, this.random);
		const bytes = Buffer.from(event.body);
		const right = this.vendor.proof(bytes);
		const proof = this.random.pick([
			this.vendor.proof(bytes, 'another secret'),
			this.vendor.unsigned ? `${SECRET}x` : hmac(Buffer.concat([bytes, Buffer.from(' ')])),
			this.vendor.unsigned ? SECRET.toUpperCase() : createHmac('sha256', SECRET).update(bytes).digest('hex'),
			this.vendor.unsigned ? hmac(bytes) : createHmac('sha1', SECRET).update(bytes).digest('base64url'),
			right.slice(0, -1),
			right.slice(0, 1),
			`sha256=${right}`,
			'A'.repeat(8000),
			'%00',
			'',
			'null',
			'ABSENT',
		]);
		await this.refused('a bad or missing proof', bytes, { [this.vendor.header]: proof }, 401);
	}

	/** The proof of one body on another. */
	private async changed(): Promise<void> {
		const event = this.vendor.event(`changed-${this.random.bits()}`, this.random);
		const bytes = Buffer.from(event.body);
		const proof = this.vendor.unsigned ? this.vendor.proof(bytes, 'not the secret') : this.vendor.proof(bytes);
		const at = this.random.int(0, bytes.length - 1);
		const other = this.random.pick([
			() => Buffer.concat([bytes.subarray(0, at), Buffer.from([(bytes[at] ?? 0) ^ (1 << this.random.int(0, 7))]), bytes.subarray(at + 1)]),
			() => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
			() => Buffer.concat([bytes, Buffer.from('\n')]),
			() => Buffer.from(event.body.replace('changed-', 'chonged-')),
		])();
		// n8n itself refuses what is no JSON with 422.
		await this.refused('changed bytes', other, { [this.vendor.header]: proof }, 401, 422);
	}

	private async malformed(): Promise<void> {
		const broken = this.random.pick(['{', '{"a":', 'not json', "{'a':1}", '<xml/>', '{"a":1}}', '\u0000', '[1,2', '{"a":1}garbage']);
		const [kind, body, type, status] = this.random.pick([
			['no JSON, said to be JSON', broken, 'application/json', 422],
			['no JSON, said to be text', broken, 'text/plain', 400],
			['no JSON, said to be a form', broken, 'application/x-www-form-urlencoded', 400],
			['no body', '', 'application/json', 400],
			['no event', this.random.pick(this.vendor.shapeless), 'application/json', 400],
			['no text', Buffer.from([0xff, 0xfe, 0x00, 0x80]), 'application/octet-stream', 400],
			['nothing but brackets', '['.repeat(20_000) + ']'.repeat(20_000), 'application/json', 413],
		] as const);
		await this.refused(kind, body, { 'content-type': type }, status);
	}

	/** Genuine is what the proof says, whatever the content type says. */
	private async otherContentType(): Promise<void> {
		const type = this.random.pick(['text/plain', 'application/json; charset=utf-8', 'application/vnd.vendor+json', 'application/octet-stream', 'application/x-www-form-urlencoded', 'image/png', 'nonsense', 'ABSENT']);
		await this.deliver('a new event under another content type', this.fresh(), { 'content-type': type });
	}

	async oversized(): Promise<void> {
		const big = Buffer.alloc(16 * MEGABYTE + 1, 'x');
		this.expect('an oversized body', await this.post(big), 413, 0);
		const justFits = this.vendor.event(`${this.vendor.node}-large`, this.random);
		const large = { ...justFits, body: justFits.body.replace('"mark"', `"filler":"${'y'.repeat(15 * MEGABYTE)}","mark"`) };
		this.events.set(large.mark, large);
		await this.deliver('a large event', large);
	}

	async finish(): Promise<void> {
		while (this.owed.length > 0) await this.owedAgain();
		await this.server?.settled();
	}

	/** What is wrong with the books. */
	complaints(): string[] {
		const { node } = this.vendor;
		const missing = [...this.events.keys()].filter((mark) => !this.created.has(mark)).map((mark) => `${mark} was never emitted`);
		const twice = [...this.created].filter(([mark, count]) => count > 1 && this.events.has(mark)).map(([mark, count]) => `${mark} was emitted ${count} times`);
		const strange = [...this.created.keys()].filter((mark) => !mark.startsWith(`${node}-`)).map((mark) => `${mark} was emitted though it was not genuine`);
		return [...this.wrong, ...missing, ...twice, ...strange];
	}
}

describe(`${DELIVERIES} deliveries, good and bad`, () => {
	const senders = vendors.map((vendor) => new Sender(vendor, new Random(`${SEED}/${vendor.node}`)));
	const servers: WebhookServer[] = [];

	beforeAll(async () => {
		for (const sender of senders) {
			await sender.open();
			await sender.oversized();
		}
		const each = Math.ceil(DELIVERIES / senders.length);
		await Promise.all(
			senders.map(async (sender) => {
				while (sender.sent < each) await sender.step();
				await sender.finish();
				const server = await sender.close();
				if (server) servers.push(server);
			}),
		);
	});

	it.each(senders.map((sender) => [sender.vendor.node, sender] as const))('%s emits every genuine event once and refuses everything else', (_node, sender) => {
		expect(sender.complaints()).toEqual([]);
	});

	it('were all sent, each kind of them often', () => {
		expect(senders.reduce((sum, { sent }) => sum + sent, 0)).toBeGreaterThanOrEqual(DELIVERIES);
		const kinds = Object.entries(senders.reduce<Record<string, number>>((sum, sender) => (Object.entries(sender.kinds).forEach(([kind, count]) => (sum[kind] = (sum[kind] ?? 0) + count)), sum), {}));
		expect(kinds).toHaveLength(21);
		expect(kinds.filter(([kind, count]) => count < (/oversized|large/.test(kind) ? 3 : DELIVERIES / 500))).toEqual([]);
	});

	it('leave nothing behind in the static data, and crash nothing but what was made to fail', () => {
		expect(servers.map(({ staticData }) => staticData)).toEqual([{}, {}, {}]);
		const errors = new Set(servers.flatMap(({ deliveries }) => deliveries.flatMap(({ error }) => (error ? [error.message] : []))));
		expect([...errors].sort()).toEqual(['Failed to parse request body', 'The execution could not be stored', 'request entity too large']);
	});
});

describe('the memory of repeats', () => {
	it('is bounded: the oldest is forgotten first, and then counts as new', () => {
		const random = new Random(`${SEED}/memory`);
		const repeats = new Repeats(50);
		const order: string[] = [];
		for (let step = 0; step < 5000; step++) {
			const id = `event-${random.int(0, 200)}`;
			const remembered = order.slice(-50).includes(id);
			expect(repeats.take(id)).toBe(remembered ? 'done' : 'new');
			repeats.settle(id, true);
			if (!remembered) order.push(id);
		}
	});
});
