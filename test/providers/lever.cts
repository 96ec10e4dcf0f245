/** Lever: opportunities by date with a list of the deleted ones; interviews, offers and files of one opportunity at a time, some of which move no date. */
import { ApplicationsObserver, type View } from '../chaos/applications.cts';
import { flatten, type Flat } from '../chaos/oracle.cts';
import { every, lively, shared, shownLate } from '../chaos/providerScenarios.cts';
import type { ProviderPlan } from '../chaos/providerSimulation.cts';
import { perWorld, type ProviderEntry } from './entry.cts';
import { toApplication, toArchiveReason, type ArchiveReason, type Parts } from '../../nodes/Lever/mapping';
import { provider } from '../../nodes/Lever/provider';
import { attach, removeApplication, restoreApplication } from '../../sandbox/actions.cts';
import { DAY, HOUR, SECOND } from '../../sandbox/clock.cts';
import type { Sandbox } from '../../sandbox/index.cts';
import { reasonRows } from '../../sandbox/lever/reads.cts';
import { Rows, type Json } from '../../sandbox/lever/rows.cts';
import { ACTING_USER, LeverState } from '../../sandbox/lever/state.cts';
import type { Application } from '../../sandbox/model.cts';
import type { Tools } from '../../sandbox/simulator.cts';
import type { World } from '../../sandbox/world.cts';

const LIST = /\/v1\/opportunities$/;
const BY = 'chaos';
const settings = async (sandbox: Sandbox, body: object) => await sandbox.control('lever/settings', body);
const everyModel = ['info', 'currentStage', 'rejection', 'interviews', 'offers', 'attachments'] as const;

const scenarios: Readonly<Record<string, ProviderPlan>> = {
	...shared,
	'rows only': { prompt: true, applications: 200, parameters: { models: ['info', 'currentStage', 'rejection'] }, minute: every(20, (sim) => sim.burst(60)) },
	'pages in random order': lively('random', { applications: 200, changesPerMinute: 12 }),
	'pages by last change': lively('changedDescending', { applications: 200, changesPerMinute: 12 }),
	'rows twice, skipped, empty pages': { prepare: ({ sandbox }) => sandbox.faults.often([{ kind: 'rowTwice' }, { kind: 'rowSkipped' }, { kind: 'emptyPage' }], 0.2, { service: 'lever', path: LIST }) },
	'shown 20 hours late': shownLate(20 * HOUR, HOUR),
	'what moves no date': {
		steps: ['complete', 'offer', 'offerStatus', 'schedule', 'move'],
		minute: ({ world, random }, minute) => {
			const application = random.pick(world.applications.alive().filter(({ status }) => status === 'PENDING'));
			attach(world, { candidateId: application.candidateId, applicationId: application.id }, { kind: 'OTHER', fileName: `file ${minute}.pdf`, contentType: 'application/pdf', bytes: Buffer.from('file') }, BY);
		},
	},
	'offset tokens that expire': {
		changesPerMinute: 12, minutes: 50, applications: 150, parameters: { models: ['info', 'currentStage', 'rejection'] },
		prepare: async ({ sandbox, trigger }) => {
			await settings(sandbox, { cursorLife: 10 * SECOND });
			trigger.latencyMs = 400;
			sandbox.faults.often({ kind: 'expiredCursor' }, 0.1, { service: 'lever', path: LIST });
		},
	},
	'details that fail': { prepare: ({ sandbox }) => sandbox.faults.often([{ kind: 'status', status: 500 }, { kind: 'status', status: 404 }], 0.1, { service: 'lever', path: /\/(interviews|offers|files|resumes)$/ }) },
	'deletion and return': {
		minute: every(8, ({ world, random, clock }, minute) => {
			removeApplication(world, random.pick(world.applications.alive()), BY);
			if (minute % 16 === 0) clock.advance(DAY);
			const gone = world.applications.rows.find(({ deletedAt }) => deletedAt !== null && deletedAt < clock.now() - DAY);
			if (gone) restoreApplication(world, gone, BY);
		}),
	},
	'lists that come back empty': {
		prepare: ({ sandbox }) => sandbox.faults.often({ kind: 'nothing' }, 0.1, { service: 'lever', path: LIST }),
		minute: every(12, ({ clock }) => clock.advance(DAY)),
	},
	'little room': { applications: 400, parameters: { models: ['info', 'currentStage', 'rejection'], options: { maxStateKb: 16 } }, steps: ['move', 'move', 'move', 'reject', 'hire', 'reactivate', 'apply'], minute: every(20, (sim) => sim.burst(100)) },
};

const stateOf = perWorld((world) => new LeverState(world, {} as Tools));

