/** Knit: lists are a gate to each application's details, deleted ones leave the list without a word, and not every ATS takes `updatedAfter`. */
import { ApplicationsObserver, type View } from './applications.cts';
import { flatten, type Flat } from './oracle.cts';
import type { ProviderChaos, ProviderPlan } from './providerSimulation.cts';
import { every, lively, shared } from './providerScenarios.cts';
import { toApplication } from '../../nodes/Knit/mapping';
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
/** An application without its details in a little state cannot be told as gone, nor what an outline does not show of it. */
const OWN = ['move', 'move', 'move', 'reject', 'hire', 'reactivate', 'apply'] as const;

export const knit: ProviderChaos = {
	service: 'knit',
	usual: { applications: 100, minutes: 40, changesPerMinute: 3 },
	witness: ({ world }, clock) => new ApplicationsObserver(world, clock, eyeOf(world)),
	recover: async (sandbox) => await settings(sandbox, { ignoreFilters: false, cursorLife: DAY }),
};

export const knitScenarios: Readonly<Record<string, ProviderPlan>> = {
	...shared,
	'shown 40 minutes late': { ...shared['shown 40 minutes late'], credential: outlines },
	'pages in random order': lively('random', { applications: 200, changesPerMinute: 20 }),
	'pages by last change': { ...lively('changedDescending', { applications: 200, changesPerMinute: 20 }), credential: outlines },
	'rows twice, skipped, empty pages': { prepare: ({ sandbox }) => sandbox.faults.often([{ kind: 'rowTwice' }, { kind: 'rowSkipped' }, { kind: 'emptyPage' }], 0.2, { service: 'knit', path: LIST }) },
	'outlines with details': { credential: outlines, minute: every(20, (sim) => sim.burst(60)) },
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

function eyeOf(world: World): View {
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
