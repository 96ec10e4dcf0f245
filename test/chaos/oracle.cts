/** Holds what a trigger emitted against what the vendor showed. */
import type { State } from '../../lib/ats/changes/memory/state';
import type { Application, ApplicationChanges, Change, ChangeEvent } from '../../lib/ats/model';

/** An application in the fields that are compared: path -> value. */
export type Flat = Map<string, string | null>;

interface Shown {
	/** Every value that a path ever had. */
	ever: Map<string, Set<string | null>>;
	now: Flat;
	createdAt: number;
	/** When reads last began to show a difference. */
	changedAt: number;
}

export interface Verdict {
	/** Differences that the vendor showed. */
	changes: number;
	emitted: number;
	lost: number;
	/** Emitted, but many polls after reads began to show it, though nothing was broken. */
	late: number;
	duplicated: number;
	wrongFromTo: number;
	/** The first few, in words. */
	complaints: string[];
}

const DAY = 86_400_000;
const UNKNOWN = { interviews: 'interviews unknown', offers: 'offers unknown', attachments: 'attachments unknown' };
/** What every application has. */
const ALWAYS: ReadonlySet<string> = new Set(['info.candidate', 'info.jobId', 'currentStage']);
/** Of these and those above null is unknown (or known by details alone): it is no change, and what becomes known is none either. */
const MAY_BE_UNKNOWN: ReadonlySet<string> = new Set([...ALWAYS, 'info.source', 'info.customFields', 'info.owner', 'info.creditedTo']);
/** Under which of them a path stands: `interviews[3].status`. */
/** Under which name it stands in what is known that nothing is known of this list. */
export const unknownList = (path: string) => (path.startsWith('offers') ? UNKNOWN.offers : path.startsWith('attachments') ? UNKNOWN.attachments : UNKNOWN.interviews);

/** Polls after which a change is late. What only the full check finds comes hours later. */
export const LATE_AFTER = 5;

export class Oracle {
	private readonly shown = new Map<string, Shown>();
	private readonly known = new Map<string, Flat>();
	private readonly eventIds = new Set<string>();
	private readonly complaints: string[] = [];
	private emitted = 0;
	private missed = 0;
	private duplicated = 0;
	private wrong = 0;
	private changes = 0;
	private late = 0;
	/** Applications that may show something that was not emitted yet, and since how many polls they do. */
	private readonly touched = new Set<string>();
	private readonly waits = new Map<string, number>();
	/** Until the first read has ended, what is served is what will be remembered. */
	watching = false;
	watchStart = Infinity;
	/** What was there before the trigger is no change. */
	counting = false;
	/** Rows show interviews and offers whole: everything about them counts, not status and times alone. */
	whole = false;
	/** Items carry only some models: a creation then stands for what the vendor shows. */
	partial = false;
	/** Nothing is broken: what is shown must be emitted a few polls later, but for these paths, which only the full check finds. */
	prompt: { except: RegExp } | null = null;
	/** Events whose changes may repeat what a creation in the same step has said. */
	private fresh = '';

	/** The vendor shows this from now on. */
	show(id: string, flat: Flat, at: number, createdAt: number): void {
		const shown = this.shown.get(id) ?? { ever: new Map(), now: new Map(), createdAt, changedAt: at };
		let differs = false;
		for (const path of new Set([...flat.keys(), ...shown.now.keys()])) {
			const value = flat.get(path) ?? null;
			if ((shown.now.get(path) ?? null) === value && shown.now.has(path) === flat.has(path)) continue;
			differs = true;
			// What comes later was not there before.
			const ever = shown.ever.get(path) ?? new Set(shown.now.size > 0 ? [null] : []);
			ever.add(value);
			shown.ever.set(path, ever);
		}
		if (differs) {
			shown.changedAt = at;
			if (this.counting) this.changes++;
			if (this.counting) this.touched.add(id);
		}
		shown.now = flat;
		this.shown.set(id, shown);
	}

	isKnown(id: string): boolean {
		return this.known.has(id);
	}

	/** Whether anything is shown that was neither emitted nor remembered. */
	someUnknown(): boolean {
		if (!this.watching) return true;
		for (const [id, { now }] of this.shown) if (!this.known.has(id) && now.get('deleted') !== 'true') return true;
		return false;
	}

	/** Remembered without a word, with these values. */
	baseline(id: string, flat: Flat): void {
		if (!this.known.has(id)) this.known.set(id, flat);
	}

