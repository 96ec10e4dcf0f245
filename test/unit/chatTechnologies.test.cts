import type { IAllExecuteFunctions, ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { ChatTechnologiesApi as Credential } from '../../credentials/ChatTechnologiesApi.credentials';
import { CursorRefused, type FeedSource } from '../../lib/ats/source';
import { filled, provider, toCandidate, toEntry, toMessage } from '../../nodes/ChatTechnologies/provider';
import { connectChatTechnologies, type Settings } from '../../nodes/ChatTechnologies/api';
import { decode, errorOf } from '../../nodes/ChatTechnologies/envelope';
import { withCredential } from '../../nodes/ChatTechnologies/headers';
import { useClock } from '../../lib/clock';
import { flat, typedRelations } from '../../lib/http/jsonApi';
import { flatCandidate, flatChange, writable, CANDIDATE_RULES } from '../../nodes/ChatTechnologies/records';

/** The dossier's fixtures, section 5.5: made from its rules, not captured. */
const F1 = { data: [{ id: 'm1' }, { id: 'm2' }], metadata: { cursors: { previous: null, next: 'c2' } } };
const F2 = { data: [{ id: 'm3' }], metadata: { cursors: { previous: 'c1', next: null } } };
const F3 = { status_code: 200, status: 'OK', service: 'chatrecruit', resource: 'Messages', operation: 'all', data: [], meta: { cursors: { next: null } }, links: { next: null } };
const F4 = { data: { id: '9f1c', type: 'companies', attributes: { name: 'Acme Corp', locale: 'en', website: 'https://acme.example' }, relationships: { manager: { data: { type: 'users', id: '1' } } } } };
const F5 = { data: [{ id: '7', type: 'activities', attributes: { code: 'note', 'created-at': '2024-01-02T03:04:05+01:00', data: '{"note":"hi"}' }, relationships: { candidate: { data: { type: 'candidates', id: '5' } } } }] };
const F6 = { errors: [{ status: '422', title: "can't be blank", detail: "name - can't be blank", code: '100', source: { pointer: '/data/attributes/name' } }] };
const F7 = { status_code: 401, error: 'Unauthorized', type_name: 'UnauthorizedError', message: 'Unauthorized request', detail: '', ref: '' };
const F9 = '<html><title>Login</title></html>';
const F10 = { data: [{ id: 'm1' }], metadata: { cursors: { next: 'again' } } };
const F11 = { data: [{ id: '1', type: 'roles', attributes: {} }], links: { next: 'https://elsewhere.example/roles?page=2' } };

const BASE = 'https://api.chattechnologies.com';
const CREDENTIAL = { apiKey: 'ct_secret_key', authScheme: 'bearer', appId: 'app', consumerId: 'customer', serviceId: '', baseUrl: BASE, candidatesPath: '/candidates', changesPath: '/changes', messageTemplate: '', extraHeaders: '{}' };

interface Played {
	status?: number;
	body?: unknown;
	headers?: Record<string, string>;
}

/** A host whose network plays these answers, the last one for ever. */
function hostOf(answers: Played[], credential: ICredentialDataDecryptedObject = CREDENTIAL) {
	const requests: IHttpRequestOptions[] = [];
	const host = {
		getCredentials: async () => credential,
		helpers: {
			httpRequestWithAuthentication: async (_type: string, request: IHttpRequestOptions) => {
				requests.push(request);
				const { status = 200, body, headers = {} } = answers.length > 1 ? answers.shift()! : answers[0]!;
				return { statusCode: status, headers, body: typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body) };
			},
		},
	};
	return { host: host as unknown as IAllExecuteFunctions, requests };
}

async function apiFor(answers: Played[], settings: Settings = {}) {
	const { host, requests } = hostOf(answers);
	return { api: await connectChatTechnologies(host, { settings }), requests };
}

async function all<Row>(pages: AsyncIterable<readonly Row[]>): Promise<Row[]> {
	const rows: Row[] = [];
	for await (const page of pages) rows.push(...page);
	return rows;
}

let restoreClock = () => {};
beforeAll(() => void (restoreClock = useClock({ now: () => Date.now(), sleep: async () => {} })));
afterAll(() => restoreClock());

