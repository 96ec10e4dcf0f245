/** The package as n8n loads it: the lists in package.json, one class per file, named like the file. */
import './environment.cts';

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { commonPollingParameters } from 'n8n-core/dist/nodes-loader/constants';
import type {
	ICredentialType,
	INodeType,
	INodeTypeDescription,
	INodeTypes,
	IVersionedNodeType,
} from 'n8n-workflow';
import { deepCopy, NodeConnectionTypes, NodeHelpers } from 'n8n-workflow';

import { builtInCredentials, builtInNodes } from './builtin.cts';

export const packageRoot = join(__dirname, '..', '..', '..');
export const packageName = 'n8n-nodes-ats';

export interface LoadedPackage {
	/** Our node classes by their short name (`kombo`). */
	nodes: Map<string, INodeType | IVersionedNodeType>;
	/** Our credential types and n8n's own `oAuth2Api`, by name. */
	credentials: Map<string, ICredentialType>;
	nodeTypes: INodeTypes;
}

/**
 * `dist/nodes/X/X.node.js` is `nodes/X/X.node.ts`; with `N8N_ATS_DIST=1` the built file is loaded instead, and with
 * `N8N_ATS_DIST=<folder>` a build that was put aside there.
 */
function sourceOf(distPath: string): string {
	const built = process.env.N8N_ATS_DIST;
	if (built) return join(built === '1' ? packageRoot : built, distPath);
	return join(packageRoot, distPath.replace(/^dist\//, '').replace(/\.js$/, '.ts'));
}

function instantiate(distPath: string): unknown {
	const className = basename(distPath).split('.')[0] ?? '';
	// n8n loads node files by path, and so does this.
	const exported: unknown = require(sourceOf(distPath));
	if (typeof exported !== 'object' || exported === null || !(className in exported)) {
		throw new Error(`${distPath} exports no class named ${className}`);
	}
	const NodeClass: unknown = Reflect.get(exported, className);
	if (typeof NodeClass !== 'function') throw new Error(`${className} in ${distPath} is no class`);
	return Reflect.construct(NodeClass, []);
}

const isNode = (value: unknown): value is INodeType | IVersionedNodeType =>
	typeof value === 'object' && value !== null && 'description' in value;

const isCredential = (value: unknown): value is ICredentialType =>
	typeof value === 'object' && value !== null && 'name' in value && 'properties' in value;

export const versionsOf = (node: INodeType | IVersionedNodeType): INodeType[] =>
	'nodeVersions' in node ? Object.values(node.nodeVersions) : [node];

/** n8n adds the Poll Times field to every polling node when it loads it. */
function addPollTimes(node: INodeType | IVersionedNodeType): void {
	for (const { description } of versionsOf(node)) {
		const hasPollTimes = description.properties.some(({ name }) => name === 'pollTimes');
		if (description.polling === true && !hasPollTimes) {
			description.properties.unshift(...commonPollingParameters);
		}
	}
}

/**
 * The node as an agent sees it. n8n's own conversion lives in its server package, so this does what
 * `n8n/dist/tool-generation/ai-tools.js` does: other name, no inputs, one tool output, a tool description field.
 */
function asTool(node: INodeType): INodeType {
	const source = node.description;
	const overrides = typeof source.usableAsTool === 'object' ? source.usableAsTool.replacements : {};
	const description: INodeTypeDescription = { ...deepCopy(source), ...overrides };
	description.name += 'Tool';
	description.displayName += ' Tool';
	description.inputs = [];
	description.outputs = [NodeConnectionTypes.AiTool];
	delete description.usableAsTool;
	const chooses = description.properties.some(({ name }) => name === 'resource' || name === 'operation');
	description.properties.unshift(
		{
			displayName: 'Tool Description',
			name: 'descriptionType',
			type: 'options',
			options: [
				{ name: 'Set Automatically', value: 'auto' },
				{ name: 'Set Manually', value: 'manual' },
			],
			default: 'auto',
		},
		{
			displayName: 'Description',
			name: 'toolDescription',
			type: 'string',
			default: description.description,
			...(chooses ? { displayOptions: { show: { descriptionType: ['manual'] } } } : {}),
		},
	);
	return Object.create(node, { description: { value: description } });
}

class PackageNodeTypes implements INodeTypes {
	private readonly tools = new Map<string, INodeType>();

	constructor(readonly types: Map<string, INodeType | IVersionedNodeType>) {}

	getByName(name: string): INodeType | IVersionedNodeType {
		const node = this.types.get(name);
		if (!node) throw new Error(`Unrecognized node type: ${name}`);
		return node;
	}

	getByNameAndVersion(name: string, version?: number): INodeType {
		const known = this.types.get(name);
		if (known) return NodeHelpers.getVersionedNodeType(known, version);
		const node = NodeHelpers.getVersionedNodeType(this.getByName(name.replace(/Tool$/, '')), version);
		if (!node.description.usableAsTool) throw new Error(`Node cannot be used as a tool: ${name}`);
		const key = `${name}@${version ?? 'default'}`;
		const tool = this.tools.get(key) ?? asTool(node);
		this.tools.set(key, tool);
		return tool;
	}

	getKnownTypes() {
		return Object.fromEntries([...this.types.keys()].map((name) => [name, { className: name, sourcePath: '' }]));
	}
}

let loaded: LoadedPackage | undefined;
const types = new Map<string, INodeType | IVersionedNodeType>(Object.entries(builtInNodes));
const credentials = new Map<string, ICredentialType>(Object.entries(builtInCredentials));

/** Reads package.json's `n8n.nodes` and `n8n.credentials` and loads each class, once per process. */
export function loadPackage(): LoadedPackage {
	if (loaded) return loaded;
	const manifest: { n8n: { nodes: string[]; credentials: string[] } } = JSON.parse(
		readFileSync(join(packageRoot, 'package.json'), 'utf8'),
	);
	const nodes = new Map<string, INodeType | IVersionedNodeType>();
	for (const path of manifest.n8n.nodes) {
		const node = instantiate(path);
		if (!isNode(node)) throw new Error(`${path} is no node`);
		nodes.set(node.description.name, node);
		registerNode(node);
	}
	for (const path of manifest.n8n.credentials) {
		const credential = instantiate(path);
		if (!isCredential(credential)) throw new Error(`${path} is no credential type`);
		registerCredential(credential);
	}
	loaded = { nodes, credentials, nodeTypes: new PackageNodeTypes(types) };
	return loaded;
}

/** Makes a node known that package.json does not list: it becomes `n8n-nodes-ats.<name>`, or `<from>.<name>`. */
export function registerNode(node: INodeType | IVersionedNodeType, from = packageName): void {
	addPollTimes(node);
	types.set(`${from}.${node.description.name}`, node);
}

/** Makes a credential type known that package.json does not list (yet). */
export function registerCredential(credential: ICredentialType): void {
	credentials.set(credential.name, credential);
}

/** `kombo` is `n8n-nodes-ats.kombo`; a name with a dot is taken as it is. */
export const fullTypeName = (type: string): string => (type.includes('.') ? type : `${packageName}.${type}`);

/** The version a new node gets in the editor. */
export function defaultVersion(type: string): number {
	const node = loadPackage().nodeTypes.getByName(fullTypeName(type).replace(/Tool$/, ''));
	if ('nodeVersions' in node) return node.currentVersion;
	const { version, defaultVersion: preferred } = node.description;
	return preferred ?? (Array.isArray(version) ? Math.max(...version) : version);
}
