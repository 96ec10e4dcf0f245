import fc from 'fast-check';
import { DateTime } from 'luxon';

import { binary, choice, choices, collection, date, dateTime, dropdown, dropdowns, email, EMPTIED, id, json, jsonObject, list, locator, mapper, number, readAll, rows, text, toggle, when, type Field } from '../../lib/action/field';
import { operationsOf, type Resource } from '../../lib/action/operation';
import { allFields, nodeOptions, propertiesOf } from '../../lib/action/properties';
import { FieldError } from '../../lib/errors';

const about = { displayName: 'Thing' };
const options = [
	{ name: 'B', value: 'b' },
	{ name: 'A', value: 'a' },
] as const;
const search = { kind: 'search', name: 'searchThings', run: async () => ({ results: [] }) } as const;
const load = { kind: 'dropdown', name: 'loadThings', dependsOn: ['jobId'], run: async () => [] } as const;
const source = { kind: 'mapper', name: 'mapThings', run: async () => ({ fields: [] }) } as const;
const picked = (value: unknown) => ({ __rl: true, mode: 'list', value });
const luxon = DateTime.fromISO('2026-03-31T09:30:00', { zone: 'Europe/Berlin' });

/** kind, field, what is given, what comes of it (FieldError: it is refused). */
const kinds: Array<[string, Field, Array<[unknown, unknown]>]> = [
	['text', text('a', about), [['x', 'x'], [' x ', ' x '], [7, '7'], [true, 'true'], ['', undefined], ['  ', undefined], [null, undefined], [undefined, undefined], [{}, FieldError], [['x'], FieldError]]],
	['required text', text('a', { ...about, required: true }), [['x', 'x'], ['', FieldError], [null, FieldError], [undefined, FieldError]]],
	['id', id('a', about), [[' 0012 ', '0012'], [12, '12'], ['"J1"', 'J1'], ["'J1'", 'J1'], ['\u00a0J1\r\n\u200b', 'J1'], ['12345678901234567890', '12345678901234567890'], ['', FieldError], [{}, FieldError], ['null', FieldError], ['undefined', FieldError], ['None', FieldError], ['"NaN"', FieldError], [NaN, FieldError], [2 ** 60, FieldError], [true, FieldError], ['[object Object]', FieldError], ['["J1","J2"]', FieldError], [['J1'], FieldError], ['\u00adJ1\u2063', 'J1'], ['“J1”', 'J1'], ['#J1', '#J1'], ['#N/A', FieldError], ['#REF!', FieldError], ['#NAME?', FieldError], ['#DIV/0!', FieldError], ['#BEZUG!', FieldError], ['n/a', FieldError], ['J1\nJ2', FieldError], ['("J1",)', FieldError]]],
	['e-mail address', email('a', about), [['jane@example.com', 'jane@example.com'], [' jane@example.com\r\n', 'jane@example.com'], ['\u00a0jane@example.com\u200b', 'jane@example.com'], ['', undefined], ['jane', FieldError], ['jane@', FieldError], ['@example.com', FieldError], ['jane@@example.com', FieldError], ['jane@example.com, jo@example.com', FieldError], ['Jane <jane@example.com>', FieldError], ['jane doe@example.com', FieldError], ['jane@exam\u00adple.com\0', 'jane@example.com'], ['\u0085jane@example.com\u061c', 'jane@example.com'], ['„jane@example.com“', 'jane@example.com'], ['jane@example.com.', FieldError], ['jane@example..com', FieldError], ['jane@example.com\\n', FieldError], ['null', FieldError], [7, FieldError], [{}, FieldError]]],
	['optional id', id('a', { ...about, required: false }), [['x', 'x'], ['', undefined]]],
	['locator', locator('a', { ...about, search }), [[picked('x'), 'x'], ['x', 'x'], [picked(7), '7'], [picked(''), FieldError], [picked(null), FieldError], [null, FieldError]]],
	['optional locator', locator('a', { ...about, search, required: false }), [[picked('x'), 'x'], [picked(''), undefined], [undefined, undefined]]],
	['number', number('a', { ...about, min: 0, max: 10 }), [[0, 0], ['3.5', 3.5], [10, 10], ['', undefined], [null, undefined], [11, FieldError], [-1, FieldError], ['three', FieldError], [true, FieldError], [[1], FieldError], [NaN, FieldError]]],
	['whole number', number('a', { ...about, integer: true, required: true }), [[3, 3], [3.5, FieldError], ['', FieldError]]],
	['toggle', toggle('a', { ...about, default: true }), [[true, true], [false, false], ['true', true], ['false', false], ['', true], [undefined, true], ['yes', FieldError], [1, FieldError]]],
	['choice', choice('a', { ...about, options }), [['a', 'a'], ['', 'b'], [undefined, 'b'], ['c', FieldError], [['a'], FieldError]]],
	['choices', choices('a', { ...about, options }), [[['a', 'b'], ['a', 'b']], ['a, b', ['a', 'b']], ['', []], [undefined, []], [[], []], ['["a", "b"]', ['a', 'b']], ['"a"', ['a']], [EMPTIED, FieldError], ['[]', FieldError], [['c'], FieldError]]],
	['dropdown', dropdown('a', { ...about, load, required: true }), [['x', 'x'], ['', FieldError]]],
	['dropdowns', dropdowns('a', { ...about, load }), [[['x', 7], ['x', '7']], ['x,y', ['x', 'y']], ['', []], [[], []], ["['x', 'y']", ['x', 'y']], [EMPTIED, FieldError], ['null', FieldError], [[{}], FieldError]]],
	['list', list('a', about), [
		['a, b ,,c', ['a', 'b', 'c']],
		[['a', ' b ', '', null], ['a', 'b']],
		[7, ['7']],
		['', []],
		[undefined, []],
		['["J1","J2"]', ['J1', 'J2']],
		[' ["J1", "J2, late"] ', ['J1', 'J2, late']],
		["['J1', 'J2']", ['J1', 'J2']],
		['[12345678901234567890, 2]', ['12345678901234567890', '2']],
		['"J1"', ['J1']],
		['"J1, late", "J2"', ['J1, late', 'J2']],
		['[J1, J2]', ['J1', 'J2']],
		['J1\r\nJ2\n', ['J1', 'J2']],
		['“J1”, „J2, late“', ['J1', '„J2', 'late“']],
		['on site; Berlin', ['on site; Berlin']],
		['["J1", "J2"', FieldError],
		['J1, #N/A', FieldError],
		[[], FieldError],
		['[]', FieldError],
		[[null, ''], FieldError],
		[' , ', FieldError],
		['null', FieldError],
		['J1, undefined', FieldError],
		[['None'], FieldError],
		['[{"id":"J1"}]', FieldError],
		[{}, FieldError],
	]],
	['list of IDs', list('a', { ...about, of: 'id' }), [['J1, 2', ['J1', '2']], [[7, '8'], ['7', '8']], [[2 ** 60], FieldError], ['J1;J2\nJ3', ['J1', 'J2', 'J3']], ['“J1”; “J2”', ['J1', 'J2']], ['J1\tJ2', FieldError]]],
	['list of addresses', list('a', { ...about, of: 'email' }), [['jane@example.com; jo@example.com', ['jane@example.com', 'jo@example.com']], [' jane@example.com ; '.replace(' ; ', '\n'), ['jane@example.com']], ['jane@example.com, jo', FieldError]]],
	['list that is written', list('a', { ...about, mayBeEmpty: true }), [[[], []], ['[]', []], [EMPTIED, []], ['', []], ['a', ['a']]]],
	['date and time', dateTime('a', about), [
		['2026-03-31T09:30:00Z', '2026-03-31T09:30:00.000Z'],
		['2026-03-31T09:30:00+02:00', '2026-03-31T07:30:00.000Z'],
		['2026-03-31 09:30:00 +0200', '2026-03-31T07:30:00.000Z'],
		['2026-03-31 09:30', '2026-03-31T09:30:00.000Z'],
		['2026-03-31', '2026-03-31T00:00:00.000Z'],
		['2026-03-31T09:30:00.123456Z', '2026-03-31T09:30:00.123Z'],
		[luxon, '2026-03-31T07:30:00.000Z'],
		[new Date('2026-03-31T07:30:00Z'), '2026-03-31T07:30:00.000Z'],
		['', undefined],
		['2026-02-30', FieldError],
		['2026-13-01T00:00:00Z', FieldError],
		['tomorrow', FieldError],
		['31.03.2026', FieldError],
		[1774949400000, FieldError],
		[new Date(NaN), FieldError],
		[{}, FieldError],
	]],
	['day', date('a', about), [['2026-03-31', '2026-03-31'], ['2026-03-31T23:30:00-05:00', '2026-03-31'], [luxon, '2026-03-31'], ['', undefined], ['2026-02-30', FieldError], ['soon', FieldError]]],
	['JSON', json('a', about), [['{"a":1}', { a: 1 }], ['[1]', [1]], ['null', null], [{ a: 1 }, { a: 1 }], [[1], [1]], ['', undefined], ['{"a":', FieldError], ['\ufeff{"a":1}', { a: 1 }], ['{"id":"12345678901234567890"}', { id: '12345678901234567890' }], ['{"id":12345678901234567890}', FieldError], ['{"__proto__":{"x":1},"b":2}', { b: 2 }]]],
	['JSON object', jsonObject('a', about), [['{"a":1}', { a: 1 }], [{ a: 1 }, { a: 1 }], ['', undefined], ['{}', undefined], [{}, undefined], ['[1]', FieldError], ['3', FieldError], ['null', FieldError], ['{', FieldError]]],
	['JSON object with a default', jsonObject('a', { ...about, default: '{}' }), [['{}', {}], [{}, {}], ['{"a":1}', { a: 1 }]]],
	['required JSON object', jsonObject('a', { ...about, required: true }), [['{}', {}], ['', FieldError]]],
	['collection', collection('a', { ...about, fields: [text('x', about), list('y', about), locator('z', { ...about, search, required: false })] }), [[{}, {}], [{ x: 'v', y: '' }, { x: 'v' }], [{ y: 'a,b', z: picked('') }, { y: ['a', 'b'] }], [undefined, {}], ['', {}], ['text', FieldError], [[1], FieldError], [{ x: {} }, FieldError]]],
	['rows', rows('a', { ...about, addLabel: 'Add', rowLabel: 'Row', fields: [text('x', { ...about, required: true }), toggle('on', about)] }), [[{}, []], [undefined, []], ['', []], [{ row: [{ x: '1' }, { x: '2', on: true }] }, [{ x: '1', on: false }, { x: '2', on: true }]], [[{ x: '1' }], [{ x: '1', on: false }]], [{ x: '1' }, [{ x: '1', on: false }]], [{ row: [{ x: '' }] }, FieldError], [['text'], FieldError], ['text', FieldError]]],
	['binary', binary('a'), [['data', 'data'], [' cv ', 'cv'], ['', FieldError]]],
	['mapper', mapper('a', { ...about, source }), [[{ mappingMode: 'defineBelow', value: { q: 'x', none: '', off: false, zero: 0 } }, { q: 'x', off: false, zero: 0 }], [{ mappingMode: 'defineBelow', value: null }, {}], [undefined, {}]]],
	['hidden field', when(text('a', { ...about, required: true }), { mode: ['x'] }), [['v', 'v'], [undefined, undefined], ['', FieldError], [null, FieldError]]],
];

