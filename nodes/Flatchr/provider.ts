import { toggle } from '../../lib/action/field';
import type { Row } from '../../lib/action/operation';
import { isObject } from '../../lib/http/apiDefinition';
import type { Host } from '../../lib/http/host';
import { FieldError } from '../../lib/errors';
import { toId, toMillis, toText, type Attachment } from '../../lib/ats/model';
import { defineProvider } from '../../lib/ats/defineProvider';
import { notFound, storedFiles } from '../../lib/ats/kit';
import type { Context, Operations, Provider } from '../../lib/ats/provider';
import { path } from '../../lib/http/path';
import { connectFlatchr, type FlatchrApi } from './api';
import { changeSource } from './changes';
import { applicantPath, cvKeyOf, downloadCv, nameOf, type CvKey } from './cv';
import { filterDay } from './dates';
import { filled, wireNumber } from './fields';
import { joinsOf, withKeys, type Joins } from './joins';
import { normalize, PROVIDER, toApplication, toJob, toListedStage, toMessage, toUser } from './mapping';
import { multipart } from '../../lib/http/form';
import { createAndFind, document, keyInBody } from './newCandidate';
import { DAY } from '../../lib/poll/limits';

const MESSAGE_PARTS = ['author', 'replied', 'mail', 'attachments', 'candidate'];

/** Flatchr has no call for one application: the search of everybody, read once an execution, knows where each is. */
class Everybody {
	private reading?: Promise<Map<string, Row>>;
	private changed = false;

	constructor(private readonly flatchr: FlatchrApi) {}

	async joins(): Promise<Joins> {
		return joinsOf(await this.flatchr.known(this.flatchr.company('/vacancies')), await this.flatchr.known(this.flatchr.company('/columns')));
	}

	/** The application's row. `fresh`: not one from before a write of this execution. */
	async find(id: string, fresh: boolean): Promise<Row> {
		if (!this.reading || (fresh && this.changed)) {
			this.changed = false;
			this.reading = this.read();
		}
		const row = (await this.reading).get(id);
		if (!row) throw notFound('application', id, 'Use the 16-character ID that Application, Get Many or Candidate, Search (applicant) shows.');
		return row;
	}

	/** Path of the application below its vacancy. */
	async place(id: string): Promise<{ vacancyKey: string; path: string }> {
		const { vacancy_key: vacancyKey } = withKeys(await this.find(id, false), await this.joins());
		if (typeof vacancyKey !== 'string') throw new FieldError(`The vacancy of the application ${id} is not in the list of vacancies`, 'Flatchr can only be told about it with the ID of the vacancy: use the Flatchr node.');
		return { vacancyKey, path: applicantPath(this.flatchr, vacancyKey, id) };
	}

	wrote(): void {
		this.changed = true;
	}

	private async read(): Promise<Map<string, Row>> {
		return new Map((await this.flatchr.search({})).map((row) => [String(row.applicant), row]));
	}
}

