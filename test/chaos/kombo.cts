/** The ATS Trigger on Kombo, as the sandbox plays it: the world's journal moves, the judge listens. */
import { flatten, Judge, type Flat } from './judge.cts';
import { SimHost, type HandOver, type Mode } from './host.cts';
import { built, TriggerInProcess } from './triggerNode.cts';
import type { Plan, Result } from './simulation.cts';
import { DEFAULT_OPTIONS } from '../../lib/ats/changes';
import { unpack } from '../../lib/ats/changes/pack';
import { MODEL_KEYS } from '../../lib/ats/model';
import { useClock } from '../../lib/clock';
import { toApplication } from '../../nodes/Kombo/mapping';
import type { BadDay, PageOrder } from '../../sandbox/badDays.cts';
import { DAY, HOUR, ManualClock, MINUTE } from '../../sandbox/clock.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { Random } from '../../sandbox/random.cts';
import type { Step } from '../../sandbox/recruiter.cts';

export interface KomboPlan extends Pick<Plan, 'applications' | 'minutes' | 'changesPerMinute' | 'crashes'> {
	parameters?: Record<string, string | number | string[] | object>;
	steps?: readonly Step[];
	prepare?(sim: KomboSimulation): void | Promise<void>;
	minute?(sim: KomboSimulation, minute: number): void | Promise<void>;
}

const every = (minutes: number, act: (sim: KomboSimulation, minute: number) => void | Promise<void>): KomboPlan['minute'] => async (sim, minute) => {
	if (minute > 0 && minute % minutes === 0) await act(sim, minute);
};

const FAILURES: BadDay[] = [{ kind: 'status', status: 500 }, { kind: 'status', status: 429 }, { kind: 'status', status: 429, retryAfter: 90 }, { kind: 'html' }, { kind: 'slow', ms: 40_000 }, { kind: 'brokenJson' }, { kind: 'errorInSuccess' }, { kind: 'expiredCursor' }];
const order = (pages: PageOrder): KomboPlan => ({ applications: 900, changesPerMinute: 40, minutes: 40, prepare: ({ sandbox }) => { sandbox.badDays.order = pages; } });

export const komboScenarios: Readonly<Record<string, KomboPlan>> = {
	'kombo: plain': {},
	'kombo: bursts': { minute: every(30, (sim) => sim.work(150)) },
	'kombo: kills': { crashes: true, minute: every(17, async (sim) => await sim.crash()) },
	'kombo: 5 % failing requests': { prepare: ({ sandbox }) => sandbox.badDays.often(FAILURES, 0.05, { service: 'kombo' }) },
	'kombo: 50 % failing requests': { prepare: ({ sandbox }) => sandbox.badDays.often(FAILURES, 0.5, { service: 'kombo' }) },
	'kombo: shown 5 minutes late': { prepare: ({ sandbox }) => { sandbox.world.lag = 5 * MINUTE; } },
	'kombo: shown 40 minutes late': { minutes: 200, prepare: ({ sandbox }) => { sandbox.world.lag = 40 * MINUTE; }, minute: ({ clock }) => clock.advance(20 * MINUTE) },
	'kombo: no Date': { prepare: ({ sandbox }) => { sandbox.badDays.dateSkew = 'none'; } },
	'kombo: clock jumps': { minute: every(15, ({ sandbox, random }) => { sandbox.badDays.dateSkew = random.pick([0, 0, HOUR, -HOUR, 'none' as const]); }) },
	'kombo: pages in random order': order('random'),
	'kombo: pages by last change': order('changedDescending'),
	'kombo: rows twice, skipped, empty pages': { applications: 900, prepare: ({ sandbox }) => sandbox.badDays.often([{ kind: 'rowTwice' }, { kind: 'rowSkipped' }, { kind: 'emptyPage' }], 0.2, { service: 'kombo', path: '/ats/applications' }) },
	'kombo: nested changes only': { steps: ['schedule', 'reschedule', 'cancel', 'offer', 'offerStatus'], minute: ({ clock }) => clock.advance(20 * MINUTE) },
	'kombo: scope switched off and on': {
		minute: async (sim, minute) => {
			if (minute % 60 === 20) await sim.sandbox.control('kombo/scope', { models: { ats_offers: false, ats_interviews: false } });
			if (minute % 60 === 45) await sim.sandbox.control('kombo/scope', { models: { ats_offers: true, ats_interviews: true } });
		},
	},
	'kombo: little room': { applications: 900, parameters: { options: { maxStateKb: 16 } } },
	'kombo: all together': {
		crashes: true, minutes: 240, applications: 600,
		prepare: ({ sandbox }) => { sandbox.badDays.often(FAILURES, 0.05, { service: 'kombo' }); sandbox.world.lag = 2 * MINUTE; },
		minute: async (sim, minute) => {
			if (minute % 30 === 29) await sim.crash();
			if (minute % 50 === 10) sim.work(100);
			if (minute % 70 === 30) sim.sandbox.badDays.dateSkew = sim.random.pick([0, 'none', -20 * MINUTE] as const);
		},
	},
};

