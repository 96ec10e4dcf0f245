import { oneOf, placeOf, recordOr, recordsIn, type VendorRecord } from '../../lib/ats/kit';
import { NOT_SPECIFIED, toEnum, toId, toMillis, toText, toUtc, type Application, type ApplicationStatus, type Attachment, type Candidate, type Job, type ListedStage, type ModelKey, type RejectionReason, type StageCategory, type User } from '../../lib/ats/model';
import { JOB_STATUSES } from '../../lib/ats/model/job';
import { flat, relationsOf } from '../../lib/http/jsonApi';
import type { TeamtailorRow } from './api';

/* Records of https://docs.teamtailor.com/ in the model. A relation tells its ID only where `include` named it: not told is never "none". */

export const PROVIDER = 'teamtailor';

/** What list rows tell. */
export const IN_ROWS: readonly ModelKey[] = ['info', 'currentStage', 'rejection'];
export const INCLUDED = 'candidate,job,stage,reject-reason';
export const JOB_INCLUDED = 'user,department,locations,stages';

/** Attributes and related records under one roof; webhooks write their keys with underscores. */
function read(row: TeamtailorRow): VendorRecord {
	return Object.fromEntries(Object.entries(flat(row)).map(([name, value]) => [name.replace(/_/g, '-'), value]));
}

/** A related record: null where there is none, undefined where it is not told. */
function relatedTo(row: TeamtailorRow, fields: VendorRecord, name: string): VendorRecord | null | undefined {
	const found = relationsOf(row).find(([relation]) => relation === name);
	if (!found || found[1] === undefined) return undefined;
	const [target] = found[1] ?? [];
	if (!target) return null;
	// Named, but not among the included ones: its ID is all that is known.
	return recordOr(fields[name]) ?? { id: target.id };
}

function idOf(row: TeamtailorRow, what: string): string {
	const id = toId(row.id);
	if (id === null) throw new Error(`Teamtailor gave ${what} without an ID`);
	return id;
}

// ------------------------------------------------------------------------------------------------------ applications

export function toApplication(row: TeamtailorRow, { models = IN_ROWS, raw = false }: { models?: readonly ModelKey[]; raw?: boolean } = {}): Application {
	const fields = read(row);
	const [candidate, job, stage, reason] = ['candidate', 'job', 'stage', 'reject-reason'].map((name) => relatedTo(row, fields, name));
	const id = idOf(row, 'an application');
	const jobId = toId(job?.id) ?? toId(fields['job-id']);
	return {
		provider: PROVIDER,
		id,
		info: models.includes('info')
			? {
					id,
					status: statusOf(fields, stage),
					candidate: candidate ? personOf(candidate) : null,
					// `sourced` and the candidate's `referred` do not say how this application came in.
					origin: NOT_SPECIFIED,
					appliedAt: toUtc(fields['created-at']),
					updatedAt: toUtc(fields['updated-at']),
					jobId,
					job: jobId === null ? null : { id: jobId, title: toText(job?.title) ?? toText(fields['job-title']) },
					source: toText(fields['referring-site']),
					customFields: null,
					owner: null,
					creditedTo: null,
				}
			: null,
		currentStage: models.includes('currentStage') && stage ? { id: toId(stage.id), text: toText(stage.name), category: categoryOf(stage) } : null,
		interviews: null,
		rejection: models.includes('rejection') && isRejected(fields) ? { id: toId(reason?.id), text: toText(reason?.reason), rejectedAt: toUtc(fields['rejected-at']) } : null,
		offers: null,
		attachments: null,
		...(raw ? { raw: row } : {}),
	};
}

/** What a row tells for sure. One without the relations that were asked for tells too little to be compared: it would look like an application that lost its person and stage. */
export function knownIn(row: TeamtailorRow): ModelKey[] {
	const fields = read(row);
	const missing = ['candidate', 'job', 'stage'].filter((name) => relatedTo(row, fields, name) === undefined);
	if (missing.length > 0) throw new Error(`Teamtailor does not tell its ${missing.join(', ')}, which were asked for`);
	return 'rejected-at' in fields ? ['info', 'currentStage', 'rejection'] : ['info', 'currentStage'];
}

const isRejected = (fields: VendorRecord): boolean => toText(fields['rejected-at']) !== null;

