/**
 * The one reader of JSON that others wrote. A byte order mark is skipped; whole numbers beyond 2^53, which are IDs and cursors,
 * become texts, since JavaScript's numbers would lose their digits. Throws when it is no JSON.
 */
export function parseJson(source: string | Buffer): unknown {
	const text = withoutMark(typeof source === 'string' ? source : source.toString('utf8'));
	const parsed: unknown = JSON.parse(text);
	// Valid from here on: every text in it ends.
	return hasLongNumber(text) ? JSON.parse(withLongNumbersAsTexts(text)) : parsed;
}

const MANY_BYTES = 4 * 1024 * 1024;
const MOST_OBJECTS = 1_000_000;
const MOST_VALUES = 5_000_000;

/** Whether JSON of this size holds more than a process can: 50 MB of empty objects would become gigabytes, and stop n8n for a minute. */
export function holdsTooMuch(json: Buffer): boolean {
	if (json.length < MANY_BYTES) return false;
	let objects = 0;
	let values = 0;
	// By index: an iterator takes eight times as long.
	for (let at = 0; at < json.length; at++) {
		const byte = json[at];
		if (byte === 0x7b || byte === 0x5b) objects++;
		else if (byte === 0x2c) values++;
	}
	return objects > MOST_OBJECTS || values > MOST_VALUES;
}

const DEEPEST = 500;

/** Whether more is nested in it than n8n can write down again: a few kilobytes of brackets would end its execution without a trace. */
export function isTooDeep(json: string): boolean {
	// What is opened so often is closed as often, or is no JSON.
	if (json.length <= 2 * DEEPEST) return false;
	let depth = 0;
	for (let at = 0; at < json.length; at++) {
		const character = json[at];
		if (character === '"') at = endOfText(json, at) - 1;
		else if (character === '{' || character === '[') {
			if (++depth > DEEPEST) return true;
		} else if (character === '}' || character === ']') depth--;
	}
	return false;
}

/** `text` without the byte order mark that it may begin with. */
export function withoutMark(text: string): string {
	return text.startsWith('\ufeff') ? text.slice(1) : text;
}

const LONG = 16;

/** Whether so many digits stand in a row anywhere: then one of them stands at a multiple of that length, so nothing else is looked at. */
function hasLongNumber(text: string): boolean {
	for (let at = LONG - 1; at < text.length; at += LONG) {
		if (!isDigit(text.charCodeAt(at))) continue;
		let [start, end] = [at, at + 1];
		while (isDigit(text.charCodeAt(start - 1))) start--;
		while (isDigit(text.charCodeAt(end))) end++;
		if (end - start >= LONG) return true;
	}
	return false;
}

function isDigit(code: number): boolean {
	return code >= 0x30 && code <= 0x39;
}

/** A whole number that a number of JavaScript has no room for; undefined: none. */
export function longNumberIn(text: string): string | undefined {
	return hasLongNumber(text) ? longNumbersIn(text)[0]?.number : undefined;
}

function withLongNumbersAsTexts(text: string): string {
	const parts: string[] = [];
	let copied = 0;
	for (const { start, number } of longNumbersIn(text)) {
		parts.push(text.slice(copied, start), '"', number, '"');
		copied = start + number.length;
	}
	return parts.join('') + text.slice(copied);
}

function longNumbersIn(text: string): Array<{ start: number; number: string }> {
	const found: Array<{ start: number; number: string }> = [];
	for (let at = 0; at < text.length; ) {
		const character = text.charAt(at);
		if (character === '"') {
			at = endOfText(text, at);
		} else if (NUMERIC.has(character)) {
			const start = at;
			while (NUMERIC.has(text.charAt(at))) at++;
			const number = text.slice(start, at);
			if (/^-?\d{16,}$/.test(number) && !Number.isSafeInteger(Number(number))) found.push({ start, number });
		} else {
			at++;
		}
	}
	return found;
}

const NUMERIC = new Set('-+.0123456789eE');

function endOfText(text: string, start: number): number {
	for (let at = start + 1; at < text.length; at++) {
		if (text[at] === '\\') at++;
		else if (text[at] === '"') return at + 1;
	}
	return text.length;
}
