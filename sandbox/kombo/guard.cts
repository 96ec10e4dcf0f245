import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, type Tools } from '../simulator.cts';
import { allowNullInEnums, OpenApi } from '../openapi.cts';
import { errorBody, fail } from './errors.cts';
import type { KomboState } from './state.cts';

/**
 * Kombo's document with what is known to be wrong or old in it: nullable enums, the type of integration field values,
 * and the changed models that came after it.
 */
export function komboDocument(): OpenApi {
	return OpenApi.load('kombo', (schema) => {
		allowNullInEnums(schema);
		const { properties, enum: values } = schema;
		if (Array.isArray(values) && values.includes('ats_join_candidates_tags')) schema['enum'] = [...values, 'ats_notes', 'ats_scorecards'];
		if (typeof properties === 'object' && properties !== null && 'value' in properties && 'label' in properties && 'key' in properties) Reflect.set(properties, 'value', {});
	});
}

type Operation = NonNullable<ReturnType<OpenApi['find']>>;

/** Stands at both doors: what comes in and what goes out is held against the document. */
export class Guard {
	private readonly document: OpenApi | undefined;

	constructor(
		private readonly state: KomboState,
		private readonly tools: Tools,
	) {
		this.document = tools.validate ? komboDocument() : undefined;
	}

	operation(method: string, path: string): Operation | undefined {
		return this.document?.find(method, path);
	}

	rowCheck(operation: Operation): (row: unknown) => string[] {
		return (row) => this.document?.partCheck(operation, ['data', 'results', 'items'])(row) ?? [];
	}

	/** Key first, then form: a wrong form is a violation and Kombo's 400. `path` is without `/v1`. */
	request(request: FastifyRequest, path: string, checkQuery?: (query: unknown) => string[]): Operation | undefined {
		this.state.authenticate(request);
		if (!this.tools.validate) return undefined;
		const operation = this.operation(request.method, path);
		const errors = checkQuery
			? checkQuery(request.query)
			: operation
				? (this.document?.checkRequest(operation, { query: { ...(request.query as object) }, body: request.body, headers: request.headers }) ?? [])
				: ['no such operation'];
		if (errors.length > 0) {
			this.tools.violation({ where: 'request', method: request.method, path: request.url, operation: operation?.id ?? null, errors });
			// A missing integration header has an error of its own.
			if (errors.every((error) => error.startsWith('header '))) throw fail('PLATFORM.INTEGRATION_NOT_FOUND', 'The header "X-Integration-Id" is missing.');
			throw fail('PLATFORM.INPUT_INVALID', `The request is not valid: ${errors.join('; ')}`);
		}
		return operation;
	}

	/** Sends a whole answer that is checked first. */
	async answer(request: FastifyRequest, reply: FastifyReply, operation: Operation | undefined, body: unknown): Promise<FastifyReply> {
		if (operation && this.document) this.answerErrors(request, operation.id, this.document.checkAnswer(operation, 200, body));
		return await reply.send(body);
	}

	/** An answer of ours that breaks the document must not pass for Kombo's. */
	answerErrors(request: FastifyRequest, operation: string | null, errors: string[]): void {
		if (errors.length === 0) return;
		this.tools.violation({ where: 'answer', method: request.method, path: request.url, operation, errors });
		throw new ApiError(500, errorBody('PLATFORM.UNKNOWN_ERROR', `SANDBOX ANSWER VIOLATES THE DOCUMENT: ${errors.join('; ')}`));
	}
}
