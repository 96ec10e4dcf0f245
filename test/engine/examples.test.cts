import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { IDataObject, INode, INodeExecutionData, IPinData } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import * as acts from '../../sandbox/actions.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import type { Application } from '../../sandbox/model.cts';
import { loadPackage, PollHost, readBinary, runNode, runWorkflow, type CredentialStore, type Outcome, type RunOptions, type WorkflowJson } from './harness/index.cts';
import { packageRoot } from './harness/package.cts';
import { registerStandardNodes } from './support/standardNodes.cts';

const BY = 'recruiter';
const folder = join(packageRoot, 'examples');
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
const used = registerStandardNodes();
console.info(`n8n's own nodes in these tests: real: ${used.real.join(', ') || 'none'}; stand-ins: ${used.standIns.join(', ') || 'none'}`);

interface Example extends WorkflowJson {
	name: string;
	nodes: INode[];
}
const readExample = (file: string): Example => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const typeOf = (node: INode) => loadPackage().nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
const isNote = ({ type }: INode) => type === 'n8n-nodes-base.stickyNote';
const isOurs = ({ type }: INode) => type.startsWith('n8n-nodes-ats.');

describe.each(files)('examples/%s', (file) => {
	const example = readExample(file);

	test('opens in n8n: names, ids and connections hold together, and no credential is named', () => {
		const names = example.nodes.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		expect(new Set(example.nodes.map(({ id }) => id)).size).toBe(names.length);
		const ends = Object.entries(example.connections).flatMap(([from, { main = [] }]) => [from, ...main.flatMap((output) => (output ?? []).map(({ node }) => node))]);
		expect(ends.filter((name) => !names.includes(name))).toEqual([]);
		expect(example.nodes.filter((node) => !isNote(node) && !ends.includes(node.name))).toEqual([]);
		expect(example.nodes.filter(({ credentials }) => credentials !== undefined)).toEqual([]);
		expect(example).toMatchObject({ name: expect.any(String), settings: { executionOrder: 'v1' } });
		expect(example.pinData).toBeUndefined();
	});

	test('consists of our nodes and of n8n\'s own, with fields that they have and nothing missing', () => {
		for (const node of example.nodes) {
			expect(node.type).toMatch(/^n8n-nodes-(ats|base)\./);
			const { properties } = typeOf(node).description;
			if (isOurs(node)) expect(Object.keys(node.parameters).filter((name) => !properties.some((property) => property.name === name))).toEqual([]);
			const filled = { ...node, parameters: NodeHelpers.getNodeParameters(properties, node.parameters, true, false, node, typeOf(node).description) ?? {} };
			expect([node.name, NodeHelpers.getNodeParametersIssues(properties, filled, typeOf(node).description)]).toEqual([node.name, null]);
		}
	});

	test('explains itself in two sentences, and is listed in examples/README.md', () => {
		const notes = example.nodes.filter(isNote);
		expect(notes).toHaveLength(1);
		const [, ...text] = String(notes[0]?.parameters.content).split('\n');
		expect(text.join(' ').match(/[.!?](?=\s|$)/g)).toHaveLength(2);
		expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(`(${file})`);
	});
});

