import { id } from '../../lib/action/field';
import type { Row } from '../../lib/action/operation';
import type { Host } from '../../lib/http/host';
import { FieldError } from '../../lib/errors';
import { isObject } from '../../lib/http/apiDefinition';
import { MODEL_KEYS, toText, type Application, type Candidate, type ModelKey } from '../../lib/ats/model';
import { defineProvider } from '../../lib/ats/defineProvider';
import { hasAddress } from '../../lib/ats/findOrCreate';
import type { Capabilities, Context, NewApplication, NewCandidate, Operations } from '../../lib/ats/provider';
import { connectKnit, inParallel, LISTS, type KnitApi } from './api';
import { fileOf } from './attachments';
import { changeSource } from './changes';
import { findJob } from './lookups';
import { part, pick } from './models';
import { isOutline, kindOf, modelsTold, PROVIDER, toApplication, toCandidate, toJob } from './mapping';
import { applicationOf } from './resources/application';
import { searchCandidates } from './resources/candidate';

const LIST = LISTS.applications;

// ---------------------------------------------------------------------------------------------------- the operations

function operationsOf(knit: KnitApi): Operations {
	/** A row of a list, completed by its details where it does not tell what is wanted. */
	const complete = async (row: Row, models: readonly ModelKey[], raw: boolean): Promise<Application> => {
		const told = modelsTold(row, true);
		const candidate = pick(part(row.info, 'candidate'), 'id');
		const enough = models.every((model) => told.has(model)) && !(models.includes('info') && isOutline(row));
		if (enough || candidate === null) return toApplication(row, { models, outline: true, raw });
		return toApplication(await applicationOf(knit, pick(row.info, 'id') ?? '', candidate), { models, raw });
	};
	/** The rows behind what the list gave: they say what is still missing. */
	const outlines = new WeakMap<Application, Row>();
	const details: NonNullable<Operations['details']> = async (found, models, raw) => {
		const full: Application[] = [...found];
		await inParallel([...found.entries()], async ([place, outline]) => {
			const row = outlines.get(outline);
			if (row) full[place] = await complete(row, models, raw);
		});
		return full;
	};
	const applications: NonNullable<Operations['applications']> = async function* ({ updatedAfter, jobIds, raw = false }) {
		// Of filters only the first value counts in some ATSs, and some have none: what comes is looked through here again.
		const one = (values: readonly string[] | undefined) => (values?.length === 1 ? values[0] : undefined);
		for await (const rows of knit.list(LIST, 'applications', { updatedAfter, jobId: one(jobIds) })) {
			yield rows.map((row) => {
				const outline = toApplication(row, { models: MODEL_KEYS, outline: true, raw });
				outlines.set(outline, row);
				return outline;
			});
		}
	};
	/** Knit gets an application only with its candidate's ID, which the list has. */
	const inList = async (id: string): Promise<Row> => {
		for await (const rows of knit.list(LIST, 'applications')) {
			const found = rows.find(({ info }) => pick(info, 'id') === id);
			if (found) return found;
		}
		throw new FieldError(`There is no application with the ID ${id}`, 'Use the ID as Application, Get Many shows it, and check the Integration ID.');
	};
	const application = async (id: string, models: readonly ModelKey[], raw = false) => await complete(await inList(id), models, raw);
	const job = async (id: string, raw = false) => {
		const found = await findJob(knit, id);
		if (!found) throw new FieldError(`There is no job with the ID ${id}`, 'Use the ID as Job, Get Many shows it, and check the Integration ID.');
		return toJob(found, raw);
	};
	const byEmail = async (email: string, raw = false): Promise<Candidate[]> => (await searchCandidates(knit, { emails: [email] })).map((row) => toCandidate(row, raw));
	/** Knit lists no candidates but finds them by e-mail; else they are taken from the applications, each once. */
	const candidates: NonNullable<Operations['candidates']> = async function* ({ email, updatedAfter, raw }) {
		if (email !== undefined) return yield await byEmail(email, raw);
		const known = new Set<string>();
		for await (const page of applications({ models: ['info'], updatedAfter })) {
			yield page.flatMap(({ info }) => (info?.candidate?.id && !known.has(info.candidate.id) && known.add(info.candidate.id) ? toCandidate(info.candidate, raw) : []));
		}
	};
	/** Interviews or offers: they come with their applications, there is no list of their own. */
	const partsOf = async function* <Part extends object>(model: ModelKey, partsIn: (found: Application) => readonly Part[] | null, { applicationId, updatedAfter }: PartQuery): AsyncGenerator<Array<Part & { applicationId: string }>> {
		const parts = (found: Application) => (partsIn(found) ?? []).map((one) => ({ ...one, applicationId: found.id }));
		if (applicationId !== undefined) return yield parts(await application(applicationId, [model]));
		for await (const page of applications({ models: [model], updatedAfter })) yield (await details(page, [model], false)).flatMap(parts);
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
				// A search tells more of the person than an application does.
				if (found) return (await Promise.all((found.emails ?? []).slice(0, 1).map(async ({ email }) => await byEmail(email ?? '', raw)))).flat().find((one) => one.id === id) ?? found;
			}
			throw new FieldError(`No application is of a candidate with the ID ${id}`, 'Use the ID as Application, Get Many shows it, and check the Integration ID.');
		},
		async *jobs({ updatedAfter, raw }) {
			for await (const rows of knit.list(LISTS.jobs, 'jobs', { updatedAfter })) yield rows.map((row) => toJob(row, raw)).filter(({ info }) => isSince(info?.updatedAt, updatedAfter));
		},
		job,
		interviews: (query) => partsOf('interviews', ({ interviews }) => interviews, query),
		offers: (query) => partsOf('offers', ({ offers }) => offers, query),
		async *stages(jobId) {
			if (jobId !== null) return yield (await job(jobId)).stages ?? [];
			// Knit lists none without a job: those of all jobs, each once.
			const known = new Set<string | null>();
			for await (const rows of knit.list(LISTS.jobs, 'jobs')) {
				yield rows.flatMap((row) => toJob(row).stages ?? []).filter(({ id }) => !known.has(id) && known.add(id));
			}
		},
		createApplication: async (input) => await createdBy(knit, input),
		async *attachments(id) {
			const found = await inList(id);
			const candidate = pick(part(found.info, 'candidate'), 'id');
			const full = candidate === null ? found : await applicationOf(knit, id, candidate);
			const records = Array.isArray(full.attachments) ? full.attachments.filter(isObject) : [];
			for (const [place, attachment] of (toApplication(full).attachments ?? []).entries()) {
				const { data, mimeType = 'application/octet-stream' } = await fileOf(knit, records[place] ?? {});
				yield { attachment: { ...attachment, ...(attachment.attachmentContent ? { attachmentContent: null } : {}) }, data, mimeType };
			}
		},
		createCandidate: async (input) => {
			if (input.jobId === undefined) throw new FieldError('Knit creates a candidate only with an application', 'Fill in the job to apply for.');
			const { candidateId } = await createdBy(knit, { jobId: input.jobId, candidate: input, files: [] });
			const made = (await byEmail(input.email)).find((one) => hasAddress(one, input.email));
			if (!made) throw new FieldError(`Knit created the candidate ${candidateId ?? ''} but does not find it yet`, 'The ATS may need a moment: search for the e-mail address later, and do not create it again.');
			return made;
		},
	};
}

