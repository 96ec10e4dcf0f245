import type { Row } from '../../lib/action/operation';
import type { Json } from '../../lib/action/field';
import { FieldError } from '../../lib/errors';
import { isObject } from '../../lib/http/apiDefinition';
import { relationsOf } from './envelope';

/*
 * Records as JSON:API writes them, and as a person reads them. Keys keep their hyphens: what was read can be sent back.
 * https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API (example datapoints)
 */

// ----------------------------------------------------------------------------------------------------------- reading

/** Attributes and the IDs of relations beside id and type; any other row as it is. */
export function flat(row: Row): Row {
	const shaped = typeof row.type === 'string' && (isObject(row.attributes) || isObject(row.relationships));
	if (!shaped) return row;
	const { id, type, attributes, included } = row;
	const own = isObject(attributes) ? (attributes as Row) : {};
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

function relatedIds(row: Row): Row {
	return Object.fromEntries(
		relationsOf(row).flatMap(([name, targets, several]): Array<[string, Row[string]]> => {
			// A relation that tells only its links tells no ID.
			if (targets === undefined) return [];
			return several ? [[`${name}Ids`, (targets ?? []).map(({ id }) => id)]] : [[`${name}Id`, targets?.[0]?.id ?? null]];
		}),
	);
}

function related(row: Row, included: Array<Record<string, unknown>>): Row {
	const find = ({ type, id }: { type: string; id: string }) => included.find((one) => one.type === type && String(one.id) === id) as Row | undefined;
	return Object.fromEntries(
		relationsOf(row).flatMap(([name, targets, several]): Array<[string, Row[string]]> => {
			const found = (targets ?? []).map(find).filter((one) => one !== undefined).map(flat);
			return found.length === 0 ? [] : [[name, several ? found : found[0]]];
		}),
	);
}

function without(row: Row, names: readonly string[]): Row {
	return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}

/** Attributes with addresses of files that die after 30 seconds. */
export type Resume = 'resume' | 'original-resume';

/** Whether there is a file is told; its address is not passed on. */export function flatCandidate(row: Row): Row {
	const { resume, 'original-resume': original, ...rest } = flat(row);
	if (resume === undefined && original === undefined) return rest;
	return { ...rest, 'has-resume': isAddress(resume) || isAddress(original) };
}

/** The signed address in a candidate, in either envelope. */
export function resumeAddress(row: Row, which: Resume): string | undefined {
	const found = flat(row)[which];
	return isAddress(found) ? found : undefined;
}

function isAddress(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}

/** The JSON inside the text `data`; the text itself where it is none. */
export function flatChange(row: Row): Row {
	const { data, ...rest } = flat(row);
	return data === undefined ? rest : { ...rest, data: unpacked(data) };
}

function unpacked(data: Row[string]): Row[string] {
	if (typeof data !== 'string') return data;
	try {
		return JSON.parse(data) as Row[string];
	} catch {
		return data;
	}
}

// ----------------------------------------------------------------------------------------------------------- writing

export type Attributes = Record<string, Json | undefined>;
export type Relations = Record<string, { data: Target | Target[] | null }>;
interface Target {
	type: string;
	id: string;
}

export interface Rules {
	/** The service works these out itself: sending them is refused or ignored. */
	readOnly: readonly string[];
	/** Only taken when a record is made. */
	createOnly: readonly string[];
}

export const CANDIDATE_RULES: Rules = {
	readOnly: ['consent-future-jobs-at', 'facebook-profile', 'linkedin-profile', 'original-resume', 'referring-site', 'referred'],
	createOnly: ['send-welcome-message'],
};
export const NO_RULES: Rules = { readOnly: [], createOnly: [] };

/** Attributes that may be sent, and the names of those that were left out. */
export function writable(attributes: Attributes, rules: Rules, creating: boolean): { sent: Attributes; dropped: string[] } {
	const refused = new Set([...rules.readOnly, ...(creating ? [] : rules.createOnly)]);
	const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
	return { sent: Object.fromEntries(given.filter(([name]) => !refused.has(name))), dropped: given.map(([name]) => name).filter((name) => refused.has(name)) };
}

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
export function typedRelations(given: Record<string, Json> | undefined, field: string): Relations {
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
