import { id } from '../../lib/action/field';
import type { Row } from '../../lib/action/operation';
import { defineProvider } from '../../lib/ats/defineProvider';
import { hasAddress } from '../../lib/ats/findOrCreate';
import { idFrom, mapped, notFound, recordsIn, storedFiles } from '../../lib/ats/kit';
import { MODEL_KEYS, NOT_SPECIFIED, toText, type Application, type ModelKey } from '../../lib/ats/model';
import type { Capabilities, Context, NewApplication, Operations, PartQuery } from '../../lib/ats/provider';
import { ApiError, FieldError, rethrow } from '../../lib/errors';
import { isObject } from '../../lib/http/apiDefinition';
import type { Host } from '../../lib/http/host';
import { AT_ONCE, connectKnit, inParallel, isUnsupported, LISTS, type KnitApi } from './api';
import { fileOf, sentFile } from './attachments';
import { changeSource } from './changes';
import { findJob } from './lookups';
import { isOutline, kindOf, knownModels, PROVIDER, toApplication, toAttachment, toCandidate, toJob } from './mapping';
import { applicationOf } from './resources/application';
import { searchCandidates } from './resources/candidate';

const LIST = LISTS.applications;

// ---------------------------------------------------------------------------------------------------- the operations

function operationsOf(knit: KnitApi): Operations {
	/** Rows behind what the list gave: they say what is still missing. */
	const outlines = new WeakMap<Application, Row>();
	const outline = (row: Row, raw = false): Application => {
		const application = toApplication(row, { outline: true, raw });
		outlines.set(application, row);
		return application;
	};
	/** A row of a list, completed by its details where it does not tell what is wanted. */
	const complete = async (application: Application, models: readonly ModelKey[], raw: boolean): Promise<Application> => {
		const row = outlines.get(application);
		const candidate = application.info?.candidate?.id ?? null;
		const known = knownModels(row, true);
		const enough = models.every((model) => known.has(model)) && application.info?.status !== NOT_SPECIFIED && !(models.includes('info') && isOutline(row));
		if (row === undefined || enough || candidate === null) return application;
		return toApplication(await applicationOf(knit, application.id, candidate), { models, raw });
	};
	const details: NonNullable<Operations['details']> = async (rows, models, raw) => {
		const full = [...rows];
		await inParallel([...rows.entries()], async ([place, row]) => void (full[place] = await complete(row, models, raw)));
		return full;
	};
	// Of filters only the first value counts in some ATSs, and some have none: the node looks through what comes.
	const applications: NonNullable<Operations['applications']> = ({ updatedAfter, jobIds, candidateId, raw }) =>
		mapped(knit.list(LIST, 'applications', { updatedAfter, candidateId, jobId: jobIds?.length === 1 ? jobIds[0] : undefined }), (row) => outline(row, raw));
	/** Knit gets an application only with its candidate's ID, which the list has. */
	const inList = async (id: string, raw?: boolean): Promise<Application> => {
		for await (const page of applications({ models: MODEL_KEYS, raw })) {
			const found = page.find((one) => one.id === id);
			if (found) return found;
		}
		throw notFound('application', id, WHERE('Application'));
	};
	const application = async (id: string, models: readonly ModelKey[], raw = false) => await complete(await inList(id, raw), models, raw);
	const job = async (id: string, raw = false) => {
		const found = await findJob(knit, id);
		if (!found) throw notFound('job', id, WHERE('Job'));
		return toJob(found, raw);
	};
	const byEmail = async (email: string, raw = false) => (await searchCandidates(knit, { emails: [email] })).map((row) => toCandidate(row, raw));
	/** Knit lists no candidates but finds them by e-mail; else they are taken from the applications, each once. */
	const candidates: NonNullable<Operations['candidates']> = async function* ({ email, updatedAfter, raw }) {
		const found = email === undefined ? null : await unlessUnsupported(async () => await byEmail(email, raw));
		if (found) return yield found;
		const known = new Set<string>();
		for await (const page of applications({ models: ['info'], updatedAfter })) {
			// Outlines do not show who it is.
			const rows = email === undefined ? page : await details(page, ['info'], false);
			yield rows.flatMap(({ info }) => (info?.candidate?.id && !known.has(info.candidate.id) && known.add(info.candidate.id) ? toCandidate(info.candidate, raw) : []));
		}
	};
	/** Interviews or offers: they come with their applications, there is no list of their own. */
	const partsOf = async function* <Part extends object>(model: ModelKey, partsIn: (found: Application) => readonly Part[] | null, { applicationId, updatedAfter, limit }: PartQuery): AsyncGenerator<Array<Part & { applicationId: string }>> {
		const parts = (found: Application) => (partsIn(found) ?? []).map((one) => ({ ...one, applicationId: found.id }));
		if (applicationId !== undefined) return yield parts(await application(applicationId, [model]));
		for await (const page of applications({ models: [model], updatedAfter })) {
			// A few at a time: who wants few of them stops here.
			const atOnce = Math.min(limit ?? page.length, AT_ONCE) || 1;
			for (let from = 0; from < page.length; from += atOnce) yield (await details(page.slice(from, from + atOnce), [model], false)).flatMap(parts);
		}
	};
	return {
		send: async (request) => await knit.send(request),
		applications,
		rowModels: [],
		details,
		application,
		candidates,
		candidate: async (id, raw = false) => {
			for await (const page of candidates({ raw })) {
				const found = page.find((one) => one.id === id);
				const email = found?.emails?.[0]?.email;
				// A search tells more of the person than an application does.
				if (found) return (email ? await unlessUnsupported(async () => await byEmail(email, raw)) : null)?.find((one) => one.id === id) ?? found;
			}
			throw notFound('candidate', id, `No application is of this candidate. ${WHERE('Application')}`);
		},
		jobs: ({ updatedAfter, raw }) => mapped(knit.list(LISTS.jobs, 'jobs', { updatedAfter }), (row) => toJob(row, raw)),
		job,
		interviews: (query) => partsOf('interviews', ({ interviews }) => interviews, query),
		offers: (query) => partsOf('offers', ({ offers }) => offers, query),
		async *stages(jobId) {
			if (jobId !== null) return yield (await job(jobId)).stages ?? [];
			// Knit lists none without a job: those of all jobs.
			for await (const rows of knit.list(LISTS.jobs, 'jobs')) yield rows.flatMap((row) => toJob(row).stages ?? []);
		},
		createApplication: async (input) => await createdBy(knit, input),
		attachments: async function* (id) {
			const outlined = await inList(id);
			const candidate = outlined.info?.candidate?.id ?? null;
			const { attachments } = candidate === null ? (outlines.get(outlined) ?? {}) : await applicationOf(knit, id, candidate);
			yield* storedFiles(recordsIn(attachments), (record) => ({ ...toAttachment(record), attachmentContent: null }), async (record) => await fileOf(knit, record));
		},
		createCandidate: async (input) => {
			if (input.jobId === undefined) throw new FieldError('Knit creates a candidate only with an application', 'Fill in the job to apply for.');
			const { candidateId } = await createdBy(knit, { jobId: input.jobId, candidate: input, files: [] });
			// The ATS may need a moment until it finds the newcomer.
			const made = (await byEmail(input.email).catch(() => [])).find((one) => hasAddress(one, input.email));
			return made ?? toCandidate({ id: candidateId, ...newPerson(input) });
		},
	};
}

