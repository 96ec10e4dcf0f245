import { z, type ZodType } from 'zod/v4';

import { isObject } from '../http/apiDefinition';
import { lazily } from '../lazily';
import type { Row } from './operation';

/** A field of a simplified row: its shape, and where a record has it: under this very name, at names joined by dots, or by a function. */
type SimpleField = ZodType | readonly [shape: ZodType, from: string | ((row: Row) => unknown)];

/** What an operation needs to give a few fields of its rows: `...simpleRow` in it. */
export interface SimpleRow {
	output(): ZodType;
	simplify(row: Row): Row;
}

/** The few fields of a record that a person wants. What is not there is null. */
export function simpleRow(build: () => Record<string, SimpleField>): SimpleRow {
	const fields = lazily(() => Object.entries(build()).map(([name, field]) => (field instanceof z.ZodType ? ([name, field, name] as const) : ([name, ...field] as const))));
	return {
		output: () => z.object(Object.fromEntries(fields().map(([name, shape]) => [name, shape]))),
		simplify: (row) => Object.fromEntries(fields().map(([name, , from]) => [name, typeof from === 'string' ? valueAt(row, from) : from(row)])) as Row,
	};
}

function valueAt(row: Row, path: string): unknown {
	return path.split('.').reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), row) ?? null;
}
