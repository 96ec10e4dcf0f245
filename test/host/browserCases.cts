/** What people do in the editor with these nodes, step by step. Each case ends where the next one begins. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import type { INodePropertyOptions, INodeTypeDescription } from 'n8n-workflow';

import type { Sandbox } from '../../sandbox/index.cts';
import { providerEntries } from '../providers/index.cts';
import type { Accounts } from './accounts.cts';
import type { Editor } from './browserPage.cts';
import { expect } from './checks.cts';
import { exampleFiles, examplesFolder, readExample } from './examples.cts';
import type { N8n } from './n8n.cts';

export interface Session {
	editor: Editor;
	n8n: N8n;
	sandbox: Sandbox;
	accounts: Accounts;
	types: INodeTypeDescription[];
	check(title: string, run: () => Promise<void>): Promise<void>;
}

export type Case = (session: Session) => Promise<void>;

const same = (one: readonly string[], other: readonly string[]) => JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());

function includes(list: readonly string[], wanted: string, what: string): void {
	expect(list.includes(wanted), `${what} has no "${wanted}", only: ${list.slice(0, 30).join(', ')}`);
}

function says(text: string, sentence: string | RegExp, what: string): void {
	expect(typeof sentence === 'string' ? text.includes(sentence) : sentence.test(text), `${what} does not say ${String(sentence)}, it says: ${text.slice(0, 600)}`);
}

export const findNodes: Case = async ({ editor, types, check }) => {
	const ourNames = types.filter(({ name }) => name.startsWith('n8n-nodes-ats.')).map(({ displayName }) => displayName);
	await editor.newWorkflow();
	await editor.openNodeCreator();
	const searches: Array<[word: string, expected: string[]]> = [
		['ATS', ['ATS', 'Kombo', 'Knit', 'Flatchr']],
		['applicant', ['ATS', 'Kombo', 'Knit', 'Flatchr']],
		['recruiting', ['ATS', 'ChatKitty', 'Chat Technologies', 'Flatchr', 'Knit', 'Kombo']],
		...providerEntries.map(({ provider: { label, serviceNode } }): [string, string[]] => [label, serviceNode === undefined ? ['ATS'] : [serviceNode, 'ATS']]),
		['ChatKitty', ['ChatKitty']],
	];
	for (const [word, expected] of searches) {
		await check(`typing "${word}" finds ${expected.join(', ')}`, async () => {
			const found = await editor.search(word);
			for (const node of expected) includes(found, node, 'the list');
			const others = found.slice(0, found.indexOf(expected[0] ?? '')).filter((name) => ourNames.includes(name));
			expect(others.length === 0, `${others.join(', ')} of ours come before it`);
			if (word === 'recruiting') await editor.picture('find-the-nodes');
		});
	}
	await check('the list of actions reads as sentences', async () => {
		await editor.search('Kombo');
		const actions = await editor.sentences('Kombo', 'Actions');
		for (const action of ['Move an application to a stage', 'Add a note to an application', 'Find or create a candidate by email']) includes(actions, action, 'the list of actions');
		expect(actions.every((action) => /^[A-Z][a-z]+ /.test(action)), `not each is a sentence: ${actions.join(', ')}`);
	});
};

export const makeCredential: Case = async ({ editor, accounts, check }) => {
	const { baseUrl, apiKey, integrationId, webhookSecret } = accounts.komboApi ?? {};
	await editor.newWorkflow();
	await editor.openNodeCreator();
	await editor.search('Kombo');
	await editor.sentences('Kombo', 'Actions');
	await editor.pick('Move an application to a stage');
	await check('a wrong key is refused with a sentence that helps', async () => {
		await editor.connect();
		await editor.fillCredential({ baseUrl: String(baseUrl), apiKey: 'ks_prod_not_this_one', integrationId: String(integrationId), webhookSecret: String(webhookSecret) }, { region: 'Custom Base URL' });
		await editor.saveCredential();
		const verdict = await editor.verdict();
		says(verdict, 'Kombo does not know this API key. Check that it is complete, has not expired, and belongs to the chosen region.', 'the window');
		await editor.picture('credential-wrong-key');
	});
	await check('the right key passes the test, and the node takes the credential', async () => {
		await editor.fillCredential({ apiKey: String(apiKey) });
		await editor.saveCredential();
		await editor.credentialIsSaved();
		await editor.editCredential();
		says(await editor.verdict(), 'Connection tested successfully', 'the window');
		await editor.picture('credential');
		await editor.closeCredential();
	});
};

/** Goes on in the node that `makeCredential` left open. */
export const moveAnApplication: Case = async ({ editor, sandbox, check }) => {
	await check('an application is picked from a list that names people, jobs and stages', async () => {
		const applications = await editor.openList('applicationId');
		const open = applications.find((text) => text.endsWith('Phone interview'));
		if (!open) throw new Error(`nobody is in a phone interview: ${applications.slice(0, 5).join(' | ')}`);
		await editor.pickFromList(open);
	});
	await check('the stages offered are those of its job', async () => {
		const stages = await editor.openList('stageId');
		includes(stages, 'On-site interview', 'the list of stages');
		await editor.picture('pick-a-stage');
		await editor.pickFromList('On-site interview');
	});
	await check('running the step moves the application and shows the output as a table', async () => {
		const before = sandbox.world.journal.length;
		await editor.run();
		const { heads, rows } = await editor.outputTable();
		expect(heads[0] === 'success' && rows[0]?.[0] === 'true', `the table is ${JSON.stringify({ heads, rows })}`);
		expect(sandbox.world.journal.length > before, 'nothing changed in the sandbox');
	});
};

