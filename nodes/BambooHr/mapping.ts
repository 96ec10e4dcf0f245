import { listOf, oneOf, placeOf, recordOr, type VendorRecord } from '../../lib/ats/kit';
import { NOT_SPECIFIED, toEnum, toId, toText, toUtc, type Application, type ApplicationStatus, type Attachment, type Candidate, type Job, type ListedStage, type ModelKey, type User } from '../../lib/ats/model';
import { JOB_STATUSES } from '../../lib/ats/model/job';

export const PROVIDER = 'bambooHr';

/** What list rows tell. https://documentation.bamboohr.com/reference/get-applications */
export const IN_ROWS: readonly ModelKey[] = ['info', 'currentStage', 'rejection'];

/** A status is in one of the groups that the list can be filtered by; null: not known. */
export type Group = 'ACTIVE' | 'INACTIVE' | 'HIRED';
export type Groups = ReadonlyMap<string, Group>;

const STATUS: Record<Group, ApplicationStatus> = { ACTIVE: 'ACTIVE', INACTIVE: 'REJECTED', HIRED: 'HIRED' };

/** A row of the list, or the whole record. The status of a rejected application is its reason: which stage it was in is not told. */
export function toApplication(row: VendorRecord, groups: Groups, { models = IN_ROWS, raw = false }: { models?: readonly ModelKey[]; raw?: boolean } = {}): Application {
	const id = toId(row.id);
	if (id === null) throw new Error('BambooHR gave an application without an ID');
	const status = recordOr(row.status) ?? {};
	const statusId = toId(status.id);
	const group = statusId === null ? undefined : groups.get(statusId);
	const job = recordOr(row.job) ?? {};
	const jobId = toId(job.id);
	const text = toText(status.label);
	return {
		provider: PROVIDER,
		id,
		info: models.includes('info')
			? {
					id,
					status: group === undefined ? NOT_SPECIFIED : STATUS[group],
					candidate: personOf(recordOr(row.applicant) ?? {}),
					origin: NOT_SPECIFIED,
					appliedAt: toUtc(row.appliedDate),
					updatedAt: null,
					jobId,
					job: jobId === null ? null : { id: jobId, title: titleOf(job) },
					source: toText(recordOr(row.applicant)?.source),
					customFields: null,
					owner: leadOf(job.hiringLead),
					creditedTo: null,
				}
			: null,
		currentStage: models.includes('currentStage') && group !== 'INACTIVE' && statusId !== null ? { id: statusId, text, category: group === 'HIRED' ? 'HIRED' : null } : null,
		interviews: null,
		rejection: models.includes('rejection') && group === 'INACTIVE' ? { id: statusId, text, rejectedAt: toUtc(status.dateChanged) } : null,
		offers: null,
		attachments: models.includes('attachments') ? toAttachments(row) : null,
		...(raw ? { raw: row } : {}),
	};
}

/** What a row tells for sure: of a status that nobody can place, neither stage nor rejection. */
export function knownIn({ info, rejection }: Application): ModelKey[] {
	if (info?.status === NOT_SPECIFIED) return ['info'];
	return rejection ? ['info', 'rejection'] : ['info', 'currentStage', 'rejection'];
}

function personOf(person: VendorRecord): NonNullable<NonNullable<Application['info']>['candidate']> {
	const address = recordOr(person.address);
	const links = [toText(person.linkedinUrl), toText(person.websiteUrl)].filter((link) => link !== null);
	return {
		id: toId(person.id),
		name: null,
		firstName: toText(person.firstName),
		lastName: toText(person.lastName),
		// Only the whole record tells the number, the links and the place.
		phones: oneOf(person.phoneNumber, (phoneNumber) => ({ type: NOT_SPECIFIED, phoneNumber })),
		emails: oneOf(person.email, (email) => ({ type: NOT_SPECIFIED, email })),
		links: 'linkedinUrl' in person || 'websiteUrl' in person ? links : null,
		location: address && placeOf(address.addressLine1, address.city, address.state, address.country),
	};
}

export function toAttachments(row: VendorRecord): Attachment[] | null {
	return listOf(row.attachments, (file) => ({ id: toId(file.id), type: typeOf(row, toId(file.id)), name: toText(file.name), link: toText(file.fileUrl), createdAt: null }));
}

function typeOf(row: VendorRecord, id: string | null): Attachment['type'] {
	if (id === null) return NOT_SPECIFIED;
	return id === toId(row.resumeFileId) ? 'RESUME' : id === toId(row.coverLetterFileId) ? 'COVER_LETTER' : NOT_SPECIFIED;
}

/** The applicant of some applications: there is no record of the person alone. */
export function toCandidate(rows: readonly VendorRecord[], raw = false): Candidate {
	const [first] = rows;
	const { id, ...person } = personOf(recordOr(first?.applicant) ?? {});
	if (id === null) throw new Error('BambooHR gave an applicant without an ID');
	return {
		provider: PROVIDER,
		...person,
		id,
		title: null,
		company: null,
		tags: null,
		customFields: null,
		applications: rows.flatMap((row) => toId(row.id) ?? []),
		createdAt: null,
		updatedAt: null,
		...(raw ? { raw: rows } : {}),
	};
}

function titleOf(job: VendorRecord): string | null {
	return toText(recordOr(job.title)?.label);
}

function leadOf(value: unknown): User | null {
	const lead = recordOr(value);
	return lead && { id: toId(lead.employeeId), email: null, employeeId: toId(lead.employeeId), name: toText(lead.preferredFullName), firstName: toText(lead.firstName), lastName: toText(lead.lastName) };
}

/** https://documentation.bamboohr.com/reference/get-hiring-leads */
export function toUser(row: VendorRecord): User {
	return leadOf(row) ?? { id: null, email: null, employeeId: null, name: null, firstName: null, lastName: null };
}

/** Words of a job's status, as the filter `statusGroups` names them. https://documentation.bamboohr.com/reference/get-job-summaries-1 */
const JOB_WORDS = { OPEN: 'OPEN', DRAFT: 'DRAFT', FILLED: 'CLOSED', CANCELED: 'ARCHIVED', DELETED: 'ARCHIVED' } as const;

export function toJob(row: VendorRecord, stages: readonly ListedStage[] | null, raw = false): Job {
	const id = toId(row.id);
	if (id === null) throw new Error('BambooHR gave a job without an ID');
	const lead = leadOf(row.hiringLead);
	const department = recordOr(row.department);
	return {
		provider: PROVIDER,
		id,
		info: {
			id,
			title: titleOf(row),
			description: null,
			status: toEnum(recordOr(row.status)?.label, JOB_STATUSES, JOB_WORDS),
			confidential: null,
			infoUrl: toText(row.postingUrl),
			applyUrl: null,
			createdAt: toUtc(row.postedDate),
			updatedAt: null,
			closedAt: null,
		},
		departments: department && [{ id: toId(department.id), name: toText(department.label) }],
		offices: null,
		hiringManagers: 'hiringLead' in row ? (lead ? [lead] : []) : null,
		recruiters: null,
		stages: stages && stages.map((stage) => ({ ...stage, jobId: id })),
		...(raw ? { raw: row } : {}),
	};
}

/** IDs are text here and numbers in applications. https://documentation.bamboohr.com/reference/get-statuses */
export function toStage(row: VendorRecord, order: number, group: Group | undefined): ListedStage {
	return { id: toId(row.id), text: toText(row.translatedName) ?? toText(row.name), category: group === 'HIRED' ? 'HIRED' : group === 'INACTIVE' ? 'REJECTED' : null, jobId: null, order };
}
