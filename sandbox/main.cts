/** `npm run sandbox -- --port 4010 --seed 1 --jobs 40 --applications 2000 --pace 25`: the services on this machine, until Ctrl-C. */
import { parseArgs } from 'node:util';
import { startSandbox } from './index.cts';

const HELP = `Plays the services on this machine.

  --port <n>           port to listen on (default 4010; 0 takes a free one)
  --host <address>     address to listen on (default 127.0.0.1)
  --seed <text>        the same seed gives the same world (default 1)
  --jobs <n>           how many jobs (default 40)
  --applications <n>   how many applications (default 2000)
  --pace <n>           changes a minute that the recruiter makes (default 10; 0 for none)
  --lag <seconds>      until reads show a change (default 0)
  --no-validate        skip the checks against the vendors' descriptions
  --json               print the addresses and keys as one line of JSON`;

async function main(): Promise<void> {
	const { values } = parseArgs({
		allowNegative: true,
		options: {
			port: { type: 'string', default: '4010' },
			host: { type: 'string', default: '127.0.0.1' },
			seed: { type: 'string', default: '1' },
			jobs: { type: 'string', default: '40' },
			applications: { type: 'string', default: '2000' },
			pace: { type: 'string', default: '10' },
			lag: { type: 'string', default: '0' },
			'no-validate': { type: 'boolean', default: false },
			json: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) return console.log(HELP);
	const port = whole('port', values.port, 65535);
	const pace = number('pace', values.pace);
	const sandbox = await startSandbox({ port, host: values.host, seed: values.seed, jobs: whole('jobs', values.jobs), applications: whole('applications', values.applications), lag: number('lag', values.lag) * 1000, validate: !values['no-validate'] }).catch((error: unknown) => {
		if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') throw new Error(`Port ${port} is in use: close what listens there, or choose another with --port.`);
		if (error instanceof Error && 'code' in error && error.code === 'EACCES') throw new Error(`Port ${port} may not be used by this account: choose one above 1023 with --port.`);
		throw error;
	});
	sandbox.recruiter.start(pace);

	if (values.json) console.log(JSON.stringify({ url: sandbox.url, urls: sandbox.urls, credentials: sandbox.credentials }));
	else {
		console.log(`The sandbox is ready: ${sandbox.world.jobs.size} jobs, ${sandbox.world.applications.size} applications, seed ${sandbox.world.seed}, ${pace} changes a minute.\n`);
		for (const [name, url] of Object.entries(sandbox.urls)) console.log(`  ${name.padEnd(18)} ${url}`);
		console.log('');
		for (const [name, credential] of Object.entries(sandbox.credentials)) {
			console.log(`  ${name}`);
			for (const [key, value] of Object.entries(credential)) console.log(`    ${key.padEnd(16)} ${value}`);
		}
		console.log(`\n  steer it           ${sandbox.url}/_sandbox\n\nCtrl-C ends it.`);
	}

	const end = (): void => {
		void sandbox.close().then(() => process.exit(0));
	};
	process.once('SIGINT', end);
	process.once('SIGTERM', end);
}

function number(name: string, text: string): number {
	const value = Number(text);
	if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new Error(`--${name} must be a number of at least 0, not "${text}".`);
	return value;
}

function whole(name: string, text: string, most = Number.MAX_SAFE_INTEGER): number {
	const value = number(name, text);
	if (!Number.isInteger(value) || value > most) throw new Error(`--${name} must be a whole number${most === 65535 ? ' up to 65535' : ''}, not "${text}".`);
	return value;
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : String(error));
	process.exit(1);
});
