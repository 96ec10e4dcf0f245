import { z, type ZodType } from 'zod/v4';

import type { Row } from '../../lib/action/operation';
import { simpleRow } from '../../lib/action/simple';
import { isObject } from '../../lib/http/apiDefinition';

/** Shapes of outputs, for the editor's preview. Source: Kombo's OpenAPI document, https://api.kombo.dev/openapi.json */

const text = () => z.string().nullable();
const time = () => z.string().nullable().describe('ISO 8601, UTC');
const flag = () => z.boolean().nullable();
const outcome = () => z.enum(['PENDING', 'HIRED', 'DECLINED']).nullable();
const offerStatus = () => z.enum(['DRAFT', 'APPROVED', 'SENT', 'ACCEPTED', 'DECLINED', 'ABANDONED']).nullable();
const named = () => z.object({ id: z.string(), name: text() });
const person = () => z.object({ id: z.string(), remote_id: text(), first_name: text(), last_name: text(), email: text() }).nullable();
const identity = () => ({ id: z.string(), remote_id: text() });
const changes = () => ({ changed_at: z.string(), remote_deleted_at: time() });
const remoteTimes = () => ({ remote_created_at: time(), remote_updated_at: time() });

/** Of a write that gives nothing back. */
export const writeModel = (): ZodType =>
	z.object({ success: z.boolean(), application_id: z.string().optional(), candidate_id: z.string().optional(), interview_id: z.string().optional(), warnings: z.array(z.string()) });
export const doneModel = (): ZodType => z.object({ success: z.boolean(), integration_id: z.string() });

/** What Kombo gives back for a new application. */
export const createdApplicationModel = (): ZodType =>
	z.object({
		success: z.boolean(),
		...identity(),
		outcome: outcome(),
		current_stage_id: text(),
		job_id: text(),
		candidate_id: text(),
		remote_url: text(),
		...remoteTimes(),
		...changes(),
		current_stage: named().nullable(),
		job: named().nullable(),
		candidate: z.object({ ...identity(), first_name: text(), last_name: text() }).nullable(),
		warnings: z.array(z.string()),
	});

/** What Kombo gives back for a new candidate. */
export const createdCandidateModel = (): ZodType =>
	z.object({
		success: z.boolean(),
		...identity(),
		first_name: text(),
		last_name: text(),
		company: text(),
		title: text(),
		email_addresses: z.array(z.object({ email_address: text(), type: text() })).nullable(),
		phone_numbers: z.array(z.object({ phone_number: text(), type: text() })).nullable(),
		applications: z.array(z.object({ id: z.string(), outcome: outcome() })),
		tags: z.array(named()),
		...remoteTimes(),
		...changes(),
		warnings: z.array(z.string()),
	});

export const namedModel = (): ZodType => z.object({ ...identity(), name: text(), ...changes() });

export const roleModel = (): ZodType => z.object({ ...identity(), remote_label: text(), scope: z.enum(['SYSTEM', 'JOB']).nullable(), unified_type: text(), ...changes() });

export const userModel = (): ZodType =>
	z.object({
		...identity(),
		first_name: text(),
		last_name: text(),
		email: text(),
		status: z.enum(['ACTIVE', 'INACTIVE']).nullable(),
		system_roles: z.array(z.object({ remote_id: text(), remote_label: text(), unified_type: text() })),
		...changes(),
	});

export const noteModel = (): ZodType =>
	z.object({ ...identity(), candidate_id: text(), application_id: text(), author_id: text(), title: text(), content_html: text(), is_private: flag(), author: person(), ...remoteTimes(), ...changes() });

export const scorecardModel = (): ZodType =>
	z.object({
		...identity(),
		candidate_id: text(),
		application_id: text(),
		interview_id: text(),
		author_id: text(),
		responses: z.array(z.object({ label: z.string(), type: z.string(), required: flag(), answer: z.string() })),
		author: person(),
		...remoteTimes(),
		...changes(),
	});

