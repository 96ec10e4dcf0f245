import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Simulator } from './simulator.cts';

/** Every service the sandbox plays: `<name>.cts` beside its folder `<name>/`, or `<name>/index.cts`, each with an export of that name. */
export const simulators: ReadonlyArray<() => Simulator> = simulatorNames().map((name) => {
	const files = [join(__dirname, `${name}.cts`), join(__dirname, name, 'index.cts')];
	const file = files.find((one) => readdirSync(join(one, '..')).includes(one.split(/[\\/]/).at(-1) ?? ''));
	const make: unknown = file === undefined ? undefined : Reflect.get(require(file) as object, name);
	if (typeof make !== 'function') throw new Error(`The sandbox has a folder ${name}: write sandbox/${name}.cts, which exports the function ${name}() that gives a Simulator.`);
	return make as () => Simulator;
});

function simulatorNames(): string[] {
	return readdirSync(__dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== 'openapi').map(({ name }) => name).sort();
}
