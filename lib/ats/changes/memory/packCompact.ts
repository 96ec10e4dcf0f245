import { APPLICATION_STATUSES } from '../../model';
import type { ByteReader, ByteWriter } from '../../../poll/state/bytes';
import { COMPACT_CONTENT_BITS, type CompactEntry } from './memory';
import { member, type Words } from './packEntry';
import { INFO_PARTS } from '../compare/snapshot';

/*
 * The compact entries, sorted by id hash, in 7 bytes each. What many share, their kind, stands once in a table, the most frequent first.
 *
 *   1 and half the place of the kind    a varint; 0: the gap to the last hash is larger than 27 bits, its upper part and the entry follow
 *   48 bits                             lower part of the gap 27, last bit of the place, hash of the content 20
 */

const CONTENT = 2 ** COMPACT_CONTENT_BITS;
/** Behind the bits of a kind, of which the last are those of `knownParts`, stands its stage. */
const STAGE = 2 ** (12 + INFO_PARTS.length);
const GAP = 2 ** (47 - COMPACT_CONTENT_BITS);

export function writeCompact(out: ByteWriter, compact: ReadonlyMap<number, CompactEntry>, words: Words): void {
	const kindOf = ({ status, deleted, hashesRow, known, knownParts, stage }: CompactEntry) =>
		words.indexOf(stage) * STAGE + (APPLICATION_STATUSES.indexOf(status) | (deleted ? 4 : 0) | (hashesRow ? 8 : 0) | (known << 4) | (knownParts << 10));
	const counts = new Map<number, number>();
	for (const entry of compact.values()) {
		const kind = kindOf(entry);
		counts.set(kind, (counts.get(kind) ?? 0) + 1);
	}
	const kinds = [...counts].sort(([, a], [, b]) => b - a).map(([kind]) => kind);
	const places = new Map(kinds.map((kind, index) => [kind, index]));
	out.varint(compact.size);
	out.varint(kinds.length);
	for (const kind of kinds) out.varint(kind);
	let last = 0;
	for (const key of Float64Array.from(compact.keys()).sort()) {
		const entry = compact.get(key);
		if (!entry) continue;
		const gap = key - last;
		if (gap >= GAP) {
			out.varint(0);
			out.varint(Math.floor(gap / GAP));
		}
		const place = places.get(kindOf(entry)) ?? 0;
		out.varint(1 + (place >> 1));
		out.uint(((gap % GAP) * 2 + (place & 1)) * CONTENT + entry.content, 6);
		last = key;
	}
}

export function readCompact(from: ByteReader, words: Words): Map<number, CompactEntry> {
	const count = from.varint();
	const kinds = Array.from({ length: from.varint() }, () => {
		const kind = from.varint();
		return {
			status: member(APPLICATION_STATUSES, kind & 3),
			deleted: (kind & 4) !== 0,
			hashesRow: (kind & 8) !== 0,
			known: (kind >> 4) & 63,
			knownParts: (kind % STAGE) >> 10,
			stage: words.at(Math.floor(kind / STAGE)),
		};
	});
	const compact = new Map<number, CompactEntry>();
	let key = 0;
	for (let left = count; left > 0; left--) {
		let half = from.varint();
		if (half === 0) {
			key += from.varint() * GAP;
			half = from.varint();
		}
		const bits = from.uint(6);
		const upper = Math.floor(bits / CONTENT);
		key += upper >> 1;
		const { status, deleted, hashesRow, known, knownParts, stage } = member(kinds, (half - 1) * 2 + (upper & 1));
		compact.set(key, { status, deleted, hashesRow, known, knownParts, stage, content: bits % CONTENT, seenIn: 0, askedAs: null, missed: false });
	}
	return compact;
}
