/** Runs one variant in this process and prints its cost: `child.cts <row.variant> <JSON of where the vendor is>`. */
import { busyPoll, quietPoll, variants } from './variants.cts';

async function main(): Promise<void> {
	const [name = '', where = '{}', changes = '0'] = process.argv.slice(2);
	const server = JSON.parse(where);
	const cost = name === 'quietPoll.ours' ? await quietPoll(server) : name.startsWith('busyPoll') ? await busyPoll(server, Number(changes)) : await variants[name]?.(server.origin);
	console.log(JSON.stringify(cost));
	process.exit(0);
}

main().catch((error: unknown) => {
	console.error(error);
	process.exit(1);
});
