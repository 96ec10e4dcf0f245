import fc from 'fast-check';

import { FieldError } from '../../lib/errors';
import { ConcurrencyLimit, type StatedConcurrency } from '../../lib/http/concurrency';
import { checkedBaseUrl } from '../../lib/http/baseUrl';
import { nextFrom, pages, type Page } from '../../lib/http/pages';
import { path, queryString, typedPath } from '../../lib/http/path';
import { keysOf, redact, secretsOf, textWithout, without } from '../../lib/http/redact';
import { readRate } from '../../lib/http/rate';
import { nextStep, type Outcome, type Step } from '../../lib/http/retry';
import { deep } from '../size.cts';

describe('the path of a call', () => {
	it('keeps its literal parts and takes each value as one segment', () => {
		expect(path`/ats/applications/${'a b/c?d#e%'}/stage`).toBe('/ats/applications/a%20b%2Fc%3Fd%23e%25/stage');
		expect(path`/messages/${42}`).toBe('/messages/42');
	});

	it.each([[''], [' '], ['.'], ['..'], ['x'.repeat(2001)], ['\ud800']])('refuses %j', (value) => {
		expect(() => path`/a/${value}/b`).toThrow(FieldError);
	});

	it('never lets a value climb or add to the address', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (value) => {
				let built: string;
				try {
					built = path`/v1/a/${value}/b`;
				} catch (error) {
					expect(error).toBeInstanceOf(FieldError);
					return;
				}
				const url = new URL(`https://api.example.com${built}`);
				expect([url.origin, url.search, url.hash]).toEqual(['https://api.example.com', '', '']);
				expect(url.pathname.split('/')).toHaveLength(5);
				expect(decodeURIComponent(url.pathname.split('/')[3] ?? '')).toBe(value.trim());
			}),
		);
	});

	it('typed by a person may lack the slash and bring a query', () => {
		expect(typedPath('ats/jobs?ids=a,b#part')).toBe('/ats/jobs?ids=a,b');
		expect(typedPath(' /jobs/Köln ')).toBe('/jobs/K%C3%B6ln');
		expect(typedPath('/a/%2Fb')).toBe('/a/%2Fb');
	});

	it.each([['/../x'], ['/a/..'], ['/a/./b'], ['/%2e%2e/x'], ['/.%2E/x'], ['/a/..%2fb'], ['/a%5c..%5cb'], ['//elsewhere.example'], ['/a\\b'], ['/a\nb'], ['https://elsewhere.example/x'], ['HTTP://elsewhere.example/x'], ['/\ud800']])('typed as %j is refused', (typed) => {
		expect(() => typedPath(typed)).toThrow(FieldError);
	});

	it('typed by anybody stays below the base URL', () => {
		const typed = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.constantFrom('/', '..', '.', '%2e', '%2f', '%5c', '\\', 'a', '?', '#', '//', ':', '@', ' '), { maxLength: 12 }).map((parts) => parts.join('')));
		fc.assert(
			fc.property(typed, (text) => {
				let built: string;
				try {
					built = typedPath(text);
				} catch (error) {
					expect(error).toBeInstanceOf(FieldError);
					return;
				}
				const url = new URL(`https://api.example.com/v1${built}`);
				expect(url.origin).toBe('https://api.example.com');
				expect(url.pathname.startsWith('/v1/')).toBe(true);
			}),
			{ numRuns: 2000 },
		);
	});

	it('takes lists as one comma-separated value and leaves out what is empty', () => {
		expect(queryString({ ids: ['a', 'b'], none: [], empty: '', off: false, nothing: null, gone: undefined, n: 0, q: 'x & y' })).toBe('?ids=a%2Cb&off=false&n=0&q=x+%26+y');
		expect(queryString({})).toBe('');
	});
});

