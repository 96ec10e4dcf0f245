/** A sandbox with Kombo in it, and the node run against it. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { startSandbox, type Sandbox, type SandboxOptions } from '../../../sandbox/index.cts';
import { listSearch, loadOptions, resourceMapper, runNode, type CredentialStore, type NodeOptions, type Outcome } from '../harness/index.cts';

export interface Kombo {
	sandbox: Sandbox;
	credentials: CredentialStore;
	/** Runs one operation; a failed execution fails the test unless `mayFail`. */
	run(resource: string, operation: string, parameters?: INodeParameters, options?: NodeOptions & { mayFail?: boolean }): Promise<Outcome>;
	/** `json` of all items of one operation. */
	json(resource: string, operation: string, parameters?: INodeParameters, options?: NodeOptions): Promise<IDataObject[]>;
	search(method: string, parameters?: INodeParameters, ask?: { filter?: string; paginationToken?: string }): ReturnType<typeof listSearch>;
	options(method: string, parameters?: INodeParameters): ReturnType<typeof loadOptions>;
	mapper(method: string, parameters: INodeParameters): ReturnType<typeof resourceMapper>;
	/** Requests that reached Kombo since `mark`. */
	requests(mark?: number): Sandbox['requests'];
}

export async function startKombo(options: SandboxOptions = {}): Promise<Kombo> {
	const sandbox = await startSandbox({ services: ['kombo'], jobs: 6, applications: 60, ...options });
	const credentials: CredentialStore = { komboApi: { region: 'custom', baseUrl: sandbox.urls.kombo ?? '', ...sandbox.credentials.kombo } };
	const run: Kombo['run'] = async (resource, operation, parameters = {}, { mayFail = false, ...more } = {}) => {
		const outcome = await runNode('kombo', { resource, operation, ...parameters }, { credentials, ...more });
		if (outcome.error && !mayFail) throw new Error(`${outcome.error.message} | ${String(outcome.error.description)}`);
		return outcome;
	};
	return {
		sandbox,
		credentials,
		run,
		json: async (...args) => (await run(...args)).json,
		search: async (method, parameters = {}, ask = {}) => await listSearch('kombo', method, parameters, { credentials, ...ask }),
		options: async (method, parameters = {}) => await loadOptions('kombo', method, parameters, { credentials }),
		mapper: async (method, parameters) => await resourceMapper('kombo', method, parameters, { credentials }),
		requests: (mark = 0) => sandbox.requests.slice(mark),
	};
}

/** A resource locator that holds a typed value. */
export const byId = (value: string): INodeParameters => ({ __rl: true, mode: 'id', value }) as unknown as INodeParameters;
/** The same, picked from the list. */
export const picked = (value: string): INodeParameters => ({ __rl: true, mode: 'list', value }) as unknown as INodeParameters;
/** Rows added one by one. */
export const rowsOf = (...row: INodeParameters[]): INodeParameters => ({ row });

export function must<T>(value: T | null | undefined, what = 'value'): T {
	if (value === null || value === undefined) throw new Error(`There is no ${what}`);
	return value;
}
