import { list, text } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import type { ChatTechnologiesApi } from '../api';
import { attributeFields, departmentId, pathField } from '../fields';
import { departmentModel } from '../models';
import { operation } from '../operation';
import { flat, toMany } from '../../../lib/http/jsonApi';
import { NO_RULES } from '../records';
import { records } from './shared/records';
import { save } from './shared/save';

const TYPE = 'departments';

// Attributes: https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API (departments)
const path = pathField('/departments');
const related = [
	list('roleIds', { of: 'id', mayBeEmpty: true, displayName: 'Role IDs', placeholder: '34, 35', description: 'The roles of the department, comma-separated or a list. In an update they replace all.' }),
	list('teamIds', { of: 'id', mayBeEmpty: true, displayName: 'Team IDs', placeholder: '2, 3', description: 'The teams that the department is part of, comma-separated or a list. In an update they replace all.' }),
] as const;
const additionalFields = attributeFields('additionalFields', TYPE, related);
const updateFields = attributeFields('updateFields', TYPE, [...related, text('name', { displayName: 'Name', description: 'Name of the department', placeholder: 'Engineering' })]);

const relationsOf = ({ roleIds, teamIds }: { roleIds?: string[]; teamIds?: string[] }) => ({ roles: toMany('roles', roleIds), teams: toMany('teams', teamIds) });

export const department: Resource<ChatTechnologiesApi> = {
	name: 'Department',
	value: 'department',
	description: 'Attributes are documented, the path is not: check it with your set-up',
	operations: [
		operation({
			name: 'Create',
			value: 'create',
			action: 'Create a department',
			description: 'Add a department. IDs of roles come from Role, Get Many.',
			access: 'write',
			fields: [path, text('name', { displayName: 'Name', description: 'Name of the department', required: true, placeholder: 'Engineering' }), additionalFields],
			simplify: flat,
			output: departmentModel,
			run: async (api, p, item) =>
				await save(api, item, { path: p.path, type: TYPE, attributes: { name: p.name }, relations: relationsOf(p.additionalFields), rules: NO_RULES, further: p.additionalFields }),
		}),
		...records({ one: 'department', many: 'departments', path, idField: departmentId, output: departmentModel }),
		operation({
			name: 'Update',
			value: 'update',
			action: 'Update a department',
			description: 'Rename a department, or change its roles or teams. The ID comes from Department, Get Many.',
			access: 'write',
			fields: [path, departmentId, updateFields],
			simplify: flat,
			output: departmentModel,
			run: async (api, p, item) =>
				await save(api, item, { path: p.path, id: p.departmentId, type: TYPE, attributes: { name: p.updateFields.name }, relations: relationsOf(p.updateFields), rules: NO_RULES, further: p.updateFields }),
		}),
	],
};
