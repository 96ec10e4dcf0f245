import type { FastifyRequest } from 'fastify';
import type { Base, ModelName, Models } from '../model.cts';
import { CursorError } from '../paging.cts';
import { hash32 } from '../random.cts';
import type { Body } from './guard.cts';
import type { Row } from './rows.cts';
import { fail, type AshbyState } from './state.cts';

const PAGE = 100;

export interface Listing<M extends ModelName> {
	name: string;
	model: M;
	row(record: Models[M], body: Body): Row;
	/** its own filters, beside `createdAfter` */
	fits?(record: Models[M], body: Body): boolean;
}

/** Which records of each list changed, in the order in which reads began to show it. */
export class Changes {
	private readonly logs = new Map<string, Array<{ seq: number; number: number }>>();

	/** Rises with every change that became visible. */
	seq = 0;

	constructor(state: AshbyState) {
		const { world } = state;
		const touch = (list: string, record: Base | undefined): void => {
			if (!record) return;
			const log = this.logs.get(list) ?? [];
			this.logs.set(list, log);
			log.push({ seq: this.seq, number: record.number });
		};
		state.onLead = (application) => {
			this.seq++;
			touch('application', application);
		};
		world.onChange(({ model, record, kind }) => {
			this.seq++;
			touch(model, record);
			const of = (field: string): string | null => {
				const id: unknown = Reflect.get(record, field);
				return typeof id === 'string' ? id : null;
			};
			if (model === 'attachment' || (model === 'application' && kind !== 'changed')) touch('candidate', world.candidates.get(of('candidateId')));
			if (model === 'candidate' && state.candidateTouchesApplications) for (const application of world.applications.by('candidateId', record.id)) touch('application', application);
		});
	}

	/** Numbers of the records that changed since, the oldest record first. */
	since(list: string, seq: number): number[] {
		const log = this.logs.get(list) ?? [];
		let from = log.length;
		while (from > 0 && (log[from - 1]?.seq ?? 0) > seq) from--;
		return [...new Set(log.slice(from).map(({ number }) => number))].sort((a, b) => a - b);
	}
}

/** Pages, cursors and sync tokens: https://developers.ashbyhq.com/docs/pagination-and-incremental-sync */
export class Lists {
	readonly changes: Changes;

	/** When a token was used last. */
	private readonly used = new Map<string, number>();

	private kept: { key: string; rows: readonly Base[] } | null = null;

	private readonly json = new Map<string, WeakMap<Base, Row>>();

	constructor(private readonly state: AshbyState) {
		this.changes = new Changes(state);
		const { world } = state;
		const { onLead } = state;
		state.onLead = (application) => {
			onLead(application);
			this.json.get('application.list')?.delete(application);
		};
		world.onChange(({ model, record }) => {
			if (model === 'application') this.json.get('application.list')?.delete(record);
			else if (model === 'candidate') for (const application of world.applications.by('candidateId', record.id)) this.json.get('application.list')?.delete(application);
			else if (model !== 'activity' && model !== 'interview' && model !== 'offer' && model !== 'note') this.json.clear();
		});
	}

	page<M extends ModelName>(listing: Listing<M>, body: Body, request: FastifyRequest): Row {
		const { tools } = this.state;
		const { cursor, syncToken, limit = PAGE, ...filters } = body;
		if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > PAGE) throw fail('invalid_input', `limit: must be between 1 and ${PAGE}`);
		const asked = JSON.stringify([listing.name, Object.entries(filters).sort()]);
		const walk = typeof cursor === 'string' ? walkOf(cursor) : { cursor: null, since: typeof syncToken === 'string' ? this.read(syncToken, asked) : null, start: this.changes.seq };
		const page = tools.pager.page(request, this.select(listing, walk.since, filters, asked), { cursor: walk.cursor, size: limit, filters: asked });
		const more = page.next !== null;
		const isQuiet = page.rows.length === 0;
		return {
			results: page.rows.map((record) => this.rowOf(listing, record, body)),
			moreDataAvailable: more,
			// There may be one though nothing follows: what it leads to is not said.
			...(more ? { nextCursor: [page.next, walk.since ?? '', walk.start].join('~') } : isQuiet ? {} : { nextCursor: 'end' }),
			...(more || (isQuiet && (!this.state.quietToken || request.fault?.kind === 'nothing')) ? {} : { syncToken: this.write(walk.start, asked) }),
		};
	}

	private select<M extends ModelName>(listing: Listing<M>, since: number | null, filters: Body, asked: string): readonly Models[M][] {
		const { world, tools } = this.state;
		const key = [asked, since, this.changes.seq, tools.faults.order, this.state.confidential].join();
		// The same question while nothing changes: the list of the page before.
		if (this.kept?.key === key) return this.kept.rows as readonly Models[M][];
		const { createdAfter } = filters;
		// Deleted records are gone from lists and from what changed alike: nothing says that they come as such.
		const all = since === null ? world.collection(listing.model).rows : this.changes.since(listing.model, since).map((number) => world.collection(listing.model).byNumber(number)).filter((record) => record !== undefined);
		const rows = tools.pager.ordered(
			all.filter(
				(record) =>
					record.deletedAt === null &&
					this.state.visible(listing.model, record) &&
					(typeof createdAfter !== 'number' || record.createdAt > createdAfter) &&
					(listing.fits?.(record, filters) ?? true),
			),
		);
		this.kept = { key, rows };
		return rows;
	}

	/** Rows of applications are kept: large worlds are read again and again. */
	private rowOf<M extends ModelName>(listing: Listing<M>, record: Models[M], body: Body): Row {
		if (listing.name !== 'application.list') return listing.row(record, body);
		const known = this.json.get(listing.name) ?? new WeakMap<Base, Row>();
		this.json.set(listing.name, known);
		const row = known.get(record) ?? listing.row(record, body);
		known.set(record, row);
		return row;
	}

	private write(start: number, asked: string): string {
		return Buffer.from(JSON.stringify([start, hash32(asked), this.state.world.clock.now()])).toString('base64url');
	}

	private read(token: string, asked: string): number {
		const now = this.state.world.clock.now();
		let parts: unknown;
		try {
			parts = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
		} catch {
			parts = null;
		}
		const [start, made, issued] = Array.isArray(parts) ? parts : [];
		if (typeof start !== 'number' || typeof issued !== 'number' || made !== hash32(asked)) throw fail('invalid_input', 'syncToken: is not one of this list with these filters');
		if (now - (this.used.get(token) ?? issued) > this.state.tokenLife) throw fail('sync_token_expired', 'The sync token has expired: read the whole list again without it.');
		this.used.set(token, now);
		return start;
	}
}

function walkOf(cursor: string): { cursor: string; since: number | null; start: number } {
	const [place = '', since = '', start = ''] = cursor.split('~');
	if (start === '') throw new CursorError('The cursor is not one of ours.');
	return { cursor: place, since: since === '' ? null : Number(since), start: Number(start) };
}
