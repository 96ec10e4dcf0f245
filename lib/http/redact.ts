import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { isObject } from './apiDefinition';
import { ofCredential } from './digest';

/**
 * A credential tells our code no more than names and values of its fields: whatever is not named as one of these is secret, so that a
 * forgotten one is hidden, not shown. n8n's OAuth2 fields `authentication` and `grantType` hold plain words.
 */
const PUBLIC_FIELDS = /(^region|^environment|^authentication|url|host|domain|name|path|template|version|slug|scope|scheme|type|id|^allowed(http\w*)?domains)$/i;

/** One of the ways in which an answer may write what may not be shown. */
interface Secret {
	pattern: RegExp;
	/** Letters and digits that stand together wherever the pattern is found. */
	run: string;
}

/** Finds every value of a credential that may not be shown. */
export const secretsOf = ofCredential((credentials) => new Secrets(patternsOf(credentials, () => true, 4)));

/** What nobody but the service may have, and so nobody's data are: keys, secrets, tokens and passwords, not the names beside them. */
const KEYS = /(api[-_]?key|secret|token|password|authorization)/i;
/** Shorter ones stand in other people's words. */
const SHORTEST_KEY = 8;

/** Finds the values that are taken out of every answer. */
export const keysOf = ofCredential((credentials) => new Secrets(patternsOf(credentials, (name) => KEYS.test(name), SHORTEST_KEY)));

function patternsOf(credentials: ICredentialDataDecryptedObject, isWanted: (name: string) => boolean, shortest: number): Secret[] {
	const secrets = Object.entries(credentials).filter(([name]) => isWanted(name)).flatMap(([name, value]) => (typeof value === 'string' && !PUBLIC_FIELDS.test(name) ? [value.trim()] : tokensOf(name, value)));
	return [...new Set(secrets)]
		.filter((secret) => secret.length >= shortest)
		// The longest first: one may be part of another.
		.sort((one, other) => other.length - one.length)
		.flatMap((secret) => [asWritten(secret), ...inBase64(secret)]);
}

function tokensOf(name: string, value: unknown): string[] {
	if (name !== 'oauthTokenData' || typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) => (/token$/i.test(key) && typeof inner === 'string' ? [inner.trim()] : []));
}

/** As it is, as it is sent in an address, and as an answer may quote it: in JSON, in a page of HTML, in an address that stands in another. */
function asWritten(secret: string): Secret {
	return { pattern: new RegExp(Array.from(secret, (letter) => (/^\w$/.test(letter) ? letter : `(?:${formsOf(letter).join('|')})`)).join(''), 'g'), run: longestOf(secret.split(/\W+/)) };
}

function longestOf(runs: readonly string[]): string {
	return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '');
}

const NAMED: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

function formsOf(letter: string): string[] {
	const code = letter.codePointAt(0) ?? 0;
	const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0').replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
	const percent = [...Buffer.from(letter)].map((byte) => `%(?:25){0,2}${hex(byte, 2)}`).join('');
	const named = Object.hasOwn(NAMED, letter) ? [`&${NAMED[letter]};`] : [];
	const quoted = JSON.stringify(letter).slice(1, -1);
	return [`\\\\?${escaped(letter)}`, ...(quoted === letter ? [] : [escaped(quoted)]), percent, `\\\\{1,2}u${hex(code, 4)}`, `&#0?${code};?`, `&#[xX]0?${hex(code, 2)};?`, ...named, ...(letter === ' ' ? ['\\+'] : [])];
}

/** Wherever it stands in a text that was written so, such as behind the name of a user: what begins at a third of three bytes is the same for each. */
function inBase64(secret: string): Secret[] {
	const bytes = Buffer.from(secret);
	return [0, 1, 2].map((before) => {
		const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
		// The first and the last letter are shared with what is beside it.
		const text = whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
		const pattern = new RegExp(Array.from(text, (letter) => (letter === '+' ? '(?:[+-]|%2[bB])' : letter === '/' ? '(?:\\\\?\\/|_|%2[fF])' : letter)).join(''), 'g');
		return { pattern, run: longestOf(text.split(/[+/]/)) };
	});
}

