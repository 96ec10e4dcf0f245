/** `npm run new:provider "Acme Hire"`: a provider to begin with. Then: docs/adding-a-provider.md. */
import { join } from 'node:path';

import { generate, namesOf } from './generate.cts';

try {
	const names = namesOf(process.argv.slice(2).join(' '));
	const { written, changed } = generate(join(__dirname, '..', '..'), names);
	console.log(`${[...written.map((file) => `written: ${file}`), ...changed.map((file) => `a line in: ${file}`)].join('\n')}

Next: npm run readme, then npx jest test/unit/registration -t ${names.folder}, which lists what is left to write, in order.
npx jest test/engine/ats.test -t "${names.label}" fails with the first sentence of it. The guide: docs/adding-a-provider.md`);
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}
