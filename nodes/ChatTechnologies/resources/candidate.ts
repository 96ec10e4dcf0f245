import { binary, choice, email, list, text, toggle, when } from '../../../lib/action/field';
import { settledAll, type Item } from '../../../lib/action/item';
import type { OutputItem, Resource, Row } from '../../../lib/action/operation';
import { FieldError } from '../../../lib/errors';
import { pathOf, type ChatTechnologiesApi } from '../api';
import { attributeFields, candidateId, pathField, query, queryOf } from '../fields';
import { candidateModel, deletedModel, resumeModel } from '../models';
import { operation } from '../operation';
import { type Attributes } from '../../../lib/http/jsonApi';
import { CANDIDATE_RULES, flatCandidate, type Resume } from '../records';
import { resumeItem, resumeOf } from '../resumes';
import { save } from './shared/save';

const TYPE = 'candidates';
const PITCH = 140;

// Attributes: https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API (candidates)
const path = pathField('/candidates');

const settable = [
	toggle('connected', { displayName: 'Connected', description: 'Whether the candidate has connected with the company' }),
	toggle('consentGivenFutureJobs', { displayName: 'Consent for Future Jobs', description: 'Whether the candidate agreed to be contacted about future jobs. Written only: reading shows when it was given.' }),
	text('facebookId', { displayName: 'Facebook ID', placeholder: '100001234567890', description: 'User ID at Facebook' }),
	text('firstName', { displayName: 'First Name', description: 'Given name of the candidate', placeholder: 'Ada' }),
	toggle('internal', { displayName: 'Internal', description: 'Whether the candidate works for the company already' }),
	text('lastName', { displayName: 'Last Name', description: 'Family name of the candidate', placeholder: 'Lovelace' }),
	text('linkedinUid', { displayName: 'LinkedIn UID', placeholder: 'aBcD1234eF', description: 'User ID at LinkedIn' }),
	text('linkedinUrl', { displayName: 'LinkedIn URL', description: "The candidate's profile at LinkedIn", placeholder: 'https://www.linkedin.com/in/ada' }),
	text('phone', { displayName: 'Phone', description: 'Phone number of the candidate, best with the country code', placeholder: '+33612345678' }),
	text('picture', { displayName: 'Picture URL', description: 'Where a picture of the candidate can be fetched', placeholder: 'https://example.com/ada.png' }),
	text('pitch', { displayName: 'Pitch', rows: 2, placeholder: 'First programmer, likes engines', description: 'At most 140 characters' }),
	text('referringUrl', { displayName: 'Referring URL', placeholder: 'https://example.com/jobs/12', description: 'Where the candidate came from' }),
	text('resumeUrl', { displayName: 'Resume URL', placeholder: 'https://example.com/cv.pdf', description: 'A public address of a document, which Chat Technologies fetches' }),
	toggle('setConsentExpiration', { displayName: 'Set Consent Expiration', description: 'Whether the candidate agreed that personal details are stored: sets when that ends, as your retention policy says. Written only.' }),
	toggle('sourced', { displayName: 'Sourced', description: 'Whether a recruiter added the candidate without an application' }),
	list('tags', { mayBeEmpty: true, displayName: 'Tags', placeholder: 'remote, senior', description: 'Comma-separated, or a list. In an update they probably replace all tags.' }),
	toggle('unsubscribed', { displayName: 'Unsubscribed', description: 'Whether the candidate gets no notifications of new jobs' }),
] as const;

const additionalFields = attributeFields('additionalFields', TYPE, [
	...settable,
	toggle('merge', { displayName: 'Merge', description: 'Whether to merge into the candidate who already has this email instead of failing. Written only.' }),
	toggle('sendWelcomeMessage', { displayName: 'Send Welcome Message', description: 'Whether to send the candidate the "Welcome to connect" email' }),
]);
const updateFields = attributeFields('updateFields', TYPE, [...settable, email('email', { displayName: 'Email', placeholder: 'ada@example.com', description: 'Always unique' })]);

type Given = ReturnType<typeof additionalFields.read> & { email?: string };

/** Names as the service writes them. Absent stays absent. */
function attributesOf(given: Given): Attributes {
	if (given.pitch !== undefined && Array.from(given.pitch).length > PITCH) throw new FieldError(`"Pitch" is longer than ${PITCH} characters`, 'Shorten it.');
	return {
		email: given.email,
		'first-name': given.firstName,
		'last-name': given.lastName,
		phone: given.phone,
		pitch: given.pitch,
		picture: given.picture,
		resume: given.resumeUrl,
		tags: given.tags,
		connected: given.connected,
		internal: given.internal,
		sourced: given.sourced,
		unsubscribed: given.unsubscribed,
		'facebook-id': given.facebookId,
		'linkedin-uid': given.linkedinUid,
		'linkedin-url': given.linkedinUrl,
		'referring-url': given.referringUrl,
		merge: given.merge,
		'consent-given-future-jobs': given.consentGivenFutureJobs,
		'set-consent-expiration': given.setConsentExpiration,
		'send-welcome-message': given.sendWelcomeMessage,
	};
}

const VERSIONS = [
	{ name: 'Original', value: 'original-resume', description: 'As it was uploaded' },
	{ name: 'PDF', value: 'resume' },
] as const;

