import type { IDataObject } from 'n8n-workflow';

import { FieldError } from '../errors';
import { isObject } from './apiDefinition';

/*
 * JSON:API: records with attributes and relations, records included for them, errors, and documents that are sent.
 * Keys keep their hyphens: what was read can be sent back. https://jsonapi.org/format/1.1/
 */

/** A record as the document has it. */
export type JsonApiRecord = IDataObject;

// ----------------------------------------------------------------------------------------------------------- reading

/** The records of a document, those that it includes for them beside each, in `included`. */
export function recordsIn(document: Record<string, unknown>): JsonApiRecord[] {
	const { data } = document;
	const records = Array.isArray(data) ? data : data === null || data === undefined || data === '' ? [] : [data];
	return withIncluded(records.map(asRow), document.included);
}

/** A bare value as a record. */
export function asRow(value: unknown): JsonApiRecord {
	return isObject(value) ? (value as JsonApiRecord) : { value: value as JsonApiRecord[string] };
}

function withIncluded(rows: JsonApiRecord[], included: unknown): JsonApiRecord[] {
	if (!Array.isArray(included) || included.length === 0) return rows;
	const known = new Map(included.filter(isObject).map((record) => [`${record.type}:${record.id}`, record as JsonApiRecord]));
	return rows.map((row) => {
		const related = relationsOf(row).flatMap(([, targets]) => targets ?? []).flatMap(({ type, id }) => known.get(`${type}:${id}`) ?? []);
		return related.length === 0 ? row : { ...row, included: [...new Set(related)] };
	});
}

interface Target {
	type: string;
	id: string;
}

/** A record's relations: name, targets (undefined: only links are told, null: there is none), and whether it may have several. */
export function relationsOf(row: JsonApiRecord): Array<[name: string, targets: Target[] | null | undefined, several: boolean]> {
	return Object.entries(isObject(row.relationships) ? row.relationships : {}).map(([name, relation]) => {
		const data = isObject(relation) ? relation.data : undefined;
		if (Array.isArray(data)) return [name, data.flatMap(targetOf), true];
		return [name, data === null ? null : data === undefined ? undefined : targetOf(data), false];
	});
}

function targetOf(value: unknown): Target[] {
	if (!isObject(value) || (typeof value.id !== 'string' && typeof value.id !== 'number')) return [];
	return [{ type: String(value.type ?? ''), id: String(value.id) }];
}

/** Attributes and the IDs of relations beside id and type; any other row as it is. */
export function flat(row: JsonApiRecord): JsonApiRecord {
	const shaped = typeof row.type === 'string' && (isObject(row.attributes) || isObject(row.relationships));
	if (!shaped) return row;
	const { id, type, attributes, included } = row;
	const own = isObject(attributes) ? (attributes as JsonApiRecord) : {};
	// An attribute named id or type must not take the place of the record's own.
	const clashing = Object.entries(own).filter(([name]) => name === 'id' || name === 'type');
	return {
		id,
		type,
		...relatedIds(row),
		...related(row, Array.isArray(included) ? included.filter(isObject) : []),
		...without(row, ['id', 'type', 'attributes', 'relationships', 'links', 'included']),
		...own,
		...(clashing.length === 0 ? {} : { id, type, attributes: Object.fromEntries(clashing) }),
	};
}

function relatedIds(row: JsonApiRecord): JsonApiRecord {
	return Object.fromEntries(
		relationsOf(row).flatMap(([name, targets, several]): Array<[string, JsonApiRecord[string]]> => {
			// A relation that tells only its links tells no ID.
			if (targets === undefined) return [];
			return several ? [[`${name}Ids`, (targets ?? []).map(({ id }) => id)]] : [[`${name}Id`, targets?.[0]?.id ?? null]];
		}),
	);
}

function related(row: JsonApiRecord, included: Array<Record<string, unknown>>): JsonApiRecord {
	const find = ({ type, id }: { type: string; id: string }) => included.find((one) => one.type === type && String(one.id) === id) as JsonApiRecord | undefined;
	return Object.fromEntries(
		relationsOf(row).flatMap(([name, targets, several]): Array<[string, JsonApiRecord[string]]> => {
			const found = (targets ?? []).map(find).filter((one) => one !== undefined).map(flat);
			return found.length === 0 ? [] : [[name, several ? found : found[0]]];
		}),
	);
}

function without(row: JsonApiRecord, names: readonly string[]): JsonApiRecord {
	return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}


// ------------------------------------------------------------------------------------------------------------ errors

/** What the `errors` of a document say, each with the place in the document that it points to. */
export function errorSentences(errors: unknown): string[] {
	return (Array.isArray(errors) ? errors : []).flatMap((one: unknown) => {
		if (!isObject(one)) return text(one) ?? [];
		const said = text(one.detail) ?? text(one.title) ?? text(one.message);
		const { pointer, parameter } = isObject(one.source) ? one.source : {};
		const place = text(pointer) ?? text(parameter);
		return said === undefined ? [] : place === undefined ? said : `${said} (${place})`;
	});
}

/** The first code among the `errors` of a document. */
export function errorCode(errors: unknown): string | undefined {
	return Array.isArray(errors) ? errors.filter(isObject).map((one) => text(one.code)).find(Boolean) : undefined;
}

function text(value: unknown): string | undefined {
	if (typeof value === 'number') return String(value);
	return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

// ----------------------------------------------------------------------------------------------------------- writing

export type Attributes = Record<string, unknown>;
export type Relations = Record<string, { data: Target | Target[] | null }>;

/** A JSON:API document; an ID makes it an update. */
export function record(type: string, id: string | undefined, attributes: Attributes, relations: Relations = {}): object {
	const data = {
		type,
		...(id === undefined ? {} : { id }),
		...(Object.keys(attributes).length === 0 ? {} : { attributes }),
		...(Object.keys(relations).length === 0 ? {} : { relationships: relations }),
	};
	return { data };
}

export function toOne(type: string, id: string | undefined): { data: Target } | undefined {
	return id === undefined ? undefined : { data: { type, id } };
}

export function toMany(type: string, ids: readonly string[] | undefined): { data: Target[] } | undefined {
	return ids === undefined ? undefined : { data: ids.map((id) => ({ type, id })) };
}

export function present(relations: Record<string, Relations[string] | undefined>): Relations {
	return Object.fromEntries(Object.entries(relations).flatMap(([name, relation]) => (relation === undefined ? [] : [[name, relation]])));
}

/** `{"manager": {"type": "users", "id": "1"}}`, with or without `data` around the target. */
export function typedRelations(given: Record<string, unknown> | undefined, field: string): Relations {
	return Object.fromEntries(
		Object.entries(given ?? {}).map(([name, value]) => {
			const data = isObject(value) && 'data' in value ? value.data : value;
			if (data === null) return [name, { data }];
			if (Array.isArray(data)) return [name, { data: data.map((one) => target(one, name, field)) }];
			return [name, { data: target(data, name, field) }];
		}),
	);
}

function target(value: unknown, name: string, field: string): Target {
	const { type, id } = isObject(value) ? value : {};
	if (typeof type === 'string' && type !== '' && (typeof id === 'string' || typeof id === 'number') && id !== '') return { type, id: String(id) };
	throw new FieldError(`"${name}" in "${field}" is not a relation`, 'Give a type and an ID, as in {"manager": {"type": "users", "id": "1"}}, a list of such, or null for none.');
}
