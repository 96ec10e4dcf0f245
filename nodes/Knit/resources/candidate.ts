import { jsonObject, list, text } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { hasAddress } from '../../../lib/ats/findOrCreate';
import { FieldError } from '../../../lib/errors';
import { rowsOf, type KnitApi } from '../api';
import { unpublished } from '../fields';
import { toCandidate } from '../mapping';
import { simpleCandidate } from '../models';
import { operation } from '../operation';

export const candidate: Resource<KnitApi> = {
	name: 'Candidate',
	value: 'candidate',
	description: 'A person',
	operations: [
		operation({
			name: 'Add Tag (Undocumented Body)',
			value: 'addTag',
			action: 'Add a tag to a candidate',
			description: 'Tag a candidate, or the application where the ATS has tags there. Knit does not publish the fields of this call, so the body is yours to write. Candidate, Search gives the candidate.',
			access: 'write',
			fields: [
				jsonObject('body', {
					displayName: 'Body (JSON)',
					required: true,
					default: '{}',
					rows: 6,
					description: 'Sent to Knit as it is. A tag has an ID and a text; a made-up ID is taken for a new tag. Workable cuts at a space, lowers the case and ignores 25 characters or more; Workday takes known tags only.',
					hint: unpublished,
				}),
			],
			// https://developers.getknit.dev/reference/create-a-candidate-tag
			run: async (knit, p) => ({ success: true, ...(await knit.post('/ats.candidate.tag.add', p.body)) }),
		}),
		operation({
			name: 'Search',
			value: 'search',
			action: 'Search candidates',
			description: 'Find candidates by e-mail, phone or name. Some ATSs (Workable) want an e-mail address.',
			access: 'read',
			fields: [
				list('emails', { of: 'email', displayName: 'Emails', placeholder: 'jo@example.com', description: 'Comma-separated, or a list' }),
				list('phones', { displayName: 'Phones', placeholder: '+49 30 1234567', description: 'Comma-separated, or a list' }),
				text('firstName', { displayName: 'First Name', description: 'Given name of the candidate', placeholder: 'Jo' }),
				text('lastName', { displayName: 'Last Name', description: 'Family name of the candidate', placeholder: 'Doe' }),
			],
			...simpleCandidate,
			run: async (knit, { emails, phones, firstName, lastName }) => await searchCandidates(knit, { emails, phones, firstName, lastName }),
		}),
	],
};

export async function searchCandidates(knit: KnitApi, by: { emails?: string[]; phones?: string[]; firstName?: string; lastName?: string }) {
	const body = Object.fromEntries(Object.entries(by).filter(([, value]) => value !== undefined && value.length > 0));
	if (Object.keys(body).length === 0) throw new FieldError('Nothing to search candidates by', 'Fill in an e-mail address, a phone number or a name.');
	// A search only reads, so a lost answer is asked for again.
	const found = rowsOf(await knit.post('/ats.candidates.search', body, true), 'candidates');
	const { emails = [] } = by;
	// A connected ATS may match an address loosely, or show everybody.
	return emails.length === 0 ? found : found.filter((row) => emails.some((email) => hasAddress(toCandidate(row), email)));
}
