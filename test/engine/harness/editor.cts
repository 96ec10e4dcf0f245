/** What the editor asks a node for before it runs: dropdowns, resource locators and mappers, the credential test. */
import './environment.cts';

import { CredentialTestContext, ExecuteContext, LoadOptionsContext, RoutingNode } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INode,
	INodeListSearchResult,
	INodeParameters,
	INodeType,
	INodePropertyOptions,
	NodeApiError,
	ResourceMapperFields,
} from 'n8n-workflow';
import { createEmptyRunExecutionData, deepCopy, Workflow } from 'n8n-workflow';

import type { HostOptions } from './host.cts';
import { additionalDataFor, credentialReferences, credentialsHelper } from './host.cts';
import { defaultVersion, fullTypeName, loadPackage, versionsOf } from './package.cts';
import { acceptedCredentials, node } from './run.cts';

export interface EditorOptions {
	credentials?: HostOptions['credentials'];
	typeVersion?: number;
	/** Path of the asking field, `parameters.` in front (for `&` references inside collections). */
	path?: string;
}

function editorContext(type: string, parameters: INodeParameters, options: EditorOptions) {
	const { typeVersion = defaultVersion(type), path = 'parameters' } = options;
	const { nodeTypes } = loadPackage();
	const credentials = credentialsHelper(options.credentials);
	const subject = node('Temp-Node', type, parameters, {
		typeVersion,
		...credentialReferences(credentials.store, acceptedCredentials(type, typeVersion)),
	});
	const workflow = new Workflow({ nodes: [subject], connections: {}, active: false, nodeTypes });
	const filled = workflow.getNode(subject.name) ?? subject;
	// The editor sends the parameters it shows, defaults included.
	const additionalData = Object.assign(additionalDataFor({ credentials, mode: 'internal' }), {
		currentNodeParameters: filled.parameters,
	});
	return {
		context: new LoadOptionsContext(workflow, filled, additionalData, path),
		methods: nodeTypes.getByNameAndVersion(fullTypeName(type), typeVersion).methods ?? {},
	};
}

function missing(kind: string, method: string, known: object | undefined): never {
	throw new Error(`No ${kind} method named "${method}". There is: ${Object.keys(known ?? {}).join(', ') || 'none'}`);
}

export async function loadOptions(
	type: string,
	method: string,
	parameters: INodeParameters,
	options: EditorOptions = {},
): Promise<INodePropertyOptions[]> {
	const { context, methods } = editorContext(type, parameters, options);
	const load = methods.loadOptions?.[method] ?? missing('loadOptions', method, methods.loadOptions);
	return await load.call(context);
}

export async function listSearch(
	type: string,
	method: string,
	parameters: INodeParameters,
	options: EditorOptions & { filter?: string; paginationToken?: string } = {},
): Promise<INodeListSearchResult> {
	const { context, methods } = editorContext(type, parameters, options);
	const search = methods.listSearch?.[method] ?? missing('listSearch', method, methods.listSearch);
	return await search.call(context, options.filter, options.paginationToken);
}

export async function resourceMapper(
	type: string,
	method: string,
	parameters: INodeParameters,
	options: EditorOptions = {},
): Promise<ResourceMapperFields> {
	const { context, methods } = editorContext(type, parameters, options);
	const map = methods.resourceMapping?.[method] ?? missing('resourceMapping', method, methods.resourceMapping);
	return await map.call(context);
}

export interface CredentialVerdict {
	status: 'OK' | 'Error';
	message: string;
}

/**
 * The Test step of the credential window (n8n/dist/services/credentials-tester.service.js): a declarative test runs as a
 * routing node, its rules turn a status into a sentence; else the test function of a node that names the credential.
 */
export async function testCredential(type: string, data: ICredentialDataDecryptedObject): Promise<CredentialVerdict> {
	const { credentials, nodes } = loadPackage();
	const helper = credentialsHelper({ [type]: data });
	const decrypted = helper.resolve(type, data);
	const test = credentials.get(type)?.test;
	if (!test) {
		for (const nodeType of [...nodes.values()].flatMap(versionsOf)) {
			const testedBy = nodeType.description.credentials?.find(({ name }) => name === type)?.testedBy;
			const method = typeof testedBy === 'string' ? nodeType.methods?.credentialTest?.[testedBy] : undefined;
			if (!method) continue;
			return await method.call(new CredentialTestContext(), { id: type, name: type, type, data: decrypted });
		}
		if (helper.getParentTypes(type).includes('oAuth2Api')) return { status: 'OK', message: 'Connected by OAuth2' };
		return { status: 'Error', message: 'No testing function found for this credential.' };
	}
	const { nodeTypes } = loadPackage();
	const noOp = nodeTypes.getByNameAndVersion('n8n-nodes-base.noOp');
	const subject: INode = { ...node('Temp-Node', 'n8n-nodes-base.noOp'), ...credentialReferences({ [type]: data }, [type]) };
	const testNode: INodeType = {
		description: {
			...deepCopy(noOp.description),
			credentials: [{ name: type, required: true }],
			properties: [{ displayName: 'Temp', name: 'temp', type: 'string', default: '', routing: { request: test.request } }],
		},
	};
	const workflow = new Workflow({
		nodes: [subject],
		connections: {},
		active: false,
		nodeTypes: { ...nodeTypes, getByName: () => testNode, getByNameAndVersion: () => testNode },
	});
	const filled = workflow.getNode(subject.name) ?? subject;
	const additionalData = Object.assign(additionalDataFor({ credentials: helper, mode: 'internal' }), {
		currentNodeParameters: filled.parameters,
	});
	const context = new ExecuteContext(
		workflow,
		filled,
		additionalData,
		'internal',
		createEmptyRunExecutionData(),
		0,
		[],
		{ main: [[{ json: {} }]] },
		{ node: filled, data: {}, source: null },
		[],
	);
	let answer: IDataObject;
	try {
		const credentialsDecrypted = { id: type, name: type, type, data: decrypted };
		const output = await new RoutingNode(context, testNode, credentialsDecrypted).runNode();
		answer = output?.[0]?.[0]?.json ?? {};
	} catch (thrown) {
		return failed(thrown as NodeApiError, test.rules ?? []);
	}
	for (const rule of test.rules ?? []) {
		if (rule.type !== 'responseSuccessBody') continue;
		const { key, value, message } = rule.properties;
		const found = key.split('.').reduce<unknown>((at, part) => (at === null || at === undefined ? at : Reflect.get(Object(at), part)), answer);
		if (found === value) return { status: 'Error', message };
	}
	return { status: 'OK', message: 'Connection successful!' };
}

type Rules = Array<{ type: string; properties: { value: unknown; message: string } }>;

function failed(error: NodeApiError, rules: Rules): CredentialVerdict {
	const cause: unknown = error.cause;
	const response: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'response') : undefined;
	if (typeof response === 'object' && response !== null) {
		const status: unknown = Reflect.get(response, 'status');
		const rule = rules.find(({ type, properties }) => type === 'responseCode' && properties.value === status);
		const statusText: unknown = Reflect.get(response, 'statusText');
		return { status: 'Error', message: rule?.properties.message ?? String(statusText || `Received HTTP status code: ${String(status)}`) };
	}
	const code: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'code') : undefined;
	return { status: 'Error', message: code === undefined ? error.message : String(code) };
}
