import { NOT_SPECIFIED, toId, toText, type Application, type ApplicationStatus, type Candidate, type Job, type ListedStage, type Message, type ModelKey, type Stage, type User } from '../../lib/ats/model';
import { oneOf } from '../../lib/ats/kit';
import type { Normalized } from '../../lib/ats/provider';
import { isObject } from '../../lib/http/apiDefinition';
import { CAREERS_HOST } from './api';
import { isoOf } from './dates';
import type { Joins } from './joins';
import { tidy } from './tidy';

export const PROVIDER = 'flatchr';

type Given = Readonly<Record<string, unknown>>;

export interface Reading {
	models: readonly ModelKey[];
	raw?: boolean;
	/** The user's choice: an archived person is none who was rejected, unless they say so. */
	archivedAsRejected?: boolean;
}

/** What a search row, an applicant and an event tell at most. */
export const IN_ROWS: readonly ModelKey[] = ['info', 'currentStage'];

/**
 * A row of a search, as it came or as our node gave it. Throws when it has no id.
 * https://developers.flatchr.io/en/docs/QuickStart/Candidats/Recuperer_un_candidat
 */
export function toApplication(row: Given, joins: Joins, { models, raw, archivedAsRejected }: Reading): Application {
	const id = toId(row.applicant);
	if (id === null) throw new Error('The row has no applicant');
	const text = toText(row.column);
	return {
		...empty(id),
		info: models.includes('info') ? infoOf(row, { id, status: statusOf(row.status, row.hired, archivedAsRejected), jobId: joins.vacancyKeys.get(String(row.vacancy_id)) ?? toId(row.vacancy_key) }) : null,
		currentStage: models.includes('currentStage') && text !== null ? { id: joins.columnIds.get(text) ?? toId(row.column_id), text, category: hiredCategory(row.hired) } : null,
		...(raw ? { raw: row } : {}),
	};
}

function empty(id: string): Application {
	return { provider: PROVIDER, id, info: null, currentStage: null, interviews: null, rejection: null, offers: null, attachments: null };
}

function infoOf(row: Given, { id, status, jobId }: { id: string; status: ApplicationStatus; jobId: string | null }, person: Given = row): NonNullable<Application['info']> {
	return { id, status, candidate: personOf(person), origin: NOT_SPECIFIED, appliedAt: isoOf(row.created_at), updatedAt: isoOf(row.updated_at), jobId, job: typeof row.vacancy === 'string' ? { id: jobId, title: toText(row.vacancy) } : null, source: toText(row.source), customFields: null, owner: null, creditedTo: null };
}

/** Hired is a matter of the column, archived of the status: a hired person stays hired in the archive. */
function statusOf(status: unknown, hired: unknown, archivedAsRejected = false): ApplicationStatus {
	if (hired === true || hired === 'true') return 'HIRED';
	if (status === 0) return archivedAsRejected ? 'REJECTED' : NOT_SPECIFIED;
	return status === 1 && (hired === false || hired === 'false') ? 'ACTIVE' : NOT_SPECIFIED;
}

/** A search row names no candidate; its own id is the application's. */
function personOf(person: Given): NonNullable<NonNullable<Application['info']>['candidate']> {
	return {
		id: 'applicant' in person ? null : toId(person.id),
		name: null,
		firstName: toText(person.firstname),
		lastName: toText(person.lastname),
		phones: oneOf(person.phone, (phone) => ({ type: NOT_SPECIFIED, phoneNumber: plainPhone(phone) })),
		emails: oneOf(person.email, (email) => ({ type: NOT_SPECIFIED, email })),
		links: isObject(person.urls) ? Object.values(person.urls).filter((url): url is string => typeof url === 'string' && url !== '') : null,
		location: null,
	};
}

/** Flatchr writes international numbers with blanks: `+33 6 37 89 87 57`. */
function plainPhone(phone: string): string {
	return phone.startsWith('+') ? phone.replace(/[\s.()-]/g, '') : phone;
}

/** https://developers.flatchr.io/en/docs/QuickStart/Annonces/Recuperer_l_ensemble_de_vos_annonces */
export function toJob(vacancy: Given, columns: readonly Given[] | null, raw = false): Job {
	const id = toId(vacancy.id);
	if (id === null) throw new Error('The vacancy has no ID');
	const slug = toText(vacancy.slug);
	const address = isObject(vacancy.address) ? toText(vacancy.address.formatted_address) : toText(vacancy.addressFormatted);
	return {
		provider: PROVIDER,
		id,
		info: {
			id,
			title: toText(vacancy.title),
			// `description` is about the company.
			description: toText(vacancy.mission) ?? toText(vacancy.description),
			// The list of values is not published.
			status: vacancy.status === 1 ? 'OPEN' : NOT_SPECIFIED,
			confidential: null,
			infoUrl: slug === null ? null : `${CAREERS_HOST}/vacancy/${slug}`,
			applyUrl: toText(vacancy.apply_url),
			createdAt: isoOf(vacancy.created_at),
			updatedAt: isoOf(vacancy.updated_at),
			closedAt: null,
		},
		departments: null,
		offices: address === null ? null : [{ id: null, name: null, location: address }],
		hiringManagers: null,
		recruiters: null,
		stages: columns?.map(toListedStage) ?? null,
		...(raw ? { raw: vacancy } : {}),
	};
}

