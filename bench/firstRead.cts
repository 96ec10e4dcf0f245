/**
 * The first read of a provider's trigger beside a bare client that asks for the same pages, each once, at the rate that the vendor states.
 * The simulator refuses by the vendor's rule. Work takes the CPU time that it takes, whatever else the machine does, and waiting is skipped:
 * while no request is under way, the clock that the simulator and the trigger share goes on to the next who sleeps. So what is
 * compared is measured time for the work and computed time for the rate limit. Polls follow each other at once: the minute between them is n8n's, not ours. The simulator works in this process, on both sides alike.
 */
import { Agent, request as send } from 'node:http';

import { unpack } from '../lib/ats/changes/memory/pack';
import { unpackList } from '../lib/poll/list/state';
import { useClock } from '../lib/clock';
import { forgetProcessState } from '../lib/poll/processState';
import { MINUTE } from '../sandbox/clock.cts';
import { startSandbox, type Sandbox } from '../sandbox/index.cts';
import { loadPackage, PollHost, StoredCredentials, type HostMode } from '../test/engine/harness/index.cts';
import { pollOf } from '../test/engine/support/triggerContract.cts';
import { providerEntries, type ProviderEntry } from '../test/providers/index.cts';
import { measured, watched, type Cost } from './measure.cts';
import { recorderOf, type Recorded } from './recorder.cts';
import { SIZES } from './sizes.cts';

/** How often a bare client that was refused asks again; the asking itself takes no time. */
const STEP_MS = 50;

/** CPU time of this process in ms. Asking the system takes longer than a row does, so within two milliseconds it is not asked twice. */
function worked(): number {
	const now = performance.now();
	if (now >= asked.at + 2) {
		const { user, system } = process.cpuUsage();
		asked = { at: now, ms: (user + system) / 1000 };
	}
	return asked.ms;
}

let asked = { at: -Infinity, ms: 0 };

export class SkippingClock {
	private skipped = Date.now();
	private readonly sleepers = new Set<{ until: number; wake: () => void }>();
	private watching = false;
	busy = () => 0;

	now(): number {
		return this.skipped + worked();
	}

	/** To the full quarter of an hour after the next: a vendor's window begins for both sides alike. */
	nextQuarter(): void {
		this.skipped += 30 * MINUTE - (this.now() % (15 * MINUTE));
	}

	skip(ms: number): void {
		this.skipped += ms;
	}

	async sleep(ms: number, signal?: AbortSignal): Promise<void> {
		signal?.throwIfAborted();
		await new Promise<void>((resolve, reject) => {
			const sleeper = { until: this.now() + ms, wake: resolve };
			this.sleepers.add(sleeper);
			signal?.addEventListener('abort', () => {
				this.sleepers.delete(sleeper);
				reject(signal.reason);
			}, { once: true });
			void this.watch();
		});
	}

	private async watch(): Promise<void> {
		if (this.watching) return;
		this.watching = true;
		for (let idle = 0; this.sleepers.size > 0; ) {
			// Twice: a request may be between the client and the server.
			await new Promise((resolve) => setTimeout(resolve, 1));
			idle = this.busy() === 0 ? idle + 1 : 0;
			if (idle < 2) continue;
			const first = Math.min(...[...this.sleepers].map(({ until }) => until));
			this.skipped += Math.max(0, first - this.now());
			for (const sleeper of [...this.sleepers]) {
				if (sleeper.until > this.now()) continue;
				this.sleepers.delete(sleeper);
				sleeper.wake();
			}
			idle = 0;
		}
		this.watching = false;
	}
}

/** How many applications or entries the packed state of either kind of trigger remembers; null while not everything was read. */
function rememberedIn(data: unknown): number | null {
	for (const text of Object.values(Object(data))) {
		if (typeof text !== 'string') continue;
		try {
			const { header, memory } = unpack(text);
			if (header.pass === null && header.highWater !== null) return memory.size;
		} catch {
			try {
				const { lastT0, seen } = unpackList(text);
				if (lastT0 !== null) return seen.size;
			} catch {
				// Other data of the node.
			}
		}
	}
	return null;
}

interface Read {
	ms: number;
	stateBytes: number;
	remembered: number;
}

export async function readAll(entry: ProviderEntry, sandbox: Sandbox, clock: SkippingClock, host: HostMode = 'memory', onBegin?: () => Promise<void>): Promise<Read> {
	forgetProcessState();
	clock.nextQuarter();
	const { provider, settings = {} } = entry;
	const trigger = new PollHost('atsTrigger', { provider: provider.name, ...settings }, { host, credentials: new StoredCredentials(entry.credentials(sandbox)) });
	const { error: refusal } = await trigger.activate();
	if (refusal) throw refusal;
	// Access was checked; the reading begins with the first poll.
	await onBegin?.();
	let ms = 0;
	for (let polls = 0; polls < 400; polls++) {
		const begun = clock.now();
		const { error } = await trigger.tick();
		ms += clock.now() - begun;
		if (error) throw error;
		const remembered = rememberedIn(trigger.staticData);
		if (remembered !== null) return { ms, stateBytes: JSON.stringify(trigger.staticData).length, remembered };
	}
	throw new Error(`${provider.label}: the first read does not end`);
}

const agent = new Agent({ keepAlive: true });

async function bare(origin: string, { method, url, headers, body }: Recorded): Promise<number> {
	return await new Promise((resolve, reject) => {
		const request = send(`${origin}${url}`, { method, agent, headers }, (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('end', () => {
				JSON.parse(Buffer.concat(chunks).toString());
				resolve(response.statusCode ?? 0);
			});
		});
		request.on('error', reject);
		request.end(body === '' ? undefined : body);
	});
}

