import type { Resource } from '../../../lib/action/operation';
import type { FlatchrApi } from '../api';
import { simpleMember } from '../models';
import { operation } from '../operation';

export const member: Resource<FlatchrApi> = {
	name: 'Member',
	value: 'member',
	description: 'People of the team',
	operations: [
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many members',
			description: 'List the members of the team. Tasks ask for user_id, not for the ID of the member.',
			access: 'read',
			many: true,
			fields: [],
			...simpleMember,
			// https://github.com/flatchr/FlatchrDocs
			run: async (flatchr) => await flatchr.list(flatchr.company('/members'), { fields: 'user' }),
		}),
	],
};
