/** What the server hands to the engine for each run, and the one place that starts its services. */
import './environment.cts';

import { createRequire } from 'node:module';

import { BinaryDataService, ExecutionLifecycleHooks, ExternalSecretsProxy } from 'n8n-core';
import type { IBinaryData, INode, IWorkflowBase, IWorkflowExecuteAdditionalData, WorkflowExecuteMode } from 'n8n-workflow';

import type { CredentialStore } from './credentials.cts';
import { StoredCredentials } from './credentials.cts';

interface ContainerLike {
	get<T>(type: new (...args: never[]) => T): T;
}

/** n8n-core's own copy of the container: another version may be hoisted beside it. */
const { Container }: { Container: ContainerLike } = createRequire(require.resolve('n8n-core'))('@n8n/di');

export const service = <T,>(type: new (...args: never[]) => T): T => Container.get(type);

let started: Promise<BinaryDataService> | undefined;

/** n8n's binary data service, in filesystem mode in a temporary folder. */
export async function binaryData(): Promise<BinaryDataService> {
	started ??= (async () => {
		const binaries = service(BinaryDataService);
		await binaries.init();
		return binaries;
	})();
	return await started;
}

export const workflowId = 'workflow-1';
let executions = 0;

/** A file as an earlier node would have put it on an item. */
export async function binaryFile(content: Buffer | string, fileName: string, mimeType: string): Promise<IBinaryData> {
	const binaries = await binaryData();
	const bytes = Buffer.isBuffer(content) ? content : Buffer.from(content);
	const fileExtension = fileName.split('.').pop();
	return await binaries.store({ type: 'execution', workflowId, executionId: `file-${++executions}` }, bytes, {
		data: '',
		fileName,
		mimeType,
		...(fileExtension === undefined ? {} : { fileExtension }),
	});
}

/** The bytes behind an output item's binary property. */
export async function readBinary(file: IBinaryData | undefined): Promise<Buffer> {
	if (!file) throw new Error('There is no such binary property on the item');
	return await (await binaryData()).getAsBuffer(file);
}

const origin = 'http://127.0.0.1:5678';

export type HostOptions = {
	credentials?: CredentialStore | StoredCredentials;
	mode?: WorkflowExecuteMode;
	workflow?: Partial<IWorkflowBase>;
	/** What a sub-workflow does; without it a node that starts one fails. */
	executeWorkflow?: IWorkflowExecuteAdditionalData['executeWorkflow'];
};

export function credentialsHelper(credentials: HostOptions['credentials'] = {}): StoredCredentials {
	return credentials instanceof StoredCredentials ? credentials : new StoredCredentials(credentials);
}

export function additionalDataFor({ credentials, mode = 'manual', workflow = {}, executeWorkflow }: HostOptions): IWorkflowExecuteAdditionalData {
	const executionId = String(++executions);
	const now = new Date();
	const workflowData: IWorkflowBase = {
		id: workflowId,
		name: 'Test',
		active: mode !== 'manual',
		isArchived: false,
		activeVersionId: null,
		createdAt: now,
		updatedAt: now,
		nodes: [],
		connections: {},
		...workflow,
	};
	return {
		credentialsHelper: credentialsHelper(credentials),
		externalSecretsProxy: service(ExternalSecretsProxy),
		hooks: new ExecutionLifecycleHooks(mode, executionId, workflowData),
		executionId,
		workflowId,
		currentNodeExecutionIndex: 0,
		executeWorkflow:
			executeWorkflow ??
			(async () => {
				throw new Error('The harness runs no sub-workflows');
			}),
		getRunExecutionData: async () => undefined,
		getRuntimeCredential: async () => undefined,
		restApiUrl: `${origin}/rest`,
		instanceBaseUrl: `${origin}/`,
		formBaseUrl: `${origin}/form`,
		formWaitingBaseUrl: `${origin}/form-waiting`,
		formTestBaseUrl: `${origin}/form-test`,
		webhookBaseUrl: `${origin}/webhook`,
		webhookWaitingBaseUrl: `${origin}/webhook-waiting`,
		webhookTestBaseUrl: `${origin}/webhook-test`,
		mcpBaseUrl: `${origin}/mcp`,
		mcpTestBaseUrl: `${origin}/mcp-test`,
		variables: {},
		logAiEvent: () => {},
		startRunnerTask: async () => {
			throw new Error('The harness has no task runners');
		},
	};
}

/** The credential references of a node: those of the given store that its type accepts. */
export function credentialReferences(store: CredentialStore, accepted: string[]): Pick<INode, 'credentials'> {
	const names = Object.keys(store).filter((name) => accepted.includes(name));
	if (names.length === 0) return {};
	return { credentials: Object.fromEntries(names.map((name) => [name, { id: name, name }])) };
}
