import type { ZodType } from 'zod/v4';

import type { Field } from '../../../../lib/action/field';
import type { Operation } from '../../../../lib/action/operation';
import { flat } from '../../../../lib/http/jsonApi';
import { pathOf, type ChatTechnologiesApi } from '../../api';
import { query, queryOf } from '../../fields';
import { deletedModel } from '../../models';
import { operation } from '../../operation';

/** A kind of record that is read and deleted in the usual way. */
export interface Records {
	/** In the middle of a sentence: "role", "roles". */
	one: string;
	many: string;
	/** A field where the set-up says the path. */
	path: string | Field<'path', string>;
	idField: Field<string, string>;
	output: () => ZodType;
}

/** Delete, Get and Get Many. */
export function records({ one, many, path, idField, output }: Records): Array<Operation<ChatTechnologiesApi>> {
	const from = `The ID comes from ${one.charAt(0).toUpperCase()}${one.slice(1)}, Get Many.`;
	const shape = { simplify: flat, output };
	const fields: ReadonlyArray<Field<string, string>> = typeof path === 'string' ? [] : [path];
	const at = (p: Record<string, string>, id?: string) => pathOf(typeof path === 'string' ? path : (p.path ?? ''), id);
	return [
		operation({
			name: 'Delete',
			value: 'delete',
			action: `Delete a ${one}`,
			description: [`Delete one ${one}.`, from].join(' '),
			access: 'delete',
			fields: [...fields, idField],
			output: deletedModel,
			run: async (api, p) => await api.remove(at(p, p[idField.name]), p[idField.name] ?? ''),
		}),
		operation({
			name: 'Get',
			value: 'get',
			action: `Get a ${one}`,
			description: [`Read one ${one}.`, from].join(' '),
			access: 'read',
			fields: [...fields, idField],
			...shape,
			run: async (api, p) => await api.get(at(p, p[idField.name]), one),
		}),
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: `Get many ${many}`,
			description: `List ${many}`,
			access: 'read',
			many: true,
			fields: [...fields, query] as const,
			...shape,
			run: (api, p, item) => api.list(at(p), queryOf(p.query), item.limit),
		}),
	];
}
