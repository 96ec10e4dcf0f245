import { z, type ZodType } from 'zod/v4';

/*
 * Shapes of outputs, for the editor's preview. Every attribute may be missing: formats depend on the customer's set-up.
 * https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API (example datapoints)
 */

const text = (meaning?: string) => (meaning === undefined ? z.string().nullish() : z.string().nullish().describe(meaning));
const flag = () => z.boolean().nullish();
const record = <Shape extends Record<string, ZodType>>(shape: Shape) => z.looseObject({ id: z.string(), type: z.string().optional(), ...shape });

export const companyModel = (): ZodType => record({ name: text(), website: text(), locale: text('Language of the career site'), managerId: text('The Admin user who is assigned') });

export const departmentModel = (): ZodType => record({ name: text(), rolesIds: z.array(z.string()).optional(), teamsIds: z.array(z.string()).optional() });

export const roleModel = (): ZodType => record({ name: text(), departmentId: text('Parent department'), teamsIds: z.array(z.string()).optional() });

export const changeModel = (): ZodType =>
	record({
		code: text('Kind of activity'),
		'created-at': text(),
		data: z.unknown().describe('What was recorded, such as the text of a note'),
		candidateId: text(),
		jobId: text(),
		userId: text('Who did it'),
	});

/** Write-only attributes never come back, so none is here. */
export const candidateModel = (): ZodType =>
	record({
		email: text(),
		'first-name': text(),
		'last-name': text(),
		phone: text(),
		pitch: text(),
		picture: text('Address of the picture'),
		tags: z.array(z.string()).optional(),
		connected: flag(),
		internal: flag(),
		referred: flag().describe('Added by an employee'),
		sourced: flag().describe('Added by a recruiter without applying'),
		unsubscribed: flag().describe('Gets no notifications of new jobs'),
		'consent-future-jobs-at': text('When the candidate agreed to be contacted about future jobs'),
		'linkedin-uid': text(),
		'linkedin-url': text(),
		'linkedin-profile': text('HTML'),
		'facebook-id': text(),
		'facebook-profile': text('HTML'),
		'referring-site': text(),
		'referring-url': text(),
		'has-resume': z.boolean().optional().describe('Whether there is a resume to download'),
		'created-at': text(),
		'updated-at': text(),
	});

export const resumeModel = (): ZodType => z.object({ candidateId: z.string(), fileName: z.string(), version: z.enum(['resume', 'original-resume']) });

/** No schema of messages is documented. */
export const messageModel = (): ZodType => z.looseObject({ id: z.string() });

export const deletedModel = (): ZodType => z.object({ id: z.string(), deleted: z.boolean() });
