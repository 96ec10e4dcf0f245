import type { INodeParameters } from 'n8n-workflow';

import { isObject } from '../http/apiDefinition';
import { located, readAll, type Field, type Values } from './field';

/**
 * Fields as a node holds them: n8n leaves hidden parameters out, which read as undefined; an empty expression reads as
 * null. Only what needs n8n's evaluation is handed to it (`evaluate`): it takes about 30 µs for each field of each item.
 */
export function readParameters<const Fields extends readonly Field[]>(fields: Fields, parameters: INodeParameters, evaluate: (name: string) => unknown, zone?: string): Values<Fields> {
	const raw: Record<string, unknown> = {};
	for (const { name } of fields) {
		if (!(name in parameters)) continue;
		const held = parameters[name];
		raw[name] = located(isSettled(held) ? held : evaluate(name)) ?? null;
	}
	return readAll(fields, raw, zone);
}

/** Holds no expression, and nothing whose parts n8n checks or converts (resource mappers, filled collections). */
function isSettled(value: unknown): boolean {
	if (typeof value === 'string') return !value.startsWith('=');
	if (Array.isArray(value)) return value.every(isSettled);
	if (isObject(value)) return (value.__rl === true || Object.keys(value).length === 0) && Object.values(value).every(isSettled);
	return true;
}
