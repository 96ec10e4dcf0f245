import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod/v4';
import { OpenApi } from '../openapi.cts';
import { ApiError } from '../simulator.cts';
import { errorBody, fail, type LeverState } from './state.cts';

/** What the unofficial document has from single answers, and recorded answers (dossier, section 4) have otherwise. */
export function leverDocument(): OpenApi {
	return OpenApi.load('lever', (schema) => {
		const { properties, required } = schema;
		if (typeof properties === 'object' && properties !== null) {
			if ('archiveReason' in properties) {
				Reflect.deleteProperty(properties, 'archiveReason');
				Reflect.deleteProperty(properties, 'archivedAt');
				Reflect.set(properties, 'archived', { type: ['object', 'null'] });
			}
			// Ids become objects with `expand`, and may be null; words and files were taken from one example.
			for (const name of ['stage', 'contact', 'owner', 'sourcedBy', 'hiringManager', 'user', 'applications', 'resume', 'status', 'state', 'workplaceType', 'interval', 'dataProtection', 'distributionChannels']) if (name in properties) Reflect.set(properties, name, {});
			if ('archived' in properties && Array.isArray(required)) schema['required'] = [...required.filter((name) => name !== 'archivedAt' && name !== 'archiveReason'), 'archived'];
			if ('salaryRange' in properties && Array.isArray(required)) schema['required'] = required.filter((name) => name !== 'salaryRange');
		}
	});
}

const ms = z.string().regex(/^\d{1,15}$/);
const flag = z.enum(['true', 'false']);
const word = z.string().min(1);
export const words = z.union([word, z.array(word)]).transform((value) => [value].flat());
/** https://hire.lever.co/developer/documentation: 1 to 100 rows a page, 100 without a word. */
export const paging = z.strictObject({ limit: z.coerce.number().int().min(1).max(100).default(100), offset: word.optional() });
export const nothing = z.strictObject({});
export const acting = z.strictObject({ perform_as: word.optional() });
const confidentiality = z.enum(['confidential', 'non-confidential', 'all']).default('non-confidential');

export const opportunityList = paging.extend({
	confidentiality,
	include: words.optional(),
	expand: words.optional(),
	tag: words.optional(),
	email: words.optional(),
	origin: words.optional(),
	source: words.optional(),
	stage_id: words.optional(),
	posting_id: words.optional(),
	archived_posting_id: words.optional(),
	archive_reason_id: words.optional(),
	contact_id: words.optional(),
	archived: flag.optional(),
	snoozed: flag.optional(),
	created_at_start: ms.optional(),
	created_at_end: ms.optional(),
	updated_at_start: ms.optional(),
	updated_at_end: ms.optional(),
	advanced_at_start: ms.optional(),
	advanced_at_end: ms.optional(),
	archived_at_start: ms.optional(),
	archived_at_end: ms.optional(),
});
export const deletedList = paging.extend({ deleted_at_start: ms, deleted_at_end: ms.optional() });
export const postingList = paging.extend({ confidentiality, include: words.optional(), expand: words.optional(), state: z.enum(['published', 'internal', 'closed', 'draft', 'pending', 'rejected']).optional(), group: words.optional(), team: words.optional(), department: words.optional(), location: words.optional(), level: words.optional(), tag: words.optional(), updated_at_start: ms.optional(), updated_at_end: ms.optional() });
export const one = z.strictObject({ expand: words.optional(), include: words.optional() });

