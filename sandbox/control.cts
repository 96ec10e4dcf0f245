import type { FastifyInstance } from 'fastify';
import type { Fault, Faults, PageOrder, When } from './faults.cts';
import { ManualClock } from './clock.cts';
import type { Deliveries } from './deliveries.cts';
import type { LoggedRequest, Violation } from './simulator.cts';
import type { Rate } from './rate.cts';
import type { Recruiter } from './recruiter.cts';
import type { World } from './world.cts';

interface Parts {
	world: World;
	faults: Faults;
	deliveries: Deliveries;
	violations: Violation[];
	requests: LoggedRequest[];
	recruiter: Recruiter;
	rates: Rate[];
}

/** The sandbox steered from another process: the same as the objects of `startSandbox`, over HTTP. */
export function registerControl(app: FastifyInstance, { world, faults, deliveries, violations, requests, recruiter, rates }: Parts): void {
	app.get('/_sandbox', async () => ({
		seed: world.seed,
		now: world.clock.now(),
		counts: { jobs: world.jobs.size, candidates: world.candidates.size, applications: world.applications.size, interviews: world.interviews.size, offers: world.offers.size },
		changes: world.journal.length,
		requests: requests.length,
		violations: violations.length,
		recruiter: recruiter.pace,
	}));
	app.get<{ Querystring: { after?: string } }>('/_sandbox/journal', async (request) => world.journal.slice(Number(request.query.after ?? 0)));
	app.get('/_sandbox/violations', async () => violations);
	app.get<{ Querystring: { after?: string } }>('/_sandbox/requests', async (request) => requests.slice(Number(request.query.after ?? 0)));
	app.get('/_sandbox/deliveries', async () => {
		await deliveries.settled();
		return deliveries.sent;
	});
	/** `{ fault, times?, skip?, service?, method?, path? }`, or with `probability` instead of `times` */
	app.post<{ Body: When & { fault: Fault | Fault[]; times?: number; skip?: number; probability?: number } }>('/_sandbox/faults', async (request) => {
		const { fault, probability, ...when } = request.body;
		if (probability === undefined) faults.next(fault, when);
		else faults.often(fault, probability, when);
		return { ok: true };
	});
	app.delete('/_sandbox/faults', async () => {
		faults.clear();
		return { ok: true };
	});
	/** `{ order?, dateSkew?, lag?, rate? }` */
	app.post<{ Body: { order?: PageOrder; dateSkew?: number | 'none'; lag?: number; rate?: boolean } }>('/_sandbox/settings', async (request) => {
		if (request.body.order) faults.order = request.body.order;
		if (request.body.dateSkew !== undefined) faults.dateSkew = request.body.dateSkew;
		if (request.body.rate !== undefined) for (const rate of rates) rate.enabled = request.body.rate;
		if (request.body.lag !== undefined) world.lag = request.body.lag;
		return { ok: true };
	});
	/** `{ steps }` works at once; `{ pace }` works on, so many changes a minute; `{ pace: 0 }` stops */
	app.post<{ Body: { steps?: number; pace?: number } }>('/_sandbox/recruiter', async (request) => {
		const before = world.journal.length;
		for (let i = 0; i < (request.body.steps ?? 0); i++) recruiter.step();
		if (request.body.pace !== undefined) recruiter.start(request.body.pace);
		return { changes: world.journal.slice(before) };
	});
	/** `{ advance }` milliseconds, or `{ now }`; only a world with a clock of its own can do that */
	app.post<{ Body: { advance?: number; now?: number } }>('/_sandbox/clock', async (request, reply) => {
		if (!(world.clock instanceof ManualClock)) return await reply.code(409).send({ ok: false, message: 'This world runs on the wall clock.' });
		if (request.body.now !== undefined) world.clock.set(request.body.now);
		if (request.body.advance !== undefined) world.clock.advance(request.body.advance);
		world.settle();
		return { ok: true, now: world.clock.now() };
	});
}
