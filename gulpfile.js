/**
 * The build: all nodes and credentials in one file, then icons, codex files, and the output schemas that the editor shows before a
 * node's first run, generated from the operations' zod models. Types are checked by `npm run types`.
 */
const { src, dest, series, parallel } = require('gulp');
const esbuild = require('esbuild');
const { existsSync } = require('node:fs');
const { mkdir, readdir, rm, writeFile } = require('node:fs/promises');
const { basename, dirname, join, relative } = require('node:path');
const { n8n } = require('./package.json');

const BUNDLE = 'dist/bundle.js';
/** The same code, with the clock and what a process remembers, so that the chaos run can drive it. Never shipped. */
const DRIVEN = '.cache/driven.js';

const clean = () => rm('dist', { recursive: true, force: true });

/** n8n loads every node and credential as it starts: reading 200 small files takes twice the time of one that is as readable. */
async function bundle() {
	const files = [...n8n.nodes, ...n8n.credentials];
	const build = async (from, outfile) => {
		const contents = from.map((file) => `export * from '${file.replace(/^dist/, '.').replace(/\.js$/, '')}';`).join('\n');
		const { outputFiles } = await esbuild.build({ stdin: { contents, resolveDir: __dirname }, bundle: true, packages: 'external', platform: 'node', target: 'node20', format: 'cjs', minifySyntax: true, minifyWhitespace: true, write: false });
		// Written out again as people read it: without the comments that esbuild finds inside expressions, which are a twentieth of the package.
		const { code } = await esbuild.transform(outputFiles[0].text, { target: 'node20' });
		await mkdir(dirname(outfile), { recursive: true });
		await writeFile(outfile, code);
	};
	await build(files, BUNDLE);
	await build([...files, 'dist/lib/clock.js', 'dist/lib/poll/processState.js'], DRIVEN);
	for (const file of files) {
		const name = basename(file).split('.')[0];
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, `exports.${name} = require('${relative(dirname(file), BUNDLE)}').${name};\n`);
	}
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
