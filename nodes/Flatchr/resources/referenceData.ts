import { choice, dropdown, text, when } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { path } from '../../../lib/http/path';
import type { FlatchrApi } from '../api';
import { loadChannels, REFERENCE_LANGUAGE } from '../lookups';
import { referenceModel } from '../models';
import { operation } from '../operation';

const LISTS = { activities: '/activities', channels: '/channels', contracts: '/contracts', educationLevels: '/educationLevels' } as const;

export const referenceData: Resource<FlatchrApi> = {
	name: 'Reference Data',
	value: 'referenceData',
	description: "Flatchr's lists of activities, channels, occupations, contracts and education levels",
	operations: [
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many entries of a reference list',
			description: 'List the entries of one of the lists that Vacancy, Create takes IDs from',
			access: 'read',
			many: true,
			fields: [
				choice('list', {
					displayName: 'List',
					description: 'Which values of Flatchr to list',
					options: [
						{ name: 'Activity (Industry)', value: 'activities' },
						{ name: 'Channel (Job Family)', value: 'channels' },
						{ name: 'Contract Type', value: 'contracts' },
						{ name: 'Education Level', value: 'educationLevels' },
						{ name: 'Occupation', value: 'occupations', description: 'The occupations of one channel' },
					],
				}),
				when(dropdown('channelId', { displayName: 'Channel Name or ID', required: true, load: loadChannels, description: 'The job family. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.' }), { list: ['occupations'] }),
				text('language', { displayName: 'Language', default: REFERENCE_LANGUAGE, placeholder: 'fr', description: 'Language of the texts, two letters', hint: 'Only "fr" is documented' }),
			],
			output: referenceModel,
			// https://github.com/flatchr/FlatchrDocs
			run: async (flatchr, p) => {
				const address = p.list === 'occupations' ? path`/channels/${p.channelId ?? ''}/metiers` : LISTS[p.list];
				return await flatchr.list(address, { lang: p.language ?? REFERENCE_LANGUAGE });
			},
		}),
	],
};
