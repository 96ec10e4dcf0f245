import type { ApplicationStatus, Stage } from '../../model';
import { hash32, idHash } from '../../../poll/state/hash';
import { contentHash, NOTHING, knownParts, type Snapshot } from '../compare/snapshot';

/** An application as it is remembered in full. Never changed in place: a new one replaces it. */
export interface Entry {
	readonly id: string;
	/** Grows with every told step, so that A -> B -> A -> B has four ids. */
	readonly step: number;
	readonly snapshot: Snapshot;
	/** The list row in 48 bits, where list rows only show what moved (see rowHashOf); else 0. */
	readonly rowHash: number;
	/** The provider's own note, such as the candidate's id. */
	readonly lookupKey: string | null;
	/** Missing from the last complete pass; once more and it is gone. */
	readonly missed: boolean;
	/** Kept by the process only: the last pass over everything in which it was met; where its bytes stand in what was packed last (size 0: nowhere). */
	seenIn: number;
	begin: number;
	size: number;
}

/** What is left of an application when room is short: enough to see that something changed, and status and stage. */
export interface CompactEntry {
	readonly deleted: boolean;
	readonly status: ApplicationStatus;
	/** Id; the name is in the table of stages. */
	readonly stage: string | null;
	readonly known: number;
	/** Bits of what `info` showed (see knownParts in snapshot). */
	readonly knownParts: number;
	/** 20 bits of the content's hash, or of the rowHash's where there is one. */
	readonly content: number;
	readonly hashesRow: boolean;
	seenIn: number;
	/** Under which the vendor can be asked about it; null after a restart, until it is met again. Kept by the process only, as `missed` is here. */
	askedAs: { readonly id: string; readonly lookupKey: string | null } | null;
	missed: boolean;
}

export const COMPACT_CONTENT_BITS = 20;

/**
 * All remembered applications. Full entries are kept in the order of their last change (a Map keeps insertion order),
 * which is the order in which they become compact.
 */
export class Memory {
	readonly full = new Map<string, Entry>();
	/** By 40-bit hash of the id. */
	readonly compact = new Map<number, CompactEntry>();
	/** Stages by id, as last seen. Names and categories are never compared. */
	readonly stages = new Map<string, Stage>();

	get size(): number {
		return this.full.size + this.compact.size;
	}

	find(id: string): Entry | CompactEntry | undefined {
		return this.full.get(id) ?? this.compact.get(idHash(id));
	}

	/** Puts it last in the order of change. */
	set(entry: Entry): void {
		if (!this.full.delete(entry.id) && this.compact.size > 0) this.compact.delete(idHash(entry.id));
		this.full.set(entry.id, entry);
		entry.size = 0;
		if (entry.snapshot.stage?.id) this.stages.set(entry.snapshot.stage.id, entry.snapshot.stage);
	}

	stageValue(id: string | null): Stage | null {
		return id === null ? null : (this.stages.get(id) ?? { id, text: null, category: null });
	}

	/** Takes the details of an application away. Returns false when another one has the same short hash. */
	makeCompact(entry: Entry): boolean {
		const key = idHash(entry.id);
		if (this.compact.has(key)) return false;
		const { id, lookupKey, snapshot, rowHash } = entry;
		this.full.delete(id);
		this.compact.set(key, {
			deleted: snapshot.deleted,
			status: snapshot.status,
			stage: snapshot.stage?.id ?? null,
			known: snapshot.known,
			knownParts: knownParts(snapshot),
			content: rowHash === 0 ? compactContent(contentHash(snapshot)) : rowHashContent(rowHash),
			hashesRow: rowHash !== 0,
			seenIn: entry.seenIn,
			askedAs: { id, lookupKey },
			missed: entry.missed,
		});
		return true;
	}

	/** As far as it is remembered: of a compact entry only status and stage. */
	snapshotOf(entry: Entry | CompactEntry): Snapshot {
		if (isFull(entry)) return entry.snapshot;
		const { known, deleted, status, stage } = entry;
		return { ...NOTHING, known, deleted, status, stage: this.stageValue(stage) };
	}
}

/**
 * A list row as a rowHash: 20 bits for what it shows, 28 for its time of record, which may be all that an outline shows
 * of a change. Compact entries keep the first part only: the time alone is no change.
 */
export function rowHashOf(content: number, changedAt: number | null): number {
	return compactContent(content) * 2 ** ROW_TIME_BITS + (hash32(String(changedAt)) % (2 ** ROW_TIME_BITS - 1)) + 1;
}

const ROW_TIME_BITS = 28;

export function rowHashContent(rowHash: number): number {
	return Math.floor(rowHash / 2 ** ROW_TIME_BITS);
}

export function compactContent(hash: number): number {
	return hash % 2 ** COMPACT_CONTENT_BITS;
}

export function isFull(entry: Entry | CompactEntry): entry is Entry {
	return 'snapshot' in entry;
}

/** Changes of one poll, put into the memory only when the poll is sure of them. */
export class Draft {
	private readonly full = new Map<string, Entry | null>();
	private readonly compact = new Map<number, CompactEntry | null>();
	/** Remembered without an event: must reach the database some day. */
	silentChanges = 0;

	constructor(readonly memory: Memory) {}

	find(id: string): Entry | CompactEntry | undefined {
		return this.full.get(id) ?? this.memory.find(id);
	}

	/** Null: it is forgotten. */
	set(id: string, entry: Entry | null): void {
		this.full.set(id, entry);
	}

	/** By the hash of its id. */
	setCompact(key: number, entry: CompactEntry | null): void {
		this.compact.set(key, entry);
	}

	get isEmpty(): boolean {
		return this.full.size + this.compact.size === 0;
	}

	apply(): void {
		for (const [key, entry] of this.compact) {
			if (entry) this.memory.compact.set(key, entry);
			else this.memory.compact.delete(key);
		}
		for (const [id, entry] of this.full) {
			if (entry) this.memory.set(entry);
			else this.memory.full.delete(id);
		}
		this.full.clear();
		this.compact.clear();
	}
}
