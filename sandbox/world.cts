import type { Clock } from './clock.cts';
import { RealClock } from './clock.cts';
import { Collection } from './collection.cts';
import { fileBytes } from './files.cts';
import type { Attachment, Base, Fields, ModelName, Models } from './model.cts';
import { LINK_FIELDS } from './model.cts';
import { opaqueId, Random } from './random.cts';

/** One field of one record went from one value to another. Times in milliseconds. */
export interface JournalEntry {
	seq: number;
	/** when it happened */
	at: number;
	/** when reads began to show it (later than `at` under lag) */
	seenAt: number;
	model: ModelName;
	id: string;
	kind: 'added' | 'changed' | 'removed' | 'restored';
	/** dotted, e.g. `stageId` or `rejection.reasonId`; '' for a whole record (`to` is then a copy of it) */
	path: string;
	from: unknown;
	to: unknown;
	/** who: 'recruiter', or the name of the service it came through */
	by: string;
}

export interface Change<M extends ModelName = ModelName> {
	model: M;
	record: Models[M];
	kind: JournalEntry['kind'];
	/** top-level fields that changed */
	fields: string[];
	entries: JournalEntry[];
	/** only link fields changed: the record's own stamp stayed */
	linksOnly: boolean;
	at: number;
	by: string;
}

export interface WorldOptions {
	seed?: string | number;
	clock?: Clock;
	/** Milliseconds until reads show a change; the change keeps the stamp of the time when it was made. */
	lag?: Lag;
}

export type Lag = number | ((model: ModelName, id: string) => number);

interface Pending {
	seenAt: number;
	apply: () => void;
}

/**
 * The world: every record, one door through which all changes go, and the journal of what went through.
 * Reads see the world with its lag; `find` also knows what is on its way.
 */
export class World {
	readonly seed: string;

	readonly clock: Clock;

	readonly random: Random;

	lag: Lag;

	/** Rises with every change that became visible. */
	version = 0;

	readonly companies = new Collection<Models['company']>();

	readonly departments = new Collection<Models['department']>();

	readonly positions = new Collection<Models['position']>();

	readonly roles = new Collection<Models['role']>();

	readonly users = new Collection<Models['user']>();

	readonly tags = new Collection<Models['tag']>();

	readonly rejectionReasons = new Collection<Models['rejectionReason']>();

	readonly stages = new Collection<Models['stage']>();

	readonly jobs = new Collection<Models['job']>();

	readonly candidates = new Collection<Models['candidate']>();

	readonly applications = new Collection<Models['application']>();

	readonly interviews = new Collection<Models['interview']>();

	readonly offers = new Collection<Models['offer']>();

	readonly notes = new Collection<Models['note']>();

	readonly attachments = new Collection<Models['attachment']>();

	readonly scorecards = new Collection<Models['scorecard']>();

	readonly resultLinks = new Collection<Models['resultLink']>();

	readonly messages = new Collection<Models['message']>();

	readonly tasks = new Collection<Models['task']>();

	readonly activities = new Collection<Models['activity']>();

	readonly chatUsers = new Collection<Models['chatUser']>();

	readonly chatChannels = new Collection<Models['chatChannel']>();

	readonly chatMessages = new Collection<Models['chatMessage']>();

	private readonly models: { [M in ModelName]: Collection<Models[M]> } = {
		company: this.companies,
		department: this.departments,
		position: this.positions,
		role: this.roles,
		user: this.users,
		tag: this.tags,
		rejectionReason: this.rejectionReasons,
		stage: this.stages,
		job: this.jobs,
		candidate: this.candidates,
		application: this.applications,
		interview: this.interviews,
		offer: this.offers,
		note: this.notes,
		attachment: this.attachments,
		scorecard: this.scorecards,
		resultLink: this.resultLinks,
		message: this.messages,
		task: this.tasks,
		activity: this.activities,
		chatUser: this.chatUsers,
		chatChannel: this.chatChannels,
		chatMessage: this.chatMessages,
	};

	private readonly entries: JournalEntry[] = [];

	private readonly listeners: Array<(change: Change) => void> = [];

	private readonly pending: Pending[] = [];

	private readonly coming = new Map<string, Base>();

	private readonly lastSeen = new Map<string, number>();

	private readonly numbers = new Map<ModelName, number>();

	private readonly contents = new Map<string, Buffer>();

	private building = false;