describe('an answer is read by looking at it', () => {
	it.each<[string, unknown, unknown]>([
		['F1: a page with a cursor', F1, { rows: F1.data, next: { cursor: 'c2' } }],
		['F2: the last page', F2, { rows: F2.data, next: null }],
		['F3: the other envelope, empty', F3, { rows: [], next: null }],
		['F4: one record in JSON:API', F4, { rows: [F4.data], next: null }],
		['F8: nothing', undefined, { rows: [], next: null }],
		['null', null, { rows: [], next: null }],
		['a bare list', [{ id: 1 }, 'x'], { rows: [{ id: 1 }, { value: 'x' }], next: null }],
		['a bare record', { id: 'm1', body: 'hi' }, { rows: [{ id: 'm1', body: 'hi' }], next: null }],
		['data that is null', { data: null }, { rows: [], next: null }],
		['a link as text', { data: [], links: { next: '/roles?page=2' } }, { rows: [], next: { link: '/roles?page=2' } }],
		['a link as an object', { data: [], links: { next: { href: `${BASE}/roles?page=2` } } }, { rows: [], next: { link: `${BASE}/roles?page=2` } }],
		['a cursor in meta', { data: [], meta: { cursors: { next: 'm2' } } }, { rows: [], next: { cursor: 'm2' } }],
		['a cursor that is null, before a link', { data: [], metadata: { cursors: { next: null } }, links: { next: '/more' } }, { rows: [], next: null }],
		['the documented cursor before the other', { data: [], metadata: { cursors: { next: 'a' } }, meta: { cursors: { next: 'b' } } }, { rows: [], next: { cursor: 'a' } }],
		['meta without cursors, before a link', { data: [], meta: { 'record-count': 3 }, links: { next: '/more' } }, { rows: [], next: { link: '/more' } }],
	])('%s', (_what, body, expected) => expect(decode(body)).toEqual(expected));

	it('F4, F5: JSON:API becomes flat, keys keep their hyphens, what was recorded is unpacked', () => {
		expect(decode(F4).rows.map(flat)).toEqual([{ id: '9f1c', type: 'companies', managerId: '1', name: 'Acme Corp', locale: 'en', website: 'https://acme.example' }]);
		expect(decode(F5).rows.map(flatChange)).toEqual([{ id: '7', type: 'activities', candidateId: '5', code: 'note', 'created-at': '2024-01-02T03:04:05+01:00', data: { note: 'hi' } }]);
		expect(flatChange({ code: 'x', data: '{broken' })).toEqual({ code: 'x', data: '{broken' });
	});

	it('nothing of a record is lost or overwritten when it becomes flat', () => {
		const row = {
			id: '1',
			type: 'candidates',
			extra: true,
			attributes: { id: 'inner', type: 'inner', email: 'a@b.c' },
			relationships: { roles: { data: [{ type: 'roles', id: 2 }, { type: 'roles', id: '3' }] }, manager: { data: null }, team: { links: { related: '/x' } } },
		};
		expect(flat(row)).toEqual({ id: '1', type: 'candidates', extra: true, email: 'a@b.c', rolesIds: ['2', '3'], managerId: null, attributes: { id: 'inner', type: 'inner' } });
		// A plain record may have a type, or even attributes, of its own.
		for (const plain of [{ id: 'm1', type: 'sms', body: 'hi' }, { id: 'm1', attributes: { a: 1 } }]) expect(flat(plain)).toBe(plain);
	});

	it('what an answer includes is put with the record that names it', () => {
		const body = { data: [...F5.data, { id: '8', type: 'activities', attributes: {} }], included: [{ id: '5', type: 'candidates', attributes: { email: 'a@b.c' } }, { id: '5', type: 'users', attributes: {} }] };
		expect(decode(body).rows.map(flat)).toMatchObject([{ id: '7', candidateId: '5', candidate: { id: '5', type: 'candidates', email: 'a@b.c' } }, { id: '8' }]);
		expect(decode(body).rows[1]).not.toHaveProperty('included');
	});
});

