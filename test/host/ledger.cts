/**
 * What triggers emitted, held against the sandbox's world. What Kombo shows of a record is written down here once more,
 * on purpose: the nodes' own mapping is part of what is judged.
 */
import type { Sandbox } from '../../sandbox/index.cts';

/** An application in the fields that are compared: path -> value as text. */
type Fields = Map<string, string>;

/** Of an item, as it lies in an execution row. */
export interface EmittedEvent {
	event: string;
	eventId: string;
	applicationId: string;
	previousKnown?: boolean;
	changes: Array<{ path: string; to?: unknown }>;
	application: unknown;
}

export function isEmittedEvent(item: unknown): item is EmittedEvent {
	return typeof item === 'object' && item !== null && 'eventId' in item && 'changes' in item;
}

export interface Balance {
	emitted: number;
	lost: number;
	duplicated: number;
	/** The first few, in words. */
	complaints: string[];
}

const STATUS = { PENDING: 'ACTIVE', HIRED: 'HIRED', DECLINED: 'REJECTED' } as const;
const OFFER = { DRAFT: 'IN_PROGRESS', APPROVED: 'IN_PROGRESS', SENT: 'IN_PROGRESS', ACCEPTED: 'SIGNED', DECLINED: 'DENIED', ABANDONED: 'DEPRECATED' } as const;
const DELETED = 'deleted';

/** Watches the world from the moment it is opened; workflows know what is true then. */
export class Ledger {
	/** Applications that changed in a compared field, each time. */
	changes = 0;
	private readonly opening = new Map<string, Fields>();
	private readonly now = new Map<string, Fields>();

	constructor(private readonly world: Sandbox['world']) {
		for (const { id } of world.applications.rows) this.opening.set(id, this.fieldsOf(id));
		for (const [id, fields] of this.opening) this.now.set(id, fields);
		world.onChange(({ record }) => {
			const touched = 'applicationId' in record && typeof record.applicationId === 'string'
				? [record.applicationId]
				: [record.id, ...world.applications.by('candidateId', record.id).map(({ id }) => id)];
			for (const id of touched) if (world.applications.get(id)) this.write(id);
		});
	}

	private write(id: string): void {
		const fields = this.fieldsOf(id);
		const before = this.now.get(id);
		this.now.set(id, fields);
		if (!before || text(before) !== text(fields)) this.changes++;
	}

	private fieldsOf(id: string): Fields {
		const { world } = this;
		const application = world.applications.need(id);
		const candidate = world.candidates.need(application.candidateId);
		const { rejection } = application;
		const fields: Fields = new Map();
		fields.set(DELETED, String(application.deletedAt !== null));
		fields.set('info.status', STATUS[application.status]);
		fields.set('info.jobId', application.jobId);
		fields.set('info.candidate', `${candidate.firstName} ${candidate.lastName} ${candidate.phones.map(({ number }) => number).join(' ')}`);
		fields.set('currentStage', application.stageId);
		fields.set('rejection', rejection ? `${world.rejectionReasons.get(rejection.reasonId)?.name ?? null} ${new Date(rejection.at).toISOString()}` : 'null');
		for (const interview of world.interviews.by('applicationId', id)) {
			if (interview.deletedAt !== null) continue;
			const path = `interviews[${interview.id}]`;
			fields.set(`${path}.status`, interview.status === 'CANCELLED' ? 'CANCELLED' : 'SCHEDULED');
			fields.set(`${path}.scheduledStart`, new Date(interview.startsAt).toISOString());
			fields.set(`${path}.scheduledEnd`, new Date(interview.endsAt).toISOString());
		}
		for (const offer of world.offers.by('applicationId', id)) if (offer.deletedAt === null) fields.set(`offers[${offer.id}].status`, OFFER[offer.status]);
		return fields;
	}

