import { z } from 'zod/v4';

import { rethrow } from '../../../errors';
import { lazily } from '../../../lazily';
import { STAGE_CATEGORIES } from '../../model';
import { ByteReader, ByteWriter } from '../../../poll/state/bytes';
import { CorruptState } from '../../../poll/state/corrupt';
import { hash32 } from '../../../poll/state/hash';
import { Memory, nothingReusable, type Entry } from './memory';
import { readEntry, writeEntry, type Words } from './packEntry';
import { packCompact, readCompact } from './packCompact';
import { parseHeader, type State } from './state';

/*
 * The whole state as one base64 text: n8n keeps static data as one blob, turns nested objects into proxies, and shows it in the
 * editor's API. So: one string, and nothing in it that names a person.
 *
 *   'AT', version, checksum 4 bytes | header and tables as JSON | full entries, each with its size | compact entries
 */

const MAGIC = 0x5441;
export const VERSION = 2;
const HEAD_BYTES = 7;

/** 1.3 MB; where each execution row carries a copy of the static data (hosts without getPollBudgetMs), 256 KB. */
export const DEFAULT_BOUND = 1_300_000;
export const OLD_HOST_BOUND = 256 * 1024;

export class StateTooLarge extends Error {
	constructor(applications: number, bound: number) {
		super(`${applications.toLocaleString('en')} applications do not fit into the ${Math.round(bound / 1024).toLocaleString('en')} KB that a workflow should store. Narrow this trigger to some jobs (Filters > Jobs), or use several triggers`);
		this.name = 'StateTooLarge';
	}
}

/** Over the bound, the least interesting applications lose their details (they are never forgotten). Throws StateTooLarge. */
export function pack(state: State, bound = DEFAULT_BOUND): string {
	let packed = packOnce(state);
	for (let share = 0.92; base64Length(packed) > bound; share -= 0.08) {
		const excess = base64Length(packed) - Math.floor(bound * share);
		if (!makeRoom(state, Math.ceil(excess * 0.75))) throw new StateTooLarge(state.memory.size, bound);
		packed = packOnce(state);
	}
	return packed.toString('base64');
}

export function unpack(text: string): State {
	try {
		return unpackBytes(Buffer.from(text, 'base64'));
	} catch (error) {
		return rethrow(error instanceof CorruptState ? error : new CorruptState(error instanceof RangeError ? 'it is damaged' : 'it has another form'));
	}
}

function packOnce({ header, memory }: State): Buffer {
	const { reusable } = memory;
	const words = wordsOf(reusable.words, reusable.index);
	const entries = new ByteWriter(reusable.buffer.length + 4096);
	const one = new ByteWriter();
	const starts: number[] = [];
	entries.varint(memory.full.size);
	for (const entry of memory.full.values()) {
		starts.push(entries.length);
		if (entry.packedAt >= 0) copyEntry(entries, reusable.buffer, entry.packedAt);
		else {
			one.length = 0;
			writeEntry(one, entry, words);
			entries.varint(one.length);
			entries.bytes(one.view(), 0, one.length);
		}
	}
	reusable.compact ??= packCompact(memory.compact, words);
	reusable.buffer = entries.view();
	let index = 0;
	for (const entry of memory.full.values()) entry.packedAt = starts[index++] ?? -1;

	const stages = reusable.words.map((word) => {
		const stage = memory.stages.get(word);
		return stage ? [stage.text, stage.category] : 0;
	});
	const head = Buffer.from(JSON.stringify({ ...header, words: reusable.words, stages }), 'utf8');
	const all = new ByteWriter(HEAD_BYTES + 4 + head.length + reusable.buffer.length + reusable.compact.length);
	all.byte(MAGIC & 0xff);
	all.byte(MAGIC >> 8);
	all.byte(VERSION);
	all.u32(0);
	all.varint(head.length);
	all.bytes(head, 0, head.length);
	all.bytes(reusable.buffer, 0, reusable.buffer.length);
	all.bytes(reusable.compact, 0, reusable.compact.length);
	const packed = all.view();
	packed.writeUInt32LE(checksum(packed), 3);
	return packed;
}

function copyEntry(out: ByteWriter, from: Buffer, at: number): void {
	const reader = new ByteReader(from, at);
	const size = reader.varint();
	out.bytes(from, at, reader.at + size);
}

