import { binary, collection, choice } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import type { ChatKittyApi } from '../api';
import { jobId } from '../fields';
import { downloadResult, getJob, waitFields, waitForJob } from '../jobs';
import { job as jobRow, jobModel } from '../models';
import { operation } from '../operation';

/** https://chatkitty.com/docs/api/reference#jobs */
export const job: Resource<ChatKittyApi> = {
	name: 'Job',
	value: 'job',
	description: 'An import or export at work',
	operations: [
		operation({
			name: 'Download Result',
			value: 'downloadResult',
			action: 'Download the result of a job',
			description: 'Fetch the file of a finished export. Export or Job, Get Many supplies the ID.',
			access: 'read',
			fields: [jobId, binary('outputField', { displayName: 'Put Output File in Field', hint: 'The name of the output field to put the file in' })],
			run: async (chatkitty, p, item) => await downloadResult(chatkitty, item, p.jobId, p.outputField),
		}),
		operation({
			name: 'Get',
			value: 'get',
			action: 'Get a job',
			description: 'Read the state of an import or export. Import, Export and Job, Get Many supply the ID.',
			access: 'read',
			fields: [jobId],
			output: jobModel,
			run: async (chatkitty, p) => await getJob(chatkitty, p.jobId),
		}),
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many jobs',
			description: 'List imports and exports',
			access: 'read',
			many: true,
			fields: [
				collection('filters', {
					displayName: 'Filters',
					addLabel: 'Add Filter',
					fields: [
						choice('running', {
							displayName: 'Running',
							description: 'Only jobs that run now, or only those that do not',
							options: [
								{ name: 'No', value: 'false' },
								{ name: 'Yes', value: 'true' },
							],
						}),
					],
				}),
			],
			output: jobModel,
			run: async (chatkitty, p, item) => withBlanks(chatkitty, p.filters, item.limit),
		}),
		operation({
			name: 'Wait',
			value: 'wait',
			action: 'Wait for a job',
			description: 'Wait until an import or export is done; its failure is an error. Import, Export and Job, Get Many supply the ID.',
			access: 'read',
			fields: [jobId, ...waitFields],
			output: jobModel,
			run: async (chatkitty, p, item) => await waitForJob(chatkitty, item, p.jobId, p),
		}),
	],
};

async function* withBlanks(chatkitty: ChatKittyApi, filters: { running?: string }, limit?: number) {
	for await (const rows of chatkitty.list('/jobs', 'jobs', filters, limit)) yield rows.map(jobRow);
}
