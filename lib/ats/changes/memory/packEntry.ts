import { APPLICATION_STATUSES, INTERVIEW_STATUSES, OFFER_STATUSES, ORIGINS } from '../../model';
import { ByteWriter, type ByteReader } from '../../../poll/state/bytes';
import type { Entry } from './memory';
import { INFO_PARTS, knows, NO_PARTS } from '../compare/snapshot';
import type { InterviewMemory, OfferMemory, RejectionMemory } from '../compare/snapshot';

/*
 * One remembered application as bytes: about 32, and 30 for each interview.
 *
 *   flags      status 2, origin 2, deleted, missed, has rowHash, has lookupKey
 *   known      models 6, has rejection, has job
 *   id, step, [rowHash], [lookupKey], stage, [job], [parts of info], [rejection], interviews, offers, attachments
 */

/** Texts that repeat (stages, jobs, reasons) stand once in a table; 0 is null. */
export class Words {
	private readonly places = new Map<string, number>();

	constructor(readonly table: string[] = []) {}

	/** Adds what is new. */
	indexOf(word: string | null): number {
		if (word === null) return 0;
		const known = this.places.get(word);
		if (known !== undefined) return known;
		const place = this.table.push(word);
		this.places.set(word, place);
		return place;
	}

	at(place: number): string | null {
		return place === 0 ? null : member(this.table, place - 1);
	}
}

const FLAG = { deleted: 16, missed: 32, rowHash: 64, lookupKey: 128 };
const KNOWN = { rejection: 64, job: 128 };

export function writeEntry(out: ByteWriter, entry: Entry, words: Words): void {
	const { snapshot: s, rowHash, lookupKey } = entry;
	out.byte(
		APPLICATION_STATUSES.indexOf(s.status) | (ORIGINS.indexOf(s.origin) << 2)
		| (s.deleted ? FLAG.deleted : 0) | (entry.missed ? FLAG.missed : 0) | (rowHash ? FLAG.rowHash : 0) | (lookupKey === null ? 0 : FLAG.lookupKey),
	);
	out.byte(s.known | (s.rejection ? KNOWN.rejection : 0) | (s.jobId === null ? 0 : KNOWN.job));
	out.text(entry.id);
	out.varint(entry.step);
	if (rowHash) out.uint(rowHash, 6);
	if (lookupKey !== null) out.text(lookupKey);
	out.varint(words.indexOf(s.stage?.id ?? null));
	if (s.jobId !== null) out.varint(words.indexOf(s.jobId));
	if (knows(s.known, 'info')) writeInfoParts(out, s.infoParts);
	if (s.rejection) {
		out.varint(words.indexOf(s.rejection.id) * 2 + (s.rejection.at === null ? 0 : 1));
		out.varint(words.indexOf(s.rejection.text));
		if (s.rejection.at !== null) out.time(s.rejection.at);
	}
	// Most have none or one: both counts share a byte.
	const interviews = Math.min(s.interviews.length, MANY);
	const offers = Math.min(s.offers.length, MANY);
	out.byte(interviews | (offers << 4));
	if (interviews === MANY) out.varint(s.interviews.length);
	if (offers === MANY) out.varint(s.offers.length);
	for (const interview of s.interviews) writeInterview(out, interview);
	for (const offer of s.offers) writeOffer(out, offer);
	if (!knows(s.known, 'attachments')) return;
	out.varint(s.attachments.length);
	for (const attachment of s.attachments) out.uint(attachment, 4);
}

const MANY = 15;

