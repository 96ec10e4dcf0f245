import { mediaTypeOf } from './headers';

/** By the ending of a name. */
const BY_NAME: ReadonlyMap<string, string> = new Map(Object.entries({
	pdf: 'application/pdf',
	doc: 'application/msword',
	docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
	xls: 'application/vnd.ms-excel',
	xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
	ppt: 'application/vnd.ms-powerpoint',
	pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
	odt: 'application/vnd.oasis.opendocument.text',
	pages: 'application/vnd.apple.pages',
	rtf: 'application/rtf',
	txt: 'text/plain',
	md: 'text/markdown',
	csv: 'text/csv',
	html: 'text/html',
	htm: 'text/html',
	json: 'application/json',
	xml: 'application/xml',
	eml: 'message/rfc822',
	msg: 'application/vnd.ms-outlook',
	zip: 'application/zip',
	png: 'image/png',
	jpg: 'image/jpeg',
	jpeg: 'image/jpeg',
	gif: 'image/gif',
	webp: 'image/webp',
	heic: 'image/heic',
	tif: 'image/tiff',
	tiff: 'image/tiff',
	bmp: 'image/bmp',
	svg: 'image/svg+xml',
	mp3: 'audio/mpeg',
	m4a: 'audio/mp4',
	wav: 'audio/wav',
	mp4: 'video/mp4',
	mov: 'video/quicktime',
	webm: 'video/webm',
}));

/** By the first bytes, as Latin-1. */
const BY_BYTES: ReadonlyArray<[begins: string, type: string]> = [
	['%PDF-', 'application/pdf'],
	['{\\rtf', 'application/rtf'],
	['\x89PNG\r\n\x1a\n', 'image/png'],
	['\xff\xd8\xff', 'image/jpeg'],
	['GIF8', 'image/gif'],
	['II*\0', 'image/tiff'],
	['MM\0*', 'image/tiff'],
];
/** Two containers that hold many types: the name, else what is declared, says which. */
const CONTAINERS: ReadonlyArray<{ begins: string; type?: string; holds: readonly string[] }> = [
	{ begins: 'PK\x03\x04', type: 'application/zip', holds: ['docx', 'xlsx', 'pptx', 'odt', 'pages'] },
	{ begins: '\xd0\xcf\x11\xe0', holds: ['doc', 'xls', 'ppt', 'msg'] },
];
/** Say that nothing is known. */
const VAGUE = /^(application\/(octet-stream|x-octet-stream|force-download|x-download|download|unknown|binary|x-binary)|binary\/octet-stream|unknown\/unknown|multipart\/form-data)$/;

/**
 * The type of a file: what its first bytes say, then what is declared, then what its name says; undefined where nothing does.
 * "Plain text" is what servers call files that they do not know: there the name knows better.
 */
export function fileTypeOf(file: { declared?: string | null; name?: string | null; data?: Buffer }): string | undefined {
	const declared = mediaTypeOf(file.declared);
	const stated = declared === undefined || VAGUE.test(declared) ? undefined : declared;
	const named = BY_NAME.get(endingOf(file.name ?? ''));
	const found = file.data && byBytes(file.data, named, stated);
	if (found !== undefined) return found;
	return (stated === 'text/plain' ? named : undefined) ?? stated ?? named;
}

function byBytes(data: Buffer, named: string | undefined, stated: string | undefined): string | undefined {
	const head = data.subarray(0, 1024).toString('latin1');
	const container = CONTAINERS.find(({ begins }) => head.startsWith(begins));
	if (container) {
		const held = container.holds.map((ending) => BY_NAME.get(ending));
		// What is inside stands in the first entries of most files of Word, Excel and PowerPoint.
		const inside = container.type === undefined ? undefined : ['word/', 'xl/', 'ppt/'].findIndex((folder) => head.includes(folder));
		return [named, stated].find((type) => type !== undefined && held.includes(type)) ?? (inside === undefined ? undefined : held[inside]) ?? stated ?? container.type;
	}
	if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'image/webp';
	if (/^ftyp(heic|heix|mif1)/.test(head.slice(4, 12))) return 'image/heic';
	// Some programs write a few bytes before the mark of a PDF.
	if (head.includes('%PDF-') && !isWebPage(data)) return 'application/pdf';
	return BY_BYTES.find(([begins]) => head.startsWith(begins))?.[1];
}

/** Whether this begins like what a server says (JSON, a piece of HTML, XML) where by its name the file begins otherwise. */
export function isMessage(data: Buffer, name: string): boolean {
	const head = data.subarray(0, 1024).toString('latin1').replace(/^\xef\xbb\xbf/, '').trimStart();
	return /^[<{[]/.test(head) && MARKED.has(endingOf(name)) && byBytes(data, undefined, undefined) === undefined;
}

/** Their first bytes are known. */
const MARKED = new Set(['pdf', 'doc', 'docx', 'xls', 'xlsx', 'ppt', 'pptx', 'odt', 'rtf', 'png', 'jpg', 'jpeg', 'gif', 'zip']);

function endingOf(name: string): string {
	return name.slice(name.lastIndexOf('.') + 1).trim().toLowerCase();
}

/** Whether this is a page for a browser: what a login, a proxy or an error sends where a file is due. */
export function isWebPage(data: Buffer): boolean {
	let head = data.subarray(0, 4096).toString('latin1').toLowerCase();
	for (const skipped of ['\xef\xbb\xbf', '<?xml']) {
		if (!head.startsWith(skipped)) continue;
		head = skipped === '<?xml' ? head.slice(head.indexOf('>') + 1) : head.slice(skipped.length);
	}
	head = head.trimStart();
	while (head.startsWith('<!--')) {
		const end = head.indexOf('-->');
		head = end === -1 ? '' : head.slice(end + 3).trimStart();
	}
	return ['<!doctype html', '<html', '<head', '<body', '<title', '<script', '<meta'].some((begins) => head.startsWith(begins));
}
