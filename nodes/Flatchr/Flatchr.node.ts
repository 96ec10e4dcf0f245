import { NodeConnectionTypes, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

import { actionNode } from '../../lib/action/node';
import { connectFlatchr } from './api';
import { options } from './fields';
import { personal } from './personal';
import { resources } from './resources';

const node = actionNode({
	resources,
	options,
	personal,
	connect: async (host, { options: { companyKey }, limits }) => await connectFlatchr(host, { companyKey, limits }),
});

export class Flatchr implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Flatchr',
		name: 'flatchr',
		icon: { light: 'file:../../icons/flatchr.svg', dark: 'file:../../icons/flatchr.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: node.subtitle,
		description: 'Read messages, search and move candidates, and manage vacancies, comments, tasks and tags in Flatchr',
		defaults: { name: 'Flatchr' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'flatchrApi', required: true }],
		properties: node.properties,
	};

	methods = node.methods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await node.execute(this);
	}
}
