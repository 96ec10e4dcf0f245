import { text as textField, type Json, type Some } from '../../lib/action/field';
import type { Row } from '../../lib/action/operation';
import type { Host } from '../../lib/http/host';
import { NOT_SPECIFIED, toId, toMillis, toText, toUtc, type Candidate, type Message } from '../../lib/ats/model';
import { dateOf, mapped, oneOf, pageAt } from '../../lib/ats/kit';
import { defineProvider } from '../../lib/ats/defineProvider';
import type { AdapterSource, Context, NewCandidate, NewMessage, Operations, ReadOptions } from '../../lib/ats/provider';
import type { FeedEntry } from '../../lib/ats/source';
import { ApiError, FieldError } from '../../lib/errors';
import { isObject } from '../../lib/http/apiDefinition';
import { serialThrottleOf } from '../../lib/http/serialThrottle';
import { connectChatTechnologies, PAGE_SIZE, pathOf, type ChatTechnologiesApi } from './api';
import { decode } from './envelope';
import { flat, record, type Attributes } from '../../lib/http/jsonApi';
import { flatChange } from './records';
import { resumeOf } from './resumes';

const PROVIDER = 'chatTechnologies';
const MESSAGES = '/messages';
const TEMPLATE_EXAMPLE = '{"candidate_id": "{candidateId}", "subject": "{subject}", "body": "{text}"}';

// --------------------------------------------------------------------------------- Chat Technologies -> the model

/** https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API (candidates), in either envelope */
export function toCandidate(row: Row, withRaw = false): Candidate {
	const person = flat(row);
	const id = toId(person.id);
	if (id === null) throw new Error('A candidate without an ID');
	const linkedin = person['linkedin-url'];
	return {
		provider: PROVIDER,
		id,
		name: null,
		firstName: toText(person['first-name']),
		lastName: toText(person['last-name']),
		title: null,
		company: null,
		phones: oneOf(person.phone, (phoneNumber) => ({ type: NOT_SPECIFIED, phoneNumber })),
		emails: oneOf(person.email, (email) => ({ type: NOT_SPECIFIED, email })),
		links: oneOf(linkedin, (link) => link),
		location: null,
		tags: Array.isArray(person.tags) ? person.tags.map(toTag) : null,
		customFields: null,
		applications: null,
		createdAt: toUtc(person['created-at']),
		updatedAt: toUtc(person['updated-at']),
		...(withRaw ? { raw: row } : {}),
	};
}

/** The type of a tag is not documented: a text, a number, or an object with a text. */
function toTag(tag: unknown) {
	return isObject(tag) ? { id: toId(tag.id), text: toText(tag.name) ?? toText(tag.text) } : { id: null, text: toText(typeof tag === 'number' ? String(tag) : tag) };
}

/** No schema of messages is documented: each part is looked for under the names that such services use. */
export function toMessage(row: Row, withRaw = false): Message {
	const message = flat(row);
	const first = (...names: string[]) => names.map((name) => message[name]).find((value) => value !== undefined && value !== null);
	const status = toText(first('status'));
	const [subject, text, html] = [toText(first('subject', 'title')), toText(first('body', 'text', 'message', 'content')), toText(first('html', 'body_html', 'body-html'))];
	return {
		provider: PROVIDER,
		id: toId(message.id),
		createdBy: toId(first('userId', 'user_id', 'user-id', 'author_id', 'author-id')),
		createdAt: toUtc(first('created_at', 'created-at', 'createdAt', 'sent_at', 'sent-at', 'sentAt')),
		auto: null,
		mail: subject === null && text === null && html === null ? null : { subject, text, html, status },
		delivered: status === null ? null : /^(delivered|read)$/i.test(status) ? true : /^(failed|undelivered)$/i.test(status) ? false : null,
		deliveredAt: toUtc(first('delivered_at', 'delivered-at', 'deliveredAt', 'sent_at', 'sent-at', 'sentAt')),
		author: null,
		candidate: null,
		attachments: null,
		...(withRaw ? { raw: row } : {}),
	};
}

/** Of a message or a change; null when it names none. */
function relatedId(row: Row, relation: string): string | null {
	const shown = flat(row);
	const nested = shown[relation];
	return toId(shown[`${relation}Id`] ?? shown[`${relation}_id`] ?? shown[`${relation}-id`] ?? (isObject(nested) ? nested.id : undefined));
}

// ----------------------------------------------------------------------------------------------------------- the feed

/** https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API (changes) */
export function toEntry(row: Row, withRaw = false): FeedEntry {
	const change = flatChange(row);
	const created = change['created-at'] ?? change.created_at;
	const [candidateId, jobId, userId] = ['candidate', 'job', 'user'].map((relation) => relatedId(row, relation));
	return {
		id: toId(change.id),
		at: toMillis(created),
		applicationId: null,
		activity: { id: toId(change.id), code: toText(change.code), createdAt: toUtc(created), data: change.data ?? null, candidateId, jobId, userId, ...(withRaw ? { raw: row } : {}) },
	};
}