export const pickJobAndStage: Case = async ({ editor, check }) => {
	await check('a job is picked, and then one of its stages', async () => {
		await editor.choose('operation', 'Create');
		const jobs = await editor.openList('jobId');
		const job = jobs.find((text) => !text.includes('·')) ?? jobs[0] ?? '';
		await editor.pickFromList(job);
		await editor.add('Stage');
		const stages = await editor.openList('stageId');
		includes(stages, 'Screening', 'the list of stages');
		await editor.pickFromList('Screening');
		expect((await editor.picked('stageId')).includes('Screening'), 'the stage is not taken over');
	});
};

const manual = { id: 'aaaaaaaa-0000-4000-8000-000000000001', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0] as [number, number], parameters: {} };
const main = (node: string) => ({ main: [[{ node, type: 'main' as const, index: 0 }]] });

export const readTheOutput: Case = async ({ editor, n8n, accounts, check }) => {
	const credential = await n8n.createCredential('Kombo', 'komboApi', accounts.komboApi ?? {});
	const list = { id: 'bbbbbbbb-0000-4000-8000-000000000002', name: 'Applications', type: 'n8n-nodes-ats.kombo', typeVersion: 1, position: [240, 0] as [number, number], parameters: { resource: 'application', operation: 'getAll', limit: 10 }, credentials: { komboApi: credential } };
	const next = { id: 'cccccccc-0000-4000-8000-000000000003', name: 'Next', type: 'n8n-nodes-base.set', typeVersion: 3.4, position: [480, 0] as [number, number], parameters: {} };
	const wrong = { ...list, id: 'dddddddd-0000-4000-8000-000000000004', name: 'Note', position: [240, 200] as [number, number], parameters: { resource: 'application', operation: 'addNote', applicationId: { __rl: true, mode: 'id', value: 'H5daSm8e85Dmvmne3wLeCPhX' }, content: 'Called back' } };
	const { id } = await n8n.createWorkflow({ name: 'Read', nodes: [manual, list, next, wrong], connections: { Start: { main: [[{ node: 'Applications', type: 'main', index: 0 }, { node: 'Note', type: 'main', index: 0 }]] }, Applications: main('Next') } });

	await check('the next node shows the output fields before anything ran', async () => {
		await editor.openNode(id, next.id);
		const fields = await editor.previewedFields();
		for (const field of ['id', 'first_name', 'job', 'stage', 'outcome']) expect(fields.some((one) => one === field), `there is no "${field}", only: ${fields.join(', ')}`);
		await editor.picture('fields-before-the-first-run');
	});
	await check('a list comes out as a table that people can read', async () => {
		await editor.openNode(id, list.id);
		await editor.run();
		const { heads, rows } = await editor.outputTable();
		includes(heads, 'outcome', 'the table');
		expect(rows.length === 10, `the table has ${rows.length} rows`);
		expect(heads.length <= 20, `the table has ${heads.length} columns`);
		await editor.picture('output-table');
	});
	await check('a failing step says what happened and what to do', async () => {
		await editor.openNode(id, wrong.id);
		const output = await editor.run();
		says(output, /application/i, 'the error');
		says(output, /Get Many|list|check|ID/i, 'the error');
		await editor.picture('error');
	});
};

