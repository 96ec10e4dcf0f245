/** What `npm run new:provider` writes: the files of `skeleton/` with the provider's names in them, and a line in each list. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SKELETON = join(__dirname, 'skeleton');

export interface Names {
	/** As people call it: `Acme Hire`. */
	label: string;
	/** Of the folder and the classes: `AcmeHire`. */
	folder: string;
	/** In output and parameters: `acmeHire`. Never changes. */
	name: string;
	/** Of the simulator, the entry and the page: `acmehire`. */
	simulator: string;
}

export function namesOf(label: string): Names {
	const words = label.trim().split(/\s+/);
	if (!words.every((word) => /^[A-Za-z][A-Za-z0-9]*$/.test(word))) throw new Error('Give the name as people write it, in letters, digits and blanks, each word with a letter first: npm run new:provider "Acme Hire"');
	const folder = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
	return { label: words.join(' '), folder, name: folder.charAt(0).toLowerCase() + folder.slice(1), simulator: folder.toLowerCase() };
}

/** Writes it all below `root`; gives the files that were written and the lists that were changed. */
export function generate(root: string, names: Names): { written: string[]; changed: string[] } {
	const named = (text: string) => text.replaceAll('__LABEL__', names.label).replaceAll('__Name__', names.folder).replaceAll('__name__', names.name).replaceAll('__simulator__', names.simulator);
	const files = readdirSync(SKELETON, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.txt')).sort().map((file) => ({ from: join(SKELETON, file), to: named(file.replace(/\.txt$/, '')) }));
	for (const taken of [join('nodes', names.folder), ...files.map(({ to }) => to)]) if (existsSync(join(root, taken))) throw new Error(`${taken} is there already`);
	// All lists are read and understood before anything is written.
	const lists = listsWith(names).map(({ file, add }) => ({ file, text: add(readFileSync(join(root, file), 'utf8')) }));
	for (const { from, to } of files) {
		mkdirSync(dirname(join(root, to)), { recursive: true });
		writeFileSync(join(root, to), named(readFileSync(from, 'utf8')));
	}
	for (const { file, text } of lists) writeFileSync(join(root, file), text);
	return { written: files.map(({ to }) => to), changed: lists.map(({ file }) => file) };
}

function listsWith({ label, folder, name }: Names): Array<{ file: string; add(text: string): string }> {
	return [
		{
			file: 'nodes/Ats/providers.ts',
			add: (text) => replaced(
				inserted(text, /^import \{ provider as \w+ \} from '\.\.\/(\w+)\/provider';$/gm, `import { provider as ${name} } from '../${folder}/provider';`, folder),
				/^(export const providers: readonly Provider\[\] = \[.*)\];$/m, `$1, ${name}];`,
			),
		},
		{ file: 'package.json', add: (text) => inList(text, 'credentials', `dist/credentials/${folder}AtsApi.credentials.js`) },
		...['Ats', 'AtsTrigger'].map((node) => ({ file: `nodes/Ats/${node}.node.json`, add: (text: string) => replaced(text, /, "HR"\]/, `, "${label}", "HR"]`) })),
	];
}

/** `line` among those that `each` finds, in the order of the alphabet by what it finds in them. */
function inserted(text: string, each: RegExp, line: string, word: string): string {
	const lines = [...text.matchAll(each)];
	const last = lines.at(-1);
	if (!last) throw new Error(`The list for ${line.trim()} is not where it was: change test/newProvider/generate.cts`);
	const at = lines.find(([, other = '']) => other.localeCompare(word) > 0)?.index ?? last.index + last[0].length + 1;
	return `${text.slice(0, at)}${line}\n${text.slice(at)}`;
}

function replaced(text: string, what: RegExp, by: string): string {
	if (!what.test(text)) throw new Error(`A list is not where it was (${what.source}): change test/newProvider/generate.cts`);
	return text.replace(what, by);
}

/** `item` in a list of texts of package.json, in the order of the alphabet. */
function inList(text: string, list: string, item: string): string {
	const [whole, open = '', items = '', close = ''] = new RegExp(`("${list}": \\[\n)([^\\]]*?)(\n *\\])`).exec(text) ?? [];
	if (whole === undefined) throw new Error(`package.json has no list "${list}": change test/newProvider/generate.cts`);
	const all = [...items.split(',\n'), `      "${item}"`].sort();
	return text.replace(whole, () => `${open}${all.join(',\n')}${close}`);
}
