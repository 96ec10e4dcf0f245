import { defineProvider } from '../../lib/ats/defineProvider';
import { hasAddress } from '../../lib/ats/findOrCreate';
import { found, notFound, recordOr, storedFiles, type VendorRecord } from '../../lib/ats/kit';
import { toId, toText, type Application, type Candidate, type ModelKey } from '../../lib/ats/model';
import type { Capabilities, Created, NewApplication, Operations } from '../../lib/ats/provider';
import { FieldError } from '../../lib/errors';
import { fetchedFile } from '../../lib/http/files';
import { multipart } from '../../lib/http/form';
import { path } from '../../lib/http/path';
import { isObject } from '../../lib/http/apiDefinition';
import { connectBambooHr, type BambooApi, type BambooRow } from './api';
import { changeSource } from './changes';
import { groupsIn, groupsOf } from './groups';
import { PROVIDER, toApplication, toAttachments, toCandidate, toJob, toStage, toUser } from './mapping';

const PARTS = { RESUME: 'resume', COVER_LETTER: 'coverLetter' } as const;

function operationsOf(bamboo: BambooApi): Operations {
	const whole = async (id: string): Promise<BambooRow> => await found('application', id, async () => await bamboo.get(path`/applications/${id}`));
	const applicationFrom = async (row: BambooRow, models: readonly ModelKey[], raw = false): Promise<Application> => toApplication(row, await groupsIn(bamboo, [row]), { models, raw });
	const statuses = async () => {
		const rows = await bamboo.all('/statuses');
		const groups = await groupsOf(bamboo, rows.flatMap(({ id }) => toId(id) ?? []));
		return rows.filter(({ enabled }) => enabled !== false).map((row, order) => ({ stage: toStage(row, order, groups.get(toId(row.id) ?? '')), group: groups.get(toId(row.id) ?? '') }));
	};
	const stages = async () => (await statuses()).filter(({ group }) => group !== 'INACTIVE').map(({ stage }) => stage);
	const setStatus = async (id: string, status: string, what: string) => {
		if (!/^\d+$/.test(status)) throw new FieldError(`The ${what} "${status}" is not an ID`, 'Statuses of BambooHR have numbers: choose it from the list.');
		await found('application', id, async () => await bamboo.write(path`/applications/${id}/status`, { status: Number(status) }));
	};
	const people = async function* (searchString?: string, raw = false): AsyncGenerator<Candidate[]> {
		const rows = new Map<string, BambooRow[]>();
		for await (const page of bamboo.list({ sortBy: 'created_date', sortOrder: 'DESC', searchString })) {
			for (const row of page) {
				const id = toId(recordOr(row.applicant)?.id);
				if (id !== null) rows.set(id, [...(rows.get(id) ?? []), row]);
			}
		}
		yield [...rows.values()].map((one) => toCandidate(one, raw));
	};
	const create = async (input: NewApplication): Promise<Created> => await createdBy(bamboo, input, applicationFrom);
	return {
		send: async (request) => await bamboo.send(request),
		async *applications({ jobIds, statuses: wanted, stageIds, raw }) {
			const query = { ...(jobIds?.length === 1 ? { jobId: jobIds[0] } : {}), ...(stageIds ? { applicationStatusId: stageIds } : {}), applicationStatus: statusFilter(wanted), sortBy: 'created_date', sortOrder: 'DESC' };
			for await (const rows of bamboo.list(query)) {
				const groups = await groupsIn(bamboo, rows);
				yield rows.map((row) => toApplication(row, groups, { raw }));
			}
		},
		rowModels: ['info', 'currentStage', 'rejection'],
		details: async (rows, models, raw) => await Promise.all(rows.map(async ({ id }) => await applicationFrom(await whole(id), models, raw))),
		application: async (id, models, raw) => await applicationFrom(await whole(id), models, raw),
		candidates: ({ email, raw }) => people(email, raw),
		candidate: async (id, raw) => {
			for await (const page of people(undefined, raw)) {
				const one = page.find((person) => person.id === id);
				if (one) return one;
			}
			throw notFound('candidate', id);
		},
		createCandidate: async (input) => {
			if (input.jobId === undefined) throw new FieldError('BambooHR creates a candidate only with an application', 'Fill in the job to apply for.');
			await create({ jobId: input.jobId, candidate: input, files: [] });
			for await (const page of people(input.email)) {
				const made = page.find((one) => hasAddress(one, input.email));
				if (made) return made;
			}
			throw new FieldError('BambooHR created the candidate, but does not show them yet', 'Do not create it again: look for the e-mail address later.');
		},
		async *jobs({ raw }) {
			const list = await stages();
			yield (await bamboo.all('/jobs', { statusGroups: 'ALL' })).map((row) => toJob(row, list, raw));
		},
		job: async (id, raw) => {
			const row = (await bamboo.all('/jobs', { statusGroups: 'ALL' })).find((one) => toId(one.id) === id);
			if (!row) throw notFound('job', id);
			return toJob(row, await stages(), raw);
		},
		async *stages() {
			yield await stages();
		},
		async *rejectionReasons() {
			yield (await statuses()).filter(({ group }) => group === 'INACTIVE').map(({ stage: { id, text } }) => ({ id, text }));
		},
		async *users() {
			yield (await bamboo.all('/hiring_leads')).map(toUser);
		},
		moveStage: async (id, stageId) => {
			if ((await groupsOf(bamboo, [stageId])).get(stageId) === 'INACTIVE') throw new FieldError('This status would reject the application', 'Use Application, Reject with it as the reason, or choose another stage.');
			await setStatus(id, stageId, 'stage');
		},
		reject: async (id, { reasonId, note }) => {
			if (reasonId === null) throw new FieldError('BambooHR rejects by a status', 'Choose a rejection reason: these are the statuses for people who are not hired.');
			const group = (await groupsOf(bamboo, [reasonId])).get(reasonId);
			if (group !== 'INACTIVE') throw new FieldError('This status is not known to reject', group === undefined ? 'Which statuses reject is learned from applications that have them: give one application this status in BambooHR first.' : 'It is a stage: choose one of the rejection reasons.');
			await setStatus(id, reasonId, 'rejection reason');
			if (note !== null) await bamboo.write(path`/applications/${id}/comments`, { type: 'comment', comment: note });
		},
		reactivate: async (id) => {
			const [first] = (await statuses()).filter(({ group }) => group === 'ACTIVE');
			if (!first?.stage.id) throw new FieldError('No status of BambooHR is known to be active', 'Move the application to a stage instead.');
			await setStatus(id, first.stage.id, 'stage');
		},
		addNote: async (id, comment) => toId((await found('application', id, async () => await bamboo.write(path`/applications/${id}/comments`, { type: 'comment', comment }))).id),
		createApplication: create,
		async *attachments(id) {
			const record = await whole(id);
			yield* storedFiles(toAttachments(record) ?? [], (file) => file, async ({ link, name }) => await fetchedFile({ address: link, name }, async (address) => await bamboo.download(address)));
		},
	};
}

