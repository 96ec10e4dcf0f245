import { choice, choices, collection, date, dropdown, jsonObject, number, text, toggle } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { FieldError } from '../../../lib/errors';
import { path } from '../../../lib/http/path';
import type { FlatchrApi } from '../api';
import { filled, vacancyId, wireNumber } from '../fields';
import { loadActivities, loadChannels, loadContracts, loadEducationLevels, loadOccupations } from '../lookups';
import { simpleFeedItem, simpleVacancy } from '../models';
import { operation } from '../operation';

const EXPRESSION = 'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>';

/** `4` means 3 to 5 years, and so on. */
const EXPERIENCE = [
	{ name: 'Less Than 1 Year', value: '1' },
	{ name: '1 to 3 Years', value: '2' },
	{ name: '3 to 5 Years', value: '4' },
	{ name: '6 Years and More', value: '6' },
	{ name: 'More Than 10 Years', value: '11' },
] as const;

const details = collection('additionalFields', {
	displayName: 'Additional Fields',
	fields: [
		choice('currency', { displayName: 'Currency', description: 'Currency of the salary', default: 'EUR', options: ['CAD', 'CHF', 'EUR', 'GBP', 'USD'].map((value) => ({ name: value, value })) }),
		toggle('driver_license', { displayName: 'Driving Licence', description: 'Whether a driving licence is asked for' }),
		date('end_date', { displayName: 'End Date', description: 'Last day of the contract' }),
		toggle('handicap', { displayName: 'Handicap', description: 'Whether it is open to people with a disability' }),
		toggle('kanban', { displayName: 'Kanban', description: 'Whether candidates are shown as a board' }),
		text('meta_description', { displayName: 'Meta Description', placeholder: 'Night nurse in Lyon, full time', description: 'For search engines' }),
		text('meta_tags', { displayName: 'Meta Tags', placeholder: 'nurse, Lyon, night', description: 'For search engines' }),
		text('meta_title', { displayName: 'Meta Title', placeholder: 'Night nurse in Lyon', description: 'For search engines' }),
		jsonObject('more', { displayName: 'More Fields (JSON)', placeholder: '{"video_url": "https://example.com/video", "show_salary": true}', description: 'What the node has no field for. Sent as it is.', hint: 'The documented table is not complete. Fields that a vacancy shows when read, such as skills or show_address, may be taken: not verified.' }),
		text('note', { displayName: 'Note', placeholder: 'Replaces Marta from May', rows: 2, description: 'For the team only' }),
		toggle('partial', { displayName: 'Part Time', description: 'Whether it is part time' }),
		text('reference', { displayName: 'Reference', description: 'Your own reference of the job', placeholder: 'REQ-1024' }),
		choice('remote', {
			displayName: 'Remote',
			description: 'How much of the work can be done from home',
			options: [
				{ name: 'No', value: 'notime' },
				{ name: 'Partly', value: 'parttime' },
				{ name: 'Fully', value: 'fulltime' },
			],
		}),
		text('salary', { displayName: 'Salary', description: 'Salary, or the lower end of it', placeholder: '40 000' }),
		text('salary_max', { displayName: 'Salary Maximum', description: 'Upper end of the salary', placeholder: '45 000' }),
		choice('mensuality', {
			displayName: 'Salary Period',
			description: 'The time that the salary is paid for',
			options: [
				{ name: 'Day', value: 'd' },
				{ name: 'Hour', value: 'h' },
				{ name: 'Month', value: 'm' },
				{ name: 'Year', value: 'y' },
			],
		}),
		date('start_date', { displayName: 'Start Date', description: 'First day of the contract' }),
	],
});

