import { id } from '../../lib/action/field';
import type { Row } from '../../lib/action/operation';
import { FieldError } from '../../lib/errors';
import type { Host } from '../../lib/http/host';
import { path } from '../../lib/http/path';
import { isObject } from '../../lib/http/apiDefinition';
import { toId, toText } from '../../lib/ats/model';
import { defineProvider } from '../../lib/ats/defineProvider';
import { mapped } from '../../lib/ats/kit';
import type { Context, NewFile, Operations, Provider } from '../../lib/ats/provider';
import { connectKombo, rowsOf, type KomboApi } from './api';
import { APPLICATIONS, changeSource, IN_ROWS } from './changes';
import { PROVIDER, toApplication, toAttachment, toCandidate, toInterview, toJob, toOffer, toUser } from './mapping';

const FILE_TYPES: Record<NewFile['type'], string> = { RESUME: 'CV', COVER_LETTER: 'COVER_LETTER', OTHER: 'OTHER' };
const OUTCOMES = { ACTIVE: 'PENDING', HIRED: 'HIRED', REJECTED: 'DECLINED', NOT_SPECIFIED: undefined } as const;

function operationsOf(kombo: KomboApi): Operations {
	const write = async (method: 'POST' | 'PUT' | 'DELETE', address: string, body: object) => await kombo.send({ method, path: address, body });
	const details: NonNullable<Operations['details']> = async (rows, models) =>
		models.includes('attachments') ? await Promise.all(rows.map(async (row) => ({ ...row, attachments: (await filesOf(kombo, row.id)).map(toAttachment) }))) : rows;
	return {
		send: async (request) => await kombo.send(request),
		applications: ({ limit, updatedAfter, jobIds, stageIds, statuses, raw }) => {
			// A status without a word here cannot be asked for: then all are, and the node looks through them.
			const outcomes = statuses?.map((status) => OUTCOMES[status]);
			const asked = outcomes?.every((outcome) => outcome !== undefined) ? outcomes : undefined;
			return mapped(kombo.list(APPLICATIONS, { updated_after: updatedAfter, job_ids: jobIds, current_stage_ids: stageIds, outcomes: asked }, limit), (row) => toApplication(row, IN_ROWS, raw));
		},
		rowModels: IN_ROWS,
		details,
		application: async (id, models, raw) => {
			const [application] = await details([toApplication(await kombo.byId(APPLICATIONS, id, 'application'), models, raw)], models, raw === true);
			if (!application) throw new Error('Details come one for one');
			return application;
		},
		candidates: ({ limit, updatedAfter, email, raw }) => mapped(kombo.list('/ats/candidates', { updated_after: updatedAfter, ...(email === undefined ? {} : { email, ignore_unsupported_filters: true }) }, email === undefined ? limit : undefined), (row) => toCandidate(row, raw)),
		candidate: async (id, raw) => toCandidate(await kombo.byId('/ats/candidates', id, 'candidate'), raw),
		jobs: ({ updatedAfter, raw }) => mapped(kombo.list('/ats/jobs', { updated_after: updatedAfter }), (row) => toJob(row, raw)),
		job: async (id, raw) => toJob(await kombo.byId('/ats/jobs', id, 'job'), raw),
		interviews: ({ applicationId, updatedAfter }) => partsOf(kombo, '/ats/interviews', applicationId, updatedAfter, toInterview),
		offers: ({ applicationId, updatedAfter }) => partsOf(kombo, '/ats/offers', applicationId, updatedAfter, toOffer),
		async *stages(jobId) {
			if (jobId === null) return yield* mapped(kombo.list('/ats/application-stages'), (row) => ({ id: toId(row.id), text: toText(row.name), category: null, jobId: null, order: null }));
			yield toJob(await kombo.byId('/ats/jobs', jobId, 'job')).stages ?? [];
		},
		rejectionReasons: () => mapped(kombo.list('/ats/rejection-reasons'), (row) => ({ id: toId(row.id), text: toText(row.name) })),
		users: () => mapped(kombo.list('/ats/users'), toUser),
		tags: () => mapped(kombo.list('/ats/tags'), (row) => ({ id: toId(row.id), text: toText(row.name) })),
		moveStage: async (id, stageId) => void (await write('PUT', path`/ats/applications/${id}/stage`, { stage_id: stageId })),
		reject: async (id, { reasonId, note }) => {
			if (reasonId === null) throw new FieldError('Kombo rejects only with a reason', 'Choose a rejection reason; Rejection Reason, Get Many lists them.');
			await write('POST', path`/ats/applications/${id}/reject`, { rejection_reason_id: reasonId, ...(note === null ? {} : { note }) });
		},
		addNote: async (id, content) => {
			await write('POST', path`/ats/applications/${id}/notes`, { content, content_type: 'PLAIN_TEXT' });
			return null;
		},
		createApplication: async ({ jobId, stageId, candidate, files }) => {
			const { body } = await write('POST', path`/ats/jobs/${jobId}/applications`, { stage_id: stageId, candidate: newPerson(candidate), attachments: files.map(newFile) });
			const row = isObject(body) && isObject(body.data) ? (body.data as Row) : {};
			const application = toApplication(row, IN_ROWS);
			return { applicationId: application.id, candidateId: toId(row.candidate_id), application };
		},
		addAttachment: async (id, file) => void (await write('POST', path`/ats/applications/${id}/attachments`, { attachment: newFile(file) })),
		async *attachments(id) {
			for (const row of await filesOf(kombo, id)) {
				const { body } = await kombo.download(String(row.data_url));
				yield { attachment: toAttachment(row), data: Buffer.isBuffer(body) ? body : Buffer.alloc(0), mimeType: toText(row.content_type) ?? 'application/octet-stream' };
			}
		},
		createCandidate: async (input) => {
			if (input.jobId === undefined) throw new FieldError('Kombo creates a candidate only with an application', 'Fill in the job to apply for.');
			const { body } = await write('POST', '/ats/candidates', { candidate: newPerson(input), application: { job_id: input.jobId } });
			return toCandidate(isObject(body) && isObject(body.data) ? (body.data as Row) : {});
		},
		addTag: async (id, name) => void (await write('POST', path`/ats/candidates/${id}/tags`, { tag: { name } })),
		removeTag: async (id, name) => void (await write('DELETE', path`/ats/candidates/${id}/tags`, { tag: { name } })),
	};
}

