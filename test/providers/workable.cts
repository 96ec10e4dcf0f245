/** Workable: candidates by date, ten calls in ten seconds; interviews in a list of their own; what moves a candidate's date is not known. */
import { ApplicationsObserver, type View } from '../chaos/applications.cts';
import { flatten, type Flat } from '../chaos/oracle.cts';
import { every, lively, shared, shownLate } from '../chaos/providerScenarios.cts';
import type { ProviderPlan } from '../chaos/providerSimulation.cts';
import { busy, perWorld, type ProviderEntry } from './entry.cts';
import { candidateIdOf, toApplication, type FindStage, type Parts } from '../../nodes/Workable/mapping';
import { provider } from '../../nodes/Workable/provider';
import { attach, removeApplication } from '../../sandbox/actions.cts';
import { DAY, HOUR } from '../../sandbox/clock.cts';
import type { Sandbox } from '../../sandbox/index.cts';
import { ACTING_MEMBER, Rows, type Row } from '../../sandbox/workable/rows.cts';
import type { World } from '../../sandbox/world.cts';

const LIST = '/spi/v3/candidates';
const settings = async (sandbox: Sandbox, body: object) => await sandbox.control('workable/settings', body);
const models = ['info', 'currentStage', 'rejection', 'interviews'] as const;

const scenarios: Readonly<Record<string, ProviderPlan>> = {
	...shared,
	'rows only': { applications: 200, parameters: { models: ['info', 'currentStage', 'rejection'] }, minute: every(20, (sim) => sim.burst(60)) },
	'moves that move no date': { prepare: async ({ sandbox }) => await settings(sandbox, { movesTouch: false }), minute: every(10, ({ clock }) => clock.advance(6 * HOUR)) },
	'names for stages, addresses that keep the filters': { prepare: async ({ sandbox }) => await settings(sandbox, { stageAs: 'name', nextDropsFilters: false, sinceIsInclusive: true }), applications: 250 },
	'404 for no reason': { prepare: async ({ sandbox }) => await settings(sandbox, { spurious404: 0.1 }) },
	'pages in random order': lively('random', { applications: 200, changesPerMinute: 6 }),
	'shown 20 hours late': shownLate(20 * HOUR, HOUR),
	'rows twice, skipped, empty pages': { prepare: ({ sandbox }) => sandbox.faults.often([{ kind: 'rowTwice' }, { kind: 'rowSkipped' }, { kind: 'emptyPage' }], 0.1, { service: 'workable', path: LIST }) },
	'deletion': { minute: every(8, ({ world, random, clock }) => { removeApplication(world, random.pick(world.applications.alive()), 'chaos'); clock.advance(DAY); }) },
	'files that move nothing': { minute: every(5, ({ world, random }) => { const one = random.pick(world.applications.alive()); attach(world, { candidateId: one.candidateId, applicationId: one.id }, { kind: 'OTHER', fileName: 'file.pdf', contentType: 'application/pdf', bytes: Buffer.from('file') }, 'chaos'); }) },
	'little room': { applications: 400, parameters: { models: ['info', 'currentStage', 'rejection'], options: { maxStateKb: 16 } }, minute: every(20, (sim) => sim.burst(60)) },
};

const rowsOf = perWorld((world) => new Rows(world));