	/** What was remembered without a word, of what was served, is what the workflow is taken to know; of one that was deleted before anybody heard of it that is nothing. */
	look({ header, memory }: State, served: Iterable<[id: string, flat: Flat]>): void {
		for (const [id, flat] of served) {
			const entry = memory.find(id);
			if (entry && memory.snapshotOf(entry).known !== 0) this.baseline(id, flat);
		}
		if (header.highWater === null) return;
		this.watching = true;
		this.watchStart = header.watchStart;
	}

	/** The state was lost or belongs to another account: everything is new again. */
	forget(): void {
		this.known.clear();
		this.watching = false;
		this.watchStart = Infinity;
	}

	/** An account that is no longer looked at. */
	forgetShown(): void {
		this.shown.clear();
	}

	private isOld(id: string): boolean {
		return (this.shown.get(id)?.createdAt ?? 0) < this.watchStart - DAY;
	}

	hear(items: ReadonlyArray<ChangeEvent | ApplicationChanges>): void {
		for (const item of items) if ('event' in item) this.event(item);
	}

	private event(event: ChangeEvent): void {
		this.emitted++;
		const id = event.applicationId ?? '';
		if (this.eventIds.has(event.eventId)) this.complain('duplicated', `${event.event} ${id}: the event id was emitted before`);
		this.eventIds.add(event.eventId);
		const step = `${id} ${event.detectedAt}`;
		if (event.event === 'application.created' || event.previousKnown === false) {
			// One without a date that was rejected before anybody saw it: created and rejected, both with what it was before not known.
			if (this.known.has(id) && this.watching && step !== this.fresh) this.complain('duplicated', `${event.event} ${id}: was known`);
			if (event.application) this.known.set(id, this.all(id, event.application));
			this.fresh = step;
			return;
		}
		const known = this.known.get(id) ?? new Map<string, string | null>();
		this.known.set(id, known);
		for (const change of event.changes) this.change(event, change, known, step === this.fresh);
	}

	private all(id: string, application: Application): Flat {
		return this.partial ? new Map(this.shown.get(id)?.now) : flatten(application, false, this.whole);
	}

