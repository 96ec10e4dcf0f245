import type { ILoadOptionsFunctions, INodeListSearchResult, INodePropertyOptions, ResourceMapperFields } from 'n8n-workflow';

import type { Host } from '../http/host';
import { asNodeError } from './asNodeError';
import { valueOf, type Field, type Lookup } from './field';
import type { Editor, Found, Search } from './lookups';
import { matcher } from './match';

export interface LookupMethods {
	listSearch: Record<string, (this: ILoadOptionsFunctions, filter?: string, paginationToken?: string) => Promise<INodeListSearchResult>>;
	loadOptions: Record<string, (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>>;
	resourceMapping: Record<string, (this: ILoadOptionsFunctions) => Promise<ResourceMapperFields>>;
}

/**
 * The node methods behind dropdowns, locators and mappers. `settings` are the fields that decide how to connect, as
 * far as they are filled in already.
 */
export function lookupMethods<Api>(
	lookups: readonly Lookup[],
	settings: readonly Field[],
	connect: (host: Host, values: Record<string, unknown>) => Promise<Api>,
): LookupMethods {
	const methods: LookupMethods = { listSearch: {}, loadOptions: {}, resourceMapping: {} };
	const ready = async (host: ILoadOptionsFunctions) => {
		const values = Object.fromEntries(settings.map((field) => [field.name, quietly(() => field.read(host.getCurrentNodeParameter(field.name)))]));
		// A node's lookups are written against the same Api as its operations.
		return (await connect(host, values)) as never;
	};
	for (const lookup of new Set(lookups)) addMethod(methods, lookup, ready);
	return methods;
}

/** A half-filled form is normal while editing: what cannot be read yet counts as empty. */
function quietly(read: () => unknown): unknown {
	try {
		return read();
	} catch {
		return undefined;
	}
}

function addMethod(methods: LookupMethods, lookup: Lookup, connect: (host: ILoadOptionsFunctions) => Promise<never>): void {
	const within = async <Result>(host: ILoadOptionsFunctions, work: (api: never, editor: Editor) => Promise<Result>): Promise<Result> => {
		try {
			return await work(await connect(host), editorOf(host));
		} catch (error) {
			throw asNodeError(host, error);
		}
	};
	if (lookup.kind === 'search') {
		methods.listSearch[lookup.name] = async function (filter, paginationToken) {
			return await within(this, async (api, editor) => await searched(lookup, api, filter?.trim() || undefined, paginationToken, editor));
		};
	} else if (lookup.kind === 'dropdown') {
		methods.loadOptions[lookup.name] = async function () {
			return harmless(await within(this, async (api, editor) => await lookup.run(api, editor)));
		};
	} else {
		methods.resourceMapping[lookup.name] = async function () {
			const { fields, emptyNotice } = await within(this, async (api, editor) => await lookup.run(api, editor));
			return { fields: harmlessFields(fields), ...(emptyNotice ? { emptyFieldsNotice: emptyNotice } : {}) };
		};
	}
}

/** Pages that one filter looks through before the editor is asked to scroll on. */
const PAGES_A_LOOK = 5;

async function searched(lookup: Search, api: never, filter: string | undefined, from: string | undefined, editor: Editor): Promise<INodeListSearchResult> {
	const fits = matcher(lookup.filtered ? undefined : filter);
	const results: Found[] = [];
	let cursor = from;
	for (let looked = 0; looked < PAGES_A_LOOK; looked++) {
		const page = await lookup.run(api, { filter, cursor }, editor);
		results.push(...page.results.filter(({ name, search }) => fits(name, search)));
		cursor = page.cursor;
		if (results.length > 0 || !cursor) break;
	}
	return { results: harmless(results).map(({ name, value, url }) => ({ name, value, ...(url === undefined ? {} : { url }) })), ...(cursor ? { paginationToken: cursor } : {}) };
}

/**
 * The editor writes what is chosen into the workflow, where n8n takes any text that begins with "=" for an expression:
 * whoever may name a tag or a stage in the ATS could read other nodes' data. IDs and addresses never begin so.
 */
function isExpression(value: unknown): boolean {
	return typeof value === 'string' && value.startsWith('=');
}

function harmless<Option extends { name: string; value?: unknown; url?: unknown }>(options: readonly Option[]): Option[] {
	return options.filter(({ value, url }) => !isExpression(value) && !isExpression(url)).map(({ url, ...option }) => ({ ...option, name: asLabel(option.name), ...(isWebAddress(url) ? { url } : {}) }) as Option);
}

/** The editor opens it in a tab of its own: `javascript:` would run there. */
function isWebAddress(url: unknown): boolean {
	return typeof url === 'string' && /^https?:\/\//i.test(url);
}

/** Names are kept in the workflow too. */
function asLabel(name: string): string {
	return isExpression(name) ? ` ${name}` : name;
}

function harmlessFields(fields: ResourceMapperFields['fields']): ResourceMapperFields['fields'] {
	return fields
		.filter(({ id, defaultValue }) => !isExpression(id) && !isExpression(defaultValue))
		.map((field) => ({ ...field, displayName: asLabel(field.displayName), ...(field.options ? { options: harmless(field.options) } : {}) }));
}

function editorOf(host: ILoadOptionsFunctions): Editor {
	return {
		current: (field) => {
			const value = valueOf(host.getCurrentNodeParameter(field));
			// An expression that the editor could not evaluate is nothing chosen.
			return typeof value === 'string' && value !== '' && !isExpression(value) ? value : typeof value === 'number' ? String(value) : undefined;
		},
	};
}
