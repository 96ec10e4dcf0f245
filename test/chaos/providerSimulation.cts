/**
 * The built ATS Trigger on a service as the sandbox plays it: somebody works in the ATS, n8n polls, an observer holds what was emitted
 * against what the world's journal says. The same for every provider.
 */
import { SimHost, type Mode } from './host.cts';
import type { Plan, Result } from './simulation.cts';
import { addressOf, TriggerInProcess } from './triggerNode.cts';
import type { Verdict } from './oracle.cts';
import { DEFAULT_OPTIONS } from '../../lib/ats/changes/options';
import type { ApplicationChanges, ChangeEvent } from '../../lib/ats/model';
import type { Fault } from '../../sandbox/faults.cts';
import { DAY, ManualClock, MINUTE } from '../../sandbox/clock.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import type { ProviderEntry } from '../providers/entry.cts';
import { Random } from '../../sandbox/random.cts';
import type { Step } from '../../sandbox/recruiter.cts';

/** How a provider is seen in a chaos run: a part of its entry in `test/providers`. */
export interface ProviderChaos {
	/** What n8n adds to each request from the credential's data; default: `apiKey` as a bearer token. */
	headers?(credential: Record<string, string>): Record<string, string>;
	/** The size of a scenario that names none. */
	usual: Size;
	/** Holds what the trigger emits against what the world shows: an `ApplicationsObserver` with the provider's own view, as a rule. */
	observe(sandbox: Sandbox, clock: ManualClock, plan: ProviderPlan): Observer;
	/** Paths whose changes move no date at the vendor, so that only the full check finds them; default: deletions. */
	late?: RegExp;
	/** Sets everything back that a scenario switched in the simulator. */
	recover?(sandbox: Sandbox): Promise<unknown>;
	/** The scenarios in `providerScenarios.cts` under `shared`, then its own. */
	scenarios: Readonly<Record<string, ProviderPlan>>;
	/** Those that `npm test` runs, in a small world; default: `plain`. */
	quick?: readonly string[];
}

/** What a simulation needs of a provider's entry. */
export type ChaosEntry = Pick<ProviderEntry, 'provider' | 'simulator' | 'credentials' | 'poll'> & { chaos: ProviderChaos };

type Size = Required<Pick<Plan, 'applications' | 'minutes' | 'changesPerMinute'>>;

/** Sees what the world shows, what the trigger was served and what it emitted. */
export interface Observer {
	/** The first read is over: from now on everything must be emitted. */
	readonly watching: boolean;
	/** What was there before the trigger is no change. */
	counting: boolean;
	/** Nothing is broken: what the world shows must be emitted a few polls later, but for these paths. */
	prompt: { except: RegExp } | null;
	/** The trigger read this. */
	served(path: string, body: string): void;
	/** A poll is over. `state`: what the next one would read. */
	hear(items: ReadonlyArray<ChangeEvent | ApplicationChanges>, state: string | undefined): void;
	/** The state was lost: everything is new again. */
	forget(): void;
	/** Something that had to happen did not. */
	miss(text: string): void;
	/** The longest delay that the trigger measured, ms. */
	lagIn(state: string): number;
	verdict(): Verdict;
}

export interface ProviderPlan extends Pick<Plan, 'applications' | 'minutes' | 'changesPerMinute'> {
	parameters?: Record<string, string | number | string[] | object>;
	/** On top of what the sandbox gives out. */
	credential?(sandbox: Sandbox): Record<string, string>;
	steps?: readonly Step[];
	/** Nothing is polled until an activation succeeds. */
	inactive?: boolean;
	/** Nothing is broken, n8n does not stop, all fits into a poll: what is shown must be emitted soon, but for such paths (default: the provider's `late`). */
	prompt?: true | RegExp;
	prepare?(sim: ProviderSimulation): unknown;
	minute?(sim: ProviderSimulation, minute: number): unknown;
}

/** What the node has when nothing is chosen. */
const PARAMETERS = { simplify: false, events: ['*'], models: [], firstRun: 'silent', filters: {}, output: 'perEvent', options: {} };

