import type { Search } from '../../lib/action/lookups';
import type { Row } from '../../lib/action/operation';
import { pathOf, type ChatTechnologiesApi } from './api';
import { flat } from '../../lib/http/jsonApi';
import { flatChange } from './records';

export const searchCandidates = listAt('searchCandidates', '/candidates', (row) => [[row['first-name'], row['last-name']].filter(Boolean).join(' '), row.email]);
export const searchDepartments = listAt('searchDepartments', '/departments', (row) => [row.name]);
export const searchRoles = listAt('searchRoles', '/roles', (row) => [row.name]);
export const searchChanges = listAt('searchChanges', '/changes', (row) => [row.code, row['created-at']], flatChange);
/** Departments beside a role, whose own path is in the field "Path". */
export const searchParentDepartments = listAt('searchParentDepartments', '/departments', (row) => [row.name], flat, false);
/** What a message is called is not documented: whatever text it has. */
export const searchMessages = listAt('searchMessages', '/messages', (row) => [['subject', 'title', 'body', 'text', 'message'].map((key) => row[key]).find((value) => typeof value === 'string' && value !== '')], flat, false);

/** A list at the path chosen in the node: no search is documented. */
function listAt(name: string, usual: string, titles: (row: Row) => unknown[], shown: (row: Row) => Row = flat, chosen = true): Search<ChatTechnologiesApi> {
	return {
		kind: 'search',
		name,
		...(chosen ? { dependsOn: ['path'] } : {}),
		async run(api, { cursor }, editor) {
			const { rows, next } = await api.page(pathOf((chosen ? editor.current('path') : undefined) ?? usual), cursor ?? null);
			const results = rows.map(shown).map((row) => ({ name: titles(row).filter(Boolean).join(' · ').slice(0, 100) || String(row.id), value: String(row.id) }));
			return { results, ...(next === null ? {} : { cursor: next }) };
		},
	};
}