describe('an error is found in either envelope', () => {
	const error = (status: number, body?: unknown, headers: Record<string, string> = {}) => errorOf({ status, body, headers, sentAt: 0, tookMs: 0 });
	it.each<[string, number, unknown, object]>([
		['F6', 422, F6, { message: "name - can't be blank (/data/attributes/name)", code: '100', cause: 'configuration-invalid' }],
		['F7', 401, F7, { message: 'Unauthorized request', code: 'UnauthorizedError', cause: 'credential-invalid', hint: expect.stringContaining('consumer ID') }],
		['F6 in a good answer', 200, F6, { message: "name - can't be blank (/data/attributes/name)" }],
		['F7 in a good answer', 200, F7, { message: 'Unauthorized request', cause: 'credential-invalid' }],
		['several', 422, { errors: [{ title: 'one' }, { detail: 'two' }, {}] }, { message: 'one; two' }],
		['an error object', 500, { error: { message: 'Broken', code: 'E1' } }, { message: 'Broken', code: 'E1', cause: 'temporarily-unavailable' }],
		['a detail that is an object', 400, { detail: { a: 1 }, title: 'Bad' }, { message: 'Bad' }],
		['text', 402, 'Pay, please', { message: expect.stringContaining('subscription'), hint: expect.stringContaining('It said: Pay, please'), cause: 'quota-exhausted' }],
		['nothing', 429, undefined, { message: 'Chat Technologies refuses more calls for now', cause: 'rate-limited' }],
		['a code that is not documented', 418, {}, { message: 'Chat Technologies answered 418' }],
	])('%s', (_what, status, body, expected) => expect(error(status, body)).toMatchObject(expected));

	it('and none where there is none', () => {
		for (const body of [F1, F3, { data: [], errors: [] }, { data: [], errors: [{ title: 'a warning' }] }, { errors: [] }, undefined, []]) expect(error(200, body)).toBeUndefined();
	});

	it('the id of the call is kept for the support', () => expect(error(500, {}, { 'x-ct-request-id': 'r-1' })).toMatchObject({ requestId: 'r-1' }));
});

describe('lists', () => {
	it('F1 then F2: the cursor leads on until it is null, and the limit goes with every call', async () => {
		const { api, requests } = await apiFor([{ body: F1 }, { body: F2 }], { pageSize: 300 });
		expect(await all(api.list('/messages'))).toEqual([{ id: 'm1' }, { id: 'm2' }, { id: 'm3' }]);
		expect(requests.map(({ url }) => url)).toEqual([`${BASE}/messages?limit=300`, `${BASE}/messages?limit=300&cursor=c2`]);
	});

	it('F9: a page of HTML is an error that shows its beginning', async () => {
		const { api } = await apiFor([{ body: F9 }]);
		await expect(all(api.list('/messages'))).rejects.toThrow('Expected JSON but got: <html><title>Login</title></html>');
	});

	it('F10: a cursor that comes again is an error', async () => {
		const { api } = await apiFor([{ body: F10 }, { body: { ...F10, data: [{ id: 'm2' }] } }]);
		await expect(all(api.list('/messages'))).rejects.toThrow('same page cursor twice');
	});

	it('the same page under ever new cursors is an error, and so are empty pages for ever', async () => {
		const { host } = hostOf([]);
		const play = (rows: unknown[]) => {
			let next = 0;
			host.helpers.httpRequestWithAuthentication = (async () => ({ statusCode: 200, headers: {}, body: JSON.stringify({ data: rows, metadata: { cursors: { next: `c${++next}` } } }) })) as typeof host.helpers.httpRequestWithAuthentication;
		};
		const api = await connectChatTechnologies(host, {});
		play([{ id: 'm1' }]);
		await expect(all(api.list('/messages'))).rejects.toThrow('the same page again and again');
		play([]);
		await expect(all(api.list('/messages'))).rejects.toThrow('nothing but empty pages');
	});

	it('F11: a link to another server is not followed', async () => {
		const { api, requests } = await apiFor([{ body: F11 }]);
		await expect(all(api.list('/roles'))).rejects.toThrow('pointed to another server');
		expect(requests).toHaveLength(1);
	});

	it('a link on the same server is followed as it is, also a relative one', async () => {
		const { api, requests } = await apiFor([{ body: { data: [{ id: '1' }], links: { next: '/roles?page%5Bafter%5D=x' } } }, { body: { data: [{ id: '2' }], links: {} } }]);
		expect(await all(api.list('/roles', { sort: 'name' }))).toHaveLength(2);
		expect(requests[1]?.url).toBe(`${BASE}/roles?page%5Bafter%5D=x`);
	});

	it('F8: a deletion without a body has succeeded', async () => {
		const { api, requests } = await apiFor([{ status: 204 }]);
		expect(await api.remove('/messages/m%2F1', 'm/1')).toEqual({ id: 'm/1', deleted: true });
		expect(requests[0]).toMatchObject({ method: 'DELETE', url: `${BASE}/messages/m%2F1` });
		expect(requests[0]?.body).toBeUndefined();
	});
});

