import { type Simulator, ApiError } from './simulator.cts';
import { registerReads } from './greenhouse/reads.cts';
import { clientOf, errorBody, GreenhouseState, UNPROCESSABLE } from './greenhouse/state.cts';
import { registerToken } from './greenhouse/token.cts';
import { registerWrites } from './greenhouse/writes.cts';

/** Greenhouse Harvest v3 (https://harvestdocs.greenhouse.io) over the world; its reads are held against `openapi/greenhouse.json`. */
export function greenhouse(): Simulator {
	return {
		name: 'greenhouse',
		paths: { greenhouse: '/greenhouse/v3', greenhouseToken: '/greenhouse/token' },
		credentials: (world) => clientOf(world),
		errorBody,
		badCursor: (message) => new ApiError(422, errorBody(422, UNPROCESSABLE, [message])),
		register(app, world, tools) {
			const state = new GreenhouseState(world, tools);
			app.addHook('onRequest', async (_request, reply) => state.count(reply));
			registerToken(app, state);
			registerReads(app, state);
			registerWrites(app, state);

			/** What nobody knows of the real one, and what an account may have: see `Settings`. */
			tools.control('settings', (body) => state.set(body));
			/** `{ applicationId, at? }`: somebody edits a tracked field of its offer, which makes a new version of it. */
			tools.control('offerVersion', ({ applicationId }) => state.newOfferVersion(Number(applicationId)));
			/** All tokens end now. */
			tools.control('revoke', () => state.tokens.clear());
		},
	};
}
