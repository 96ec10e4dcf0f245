import { z } from 'zod/v4';

import { clock } from '../../lib/clock';
import { ApiError, rethrow } from '../../lib/errors';
import { lazily } from '../../lib/lazily';
import { toId, toMillis, type ModelKey } from '../../lib/ats/model';
import { sourcePage } from '../../lib/ats/kit';
import { CursorRefused, MarkRefused, partialRow, type ChangeSource, type SourcePage, type SourceRow } from '../../lib/ats/source';
import { digestOf } from '../../lib/http/digest';
import { ProcessMap } from '../../lib/processMap';
import { PAGE_SIZE, type AshbyApi, type AshbyMethod, type Given, type ListAnswer } from './api';
import { IN_ROWS, isLead, PROVIDER, toApplication, type Parts } from './mapping';
import { applicationOf, Collected, partsOf, permitted, personIdOf, SIDES, type Side } from './parts';
import { DAY } from '../../lib/poll/limits';

/*
 * How the trigger reads Ashby. No list takes a date of change; each hands out a sync token with its last page, and shows what changed
 * since when the token comes back: https://developers.ashbyhq.com/docs/pagination-and-incremental-sync
 */

const APPLICATIONS = 'application.list';

/** Rows whose details are asked for at a time. */
const AT_ONCE = 5;
const WALK_LIFE_MS = 60 * 60_000;

/** Where a read over several lists stands. */
const placeSchema = lazily(() =>
	z.object({
		/** Index of the list. */
		list: z.number().int().min(0),
		cursor: z.string().nullable(),
		/** Sync tokens by list: new where the list has been read to its end, else the one that it is read with. */
		tokens: z.record(z.string(), z.string()),
		/** Some list gave a new one. */
		isNew: z.boolean(),
		/** Of a full read. */
		walk: z.string().optional(),
	}),
);
type Place = z.infer<ReturnType<typeof placeSchema>>;

const tokensSchema = lazily(() => z.record(z.string(), z.string()));

/** Full reads that are under way in this process, by account. One that is lost begins again. */
const walks = new ProcessMap<Map<string, { at: number; collected: Collected }>>(WALK_LIFE_MS);

export interface ChangeOptions {
	models: readonly ModelKey[];
	raw: boolean;
	leaveOutLeads: boolean;
}

export function changeSource(ashby: AshbyApi, options: ChangeOptions): Omit<ChangeSource, 'provider' | 'label' | 'events' | 'scope'> {
	const reader = new Reader(ashby, options);
	return {
		kind: 'applications',
		marks: true,
		probe: async () => void (await ashby.page(APPLICATIONS, { limit: 1 })),
		readWindow: async ({ cursor, mark }) => await reader.window(cursor, mark),
		readAll: async ({ cursor }) => await reader.all(cursor),
		details: { compared: false, atOnce: AT_ONCE, read: async (asked) => await reader.details(asked.map(({ row }) => row)) },
		readModels: async () => await reader.models(),
		confirmGone: async (missing) => await reader.gone(missing.map(({ id }) => id)),
		readExamples: async (count) => await reader.examples(count),
	};
}

class Reader {
	private readonly sides: readonly Side[];

	/** Applications that this poll's lists showed: their details need not ask for them again. */
	private readonly shown = new Map<string, Given>();

	constructor(
		private readonly ashby: AshbyApi,
		private readonly options: ChangeOptions,
	) {
		this.sides = SIDES.filter(({ model }) => options.models.includes(model));
	}

	/** One page of what changed in the applications, then in each side list. */
	async window(cursor: string | null, mark: string | null): Promise<SourcePage> {
		const place = cursor === null ? { list: 0, cursor: null, tokens: this.tokensOf(mark), isNew: false } : this.placeOf(cursor);
		const lists = [APPLICATIONS, ...this.sides.map(({ method }) => method)] as const;
		return await this.page(place, lists, (method, row) => (method === APPLICATIONS ? [this.changed(row)] : this.signs(method, row)));
	}

