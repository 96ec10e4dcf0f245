import { binary, choice, choices, collection, dateTime, dropdowns, id, json, list, locator, mapper, rows, text, toggle } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { path } from '../../../lib/http/path';
import { operation, rowsOf, type KomboApi } from '../api';
import { applicationId, filters, jobId, queryOf, remoteFields, stageOfJob } from '../fields';
import { attachmentsOf, downloadAll, fileFields } from '../files';
import { loadUsers, screeningQuestions, searchJobs, searchRejectionReasons, searchStagesOfJob, searchUsers } from '../lookups';
import { applicationModel, simpleApplication, simpleApplicationModel, writeModel } from '../models';
import { answersOf } from '../screening';
import { candidateBody, candidateDetails, candidateName, gdprConsent, gdprOf, sourcedBy } from './shared/newCandidate';
import { resultLink, resultLinkBody } from './shared/resultLink';

const interview = {
	fields: [
		text('title', { displayName: 'Title', required: true, placeholder: 'Technical interview' }),
		dateTime('startTime', { displayName: 'Start', required: true }),
		dateTime('endTime', { displayName: 'End', required: true }),
		dropdowns('interviewerUserIds', { displayName: 'Interviewers', load: loadUsers, description: 'Users of the ATS. Choose from the list, or give IDs with an expression.' }),
		locator('organizerUserId', { displayName: 'Organizer', search: searchUsers }),
		choice('locationType', {
			displayName: 'Location',
			options: [
				{ name: 'Physical', value: 'PHYSICAL' },
				{ name: 'Virtual', value: 'VIRTUAL' },
			],
		}),
		text('address', { displayName: 'Address', placeholder: 'https://meet.example.com/abc', description: 'Street address or meeting link' }),
	],
	body: (p: { title: string; startTime: string; endTime: string; interviewerUserIds: string[]; organizerUserId: string; locationType: string; address?: string }) => ({
		title: p.title,
		start_time: p.startTime,
		end_time: p.endTime,
		interviewer_user_ids: p.interviewerUserIds,
		organizer_user_id: p.organizerUserId,
		location: { type: p.locationType, address: p.address },
	}),
} as const;

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
			fields: [applicationId, ...fileFields, remoteFields],
			output: writeModel,
			// https://docs.kombo.dev/ats/v1/post-applications-application-id-attachments
			run: async (kombo, p, item) => {
				const [attachment] = await attachmentsOf(kombo, item, 'ats_add_application_attachment', [p]);
				return await kombo.act(item, 'POST', path`/ats/applications/${p.applicationId}/attachments`, { attachment, remote_fields: p.remoteFields });
			},
		}),
		operation({
			name: 'Add Note',
			value: 'addNote',
			action: 'Add a note to an application',
			description: 'Write a plain-text note on an application. Its ID comes from Application, Get Many.',
			access: 'write',
			fields: [applicationId, text('content', { displayName: 'Note', required: true, rows: 4, placeholder: 'Called back, free from May' }), remoteFields],
			output: writeModel,
			// https://docs.kombo.dev/ats/v1/post-applications-application-id-notes
			run: async (kombo, p, item) =>
				await kombo.act(item, 'POST', path`/ats/applications/${p.applicationId}/notes`, { content: p.content, content_type: 'PLAIN_TEXT', remote_fields: p.remoteFields }),
		}),
		operation({
			name: 'Add Result Link',
			value: 'addResultLink',
			action: 'Add a result link to an application',
			description: 'Put a link to an outside result (assessment, background check) on an application',
			access: 'write',
			fields: [applicationId, ...resultLink, remoteFields],
			output: writeModel,
			// https://docs.kombo.dev/ats/v1/post-applications-application-id-result-links
			run: async (kombo, p, item) => await kombo.act(item, 'POST', path`/ats/applications/${p.applicationId}/result-links`, { ...resultLinkBody(p), remote_fields: p.remoteFields }),
		}),
		operation({
			name: 'Create',
			value: 'create',
			action: 'Create an application',
			description: 'Submit a candidate for a job. A candidate whom the ATS already knows is used again.',
			access: 'write',
			fields: [
				jobId,
				...candidateName,
				candidateDetails,
				mapper('answers', { displayName: 'Screening Answers', source: screeningQuestions, words: { singular: 'answer', plural: 'answers' }, description: "The chosen job's questions; answer conditional ones only when their condition holds" }),
				rows('attachments', { displayName: 'Attachments', addLabel: 'Add Attachment', rowLabel: 'Attachment', fields: fileFields, description: 'The first CV becomes the résumé' }),
				collection('additionalFields', {
					displayName: 'Additional Fields',
					fields: [
						json('answersJson', { displayName: 'Screening Answers (JSON)', placeholder: '{"<question ID>": "answer"}', description: "Instead of the fields above, for example from an earlier node; Kombo's own list form works too" }),
						gdprConsent,
						locator('stageId', { displayName: 'Stage', required: false, search: searchStagesOfJob, description: "Where the application starts; the job's first stage otherwise" }),
						sourcedBy,
						remoteFields,
					],
				}),
			],
			output: applicationModel,
			// https://docs.kombo.dev/ats/v1/post-jobs-job-id-applications
			run: async (kombo, p, item) => {
				const more = p.additionalFields;
				return await kombo.act(item, 'POST', path`/ats/jobs/${p.jobId}/applications`, {
					stage_id: more.stageId,
					candidate: candidateBody(p),
					attachments: await attachmentsOf(kombo, item, 'ats_create_application', p.attachments),
					screening_question_answers: answersOf(p.answers, more.answersJson),
					sourced_by: more.sourcedBy === undefined ? undefined : { user_id: more.sourcedBy },
					gdpr_consent: gdprOf(more.gdprConsent),
					remote_fields: more.remoteFields,
				});
			},
		}),
		operation({
			name: 'Get',
			value: 'get',
			action: 'Get an application',
			description: 'Read one application with its candidate, job, stage, interviews and offers',
			access: 'read',
			fields: [applicationId],
			simplify: simpleApplication,
			output: simpleApplicationModel,
			run: async (kombo, p) => await kombo.byId('/ats/applications', p.applicationId, 'application'),
		}),
		operation({
			name: 'Get Attachments',
			value: 'getAttachments',
			action: 'Get the attachments of an application',
			description: 'Download the files of an application, one item each. A live call to the ATS: slow, and limited in number.',
			access: 'read',
			fields: [applicationId, toggle('download', { displayName: 'Download', default: true, description: 'Whether to fetch the files; otherwise only their names and short-lived addresses are returned' }), binary('outputField', { displayName: 'Put Output File in Field', hint: 'The name of the output field to put the file in' })],
			// https://docs.kombo.dev/ats/v1/get-applications-application-id-attachments
			run: async (kombo, p, item) => {
				const data = await kombo.get(path`/ats/applications/${p.applicationId}/attachments`);
				return p.download ? await downloadAll(kombo, item, data, p.outputField) : rowsOf(data, 'results');
			},
		}),
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many applications',
			description: 'List applications, filtered by job, stage, outcome or change',
			access: 'read',
			many: true,
			fields: [
				filters(
					locator('jobId', { displayName: 'Job', required: false, search: searchJobs }),
					list('jobIds', { displayName: 'Job IDs', description: 'Comma-separated Kombo IDs, or a list' }),
					list('jobRemoteIds', { displayName: 'Job Remote IDs', description: 'Comma-separated IDs in the ATS, or a list' }),
					list('currentStageIds', { displayName: 'Stage IDs', description: 'Comma-separated Kombo IDs, or a list' }),
					choices('outcomes', {
						displayName: 'Outcomes',
						options: [
							{ name: 'Declined', value: 'DECLINED' },
							{ name: 'Hired', value: 'HIRED' },
							{ name: 'Pending', value: 'PENDING' },
						],
					}),
					dateTime('remoteCreatedAfter', { displayName: 'Created After', description: 'When it was created in the ATS' }),
				),
			],
			simplify: simpleApplication,
			output: simpleApplicationModel,
			run: (kombo, p, item) => {
				const { jobId: job, jobIds, ...rest } = p.filters;
				return kombo.list('/ats/applications', queryOf({ ...rest, jobIds: job ? [job, ...(jobIds ?? [])] : jobIds }), item.limit);
			},
		}),
		operation({
			name: 'Import Tracked',
			value: 'importTracked',
			action: 'Import a tracked application',
			description: 'For environments that only sync applications created through Kombo: have one synced that was created elsewhere',
			access: 'write',
			fields: [
				json('tool', {
					displayName: 'Application in the ATS (JSON)',
					required: true,
					placeholder: '{"greenhouse": {"id_type": "application_id", "application_id": "1234"}}',
					description: "One tool's name and the IDs that Kombo wants for it; the documentation lists them",
				}),
				dateTime('trackedAt', { displayName: 'Tracked At', description: 'Since when it counts as tracked' }),
			],
			// https://docs.kombo.dev/ats/v1/post-import-tracked-application
			run: async (kombo, p, item) => await kombo.act(item, 'POST', '/ats/import-tracked-application', { tracked_at: p.trackedAt ?? null, ...(p.tool as object) }),
		}),
		operation({
			name: 'Move to Stage',
			value: 'moveStage',
			action: 'Move an application to a stage',
			description: "Set the stage of an application. Stages are those of the application's job: Job, Get lists them. Some ATSs then send mail.",
			access: 'write',
			fields: [applicationId, stageOfJob, remoteFields],
			output: writeModel,
			// https://docs.kombo.dev/ats/implementation-guide/moving-and-rejecting-candidates
			run: async (kombo, p, item) => await kombo.act(item, 'PUT', path`/ats/applications/${p.applicationId}/stage`, { stage_id: p.stageId, remote_fields: p.remoteFields }),
		}),
		operation({
			name: 'Reject',
			value: 'reject',
			action: 'Reject an application',
			description: 'Decline an application with one of the rejection reasons of the ATS. It cannot be undone through Kombo, and some ATSs then send mail.',
			access: 'write',
			fields: [applicationId, locator('rejectionReasonId', { displayName: 'Rejection Reason', search: searchRejectionReasons }), text('note', { displayName: 'Note', rows: 3 }), remoteFields],
			output: writeModel,
			// https://docs.kombo.dev/ats/implementation-guide/moving-and-rejecting-candidates
			run: async (kombo, p, item) =>
				await kombo.act(item, 'POST', path`/ats/applications/${p.applicationId}/reject`, { rejection_reason_id: p.rejectionReasonId, note: p.note, remote_fields: p.remoteFields }),
		}),
		operation({
			name: 'Schedule Interview (Closed Beta)',
			value: 'scheduleInterview',
			action: 'Schedule an interview for an application',
			description: 'Closed beta: Kombo must switch it on for your account. The answer carries no interview ID.',
			access: 'write',
			fields: [applicationId, ...interview.fields],
			output: writeModel,
			// https://docs.kombo.dev/ats/v1/post-applications-application-id-interviews
			run: async (kombo, p, item) => await kombo.act(item, 'POST', path`/ats/applications/${p.applicationId}/interviews`, interview.body(p)),
		}),
		operation({
			name: 'Update Interview (Closed Beta)',
			value: 'updateInterview',
			action: 'Update an interview of an application',
			description: 'Closed beta: Kombo must switch it on for your account. Every field is replaced. Interview, Get Many lists the IDs.',
			access: 'write',
			fields: [applicationId, id('interviewId', { displayName: 'Interview ID' }), ...interview.fields],
			output: writeModel,
			run: async (kombo, p, item) => await kombo.act(item, 'PATCH', path`/ats/applications/${p.applicationId}/interviews`, { interview_id: p.interviewId, ...interview.body(p) }),
		}),
	],
};
