import { realTime } from '../clock';
import { rethrow } from '../errors';
import { isObject } from './apiDefinition';

/** Of an error this much says what went wrong; the rest is not read. */
const MAX_ERROR_BYTES = 1024 * 1024;
/** What is read of an answer whatever it says. */
export const MAX_BODY_BYTES = 100 * 1024 * 1024;

export interface RawAnswer {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	body: Buffer;
}

export interface Bounds {
	/** From beginning to end, however busy the connection is. */
	totalMs: number;
	maxBytes: number;
}

/** The answer is larger than may be read. */
export class TooLarge extends Error {
	constructor(readonly maxBytes: number) {
		super(`The answer is larger than ${Math.floor(maxBytes / (1024 * 1024))} MB`);
		this.name = 'TooLarge';
	}
}

/**
 * One request and the whole of its answer, inside its bounds. `send` asks n8n for the answer as a stream: only so can its reading be
 * ended, since n8n's own timeout counts from the last byte, and in an execution n8n takes the abort signal for itself.
 */
export async function exchange(send: (signal: AbortSignal) => Promise<unknown>, { totalMs, maxBytes }: Bounds): Promise<RawAnswer> {
	const ended = new AbortController();
	let open: unknown;
	const whole = async (): Promise<RawAnswer> => {
		const raw = await send(ended.signal);
		const { statusCode, headers: given, body } = isObject(raw) ? raw : {};
		open = body;
		if (ended.signal.aborted) destroy(body);
		const headers: Record<string, string> = {};
		for (const [name, value] of Object.entries(isObject(given) ? given : {})) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value);
		const status = typeof statusCode === 'number' ? statusCode : 0;
		return { status, headers, body: await bytesOf(body, headers, maxBytes, status >= 400) };
	};
	try {
		return await realTime.within(totalMs, whole(), () => Object.assign(new Error(`No whole answer within ${Math.ceil(totalMs / 1000)} s`), { code: 'ETIMEDOUT' }));
	} catch (error) {
		ended.abort();
		destroy(open);
		// An answer that n8n throws brings its body along, unread.
		for (let cause: unknown = error, depth = 0; isObject(cause) && depth < 5; cause = cause.cause, depth++) if (isObject(cause.response)) destroy(cause.response.data);
		return rethrow(error);
	}
}

async function bytesOf(body: unknown, headers: Readonly<Record<string, string>>, maxBytes: number, isError: boolean): Promise<Buffer> {
	if (Buffer.isBuffer(body)) return limited(body, maxBytes);
	if (typeof body === 'string') return limited(Buffer.from(body, 'utf8'), maxBytes);
	if (!isStream(body)) return Buffer.alloc(0);
	if (!isError && Number(headers['content-length']) > maxBytes) throw new TooLarge(maxBytes);
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of body) {
		const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk), 'utf8');
		length += bytes.length;
		if (length > maxBytes && !isError) throw new TooLarge(maxBytes);
		chunks.push(bytes);
		// Leaving the loop ends the stream.
		if (isError && length >= MAX_ERROR_BYTES) break;
	}
	return Buffer.concat(chunks, length);
}

function limited(bytes: Buffer, maxBytes: number): Buffer {
	if (bytes.length > maxBytes) throw new TooLarge(maxBytes);
	return bytes;
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
	return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function destroy(body: unknown): void {
	if (typeof body !== 'object' || body === null || !('destroy' in body) || typeof body.destroy !== 'function') return;
	// Nobody reads it any more: what it still says goes nowhere.
	if ('on' in body && typeof body.on === 'function') body.on('error', () => {});
	body.destroy();
}
