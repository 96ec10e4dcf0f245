/** One trigger, one vendor, one n8n, days of simulated time. */
import { DEFAULT_OPTIONS, type PollOptions } from '../../lib/ats/changes/options';
import { forgetProcessState } from '../../lib/poll/processState';
import { unpack } from '../../lib/ats/changes/memory/pack';
import { useClock } from '../../lib/clock';
import { DAY, ManualClock, MINUTE } from '../../sandbox/clock.cts';
import { Random } from '../../sandbox/random.cts';
import { SimHost, type Mode, type Polled } from './host.cts';
import { flatten, Oracle, type Flat, type Verdict } from './oracle.cts';
import { FakeVendor, type Fault, type Record } from './vendor.cts';

export interface Plan {
	applications?: number;
	minutes?: number;
	changesPerMinute?: number;
	options?: Partial<PollOptions>;
	/** State is put back in it where nothing is durable: what that repeats is counted apart. */
	putsBack?: boolean;
	/** Nothing is broken, n8n does not stop, all fits into a poll: what is shown must be emitted soon. */
	prompt?: true;
	/** Before the first poll. */
	prepare?(sim: Simulation): void;
	/** Before each minute's poll. */
	minute?(sim: Simulation, minute: number): void | Promise<void>;
	/** Before the vendor is left in peace and everything must be emitted. */
	finish?(sim: Simulation): void;
}

export interface Result extends Verdict {
	polls: number;
	emptyExecutions: number;
	maxStateBytes: number;
	bytesPerApplication: number;
	quietPolls: number;
	requestsInQuietPolls: number;
	fullChecks: number;
	requestsInFullChecks: number;
	maxLagSeen: number;
	/** What kills at the hand-over cost, which no trigger can help where nothing is durable. */
	crashWindow: { lost: number; duplicated: number };
}

/** What a scenario takes that names nothing else. */
export const USUAL = { applications: 500, minutes: 72, changesPerMinute: 9 };

const NOTHING = /(?!)/;
const STAGES = ['Applied', 'Screening', 'Interview', 'Offer', 'Hired'];

export class Simulation {
	readonly clock = new ManualClock();
	readonly random: Random;
	readonly vendor: FakeVendor;
	readonly host: SimHost;
	readonly oracle = new Oracle();
	records: Record[] = [];
	/** Rows of which nothing was emitted or remembered yet. */
	private readonly served = new Map<string, Flat>();
	private heard = 0;
	private quietPolls = 0;
	private requestsInQuietPolls = 0;
	private fullChecks = 0;
	private requestsInFullChecks = 0;
	private maxLagSeen = 0;
	private faultRate = 0;
	private interviews = 0;

	constructor(
		readonly mode: Mode,
		readonly plan: Plan,
		seed: string,
	) {
		this.random = new Random(`${seed}/${mode}`);
		this.vendor = new FakeVendor(this.clock, `${seed}/${mode}/vendor`);
		this.vendor.pageSize = 250;
		this.host = new SimHost(mode, () => this.vendor.source(), { ...DEFAULT_OPTIONS, ...plan.options }, () => this.clock.now());
		this.vendor.onShown = (record) => this.oracle.show(record.id, this.flat(record), this.clock.now(), record.createdAt);
		this.vendor.onServed = (record) => {
			if (!this.oracle.isKnown(record.id)) this.served.set(record.id, this.flat(record));
		};
		if (plan.prompt) this.oracle.prompt = { except: NOTHING };
		this.oracle.partial = plan.options?.models !== undefined;
	}

	private flat(record: Record) {
		return flatten(this.vendor.row(record).application, record.deleted);
	}

	async run(): Promise<Result> {
		const restore = useClock(this.clock);
		try {
			const { applications, minutes, changesPerMinute } = { ...USUAL, ...this.plan };
			this.records = this.vendor.fill(applications);
			this.oracle.counting = true;
			this.plan.prepare?.(this);
			for (let minute = 0; minute < minutes; minute++) {
				for (let i = 0; i < changesPerMinute; i++) {
					this.clock.advance(Math.floor(MINUTE / (changesPerMinute + 1)));
					this.step();
				}
				this.clock.advance(Math.floor(MINUTE / (changesPerMinute + 1)));
				await this.plan.minute?.(this, minute);
				await this.poll();
			}
			this.maxLagSeen = this.host.state === undefined ? 0 : unpack(this.host.state).header.lag;
			this.plan.finish?.(this);
			await this.comeToRest();
			return this.result(applications);
		} finally {
			restore();
			forgetProcessState();
		}
	}

	/** The scheduled poll, and what the oracle makes of it. */
	async poll(): Promise<Polled> {
		this.vendor.settle();
		const requests = this.vendor.requests.length;
		const emitted = await this.host.tick();
		if (emitted.result === null && emitted.error === null && this.oracle.watching) {
			this.quietPolls++;
			this.requestsInQuietPolls += this.vendor.requests.length - requests;
		}
		this.countFullCheck(requests);
		this.listen();
		return emitted;
	}

	/** A poll that went through all pages at once emits what a full check costs. */
	private countFullCheck(from: number): void {
		const asked = this.vendor.requests.slice(from).filter(({ kind }) => kind !== 'window');
		if (!this.oracle.watching || !asked.some(({ kind, cursor }) => kind === 'all' && cursor === null)) return;
		this.fullChecks++;
		this.requestsInFullChecks += asked.length;
	}

	private listen(): void {
		for (const { items } of this.host.executions.slice(this.heard)) this.oracle.hear(items);
		this.heard = this.host.executions.length;
		if (this.served.size > 0 || !this.oracle.watching) this.lookIntoState();
		// What is not in the state yet may come into it with a later poll: not each host keeps it at once.
		for (const id of this.served.keys()) if (this.oracle.isKnown(id)) this.served.delete(id);
		this.oracle.polled();
	}