export const watchChanges: Case = async ({ editor, n8n, accounts, types, check }) => {
	const credential = await n8n.createCredential('Kombo for the trigger', 'komboApi', accounts.komboApi ?? {});
	const ats = { id: 'eeeeeeee-0000-4000-8000-000000000005', name: 'ATS Trigger', type: 'n8n-nodes-ats.atsTrigger', typeVersion: 1, position: [0, 0] as [number, number], parameters: { pollTimes: { item: [{ mode: 'everyMinute' }] }, provider: 'kombo', events: ['application.stage_changed'] }, credentials: { komboApi: credential } };
	const kombo = { id: 'ffffffff-0000-4000-8000-000000000006', name: 'Kombo Trigger', type: 'n8n-nodes-ats.komboTrigger', typeVersion: 1, position: [0, 200] as [number, number], parameters: {}, credentials: { komboApi: credential }, webhookId: '0e6c1a52-8d33-4a54-9b0e-5f7a4d6b2c10' };
	const { id } = await n8n.createWorkflow({ name: 'Watch', nodes: [ats, kombo], connections: {} });

	await check('pressing test on the ATS Trigger gives examples', async () => {
		await editor.openNode(id, ats.id);
		await editor.run();
		const { heads, rows } = await editor.outputTable();
		for (const head of ['event', 'eventId', 'applicationId', 'changes']) includes(heads, head, 'the table');
		expect(rows.length > 0, 'there is no example');
		await editor.outputFields();
		await editor.picture('ats-trigger');
	});
	await check('the ATS Trigger offers the events that the chosen provider can tell', async () => {
		for (const provider of await editor.offers('provider')) {
			await editor.choose('provider', provider);
			await offersAsDeclared(editor, types, 'n8n-nodes-ats.atsTrigger', 'events', provider);
		}
	});
	await check('an event that the chosen provider cannot emit says who can', async () => {
		await refusesKombo(editor, 'Triggers', 'On interview completed', 'Interview Completed: the chosen provider cannot emit this. Ashby, Greenhouse, Knit, Lever can.', 'Knit');
	});
	await check('the Kombo Trigger shows the address to paste at Kombo, and says where', async () => {
		await editor.openNode(id, kombo.id);
		const address = await editor.productionUrl();
		expect(new URL(address).pathname === `/webhook/${kombo.webhookId}/webhook`, `it shows ${address}`);
		says(await editor.text(), 'Configuration → Webhooks', 'the node');
		await editor.picture('kombo-trigger');
	});
};

/** n8n adds an entry of its own to each node. */
const ours = (name: string) => name !== 'Custom API Call';

/** Names of a field's options as the description declares them for a provider. */
function declared(types: INodeTypeDescription[], node: string, field: string, provider: string, resource?: string): string[] {
	const { properties } = types.find(({ name }) => name === node) ?? { properties: [] };
	const values = properties.find(({ name }) => name === 'provider')?.options ?? [];
	const value = values.flatMap((option) => ('value' in option && option.name === provider ? [String(option.value)] : []))[0];
	const property = properties.find(({ name, displayOptions }) => name === field && (resource === undefined || displayOptions?.show?.resource?.includes(resource)));
	const options = (property?.options ?? []).filter((option): option is INodePropertyOptions => 'value' in option);
	return options.filter(({ displayOptions }) => !displayOptions?.show?.provider || displayOptions.show.provider.some((one) => one === value)).map(({ name }) => name).filter(ours);
}

async function offersAsDeclared(editor: Editor, types: INodeTypeDescription[], node: string, field: string, provider: string, resource?: string): Promise<void> {
	const wanted = declared(types, node, field, provider, resource);
	const offered = (await editor.offers(field)).filter(ours);
	expect(wanted.length > 0 && same(offered, wanted), `${provider}: ${field} offers ${offered.join(', ')}; it can do ${wanted.join(', ')}`);
}

/** The notice says who can while Kombo is chosen, and is gone with one that can. */
async function refusesKombo(editor: Editor, list: 'Actions' | 'Triggers', pick: string, sentence: string, able: string): Promise<void> {
	await editor.newWorkflow();
	await editor.openNodeCreator();
	await editor.search('ATS');
	await editor.sentences('ATS', list);
	await editor.pick(pick);
	await editor.choose('provider', 'Kombo');
	says(await editor.text(), sentence, 'the node');
	await editor.choose('provider', able);
	expect(!(await editor.text()).includes(sentence), 'it still says so with a provider that can');
}

