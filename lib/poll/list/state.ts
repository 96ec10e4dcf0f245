import { z } from 'zod/v4';

import { ByteReader, ByteWriter } from '../state/bytes';
import { fingerprint, hash32 } from '../state/hash';
import { CorruptState } from '../state/corrupt';
import { lazily } from '../../lazily';
import { rethrow } from '../../errors';

/** Rows remembered once a read has come to its end: about 190 KB of text, which also fits hosts that copy it into every execution. */
export const REMEMBERED = 10_000;
const FORM = 'new-rows-1';

const headerSchema = lazily(() =>
	z.object({
		form: z.literal(FORM),
		/** Which list of which account this is about. */
		scope: z.string(),
		/** Service's clock, ms: older rows are known, newer ones are remembered one by one. Null before the first read. */
		floor: z.number().nullable(),
		/** Service's clock at the last read. */
		lastT0: z.number().nullable(),
		/** A read of several pages of a list that moves while it is read is done twice. */
		again: z.boolean(),
		/** A read that has not come to its end. */
		pass: z
			.object({
				/** Where it goes on; null: at the beginning. */
				cursor: z.string().nullable(),
				/** Our clock when the cursor was put by. */
				storedAt: z.number(),
				pages: z.number(),
				restarts: z.number(),
				/** Service's clock when it began. */
				t0: z.number(),
				/** Rows made up to then are remembered without a word: they were there before we watched. */
				silentUpTo: z.number(),
				/** The newest row that it saw, 0: none. */
				newest: z.number(),
			})
			.nullable(),
	}),
);

export type Pass = NonNullable<z.infer<ReturnType<typeof headerSchema>>['pass']>;
export type ListState = z.infer<ReturnType<typeof headerSchema>> & { seen: Map<number, number> };

export function freshList(scope: string): ListState {
	return { form: FORM, scope, floor: null, lastT0: null, again: false, pass: null, seen: new Map() };
}

/** 53 bits of an id: among 10,000 remembered a newcomer meets a double once in 10^12 times. */
export function keyOf(id: string): number {
	return hash32(id) * 0x20_0000 + (hash32(id, 0x9747b28c) & 0x1f_ffff);
}

/** One base64 text: n8n turns nested objects of static data into proxies and shows them in the editor's API. */
export function packList({ seen, ...header }: ListState): string {
	const bytes = new ByteWriter(seen.size * 15 + 64);
	bytes.varint(seen.size);
	for (const [key, at] of seen) {
		bytes.varint(key);
		bytes.time(at);
	}
	const text = `${Buffer.from(JSON.stringify(header), 'utf8').toString('base64')}.${bytes.view().toString('base64')}`;
	return `${text}.${fingerprint(text).slice(0, 8)}`;
}

/** Throws CorruptState. */
export function unpackList(text: string): ListState {
	try {
		return unpacked(text);
	} catch (error) {
		return rethrow(error instanceof CorruptState ? error : new CorruptState('it is damaged or has another form'));
	}
}

function unpacked(text: string): ListState {
	const [head = '', body = '', sum = ''] = text.split('.');
	if (fingerprint(`${head}.${body}`).slice(0, 8) !== sum) throw new CorruptState('it is damaged or has another form');
	const header = headerSchema().safeParse(JSON.parse(Buffer.from(head, 'base64').toString('utf8')));
	if (!header.success) throw new CorruptState('it was written by another version of this package');
	const bytes = new ByteReader(Buffer.from(body, 'base64'));
	const seen = new Map<number, number>();
	for (let left = bytes.varint(); left > 0; left--) seen.set(bytes.varint(), bytes.time());
	return { ...header.data, seen };
}

/** Raises the floor and forgets what lies below it; with too many rows above it, it rises further, to the oldest that fits. */
export function raiseFloor(state: ListState, floor: number): void {
	const kept = [...state.seen].filter(([, at]) => at >= floor).sort(([, a], [, b]) => b - a);
	const cut = kept[REMEMBERED]?.[1];
	// Rows of one moment stay together: a floor between them would make some of them new again.
	state.floor = cut === undefined ? floor : cut + 1;
	state.seen = new Map(kept.filter(([, at]) => at >= (state.floor ?? 0)));
}
