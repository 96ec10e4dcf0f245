import type { INodeParameters } from 'n8n-workflow';

import { FieldError } from '../errors';
import { isObject } from '../http/apiDefinition';
import { EMPTIED, readAll, type Field, type Values } from './field';

/**
 * Fields as a node holds them: n8n leaves hidden parameters out, which read as undefined; an empty expression reads as
 * null. Only what needs n8n's evaluation is handed to it (`evaluate`): it takes about 30 µs for each field of each item.
 */
export function readParameters<const Fields extends readonly Field[]>(fields: Fields, parameters: INodeParameters, evaluate: (name: string) => unknown, zone?: string): Values<Fields> {
	const raw: Record<string, unknown> = {};
	for (const { name, property } of fields) {
		if (!(name in parameters)) continue;
		const held = parameters[name];
		refuseExpression(property, held);
		raw[name] = (isSettled(held) ? held : withEmptied(held, evaluate(name))) ?? null;
	}
	return readAll(fields, raw, zone);
}

/** The editor offers none there; an agent's or an imported workflow may hold one all the same. */
function refuseExpression({ displayName, type, options = [], noDataExpression }: Field['property'], held: unknown): void {
	const closed = () => noDataExpression === true || (type === 'collection' && options.some((option) => 'noDataExpression' in option && option.noDataExpression === true));
	if (typeof held === 'string' && held.startsWith('=') && closed()) throw new FieldError(`"${displayName}" takes no expression`, 'Choose it in the node: who runs the workflow decides this, and no data and no model.');
	if (type !== 'collection' || !isObject(held) || Object.keys(held).length === 0) return;
	for (const option of options) if ('type' in option && option.name in held) refuseExpression(option, held[option.name]);
}

/** Holds no expression, and nothing whose parts n8n checks or converts (resource mappers, filled collections). */
function isSettled(value: unknown): boolean {
	if (typeof value === 'string') return !value.startsWith('=');
	if (Array.isArray(value)) return value.every(isSettled);
	if (isObject(value)) return (value.__rl === true || Object.keys(value).length === 0) && Object.values(value).every(isSettled);
	return true;
}

/** Marks empty lists that came out of an expression, at any depth. */
function withEmptied(held: unknown, value: unknown): unknown {
	if (typeof held === 'string') return Array.isArray(value) && value.length === 0 ? EMPTIED : value;
	if (Array.isArray(held) && Array.isArray(value)) return value.map((one: unknown, index) => withEmptied(held[index], one));
	if (isObject(held) && isObject(value)) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withEmptied(held[name], one)]));
	return value;
}
