import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault } from '../../sandbox/faults.cts';
import { ManualClock, startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { errorBody, errorOf } from '../../sandbox/kombo/errors.cts';
import { komboDocument } from '../../sandbox/kombo/guard.cts';
import { sign } from '../../sandbox/kombo/webhooks.cts';
import { integrationIdOf } from '../../sandbox/kombo/state.cts';

let sandbox: Sandbox;

beforeEach(async () => {
	sandbox = await startSandbox({ seed: 'bad', jobs: 5, applications: 60, clock: new ManualClock(), services: ['kombo'] });
});

afterEach(async () => {
	const { violations } = sandbox;
	await sandbox.close();
	expect(violations).toEqual([]);
});

const headers = (): Record<string, string> => ({ authorization: `Bearer ${sandbox.keys['kombo'] ?? ''}`, 'x-integration-id': integrationIdOf(sandbox.world) });
const get = async (path: string): Promise<Response> => await fetch(`${sandbox.urls['kombo']}${path}`, { headers: headers(), redirect: 'manual' });
const send = async (method: string, path: string, body: unknown): Promise<Response> => await fetch(`${sandbox.urls['kombo']}${path}`, { method, headers: { ...headers(), 'content-type': 'application/json' }, body: JSON.stringify(body) });
const rowsOf = async (response: Response): Promise<{ next: string | null; ids: string[] }> => {
	const { data } = (await response.json()) as { data: { next: string | null; results: Array<{ id: string }> } };
	return { next: data.next, ids: data.results.map((row) => row.id) };
};
const LIST = '/ats/applications?page_size=25';

test('429 tells when to come back, in seconds or as a date, in the words of the vendor', async () => {
	sandbox.faults.next([{ kind: 'status', status: 429, retryAfter: 7 }, { kind: 'status', status: 429, retryAfter: 90, retryAfterAs: 'date' }]);
	const seconds = await get(LIST);
	expect([seconds.status, seconds.headers.get('retry-after')]).toEqual([429, '7']);
	expect(await seconds.json()).toMatchObject({ status: 'error', error: { code: 'PLATFORM.RATE_LIMIT_EXCEEDED' } });
	const date = await get(LIST);
	expect(Date.parse(date.headers.get('retry-after') ?? '')).toBe(sandbox.world.clock.now() + 90_000);
	expect((await get(LIST)).status).toBe(200);
});

test.each([500, 502, 503, 504])('%i comes once and only where it was asked for', async (status) => {
	sandbox.faults.next({ kind: 'status', status }, { path: '/ats/applications', skip: 1 });
	expect((await get('/ats/jobs')).status).toBe(200);
	expect((await get(LIST)).status).toBe(200);
	expect((await get(LIST)).status).toBe(status);
	expect((await get(LIST)).status).toBe(200);
});

test('a page of HTML, a redirect elsewhere and a success that failed come as asked', async () => {
	sandbox.faults.next([{ kind: 'html' }, { kind: 'redirect', to: 'https://elsewhere.example/x', status: 307 }, { kind: 'errorInSuccess' }]);
	expect((await get(LIST)).headers.get('content-type')).toContain('text/html');
	const redirect = await get(LIST);
	expect([redirect.status, redirect.headers.get('location')]).toEqual([307, 'https://elsewhere.example/x']);
	const failed = await get(LIST);
	expect([failed.status, ((await failed.json()) as { status: string }).status]).toEqual([200, 'error']);
});

test('a connection can be cut before, within and after an answer', async () => {
	const application = sandbox.world.applications.rows[0]?.id ?? '';
	const note = { content: 'once', content_type: 'PLAIN_TEXT' };
	const notes = (): number => sandbox.world.journal.filter((entry) => entry.model === 'note').length;

	sandbox.faults.next({ kind: 'cut' });
	await expect(send('POST', `/ats/applications/${application}/notes`, note)).rejects.toThrow();
	expect(notes()).toBe(0);
	sandbox.faults.next({ kind: 'lostAnswer' });
	await expect(send('POST', `/ats/applications/${application}/notes`, note)).rejects.toThrow();
	expect(notes()).toBe(1);
	sandbox.faults.next({ kind: 'halfPage' });
	const half = await get(LIST);
	expect(half.status).toBe(200);
	await expect(half.text()).rejects.toThrow();
	sandbox.faults.next({ kind: 'brokenJson' });
	await expect((await get(LIST)).json()).rejects.toThrow(/JSON/);
});

test.each<Fault['kind']>(['cut', 'lostAnswer', 'halfPage'])('%s can be played without a port too', async (kind) => {
	sandbox.faults.next({ kind } as Fault);
	const status = async (): Promise<number> => (await sandbox.inject({ url: `/kombo/v1${LIST}`, headers: headers() })).statusCode;
	await expect(status()).rejects.toThrow();
	expect(await status()).toBe(200);
});

test('a slow answer takes its time on the clock of the world', async () => {
	const before = sandbox.world.clock.now();
	sandbox.faults.next({ kind: 'slow', ms: 42_000 });
	expect((await get(LIST)).status).toBe(200);
	expect(sandbox.world.clock.now() - before).toBe(42_000);
});

test('pages can repeat their cursor, come empty, repeat a row or leave one out', async () => {
	const clean = await rowsOf(await get(LIST));
	const second = `${LIST}&cursor=${clean.next ?? ''}`;

	sandbox.faults.next({ kind: 'repeatedCursor' });
	expect((await rowsOf(await get(second))).next).toBe(clean.next);
	sandbox.faults.next({ kind: 'emptyPage' });
	const empty = await rowsOf(await get(LIST));
	expect([empty.ids, typeof empty.next]).toEqual([[], 'string']);
	expect((await rowsOf(await get(`${LIST}&cursor=${empty.next ?? ''}`))).ids).toEqual(clean.ids);
	sandbox.faults.next({ kind: 'rowTwice' });
	expect((await rowsOf(await get(LIST))).ids).toEqual([clean.ids[0], ...clean.ids]);
	sandbox.faults.next({ kind: 'rowSkipped' });
	const skipped = await rowsOf(await get(LIST));
	expect(skipped.ids).toEqual(clean.ids.slice(0, -1));
	expect((await rowsOf(await get(`${LIST}&cursor=${skipped.next ?? ''}`))).ids).not.toContain(clean.ids.at(-1));
	sandbox.faults.next({ kind: 'endsEarly' });
	expect(await rowsOf(await get(LIST))).toEqual({ next: null, ids: clean.ids });
	sandbox.faults.next({ kind: 'nothing' });
	expect(await rowsOf(await get(LIST))).toEqual({ next: null, ids: [] });
});

test('a cursor expires, on request and with time, and serves no other filters', async () => {
	const { next } = await rowsOf(await get(LIST));
	sandbox.faults.next({ kind: 'expiredCursor' });
	const refused = await get(`${LIST}&cursor=${next ?? ''}`);
	expect([refused.status, await refused.json()]).toMatchObject([400, { error: { code: 'PLATFORM.INPUT_INVALID' } }]);
	expect((await get(`${LIST}&cursor=${next ?? ''}&outcomes=HIRED`)).status).toBe(400);
	expect((await get(`${LIST}&cursor=${next ?? ''}`)).status).toBe(200);
	(sandbox.world.clock as ManualClock).advance(25 * 60 * 60 * 1000);
	expect((await get(`${LIST}&cursor=${next ?? ''}`)).status).toBe(400);
});

test('lists come in any order', async () => {
	const ascending = (await rowsOf(await get('/ats/applications?page_size=250'))).ids;
	sandbox.faults.order = 'descending';
	expect((await rowsOf(await get('/ats/applications?page_size=250'))).ids).toEqual([...ascending].reverse());
	sandbox.faults.order = 'random';
	const scattered = (await rowsOf(await get('/ats/applications?page_size=250'))).ids;
	expect([...scattered].sort()).toEqual([...ascending].sort());
	expect(scattered).not.toEqual(ascending);
	sandbox.faults.order = 'changedDescending';
	const touched = sandbox.world.applications.rows[30]?.id ?? '';
	(sandbox.world.clock as ManualClock).advance(1000);
	sandbox.world.change('application', touched, { source: 'Elsewhere' }, 'test');
	expect((await rowsOf(await get('/ats/applications?page_size=250'))).ids[0]).toBe(touched);
});

test('under a probability some requests suffer, the same ones with the same seed', async () => {
	const play = async (): Promise<number[]> => {
		const one = await startSandbox({ seed: 'dice', jobs: 1, applications: 1, listen: false, services: ['kombo'] });
		one.faults.often([{ kind: 'status', status: 500 }, { kind: 'status', status: 503 }], 0.3);
		const statuses: number[] = [];
		for (let i = 0; i < 60; i++) statuses.push((await one.inject({ url: '/kombo/v1/check-api-key', headers: { authorization: `Bearer ${one.keys['kombo'] ?? ''}` } })).statusCode);
		await one.close();
		return statuses;
	};
	const first = await play();
	expect(await play()).toEqual(first);
	expect(new Set(first)).toEqual(new Set([200, 500, 503]));
});

test('the Date header follows the clock of the world, or lies, or is missing', async () => {
	const dateOf = async (): Promise<number> => Date.parse((await get(LIST)).headers.get('date') ?? '');
	expect(await dateOf()).toBe(sandbox.world.clock.now());
	sandbox.faults.dateSkew = -3_600_000;
	expect(await dateOf()).toBe(sandbox.world.clock.now() - 3_600_000);
	sandbox.faults.dateSkew = 'none';
	expect((await get(LIST)).headers.get('date')).toBeNull();
	sandbox.faults.dateSkew = 0;
	sandbox.faults.next([{ kind: 'noDate' }, { kind: 'wrongDate', by: 60_000 }]);
	expect((await get(LIST)).headers.get('date')).toBeNull();
	expect(await dateOf()).toBe(sandbox.world.clock.now() + 60_000);
});

test('actions beyond the concurrency limit are refused, and reads are not', async () => {
	const other = await startSandbox({ seed: 'many', jobs: 2, applications: 20, services: ['kombo'] });
	await other.control('kombo/settings', { concurrencyLimit: 3, actionTime: 400 });
	const call = async (path: string): Promise<Response> => await fetch(`${other.urls['kombo']}${path}`, { headers: { authorization: `Bearer ${other.keys['kombo'] ?? ''}`, 'x-integration-id': integrationIdOf(other.world) } });
	const id = other.world.applications.rows[0]?.id ?? '';
	const answers = await Promise.all([1, 2, 3, 4, 5].map(async () => await call(`/ats/applications/${id}/attachments`)));
	expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 200, 429, 429]);
	expect(answers.every((answer) => answer.headers.get('concurrency-limit') === '3')).toBe(true);
	const remaining = answers.filter((answer) => answer.status === 200).map((answer) => answer.headers.get('concurrency-remaining'));
	expect(remaining.sort()).toEqual(['0', '1', '2']);
	const refused = answers.find((answer) => answer.status === 429);
	expect(await refused?.json()).toMatchObject({ error: { code: 'PLATFORM.CONCURRENCY_LIMIT_EXCEEDED' } });
	expect((await call('/ats/applications')).headers.get('concurrency-limit')).toBeNull();
	await other.close();
});

