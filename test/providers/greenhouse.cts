/** Greenhouse: several lists in a window; interviews that are called off and people's new addresses move no stamp of their application. */
import { ApplicationsObserver, type View } from '../chaos/applications.cts';
import { flatten, unknownList, type Flat } from '../chaos/oracle.cts';
import { every, shared } from '../chaos/providerScenarios.cts';
import type { ProviderPlan } from '../chaos/providerSimulation.cts';
import { busy, perWorld, type ProviderEntry } from './entry.cts';
import { AT_ONCE } from '../../nodes/Greenhouse/api';
import { byId, toApplication, type Parts } from '../../nodes/Greenhouse/mapping';
import { provider } from '../../nodes/Greenhouse/provider';
import { MODEL_KEYS } from '../../lib/ats/model';
import { attach, removeApplication, restoreApplication } from '../../sandbox/actions.cts';
import { DAY, MINUTE } from '../../sandbox/clock.cts';
import * as rows from '../../sandbox/greenhouse/rows.cts';
import { GreenhouseState, standingToken } from '../../sandbox/greenhouse/state.cts';
import type { Sandbox } from '../../sandbox/index.cts';
import type { Application } from '../../sandbox/model.cts';
import { SOURCES } from '../../sandbox/names.cts';
import { STEPS, type Step } from '../../sandbox/recruiter.cts';
import type { Tools } from '../../sandbox/simulator.cts';
import type { World } from '../../sandbox/world.cts';

const settings = async (sandbox: Sandbox, body: object) => await sandbox.control('greenhouse/settings', body);
const BY = 'chaos';

/** Not: a person's data, which a window shows only together with something else. */
const SHOWN: readonly Step[] = STEPS.filter(([step]) => step !== 'edit').flatMap(([step, weight]) => Array.from({ length: weight }, () => step));
const PARTS: readonly Step[] = ['schedule', 'reschedule', 'complete', 'offer', 'offerStatus'];
const shownOnly = (plans: Readonly<Record<string, ProviderPlan>>) => Object.fromEntries(Object.entries(plans).map(([name, plan]) => [name, { steps: SHOWN, ...plan }]));
const setUp = (body: object, plan: ProviderPlan = {}): ProviderPlan => ({ ...plan, prepare: async ({ sandbox }) => await settings(sandbox, body) });

const scenarios = shownOnly({
	...shared,
	'rows without the stage of the job': setUp({ stageInRows: false }),
	'stamps of applications stand still': setUp({ touches: false }),
	'stamps stand still, rows without the stage': setUp({ touches: false, stageInRows: false }, { minute: every(20, (sim) => sim.burst(60)) }),
	'details of rejections outlive them': setUp({ detailsStay: true }),
	'nested changes and files': {
		steps: PARTS,
		minute: ({ world, random, clock }, minute) => {
			const application = random.pick(world.applications.alive());
			attach(world, { candidateId: application.candidateId, applicationId: application.id }, { kind: 'OTHER', fileName: `file ${minute}.pdf`, contentType: 'application/pdf', bytes: Buffer.from('file') }, BY);
			clock.advance(20 * MINUTE);
		},
	},
	'lists that may not be read for a while': {
		steps: SHOWN.filter((step) => !PARTS.includes(step)),
		minute: async ({ sandbox }, minute) => {
			if (minute % 40 === 12) await settings(sandbox, { scopesOff: ['harvest:interviews:list', 'harvest:offers:list', 'harvest:attachments:list'] });
			if (minute % 40 === 30) await settings(sandbox, { scopesOff: [] });
		},
	},
	'a tight rate limit': setUp({ rateLimit: 50 }),
	'rows twice, empty pages': { prepare: ({ sandbox }) => sandbox.faults.often([{ kind: 'rowTwice' }, { kind: 'emptyPage' }], 0.2, { service: 'greenhouse' }) },
	'cursors that expire': { applications: 1200, prepare: ({ sandbox }) => sandbox.faults.often({ kind: 'expiredCursor' }, 0.1, { service: 'greenhouse', path: '/applications' }) },
	'deletion and return': {
		minute: every(8, ({ world, random, clock }) => {
			removeApplication(world, random.pick(world.applications.alive()), BY);
			clock.advance(DAY);
			const gone = world.applications.rows.find(({ deletedAt }) => deletedAt !== null && deletedAt < clock.now() - 3 * DAY);
			if (gone) restoreApplication(world, gone, BY);
		}),
	},
});

