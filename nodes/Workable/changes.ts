import { pageAt, sourcePage } from '../../lib/ats/kit';
import { toId, toMillis, type ModelKey } from '../../lib/ats/model';
import type { AdapterSource, ReadOptions } from '../../lib/ats/provider';
import { CursorRefused, partialRow, type SourcePage, type SourceRow } from '../../lib/ats/source';
import { clock } from '../../lib/clock';
import { ApiError, FieldError, rethrow } from '../../lib/errors';
import { digestOf } from '../../lib/http/digest';
import { ProcessMap } from '../../lib/processMap';
import type { WorkableApi, WorkablePage, WorkableRow } from './api';
import { candidateIdOf, createdAtOf, IN_ROWS, PROVIDER, toApplication, type FindStage, type Parts } from './mapping';
import { CANDIDATES, candidateOf, dayOf, EVENTS, eventsOf, momentOf, permitted } from './parts';
import { stagesFor, stagesOf } from './stages';
import { DAY } from '../../lib/poll/limits';

/*
 * How the trigger reads Workable. Candidates can be asked for by the moment of their last change; what moves that moment is documented
 * for nothing, so the full check comes often. Interviews are events, a list of their own without such a filter: at each poll those that
 * begin from yesterday on are read, and say by whom something about an interview has changed.
 */

const AT_ONCE = 5;
const WALK_LIFE_MS = 60 * 60_000;

/** All events by candidate, read before the candidates of a full read are. */
interface Walk {
	at: number;
	events: Map<string, Map<string, WorkableRow>>;
	/** Candidates of whom something newer was read since. */
	outdated: Set<string>;
}
/** Full reads under way in this process, by account. One that is lost begins again. */
const walks = new ProcessMap<Map<string, Walk>>(WALK_LIFE_MS);

/** Events that begin from this day on. Null: the token may not read events. */
interface Upcoming {
	from: number;
	page: WorkablePage;
	rows: readonly WorkableRow[];
}

export function changeSource(workable: WorkableApi, options: ReadOptions): AdapterSource {
	const reader = new Reader(workable, options);
	return {
		kind: 'applications',
		probe: async () => await reader.probe(),
		readWindow: async ({ since, cursor }) => await reader.window(since, cursor),
		readAll: async ({ cursor }) => await reader.all(cursor),
		details: { compared: false, atOnce: AT_ONCE, read: async (asked) => await reader.details(asked) },
		readModels: async () => await reader.models(),
		confirmGone: async (missing) => await reader.gone(missing.map(({ id }) => id)),
	};
}

class Reader {
	private readonly wantsEvents: boolean;

	private upcomingEvents?: Promise<Upcoming | null>;

	constructor(
		private readonly workable: WorkableApi,
		private readonly options: ReadOptions,
	) {
		this.wantsEvents = options.models.includes('interviews');
	}

	/** Also whether the filter works at all: from a moment that is still to come nothing can have changed. */
	async probe(): Promise<void> {
		const { rows } = await this.workable.page(CANDIDATES, 'candidates', { limit: 1, updated_after: momentOf(clock.now() + 30 * DAY) });
		if (rows.length > 0) throw new FieldError('Workable ignores the date by which changes are asked for: asked what changes from next month on, it gives candidates', 'The trigger cannot work with this account. Check the base URL in the credential, if there is one.');
		await stagesOf(this.workable);
	}

	/** One page of what changed, and with the first one what the upcoming events show. */
	async window(since: number, cursor: string | null): Promise<SourcePage> {
		const upcoming = this.wantsEvents ? await this.upcoming() : null;
		return await pageAt(cursor, async () => {
			const page = await this.workable.page(CANDIDATES, 'candidates', { updated_after: momentOf(since) }, cursor);
			const read = await this.pageOf(page, (row) => partsIn(upcoming, row));
			if (cursor !== null || !upcoming) return read;
			// The time of a page is that of its first request.
			const { date, tookMs } = sourcePage(upcoming.page.answer, [], null, () => null);
			return { ...read, rows: [...read.rows, ...signsOf(upcoming)], date, tookMs };
		});
	}

	/** One page of everything: the events first, without rows, then the candidates with theirs. */
	async all(cursor: string | null): Promise<SourcePage> {
		const [list, name = '', ...rest] = (cursor ?? (this.wantsEvents ? `e ${this.newWalk()}` : 'c')).split(' ');
		const place = rest.join(' ') || null;
		const walk = name === '' ? null : this.underWay.get(name);
		if (walk === undefined) throw new CursorRefused('What was read of the interviews is lost with the process that read it');
		return await pageAt(place, async () => {
			if (list === 'e' && walk) {
				const page = await permitted(async () => await this.workable.page(EVENTS, 'events', { include_cancelled: true }, place));
				if (page) {
					for (const event of page.rows) addTo(walk, event);
					return { ...sourcePage(page.answer, [], `${page.next === null ? 'c' : 'e'} ${name} ${page.next ?? ''}`, () => null), rows: [] };
				}
			}
			const from = list === 'e' ? null : place;
			const without = list === 'e' ? null : walk;
			const page = await this.workable.page(CANDIDATES, 'candidates', {}, from);
			const read = await this.pageOf(page, (row) => partsOfWalk(without, row));
			if (page.next === null) this.underWay.delete(name);
			return { ...read, next: page.next === null ? null : `c ${without ? name : ''} ${page.next}` };
		});
	}

