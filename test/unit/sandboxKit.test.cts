/** What simulators share: rate limits, ways to write a time, pages by number, links, JSON:API, and the check against a document. */
import Fastify from 'fastify';

import { ManualClock, SECOND } from '../../sandbox/clock.cts';
import { isoBasic, isoIn, isoUtc } from '../../sandbox/dates.cts';
import { Faults, type Fault } from '../../sandbox/faults.cts';
import { guard } from '../../sandbox/guard.cts';
import { bracketed, included, readDocument, resourceObject, type Shown } from '../../sandbox/jsonApi.cts';
import { OpenApi } from '../../sandbox/openapi.cts';
import { linkTo, Pager } from '../../sandbox/paging.cts';
import { Random } from '../../sandbox/random.cts';
import { Rate, type RateRule } from '../../sandbox/rate.cts';
import { ApiError, type Tools, type Violation } from '../../sandbox/simulator.cts';

async function limited(rule: Partial<RateRule>) {
	const clock = new ManualClock(0);
	const rate = new Rate({ calls: 2, perMs: 10 * SECOND, headers: ({ limit, remaining, resetAt }) => ({ 'x-limit': String(limit), 'x-left': String(remaining), 'x-reset': String(resetAt) }), ...rule }, clock, (status) => ({ status }));
	const app = Fastify();
	app.addHook('onRequest', rate.hook);
	app.setErrorHandler(async (error, _request, reply) => (error instanceof ApiError ? await reply.code(error.status).headers(error.headers).send(error.body) : await reply.code(500).send()));
	app.get('/', async () => 'ok');
	return { clock, rate, call: async (authorization = 'me') => await app.inject({ url: '/', headers: { authorization } }) };
}

describe('a rate limit of a simulator', () => {
	const statuses = async (call: () => Promise<{ statusCode: number }>, times: number) => {
		const found: number[] = [];
		for (let i = 0; i < times; i++) found.push((await call()).statusCode);
		return found;
	};

	it('refuses the third call of a window of two, with the same headers as any answer, and begins anew with the next window', async () => {
		const { clock, call, rate } = await limited({});
		clock.advance(3 * SECOND);
		expect((await call()).headers).toMatchObject({ 'x-limit': '2', 'x-left': '1', 'x-reset': '13000' });
		clock.advance(6 * SECOND);
		expect(await statuses(call, 2)).toEqual([200, 429]);
		const refused = await call();
		expect([refused.statusCode, refused.json(), refused.headers['x-left']]).toEqual([429, { status: 429 }, '0']);
		expect(await statuses(async () => await call('another'), 1)).toEqual([200]);
		clock.advance(4 * SECOND);
		expect(await statuses(call, 3)).toEqual([200, 200, 429]);
		rate.enabled = false;
		expect(await statuses(call, 3)).toEqual([200, 200, 200]);
	});

	it('counts the last ten seconds where its window slides', async () => {
		const { clock, call } = await limited({ kind: 'sliding' });
		expect(await statuses(call, 1)).toEqual([200]);
		clock.advance(9 * SECOND);
		expect(await statuses(call, 2)).toEqual([200, 429]);
		clock.advance(2 * SECOND);
		expect(await statuses(call, 2)).toEqual([200, 429]);
	});

	it('lets a burst through a bucket, then as much as drops in', async () => {
		const { clock, call } = await limited({ kind: 'bucket', burst: 3 });
		expect(await statuses(call, 4)).toEqual([200, 200, 200, 429]);
		clock.advance(5 * SECOND);
		expect(await statuses(call, 2)).toEqual([200, 429]);
		clock.advance(60 * SECOND);
		expect(await statuses(call, 4)).toEqual([200, 200, 200, 429]);
	});
});

test('a time is written as vendors write it, in winter and in summer', () => {
	const winter = Date.UTC(2026, 0, 5, 9, 0, 0, 120);
	expect([isoUtc(winter), isoUtc(winter, false), isoBasic(winter)]).toEqual(['2026-01-05T09:00:00.120Z', '2026-01-05T09:00:00Z', '20260105T090000Z']);
	expect([isoIn('Europe/Stockholm', winter), isoIn('America/St_Johns', winter, false), isoIn('UTC', winter)]).toEqual(['2026-01-05T10:00:00.120+01:00', '2026-01-05T05:30:00-03:30', '2026-01-05T09:00:00.120+00:00']);
	expect(isoIn('Europe/Stockholm', Date.UTC(2026, 6, 1))).toBe('2026-07-01T02:00:00.000+02:00');
});

