/** Runs workflows and single nodes through n8n's own WorkflowExecute. */
import './environment.cts';

import { WorkflowExecute } from 'n8n-core';
import type {
	ExecutionError,
	IConnections,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	IPinData,
	IRun,
	IWorkflowSettings,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { NodeConnectionTypes, Workflow } from 'n8n-workflow';

import type { HostOptions } from './host.cts';
import { additionalDataFor, binaryData, credentialReferences, credentialsHelper, workflowId } from './host.cts';
import { defaultVersion, fullTypeName, loadPackage } from './package.cts';
import { recordOperations } from './record.cts';

export interface WorkflowJson {
	name?: string;
	nodes: INode[];
	connections: IConnections;
	settings?: IWorkflowSettings;
	pinData?: IPinData;
	staticData?: IDataObject;
}

export interface RunOptions {
	credentials?: HostOptions['credentials'];
	mode?: WorkflowExecuteMode;
	executeWorkflow?: HostOptions['executeWorkflow'];
	/** Cancels the execution after so many milliseconds, or when the promise settles. */
	cancelAfter?: number | Promise<unknown>;
}

export interface Outcome {
	/** Every node's output: node name -> output index -> items, with their `pairedItem` and `binary`. */
	outputs: Record<string, INodeExecutionData[][]>;
	/** First output of the node under test (the workflow's last node). */
	items: INodeExecutionData[];
	/** `json` of `items`. */
	json: IDataObject[];
	/** Items on the error output of the node under test (`onError: 'continueErrorOutput'`). */
	errorOutput: INodeExecutionData[];
	/** What stopped the execution. */
	error: ExecutionError | undefined;
	cancelled: boolean;
	/** Milliseconds of the node under test, as n8n shows it. */
	executionTime: number;
	run: IRun;
}

const toItems = (items: Array<Partial<INodeExecutionData>>): INodeExecutionData[] =>
	items.map((item) => ({ json: {}, ...item }));

/** Runs workflow JSON as the editor exports it. A trigger with `pinData` starts with just those items. */
export async function runWorkflow(workflow: WorkflowJson, options: RunOptions = {}): Promise<Outcome> {
	await binaryData();
	const { nodeTypes } = loadPackage();
	const { mode = 'manual', cancelAfter } = options;
	const instance = new Workflow({
		id: workflowId,
		name: workflow.name ?? 'Test',
		active: false,
		nodeTypes,
		nodes: structuredClone(workflow.nodes),
		connections: workflow.connections,
		settings: { executionOrder: 'v1', ...workflow.settings },
		...(workflow.staticData === undefined ? {} : { staticData: workflow.staticData }),
	});
	const additionalData = additionalDataFor({ ...options, mode, workflow });
	const engine = new WorkflowExecute(additionalData, mode);
	const what = { workflow: instance, ...(workflow.pinData === undefined ? {} : { pinData: workflow.pinData }) };
	// n8n 1.x takes them one by one: workflow, start node, destination node, pinned data.
	const execution = engine.run.length > 1 ? (Reflect.apply(engine.run, engine, [instance, undefined, undefined, workflow.pinData]) as ReturnType<typeof engine.run>) : engine.run(what);
	let timer: NodeJS.Timeout | undefined;
	if (typeof cancelAfter === 'number') timer = setTimeout(() => execution.cancel(), cancelAfter);
	else void cancelAfter?.then(() => execution.cancel());
	const run = await execution.finally(() => clearTimeout(timer));

	recordOperations(instance, run);
	return { ...outcomeOf(run, workflow.nodes.at(-1)?.name ?? ''), cancelled: execution.isCanceled };
}

function outcomeOf(run: IRun, lastNode: string): Omit<Outcome, 'cancelled'> {
	const { runData, error } = run.data.resultData;
	const outputs: Outcome['outputs'] = {};
	let executionTime = 0;
	for (const [name, tasks] of Object.entries(runData)) {
		const task = tasks.at(-1);
		outputs[name] = (task?.data?.main ?? []).map((items) => items ?? []);
		if (name === lastNode) executionTime = task?.executionTime ?? 0;
	}
	const main = outputs[lastNode] ?? [];
	const items = main[0] ?? [];
	return {
		outputs,
		items,
		json: items.map(({ json }) => json),
		errorOutput: main.length > 1 ? (main.at(-1) ?? []) : [],
		error,
		executionTime,
		run,
	};
}

let nodeIds = 0;

/** A node of a workflow, with its type's short name (`kombo`) or full name. */
export function node(name: string, type: string, parameters: INodeParameters = {}, more: Partial<INode> = {}): INode {
	return {
		id: `node-${++nodeIds}`,
		name,
		type: fullTypeName(type),
		typeVersion: defaultVersion(type),
		position: [0, 0],
		parameters,
		...more,
	};
}

/** Connects nodes in a row. */
export function inARow(...names: string[]): IConnections {
	return Object.fromEntries(
		names.slice(0, -1).map((name, index) => [
			name,
			{ main: [[{ node: names[index + 1] ?? '', type: NodeConnectionTypes.Main, index: 0 }]] },
		]),
	);
}

export const acceptedCredentials = (type: string, version?: number): string[] => {
	const { description } = loadPackage().nodeTypes.getByNameAndVersion(fullTypeName(type), version);
	return (description.credentials ?? []).map(({ name }) => name);
};

export interface NodeOptions extends RunOptions {
	/** Input items; one empty item if none are given, as a manual trigger gives it. */
	items?: Array<Partial<INodeExecutionData>>;
	typeVersion?: number;
	onError?: INode['onError'];
	/** Other fields of the node: `executeOnce`, `retryOnFail`, `name` ... */
	node?: Partial<INode>;
}

function nodeUnderTest(type: string, parameters: INodeParameters, options: NodeOptions): INode {
	const { typeVersion = defaultVersion(type), onError } = options;
	const { store } = credentialsHelper(options.credentials);
	return node('Node', type, parameters, {
		typeVersion,
		...(onError === undefined ? {} : { onError }),
		...credentialReferences(store, acceptedCredentials(type, typeVersion)),
		...options.node,
	});
}

/** Manual trigger with the given items -> the node. */
export async function runNode(type: string, parameters: INodeParameters, options: NodeOptions = {}): Promise<Outcome> {
	const subject = nodeUnderTest(type, parameters, options);
	return await runWorkflow(
		{
			nodes: [node('Start', 'n8n-nodes-base.manualTrigger'), subject],
			connections: inARow('Start', subject.name),
			pinData: { Start: toItems(options.items ?? [{}]) },
		},
		options,
	);
}

export interface ToolOutcome extends Outcome {
	/** What the agent gets back (n8n hands it a string), its name and description as the model sees them. */
	answer: string;
	name: string;
	description: string;
}

/**
 * The node as a tool of an agent, called once with `args` through n8n's own tool wrapper. Fields that the model fills hold
 * `={{ $fromAI('applicationId', 'which one', 'string') }}`.
 */
export async function runTool(
	type: string,
	parameters: INodeParameters,
	args: IDataObject,
	options: NodeOptions = {},
): Promise<ToolOutcome> {
	const subject = nodeUnderTest(`${type}Tool`, parameters, options);
	const outcome = await runWorkflow(
		{
			nodes: [node('Start', 'n8n-nodes-base.manualTrigger'), subject, node('Agent', 'harness.agent')],
			connections: {
				...inARow('Start', 'Agent'),
				[subject.name]: { ai_tool: [[{ node: 'Agent', type: NodeConnectionTypes.AiTool, index: 0 }]] },
			},
			pinData: { Start: [{ json: args }] },
		},
		options,
	);
	const { answer = '', name = '', description = '' } = outcome.json[0] ?? {};
	return { ...outcome, answer: String(answer), name: String(name), description: String(description) };
}
