/** What no request and no error of ours may ever be, whatever was typed and whatever was answered. */
import type { Result, RecordedCase } from './everyOperation.cts';
import type { Seen } from './recordingProxy.cts';

/** Words that a person at the editor must not read: the sentences of JavaScript itself, and what it makes of objects. */
const OURS_TO_HIDE = [
	/cannot (read|set|convert|destructure|access|use|mix)\b/i,
	/is not (a function|iterable|a constructor|defined|extensible)/i,
	/\[object \w+\]|\bundefined\b|\bNaN\b/,
	/maximum call stack|invalid (url|array length|string length|count value|character in header|value "undefined")|circular structure|out of memory/i,
	/(unexpected|expected) (token|end of json|property name|non-whitespace)|in JSON at position/i,
	/invalid time value|unsupported unit/i,
	/\.c?[tj]s:\d+|\bat [\w.<>]+ \(/,
	// That one is jest's: n8n-core guesses the type of a file with a module that jest does not load.
	/\bERR_(?!VM_DYNAMIC_IMPORT)[A-Z_]+/,
];
/** Our own sentence about broken JSON, whose description quotes the parser's word for the place. */
const QUOTES_THE_PARSER = /" is not valid JSON$/;
/** n8n's own check, before any node runs: of fields that a choice from an expression may show. */
const REFUSED_BY_N8N = 'WorkflowHasIssuesError';

/** What is wrong with how a run ended; undefined if nothing. */
export function wrongEnd({ error }: Result): string | undefined {
	if (!error) return undefined;
	const { name, message } = error;
	if (name === REFUSED_BY_N8N) return undefined;
	if (name !== 'NodeApiError' && name !== 'NodeOperationError') return `a ${name}: ${message.slice(0, 200)}`;
	if (message.trim() === '') return 'an error without a message';
	if (message.length > 1000) return `a message of ${message.length} characters: ${message.slice(0, 100)}`;
	const description = typeof error.description === 'string' ? error.description : '';
	if (description.length > 2000) return `a description of ${description.length} characters: ${description.slice(0, 100)}`;
	const shown = QUOTES_THE_PARSER.test(message) ? message : `${message} ${description}`;
	const found = OURS_TO_HIDE.find((words) => words.test(shown));
	return found ? `an unclear error: ${shown.slice(0, 300)}` : undefined;
}

const DOTS = /^(\.|%2e){1,2}$/i;
const segmentsOf = (url: string) => (url.split('?', 1)[0] ?? '').split('/');

/** Addresses an operation is meant to call: `/kombo/v1/ats/applications/{value}/proxy`. */
export class Addresses {
	private readonly known = new Map<string, ReadonlyArray<string | undefined>>();

	constructor(cases: readonly RecordedCase[], account: unknown, further: ReadonlyArray<{ method: string; url: string }> = []) {
		for (const { method, url } of further) this.known.set(`${method} ${url}`, segmentsOf(url).map((segment) => (segment === '{}' ? undefined : segment)));
		for (const { requests, parameters, exchanges } of cases) {
			const given = [...leaves(parameters), ...leaves(account)];
			const told = leaves(exchanges.map(({ body }) => jsonOf(body))).filter((text) => /\d|[A-Z]/.test(text));
			const values = new Set([...given, ...told]);
			for (const { method, url } of requests) {
				const segments = segmentsOf(url).map((segment) => (values.has(decoded(segment)) ? undefined : segment));
				this.known.set(`${method} ${segments.map((segment) => segment ?? '{}').join('/')}`, segments);
			}
		}
	}

	fits({ method, url }: Seen): boolean {
		const segments = segmentsOf(url);
		for (const [name, known] of this.known) {
			if (!name.startsWith(`${method} `) || known.length !== segments.length) continue;
			if (known.every((segment, index) => segment === undefined || segment === segments[index])) return true;
		}
		return false;
	}
}

/** What is wrong with an address, whoever typed it. */
export function strays({ url }: Seen, bases: readonly string[]): string | undefined {
	const path = url.split('?', 1)[0] ?? '';
	if (!bases.some((base) => path === base || path.startsWith(`${base}/`))) return 'leaves the base URL';
	if (segmentsOf(url).some((segment) => DOTS.test(segment))) return 'climbs';
	if (/[^\x21-\x7e]|\\/.test(url)) return 'holds raw characters';
	return new URL(url, 'http://stage').pathname === path ? undefined : 'means another address than it says';
}

/** Names of the headers of a request and of the parts of its form, in lower case. */
export function headerNames({ rawHeaders, body }: Seen): string[] {
	const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
	const type = rawHeaders[rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-type') + 1] ?? '';
	const boundary = /^multipart\/form-data;.*boundary="?([^";]+)/i.exec(type)?.[1];
	if (boundary === undefined) return names;
	const parts = body.toString('latin1').split(`--${boundary}`).slice(1, -1);
	return [...names, ...parts.flatMap((part) => (part.slice(2).split('\r\n\r\n', 1)[0] ?? '').split(/\r\n|\r|\n/).map((line) => `part ${(line.split(':', 1)[0] ?? '').toLowerCase()}`))];
}

function decoded(segment: string): string {
	try {
		return decodeURIComponent(segment);
	} catch {
		return segment;
	}
}

function jsonOf(body: Buffer): unknown {
	try {
		return JSON.parse(body.toString('utf8'));
	} catch {
		return undefined;
	}
}

/** Every text and number in a value. */
function leaves(value: unknown): string[] {
	if (typeof value === 'string') return [value, ...(value.startsWith('{') || value.startsWith('[') ? leaves(jsonOf(Buffer.from(value))) : [])];
	if (typeof value === 'number') return [String(value)];
	return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [];
}
