import { z, type ZodType } from 'zod/v4';

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

export const simpleApplicationModel = (): ZodType =>
	z.object({
		id: z.string(),
		first_name: text(),
		last_name: text(),
		job: text(),
		stage: text(),
		outcome: outcome(),
		email: text(),
		candidate_id: text(),
		job_id: text(),
		stage_id: text(),
		rejection_reason: text(),
		rejected_at: time(),
		created_at: time(),
		changed_at: z.string(),
		deleted_at: time(),
		url: text(),
	});

const candidateShape = () => ({
	id: z.string(),
	first_name: text(),
	last_name: text(),
	email: text(),
	phone: text(),
	company: text(),
	title: text(),
	source: text(),
	city: text(),
	country: text(),
	tags: z.array(z.string()),
	applications: z.array(z.object({ id: z.string(), outcome: outcome(), stage: text(), job_id: text(), job: text() })),
	created_at: time(),
	changed_at: z.string(),
	deleted_at: time(),
	url: text(),
});

export const simpleCandidateModel = (): ZodType => z.object(candidateShape());
export const foundOrCreatedModel = (): ZodType => z.object({ created: z.boolean(), ...candidateShape() });

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

export const simpleJobModel = (): ZodType =>
	z.object({
		id: z.string(),
		remote_id: text(),
		name: text(),
		job_code: text(),
		status: text(),
		visibility: text(),
		employment_type: text(),
		department: text(),
		city: text(),
		country: text(),
		stages: z.array(named()),
		questions: z.number().describe('How many screening questions it asks'),
		team: z.array(z.string()),
		opened_at: time(),
		closed_at: time(),
		changed_at: z.string(),
		deleted_at: time(),
		url: text(),
	});

const aboutApplication = () => ({ application_id: text(), candidate_id: text(), candidate: text(), email: text(), job_id: text(), job: text() });

export const simpleInterviewModel = (): ZodType =>
	z.object({
		id: z.string(),
		title: text(),
		starting_at: time(),
		ending_at: time(),
		canceled: flag(),
		location: text(),
		video_conferencing_url: text(),
		interviewers: z.array(z.string()),
		...aboutApplication(),
		changed_at: z.string(),
		deleted_at: time(),
	});

export const simpleOfferModel = (): ZodType =>
	z.object({ id: z.string(), status: offerStatus(), employment_start_date: time(), ...aboutApplication(), created_at: time(), changed_at: z.string(), deleted_at: time() });

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

export const simpleIntegrationModel = (): ZodType =>
	z.object({
		id: z.string(),
		tool: text(),
		category: text(),
		status: z.enum(['ACTIVE', 'INVALID', 'INACTIVE']),
		setup_status: z.enum(['INCOMPLETE', 'FINAL_SYNC_PENDING', 'COMPLETED']),
		customer: text(),
		customer_origin_id: text(),
		readable: z.array(z.string()).describe('Models that can be read'),
		writable: z.array(z.string()).describe('Actions that can be taken'),
		created_at: z.string(),
	});

export const integrationFieldModel = (): ZodType => z.object({ id: z.string(), key: z.string(), model: z.string(), type: z.enum(['DEFAULT', 'CUSTOM']), label: text(), is_passthrough_enabled: z.boolean(), is_writable: z.boolean() });

export const customFieldModel = (): ZodType =>
	z.object({ id: z.string(), key: z.string(), model: z.string(), label: text(), description: text(), integration_field: z.object({ id: z.string(), key: z.string(), type: z.string(), label: text() }).nullable() });

export const linkModel = (): ZodType => z.object({ link: z.string() });

export const connectionModel = (): ZodType => z.object({ id: z.string(), tool: z.string(), end_user_origin_id: text(), end_user_organization_name: z.string(), end_user_email: text(), setup_status: z.string() });

export const syncModel = (): ZodType => z.object({ sync_id: z.string(), already_queued: z.boolean(), type: z.enum(['FULL', 'DELTA']) });

export const simpleToolModel = (): ZodType => z.object({ id: z.string(), label: z.string(), readable: z.array(z.string()), writable: z.array(z.string()), connection_guide_url: text() });

export const passthroughModel = (): ZodType => z.object({ url: z.string(), status: z.number(), headers: z.object({}), data: z.object({}), warnings: z.array(z.string()) });
