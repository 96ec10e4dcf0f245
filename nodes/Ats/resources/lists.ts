import { collection, locator, text } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { interviewSchema, jobSchema, messageSchema, offerSchema, rejectionReasonSchema, listedStageSchema, tagSchema, userSchema } from '../../../lib/ats/model';
import { row, rowPages, type AtsApi } from '../api';
import { candidateId, jobId, updatedAfter } from '../fields';
import { searchApplications, searchJobs } from '../lookups';
import { unified } from '../operation';

const changedSince = collection('filters', { displayName: 'Filters', addLabel: 'Add Filter', fields: [updatedAfter] });
const ofApplication = collection('filters', {
	displayName: 'Filters',
	addLabel: 'Add Filter',
	fields: [locator('applicationId', { displayName: 'Application', required: false, search: searchApplications, description: 'Only those of one application' }), updatedAfter],
});

const job: Resource<AtsApi> = {
	name: 'Job',
	value: 'job',
	description: 'An open position with its stages',
	operations: [
		unified('job.get', {
			name: 'Get',
			value: 'get',
			action: 'Get a job',
			description: 'Read one job with its stages in the unified model',
			access: 'read',
			fields: [jobId],
			output: jobSchema,
			run: async (ats, p) => row(await ats.for('job', 'read one job')(p.jobId, ats.raw)),
		}),
		unified('job.getMany', {
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many jobs',
			description: 'List jobs in the unified model',
			access: 'read',
			many: true,
			fields: [changedSince],
			output: jobSchema,
			run: (ats, p, { limit }) => rowPages(ats.jobs({ ...p.filters, raw: ats.raw, limit })),
		}),
	],
};

const interview: Resource<AtsApi> = {
	name: 'Interview',
	value: 'interview',
	operations: [
		unified('interview.getMany', {
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many interviews',
			description: 'List interviews, of one application or of all',
			access: 'read',
			many: true,
			fields: [ofApplication],
			output: interviewSchema,
			run: (ats, p, { limit }) => rowPages(ats.for('interviews', 'list interviews')({ ...p.filters, limit })),
		}),
	],
};

const offer: Resource<AtsApi> = {
	name: 'Offer',
	value: 'offer',
	operations: [
		unified('offer.getMany', {
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many offers',
			description: 'List offers, of one application or of all',
			access: 'read',
			many: true,
			fields: [ofApplication],
			output: offerSchema,
			run: (ats, p, { limit }) => rowPages(ats.for('offers', 'list offers')({ ...p.filters, limit })),
		}),
	],
};

const message: Resource<AtsApi> = {
	name: 'Message',
	value: 'message',
	description: 'What was written to and by a candidate',
	operations: [
		unified('message.getMany', {
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many messages',
			description: 'List the messages exchanged with a candidate. The ID is that of the application where the provider keeps messages there, else of the candidate.',
			access: 'read',
			many: true,
			fields: [locator('ownerId', { displayName: 'Application or Candidate', description: 'Whose messages to read: an application, or a candidate where the provider has no applications', search: searchApplications })],
			output: messageSchema,
			run: (ats, p) => rowPages(ats.for('messages', 'list messages')(p.ownerId)),
		}),
		unified('message.send', {
			name: 'Send',
			value: 'send',
			action: 'Send a message to a candidate',
			description: 'Write to a candidate. The message really goes out.',
			access: 'write',
			fields: [candidateId, text('subject', { displayName: 'Subject', description: 'Subject of the message, where the provider has one', placeholder: 'Your interview on Tuesday' }), text('text', { displayName: 'Text', description: 'What the candidate will read', placeholder: 'Hello Jane, are you free on Tuesday?', required: true, rows: 4 })],
			output: messageSchema,
			run: async (ats, p) => row(await ats.for('sendMessage', 'send messages')({ candidateId: p.candidateId, text: p.text, ...(p.subject === undefined ? {} : { subject: p.subject }) })),
		}),
	],
};

const stage: Resource<AtsApi> = {
	name: 'Stage',
	value: 'stage',
	operations: [
		unified('stage.getMany', {
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many stages',
			description: 'List the stages of a job, or of all jobs where the provider can',
			access: 'read',
			many: true,
			fields: [locator('jobId', { displayName: 'Job', required: false, search: searchJobs, description: 'Only the stages of this job' })],
			output: listedStageSchema,
			run: (ats, p) => rowPages(ats.for('stages', 'list stages')(p.jobId ?? null)),
		}),
	],
};

const rejectionReason: Resource<AtsApi> = {
	name: 'Rejection Reason',
	value: 'rejectionReason',
	operations: [
		unified('rejectionReason.getMany', {
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many rejection reasons',
			description: 'List the reasons that Application, Reject takes',
			access: 'read',
			many: true,
			fields: [],
			output: rejectionReasonSchema,
			run: (ats) => rowPages(ats.for('rejectionReasons', 'list rejection reasons')()),
		}),
	],
};

const user: Resource<AtsApi> = {
	name: 'User',
	value: 'user',
	description: 'A member of the hiring team',
	operations: [
		unified('user.getMany', {
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many users',
			description: 'List the members of the hiring team',
			access: 'read',
			many: true,
			fields: [],
			output: userSchema,
			run: (ats) => rowPages(ats.for('users', 'list users')()),
		}),
	],
};

const tag: Resource<AtsApi> = {
	name: 'Tag',
	value: 'tag',
	operations: [
		unified('tag.getMany', {
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many tags',
			description: 'List the tags that candidates can have',
			access: 'read',
			many: true,
			fields: [],
			output: tagSchema,
			run: (ats) => rowPages(ats.for('tags', 'list tags')()),
		}),
	],
};

export const lists: ReadonlyArray<Resource<AtsApi>> = [job, interview, offer, message, stage, rejectionReason, user, tag];
