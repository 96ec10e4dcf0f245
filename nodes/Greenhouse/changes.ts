import { clock } from '../../lib/clock';
import type { Query } from '../../lib/http/path';
import { MODEL_KEYS, toId, toMillis, type ModelKey } from '../../lib/ats/model';
import { isLively, sourcePage } from '../../lib/ats/kit';
import type { AdapterSource, ReadOptions } from '../../lib/ats/provider';
import { CursorRefused, partialRow, type SourceRow } from '../../lib/ats/source';
import { AT_ONCE, PAGE_SIZE, type GreenhouseApi, type ListPage, type Row } from './api';
import { idOf, isApplication, PROVIDER, toApplication } from './mapping';
import { completed, ifAllowed, knownOf } from './parts';
import { WholeLists } from './wholeLists';

/**
 * How the trigger reads Greenhouse. What moves an application's `updated_at` is not documented, and interviews, offers and files
 * have stamps of their own: so a window is one list after the other, and a row of any of them names an application to look at.
 * https://harvestdocs.greenhouse.io/docs/list-endpoints
 */
const APPLICATIONS = '/applications';

interface List {
	path: string;
	/** Read only where this was asked for. */
	model?: ModelKey;
	/** The list takes `job_ids`. */
	byJob?: true;
}

const LISTS: readonly List[] = [
	{ path: APPLICATIONS, byJob: true },
	{ path: '/application_stages' },
	{ path: '/rejection_details' },
	{ path: '/interviews', model: 'interviews', byJob: true },
	{ path: '/offers', model: 'offers', byJob: true },
	{ path: '/attachments', model: 'attachments' },
];

/** What a row of `/applications` itself shows. */
const IN_ROWS: readonly ModelKey[] = ['info', 'currentStage'];

