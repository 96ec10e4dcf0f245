import { ManualClock, startSandbox, type Sandbox } from '../../sandbox/index.cts';

/* The simulator is as strict as Lever is known to be: what it lets pass, a client of ours may do. */

type Json = Record<string, unknown>;
const clock = new ManualClock();
let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox({ seed: 'lever', jobs: 30, applications: 300, services: ['lever'], listen: false, clock });
});
beforeEach(() => clock.advance(60_000));
afterAll(async () => await sandbox.close());

async function call(method: 'GET' | 'POST' | 'PUT', url: string, payload?: Json, key = sandbox.keys['lever'] ?? ''): Promise<{ status: number; body: Json }> {
	const answer = await sandbox.inject({ method, url: `/lever/v1${url}`, headers: { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`, ...(payload ? { 'content-type': 'application/json' } : {}) }, ...(payload ? { payload: JSON.stringify(payload) } : {}) });
	return { status: answer.statusCode, body: answer.json() as Json };
}
const rowsOf = async (url: string): Promise<Json[]> => (await call('GET', url)).body['data'] as Json[];

test('a list hides confidential opportunities and postings unless it is asked for all', async () => {
	const [some, all] = [await rowsOf('/opportunities?limit=100'), await rowsOf('/opportunities?limit=100&confidentiality=all')];
	expect(some.every(({ confidentiality }) => confidentiality === 'non-confidential')).toBe(true);
	expect(all.some(({ confidentiality }) => confidentiality === 'confidential')).toBe(true);
	expect((await rowsOf('/postings')).length).toBeLessThan((await rowsOf('/postings?confidentiality=all')).length);
});

test('a create without perform_as, a page of more than 100 and a foreign offset token are refused', async () => {
	expect(await call('POST', '/opportunities', { name: 'Ada Larsen' })).toMatchObject({ status: 400, body: { message: 'perform_as is required' } });
	expect((await call('GET', '/opportunities?limit=101')).status).toBe(400);
	expect(await call('GET', '/opportunities?offset=abc')).toMatchObject({ status: 400, body: { message: 'Invalid offset token' } });
	const { body } = await call('GET', '/opportunities?limit=5&confidentiality=all');
	expect(await call('GET', `/opportunities?limit=5&offset=${String(body['next'])}`)).toMatchObject({ status: 400, body: { message: 'Invalid offset token' } });
	expect((await call('GET', '/opportunities/deleted')).status).toBe(400);
	expect(await call('GET', '/opportunities', undefined, 'wrong')).toMatchObject({ status: 401, body: { code: 'Unauthorized' } });
});

test('more than ten calls a second are refused once the burst is used up, without a word about how long to wait', async () => {
	const statuses = await Promise.all(Array.from({ length: 25 }, async () => (await call('GET', '/stages')).status));
	expect(statuses.filter((status) => status === 429)).toHaveLength(5);
	clock.advance(1000);
	expect((await call('GET', '/stages')).status).toBe(200);
});

test('moves, archives and interviews move updatedAt; offers, files and notes do not', async () => {
	const [row] = await rowsOf('/opportunities?limit=1&archived=false');
	const id = String(row?.['id']);
	const since = async () => Number(((await call('GET', `/opportunities/${id}`)).body['data'] as Json)['updatedAt']);
	const before = await since();
	await call('POST', `/opportunities/${id}/notes`, { value: 'Call back' });
	expect(await since()).toBe(before);
	const reason = (await rowsOf('/archive_reasons')).find(({ type }) => type === 'hired');
	const hired = await call('PUT', `/opportunities/${id}/archived`, { reason: reason?.['id'] });
	expect(hired.body['data']).toMatchObject({ archived: { reason: reason?.['id'] } });
	expect(await since()).toBe(clock.now());
	expect((await call('PUT', `/opportunities/${id}/archived`, { reason: null })).body['data']).toMatchObject({ archived: null });
});

test('what is answered holds against the document that there is', async () => {
	for (const url of ['/opportunities?confidentiality=all', '/postings?confidentiality=all', '/stages', '/archive_reasons', '/tags']) expect([url, (await call('GET', url)).status]).toEqual([url, 200]);
	for (const row of await rowsOf('/opportunities?confidentiality=all&limit=5')) {
		for (const part of ['', '/offers', '/interviews', '/applications', '/files', '/resumes']) expect((await call('GET', `/opportunities/${String(row['id'])}${part}`)).status).toBe(200);
		clock.advance(1000);
	}
	expect(sandbox.violations.filter(({ where }) => where === 'answer')).toEqual([]);
});
