import { defineProvider } from '../../lib/ats/defineProvider';
import { MODEL_KEYS } from '../../lib/ats/model';
import type { Capabilities, Normalized } from '../../lib/ats/provider';
import { isObject } from '../../lib/http/apiDefinition';
import { connectGreenhouse } from './api';
import { changeSource } from './changes';
import { PROVIDER, toApplication, toCandidate, toJob } from './mapping';
import { operationsOf } from './operations';

/** What the trigger can emit. */
const events: Capabilities['events'] = {
	'application.created': true,
	'application.stage_changed': true,
	'application.rejected': true,
	'application.hired': true,
	'application.reactivated': true,
	'application.updated': 'A change of the person alone (address, phone) is seen with the next change of the application',
	'application.deleted': 'By the full check; an application that the acting user may no longer see looks the same',
	'interview.scheduled': true,
	'interview.rescheduled': true,
	'interview.completed': true,
	'interview.cancelled': 'Greenhouse has no word for it: the interview is gone, which is seen with the next change of its application, by the full check at the latest',
	'offer.created': true,
	'offer.status_changed': true,
	'attachment.added': true,
};

export const provider = defineProvider({
	name: PROVIDER,
	label: 'Greenhouse',
	credentials: [{ type: 'greenhouseAtsApi', label: 'Harvest V3 (OAuth)' }],
	api: { documentationUrl: 'https://harvestdocs.greenhouse.io/reference', placeholder: '/departments' },
	capabilities: {
		models: {
			info: true,
			currentStage: 'After a rejection or a hire the last one of its history',
			interviews: 'Those with a time; one that is called off is gone',
			rejection: true,
			offers: 'The versions of an offer are one offer',
			attachments: true,
		},
		details: { stageOrder: true, customFields: true, source: true },
		operations: {
			'application.getMany': true,
			'application.get': true,
			'application.create': true,
			'application.moveStage': "Greenhouse's stage transition rules apply, and may send mail",
			'application.reject': 'With a reason; no mail is sent',
			'application.reactivate': 'Takes a rejection back, not a hire',
			'application.addNote': 'Shown to everybody who may see the candidate',
			'application.addAttachment': 'How large a file may be is not documented; a new resume takes the place of the old one',
			'application.downloadAttachments': true,
			'candidate.getMany': true,
			'candidate.get': true,
			'candidate.findOrCreate': 'A new candidate needs a job to apply for',
			'candidate.update': true,
			'candidate.addTag': true,
			'candidate.removeTag': true,
			'job.getMany': 'Stages and hiring team: Get only',
			'job.get': true,
			'interview.getMany': true,
			'offer.getMany': true,
			'stage.getMany': true,
			'rejectionReason.getMany': true,
			'user.getMany': true,
			'tag.getMany': true,
		},
		inputs: { 'application.create.comment': true, 'application.create.files': true, 'candidate.findOrCreate.jobId': true },
		events,
		withoutExtraCalls: ['info', 'currentStage', 'rejection'],
		freshness: 'As fresh as each poll. Lists answer only to a Site Admin, and jobs that are confidential only where the acting user is on the hiring team. An interview that is called off is seen when its application changes again, by the full check at the latest',
	},
	changes: async (host, options, context) => changeSource(await connectGreenhouse(host, context), options),
	operations: async (host, context) => operationsOf(await connectGreenhouse(host, context)),
	rights: {
		applications: listRight('applications'),
		candidates: listRight('candidates'),
		jobs: listRight('jobs', 'departments', 'offices'),
		stages: listRight('job_interview_stages'),
		interviews: listRight('interviews', 'interviewers', 'job_interviews'),
		offers: listRight('offers'),
		rejectionReasons: listRight('rejection_reasons'),
		users: listRight('users'),
		tags: listRight('candidate_tags'),
	},
	confidential: 'Greenhouse shows them only to members of the hiring team of the job. Add the acting user of the credential to the hiring team of each',
	words: (record) => (isObject(record) ? { status: record.status } : {}),
	normalize,
});

/** https://harvestdocs.greenhouse.io/docs/handling-scope-changes */
function listRight(...resources: readonly string[]): string {
	return `In Greenhouse, tick ${resources.map((one) => `harvest:${one}:list`).join(', ')} under Configure, Dev Center, API Credentials, Manage Scopes, and check that the acting user is a Site Admin`;
}

/** A record of the API. Webhooks still have the shapes of v1, and are none. */
function normalize(record: unknown): Normalized | null {
	if (!isObject(record) || typeof record.id !== 'number') return null;
	if ('candidate_id' in record && 'job_id' in record && 'stage_name' in record) return { kind: 'application', value: toApplication(record, { candidate: { id: record.candidate_id } }, MODEL_KEYS) };
	if ('email_addresses' in record && 'first_name' in record) return { kind: 'candidate', value: toCandidate(record) };
	if ('requisition_id' in record && 'name' in record) return { kind: 'job', value: toJob(record, {}) };
	return null;
}
