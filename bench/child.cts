/** Runs one variant in this process and prints its cost: `child.cts <row.variant> <JSON of where the vendor is> [<the same of another account> <changes>]`. */
import { busyPoll, quietPoll, variants } from './variants.cts';

async function main(): Promise<void> {
	const [name = '', where = '{}', rehearsal = '{}', changes = '0'] = process.argv.slice(2);
	const server = JSON.parse(where);
	const cost = name === 'quietPoll.ours' ? await quietPoll(server) : name === 'busyPoll.ours' ? await busyPoll(server, JSON.parse(rehearsal), Number(changes)) : await variants[name]?.(server.origin);
	console.log(JSON.stringify(cost));
	process.exit(0);
}

main().catch((error: unknown) => {
	console.error(error);
	process.exit(1);
});
