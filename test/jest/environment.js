/**
 * One realm for all test files of a worker. jest's own environment makes a context for each file, in which every global is looked up
 * through a proxy and all of n8n-core is loaded anew: more than half of the time of a run.
 */
const { AsyncLocalStorage } = require('node:async_hooks');
const { ModuleMocker } = require('jest-mock');

/** jest makes one for each file and leaves it on: Node then looks into all of them at every promise. */
const used = new Set();
const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function (...given) {
	used.add(this);
	return run.apply(this, given);
};

module.exports = class OneRealm {
	constructor() {
		this.global = globalThis;
		this.moduleMocker = new ModuleMocker(globalThis);
		this.fakeTimers = null;
		this.fakeTimersModern = null;
		this.exit = process.exit;
		this.globals = new Map(Reflect.ownKeys(globalThis).map((key) => [key, Object.getOwnPropertyDescriptor(globalThis, key)]));
		this.prepareStackTrace = Error.prepareStackTrace;
	}

	async setup() {}

	/** The next file finds the globals as this one found them: those of the test's own, jest's state and its console included. */
	async teardown() {
		for (const storage of used) storage.disable();
		used.clear();
		for (const key of Reflect.ownKeys(globalThis)) if (!this.globals.has(key)) Reflect.deleteProperty(globalThis, key);
		for (const [key, descriptor] of this.globals) if (descriptor.configurable) Object.defineProperty(globalThis, key, descriptor);
		process.exit = this.exit;
		Error.prepareStackTrace = this.prepareStackTrace;
	}

	exportConditions() {
		return ['node', 'node-addons'];
	}

	/** runtime.js compiles without a context. */
	getVmContext() {
		return {};
	}
};
