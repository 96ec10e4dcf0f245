/*
 * How a vendor becomes a provider.
 *
 * 1. In `nodes/<Service>/adapter.ts`, write pure functions from the vendor's records to the unified model (`lib/ats/model`):
 *    times through `toUtc`, ids through `toId`, enums through `toEnum`. `null` = not told, `[]` = told and none.
 * 2. Declare a `Provider`: what it can do stands once, in `capabilities`. Node options, the trigger's events and README's table
 *    come from it.
 * 3. If it can be polled, `changes` gives a `ChangeSource`: one page per call, no loops, no state, no diff. What an answer's
 *    `Date` said and how long it took goes along; the engine in `lib/ats/changes` does the rest (windows, memory, events,
 *    retries between polls, full check). Throw `ApiError` as the HTTP client does; throw `CursorRefused` when the vendor no longer
 *    knows a cursor. One record that cannot be read goes into `unreadable`, never into a throw.
 * 4. Add the provider to `nodes/Ats/providers.ts`.
 */
import type { IAllExecuteFunctions, IPollFunctions } from 'n8n-workflow';

import type { ConcurrencyLimit } from '../http/concurrency';

import type { Source } from './source';
import type { Application, ApplicationStatus, Attachment, Candidate, EventName, Interview, Job, Message, ModelKey, Offer, RejectionReason, Stage, Tag, User } from './model';

// ---------------------------------------------------------------------------------------------------- capabilities

/** The unified node's operations, as `resource.operation`. */
export const OPERATIONS = [
	'application.getMany',
	'application.get',
	'application.create',
	'application.moveStage',
	'application.reject',
	'application.addNote',
	'application.addAttachment',
	'application.downloadAttachments',
	'candidate.getMany',
	'candidate.get',
	'candidate.findOrCreate',
	'candidate.update',
	'candidate.addTag',
	'candidate.removeTag',
	'job.getMany',
	'job.get',
	'interview.getMany',
	'offer.getMany',
	'message.getMany',
	'message.send',
	'stage.getMany',
	'rejectionReason.getMany',
	'user.getMany',
	'tag.getMany',
] as const;

export type OperationName = (typeof OPERATIONS)[number];

/** `true`, or a sentence that says under which condition or how well. What is not named, the provider cannot do. */
export type Support = true | string;

export interface Capabilities {
	models: Partial<Record<ModelKey, Support>>;
	operations: Partial<Record<OperationName, Support>>;
	/** What its trigger can tell. Empty: it cannot be polled. */
	events: Partial<Record<EventName, Support>>;
	/** How far behind reality the trigger is, as a sentence for the editor and README. */
	freshness: string;
	/** The vendor can be asked for the applications of some jobs only. */
	filtersJobs?: boolean;
	/** Node to use for what is missing, as the editor calls it: "Kombo". */
	serviceNode: string;
}

export interface Provider {
	/** Word in output and parameters: `kombo`. Never changes. */
	name: string;
	/** As users call it: "Kombo". */
	label: string;
	/** Name of the credential type. */
	credential: string;
	capabilities: Capabilities;
	/** For the trigger. Reads the credential; makes no request. */
	changes?(host: IPollFunctions, selection: ReadOptions, connection: Connection): Promise<Source>;
	/** For the action node. Reads the credential; makes no request. */
	operations?(host: IAllExecuteFunctions, connection: Connection): Promise<Operations>;
	/** A record of this vendor (REST or webhook shape) in the model; null when it does not look like one. Pure. */
	normalize?(record: unknown): Normalized | null;
}

export type Normalized =
	| { kind: 'application'; value: Application }
	| { kind: 'candidate'; value: Candidate }
	| { kind: 'job'; value: Job }
	| { kind: 'message'; value: Message };

