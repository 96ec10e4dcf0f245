/**
 * `npm run coverage:operations [-- --no-run] [--json]`: is every operation that a node offers run by an engine test?
 * Runs the engine tests (not with `--no-run`), then compares what they recorded with the nodes' own descriptions.
 * The last line with `--json`: `{"operations","tested","missing":[],"providers":[]}`. Exit 1 if a test fails or an operation has none.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';

import type { INodeProperties } from 'n8n-workflow';

import { showHelp, usageOf } from '../arguments.cts';
import { loadPackage, packageRoot, versionsOf } from './harness/package.cts';
import { operationsRecord } from './harness/record.cts';

showHelp(usageOf(__filename));
const flags = new Set(process.argv.slice(2));

const values = ({ options = [] }: INodeProperties): string[] =>
	options.flatMap((option) => ('value' in option ? [String(option.value)] : []));

/** `kombo application moveStage`: what the two dropdowns of a node offer, in any of its versions. */
function offered(): Set<string> {
	const operations = new Set<string>();
	for (const [name, node] of loadPackage().nodes) {
		for (const { description } of versionsOf(node)) {
			for (const property of description.properties.filter((candidate) => candidate.name === 'operation')) {
				const resources = property.displayOptions?.show?.resource ?? [''];
				for (const resource of resources) {
					for (const operation of values(property)) operations.add(`${name} ${String(resource)} ${operation}`);
				}
			}
		}
	}
	return operations;
}

/** What the ATS node offers as *Provider*. */
function providersOffered(): string[] {
	const { description } = loadPackage().nodeTypes.getByNameAndVersion('n8n-nodes-ats.ats');
	const field = description.properties.find(({ name }) => name === 'provider');
	return field ? values(field) : [];
}

function tested(): Set<string> {
	if (!existsSync(operationsRecord)) return new Set();
	const lines = readFileSync(operationsRecord, 'utf8').trim().split('\n').filter(Boolean);
	return new Set(
		lines.map((line) => {
			const { node, resource, operation } = JSON.parse(line);
			return `${node} ${resource} ${operation}`;
		}),
	);
}

let testsPassed = true;
if (!flags.has('--no-run')) {
	rmSync(operationsRecord, { force: true });
	const { status } = spawnSync('npx', ['jest', 'test/engine'], { cwd: packageRoot, stdio: ['ignore', 'inherit', 'inherit'] });
	testsPassed = status === 0;
}

const operations = offered();
const ran = tested();
const missing = [...operations].filter((operation) => !ran.has(operation)).sort();
for (const operation of missing) console.log(`no test runs: ${operation}`);
const summary = { operations: operations.size, tested: operations.size - missing.length, missing, providers: providersOffered() };
console.log(
	flags.has('--json') ? JSON.stringify(summary) : `${summary.tested} of ${summary.operations} operations are run by an engine test`,
);
// No operations at all would be a package that did not load, not a complete test.
process.exitCode = testsPassed && operations.size > 0 && missing.length === 0 ? 0 : 1;