test('what a client gets wrong is answered as Kombo would, and written down', async () => {
	const wrong = await Promise.all([get('/ats/applications?page_size=251'), get('/ats/applications?updated_after=2026-01-01T00:00:00%2B02:00'), get('/ats/applications?nonsense=1'), get('/ats/nothing'), send('PUT', '/ats/applications/x/stage', { stage: 'x' }), send('POST', '/connect/create-link', { end_user_email: 'a@b.example', end_user_organization_name: 'x', surprise: 1 })]);
	expect(wrong.map((answer) => answer.status)).toEqual([400, 400, 400, 404, 400, 400]);
	expect(sandbox.violations.map((violation) => violation.where)).toEqual(Array(6).fill('request'));
	expect(sandbox.violations.flatMap((violation) => violation.errors)).toContain('body/surprise: not in the document');
	sandbox.violations.length = 0;
});

test("every error the sandbox plays has the form of Kombo's", () => {
	const operation = komboDocument().find('GET', '/ats/applications');
	if (!operation) throw new Error('the document lacks the operation');
	const check = (body: unknown): string[] => komboDocument().checkAnswer(operation, 400, body);
	expect([400, 401, 403, 404, 409, 418, 429, 500, 502, 503, 504].flatMap((status) => check(errorOf(status)))).toEqual([]);
	expect(check(errorBody('ATS.JOB_CLOSED', 'closed'))).toEqual([]);
	expect(check(errorBody('ATS.MADE_UP', 'no such code'))).not.toEqual([]);
});

