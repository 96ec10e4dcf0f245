import { NodeConnectionTypes, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

import { actionNode } from '../../lib/action/node';
import { connectKombo } from './api';
import { options } from './fields';
import { personal } from './personal';
import { resources } from './resources';

const node = actionNode({
	resources,
	options,
	personal,
	connect: async (host, { options: { integrationId, remoteFields }, limits }) => await connectKombo(host, { integrationId, remoteFields, limits }),
});

export class Kombo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Kombo',
		name: 'kombo',
		icon: { light: 'file:../../icons/kombo.svg', dark: 'file:../../icons/kombo.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: node.subtitle,
		description: 'Read and write applications, candidates, jobs and interviews in any applicant tracking system that Kombo connects',
		defaults: { name: 'Kombo' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'komboApi', required: true }],
		properties: node.properties,
	};

	methods = node.methods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await node.execute(this);
	}
}
