import { collection, jsonObject, locator, number, rows, text, toggle, type Field } from '../../lib/action/field';
import { nodeOptions } from '../../lib/action/properties';
import type { Query } from '../../lib/http/path';
import { PAGE_SIZE } from './api';
import { searchCandidates, searchChanges, searchDepartments, searchMessages, searchRoles } from './lookups';

/** The paths of all but the company and messages are not documented. */
export function pathField(usual: string) {
	return text('path', {
		displayName: 'Path',
		required: true,
		default: usual,
		placeholder: usual,
		description: 'Where your set-up has this resource',
		hint: 'Not documented, check with your set-up',
	});
}

export const candidateId = locator('candidateId', { displayName: 'Candidate', search: searchCandidates, placeholder: '5', description: 'The candidate, by its ID; Candidate, Get Many lists them' });
export const departmentId = locator('departmentId', { displayName: 'Department', search: searchDepartments, placeholder: '12', description: 'The department, by its ID; Department, Get Many lists them' });
export const roleId = locator('roleId', { displayName: 'Role', search: searchRoles, placeholder: '34', description: 'The role, by its ID; Role, Get Many lists them' });
export const changeId = locator('changeId', { displayName: 'Change', search: searchChanges, placeholder: '7', description: 'The change, by its ID; Change, Get Many lists them' });
export const messageId = locator('messageId', { displayName: 'Message', search: searchMessages, placeholder: 'm1', description: 'The message, by its ID; Message, Get Many lists them' });

/** Filters, sorting and included relations are not documented: whatever the set-up takes. */
export const query = rows('query', {
	displayName: 'Query Parameters',
	addLabel: 'Add Parameter',
	rowLabel: 'Parameter',
	description: 'Filters of your set-up, sent as they are. None are documented',
	fields: [text('name', { displayName: 'Name', description: 'Name of the parameter', required: true, placeholder: 'filter[email]' }), text('value', { displayName: 'Value', description: 'What the parameter is set to', placeholder: 'ada@example.com' })],
});

export function queryOf(given: ReturnType<typeof query.read>): Query {
	return Object.fromEntries(given.map(({ name, value }) => [name, value]));
}

/** What JSON:API writes may need beyond the attributes that the documentation lists. */
export function furtherFields(usualType: string) {
	return [
		jsonObject('attributes', { displayName: 'More Attributes (JSON)', placeholder: '{"my-attribute": "value"}', description: 'Attributes of your set-up, by their names; these win over the fields of this node' }),
		jsonObject('relationships', {
			displayName: 'More Relations (JSON)',
			placeholder: '{"manager": {"type": "users", "id": "1"}}',
			description: 'Relations by name: one record, a list of records, or null for none',
		}),
		text('resourceType', { displayName: 'Resource Type', placeholder: usualType, description: `What your set-up calls this kind of record, if not "${usualType}"` }),
	] as const;
}

/** The fields of a write: the documented ones and those that any set-up may add. */
export function attributeFields<const Own extends readonly Field[]>(name: 'additionalFields' | 'updateFields', usualType: string, own: Own) {
	const displayName = name === 'updateFields' ? 'Update Fields' : 'Additional Fields';
	return collection(name, { displayName, fields: [...own, ...furtherFields(usualType)] });
}

export const options = nodeOptions([
	text('consumerId', { displayName: 'Consumer ID', placeholder: 'customer-12', description: "Instead of the credential's customer" }),
	toggle('emptyIfNotFound', { displayName: 'Empty If Not Found', description: 'Whether getting a record that is not there gives no item instead of an error' }),
	toggle('fullResponse', { displayName: 'Full Response', description: 'Whether to return each answer whole, with all that stands beside the records (one item for each page of a list)' }),
	toggle('includeRaw', { displayName: 'Include Raw Response', description: "Whether to ask for the connector's own answer too (header ct-raw). Where it then stands is not documented: switch Full Response on to see it." }),
	toggle('methodOverride', { displayName: 'Override Method', description: 'Whether to send updates and deletions as POST with the query parameter _method, for networks that let nothing else through' }),
	number('pageSize', { displayName: 'Page Size', default: PAGE_SIZE.default, min: 1, max: PAGE_SIZE.max, integer: true, description: 'How many records to ask for at once. Some set-ups take fewer than the documented maximum of 300.' }),
	text('serviceId', { displayName: 'Service ID', placeholder: 'chatrecruit', description: "Instead of the credential's integration" }),
]);
