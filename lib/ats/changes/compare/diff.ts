import { lazily } from '../../../lazily';
import { EVENTS, isoOrNull } from '../../model';
import type { Change, EventName } from '../../model';
import type { SourceRow } from '../../source';
import { attachmentHash, filesOf, INFO_PARTS, interviewsOf, knows, MAY_BE_UNKNOWN, offersOf, knownParts } from './snapshot';
import type { InterviewMemory, OfferMemory, RejectionMemory, Snapshot } from './snapshot';

/** One thing that happened, before it has an id. */
export interface Difference {
	event: EventName;
	changes: Change[];
	/** Vendor's time in ISO-8601, null where it has none. */
	at: string | null;
}

/** What the application looks like now, for `to` and `occurredAt`. */
export interface Now {
	snapshot: Snapshot;
	row: SourceRow;
}

export interface Step {
	differences: readonly Difference[];
	/** To be remembered instead; null: nothing differs, and nothing is told for the first time. */
	next: Snapshot | null;
	/** Something that the vendor stamps with `changedAt` differs: tells how late the vendor shows it. */
	lagSeen: boolean;
}

export const NOTHING_NEW: Step = { differences: [], next: null, lagSeen: false };

/** From what is remembered to what is now. Nothing told when nothing that both know differs. */
export function diff(before: Snapshot, now: Now): Step {
	// Most rows: seen without making what would be remembered.
	if (alike(before, now.snapshot)) return NOTHING_NEW;
	const next = merge(before, now.snapshot);
	if (before.deleted && next.deleted) return NOTHING_NEW;
	if (next.deleted) {
		return {
			differences: [{ event: 'application.deleted', changes: [{ path: 'deleted', from: false, to: true }], at: isoOrNull(now.row.changedAt) }],
			// What it was stays remembered: should it return, the difference is told against this.
			next: { ...before, deleted: true },
			lagSeen: false,
		};
	}
	const found = new Findings(now);
	const both = before.known & now.snapshot.known;
	if (before.deleted) found.update({ path: 'deleted', from: true, to: false });
	if (knows(both, 'currentStage') && (before.stage?.id ?? null) !== (next.stage?.id ?? null)) {
		found.add('application.stage_changed', isoOrNull(now.row.changedAt), { path: 'currentStage', from: before.stage, to: next.stage });
	}
	compareInfo(before, next, both, found);
	const lagSeen = found.any;
	if (knows(both, 'interviews')) compareInterviews(before, now, next, found);
	if (knows(both, 'offers')) compareOffers(before.offers, now, found);
	if (knows(both, 'attachments')) compareAttachments(before, now, found);
	const learned = before.known !== next.known || knownParts(before) !== knownParts(next);
	return found.any || learned ? { differences: found.inOrder(), next, lagSeen } : NOTHING_NEW;
}

function alike(one: Snapshot, other: Snapshot): boolean {
	return one.known === other.known && one.deleted === other.deleted && one.status === other.status && one.origin === other.origin && one.jobId === other.jobId
		&& one.stage?.id === other.stage?.id && sameRejection(one.rejection, other.rejection)
		&& alikeLists(one.infoParts, other.infoParts, Object.is) && alikeLists(one.attachments, other.attachments, Object.is)
		&& alikeLists(one.interviews, other.interviews, (a, b) => a.key === b.key && a.status === b.status && a.start === b.start && a.end === b.end && a.rest === b.rest && a.gone === b.gone)
		&& alikeLists(one.offers, other.offers, (a, b) => a.key === b.key && a.status === b.status && a.rest === b.rest);
}

function alikeLists<Item>(some: readonly Item[], others: readonly Item[], same: (one: Item, other: Item) => boolean): boolean {
	return some.length === others.length && some.every((one, index) => same(one, others[index] ?? one));
}

/** An application met for the first time that counts as new: with its interviews, its offers and its outcome. */
export function created(now: Now): Difference[] {
	const found = new Findings(now);
	found.add('application.created', isoOrNull(now.row.createdAt));
	const { snapshot } = now;
	const event = outcome('NOT_SPECIFIED', snapshot.status);
	if (event) found.add(event, occurredAt(now), { path: 'info.status', to: snapshot.status });
	compareInterviews({ ...snapshot, interviews: [] }, now, snapshot, found);
	compareOffers([], now, found);
	return found.inOrder();
}