export class KomboSimulation {
	readonly clock = new ManualClock();
	readonly random: Random;
	readonly judge = new Judge();
	private parts: { sandbox: Sandbox; eye: Sandbox; host: SimHost; trigger: TriggerInProcess } | undefined;
	private readonly served = new Map<string, Flat>();
	private heard = 0;
	private noted = 0;
	private quietPolls = 0;
	private requestsInQuietPolls = 0;

	constructor(
		readonly mode: Mode,
		readonly plan: KomboPlan,
		private readonly seed: string,
	) {
		this.random = new Random(`${seed}/${mode}`);
	}

	get sandbox(): Sandbox {
		return this.started.sandbox;
	}

	get host(): SimHost {
		return this.started.host;
	}

	private get started() {
		if (!this.parts) throw new Error('The simulation has not begun');
		return this.parts;
	}

	async run(): Promise<Result> {
		const restores = [useClock(this.clock), built().useClock(this.clock)];
		const { applications = 300, minutes = 120, changesPerMinute = 3, steps } = this.plan;
		const sandbox = await startSandbox({ seed: `${this.seed}/${this.mode}`, clock: this.clock, jobs: 12, applications, services: ['kombo'], validate: false, listen: false });
		// The judge looks at the same world through a sandbox without bad days.
		const eye = await startSandbox({ clock: this.clock, world: sandbox.world, services: ['kombo'], validate: false, listen: false });
		const trigger = new TriggerInProcess({
			sandbox, clock: this.clock, provider: 'kombo', credential: sandbox.credentials.kombo ?? {}, parameters: { ...PARAMETERS, ...this.plan.parameters },
			latencyMs: () => 40,
			onAnswer: (path, body) => path.endsWith('/ats/applications') && this.noteServed(body),
		});
		const host = new SimHost(this.mode, () => { throw new Error('the node opens its own source'); }, DEFAULT_OPTIONS, () => this.clock.now());
		host.run = trigger.poll;
		this.parts = { sandbox, eye, host, trigger };
		try {
			if (steps) sandbox.recruiter.steps = steps.map((step) => [step, 1] as const);
			await this.look(sandbox.world.applications.rows.map(({ id }) => id));
			this.judge.counting = true;
			await this.plan.prepare?.(this);
			for (let minute = 0; minute < minutes; minute++) {
				this.work(changesPerMinute);
				await this.plan.minute?.(this, minute);
				await this.poll();
			}
			const maxLagSeen = host.state === undefined ? 0 : unpack(host.state).header.lag;
			await this.comeToRest();
			return this.result(maxLagSeen);
		} finally {
			await sandbox.close();
			await eye.close();
			for (const restore of restores) restore();
		}
	}

	work(changes: number): void {
		for (let i = 0; i < changes; i++) {
			this.clock.advance(Math.floor(MINUTE / (changes + 1)));
			this.sandbox.recruiter.step();
		}
		this.clock.advance(Math.floor(MINUTE / (changes + 1)));
	}

	async poll(): Promise<void> {
		await this.lookAtChanges();
		const before = this.sandbox.requests.length;
		const { result } = await this.host.tick();
		if (result === 'quiet' && this.judge.watching) {
			this.quietPolls++;
			this.requestsInQuietPolls += this.sandbox.requests.length - before;
		}
		await this.lookAtChanges();
		this.listen();
	}

