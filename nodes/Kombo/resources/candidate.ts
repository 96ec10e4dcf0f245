import { email, locator, text } from '../../../lib/action/field';
import type { Resource, Row } from '../../../lib/action/operation';
import { foundOrMade } from '../../../lib/ats/findOrCreate';
import { path } from '../../../lib/http/path';
import { unlessKnown, type KomboApi } from '../api';
import { candidateId, ofJobs, tagName } from '../fields';
import { attachmentsOf, fileFields, filesOf, outputFields, sentFile } from '../files';
import { searchCandidates, searchJobs } from '../lookups';
import { attachmentModel, createdCandidateModel, foundOrCreatedModel, simpleCandidate, writeModel } from '../models';
import { operation } from '../operation';
import { CANDIDATES, candidatesOf } from '../people';
import { candidateBody, candidateDetails, candidateName, submission, submissionBody } from './shared/newCandidate';
import { reads } from './shared/records';
import { resultLink, resultLinkBody } from './shared/resultLink';

const jobToApplyFor = locator('jobId', { displayName: 'Job', search: searchJobs, placeholder: 'GKzE4cYrKhPQdhZZ9fNSR1KE', description: 'What the candidate applies for: Kombo creates candidates only together with an application' });

export const candidate: Resource<KomboApi> = {
	name: 'Candidate',
	value: 'candidate',
	description: 'A person, with all applications',
	operations: [
		operation({
			name: 'Add Attachment',
			value: 'addAttachment',
			action: 'Add an attachment to a candidate',
			description: 'Upload a file to a candidate. Kombo advises Application, Add Attachment instead wherever there is an application.',
			access: 'write',
			fields: [candidateId, ...fileFields],
			output: writeModel,
			// https://docs.kombo.dev/ats/v1/post-candidates-candidate-id-attachments
			run: async (kombo, p, item) => {
				const [attachment] = await attachmentsOf(kombo, 'ats_add_candidate_attachment', [await sentFile(item, p)]);
				return await kombo.act(item, 'POST', path`/ats/candidates/${p.candidateId}/attachments`, { attachment, remote_fields: kombo.remoteFields }, { candidate_id: p.candidateId });
			},
		}),
		operation({
			name: 'Add Result Link',
			value: 'addResultLink',
			action: 'Add a result link to a candidate',
			description: 'Put a link to an outside result on a candidate. Kombo advises Application, Add Result Link instead wherever there is an application.',
			access: 'write',
			fields: [candidateId, ...resultLink],
			output: writeModel,
			// https://docs.kombo.dev/ats/v1/post-candidates-candidate-id-result-links
			run: async (kombo, p, item) => await kombo.act(item, 'POST', path`/ats/candidates/${p.candidateId}/result-links`, { ...resultLinkBody(p), remote_fields: kombo.remoteFields }, { candidate_id: p.candidateId }),
		}),
		operation({
			name: 'Add Tag',
			value: 'addTag',
			action: 'Add a tag to a candidate',
			description: 'Mark a candidate with a tag, by its name. The ATS creates a tag that it does not have. Candidate, Get Many gives the ID of the candidate.',
			access: 'write',
			fields: [candidateId, tagName],
			output: writeModel,
			// https://docs.kombo.dev/ats/v1/post-candidates-candidate-id-tags
			run: async (kombo, p, item) => await kombo.act(item, 'POST', path`/ats/candidates/${p.candidateId}/tags`, { tag: { name: p.tag }, remote_fields: kombo.remoteFields }, { candidate_id: p.candidateId }),
		}),
		operation({
			name: 'Create',
			value: 'create',
			action: 'Create a candidate',
			description: 'Create a candidate with an application for a job. Kombo advises Application, Create, which does the same and gives back the application.',
			access: 'write',
			fields: [jobToApplyFor, ...submission],
			output: createdCandidateModel,
			// https://docs.kombo.dev/ats/v1/post-candidates
			run: async (kombo, p, item) =>
				await kombo.act(item, 'POST', CANDIDATES, { application: { job_id: p.jobId, stage_id: p.additionalFields.stageId }, ...(await submissionBody(kombo, item, 'ats_create_candidate', p)) }),
		}),
		operation({
			name: 'Find or Create by Email',
			value: 'findOrCreate',
			action: 'Find or create a candidate by email',
			description: 'Give the candidate with an email address; only if there is none, create one with an application for a job. Running it again creates nothing. "created" tells which it was.',
			access: 'write',
			fields: [jobToApplyFor, ...candidateName, candidateDetails],
			output: foundOrCreatedModel,
			run: async (kombo, p, item) => {
				const body = { candidate: candidateBody(p), application: { job_id: p.jobId } };
				const { created, found } = await foundOrMade<Row>(`${kombo.account} ${kombo.integrationId ?? ''}`, p.email, {
					find: async () => {
						for await (const [found] of candidatesOf(kombo, { email: p.email })) if (found) return found;
						return undefined;
					},
					create: async () => await unlessKnown(async () => await kombo.act(item, 'POST', CANDIDATES, body)),
					// Kombo's copy learns of newcomers with the next sync, which can take hours.
					fresh: async ({ id }) => await kombo.first(CANDIDATES, { ids: String(id) }),
					unseen: 'The ATS knows this candidate, but Kombo does not show them yet',
				});
				return { created, ...simpleCandidate.simplify(found) };
			},
		}),
		operation({
			name: 'Get Attachments',
			value: 'getAttachments',
			action: 'Get the attachments of a candidate',
			description: 'Download the files of a candidate and of all applications, one item each. A live call to the ATS: slow, and limited in number.',
			access: 'read',
			fields: [candidateId, ...outputFields],
			output: attachmentModel,
			// https://docs.kombo.dev/ats/v1/get-candidates-candidate-id-attachments
			run: async (kombo, p, item) => await filesOf(kombo, item, await kombo.get(path`/ats/candidates/${p.candidateId}/attachments`), p),
		}),
		...reads({
			one: 'candidate',
			many: 'candidates',
			a: 'a candidate',
			path: CANDIDATES,
			list: candidatesOf,
			idField: locator('id', { displayName: 'Candidate', search: searchCandidates, placeholder: '26vafvWSRmbhNcxJYqjCzuJg', description: "The candidate, by Kombo's ID" }),
			filters: [
				email('email', { displayName: 'Email', placeholder: 'frank.doe@example.com', description: 'The whole address' }),
				text('firstName', { displayName: 'First Name', placeholder: 'Frank', description: 'The whole name' }),
				text('lastName', { displayName: 'Last Name', placeholder: 'Doe', description: 'The whole name' }),
				...ofJobs,
			],
			about: 'A candidate has contact data, tags and all applications.',
			...simpleCandidate,
		}),
		operation({
			name: 'Remove Tag',
			value: 'removeTag',
			action: 'Remove a tag from a candidate',
			description: 'Take a tag from a candidate, by its name. It succeeds also when the candidate does not have the tag.',
			access: 'write',
			fields: [candidateId, tagName],
			output: writeModel,
			// https://docs.kombo.dev/ats/v1/delete-candidates-candidate-id-tags
			run: async (kombo, p, item) => await kombo.act(item, 'DELETE', path`/ats/candidates/${p.candidateId}/tags`, { tag: { name: p.tag }, remote_fields: kombo.remoteFields }, { candidate_id: p.candidateId }),
		}),
	],
};
