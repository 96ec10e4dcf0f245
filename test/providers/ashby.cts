/** Ashby: sync tokens of several lists; interviews, offers and files stand in lists of their own; deleted applications are missing without notice. */
import { ApplicationsObserver, type View } from '../chaos/applications.cts';
import { flatten, type Flat } from '../chaos/oracle.cts';
import { perWorld, type ProviderEntry } from './entry.cts';
import type { ProviderPlan } from '../chaos/providerSimulation.cts';
import { every, lively, shared } from '../chaos/providerScenarios.cts';
import { IN_ROWS, toApplication } from '../../nodes/Ashby/mapping';
import { Collected } from '../../nodes/Ashby/parts';
import { provider } from '../../nodes/Ashby/provider';
import { DAY, MINUTE } from '../../sandbox/clock.cts';
import type { Tools } from '../../sandbox/simulator.cts';
import * as rows from '../../sandbox/ashby/rows.cts';
import { AshbyState } from '../../sandbox/ashby/state.cts';
import type { Sandbox } from '../../sandbox/index.cts';
import type { World } from '../../sandbox/world.cts';

const APPLICATIONS = 'application.list';
const SIDES = ['interviewSchedule.list', 'offer.list', 'candidate.list'] as const;
const MODELS = [...IN_ROWS, 'interviews', 'offers', 'attachments'] as const;
const settings = async (sandbox: Sandbox, body: object) => await sandbox.control('ashby/settings', body);
const rights = async (sandbox: Sandbox, on: boolean) => await sandbox.control('ashby/rights', { interviewsRead: on, offersRead: on });

const scenarios: Readonly<Record<string, ProviderPlan>> = {
	...shared,
	'pages in random order': lively('random', { applications: 700, changesPerMinute: 40 }),
	'rows twice, empty pages': { applications: 700, prepare: ({ sandbox }) => sandbox.faults.often([{ kind: 'rowTwice' }, { kind: 'emptyPage' }, { kind: 'repeatedCursor' }], 0.2, { service: 'ashby', path: '.list' }) },
	'a token with every answer': { prepare: async ({ sandbox }) => await settings(sandbox, { quietToken: true }) },
	'people change their applications': { prepare: async ({ sandbox }) => await settings(sandbox, { candidateTouchesApplications: true }), steps: ['edit', 'move', 'apply'] },
	'parts change, applications do not': { steps: ['schedule', 'reschedule', 'cancel', 'complete', 'offer', 'offerStatus'], minute: ({ clock }) => clock.advance(20 * MINUTE) },
	'tokens that expire': { prepare: async ({ sandbox }) => await settings(sandbox, { tokenLife: DAY }), minute: every(10, ({ clock }) => clock.advance(3 * DAY)) },
	'rights taken and given back': {
		minute: async ({ sandbox }, minute) => {
			if (minute % 40 === 12) await rights(sandbox, false);
			if (minute % 40 === 30) await rights(sandbox, true);
		},
	},
	// Each job has stages of its own, with IDs of 36 characters: they take room too.
	'little room': { applications: 900, parameters: { options: { maxStateKb: 32 } }, minute: every(20, (sim) => sim.burst(100)) },
};

const stateOf = perWorld((world) => new AshbyState(world, {} as Tools));

export const entry: ProviderEntry = {
	provider,
	simulator: 'ashby',
	credentials: ({ urls, credentials }) => ({ ashbyAtsApi: { ...credentials.ashby, baseUrl: urls.ashby ?? '' } }),
	refusal: (said) => ({ success: false, errors: ['invalid_input'], errorInfo: { code: 'invalid_input', message: said, requestId: '01J' } }),
	successField: 'success',
	rejectionMoves: true,
	readingCall: { method: 'POST', path: '/job.list', body: '{}' },
	furtherCalls: [{ method: 'POST', url: '/ashby/candidateTag.create' }],
	applicationId: (world, application) => stateOf(world).id('application', application),
	poll: { quietRequests: 1, pageSize: 100, list: APPLICATIONS },
	misconfigured: {
		'a right is missing': { begin: async (sandbox) => await rights(sandbox, false), check: 'Interviews', says: /Tick "Interviews, Read" for the key in Ashby: Admin, API Keys/ },
		'a model is switched off': { begin: async (sandbox) => await rights(sandbox, false), check: 'Models', says: /interviews, offers.*Tick "Interviews, Read".*Tick "Offers, Read"/ },
		'a status word is not known': { begin: (sandbox) => sandbox.faults.often({ kind: 'altered', by: (page) => page.replaceAll('"status":"Active"', '"status":"Parked"') }, 1, { service: 'ashby', path: 'application.list' }), check: 'Words', says: /is not known here.*report.*status: "Parked" \(\d+\)/ },
		'confidential jobs are hidden': { begin: async (sandbox) => await settings(sandbox, { confidential: false }), check: 'Confidential Jobs', says: /right of its own.*Admin, API Keys/ },
	},
	chaos: {
		usual: { applications: 160, minutes: 42, changesPerMinute: 4 },
		headers: ({ apiKey = '' }) => ({ authorization: `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}` }),
		observe: ({ world }, clock) => new ApplicationsObserver(world, clock, viewOf(world)),
		recover: async (sandbox) => {
			await settings(sandbox, { tokenLife: 30 * DAY });
			await rights(sandbox, true);
		},
		scenarios,
		quick: ['plain', 'tokens that expire'],
	},
	demo: { done: 'note', call: /^POST \/candidate\.createNote$/ },
};

function viewOf(world: World): View {
	// Only what its rows need: nothing here is served.
	const state = new AshbyState(world, {} as Tools);
	/** What the trigger has been served of the parts, and which lists of them to their end. */
	const served = new Collected();
	const whole = new Set<string>();
	const flatOf = (row: rows.Row, parts: Collected, deleted: boolean): Flat => flatten(toApplication(row, MODELS, parts.partsOf(row)), deleted);
	return {
		show(application) {
			const now = new Collected();
			for (const side of SIDES) now.end(side);
			for (const one of world.interviews.by('applicationId', application.id)) if (one.deletedAt === null) now.add('interviewSchedule.list', rows.schedule(state, one));
			for (const one of world.offers.by('applicationId', application.id)) if (one.deletedAt === null) now.add('offer.list', rows.offer(state, one));
			now.add('candidate.list', rows.candidate(state, world.candidates.need(application.candidateId)));
			const row = rows.application(state, application);
			return { id: String(row['id']), flat: flatOf(row, now, application.deletedAt !== null) };
		},
		*served(path, body) {
			const list = [APPLICATIONS, ...SIDES].find((name) => path.endsWith(`/${name}`));
			if (!list) return;
			const parsed: { results?: rows.Row[]; moreDataAvailable?: boolean } = JSON.parse(body);
			const side = SIDES.find((name) => name === list);
			if (side && parsed.moreDataAvailable === false) {
				served.end(side);
				whole.add(side);
			}
			for (const row of parsed.results ?? []) {
				if (side) served.add(side, row);
				// Not the one row that only proves access.
				else if (whole.size === SIDES.length) yield { id: String(row['id']), flat: () => flatOf(row, served, false) };
			}
		},
	};
}
