import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Fault, Faults } from './faults.cts';
import type { Deliveries } from './deliveries.cts';
import { ApiError, type Simulator, type FormPart, type LoggedRequest, type Tools, type Violation } from './simulator.cts';
import { CursorError, Pager } from './paging.cts';
import { opaqueId } from './random.cts';
import { Rate } from './rate.cts';
import type { World } from './world.cts';

declare module 'fastify' {
	interface FastifyRequest {
		/** what was dealt to this request, if anything */
		fault: Fault | null;
		logged: LoggedRequest | null;
	}
}

interface Parts {
	world: World;
	simulators: readonly Simulator[];
	faults: Faults;
	deliveries: Deliveries;
	violations: Violation[];
	requests: LoggedRequest[];
	validate: boolean;
	/** every limit of every simulator */
	rates: Rate[];
	origin: () => string;
}

const LOG_LIMIT = 20_000;
/** larger bodies are logged by their size only */
const LOGGED_BODY = 256 * 1024;
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'x-api-key']);
const PUBLISHED_FOR = 15 * 60 * 1000;

/** One HTTP server for all services: `/<service>/...`, `/files/...` and `/_sandbox/...`. */
export function buildServer(parts: Parts): FastifyInstance {
	const { world, simulators, faults } = parts;
	const app = Fastify({ bodyLimit: 64 * 1024 * 1024, exposeHeadRoutes: false, routerOptions: { maxParamLength: 5000 }, forceCloseConnections: true });
	app.decorateRequest('fault', null);
	app.decorateRequest('logged', null);
	readBodies(app);

	app.addHook('onRequest', async (request, reply) => {
		world.settle();
		if (faults.dateSkew === 'none') reply.raw.sendDate = false;
		else setDate(reply, world.clock.now() + faults.dateSkew);
		const [path = ''] = request.url.split('?');
		const service = path.split('/')[1] ?? '';
		const simulator = simulators.find((one) => one.name === service);
		if (!simulator) return;
		const local = path.slice(service.length + 1);
		const day = faults.deal(service, request.method, local);
		request.fault = day;
		request.logged = log(parts.requests, request, service, local, world.clock.now());
		if (day) await injectBefore(day, request, reply, simulator, world);
	});
	app.addHook('preHandler', async (request) => {
		if (!request.logged) return;
		const size = Number(request.headers['content-length'] ?? 0);
		request.logged.body = size > LOGGED_BODY ? `[${size} bytes]` : request.body;
	});
	app.addHook('onSend', async (request, reply, payload) => injectAfter(request, reply, payload));
	app.addHook('onResponse', async (request, reply) => {
		if (request.logged) request.logged.status = reply.statusCode;
	});

	const published = publishing(app, world, parts.origin);
	for (const simulator of simulators) {
		const tools = toolsFor(simulator, parts, published, app);
		void app.register(
			named(simulator.name, async (scope: FastifyInstance) => {
				scope.setErrorHandler(async (error, request, reply) => await explain(error, simulator, tools, request, reply));
				scope.setNotFoundHandler(async (request, reply) => {
					tools.violation({ where: 'request', method: request.method, path: request.url, operation: null, errors: ['no such operation'] });
					return await reply.code(404).send(simulator.errorBody(404, `Nothing is served at ${request.method} ${request.url.split('?')[0]}.`));
				});
				simulator.register(scope, world, tools);
			}),
			{ prefix: `/${simulator.name}` },
		);
	}
	return app;
}

/** Of a plugin without a name fastify looks for the file among all that the process has loaded. */
const named = <Plugin extends object>(name: string, plugin: Plugin): Plugin => Object.assign(plugin, { [Symbol.for('fastify.display-name')]: name });

/** JSON under any of the vendors' media types; an empty body is none; everything else arrives as bytes. */
function readBodies(app: FastifyInstance): void {
	app.removeAllContentTypeParsers();
	app.addContentTypeParser(/^application\/(.*[+.])?json/, { parseAs: 'string' }, (_request, body, done) => {
		const text = String(body);
		if (text.trim() === '') return done(null, undefined);
		try {
			done(null, JSON.parse(text));
		} catch {
			done(Object.assign(new Error('The body is not valid JSON.'), { statusCode: 400 }));
		}
	});
	app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body.length === 0 ? undefined : body));
}

function setDate(reply: FastifyReply, time: number): void {
	reply.header('date', new Date(time).toUTCString());
}

function log(requests: LoggedRequest[], request: FastifyRequest, service: string, path: string, at: number): LoggedRequest {
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(request.headers)) if (!SECRET_HEADERS.has(name) && value !== undefined) headers[name] = String(value);
	const entry: LoggedRequest = { at, service, method: request.method, path, query: { ...(request.query as Record<string, unknown>) }, headers, body: undefined, status: 0, fault: request.fault?.kind ?? null };
	if (requests.length >= LOG_LIMIT) requests.splice(0, LOG_LIMIT / 2);
	requests.push(entry);
	return entry;
}

