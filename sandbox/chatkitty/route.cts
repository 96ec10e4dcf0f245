import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError, type FormPart, type Tools } from '../simulator.cts';
import type { Guard, Generation } from './guard.cts';
import type { ChatKittyState } from './state.cts';
import { clean, errorBody, fromCurrent, toCurrent } from './words.cts';

type Json = Record<string, unknown>;

/** A request, in the classic words whichever generation sent it. */
export interface Call {
	request: FastifyRequest;
	/** below the version and the application, e.g. `/users/39801` */
	path: string;
	params: Record<string, string>;
	query: Json;
	body: Json;
	/** parts of a multipart body */
	form: FormPart[] | undefined;
	/** absolute address of this list with another query */
	href(query: Json): string;
}

type Handler = (call: Call) => unknown;
export type Route = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD', path: string, handler: Handler, status?: number) => void;

/** Every address works with and without `/v1`, and with and without the application: links use the longer form. */
const BASES: Array<[string, Generation]> = [
	['', 'current'],
	['/applications/1', 'current'],
	['/v1', 'v1'],
	['/v1/applications/1', 'v1'],
];

export const linkBase = (generation: Generation): string => `/chatkitty${generation === 'v1' ? '/v1' : ''}/applications/1`;

export function routesOf(app: FastifyInstance, parts: { state: ChatKittyState; guard: Guard; tools: Tools; enter(generation: Generation): void }): Route {
	const { state, guard, tools } = parts;
	return (method, path, handler, status = 200) => {
		for (const [base, generation] of BASES) {
			app.route({
				method,
				url: `${base}${path === '/application' && base.includes('applications') ? '' : path}` || '/',
				handler: async (request, reply) => {
					state.authenticate(request);
					const [address = ''] = request.url.split('?');
					const local = path === '/application' ? path : address.slice(`/chatkitty${base}`.length);
					guard.request(request, method, local, generation);
					const call: Call = {
						request,
						path: local,
						params: request.params as Record<string, string>,
						query: request.query as Json,
						body: bodyOf(request, generation),
						form: Buffer.isBuffer(request.body) ? await tools.readForm(request) : undefined,
						href: (query) => `${tools.origin()}${linkBase(generation)}${local}?${search(query)}`,
					};
					// Nothing is awaited from here to the answer: its links belong to this request.
					parts.enter(generation);
					const answer = clean(handler(call));
					reply.header('x-response-token', `TOKEN${state.next()}`).header('x-api-version', 'v2.41.9');
					if (method === 'HEAD') return await reply.code(status).send();
					guard.answer(request, method, local, generation, status, answer);
					return await reply
						.code(status)
						.type(generation === 'v1' ? 'application/json' : 'application/vnd.chatkitty+json')
						.send(JSON.stringify(generation === 'v1' ? answer : toCurrent(answer)));
				},
			});
		}
	};
}

function bodyOf(request: FastifyRequest, generation: Generation): Json {
	if (Buffer.isBuffer(request.body) || typeof request.body !== 'object' || request.body === null) return {};
	return (generation === 'v1' ? request.body : fromCurrent(request.body)) as Json;
}

function search(query: Json): string {
	const parameters = new URLSearchParams();
	for (const [name, value] of Object.entries(query)) for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
	return parameters.toString();
}

export function notFound(): never {
	throw new ApiError(404, errorBody(404));
}

export function clientError(message: string): never {
	throw new ApiError(400, errorBody(400, message));
}
