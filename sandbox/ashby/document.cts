import { object, type Json, type JsonObject, type Played } from '../openapi/extract.cts';

const PLAYED =
	/^\/(apiKey\.info|application\.(list|info|create|changeStage)|candidate\.(list|info|search|create|update|addTag|removeTag|createNote|uploadResume|uploadFile)|candidateTag\.(list|create)|job\.(list|info)|interviewSchedule\.list|offer\.list|interviewStage\.list|interviewPlan\.list|archiveReason\.list|user\.list|source\.list|file\.(info|createFileUploadHandle))$/;

export const played: Played = { wanted: (path) => PLAYED.test(path), adapted };

/**
 * Ashby's document refers from operation to operation, says what a request takes with allOf, and what an answer is with oneOf of
 * success and failure, which both fit some answers. Here: requests as one object that takes nothing else, the success of each
 * answer, the failure as a schema of its own, and the right that an operation needs, which only its prose names.
 */
function adapted(document: JsonObject, wanted: (path: string) => boolean): JsonObject {
	const schemas: JsonObject = {};
	const names = new Map<string, string>();
	const at = (ref: string): Json =>
		ref
			.slice(2)
			.split('/')
			.map((part) => decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~'))
			.reduce<Json>((node, key) => (Array.isArray(node) ? node[Number(key)] : object(node)[key]) ?? null, document);
	/** One schema without references and without allOf. */
	const flat = (value: Json): JsonObject => {
		const { $ref, allOf, ...own } = object(value);
		const parts = [...(typeof $ref === 'string' ? [flat(at($ref))] : []), ...(Array.isArray(allOf) ? allOf.map(flat) : []), own];
		const merged = Object.assign({}, ...parts) as JsonObject;
		const properties = parts.flatMap((part) => Object.entries(object(part['properties'] ?? {})));
		if (properties.length > 0) {
			// One location is described by a reference where its properties are due.
			merged['properties'] = Object.fromEntries(properties.map(([name, one]) => (name === '$ref' ? Object.entries(object(at(String(one)))) : [[name, flat(one)]])).flat().map(([name, one]) => [name, flat(one)]));
			merged['required'] = [...new Set(parts.flatMap((part) => (Array.isArray(part['required']) ? part['required'] : [])))];
			merged['additionalProperties'] = false;
		}
		if (merged['items'] !== undefined) merged['items'] = flat(merged['items']);
		return merged;
	};
	/** References into operations become named schemas; a value that fits two kinds of custom field is no mistake. */
	const hoisted = (value: Json): Json => {
		if (Array.isArray(value)) return value.map(hoisted);
		if (typeof value !== 'object' || value === null) return value;
		return Object.fromEntries(Object.entries(value).map(([key, item]) => (key === '$ref' && typeof item === 'string' ? [key, named(item)] : [key === 'oneOf' ? 'anyOf' : key, hoisted(item)])));
	};
	const named = (ref: string): string => {
		let name = names.get(ref);
		if (name === undefined) {
			name = `part${names.size + 1}`;
			names.set(ref, name);
			schemas[name] = hoisted(at(ref));
		}
		return `#/components/schemas/${name}`;
	};
	const paths: JsonObject = {};
	let failure: Json = null;
	for (const [path, item] of Object.entries(object(document['paths']))) {
		if (!wanted(path)) continue;
		const post = object(object(item)['post']);
		const schemaOf = (body: Json | undefined): Json => object(object(object(object(body)['content'])['application/json']))['schema'] ?? {};
		const asked = schemaOf(post['requestBody']);
		const [success, failed] = object(schemaOf(object(post['responses'])['200']))['oneOf'] as Json[];
		const isShared = typeof failed === 'object' && failed !== null && !Array.isArray(failed) && typeof failed['$ref'] === 'string';
		if (isShared) failure = failed;
		const variants = object(asked)['oneOf'];
		const json = (schema: Json): Json => ({ content: { 'application/json': { schema } } });
		const request = flat(Array.isArray(variants) ? (variants[0] ?? {}) : asked);
		paths[path] = {
			post: {
				operationId: post['operationId'] ?? path,
				'x-requires': /Requires the \[`(\w+)`\]/.exec(String(post['description']))?.[1] ?? null,
				requestBody: json({ ...request, type: 'object', properties: request['properties'] ?? {}, additionalProperties: false }),
				responses: { '200': json(hoisted(success ?? {})) },
			},
		};
	}
	schemas['failure'] = hoisted(failure);
	return { ...document, paths, webhooks: {}, components: { schemas: { ...schemas, failure: schemas['failure'] ?? {} } } };
}
