/** Which operations the tests have really run: one line a run, read by `npm run coverage:operations`. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { IRun, Workflow } from 'n8n-workflow';

import { loadPackage, packageName, packageRoot } from './package.cts';

export const operationsRecord = join(packageRoot, '.cache', 'operations.jsonl');

export interface OperationRun {
	node: string;
	resource: string;
	operation: string;
}

/** Notes each node of the package that ran without an error, and whose outputs are not all errors. */
export function recordOperations(workflow: Workflow, run: IRun): void {
	const lines: string[] = [];
	for (const [name, tasks] of Object.entries(run.data.resultData.runData)) {
		const node = workflow.getNode(name);
		const shortName = node?.type.slice(packageName.length + 1).replace(/Tool$/, '') ?? '';
		if (!node || !loadPackage().nodes.has(shortName) || node.parameters.operation === undefined) continue;
		const { resource = '', operation } = node.parameters;
		const succeeded = tasks.some(({ error, data }) => {
			const outputs = data?.main?.[0] ?? data?.ai_tool?.[0] ?? [];
			return !error && (outputs.length === 0 || outputs.some((item) => !item.error && !('error' in item.json)));
		});
		if (!succeeded) continue;
		lines.push(`${JSON.stringify({ node: shortName, resource, operation })}\n`);
	}
	if (lines.length === 0) return;
	mkdirSync(dirname(operationsRecord), { recursive: true });
	appendFileSync(operationsRecord, lines.join(''));
}
