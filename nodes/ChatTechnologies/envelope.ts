import type { Row } from '../../lib/action/operation';
import type { FailureCause } from '../../lib/errors';
import { nextFrom } from '../../lib/http/pages';
import { isObject, type Answer, type VendorError } from '../../lib/http/apiDefinition';
import { plainText } from '../../lib/http/plainText';
import { asRow, errorCode, errorSentences, recordsIn } from '../../lib/http/jsonApi';

/*
 * What an answer holds, found by looking at it: the documentation shows two envelopes (JSON with `metadata.cursors`, and JSON:API) and says
 * that all formats depend on the customer's set-up, so no operation relies on getting the one it hopes for.
 */

/** Where the next page is: a value for the parameter `cursor`, or an address. */
export type Next = { cursor: string } | { link: string };

export interface Decoded {
	/** JSON:API records keep their shape; records that the answer includes for them are beside them, in `included`. */
	rows: Row[];
	next: Next | null;
}

/** The records of a successful answer, in the order of tries that suits both envelopes. */
export function decode(body: unknown): Decoded {
	if (body === undefined || body === null || body === '') return { rows: [], next: null };
	if (Array.isArray(body)) return { rows: body.map(asRow), next: null };
	if (!isObject(body)) return { rows: [asRow(body)], next: null };
	if (!('data' in body)) return { rows: Object.keys(body).length === 0 ? [] : [body as Row], next: nextOf(body) };
	return { rows: recordsIn(body), next: nextOf(body) };
}

/** The first place that is there decides, also when it says that there is no more. */
function nextOf(body: Record<string, unknown>): Next | null {
	for (const key of ['metadata', 'meta']) {
		const cursors = isObject(body[key]) ? body[key].cursors : undefined;
		if (!isObject(cursors) || !('next' in cursors)) continue;
		const cursor = nextFrom.body('next')(cursors);
		return cursor === undefined ? null : { cursor };
	}
	const link = nextFrom.jsonApi(body);
	return link === undefined ? null : { link };
}

// ------------------------------------------------------------------------------------------------------------ errors

/** The documented codes. https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API (errors) */
const STATUSES: Record<number, { message: string; hint: string; cause: FailureCause }> = {
	400: { message: 'Chat Technologies cannot read this call', hint: 'Something in it is malformed: correct the fields of this node before you run it again.', cause: 'configuration-invalid' },
	401: { message: 'Chat Technologies does not accept these credentials', hint: 'Check the API key, the scheme (Bearer or Token), the app ID and the consumer ID in the credential.', cause: 'credential-invalid' },
	402: { message: 'The subscription with Chat Technologies is incomplete or out of date', hint: 'The subscription data are incomplete or out of date: payment details are needed at Chat Technologies before calls work again.', cause: 'quota-exhausted' },
	403: { message: 'Chat Technologies does not let this account do that', hint: 'The key is valid but lacks the right (some data need the Admin scope): have it granted, or use another key.', cause: 'credential-invalid' },
	404: { message: 'Chat Technologies found nothing there', hint: 'Check the ID and the path: only the paths of the company and of messages are documented, and what this account may not see is answered the same way.', cause: 'configuration-invalid' },
	409: { message: 'The present state at Chat Technologies conflicts with this call', hint: 'It conflicts with the present state of the record: read it again, then decide.', cause: 'configuration-invalid' },
	422: { message: 'Chat Technologies understood the call but cannot carry it out', hint: 'One of these values cannot be used: correct it before you run it again.', cause: 'configuration-invalid' },
	429: { message: 'Chat Technologies refuses more calls for now', hint: 'Too many calls in a short time: run later, or lower "Max Concurrency".', cause: 'rate-limited' },
};
const SERVER = { hint: 'Something went wrong at Chat Technologies, which logs such errors: run later, or contact its support.', cause: 'temporarily-unavailable' } as const;

/** The error in an answer of any status; undefined when it holds none. Neither envelope's error is documented: both known forms are read. */
export function errorOf({ status, body, headers }: Answer): VendorError | undefined {
	const failed = status >= 400 || (isObject(body) && !('data' in body) && ((Array.isArray(body.errors) && body.errors.length > 0) || Number(body.status_code) >= 400));
	if (!failed) return undefined;
	const effective = status >= 400 ? status : Number(isObject(body) ? body.status_code : NaN) || 422;
	const known = STATUSES[effective] ?? (effective >= 500 ? { message: `Chat Technologies answered ${effective}`, ...SERVER } : undefined);
	const sentence = isObject(body) ? sentenceOf(body) : undefined;
	const code = isObject(body) ? codeOf(body) : undefined;
	const requestId = Object.entries(headers).find(([name]) => name.endsWith('request-id'))?.[1];
	const said = typeof body === 'string' && body.trim() !== '' ? `It said: ${plainText(body).slice(0, 200)}` : undefined;
	const hint = [known?.hint, said].filter(Boolean).join(' ');
	return {
		message: sentence ?? known?.message ?? `Chat Technologies answered ${status}`,
		...(known === undefined ? {} : { cause: known.cause }),
		...(code === undefined ? {} : { code }),
		...(requestId === undefined ? {} : { requestId }),
		...(hint === '' ? {} : { hint }),
	};
}

function sentenceOf(body: Record<string, unknown>): string | undefined {
	const list = errorSentences(body.errors);
	if (list.length > 0) return list.join('; ');
	const { error } = body;
	const detail = isObject(body.detail) ? undefined : text(body.detail);
	return text(body.message) ?? (isObject(error) ? text(error.message) : text(error)) ?? detail ?? text(body.title) ?? text(body.status);
}

function codeOf(body: Record<string, unknown>): string | undefined {
	return errorCode(body.errors) ?? text(body.type_name) ?? (isObject(body.error) ? text(body.error.code) : undefined);
}

function text(value: unknown): string | undefined {
	if (typeof value === 'number') return String(value);
	return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
