import { z } from 'zod/v4';

import { PollError } from '../../../errors';
import { lazily } from '../../../lazily';
import { STAGE_CATEGORIES } from '../../model';
import { ByteReader, ByteWriter } from '../../../poll/state/bytes';
import { CorruptState } from '../../../poll/state/corrupt';
import { hash32 } from '../../../poll/state/hash';
import { Memory, type Entry } from './memory';
import { member, readEntry, Words, writeEntry } from './packEntry';
import { readCompact, writeCompact } from './packCompact';
import { headerSchema, type State } from './state';

/*
 * The whole state as one base64 text: n8n keeps static data as one blob, turns nested objects into proxies, and shows it in the
 * editor's API. So: one string, and nothing in it that names a person.
 *
 *   'AT', version, checksum 4 bytes | full entries | compact entries | header and tables as JSON, its size
 */

const MAGIC = 0x5441;
const VERSION = 3;
const HEAD_BYTES = 7;

/** 1.3 MB; where each execution row carries a copy of the static data (hosts without getPollBudgetMs), 256 KB. */
export const DEFAULT_BOUND = 1_300_000;
export const OLD_HOST_BOUND = 256 * 1024;

/** Over the bound, the least interesting applications lose their details (they are never forgotten). Throws PollError where even so they do not fit. */
export function pack(state: State, bound = DEFAULT_BOUND): string {
	let packed = packOnce(state);
	for (let share = 0.92; base64Length(packed.bytes) > bound; share -= 0.08) {
		const excess = (base64Length(packed.bytes) - Math.floor(bound * share)) * 0.75;
		if (!makeRoom(state, Math.ceil(excess / Math.max(1, packed.bytesPerEntry - COMPACT_BYTES)))) {
			throw new PollError(`${state.memory.size.toLocaleString('en')} applications do not fit into the ${Math.round(bound / 1024).toLocaleString('en')} KB that a workflow should store. Narrow this trigger to some jobs (Filters > Jobs), or use several triggers`, { cause: 'configuration-invalid' });
		}
		packed = packOnce(state);
	}
	return packed.bytes.toString('base64');
}

/** What was packed last: an entry never changes, so its bytes are taken from there. The words begin anew when half of them may be out of use. */
const packedLast = new WeakMap<Memory, { bytes: Buffer; words: Words; wordsThen: number }>();

function packOnce({ header, memory }: State): { bytes: Buffer; bytesPerEntry: number } {
	const kept = packedLast.get(memory);
	const last = kept && kept.words.table.length <= kept.wordsThen * 2 ? kept : undefined;
	const words = last?.words ?? new Words();
	const names = new Words();
	const out = new ByteWriter((last?.bytes.length ?? 0) + 4096);
	out.uint(MAGIC, 2);
	out.byte(VERSION);
	out.uint(0, 4);
	out.varint(memory.full.size);
	for (const entry of memory.full.values()) {
		const begin = out.length;
		if (last && entry.size > 0) out.bytes(last.bytes, entry.begin, entry.begin + entry.size);
		else writeEntry(out, entry, words);
		entry.begin = begin;
		entry.size = out.length - begin;
	}
	const bytesPerEntry = out.length / Math.max(1, memory.full.size);
	writeCompact(out, memory.compact, words);
	const stages = words.table.map((word) => {
		const stage = memory.stages.get(word);
		return names.indexOf(stage ? JSON.stringify([stage.text, stage.category]) : null);
	});
	const tail = Buffer.from(JSON.stringify({ ...header, words: words.table.map(shortened), stages, names: names.table.map((name) => JSON.parse(name)) }), 'utf8');
	out.bytes(tail);
	out.uint(tail.length, 4);
	const bytes = out.view();
	bytes.writeUInt32LE(checksum(bytes), 3);
	packedLast.set(memory, { bytes, words, wordsThen: last?.wordsThen ?? words.table.length });
	return { bytes, bytesPerEntry };
}

export function unpack(text: string): State {
	const bytes = Buffer.from(text, 'base64');
	if (bytes.length < HEAD_BYTES + 4 || bytes.readUInt16LE(0) !== MAGIC) throw new CorruptState('it is not ours');
	if (bytes[2] !== VERSION) throw new CorruptState('it was written by another version of this package');
	if (bytes.readUInt32LE(3) !== checksum(bytes)) throw new CorruptState('it is damaged');
	const end = bytes.length - 4;
	const tail: unknown = JSON.parse(bytes.subarray(end - bytes.readUInt32LE(end), end).toString('utf8'));
	const header = headerSchema().parse(tail);
	const { words: stored, stages, names } = tablesSchema().parse(tail);
	const table = stored.map((word) => (typeof word === 'string' ? word : uuidOf(word[0])));

	const memory = new Memory();
	table.forEach((word, index) => {
		const place = stages[index] ?? 0;
		const stage = place === 0 ? undefined : member(names, place - 1);
		if (stage) memory.stages.set(word, { id: word, text: stage[0], category: stage[1] });
	});
	const words = new Words(table);
	const from = new ByteReader(bytes, HEAD_BYTES);
	for (let left = from.varint(); left > 0; left--) {
		const entry: Entry = readEntry(from, words, (id) => memory.stageValue(id));
		memory.full.set(entry.id, entry);
	}
	for (const [key, entry] of readCompact(from, words)) memory.compact.set(key, entry);
	return { header, memory };
}

const tablesSchema = lazily(() =>
	z.object({
		words: z.array(z.union([z.string(), z.tuple([z.string()])])),
		/** For a word that is the id of a stage: the place of its name from 1 on, else 0. */
		stages: z.array(z.number()),
		/** Names and categories of stages: the jobs of an account often share them. */
		names: z.array(z.tuple([z.string().nullable(), z.enum(STAGE_CATEGORIES).nullable()])),
	}),
);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A UUID in a list, as base64: each job of an account may have some for its stages. */
function shortened(word: string): string | [string] {
	return UUID.test(word) ? [Buffer.from(word.replaceAll('-', ''), 'hex').toString('base64url')] : word;
}

function uuidOf(short: string): string {
	return Buffer.from(short, 'base64url').toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Makes so many entries compact: first finished ones, longest untouched first, then the others. */
function makeRoom({ header, memory }: State, count: number): boolean {
	const finished = (entry: Entry) => entry.snapshot.deleted || entry.snapshot.status === 'HIRED' || entry.snapshot.status === 'REJECTED';
	let made = 0;
	for (const wanted of [true, false]) {
		for (const entry of memory.full.values()) {
			if (made >= count) return true;
			if (finished(entry) !== wanted || !memory.makeCompact(entry)) continue;
			header.stepFloor = Math.max(header.stepFloor, entry.step);
			made++;
		}
	}
	return made > 0;
}

const COMPACT_BYTES = 8;

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
