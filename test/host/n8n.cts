/** A real n8n server on loopback, driven over the REST interface that its editor uses. */
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { AxiosInstance } from 'axios';
import axios, { AxiosError } from 'axios';
import type {
	IConnections,
	ICredentialType,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeTypeDescription,
	IRunExecutionData,
} from 'n8n-workflow';
import { createEmptyRunExecutionData } from 'n8n-workflow';

import type { Host } from './hosts.cts';
import { cleanEnvironment, freePort, kill, PlainError, start, stop } from './processes.cts';

export const owner = { email: 'demo@example.com', password: 'Demo-Password-1', firstName: 'Demo', lastName: 'Owner' };

export interface StartOptions {
	/** The editor's port; any free one if not given. */
	port?: number;
	/** Kept when it is given, else a temporary one that goes with the server. */
	userFolder?: string;
	env?: Record<string, string>;
}

export interface WorkflowFile {
	name: string;
	nodes: INode[];
	connections: IConnections;
	settings?: IDataObject;
}

export interface Execution {
	id: string;
	status: string;
	mode: string;
	startedAt: string;
	stoppedAt: string | null;
	data: IRunExecutionData;
}

export interface ExecutionRow {
	id: string;
	status: string;
}

const unfinished = ['new', 'running', 'waiting'];

/** The first items of a node's first run in an execution. */
export function outputOf({ data }: Execution, node: string): INodeExecutionData[] {
	return data.resultData.runData[node]?.[0]?.data?.main?.[0] ?? [];
}

export class N8n {
	private constructor(
		readonly host: Host,
		readonly url: string,
		readonly userFolder: string,
		private readonly http: AxiosInstance,
		private readonly process: ReturnType<typeof start>,
		private readonly temporary: boolean,
		/** Everything the server has printed. */
		readonly log: string[],
	) {}

	static async start(host: Host, options: StartOptions = {}): Promise<N8n> {
		const userFolder = options.userFolder ?? mkdtempSync(join(tmpdir(), 'n8n-ats-host-'));
		const port = await freePort(options.port);
		const child = start(host.node, [host.bin, 'start'], {
			cwd: userFolder,
			env: cleanEnvironment({
				N8N_USER_FOLDER: userFolder,
				N8N_LISTEN_ADDRESS: '127.0.0.1',
				N8N_PORT: String(port),
				N8N_RUNNERS_BROKER_PORT: String(await freePort()),
				N8N_DIAGNOSTICS_ENABLED: 'false',
				N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
				N8N_TEMPLATES_ENABLED: 'false',
				N8N_PERSONALIZATION_ENABLED: 'false',
				N8N_SECURE_COOKIE: 'false',
				N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
				...options.env,
			}),
		});
		const log: string[] = [];
		const remove = () => {
			if (options.userFolder === undefined) rmSync(userFolder, { recursive: true, force: true });
		};
		try {
			await new Promise<void>((resolve, reject) => {
				const read = (chunk: Buffer) => {
					log.push(...chunk.toString().split('\n').filter(Boolean));
					if (log.some((line) => line.includes('Editor is now accessible'))) resolve();
				};
				child.stdout?.on('data', read);
				child.stderr?.on('data', read);
				child.once('error', reject);
				child.once('close', (code) =>
					reject(new PlainError(`n8n ${host.version} did not start (exit ${code}):\n${log.slice(-10).join('\n')}`)),
				);
			});
		} catch (error) {
			await stop(child);
			remove();
			throw error;
		}
		const url = `http://127.0.0.1:${port}`;
		// A kept-alive socket that the server has just closed would fail the next call with ECONNRESET.
		const http = axios.create({ baseURL: url, proxy: false, timeout: 60_000, httpAgent: new Agent({ keepAlive: false }) });
		return new N8n(host, url, userFolder, http, child, options.userFolder === undefined, log);
	}

	/** Ends the server and all its children; a temporary user folder goes too. */
	async stop(): Promise<void> {
		await stop(this.process, 15_000);
		if (this.temporary) rmSync(this.userFolder, { recursive: true, force: true });
	}

	/** Ends it with SIGKILL, in whatever it is doing. The user folder stays. */
	async kill(): Promise<void> {
		await kill(this.process);
	}

