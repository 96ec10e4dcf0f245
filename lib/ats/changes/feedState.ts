import { rethrow } from '../../errors';
import { randomBytes } from 'crypto';
import { z } from 'zod/v4';

import { lazily } from '../../lazily';
import { CorruptState } from '../../poll/state/corrupt';

/** How many entries are remembered once a read has come to its end. */
export const REMEMBERED = 5_000;
const FORM = 'ats-feed-1';

const feedSchema = lazily(() =>
	z.object({
		form: z.literal(FORM),
		scope: z.string(),
		birth: z.string(),
		rebuilt: z.boolean(),
		/** Vendor's clock when watching began, 0 before. */
		watchStart: z.number(),
		/** Entries from then on count as new; null: all. */
		tellFrom: z.number().nullable(),
		/** Learned on the first complete read; null before. */
		order: z.enum(['newestFirst', 'oldestFirst', 'none']).nullable(),
		/** While learning: pairs of neighbours that rise and that fall, and the last time seen. */
		learning: z.object({ rising: z.number(), falling: z.number(), last: z.number().nullable() }),
		/** Vendor's clock at the start of the last read that came to its end. */
		lastRead: z.number().nullable(),
		/** Vendor's clock at the start of the read that is under way. */
		begun: z.number().nullable(),
		/** Where that read goes on; in a feed with the oldest first also where the next one begins. */
		cursor: z.string().nullable(),
		/** Our clock: when the whole feed was last read. */
		fullAt: z.number().nullable(),
		/** The read that is under way goes through everything. */
		full: z.boolean(),
		/** Entries up to this time that are not remembered were forgotten: they are not new. */
		forgottenUpTo: z.number(),
		/** key -> time (0: none). */
		seen: z.record(z.string(), z.number()),
	}),
);

export type FeedState = Omit<z.infer<ReturnType<typeof feedSchema>>, 'seen'> & { seen: Map<string, number> };

export function freshFeed(scope: string, rebuilt = false): FeedState {
	return {
		form: FORM, scope, birth: randomBytes(9).toString('base64url'), rebuilt, watchStart: 0, tellFrom: 0, order: null,
		learning: { rising: 0, falling: 0, last: null }, lastRead: null, begun: null, cursor: null, fullAt: null, full: true,
		forgottenUpTo: 0, seen: new Map(),
	};
}

/** Base64 like every state of the trigger, so that the editor's API shows no cursor or id in clear. */
export function packFeed(state: FeedState): string {
	return Buffer.from(JSON.stringify({ ...state, seen: Object.fromEntries(state.seen) }), 'utf8').toString('base64');
}

export function unpackFeed(text: string): FeedState {
	try {
		const state = feedSchema().parse(JSON.parse(Buffer.from(text, 'base64').toString('utf8')));
		return { ...state, seen: new Map(Object.entries(state.seen)) };
	} catch {
		return rethrow(new CorruptState('it is damaged or has another form'));
	}
}

/** Only the newest stay. False where one without a time would have to go: it could not be known for an old one when it is read again. */
export function forget(state: FeedState): boolean {
	const excess = state.seen.size - REMEMBERED;
	if (excess <= 0) return true;
	const oldest = [...state.seen].sort(([, a], [, b]) => a - b).slice(0, excess);
	if (oldest.some(([, at]) => at === 0)) return false;
	for (const [key, at] of oldest) {
		state.seen.delete(key);
		state.forgottenUpTo = Math.max(state.forgottenUpTo, at);
	}
	return true;
}