const WHERE = (list: string) => `${idFrom(list)} Check the Integration ID too.`;

/** Null where the connected ATS does not offer this through Knit. */
async function unlessUnsupported<Result>(ask: () => Promise<Result>): Promise<Result | null> {
	try {
		return await ask();
	} catch (error) {
		return error instanceof ApiError && error.facts.status === 404 && isUnsupported(error.message) ? null : rethrow(error);
	}
}

async function createdBy(knit: KnitApi, { jobId, stageId, candidate, files }: NewApplication) {
	const [file, ...others] = files;
	if (others.length > 0) throw new FieldError('Knit takes one file with an application', 'Leave out the others: adding files later is for the Knit node.');
	const attachment = file && sentFile(file.type === 'OTHER' ? NOT_SPECIFIED : file.type, file);
	const made = await knit.make('/ats.application.create', { jobId, initialStageId: stageId, candidate: newPerson(candidate), attachment });
	return { applicationId: toText(made.applicationId), candidateId: toText(made.candidateId), application: null };
}

function newPerson({ firstName, lastName, email, phone }: NewApplication['candidate']) {
	if (phone === undefined) throw new FieldError('Knit wants a phone number for a new candidate', 'Fill in the phone number.');
	return { firstName, lastName, emails: [{ type: 'PERSONAL', email }], phones: [{ type: 'PERSONAL', phoneNumber: phone }] };
}

