import { FileItem, settledAll, type Item } from '../../lib/action/item';
import { binary, choice, text, toggle, when, type Values } from '../../lib/action/field';
import type { OutputItem, Row } from '../../lib/action/operation';
import { toText } from '../../lib/ats/model';
import { FieldError } from '../../lib/errors';
import { isObject } from '../../lib/http/apiDefinition';
import { fetchedFile, type ServiceFile } from '../../lib/http/files';
import { fileTypeOf } from '../../lib/http/fileType';
import { fileNameInUrl } from '../../lib/http/headers';
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

/** A file on its way to the ATS: its bytes, or an address. */
export interface SentFile {
	type: string;
	name: string;
	mimeType?: string | undefined;
	data?: Buffer;
	url?: string;
}

/** Kombo's attachment bodies; the limits of the connected ATS are checked before anything is uploaded, on the bytes that are sent. */
export async function attachmentsOf(kombo: KomboApi, action: RestrictedAction, given: readonly SentFile[]): Promise<Row[]> {
	if (given.length === 0) return [];
	const files = given.map((file) => (file.data === undefined ? file : { ...file, mimeType: fileTypeOf({ declared: file.mimeType ?? null, name: file.name, data: file.data }) }));
	const limits = await restrictions(kombo, action);
	checkAmounts(limits, files);
	for (const file of files) checkFile(limits, file);
	const total = files.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
	if (limits.totalBytes !== undefined && total > limits.totalBytes) throw new FieldError(`The files have ${total} bytes together, the connected ATS takes ${limits.totalBytes}`, 'Send fewer or smaller files.');
	return files.map(({ type, name, mimeType = '', data, url }) => (data === undefined ? { type, name, data_url: url } : { type, name, content_type: KOMBO_TYPE.test(mimeType) ? mimeType : 'application/octet-stream', data: data.toString('base64') }));
}

/** With bytes Kombo wants a type of this form. https://docs.kombo.dev/ats/v1/post-applications-application-id-attachments */
const KOMBO_TYPE = /^[\w.-]+\/[\w.-]+$/;

/** The file that these fields name. */
export async function sentFile(item: Item, { attachmentType: type, fileName, fileUrl: url, binaryField }: FileValues): Promise<SentFile> {
	if (url === undefined) {
		const { name, ...file } = await item.readFile(binaryField ?? 'data');
		return { type, ...file, name: fileName ?? name };
	}
	if (!URL.canParse(url)) throw new FieldError('"File URL" is not a URL', 'Use the full address, for example https://example.com/cv.pdf.');
	return { type, url, name: fileName ?? fileNameInUrl(url) ?? 'file' };
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

function checkAmounts({ types }: Restrictions, files: readonly SentFile[]): void {
	for (const [type, limit] of Object.entries(types)) {
		const max = isObject(limit) ? limit.max_amount : undefined;
		const given = files.filter((file) => file.type === type).length;
		if (typeof max === 'number' && given > max) throw new FieldError(`The connected ATS takes ${max} ${max === 1 ? 'file' : 'files'} of the type ${type}, not ${given}`, 'Send the others as another type.');
	}
}

function checkFile({ types }: Restrictions, { type, name, mimeType, data }: SentFile): void {
	const limit = types[type];
	if (!isObject(limit)) return;
	if (limit.is_supported === false) throw new FieldError(`The connected ATS takes no files of the type ${type}`, 'Choose another type.');
	if (data === undefined) return;
	const accepted = Array.isArray(limit.accepted_mime_types) ? limit.accepted_mime_types.filter((one) => typeof one === 'string') : undefined;
	if (accepted && !accepted.some((one) => one.toLowerCase() === mimeType)) {
		throw new FieldError(`The connected ATS takes no ${mimeType ?? 'file of an unknown type'} as ${type} ("${name}")`, `It takes: ${accepted.join(', ')}.`);
	}
	const max = limit.max_file_size_bytes;
	if (typeof max === 'number' && data.length > max) throw new FieldError(`"${name}" has ${data.length} bytes, the connected ATS takes ${max} as ${type}`, 'Send a smaller file.');
}

/** What a live attachments call gives back. */
export const outputFields = [
	toggle('download', { displayName: 'Download', default: true, description: 'Whether to fetch the files; otherwise only their names and short-lived addresses are returned' }),
	when(binary('outputField', { displayName: 'Put Output File in Field', hint: 'The name of the output field to put the file in' }), { download: [true] }),
] as const;

/** The file behind an attachment: at a short-lived signed address. */
export async function fileOf(kombo: KomboApi, { id, file_name: name, content_type: mimeType, data_url: address }: Row): Promise<ServiceFile> {
	return await fetchedFile({ address, name: toText(name), mimeType: toText(mimeType), otherwise: toText(id) ? `Attachment ${toText(id)}` : 'An attachment without an ID' }, async (url) => await kombo.download(url));
}

/** One item per file of an attachments answer; with `download` the file itself, and without its signed address. */
export async function filesOf(kombo: KomboApi, item: Item, data: Row, { download, outputField }: Values<typeof outputFields>): Promise<readonly OutputItem[]> {
	const attachments = rowsOf(data, 'results');
	if (!download) return attachments;
	item.progress(`Fetching ${attachments.length} ${attachments.length === 1 ? 'file' : 'files'}`);
	return await settledAll(attachments, async ({ data_url: address, ...json }) => {
		const { data, name, mimeType } = await fileOf(kombo, { ...json, data_url: address });
		return new FileItem(json, { [outputField ?? 'data']: await item.toBinary(data, name, mimeType) });
	});
}
