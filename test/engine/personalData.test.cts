/** Leave Out Personal Data: what every operation of every node puts out with that option (of some in `npm test`, of all in deep), read for what the world knows of people. */
import type { INodeParameters } from 'n8n-workflow';

import type { World } from '../../sandbox/world.cts';
import { some } from '../size.cts';
import { runNode, runTool } from './harness/index.cts';
import { credentialsOn, descriptionOf, listsOf, nodes, operationsOf, Recorder } from './support/everyOperation.cts';
import { UNIFIED } from './support/nodes.cts';
import { RecordingProxy } from './support/recordingProxy.cts';

/** Whatever shows who a person is in this text: any mail address, and names, numbers, links and words of the people of the world. */
function personalWordsIn(world: World, text: string): string[] {
	const read = text.normalize('NFC').toLowerCase();
	const people = [...world.candidates.rows, ...world.users.rows];
	const words = new Set(read.match(/[\p{L}'-]+/gu));
	const names = people.flatMap(({ firstName, lastName }) => [firstName, lastName]).filter((name) => name !== null && words.has(name.normalize('NFC').toLowerCase()));
	const digits = read.replace(/[ ()/-]/g, '');
	const numbers = [...world.candidates.rows.flatMap(({ phones }) => phones.map(({ number }) => number)), ...world.users.rows.flatMap(({ phone }) => phone ?? [])];
	const texts = [
		...world.candidates.rows.flatMap(({ links }) => links),
		...world.notes.rows.map(({ html }) => html),
		...world.messages.rows.map(({ text: words }) => words),
		...world.chatMessages.rows.map(({ body }) => body),
		...world.attachments.rows.map(({ fileName }) => fileName),
	];
	const found = [...names, ...(read.match(/[\w.+-]+@[\w-]+\.[a-z]+/g) ?? []), ...numbers.filter((number) => digits.includes(number.replace(/\D/g, ''))), ...texts.filter((one) => one && read.includes(JSON.stringify(one).slice(1, -1).normalize('NFC').toLowerCase()))];
	return [...new Set(found.map(String))];
}

describe.each(Object.keys(nodes))('%s, with personal data left out', (node) => {
	let proxy: RecordingProxy;
	beforeAll(async () => {
		proxy = await RecordingProxy.open();
	});
	afterAll(async () => await proxy.close());

	/** Each option that shows more, on top. */
	const wider: INodeParameters = Object.fromEntries(['includeRaw', 'fullResponse'].filter((name) => JSON.stringify(descriptionOf(node).properties.find((property) => property.name === 'options')).includes(`"${name}"`)).map((name) => [name, true]));
	const ways = [{ options: {} }, { options: {}, ...(node === UNIFIED ? { models: ['info', 'currentStage', 'interviews', 'rejection', 'offers', 'attachments'] } : { simplify: false }) }, ...(Object.keys(wider).length > 0 ? [{ options: wider }] : [])];

	test('no operation tells who anybody is, simplified or not', async () => {
		const recorder = new Recorder(proxy, credentialsOn(proxy));
		const told: string[] = [];
		let silent = 0;
		const all = operationsOf(node);
		const tried = new Set(some(all, 7));
		for (const operation of all) {
			for (const { options, ...way } of tried.has(operation) ? ways : []) {
				const closed = await recorder.one(operation, { ...way, options: { ...options, leaveOutPersonalData: true } });
				const text = JSON.stringify(closed.outcome.items.map(({ json }) => json));
				for (const word of personalWordsIn(proxy.sandbox.world, text)) told.push(`${operation.title} ${JSON.stringify(way)}: ${word}`);
			}
			// The same operations tell it otherwise; three prove it.
			if (silent > 2) continue;
			const open = await recorder.one(operation, {});
			if (personalWordsIn(proxy.sandbox.world, JSON.stringify(open.outcome.items.map(({ json }) => json))).length > 0) silent++;
		}
		expect(told).toEqual([]);
		expect(silent).toBeGreaterThan(2);
	});
});

/** Lists of people or applications of each node, and what of them has to stay. */
const lists = Object.keys(nodes).flatMap((node) => listsOf(node).map(([parameters, stays]) => [node, parameters, stays] as const));

describe('a list without personal data', () => {
	let proxy: RecordingProxy;
	beforeAll(async () => {
		proxy = await RecordingProxy.open();
	});
	afterAll(async () => await proxy.close());

	test.each([...lists])('of %s %j keeps IDs, stages and states', async (node, parameters, stays) => {
		const { json, error } = await runNode(node, { ...(node === 'ats' ? { simplify: false } : {}), ...parameters, options: { leaveOutPersonalData: true } }, { credentials: credentialsOn(proxy) });
		expect(error).toBeUndefined();
		const text = JSON.stringify(json);
		for (const one of stays) expect(text).toMatch(one);
		expect(personalWordsIn(proxy.sandbox.world, text)).toEqual([]);
	});

	test('of people keeps no address, while a job keeps its place', async () => {
		const options = { leaveOutPersonalData: true };
		for (const simplify of [true, false]) {
			const people = await runNode('kombo', { resource: 'candidate', operation: 'getAll', simplify, options }, { credentials: credentialsOn(proxy) });
			expect(people.json.flatMap((person) => Object.keys(person).filter((name) => ['city', 'country', 'location'].includes(name)))).toEqual([]);
		}
		const jobs = await runNode('kombo', { resource: 'job', operation: 'getAll', options }, { credentials: credentialsOn(proxy) });
		expect(jobs.json[0]).toMatchObject({ city: expect.any(String), country: expect.any(String), name: expect.any(String) });
	});

	test('comes with its files all the same', async () => {
		const application = proxy.sandbox.world.attachments.rows.find(({ applicationId }) => applicationId !== null)?.applicationId ?? '';
		const { items } = await runNode('kombo', { resource: 'application', operation: 'getAttachments', applicationId: { __rl: true, mode: 'id', value: application }, options: { leaveOutPersonalData: true } }, { credentials: credentialsOn(proxy) });
		expect(items[0]?.binary).toBeDefined();
		expect(items[0]?.json).toMatchObject({ id: expect.any(String), type: expect.any(String) });
		expect(items[0]?.json).not.toHaveProperty('file_name');
	});

	test('holds nothing of a plain text that an API request answers with', async () => {
		const parameters = { resource: 'apiRequest', operation: 'send', method: 'GET', path: '/ats/candidates', responseType: 'text' };
		const open = await runNode('kombo', parameters, { credentials: credentialsOn(proxy) });
		expect(open.json).toEqual([{ data: expect.stringContaining('first_name') }]);
		const closed = await runNode('kombo', { ...parameters, options: { leaveOutPersonalData: true } }, { credentials: credentialsOn(proxy) });
		expect(closed.json).toEqual([{}]);
		const whole = await runNode('kombo', { ...parameters, fullResponse: true, options: { leaveOutPersonalData: true } }, { credentials: credentialsOn(proxy) });
		expect(whole.json).toEqual([{ status: 200, headers: expect.any(Object) }]);
	});

	test('is what an agent gets from the node as its tool', async () => {
		const person = proxy.sandbox.world.candidates.rows.find(({ emails, deletedAt }) => emails.length > 0 && deletedAt === null);
		const email = person?.emails[0]?.address ?? '';
		const parameters = { resource: 'candidate', operation: 'getAll', filters: { email: "={{ $fromAI('email', 'Email of the candidate', 'string') }}" } };
		const open = await runTool('kombo', parameters, { email }, { credentials: credentialsOn(proxy) });
		expect(open.answer).toContain(email);
		const closed = await runTool('kombo', { ...parameters, options: { leaveOutPersonalData: true } }, { email }, { credentials: credentialsOn(proxy) });
		expect(closed.answer).toContain(person?.id);
		expect(personalWordsIn(proxy.sandbox.world, closed.answer)).toEqual([]);
	});
});
