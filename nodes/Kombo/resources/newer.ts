import { id, list } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import type { KomboApi } from '../api';
import { noteModel, scorecardModel, syncedAttachmentModel } from '../models';
import { reads } from './shared/records';

/** Models that Kombo's official clients know (Ruby 1.2.8, TypeScript of August 2026) and its OpenAPI document does not yet. */
const NEW = 'New at Kombo: not every plan and ATS has it.';

const ofPeople = [
	list('candidateIds', { of: 'id', displayName: 'Candidate IDs', placeholder: 'GKzE4cYrKhPQdhZZ9fNSR1KE', description: 'Comma-separated Kombo IDs, or a list' }),
	list('applicationIds', { of: 'id', displayName: 'Application IDs', placeholder: '8Xi6iZrwusZqJmDGXs49GBmJ', description: 'Comma-separated Kombo IDs, or a list' }),
] as const;

/** https://github.com/kombohq/ruby-sdk */
export const note: Resource<KomboApi> = {
	name: 'Note',
	value: 'note',
	description: 'What somebody wrote about a candidate',
	operations: reads({
		one: 'note',
		many: 'notes',
		a: 'a note',
		path: '/ats/notes',
		idField: id('id', { displayName: 'Note ID', placeholder: '8Xi6iZrwusZqJmDGXs49GBmJ', description: 'Note, Get Many lists them' }),
		filters: ofPeople,
		about: `Application, Add Note writes one. A filter by application leaves out notes that are only about the candidate. ${NEW}`,
		output: noteModel,
	}),
};

/** https://github.com/kombohq/typescript-sdk */
export const scorecard: Resource<KomboApi> = {
	name: 'Scorecard',
	value: 'scorecard',
	description: 'How an interviewer rated a candidate',
	operations: reads({
		one: 'scorecard',
		many: 'scorecards',
		a: 'a scorecard',
		path: '/ats/scorecards',
		idField: id('id', { displayName: 'Scorecard ID', placeholder: 'EYJjhMQT3LtVKXnTbnRT8s6U', description: 'Scorecard, Get Many lists them' }),
		filters: ofPeople,
		about: `A scorecard has the questions and answers of one interviewer. ${NEW}`,
		output: scorecardModel,
	}),
};

/** https://github.com/kombohq/typescript-sdk */
export const attachment: Resource<KomboApi> = {
	name: 'Attachment',
	value: 'attachment',
	description: 'A file of a candidate, as Kombo has copied it',
	operations: reads({
		one: 'attachment',
		many: 'attachments',
		a: 'an attachment',
		path: '/ats/attachments',
		idField: id('id', { displayName: 'Attachment ID', placeholder: 'GRKdd9dibYKKCrmGRSMJf3wu', description: 'Attachment, Get Many lists them' }),
		filters: ofPeople,
		about: `It tells names and where in your own S3 bucket Kombo has put the file (that must be set up in Kombo), without an address to fetch it from: for the file itself use Application, Get Attachments. ${NEW}`,
		output: syncedAttachmentModel,
	}),
};