describe('the retry table', () => {
	const answer = (status: number, more: object = {}): Outcome => ({ kind: 'answer', status, refusedBeforeRun: false, ...more });
	const step = (outcome: Outcome, repeatable: boolean, number = 1): Step => nextStep({ repeatable, number, outcome, jitter: 0.5 });
	const again = { retryInMs: 1000 };

	it.each<[string, Outcome, Step, Step]>([
		['200', answer(200), 'done', 'done'],
		['204', answer(204), 'done', 'done'],
		['302', answer(302), 'done', 'done'],
		['400', answer(400), 'fail', 'fail'],
		['401', answer(401), 'fail', 'fail'],
		['403', answer(403), 'fail', 'fail'],
		['404', answer(404), 'fail', 'fail'],
		['409', answer(409), 'fail', 'fail'],
		['422', answer(422), 'fail', 'fail'],
		['501', answer(501), 'fail', 'fail'],
		['408', answer(408), again, 'outcomeUnknown'],
		['500', answer(500), again, 'outcomeUnknown'],
		['502', answer(502), again, 'outcomeUnknown'],
		['503', answer(503), again, 'outcomeUnknown'],
		['504', answer(504), again, 'outcomeUnknown'],
		['no answer', { kind: 'noAnswer' }, again, 'outcomeUnknown'],
		['429', answer(429), again, again],
		['never connected', { kind: 'notSent' }, again, again],
		['503, refused before it ran', answer(503, { refusedBeforeRun: true }), again, again],
		['200, refused before it ran', answer(200, { refusedBeforeRun: true }), again, again],
		['429 with 5 seconds to wait', answer(429, { retryAfterMs: 5000 }), { turnInMs: 5000 }, { turnInMs: 5000 }],
		['429 with nothing to wait', answer(429, { retryAfterMs: 0 }), { turnInMs: 500 }, { turnInMs: 500 }],
		['429 with a quarter of an hour to wait', answer(429, { retryAfterMs: 900_000 }), 'fail', 'fail'],
		['503 with an hour to wait', answer(503, { retryAfterMs: 900_000 }), { retryInMs: 60_000 }, 'outcomeUnknown'],
	])('%s', (_what, outcome, read, write) => {
		expect(step(outcome, true)).toEqual(read);
		expect(step(outcome, false)).toEqual(write);
	});

	it('waits 1, 2, 4 seconds with a quarter of jitter, and gives up after the fourth', () => {
		for (const [number, ms] of [[1, 1000], [2, 2000], [3, 4000]] as const) {
			for (const jitter of [0, 0.5, 1]) expect(nextStep({ repeatable: true, number, outcome: answer(500), jitter })).toEqual({ retryInMs: ms * (0.75 + jitter / 2) });
		}
		expect(step(answer(429), true, 4)).toBe('fail');
		expect(step(answer(429, { retryAfterMs: 5000 }), true, 4)).toEqual({ turnInMs: 5000 });
		expect(step({ kind: 'notSent' }, false, 4)).toBe('fail');
	});

	it('never repeats a write whose outcome is unclear, and never waits longer than a minute', () => {
		const outcome = fc.oneof(
			fc.record({ kind: fc.constant('answer' as const), status: fc.integer({ min: 100, max: 599 }), refusedBeforeRun: fc.boolean(), retryAfterMs: fc.nat() }),
			fc.constant<Outcome>({ kind: 'noAnswer' }),
			fc.constant<Outcome>({ kind: 'notSent' }),
		);
		fc.assert(
			fc.property(outcome, fc.boolean(), fc.integer({ min: 1, max: 6 }), fc.double({ min: 0, max: 1, noNaN: true }), (one, repeatable, number, jitter) => {
				const next = nextStep({ repeatable, number, outcome: one, jitter });
				if (typeof next !== 'object') return;
				if ('retryInMs' in next) expect([next.retryInMs <= 60_000, number < 4]).toEqual([true, true]);
				else expect(next.turnInMs).toBeLessThan(900_000);
				const refused = one.kind === 'notSent' || (one.kind === 'answer' && (one.refusedBeforeRun || one.status === 429));
				expect(repeatable || refused).toBe(true);
			}),
		);
	});

	it.each<[string | undefined, number | undefined]>([
		['7', 7000],
		['0', 0],
		['1.5', 1500],
		['-3', 0],
		['Thu, 01 Jan 1970 00:01:40 GMT', 90_000],
		['Thu, 01 Jan 1970 00:00:00 GMT', 0],
		['soon', undefined],
		['', undefined],
		[undefined, undefined],
	])('reads Retry-After %j as %j milliseconds', (header, ms) => {
		expect(readRate(header === undefined ? {} : { 'retry-after': header }, 10_000).retryAfterMs).toBe(ms);
	});
});

