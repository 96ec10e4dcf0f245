/** n8n's four ways with a poller's state (POLLING.md, section 1), in simulated time. */
import type { ApplicationChanges, ChangeEvent } from '../../lib/ats/model';
import type { PollOptions } from '../../lib/ats/changes/options';
import { runPoll, type AtsPollResult } from '../../lib/ats/changes/poll';
import type { OpenSource } from '../../lib/ats/source';
import type { PollHost } from '../../lib/poll/host';
import { forgetProcessState } from '../../lib/poll/processState';

export type Mode = '1.123' | 'default' | 'scheduler' | 'durable';
export const MODES: readonly Mode[] = ['1.123', 'default', 'scheduler', 'durable'];

export interface Execution {
	at: number;
	items: ReadonlyArray<ChangeEvent | ApplicationChanges>;
}

/** What of a poll that has something to hand over reaches the database, when n8n is killed. */
export type HandOver = 'whole' | 'nothing' | 'executionOnly' | 'stateOnly';

export interface Polled {
	result: AtsPollResult;
	error: Error | null;
}

let hosts = 0;

/** One activated trigger in one n8n. */
export class SimHost {
	/** What the database holds. */
	saved: string | undefined;
	/** What the workflow in memory holds (not under the scheduler). */
	private memory: string | undefined;
	private loaded = false;
	readonly executions: Execution[] = [];
	readonly errors: Error[] = [];
	readonly warnings: string[] = [];
	polls = 0;
	/** Bytes that polls wrote into static data. */
	bytesWritten = 0;
	maxStateBytes = 0;
	handOver: HandOver = 'whole';
	/** What kills at the hand-over cost where nothing is durable: items that no execution got, and items that the next poll emits again. */
	readonly crashWindow = { lost: 0, duplicated: 0 };
	private dying = false;
	/** What polls: the engine, or a whole trigger node. */
	run: (host: PollHost) => Promise<AtsPollResult> = async (host) => await runPoll(host, this.open, this.options);
	private readonly key = `workflow${++hosts}:node`;

	constructor(
		readonly mode: Mode,
		readonly open: OpenSource,
		public options: PollOptions,
		private readonly now: () => number,
	) {}

	get budgetMs(): number | undefined {
		if (this.mode === '1.123') return undefined;
		return this.mode === 'default' ? 300_000 : 36_000;
	}

	/** What a poll that began now would read; of a process that is being killed: what is left of it. */
	get state(): string | undefined {
		return this.dying ? this.saved : this.current;
	}

	private get current(): string | undefined {
		return this.inMemory && this.loaded ? this.memory : this.saved;
	}

	private get inMemory(): boolean {
		return this.mode === '1.123' || this.mode === 'default';
	}

	/** The scheduled poll of this minute. */
	async tick(activation: PollHost['activation'] = null): Promise<Polled> {
		this.polls++;
		if (this.inMemory && !this.loaded) {
			this.memory = this.saved;
			this.loaded = true;
		}
		let staged = this.current;
		const host: PollHost = {
			key: this.key,
			manual: false,
			activation,
			...(this.budgetMs === undefined ? {} : { budgetMs: this.budgetMs }),
			read: () => staged,
			write: (state) => {
				staged = state;
				this.bytesWritten += state.length;
				this.maxStateBytes = Math.max(this.maxStateBytes, state.length);
				if (this.inMemory) this.memory = state;
			},
			log: { debug: () => {}, info: () => {}, warn: (message) => void this.warnings.push(message) },
		};
		try {
			const result = await this.run(host);
			this.take(result, staged, activation !== null);
			return { result, error: null };
		} catch (thrown) {
			const error = thrown instanceof Error ? thrown : new Error(String(thrown));
			this.errors.push(error);
			return { result: null, error };
		}
	}

	private take(items: AtsPollResult, staged: string | undefined, activating: boolean): void {
		if (items === null) {
			if (this.mode === 'durable' && !activating) this.saved = staged;
			return;
		}
		const runs = this.handOver === 'whole' || this.handOver === 'executionOnly';
		const saves = this.handOver === 'whole' || this.handOver === 'stateOnly';
		if (this.dying && saves && !runs) this.crashWindow.lost += items.length;
		if (this.dying && runs && !saves) this.crashWindow.duplicated += items.length;
		// What a kill costs is counted here, exactly; for the observer an execution stands for the state that goes with it.
		if (this.dying ? saves : runs) this.executions.push({ at: this.now(), items });
		if (saves) this.saved = staged;
	}

	/** n8n is killed while it hands over what this poll emits. With durable cursors execution and state are one commit. */
	async diesIn(poll: () => Promise<unknown>, pick: (fates: readonly HandOver[]) => HandOver): Promise<void> {
		this.handOver = pick(this.mode === 'durable' ? ['whole', 'nothing'] : ['whole', 'nothing', 'executionOnly', 'stateOnly']);
		this.dying = true;
		await poll();
		this.dying = false;
		this.handOver = 'whole';
	}

	/** n8n is killed: what was only in memory is gone. */
	kill(): void {
		this.loaded = false;
		this.memory = undefined;
		forgetProcessState();
	}

	/** n8n is stopped in order: workflows are deactivated, which saves. */
	stop(): void {
		if (this.inMemory && this.loaded) this.saved = this.memory;
		this.kill();
	}

	get items(): ChangeEvent[] {
		return this.executions.flatMap(({ items }) => items).filter((item): item is ChangeEvent => 'event' in item);
	}
}
