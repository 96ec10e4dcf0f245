/** What the kit owes every operation of every service, shown on Kombo in n8n's engine. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { useClock } from '../../lib/clock';
import { listSearch, runNode } from './harness/index.cts';
import { byId, must, startKombo, type Kombo } from './support/kombo.cts';

let kombo: Kombo;
/** What was waited for, in seconds; waiting takes no time. */
let waits: number[] = [];
const restoreClock = useClock({
	now: () => Date.now(),
	sleep: async (ms, signal) => {
		signal?.throwIfAborted();
		waits.push(Math.round(ms / 100) / 10);
	},
});

beforeAll(async () => {
	kombo = await startKombo({ jobs: 4, applications: 600 });
});
beforeEach(() => {
	waits = [];
});
afterEach(() => {
	kombo.sandbox.faults.clear();
});
afterAll(async () => {
	restoreClock();
	await kombo.sandbox.close();
	expect(kombo.sandbox.violations).toEqual([]);
});

const applications = () => kombo.sandbox.world.applications.alive();
const notesOf = (id: string) => kombo.sandbox.world.notes.by('applicationId', id);
const addNote = { applicationId: byId('={{ $json.id }}'), content: '={{ $json.note }}' };
const itemFor = (index: number, note = `note ${index}`) => ({ json: { id: must(applications()[index]).id, note } });
const missing = { json: { id: 'nobody', note: 'x' } };
/** Requests since a mark, as `GET 200`. */
const sent = (mark: number) => kombo.requests(mark).map(({ method, status }) => `${method} ${status}`);

describe('several items', () => {
	it('each run once, and the output is in their order and paired with them, however long each takes', async () => {
		kombo.sandbox.faults.next([{ kind: 'slow', ms: 60 }, { kind: 'slow', ms: 30 }, { kind: 'slow', ms: 1 }]);
		const chosen = [11, 12, 13, 14].map((index) => must(applications()[index]).id);
		const { items } = await kombo.run('application', 'get', { id: byId('={{ $json.id }}') }, { items: chosen.map((id) => ({ json: { id } })) });
		expect(items.map(({ json, pairedItem }) => [json.id, pairedItem])).toEqual(chosen.map((id, item) => [id, { item }]));
	});

	it('that give several rows each keep them together', async () => {
		const jobs = kombo.sandbox.world.jobs.alive().slice(0, 3);
		const { items } = await kombo.run('application', 'getAll', { returnAll: true, filters: { jobIds: '={{ $json.job }}' } }, { items: jobs.map(({ id }) => ({ json: { job: id } })) });
		const expected = jobs.flatMap(({ id }, item) => applications().filter(({ jobId }) => jobId === id).map(() => ({ item })));
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(expected);
	});

	it('without continuing, the failure of one stops the node and names the item', async () => {
		const { error, items } = await kombo.run('application', 'addNote', addNote, { items: [itemFor(0), missing, itemFor(1)], mayFail: true });
		expect(error).toMatchObject({ name: 'NodeApiError', httpCode: '404', message: 'There is no application with the id "nobody".', context: { itemIndex: 1 } });
		expect(items).toEqual([]);
	});

	it('with continuing, the failing one yields its error with its pairing, and the others run', async () => {
		const { items, error } = await kombo.run('application', 'addNote', addNote, { items: [itemFor(2), missing, itemFor(3)], onError: 'continueRegularOutput' });
		expect(error).toBeUndefined();
		expect(items).toMatchObject([
			{ json: { success: true }, pairedItem: { item: 0 } },
			{ json: { error: 'There is no application with the id "nobody".' }, pairedItem: { item: 1 } },
			{ json: { success: true }, pairedItem: { item: 2 } },
		]);
	});

	it('the failing one can go to the error output', async () => {
		const { items, errorOutput } = await kombo.run('application', 'addNote', addNote, { items: [missing, itemFor(4)], onError: 'continueErrorOutput' });
		expect(items).toMatchObject([{ json: { success: true }, pairedItem: { item: 1 } }]);
		expect(errorOutput).toMatchObject([{ json: { error: 'There is no application with the id "nobody".' }, pairedItem: { item: 0 } }]);
	});
});

