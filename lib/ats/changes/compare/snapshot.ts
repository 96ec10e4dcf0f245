import { APPLICATION_STATUSES, INTERVIEW_STATUSES, MODEL_KEYS, OFFER_STATUSES, ORIGINS, toMillis } from '../../model';
import type { Application, ApplicationInfo, ApplicationStatus, Attachment, Interview, InterviewStatus, ModelKey, Offer, OfferStatus, Stage, User } from '../../model';
import type { SourceRow } from '../../source';
import { hash32, mix } from '../../../poll/state/hash';

/**
 * What is remembered of an application: values where an event shows what they were (`from`), hashes for the rest.
 * Times of record (`updatedAt`) are left out on purpose: they move without anything having changed.
 */
export interface Snapshot {
	/** Bits of MODEL_KEYS: models of which something is known. What is not known is never compared. */
	known: number;
	deleted: boolean;
	status: ApplicationStatus;
	origin: ApplicationInfo['origin'];
	jobId: string | null;
	/** A hash for each of INFO_PARTS (0: none, or not told). */
	infoParts: readonly number[];
	stage: Stage | null;
	rejection: RejectionMemory | null;
	/** Sorted by key. */
	interviews: readonly InterviewMemory[];
	offers: readonly OfferMemory[];
	/** Sorted hashes. */
	attachments: readonly number[];
}

export interface RejectionMemory {
	id: string | null;
	text: string | null;
	/** ms */
	at: number | null;
}

export interface InterviewMemory {
	key: string;
	status: InterviewStatus;
	/** ms */
	start: number | null;
	end: number | null;
	/** Subject, place, stage, people: 24 bits. */
	rest: number;
	/** No longer listed by the vendor (so told as cancelled). Kept to know it again if it returns. */
	gone: boolean;
}

export interface OfferMemory {
	key: string;
	status: OfferStatus;
	/** Its dates. */
	rest: number;
}

export const INFO_PARTS = ['candidate', 'appliedAt', 'owner', 'creditedTo', 'source', 'customFields'] as const;
/** Of these null is "not told": what is remembered stays. */
export const MAY_BE_UNKNOWN: ReadonlySet<string> = new Set<(typeof INFO_PARTS)[number]>(['candidate', 'source', 'customFields']);

const BIT: Readonly<Record<ModelKey, number>> = { info: 1, currentStage: 2, interviews: 4, rejection: 8, offers: 16, attachments: 32 };
export const ALL_MODELS = 63;

export function knows(known: number, model: ModelKey): boolean {
	return (known & BIT[model]) !== 0;
}

export function modelBits(models: Iterable<ModelKey>): number {
	let bits = 0;
	for (const model of models) bits |= BIT[model];
	return bits;
}

export function modelsOf(bits: number): ModelKey[] {
	return MODEL_KEYS.filter((model) => knows(bits, model));
}

/** A row as it would be remembered. `knownModels`: models that count at all; the row's others are unknown. */
export function snapshotOf(row: SourceRow, knownModels = ALL_MODELS): Snapshot {
	const { application } = row;
	const { info } = application;
	// A told model that is null has no list to compare: unknown, but for the two where null means "none".
	let known = modelBits(row.known) & knownModels;
	if (!info) known &= ~BIT.info;
	if (!application.interviews) known &= ~BIT.interviews;
	if (!application.offers) known &= ~BIT.offers;
	if (!application.attachments) known &= ~BIT.attachments;

	return {
		known,
		deleted: row.deleted,
		status: info?.status ?? 'NOT_SPECIFIED',
		origin: info?.origin ?? 'NOT_SPECIFIED',
		jobId: info?.jobId ?? null,
		infoParts: info && knows(known, 'info') ? partsOfInfo(info) : NO_PARTS,
		stage: knows(known, 'currentStage') ? stageOf(application) : null,
		rejection: knows(known, 'rejection') && application.rejection
			? { id: application.rejection.id, text: application.rejection.text, at: toMillis(application.rejection.rejectedAt) }
			: null,
		interviews: knows(known, 'interviews') && application.interviews ? interviewsOf(application).map(({ memory }) => memory) : NONE,
		offers: knows(known, 'offers') && application.offers ? offersOf(application).map(({ memory }) => memory) : NONE,
		attachments: knows(known, 'attachments') && application.attachments ? filesOf(application.attachments).map(attachmentHash).sort((a, b) => a - b) : NONE,
	};
}