	private async call<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, data?: unknown): Promise<T> {
		try {
			const response = await this.http.request<{ data: T }>({ method, url: `/rest${path}`, data });
			return response.data.data;
		} catch (error) {
			if (!(error instanceof AxiosError) || !error.response) throw error;
			throw new RestError(`${method} ${path}`, error.response.status, error.response.data);
		}
	}

	/** Makes the first user of a fresh n8n, or logs in where there is one. */
	async logIn(): Promise<void> {
		const { email, password } = owner;
		const keepCookie = (cookies: string[] | undefined) => {
			this.http.defaults.headers.common.Cookie = (cookies ?? []).map((cookie) => cookie.split(';')[0]).join('; ');
		};
		const setup = await this.http.post('/rest/owner/setup', owner, { validateStatus: () => true });
		if (setup.status === 200) return keepCookie(setup.headers['set-cookie']);
		const login = await this.http.post('/rest/login', { emailOrLdapLoginId: email, password });
		keepCookie(login.headers['set-cookie']);
	}

	async nodeTypes(): Promise<INodeTypeDescription[]> {
		return (await this.http.get('/types/nodes.json')).data;
	}

	async credentialTypes(): Promise<ICredentialType[]> {
		return (await this.http.get('/types/credentials.json')).data;
	}

	/** Status and type of a static file, such as an icon. */
	async file(path: string): Promise<{ status: number; type: string }> {
		const { status, headers } = await this.http.get(`/${path}`, { validateStatus: () => true });
		return { status, type: String(headers['content-type'] ?? '') };
	}

	async createCredential(name: string, type: string, data: IDataObject): Promise<{ id: string; name: string }> {
		const { id } = await this.call<{ id: string }>('POST', '/credentials', { name, type, data });
		return { id, name };
	}

	/** The verdict of the credential window's test: before 2.41 n8n only tests what is saved. */
	async testCredential(type: string, data: IDataObject): Promise<{ status: string; message: string }> {
		const saved = await this.createCredential(`${type} (test)`, type, data);
		try {
			return await this.call('POST', '/credentials/test', { credentials: { ...saved, type, data } });
		} finally {
			await this.call('DELETE', `/credentials/${saved.id}`);
		}
	}

	/** What a dropdown or the list of a resource locator offers in the editor, by the method that its field names. */
	async offered(node: Pick<INode, 'type' | 'typeVersion' | 'parameters' | 'credentials'>, path: string, method: string, filter?: string): Promise<Array<{ name: string; value: string }>> {
		const { type, typeVersion, parameters, credentials } = node;
		const asked = { path: `parameters.${path}`, nodeTypeAndVersion: { name: type, version: typeVersion }, currentNodeParameters: parameters, credentials, methodName: method };
		if (method.startsWith('load')) return await this.call('POST', '/dynamic-node-parameters/options', asked);
		const { results } = await this.call<{ results: Array<{ name: string; value: string }> }>('POST', '/dynamic-node-parameters/resource-locator-results', { ...asked, filter });
		return results;
	}

	async createWorkflow(workflow: WorkflowFile): Promise<{ id: string; versionId: string }> {
		return await this.call('POST', '/workflows', { active: false, settings: { executionOrder: 'v1' }, ...workflow });
	}

	/** Publishes the workflow (2.x) or switches it on (1.x). */
	async activate({ id, versionId }: { id: string; versionId: string }): Promise<void> {
		if (this.host.version.startsWith('1.')) await this.call('PATCH', `/workflows/${id}`, { active: true, versionId });
		else await this.call('POST', `/workflows/${id}/activate`, { versionId });
	}

	async deactivate(id: string): Promise<void> {
		if (this.host.version.startsWith('1.')) await this.call('PATCH', `/workflows/${id}`, { active: false });
		else await this.call('POST', `/workflows/${id}/deactivate`, {});
	}

	/** Runs a workflow as the editor's button does, and gives the finished execution; `given`: what its trigger gives, such as words of a chat. */
	async runManually(workflow: WorkflowFile & { id: string }, trigger: string, given?: IDataObject): Promise<Execution> {
		const stored = await this.call<IDataObject>('GET', `/workflows/${workflow.id}`);
		const { executionId } = await this.call<{ executionId: string }>('POST', `/workflows/${workflow.id}/run`, {
			workflowData: stored,
			triggerToStartFrom: { name: trigger, ...(given === undefined ? {} : { data: { startTime: 0, executionTime: 0, executionIndex: 0, executionStatus: 'success', source: [null], data: { main: [[{ json: given }]] } } }) },
			startNodes: [],
		});
		return await this.execution(executionId);
	}

	/** Ids of a workflow's ended executions, oldest first; at most the newest hundred. */
	async executionIds(workflowId: string): Promise<string[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const { results } = await this.call<{ results: Array<{ id: string; status: string }> }>(
			'GET',
			`/executions?filter=${filter}&limit=100`,
		);
		return results
			.filter(({ status }) => !unfinished.includes(status))
			.map(({ id }) => id)
			.sort((a, b) => Number(a) - Number(b));
	}

	/** All execution rows of a workflow, of any status, oldest first (n8n 2.41 and later page by cursor). */
	async executionRows(workflowId: string): Promise<ExecutionRow[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const rows: ExecutionRow[] = [];
		for (let cursor: string | null | undefined; cursor !== null; ) {
			const { results, nextCursor } = await this.call<{ results: ExecutionRow[]; nextCursor?: string | null }>(
				'GET',
				`/executions?filter=${filter}&limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
			);
			rows.push(...results.map(({ id, status }) => ({ id, status })));
			cursor = nextCursor ?? null;
		}
		return rows.sort((a, b) => Number(a.id) - Number(b.id));
	}

	/**
	 * The execution once it has ended, with its data. n8n writes the status before the data; a crashed execution never gets
	 * any, and is given as one in which no node ran.
	 */
	async execution(id: string): Promise<Execution> {
		for (let tries = 0; ; ) {
			const { data, ...execution } = await this.call<Omit<Execution, 'data'> & { data: string }>('GET', `/executions/${id}`);
			const values = unflatten(data) as IRunExecutionData | undefined;
			if (!unfinished.includes(execution.status)) {
				if (values) return { ...execution, data: values };
				if (++tries === 10) return { ...execution, data: createEmptyRunExecutionData() };
			}
			await new Promise((resolve) => setTimeout(resolve, 200));
		}
	}

	/** The rows of one of n8n's own data tables, by its name. */
	async tableRows(name: string): Promise<IDataObject[]> {
		const filter = encodeURIComponent(JSON.stringify({ name }));
		const { data: tables } = await this.call<{ data: Array<{ id: string; name: string; projectId: string }> }>('GET', `/data-tables-global?filter=${filter}`);
		const table = tables.find((one) => one.name === name);
		if (!table) return [];
		const { data } = await this.call<{ data: IDataObject[] }>('GET', `/projects/${table.projectId}/data-tables/${table.id}/rows?take=250`);
		return data;
	}

	/** The bytes behind an item's binary property. */
	async download(binaryId: string): Promise<Buffer> {
		const path = `/rest/binary-data?id=${encodeURIComponent(binaryId)}&action=download`;
		return Buffer.from((await this.http.get(path, { responseType: 'arraybuffer' })).data);
	}
}

/** n8n sends execution data in the `flatted` format: one array of values, in which every string is an index into it. */
function unflatten(text: string): unknown {
	const entries: unknown[] = JSON.parse(text);
	const known = new Map<number, unknown>();
	const value = (index: number): unknown => {
		const entry = entries[index];
		if (typeof entry !== 'object' || entry === null) return entry;
		if (known.has(index)) return known.get(index);
		const target: object = Array.isArray(entry) ? [] : {};
		known.set(index, target);
		for (const [key, part] of Object.entries(entry)) {
			Reflect.set(target, key, typeof part === 'string' ? value(Number(part)) : part);
		}
		return target;
	};
	return value(0);
}

export class RestError extends Error {
	constructor(
		request: string,
		readonly status: number,
		readonly body: unknown,
	) {
		super(`n8n answered ${status} to ${request}: ${JSON.stringify(body).slice(0, 500)}`);
	}
}
