import type { Row } from '../../lib/action/operation';
import { path, type Query } from '../../lib/http/path';
import { isObject } from '../../lib/http/apiDefinition';
import { pageAt, purePage, recordsIn, type VendorRecord } from '../../lib/ats/kit';
import { toMillis, toText, type ModelKey } from '../../lib/ats/model';
import type { AdapterSource, ReadOptions } from '../../lib/ats/provider';
import type { SourcePage, SourceRow } from '../../lib/ats/source';
import { asRow, PAGE_SIZE, rowsOf, type KomboApi } from './api';
import { toApplication, toInterview, toOffer } from './mapping';

/** How the trigger reads Kombo: https://docs.kombo.dev/ats/getting-started/syncing-data */

export const APPLICATIONS = '/ats/applications';
/** Kombo's own models behind ours: when one of them is switched off in the scope config, ours is unknown and not empty. */
const BEHIND: ReadonlyArray<{ key: ModelKey; model: string; field?: string }> = [
	{ key: 'info', model: 'ats_applications' },
	{ key: 'currentStage', model: 'ats_applications', field: 'current_stage' },
	{ key: 'currentStage', model: 'ats_application_stages' },
	{ key: 'rejection', model: 'ats_applications', field: 'rejection_reason_name' },
	{ key: 'interviews', model: 'ats_interviews' },
	{ key: 'offers', model: 'ats_offers' },
];
/** What a list row itself shows. */
export const IN_ROWS: readonly ModelKey[] = [...new Set(BEHIND.map(({ key }) => key))];

export function changeSource(kombo: KomboApi, selection: ReadOptions): AdapterSource {
	const known = new Set(IN_ROWS);
	const query: Query = {
		include_deleted: true,
		page_size: PAGE_SIZE,
		...(selection.jobIds.length > 0 ? { job_ids: selection.jobIds, ignore_unsupported_filters: true } : {}),
	};
	const read = async (cursor: string | null, more: Query = {}): Promise<SourcePage> => {
		const answer = await pageAt(cursor, async () => await kombo.answer(APPLICATIONS, { ...query, ...more, cursor }));
		const data = isObject(answer.body) ? answer.body.data : undefined;
		return purePage(answer, rowsOf(data, 'results'), isObject(data) ? toText(data.next) : null, (row) => sourceRow(asRow(row), known, selection));
	};
	return {
		kind: 'applications',
		probe: async () => void (await kombo.answer(APPLICATIONS, { page_size: 1 })),
		readWindow: async ({ since, cursor }) => await read(cursor, { updated_after: new Date(since).toISOString() }),
		readAll: async ({ cursor }) => await read(cursor),
		details: { compared: false, atOnce: PAGE_SIZE, read: async (asked) => await detailsOf(kombo, asked.map(({ row }) => row)) },
		readModels: async () => await modelsOf(kombo),
		confirmGone: async (missing) => {
			const answer = new Map<string, SourceRow | null>(missing.map(({ id }) => [id, null]));
			for await (const rows of kombo.list(APPLICATIONS, { ids: missing.map(({ id }) => id), include_deleted: true })) {
				for (const row of rows) answer.set(String(row.id), sourceRow(row, known, selection));
			}
			return answer;
		},
	};
}

function sourceRow(row: Row, known: ReadonlySet<ModelKey>, { raw }: Pick<ReadOptions, 'raw'>): SourceRow {
	const application = toApplication(row, IN_ROWS, raw);
	return { id: application.id, application, known, deleted: row.remote_deleted_at != null, createdAt: toMillis(row.remote_created_at), changedAt: toMillis(row.changed_at) };
}

/** Adds what list rows leave out: they carry only outlines of interviews and offers. */
async function detailsOf(kombo: KomboApi, rows: readonly SourceRow[]): Promise<Map<string, SourceRow | Error>> {
	const interviews = await fullOf(kombo, '/ats/interviews', rows.flatMap(({ application }) => application.interviews ?? []), toInterview);
	const offers = await fullOf(kombo, '/ats/offers', rows.flatMap(({ application }) => application.offers ?? []), toOffer);
	const filled = ({ application }: SourceRow) => ({
		...application,
		interviews: application.interviews?.map((one) => interviews.get(one.id) ?? one) ?? null,
		offers: application.offers?.map((one) => offers.get(one.id) ?? one) ?? null,
	});
	return new Map(rows.map((row) => [row.id, { ...row, application: filled(row) }]));
}

async function fullOf<Part extends { id: string | null }>(kombo: KomboApi, address: string, outlines: readonly Part[], read: (row: Row) => Part): Promise<Map<string | null, Part>> {
	const ids = outlines.flatMap(({ id }) => id ?? []);
	const full = new Map<string | null, Part>();
	if (ids.length === 0) return full;
	for await (const rows of kombo.list(address, { ids, include_deleted: true })) for (const part of rows.map(read)) full.set(part.id, part);
	return full;
}

/** https://docs.kombo.dev/v1/get-integrations-integration-id */
async function modelsOf(kombo: KomboApi): Promise<ReadonlySet<ModelKey>> {
	const integration = await kombo.get(path`/integrations/${kombo.integrationId ?? ''}`);
	const models = recordsIn(integration.read_models);
	const isOn = (id: string, list: readonly VendorRecord[]) => list.find((one) => one.id === id)?.is_available !== false;
	const isKnown = ({ model, field }: (typeof BEHIND)[number]) => isOn(model, models) && (field === undefined || isOn(field, recordsIn(models.find((one) => one.id === model)?.fields)));
	return new Set(IN_ROWS.filter((key) => BEHIND.filter((one) => one.key === key).every(isKnown)));
}
