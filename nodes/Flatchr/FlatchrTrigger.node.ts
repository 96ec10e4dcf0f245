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
import { choice, choices, list, text, toggle, when } from '../../lib/action/field';
import { propertyOf } from '../../lib/action/properties';
import { settingsReader } from '../../lib/action/settings';
import { credentialText } from '../../lib/http/credential';
import { clock } from '../../lib/clock';
import { messageOf } from '../../lib/poll/failures';
import { lazily } from '../../lib/lazily';
import { receive } from '../../lib/webhook/receive';
import { connectFlatchr } from './api';
import { ANY, eventId, EVENTS, idsOf, itemOf, parseEvent, withApplicant, type FlatchrEvent } from './events';

const fields = [
	choices('events', { displayName: 'Events', default: [ANY], options: EVENTS, description: 'What starts the workflow. Other deliveries are answered and dropped.' }),
	list('otherEvents', { displayName: 'Other Events', placeholder: 'new_comment', description: 'Names of further events as Flatchr sends them, comma-separated or a list' }),
	choice('protection', {
		displayName: 'Protection',
		default: 'address',
		options: [
			{ name: 'Secret in the Address', value: 'address', description: 'Who does not know the address of this webhook cannot reach it' },
			{ name: 'Secret in a Header', value: 'header', description: 'For a gateway in front of n8n that adds one, or when Flatchr sends one for you' },
		],
		description: 'Flatchr signs nothing, so n8n cannot tell by itself who sent a delivery',
	}),
	when(
		text('addressSecret', {
			displayName: 'Secret in the Path',
			placeholder: 'k3J9sQ2vX7',
			description: "Letters, digits, - and _, added to the address above. n8n's own address holds a random ID already; with words of your own you can also change it later, after which the old address ends.",
			hint: 'Copy the production URL again after changing it',
		}),
		{ protection: ['address'] },
	),
	when(text('headerName', { displayName: 'Header Name', required: true, default: 'X-Webhook-Secret', description: 'Must hold the webhook secret of the credential; anything else is refused with 401' }), { protection: ['header'] }),
	toggle('addIds', {
		displayName: 'Add IDs',
		default: true,
		description: 'Whether to look up the applicant ID that other operations take, since moves and messages carry only a number. One search for each such event; without it, or when it fails, the ID is null there.',
	}),
] as const;

/** An answer to Flatchr must not wait long for a search. */
const LOOKUP_MS = 10_000;

const settings = lazily(() => settingsReader(fields));

export class FlatchrTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Flatchr Trigger',
		name: 'flatchrTrigger',
		icon: { light: 'file:../../icons/flatchr.svg', dark: 'file:../../icons/flatchr.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].includes("*") ? "any event" : $parameter["events"].concat($parameter["otherEvents"] || []).map((event) => event.replace(/[._-]/g, " ")).join(", ") }}',
		description: 'Starts the workflow when Flatchr sends a webhook: a new candidate, a move, a message, a new vacancy',
		defaults: { name: 'Flatchr Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'flatchrApi', required: true }],
		webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: '={{ ($parameter["addressSecret"] || "").replace(/[^A-Za-z0-9_-]/g, "") || "webhook" }}' }],
		properties: [
			{
				displayName:
					'Flatchr lets webhooks be added only by hand. Enable <b>Webhooks</b> in Flatchr under <b>Administration → Marketplace</b>, then paste the <b>Production URL</b> above there once for each event you want. Flatchr does not sign what it sends: keep the address secret.',
				name: 'notice',
				type: 'notice',
				default: '',
			},
			...fields.map(propertyOf),
		],
	};

	webhookMethods = {
		default: {
			/** Flatchr has no API that tells. */
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return false;
			},
			/** Nothing can be registered, but what would make deliveries fail is said now: a wrong key, a missing secret. */
			async create(this: IHookFunctions): Promise<boolean> {
				const { webhookSecret } = await this.getCredentials<{ webhookSecret?: string }>('flatchrApi');
				if (this.getNodeParameter('protection', 'address') === 'header' && credentialText(webhookSecret) === '') {
					throw new NodeOperationError(this.getNode(), 'The credential has no webhook secret', { description: 'Enter the text there that the sender puts into the header, or protect the webhook by its address.' });
				}
				const flatchr = await connectFlatchr(this);
				await flatchr.list(flatchr.company('/columns')).catch((error: unknown) => {
					throw asNodeError(this, error);
				});
				return true;
			},
			/** There is nothing of ours to take away: the address stays in Flatchr until somebody removes it there. */
			async delete(this: IHookFunctions): Promise<boolean> {
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const { webhookSecret = '' } = await this.getCredentials<{ webhookSecret?: string }>('flatchrApi');
		const node = this.getNode();
		const p = settings()(this, node);
		return await receive(this, node, {
			...(p.protection === 'header' ? { shared: { header: p.headerName ?? '', secret: webhookSecret } } : {}),
			parse: parseEvent,
			eventId,
			wanted: ({ event }) => p.events.some((one) => one === ANY || one === event) || p.otherEvents.includes(event),
			items: async (event) => [await itemFor(this, event, p.addIds)],
		});
	}
}

async function itemFor(context: IWebhookFunctions, event: FlatchrEvent, addIds: boolean): Promise<INodeExecutionData> {
	const ids = idsOf(event);
	if (!addIds || ids.applicant !== null) return { json: itemOf(event, ids) };
	try {
		const flatchr = await connectFlatchr(context, { deadline: clock.now() + LOOKUP_MS });
		return { json: itemOf(event, await withApplicant(flatchr, event, ids)) };
	} catch (error) {
		// The event itself is worth more than the ID.
		context.logger.warn(`${context.getNode().name}: the applicant of an event could not be looked up: ${messageOf(error)}`);
		return { json: itemOf(event, ids) };
	}
}
