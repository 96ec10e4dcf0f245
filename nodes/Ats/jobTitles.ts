import { clock } from '../../lib/clock';
import type { Application } from '../../lib/ats/model';
import type { Operations } from '../../lib/ats/provider';

/** Titles of all jobs that the account shows, by ID. */
export async function readTitles({ jobs }: Pick<Operations, 'jobs'>): Promise<ReadonlyMap<string, string>> {
	const titles = new Map<string, string>();
	if (jobs) for await (const page of jobs({})) for (const { id, info } of page) if (info?.title) titles.set(id, info.title);
	return titles;
}

const REMEMBERED_MS = 60 * 60_000;
const CAPACITY = 100;
/** A job that no list shows (deleted, hidden) must not be asked for with every poll. */
const ASK_AGAIN_MS = 10 * 60_000;
const known = new Map<string, { readAt: number; titles: Promise<ReadonlyMap<string, string>> }>();

/** The same, remembered in the process for an hour: a poll asks only when something is emitted of a job that it does not know. */
export async function rememberedTitles(account: string, jobIds: readonly string[], read: () => Promise<ReadonlyMap<string, string>>): Promise<ReadonlyMap<string, string>> {
	const before = known.get(account);
	if (before && before.readAt + REMEMBERED_MS > clock.now()) {
		const titles = await before.titles;
		if (before.readAt + ASK_AGAIN_MS > clock.now() || jobIds.every((id) => titles.has(id))) return titles;
	}
	const titles = read();
	known.delete(account);
	known.set(account, { readAt: clock.now(), titles });
	for (const oldest of known.keys()) {
		if (known.size <= CAPACITY) break;
		known.delete(oldest);
	}
	titles.catch(() => known.get(account)?.titles === titles && known.delete(account));
	return await titles;
}

/** With `info.job`, as far as it can be told. */
export function withJobTitle(application: Application, titles: ReadonlyMap<string, string>): Application {
	const { info } = application;
	if (!info || info.jobId === null || typeof info.job?.title === 'string') return application;
	return { ...application, info: { ...info, job: { id: info.jobId, title: titles.get(info.jobId) ?? null } } };
}
