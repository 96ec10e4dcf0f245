/** Each attack runs through n8n's engine, or against the very function that reads what the attacker wrote, and throws when it gets through. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

import type { IAllExecuteFunctions } from 'n8n-workflow';

import { ApiError } from '../../lib/errors';
import { messageOf } from '../../lib/poll/failures';
import { useClock } from '../../lib/clock';
import { atOwnOrigin, fileUrl } from '../../lib/http/address';
import { fileNameIn } from '../../lib/http/headers';
import { HttpClient } from '../../lib/http/client';
import { exchange } from '../../lib/http/exchange';
import { pages } from '../../lib/http/pages';
import { parseJson } from '../../lib/http/json';
import { isSigned } from '../../lib/webhook/signature';
import { credentialsOf, providerEntries, serviceEntries } from '../providers/index.cts';
import { credentialsOn, descriptionOf, nodes } from '../engine/support/everyOperation.cts';
import { UNIFIED } from '../engine/support/nodes.cts';
import { RecordingProxy } from '../engine/support/recordingProxy.cts';
import { deliverTo, listSearch, loadOptions, runNode, runTool, serveWebhook, testCredential, webhookNode } from '../engine/harness/index.cts';
import { hostile, json, type Hostile } from './hostile.cts';

export interface Attack {
	id: string;
	title: string;
	run(): Promise<void>;
}

const KEY = 'kombo-secret-key-0123456789';
/** A value that the model behind an agent chooses. */
const FROM_AI = "={{ $fromAI('value', 'any', 'string') }}";

async function against<Result>(service: Promise<Hostile>, work: (service: Hostile) => Promise<Result>): Promise<Result> {
	const started = await service;
	try {
		return await work(started);
	} finally {
		await started.close();
	}
}

const kombo = async (origin: string, more: object = {}) =>
	await runNode('kombo', { resource: 'apiRequest', operation: 'send', method: 'GET', path: '/anything' }, { credentials: { komboApi: { region: 'custom', baseUrl: origin, apiKey: KEY, webhookSecret: 'hook', ...more } } });

const stream = async (url: string) => await new Promise<IncomingMessage>((resolve, reject) => void get(url, resolve).on('error', reject));
const raw = async (url: string) => {
	const body = await stream(url);
	return { statusCode: body.statusCode, headers: body.headers, body };
};

let bomb: Buffer | undefined;
/** 200 MB, packed once. */
const bombed = () => (bomb ??= gzipSync(Buffer.alloc(200_000_000, ' ')));