function statusOf(fields: VendorRecord, stage: VendorRecord | null | undefined): ApplicationStatus {
	if (isRejected(fields)) return 'REJECTED';
	const type = stage ? typeOf(stage) : undefined;
	if (!('rejected-at' in fields) || type === undefined) return NOT_SPECIFIED;
	return type === 'hired' ? 'HIRED' : 'ACTIVE';
}

/** `stage-type` in old versions, `legacy-stage-type-name` since 20240904: `Inbox`, `In process`, `Hired`. */
function typeOf(stage: VendorRecord): string | undefined {
	return (toText(stage['legacy-stage-type-name']) ?? toText(stage['stage-type']))?.trim().toLowerCase();
}

/** What happens while somebody is "in process" is not told. */
const CATEGORIES: ReadonlyMap<string | undefined, StageCategory> = new Map<string, StageCategory>([['inbox', 'APPLIED'], ['hired', 'HIRED']]);

const categoryOf = (stage: VendorRecord): StageCategory | null => CATEGORIES.get(typeOf(stage)) ?? null;

/** For *Check Connection*: the words that the model has words for. */
export function wordsOf(row: TeamtailorRow): Record<string, unknown> {
	const fields = read(row);
	const stage = recordOr(fields.stage);
	return { ...(stage ? { 'stage type': typeOf(stage) } : {}), ...('human-status' in fields ? { 'job status': fields['human-status'] } : {}) };
}

// -------------------------------------------------------------------------------------------------------- candidates

function personOf(fields: VendorRecord): NonNullable<NonNullable<Application['info']>['candidate']> {
	return {
		id: toId(fields.id),
		name: null,
		firstName: toText(fields['first-name']),
		lastName: toText(fields['last-name']),
		phones: oneOf(fields.phone, (phoneNumber) => ({ type: NOT_SPECIFIED, phoneNumber })),
		emails: oneOf(fields.email, (email) => ({ type: NOT_SPECIFIED, email })),
		links: oneOf(fields['linkedin-url'], (link) => link),
		location: placeOf(fields.city, fields.country),
	};
}

export function toCandidate(row: TeamtailorRow, raw = false): Candidate {
	const fields = read(row);
	const tags = tagsOf(row);
	return {
		provider: PROVIDER,
		...personOf(fields),
		id: idOf(row, 'a candidate'),
		title: null,
		company: null,
		tags: tags && tags.map((text) => ({ id: text, text })),
		customFields: null,
		applications: idsIn(row, 'job-applications'),
		createdAt: toUtc(fields['created-at']),
		updatedAt: toUtc(fields['updated-at']),
		...(raw ? { raw: row } : {}),
	};
}

/** Null where they are not told, or one of them is no text: what cannot be read cannot be written back. */
export function tagsOf(row: TeamtailorRow): string[] | null {
	const { tags } = read(row);
	if (!Array.isArray(tags)) return null;
	const texts = tags.flatMap((tag) => toText(tag) ?? []);
	return texts.length === tags.length ? texts : null;
}

/** IDs of a relation, null where it is not told. */
export function idsIn(row: TeamtailorRow, name: string): string[] | null {
	const found = relationsOf(row).find(([relation]) => relation === name)?.[1];
	return found === undefined ? null : (found ?? []).map(({ id }) => id);
}

// ------------------------------------------------------------------------------------------------------------- files

/** The address works for about a minute. */
export function toUpload(row: TeamtailorRow): Attachment {
	const fields = read(row);
	return { id: idOf(row, 'a file'), type: NOT_SPECIFIED, name: toText(fields['file-name']), link: toText(fields.url), createdAt: toUtc(fields['created-at']) };
}

/** The candidate's CV, as it was uploaded where Teamtailor shows that. */
export function toResume(row: TeamtailorRow): Attachment[] {
	const fields = read(row);
	const link = toText(fields['original-resume']) ?? toText(fields.resume);
	return link === null ? [] : [{ id: null, type: 'RESUME', name: null, link, createdAt: null }];
}

// -------------------------------------------------------------------------------------------------------------- jobs

/** `human-status`: archived, unlisted, expired, draft, published, scheduled, unsaved; `status`: open, draft, archived, unlisted, temp. */
const JOB_WORDS = { PUBLISHED: 'OPEN', OPEN: 'OPEN', UNLISTED: 'OPEN', EXPIRED: 'CLOSED', ARCHIVED: 'ARCHIVED', DRAFT: 'DRAFT', UNSAVED: 'DRAFT' } as const;

