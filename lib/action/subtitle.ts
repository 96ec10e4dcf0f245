import type { Field } from './field';
import type { Operation, Resource } from './operation';

/** Names of operations that say nothing without what they are done to. */
const BARE = /^(\w+|Get Many|Find or Create)$/;

/**
 * What a node does, in words, for the canvas: "move to stage", "get many applications"; behind the name of what the common
 * field holds, where there is one.
 */
export function subtitleOf<Api>(resources: ReadonlyArray<Resource<Api>>, common?: Field): string {
	const words = Object.fromEntries(resources.flatMap(({ value, operations }) => operations.map((operation) => [`${value}.${operation.value}`, wordsOf(operation)] as const)));
	const done = `(${JSON.stringify(words)})[$parameter["resource"] + "." + $parameter["operation"]]`;
	const named = Object.fromEntries((common?.property.options ?? []).flatMap((option) => ('value' in option ? [[String(option.value), option.name] as const] : [])));
	return `={{ ${common && Object.keys(named).length > 0 ? `(${JSON.stringify(named)})[$parameter["${common.name}"]] + ": " + ` : ''}${done} }}`;
}

function wordsOf<Api>({ name, action }: Operation<Api>): string {
	if (BARE.test(name)) return action.charAt(0).toLowerCase() + action.slice(1);
	return name.toLowerCase();
}