describe('calls at once', () => {
	/** Runs `calls`, each as `work` says, and tells the most that were in flight. */
	async function most(limit: ConcurrencyLimit, calls: number, work: (report: { good(): void; refused(): void; stated(limit: StatedConcurrency): void }, inFlight: number) => void) {
		let inFlight = 0;
		let highest = 0;
		await Promise.all(
			Array.from({ length: calls }, async () =>
				await limit.run(async (report) => {
					highest = Math.max(highest, ++inFlight);
					await new Promise((resolve) => setImmediate(resolve));
					work(report, inFlight);
					inFlight--;
				}),
			),
		);
		return highest;
	}

	it('start with four and double while answers are good, up to the maximum', async () => {
		const limit = new ConcurrencyLimit(30);
		expect(limit.current).toBe(4);
		expect(await most(limit, 4, (report) => report.good())).toBe(4);
		expect(limit.current).toBe(8);
		expect(await most(limit, 200, (report) => report.good())).toBe(30);
	});

	it('start with fewer where fewer are allowed', async () => {
		expect(await most(new ConcurrencyLimit(2), 20, (report) => report.good())).toBe(2);
		expect(await most(new ConcurrencyLimit(1), 5, (report) => report.refused())).toBe(1);
	});

	it('halve once for the refusals of one round, and then grow by one a round', async () => {
		const limit = new ConcurrencyLimit(30, 16);
		await most(limit, 16, (report) => report.refused());
		expect(limit.current).toBe(8);
		await most(limit, 8, (report) => report.good());
		expect(limit.current).toBe(9);
	});

	it('obey the number that the vendor states, down and up again', async () => {
		const limit = new ConcurrencyLimit(30, 16);
		await most(limit, 1, (report) => report.stated({ limit: 5 }));
		expect(limit.current).toBe(5);
		expect(await most(limit, 100, (report) => report.good())).toBe(5);
		await most(limit, 1, (report) => report.stated({ limit: 10 }));
		expect(await most(limit, 100, (report) => report.good())).toBe(10);
		await most(limit, 1, (report) => report.stated({ limit: 500 }));
		expect(await most(limit, 300, (report) => report.good())).toBe(30);
	});

	it('take what the vendor says is left, until it refuses a call', async () => {
		const limit = new ConcurrencyLimit(30);
		await most(limit, 4, (report) => report.stated({ limit: 20, left: 9 }));
		expect(limit.current).toBe(12);
		await most(limit, 1, (report) => report.stated({ limit: 20, left: 100 }));
		expect(limit.current).toBe(20);
		await most(limit, 1, (report) => report.refused());
		await most(limit, 1, (report) => report.stated({ limit: 20, left: 19 }));
		expect(limit.current).toBe(10);
	});

	it('all end, whatever is reported, and a failing call gives its place back', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 10 }), fc.array(fc.constantFrom('good', 'refused', 'throws', 'stated'), { maxLength: 60 }), async (max, kinds) => {
				const limit = new ConcurrencyLimit(max);
				let inFlight = 0;
				const results = await Promise.allSettled(
					kinds.map(async (kind) =>
						await limit.run(async (report) => {
							expect(++inFlight).toBeLessThanOrEqual(max);
							await Promise.resolve();
							inFlight--;
							if (kind === 'throws') throw new Error('no');
							if (kind === 'stated') report.stated({ limit: 1 + (kinds.length % 5), left: kinds.length % 3 });
							else report[kind === 'good' ? 'good' : 'refused']();
						}),
					),
				);
				expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(kinds.filter((kind) => kind === 'throws').length);
				expect(limit.current).toBeGreaterThanOrEqual(1);
				expect(limit.current).toBeLessThanOrEqual(max);
			}),
			{ numRuns: 60 },
		);
	});
});

