/** The examples as somebody imports them, fills them in and lets them run. */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';

import type { IDataObject, INode, INodeExecutionData, IPinData } from 'n8n-workflow';

import { loadPackage, runWorkflow, type CredentialStore, type Outcome, type RunOptions, type WorkflowJson } from '../harness/index.cts';
import { packageRoot } from '../harness/package.cts';
import { registerStandardNodes } from './standardNodes.cts';

export const folder = join(packageRoot, 'examples');
export const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
export const used = registerStandardNodes();
console.info(`n8n's own nodes in these tests: real: ${used.real.join(', ') || 'none'}; stand-ins: ${used.standIns.join(', ') || 'none'}`);

export interface Example extends WorkflowJson {
	name: string;
	nodes: INode[];
}
export const readExample = (file: string): Example => JSON.parse(readFileSync(join(folder, file), 'utf8'));
export const typeOf = (node: INode) => loadPackage().nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
export const isNote = ({ type }: INode) => type === 'n8n-nodes-base.stickyNote';
export const isAi = ({ type }: INode) => type.startsWith('@n8n/');
export const isOurs = ({ type }: INode) => type.startsWith('n8n-nodes-ats.');

export interface Listener {
	url: string;
	received: Array<{ path: string; headers: IncomingHttpHeaders; body: unknown }>;
	close(): Promise<void>;
}

/** Another service on loopback, that keeps what it got. */
export async function listen(answer: () => unknown): Promise<Listener> {
	const received: Listener['received'] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			received.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) });
			response.setHeader('content-type', 'application/json').end(JSON.stringify(answer()));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('The server has no port');
	return { url: `http://127.0.0.1:${address.port}/`, received, close: async () => await new Promise((resolve) => server.close(() => resolve())) };
}

/** What the person fills in: a parameter, or a value of an Edit Fields node. */
export function filledIn({ type, parameters }: INode, values: IDataObject): INode['parameters'] {
	if (type !== 'n8n-nodes-base.set') return { ...parameters, ...values } as INode['parameters'];
	const { assignments } = (parameters as { assignments: { assignments: IDataObject[] } }).assignments;
	return { ...parameters, assignments: { assignments: assignments.map((one) => ({ ...one, value: values[String(one.name)] ?? one.value })) } } as INode['parameters'];
}

export const COLLEAGUE = { colleague: { __rl: true, mode: 'id', value: 'recruiting@example.com' } };
/** What a person fills in before the first run, where the test does not say otherwise. */
export const NOWHERE = { url: 'http://127.0.0.1:9/', authentication: 'none' };
export const FILLED: Record<string, IDataObject> = { Welcome: COLLEAGUE, Send: COLLEAGUE };

export type ExampleOptions = Omit<RunOptions, 'credentials'> & { credentials?: CredentialStore; from?: string; pinned?: IPinData; set?: Partial<Record<string, IDataObject>>; fails?: boolean };

export const startOf = ({ nodes }: Example): string => nodes.find((node) => !isNote(node))?.name ?? '';

/** The node and all behind it. */
export function reachedFrom({ connections }: Example, start: string): ReadonlySet<string> {
	const reached = new Set([start]);
	for (const name of reached) for (const output of connections[name]?.main ?? []) for (const { node } of output ?? []) reached.add(node);
	return reached;
}

/** Runs it from a trigger that gives these items; of the nodes only those behind it. */
export async function runExample(file: string, items: INodeExecutionData[], options: ExampleOptions & { credentials: CredentialStore }): Promise<Outcome> {
	const example = readExample(file);
	const start = options.from ?? startOf(example);
	const reached = reachedFrom(example, start);
	const store = options.credentials;
	const nodes = example.nodes
		.filter(({ name }) => reached.has(name))
		.map((node) => ({ ...node, parameters: filledIn(node, (options.set ?? FILLED)[node.name] ?? {}), credentials: Object.fromEntries((isOurs(node) ? (typeOf(node).description.credentials ?? []) : []).filter(({ name }) => name in store).map(({ name }) => [name, { id: name, name }])) }));
	const outcome = await runWorkflow({ ...example, nodes, pinData: { [start]: items, ...options.pinned } }, options);
	if (options.fails !== true) expect(outcome.error).toBeUndefined();
	return outcome;
}

export const out = (outcome: Outcome, node: string, output = 0): IDataObject[] => (outcome.outputs[node]?.[output] ?? []).map(({ json }) => json);
