import { collection, email, locator, text, when } from '../../../lib/action/field';
import type { Resource, Row } from '../../../lib/action/operation';
import { kitFields } from '../../../lib/action/properties';
import type { Candidate } from '../../../lib/ats/model';
import { row, type AtsApi } from '../api';
import { candidateId, takers, updatedAfter } from '../fields';
import { searchJobs } from '../lookups';
import { unified } from '../operation';
import { simpleCandidate, simpleCandidateSchema } from '../simplify';

export const personFields = [
	text('firstName', { displayName: 'First Name', description: 'Given name of the candidate', required: true, placeholder: 'Frank' }),
	text('lastName', { displayName: 'Last Name', description: 'Family name of the candidate', required: true, placeholder: 'Doe' }),
	email('email', { displayName: 'Email', description: 'E-mail address of the candidate', required: true, placeholder: 'frank.doe@example.com' }),
] as const;

function shown(candidate: Candidate, simplify: boolean): Row {
	return simplify ? simpleCandidate(candidate) : row(candidate);
}

const tag = text('tag', { displayName: 'Tag', description: 'The tag, by its name', required: true, placeholder: 'talent pool' });

export const candidate: Resource<AtsApi> = {
	name: 'Candidate',
	value: 'candidate',
	description: 'A person',
	operations: [
		unified('candidate.addTag', {
			name: 'Add Tag',
			value: 'addTag',
			action: 'Add a tag to a candidate',
			description: 'Put a tag on a candidate; a candidate who has it already stays as is',
			access: 'write',
			fields: [candidateId, tag],
			run: async (ats, p) => {
				await ats.for('addTag', 'add tags')(p.candidateId, p.tag);
				return { success: true, candidateId: p.candidateId };
			},
		}),
		unified('candidate.findOrCreate', {
			name: 'Find or Create',
			value: 'findOrCreate',
			action: 'Find or create a candidate',
			description: 'Look a candidate up by email and create one only if there is none',
			access: 'write',
			fields: [
				...personFields,
				kitFields.simplify,
				collection('additionalFields', {
					displayName: 'Additional Fields',
					fields: [
						when(locator('jobId', { displayName: 'Job', required: false, search: searchJobs, description: 'What a new candidate applies for' }), takers('candidate.findOrCreate.jobId')),
						text('phone', { displayName: 'Phone', description: 'Phone number of the candidate, best with the country code', placeholder: '+49 30 1234567' }),
					],
				}),
			],
			run: async (ats, p) => {
				const { candidate: found, created } = await ats.findOrCreate({ firstName: p.firstName, lastName: p.lastName, email: p.email, ...p.additionalFields });
				return { ...shown(found, p.simplify), created };
			},
		}),
		unified('candidate.get', {
			name: 'Get',
			value: 'get',
			action: 'Get a candidate',
			description: 'Read one candidate in the unified model',
			access: 'read',
			fields: [candidateId, kitFields.simplify],
			output: simpleCandidateSchema,
			run: async (ats, p) => shown(await ats.for('candidate', 'read one candidate')(p.candidateId, ats.raw), p.simplify),
		}),
		unified('candidate.getMany', {
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many candidates',
			description: 'List candidates in the unified model',
			access: 'read',
			many: true,
			fields: [
				kitFields.simplify,
				collection('filters', {
					displayName: 'Filters',
					addLabel: 'Add Filter',
					fields: [updatedAfter, email('email', { displayName: 'Email', description: 'E-mail address of the candidate', placeholder: 'frank.doe@example.com' })],
				}),
			],
			output: simpleCandidateSchema,
			run: async function* (ats, p, { limit }) {
				for await (const page of ats.candidates({ ...p.filters, raw: ats.raw, limit })) yield page.map((one) => shown(one, p.simplify));
			},
		}),
		unified('candidate.removeTag', {
			name: 'Remove Tag',
			value: 'removeTag',
			action: 'Remove a tag from a candidate',
			description: 'Take a tag off a candidate',
			access: 'write',
			fields: [candidateId, tag],
			run: async (ats, p) => {
				await ats.for('removeTag', 'remove tags')(p.candidateId, p.tag);
				return { success: true, candidateId: p.candidateId };
			},
		}),
		unified('candidate.update', {
			name: 'Update',
			value: 'update',
			action: 'Update a candidate',
			description: 'Change fields of a candidate; what is left out stays',
			access: 'write',
			fields: [
				candidateId,
				kitFields.simplify,
				collection('changes', {
					displayName: 'Changes',
					fields: [
						email('email', { displayName: 'Email', description: 'E-mail address of the candidate', placeholder: 'frank.doe@example.com' }),
						text('firstName', { displayName: 'First Name', description: 'Given name of the candidate', placeholder: 'Frank' }),
						text('lastName', { displayName: 'Last Name', description: 'Family name of the candidate', placeholder: 'Doe' }),
						text('phone', { displayName: 'Phone', description: 'Phone number of the candidate, best with the country code', placeholder: '+49 30 1234567' }),
					],
				}),
			],
			output: simpleCandidateSchema,
			run: async (ats, p) => shown(await ats.for('updateCandidate', 'update candidates')(p.candidateId, p.changes), p.simplify),
		}),
	],
};
