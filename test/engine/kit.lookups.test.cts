import type { ILoadOptionsFunctions, INodeProperties } from 'n8n-workflow';
import { NodeHelpers, Workflow } from 'n8n-workflow';

import { lookupMethods } from '../../lib/action/lookupMethods';
import type { Dropdown, MapperSource, Search } from '../../lib/action/lookups';
import { matcher } from '../../lib/action/match';
import { actionNodes } from './support/nodes.cts';
import { startKombo, type Kombo } from './support/kombo.cts';
import { fullTypeName, listSearch, loadPackage } from './harness/index.cts';

const EVIL = '={{ $(\'Start\').item.json.secret }}';

describe('what is typed into a list', () => {
	let kombo: Kombo;
	beforeAll(async () => {
		kombo = await startKombo({ jobs: 4, applications: 300 });
	});
	afterAll(async () => await kombo.sandbox.close());
	const find = async (method: string, filter?: string) => (await listSearch('kombo', method, {}, { credentials: kombo.credentials, ...(filter === undefined ? {} : { filter }) })).results;

	it('finds a person without accents, with the words in any order, by first name, and by e-mail', async () => {
		const person = kombo.sandbox.world.candidates.alive()[150];
		if (!person) throw new Error('no candidate');
		Object.assign(person, { firstName: 'Chloë', lastName: 'Mülhaüser-Łarsen' });
		for (const filter of ['mulhauser', 'larsen chloe', 'CHLOE Mülhaüser', String(person.emails[0]?.address)]) {
			expect((await find('searchCandidates', filter)).map(({ value }) => value)).toContain(person.id);
		}
		expect(await find('searchCandidates', 'chloe nobody')).toEqual([]);
	});

	it('never offers what n8n would run as an expression', async () => {
		kombo.sandbox.world.add('tag', { name: EVIL }, 'test');
		kombo.sandbox.world.add('tag', { name: 'Ordinary' }, 'test');
		const tags = await find('searchTagNames');
		expect(tags.map(({ value }) => value)).toContain('Ordinary');
		expect(JSON.stringify(tags)).not.toContain('"={{');
		// By ID it may be chosen; its name is kept in the workflow too, as text.
		expect((await find('searchTags')).map(({ name }) => name)).toContain(` ${EVIL}`);
	});

	it('is matched by word, in name and further text', () => {
		expect(matcher('berlin straße')('Straße', 'Berlin')).toBe(true);
		expect(matcher('strasse')('Straße')).toBe(true);
		expect(matcher('ærø')('Aerö')).toBe(true);
		expect(matcher(undefined)('anything')).toBe(true);
		expect(matcher('   ')('anything')).toBe(true);
	});
});

describe('a value, address or ID that begins with "="', () => {
	const search: Search = { kind: 'search', name: 's', run: async () => ({ results: [{ name: 'a', value: EVIL }, { name: 'b', value: '1', url: EVIL }, { name: 'c', value: '2' }] }) };
	const load: Dropdown = { kind: 'dropdown', name: 'd', run: async () => [{ name: 'a', value: EVIL }, { name: EVIL, value: 'b' }] };
	const source: MapperSource = {
		kind: 'mapper',
		name: 'm',
		run: async () => {
			const field = { required: false, defaultMatch: false, display: true, type: 'options' as const };
			return { fields: [{ ...field, id: EVIL, displayName: 'a' }, { ...field, id: 'b', displayName: 'b', defaultValue: EVIL }, { ...field, id: 'c', displayName: EVIL, options: [{ name: 'x', value: EVIL }, { name: 'y', value: 'y' }] }] };
		},
	};
	const methods = lookupMethods([search, load, source], [], async () => ({}));
	const host = {} as ILoadOptionsFunctions;

	it('is in no list', async () => {
		expect(await methods.listSearch.s?.call(host)).toEqual({ results: [{ name: 'c', value: '2' }] });
		expect(await methods.loadOptions.d?.call(host)).toEqual([{ name: ` ${EVIL}`, value: 'b' }]);
	});
	it('is in no mapper', async () => {
		expect(await methods.resourceMapping.m?.call(host)).toMatchObject({ fields: [{ id: 'c', displayName: ` ${EVIL}`, options: [{ value: 'y' }] }] });
	});
});

describe('in the editor', () => {
	const fieldsIn = (properties: readonly INodeProperties[]): INodeProperties[] => properties.flatMap((one) => [one, ...fieldsIn((one.options ?? []).flatMap((option) => ('values' in option ? option.values : 'type' in option ? [option] : [])))]);

	it('a stage empties when its job or application changes, in every node', () => {
		const stages = actionNodes.flatMap(({ name }) => {
			const { description } = loadPackage().nodeTypes.getByNameAndVersion(fullTypeName(name));
			return fieldsIn(description.properties).filter(({ type, modes }) => type === 'resourceLocator' && modes?.some(({ typeOptions }) => /^searchStages(OfJob)?$/.test(String(typeOptions?.searchListMethod)))).map((field) => [name, field.name, field.typeOptions?.loadOptionsDependsOn]);
		});
		expect(stages.length).toBeGreaterThan(2);
		expect(stages.filter(([node, , parents]) => node !== 'kombo' || parents !== undefined).every(([, , parents]) => Array.isArray(parents) && parents.includes('jobId.value'))).toBe(true);
	});

	it.each([
		['kombo', { resource: 'application', operation: 'moveStage' }, 'move to stage'],
		['kombo', { resource: 'application', operation: 'getAll' }, 'get many applications'],
		['ats', { provider: 'kombo', resource: 'application', operation: 'moveStage' }, 'Kombo: move to stage'],
		['ats', { provider: 'chatTechnologies', resource: 'candidate', operation: 'get' }, 'Chat Technologies: get a candidate'],
		['chatKitty', { resource: 'message', operation: 'sendToPerson' }, 'send to person'],
		['atsTrigger', { provider: 'kombo', events: ['application.created', 'offer.status_changed'] }, 'Kombo: application created, offer status changed'],
		['atsTrigger', { provider: 'lever', events: ['*'] }, 'Lever: any event'],
	])('the line under a node is in words: %s %j', (type, parameters, words) => {
		const { nodeTypes } = loadPackage();
		const { description } = nodeTypes.getByNameAndVersion(fullTypeName(type));
		const node = { id: '1', name: 'Node', type: fullTypeName(type), typeVersion: 1, position: [0, 0] as [number, number], parameters };
		node.parameters = (NodeHelpers.getNodeParameters(description.properties, parameters, true, false, node, description) ?? parameters) as typeof parameters;
		const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
		expect(workflow.expression.getSimpleParameterValue(node, String(description.subtitle), 'internal', {})).toBe(words);
	});
});