describe('a field that cannot be read', () => {
	it.each([
		['JSON of the last item', { ...addNote, options: { remoteFields: '={{ $json.remote }}' } }, [{ json: { note: 'a', remote: '{}' } }, { json: { note: 'b', remote: '{"a":' } }], '"Remote Fields (JSON)" is not valid JSON'],
		['an empty ID', { ...addNote, applicationId: byId('={{ $json.nothing }}') }, [{ json: { note: 'a' } }], '"Application" is empty'],
		['an object where text is due', { ...addNote, applicationId: byId('x'), content: '={{ $json }}' }, [{ json: { note: 'a' } }], '"Note" is not text'],
		['a list that an expression left empty', { filters: { ids: '={{ [] }}' }, operation: 'getAll' }, [{ json: {} }], '"IDs" is an empty list; leave it out to get all'],
		['a list that a model left empty', { filters: { ids: '={{ "[]" }}' }, operation: 'getAll' }, [{ json: {} }], '"IDs" is an empty list; leave it out to get all'],
		['a choice of several that an expression left empty', { filters: { outcomes: '={{ $json.none }}' }, operation: 'getAll' }, [{ json: { none: [] } }], 'is an empty list; leave it out to get all'],
		['an ID that is the word null', { ...addNote, applicationId: byId('null') }, [{ json: { note: 'a' } }], '"Application" is the word "null"'],
		['an option', { ...addNote, applicationId: byId('x'), options: { maxConcurrency: '={{ "many" }}' } }, [{ json: { note: 'a' } }], '"Max Concurrency" is not a whole number'],
	])('%s is named before the first request', async (_what, parameters, items, message) => {
		const mark = kombo.sandbox.requests.length;
		const withIds = items.map(({ json }) => ({ json: { ...json, id: must(applications()[0]).id } }));
		const { error } = await kombo.run('application', 'addNote', parameters, { items: withIds, mayFail: true });
		expect(error?.message).toContain(message);
		expect(error?.description).toBeTruthy();
		expect(kombo.requests(mark)).toEqual([]);
	});

	it('stops only its own item when the node continues', async () => {
		const items = [itemFor(5), { json: { ...itemFor(6).json, note: '' } }];
		const outcome = await kombo.run('application', 'addNote', addNote, { items, onError: 'continueRegularOutput' });
		expect(outcome.json).toEqual([expect.objectContaining({ success: true, warnings: [] }), { error: '"Note" is empty' }]);
	});
});