export function changeSource(greenhouse: GreenhouseApi, { models, jobIds, raw }: ReadOptions): AdapterSource {
	const lists = LISTS.filter(({ model }) => model === undefined || models.includes(model));
	const known = MODEL_KEYS.filter((model) => IN_ROWS.includes(model) || model === 'rejection' || models.includes(model));
	/** One filter takes 50 values: beyond that the jobs are sorted out on emission alone. */
	const jobs: Query = jobIds.length > 0 && jobIds.length <= AT_ONCE ? { job_ids: jobIds } : {};
	const wholeRows = new WeakMap<SourceRow, Row>();
	/** Of the first read. */
	let wholeLists: WholeLists | null = null;

	const rowOf = (row: Row): SourceRow => {
		const application = toApplication(row, {}, IN_ROWS, raw);
		const source = { id: application.id, application, known: knownOf(application, IN_ROWS), deleted: false, ...timesOf(row) };
		wholeRows.set(source, row);
		return source;
	};
	const again = (row: SourceRow): SourceRow => {
		const partial = partialRow(PROVIDER, row.id, '');
		const whole = wholeRows.get(row);
		if (whole) wholeRows.set(partial, whole);
		return partial;
	};
	const applicationsPage = ({ answer, rows, next }: ListPage) => sourcePage(answer, rows.filter(isApplication), next, rowOf);
	const complete = async (rows: readonly Row[]): Promise<SourceRow[]> => {
		const times = new Map(rows.map((row) => [idOf(row), timesOf(row)]));
		const read = wholeLists;
		const [here, elsewhere] = read ? [rows.filter((row) => read.isCurrent(row)), rows.filter((row) => !read.isCurrent(row))] : [[], rows];
		const whole = [...(read ? await completed(read, here, known, raw) : []), ...(await completed(greenhouse, elsewhere, known, raw))];
		return whole.map(({ application, known }) => ({ id: application.id, application, known, deleted: false, ...(times.get(application.id) ?? NO_TIMES) }));
	};
	const byIds = async (ids: readonly string[]) => await greenhouse.of(APPLICATIONS, 'ids', ids);

	return {
		kind: 'applications',
		probe: async () => void (await greenhouse.page(APPLICATIONS, { updated_at: since(clock.now()), prospect: false, per_page: 1, ...jobs })),
		async readWindow({ since: from, cursor }) {
			const [path, place] = cursor === null ? [APPLICATIONS, null] : placeOf(cursor);
			const at = lists.findIndex((list) => list.path === path);
			const list = lists[at];
			if (!list) throw new CursorRefused();
			const query = { updated_at: since(from), per_page: PAGE_SIZE, ...(list.byJob ? jobs : {}), ...(path === APPLICATIONS ? { prospect: false } : {}), ...(path === '/offers' ? { current_only: true } : {}) };
			const reading = greenhouse.page(path, query, place);
			// Of the others the credential may not be allowed to read every one: then its part is not told (readModels).
			const page = path === APPLICATIONS ? await reading : await ifAllowed(reading);
			const following = page?.next ? `${path} ${page.next}` : (lists[at + 1]?.path ?? null);
			if (!page) return { rows: [], next: following, date: null, tookMs: 0 };
			const read = path === APPLICATIONS ? applicationsPage(page) : sourcePage(page.answer, page.rows, null, (row) => partOf(path, row));
			return { ...read, next: following };
		},
		async readAll({ cursor, first = false }) {
			const [name = '', path = '', place = null] = cursor?.startsWith(FIRST) ? cursor.slice(FIRST.length).split(' ') : ['', cursor === null ? '' : APPLICATIONS, cursor];
			// Other lists take no jobs: of a few jobs, most of them would be read in vain.
			const isWanted = cursor === null && first && jobs.job_ids === undefined;
			const lists = (wholeLists = isWanted ? WholeLists.begin(greenhouse, known) : name === '' ? null : WholeLists.named(name, greenhouse));
			const following = (of: string, next: string | null) => [`${FIRST}${lists?.name}`, of, ...(next === null ? [] : [next])].join(' ');
			const part = path === APPLICATIONS ? null : await lists?.page(path, place);
			if (part) return { ...part.page, next: following(part.path ?? APPLICATIONS, part.next) };
			const list = await greenhouse.page(APPLICATIONS, { prospect: false, per_page: PAGE_SIZE, ...jobs }, path === APPLICATIONS ? place : null);
			if (list.next === null) lists?.end();
			const page = applicationsPage(list);
			// An interview that is called off is gone, which moves no stamp.
			const lively = known.includes('interviews') && !first ? page.rows.filter(isLively) : [];
			return { ...page, next: page.next && lists ? following(APPLICATIONS, page.next) : page.next, rows: [...page.rows, ...lively.map((row) => again(row))] };
		},
		details: {
			compared: true,
			atOnce: AT_ONCE,
			async read(asked) {
				const known = asked.flatMap(({ row }): Row[] => [wholeRows.get(row)].filter((one) => one !== undefined));
				const unknown = asked.filter(({ row }) => !wholeRows.has(row)).map(({ row }) => row.id);
				const named = (await byIds(unknown)).filter(({ job_id: job }) => jobs.job_ids === undefined || jobIds.includes(toId(job) ?? ''));
				return new Map((await complete([...known, ...named])).map((row) => [row.id, row]));
			},
		},
		async readModels() {
			const readable = new Set<ModelKey>([...IN_ROWS, 'rejection']);
			for (const { path, model } of lists) if (model && (await ifAllowed(greenhouse.page(path, { per_page: 1 }))) !== undefined) readable.add(model);
			return readable;
		},
		async confirmGone(missing) {
			const answer = new Map<string, SourceRow | null>(missing.map(({ id }) => [id, null]));
			for (let at = 0; at < missing.length; at += AT_ONCE) for (const row of await complete(await byIds(missing.slice(at, at + AT_ONCE).map(({ id }) => id)))) answer.set(row.id, row);
			return answer;
		},
	};
}

/** Opens the cursor of a first read: its name and the list follow, and the address of the page. */
const FIRST = 'first ';
const NO_TIMES = { createdAt: null, changedAt: null };

function timesOf(row: Row): { createdAt: number | null; changedAt: number | null } {
	return { createdAt: toMillis(row.created_at), changedAt: toMillis(row.updated_at) };
}

/** https://harvestdocs.greenhouse.io/docs/list-endpoints: an operator, a bar, a time. */
export function since(ms: number): string {
	return `gte|${new Date(ms).toISOString()}`;
}

/** `list` or `list address-of-the-page`. */
function placeOf(cursor: string): [path: string, place: string | null] {
	const gap = cursor.indexOf(' ');
	return gap < 0 ? [cursor, null] : [cursor.slice(0, gap), cursor.slice(gap + 1)];
}

function partOf(path: string, row: Row): SourceRow {
	const applicationId = toId(row.application_id);
	if (applicationId === null) throw new Error(`A row of ${path} names no application`);
	return partialRow(PROVIDER, applicationId, `${path} ${idOf(row)} ${String(row.updated_at)}`);
}
