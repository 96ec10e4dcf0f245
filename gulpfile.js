/**
 * The build's asset steps, after tsc: icons, codex files, and the output schemas that the editor shows before a node's
 * first run, generated from the operations' zod models.
 */
const { src, dest, series, parallel } = require('gulp');
const { execFile } = require('node:child_process');
const { mkdir, readdir, rm, writeFile } = require('node:fs/promises');
const { dirname, join } = require('node:path');

const clean = () => rm('dist', { recursive: true, force: true });

// In braces: gulp would take a returned process for the task's end and hide what the compiler said.
const compile = (done) => {
	execFile(process.execPath, [require.resolve('typescript/bin/tsc')], (error, stdout) => done(error && new Error(stdout || error.message)));
};

const icons = () => src('icons/*.svg').pipe(dest('dist/icons'));

const codex = () => src('nodes/**/*.node.json').pipe(dest('dist/nodes'));

/** n8n looks for `__schema__/v<version, three parts>/<resource>/<operation>.json` beside the node. */
async function schemas() {
	const { z } = require('zod/v4');
	for (const folder of await readdir('dist/nodes')) {
		const resources = optional(join(__dirname, 'dist/nodes', folder, 'resources/index.js'))?.resources ?? [];
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

function optional(file) {
	try {
		return require(file);
	} catch (error) {
		if (error.code === 'MODULE_NOT_FOUND' && error.message.includes(file)) return undefined;
		throw error;
	}
}

/** Only what the editor reads: a plain type, properties and items. */
function plain(schema) {
	const shape = schema.anyOf?.find((one) => one.type !== 'null') ?? schema;
	if (shape.type === 'object') return { type: 'object', properties: Object.fromEntries(Object.entries(shape.properties ?? {}).map(([key, value]) => [key, plain(value)])) };
	if (shape.type === 'array') return { type: 'array', items: plain(shape.items ?? {}) };
	return { type: [shape.type].flat().find((type) => type && type !== 'null') ?? 'string' };
}

exports.build = series(clean, compile, parallel(icons, codex, schemas));
exports.default = exports.build;
