/** Flatchr: whole lists by day, joined by names and numbers; deleted applications are missing without notice. */
import { ApplicationsObserver, type View } from '../chaos/applications.cts';
import { flatten, type Flat } from '../chaos/oracle.cts';
import { perWorld, type ProviderEntry } from './entry.cts';
import type { ProviderPlan } from '../chaos/providerSimulation.cts';
import { every, shared, shownLate } from '../chaos/providerScenarios.cts';
import { toApplication, IN_ROWS } from '../../nodes/Flatchr/mapping';
import { provider } from '../../nodes/Flatchr/provider';
import type { Joins } from '../../nodes/Flatchr/joins';
import { removeApplication, restoreApplication } from '../../sandbox/actions.cts';
import { DAY, HOUR, MINUTE } from '../../sandbox/clock.cts';
import type { Tools } from '../../sandbox/simulator.cts';
import { searchRow } from '../../sandbox/flatchr/rows.cts';
import { FlatchrState } from '../../sandbox/flatchr/state.cts';
import type { Sandbox } from '../../sandbox/index.cts';
import { opaqueId } from '../../sandbox/random.cts';
import { Aliases, type World } from '../../sandbox/world.cts';

const SEARCH = '/search/applicants';
const BY = 'chaos';

const aliasesOf = perWorld((world) => new Aliases(world, (label, number) => opaqueId(`flatchr/${label}`, number, 16)));
const settings = async (sandbox: Sandbox, body: object) => await sandbox.control('flatchr/settings', body);

const scenarios: Readonly<Record<string, ProviderPlan>> = {
	...shared,
	'archived as rejected': { parameters: { options: { archivedAsRejected: true } } },
	'days go by': { minute: ({ clock }) => clock.advance(40 * MINUTE) },
	'shown 30 hours late': shownLate(30 * HOUR, HOUR),
	'rows twice, skipped': { prepare: ({ sandbox }) => sandbox.faults.often([{ kind: 'rowTwice' }, { kind: 'rowSkipped' }], 0.3, { service: 'flatchr', path: SEARCH }) },
	'columns renamed': {
		minute: every(10, ({ world }, minute) => {
			// Each of these names is one column's only.
			for (const stage of world.stages.rows.slice(0, 4)) world.change('stage', stage.id, { name: `${stage.name.split(' #')[0]} #${minute}` }, BY);
		}),
	},
	'columns renamed, shown late': {
		prepare: ({ world }) => { world.lag = MINUTE + 70; },
		minute: every(5, ({ world, random }, minute) => {
			const stage = random.pick(world.stages.rows.slice(0, 4));
			world.change('stage', stage.id, { name: `${stage.name.split(' #')[0]} #${minute}` }, BY);
		}),
	},
	'vacancies leave the list': {
		minute: every(10, (sim, minute) => {
			const job = sim.world.jobs.alive().find(({ status }) => status === 'OPEN');
			if (job && sim.world.jobs.alive().length > 4) sim.world.remove('job', job.id, BY);
			// A process that never saw them in the list.
			if (minute % 20 === 0) sim.restart();
		}),
	},
	'deletion and return': {
		minute: every(8, ({ world, random, clock }) => {
			removeApplication(world, random.pick(world.applications.alive()), BY);
			clock.advance(DAY);
			const gone = world.applications.rows.find(({ deletedAt }) => deletedAt !== null && deletedAt < clock.now() - 3 * DAY);
			if (gone) restoreApplication(world, gone, BY);
		}),
	},
	'dates read as DD/MM': {
		minute: async ({ sandbox }, minute) => {
			if (minute % 40 === 15) await settings(sandbox, { filters: 'dayFirst' });
			if (minute % 40 === 25) await settings(sandbox, { filters: 'monthFirst' });
		},
	},
	'dates ignored': {
		minute: async ({ sandbox }, minute) => {
			if (minute % 40 === 15) await settings(sandbox, { filters: 'ignored' });
			if (minute % 40 === 25) await settings(sandbox, { filters: 'monthFirst' });
		},
	},
	'searches that come back empty': {
		prepare: ({ sandbox }) => sandbox.faults.often({ kind: 'nothing' }, 0.2, { service: 'flatchr', path: SEARCH }),
		minute: every(12, ({ clock }) => clock.advance(DAY)),
	},
	'little room': { applications: 900, parameters: { options: { maxStateKb: 16 } }, minute: every(20, (sim) => sim.burst(100)) },
};

function isArchivedRejected({ parameters }: ProviderPlan): boolean {
	return typeof parameters?.options === 'object' && 'archivedAsRejected' in parameters.options;
}