export const syncedAttachmentModel = (): ZodType =>
	z.object({
		...identity(),
		candidate_id: text(),
		application_id: text(),
		type: z.enum(['CV', 'COVER_LETTER', 'OTHER']).nullable(),
		file_name: text(),
		content_ref: z.object({ type: z.literal('s3'), bucket: z.string(), key: z.string() }).nullable(),
		...remoteTimes(),
		...changes(),
	});

/** Of a live read: the file itself is beside it, as a binary. */
export const attachmentModel = (): ZodType => z.object({ ...identity(), type: z.enum(['CV', 'COVER_LETTER', 'OTHER']), file_name: text(), content_type: text(), ...remoteTimes() });

export const trackedModel = (): ZodType => z.object({ success: z.boolean(), id: z.string(), tracked_at: time(), imported_id: z.object({}), warnings: z.array(z.string()) });

export const integrationFieldModel = (): ZodType => z.object({ id: z.string(), key: z.string(), model: z.string(), type: z.enum(['DEFAULT', 'CUSTOM']), label: text(), is_passthrough_enabled: z.boolean(), is_writable: z.boolean() });

export const customFieldModel = (): ZodType =>
	z.object({ id: z.string(), key: z.string(), model: z.string(), label: text(), description: text(), integration_field: z.object({ id: z.string(), key: z.string(), type: z.string(), label: text() }).nullable() });

export const linkModel = (): ZodType => z.object({ link: z.string() });

export const connectionModel = (): ZodType => z.object({ id: z.string(), tool: z.string(), end_user_origin_id: text(), end_user_organization_name: z.string(), end_user_email: text(), setup_status: z.string() });

export const syncModel = (): ZodType => z.object({ sync_id: z.string(), already_queued: z.boolean(), type: z.enum(['FULL', 'DELTA']) });

export const passthroughModel = (): ZodType => z.object({ url: z.string(), status: z.number(), headers: z.object({}), data: z.object({}), warnings: z.array(z.string()) });

// ------------------------------------------------------------------------------------------------- the few fields of deep rows

const changed = () => ({ changed_at: z.string(), deleted_at: [time(), 'remote_deleted_at'] as const });
const madeAndChanged = () => ({ created_at: [time(), 'remote_created_at'] as const, ...changed() });
const address = () => [text(), 'remote_url'] as const;

export const simpleApplication = simpleRow(() => ({
	id: z.string(),
	first_name: [text(), 'candidate.first_name'],
	last_name: [text(), 'candidate.last_name'],
	job: [text(), 'job.name'],
	stage: [text(), 'current_stage.name'],
	outcome: outcome(),
	email: [text(), ({ candidate }) => firstEmail(candidate)],
	candidate_id: text(),
	job_id: text(),
	stage_id: [text(), 'current_stage_id'],
	rejection_reason: [text(), 'rejection_reason_name'],
	rejected_at: time(),
	...madeAndChanged(),
	url: address(),
}));

export const simpleCandidate = simpleRow(() => ({
	id: z.string(),
	first_name: text(),
	last_name: text(),
	email: [text(), firstEmail],
	phone: [text(), (row) => firstOf(row.phone_numbers, 'phone_number')],
	company: text(),
	title: text(),
	source: text(),
	city: [text(), 'location.city'],
	country: [text(), 'location.country'],
	tags: [z.array(z.string()), (row) => names(row.tags)],
	applications: [
		z.array(z.object({ id: z.string(), outcome: outcome(), stage: text(), job_id: text(), job: text() })),
		(row) => objects(row.applications).map((one) => ({ id: pick(one, 'id'), outcome: pick(one, 'outcome'), stage: pick(one.current_stage, 'name'), job_id: pick(one.job, 'id'), job: pick(one.job, 'name') })),
	],
	...madeAndChanged(),
	url: address(),
}));
export const foundOrCreatedModel = (): ZodType => z.object({ created: z.boolean() }).and(simpleCandidate.output());

export const simpleJob = simpleRow(() => ({
	id: z.string(),
	remote_id: text(),
	name: text(),
	job_code: text(),
	status: text(),
	visibility: text(),
	employment_type: text(),
	department: text(),
	city: [text(), 'location.city'],
	country: [text(), 'location.country'],
	stages: [z.array(named()), (row) => objects(row.stages).map((stage) => ({ id: pick(stage, 'id'), name: pick(stage, 'name') }))],
	questions: [z.number().describe('How many screening questions it asks'), (row) => objects(row.screening_questions).length],
	team: [z.array(z.string()), (row) => objects(row.hiring_team).map(personName)],
	opened_at: time(),
	closed_at: time(),
	...changed(),
	url: address(),
}));