/** The pages one after the other, each as soon as the vendor lets it through. */
async function readPages(origin: string, pages: readonly Recorded[], clock: SkippingClock): Promise<number> {
	clock.nextQuarter();
	const begun = clock.now();
	for (const page of pages) {
		for (;;) {
			const at = clock.now();
			const status = await bare(origin, page);
			if (status < 300) break;
			if (status !== 429) throw new Error(`${page.method} ${page.url.split('?')[0]} was answered ${status} when it was asked again`);
			clock.skip(STEP_MS - (clock.now() - at));
		}
	}
	return clock.now() - begun;
}

/** Lists and records without which nothing can be known of what the model holds: the vendor's list of applications leaves it out. */
const BESIDE: Readonly<Record<string, RegExp>> = {
	knit: /\/ats\.application\.get$/,
	greenhouse: /\/(candidates|application_stages|rejection_details|job_interview_stages)$/,
	lever: /\/(deleted|archive_reasons)$/,
	workable: /\/(events|stages)$/,
	flatchr: /\/(columns|vacancies)$/,
};
/** Where simulators are more generous than what was seen of the vendor. */
const RATES: Readonly<Record<string, object>> = { greenhouse: { rateLimit: 75 } };

const isPage = (list: string | RegExp, { url, status }: Recorded, beside?: RegExp) => {
	const path = url.split('?')[0] ?? '';
	return status < 300 && ((typeof list === 'string' ? path.endsWith(list) : list.test(path)) || beside?.test(path) === true);
};

/** As many applications as can be read in this time; where details are asked for one by one, 25,000 would take an hour of work. */
const WORK_MS = 15_000;

function entryOf(name: string): ProviderEntry {
	const entry = providerEntries.find(({ provider }) => provider.name === name);
	if (!entry) throw new Error(`There is no provider "${name}"`);
	return entry;
}

/** As many as there is time for. */
export async function firstRead(name: string): Promise<Cost> {
	const entry = entryOf(name);
	loadPackage();
	let each = 0;
	// Code that has not run yet is slower many times: the first trial warms up both sides, the second tells how long one takes.
	for (let trial = 0; trial < 2; trial++) {
		each = ((await readAtOnce(entry, SIZES.firstReadTrial))['workMs'] ?? NaN) / SIZES.firstReadTrial;
	}
	return await watched(async () => await readAtOnce(entry, Math.min(SIZES.firstRead, Math.max(SIZES.firstReadTrial, Math.floor(WORK_MS / each / 1_000) * 1_000))));
}

/** What the making of the world left behind is nobody's, and is swept by other threads of this process. */
async function tidied(): Promise<void> {
	globalThis.gc?.();
	await new Promise((resolve) => setTimeout(resolve, 300));
}

/** A simulator alone, read once through the trigger. */
async function inWorld<Result>(entry: ProviderEntry, applications: number, work: (sandbox: Sandbox, clock: SkippingClock, made: readonly Recorded[]) => Promise<Result>): Promise<Result> {
	const clock = new SkippingClock();
	const restore = useClock(clock);
	const sandbox = await startSandbox({ seed: 'bench', clock, applications, services: [entry.simulator], validate: false });
	try {
		const settings = RATES[entry.provider.name];
		if (settings) await sandbox.control(`${entry.simulator}/settings`, settings);
		const recorder = recorderOf(sandbox.app.server);
		clock.busy = recorder.busy;
		return await work(sandbox, clock, recorder.requests);
	} finally {
		restore();
		await sandbox.close();
	}
}

async function readAtOnce(entry: ProviderEntry, applications: number): Promise<Cost> {
	return await inWorld(entry, applications, async (sandbox, clock, requests) => {
		let before = 0;
		const read = async () => {
			let begun = 0;
			const found = await readAll(entry, sandbox, clock, 'memory', async () => {
				await tidied();
				before = requests.length;
				begun = worked();
			});
			return { ...found, work: worked() - begun };
		};
		const first = await read();
		// Simulators keep the rows that they have built: only who comes first would pay for them. Where most of the time is waiting that is little.
		const { ms, work, stateBytes, remembered } = first.ms < first.work * 2 ? await read() : first;
		// Of a large answer the server sees the end a moment after the client.
		while (clock.busy() > 0) await new Promise((resolve) => setTimeout(resolve, 1));
		const made = requests.slice(before);
		const { list } = pollOf(entry);
		const pages = [...new Map(made.filter((request) => isPage(list, request, BESIDE[entry.provider.name])).map((request) => [`${request.method} ${request.url} ${request.body}`, request])).values()];
		if (pages.length === 0) throw new Error(`${entry.provider.label}: none of its requests reads the list`);
		await tidied();
		const floorMs = await readPages(sandbox.url, pages, clock);
		return { wallMs: ms, cpuMs: 0, rssMB: 0, floorMs, wallToFloor: ms / floorMs, workMs: work, stateBytes, applications: remembered, pages: pages.length, requests: made.length };
	});
}

/** All 25,000, whatever time it takes: `npm run bench -- --whole`. */
export async function wholeRead(name: string, host: HostMode): Promise<Cost> {
	const entry = entryOf(name);
	loadPackage();
	return await inWorld(entry, SIZES.firstRead, async (sandbox, clock, made) => await measured(async () => {
		const { ms, stateBytes, remembered } = await readAll(entry, sandbox, clock, host);
		return { readMs: ms, stateBytes, remembered, requests: made.length, refused: made.filter(({ status }) => status === 429).length };
	}));
}
