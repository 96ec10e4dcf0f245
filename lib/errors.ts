/** Something the user typed is wrong: names it and says what to do. Becomes a NodeOperationError. */
export class FieldError extends Error {
	constructor(
		message: string,
		/** What to do about it, as a sentence. */
		readonly hint: string,
	) {
		super(message);
		this.name = 'FieldError';
	}
}

/** Why a call failed, in the words that n8n's poll scheduler (2.36+) understands. */
export type FailureCause =
	| 'rate-limited'
	| 'quota-exhausted'
	| 'temporarily-unavailable'
	| 'credential-invalid'
	| 'configuration-invalid'
	| 'node-defect';

export interface ApiErrorFacts {
	/** The vendor's own sentence, else ours. Already free of secrets. */
	message: string;
	service: string;
	/** Method and path of the call, without query. */
	call: string;
	/** HTTP status; absent when there was no answer. */
	status?: number;
	/** The vendor's machine-readable code. */
	code?: string;
	/** The vendor's id of this call, for its support. */
	requestId?: string;
	/** What to do about it, as a sentence. */
	hint?: string;
	retryAfterMs?: number;
	/** A write that may or may not have happened. */
	outcomeUnknown?: boolean;
	cause: FailureCause;
}

/** A call to a vendor failed. Becomes a NodeApiError. */
export class ApiError extends Error {
	readonly facts: Readonly<ApiErrorFacts>;

	constructor(facts: ApiErrorFacts) {
		super(facts.message);
		this.name = 'ApiError';
		this.facts = facts;
	}

	/** Worth another try later without anybody doing anything. */
	get temporary(): boolean {
		return isTemporary(this.facts.cause);
	}
}

export function isTemporary(cause: FailureCause): boolean {
	return cause === 'rate-limited' || cause === 'temporarily-unavailable' || cause === 'quota-exhausted';
}

/** A poll that fails for a reason of our own; `failure` is what n8n's scheduler understands. */
export class PollError extends Error {
	constructor(
		message: string,
		readonly failure: { cause: FailureCause; retryAfterMs?: number },
	) {
		super(message);
		this.name = 'PollError';
	}
}

/** Thrown where a page is read, when the vendor no longer takes this cursor: the engine begins again at the first page, at once. */
export class CursorRefused extends Error {
	constructor(message = 'The service no longer knows where the last read stopped') {
		super(message);
		this.name = 'CursorRefused';
	}
}

/**
 * Passes a failure on. n8n's lint wants a node error wherever something is caught; `lib` has no node yet: the node file makes
 * the error that is shown (asNodeError).
 */
export function rethrow(failure: unknown): never {
	throw failure;
}

/** What `work` gives, or its error: for work beside other work that must not fail with it. */
export async function settled<Result>(work: () => Promise<Result>): Promise<Result | Error> {
	try {
		return await work();
	} catch (error) {
		return error instanceof Error ? error : new Error(String(error));
	}
}