// ------------------------------------------------------------------------------------------------------ the provider

const DETAIL = 'One more call for each application';

const capabilities: Capabilities = {
	models: { info: true, currentStage: true, interviews: DETAIL, rejection: 'One more call for each rejected application', offers: DETAIL, attachments: `${DETAIL}; links may work for minutes only` },
	details: { customFields: 'Where Knit passes them on; under which key is not published' },
	operations: {
		'application.getMany': 'Not every ATS can be asked for changed applications only',
		'application.get': "Looks through the list first: Knit wants the candidate's ID as well",
		'application.create': 'Wants an e-mail address and a phone number, and takes one file at most',
		'application.downloadAttachments': "Looks through the list first: Knit wants the candidate's ID as well",
		'candidate.get': 'Looks through the applications',
		'candidate.getMany': 'Read from the applications, unless an e-mail address is given; a date then means that of the application',
		'candidate.findOrCreate': 'A new candidate needs a phone number and a job to apply for',
		'job.getMany': true,
		'job.get': 'Looks through the list of jobs',
		'interview.getMany': `Read from the applications: ${DETAIL.toLowerCase()}`,
		'offer.getMany': `Read from the applications: ${DETAIL.toLowerCase()}`,
		'stage.getMany': 'Of a job, or collected from all jobs',
	},
	inputs: { 'application.create.files': true, 'candidate.findOrCreate.jobId': true },
	events: {
		'application.created': true,
		'application.stage_changed': true,
		'application.rejected': true,
		'application.hired': true,
		'application.reactivated': true,
		'application.updated': true,
		'application.deleted': 'By the full check only',
		'interview.scheduled': true,
		'interview.rescheduled': true,
		'interview.completed': true,
		'interview.cancelled': true,
		'offer.created': true,
		'offer.status_changed': true,
		'attachment.added': true,
	},
	freshness: 'As fresh as the ATS itself, asked at each poll, where the ATS can be asked for changed applications (tried at activation). Elsewhere use the Knit Trigger, which is behind by the sync interval set in Knit',
};

export const provider = defineProvider({
	name: PROVIDER,
	label: 'Knit',
	credentials: [{ type: 'knitApi', label: 'API Key' }],
	settings: [id('integrationId', { required: false, displayName: 'Integration ID', placeholder: 'mr_1a2b3c4d5e', description: "The connection of one customer with one ATS, instead of the credential's default" })],
	serviceNode: 'Knit',
	api: { documentationUrl: 'https://developers.getknit.dev/reference', placeholder: '/integration.details' },
	words: (record) => (isObject(record) && isObject(record.info) ? { status: record.info.status } : {}),
	capabilities,
	account: async (host, context) => {
		const knit = await connected(host, context);
		return [knit.origin, knit.integrationId ?? ''];
	},
	changes: async (host, selection, context) => changeSource(await connected(host, context), selection),
	operations: async (host, context) => operationsOf(await connected(host, context)),
	normalize: (given) => {
		const found = kindOf(given);
		if (!found) return null;
		if (found.kind === 'application') return { kind: 'application', value: toApplication(found.record, { id: found.id }) };
		if (found.kind === 'job') return { kind: 'job', value: toJob(found.record) };
		return { kind: 'candidate', value: toCandidate(found.record) };
	},
});

async function connected(host: Host, { settings: { integrationId }, deadline, signal, limits, onAnswer }: Context<{ integrationId?: string }>): Promise<KnitApi> {
	return await connectKnit(host, { integrationId, deadline, signal, limits, onAnswer });
}
