/** What has to hold in a running n8n with the package in it. Each check is a line of the report. */
import type { INode, INodeParameters, INodeTypeDescription } from 'n8n-workflow';

import type { Sandbox } from '../../sandbox/index.cts';
import { idOf } from '../providers/entry.cts';
import { providerEntries, type ProviderEntry } from '../providers/index.cts';
import type { Accounts } from './accounts.cts';
import type { Credentials } from './examples.cts';
import { exampleFiles, readExample } from './examples.cts';
import { projectRoot } from './hosts.cts';
import type { Execution, N8n, WorkflowFile } from './n8n.cts';
import { outputOf } from './n8n.cts';
import { readManifest } from './pack.cts';

/** The columns of the compatibility table. */
export const topics = ['install', 'nodes', 'credentials', 'examples', 'update', 'remove'] as const;
export type Topic = (typeof topics)[number];

export class Report {
	passed = 0;
	failed = 0;
	readonly byTopic = new Map<Topic, { passed: number; failed: number }>();

	async check(topic: Topic, title: string, run: () => Promise<void> | void): Promise<void> {
		const counts = this.byTopic.get(topic) ?? { passed: 0, failed: 0 };
		this.byTopic.set(topic, counts);
		try {
			await run();
			this.passed++;
			counts.passed++;
			console.log(`  ok    ${title}`);
		} catch (error) {
			this.failed++;
			counts.failed++;
			console.log(`  FAIL  ${title}\n        ${error instanceof Error ? error.message : String(error)}`);
		}
	}
}

export function expect(truth: boolean, otherwise: string): void {
	if (!truth) throw new Error(otherwise);
}

const { n8n: listed } = readManifest(projectRoot);
const shortName = (distPath: string) => {
	const file = distPath.split('/').pop()?.split('.')[0] ?? '';
	return file.charAt(0).toLowerCase() + file.slice(1);
};
const nodeNames = listed.nodes.map(shortName);
const credentialNames = listed.credentials.map(shortName);

async function iconAnswers(n8n: N8n, { iconUrl }: { iconUrl?: unknown }, what: string): Promise<void> {
	const urls = typeof iconUrl === 'string' ? [iconUrl] : Object.values(Object(iconUrl));
	expect(urls.length > 0, `${what} has no icon`);
	for (const url of urls) {
		const { status, type } = await n8n.file(String(url));
		expect(status === 200 && type.startsWith('image/svg'), `${what}: the icon ${String(url)} answers ${status} ${type}`);
	}
}

export async function checkNodes(report: Report, n8n: N8n, how: string): Promise<void> {
	const types = await n8n.nodeTypes();
	const ours = new Map<string, INodeTypeDescription>();
	for (const type of types) if (type.name.startsWith('n8n-nodes-ats.')) ours.set(type.name.slice('n8n-nodes-ats.'.length), type);
	for (const name of nodeNames) {
		await report.check('nodes', `${name} is in the editor, with its icon and search words (${how})`, async () => {
			const type = ours.get(name);
			if (!type) throw new Error(`n8n lists only: ${[...ours.keys()].join(', ') || 'nothing of ours'}`);
			await iconAnswers(n8n, type, name);
			expect((type.codex?.alias?.length ?? 0) > 0, 'its codex file is not there: nobody finds it by another word');
		});
		if (name === 'ats' || name === 'atsTrigger') {
			await report.check('nodes', `${name} is found by the name of each provider (${how})`, () => {
				const missing = providerEntries.filter(({ provider }) => name === 'ats' || provider.changes).map(({ provider }) => provider.label).filter((label) => !ours.get(name)?.codex?.alias?.includes(label));
				expect(missing.length === 0, `not by ${missing.join(', ')}`);
			});
		}
		if (ours.get(name)?.usableAsTool) {
			await report.check('nodes', `${name} is a tool for agents (${how})`, () => expect(ours.has(`${name}Tool`), `there is no ${name}Tool`));
		}
	}
	const credentials = await n8n.credentialTypes();
	for (const name of credentialNames) {
		await report.check('nodes', `credential ${name} is in the editor, with its icon (${how})`, async () => {
			const type = credentials.find((candidate) => candidate.name === name);
			if (!type) throw new Error('n8n does not list it');
			await iconAnswers(n8n, type, name);
		});
	}
}