/** About how many bytes it takes to remember it. */
export function roughSize({ jobId, stage, rejection, interviews, offers, attachments }: Snapshot): number {
	let size = attachments.length * 4;
	for (const text of [jobId, stage?.id, stage?.text, rejection?.id, rejection?.text]) size += text?.length ?? 0;
	for (const { key } of interviews) size += key.length + 16;
	for (const { key } of offers) size += key.length + 6;
	return size;
}

const NONE: readonly never[] = [];
export const NO_PARTS: readonly number[] = INFO_PARTS.map(() => 0);
/** Of an application that nothing is known of. */
export const NOTHING: Snapshot = { known: 0, deleted: false, status: 'NOT_SPECIFIED', origin: 'NOT_SPECIFIED', jobId: null, infoParts: NO_PARTS, stage: null, rejection: null, interviews: NONE, offers: NONE, attachments: NONE };

const MAYBE_PLACES = INFO_PARTS.flatMap((part, index) => (MAY_BE_UNKNOWN.has(part) ? [index] : []));

/** Bits of what `info` shows of all that it may leave out. */
export function knownParts({ jobId, origin, infoParts }: Snapshot): number {
	let bits = (jobId === null ? 0 : 1) | (origin === 'NOT_SPECIFIED' ? 0 : 2);
	for (const index of MAYBE_PLACES) if (infoParts[index] !== 0) bits |= 4 << index;
	return bits;
}

/** The same without what others alone show: comparable with what was known then. */
export function restricted(snapshot: Snapshot, known: number, parts: number): Snapshot {
	const isKnown = (index: number) => (parts & (1 << index)) !== 0;
	return {
		...snapshot,
		known,
		jobId: isKnown(0) ? snapshot.jobId : null,
		origin: isKnown(1) ? snapshot.origin : 'NOT_SPECIFIED',
		infoParts: INFO_PARTS.map((part, index) => (MAY_BE_UNKNOWN.has(part) && !isKnown(index + 2) ? 0 : (snapshot.infoParts[index] ?? 0))),
		interviews: knows(known, 'interviews') ? snapshot.interviews : NONE,
		offers: knows(known, 'offers') ? snapshot.offers : NONE,
		attachments: knows(known, 'attachments') ? snapshot.attachments : NONE,
	};
}

/** A stage without an id is known by its name: better than not at all. */
function stageOf({ currentStage }: Application): Stage | null {
	if (!currentStage) return null;
	const id = currentStage.id ?? currentStage.text;
	return id === null ? null : { id, text: currentStage.text, category: currentStage.category };
}

function partsOfInfo(info: ApplicationInfo): number[] {
	const { candidate } = info;
	return [
		candidate === null ? 0 : hash32(joined([
			candidate.id, candidate.name, candidate.firstName, candidate.lastName, candidate.location,
			sorted(candidate.emails?.map(({ type, email }) => `${type}:${email ?? ''}`)),
			sorted(candidate.phones?.map(({ type, phoneNumber }) => `${type}:${phoneNumber ?? ''}`)),
			sorted(candidate.links),
		])) || 1,
		info.appliedAt === null ? 0 : partHash(timeText(info.appliedAt)),
		info.owner === null ? 0 : partHash(userText(info.owner)),
		info.creditedTo === null ? 0 : partHash(userText(info.creditedTo)),
		info.source === null ? 0 : partHash(info.source),
		info.customFields === null ? 0 : partHash(sorted(info.customFields.map(({ id, name, value }) => joined([id, name, JSON.stringify(value)]))) ?? ''),
	];
}

function partHash(text: string): number {
	return hash32(text) & 0xffffff || 1;
}

/** A file with an id that is listed twice is one; without an id it is one more. */
export function filesOf(attachments: readonly Attachment[]): readonly Attachment[] {
	return attachments.filter(({ id }, index) => !id || attachments.findIndex((other) => other.id === id) === index);
}

export function attachmentHash(attachment: Attachment): number {
	// Never the link: it is signed anew at each reading.
	return hash32(joined([attachment.id ?? null, attachment.type, attachment.name, timeText(attachment.createdAt)]));
}

function interviewOf(interview: Interview): InterviewMemory {
	return {
		key: interview.id ?? `${interview.scheduledStart ?? ''} ${interview.subject ?? ''}`,
		status: interview.status,
		start: toMillis(interview.scheduledStart),
		end: toMillis(interview.scheduledEnd),
		gone: false,
		rest: hash32(joined([
			interview.subject, interview.location, interview.stage?.id ?? null, userText(interview.creator),
			sorted(interview.interviewers?.map(userText)),
		])) & 0xffffff,
	};
}

