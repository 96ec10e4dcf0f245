import { binary, choices, collection, id, locator, text, toggle } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { path } from '../../../lib/http/path';
import type { FlatchrApi } from '../api';
import { applicantId } from '../fields';
import { searchComments } from '../lookups';
import { commentModel, messageOfFlatchrModel } from '../models';
import { operation } from '../operation';
import { multipart } from '../../../lib/http/form';

export const comment: Resource<FlatchrApi> = {
	name: 'Comment',
	value: 'comment',
	description: 'Notes of the team on a candidate',
	operations: [
		operation({
			name: 'Create',
			value: 'create',
			action: 'Create a comment on a candidate',
			description: 'Write a comment on a candidate, with a file if wanted. Flatchr documents that it takes the token of a user: fill in email and password in the credential. The applicant comes from Candidate, Search.',
			access: 'write',
			fields: [
				applicantId,
				text('text', { displayName: 'Text', rows: 4, placeholder: 'Called back, free from May', description: 'HTML is taken too' }),
				collection('additionalFields', {
					displayName: 'Additional Fields',
					fields: [
						binary('binaryField', { description: 'A file to put on the comment' }),
						toggle('private', { displayName: 'Private', description: 'Whether only some of the team may read it' }),
						id('replyTo', { displayName: 'Reply to Comment ID', required: false, placeholder: '3620', description: 'Comment, Get Many lists the IDs' }),
						text('type', { displayName: 'Type', description: 'Kind of comment', default: 'note', hint: 'Only "note" is documented' }),
					],
				}),
			],
			output: commentModel,
			// https://developers.flatchr.io/en/docs/QuickStart/Commentaires/Creer_commentaire
			run: async (flatchr, p, item) => {
				const { binaryField, private: isPrivate, replyTo, type = 'note' } = p.additionalFields;
				const file = binaryField === undefined ? undefined : await item.readFile(binaryField);
				const parts = { type, text: p.text, private: isPrivate === undefined ? undefined : String(isPrivate), reply_to: replyTo };
				return await flatchr.form(flatchr.company(path`/applicant/${p.applicantId}/comment`), multipart(parts, file && [{ part: 'file', ...file }]));
			},
		}),
		operation({
			name: 'Delete',
			value: 'delete',
			action: 'Delete a comment',
			description: 'Delete a comment of a candidate for good. Comment, Get Many lists the IDs.',
			access: 'delete',
			fields: [applicantId, locator('commentId', { displayName: 'Comment', description: "The comment, one of the chosen candidate's; Comment, Get Many lists them", search: searchComments, placeholder: '3620' })],
			output: messageOfFlatchrModel,
			// https://github.com/flatchr/FlatchrDocs
			run: async (flatchr, p) => await flatchr.write('DELETE', flatchr.company(path`/applicant/${p.applicantId}/comment/${p.commentId}`)),
		}),
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many comments on a candidate',
			description: 'List the comments on a candidate. The applicant comes from Candidate, Search.',
			access: 'read',
			many: true,
			fields: [
				applicantId,
				choices('fields', {
					displayName: 'Fields',
					default: ['author', 'attachments'],
					options: [
						{ name: 'Attachments', value: 'attachments' },
						{ name: 'Author', value: 'author' },
					],
					description: 'Parts of a comment that Flatchr tells only when asked',
				}),
			],
			output: commentModel,
			// https://developers.flatchr.io/en/docs/QuickStart/Commentaires/Recuperer_commentaires
			run: async (flatchr, p) => await flatchr.list(flatchr.company(path`/applicant/${p.applicantId}/comments`), { fields: p.fields }),
		}),
	],
};
