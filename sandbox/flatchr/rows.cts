import { createHash } from 'node:crypto';
import { iso, SECOND } from '../clock.cts';
import type { Application, Attachment, Candidate, Job, Message, Note, Stage, Tag, Task, User } from '../model.cts';
import { opaqueId } from '../random.cts';
import { CONTRACTS, textOf } from './references.cts';
import type { FlatchrState } from './state.cts';

/** The world's records as Flatchr writes them (dossier sections 2, 4 and 7), with its quirks of ids and dates. */

export type Row = Record<string, unknown>;
const unix = (ms: number): number => Math.floor(ms / SECOND);

/** DD/MM/YY, as search results have it. */
export function dayFirst(ms: number): string {
	const [year = '', month, day] = iso(ms).slice(0, 10).split('-');
	return `${day}/${month}/${year.slice(2)}`;
}

/** +33637898757 -> +33 6 37 89 87 57 */
function phoneOf(candidate: Candidate): string {
	const number = candidate.phones[0]?.number ?? '';
	const french = /^(\+33)(\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(number);
	return french ? french.slice(1).join(' ') : number;
}

export function changedAt(state: FlatchrState, application: Application): number {
	return Math.max(application.changedAt, state.world.candidates.need(application.candidateId).changedAt);
}

export function searchRow(state: FlatchrState, application: Application): Row {
	const { world, ids } = state;
	const candidate = world.candidates.need(application.candidateId);
	const job = world.jobs.need(application.jobId);
	return {
		applicant: ids.of('application', application),
		vacancy: job.title,
		column: world.stages.need(application.stageId).name,
		vacancy_id: state.number('vacancy', job),
		external_id: null,
		status: application.status === 'DECLINED' ? 0 : 1,
		score: 0,
		hired: application.status === 'HIRED',
		firstname: candidate.firstName,
		lastname: candidate.lastName,
		email: candidate.emails[0]?.address ?? null,
		phone: phoneOf(candidate),
		created_at: dayFirst(application.createdAt),
		updated_at: dayFirst(changedAt(state, application)),
		source: application.source,
	};
}

/** The answer of PUT and DELETE. */
export function applicant(state: FlatchrState, application: Application): Row {
	const { world, ids } = state;
	const candidate = world.candidates.need(application.candidateId);
	const job = world.jobs.need(application.jobId);
	return {
		id: ids.of('application', application),
		vacancy_id: ids.of('job', job),
		column_id: state.number('column', state.columnOf(application)),
		score: 0,
		comment: null,
		created_at: unix(application.createdAt),
		updated_at: unix(changedAt(state, application)),
		status: application.status === 'DECLINED' ? 0 : 1,
		view: true,
		anonym: false,
		external_id: null,
		candidate: { ...person(state, candidate), ...cvOf(state, application) },
		column: {},
		vacancy: {},
		foreigner: false,
		applies: [{ id: opaqueId('apply', application.number, 16), created_at: iso(application.createdAt), vacancy_id: ids.of('job', job), offerer_id: 75, import: false }],
	};
}

function person(state: FlatchrState, candidate: Candidate): Row {
	const linkedin = candidate.links.find((link) => link.includes('linkedin'));
	return {
		id: state.ids.of('candidate', candidate),
		email: candidate.emails[0]?.address ?? null,
		firstname: candidate.firstName,
		lastname: candidate.lastName,
		urls: linkedin ? { linkedin } : {},
		created_at: iso(candidate.createdAt),
		phone: phoneOf(candidate),
		// A flag in the documentation, a list in the wild.
		consent: candidate.number % 2 === 0 ? candidate.consent?.given === true : [{ candidate_id: state.number('candidate', candidate) }],
	};
}

function cvOf(state: FlatchrState, application: Application): Row {
	const file = state.cvOf(application);
	if (!file) return {};
	const { key, extension } = fileKey(state, file);
	return { cv: `https://files.flatchr.example/${key}`, aws: { key, extension, signature: `sig-${createHash('sha256').update(key).digest('hex')}` } };
}

/** `candidates/2024/01/<id>/name` and the extension beside it. */
export function fileKey(state: FlatchrState, file: Attachment): { key: string; extension: string } {
	const dot = file.fileName.lastIndexOf('.');
	const name = dot < 0 ? file.fileName : file.fileName.slice(0, dot);
	const [year, month] = iso(file.createdAt).split('-');
	return { key: `candidates/${year}/${month}/${state.ids.of('attachment', file)}/${name}`, extension: dot < 0 ? 'bin' : file.fileName.slice(dot + 1) };
}

export function fileObject(state: FlatchrState, file: Attachment, candidate: Candidate): Row {
	const { key, extension } = fileKey(state, file);
	return { fileable_id: state.number('candidate', candidate), fileable_type: 'candidates', id: state.number('file', file), url: `https://files.flatchr.example/${key}`, key, type: 'CV', created_at: iso(file.createdAt), updated_at: iso(file.changedAt), extension };
}

export function vacancy(state: FlatchrState, job: Job, fields: ReadonlySet<string> = new Set()): Row {
	const contract = CONTRACTS.find(({ employment }) => employment === job.employment)?.id ?? 1;
	return {
		id: state.ids.of('job', job),
		vacancy_id: state.number('vacancy', job),
		slug: job.slug,
		reference: job.code,
		title: job.title,
		description: '<p>We hire people for the houses of the Acme group.</p>',
		mission: job.html,
		profile: '<p>You are kind and curious.</p>',
		experience: 2,
		// A number in some places, text in others.
		salary: job.salary ? (job.number % 2 === 0 ? job.salary.from : String(job.salary.from)) : '0',
		salary_max: job.salary ? String(job.salary.to) : null,
		status: job.status === 'OPEN' ? 1 : 2,
		language: 'fr_FR',
		contract_type_id: contract,
		education_level_id: 5,
		activity_id: 25,
		channel_id: 2,
		metier_id: 49,
		company_id: state.companyNumber,
		mensuality: 'y',
		currency: job.salary?.currency ?? 'EUR',
		apply_url: null,
		created_at: iso(job.createdAt),
		updated_at: iso(job.changedAt),
		start_date: job.number % 3 === 0 ? '2026-09-01' : null,
		end_date: null,
		driver_license: false,
		// A flag in 2022, a word since.
		remote: job.number % 5 === 0 ? job.remoteWork === 'REMOTE' : { REMOTE: 'fulltime', HYBRID: 'parttime', TEMPORARY: 'parttime', ON_SITE: 'notime' }[job.remoteWork],
		handicap: false,
		partial: job.employment === 'PART_TIME',
		kanban: true,
		meta_title: null,
		meta_description: null,
		meta_tags: null,
		options: null,
		video_url: null,
		...(fields.has('address') ? { address: addressOf(job) } : {}),
		...(fields.has('tags') ? { tags: [] } : {}),
		...(fields.has('questions') ? { questions: job.questions.map(question) } : {}),
		...(fields.has('faqs') ? { faqs: [] } : {}),
		...(fields.has('benefits') ? { benefits: [] } : {}),
		...(fields.has('items') ? { items: job.status === 'OPEN' && job.visibility === 'PUBLIC' ? [diffusion(state, job, false)] : [] } : {}),
	};
}

function addressOf({ place }: Job): Row {
	return {
		locality: place.city,
		route: place.street ?? '',
		street_number: '',
		postal_code: place.zip ?? '',
		administrative_area_level_1: place.state ?? '',
		administrative_area_level_2: '',
		country: place.country,
		formatted_address: [place.street, place.zip, place.city, place.country].filter(Boolean).join(', '),
		location_lat: '48.8566',
		location_lng: '2.3522',
	};
}

function question({ id, title, type, required, options }: Job['questions'][number]): Row {
	return { id: opaqueId(id, 1, 16), text: title, type: type.toLowerCase(), required, options: options.map(({ name }) => name).join(';'), position: 1, size: null, default_value: null, parent_question: null, parent_answer_expected: null };
}

/** A publication, as the public feed lists it. */
export function diffusion(state: FlatchrState, job: Job, whole = true): Row {
	const contract = CONTRACTS.find(({ employment }) => employment === job.employment)?.id ?? 1;
	return {
		id: opaqueId(`${state.world.seed}/diffusion`, job.number, 16),
		offer_id: 98,
		external_id: null,
		external_url: null,
		published: job.visibility === 'PUBLIC',
		status: 'published',
		created_at: iso(job.createdAt),
		publish_date: job.openedAt === null ? null : iso(job.openedAt),
		...(whole ? { vacancy: { ...vacancy(state, job, new Set(['address'])), contract_type: textOf(CONTRACTS, contract), metier: 'Commercial conseil', activity: 'Internet' } } : {}),
		vacancy_id: state.number('vacancy', job),
	};
}

export function column(state: FlatchrState, stage: Stage, position: number): Row {
	return { id: state.number('column', stage), title: stage.name, company_id: state.companyNumber, position, created_at: iso(stage.createdAt), updated_at: iso(stage.changedAt), visible: stage.active, hired: stage.hired };
}

export function message(state: FlatchrState, one: Message, fields: ReadonlySet<string>): Row {
	const { world } = state;
	const author = world.users.get(one.authorId);
	const candidate = world.candidates.need(one.candidateId);
	return {
		id: state.ids.of('message', one),
		created_by: author ? state.number('user', author) : 0,
		created_at: iso(one.createdAt),
		auto: one.auto,
		...(fields.has('mail') ? { mail: { subject: one.subject, text: one.text, html: one.html, status: null } } : {}),
		delivered: one.delivered,
		deliver_at: iso(one.deliverAt),
		...(fields.has('author') ? { author: author ? { firstname: author.firstName, lastname: author.lastName } : { firstname: candidate.firstName, lastname: candidate.lastName } } : {}),
		...(fields.has('candidate') ? { candidate: { firstname: candidate.firstName, lastname: candidate.lastName, email: candidate.emails[0]?.address ?? null } } : {}),
		...(fields.has('attachments') ? { attachments: one.attachmentIds.map((id) => attachment(state, world.attachments.need(id))) } : {}),
	};
}

function attachment(state: FlatchrState, file: Attachment): Row {
	const { key } = fileKey(state, file);
	return { id: state.ids.of('attachment', file), name: file.fileName, key, url: `https://files.flatchr.example/${key}?token=${state.apiKey}`, created_at: iso(file.createdAt) };
}

export function comment(state: FlatchrState, note: Note, fields: ReadonlySet<string>): Row {
	const { world } = state;
	const author = world.users.get(note.authorId);
	const parent = world.notes.get(note.replyToId);
	return {
		id: state.number('comment', note),
		text: note.html,
		type: 'note',
		private: note.private,
		favorite: false,
		created_by: author ? state.number('user', author) : 0,
		created_at: iso(note.createdAt),
		reply_to: parent ? state.number('comment', parent) : null,
		...(fields.has('author') && author ? { author: { id: state.ids.of('user', author), firstname: author.firstName, lastname: author.lastName } } : {}),
		...(fields.has('attachments') ? { attachments: note.attachmentIds.map((id) => attachment(state, world.attachments.need(id))) } : {}),
	};
}

export function task(state: FlatchrState, one: Task): Row {
	const { world, ids } = state;
	const about = one.about.model === 'application' ? `applicant=${ids.of('application', world.applications.need(one.about.id))}` : `member=${ids.of('user', world.users.need(one.about.id))}`;
	const owner = world.users.need(one.ownerId);
	return { id: ids.of('task', one), type: 'task', description: one.description, date: iso(one.dueAt), value: [about], users: one.userIds.map((id) => ids.of('user', world.users.need(id))), memberId: ids.of('user', owner), done: one.done };
}

/** Each tag of the world is one that is set to Yes or No. */
export function tag(state: FlatchrState, one: Tag): Row {
	return { id: state.ids.of('tag', one), tag_id: state.number('tag', one), company_id: state.companyNumber, title: one.name, values: 'Yes; No', multiple: false, visible: true, creatable: true, folder: null, type: 'candidates', position: null, tagCandidateRestriction: [] };
}

/** Tags of vacancies are no hiring data here: there is one, so that they can be told apart. */
export function vacancyTag(state: FlatchrState): Row {
	return { id: opaqueId(`${state.world.seed}/vacancy tag`, 1, 16), tag_id: 59, company_id: state.companyNumber, title: 'Site', values: 'Paris; Lyon', multiple: false, visible: true, creatable: true, folder: null, type: 'vacancies', position: 1, tagCandidateRestriction: [] };
}

export function trait(state: FlatchrState, candidate: Candidate, one: Tag, value = 'Yes'): Row {
	return { id: opaqueId(`${candidate.id}/trait`, one.number, 16), tag_id: state.ids.of('tag', one), value };
}

export function member(state: FlatchrState, user: User): Row {
	return { id: opaqueId(`${state.world.seed}/member`, user.number, 16), role_id: user.number === 1 ? 2 : 3, external_id: null, company_id: state.companyNumber, created_at: iso(user.createdAt), last_login: null, user: userOf(state, user) };
}

/** With the secret that every user comes with. */
export function userOf(state: FlatchrState, user: User): Row {
	return {
		id: state.ids.of('user', user),
		user_id: state.number('user', user),
		firstname: user.firstName,
		lastname: user.lastName,
		email: user.email,
		phone: user.phone,
		use_email: true,
		status: user.active ? 1 : 0,
		language: 'fr_FR',
		created_at: iso(user.createdAt),
		updated_at: iso(user.changedAt),
		token_vyte: `vyte-${opaqueId('vyte', user.number, 24)}`,
		timezone: 'Europe/Paris',
		gmail_last_sync_id: null,
		gmail_last_sync_date: null,
		company: null,
	};
}