export const entry: ProviderEntry = {
	provider,
	simulator: 'workable',
	credentials: ({ urls, credentials }) => ({ workableAtsApi: { ...credentials.workable, baseUrl: urls.workable ?? '' } }),
	settings: { options: { actingUser: ACTING_MEMBER } },
	sampleInputs: {
		'application.*.options': () => ({ actingUser: ACTING_MEMBER }),
		'candidate.*.options': () => ({ actingUser: ACTING_MEMBER }),
	},
	furtherCalls: [{ method: 'PUT', url: '/workable/spi/v3/candidates/{}/tags' }],
	applicationId: (world, application) => rowsOf(world).ids.of('application', application),
	poll: { stagesAreNames: true, quietRequests: 2, pageSize: 100, list: /\/candidates$/ },
	misconfigured: {
		'a right is missing': { begin: async (sandbox) => await settings(sandbox, { forbidden: ['jobs'] }), check: 'Jobs', says: /Settings, Integrations, API access tokens\): r_jobs/ },
		'the region or account is another one': { credential: { apiKey: 'a token of another subdomain' }, check: 'Credential', says: /another subdomain.*credential/ },
		'a model is switched off': { begin: async (sandbox) => await settings(sandbox, { forbidden: ['events'] }), check: 'Models', says: /interviews.*API access tokens/ },
		'the date filter is ignored': { begin: (sandbox) => sandbox.faults.often({ kind: 'ignores', parameters: ['updated_after'] }, 1, { service: 'workable', path: /\/candidates$/ }), check: 'Changed Since', says: /the date is ignored.*base URL.*proxy/ },
		'a status word is not known': { begin: (sandbox) => sandbox.faults.often({ kind: 'altered', by: (page) => page.replaceAll('"disqualified":false', '"disqualified":"parked"') }, 1, { service: 'workable', path: /\/candidates$/ }), check: 'Words', says: /is not known here.*report.*disqualified: "parked"/ },
		'the rate is nearly used up': { begin: async (sandbox) => await busy(sandbox, 'workable', 9, '/spi/v3/stages', { authorization: `Bearer ${sandbox.credentials.workable?.apiKey ?? ''}` }), check: 'Rate Limit', says: /key of its own.*0 left of 10/ },
	},
	chaos: {
		usual: { applications: 80, minutes: 40, changesPerMinute: 6 },
		observe: ({ world }, clock, { parameters }) => new ApplicationsObserver(world, clock, viewOf(world, !(parameters && 'models' in parameters))),
		recover: async (sandbox) => await settings(sandbox, { spurious404: 0, movesTouch: true, stageAs: 'slug' }),
		scenarios,
		quick: ['rows only', 'moves that move no date'],
	},
	demo: { done: 'note', call: /^POST .*\/comments$/, applications: 200 },
};

/** A row of the list with the events of its candidate that were served before. */
function viewOf(world: World, withEvents: boolean): View {
	const rows = new Rows(world);
	const stageOf: FindStage = ({ stage, job }) => {
		const own = rows.jobBy(String(Reflect.get(Object(job), 'shortcode')));
		const found = rows.stages().find(({ slug }) => slug === stage) ?? rows.stages(own?.id).find(({ name }) => name === stage);
		return found ? { id: String(found['slug']), text: String(found['name']), category: null } : null;
	};
	const events = new Map<string, Map<string, Row>>();
	let whole = !withEvents;
	const flatOf = (row: Row, parts: Parts, deleted: boolean): Flat => flatten(toApplication(row, { models, stageOf }, parts), deleted);
	return {
		show(application) {
			const row = rows.candidate(application);
			const own = world.interviews.by('applicationId', application.id).filter(({ deletedAt }) => deletedAt === null).map((one) => rows.event(one));
			return { id: String(row['id']), flat: flatOf(row, withEvents ? { events: own } : {}, application.deletedAt !== null) };
		},
		*served(path, body) {
			if (!/\/(candidates|events)(\?|$)/.test(path)) return;
			const served: { candidates?: Row[]; events?: Row[]; paging?: { next?: string } } = JSON.parse(body);
			for (const event of served.events ?? []) {
				const id = candidateIdOf(event) ?? '';
				events.set(id, (events.get(id) ?? new Map<string, Row>()).set(String(event['id']), event));
			}
			// The list of all is read to its end before the candidates are.
			if (served.events && !path.includes('start_date') && served.paging?.next === undefined) whole = true;
			if (whole) for (const row of served.candidates ?? []) yield { id: String(row['id']), flat: () => flatOf(row, withEvents ? { events: [...(events.get(String(row['id']))?.values() ?? [])] } : {}, false) };
		},
	};
}
