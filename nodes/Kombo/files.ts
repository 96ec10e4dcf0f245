import { FileItem, type Item } from '../../lib/action/item';
import { binary, choice, text, toggle, when, type Values } from '../../lib/action/field';
import type { Row } from '../../lib/action/operation';
import { FieldError } from '../../lib/errors';
import { isObject } from '../../lib/http/apiDefinition';
import { rowsOf, type KomboApi } from './api';
import { attachmentType } from './fields';

/** One file to send: from the workflow or from an address that Kombo fetches at once. */
export const fileFields = [
	attachmentType,
	choice('source', {
		displayName: 'File Source',
		description: 'Where the file is',
		options: [
			{ name: 'Input Binary Field', value: 'binary' },
			{ name: 'URL', value: 'url', description: 'Kombo fetches it at once, without credentials: a short-lived signed address will do' },
		],
	}),
	when(binary('binaryField'), { source: ['binary'] }),
	when(text('fileUrl', { displayName: 'File URL', description: 'Where the file can be fetched without logging in', required: true, placeholder: 'https://example.com/cv.pdf' }), { source: ['url'] }),
	text('fileName', { displayName: 'File Name', placeholder: 'cv.pdf', description: "Instead of the input file's own name; a URL's last part is used when empty" }),
] as const;

export type FileValues = Values<typeof fileFields>;

/** Calls whose attachment limits Kombo tells. https://docs.kombo.dev/ats/attachment-restrictions */
export type RestrictedAction = 'ats_create_application' | 'ats_create_candidate' | 'ats_add_application_attachment' | 'ats_add_candidate_attachment';

/** Kombo's attachment body; the limits of the connected ATS are checked before anything is uploaded. */
export async function attachmentsOf(kombo: KomboApi, item: Item, action: RestrictedAction, files: readonly FileValues[]): Promise<Row[]> {
	if (files.length === 0) return [];
	const limits = await restrictions(kombo, action);
	checkAmounts(limits, files);
	let total = 0;
	for (const file of files) {
		const facts = file.binaryField === undefined ? undefined : item.fileFacts(file.binaryField);
		checkFile(limits, file, facts);
		total += facts?.bytes ?? 0;
	}
	if (limits.totalBytes !== undefined && total > limits.totalBytes) {
		throw new FieldError(`The files have ${total} bytes together, the connected ATS takes ${limits.totalBytes}`, 'Send fewer or smaller files.');
	}
	return await Promise.all(files.map(async (file) => await attachmentOf(item, file)));
}

interface Restrictions {
	totalBytes?: number;
	types: Record<string, unknown>;
}

async function restrictions(kombo: KomboApi, action: RestrictedAction): Promise<Restrictions> {
	// Semi-public endpoint: where a tool or plan lacks it, the ATS itself is the judge.
	const { status, body } = await kombo.send({ method: 'GET', path: `/ats/actions/${action}`, accept: [400, 403, 404, 409, 501] });
	const data = status === 200 && isObject(body) && isObject(body.data) ? body.data : {};
	const found = isObject(data.attachment_restrictions) ? data.attachment_restrictions : {};
	return {
		types: isObject(found.types) ? found.types : {},
		...(typeof found.total_size_bytes === 'number' ? { totalBytes: found.total_size_bytes } : {}),
	};
}

function checkAmounts({ types }: Restrictions, files: readonly FileValues[]): void {
	for (const [type, limit] of Object.entries(types)) {
		const max = isObject(limit) ? limit.max_amount : undefined;
		const given = files.filter(({ attachmentType: one }) => one === type).length;
		if (typeof max === 'number' && given > max) throw new FieldError(`The connected ATS takes ${max} ${max === 1 ? 'file' : 'files'} of the type ${type}, not ${given}`, 'Send the others as another type.');
	}
}

function checkFile({ types }: Restrictions, file: FileValues, facts: { name: string; mimeType: string; bytes?: number } | undefined): void {
	const limit = types[file.attachmentType];
	if (!isObject(limit)) return;
	if (limit.is_supported === false) throw new FieldError(`The connected ATS takes no files of the type ${file.attachmentType}`, 'Choose another type.');
	if (!facts) return;
	const accepted = Array.isArray(limit.accepted_mime_types) ? limit.accepted_mime_types.filter((type) => typeof type === 'string') : undefined;
	if (accepted && !accepted.includes(facts.mimeType)) {
		throw new FieldError(`The connected ATS takes no ${facts.mimeType} as ${file.attachmentType} ("${facts.name}")`, `It takes: ${accepted.join(', ')}.`);
	}
	const max = limit.max_file_size_bytes;
	if (typeof max === 'number' && facts.bytes !== undefined && facts.bytes > max) {
		throw new FieldError(`"${facts.name}" has ${facts.bytes} bytes, the connected ATS takes ${max} as ${file.attachmentType}`, 'Send a smaller file.');
	}
}

async function attachmentOf(item: Item, file: FileValues): Promise<Row> {
	if (file.fileUrl !== undefined) return { type: file.attachmentType, name: file.fileName ?? nameFrom(file.fileUrl), data_url: file.fileUrl };
	const { data, name, mimeType } = await item.readFile(file.binaryField ?? 'data');
	return { type: file.attachmentType, name: file.fileName ?? name, content_type: mimeType.split(';', 1)[0], data: data.toString('base64') };
}

function nameFrom(url: string): string {
	if (!URL.canParse(url)) throw new FieldError('"File URL" is not a URL', 'Use the full address, for example https://example.com/cv.pdf.');
	const last = new URL(url).pathname.split('/').at(-1);
	return last ? decodeURIComponent(last) : 'file';
}

/** What a live attachments call gives back. */
export const outputFields = [
	toggle('download', { displayName: 'Download', default: true, description: 'Whether to fetch the files; otherwise only their names and short-lived addresses are returned' }),
	when(binary('outputField', { displayName: 'Put Output File in Field', hint: 'The name of the output field to put the file in' }), { download: [true] }),
] as const;

/** One item per file of an attachments answer; with `download` the file itself, and without its signed address. */
export async function filesOf(kombo: KomboApi, item: Item, data: Row, { download, outputField }: Values<typeof outputFields>): Promise<Row[] | FileItem[]> {
	const attachments = rowsOf(data, 'results');
	if (!download) return attachments;
	item.progress(`Fetching ${attachments.length} ${attachments.length === 1 ? 'file' : 'files'}`);
	return await Promise.all(
		attachments.map(async (attachment) => {
			const { body } = await kombo.download(String(attachment.data_url));
			const name = String(attachment.file_name ?? attachment.id);
			const mimeType = typeof attachment.content_type === 'string' ? attachment.content_type : undefined;
			const json = Object.fromEntries(Object.entries(attachment).filter(([key]) => key !== 'data_url'));
			return new FileItem(json, { [outputField ?? 'data']: await item.toBinary(Buffer.isBuffer(body) ? body : Buffer.from([]), name, mimeType) });
		}),
	);
}
