import { choice, collection, json, jsonObject, text } from '../../../lib/action/field';
import type { Resource, Row } from '../../../lib/action/operation';
import { typedPath } from '../../../lib/http/path';
import { isObject } from '../../../lib/http/apiDefinition';
import type { KnitApi } from '../api';
import { passthroughModel } from '../models';
import { operation } from '../operation';

const METHODS = ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'] as const;

export const passthrough: Resource<KnitApi> = {
	name: 'Passthrough',
	value: 'passthrough',
	description: "A call to the connected ATS's own API",
	operations: [
		operation({
			name: 'Send',
			value: 'send',
			action: 'Send a passthrough request',
			description: "Call the connected ATS's own API with the customer's connection: for rejecting, notes, hiring and all else that Knit has no unified call for. Path and body come from that ATS's documentation.",
			access: 'write',
			fields: [
				choice('method', { displayName: 'Method', description: 'What the ATS is asked to do', default: 'GET', noDataExpression: true, options: METHODS.map((value) => ({ name: value, value })) }),
				text('path', { displayName: 'Path', required: true, placeholder: '/candidates/123/notes', description: "What follows the base URL of the ATS's own API" }),
				json('body', { displayName: 'Body', placeholder: '{"value": "Called back"}', description: 'JSON; nothing is sent when empty' }),
				collection('more', {
					displayName: 'Additional Fields',
					fields: [
						text('baseUrl', { displayName: 'Base URL', noDataExpression: true, placeholder: 'https://harvest.greenhouse.io/v1', description: "Instead of the ATS's usual one" }),
						text('contentType', { displayName: 'Content Type', description: 'Kind of content that the ATS is told to expect', placeholder: 'application/json' }),
						jsonObject('headers', { displayName: 'Headers (JSON)', placeholder: '{"On-Behalf-Of": "42"}', description: 'Headers that the ATS gets' }),
						jsonObject('params', { displayName: 'Query (JSON)', placeholder: '{"limit": "10"}', description: 'Query parameters for the ATS' }),
					],
				}),
			],
			output: passthroughModel,
			// https://getknit.dev/solutions-use-cases/update-applicant-scores-to-ats
			run: async (knit, { method, path, body, more }) => {
				const request = {
					method,
					path: typedPath(path),
					...more,
					// Knit's pages do not say whether text or an object: text is what works everywhere.
					...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body), contentType: more.contentType ?? 'application/json' }),
				};
				return upstream(await knit.post('/passthrough', request, method === 'GET'));
			},
		}),
	],
};

/** The ATS's answer comes as text inside Knit's own. */
function upstream({ response }: Row): Row {
	const { headers = null, body = null } = isObject(response) ? (response as Row) : {};
	return { headers, body: typeof body === 'string' ? parsed(body) : body };
}

function parsed(text: string): Row[string] {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
