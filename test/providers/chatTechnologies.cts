/** Chat Technologies: a feed that the service keeps itself. */
import { idOf, type ProviderEntry } from './entry.cts';
import { FeedObserver } from '../chaos/feed.cts';
import type { ProviderPlan } from '../chaos/providerSimulation.cts';
import { every, shared, shownLate } from '../chaos/providerScenarios.cts';
import { provider } from '../../nodes/ChatTechnologies/provider';
import { DAY, HOUR, MINUTE } from '../../sandbox/clock.cts';
import type { Sandbox } from '../../sandbox/index.cts';

const BY = 'chaos';
const PATH = '/changes';
const settings = async (sandbox: Sandbox, body: object) => await sandbox.control('chatTechnologies/settings', body);

/** Settings of the feed, then what else happens. */
const setUp = (body: object, plan: ProviderPlan = {}): ProviderPlan => ({
	...plan,
	prepare: async (sim) => {
		await settings(sim.sandbox, body);
		await plan.prepare?.(sim);
	},
});
const failing = (rate: number): ProviderPlan => ({ prepare: (sim) => sim.failing(rate) });
const brokenPages: ProviderPlan = { prepare: ({ sandbox }) => sandbox.faults.often([{ kind: 'rowTwice' }, { kind: 'rowSkipped' }, { kind: 'emptyPage' }, { kind: 'repeatedCursor' }, { kind: 'endsEarly' }], 0.2, { service: 'chatTechnologies', path: PATH }) };
/** The same thing, said again in the same moment. */
const twins: ProviderPlan = {
	minute: ({ world }, minute) => {
		const candidateId = world.candidates.rows[minute % 7]?.id ?? '';
		for (let i = 0; i < 1 + (minute % 4); i++) world.add('activity', { code: 'note', data: { note: 'Called' }, candidateId, jobId: null, userId: null }, BY);
	},
};
const OLDEST = { order: 'oldest' };
const NONE = { order: 'none' };
const NO_IDS = { changeIds: false };

const scenarios: Readonly<Record<string, ProviderPlan>> = {
	...shared,
	'oldest first': setUp(OLDEST),
	'in no order': setUp(NONE),
	'plain records, links to the next page': setUp({ envelope: 'unified', paging: 'links' }),
	'entries without IDs': setUp(NO_IDS),
	'oldest first, bursts': setUp(OLDEST, shared.bursts),
	'oldest first, kills': setUp(OLDEST, shared.kills),
	'oldest first, 50 % failing requests': setUp(OLDEST, failing(0.5)),
	'in no order, 50 % failing requests': setUp(NONE, failing(0.5)),
	'late entries': shownLate(3 * HOUR, 10 * MINUTE),
	'late entries, oldest first': setUp(OLDEST, shownLate(3 * HOUR, 10 * MINUTE)),
	'late entries, in no order': setUp(NONE, shownLate(3 * HOUR, 10 * MINUTE)),
	'identical entries': twins,
	'identical entries without IDs': setUp(NO_IDS, twins),
	'identical entries without IDs, oldest first': setUp({ ...NO_IDS, ...OLDEST }, twins),
	'identical entries without IDs, a cap and kills': setUp({ ...NO_IDS, ...OLDEST }, { ...twins, parameters: { options: { cap: 20 } }, minute: async (sim, minute) => {
		await twins.minute?.(sim, minute);
		if (minute % 15 === 10) sim.burst(150);
		if (minute % 15 === 13) sim.restart();
	} }),
	'rows twice, skipped, empty and repeated pages': brokenPages,
	'oldest first, rows twice, skipped, empty and repeated pages': setUp(OLDEST, brokenPages),
	'cursors that expire': setUp(OLDEST, { changesPerMinute: 20, prepare: ({ sandbox }) => sandbox.faults.often({ kind: 'expiredCursor' }, 0.2, { service: 'chatTechnologies', path: PATH }) }),
	'more than is remembered': { minutes: 28, changesPerMinute: 20, minute: async (sim, minute) => { if (minute % 4 === 3) sim.burst(850); if (minute % 8 === 7) sim.clock.advance(DAY); } },
	'slow, with a cap': { parameters: { options: { cap: 30 } }, prepare: ({ trigger }) => { trigger.latencyMs = 8_000; }, minute: every(15, (sim) => sim.burst(150)) },
};

export const entry: ProviderEntry = {
	provider,
	simulator: 'chatTechnologies',
	credentials: ({ urls, credentials }) => ({
		chatTechnologiesApi: { ...credentials.chatTechnologies, baseUrl: urls.chatTechnologies ?? '', messageTemplate: '{"candidate_id": "{candidateId}", "subject": "{subject}", "body": "{text}"}' },
	}),
	refusal: (said) => ({ errors: [{ status: '422', title: said }] }),
	optionalHeaders: ['ct-consumer-id', 'ct-service-id', 'ct-raw'],
	furtherCalls: [{ method: 'POST', url: '/chatTechnologies/candidates' }],
	lists: [[{ resource: 'candidate', operation: 'getAll' }, [/"id":"\d+"/, /"tags":/]]],
	poll: { quietRequests: 1, pageSize: 50, list: PATH },
	chaos: {
		usual: { applications: 80, minutes: 40, changesPerMinute: 4 },
		headers: ({ apiKey = '', appId = '', consumerId = '' }) => ({ authorization: `Bearer ${apiKey}`, 'ct-app-id': appId, 'ct-consumer-id': consumerId }),
		observe: ({ world }) => new FeedObserver(world),
		scenarios,
		quick: ['plain', 'identical entries without IDs, a cap and kills'],
	},
	demo: { done: 'read', call: /^GET \/candidates\/[^/]+$/, step: { resource: 'candidate', operation: 'get', candidateId: idOf('={{ $json.activity.candidateId }}') } },
	node: {
		name: 'chatTechnologies',
		sampleInputs: {
			'message.create.content': (world) => JSON.stringify({ candidate_id: String(world.candidates.alive()[0]?.number), body: 'Can we talk tomorrow?' }),
			'candidate.create.email': () => 'ada.new@example.com',
			'candidate.create.additionalFields': () => ({ firstName: 'Ada' }),
			'candidate.update.updateFields': () => ({ firstName: 'Ada' }),
			'company.update.updateFields': () => ({ name: 'Acme' }),
			'department.update.updateFields': () => ({ name: 'Engineering' }),
			'role.update.updateFields': () => ({ name: 'Backend Developer' }),
		},
		lists: [[{ resource: 'candidate', operation: 'getAll' }, [/"id":"\d+"/, /"tags":/, /"created-at":/]]],
	},
};
