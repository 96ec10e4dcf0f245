import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { extract } from '../../sandbox/openapi/extract.cts';
import { allowNullInEnums, OpenApi } from '../../sandbox/openapi.cts';

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const kept = read(join(__dirname, '../../sandbox/openapi/kombo.json'));
/** Kombo's whole document lies beside this project where it is developed and built, not in a stranger's clone. */
const whole = join(__dirname, '../../../shared/apis/openapi/kombo.openapi.json');

test("what is kept of Kombo's document is what Kombo published, without prose", () => {
	expect([kept.openapi, kept.info]).toEqual(['3.1.0', { title: 'Kombo API', version: '1.0.0' }]);
	expect(JSON.stringify(kept)).not.toContain('"description":"');
	const again = extract(existsSync(whole) ? read(whole) : kept, (path) => path in kept.paths);
	expect(again).toEqual(kept);
});

const small = (schema: Record<string, unknown>) =>
	new OpenApi({
		openapi: '3.1.0',
		paths: {
			'/things/{id}': {
				put: {
					operationId: 'put',
					parameters: [{ in: 'query', name: 'size', schema: { type: 'integer', maximum: 5 } }, { in: 'header', name: 'X-Key', required: true, schema: { type: 'string' } }],
					requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Body' } } } },
					responses: { 200: { content: { 'application/json': { schema } } }, default: { $ref: '#/components/responses/Error' } },
				},
			},
			'/things/fixed': { put: { operationId: 'fixed', responses: {} } },
		},
		components: {
			schemas: { Body: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, inner: { type: 'object', properties: { a: { type: 'number' } } } } } },
			responses: { Error: { content: { 'application/json': { schema: { type: 'object', required: ['error'] } } } } },
		},
	});

test('a request is held against the document: query, headers, body, and keys that it does not know', () => {
	const document = small({ type: 'object' });
	const operation = document.find('PUT', '/things/7');
	if (!operation) throw new Error('not found');
	const check = (request: { query?: Record<string, unknown>; body?: unknown; headers?: Record<string, unknown> }) => document.checkRequest(operation, { query: {}, headers: { 'x-key': 'k' }, body: { name: 'n' }, ...request });
	expect(check({})).toEqual([]);
	expect(check({ query: { size: '5' } })).toEqual([]);
	expect(check({ query: { size: '6' } })).toEqual(['query/size: must be <= 5']);
	expect(check({ query: { sise: '1' } })).toEqual(['query: must NOT have additional properties (sise)']);
	expect(check({ headers: {} })).toEqual(['header X-Key is missing']);
	expect(check({ body: undefined })).toEqual(['body: missing, it needs name']);
	expect(check({ body: Buffer.from('name=n') })).toEqual(['body: not sent as JSON']);
	expect(check({ body: { name: 1 } })).toEqual(['body/name: must be string']);
	expect(check({ body: { name: 'n', inner: { a: 1, b: 2 } } })).toEqual(['body/inner/b: not in the document']);
});

test('a fixed path wins over one with a parameter, and an unknown one is not found', () => {
	const document = small({ type: 'object' });
	expect(document.find('PUT', '/things/fixed')?.id).toBe('fixed');
	expect(document.find('PUT', '/things/a/b')).toBeUndefined();
	expect(document.find('GET', '/things/7')).toBeUndefined();
});

test('an answer is held against the document, errors too, through references', () => {
	const document = small({ type: 'object', properties: { rows: { type: 'array', items: { type: 'object', required: ['id'] } } } });
	const operation = document.find('PUT', '/things/7');
	if (!operation) throw new Error('not found');
	expect(document.checkAnswer(operation, 200, { rows: [{ id: 1 }] })).toEqual([]);
	expect(document.checkAnswer(operation, 200, { rows: [{}] })).toHaveLength(1);
	expect(document.partCheck(operation, ['rows', 'items'])({})).toHaveLength(1);
	expect(document.checkAnswer(operation, 404, {})).toHaveLength(1);
	expect(document.checkAnswer(operation, 404, { error: 'x' })).toEqual([]);
});

test('null is allowed where the type says so, though the list of values forgot it', () => {
	const schema = { type: ['string', 'null'], enum: ['A'] };
	allowNullInEnums(schema);
	expect(schema.enum).toEqual(['A', null]);
	const strict = { type: 'string', enum: ['A'] };
	allowNullInEnums(strict);
	expect(strict.enum).toEqual(['A']);
});
