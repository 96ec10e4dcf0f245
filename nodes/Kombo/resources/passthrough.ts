import { binary, choice, collection, id, json, jsonObject, rows, text, toggle, when, type Json } from '../../../lib/action/field';
import { FileItem, type Item } from '../../../lib/action/item';
import type { Resource, Row } from '../../../lib/action/operation';
import { ApiError, FieldError } from '../../../lib/errors';
import { path, typedPath } from '../../../lib/http/path';
import { isObject } from '../../../lib/http/apiDefinition';
import { bytesOf } from '../../../lib/http/files';
import { fileTypeOf } from '../../../lib/http/fileType';
import { fileNameIn } from '../../../lib/http/headers';
import { asRow, type KomboApi } from '../api';
import { passthroughModel } from '../models';
import { operation } from '../operation';

const METHODS = ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'] as const;
const WITH_BODY = ['PATCH', 'POST', 'PUT', 'DELETE'];

const formField = [
	text('name', { displayName: 'Name', description: 'Name of the form field', required: true, placeholder: 'resume' }),
	choice('kind', {
		displayName: 'Kind',
		description: 'Text, or a file of the input item',
		options: [
			{ name: 'Text', value: 'text' },
			{ name: 'File', value: 'file' },
		],
	}),
	when(text('value', { displayName: 'Value', placeholder: 'Ada Lovelace', description: 'What the form field holds' }), { kind: ['text'] }),
	when(binary('binaryField'), { kind: ['file'] }),
] as const;

export const passthrough: Resource<KomboApi> = {
	name: 'Passthrough',
	value: 'passthrough',
	description: "Any call of the connected ATS's own API",
	operations: [
		operation({
			name: 'Send',
			value: 'send',
			action: 'Send a passthrough request to the ATS',
			description: "Make any call of the connected ATS's own API with the customer's credentials, for what Kombo's models do not cover. Paths come from the documentation of that ATS.",
			access: 'write',
			fields: [
				id('tool', { displayName: 'Tool', required: false, placeholder: 'greenhouse', description: "Kombo's name of the ATS", hint: 'That of the integration when empty' }),
				id('api', { displayName: 'API', placeholder: 'harvest', description: 'Which API of the tool: <a href="https://docs.kombo.dev/v1/post-passthrough-tool-api">the documentation</a> lists them, such as harvest for Greenhouse or v1 for Lever' }),
				choice('method', { displayName: 'Method', description: 'What the ATS is asked to do', default: 'GET', noDataExpression: true, options: METHODS.map((value) => ({ name: value, value })) }),
				text('path', { displayName: 'Path', required: true, placeholder: '/candidates/4019283', description: "What follows the base URL of the ATS's API" }),
				when(
					choice('bodyType', {
						displayName: 'Body',
						description: 'What is sent along',
						default: 'json',
						options: [
							{ name: 'Form Data', value: 'form', description: 'Fields and files (multipart)' },
							{ name: 'JSON', value: 'json' },
						],
					}),
					{ method: WITH_BODY },
				),
				when(json('body', { displayName: 'JSON Body', placeholder: '{"name": "value"}', description: 'Nothing is sent when empty' }), { method: WITH_BODY, bodyType: ['json'] }),
				when(rows('form', { displayName: 'Form Fields', addLabel: 'Add Form Field', rowLabel: 'Form Field', fields: formField }), { method: WITH_BODY, bodyType: ['form'] }),
				toggle('asFile', { displayName: 'Response Is a File', description: 'Whether to put the answer into a binary field, byte for byte' }),
				when(binary('outputField', { displayName: 'Put Output File in Field', hint: 'The name of the output field to put the file in' }), { asFile: [true] }),
				collection('additionalFields', {
					displayName: 'Additional Fields',
					fields: [
						jsonObject('apiOptions', { displayName: 'API Options (JSON)', placeholder: '{"company_id": "1234"}', description: 'Values that some APIs need for their address; the documentation of Kombo names them' }),
						jsonObject('headers', { displayName: 'Headers (JSON)', placeholder: '{"On-Behalf-Of": "1234"}' }),
						toggle('neverError', { displayName: 'Never Error', description: 'Whether to also return answers of the ATS with a status of 400 or higher. Otherwise these are errors.' }),
						jsonObject('query', { displayName: 'Query (JSON)', placeholder: '{"per_page": 100}' }),
					],
				}),
			],
			output: passthroughModel,
			// https://docs.kombo.dev/v1/post-passthrough-tool-api
			run: async (kombo, p, item) => {
				const more = p.additionalFields;
				const answer = await kombo.act(item, 'POST', path`/passthrough/${toolOf(kombo, p.tool)}/${p.api}`, {
					method: p.method,
					path: typedPath(p.path),
					headers: texts(more.headers, 'Headers (JSON)'),
					params: texts(more.query, 'Query (JSON)'),
					data: p.body,
					multipart_form_data: p.form && (await Promise.all(p.form.map(async (field) => ({ name: field.name, value: field.kind === 'file' ? await fileOf(item, field.binaryField) : (field.value ?? '') })))),
					response_as_base64: p.asFile ? true : undefined,
					api_options: texts(more.apiOptions, 'API Options (JSON)'),
				});
				const { url, status, data, warnings } = answer;
				const headers = withoutSession(answer.headers);
				if (typeof status === 'number' && status >= 400 && more.neverError !== true) throw refused(`${p.method} ${p.path}`, status, data);
				if (!p.asFile) return { url, status, headers, data: data ?? null, warnings };
				return new FileItem({ url, status, headers, warnings }, { [p.outputField ?? 'data']: await fileFrom(item, headers, data) });
			},
		}),
	],
};

