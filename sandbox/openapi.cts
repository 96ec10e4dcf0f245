import Ajv, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Json = Record<string, unknown>;

interface Operation {
	id: string;
	method: string;
	/** as in the document, e.g. `/ats/jobs/{job_id}/applications` */
	path: string;
	pattern: RegExp;
	raw: Json;
}

export type Check = (value: unknown) => string[];

const MAX_ERRORS = 5;

/**
 * Holds requests and answers against a vendor's OpenAPI document. Schemas are compiled when first needed.
 * The document is used as the vendor publishes it, but for `repair`: known mistakes of that document.
 */
export class OpenApi {
	private readonly ajv: Ajv;

	/** query values are text: `250` is a number there */
	private readonly coercing: Ajv;

	private readonly operations: Operation[] = [];

	private readonly checks = new Map<string, Check>();

	constructor(private readonly document: Json) {
		const options = { strict: false, validateSchema: false, allErrors: false, logger: false } as const;
		this.ajv = new Ajv(options);
		this.coercing = new Ajv({ ...options, coerceTypes: true });
		for (const ajv of [this.ajv, this.coercing]) {
			addFormats(ajv);
			ajv.addSchema(document, 'doc');
		}
		for (const [path, item] of Object.entries(record(document['paths']))) {
			for (const [method, raw] of Object.entries(record(item))) {
				if (method === 'parameters') continue;
				const operation = record(raw);
				const pattern = new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^/]+?\}/g, '[^/]+')}$`);
				this.operations.push({ id: String(operation['operationId'] ?? `${method} ${path}`), method: method.toUpperCase(), path, pattern, raw: operation });
			}
		}
		// A fixed path wins over one with parameters.
		this.operations.sort((a, b) => (a.path.match(/\{/g)?.length ?? 0) - (b.path.match(/\{/g)?.length ?? 0));
	}

	private static readonly loaded = new Map<string, OpenApi>();

	/** Each is read, and its schemas compiled, once. */
	static load(name: string, repair: (schema: Json) => void = () => undefined): OpenApi {
		const known = OpenApi.loaded.get(name);
		if (known) return known;
		const document = record(JSON.parse(readFileSync(join(__dirname, 'openapi', `${name}.json`), 'utf8')));
		walk(document, repair);
		const made = new OpenApi(document);
		OpenApi.loaded.set(name, made);
		return made;
	}

	/** The operation behind a concrete path, if the document has it. */
	find(method: string, path: string): Operation | undefined {
		return this.operations.find((operation) => operation.method === method.toUpperCase() && operation.pattern.test(path));
	}

	checkRequest(operation: Operation, request: { query: Json; body: unknown; headers: Json }): string[] {
		const errors = this.cached(`${operation.id} query`, () => this.queryCheck(operation))(request.query);
		for (const parameter of this.parameters(operation, 'header')) {
			if (parameter['required'] === true && request.headers[String(parameter['name']).toLowerCase()] === undefined) errors.push(`header ${String(parameter['name'])} is missing`);
		}
		errors.push(...this.cached(`${operation.id} body`, () => this.bodyCheck(operation))(request.body));
		return errors;
	}

	/** The fields of a multipart form; a file is text here. */
	checkForm(operation: Operation, form: ReadonlyArray<{ name: string; text: string }>): string[] {
		return this.cached(`${operation.id} form`, () => {
			const schema = this.contentSchema(operation, 'multipart/form-data');
			if (!schema) return () => ['body: no form is expected'];
			const validate = this.coercing.compile(record(absolute(schema)));
			return (value) => [...explain(validate, value, 'form'), ...this.unknownKeys(schema, value, 'form')];
		})(Object.fromEntries(form.map(({ name, text }) => [name, text])));
	}

	checkAnswer(operation: Operation, status: number, body: unknown): string[] {
		return this.cached(`${operation.id} ${status}`, () => this.answerCheck(operation, status, []))(body);
	}

	/** A check of one part of the 200 answer, e.g. of each row: `['data', 'results', 'items']`. */
	partCheck(operation: Operation, part: readonly string[]): Check {
		return this.cached(`${operation.id} 200 ${part.join('.')}`, () => this.answerCheck(operation, 200, part));
	}

	/** A check of a named schema of the document. */
	schemaCheck(name: string): Check {
		return this.cached(`schema ${name}`, () => this.compile(['components', 'schemas', name]));
	}

	/** A check of a webhook's body, or undefined when the document does not have it. */
	webhookCheck(name: string): Check | undefined {
		const webhook = record(record(this.document['webhooks'] ?? {})[name] ?? {});
		if (!isObject(webhook['post'])) return undefined;
		return this.cached(`webhook ${name}`, () => this.compile(['webhooks', name, 'post', 'requestBody', 'content', 'application/json', 'schema']));
	}

	private cached(key: string, make: () => Check): Check {
		const known = this.checks.get(key);
		if (known) return known;
		const check = make();
		this.checks.set(key, check);
		return check;
	}

	private parameters(operation: Operation, where: string): Json[] {
		const list = operation.raw['parameters'];
		return Array.isArray(list) ? list.map((item) => this.resolve(record(item))).filter((item) => item['in'] === where) : [];
	}

	private queryCheck(operation: Operation): Check {
		const parameters = this.parameters(operation, 'query');
		const properties: Json = {};
		for (const parameter of parameters) properties[String(parameter['name'])] = absolute(parameter['schema'] ?? {});
		const required = parameters.filter((parameter) => parameter['required'] === true).map((parameter) => String(parameter['name']));
		const validate = this.coercing.compile({ type: 'object', properties, required, additionalProperties: false });
		return (query) => explain(validate, { ...record(query) }, 'query');
	}

	private bodyCheck(operation: Operation): Check {
		const schema = this.contentSchema(operation, 'application/json') ?? {};
		if (Object.keys(schema).length === 0) return (value) => (value === undefined ? [] : operation.method === 'GET' ? ['body: none is expected'] : []);
		const validate = this.ajv.compile(record(absolute(schema)));
		// No body is marked as required in Kombo's document; one with required properties is meant to be there.
		const needed = this.resolve(schema)['required'];
		return (value) => {
			if (value === undefined) return Array.isArray(needed) && needed.length > 0 ? [`body: missing, it needs ${needed.join(', ')}`] : [];
			if (Buffer.isBuffer(value)) return ['body: not sent as JSON'];
			return [...explain(validate, value, 'body'), ...this.unknownKeys(schema, value, 'body')];
		};
	}

	private contentSchema(operation: Operation, mediaType: string): Json | undefined {
		const body = this.resolve(record(operation.raw['requestBody'] ?? {}));
		const content = record(body['content'] ?? {})[mediaType];
		return content === undefined ? undefined : record(record(content)['schema'] ?? {});
	}

	private answerCheck(operation: Operation, status: number, part: readonly string[]): Check {
		const responses = record(operation.raw['responses'] ?? {});
		const key = responses[String(status)] !== undefined ? String(status) : status >= 400 ? 'default' : '200';
		let pointer = ['paths', operation.path, operation.method.toLowerCase(), 'responses', key];
		let node = this.at(pointer);
		const step = (name: string): void => {
			pointer = [...pointer, name];
			node = this.at(pointer);
			while (isObject(node) && typeof node['$ref'] === 'string') {
				pointer = parts(node['$ref']);
				node = this.at(pointer);
			}
		};
		if (isObject(node) && typeof node['$ref'] === 'string') pointer = parts(node['$ref']);
		for (const name of ['content', 'application/json', 'schema']) step(name);
		for (const name of part) {
			if (name !== 'items') step('properties');
			step(name);
		}
		return node === undefined ? () => [] : this.compile(pointer);
	}

	private compile(pointer: readonly string[]): Check {
		const validate = this.ajv.compile({ $ref: `doc#/${pointer.map(escape).join('/')}` });
		return (value) => explain(validate, value, '');
	}

	/** Keys that the document does not name: a client that sends them is mistaken, even if the vendor lets it pass. */
	private unknownKeys(schema: Json, value: unknown, path: string): string[] {
		const resolved = this.resolve(schema);
		if (Array.isArray(value) && isObject(resolved['items'])) {
			const items = resolved['items'];
			return value.flatMap((item, i) => this.unknownKeys(items, item, `${path}/${i}`));
		}
		const properties = this.propertiesOf(resolved);
		if (!isObject(value) || Array.isArray(value) || !properties || resolved['additionalProperties'] === true) return [];
		return Object.entries(value).flatMap(([key, item]) => {
			const known = properties[key];
			if (key === 'remote_fields') return []; // tool-specific and newer than any document
			return isObject(known) ? this.unknownKeys(known, item, `${path}/${key}`) : [`${path}/${key}: not in the document`];
		});
	}

	/** Of all parts of a schema; undefined where it names none. */
	private propertiesOf(schema: Json): Json | undefined {
		const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((word) => (Array.isArray(schema[word]) ? schema[word] : [])).map((part) => this.propertiesOf(this.resolve(record(part))));
		const all = [isObject(schema['properties']) ? schema['properties'] : undefined, ...parts].filter((one) => one !== undefined);
		return all.length === 0 ? undefined : Object.assign({}, ...all);
	}

	private resolve(schema: Json): Json {
		let node: unknown = schema;
		while (isObject(node) && typeof node['$ref'] === 'string') node = this.at(parts(node['$ref']));
		return isObject(node) ? node : {};
	}

	private at(pointer: readonly string[]): unknown {
		return pointer.reduce<unknown>((node, key) => (isObject(node) ? node[key] : undefined), this.document);
	}
}

