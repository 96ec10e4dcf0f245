import type { ZodType } from 'zod/v4';

import type { Field } from '../../../../lib/action/field';
import type { Operation, Row } from '../../../../lib/action/operation';
import type { Query } from '../../../../lib/http/path';
import type { KomboApi } from '../../api';
import { filters, queryOf, type Filter } from '../../fields';
import { operation } from '../../operation';

/** A model that Kombo keeps a copy of and lets be read. https://docs.kombo.dev/ats/getting-started/fetching-data */
export interface Model {
	/** In the middle of a sentence: "interview", "interviews", "an interview". */
	one: string;
	many: string;
	a: string;
	path: string;
	idField: Field<'id', string>;
	filters?: readonly Filter[];
	/** What the rows hold, and where the endpoint is weaker than others. */
	about: string;
	output: () => ZodType;
	simplify?: (row: Row) => Row;
	/** Where rows are looked through before they come out. */
	list?: (kombo: KomboApi, query: Query, limit?: number) => AsyncGenerator<readonly Row[]>;
}

/** Get and Get Many of a model. */
export function reads(model: Model): Array<Operation<KomboApi>> {
	const shape = { output: model.output, ...(model.simplify ? { simplify: model.simplify } : {}) };
	return [
		operation({
			name: 'Get',
			value: 'get',
			action: `Get ${model.a}`,
			description: [`Read one ${model.one} by its ID, also a deleted one.`, model.about].join(' '),
			access: 'read',
			fields: [model.idField],
			...shape,
			run: async (kombo, p) => await kombo.byId(model.path, p.id, model.one),
		}),
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: `Get many ${model.many}`,
			description: [`List ${model.many}, filtered or by their last change.`, model.about].join(' '),
			access: 'read',
			many: true,
			fields: [filters(...(model.filters ?? []))],
			...shape,
			run: (kombo, p, item) => (model.list ? model.list(kombo, queryOf(p.filters), item.limit) : kombo.list(model.path, queryOf(p.filters), item.limit)),
		}),
	];
}
