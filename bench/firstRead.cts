/**
 * The first read of a provider's trigger beside a bare client that asks for the same pages, each once, at the rate that the vendor states.
 * The simulator refuses by the vendor's rule. Work takes the time that it takes, and only waiting is skipped: while no request is under
 * way, the clock that the simulator and the trigger share goes on to the next who sleeps. So what is compared is real time for
 * the work and computed time for the rate limit. Polls follow each other at once: the minute between them is n8n's, not ours. The simulator works in this process, on both sides alike.
 */
import { Agent, request as send } from 'node:http';

import { unpack } from '../lib/ats/changes/memory/pack';
import { unpackList } from '../lib/poll/list/state';
import { useClock } from '../lib/clock';
import { forgetProcessState } from '../lib/poll/processState';
import { MINUTE } from '../sandbox/clock.cts';
import { startSandbox, type Sandbox } from '../sandbox/index.cts';
import { loadPackage, PollHost, StoredCredentials } from '../test/engine/harness/index.cts';
import { pollOf } from '../test/engine/support/triggerContract.cts';
import { providerEntries, type ProviderEntry } from '../test/providers/index.cts';
import { watched, type Cost } from './measure.cts';
import { recorderOf, type Recorded } from './recorder.cts';
import { SIZES } from './sizes.cts';

/** How often a bare client that was refused asks again; the asking itself takes no time. */
const STEP_MS = 50;

class SkippingClock {
	private skipped = 0;
	private readonly sleepers = new Set<{ until: number; wake: () => void }>();
	private watching = false;
	busy = () => 0;

	now(): number {
		return Date.now() + this.skipped;
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

/** The packed state of either kind of trigger says that everything was read. */
function hasRead(data: unknown): boolean {
	return Object.values(Object(data)).some((text) => {
		if (typeof text !== 'string') return false;
		try {
			const { header } = unpack(text);
			return header.pass === null && header.highWater !== null;
		} catch {
			try {
				return unpackList(text).lastT0 !== null;
			} catch {
				return false;
			}
		}
	});
}

async function readAll(entry: ProviderEntry, sandbox: Sandbox, clock: SkippingClock): Promise<{ ms: number; stateBytes: number }> {
	forgetProcessState();
	clock.skip(16 * MINUTE);
	const { provider, settings = {} } = entry;
	const trigger = new PollHost('atsTrigger', { provider: provider.name, ...settings }, { credentials: new StoredCredentials(entry.credentials(sandbox)) });
	const begun = clock.now();
	for (let polls = 0; ; polls++) {
		const { error } = polls === 0 ? await trigger.activate() : await trigger.tick();
		if (error) throw error;
		if (hasRead(trigger.staticData)) return { ms: clock.now() - begun, stateBytes: JSON.stringify(trigger.staticData).length };
		if (polls > 200) throw new Error(`${provider.label}: the first read does not end`);
	}
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
	clock.skip(16 * MINUTE);
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

const isPage = (list: string | RegExp, { url, status }: Recorded) => {
	const path = url.split('?')[0] ?? '';
	return status < 300 && (typeof list === 'string' ? path.endsWith(list) : list.test(path));
};

/** As many applications as can be read in this time; where details are asked for one by one, 25,000 would take an hour of work. */
const WORK_MS = 8_000;

/** A few warm up and tell how long one takes; then as many as there is time for. */
export async function firstRead(name: string): Promise<Cost> {
	const entry = providerEntries.find(({ provider }) => provider.name === name);
	if (!entry) throw new Error(`There is no provider "${name}"`);
	loadPackage();
	const begun = Date.now();
	await readAtOnce(entry, SIZES.firstReadTrial);
	const each = (Date.now() - begun) / SIZES.firstReadTrial;
	return await watched(async () => await readAtOnce(entry, Math.min(SIZES.firstRead, Math.max(SIZES.firstReadTrial, Math.floor(WORK_MS / each / 1_000) * 1_000))));
}

async function readAtOnce(entry: ProviderEntry, applications: number): Promise<Cost> {
	const clock = new SkippingClock();
	const restore = useClock(clock);
	const sandbox = await startSandbox({ seed: 'bench', clock, applications, services: [entry.simulator], validate: false });
	try {
		const recorder = recorderOf(sandbox.app.server);
		clock.busy = recorder.busy;
		const { ms, stateBytes } = await readAll(entry, sandbox, clock);
		const made = [...recorder.requests];
		const { list } = pollOf(entry);
		const pages = [...new Map(made.filter((request) => isPage(list, request)).map((request) => [`${request.method} ${request.url} ${request.body}`, request])).values()];
		if (pages.length === 0) throw new Error(`${entry.provider.label}: none of its requests reads the list`);
		const floorMs = await readPages(sandbox.url, pages, clock);
		return { wallMs: ms, cpuMs: 0, rssMB: 0, floorMs, wallToFloor: ms / floorMs, stateBytes, applications, pages: pages.length, requests: made.length };
	} finally {
		restore();
		await sandbox.close();
	}
}
