/**
 * `npm run test:agent [-- --no-build]`: our nodes as tools of n8n's AI Agent, in a real n8n, with a chat model that follows a
 * script: find a candidate, read the CV (through the shipped sub-workflow, since files do not reach an agent), move the
 * stage, add a note; the same without personal data; every action node once; and the shipped assistant with three providers,
 * whose note is written only after a person has sent the form. Ends with `N passed, N failed`; exit 1 if any failed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { INode, INodeTypeDescription } from 'n8n-workflow';
import { nodeNameToToolName } from 'n8n-workflow';

import { startSandbox } from '../../sandbox/index.cts';
import { readArguments, usageOf } from '../arguments.cts';
import { providerEntries, type ProviderEntry } from '../providers/index.cts';
import { accounts } from './accounts.cts';
import type { OfferedTool, Script, ToolCall } from './agentModel.cts';
import { startModel } from './agentModel.cts';
import { expect } from './checks.cts';
import { Credentials, readExample } from './examples.cts';
import { ensureHost } from './hosts.cts';
import type { Execution, WorkflowFile } from './n8n.cts';
import { N8n, outputOf } from './n8n.cts';
import { installByHand, packPackage } from './pack.cts';
import { script } from './processes.cts';

const { values: flags } = readArguments(usageOf(__filename), { allowNegative: true, options: { build: { type: 'boolean', default: true } } });

/** What one tool answers to a question about one thing or a few stays readable for a model: some 1,000 tokens. */
const MOST_CHARACTERS = 4_000;

const fromAi = (key: string, about: string) => `={{ $fromAI('${key}', '${about}', 'string') }}`;
const byId = (key: string, about: string) => ({ __rl: true, mode: 'id', value: fromAi(key, about) });

/** A tool: one of our nodes with the resource and operation chosen, and its fields left to the model or filled in. */
interface Tool {
	name: string;
	type: string;
	parameters: INode['parameters'];
}

const recruiterTools: Tool[] = [
	{ name: 'Find Candidates', type: 'n8n-nodes-ats.komboTool', parameters: { resource: 'candidate', operation: 'getAll', limit: 3, filters: { email: fromAi('email', 'Email of the candidate') } } },
	{ name: 'Get Job', type: 'n8n-nodes-ats.komboTool', parameters: { resource: 'job', operation: 'get', id: byId('jobId', 'ID of the job') } },
	{ name: 'Move Stage', type: 'n8n-nodes-ats.komboTool', parameters: { resource: 'application', operation: 'moveStage', applicationId: byId('applicationId', 'ID of the application'), stageId: byId('stageId', 'ID of a stage of its job') } },
	{ name: 'Add Note', type: 'n8n-nodes-ats.komboTool', parameters: { resource: 'application', operation: 'addNote', applicationId: byId('applicationId', 'ID of the application'), content: fromAi('note', 'Text of the note') } },
	{ name: 'Reject', type: 'n8n-nodes-ats.komboTool', parameters: { resource: 'application', operation: 'reject', applicationId: byId('applicationId', 'ID of the application'), rejectionReasonId: byId('reasonId', 'ID of the reason') } },
	{ name: 'Delete Integration', type: 'n8n-nodes-ats.komboTool', parameters: { resource: 'integration', operation: 'delete', integrationId: fromAi('integrationId', 'ID of the integration') } },
];

const pseudonymous: Tool[] = [
	{ name: 'Find Candidates', type: 'n8n-nodes-ats.komboTool', parameters: { resource: 'candidate', operation: 'getAll', limit: 3, filters: { email: fromAi('email', 'Email of the candidate') }, options: { leaveOutPersonalData: true } } },
	{ name: 'List Applications', type: 'n8n-nodes-ats.atsTool', parameters: { provider: 'kombo', resource: 'application', operation: 'getAll', limit: 3, options: { leaveOutPersonalData: true } } },
];

/** The shipped assistant is tried with these: an aggregator, and two systems with answers of quite different forms. */
const ASSISTANTS = ['kombo', 'greenhouse', 'lever'];

