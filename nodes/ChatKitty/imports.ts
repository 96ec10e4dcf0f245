import { bare, binary, choice, json, when } from '../../lib/action/field';
import type { Item } from '../../lib/action/item';
import type { Row } from '../../lib/action/operation';
import { FieldError } from '../../lib/errors';
import { isObject } from '../../lib/http/apiDefinition';
import { multipart } from '../../lib/http/form';
import { parseJson } from '../../lib/http/json';
import type { ChatKittyApi } from './api';
import { snake, toWire } from './dialect';

/** Where the rows come from: all items of the input at once, a field, or a file. */
export function sourceFields(fields: string) {
	return [
		choice('source', {
			displayName: 'Rows From',
			description: 'Where the records to import are',
			default: 'items',
			options: [
				{ name: 'File', value: 'file', description: "A JSON file in ChatKitty's own form, sent as it is" },
				{ name: 'Input Items', value: 'items', description: `Every input item is one row, with the fields ${fields}; all go in one import, and other fields are left out` },
				{ name: 'JSON', value: 'json', description: `A list of objects with the fields ${fields}` },
			],
		}),
		when(json('rows', { displayName: 'Rows (JSON)', required: true, rows: 6, placeholder: '[{"name": "jane@example.com", "display_name": "Jane Doe"}]', description: `A list of objects with the fields ${fields}` }), { source: ['json'] }),
		when(binary('binaryField', { hint: 'The name of the input field that holds the JSON file' }), { source: ['file'] }),
	] as const;
}

/** What one kind of row must and may hold, in snake_case. `complete` fills in what ChatKitty requires. */
export interface RowShape {
	what: string;
	required: readonly string[];
	optional: readonly string[];
	/** Fields that hold usernames. */
	people: readonly string[];
	complete(row: Row): Row;
}

/** https://chatkitty.com/docs/concepts/imports and OpenAPI 2.41.9; examples write isGuest where the schema says guest. */
export const SHAPES = {
	user: {
		what: 'user',
		required: ['name'],
		optional: ['display_name', 'guest', 'is_guest', 'properties', 'display_picture', 'idempotency_key'],
		people: ['name'],
		complete: ({ is_guest: isGuest, ...row }) => ({ ...row, display_name: row.display_name ?? row.name, guest: row.guest ?? isGuest ?? false, properties: row.properties ?? {} }),
	},
	channel: {
		what: 'channel',
		required: ['type', 'members'],
		optional: ['name', 'display_name', 'creator', 'properties', 'idempotency_key'],
		people: ['members', 'creator'],
		complete: (row) => ({ ...row, members: typeof row.members === 'string' ? row.members.split(',').map((member) => member.trim()) : row.members }),
	},
	member: { what: 'member', required: ['username'], optional: ['idempotency_key'], people: ['username'], complete: (row) => row },
	message: {
		what: 'message',
		required: ['channel_id', 'body'],
		optional: ['type', 'user', 'group_tag', 'properties', 'idempotency_key'],
		people: ['user'],
		complete: (row) => ({ ...row, type: row.type ?? (row.user === undefined ? 'SYSTEM_TEXT' : 'TEXT'), channel_id: Number.isSafeInteger(Number(row.channel_id)) ? Number(row.channel_id) : row.channel_id }),
	},
} as const satisfies Record<string, RowShape>;

export interface Source {
	source: 'items' | 'json' | 'file';
	rows?: unknown;
	binaryField?: string;
}

/** Starts an import; undefined for the items that travel with the first one. */
export async function startImport(chatkitty: ChatKittyApi, item: Item, address: string, shape: RowShape, source: Source): Promise<Row | undefined> {
	if (source.source === 'items' && item.index > 0) return undefined;
	const data = source.source === 'file' ? await fileRows(item, source.binaryField ?? 'data') : Buffer.from(JSON.stringify(toWire(checkedRows(shape, source.source === 'items' ? item.all : source.rows), chatkitty.version)));
	return await chatkitty.upload(address, multipart({}, [{ part: 'file', data, name: `${shape.what}s.json`, mimeType: 'application/json' }]));
}

/** Every row is checked before anything is sent: ChatKitty does not say which rows of an import failed. */
export function checkedRows(shape: RowShape, rows: unknown): Row[] {
	if (!Array.isArray(rows)) throw new FieldError('"Rows (JSON)" is not a list', `Write [{...}, {...}], one object per ${shape.what}.`);
	if (rows.length === 0) throw new FieldError('There are no rows to import', `Give at least one ${shape.what}.`);
	return rows.map((row: unknown, index) => checkedRow(shape, row, index));
}

function checkedRow(shape: RowShape, given: unknown, index: number): Row {
	if (!isObject(given)) throw new FieldError(`Row ${index} must be a JSON object`, `Every row is one ${shape.what}.`);
	const known = new Set([...shape.required, ...shape.optional]);
	const named = Object.entries(given).map(([name, value]): [string, unknown] => {
		const key = snake(name);
		// An address as a sheet holds it would make a second person.
		return [key, key === 'properties' && typeof value === 'string' ? parsedProperties(value, index) : shape.people.includes(key) ? usernames(value) : value];
	});
	const kept: Row = Object.fromEntries(named.filter(([name, value]) => known.has(name) && value !== null && value !== undefined && value !== '')) as Row;
	const missing = shape.required.filter((name) => kept[name] === undefined);
	if (missing.length > 0) throw new FieldError(`Row ${index} has no "${missing[0]}"`, `A ${shape.what} needs: ${shape.required.join(', ')}. Put an Edit Fields node before this one to name the fields so.`);
	const row = shape.complete(kept);
	const number = shape.people.find((name) => [row[name]].flat().some((one) => /^\s*\d+\s*$/.test(String(one))));
	if (number !== undefined) throw new FieldError(`"${number}" of row ${index} is a number, which is no username`, 'Imports take usernames, not IDs: User, Get Many gives them as name.');
	return row;
}

function usernames(value: unknown): unknown {
	return Array.isArray(value) ? value.map(usernames) : typeof value === 'string' ? bare(value) : value;
}

function parsedProperties(text: string, index: number): unknown {
	return parsed(text, `"properties" of row ${index} is not valid JSON`, 'Give an object, or text such as {"key": "value"}.');
}

async function fileRows(item: Item, field: string): Promise<Buffer> {
	const { data, name } = await item.readFile(field);
	const rows = parsed(data.toString('utf8'), `"${name}" is not a JSON file`, 'Imports take a JSON list. For a spreadsheet, read it with Extract from File first and import the input items.');
	if (!Array.isArray(rows)) throw new FieldError(`"${name}" holds no list`, 'Imports take a JSON list of objects.');
	return data;
}

function parsed(text: string, complaint: string, hint: string): unknown {
	try {
		return parseJson(text);
	} catch {
		return refuse(complaint, hint);
	}
}

function refuse(complaint: string, hint: string): never {
	throw new FieldError(complaint, hint);
}
