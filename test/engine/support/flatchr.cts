/** A sandbox with Flatchr in it, and the node run against it. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Application } from '../../../sandbox/model.cts';
import { opaqueId } from '../../../sandbox/random.cts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../sandbox/index.cts';
import { Aliases } from '../../../sandbox/world.cts';
import { listSearch, loadOptions, runNode, type CredentialStore, type NodeOptions, type Outcome } from '../harness/index.cts';

export interface Flatchr {
	sandbox: Sandbox;
	credentials: CredentialStore;
	/** The 16-character ids of the world's records. */
	ids: Aliases;
	/** Runs one operation; a failed execution fails the test unless `mayFail`. */
	run(resource: string, operation: string, parameters?: INodeParameters, options?: NodeOptions & { mayFail?: boolean }): Promise<Outcome>;
	/** `json` of all items of one operation. */
	json(resource: string, operation: string, parameters?: INodeParameters, options?: NodeOptions): Promise<IDataObject[]>;
	search(method: string, parameters?: INodeParameters, filter?: string): Promise<Array<{ name: string; value: unknown }>>;
	options(method: string, parameters?: INodeParameters): ReturnType<typeof loadOptions>;
	/** Requests that reached Flatchr since `mark`. */
	requests(mark: number): Sandbox['requests'];
	/** Fields that name an application. */
	at(application: Application): INodeParameters;
}

export async function startFlatchr(options: SandboxOptions = {}): Promise<Flatchr> {
	const sandbox = await startSandbox({ services: ['flatchr'], jobs: 6, applications: 60, ...options });
	const credentials: CredentialStore = { flatchrApi: { ...sandbox.credentials['flatchr'], apiBaseUrl: sandbox.urls['flatchr'] ?? '', careersBaseUrl: sandbox.urls['flatchrCareers'] ?? '' } };
	const ids = new Aliases(sandbox.world, (label, number) => opaqueId(`flatchr/${label}`, number, 16));
	const run: Flatchr['run'] = async (resource, operation, parameters = {}, { mayFail = false, ...more } = {}) => {
		const outcome = await runNode('flatchr', { resource, operation, ...parameters }, { credentials, ...more });
		if (outcome.error && !mayFail) throw new Error(`${outcome.error.message} | ${String(outcome.error.description)}`);
		return outcome;
	};
	return {
		sandbox,
		credentials,
		ids,
		run,
		json: async (...args) => (await run(...args)).json,
		search: async (method, parameters = {}, filter) => (await listSearch('flatchr', method, parameters, { credentials, ...(filter === undefined ? {} : { filter }) })).results.map(({ name, value }) => ({ name, value })),
		options: async (method, parameters = {}) => await loadOptions('flatchr', method, parameters, { credentials }),
		requests: (mark) => sandbox.requests.slice(mark),
		at: (application) => ({ vacancyId: byId(ids.of('job', sandbox.world.jobs.need(application.jobId))), applicantId: byId(ids.of('application', application)) }),
	};
}

/** A resource locator that holds a typed value. */
export const byId = (value: string): INodeParameters => ({ __rl: true, mode: 'id', value }) as unknown as INodeParameters;

export function must<T>(value: T | null | undefined, what = 'value'): T {
	if (value === null || value === undefined) throw new Error(`There is no ${what}`);
	return value;
}