export const vacancy: Resource<FlatchrApi> = {
	name: 'Vacancy',
	value: 'vacancy',
	description: 'Job listings',
	operations: [
		operation({
			name: 'Create',
			value: 'create',
			action: 'Create a vacancy',
			description: 'Create a job listing. The IDs come from Reference Data, Get Many. Publishing it, changing it and closing it are not part of the API.',
			access: 'write',
			fields: [
				text('title', { displayName: 'Title', description: 'Title of the job', required: true, placeholder: 'Warehouse Operator' }),
				text('description', { displayName: 'Company Description', placeholder: 'We run twelve hotels in the Alps.', required: true, rows: 3, description: 'Text or HTML' }),
				text('mission', { displayName: 'Mission', placeholder: 'You care for our guests at night.', required: true, rows: 3, description: 'What there is to do, text or HTML' }),
				text('profile', { displayName: 'Profile', placeholder: 'You are kind and curious.', required: true, rows: 3, description: 'Who is wanted, text or HTML' }),
				choice('experience', { displayName: 'Experience', options: EXPERIENCE, description: 'The upper two bands are not documented and come from what others use' }),
				dropdown('contractTypeId', { displayName: 'Contract Type Name or ID', required: true, load: loadContracts, description: EXPRESSION }),
				dropdown('educationLevelId', { displayName: 'Education Level Name or ID', required: true, load: loadEducationLevels, description: EXPRESSION }),
				dropdown('activityId', { displayName: 'Activity Name or ID', required: true, load: loadActivities, description: EXPRESSION }),
				dropdown('channelId', { displayName: 'Channel Name or ID', required: true, load: loadChannels, description: EXPRESSION }),
				dropdown('occupationId', { displayName: 'Occupation Name or ID', required: true, load: loadOccupations, description: EXPRESSION }),
				choice('language', {
					displayName: 'Language',
					description: 'The language that the vacancy is written in',
					options: [
						{ name: 'French', value: 'fr_FR' },
						{ name: 'English', value: 'en_GB' },
					],
				}),
				number('status', { displayName: 'Status', default: 1, required: true, integer: true, hint: 'The documented example is 1; the list of values is not published' }),
				details,
			],
			...simpleVacancy,
			// https://developers.flatchr.io/en/docs/QuickStart/Annonces/Creer_une_annonce
			run: async (flatchr, p) => {
				const { more, ...additional } = p.additionalFields;
				return await flatchr.write('POST', flatchr.company('/vacancy'), {
					title: p.title,
					description: p.description,
					mission: p.mission,
					profile: p.profile,
					experience: Number(p.experience),
					contract_type_id: wireNumber(p.contractTypeId),
					education_level_id: wireNumber(p.educationLevelId),
					activity_id: wireNumber(p.activityId),
					channel_id: wireNumber(p.channelId),
					metier_id: wireNumber(p.occupationId),
					language: p.language,
					status: p.status,
					...filled(additional),
					...more,
				});
			},
		}),
		operation({
			name: 'Get',
			value: 'get',
			action: 'Get a vacancy',
			description: 'Read one job listing. Its ID comes from Vacancy, Get Many.',
			access: 'read',
			fields: [
				vacancyId,
				choices('fields', {
					displayName: 'Fields',
					default: ['address', 'tags'],
					options: [
						{ name: 'Address', value: 'address' },
						{ name: 'Benefits', value: 'benefits' },
						{ name: 'FAQs', value: 'faqs' },
						{ name: 'Questions', value: 'questions' },
						{ name: 'Tags', value: 'tags' },
					],
					description: 'Parts that Flatchr tells only when asked; switch off Simplify to see them',
				}),
			],
			...simpleVacancy,
			// https://developers.flatchr.io/en/docs/QuickStart/Annonces/Recuperer_une_annonce
			run: async (flatchr, p) => await flatchr.get(path`/vacancy/${await flatchr.vacancyKey(p.vacancyId)}`, { fields: p.fields }),
		}),
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many vacancies',
			description: 'List the job listings of the company',
			access: 'read',
			many: true,
			fields: [
				choices('fields', {
					displayName: 'Fields',
					options: [
						{ name: 'Address', value: 'address' },
						{ name: 'Publications', value: 'items' },
						{ name: 'Tags', value: 'tags' },
					],
					description: 'Parts that Flatchr tells only when asked; switch off Simplify to see them',
				}),
				collection('filters', {
					displayName: 'Filters',
					addLabel: 'Add Filter',
					fields: [
						choice('offerId', {
							displayName: 'Published On',
							description: 'Only vacancies that are published there',
							options: [
								{ name: 'Career Site', value: '98' },
								{ name: 'Intranet', value: '152' },
							],
						}),
						number('status', { displayName: 'Status', integer: true, placeholder: '1', hint: 'Live listings have 1; the other values are not published' }),
					],
				}),
			],
			...simpleVacancy,
			// https://developers.flatchr.io/en/docs/QuickStart/Annonces/Recuperer_l_ensemble_de_vos_annonces
			run: async (flatchr, p) => await flatchr.list(flatchr.company('/vacancies'), { fields: p.fields, status: p.filters.status, offer_id: p.filters.offerId }),
		}),
		operation({
			name: 'Get Public Feed',
			value: 'getFeed',
			action: 'Get the public feed of vacancies',
			description: 'List the publications that the career site shows, each with its whole vacancy',
			access: 'read',
			many: true,
			fields: [
				choice('source', {
					displayName: 'Show',
					description: 'Which vacancies to list',
					options: [
						{ name: 'Published', value: 'careers', description: 'What the career site shows' },
						{ name: 'Active but Unpublished', value: 'api' },
					],
				}),
				collection('filters', {
					displayName: 'Filters',
					addLabel: 'Add Filter',
					fields: [
						text('activity', { displayName: 'Activity', description: 'Only jobs of this industry, by its ID', placeholder: '25' }),
						text('affiliated', { displayName: 'Affiliated Accounts', placeholder: 'rV41QG9eKXdK6Xev', description: 'Comma-separated IDs of affiliate accounts' }),
						text('locality', { displayName: 'Locality', description: 'Only jobs in this town', placeholder: 'Paris' }),
						text('metier', { displayName: 'Occupation', description: 'Only jobs of this occupation, by its ID', placeholder: '49' }),
						text('administrative_area_level_1', { displayName: 'Region', description: 'Only jobs in this region', placeholder: 'Île-de-France' }),
						text('slug', { displayName: 'Career Site Slug', placeholder: 'acme', description: "Career site to read instead of the credential's" }),
						text('filter', { displayName: 'Text', placeholder: 'executive', description: 'Only vacancies with this text in the title or the reference' }),
						text('id', { displayName: 'Vacancy ID', placeholder: 'V41QG9eja5pK6Xev', description: 'Only this vacancy' }),
					],
				}),
			],
			...simpleFeedItem,
			// https://developers.flatchr.io/en/docs/QuickStart/Annonces/Recuperer_les_annonces_actives
			run: async (flatchr, p) => {
				const { slug = flatchr.account.slug, ...filters } = p.filters;
				if (!slug) throw new FieldError('The slug of the career site is missing', 'Set it in the credential, or in this node as a filter: it is the part before .flatchr.io of your career site.');
				return await flatchr.feed(slug, p.source, filters);
			},
		}),
	],
};