function escaped(letter: string): string {
	return letter.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** JSON in which ASCII stands as it is: `\/` and `\u0026` are how some write it, and no key looks like itself in them. */
function withPlainAscii(json: string): string {
	return ASCII_ESCAPE.test(json) ? json.replace(/\\(?:u00([2-7][\da-f])|[^])/gi, (whole, hex?: string) => (whole === '\\/' ? '/' : hex === undefined || /^(22|5c|7f)$/i.test(hex) ? whole : String.fromCharCode(Number.parseInt(hex, 16)))) : json;
}

const ASCII_ESCAPE = /\\(?:\/|u00[2-7])/;

/** `value` with every text in it redacted, names of fields too. */
export function redacted(value: unknown, secrets: Secrets): unknown {
	if (typeof value === 'string') return redact(value, secrets);
	if (Array.isArray(value)) return value.map((one) => redacted(one, secrets));
	if (!isObject(value) || Buffer.isBuffer(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([key, inner]) => [redact(key, secrets), redacted(inner, secrets)]));
}

/** `text` with every secret replaced. */
export function without(text: string, secrets: Secrets): string {
	return secrets.areIn(text) ? secrets.patterns.reduce((shown, pattern) => shown.replace(pattern, '[redacted]'), text) : text;
}

/** The text of an answer with every secret replaced; of JSON, as `withPlainAscii` writes it. */
export function textWithout(body: Buffer, isJson: boolean, secrets: Secrets): string {
	const text = body.toString('utf8');
	const written = isJson && body.includes('\\') ? withPlainAscii(text) : text;
	// What was rewritten is no longer what stands in the bytes.
	return written === text && !secrets.mayBeIn(body) ? text : without(written, secrets);
}

const PAIRS = 0x10000;
const SHORTEST_RUN = 6;

/** What may not be shown of one credential, and how it is sought. */
export class Secrets {
	readonly patterns: readonly RegExp[];
	/** One look for all, since nearly no text holds any. */
	private readonly any: RegExp;
	private readonly stride: number;
	/** By two bytes: the runs in which these stand, and where. */
	private readonly runs: Array<Array<{ run: Buffer; at: number }> | undefined> = [];
	private readonly isPair = new Uint8Array(PAIRS);

	constructor(secrets: readonly Secret[]) {
		this.patterns = secrets.map(({ pattern }) => pattern);
		this.any = new RegExp(this.patterns.map(({ source }) => `(?:${source})`).join('|'));
		this.stride = Math.min(...secrets.map(({ run }) => run.length)) - 1;
		for (const run of secrets.map((secret) => Buffer.from(secret.run))) {
			for (let at = 0; at < this.stride; at++) {
				const pair = run.readUInt16LE(at);
				this.isPair[pair] = 1;
				(this.runs[pair] ??= []).push({ run, at });
			}
		}
	}

	areIn(text: string): boolean {
		return this.patterns.length > 0 && this.any.test(text);
	}

	/**
	 * False: there is none for sure, at a fraction of the price. A run covers one of every so many bytes, so only there is looked at
	 * two of them, and around them only where they are from a run.
	 */
	mayBeIn(bytes: Buffer): boolean {
		const { stride, isPair } = this;
		if (stride < SHORTEST_RUN - 1) return true;
		for (let at = 0; at + 1 < bytes.length; at += stride) {
			const pair = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
			if (isPair[pair] === 1) for (const one of this.runs[pair] ?? []) if (stands(one.run, bytes, at - one.at)) return true;
		}
		return false;
	}
}

function stands(run: Buffer, bytes: Buffer, start: number): boolean {
	for (let at = 0; at < run.length; at++) if (run[at] !== bytes[start + at]) return false;
	return true;
}

/** `text` with every secret, and whatever follows `Bearer` or `token=`, replaced. */
export function redact(text: string, secrets: Secrets): string {
	return without(text, secrets).replace(/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, '$1 [redacted]').replace(/\b((?:api_?key|(?:access_)?token|signature)=)[^&\s"']+/gi, '$1[redacted]');
}
