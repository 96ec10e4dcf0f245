import { DateTime } from 'luxon';
import type { IDisplayOptions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { FieldError } from '../errors';
import { isObject } from '../http/apiDefinition';
import { longNumberIn, withoutMark } from '../http/json';
import type { Dropdown, MapperSource, Search } from './lookups';

/** A parameter of an operation: how the editor shows it, and how its raw value becomes a typed one. */
export interface Field<Name extends string = string, Value = unknown> {
	readonly name: Name;
	readonly property: Omit<INodeProperties, 'name'>;
	/** How the editor shows it where `property` is not shown. */
	readonly otherwise?: Omit<INodeProperties, 'name'>;
	/** `zone`: the workflow's time zone, for dates typed without one; UTC if absent. Throws FieldError, naming the field. */
	readonly read: (raw: unknown, zone?: string) => Value;
	/** Methods of the node that fill this field in the editor, by name. */
	readonly lookups: readonly Lookup[];
}

export type Lookup = Search | Dropdown | MapperSource;

/** `{ jobId: string, filters: {...} }` from a list of fields. */
export type Values<Fields extends readonly Field[]> = { [F in Fields[number] as F['name']]: F extends Field<string, infer Value> ? Value : never };
/** Values of a collection: each may be absent. */
export type Some<Fields extends readonly Field[]> = Partial<Values<Fields>>;

interface About {
	displayName: string;
	description?: string;
	hint?: string;
	placeholder?: string;
}
type Need<Required> = { required?: Required };
type Maybe<Value, Required> = Required extends true ? Value : Value | undefined;

function field<Name extends string, Value>(name: Name, property: Omit<INodeProperties, 'name'>, read: (raw: unknown, zone?: string) => Value, lookups: readonly Lookup[] = []): Field<Name, Value> {
	return { name, property, read, lookups };
}

function isEmpty(raw: unknown): raw is undefined | null | '' {
	return raw === undefined || raw === null || (typeof raw === 'string' && raw.trim() === '');
}

function missing(about: About): FieldError {
	return new FieldError(`"${about.displayName}" is empty`, about.placeholder ? `Fill in the field, for example ${about.placeholder}.` : 'Fill in the field.');
}

/** Reads a value that may be left empty unless `required`. The one place that decides what empty means. */
function reader<Value, Required extends boolean>(about: About & Need<Required>, read: (raw: unknown, zone?: string) => Value) {
	return (raw: unknown, zone?: string): Maybe<Value, Required> => {
		if (!isEmpty(raw)) return read(raw, zone) as Maybe<Value, Required>;
		if (about.required) throw missing(about);
		return undefined as Maybe<Value, Required>;
	};
}

function asText(about: About, raw: unknown): string {
	if (typeof raw === 'string') return raw;
	if (typeof raw === 'number' || typeof raw === 'boolean') return String(raw);
	throw new FieldError(`"${about.displayName}" is not text`, 'An expression gave an object or a list: pick one value of it.');
}

export function text<Name extends string, const Required extends boolean = false>(
	name: Name,
	about: About & Need<Required> & { default?: string; rows?: number; secret?: boolean; noDataExpression?: true },
): Field<Name, Maybe<string, Required>> {
	const { rows, secret, default: value = '', ...shown } = about;
	const typeOptions = rows ? { typeOptions: { rows } } : secret ? { typeOptions: { password: true } } : {};
	return field(name, { ...shown, type: 'string', default: value, ...typeOptions }, reader(about, (raw) => asText(about, raw)));
}

/** What a failed expression, a sheet (`#REF!`) or a model writes where there is nothing. */
const NOTHING = /^(null|undefined|none|nil|nan|n\/a|\[object object\]|#n\/a|#nv|#[\p{L}/0]{3,8}[!?])$/iu;
/** Signs of no width, which come along when text is copied, and control characters but for tab and line break. */
const UNSEEN = /(?![\t\r\n])[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

/** One ID as text: blanks and quotes around it go; a number keeps its digits. */
function asId(about: About, raw: unknown): string {
	if (typeof raw === 'number' && !Number.isSafeInteger(raw)) throw new FieldError(`"${about.displayName}" is a number that has lost digits or is no ID`, `It got ${String(raw)}. Hand the ID on as text.`);
	if (typeof raw !== 'string' && typeof raw !== 'number') throw new FieldError(`"${about.displayName}" is not an ID`, `It got ${excerpt(raw)}. An expression gave something else: pick the ID in it.`);
	const given = something(about, unquoted(bare(String(raw))));
	if (/^[[{(]|[\r\n\t]/.test(given)) throw new FieldError(`"${about.displayName}" is not one ID`, `It got ${excerpt(given)}: pick one ID in it.`);
	return given;
}

/** Without the blanks and the signs of no width around and in it. */
export function bare(given: string): string {
	return given.replace(UNSEEN, '').trim();
}

function unquoted(given: string): string {
	return given.length > 1 && /^(".*"|'.*'|[“”„«].*[“”»]|[‘’‚].*[‘’])$/s.test(given) ? bare(given.slice(1, -1)) : given;
}

function something(about: About, given: string): string {
	if (given === '') throw missing(about);
	if (NOTHING.test(given)) throw new FieldError(`"${about.displayName}" is the word "${given}"`, 'An expression or a model found no value and wrote this instead: check where the value comes from.');
	return given;
}

/** An ID typed or mapped from an earlier node; stays text, whatever it looks like. */
export function id<Name extends string, const Required extends boolean = true>(name: Name, about: About & Need<Required>): Field<Name, Maybe<string, Required>> {
	const required = about.required ?? true;
	return field(name, { ...about, required, type: 'string', default: '' }, reader({ ...about, required } as About & Need<Required>, (raw) => asId(about, raw)));
}

function asEmail(about: About, raw: unknown): string {
	const given = typeof raw === 'string' ? unquoted(bare(raw)) : '';
	const [person, host, ...more] = given.split('@');
	if (!person || !host || more.length > 0 || /[\s,;:<>"“”\\]|\.$|@\.|\.\./.test(given)) throw new FieldError(`"${about.displayName}" is not an e-mail address`, `It got ${excerpt(raw)}. Give one address, for example jane@example.com.`);
	return given;
}

/** One e-mail address. What stands around it in files and forms (blanks, line breaks) would make a second person of it. */
export function email<Name extends string, const Required extends boolean = false>(name: Name, about: About & Need<Required>): Field<Name, Maybe<string, Required>> {
	return field(name, { placeholder: 'jane@example.com', ...about, type: 'string', default: '' }, reader(about, (raw) => asEmail(about, raw)));
}

/** A further way to fill in a locator, beside the list and the ID. */
export interface Way {
	name: string;
	displayName: string;
	placeholder?: string;
	hint?: string;
}

interface Locating {
	search: Search;
	idHint?: string;
	/** Name of the way to type it, where it is no ID. */
	typedAs?: string;
	ways?: readonly Way[];
}

/** An ID picked from a searchable list, or typed. */
export function locator<Name extends string, const Required extends boolean = true>(name: Name, about: About & Need<Required> & Locating): Field<Name, Maybe<string, Required>> {
	const { typedAs } = about;
	return located(name, about, (raw) => (typedAs === undefined ? asId(about, raw) : something(about, bare(asText(about, raw)))));
}

/** A locator whose value also says in which way it was filled in; undefined where an expression took the place of the whole. */
export function locatorOf<Name extends string, Value, const Required extends boolean = true>(
	name: Name,
	about: About & Need<Required> & Locating,
	read: (given: string, way: string | undefined) => Value,
): Field<Name, Maybe<Value, Required>> {
	return located(name, about, (raw, way) => read(asId(about, raw), way));
}

function located<Name extends string, Value, Required extends boolean>(name: Name, about: About & Need<Required> & Locating, read: (raw: unknown, way: string | undefined) => Value): Field<Name, Maybe<Value, Required>> {
	const { search, placeholder, idHint, typedAs = 'By ID', ways = [], ...shown } = about;
	const required = about.required ?? true;
	const property: Omit<INodeProperties, 'name'> = {
		...shown,
		required,
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		...(search.dependsOn ? { typeOptions: dependsOn(search) } : {}),
		modes: [
			{ displayName: 'From List', name: 'list', type: 'list', typeOptions: { searchListMethod: search.name, searchable: search.searchable !== false } },
			...ways.map((way) => ({ ...way, type: 'string' as const })),
			{ displayName: typedAs, name: 'id', type: 'string', ...(placeholder ? { placeholder } : {}), ...(idHint ? { hint: idHint } : {}) },
		],
	};
	return field(
		name,
		property,
		(raw) => reader({ ...about, required } as About & Need<Required>, (value) => read(value, wayOf(raw)))(valueOf(raw)),
		[search],
	);
}

function isLocated(raw: unknown): raw is { mode: unknown; value: unknown } {
	return isObject(raw) && 'value' in raw && 'mode' in raw;
}

function wayOf(raw: unknown): string | undefined {
	return isLocated(raw) && typeof raw.mode === 'string' ? raw.mode : undefined;
}

/** The value of a resource locator, also when an expression gave a plain value. */
export function valueOf(raw: unknown): unknown {
	return isLocated(raw) ? raw.value : raw;
}

export function number<Name extends string, const Required extends boolean = false>(
	name: Name,
	about: About & Need<Required> & { default?: number; min?: number; max?: number; integer?: boolean },
): Field<Name, Maybe<number, Required>> {
	const { min, max, integer, default: value, ...shown } = about;
	const typeOptions = { ...(min === undefined ? {} : { minValue: min }), ...(max === undefined ? {} : { maxValue: max }), ...(integer ? { numberPrecision: 0 } : {}) };
	const read = reader(about, (raw) => {
		const given = typeof raw === 'number' || typeof raw === 'string' ? Number(raw) : NaN;
		if (!Number.isFinite(given) || (integer && !Number.isInteger(given))) throw new FieldError(`"${about.displayName}" is not a ${integer ? 'whole ' : ''}number`, `It got ${excerpt(raw)}.`);
		if ((min !== undefined && given < min) || (max !== undefined && given > max)) {
			throw new FieldError(`"${about.displayName}" is out of range`, `Use a number${min === undefined ? '' : ` from ${min}`}${max === undefined ? '' : ` to ${max}`}.`);
		}
		return given;
	});
	return field(name, { ...shown, type: 'number', default: value ?? '', typeOptions }, read);
}

function excerpt(raw: unknown): string {
	const given = typeof raw === 'string' ? `"${raw}"` : asJson(raw);
	return given.length > 60 ? `${given.slice(0, 60)}…` : given;
}

function asJson(raw: unknown): string {
	try {
		return JSON.stringify(raw) ?? String(raw);
	} catch {
		return 'something that is not data';
	}
}

export function toggle<Name extends string>(name: Name, about: About & { default?: boolean }): Field<Name, boolean> {
	const { default: value = false, ...shown } = about;
	return field(name, { ...shown, type: 'boolean', default: value }, (raw) => {
		if (isEmpty(raw)) return value;
		if (raw === true || raw === 'true') return true;
		if (raw === false || raw === 'false') return false;
		throw new FieldError(`"${about.displayName}" is neither true nor false`, `It got ${excerpt(raw)}.`);
	});
}

export interface Choice<Value extends string> {
	name: string;
	value: Value;
	description?: string;
	/** Of a trigger's event: its sentence in the node list, where "On " and the name do not make one. */
	action?: string;
	/** Offered only while other fields hold these values. */
	displayOptions?: IDisplayOptions;
}

/** One of a fixed list; the first option is the default unless one is named. Shown by name. */
export function choice<Name extends string, const Value extends string>(
	name: Name,
	about: About & { options: ReadonlyArray<Choice<Value>>; default?: Value | ''; noDataExpression?: boolean },
): Field<Name, Value> {
	const { options, default: value = options[0]?.value ?? '', ...shown } = about;
	return field(name, { ...shown, type: 'options', default: value, options: byName(options) }, (raw) => oneOf(about, options, isEmpty(raw) ? value : raw));
}

/** Several of a fixed list. */
export function choices<Name extends string, const Value extends string>(
	name: Name,
	about: About & { options: ReadonlyArray<Choice<Value>>; default?: Value[] },
): Field<Name, Value[]> {
	const { options, default: value = [], ...shown } = about;
	return field(name, { ...shown, type: 'multiOptions', default: value, options: byName(options) }, (raw) => many(about, raw).map((one) => oneOf(about, options, one)));
}

/** Order of labels in the editor. `localeCompare` would load the language tables while n8n starts: 15 ms. */
export function alphabetically(a: string, b: string): number {
	const [one, other] = [a.toLowerCase(), b.toLowerCase()];
	return one < other ? -1 : one > other ? 1 : 0;
}

function byName(options: ReadonlyArray<Choice<string>>): INodePropertyOptions[] {
	return [...options].sort((a, b) => alphabetically(a.name, b.name));
}

function oneOf<Value extends string>(about: About, options: ReadonlyArray<Choice<Value>>, raw: unknown): Value {
	const found = options.find((option) => option.value === raw);
	if (found) return found.value;
	throw new FieldError(`"${about.displayName}" cannot be ${excerpt(raw)}`, `Use one of: ${options.map((option) => option.value).join(', ')}.`);
}

/** Takes the place of a list without entries that an expression gave: the editor's own [] means that nothing was chosen. */
export const EMPTIED: readonly never[] = Object.freeze([]);

/** Between the entries of a text. Cells of sheets hold lines, and where the comma is for decimals, semicolons; words may hold those. */
const OF_IDS = /[,;\r\n]/;
const OF_WORDS = /[,\r\n]/;

/** A list as the editor, an expression, a person or a model writes it: entries, `a, b`, `["a", "b"]`, `['a', 'b']`. */
function many(about: About, raw: unknown, between: RegExp = OF_IDS): unknown[] {
	if (isEmpty(raw)) return [];
	const given = typeof raw === 'string' ? entriesOf(about, bare(raw), between) : Array.isArray(raw) ? raw : [raw];
	const found = given.filter((one) => !isEmpty(one));
	if (found.length === 0 && (typeof raw === 'string' || given.length > 0 || raw === EMPTIED)) throw emptied(about);
	return found.map((one) => (typeof one === 'string' ? unquoted(bare(one)) : one));
}

function emptied(about: About): FieldError {
	return new FieldError(`"${about.displayName}" is an empty list; leave it out to get all`, 'An expression found nothing to ask for. An IF node before this one can stop here.');
}

function entriesOf(about: About, given: string, between: RegExp): unknown[] {
	const inBrackets = given.startsWith('[') && given.endsWith(']');
	if (!inBrackets && /^\[\s*["']/.test(given)) throw new FieldError(`"${about.displayName}" is a list without its end`, `It got ${excerpt(given)}. Check what wrote it.`);
	const parsed = inBrackets || given.startsWith('"') ? jsonList(inBrackets ? given : `[${given}]`) : undefined;
	if (parsed?.some((one) => typeof one === 'object' && one !== null)) throw new FieldError(`"${about.displayName}" is not a list of texts`, 'It holds objects or lists: give one text for each entry.');
	// Long numbers would lose digits as JSON: they are taken as they are written.
	if (parsed?.every((one) => typeof one === 'string')) return parsed;
	return (inBrackets ? given.slice(1, -1) : given).split(between);
}

function jsonList(text: string): unknown[] | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return Array.isArray(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

/** One value of a list that the account provides. */
export function dropdown<Name extends string, const Required extends boolean = false>(
	name: Name,
	about: About & Need<Required> & { load: Dropdown; default?: string },
): Field<Name, Maybe<string, Required>> {
	const { load, default: value = '', ...shown } = about;
	return field(name, { ...shown, type: 'options', default: value, typeOptions: { loadOptionsMethod: load.name, ...dependsOn(load) } }, reader(about, (raw) => asId(about, raw)), [load]);
}

/** Several values of a list that the account provides; an expression may give a list or comma-separated text. */
export function dropdowns<Name extends string>(name: Name, about: About & { load: Dropdown }): Field<Name, string[]> {
	const { load, ...shown } = about;
	return field(name, { ...shown, type: 'multiOptions', default: [], typeOptions: { loadOptionsMethod: load.name, ...dependsOn(load) } }, (raw) => many(about, raw).map((one) => asId(about, one)), [load]);
}

function dependsOn(source: Lookup): { loadOptionsDependsOn?: string[] } {
	return source.dependsOn ? { loadOptionsDependsOn: [...source.dependsOn] } : {};
}

const ENTRY = { text: (about: About, raw: unknown) => something(about, asText(about, raw)), id: asId, email: asEmail };

/**
 * A comma-separated list, or a list from an expression or a model. An empty one is refused, since as a filter it would mean
 * "all"; `mayBeEmpty`: it is written, and means "none".
 */
export function list<Name extends string>(name: Name, about: About & { default?: string; of?: keyof typeof ENTRY; mayBeEmpty?: true }): Field<Name, string[]> {
	const { default: value = '', of = 'text', mayBeEmpty, ...shown } = about;
	return field(name, { ...shown, type: 'string', default: value }, (raw) => (mayBeEmpty && isEmptyList(raw) ? [] : many(about, Array.isArray(raw) && raw.length === 0 ? EMPTIED : raw, of === 'text' ? OF_WORDS : OF_IDS)).map((one) => ENTRY[of](about, one)));
}

function isEmptyList(raw: unknown): boolean {
	return Array.isArray(raw) ? raw.length === 0 : typeof raw === 'string' && /^\s*\[\s*\]\s*$/.test(raw);
}

const MOMENT = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|[+-]\d{2}:?\d{2}))?)?$/i;

/** A moment, as ISO-8601 UTC with milliseconds whatever was typed. Text without a zone (what the editor's picker gives) is in the workflow's. */
export function dateTime<Name extends string, const Required extends boolean = false>(name: Name, about: About & Need<Required>): Field<Name, Maybe<string, Required>> {
	return field(name, { ...about, type: 'dateTime', default: '' }, reader(about, (raw, zone = 'utc') => utcOf(about, isoOf(about, raw, zone), zone)));
}

/** A day, as YYYY-MM-DD: of a moment, the day that is written in it. */
export function date<Name extends string, const Required extends boolean = false>(name: Name, about: About & Need<Required>): Field<Name, Maybe<string, Required>> {
	return field(
		name,
		{ ...about, type: 'dateTime', typeOptions: { dateOnly: true }, default: '' },
		reader(about, (raw, zone = 'utc') => {
			const day = isoOf(about, raw, zone).slice(0, 10);
			return utcOf(about, day, 'utc').slice(0, 10);
		}),
	);
}

/** Text, a Date, or the DateTime that expressions give ($now), as ISO text. A Date has no day of its own: it is that of the workflow's zone. */
function isoOf(about: About, raw: unknown, zone: string): string {
	const given = raw instanceof Date && !Number.isNaN(raw.getTime()) ? (DateTime.fromJSDate(raw, { zone }).toISO() ?? '') : isObject(raw) && typeof raw.toISO === 'function' ? String(raw.toISO()) : typeof raw === 'string' ? raw.trim() : '';
	if (!MOMENT.test(given)) throw notADate(about, raw);
	return given;
}

function utcOf(about: About, given: string, zone: string): string {
	const iso = given.replace(/^(.{10}) /, '$1T').replace(' ', '').toUpperCase();
	const moment = DateTime.fromISO(iso, { zone }).toUTC();
	if (!moment.isValid) throw notADate(about, given);
	return moment.toISO();
}

function notADate(about: About, raw: unknown): FieldError {
	return new FieldError(`"${about.displayName}" is not a date`, `It got ${excerpt(raw)}. Use ISO-8601, for example 2026-03-31 or 2026-03-31T09:30:00Z.`);
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Any JSON, typed or from an expression. n8n's JSON editor shows no placeholder: the example stands below it as the hint. */
export function json<Name extends string, const Required extends boolean = false>(name: Name, about: About & Need<Required> & { default?: string; rows?: number }): Field<Name, Maybe<Json, Required>> {
	const { rows = 4, default: value = '', ...shown } = about;
	const hint = [about.hint?.replace(/\.?$/, '.'), about.placeholder && `Example: ${about.placeholder}`].filter(Boolean).join(' ');
	return field(name, { ...shown, ...(hint ? { hint } : {}), type: 'json', default: value, typeOptions: { rows } }, reader(about, (raw) => parsedJson(about, raw)));
}

/** A JSON object; unless it is required or has a default of its own, an empty one is as good as none. */
export function jsonObject<Name extends string, const Required extends boolean = false>(
	name: Name,
	about: About & Need<Required> & { default?: string; rows?: number },
): Field<Name, Maybe<Record<string, Json>, Required>> {
	// n8n's JSON editor marks an empty text as an error, so "nothing" is shown as {}.
	const untouched = !about.required && about.default === undefined;
	const any = json(name, untouched ? { ...about, default: '{}' } : about);
	const read = reader(about, (raw) => {
		const value = parsedJson(about, raw);
		if (!isObject(value)) throw new FieldError(`"${about.displayName}" is not a JSON object`, 'Write it with braces, for example {"key": "value"}.');
		return value as Record<string, Json>;
	});
	if (!untouched) return { ...any, read };
	return {
		...any,
		read: (raw, zone) => {
			const value = read(raw, zone);
			return (value !== undefined && Object.keys(value).length === 0 ? undefined : value) as Maybe<Record<string, Json>, Required>;
		},
	};
}

function parsedJson(about: About, raw: unknown): Json {
	if (typeof raw !== 'string') return raw as Json;
	const text = withoutMark(raw);
	const long = longNumberIn(text);
	if (long !== undefined) throw new FieldError(`"${about.displayName}" holds the number ${long}, which would lose digits`, `Write it as text, in quotes: "${long}".`);
	try {
		return JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value)) as Json;
	} catch (error) {
		return invalidJson(about, error);
	}
}

function invalidJson(about: About, error: unknown): never {
	throw new FieldError(`"${about.displayName}" is not valid JSON`, error instanceof Error ? `${error.message}.` : 'Check the brackets and quotes.');
}

/** Optional fields behind "Add field". Each is absent until the user adds it. */
export function collection<Name extends string, const Fields extends readonly Field[]>(
	name: Name,
	about: About & { fields: Fields; addLabel?: string },
): Field<Name, Some<Fields>> {
	const { fields, addLabel = 'Add Field', ...shown } = about;
	const options = [...fields].sort((a, b) => alphabetically(a.property.displayName, b.property.displayName)).map(({ name: key, property }) => ({ ...property, name: key, required: false }));
	return field(
		name,
		{ ...shown, type: 'collection', placeholder: addLabel, default: {}, options },
		(raw, zone) => readSome(fields, objectOf(about, raw), zone),
		fields.flatMap((one) => one.lookups),
	);
}

/** A list of the same few fields, added one by one ("Add attachment"). */
export function rows<Name extends string, const Fields extends readonly Field[]>(
	name: Name,
	about: About & { fields: Fields; addLabel: string; rowLabel: string },
): Field<Name, Array<Values<Fields>>> {
	const { fields, addLabel, rowLabel, ...shown } = about;
	return field(
		name,
		{
			...shown,
			type: 'fixedCollection',
			typeOptions: { multipleValues: true },
			placeholder: addLabel,
			default: {},
			options: [{ name: 'row', displayName: rowLabel, values: fields.map((one) => ({ ...one.property, name: one.name })) as INodeProperties[] }],
		},
		(raw, zone) => rowsOf(about, raw).map((row) => readAll(fields, row, zone)),
		fields.flatMap((one) => one.lookups),
	);
}

function objectOf(about: About, raw: unknown): Record<string, unknown> {
	if (isEmpty(raw)) return {};
	if (isObject(raw)) return raw;
	throw new FieldError(`"${about.displayName}" is not an object`, `An expression gave ${excerpt(raw)}.`);
}

/** The editor nests rows under `row`; an expression may give the list itself. */
function rowsOf(about: About, raw: unknown): Array<Record<string, unknown>> {
	const inner = isObject(raw) ? ('row' in raw ? raw.row : Object.keys(raw).length === 0 ? [] : raw) : raw;
	return (isEmpty(inner) ? [] : Array.isArray(inner) ? inner : [inner]).map((row) => objectOf(about, row));
}

function readSome<const Fields extends readonly Field[]>(fields: Fields, raw: Record<string, unknown>, zone?: string): Some<Fields> {
	const values: Record<string, unknown> = {};
	for (const one of fields) if (!isEmpty(valueOf(raw[one.name]))) values[one.name] = one.read(raw[one.name], zone);
	return values as Some<Fields>;
}

export function readAll<const Fields extends readonly Field[]>(fields: Fields, raw: Record<string, unknown>, zone?: string): Values<Fields> {
	const values: Record<string, unknown> = {};
	for (const one of fields) values[one.name] = one.read(raw[one.name], zone);
	return values as Values<Fields>;
}

/** The name of an input field that holds a file. */
export function binary<Name extends string>(name: Name, about: Partial<About> = {}): Field<Name, string> {
	const shown = { displayName: 'Input Binary Field', hint: 'The name of the input field that holds the file', placeholder: 'data', ...about };
	return field(name, { ...shown, type: 'string', default: 'data', required: true }, reader({ ...shown, required: true as const }, (raw) => asText(shown, raw).trim()));
}

/** Fields that the account defines (screening questions, custom fields), as n8n's resource mapper. */
export function mapper<Name extends string>(name: Name, about: About & { source: MapperSource; words?: { singular: string; plural: string } }): Field<Name, Record<string, unknown>> {
	const { source, words = { singular: 'field', plural: 'fields' }, ...shown } = about;
	const typeOptions = {
		...dependsOn(source),
		resourceMapper: { resourceMapperMethod: source.name, mode: 'add' as const, fieldWords: words, addAllFields: false, multiKeyMatch: false, supportAutoMap: false },
	};
	return field(
		name,
		{ ...shown, type: 'resourceMapper', noDataExpression: true, default: { mappingMode: 'defineBelow', value: null }, typeOptions },
		(raw) => (isObject(raw) && isObject(raw.value) ? Object.fromEntries(Object.entries(raw.value).filter(([, value]) => !isEmpty(value))) : {}),
		[source],
	);
}

/** Shows `one` only while the named fields hold one of the values; elsewhere it reads as absent. */
export function when<Name extends string, Value>(one: Field<Name, Value>, condition: Record<string, Array<string | boolean>>): Field<Name, Value | undefined> {
	return {
		...one,
		property: { ...one.property, displayOptions: { ...one.property.displayOptions, show: { ...one.property.displayOptions?.show, ...condition } } },
		// n8n leaves hidden parameters out, so absent means hidden.
		read: (raw, zone) => (raw === undefined ? undefined : one.read(raw, zone)),
	};
}

/**
 * Shown only while the named fields hold one of the values. What was filled in before stays in the node, unseen, and is still
 * read elsewhere: the operation refuses it, so that nobody's file is left out without a word.
 */
export function keptWhen<Name extends string, Value>(one: Field<Name, Value>, condition: Record<string, string[]>): Field<Name, Value> {
	const { displayName, default: value } = one.property;
	return { ...one, property: { ...one.property, displayOptions: { show: condition } }, otherwise: { displayName, type: 'hidden', default: value, displayOptions: { hide: condition } } };
}

/** Marked as required while other fields hold these values. The field itself cannot see them: the operation checks it. */
export function requiredWhen<Name extends string, Value>(one: Field<Name, Value>, condition: Record<string, Array<string | boolean>>): Field<Name, Value> {
	const { property } = one;
	return { ...one, property: { ...property, required: true, displayOptions: { show: condition } }, otherwise: { ...property, displayOptions: { hide: condition } } };
}
