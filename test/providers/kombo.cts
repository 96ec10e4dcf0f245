/** Kombo: the window holds deleted applications too; interviews and offers are inside the rows. */
import { ApplicationsObserver, type View } from '../chaos/applications.cts';
import { flatten, type Flat } from '../chaos/oracle.cts';
import { createHmac } from 'node:crypto';

import type { ProviderEntry } from './entry.cts';
import type { ProviderPlan } from '../chaos/providerSimulation.cts';
import { every, lively, shared } from '../chaos/providerScenarios.cts';
import type { Row } from '../../lib/action/operation';
import { MODEL_KEYS } from '../../lib/ats/model';
import { toApplication } from '../../nodes/Kombo/mapping';
import { provider } from '../../nodes/Kombo/provider';
import { MINUTE } from '../../sandbox/clock.cts';
import { Rows } from '../../sandbox/kombo/rows.cts';
import { priorityOf } from '../../sandbox/kombo/state.cts';
import type { World } from '../../sandbox/world.cts';

const ON = { ats_offers: true, ats_interviews: true, ats_candidates: true, ats_application_stages: true };
const OFF = { ats_offers: false, ats_interviews: false, ats_candidates: false, ats_application_stages: false };

const scenarios: Readonly<Record<string, ProviderPlan>> = {
	...shared,
	'pages in random order': lively('random', { applications: 700, changesPerMinute: 40 }),
	'pages by last change': lively('changedDescending', { applications: 700, changesPerMinute: 40 }),
	'rows twice, skipped, empty pages': { applications: 700, prepare: ({ sandbox }) => sandbox.faults.often([{ kind: 'rowTwice' }, { kind: 'rowSkipped' }, { kind: 'emptyPage' }], 0.2, { service: 'kombo', path: '/ats/applications' }) },
	'nested changes only': { steps: ['schedule', 'reschedule', 'cancel', 'offer', 'offerStatus'], minute: ({ clock }) => clock.advance(20 * MINUTE) },
	'scope switched off and on': {
		minute: async ({ sandbox }, minute) => {
			if (minute % 40 === 12) await sandbox.control('kombo/scope', { models: OFF });
			if (minute % 40 === 30) await sandbox.control('kombo/scope', { models: ON });
		},
	},
	'little room': { applications: 900, parameters: { options: { maxStateKb: 16 } }, minute: every(20, (sim) => sim.burst(100)) },
};

const alive = <T extends { deletedAt: number | null }>(rows: readonly T[]): T => {
	const found = rows.find(({ deletedAt }) => deletedAt === null);
	if (!found) throw new Error('The world has no such row');
	return found;
};

