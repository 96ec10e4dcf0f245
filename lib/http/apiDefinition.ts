import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { FailureCause } from '../errors';
import type { StatedConcurrency } from './concurrency';
import type { StatedRate } from './rate';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One HTTP answer: `body` is parsed JSON, text or bytes, as the request asked for. */
export interface Answer {
	status: number;
	/** Names in lower case. */
	headers: Readonly<Record<string, string>>;
	body: unknown;
	/** Of JSON: as it came. */
	bytes?: Buffer;
	/** Our clock when the request left, and how long the answer took, in milliseconds. */
	sentAt: number;
	tookMs: number;
}

export interface VendorError {
	/** The vendor's own sentence. */
	message?: string;
	code?: string;
	/** The vendor's id of this call, for its support. */
	requestId?: string;
	/** What to do, where the vendor's code or status says more than the kit knows. */
	hint?: string;
	cause?: FailureCause;
	/** The vendor said it refused the call before running it: safe to send again, whatever the method. */
	refusedBeforeRun?: boolean;
}

/** All that the shared HTTP code needs to know of a vendor's wire. One per service, in its `api.ts`. */
export interface ApiDefinition {
	/** As users call it: opens our own error sentences. */
	service: string;
	/** Name of the credential type. */
	credential: string;
	/** The credential extends n8n's OAuth2, or fetches a token itself (`preAuthentication`): a 401 is answered with a fresh token, once. */
	oauth2?: boolean;
	timeoutMs: number;
	/** No trailing slash. */
	baseUrl(credentials: ICredentialDataDecryptedObject): string;
	/** Sent with every request; authentication is the credential's business. */
	headers?(credentials: ICredentialDataDecryptedObject): Record<string, string>;
	/** Reads an error out of an answer of any status; undefined = this answer is none. Called before the status is looked at. */
	error(answer: Answer): VendorError | undefined;
	/** Takes the payload out of the envelope. */
	data?(body: unknown): unknown;
	/** The published rate limit, if there is one; what the headers of answers say is read anyway. */
	rate?: StatedRate;
	/** The vendor's own limit of calls at once, from an answer's headers. */
	statedConcurrency?(headers: Answer['headers']): StatedConcurrency | undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