	/** One page of everything: the side lists first, without rows, then the applications with what they hold. */
	async all(cursor: string | null): Promise<SourcePage> {
		const place = cursor === null ? this.newWalk() : this.placeOf(cursor);
		const collected = this.underWay.get(place.walk ?? '')?.collected;
		if (!collected) throw new CursorRefused('What was read of interviews, offers and files is lost with the process that read it');
		const lists = [...this.sides.map(({ method }) => method), APPLICATIONS] as const;
		const page = await this.page(place, lists, (method, row) => {
			if (method === APPLICATIONS) return [this.sourceRow(row, collected.partsOf(row))];
			collected.add(method, row);
			return [];
		}, (method) => collected.end(method));
		if (!page.next) this.underWay.delete(place.walk ?? '');
		return page;
	}

	async details(rows: readonly SourceRow[]): Promise<ReadonlyMap<string, SourceRow | Error>> {
		const read = await Promise.all(
			rows.map(async (row): Promise<[string, SourceRow | Error] | null> => {
				// A row of a full read is whole.
				if (!row.partial) return [row.id, row];
				try {
					const application = this.shown.get(row.id) ?? (await applicationOf(this.ashby, row.id));
					return application && [row.id, this.sourceRow(application, await this.partsOf(application))];
				} catch (error) {
					if (!(error instanceof Error) || (error instanceof ApiError && (error.temporary || error.facts.cause === 'credential-invalid'))) return rethrow(error);
					return [row.id, error];
				}
			}),
		);
		return new Map(read.filter((one) => one !== null));
	}

	/** A list that the key may not read is not told, and not empty. */
	async models(): Promise<ReadonlySet<ModelKey>> {
		const known = new Set<ModelKey>(IN_ROWS);
		for (const { method, model } of this.sides) if (await permitted(async () => await this.ashby.page(method, { limit: 1 }))) known.add(model);
		return known;
	}

	async gone(ids: readonly string[]): Promise<ReadonlyMap<string, SourceRow | null>> {
		const answer = new Map<string, SourceRow | null>();
		for (let from = 0; from < ids.length; from += AT_ONCE) {
			await Promise.all(
				ids.slice(from, from + AT_ONCE).map(async (id) => {
					const application = await applicationOf(this.ashby, id);
					answer.set(id, application && this.sourceRow(application, {}));
				}),
			);
		}
		return answer;
	}

	async examples(count: number): Promise<readonly SourceRow[]> {
		const recent = await this.ashby.page(APPLICATIONS, { limit: PAGE_SIZE, createdAfter: Math.trunc(clock.now() - 30 * DAY) });
		const { rows } = recent.rows.length > 0 ? recent : await this.ashby.page(APPLICATIONS, { limit: PAGE_SIZE });
		const latest = rows.filter((row) => !this.isLeftOut(row)).sort((a, b) => (toMillis(b.updatedAt) ?? 0) - (toMillis(a.updatedAt) ?? 0));
		return await Promise.all(latest.slice(0, count).map(async (row) => this.sourceRow(row, await this.partsOf(row))));
	}

	/** A page of the list in which the read stands, and where it goes on. */
	private async page(place: Place, lists: readonly AshbyMethod[], read: (method: AshbyMethod, row: Given) => readonly SourceRow[], ended: (method: AshbyMethod) => void = () => undefined): Promise<SourcePage> {
		const method = lists[place.list];
		if (method === undefined) throw new CursorRefused();
		const isSide = method !== APPLICATIONS;
		const token = place.walk === undefined ? place.tokens[method] : undefined;
		const page = await permitted(async () => await this.ask(method, token, place.cursor), isSide);
		if (page?.next) return pageOf(page, read.bind(null, method), { ...place, cursor: page.next });
		if (page) ended(method);
		const after: Place = {
			...place,
			list: place.list + 1,
			cursor: null,
			...(page?.syncToken ? { tokens: { ...place.tokens, [method]: page.syncToken }, isNew: true } : {}),
		};
		const hasMore = after.list < lists.length;
		// A list that may not be read has no page: the next one takes its place.
		if (!page) return hasMore ? await this.page(after, lists, read, ended) : { rows: [], next: null, mark: markOf(after), date: null, tookMs: 0 };
		return { ...pageOf(page, read.bind(null, method), hasMore ? after : null), mark: hasMore ? null : markOf(after) };
	}