/** The tool is the first part of an integration's ID. */
function toolOf(kombo: KomboApi, given: string | undefined): string {
	const tool = given ?? kombo.integrationOr(undefined).split(':')[0];
	if (!tool) throw new FieldError('"Tool" is empty', "Fill in Kombo's name of the ATS, for example greenhouse.");
	return tool;
}

/** Kombo takes text only. */
function texts(given: Record<string, Json> | undefined, field: string): Record<string, string> | undefined {
	if (!given) return undefined;
	return Object.fromEntries(
		Object.entries(given).map(([name, value]) => {
			if (isObject(value) || Array.isArray(value)) throw new FieldError(`"${field}" holds a list or an object in "${name}"`, 'Use text, numbers, true or false.');
			return [name, String(value ?? '')];
		}),
	);
}

/** The customer's session with the ATS is nothing for a workflow. */
function withoutSession(headers: Row[string]): Row {
	return Object.fromEntries(Object.entries(asRow(headers)).filter(([name]) => name.toLowerCase() !== 'set-cookie'));
}

async function fileOf(item: Item, field = 'data') {
	const { data, name, mimeType } = await item.readFile(field);
	return { name, content_type: mimeType, data: data.toString('base64') };
}

async function fileFrom(item: Item, headers: Row, data: unknown) {
	if (data !== null && data !== undefined && typeof data !== 'string') throw new FieldError('The ATS gave no file', 'Switch "Response Is a File" off to see what it gave.');
	const header = (name: string) => {
		const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? [];
		return String((Array.isArray(value) ? value[0] : value) ?? '');
	};
	const name = fileNameIn(header('content-disposition')) ?? 'file';
	const bytes = bytesOf(data ?? '');
	if (!bytes) throw new FieldError('The ATS gave no file', 'What Kombo passed on is no base64. Switch "Response Is a File" off to see what it gave.');
	return await item.toBinary(bytes, name, fileTypeOf({ declared: header('content-type'), name, data: bytes }));
}

/** Kombo's own call succeeded; the ATS refused. */
function refused(call: string, status: number, data: unknown): ApiError {
	const said = typeof data === 'string' ? data : data === undefined || data === null ? '' : JSON.stringify(data);
	return new ApiError({
		service: 'The ATS behind Kombo',
		call,
		message: `The ATS answered ${status}${said === '' ? '' : `: ${said.slice(0, 200)}`}`,
		status,
		hint: 'Its API documentation tells what is wrong. "Never Error" under Additional Fields gives the answer as output instead.',
		cause: status === 429 ? 'rate-limited' : status >= 500 ? 'temporarily-unavailable' : 'configuration-invalid',
	});
}