test('key, integration, scope and setup are looked at before anything is emitted', async () => {
	const ask = async (more: Record<string, string>): Promise<unknown> => {
		const answer = await fetch(`${sandbox.urls['kombo']}/ats/offers`, { headers: { ...headers(), ...more } });
		return [answer.status, ((await answer.json()) as { error?: { code: string } }).error?.code];
	};
	expect(await ask({ authorization: 'Bearer no' })).toEqual([401, 'PLATFORM.AUTHENTICATION_INVALID']);
	expect(await ask({ 'x-integration-id': 'greenhouse:other' })).toEqual([404, 'PLATFORM.INTEGRATION_NOT_FOUND']);
	await sandbox.control('kombo/settings', { setup: 'FINAL_SYNC_PENDING' });
	expect(await ask({})).toEqual([409, 'INTEGRATION.SETUP_SYNC_PENDING']);
	await sandbox.control('kombo/settings', { setup: 'COMPLETED', status: 'INACTIVE' });
	expect(await ask({})).toEqual([400, 'INTEGRATION.INACTIVE']);
	await sandbox.control('kombo/settings', { status: 'ACTIVE' });
	const withOffer = sandbox.world.offers.rows[0]?.applicationId ?? '';
	const offersOf = async (): Promise<number> => {
		const { data } = (await (await get(`/ats/applications?ids=${withOffer}`)).json()) as { data: { results: Array<{ offers: unknown[] }> } };
		return data.results[0]?.offers.length ?? -1;
	};
	expect(await offersOf()).toBeGreaterThan(0);
	await sandbox.control('kombo/scope', { models: { ats_offers: false } });
	expect(await ask({})).toEqual([400, 'INTEGRATION.MODEL_DISABLED']);
	expect(await offersOf()).toBe(0);
	const details = (await (await get(`/integrations/${encodeURIComponent(integrationIdOf(sandbox.world))}`)).json()) as { data: { read_models: Array<{ id: string; is_available: boolean }> } };
	expect(details.data.read_models.find((model) => model.id === 'ats_offers')?.is_available).toBe(false);
	await sandbox.control('kombo/scope', { models: { ats_offers: true } });
	expect(await ask({})).toEqual([200, undefined]);
});

