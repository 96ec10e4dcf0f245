/** Knit: list rows say which details to read, deleted applications leave the list without notice, and not every ATS takes `updatedAfter`. */
import { ApplicationsObserver, type View } from '../chaos/applications.cts';
import { flatten, type Flat } from '../chaos/oracle.cts';
import { createHmac } from 'node:crypto';

import type { ProviderEntry } from './entry.cts';
import type { ProviderPlan } from '../chaos/providerSimulation.cts';
import { every, lively, shared } from '../chaos/providerScenarios.cts';
import { toApplication } from '../../nodes/Knit/mapping';
import { provider } from '../../nodes/Knit/provider';
import { attach, removeApplication, restoreApplication } from '../../sandbox/actions.cts';
import { DAY, MINUTE, SECOND } from '../../sandbox/clock.cts';
import type { Sandbox } from '../../sandbox/index.cts';
import { Records } from '../../sandbox/knit/records.cts';
import { integrationIdOf } from '../../sandbox/knit/state.cts';
import type { World } from '../../sandbox/world.cts';

const LIST = 'ats.application.list';
const GET = 'ats.application.get';
const settings = async (sandbox: Sandbox, body: object) => await sandbox.control('knit/settings', body);
/** An ATS whose lists give outlines only. */
const outlines = ({ world }: Sandbox) => ({ integrationId: integrationIdOf(world, 'workable') });
/** An application without its details in a little state cannot be emitted as gone, nor what an outline does not show of it. */
const OWN = ['move', 'move', 'move', 'reject', 'hire', 'reactivate', 'apply'] as const;

const scenarios: Readonly<Record<string, ProviderPlan>> = {
	...shared,
	'shown 40 minutes late': { ...shared['shown 40 minutes late'], credential: outlines },
	'pages in random order': lively('random', { applications: 200, changesPerMinute: 20 }),
	'pages by last change': { ...lively('changedDescending', { applications: 200, changesPerMinute: 20 }), credential: outlines },
	'rows twice, skipped, empty pages': { prepare: ({ sandbox }) => sandbox.faults.often([{ kind: 'rowTwice' }, { kind: 'rowSkipped' }, { kind: 'emptyPage' }], 0.2, { service: 'knit', path: LIST }) },
	'outlines with details': { prompt: /^(deleted$|interviews|offers|attachments|info\.candidate$)/, credential: outlines, minute: every(20, (sim) => sim.burst(60)) },
	'outlines, nested changes only': { credential: outlines, steps: ['schedule', 'reschedule', 'cancel', 'complete', 'offer', 'offerStatus'], minute: ({ clock }) => clock.advance(20 * MINUTE) },
	'nested changes and files': {
		steps: ['schedule', 'reschedule', 'cancel', 'complete', 'offer', 'offerStatus'],
		minute: ({ world, random }, minute) => {
			const application = random.pick(world.applications.alive());
			attach(world, { candidateId: application.candidateId, applicationId: application.id }, { kind: 'OTHER', fileName: `file ${minute}.pdf`, contentType: 'application/pdf', bytes: Buffer.from('file') }, 'chaos');
		},
	},
	'details that fail': { prepare: ({ sandbox }) => sandbox.faults.often([{ kind: 'status', status: 500 }, { kind: 'errorInSuccess' }, { kind: 'status', status: 404 }], 0.2, { service: 'knit', path: GET }) },
	'tokens that expire': {
		changesPerMinute: 12, minutes: 50,
		prepare: async ({ sandbox, trigger }) => {
			await settings(sandbox, { cursorLife: 10 * SECOND });
			trigger.latencyMs = 400;
			sandbox.faults.often({ kind: 'expiredCursor' }, 0.1, { service: 'knit', path: LIST });
		},
	},
	'filter ignored at activation': {
		inactive: true,
		prepare: async ({ sandbox }) => await settings(sandbox, { ignoreFilters: true }),
		minute: async (sim, minute) => {
			if (minute === 5 || minute === 10) await sim.activate(/gives all of them, whatever the date.*Use the Knit Trigger instead/);
			if (minute !== 15) return;
			await settings(sim.sandbox, { ignoreFilters: false });
			await sim.activate();
		},
	},
	'filter refused at activation': {
		inactive: true,
		minute: async (sim, minute) => {
			if (minute === 5) {
				sim.sandbox.faults.next({ kind: 'status', status: 400, message: 'updatedAfter is not supported' }, { service: 'knit', path: LIST });
				await sim.activate(/refuses to be asked for changed applications.*Use the Knit Trigger instead/);
			}
			if (minute === 15) await sim.activate();
		},
	},
	'filter ignored later': {
		minute: async ({ sandbox }, minute) => {
			if (minute % 40 === 15) await settings(sandbox, { ignoreFilters: true });
			if (minute % 40 === 25) await settings(sandbox, { ignoreFilters: false });
		},
	},
	'deletion and return': {
		minute: every(8, ({ world, random, clock }, minute) => {
			removeApplication(world, random.pick(world.applications.alive()), 'chaos');
			if (minute % 16 === 0) clock.advance(DAY);
			const gone = world.applications.rows.find(({ deletedAt }) => deletedAt !== null && deletedAt < clock.now() - DAY);
			if (gone) restoreApplication(world, gone, 'chaos');
		}),
	},
	'full checks that come back empty': {
		prepare: ({ sandbox }) => sandbox.faults.often({ kind: 'nothing' }, 0.1, { service: 'knit', path: LIST }),
		minute: every(12, ({ clock }) => clock.advance(DAY)),
	},
	'little room, in full': { applications: 400, parameters: { options: { maxStateKb: 16 } }, steps: [...OWN, 'schedule', 'reschedule', 'cancel', 'complete', 'offer', 'offerStatus', 'edit'], minute: every(20, (sim) => sim.burst(100)) },
	'little room, outlines': { applications: 500, credential: outlines, parameters: { options: { maxStateKb: 16 } }, steps: OWN.filter((step) => step !== 'reactivate'), minute: every(20, (sim) => sim.burst(100)) },
};

