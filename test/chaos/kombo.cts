/** Kombo: deleted ones come in the window, interviews and offers inside the rows. */
import { ApplicationsObserver, type View } from './applications.cts';
import { flatten, type Flat } from './oracle.cts';
import type { ProviderChaos, ProviderPlan } from './providerSimulation.cts';
import { every, lively, shared } from './providerScenarios.cts';
import type { Row } from '../../lib/action/operation';
import { MODEL_KEYS } from '../../lib/ats/model';
import { toApplication } from '../../nodes/Kombo/mapping';
import { MINUTE } from '../../sandbox/clock.cts';
import { Rows } from '../../sandbox/kombo/rows.cts';
import type { World } from '../../sandbox/world.cts';

const ON = { ats_offers: true, ats_interviews: true, ats_candidates: true, ats_application_stages: true };
const OFF = { ats_offers: false, ats_interviews: false, ats_candidates: false, ats_application_stages: false };

export const kombo: ProviderChaos = {
	service: 'kombo',
	usual: { applications: 160, minutes: 42, changesPerMinute: 4 },
	witness: ({ world }, clock) => new ApplicationsObserver(world, clock, eyeOf(world)),
	recover: async (sandbox) => await sandbox.control('kombo/scope', { models: ON }),
};

export const komboScenarios: Readonly<Record<string, ProviderPlan>> = {
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

function eyeOf(world: World): View {
	const rows = new Rows(world, () => ({}));
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
