import { FieldError } from '../errors';

/**
 * Builds a request path: the literal parts stay, every value is encoded as one path segment.
 *
 *     path`/ats/applications/${id}/stage`
 *
 * An empty value, `.` and `..` are refused: encoding does not stop them from climbing to another resource.
 */
export function path(literals: TemplateStringsArray, ...values: ReadonlyArray<string | number>): string {
	return literals.reduce((built, literal, index) => built + segment(values[index - 1]) + literal);
}

function segment(value: string | number | undefined): string {
	const text = String(value ?? '').trim();
	if (text === '') throw new FieldError('An ID is empty', 'Every ID in the address of a call needs a value.');
	if (text === '.' || text === '..') {
		throw new FieldError(`"${text}" is not an ID`, 'Use the ID as the service shows it.');
	}
	if (text.length > 2000) throw new FieldError('An ID is longer than 2,000 characters', 'Use the ID as the service shows it.');
	if (/\p{Surrogate}/u.test(text)) throw new FieldError('An ID holds broken characters', 'Use the ID as the service shows it.');
	return encodeURIComponent(text);
}

/** A path typed by a person (the API Request operations), maybe with a query: must stay below the base URL. */
export function typedPath(text: string): string {
	const [trimmed = ''] = text.trim().split('#', 1);
	if (/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)) throw new FieldError('The path is a whole address', 'Leave out the base URL: the credential has it. Start with what follows, as in /ats/jobs.');
	const given = trimmed.startsWith('/') ? trimmed : `/${trimmed}`;
	const [beforeQuery = ''] = given.split('?', 1);
	// Some servers decode a slash or backslash before they split the path.
	const climbs = beforeQuery.split(/\/|\\|%2f|%5c/i).some((part) => /^(\.|%2e){1,2}(;|%3b|%00|$)/i.test(part));
	if (climbs || given.startsWith('//') || beforeQuery.includes('\\') || hasControlCharacter(given)) {
		throw new FieldError('The path leaves the API', 'Start it with one "/" and leave out "..", "." and backslashes, as in /ats/jobs.');
	}
	if (/\p{Surrogate}/u.test(given)) throw new FieldError('The path holds broken characters', 'Type it again.');
	return given.replace(/[^\x21-\x7e]/gu, (character) => encodeURIComponent(character));
}

function hasControlCharacter(text: string): boolean {
	return Array.from(text).some((character) => character < ' ' || character === '\x7f');
}

export type QueryValue = string | number | boolean | readonly string[] | null | undefined;
export type Query = Readonly<Record<string, QueryValue>>;

/** `?a=1&b=x%2Cy`; empty values are left out, lists become one comma-separated value. */
export function queryString(query: Query): string {
	const parts = new URLSearchParams();
	for (const [name, value] of Object.entries(query)) {
		const text = Array.isArray(value) ? value.join(',') : String(value ?? '');
		if (text !== '') parts.append(name, text);
	}
	const built = parts.toString();
	return built === '' ? '' : `?${built}`;
}
