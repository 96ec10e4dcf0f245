/** `npm run test:security [-- --json]`: every attack against this build of the sources; the last line is what a script reads. */
import { attacks } from './attacks.cts';

void (async () => {
	const asJson = process.argv.includes('--json');
	const broken: string[] = [];
	for (const { id, title, run } of attacks) {
		const failure = await run().then(() => undefined, (error: unknown) => (error instanceof Error ? error.message : String(error)));
		if (failure !== undefined) broken.push(`${id}: ${title}: ${failure.split('\n', 1)[0]}`);
		if (!asJson || failure !== undefined) console.log(`${failure === undefined ? 'held  ' : 'BROKEN'} ${id.padEnd(4)} ${title}${failure === undefined ? '' : `\n       ${failure}`}`);
	}
	console.log(JSON.stringify({ attacks: attacks.length, held: attacks.length - broken.length, broken }));
	process.exit(broken.length === 0 ? 0 : 1);
})();
