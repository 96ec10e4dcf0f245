import { APPLICATION_STATUSES, INTERVIEW_STATUSES, OFFER_STATUSES, ORIGINS } from '../model';
import { ByteWriter, type ByteReader } from './bytes';
import { mix } from './hash';
import type { Entry } from './memory';
import { knows } from './snapshot';
import type { InterviewMemory, OfferMemory } from './snapshot';

/*
 * One remembered application as bytes: about 33, with an interview about 64.
 *
 *   flags      status 2, origin 2, deleted, missed, has gate, has memo
 *   known      models 6, has rejection, has job
 *   id, step, [gate], [memo], stage, [job], info and its parts, [rejection], interviews, offers, attachments
 */

/** Texts that repeat (stages, jobs, reasons) stand once in a table; 0 is null. */
export interface Words {
	indexOf(word: string | null): number;
	at(index: number): string | null;
}

const FLAG = { deleted: 16, missed: 32, gate: 64, memo: 128 };
const KNOWN = { rejection: 64, job: 128 };

export function writeEntry(out: ByteWriter, entry: Entry, words: Words): void {
	const { snapshot: s, gate, memo } = entry;
	out.byte(
		APPLICATION_STATUSES.indexOf(s.status) | (ORIGINS.indexOf(s.origin) << 2)
		| (s.deleted ? FLAG.deleted : 0) | (entry.missed ? FLAG.missed : 0) | (gate ? FLAG.gate : 0) | (memo === null ? 0 : FLAG.memo),
	);
	out.byte(s.known | (s.rejection ? KNOWN.rejection : 0) | (s.jobId === null ? 0 : KNOWN.job));
	out.text(entry.id);
	out.varint(entry.step);
	if (gate) out.u32(gate);
	if (memo !== null) out.text(memo);
	out.varint(words.indexOf(s.stage?.id ?? null));
	if (s.jobId !== null) out.varint(words.indexOf(s.jobId));
	if (knows(s.known, 'info')) {
		out.u32(s.info);
		for (const part of s.infoParts) out.byte(part);
	}
	if (s.rejection) {
		out.varint(words.indexOf(s.rejection.id));
		out.varint(words.indexOf(s.rejection.text));
		writeTime(out, s.rejection.at);
	}
	if (knows(s.known, 'interviews')) writeList(out, s.interviews, writeInterview);
	if (knows(s.known, 'offers')) writeList(out, s.offers, writeOffer);
	if (knows(s.known, 'attachments')) writeList(out, s.attachments, (to, hash) => to.u32(hash));
}

export function readEntry(from: ByteReader, words: Words, stageValue: (id: string | null) => Entry['snapshot']['stage']): Entry {
	const flags = from.byte();
	const second = from.byte();
	const known = second & 63;
	const id = from.text();
	const step = from.varint();
	const gate = flags & FLAG.gate ? from.u32() : 0;
	const memo = flags & FLAG.memo ? from.text() : null;
	const stage = stageValue(words.at(from.varint()));
	const jobId = second & KNOWN.job ? words.at(from.varint()) : null;
	const hasInfo = knows(known, 'info');
	const info = hasInfo ? from.u32() : NO_INFO;
	const infoParts = hasInfo ? [from.byte(), from.byte(), from.byte(), from.byte()] : [0, 0, 0, 0];
	const rejection = second & KNOWN.rejection ? { id: words.at(from.varint()), text: words.at(from.varint()), at: readTime(from) } : null;
	return {
		id, step, gate, memo,
		missed: (flags & FLAG.missed) !== 0,
		packedAt: -1,
		seenIn: 0,
		snapshot: {
			known,
			deleted: (flags & FLAG.deleted) !== 0,
			status: member(APPLICATION_STATUSES, flags & 3),
			origin: member(ORIGINS, (flags >> 2) & 3),
			jobId, info, infoParts, stage, rejection,
			interviews: knows(known, 'interviews') ? readList(from, readInterview) : [],
			offers: knows(known, 'offers') ? readList(from, readOffer) : [],
			attachments: knows(known, 'attachments') ? readList(from, (bytes) => bytes.u32()) : [],
		},
	};
}

/** What the hash of no parts at all is (see snapshotOf). */
const NO_INFO = [0, 0, 0, 0].reduce(mix, 0);

const GONE = 8;

function writeInterview(out: ByteWriter, interview: InterviewMemory): void {
	out.byte(INTERVIEW_STATUSES.indexOf(interview.status) | (interview.gone ? GONE : 0));
	out.text(interview.key);
	writeTime(out, interview.start);
	writeTime(out, interview.end);
	out.u32(interview.rest);
}

function readInterview(from: ByteReader): InterviewMemory {
	const flags = from.byte();
	return {
		status: member(INTERVIEW_STATUSES, flags & 7),
		gone: (flags & GONE) !== 0,
		key: from.text(),
		start: readTime(from),
		end: readTime(from),
		rest: from.u32(),
	};
}

function writeOffer(out: ByteWriter, offer: OfferMemory): void {
	out.byte(OFFER_STATUSES.indexOf(offer.status));
	out.text(offer.key);
	out.u32(offer.rest);
}

function readOffer(from: ByteReader): OfferMemory {
	return { status: member(OFFER_STATUSES, from.byte()), key: from.text(), rest: from.u32() };
}

function writeTime(out: ByteWriter, ms: number | null): void {
	out.byte(ms === null ? 0 : 1);
	if (ms !== null) out.time(ms);
}

function readTime(from: ByteReader): number | null {
	return from.byte() === 0 ? null : from.time();
}

function writeList<Item>(out: ByteWriter, items: readonly Item[], write: (out: ByteWriter, item: Item) => void): void {
	out.varint(items.length);
	for (const item of items) write(out, item);
}

function readList<Item>(from: ByteReader, read: (from: ByteReader) => Item): Item[] {
	const items: Item[] = [];
	for (let left = from.varint(); left > 0; left--) items.push(read(from));
	return items;
}

export function member<Member>(members: readonly Member[], index: number): Member {
	const found = members[index];
	if (found === undefined) throw new RangeError('The packed state names something that does not exist');
	return found;
}