export async function checkCredentials(report: Report, n8n: N8n, known: Accounts): Promise<void> {
	const types = await n8n.credentialTypes();
	for (const name of credentialNames) {
		const data = known[name];
		await report.check('credentials', `${name} has an account in the sandbox`, () => expect(data !== undefined, 'no entry of test/providers or test/services fills it'));
		if (!data) continue;
		const secrets = (types.find((type) => type.name === name)?.properties ?? []).filter((field) => field.typeOptions?.password && field.name in data);
		const wrong = Object.fromEntries(secrets.map((field) => [field.name, 'wrong']));
		// n8n obtains OAuth2 tokens when a node first runs: there is nothing to test before.
		if (name.includes('OAuth2')) continue;
		await report.check('credentials', `${name} passes its test`, async () => {
			const { status, message } = await n8n.testCredential(name, data);
			expect(status === 'OK', message);
		});
		await report.check('credentials', `${name} with a wrong key fails with a sentence that helps`, async () => {
			const { status, message } = await n8n.testCredential(name, { ...data, ...wrong });
			expect(status === 'Error', `the wrong ${Object.keys(wrong).join(', ')} passed`);
			expect(message.split(' ').length > 4, `it only says "${message}"`);
		});
	}
}

/** The ATS node with a provider, as it stands in a workflow. */
async function atsNode(credentials: Credentials, types: INodeTypeDescription[], { provider, settings }: ProviderEntry, parameters: INodeParameters): Promise<INode> {
	const node: INode = { id: `ats-${provider.name}`, name: 'ATS', type: 'n8n-nodes-ats.ats', typeVersion: 1, position: [240, 0], parameters: { ...settings, ...parameters, provider: provider.name } };
	const [filled = node] = (await credentials.fill({ name: '', nodes: [node], connections: {} }, types)).nodes;
	return filled;
}

/** The dropdowns that people choose from, and a workflow with the ATS node, at each provider. */
export async function checkProviders(report: Report, n8n: N8n, credentials: Credentials): Promise<void> {
	const types = await n8n.nodeTypes();
	for (const entry of providerEntries) {
		const { name, label, capabilities } = entry.provider;
		const can = (operation: keyof typeof capabilities.operations) => capabilities.operations[operation] !== undefined;
		const nodeWith = async (parameters: INodeParameters) => await atsNode(credentials, types, entry, parameters);
		const run = async (parameters: INodeParameters) => {
			const start: INode = { id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} };
			const workflow: WorkflowFile = { name: label, nodes: [start, await nodeWith(parameters)], connections: { Start: { main: [[{ node: 'ATS', type: 'main', index: 0 }]] } } };
			const { id } = await n8n.createWorkflow(workflow);
			return outputOf(await runFromTrigger(n8n, { workflow: { ...workflow, id }, trigger: 'Start' }), 'ATS').map(({ json }) => json);
		};
		const applications = { resource: 'application', operation: 'getAll', limit: 5 };
		if (can('application.getMany')) {
			await report.check('nodes', `${label}: a workflow lists applications`, async () => {
				const items = await run(applications);
				expect(items.length === 5, `${items.length} items`);
				for (const field of ['applicationId', 'candidateName', 'jobTitle', 'stage', 'status']) expect(items.every((item) => field in item), `no ${field} in ${JSON.stringify(items[0])}`);
			});
		} else {
			await report.check('nodes', `${label}: a workflow lists candidates`, async () => expect((await run({ resource: 'candidate', operation: 'getAll', limit: 5 })).length === 5, 'not five items'));
		}
		await report.check('nodes', `${label}: Check Connection finds no problem`, async () => {
			const checks = await run({ resource: 'provider', operation: 'checkConnection' });
			const problems = checks.filter(({ status }) => status === 'problem');
			expect(checks.length > 2 && problems.length === 0, JSON.stringify(problems.length > 0 ? problems : checks));
		});
		if (can('job.getMany')) {
			await report.check('nodes', `${label}: jobs are offered by their titles`, async () => {
				const jobs = await n8n.offered(await nodeWith({ resource: 'application', operation: 'create' }), 'jobId', 'searchJobs');
				const titles = await n8n.offered(await nodeWith(applications), 'filters.jobs', 'loadJobs');
				expect(jobs.length > 0 && titles.length >= jobs.length, `${jobs.length} in the list, ${titles.length} in the filter`);
				expect(jobs.every((job) => job.name !== job.value), `a job without a title: ${JSON.stringify(jobs.slice(0, 3))}`);
			});
		}
		if (can('stage.getMany') && can('application.getMany')) {
			await report.check('nodes', `${label}: the stages of an application's job are offered, and all names as a filter`, async () => {
				const [applicant] = await n8n.offered(await nodeWith({ resource: 'application', operation: 'get' }), 'applicationId', 'searchApplications');
				expect(applicant !== undefined && applicant.name !== applicant.value, `nobody is offered by name: ${JSON.stringify(applicant)}`);
				const stages = await n8n.offered(await nodeWith({ resource: 'application', operation: 'moveStage', applicationId: idOf(applicant?.value ?? '') }), 'stageId', 'searchStages');
				const names = await n8n.offered(await nodeWith(applications), 'filters.stages', 'loadStageNames');
				expect(stages.length > 1 && names.length > 1, `${stages.length} stages, ${names.length} names`);
				expect(new Set(stages.map(({ value }) => value)).size === stages.length, `a stage is offered twice: ${JSON.stringify(stages)}`);
			});
		}
		if (can('application.reject') && can('rejectionReason.getMany')) {
			await report.check('nodes', `${label}: rejection reasons are offered`, async () => {
				const reasons = await n8n.offered(await nodeWith({ resource: 'application', operation: 'reject' }), 'rejectionReasonId', 'searchRejectionReasons');
				expect(reasons.length > 0, 'none');
			});
		}
		await report.check('nodes', `${label}: the node names its provider as the registry does`, () => {
			const options = types.find((type) => type.name === 'n8n-nodes-ats.ats')?.properties.find((property) => property.name === 'provider')?.options ?? [];
			expect(options.some((option) => 'value' in option && option.value === name && option.name === label), JSON.stringify(options));
		});
	}
}

