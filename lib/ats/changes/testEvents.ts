import { clock } from '../../clock';
import type { ChangeEvent } from '../model';
import type { FeedEntry, OpenSource, Source, SourceRow } from '../source';
import { onlyModels } from './compare/emission';
import { PollError } from '../../poll/failures';
import { DAY, POLL_LIMITS } from '../../poll/limits';
import type { PollResult } from '../../poll/result';
import type { PollOptions } from './options';

const COUNT = 3;

/** What "Test" shows: real recent applications, said to be examples, with nothing invented: of changes, the stage they are in. Nothing is remembered. */
export async function examples(open: OpenSource, options: PollOptions): Promise<PollResult<ChangeEvent>> {
	const source = await open({ deadline: clock.now() + POLL_LIMITS.budgetMs });
	const items = source.kind === 'feed'
		? (await source.readPage({ cursor: null })).entries.slice(0, COUNT).map((entry) => activityExample(source, entry))
		: (await recentRows(source)).map((row) => applicationExample(source, row, options));
	if (items.length > 0) return { items };
	throw new PollError(`${source.label} shows no applications here yet: there is nothing to make an example of`, { cause: 'configuration-invalid' });
}

async function recentRows(source: Extract<Source, { kind: 'applications' }>): Promise<readonly SourceRow[]> {
	if (source.readExamples) return await source.readExamples(COUNT);
	const recent = source.marks ? null : await source.readWindow({ since: clock.now() - 30 * DAY, cursor: null, mark: null });
	const { rows } = recent && recent.rows.length > 0 ? recent : await source.readAll({ cursor: null });
	return rows.filter(({ deleted }) => !deleted).sort((a, b) => (b.changedAt ?? 0) - (a.changedAt ?? 0)).slice(0, COUNT);
}

function applicationExample({ provider, events }: Extract<Source, { kind: 'applications' }>, row: SourceRow, options: PollOptions): ChangeEvent {
	const chosen = options.events.find((event) => events.includes(event)) ?? 'application.updated';
	return {
		event: chosen,
		eventId: `example-${row.id}`,
		occurredAt: row.changedAt === null ? null : new Date(row.changedAt).toISOString(),
		detectedAt: new Date(clock.now()).toISOString(),
		provider,
		applicationId: row.id,
		changes: chosen === 'application.stage_changed' ? [{ path: 'currentStage', to: row.application.currentStage }] : [],
		application: onlyModels(row.application, options.models),
		example: true,
	};
}

function activityExample({ provider }: Source, entry: FeedEntry): ChangeEvent {
	return {
		event: 'activity.recorded',
		eventId: `example-${entry.id ?? ''}`,
		occurredAt: entry.at === null ? null : new Date(entry.at).toISOString(),
		detectedAt: new Date(clock.now()).toISOString(),
		provider,
		applicationId: entry.applicationId,
		changes: [],
		application: null,
		activity: entry.activity,
		example: true,
	};
}
