import { choices, list, locator, text } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import type { KomboApi } from '../api';
import { createdAfter } from '../fields';
import { searchJobs } from '../lookups';
import { simpleJob } from '../models';
import { reads } from './shared/records';

/** https://docs.kombo.dev/ats/v1/get-jobs */
export const job: Resource<KomboApi> = {
	name: 'Job',
	value: 'job',
	description: 'A position that people apply for',
	operations: reads({
		one: 'job',
		many: 'jobs',
		a: 'a job',
		path: '/ats/jobs',
		idField: locator('id', { displayName: 'Job', search: searchJobs, placeholder: 'GKzE4cYrKhPQdhZZ9fNSR1KE', description: "The job, by Kombo's ID" }),
		filters: [
			list('jobCodes', { displayName: 'Job Codes', placeholder: 'REQ-1024, REQ-1025', description: 'Comma-separated, or a list' }),
			text('nameContains', { displayName: 'Name Contains', description: 'Only jobs with this text in their name', placeholder: 'Engineer' }),
			text('postUrl', { displayName: 'Post URL', placeholder: 'https://example.com/careers/1234', description: 'The address of its job posting' }),
			createdAfter,
			choices('statuses', {
				displayName: 'Statuses',
				description: 'Only jobs with one of these statuses',
				options: [
					{ name: 'Archived', value: 'ARCHIVED' },
					{ name: 'Closed', value: 'CLOSED' },
					{ name: 'Draft', value: 'DRAFT' },
					{ name: 'Open', value: 'OPEN' },
				],
			}),
			choices('employmentTypes', {
				displayName: 'Employment Types',
				description: 'Only jobs of one of these types',
				options: [
					{ name: 'Contract', value: 'CONTRACT' },
					{ name: 'Full Time', value: 'FULL_TIME' },
					{ name: 'Internship', value: 'INTERNSHIP' },
					{ name: 'Part Time', value: 'PART_TIME' },
					{ name: 'Seasonal', value: 'SEASONAL' },
				],
			}),
			choices('visibilities', {
				displayName: 'Visibilities',
				description: 'Only jobs with one of these visibilities',
				options: [
					{ name: 'Confidential', value: 'CONFIDENTIAL' },
					{ name: 'Internal', value: 'INTERNAL' },
					{ name: 'Public', value: 'PUBLIC' },
					{ name: 'Unlisted', value: 'UNLISTED' },
				],
			}),
		],
		about: 'A job has its stages (their IDs are those that applications move to), its screening questions and its hiring team.',
		...simpleJob,
	}),
};
