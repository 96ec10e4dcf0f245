import type { Simulator } from './simulator.cts';
import { registerReads } from './flatchr/reads.cts';
import { apiKeyOf, companyKeyOf, errorBody, FlatchrState, USER, WEBHOOK_SECRET } from './flatchr/state.cts';
import { FlatchrWebhooks } from './flatchr/webhooks.cts';
import { registerWrites } from './flatchr/writes.cts';

/** Flatchr (https://developers.flatchr.io) over the world: its API host below /api, its careers host below /careers. */
export function flatchr(): Simulator {
	return {
		name: 'flatchr',
		paths: { flatchr: '/flatchr/api', flatchrCareers: '/flatchr/careers' },
		credentials: (world) => ({ apiKey: apiKeyOf(world), companyKey: companyKeyOf(world), slug: world.companies.rows[0]?.slug ?? '', ...USER, webhookSecret: WEBHOOK_SECRET }),
		errorBody,
		register(app, world, tools) {
			const state = new FlatchrState(world, tools);
			const webhooks = new FlatchrWebhooks(state);
			registerReads(app, state);
			registerWrites(app, state);
			app.addHook('onClose', async () => webhooks.clear());

			/** `{ filters?: 'monthFirst' | 'ignored' | 'dayFirst', emailFilter?: 'exact' | 'loose' | 'ignored', newestFirst?, searchLag?, commentsNeedUser?, tokenLife? }` */
			tools.control('settings', ({ filters, emailFilter, newestFirst, searchLag, commentsNeedUser, tokenLife }) => {
				if (emailFilter === 'exact' || emailFilter === 'loose' || emailFilter === 'ignored') state.emailFilter = emailFilter;
				if (typeof newestFirst === 'boolean') state.newestFirst = newestFirst;
				if (typeof searchLag === 'number') state.searchLag = searchLag;
				if (filters === 'monthFirst' || filters === 'ignored' || filters === 'dayFirst') state.filters = filters;
				if (typeof commentsNeedUser === 'boolean') state.commentsNeedUser = commentsNeedUser;
				if (typeof tokenLife === 'number') state.tokenLife = tokenLife;
			});
			/** All users are logged out. */
			tools.control('revoke', () => state.revokeTokens());
			/** What was attached to candidates. */
			tools.control('meta', () => state.meta);
			/** `{ url, event, column?, headers? }` stands for the Webhooks app of Flatchr's marketplace */
			tools.control('webhooks', ({ url, event, column, headers }) =>
				webhooks.register({ url: String(url), event: String(event), column: typeof column === 'string' ? column : null, headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)])) }),
			);
			tools.control('webhooks/clear', () => webhooks.clear());
			/** Tells at once what has changed. */
			tools.control('webhooks/flush', async () => await webhooks.flush());
			/** `{ event, body }`: any event, such as one that nobody has documented */
			tools.control('webhooks/send', async ({ event, body }) => await webhooks.emit(String(event), typeof body === 'object' && body !== null ? { ...body } : {}));
		},
	};
}
