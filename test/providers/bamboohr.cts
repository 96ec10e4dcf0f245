/** BambooHR: no changed-since filter but a list sorted by the last change; one status for stage and outcome, whose group is learned. */
import { ApplicationsObserver, type View } from '../chaos/applications.cts';
import { flatten, type Flat } from '../chaos/oracle.cts';
import { every, shared } from '../chaos/providerScenarios.cts';
import type { ProviderPlan } from '../chaos/providerSimulation.cts';
import { perWorld, type ProviderEntry } from './entry.cts';
import { IN_ROWS, toApplication, type Group } from '../../nodes/BambooHr/mapping';
import { provider } from '../../nodes/BambooHr/provider';
import { Rows, type Row } from '../../sandbox/bamboohr/rows.cts';
import { DAY } from '../../sandbox/clock.cts';
import type { World } from '../../sandbox/world.cts';

const scenarios: Readonly<Record<string, ProviderPlan>> = {
	...shared,
	'a person moves nothing': { prepare: async ({ sandbox }) => void (await sandbox.control('bamboohr/settings', { candidateTouches: false })), steps: ['move', 'reject', 'reactivate', 'hire', 'apply'] },
	'weeks without a poll': { minute: every(10, ({ clock }) => clock.advance(2 * DAY)) },
	'rows twice, empty pages': { prepare: ({ sandbox }) => sandbox.faults.often([{ kind: 'rowTwice' }, { kind: 'emptyPage' }], 0.1, { service: 'bamboohr', path: '/applications' }) },
	'little room': { applications: 400, parameters: { options: { maxStateKb: 16 } }, minute: every(20, (sim) => sim.burst(60)) },
};

const rowsOf = perWorld((world) => new Rows(world));

export const entry: ProviderEntry = {
	provider,
	simulator: 'bamboohr',
	credentials: ({ urls, credentials }) => ({ bambooHrAtsApi: { ...credentials.bamboohr, baseUrl: urls.bamboohr ?? '' } }),
	tellingHeaders: ['x-bamboohr-error-message'],
	rejectionMoves: true,
	applicationId: (world, application) => rowsOf(world).ids.of('application', application),
	poll: { quietRequests: 1, pageSize: 25, list: '/api/v1/applicant_tracking/applications' },
	misconfigured: {
		'a right is missing': { begin: async (sandbox) => await sandbox.control('bamboohr/settings', { atsSettings: false }), check: 'Applications', says: /access to the ATS settings: in BambooHR, Settings, Access Levels/ },
		'the region or account is another one': { credential: { apiKey: 'a key of another company' }, check: 'Credential', says: /another company.*credential/ },
		'a status word is not known': { begin: async (sandbox) => await sandbox.control('bamboohr/settings', { ignoresGroups: true }), check: 'Words', says: /is not known here.*report.*status: ".*" \(\d+\)/ },
	},
	chaos: {
		usual: { applications: 120, minutes: 40, changesPerMinute: 6 },
		headers: ({ apiKey = '' }) => ({ authorization: `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}` }),
		observe: ({ world }, clock) => new ApplicationsObserver(world, clock, viewOf(world)),
		recover: async (sandbox) => await sandbox.control('bamboohr/settings', { candidateTouches: true, atsSettings: true }),
		scenarios,
		quick: ['plain', 'weeks without a poll'],
	},
	demo: { done: 'note', call: /^POST .*\/comments$/ },
};

function viewOf(world: World): View {
	const rows = new Rows(world);
	const groupOf = { NEW: 'ACTIVE', ACTIVE: 'ACTIVE', INACTIVE: 'INACTIVE', HIRED: 'HIRED' } as const;
	const groups = () => new Map<string, Group>(rows.statuses().map(({ id, group }) => [String(id), groupOf[group]]));
	const flatOf = (row: Row, deleted: boolean): Flat => flatten(toApplication(row, groups(), { models: IN_ROWS }), deleted);
	return {
		show: (application) => {
			const row = rows.application(application);
			return { id: String(row['id']), flat: flatOf(row, application.deletedAt !== null) };
		},
		*served(path, body) {
			if (!/\/applications$/.test(path.split('?', 1)[0] ?? '')) return;
			const { applications }: { applications?: Row[] } = JSON.parse(body);
			for (const row of applications ?? []) yield { id: String(row['id']), flat: () => flatOf(row, false) };
		},
	};
}