const cvKey = (world: World) => {
	const file = world.attachments.rows.find(({ deletedAt, kind, fileName }) => deletedAt === null && kind === 'CV' && fileName.endsWith('.pdf'));
	if (!file) throw new Error('The world has no CV');
	const id = aliasesOf(world).of('attachment', file);
	return `candidates/${new Date(file.createdAt).toISOString().slice(0, 7).replace('-', '/')}/${id}/${file.fileName.slice(0, -'.pdf'.length)}`;
};

export const entry: ProviderEntry = {
	provider,
	simulator: 'flatchr',
	credentials: ({ urls, credentials }) => ({ flatchrApi: { ...credentials.flatchr, apiBaseUrl: urls.flatchr ?? '', careersBaseUrl: urls.flatchrCareers ?? '' } }),
	refusal: (said) => ({ statusCode: 400, error: 'Bad Request', message: said }),
	settings: { options: { archivedAsRejected: true } },
	sampleInputs: { 'application.create.files': () => ({ row: [{ fileType: 'RESUME', binaryField: 'data' }] }) },
	applicationId: (world, application) => aliasesOf(world).of('application', application),
	poll: { quietRequests: 3, list: SEARCH, listsAlone: true },
	misconfigured: {
		'the date filter is ignored': { begin: async (sandbox) => await sandbox.control('flatchr/settings', { filters: 'ignored' }), check: 'Changed Since', says: /the date is ignored/ },
		'a status word is not known': { begin: (sandbox) => sandbox.faults.often({ kind: 'altered', by: (page) => page.replaceAll('"hired":false', '"hired":"parked"') }, 1, { service: 'flatchr', path: '/search/applicants' }), check: 'Words', says: /is not known here.*report.*hired: "parked" \(\d+\)/ },
	},
	chaos: {
		usual: { applications: 160, minutes: 42, changesPerMinute: 4 },
		observe: ({ world }, clock, plan) => new ApplicationsObserver(world, clock, viewOf(world, isArchivedRejected(plan))),
		recover: async (sandbox) => await settings(sandbox, { filters: 'monthFirst' }),
		scenarios,
		quick: ['columns renamed, shown late', 'vacancies leave the list', 'dates read as DD/MM'],
	},
	demo: { done: 'comment', call: /^POST .*\/comment$/ },
	node: {
		name: 'flatchr',
		sampleInputs: {
			'candidate.addMeta.reference': (world) => world.candidates.alive()[0]?.emails[0]?.address ?? '',
			'candidate.downloadCv.key': cvKey,
			'candidate.downloadCv.extension': () => 'pdf',
		},
		furtherCalls: [{ method: 'GET', url: '/flatchr/careers/company/{}' }],
		lists: [[{ resource: 'candidate', operation: 'search' }, [/"applicant":"\w{16}"/, /"column":"[A-Z]/, /"status":1/]]],
		webhook: {
			type: 'flatchrTrigger',
			parameters: { protection: 'header', headerName: 'X-Gate' },
			event: { event: 'drag_applicant', company_id: 1, data: { applicant: { id: 7, updated_at: '2026-01-05T09:00:00Z' } } },
			proof: (_body, secret) => ({ proof: { 'x-gate': secret('flatchrApi', 'webhookSecret') } }),
		},
	},
};

/** Knows every vacancy and every column there ever was. */
function viewOf(world: World, archivedAsRejected: boolean): View {
	// Only what its rows need: nothing here is served.
	const state = new FlatchrState(world, {} as Tools);
	let joins = joinsOf(state);
	world.onChange(({ model }) => {
		if (model === 'stage' || model === 'job') joins = joinsOf(state);
	});
	const flatOf = (row: Readonly<Record<string, unknown>>, deleted: boolean): Flat => flatten(toApplication(row, joins, { models: IN_ROWS, archivedAsRejected }), deleted);
	return {
		show(application) {
			const row = searchRow(state, application);
			return { id: String(row.applicant), flat: flatOf(row, application.deletedAt !== null) };
		},
		*served(path, body) {
			if (!path.endsWith(SEARCH)) return;
			const rows: unknown = JSON.parse(body);
			for (const row of Array.isArray(rows) ? rows : []) yield { id: String(row.applicant), flat: () => flatOf(row, false) };
		},
	};
}

function joinsOf(state: FlatchrState): Joins {
	const { jobs } = state.world;
	return {
		vacancyKeys: new Map(jobs.rows.map((job) => [String(state.number('vacancy', job)), state.ids.of('job', job)])),
		columnIds: new Map(state.columns().map((stage) => [stage.name, String(state.number('column', stage))])),
	};
}
