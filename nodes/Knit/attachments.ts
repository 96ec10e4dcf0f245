import type { IBinaryData, IDataObject } from 'n8n-workflow';

import { isObject } from '../../lib/http/apiDefinition';
import type { KnitApi } from './api';
import { pick } from './models';

export interface KnitFile {
	data: Buffer;
	name: string;
	mimeType?: string;
}

/**
 * The file behind an attachment: inline, or at an address that may work for minutes only.
 * https://developers.getknit.dev/reference/application-data-models . Throws when it cannot be had.
 */
export async function fileOf(knit: KnitApi, attachment: Record<string, unknown>, timeoutMs?: number): Promise<KnitFile> {
	const name = pick(attachment, 'name') ?? 'attachment';
	const inline = contentOf(attachment);
	if (inline) return { data: inline, name };
	const { body, headers } = await knit.download(pick(attachment, 'link') ?? '', timeoutMs);
	const [mimeType = ''] = (headers['content-type'] ?? '').split(';', 1);
	return { data: Buffer.isBuffer(body) ? body : Buffer.alloc(0), name, ...(mimeType.trim() === '' ? {} : { mimeType: mimeType.trim() }) };
}

function contentOf({ attachmentContent: inline }: Record<string, unknown>): Buffer | undefined {
	const content = pick(inline, 'content');
	if (content === null) return undefined;
	return isObject(inline) && inline.encoding === 'BASE64' ? Buffer.from(content, 'base64') : Buffer.from(content, 'utf8');
}

/** A webhook's sender waits for our answer: a slow file must not make it send everything again. */
const PATIENCE_MS = 15_000;

/**
 * The attachments of a record as binaries `attachment_0`, `attachment_1` ... Each then names its binary instead of holding the
 * content; one that cannot be had says why and takes no other down.
 */
export async function asBinaries(
	knit: KnitApi,
	record: IDataObject,
	toBinary: (data: Buffer, name: string, mimeType?: string) => Promise<IBinaryData>,
): Promise<{ json: IDataObject; binary?: Record<string, IBinaryData> }> {
	if (!Array.isArray(record.attachments) || record.attachments.length === 0) return { json: record };
	const binary: Record<string, IBinaryData> = {};
	const attachments = await Promise.all(
		record.attachments.filter(isObject).map(async (attachment, index) => {
			const rest = Object.fromEntries(Object.entries(attachment).filter(([name]) => name !== 'attachmentContent')) as IDataObject;
			const key = `attachment_${index}`;
			try {
				const { data, name, mimeType } = await fileOf(knit, attachment, PATIENCE_MS);
				binary[key] = await toBinary(data, name, mimeType);
				return { ...rest, binary: key };
			} catch (error) {
				return { ...rest, downloadError: error instanceof Error ? error.message : String(error) };
			}
		}),
	);
	return { json: { ...record, attachments }, binary };
}
