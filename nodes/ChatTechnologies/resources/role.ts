import { list, locator, text } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import type { ChatTechnologiesApi } from '../api';
import { attributeFields, pathField, roleId } from '../fields';
import { searchParentDepartments } from '../lookups';
import { roleModel } from '../models';
import { operation } from '../operation';
import { flat, toMany, toOne } from '../../../lib/http/jsonApi';
import { NO_RULES } from '../records';
import { records } from './shared/records';
import { save } from './shared/save';

const TYPE = 'roles';

// Attributes: https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API (roles)
const path = pathField('/roles');
const related = [
	locator('departmentId', { displayName: 'Department', required: false, search: searchParentDepartments, placeholder: '12', description: 'The parent department. The list works where departments are at /departments; otherwise give the ID.' }),
	list('teamIds', { of: 'id', mayBeEmpty: true, displayName: 'Team IDs', placeholder: '2, 3', description: 'The teams that the role is part of, comma-separated or a list. In an update they replace all.' }),
] as const;
const additionalFields = attributeFields('additionalFields', TYPE, related);
const updateFields = attributeFields('updateFields', TYPE, [...related, text('name', { displayName: 'Name', description: 'Name of the role', placeholder: 'Backend Developer' })]);

const relationsOf = ({ departmentId, teamIds }: { departmentId?: string; teamIds?: string[] }) => ({ department: toOne('departments', departmentId), teams: toMany('teams', teamIds) });

export const role: Resource<ChatTechnologiesApi> = {
	name: 'Role',
	value: 'role',
	description: 'Attributes are documented, the path is not: check it with your set-up',
	operations: [
		operation({
			name: 'Create',
			value: 'create',
			action: 'Create a role',
			description: 'Add a role to a department. IDs of departments come from Department, Get Many.',
			access: 'write',
			fields: [path, text('name', { displayName: 'Name', description: 'Name of the role', required: true, placeholder: 'Backend Developer' }), additionalFields],
			simplify: flat,
			output: roleModel,
			run: async (api, p, item) =>
				await save(api, item, { path: p.path, type: TYPE, attributes: { name: p.name }, relations: relationsOf(p.additionalFields), rules: NO_RULES, further: p.additionalFields }),
		}),
		...records({ one: 'role', many: 'roles', path, idField: roleId, output: roleModel }),
		operation({
			name: 'Update',
			value: 'update',
			action: 'Update a role',
			description: 'Rename a role, or change its department or teams. The ID comes from Role, Get Many.',
			access: 'write',
			fields: [path, roleId, updateFields],
			simplify: flat,
			output: roleModel,
			run: async (api, p, item) =>
				await save(api, item, { path: p.path, id: p.roleId, type: TYPE, attributes: { name: p.updateFields.name }, relations: relationsOf(p.updateFields), rules: NO_RULES, further: p.updateFields }),
		}),
	],
};
