import { toId, toText, type ListedStage } from '../../lib/ats/model';
import { recordOr } from '../../lib/ats/kit';
import { clock } from '../../lib/clock';
import { ApiError, rethrow } from '../../lib/errors';
import { path } from '../../lib/http/path';
import { ProcessMap } from '../../lib/processMap';
import type { WorkableApi, WorkableRow } from './api';
import { stageRef, toStage, type FindStage } from './mapping';

/*
 * What a candidate's `stage` means. The documentation calls it a slug in one place and shows a name in another: it is looked for among
 * the slugs, then among the names, first of the account, then of the job, which may have stages of its own.
 */

const REMEMBERED_MS = 60 * 60_000;
/** A word that no list holds must not be asked for with every page. */
const ASK_AGAIN_MS = 60_000;

/** By account and list. */
const known = new ProcessMap<{ readAt: number; list: Promise<readonly ListedStage[]> }>(REMEMBERED_MS);

export async function stagesOf(workable: WorkableApi, jobId: string | null = null): Promise<ListedStage[]> {
	const rows = await workable.whole(jobId === null ? '/stages' : path`/jobs/${jobId}/stages`, 'stages');
	return rows.map((row, order) => toStage(row, order, jobId));
}

async function remembered(workable: WorkableApi, jobId: string | null, oldest: number): Promise<readonly ListedStage[]> {
	const name = `${workable.account}\n${jobId ?? ''}`;
	const read = () => {
		const list = stagesOf(workable, jobId).catch((error: unknown) => {
			known.delete(name);
			// The job is gone, and with it what its stages were called.
			return jobId !== null && error instanceof ApiError && error.facts.status === 404 ? [] : rethrow(error);
		});
		return { readAt: clock.now(), list };
	};
	const found = known.of(name, read);
	if (clock.now() - found.readAt < oldest) return await found.list;
	known.delete(name);
	return await known.of(name, read).list;
}

function match(stages: readonly ListedStage[], word: string): ListedStage | null {
	const bySlug = stages.find(({ id }) => id === word);
	if (bySlug) return bySlug;
	const byName = stages.filter(({ text }) => text === word);
	return byName.length === 1 ? (byName[0] ?? null) : null;
}

/** Reads the lists that these rows need. */
export async function stagesFor(workable: WorkableApi, rows: readonly WorkableRow[]): Promise<FindStage> {
	if (rows.length === 0) return () => null;
	let account = await remembered(workable, null, REMEMBERED_MS);
	const unclear = () => rows.filter((row) => {
		const word = toText(row.stage);
		return word !== null && !match(account, word);
	});
	if (unclear().length > 0) account = await remembered(workable, null, ASK_AGAIN_MS);
	const jobs = new Map<string, readonly ListedStage[]>();
	for (const row of unclear()) {
		const jobId = toId(recordOr(row.job)?.shortcode);
		if (jobId === null || jobs.has(jobId)) continue;
		const word = toText(row.stage) ?? '';
		const list = await remembered(workable, jobId, REMEMBERED_MS);
		jobs.set(jobId, match(list, word) ? list : await remembered(workable, jobId, ASK_AGAIN_MS));
	}
	return (row) => {
		const word = toText(row.stage);
		if (word === null) return null;
		const found = match(account, word) ?? match(jobs.get(toId(recordOr(row.job)?.shortcode) ?? '') ?? [], word);
		return found && stageRef(found);
	};
}
