import { createHash } from 'crypto';

import type { Row } from '../../lib/action/operation';
import { FieldError } from '../../lib/errors';
import { isObject } from '../../lib/http/apiDefinition';
import type { FlatchrApi } from './api';
import { applicationsOf } from './newCandidate';
import { tidy } from './tidy';

export const ANY = '*';

/** The four that are known by name; there are more, which nobody has published. https://developers.flatchr.io/en/webhooks */
export const EVENTS = [
	{ name: 'Any Event', value: ANY, description: 'Also those whose names Flatchr has not published' },
	{ name: 'Candidate Moved', value: 'drag_applicant', description: 'Into the column that was chosen for the webhook' },
	{ name: 'New Candidate', value: 'new_applicant' },
	{ name: 'New Message', value: 'new_message' },
	{ name: 'New Vacancy', value: 'new_vacancy' },
] as const;

export interface FlatchrEvent {
	event: string;
	/** As it came: whether an ID is text or a number tells which of the two kinds it is. */
	body: Record<string, unknown>;
}

export function parseEvent(body: unknown): FlatchrEvent {
	if (!isObject(body) || typeof body.event !== 'string' || body.event === '') throw new FieldError('This is no event of Flatchr: it has no "event"', 'Flatchr sends {"event": ..., "company_id": ..., "data": {...}}.');
	return { event: body.event, body };
}

/**
 * Flatchr numbers no event. The creation of a candidate or a vacancy happens once; a move can be told from another by the
 * time of its change. Anything else may rightly come twice with the same words.
 */
export function eventId({ event, body }: FlatchrEvent): string | undefined {
	const data = isObject(body.data) ? body.data : {};
	const created = event === 'new_applicant' ? data.applicant_id : event === 'new_vacancy' ? data.vacancy_id : undefined;
	// Numbers and IDs are each company's own.
	if (typeof created === 'string' || typeof created === 'number') return [event, body.company_id, created].filter((part) => part !== undefined).join(' ');
	const moved = event === 'drag_applicant' && isObject(data.applicant) && data.applicant.updated_at;
	return moved ? `${event} ${createHash('sha256').update(JSON.stringify(body)).digest('hex')}` : undefined;
}

export interface EventIds {
	applicant: string | null;
	vacancy: string | null;
	column: string | null;
}

/** The IDs that other operations take, as far as the event itself has them. */
export function idsOf({ body }: FlatchrEvent): EventIds {
	const data = isObject(body.data) ? body.data : {};
	const column = isObject(data.column) ? data.column.id : data.column;
	return {
		applicant: encoded(isObject(data.applicant) ? data.applicant.id : undefined),
		vacancy: encoded(data.vacancy_id),
		column: typeof column === 'number' ? String(column) : null,
	};
}

/** Moves and messages carry the applicant's number; who it is shows a search for the person in the vacancy. */
export async function withApplicant(flatchr: FlatchrApi, { body }: FlatchrEvent, ids: EventIds): Promise<EventIds> {
	const candidate = isObject(body.data) && isObject(body.data.candidate) ? body.data.candidate : {};
	const { email } = candidate;
	if (ids.applicant !== null || ids.vacancy === null || typeof email !== 'string' || email === '') return ids;
	const rows = await applicationsOf(flatchr, email, { vacancy: ids.vacancy });
	const active = rows.filter((row) => row.status !== 0);
	const [only, ...others] = active.length > 0 ? active : rows;
	return { ...ids, applicant: others.length === 0 && typeof only?.applicant === 'string' ? only.applicant : null };
}

export function itemOf({ body }: FlatchrEvent, ids: EventIds): Row {
	const item = tidy(body);
	const data = isObject(item.data) && typeof item.data.column === 'number' ? { ...item.data, column: String(item.data.column) } : item.data;
	return { ...item, ...(data === undefined ? {} : { data }), ids: { ...ids } };
}

/** Flatchr's IDs for paths are text; the numbers beside them are of no use there. */
function encoded(id: unknown): string | null {
	return typeof id === 'string' && id !== '' ? id : null;
}
