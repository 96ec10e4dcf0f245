import { randomBytes } from 'crypto';
import { z } from 'zod/v4';

import { lazily } from '../../../lazily';
import { Memory } from './memory';

/** Where a read over pages stopped, so that the next poll goes on there. Times in ms. */
const readSchema = lazily(() =>
	z.object({
		cursor: z.string().nullable(),
		/** Vendor's clock when the read began: what it can vouch for. */
		t0: z.number(),
		/** Our clock when the cursor was put by. */
		storedAt: z.number(),
		pages: z.number(),
		/** How often it began anew since it last came to an end. */
		restarts: z.number(),
		/**
		 * Where the latest change comes first: pages that were read before an interruption, and pages without anything new that were met
		 * since. Rows that were read move down the list: so many such pages prove nothing.
		 */
		depth: z.number(),
		known: z.number(),
	}),
);

export const headerSchema = lazily(() =>
	z.object({
		/** hash(provider, host, integration): whose applications these are. */
		scope: z.string(),
		/** Makes event ids of this state differ from those of a state that was lost. */
		birth: z.string(),
		/** Made anew because the last state could not be read: its first read is silent, whatever the options say. */
		rebuilt: z.boolean(),
		/** Vendor's clock when watching began. */
		watchStart: z.number().default(0),
		/** Applications made from then on are told as created: watchStart, earlier with a look-back, null for everything. */
		createdFrom: z.number().nullable().default(0),
		/** What the reading depended on: a change of it asks for a silent pass over everything. */
		reads: z.array(z.string()),
		/** Vendor's clock: changes before it are known. Null until the first read has ended. */
		highWater: z.number().nullable().default(null),
		/** Start of the last read that came to its end, whether the mark moved or not. */
		lastRead: z.number().nullable().default(null),
		/** How late the vendor showed a change, at most. */
		lag: z.number().default(0),
		/** The vendor's own marks, where it has them: the last one, and the one before, with which the next window begins. */
		marks: z.object({ last: z.string(), before: z.string() }).nullable().default(null),
		/** A read of several pages is repeated once; then the high-water mark moves to its start. */
		again: z.object({ since: z.number(), t0: z.number() }).nullable().default(null),
		/** A window read that has not ended. */
		window: readSchema().extend({ since: z.number() }).nullable().default(null),
		/** A first read or a silent read over everything that has not ended. */
		pass: readSchema().extend({ kind: z.enum(['first', 'refresh', 'full']), dropUnseen: z.boolean() }).nullable().default(null),
		/** Our clock when everything was last read. */
		fullAt: z.number().nullable().default(null),
		/** Models the account really tells, as bits; null: not asked. */
		knownModels: z.number().nullable().default(null),
		/** Steps of an application that was compact begin above this. */
		stepFloor: z.number().default(0),
	}),
);

export type Header = z.infer<ReturnType<typeof headerSchema>>;
export type StoredRead = z.infer<ReturnType<typeof readSchema>>;
export type WindowRead = NonNullable<Header['window']>;
export type FullRead = NonNullable<Header['pass']>;

export interface State {
	header: Header;
	memory: Memory;
}

export function freshState(scope: string, reads: readonly string[], rebuilt = false): State {
	return { header: headerSchema().parse({ scope, birth: randomBytes(9).toString('base64url'), rebuilt, reads }), memory: new Memory() };
}