function offerOf(offer: Offer): OfferMemory {
	return {
		key: offer.id ?? offer.createdAt ?? '',
		status: offer.status,
		rest: hash32(joined([timeText(offer.createdAt), timeText(offer.sentAt), timeText(offer.closedAt)])),
	};
}

/** What the application lists, with what is remembered of it, sorted by key. */
export function interviewsOf({ interviews }: Pick<Application, 'interviews'>): ReadonlyArray<Keyed<Interview, InterviewMemory>> {
	return keyed(interviews ?? NONE, interviewOf);
}

export function offersOf({ offers }: Pick<Application, 'offers'>): ReadonlyArray<Keyed<Offer, OfferMemory>> {
	return keyed(offers ?? NONE, offerOf);
}

interface Keyed<Item, Memory> {
	item: Item;
	memory: Memory;
}

/** Parts without an id may look alike: the second is one more, known by its number. What is listed twice with one id is one. */
function keyed<Item extends { id: string | null }, Memory extends { key: string; status: string; rest: number }>(items: readonly Item[], remember: (item: Item) => Memory): ReadonlyArray<Keyed<Item, Memory>> {
	if (items.length < 2) return items.length === 0 ? NONE : items.map((item) => ({ item, memory: remember(item) }));
	const byKey = new Map<string, Keyed<Item, Memory>>();
	const alike = new Map<string, Array<Keyed<Item, Memory>>>();
	for (const item of items) {
		const memory = remember(item);
		if (item.id !== null) byKey.set(memory.key, { item, memory });
		else alike.set(memory.key, [...(alike.get(memory.key) ?? NONE), { item, memory }]);
	}
	for (const [key, group] of alike) {
		group.sort((a, b) => (a.memory.status === b.memory.status ? a.memory.rest - b.memory.rest : a.memory.status < b.memory.status ? -1 : 1));
		group.forEach(({ item, memory }, index) => {
			const own = index === 0 ? key : `${key} #${index + 1}`;
			byKey.set(own, { item, memory: { ...memory, key: own } });
		});
	}
	return [...byKey.values()].sort((a, b) => (a.memory.key < b.memory.key ? -1 : 1));
}

function joined(values: ReadonlyArray<string | null | undefined>): string {
	// null, '' and a missing value must not look alike.
	let text = '';
	for (const value of values) text += value === null || value === undefined ? '\u0001' : `\u0002${value}`;
	return text;
}

/** The order of e-mail addresses, phones or interviewers has no meaning, and vendors do not keep it. */
function sorted(values: readonly string[] | null | undefined): string | null {
	return values ? joined(values.length < 2 ? values : [...values].sort()) : null;
}

function userText(user: User | null): string {
	return user ? joined([user.id, user.email, user.employeeId]) : '';
}

/** Vendors write the same moment with and without milliseconds. */
function timeText(time: string | null): string {
	return String(toMillis(time));
}

/** One hash of all that is known of an application; equal snapshots have equal ones. Kept where there is no room for more. */
export function contentHash(snapshot: Snapshot): number {
	let hash = snapshot.deleted ? 1 : 0;
	const add = (value: number) => {
		hash = mix(hash, value);
	};
	if (knows(snapshot.known, 'info')) {
		add(APPLICATION_STATUSES.indexOf(snapshot.status));
		add(ORIGINS.indexOf(snapshot.origin));
		add(hash32(snapshot.jobId ?? '\u0001'));
		for (const part of snapshot.infoParts) add(part);
	}
	if (knows(snapshot.known, 'currentStage')) add(hash32(snapshot.stage?.id ?? '\u0001'));
	if (knows(snapshot.known, 'rejection')) {
		add(snapshot.rejection ? hash32(joined([snapshot.rejection.id, snapshot.rejection.text, String(snapshot.rejection.at)])) : 0);
	}
	for (const { key, status, start, end, rest, gone } of snapshot.interviews) {
		if (gone) continue;
		add(hash32(`${key} ${start} ${end}`));
		add(INTERVIEW_STATUSES.indexOf(status));
		add(rest);
	}
	add(1);
	for (const { key, status, rest } of snapshot.offers) {
		add(hash32(key));
		add(OFFER_STATUSES.indexOf(status));
		add(rest);
	}
	add(2);
	for (const attachment of snapshot.attachments) add(attachment);
	return hash;
}
