/** The built ATS Trigger in place of the bare engine: its `poll`, in a context whose requests go to a sandbox in the same process. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { IDataObject, IHttpRequestOptions, INodeExecutionData, IPollFunctions, WorkflowActivateMode } from 'n8n-workflow';

import type { ApplicationChanges, ChangeEvent } from '../../lib/ats/model';
import type { AtsPollResult } from '../../lib/ats/changes/poll';
import type { PollHost } from '../../lib/poll/host';
import type { Clock } from '../../lib/clock';
import type { ManualClock } from '../../sandbox/clock.cts';
import type { Sandbox } from '../../sandbox/index.cts';

const ORIGIN = 'http://localhost';
const BUNDLE = join(__dirname, '../../.cache/driven.js');
const ACTIVATION_BUDGET_MS = 300_000;

interface Built {
	AtsTrigger: new () => { poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> };
	/** The built code has a clock and a process memory of its own. */
	useClock(clock: Clock): () => void;
	forgetProcessState(): void;
}

/** What n8n would load, as after the start of a process: nothing of an earlier one is left in its modules (where the runner allows it). */
function load(): Built {
	if (!existsSync(BUNDLE)) throw new Error('The trigger is not built yet: run `npm run build` first');
	const require = createRequire(__filename);
	delete require.cache[BUNDLE];
	const built: Built = require(BUNDLE);
	built.forgetProcessState();
	return built;
}

/** Of the last process: what is compiled is worth keeping where nothing has to be forgotten. Accounts of other simulations are others. */
let loaded: Built | undefined;

export interface TriggerSetting {
	sandbox: Sandbox;
	clock: ManualClock;
	provider: string;
	/** Data of the credential, and the headers that n8n would add from it. */
	credential: Record<string, string>;
	headers: Record<string, string>;
	parameters: IDataObject;
	onAnswer(path: string, body: string): void;
}

/** Each process has its own: n8n's first poll on a static data object is the one at activation. */
export class TriggerInProcess {
	/** Milliseconds that an answer takes. */
	latencyMs = 40;
	/** The connection is closed without an answer. */
	cut: () => boolean = () => false;
	requests = 0;
	private data: { state?: string } = {};
	private activated = false;
	private built: Built;
	private node: InstanceType<Built['AtsTrigger']>;
	private restoreClock: () => void;

	constructor(private readonly setting: TriggerSetting) {
		this.built = loaded ??= load();
		this.node = new this.built.AtsTrigger();
		this.restoreClock = this.built.useClock(setting.clock);
	}

	restart(): void {
		this.close();
		this.data = {};
		this.activated = false;
		this.built = loaded = load();
		this.node = new this.built.AtsTrigger();
		this.restoreClock = this.built.useClock(this.setting.clock);
	}

	close(): void {
		this.restoreClock();
		this.built.forgetProcessState();
	}

	poll = async (host: PollHost): Promise<AtsPollResult> => {
		// Without the scheduler n8n polls once at activation, also when it comes up again; the answer does not matter here.
		if (!isScheduled(host) && !this.activated) await this.once(host, 'init').catch(() => null);
		this.activated = true;
		if (host.activation !== null) return null;
		const answer = await this.once(host, 'update');
		return answer && (answer[0] ?? []).map(({ json }) => json as unknown as ChangeEvent | ApplicationChanges);
	};

	/** The user switches the workflow on. Throws what they would see. */
	async activate(host: PollHost): Promise<void> {
		this.data = {};
		await this.once(isScheduled(host) ? { ...host, budgetMs: ACTIVATION_BUDGET_MS } : host, 'activate');
		this.activated = true;
	}

	private async once(host: PollHost, activation: WorkflowActivateMode) {
		this.data.state = host.read();
		const before = this.data.state;
		const result = await this.node.poll.call(this.context(host, activation));
		if (this.data.state !== before && this.data.state !== undefined) host.write(this.data.state);
		return result;
	}

	private context(host: PollHost, activation: WorkflowActivateMode): IPollFunctions {
		const { provider, parameters, credential } = this.setting;
		const all: IDataObject = { provider, ...parameters };
		const node = { id: host.key, name: 'ATS Trigger', type: 'n8n-nodes-ats.atsTrigger', typeVersion: 1, position: [0, 0], parameters: all };
		const context = {
			getNode: () => node,
			getWorkflow: () => ({ id: host.key, name: 'Chaos', active: true }),
			getMode: () => 'trigger',
			getActivationMode: () => activation,
			getNodeParameter: (name: string, fallback?: unknown) => all[name] ?? fallback,
			getWorkflowStaticData: () => this.data,
			getCredentials: async () => credential,
			getTimezone: () => 'UTC',
			logger: { ...host.log, error: () => {} },
			...(host.budgetMs === undefined ? {} : { getPollBudgetMs: () => host.budgetMs }),
			helpers: { httpRequestWithAuthentication: async (_type: string, options: IHttpRequestOptions) => await this.request(options) },
		};
		// The little of the context that the trigger uses; n8n's own is tried in test/engine.
		return context as unknown as IPollFunctions;
	}

	private async request(options: IHttpRequestOptions) {
		const { sandbox, clock, headers } = this.setting;
		const url = new URL(options.url);
		const begun = clock.now();
		this.requests++;
		clock.advance(this.latencyMs);
		if (this.cut()) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
		const answer = await sandbox.inject({
			method: options.method ?? 'GET',
			url: url.pathname + url.search,
			headers: { ...(options.headers as Record<string, string>), ...headers },
			...(options.body === undefined ? {} : { payload: options.body as string | object }),
		});
		if (clock.now() - begun > (options.timeout ?? Infinity)) throw Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' });
		if (answer.statusCode === 200) this.setting.onAnswer(url.pathname, answer.body);
		// The sandbox does not listen, but links in its answers name the address that it believes to have.
		const here = (text: string) => text.replaceAll(sandbox.url, ORIGIN);
		const answerHeaders = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, typeof value === 'string' ? here(value) : value]));
		return { statusCode: answer.statusCode, headers: answerHeaders, body: here(answer.body) };
	}
}

function isScheduled({ budgetMs }: PollHost): boolean {
	return budgetMs === 36_000;
}

/** Where the trigger finds a service of the sandbox, from its own address of it. */
export function addressOf(sandboxUrl = ''): string {
	return ORIGIN + new URL(sandboxUrl).pathname;
}
