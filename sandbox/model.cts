/**
 * The hiring data that all five services show in their own simulators. Neutral words, times in milliseconds.
 * A simulator never stores hiring data of its own: it reads these and changes them through the world's door.
 */

export interface Base {
	/** 24 characters of base58 (Kombo's style). Not unique across models, as at Kombo. */
	id: string;
	/** 1, 2, 3 ... within the model; for services that count. */
	number: number;
	/** The id in the customer's ATS. */
	remoteId: string;
	createdAt: number;
	/** When one of its own fields changed last. */
	changedAt: number;
	/** When a link field (LINK_FIELDS) changed last: its `changedAt` does not move then. */
	linkedAt: number;
	/** Deleted records stay, so that they can be listed. */
	deletedAt: number | null;
}

export interface Place {
	city: string;
	country: string;
	state: string | null;
	street: string | null;
	zip: string | null;
}

export interface Company extends Base {
	name: string;
	slug: string;
	website: string;
	locale: string;
	description: string;
	managerId: string | null;
}

export interface Department extends Base {
	name: string;
}

/** A position in a department (Chat Technologies calls it a role). */
export interface Position extends Base {
	name: string;
	departmentId: string;
}

export type RoleKind = 'HIRING_MANAGER' | 'RECRUITER' | 'COORDINATOR' | 'SOURCER' | 'INTERVIEWER' | 'ADMIN';

/** A right in the ATS. */
export interface Role extends Base {
	label: string;
	scope: 'SYSTEM' | 'JOB';
	kind: RoleKind | null;
}

export interface User extends Base {
	firstName: string;
	lastName: string;
	email: string;
	phone: string | null;
	active: boolean;
	roleIds: string[];
}

export interface Tag extends Base {
	name: string;
}

export interface RejectionReason extends Base {
	name: string;
}

/** A step of the pipeline. Most are shared by all jobs; some belong to one. */
export interface Stage extends Base {
	name: string;
	index: number;
	hired: boolean;
	active: boolean;
}

export type QuestionType = 'TEXT' | 'NUMBER' | 'BOOLEAN' | 'SINGLE_SELECT' | 'MULTI_SELECT' | 'DATE' | 'FILE' | 'INFORMATION' | 'UNKNOWN';

export interface Question {
	id: string;
	remoteId: string;
	title: string;
	description: string | null;
	type: QuestionType;
	multiLine: boolean;
	options: Array<{ id: string; remoteId: string; name: string }>;
	min: number | null;
	max: number | null;
	required: boolean;
	category: 'EEO' | 'DEMOGRAPHIC' | null;
	/** Shown only when that question was answered with one of these (option ids, or booleans). */
	when: { questionId: string; answers: string[] | boolean[] } | null;
}

export interface Posting {
	id: string;
	remoteId: string;
	title: string;
	html: string;
	status: 'ACTIVE' | 'INACTIVE' | 'DRAFT';
	visibility: 'PUBLIC' | 'INTERNAL' | 'UNLISTED';
	url: string;
}

export interface Job extends Base {
	title: string;
	code: string;
	slug: string;
	html: string;
	status: 'OPEN' | 'CLOSED' | 'DRAFT' | 'ARCHIVED';
	visibility: 'PUBLIC' | 'INTERNAL' | 'UNLISTED' | 'CONFIDENTIAL';
	employment: 'FULL_TIME' | 'PART_TIME' | 'CONTRACT' | 'SEASONAL' | 'INTERNSHIP';
	remoteWork: 'REMOTE' | 'HYBRID' | 'TEMPORARY' | 'ON_SITE';
	category: string;
	companyId: string;
	departmentId: string;
	positionId: string | null;
	place: Place;
	salary: { from: number; to: number; currency: string; period: 'YEAR' | 'MONTH' | 'HOUR' } | null;
	weeklyHours: number;
	experience: string;
	openedAt: number | null;
	closedAt: number | null;
	stageIds: string[];
	questions: Question[];
	postings: Posting[];
	team: Array<{ userId: string; roleIds: string[] }>;
}

export interface Candidate extends Base {
	firstName: string | null;
	lastName: string | null;
	company: string | null;
	title: string | null;
	emails: Array<{ address: string; type: 'PERSONAL' | 'WORK' | 'OTHER' }>;
	phones: Array<{ number: string; type: 'PERSONAL' | 'WORK' | 'OTHER' }>;
	links: string[];
	place: Place | null;
	source: string | null;
	tagIds: string[];
	consent: { given: boolean; expiresAt: number | null } | null;
}

export type Outcome = 'PENDING' | 'HIRED' | 'DECLINED';

/** What was answered: `value` as the question's type wants it; selects hold the options' texts. */
export interface Answer {
	questionId: string | null;
	title: string;
	type: QuestionType;
	value: string | number | boolean | string[] | null;
}

export interface Application extends Base {
	jobId: string;
	candidateId: string;
	status: Outcome;
	stageId: string;
	rejection: { reasonId: string | null; at: number; note: string | null } | null;
	answers: Answer[];
	source: string | null;
	origin: 'AGENCY' | 'REFERRAL' | 'EXTERNAL';
	ownerId: string | null;
}

