/**
 * jest's runtime, but what is installed is loaded once per worker, by Node itself, and the code of a file of ours is compiled once; its
 * modules are fresh for each test file, as ever. For environment.js.
 */
const { createRequire } = require('node:module');
const { dirname, isAbsolute, join } = require('node:path');
const { compileFunction } = require('node:vm');
const { default: Runtime } = require('jest-runtime');

const compiled = new Map();

const isInstalled = (name) => (isAbsolute(name) ? /[\\/]node_modules[\\/]/.test(name) : !name.startsWith('.'));

/** The vendors' documents, whose schemas take long to compile and say the same to every file. */
const SHARED = /[\\/]openapi\.cts$/;
const modules = new Map();

function shared(path, load) {
	if (!modules.has(path)) modules.set(path, load());
	return modules.get(path);
}

class SharingRuntime extends Runtime {
	constructor(...args) {
		super(...args);
		const { executor } = this.cjsLoader;
		executor.compile = (source, filename) => {
			const known = compiled.get(filename);
			if (known?.source === source) return known.run;
			const run = compileFunction(source, executor.injectedModuleParameters, { filename });
			compiled.set(filename, { source, run });
			return run;
		};
	}

	requireModule(from, name, options, isActual) {
		if (SHARED.test(name)) return shared(join(dirname(from), name), () => super.requireModule(from, name, options, isActual));
		if (name === undefined || options?.isInternalModule || this._resolution.isCoreModule(name) || !isInstalled(name)) return super.requireModule(from, name, options, isActual);
		return createRequire(from)(name);
	}
}

// jest-runner looks for `default` in what it takes for a module.
module.exports = { __esModule: true, default: SharingRuntime };
