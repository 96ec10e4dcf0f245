import { NodeConnectionTypes, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

import { actionNode } from '../../lib/action/node';
import { connectChatKitty } from './api';
import { options } from './fields';
import { personal } from './personal';
import { resources } from './resources';

const node = actionNode({
	resources,
	options,
	personal,
	connect: async (host, { limits }) => await connectChatKitty(host, { limits }),
});

export class ChatKitty implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'ChatKitty',
		name: 'chatKitty',
		icon: { light: 'file:../../icons/chatKitty.svg', dark: 'file:../../icons/chatKitty.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: node.subtitle,
		description: 'Write to candidates and colleagues in ChatKitty, and read their messages, channels and users',
		defaults: { name: 'ChatKitty' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'chatKittyOAuth2Api', required: true }],
		properties: node.properties,
	};

	methods = node.methods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await node.execute(this);
	}
}