/** Whether a model was told with something in it and now is told as empty: a switched-off scope looks like this. */
export function hasEmptied(before: Snapshot, now: Snapshot): boolean {
	const both = before.known & now.known;
	return (knows(both, 'currentStage') && before.stage !== null && now.stage === null)
		|| (knows(both, 'interviews') && before.interviews.some(({ gone }) => !gone) && now.interviews.length === 0)
		|| (knows(both, 'rejection') && before.rejection !== null && now.rejection === null)
		|| (knows(both, 'offers') && before.offers.length > 0 && now.offers.length === 0)
		|| (knows(both, 'attachments') && before.attachments.length > 0 && now.attachments.length === 0);
}

/** What is told now, and for the rest what was remembered. */
function merge(before: Snapshot, now: Snapshot): Snapshot {
	const info = knows(now.known, 'info') ? now : before;
	const { status, jobId } = info;
	return {
		known: before.known | now.known,
		deleted: now.deleted,
		// An application is always for some job, of some person, and came in somehow: none said is none told.
		status, origin: info.origin === 'NOT_SPECIFIED' ? before.origin : info.origin, jobId: jobId ?? before.jobId,
		infoParts: INFO_PARTS.map((part, index) => info.infoParts[index] || (MAY_BE_UNKNOWN.has(part) ? before.infoParts[index] : 0) || 0),
		stage: knows(now.known, 'currentStage') ? now.stage : before.stage,
		rejection: knows(now.known, 'rejection') ? now.rejection : before.rejection,
		interviews: knows(now.known, 'interviews') ? withGone(before.interviews, now.interviews) : before.interviews,
		offers: knows(now.known, 'offers') ? now.offers : before.offers,
		attachments: knows(now.known, 'attachments') ? now.attachments : before.attachments,
	};
}

