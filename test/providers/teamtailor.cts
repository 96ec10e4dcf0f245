/** Teamtailor: one list by date with related records beside it, numbered pages of 30; a person's own change moves no application. */
import { ApplicationsObserver, type View } from '../chaos/applications.cts';
import { flatten, type Flat } from '../chaos/oracle.cts';
import { every, lively, shared } from '../chaos/providerScenarios.cts';
import type { ProviderPlan } from '../chaos/providerSimulation.cts';
import { busy, perWorld, type ProviderEntry } from './entry.cts';
import { recordsIn, type JsonApiRecord } from '../../lib/http/jsonApi';
import { IN_ROWS, toApplication } from '../../nodes/Teamtailor/mapping';
import { provider } from '../../nodes/Teamtailor/provider';
import { DAY } from '../../sandbox/clock.cts';
import { ACTING_USER, Rows, type Doc } from '../../sandbox/teamtailor/rows.cts';
import type { World } from '../../sandbox/world.cts';

const scenarios: Readonly<Record<string, ProviderPlan>> = {
	...shared,
	'a person moves their applications': { prepare: async ({ sandbox }) => void (await sandbox.control('teamtailor/settings', { candidateTouches: true })) },
	'pages in random order': lively('random', { applications: 200, changesPerMinute: 12 }),
	'pages by last change': lively('changedDescending', { applications: 200, changesPerMinute: 12 }),
	'links to another server': { prepare: async ({ sandbox }) => void (await sandbox.control('teamtailor/settings', { linksElsewhere: true })) },
	'rows twice, empty pages': { prepare: ({ sandbox }) => sandbox.faults.often([{ kind: 'rowTwice' }, { kind: 'emptyPage' }], 0.1, { service: 'teamtailor', path: '/job-applications' }) },
	'weeks without a poll': { minute: every(10, ({ clock }) => clock.advance(2 * DAY)) },
	'little room': { applications: 400, parameters: { options: { maxStateKb: 16 } }, minute: every(20, (sim) => sim.burst(60)) },
};

const rowsOf = perWorld((world) => new Rows(world));

export const entry: ProviderEntry = {
	provider,
	simulator: 'teamtailor',
	credentials: ({ urls, credentials }) => ({ teamtailorAtsApi: { ...credentials.teamtailor, region: 'custom', baseUrl: urls.teamtailor ?? '' } }),
	successField: 'data',
	tellingHeaders: ['x-api-version'],
	settings: { options: { actingUser: ACTING_USER } },
	sampleInputs: { 'application.*.options': () => ({ actingUser: ACTING_USER }) },
	furtherCalls: [
		{ method: 'GET', url: '/teamtailor/v1/candidates/{}/job-applications' },
		{ method: 'GET', url: '/teamtailor/v1/jobs/{}/stages' },
		{ method: 'GET', url: '/teamtailor/v1/stages/{}/job-applications' },
		{ method: 'PATCH', url: '/teamtailor/v1/candidates/{}' },
	],
	applicationId: (world, application) => rowsOf(world).ids.of('application', application),
	poll: { quietRequests: 1, pageSize: 30, list: '/v1/job-applications' },
	misconfigured: {
		'a right is missing': { begin: async (sandbox) => await sandbox.control('teamtailor/settings', { scope: 'public' }), check: 'Applications', says: /Settings, Integrations, API keys: the key needs the scope Admin/ },
		'the region or account is another one': { credential: { apiKey: 'a key of another region' }, check: 'Credential', says: /another region.*credential/ },
		'the date filter is ignored': { begin: (sandbox) => sandbox.faults.often({ kind: 'ignores', parameters: ['filter[updated-at][from]'] }, 1, { service: 'teamtailor', path: '/job-applications' }), check: 'Changed Since', says: /the date is ignored.*base URL.*proxy/ },
		'the rate is nearly used up': { begin: async (sandbox) => await busy(sandbox, 'teamtailor', 46, '/jobs', { authorization: `Token token=${sandbox.credentials.teamtailor?.apiKey ?? ''}`, 'x-api-version': '20240904' }), check: 'Rate Limit', says: /key of its own.*3 left of 50/ },
	},
	chaos: {
		usual: { applications: 120, minutes: 40, changesPerMinute: 6 },
		headers: ({ apiKey = '', apiVersion = '' }) => ({ authorization: `Token token=${apiKey}`, 'x-api-version': apiVersion }),
		observe: ({ world }, clock) => new ApplicationsObserver(world, clock, viewOf(world)),
		late: /^(deleted|info\.candidate)$/,
		recover: async (sandbox) => await sandbox.control('teamtailor/settings', { candidateTouches: false, linksElsewhere: false, includes: true, scope: 'admin' }),
		scenarios,
		quick: ['plain', 'weeks without a poll'],
	},
	demo: { done: 'note', call: /^POST .*\/notes$/ },
};

function viewOf(world: World): View {
	const rows = new Rows(world);
	const plain = ({ id, type, attributes, relations }: Doc, names: readonly string[] = []): object => ({
		id, type, attributes, relationships: Object.fromEntries(names.map((name) => [name, { data: relations[name]?.() ?? null }])),
	});
	const flatOf = (row: JsonApiRecord, deleted: boolean): Flat => flatten(toApplication(row, { models: IN_ROWS }), deleted);
	return {
		show: (application) => {
			const job = world.jobs.need(application.jobId);
			const reason = world.rejectionReasons.get(application.rejection?.reasonId ?? null);
			const included = [rows.candidate(world.candidates.need(application.candidateId)), rows.job(job), rows.pipelineStage({ job, stage: world.stages.need(application.stageId) }, '20240904'), ...(reason ? [rows.reason(reason)] : [])];
			const doc = rows.application(application);
			const [row] = recordsIn({ data: plain(doc, ['candidate', 'job', 'stage', 'reject-reason']), included: included.map((one) => plain(one)) });
			if (!row) throw new Error('no row');
			return { id: doc.id, flat: flatOf(row, application.deletedAt !== null) };
		},
		*served(path, body) {
			if (!/\/job-applications(?:\?|$)/.test(path)) return;
			for (const row of recordsIn(JSON.parse(body) as Record<string, unknown>)) yield { id: String(row['id']), flat: () => flatOf(row, false) };
		},
	};
}
