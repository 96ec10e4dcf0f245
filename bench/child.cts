/** Runs one variant in this process and prints its cost: `child.cts <variant> <JSON of where the vendor is>`. */
import { variants } from './variants.cts';

async function main(): Promise<void> {
	const [name = '', where = '{}'] = process.argv.slice(2);
	console.log(JSON.stringify(await variants[name]?.(JSON.parse(where))));
	process.exit(0);
}

main().catch((error: unknown) => {
	console.error(error);
	process.exit(1);
});
