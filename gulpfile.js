/**
 * The build: all nodes and credentials in few files, then icons, codex files, and the output schemas that the editor shows before a
 * node's first run, generated from the operations' zod models. Types are checked by `npm run types`.
 */
const { src, dest, series, parallel } = require('gulp');
const esbuild = require('esbuild');
const { existsSync } = require('node:fs');
const { mkdir, readdir, rm, writeFile } = require('node:fs/promises');
const { basename, dirname, join, relative, resolve } = require('node:path');
const { compileFunction } = require('node:vm');
const { n8n } = require('./package.json');

/** What n8n needs as it starts, and what is in `lib` itself. The rest, a file for each folder, is read when something of it is first used. */
const BUNDLE = 'dist/bundle.js';
const LATER = 'dist/later';
/** All of it in one, with the clock and what a process remembers, so that the chaos run can drive it. Never shipped. */
const DRIVEN = '.cache/driven.js';
const DRIVERS = [['lib/clock.ts', 'useClock'], ['lib/poll/processState.ts', 'forgetProcessState']];

const clean = () => rm('dist', { recursive: true, force: true });

const listed = [...n8n.nodes, ...n8n.credentials];
const classOf = (file) => basename(file).split('.')[0];
const sourceOf = (file) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts');
const folderOf = (file) => file.split('/', 2).join('/');
/** Where a part keeps something of a file for the others. */
const keyOf = (file, name) => `${file} ${name}`;

const BUILD = { platform: 'node', target: 'node20', format: 'cjs', write: false };

const classes = listed.map((file) => [sourceOf(file), classOf(file)]);

/** A file that exports these of those files. */
async function bundled(told, options) {
	const lines = told.map(([file, name, as = name], at) => `import { ${name} as told${at} } from './${file}'; exports[${JSON.stringify(as)}] = told${at};`);
	return await esbuild.build({ ...BUILD, bundle: true, packages: 'external', stdin: { contents: lines.join('\n'), resolveDir: __dirname }, ...options });
}

async function written(outfile, told, plugins = []) {
	const { outputFiles } = await bundled(told, { minifySyntax: true, minifyWhitespace: true, plugins });
	// Written out again as people read it: without the comments that esbuild finds inside expressions, which are a twentieth of the package.
	const { code } = await esbuild.transform(outputFiles[0].text, { target: 'node20' });
	await mkdir(dirname(outfile), { recursive: true });
	await writeFile(outfile, code);
}

/** A function can be fetched when it is called (n8n calls some with a `this`), and a text be written in its place; a class or a list is needed as it is. */
const isCalled = (value) => typeof value === 'function' && !/^class\b/.test(String(value));
const isWritten = (value) => Object(value) !== value;

/**
 * Every source file with what it imports and exports, and where it goes: each node and credential is made once, and what a
 * file then needs of another is noted.
 */
async function plan() {
	const { metafile } = await bundled(classes, { metafile: true });
	const inputs = Object.fromEntries(Object.entries(metafile.inputs).filter(([file]) => file !== '<stdin>'));
	const { outputFiles } = await esbuild.build({ ...BUILD, entryPoints: Object.keys(inputs), outdir: '.', outbase: '.' });
	const code = new Map(outputFiles.map(({ path, text }) => [relative(__dirname, path).replace(/\.js$/, '.ts'), text]));
	const needs = new Map(Object.keys(inputs).map((file) => [file, new Set()]));
	const made = new Map();
	const exportsOf = (file) => {
		if (!made.has(file)) {
			const module = { exports: {} };
			made.set(file, module);
			compileFunction(code.get(file), ['exports', 'require', 'module'])(module.exports, requirer(file), module);
		}
		return made.get(file).exports;
	};
	const requirer = (owner) => (asked) => {
		const file = inputs[owner].imports.find(({ original }) => original === asked)?.path;
		if (!(file in inputs)) return require(asked);
		const values = exportsOf(file);
		const noted = (name) => {
			const value = values[name];
			if (isWritten(value)) return value;
			if (!isCalled(value)) needs.get(owner).add(file);
			return isCalled(value) ? function (...given) { needs.get(owner).add(file); return value.apply(this, given); } : value;
		};
		return Object.defineProperties({}, Object.fromEntries(Object.keys(values).map((name) => [name, { get: () => noted(name), enumerable: true }])));
	};
	for (const file of listed) new (exportsOf(sourceOf(file))[classOf(file)])();
	const first = new Set([...listed.map(sourceOf), ...Object.keys(inputs).filter((file) => dirname(file) === 'lib')]);
	const uses = new Map(Object.entries(inputs).map(([file, { imports }]) => [file, usesIn(code.get(file), imports)]));
	// A file that hands on all of another goes with it.
	for (const file of first) for (const needed of [...needs.get(file), ...uses.get(file).flatMap((use) => (use.names ? [] : [use.file]))]) first.add(needed);
	return Object.entries(inputs).map(([file, { imports }]) => ({ file, imports, uses: uses.get(file), values: exportsOf(file), place: first.has(file) ? BUNDLE : `${LATER}/${folderOf(file)}.js` }));
}