export const chooseProvider: Case = async ({ editor, types, check }) => {
	const node = 'n8n-nodes-ats.ats';
	await editor.newWorkflow();
	await editor.openNodeCreator();
	await editor.search('ATS');
	await editor.sentences('ATS', 'Actions');
	await editor.pick('Get many applications');
	await check('the ATS node asks for the provider, and n8n does not take it for the way to log in', async () => {
		expect(await editor.shows('provider'), 'the field Provider is not there');
	});
	await check('with each provider, only what it can do is offered', async () => {
		for (const provider of await editor.offers('provider')) {
			await editor.choose('provider', provider);
			await offersAsDeclared(editor, types, node, 'resource', provider);
			if (!declared(types, node, 'resource', provider).includes('Application')) continue;
			await editor.choose('resource', 'Application');
			await offersAsDeclared(editor, types, node, 'operation', provider, 'application');
			if (!declared(types, node, 'operation', provider, 'application').includes('Get Many')) continue;
			await editor.choose('operation', 'Get Many');
			await editor.turn('simplify', false);
			await offersAsDeclared(editor, types, node, 'models', provider);
			await editor.turn('simplify', true);
		}
	});
	await check('the Integration ID is only asked for where there are integrations', async () => {
		await editor.choose('provider', 'Flatchr');
		expect(!(await editor.canAdd('Integration ID')), 'Flatchr is asked for an integration');
		await editor.choose('provider', 'Kombo');
		expect(await editor.canAdd('Integration ID'), 'Kombo is not asked for an integration');
		await editor.choose('resource', 'Application');
		await editor.choose('operation', 'Get Many');
		await editor.picture('ats-node');
	});
	await check('an action that the chosen provider cannot do says who can', async () => {
		await refusesKombo(editor, 'Actions', 'Send a message to a candidate (Chat Technologies)', 'The chosen provider cannot do this. Chat Technologies can', 'Chat Technologies');
	});
};

/** Calls that a provider's simulator has answered since. */
const calls = (sandbox: Sandbox, since: number, what: RegExp) => sandbox.requests.slice(since).filter(({ method, path }) => what.test(`${method} ${path}`));

/** An ATS node from the list of actions, with Kombo and its credential. */
async function addAts({ editor, n8n, accounts }: Session, action: string): Promise<void> {
	await n8n.createCredential('Kombo', 'komboApi', accounts.komboApi ?? {});
	await editor.newWorkflow();
	await editor.openNodeCreator();
	await editor.search('ATS');
	await editor.sentences('ATS', 'Actions');
	await editor.pick(action);
	await editor.choose('provider', 'Kombo');
}

/** README's five minutes, from the empty canvas to notes in the system: with a credential that is there, and with one that is typed. */
const fiveMinutes = (label: string, note: RegExp, { before, connect }: { before?: Case; connect?: Case }): Case => async (session) => {
	const { editor, sandbox, check } = session;
	let examples = 0;
	await before?.(session);
	await check(`Fetch Test Event shows applications of ${label} as examples, and writes nothing`, async () => {
		await editor.newWorkflow();
		await editor.openNodeCreator();
		await editor.search(label);
		await editor.sentences('ATS', 'Triggers');
		await editor.pick('On application stage changed');
		await editor.choose('provider', label);
		await connect?.(session);
		const since = sandbox.requests.length;
		await editor.run();
		const { heads, rows } = await editor.outputTable();
		for (const head of ['event', 'applicationId', 'candidateName', 'jobTitle', 'stage', 'fromStage', 'toStage']) includes(heads, head, 'the table');
		examples = rows.length;
		expect(examples > 0 && calls(sandbox, since, /^(PUT|POST|PATCH|DELETE) /).length === 0, `${examples} examples`);
		await editor.closeNode();
	});
	await check(`the ID is dragged into a note, and each example gets it at ${label}`, async () => {
		await editor.openNodeCreator();
		await editor.search('ATS');
		await editor.sentences('ATS', 'Actions');
		await editor.pick('Add a note to an application');
		await editor.choose('provider', label);
		if (connect) await editor.chooseCredential(label);
		await editor.drag('applicationId', 'applicationId');
		await editor.type('content', 'Moved by somebody');
		const since = sandbox.requests.length;
		await editor.run();
		const notes = calls(sandbox, since, note).filter(({ status }) => status < 300);
		expect(notes.length === examples && notes.every(({ body }) => JSON.stringify(body).includes('Moved by somebody')), `${notes.length} notes for ${examples} examples: ${(await editor.text()).slice(-400)}`);
	});
};

export const firstWorkflow = fiveMinutes('Kombo', /^POST .*\/notes$/, { before: async ({ n8n, accounts }) => void (await n8n.createCredential('Kombo', 'komboApi', accounts.komboApi ?? {})) });

export const firstWorkflowTyped = fiveMinutes('Lever', /^POST .*\/notes$/, {
	connect: async ({ editor, accounts }) => {
		const { baseUrl, apiKey } = accounts.leverAtsApi ?? {};
		await editor.connect();
		await editor.fillCredential({ baseUrl: String(baseUrl), apiKey: String(apiKey) }, { region: 'Custom Base URL' });
		await editor.saveCredential();
		await editor.credentialIsSaved();
	},
});

