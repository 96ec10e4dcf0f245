/** Every operation of every node with parameters that work: read from the nodes' own descriptions, and from their lists. */
import { NodeHelpers, type IBinaryData, type INode, type INodeExecutionData, type INodeParameters, type INodeProperties, type INodeTypeDescription, type NodeParameterValueType } from 'n8n-workflow';

import { credentialsOf, providerEntries, serviceEntries } from '../../providers/index.cts';
import type { FurtherCall, SampleInputs } from '../../providers/entry.cts';
import { binaryFile, listSearch, loadOptions, loadPackage, runNode, StoredCredentials, type Outcome } from '../harness/index.cts';
import { actionNodes, UNIFIED } from './nodes.cts';
import type { Exchange, Seen, RecordingProxy } from './recordingProxy.cts';

type Access = 'read' | 'write' | 'delete';
interface Listed {
	value: string;
	operations: ReadonlyArray<{ value: string; access: Access; many?: boolean; offered?: Record<string, string[]> }>;
}

export const nodes: Record<string, readonly Listed[]> = Object.fromEntries(actionNodes.map(({ name, resources }) => [name, resources]));

/** The entries whose node this is; of the ATS node, all providers. */
const partsOf = (node: string) => (node === UNIFIED ? providerEntries : serviceEntries.flatMap((entry) => (entry.node?.name === node ? [entry.node] : [])));

export const furtherCallsOf = (node: string): FurtherCall[] => partsOf(node).flatMap(({ furtherCalls = [] }) => furtherCalls);
export const listsOf = (node: string) => (node === UNIFIED ? providerEntries.flatMap(({ provider, lists = [] }) => lists.map(([parameters, stays]) => [{ provider: provider.name, ...parameters }, stays] as const)) : partsOf(node).flatMap(({ lists = [] }) => lists));

function sampleInputsOf(node: string, provider: unknown): SampleInputs {
	if (node === UNIFIED) return providerEntries.find((entry) => entry.provider.name === provider)?.sampleInputs ?? {};
	return Object.assign({}, ...partsOf(node).map(({ sampleInputs }) => sampleInputs));
}

export interface OperationCase {
	node: string;
	/** `kombo application.moveStage`, with the provider where there is one. */
	title: string;
	access: Access;
	many: boolean;
	/** Resource, operation and provider. */
	chosen: INodeParameters;
}

export function operationsOf(node: string): OperationCase[] {
	const all = (nodes[node] ?? []).flatMap((resource) => resource.operations.map((operation) => ({ resource, operation })));
	// What deletes comes last: the others still need the records.
	const cases = [...all.filter(({ operation }) => operation.access !== 'delete'), ...all.filter(({ operation }) => operation.access === 'delete')];
	return cases.flatMap(({ resource, operation }) => {
		const providers = node !== UNIFIED ? [undefined] : (operation.offered?.provider ?? providerEntries.map(({ provider }) => provider.name));
		return providers.map((provider) => ({
			node,
			title: `${node} ${resource.value}.${operation.value}${provider === undefined ? '' : ` of ${provider}`}`,
			access: operation.access,
			many: operation.many === true,
			chosen: { resource: resource.value, operation: operation.value, ...(provider === undefined ? {} : { provider }) },
		}));
	});
}

/** Data of every credential, for this proxy. Where a scheme takes a token, it is fetched there. */
export function credentialsOn({ sandbox, urls }: RecordingProxy): StoredCredentials {
	return new StoredCredentials(credentialsOf({ urls, credentials: sandbox.credentials }));
}

export function descriptionOf(node: string): INodeTypeDescription {
	return loadPackage().nodeTypes.getByNameAndVersion(`n8n-nodes-ats.${node}`).description;
}

let file: Promise<IBinaryData> | undefined;

/** The item that every run gets: a file (the same for all: each that is stored is a folder of n8n's), and rows that an import can use. */
export async function inputItem(more: Partial<INodeExecutionData> = {}): Promise<Partial<INodeExecutionData>> {
	file ??= binaryFile(Buffer.from('%PDF-1.4 a small file'), 'cv.pdf', 'application/pdf');
	const data = { ...(await file) };
	return { json: { name: 'jane@example.com', displayName: 'Jane Doe', type: 'PUBLIC', username: 'jane@example.com', user: 'jane@example.com', members: 'jane@example.com', body: 'Hello' }, binary: { data }, ...more };
}

/** One way to show an operation's fields, the requests and answers when it ran, and what came out. */
export interface RecordedCase {
	operation: OperationCase;
	parameters: INodeParameters;
	/** Properties that this case is for: all that show, or those that only this choice shows. */
	fields: INodeProperties[];
	exchanges: Exchange[];
	/** The requests behind the exchanges. */
	requests: Seen[];
	outcome: Result;
}

export interface Result {
	error: Outcome['error'];
	items: INodeExecutionData[];
}

/** One run. n8n itself refuses a workflow with an empty required field before it starts. */
export async function perform(node: string, parameters: INodeParameters, credentials: StoredCredentials, item: Partial<INodeExecutionData>): Promise<Result> {
	try {
		const { error, items } = await runNode(node, parameters, { credentials, items: [item] });
		return { error, items };
	} catch (thrown) {
		return { error: thrown as Outcome['error'], items: [] };
	}
}