	constructor(options: WorldOptions = {}) {
		this.seed = String(options.seed ?? 1);
		this.clock = options.clock ?? new RealClock();
		this.lag = options.lag ?? 0;
		this.random = new Random(this.seed);
	}

	/** All changes that reads show by now, oldest first. */
	get journal(): readonly JournalEntry[] {
		this.settle();
		return this.entries;
	}

	collection<M extends ModelName>(model: M): Collection<Models[M]> {
		return this.models[model];
	}

	/** A record that reads show, or one that is made and not shown yet. */
	find<M extends ModelName>(model: M, id: string): Models[M] | undefined {
		const shown = this.collection(model).get(id);
		if (shown) return shown;
		const coming = this.coming.get(`${model} ${id}`);
		return coming as Models[M] | undefined;
	}

	/** Called after each change that became visible. */
	onChange(listener: (change: Change) => void): void {
		this.listeners.push(listener);
	}

	/** Makes a record. It is returned at once, also when reads show it only later. */
	add<M extends ModelName>(model: M, fields: Fields<M>, by: string, base: Partial<Base> = {}): Models[M] {
		const record = this.make(model, fields, base);
		if (this.building) {
			this.collection(model).insert(record);
			return record;
		}
		const at = base.createdAt ?? this.clock.now();
		this.coming.set(`${model} ${record.id}`, record);
		this.soon(model, record, at, (seenAt) => {
			this.coming.delete(`${model} ${record.id}`);
			this.collection(model).insert(record);
			this.notify({ model, record, kind: 'added', fields: [], linksOnly: false, at, by, entries: [this.note(at, seenAt, model, record.id, 'added', '', undefined, { ...record }, by)] });
		});
		return record;
	}

	/** Changes fields of a record. Fields that keep their value are no change. */
	change<M extends ModelName>(model: M, id: string, patch: Partial<Fields<M>>, by: string): void {
		const record = this.find(model, id);
		if (!record) throw new Error(`There is no ${model} with the id ${id}.`);
		const at = this.clock.now();
		this.soon(model, record, at, (seenAt) => {
			const entries: JournalEntry[] = [];
			const fields: string[] = [];
			let own = false;
			for (const [field, to] of Object.entries(patch)) {
				const from = Reflect.get(record, field);
				if (same(from, to)) continue;
				for (const [path, a, b] of differences(field, from, to)) entries.push(this.note(at, seenAt, model, id, 'changed', path, a, b, by));
				Reflect.set(record, field, to);
				this.collection(model).reindex(record, field as keyof Models[M], from, to);
				fields.push(field);
				if (!LINK_FIELDS[model]?.has(field)) own = true;
			}
			if (fields.length === 0) return;
			if (own) record.changedAt = at;
			else record.linkedAt = at;
			this.notify({ model, record, kind: 'changed', fields, linksOnly: !own, at, by, entries });
		});
	}

	/** Marks a record as deleted; it stays for those who ask for deleted ones. */
	remove(model: ModelName, id: string, by: string): void {
		this.setDeleted(model, id, true, by);
	}

	restore(model: ModelName, id: string, by: string): void {
		this.setDeleted(model, id, false, by);
	}

	/** Shows what is due. Everything that reads the world through the sandbox calls this first. */
	settle(now: number = this.clock.now()): void {
		while (this.pending[0] !== undefined && this.pending[0].seenAt <= now) this.pending.shift()?.apply();
	}

	/** Shows everything at once, however long its lag: the end of a simulation. */
	settleAll(): void {
		this.settle(Infinity);
	}

	bytes(attachment: Attachment): Buffer {
		return this.contents.get(attachment.id) ?? fileBytes(attachment);
	}

	/** Keeps uploaded bytes. */
	keepBytes(attachmentId: string, bytes: Buffer): void {
		this.contents.set(attachmentId, bytes);
	}

	/** Fills a new world: no journal, no lag, no listeners. */
	build(fill: () => void): void {
		this.building = true;
		fill();
		this.building = false;
	}

	private make<M extends ModelName>(model: M, fields: Fields<M>, base: Partial<Base>): Models[M] {
		const number = (this.numbers.get(model) ?? 0) + 1;
		this.numbers.set(model, number);
		const createdAt = base.createdAt ?? this.clock.now();
		const record: Base & Fields<M> = {
			id: base.id ?? opaqueId(`${this.seed}/${model}`, number),
			number,
			remoteId: base.remoteId ?? String(REMOTE_OFFSET + number),
			createdAt,
			changedAt: base.changedAt ?? createdAt,
			linkedAt: base.linkedAt ?? 0,
			deletedAt: base.deletedAt ?? null,
			...fields,
		};
		// Base + Fields is the record by the definition of Fields; the compiler cannot see it for a generic model.
		return record as unknown as Models[M];
	}