export const attacks: readonly Attack[] = [
	...['31536000', 'Fri, 31 Dec 9999 23:59:59 GMT', '99999999999999'].map((wait) => ({
		id: 'S1',
		title: `a refusal that asks to wait ${wait} is bounded and told`,
		run: async () =>
			await against(hostile((_request, response) => json(response, 429, { status: 'error', error: { code: 'PLATFORM.RATE_LIMIT_EXCEEDED' } }, { 'retry-after': wait })), async ({ origin }) => {
				const { error } = await kombo(origin);
				assert.ok(error && 'httpCode' in error && error.httpCode === '429');
				// Hosts before 2.36 do not know it.
				if ('failure' in error) assert.deepEqual(error.failure, { cause: 'rate-limited', retryAfterMs: 900_000 });
			}),
	})),
	{
		id: 'S2',
		title: 'a signature header of a million marks is refused before it is looked at',
		run: async () => {
			assert.equal(isSigned(Buffer.from('{}'), `${'='.repeat(1_000_000)}a`, 'hook'), false);
			const { status } = await webhookNode('komboTrigger', { events: ['data-changed'] }, { credentials: { komboApi: { region: 'eu', apiKey: KEY, webhookSecret: 'hook' } }, body: '{}', headers: { 'x-kombo-signature': `${'='.repeat(12_000)}a` } });
			assert.equal(status, 401);
		},
	},
	{
		id: 'S2',
		title: 'an unterminated text full of escapes is no JSON, in linear time',
		run: async () => void assert.throws(() => parseJson(`"${'\\"'.repeat(500_000)}1234567890123456`), SyntaxError),
	},
	{
		id: 'S3',
		title: 'no spelling of an inside address is a file address',
		run: async () => {
			const inside = ['http://127.1/', 'http://2130706433/', 'http://0177.0.0.1/', 'https://127.0.0.2/', 'https://[::ffff:127.0.0.1]/', 'https://[::1]/', 'https://0/', 'https://10.0.0.1/', 'https://172.31.255.1/', 'https://192.168.1.1/', 'https://169.254.169.254/latest', 'https://100.64.0.1/', 'https://[fd00::1]/', 'https://[fe80::1]/', 'https://[64:ff9b::a00:1]/', 'https://localhost./', 'https://redis/', 'https://metadata.google.internal/', 'http://files.example.com/', 'ftp://files.example.com/', 'file:///etc/passwd', 'https://user:pw@files.example.com/'];
			for (const address of inside) assert.throws(() => fileUrl(address, 'https://api.example.com/v1'), address);
			assert.equal(fileUrl('https://files.example.com/a?b=c', 'https://api.example.com/v1').href, 'https://files.example.com/a?b=c');
		},
	},
	{
		id: 'S3',
		title: 'a redirect of a download is checked like its first address, at every hop, and there are at most five',
		run: async () => {
			for (const location of ['http://10.0.0.1/secret', 'https://169.254.169.254/latest', 'http://[::ffff:a00:1]/', 'file:///etc/passwd', '/again']) {
				await against(hostile((_request, response) => void response.writeHead(302, { location }).end()), async ({ origin, seen }) => {
					await assert.rejects(clientOf(origin).download(`${origin}/file`));
					assert.equal(seen.length, location === '/again' ? 6 : 1);
					assert.ok(seen.every(({ authorization }) => authorization === undefined));
				});
			}
		},
	},
	...serviceEntries.flatMap((entry) => Object.keys(credentialsOf({ urls: { [entry.simulator]: 'http://127.0.0.1:1' }, credentials: { [entry.simulator]: {} } } as never, [entry])).map((type) => ({
		id: 'S4',
		title: `the test of ${type} takes no key to another server`,
		run: async () =>
			await against(hostile((_request, response) => json(response, 200, {})), async (thief) => {
				await against(hostile((_request, response) => void response.writeHead(302, { location: `${thief.origin}/stolen` }).end()), async ({ origin, seen }) => {
					const data = credentialsOf({ urls: { [entry.simulator]: origin }, credentials: { [entry.simulator]: { apiKey: KEY, clientId: 'client', clientSecret: KEY, appId: 'app', consumerId: 'consumer' } } } as never, [entry])[type];
					assert.ok(data);
					if (data.clientSecret !== undefined) Object.assign(data, { accessToken: KEY, oauthTokenData: { access_token: KEY, token_type: 'bearer' } });
					const verdict = await testCredential(type, data).catch(() => ({ status: 'Error' }));
					assert.ok(seen.length > 0, 'it asked nobody');
					assert.deepEqual(thief.seen.filter(({ authorization }) => authorization !== undefined), []);
					assert.ok(verdict.status === 'Error' || data.clientSecret !== undefined, 'it says that all is well');
				});
			}),
	}))),
	{
		id: 'S4',
		title: 'no key goes out over plain http',
		run: async () => {
			const { error } = await kombo('http://api.example.com');
			assert.match(String(error?.message), /https/);
			for (const type of ['komboApi', 'leverAtsApi']) assert.notEqual((await testCredential(type, { region: 'custom', baseUrl: 'http://192.0.2.1', apiKey: KEY })).status, 'OK');
		},
	},
	{
		id: 'S5',
		title: 'a byte every 20 milliseconds for ever ends with the time of the request',
		run: async () =>
			await against(hostile((_request, response) => {
				response.writeHead(200);
				const timer = setInterval(() => void response.write('x'), 20);
				response.on('close', () => clearInterval(timer));
			}), async ({ origin }) => void (await assert.rejects(exchange(async () => await raw(origin), { totalMs: 300, maxBytes: 1e9 }), /No whole answer/))),
	},
	{
		id: 'S5',
		title: 'a body that is larger than may be held is not read to its end, whether it says so or not',
		run: async () => {
			for (const headers of [{ 'content-length': '420000000' }, {}]) {
				await against(hostile((_request, response) => {
					response.writeHead(200, headers);
					const more = (): void => {
						while (!response.destroyed && response.write(Buffer.alloc(65_536)));
					};
					response.on('drain', more);
					more();
				}), async ({ origin }) => void (await assert.rejects(exchange(async () => await raw(origin), { totalMs: 60_000, maxBytes: 1_000_000 }), /larger than/)));
			}
		},
	},
	...['kombo', 'ats'].map((type) => ({
		id: 'S5',
		title: `a file that is larger than the node allows is not held, and is named (${type})`,
		run: async () => {
			let written = 0;
			await against(hostile((request, response) => {
				if (!request.url?.startsWith('/file')) return json(response, 200, { status: 'success', data: { next: null, results: [{ id: 'f1', remote_id: null, type: 'CV', file_name: 'cv.pdf', data_url: `http://${request.headers.host ?? ''}/file` }] } });
				response.writeHead(200, { 'content-type': 'application/pdf' });
				const more = (): void => {
					while (!response.destroyed && response.write(Buffer.alloc(65_536, '%PDF-'))) written += 65_536;
				};
				response.on('drain', more);
				return more();
			}), async ({ origin }) => {
				const way = type === 'ats' ? { provider: 'kombo', operation: 'downloadAttachments', outputField: 'data' } : { operation: 'getAttachments' };
				const { error } = await runNode(type, { resource: 'application', ...way, applicationId: { __rl: true, mode: 'id', value: 'a1' }, options: { maxFileMb: 2 } }, { credentials: { komboApi: { region: 'custom', baseUrl: origin, apiKey: KEY, integrationId: 'lever:1' } } });
				assert.match(String(error?.message), /^The file "cv.pdf" cannot be had.*larger than 2 MB/);
				assert.ok(written < 50_000_000);
			});
		},
	})),
	{
		id: 'S5',
		title: 'empty pages for ever end',
		run: async () => {
			let asked = 0;
			await assert.rejects(async () => {
				for await (const rows of pages(async () => ({ rows: [], next: String(++asked) }))) assert.equal(rows.length, 0);
			}, /empty pages/);
			assert.equal(asked, 100);
		},
	},
	{
		id: 'S7',
		title: 'two credentials share nothing in the process',
		run: async () => {
			assert.notEqual(clientOf('http://127.0.0.1:1', 'right').account, clientOf('http://127.0.0.1:1', 'wrong').account);
			assert.ok(!clientOf('http://127.0.0.1:1', KEY).account.includes(KEY));
		},
	},
	...['kombo', 'ats'].map((type) => ({
		id: 'S7',
		title: `somebody else's wrong key beside a right one is no error of the right one (${type})`,
		run: async () =>
			await against(hostile((request, response) => {
				const right = request.headers.authorization === `Bearer ${KEY}`;
				const person = { id: 'c1', remote_id: '1', first_name: 'Jane', last_name: 'Doe', email_addresses: [{ email_address: 'jane@example.com', type: null }], applications: [] };
				setTimeout(() => (right ? json(response, 200, { status: 'success', data: { next: null, results: [person] } }) : json(response, 401, { status: 'error', error: { code: 'PLATFORM.AUTHENTICATION_INVALID', message: 'no' } })), 50);
			}), async ({ origin }) => {
				const find = async (apiKey: string) =>
					await runNode(type, { ...(type === 'ats' ? { provider: 'kombo' } : { jobId: { __rl: true, mode: 'id', value: 'j1' } }), resource: 'candidate', operation: 'findOrCreate', email: 'jane@example.com', firstName: 'Jane', lastName: 'Doe' }, { credentials: { komboApi: { region: 'custom', baseUrl: origin, apiKey, integrationId: 'lever:1' } } });
				const [wrong, right] = await Promise.all([find('wrong-key-0123456789'), find(KEY)]);
				assert.ok(wrong.error);
				assert.equal(right.error, undefined);
				assert.equal(right.json.length, 1);
			}),
	})),
	{
		id: 'S7',
		title: "a colleague's wrong key does not slow down the CVs of a company",
		run: async () =>
			await against(hostile((request, response) => (request.headers.authorization === `Bearer ${KEY}` ? void response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF-1.4') : json(response, 401, {}))), async ({ origin }) => {
				const slept: number[] = [];
				const restore = useClock({ now: () => Date.now(), sleep: async (ms) => void slept.push(ms) });
				try {
					const cv = async (apiKey: string) => await runNode('flatchr', { resource: 'candidate', operation: 'downloadCv', find: 'key', key: 'candidates/1/cv', extension: 'pdf', outputField: 'data' }, { credentials: { flatchrApi: { apiBaseUrl: origin, careersBaseUrl: origin, apiKey, companyKey: 'c' } } });
					for (let times = 0; times < 5; times++) assert.ok((await cv('wrong-key-0123456789')).error);
					const { items, error } = await cv(KEY);
					assert.equal(error, undefined);
					assert.equal(items.length, 1);
					assert.deepEqual(slept, []);
				} finally {
					restore();
				}
			}),
	},
	{
		id: 'S6',
		title: 'no list of any node offers a value that n8n would run, nor an address that a browser would',
		run: async () => {
			const proxy = await RecordingProxy.open();
			const poison = (value: unknown, key = ''): unknown => {
				if (Array.isArray(value)) return value.map((one) => poison(one, key));
				if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, /^(links|_links|paging|meta|metadata)$/.test(name) ? inner : poison(inner, name)]));
				if (typeof value !== 'string') return value;
				if (/url$/i.test(key)) return `javascript:fetch("${value}")`;
				return /(^|[_-])(id|name|title|label|text|value|slug|email|code|shortcode|key|applicant)$|(Id|Name)$/i.test(key) ? `={{ $('Start').item.json["${value}"] }}` : value;
			};
			let offered = 0;
			try {
				const credentials = credentialsOn(proxy);
				for (const type of Object.keys(nodes)) {
					const text = JSON.stringify(descriptionOf(type).properties);
					const providers = type === UNIFIED ? providerEntries.map(({ provider }) => provider.name) : [''];
					for (const [kind, pattern] of [['search', /"searchListMethod":"(\w+)"/g], ['load', /"loadOptionsMethod":"(\w+)"/g]] as const) {
						for (const method of new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ''))) {
							for (const provider of providers) {
								const look = async () => (kind === 'search' ? (await listSearch(type, method, { provider }, { credentials })).results : await loadOptions(type, method, { provider }, { credentials })).map((one) => ({ url: undefined, ...one }));
								const recorded = await proxy.record(async () => await look().catch(() => []));
								offered += recorded.result.length;
								const poisoned = await proxy.replay(recorded.exchanges, async () => await look().catch(() => []), (exchange) => {
									const body = parseOr(exchange.body.toString('utf8'));
									return body === undefined ? exchange : { ...exchange, body: Buffer.from(JSON.stringify(poison(body))) };
								});
								for (const { value, name, url } of poisoned) assert.ok(!String(value).startsWith('=') && !name.startsWith('=') && (url === undefined || /^https?:/.test(String(url))), `${type} ${method} ${provider}: ${JSON.stringify({ value, name, url })}`);
							}
						}
					}
				}
			} finally {
				await proxy.close();
			}
			assert.ok(offered > 100, 'the lists offer something otherwise');
		},
	},
	{
		id: 'new',
		title: 'an answer of a few megabytes that would become gigabytes is not read as JSON, in a call and in a webhook',
		run: async () => {
			const body = `[${'{},'.repeat(2_000_000)}{}]`;
			await against(hostile((_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(body)), async ({ origin }) => assert.match(String((await kombo(origin)).error?.message), /more records than can be taken/));
			const { status } = await webhookNode('flatchrTrigger', { events: ['*'], addIds: false }, { credentials: { flatchrApi: { apiKey: KEY, companyKey: 'c' } }, body, node: { id: 'huge' } });
			assert.equal(status, 413);
			const delivered = async (data: string) => await webhookNode('flatchrTrigger', { events: ['*'], addIds: false }, { credentials: { flatchrApi: { apiKey: KEY, companyKey: 'c' } }, body: `{"event":"new_message","data":${data}}`, node: { id: 'deep' } });
			assert.equal((await delivered(`${'{"a":['.repeat(10_000)}${']}'.repeat(10_000)}`)).status, 413);
			assert.equal((await delivered(`"${'[{'.repeat(10_000)}"`)).items?.length, 1);
		},
	},
	{
		id: 'new',
		title: 'an error page without an end is read only as far as it says what is wrong',
		run: async () =>
			await against(hostile((_request, response) => {
				response.writeHead(400, { 'content-type': 'text/html' });
				const more = (): void => {
					while (!response.destroyed && response.write(Buffer.alloc(65_536, '<')));
				};
				response.on('drain', more);
				more();
			}), async ({ origin }) => {
				const { error } = await kombo(origin);
				assert.ok(error && error.message.length < 1_000 && 'httpCode' in error && error.httpCode === '400');
			}),
	},
	{
		id: 'new',
		title: 'a success that says that nothing is left until the year 33658 holds up nobody',
		run: async () =>
			await against(hostile((_request, response) => json(response, 200, { status: 'success', data: {} }, { 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1000000000000000', 'concurrency-limit': '-5', 'retry-after': '1e300' })), async ({ origin, seen }) => {
				for (let times = 0; times < 3; times++) assert.equal((await kombo(origin)).error, undefined);
				assert.equal(seen.length, 3);
			}),
	},
	{
		id: 'new',
		title: 'a next link with a user in it takes no place of our key',
		run: async () => assert.equal(atOwnOrigin(new URL('https://thief:pw@api.example.com/v1/a?page=2#x'), new URL('https://api.example.com/v1'))?.href, 'https://api.example.com/v1/a?page=2'),
	},
	{
		id: 'new',
		title: 'a hundred thousand brackets in an error, and a name of control marks for a file, are an error and a name',
		run: async () => {
			await against(hostile((_request, response) => void response.writeHead(422, { 'content-type': 'application/json' }).end(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)), async ({ origin }) => assert.ok((await kombo(origin)).error));
			assert.equal(fileNameIn(`attachment; filename*=UTF-8''${encodeURIComponent('..\\..\u202e\u0000fdp.exe%2F\ud83d'.replace('\ud83d', ''))}`)?.includes('..'), false);
		},
	},
	{
		id: 'S8',
		title: 'a success that repeats the request brings no key into an item',
		run: async () =>
			await against(hostile((request, response) => json(response, 200, { status: 'success', data: { headers: request.headers, base64: Buffer.from(KEY).toString('base64'), [KEY]: 1 } })), async ({ origin }) => {
				const { json: items, error } = await kombo(origin);
				assert.equal(error, undefined);
				const shown = JSON.stringify(items);
				assert.ok(shown.includes('[redacted]') && !shown.includes(KEY) && !shown.includes(Buffer.from(KEY).toString('base64')));
			}),
	},
	...serviceEntries.map((entry) => ({
		id: 'S8',
		title: `no way of writing a key brings it out, in a success, an error or a header (${entry.simulator})`,
		run: async () => {
			const key = 'k3y/with+odd=chars&more_0123456789';
			const escapedAs = (write: (code: string) => string) => key.replace(/\W/g, (letter) => write(letter.charCodeAt(0).toString(16)));
			const forms = [
				key, key.replace(/\//g, '\\/'), escapedAs((code) => `\\u00${code}`), Array.from(key, (letter) => `\\u00${letter.charCodeAt(0).toString(16).toUpperCase()}`).join(''), escapedAs((code) => `%${code}`), encodeURIComponent(encodeURIComponent(key)),
				escapedAs((code) => `&#x${code.toUpperCase()};`), escapedAs((code) => `&#${Number.parseInt(code, 16)};`), ...['', 'x', 'Bearer '].map((before) => Buffer.from(`${before}${key}:`).toString('base64')), Buffer.from(`xx${key}`).toString('base64url'),
			];
			const echo = Object.fromEntries([...(entry.tellingHeaders ?? []), 'x-echo', 'x-request-id'].map((name) => [name, `${key} ${encodeURIComponent(key).toLowerCase()}`]));
			for (const status of [200, 400]) {
				await against(hostile((request, response) => {
					if (/token/.test(request.url ?? '')) return json(response, 200, { access_token: `token-${key}`, token_type: 'bearer', expires_in: 3600 });
					return void response.writeHead(status, { 'content-type': 'application/json', ...echo }).end(`{"success":true,"status":"success","message":"${forms.join(' ')}","data":["${forms.join('","')}"],"applications":[]}`);
				}), async ({ origin }) => {
					const provider = providerEntries.find(({ simulator }) => simulator === entry.simulator)?.provider.name;
					const urls = { [entry.simulator]: origin, [`${entry.simulator}Token`]: `${origin}/token` };
					const credentials = credentialsOf({ urls, credentials: { [entry.simulator]: { apiKey: key, clientId: 'client', clientSecret: key, appId: 'app', consumerId: 'consumer', integrationId: 'lever:1', companyKey: 'c' } } } as never, [entry]);
					const { json: items, error } = await runNode(provider ? 'ats' : (entry.node?.name ?? ''), { ...(provider ? { provider } : {}), resource: 'apiRequest', operation: 'send', method: 'GET', path: '/anything', fullResponse: true }, { credentials });
					assert.ok(items.length > 0 || error);
					const shown = JSON.stringify([items, error && { ...error, node: undefined, message: error.message, description: error.description }]);
					for (const form of forms) assert.ok(!shown.includes(form) && !shown.includes(JSON.stringify(form).slice(1, -1)), form);
				});
			}
		},
	})),
	...[
		{ what: 'never ends', answer: (response: ServerResponse, count: (bytes: number) => void) => {
			const more = (): void => {
				while (!response.destroyed && response.write(' '.repeat(65_536))) count(65_536);
			};
			response.writeHead(200, { 'content-type': 'application/json' }).on('drain', more);
			more();
		} },
		{ what: 'becomes 200 MB once it is unpacked', answer: (response: ServerResponse) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bombed()) },
		{ what: 'holds a header', answer: (response: ServerResponse) => json(response, 200, { access_token: 'a\r\nX-Admin: 1' }) },
		{ what: 'is larger than a header may be', answer: (response: ServerResponse) => json(response, 200, { access_token: 'a'.repeat(20_000) }) },
		{ what: 'is none', answer: (response: ServerResponse) => json(response, 200, { access_token: { toString: 'x' } }) },
		{ what: 'is elsewhere', answer: (response: ServerResponse) => void response.writeHead(307, { location: 'https://192.0.2.1/token' }).end() },
	].map(({ what, answer }) => ({
		id: 'S5',
		title: `an access token that ${what} is none, and costs nothing`,
		run: async () => {
			let written = 0;
			await against(hostile((request, response) => (request.url?.startsWith('/token') ? answer(response, (bytes) => (written += bytes)) : json(response, 200, []))), async ({ origin, seen }) => {
				const restore = useClock({ now: () => Date.now(), sleep: async () => {} });
				const before = process.memoryUsage().rss;
				try {
					const { error } = await runNode('ats', { provider: 'greenhouse', resource: 'apiRequest', operation: 'send', method: 'GET', path: '/jobs' }, { credentials: { greenhouseAtsApi: { clientId: 'client', clientSecret: KEY, baseUrl: origin, tokenUrl: `${origin}/token` } } });
					assert.match(String(error?.message), /gave no access token/);
				} finally {
					restore();
				}
				assert.ok(seen.every(({ url }) => url.startsWith('/token')));
				assert.ok(written < 20_000_000 && process.memoryUsage().rss - before < 300_000_000);
			});
		},
	})),
	{
		id: 'S9',
		title: 'a forged event of an unsigned service does not keep out the real one',
		run: async () => {
			const server = await serveWebhook('flatchrTrigger', { events: ['*'], addIds: false }, { credentials: { flatchrApi: { apiKey: KEY, companyKey: 'c' } }, node: { id: 'unsigned' } });
			try {
				const event = (name: string) => ({ event: 'new_applicant', company_id: 2, data: { applicant_id: 77, name } });
				const statuses = [];
				for (const name of ['forged', 'real', 'real']) statuses.push((await deliverTo(server, { body: event(name) })).items?.length ?? 0);
				assert.deepEqual(statuses, [1, 1, 0]);
			} finally {
				await server.close();
			}
		},
	},
	{
		id: 'low',
		title: 'allowed domains of a credential hold for every call',
		run: async () =>
			await against(hostile((_request, response) => json(response, 200, {})), async ({ origin, seen }) => {
				const { error } = await kombo(origin, { allowedHttpRequestDomains: 'domains', allowedDomains: 'api.example.com, *.kombo.dev' });
				assert.match(String(error?.message), /does not allow/);
				assert.equal(seen.length, 0);
			}),
	},
	...[
		{ what: 'method', value: 'DELETE', method: FROM_AI, path: '/candidates/1' },
		{ what: 'other server', value: 'https://thief.example', method: 'GET', path: '/candidates/1', more: { baseUrl: FROM_AI } },
		{ what: 'path that climbs', value: '/candidates/../../admin', method: 'GET', path: FROM_AI },
		{ what: 'address as a path', value: 'https://thief.example/x', method: 'GET', path: FROM_AI },
	].map(({ what, value, more, ...parameters }) => ({
		id: 'low',
		title: `a passthrough takes no ${what} of a model`,
		run: async () => {
			let sent = '';
			await against(hostile((request, response) => {
				request.on('data', (bytes) => (sent += String(bytes)));
				request.on('end', () => json(response, 200, { success: true, status: 'success', data: { response: {} } }));
			}), async ({ origin }) => {
				const knit = await runTool('knit', { resource: 'passthrough', operation: 'send', integrationId: 'i1', ...parameters, ...(more ? { more } : {}) }, { value }, { credentials: { knitApi: { environment: 'custom', baseUrl: origin, apiKey: KEY } } });
				const kombo = more ? knit : await runTool('kombo', { resource: 'passthrough', operation: 'send', api: 'v1', tool: 'lever', ...parameters }, { value }, { credentials: { komboApi: { region: 'custom', baseUrl: origin, apiKey: KEY, integrationId: 'lever:1' } } });
				// n8n before 2.36 itself takes such an expression for a text; then that may be sent, or is no method.
				for (const { answer, error } of [knit, kombo]) if (sent === '') assert.match(`${answer} ${String(error?.message)}`, /takes no expression|"Method" cannot be|The path (leaves|is)/);
				assert.ok(!sent.includes(value));
			});
		},
	})),
	{
		id: 'low',
		title: 'a log holds no words of a service, which may quote a person',
		run: async () => {
			const said = messageOf(new ApiError({ service: 'Kombo', call: 'GET /ats/candidates', message: 'jane@example.com is on the blocklist', status: 422, cause: 'configuration-invalid' }));
			assert.equal(said, 'Kombo answered 422 to GET /ats/candidates');
		},
	},
	{
		id: 'held',
		title: 'a redirect of a call takes no key to another server',
		run: async () =>
			await against(hostile((_request, response) => json(response, 200, {})), async (thief) =>
				await against(hostile((_request, response) => void response.writeHead(307, { location: `${thief.origin}/stolen` }).end()), async ({ origin }) => {
					const { error } = await kombo(origin);
					assert.match(String(error?.message), /another server/);
					assert.equal(thief.seen.length, 0);
				})),
	},
	{
		id: 'held',
		title: 'forged signatures start nothing; the real one does, with a byte order mark and a secret pasted with a blank',
		run: async () => {
			const body = `\ufeff${JSON.stringify({ type: 'data-changed', id: 'e1', data: {} })}`;
			const sign = (secret: string) => createHmac('sha256', secret).update(body).digest('base64url');
			const deliver = async (signature: string) => await webhookNode('komboTrigger', { events: ['data-changed'] }, { credentials: { komboApi: { region: 'eu', apiKey: KEY, webhookSecret: ' hook\n' } }, body, headers: { 'x-kombo-signature': signature }, node: { id: `signed-${signature}` } });
			for (const forged of ['', 'x', sign('other'), sign('hook').slice(1), `${sign('hook')}x`]) assert.equal((await deliver(forged)).status, 401);
			const real = await deliver(sign('hook'));
			assert.equal(real.status, 200);
			assert.equal(real.items?.length, 1);
		},
	},
];

/** JSON, or undefined for anything else. */
function parseOr(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** A client as an adapter makes it, with helpers that go out for real. */
function clientOf(origin: string, apiKey = KEY): HttpClient {
	const helpers = { httpRequest: async ({ url }: { url: string }) => await raw(url) };
	return new HttpClient({ helpers } as unknown as IAllExecuteFunctions, { service: 'Hostile', credential: 'none', timeoutMs: 5_000, baseUrl: () => origin, error: () => undefined }, { apiKey });
}