const phone = z.strictObject({ type: word.optional(), value: word });
export const newOpportunity = z.strictObject({
	name: word.optional(),
	headline: z.string().optional(),
	stage: word.optional(),
	location: z.string().optional(),
	phones: z.array(phone).optional(),
	emails: z.array(z.email()).optional(),
	links: z.array(z.string()).optional(),
	tags: z.array(word).optional(),
	sources: z.array(word).optional(),
	origin: z.enum(['agency', 'applied', 'internal', 'referred', 'sourced', 'university']).optional(),
	owner: word.optional(),
	followers: z.array(word).optional(),
	postings: z.array(word).max(1).optional(),
	createdAt: z.int().optional(),
	archived: z.strictObject({ archivedAt: z.int(), reason: word }).optional(),
});
export const stageBody = z.strictObject({ stage: word });
export const archivedBody = z.strictObject({ reason: word.nullable(), cleanInterviews: z.boolean().optional(), requisitionId: word.optional() });
export const noteBody = z.strictObject({ value: word, secret: z.boolean().optional(), score: z.number().nullable().optional(), notifyFollowers: z.boolean().optional(), createdAt: z.int().optional() });
export const tagsBody = z.strictObject({ tags: z.array(word).min(1) });
export const contactBody = z.strictObject({ name: word.optional(), headline: z.string().optional(), location: z.string().optional(), emails: z.array(z.email()).optional(), phones: z.array(phone).optional() });

export interface Call<Query, Body> {
	id: string;
	fileId: string;
	query: Query;
	body: Body;
	request: FastifyRequest;
	reply: FastifyReply;
}

interface Spec<Query extends z.ZodType, Body extends z.ZodType> {
	method: 'GET' | 'POST' | 'PUT';
	/** Below `/v1`, with `:id` and `:fileId`. */
	path: string;
	query: Query;
	body?: Body;
	handle(call: Call<z.infer<Query>, z.infer<Body>>): unknown;
}

/** Key and rate first, then the right, then the form. What the document has is held against it too. */
export function route<Query extends z.ZodType, Body extends z.ZodType>(app: FastifyInstance, state: LeverState, { method, path, query, body, handle }: Spec<Query, Body>): void {
	app.route({
		method,
		url: `/v1${path}`,
		handler: async (request, reply) => {
			state.authenticate(request);
			const needed = path.split('/').filter((part) => part !== '' && !part.startsWith(':'));
			if (needed.some((part) => state.forbidden.has(part))) throw fail(403, `The API key has no access to ${needed.at(-1) ?? ''}`);
			const documented = state.tools.validate ? operationOf(method, path) : undefined;
			const broken = (where: 'request' | 'answer', errors: string[]) => {
				if (errors.length > 0 && state.tools.validate) state.tools.violation({ where, method, path: request.url, operation: documented?.id ?? null, errors });
			};
			const checked = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> => {
				const read = schema.safeParse(value);
				if (read.success) return read.data;
				const errors = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
				broken('request', errors);
				throw fail(400, `Invalid parameters: ${errors.join('; ')}`);
			};
			const { id = '', fileId = '' } = request.params as Record<string, string>;
			const given = checked(query, request.query);
			const sent = body ? checked(body, request.body) : undefined;
			if (documented && method === 'GET' && documented.path.split('/').length === 2) broken('request', leverDocument().checkRequest(documented, { query: single(request.query), body: undefined, headers: request.headers }));
			const answer = await handle({ id, fileId, query: given, body: sent as z.infer<Body>, request, reply });
			if (reply.sent || Buffer.isBuffer(answer) || answer === reply) return answer;
			// With `include` only the named fields come back.
			if (documented && !('include' in (request.query as object))) {
				const errors = leverDocument().checkAnswer(documented, 200, answer);
				broken('answer', errors);
				if (errors.length > 0) throw new ApiError(500, errorBody(500, `SANDBOX ANSWER VIOLATES THE DOCUMENT: ${errors.join('; ')}`));
			}
			return answer;
		},
	});
}

/** Nine reads are in the document, no more. */
function operationOf(method: string, path: string) {
	const found = leverDocument().find(method, path.replace(':id', 'id'));
	return found?.path === path.replace(':id', '{id}') ? found : undefined;
}

/** A parameter may be repeated, which the document does not say. */
function single(query: unknown): Record<string, unknown> {
	return Object.fromEntries(Object.entries(query ?? {}).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]));
}
