/** The built ATS Trigger in place of the bare engine: its `poll`, in a context whose requests go to a sandbox in the same process. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { IDataObject, IHttpRequestOptions, INodeExecutionData, IPollFunctions } from 'n8n-workflow';

import type { ApplicationChanges, ChangeEvent } from '../../lib/ats/model';
import type { PollHost, PollResult } from '../../lib/ats/changes';
import type { Clock } from '../../lib/clock';
import type { ManualClock } from '../../sandbox/clock.cts';
import type { Sandbox } from '../../sandbox/index.cts';

const BASE = 'http://localhost';
const DIST = join(__dirname, '../../dist');

interface Built {
	AtsTrigger: new () => { poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> };
	/** The built code has a clock and a process memory of its own. */
	useClock(clock: Clock): () => void;
	forgetSlots(): void;
}

/** What n8n would load. */
export function built(): Built {
	if (!existsSync(join(DIST, 'nodes/Ats/AtsTrigger.node.js'))) throw new Error('The trigger is not built yet: run `npm run build` first');
	const load = createRequire(__filename);
	return {
		AtsTrigger: load(join(DIST, 'nodes/Ats/AtsTrigger.node.js')).AtsTrigger,
		useClock: load(join(DIST, 'lib/clock.js')).useClock,
		forgetSlots: load(join(DIST, 'lib/ats/changes/index.js')).forgetSlots,
	};
}

export interface TriggerSetting {
	sandbox: Sandbox;
	clock: ManualClock;
	provider: string;
	/** Type and data of the credential, without the base URL. */
	credential: Record<string, string>;
	parameters: IDataObject;
	latencyMs: () => number;
	onAnswer(path: string, body: string): void;
}

/** Each process has its own: n8n's first poll on a static data object is the one at activation. */
export class TriggerInProcess {
	private data: { state?: string } = {};
	private activated = false;
	private readonly built = built();

	constructor(private readonly setting: TriggerSetting) {}

	restart(): void {
		this.data = {};
		this.activated = false;
		this.built.forgetSlots();
	}

	poll = async (host: PollHost): Promise<PollResult> => {
		// Without the scheduler n8n polls once at activation, also when it comes up again; the answer does not matter here.
		const scheduled = host.budgetMs === 36_000;
		if (!scheduled && !this.activated) {
			this.activated = true;
			await this.once(host, 'init').catch(() => null);
		}
		if (host.activation !== null) return 'quiet';
		const answer = await this.once(host, 'update');
		if (answer === null) return 'quiet';
		const items = (answer[0] ?? []).map(({ json }) => json as unknown as ChangeEvent | ApplicationChanges);
		return items.length === 0 ? 'commit' : { items };
	};

	private async once(host: PollHost, activation: 'init' | 'update') {
		this.data.state = host.read();
		const before = this.data.state;
		const result = await new this.built.AtsTrigger().poll.call(this.context(host, activation));
		if (this.data.state !== before && this.data.state !== undefined) host.write(this.data.state);
		return result;
	}

	private context(host: PollHost, activation: 'init' | 'update'): IPollFunctions {
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
			getCredentials: async () => ({ ...credential, region: 'custom', baseUrl: `${BASE}${new URL(this.setting.sandbox.urls[provider] ?? '').pathname}` }),
			getTimezone: () => 'UTC',
			logger: { ...host.log, error: () => {} },
			...(host.budgetMs === undefined ? {} : { getPollBudgetMs: () => host.budgetMs }),
			helpers: { httpRequestWithAuthentication: async (_type: string, options: IHttpRequestOptions) => await this.request(options) },
		};
		// The little of the context that the trigger uses; n8n's own is tried in test/engine.
		return context as unknown as IPollFunctions;
	}

	private async request(options: IHttpRequestOptions) {
		const { sandbox, clock, credential } = this.setting;
		const url = new URL(options.url);
		const begun = clock.now();
		clock.advance(this.setting.latencyMs());
		const answer = await sandbox.inject({
			method: options.method ?? 'GET',
			url: url.pathname + url.search,
			headers: { ...(options.headers as Record<string, string>), authorization: `Bearer ${credential.apiKey}` },
			...(typeof options.body === 'string' ? { payload: options.body } : {}),
		});
		if (clock.now() - begun > (options.timeout ?? Infinity)) throw Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' });
		if (answer.statusCode === 200) this.setting.onAnswer(url.pathname, answer.body);
		return { statusCode: answer.statusCode, headers: answer.headers, body: answer.body };
	}
}
