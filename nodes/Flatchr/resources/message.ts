import { choices } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { path } from '../../../lib/http/path';
import type { FlatchrApi } from '../api';
import { applicantId } from '../fields';
import { simpleMessage } from '../models';
import { operation } from '../operation';

const PARTS = [
	{ name: 'Attachments', value: 'attachments' },
	{ name: 'Author', value: 'author' },
	{ name: 'Candidate', value: 'candidate' },
	{ name: 'Mail', value: 'mail', description: 'Subject and body' },
	{ name: 'Replied', value: 'replied' },
] as const;

export const message: Resource<FlatchrApi> = {
	name: 'Message',
	value: 'message',
	description: 'Emails and texts exchanged with a candidate',
	operations: [
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many messages of a candidate',
			description: 'List the messages exchanged with a candidate. The applicant comes from Candidate, Search.',
			access: 'read',
			many: true,
			fields: [applicantId, choices('fields', { displayName: 'Fields', default: ['author', 'replied', 'mail', 'attachments', 'candidate'], options: PARTS, description: 'Parts of a message that Flatchr tells only when asked' })],
			...simpleMessage,
			// https://developers.flatchr.io/en/docs/QuickStart/Messages
			run: async (flatchr, p) => await flatchr.list(flatchr.company(path`/applicant/${p.applicantId}/messages`), { fields: p.fields }),
		}),
	],
};
