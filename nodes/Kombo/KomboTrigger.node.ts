import {
	NodeConnectionTypes,
	NodeOperationError,
	type IHookFunctions,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';

import { asNodeError } from '../../lib/action/asNodeError';
import { choices, collection, list, number, toggle, when } from '../../lib/action/field';
import { propertyOf } from '../../lib/action/properties';
import { settingsReader } from '../../lib/action/settings';
import { credentialText } from '../../lib/http/credential';
import { lazily } from '../../lib/lazily';
import { receive } from '../../lib/webhook/receive';
import { connectKombo } from './api';
import { RECORD_LISTS, withChangedRecords } from './changedRecords';
import { ANY_OTHER, CHANGED_MODELS, concernsModels, EVENT_TYPES, integrationOf, isWantedType, parseEvent } from './events';

const fields = [
	choices('events', {
		displayName: 'Events',
		default: ['data-changed'],
		options: [...EVENT_TYPES, { name: 'Any Other', value: ANY_OTHER, description: 'Types that Kombo has added since', action: 'On any other event' }],
		description: 'What starts the workflow. Other deliveries are answered and dropped.',
	}),
	toggle('fetchRecords', {
		displayName: 'Fetch Changed Records',
		description: 'Whether to add the records behind "Data Changed", one item each: all that changed since the last such event, also deleted ones. What changed in them is told by the ATS Trigger, not here.',
	}),
	when(
		choices('recordLists', { displayName: 'Records to Fetch', options: RECORD_LISTS, description: 'Empty: all that show something of the changed models' }),
		{ fetchRecords: [true] },
	),
	when(
		number('lookBack', { displayName: 'First Look Back', default: 60, min: 1, max: 10_080, integer: true, description: 'How many minutes before an event the first fetch begins. Later ones begin where the last one ended, as long as n8n runs.' }),
		{ fetchRecords: [true] },
	),
	collection('filters', {
		displayName: 'Filters',
		addLabel: 'Add Filter',
		fields: [
			choices('changedModels', {
				displayName: 'Changed Models',
				options: [...CHANGED_MODELS, { name: 'Any Other', value: ANY_OTHER }],
				description: 'Of "Data Changed": only when one of these changed',
			}),
			list('integrationIds', { of: 'id', displayName: 'Integration IDs', placeholder: 'greenhouse:HWUTwvyx2wLoSUHphiWVrp28', description: 'Comma-separated, or a list. Events that name no integration come through.' }),
		],
	}),
] as const;

const settings = lazily(() => settingsReader(fields));

export class KomboTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Kombo Trigger',
		name: 'komboTrigger',
		icon: { light: 'file:../../icons/kombo.svg', dark: 'file:../../icons/kombo.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].map((event) => event.replace(/[._-]/g, " ")).join(", ") }}',
		description: 'Starts the workflow when Kombo sends a webhook: data changed, a sync finished, an integration changed its state',
		defaults: { name: 'Kombo Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'komboApi', required: true }],
		webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
		properties: [
			{
				displayName:
					'Kombo lets webhooks be added only by hand. Copy the <b>Production URL</b> above, open the Kombo dashboard under <b>Configuration → Webhooks</b>, and paste it there once for each event you want. Then copy the webhook secret from there into the credential of this node.',
				name: 'notice',
				type: 'notice',
				default: '',
			},
			...fields.map(propertyOf),
		],
	};

	webhookMethods = {
		default: {
			/** Kombo has no API that tells. */
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return false;
			},
			/** Nothing can be registered, but what would make every delivery fail is said now: a wrong key, a missing secret. */
			async create(this: IHookFunctions): Promise<boolean> {
				const { webhookSecret } = await this.getCredentials<{ webhookSecret?: string }>('komboApi');
				if (credentialText(webhookSecret) === '') {
					throw new NodeOperationError(this.getNode(), 'The credential has no webhook secret', {
						description: 'Copy it from the Kombo dashboard, Configuration, Webhooks, into the credential: without it nobody can tell whether a delivery is from Kombo.',
					});
				}
				const kombo = await connectKombo(this, {});
				await kombo.get('/check-api-key').catch((error: unknown) => {
					throw asNodeError(this, error);
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
		const { webhookSecret = '' } = await this.getCredentials<{ webhookSecret?: string }>('komboApi');
		const node = this.getNode();
		const p = settings()(this, node);
		return await receive(this, node, {
			// https://docs.kombo.dev/webhooks
			signature: { header: 'x-kombo-signature', secret: webhookSecret },
			parse: parseEvent,
			eventId: ({ id }) => (typeof id === 'string' ? id : undefined),
			wanted: (event) => {
				const integration = integrationOf(event);
				const chosen = p.filters.integrationIds ?? [];
				return isWantedType(event.type, p.events) && concernsModels(event, p.filters.changedModels ?? []) && (integration === undefined || chosen.length === 0 || chosen.includes(integration));
			},
			items: async (event) =>
				event.type === 'data-changed' && p.fetchRecords
					? await withChangedRecords(this, event, { lists: p.recordLists ?? [], lookBackMinutes: p.lookBack ?? 60 })
					: [{ json: event }],
		});
	}
}