describe('headers', () => {
	it('are those of the documentation, and of the examples with the Token scheme', async () => {
		expect(withCredential({}, CREDENTIAL)).toEqual({ Authorization: 'Bearer ct_secret_key', 'ct-app-id': 'app', 'ct-consumer-id': 'customer' });
		expect(withCredential({ 'ct-consumer-id': 'other', 'ct-raw': 'true' }, { ...CREDENTIAL, apiKey: ' k ', authScheme: 'token', appId: '', serviceId: 'chatrecruit' })).toEqual({ Authorization: 'Token token=k', 'ct-consumer-id': 'other', 'ct-service-id': 'chatrecruit', 'ct-raw': 'true' });
		expect(withCredential({ 'Content-Type': 'application/vnd.api+json', authorization: 'mine' }, { ...CREDENTIAL, extraHeaders: { 'content-type': 'application/json' } })).toMatchObject({ 'content-type': 'application/json', Authorization: 'Bearer ct_secret_key' });
		const { authenticate } = new Credential();
		if (typeof authenticate !== 'function') throw new Error('It is a function');
		expect((await authenticate(CREDENTIAL, { url: '/company', headers: { Accept: 'x' } })).headers).toMatchObject({ Accept: 'x', Authorization: 'Bearer ct_secret_key' });
		await expect(authenticate({ ...CREDENTIAL, baseUrl: 'http://evil.example' }, { url: '/' })).rejects.toThrow('must start with https://');
	});

	it.each<[ICredentialDataDecryptedObject, string]>([
		[{ apiKey: '' }, '"API Key" in the credential is empty'],
		[{ apiKey: 'a\r\nX: b' }, '"API Key" holds characters'],
		[{ appId: '' }, '"App ID" in the credential is empty'],
		[{ consumerId: 'żółw' }, '"Consumer ID" holds characters'],
		[{ extraHeaders: '[]' }, 'not a JSON object'],
		[{ extraHeaders: '{"ct-app-id": "x"}' }, '"ct-app-id" cannot be one of the "Extra Headers"'],
		[{ extraHeaders: '{"a b": "x"}' }, '"a b" in "Extra Headers" is not a header name'],
		[{ extraHeaders: '{"X-A": {}}' }, '"X-A" in "Extra Headers" is not text'],
	])('%o is refused', (bad, message) => expect(() => withCredential({}, { ...CREDENTIAL, ...bad })).toThrow(message));
});

describe('writing', () => {
	it('leaves out what is read-only, and what is only taken on creation', () => {
		const given = { email: 'a@b.c', merge: true, referred: true, 'original-resume': 'x', 'consent-future-jobs-at': 'x', 'facebook-profile': 'x', 'linkedin-profile': 'x', 'referring-site': 'x', 'send-welcome-message': true, phone: undefined };
		const readOnly = ['referred', 'original-resume', 'consent-future-jobs-at', 'facebook-profile', 'linkedin-profile', 'referring-site'];
		expect(writable(given, CANDIDATE_RULES, true)).toEqual({ sent: { email: 'a@b.c', merge: true, 'send-welcome-message': true }, dropped: readOnly });
		expect(writable(given, CANDIDATE_RULES, false)).toEqual({ sent: { email: 'a@b.c', merge: true }, dropped: [...readOnly, 'send-welcome-message'] });
	});

	it('takes relations with or without data around them', () => {
		expect(typedRelations({ manager: { type: 'users', id: 1 }, teams: { data: [{ type: 'teams', id: '2' }] }, none: null }, 'Relations')).toEqual({ manager: { data: { type: 'users', id: '1' } }, teams: { data: [{ type: 'teams', id: '2' }] }, none: { data: null } });
	});
});

