import type { FastifyInstance } from 'fastify';
import { Faults } from './faults.cts';
import { RealClock, type Clock } from './clock.cts';
import { registerControl } from './control.cts';
import { Deliveries } from './deliveries.cts';
import type { Simulator, LoggedRequest, Violation } from './simulator.cts';
import type { Rate } from './rate.cts';
import { Recruiter } from './recruiter.cts';
import { fillWorld } from './seed.cts';
import { buildServer } from './server.cts';
import { simulators as allSimulators } from './simulators.cts';
import { World, type Lag } from './world.cts';

export interface SandboxOptions {
	seed?: string | number;
	jobs?: number;
	applications?: number;
	/** 0: any free port */
	port?: number;
	host?: string;
	/** names of the services to serve; default: all */
	services?: readonly string[];
	/** check each request and answer against the vendor's description (default: true) */
	validate?: boolean;
	clock?: Clock;
	/** false: no rate limit of a vendor holds (default: true). A client that keeps to them then waits for nothing; better is a clock that a test drives. */
	rate?: boolean;
	/** milliseconds until reads show a change */
	lag?: Lag;
	/** false: no port, only `inject` */
	listen?: boolean;
	/** use this world instead of building one */
	world?: World;
}

export interface Sandbox {
	/** e.g. `http://127.0.0.1:40123` */
	url: string;
	/** base address of each service, e.g. `urls.kombo` */
	urls: Record<string, string>;
	/** the API key of each service */
	keys: Record<string, string>;
	/** everything a credential of the service needs */
	credentials: Record<string, Record<string, string>>;
	world: World;
	recruiter: Recruiter;
	/** every request, oldest first (the last ten to twenty thousand) */
	requests: LoggedRequest[];
	/** every breach of a vendor's description by a client or by the sandbox: tests expect none */
	violations: Violation[];
	faults: Faults;
	/** every webhook sent */
	deliveries: Deliveries;
	/** a request without a port, for simulated time */
	inject: FastifyInstance['inject'];
	/** calls `/_sandbox/<path>` in process */
	control(path: string, body?: unknown): Promise<unknown>;
	app: FastifyInstance;
	close(): Promise<void>;
}

/** Starts the services over one world, on one loopback port. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const clock = options.clock ?? new RealClock();
	const world = options.world ?? new World({ seed: options.seed, clock, lag: 0 });
	if (!options.world) fillWorld(world, { jobs: options.jobs, applications: options.applications });
	world.lag = options.lag ?? world.lag;

	const simulators = allSimulators.map((make): Simulator => make()).filter((simulator) => options.services === undefined || options.services.includes(simulator.name));
	const faults = new Faults(world.random.fork('faults'));
	const deliveries = new Deliveries(world.clock);
	const violations: Violation[] = [];
	const requests: LoggedRequest[] = [];
	const recruiter = new Recruiter(world);
	const rates: Rate[] = [];
	let url = 'http://sandbox.localhost';

	const app = buildServer({ world, simulators, faults, deliveries, violations, requests, validate: options.validate ?? true, rates, origin: () => url });
	registerControl(app, { world, faults, deliveries, violations, requests, recruiter, rates });
	for (const rate of rates) rate.enabled = options.rate !== false;
	if (options.listen === false) await app.ready();
	else url = await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });

	const credentials = Object.fromEntries(simulators.map((simulator) => [simulator.name, simulator.credentials(world)]));
	return {
		url,
		urls: Object.fromEntries(simulators.flatMap((simulator) => Object.entries(simulator.paths).map(([name, path]) => [name, url + path]))),
		keys: Object.fromEntries(Object.entries(credentials).map(([name, values]) => [name, values['apiKey'] ?? ''])),
		credentials,
		world,
		recruiter,
		requests,
		violations,
		faults: faults,
		deliveries,
		inject: app.inject.bind(app),
		control: async (path, body) => {
			const answer = await app.inject({ method: body === undefined ? 'GET' : 'POST', url: path === '' ? '/_sandbox' : `/_sandbox/${path}`, ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, payload: JSON.stringify(body) }) });
			if (answer.statusCode !== 200) throw new Error(`/_sandbox/${path} answered ${answer.statusCode}: ${answer.body}`);
			return answer.json();
		},
		app,
		close: async () => {
			recruiter.stop();
			await deliveries.close();
			await app.close();
		},
	};
}

export { ManualClock, RealClock } from './clock.cts';
export { World } from './world.cts';
