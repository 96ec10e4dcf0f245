import { choices, email, jsonObject, text } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { recordOf } from '../../../lib/http/record';
import { isObject } from '../../../lib/http/apiDefinition';
import { asRow, rowsOf, type KnitApi } from '../api';
import { integrationToName, originOrgId } from '../fields';
import { doneModel, integrationModel, sessionModel } from '../models';
import { operation } from '../operation';

export const integration: Resource<KnitApi> = {
	name: 'Integration',
	value: 'integration',
	description: 'The connection of one customer with one ATS',
	operations: [
		operation({
			name: 'Create Auth Session',
			value: 'createAuthSession',
			action: 'Create an auth session',
			description: "Get the token with which Knit's connection component in the browser lets a customer connect an ATS",
			access: 'write',
			fields: [
				originOrgId,
				text('originOrgName', { displayName: 'Organisation Name', description: "Name of the customer's organisation", required: true, placeholder: 'Acme' }),
				email('originUserEmail', { displayName: 'User Email', description: 'E-mail address of the person who connects the ATS', required: true, placeholder: 'jo@acme.example' }),
				text('originUserName', { displayName: 'User Name', description: 'Name of the person who connects the ATS', required: true, placeholder: 'Jo Doe' }),
				choices('categories', {
					displayName: 'Categories',
					description: 'Only offer apps of these categories. Empty: all.',
					options: [
						{ name: 'Accounting', value: 'ACCOUNTING' },
						{ name: 'ATS', value: 'ATS' },
						{ name: 'HRIS', value: 'HRIS' },
					],
				}),
				jsonObject('body', {
					displayName: 'Further Body Fields (JSON)',
					placeholder: '{"key": "value"}',
					description: 'Added to what is sent: the test account, the panels for scopes and field mapping, the language (en, fr or de)',
					hint: 'Knit describes these switches without their names in what we have read: take them from its API reference',
				}),
			],
			output: sessionModel,
			// https://developers.getknit.dev/reference/auth-session-creation-api ; the answer is in "msg", not in "data"
			run: async (knit, { categories, body, ...origin }) => {
				const filters = categories.length === 0 ? {} : { filters: categories.map((category) => ({ category })) };
				const { body: answer } = await knit.send({ method: 'POST', path: '/auth.createSession', body: { ...origin, ...filters, ...body } });
				const { msg, data } = isObject(answer) ? answer : {};
				return asRow(recordOf(isObject(msg) ? msg : data, 'Knit'));
			},
		}),
		operation({
			name: 'Deactivate',
			value: 'deactivate',
			action: 'Deactivate an integration',
			description: "Switch a customer's connection off. Its syncs and calls end. Integration, Get Many of an Organisation gives the ID.",
			access: 'delete',
			fields: [integrationToName],
			output: doneModel,
			run: async (knit, p) => {
				await knit.at(p.integrationToDeactivate).post('/integration.deactivate');
				return undefined;
			},
		}),
		operation({
			name: 'Get Many of an Organisation',
			value: 'getAllOfOrganisation',
			action: 'Get many integrations of an organisation',
			description: "List the connections of one of your customers, with their Integration IDs. Needs your own ID of the customer's organisation.",
			access: 'read',
			fields: [originOrgId],
			output: integrationModel,
			run: async (knit, p) => rowsOf(await knit.get('/integration.details', { originOrgId: p.originOrgId }), 'apps'),
		}),
	],
};
