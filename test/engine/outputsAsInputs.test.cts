/** What one operation puts out under a name, every operation that asks for that thing takes. Things and fields are read from the nodes' own descriptions. */
import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { serviceEntries } from '../providers/index.cts';
import { some } from '../size.cts';
import { credentialsOn, inputItem, nodes, operationsOf, perform, Recorder, type RecordedCase } from './support/everyOperation.cts';
import { RecordingProxy } from './support/recordingProxy.cts';

/** Fields that ask for a thing under another name. */
const ALIASES: Record<string, string> = { recipient: 'user', colleague: 'user', sender: 'user', author: 'user' };

const showsCreatedLate = (node: string) => serviceEntries.some((entry) => entry.node?.name === node && entry.showsCreatedLate === true);

/** Operations whose rows are records of their resource: elsewhere "id" is that of something else. */
const OWN = /^(get|getAll|create|findOrCreate|update)$/;

const thingOf = (name: string, resource: string): string | undefined => {
	if (name === 'id') return resource;
	const camel = name.replace(/_([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
	return ALIASES[camel] ?? (/[a-z]Id$/.test(camel) ? camel.slice(0, -2) : undefined);
};

const asksForOne = ({ type, modes }: INodeProperties) => (type === 'resourceLocator' && modes?.some(({ displayName }) => displayName === 'By ID')) || type === 'string';

/** The sentence quotes another ID, or says that something else is not there: an applicant below the vacancy that was handed over. */
const otherwise = (message: string, value: string, thing: string) => !message.includes(value) && (/["“][\w-]{6,}["”]|ID \w{6,}/.test(message) || (/^(?:no )?(\w+) (?:was )?not found/i.exec(message)?.[1]?.toLowerCase() ?? thing) !== thing);

/** A refusal of the ID itself; other fields may be wrong for reasons of their own. */
const refused = (error: { message: string; httpCode?: string } | undefined, value: string, thing: string) => error !== undefined && !otherwise(error.message, value, thing) && (error.httpCode === '404' || /there is no|not found|not an ID|is no username|is the word/i.test(error.message));

describe.each(Object.keys(nodes))('%s', (node) => {
	let proxy: RecordingProxy;
	beforeAll(async () => void (proxy = await RecordingProxy.open()));
	afterAll(async () => await proxy.close());

	test('takes the IDs that it gives, for every pair of operations', async () => {
		const credentials = credentialsOn(proxy);
		const recorder = new Recorder(proxy, credentials);
		const runs: RecordedCase[] = [];
		for (const operation of operationsOf(node)) if (operation.access !== 'delete') runs.push(await recorder.one(operation, {}));
		const partOf = ({ operation }: RecordedCase) => String(operation.chosen.provider ?? '');
		const all: Array<{ part: string; thing: string; value: string | number; from: string }> = runs.flatMap((run) => {
			const [row] = run.outcome.items;
			return Object.entries((row?.json ?? {}) as IDataObject).flatMap(([name, value]) => {
				if (showsCreatedLate(node) && run.operation.chosen.operation === 'create') return [];
				if (name === 'id' && !OWN.test(String(run.operation.chosen.operation))) return [];
				const thing = thingOf(name, String(run.operation.chosen.resource));
				return thing !== undefined && (typeof value === 'string' || typeof value === 'number') && value !== '' ? [{ part: partOf(run), thing, value, from: `${run.operation.title} ${name}` }] : [];
			});
		});
		// What several operations give alike is handed on once.
		const given = [...new Map(all.map((one) => [JSON.stringify([one.part, one.thing, one.value]), one])).values()];
		const pairs: Array<{ run: RecordedCase; field: INodeProperties; thing: string; value: string | number; from: string }> = [];
		for (const run of runs.filter(({ outcome }) => outcome.error === undefined)) {
			for (const field of run.fields.filter((one) => asksForOne(one) && (one.required === true || one.type === 'resourceLocator'))) {
				const thing = thingOf(field.name, String(run.operation.chosen.resource));
				if (thing === undefined) continue;
				for (const { value, from } of given.filter((one) => one.thing === thing && one.part === partOf(run))) pairs.push({ run, field, thing, value, from });
			}
		}
		const wrong: string[] = [];
		for (const { run, field, thing, value, from } of some(pairs, 3)) {
			const handed = field.type === 'resourceLocator' ? { __rl: true, mode: 'id', value } : value;
			const { error } = await perform(node, { ...run.parameters, [field.name]: handed }, credentials, await inputItem());
			if (refused(error as Parameters<typeof refused>[0], String(value), thing)) wrong.push(`${from} = ${String(value)} -> ${run.operation.title} ${field.name}: ${String(error?.message)}`);
		}
		expect(wrong).toEqual([]);
		expect(pairs.length).toBeGreaterThan(2);
	});
});
