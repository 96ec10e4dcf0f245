/**
 * Every field of every operation, one at a time, with values that nobody should type: of some fields of some operations in `npm test`, of all in deep.
 * `FUZZ_RUNS` is how many of them each field gets, `FUZZ_SEED` which.
 */
import fc from 'fast-check';
import type { INodeExecutionData, INodeParameters, INodeProperties, NodeParameterValueType } from 'n8n-workflow';

import { serviceEntries } from '../providers/index.cts';
import { some } from '../size.cts';
import { credentialsOn, descriptionOf, furtherCallsOf, harmless, inputItem, nodes, operationsOf, perform, Recorder, type RecordedCase } from './support/everyOperation.cts';
import { Addresses, headerNames, strays, wrongEnd } from './support/oracle.cts';
import { RecordingProxy } from './support/recordingProxy.cts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 1);
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_105);

const climbing = ['../', '..', '.', '../../admin', '%2e%2e', '%2E%2e/', '..%2f..%2fadmin', '%252e%252e', '..\\admin', '/etc/passwd', '//elsewhere.example/x', 'https://elsewhere.example/x', 'x/../../admin', ';/../admin'];
const splitting = ['%00', '\u0000', 'a\r\nX-Fuzz: 1', 'a\nX-Fuzz: 1', 'a\rX-Fuzz: 1', '%0d%0aX-Fuzz:%201', 'x?fuzz=1', 'x&fuzz=1', 'x#fuzz=1', 'x;fuzz=1', 'x@elsewhere.example', '"; filename="x.exe', '"\r\nX-Fuzz: 1\r\n\r\n', '\u2028', '\u202e'];
const confusing = ['__proto__', 'constructor', 'toString', '{"__proto__":{"fuzz":1}}', '{"constructor":{"prototype":{"fuzz":1}}}', '{"a":', '[', '😀', '日本語', '\ud800', 'a\udc00b', '0123', '1e400', '-1', 'null', 'true', ' ', '=x', '{{ 1 }}', '<b>', "' OR 1=1 --"];
const untyped: unknown[] = [42, 0, -1, 1.5, 1e21, true, false, null, [], {}, [[]], [null], ['..', '\r\n'], { fuzz: 1 }, { mode: 'id', value: {} }, { mode: 'list', value: null }, { row: 5 }, { row: [null, 5] }, { toISO: 'x' }, JSON.parse('{"__proto__":{"fuzz":1}}'), JSON.parse('{"constructor":{"prototype":{"fuzz":1}}}')];

const hostile = fc.oneof(
	{ weight: 6, arbitrary: fc.constantFrom<unknown>(...climbing) },
	{ weight: 6, arbitrary: fc.constantFrom<unknown>(...splitting) },
	{ weight: 5, arbitrary: fc.constantFrom<unknown>(...confusing) },
	{ weight: 8, arbitrary: fc.constantFrom(...untyped) },
	{ weight: 1, arbitrary: fc.constant<unknown>('x'.repeat(1_000_000)) },
	{ weight: 2, arbitrary: fc.array(fc.nat(0x10ffff), { maxLength: 40 }).map((points) => String.fromCodePoint(...points)) },
	{ weight: 2, arbitrary: fc.tuple(fc.constantFrom(...climbing, ...splitting), fc.constantFrom(...climbing, ...splitting)).map((two) => two.join('')) },
	{ weight: 1, arbitrary: fc.jsonValue() },
);

/** One place of an operation's parameters. */
interface Spot {
	name: string;
	/** The parameters with an expression, or the value itself, in this place. */
	with(value: unknown): NodeParameterValueType;
}

/** What went wrong before is tried each time. */
const onceWrong = (spot: string): unknown[] => (spot.endsWith('binaryField') ? ['toString'] : []);

const FROM_ITEM = '={{ $json.fuzz }}';

/** A field, and whatever is inside it. A value comes as it does in life: from an expression. */
function spotsOf(property: INodeProperties, present: NodeParameterValueType): Spot[] {
	const { name, type, options = [] } = property;
	const whole: Spot = { name, with: (value) => (property.noDataExpression === true ? (value as NodeParameterValueType) : FROM_ITEM) };
	const inside = (children: INodeProperties[], wrap: (child: INodeParameters) => NodeParameterValueType, siblings: INodeParameters): Spot[] =>
		children.flatMap((child) =>
			spotsOf(child, siblings[child.name] ?? child.default).map((spot) => ({ name: `${name}.${spot.name}`, with: (value: unknown) => wrap({ ...siblings, [child.name]: spot.with(value) }) })),
		);
	if (type === 'resourceLocator') return [whole, { name: `${name} by ID`, with: () => ({ __rl: true, mode: 'id', value: FROM_ITEM }) }];
	if (type === 'resourceMapper') return [whole, { name: `${name}.value`, with: () => ({ mappingMode: 'defineBelow', value: { field: FROM_ITEM } }) }];
	if (type === 'collection') return [whole, ...inside(options as INodeProperties[], (child) => child, present as INodeParameters)];
	if (type !== 'fixedCollection') return [whole];
	return [
		whole,
		...options.flatMap((group) => {
			if (!('values' in group)) return [];
			const siblings = Object.fromEntries(group.values.map((child) => [child.name, harmless(child)]));
			return inside(group.values, (row) => ({ [group.name]: property.typeOptions?.multipleValues ? [row] : row }) as INodeParameters, siblings);
		}),
	];
}

