import { clock } from '../../clock';
import { PollError } from '../../errors';
import { DAY } from '../../poll/limits';
import { isoOrNull, type Application, type Change, type ChangeEvent, type EventName, type Stage } from '../model';
import { isStage } from '../select';
import type { ChangeSource, SourceRow } from '../source';
import { complete } from './compare/complete';
import { onlyModels } from './compare/emission';
import type { PollOptions } from './options';

const COUNT = 3;
/** Rows whose details are read together, and pages that are looked through. */
const AT_ONCE = 10;
const PAGES = 4;
/** Where each row may cost a call. */
const ROWS_WITH_DETAILS = 30;

/** What "Test" shows: real recent applications that fit the filters and show what the chosen events say. */
export async function applicationExamples(source: ChangeSource, options: PollOptions): Promise<ChangeEvent[]> {
	const events = options.events.length === 0 ? (['application.updated'] as const) : options.events.filter((event) => source.events.length === 0 || source.events.includes(event));
	const found = new Map<string, ChangeEvent>();
	const stages = new Map<string, Stage[]>();
	for await (const rows of recentRows(source)) {
		for (const { application: { info, currentStage } } of rows) {
			if (info?.jobId && currentStage) stages.set(info.jobId, [...(stages.get(info.jobId) ?? []), currentStage]);
		}
		for (const row of rows) {
			if (found.has(row.id) || !fits(row.application, options)) continue;
			// The events take turns, so that none fills the list alone.
			const turn = found.size % events.length;
			for (const event of [...events.slice(turn), ...events.slice(0, turn)]) {
				const changes = shows(event, row, stages);
				if (!changes) continue;
				found.set(row.id, exampleOf(source, row, event, changes, options));
				break;
			}
			if (found.size === COUNT) return [...found.values()];
		}
	}
	if (found.size > 0) return [...found.values()];
	const filtered = options.events.length + options.jobIds.length + options.stages.length > 0;
	throw new PollError(
		filtered
			? `${source.label} shows no application that fits the filters and events of this trigger${options.events.length > 0 ? ` (${options.events.join(', ')})` : ''}: there is nothing to make an example of. Test with other filters or events, or after one has happened`
			: `${source.label} shows no applications here yet: there is nothing to make an example of`,
		{ cause: 'configuration-invalid' },
	);
}

/** The latest first, a few at a time, completed where the provider reads details. Rows that cannot be read are left out. */
async function* recentRows(source: ChangeSource): AsyncGenerator<readonly SourceRow[]> {
	if (source.readExamples) return yield* completed(source, await source.readExamples(AT_ONCE * COUNT));
	const since = clock.now() - 30 * DAY;
	const reads = [
		...(source.marks ? [] : [async (cursor: string | null) => await source.readWindow({ since, cursor, mark: null })]),
		async (cursor: string | null) => await source.readAll({ cursor }),
	];
	for (const read of reads) {
		let cursor: string | null = null;
		for (let pages = 0; pages < PAGES; pages++) {
			const page = await read(cursor);
			const latest = [...page.rows].sort((a, b) => (b.changedAt ?? 0) - (a.changedAt ?? 0));
			yield* completed(source, source.details ? latest.slice(0, ROWS_WITH_DETAILS) : latest);
			cursor = page.next ?? null;
			if (!cursor) break;
		}
	}
}

async function* completed({ details }: ChangeSource, rows: readonly SourceRow[]): AsyncGenerator<readonly SourceRow[]> {
	if (!details) return yield rows;
	const size = Math.min(AT_ONCE, details.atOnce);
	for (let at = 0; at < rows.length; at += size) {
		const chunk = rows.slice(at, at + size);
		const answers = await details.read(chunk.map((row) => ({ row, lookupKey: row.lookupKey ?? null })));
		yield chunk.flatMap((row) => {
			const more = answers.get(row.id);
			if (!more || more instanceof Error) return [];
			return [row.partial || details.compared ? more : { ...row, application: complete(row.application, more.application) }];
		});
	}
}

function fits({ info, currentStage }: Application, { jobIds, stages }: PollOptions): boolean {
	if (jobIds.length > 0 && !(info?.jobId && jobIds.includes(info.jobId))) return false;
	return stages.length === 0 || (currentStage !== null && isStage(currentStage, stages));
}

/** What this row has changed if the event is about it; null: it does not show the event. */
function shows(event: EventName, { application, deleted }: SourceRow, stages: ReadonlyMap<string, Stage[]>): Change[] | null {
	if (deleted || event === 'application.deleted') return deleted && event === 'application.deleted' ? [{ path: 'deleted', from: false, to: true }] : null;
	const { info, currentStage, interviews, offers, attachments } = application;
	const status = (wanted: string) => (info?.status === wanted ? [{ path: 'info.status', to: wanted }] : null);
	const interview = (...wanted: string[]) => {
		const one = interviews?.find((each) => wanted.includes(each.status));
		return one ? [{ path: `interviews[${one.id ?? one.subject ?? ''}]`, to: one }] : null;
	};
	switch (event) {
		case 'application.stage_changed': {
			const from = stages.get(info?.jobId ?? '')?.find(({ id, text }) => (id ?? text) !== (currentStage?.id ?? currentStage?.text));
			return currentStage && from ? [{ path: 'currentStage', from, to: currentStage }] : null;
		}
		case 'application.rejected': return status('REJECTED');
		case 'application.hired': return status('HIRED');
		case 'application.reactivated': return status('ACTIVE');
		case 'interview.scheduled':
		case 'interview.rescheduled': return interview('SCHEDULED', 'AWAITING_FEEDBACK');
		case 'interview.completed': return interview('COMPLETE');
		case 'interview.cancelled': return interview('CANCELLED');
		case 'offer.created':
		case 'offer.status_changed': return offers?.[0] ? [{ path: `offers[${offers[0].id ?? ''}]`, to: offers[0] }] : null;
		case 'attachment.added': return attachments?.[0] ? [{ path: `attachments[${attachments[0].id ?? attachments[0].name ?? ''}]`, to: attachments[0] }] : null;
		case 'activity.recorded': return null;
		default: return [];
	}
}

function exampleOf({ provider }: ChangeSource, row: SourceRow, event: EventName, changes: Change[], options: PollOptions): ChangeEvent {
	return {
		event,
		eventId: `example-${row.id}`,
		occurredAt: isoOrNull(row.changedAt),
		detectedAt: new Date(clock.now()).toISOString(),
		provider,
		applicationId: row.id,
		changes,
		application: row.deleted ? null : onlyModels(row.application, options.models),
		example: true,
	};
}
