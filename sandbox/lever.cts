import { registerReads } from './lever/reads.cts';
import { Rows } from './lever/rows.cts';
import { apiKeyOf, errorBody, fail, LeverState } from './lever/state.cts';
import { registerWrites } from './lever/writes.cts';
import type { Simulator } from './simulator.cts';

/** Lever's Data API v1 (https://hire.lever.co/developer/documentation) over the world. */
export function lever(): Simulator {
	return {
		name: 'lever',
		paths: { lever: '/lever/v1' },
		credentials: (world) => ({ apiKey: apiKeyOf(world), region: 'custom' }),
		errorBody,
		badCursor: () => fail(400, 'Invalid offset token'),
		errorInSuccess: () => errorBody(500),
		register(app, world, tools) {
			const state = new LeverState(world, tools);
			const rows = new Rows(state);
			// Seen live; no header tells a limit.
			app.addHook('onSend', async (_request, reply) => void reply.header('x-lever-region', 'global'));
			registerReads(app, state, rows);
			registerWrites(app, state, rows);

			/** `{ rate?, performAs?, confidentialAccess?, redirectDownloads?, cursorLife?, forbidden?, hiddenReasons? }` */
			tools.control('settings', (body) => {
				const { rate, performAs, confidentialAccess, redirectDownloads, cursorLife, forbidden, hiddenReasons } = body;
				if (rate === null) state.rate = null;
				if (performAs === 'always' || performAs === 'create') state.performAs = performAs;
				if (typeof confidentialAccess === 'boolean') state.confidentialAccess = confidentialAccess;
				if (typeof redirectDownloads === 'boolean') state.redirectDownloads = redirectDownloads;
				if (typeof cursorLife === 'number') tools.pager.cursorLife = cursorLife;
				refill(state.forbidden, forbidden);
				refill(state.hiddenReasons, hiddenReasons);
			});
			/** `{ id }`: an application of the world that Lever shows as a lead without posting. */
			tools.control('lead', (body) => void state.leads.add(String(body['id'])));
		},
	};
}

function refill(set: Set<string>, values: unknown): void {
	if (!Array.isArray(values)) return;
	set.clear();
	for (const value of values) set.add(String(value));
}
