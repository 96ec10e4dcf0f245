import { clock } from '../../lib/clock';
import type { LeverApi, LeverRow } from './api';
import { archiveReasonOf, toArchiveReason, type ArchiveReason } from './mapping';

export const REASONS = '/archive_reasons';
const REMEMBERED_MS = 60 * 60_000;
/** A reason that the list does not hold must not be asked for with every page. */
const ASK_AGAIN_MS = 60_000;

type Reasons = ReadonlyMap<string, ArchiveReason>;
/** By address and credential. An archived opportunity names its reason by an id, and only the list says what it means. */
const known = new Map<string, { readAt: number; reasons: Promise<Reasons> }>();
const CAPACITY = 100;

/** The archive reasons behind these rows: read only when one of them is archived, then remembered for an hour. */
export async function reasonsFor(lever: LeverApi, rows: readonly LeverRow[]): Promise<Reasons> {
	const needed = rows.flatMap((row) => archiveReasonOf(row) ?? []);
	if (needed.length === 0) return new Map();
	const before = known.get(lever.account);
	if (before && before.readAt + REMEMBERED_MS > clock.now()) {
		const reasons = await before.reasons;
		if (before.readAt + ASK_AGAIN_MS > clock.now() || needed.every((id) => reasons.has(id))) return reasons;
	}
	return await readReasons(lever);
}

/** All of them, as they are now. */
export async function readReasons(lever: LeverApi): Promise<Reasons> {
	const reasons = lever.all(REASONS).then((rows) => new Map(rows.map(toArchiveReason).map((reason) => [reason.id, reason])));
	known.delete(lever.account);
	known.set(lever.account, { readAt: clock.now(), reasons });
	for (const oldest of known.keys()) {
		if (known.size <= CAPACITY) break;
		known.delete(oldest);
	}
	reasons.catch(() => known.get(lever.account)?.reasons === reasons && known.delete(lever.account));
	return await reasons;
}
