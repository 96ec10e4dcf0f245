import { FileItem, type Item } from '../../lib/action/item';
import type { Row } from '../../lib/action/operation';
import { ApiError } from '../../lib/errors';
import type { Answer } from '../../lib/http/apiDefinition';
import type { ChatTechnologiesApi } from './api';
import { flat, resumeAddress, type Resume } from './records';

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

function asFile({ body, headers }: Answer, address: string, row: Row, which: Resume): ResumeFile {
	const mimeType = (headers['content-type'] ?? '').split(';', 1)[0]?.trim();
	return {
		data: Buffer.isBuffer(body) ? body : Buffer.from([]),
		fileName: namedIn(headers['content-disposition']) ?? namedBy(address) ?? `${which}-${String(flat(row).id)}.pdf`,
		mimeType: mimeType === undefined || mimeType === '' ? 'application/pdf' : mimeType,
	};
}

function namedIn(disposition = ''): string | undefined {
	const name = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1] ?? /filename="?([^";]+)/i.exec(disposition)?.[1];
	return name === undefined ? undefined : decoded(name);
}

function namedBy(address: string): string | undefined {
	const last = URL.canParse(address) ? new URL(address).pathname.split('/').at(-1) : undefined;
	return last?.includes('.') ? decoded(last) : undefined;
}

function decoded(name: string): string {
	try {
		return decodeURIComponent(name);
	} catch {
		return name;
	}
}
