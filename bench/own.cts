/**
 * n8n without us: nodes that do in the same engine only what cannot be left out, through n8n's own authenticated request. What they
 * cost is the limit that ours are measured against.
 */
import type { IAllExecuteFunctions, IDataObject, IExecuteFunctions, IHttpRequestMethods, INodeExecutionData, INodeProperties, INodeType, INodeTypeDescription, IPollFunctions } from 'n8n-workflow';

import { registerNode } from '../test/engine/harness/index.cts';
import type { Recorded } from './recorder.cts';

const CREDENTIAL = 'komboApi';
const AT_ONCE = 30;

/** One request by n8n, and its bytes as JSON. */
async function ask(host: IAllExecuteFunctions, method: string, url: string, more: { body?: string; headers?: Record<string, string> } = {}): Promise<unknown> {
	const bytes: Buffer = await host.helpers.httpRequestWithAuthentication.call(host, CREDENTIAL, { method: method as IHttpRequestMethods, url, encoding: 'arraybuffer', ...more });
	return JSON.parse(bytes.toString());
}

const locator = (name: string): INodeProperties => ({ displayName: name, name, type: 'resourceLocator', default: { mode: 'id', value: '' }, modes: [{ displayName: 'ID', name: 'id', type: 'string' }] });
const text = (name: string): INodeProperties => ({ displayName: name, name, type: 'string', default: '' });

const described = (name: string, properties: INodeProperties[], more: Partial<INodeTypeDescription> = {}): INodeTypeDescription => ({
	name, displayName: name, group: ['transform'], version: 1, description: name, defaults: { name }, inputs: ['main'], outputs: ['main'], credentials: [{ name: CREDENTIAL, required: true }], properties, ...more,
});

/** The rows of all pages, as they came. */
const copyRows: INodeType = {
	description: described('benchCopyRows', [text('origin')]),
	async execute(this: IExecuteFunctions) {
		const items: INodeExecutionData[] = [];
		const origin = this.getNodeParameter('origin', 0);
		for (let cursor: string | null = '0'; cursor !== null; ) {
			const { data } = (await ask(this, 'GET', `${String(origin)}/v1/ats/applications?page_size=250&cursor=${cursor}`)) as { data: { results: IDataObject[]; next: string | null } };
			for (const json of data.results) items.push({ json, pairedItem: { item: 0 } });
			cursor = data.next;
		}
		return [items];
	},
};

/** One request an item, so many at once. */
const moves: INodeType = {
	description: described('benchMoves', [text('origin'), locator('applicationId'), locator('stageId')]),
	async execute(this: IExecuteFunctions) {
		const items: INodeExecutionData[] = [];
		const inputs = this.getInputData();
		const origin = String(this.getNodeParameter('origin', 0));
		let next = 0;
		const worker = async () => {
			for (let item = next++; item < inputs.length; item = next++) {
				const [application, stage] = ['applicationId', 'stageId'].map((name) => String(this.getNodeParameter(name, item, '', { extractValue: true })));
				const json = (await ask(this, 'PUT', `${origin}/v1/ats/applications/${application}/stage`, { body: JSON.stringify({ stage_id: stage }), headers: { 'content-type': 'application/json' } })) as IDataObject;
				items[item] = { json, pairedItem: { item } };
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, worker));
		return [items];
	},
};

/** What the next poll asks for. */
export const toAsk: { origin: string; requests: Recorded[] } = { origin: '', requests: [] };

/** The given requests in a poll's context, and nothing done with what comes. */
const poll: INodeType = {
	description: described('benchPoll', [], { group: ['trigger'], inputs: [], polling: true }),
	async poll(this: IPollFunctions) {
		for (const { method, url, body, headers } of toAsk.requests) await ask(this as unknown as IAllExecuteFunctions, method, `${toAsk.origin}${url}`, { headers, ...(body === '' ? {} : { body }) });
		return null;
	},
};

export function registerOwn(): void {
	for (const node of [copyRows, moves, poll]) registerNode(node);
}
