import {
	NodeConnectionTypes,
	NodeOperationError,
	type IHookFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';

import { asNodeError } from '../../lib/action/asNodeError';
import { choices, collection, list, toggle } from '../../lib/action/field';
import { propertyOf } from '../../lib/action/properties';
import { settingsReader } from '../../lib/action/settings';
import { credentialText } from '../../lib/http/credential';
import { clock } from '../../lib/clock';
import { ApiError } from '../../lib/errors';
import { lazily } from '../../lib/lazily';
import { receive } from '../../lib/webhook/receive';
import { connectKnit } from './api';
import { asBinaries } from './attachments';
import { knitApiTest } from './credentialTest';
import { ANY_OTHER, EVENT_TYPES, isWanted, parseEvent, RECORD_EVENTS, type KnitEvent } from './events';
import { DATA_TYPES } from './fields';

const fields = [
	choices('events', {
		displayName: 'Events',
		default: [...RECORD_EVENTS],
		options: [...EVENT_TYPES, { name: 'Any Other', value: ANY_OTHER, action: 'On any other event', description: 'Types that this list does not know' }],
		description: 'What starts the workflow. Other deliveries are answered and dropped.',
	}),
	choices('dataTypes', {
		displayName: 'Data Types',
		options: [...DATA_TYPES, { name: 'Any Other', value: ANY_OTHER, description: 'Types that this list does not know' }],
		description: 'Only records of these. Empty: all.',
	}),
	toggle('download', { displayName: 'Download Attachments', description: "Whether to put the files of an application into the item, those that come along and those behind a link; links may work for minutes only" }),
	collection('filters', {
		displayName: 'Filters',
		addLabel: 'Add Filter',
		fields: [
			list('integrationIds', { of: 'id', displayName: 'Integration IDs', placeholder: 'mg_8sKd02nfYh3kQ1', description: "Comma-separated, or a list. All of an account's customers come to the same address." }),
			choices('syncTypes', {
				displayName: 'Sync Types',
				description: 'Only events of one of these kinds of sync',
				options: [
					{ name: 'Delta', value: 'delta_sync', description: 'What changed since the last run' },
					{ name: 'Initial', value: 'initial_sync', description: 'Every active record, as new' },
				],
			}),
		],
	}),
] as const;

const knownDataTypes = new Set<string>(DATA_TYPES.map(({ value }) => value));

const settings = lazily(() => settingsReader(fields));

export class KnitTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Knit Trigger',
		name: 'knitTrigger',
		icon: { light: 'file:../../icons/knit.svg', dark: 'file:../../icons/knit.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].map((event) => event.replace(/[._-]/g, " ")).join(", ") }}',
		description: 'Starts the workflow when a sync of Knit finds a new, changed or deleted record in a connected system',
		defaults: { name: 'Knit Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'knitApi', required: true, testedBy: 'knitApiTest' }],
		webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
		properties: [
			{
				displayName:
					'Knit takes one address for each category (such as ATS), and only by hand. Copy the <b>Production URL</b> above, open the Knit dashboard, and paste it as the webhook of the category; switch on the syncs you want there. Workflows that need other events can be started from this one.',
				name: 'notice',
				type: 'notice',
				default: '',
			},
			...fields.map(propertyOf),
		],
	};

	methods = { credentialTest: { knitApiTest } };

	webhookMethods = {
		default: {
			/** Knit publishes no call that tells. */
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return false;
			},
			/** Nothing can be registered, but what would make every delivery fail is said now: a missing or refused key, with which Knit signs. */
			async create(this: IHookFunctions): Promise<boolean> {
				const { apiKey } = await this.getCredentials<{ apiKey?: string }>('knitApi');
				if (credentialText(apiKey) === '') {
					throw new NodeOperationError(this.getNode(), 'The credential has no API key', { description: 'Knit signs its deliveries with it: without it nobody can tell whether one is from Knit.' });
				}
				const knit = await connectKnit(this, {});
				await knit.checkKey().catch((error: unknown) => {
					// A delivery needs the key only, not the API: an outage is no reason to refuse the trigger.
					if (!(error instanceof ApiError && error.temporary)) throw asNodeError(this, error);
				});
				return true;
			},
			/** There is nothing of ours to take away: the address stays in the dashboard until somebody removes it there. */
			async delete(this: IHookFunctions): Promise<boolean> {
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const { apiKey = '' } = await this.getCredentials<{ apiKey?: string }>('knitApi');
		const node = this.getNode();
		const { events, dataTypes, download, filters } = settings()(this, node);
		const filter = { events, dataTypes, knownDataTypes, syncTypes: filters.syncTypes ?? [], integrationIds: filters.integrationIds ?? [] };
		return await receive(this, node, {
			// https://developers.getknit.dev/reference/authenticating-your-apis-with-knit
			signature: { header: 'x-knit-signature', secret: apiKey },
			parse: parseEvent,
			eventId: ({ eventId }) => eventId,
			wanted: (event) => isWanted(event, filter),
			items: async (event) => [await itemOf(this, event, download)],
			// What a public program calls the answer that Knit expects; 200 is all that its pages ask for.
			received: ({ eventId }) => ({ success: true, message: 'received', processedAt: new Date(clock.now()).toISOString(), eventId: eventId ?? null }),
		});
	}
}

/** The models side by side, as `info`, `currentStage`, ..., and all that Knit wrote around them under `envelope`. */
async function itemOf(host: IWebhookFunctions, { data, envelope }: KnitEvent, download: boolean): Promise<INodeExecutionData> {
	if (!download) return { json: { ...data, envelope } };
	const knit = await connectKnit(host, {});
	const { json, binary } = await asBinaries(knit, data, async (bytes, name, mimeType) => await host.helpers.prepareBinaryData(bytes, name, mimeType));
	return { json: { ...json, envelope }, ...(binary ? { binary } : {}) };
}
