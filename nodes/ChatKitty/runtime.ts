import { isObject, type Answer } from '../../lib/http/apiDefinition';

const SECRET = 'CHATKITTY_CLIENT_SECRET';

/** A runtime's environment variables hold the application's own client secret: it must not reach an item. */
export function withoutClientSecret(answer: Answer): Answer {
	if (typeof answer.body === 'string') return { ...answer, body: answer.body.replace(/("CHATKITTY_CLIENT_SECRET"\s*:\s*)"(?:[^"\\]|\\.)*"/g, '$1"[hidden]"') };
	return { ...answer, body: hidden(answer.body) };
}

function hidden(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(hidden);
	if (!isObject(value) || Buffer.isBuffer(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, key === SECRET ? '[hidden]' : hidden(inner)]));
}
