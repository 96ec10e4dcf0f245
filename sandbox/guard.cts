import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OpenApi } from './openapi.cts';
import { ApiError, type Tools } from './simulator.cts';

export interface GuardOptions {
	/** What stands between the origin and the document's paths: `/greenhouse/v3`. */
	prefix: string;
	/** Paths of the document begin with this all the same: `/v1`. */
	documentPrefix?: string;
	/** How the vendor refuses a request that breaks its description. Without it the request is let through, and is a violation all the same. */
	refuse?(errors: string[], request: FastifyRequest): ApiError;
	/** Requests that the document does not have; all others are violations. */
	undocumented?(request: FastifyRequest): boolean;
	/** Mistakes of the document: leave these errors of a request or an answer out, with the reason beside it. */
	forgive?(error: string, request: FastifyRequest): boolean;
}

/**
 * Holds every request and every answer of a simulator against the vendor's OpenAPI document: call it first in `register`, after the
 * hook that checks the key. What breaks it is in `sandbox.violations`, which tests expect to be empty.
 */
export function guard(app: FastifyInstance, tools: Tools, load: () => OpenApi, { prefix, documentPrefix = '', refuse, undocumented, forgive }: GuardOptions): void {
	if (!tools.validate) return;
	const document = load();
	const operationOf = (request: FastifyRequest) => {
		const path = request.url.split('?', 1)[0] ?? '';
		return path.startsWith(prefix) ? document.find(request.method, documentPrefix + path.slice(prefix.length)) : undefined;
	};
	const kept = (errors: string[], request: FastifyRequest) => errors.filter((error) => forgive?.(error, request) !== true);

	app.addHook('preHandler', async (request, reply) => {
		if (reply.sent || undocumented?.(request)) return;
		const operation = operationOf(request);
		const form = (request.headers['content-type'] ?? '').startsWith('multipart/form-data');
		const asked = { query: { ...(request.query as object) }, body: form ? undefined : request.body, headers: request.headers };
		const found = !operation ? ['no such operation'] : form ? [...document.checkRequest(operation, asked).filter((error) => !error.startsWith('body')), ...document.checkForm(operation, await tools.readForm(request))] : document.checkRequest(operation, asked);
		const errors = kept(found, request);
		if (errors.length === 0) return;
		tools.violation({ where: 'request', method: request.method, path: request.url, operation: operation?.id ?? null, errors });
		if (refuse) throw refuse(errors, request);
	});

	app.addHook('preSerialization', async (request, reply, payload) => {
		// Faults are not the simulator's words.
		const operation = request.fault ? undefined : operationOf(request);
		const errors = operation ? kept(document.checkAnswer(operation, reply.statusCode, JSON.parse(JSON.stringify(payload))), request) : [];
		if (errors.length > 0) tools.violation({ where: 'answer', method: request.method, path: request.url, operation: operation?.id ?? null, errors });
		return payload;
	});
}