function withGone(before: readonly InterviewMemory[], now: readonly InterviewMemory[]): readonly InterviewMemory[] {
	if (before.length === 0) return now;
	const listed = new Set(now.map(({ key }) => key));
	const left = before
		.filter(({ key, status }) => !listed.has(key) && status !== 'COMPLETE')
		.map((interview): InterviewMemory => (interview.gone ? interview : { ...interview, status: 'CANCELLED', gone: true }));
	return left.length === 0 ? now : [...now, ...left].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function compareInfo(before: Snapshot, next: Snapshot, both: number, found: Findings): void {
	const rejection: Change[] = knows(both, 'rejection') && !sameRejection(before.rejection, next.rejection)
		? [{ path: 'rejection', from: rejectionValue(before), to: rejectionValue(next) }]
		: [];
	const event = knows(both, 'info') ? outcome(before.status, next.status) : null;
	if (event) found.add(event, occurredAt(found.now), { path: 'info.status', from: before.status, to: next.status }, ...rejection);
	else found.update(...rejection);
	if (!knows(both, 'info')) return;
	if (!event && before.status !== next.status) found.update({ path: 'info.status', from: before.status, to: next.status });
	if (before.jobId !== null && before.jobId !== next.jobId) found.update({ path: 'info.jobId', from: before.jobId, to: next.jobId });
	if (before.origin !== 'NOT_SPECIFIED' && before.origin !== next.origin) found.update({ path: 'info.origin', from: before.origin, to: next.origin });
	INFO_PARTS.forEach((part, index) => {
		// What was not told before is unknown, and unknown is no value that it could have changed from.
		const isFirstKnown = MAY_BE_UNKNOWN.has(part) && !before.infoParts[index];
		if (!isFirstKnown && before.infoParts[index] !== next.infoParts[index]) found.update({ path: `info.${part}`, to: found.now.row.application.info?.[part] ?? null });
	});
}

function sameRejection(a: RejectionMemory | null, b: RejectionMemory | null): boolean {
	return a === b || (a !== null && b !== null && a.id === b.id && a.text === b.text && a.at === b.at);
}

function outcome(from: Snapshot['status'], to: Snapshot['status']): EventName | null {
	if (from === to) return null;
	if (to === 'REJECTED') return 'application.rejected';
	if (to === 'HIRED') return 'application.hired';
	return to === 'ACTIVE' && from !== 'NOT_SPECIFIED' ? 'application.reactivated' : null;
}

function occurredAt({ snapshot, row: { application, changedAt } }: Now): string | null {
	return (snapshot.status === 'REJECTED' ? application.rejection?.rejectedAt : null) ?? isoOrNull(changedAt);
}

function rejectionValue({ rejection }: Snapshot) {
	return rejection && { id: rejection.id, text: rejection.text, rejectedAt: isoOrNull(rejection.at) };
}

const ENDED: Partial<Record<InterviewMemory['status'], EventName>> = { CANCELLED: 'interview.cancelled', COMPLETE: 'interview.completed' };

function compareInterviews(before: Snapshot, { row: { application }, snapshot }: Now, next: Snapshot, found: Findings): void {
	if (before.interviews.length + snapshot.interviews.length === 0) return;
	const remembered = new Map(before.interviews.map((interview) => [interview.key, interview]));
	const details = lazily(() => new Map(interviewsOf(application).map(({ memory, item }) => [memory.key, item])));
	for (const interview of snapshot.interviews) {
		const was = remembered.get(interview.key);
		remembered.delete(interview.key);
		const path = `interviews[${interview.key}]`;
		if (!was) {
			const value = details().get(interview.key);
			// Met after the fact: one event, for what became of it.
			const ended = ENDED[interview.status];
			found.add(ended ?? 'interview.scheduled', ended ? null : (value?.createdAt ?? null), { path, from: null, to: value });
			continue;
		}
		if (was.status !== interview.status) {
			const change: Change = { path: `${path}.status`, from: was.status, to: interview.status };
			const event = ENDED[interview.status] ?? (was.status === 'CANCELLED' ? 'interview.scheduled' : null);
			if (event) found.add(event, null, change);
			else found.update(change);
		}
		const times: Change[] = [];
		if (was.start !== interview.start) times.push({ path: `${path}.scheduledStart`, from: isoOrNull(was.start), to: isoOrNull(interview.start) });
		if (was.end !== interview.end) times.push({ path: `${path}.scheduledEnd`, from: isoOrNull(was.end), to: isoOrNull(interview.end) });
		if (times.length > 0) found.add('interview.rescheduled', null, ...times);
		if (was.rest !== interview.rest) found.update({ path, to: details().get(interview.key) });
	}
	for (const [key, was] of remembered) {
		if (was.status === 'CANCELLED') continue;
		const kept = next.interviews.some((interview) => interview.key === key);
		if (kept) found.add('interview.cancelled', null, { path: `interviews[${key}].status`, from: was.status, to: 'CANCELLED' });
		// A completed interview that is tidied away was not called off.
		else found.update({ path: `interviews[${key}]`, from: { id: key, status: was.status, scheduledStart: isoOrNull(was.start), scheduledEnd: isoOrNull(was.end) }, to: null });
	}
}

function compareOffers(before: readonly OfferMemory[], { row: { application }, snapshot }: Now, found: Findings): void {
	if (before.length + snapshot.offers.length === 0) return;
	const remembered = new Map(before.map((offer) => [offer.key, offer]));
	const details = new Map(offersOf(application).map(({ memory, item }) => [memory.key, item]));
	for (const offer of snapshot.offers) {
		const was = remembered.get(offer.key);
		remembered.delete(offer.key);
		const path = `offers[${offer.key}]`;
		const value = details.get(offer.key);
		if (!was) found.add('offer.created', value?.createdAt ?? null, { path, from: null, to: value });
		else if (was.status !== offer.status) {
			const at = (offer.status === 'IN_PROGRESS' ? value?.sentAt : value?.closedAt) ?? null;
			found.add('offer.status_changed', at, { path: `${path}.status`, from: was.status, to: offer.status });
		} else if (was.rest !== offer.rest) found.update({ path, to: value });
	}
	for (const { key, status } of remembered.values()) found.update({ path: `offers[${key}]`, from: { id: key, status }, to: null });
}

function compareAttachments(before: Snapshot, { row: { application } }: Now, found: Findings): void {
	const left = [...before.attachments];
	for (const attachment of filesOf(application.attachments ?? [])) {
		const place = left.indexOf(attachmentHash(attachment));
		if (place >= 0) {
			left.splice(place, 1);
			continue;
		}
		found.add('attachment.added', attachment.createdAt, { path: `attachments[${attachment.id ?? attachment.name ?? ''}]`, from: null, to: attachment });
	}
	if (left.length > 0) found.update({ path: 'attachments', to: application.attachments });
}

/** Collects, and gathers everything without an event of its own into one `application.updated`. */
class Findings {
	private readonly found: Difference[] = [];
	private readonly updates: Change[] = [];

	constructor(readonly now: Now) {}

	get any(): boolean {
		return this.found.length > 0 || this.updates.length > 0;
	}

	add(event: EventName, at: string | null, ...changes: Change[]): void {
		this.found.push({ event, at, changes });
	}

	update(...changes: Change[]): void {
		this.updates.push(...changes);
	}

	inOrder(): Difference[] {
		const all = this.updates.length === 0
			? this.found
			: [...this.found, { event: 'application.updated' as const, at: isoOrNull(this.now.row.changedAt), changes: this.updates }];
		return all.length < 2 ? all : all.sort((a, b) => EVENTS.indexOf(a.event) - EVENTS.indexOf(b.event));
	}
}