describe('lists', () => {
	it('give exactly as many as the limit asks for, over page borders too', async () => {
		for (const limit of [1, 250, 251, 600]) {
			expect(await kombo.json('application', 'getAll', { limit })).toHaveLength(Math.min(limit, applications().length));
		}
	});

	it('without a limit set give fifty', async () => {
		expect(await kombo.json('application', 'getAll')).toHaveLength(50);
	});

	it('are never silently short: a failing page fails the node', async () => {
		kombo.sandbox.faults.next({ kind: 'status', status: 403 }, { skip: 1 });
		const { error, items } = await kombo.run('application', 'getAll', { returnAll: true }, { mayFail: true });
		expect(error).toMatchObject({ httpCode: '403' });
		expect(items).toEqual([]);
	});

	it('go on after an empty page that has a next one', async () => {
		kombo.sandbox.faults.next({ kind: 'emptyPage' }, { skip: 1 });
		expect(await kombo.json('application', 'getAll', { returnAll: true })).toHaveLength(applications().length);
	});

	it('end with an error when the cursor repeats, instead of never', async () => {
		kombo.sandbox.faults.next({ kind: 'repeatedCursor' }, { skip: 1, times: 3 });
		const { error } = await kombo.run('application', 'getAll', { returnAll: true }, { mayFail: true });
		expect(error?.message).toContain('the same page cursor twice');
	});

	it('stop being fetched when the execution is cancelled', async () => {
		const mark = kombo.sandbox.requests.length;
		kombo.sandbox.faults.next({ kind: 'slow', ms: 300 }, { skip: 1, times: 5 });
		let cancel = () => {};
		const cancelAfter = new Promise<void>((resolve) => {
			cancel = resolve;
		});
		const running = kombo.run('application', 'getAll', { returnAll: true }, { cancelAfter, mayFail: true });
		while (kombo.requests(mark).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
		cancel();
		expect((await running).cancelled).toBe(true);
		await new Promise((resolve) => setTimeout(resolve, 400));
		expect(kombo.requests(mark)).toHaveLength(2);
	});
});

describe('faults', () => {
	const job = () => ({ id: byId(must(kombo.sandbox.world.jobs.alive()[0]).id) });
	const read = async () => await kombo.run('job', 'get', job(), { mayFail: true });
	const write = async (index: number) => await kombo.run('application', 'addNote', addNote, { items: [itemFor(index, 'fault')], mayFail: true });

	it.each([
		['a refusal with the seconds to wait', { kind: 'status', status: 429, retryAfter: 7 }, 7],
		['a refusal with a date to wait for', { kind: 'status', status: 429, retryAfter: 30, retryAfterAs: 'date' }, 30],
		['an ATS that is down', { kind: 'status', status: 503 }, undefined],
		['an error in a success, of a kind that was not run', { kind: 'errorInSuccess' }, undefined],
	] as const)('%s: reads and writes are sent again', async (_what, day, wait) => {
		for (const [index, attempt] of [read, async () => await write(20)].entries()) {
			waits = [];
			const mark = kombo.sandbox.requests.length;
			kombo.sandbox.faults.next(day);
			const { error } = await attempt();
			expect(error).toBeUndefined();
			expect(kombo.requests(mark)).toHaveLength(2);
			if (wait !== undefined) expect(Math.abs(must(waits[0]) - wait)).toBeLessThanOrEqual(1);
			expect([index, waits.length]).toEqual([index, 1]);
		}
	});

	it('a refusal that asks for an hour fails at once and says when to come again', async () => {
		kombo.sandbox.faults.next({ kind: 'status', status: 429, retryAfter: 3600 });
		expect((await read()).error).toMatchObject({ httpCode: '429', failure: { cause: 'rate-limited', retryAfterMs: 900_000 } });
		expect(waits).toEqual([]);
		expect((await read()).error).toBeUndefined();
	});

	it('more refusals with a stated wait than there are attempts are waited for', async () => {
		kombo.sandbox.faults.next({ kind: 'status', status: 429, retryAfter: 9 }, { times: 7 });
		expect((await read()).error).toBeUndefined();
		expect(waits.filter((wait) => Math.abs(wait - 9) < 1)).toHaveLength(7);
	});

	it('waits 1, 2 and 4 seconds, give or take, and then tells the refusal', async () => {
		const mark = kombo.sandbox.requests.length;
		kombo.sandbox.faults.next({ kind: 'status', status: 429, message: 'Slow down' }, { times: 9 });
		const { error } = await read();
		expect(error).toMatchObject({ httpCode: '429', message: 'Slow down', failure: { cause: 'rate-limited' } });
		expect(error?.description).toContain('run later');
		expect(kombo.requests(mark)).toHaveLength(4);
		for (const [index, seconds] of [1, 2, 4].entries()) {
			expect(must(waits[index]) / seconds).toBeGreaterThanOrEqual(0.7);
			expect(must(waits[index]) / seconds).toBeLessThanOrEqual(1.3);
		}
	});

	it.each([
		['an internal error', { kind: 'status', status: 500 }],
		['a bad gateway in HTML', { kind: 'html', status: 502 }],
		['a cut connection', { kind: 'cut' }],
		['a lost answer', { kind: 'lostAnswer' }],
		['half an answer', { kind: 'halfPage' }],
	] as const)('%s: a read is sent again, a write is not, and says that nobody knows', async (_what, day) => {
		kombo.sandbox.faults.next(day);
		expect((await read()).error).toBeUndefined();

		const mark = kombo.sandbox.requests.length;
		kombo.sandbox.faults.next(day);
		const { error } = await write(21);
		expect(kombo.requests(mark)).toHaveLength(1);
		expect(error?.description).toContain('It is not known whether the service carried this out');
	});

	it('a host that is not there is tried again, for writes too, since nothing has reached it', async () => {
		const gone = { komboApi: { ...kombo.credentials.komboApi, baseUrl: 'http://127.0.0.1:9/v1' } };
		const { error } = await kombo.run('application', 'addNote', addNote, { items: [itemFor(0)], credentials: gone, mayFail: true });
		expect(error?.message).toContain('refused the connection');
		expect(error?.description).toMatch(/whether n8n can reach it.*ECONNREFUSED/);
		expect(waits).toHaveLength(3);
	});

	it.each([400, 401, 402, 403, 404, 409, 422])('a %i is not sent again', async (status) => {
		const mark = kombo.sandbox.requests.length;
		kombo.sandbox.faults.next({ kind: 'status', status, message: 'No' });
		const { error } = await read();
		expect(error).toMatchObject({ httpCode: String(status), message: 'No' });
		expect(sent(mark)).toEqual([`GET ${status}`]);
	});

	it('a page of HTML is shown, not taken for data', async () => {
		kombo.sandbox.faults.next({ kind: 'html' });
		expect((await read()).error).toBeUndefined();
		kombo.sandbox.faults.next({ kind: 'html' }, { times: 4 });
		const { error } = await read();
		expect(error).toMatchObject({ failure: { cause: 'temporarily-unavailable' } });
		expect(error?.message).toMatch(/^Expected JSON but got: <!DOCTYPE html>/);
		expect(error?.description).toContain('Something between n8n and the service');
	});

	it('JSON that is broken is an error', async () => {
		kombo.sandbox.faults.next({ kind: 'brokenJson' }, { times: 4 });
		expect((await read()).error?.message).toMatch(/^Expected JSON but got/);
	});

	it('a redirect on the same server is followed, and one to another server is not', async () => {
		const { id } = must(kombo.sandbox.world.jobs.alive()[0]);
		kombo.sandbox.faults.next({ kind: 'redirect', to: `${kombo.sandbox.urls.kombo}/ats/jobs?ids=${id}` });
		expect((await read()).json).toMatchObject([{ id }]);

		let reached = 0;
		const other = createServer((_request, response) => {
			reached++;
			response.end('{}');
		});
		await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
		const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/v1`;
		kombo.sandbox.faults.next({ kind: 'redirect', to: elsewhere });
		const { error } = await read();
		await new Promise((resolve) => other.close(resolve));
		expect(error?.message).toContain('redirected to another server');
		expect(reached).toBe(0);
	});

	it('a write is followed once when the redirect keeps it, and never otherwise', async () => {
		const { id } = must(applications()[30]);
		const there = `${kombo.sandbox.urls.kombo}/ats/applications/${id}/notes`;
		kombo.sandbox.faults.next({ kind: 'redirect', to: there, status: 307 });
		expect((await write(30)).json).toEqual([expect.objectContaining({ success: true, warnings: [] })]);
		expect(notesOf(id).filter(({ html }) => html === 'fault')).toHaveLength(1);
		kombo.sandbox.faults.next({ kind: 'redirect', to: there, status: 302 });
		expect((await write(30)).error?.message).toContain('redirected in a way that cannot be followed');
		expect(notesOf(id).filter(({ html }) => html === 'fault')).toHaveLength(1);
	});

	it('dropdowns tell the same errors', async () => {
		kombo.sandbox.faults.next({ kind: 'status', status: 403, message: 'Not allowed' });
		await expect(listSearch('kombo', 'searchJobs', {}, { credentials: kombo.credentials })).rejects.toMatchObject({ message: 'Not allowed', httpCode: '403' });
	});
});

describe('what a service says', () => {
	const evil = '<img src=x onerror="alert(1)"> <a href="https://evil.example">Log in again</a>';

	it('is text in a warning and in what an error says to do, which n8n shows as HTML', async () => {
		kombo.sandbox.faults.next({ kind: 'status', status: 200, body: { status: 'success', data: {}, warnings: [{ message: evil }] } });
		const { run } = await kombo.run('application', 'addNote', addNote, { items: [itemFor(0)] });
		const [hint] = must(run.data.resultData.runData.Node?.[0]).hints ?? [];
		expect(hint?.message).toContain('&lt;img src=x');
		expect(hint?.message).not.toMatch(/<[a-z]/i);
		const { error } = await kombo.run('application', 'getAll', { filters: { updatedAfter: evil } }, { mayFail: true });
		expect(error?.description).toContain('&lt;img');
		expect(error?.description).not.toMatch(/<[a-z]/i);
	});
});

describe('secrets', () => {
	it('never leave in an error, even when the service repeats them', async () => {
		const komboApi = { ...kombo.credentials.komboApi, apiKey: 'ks_prod_VerySecretKey123' };
		const key = komboApi.apiKey;
		kombo.sandbox.faults.next({ kind: 'status', status: 401, message: `The key ${key} is wrong (Authorization: Bearer ${key})` }, { times: 2 });
		const { error, run } = await kombo.run('job', 'getAll', {}, { credentials: { komboApi }, mayFail: true });
		expect(error?.message).toContain('[redacted]');
		expect(JSON.stringify(run)).not.toContain(key);
		expect(JSON.stringify([error, error?.message, error?.description, error?.cause, error?.stack])).not.toContain(key);

		const continued = await kombo.run('job', 'getAll', {}, { credentials: { komboApi }, onError: 'continueRegularOutput' });
		expect(JSON.stringify([continued.items, continued.run])).not.toContain(key);
	});

	it('leave only in the header, and not for the address of a file', async () => {
		const withFile = must(kombo.sandbox.world.attachments.alive().find(({ applicationId }) => applicationId));
		const headers: Array<Record<string, unknown>> = [];
		const files = createServer((request, response) => {
			headers.push(request.headers);
			response.end('bytes');
		});
		await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
		const data_url = `http://127.0.0.1:${(files.address() as AddressInfo).port}/signed`;
		const answer = { status: 'success', data: { results: [{ type: 'CV', id: 'a', remote_id: '1', data_url, file_name: 'cv.pdf', content_type: 'application/pdf', remote_created_at: null, remote_updated_at: null }] }, warnings: [] };
		kombo.sandbox.faults.next({ kind: 'status', status: 200, body: answer }, { path: '/attachments' });
		const { items } = await kombo.run('application', 'getAttachments', { applicationId: byId(must(withFile.applicationId)) });
		await new Promise((resolve) => files.close(resolve));
		expect(items[0]?.binary?.data?.fileName).toBe('cv.pdf');
		expect(headers).toHaveLength(1);
		expect(headers[0]).not.toHaveProperty('authorization');
		expect(headers[0]).not.toHaveProperty('x-integration-id');
	});

	it('an expired file address is told as such', async () => {
		const withFile = must(kombo.sandbox.world.attachments.alive().find(({ applicationId }) => applicationId));
		const answer = { status: 'success', data: { results: [{ type: 'CV', id: 'a', remote_id: '1', data_url: `${kombo.sandbox.url}/files/gone/cv.pdf`, file_name: 'cv.pdf', content_type: 'application/pdf', remote_created_at: null, remote_updated_at: null }] }, warnings: [] };
		kombo.sandbox.faults.next({ kind: 'status', status: 200, body: answer }, { path: '/attachments' });
		const { error } = await kombo.run('application', 'getAttachments', { applicationId: byId(must(withFile.applicationId)) }, { mayFail: true });
		expect(error?.message).toBe('The file "cv.pdf" cannot be had. The file could not be fetched: its server answered 403');
		expect(error?.description).not.toContain('gone');
	});
});

describe('how many calls run at once', () => {
	const items = (count: number) => Array.from({ length: count }, (_, index) => itemFor(index, 'many'));

	it('is never more than the vendor takes, and no item fails', async () => {
		const mark = kombo.sandbox.requests.length;
		await kombo.sandbox.control('kombo/settings', { concurrencyLimit: 30, actionTime: 3 });
		const { json } = await kombo.run('application', 'addNote', addNote, { items: items(200) });
		expect(json).toHaveLength(200);
		expect(sent(mark)).toEqual(Array.from({ length: 200 }, () => 'POST 200'));
	});

	it('follows a lower limit that the vendor states, after few refusals', async () => {
		const mark = kombo.sandbox.requests.length;
		await kombo.sandbox.control('kombo/settings', { concurrencyLimit: 3, actionTime: 3 });
		const { json } = await kombo.run('application', 'addNote', addNote, { items: items(100) });
		expect(json.every(({ success }) => success === true)).toBe(true);
		// The node starts with four at once, before it knows better.
		expect(sent(mark).filter((one) => one === 'POST 429').length).toBeLessThanOrEqual(3);
		await kombo.sandbox.control('kombo/settings', { concurrencyLimit: 30, actionTime: 0 });
	});

	it('is what the user allows at most, and grows from few to there', async () => {
		let now = 0;
		let most = 0;
		const seen: number[] = [];
		const slow = createServer((_request, response) => {
			now++;
			seen.push(now);
			most = Math.max(most, now);
			setTimeout(() => {
				now--;
				response.setHeader('content-type', 'application/json');
				response.end('{"status":"success","data":{"results":[],"next":null}}');
			}, 5);
		});
		await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
		const credentials = { komboApi: { ...kombo.credentials.komboApi, baseUrl: `http://127.0.0.1:${(slow.address() as AddressInfo).port}` } };
		const run = async (options: object) => {
			most = 0;
			seen.length = 0;
			await runNode('kombo', { resource: 'tag', operation: 'getAll', options: options as never }, { credentials, items: Array.from({ length: 120 }, () => ({})) });
			return { most, first: Math.max(...seen.slice(0, 4)) };
		};
		expect((await run({ maxConcurrency: 2 })).most).toBe(2);
		const free = await run({});
		expect(free.most).toBeGreaterThan(4);
		expect(free.most).toBeLessThanOrEqual(30);
		expect(free.first).toBeLessThanOrEqual(4);
		await new Promise((resolve) => slow.close(resolve));
	});
});