export function toJob(row: TeamtailorRow, raw = false): Job {
	const fields = read(row);
	const id = idOf(row, 'a job');
	const links = recordOr(row.links) ?? {};
	const word = (toText(fields['human-status']) ?? toText(fields.status) ?? '').toLowerCase();
	const [user, department] = ['user', 'department'].map((name) => relatedTo(row, fields, name));
	return {
		provider: PROVIDER,
		id,
		info: {
			id,
			title: toText(fields.title),
			description: toText(fields.body),
			status: toEnum(word, JOB_STATUSES, JOB_WORDS),
			confidential: null,
			infoUrl: toText(links['careersite-job-url']),
			applyUrl: toText(links['careersite-job-apply-url']),
			createdAt: toUtc(fields['created-at']),
			updatedAt: toUtc(fields['updated-at']),
			closedAt: word === 'expired' ? toUtc(fields['end-date']) : null,
		},
		departments: department === undefined ? null : department === null ? [] : [{ id: toId(department.id), name: toText(department.name) }],
		offices: listed(row, fields, 'locations', (one) => ({ id: toId(one.id), name: toText(one.name), location: placeOf(one.address, one.city, one.country) })),
		hiringManagers: null,
		recruiters: user === undefined ? null : user === null ? [] : [userOf(user)],
		stages: inOrder(listed(row, fields, 'stages', (one) => ({ stage: stageOf(one, id), place: one['row-order'] }))),
		...(raw ? { raw: row } : {}),
	};
}

/** The records of a relation, null where it is not told. */
function listed<Part>(row: TeamtailorRow, fields: VendorRecord, name: string, make: (one: VendorRecord) => Part): Part[] | null {
	const ids = idsIn(row, name);
	if (ids === null) return null;
	const found = recordsIn(fields[name]);
	return ids.map((id) => make(found.find((one) => toId(one.id) === id) ?? { id }));
}

/** `row-order` has gaps: the place is counted. */
function inOrder(stages: Array<{ stage: ListedStage; place: unknown }> | null): ListedStage[] | null {
	if (stages === null || stages.some(({ place }) => typeof place !== 'number')) return stages && stages.map(({ stage }) => stage);
	return [...stages].sort((a, b) => Number(a.place) - Number(b.place)).map(({ stage }, order) => ({ ...stage, order }));
}

function stageOf(fields: VendorRecord, jobId: string | null): ListedStage {
	return { id: toId(fields.id), text: toText(fields.name), category: categoryOf(fields), jobId, order: null };
}

/** The stages of a job; `null`: each says itself whose it is, and places are counted within its job. */
export function toStages(rows: readonly TeamtailorRow[], jobId: string | null): ListedStage[] {
	const jobs = new Map<string, TeamtailorRow[]>();
	for (const row of rows) {
		const own = jobId ?? idsIn(row, 'job')?.[0] ?? '';
		jobs.set(own, [...(jobs.get(own) ?? []), row]);
	}
	return [...jobs].flatMap(([own, ofJob]) => {
		const shown = ofJob.map((row) => ({ stage: stageOf({ ...read(row), id: idOf(row, 'a stage') }, own || null), place: own === '' ? null : read(row)['row-order'] }));
		return inOrder(shown) ?? [];
	});
}

// ------------------------------------------------------------------------------------------------------------ others

export function toRejectionReason(row: TeamtailorRow): RejectionReason {
	return { id: idOf(row, 'a reject reason'), text: toText(read(row).reason) };
}

function userOf(fields: VendorRecord): User {
	return { id: toId(fields.id), email: toText(fields.email) ?? toText(fields['login-email']), employeeId: null, name: toText(fields.name), firstName: null, lastName: null };
}

export function toUser(row: TeamtailorRow): User {
	return { ...userOf(read(row)), id: idOf(row, 'a user') };
}

/** Who may not log in is no member of the team that writes. */
export function hasAccess(row: TeamtailorRow): boolean {
	return read(row).role !== 'no_access';
}

/** ms */
export function stampsOf(row: TeamtailorRow): { createdAt: number | null; changedAt: number | null } {
	const fields = read(row);
	return { createdAt: toMillis(fields['created-at']), changedAt: toMillis(fields['updated-at']) };
}