const stateOf = perWorld((world) => new GreenhouseState(world, {} as Tools));

export const entry: ProviderEntry = {
	provider,
	simulator: 'greenhouse',
	hidesCancelled: true,
	credentials: ({ urls, credentials }) => ({ greenhouseAtsApi: { ...credentials.greenhouse, baseUrl: urls.greenhouse ?? '', tokenUrl: urls.greenhouseToken ?? '' } }),
	tellingHeaders: ['x-request-id'],
	sampleInputs: {},
	lists: [[{ resource: 'application', operation: 'getAll' }, [/"id":"\d+"/, /"status":"ACTIVE"/, /"currentStage":\{"id":"\d+","text":"[A-Z]/, /"jobId":"\d+"/]]],
	furtherCalls: [{ method: 'POST', url: '/greenhouse/v3/candidate_tags' }, { method: 'POST', url: '/greenhouse/v3/applications' }, { method: 'POST', url: '/greenhouse/v3/applications/{}/reject' }],
	applicationId: (world, application) => String(stateOf(world).id('application', application)),
	poll: { quietRequests: 3, pageSize: 500, list: /\/applications$/, wrongKey: (clientSecret) => ({ clientSecret }) },
	misconfigured: {
		'a right is missing': { begin: async (sandbox) => await settings(sandbox, { scopesOff: ['harvest:interviews:list'] }), check: 'Interviews', says: /tick harvest:interviews:list.*Configure, Dev Center, API Credentials, Manage Scopes/ },
		'the user is no admin': { begin: async (sandbox) => await settings(sandbox, { siteAdmin: false }), check: 'Applications', says: /acting user is a Site Admin/ },
		'a model is switched off': { begin: async (sandbox) => await settings(sandbox, { scopesOff: ['harvest:offers:list'] }), check: 'Models', says: /offers.*harvest:offers:list.*Manage Scopes/ },
		'the date filter is ignored': { begin: (sandbox) => sandbox.faults.often({ kind: 'ignores', parameters: ['updated_at'] }, 1, { service: 'greenhouse', path: '/v3/' }), check: 'Changed Since', says: /the date is ignored.*base URL.*proxy/ },
		'a status word is not known': { begin: (sandbox) => sandbox.faults.often({ kind: 'altered', by: (page) => page.replaceAll('"status":"in_process"', '"status":"parked"') }, 1, { service: 'greenhouse', path: /\/applications$/ }), check: 'Words', says: /is not known here.*report.*status: "parked" \(\d+\)/ },
		'confidential jobs are hidden': { begin: async (sandbox) => await settings(sandbox, { confidential: false }), check: 'Confidential Jobs', says: /hiring team.*acting user/ },
		'the rate is nearly used up': { begin: async (sandbox) => { await settings(sandbox, { rateLimit: 60 }); await busy(sandbox, 'greenhouse', 56, '/jobs', { authorization: `Bearer ${standingToken(sandbox.credentials.greenhouse?.clientId ?? '')}` }); }, check: 'Rate Limit', says: /key of its own.* left of 60/ },
	},
	chaos: {
		usual: { applications: 120, minutes: 42, changesPerMinute: 4 },
		headers: ({ clientId = '' }) => ({ authorization: `Bearer ${standingToken(clientId)}` }),
		observe: ({ world }, clock) => new ApplicationsObserver(world, clock, viewOf(world)),
		late: /^(deleted$|interviews)/,
		recover: async (sandbox) => await settings(sandbox, { scopesOff: [], rateLimit: 2000 }),
		scenarios,
		quick: ['plain', 'stamps stand still, rows without the stage', 'deletion and return'],
	},
	demo: { done: 'note', call: /^POST .*\/notes$/ },
};

const WHOLE: ReadonlyArray<{ name: string; parts: Array<keyof Parts> }> = [
	{ name: 'candidates', parts: ['candidate'] },
	{ name: 'interviews', parts: ['interviews', 'slots'] },
	{ name: 'interviewers', parts: ['interviewers'] },
	{ name: 'offers', parts: ['offers'] },
	{ name: 'attachments', parts: ['attachments'] },
];

/** What the lists say together. */
function viewOf(world: World): View {
	// Only what its rows need: nothing here is served.
	const state = new GreenhouseState(world, { publish: () => 'https://files.example/file' } as unknown as Tools);
	const users = byId(world.users.rows.map((user) => rows.user(state, user)));
	const reasons = byId(world.rejectionReasons.rows.map((reason) => rows.rejectionReason(state, reason)));
	const sources = byId(SOURCES.map((name, place) => rows.source(name, place)));
	const alive = <T extends { deletedAt: number | null }>(list: readonly T[]) => list.filter(({ deletedAt }) => deletedAt === null);
	const partsOf = (application: Application): Parts => {
		const interviews = alive(world.interviews.by('applicationId', application.id)).filter(({ status }) => status !== 'CANCELLED');
		const offers = alive(world.offers.by('applicationId', application.id));
		return {
			users, reasons, sources,
			stay: state.staysOf.get(application.id)?.slice(-1).map((one) => rows.stay(state, one))[0],
			candidate: rows.candidate(state, world.candidates.need(application.candidateId)),
			rejection: application.rejection ? rows.rejectionDetail(state, application, application.rejection, 0) : undefined,
			interviews: interviews.map((one) => rows.interview(state, one)),
			interviewers: interviews.flatMap((one) => one.interviewerIds.map((id, place) => rows.interviewer(state, one, id, place))),
			slots: byId(interviews.map((one) => rows.slot(state, state.slotOf(one)))),
			offers: offers.map((one) => rows.offer(state, one, { id: state.id('offer', one), version: 1, createdAt: one.createdAt, updatedAt: one.changedAt, replaced: false })),
			attachments: alive(world.attachments.by('applicationId', application.id)).map((one) => rows.attachment(state, one)),
		};
	};
	const flatOf = (application: Application, before?: Parts): Flat => flatten(toApplication(rows.application(state, application), { ...partsOf(application), ...before }, MODEL_KEYS), application.deletedAt !== null, true);
	/** Of interviews, offers and files that changed since their list was read whole nobody outside can tell whether it was used: either is right. */
	const eitherOf = (now: Flat, before: Flat): Flat => {
		const flat = new Map(before);
		for (const path of new Set([...now.keys(), ...before.keys()])) {
			if (!/^(?:interviews|offers|attachments)\[/.test(path) || now.get(path) === before.get(path)) continue;
			flat.delete(path);
			flat.set(unknownList(path), '');
		}
		return flat;
	};
	/** The first read has read other lists whole before the applications: what they showed then is what it remembers. */
	const readBefore = new Map<string, Map<Application, Parts>>();
	let begun = Infinity;
	let areWhole = false;
	const keep = (path: string) => {
		const list = WHOLE.find(({ name }) => path.endsWith(`/v3/${name}`));
		const pick = (parts: Parts): Parts => Object.fromEntries(list?.parts.map((name) => [name, parts[name]]) ?? []);
		if (list) readBefore.set(list.name, new Map(world.applications.rows.map((one) => [one, pick(partsOf(one))])));
	};
	return {
		whole: true,
		show: (application) => ({ id: String(state.id('application', application)), flat: flatOf(application) }),
		*served(path, body) {
			const read: unknown = JSON.parse(body);
			const list = Array.isArray(read) ? read : [];
			if (path.endsWith('/v3/candidates') && list.length > AT_ONCE) {
				begun = world.clock.now() - MINUTE;
				areWhole = true;
			}
			if (areWhole) keep(path);
			if (!path.endsWith('/v3/applications')) return;
			areWhole = false;
			for (const row of list) {
				const application = state.find('application', Number(row.id));
				const before = () => (application && Date.parse(row.updated_at) < begun ? Object.assign({}, ...[...readBefore.values()].map((parts) => parts.get(application))) : {});
				if (application) yield { id: String(row.id), flat: () => eitherOf(flatOf(application), flatOf(application, before())) };
			}
		},
	};
}
