import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { ConcurrencyLimit, type ExecutionLimits } from '../http/concurrency';
import type { Host } from '../http/host';
import { asNodeError } from './asNodeError';
import type { Field, Lookup, Values } from './field';
import { FileItem, Item } from './item';
import { lookupMethods, type LookupMethods } from './lookupMethods';
import type { Operation, Output, OutputItem, Resource, Row } from './operation';
import { readParameters } from './parameters';
import { personalFilter } from './personal';
import { allFields, kitFields, propertiesOf } from './properties';
import { subtitleOf } from './subtitle';

/** What the kit itself reads of a node's options; `nodeOptions` puts it there. */
type OptionsField = Field<'options', { maxConcurrency?: number; maxFileMb?: number; leaveOutPersonalData?: boolean }>;

export interface NodeSpec<Api, Options extends OptionsField, Common extends readonly Field[]> {
	resources: ReadonlyArray<Resource<Api>>;
	options: Options;
	/** Names of output fields that tell who somebody is, as `personalFilter` takes them: the option leaves them out. */
	personal: readonly string[];
	/** Fields above the resource that apply to every operation (the provider of the ATS node). */
	common?: Common;
	/** Makes the vendor's API ready for one execution or one lookup. */
	connect(host: Host, settings: { options: Partial<FieldValue<Options>>; common: Partial<Values<Common>>; limits?: ExecutionLimits }): Promise<Api>;
}

type FieldValue<F> = F extends Field<string, infer Value> ? Value : never;

interface NodeParts {
	/** The line under the node on the canvas. */
	subtitle: string;
	properties: INodeProperties[];
	methods: LookupMethods;
	execute(host: IExecuteFunctions): Promise<INodeExecutionData[][]>;
}

/** Turns resources into all that an n8n node needs besides its literal description. */
export function actionNode<Api, Options extends OptionsField, const Common extends readonly Field[] = []>(spec: NodeSpec<Api, Options, Common>): NodeParts {
	const common: readonly Field[] = spec.common ?? [];
	const operations = new Map<string, Operation<Api>>(spec.resources.flatMap((resource) => resource.operations.map((operation) => [`${resource.value}.${operation.value}`, operation] as const)));
	const withoutPersonalData = personalFilter(spec.personal);
	return {
		subtitle: subtitleOf(spec.resources, common[0]),
		properties: propertiesOf(spec.resources, spec.options, common),
		methods: lookupMethods(lookupsOf(spec, common), [spec.options, ...common], async (host, { options, ...rest }) =>
			await spec.connect(host, { options: (options ?? {}) as Partial<FieldValue<Options>>, common: rest as Partial<Values<Common>> }),
		),
		execute: async (host) => {
			const resource = String(host.getNodeParameter('resource', 0));
			const named = `${resource}.${host.getNodeParameter('operation', 0)}`;
			const operation = operations.get(named);
			if (!operation) throw asNodeError(host, new Error(`This version of the node has no operation "${named}": choose it again in the node.`), 0);
			return [await run(host, spec, operation, common, (row) => withoutPersonalData(without(row, operation.unnamed?.(row)), resource))];
		},
	};
}

function lookupsOf<Api, Options extends OptionsField, Common extends readonly Field[]>(spec: NodeSpec<Api, Options, Common>, common: readonly Field[]): Lookup[] {
	return [spec.options, ...common, ...spec.resources.flatMap(({ operations }) => operations.flatMap(({ fields }) => fields))].flatMap(({ lookups }) => lookups);
}

