import { NodeConnectionTypes, type INodeExecutionData, type INodeType, type INodeTypeDescription, type IPollFunctions } from 'n8n-workflow';

import { asNodeError } from '../../lib/action/asNodeError';
import { lookupMethods } from '../../lib/action/lookupMethods';
import { hostOf } from '../../lib/poll/host';
import { pollList } from '../../lib/poll/list/newRows';
import { connectChatKitty } from './api';
import { itemOf, openSource, pollOptions, settingsOf, triggerFields, triggerProperties } from './trigger';

export class ChatKittyTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'ChatKitty Trigger',
		name: 'chatKittyTrigger',
		icon: { light: 'file:../../icons/chatKitty.svg', dark: 'file:../../icons/chatKitty.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ { channel: "new channel", message: "new message", channelMessage: "new message in channel", userMessage: "new message of user", notification: "new notification of user" }[$parameter["event"]] }}',
		description: 'Starts the workflow when ChatKitty has a new message, channel or notification',
		defaults: { name: 'ChatKitty Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'chatKittyOAuth2Api', required: true }],
		properties: triggerProperties,
	};

	methods = lookupMethods(triggerFields.flatMap(({ lookups }) => lookups), [], async (host) => await connectChatKitty(host));

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		try {
			const node = this.getNode();
			const settings = settingsOf()(this, node);
			const items = await pollList(hostOf(this, node), async (limits) => await openSource(this, settings, limits), pollOptions(settings), (row) => itemOf(row, settings));
			return items && [items.map((json) => ({ json }))];
		} catch (error) {
			throw asNodeError(this, error);
		}
	}
}
