/*
 * How a vendor becomes a provider: docs/adding-a-provider.md.
 *
 * A folder `nodes/<Service>/` with `api.ts` (the wire), `mapping.ts` (records to the model, pure: `null` = not told, `[]` = told and
 * none, times through `toUtc`, ids through `toId`, words through `toEnum`), `changes.ts` (how its changes are read: `source.ts`)
 * and `provider.ts`, which calls `defineProvider`. What it can do stands once, in `capabilities`: options of the nodes, events of
 * the trigger, tables of the docs and refusals come from there.
 */
import type { Field, Some } from '../action/field';
import type { Request } from '../http/client';
import type { ExecutionLimits } from '../http/concurrency';
import type { Answer } from '../http/apiDefinition';
import type { Host } from '../http/host';
import type { Application, ApplicationStatus, Attachment, Candidate, EventName, Interview, Job, ListedStage, Message, ModelKey, Offer, RejectionReason, Tag, User } from './model';
import type { ChangeSource, FeedSource, Source } from './source';

// ---------------------------------------------------------------------------------------------------- capabilities

/** The unified node's operations, as `resource.operation`. */
export const OPERATIONS = [
	'application.getMany',
	'application.get',
	'application.create',
	'application.moveStage',
	'application.reject',
	'application.reactivate',
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

/** Fields of those operations that some vendors have no use for, as `resource.operation.field`. */
export const INPUTS = ['application.create.comment', 'application.create.files', 'candidate.findOrCreate.jobId'] as const;

export type InputName = (typeof INPUTS)[number];

/** `true`, or a sentence that says under which condition or how well. What is not named, the provider cannot do. */
export type Support = true | string;

export interface Capabilities {
	models: Partial<Record<ModelKey, Support>>;
	/** Fields that only some services tell: what kind of step a stage is, the company's own fields, where the person came from. */
	details?: Partial<Record<'stageCategory' | 'stageOrder' | 'customFields' | 'source', Support>>;
	operations: Partial<Record<OperationName, Support>>;
	/** Offered in the editor only where it is named: what the adapter does not use must not be. */
	inputs?: Partial<Record<InputName, Support>>;
	/** What its trigger can emit. Empty: it cannot be polled. */
	events: Partial<Record<EventName, Support>>;
	/** How far behind reality the trigger is, as a sentence for the editor and the docs. */
	freshness: string;
	/** Models that the trigger reads where nothing is chosen under *Include*: those that come without extra calls. Absent: all of `models`. */
	withoutExtraCalls?: readonly ModelKey[];
	/** `ApplicationQuery.stageIds` reaches the vendor, and `stages(null)` is cheap: names of stages are turned into IDs by it. */
	filtersStages?: boolean;
	/** Hours between two full checks where nothing is chosen; 24 without it. With it `freshness` says why. */
	fullCheckHours?: number;
}

// -------------------------------------------------------------------------------------------------------- a provider

/** What one call of the adapter works with: hand it to `connect<Service>` and the HTTP client. */
export interface Context<Settings> {
	/** The credential type in use, where there are several ways to log in. */
	credential: string;
	/** The provider's own settings, as its fields have read them; each may be absent. */
	settings: Settings;
	/** ID of the user in whose name something is written (`ProviderSpec.actingUser`). */
	actingUser?: string;
	/** Our clock, ms: nothing is begun or awaited beyond it. */
	deadline?: number;
	signal?: AbortSignal;
	/** Shared by all items of an execution. */
	limits?: ExecutionLimits;
	/** Sees every answer (*Check Connection*): the HTTP client takes it. */
	onAnswer?(answer: Answer): void;
}

/** What the user of the trigger wants read. Which events and stages are emitted is the engine's business. */
export interface ReadOptions {
	models: readonly ModelKey[];
	/** Empty: all. For the vendor, where it can be asked for some jobs only: the engine looks at every row all the same. */
	jobIds: readonly string[];
	/** Put the vendor's record into `application.raw`. */
	raw: boolean;
}

export interface ProviderSpec<Settings extends readonly Field[] = readonly []> {
	/** Word in output and parameters: `someAts`. Never changes. */
	name: string;
	/** As users call it: "Some ATS". */
	label: string;
	/** The ways to log in: credential types, with the name that the editor offers where there are several. The first is the default. */
	credentials: ReadonlyArray<{ type: string; label: string }>;
	/** Settings of its own: shown in the options of node and trigger while it is chosen. Two providers' settings of one name must be alike. */
	settings?: Settings;
	/** Writes may or must name a user: adds the option *Acting User*, fed by `users()`. The sentence says for what it is needed. */
	actingUser?: string;
	capabilities: Capabilities;
	/** The vendor's API reference, and a real path of it: `docs/providers` shows them to the user of *API Request*. */
	api: { documentationUrl: string; placeholder: string };
	/** Its own node, as the editor calls it, where it has one. */
	serviceNode?: string;
	/** What makes this another set of applications: host and company, never a key. May ask once. Absent: host and credential stand for it. */
	account?(host: Host, context: Context<Some<Settings>>): Promise<readonly string[]>;
	/** For the trigger. Reads the credential; makes no request. */
	changes?(host: Host, options: ReadOptions, context: Context<Some<Settings>>): Promise<AdapterSource>;
	/** For the action node. Reads the credential; makes no request. */
	operations(host: Host, context: Context<Some<Settings>>): Promise<Operations>;
	/** For *Check Connection*: what to tick or ask for where a list is refused, as a sentence with the vendor's own words and screen. */
	rights?: Partial<Record<CheckedPart, string>>;
	/** For *Check Connection*: who sees confidential jobs, where the vendor leaves them out without a word: as a sentence that says what to do. */
	confidential?: string;
	/** For *Check Connection*: the vendor's own words in a record (with `raw`) that the model has words for, such as `{ status: 'parked' }`. No personal data. */
	words?(record: unknown): Readonly<Record<string, unknown>>;
	/** A record of this vendor (REST or webhook shape) in the model; null when it does not look like one. Pure. `whole`: what it was found in. */
	normalize?(record: unknown, whole?: unknown): Normalized | null;
}

/** Lists that *Check Connection* tries, by the member of `Operations` that reads them. */
export type CheckedPart = 'applications' | 'candidates' | 'jobs' | 'stages' | 'interviews' | 'offers' | 'rejectionReasons' | 'users' | 'tags';

type GivenByProvider = 'provider' | 'label' | 'events' | 'scope';
/** What `changes.ts` gives: name, label, events and account stand in the provider already. */
export type AdapterSource = Omit<ChangeSource, GivenByProvider> | Omit<FeedSource, GivenByProvider>;

/** A provider as the nodes see it: settings as they come from the node's options. */
export interface Provider extends Omit<ProviderSpec, 'settings' | 'account' | 'changes' | 'operations'> {
	settings: readonly Field[];
	changes?(host: Host, options: ReadOptions, context: Context<Record<string, unknown>>): Promise<Source>;
	operations(host: Host, context: Context<Record<string, unknown>>): Promise<Operations>;
}

export type Normalized =
	| { kind: 'application'; value: Application }
	| { kind: 'candidate'; value: Candidate }
	| { kind: 'job'; value: Job }
	| { kind: 'message'; value: Message };

// ------------------------------------------------------------------------------------------------------- operations

/** How a list is asked for. Filters that the vendor has not are applied by the node: an adapter hands on what the vendor takes, no more. */
export interface ListQuery {
	/** Rows wanted, absent = all: choose the page size by it. Whoever reads stops by itself. */
	limit?: number;
	/** ISO-8601 UTC. */
	updatedAfter?: string;
	/** Put the vendor's record into `raw`. */
	raw?: boolean;
}

export interface ApplicationQuery extends ListQuery {
	models: readonly ModelKey[];
	/** Never empty lists: absent = all. */
	jobIds?: readonly string[];
	stageIds?: readonly string[];
	statuses?: readonly ApplicationStatus[];
	candidateId?: string;
	/** ISO-8601 UTC. */
	appliedAfter?: string;
	appliedBefore?: string;
}

export interface CandidateQuery extends ListQuery {
	/** The node compares the addresses of what comes with it. A vendor that ignores or refuses this filter is asked without it. */
	email?: string;
}

export type PartQuery = Pick<ListQuery, 'limit' | 'updatedAfter'> & { applicationId?: string };
type Pages<Row> = AsyncIterable<readonly Row[]>;

/** What a provider can do for the action node. Each absent member is absent from `capabilities.operations` too. */
export interface Operations {
	/** List rows as cheap as they come. `rowModels` says what they tell; the rest is read by `details`, only for rows that are put out. */
	applications?(query: ApplicationQuery): Pages<Application>;
	/** Its changed-since filter is sure, and finds more than a record's own time tells (what changed inside it): that time is not looked at again. */
	updatedAfterIsSure?: true;
	/** Models that list rows tell in full; absent = all that the provider can. */
	rowModels?: readonly ModelKey[];
	/** Completes list rows, in order and one for one. Also asked where a filter cannot be decided by the row. */
	details?(rows: readonly Application[], models: readonly ModelKey[], raw: boolean): Promise<readonly Application[]>;
	application?(id: string, models: readonly ModelKey[], raw?: boolean): Promise<Application>;
	candidates?(query: CandidateQuery): Pages<Candidate>;
	candidate?(id: string, raw?: boolean): Promise<Candidate>;
	jobs?(query: ListQuery): Pages<Job>;
	job?(id: string, raw?: boolean): Promise<Job>;
	interviews?(query: PartQuery): Pages<Interview & { applicationId: string | null }>;
	offers?(query: PartQuery): Pages<Offer & { applicationId: string | null }>;
	messages?(applicationId: string): Pages<Message>;
	/** `null`: of all jobs, as far as the vendor can. */
	stages?(jobId: string | null): Pages<ListedStage>;
	rejectionReasons?(): Pages<RejectionReason>;
	users?(): Pages<User>;
	tags?(): Pages<Tag>;
	moveStage?(applicationId: string, stageId: string): Promise<void>;
	reject?(applicationId: string, rejection: { reasonId: string | null; note: string | null }): Promise<void>;
	reactivate?(applicationId: string): Promise<void>;
	/** Gives the note's ID, null where the vendor says none. */
	addNote?(applicationId: string, text: string): Promise<string | null>;
	createApplication?(input: NewApplication): Promise<Created>;
	addAttachment?(applicationId: string, file: NewFile): Promise<void>;
	/** Files one by one, so that only one is in memory at a time; one that cannot be had does not stop the others. */
	attachments?(applicationId: string): AsyncIterable<StoredFile | LostFile>;
	/**
	 * Only creates: the node looks for the address first (`candidates`), compares, and keeps two items from making one person
	 * twice. Gives null where the vendor says that the address is known already.
	 */
	createCandidate?(input: NewCandidate): Promise<Candidate | null>;
	updateCandidate?(id: string, changes: Partial<Omit<NewCandidate, 'jobId'>>): Promise<Candidate>;
	addTag?(candidateId: string, name: string): Promise<void>;
	removeTag?(candidateId: string, name: string): Promise<void>;
	sendMessage?(message: NewMessage): Promise<Message>;
	/** Any call of the vendor's API, for *API Request*. */
	send(request: Request): Promise<Answer>;
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
	candidate: Omit<NewCandidate, 'jobId'>;
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
	/** Absent: left to n8n to find out. */
	mimeType?: string;
}

/** A file that could not be had, and why. */
export interface LostFile {
	attachment: Attachment;
	error: Error;
}

/** What the vendor says of a new application: some give the record, some only ids, some nothing but success. */
export interface Created {
	applicationId: string | null;
	candidateId: string | null;
	application: Application | null;
	/** Something the user should know, such as that nobody can tell which application is the new one. */
	warning?: string;
}

export interface NewMessage {
	candidateId: string;
	subject?: string;
	text: string;
}