const version = choice('version', { displayName: 'Version', options: VERSIONS, default: 'resume', description: 'Which form of the document to fetch' });
const outputField = binary('outputField', { displayName: 'Put Output File in Field', hint: 'The name of the output field to put the file in' });
const downloadResumes = toggle('downloadResumes', { displayName: 'Download Resumes', description: 'Whether to fetch the resume of each candidate at once, as its address dies after 30 seconds' });
const resumeVersion = when(version, { downloadResumes: [true] });
const resumeField = when(outputField, { downloadResumes: [true] });

/** Candidates with their files; one without a resume comes without a file, and one whose file cannot be had as that error. */
async function withResumes(api: ChatTechnologiesApi, item: Item, at: string, rows: readonly Row[], which: Resume, field: string): Promise<OutputItem[]> {
	return await settledAll(rows, async (row) => {
		const file = await resumeOf(api, row, which, async () => await reread(api, at, String(row.id)));
		return file ? await resumeItem(item, file, flatCandidate(row), field) : flatCandidate(row);
	});
}

async function reread(api: ChatTechnologiesApi, at: string, id: string): Promise<Row | undefined> {
	return (await api.record(pathOf(at, id)))[0];
}

async function* pagesWithResumes(api: ChatTechnologiesApi, item: Item, at: string, source: AsyncIterable<readonly Row[]>, which: Resume, field: string): AsyncGenerator<OutputItem[]> {
	let room = item.limit ?? Infinity;
	for await (const rows of source) {
		const wanted = rows.slice(0, room);
		yield await withResumes(api, item, at, wanted, which, field);
		room -= wanted.length;
		if (room <= 0) return;
	}
}

export const candidate: Resource<ChatTechnologiesApi> = {
	name: 'Candidate',
	value: 'candidate',
	description: 'Attributes are documented, the path is not: check it with your set-up',
	operations: [
		operation({
			name: 'Create',
			value: 'create',
			action: 'Create a candidate',
			description: 'Add a candidate. The email is unique: switch Merge on to change the candidate who has it already.',
			access: 'write',
			fields: [path, email('email', { displayName: 'Email', placeholder: 'ada@example.com', description: 'Always unique. A sourced candidate may have none.' }), additionalFields],
			simplify: flatCandidate,
			output: candidateModel,
			run: async (api, p, item) =>
				await save(api, item, { path: p.path, type: TYPE, attributes: attributesOf({ ...p.additionalFields, email: p.email }), rules: CANDIDATE_RULES, further: p.additionalFields }),
		}),
		operation({
			name: 'Delete',
			value: 'delete',
			action: 'Delete a candidate',
			description: 'Delete one candidate. The ID comes from Candidate, Get Many.',
			access: 'delete',
			fields: [path, candidateId],
			output: deletedModel,
			run: async (api, p) => await api.remove(pathOf(p.path, p.candidateId), p.candidateId),
		}),
		operation({
			name: 'Download Resume',
			value: 'downloadResume',
			action: 'Download the resume of a candidate',
			description: 'Fetch the resume of one candidate as a file. The ID comes from Candidate, Get Many.',
			access: 'read',
			fields: [path, candidateId, version, outputField],
			output: resumeModel,
			run: async (api, p, item) => {
				const read = async () => await reread(api, p.path, p.candidateId);
				const row = await read();
				const file = row && (await resumeOf(api, row, p.version, read));
				if (!file) throw new FieldError(`The candidate ${p.candidateId} has no resume`, 'Candidate, Get tells in has-resume who has one.');
				return await resumeItem(item, file, { candidateId: p.candidateId, fileName: file.name, version: p.version }, p.outputField);
			},
		}),
		operation({
			name: 'Get',
			value: 'get',
			action: 'Get a candidate',
			description: 'Read one candidate. The ID comes from Candidate, Get Many; the resume is fetched with Candidate, Download Resume.',
			access: 'read',
			fields: [path, candidateId],
			simplify: flatCandidate,
			output: candidateModel,
			run: async (api, p) => await api.get(pathOf(p.path, p.candidateId), 'candidate'),
		}),
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many candidates',
			description: 'List candidates, with their resumes as files if wanted',
			access: 'read',
			many: true,
			fields: [path, query, downloadResumes, resumeVersion, resumeField],
			simplify: flatCandidate,
			output: candidateModel,
			run: (api, p, item) => {
				const found = api.list(pathOf(p.path), queryOf(p.query), item.limit);
				return p.downloadResumes ? pagesWithResumes(api, item, p.path, found, p.version ?? 'resume', p.outputField ?? 'data') : found;
			},
		}),
		operation({
			name: 'Update',
			value: 'update',
			action: 'Update a candidate',
			description: 'Change attributes of one candidate; what is not given stays. The ID comes from Candidate, Get Many.',
			access: 'write',
			fields: [path, candidateId, updateFields],
			simplify: flatCandidate,
			output: candidateModel,
			run: async (api, p, item) =>
				await save(api, item, { path: p.path, id: p.candidateId, type: TYPE, attributes: attributesOf(p.updateFields), rules: CANDIDATE_RULES, further: p.updateFields }),
		}),
	],
};