test('a page by its number says what comes next, and what is wrong with it when it is asked to', () => {
	const pager = new Pager(new Faults(new Random('pages')), new ManualClock());
	const page = (number: number, fault: Fault | null = null) => pager.numbered({ fault } as never, ['a', 'b', 'c', 'd', 'e'], { number, size: 2 });
	expect(page(1)).toEqual({ rows: ['a', 'b'], number: 1, next: 2, pages: 3, total: 5 });
	expect(page(3)).toMatchObject({ rows: ['e'], next: null });
	expect(page(9)).toMatchObject({ rows: [], next: null });
	expect(page(2, { kind: 'endsEarly' })).toMatchObject({ rows: ['c', 'd'], next: null });
	expect(page(2, { kind: 'rowSkipped' }).rows).toEqual(['c']);
	expect(page(2, { kind: 'emptyPage' })).toMatchObject({ rows: [], next: 3 });
	expect(linkTo('http://127.0.0.1:1', { url: '/x/jobs?state=open&page=2' } as never, { page: 3, state: null })).toBe('http://127.0.0.1:1/x/jobs?page=3');
});

test('a JSON:API document has its relationships, what is included once, and a body that fits its path', () => {
	const person: Shown = { type: 'candidates', id: '7', attributes: { name: 'Jo' }, relations: {} };
	const rows: Shown[] = ['1', '2'].map((id) => ({ type: 'applications', id, attributes: {}, relations: { candidate: { type: 'candidates', id: '7' }, job: null } }));
	expect(resourceObject(rows[0] as Shown)).toEqual({ id: '1', type: 'applications', attributes: {}, relationships: { candidate: { data: { type: 'candidates', id: '7' } }, job: { data: null } } });
	expect(included(rows, 'candidate,job', () => person)).toEqual([person]);
	expect(() => included(rows, 'nobody', () => person, (name) => { throw new Error(name); })).toThrow('nobody');
	expect(readDocument({ data: { type: 'applications', id: '1', relationships: { stage: { data: { type: 'stages', id: '3' } } } } }, 'applications', '1')).toEqual({ attributes: {}, relations: { stage: { type: 'stages', id: '3' } } });
	expect(() => readDocument({ data: { type: 'jobs' } }, 'applications', null)).toThrow(ApiError);
	expect(bracketed({ 'filter[created-at][from]': 'a', 'filter[created-at][to]': 'b', 'filter[status]': 'c', 'page[size]': '5' }, 'filter')).toEqual({ 'created-at': { from: 'a', to: 'b' }, status: 'c' });
});

test('a simulator is held against its document: requests, forms and answers', async () => {
	const violations: Array<Omit<Violation, 'service'>> = [];
	const tools = { validate: true, violation: (one: Omit<Violation, 'service'>) => void violations.push(one), readForm: async () => [{ name: 'age', text: 'old' }] } as unknown as Tools;
	const json = (schema: object) => ({ content: { 'application/json': { schema } } });
	const document = () => new OpenApi({
		paths: {
			'/v1/things': {
				get: { operationId: 'list', parameters: [{ in: 'query', name: 'size', schema: { type: 'integer' } }], responses: { 200: json({ type: 'object', required: ['rows'] }) } },
				post: { operationId: 'add', requestBody: { content: { 'multipart/form-data': { schema: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, age: { type: 'integer' } } } } } }, responses: {} },
			},
		},
	});
	const app = Fastify();
	app.decorateRequest('fault', null);
	app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
	guard(app, tools, document, { prefix: '/vendor', documentPrefix: '/v1', refuse: (errors) => new ApiError(422, { errors }) });
	app.setErrorHandler(async (error, _request, reply) => await reply.code(error instanceof ApiError ? error.status : 500).send(error instanceof ApiError ? error.body : { error }));
	app.get('/vendor/things', async (request) => (request.url.includes('size=2') ? { row: [] } : { rows: [] }));
	app.get('/vendor/others', async () => ({}));
	app.post('/vendor/things', async () => ({}));
	const said = async (method: 'GET' | 'POST', url: string, type?: string) => {
		violations.length = 0;
		const { statusCode } = await app.inject({ method, url, ...(type === undefined ? {} : { headers: { 'content-type': type }, payload: 'x' }) });
		return [statusCode, ...violations.map(({ where, operation, errors }) => `${where} ${String(operation)}: ${errors.join('; ')}`)];
	};
	expect(await said('GET', '/vendor/things?size=1')).toEqual([200]);
	expect(await said('GET', '/vendor/things?size=2')).toEqual([200, "answer list: : must have required property 'rows'"]);
	expect(await said('GET', '/vendor/things?sise=1')).toEqual([422, 'request list: query: must NOT have additional properties (sise)']);
	expect(await said('GET', '/vendor/others')).toEqual([422, 'request null: no such operation']);
	expect(await said('POST', '/vendor/things', 'multipart/form-data; boundary=x')).toEqual([422, "request add: form: must have required property 'name'"]);
});
