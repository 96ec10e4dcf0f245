import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { NodeHelpers, type INode, type INodeParameters, type INodeProperties, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

import { actionNodes } from '../engine/support/nodes.cts';

const root = join(__dirname, '..', '..');
const { n8n }: { n8n: { nodes: string[] } } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const descriptions = n8n.nodes.map((file): INodeTypeDescription => {
	const source = join(root, file.replace(/^dist\//, '').replace(/\.js$/, '.ts'));
	const exported: Record<string, new () => INodeType> = require(source);
	const Node = exported[basename(source, '.node.ts')];
	if (!Node) throw new Error(`${file} exports no node of its name`);
	return new Node().description;
});

/**
 * n8n's editor (nodeTypesUtils, `getMainAuthField`) takes a field for "how to log in", and hides it from the node, when
 * each of its choices is named by some credential.
 */
function takenForLogin({ credentials = [], properties }: INodeTypeDescription): string[] {
	const named = new Map<string, Set<string>>();
	for (const { displayOptions } of credentials) {
		for (const [field, values] of Object.entries(displayOptions?.show ?? {})) {
			const known = named.get(field) ?? new Set();
			values?.forEach((value) => known.add(String(value)));
			named.set(field, known);
		}
	}
	const isTaken = ({ name, options }: INodeProperties) => options?.length !== undefined && options.every((option) => !('value' in option) || named.get(name)?.has(String(option.value)));
	return properties.filter(({ name }) => named.has(name)).filter(isTaken).map(({ name }) => name);
}

interface Shown {
	path: string;
	property: INodeProperties;
}

/** Every field that somebody can meet in the editor, also inside collections. */
function fieldsOf(properties: INodeProperties[], path = ''): Shown[] {
	return properties.filter(({ type }) => type !== 'hidden').flatMap((property): Shown[] => {
		const here = `${path}${property.displayName}`;
		const inner = (property.options ?? []).flatMap((option) => ('type' in option ? [option] : 'values' in option ? option.values : []));
		return [{ path: here, property }, ...fieldsOf(inner, `${here} > `)];
	});
}

/** ChatKitty does not document how this filter is written: an example would be made up. */
const unknowable = ['Filters > Properties'];
const speaksForItself = new Set(['resource', 'operation', 'notice', 'collection']);

describe.each(descriptions.map((description) => [description.displayName, description] as const))('%s in the editor', (_name, description) => {
	const fields = fieldsOf(description.properties);

	it('hides no field as the way to log in', () => expect(takenForLogin(description)).toEqual([]));

	it('says of every field what it is for: a description or a hint', () => {
		const silent = fields.filter(({ property: { name, type } }) => !speaksForItself.has(name) && !speaksForItself.has(type) && type !== 'fixedCollection');
		expect(silent.filter(({ property: { description: text, hint } }) => !(text || hint)).map(({ path }) => path)).toEqual([]);
	});

	it('shows an example in every field that one types into', () => {
		const empty = fields.filter(({ property: { type, default: value, typeOptions, placeholder } }) => type === 'string' && value === '' && typeOptions?.password !== true && !placeholder);
		expect(empty.map(({ path }) => path).filter((path) => !unknowable.includes(path))).toEqual([]);
	});

	it('needs few fields before an operation can run', () => {
		const operations = description.properties.filter(({ name }) => name === 'operation').flatMap(({ displayOptions, options = [] }) => options.flatMap((option) => ('value' in option ? [{ resource: String(displayOptions?.show?.resource?.[0]), operation: String(option.value) }] : [])));
		const needed = ({ resource, operation }: { resource: string; operation: string }) => {
			const chosen: INodeParameters = { resource, operation };
			const asNode: INode = { id: '1', name: 'Node', type: description.name, typeVersion: 1, position: [0, 0], parameters: chosen };
			const whole = NodeHelpers.getNodeParameters(description.properties, chosen, true, false, asNode, description) ?? chosen;
			return description.properties.filter((property) => property.required === true && (property.default === '' || property.type === 'resourceLocator') && NodeHelpers.displayParameter(whole, property, asNode, description));
		};
		expect(operations.map((one) => ({ ...one, needs: needed(one).length })).filter(({ operation, needs }) => needs > (operation === 'create' ? 9 : 6))).toEqual([]);
	});
});

it('notices a field that n8n would hide', () => {
	const [ats] = descriptions.filter(({ name }) => name === 'ats');
	if (!ats) throw new Error('there is no ATS node');
	const tied = (ats.credentials ?? []).map((one) => ({ ...one, displayOptions: { show: { provider: one.displayOptions?.show?.provider ?? one.displayOptions?.show?.['/provider'] } } }));
	expect(takenForLogin({ ...ats, credentials: tied })).toEqual(['provider']);
});

/** An agent is told an operation's sentence and nothing else: it has to say what the operation does to the data. */
describe('sentences of operations', () => {
	const reading = /^(Get|Search|Find|Download|List|Check|Wait|Export|Normalize|Test|Count)\b(?! or create)/;
	const deleting = /^(Delete|Remove|Archive|Deactivate|Reject)\b/;
	const operations = actionNodes.flatMap(({ name: node, resources }) => resources.flatMap((resource) => resource.operations.map(({ action, access, description }) => ({ node, action, access, description }))));
	const sentences = (list: typeof operations) => list.map(({ node, action }) => `${node}: ${action}`);

	it('begin with a reading word only where nothing changes', () => expect(sentences(operations.filter(({ action, access }) => access !== 'read' && reading.test(action)))).toEqual([]));
	it('begin with a word of removal where something is deleted', () => expect(sentences(operations.filter(({ action, access }) => access === 'delete' && !deleting.test(action)))).toEqual([]));
	it('never begin with a word of removal where something is only read', () => expect(sentences(operations.filter(({ action, access }) => access === 'read' && deleting.test(action)))).toEqual([]));
	it('stand once in a node', () => {
		const all = sentences(operations);
		expect(all.filter((sentence, index) => all.indexOf(sentence) !== index)).toEqual([]);
	});
	it('come with a description that says more', () => expect(sentences(operations.filter(({ action, description }) => description.length < 10 || description === action))).toEqual([]));
});
