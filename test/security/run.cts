/**
 * `npm run test:security [-- --json] [--engine 1.123.81]`: every attack against this build of the sources, in the engine that is installed
 * here or in that of another n8n; the last line is what a script reads.
 */
import { showHelp, usageOf } from '../arguments.cts';
import { useEngine } from './engine.cts';

showHelp(usageOf(__filename));

void (async () => {
	const asJson = process.argv.includes('--json');
	const at = process.argv.indexOf('--engine');
	if (at > 0) useEngine(process.argv[at + 1] ?? '');
	const { attacks }: typeof import('./attacks.cts') = require('./attacks.cts');
	const broken: string[] = [];
	for (const { id, title, run } of attacks) {
		const failure = await run().then(() => undefined, (error: unknown) => (error instanceof Error ? error.message : String(error)));
		if (failure !== undefined) broken.push(`${id}: ${title}: ${failure.split('\n', 1)[0]}`);
		if (!asJson || failure !== undefined) console.log(`${failure === undefined ? 'held  ' : 'BROKEN'} ${id.padEnd(4)} ${title}${failure === undefined ? '' : `\n       ${failure}`}`);
	}
	console.log(JSON.stringify({ attacks: attacks.length, held: attacks.length - broken.length, broken }));
	process.exit(broken.length === 0 ? 0 : 1);
})();
