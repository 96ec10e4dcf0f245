import { randomBytes } from 'crypto';
import { z } from 'zod/v4';

import { ByteReader, ByteWriter } from '../state/bytes';
import { fingerprint } from '../state/hash';
import { CorruptState } from '../state/corrupt';
import { lazily } from '../../lazily';

/** Rows remembered once a read has come to its end: about 190 KB of text, which also fits hosts that copy it into every execution. */
export const REMEMBERED = 10_000;
const FORM = 'new-rows-2';

const headerSchema = lazily(() =>
	z.object({
		form: z.literal(FORM),
		/** Which list of which account this is about. */
		scope: z.string(),
		/** Makes event ids of this state differ from those of a state that was lost. */
		birth: z.string(),
		/** Made anew because the last state could not be read: its first read is silent, whatever the options say. */
		rebuilt: z.boolean(),
		/** Service's clock, ms: older rows are known, newer ones are remembered one by one. Null before the first read. */
		floor: z.number().nullable().default(null),
		/** Rows that were made up to then were there before we watched. */
		silentUpTo: z.number().default(0),
		/** Where the newest come first: as far back as a read goes that is no full one. */
		readTo: z.number().default(0),
		/** Where the oldest come first: the page at which the next read begins. */
		resume: z.string().nullable().default(null),
		/** Service's clock at the last read. */
		lastT0: z.number().nullable().default(null),
		/** Our clock: when the list was last read as far back as it is remembered. */
		fullAt: z.number().default(0),
		/** A read of several pages of a list that moves while it is read is done twice. */
		again: z.boolean().default(false),
		/** A read that has not come to its end. */
		pass: z
			.object({
				/** Where it goes on; null: at the beginning. */
				cursor: z.string().nullable(),
				/** Our clock when the cursor was put by. */
				storedAt: z.number(),
				pages: z.number(),
				restarts: z.number(),
				/** Goes as far back as is remembered. */
				full: z.boolean(),
				/** Service's clock when it began. */
				t0: z.number(),
				/** Rows made up to then are remembered without a word. */
				silentUpTo: z.number(),
				/** The newest row that it saw, 0: none. */
				newest: z.number(),
				/** Neighbours that are newer and older than the one before, and the last time seen. */
				rises: z.number(),
				falls: z.number(),
				last: z.number().nullable(),
				/** The last page that begins before everything that may still come. */
				resume: z.string().nullable(),
			})
			.nullable()
			.default(null),
	}),
);

type Header = z.infer<ReturnType<typeof headerSchema>>;
export type Pass = NonNullable<Header['pass']>;
/** Key of each row -> when it was made, null where the list does not say. */
export type ListState = Header & { seen: Map<number, number | null> };

export function freshList(scope: string, rebuilt = false): ListState {
	return { ...headerSchema().parse({ form: FORM, scope, birth: randomBytes(9).toString('base64url'), rebuilt }), seen: new Map() };
}

/** Stands for "not said": before any date that can be written. */
const TIMELESS = -1_000_000_000_000;

/** One base64 text: n8n turns nested objects of static data into proxies and shows them in the editor's API. */
export function packList({ seen, ...header }: ListState): string {
	const bytes = new ByteWriter(seen.size * 15 + 64);
	bytes.varint(seen.size);
	for (const [key, at] of seen) {
		bytes.varint(key);
		bytes.time(at ?? TIMELESS);
	}
	const text = `${Buffer.from(JSON.stringify(header), 'utf8').toString('base64')}.${bytes.view().toString('base64')}`;
	return `${text}.${fingerprint(text).slice(0, 8)}`;
}

export function unpackList(text: string): ListState {
	const [head = '', body = '', sum = ''] = text.split('.');
	if (fingerprint(`${head}.${body}`).slice(0, 8) !== sum) throw new CorruptState('it is damaged or has another form');
	const header = headerSchema().safeParse(JSON.parse(Buffer.from(head, 'base64').toString('utf8')));
	if (!header.success) throw new CorruptState('it was written by another version of this package');
	const bytes = new ByteReader(Buffer.from(body, 'base64'));
	const seen: ListState['seen'] = new Map();
	for (let left = bytes.varint(); left > 0; left--) {
		const key = bytes.varint();
		const at = bytes.time();
		seen.set(key, at === TIMELESS ? null : at);
	}
	return { ...header.data, seen };
}

/**
 * Raises the floor and forgets what lies below it; with too many rows above it, it rises further, to the oldest that fits. False where
 * rows without a time would have to go: they could not be known for old ones when they are read again.
 */
export function raiseFloor(state: ListState, floor: number): boolean {
	const timeOf = ([, at]: [number, number | null]) => at ?? Infinity;
	const kept = [...state.seen].filter((row) => timeOf(row) >= floor).sort((a, b) => (timeOf(a) === timeOf(b) ? 0 : timeOf(b) - timeOf(a)));
	const cut = kept[REMEMBERED];
	// Rows of one moment stay together: a floor between them would make some of them new again.
	state.floor = cut === undefined ? floor : timeOf(cut) + 1;
	if (state.floor === Infinity) return false;
	state.seen = new Map(kept.filter((row) => timeOf(row) >= (state.floor ?? 0)));
	return true;
}