export const entry: ProviderEntry = {
	provider,
	simulator: 'lever',
	credentials: ({ urls, credentials }) => ({ leverAtsApi: { ...credentials.lever, region: 'custom', baseUrl: urls.lever ?? '' } }),
	successField: 'data',
	tellingHeaders: ['x-lever-region'],
	settings: { options: { actingUser: ACTING_USER } },
	lateEvents: ['offer.created', 'offer.status_changed', 'interview.completed', 'attachment.added'],
	sampleInputs: {
		'application.*.options': () => ({ actingUser: ACTING_USER }),
		'candidate.*.options': () => ({ actingUser: ACTING_USER }),
	},
	readingCall: { path: '/postings' },
	applicationId: (world, application) => stateOf(world).ids.of('application', application),
	poll: { quietRequests: 2, pageSize: 100, list: /\/opportunities$/ },
	misconfigured: {
		'a right is missing': { begin: async (sandbox) => await sandbox.control('lever/settings', { forbidden: ['postings'] }), check: 'Jobs', says: /Settings, Integrations and API, API Credentials: tick the endpoints for postings/ },
		'the region or account is another one': { credential: { apiKey: 'a key of another region' }, check: 'Credential', says: /another region.*credential/ },
		'the date filter is ignored': { begin: (sandbox) => sandbox.faults.often({ kind: 'ignores', parameters: ['updated_at_start'] }, 1, { service: 'lever', path: '/opportunities' }), check: 'Changed Since', says: /the date is ignored.*base URL.*proxy/ },
		'a status word is not known': { begin: (sandbox) => sandbox.faults.often({ kind: 'altered', by: (page) => page.replaceAll('"archived":null', '"archived":{"archivedAt":1767571200000,"reason":"parked"}') }, 1, { service: 'lever', path: /\/opportunities$/ }), check: 'Words', says: /is not known here.*report.*archive reason: "parked" \(\d+\)/ },
		'confidential jobs are hidden': { begin: async (sandbox) => await sandbox.control('lever/settings', { confidentialAccess: false }), check: 'Confidential Jobs', says: /only be chosen while a key is made.*API Credentials/ },
	},
	chaos: {
		headers: ({ apiKey }) => ({ authorization: `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}` }),
		usual: { applications: 60, minutes: 40, changesPerMinute: 5 },
		observe: ({ world }, clock, { parameters }) => new ApplicationsObserver(world, clock, viewOf(world, parameters && 'models' in parameters ? [] : ['interviews', 'offers', 'files', 'resumes'])),
		late: /^(deleted$|interviews|offers|attachments)/,
		recover: async (sandbox) => await settings(sandbox, { cursorLife: DAY }),
		scenarios,
		quick: ['rows only', 'what moves no date', 'deletion and return'],
	},
	// The first read asks for the parts of each opportunity one by one, eight a second: a smaller world keeps it short.
	demo: { done: 'note', call: /^POST .*\/notes$/, applications: 40 },
};

type PartName = keyof Parts;

/** An application is read in up to five answers. */
function viewOf(world: World, parts: readonly PartName[]): View {
	// Only what its rows need: nothing here is served.
	const state = new LeverState(world, {} as Tools);
	const rows = new Rows(state);
	const reasons: ReadonlyMap<string, ArchiveReason> = new Map(reasonRows(state).map(toArchiveReason).map((reason) => [reason.id, reason]));
	const flatOf = (row: Json, own: Parts, deleted: boolean): Flat => flatten(toApplication(row, { models: everyModel, reasons }, own), deleted, true);
	const alive = <T extends { deletedAt: number | null }>(all: readonly T[]) => all.filter(({ deletedAt }) => deletedAt === null);
	const partsNow = ({ id }: Application): Parts => {
		const files = alive(world.attachments.by('applicationId', id));
		const all: Required<Parts> = {
			interviews: alive(world.interviews.by('applicationId', id)).map((one) => rows.interview(one)),
			offers: alive(world.offers.by('applicationId', id)).map((one) => rows.offer(one)),
			files: files.filter(({ kind }) => kind !== 'CV').map((one) => rows.file(one)),
			resumes: files.filter(({ kind }) => kind === 'CV').map((one) => rows.resume(one)),
		};
		return Object.fromEntries(parts.map((name) => [name, all[name]]));
	};
	const listed = new Map<string, Json>();
	const seen = new Map<string, Parts>();
	const expanded = new Set(['applications', 'stage']);
	return {
		whole: true,
		inParts: true,
		show: (application) => ({ id: state.ids.of('application', application), flat: flatOf(rows.opportunity(application, expanded), partsNow(application), application.deletedAt !== null) }),
		*served(path, body) {
			const [, id, name] = /\/opportunities\/([^/?]+)\/(interviews|offers|files|resumes)(?:\?|$)/.exec(path) ?? [];
			const data = dataOf(body);
			if (id !== undefined && name !== undefined && Array.isArray(data)) {
				const own: Parts = { ...seen.get(id), [name]: data };
				seen.set(id, own);
				const row = listed.get(id);
				if (row && parts.every((part) => own[part])) yield { id, flat: () => flatOf(row, own, false) };
			} else if (/\/opportunities(?:\?|$)/.test(path) && Array.isArray(data)) {
				for (const row of data as Json[]) {
					listed.set(String(row['id']), row);
					if (parts.length === 0) yield { id: String(row['id']), flat: () => flatOf(row, {}, false) };
				}
			}
		},
	};
}

function dataOf(body: string): unknown {
	try {
		const parsed: unknown = JSON.parse(body);
		return typeof parsed === 'object' && parsed !== null && 'data' in parsed ? parsed.data : undefined;
	} catch {
		return undefined;
	}
}
