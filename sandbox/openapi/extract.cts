/**
 * Copies from a vendor's OpenAPI document what the sandbox validates against: the operations it plays, their
 * schemas and webhooks, without prose. Run again when the vendor publishes a newer document:
 * `node -r tsx/cjs sandbox/openapi/extract.cts kombo <document.json>`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const GREENHOUSE = new Set('applications application_stages applied_candidate_tags attachments candidate_tags candidates departments interviewers interviews job_hiring_managers job_interview_stages job_interviews job_owners jobs notes offers offices rejection_details rejection_reasons sources users'.split(' ').map((name) => `/${name}`));

/** Which paths of each document are played. */
const WANTED: Record<string, (path: string) => boolean> = {
	kombo: (path) => /^\/(ats|connect|integrations|tools|passthrough|check-api-key|force-sync)(\/|$)/.test(path) && !path.includes('/avionte/'),
	chatkitty: () => true,
	lever: () => true,
	greenhouse: (path) => GREENHOUSE.has(path),
};

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
	const open = [...refsIn([paths as Json, webhooks])];
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

function object(value: Json | undefined): { [key: string]: Json } {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('The document is not shaped as an OpenAPI document.');
	return value;
}

if (require.main === module) {
	const [service = '', file = ''] = process.argv.slice(2);
	const wanted = WANTED[service];
	if (!wanted || file === '') throw new Error(`Usage: extract.cts <${Object.keys(WANTED).join('|')}> <document.json>`);
	const target = join(__dirname, `${service}.json`);
	writeFileSync(target, JSON.stringify(extract(object(JSON.parse(readFileSync(file, 'utf8')) as Json), wanted)));
	console.log(`${target} written.`);
}
