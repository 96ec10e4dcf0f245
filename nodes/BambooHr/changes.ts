import { settled } from '../../lib/errors';
import { pageAt, recordOr, sourcePage, unlessMissing, type VendorRecord } from '../../lib/ats/kit';
import { toId, toMillis } from '../../lib/ats/model';
import type { AdapterSource, ReadOptions } from '../../lib/ats/provider';
import { NotYet, type SourcePage, type SourceRow } from '../../lib/ats/source';
import { path } from '../../lib/http/path';
import type { BambooApi } from './api';
import { groupsIn, isUnsettled } from './groups';
import { IN_ROWS, knownIn, toApplication, type Groups } from './mapping';

/** How the trigger reads BambooHR: there is no changed-since filter, but the list can be sorted by the last change. Rows carry no time of it. */
export function changeSource(bamboo: BambooApi, { raw, jobIds }: ReadOptions): AdapterSource {
	const job = jobIds.length === 1 ? { jobId: jobIds[0] } : {};
	const read = async (cursor: string | null, sortOrder: 'ASC' | 'DESC', sortBy: string): Promise<SourcePage> =>
		await pageAt(cursor, async () => {
			const { rows, next, answer } = await bamboo.page(cursor, { ...job, sortBy, sortOrder });
			const groups = await groupsIn(bamboo, rows);
			return sourcePage(answer, rows, next, (row) => {
				if (isUnsettled(bamboo, row)) throw new NotYet('Which group its status is in could not be learned yet');
				return rowOf(row, groups, raw);
			});
		});
	return {
		kind: 'applications',
		newestFirst: true,
		probe: async () => void (await bamboo.all('/statuses')),
		readWindow: async ({ cursor }) => await read(cursor, 'DESC', 'last_updated'),
		// By their day of creation, which does not move: pages shift less while they are read.
		readAll: async ({ cursor }) => await read(cursor, 'ASC', 'created_date'),
		confirmGone: async (missing) => await goneOf(bamboo, missing.map(({ id }) => id), raw),
		details: { compared: false, atOnce: 5, read: async (asked) => await detailsOf(bamboo, asked.map(({ row }) => row)) },
	};
}

/** One that lives elsewhere, such as in a job that was not chosen, answers; one that is gone answers 404. */
async function goneOf(bamboo: BambooApi, ids: readonly string[], raw: boolean): Promise<Map<string, SourceRow | null>> {
	const answer = new Map<string, SourceRow | null>();
	for (const id of ids) {
		const record = await unlessMissing(async () => await bamboo.get(path`/applications/${id}`));
		const groups = await groupsIn(bamboo, record ? [record] : []);
		if (record === null || !isUnsettled(bamboo, record)) answer.set(id, record && asListed(rowOf(record, groups, raw)));
	}
	return answer;
}

function rowOf(row: VendorRecord, groups: Groups, raw: boolean): SourceRow {
	const application = toApplication(row, groups, { models: IN_ROWS, raw });
	return { id: application.id, application, known: new Set(knownIn(application)), deleted: false, createdAt: toMillis(application.info?.appliedAt), changedAt: null };
}

/** What the list does not show of an application would be a change beside what is remembered from the list. */
function asListed(row: SourceRow): SourceRow {
	const { info } = row.application;
	const candidate = info?.candidate ? { ...info.candidate, phones: null, links: null, location: null } : null;
	return { ...row, application: { ...row.application, info: info && { ...info, candidate, owner: null } } };
}

/** Number, place, files and the moment of a rejection stand in the whole record only. */
async function detailsOf(bamboo: BambooApi, rows: readonly SourceRow[]): Promise<Map<string, SourceRow | Error>> {
	return new Map(await Promise.all(rows.map(async (row) => [row.id, await settled(async () => completed(row, await bamboo.get(path`/applications/${row.id}`)))] as const)));
}

/** What the row says stays as it is: a change since then comes with the next poll. */
function completed(row: SourceRow, record: VendorRecord): SourceRow {
	const { info, rejection } = row.application;
	const status = recordOr(record.status) ?? {};
	const whole = toApplication(record, new Map(), { models: ['info', 'attachments'] });
	const candidate = info?.candidate && whole.info?.candidate ? { ...info.candidate, phones: whole.info.candidate.phones, links: whole.info.candidate.links, location: whole.info.candidate.location } : (info?.candidate ?? null);
	return {
		...row,
		application: {
			...row.application,
			info: info && { ...info, candidate, owner: whole.info?.owner ?? null },
			rejection: rejection && toId(status.id) === rejection.id ? { ...rejection, rejectedAt: toApplication(record, new Map([[rejection.id ?? '', 'INACTIVE']])).rejection?.rejectedAt ?? null } : rejection,
			attachments: whole.attachments,
		},
	};
}
