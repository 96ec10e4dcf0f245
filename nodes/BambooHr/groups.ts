import { clock } from '../../lib/clock';
import { HOUR, MINUTE } from '../../lib/poll/limits';
import { ProcessMap } from '../../lib/processMap';
import { recordOr, type VendorRecord } from '../../lib/ats/kit';
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
/** So many minutes in which a row has a status and no group shows it: then it is in none, until an hour later. */
const TRIES = 3;
interface Learned {
	groups: Map<string, Group>;
	/** No group showed them although a row has them: its only application may have moved on in between. */
	unexplained: Map<string, { tries: number; at: number }>;
}
const learned = new ProcessMap<Learned>(HOUR);
const learnedOf = ({ account }: BambooApi): Learned => learned.of(account, () => ({ groups: new Map(), unexplained: new Map() }));

/** The groups of these statuses, as far as applications tell. Known ones are not asked for again. */
export async function groupsOf(bamboo: BambooApi, statusIds: Iterable<string>, inUse = false): Promise<ReadonlyMap<string, Group>> {
	const { groups, unexplained } = learnedOf(bamboo);
	const isOpen = (id: string) => !groups.has(id) && !(isInNone(unexplained.get(id)) && clock.now() - (unexplained.get(id)?.at ?? 0) < HOUR);
	const open = new Set([...statusIds].filter(isOpen));
	for (const { filter, group } of ASKED) {
		while (open.size > 0) {
			const seen = await statusesIn(bamboo, open, filter);
			if (seen.size === 0) break;
			// A filter that is ignored says nothing: then a status shows in every group, and none is taken for another.
			const other = ASKED.find((one) => one.group !== group)?.filter ?? filter;
			const ignored = [...seen].some((id) => !open.has(id)) || (await statusesIn(bamboo, seen, other)).size > 0;
			if (ignored) {
				for (const id of open) unexplained.set(id, { tries: TRIES, at: clock.now() });
				return groups;
			}
			for (const id of seen) {
				groups.set(id, group);
				open.delete(id);
			}
		}
	}
	// A status that nobody has now may get its first application any time.
	for (const id of inUse ? open : []) {
		const { tries, at } = unexplained.get(id) ?? { tries: 0, at: 0 };
		if (clock.now() - at >= MINUTE / 2) unexplained.set(id, { tries: tries + 1, at: clock.now() });
	}
	return groups;
}

const isInNone = (one: { tries: number } | undefined): boolean => one !== undefined && one.tries >= TRIES;

/** Its group is asked for once more with the next poll: what the row says of it until then would be wrong. */
export function isUnsettled(bamboo: BambooApi, { status }: VendorRecord): boolean {
	const id = toId(recordOr(status)?.id);
	const { groups, unexplained } = learnedOf(bamboo);
	return id !== null && !groups.has(id) && !isInNone(unexplained.get(id));
}

async function statusesIn(bamboo: BambooApi, ids: Iterable<string>, filter: string): Promise<Set<string>> {
	const { rows } = await bamboo.page(null, { applicationStatusId: [...ids].join(','), applicationStatus: filter });
	return new Set(rows.flatMap(({ status }) => toId(recordOr(status)?.id) ?? []));
}

export async function groupsIn(bamboo: BambooApi, rows: readonly BambooRow[]): Promise<ReadonlyMap<string, Group>> {
	return await groupsOf(bamboo, new Set(rows.flatMap(({ status }) => toId(recordOr(status)?.id) ?? [])), true);
}
