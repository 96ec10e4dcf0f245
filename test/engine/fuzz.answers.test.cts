/**
 * Every operation again (some in `npm test`, all in deep), with one value of one answer replaced by something that is not due there.
 * `FUZZ_RUNS` is how many of them each recorded gets, `FUZZ_SEED` which.
 */
import fc from 'fast-check';

import { entryOf } from '../providers/index.cts';
import { some } from '../size.cts';
import { credentialsOn, inputItem, nodes, operationsOf, perform, Recorder, type Result, type RecordedCase } from './support/everyOperation.cts';
import { wrongEnd } from './support/oracle.cts';
import { RecordingProxy, type Exchange } from './support/recordingProxy.cts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 4);
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_105);

const junk = fc.oneof(
	// `undefined` is a field left out, and as a whole an answer without a body.
	{ weight: 8, arbitrary: fc.constantFrom<unknown>(null, '', 42, [], {}, undefined) },
	{ weight: 2, arbitrary: fc.constantFrom<unknown>('text', true, false, -1, 0, 1e300, '..', 'not a date', 'https://elsewhere.example/', [null], [[]], [42], ['text'], [{}], { error: 'It failed' }, { errors: ['It failed'] }, JSON.parse('{"__proto__":{"fuzz":1}}')) },
	{ weight: 1, arbitrary: fc.jsonValue() },
);

type Path = Array<string | number>;

/** Every place in a JSON value and what stands there, itself included. */
function places(value: unknown, at: Path = []): Array<[Path, unknown]> {
	if (typeof value !== 'object' || value === null) return [[at, value]];
	const entries: Array<[string | number, unknown]> = Array.isArray(value) ? value.slice(0, 2).map((one, index) => [index, one]) : Object.entries(value);
	return [[at, value], ...entries.flatMap(([key, inner]) => places(inner, [...at, key]))];
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
	if (key === undefined) return by;
	if (Array.isArray(value)) return value.map((one, index) => (index === key ? replaced(one, rest, by) : one));
	return Object.fromEntries(Object.entries(Object(value)).map(([name, one]) => [name, name === key ? replaced(one, rest, by) : one]));
}

function jsonOf({ body, headers }: Exchange): unknown {
	if (!/json/.test(headers['content-type'] ?? '')) return undefined;
	try {
		return JSON.parse(body.toString('utf8'));
	} catch {
		return undefined;
	}
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);
const isEmptyObject = (value: unknown) => isObject(value) && Object.keys(value).length === 0;
const shownOf = ({ items }: Result) => items.map(({ json }) => json);
/** No item, or items that say nothing at all. */
const nothingMuch = (value: unknown): boolean => (typeof value === 'object' && value !== null ? Object.values(value).every(nothingMuch) : value === null || value === undefined || value === '');

const serviceOf = ({ url }: Exchange) => entryOf(url.split('/')[1] ?? '');

const isReport = ({ operation }: RecordedCase): boolean => operation.title.includes('checkConnection');

function reportsTrouble({ items }: Result, words: RegExp): boolean {
	return items.some(({ json }) => json['status'] !== 'ok' && words.test(String(json['message'])));
}

