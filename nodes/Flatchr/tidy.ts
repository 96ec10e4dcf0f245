import type { Row } from '../../lib/action/operation';
import { isObject } from '../../lib/http/apiDefinition';
import { isoOf } from './dates';

const TIME = /(^date|_at|_date|^last_login)$/;
const ID = /^(id|created_by|reply_to)$|_id$/;
/** `token_vyte` comes with every user; the others can come with an API request. */
const SECRET = /^(token|token_vyte|access_token|password|api_?key)$/;

/** A record as it leaves the node: times in ISO-8601 UTC, ids as text, nothing secret. What cannot be read as a time stays as it is. */
export function tidy(record: unknown): Row {
	const tidied = value('', record, true);
	return isObject(tidied) ? (tidied as Row) : {};
}

/** As `tidy`, without touching times and ids: for answers that are passed on as they came. */
export function withoutSecrets(answer: unknown): unknown {
	return value('', answer, false);
}

function value(key: string, given: unknown, reformat: boolean): unknown {
	if (Array.isArray(given)) return given.map((one) => value(key, one, reformat));
	if (isObject(given)) return object(given, reformat);
	if (typeof given === 'string' && given.includes('token=')) return given.replace(/([?&]token=)[^&\s"'<]+/g, '$1[redacted]');
	if (!reformat) return given;
	if (TIME.test(key)) return isoOf(given) ?? given;
	return ID.test(key) && typeof given === 'number' ? String(given) : given;
}

function object(given: Record<string, unknown>, reformat: boolean): Record<string, unknown> {
	const isFile = 'key' in given && 'extension' in given;
	const kept = Object.entries(given).filter(([key]) => !SECRET.test(key) && !(isFile && key === 'signature'));
	return Object.fromEntries(kept.map(([key, inner]) => [key, key === 'aws' && isObject(inner) ? object({ key: inner.key, extension: inner.extension }, reformat) : value(key, inner, reformat)]));
}
