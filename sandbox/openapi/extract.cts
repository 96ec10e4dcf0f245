/**
 * Copies from a vendor's OpenAPI document what the sandbox validates against: the operations it plays, their
 * schemas and webhooks, without prose. Run again when the vendor publishes a newer document:
 * `node -r tsx/cjs sandbox/openapi/extract.cts kombo <document.json>`
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
	[key: string]: Json;
}

/** What `sandbox/<name>/document.cts` exports, where the whole document is not played as it is. */
export interface Played {
	/** Whether this path is played; absent: all. */
	wanted?(path: string): boolean;
	/** What has to be done to the document before it can be cut. */
	adapted?(document: JsonObject, wanted: (path: string) => boolean): JsonObject;
}

const PROSE = new Set(['description', 'summary', 'example', 'examples', 'tags', 'externalDocs', 'x-codeSamples', 'x-readme', 'x-mint']);
const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head'];

export function extract(document: JsonObject, wanted: (path: string) => boolean): JsonObject {
	const paths: JsonObject = {};
	for (const [path, item] of Object.entries(object(document['paths']))) {
		if (!wanted(path)) continue;
		const kept = Object.entries(object(item)).filter(([method]) => METHODS.includes(method) || method === 'parameters');
		paths[path] = Object.fromEntries(kept.map(([method, operation]) => [method, plain(operation, false)]));
	}
	const webhooks = plain(document['webhooks'] ?? {}, false);
	const components: { [key: string]: JsonObject } = {};
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

export function object(value: Json | undefined): JsonObject {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('The document is not shaped as an OpenAPI document.');
	return value;
}

if (require.main === module) {
	const [service = '', file = ''] = process.argv.slice(2);
	if (service === '' || file === '') throw new Error('Usage: extract.cts <simulator> <document.json>');
	const own = join(__dirname, '..', service, 'document.cts');
	const { wanted = () => true, adapted }: Played = existsSync(own) ? require(own).played : {};
	const target = join(__dirname, `${service}.json`);
	const document = object(JSON.parse(readFileSync(file, 'utf8')) as Json);
	writeFileSync(target, JSON.stringify(extract(adapted?.(document, wanted) ?? document, wanted)));
	console.log(`${target} written.`);
}