	private async ask(method: AshbyMethod, token: string | undefined, cursor: string | null): Promise<ListAnswer> {
		try {
			return await this.ashby.page(method, { limit: PAGE_SIZE, ...(token === undefined ? {} : { syncToken: token }), ...(cursor === null ? {} : { cursor }) });
		} catch (error) {
			if (!(error instanceof ApiError) || error.temporary) return rethrow(error);
			const { code = '' } = error.facts;
			// Unused for about a month, or of a list that is no longer the same: nothing else in these calls can be wrong.
			if (token !== undefined && (code === 'sync_token_expired' || (cursor === null && code === 'invalid_input'))) return rethrow(new MarkRefused(`Ashby no longer takes the sync token of ${method}`));
			if (cursor !== null && (code === 'invalid_input' || /cursor/i.test(code))) return rethrow(new CursorRefused());
			return rethrow(error);
		}
	}

	/** What a changed application is compared with: the row itself, or all of it where parts have to be asked for. */
	private changed(row: Given): SourceRow {
		const whole = this.sourceRow(row, {});
		if (this.sides.length === 0) return whole;
		this.shown.set(whole.id, row);
		return partialRow(PROVIDER, whole.id, '');
	}

	/** The applications that a row of a side list is about. */
	private signs(method: AshbyMethod, row: Given): SourceRow[] {
		const ids = method === 'candidate.list' ? (Array.isArray(row.applicationIds) ? row.applicationIds : []) : [row.applicationId];
		if (method === 'candidate.list') this.outdate(toId(row.id));
		return ids.flatMap((value: unknown) => {
			const id = toId(value);
			this.outdate(id);
			return id === null ? [] : [partialRow(PROVIDER, id, '')];
		});
	}

	private sourceRow(row: Given, parts: Parts): SourceRow {
		const known: ModelKey[] = [...IN_ROWS, ...SIDES.map(({ model }) => model).filter((model) => parts[model] !== undefined && parts[model] !== null)];
		const application = toApplication(row, known, parts, this.options.raw);
		const deleted = this.isLeftOut(row);
		return { id: application.id, application, known: new Set(known), deleted, createdAt: deleted ? clock.now() : toMillis(row.createdAt), changedAt: toMillis(row.updatedAt) };
	}

	/** Remembered as if it were not there and never had been, so that it counts as new once somebody applies. */
	private isLeftOut(row: Given): boolean {
		return this.options.leaveOutLeads && isLead(row);
	}

	private async partsOf(application: Given): Promise<Parts> {
		const id = toId(application.id);
		const person = personIdOf(application);
		for (const one of [id, person]) this.outdate(one);
		return await partsOf(this.ashby, id, person, this.sides.map(({ model }) => model));
	}

	private get underWay(): Map<string, { at: number; collected: Collected }> {
		return walks.of(this.ashby.account, () => new Map());
	}

	private newWalk(): Place {
		const walk = digestOf(`${clock.now()} ${Math.random()}`);
		for (const [name, { at }] of this.underWay) if (clock.now() - at > WALK_LIFE_MS) this.underWay.delete(name);
		this.underWay.set(walk, { at: clock.now(), collected: new Collected() });
		return { list: 0, cursor: null, tokens: {}, isNew: false, walk };
	}

	private outdate(id: string | null): void {
		if (id !== null) for (const { collected } of this.underWay.values()) collected.outdate(id);
	}

	private placeOf(cursor: string): Place {
		const place = placeSchema().safeParse(parsed(cursor));
		if (!place.success) throw new CursorRefused();
		return place.data;
	}

	private tokensOf(mark: string | null): Record<string, string> {
		const tokens = tokensSchema().safeParse(parsed(mark ?? '{}'));
		if (!tokens.success) throw new MarkRefused();
		return tokens.data;
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Without a new token in any list, the last mark is as good. */
function markOf({ tokens, isNew }: Place): string | null {
	return isNew ? JSON.stringify(tokens) : null;
}

function pageOf({ answer, rows }: ListAnswer, read: (row: Given) => readonly SourceRow[], next: Place | null): SourcePage {
	const page = sourcePage(answer, rows, next && JSON.stringify(next), read);
	return { ...page, rows: page.rows.flat() };
}
