import type { Row } from './operation';
import { isObject } from '../http/apiDefinition';

/**
 * Takes personal data out of a row, by the names of its fields at any depth. `email` goes wherever it stands;
 * `user.name` only from what is called user: rows of that resource, and whatever a field of that name holds.
 */
export function personalFilter(names: readonly string[]): (row: Row, resource: string) => Row {
	const personal = new Set(names);
	const cleaned = (value: unknown, within: string): unknown => {
		if (Array.isArray(value)) return value.map((one) => cleaned(one, within));
		return isObject(value) ? object(value, within) : value;
	};
	const object = (given: Record<string, unknown>, within: string): Record<string, unknown> =>
		Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (personal.has(name) || personal.has(`${within}.${name}`) ? [] : [[name, cleaned(value, name)]])));
	return (row, resource) => object(row, resource) as Row;
}