async function run<Api, Options extends OptionsField, Common extends readonly Field[]>(
	host: IExecuteFunctions,
	spec: NodeSpec<Api, Options, Common>,
	operation: Operation<Api>,
	common: readonly Field[],
	withoutPersonalData: (row: Row) => Row,
): Promise<INodeExecutionData[]> {
	const results: INodeExecutionData[][] = [];
	const fail = (error: unknown, index: number) => {
		const nodeError = asNodeError(host, error, index);
		if (!host.continueOnFail()) throw nodeError;
		results[index] = [asItem(nodeError, index)];
	};

	// Every field of every item is read before the first request: a typo in the last item must not leave half the work done.
	const fields = allFields(operation);
	const { parameters } = host.getNode();
	const zone = host.getTimezone();
	const read = (wanted: readonly Field[], index: number): Record<string, unknown> => readParameters(wanted, parameters, (name) => host.getNodeParameter(name, index, null), zone);
	const inputs = host.getInputData().map((_, index) => {
		try {
			const shared = read(common, index);
			const refusal = operation.refusal?.(shared);
			if (refusal) return fail(refusal, index);
			const options = read([spec.options], index).options as Partial<FieldValue<Options>>;
			return { index, values: read(fields, index), settings: { options, common: shared as Partial<Values<Common>> } };
		} catch (error) {
			return fail(error, index);
		}
	});
	const ready = inputs.filter((input) => input !== undefined);
	const [first] = ready;
	if (!first) return results.flat();

	const { maxConcurrency: width = 30, maxFileMb } = first.settings.options;
	const connect = connector(host, spec, { concurrency: new ConcurrencyLimit(width), ...(maxFileMb === undefined ? {} : { maxFileBytes: maxFileMb * 1024 * 1024 }) });
	let stop = false;
	await inParallel(ready, width, async ({ values, settings, index }) => {
		if (stop) return;
		try {
			results[index] = await outputOf(host, operation, await connect(settings), values, index, settings.options.leaveOutPersonalData === true ? withoutPersonalData : undefined);
		} catch (error) {
			stop = !host.continueOnFail() || host.getExecutionCancelSignal()?.aborted === true;
			fail(error, index);
		}
	});
	return results.flat();
}

/** One connection for all items with the same options: an expression may name another integration per item. */
function connector<Api, Options extends OptionsField, Common extends readonly Field[]>(host: IExecuteFunctions, spec: NodeSpec<Api, Options, Common>, limits: ExecutionLimits) {
	const connections = new Map<string, Promise<Api>>();
	return async (settings: { options: Partial<FieldValue<Options>>; common: Partial<Values<Common>> }): Promise<Api> => {
		const key = JSON.stringify(settings);
		const known = connections.get(key);
		if (known) return await known;
		const made = spec.connect(host, { ...settings, limits });
		connections.set(key, made);
		return await made;
	};
}

async function outputOf<Api>(host: IExecuteFunctions, operation: Operation<Api>, api: Api, values: Record<string, unknown>, index: number, clean: (row: Row) => Row = (row) => row): Promise<INodeExecutionData[]> {
	const limit = operation.many && values[kitFields.returnAll.name] !== true ? Number(values[kitFields.limit.name] ?? 50) : undefined;
	const simplify = operation.simplify && values[kitFields.simplify.name] !== false ? operation.simplify : undefined;
	const pairedItem = { item: index };
	const items: INodeExecutionData[] = [];
	const failures: Error[] = [];
	for await (const rows of asPages(await operation.run(api, values, new Item(host, index, limit)))) {
		for (const row of rows) {
			if (limit !== undefined && items.length >= limit) return items;
			if (row instanceof Error) failures.push(row);
			else items.push(row instanceof FileItem ? { json: clean(row.json), binary: row.binary, pairedItem } : { json: clean(simplify ? simplify(row) : row), pairedItem });
		}
		host.getExecutionCancelSignal()?.throwIfAborted();
		if (limit !== undefined && items.length >= limit) return items;
	}
	const [first] = failures;
	if (first && !host.continueOnFail()) throw first;
	for (const failure of failures) items.push(asItem(asNodeError(host, failure, index), index));
	return items;
}

/** An error in the place of an item; the host sends it where *On Error* says. */
function asItem(error: ReturnType<typeof asNodeError>, index: number): INodeExecutionData {
	return { json: { error: error.message }, error, pairedItem: { item: index } };
}

function asPages(output: Output): AsyncIterable<readonly OutputItem[]> | Array<readonly OutputItem[]> {
	if (output === undefined) return [[{ success: true }]];
	if (output instanceof FileItem) return [[output]];
	if (Array.isArray(output)) return [output];
	return isPages(output) ? output : [[output as Row]];
}

function isPages(output: object): output is AsyncIterable<readonly OutputItem[]> {
	return Symbol.asyncIterator in output;
}

/** Runs `work` for all, at most `width` at once; after the last has settled, the failure of the earliest item is thrown. */
async function inParallel<Task>(tasks: readonly Task[], width: number, work: (task: Task) => Promise<void>): Promise<void> {
	const failures = new Map<number, unknown>();
	let next = 0;
	const worker = async () => {
		for (let index = next++; index < tasks.length; index = next++) {
			const task = tasks[index];
			if (task !== undefined) await work(task).catch((error: unknown) => failures.set(index, error));
		}
	};
	await Promise.all(Array.from({ length: Math.min(width, tasks.length) }, worker));
	if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
}

function without(row: Row, names: readonly string[] = []): Row {
	return names.length === 0 ? row : Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}