describe('pages', () => {
	const all = async (answers: Array<Page<number>>) => {
		const asked: Array<string | undefined> = [];
		const rows: number[] = [];
		for await (const page of pages(async (cursor) => {
			asked.push(cursor);
			return answers[asked.length - 1] ?? { rows: [] };
		})) rows.push(...page);
		return { asked, rows };
	};

	it.each<[string, string | null | undefined]>([['absent', undefined], ['null', null], ['empty', '']])('end when the next cursor is %s', async (_what, next) => {
		expect(await all([{ rows: [1], next: 'b' }, { rows: [2], next }])).toEqual({ asked: [undefined, 'b'], rows: [1, 2] });
	});

	it('go on after an empty page with a next one', async () => {
		expect(await all([{ rows: [], next: 'b' }, { rows: [], next: 'c' }, { rows: [3] }])).toEqual({ asked: [undefined, 'b', 'c'], rows: [3] });
	});

	it('fail when a cursor comes again, at once or later', async () => {
		await expect(all([{ rows: [1], next: 'b' }, { rows: [2], next: 'b' }])).rejects.toThrow('the same page cursor twice');
		await expect(all([{ rows: [1], next: 'b' }, { rows: [2], next: 'c' }, { rows: [3], next: 'b' }])).rejects.toThrow('the same page cursor twice');
	});

	it('fetch no more than is read', async () => {
		let fetched = 0;
		for await (const page of pages(async () => ({ rows: [++fetched], next: String(fetched) }))) if (page[0] === 2) break;
		expect(fetched).toBe(2);
	});

	it.each<[string, unknown, unknown]>([
		['a cursor in the body', nextFrom.body('data', 'next')({ data: { next: 'abc' } }), 'abc'],
		['a page number in the body', nextFrom.body('next_page')({ next_page: 3 }), '3'],
		['no cursor', nextFrom.body('data', 'next')({ data: { next: null } }), undefined],
		['no body', nextFrom.body('data', 'next')(undefined), undefined],
		['a JSON:API link', nextFrom.jsonApi({ links: { next: 'https://a.example/?page=2' } }), 'https://a.example/?page=2'],
		['a JSON:API link object', nextFrom.jsonApi({ links: { next: { href: 'https://a.example/?page=2' } } }), 'https://a.example/?page=2'],
		['a HAL link', nextFrom.hal({ _links: { next: { href: '/x?page=2' } } }), '/x?page=2'],
		['a HAL link in a list', nextFrom.hal({ _links: [{ name: 'self', href: '/x' }, { name: 'next', href: '/x?page=2' }] }), '/x?page=2'],
		['a full page by offset', nextFrom.offset(100, 50, 50), '150'],
		['a short page by offset', nextFrom.offset(100, 49, 50), undefined],
	])('find the next of %s', (_what, found, expected) => {
		expect(found).toBe(expected);
	});
});

