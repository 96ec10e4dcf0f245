import { clock } from '../../lib/clock';
import { ApiError, CursorRefused, rethrow } from '../../lib/errors';
import { digestOf } from '../../lib/http/digest';
import { ProcessMap } from '../../lib/processMap';
import { dateOf } from '../../lib/ats/kit';
import { toId, toMillis, type ModelKey } from '../../lib/ats/model';
import type { SourcePage } from '../../lib/ats/source';
import type { Query } from '../../lib/http/path';
import { AT_ONCE, PAGE_SIZE, type GreenhouseApi, type Row } from './api';
import type { Lists } from './parts';

/*
 * The first read needs the parts of every application. Asked for by 50 ids, they take ten times the requests of their lists, which
 * come 500 a page: so it reads these lists whole before it reads the applications.
 */

interface WholeList {
	path: string;
	/** By which of its fields applications find their rows. */
	key: 'id' | 'application_id' | 'interview_id';
	/** Read only where this was asked for. */
	model?: ModelKey;
	/** What is used of a row: all of them are in memory at once. */
	fields: readonly string[];
}

const ROW = ['id', 'application_id', 'created_at', 'updated_at'] as const;
const LISTS: readonly WholeList[] = [
	{ path: '/candidates', key: 'id', fields: ['id', 'first_name', 'last_name', 'phone_numbers', 'email_addresses', 'website_addresses', 'social_media_addresses', 'addresses'] },
	{ path: '/rejection_details', key: 'application_id', fields: [...ROW, 'rejection_reason_id', 'rejected_at'] },
	{ path: '/application_stages', key: 'application_id', fields: ['id', 'application_id', 'job_interview_stage_id', 'entered_at', 'current'] },
	{ path: '/job_interview_stages', key: 'id', fields: ['id', 'name'] },
	{ path: '/interviews', key: 'application_id', model: 'interviews', fields: [...ROW, 'job_interview_id', 'starts_at', 'all_day_start_on', 'ends_at', 'all_day_end_on', 'video_conferencing_url', 'location', 'organizer_id', 'status'] },
	{ path: '/interviewers', key: 'interview_id', model: 'interviews', fields: ['id', 'interview_id', 'user_id', 'email'] },
	{ path: '/job_interviews', key: 'id', model: 'interviews', fields: ['id', 'name', 'job_interview_stage_id'] },
	{ path: '/offers', key: 'application_id', model: 'offers', fields: [...ROW, 'version', 'status', 'sent_on', 'resolved_at'] },
	{ path: '/attachments', key: 'application_id', model: 'attachments', fields: [...ROW, 'type', 'filename', 'url'] },
];

/** With fewer applications than this in a page, a list is no faster than asking for the rows of those that need it. */
const WORTH_IT = 2 * AT_ONCE;
const MOST_ROWS = 200_000;
const LIFE_MS = 15 * 60_000;
const CLOCKS_MS = 60_000;

/** First reads under way in this process, by the name that their cursors carry. After a restart the rest is asked for by ids. */
const underWay = new ProcessMap<WholeLists | null>(LIFE_MS);

type Index = Map<string, Map<unknown, Row>>;

export class WholeLists implements Lists {
	private readonly read = new Map<string, Index | ApiError | null>();
	private rows = 0;
	/** Vendor's time: what was changed since is in these lists or not. */
	private begun: number | null = null;

	private constructor(
		readonly name: string,
		private readonly lists: readonly WholeList[],
		private greenhouse: GreenhouseApi,
	) {}

	static begin(greenhouse: GreenhouseApi, models: readonly ModelKey[]): WholeLists {
		const name = digestOf(`${clock.now()} ${Math.random()}`);
		const made = new WholeLists(name, LISTS.filter(({ model }) => model === undefined || models.includes(model)), greenhouse);
		underWay.of(name, () => made);
		return made;
	}

	static named(name: string, greenhouse: GreenhouseApi): WholeLists | null {
		const known = underWay.of(name, () => null);
		// Each poll has its own deadline.
		if (known) known.greenhouse = greenhouse;
		return known;
	}

	end(): void {
		underWay.delete(this.name);
	}

	/** The next page of these lists, and the place after it; null: they are read. */
	async page(path: string, next: string | null): Promise<{ page: SourcePage; path: string | undefined; next: string | null } | null> {
		for (let at = path === '' ? 0 : this.lists.findIndex((list) => list.path === path), place = next; ; at++, place = null) {
			const list = this.lists[at];
			if (!list) return null;
			try {
				const { answer, rows, next: following } = await this.greenhouse.page(list.path, { per_page: PAGE_SIZE }, place);
				const date = dateOf(answer);
				this.begun ??= (date ?? clock.now()) - answer.tookMs - CLOCKS_MS;
				const goesOn = this.take(list, rows) && following !== null;
				return { page: { rows: [], date, tookMs: answer.tookMs }, path: goesOn ? list.path : this.lists[at + 1]?.path, next: goesOn ? following : null };
			} catch (error) {
				const refusal = error instanceof CursorRefused ? null : error instanceof ApiError && error.facts.status === 403 ? error : rethrow(error);
				this.read.set(list.path, refusal);
			}
		}
	}

	/** False: the list is not worth reading on. */
	private take({ path, key, fields }: WholeList, rows: readonly Row[]): boolean {
		const known = this.read.get(path) ?? new Map<string, Map<unknown, Row>>();
		if (known instanceof ApiError) return false;
		const here = new Set<string>();
		for (const row of rows) {
			const id = toId(row[key]);
			if (id === null) continue;
			here.add(id);
			const mine = known.get(id) ?? new Map<unknown, Row>();
			known.set(id, mine.set(row.id, Object.fromEntries(fields.map((field) => [field, row[field]]))));
		}
		this.rows += rows.length;
		const isWorthIt = this.rows <= MOST_ROWS && (rows.length < PAGE_SIZE || here.size >= WORTH_IT);
		this.read.set(path, isWorthIt ? known : null);
		return isWorthIt;
	}

	/** Whether these lists show it as it is, or as it was before. */
	isCurrent(row: Row): boolean {
		const times = [toMillis(row.created_at), toMillis(row.updated_at)].filter((at) => at !== null);
		return this.begun !== null && times.length > 0 && Math.max(...times) < this.begun;
	}

	async of(path: string, filter: string, ids: readonly string[], query?: Query): Promise<Row[]> {
		const list = this.read.get(path);
		if (list instanceof ApiError) throw list;
		if (!list) return await this.greenhouse.of(path, filter, ids, query);
		const unique = [...new Set(ids)];
		const missing = filter === 'ids' ? unique.filter((id) => !list.has(id)) : [];
		return [...unique.flatMap((id) => [...(list.get(id)?.values() ?? [])]), ...(await this.greenhouse.of(path, filter, missing, query))];
	}

	async known(path: string, query?: Query): Promise<Row[]> {
		return await this.greenhouse.known(path, query);
	}
}
