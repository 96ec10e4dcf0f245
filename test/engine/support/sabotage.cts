/** A provider whose changes are read wrongly, to show that the contract suite sees it. */
import type { FeedPage, FeedSource, ChangeSource, Source, SourcePage, SourceRow } from '../../../lib/ats/source';
import type { Provider } from '../../../lib/ats/provider';
import type { ProviderEntry } from '../../providers/entry.cts';

interface Wrong {
	page?(page: SourcePage | FeedPage, cursor: string | null): Partial<SourcePage & FeedPage>;
	row?(row: SourceRow): SourceRow;
	/** Of the full list alone. */
	listed?(rows: SourcePage['rows']): SourcePage['rows'];
	/** Of the window alone. */
	changed?(rows: SourcePage['rows']): SourcePage['rows'];
	gone?: ChangeSource['confirmGone'];
}

export interface Sabotage {
	title: string;
	applies(entry: ProviderEntry): boolean;
	/** Titles of the checks of which one must fail. */
	tries: RegExp;
	/** Gives what ends it. */
	begin(entry: ProviderEntry): () => void;
}

function broken(source: Source, { page = () => ({}), row = (one) => one, listed = (rows) => rows, changed = (rows) => rows, gone }: Wrong): Source {
	if (source.kind === 'feed') {
		const read: FeedSource['readPage'] = async (request) => ({ ...(await source.readPage(request)), ...page(await source.readPage(request), request.cursor) });
		return { ...source, readPage: read };
	}
	const { details } = source;
	const pageOf = async (read: Promise<SourcePage>, cursor: string | null): Promise<SourcePage> => {
		const right = await read;
		// Rows that are read when they are looked at are no property to be copied.
		const wrong = { ...right, rows: right.rows, unreadable: right.unreadable ?? [], ...page(right, cursor) };
		return { ...wrong, rows: wrong.rows.map(row) };
	};
	const wrong: ChangeSource = {
		...source,
		readWindow: async (request) => {
			const read = await pageOf(source.readWindow(request), request.cursor);
			return { ...read, rows: changed(read.rows) };
		},
		readAll: async (request) => {
			const read = await pageOf(source.readAll(request), request.cursor);
			return { ...read, rows: listed(read.rows) };
		},
		...(gone ? { confirmGone: gone } : {}),
		...(details ? { details: { ...details, read: async (asked) => new Map([...(await details.read(asked))].map(([id, one]) => [id, one instanceof Error ? one : row(one)])) } } : {}),
	};
	return wrong;
}

/** The provider reads its changes wrongly until what this gives is called. */
export const begin = (wrong: Wrong) => ({ provider }: ProviderEntry) => {
	const { changes } = provider;
	if (!changes) throw new Error(`${provider.label} cannot be polled`);
	const patched: { changes?: Provider['changes'] } = provider;
	patched.changes = async (...args) => broken(await changes(...args), wrong);
	return () => void (patched.changes = changes);
};

const paged = ({ poll }: ProviderEntry) => poll?.pageSize !== undefined;
const can = (event: 'application.created' | 'application.hired') => ({ provider }: ProviderEntry) => provider.capabilities.events[event] !== undefined;

const changing = ({ provider }: ProviderEntry) => provider.capabilities.events['application.created'] !== undefined;
const deletes = ({ provider, poll }: ProviderEntry) => provider.capabilities.events['application.deleted'] !== undefined && poll?.listsAlone !== true;

export const sabotages: readonly Sabotage[] = [
	{ title: 'that says of every page that it is the last', applies: paged, tries: /pages/, begin: begin({ page: () => ({ next: null }) }) },
	{ title: 'that swallows the rows of every page but the first', applies: paged, tries: /pages/, begin: begin({ page: (_page, cursor) => (cursor === null ? {} : { rows: [], entries: [] }) }) },
	{ title: 'that reads no changes', applies: changing, tries: /changes that fill several pages/, begin: begin({ changed: () => [] }) },
	{ title: 'that calls everything gone that its list forgets', applies: deletes, tries: /forgets/, begin: begin({ gone: async (missing) => await Promise.resolve(new Map(missing.map(({ id }) => [id, null]))) }) },
	{ title: 'that gives a wrong ID', applies: can('application.created'), tries: /application\.(created|stage_changed) once/, begin: begin({ row: (row) => ({ ...row, id: `${row.id}0`, application: { ...row.application, id: `${row.id}0` } }) }) },
	{
		title: 'whose mapping forgets HIRED',
		applies: can('application.hired'),
		tries: /application\.hired once/,
		begin: begin({ row: (row) => ({ ...row, application: { ...row.application, info: row.application.info && { ...row.application.info, status: row.application.info.status === 'HIRED' ? 'NOT_SPECIFIED' : row.application.info.status } } }) }),
	},
];
