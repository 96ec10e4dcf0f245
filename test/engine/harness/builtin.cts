/** The few nodes and credential types of n8n-nodes-base that the tests need (that package weighs 100 MB). */
import type {
	ICredentialType,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

const describe = (name: string, displayName: string, more: Partial<INodeTypeDescription> = {}): INodeTypeDescription => ({
	name,
	displayName,
	group: ['transform'],
	version: 1,
	description: displayName,
	defaults: { name: displayName },
	inputs: [NodeConnectionTypes.Main],
	outputs: [NodeConnectionTypes.Main],
	properties: [],
	...more,
});

/** Starts a workflow; its output is pinned by the harness. */
const manualTrigger: INodeType = {
	description: describe('manualTrigger', 'Manual Trigger', { group: ['trigger'], inputs: [] }),
	async trigger() {
		return { manualTriggerFunction: async () => this.emit([[{ json: {} }]]) };
	},
};

const noOp: INodeType = {
	description: describe('noOp', 'No Operation'),
	async execute() {
		return [this.getInputData()];
	},
};

type Invocable = { name: string; description: string; schema: unknown; invoke(args: unknown): Promise<unknown> };

/** Stands where the AI Agent stands: asks its tool input for tools, calls the first with the `args` of each item. */
const agent: INodeType = {
	description: describe('agent', 'Agent', {
		inputs: [NodeConnectionTypes.Main, { type: NodeConnectionTypes.AiTool }],
	}),
	async execute(this: IExecuteFunctions) {
		const tools = (await this.getInputConnectionData(NodeConnectionTypes.AiTool, 0)) as Invocable[];
		const answers: INodeExecutionData[] = [];
		for (const [item, { json }] of this.getInputData().entries()) {
			const tool = tools[0];
			if (!tool) throw new Error('No tool is connected');
			const answer = await tool.invoke(json);
			answers.push({
				json: { answer: String(answer), name: tool.name, description: tool.description },
				pairedItem: { item },
			});
		}
		return [answers];
	},
};

export const builtInNodes: Record<string, INodeType> = {
	'n8n-nodes-base.manualTrigger': manualTrigger,
	'n8n-nodes-base.noOp': noOp,
	'harness.agent': agent,
};

const field = (name: string, defaultValue: string | boolean | number = '') => ({
	name,
	displayName: name,
	type: typeof defaultValue === 'boolean' ? ('boolean' as const) : ('string' as const),
	default: defaultValue,
});

/** Names and defaults of n8n's OAuth2 API credential (n8n-nodes-base/credentials/OAuth2Api). */
const oAuth2Api: ICredentialType = {
	name: 'oAuth2Api',
	displayName: 'OAuth2 API',
	genericAuth: true,
	properties: [
		field('useDynamicClientRegistration', false),
		field('grantType', 'authorizationCode'),
		field('authUrl'),
		field('accessTokenUrl'),
		field('clientId'),
		field('clientSecret'),
		field('clientCredentialType', 'clientSecret'),
		field('scope'),
		field('authQueryParameters'),
		field('authentication', 'header'),
		field('sendAdditionalBodyProperties', false),
		field('additionalBodyProperties'),
		field('ignoreSSLIssues', false),
		field('tokenExpiredStatusCode', 401),
		field('jweEnabled', false),
		field('oauthTokenData'),
	],
};

export const builtInCredentials: Record<string, ICredentialType> = { oAuth2Api };
