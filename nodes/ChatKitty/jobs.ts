import { number, toggle, when } from '../../lib/action/field';
import { FileItem, type Item } from '../../lib/action/item';
import type { Row } from '../../lib/action/operation';
import { clock } from '../../lib/clock';
import { FieldError } from '../../lib/errors';
import { fetchedFile } from '../../lib/http/files';
import { path } from '../../lib/http/path';
import type { ChatKittyApi } from './api';
import { job } from './models';

const maxWait = number('maxWaitMinutes', { displayName: 'Wait at Most', default: 30, min: 0, max: 1440, description: 'In minutes. The job goes on when the node stops waiting.' });
const interval = number('intervalSeconds', { displayName: 'Ask Every', default: 5, min: 1, max: 600, description: 'In seconds' });

export const waitFields = [maxWait, interval] as const;

/** Behind the start of an import or export. */
export const afterStart = [
	toggle('wait', { displayName: 'Wait Until Finished', description: 'Whether to wait for the job instead of returning at once. A failed job is then an error.' }),
	when(maxWait, { wait: [true] }),
	when(interval, { wait: [true] }),
] as const;

export interface Waiting {
	maxWaitMinutes?: number;
	intervalSeconds?: number;
}

const ENDED = new Set(['FINISHED', 'FAILED']);

export async function getJob(chatkitty: ChatKittyApi, id: string): Promise<Row> {
	return job(await chatkitty.get(path`/jobs/${id}`));
}

/** A word of ChatKitty's, in a sentence of ours. */
function word(value: unknown): string {
	return typeof value === 'string' && value !== '' ? value : 'unknown';
}

/** Asks until the job has ended, and shows its state meanwhile. A failed one is an error. */
export async function waitForJob(chatkitty: ChatKittyApi, item: Item, id: string, { maxWaitMinutes = 30, intervalSeconds = 5 }: Waiting): Promise<Row> {
	const begin = clock.now();
	for (;;) {
		const found = await getJob(chatkitty, id);
		const seconds = Math.round((clock.now() - begin) / 1000);
		item.progress(`job ${id} (${word(found.type)}) is ${word(found.state)} after ${seconds} s`);
		if (found.state === 'FAILED') throw new Error(`The job ${id} (${word(found.type)}) has failed. ChatKitty does not say why: check the rows that were imported.`);
		if (ENDED.has(String(found.state))) return found;
		if (clock.now() + intervalSeconds * 1000 > begin + maxWaitMinutes * 60_000) {
			throw new Error(`The job ${id} is still ${word(found.state)} after ${maxWaitMinutes} minutes. It goes on at ChatKitty: look at it again with Job, Wait.`);
		}
		await clock.sleep(intervalSeconds * 1000, item.signal);
	}
}

/** What starting a job gives: the job at once, or when it has ended. */
export async function started(chatkitty: ChatKittyApi, item: Item, row: Row, { wait, ...waiting }: Waiting & { wait: boolean }): Promise<Row> {
	return wait ? await waitForJob(chatkitty, item, String(row.id), waiting) : job(row);
}

/** The result of an export as a file. */
export async function downloadResult(chatkitty: ChatKittyApi, item: Item, id: string, field: string): Promise<FileItem> {
	const { file, ...found } = await getJob(chatkitty, id);
	if (typeof file !== 'string' || file === '') {
		throw new FieldError(`The job ${id} has no file (it is ${word(found.state)})`, 'Only finished exports have one: wait for it with Job, Wait.');
	}
	const { data, name, mimeType } = await fetchedFile({ address: file, otherwise: `job-${id}` }, async (address) => await chatkitty.download(address));
	return new FileItem(found, { [field]: await item.toBinary(data, name, mimeType) });
}
