import { choice, dateTime, dropdowns, locator, text, toggle, when } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { path } from '../../../lib/http/path';
import type { FlatchrApi } from '../api';
import { applicantId } from '../fields';
import { loadUsers, searchTasks, searchUsers } from '../lookups';
import { taskModel } from '../models';
import { operation } from '../operation';

const USER = 'oLm7NdD0j7dNGbZQ';

export const task: Resource<FlatchrApi> = {
	name: 'Task',
	value: 'task',
	description: 'Reminders of the team',
	operations: [
		operation({
			name: 'Close',
			value: 'close',
			action: 'Close a task',
			description: 'Mark a task as done. Task, Get Many lists the IDs.',
			access: 'write',
			fields: [locator('taskId', { displayName: 'Task', description: 'The task to close; Task, Get Many lists them', search: searchTasks, placeholder: 'V41QG9eja5pK6Xev' })],
			output: taskModel,
			// https://developers.flatchr.io/en/docs/QuickStart/T%C3%A2ches/Fermer_une_tache
			run: async (flatchr, p) => await flatchr.write('PUT', flatchr.company(path`/task/${p.taskId}`), { done: true }),
		}),
		operation({
			name: 'Create',
			value: 'create',
			action: 'Create a task',
			description: 'Create a task about a candidate or a member of the team. User IDs come from Member, Get Many (user_id), the applicant from Candidate, Search.',
			access: 'write',
			fields: [
				text('description', { displayName: 'Description', description: 'What there is to do', required: true, rows: 2, placeholder: 'Call back about the start date' }),
				dateTime('date', { displayName: 'Due', required: true, description: 'When it is due' }),
				choice('about', {
					displayName: 'About',
					description: 'Whom the task is about',
					options: [
						{ name: 'Candidate', value: 'applicant' },
						{ name: 'Member', value: 'member' },
					],
				}),
				when(applicantId, { about: ['applicant'] }),
				when(locator('memberUserId', { displayName: 'Member', search: searchUsers, placeholder: USER, description: 'The member it is about, by the ID of the user' }), { about: ['member'] }),
				dropdowns('userIds', { displayName: 'Shown To Names or IDs', load: loadUsers, description: 'Who sees it; the creator alone when empty. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.' }),
				locator('creatorId', { displayName: 'Creator', search: searchUsers, placeholder: USER, description: 'Whose task it is, by the ID of the user' }),
				toggle('email', { displayName: 'Notify by Email', description: 'Whether Flatchr writes to those who see it' }),
			],
			output: taskModel,
			// https://developers.flatchr.io/en/docs/QuickStart/T%C3%A2ches/Creer_une_tache/
			run: async (flatchr, p) =>
				await flatchr.write('POST', flatchr.company('/task'), {
					description: p.description,
					date: p.date,
					email: p.email,
					value: [p.about === 'member' ? `member=${p.memberUserId ?? ''}` : `applicant=${p.applicantId ?? ''}`],
					users: p.userIds.length > 0 ? p.userIds : [p.creatorId],
					memberId: p.creatorId,
				}),
		}),
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many tasks',
			description: 'List the tasks of the company',
			access: 'read',
			many: true,
			fields: [
				choice('state', {
					displayName: 'State',
					description: 'Which tasks to list',
					default: 'open',
					options: [
						{ name: 'All', value: 'all' },
						{ name: 'Done', value: 'done' },
						{ name: 'Open', value: 'open' },
					],
				}),
			],
			output: taskModel,
			// https://github.com/flatchr/FlatchrDocs
			run: async (flatchr, p) => (await flatchr.list(flatchr.company('/tasks'))).filter((row) => p.state === 'all' || (row.done === true) === (p.state === 'done')),
		}),
	],
};
