import { collection, dateTime, list } from '../../../lib/action/field';
import { toMillis } from '../../../lib/ats/model';
import type { Resource, Row } from '../../../lib/action/operation';
import { pathOf, type ChatTechnologiesApi } from '../api';
import { changeId, pathField, query, queryOf } from '../fields';
import { changeModel } from '../models';
import { operation } from '../operation';
import { flat } from '../../../lib/http/jsonApi';
import { flatChange } from '../records';

// Attributes: https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API (changes)
const path = pathField('/changes');

/** No filter is documented, so these are applied here. */
const filters = collection('filters', {
	displayName: 'Filters',
	addLabel: 'Add Filter',
	description: 'n8n applies these after it has read the changes',
	fields: [
		list('codes', { displayName: 'Codes', placeholder: 'note, message', description: 'Kinds of activity, comma-separated or a list' }),
		dateTime('recordedAfter', { displayName: 'Recorded After', description: 'Only changes that say when they were recorded, and at or after this time' }),
	],
});

function fits(row: Row, { codes, recordedAfter }: ReturnType<typeof filters.read>): boolean {
	const change = flat(row);
	if (codes !== undefined && codes.length > 0 && !codes.includes(String(change.code))) return false;
	const since = toMillis(recordedAfter);
	const at = toMillis(change['created-at']);
	return since === null || (at !== null && at >= since);
}

async function* only(pages: AsyncIterable<readonly Row[]>, wanted: ReturnType<typeof filters.read>): AsyncGenerator<Row[]> {
	for await (const rows of pages) yield rows.filter((row) => fits(row, wanted));
}

export const change: Resource<ChatTechnologiesApi> = {
	name: 'Change',
	value: 'change',
	description: 'What happened to candidates. Attributes are documented, the path is not: check it with your set-up.',
	operations: [
		operation({
			name: 'Get',
			value: 'get',
			action: 'Get a change',
			description: 'Read one change: what happened to a candidate, by whom and for which job. The ID comes from Change, Get Many. Needs the Admin scope.',
			access: 'read',
			fields: [path, changeId],
			simplify: flatChange,
			output: changeModel,
			run: async (api, p) => await api.get(pathOf(p.path, p.changeId), 'change'),
		}),
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many changes',
			description: 'List what happened to candidates: notes, messages, moves. Needs the Admin scope.',
			access: 'read',
			many: true,
			fields: [path, query, filters],
			simplify: flatChange,
			output: changeModel,
			run: (api, p, item) => {
				const filtered = Object.keys(p.filters).length > 0;
				const found = api.list(pathOf(p.path), queryOf(p.query), filtered ? undefined : item.limit);
				return filtered ? only(found, p.filters) : found;
			},
		}),
	],
};
