import type { Base } from './model.cts';

/** All records of one model, in the order of their creation, found by id, remote id, number or any field that holds one id. */
export class Collection<T extends Base> {
	readonly rows: T[] = [];

	private readonly ids = new Map<string, T>();

	private readonly indexes = new Map<keyof T, Map<unknown, T[]>>();

	get size(): number {
		return this.rows.length;
	}

	get(id: string | null | undefined): T | undefined {
		return id === null || id === undefined ? undefined : this.ids.get(id);
	}

	/** The record, or an error: for ids that the world itself wrote. */
	need(id: string): T {
		const record = this.ids.get(id);
		if (!record) throw new Error(`No record has the id ${id}.`);
		return record;
	}

	byNumber(number: number): T | undefined {
		return this.first('number', number);
	}

	byRemoteId(remoteId: string): T | undefined {
		return this.first('remoteId', remoteId);
	}

	first<K extends keyof T>(field: K, value: T[K]): T | undefined {
		return this.by(field, value)[0];
	}

	/** All records (deleted ones too) whose field has this value, e.g. `interviews.by('applicationId', id)`. */
	by<K extends keyof T>(field: K, value: T[K]): readonly T[] {
		let index = this.indexes.get(field);
		if (!index) {
			index = new Map();
			for (const row of this.rows) bucket(index, row[field]).push(row);
			this.indexes.set(field, index);
		}
		return index.get(value) ?? [];
	}

	/** Records that are not deleted. */
	alive(): T[] {
		return this.rows.filter((row) => row.deletedAt === null);
	}

	/** Only for the world: use `world.add`. */
	insert(record: T): void {
		this.rows.push(record);
		this.ids.set(record.id, record);
		for (const [field, index] of this.indexes) bucket(index, record[field]).push(record);
	}

	/** Only for the world: a field that may be indexed moves from one value to another. */
	reindex(record: T, field: keyof T, from: unknown, to: unknown): void {
		const index = this.indexes.get(field);
		if (!index) return;
		const old = index.get(from);
		if (old) old.splice(old.indexOf(record), 1);
		bucket(index, to).push(record);
	}
}

function bucket<T>(index: Map<unknown, T[]>, value: unknown): T[] {
	const list = index.get(value);
	if (list) return list;
	const fresh: T[] = [];
	index.set(value, fresh);
	return fresh;
}
