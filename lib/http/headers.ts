/**
 * The file name of a Content-Disposition header, as RFC 6266 and RFC 8187 have it, and as servers write it that follow neither.
 * Made safe; undefined where there is none.
 */
export function fileNameIn(disposition: string | undefined): string | undefined {
	if (disposition === undefined || disposition.length > 16_384) return undefined;
	const parameters = parametersOf(disposition);
	const extended = extendedValue(parameters.get('filename*') ?? continued(parameters));
	const name = extended ?? plainValue(parameters.get('filename') ?? parameters.get('name'));
	return name === undefined ? undefined : safeName(name);
}

/** The type of a Content-Type header without its parameters, in lower case; undefined where it says nothing. */
export function mediaTypeOf(contentType: string | null | undefined): string | undefined {
	const type = contentType?.split(/[;,]/, 1)[0]?.replace(/"/g, '').trim().toLowerCase() ?? '';
	return /^[\w.+-]{1,127}\/[\w.+-]{1,127}$/.test(type) ? type : undefined;
}

/** The name of the file at the end of an address; undefined where it looks like none. */
export function fileNameInUrl(address: string): string | undefined {
	const [path = ''] = address.split(/[?#]/, 1);
	const last = percentDecoded(path.slice(path.lastIndexOf('/') + 1));
	return path.includes('/') && last.includes('.') ? safeName(last) : undefined;
}

/** A name of others that can neither climb, nor end a text early, nor show another order of letters than it has. */
export function safeName(name: string, otherwise = 'file'): string {
	const safe = name
		.slice(0, 2000)
		.replace(SEPARATORS, '_')
		.replace(UNSAFE, '')
		.replace(/\.{2,}/g, '.')
		.replace(/^[\s.]+/, '')
		.replace(DEVICE, '_$1');
	const letters = Array.from(safe.trim());
	if (letters.length === 0 || letters.every((letter) => letter === '_' || letter === '.')) return otherwise;
	const dot = letters.lastIndexOf('.');
	const ending = dot > letters.length - 12 ? letters.splice(dot) : [];
	let bytes = Buffer.byteLength(ending.join(''));
	const fits = letters.slice(0, MAX_LETTERS - ending.length).filter((letter) => (bytes += Buffer.byteLength(letter)) <= MAX_BYTES);
	return [...fits, ...ending].join('');
}

const MAX_LETTERS = 200;
/** File systems take 255; some put something before or behind a name. */
const MAX_BYTES = 240;
/** Slashes of any alphabet, which some systems take for their own, and the brackets of HTML. */
const SEPARATORS = /[/\\\u2044\u2215\u29f5\u29f8\ufe68\uff0f\uff3c<>]/g;
/** https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;
/** Control characters, halves of characters, marks that turn the direction of writing, and letters without width. */
const UNSAFE = /[\p{Cc}\p{Cs}\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** `%E9` may be Latin-1, and a `%` may stand for itself. */
export function percentDecoded(text: string): string {
	if (!text.includes('%')) return text;
	const bytes: number[] = [];
	for (let at = 0; at < text.length; at++) {
		const code = /^%[0-9a-f]{2}$/i.test(text.slice(at, at + 3)) ? text.slice(at + 1, at + 3) : undefined;
		if (code === undefined) {
			const letter = text.codePointAt(at) ?? 0;
			bytes.push(...Buffer.from(String.fromCodePoint(letter), 'utf8'));
			if (letter > 0xffff) at++;
		} else {
			bytes.push(Number.parseInt(code, 16));
			at += 2;
		}
	}
	return decoded(Buffer.from(bytes));
}

/** Names in lower case; the first of each counts. Quotes may hold semicolons, and may never end. */
function parametersOf(header: string): Map<string, string> {
	const found = new Map<string, string>();
	let at = header.indexOf(';') + 1;
	// Some leave the type out.
	if (at === 0 || header.slice(0, at).includes('=')) at = 0;
	while (at < header.length) {
		const equals = header.indexOf('=', at);
		if (equals === -1) break;
		const semicolon = header.indexOf(';', at);
		if (semicolon !== -1 && semicolon < equals) {
			at = semicolon + 1;
			continue;
		}
		const name = header.slice(at, equals).trim().toLowerCase();
		let start = equals + 1;
		while (header[start] === ' ' || header[start] === '\t') start++;
		const [value, end] = header[start] === '"' ? quoted(header, start) : upTo(header, start, ';');
		if (!found.has(name)) found.set(name, value);
		const next = header.indexOf(';', end);
		at = next === -1 ? header.length : next + 1;
	}
	return found;
}

function quoted(header: string, start: number): [value: string, end: number] {
	const letters: string[] = [];
	let at = start + 1;
	for (; at < header.length && header[at] !== '"'; at++) {
		// Only these two are written so; a backslash before anything else belongs to a path of Windows.
		if (header[at] === '\\' && (header[at + 1] === '"' || header[at + 1] === '\\')) at++;
		letters.push(header.charAt(at));
	}
	return [letters.join(''), at + 1];
}

function upTo(header: string, start: number, mark: string): [value: string, end: number] {
	const end = header.indexOf(mark, start);
	return [header.slice(start, end === -1 ? undefined : end).trim(), end === -1 ? header.length : end];
}

/** RFC 2231 cuts long names into `filename*0*`, `filename*1` and so on. */
function continued(parameters: ReadonlyMap<string, string>): string | undefined {
	const parts: string[] = [];
	for (let number = 0; ; number++) {
		const encoded = parameters.get(`filename*${number}*`);
		const part = encoded ?? parameters.get(`filename*${number}`);
		if (part === undefined) break;
		parts.push(encoded === undefined ? encodeURIComponent(part) : part);
	}
	if (parts.length === 0) return undefined;
	const whole = parts.join('');
	return parameters.has('filename*0*') ? whole : `UTF-8''${whole}`;
}

/** `UTF-8'en'R%C3%A9sum%C3%A9.pdf`. https://www.rfc-editor.org/rfc/rfc8187#section-3.2 */
function extendedValue(value: string | undefined): string | undefined {
	if (value === undefined || value === '') return undefined;
	const first = value.indexOf("'");
	const second = value.indexOf("'", first + 1);
	// Without its two apostrophes it is a name with percent signs.
	const text = first === -1 || second === -1 ? value : value.slice(second + 1);
	const name = percentDecoded(text);
	return name.trim() === '' ? undefined : fromBytes(name);
}

function plainValue(value: string | undefined): string | undefined {
	if (value === undefined || value.trim() === '') return undefined;
	return value.startsWith('=?') ? encodedWords(value) : percentDecoded(fromBytes(value));
}

/** Headers come in as Latin-1: where the bytes are UTF-8, they are read as that. */
function fromBytes(text: string): string {
	return /[\x80-\xff]/.test(text) && !/[^\p{ASCII}\x80-\xff]/u.test(text) ? decoded(Buffer.from(text, 'latin1')) : text;
}

function decoded(bytes: Buffer): string {
	const text = bytes.toString('utf8');
	return text.includes('\ufffd') ? bytes.toString('latin1') : text;
}

/** `=?UTF-8?Q?R=C3=A9sum=C3=A9.pdf?=` of mail programs. https://www.rfc-editor.org/rfc/rfc2047 */
function encodedWords(value: string): string {
	return value
		.split(/\s+/)
		.map((word) => {
			const [, , encoding = '', text = ''] = word.startsWith('=?') && word.endsWith('?=') ? word.slice(0, -2).split('?') : [];
			if (encoding.toUpperCase() === 'B') return decoded(Buffer.from(text, 'base64'));
			return encoding.toUpperCase() === 'Q' ? percentDecoded(text.replace(/_/g, ' ').replace(/=/g, '%')) : word;
		})
		.join('');
}