function feedSource(api: ChatTechnologiesApi, { raw }: Pick<ReadOptions, 'raw'>): AdapterSource {
	const address = pathOf(api.account.changesPath);
	return {
		kind: 'feed',
		async probe() {
			await api.page(address, null, {}, 1).catch((error: unknown) => {
				if (!(error instanceof ApiError) || error.facts.status !== 404) throw error;
				throw new FieldError(`Chat Technologies has no feed of changes at ${address}`, 'The path is not documented: set Changes Path in the credential as your set-up has it. Reading changes needs the Admin scope.');
			});
		},
		async readPage({ cursor }) {
			const { rows, next, answer } = await pageAt(cursor, async () => await api.page(address, cursor, {}, PAGE_SIZE.default));
			const isEntry = (row: Row) => ['attributes', 'code', 'data'].some((name) => name in row);
			return {
				entries: rows.filter(isEntry).map((row) => toEntry(row, raw)),
				unreadable: rows.filter((row) => !isEntry(row)).map((row) => ({ id: toId(row.id), reason: 'It has neither attributes nor a code' })),
				next,
				date: dateOf(answer),
				tookMs: answer.tookMs,
			};
		},
	};
}

// ---------------------------------------------------------------------------------------------------- the operations

function operationsOf(api: ChatTechnologiesApi): Operations {
	const address = api.account.candidatesPath;
	const read = async (id: string): Promise<Row> => {
		const [row] = await api.get(pathOf(address, id), 'candidate');
		const { attributes } = row ?? {};
		// Not known is not "has none".
		if (attributes !== undefined && attributes !== null && !isObject(attributes)) throw new Error(`Chat Technologies gave a candidate that cannot be read: ${id}`);
		return row ?? {};
	};
	/** Writes may answer with the ID only. */
	const write = async (id: string | undefined, attributes: Attributes): Promise<Candidate> => {
		const row = await api.written(id === undefined ? 'POST' : 'PATCH', pathOf(address, id), record('candidates', id, attributes));
		const known = toId(row?.id) ?? id;
		if (row && Object.keys(flat(row)).some((name) => name !== 'id' && name !== 'type')) return toCandidate(row);
		if (known === undefined) throw new Error('Chat Technologies created the candidate but did not say under which ID.');
		return toCandidate(await read(known));
	};
	/** Written back as they were read, whatever they are, but for the one that comes or goes. */
	const retag = async (id: string, change: (tags: readonly Json[]) => readonly Json[]): Promise<void> => {
		// By one at a time: of two at once the second would write back what the first has changed.
		await serialThrottleOf(`tags ${api.memoryName} ${id}`, 0).run(async () => {
			const { tags } = flat(await read(id));
			if (!Array.isArray(tags)) throw new FieldError(`The tags of the candidate ${id} cannot be read`, 'Chat Technologies shows none, and writing them would erase what is there. Use Candidate, Update of the Chat Technologies node to set all of them.');
			const changed = change(tags as Json[]);
			if (changed.length !== tags.length) await api.written('PATCH', pathOf(address, id), record('candidates', id, { tags: [...changed] }));
		});
	};
	const isNamed = (tag: Json, name: string) => toTag(tag).text?.trim().toLowerCase() === name.trim().toLowerCase();

	// No filter is documented: the node looks through all.
	const candidates: NonNullable<Operations['candidates']> = ({ raw }) => mapped(api.list(pathOf(address)), (row) => toCandidate(row, raw));

	return {
		send: async (request) => await api.send(request),
		candidates,
		candidate: async (id, raw) => toCandidate(await read(id), raw),
		createCandidate: async (input) => await write(undefined, attributesOf(input)),
		updateCandidate: async (id, changes) => await write(id, attributesOf(changes)),
		addTag: async (id, name) => await retag(id, (tags) => (tags.some((one) => isNamed(one, name)) ? tags : [...tags, name])),
		removeTag: async (id, name) => await retag(id, (tags) => tags.filter((one) => !isNamed(one, name))),
		async *messages(candidateId) {
			for await (const rows of api.list(MESSAGES)) {
				if (rows.some((row) => relatedId(row, 'candidate') === null)) {
					throw new FieldError('The messages of your set-up do not say which candidate they are about', 'Use Message, Get Many of the Chat Technologies node and pick them there.');
				}
				yield rows.filter((row) => relatedId(row, 'candidate') === candidateId).map((row) => toMessage(row));
			}
		},
		sendMessage: async (message) => {
			const sent = await api.written('POST', MESSAGES, filled(api.account.messageTemplate, message));
			return toMessage({ subject: message.subject, text: message.text, ...sent });
		},
		async *attachments(candidateId) {
			const row = await read(candidateId);
			for (const version of ['original-resume', 'resume'] as const) {
				const file = await resumeOf(api, row, version, async () => await read(candidateId));
				if (!file) continue;
				yield { attachment: { id: null, type: 'RESUME', name: file.name, link: null, createdAt: null }, data: file.data, mimeType: file.mimeType };
				return;
			}
		},
	};
}