/** What a file takes of which other: esbuild writes `var import_path = require("../path")` and then `import_path.name`. */
function usesIn(code, imports) {
	return imports.filter(({ path }) => path.endsWith('.ts')).map(({ original, path }) => {
		const [, variable] = code.match(new RegExp(`var (\\w+) = require\\("${original}"\\)`)) ?? [];
		return { file: path, names: variable && [...code.matchAll(new RegExp(`\\b${variable}\\.(\\w+)`, 'g'))].map(([, name]) => name) };
	});
}

/** What a file of `place` imports from another place is asked for there: by the bundle when it is used, by the others at once. */
function elsewhere(place, sources) {
	const byFile = new Map(sources.map((source) => [source.file, source]));
	return {
		name: 'elsewhere',
		setup(build) {
			build.onResolve({ filter: /^\./ }, ({ path, importer, namespace }) => {
				if (namespace === 'elsewhere') return { path, external: true };
				const found = byFile.get(byFile.get(relative(__dirname, importer))?.imports.find(({ original }) => original === path)?.path);
				return found && found.place !== place ? { path: found.file, namespace: 'elsewhere' } : undefined;
			});
			build.onLoad({ filter: /./, namespace: 'elsewhere' }, ({ path: file }) => {
				const { values, place: there } = byFile.get(file);
				const from = relative(dirname(place), there);
				const asked = `require('${from.startsWith('.') ? from : `./${from}`}')`;
				const names = [...namesTaken(file, sources.filter((source) => source.place === place), values)];
				if (place !== BUNDLE) return { contents: names.map((name) => `export const ${name} = ${asked}[${JSON.stringify(keyOf(file, name))}];`).join('\n') };
				const its = (name) => `its()[${JSON.stringify(keyOf(file, name))}]`;
				const standIns = names.map((name) => [name, isWritten(values[name]) ? JSON.stringify(values[name]) : isCalled(values[name]) ? `function (...given) { return ${its(name)}.apply(this, given); }` : '']);
				if (standIns.every(([, standIn]) => standIn)) return { contents: [`let it; const its = () => (it ??= ${asked});`, ...standIns.map(([name, standIn]) => `export const ${name} = ${standIn};`)].join('\n') };
				return { contents: `let it; const its = () => (it ??= ${asked}); module.exports = { ${standIns.map(([name, standIn]) => (standIn ? `${name}: ${standIn}` : `get ${name}() { return ${its(name)}; }`)).join(', ')} };` };
			});
		},
	};
}

const namesTaken = (file, takers, values) => new Set(takers.flatMap(({ uses }) => uses.filter((use) => use.file === file).flatMap(({ names = Object.keys(values) }) => names)));

/** n8n loads every node and credential as it starts: it is given few files, and of the code only what that takes. */
async function bundle() {
	const sources = await plan();
	for (const place of new Set(sources.map((source) => source.place))) {
		const others = sources.filter((source) => source.place !== place);
		const told = sources.filter((source) => source.place === place).flatMap(({ file, values }) => [...namesTaken(file, others, values)].map((name) => [file, name, keyOf(file, name)]));
		await written(place, [...(place === BUNDLE ? classes : []), ...told], [elsewhere(place, sources)]);
	}
	await written(DRIVEN, [...classes, ...DRIVERS]);
	for (const file of listed) {
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, `exports.${classOf(file)} = require('${relative(dirname(file), BUNDLE)}').${classOf(file)};\n`);
	}
	for (const file of listed) new (require(resolve(file))[classOf(file)])();
	const early = Object.keys(require.cache).filter((file) => file.startsWith(resolve(LATER)));
	if (early.length > 0) throw new Error(`Read while n8n starts: ${early.join(', ')}`);
}

const icons = () => src('icons/*.svg').pipe(dest('dist/icons'));

const codex = () => src('nodes/**/*.node.json').pipe(dest('dist/nodes'));

/** n8n looks for `__schema__/v<version, three parts>/<resource>/<operation>.json` beside the node. */
async function schemas() {
	require('tsx/cjs');
	const { z } = require('zod/v4');
	// A provider without a node of its own has no resources.
	const folders = (await readdir('nodes')).filter((folder) => existsSync(`nodes/${folder}/resources/index.ts`));
	for (const folder of folders) {
		const { resources } = require(`./nodes/${folder}/resources/index.ts`);
		for (const resource of resources) {
			for (const operation of resource.operations) {
				if (!operation.output) continue;
				const file = join('dist/nodes', folder, '__schema__/v1.0.0', resource.value, `${operation.value}.json`);
				await mkdir(dirname(file), { recursive: true });
				await writeFile(file, JSON.stringify({ ...plain(z.toJSONSchema(operation.output(), { unrepresentable: 'any' })), version: 1 }));
			}
		}
	}
}

/** Only what the editor reads: a plain type, properties and items. */
function plain(schema) {
	const shape = schema.anyOf?.find((one) => one.type !== 'null') ?? schema;
	if (shape.type === 'object') return { type: 'object', properties: Object.fromEntries(Object.entries(shape.properties ?? {}).map(([key, value]) => [key, plain(value)])) };
	if (shape.type === 'array') return { type: 'array', items: plain(shape.items ?? {}) };
	return { type: [shape.type].flat().find((type) => type && type !== 'null') ?? 'string' };
}

exports.build = series(clean, parallel(bundle, icons, codex, schemas));
exports.default = exports.build;
