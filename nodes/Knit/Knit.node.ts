import { NodeConnectionTypes, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

import { actionNode } from '../../lib/action/node';
import { connectKnit } from './api';
import { knitApiTest } from './credentialTest';
import { integrationId, options } from './fields';
import { personal } from './personal';
import { resources } from './resources';

const node = actionNode({
	resources,
	options,
	personal,
	common: [integrationId],
	connect: async (host, { common, limits }) => await connectKnit(host, { integrationId: common.integrationId, limits }),
});

export class Knit implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Knit',
		name: 'knit',
		icon: { light: 'file:../../icons/knit.svg', dark: 'file:../../icons/knit.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: node.subtitle,
		description: 'Read and write applications, candidates and jobs in any applicant tracking system that Knit connects, and start its syncs',
		defaults: { name: 'Knit' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'knitApi', required: true, testedBy: 'knitApiTest' }],
		properties: node.properties,
	};

	methods = { ...node.methods, credentialTest: { knitApiTest } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await node.execute(this);
	}
}