	/** Holds all that was emitted to one workflow, in the order of its execution rows, against what is true now. */
	balance(events: readonly EmittedEvent[]): Balance {
		const known = new Map([...this.opening].map(([id, fields]) => [id, new Map(fields)]));
		const ids = new Set<string>();
		const complaints: string[] = [];
		const balance: Balance = { emitted: events.length, lost: 0, duplicated: 0, complaints };
		const complain = (kind: 'lost' | 'duplicated', sentence: string) => {
			balance[kind]++;
			if (complaints.length < 20) complaints.push(`${kind}: ${sentence}`);
		};
		let whole = new Map<string, string>();
		for (const event of events) {
			const { applicationId: id, eventId } = event;
			if (ids.has(eventId)) {
				complain('duplicated', `${event.event} of ${id}, event ${eventId}, twice`);
				continue;
			}
			ids.add(eventId);
			const before = known.get(id);
			// What an application brings as it is created is emitted once more, in events of their own.
			const after = emittedFields(event);
			if (event.event === 'application.created' || event.previousKnown === false) {
				if (before) complain('duplicated', `${event.event} of ${id}, which was known`);
				known.set(id, after);
				whole = new Map([[id, text(after)]]);
				continue;
			}
			const fresh = whole.get(id) === text(after);
			const next = new Map(before);
			for (const { path } of event.changes) assign(next, path, after);
			if (event.event === 'application.deleted') next.set(DELETED, 'true');
			if (!fresh && before && text(before) === text(next)) complain('duplicated', `${event.event} of ${id}: ${event.changes.map(({ path }) => path).join(', ')} was told before`);
			known.set(id, next);
		}
		for (const [id, fields] of this.now) {
			const told = known.get(id);
			const deleted = fields.get(DELETED) === 'true';
			if (!told) {
				// Come and gone between two polls: nobody could see it.
				if (!deleted) complain('lost', `application ${id} was never told`);
				continue;
			}
			for (const path of deleted ? [DELETED] : new Set([...fields.keys(), ...told.keys()])) {
				if (fields.get(path) !== told.get(path)) complain('lost', `${path} of ${id} is ${fields.get(path)}, last told ${told.get(path)}`);
			}
		}
		return balance;
	}
}

const text = (fields: Fields): string => JSON.stringify([...fields].sort(([a], [b]) => (a < b ? -1 : 1)));

/** An emitted path stands for the value that the item's application has there, and for all below it. */
function assign(fields: Fields, path: string, told: Fields): void {
	const root = path === 'info' ? 'info.candidate' : path;
	const isThere = (key: string) => key === root || key.startsWith(`${root}.`);
	for (const key of [...fields.keys()]) if (isThere(key)) fields.delete(key);
	for (const [key, value] of told) if (isThere(key)) fields.set(key, value);
}

/** The application that an item carries, in the same words as the world's. */
function emittedFields({ application }: EmittedEvent): Fields {
	const fields: Fields = new Map();
	fields.set(DELETED, 'false');
	const info = part(application, 'info');
	const candidate = part(info, 'candidate');
	fields.set('info.status', String(part(info, 'status')));
	fields.set('info.jobId', String(part(info, 'jobId')));
	fields.set('info.candidate', `${part(candidate, 'firstName')} ${part(candidate, 'lastName')} ${listOf(part(candidate, 'phones')).map((phone) => part(phone, 'phoneNumber')).join(' ')}`);
	fields.set('currentStage', String(part(part(application, 'currentStage'), 'id')));
	const rejection = part(application, 'rejection');
	fields.set('rejection', rejection ? `${part(rejection, 'text')} ${part(rejection, 'rejectedAt')}` : 'null');
	for (const one of listOf(part(application, 'interviews'))) {
		for (const name of ['status', 'scheduledStart', 'scheduledEnd']) fields.set(`interviews[${part(one, 'id')}].${name}`, String(part(one, name)));
	}
	for (const one of listOf(part(application, 'offers'))) fields.set(`offers[${part(one, 'id')}].status`, String(part(one, 'status')));
	return fields;
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function part(value: unknown, name: string): unknown {
	return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
