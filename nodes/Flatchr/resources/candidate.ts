import { choice, collection, date, dropdown, email, jsonObject, locator, text, toggle, when } from '../../../lib/action/field';
import { FileItem } from '../../../lib/action/item';
import type { Resource, Row } from '../../../lib/action/operation';
import { sameAddress } from '../../../lib/ats/kit';
import { FieldError } from '../../../lib/errors';
import type { FlatchrApi } from '../api';
import { applicantPath, cvKeyOf, downloadCv, extensionOf } from '../cv';
import { filterDay } from '../dates';
import { applicantId, columnId, filled, vacancyFilter, vacancyId, wireNumber } from '../fields';
import { joinsOf, withKeys } from '../joins';
import { loadColumnTitles, searchVacancies } from '../lookups';
import { applicantModel, createdModel, cvModel, metaModel, searchRowModel } from '../models';
import { applicationsOf, candidateBody, createAndFind, newCandidateFields } from '../newCandidate';
import { operation } from '../operation';

const addKeys = toggle('addKeys', { displayName: 'Add IDs', default: true, description: 'Whether to add the IDs of vacancy and column that other operations ask for. Search results carry a number and a title instead. Two more calls in an execution.' });

async function withIds(flatchr: FlatchrApi, rows: Row[], wanted: boolean): Promise<Row[]> {
	if (!wanted || rows.length === 0) return rows;
	const joins = joinsOf(await flatchr.known(flatchr.company('/vacancies')), await flatchr.known(flatchr.company('/columns')));
	return rows.map((row) => withKeys(row, joins));
}

const day = (given: string | undefined) => (given === undefined ? undefined : filterDay(given));