describe('the unified model', () => {
	it('tells a candidate, null for what is not told and empty for what is not there', () => {
		const row = { id: '5', type: 'candidates', attributes: { 'first-name': 'Ada', email: 'a@b.c', phone: '', tags: ['x'], 'created-at': '2024-01-02T03:04:05.678+01:00', resume: 'https://signed' } };
		const ada = { provider: 'chatTechnologies', id: '5', firstName: 'Ada', lastName: null, emails: [{ type: 'NOT_SPECIFIED', email: 'a@b.c' }], phones: [], links: null, tags: [{ id: null, text: 'x' }], createdAt: '2024-01-02T02:04:05.678Z', updatedAt: null };
		expect(toCandidate(row)).toMatchObject(ada);
		expect(toCandidate({ id: '5', ...row.attributes })).toMatchObject(ada);
		expect(flatCandidate(row)).not.toHaveProperty('resume');
		expect(provider.normalize?.(row)).toMatchObject({ kind: 'candidate', value: ada });
		expect(provider.normalize?.({ data: row })).toMatchObject({ kind: 'candidate' });
		for (const other of [null, 'x', {}, { id: '1', type: 'jobs' }, { data: [row, row] }, { type: 'candidates' }]) expect(provider.normalize?.(other)).toBeNull();
	});

	it('tells a message under whatever names the set-up uses', () => {
		expect(toMessage({ id: 'm1', body: 'Hi', subject: 'S', status: 'delivered', 'created-at': '2024-01-02T03:04:05+01:00' })).toMatchObject({ id: 'm1', mail: { subject: 'S', text: 'Hi', html: null, status: 'delivered' }, delivered: true, createdAt: '2024-01-02T02:04:05.000Z', candidate: null });
		expect(toMessage({ id: 'm1', type: 'messages', attributes: { text: 'Hi' } })).toMatchObject({ mail: { text: 'Hi' }, delivered: null });
		expect(toMessage({ id: 7 })).toMatchObject({ id: '7', mail: null, createdAt: null });
	});

	it('writes a message by the template of the set-up, values never becoming JSON', () => {
		const message = { candidateId: '5', text: 'Say "hi" {subject}' };
		expect(filled('{"to": {"id": "{candidateId}"}, "lines": ["{subject}", "{text}"], "n": 1}', message)).toEqual({ to: { id: '5' }, lines: ['', 'Say "hi" {subject}'], n: 1 });
		for (const bad of ['', '{', '[]', '{"body": "no text"}']) expect(() => filled(bad, message)).toThrow(bad === '' ? 'not known what a message looks like' : 'not a JSON object with {text}');
	});

	it('F5: tells an entry of the feed, in either envelope', () => {
		const activity = { id: '7', code: 'note', createdAt: '2024-01-02T02:04:05.000Z', data: { note: 'hi' }, candidateId: '5', jobId: null, userId: null };
		const entry = { id: '7', at: Date.UTC(2024, 0, 2, 2, 4, 5), applicationId: null, activity };
		expect(decode(F5).rows.map((row) => toEntry(row))).toEqual([entry]);
		expect(toEntry({ id: '7', code: 'note', 'created-at': '2024-01-02T03:04:05+01:00', data: '{"note":"hi"}', candidate_id: '5' })).toEqual(entry);
		expect(toEntry({ code: 'x' })).toEqual({ id: null, at: null, applicationId: null, activity: { id: null, code: 'x', createdAt: null, data: null, candidateId: null, jobId: null, userId: null } });
	});
});

describe('the feed of changes', () => {
	async function feed(answers: Played[], credential: ICredentialDataDecryptedObject = CREDENTIAL): Promise<{ source: FeedSource; requests: IHttpRequestOptions[] }> {
		const { host, requests } = hostOf(answers, credential);
		const source = await provider.changes?.(host as never, { models: [], jobIds: [], raw: false }, { credential: 'chatTechnologiesApi', settings: {} });
		if (source?.kind !== 'feed') throw new Error('It is a feed');
		return { source, requests };
	}

	it('is read page by page, with the time of the answer and what could not be read', async () => {
		const { source, requests } = await feed([{ body: { data: [...F5.data, { id: '9', foo: 1 }], links: { next: `${BASE}/changes?page=2` } }, headers: { date: 'Tue, 02 Jan 2024 03:00:00 GMT' } }, { body: { data: [], links: {} } }]);
		const page = await source.readPage({ cursor: null });
		expect(page).toMatchObject({ entries: [{ id: '7' }], unreadable: [{ id: '9' }], date: Date.UTC(2024, 0, 2, 3), tookMs: expect.any(Number) });
		expect(await source.readPage({ cursor: page.next ?? null })).toMatchObject({ entries: [], next: null, date: null });
		expect(requests.map(({ url }) => url)).toEqual([`${BASE}/changes?limit=50`, `${BASE}/changes?page=2`]);
		expect(requests).toHaveLength(2);
	});

	it('begins again where the service no longer knows the page, and says so of nothing else', async () => {
		const gone = await feed([{ status: 422, body: F6 }]);
		await expect(gone.source.readPage({ cursor: 'cursor:c9' })).rejects.toBeInstanceOf(CursorRefused);
		await expect(gone.source.readPage({ cursor: null })).rejects.not.toBeInstanceOf(CursorRefused);
		const refused = await feed([{ status: 401, body: F7 }]);
		await expect(refused.source.readPage({ cursor: 'cursor:c9' })).rejects.not.toBeInstanceOf(CursorRefused);
	});

	it('names the path that is not documented when there is no feed, and is another feed for another customer', async () => {
		const { source } = await feed([{ status: 404, body: {} }], { ...CREDENTIAL, changesPath: '/activities' });
		await expect(source.probe()).rejects.toThrow('has no feed of changes at /activities');
		expect(source.scope).toEqual([`${BASE}/activities`, 'customer', '']);
		expect(source.scope.join()).not.toContain('ct_secret_key');
	});
});
