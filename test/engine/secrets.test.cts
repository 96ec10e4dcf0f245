/**
 * Every operation, list, trigger and credential test against services that repeat what they were sent: no error, log line,
 * item or static data may show a key, a token, a signature or a password. `WAYS` is how many of the ways to answer badly each of them
 * gets; by turns they all come. Some operations and lists in `npm test`, all in deep.
 */
import type { INodeParameters } from 'n8n-workflow';

import { forgetProcessState } from '../../lib/poll/processState';
import * as actions from '../../sandbox/actions.cts';
import { deliverTo, listSearch, loadOptions, loadPackage, PollHost, resourceMapper, runNode, serveWebhook, testCredential, type HostMode, type StoredCredentials } from './harness/index.cts';
import { credentialsOf, entryOf, providerEntries, serviceEntries } from '../providers/index.cts';
import { deep, size, some } from '../size.cts';
import { credentialsOn, inputItem, nodes, operationsOf, Recorder } from './support/everyOperation.cts';
import { listen, marked, type Secrets } from './support/secrets.cts';
import { RecordingProxy, type Answer, type Exchange, type Seen, type Alter } from './support/recordingProxy.cts';

const WAYS = Number(process.env.WAYS ?? size(2, 4));

const JSON_TYPE = { 'content-type': 'application/json' };
const answer = (status: number, body: string | object, headers: Record<string, string> = JSON_TYPE): Answer => ({ status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) });
const headerLines = ({ rawHeaders }: Seen) => rawHeaders.flatMap((name, index) => (index % 2 === 0 ? `${name}: ${rawHeaders[index + 1]}` : []));
const repeated = (seen: Seen) => `${seen.method} ${seen.url}\n${headerLines(seen).join('\n')}\n\n${seen.body.toString('utf8')}`;
const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const authorization = ({ rawHeaders }: Seen) => rawHeaders[rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization') + 1] ?? '';
/** The key as it was sent, without its scheme. */
const keyIn = (seen: Seen) => authorization(seen).replace(/^(Bearer|Basic|Token token=) ?/, '');

/** All words that many APIs have for an error, each with the same text in it. */
const wordsOf = (said: string) => ({ message: said, code: said, explanation: said, error_description: said, response: said, title: said, detail: said, type_name: said, errors: [{ status: '401', code: said, title: said, detail: said, source: { pointer: said } }] });
const inHeaders = (said: string) => ({ ...JSON_TYPE, 'x-request-id': said, 'x-response-token': said, ...Object.fromEntries(serviceEntries.flatMap(({ tellingHeaders = [] }) => tellingHeaders.map((name) => [name, said]))) });
/** The same in the vendor's own form. */
const ownWords = ({ url }: Seen, said: string) => entryOf(url.split('/')[1] ?? '')?.refusal?.(said);

/** How a service can answer so that a careless node shows what it should not. Undefined cuts the connection. */
const answers: Record<string, (seen: Seen) => Answer | undefined> = {
	'a 401 that quotes the key': (seen) => answer(401, { ...wordsOf(`The key ${keyIn(seen)} is wrong`), status: 'error', success: false, statusCode: 401, error: { ...wordsOf(`No such key: ${keyIn(seen)}`), msg: `The key ${keyIn(seen)} is wrong` }, ...ownWords(seen, `No such key: ${keyIn(seen)}`) }, inHeaders(keyIn(seen))),
	'a 403 in other words': (seen) => answer(403, { ...wordsOf(`"${keyIn(seen)}"`), error: `Not with ${keyIn(seen)}` }),
	'a 422 that repeats the request': (seen) => answer(422, { ...wordsOf(repeated(seen)), error: repeated(seen) }),
	'a page of HTML with the key and the request': (seen) => answer(500, `<html><body><h1>Refused: ${escaped(keyIn(seen))}</h1> <pre>${escaped(repeated(seen))}</pre></body></html>`, { 'content-type': 'text/html' }),
	'a page of text with the key where it is cut': (seen) => answer(400, `${'x'.repeat(175)} ${keyIn(seen)}`, { 'content-type': 'text/plain' }),
	'a success that is a page with the headers': (seen) => answer(200, `<html>${headerLines(seen).join('\n')}</html>`, { 'content-type': 'text/html' }),
	'a success that says no': (seen) => answer(200, { ...wordsOf(repeated(seen)).errors[0], status: 'error', success: false, statusCode: 400, timestamp: '2026-01-05', error: `Not with ${keyIn(seen)}: ${repeated(seen)}`, errors: wordsOf(repeated(seen)).errors, ...ownWords(seen, repeated(seen)) }),
	'a redirect to elsewhere': (seen) => answer(302, '', { location: `https://elsewhere.example/${encodeURIComponent(keyIn(seen))}?token=${encodeURIComponent(keyIn(seen))}` }),
	'a redirect without end': (seen) => answer(307, '', { location: `${seen.url}${seen.url.includes('?') ? '&' : '?'}key=${encodeURIComponent(keyIn(seen))}` }),
	'no answer': () => undefined,
};

let proxy: RecordingProxy;
let genuine: StoredCredentials;
let credentials: StoredCredentials;
let secrets: Secrets;
const log = { lines: [] as unknown[][] };

beforeAll(async () => {
	proxy = await RecordingProxy.open();
	genuine = credentialsOn(proxy);
	({ credentials, secrets } = marked(genuine));
	log.lines = listen().lines;
});
afterEach(() => void secrets.found.splice(0));
afterAll(async () => await proxy.close());

/** Runs `work` against the exchanges and searches all that came of it. */
async function examine(title: string, exchanges: readonly Exchange[], work: () => Promise<unknown>, alter?: Alter): Promise<unknown> {
	log.lines.splice(0);
	// Each run fetches its tokens itself.
	for (const data of Object.values(credentials.store)) {
		delete data.oauthTokenData;
		delete data.accessToken;
	}
	const keys = new Set<string>();
	const result = await proxy.replay(
		exchanges,
		async () => await work().catch((error: unknown) => error),
		(exchange, index, seen) => {
			keys.add(keyIn(seen));
			return alter ? alter(exchange, index, seen) : exchange;
		},
	);
	// Tokens that were fetched on the way, and the client's secret as it is sent for one.
	for (const key of keys) if (key.length >= 8) secrets.add('what was sent as authorization', key);
	secrets.search(title, result);
	secrets.search(`${title}, log`, log.lines);
	return result;
}

const failure = (result: unknown) => result instanceof Error || Boolean(typeof result === 'object' && result !== null && Reflect.get(result, 'error'));
let turn = 0;
/** Every way at the first call and at the last one. */
const EACH = Object.keys(answers).length * 2;

/** Once as it was, and then answered badly: at the first call, at the last one, and where a token is fetched, by turns. How many of these failed; none where it fails as it was. */
async function examineAll(title: string, exchanges: readonly Exchange[], work: () => Promise<unknown>, { skip = [], ways = WAYS, tokens = true }: { skip?: readonly string[]; ways?: number; tokens?: boolean } = {}): Promise<number> {
	let fetchesToken = false;
	const good = await examine(title, exchanges, work, (exchange, index) => {
		fetchesToken ||= index === -1;
		return exchange;
	});
	const places = [0, exchanges.length - 1, ...(tokens && fetchesToken ? [-1] : [])];
	let failed = 0;
	const bad = Object.entries(answers).filter(([how]) => !skip.includes(how));
	for (let count = 0; count < ways; count++) {
		turn++;
		const [how, answered] = bad[turn % bad.length] ?? [];
		const place = places[Math.floor(turn / bad.length) % places.length];
		const result = await examine(`${title}, ${how} for answer ${place}`, exchanges, work, (exchange, index, seen) => (index === place ? answered?.(seen) : exchange));
		if (failure(result)) failed++;
	}
	return failure(good) ? 0 : failed;
}

describe.each(Object.keys(nodes))('%s shows no secret', (node) => {
	it('in what an operation gives or says', async () => {
		const recorder = new Recorder(proxy, genuine);
		let failed = 0;
		let runs = 0;
		for (const operation of some(operationsOf(node), 6)) {
			const { exchanges, parameters } = await recorder.one(operation, {});
			const item = await inputItem();
			// What a raw call gets is what was asked for, and a success of it is an item.
			const skip = /apiRequest/.test(operation.title) ? ['a success that is a page with the headers', 'a success that says no'] : [];
			failed += await examineAll(operation.title, exchanges, async () => await runNode(node, parameters, { credentials, items: [item] }), { skip });
			runs++;
		}
		expect(secrets.found.slice(0, 20)).toEqual([]);
		expect(failed).toBeGreaterThan(runs * WAYS * 0.6);
	});

	it('in its lists', async () => {
		const { description, methods = {} } = loadPackage().nodeTypes.getByNameAndVersion(`n8n-nodes-ats.${node}`);
		const providers = description.properties.some(({ name }) => name === 'provider') ? providerEntries.map(({ provider }) => provider.name) : [''];
		for (const provider of providers) {
			const [resource, operation] = ['application', 'get'];
			const parameters = { ...(provider === '' ? {} : { provider }), resource, operation };
			const asked: Array<[string, (with_: StoredCredentials) => Promise<unknown>]> = [
				...Object.keys(methods.listSearch ?? {}).map((name): [string, (with_: StoredCredentials) => Promise<unknown>] => [name, async (with_) => await listSearch(node, name, parameters, { credentials: with_ })]),
				...Object.keys(methods.loadOptions ?? {}).map((name): [string, (with_: StoredCredentials) => Promise<unknown>] => [name, async (with_) => await loadOptions(node, name, parameters, { credentials: with_ })]),
				...Object.keys(methods.resourceMapping ?? {}).map((name): [string, (with_: StoredCredentials) => Promise<unknown>] => [name, async (with_) => await resourceMapper(node, name, parameters, { credentials: with_ })]),
			];
			for (const [name, ask] of some(asked, 4)) {
				const { exchanges } = await proxy.record(async () => await ask(genuine).catch(() => undefined));
				await examineAll(`${node} ${provider} ${name}`, exchanges, async () => await ask(credentials));
			}
		}
		expect(secrets.found.slice(0, 20)).toEqual([]);
	});
});

describe('a trigger that polls shows no secret', () => {
	const hosts: HostMode[] = deep ? ['memory', 'durable'] : ['durable'];
	const triggers: Array<[string, INodeParameters]> = [
		...providerEntries.filter(({ provider }) => provider.changes).map(({ provider }): [string, INodeParameters] => ['atsTrigger', { provider: provider.name }]),
		...serviceEntries.flatMap(({ node }): Array<[string, INodeParameters]> => (node?.pollTrigger ? [[node.pollTrigger.type, node.pollTrigger.parameters]] : [])),
	];

	it.each(triggers)('%s %j', async (type, parameters) => {
		let failed = 0;
		for (const host of hosts) {
			/** Activation, a quiet poll, a poll after something happened, and the editor's test button. */
			const watch = async (with_: StoredCredentials, happen: () => void = () => {}) => {
				// A process of its own: what the run before was refused is not remembered.
				forgetProcessState();
				const trigger = new PollHost(type, parameters, { credentials: with_, host });
				const polls = [await trigger.activate(), await trigger.tick()];
				happen();
				polls.push(await trigger.tick(), await trigger.test());
				return { polls, error: polls.find(({ error }) => error)?.error, staticData: trigger.staticData, saved: trigger.saved };
			};
			const { exchanges } = await proxy.record(async () => await watch(genuine, moveSomebody));
			failed += await examineAll(`${type} ${JSON.stringify(parameters)} on ${host}`, exchanges, async () => await watch(credentials), { ways: size(3, EACH / 2) });
		}
		// Of a few ways, or of all at its last call, it may bear every one; the two hosts of deep get one half of the ways each.
		if (deep) expect(failed).toBeGreaterThan(0);
		expect(secrets.found.slice(0, 20)).toEqual([]);
	});

	function moveSomebody(): void {
		const { world } = proxy.sandbox;
		const application = world.applications.rows.find(({ status, deletedAt }) => status === 'PENDING' && deletedAt === null);
		const to = application && world.jobs.need(application.jobId).stageIds.find((id) => id !== application.stageId && !world.stages.need(id).hired);
		if (!application || !to) throw new Error('Nobody can be moved');
		actions.move(world, application, to, 'test');
	}
});

describe('a trigger that is called shows no secret', () => {
	const hooks = serviceEntries.flatMap(({ node }) => (node?.webhook ? [[node.webhook.type, node.webhook] as const] : []));

	it.each(hooks)('%s', async (type, { parameters, event, proof }) => {
		const body = JSON.stringify(event);
		const receive = async (from: StoredCredentials) => {
			const server = await serveWebhook(type, parameters, { credentials: from });
			const error = await server.hook('create').then(() => undefined, (thrown: unknown) => thrown);
			const given = proof(body, (credential, field) => String(from.store[credential]?.[field]));
			for (const value of Object.values(given.proof)) secrets.add('the proof of the sender', value);
			const headers = { ...given.proof, ...given.plain };
			for (const sent of [headers, {}, { ...headers, [Object.keys(headers)[0] ?? '']: 'wrong' }]) await deliverTo(server, { body, headers: sent });
			await server.close();
			return { error, deliveries: server.deliveries, staticData: { ...server.staticData } };
		};
		const { exchanges, result } = await proxy.record(async () => await receive(genuine));
		expect(result.deliveries.map(({ status }) => status)).toEqual([200, 401, 401]);
		expect(await examineAll(type, exchanges, async () => await receive(credentials), { ways: EACH })).toBeGreaterThan(0);
		expect(secrets.found.slice(0, 20)).toEqual([]);
	});
});

const credentialTypes = Object.keys(credentialsOf({ urls: Object.fromEntries(serviceEntries.map(({ simulator }) => [simulator, ''])), credentials: {} }));

test.each(credentialTypes)('the test of %s shows no secret', async (type) => {
	const { exchanges } = await proxy.record(async () => await testCredential(type, genuine.store[type] ?? {}));
	// n8n itself fetches the token for it, and shows what the token's address says.
	await examineAll(type, exchanges, async () => await testCredential(type, credentials.store[type] ?? {}), { ways: EACH, tokens: false });
	expect(secrets.found.slice(0, 20)).toEqual([]);
});

describe('the search finds a secret', () => {
	const secret = 'sk"komboApi.apiKey"\\1/2+3=4&5%6 <7> end';
	it.each<[string, unknown]>([
		['in a message', new Error(`The key ${secret} is wrong`)],
		['cut in its middle', new Error(`The key ${secret.slice(0, 30)}…`)],
		['in what led to an error', new Error('Failed', { cause: { request: { headers: { authorization: `Bearer ${secret}` } } } })],
		['that is hidden', Object.defineProperty(new Error('Failed'), 'config', { value: { secret }, enumerable: false })],
		['in base64', { context: Buffer.from(secret).toString('base64') }],
		['in an address', [`https://x.example/?token=${encodeURIComponent(secret)}`]],
		['in JSON in JSON', JSON.stringify(JSON.stringify({ secret }))],
		['as the name of something', { [secret]: 1 }],
	])('%s', (_where, value) => {
		secrets.search('here', value);
		expect(secrets.found.length).toBeGreaterThan(0);
	});
});