/** One reading operation of every action node. */
const oneOfEach: Tool[] = [
	{ name: 'ATS', type: 'n8n-nodes-ats.atsTool', parameters: { provider: 'kombo', resource: 'application', operation: 'getAll', limit: 2 } },
	{ name: 'Kombo', type: 'n8n-nodes-ats.komboTool', parameters: { resource: 'application', operation: 'getAll', limit: 3 } },
	{ name: 'Knit', type: 'n8n-nodes-ats.knitTool', parameters: { resource: 'application', operation: 'getAll', limit: 3 } },
	{ name: 'Flatchr', type: 'n8n-nodes-ats.flatchrTool', parameters: { resource: 'candidate', operation: 'search', limit: 3 } },
	{ name: 'ChatKitty', type: 'n8n-nodes-ats.chatKittyTool', parameters: { resource: 'channel', operation: 'getAll', limit: 3 } },
	{ name: 'Chat Technologies', type: 'n8n-nodes-ats.chatTechnologiesTool', parameters: { resource: 'candidate', operation: 'getAll', limit: 3 } },
];

function agentWorkflow(name: string, tools: INode[], model: { id: string; name: string }): WorkflowFile {
	const place = (index: number): [number, number] => [index * 200, 300];
	const node = (id: number, title: string, type: string, typeVersion: number, parameters: INode['parameters'], more: Partial<INode> = {}): INode => ({ id: `node-${id}`, name: title, type, typeVersion, position: place(id), parameters, ...more });
	const toAgent = (type: 'ai_tool' | 'ai_languageModel') => ({ [type]: [[{ node: 'Agent', type, index: 0 }]] });
	return {
		name,
		nodes: [
			node(1, 'Start', 'n8n-nodes-base.manualTrigger', 1, {}),
			node(2, 'Agent', '@n8n/n8n-nodes-langchain.agent', 3.1, { promptType: 'define', text: 'Do what the script says.', options: { maxIterations: 20 } }),
			node(3, 'Model', '@n8n/n8n-nodes-langchain.lmChatOpenAi', 1.2, { model: { __rl: true, mode: 'id', value: 'scripted' }, options: {} }, { credentials: { openAiApi: model } }),
			...tools,
		],
		connections: { Start: { main: [[{ node: 'Agent', type: 'main', index: 0 }]] }, Model: toAgent('ai_languageModel'), ...Object.fromEntries(tools.map((tool) => [tool.name, toAgent('ai_tool')])) },
	};
}

/** The rows that a tool answered with, wherever n8n has wrapped them. */
function rowsIn(answer: string | undefined): Array<Record<string, unknown>> {
	const parsed: unknown = JSON.parse(answer ?? 'null');
	const list = Array.isArray(parsed) ? parsed : [parsed];
	return list.flatMap((one: { response?: unknown }) => (Array.isArray(one.response) ? one.response : [one]));
}

const textIn = (value: unknown, key: string): string => {
	const found = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
	if (typeof found !== 'string') throw new Error(`there is no ${key} in ${JSON.stringify(value).slice(0, 300)}`);
	return found;
};

function failureOf({ status, data }: Execution): string | undefined {
	return status === 'success' ? undefined : `${data.resultData.lastNodeExecuted ?? 'the workflow'}: ${data.resultData.error?.message ?? status}`;
}