describe.each(kinds)('a %s', (_kind, field, cases) => {
	it.each(cases.map(([given, result]) => [given, result] as const))('reads %j', (given, result) => {
		if (result !== FieldError) {
			expect(field.read(given)).toEqual(result);
			return;
		}
		expect(() => field.read(given)).toThrow(FieldError);
		expect(() => field.read(given)).toThrow(field.property.displayName);
	});
});

describe('a JSON field in the editor', () => {
	it('shows its example below, since n8n shows no placeholder in it', () => {
		expect(json('a', { ...about, placeholder: '{"b": 1}' }).property.hint).toBe('Example: {"b": 1}');
		expect(json('a', { ...about, placeholder: '{"b": 1}', hint: 'Not documented' }).property.hint).toBe('Not documented. Example: {"b": 1}');
	});

	it('starts with {} rather than an empty text, which n8n marks as an error', () => expect(jsonObject('a', about).property.default).toBe('{}'));
});

describe('any value', () => {
	it('is either read or refused in words: no field throws anything else', () => {
		fc.assert(
			fc.property(fc.constantFrom(...kinds.map(([, field]) => field)), fc.anything({ withDate: true, withBigInt: true }), (field, given) => {
				try {
					field.read(given);
				} catch (error) {
					expect(error).toBeInstanceOf(FieldError);
				}
			}),
			{ numRuns: 3000 },
		);
	});

	it('that is a date stays the same moment, wherever the workflow is', () => {
		const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'utc');
		fc.assert(
			fc.property(fc.date({ min: new Date('1971-01-01'), max: new Date('2199-01-01'), noInvalidDate: true }), zones, zones, (moment, zone, other) => {
				const field = dateTime('a', about);
				const local = DateTime.fromJSDate(moment, { zone });
				expect(field.read(local.toISO({ suppressMilliseconds: false }), other)).toBe(moment.toISOString());
				// Hours that a clock shows twice in autumn are ambiguous without a zone.
				if (local.getPossibleOffsets().length === 1) expect(field.read(local.toISO({ includeOffset: false }), zone)).toBe(moment.toISOString());
			}),
		);
	});

	it('that the editor gives without a zone is in that of the workflow', () => {
		expect(dateTime('a', about).read('2026-07-01T09:00:00', 'Europe/Berlin')).toBe('2026-07-01T07:00:00.000Z');
		const nested = collection('a', { ...about, fields: [rows('r', { ...about, addLabel: '', rowLabel: '', fields: [when(dateTime('t', about), {})] })] });
		expect(nested.read({ r: { row: [{ t: '2026-01-01T09:00:00' }] } }, 'Europe/Berlin')).toEqual({ r: [{ t: '2026-01-01T08:00:00.000Z' }] });
	});

	it('that is a Date has its day in the zone of the workflow', () => {
		expect(date('a', about).read(new Date('2026-03-30T22:00:00Z'), 'Europe/Berlin')).toBe('2026-03-31');
	});

	it('of several fields is read by name', () => {
		expect(readAll([text('a', about), toggle('b', about)], { a: 'x', c: 1 })).toEqual({ a: 'x', b: false });
	});
});

