import { ApiError } from '../simulator.cts';

/** https://docs.kombo.dev/guides/errors: clients branch on the code; the statuses are only partly documented. */
const STATUS: Record<string, number> = {
	'PLATFORM.RATE_LIMIT_EXCEEDED': 429,
	'PLATFORM.CONCURRENCY_LIMIT_EXCEEDED': 429,
	'PLATFORM.INTEGRATION_NOT_FOUND': 404,
	'PLATFORM.INPUT_INVALID': 400,
	'PLATFORM.AUTHENTICATION_INVALID': 401,
	'PLATFORM.IP_NOT_WHITELISTED': 403,
	'PLATFORM.TASK_TIMED_OUT': 504,
	'PLATFORM.UNKNOWN_ERROR': 500,
	'INTEGRATION.PERMISSION_MISSING': 403,
	'INTEGRATION.AUTHENTICATION_INVALID': 403,
	'INTEGRATION.SETUP_SYNC_PENDING': 409,
	'INTEGRATION.SETUP_INCOMPLETE': 409,
	'INTEGRATION.QA_FAILED': 409,
	'INTEGRATION.INACTIVE': 400,
	'INTEGRATION.MODEL_NOT_AVAILABLE': 400,
	'INTEGRATION.MODEL_DISABLED': 400,
	'INTEGRATION.ACTION_NOT_AVAILABLE': 400,
	'INTEGRATION.ACTION_DISABLED': 400,
	'REMOTE.SERVICE_UNAVAILABLE': 503,
	'REMOTE.RATE_LIMIT_EXCEEDED': 503,
	'REMOTE.INPUT_INVALID': 400,
	'REMOTE.UNKNOWN_HTTP_ERROR': 502,
	'ATS.JOB_CLOSED': 400,
	'ATS.APPLICATION_ALREADY_EXISTS': 409,
};

const BY_STATUS: Record<number, string | null> = {
	400: 'PLATFORM.INPUT_INVALID',
	401: 'PLATFORM.AUTHENTICATION_INVALID',
	403: 'INTEGRATION.PERMISSION_MISSING',
	404: 'PLATFORM.INPUT_INVALID',
	409: 'INTEGRATION.SETUP_SYNC_PENDING',
	429: 'PLATFORM.RATE_LIMIT_EXCEEDED',
	500: 'PLATFORM.UNKNOWN_ERROR',
	502: 'REMOTE.UNKNOWN_HTTP_ERROR',
	503: 'REMOTE.SERVICE_UNAVAILABLE',
	504: 'PLATFORM.TASK_TIMED_OUT',
};

const SENTENCES: Record<string, string> = {
	'PLATFORM.RATE_LIMIT_EXCEEDED': 'You have exceeded the rate limit. Please retry later.',
	'PLATFORM.CONCURRENCY_LIMIT_EXCEEDED': 'You have exceeded the concurrency limit of this integration. Please retry later.',
	'PLATFORM.AUTHENTICATION_INVALID': 'The API key is invalid or has expired.',
	'REMOTE.SERVICE_UNAVAILABLE': 'The connected ATS is not available at the moment.',
	'PLATFORM.UNKNOWN_ERROR': 'An unexpected error happened.',
	'PLATFORM.TASK_TIMED_OUT': 'The action took too long and was given up. Its outcome is unknown.',
};

export function errorBody(code: string | null, message: string, title: string | null = null): unknown {
	return { status: 'error', error: { code, title, message, log_url: code === null || code.startsWith('PLATFORM.') ? null : 'https://app.kombo.dev/sandbox/logs/1' } };
}

export function errorOf(status: number, message?: string): unknown {
	const code = BY_STATUS[status] ?? null;
	return errorBody(code, message ?? (code === null ? `The request failed with status ${status}.` : (SENTENCES[code] ?? `The request failed with status ${status}.`)));
}

/** The error of a code, ready to be thrown. */
export function fail(code: string, message?: string, headers: Record<string, string> = {}): ApiError {
	return new ApiError(STATUS[code] ?? 400, errorBody(code, message ?? SENTENCES[code] ?? code), headers);
}

/** A record that a path or body names and that is not there. */
export function notFound(what: string, id: string): ApiError {
	return new ApiError(404, errorBody('PLATFORM.INPUT_INVALID', `There is no ${what} with the id "${id}".`, 'Not found'));
}
