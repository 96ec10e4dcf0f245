import { z } from 'zod/v4';
import { lazily } from '../../lazily';
import { listedStageSchema, text, time, userSchema } from './parts';
import { NOT_SPECIFIED } from './values';

/** The job follows Knit's `ats_jobs`: https://developers.getknit.dev/reference/job-data-models */

export const JOB_STATUSES = ['OPEN', 'CLOSED', 'DRAFT', 'ARCHIVED', NOT_SPECIFIED] as const;

const named = lazily(() => z.object({ id: text('Id'), name: text('Name') }));

export const jobInfoSchema = lazily(() =>
	z.object({
		id: z.string().describe('Id of the job'),
		title: text('Title'),
		description: text('Description, often HTML'),
		status: z.enum(JOB_STATUSES).describe('State of the job'),
		confidential: z.boolean().nullable().describe('Whether the job is confidential'),
		infoUrl: text('Page that describes the job'),
		applyUrl: text('Page where people apply'),
		createdAt: time('When the job was made'),
		updatedAt: time('When the ATS last changed its record'),
		closedAt: time('When the job was closed'),
	}).describe('Title, status, description and dates'),
);

export const jobSchema = lazily(() =>
	z.object({
		provider: z.string().describe('Which provider it comes from, such as kombo'),
		id: z.string().describe('Id of the job at the provider'),
		info: jobInfoSchema().nullable().describe('Title, status, description and dates'),
		departments: z.array(named()).nullable().describe('Departments. Null: not told'),
		offices: z.array(named().extend({ location: text('Place in words') })).nullable().describe('Offices. Null: not told'),
		hiringManagers: z.array(userSchema()).nullable().describe('Hiring managers. Null: not told'),
		recruiters: z.array(userSchema()).nullable().describe('Recruiters. Null: not told'),
		stages: z.array(listedStageSchema()).nullable().describe('Stages of its pipeline, in order. Null: not told'),
		raw: z.unknown().optional().describe("The provider's own record, on request"),
	}).describe('An open position'),
);

export type JobInfo = z.infer<ReturnType<typeof jobInfoSchema>>;
export type Job = z.infer<ReturnType<typeof jobSchema>>;
