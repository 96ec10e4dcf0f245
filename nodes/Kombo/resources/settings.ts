import { choices, list, locator } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import type { KomboApi } from '../api';
import { searchRejectionReasons, searchRoles, searchStages, searchTags, searchUsers } from '../lookups';
import { namedModel, roleModel, userModel } from '../models';
import { reads } from './shared/records';

/** What the ATS is set up with: short lists whose IDs other operations take. */

/** Deprecated by Kombo in favour of each job's own stages. https://docs.kombo.dev/ats/v1/get-application-stages */
export const stage: Resource<KomboApi> = {
	name: 'Stage',
	value: 'stage',
	description: 'A step of the hiring process',
	operations: reads({
		one: 'stage',
		many: 'stages',
		a: 'a stage',
		path: '/ats/application-stages',
		idField: locator('id', { displayName: 'Stage', description: "The stage, by Kombo's ID; Stage, Get Many lists them", search: searchStages }),
		about: 'These are the stages of all jobs; to move an application take those of its job instead (Job, Get), since some ATSs refuse others.',
		output: namedModel,
	}),
};

/** https://docs.kombo.dev/ats/v1/get-tags */
export const tag: Resource<KomboApi> = {
	name: 'Tag',
	value: 'tag',
	description: 'A word that candidates are marked with',
	operations: reads({
		one: 'tag',
		many: 'tags',
		a: 'a tag',
		path: '/ats/tags',
		idField: locator('id', { displayName: 'Tag', description: "The tag, by Kombo's ID; Tag, Get Many lists them", search: searchTags }),
		about: 'Candidate, Add Tag takes the name.',
		output: namedModel,
	}),
};

/** https://docs.kombo.dev/ats/v1/get-users */
export const user: Resource<KomboApi> = {
	name: 'User',
	value: 'user',
	description: 'Somebody who works in the ATS',
	operations: reads({
		one: 'user',
		many: 'users',
		a: 'a user',
		path: '/ats/users',
		idField: locator('id', { displayName: 'User', description: "The user, by Kombo's ID; User, Get Many lists them", search: searchUsers }),
		filters: [list('emails', { of: 'email', displayName: 'Emails', placeholder: 'ada@example.com, jo@example.com', description: 'Comma-separated addresses, or a list' })],
		about: 'Users are recruiters, hiring managers and interviewers, with their roles in the whole system.',
		output: userModel,
	}),
};

/** https://docs.kombo.dev/ats/v1/get-roles */
export const role: Resource<KomboApi> = {
	name: 'Role',
	value: 'role',
	description: 'What users may be, in the system or on a job',
	operations: reads({
		one: 'role',
		many: 'roles',
		a: 'a role',
		path: '/ats/roles',
		idField: locator('id', { displayName: 'Role', description: "The role, by Kombo's ID; Role, Get Many lists them", search: searchRoles }),
		filters: [
			choices('scopes', {
				displayName: 'Scopes',
				description: 'Only roles that hold for one of these',
				options: [
					{ name: 'Job', value: 'JOB' },
					{ name: 'System', value: 'SYSTEM' },
				],
			}),
		],
		about: 'A role is of the whole system or of a job.',
		output: roleModel,
	}),
};

/** https://docs.kombo.dev/ats/v1/get-rejection-reasons */
export const rejectionReason: Resource<KomboApi> = {
	name: 'Rejection Reason',
	value: 'rejectionReason',
	description: 'Why applications are declined',
	operations: reads({
		one: 'rejection reason',
		many: 'rejection reasons',
		a: 'a rejection reason',
		path: '/ats/rejection-reasons',
		idField: locator('id', { displayName: 'Rejection Reason', description: "The reason, by Kombo's ID; Rejection Reason, Get Many lists them", search: searchRejectionReasons }),
		about: 'Application, Reject takes the ID.',
		output: namedModel,
	}),
};
