import { FileItem, type Item } from '../../lib/action/item';
import type { Row } from '../../lib/action/operation';
import { ApiError, rethrow } from '../../lib/errors';
import { fetchedFile, type ServiceFile } from '../../lib/http/files';
import type { ChatTechnologiesApi } from './api';
import { flat } from '../../lib/http/jsonApi';
import { resumeAddress, type Resume } from './records';

/**
 * The file behind a candidate's signed address, which lives for 30 seconds: fetched at once, and once more from a fresh reading of the candidate
 * if it had died. Undefined when the candidate has none.
 */
export async function resumeOf(api: ChatTechnologiesApi, row: Row, which: Resume, reread: () => Promise<Row | undefined>): Promise<ServiceFile | undefined> {
	const address = resumeAddress(row, which);
	if (address === undefined) return undefined;
	const again = async (error: unknown) => {
		const expired = error instanceof ApiError && [400, 401, 403, 404, 410].includes(error.facts.status ?? 0);
		const fresh = expired ? await reread() : undefined;
		const renewed = fresh && resumeAddress(fresh, which);
		return renewed === undefined || renewed === address ? rethrow(error) : await api.download(renewed);
	};
	// Only the second form is said to be a PDF.
	const otherwise = `${which}-${String(flat(row).id)}${which === 'resume' ? '.pdf' : ''}`;
	return await fetchedFile({ address, otherwise }, async () => await api.download(address).catch(again));
}

export async function resumeItem(item: Item, { data, name, mimeType }: ServiceFile, json: Row, field: string): Promise<FileItem> {
	return new FileItem(json, { [field]: await item.toBinary(data, name, mimeType) });
}
