import type { IDataObject } from 'n8n-workflow';

import { FieldError } from '../../lib/errors';
import { isObject } from '../../lib/http/apiDefinition';
import type { Header } from '../../lib/webhook/receive';

/** One delivery of Knit's. https://developers.getknit.dev/reference/event-glossary */
export interface KnitEvent {
	eventId?: string;
	eventType: string;
	/** In a header, not in the body, and not signed. */
	integrationId?: string;
	syncDataType?: string;
	syncType?: string;
	/** All but `eventData`, with the integration. */
	envelope: IDataObject;
	/** Models, or whatever this type of event carries; what is no record stands under `eventData`. */
	data: IDataObject;
}

/** Stands for every type that is not in our list: Knit's glossary is not complete. */
export const ANY_OTHER = 'other';

export const RECORD_EVENTS = ['record.new', 'record.modified', 'record.deleted'] as const;

/** The last two are known from a public program only. */
export const EVENT_TYPES = [
	{ name: 'App Integration Activate', value: 'app.integration.activate', action: 'On app connected by a customer', description: 'A customer connected an app' },
	{ name: 'Bot Installed', value: 'bot.installed', description: 'Communication apps only' },
	{ name: 'Bot Uninstalled', value: 'bot.uninstalled', description: 'Communication apps only' },
	{ name: 'Record Deleted', value: 'record.deleted', description: 'A record is gone or became inactive; for jobs also: closed' },
	{ name: 'Record Modified', value: 'record.modified', description: 'A record changed' },
	{ name: 'Record New', value: 'record.new', action: 'On new record', description: 'A record was seen for the first time; in an initial sync every active one' },
	{ name: 'Sync Events All Consumed', value: 'sync.events.allConsumed', action: 'On all events of a sync received', description: 'Every event of a run was received' },
	{ name: 'Sync Events Processed', value: 'sync.events.processed', action: 'On sync finished', description: 'A run is over, also one that found nothing' },
	{ name: 'Sync Failed', value: 'sync.failed', description: "Not in Knit's glossary, but seen" },
	{ name: 'Sync Heartbeat', value: 'sync.heartbeat', description: "Not in Knit's glossary, but seen" },
] as const;

const KNOWN_TYPES = new Set<string>(EVENT_TYPES.map(({ value }) => value));

/** Throws FieldError when the body is no event. */
export function parseEvent(body: unknown, header: Header): KnitEvent {
	if (!isObject(body) || typeof body.eventType !== 'string') throw new FieldError('The body is not an event of Knit.', 'It needs an eventType.');
	const { eventType } = body;
	const { eventData, ...rest } = body;
	const { eventId, syncDataType, syncType } = rest;
	const integrationId = header('x-knit-integration-id');
	const executionId = header('x-knit-execution-id');
	return {
		...texts({ eventId, integrationId, syncDataType, syncType }),
		eventType,
		envelope: { ...(rest as IDataObject), integrationId: integrationId ?? null, executionId: executionId ?? null },
		data: (isObject(eventData) ? eventData : eventData === undefined ? {} : { eventData }) as IDataObject,
	};
}

function texts<Name extends string>(given: Record<Name, unknown>): Partial<Record<Name, string>> {
	return Object.fromEntries(Object.entries(given).filter(([, value]) => typeof value === 'string' && value !== '')) as Partial<Record<Name, string>>;
}

export interface Filter {
	events: readonly string[];
	dataTypes: readonly string[];
	knownDataTypes: ReadonlySet<string>;
	syncTypes: readonly string[];
	integrationIds: readonly string[];
}

/** What an event does not tell (a bot has no data type) cannot exclude it; the integration always is told. */
export function isWanted(event: KnitEvent, { events, dataTypes, knownDataTypes, syncTypes, integrationIds }: Filter): boolean {
	const dataType = event.syncDataType;
	return (
		events.includes(KNOWN_TYPES.has(event.eventType) ? event.eventType : ANY_OTHER) &&
		(dataType === undefined || dataTypes.length === 0 || dataTypes.includes(knownDataTypes.has(dataType) ? dataType : ANY_OTHER)) &&
		(event.syncType === undefined || syncTypes.length === 0 || syncTypes.includes(event.syncType)) &&
		(integrationIds.length === 0 || (event.integrationId !== undefined && integrationIds.includes(event.integrationId)))
	);
}
