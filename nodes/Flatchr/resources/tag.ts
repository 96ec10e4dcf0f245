import { choice, locator } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { path } from '../../../lib/http/path';
import type { FlatchrApi } from '../api';
import { applicantId } from '../fields';
import { searchTags, searchTagValues } from '../lookups';
import { tagModel, traitModel } from '../models';
import { operation } from '../operation';

export const tag: Resource<FlatchrApi> = {
	name: 'Tag',
	value: 'tag',
	description: 'What the team notes about candidates in fixed words',
	operations: [
		operation({
			name: 'Get for Candidate',
			value: 'getForCandidate',
			action: 'Get the tags of a candidate',
			description: 'List the tags that are set on a candidate, with their values. The applicant comes from Candidate, Search.',
			access: 'read',
			many: true,
			fields: [applicantId],
			output: traitModel,
			// https://github.com/flatchr/FlatchrDocs
			run: async (flatchr, p) => await flatchr.list(flatchr.company(path`/applicant/${p.applicantId}/traits`)),
		}),
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many tags',
			description: 'List the tags of the company and the values that each can have',
			access: 'read',
			many: true,
			fields: [
				choice('type', {
					displayName: 'For',
					default: 'candidates',
					options: [
						{ name: 'All', value: 'all' },
						{ name: 'Candidates', value: 'candidates' },
						{ name: 'Vacancies', value: 'vacancies' },
					],
					description: 'Which tags to list; only those for candidates can be set',
				}),
			],
			output: tagModel,
			// https://developers.flatchr.io/en/docs/QuickStart/Tags/Recuperer_tags
			run: async (flatchr, p) => (await flatchr.list(flatchr.company('/tags'))).filter((row) => p.type === 'all' || row.type === p.type),
		}),
		operation({
			name: 'Set',
			value: 'set',
			action: 'Set a tag of a candidate',
			description: 'Give a tag of a candidate a value. Tag, Get Many lists the IDs and values. How several values are set, or a value taken away, is not documented.',
			access: 'write',
			fields: [
				applicantId,
				locator('tagId', { displayName: 'Tag', description: 'The tag to set; Tag, Get Many lists them', search: searchTags, placeholder: 'V41QG9eja5pK6Xev' }),
				locator('value', { displayName: 'Value', search: searchTagValues, placeholder: 'Yes', idHint: 'One of the values of the tag', description: 'One of the values of the tag' }),
			],
			output: traitModel,
			// https://developers.flatchr.io/en/docs/QuickStart/Tags/Ajouter_tag
			run: async (flatchr, p) => await flatchr.write('POST', flatchr.company(path`/applicant/${p.applicantId}/trait`), { tag: p.tagId, value: p.value }),
		}),
	],
};
