import { registerReads } from './ashby/reads.cts';
import { apiKeyOf, AshbyState, errorBody, fail } from './ashby/state.cts';
import { registerWrites } from './ashby/writes.cts';
import type { Simulator } from './simulator.cts';

const CODES: Record<number, string> = { 400: 'invalid_input', 401: 'unauthorized', 403: 'missing_endpoint_permission', 404: 'not_found', 429: 'rate_limit_exceeded' };

/** Ashby (https://developers.ashbyhq.com) over the world, held against its own OpenAPI document. */
export function ashby(): Simulator {
	return {
		name: 'ashby',
		paths: { ashby: '/ashby' },
		credentials: (world) => ({ apiKey: apiKeyOf(world) }),
		errorBody: (status, message) => errorBody(CODES[status] ?? 'internal_server_error', message ?? `The request failed with status ${status}.`),
		badCursor: (message) => fail('invalid_input', `cursor: ${message}`),
		errorInSuccess: () => errorBody('internal_server_error', 'Something went wrong.'),
		register(app, world, tools) {
			const state = new AshbyState(world, tools);
			registerReads(app, state);
			registerWrites(app, state);

			/** `{ offersRead: false }`: what the key may do */
			tools.control('rights', (rights) => {
				for (const [right, on] of Object.entries(rights)) {
					if (on === false) state.off.add(right);
					else state.off.delete(right);
				}
			});
			/** `{ confidential?, tokenLife?, quietToken?, candidateTouchesApplications?, rate?: { calls, window } | null, cursorLife? }` */
			tools.control('settings', ({ confidential, tokenLife, quietToken, candidateTouchesApplications, rate, cursorLife }) => {
				if (typeof confidential === 'boolean') state.confidential = confidential;
				if (typeof tokenLife === 'number') state.tokenLife = tokenLife;
				if (typeof quietToken === 'boolean') state.quietToken = quietToken;
				if (typeof candidateTouchesApplications === 'boolean') state.candidateTouchesApplications = candidateTouchesApplications;
				if (typeof cursorLife === 'number') tools.pager.cursorLife = cursorLife;
				if (rate === null) state.rate = null;
				if (typeof rate === 'object' && rate !== null && 'calls' in rate && 'window' in rate) state.rate = { calls: Number(rate.calls), window: Number(rate.window) };
			});
			/** `{ applicationIds }` of the world: people who were found and have not applied */
			tools.control('leads', ({ applicationIds }) => {
				for (const id of Array.isArray(applicationIds) ? applicationIds : []) state.setLead(world.applications.need(String(id)), true);
			});
			/** Mails that writes would have sent. */
			tools.control('notifications', () => state.notifications);
		},
	};
}