interface PartQuery {
	applicationId?: string;
	updatedAfter?: string;
}

/** Some ATSs have no such filter. A record without a date passes: it may have changed. */
function isSince(updatedAt: string | null | undefined, since: string | undefined): boolean {
	return since === undefined || !updatedAt || Date.parse(updatedAt) >= Date.parse(since);
}

async function createdBy(knit: KnitApi, { jobId, stageId, candidate, files }: NewApplication) {
	const [file, ...others] = files;
	if (others.length > 0) throw new FieldError('Knit takes one file with an application', 'Leave out the others: adding files later is for the Knit node.');
	const attachment = file && { type: file.type === 'OTHER' ? 'NOT_SPECIFIED' : file.type, name: file.name, attachmentContent: { content: file.data.toString('base64'), encoding: 'BASE64' } };
	const made = await knit.make('/ats.application.create', { jobId, initialStageId: stageId, candidate: newPerson(candidate), attachment });
	return { applicationId: toText(made.applicationId), candidateId: toText(made.candidateId), application: null };
}

function newPerson({ firstName, lastName, email, phone }: NewCandidate) {
	if (phone === undefined) throw new FieldError('Knit wants a phone number for a new candidate', 'Fill in the phone number.');
	return { firstName, lastName, emails: [{ type: 'PERSONAL', email }], phones: [{ type: 'PERSONAL', phoneNumber: phone }] };
}

// ------------------------------------------------------------------------------------------------------ the provider

const DETAIL = 'One more call for each application';

const capabilities: Capabilities = {
	models: { info: true, currentStage: true, interviews: DETAIL, rejection: 'One more call for each rejected application', offers: DETAIL, attachments: `${DETAIL}; links may work for minutes only` },
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

async function connected(host: Host, { settings: { integrationId }, deadline, signal, limit, onAnswer }: Context<{ integrationId?: string }>): Promise<KnitApi> {
	return await connectKnit(host, { integrationId, deadline, signal, limit, onAnswer });
}