export const entry: ProviderEntry = {
	provider,
	simulator: 'kombo',
	credentials: ({ urls, credentials }) => ({ komboApi: { ...credentials.kombo, region: 'custom', baseUrl: urls.kombo ?? '' } }),
	refusal: (said) => ({ status: 'error', error: { code: 'REMOTE.INPUT_INVALID', title: said, message: said } }),
	successField: 'status',
	optionalHeaders: ['x-integration-id'],
	sampleInputs: { 'application.reject.rejectionReasonId': (world) => alive(world.rejectionReasons.rows).id },
	lists: [[{ resource: 'application', operation: 'getAll' }, [/"id":"\w{24}"/, /"status":"ACTIVE"/, /"currentStage":\{"id":"\w{24}","text":"[A-Z]/, /"jobId":"\w{24}"/]]],
	poll: { quietRequests: 1, pageSize: 250, list: '/ats/applications' },
	misconfigured: {
		'a right is missing': { begin: async (sandbox) => await sandbox.control('kombo/scope', { models: { ats_offers: false } }), check: 'Offers', says: /scope config/ },
		'a model is switched off': { begin: async (sandbox) => await sandbox.control('kombo/scope', { models: { ats_interviews: false } }), check: 'Models', says: /interviews.*scope config/ },
		'the date filter is ignored': { begin: (sandbox) => sandbox.faults.often({ kind: 'ignores', parameters: ['updated_after'] }, 1, { service: 'kombo', path: '/ats/applications' }), check: 'Changed Since', says: /the date is ignored.*base URL.*proxy/ },
		'a status word is not known': { begin: (sandbox) => sandbox.faults.often({ kind: 'altered', by: (page) => page.replaceAll('"outcome":"PENDING"', '"outcome":"PARKED"') }, 1, { service: 'kombo', path: '/ats/applications' }), check: 'Words', says: /is not known here.*report.*outcome: "PARKED" \(\d+\)/ },
	},
	chaos: {
		usual: { applications: 160, minutes: 42, changesPerMinute: 4 },
		observe: ({ world }, clock) => new ApplicationsObserver(world, clock, viewOf(world)),
		recover: async (sandbox) => await sandbox.control('kombo/scope', { models: ON }),
		// Its window shows deletions too.
		late: /(?!)/,
		scenarios,
		quick: ['plain', 'scope switched off and on'],
	},
	demo: { done: 'note', call: /^POST .*\/notes$/, step: null },
	node: {
		name: 'kombo',
		sampleInputs: {
			'application.importTracked.jobRemoteId': (world) => alive(world.jobs.rows).id,
			'application.importTracked.candidateRemoteId': (world) => alive(world.candidates.rows).id,
			'application.*.endTime': () => '2026-03-31T10:30:00.000Z',
			'application.updateInterview.applicationId': (world) => alive(world.interviews.rows).applicationId,
			'application.updateInterview.interviewId': (world) => alive(world.interviews.rows).id,
			'candidate.create.email': () => 'a.new.person@example.com',
			'interview.get.id': (world) => alive(world.interviews.rows).id,
			'offer.get.id': (world) => alive(world.offers.rows).id,
			'note.get.id': (world) => alive(world.notes.rows).id,
			'scorecard.get.id': (world) => alive(world.scorecards.rows).id,
			'attachment.get.id': (world) => alive(world.attachments.rows).id,
		},
		furtherCalls: [
			{ method: 'GET', url: '/kombo/v1/ats/actions/ats_create_application' },
			{ method: 'GET', url: '/kombo/v1/ats/actions/ats_create_candidate' },
			{ method: 'POST', url: '/kombo/v1/passthrough/{}/{}' },
		],
		lists: [
			[{ resource: 'application', operation: 'getAll' }, [/"id":"\w{24}"/, /"outcome":"PENDING"/, /"stage":"[A-Z]/, /"candidate_id":"\w{24}"/]],
			[{ resource: 'candidate', operation: 'getAll' }, [/"id":"\w{24}"/, /"tags":/, /"stage":"[A-Z]/]],
			[{ resource: 'apiRequest', operation: 'send', method: 'GET', path: '/ats/candidates' }, [/"id":"\w{24}"/, /"changed_at":/]],
		],
		webhook: {
			type: 'komboTrigger',
			parameters: { fetchRecords: true },
			event: { id: 'event-1', type: 'data-changed', data: { changed_models: [{ name: 'ats_applications' }] } },
			proof: (body, secret) => ({ proof: { 'x-kombo-signature': createHmac('sha256', secret('komboApi', 'webhookSecret')).update(body).digest('base64url') } }),
		},
	},
};

function viewOf(world: World): View {
	const rows = new Rows(world, (model, record) => (model === 'ats_applications' ? { internal_priority: priorityOf(record) } : {}));
	return {
		show: (application) => ({ id: application.id, flat: flatOf(rows.application(application)) }),
		*served(path, body) {
			if (!path.endsWith('/ats/applications')) return;
			const parsed: { data?: { results?: Row[] } } = JSON.parse(body);
			for (const row of parsed.data?.results ?? []) yield { id: String(row.id), flat: () => flatOf(row) };
		},
	};
}

function flatOf(row: Record<string, unknown>): Flat {
	return flatten(toApplication(row as Row, MODEL_KEYS), row.remote_deleted_at !== null);
}
