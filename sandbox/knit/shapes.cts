/** What either side may say, from the dossier (`apis/knit.md`). Whatever breaks these is a violation. */
import { z } from 'zod/v4';

const text = z.string();
const maybe = z.string().nullable();
const time = z.iso.datetime();
const maybeTime = time.nullable();
const list = <T extends z.ZodType>(item: T) => z.array(item).min(1).nullable();

const emailType = z.enum(['WORK', 'PERSONAL', 'NOT_SPECIFIED']);
const phoneType = z.enum(['WORK', 'PERSONAL', 'SKYPE', 'NOT_SPECIFIED']);
const user = z.strictObject({ id: text, email: maybe, employeeId: maybe }).nullable();
const stage = z.strictObject({ id: text, text: maybe });
const email = z.strictObject({ type: emailType, email: text });
const phone = z.strictObject({ type: phoneType, phoneNumber: text });
const attachmentContent = z.strictObject({ content: text, encoding: z.enum(['BASE64', 'NOT_SPECIFIED']) });
const attachmentType = z.enum(['RESUME', 'COVER_LETTER', 'OFFER_LETTER', 'NOT_SPECIFIED']);

export const application = z.strictObject({
	info: z.strictObject({
		id: text,
		status: z.enum(['ACTIVE', 'REJECTED', 'HIRED', 'NOT_SPECIFIED']),
		candidate: z.strictObject({ id: text, firstName: maybe, lastName: maybe, phones: list(phone), emails: list(email), links: list(text), location: maybe }),
		origin: z.enum(['AGENCY', 'REFERRAL', 'EXTERNAL', 'NOT_SPECIFIED']),
		appliedAt: time,
		updatedAt: time,
		jobId: text,
		owner: user,
		creditedTo: user,
	}),
	currentStage: stage.nullable(),
	interviews: list(
		z.strictObject({
			id: text,
			subject: maybe,
			createdAt: time,
			scheduledStart: maybeTime,
			scheduledEnd: maybeTime,
			stage: stage.nullable(),
			interviewers: list(user),
			location: maybe,
			creator: user,
			status: z.enum(['SCHEDULED', 'AWAITING_FEEDBACK', 'COMPLETE', 'COMPLETED', 'CANCELLED', 'NOT_SPECIFIED']),
		}),
	),
	rejection: z.strictObject({ id: maybe, text: maybe, rejectedAt: maybeTime }).nullable(),
	offers: list(z.strictObject({ id: text, status: z.enum(['IN_PROGRESS', 'SIGNED', 'DENIED', 'DEPRECATED', 'NOT_SPECIFIED']), createdAt: time, sentAt: maybeTime, closedAt: maybeTime })),
	attachments: list(z.strictObject({ type: attachmentType, name: text, link: text.optional(), attachmentContent: attachmentContent.optional(), createdAt: time })),
	questionResponses: list(z.strictObject({ questionType: text, questionText: text, answer: z.strictObject({ text: text.optional(), selectedOptions: z.array(text).optional() }) })).optional(),
});

export const job = z.looseObject({
	info: z.strictObject({ id: text, title: text, description: maybe, createdAt: time, updatedAt: time, closedAt: maybeTime, status: z.enum(['OPEN', 'CLOSED', 'DRAFT']), confidential: z.boolean(), infoUrl: maybe, applyUrl: maybe }),
	stages: list(stage),
	hiringManagers: list(user),
	recruiters: list(user),
});

export const applicationsPage = z.strictObject({ applications: list(application), nextPageToken: maybe });
export const jobsPage = z.strictObject({ jobs: list(job), nextPageToken: maybe });
export const oneApplication = z.strictObject({ application });

export const applicationList = z.strictObject({
	pageToken: text.optional(),
	createdAfter: time.optional(),
	createdBefore: time.optional(),
	updatedAfter: time.optional(),
	updatedBefore: time.optional(),
	changedStageAfter: time.optional(),
	changedStageBefore: time.optional(),
	jobId: text.optional(),
	stage: text.optional(),
	status: text.optional(),
	tag: text.optional(),
	candidateId: text.optional(),
	candidateEmail: text.optional(),
});
export const applicationGet = z.strictObject({ applicationId: text.min(1), candidateId: text.min(1) });
export const jobList = z.strictObject({
	pageToken: text.optional(),
	createdAfter: time.optional(),
	createdBefore: time.optional(),
	updatedAfter: time.optional(),
	updatedBefore: time.optional(),
	status: text.optional(),
	tag: text.optional(),
	officeId: text.optional(),
	departmentId: text.optional(),
});
export const jobGet = z.strictObject({ jobId: text.min(1) });
export const jobCreate = z.looseObject({ title: text.min(1), description: text.min(1) });

