import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { Row } from '../../lib/action/operation';
import type { Connection } from '../../lib/ats/checkConnection';
import { findOrCreate, type FoundCandidate } from '../../lib/ats/findOrCreate';
import { isStage, selectApplications, selectCandidates, selectJobs, type Selection } from '../../lib/ats/select';
import { MODEL_KEYS, type Application, type Candidate, type Job } from '../../lib/ats/model';
import type { CandidateQuery, Context, ListQuery, NewCandidate, Operations, Provider } from '../../lib/ats/provider';
import { FieldError } from '../../lib/errors';
import { folded } from '../../lib/folded';
import type { Answer } from '../../lib/http/apiDefinition';
import type { Host } from '../../lib/http/host';
import { credentialDigest } from '../../lib/http/digest';
import { fingerprint } from '../../lib/poll/state/hash';
import { readTitles, withJobTitle } from './jobTitles';
import { cannot, credentialOf, providerNamed, WITHOUT_REQUEST } from './providers';

/** What a provider does; the rest of `Operations` says how. */
type Member = Exclude<keyof Operations, 'rowModels' | 'updatedAfterIsSure'>;

/** One provider, seen through the unified model. */
export class AtsApi {
	private jobTitles?: Promise<ReadonlyMap<string, string>>;

	constructor(
		readonly provider: Provider,
		readonly operations: Operations,
		/** Put the provider's own record beside the unified one. */
		readonly raw: boolean,
		/** Tells one account from another, in what the process remembers. */
		private readonly account: string,
		/** For *Check Connection*: how the trigger would read, and the answers seen so far. */
		private readonly checked: Pick<Connection, 'source' | 'answers'> = { source: null, answers: [] },
	) {}

	get connection(): Connection {
		return { provider: this.provider, operations: this.operations, ...this.checked };
	}

	/** What the provider does for this, or a sentence about where it can be done instead: before any request. */
	for<Name extends Member>(name: Name, what: string): NonNullable<Operations[Name]> {
		const found = this.operations[name];
		if (found) return found;
		throw cannot(this.provider, what);
	}

	/** Applications that fit, with the titles of their jobs. Jobs and stages may be given by name. */
	async *applications({ jobs, stages, ...query }: Omit<Selection, 'jobIds' | 'stageIds'> & { jobs?: readonly string[] }): AsyncGenerator<Application[]> {
		this.for('applications', 'list applications');
		const selection = { ...query, ...(jobs ? { jobIds: await this.jobIds(jobs) } : {}), ...(stages ? { stages, ...(await this.stageIds(stages)) } : {}) };
		for await (const page of selectApplications(this.operations, selection)) yield await this.withTitles(page);
	}

	/** A title stands for every job of that title; what no list shows is taken as an ID. */
	private async jobIds(jobs: readonly string[]): Promise<string[]> {
		const titles = [...(await this.titles())];
		return [...new Set(jobs.flatMap((job) => {
			const found = titles.some(([id]) => id === job) ? [job] : titles.flatMap(([id, title]) => (folded(title) === folded(job) ? [id] : []));
			return found.length > 0 ? found : [job];
		}))];
	}

	/** For the vendor, where it takes such a filter and all stages are known to it. */
	private async stageIds(wanted: readonly string[]): Promise<{ stageIds?: string[] }> {
		const { stages } = this.operations;
		if (!stages || this.provider.capabilities.filtersStages !== true) return {};
		const ids: string[] = [];
		const open = new Set(wanted);
		for await (const page of stages(null)) {
			for (const stage of page) {
				const named = wanted.filter((one) => isStage(stage, [one]));
				if (named.length > 0 && stage.id !== null) ids.push(stage.id);
				for (const one of named) open.delete(one);
			}
		}
		return open.size > 0 || ids.length === 0 ? {} : { stageIds: ids };
	}

	/** Candidates that fit. */
	candidates(query: CandidateQuery): AsyncGenerator<Candidate[]> {
		this.for('candidates', 'list candidates');
		return selectCandidates(this.operations, query);
	}

	/** Jobs that fit. */
	jobs(query: ListQuery): AsyncGenerator<Job[]> {
		this.for('jobs', 'list jobs');
		return selectJobs(this.operations, query);
	}

	async findOrCreate(input: NewCandidate): Promise<FoundCandidate> {
		this.for('createCandidate', 'find or create candidates');
		return await findOrCreate(this.operations, this.account, input);
	}

	private async titles(): Promise<ReadonlyMap<string, string>> {
		return await (this.jobTitles ??= readTitles(this.operations));
	}

	/** Jobs are read at most once a run, and only where the provider does not name them with the application. */
	async withTitles(applications: readonly Application[]): Promise<Application[]> {
		const untitled = applications.some(({ info }) => info && info.jobId !== null && typeof info.job?.title !== 'string');
		const titles = untitled ? await this.titles() : new Map<string, string>();
		return applications.map((application) => withJobTitle(application, titles));
	}
}

export interface AtsSettings {
	common: Partial<{ provider: string; authentication: string | undefined }>;
	options: Partial<Record<string, unknown>>;
	limits?: Context<never>['limits'];
}

const nothing: Operations = {
	send: async () => {
		throw new FieldError('This operation makes no request', 'Choose another operation.');
	},
};

/** What the adapter works with: its credential, its settings, who acts. */
export function contextOf(provider: Provider, { common, options, limits }: AtsSettings): Context<Record<string, unknown>> {
	const { actingUser } = options;
	return {
		credential: credentialOf(provider, common.authentication),
		settings: options,
		...(provider.actingUser !== undefined && typeof actingUser === 'string' && actingUser !== '' ? { actingUser } : {}),
		...(limits ? { limits } : {}),
	};
}

/** Tells one account from another in what the process remembers: what one key may see is no answer for another. */
export async function accountKey(host: Host, { name }: Provider, { credential, settings }: Context<Record<string, unknown>>): Promise<string> {
	return fingerprint(name, credentialDigest(await host.getCredentials<ICredentialDataDecryptedObject>(credential)), JSON.stringify(settings));
}

export async function connectAts(host: Host, settings: AtsSettings): Promise<AtsApi> {
	const provider = providerNamed(settings.common.provider);
	const raw = settings.options.includeRaw === true;
	if (WITHOUT_REQUEST.includes(String(host.getNode().parameters.operation))) return new AtsApi(provider, nothing, raw, '');
	const context = contextOf(provider, settings);
	const account = await accountKey(host, provider, context);
	if (host.getNode().parameters.operation !== 'checkConnection') return new AtsApi(provider, await provider.operations(host, context), raw, account);
	const answers: Answer[] = [];
	const watched = { ...context, onAnswer: (answer: Answer) => void answers.push({ ...answer, body: undefined }) };
	const { changes } = provider;
	const source = changes ? async () => await changes(host, { models: MODEL_KEYS, jobIds: [], raw: false }, watched) : null;
	return new AtsApi(provider, await provider.operations(host, watched), raw, account, { source, answers });
}

/** Model objects leave as they are: they are plain JSON by construction. */
export function row(value: object): Row {
	return value as Row;
}

export async function* rowPages(source: AsyncIterable<readonly object[]>): AsyncGenerator<Row[]> {
	for await (const page of source) yield page as Row[];
}
