import { type Simulator, ApiError } from './simulator.cts';
import { registerActions } from './kombo/actions.cts';
import { errorBody, errorOf } from './kombo/errors.cts';
import { registerGeneral } from './kombo/general.cts';
import { Guard } from './kombo/guard.cts';
import { registerPassthrough } from './kombo/passthrough.cts';
import { registerReads } from './kombo/reads.cts';
import { apiKeyOf, integrationIdOf, KomboState, webhookSecretOf } from './kombo/state.cts';
import { KomboWebhooks } from './kombo/webhooks.cts';

/** Kombo (https://docs.kombo.dev) over the world, validated against its own OpenAPI document. */
export function kombo(): Simulator {
	return {
		name: 'kombo',
		paths: { kombo: '/kombo/v1' },
		credentials: (world) => ({ apiKey: apiKeyOf(world), integrationId: integrationIdOf(world), webhookSecret: webhookSecretOf(world) }),
		errorBody: errorOf,
		badCursor: (message) => new ApiError(400, errorBody('PLATFORM.INPUT_INVALID', message)),
		errorInSuccess: () => errorBody('REMOTE.SERVICE_UNAVAILABLE', 'The connected ATS is not available at the moment.'),
		register(app, world, tools) {
			const state = new KomboState(world, tools);
			const guard = new Guard(state, tools);
			const webhooks = new KomboWebhooks(state);
			registerReads(app, state, guard);
			registerActions(app, state, guard);
			registerGeneral(app, state, guard, webhooks);
			registerPassthrough(app, state, guard);
			app.addHook('onClose', async () => webhooks.clear());

			/** `{ models: { ats_offers: false }, fields: { 'ats_applications.rejected_at': false }, actions: { ... } }` */
			tools.control('scope', (body) => {
				flip(state.modelsOff, body['models']);
				flip(state.fieldsOff, body['fields']);
				flip(state.actionsOff, body['actions']);
				state.freshness.clear();
			});
			/** `{ concurrencyLimit?, actionTime?, cursorLife?, unsupportedFilters?, status?, setup?, stageTouchesApplications?, webhookDelay? }` */
			tools.control('settings', (body) => {
				const main = state.integrations.get(state.mainId);
				if (typeof body['concurrencyLimit'] === 'number') state.concurrencyLimit = body['concurrencyLimit'];
				if (typeof body['actionTime'] === 'number') state.actionTime = body['actionTime'];
				if (typeof body['cursorLife'] === 'number') tools.pager.cursorLife = body['cursorLife'];
				if (typeof body['stageTouchesApplications'] === 'boolean') state.freshness.stageTouchesApplications = body['stageTouchesApplications'];
				if (body['webhookDelay'] === null || typeof body['webhookDelay'] === 'number') webhooks.delay = body['webhookDelay'];
				if (Array.isArray(body['unsupportedFilters'])) {
					state.filtersUnsupported.clear();
					for (const filter of body['unsupportedFilters']) state.filtersUnsupported.add(String(filter));
				}
				const { status, setup } = body;
				if (main && (status === 'ACTIVE' || status === 'INACTIVE' || status === 'INVALID')) main.status = status;
				if (main && (setup === 'COMPLETED' || setup === 'FINAL_SYNC_PENDING' || setup === 'INCOMPLETE')) main.setup = setup;
			});
			/** `{ url, types? }` stands for the webhook page of Kombo's dashboard */
			tools.control('webhooks', (body) => webhooks.register(String(body['url']), Array.isArray(body['types']) ? body['types'].map(String) : null));
			tools.control('webhooks/clear', () => webhooks.clear());
			/** Sends `data-changed` now, if anything changed. */
			tools.control('webhooks/flush', async () => await webhooks.flush());
			/** `{ type, data?, id? }`: an event of any type, with the data given or with an example's */
			tools.control('webhooks/send', async (body) => {
				const type = String(body['type']);
				const data = typeof body['data'] === 'object' && body['data'] !== null ? (body['data'] as Record<string, unknown>) : webhooks.sample(type);
				return await (typeof body['id'] === 'string' ? webhooks.emit(type, data, body['id']) : webhooks.emit(type, data));
			});
		},
	};
}

function flip(off: Set<string>, settings: unknown): void {
	for (const [name, on] of Object.entries(settings ?? {})) {
		if (on === false) off.add(name);
		else off.delete(name);
	}
}