test('an uploaded file is read back byte for byte, from an address that dies', async () => {
	const application = sandbox.world.applications.rows[0]?.id ?? '';
	const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 256));
	const sent = await send('POST', `/ats/applications/${application}/attachments`, { attachment: { name: 'Zeugnis ä.bin', type: 'OTHER', content_type: 'application/x-thing', data: bytes.toString('base64') } });
	expect(sent.status).toBe(200);
	const listed = (await (await get(`/ats/applications/${application}/attachments`)).json()) as { data: { results: Array<{ data_url: string; file_name: string }> } };
	const file = listed.data.results.find((one) => one.file_name === 'Zeugnis ä.bin');
	const read = await fetch(file?.data_url ?? '');
	expect(read.headers.get('content-type')).toBe('application/x-thing');
	expect(Buffer.from(await read.arrayBuffer()).equals(bytes)).toBe(true);
	const copied = await send('POST', `/ats/applications/${application}/attachments`, { attachment: { name: 'copy', type: 'OTHER', data_url: file?.data_url } });
	expect(copied.status).toBe(200);
	(sandbox.world.clock as ManualClock).advance(16 * 60 * 1000);
	expect((await fetch(file?.data_url ?? '')).status).toBe(403);
	const tooLarge = await send('POST', `/ats/applications/${application}/attachments`, { attachment: { name: 'x.pdf', type: 'CV', content_type: 'application/pdf', data: Buffer.alloc(5_000_001).toString('base64') } });
	expect(await tooLarge.json()).toMatchObject({ error: { code: 'REMOTE.INPUT_INVALID' } });
});