	private lookIntoState(): void {
		const { state } = this.host;
		if (state === undefined) return;
		try {
			this.oracle.look(unpack(state), this.served);
		} catch {
			// A damaged state: not watching yet.
		}
	}

	/** No more changes, no more faults; a day goes by, so that the full check comes. */
	private async comeToRest(): Promise<void> {
		this.vendor.fault = () => undefined;
		this.faultRate = 0;
		this.vendor.dateSkew = 0;
		this.vendor.unreadable.clear();
		this.vendor.detailsFail = () => false;
		this.vendor.latencyMs = 40;
		this.vendor.markLife = Infinity;
		this.vendor.modelsOff.clear();
		this.host.handOver = 'whole';
		for (let round = 0; round < 3; round++) {
			// Longer than a full check that was refused waits until it tries again.
			for (let poll = 0; poll < 11; poll++) {
				this.clock.advance(poll < 8 ? MINUTE : 22 * MINUTE);
				await this.poll();
			}
			this.clock.advance(DAY);
		}
	}

	private result(applications: number): Result {
		const { state } = this.host;
		return {
			...this.oracle.verdict(),
			polls: this.host.polls,
			emptyExecutions: this.host.executions.filter(({ items }) => items.length === 0).length,
			maxStateBytes: this.host.maxStateBytes,
			bytesPerApplication: state === undefined ? 0 : Math.round(state.length / Math.max(applications, this.vendor.records.size)),
			quietPolls: this.quietPolls,
			requestsInQuietPolls: this.requestsInQuietPolls,
			fullChecks: this.fullChecks,
			requestsInFullChecks: this.requestsInFullChecks,
			maxLagSeen: this.maxLagSeen,
			crashWindow: this.host.crashWindow,
		};
	}

	// ------------------------------------------------------------------------------------------------ what happens

	any(): Record {
		for (;;) {
			const record = this.random.pick(this.records);
			if (!record.deleted) return record;
		}
	}

	/** Something that happens in an ATS. */
	step(kinds: readonly string[] = KINDS): void {
		const { vendor, random } = this;
		const { id } = this.any();
		const at = this.clock.now();
		switch (random.pick(kinds)) {
			case 'apply':
				this.records.push(vendor.add());
				return;
			case 'move':
				return vendor.move(id, random.pick(STAGES));
			case 'reject':
				return vendor.change(id, (record) => {
					record.status = 'REJECTED';
					record.rejection = { id: `r${random.int(1, 5)}`, text: `Reason ${random.int(1, 5)}`, rejectedAt: new Date(at).toISOString() };
				});
			case 'hire':
				return vendor.change(id, (record) => Object.assign(record, { status: 'HIRED', stage: vendor.stage('Hired'), rejection: null }));
			case 'reactivate':
				return vendor.change(id, (record) => Object.assign(record, { status: 'ACTIVE', rejection: null }));
			case 'person':
				return vendor.change(id, (record) => void (record.firstName = `Name ${random.int(1, 1_000)}`));
			case 'job':
				return vendor.change(id, (record) => void (record.jobId = `job${random.int(1, 20)}`));
			case 'schedule':
				return vendor.change(id, (record) => {
					const start = at + random.int(1, 200) * 3_600_000;
					record.interviews = [...record.interviews.slice(-3), { id: `i${++this.interviews}`, subject: 'Talk', start, end: start + 3_600_000, status: 'SCHEDULED' }];
				}, true);
			case 'interview':
				return vendor.change(id, (record) => {
					record.interviews = record.interviews.map((one) => ({ ...one }));
					const one = record.interviews[0];
					if (!one) return;
					if (random.chance(0.4)) one.start += 1_800_000;
					else if (random.chance(0.5)) one.status = random.pick(['SCHEDULED', 'COMPLETE', 'CANCELLED', 'AWAITING_FEEDBACK'] as const);
					else if (one.status !== 'COMPLETE') record.interviews = record.interviews.slice(1);
				}, true);
			case 'offer':
				return vendor.change(id, (record) => {
					const status = random.pick(['IN_PROGRESS', 'SIGNED', 'DENIED', 'DEPRECATED'] as const);
					record.offers = record.offers.length > 0 ? record.offers.map((offer) => ({ ...offer, status })) : [{ id: `o${record.number}`, status }];
				}, true);
			case 'delete':
				return vendor.change(id, (record) => void (record.deleted = true));
			default:
				return;
		}
	}

	/** From now on windows are empty. */
	showNothing(): void {
		this.vendor.fault = ({ kind }) => (kind === 'window' ? { kind: 'nothing' } : undefined);
	}

	/** From now on so many requests fail, in every way. */
	failing(rate: number): void {
		this.faultRate = rate;
		const kinds: readonly Fault[] = [{ kind: 'down' }, { kind: 'limited' }, { kind: 'limited', retryAfterMs: 90_000 }, { kind: 'hang' }, { kind: 'cursor' }];
		this.vendor.fault = () => (this.random.chance(this.faultRate) ? this.random.pick(kinds) : undefined);
	}

	/** n8n dies now, or while it hands over what the next poll emits. */
	async crash(): Promise<void> {
		if (this.random.chance(0.5)) await this.host.diesIn(async () => await this.poll(), (fates) => this.random.pick(fates));
		this.host.kill();
		// The activation poll that n8n makes as it comes up again.
		await this.host.tick('init');
	}
}

const KINDS = ['apply', 'move', 'move', 'move', 'move', 'reject', 'hire', 'reactivate', 'person', 'job', 'schedule', 'interview', 'interview', 'offer', 'offer', 'delete'];