export const candidate: Resource<FlatchrApi> = {
	name: 'Candidate',
	value: 'candidate',
	description: 'People and their applications to vacancies',
	operations: [
		operation({
			name: 'Search',
			value: 'search',
			action: 'Search candidates',
			description: 'List applications of candidates by name, email, vacancy, column or dates. Flatchr gives everything that fits in one answer: use filters in large accounts.',
			access: 'read',
			many: true,
			fields: [
				addKeys,
				collection('filters', {
					displayName: 'Filters',
					addLabel: 'Add Filter',
					fields: [
						dropdown('column', { displayName: 'Column Name or ID', load: loadColumnTitles, description: 'By its title. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.' }),
						text('company', { displayName: 'Company', placeholder: 'rV41QG9eKXdK6Xev', description: 'For groups: the company to search in' }),
						date('end', { displayName: 'Created Before', description: 'Only candidates who applied before this day' }),
						date('start', { displayName: 'Created From', description: 'Only candidates who applied on this day or later' }),
						email('email', { displayName: 'Email', description: 'E-mail address of the candidate', placeholder: 'amelie.martin@example.com' }),
						text('firstname', { displayName: 'First Name', description: 'Given name of the candidate', placeholder: 'Amélie' }),
						toggle('hired', { displayName: 'Hired', default: true, description: 'Whether to return people who are hired, or people who are not' }),
						text('lastname', { displayName: 'Last Name', description: 'Family name of the candidate', placeholder: 'Martin' }),
						text('phone', { displayName: 'Phone', description: 'Phone number of the candidate, best with the country code', placeholder: '+33637898757' }),
						choice('state', {
							displayName: 'State',
							options: [
								{ name: 'Active', value: 'active' },
								{ name: 'Archived', value: 'archived' },
							],
							hint: 'Chosen from what Flatchr gives: its own filter is not documented',
						}),
						date('end_update', { displayName: 'Updated Before', description: 'Only candidates whose last change was before this day' }),
						date('start_update', { displayName: 'Updated From', description: 'Only candidates whose last change was on this day or later' }),
						vacancyFilter,
					],
				}),
			],
			output: searchRowModel,
			// https://developers.flatchr.io/en/docs/QuickStart/Candidats/Recuperer_un_candidat
			run: async (flatchr, p) => {
				const { vacancyId: vacancy, hired, state, start, end, start_update: startUpdate, end_update: endUpdate, ...rest } = p.filters;
				// The documentation sends the flag as text.
				const rows = await flatchr.search(filled({ ...rest, vacancy: vacancy && (await flatchr.vacancyKey(vacancy)), hired: hired === undefined ? undefined : String(hired), start: day(start), end: day(end), start_update: day(startUpdate), end_update: day(endUpdate) }));
				const { email } = rest;
				const fitting = rows.filter((row) => (state === undefined || row.status === (state === 'active' ? 1 : 0)) && (email === undefined || (typeof row.email === 'string' && sameAddress(row.email, email))));
				return await withIds(flatchr, fitting, p.addKeys);
			},
		}),
		operation({
			name: 'Find by Email',
			value: 'findByEmail',
			action: 'Find a candidate by email',
			description: 'List the applications of the person with this email, to one vacancy or to all. Gives nothing when Flatchr does not know the address.',
			access: 'read',
			many: true,
			fields: [
				email('email', { displayName: 'Email', description: 'E-mail address of the candidate', required: true, placeholder: 'amelie.martin@example.com' }),
				locator('vacancyId', { displayName: 'Vacancy', required: false, search: searchVacancies, placeholder: 'V41QG9eja5pK6Xev', description: 'Only the application to this vacancy' }),
				addKeys,
			],
			output: searchRowModel,
			run: async (flatchr, p) => await withIds(flatchr, await applicationsOf(flatchr, p.email.trim(), filled({ vacancy: p.vacancyId && (await flatchr.vacancyKey(p.vacancyId)) })), p.addKeys),
		}),
		operation({
			name: 'Create',
			value: 'create',
			action: 'Create a candidate',
			description: "Create a candidate with an application to a vacancy. Takes the vacancy's slug. Flatchr's answer carries no ID: the node looks for the new application by its email.",
			access: 'write',
			fields: [...newCandidateFields, toggle('returnApplicant', { displayName: 'Return the Applicant ID', default: true, description: 'Whether to search for the new application, to return the ID that other operations ask for. Needs an email.' })],
			output: createdModel,
			// https://developers.flatchr.io/en/docs/QuickStart/Candidats/Creer_un_candidat
			run: async (flatchr, p, item) => {
				const body = await candidateBody(flatchr, item, p);
				const create = async () => await flatchr.careers('/vacancy/candidate/json', body);
				if (!p.returnApplicant || !p.email) return { success: true, ...(await create()), applicant: null, vacancy_key: null };
				const { answer, applicant, vacancyKey, unclear } = await createAndFind(flatchr, { email: p.email, slug: p.vacancySlug }, create, item.signal);
				if (unclear !== undefined) item.warn(unclear);
				return { success: true, ...answer, applicant, vacancy_key: vacancyKey };
			},
		}),
		operation({
			name: 'Test a Creation',
			value: 'test',
			action: 'Test the creation of a candidate',
			description: 'Have Flatchr check the data of a new candidate without creating anybody',
			access: 'read',
			fields: newCandidateFields,
			run: async (flatchr, p, item) => ({ success: true, ...(await flatchr.careers('/vacancy/candidate/test', await candidateBody(flatchr, item, p))) }),
		}),
		operation({
			name: 'Move to Column',
			value: 'move',
			action: 'Move a candidate to a column',
			description: 'Set the column of an application. Applicant and vacancy come from Candidate, Search (applicant, vacancy_key), the column from Column, Get Many.',
			access: 'write',
			fields: [vacancyId, applicantId, columnId],
			output: applicantModel,
			// https://developers.flatchr.io/en/docs/QuickStart/Candidats/Deplacer_un_candidat
			run: async (flatchr, p) => await flatchr.write('PUT', applicantPath(flatchr, await flatchr.vacancyKey(p.vacancyId), p.applicantId), { column_id: wireNumber(p.columnId) }),
		}),
		operation({
			name: 'Archive',
			value: 'archive',
			action: 'Archive a candidate',
			description: 'Archive an application. The API cannot take it back. Applicant and vacancy come from Candidate, Search (applicant, vacancy_key).',
			access: 'delete',
			fields: [vacancyId, applicantId],
			output: applicantModel,
			// https://developers.flatchr.io/en/docs/QuickStart/Candidats/Archiver_un_candidat
			run: async (flatchr, p) => await flatchr.write('DELETE', applicantPath(flatchr, await flatchr.vacancyKey(p.vacancyId), p.applicantId)),
		}),
		operation({
			name: 'Add Meta Information',
			value: 'addMeta',
			action: 'Add meta information to a candidate',
			description: 'Attach data of your own to a candidate. Only for companies with the Premium CV Library.',
			access: 'write',
			fields: [
				text('reference', { displayName: 'Reference', required: true, placeholder: 'amelie.martin@example.com', description: "The candidate's email", hint: 'Documented as the email; some accounts took only the ID of the candidate' }),
				jsonObject('value', { displayName: 'Value (JSON)', required: true, placeholder: '{"score": 97}' }),
				text('appName', { displayName: 'App Name', placeholder: 'my-assessment', description: 'Whose data this is' }),
				text('type', { displayName: 'Type', description: 'Kind of record that the data belongs to', default: 'applicants', hint: 'Only "applicants" is documented' }),
			],
			output: metaModel,
			// https://developers.flatchr.io/en/docs/QuickStart/Candidats/Meta_informations_candidat
			run: async (flatchr, p) => await flatchr.write('POST', flatchr.company('/search/candidate'), filled({ app_name: p.appName, reference: p.reference, type: p.type, value: p.value })),
		}),
		operation({
			name: 'Download CV',
			value: 'downloadCv',
			action: 'Download the CV of a candidate',
			description: 'Download a CV as a file. Key and extension come from the new applicant event of the Flatchr Trigger (data.cv). One a second: the node keeps the pace.',
			access: 'read',
			fields: [
				choice('find', {
					displayName: 'Find By',
					description: 'How to name the CV',
					options: [
						{ name: 'Key', value: 'key', description: 'As the Flatchr Trigger gives it in data.cv' },
						{ name: 'Applicant (Not Documented)', value: 'applicant', description: 'The key is read with an update of the application that changes nothing, as other integrations do' },
					],
				}),
				when(text('key', { displayName: 'Key', description: 'The "key" of the file, without its extension', required: true, placeholder: 'candidates/2024/01/0b7d2c2e/name' }), { find: ['key'] }),
				when(text('extension', { displayName: 'Extension', description: 'The "extension" of the file', placeholder: 'pdf' }), { find: ['key'] }),
				when(vacancyId, { find: ['applicant'] }),
				when(applicantId, { find: ['applicant'] }),
				text('outputField', { displayName: 'Put Output File in Field', default: 'data', required: true, hint: 'The name of the output field that holds the file' }),
			],
			output: cvModel,
			// https://developers.flatchr.io/en/docs/QuickStart/Candidats/Recuperer_CV
			run: async (flatchr, p, item) => {
				const place = p.key === undefined ? await cvKeyOf(flatchr, await flatchr.vacancyKey(p.vacancyId ?? ''), p.applicantId ?? '') : { key: p.key.trim(), extension: extensionOf(p.key.trim(), p.extension) };
				if (!place) throw new FieldError('This candidate has no CV', 'Flatchr told no file with the application.');
				const { data, name, mimeType } = await downloadCv(flatchr, place);
				return new FileItem({ ...place, bytes: data.length }, { [p.outputField]: await item.toBinary(data, name, mimeType) });
			},
		}),
	],
};