/** For the vendor, where every wanted status is one of its groups. */
function statusFilter(statuses: readonly string[] | undefined): string | undefined {
	const groups = statuses?.map((status) => ({ ACTIVE: 'ALL_ACTIVE', HIRED: 'HIRED', REJECTED: 'INACTIVE' })[status]);
	return groups?.every((group) => group !== undefined) ? groups.join(',') : undefined;
}

/** What the answer calls `candidateId` is not said to be the application's: it is looked for among those that were not there before. */
async function createdBy(bamboo: BambooApi, { jobId, stageId, candidate, files, comment }: NewApplication, read: (row: BambooRow, models: readonly ModelKey[]) => Promise<Application>): Promise<Created> {
	const [resume, letter, others] = [files.filter(({ type }) => type === 'RESUME'), files.filter(({ type }) => type === 'COVER_LETTER'), files.filter(({ type }) => type === 'OTHER')];
	if (resume.length > 1 || letter.length > 1 || others.length > 0) throw new FieldError('BambooHR takes one CV and one cover letter with an application', 'Leave out the other files.');
	const theirs = async (): Promise<BambooRow[]> => {
		const rows: BambooRow[] = [];
		for await (const page of bamboo.list({ searchString: candidate.email, jobId })) rows.push(...page.filter((row) => hasAddress(toCandidate([row]), candidate.email) && toId(recordOr(row.job)?.id) === jobId));
		return rows;
	};
	const before = new Set((await theirs()).map(({ id }) => toId(id)));
	const { firstName, lastName, email, phone } = candidate;
	await found('job', jobId, async () => await bamboo.upload('/application', multipart({ firstName, lastName, email, phoneNumber: phone, jobId }, [...resume, ...letter].map(({ type, ...file }) => ({ ...file, part: PARTS[type === 'RESUME' ? 'RESUME' : 'COVER_LETTER'] })))));
	const [made, ...more] = (await theirs()).filter(({ id }) => !before.has(toId(id)));
	const id = toId(made?.id);
	if (!made || id === null || more.length > 0) return { applicationId: null, candidateId: null, application: null, warning: 'The application was created, but which one it is cannot be known: BambooHR shows none or several that are new.' };
	if (stageId !== undefined) await bamboo.write(path`/applications/${id}/status`, { status: Number(stageId) });
	if (comment !== undefined) await bamboo.write(path`/applications/${id}/comments`, { type: 'comment', comment });
	return { applicationId: id, candidateId: toId(recordOr(made.applicant)?.id), application: await read(stageId === undefined ? made : await bamboo.get(path`/applications/${id}`), ['info', 'currentStage', 'rejection']) };
}