function unpackBytes(bytes: Buffer): State {
	if (bytes.length < HEAD_BYTES || bytes.readUInt16LE(0) !== MAGIC) throw new CorruptState('it is not ours');
	if (bytes[2] !== VERSION) throw new CorruptState('it was written by another version of this package');
	if (bytes.readUInt32LE(3) !== checksum(bytes)) throw new CorruptState('it is damaged');
	const from = new ByteReader(bytes, HEAD_BYTES);
	const json = from.slice(from.varint()).toString('utf8');
	const header = parseHeader(json);
	const { words, stages } = tablesSchema().parse(JSON.parse(json));

	const memory = new Memory();
	words.forEach((word, index) => {
		const stage = stages[index];
		if (stage) memory.stages.set(word, { id: word, text: stage[0], category: stage[1] });
	});
	const table = wordsOf(words, new Map(words.map((word, index) => [word, index + 1])));
	const start = from.at;
	for (let left = from.varint(); left > 0; left--) {
		const at = from.at;
		const end = from.varint() + from.at;
		const entry: Entry = readEntry(from, table, (id) => memory.stageValue(id));
		if (from.at !== end) throw new CorruptState('it is damaged');
		entry.packedAt = at - start;
		memory.full.set(entry.id, entry);
	}
	const slimStart = from.at;
	for (const [key, entry] of readCompact(from, table)) memory.compact.set(key, entry);

	memory.reusable = table.crowded
		? nothingReusable()
		: { buffer: bytes.subarray(start, slimStart), words, index: table.index, compact: bytes.subarray(slimStart) };
	if (table.crowded) for (const entry of memory.full.values()) entry.packedAt = -1;
	return { header, memory };
}

const tablesSchema = lazily(() =>
	z.object({
		words: z.array(z.string()),
		/** For a word that is the id of a stage: its name and category. */
		stages: z.array(z.union([z.literal(0), z.tuple([z.string().nullable(), z.enum(STAGE_CATEGORIES).nullable()])])),
	}),
);

/** Words that nobody uses any more pile up, since unchanged entries are copied: a crowded table is built anew after a restart. */
function wordsOf(words: string[], index: Map<string, number>): Words & { index: Map<string, number>; readonly crowded: boolean } {
	const used = new Set<number>();
	return {
		index,
		indexOf(word) {
			if (word === null) return 0;
			const known = index.get(word);
			if (known !== undefined) return known;
			words.push(word);
			index.set(word, words.length);
			return words.length;
		},
		at(place) {
			if (place === 0) return null;
			used.add(place);
			const word = words[place - 1];
			if (word === undefined) throw new RangeError('The packed state names a word that does not exist');
			return word;
		},
		get crowded() {
			return words.length > 256 && used.size < words.length / 2;
		},
	};
}

/** Makes entries compact until about so many bytes are won: first finished ones, longest untouched first, then the others. */
function makeRoom({ header, memory }: State, bytes: number): boolean {
	const finished = (entry: Entry) => entry.snapshot.deleted || entry.snapshot.status === 'HIRED' || entry.snapshot.status === 'REJECTED';
	let won = 0;
	for (const wanted of [true, false]) {
		for (const entry of memory.full.values()) {
			if (won >= bytes) return true;
			if (finished(entry) !== wanted || !memory.makeCompact(entry)) continue;
			header.stepFloor = Math.max(header.stepFloor, entry.step);
			won += sizeOf(memory, entry) - SLIM_BYTES;
		}
	}
	return won > 0;
}

const SLIM_BYTES = 8;

function sizeOf(memory: Memory, entry: Entry): number {
	return entry.packedAt < 0 ? 40 : new ByteReader(memory.reusable.buffer, entry.packedAt).varint() + 1;
}

function base64Length(bytes: Buffer): number {
	return Math.ceil(bytes.length / 3) * 4;
}

/** Over everything behind it, four bytes a step. */
function checksum(bytes: Buffer): number {
	let hash = hash32(String(bytes.length));
	let at = HEAD_BYTES;
	for (; at + 4 <= bytes.length; at += 4) hash = Math.imul(hash ^ bytes.readInt32LE(at), 0x01000193);
	for (; at < bytes.length; at++) hash = Math.imul(hash ^ bytes.readUInt8(at), 0x01000193);
	return (hash ^ (hash >>> 15)) >>> 0;
}
