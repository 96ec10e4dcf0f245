/** Credentials as n8n's server handles them (n8n/dist/credentials-helper.js), kept in memory. */
import './environment.cts';

import type {
	ICredentialDataDecryptedObject,
	ICredentials,
	ICredentialsExpressionResolveValues,
	IExecuteData,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INode,
	INodeCredentialsDetails,
	INodeProperties,
	IWorkflowExecuteAdditionalData,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { ICredentialsHelper, isExpression, NodeHelpers, Workflow } from 'n8n-workflow';

import { loadPackage } from './package.cts';

/** Data by credential type. One of each type is enough for a test; its type is also its id and name. */
export type CredentialStore = Record<string, ICredentialDataDecryptedObject>;

const mockNode: INode = {
	id: 'credential',
	name: 'Credential',
	type: 'n8n-nodes-base.noOp',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

const mockWorkflow = () =>
	new Workflow({ nodes: [mockNode], connections: {}, active: false, nodeTypes: loadPackage().nodeTypes });

export class StoredCredentials extends ICredentialsHelper {
	/** How often n8n wrote a token back: a refreshed OAuth2 token must not be lost. */
	writes = 0;

	constructor(readonly store: CredentialStore) {
		super();
	}

	private typeOf(name: string) {
		const type = loadPackage().credentials.get(name);
		if (!type) throw new Error(`Unrecognized credential type: ${name}`);
		return type;
	}

	getParentTypes(name: string): string[] {
		const parents = loadPackage().credentials.get(name)?.extends ?? [];
		return [...parents, ...parents.flatMap((parent) => this.getParentTypes(parent))];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	getCredentialsProperties(name: string): INodeProperties[] {
		const type = this.typeOf(name);
		const combined: INodeProperties[] = [];
		for (const parent of type.extends ?? []) {
			NodeHelpers.mergeNodeProperties(combined, this.getCredentialsProperties(parent));
		}
		NodeHelpers.mergeNodeProperties(combined, type.properties);
		return combined;
	}

	/** Defaults filled in and expressions resolved, as a node receives it. */
	resolve(type: string, stored: ICredentialDataDecryptedObject): ICredentialDataDecryptedObject {
		const properties = this.getCredentialsProperties(type);
		const filled = NodeHelpers.getNodeParameters(properties, stored as INode['parameters'], true, false, null, null) ?? {};
		for (const key of ['oauthTokenData', 'allowedHttpRequestDomains', 'allowedDomains']) {
			const value = stored[key];
			if (value !== undefined) Object.assign(filled, { [key]: value });
			else if (key === 'oauthTokenData') delete filled[key];
		}
		return mockWorkflow().expression.getComplexParameterValue(
			mockNode,
			filled,
			'internal',
			{},
			undefined,
			undefined,
			filled,
		) as ICredentialDataDecryptedObject;
	}

	async getDecrypted(
		_additionalData: IWorkflowExecuteAdditionalData,
		details: INodeCredentialsDetails,
		type: string,
		_mode: WorkflowExecuteMode,
		_executeData?: IExecuteData,
		raw?: boolean,
		_values?: ICredentialsExpressionResolveValues,
	): Promise<ICredentialDataDecryptedObject> {
		const stored = this.store[details.id ?? type];
		if (!stored) throw new Error(`Credential with ID "${details.id}" does not exist for type "${type}".`);
		return raw ? structuredClone(stored) : this.resolve(type, stored);
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		requestOptions: IHttpRequestOptions,
		workflow: Workflow = mockWorkflow(),
		node: INode = mockNode,
	): Promise<IHttpRequestOptions> {
		const { authenticate } = this.typeOf(typeName);
		if (typeof authenticate === 'function') return await authenticate(credentials, requestOptions);
		if (authenticate?.type !== 'generic') return requestOptions;
		requestOptions.headers ??= {};
		const resolved = (value: unknown): string => {
			if (!isExpression(value)) return value as string;
			const answer = workflow.expression.getSimpleParameterValue(
				node,
				value,
				'internal',
				{ $credentials: credentials },
				undefined,
				'',
			);
			return answer ? String(answer) : '';
		};
		for (const [part, entries] of Object.entries(authenticate.properties)) {
			const target: Record<string, unknown> = { ...Reflect.get(requestOptions, part) };
			for (const [key, value] of Object.entries(entries ?? {})) target[resolved(key)] = resolved(value);
			Reflect.set(requestOptions, part, target);
		}
		return requestOptions;
	}

	async preAuthentication(
		helpers: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		node: INode,
		credentialsExpired: boolean,
	): Promise<ICredentialDataDecryptedObject | undefined> {
		const type = this.typeOf(typeName);
		const expirable = type.properties.find(
			(property) => property.type === 'hidden' && property.typeOptions?.expirable === true,
		);
		if (!expirable || !type.preAuthentication) return undefined;
		if (credentials[expirable.name] !== '' && !credentialsExpired) return undefined;
		const output = (await type.preAuthentication.call(helpers, credentials)) as ICredentialDataDecryptedObject;
		const details = node.credentials?.[typeName];
		if (output[expirable.name] === undefined || !details) return undefined;
		await this.updateCredentials(details, typeName, { ...this.store[details.id ?? typeName], ...output });
		return Object.assign(credentials, output);
	}

	async runPreAuthentication(
		helpers: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
	): Promise<ICredentialDataDecryptedObject | undefined> {
		const output = await this.typeOf(typeName).preAuthentication?.call(helpers, credentials);
		return output as ICredentialDataDecryptedObject | undefined;
	}

	async getCredentials(): Promise<ICredentials> {
		throw new Error('The harness keeps no encrypted credentials');
	}

	async updateCredentials(
		details: INodeCredentialsDetails,
		type: string,
		data: ICredentialDataDecryptedObject,
	): Promise<void> {
		this.writes++;
		this.store[details.id ?? type] = structuredClone(data);
	}

	async updateCredentialsOauthTokenData(
		details: INodeCredentialsDetails,
		type: string,
		data: ICredentialDataDecryptedObject,
	): Promise<void> {
		const { oauthTokenData } = data;
		await this.updateCredentials(details, type, {
			...this.store[details.id ?? type],
			...(oauthTokenData === undefined ? {} : { oauthTokenData }),
		});
	}
}
