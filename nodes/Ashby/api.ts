import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { ApiError, FieldError, rethrow, type FailureCause } from '../../lib/errors';
import { isObject, type Answer, type ApiDefinition, type VendorError } from '../../lib/http/apiDefinition';
import { checkedBaseUrl } from '../../lib/http/baseUrl';
import { HttpClient, type ClientOptions, type Request } from '../../lib/http/client';
import { credentialDigest } from '../../lib/http/digest';
import type { Host } from '../../lib/http/host';
import { pages } from '../../lib/http/pages';
import { notFrom, recordOf, recordsOf } from '../../lib/http/record';

export type Given = Readonly<Record<string, unknown>>;

/** https://developers.ashbyhq.com/docs/pagination-and-incremental-sync */
export const PAGE_SIZE = 100;

/** The rights of a key, as its page in Ashby calls them. https://developers.ashbyhq.com/docs/authentication */
const MODULES = {
	candidatesRead: 'Candidates, Read',
	candidatesWrite: 'Candidates, Write',
	jobsRead: 'Jobs, Read',
	interviewsRead: 'Interviews, Read',
	offersRead: 'Offers, Read',
	hiringProcessMetadataRead: 'Hiring Process Metadata, Read',
	hiringProcessMetadataWrite: 'Hiring Process Metadata, Write',
	organizationRead: 'Organization, Read',
	apiKeysRead: 'API Keys, Read',
} as const;

/** What each method needs, and whether it may be sent twice: reads, and a write that says what is to be and not what is to be added. */
const METHODS = {
	'application.list': { right: 'candidatesRead', repeatable: true },
	'application.info': { right: 'candidatesRead', repeatable: true },
	'application.create': { right: 'candidatesWrite', repeatable: false },
	'application.changeStage': { right: 'candidatesWrite', repeatable: true },
	'candidate.list': { right: 'candidatesRead', repeatable: true },
	'candidate.info': { right: 'candidatesRead', repeatable: true },
	'candidate.search': { right: 'candidatesRead', repeatable: true },
	'candidate.create': { right: 'candidatesWrite', repeatable: false },
	'candidate.update': { right: 'candidatesWrite', repeatable: true },
	'candidate.addTag': { right: 'candidatesWrite', repeatable: true },
	'candidate.removeTag': { right: 'candidatesWrite', repeatable: true },
	'candidate.createNote': { right: 'candidatesWrite', repeatable: false },
	'candidate.uploadResume': { right: 'candidatesWrite', repeatable: false },
	'candidate.uploadFile': { right: 'candidatesWrite', repeatable: false },
	'candidateTag.list': { right: 'hiringProcessMetadataRead', repeatable: true },
	'candidateTag.create': { right: 'hiringProcessMetadataWrite', repeatable: false },
	'job.list': { right: 'jobsRead', repeatable: true },
	'job.info': { right: 'jobsRead', repeatable: true },
	'interviewSchedule.list': { right: 'interviewsRead', repeatable: true },
	'interviewPlan.list': { right: 'interviewsRead', repeatable: true },
	'interviewStage.list': { right: 'interviewsRead', repeatable: true },
	'offer.list': { right: 'offersRead', repeatable: true },
	'archiveReason.list': { right: 'hiringProcessMetadataRead', repeatable: true },
	'user.list': { right: 'organizationRead', repeatable: true },
	'file.info': { right: 'candidatesRead', repeatable: true },
	'file.createFileUploadHandle': { right: 'candidatesWrite', repeatable: true },
} as const satisfies Record<string, { right: keyof typeof MODULES; repeatable: boolean }>;

export type AshbyMethod = keyof typeof METHODS;

/** Codes with more to say than the status, seen in the document. A failure is a 200 that says so: https://developers.ashbyhq.com/docs/responses */
const CODES: Record<string, { hint?: string; cause: FailureCause }> = {
	invalid_input: { hint: 'Ashby does not take one of the values: check the one that the message names. IDs are UUIDs, as Get Many shows them.', cause: 'configuration-invalid' },
	application_not_found: { hint: 'Use the ID that Application, Get Many shows. Applications of confidential jobs are only there for a key with that right.', cause: 'configuration-invalid' },
	candidate_not_found: { hint: 'Use the ID that Candidate, Get Many shows.', cause: 'configuration-invalid' },
	interview_plan_not_found: { hint: 'The job has no interview plan that this key may see.', cause: 'configuration-invalid' },
	interview_stage_not_found: { hint: 'Choose a stage of the job that the application is for: each job has stages of its own.', cause: 'configuration-invalid' },
	archive_reason_not_found: { hint: 'Choose a reason that Rejection Reason, Get Many shows.', cause: 'configuration-invalid' },
	missing_endpoint_permission: { cause: 'credential-invalid' },
	internal_server_error: { hint: 'Try again later.', cause: 'temporarily-unavailable' },
};

const definition: ApiDefinition = {
	service: 'Ashby',
	credential: 'ashbyAtsApi',
	timeoutMs: 60_000,
	baseUrl: ({ baseUrl }) => checkedBaseUrl(baseUrl),
	error: ({ status, body }) => {
		if (isObject(body) && body.success === false) return vendorError(body, status);
		return status < 300 ? notFrom('Ashby', body, ({ success }) => success === true) : undefined;
	},
};

