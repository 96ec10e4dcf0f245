import { ProcessMap } from '../../lib/processMap';
import { recordOr } from '../../lib/ats/kit';
import { toId } from '../../lib/ats/model';
import type { BambooApi, BambooRow } from './api';
import type { Group } from './mapping';

/*
 * Rows carry a status without its group, and the list of statuses has none either. But the list of applications can be filtered by group:
 * whatever status an answer shows is in the group that was asked for. https://documentation.bamboohr.com/reference/get-applications
 */
const ASKED: ReadonlyArray<{ filter: string; group: Group }> = [
	{ filter: 'HIRED', group: 'HIRED' },
	{ filter: 'INACTIVE', group: 'INACTIVE' },
	{ filter: 'ALL_ACTIVE', group: 'ACTIVE' },
];
const HOUR = 60 * 60_000;
interface Learned {
	groups: Map<string, Group>;
	/** No answer showed them although a row has them: the filter says nothing, and is not asked for with every page. */
	unexplained: Set<string>;
}
const learned = new ProcessMap<Learned>(HOUR);
const learnedOf = ({ account }: BambooApi): Learned => learned.of(account, () => ({ groups: new Map(), unexplained: new Set() }));

/** The groups of these statuses, as far as applications tell. Known ones are not asked for again. */
export async function groupsOf(bamboo: BambooApi, statusIds: Iterable<string>, inUse = false): Promise<ReadonlyMap<string, Group>> {
	const { groups, unexplained } = learnedOf(bamboo);
	const open = new Set([...statusIds].filter((id) => !groups.has(id) && !unexplained.has(id)));
	for (const { filter, group } of ASKED) {
		while (open.size > 0) {
			const seen = await statusesIn(bamboo, open, filter);
			if (seen.size === 0) break;
			// A filter that is ignored says nothing: then a status shows in every group, and none is taken for another.
			const other = ASKED.find((one) => one.group !== group)?.filter ?? filter;
			const ignored = [...seen].some((id) => !open.has(id)) || (await statusesIn(bamboo, seen, other)).size > 0;
			if (ignored) {
				for (const id of open) unexplained.add(id);
				return groups;
			}
			for (const id of seen) {
				groups.set(id, group);
				open.delete(id);
			}
		}
	}
	// A status that nobody has now may get its first application any time.
	if (inUse) for (const id of open) unexplained.add(id);
	return groups;
}

async function statusesIn(bamboo: BambooApi, ids: Iterable<string>, filter: string): Promise<Set<string>> {
	const { rows } = await bamboo.page(null, { applicationStatusId: [...ids].join(','), applicationStatus: filter });
	return new Set(rows.flatMap(({ status }) => toId(recordOr(status)?.id) ?? []));
}

export async function groupsIn(bamboo: BambooApi, rows: readonly BambooRow[]): Promise<ReadonlyMap<string, Group>> {
	return await groupsOf(bamboo, new Set(rows.flatMap(({ status }) => toId(recordOr(status)?.id) ?? [])), true);
}
