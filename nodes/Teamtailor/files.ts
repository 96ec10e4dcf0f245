import type { LostFile, StoredFile } from '../../lib/ats/provider';
import { storedFiles } from '../../lib/ats/kit';
import type { Application, Attachment } from '../../lib/ats/model';
import { fetchedFile } from '../../lib/http/files';
import { path } from '../../lib/http/path';
import type { TeamtailorApi } from './api';
import { idsIn, toResume, toUpload } from './mapping';

type Owner = Pick<Application, 'id' | 'info'>;

/** The uploads of the candidate that are this application's: those of another job are left out. https://docs.teamtailor.com/ (uploads) */
async function uploadsOf(teamtailor: TeamtailorApi, candidateId: string, jobId: string | null): Promise<Attachment[]> {
	const rows = await teamtailor.all(path`/candidates/${candidateId}/uploads`, { include: 'job' });
	const ofJob = (job: string | undefined) => job === undefined || jobId === null || job === jobId;
	return rows.filter((row) => ofJob(idsIn(row, 'job')?.[0])).map(toUpload);
}

/** The candidate's CV and the uploads of the application; null where the candidate is not told. */
export async function filesOf(teamtailor: TeamtailorApi, { info }: Owner): Promise<Attachment[] | null> {
	const id = info?.candidate?.id ?? null;
	if (id === null) return null;
	return [...toResume(await teamtailor.get(path`/candidates/${id}`)), ...(await uploadsOf(teamtailor, id, info?.jobId ?? null))];
}

/** Signed addresses work for half a minute to a minute: each is asked for just before its file is fetched. */
export async function* downloads(teamtailor: TeamtailorApi, { id, info }: Owner): AsyncGenerator<StoredFile | LostFile> {
	const candidateId = info?.candidate?.id ?? null;
	if (candidateId === null) throw new Error('Teamtailor does not say whose application this is: its files hang on the candidate.');
	const fetch = async ({ link, name }: Attachment, otherwise: string) => await fetchedFile({ address: link, name, otherwise }, async (address) => await teamtailor.download(address));
	yield* storedFiles(toResume(await teamtailor.get(path`/candidates/${candidateId}`)), (file) => file, async (file) => await fetch(file, `CV of application ${id}`));
	yield* storedFiles(await uploadsOf(teamtailor, candidateId, info?.jobId ?? null), (file) => file, async (file) => await fetch(toUpload(await teamtailor.get(path`/uploads/${file.id ?? ''}`)), `A file of application ${id}`));
}