export const mondayTable: Case = async (session) => {
	const { editor, sandbox, check } = session;
	await addAts(session, 'Get many applications');
	await check('the open applications of two jobs, chosen by title, are a table of who, which job and which stage', async () => {
		await editor.add('Jobs');
		const titles = await editor.chooseSeveral('jobs', (names) => names.slice(0, 2));
		const since = sandbox.requests.length;
		await editor.run();
		const { heads, rows } = await editor.outputTable();
		for (const head of ['applicationId', 'candidateName', 'jobTitle', 'stage', 'status', 'appliedAt']) includes(heads, head, 'the table');
		const wanted = titles.map((title) => title.split(' · ')[0]);
		const found = new Set(rows.map((cells) => cells[heads.indexOf('jobTitle')]));
		expect(found.size > 0 && [...found].every((title) => wanted.includes(title)), `asked for ${wanted.join(', ')}, the table has ${[...found].join(', ')}`);
		const asked = calls(sandbox, since, /./);
		const other = asked.filter(({ path }) => !path.includes('/ats/applications'));
		expect(other.length <= 2 && asked.every(({ method }) => method === 'GET'), `beside pages of applications: ${other.map(({ path }) => path).join(', ')}`);
		await editor.picture('monday-table');
	});
};

export const chooseAskMove: Case = async (session) => {
	const { editor, sandbox, check } = session;
	await addAts(session, 'Move an application to a stage');
	let first = '';
	await check('an application is found by a name typed without accents, in any order', async () => {
		const all = await editor.openList('applicationId');
		first = all.find((name) => name.split(' · ').length === 2 && name.split(' · ')[0]?.includes(' ')) ?? '';
		const words = first.split(' · ')[0]?.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().split(' ').reverse().join(' ') ?? '';
		includes(await editor.searchList(words), first, `the list for "${words}"`);
		await editor.pickFromList(first);
	});
	await check('the stage empties when another application is chosen', async () => {
		await editor.openList('stageId');
		await editor.pickFromList('Screening');
		expect((await editor.picked('stageId')).includes('Screening'), 'the stage is not taken over');
		await editor.openList('applicationId');
		// The list is still narrowed by what was searched for.
		const other = (await editor.searchList('')).find((name) => name !== first && name.split(' · ').length === 2) ?? '';
		expect(other !== '', 'nobody else is offered');
		await editor.pickFromList(other);
		expect(await editor.becomesEmpty('stageId'), `the stage is still ${await editor.picked('stageId')}`);
	});
	await check('the move arrives at Kombo', async () => {
		await editor.openList('stageId');
		await editor.pickFromList('On-site interview');
		const since = sandbox.requests.length;
		await editor.run();
		const moved = calls(sandbox, since, /^(PUT|POST|PATCH) .*\/stage$/);
		expect(moved.length === 1 && moved[0]?.status === 200, `calls: ${sandbox.requests.slice(since).map(({ method, path, status }) => `${method} ${path} ${status}`).join(', ')}`);
	});
};

export const checkTheConnection: Case = async (session) => {
	const { editor, n8n, sandbox, accounts, check } = session;
	await addAts(session, 'Check the connection to a provider');
	await check('Check Connection tells each check with what it means, and only reads', async () => {
		const since = sandbox.requests.length;
		await editor.run();
		const { heads, rows } = await editor.outputTable();
		for (const head of ['check', 'status', 'message', 'evidence']) includes(heads, head, 'the table');
		const status = heads.indexOf('status');
		expect(rows.length > 5 && rows.every((cells) => cells[status] !== 'problem'), JSON.stringify(rows));
		expect(sandbox.requests.length > since && sandbox.requests.slice(since).every(({ method }) => method === 'GET'), 'it wrote something');
		await editor.picture('check-connection-good');
	});
	await check('a right that is missing is a problem that names the screen and what to tick', async () => {
		const entry = providerEntries.find(({ simulator }) => simulator === 'greenhouse');
		await entry?.misconfigured?.['a right is missing']?.begin?.(sandbox);
		await n8n.createCredential('Greenhouse', 'greenhouseAtsApi', accounts.greenhouseAtsApi ?? {});
		await editor.newWorkflow();
		await editor.openNodeCreator();
		await editor.search('Greenhouse');
		await editor.sentences('ATS', 'Actions');
		await editor.pick('Check the connection to a provider');
		await editor.choose('provider', 'Greenhouse');
		await editor.chooseCredential('Greenhouse');
		await editor.run();
		const { heads, rows } = await editor.outputTable();
		const problems = rows.filter((cells) => cells[heads.indexOf('status')] === 'problem');
		expect(problems.length > 0, JSON.stringify(rows));
		says(problems.flat().join(' '), /tick harvest:interviews:list.*Manage Scopes/, 'the report');
		await editor.picture('check-connection-bad');
		await sandbox.control('greenhouse/settings', { scopesOff: [] });
	});
};