	async details(asked: ReadonlyArray<{ row: SourceRow; lookupKey: string | null }>): Promise<ReadonlyMap<string, SourceRow | Error>> {
		const read = await Promise.all(asked.map(async ({ row, lookupKey }): Promise<[string, SourceRow | Error] | null> => {
			// What is remembered of its interviews is what they are.
			if (row.partial && row.partial.sign === lookupKey) return null;
			try {
				const whole = row.partial ? await this.one(row.id) : row;
				return whole && [row.id, whole];
			} catch (error) {
				if (!(error instanceof Error) || (error instanceof ApiError && (error.temporary || error.facts.cause === 'credential-invalid'))) return rethrow(error);
				return [row.id, error];
			}
		}));
		return new Map(read.filter((one) => one !== null));
	}

	/** A list that the token may not read is not told, and not empty. */
	async models(): Promise<ReadonlySet<ModelKey>> {
		const readable = this.wantsEvents && (await permitted(async () => await this.workable.page(EVENTS, 'events', { limit: 1 }))) !== null;
		return new Set([...IN_ROWS, ...(readable ? (['interviews'] as const) : [])]);
	}

	async gone(ids: readonly string[]): Promise<ReadonlyMap<string, SourceRow | null>> {
		const answer = new Map<string, SourceRow | null>();
		for (const id of ids) {
			const row = await candidateOf(this.workable, id);
			answer.set(id, row && this.sourceRow(asListed(row), await stagesFor(this.workable, [row]), {}));
		}
		return answer;
	}

	private async one(id: string): Promise<SourceRow | null> {
		const row = await candidateOf(this.workable, id);
		if (!row) return null;
		const events = await permitted(async () => await eventsOf(this.workable, id));
		for (const walk of this.underWay.values()) walk.outdated.add(id);
		return this.sourceRow(asListed(row), await stagesFor(this.workable, [row]), events ? { events } : {});
	}

	private async pageOf({ rows, next, answer }: WorkablePage, partsOf: (row: WorkableRow) => Parts): Promise<SourcePage> {
		const stageOf = await stagesFor(this.workable, rows);
		return sourcePage(answer, rows, next, (row) => this.sourceRow(row, stageOf, partsOf(row)));
	}

	private sourceRow(row: WorkableRow, stageOf: FindStage, parts: Parts): SourceRow {
		const models: ModelKey[] = [...IN_ROWS, ...(parts.events ? (['interviews'] as const) : [])];
		const application = toApplication(row, { models, stageOf, raw: this.options.raw }, parts);
		const known = models.filter((model) => (model === 'currentStage' ? application.currentStage?.id != null : model !== 'rejection' || typeof row.disqualified === 'boolean'));
		return { id: application.id, application, known: new Set(known), deleted: false, createdAt: createdAtOf(row), changedAt: toMillis(row.updated_at), lookupKey: parts.events ? signOf(parts.events) : null };
	}

	/** Asked once a poll: a list of those that are still to come, and of yesterday's. */
	private async upcoming(): Promise<Upcoming | null> {
		this.upcomingEvents ??= permitted(async () => {
			const start = upcomingDay();
			const query = { start_date: start, include_cancelled: true };
			const page = await this.workable.page(EVENTS, 'events', query);
			const rows = [...page.rows];
			for (let { next } = page; next !== null; ) {
				const more = await this.workable.page(EVENTS, 'events', query, next);
				if (more.next === next) throw new Error('Workable gave the same page of events twice: the list would never end.');
				rows.push(...more.rows);
				next = more.next;
			}
			return { from: Date.parse(start), page, rows };
		});
		return await this.upcomingEvents;
	}

	private get underWay(): Map<string, Walk> {
		return walks.of(this.workable.account, () => new Map());
	}

	private newWalk(): string {
		const name = digestOf(`${clock.now()} ${Math.random()}`);
		for (const [old, { at }] of this.underWay) if (clock.now() - at > WALK_LIFE_MS) this.underWay.delete(old);
		this.underWay.set(name, { at: clock.now(), events: new Map(), outdated: new Set() });
		return name;
	}
}

function addTo({ events }: Walk, event: WorkableRow): void {
	const candidate = candidateIdOf(event);
	const id = toId(event.id);
	if (candidate === null || id === null) return;
	const own = events.get(candidate) ?? new Map<string, WorkableRow>();
	events.set(candidate, own.set(id, event));
}

function partsOfWalk(walk: Walk | null, row: WorkableRow): Parts {
	const id = toId(row.id);
	return walk === null || id === null || walk.outdated.has(id) ? {} : { events: [...(walk.events.get(id)?.values() ?? [])] };
}

/** Who came after the day from which events are read has no older ones. */
function partsIn(upcoming: Upcoming | null, row: WorkableRow): Parts {
	const id = toId(row.id);
	if (upcoming === null || id === null || (createdAtOf(row) ?? 0) < upcoming.from) return {};
	return { events: upcoming.rows.filter((event) => candidateIdOf(event) === id) };
}

/** The candidates who have an event; those of whom another sign is remembered are read. */
function signsOf({ rows }: Upcoming): SourceRow[] {
	const events = new Map<string, WorkableRow[]>();
	for (const event of rows) {
		const candidate = candidateIdOf(event);
		if (candidate !== null) events.set(candidate, [...(events.get(candidate) ?? []), event]);
	}
	return [...events].map(([candidate, own]) => partialRow(PROVIDER, candidate, signOf(own)));
}

/** Says which events somebody has from yesterday on, and how they stand: remembered with the application. */
function signOf(events: readonly WorkableRow[]): string {
	const from = Date.parse(upcomingDay());
	const signs = events.filter(({ starts_at: start }) => (toMillis(start) ?? from) >= from).map((event) => [event.id, event.starts_at, event.ends_at, event.cancelled, event.title].map(String).join(' '));
	return digestOf([...new Set(signs)].sort().join('\n'));
}

const upcomingDay = (): string => dayOf(clock.now() - DAY);

/** As a list shows it: what only the single record tells would look like a change. */
function asListed(row: WorkableRow): WorkableRow {
	return { ...row, disqualified_at: null };
}