	private change(event: ChangeEvent, change: Change, known: Flat, fresh: boolean): void {
		const id = event.applicationId ?? '';
		if (change.path === 'info') {
			known.set('info.candidate', person(event.application?.info?.candidate));
			return;
		}
		if (change.path === '*') {
			if (!event.application) return;
			known.clear();
			for (const [path, value] of this.all(id, event.application)) known.set(path, value);
			return;
		}
		if (change.path === 'attachments') {
			// Some are gone: the list as it is now is emitted.
			for (const path of [...known.keys()]) if (path.startsWith('attachments[')) known.delete(path);
			for (const [path, value] of attachmentsIn(event.application)) known.set(path, value);
			return;
		}
		const ever = this.shown.get(id)?.ever;
		let news = false;
		for (const [base, from, to] of assignments(change, this.whole)) {
			let path = base;
			for (let ordinal = 2; base.startsWith('attachments[') && from === null && !fresh && known.get(path) === to; ordinal++) path = numbered(base, ordinal);
			const values = ever?.get(path);
			if (!values?.has(to) && !(path === 'info.candidate' && [...(values ?? [])].some((value) => areSame(value, to))) && !(path.endsWith('.status') && to === 'CANCELLED')) this.complain('wrong', `${event.event} ${id}: ${path} was never ${to}`);
			// With an application that is emitted as new all that it has is new.
			if (from !== undefined && !(fresh && from === null) && !values?.has(from)) this.complain('wrong', `${event.event} ${id}: ${path} was never ${from}, said to be the old value`);
			else if (from !== undefined && !fresh && known.has(path) && known.get(path) !== from && !(path === 'rejection' && isSameReason(from, known.get(path) ?? null))) this.complain('wrong', `${event.event} ${id}: ${path} was emitted as ${known.get(path)}, not ${from}`);
			if (known.get(path) !== to || !known.has(path)) news = true;
			known.set(path, to);
		}
		// The rest of an interview or offer (its dates, say) is only compared where rows show it whole.
		const isRest = change.from === undefined && /^(interviews|offers)\[[^\]]*\]$/.test(change.path);
		if (!news && !fresh && (this.whole || !isRest)) this.complain('duplicated', `${event.event} ${id}: ${change.path} was emitted before`);
		// With its status an offer's dates are emitted too: the item shows them.
		const offer = this.whole ? /^offers\[(.*)\]\.status$/.exec(change.path)?.[1] : undefined;
		if (offer !== undefined) known.set(`offers[${offer}].rest`, restOf(event.application?.offers?.find((one) => one.id === offer)));
	}

	/** A poll is over. */
	polled(): void {
		if (!this.prompt || !this.watching) return;
		for (const id of this.touched) {
			const shown = this.shown.get(id);
			const behind = shown ? [...this.behind(id, shown)].filter(([path]) => this.prompt?.except.test(path) === false) : [];
			for (const [path, text] of behind) {
				const key = `${id} ${path} ${shown?.now.get(path)}`;
				const polls = (this.waits.get(key) ?? 0) + 1;
				this.waits.set(key, polls);
				if (polls !== LATE_AFTER) continue;
				this.late++;
				if (this.complaints.length < 10) this.complaints.push(`late by ${polls} polls: ${text}`);
			}
			if (behind.length === 0) this.touched.delete(id);
		}
	}

	/** Something that had to happen did not. */
	miss(text: string): void {
		this.missed++;
		this.complaints.push(`missed: ${text}`);
	}

	verdict(): Verdict {
		let lost = this.missed;
		const lose = (text: string) => {
			lost++;
			if (this.complaints.length < 10) this.complaints.push(`lost: ${text}`);
		};
		if (!this.watching) lose('everything: the first read never came to its end');
		for (const [id, shown] of this.shown) for (const [, text] of this.behind(id, shown)) lose(text);
		return { changes: this.changes, emitted: this.emitted, lost, late: this.late, duplicated: this.duplicated, wrongFromTo: this.wrong, complaints: this.complaints };
	}

	/** What is shown of it and was neither emitted nor remembered: path, and in words. */
	private *behind(id: string, shown: Shown): Generator<[path: string, text: string]> {
		const known = this.known.get(id);
		const deleted = shown.now.get('deleted') === 'true';
		if (!known) {
			if (!deleted && (!this.isOld(id) || shown.changedAt > this.watchStart)) yield ['created', `${id} was never emitted`];
			return;
		}
		if (deleted) {
			if (known.get('deleted') !== 'true') yield ['deleted', `${id} was deleted`];
			return;
		}
		for (const path of new Set([...known.keys(), ...shown.now.keys()])) {
			const value = shown.now.get(path) ?? null;
			const emitted = known.get(path) ?? null;
			if (value === emitted || path === UNKNOWN.interviews || path === UNKNOWN.offers || path === UNKNOWN.attachments) continue;
			if (MAY_BE_UNKNOWN.has(path) && (!known.has(path) || !shown.now.has(path))) continue;
			if (!known.has(path) && known.has(unknownList(path))) continue;
			// Details alone know it: rows never show what becomes of it.
			if (!shown.now.has(path) && /^(interviews|offers|attachments)\[/.test(path) && shown.now.has(unknownList(path))) continue;
			if (path === 'info.candidate' && areSame(value, emitted)) continue;
			if (path === 'rejection' && isSameReason(value, emitted)) continue;
			// An interview that is gone counts as cancelled; its times are of no interest.
			const gone = path.startsWith('interviews[') && !shown.now.has(path);
			if (gone && (!path.endsWith('.status') || emitted === 'CANCELLED')) continue;
			yield [path, `${id}: ${path} is ${value}, last emitted or remembered as ${emitted}`];
		}
	}

	private complain(kind: 'duplicated' | 'wrong', text: string): void {
		if (kind === 'duplicated') this.duplicated++;
		else this.wrong++;
		if (this.complaints.length < 10) this.complaints.push(`${kind}: ${text}`);
	}
}

export function flatten(application: Application, deleted: boolean, whole = false): Flat {
	const flat: Flat = new Map([['deleted', String(deleted)]]);
	const { info } = application;
	flat.set('info.status', info?.status ?? null);
	// Every application is somebody's, for some job and somewhere: null is unknown.
	if (info?.jobId) flat.set('info.jobId', info.jobId);
	if (info?.candidate) flat.set('info.candidate', person(info.candidate));
	for (const [path, value] of furtherInfo(info)) if (value !== null) flat.set(path, value);
	if (application.currentStage) flat.set('currentStage', application.currentStage.id);
	flat.set('rejection', reason(application.rejection));
	// Unknown: what it turns out to be later is remembered without a word.
	if (!application.interviews) flat.set(UNKNOWN.interviews, '');
	if (!application.offers) flat.set(UNKNOWN.offers, '');
	if (!application.attachments) flat.set(UNKNOWN.attachments, '');
	for (const interview of application.interviews ?? []) {
		const path = `interviews[${interview.id}]`;
		flat.set(`${path}.status`, interview.status);
		flat.set(`${path}.scheduledStart`, interview.scheduledStart);
		flat.set(`${path}.scheduledEnd`, interview.scheduledEnd);
		if (whole) flat.set(`${path}.rest`, restOf(interview));
	}
	for (const offer of application.offers ?? []) {
		flat.set(`offers[${offer.id}].status`, offer.status);
		if (whole) flat.set(`offers[${offer.id}].rest`, restOf(offer));
	}
	for (const [path, value] of attachmentsIn(application)) flat.set(path, value);
	return flat;
}