/** Where a person asks another one: nothing is moved before the form is sent. */
export const askFirst: Case = async (session) => {
	const { editor, sandbox, check } = session;
	await addAts(session, 'Get an application');
	const moves = (since: number) => calls(sandbox, since, /^(PUT|POST|PATCH) .*\/stage$/);
	let chosen = '';
	await check('an application is chosen, a form asks a person, and a move stands behind it', async () => {
		chosen = (await editor.openList('applicationId')).find((name) => name.endsWith('Phone interview') || name.split(' · ').length === 2) ?? '';
		await editor.pickFromList(chosen);
		await editor.closeNode();
		await editor.openNodeCreator();
		await editor.search('Wait');
		await editor.pick('Wait');
		await editor.choose('resume', 'On Form Submitted');
		await editor.type('formTitle', 'Shall we go on?');
		await editor.closeNode();
		await editor.openNodeCreator();
		await editor.search('ATS');
		await editor.sentences('ATS', 'Actions');
		await editor.pick('Move an application to a stage');
		await editor.choose('provider', 'Kombo');
		await editor.openList('applicationId');
		await editor.searchList(chosen.split(' · ')[0] ?? '');
		await editor.pickFromList(chosen);
		await editor.openList('stageId');
		await editor.pickFromList('On-site interview');
		await editor.closeNode();
	});
	await check('nothing moves before the person has answered; then the move arrives at Kombo', async () => {
		const since = sandbox.requests.length;
		let early = -1;
		const shown = await editor.answerForm({}, async () => await editor.executeWorkflow(), () => (early = moves(since).length));
		says(shown, 'Shall we go on?', 'the form');
		expect(early === 0, `${early} moves before the answer`);
		await editor.settled(() => moves(since).length > 0);
		const [moved, ...more] = moves(since);
		expect(moved?.status === 200 && more.length === 0, `calls: ${sandbox.requests.slice(since).map(({ method, path, status }) => `${method} ${path} ${status}`).join(', ')}`);
	});
};

export const flatchrToChatKitty: Case = async ({ editor, n8n, sandbox, accounts, check }) => {
	const { world } = sandbox;
	await n8n.createCredential('Flatchr', 'flatchrApi', accounts.flatchrApi ?? {});
	await n8n.createCredential('ChatKitty', 'chatKittyOAuth2Api', accounts.chatKittyOAuth2Api ?? {});
	let found: string[] = [];
	let users = 0;
	const before = world.chatMessages.rows.length;
	await check('three people of Flatchr come out as a table with their addresses', async () => {
		await editor.newWorkflow();
		await editor.openNodeCreator();
		await editor.search('Flatchr');
		await editor.sentences('Flatchr', 'Actions');
		await editor.pick('Search candidates');
		await editor.type('limit', '3');
		await editor.run();
		const { heads, rows } = await editor.outputTable();
		includes(heads, 'email', 'the table');
		found = rows.map((cells) => cells[heads.indexOf('email')] ?? '');
		expect(found.length === 3 && found.every((address) => address.includes('@')), `addresses: ${found.join(', ')}`);
		await editor.closeNode();
	});
	await check('a user is made in ChatKitty for each, by the address that is dragged', async () => {
		await editor.openNodeCreator();
		await editor.search('ChatKitty');
		await editor.sentences('ChatKitty', 'Actions');
		await editor.pick('Find or create a user');
		await editor.drag('email', 'username');
		await editor.run();
		const names = world.chatUsers.rows.map(({ name }) => name);
		expect(found.every((address) => names.includes(address)), `${found.join(', ')} are not all users`);
		users = names.length;
		await editor.closeNode();
	});
	await check('the ID that ChatKitty gave, dragged into Recipient, reaches these people, and no ghost is made', async () => {
		await editor.openNodeCreator();
		await editor.search('ChatKitty');
		await editor.sentences('ChatKitty', 'Actions');
		await editor.pick('Send a message to a person');
		await editor.drag('id', 'recipient');
		await editor.openList('colleague');
		const sender = world.chatUsers.rows.find(({ name }) => !found.includes(name));
		await editor.pickFromList((await editor.searchList(sender?.name ?? ''))[0] ?? '');
		await editor.type('body', 'Hello from the hiring team');
		await editor.run();
		const sent = world.chatMessages.rows.slice(before);
		const reached = sent.map(({ channelId }) => world.chatChannels.need(String(channelId)).memberIds.map((id) => world.chatUsers.need(id).name).find((name) => found.includes(name)));
		expect(sent.every(({ body }) => body === 'Hello from the hiring team') && same(reached.map(String), found), `${sent.length} messages, reached ${reached.join(', ')}, wanted ${found.join(', ')}: ${(await editor.text()).slice(-300)}`);
		expect(world.chatUsers.rows.length === users, `${world.chatUsers.rows.length - users} users were made besides`);
	});
};