const alive = <T extends { deletedAt: number | null }>(rows: readonly T[]): T => {
	const found = rows.find(({ deletedAt }) => deletedAt === null);
	if (!found) throw new Error('The world has no such row');
	return found;
};

export const entry: ProviderEntry = {
	provider,
	simulator: 'knit',
	showsCreatedLate: true,
	credentials: ({ urls, credentials }) => ({ knitApi: { environment: 'custom', ...credentials.knit, baseUrl: urls.knit ?? '' } }),
	refusal: (said) => ({ success: false, error: { msg: said } }),
	successField: 'success',
	optionalHeaders: ['x-knit-integration-id'],
	tellingHeaders: ['x-knit-execution-id'],
	sampleInputs: { 'application.create.additionalFields': () => ({ phone: '+49 30 1234567' }) },
	poll: { quietRequests: 1, pageSize: 100, list: LIST },
	misconfigured: {
		'the date filter is ignored': { begin: async (sandbox) => await sandbox.control('knit/settings', { ignoreFilters: true }), check: 'Changed Since', says: /the date is ignored/ },
		'a status word is not known': { begin: (sandbox) => sandbox.faults.often({ kind: 'altered', by: (page) => page.replaceAll('"status":"ACTIVE"', '"status":"PARKED"') }, 1, { service: 'knit', path: 'ats.application.list' }), check: 'Words', says: /is not known here.*report.*status: "PARKED" \(\d+\)/ },
	},
	chaos: {
		usual: { applications: 100, minutes: 40, changesPerMinute: 5 },
		observe: ({ world }, clock) => new ApplicationsObserver(world, clock, viewOf(world)),
		recover: async (sandbox) => await settings(sandbox, { ignoreFilters: false, cursorLife: DAY }),
		scenarios,
		quick: ['outlines with details', 'filter ignored at activation', 'deletion and return'],
	},
	// Knit documents no notes: the application is read again. It gives the details of one application a call: a smaller world keeps the first read short.
	demo: { done: 'read', call: /^GET .*\/ats\.application\.get$/, step: { resource: 'application', operation: 'get', models: ['info', 'currentStage'] }, alsoByTrigger: true, applications: 100 },
	node: {
		name: 'knit',
		sampleInputs: {
			'application.create.existingCandidateId': (world) => alive(world.candidates.rows).id,
			'application.addAttachment.body': (world) => JSON.stringify({ applicationId: alive(world.applications.rows).id, attachment: { name: 'cv.pdf', type: 'RESUME', attachmentContent: { type: 'URL', content: 'https://example.com/cv.pdf' } } }),
			'application.updateStage.body': (world) => JSON.stringify({ applicationId: alive(world.applications.rows).id, stageId: alive(world.applications.rows).stageId }),
			'candidate.addTag.body': (world) => JSON.stringify({ candidateId: alive(world.candidates.rows).id, tag: { text: 'talent pool' } }),
			'candidate.search.firstName': (world) => alive(world.candidates.rows).firstName,
			'integration.deactivate.integrationToDeactivate': (world) => integrationIdOf(world, 'lever'),
			'passthrough.send.path': (world) => `applications/${alive(world.applications.rows).id}`,
			'sync.setWatchedFields.jsonPaths': () => '$.currentStage',
			'sync.startCustom.listIdentifier': () => '$.items',
			'sync.subscribe.events': () => ['ats_jobs_new'],
		},
		lists: [[{ resource: 'application', operation: 'getAll' }, [/"id":/, /"status":"ACTIVE"/, /"stage":"[A-Z]/, /"candidateId":/]]],
		webhook: {
			type: 'knitTrigger',
			parameters: { events: ['record.new'] },
			event: { eventId: 'event-1', eventType: 'record.new', syncDataType: 'ats_applications', eventData: { info: { id: 'a1' } } },
			proof: (body, secret) => ({ proof: { 'x-knit-signature': createHmac('sha256', secret('knitApi', 'apiKey')).update(body).digest('base64url') }, plain: { 'x-knit-integration-id': 'mg_1' } }),
		},
	},
};

function viewOf(world: World): View {
	const records = new Records(world, ({ fileName }) => `https://files.example/${fileName}`);
	const flatOf = (record: unknown, deleted: boolean): Flat => flatten(toApplication(record), deleted, true);
	return {
		whole: true,
		show: (application) => ({ id: application.id, flat: flatOf(records.application(application), application.deletedAt !== null) }),
		*served(path, body) {
			if (!path.endsWith(GET)) return;
			const parsed: { data?: { application?: { info?: { id?: string } } } } = JSON.parse(body);
			const record = parsed.data?.application;
			if (record?.info?.id) yield { id: record.info.id, flat: () => flatOf(record, false) };
		},
	};
}