function text(value: unknown): string | null {
	return value === null || value === undefined ? null : String(value);
}

const FURTHER: Readonly<Record<string, (value: unknown) => string | null>> = {
	'info.source': text,
	'info.origin': text,
	'info.appliedAt': (value) => (typeof value === 'string' ? String(Date.parse(value)) : null),
	'info.owner': (value) => field(value, 'id'),
	'info.creditedTo': (value) => field(value, 'id'),
	'info.customFields': (value) => (Array.isArray(value) ? JSON.stringify(value.map((one) => JSON.stringify(one)).sort()) : null),
};

function furtherInfo(info: Application['info']): Array<[path: string, value: string | null]> {
	return Object.entries(FURTHER).map(([path, read]) => [path, read(Reflect.get(info ?? {}, path.slice('info.'.length)))]);
}

/** Of an interview or an offer: all but what has a path of its own. */
function restOf(part: unknown): string | null {
	if (typeof part !== 'object' || part === null) return null;
	return JSON.stringify({ ...part, status: undefined, scheduledStart: undefined, scheduledEnd: undefined });
}

/** The second file of one name is one more. */
function numbered(path: string, ordinal: number): string {
	return ordinal === 1 ? path : `${path} #${ordinal}`;
}

function attachmentsIn(application: Application | null): Array<[path: string, value: string]> {
	const count = new Map<string, number>();
	return (application?.attachments ?? []).map(({ id, name, type }) => {
		const path = `attachments[${id ?? name ?? ''}]`;
		const ordinal = (count.get(path) ?? 0) + 1;
		count.set(path, ordinal);
		return [numbered(path, ordinal), type];
	});
}

function assignments({ path, from, to, ...rest }: Change & { from?: unknown }, whole: boolean): Array<[path: string, from: string | null | undefined, to: string | null]> {
	void rest;
	const was = (read: (value: unknown) => string | null) => (from === undefined ? undefined : read(from));
	if (path === 'currentStage') return [[path, was((value) => field(value, 'id')), field(to, 'id')]];
	if (path === 'rejection') return [[path, was(reason), reason(to)]];
	if (path in FURTHER) return [[path, was(FURTHER[path] ?? text), (FURTHER[path] ?? text)(to)]];
	if (path === 'info.candidate') return [[path, undefined, person(to)]];
	if (path.startsWith('attachments[')) return [[path, was((value) => field(value, 'type')), field(to, 'type')]];
	if (/^(interviews|offers)\[[^\]]*\]$/.test(path)) {
		const fields = path.startsWith('offers') ? ['status'] : ['status', 'scheduledStart', 'scheduledEnd'];
		return [
			...fields.map((name): [string, string | null | undefined, string | null] => [`${path}.${name}`, was((value) => field(value, name)), field(to, name)]),
			...(whole ? [[`${path}.rest`, undefined, restOf(to)] satisfies [string, undefined, string | null]] : []),
		];
	}
	return [[path, was(text), text(to)]];
}

function field(value: unknown, name: string): string | null {
	if (typeof value !== 'object' || value === null) return null;
	const inner: unknown = Reflect.get(value, name);
	return inner === null || inner === undefined ? null : String(inner);
}

function reason(value: unknown): string | null {
	return value === null || value === undefined ? null : `${field(value, 'id')} ${field(value, 'text')} ${field(value, 'rejectedAt')}`;
}

/** Details may know the time of a rejection, which rows leave out. */
function isSameReason(one: string | null, other: string | null): boolean {
	const withoutTime = (text: string) => text.slice(0, text.lastIndexOf(' '));
	return one !== null && other !== null && withoutTime(one) === withoutTime(other) && (one.endsWith(' null') || other.endsWith(' null'));
}

/** One person, as far as both know: details know more than rows. */
function areSame(one: string | null, other: string | null): boolean {
	const [first, second]: Array<Record<string, unknown>> = [one, other].map((person) => JSON.parse(person ?? '{}'));
	return Object.entries(first ?? {}).every(([key, value]) => value === null || (second?.[key] ?? null) === null || JSON.stringify(value) === JSON.stringify(second?.[key]));
}

function person(value: unknown): string | null {
	return value === null || value === undefined ? null : JSON.stringify(value);
}