/** In a 3.1 document a nullable enum must name null; many generated documents forget it. */
export function allowNullInEnums(schema: Json): void {
	const { type, enum: values } = schema;
	const nullable = (Array.isArray(type) && type.includes('null')) || schema['nullable'] === true;
	if (nullable && Array.isArray(values) && !values.includes(null)) schema['enum'] = [...values, null];
}

function explain(validate: ValidateFunction, value: unknown, name: string): string[] {
	if (validate(value)) return [];
	return (validate.errors ?? []).slice(0, MAX_ERRORS).map((error) => `${name}${error.instancePath}: ${error.message ?? 'wrong'}${error.keyword === 'additionalProperties' ? ` (${String(error.params['additionalProperty'])})` : ''}`);
}

/** References inside a schema that is compiled on its own point into the document. */
function absolute(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(absolute);
	if (!isObject(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, key === '$ref' && typeof item === 'string' && item.startsWith('#') ? `doc${item}` : absolute(item)]));
}

function walk(value: unknown, visit: (schema: Json) => void): void {
	if (Array.isArray(value)) for (const item of value) walk(item, visit);
	else if (isObject(value)) {
		visit(value);
		for (const item of Object.values(value)) walk(item, visit);
	}
}

const escape = (part: string): string => encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1'));
const parts = (ref: string): string[] =>
	ref
		.slice(2)
		.split('/')
		.map((part) => decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~'));

function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null;
}

function record(value: unknown): Json {
	if (!isObject(value)) throw new Error('The OpenAPI document is not shaped as expected.');
	return value;
}
