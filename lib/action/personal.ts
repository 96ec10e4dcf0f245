import type { Row } from './operation';
import { isObject } from '../http/apiDefinition';

/**
 * Takes personal data out of a row, by the names of its fields at any depth. `email` goes wherever it stands; `user.name` only from
 * what is called user: rows of that resource, and whatever a field of that name holds; `candidate.info.title` only from both.
 */
export function personalFilter(names: readonly string[]): (row: Row, resource: string) => Row {
	const personal = new Set(names);
	const goes = (path: readonly string[]) => [1, 2, 3].some((length) => length <= path.length && personal.has(path.slice(-length).join('.')));
	const cleaned = (value: unknown, path: readonly string[]): unknown => {
		if (Array.isArray(value)) return value.map((one) => cleaned(one, path));
		return isObject(value) ? object(value, path) : value;
	};
	const object = (given: Record<string, unknown>, path: readonly string[]): Record<string, unknown> =>
		Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (goes([...path, name]) ? [] : [[name, cleaned(value, [...path, name])]])));
	return (row, resource) => object(row, [resource]) as Row;
}
