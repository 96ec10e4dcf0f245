import type { IDataObject } from 'n8n-workflow';
import type { ZodType } from 'zod/v4';

import type { Field, Values } from './field';
import type { FileItem, Item } from './item';

export type Row = IDataObject;
/** One of what a run gives. An Error: this one could not be had, while the others are good; it goes where *On Error* says, after them. */
export type OutputItem = Row | FileItem | Error;
/** What a run may give: one item, several, pages of many, or items with files. Nothing = `{ success: true }`. */
export type Output = Row | FileItem | readonly OutputItem[] | AsyncIterable<readonly OutputItem[]> | undefined;

export interface OperationSpec<Api, Fields extends readonly Field[]> {
	/** As the operation dropdown shows it: "Move to Stage". */
	name: string;
	value: string;
	/** As the node list shows it: "Move an application to a stage". */
	action: string;
	/** When to use it and where its IDs come from; agents read this too. */
	description: string;
	/** What it does to the vendor's data: told to agents, and shown in README. */
	access: 'read' | 'write' | 'delete';
	fields: Fields;
	/** Gives pages of rows; adds Return All and Limit. */
	many?: boolean;
	/** Offered in the editor only while these common fields hold one of these values (a provider that can do it). */
	offered?: Record<string, string[]>;
	/** The common fields hold what it is not offered for, which an imported workflow may: why not. Asked before any other field is read. */
	refusal?: (common: Record<string, unknown>) => Error | undefined;
	/** The few fields of a row that a person wants; adds the Simplify toggle. */
	simplify?: (row: Row) => Row;
	/** Fields of a row that may hold anything, so that no list of names helps: left out where personal data is. */
	unnamed?: (row: Row) => readonly string[];
	/** Shape of an output item (simplified where there is a toggle), for the editor's preview. Built on first use. */
	output?: () => ZodType;
	run(api: Api, values: Values<Fields>, item: Item): Promise<Output> | AsyncIterable<readonly OutputItem[]>;
}

/** An operation whose field types are settled; made by `operation`. */
export interface Operation<Api> extends Omit<OperationSpec<Api, readonly Field[]>, 'run'> {
	run(api: Api, values: Record<string, unknown>, item: Item): Promise<Output> | AsyncIterable<readonly OutputItem[]>;
}

export interface Resource<Api> {
	name: string;
	value: string;
	description?: string;
	operations: ReadonlyArray<Operation<Api>>;
}

/** `const operation = operationsOf<SomeApi>()`: then each operation's values are typed from its fields. */
export function operationsOf<Api>() {
	return <const Fields extends readonly Field[]>(spec: OperationSpec<Api, Fields>): Operation<Api> => ({
		...spec,
		// `values` was read by these very fields just before the call.
		run: (api, values, item) => spec.run(api, values as Values<Fields>, item),
	});
}
