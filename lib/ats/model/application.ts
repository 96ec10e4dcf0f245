import { z } from 'zod/v4';
import { lazily } from '../../lazily';
import { customFieldSchema, emailSchema, phoneSchema, stageSchema, text, time, userSchema } from './parts';
import { NOT_SPECIFIED } from './values';

/*
 * The application as Knit publishes it: https://developers.getknit.dev/reference/application-data-models
 * In each model: null = this provider does not tell, or it was not asked for. [] = told, and there is none.
 */

export const APPLICATION_STATUSES = ['ACTIVE', 'REJECTED', 'HIRED', NOT_SPECIFIED] as const;
export const ORIGINS = ['AGENCY', 'REFERRAL', 'EXTERNAL', NOT_SPECIFIED] as const;
export const INTERVIEW_STATUSES = ['SCHEDULED', 'AWAITING_FEEDBACK', 'COMPLETE', 'CANCELLED', NOT_SPECIFIED] as const;
export const OFFER_STATUSES = ['IN_PROGRESS', 'SIGNED', 'DENIED', 'DEPRECATED', NOT_SPECIFIED] as const;
export const ATTACHMENT_TYPES = ['RESUME', 'COVER_LETTER', 'OFFER_LETTER', NOT_SPECIFIED] as const;

/** The parts of an application that can be asked for: key in the output, and Knit's model id. */
export const MODELS = [
	{ key: 'info', id: 'application_info', label: 'Info' },
	{ key: 'currentStage', id: 'application_stage', label: 'Current Stage' },
	{ key: 'interviews', id: 'application_interviews', label: 'Interviews' },
	{ key: 'rejection', id: 'application_rejection', label: 'Rejection' },
	{ key: 'offers', id: 'application_offers', label: 'Offers' },
	{ key: 'attachments', id: 'application_attachments', label: 'Attachments' },
] as const;

export type ModelKey = (typeof MODELS)[number]['key'];
export type ModelId = (typeof MODELS)[number]['id'];
export const MODEL_KEYS: readonly ModelKey[] = MODELS.map(({ key }) => key);

export const applicationCandidateSchema = lazily(() =>
	z.object({
		id: text('Id of the candidate'),
		name: text('Full name, as the ATS writes it'),
		firstName: text('First name, where the ATS has it apart'),
		lastName: text('Last name, where the ATS has it apart'),
		phones: z.array(phoneSchema()).nullable().describe('Phone numbers'),
		emails: z.array(emailSchema()).nullable().describe('E-mail addresses'),
		links: z.array(z.string()).nullable().describe('Links such as LinkedIn or a website'),
		location: text('Where the candidate lives, in words'),
	}).describe('The person who applied'),
);

export const applicationInfoSchema = lazily(() =>
	z.object({
		id: z.string().describe('Id of the application'),
		status: z.enum(APPLICATION_STATUSES).describe('Where the application stands'),
		candidate: applicationCandidateSchema().nullable().describe('The person who applied'),
		origin: z.enum(ORIGINS).describe('How the application came in'),
		appliedAt: time('When the person applied'),
		updatedAt: time('When the ATS last changed its record; never compared'),
		jobId: text('Id of the job'),
		job: z.object({ id: text('Id of the job'), title: text('Title of the job') }).nullable().describe('The job by its title. Null: not told'),
		source: text('Where the application came from, in the words of the ATS'),
		customFields: z.array(customFieldSchema()).nullable().describe('Fields that the company has added. Null: not told'),
		owner: userSchema().nullable().describe('Who owns the application in the ATS'),
		creditedTo: userSchema().nullable().describe('Who gets the credit for it'),
	}).describe('Applicant, job, status and dates'),
);

export const interviewSchema = lazily(() =>
	z.object({
		id: text('Id of the interview'),
		subject: text('Title of the interview'),
		createdAt: time('When the interview was set up'),
		scheduledStart: time('Start'),
		scheduledEnd: time('End'),
		stage: stageSchema().nullable().describe('Stage the application was in when the interview was scheduled'),
		interviewers: z.array(userSchema()).nullable().describe('Who interviews'),
		location: text('Place or link'),
		creator: userSchema().nullable().describe('Who set it up'),
		status: z.enum(INTERVIEW_STATUSES).describe('State of the interview'),
	}).describe('An interview of an application'),
);

export const rejectionSchema = lazily(() =>
	z.object({
		id: text('Id of the rejection reason'),
		text: text('Reason in words'),
		rejectedAt: time('When the application was rejected'),
	}).describe('Why and when the application was rejected'),
);

export const offerSchema = lazily(() =>
	z.object({
		id: text('Id of the offer'),
		status: z.enum(OFFER_STATUSES).describe('State of the offer'),
		createdAt: time('When the offer was made'),
		sentAt: time('When it was sent'),
		closedAt: time('When it was signed, denied or withdrawn'),
	}).describe('A job offer'),
);

export const attachmentSchema = lazily(() =>
	z.object({
		id: text('Id of the file, where the ATS has one').optional(),
		type: z.enum(ATTACHMENT_TYPES).describe('Kind of file'),
		name: text('File name'),
		link: text('Address to download the file from. May work for a short time only'),
		attachmentContent: z.object({
			content: text('Content of the file'),
			encoding: z.enum(['BASE64', NOT_SPECIFIED]).describe('How the content is written'),
		}).nullable().optional().describe('The file itself, where the ATS sends it along'),
		createdAt: time('When the file was added'),
	}).describe('A file of an application'),
);

export const applicationSchema = lazily(() =>
	z.object({
		provider: z.string().describe('Which provider it comes from, such as kombo'),
		id: z.string().describe('Id of the application at the provider'),
		info: applicationInfoSchema().nullable().describe('Applicant, job, status and dates. Null: not told or not asked for'),
		currentStage: stageSchema().nullable().describe('Stage the application is in. Null: none, not told or not asked for'),
		interviews: z.array(interviewSchema()).nullable().describe('Interviews. Null: not told or not asked for; []: none'),
		rejection: rejectionSchema().nullable().describe('Rejection. Null: none, not told or not asked for'),
		offers: z.array(offerSchema()).nullable().describe('Offers. Null: not told or not asked for; []: none'),
		attachments: z.array(attachmentSchema()).nullable().describe('Files. Null: not told or not asked for; []: none'),
		raw: z.unknown().optional().describe("The provider's own record, on request"),
	}).describe("One person's submission for one job"),
);

export type ApplicationStatus = (typeof APPLICATION_STATUSES)[number];
export type InterviewStatus = (typeof INTERVIEW_STATUSES)[number];
export type OfferStatus = (typeof OFFER_STATUSES)[number];
export type ApplicationCandidate = z.infer<ReturnType<typeof applicationCandidateSchema>>;
export type ApplicationInfo = z.infer<ReturnType<typeof applicationInfoSchema>>;
export type Interview = z.infer<ReturnType<typeof interviewSchema>>;
export type Rejection = z.infer<ReturnType<typeof rejectionSchema>>;
export type Offer = z.infer<ReturnType<typeof offerSchema>>;
export type Attachment = z.infer<ReturnType<typeof attachmentSchema>>;
export type Application = z.infer<ReturnType<typeof applicationSchema>>;