export function readEntry(from: ByteReader, words: Words, stageValue: (id: string | null) => Entry['snapshot']['stage']): Entry {
	const flags = from.byte();
	const second = from.byte();
	const known = second & 63;
	const id = from.text();
	const step = from.varint();
	const rowHash = flags & FLAG.rowHash ? from.uint(6) : 0;
	const lookupKey = flags & FLAG.lookupKey ? from.text() : null;
	const stage = stageValue(words.at(from.varint()));
	const jobId = second & KNOWN.job ? words.at(from.varint()) : null;
	const infoParts = knows(known, 'info') ? readInfoParts(from) : NO_PARTS;
	const rejection = second & KNOWN.rejection ? readRejection(from, words) : null;
	const counts = from.byte();
	const interviews = (counts & MANY) === MANY ? from.varint() : counts & MANY;
	const offers = counts >> 4 === MANY ? from.varint() : counts >> 4;
	return {
		id, step, rowHash, lookupKey,
		missed: (flags & FLAG.missed) !== 0,
		seenIn: 0, begin: 0, size: 0,
		snapshot: {
			known,
			deleted: (flags & FLAG.deleted) !== 0,
			status: member(APPLICATION_STATUSES, flags & 3),
			origin: member(ORIGINS, (flags >> 2) & 3),
			jobId, infoParts, stage, rejection,
			interviews: readList(from, interviews, readInterview),
			offers: readList(from, offers, readOffer),
			attachments: knows(known, 'attachments') ? readList(from, from.varint(), (bytes) => bytes.uint(4)) : [],
		},
	};
}

function writeInfoParts(out: ByteWriter, parts: readonly number[]): void {
	let bits = 0;
	for (let place = 1; place < parts.length; place++) if (parts[place]) bits |= 1 << (place - 1);
	out.uint(parts[0] ?? 0, 4);
	out.byte(bits);
	for (let place = 1; place < parts.length; place++) if (parts[place]) out.uint(parts[place] ?? 0, 3);
}

function readInfoParts(from: ByteReader): number[] {
	const person = from.uint(4);
	const bits = from.byte();
	return [person, ...INFO_PARTS.slice(1).map((_, index) => (bits & (1 << index) ? from.uint(3) : 0))];
}

const GONE = 8;
const START = 16;
const END = 32;
/** The end is written as its distance from the start: interviews take hours, not years. */
const SPAN = 64;

function writeInterview(out: ByteWriter, { key, status, gone, start, end, rest }: InterviewMemory): void {
	const span = start !== null && end !== null && end >= start;
	out.byte(
		INTERVIEW_STATUSES.indexOf(status) | (gone ? GONE : 0) | (start === null ? 0 : START) | (end === null ? 0 : END) | (span ? SPAN : 0),
	);
	out.text(key);
	if (start !== null) out.time(start);
	if (end !== null) {
		if (span) out.duration(end - start);
		else out.time(end);
	}
	out.uint(rest, 3);
}

function readInterview(from: ByteReader): InterviewMemory {
	const flags = from.byte();
	const key = from.text();
	const start = flags & START ? from.time() : null;
	const end = flags & END ? (flags & SPAN ? (start ?? 0) + from.duration() : from.time()) : null;
	return { key, status: member(INTERVIEW_STATUSES, flags & 7), gone: (flags & GONE) !== 0, start, end, rest: from.uint(3) };
}

function writeOffer(out: ByteWriter, offer: OfferMemory): void {
	out.byte(OFFER_STATUSES.indexOf(offer.status));
	out.text(offer.key);
	out.uint(offer.rest, 4);
}

function readOffer(from: ByteReader): OfferMemory {
	return { status: member(OFFER_STATUSES, from.byte()), key: from.text(), rest: from.uint(4) };
}

function readRejection(from: ByteReader, words: Words): RejectionMemory {
	const head = from.varint();
	return { id: words.at(Math.floor(head / 2)), text: words.at(from.varint()), at: head % 2 === 1 ? from.time() : null };
}

function readList<Item>(from: ByteReader, count: number, read: (from: ByteReader) => Item): Item[] {
	const items: Item[] = [];
	for (let left = count; left > 0; left--) items.push(read(from));
	return items;
}

export function member<Member>(members: readonly Member[], index: number): Member {
	const found = members[index];
	if (found === undefined) throw new RangeError('The packed state names something that does not exist');
	return found;
}
