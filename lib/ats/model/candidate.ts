import { z } from 'zod/v4';
import { lazily } from '../../lazily';
import { customFieldSchema, emailSchema, phoneSchema, tagSchema, text, time } from './parts';

/** The candidate follows Knit's `ats_candidates`: https://developers.getknit.dev/reference/candidate-data-models */
export const candidateSchema = lazily(() =>
	z.object({
		provider: z.string().describe('Which provider it comes from, such as kombo'),
		id: z.string().describe('Id of the candidate at the provider'),
		name: text('Full name, as the ATS writes it'),
		firstName: text('First name, where the ATS has it apart'),
		lastName: text('Last name, where the ATS has it apart'),
		title: text('Present position'),
		company: text('Present employer'),
		phones: z.array(phoneSchema()).nullable().describe('Phone numbers. Null: not told'),
		emails: z.array(emailSchema()).nullable().describe('E-mail addresses. Null: not told'),
		links: z.array(z.string()).nullable().describe('Links such as LinkedIn or a website. Null: not told'),
		location: text('Where the candidate lives, in words'),
		tags: z.array(tagSchema()).nullable().describe('Tags. Null: not told'),
		customFields: z.array(customFieldSchema()).nullable().describe('Fields that the company has added. Null: not told'),
		applications: z.array(z.string()).nullable().describe('Ids of the applications. Null: not told'),
		createdAt: time('When the candidate was added'),
		updatedAt: time('When the ATS last changed its record'),
		raw: z.unknown().optional().describe("The provider's own record, on request"),
	}).describe('A person'),
);

export type Candidate = z.infer<ReturnType<typeof candidateSchema>>;