export class Recorder {
	private readonly lists = new Map<string, Promise<string | undefined>>();

	constructor(
		readonly proxy: RecordingProxy,
		readonly credentials: StoredCredentials,
	) {}

	/** The operation as it shows first, and once more for each field that only another choice shows. */
	async cases(operation: OperationCase): Promise<RecordedCase[]> {
		const cases = [await this.one(operation, {})];
		const shown = new Set(cases[0]?.fields.map(({ name }) => name));
		for (const { conditions } of this.hidden(operation)) {
			const further = await this.one(operation, conditions);
			further.fields = further.fields.filter(({ name }) => !shown.has(name));
			further.fields.forEach(({ name }) => shown.add(name));
			if (further.fields.length > 0) cases.push(further);
		}
		return cases;
	}

	async one(operation: OperationCase, forced: INodeParameters): Promise<RecordedCase> {
		const { parameters, fields } = await this.parameters(operation, forced);
		const item = await inputItem();
		const { result: outcome, exchanges } = await this.proxy.record(async () => await perform(operation.node, parameters, this.credentials, item));
		return { operation, parameters, fields, exchanges, requests: [...this.proxy.seen], outcome };
	}

	private hidden({ node, chosen }: OperationCase): Array<{ conditions: INodeParameters }> {
		return descriptionOf(node).properties.flatMap((property) => {
			const show = property.displayOptions?.show ?? {};
			if (!Object.entries(chosen).every(([name, value]) => show[name] === undefined || show[name].includes(value as string))) return [];
			const others = Object.entries(show).filter(([name]) => !(name in chosen));
			return others.length === 0 ? [] : [{ conditions: Object.fromEntries(others.map(([name, values]) => [name, (Array.isArray(values) ? values[0] : undefined) as NodeParameterValueType])) }];
		});
	}

	private async parameters({ node, chosen }: OperationCase, forced: INodeParameters): Promise<{ parameters: INodeParameters; fields: INodeProperties[] }> {
		const description = descriptionOf(node);
		const parameters: INodeParameters = { ...chosen };
		const fields: INodeProperties[] = [];
		for (const property of description.properties) {
			if (property.name in chosen || ['notice', 'hidden'].includes(property.type)) continue;
			const asNode: INode = { id: '1', name: 'Node', type: node, typeVersion: 1, position: [0, 0], parameters };
			if (!NodeHelpers.displayParameter({ ...parameters, ...forced }, property, asNode, description)) continue;
			parameters[property.name] = property.name in forced ? (forced[property.name] ?? null) : await this.valueOf(node, property, parameters);
			fields.push(property);
		}
		return { parameters, fields };
	}

	private async valueOf(node: string, property: INodeProperties, parameters: INodeParameters): Promise<NodeParameterValueType> {
		const { resource, operation, provider } = parameters;
		const samples = sampleInputsOf(node, provider);
		const sample = samples[`${String(resource)}.${String(operation)}.${property.name}`] ?? samples[`${String(resource)}.*.${property.name}`];
		if (sample) return wrapped(property, sample(this.proxy.sandbox.world));
		if (property.type === 'resourceLocator') return wrapped(property, property.required === true ? ((await this.listed(node, property, parameters)) || 'id-1') : '');
		if (property.required !== true) return property.default;
		if (property.type === 'options' && property.typeOptions?.loadOptionsMethod) return (await this.listed(node, property, parameters)) ?? '';
		return harmless(property);
	}

	/** The first entry of the field's own list. */
	private async listed(node: string, property: INodeProperties, parameters: INodeParameters): Promise<string | undefined> {
		const options = { credentials: this.credentials };
		const search = property.modes?.find(({ name }) => name === 'list')?.typeOptions?.searchListMethod;
		const method = search ?? property.typeOptions?.loadOptionsMethod ?? '';
		const key = JSON.stringify([node, method, parameters]);
		const known = this.lists.get(key) ?? this.proxy.record(async () => String((search ? (await listSearch(node, method, parameters, options)).results : await loadOptions(node, method, parameters, options))[0]?.value ?? '')).then(({ result }) => result, () => undefined);
		this.lists.set(key, known);
		return await known;
	}
}

function wrapped(property: INodeProperties, value: NodeParameterValueType): NodeParameterValueType {
	return property.type === 'resourceLocator' ? { __rl: true, mode: 'id', value: value as string } : value;
}

/** A value as a person would type it: the placeholder is a real example. */
export function harmless(property: INodeProperties): NodeParameterValueType {
	const { type, placeholder, options = [] } = property;
	switch (type) {
		case 'dateTime':
			return '2026-03-31T09:30:00.000Z';
		case 'number':
			return typeof property.default === 'number' ? property.default : (property.typeOptions?.minValue ?? 1);
		case 'options': {
			const [first] = options;
			return property.default !== '' ? property.default : first && 'value' in first ? (first.value as string) : '';
		}
		case 'json':
			return placeholder?.startsWith('{') || placeholder?.startsWith('[') ? placeholder : '{"key": "value"}';
		case 'boolean':
		case 'multiOptions':
		case 'collection':
		case 'fixedCollection':
		case 'resourceMapper':
			return property.default;
		case 'resourceLocator':
			return { __rl: true, mode: 'id', value: 'id-1' };
		default:
			return property.default !== '' ? property.default : (placeholder ?? 'some text');
	}
}