const FAILURES: Fault[] = [
	{ kind: 'status', status: 500 }, { kind: 'status', status: 429 }, { kind: 'status', status: 429, retryAfter: 90 }, { kind: 'html' },
	{ kind: 'slow', ms: 40_000 }, { kind: 'brokenJson' }, { kind: 'errorInSuccess' }, { kind: 'expiredCursor' },
];

export class ProviderSimulation {
	readonly clock = new ManualClock();
	readonly random: Random;
	private readonly plan: ProviderPlan & Size;
	private parts: { sandbox: Sandbox; host: SimHost; trigger: TriggerInProcess; observer: Observer } | undefined;
	private active: boolean;
	private heard = 0;
	private quietPolls = 0;
	private requestsInQuietPolls = 0;

	constructor(
		readonly mode: Mode,
		private readonly entry: ChaosEntry,
		plan: ProviderPlan,
		private readonly seed: string,
	) {
		this.random = new Random(`${seed}/${mode}`);
		this.plan = { ...entry.chaos.usual, ...plan };
		this.active = plan.inactive !== true;
	}

	get sandbox(): Sandbox {
		return this.started.sandbox;
	}

	get world() {
		return this.started.sandbox.world;
	}

	get host(): SimHost {
		return this.started.host;
	}

	get observer(): Observer {
		return this.started.observer;
	}

	get trigger(): TriggerInProcess {
		return this.started.trigger;
	}

	private get started() {
		if (!this.parts) throw new Error('The simulation has not begun');
		return this.parts;
	}

	async run(): Promise<Result> {
		const { minutes, changesPerMinute, steps } = this.plan;
		const { sandbox, trigger, observer } = await this.start();
		try {
			if (steps) sandbox.recruiter.steps = steps.map((step) => [step, 1] as const);
			observer.counting = this.active;
			await this.plan.prepare?.(this);
			for (let minute = 0; minute < minutes; minute++) {
				this.work(changesPerMinute);
				await this.plan.minute?.(this, minute);
				await this.poll();
			}
			const { state } = this.host;
			const maxLagSeen = state === undefined ? 0 : observer.lagIn(state);
			await this.comeToRest();
			return this.result(maxLagSeen);
		} finally {
			trigger.close();
			await sandbox.close();
		}
	}

	private async start() {
		const { clock, plan } = this;
		const { provider, simulator, credentials, chaos } = this.entry;
		const sandbox = await startSandbox({ seed: `${this.seed}/${this.mode}`, clock, jobs: 12, applications: plan.applications, services: [simulator], validate: false, listen: false });
		const observer = chaos.observe(sandbox, clock, plan);
		if (plan.prompt) observer.prompt = { except: plan.prompt === true ? (chaos.late ?? /^deleted$/) : plan.prompt };
		const urls = Object.fromEntries(Object.entries(sandbox.urls).map(([name, url]) => [name, addressOf(url)]));
		const [data] = Object.values(credentials({ urls, credentials: sandbox.credentials }));
		const credential = { ...data, ...plan.credential?.(sandbox) };
		const headers = chaos.headers?.(credential) ?? { authorization: `Bearer ${credential['apiKey']}` };
		const trigger = new TriggerInProcess({
			sandbox, clock, provider: provider.name, credential, headers, parameters: { ...PARAMETERS, models: provider.capabilities.withoutExtraCalls ? Object.keys(provider.capabilities.models) : [], ...plan.parameters },
			onAnswer: (path, body) => observer.served(path, body),
		});
		const host = new SimHost(this.mode, () => { throw new Error('the node opens its own source'); }, DEFAULT_OPTIONS, () => clock.now());
		host.run = trigger.poll;
		this.parts = { sandbox, host, trigger, observer };
		return this.parts;
	}

	// ------------------------------------------------------------------------------------------------ what happens

	/** A minute in which so much is done in the ATS. */
	work(changes: number): void {
		for (let i = 0; i < changes; i++) {
			this.clock.advance(Math.floor(MINUTE / (changes + 1)));
			this.sandbox.recruiter.step();
		}
		this.clock.advance(Math.floor(MINUTE / (changes + 1)));
	}

