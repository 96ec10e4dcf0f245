import { isLively, pageAt, sourcePage } from '../../lib/ats/kit';
import { toId, toMillis, type Application, type ModelKey } from '../../lib/ats/model';
import type { AdapterSource, ReadOptions } from '../../lib/ats/provider';
import { partialRow, type SourcePage, type SourceRow } from '../../lib/ats/source';
import { clock } from '../../lib/clock';
import { ApiError, rethrow, settled } from '../../lib/errors';
import type { Query } from '../../lib/http/path';
import { path } from '../../lib/http/path';
import { ALL_ROWS, pageOf, type LeverApi, type LeverRow } from './api';
import { appliedAtOf, contactIdOf, IN_ROWS, PROVIDER, statusOf, toApplication, type ArchiveReason } from './mapping';
import { EXPANDED, OPPORTUNITIES, partsBehind, partOf, partsOf } from './parts';
import { readReasons, reasonsFor } from './reasons';
import { DAY } from '../../lib/poll/limits';

/** How the trigger reads Lever. What moves `updatedAt` is documented field by field: https://hire.lever.co/developer/updates (2020-08-28) */

/** Since 2022-10-03 deleted opportunities are a list of their own. Both bounds are sent: only the first is known to be optional nowhere. */
const DELETED = '/opportunities/deleted';
/** Each is a request of its own; the rate limit spreads them. */
const AT_ONCE = 4;
/** How long the token of a page lives is not known: with its parts a page of 100 would take most of a minute. */
const PAGE_WITH_PARTS = 20;

interface Reading extends ReadOptions {
	/** What is read of each opportunity on its own. */
	apart: readonly ModelKey[];
}

export function changeSource(lever: LeverApi, options: ReadOptions): AdapterSource {
	const apart = options.models.filter((model) => partsBehind([model]).length > 0);
	const reading = { ...options, apart };
	/** The rows of the page at hand, for the details that are asked of them. */
	let rows = new Map<string, SourceRow>();
	const opportunities = async (query: Query): Promise<SourcePage> => {
		const page = await opportunityPage(lever, query, reading);
		rows = new Map(page.rows.map((row) => [row.id, row]));
		return page;
	};
	return {
		kind: 'applications',
		probe: async () => await probe(lever, apart),
		readWindow: async ({ since, cursor }) => {
			const at = placeOf(cursor);
			const from = Math.floor(since);
			return await fromToken(at.offset, async () => {
				if (at.list === 'deleted') return await deletedPage(lever, from, at);
				const page = await opportunities({ updated_at_start: from, offset: at.offset });
				return { ...page, next: page.next ? `o|${page.next}` : `d|${Math.ceil(clock.now()) + DAY}|` };
			});
		},
		readAll: async ({ cursor }) => await fromToken(cursor, async () => {
			const page = await opportunities({ offset: cursor });
			// Offers and files move no stamp.
			return apart.length === 0 ? page : { ...page, rows: [...page.rows, ...page.rows.filter(isLively).map(({ id, lookupKey }) => partialRow(PROVIDER, id, '', lookupKey))] };
		}),
		...(apart.length > 0 ? { details: { compared: true, atOnce: AT_ONCE, read: async (asked) => await detailsOf(lever, asked.map(({ row }) => (row.partial && rows.get(row.id)) || row), reading) } } : {}),
		confirmGone: async (missing) => await goneOf(lever, missing.map(({ id }) => id)),
	};
}

/** With the same filters as before, only the token can be what is refused: `Invalid offset token`. */
const fromToken = async (offset: string | null, ask: () => Promise<SourcePage>) => await pageAt(offset, ask, [400]);

type Place = { list: 'opportunities'; offset: string | null } | { list: 'deleted'; end: number; offset: string | null };

/** `o|token` or `d|end|token`: the filters of a token have to be the same on every page. */
function placeOf(cursor: string | null): Place {
	const [list, ...rest] = (cursor ?? 'o|').split('|');
	if (list === 'd') return { list: 'deleted', end: Number(rest[0]), offset: rest.slice(1).join('|') || null };
	return { list: 'opportunities', offset: rest.join('|') || null };
}

async function opportunityPage(lever: LeverApi, query: Query, reading: Reading): Promise<SourcePage> {
	const answer = await lever.answer(OPPORTUNITIES + EXPANDED, { ...ALL_ROWS, limit: reading.apart.length === 0 ? 100 : PAGE_WITH_PARTS, ...query });
	const { rows, next } = pageOf(answer.body);
	const reasons = await reasonsFor(lever, rows);
	return sourcePage(answer, rows, next, (row) => sourceRow(row, reasons, reading));
}

