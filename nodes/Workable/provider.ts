import { defineProvider } from '../../lib/ats/defineProvider';
import { toText } from '../../lib/ats/model';
import type { Capabilities, Normalized } from '../../lib/ats/provider';
import { isObject } from '../../lib/http/apiDefinition';
import { connectWorkable, NO_RIGHT } from './api';
import { changeSource } from './changes';
import { IN_ROWS, PROVIDER, toApplication, toJob } from './mapping';
import { operationsOf } from './operations';

const FULL = 'By the full check, once Workable has answered twice that there is no such candidate';
const FOR_EACH = 'A call for each application';
const WITH_MEMBER = 'With an acting user, who is an active member';

const events: Capabilities['events'] = {
	'application.created': true,
	'application.stage_changed': true,
	'application.rejected': true,
	'application.hired': true,
	'application.reactivated': true,
	'application.updated': true,
	'application.deleted': FULL,
	'interview.scheduled': 'An interview that begins before yesterday: by the full check',
	'interview.rescheduled': 'One that was before yesterday: by the full check',
	'interview.cancelled': 'One that was before yesterday, or is deleted: by the full check',
};

export const provider = defineProvider({
	name: PROVIDER,
	label: 'Workable',
	credentials: [{ type: 'workableAtsApi', label: 'Account Token' }],
	actingUser: 'Workable moves, rejects, reactivates and comments only in the name of a member',
	api: { documentationUrl: 'https://workable.readme.io/reference', placeholder: '/departments' },
	rights: { applications: NO_RIGHT, candidates: NO_RIGHT, jobs: NO_RIGHT, stages: NO_RIGHT, interviews: NO_RIGHT, rejectionReasons: NO_RIGHT, users: NO_RIGHT },
	words: (record) => (isObject(record) ? { disqualified: record.disqualified, stage_kind: toText(record.stage_kind) } : {}),
	capabilities: {
		models: {
			info: 'A candidate belongs to one job: person and application have one ID',
			currentStage: 'A stage that is in no list of stages has no ID, and is no move',
			interviews: 'Whether one took place is not told',
			rejection: 'When it was: only where one application is read',
			offers: `The latest one, and not in the trigger. ${FOR_EACH}. The words of its state are not documented: one that is not known is not specified`,
			attachments: `${FOR_EACH}, and not in the trigger. Links last about 16 hours`,
		},
		details: { stageCategory: 'Of the kinds that are known', stageOrder: true },
		operations: {
			'application.getMany': true,
			'application.get': true,
			'application.create': 'As somebody who was sourced, since Workable writes to applicants. A stage, and files beyond one CV, need an acting user',
			'application.moveStage': `${WITH_MEMBER}. Stages may have automatic actions of the account`,
			'application.reject': `${WITH_MEMBER}. The note has at most 256 characters`,
			'application.reactivate': `${WITH_MEMBER}. Takes a rejection back, not a hire`,
			'application.addNote': WITH_MEMBER,
			'application.addAttachment': `${WITH_MEMBER}. As the attachment of a comment: Workable documents no other upload`,
			'application.downloadAttachments': true,
			'candidate.getMany': 'One for each job that somebody applied to',
			'candidate.get': true,
			'candidate.findOrCreate': 'Finds the person at any job. A new candidate needs a job',
			'candidate.update': true,
			'candidate.addTag': 'All tags are read, and written back with the new one: what somebody else changes in between is lost',
			'candidate.removeTag': 'All tags are read, and the others are written back: what somebody else changes in between is lost',
			'job.getMany': 'Stages: Get only',
			'job.get': true,
			'interview.getMany': true,
			'offer.getMany': 'Of one application',
			'stage.getMany': true,
			'rejectionReason.getMany': true,
			'user.getMany': 'Active members',
		},
		inputs: { 'application.create.comment': true, 'application.create.files': true, 'candidate.findOrCreate.jobId': true },
		events,
		freshness: 'As fresh as each poll for what moves the date of a candidate. Workable does not document that a move, a rejection or a hire does: what does not is found by the full check, which is therefore made every 6 hours',
		filtersStages: true,
		fullCheckHours: 6,
	},
	account: async (host, context) => [(await connectWorkable(host, context)).origin],
	changes: async (host, options, context) => changeSource(await connectWorkable(host, context), options),
	operations: async (host, context) => operationsOf(await connectWorkable(host, context), context.actingUser),
	normalize,
});

/** A record of the API, or of a webhook, which has it under `data`. Without the list of stages their words are no stages. */
function normalize(record: unknown): Normalized | null {
	if (!isObject(record)) return null;
	if (typeof record.id === 'string' && 'disqualified' in record && 'stage' in record) return { kind: 'application', value: toApplication(record, { models: IN_ROWS, stageOf: () => null }) };
	if (typeof record.shortcode === 'string' && 'full_title' in record) return { kind: 'job', value: toJob(record, null) };
	return null;
}