/** Fields in which a person types an address or a list of query parameters. */
const TYPED_ADDRESS = /(^|\.)(\w*[pP]ath|query|method|api|methodOverride)\b/;
/** Headers that only an option adds. */
const OPTIONAL_HEADERS = ['content-type', 'content-length', 'transfer-encoding', 'part content-disposition', 'part content-type', ...serviceEntries.flatMap(({ optionalHeaders = [] }) => optionalHeaders)];

describe.each(Object.keys(nodes))('%s', (node) => {
	let proxy: RecordingProxy;
	let credentials: ReturnType<typeof credentialsOn>;
	const cases: RecordedCase[] = [];

	beforeAll(async () => {
		proxy = await RecordingProxy.open();
		credentials = credentialsOn(proxy);
		const recorder = new Recorder(proxy, credentials);
		for (const operation of some(operationsOf(node), 3)) cases.push(...(await recorder.cases(operation)));
	});
	afterAll(async () => await proxy.close());

	it('runs nearly every operation as it stands, so that the rest means something', () => {
		const good = cases.filter(({ outcome }) => !outcome.error);
		expect(good.length / cases.length).toBeGreaterThan(0.75);
		expect(cases.flatMap(({ outcome, operation }) => wrongEnd(outcome)?.concat(` in ${operation.title}`) ?? [])).toEqual([]);
	});

	it('calls no other address, splits no header, touches no prototype and says what is wrong, whatever is typed', async () => {
		const bases = Object.values(proxy.urls).map((url) => new URL(url).pathname);
		const headers = new Set([...OPTIONAL_HEADERS, ...cases.flatMap(({ requests }) => requests.flatMap(headerNames))]);
		const addresses = new Addresses(cases, credentials.store, furtherCallsOf(node));
		const problems: string[] = [];
		let count = 0;

		const check = async (recorded: RecordedCase, spot: string, value: unknown, parameters: INodeParameters, more: Partial<INodeExecutionData> = {}) => {
			const item = await inputItem();
			const result = await proxy.replay(recorded.exchanges, async () => await perform(node, parameters, credentials, { ...item, json: { ...item.json, fuzz: value as string }, ...more }));
			count++;
			const shown = typeof value === 'string' && value.length > 100 ? `${value.length} characters` : JSON.stringify(value);
			const complain = (what: string) => problems.push(`${recorded.operation.title}, ${spot} = ${shown}: ${what}`);
			const end = wrongEnd(result);
			if (end) complain(end);
			for (const seen of proxy.seen) {
				const call = `${seen.method} ${seen.url.slice(0, 200)}`;
				const typed = TYPED_ADDRESS.test(spot);
				const strayed = strays(seen, [...bases, '/files']);
				if (strayed) complain(`${call} ${strayed}`);
				if (!typed && !addresses.fits(seen)) complain(`${call} is no address of this node`);
				if (!typed && new URL(seen.url, 'http://stage').searchParams.has('fuzz')) complain(`${call} has a query parameter of the value's own`);
				const strange = headerNames(seen).filter((name) => !headers.has(name));
				if (strange.length > 0) complain(`${call} has the headers ${strange.join(', ')}`);
			}
			if (Reflect.get({}, 'fuzz') !== undefined || Reflect.get([], 'fuzz') !== undefined) {
				Reflect.deleteProperty(Object.prototype, 'fuzz');
				complain('a prototype was changed');
			}
		};

		let number = SEED;
		const spots = cases.flatMap((recorded) =>
			[...recorded.fields, ...descriptionOf(node).properties.filter(({ name }) => name === 'provider')].flatMap((property) => spotsOf(property, recorded.parameters[property.name] ?? property.default).map((spot) => ({ recorded, property, spot }))),
		);
		for (const { recorded, property, spot } of some(spots, 5)) {
			for (const value of [...onceWrong(spot.name), ...fc.sample(hostile, { seed: number++, numRuns: RUNS })]) {
				await check(recorded, spot.name, value, { ...recorded.parameters, [property.name]: spot.with(value) });
			}
		}
		for (const recorded of some(cases.filter(({ fields }) => fields.some(({ name }) => name === 'binaryField')), 4)) {
			for (const value of ['x'.repeat(1_000_000), ...fc.sample(hostile.filter((one) => typeof one === 'string'), { seed: number++, numRuns: RUNS * 3 })]) {
				const { binary: { data } = {} } = await inputItem();
				if (data) await check(recorded, 'the name and type of the file', value, recorded.parameters, { binary: { data: { ...data, fileName: String(value), mimeType: String(value) } } });
			}
		}
		if (process.env.FUZZ_REPORT) (await import('node:fs')).writeFileSync(`${process.env.FUZZ_REPORT}.${node}`, problems.join('\n'));
		expect(problems).toEqual([]);
		expect(count).toBeGreaterThan((some(cases, 5).length - 1) * RUNS);
	});
});
