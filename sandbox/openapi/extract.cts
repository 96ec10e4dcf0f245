/**
 * Copies from a vendor's OpenAPI document what the sandbox validates against: the operations it plays, their
 * schemas and webhooks, without prose. Run again when the vendor publishes a newer document:
 * `node -r tsx/cjs sandbox/openapi/extract.cts kombo <document.json>`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const GREENHOUSE = new Set('applications application_stages applied_candidate_tags attachments candidate_tags candidates departments interviewers interviews job_hiring_managers job_interview_stages job_interviews job_owners jobs notes offers offices rejection_details rejection_reasons sources users'.split(' ').map((name) => `/${name}`));

/** Which paths of each document are played; of one that is not named here, all. */
const WANTED: Record<string, (path: string) => boolean> = {
	kombo: (path) => /^\/(ats|connect|integrations|tools|passthrough|check-api-key|force-sync)(\/|$)/.test(path) && !path.includes('/avionte/'),
	chatkitty: () => true,
	lever: () => true,
	bamboohr: (path) => path.startsWith('/api/v1/applicant_tracking/') && !path.endsWith('/locations') && !path.endsWith('/job_opening'),
	greenhouse: (path) => GREENHOUSE.has(path),
	ashby: (path) =>
		/^\/(apiKey\.info|application\.(list|info|create|changeStage)|candidate\.(list|info|search|create|update|addTag|removeTag|createNote|uploadResume|uploadFile)|candidateTag\.(list|create)|job\.(list|info)|interviewSchedule\.list|offer\.list|interviewStage\.list|interviewPlan\.list|archiveReason\.list|user\.list|source\.list|file\.(info|createFileUploadHandle))$/.test(path),
};

/** What has to be done to a document before it can be cut. */
const ADAPTED: Record<string, (document: { [key: string]: Json }, wanted: (path: string) => boolean) => { [key: string]: Json }> = { ashby: ashbyAdapted };

const PROSE = new Set(['description', 'summary', 'example', 'examples', 'tags', 'externalDocs', 'x-codeSamples', 'x-readme', 'x-mint']);
const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head'];

export function extract(document: { [key: string]: Json }, wanted: (path: string) => boolean): { [key: string]: Json } {
	const paths: { [key: string]: Json } = {};
	for (const [path, item] of Object.entries(object(document['paths']))) {
		if (!wanted(path)) continue;
		const kept = Object.entries(object(item)).filter(([method]) => METHODS.includes(method) || method === 'parameters');
		paths[path] = Object.fromEntries(kept.map(([method, operation]) => [method, plain(operation, false)]));
	}
	const webhooks = plain(document['webhooks'] ?? {}, false);
	const components: { [key: string]: { [key: string]: Json } } = {};
	const failure = '#/components/schemas/failure';
	const open = [...refsIn([paths as Json, webhooks]), ...(object(object(document['components'])['schemas'] ?? {})['failure'] === undefined ? [] : [failure])];
	const seen = new Set<string>();
	for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
		if (seen.has(ref)) continue;
		seen.add(ref);
		const [, , kind = '', name = ''] = ref.split('/');
		const found = object(object(document['components'])[kind] ?? {})[name];
		if (found === undefined) throw new Error(`The document refers to ${ref} and does not hold it.`);
		const value = plain(found, false);
		(components[kind] ??= {})[name] = value;
		open.push(...refsIn(value));
	}
	const info = object(document['info']);
	return { openapi: document['openapi'] ?? '3.1.0', info: { title: info['title'] ?? '', version: info['version'] ?? '' }, paths, webhooks, components };
}

/** Without prose. Inside `properties` a key is a name, not a keyword. */
function plain(value: Json, names: boolean): Json {
	if (Array.isArray(value)) return value.map((item) => plain(item, false));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([key]) => names || !PROSE.has(key))
			.map(([key, item]) => [key, plain(item, !names && (key === 'properties' || key === 'patternProperties'))]),
	);
}

function* refsIn(value: Json): Generator<string> {
	if (Array.isArray(value)) for (const item of value) yield* refsIn(item);
	else if (typeof value === 'object' && value !== null) {
		if (typeof value['$ref'] === 'string') yield value['$ref'];
		for (const item of Object.values(value)) yield* refsIn(item);
	}
}

/**
 * Ashby's document refers from operation to operation, says what a request takes with allOf, and what an answer is with oneOf of
 * success and failure, which both fit some answers. Here: requests as one object that takes nothing else, the success of each
 * answer, the failure as a schema of its own, and the right that an operation needs, which only its prose names.
 */
function ashbyAdapted(document: { [key: string]: Json }, wanted: (path: string) => boolean): { [key: string]: Json } {
	const schemas: { [key: string]: Json } = {};
	const names = new Map<string, string>();
	const at = (ref: string): Json =>
		ref
			.slice(2)
			.split('/')
			.map((part) => decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~'))
			.reduce<Json>((node, key) => (Array.isArray(node) ? node[Number(key)] : object(node)[key]) ?? null, document);
	/** One schema without references and without allOf. */
	const flat = (value: Json): { [key: string]: Json } => {
		const { $ref, allOf, ...own } = object(value);
		const parts = [...(typeof $ref === 'string' ? [flat(at($ref))] : []), ...(Array.isArray(allOf) ? allOf.map(flat) : []), own];
		const merged = Object.assign({}, ...parts) as { [key: string]: Json };
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
	const paths: { [key: string]: Json } = {};
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

function object(value: Json | undefined): { [key: string]: Json } {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('The document is not shaped as an OpenAPI document.');
	return value;
}

if (require.main === module) {
	const [service = '', file = ''] = process.argv.slice(2);
	const wanted = WANTED[service] ?? (() => true);
	if (service === '' || file === '') throw new Error('Usage: extract.cts <simulator> <document.json>');
	const target = join(__dirname, `${service}.json`);
	const document = object(JSON.parse(readFileSync(file, 'utf8')) as Json);
	writeFileSync(target, JSON.stringify(extract(ADAPTED[service]?.(document, wanted) ?? document, wanted)));
	console.log(`${target} written.`);
}
