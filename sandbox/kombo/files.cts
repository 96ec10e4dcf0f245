import type { Attachment } from '../model.cts';
import { fail } from './errors.cts';

/** https://docs.kombo.dev/ats/attachment-restrictions.md: what this ATS accepts. */
const DOCUMENTS = ['application/pdf', 'application/msword', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'text/plain'];
const CV = { is_supported: true, max_file_size_bytes: 5_000_000, accepted_mime_types: DOCUMENTS };
const COVER_LETTER = { is_supported: true, max_file_size_bytes: 2_000_000, accepted_mime_types: DOCUMENTS };
const OTHER = { is_supported: true, max_file_size_bytes: 10_000_000, accepted_mime_types: null };
const WITH_AMOUNTS = {
	total_size_bytes: 15_000_000,
	types: { CV: { ...CV, min_amount: 0, max_amount: 1 }, COVER_LETTER: { ...COVER_LETTER, min_amount: 0, max_amount: 1 }, OTHER: { ...OTHER, min_amount: null, max_amount: null } },
};
const PLAIN = { types: { CV, COVER_LETTER, OTHER } };

export const RESTRICTIONS = { ats_create_application: WITH_AMOUNTS, ats_create_candidate: WITH_AMOUNTS, ats_add_application_attachment: PLAIN, ats_add_candidate_attachment: PLAIN };

export interface GivenFile {
	name: string;
	content_type?: string;
	data_url?: string;
	data?: string;
}

export interface ReadFile {
	kind: Attachment['kind'];
	fileName: string;
	contentType: string;
	bytes: Buffer;
}

const DOWNLOAD_TIMEOUT = 10_000;

/** The bytes of a file that was sent, or that is fetched at once from its address. */
export async function fileOf(file: GivenFile, kind: Attachment['kind']): Promise<ReadFile> {
	if ((file.data === undefined) === (file.data_url === undefined)) throw fail('PLATFORM.INPUT_INVALID', `The file "${file.name}" needs exactly one of "data" and "data_url".`);
	const read = file.data_url === undefined ? decoded(file) : await downloaded(file, file.data_url);
	const limits = PLAIN.types[kind];
	if (read.bytes.length > limits.max_file_size_bytes) throw fail('REMOTE.INPUT_INVALID', `The file "${file.name}" is larger than ${limits.max_file_size_bytes} bytes.`);
	if (limits.accepted_mime_types && !limits.accepted_mime_types.includes(read.contentType)) throw fail('REMOTE.INPUT_INVALID', `Files of the type "${read.contentType}" are not accepted as ${kind}.`);
	return { kind, fileName: file.name, ...read };
}

function decoded(file: GivenFile): { contentType: string; bytes: Buffer } {
	if (file.content_type === undefined) throw fail('PLATFORM.INPUT_INVALID', `The file "${file.name}" has "data" and no "content_type".`);
	const text = file.data ?? '';
	if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw fail('PLATFORM.INPUT_INVALID', `The "data" of the file "${file.name}" is not base64.`);
	return { contentType: file.content_type, bytes: Buffer.from(text, 'base64') };
}

async function downloaded(file: GivenFile, url: string): Promise<{ contentType: string; bytes: Buffer }> {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT) });
		if (!response.ok) throw new Error(`it answered ${response.status}`);
		const contentType = file.content_type ?? response.headers.get('content-type')?.split(';')[0] ?? 'application/octet-stream';
		return { contentType, bytes: Buffer.from(await response.arrayBuffer()) };
	} catch (error) {
		throw fail('PLATFORM.INPUT_INVALID', `The file "${file.name}" could not be fetched from its "data_url": ${error instanceof Error ? error.message : String(error)}`);
	}
}
