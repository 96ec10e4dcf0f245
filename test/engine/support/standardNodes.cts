/**
 * The nodes of n8n that the examples use. n8n-nodes-base weighs 100 MB and is no dev dependency: where `npm run test:host` has
 * installed a host, its real nodes are used, else stand-ins that do just what the examples ask of them.
 */
import '../harness/environment.cts';

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { DataDeduplicationService } from 'n8n-core';
import type { IDataDeduplicator, IDataObject, IExecuteFunctions, INodeExecutionData, INodeProperties, INodeType, INodeTypeDescription, IVersionedNodeType } from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError, WAIT_INDEFINITELY } from 'n8n-workflow';

import { registerNode } from '../harness/index.cts';
import { packageRoot } from '../harness/package.cts';

const baseFolder = join(packageRoot, '.hosts', 'n8n-2.41.1', 'node_modules', 'n8n-nodes-base', 'dist', 'nodes');

const property = (name: string, type: INodeProperties['type'] = 'json', fallback: INodeProperties['default'] = ''): INodeProperties => ({ displayName: name, name, type, default: fallback });

function standIn(name: string, version: number, properties: INodeProperties[], execute: NonNullable<INodeType['execute']>, more: Partial<INodeTypeDescription> = {}): INodeType {
	return {
		description: { name, displayName: name, group: ['transform'], version, description: name, defaults: { name }, inputs: [NodeConnectionTypes.Main], outputs: [NodeConnectionTypes.Main], properties, ...more },
		execute,
	};
}

async function pass(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return [this.getInputData()];
}

/** n8n's core evaluates the conditions of a field of type `filter` itself. */
function sift(outputs: 1 | 2) {
	return async function (this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const kept: INodeExecutionData[] = [];
		const rest: INodeExecutionData[] = [];
		for (const [index, item] of this.getInputData().entries()) {
			const fits = this.getNodeParameter('conditions', index, false, { extractValue: true });
			(fits ? kept : rest).push({ ...item, pairedItem: { item: index } });
		}
		return outputs === 2 ? [kept, rest] : [kept];
	};
}

interface Assignment {
	name: string;
	type: string;
	value: unknown;
}

/** `start.dateTime` goes into the object `start`. */
function put(target: IDataObject, [key = '', ...rest]: string[], value: unknown): void {
	if (rest.length === 0) Reflect.set(target, key, value);
	else put((target[key] ??= {}) as IDataObject, rest, value);
}

async function edit(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return [
		this.getInputData().map(({ json }, item) => {
			const { assignments } = this.getNodeParameter('assignments', item) as { assignments: Assignment[] };
			const made: IDataObject = this.getNodeParameter('includeOtherFields', item, false) ? { ...json } : {};
			for (const { name, type, value } of assignments) put(made, name.split('.'), type === 'string' ? String(value) : value);
			return { json: made, pairedItem: { item } };
		}),
	];
}