export interface Kept {
	workflow: WorkflowFile & { id: string };
	trigger: string;
}

async function runFromTrigger(n8n: N8n, { workflow, trigger }: Kept): Promise<Execution> {
	const execution = await n8n.runManually(workflow, trigger);
	const { error, lastNodeExecuted } = execution.data.resultData;
	expect(execution.status === 'success', `${lastNodeExecuted ?? trigger}: ${error?.message ?? execution.status}`);
	return execution;
}

/**
 * An example runs from its trigger as the editor's button runs it; one that starts with a webhook is only switched on and
 * off. Gives those that ran, to be run again after an update.
 */
export async function checkExamples(report: Report, n8n: N8n, sandbox: Sandbox, credentials: Credentials): Promise<Kept[]> {
	const types = await n8n.nodeTypes();
	const typeOf = (name: string) => types.find((type) => type.name === name);
	const kept: Kept[] = [];
	for (const file of exampleFiles()) {
		await report.check('examples', `examples/${file} runs`, async () => {
			const example = await credentials.fill(readExample(file), types);
			const unknown = example.nodes.filter(({ type }) => !typeOf(type)).map(({ type }) => type);
			expect(unknown.length === 0, `n8n does not know: ${unknown.join(', ')}`);
			const trigger = example.nodes.find(({ type }) => typeOf(type)?.group.includes('trigger'));
			if (!trigger) throw new Error('it has no trigger');
			const workflow = await n8n.createWorkflow(example);
			// It wants a model and a login of its own: `test:agent` lets an agent work.
			if (example.nodes.some(({ type }) => type.startsWith('@n8n/'))) return;
			if (typeOf(trigger.type)?.webhooks?.length) {
				await n8n.activate(workflow);
				return await n8n.deactivate(workflow.id);
			}
			const run: Kept = { workflow: { ...example, id: workflow.id }, trigger: trigger.name };
			await runFromTrigger(n8n, run);
			kept.push(run);
		});
	}
	await report.check('examples', "no request of theirs breaks a vendor's contract", () => {
		expect(sandbox.violations.length === 0, JSON.stringify(sandbox.violations.slice(0, 3)));
	});
	return kept;
}

/** Workflows and credentials made with the older package, in the same n8n with the newer one. */
export async function checkKept(report: Report, n8n: N8n, kept: Kept[]): Promise<void> {
	await report.check('update', 'there is a workflow from before the update', () => expect(kept.length > 0, 'no example ran before it'));
	for (const run of kept) {
		await report.check('update', `"${run.workflow.name}" still runs after an update`, async () => void (await runFromTrigger(n8n, run)));
	}
}