const address = z.strictObject({ addressLine1: text.optional(), city: text.optional(), state: text.optional(), country: text.optional(), zipCode: text.optional() }).optional();
export const applicationCreate = z
	.strictObject({
		jobId: text.min(1),
		initialStageId: text.optional(),
		candidateId: text.optional(),
		candidate: z
			.strictObject({
				firstName: text.min(1),
				lastName: text.min(1),
				emails: z.array(email).min(1),
				phones: z.array(phone).min(1),
				title: text.optional(),
				company: text.optional(),
				links: z.array(text).optional(),
				education: z.array(z.looseObject({ degree: text.optional() })).optional(),
				presentAddress: address,
				workAddress: address,
				permanentAddress: address,
			})
			.optional(),
		answers: z
			.array(
				z.strictObject({
					id: text,
					type: z.enum(['TEXT', 'SINGLE_CHOICE', 'MULTIPLE_CHOICE', 'YES_NO', 'NUMBER', 'DATE', 'FILE_UPLOAD', 'DROPDOWN', 'RATING_SCALE']),
					question: text.optional(),
					answer: text.optional(),
					multipleChoiceAnswers: z.array(text).optional(),
				}),
			)
			.optional(),
		metaData: text.optional(),
		// Shape not published: the one of the data models.
		attachment: z.strictObject({ type: attachmentType, name: text, attachmentContent }).optional(),
		source: text.optional(),
		origin: z.enum(['AGENCY', 'REFERRAL', 'EXTERNAL']).optional(),
	})
	.refine(({ candidate, candidateId }) => (candidate === undefined) !== (candidateId === undefined), 'one of candidate and candidateId');
export const candidateSearch = z.strictObject({ firstName: text.optional(), lastName: text.optional(), emails: z.array(text).optional(), phones: z.array(text).optional() });

/** Bodies that Knit does not publish: what the sandbox takes is its own choice, and no violation when it is something else. */
export const stageUpdate = z.strictObject({ applicationId: text, stageId: text });
export const attachmentAdd = z.strictObject({ applicationId: text, attachment: z.strictObject({ type: attachmentType, name: text, attachmentContent }) });
export const tagAdd = z.strictObject({ candidateId: text, tag: z.strictObject({ id: text.optional(), text }) });

export const syncStart = z.strictObject({
	dataType: text,
	syncType: z.enum(['initial_sync', 'delta_sync']).default('initial_sync'),
	honorScheduler: z.boolean().default(false),
	includeInactiveRecords: z.boolean().default(false),
	models: z.array(text).optional(),
	startHour: z.int().min(0).max(23).optional(),
	startMinute: z.int().min(0).max(59).optional(),
});
export const watchFields = z.strictObject({ dataType: text, jsonPaths: z.array(text).min(1) });
export const customStart = z.strictObject({
	apiDetails: z.strictObject({ method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']), path: text, baseUrl: text.optional(), body: text.optional(), headers: z.record(text, z.unknown()).optional() }),
	webhookURL: text,
	idempotencyId: text.optional(),
	recordIdentifier: text,
	listIdentifier: text.optional(),
});
export const subscribe = z.strictObject({ events: z.array(z.enum(['ats_applications_new', 'ats_applications_modified', 'ats_applications_deleted', 'ats_jobs_new', 'ats_jobs_modified', 'ats_jobs_deleted'])).min(1) });
export const passthrough = z.strictObject({
	method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
	path: text,
	baseUrl: text.optional(),
	params: z.record(text, z.unknown()).optional(),
	body: text.optional(),
	contentType: text.optional(),
	headers: z.record(text, z.unknown()).optional(),
});
export const createSession = z.looseObject({ originOrgId: text.min(1), originOrgName: text.min(1), originUserEmail: text.min(1), originUserName: text.min(1), filters: z.array(z.strictObject({ category: text })).optional() });
export const details = z.strictObject({ originOrgId: text.min(1) });
export const nothing = z.strictObject({});