async function* partsOf<Part>(kombo: KomboApi, address: string, applicationId: string | undefined, updatedAfter: string | undefined, read: (row: Record<string, unknown>) => Part) {
	const withOwner = (row: Row) => ({ ...read(row), applicationId: toId(row.application_id) });
	if (applicationId === undefined) return yield* mapped(kombo.list(address, { updated_after: updatedAfter }), withOwner);
	// The parts lists have no filter by application: its outlines give the ids.
	const application = await kombo.byId(APPLICATIONS, applicationId, 'application');
	const outlines = application[address === '/ats/offers' ? 'offers' : 'interviews'];
	const ids = (Array.isArray(outlines) ? outlines.filter(isObject) : []).map(({ id }) => String(id));
	if (ids.length > 0) yield* mapped(kombo.list(address, { ids, updated_after: updatedAfter }), withOwner);
}

async function filesOf(kombo: KomboApi, applicationId: string): Promise<Row[]> {
	return rowsOf(await kombo.get(path`/ats/applications/${applicationId}/attachments`), 'results');
}

function newPerson({ firstName, lastName, email, phone }: { firstName: string; lastName: string; email: string; phone?: string }) {
	return { first_name: firstName, last_name: lastName, email_address: email, phone_number: phone };
}

function newFile({ type, name, mimeType, data }: NewFile) {
	return { type: FILE_TYPES[type], name, content_type: mimeType, data: data.toString('base64') };
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

export const provider = defineProvider({
	name: PROVIDER,
	label: 'Kombo',
	credentials: [{ type: 'komboApi', label: 'API Key' }],
	settings: [id('integrationId', { required: false, displayName: 'Integration ID', placeholder: 'greenhouse:HWUTwvyx2wLoSUHphiWVrp28', description: "The connection of one customer with one ATS, instead of the credential's default" })],
	serviceNode: 'Kombo',
	api: { documentationUrl: 'https://docs.kombo.dev/ats/v1', placeholder: '/ats/jobs' },
	capabilities: {
		models: { info: true, currentStage: true, interviews: true, rejection: true, offers: true, attachments: 'A live call to the ATS for each application: only when asked for, and not in the trigger' },
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
		events,
		freshness: 'About 20 seconds behind the ATS where Kombo gets its webhooks, otherwise behind by the sync interval of the integration, which is hours',
		filtersJobs: true,
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

async function connected(host: Host, { settings: { integrationId }, deadline, signal, limit }: Context<{ integrationId?: string }>): Promise<KomboApi> {
	return await connectKombo(host, { integrationId, deadline, signal, limit });
}