describe('with a hiring team at work', () => {
	let sandbox: Sandbox;
	let credentials: CredentialStore;

	beforeAll(async () => {
		sandbox = await startSandbox({ jobs: 4, applications: 40, services: ['kombo', 'knit', 'chatkitty'], seed: 'examples' });
		const { urls } = sandbox;
		credentials = {
			komboApi: { ...sandbox.credentials['kombo'], region: 'custom', baseUrl: urls['kombo'] ?? '' },
			knitApi: { ...sandbox.credentials['knit'], baseUrl: urls['knit'] ?? '' },
			chatKittyOAuth2Api: { ...sandbox.credentials['chatkitty'], baseUrl: urls['chatkitty'] ?? '', tokenUrl: urls['chatkittyToken'] ?? '' },
		};
		await runNode('chatKitty', { resource: 'user', operation: 'create', username: 'recruiting@example.com' }, { credentials });
	});
	afterAll(async () => {
		expect(sandbox.violations).toEqual([]);
		await sandbox.close();
	});

	const world = () => sandbox.world;

	/** Runs it from a trigger that gives these items; of the nodes only those behind it. */
	async function run(file: string, items: INodeExecutionData[], options: RunOptions & { from?: string; pinned?: IPinData } = {}): Promise<Outcome> {
		const example = readExample(file);
		const start = options.from ?? example.nodes.find((node) => !isNote(node))?.name ?? '';
		const reached = new Set([start]);
		for (const name of reached) for (const output of example.connections[name]?.main ?? []) for (const { node } of output ?? []) reached.add(node);
		const nodes = example.nodes
			.filter(({ name }) => reached.has(name))
			.map((node) => ({ ...node, credentials: Object.fromEntries((isOurs(node) ? (typeOf(node).description.credentials ?? []) : []).filter(({ name }) => name in credentials).map(({ name }) => [name, { id: name, name }])) }));
		const outcome = await runWorkflow({ ...example, nodes, pinData: { [start]: items, ...options.pinned } }, { credentials, ...options });
		expect(outcome.error).toBeUndefined();
		return outcome;
	}
	const out = (outcome: Outcome, node: string, output = 0): IDataObject[] => (outcome.outputs[node]?.[output] ?? []).map(({ json }) => json);

	/** The example's trigger, after its first read. */
	async function watching(file: string): Promise<PollHost> {
		const trigger = readExample(file).nodes.find(({ type }) => type === 'n8n-nodes-ats.atsTrigger');
		const host = new PollHost('atsTrigger', trigger?.parameters ?? {}, { credentials });
		expect(await host.activate()).toEqual({ items: null, error: undefined });
		expect(await host.tick()).toMatchObject({ error: undefined });
		return host;
	}
	async function told(trigger: PollHost): Promise<INodeExecutionData[]> {
		const { items, error } = await trigger.tick();
		expect(error).toBeUndefined();
		return items ?? [];
	}
	const active = (nth = 0): Application => {
		const found = world().applications.rows.filter(({ status, deletedAt, candidateId }) => status === 'PENDING' && deletedAt === null && world().candidates.need(candidateId).emails.length > 0)[nth];
		if (!found) throw new Error('There are too few active applications');
		return found;
	};
	const person = ({ candidateId }: Application) => world().candidates.need(candidateId);
	const stageNamed = (application: Application, pattern: RegExp): string => {
		const found = world().jobs.need(application.jobId).stageIds.find((id) => pattern.test(world().stages.need(id).name) && id !== application.stageId);
		if (found === undefined) throw new Error(`There is no other stage like ${String(pattern)}`);
		return found;
	};
	function applies(firstName: string, addresses: string[]): Application {
		const job = world().jobs.rows.find(({ deletedAt }) => deletedAt === null);
		if (!job) throw new Error('There is no job');
		const { company, title, phones, links, place, source, tagIds, consent } = person(active());
		const candidate = { company, title, phones, links, place, source, tagIds, consent, firstName, lastName: 'Newcomer', emails: addresses.map((address) => ({ type: 'PERSONAL' as const, address })) };
		return acts.apply(world(), job, { candidate, match: false }, BY).application;
	}

	test('a new applicant gets one welcome in ChatKitty from the recruiter', async () => {
		const file = 'new-application-to-chat.json';
		const trigger = await watching(file);
		const application = applies('Ada', ['ada.newcomer@example.com']);
		applies('Nomail', []);
		const items = await told(trigger);
		expect(items).toHaveLength(2);
		const before = world().chatMessages.rows.length;
		await run(file, items);
		const sent = world().chatMessages.rows.slice(before);
		expect(sent).toMatchObject([{ body: expect.stringMatching(/^Hello Ada, /), properties: { applicationId: application.id } }]);
		expect(world().chatUsers.need(String(sent[0]?.userId)).name).toBe('recruiting@example.com');
		const members = world().chatChannels.need(String(sent[0]?.channelId)).memberIds.map((id) => world().chatUsers.need(id));
		expect(members.map(({ name }) => name).sort()).toEqual(['ada.newcomer@example.com', 'recruiting@example.com']);
		expect(members.find(({ name }) => name.startsWith('ada'))?.displayName).toBe('Ada Newcomer');
	});

	test.each(['new-application-to-chat.json', 'rejection-to-approval.json'])('trying %s out writes to nobody', async (file) => {
		const { items, error } = await (await watching(file)).test();
		expect(error).toBeUndefined();
		expect(items?.length).toBeGreaterThan(0);
		const before = sandbox.requests.length;
		await run(file, items ?? [], { executeWorkflow: async () => await Promise.reject(new Error('An example must not start anything')) });
		expect(sandbox.requests.length).toBe(before);
	});

	test('a move into an interview stage becomes a calendar event at the planned time', async () => {
		const file = 'interview-stage-to-calendar.json';
		const trigger = await watching(file);
		const [planned, unplanned, elsewhere] = [active(0), active(1), active(2)];
		for (const application of [planned, unplanned]) for (const interview of world().interviews.by('applicationId', application.id)) world().remove('interview', interview.id, BY);
		await told(trigger);
		const startsAt = Date.now() + 3 * 24 * 3_600_000;
		acts.schedule(world(), planned, { title: 'Talk', startsAt }, BY);
		acts.schedule(world(), planned, { title: 'Later talk', startsAt: startsAt + 24 * 3_600_000 }, BY);
		acts.move(world(), planned, stageNamed(planned, /interview/i), BY);
		acts.move(world(), unplanned, stageNamed(unplanned, /interview/i), BY);
		acts.move(world(), elsewhere, stageNamed(elsewhere, /applied|screening|offer/i), BY);
		const items = await told(trigger);
		expect(items).toHaveLength(3);
		const events = out(await run(file, items), 'Calendar Event');
		expect(events).toHaveLength(2);
		const eventOf = (application: Application) => events.find(({ extendedProperties }) => JSON.stringify(extendedProperties).includes(application.id)) as IDataObject & { start: IDataObject; end: IDataObject };
		const { firstName, lastName, emails } = person(planned);
		expect(eventOf(planned)).toMatchObject({
			summary: `Interview: ${firstName} ${lastName}`,
			start: { dateTime: new Date(startsAt).toISOString() },
			end: { dateTime: new Date(startsAt + 3_600_000).toISOString() },
			attendees: [{ email: emails[0]?.address, displayName: `${firstName} ${lastName}` }],
		});
		const { start, end, description } = eventOf(unplanned);
		expect(description).toContain('proposal');
		const proposed = Date.parse(String(start.dateTime));
		expect(proposed).toBeGreaterThan(Date.now());
		expect(String(start.dateTime)).toContain('T10:00:00');
		expect(Date.parse(String(end.dateTime)) - proposed).toBe(45 * 60_000);
	});

	describe('a rejection', () => {
		const file = 'rejection-to-approval.json';
		const started: Outcome[] = [];
		const calls: string[] = [];
		let application: Application;
		let mails: number;

		beforeAll(async () => {
			mails = world().chatMessages.rows.length;
			const trigger = await watching(file);
			application = active(3);
			acts.reject(world(), application, world().rejectionReasons.rows[0]?.id ?? null, null, BY);
			acts.reject(world(), active(3), world().rejectionReasons.rows[0]?.id ?? null, null, BY);
			const items = await told(trigger);
			expect(items).toHaveLength(2);
			await run(file, items, {
				async executeWorkflow({ id }, _data, { inputData }) {
					calls.push(String(id));
					started.push(await run(file, inputData ?? [], { from: 'For One Rejection' }));
					return { executionId: `sub-${started.length}`, data: [inputData ?? []] };
				},
			});
		});
		const answered = async (answer: IDataObject) => {
			const draft = started[0]?.outputs['Draft']?.[0]?.[0];
			if (!draft) throw new Error('There is no draft');
			return await run(file, [{ json: {} }], { from: 'For One Rejection', pinned: { Draft: [{ json: draft.json, pairedItem: { item: 0 } }], 'Note on Application': [{ json: {}, pairedItem: { item: 0 } }], Approval: [{ json: answer, pairedItem: { item: 0 } }] } });
		};

		test('starts one execution of the same workflow for each application', () => {
			expect(started).toHaveLength(2);
			expect(new Set(calls).size).toBe(1);
			expect(calls[0]).toBe('workflow-1');
		});

		test('leaves a note with the draft and the link on the application, and waits for a person', () => {
			const notes = world().notes.rows.filter(({ applicationId, html }) => applicationId === application.id && html.includes('Draft of the message'));
			expect(notes).toHaveLength(1);
			expect(notes[0]?.html).toContain(person(application).emails[0]?.address);
			expect(notes[0]?.html).toContain('/form-waiting/');
			expect(started.map(({ run: { waitTill } }) => waitTill instanceof Date)).toEqual([true, true]);
			expect(world().chatMessages.rows.length).toBe(mails);
		});

		test('sends what the person approved, in the person\'s words', async () => {
			await answered({ Decision: 'Send', 'Other text': 'Dear Ada, not this time.' });
			expect(world().chatMessages.rows.slice(mails)).toMatchObject([{ body: 'Dear Ada, not this time.' }]);
			await answered({ Decision: 'Send', 'Other text': '' });
			expect(world().chatMessages.rows.at(-1)?.body).toBe(out(started[0] as Outcome, 'Draft')[0]?.text);
		});

		test.each<[string, IDataObject]>([['says no', { Decision: 'Do not send' }], ['never answers', { success: true }]])('sends nothing when the person %s', async (_how, answer) => {
			const before = world().chatMessages.rows.length;
			await answered(answer);
			expect(world().chatMessages.rows.length).toBe(before);
		});
	});

	test('at night all applications become a table, and what changed brings its files', async () => {
		const file = 'nightly-export.json';
		const changed = applies('=HYPERLINK("http://example.com")', ['eve.newcomer@example.com']);
		const bytes = Buffer.from('%PDF-1.4 the CV of Eve\n%%EOF\n');
		acts.attach(world(), { candidateId: changed.candidateId, applicationId: changed.id }, { kind: 'CV', fileName: 'cv.pdf', contentType: 'application/pdf', bytes }, BY);
		const outcome = await run(file, [{ json: {} }]);
		const [table] = outcome.outputs['Table']?.[0] ?? [];
		expect(table?.binary?.table?.fileName).toMatch(/^applications-\d{4}-\d{2}-\d{2}\.csv$/);
		const [header, ...rows] = (await readBinary(table?.binary?.table)).toString('utf8').replace(/^\ufeff/, '').trim().split('\n');
		expect(header).toBe('application,job,firstName,lastName,email,status,stage,rejectionReason,offers,appliedAt,updatedAt');
		expect(rows.map((row) => row.split(',')[0]).sort()).toEqual(world().applications.rows.filter(({ deletedAt }) => deletedAt === null).map(({ id }) => id).sort());
		expect(rows.find((row) => row.startsWith(changed.id))).toContain("'=HYPERLINK");

		const files_ = outcome.outputs['Download Files']?.[0] ?? [];
		const own = files_.filter(({ json }) => json.applicationId === changed.id);
		const contents = await Promise.all(own.map(async ({ binary }) => await readBinary(binary?.file)));
		expect(contents.some((content) => content.equals(bytes))).toBe(true);
		const asked = new Set(out(outcome, 'Changed Since Yesterday').map(({ id }) => id));
		expect(asked.size).toBeLessThan(rows.length);
		expect(files_.every(({ json }) => asked.has(json.applicationId))).toBe(true);
	});

	test('through Kombo and Knit the same ATS shows the same; what differs is named', async () => {
		const file = 'kombo-to-knit-check.json';
		const branches = ['Only in Kombo', 'Same', 'Different', 'Only in Knit'];
		const counts = (outcome: Outcome) => branches.map((_name, output) => out(outcome, 'Compare', output).length);
		const first = await run(file, [{ json: {} }]);
		const all = world().applications.rows.filter(({ deletedAt }) => deletedAt === null).length;
		expect(out(first, 'Through Kombo')).toHaveLength(all);
		expect(counts(first)).toEqual([0, all, 0, 0]);

		const [moved, gone] = [active(4), active(5)];
		acts.move(world(), moved, stageNamed(moved, /offer|screening/i), BY);
		acts.removeApplication(world(), gone, BY);
		applies('Late', ['late.newcomer@example.com']);
		const second = await run(file, [{ json: {} }], { pinned: { 'Through Kombo': first.outputs['Through Kombo']?.[0] ?? [] } });
		expect(counts(second)).toEqual([1, all - 2, 1, 1]);
		expect(JSON.stringify(out(second, 'Only in Knit'))).toContain('late.newcomer@example.com');
	});

	test('changes become notes, and the note does not start the workflow again', async () => {
		const file = 'kombo-changes-to-notes.json';
		const trigger = await watching(file);
		const application = active(6);
		acts.move(world(), application, stageNamed(application, /offer|screening/i), BY);
		const before = world().notes.rows.length;
		const outcome = await run(file, await told(trigger));
		expect(world().notes.rows.slice(before)).toMatchObject([{ applicationId: application.id, html: expect.stringContaining('application.stage_changed') }]);
		expect(out(outcome, 'Message')).toEqual([{ event: 'application.stage_changed', message: expect.stringContaining(`${String(person(application).firstName)} `) }]);
		const again = await run(file, await told(trigger));
		expect(out(again, 'Not Our Own Write')).toEqual([]);
	});

	describe('the agent tool', () => {
		const read = async (applicationId: string) => {
			const outcome = await run('agent-tool-read-cv.json', [{ json: { applicationId } }]);
			return [...out(outcome, 'CV Text'), ...out(outcome, 'Not Readable'), ...out(outcome, 'ID Missing')];
		};
		const candidate = () => {
			const application = applies('Cleo', ['cleo.newcomer@example.com']);
			return { application, about: { candidateId: application.candidateId, applicationId: application.id } };
		};

		test('gives the text of the CV', async () => {
			const withCv = world().attachments.rows.find(({ kind, applicationId, deletedAt }) => kind === 'CV' && applicationId !== null && deletedAt === null && world().applications.get(applicationId)?.deletedAt === null);
			if (!withCv?.applicationId) throw new Error('There is no CV');
			const answers = await read(withCv.applicationId);
			expect(answers).toContainEqual({ fileName: withCv.fileName, text: expect.stringContaining(withCv.id) });
		});

		test('says so when there is no file, or when it is no PDF', async () => {
			const { application, about } = candidate();
			expect(await read(application.id)).toEqual([{ fileName: '', text: 'The application has no file.' }]);
			acts.attach(world(), about, { kind: 'CV', fileName: 'cv.png', contentType: 'image/png', bytes: Buffer.from([0x89, 0x50, 0x4e, 0x47]) }, BY);
			expect(await read(application.id)).toEqual([{ fileName: 'cv.png', text: expect.stringContaining('no PDF (image/png)') }]);
		});

		test('answers an empty or unknown ID with what to do, instead of failing the agent', async () => {
			expect(await read('')).toEqual([{ text: expect.stringContaining('Give the ID') }]);
			expect(await read('nobody')).toEqual([{ fileName: '', text: expect.stringMatching(/\w+ \w+/) }]);
		});
	});
});
