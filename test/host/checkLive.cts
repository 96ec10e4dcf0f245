/**
 * `npm run check:live -- --provider lever`: Check Connection against a real account, for whoever has one. The credential's fields come from the environment
 * variable ATS_CREDENTIAL as JSON, such as `{"apiKey": "..."}`, and a provider's settings from ATS_SETTINGS. Reads only; the report holds no personal data.
 */

import { providers } from '../../nodes/Ats/providers';
import { readArguments, usageOf } from '../arguments.cts';
import { runNode } from '../engine/harness/index.cts';

const { values } = readArguments(usageOf(__filename), { options: { provider: { type: 'string' }, json: { type: 'boolean', default: false } } });

function objectIn(name: string): Record<string, string> {
	const text = process.env[name];
	if (text === undefined) return {};
	const value: unknown = JSON.parse(text);
	if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${name} is not a JSON object`);
	return Object.fromEntries(Object.entries(value).map(([field, one]) => [field, String(one)]));
}

async function main(): Promise<void> {
	const provider = providers.find(({ name, label }) => [name, label].some((one) => one.toLowerCase() === values.provider?.toLowerCase()));
	const type = provider?.credentials[0]?.type;
	if (!provider || type === undefined || process.env['ATS_CREDENTIAL'] === undefined) {
		console.log(`usage: ATS_CREDENTIAL='{"apiKey": "..."}' npm run check:live -- --provider NAME [--json]\nproviders: ${providers.map(({ name }) => name).join(', ')}`);
		process.exitCode = 2;
		return;
	}
	const { json, error } = await runNode('ats', { provider: provider.name, resource: 'provider', operation: 'checkConnection', options: objectIn('ATS_SETTINGS') }, { credentials: { [type]: objectIn('ATS_CREDENTIAL') } });
	if (error) throw error;
	for (const { check, status, message, evidence } of json) console.log(values.json ? JSON.stringify({ check, status, message, evidence }) : `${String(status).padEnd(8)} ${String(check).padEnd(22)} ${String(message)}${evidence ? ` (${String(evidence)})` : ''}`);
	process.exitCode = json.some(({ status }) => status === 'problem') ? 1 : 0;
}

void main().then(() => process.exit());
