import type { FastifyRequest } from 'fastify';
import { ApiError, type Tools } from '../simulator.cts';
import { OpenApi } from '../openapi.cts';
import { camelKeys, errorBody, fromCurrent } from './words.cts';

export type Generation = 'v1' | 'current';
type Json = Record<string, unknown>;

/** ChatKitty's document with its mistakes repaired: `oneOf` of shapes that overlap, and a secret that is called an object. */
function chatkittyDocument(): OpenApi {
	return OpenApi.load('chatkitty', (schema) => {
		if (Array.isArray(schema['oneOf']) && schema['discriminator'] !== undefined) {
			schema['anyOf'] = schema['oneOf'];
			delete schema['oneOf'];
		}
		const properties = schema['properties'];
		if (typeof properties === 'object' && properties !== null && 'secret' in properties) Reflect.set(properties, 'secret', { type: 'string' });
	});
}

/** The three paths that came with the current generation, and what they answer in the classic words. */
const NEWER: Array<{ pattern: RegExp; query: readonly string[]; check: (body: Json) => string[] }> = [
	{ pattern: /^\/application\/message-read-receipt-summaries$/, query: ['page', 'size', 'sort'], check: (body) => rowsOf(body, 'summaries').flatMap((row) => [...chatkittyDocument().schemaCheck('ChannelResource')(row['channel']), ...(Number.isInteger(row['count']) ? [] : ['count: no number'])]) },
	{ pattern: /^\/channels\/[^/]+\/reported-messages$/, query: ['page', 'size', 'sort'], check: (body) => rowsOf(body, 'messages').flatMap((row) => chatkittyDocument().schemaCheck('MessageResource')(row)) },
	{ pattern: /^\/users\/[^/]+\/messages\/unread\/count$/, query: [], check: (body) => (Number.isInteger(body['count']) ? [] : ['count: no number']) },
];

/** Bodies of the PATCH calls, which the document keeps under a media type of its own. */
const PATCHES: Array<[RegExp, string]> = [
	[/^\/channels\/[^/]+$/, 'ChannelPropertiesPatch'],
	[/^\/messages\/[^/]+$/, 'MessagePropertiesPatch'],
	[/^\/users\/[^/]+$/, 'ChatUserPropertiesPatch'],
];

/** As the official client of the current generation sends them. */
const PLAIN = /\/(messages|keystrokes|display-picture)$/;

/** Stands at both doors: each request and answer is held against the document, the current generation translated into it first. */
export class Guard {
	constructor(private readonly tools: Tools) {}

	request(request: FastifyRequest, method: string, path: string, generation: Generation): void {
		if (!this.tools.validate) return;
		const errors = [...this.mediaTypes(request, method, path, generation), ...this.content(request, method, path, generation)];
		if (errors.length === 0) return;
		this.tools.violation({ where: 'request', method: request.method, path: request.url, operation: null, errors });
		throw new ApiError(400, errorBody(400, `The request is not valid: ${errors.join('; ')}`));
	}

	/** `body` in the classic words. */
	answer(request: FastifyRequest, method: string, path: string, generation: Generation, status: number, body: unknown): void {
		if (!this.tools.validate) return;
		const newer = generation === 'current' ? NEWER.find(({ pattern }) => pattern.test(path)) : undefined;
		const operation = chatkittyDocument().find(method, `/v1${path}`);
		const errors = newer ? newer.check(body as Json) : operation ? chatkittyDocument().checkAnswer(operation, status, body) : ['no such operation'];
		if (errors.length === 0) return;
		this.tools.violation({ where: 'answer', method: request.method, path: request.url, operation: operation?.id ?? null, errors });
		throw new ApiError(500, errorBody(500, `SANDBOX ANSWER VIOLATES THE DOCUMENT: ${errors.join('; ')}`));
	}

	private mediaTypes(request: FastifyRequest, method: string, path: string, generation: Generation): string[] {
		const accept = request.headers.accept ?? '';
		const errors = /\bjson\b|\*\/\*/.test(accept) ? [] : [`Accept: ${accept}`];
		if (generation === 'v1' && accept.includes('vnd.chatkitty+json')) errors.push('Accept: the media type of the current generation');
		if (request.body === undefined) return errors;
		const type = (request.headers['content-type'] ?? '').split(';')[0] ?? '';
		if (type === 'multipart/form-data') return errors;
		const wanted = method === 'PATCH' ? 'application/json+merge-patch' : generation === 'v1' || PLAIN.test(path) ? 'application/json' : 'application/vnd.chatkitty+json';
		return type === wanted ? errors : [...errors, `Content-Type: ${type} instead of ${wanted}`];
	}

	private content(request: FastifyRequest, method: string, path: string, generation: Generation): string[] {
		const query: Json = { ...(request.query as Json) };
		const body = generation === 'current' ? fromCurrent(request.body) : request.body;
		// The names of environment variables are the user's.
		const style = generation === 'current' && !Buffer.isBuffer(request.body) && !path.endsWith('/environment-variables') ? camelKeys(request.body) : [];
		if (generation === 'current') {
			const newer = NEWER.find(({ pattern }) => pattern.test(path));
			if (newer) return Object.keys(query).filter((name) => !newer.query.includes(name)).map((name) => `query/${name}: unknown`);
			if (path === '/users' && method === 'GET') delete query['unread'];
		}
		const operation = chatkittyDocument().find(method, `/v1${path}`);
		if (!operation) return ['no such operation'];
		// A key that is given twice arrives as a list, one given once as text: the document wants a list for `members` and `sort`.
		for (const name of ['members', 'sort']) if (typeof query[name] === 'string') query[name] = [query[name]];
		if (Buffer.isBuffer(body)) return chatkittyDocument().checkRequest(operation, { query, body: undefined, headers: request.headers }).filter((error) => !error.startsWith('body'));
		const patch = method === 'PATCH' ? PATCHES.find(([pattern]) => pattern.test(path))?.[1] : undefined;
		const errors = chatkittyDocument().checkRequest(operation, { query, body, headers: request.headers });
		if (patch) errors.push(...(body === undefined ? ['body: missing'] : chatkittyDocument().schemaCheck(patch)(body)));
		// In the current generation a user cannot be made a guest afterwards.
		if (patch === 'ChatUserPropertiesPatch' && generation === 'current' && typeof body === 'object' && body !== null && 'isGuest' in body) errors.push('body/isGuest: not in the current generation');
		return [...errors, ...style];
	}
}

function rowsOf(body: Json, collection: string): Json[] {
	const embedded = body['_embedded'];
	const rows: unknown = typeof embedded === 'object' && embedded !== null ? Reflect.get(embedded, collection) : undefined;
	return Array.isArray(rows) ? rows : [];
}
