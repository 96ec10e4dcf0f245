import { id } from '../../lib/action/field';
import type { Row } from '../../lib/action/operation';
import { FieldError } from '../../lib/errors';
import type { Host } from '../../lib/http/host';
import { path } from '../../lib/http/path';
import { isObject } from '../../lib/http/apiDefinition';
import { toId, toText } from '../../lib/ats/model';
import { defineProvider } from '../../lib/ats/defineProvider';
import { mapped, recordsIn, storedFiles } from '../../lib/ats/kit';
import type { Context, NewApplication, NewFile, Operations, PartQuery, Provider } from '../../lib/ats/provider';
import { connectKombo, orAll, rowsOf, unlessKnown, type KomboApi } from './api';
import { APPLICATIONS, changeSource, IN_ROWS } from './changes';
import { attachmentsOf as bodiesOf, fileOf, type SentFile } from './files';
import { CANDIDATES, candidatesOf } from './people';
import { PROVIDER, toApplication, toAttachment, toCandidate, toInterview, toJob, toOffer, toUser } from './mapping';

const FILE_TYPES: Record<NewFile['type'], string> = { RESUME: 'CV', COVER_LETTER: 'COVER_LETTER', OTHER: 'OTHER' };
const OUTCOMES = { ACTIVE: 'PENDING', HIRED: 'HIRED', REJECTED: 'DECLINED', NOT_SPECIFIED: undefined } as const;

function operationsOf(kombo: KomboApi): Operations {
	const attachmentsOf = async (applicationId: string) => rowsOf(await kombo.get(path`/ats/applications/${applicationId}/attachments`), 'results');
	const details: NonNullable<Operations['details']> = async (rows, models) =>
		models.includes('attachments') ? await Promise.all(rows.map(async (row) => ({ ...row, attachments: (await attachmentsOf(row.id)).map(toAttachment) }))) : rows;
	const named = (address: string) => mapped(kombo.list(address), (row) => ({ id: toId(row.id), text: toText(row.name) }));
	return {
		send: async (request) => await kombo.send(request),
		// https://docs.kombo.dev/ats/getting-started/fetching-data : nested changes count too.
		updatedAfterIsSure: true,
		applications: ({ limit, updatedAfter, jobIds, stageIds, statuses, raw }) => {
			// A status without a word here cannot be asked for: then all are, and the node looks through them.
			const outcomes = statuses?.map((status) => OUTCOMES[status]);
			const asked = outcomes?.every((outcome) => outcome !== undefined) ? outcomes : undefined;
			return mapped(kombo.list(APPLICATIONS, { ...orAll({ job_ids: jobIds, current_stage_ids: stageIds, outcomes: asked }), updated_after: updatedAfter }, limit), (row) => toApplication(row, IN_ROWS, raw));
		},
		rowModels: IN_ROWS,
		details,
		application: async (id, models, raw = false) => {
			const application = toApplication(await kombo.byId(APPLICATIONS, id, 'application'), models, raw);
			return (await details([application], models, raw))[0] ?? application;
		},
		candidates: ({ limit, updatedAfter, email, raw }) => mapped(candidatesOf(kombo, { email, updated_after: updatedAfter }, limit), (row) => toCandidate(row, raw)),
		candidate: async (id, raw) => toCandidate(await kombo.byId(CANDIDATES, id, 'candidate'), raw),
		jobs: ({ limit, updatedAfter, raw }) => mapped(kombo.list('/ats/jobs', { updated_after: updatedAfter }, limit), (row) => toJob(row, raw)),
		job: async (id, raw) => toJob(await kombo.byId('/ats/jobs', id, 'job'), raw),
		interviews: (query) => partsOf(kombo, '/ats/interviews', 'interviews', query, toInterview),
		offers: (query) => partsOf(kombo, '/ats/offers', 'offers', query, toOffer),
		async *stages(jobId) {
			if (jobId === null) return yield* mapped(named('/ats/application-stages'), (stage) => ({ ...stage, category: null, jobId: null, order: null }));
			yield toJob(await kombo.byId('/ats/jobs', jobId, 'job')).stages ?? [];
		},
		rejectionReasons: () => named('/ats/rejection-reasons'),
		users: () => mapped(kombo.list('/ats/users'), toUser),
		tags: () => named('/ats/tags'),
		moveStage: async (id, stageId) => void (await kombo.change('PUT', path`/ats/applications/${id}/stage`, { stage_id: stageId })),
		reject: async (id, { reasonId, note }) => {
			if (reasonId === null) throw new FieldError('Kombo rejects only with a reason', 'Choose a rejection reason; Rejection Reason, Get Many lists them.');
			await kombo.change('POST', path`/ats/applications/${id}/reject`, { rejection_reason_id: reasonId, ...(note === null ? {} : { note }) });
		},
		addNote: async (id, content) => {
			await kombo.change('POST', path`/ats/applications/${id}/notes`, { content, content_type: 'PLAIN_TEXT' });
			return null;
		},
		createApplication: async ({ jobId, stageId, candidate, files }) => {
			const attachments = await bodiesOf(kombo, 'ats_create_application', files.map(asSent));
			const { data, warnings } = await kombo.change('POST', path`/ats/jobs/${jobId}/applications`, { stage_id: stageId, candidate: newPerson(candidate), attachments });
			const application = toApplication(data, IN_ROWS);
			return { applicationId: application.id, candidateId: toId(data.candidate_id), application, ...(warnings.length > 0 ? { warning: warnings.join(' ') } : {}) };
		},
		addAttachment: async (id, file) => {
			const [attachment] = await bodiesOf(kombo, 'ats_add_application_attachment', [asSent(file)]);
			await kombo.change('POST', path`/ats/applications/${id}/attachments`, { attachment });
		},
		attachments: async function* (id) {
			yield* storedFiles(await attachmentsOf(id), toAttachment, async (row) => await fileOf(kombo, row));
		},
		createCandidate: async (input) => {
			if (input.jobId === undefined) throw new FieldError('Kombo creates a candidate only with an application', 'Fill in the job to apply for.');
			const made = await unlessKnown(async () => await kombo.change('POST', CANDIDATES, { candidate: newPerson(input), application: { job_id: input.jobId } }));
			return made && toCandidate(made.data);
		},
		addTag: async (id, name) => void (await kombo.change('POST', path`/ats/candidates/${id}/tags`, { tag: { name } })),
		removeTag: async (id, name) => void (await kombo.change('DELETE', path`/ats/candidates/${id}/tags`, { tag: { name } })),
	};
}