const IN_DETAIL = 'A call for each application';
const BY_STATUS = 'By the group of its status, which is learned from applications: a status that nobody ever had is not specified';
const FULL = 'By the full check, after BambooHR answered that it is not there';

const events: Capabilities['events'] = {
	'application.created': true,
	'application.stage_changed': true,
	'application.rejected': BY_STATUS,
	'application.hired': BY_STATUS,
	'application.reactivated': BY_STATUS,
	'application.updated': 'What the list shows of a person. What else moves an application up in the list is not documented: it may come with the full check',
	'application.deleted': FULL,
};

const RIGHT = 'Give the owner of the API key access to the ATS settings: in BambooHR, Settings, Access Levels.';

export const provider = defineProvider({
	name: PROVIDER,
	label: 'BambooHR',
	credentials: [{ type: 'bambooHrAtsApi', label: 'API Key' }],
	api: { documentationUrl: 'https://documentation.bamboohr.com/reference/get-applications', placeholder: '/jobs' },
	rights: { applications: RIGHT, jobs: RIGHT, stages: RIGHT, users: RIGHT },
	words: (record) => (isObject(record) ? { status: toText(recordOr(record.status)?.label) } : {}),
	capabilities: {
		models: { info: `Status: ${BY_STATUS.charAt(0).toLowerCase()}${BY_STATUS.slice(1)}`, currentStage: 'Of a rejected application the stage is not told', rejection: 'The reason is the status', attachments: IN_DETAIL },
		details: { stageCategory: 'Hired only, from the group of the status', stageOrder: true, source: true },
		operations: {
			'application.getMany': 'Changed Since leaves nothing out: rows do not say when they changed',
			'application.get': true,
			'application.create': 'With one CV and one cover letter. Further fields are required where the job asks for them',
			'application.moveStage': true,
			'application.reject': 'By a status for people who are not hired; the note becomes a comment',
			'application.reactivate': 'To the first active status, since BambooHR does not say which it was in',
			'application.addNote': true,
			'application.downloadAttachments': 'Whether an address needs the API key is not documented: on the own host it is sent',
			'candidate.getMany': 'The applicants of the applications, each once',
			'candidate.get': 'Reads the applications to find one',
			'candidate.findOrCreate': 'A new candidate needs a job to apply for',
			'job.getMany': 'Changed Since leaves nothing out: rows do not say when they changed',
			'job.get': 'Looks through the list of jobs',
			'stage.getMany': 'One list of statuses for all jobs',
			'rejectionReason.getMany': 'The statuses for people who are not hired',
			'user.getMany': 'Hiring leads',
		},
		inputs: { 'application.create.comment': true, 'application.create.files': true, 'candidate.findOrCreate.jobId': true },
		events,
		freshness: 'As fresh as each poll for what is high in the list sorted by the last change: BambooHR cannot be asked what changed since a moment. Deeper changes come with the full check',
		filtersStages: true,
		fullCheckHours: 6,
	},
	account: async (host, context) => [(await connectBambooHr(host, context)).origin],
	changes: async (host, options, context) => changeSource(await connectBambooHr(host, context), options),
	operations: async (host, context) => operationsOf(await connectBambooHr(host, context)),
	normalize: (record) => {
		if (!isObject(record) || toId(record.id) === null) return null;
		const row: VendorRecord = record;
		if ('applicant' in row && 'appliedDate' in row) return { kind: 'application', value: toApplication(row, new Map()) };
		if ('totalApplicantsCount' in row || ('postedDate' in row && 'hiringLead' in row)) return { kind: 'job', value: toJob(row, null) };
		return null;
	},
});
