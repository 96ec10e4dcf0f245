import { json } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { FieldError } from '../../../lib/errors';
import { isObject } from '../../../lib/http/apiDefinition';
import { row, type AtsApi } from '../api';
import { always } from '../operation';

/** Answers of whole calls and webhook deliveries carry the records somewhere inside: these keys are looked into. */
const WRAPPERS = ['data', 'body', 'results', 'result', 'application', 'applications', 'candidate', 'candidates', 'job', 'jobs', 'eventData', 'records', 'row', 'record'];

export const model: Resource<AtsApi> = {
	name: 'Model',
	value: 'model',
	description: 'The unified model itself; no request is made',
	operations: [
		always({
			name: 'Normalize',
			value: 'normalize',
			action: 'Normalize records of a provider',
			description: 'Turn items of a service node, a webhook or an HTTP Request into the unified model, so that an existing workflow becomes portable. Makes no request.',
			access: 'read',
			fields: [json('record', { displayName: 'Record', default: '={{ $json }}', description: 'One record, a list of them, or a whole answer that holds them' })],
			run: async (ats, p, item) => recordsIn(ats, p.record ?? item.json).map(row),
		}),
	],
};

function recordsIn(ats: AtsApi, given: unknown, whole: unknown = given, depth = 0): object[] {
	if (Array.isArray(given)) return given.flatMap((one) => recordsIn(ats, one, whole, depth));
	const found = ats.provider.normalize?.(given, whole);
	if (found) return [ats.raw ? { ...found.value, raw: given } : found.value];
	const inner = isObject(given) && depth < 4 ? WRAPPERS.map((key) => given[key]).find((value) => isObject(value) || Array.isArray(value)) : undefined;
	if (inner !== undefined) return recordsIn(ats, inner, whole, depth + 1);
	throw new FieldError(
		`This is no record that ${ats.provider.label} gives: it looks like ${looksLike(given)}`,
		'Check the provider, and pass an application, candidate, job or message as the service gave it.',
	);
}

function looksLike(given: unknown): string {
	if (!isObject(given)) return given === null ? 'null' : `a ${typeof given}`;
	const keys = Object.keys(given);
	return keys.length === 0 ? 'an empty object' : `an object with ${keys.slice(0, 6).join(', ')}${keys.length > 6 ? ` and ${keys.length - 6} more` : ''}`;
}