	private setDeleted(model: ModelName, id: string, deleted: boolean, by: string): void {
		const record = this.find(model, id);
		if (!record) throw new Error(`There is no ${model} with the id ${id}.`);
		const at = this.clock.now();
		this.soon(model, record, at, (seenAt) => {
			if ((record.deletedAt !== null) === deleted) return;
			const from = record.deletedAt;
			record.deletedAt = deleted ? at : null;
			record.changedAt = at;
			const kind = deleted ? 'removed' : 'restored';
			this.notify({ model, record, kind, fields: ['deletedAt'], linksOnly: false, at, by, entries: [this.note(at, seenAt, model, id, kind, 'deletedAt', from, record.deletedAt, by)] });
		});
	}

	/** Applies now, or after the lag; changes around one candidate keep their order. */
	private soon(model: ModelName, record: Base, at: number, apply: (seenAt: number) => void): void {
		const now = this.clock.now();
		this.settle(now);
		const lag = typeof this.lag === 'number' ? this.lag : this.lag(model, record.id);
		if (lag <= 0 && this.pending.length === 0) return apply(now);
		const root = this.rootOf(model, record);
		const seenAt = Math.max(at + lag, this.lastSeen.get(root) ?? 0);
		if (seenAt <= now) return apply(now);
		this.lastSeen.set(root, seenAt);
		let place = this.pending.length;
		while (place > 0 && (this.pending[place - 1]?.seenAt ?? 0) > seenAt) place--;
		this.pending.splice(place, 0, { seenAt, apply: () => apply(seenAt) });
	}

	private rootOf(model: ModelName, record: Base): string {
		if (model === 'candidate') return record.id;
		if ('candidateId' in record && typeof record.candidateId === 'string') return record.candidateId;
		if ('applicationId' in record && typeof record.applicationId === 'string') return this.find('application', record.applicationId)?.candidateId ?? record.id;
		return record.id;
	}

	private note(at: number, seenAt: number, model: ModelName, id: string, kind: JournalEntry['kind'], path: string, from: unknown, to: unknown, by: string): JournalEntry {
		const entry = { seq: this.entries.length + 1, at, seenAt, model, id, kind, path, from, to, by };
		this.entries.push(entry);
		return entry;
	}

	private notify(change: Change): void {
		this.version++;
		for (const listener of this.listeners) listener(change);
	}
}

/** So that remote ids are never taken for numbers that count from one. */
const REMOTE_OFFSET = 4000000;

/** The differing leaves of two values; lists count as one value. */
function* differences(path: string, from: unknown, to: unknown): Generator<[string, unknown, unknown]> {
	if (same(from, to)) return;
	if (isPlain(from) && isPlain(to)) {
		for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) yield* differences(`${path}.${key}`, from[key], to[key]);
	} else yield [path, from, to];
}

/** Equal by value. Not node's own comparison, which tells objects of different realms (jest's) apart. */
function same(a: unknown, b: unknown): boolean {
	if (Object.is(a, b)) return true;
	if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
	if (!isPlain(a) || !isPlain(b)) return false;
	const keys = Object.keys(a);
	return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
}

function isPlain(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Another id for each record of a model, e.g. Flatchr's 16 characters or a UUID, and the way back. */
export class Aliases {
	private readonly known = new Map<string, { done: number; ids: Map<string, number> }>();

	constructor(
		private readonly world: World,
		/** Must give different texts for different numbers. */
		private readonly make: (label: string, number: number) => string,
	) {}

	of(model: ModelName, record: Base): string {
		return this.make(`${this.world.seed}/${model}`, record.number);
	}

	find<M extends ModelName>(model: M, alias: string): Models[M] | undefined {
		const rows = this.world.collection(model).rows;
		const index = this.known.get(model) ?? { done: 0, ids: new Map<string, number>() };
		this.known.set(model, index);
		for (; index.done < rows.length; index.done++) {
			const row = rows[index.done];
			if (row) index.ids.set(this.of(model, row), index.done);
		}
		const place = index.ids.get(alias);
		return place === undefined ? undefined : rows[place];
	}
}