describe('secrets', () => {
	const credentials = { region: 'eu', baseUrl: 'https://api.example.com', apiKey: 'ks_prod_123456', integrationId: 'greenhouse:abc', clientSecret: 'a b&c=d', short: 'abc', oauthTokenData: { access_token: 'at-999999', token_type: 'bearer', refresh_token: 'rt-888888' } };

	it('are what a credential holds, without what everybody may know', () => {
		const shown = (text: string) => redact(text, secretsOf(credentials));
		for (const secret of ['ks_prod_123456', 'a b&c=d', encodeURIComponent('a b&c=d'), 'at-999999', 'rt-888888']) expect(shown(secret)).toBe('[redacted]');
		for (const open of ['eu', 'https://api.example.com', 'greenhouse:abc', 'bearer', 'abc']) expect(shown(open)).toBe(open);
	});

	it('are taken out of any text, with unknown ones after Bearer and token=', () => {
		const shown = redact('key ks_prod_123456 at https://x.example/?token=zzz999&q=1&secret=a%20b%26c%3Dd Bearer abcdefghijk Basic dXNlcjpwdw==', secretsOf(credentials));
		for (const secret of ['ks_prod_123456', 'zzz999', 'a%20b', 'abcdefghijk', 'dXNlcjpwdw']) expect(shown).not.toContain(secret);
		expect(shown).toContain('q=1');
	});

	it('are found however an answer quotes them', () => {
		const secret = 'k3y/with+odd="chars"&m0re';
		const json = JSON.stringify(secret).slice(1, -1);
		const escapedAs = (write: (code: string) => string, text = secret) => text.replace(/[^\w\\]/g, (letter) => write(letter.charCodeAt(0).toString(16)));
		const written = [
			json, json.replace(/\//g, '\\/'), escapedAs((code) => `\\u00${code}`), escapedAs((code) => `\\\\u00${code}`), escapedAs((code) => `&#x${code.toUpperCase()};`), escapedAs((code) => `&#${Number.parseInt(code, 16)};`),
			escapedAs((code) => `%${code}`), encodeURIComponent(secret), encodeURIComponent(encodeURIComponent(secret)), new URLSearchParams({ '': secret }).toString().slice(1),
		];
		for (const one of written) expect(redact(`<${one}>`, secretsOf({ apiKey: secret }))).toBe('<[redacted]>');
		for (const before of ['', 'x', 'xx', 'Bearer ']) {
			for (const encoding of ['base64', 'base64url'] as const) expect(redact(Buffer.from(`${before}${secret}:tail`).toString(encoding), secretsOf({ apiKey: secret }))).toContain('[redacted]');
		}
	});

	it('are those that the credential holds now: a renewed token is hidden, and what took its place elsewhere', () => {
		const at = (token: string) => ({ ...credentials, oauthTokenData: { ...credentials.oauthTokenData, access_token: token } });
		const text = 'at-111111 at-222222';
		expect([at('at-111111'), at('at-222222'), at('at-111111')].map((one) => redact(text, secretsOf(one)))).toEqual(['[redacted] at-222222', 'at-111111 [redacted]', '[redacted] at-222222']);
	});

	it('are taken out of the bytes of an answer wherever they begin', () => {
		const letters = fc.string({ minLength: 8, maxLength: 40, unit: fc.constantFrom(...'abcXYZ0189_-./+!é') }).filter((secret) => secret.trim() === secret);
		const around = fc.string({ unit: 'grapheme', maxLength: 60 });
		fc.assert(
			fc.property(letters, letters, around, around, fc.constantFrom('as it is', 'encoded', 'base64'), (secret, other, before, after, form) => {
				const known = keysOf({ apiKey: other, webhookSecret: secret });
				const quoted = form === 'as it is' ? secret : form === 'encoded' ? encodeURIComponent(secret) : Buffer.from(`user:${secret}`).toString('base64');
				const text = `${before}${quoted}${after}`;
				const shown = textWithout(Buffer.from(text), false, known);
				expect(shown).toBe(without(Buffer.from(text).toString(), known));
				expect(shown).toContain('[redacted]');
			}),
			{ numRuns: deep ? 5_000 : 300 },
		);
	});

	it('leave no text in which they stood', () => {
		fc.assert(
			fc.property(fc.string({ minLength: 4, maxLength: 30 }).filter((secret) => secret.trim() === secret && !'[redacted]'.includes(secret)), fc.string(), fc.string(), (secret, before, after) => {
				const known = secretsOf({ apiKey: secret });
				expect(redact(`${before} ${secret} ${after}`, known).split('[redacted]').join(' ')).not.toContain(secret);
			}),
		);
	});
});

describe('the base URL of a credential', () => {
	it.each([
		['https://api.example.com/v1/', 'https://api.example.com/v1'],
		[' https://api.example.com ', 'https://api.example.com'],
		['http://127.0.0.1:8080/kombo/v1', 'http://127.0.0.1:8080/kombo/v1'],
		['http://localhost:3000', 'http://localhost:3000'],
	])('%j is taken as %j', (typed, taken) => {
		expect(checkedBaseUrl(typed)).toBe(taken);
	});

	it.each([[''], [undefined], ['api.example.com'], ['http://api.example.com'], ['ftp://api.example.com'], ['https://u:p@api.example.com'], ['https://api.example.com?x=1'], ['https://api.example.com#x'], ['http://127.0.0.1.example.com']])('%j is refused', (typed) => {
		expect(() => checkedBaseUrl(typed)).toThrow(FieldError);
	});
});

test('of a credential the key is secret, and so is what nobody has thought of; names, addresses and regions are not', () => {
	const credential = { apiKey: 'key-4711-key', pin: 'pin-4711-pin', subdomain: 'example', companyDomain: 'example-company', username: 'api-user', candidatesPath: '/candidates', region: 'europe', baseUrl: 'https://api.example.com' };
	const text = Object.values(credential).join(' ');
	expect(redact(text, secretsOf(credential))).toBe(text.replace('key-4711-key', '[redacted]').replace('pin-4711-pin', '[redacted]'));
});