	async crash(): Promise<void> {
		const fates: readonly HandOver[] = this.mode === 'durable' ? ['whole', 'nothing'] : ['whole', 'nothing', 'executionOnly', 'stateOnly'];
		if (this.random.chance(0.5)) {
			this.host.handOver = this.random.pick(fates);
			await this.poll();
			this.host.handOver = 'whole';
		}
		this.host.kill();
		this.started.trigger.restart();
	}

	private async comeToRest(): Promise<void> {
		const { sandbox, clock } = this;
		sandbox.badDays.clear();
		sandbox.world.settleAll();
		sandbox.world.lag = 0;
		await sandbox.control('kombo/scope', { models: { ats_offers: true, ats_interviews: true } });
		for (let round = 0; round < 3; round++) {
			for (let minute = 0; minute < 40; minute++) {
				clock.advance(MINUTE);
				await this.poll();
			}
			clock.advance(DAY);
		}
	}

	private noteServed(body: string): void {
		const parsed: { data?: { results?: Array<{ id: string; remote_deleted_at: string | null }> } } = JSON.parse(body);
		for (const row of parsed.data?.results ?? []) {
			if (!this.judge.isKnown(row.id) && !this.served.has(row.id)) this.served.set(row.id, flatOf(row));
		}
	}

	private listen(): void {
		for (const { items } of this.host.executions.slice(this.heard)) this.judge.hear(items);
		this.heard = this.host.executions.length;
		const { state } = this.host;
		if (state !== undefined && (this.served.size > 0 || !this.judge.watching)) {
			const { header, memory } = unpack(state);
			for (const [id, flat] of this.served) if (memory.find(id)) this.judge.baseline(id, flat);
			if (header.highWater !== null) {
				this.judge.watching = true;
				this.judge.watchStart = header.watchStart;
			}
		}
		this.served.clear();
	}

	/** What the journal has since the last look, as Kombo shows it. */
	private async lookAtChanges(): Promise<void> {
		const { world } = this.sandbox;
		const { journal } = world;
		const touched = new Set<string>();
		for (const { model, id } of journal.slice(this.noted)) {
			if (model === 'application') touched.add(id);
			if (model === 'candidate') for (const application of world.applications.by('candidateId', id)) touched.add(application.id);
			if (model === 'interview') touched.add(world.interviews.get(id)?.applicationId ?? '');
			if (model === 'offer') touched.add(world.offers.get(id)?.applicationId ?? '');
		}
		this.noted = journal.length;
		await this.look([...touched]);
	}

	private async look(ids: readonly string[]): Promise<void> {
		const { eye } = this.started;
		const { apiKey = '', integrationId = '' } = eye.credentials.kombo ?? {};
		for (let at = 0; at < ids.length; at += 100) {
			const url = `/kombo/v1/ats/applications?include_deleted=true&page_size=250&ids=${ids.slice(at, at + 100).filter(Boolean).join('%2C')}`;
			const { data } = (await eye.inject({ method: 'GET', url, headers: { authorization: `Bearer ${apiKey}`, 'x-integration-id': integrationId } })).json();
			for (const row of data.results) this.judge.show(row.id, flatOf(row), this.clock.now(), Date.parse(row.remote_created_at));
		}
	}

	private result(maxLagSeen: number): Result {
		const { state } = this.host;
		return {
			...this.judge.verdict(),
			polls: this.host.polls,
			emptyExecutions: this.host.executions.filter(({ items }) => items.length === 0).length,
			maxStateBytes: this.host.maxStateBytes,
			bytesPerApplication: state === undefined ? 0 : Math.round(state.length / this.sandbox.world.applications.rows.length),
			quietPolls: this.quietPolls,
			requestsInQuietPolls: this.requestsInQuietPolls,
			fullChecks: 0,
			requestsInFullChecks: 0,
			maxLagSeen,
		};
	}
}

/** What the node has when nothing is chosen. */
const PARAMETERS = { integrationId: '', events: ['*'], models: [], firstRun: 'silent', filters: {}, output: 'perEvent', options: {} };

function flatOf(row: { id: string; remote_deleted_at: string | null }): Flat {
	return flatten(toApplication({ ...row }, MODEL_KEYS), row.remote_deleted_at !== null);
}