	/** So much is done at once. */
	burst(changes: number): void {
		for (let i = 0; i < changes; i++) this.sandbox.recruiter.step();
	}

	async poll(): Promise<void> {
		if (!this.active) return;
		const { host, trigger, observer } = this.started;
		const before = trigger.requests;
		const { result, error } = await host.tick();
		if (result === null && error === null && observer.watching) {
			this.quietPolls++;
			this.requestsInQuietPolls += trigger.requests - before;
		}
		this.sandbox.world.settle();
		const items = host.executions.slice(this.heard).flatMap((execution) => execution.items);
		for (const item of items) if ('event' in item && !(item.event in this.entry.provider.capabilities.events)) observer.miss(`${item.event} of ${item.applicationId}: the provider does not say that it emits this`);
		observer.hear(items, host.state);
		this.heard = host.executions.length;
	}

	/** n8n dies, and what only its memory held is gone; before that perhaps while it hands over what a poll emitted. */
	async crash(): Promise<void> {
		if (this.random.chance(0.5)) await this.host.diesIn(async () => await this.poll(), (fates) => this.random.pick(fates));
		this.restart();
	}

	/** n8n is killed between two polls. */
	restart(): void {
		this.host.kill();
		this.trigger.restart();
	}

	/** The user switches the workflow on; `refused`: the trigger must say no, in such words. */
	async activate(refused?: RegExp): Promise<void> {
		const { host, trigger, observer } = this.started;
		host.run = async (poller) => {
			await trigger.activate(poller);
			return null;
		};
		const { error } = await host.tick('activate');
		host.run = trigger.poll;
		const said = error ? `${error.message} ${'description' in error ? String(error.description) : ''}` : undefined;
		if (refused ? said === undefined || !refused.test(said) : said !== undefined) observer.miss(`activation: ${said ?? 'it was not refused'}`);
		this.active = said === undefined;
		observer.counting = this.active;
	}

	/** From now on the list of changes is empty whenever it is read. */
	showNothing(): void {
		this.sandbox.faults.often({ kind: 'nothing' }, 1, { service: this.entry.simulator, path: this.entry.poll?.list ?? /^/ });
	}

	/** From now on so many requests fail in this way. */
	breaking(fault: Fault | Fault[], rate: number): void {
		this.sandbox.faults.often(fault, rate, { service: this.entry.simulator });
	}

	/** From now on so many requests fail, in every way. */
	failing(rate: number): void {
		this.breaking(FAILURES, rate);
		this.trigger.cut = () => this.random.chance(rate / FAILURES.length);
	}

	/** No more changes, no more faults; days go by, so that the full checks come. */
	private async comeToRest(): Promise<void> {
		const { clock } = this;
		const { sandbox, trigger } = this.started;
		sandbox.faults.clear();
		trigger.cut = () => false;
		trigger.latencyMs = 40;
		await this.entry.chaos.recover?.(sandbox);
		if (!this.active) await this.activate();
		sandbox.world.settleAll();
		sandbox.world.lag = 0;
		for (let round = 0; round < 3; round++) {
			// Longer than a full check that was refused waits until it tries again.
			for (let poll = 0; poll < 11; poll++) {
				clock.advance(poll < 8 ? MINUTE : 22 * MINUTE);
				await this.poll();
			}
			clock.advance(DAY);
		}
	}

	private result(maxLagSeen: number): Result {
		const { state } = this.host;
		return {
			...this.observer.verdict(),
			polls: this.host.polls,
			emptyExecutions: this.host.executions.filter(({ items }) => items.length === 0).length,
			maxStateBytes: this.host.maxStateBytes,
			bytesPerApplication: state === undefined ? 0 : Math.round(state.length / this.world.applications.rows.length),
			quietPolls: this.quietPolls,
			requestsInQuietPolls: this.requestsInQuietPolls,
			fullChecks: 0,
			requestsInFullChecks: 0,
			maxLagSeen,
			crashWindow: this.host.crashWindow,
		};
	}
}
