import { NodeConnectionTypes, type INodeExecutionData, type INodeType, type INodeTypeDescription, type IPollFunctions } from 'n8n-workflow';

import { asNodeError } from '../../lib/action/asNodeError';
import { lookupMethods } from '../../lib/action/lookupMethods';
import { runPoll } from '../../lib/ats/changes/poll';
import { hostOf } from '../../lib/poll/host';
import { isObject } from '../../lib/http/apiDefinition';
import { connectAts, contextOf } from './api';
import { provider } from './fields';
import { loadJobs, loadStageNames } from './lookups';
import { logInFields, polled, providerCredentials, providerNamed } from './providers';
import { itemsOf, openSource, optionsField, pollOptions, settingsOf, triggerProperties, triggerSubtitle } from './trigger';

export class AtsTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'ATS Trigger',
		name: 'atsTrigger',
		icon: { light: 'file:../../icons/ats.svg', dark: 'file:../../icons/ats.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: triggerSubtitle,
		description: 'Starts the workflow when an application changes, and says what changed: moved, rejected, hired, interview scheduled and more',
		defaults: { name: 'ATS Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: providerCredentials(polled),
		properties: triggerProperties,
	};

	methods = lookupMethods([loadJobs, loadStageNames, ...optionsField.lookups], [provider, ...logInFields, optionsField], async (host, { options, ...common }) => await connectAts(host, { common, options: isObject(options) ? options : {} }));

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		try {
			const node = this.getNode();
			const settings = settingsOf()(this, node);
			const chosen = providerNamed(settings.provider);
			const context = contextOf(chosen, { common: settings, options: settings.options });
			const emitted = await runPoll(hostOf(this, node), async (limits) => await openSource(this, chosen, settings, { ...context, ...limits }), pollOptions(settings));
			return emitted && [(await itemsOf(this, chosen, context, settings, emitted)).map((json) => ({ json }))];
		} catch (error) {
			throw asNodeError(this, error);
		}
	}
}