const aboutApplication = () => ({
	application_id: text(),
	candidate_id: [text(), 'application.candidate.id'] as const,
	candidate: [text(), ({ application }: Row) => fullName(isObject(application) ? application.candidate : undefined)] as const,
	email: [text(), ({ application }: Row) => firstEmail(isObject(application) ? application.candidate : undefined)] as const,
	job_id: [text(), 'application.job.id'] as const,
	job: [text(), 'application.job.name'] as const,
});

export const simpleInterview = simpleRow(() => ({
	id: z.string(),
	title: text(),
	starting_at: time(),
	ending_at: time(),
	canceled: flag(),
	location: [text(), (row) => placeName(row.location)],
	video_conferencing_url: text(),
	interviewers: [z.array(z.string()), (row) => objects(row.users).map(personName)],
	...aboutApplication(),
	...changed(),
}));

export const simpleOffer = simpleRow(() => ({ id: z.string(), status: offerStatus(), employment_start_date: time(), ...aboutApplication(), ...madeAndChanged() }));

export const simpleIntegration = simpleRow(() => ({
	id: z.string(),
	tool: [text(), 'tool.label'],
	category: text(),
	status: z.enum(['ACTIVE', 'INVALID', 'INACTIVE']),
	setup_status: z.enum(['INCOMPLETE', 'FINAL_SYNC_PENDING', 'COMPLETED']),
	customer: [text(), 'end_user.organization_name'],
	customer_origin_id: [text(), 'end_user.origin_id'],
	readable: [z.array(z.string()).describe('Models that can be read'), (row) => available(row.read_models)],
	writable: [z.array(z.string()).describe('Actions that can be taken'), (row) => available(row.write_actions)],
	created_at: z.string(),
}));

export const simpleTool = simpleRow(() => ({
	id: z.string(),
	label: z.string(),
	readable: [z.array(z.string()), ({ coverage }) => supported(coverage, 'read_models')],
	writable: [z.array(z.string()), ({ coverage }) => supported(coverage, 'write_actions')],
	connection_guide_url: text(),
}));

function available(list: unknown): string[] {
	return objects(list).filter(({ is_available }) => is_available === true).map(({ id }) => String(id));
}

function supported(coverage: unknown, name: 'read_models' | 'write_actions'): string[] {
	return objects(isObject(coverage) ? coverage[name] : undefined).filter(({ coverage_status }) => coverage_status === undefined || coverage_status === 'SUPPORTED').map(({ id }) => String(id));
}

/** `Ada Lovelace · ada@example.com`, or what there is of it. */
export function personName(person: Record<string, unknown>): string {
	const email = firstEmail(person) ?? pick(person, 'email');
	return [fullName(person), email].filter(Boolean).join(' · ') || String(person.id);
}

function fullName(person: unknown): string | null {
	return isObject(person) ? [person.first_name, person.last_name].filter(Boolean).join(' ') || null : null;
}

function placeName(place: unknown): string | null {
	return pick(place, 'raw') ?? (['street_1', 'zip_code', 'city', 'country'].map((part) => pick(place, part)).filter(Boolean).join(', ') || null);
}

function names(list: unknown): string[] {
	return objects(list).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
}

function objects(list: unknown): Array<Record<string, unknown>> {
	return Array.isArray(list) ? list.filter(isObject) : [];
}

function pick(value: unknown, key: string): string | null {
	const found = isObject(value) ? value[key] : undefined;
	return typeof found === 'string' ? found : null;
}

function firstEmail(person: unknown): string | null {
	return firstOf(isObject(person) ? person.email_addresses : undefined, 'email_address');
}

/** The first that is there: an ATS may keep a line of nothing. */
function firstOf(list: unknown, key: string): string | null {
	return objects(list).map((one) => pick(one, key)).find((text) => text !== null && text.trim() !== '') ?? null;
}
