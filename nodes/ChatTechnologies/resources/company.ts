import { choice, id, text } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { FieldError } from '../../../lib/errors';
import type { ChatTechnologiesApi } from '../api';
import { attributeFields } from '../fields';
import { companyModel } from '../models';
import { operation } from '../operation';
import { flat, present, record, toOne, typedRelations } from '../../../lib/http/jsonApi';

/** Languages of the career site. https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API (companies) */
const LOCALES = [
	['Arabic', 'ar'],
	['Chinese (Simplified)', 'zh-CN'],
	['Czech', 'cs'],
	['Danish', 'da'],
	['Dutch', 'nl'],
	['English', 'en'],
	['Estonian', 'et'],
	['Filipino', 'fil'],
	['Finnish', 'fi'],
	['French', 'fr'],
	['German', 'de'],
	['Hungarian', 'hu'],
	['Italian', 'it'],
	['Japanese', 'ja'],
	['Korean', 'ko'],
	['Latvian', 'lv'],
	['Malay', 'ms'],
	['Norwegian', 'no'],
	['Polish', 'pl'],
	['Portuguese', 'pt'],
	['Romanian', 'ro'],
	['Russian', 'ru'],
	['Spanish', 'es'],
	['Swedish', 'sv'],
	['Thai', 'th'],
	['Turkish', 'tr'],
] as const;

const COMPANY = '/company';

const updateFields = attributeFields('updateFields', 'companies', [
	id('companyId', { displayName: 'Company ID', placeholder: '9f1c2a7e-0b7d-4c3e-9a55-1d2f3b4c5d6e', description: 'The company of the key; read first when empty' }),
	choice('locale', { displayName: 'Locale', default: 'en', options: LOCALES.map(([name, value]) => ({ name, value })), description: 'Language of the career site' }),
	id('managerId', { displayName: 'Manager ID', placeholder: '1', description: 'The Admin user who is assigned, by the ID of the user' }),
	text('name', { displayName: 'Name', description: 'Name of the company', placeholder: 'Acme Corp' }),
	text('website', { displayName: 'Website', description: 'Address of the website of the company', placeholder: 'https://acme.example' }),
]);

export const company: Resource<ChatTechnologiesApi> = {
	name: 'Company',
	value: 'company',
	description: 'The company that the key belongs to',
	operations: [
		operation({
			name: 'Get',
			value: 'get',
			action: 'Get the company',
			description: 'Read the company that the key belongs to: name, website, language and manager',
			access: 'read',
			fields: [],
			simplify: flat,
			output: companyModel,
			run: async (api) => await api.get(COMPANY, 'company'),
		}),
		operation({
			name: 'Update',
			value: 'update',
			action: 'Update the company',
			description: 'Change name, website, language or manager of the company that the key belongs to',
			access: 'write',
			fields: [updateFields],
			simplify: flat,
			output: companyModel,
			run: async (api, { updateFields: given }) => {
				const { name, website, locale, managerId } = given;
				const attributes = { name, website, locale, ...given.attributes };
				const relations = present({ manager: toOne('users', managerId), ...typedRelations(given.relationships, 'More Relations (JSON)') });
				if (Object.values(attributes).every((value) => value === undefined) && Object.keys(relations).length === 0) {
					throw new FieldError('There is nothing to update', 'Add at least one of the Update Fields.');
				}
				const id = given.companyId?.trim() ?? (await ownId(api));
				return await api.write('PATCH', COMPANY, record(given.resourceType ?? 'companies', id, attributes, relations));
			},
		}),
	],
};

/** The body must name the company although its path does not. */
async function ownId(api: ChatTechnologiesApi): Promise<string> {
	const [found] = await api.record(COMPANY);
	if (typeof found?.id !== 'string' && typeof found?.id !== 'number') throw new FieldError('The ID of the company is not known', 'Chat Technologies told none: fill in Company ID under Update Fields.');
	return String(found.id);
}
