import { APPLICATION_STATUSES } from '../../model';
import { BitReader, BitWriter, ByteWriter, type ByteReader } from '../../../poll/state/bytes';
import { COMPACT_CONTENT_BITS, type CompactEntry } from './memory';
import { member, type Words } from './packEntry';

/*
 * The compact entries, sorted by id hash, as bits: about 7.5 bytes each. Gaps between sorted hashes instead of hashes, and
 * only as many bits for stages and models as there are different ones.
 */

export function packCompact(compact: ReadonlyMap<number, CompactEntry>, words: Words): Buffer {
	const keys = Float64Array.from(compact.keys()).sort();
	const stages = new Lookup<string | null>();
	const kinds = new Lookup<number>();
	for (const entry of compact.values()) {
		stages.add(entry.stage);
		kinds.add(kindOf(entry));
	}
	const meanGap = keys.length === 0 ? 1 : (keys[keys.length - 1] ?? 0) / keys.length;
	const parameter = Math.max(0, Math.floor(Math.log2(meanGap * 0.69 + 1)));

	const head = new ByteWriter();
	head.varint(keys.length);
	head.byte(parameter);
	head.varint(stages.values.length);
	for (const stage of stages.values) head.varint(words.indexOf(stage));
	head.varint(kinds.values.length);
	for (const kind of kinds.values) head.varint(kind);

	const bits = new BitWriter();
	let last = 0;
	for (const key of keys) {
		const entry = compact.get(key);
		if (!entry) continue;
		bits.rice(key - last, parameter);
		bits.bits(APPLICATION_STATUSES.indexOf(entry.status) | (entry.deleted ? 4 : 0), 3);
		bits.bits(stages.indexOf(entry.stage), stages.width);
		bits.bits(kinds.indexOf(kindOf(entry)), kinds.width);
		bits.bits(entry.content, COMPACT_CONTENT_BITS);
		last = key;
	}
	return Buffer.concat([head.view(), bits.view()]);
}

export function readCompact(from: ByteReader, words: Words): Map<number, CompactEntry> {
	const count = from.varint();
	const parameter = from.byte();
	const stages = Array.from({ length: from.varint() }, () => words.at(from.varint()));
	const kinds = Array.from({ length: from.varint() }, () => from.varint());
	const stageWidth = widthOf(stages.length);
	const kindWidth = widthOf(kinds.length);
	const bits = new BitReader(from);
	const compact = new Map<number, CompactEntry>();
	let key = 0;
	for (let i = 0; i < count; i++) {
		key += bits.rice(parameter);
		const state = bits.bits(3);
		const stage = member(stages, bits.bits(stageWidth));
		const kind = member(kinds, bits.bits(kindWidth));
		compact.set(key, {
			deleted: (state & 4) !== 0,
			status: member(APPLICATION_STATUSES, state & 3),
			stage,
			known: kind & 63,
			hashesRow: (kind & 64) !== 0,
			told: kind >> 7,
			content: bits.bits(COMPACT_CONTENT_BITS),
			seenIn: 0,
			askedAs: null,
			missed: false,
		});
	}
	return compact;
}

function kindOf({ known, hashesRow, told }: CompactEntry): number {
	return known | (hashesRow ? 64 : 0) | (told << 7);
}

function widthOf(count: number): number {
	return Math.ceil(Math.log2(Math.max(1, count)));
}

class Lookup<Value> {
	readonly values: Value[] = [];
	private readonly index = new Map<Value, number>();

	add(value: Value): void {
		if (this.index.has(value)) return;
		this.index.set(value, this.values.length);
		this.values.push(value);
	}

	indexOf(value: Value): number {
		return this.index.get(value) ?? 0;
	}

	get width(): number {
		return widthOf(this.values.length);
	}
}
