import type { Row } from '../../lib/action/operation';
import { path, type Query } from '../../lib/http/path';
import { isObject, type Answer } from '../../lib/http/apiDefinition';
import { toId, toMillis, toText, type ModelKey } from '../../lib/ats/model';
import type { AdapterSource, ReadOptions } from '../../lib/ats/provider';
import type { SourcePage, SourceRow } from '../../lib/ats/source';
import { PAGE_SIZE, rowsOf, type KomboApi } from './api';
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
/** What a list row itself tells. */
export const IN_ROWS: readonly ModelKey[] = [...new Set(BEHIND.map(({ key }) => key))];
/** With IDs of 24 characters still an address of less than 6 KB. */
const IDS_AT_ONCE = 200;

export function changeSource(kombo: KomboApi, selection: ReadOptions): AdapterSource {
	const told = new Set(IN_ROWS);
	const query: Query = {
		include_deleted: true,
		page_size: PAGE_SIZE,
		...(selection.jobIds.length > 0 ? { job_ids: selection.jobIds, ignore_unsupported_filters: true } : {}),
	};
	const read = async (more: Query): Promise<SourcePage> => pageOf(await kombo.answer(APPLICATIONS, { ...query, ...more }), (row) => sourceRow(row, told, selection));
	return {
		kind: 'applications',
		probe: async () => void (await kombo.answer(APPLICATIONS, { page_size: 1 })),
		readWindow: async ({ since, cursor }) => await read({ updated_after: new Date(since).toISOString(), cursor }),
		readAll: async ({ cursor }) => await read({ cursor }),
		details: { compared: false, atOnce: PAGE_SIZE, read: async (asked) => await detailsOf(kombo, asked.map(({ row }) => row)) },
		readModels: async () => await modelsOf(kombo),
		confirmGone: async (missing) => {
			const answer = new Map<string, SourceRow | null>();
			for (let from = 0; from < missing.length; from += IDS_AT_ONCE) {
				const ids = missing.slice(from, from + IDS_AT_ONCE).map(({ id }) => id);
				const { rows } = pageOf(await kombo.answer(APPLICATIONS, { ids, include_deleted: true, page_size: PAGE_SIZE }), (row) => sourceRow(row, told, selection));
				const found = new Map(rows.map((row) => [row.id, row]));
				for (const id of ids) answer.set(id, found.get(id) ?? null);
			}
			return answer;
		},
	};
}

function sourceRow(row: Row, told: ReadonlySet<ModelKey>, { raw }: Pick<ReadOptions, 'raw'>): SourceRow {
	const application = toApplication(row, IN_ROWS, raw);
	return { id: application.id, application, known: told, deleted: row.remote_deleted_at != null, createdAt: toMillis(row.remote_created_at), changedAt: toMillis(row.changed_at) };
}

function pageOf({ body, headers, tookMs }: Answer, read: (row: Row) => SourceRow): SourcePage {
	const data = isObject(body) ? body.data : undefined;
	const rows: SourceRow[] = [];
	const unreadable: Array<{ id: string | null; reason: string }> = [];
	for (const row of rowsOf(data, 'results')) {
		try {
			rows.push(read(row));
		} catch (error) {
			unreadable.push({ id: toId(row.id), reason: error instanceof Error ? error.message : String(error) });
		}
	}
	const date = headers.date === undefined ? NaN : Date.parse(headers.date);
	return { rows, unreadable, next: isObject(data) ? toText(data.next) : null, date: Number.isNaN(date) ? null : date, tookMs };
}

/** Completes the interviews and offers of rows that are told: list rows carry only their outlines. */
async function detailsOf(kombo: KomboApi, rows: readonly SourceRow[]): Promise<Map<string, SourceRow | Error>> {
	const interviews = await fullOf(kombo, '/ats/interviews', rows.flatMap(({ application }) => application.interviews ?? []), toInterview);
	const offers = await fullOf(kombo, '/ats/offers', rows.flatMap(({ application }) => application.offers ?? []), toOffer);
	return new Map(
		rows.map((row) => [
			row.id,
			{
				...row,
				application: {
					...row.application,
					interviews: row.application.interviews?.map((one) => ({ ...one, ...interviews.get(one.id ?? '') , status: one.status })) ?? null,
					offers: row.application.offers?.map((one) => ({ ...one, ...offers.get(one.id ?? ''), status: one.status })) ?? null,
				},
			},
		]),
	);
}

async function fullOf<Part extends { id: string | null }>(kombo: KomboApi, address: string, outlines: readonly Part[], read: (row: Record<string, unknown>) => Part): Promise<Map<string, Part>> {
	const ids = outlines.flatMap(({ id }) => (id === null ? [] : [id]));
	const full = new Map<string, Part>();
	for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
		for await (const page of kombo.list(address, { ids: ids.slice(from, from + IDS_AT_ONCE), include_deleted: true })) {
			for (const row of page) {
				const part = read(row);
				if (part.id !== null) full.set(part.id, part);
			}
		}
	}
	return full;
}

/** https://docs.kombo.dev/v1/get-integrations-integration-id */
async function modelsOf(kombo: KomboApi): Promise<ReadonlySet<ModelKey>> {
	const integration = await kombo.get(path`/integrations/${kombo.integrationId ?? ''}`);
	const models = Array.isArray(integration.read_models) ? integration.read_models.filter(isObject) : [];
	const isOn = (id: string, list: ReadonlyArray<Record<string, unknown>>) => list.find((one) => one.id === id)?.is_available !== false;
	const isTold = ({ model, field }: (typeof BEHIND)[number]) => {
		const fields = models.find((one) => one.id === model)?.fields;
		return isOn(model, models) && (field === undefined || isOn(field, Array.isArray(fields) ? fields.filter(isObject) : []));
	};
	return new Set(IN_ROWS.filter((key) => BEHIND.filter((one) => one.key === key).every(isTold)));
}
