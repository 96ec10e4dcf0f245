import { NodeConnectionTypes, type INodeExecutionData, type INodeType, type INodeTypeDescription, type IPollFunctions } from 'n8n-workflow';

import { asNodeError } from '../../lib/action/asNodeError';
import { lookupMethods } from '../../lib/action/lookupMethods';
import { runPoll } from '../../lib/ats/changes/poll';
import { hostOf } from '../../lib/poll/host';
import { connectAts, row } from './api';
import { integrationId, provider } from './fields';
import { loadJobs, loadStages } from './lookups';
import { changesOf, polled, providerCredentials } from './providers';
import { pollOptions, readSettings, selectionOf, triggerProperties } from './trigger';

export class AtsTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'ATS Trigger',
		name: 'atsTrigger',
		icon: { light: 'file:../../icons/ats.svg', dark: 'file:../../icons/ats.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].includes("*") ? "all changes" : $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when an application changes, and says what changed: moved, rejected, hired, interview scheduled and more',
		defaults: { name: 'ATS Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: providerCredentials(polled),
		properties: triggerProperties,
	};

	methods = lookupMethods([loadJobs, loadStages], [provider, integrationId], async (host, common) => await connectAts(host, { common, options: {} }));

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		try {
			const settings = readSettings(this);
			const changes = changesOf(settings.provider);
			const result = await runPoll(
				hostOf(this),
				async (limits) => await changes(this, selectionOf(settings), { ...limits, ...(settings.integrationId ? { integrationId: settings.integrationId } : {}), ...(settings.options.archivedAsRejected ? { archivedAsRejected: true } : {}) }),
				pollOptions(settings),
			);
			if (result === 'quiet') return null;
			// An empty execution carries the state to the database in every host mode.
			return [result === 'commit' ? [] : result.items.map((item) => ({ json: row(item) }))];
		} catch (error) {
			throw asNodeError(this, error);
		}
	}
}