export const cvUpAndDown: Case = async (session) => {
	const { editor, sandbox, check } = session;
	const { world } = sandbox;
	await addAts(session, 'Download the attachments of an application');
	let first = '';
	await check('the files of an application come down', async () => {
		first = (await editor.openList('applicationId')).find((name) => name.split(' · ').length === 2) ?? '';
		await editor.pickFromList(first);
		await editor.run();
		says(await editor.text(), /File Name|MIME|\.pdf/i, 'the output');
		await editor.closeNode();
	});
	await check('a file goes up to another application, and is the same, byte by byte', async () => {
		await editor.openNodeCreator();
		await editor.search('ATS');
		await editor.sentences('ATS', 'Actions');
		await editor.pick('Add an attachment to an application');
		await editor.choose('provider', 'Kombo');
		const other = (await editor.openList('applicationId')).find((name) => name !== first && name.split(' · ').length === 2) ?? '';
		await editor.pickFromList(other);
		const before = new Set(world.attachments.rows.map(({ id }) => id));
		const output = await editor.run();
		const added = world.attachments.rows.filter(({ id }) => !before.has(id));
		expect(added.length > 0, `nothing arrived: ${output.slice(0, 400)}`);
		const bytes = (id: string) => world.bytes(world.attachments.need(id)).toString('latin1');
		const old = world.attachments.rows.filter(({ id }) => before.has(id));
		expect(added.every(({ id, fileName }) => old.some((one) => one.fileName === fileName && bytes(one.id) === bytes(id))), `what arrived is not what was there: ${added.map(({ fileName }) => fileName).join(', ')}`);
	});
};

export const chatTechnologiesMessage: Case = async ({ editor, n8n, sandbox, accounts, check }) => {
	await n8n.createCredential('Chat Technologies', 'chatTechnologiesApi', accounts.chatTechnologiesApi ?? {});
	await editor.newWorkflow();
	await editor.openNodeCreator();
	await editor.search('ATS');
	await editor.sentences('ATS', 'Actions');
	await editor.pick('Send a message to a candidate (Chat Technologies)');
	await check('the node says which provider can, until that one is chosen', async () => {
		if ((await editor.chosen('provider')) !== 'Chat Technologies') {
			says(await editor.text(), 'The chosen provider cannot do this. Chat Technologies can', 'the node');
			await editor.choose('provider', 'Chat Technologies');
			await editor.chooseCredential('Chat Technologies');
		}
		expect(!(await editor.text()).includes('The chosen provider cannot do this'), 'it still says so');
	});
	await check('the message arrives at Chat Technologies, once, for the candidate that was chosen', async () => {
		const [candidate = ''] = await editor.openList('candidateId');
		await editor.pickFromList(candidate);
		await editor.type('text', 'Are you free on Tuesday?');
		const before = sandbox.world.messages.rows.length;
		const since = sandbox.requests.length;
		const output = await editor.run();
		const sent = calls(sandbox, since, /^POST /);
		expect(sent.length === 1 && (sent[0]?.status ?? 0) < 300 && JSON.stringify(sent[0]?.body).includes('Are you free on Tuesday?'), `${JSON.stringify(sent).slice(0, 400)}; ${output.slice(0, 300)}`);
		const [name = ''] = candidate.split(' · ');
		const kept = sandbox.world.messages.rows.slice(before);
		const reached = kept.map(({ candidateId }) => sandbox.world.candidates.need(candidateId)).map(({ firstName, lastName }) => [firstName, lastName].filter(Boolean).join(' '));
		expect(same(reached, [name]), `it reached ${reached.join(', ')}, wanted ${name}: ${JSON.stringify(sent[0]?.body)}`);
	});
};

const exampleOf = (file: string) => join(examplesFolder, file);

