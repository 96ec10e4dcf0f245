import type { INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import type { Row } from '../../lib/action/operation';
import { clock } from '../../lib/clock';
import { nextFrom, pages } from '../../lib/http/pages';
import { isObject, type Answer } from '../../lib/http/apiDefinition';
import { onceAnswered } from '../../lib/webhook/receive';
import { PAGE_SIZE, rowsOf, connectKombo, type KomboApi } from './api';
import { changedModels, integrationOf, type KomboEvent } from './events';

/** Which lists show a changed model, in the order in which they are read. https://docs.kombo.dev/ats/guides/data-changed-migration */
const SHOWN_BY: Record<string, readonly string[]> = {
	applications: ['ats_applications', 'ats_application_stages', 'ats_candidates', 'ats_interviews', 'ats_jobs', 'ats_join_candidates_tags', 'ats_offers', 'ats_tags'],
	candidates: ['ats_candidates', 'ats_application_stages', 'ats_applications', 'ats_jobs', 'ats_join_candidates_tags', 'ats_join_jobs_application_stages', 'ats_tags'],
	interviews: ['ats_interviews', 'ats_applications', 'ats_candidates', 'ats_jobs', 'ats_join_interviews_users', 'ats_users'],
	jobs: ['ats_jobs', 'ats_application_stages', 'ats_job_postings', 'ats_join_jobs_application_stages', 'ats_join_jobs_screening_questions', 'ats_join_jobs_users', 'ats_screening_questions', 'ats_users'],
	offers: ['ats_offers', 'ats_applications', 'ats_candidates', 'ats_jobs'],
	'rejection-reasons': ['ats_rejection_reasons'],
	roles: ['ats_roles'],
	tags: ['ats_tags'],
	users: ['ats_users', 'ats_join_users_roles'],
	notes: ['ats_notes'],
	scorecards: ['ats_scorecards'],
};

export const RECORD_LISTS = [
	{ name: 'Applications', value: 'applications' },
	{ name: 'Candidates', value: 'candidates' },
	{ name: 'Interviews', value: 'interviews' },
	{ name: 'Jobs', value: 'jobs' },
	{ name: 'Notes', value: 'notes' },
	{ name: 'Offers', value: 'offers' },
	{ name: 'Rejection Reasons', value: 'rejection-reasons' },
	{ name: 'Roles', value: 'roles' },
	{ name: 'Scorecards', value: 'scorecards' },
	{ name: 'Tags', value: 'tags' },
	{ name: 'Users', value: 'users' },
] as const;

/** The lists to read after an event; `chosen` narrows them, empty means all that show the changed models. */
export function listsFor(models: readonly string[], chosen: readonly string[]): string[] {
	return Object.entries(SHOWN_BY).flatMap(([list, shown]) => (models.some((model) => shown.includes(model)) && (chosen.length === 0 || chosen.includes(list)) ? [list] : []));
}

/** Where the next read of a list begins: Kombo's time of the last one. In this process only, by trigger, integration and list. */
const marks = new Map<string, number>();
const CAPACITY = 10_000;

/** HTTP dates count whole seconds. */
const DATE_STEP_MS = 1_000;

export interface FetchOptions {
	/** Lists to read; empty = all that show the changed models. */
	lists: readonly string[];
	/** How far before the event the first read begins. */
	lookBackMinutes: number;
}

/**
 * One item per record that changed since the last read of its list: `{ id, type, data, list, record }`. Without any, the
 * event alone with `list` and `record` null. The mark moves on only once n8n has taken the event.
 */
export async function withChangedRecords(context: IWebhookFunctions, event: KomboEvent, { lists, lookBackMinutes }: FetchOptions): Promise<INodeExecutionData[]> {
	const integrationId = integrationOf(event);
	const kombo = await connectKombo(context, integrationId === undefined ? {} : { integrationId });
	const owner = `${context.getWorkflow().id} ${context.getNode().id} ${context.getMode()} ${kombo.account} ${kombo.integrationId ?? ''}`;
	const items: INodeExecutionData[] = [];
	const readAt = new Map<string, number>();
	for (const list of listsFor(changedModels(event), lists)) {
		const key = `${owner} ${list}`;
		const since = marks.get(key) ?? clock.now() - lookBackMinutes * 60_000;
		for await (const rows of changedSince(kombo, list, since, (time) => readAt.set(key, time))) {
			items.push(...rows.map((record) => ({ json: { ...event, list, record } })));
		}
	}
	onceAnswered(context, (taken) => {
		if (taken) remember(readAt);
	});
	return items.length > 0 ? items : [{ json: { ...event, list: null, record: null } }];
}

function changedSince(kombo: KomboApi, list: string, since: number, started: (time: number) => void): AsyncGenerator<readonly Row[]> {
	const filters = { updated_after: new Date(since).toISOString(), include_deleted: true, page_size: PAGE_SIZE };
	return pages(async (cursor) => {
		const answer = await kombo.answer(`/ats/${list}`, { ...filters, cursor });
		if (cursor === undefined) started(timeOf(answer));
		const data = isObject(answer.body) ? answer.body.data : undefined;
		return { rows: rowsOf(data, 'results'), next: nextFrom.body('next')(data) };
	});
}

/** Kombo's clock when it answered, early rather than late; ours where it gives none. */
function timeOf({ headers, sentAt, tookMs }: Answer): number {
	const date = Date.parse(headers.date ?? '');
	return Number.isNaN(date) ? sentAt - DATE_STEP_MS : date - tookMs - DATE_STEP_MS;
}

function remember(readAt: ReadonlyMap<string, number>): void {
	for (const [key, time] of readAt) {
		marks.delete(key);
		marks.set(key, time);
	}
	for (const oldest of marks.keys()) {
		if (marks.size <= CAPACITY) break;
		marks.delete(oldest);
	}
}
