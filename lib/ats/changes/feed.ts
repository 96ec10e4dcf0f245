import { clock } from '../../clock';
import type { PollHost } from '../../poll/host';
import { exampleRows, pollRows } from '../../poll/list/newRows';
import type { GrowingList } from '../../poll/list/source';
import type { PollResult } from '../../poll/result';
import type { Lease } from '../../poll/trigger';
import { isoOrNull, type ChangeEvent } from '../model';
import type { FeedEntry, FeedSource } from '../source';
import type { PollOptions } from './options';

/** A poll of a feed that the vendor keeps itself: each entry that was not there before is an `activity.recorded`. */
export async function pollFeed(host: PollHost, lease: Lease, source: FeedSource, options: PollOptions): Promise<PollResult<ChangeEvent>> {
	const wanted = options.events.length === 0 || options.events.includes('activity.recorded');
	return await pollRows(host, lease, listOf(source, host), options, (entry, eventId) => (wanted ? activityEvent(source, entry, eventId) : null));
}

export async function feedExamples(host: PollHost, source: FeedSource): Promise<ChangeEvent[]> {
	return await exampleRows(listOf(source, host), (entry, eventId) => activityEvent(source, entry, eventId));
}

function listOf(source: FeedSource, host: PollHost): GrowingList<FeedEntry> {
	return {
		label: source.label,
		scope: [source.provider, ...source.scope],
		shifting: false,
		resumes: true,
		// What became visible later than the last day is found by the full check.
		lateMs: Infinity,
		async readPage({ cursor }) {
			const { entries, unreadable = [], ...page } = await source.readPage({ cursor });
			for (const { id, reason } of unreadable) host.log.warn('An entry of the feed could not be read', { id, reason });
			// The vendor's own record is there only on request: asking for it must not make every entry look new.
			const contentOf = ({ at, applicationId, activity }: FeedEntry) => JSON.stringify([at, applicationId, { ...activity, raw: undefined }]);
			return { ...page, rows: entries.map((entry) => (entry.id === null ? { ...entry, content: contentOf(entry) } : entry)) };
		},
	};
}

function activityEvent({ provider }: FeedSource, { at, applicationId, activity }: FeedEntry, eventId: string): ChangeEvent {
	return {
		event: 'activity.recorded',
		eventId,
		occurredAt: isoOrNull(at),
		detectedAt: new Date(clock.now()).toISOString(),
		provider,
		applicationId,
		changes: [],
		application: null,
		activity,
	};
}
