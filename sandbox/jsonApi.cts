/** JSON:API (https://jsonapi.org/format/1.0/) as a server speaks it: documents, relationships, `include`, errors, bodies of writes. */
import { isRecord } from './server.cts';
import { ApiError } from './simulator.cts';

export const MEDIA_TYPE = 'application/vnd.api+json';

export interface Ref {
	type: string;
	id: string;
}

/** A record as a simulator hands it over. */
export interface Shown extends Ref {
	attributes: Record<string, unknown>;
	relations: Record<string, Ref | Ref[] | null>;
}

export function isShown(value: unknown): value is Shown {
	return isRecord(value) && isRecord(value['relations']);
}

/** Without `id`: a record that the vendor shows without one. `link`: adds the addresses that some vendors put at each relationship. */
export function resourceObject({ type, id, attributes, relations }: Omit<Shown, 'id'> & { id: string | undefined }, link?: (name: string) => object): object {
	return { id, type, attributes, relationships: Object.fromEntries(Object.entries(relations).map(([name, data]) => [name, link ? { links: link(name), data } : { data }])) };
}

/**
 * The records behind the relationships that `include=candidate,job.location` names, each once. `find` gives undefined for a
 * record that may not be seen. An unknown name is the client's mistake: `refuse` is called with it.
 */
export function included(rows: readonly Shown[], include: string | undefined, find: (ref: Ref) => Shown | undefined, refuse?: (name: string) => never): Shown[] {
	const found = new Map<string, Shown>();
	for (const path of include === undefined || include === '' ? [] : include.split(',')) {
		let from: readonly Shown[] = rows;
		for (const name of path.split('.')) {
			if (from.length > 0 && !from.some(({ relations }) => name in relations)) refuse?.(path);
			from = from.flatMap(({ relations }) => [relations[name] ?? []].flat()).flatMap((ref) => find(ref) ?? []);
			for (const row of from) found.set(`${row.type} ${row.id}`, row);
		}
	}
	return [...found.values()];
}

export const errorDocument = (status: number, title: string, detail?: string, pointer?: string): object => ({
	errors: [{ status: String(status), title, ...(detail === undefined ? {} : { detail }), ...(pointer === undefined ? {} : { source: { pointer } }) }],
});

export const jsonApiError = (status: number, title: string, detail?: string, pointer?: string): ApiError => new ApiError(status, errorDocument(status, title, detail, pointer));

/** The body of a write. `id` null: a create. What does not fit the path is refused. */
export function readDocument(body: unknown, type: string, id: string | null): Pick<Shown, 'attributes' | 'relations'> {
	const data = isRecord(body) && isRecord(body['data']) ? body['data'] : undefined;
	if (!data) throw jsonApiError(400, 'Invalid document', 'The body has no data', '/data');
	if (data['type'] !== type || (id !== null && data['id'] !== id)) throw jsonApiError(409, 'Invalid document', 'Type and ID of the document must be those of the path', '/data');
	const relations = Object.entries(isRecord(data['relationships']) ? data['relationships'] : {}).map(([name, relation]) => [name, refsOf(isRecord(relation) ? relation['data'] : undefined, name)] as const);
	return { attributes: isRecord(data['attributes']) ? data['attributes'] : {}, relations: Object.fromEntries(relations) };
}

function refsOf(value: unknown, name: string): Ref | Ref[] | null {
	if (value === null) return null;
	if (Array.isArray(value)) return value.flatMap((one) => refsOf(one, name) ?? []);
	if (isRecord(value) && typeof value['type'] === 'string' && typeof value['id'] === 'string') return { type: value['type'], id: value['id'] };
	throw jsonApiError(400, 'Invalid document', 'A relationship needs data with type and ID, both text', `/data/relationships/${name}`);
}

/** `filter[created-at][from]=x` -> `bracketed(query, 'filter')` gives `{ 'created-at': { from: 'x' } }`; `page[size]` likewise. */
export function bracketed(query: Readonly<Record<string, unknown>>, family: string): Record<string, string | Record<string, string>> {
	const found: Record<string, string | Record<string, string>> = {};
	for (const [key, value] of Object.entries(query)) {
		const [, head, name = '', part] = /^(\w+)\[([^\]]+)\](?:\[([^\]]+)\])?$/.exec(key) ?? [];
		if (head !== family) continue;
		const before = found[name];
		found[name] = part === undefined ? String(value) : { ...(typeof before === 'object' ? before : {}), [part]: String(value) };
	}
	return found;
}
