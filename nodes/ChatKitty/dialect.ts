import { isObject } from '../../lib/http/apiDefinition';

/**
 * ChatKitty's two generations write the same records in two dialects: camelCase (v1) and snake_case (current, except
 * `isGuest` in answers). Inside the nodes there is one: snake_case, IDs as text.
 */
export type ApiVersion = 'current' | 'v1';

/** Maps whose keys belong to the user, or to HAL. */
const FOREIGN = new Set(['properties', '_links', 'args', 'result', 'environment_variables']);

/** A record of either generation as the nodes put it out. */
export function normalize(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(normalize);
	if (!isObject(value)) return value;
	const entries = Object.entries(value).flatMap(([name, inner]): Array<[string, unknown]> => {
		const key = snake(name);
		// WebSocket relay paths: no HTTP addresses, of no use to anybody here.
		if (key === '_relays') return [];
		if (key === '_links') return [[key, linksOf(inner)]];
		if (FOREIGN.has(key)) return [[key, inner]];
		return [[key, typeof inner === 'number' && /(^|_)id$/.test(key) ? String(inner) : normalize(inner)]];
	});
	return Object.fromEntries(entries);
}

/** Newer descriptions type `_links` as a list; every example shows an object keyed by relation. */
function linksOf(links: unknown): unknown {
	if (!Array.isArray(links)) return links;
	return Object.fromEntries(links.filter(isObject).map(({ rel, name, ...link }) => [String(rel ?? name), link]));
}

/** A request body, written in snake_case, as the generation wants it. Absent values are left out. */
export function toWire(body: unknown, version: ApiVersion): unknown {
	if (Array.isArray(body)) return body.map((one) => toWire(one, version));
	if (!isObject(body)) return body;
	const present = Object.entries(body).filter(([, value]) => value !== undefined);
	return Object.fromEntries(present.map(([key, value]) => [version === 'v1' ? camel(key) : key, FOREIGN.has(key) ? value : toWire(value, version)]));
}

export function snake(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function camel(name: string): string {
	return name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** The ID at the end of a link: memberships and invites say only there whose they are. */
export function idInLink(links: unknown, relation: string): string | null {
	const link = isObject(links) ? links[relation] : undefined;
	const href = isObject(link) ? link.href : link;
	return typeof href === 'string' ? (href.split(/[?#{]/, 1)[0]?.split('/').at(-1) || null) : null;
}
