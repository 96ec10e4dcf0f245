import { z } from 'zod/v4';
import { lazily } from '../../lazily';
import { text, time } from './parts';

/** The message follows Flatchr's object, in camelCase: https://developers.flatchr.io/docs (retrieve messages) */
export const messageSchema = lazily(() =>
	z.object({
		provider: z.string().describe('Which provider it comes from, such as flatchr'),
		id: text('Id of the message'),
		createdBy: text('Id of the author'),
		createdAt: time('When the message was written'),
		auto: z.boolean().nullable().describe('Whether it was sent automatically'),
		mail: z.object({
			subject: text('Subject'),
			text: text('Body as plain text'),
			html: text('Body as HTML'),
			status: text('What the mail system said'),
		}).nullable().describe('The mail itself'),
		delivered: z.boolean().nullable().describe('Whether it was delivered'),
		deliveredAt: time('When it was, or is to be, delivered'),
		author: z.object({ firstName: text('First name'), lastName: text('Last name') }).nullable().describe('Who wrote it'),
		candidate: z.object({
			firstName: text('First name'),
			lastName: text('Last name'),
			email: text('E-mail address'),
		}).nullable().describe('The candidate concerned'),
		attachments: z.array(z.object({
			id: text('Id of the file'),
			name: text('File name'),
			link: text('Address to download the file from'),
			createdAt: time('When the file was added'),
		})).nullable().describe('Files. Null: not told; []: none'),
		raw: z.unknown().optional().describe("The provider's own record, on request"),
	}).describe('A message exchanged with a candidate'),
);

export type Message = z.infer<ReturnType<typeof messageSchema>>;
