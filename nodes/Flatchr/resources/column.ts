import type { Resource } from '../../../lib/action/operation';
import type { FlatchrApi } from '../api';
import { columnModel } from '../models';
import { operation } from '../operation';

export const column: Resource<FlatchrApi> = {
	name: 'Column',
	value: 'column',
	description: 'Steps of the pipeline',
	operations: [
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many columns',
			description: "List the columns of the company's pipeline. Their IDs are what Candidate, Move to Column asks for.",
			access: 'read',
			many: true,
			fields: [],
			output: columnModel,
			// https://github.com/flatchr/FlatchrDocs
			run: async (flatchr) => await flatchr.list(flatchr.company('/columns')),
		}),
	],
};