/** The faults that come before the service sees the request. */
async function injectBefore(day: Fault, request: FastifyRequest, reply: FastifyReply, simulator: Simulator, world: World): Promise<void> {
	switch (day.kind) {
		case 'slow':
			return await world.clock.sleep(day.ms);
		case 'cut':
			reply.hijack();
			reply.raw.destroy();
			return;
		case 'status': {
			if (day.retryAfter !== undefined) {
				const at = new Date(world.clock.now() + day.retryAfter * 1000).toUTCString();
				reply.header('retry-after', day.retryAfterAs === 'date' ? at : String(day.retryAfter));
			}
			return void (await reply.code(day.status).send(day.body ?? simulator.errorBody(day.status, day.message)));
		}
		case 'html':
			return void (await reply.code(day.status ?? 200).type('text/html; charset=utf-8').send('<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>'));
		case 'redirect':
			return void (await reply.code(day.status ?? 302).header('location', day.to).send(''));
		case 'errorInSuccess':
			return void (await reply.code(200).send(simulator.errorInSuccess?.() ?? simulator.errorBody(500)));
		case 'noDate':
			reply.removeHeader('date');
			reply.raw.sendDate = false;
			return;
		case 'wrongDate':
			return setDate(reply, world.clock.now() + day.by);
		case 'headers':
			return void reply.headers(day.headers);
		case 'ignores':
			for (const name of day.parameters) Reflect.deleteProperty(Object(request.query), name);
			return;
		default:
			request.fault = day; // concerns the answer, or a page of a list
	}
}

/** The faults that come after the service has answered. */
async function injectAfter(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
	const kind = request.fault?.kind;
	if (request.fault?.kind === 'altered' && (typeof payload === 'string' || Buffer.isBuffer(payload))) {
		const altered = request.fault.by(payload.toString());
		reply.header('content-length', Buffer.byteLength(altered));
		return altered;
	}
	if (kind === 'lostAnswer') {
		reply.raw.destroy();
		return await new Promise(() => undefined); // nothing may be written any more
	}
	if ((kind !== 'halfPage' && kind !== 'brokenJson') || (typeof payload !== 'string' && !Buffer.isBuffer(payload))) return payload;
	const whole = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
	const half = whole.subarray(0, Math.floor(whole.length / 2));
	if (kind === 'brokenJson') {
		reply.header('content-length', half.length);
		return half;
	}
	reply.header('content-length', whole.length);
	return Readable.from(
		(async function* () {
			yield half;
			await new Promise((resolve) => setTimeout(resolve, 20));
			throw new Error('cut in the middle, as asked');
		})(),
	);
}

/** Every thrown error becomes the vendor's own error body. */
async function explain(error: unknown, simulator: Simulator, tools: Tools, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
	const known = error instanceof CursorError ? (simulator.badCursor?.(error.message) ?? new ApiError(400, simulator.errorBody(400, error.message))) : error;
	if (known instanceof ApiError) return await reply.code(known.status).headers(known.headers).send(known.body);
	const status = error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
	const message = error instanceof Error ? error.message : String(error);
	if (status >= 500) {
		// A crash of the sandbox must not pass for the vendor's: tests see it as a violation.
		tools.violation({ where: 'answer', method: request.method, path: request.url, operation: null, errors: [`the sandbox crashed: ${error instanceof Error ? (error.stack ?? message) : message}`] });
	}
	return await reply.code(status).send(simulator.errorBody(status, message));
}

type Publish = Tools['publish'];

function publishing(app: FastifyInstance, world: World, origin: () => string): Publish {
	const files = new Map<string, { name: string; contentType: string; bytes: () => Buffer; until: number }>();
	app.get<{ Params: { token: string } }>('/files/:token/*', async (request, reply) => {
		const file = files.get(request.params.token);
		if (!file || file.until < world.clock.now()) return await reply.code(403).type('application/xml').send('<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>');
		return await reply
			.type(file.contentType)
			.header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`)
			.send(file.bytes());
	});
	let count = 0;
	return (file, ttl = PUBLISHED_FOR) => {
		const token = opaqueId(`${world.seed}/file`, ++count, 32);
		files.set(token, { ...file, until: world.clock.now() + ttl });
		return `${origin()}/files/${token}/${encodeURIComponent(file.name)}`;
	};
}

function toolsFor(simulator: Simulator, parts: Parts, publish: Publish, app: FastifyInstance): Tools {
	const { world } = parts;
	return {
		origin: parts.origin,
		random: world.random.fork(simulator.name),
		faults: parts.faults,
		pager: new Pager(parts.faults, world.clock),
		deliveries: parts.deliveries,
		validate: parts.validate,
		violation: (violation) => void parts.violations.push({ service: simulator.name, ...violation }),
		sleep: async (ms) => await world.clock.sleep(ms),
		publish,
		readForm,
		requireHeader: (request, name, accepted) => {
			const value = request.headers[name.toLowerCase()];
			if (typeof value !== 'string' || !accepted.includes(value)) throw new ApiError(401, simulator.errorBody(401));
		},
		rate: (rule) => {
			const rate = new Rate(rule, world.clock, (status) => simulator.errorBody(status));
			parts.rates.push(rate);
			return rate;
		},
		control: (name, handler) => {
			app.post(`/_sandbox/${simulator.name}/${name}`, async (request) => ({ ok: true, result: (await handler(isRecord(request.body) ? request.body : {})) ?? null }));
		},
	};
}

async function readForm(request: FastifyRequest): Promise<FormPart[]> {
	const type = request.headers['content-type'] ?? '';
	if (!Buffer.isBuffer(request.body) || !type.startsWith('multipart/form-data')) throw Object.assign(new Error('The body is not multipart/form-data.'), { statusCode: 415 });
	const form = await new Response(new Uint8Array(request.body), { headers: { 'content-type': type } }).formData();
	const fields: Array<[string, string | File]> = [];
	form.forEach((value, name) => fields.push([name, value]));
	const parts: FormPart[] = [];
	for (const [name, value] of fields) {
		if (typeof value === 'string') parts.push({ name, fileName: null, contentType: null, bytes: Buffer.from(value), text: value });
		else {
			const bytes = Buffer.from(await value.arrayBuffer());
			parts.push({ name, fileName: value.name, contentType: value.type, bytes, text: bytes.toString('utf8') });
		}
	}
	return parts;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