function attributesOf({ firstName, lastName, email, phone }: Partial<NewCandidate>): Attributes {
	const attributes = { 'first-name': firstName, 'last-name': lastName, email, phone };
	return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

/** The template with the message's parts in place of `{candidateId}`, `{subject}` and `{text}`. */
export function filled(template: string, { candidateId, subject = '', text }: NewMessage): Record<string, unknown> {
	const hint = `The fields of a message are not documented: fill in Message Template in the credential or in the options of the node, for example ${TEMPLATE_EXAMPLE}.`;
	const parts: Record<string, string> = { candidateId, subject, text };
	const fill = (value: unknown): unknown => {
		if (typeof value === 'string') return value.replace(/\{(candidateId|subject|text)\}/g, (_whole, part: string) => parts[part] ?? '');
		if (Array.isArray(value)) return value.map(fill);
		return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fill(inner)])) : value;
	};
	if (template === '') throw new FieldError('It is not known what a message looks like in your set-up', hint);
	const read = parsedObject(template);
	if (!read || !template.includes('{text}')) throw new FieldError('"Message Template" is not a JSON object with {text} in it', hint);
	return Object.fromEntries(Object.entries(read).map(([name, value]) => [name, fill(value)]));
}

function parsedObject(text: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

// ------------------------------------------------------------------------------------------------------ the provider

/** Of one workflow, instead of what the credential says. */
const settings = [
	textField('candidatesPath', { displayName: 'Candidates Path', placeholder: '/candidates', description: "Where your set-up has the candidates, instead of the credential's path" }),
	textField('changesPath', { displayName: 'Changes Path', placeholder: '/changes', description: "Where your set-up has the changes, instead of the credential's path" }),
	textField('messageTemplate', { displayName: 'Message Template', rows: 3, placeholder: TEMPLATE_EXAMPLE, description: "What a message looks like in your set-up, as JSON with {candidateId}, {subject} and {text} in it, instead of the credential's" }),
] as const;

const BY_CANDIDATE = "Takes the candidate's ID, since this provider has no applications";
const PATHS = 'The path is not documented: check Candidates Path in the credential';

export const provider = defineProvider({
	name: PROVIDER,
	label: 'Chat Technologies',
	credentials: [{ type: 'chatTechnologiesApi', label: 'API Key' }],
	serviceNode: 'Chat Technologies',
	settings,
	api: { documentationUrl: 'https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API', placeholder: '/candidates' },
	capabilities: {
		models: {},
		operations: {
			'application.downloadAttachments': `${BY_CANDIDATE}; gives the resume`,
			'candidate.getMany': PATHS,
			'candidate.get': PATHS,
			'candidate.findOrCreate': `Reads all candidates to find one. ${PATHS}`,
			'candidate.update': PATHS,
			'candidate.addTag': `Reads the tags and writes them all back. ${PATHS}`,
			'candidate.removeTag': `Reads the tags and writes them all back. ${PATHS}`,
			'message.getMany': `${BY_CANDIDATE}; reads all messages to find them`,
			'message.send': 'Needs Message Template in the credential or the options, since the fields of a message are not documented',
		},
		events: { 'activity.recorded': 'Entries of the Changes feed as they are; edits and deletions of entries are not emitted' },
		freshness: 'As fresh as the Changes feed of your set-up, about which nothing is documented',
	},
	account: async (host, context) => {
		const { account } = await connected(host, context);
		return [account.baseUrl + pathOf(account.changesPath), account.consumerId, account.serviceId];
	},
	changes: async (host, selection, context) => feedSource(await connected(host, context), selection),
	operations: async (host, context) => operationsOf(await connected(host, context)),
	normalize: (given) => {
		// Also a whole answer: one record in its envelope.
		const [row, ...others] = isObject(given) && isObject(given.data) ? decode(given).rows : decode([given]).rows;
		if (!row || others.length > 0 || toId(row.id) === null) return null;
		if (row.type === 'candidates') return { kind: 'candidate', value: toCandidate(row) };
		if (row.type === 'messages') return { kind: 'message', value: toMessage(row) };
		return null;
	},
});

async function connected(host: Host, { deadline, signal, limits, onAnswer, settings: given }: Context<Some<typeof settings>>): Promise<ChatTechnologiesApi> {
	return await connectChatTechnologies(host, { deadline, signal, limits, onAnswer, settings: given });
}
