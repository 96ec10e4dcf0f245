import { FileItem, type Item } from '../../lib/action/item';
import type { Row } from '../../lib/action/operation';
import { ApiError } from '../../lib/errors';
import type { Answer } from '../../lib/http/apiDefinition';
import { fileFrom } from '../../lib/http/files';
import type { ChatTechnologiesApi } from './api';
import { flat } from '../../lib/http/jsonApi';
import { resumeAddress, type Resume } from './records';

export interface ResumeFile {
	data: Buffer;
	fileName: string;
	mimeType: string;
}

/**
 * The file behind a candidate's signed address, which lives for 30 seconds: fetched at once, and once more from a fresh reading of the candidate
 * if it had died. Undefined when the candidate has none.
 */
export async function resumeOf(api: ChatTechnologiesApi, row: Row, which: Resume, reread: () => Promise<Row | undefined>): Promise<ResumeFile | undefined> {
	const address = resumeAddress(row, which);
	if (address === undefined) return undefined;
	const again = async (error: unknown) => {
		const expired = error instanceof ApiError && [400, 401, 403, 404, 410].includes(error.facts.status ?? 0);
		const fresh = expired ? await reread() : undefined;
		const renewed = fresh && resumeAddress(fresh, which);
		if (renewed === undefined || renewed === address) throw error;
		return await api.download(renewed);
	};
	return asFile(await api.download(address).catch(again), address, row, which);
}

export async function resumeItem(item: Item, file: ResumeFile, json: Row, field: string): Promise<FileItem> {
	return new FileItem(json, { [field]: await item.toBinary(file.data, file.fileName, file.mimeType) });
}

function asFile(answer: Answer, address: string, row: Row, which: Resume): ResumeFile {
	const otherwise = `${which}-${String(flat(row).id)}.pdf`;
	const { data, name, mimeType } = fileFrom(answer, { otherwise }, address);
	return { data, fileName: name, mimeType: mimeType ?? 'application/pdf' };
}
