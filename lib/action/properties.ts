import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { alphabetically, choice, collection, number, toggle, type Field } from './field';
import type { Operation, Resource } from './operation';

/** Fields that the kit itself adds. */
export const kitFields = {
	returnAll: toggle('returnAll', { displayName: 'Return All', description: 'Whether to return all results or only up to a given limit' }),
	limit: number('limit', { displayName: 'Limit', description: 'Max number of results to return', default: 50, min: 1, integer: true }),
	simplify: toggle('simplify', { displayName: 'Simplify', description: 'Whether to return a simplified version of the response instead of the raw data', default: true }),
	/** Of polling triggers. */
	reportFailures: choice('reportFailures', {
		displayName: 'Report Failures',
		description: 'When a poll that fails becomes a failed execution',
		options: [
			{ name: 'After 15 Minutes', value: 'afterFifteenMinutes', description: 'Temporary failures only count once they last' },
			{ name: 'At Once', value: 'atOnce', description: 'Every failing poll is a failed execution' },
		],
	}),
	maxConcurrency: number('maxConcurrency', {
		displayName: 'Max Concurrency',
		description: 'How many calls may run at once. The node starts low, speeds up while the service answers well and slows down when it refuses.',
		default: 30,
		min: 1,
		max: 100,
		integer: true,
	}),
	maxFileMb: number('maxFileMb', {
		displayName: 'Max File Size (MB)',
		description: 'Files that are larger are not fetched: each is held in memory as a whole',
		default: 100,
		min: 1,
		max: 2_000,
		integer: true,
	}),
	leaveOutPersonalData: toggle('leaveOutPersonalData', {
		displayName: 'Leave Out Personal Data',
		description: 'Whether to leave out names, addresses, phone numbers, links, free texts and whatever else tells who somebody is, for example so that an AI agent does not see it. IDs, stages, statuses and dates stay, and files too.',
	}),
} as const;

/** `options`: fields that apply to every operation of a node, the vendor's and the kit's. */
export function nodeOptions<const Fields extends readonly Field[]>(fields: Fields) {
	return collection('options', { displayName: 'Options', addLabel: 'Add Option', fields: [...fields, kitFields.leaveOutPersonalData, kitFields.maxConcurrency, kitFields.maxFileMb] });
}

/** A field outside an operation (of a trigger) as the editor shows it. */
export function propertyOf(field: Field): INodeProperties {
	return { ...field.property, name: field.name };
}

/** The editor's properties of a whole node: resources, their operations, and each operation's fields in order. */
export function propertiesOf<Api>(resources: ReadonlyArray<Resource<Api>>, options: Field, common: readonly Field[] = []): INodeProperties[] {
	return [
		...common.map(propertyOf),
		resourceProperty(resources),
		...resources.flatMap((resource) => [operationProperty(resource), ...notices(resource, common), ...fieldProperties(resource)]),
		propertyOf(options),
	];
}

function resourceProperty<Api>(resources: ReadonlyArray<Resource<Api>>): INodeProperties {
	const options: INodePropertyOptions[] = resources.map(({ name, value, description, operations }) => ({ name, value, ...(description ? { description } : {}), ...offeredWhen(anyOffer(operations)) }));
	options.sort((a, b) => alphabetically(a.name, b.name));
	return { displayName: 'Resource', name: 'resource', type: 'options', noDataExpression: true, default: resources[0]?.value ?? '', options };
}

function operationProperty<Api>(resource: Resource<Api>): INodeProperties {
	const options = resource.operations.map(({ name, value, action, description, offered }) => ({ name, value, action, description, ...offeredWhen(offered) }));
	options.sort((a, b) => alphabetically(a.name, b.name));
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [resource.value] } },
		default: resource.operations[0]?.value ?? '',
		options,
	};
}

function offeredWhen(show: Record<string, string[]> | undefined) {
	return show ? { displayOptions: { show } } : {};
}

/**
 * n8n's list of actions names all operations, whatever the common fields hold, and the editor keeps an operation that is no
 * longer offered: without a sentence, nobody would know before it runs.
 */
function notices<Api>(resource: Resource<Api>, common: readonly Field[]): INodeProperties[] {
	const known = new Map<string, { field: Field; values: string[]; operations: string[] }>();
	for (const { value: operation, offered = {} } of resource.operations) {
		for (const field of common) {
			const values = offered[field.name];
			if (values === undefined) continue;
			const key = JSON.stringify([field.name, values]);
			const one = known.get(key) ?? { field, values, operations: [] };
			known.set(key, { ...one, operations: [...one.operations, operation] });
		}
	}
	return [...known.values()].flatMap(({ field, values, operations }) => {
		const options = (field.property.options ?? []).flatMap((option) => ('value' in option ? [option] : []));
		const able = options.filter(({ value }) => values.includes(String(value))).map(({ name }) => name);
		if (able.length === options.length) return [];
		const what = field.property.displayName.toLowerCase();
		return [
			{
				displayName: `The chosen ${what} cannot do this. ${able.join(', ')} can: choose another ${what} above, or another operation.`,
				name: 'notOffered',
				type: 'notice' as const,
				default: '',
				displayOptions: { show: { resource: [resource.value], operation: operations }, hide: { [field.name]: values } },
			},
		];
	});
}

/** A resource is offered where at least one of its operations is. */
function anyOffer<Api>(operations: ReadonlyArray<Operation<Api>>): Record<string, string[]> | undefined {
	const merged: Record<string, string[]> = {};
	for (const { offered } of operations) {
		if (!offered) return undefined;
		for (const [field, values] of Object.entries(offered)) merged[field] = [...new Set([...(merged[field] ?? []), ...values])];
	}
	return merged;
}

/**
 * The fields of all operations in one order that keeps the order of each operation. A field that several operations
 * share stands once, shown for all of them; only where two operations order their fields against each other it stands twice.
 */
function fieldProperties<Api>(resource: Resource<Api>): INodeProperties[] {
	const sequences = resource.operations.map((operation) => ({ operation: operation.value, fields: allFields(operation) }));
	const shown: Array<{ field: Field; operations: string[] }> = [];
	while (sequences.some(({ fields }) => fields.length > 0)) {
		const heads = sequences.flatMap(({ fields: [head] }) => (head ? [head] : []));
		const free = heads.find((head) => sequences.every(({ fields }) => fields.indexOf(head) <= 0));
		const field = free ?? heads[0];
		if (!field) break;
		const users = sequences.filter(({ fields }) => fields[0] === field);
		shown.push({ field, operations: users.map(({ operation }) => operation) });
		for (const user of users) user.fields.shift();
	}
	return shown.flatMap(({ field, operations }) =>
		[field.property, ...(field.otherwise ? [field.otherwise] : [])].map((property) => {
			const show = { ...property.displayOptions?.show, resource: [resource.value], operation: operations };
			const extra = field === kitFields.limit ? { returnAll: [false] } : {};
			return { ...property, name: field.name, displayOptions: { ...property.displayOptions, show: { ...show, ...extra } } };
		}),
	);
}

/** An operation's fields in the order of the editor: what it needs, how many, and then what is optional. */
export function allFields<Api>(operation: Operation<Api>): Field[] {
	const added = [...(operation.many ? [kitFields.returnAll, kitFields.limit] : []), ...(operation.simplify ? [kitFields.simplify] : [])];
	const optional = operation.fields.findIndex(({ property }) => property.type === 'collection');
	const at = optional < 0 ? operation.fields.length : optional;
	return [...operation.fields.slice(0, at), ...added, ...operation.fields.slice(at)];
}
