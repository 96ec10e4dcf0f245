import type { Row } from '../../lib/action/operation';
import { FieldError } from '../../lib/errors';
import { isObject } from '../../lib/http/apiDefinition';

/** Webhooks of Kombo, of which nothing is left out. https://docs.kombo.dev/webhooks */
export interface KomboEvent extends Row {
	type: string;
}

export const EVENT_TYPES = [
	{ name: 'AI Apply Application Status Updated', value: 'ai-apply-application-status-updated' },
	{ name: 'AI Apply Job Posting Status Updated', value: 'ai-apply-job-posting-status-updated' },
	{ name: 'Assessment Order Received', value: 'assessment:order-received' },
	{ name: 'Connection Flow Failed', value: 'connection-flow-failed', description: 'A customer could not connect an ATS' },
	{ name: 'Data Changed', value: 'data-changed', description: 'Records of an integration changed; the event names the models, not the records' },
	{ name: 'Inline Assessment Order Received', value: 'inline-assessment:order-received' },
	{ name: 'Integration Created', value: 'integration-created' },
	{ name: 'Integration Deleted', value: 'integration-deleted' },
	{ name: 'Integration State Changed', value: 'integration-state-changed', description: 'It became active, invalid or inactive, or its set-up went on' },
	{ name: 'Issue Status Changed', value: 'issue-status-changed', description: 'A problem with an integration was raised or resolved (new at Kombo)' },
	{ name: 'Remote Event Received', value: 'remote-event-received', description: 'Old; Data Changed has taken its place' },
	{ name: 'Sync Finished', value: 'sync-finished', description: 'Old pattern; Data Changed comes only if something changed' },
] as const;

const KNOWN_TYPES = new Set<string>(EVENT_TYPES.map(({ value }) => value));

/** Stands for every type (or model) that is not in our list: Kombo adds some from time to time. */
export const ANY_OTHER = 'other';

export function parseEvent(body: unknown): KomboEvent {
	const row = partsOf(body);
	const { type, data = {} } = row;
	if (typeof type !== 'string') throw new FieldError('The body is not an event of Kombo.', 'It needs a type.');
	return { ...row, type, data };
}

export function isWantedType(type: string, chosen: readonly string[]): boolean {
	return chosen.includes(KNOWN_TYPES.has(type) ? type : ANY_OTHER);
}

/** The integration that an event is about: it stands in three places. */
export function integrationOf({ type, data: about }: KomboEvent): string | undefined {
	const data = partsOf(about);
	const id = type === 'integration-created' || type === 'integration-deleted' ? data.id : isObject(data.integration) ? data.integration.id : data.integration_id;
	return typeof id === 'string' && id !== '' ? id : undefined;
}

/** What `data-changed` may name; an open set. https://docs.kombo.dev/api-reference/data-changed */
export const CHANGED_MODELS = [
	{ name: 'Application Stages', value: 'ats_application_stages' },
	{ name: 'Applications', value: 'ats_applications' },
	{ name: 'Candidates', value: 'ats_candidates' },
	{ name: 'Interviewers of Interviews', value: 'ats_join_interviews_users' },
	{ name: 'Interviews', value: 'ats_interviews' },
	{ name: 'Job Postings', value: 'ats_job_postings' },
	{ name: 'Job Roles of Users', value: 'ats_join_user_job_role_assignments' },
	{ name: 'Jobs', value: 'ats_jobs' },
	{ name: 'Notes', value: 'ats_notes' },
	{ name: 'Offers', value: 'ats_offers' },
	{ name: 'Rejection Reasons', value: 'ats_rejection_reasons' },
	{ name: 'Roles', value: 'ats_roles' },
	{ name: 'Roles of Users', value: 'ats_join_users_roles' },
	{ name: 'Scorecards', value: 'ats_scorecards' },
	{ name: 'Screening Questions', value: 'ats_screening_questions' },
	{ name: 'Screening Questions of Jobs', value: 'ats_join_jobs_screening_questions' },
	{ name: 'Stages of Jobs', value: 'ats_join_jobs_application_stages' },
	{ name: 'Tags', value: 'ats_tags' },
	{ name: 'Tags of Candidates', value: 'ats_join_candidates_tags' },
	{ name: 'Team of Jobs', value: 'ats_join_jobs_users' },
	{ name: 'Users', value: 'ats_users' },
] as const;

const KNOWN_MODELS = new Set<string>(CHANGED_MODELS.map(({ value }) => value));

export function changedModels({ data }: KomboEvent): string[] {
	const { changed_models: models } = partsOf(data);
	const list = Array.isArray(models) ? models : [];
	return list.flatMap((model) => (isObject(model) && typeof model.name === 'string' ? [model.name] : []));
}

/** Without a choice every change is wanted; other events than data-changed name no models and always are. */
export function concernsModels(event: KomboEvent, chosen: readonly string[]): boolean {
	if (event.type !== 'data-changed' || chosen.length === 0) return true;
	return changedModels(event).some((model) => chosen.includes(KNOWN_MODELS.has(model) ? model : ANY_OTHER));
}

function partsOf(value: unknown): Row {
	return isObject(value) ? (value as Row) : {};
}
