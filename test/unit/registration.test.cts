/** A provider is known in many places: each list is held against the folders, and what is missing is named. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { n8n } from '../../package.json';
import { providers } from '../../nodes/Ats/providers';
import { simulators } from '../../sandbox/simulators.cts';
import { providerEntries, serviceEntries } from '../providers/index.cts';

const root = join(__dirname, '..', '..');
const folders = readdirSync(join(root, 'nodes')).filter((name) => name !== 'Ats');
const text = (file: string) => readFileSync(join(root, file), 'utf8');
const there = (...files: string[]) => files.some((file) => existsSync(join(root, file)));
const camel = (name: string) => name[0]?.toLowerCase() + name.slice(1);
const kebab = (name: string) => camel(name).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const listOf = text('nodes/Ats/providers.ts');
const simulated = simulators.map(({ name }) => name);
const codex = ['Ats', 'AtsTrigger'].map((name) => [`nodes/Ats/${name}.node.json`, JSON.parse(text(`nodes/Ats/${name}.node.json`)).alias as string[]] as const);

test.each(folders)('nodes/%s is registered everywhere', (folder) => {
	const missing: string[] = [];
	const need = (ok: boolean, what: string) => void (ok || missing.push(what));
	const isProvider = there(`nodes/${folder}/provider.ts`);
	if (isProvider) need(listOf.includes(`'../${folder}/provider'`), 'a line in nodes/Ats/providers.ts');
	for (const file of readdirSync(join(root, 'nodes', folder)).filter((name) => name.endsWith('.node.ts'))) {
		const node = file.replace('.node.ts', '');
		need(n8n.nodes.includes(`dist/nodes/${folder}/${node}.node.js`), `dist/nodes/${folder}/${node}.node.js in package.json`);
		need(there(`nodes/${folder}/${node}.node.json`), `the codex nodes/${folder}/${node}.node.json`);
	}
	for (const icon of [`icons/${camel(folder)}.svg`, `icons/${camel(folder)}.dark.svg`]) need(there(icon), icon);
	const names = [kebab(folder), folder.toLowerCase()];
	need(there(...names.map((name) => `docs/providers/${name}.md`), ...names.map((name) => `docs/${name}.md`)), `its page docs/providers/${folder.toLowerCase()}.md`);
	need(simulated.some((name) => name.toLowerCase() === folder.toLowerCase()), `a simulator sandbox/${folder.toLowerCase()}`);
	need(serviceEntries.some(({ simulator }) => simulator.toLowerCase() === folder.toLowerCase()), `an entry test/${isProvider ? 'providers' : 'services'}/${folder.toLowerCase()}.cts`);
	expect(missing).toEqual([]);
});

test.each(providers.map((provider) => [provider.label, provider] as const))('%s is offered with a credential, an entry and a name to be found by', (label, { name, credentials }) => {
	const missing: string[] = [];
	const need = (ok: boolean, what: string) => void (ok || missing.push(what));
	need(providerEntries.some(({ provider }) => provider.name === name), `an entry in test/providers for "${name}"`);
	for (const [file, alias] of codex) need(alias.includes(label), `the alias "${label}" in ${file}`);
	for (const { type } of credentials) {
		const file = `${type[0]?.toUpperCase()}${type.slice(1)}.credentials`;
		need(there(`credentials/${file}.ts`), `credentials/${file}.ts`);
		need(n8n.credentials.includes(`dist/credentials/${file}.js`), `dist/credentials/${file}.js in package.json`);
	}
	expect(missing).toEqual([]);
});

/** What `npm run new:provider` left to be written. The place where it stands is one to write, whoever's folder it is. */
const SENTENCE = /Write next \((\d) of \d\): .*/g;

test.each(folders)('nothing of nodes/%s and what belongs to it is left to write', (folder) => {
	const own = [`nodes/${folder}`, `sandbox/${folder.toLowerCase()}`].filter((path) => there(path)).flatMap((path) => readdirSync(join(root, path)).map((file) => `${path}/${file}`));
	const others = [`credentials/${folder}AtsApi.credentials.ts`, `icons/${camel(folder)}.svg`, `icons/${camel(folder)}.dark.svg`, `test/providers/${folder.toLowerCase()}.cts`, `docs/providers/${folder.toLowerCase()}.md`].filter((file) => there(file));
	const left = [...own, ...others].filter((file) => /\.\w+$/.test(file)).flatMap((file) => [...text(file).matchAll(SENTENCE)]).sort(([, one = ''], [, other = '']) => one.localeCompare(other)).map(([sentence]) => sentence.replace(/[`'"})]*;?$| -->$/, ''));
	expect(left).toEqual([]);
});

test('package.json lists nothing that is not there', () => {
	expect([...n8n.nodes, ...n8n.credentials].filter((file) => !there(file.replace(/^dist\/(.*)\.js$/, '$1.ts')))).toEqual([]);
});