async function deletedPage(lever: LeverApi, since: number, { end, offset }: { end: number; offset: string | null }): Promise<SourcePage> {
	const answer = await lever.answer(DELETED, { deleted_at_start: since, deleted_at_end: end, offset });
	const { rows, next } = pageOf(answer.body);
	return sourcePage(answer, rows, next === null ? null : `d|${end}|${next}`, deletedRow);
}

/** Of its fields only the id is certain. */
function deletedRow(row: LeverRow): SourceRow {
	const id = toId(row.id);
	if (id === null) throw new Error('Lever gave a deleted opportunity without an ID');
	const application: Application = { provider: PROVIDER, id, info: null, currentStage: null, interviews: null, rejection: null, offers: null, attachments: null };
	return { id, application, known: new Set(), deleted: true, createdAt: null, changedAt: toMillis(row.deletedAt) };
}

function sourceRow(row: LeverRow, reasons: ReadonlyMap<string, ArchiveReason>, { raw }: Pick<Reading, 'raw'>): SourceRow {
	const application = toApplication(row, { models: IN_ROWS, reasons, raw });
	// An archive for a reason that nobody knows says neither that there is a rejection nor that there is none.
	const known = new Set(IN_ROWS.filter((model) => model !== 'rejection' || statusOf(row, reasons) !== 'NOT_SPECIFIED'));
	return { id: application.id, application, known, deleted: false, createdAt: appliedAtOf(row), changedAt: toMillis(row.updatedAt), lookupKey: contactIdOf(row) };
}

/** The rest of each row. One that fails does not stop the others. */
async function detailsOf(lever: LeverApi, asked: readonly SourceRow[], reading: Reading): Promise<Map<string, SourceRow | Error>> {
	const read = new Map<string, SourceRow | Error>();
	await Promise.all(asked.map(async (row) => read.set(row.id, await settled(async () => await completed(lever, row, reading)))));
	const failures = [...read.values()].filter((one) => one instanceof Error);
	const hopeless = failures.find((error) => error instanceof ApiError && (error.temporary || error.facts.cause === 'credential-invalid'));
	if (hopeless && failures.length === read.size) throw hopeless;
	return read;
}

async function completed(lever: LeverApi, row: SourceRow, reading: Reading): Promise<SourceRow> {
	if (row.deleted || reading.apart.every((model) => row.known.has(model))) return row;
	const whole = row.partial ? await readOne(lever, row.id, reading) : row;
	const parts = toApplication({ id: row.id }, { models: reading.apart, reasons: new Map() }, await partsOf(lever, row.id, reading.apart));
	const application = { ...whole.application };
	if (reading.apart.includes('interviews')) application.interviews = parts.interviews;
	if (reading.apart.includes('offers')) application.offers = parts.offers;
	if (reading.apart.includes('attachments')) application.attachments = parts.attachments;
	return { ...whole, application, known: new Set([...whole.known, ...reading.apart]) };
}

async function readOne(lever: LeverApi, id: string, reading: Reading): Promise<SourceRow> {
	const row = await lever.get(path`/opportunities/${id}` + EXPANDED);
	return sourceRow(row, await reasonsFor(lever, [row]), reading);
}

/** Asks what the window asks: each part has a right of its own. Without the reasons nobody knows who was hired. */
async function probe(lever: LeverApi, apart: readonly ModelKey[]): Promise<void> {
	const { rows } = pageOf((await lever.answer(OPPORTUNITIES + EXPANDED, { ...ALL_ROWS, limit: 1 })).body);
	await lever.answer(DELETED, { deleted_at_start: Math.floor(clock.now()), deleted_at_end: Math.ceil(clock.now()) + DAY });
	await readReasons(lever);
	const id = toId(rows[0]?.id);
	if (id !== null) for (const name of partsBehind(apart)) await partOf(lever, id, name);
}

/** Not there is gone. One that the key may no longer see lives, as far as anybody knows. */
async function goneOf(lever: LeverApi, ids: readonly string[]): Promise<Map<string, SourceRow | null>> {
	const gone = new Map<string, SourceRow | null>();
	await Promise.all(ids.map(async (id) => {
		try {
			await lever.get(path`/opportunities/${id}`);
		} catch (error) {
			if (!(error instanceof ApiError) || (error.facts.status !== 404 && error.facts.status !== 403)) return rethrow(error);
			if (error.facts.status === 404) gone.set(id, null);
		}
	}));
	return gone;
}
