import { pageAt, sourcePage, type VendorRecord } from '../../lib/ats/kit';
import { toId, toMillis } from '../../lib/ats/model';
import type { AdapterSource, ReadOptions } from '../../lib/ats/provider';
import type { SourcePage, SourceRow } from '../../lib/ats/source';
import { ApiError, FieldError, rethrow, settled } from '../../lib/errors';
import { isObject } from '../../lib/http/apiDefinition';
import type { Query } from '../../lib/http/path';
import { AT_ONCE, inParallel, isUnsupported, LISTS, pageOf, type KnitApi } from './api';
import { knownModels, toApplication } from './mapping';
import { part } from './models';
import { applicationOf } from './resources/application';

const LIST = LISTS.applications;
/** Knit passes on what the ATS shows, and ATSs show late: more than twice the lag seen anywhere. */
const OVERLAP_MS = 60 * 60_000;
const ELSEWHERE = 'Use the Knit Trigger instead: Knit then finds the changes itself and sends them.';

/** What Knit's list shows decides whether an application changed; what is emitted comes from its details. */
export function changeSource(knit: KnitApi, { raw }: ReadOptions): AdapterSource {
	const read = async (pageToken: string | null, query: Query = {}): Promise<SourcePage> => {
		const answer = await pageAt(pageToken, async () => await knit.answer(LIST, { ...query, pageToken }));
		const { rows, next = null } = pageOf(isObject(answer.body) ? answer.body.data : undefined, 'applications');
		return sourcePage(answer, rows, next, (row) => sourceRow(row, { raw, outline: true }), (row) => toId(part(row.info, 'id')));
	};
	return {
		kind: 'applications',
		minOverlapMs: OVERLAP_MS,
		probe: async () => await probe(knit),
		readWindow: async ({ since, cursor }) => await read(cursor, { updatedAfter: new Date(since).toISOString() }),
		readAll: async ({ cursor }) => await read(cursor),
		details: { compared: true, atOnce: 4 * AT_ONCE, read: async (asked) => await detailsOf(knit, asked, raw) },
		confirmGone: async (missing) => await goneOf(knit, missing),
	};
}

/**
 * Not every ATS honours `updatedAfter`, and what Knit then does is not documented: so it is tried. A day to come must give
 * nothing, and a day long past as much as no filter at all.
 */
async function probe(knit: KnitApi): Promise<void> {
	const count = async (query: Record<string, string>) => pageOf(await knit.get(LIST, query), 'applications').rows.length;
	const future = new Date(Date.UTC(2100, 0, 1)).toISOString();
	const past = new Date(Date.UTC(2000, 0, 1)).toISOString();
	const filtered = async (updatedAfter: string) => {
		try {
			return await count({ updatedAfter });
		} catch (error) {
			if (!isRefusal(error)) return rethrow(error);
			// Refused with the filter: is it the filter?
			await count({});
			return rethrow(new FieldError('The connected ATS refuses to be asked for changed applications', `${ELSEWHERE} It said: ${error.message}`));
		}
	};
	if ((await filtered(future)) > 0) throw new FieldError('The connected ATS cannot be asked for changed applications: it gives all of them, whatever the date', ELSEWHERE);
	if ((await filtered(past)) === 0 && (await count({})) > 0) throw new FieldError('The connected ATS cannot be asked for changed applications: it gives none, whatever the date', ELSEWHERE);
}

/** The call itself was not taken, and would not be at another time. */
function isRefusal(error: unknown): error is ApiError {
	return error instanceof ApiError && [400, 404, 410, 422].includes(error.facts.status ?? 0);
}

function sourceRow(record: VendorRecord, reading: { raw: boolean; outline: boolean }): SourceRow {
	const application = toApplication(record, reading);
	const { info } = application;
	return {
		id: application.id,
		application,
		known: knownModels(record, reading.outline),
		deleted: false,
		createdAt: toMillis(info?.appliedAt),
		changedAt: toMillis(info?.updatedAt),
		lookupKey: info?.candidate?.id ?? null,
	};
}

/** Each row in full, by the candidate's ID that goes with it. A row without one is all that there is. */
async function detailsOf(knit: KnitApi, asked: ReadonlyArray<{ row: SourceRow; lookupKey: string | null }>, raw: boolean): Promise<Map<string, SourceRow | Error>> {
	const read = new Map<string, SourceRow | Error>();
	await inParallel(asked, async ({ row, lookupKey }) => {
		const candidate = row.lookupKey ?? lookupKey;
		read.set(row.id, candidate === null ? row : await settled(async () => sourceRow(await applicationOf(knit, row.id, candidate), { raw, outline: false })));
	});
	const failures = [...read.values()].filter((one) => one instanceof Error);
	const hopeless = failures.find((error) => error instanceof ApiError && (error.temporary || error.facts.cause === 'credential-invalid'));
	if (hopeless && failures.length === read.size) throw hopeless;
	return read;
}

/** Knit's list leaves out what the ATS no longer has, and also what it merely fails to list: asked one by one. */
async function goneOf(knit: KnitApi, missing: ReadonlyArray<{ id: string; lookupKey: string | null }>): Promise<Map<string, SourceRow | null>> {
	const gone = new Map<string, SourceRow | null>();
	await inParallel(missing, async ({ id, lookupKey }) => {
		// Without the candidate's ID it cannot be asked for, so nothing is claimed of it.
		if (lookupKey === null) return;
		try {
			await knit.get('/ats.application.get', { applicationId: id, candidateId: lookupKey });
		} catch (error) {
			if (!isRefusal(error) || error.facts.status !== 404 || isUnsupported(error.message)) return rethrow(error);
			gone.set(id, null);
		}
	});
	return gone;
}