/** The lists of parts have no filter by application: its outlines give the IDs. */
async function* partsOf<Part>(kombo: KomboApi, address: string, key: 'interviews' | 'offers', { applicationId, updatedAfter, limit }: PartQuery, read: (row: Row) => Part) {
	const application = applicationId === undefined ? undefined : await kombo.byId(APPLICATIONS, applicationId, 'application');
	const ids = application && recordsIn(application[key]).map(({ id }) => String(id));
	if (ids?.length === 0) return;
	yield* mapped(kombo.list(address, { ids, updated_after: updatedAfter }, limit), (row) => ({ ...read(row), applicationId: toId(row.application_id) }));
}

function newPerson({ firstName, lastName, email, phone }: NewApplication['candidate']) {
	return { first_name: firstName, last_name: lastName, email_address: email, phone_number: phone };
}

function asSent({ type, ...file }: NewFile): SentFile {
	return { type: FILE_TYPES[type], ...file };
}

const events: Provider['capabilities']['events'] = {
	'application.created': true,
	'application.stage_changed': true,
	'application.rejected': true,
	'application.hired': true,
	'application.reactivated': true,
	'application.updated': true,
	'application.deleted': true,
	'interview.scheduled': true,
	'interview.rescheduled': true,
	'interview.cancelled': true,
	'offer.created': true,
	'offer.status_changed': true,
};

const SWITCHED = 'In Kombo, look whether the scope config of the integration switches this off, and whether the account that connects Kombo with the ATS may read it';

export const provider = defineProvider({
	name: PROVIDER,
	label: 'Kombo',
	credentials: [{ type: 'komboApi', label: 'API Key' }],
	settings: [id('integrationId', { required: false, displayName: 'Integration ID', placeholder: 'greenhouse:HWUTwvyx2wLoSUHphiWVrp28', description: "The connection of one customer with one ATS, as the Kombo dashboard shows it under Integrations. Needed where the credential has no default." })],
	serviceNode: 'Kombo',
	api: { documentationUrl: 'https://docs.kombo.dev/ats/v1', placeholder: '/ats/jobs' },
	rights: { applications: SWITCHED, candidates: SWITCHED, jobs: SWITCHED, stages: SWITCHED, interviews: SWITCHED, offers: SWITCHED, rejectionReasons: SWITCHED, users: SWITCHED, tags: SWITCHED },
	words: (record) => (isObject(record) ? { outcome: record.outcome } : {}),
	capabilities: {
		models: { info: true, currentStage: true, interviews: true, rejection: true, offers: true, attachments: 'A live call to the ATS for each application: only when asked for, and not in the trigger' },
		details: {
			stageOrder: 'Of a job, where the ATS tells it',
			customFields: 'Those that you have defined in Kombo, by their keys',
			source: true,
		},
		operations: {
			'application.getMany': true,
			'application.get': true,
			'application.create': true,
			'application.moveStage': true,
			'application.reject': true,
			'application.addNote': true,
			'application.addAttachment': true,
			'application.downloadAttachments': true,
			'candidate.getMany': true,
			'candidate.get': true,
			'candidate.findOrCreate': 'A new candidate needs a job to apply for',
			'candidate.addTag': true,
			'candidate.removeTag': true,
			'job.getMany': true,
			'job.get': true,
			'interview.getMany': true,
			'offer.getMany': true,
			'stage.getMany': true,
			'rejectionReason.getMany': true,
			'user.getMany': true,
			'tag.getMany': true,
		},
		inputs: { 'application.create.files': true, 'candidate.findOrCreate.jobId': true },
		events,
		freshness: 'About 20 seconds behind the ATS where Kombo gets its webhooks, otherwise behind by the sync interval of the integration, which is hours',
		filtersStages: true,
	},
	account: async (host, context) => {
		const kombo = await connected(host, context);
		return [kombo.origin, kombo.integrationId ?? ''];
	},
	changes: async (host, selection, context) => changeSource(await connected(host, context), selection),
	operations: async (host, context) => operationsOf(await connected(host, context)),
	normalize: (record) => {
		if (!isObject(record) || typeof record.id !== 'string' || !('remote_id' in record)) return null;
		const row = record as Row;
		if ('outcome' in row && 'current_stage_id' in row) return { kind: 'application', value: toApplication(row, IN_ROWS) };
		if ('stages' in row && 'job_code' in row) return { kind: 'job', value: toJob(row) };
		if ('first_name' in row && 'applications' in row) return { kind: 'candidate', value: toCandidate(row) };
		return null;
	},
});

async function connected(host: Host, { settings: { integrationId }, deadline, signal, limits, onAnswer }: Context<{ integrationId?: string }>): Promise<KomboApi> {
	return await connectKombo(host, { integrationId, deadline, signal, limits, onAnswer });
}