const cell = (value: unknown): string => (/[",\n]/.test(String(value)) ? `"${String(value).replace(/"/g, '""')}"` : String(value));

async function toCsv(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = this.getInputData();
	const columns = [...new Set(items.flatMap(({ json }) => Object.keys(json)))];
	const lines = [columns, ...items.map(({ json }) => columns.map((column) => json[column] ?? ''))].map((row) => row.map(cell).join(','));
	const { fileName } = this.getNodeParameter('options', 0) as { fileName: string };
	const file = await this.helpers.prepareBinaryData(Buffer.from(lines.join('\n')), fileName, 'text/csv');
	return [[{ json: {}, binary: { [String(this.getNodeParameter('binaryPropertyName', 0))]: file }, pairedItem: items.map((_item, item) => ({ item })) }]];
}

/** Only PDFs as the sandbox makes them. */
async function fromPdf(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const texts = this.getInputData().map(async (_item, item) => {
		const bytes = await this.helpers.getBinaryDataBuffer(item, String(this.getNodeParameter('binaryPropertyName', item)));
		return { json: { text: [...bytes.toString('latin1').matchAll(/\((.*?)\) Tj/g)].map(([, text]) => text).join('\n') }, pairedItem: { item } };
	});
	return [await Promise.all(texts)];
}

async function compare(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const [pair] = this.getNodeParameter('mergeByFields.values', 0) as Array<{ field1: string; field2: string }>;
	if (!pair) throw new Error('There is no field to match by');
	const skipped = String(this.getNodeParameter('options.skipFields', 0, '')).split(',');
	const compared = (json: IDataObject) => Object.fromEntries(Object.entries(json).filter(([name]) => !skipped.includes(name)));
	const [left, right] = [this.getInputData(0), this.getInputData(1)];
	const [onlyLeft, same, different, onlyRight]: [INodeExecutionData[], INodeExecutionData[], INodeExecutionData[], INodeExecutionData[]] = [[], [], [], []];
	for (const item of left) {
		const matches = right.filter(({ json }) => json[pair.field2] === item.json[pair.field1]);
		if (matches.length === 0) onlyLeft.push(item);
		for (const match of matches) (isDeepStrictEqual(compared(match.json), compared(item.json)) ? same : different).push(item);
	}
	for (const item of right) if (!left.some(({ json }) => json[pair.field1] === item.json[pair.field2])) onlyRight.push(item);
	return [onlyLeft, same, different, onlyRight];
}

async function startForEach(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = this.getInputData();
	for (const [index, item] of items.entries()) {
		const { value } = this.getNodeParameter('workflowId', index) as { value: string };
		await this.executeWorkflow({ id: value }, [item], undefined, { doNotWaitToFinish: true, parentExecution: { executionId: this.getExecutionId(), workflowId: this.getWorkflow().id ?? '' } });
	}
	return [items];
}

/** What a person would see while the executions wait. */
export const shownForms: IDataObject[] = [];

async function wait(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	shownForms.push({ description: this.getNodeParameter('formDescription', 0), fields: this.getNodeParameter('formFields.values', 0) as IDataObject[] });
	await this.putExecutionToWait(WAIT_INDEFINITELY);
	return [this.getInputData()];
}

async function stop(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	throw new NodeOperationError(this.getNode(), String(this.getNodeParameter('errorMessage', 0)));
}

async function send(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const answers = this.getInputData().map(async (_item, item) => {
		const { parameters = [] } = this.getNodeParameter('headerParameters', item, {}) as { parameters?: Array<{ name: string; value: string }> };
		const body: unknown = this.getNodeParameter('jsonBody', item);
		const json: IDataObject = await this.helpers.httpRequest({ method: 'POST', url: String(this.getNodeParameter('url', item)), headers: Object.fromEntries(parameters.map(({ name, value }) => [name, value])), body: typeof body === 'string' ? JSON.parse(body) : body, json: true });
		return { json, pairedItem: { item } };
	});
	return [await Promise.all(answers)];
}

/** The second input; or both, joined by one field. */
async function merge(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const [left, right] = [this.getInputData(0), this.getInputData(1) ?? []];
	if (this.getNodeParameter('mode', 0, '') !== 'combine') return [right];
	const [pair] = this.getNodeParameter('mergeByFields.values', 0) as Array<{ field1: string; field2: string }>;
	if (!pair) throw new Error('There is no field to match by');
	const joined = left.flatMap((item, index) => {
		const matches = right.filter(({ json }) => json[pair.field2] === item.json[pair.field1]);
		if (this.getNodeParameter('joinMode', 0) === 'enrichInput1') matches.splice(1, matches.length, ...(matches.length === 0 ? [{ json: {} }] : []));
		return matches.map(({ json, binary = {} }) => ({ json: { ...item.json, ...json }, binary: { ...item.binary, ...binary }, pairedItem: [{ item: index, input: 0 }] }));
	});
	return [joined];
}

/** Once per value: among these items, or ever. */
async function once(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = this.getInputData();
	if (this.getNodeParameter('operation', 0) === 'removeDuplicateInputItems') {
		const field = String(this.getNodeParameter('fieldsToCompare', 0));
		return [items.filter(({ json }, index) => items.findIndex((other) => other.json[field] === json[field]) === index)];
	}
	const values = items.map((_item, item) => String(this.getNodeParameter('dedupeValue', item)));
	const seen = await this.helpers.checkProcessedAndRecord(values, 'node', { mode: 'entries' });
	return [items.filter((_item, index) => seen.new.includes(values[index] ?? ''))];
}

const triggerLike = { group: ['trigger' as const], inputs: [] };
const options = property('options', 'json', {});
const binaryName = property('binaryPropertyName', 'string', 'data');

/** Type name -> the real file, and what stands in for it. */
const nodes: Record<string, { file: string; standIn: INodeType }> = {
	stickyNote: { file: 'StickyNote/StickyNote', standIn: standIn('stickyNote', 1, [], pass, { inputs: [], outputs: [] }) },
	noOp: { file: 'NoOp/NoOp', standIn: standIn('noOp', 1, [], pass) },
	set: { file: 'Set/Set', standIn: standIn('set', 3.4, [property('assignments', 'assignmentCollection', {}), property('includeOtherFields', 'boolean', false)], edit) },
	filter: { file: 'Filter/Filter', standIn: standIn('filter', 2.2, [property('conditions', 'filter', {})], sift(1)) },
	if: { file: 'If/If', standIn: standIn('if', 2.2, [property('conditions', 'filter', {})], sift(2), { outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main] }) },
	scheduleTrigger: { file: 'Schedule/ScheduleTrigger', standIn: { ...standIn('scheduleTrigger', 1.2, [], pass, triggerLike), trigger: async () => ({}) } },
	executeWorkflowTrigger: { file: 'ExecuteWorkflow/ExecuteWorkflowTrigger/ExecuteWorkflowTrigger', standIn: { ...standIn('executeWorkflowTrigger', 1.1, [], pass, triggerLike), trigger: async () => ({}) } },
	executeWorkflow: { file: 'ExecuteWorkflow/ExecuteWorkflow/ExecuteWorkflow', standIn: standIn('executeWorkflow', 1.2, [property('workflowId', 'resourceLocator', {})], startForEach) },
	convertToFile: { file: 'Files/ConvertToFile/ConvertToFile', standIn: standIn('convertToFile', 1.1, [binaryName, options], toCsv) },
	// The real ones bring modules along that jest cannot load.
	formTrigger: { file: '', standIn: { ...standIn('formTrigger', 2.2, [], pass, triggerLike), trigger: async () => ({}) } },
	extractFromFile: { file: '', standIn: standIn('extractFromFile', 1, [binaryName], fromPdf) },
	readWriteFile: { file: 'Files/ReadWriteFile/ReadWriteFile', standIn: standIn('readWriteFile', 1, [], pass) },
	compareDatasets: {
		file: 'CompareDatasets/CompareDatasets',
		standIn: standIn('compareDatasets', 2.3, [property('mergeByFields', 'json', {}), options], compare, {
			inputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
			outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
			requiredInputs: 1,
		}),
	},
	// n8n's own tables are part of its server: `test:browser` fills one.
	dataTable: { file: '', standIn: standIn('dataTable', 1.1, [], pass) },
	stopAndError: { file: 'StopAndError/StopAndError', standIn: standIn('stopAndError', 1, [property('errorMessage', 'string')], stop) },
	httpRequest: {
		file: 'HttpRequest/HttpRequest',
		standIn: standIn('httpRequest', 4.2, [{ ...property('url', 'string'), required: true }, property('headerParameters', 'json', {}), property('jsonBody', 'string')], send),
	},
	merge: { file: 'Merge/Merge', standIn: standIn('merge', 3, ['mode', 'mergeByFields', 'joinMode'].map((name) => property(name, 'json', '')), merge, { inputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main], requiredInputs: 1 }) },
	removeDuplicates: {
		file: 'Transform/RemoveDuplicates/RemoveDuplicates',
		standIn: standIn('removeDuplicates', 2, [property('operation', 'string'), property('fieldsToCompare', 'string'), property('dedupeValue', 'string')], once),
	},
	wait: { file: '', standIn: standIn('wait', 1.1, [property('formDescription', 'string'), property('formFields', 'json', {})], wait) },
};

const isNodeClass = (value: unknown): value is new () => INodeType | IVersionedNodeType => typeof value === 'function';

function realNode(file: string): INodeType | IVersionedNodeType | undefined {
	const path = join(baseFolder, `${file}.node.js`);
	if (process.env.N8N_ATS_STAND_INS === '1' || file === '' || !existsSync(path)) return undefined;
	const made: unknown = Reflect.get(require(path) as object, file.split('/').at(-1) ?? '');
	return isNodeClass(made) ? new made() : undefined;
}

/** What n8n keeps in its database for Remove Duplicates. */
const seenBefore = new Map<string, Set<string>>();
const rememberer: IDataDeduplicator = {
	async checkProcessedAndRecord(items, _scope, { node }) {
		const seen = seenBefore.get(node?.id ?? '') ?? new Set<string>();
		seenBefore.set(node?.id ?? '', seen);
		const processed = items.filter((item) => seen.has(String(item)));
		for (const item of items) seen.add(String(item));
		return { new: items.filter((item) => !processed.includes(item)), processed };
	},
	removeProcessed: async () => {},
	clearAllProcessedItems: async () => seenBefore.clear(),
	getProcessedDataCount: async (_scope, { node }) => seenBefore.get(node?.id ?? '')?.size ?? 0,
};

/** Registers all of them. Gives the names of the real ones and of those that have a stand-in. `N8N_ATS_STAND_INS=1`: only those. */
export function registerStandardNodes(): { real: string[]; standIns: string[] } {
	// Suites of one worker share n8n-core: what an earlier one left gives way.
	Object.assign(DataDeduplicationService, { instance: undefined });
	void DataDeduplicationService.init(rememberer);
	const used: { real: string[]; standIns: string[] } = { real: [], standIns: [] };
	for (const [name, { file, standIn: replacement }] of Object.entries(nodes)) {
		const real = realNode(file);
		registerNode(real ?? replacement, 'n8n-nodes-base');
		(real ? used.real : used.standIns).push(name);
	}
	return used;
}
