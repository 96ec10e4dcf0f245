import type { IAllExecuteFunctions } from 'n8n-workflow';

import type { Field } from '../../lib/action/field';
import { operationsOf, type Operation, type OperationSpec, type Row } from '../../lib/action/operation';
import { FieldError } from '../../lib/errors';
import type { Connection, OperationName, Operations, Provider } from '../../lib/ats/provider';
import { providerNamed, providersWith } from './providers';

/** One provider, seen through the unified model. */
export class AtsApi {
	constructor(
		readonly provider: Provider,
		private readonly operations: Operations,
		/** Put the provider's own record beside the unified one. */
		readonly raw: boolean,
	) {}

	/** What the provider does for this, or a sentence about where it can be done instead: before any request. */
	for<Name extends keyof Operations>(name: Name, what: string): NonNullable<Operations[Name]> {
		const found = this.operations[name];
		if (!found) {
			const { label, capabilities } = this.provider;
			throw new FieldError(`${label} cannot ${what} through the unified node`, `The ${capabilities.serviceNode} node can do more, with its API Request operation as the last resort.`);
		}
		return found as NonNullable<Operations[Name]>;
	}
}

interface Settings {
	common: Partial<{ provider: string; integrationId: string | undefined }>;
	options: Partial<{ includeRaw: boolean; archivedAsRejected: boolean }>;
	limit?: Connection['limit'];
}

/** Their operations only think: no credential, no call. */
export const RESOURCES_WITHOUT_REQUEST = ['model', 'provider'];

export async function connectAts(host: IAllExecuteFunctions, { common, options, limit }: Settings): Promise<AtsApi> {
	const provider = providerNamed(common.provider);
	// Resources without a request must work without a credential.
	if (RESOURCES_WITHOUT_REQUEST.includes(String(host.getNode().parameters.resource))) return new AtsApi(provider, {}, options.includeRaw === true);
	const connection = { ...(common.integrationId ? { integrationId: common.integrationId } : {}), ...(limit ? { limit } : {}), ...(options.archivedAsRejected ? { archivedAsRejected: true } : {}) };
	return new AtsApi(provider, (await provider.operations?.(host, connection)) ?? {}, options.includeRaw === true);
}

const operation = operationsOf<AtsApi>();

/** An operation of the unified node, offered for the providers that declare it. */
export function unified<const Fields extends readonly Field[]>(name: OperationName, spec: OperationSpec<AtsApi, Fields>): Operation<AtsApi> {
	return operation({ ...spec, offered: { provider: providersWith(({ capabilities }) => capabilities.operations[name] !== undefined) } });
}

/** An operation that needs no provider's help. */
export const always = operation;

/** Model objects leave as they are: they are plain JSON by construction. */
export function row(value: object): Row {
	return value as Row;
}

export async function* rowPages(source: AsyncIterable<readonly object[]>): AsyncGenerator<Row[]> {
	for await (const page of source) yield page as Row[];
}