describe('the editor', () => {
	const operation = operationsOf<null>();
	const shared = text('shared', { displayName: 'Shared' });
	const spec = { description: 'd', access: 'read' as const, run: async () => undefined };
	const first = operation({ ...spec, name: 'First', value: 'first', action: 'First', fields: [shared, text('own', about), collection('more', { displayName: 'More', fields: [text('z', { displayName: 'Z' }), text('y', { displayName: 'Y', required: true })] })], many: true, simplify: (row) => row });
	const second = operation({ ...spec, name: 'A Second', value: 'second', action: 'Second', fields: [text('before', about), shared] });
	const reversed = operation({ ...spec, name: 'Third', value: 'third', action: 'Third', fields: [shared, text('before', about)] });
	const resource: Resource<null> = { name: 'Thing', value: 'thing', operations: [first, second] };
	const shown = (resources: ReadonlyArray<Resource<null>>) => propertiesOf(resources, nodeOptions([]));

	it('lists operations by name, and starts with the first that the service names', () => {
		const property = shown([resource]).find(({ name }) => name === 'operation');
		expect(property).toMatchObject({ default: 'first', options: [{ name: 'A Second' }, { name: 'First' }] });
	});

	it('keeps the order of each operation, and shows a shared field once', () => {
		const names = shown([resource]).map(({ name, displayOptions }) => [name, displayOptions?.show?.operation]);
		expect(names).toEqual([
			['resource', undefined],
			['operation', undefined],
			['before', ['second']],
			['shared', ['first', 'second']],
			['own', ['first']],
			['returnAll', ['first']],
			['limit', ['first']],
			['simplify', ['first']],
			['more', ['first']],
			['options', undefined],
		]);
	});

	it('shows a field twice only where two operations order it against each other', () => {
		const other = operation({ ...spec, name: 'Other', value: 'other', action: 'Other', fields: [...reversed.fields].reverse() });
		const names = shown([{ ...resource, operations: [reversed, other] }]).map(({ name, displayOptions }) => [name, displayOptions?.show?.operation]);
		for (const one of [reversed, other]) {
			const order = names.filter(([, users]) => Array.isArray(users) && users.includes(one.value)).map(([name]) => name);
			expect(order).toEqual(allFields(one).map(({ name }) => name));
		}
	});

	it('asks for a limit only when not all are wanted, and for fields of a collection by name and freely', () => {
		const properties = shown([resource]);
		expect(properties.find(({ name }) => name === 'limit')?.displayOptions?.show).toMatchObject({ returnAll: [false] });
		expect(properties.find(({ name }) => name === 'more')?.options).toMatchObject([{ name: 'y', required: false }, { name: 'z' }]);
	});

	it('says who can, where the value of a field above cannot do an operation', () => {
		const provider = choice('provider', { displayName: 'Provider', options: [{ name: 'A', value: 'a' }, { name: 'B', value: 'b' }] });
		const everybody = operation({ ...spec, name: 'All', value: 'all', action: 'All', fields: [], offered: { provider: ['a', 'b'] } });
		const some = operation({ ...spec, name: 'Some', value: 'some', action: 'Some', fields: [], offered: { provider: ['b'] } });
		const notices = propertiesOf([{ ...resource, operations: [first, everybody, some] }], nodeOptions([]), [provider]).filter(({ type }) => type === 'notice');
		expect(notices).toMatchObject([{ displayName: expect.stringMatching(/^The chosen provider cannot do this\. B can:/), displayOptions: { show: { resource: ['thing'], operation: ['some'] }, hide: { provider: ['b'] } } }]);
	});

	it('tells a list what it depends on, and names the search of a locator', () => {
		expect(dropdown('a', { ...about, load }).property.typeOptions).toEqual({ loadOptionsMethod: 'loadThings', loadOptionsDependsOn: ['jobId'] });
		expect(locator('a', { ...about, search, typedAs: 'By Name' }).property.modes).toMatchObject([{ name: 'list', typeOptions: { searchListMethod: 'searchThings' } }, { name: 'id', displayName: 'By Name' }]);
	});
});