void script(async (cleanup) => {
	const host = await ensureHost('2.41.1');
	const packed = await packPackage({ build: flags.build });
	cleanup(() => packed.remove());
	const userFolder = mkdtempSync(join(tmpdir(), 'n8n-ats-agent-'));
	cleanup(() => rmSync(userFolder, { recursive: true, force: true }));
	await installByHand(userFolder, packed.tarball);
	const sandbox = await startSandbox({ jobs: 12, applications: 200 });
	cleanup(async () => await sandbox.close());
	const model = await startModel();
	cleanup(async () => await model.close());
	const n8n = await N8n.start(host, { userFolder });
	cleanup(async () => await n8n.stop());
	await n8n.logIn();
	const types: INodeTypeDescription[] = await n8n.nodeTypes();
	const credentials = new Credentials(n8n, accounts(sandbox));
	const modelCredential = await n8n.createCredential('Scripted model', 'openAiApi', { apiKey: 'scripted', url: model.url });

	let passed = 0;
	let failed = 0;
	const check = async (title: string, run: () => Promise<void> | void) => {
		try {
			await run();
			passed++;
			console.log(`  ok    ${title}`);
		} catch (error) {
			failed++;
			console.log(`  FAIL  ${title}\n        ${error instanceof Error ? error.message.slice(0, 900) : String(error)}`);
		}
	};

	const nodesOf = async (tools: Tool[]): Promise<INode[]> => {
		const nodes = tools.map(({ name, type, parameters }, index): INode => ({ id: `tool-${index}`, name, type, typeVersion: 1, position: [index * 200, 600], parameters }));
		return (await credentials.fill({ name: '', nodes, connections: {} }, types)).nodes;
	};
	const converse = async (name: string, tools: INode[], next: Script): Promise<Execution> => {
		model.follow(next);
		const workflow = agentWorkflow(name, tools, modelCredential);
		const { id } = await n8n.createWorkflow(workflow);
		return await n8n.runManually({ ...workflow, id }, 'Start');
	};

	/** The shipped assistant as a person sets it up: provider and credential in its ATS nodes, the model, the CV workflow, a login for the form. */
	async function assistant({ provider: { name, label }, settings = {} }: ProviderEntry): Promise<void> {
		console.log(`the shipped assistant with ${label}`);
		const { world } = sandbox;
		const withProvider = (workflow: WorkflowFile): WorkflowFile => ({
			...workflow,
			nodes: workflow.nodes.map((node) => (node.type.startsWith('n8n-nodes-ats.') ? { ...node, parameters: { ...node.parameters, ...settings, provider: name } } : node)),
		});
		const cvs = await n8n.createWorkflow(await credentials.fill(withProvider(readExample('agent-tool-read-cv.json')), types));
		await n8n.activate(cvs);
		const login = { user: 'recruiter', password: 'of-the-form' };
		const formLogin = await n8n.createCredential('Form', 'httpBasicAuth', login);
		const shipped = await credentials.fill(withProvider(readExample('assistant.json')), types);
		const nodes = shipped.nodes.map((node): INode => {
			if (node.name === 'Model') return { ...node, credentials: { openAiApi: modelCredential } };
			if (node.name === 'CV') return { ...node, parameters: { ...node.parameters, workflowId: { __rl: true, mode: 'id', value: cvs.id } } };
			return node.name === 'A Person Saves' ? { ...node, credentials: { httpBasicAuth: formLogin }, webhookId: `form-${name}` } : node;
		});
		const workflow = { ...shipped, nodes };
		const created = await n8n.createWorkflow(workflow);
		await n8n.activate(created);

		const job = world.jobs.rows.find(({ id, deletedAt }) => deletedAt === null && world.applications.by('jobId', id).some(({ deletedAt: gone, status }) => gone === null && status === 'PENDING'));
		const one = world.attachments.rows.find(({ kind, applicationId, deletedAt }) => {
			const found = applicationId === null || kind !== 'CV' || deletedAt !== null ? undefined : world.applications.get(applicationId);
			return found?.deletedAt === null && found.status === 'PENDING' && (world.candidates.get(found.candidateId)?.emails.length ?? 0) > 0;
		});
		const email = world.candidates.get(one?.candidateId ?? '')?.emails[0]?.address;
		if (!job || !email) throw new Error('The sandbox has nobody with a CV.');
		const firstOf = (answer: string | undefined, key: string) => textIn(rowsIn(answer)[0], key);
		model.follow((given) => {
			const steps: Array<() => ToolCall> = [
				() => ({ name: 'Jobs', arguments: {} }),
				() => ({ name: 'Applications_of_a_Job', arguments: { jobs: JSON.stringify([job.title]) } }),
				() => ({ name: 'Person', arguments: { email } }),
				() => ({ name: 'Applications_of_a_Person', arguments: { candidateId: firstOf(given[2], 'candidateId') } }),
				() => ({ name: 'CV', arguments: { applicationId: firstOf(given[3], 'applicationId') } }),
				() => ({ name: 'Draft_a_Note', arguments: { applicationId: firstOf(given[3], 'applicationId'), note: `Drafted with ${label} & to be read` } }),
			];
			return steps[given.length]?.() ?? 'Please read and save the note.';
		});
		const written = world.journal.length;
		const execution = await n8n.runManually({ ...workflow, id: created.id }, 'Chat', { sessionId: name, action: 'sendMessage', chatInput: 'Who is this, and please note it.' });
		const answers = [...model.answers];
		const told = () => answers.map((answer) => answer.slice(0, 160)).join(' | ');
		await check('it answers, and each of its six tools has answered it', () => {
			expect(failureOf(execution) === undefined && answers.length === 6, `${String(failureOf(execution))}; ${answers.length} answers: ${told()}`);
			expect(answers.every((answer) => !/There was an error|"error"/.test(answer)), told());
		});
		await check('it knows the jobs, finds the person by the e-mail address, and reads the CV', () => {
			expect(answers[0]?.includes(job.title) === true && answers[1]?.includes(job.title) === true, told());
			expect(answers[2]?.toLowerCase().includes(email.toLowerCase()) === true, told());
			expect(/stranger/.test(answers[4] ?? ''), told());
		});
		await check('it holds no tool that writes, and nothing was written', () => {
			const names = model.tools.map((tool) => tool.name).sort();
			expect(names.join() === 'Applications_of_a_Job,Applications_of_a_Person,CV,Draft_a_Note,Jobs,Person', names.join());
			expect(world.journal.length === written, 'something was written');
		});
		const link = /https?:\/\/\S+?\/form\/ats-note\?[^\s"\\]+/.exec(answers[5] ?? '')?.[0] ?? '';
		await check('without the login nobody sees the form; with it a person saves the note, and it is written', async () => {
			const address = link.replace(/^https?:\/\/[^/]+/, n8n.url);
			expect((await fetch(address)).status === 401, `the form answers ${(await fetch(address)).status} without a login`);
			const authorization = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
			const form = await fetch(address, { headers: { authorization } });
			expect(form.status === 200 && (await form.text()).includes('Save this note?'), `the form answers ${form.status}`);
			const body = new FormData();
			body.set('field-0', new URL(address).searchParams.get('Application') ?? '');
			body.set('field-1', new URL(address).searchParams.get('Note') ?? '');
			const before = world.notes.rows.length;
			expect((await fetch(address, { method: 'POST', headers: { authorization }, body })).ok, 'the form was not taken');
			for (let waited = 0; waited < 30 && world.notes.rows.length === before; waited++) await new Promise((resolve) => setTimeout(resolve, 500));
			const [note, ...more] = world.notes.rows.slice(before);
			expect(more.length === 0 && note?.html.includes(`Drafted with ${label}`) === true, JSON.stringify(note));
		});
		await n8n.deactivate(created.id);
	}

	// Somebody in a phone interview, with a CV that can be read.
	const { world } = sandbox;
	const cv = world.attachments.rows.find(({ kind, applicationId, deletedAt }) => {
		const application = applicationId === null || kind !== 'CV' || deletedAt !== null ? undefined : world.applications.get(applicationId);
		return application?.deletedAt === null && application.status === 'PENDING' && (world.candidates.get(application.candidateId)?.emails.length ?? 0) > 0;
	});
	const application = world.applications.get(cv?.applicationId ?? '');
	const candidate = world.candidates.get(application?.candidateId ?? '');
	const email = candidate?.emails[0]?.address;
	if (!cv || !application || !email) throw new Error('The sandbox has nobody with a CV.');

	const readCv = await n8n.createWorkflow(await credentials.fill(readExample('agent-tool-read-cv.json'), types));
	await n8n.activate(readCv);
	const readCvTool: INode = {
		id: 'tool-cv',
		name: 'Read CV',
		type: '@n8n/n8n-nodes-langchain.toolWorkflow',
		typeVersion: 2.2,
		position: [0, 800],
		parameters: {
			description: 'Gives the text of the CV of an application, by its ID',
			source: 'database',
			workflowId: { __rl: true, mode: 'id', value: readCv.id },
			workflowInputs: {
				mappingMode: 'defineBelow',
				value: { applicationId: fromAi('applicationId', 'ID of the application') },
				matchingColumns: [],
				schema: [{ id: 'applicationId', displayName: 'applicationId', required: false, defaultMatch: false, display: true, canBeUsedToMatch: true, type: 'string' }],
			},
		},
	};

	console.log('a recruiter asks an agent');
	let chosenStage = '';
	const recruiter: Script = (answers) => {
		const [found, , job] = answers;
		const mine = () => {
			const [person] = rowsIn(found);
			const list: unknown[] = Array.isArray(person?.applications) ? person.applications : [];
			const one = list.find((each) => textIn(each, 'id') === kombo.application) ?? list[0];
			return { id: textIn(one, 'id'), jobId: textIn(one, 'job_id') };
		};
		const steps: Array<() => ToolCall | string> = [
			() => ({ name: 'Find_Candidates', arguments: { email } }),
			() => ({ name: 'Read_CV', arguments: { applicationId: mine().id } }),
			() => ({ name: 'Get_Job', arguments: { jobId: mine().jobId } }),
			() => {
				const stages: unknown = rowsIn(job)[0]?.stages;
				const wanted = (Array.isArray(stages) ? stages : []).find((stage) => textIn(stage, 'id') !== application.stageId && textIn(stage, 'name') === 'On-site interview');
				chosenStage = textIn(wanted, 'id');
				return { name: 'Move_Stage', arguments: { applicationId: mine().id, stageId: chosenStage } };
			},
			() => ({ name: 'Add_Note', arguments: { applicationId: mine().id, note: 'Read the CV, moved on by the agent' } }),
		];
		return steps[answers.length]?.() ?? 'Done: the candidate comes for an on-site interview.';
	};
	const kombo = { application: application.id };
	const tools = [...(await nodesOf(recruiterTools)), readCvTool];
	const execution = await converse('Recruiter', tools, recruiter);
	const offered: OfferedTool[] = [...model.tools];
	const answers = [...model.answers];

	await check('the conversation ends well', () => {
		const failure = failureOf(execution);
		expect(failure === undefined, `${String(failure)}; the tools answered: ${answers.map((one) => one.slice(0, 200)).join(' | ')}`);
		expect(String(outputOf(execution, 'Agent')[0]?.json.output).startsWith('Done'), JSON.stringify(outputOf(execution, 'Agent')[0]?.json));
	});
	await check('it finds the candidate by email', () => expect(answers[0]?.includes(email) === true, `${answers[0]?.slice(0, 300)}`));
	await check('it reads the text of the CV through the shipped sub-workflow', () => expect(answers[1]?.includes(cv.id) === true, `${answers[1]?.slice(0, 300)}`));
	await check('it moves the application to the stage', () => {
		expect(chosenStage !== '' && world.applications.get(application.id)?.stageId === chosenStage, `the stage is ${String(world.applications.get(application.id)?.stageId)}, wanted ${chosenStage}; ${answers[3]?.slice(0, 300)}`);
	});
	await check('it leaves a note', () => {
		expect(world.notes.rows.some(({ applicationId, html }) => applicationId === application.id && html.includes('moved on by the agent')), `${answers[4]?.slice(0, 300)}`);
	});
	for (const [index, answer] of answers.entries()) {
		await check(`answer ${index + 1} of ${answers.length} is small (${answer.length} characters)`, () => expect(answer.length <= MOST_CHARACTERS, answer.slice(0, 600)));
	}

	console.log('what the model is told');
	const described = (name: string) => offered.find((tool) => tool.name === nodeNameToToolName(name))?.description ?? '';
	const sentences: Array<[tool: string, says: string]> = [
		['Find Candidates', 'Get many candidates in Kombo'],
		['Get Job', 'Get a job in Kombo'],
		['Move Stage', 'Move an application to a stage in Kombo'],
		['Add Note', 'Add a note to an application in Kombo'],
		['Reject', 'Reject an application in Kombo'],
		['Delete Integration', 'Delete an integration in Kombo'],
	];
	for (const [tool, says] of sentences) {
		await check(`"${tool}" is described as "${says}"`, () => expect(described(tool) === says, `it is described as "${described(tool)}"`));
	}
	await check('no tool is told another one: each sentence stands once', () => expect(new Set(offered.map(({ description }) => description)).size === offered.length, offered.map(({ description }) => description).join(' | ')));
	await check('the fields left to the model are explained to it', () => {
		const move = offered.find(({ name }) => name === 'Move_Stage');
		expect(move?.parameters.properties?.stageId?.description === 'ID of a stage of its job', JSON.stringify(move));
	});

	console.log('personal data is left out');
	const unnamed = await converse('Without names', await nodesOf(pseudonymous), ({ length }) => {
		const next = [{ name: 'Find_Candidates', arguments: { email } }, { name: 'List_Applications', arguments: {} }][length];
		return next ?? 'Done.';
	});
	const [person = '', list = ''] = model.answers;
	await check('the agent finds the candidate and gets the ID, stage and state', () => {
		const failure = failureOf(unnamed);
		expect(failure === undefined, String(failure));
		for (const word of [application.candidateId, application.id, 'On-site interview', 'PENDING']) expect(person.includes(word), `"${word}" is missing: ${person.slice(0, 600)}`);
		expect(/"status":\s*"ACTIVE"/.test(list), list.slice(0, 600));
	});
	await check('no name, address or number of anybody is among the answers', () => {
		const people = world.candidates.rows.flatMap(({ firstName, lastName, emails, phones }) => [`"${String(firstName)}"`, `"${String(lastName)}"`, ...emails.map(({ address }) => address), ...phones.map(({ number }) => number)]);
		const told = people.filter((one) => person.includes(one) || list.includes(one));
		expect(told.length === 0, `${told.join(', ')} in ${person.slice(0, 600)}`);
	});

	for (const name of ASSISTANTS) {
		const entry = providerEntries.find(({ provider }) => provider.name === name);
		if (!entry) throw new Error(`There is no provider ${name}`);
		await assistant(entry);
	}

	console.log('every action node is a tool');
	const usable = oneOfEach.filter(({ type }) => types.some(({ name }) => name === type));
	await check('there is a tool variant of each', () => expect(usable.length === oneOfEach.length, `only ${usable.map(({ type }) => type).join(', ')}`));
	const each = await converse('Each node', await nodesOf(usable), (given) => {
		const next = usable[given.length];
		return next ? { name: nodeNameToToolName(next.name), arguments: {} } : 'Done.';
	});
	const given = [...model.answers];
	await check('the agent calls all of them', () => {
		const failure = failureOf(each);
		expect(failure === undefined && given.length === usable.length, `${String(failure)}; ${given.length} answers`);
	});
	for (const [index, { name }] of usable.entries()) {
		const answer = given[index] ?? '';
		await check(`${name} answers with rows, and briefly (${answer.length} characters)`, () => {
			expect(answer !== '' && !/^\s*(There was an error|Error)|"error"/.test(answer), answer.slice(0, 400));
			expect(answer.length <= MOST_CHARACTERS, answer.slice(0, 1_000));
		});
	}
	await check("no request broke a vendor's contract", () => expect(sandbox.violations.length === 0, JSON.stringify(sandbox.violations.slice(0, 3))));
	console.log(`${passed} passed, ${failed} failed`);
	return failed === 0;
});
