import type { Field } from '../../lib/action/field';
import { operationsOf, type Operation, type OperationSpec } from '../../lib/action/operation';
import type { OperationName } from '../../lib/ats/provider';
import type { AtsApi } from './api';
import { cannot, providerNamed, providersWith } from './providers';

const operation = operationsOf<AtsApi>();

/** An operation of the unified node, offered for the providers that declare it. Where only one can, its name says which. */
export function unified<const Fields extends readonly Field[]>(name: OperationName, spec: OperationSpec<AtsApi, Fields>): Operation<AtsApi> {
	const able = providersWith(({ capabilities }) => capabilities.operations[name] !== undefined);
	const [only, ...others] = able;
	const action = only !== undefined && others.length === 0 ? `${spec.action} (${providerNamed(only).label})` : spec.action;
	const what = `${spec.action.charAt(0).toLowerCase()}${spec.action.slice(1)}`.replace(/^get many/, 'list');
	const refusal = ({ provider: chosen }: Record<string, unknown>) => (able.includes(String(chosen)) ? undefined : cannot(providerNamed(chosen), what));
	return operation({ ...spec, action, offered: { provider: able }, refusal });
}

/** An operation that every provider has. */
export const always = operation;