export interface Interview extends Base {
	applicationId: string;
	title: string;
	startsAt: number;
	endsAt: number;
	status: 'SCHEDULED' | 'COMPLETED' | 'CANCELLED';
	interviewerIds: string[];
	organizerId: string | null;
	where: { kind: 'PHYSICAL' | 'VIRTUAL'; address: string | null };
	videoUrl: string | null;
	stageId: string | null;
}

export type OfferStatus = 'DRAFT' | 'APPROVED' | 'SENT' | 'ACCEPTED' | 'DECLINED' | 'ABANDONED';

export interface Offer extends Base {
	applicationId: string;
	status: OfferStatus;
	startDate: number | null;
	sentAt: number | null;
	closedAt: number | null;
}

/** A note or comment about a candidate (Flatchr's comments are these). */
export interface Note extends Base {
	candidateId: string;
	applicationId: string | null;
	/** null: written by the system */
	authorId: string | null;
	title: string | null;
	html: string;
	private: boolean;
	replyToId: string | null;
	attachmentIds: string[];
}

/** Its bytes: `world.bytes(attachment)`. */
export interface Attachment extends Base {
	candidateId: string;
	applicationId: string | null;
	kind: 'CV' | 'COVER_LETTER' | 'OTHER';
	fileName: string;
	contentType: string;
}

export interface ScoreResponse {
	label: string;
	type: 'TEXT' | 'NUMBER' | 'BOOLEAN' | 'DATE' | 'SINGLE_SELECT' | 'MULTI_SELECT';
	required: boolean;
	options: string[];
	answer: string | number | boolean | string[] | null;
}

export interface Scorecard extends Base {
	candidateId: string;
	applicationId: string;
	interviewId: string | null;
	authorId: string | null;
	responses: ScoreResponse[];
}

export interface ResultLink extends Base {
	candidateId: string;
	applicationId: string | null;
	label: string;
	url: string;
	details: Record<string, string>;
}

/** An e-mail or text message between the team and a candidate. */
export interface Message extends Base {
	candidateId: string;
	applicationId: string;
	/** null: written by the candidate */
	authorId: string | null;
	subject: string | null;
	text: string;
	html: string;
	auto: boolean;
	deliverAt: number;
	delivered: boolean;
	attachmentIds: string[];
}

export interface Task extends Base {
	description: string;
	dueAt: number;
	done: boolean;
	about: { model: 'application' | 'user'; id: string };
	userIds: string[];
	ownerId: string;
	notify: boolean;
}

/** One line of the history: what happened to a candidate. Written by the world itself for every step of note. */
export interface Activity extends Base {
	/** applied, moved, rejected, hired, reactivated, note, interview, offer, message, tagged, deleted */
	code: string;
	data: Record<string, string | number | boolean | null>;
	candidateId: string;
	jobId: string | null;
	userId: string | null;
}

export interface ChatUser extends Base {
	/** unique, e.g. an e-mail address */
	name: string;
	displayName: string;
	kind: 'PERSON' | 'BOT';
	guest: boolean;
	online: boolean;
	properties: Record<string, unknown>;
	/** the person behind it */
	userId: string | null;
	candidateId: string | null;
}

export interface ChatChannel extends Base {
	kind: 'DIRECT' | 'PUBLIC' | 'PRIVATE';
	name: string | null;
	displayName: string | null;
	creatorId: string | null;
	memberIds: string[];
	moderatorIds: string[];
	applicationId: string | null;
	properties: Record<string, unknown>;
}

export interface ChatMessage extends Base {
	channelId: string;
	kind: 'TEXT' | 'FILE' | 'SYSTEM_TEXT' | 'SYSTEM_FILE';
	/** null: the system */
	userId: string | null;
	body: string | null;
	file: { url: string; name: string; contentType: string; size: number } | null;
	/** the message it replies to */
	parentId: string | null;
	groupTag: string | null;
	properties: Record<string, unknown>;
	editedAt: number | null;
}

export interface Models {
	company: Company;
	department: Department;
	position: Position;
	role: Role;
	user: User;
	tag: Tag;
	rejectionReason: RejectionReason;
	stage: Stage;
	job: Job;
	candidate: Candidate;
	application: Application;
	interview: Interview;
	offer: Offer;
	note: Note;
	attachment: Attachment;
	scorecard: Scorecard;
	resultLink: ResultLink;
	message: Message;
	task: Task;
	activity: Activity;
	chatUser: ChatUser;
	chatChannel: ChatChannel;
	chatMessage: ChatMessage;
}

export type ModelName = keyof Models;

/** The fields of a record that a caller may set. */
export type Fields<M extends ModelName> = Omit<Models[M], keyof Base>;

/** Lists of links: adding to them or taking from them is no change of the record's own fields. */
export const LINK_FIELDS: Partial<Record<ModelName, ReadonlySet<string>>> = {
	candidate: new Set(['tagIds']),
	job: new Set(['stageIds', 'questions', 'postings', 'team']),
	interview: new Set(['interviewerIds']),
	user: new Set(['roleIds']),
};
