/** The rooms of the house: who may import whom in lib, no circle of files, and no vendor's name where none belongs. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

const root = join(__dirname, '..', '..');
const files = ['lib', 'nodes', 'credentials'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => join(folder, file).split(sep).join('/')));
const textOf = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
const importsOf = new Map(files.map((file) => [file, [...(textOf.get(file) ?? '').matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)].flatMap(([, to = '']) => {
	const path = relative(root, join(root, dirname(file), to)).split(sep).join('/');
	return [`${path}.ts`, `${path}/index.ts`].filter((one) => textOf.has(one));
})]));

/** From the ground up; what stands in lib itself is the ground. */
const FLOORS = ['http', 'poll', 'action', 'ats', 'webhook'];
const floorOf = (file: string) => (file.startsWith('lib/') ? FLOORS.indexOf(file.split('/')[1] ?? '') : Infinity);

test('imports in lib point down', () => {
	const upward = [...importsOf].filter(([file]) => file.startsWith('lib/')).flatMap(([file, to]) => to.filter((one) => floorOf(one) > floorOf(file)).map((one) => `${file} imports ${one}`));
	expect(upward).toEqual([]);
});

test('files make no circle, types included', () => {
	const done = new Set<string>();
	const circles: string[] = [];
	const walk = (file: string, way: readonly string[]): void => {
		if (way.includes(file)) return void circles.push([...way.slice(way.indexOf(file)), file].join(' - '));
		if (done.has(file)) return;
		for (const to of importsOf.get(file) ?? []) walk(to, [...way, file]);
		done.add(file);
	};
	for (const file of files) walk(file, []);
	expect(circles).toEqual([]);
});

test('no vendor is named in lib and nodes/Ats, but in providers.ts and where the model cites its source', () => {
	const vendors = readdirSync(join(root, 'nodes')).filter((name) => name !== 'Ats');
	const name = new RegExp(vendors.map((vendor) => vendor.replace(/([a-z])([A-Z])/g, '$1[ -]?$2')).join('|'), 'i');
	const named = [...textOf].filter(([file]) => /^(lib|nodes\/Ats)\//.test(file) && file !== 'nodes/Ats/providers.ts' && !file.startsWith('lib/ats/model/')).flatMap(([file, text]) => text.split('\n').flatMap((line, at) => (name.test(line) ? `${file}:${at + 1}` : [])));
	expect(named).toEqual([]);
});
