/** The workflows in `examples/`, made ready to run: exported workflows carry no credentials. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { INode, INodeTypeDescription } from 'n8n-workflow';

import type { Accounts } from './accounts.cts';
import { projectRoot } from './hosts.cts';
import type { N8n, WorkflowFile } from './n8n.cts';

export const examplesFolder = join(projectRoot, 'examples');

export const readExample = (file: string): WorkflowFile => JSON.parse(readFileSync(join(examplesFolder, file), 'utf8'));

export const exampleFiles = (): string[] =>
	existsSync(examplesFolder) ? readdirSync(examplesFolder).filter((file) => file.endsWith('.json')).sort() : [];

/** What an example leaves to the person, red in the editor. Nothing is sent there: what *Fetch Test Event* shows is stopped before. */
const LEFT_OPEN: INode['parameters'] = { url: 'http://127.0.0.1:9/', colleague: { __rl: true, mode: 'id', value: 'recruiting@example.com' } };

function filledIn({ parameters }: INode): INode['parameters'] {
	const isOpen = (name: string) => [parameters[name], Reflect.get(Object(parameters[name]), 'value')].includes('');
	return { ...parameters, ...Object.fromEntries(Object.entries(LEFT_OPEN).filter(([name]) => isOpen(name))) };
}

/** Creates each account's credential once and gives its reference. */
export class Credentials {
	private readonly created = new Map<string, { id: string; name: string }>();

	constructor(
		private readonly n8n: N8n,
		private readonly accounts: Accounts,
	) {}

	async reference(type: string): Promise<{ id: string; name: string } | undefined> {
		const data = this.accounts[type];
		if (!data) return undefined;
		const known = this.created.get(type) ?? (await this.n8n.createCredential(`${type} (sandbox)`, type, data));
		this.created.set(type, known);
		return known;
	}

	/** The workflow with a credential on each node of ours that asks for one. */
	async fill(workflow: WorkflowFile, types: INodeTypeDescription[]): Promise<WorkflowFile> {
		const nodes: INode[] = [];
		for (const node of workflow.nodes) {
			const type = types.find(({ name }) => name === node.type);
			const asked = type?.credentials ?? [];
			const chosen = node.parameters.provider ?? type?.properties.find(({ name }) => name === 'provider')?.default;
			const credentials: NonNullable<INode['credentials']> = {};
			for (const { name, displayOptions } of node.type.startsWith('n8n-nodes-ats.') ? asked : []) {
				const providers = displayOptions?.show?.provider ?? displayOptions?.show?.['/provider'];
				if (providers && !providers.includes(String(chosen))) continue;
				const reference = await this.reference(name);
				if (reference) credentials[name] = reference;
			}
			const filled = { ...node, parameters: filledIn(node) };
			nodes.push(Object.keys(credentials).length > 0 ? { ...filled, credentials } : filled);
		}
		return { ...workflow, nodes };
	}
}