function vendorError({ errorInfo, errors }: Given, status: number): VendorError {
	const { code, message, requestId } = isObject(errorInfo) ? errorInfo : {};
	// The older form: a list of codes, or of objects with a message.
	const [first] = Array.isArray(errors) ? errors : [];
	const old = isObject(first) ? first.message : first;
	const word = textOf(code) ?? textOf(old);
	const known = word === undefined || !Object.hasOwn(CODES, word) ? undefined : CODES[word];
	return {
		...(known ?? (status < 300 ? { cause: 'configuration-invalid' } : {})),
		...(word === undefined ? {} : { code: word }),
		...(textOf(requestId) === undefined ? {} : { requestId: textOf(requestId) }),
		message: textOf(message) ?? word ?? 'Ashby gave an error without a message',
	};
}

function textOf(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/** One page of a list, as it came. */
export interface ListAnswer {
	answer: Answer;
	rows: ReadonlyArray<Record<string, unknown>>;
	/** Only where more follows: there may be a cursor though nothing does. */
	next: string | null;
	/** Comes with the last page only. */
	syncToken: string | null;
}

/** Ashby's API as the provider uses it: every call is a POST with a JSON body. */
export class AshbyApi {
	constructor(
		private readonly client: HttpClient,
		/** Tells one key from another, in what the process remembers. */
		readonly account: string,
	) {}

	async answer(method: AshbyMethod, body: Given): Promise<Answer> {
		const { right, repeatable } = METHODS[method];
		try {
			return await this.client.send({ method: 'POST', path: `/${method}`, body, repeatable });
		} catch (error) {
			return rethrow(error instanceof ApiError && error.facts.status === 403 ? new ApiError({ ...error.facts, hint: `If the key is right, it lacks a right. ${tick(right)}` }) : error);
		}
	}

	/** Any call, for API Request. */
	async send(request: Request): Promise<Answer> {
		return await this.client.send(request);
	}

	/** The record that a call answers with. */
	async record(method: AshbyMethod, body: Given): Promise<Record<string, unknown>> {
		return recordOf(resultsOf(await this.answer(method, body)), definition.service);
	}

	/** A list that comes whole. */
	async whole(method: AshbyMethod, body: Given = {}): Promise<Array<Record<string, unknown>>> {
		return rowsOf(await this.answer(method, body));
	}

	/** One page; the filters are sent again with each cursor. */
	async page(method: AshbyMethod, body: Given): Promise<ListAnswer> {
		const answer = await this.answer(method, body);
		const { moreDataAvailable, nextCursor, syncToken } = isObject(answer.body) ? answer.body : {};
		const more = moreDataAvailable === true;
		if (more && textOf(nextCursor) === undefined) throw new Error('Ashby says that more follows and does not say where: nothing may be concluded from this page.');
		return { answer, rows: rowsOf(answer), next: more ? (textOf(nextCursor) ?? null) : null, syncToken: textOf(syncToken) ?? null };
	}

	/** All pages of a list. */
	list(method: AshbyMethod, body: Given = {}, limit?: number): AsyncGenerator<ReadonlyArray<Record<string, unknown>>> {
		return pages(async (cursor) => await this.page(method, { ...body, limit: Math.min(PAGE_SIZE, limit ?? PAGE_SIZE), ...(cursor === undefined ? {} : { cursor }) }));
	}

	/** A file behind a signed address. */
	async download(url: string): Promise<Answer> {
		return await this.client.download(url);
	}

	/** To an address that Ashby gave for one file; never with the key. https://developers.ashbyhq.com/reference/filecreatefileuploadhandle */
	async upload(file: { name: string; mimeType: string; data: Buffer; isResume: boolean }): Promise<string> {
		const { handle, url, fields } = await this.record('file.createFileUploadHandle', { fileUploadContext: file.isResume ? 'CandidateResume' : 'CandidateFiles', filename: file.name, contentType: file.mimeType, contentLength: file.data.length });
		if (typeof handle !== 'string' || typeof url !== 'string' || !isObject(fields)) throw new FieldError('Ashby gave no address to upload the file to', 'Try again; if it happens each time, ask the support of Ashby.');
		await this.client.upload(url, () => {
			const form = new FormData();
			for (const [name, value] of Object.entries(fields)) form.append(name, String(value));
			// The file comes last.
			form.append('file', new Blob([new Uint8Array(file.data)], { type: file.mimeType }), file.name);
			return form;
		});
		return handle;
	}
}

export async function connectAshby(host: Host, options: ClientOptions): Promise<AshbyApi> {
	const credentials = await host.getCredentials<ICredentialDataDecryptedObject>(definition.credential);
	return new AshbyApi(new HttpClient(host, definition, credentials, options), credentialDigest(credentials));
}

/** What to do where a list is refused. */
export function rightFor(method: AshbyMethod): string {
	return tick(METHODS[method].right);
}

function tick(right: keyof typeof MODULES): string {
	return `Tick "${MODULES[right]}" for the key in Ashby: Admin, API Keys.`;
}

function resultsOf({ body }: Answer): unknown {
	return isObject(body) ? body.results : undefined;
}

/** The rows of a list; anything else is an error, never an empty list. */
function rowsOf(answer: Answer): Array<Record<string, unknown>> {
	const rows = resultsOf(answer);
	if (!Array.isArray(rows)) throw new Error('The answer of Ashby has no list: the base URL may point to something else.');
	return recordsOf(rows, definition.service);
}
