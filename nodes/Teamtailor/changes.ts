import { settled } from '../../lib/errors';
import { pageAt, sourcePage, type VendorRecord } from '../../lib/ats/kit';
import { toId } from '../../lib/ats/model';
import type { AdapterSource, ReadOptions } from '../../lib/ats/provider';
import type { SourcePage, SourceRow } from '../../lib/ats/source';
import { asRow } from '../../lib/http/jsonApi';
import { path, type Query } from '../../lib/http/path';
import type { TeamtailorApi } from './api';
import { filesOf } from './files';
import { INCLUDED, knownIn, stampsOf, toApplication } from './mapping';

/** How the trigger reads Teamtailor: https://docs.teamtailor.com/ (job applications). One list tells all; a person's own change does not show in it. */

export const APPLICATIONS = '/job-applications';

export function changeSource(teamtailor: TeamtailorApi, { models, raw }: ReadOptions): AdapterSource {
	const pageOf = async (cursor: string | null, query: Query): Promise<SourcePage> =>
		await pageAt(cursor, async () => {
			// By ID, which never changes: an application that moves while pages are read can push rows back, but none forward over the edge of a page.
			const { rows, next, answer } = await teamtailor.page(APPLICATIONS, cursor, { include: INCLUDED, sort: 'id', ...query });
			return sourcePage(answer, rows, next, (row) => rowOf(row, raw));
		}, [400, 404, 422]);
	return {
		kind: 'applications',
		probe: async () => void (await teamtailor.page(APPLICATIONS, null, { include: INCLUDED, sort: 'id', 'filter[updated-at][from]': new Date(0).toISOString(), 'page[size]': 1 })),
		readWindow: async ({ since, cursor }) => await pageOf(cursor, { 'filter[updated-at][from]': new Date(Math.floor(since)).toISOString() }),
		readAll: async ({ cursor }) => await pageOf(cursor, {}),
		...(models.includes('attachments') ? { details: { compared: false, atOnce: 4, read: async (asked) => await detailsOf(teamtailor, asked.map(({ row }) => row)) } } : {}),
		confirmGone: async (missing) => await goneOf(teamtailor, missing.map(({ id }) => id)),
	};
}

function rowOf(record: VendorRecord, raw: boolean): SourceRow {
	const row = asRow(record);
	const application = toApplication(row, { raw });
	return { id: application.id, application, known: new Set(knownIn(row)), deleted: false, ...stampsOf(row), lookupKey: application.info?.candidate?.id ?? null };
}

/** Files are the candidate's: looked at only for what is emitted. */
async function detailsOf(teamtailor: TeamtailorApi, rows: readonly SourceRow[]): Promise<Map<string, SourceRow | Error>> {
	return new Map(await Promise.all(rows.map(async (row) => [row.id, await settled(async () => ({ ...row, application: { ...row.application, attachments: await filesOf(teamtailor, row.application) } }))] as const)));
}

/** Not there is gone; whatever else is answered says nothing. */
async function goneOf(teamtailor: TeamtailorApi, ids: readonly string[]): Promise<Map<string, SourceRow | null>> {
	const gone = new Map<string, SourceRow | null>();
	for (const id of ids) if (toId(id) !== null && !(await teamtailor.exists(path`/job-applications/${id}`))) gone.set(id, null);
	return gone;
}