describe.each(Object.keys(nodes))('%s', (node) => {
	let proxy: RecordingProxy;
	let credentials: ReturnType<typeof credentialsOn>;
	const cases: RecordedCase[] = [];
	const problems: string[] = [];

	beforeAll(async () => {
		proxy = await RecordingProxy.open();
		credentials = credentialsOn(proxy);
		const recorder = new Recorder(proxy, credentials);
		for (const operation of some(operationsOf(node), 7)) cases.push(...(await recorder.cases(operation)).filter(({ outcome, exchanges }) => !outcome.error && exchanges.length > 0));
	});
	afterEach(async () => {
		if (process.env.FUZZ_REPORT) (await import('node:fs')).appendFileSync(`${process.env.FUZZ_REPORT}.${node}`, problems.map((one) => `${one}\n`).join(''));
		problems.length = 0;
	});
	afterAll(async () => await proxy.close());

	/** A run in which the answer `index` has `by` in its `place`; for an end as it was, `undefined` in `place`. */
	async function altered(recorded: RecordedCase, index: number, place: Path, by: unknown): Promise<Result> {
		const exchange = recorded.exchanges[index];
		const item = await inputItem();
		const body = exchange ? Buffer.from(JSON.stringify(replaced(jsonOf(exchange), place, by)) ?? '') : Buffer.from('');
		return await proxy.replay(
			recorded.exchanges,
			async () => await perform(node, recorded.parameters, credentials, item),
			(one, turn) => (turn === index ? { ...one, body } : one),
		);
	}

	it('says what is wrong or gives a right result, whatever is answered', async () => {
		let number = SEED;
		for (const recorded of cases) {
			const spots = recorded.exchanges.slice(0, 6).flatMap((exchange, index) => {
				const body = jsonOf(exchange);
				return body === undefined ? [] : places(body).map(([place, value]) => ({ index, place, held: typeof value === 'object' && value !== null }));
			});
			if (spots.length === 0) continue;
			// The top of an answer more often than its leaves.
			const spot = fc.oneof(fc.constantFrom(...spots), fc.constantFrom(...spots.filter(({ place }) => place.length <= 2)));
			for (const [{ index, place, held }, by] of fc.sample(fc.tuple(spot, junk), { seed: number++, numRuns: RUNS })) {
				const result = await altered(recorded, index, place, by);
				const complain = (what: string) => problems.push(`${recorded.operation.title}, answer ${index} to ${recorded.exchanges[index]?.method} ${recorded.exchanges[index]?.url.slice(0, 80)}, ${place.join('.') || 'all of it'} = ${JSON.stringify(by)}: ${what}`);
				const end = wrongEnd(result);
				if (end) complain(end);
				if (Reflect.get({}, 'fuzz') !== undefined) {
					Reflect.deleteProperty(Object.prototype, 'fuzz');
					complain('a prototype was changed');
				}
				if (!result.error && recorded.operation.many && typeof place.at(-1) === 'number' && !isObject(by) && result.items.length < recorded.outcome.items.length) complain('a row was lost');
				// A list that came without its rows is no empty list, a record that came without a body is no record. A raw call shows what it got, and so does a single field.
				// Some write no list as null; which fields a record has is the vendor's business.
				const emptied = Array.isArray(by) || typeof place.at(-1) === 'number' || (place.length > 0 && (by === null || by === undefined || isEmptyObject(by))) || (isObject(by) && !isEmptyObject(by)) || !held;
				const raw = /apiRequest|passthrough/.test(recorded.operation.title);
				if (!result.error && !emptied && !raw && place.length <= 2 && nothingMuch(shownOf(result)) && !nothingMuch(shownOf(recorded.outcome))) complain(`it passed for success with ${JSON.stringify(shownOf(result)).slice(0, 100)}`);
			}
		}
		expect(problems).toEqual([]);
	});

	it('takes no for an answer, also in an answer of 200, and nothing for a yes but a yes', async () => {
		for (const recorded of cases) {
			const last = recorded.exchanges.length - 1;
			for (const index of new Set([0, last])) {
				const exchange = recorded.exchanges[index];
				const service = exchange && serviceOf(exchange);
				const no = service?.refusal?.('It said no');
				// What is read after a write only adds to what came of it: the write has been carried out.
				const follows = recorded.exchanges.slice(0, index).some(({ method, url }) => method !== 'GET' && !/search/.test(url));
				if (!exchange || follows || no === undefined || jsonOf(exchange) === undefined || exchange.url.includes('/files/')) continue;
				const result = await altered(recorded, index, [], no);
				// A report of a connection says so in one of its lines.
				if (isReport(recorded)) {
					if (!reportsTrouble(result, /It said no/)) problems.push(`${recorded.operation.title}, answer ${index}: the report does not say what the vendor said`);
					continue;
				}
				if (!result.error) problems.push(`${recorded.operation.title}, answer ${index} to ${exchange.method} ${exchange.url.slice(0, 80)}: no was taken for ${JSON.stringify(shownOf(result)).slice(0, 200)}`);
				else if (!/It said no/.test(`${result.error.message} ${String(result.error.description)}`)) problems.push(`${recorded.operation.title}: the vendor's words were lost: ${result.error.message}`);
				const yes = service?.successField;
				if (yes !== undefined && !(await altered(recorded, index, [yes], 42)).error) problems.push(`${recorded.operation.title}, answer ${index}: passed for success without "${yes}"`);
			}
		}
		expect(problems).toEqual([]);
	});
});
