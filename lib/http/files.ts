import { ApiError, FieldError, rethrow } from '../errors';
import { isObject, type Answer } from './apiDefinition';
import { fileTypeOf, isMessage, isWebPage } from './fileType';
import { fileNameIn, fileNameInUrl, percentDecoded, safeName } from './headers';

export interface ServiceFile {
	data: Buffer;
	name: string;
	/** Undefined where nobody knows: n8n finds out. */
	mimeType?: string;
}

/** What a record says of its file. */
export interface FileFacts {
	name?: string | null;
	mimeType?: string | null;
	/** Where it has no name: "CV of application 12". */
	otherwise?: string;
}

export interface FileSource extends FileFacts {
	/** The field of a record that should hold the address. */
	address: unknown;
}

/** How a file is called in an error. */
export function fileLabel({ name, otherwise }: FileFacts): string {
	return name ? `The file "${safeName(name)}"` : (otherwise ?? 'The file');
}

/** The file in an answer. Throws, naming the file, when what came is empty or a web page. */
export function fileFrom(answer: Answer, facts: FileFacts, address = ''): ServiceFile {
	const data = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(typeof answer.body === 'string' ? answer.body : '');
	const stated = fileNameIn(answer.headers['content-disposition']);
	const name = safeName(facts.name || stated || fileNameInUrl(address) || facts.otherwise || 'file');
	return checkedFile({ data, name, facts, declared: [answer.headers['content-type'], facts.mimeType] });
}

/** The file behind the address that a record gives. Whatever goes wrong, the error names the file. */
export async function fetchedFile(source: FileSource, download: (address: string) => Promise<Answer>): Promise<ServiceFile> {
	const address = fileAddress(source);
	if (address.slice(0, 5).toLowerCase() === 'data:') return inlineFile(address, source);
	let answer: Answer;
	try {
		answer = await download(address);
	} catch (error) {
		return rethrow(naming(source, error));
	}
	return fileFrom(answer, source, address);
}

function naming(source: FileSource, error: unknown): unknown {
	if (!(error instanceof Error)) return error;
	const sentence = `${fileLabel(source)} cannot be had. ${error.message}`;
	if (error instanceof FieldError) return new FieldError(sentence, error.hint);
	if (error instanceof ApiError) return new ApiError({ ...error.facts, message: sentence });
	// What ended the execution stays what it is.
	return error.name === 'Error' ? new Error(sentence) : error;
}

/** A file that stands in an answer as text: base64, with or without a `data:` address before it, or plain text. */
export function inlineFile(content: unknown, facts: FileFacts, encoding: 'base64' | 'text' = 'base64'): ServiceFile {
	const text = typeof content === 'string' ? content.trim() : '';
	const prefix = text.slice(0, 5).toLowerCase() === 'data:' ? text.slice(0, text.indexOf(',') + 1) : '';
	const inBase64 = prefix === '' ? encoding === 'base64' : /;\s*base64\s*,$/i.test(prefix);
	const value = text.slice(prefix.length);
	const data = inBase64 ? bytesOf(prefix === '' ? value : percentDecoded(value)) : prefix === '' ? Buffer.from(typeof content === 'string' ? content : '', 'utf8') : Buffer.from(percentDecoded(value), 'utf8');
	if (data === undefined) throw new Error(`${fileLabel(facts)} cannot be read: what stands in the answer is no base64.`);
	return checkedFile({ data, name: safeName(facts.name || facts.otherwise || 'file'), facts, declared: [facts.mimeType, prefix.slice(5)] });
}

/** The bytes of base64 or base64url, line breaks allowed; undefined where the text is something else, such as a word or a sentence. */
export function bytesOf(text: string): Buffer | undefined {
	const compact = text.split(/[\r\n]+/).map((line) => line.trim()).join('');
	if (/^[a-z/]{1,40}$/i.test(compact)) return undefined;
	const [digits = ''] = compact.split('=', 1);
	if (!/^[\w+/-]*$/.test(digits) || !/^={0,2}$/.test(compact.slice(digits.length)) || digits.length % 4 === 1) return undefined;
	return Buffer.from(compact, 'base64');
}

function checkedFile({ data, name, facts, declared }: { data: Buffer; name: string; facts: FileFacts; declared: Array<string | null | undefined> }): ServiceFile {
	const label = fileLabel({ ...facts, name: facts.name || name });
	if (data.length === 0) throw new Error(`${label} is empty: its server answered with 0 bytes. Try again, or look at it in the service.`);
	if (isWebPage(data) && !/\.x?html?$/i.test(name)) throw new Error(`${label} cannot be had: its server answered with a web page instead, which may be a login or an error. Addresses of files expire: ask for the list of files again.`);
	if (isMessage(data, name)) throw new Error(`${label} cannot be had: what came instead is no file of this type, but a message of its server. Addresses of files expire: ask for the list of files again.`);
	const mimeType = declared.reduce<string | undefined>((found, one) => found ?? fileTypeOf({ declared: one ?? null }), undefined);
	const type = fileTypeOf({ declared: mimeType ?? null, name, data });
	return { data, name, ...(type === undefined ? {} : { mimeType: type }) };
}

/** The address that a record gives for its file. Throws, naming the file, where it gives none. */
export function fileAddress({ address, ...facts }: FileSource): string {
	const text = isObject(address) ? address.href ?? address.url : address;
	if (typeof text === 'string' && text.trim() !== '') return text.trim();
	throw new Error(`${fileLabel(facts)} has no address: the service does not say where it is.`);
}
