import { choices, dateTime, id, list, locator, text } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { path } from '../../../lib/http/path';
import type { KomboApi } from '../api';
import { applicationId, createdAfter, jobId, ofJobs, stageOfJob } from '../fields';
import { attachmentsOf, fileFields, filesOf, outputFields, sentFile } from '../files';
import { searchApplications, searchRejectionReasons } from '../lookups';
import { attachmentModel, createdApplicationModel, simpleApplication, trackedModel, writeModel } from '../models';
import { operation } from '../operation';
import { interviewBody, interviewFields } from './shared/interview';
import { submission, submissionBody } from './shared/newCandidate';
import { reads } from './shared/records';
import { resultLink, resultLinkBody } from './shared/resultLink';
import { trackedBody, trackedFields } from './shared/tracked';

export const application: Resource<KomboApi> = {
	name: 'Application',
	value: 'application',
	description: "One person's submission for one job",
	operations: [
		operation({
			name: 'Add Attachment',
			value: 'addAttachment',
			action: 'Add an attachment to an application',
			description: 'Upload a file to an application. Where the ATS keeps no files on applications it lands on the candidate.',
			access: 'write',
			fields: [applicationId, ...fileFields],
			output: writeModel,
			// https://docs.kombo.dev/ats/v1/post-applications-application-id-attachments
			run: async (kombo, p, item) => {
				const [attachment] = await attachmentsOf(kombo, 'ats_add_application_attachment', [await sentFile(item, p)]);
				return await kombo.act(item, 'POST', path`/ats/applications/${p.applicationId}/attachments`, { attachment, remote_fields: kombo.remoteFields }, { application_id: p.applicationId });
			},
		}),
		operation({
			name: 'Add Note',
			value: 'addNote',
			action: 'Add a note to an application',
			description: 'Write a plain-text note on an application. Its ID comes from Application, Get Many.',
			access: 'write',
			fields: [applicationId, text('content', { displayName: 'Note', description: 'Plain text that the hiring team will read', required: true, rows: 4, placeholder: 'Called back, free from May' })],
			output: writeModel,
			// https://docs.kombo.dev/ats/v1/post-applications-application-id-notes
			run: async (kombo, p, item) =>
				await kombo.act(item, 'POST', path`/ats/applications/${p.applicationId}/notes`, { content: p.content, content_type: 'PLAIN_TEXT', remote_fields: kombo.remoteFields }, { application_id: p.applicationId }),
		}),
		operation({
			name: 'Add Result Link',
			value: 'addResultLink',
			action: 'Add a result link to an application',
			description: 'Put a link to an outside result (assessment, background check) on an application',
			access: 'write',
			fields: [applicationId, ...resultLink],
			output: writeModel,
			// https://docs.kombo.dev/ats/v1/post-applications-application-id-result-links
			run: async (kombo, p, item) => await kombo.act(item, 'POST', path`/ats/applications/${p.applicationId}/result-links`, { ...resultLinkBody(p), remote_fields: kombo.remoteFields }, { application_id: p.applicationId }),
		}),
		operation({
			name: 'Create',
			value: 'create',
			action: 'Create an application',
			description: 'Submit a candidate for a job. A candidate whom the ATS already knows is used again.',
			access: 'write',
			fields: [jobId, ...submission],
			output: createdApplicationModel,
			// https://docs.kombo.dev/ats/v1/post-jobs-job-id-applications
			run: async (kombo, p, item) =>
				await kombo.act(item, 'POST', path`/ats/jobs/${p.jobId}/applications`, { stage_id: p.additionalFields.stageId, ...(await submissionBody(kombo, item, 'ats_create_application', p)) }),
		}),
		operation({
			name: 'Get Attachments',
			value: 'getAttachments',
			action: 'Get the attachments of an application',
			description: 'Download the files of an application, one item each. A live call to the ATS: slow, and limited in number.',
			access: 'read',
			fields: [applicationId, ...outputFields],
			output: attachmentModel,
			// https://docs.kombo.dev/ats/v1/get-applications-application-id-attachments
			run: async (kombo, p, item) => await filesOf(kombo, item, await kombo.get(path`/ats/applications/${p.applicationId}/attachments`), p),
		}),
		...reads({
			one: 'application',
			many: 'applications',
			a: 'an application',
			path: '/ats/applications',
			idField: locator('id', { displayName: 'Application', search: searchApplications, placeholder: 'H5daSm8e85Dmvmne3wLeCPhX', description: "The application, by Kombo's ID" }),
			filters: [
				...ofJobs,
				list('jobRemoteIds', { of: 'id', displayName: 'Job Remote IDs', placeholder: '4012345, 4012346', description: 'Comma-separated IDs in the ATS, or a list' }),
				list('currentStageIds', { of: 'id', displayName: 'Stage IDs', placeholder: 'GKzE4cYrKhPQdhZZ9fNSR1KE', description: 'Comma-separated Kombo IDs, or a list; Job, Get tells them' }),
				choices('outcomes', {
					displayName: 'Outcomes',
					description: 'Only applications with one of these outcomes',
					options: [
						{ name: 'Declined', value: 'DECLINED' },
						{ name: 'Hired', value: 'HIRED' },
						{ name: 'Pending', value: 'PENDING' },
					],
				}),
				createdAfter,
			],
			about: 'An application has its candidate, job, stage, outcome, interviews and offers.',
			...simpleApplication,
		}),
		operation({
			name: 'Import Tracked',
			value: 'importTracked',
			action: 'Import a tracked application',
			description: 'For environments that only sync applications created through Kombo: have one synced that was created elsewhere',
			access: 'write',
			fields: [...trackedFields, dateTime('trackedAt', { displayName: 'Tracked At', description: 'Since when it counts as tracked' })],
			output: trackedModel,
			// https://docs.kombo.dev/ats/v1/post-import-tracked-application
			run: async (kombo, p, item) => await kombo.act(item, 'POST', '/ats/import-tracked-application', { tracked_at: p.trackedAt ?? null, ...trackedBody(p) }),
		}),
		operation({
			name: 'Move to Stage',
			value: 'moveStage',
			action: 'Move an application to a stage',
			description: "Set the stage of an application. Stages are those of the application's job: Job, Get lists them. Some ATSs then send mail.",
			access: 'write',
			fields: [applicationId, stageOfJob],
			output: writeModel,
			// https://docs.kombo.dev/ats/implementation-guide/moving-and-rejecting-candidates
			run: async (kombo, p, item) => await kombo.act(item, 'PUT', path`/ats/applications/${p.applicationId}/stage`, { stage_id: p.stageId, remote_fields: kombo.remoteFields }, { application_id: p.applicationId }),
		}),
		operation({
			name: 'Reject',
			value: 'reject',
			action: 'Reject an application',
			description: 'Decline an application with one of the rejection reasons of the ATS. It cannot be undone through Kombo, and some ATSs then send mail.',
			access: 'write',
			fields: [applicationId, locator('rejectionReasonId', { displayName: 'Rejection Reason', description: 'One of the reasons that the ATS knows; Rejection Reason, Get Many lists them', search: searchRejectionReasons }), text('note', { displayName: 'Note', description: 'Kept with the rejection, where the ATS keeps notes', placeholder: 'Looking for more experience', rows: 3 })],
			output: writeModel,
			// https://docs.kombo.dev/ats/implementation-guide/moving-and-rejecting-candidates
			run: async (kombo, p, item) =>
				await kombo.act(item, 'POST', path`/ats/applications/${p.applicationId}/reject`, { rejection_reason_id: p.rejectionReasonId, note: p.note, remote_fields: kombo.remoteFields }, { application_id: p.applicationId }),
		}),
		operation({
			name: 'Schedule Interview (Closed Beta)',
			value: 'scheduleInterview',
			action: 'Schedule an interview for an application',
			description: 'Closed beta: Kombo must switch it on for your account. The answer carries no interview ID.',
			access: 'write',
			fields: [applicationId, ...interviewFields],
			output: writeModel,
			// https://docs.kombo.dev/ats/v1/post-applications-application-id-interviews
			run: async (kombo, p, item) => await kombo.act(item, 'POST', path`/ats/applications/${p.applicationId}/interviews`, interviewBody(p), { application_id: p.applicationId }),
		}),
		operation({
			name: 'Update Interview (Closed Beta)',
			value: 'updateInterview',
			action: 'Update an interview of an application',
			description: 'Closed beta: Kombo must switch it on for your account. Every field is replaced. Interview, Get Many lists the IDs.',
			access: 'write',
			fields: [applicationId, id('interviewId', { displayName: 'Interview ID', placeholder: '8Xi6iZrwusZqJmDGXs49GBmJ', description: 'Interview, Get Many lists the IDs' }), ...interviewFields],
			output: writeModel,
			run: async (kombo, p, item) => await kombo.act(item, 'PATCH', path`/ats/applications/${p.applicationId}/interviews`, { interview_id: p.interviewId, ...interviewBody(p) }, { application_id: p.applicationId, interview_id: p.interviewId }),
		}),
	],
};
