import { NodeConnectionTypes, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

import { actionNode } from '../../lib/action/node';
import { connectChatTechnologies } from './api';
import { options } from './fields';
import { personal } from './personal';
import { resources } from './resources';

const node = actionNode({
	resources,
	options,
	personal,
	connect: async (host, { options: settings, limits }) => await connectChatTechnologies(host, { settings, limits }),
});

export class ChatTechnologies implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Chat Technologies',
		name: 'chatTechnologies',
		icon: { light: 'file:../../icons/chatTechnologies.svg', dark: 'file:../../icons/chatTechnologies.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: node.subtitle,
		description: 'Read and write messages, candidates, departments and the company at Chat Technologies (ChatRecruit)',
		defaults: { name: 'Chat Technologies' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'chatTechnologiesApi', required: true }],
		properties: node.properties,
	};

	methods = node.methods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await node.execute(this);
	}
}
