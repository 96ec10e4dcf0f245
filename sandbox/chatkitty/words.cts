/** The two ways ChatKitty's generations write one record. Inside the sandbox it is camelCase, as its document has it. */
type Json = Record<string, unknown>;

/** Keys in there belong to others. */
const FOREIGN = new Set(['properties', '_links', 'environmentVariables', 'args', 'result']);

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);

function renamed(value: unknown, rename: (key: string) => string): unknown {
	if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
	if (!isObject(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [rename(key), FOREIGN.has(key) || FOREIGN.has(camel(key)) ? item : renamed(item, rename)]));
}

const camel = (key: string): string => key.replace(/([a-z])_([a-z])/g, (_all, before: string, letter: string) => before + letter.toUpperCase());

/** `isGuest` keeps its name in answers of the current generation. */
const snake = (key: string): string => (key === 'isGuest' || key.startsWith('_') ? key : key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

export const toCurrent = (value: unknown): unknown => renamed(value, snake);
export const fromCurrent = (value: unknown): unknown => renamed(value, camel);

/** Keys of a current request that are not written in snake_case. */
export function camelKeys(value: unknown, path = ''): string[] {
	if (Array.isArray(value)) return value.flatMap((item, i) => camelKeys(item, `${path}/${i}`));
	if (!isObject(value)) return [];
	return Object.entries(value).flatMap(([key, item]) => [...(/[A-Z]/.test(key) ? [`${path}/${key}: not in snake_case`] : []), ...(FOREIGN.has(camel(key)) ? [] : camelKeys(item, `${path}/${key}`))]);
}

/** "Blank fields are omitted instead of being included as null." */
export function clean<T>(value: T): T {
	if (Array.isArray(value)) return value.map(clean) as T;
	if (!isObject(value)) return value;
	return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (item === null || item === undefined ? [] : [[key, FOREIGN.has(key) ? item : clean(item)]]))) as T;
}

const NAMES: Record<number, string> = { 400: 'ClientError', 404: 'ResourceNotFoundError', 403: 'AccessDeniedError' };

export function errorBody(status: number, message?: string, now = Date.now()): unknown {
	if (status === 401) return { error: 'unauthorized', error_description: message ?? 'Full authentication is required to access this resource' };
	const sentence = message ?? { 400: 'A client error occurred, check your request', 404: 'Resource not found', 429: 'Too many requests', 503: 'The service is not available' }[status] ?? 'Something went wrong';
	return { error: NAMES[status] ?? (status >= 500 ? 'ServerError' : 'ClientError'), message: sentence, timestamp: new Date(now).toISOString() };
}
