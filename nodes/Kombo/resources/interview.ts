import { id } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import type { KomboApi } from '../api';
import { ofJobs } from '../fields';
import { simpleInterview } from '../models';
import { reads } from './shared/records';

/** https://docs.kombo.dev/ats/v1/get-interviews */
export const interview: Resource<KomboApi> = {
	name: 'Interview',
	value: 'interview',
	description: 'A meeting with a candidate about an application',
	operations: reads({
		one: 'interview',
		many: 'interviews',
		a: 'an interview',
		path: '/ats/interviews',
		idField: id('id', { displayName: 'Interview ID', placeholder: '8Xi6iZrwusZqJmDGXs49GBmJ', description: 'Interview, Get Many lists them' }),
		filters: ofJobs,
		about: 'An interview has its times, its interviewers, and the application, candidate and job it is about. Application, Schedule Interview makes one.',
		...simpleInterview,
	}),
};
