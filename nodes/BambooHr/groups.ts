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
/** A status that no answer explains must not be asked for with every page. */
const learned = new ProcessMap<{ groups: Map<string, Group>; unexplained: Set<string> }>(HOUR);

/** The groups of these statuses, as far as applications tell. Known ones are not asked for again. */
export async function groupsOf(bamboo: BambooApi, statusIds: Iterable<string>): Promise<ReadonlyMap<string, Group>> {
	const { groups, unexplained } = learned.of(bamboo.account, () => ({ groups: new Map(), unexplained: new Set() }));
	const open = new Set([...statusIds].filter((id) => !groups.has(id) && !unexplained.has(id)));
	for (const { filter, group } of ASKED) {
		while (open.size > 0) {
			const { rows } = await bamboo.page(null, { applicationStatusId: [...open].join(','), applicationStatus: filter });
			const seen = new Set(rows.flatMap(({ status }) => toId(recordOr(status)?.id) ?? []));
			// A filter that is ignored says nothing: then no status is known, and none is taken for another.
			if ([...seen].some((id) => !open.has(id)) || seen.size === 0) break;
			for (const id of seen) {
				groups.set(id, group);
				open.delete(id);
			}
		}
	}
	for (const id of open) unexplained.add(id);
	return groups;
}

export async function groupsIn(bamboo: BambooApi, rows: readonly BambooRow[]): Promise<ReadonlyMap<string, Group>> {
	return await groupsOf(bamboo, new Set(rows.flatMap(({ status }) => toId(recordOr(status)?.id) ?? [])));
}

/** After a write that may have put the first application into a status. */
export function forgetUnexplained(bamboo: BambooApi): void {
	learned.of(bamboo.account, () => ({ groups: new Map(), unexplained: new Set() })).unexplained.clear();
}
