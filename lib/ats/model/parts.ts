import { z } from 'zod/v4';
import { lazily } from '../../lazily';
import { NOT_SPECIFIED } from './values';

/*
 * The small objects that applications, jobs and candidates share, as Knit publishes them:
 * https://developers.getknit.dev/reference/application-data-models
 */

export const PHONE_TYPES = ['WORK', 'PERSONAL', 'SKYPE', NOT_SPECIFIED] as const;
export const EMAIL_TYPES = ['WORK', 'PERSONAL', NOT_SPECIFIED] as const;

/** What kind of step a stage is. Only ever from the vendor's own word, never from the name of the stage. */
export const STAGE_CATEGORIES = ['APPLIED', 'SCREENING', 'ASSESSMENT', 'INTERVIEW', 'OFFER', 'HIRED', 'REJECTED', 'OTHER'] as const;

export const text = (meaning: string) => z.string().nullable().describe(meaning);
export const time = (meaning: string) => z.string().nullable().describe(`${meaning}. ISO-8601 in UTC`);

export const userSchema = lazily(() =>
	z.object({
		id: text('Id of the person in the ATS'),
		email: text('E-mail address'),
		employeeId: text('Employee id'),
		name: text('Full name, as the ATS writes it'),
		firstName: text('First name, where the ATS has it apart'),
		lastName: text('Last name, where the ATS has it apart'),
	}).describe('A member of the hiring team'),
);

export const phoneSchema = lazily(() =>
	z.object({
		type: z.enum(PHONE_TYPES).describe('Kind of number'),
		phoneNumber: text('Number as the ATS writes it'),
	}),
);

export const emailSchema = lazily(() =>
	z.object({
		type: z.enum(EMAIL_TYPES).describe('Kind of address'),
		email: text('Address'),
	}),
);

export const stageSchema = lazily(() =>
	z.object({
		id: text('Id of the stage. Two stages are the same when their ids are'),
		text: text('Name of the stage'),
		category: z.enum(STAGE_CATEGORIES).nullable().describe("What kind of step it is, by the ATS's own word. Null: not told"),
	}).describe('A step of the hiring pipeline'),
);

/** A stage in a list of stages. */
export const listedStageSchema = lazily(() =>
	stageSchema().extend({
		jobId: text('Id of the job whose pipeline it belongs to. Null: not told, or of all jobs'),
		order: z.number().nullable().describe('Place in the pipeline, the first is 0. Null: not told'),
	}).describe('A step of the hiring pipeline of a job'),
);

export const customFieldSchema = lazily(() =>
	z.object({
		id: text('Id of the field'),
		name: text('Name of the field, as people see it'),
		value: z.unknown().describe('Its value, as the ATS gives it'),
	}).describe('A field that the company has added'),
);

export const tagSchema = lazily(() =>
	z.object({
		id: text('Id of the tag'),
		text: text('Name of the tag'),
	}).describe('A label on a candidate'),
);

export const rejectionReasonSchema = lazily(() =>
	z.object({
		id: text('Id of the reason, to be used when rejecting'),
		text: text('Reason in words'),
	}).describe('A reason to reject an application'),
);

export type User = z.infer<ReturnType<typeof userSchema>>;
export type Phone = z.infer<ReturnType<typeof phoneSchema>>;
export type Email = z.infer<ReturnType<typeof emailSchema>>;
export type Stage = z.infer<ReturnType<typeof stageSchema>>;
export type ListedStage = z.infer<ReturnType<typeof listedStageSchema>>;
export type StageCategory = (typeof STAGE_CATEGORIES)[number];
export type CustomField = z.infer<ReturnType<typeof customFieldSchema>>;
export type Tag = z.infer<ReturnType<typeof tagSchema>>;
export type RejectionReason = z.infer<ReturnType<typeof rejectionReasonSchema>>;