/** Two examples as a person takes them: imported, credential chosen, what is open filled in, run. */
export const importExamples: Case = async ({ editor, n8n, sandbox, accounts, check }) => {
	await n8n.createCredential('Kombo for the examples', 'komboApi', accounts.komboApi ?? {});
	const { world } = sandbox;
	await check("the nightly export fills a CSV file and n8n's own data table, and only reads", async () => {
		await editor.importWorkflow(exampleOf('nightly-export.json'));
		for (const name of ['All Applications', 'Download Files']) {
			await editor.openByName(name);
			await editor.chooseCredential('Kombo for the examples');
			await editor.closeNode();
		}
		for (const name of ['Make Data Table', 'Keep Rows']) await editor.toggleNode(name);
		const since = sandbox.requests.length;
		await editor.executeWorkflow();
		says(await editor.executed(), /success/i, 'n8n');
		expect(calls(sandbox, since, /^(PUT|POST|PATCH|DELETE) /).length === 0, 'something was written');
		const rows = await n8n.tableRows('ATS Applications');
		const alive = world.applications.rows.filter(({ deletedAt }) => deletedAt === null).map(({ id }) => id);
		expect(same(rows.map((row) => String(row.application)), alive), `${rows.length} rows for ${alive.length} applications`);
	});
	await check('a second night keeps the rows up to date and adds none', async () => {
		const before = (await n8n.tableRows('ATS Applications')).length;
		await editor.executeWorkflow();
		says(await editor.executed(), /success/i, 'n8n');
		const after = (await n8n.tableRows('ATS Applications')).length;
		expect(after === before, `${before} rows became ${after}`);
	});
	await check('the career form: what a person fills in arrives at Kombo as an application with the CV', async () => {
		await editor.importWorkflow(exampleOf('career-form-to-ats.json'));
		await editor.openByName('Settings');
		const job = world.jobs.rows.find(({ deletedAt, status }) => deletedAt === null && status === 'OPEN');
		await editor.typeAssignment(0, job?.id ?? '');
		await editor.closeNode();
		for (const name of await editor.nodesWithoutCredential()) {
			await editor.openByName(name);
			await editor.chooseCredential('Kombo for the examples');
			await editor.closeNode();
		}
		const cv = join(mkdtempSync(join(tmpdir(), 'cv-')), 'grace.pdf');
		writeFileSync(cv, '%PDF-1.4 the CV of Grace\n%%EOF\n');
		await editor.answerForm({ 'First Name': 'Grace', 'Last Name': 'Hopper', Email: 'grace.hopper@example.com', CV: { file: cv } }, async () => await editor.executeWorkflow());
		const mine = () => world.applications.rows.filter(({ candidateId }) => world.candidates.need(candidateId).emails.some(({ address }) => address === 'grace.hopper@example.com'));
		await editor.settled(() => mine().length > 0);
		const [application, ...others] = mine();
		expect(application?.jobId === job?.id && others.length === 0, `${mine().length} applications`);
		const files = world.attachments.rows.filter(({ candidateId }) => candidateId === application?.candidateId);
		expect(files.length === 1 && files[0]?.kind === 'CV' && world.bytes(files[0]).toString().includes('the CV of Grace'), `files: ${files.map(({ fileName, kind }) => `${fileName} ${kind}`).join(', ')}`);
		rmSync(dirname(cv), { recursive: true });
	});
};

/** Each example on the canvas: nothing over anything else, and a picture. */
export const lookAtExamples: Case = async ({ editor, check }) => {
	for (const file of exampleFiles()) {
		await check(`${file} opens with nothing over anything else`, async () => {
			await editor.importWorkflow(exampleOf(file));
			const boxes = await editor.boxes();
			const { nodes } = readExample(file);
			expect(boxes.length === nodes.length, `${boxes.length} on the canvas, ${nodes.length} in the file`);
			const overlaps = boxes.flatMap((one, index) => boxes.slice(index + 1).filter((other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom).map((other) => `${one.name} and ${other.name}`));
			expect(overlaps.length === 0, overlaps.join('; '));
			await editor.canvasPicture(`example-${file.replace('.json', '')}`);
		});
	}
};

export const mistakes: Case = async (session) => {
	const { editor, sandbox, check } = session;
	await addAts(session, 'Move an application to a stage');
	const since = sandbox.requests.length;
	const writes = () => calls(sandbox, since, /^(PUT|POST|PATCH|DELETE) /).filter(({ status }) => status < 400).length;
	await check('a stage without an application: the list says what to choose first', async () => {
		says(await editor.listError('stageId'), /application first/, 'the list of stages');
		await editor.closeList();
	});
	await check('nothing chosen: the error names the fields, and nothing is sent', async () => {
		const refusal = await editor.refusedToRun();
		for (const field of ['Application', 'Stage']) says(refusal, `"${field}" is required`, 'the error');
		expect(writes() === 0, 'something was written');
	});
	await check('an ID that nobody has: the error says so, and nothing changes', async () => {
		await editor.mode('applicationId', 'By ID');
		await editor.typeId('applicationId', 'NotAnApplication00000001');
		await editor.mode('stageId', 'By ID');
		await editor.typeId('stageId', 'NotAStage000000000000001');
		says(await editor.run(), /application/i, 'the error');
		expect(writes() === 0, 'something was written');
		await editor.picture('error-unknown-id');
	});
};

export const cases: Record<string, Case> = { findNodes, makeCredential, moveAnApplication, pickJobAndStage, readTheOutput, watchChanges, chooseProvider, firstWorkflow, firstWorkflowTyped, mondayTable, chooseAskMove, askFirst, flatchrToChatKitty, cvUpAndDown, chatTechnologiesMessage, checkTheConnection, mistakes, importExamples, lookAtExamples };
