import { NodeConnectionTypes, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

import { actionNode } from '../../lib/action/node';
import { connectAts } from './api';
import { options, provider } from './fields';
import { personal } from './personal';
import { logInFields, providerCredentials, providers, WITHOUT_REQUEST } from './providers';
import { resources } from './resources';

const node = actionNode({ resources, options, personal, common: [provider, ...logInFields], connect: connectAts });

export class Ats implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'ATS',
		name: 'ats',
		icon: { light: 'file:../../icons/ats.svg', dark: 'file:../../icons/ats.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: node.subtitle,
		description: 'Work with applications, candidates and jobs in the same way, whichever applicant tracking system they are in',
		defaults: { name: 'ATS' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: providerCredentials(providers, { operation: WITHOUT_REQUEST }),
		properties: node.properties,
	};

	methods = node.methods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await node.execute(this);
	}
}
