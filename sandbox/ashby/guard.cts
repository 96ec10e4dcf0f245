import type { FastifyInstance, FastifyRequest } from 'fastify';
import { allowNullInEnums, OpenApi } from '../openapi.cts';
import { ApiError } from '../simulator.cts';
import { isRecord } from '../server.cts';
import { errorBody, fail, type AshbyState } from './state.cts';

/**
 * Ashby's document with what is known to be older in it than what is served: an archive reason and its time are null
 * where there are none, a new application may name the first stage by a word, and not every interviewer is in training.
 */
export function ashbyDocument(): OpenApi {
	return OpenApi.load('ashby', (schema) => {
		allowNullInEnums(schema);
		const { properties, required } = schema;
		if (Array.isArray(required)) schema['required'] = required.filter((name) => name !== 'trainingRole' && name !== 'interviewerPool');
		if (!isRecord(properties)) return;
		for (const name of ['archiveReason', 'archivedAt', 'syncToken', 'nextCursor']) if (isRecord(properties[name]) && !('cursor' in properties)) properties[name] = { anyOf: [properties[name], { type: 'null' }] };
		if ('candidateId' in properties && 'interviewPlanId' in properties) properties['interviewStageId'] = { anyOf: [properties['interviewStageId'], { const: 'FirstPreInterviewScreen' }] };
	});
}

export type Body = Record<string, unknown>;

/** Serves `POST /<category>.<method>`: key, right, form of the request, the work, form of the answer. */
export function operation(app: FastifyInstance, state: AshbyState, name: string, handle: (body: Body, request: FastifyRequest) => unknown): void {
	const { tools } = state;
	const known = ashbyDocument().find('POST', `/${name}`);
	if (!known) throw new Error(`${name} is not in the document: add it to sandbox/ashby/document.cts.`);
	const right = known.raw['x-requires'];
	app.post(`/${name}`, async (request, reply) => {
		state.admit(request, typeof right === 'string' ? right : null);
		const { body } = request;
		const errors = !isRecord(body) ? ['body: a JSON object is needed, {} at least'] : Object.keys(Object(request.query)).length > 0 ? ['query: none is taken'] : tools.validate ? ashbyDocument().checkRequest(known, { query: {}, body, headers: request.headers }) : [];
		if (errors.length > 0 || !isRecord(body)) {
			// An ID that is none is a user's mistake; a wrong key or type is the client's.
			if (tools.validate && errors.some((error) => !error.includes('format "uuid"'))) tools.violation({ where: 'request', method: 'POST', path: request.url, operation: known.id, errors });
			throw fail('invalid_input', errors.join('; '));
		}
		const answer = { success: true, ...Object(await handle(body, request)) };
		const wrong = tools.validate ? ashbyDocument().checkAnswer(known, 200, answer) : [];
		if (wrong.length > 0) {
			tools.violation({ where: 'answer', method: 'POST', path: request.url, operation: known.id, errors: wrong });
			throw new ApiError(500, errorBody('sandbox', `SANDBOX ANSWER VIOLATES THE DOCUMENT: ${wrong.join('; ')}`));
		}
		return await reply.send(answer);
	});
}