/** A column of the company, which all its vacancies share. */
export function toListedStage(column: Given): ListedStage {
	return { ...toStage(column), jobId: null, order: typeof column.position === 'number' ? column.position : null };
}

function toStage(column: Given): Stage {
	return { id: toId(column.id), text: toText(column.title), category: hiredCategory(column.hired) };
}

/** The one thing that Flatchr says of a column: whether it is that of the hired. */
function hiredCategory(hired: unknown): Stage['category'] {
	return hired === true || hired === 'true' ? 'HIRED' : null;
}

/** https://developers.flatchr.io/en/docs/QuickStart/Messages */
export function toMessage(message: Given, raw = false): Message {
	const mail = isObject(message.mail) ? message.mail : null;
	const author = isObject(message.author) ? message.author : null;
	const candidate = isObject(message.candidate) ? message.candidate : null;
	return {
		provider: PROVIDER,
		id: toId(message.id),
		createdBy: toId(message.created_by),
		createdAt: isoOf(message.created_at),
		auto: typeof message.auto === 'boolean' ? message.auto : null,
		mail: mail && { subject: toText(mail.subject), text: toText(mail.text), html: toText(mail.html), status: toText(mail.status) },
		delivered: typeof message.delivered === 'boolean' ? message.delivered : null,
		// The table calls it delivered_at, the wire does not.
		deliveredAt: isoOf(message.deliver_at ?? message.delivered_at),
		author: author && { firstName: toText(author.firstname), lastName: toText(author.lastname) },
		candidate: candidate && { firstName: toText(candidate.firstname), lastName: toText(candidate.lastname), email: toText(candidate.email) },
		attachments: Array.isArray(message.attachments) ? message.attachments.filter(isObject).map((file) => ({ id: toId(file.id), name: toText(file.name), link: toText(file.url), createdAt: isoOf(file.created_at) })) : null,
		...(raw ? { raw: message } : {}),
	};
}

/** The user behind a member: tasks and authors go by it. */
export function toUser(member: Given): User {
	const user = isObject(member.user) ? member.user : {};
	return { id: toId(user.id), email: toText(user.email), employeeId: null, name: null, firstName: toText(user.firstname), lastName: toText(user.lastname) };
}

function toCandidate(person: Given, id: string): Candidate {
	const { name, firstName, lastName, phones, emails, links, location } = personOf(person);
	return { provider: PROVIDER, id, name, firstName, lastName, title: null, company: null, phones, emails, links, location, tags: null, customFields: null, applications: null, createdAt: isoOf(person.created_at), updatedAt: isoOf(person.updated_at) };
}

const NO_JOINS: Joins = { vacancyKeys: new Map(), columnIds: new Map() };

/** A record of this vendor, from a search, a write, a list or a webhook; null when it does not look like one. */
export function normalize(record: unknown): Normalized | null {
	if (!isObject(record)) return null;
	// Nothing secret may pass this way either.
	const safe = tidy(record);
	if (typeof safe.event === 'string' && isObject(safe.data)) return ofEvent(record, safe.data);
	if (typeof safe.applicant === 'string' && 'column' in safe && 'vacancy' in safe) return { kind: 'application', value: toApplication(safe, NO_JOINS, { models: IN_ROWS }) };
	if ('column_id' in safe && 'vacancy_id' in safe && isObject(safe.candidate)) return ofApplicant(safe, safe.candidate, toId(safe.id), toId(safe.vacancy_id), safe.column, toId(safe.column_id));
	if ('slug' in safe && 'mission' in safe && toId(safe.id) !== null) return { kind: 'job', value: toJob(safe, null) };
	if (('deliver_at' in safe || 'mail' in safe) && 'delivered' in safe) return { kind: 'message', value: toMessage(safe) };
	const id = toId(safe.id);
	return id !== null && 'firstname' in safe && 'lastname' in safe && ('urls' in safe || 'consent' in safe) ? { kind: 'candidate', value: toCandidate(safe, id) } : null;
}

/** https://developers.flatchr.io/en/webhooks */
function ofEvent({ ids }: Given, data: Given): Normalized | null {
	if (isObject(data.applicant) && isObject(data.candidate)) {
		const known = isObject(ids) ? toId(ids.applicant) : null;
		const own = toId(data.applicant.id);
		// Moves and messages carry a number here, which is no id elsewhere.
		const id = known ?? (own !== null && !/^\d+$/.test(own) ? own : null);
		return ofApplicant(data.applicant, data.candidate, id, toId(data.vacancy_id), data.column, toId(data.applicant.column_id));
	}
	const id = toId(data.vacancy_id);
	return isObject(data.vacancy) && id !== null ? { kind: 'job', value: toJob({ ...data.vacancy, id }, null) } : null;
}

function ofApplicant(applicant: Given, candidate: Given, id: string | null, jobId: string | null, column: unknown, columnId: string | null): Normalized | null {
	if (id === null) return null;
	const { hired, ...stage } = isObject(column) && 'id' in column ? { hired: column.hired, ...toStage(column) } : { hired: undefined, id: toId(column) ?? columnId, text: null, category: null };
	return {
		kind: 'application',
		value: { ...empty(id), info: infoOf(applicant, { id, status: statusOf(applicant.status, hired), jobId }, candidate), currentStage: stage.id === null ? null : stage },
	};
}
