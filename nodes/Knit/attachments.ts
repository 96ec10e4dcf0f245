import type { IBinaryData, IDataObject } from 'n8n-workflow';

import type { Row } from '../../lib/action/operation';
import { isObject } from '../../lib/http/apiDefinition';
import { fetchedFile, inlineFile, type ServiceFile } from '../../lib/http/files';
import type { KnitApi } from './api';
import { pick } from './models';

/**
 * The file behind an attachment: inline, or at an address that may work for minutes only.
 * https://developers.getknit.dev/reference/application-data-models . Throws, naming the file, when it cannot be had.
 */
export async function fileOf(knit: KnitApi, attachment: Record<string, unknown>, timeoutMs?: number): Promise<ServiceFile> {
	const facts = { name: pick(attachment, 'name'), otherwise: 'attachment' };
	const { attachmentContent: inline } = attachment;
	const content = pick(inline, 'content');
	if (content !== null) return inlineFile(content, facts, pick(inline, 'encoding') === 'BASE64' ? 'base64' : 'text');
	return await fetchedFile({ ...facts, address: attachment.link }, async (address) => await knit.download(address, timeoutMs));
}

/** A file on its way to Knit, as Knit itself sends files in its events: how it wants them is not published. */
export function sentFile(type: string, { name, data }: Pick<ServiceFile, 'name' | 'data'>): Row {
	return { type, name, attachmentContent: { content: data.toString('base64'), encoding: 'BASE64' } };
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
