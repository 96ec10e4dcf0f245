import type { ILoadOptionsFunctions, INodeListSearchResult, INodePropertyOptions, ResourceMapperFields } from 'n8n-workflow';

import type { Host } from '../http/host';
import { asNodeError } from './asNodeError';
import { valueOf, type Field, type Lookup } from './field';
import type { Editor } from './lookups';

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
			const found = await within(this, async (api, editor) => await lookup.run(api, { filter: filter?.trim() || undefined, cursor: paginationToken }, editor));
			return { results: found.results, ...(found.cursor ? { paginationToken: found.cursor } : {}) };
		};
	} else if (lookup.kind === 'dropdown') {
		methods.loadOptions[lookup.name] = async function () {
			return await within(this, async (api, editor) => await lookup.run(api, editor));
		};
	} else {
		methods.resourceMapping[lookup.name] = async function () {
			const { fields, emptyNotice } = await within(this, async (api, editor) => await lookup.run(api, editor));
			return { fields, ...(emptyNotice ? { emptyFieldsNotice: emptyNotice } : {}) };
		};
	}
}

function editorOf(host: ILoadOptionsFunctions): Editor {
	return {
		current: (field) => {
			const value = valueOf(host.getCurrentNodeParameter(field));
			return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
		},
	};
}