function operationsOf(flatchr: FlatchrApi, archivedAsRejected: boolean): Operations {
	const everybody = new Everybody(flatchr);
	const columns = async () => await flatchr.known(flatchr.company('/columns'));
	const move = async (place: string, columnId: string) => {
		await flatchr.write('PUT', place, { column_id: wireNumber(columnId) });
		everybody.wrote();
	};
	return {
		send: async (request) => await flatchr.send(request),
		async *applications({ updatedAfter, jobIds = [], raw }) {
			const since = toMillis(updatedAfter);
			const rows = await flatchr.search(filled({ start_update: since === null ? undefined : filterDay(since - DAY), vacancy: jobIds.length === 1 ? jobIds[0] : undefined }));
			const joins = await everybody.joins();
			yield rows.map((row) => toApplication(row, joins, { models: ['info', 'currentStage'], raw, archivedAsRejected }));
		},
		application: async (id, models, raw) => {
			const application = toApplication(await everybody.find(id, true), await everybody.joins(), { models, raw, archivedAsRejected });
			if (!models.includes('attachments')) return application;
			const { vacancyKey } = await everybody.place(id);
			const cv = await cvKeyOf(flatchr, vacancyKey, id);
			return { ...application, attachments: cv ? [toAttachment(cv)] : [] };
		},
		async *jobs({ updatedAfter, raw }) {
			const since = toMillis(updatedAfter) ?? -Infinity;
			const stages = await columns();
			yield (await flatchr.list(flatchr.company('/vacancies'), { fields: 'address' })).filter((row) => (toMillis(row.updated_at) ?? Infinity) >= since).map((row) => toJob(row, stages, raw));
		},
		job: async (id, raw) => toJob(await flatchr.get(path`/vacancy/${id}`, { fields: 'address' }), await columns(), raw),
		async *messages(applicationId) {
			yield (await flatchr.list(flatchr.company(path`/applicant/${applicationId}/messages`), { fields: MESSAGE_PARTS })).map((row) => toMessage(row));
		},
		async *stages() {
			yield (await columns()).map(toListedStage);
		},
		async *users() {
			yield (await flatchr.list(flatchr.company('/members'), { fields: 'user' })).map(toUser);
		},
		async *tags() {
			yield (await flatchr.list(flatchr.company('/tags'))).filter((row) => row.type !== 'vacancies').map((row) => ({ id: toId(row.id), text: toText(row.title) }));
		},
		moveStage: async (id, stageId) => await move((await everybody.place(id)).path, stageId),
		addNote: async (id, text) => {
			await flatchr.form(flatchr.company(path`/applicant/${id}/comment`), multipart({ type: 'note', text }));
			return null;
		},
		createApplication: async ({ jobId, stageId, candidate, files, comment }) => {
			const slug = toText((await flatchr.known(flatchr.company('/vacancies'))).find((row) => row.id === jobId)?.slug);
			if (slug === null) throw notFound('vacancy', jobId, 'Use the 16-character ID that Job, Get Many shows.');
			const [file, ...others] = files;
			if (others.length > 0) throw new FieldError('Flatchr takes one file with an application', 'Leave all out but the CV.');
			if (!file) throw new FieldError('Flatchr creates an application only with a CV', 'Add a file of the type Resume.');
			const { firstName: firstname, lastName: lastname, email, phone } = candidate;
			const body = filled({ vacancy: slug, firstname, lastname, email, phone, comment, ...document(file), ...keyInBody(flatchr) });
			const { applicant, unclear } = await createAndFind(flatchr, { email, slug }, async () => await flatchr.careers('/vacancy/candidate/json', body));
			everybody.wrote();
			if (stageId !== undefined && applicant === null) throw new FieldError(`${unclear ?? ''}. It was not moved to the stage`, 'Find the application and move it by hand.');
			if (stageId !== undefined && applicant !== null) await move(applicantPath(flatchr, jobId, applicant), stageId);
			return { applicationId: applicant, candidateId: null, application: null, ...(unclear === undefined ? {} : { warning: unclear }) };
		},
		async *attachments(id) {
			const { vacancyKey } = await everybody.place(id);
			const cv = await cvKeyOf(flatchr, vacancyKey, id);
			yield* storedFiles(cv ? [cv] : [], toAttachment, async (one) => await downloadCv(flatchr, one));
		},
	};
}

function toAttachment({ key, extension }: CvKey): Attachment {
	return { id: key, type: 'RESUME', name: nameOf(key, extension), link: null, createdAt: null };
}

const CV = 'The CV only, found in a way that Flatchr does not document, and one a second';

/** What the trigger can tell of Flatchr. */
const events: Provider['capabilities']['events'] = {
	'application.created': true,
	'application.stage_changed': 'Several moves of one day between two polls are emitted as one',
	'application.rejected': 'Only with "Treat Archived as Rejected": Flatchr knows archived people, not rejected ones',
	'application.hired': true,
	'application.reactivated': true,
	'application.updated': true,
	'application.deleted': 'By the daily full check, after it was missing twice',
};

export const provider = defineProvider({
	name: PROVIDER,
	label: 'Flatchr',
	credentials: [{ type: 'flatchrApi', label: 'API Key' }],
	// Flatchr knows archived people, not rejected ones; whether they are the same is each company's habit.
	settings: [toggle('archivedAsRejected', { displayName: 'Treat Archived as Rejected', description: 'Whether an archived application counts as rejected. Otherwise its status is not specified.' })],
	serviceNode: 'Flatchr',
	api: { documentationUrl: 'https://developers.flatchr.io/docs', placeholder: '/vacancies' },
	words: (record) => (isObject(record) ? { status: record.status, hired: record.hired } : {}),
	capabilities: {
		models: { info: 'Dates have the precision of a day', currentStage: true, attachments: `${CV}; Get only` },
		details: { stageCategory: 'Only whether it is the column of the hired', stageOrder: true, source: true },
		operations: {
			'application.getMany': true,
			'application.get': 'Reads all applications, since Flatchr has no call for one',
			'application.create': 'A CV is needed',
			'application.moveStage': true,
			'application.addNote': 'With email and password of a user in the credential',
			'application.downloadAttachments': CV,
			'job.getMany': true,
			'job.get': true,
			'message.getMany': true,
			'stage.getMany': true,
			'user.getMany': true,
			'tag.getMany': true,
		},
		inputs: { 'application.create.comment': true, 'application.create.files': true },
		events,
		freshness: 'As fresh as each poll; Flatchr dates changes to the day, so that steps of one day between two polls become one',
	},
	account: async (host, context) => {
		const flatchr = await connected(host, context);
		return [flatchr.origin, flatchr.account.companyKey];
	},
	changes: async (host, selection, context) => changeSource(await connected(host, context), selection, context.settings.archivedAsRejected === true),
	operations: async (host, context) => operationsOf(await connected(host, context), context.settings.archivedAsRejected === true),
	normalize,
});

async function connected(host: Host, { deadline, signal, limits, onAnswer }: Context<unknown>): Promise<FlatchrApi> {
	return await connectFlatchr(host, { deadline, signal, limits, onAnswer });
}
