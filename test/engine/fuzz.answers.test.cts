/**
 * Every operation again, with one value of one answer replaced by something that is not due there. `FUZZ_RUNS` is how many
 * of them each scene gets, `FUZZ_SEED` which.
 */
import fc from 'fast-check';

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

/** How a vendor says no in an answer of 200. */
const NO: Record<string, unknown> = {
	kombo: { status: 'error', error: { code: 'REMOTE.INPUT_INVALID', title: 'No', message: 'It said no' } },
	knit: { success: false, error: { msg: 'It said no' } },
	flatchr: { statusCode: 400, error: 'Bad Request', message: 'It said no' },
	chatTechnologies: { errors: [{ status: '422', title: 'It said no' }] },
	chatkitty: { timestamp: '2026-01-05T09:00:00.000Z', status: 422, error: 'Unprocessable Entity', message: 'It said no' },
};
/** Where a vendor says yes in each answer. */
const YES: Record<string, string> = { kombo: 'status', knit: 'success' };
const serviceOf = ({ url }: Exchange): string => url.split('/')[1] ?? '';

describe.each(Object.keys(nodes))('%s', (node) => {
	let stage: RecordingProxy;
	let credentials: ReturnType<typeof credentialsOn>;
	const scenes: RecordedCase[] = [];
	const problems: string[] = [];

	beforeAll(async () => {
		stage = await RecordingProxy.open();
		credentials = credentialsOn(stage);
		const rehearsal = new Recorder(stage, credentials);
		for (const operation of operationsOf(node)) scenes.push(...(await rehearsal.scenes(operation)).filter(({ outcome, exchanges: tape }) => !outcome.error && tape.length > 0));
	}, 300_000);
	afterEach(async () => {
		if (process.env.FUZZ_REPORT) (await import('node:fs')).appendFileSync(`${process.env.FUZZ_REPORT}.${node}`, problems.map((one) => `${one}\n`).join(''));
		problems.length = 0;
	});
	afterAll(async () => await stage.close());

	/** A run in which the answer `index` has `by` in its `place`; for an end as it was, `undefined` in `place`. */
	async function spoilt(scene: RecordedCase, index: number, place: Path, by: unknown): Promise<Result> {
		const exchange = scene.exchanges[index];
		const item = await inputItem();
		const body = exchange ? Buffer.from(JSON.stringify(replaced(jsonOf(exchange), place, by)) ?? '') : Buffer.from('');
		return await stage.replay(
			scene.exchanges,
			async () => await perform(node, scene.parameters, credentials, item),
			(one, turn) => (turn === index ? { ...one, body } : one),
		);
	}

	it('says what is wrong or gives a right result, whatever is answered', async () => {
		let number = SEED;
		for (const scene of scenes) {
			const spots = scene.exchanges.slice(0, 6).flatMap((exchange, index) => {
				const body = jsonOf(exchange);
				return body === undefined ? [] : places(body).map(([place, value]) => ({ index, place, held: typeof value === 'object' && value !== null }));
			});
			if (spots.length === 0) continue;
			// The top of an answer more often than its leaves.
			const spot = fc.oneof(fc.constantFrom(...spots), fc.constantFrom(...spots.filter(({ place }) => place.length <= 2)));
			for (const [{ index, place, held }, by] of fc.sample(fc.tuple(spot, junk), { seed: number++, numRuns: RUNS })) {
				const result = await spoilt(scene, index, place, by);
				const complain = (what: string) => problems.push(`${scene.operation.title}, answer ${index} to ${scene.exchanges[index]?.method} ${scene.exchanges[index]?.url.slice(0, 80)}, ${place.join('.') || 'all of it'} = ${JSON.stringify(by)}: ${what}`);
				const end = wrongEnd(result);
				if (end) complain(end);
				if (Reflect.get({}, 'fuzz') !== undefined) {
					Reflect.deleteProperty(Object.prototype, 'fuzz');
					complain('a prototype was changed');
				}
				if (!result.error && scene.operation.many && typeof place.at(-1) === 'number' && !isObject(by) && result.items.length < scene.outcome.items.length) complain('a row was lost');
				// A list that came without its rows is no empty list, a record that came without a body is no record. A raw call shows what it got, and so does a single field.
				// Some write no list as null; which fields a record has is the vendor's business.
				const emptied = Array.isArray(by) || typeof place.at(-1) === 'number' || (place.length > 0 && (by === null || by === undefined || isEmptyObject(by))) || (isObject(by) && !isEmptyObject(by)) || !held;
				const raw = /apiRequest|passthrough/.test(scene.operation.title);
				if (!result.error && !emptied && !raw && place.length <= 2 && nothingMuch(shownOf(result)) && !nothingMuch(shownOf(scene.outcome))) complain(`it passed for success with ${JSON.stringify(shownOf(result)).slice(0, 100)}`);
			}
		}
		expect(problems).toEqual([]);
	}, 3_600_000);

	it('takes no for an answer, also in an answer of 200, and nothing for a yes but a yes', async () => {
		for (const scene of scenes) {
			const last = scene.exchanges.length - 1;
			for (const index of new Set([0, last])) {
				const exchange = scene.exchanges[index];
				const no = exchange && NO[serviceOf(exchange)];
				// What is read after a write only adds to what came of it: the write has been carried out.
				const follows = scene.exchanges.slice(0, index).some(({ method, url }) => method !== 'GET' && !/search/.test(url));
				if (!exchange || follows || no === undefined || jsonOf(exchange) === undefined || exchange.url.includes('/files/')) continue;
				const result = await spoilt(scene, index, [], no);
				if (!result.error) problems.push(`${scene.operation.title}, answer ${index} to ${exchange.method} ${exchange.url.slice(0, 80)}: no was taken for ${JSON.stringify(shownOf(result)).slice(0, 200)}`);
				else if (!/It said no/.test(`${result.error.message} ${String(result.error.description)}`)) problems.push(`${scene.operation.title}: the vendor's words were lost: ${result.error.message}`);
				const yes = YES[serviceOf(exchange)];
				if (yes !== undefined && !(await spoilt(scene, index, [yes], 42)).error) problems.push(`${scene.operation.title}, answer ${index}: passed for success without "${yes}"`);
			}
		}
		expect(problems).toEqual([]);
	}, 3_600_000);
});
