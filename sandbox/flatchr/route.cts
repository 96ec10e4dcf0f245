import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod/v4';
import { fail, type FlatchrState } from './state.cts';

export interface Call<Query, Body> {
	params: Record<string, string>;
	query: Query;
	body: Body;
	request: FastifyRequest;
	reply: FastifyReply;
	/** With whose token: the API key, a user's, or nobody's. */
	as: 'key' | 'user' | 'nobody';
}

interface Route<Query extends z.ZodType, Body extends z.ZodType> {
	method: 'GET' | 'POST' | 'PUT' | 'DELETE';
	/** With its host's prefix: `/api/...` or `/careers/...`. */
	path: string;
	query: Query;
	/** Absent: the route reads its body itself, or has none. */
	body?: Body;
	/** Works without a key. */
	open?: boolean;
	handle(call: Call<z.infer<Query>, z.infer<Body>>): unknown;
}

/** Serves a route: the key first, then the company, then the form of the request. */
export function route<Query extends z.ZodType, Body extends z.ZodType>(app: FastifyInstance, state: FlatchrState, spec: Route<Query, Body>): void {
	app.route({
		method: spec.method,
		url: spec.path,
		handler: async (request, reply) => {
			const as = spec.open ? 'nobody' : state.authenticate(request);
			const params = Object.fromEntries(Object.entries(request.params ?? {}).map(([name, value]) => [name, String(value)]));
			if (params['company'] !== undefined && params['company'] !== state.companyKey) throw fail(404, 'Company not found');
			const { token, ...withoutToken } = request.query as Record<string, unknown>;
			const query = checked(state, request, 'query', spec.query, spec.path.endsWith('/expire') ? { ...withoutToken, token } : withoutToken);
			const body = spec.body ? checked(state, request, 'body', spec.body, request.body) : undefined;
			return await reply.send(await spec.handle({ params, query, body: body as z.infer<Body>, request, reply, as }));
		},
	});
}

export function checked<Schema extends z.ZodType>(state: FlatchrState, request: FastifyRequest, where: string, schema: Schema, value: unknown): z.infer<Schema> {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	const errors = result.error.issues.map((issue) => `${where} ${issue.path.join('.')}: ${issue.message}`);
	if (state.tools.validate) state.tools.violation({ where: 'request', method: request.method, path: request.url, operation: null, errors });
	throw fail(400, `The request is not valid: ${errors.join('; ')}`);
}