/** What a provider can do for the action node. Each absent member is absent from `capabilities.operations` too. */
export interface Operations {
	applications?(query: ApplicationQuery): AsyncIterable<readonly Application[]>;
	application?(id: string, models: readonly ModelKey[], raw?: boolean): Promise<Application>;
	candidates?(query: { updatedAfter?: string; email?: string; raw?: boolean }): AsyncIterable<readonly Candidate[]>;
	candidate?(id: string, raw?: boolean): Promise<Candidate>;
	jobs?(query: { updatedAfter?: string; raw?: boolean }): AsyncIterable<readonly Job[]>;
	job?(id: string, raw?: boolean): Promise<Job>;
	interviews?(query: { applicationId?: string; updatedAfter?: string }): AsyncIterable<ReadonlyArray<Interview & { applicationId: string | null }>>;
	offers?(query: { applicationId?: string; updatedAfter?: string }): AsyncIterable<ReadonlyArray<Offer & { applicationId: string | null }>>;
	messages?(applicationId: string): AsyncIterable<readonly Message[]>;
	stages?(jobId: string | null): AsyncIterable<readonly Stage[]>;
	rejectionReasons?(): AsyncIterable<readonly RejectionReason[]>;
	users?(): AsyncIterable<readonly User[]>;
	tags?(): AsyncIterable<readonly Tag[]>;
	moveStage?(applicationId: string, stageId: string): Promise<void>;
	reject?(applicationId: string, rejection: { reasonId: string | null; note: string | null }): Promise<void>;
	addNote?(applicationId: string, text: string): Promise<void>;
	createApplication?(input: NewApplication): Promise<Created>;
	addAttachment?(applicationId: string, file: NewFile): Promise<void>;
	/** Files one by one, so that only one is in memory at a time. */
	attachments?(applicationId: string): AsyncIterable<StoredFile>;
	/** Found by e-mail, else created. Running it twice gives the same person. */
	findOrCreateCandidate?(input: NewCandidate): Promise<{ candidate: Candidate; created: boolean }>;
	updateCandidate?(id: string, changes: Partial<NewCandidate>): Promise<Candidate>;
	addTag?(candidateId: string, name: string): Promise<void>;
	removeTag?(candidateId: string, name: string): Promise<void>;
	sendMessage?(message: NewMessage): Promise<Message>;
}

export interface NewCandidate {
	firstName: string;
	lastName: string;
	email: string;
	phone?: string;
	/** Where a candidate can only be created with an application. */
	jobId?: string;
}

export interface NewApplication {
	jobId: string;
	stageId?: string;
	candidate: NewCandidate;
	files: readonly NewFile[];
	/** Cover letter or remark, where the vendor takes one. */
	comment?: string;
}

export interface NewFile {
	type: 'RESUME' | 'COVER_LETTER' | 'OTHER';
	name: string;
	mimeType: string;
	data: Buffer;
}

export interface StoredFile {
	attachment: Attachment;
	data: Buffer;
	mimeType: string;
}

/** What the vendor says of a new application: some give the record, some only ids, some nothing but success. */
export interface Created {
	applicationId: string | null;
	candidateId: string | null;
	application: Application | null;
}

export interface NewMessage {
	candidateId: string;
	subject?: string;
	text: string;
}

export interface ApplicationQuery {
	models: readonly ModelKey[];
	updatedAfter?: string;
	jobIds?: readonly string[];
	stageIds?: readonly string[];
	statuses?: readonly ApplicationStatus[];
	raw?: boolean;
}

// ------------------------------------------------------------------------------------------------------- the source

/** What the user wants read. Which events and stages are told is the engine's business. */
export interface ReadOptions {
	models: readonly ModelKey[];
	/** Empty: all. Only sent to the vendor by providers with `filtersJobs`. */
	jobIds: readonly string[];
	/** Put the vendor's record into `application.raw`. */
	raw: boolean;
}

/** How to talk to the vendor this time: hand it to `connect<Service>` and the HTTP client. */
export interface Connection {
	/** Kombo and Knit: instead of the credential's default. */
	integrationId?: string;
	/** Flatchr: the user counts an archived person as rejected. */
	archivedAsRejected?: boolean;
	/** Our clock, ms: nothing is begun or awaited beyond it. */
	deadline?: number;
	signal?: AbortSignal;
	/** Shared by all items of an execution. */
	limit?: ConcurrencyLimit;
}