test('the remote system behind the passthrough hears what was said, and answers in text, JSON or bytes', async () => {
	const through = async (body: unknown): Promise<{ status: number; data: unknown }> => ((await (await send('POST', '/passthrough/greenhouse/harvest', body)).json()) as { data: { status: number; data: unknown } }).data;
	expect((await through({ method: 'POST', path: '/x', params: { a: '1' }, data: { b: 2 } })).data).toMatchObject({ method: 'POST', params: { a: '1' }, data: { b: 2 } });
	expect((await through({ method: 'GET', path: '/status/418' })).status).toBe(418);
	expect(Buffer.from(String((await through({ method: 'GET', path: '/file', response_as_base64: true })).data), 'base64').toString()).toContain('%PDF');
	const form = [{ name: 'a', value: 'text' }, { name: 'f', value: { name: 'f.txt', content_type: 'text/plain', data: 'aGk=' } }];
	expect((await through({ method: 'POST', path: '/form', multipart_form_data: form })).data).toMatchObject({ form: [{ name: 'a', value: 'text' }, { name: 'f', size: 2, base64: 'aGk=' }] });
});

test("a webhook's signature is Kombo's", () => {
	// The test vector of the dossier, computed from Kombo's documentation.
	const body =
		'{"id":"Cbfk5sHtDxrSrJBRjsDtbaN9","type":"data-changed","data":{"integration_id":"sandbox:CBNMt7dSNCzBdnRTx87dev4E","integration_tool":"sandbox","integration_category":"ATS","changed_models":[{"name":"ats_applications"}]}}';
	expect(Buffer.byteLength(body)).toBe(221);
	expect(sign('kombo-test-secret', body)).toBe('ewQAiVd4SeXScJeRjB7wSYvjIYNr8E_QEycqaNZoZso');
});

test('changes are sent by a signed webhook, to those who want that event', async () => {
	const got: Array<{ signature: string; body: string }> = [];
	const receiver: Server = createServer((request, response) => {
		let body = '';
		request.on('data', (chunk: Buffer) => (body += chunk.toString()));
		request.on('end', () => {
			got.push({ signature: String(request.headers['x-kombo-signature']), body });
			response.end();
		});
	});
	await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
	const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
	await sandbox.control('kombo/settings', { webhookDelay: null });
	await sandbox.control('kombo/webhooks', { url, types: ['data-changed'] });
	const application = sandbox.world.applications.rows.find((row) => row.status === 'PENDING');
	sandbox.recruiter.step('move');
	sandbox.recruiter.step('tag');
	await sandbox.control('kombo/webhooks/flush', {});
	await sandbox.control('kombo/webhooks/send', { type: 'sync-finished' });
	await sandbox.control('kombo/webhooks/flush', {});
	expect(application).toBeDefined();
	expect(got).toHaveLength(1);
	expect(got[0]?.signature).toBe(sign(sandbox.credentials['kombo']?.['webhookSecret'] ?? '', got[0]?.body ?? ''));
	expect(JSON.parse(got[0]?.body ?? '{}')).toMatchObject({ type: 'data-changed', data: { integration_id: integrationIdOf(sandbox.world), changed_models: [{ name: 'ats_applications' }, { name: 'ats_join_candidates_tags' }] } });
	expect(sandbox.deliveries.sent.map((delivery) => delivery.status)).toEqual([200]);
	receiver.close();
});
