/** Runs one variant in this process and prints its cost, or with `BENCH_PROFILE=1` where its time goes: `child.cts <variant> <JSON of where the vendor is>`. */
import { profileOf } from './measure.cts';
import { variants } from './variants.cts';
import { endWithParent } from './withParent.cts';

async function main(): Promise<void> {
	const [name = '', where = '{}'] = process.argv.slice(2);
	endWithParent();
	const cost = await variants[name]?.(JSON.parse(where));
	console.log(JSON.stringify(profileOf() ?? cost));
	process.exit(0);
}

main().catch((error: unknown) => {
	console.error(error);
	process.exit(1);
});
