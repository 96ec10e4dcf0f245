import { choice, jsonObject, text, when } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { FieldError } from '../../../lib/errors';
import { recordOf } from '../../../lib/http/record';
import { asRow, LISTS, type KnitApi } from '../api';
import { jobFilters, jobId } from '../fields';
import { findJob } from '../lookups';
import { createdJobModel, simpleJob } from '../models';
import { operation } from '../operation';

export const job: Resource<KnitApi> = {
	name: 'Job',
	value: 'job',
	description: 'A position to be filled',
	operations: [
		operation({
			name: 'Create',
			value: 'create',
			action: 'Create a job',
			description: 'Open a job in the connected ATS. Few ATSs can do that through Knit.',
			access: 'write',
			fields: [
				text('title', { displayName: 'Title', description: 'Title of the job', required: true, placeholder: 'Night nurse' }),
				text('description', { displayName: 'Description', description: 'What applicants read about the job', required: true, rows: 4, placeholder: 'You care for our guests at night.' }),
				jsonObject('body', { displayName: 'Further Body Fields (JSON)', placeholder: '{"key": "value"}', description: 'Added to what is sent', hint: 'Knit publishes title and description only' }),
			],
			output: createdJobModel,
			run: async (knit, { title, description, body }) => await knit.make('/ats.job.create', { title, description, ...body }),
		}),
		operation({
			name: 'Get',
			value: 'get',
			action: 'Get a job',
			description: 'Read one job with its stages, offices and people. Job, Get Many gives the ID.',
			access: 'read',
			fields: [
				jobId,
				choice('lookup', {
					displayName: 'Look Up',
					description: 'How to name the job',
					default: 'list',
					options: [
						{ name: 'Directly', value: 'direct', description: 'One call, but Knit does not publish how it wants the ID' },
						{ name: 'In the List', value: 'list', description: 'Reads the list of jobs until it is found' },
					],
				}),
				when(text('parameter', { displayName: 'Query Parameter', required: true, default: 'jobId', description: "Name under which the ID is sent", hint: 'The name is a guess: Knit does not publish it' }), { lookup: ['direct'] }),
			],
			...simpleJob,
			run: async (knit, p) => {
				if (p.lookup === 'direct') {
					const data = await knit.get('/ats.job.get', { [p.parameter ?? 'jobId']: p.jobId });
					return asRow(recordOf(data.job ?? data, 'Knit'));
				}
				const found = await findJob(knit, p.jobId);
				if (!found) throw new FieldError(`There is no job with the ID ${p.jobId}`, 'Take the ID from the operation Get Many of Job. Check the Integration ID too.');
				return found;
			},
		}),
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many jobs',
			description: 'List jobs of the connected ATS, live, filtered by status, office, department or date',
			access: 'read',
			many: true,
			fields: [jobFilters],
			...simpleJob,
			// https://developers.getknit.dev/docs/list-jobs
			run: (knit, p) => knit.list(LISTS.jobs, 'jobs', p.filters),
		}),
	],
};
