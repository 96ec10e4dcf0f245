import { choice, choices, collection, jsonObject, list, number, text, toggle, when, type Values } from '../../../lib/action/field';
import type { Resource, Row } from '../../../lib/action/operation';
import { MODELS } from '../../../lib/ats/model';
import { FieldError } from '../../../lib/errors';
import { typedPath } from '../../../lib/http/path';
import type { KnitApi } from '../api';
import { dataTypeFields, dataTypeOf } from '../fields';
import { doneModel, startedSyncModel, subscriptionModel } from '../models';
import { operation } from '../operation';

const every = 'Empty: all that are subscribed';

/** Models that a run brings along. https://developers.getknit.dev/reference/application-data-models */
const modelFields = [
	when(choices('applicationModels', { displayName: 'Models', description: every, options: MODELS.map(({ id, label }) => ({ name: label, value: id })) }), { dataType: ['ats_applications'] }),
	// https://developers.getknit.dev/reference/job-data-models
	when(
		choices('jobModels', {
			displayName: 'Models',
			description: every,
			options: [
				{ name: 'Compensation', value: 'job_compensation' },
				{ name: 'Departments', value: 'job_departments' },
				{ name: 'Hiring Managers', value: 'job_hiringManagers' },
				{ name: 'Info', value: 'job_info' },
				{ name: 'Info (Enhanced)', value: 'job_info_enhanced' },
				{ name: 'Offices', value: 'job_offices' },
				{ name: 'Posts', value: 'job_posts' },
				{ name: 'Questions', value: 'job_questions' },
				{ name: 'Raw Values', value: 'job_rawValues' },
				{ name: 'Recruiters', value: 'job_recruiters' },
				{ name: 'Requirements', value: 'job_requirements' },
				{ name: 'Stages', value: 'job_stages' },
			],
		}),
		{ dataType: ['ats_jobs'] },
	),
	when(
		choices('candidateModels', {
			displayName: 'Models',
			description: every,
			options: [
				{ name: 'Attachments', value: 'candidate_attachments' },
				{ name: 'Education', value: 'candidate_education' },
				{ name: 'Experiences', value: 'candidate_experiences' },
				{ name: 'Info', value: 'candidate_info' },
				{ name: 'Locations', value: 'candidate_locations' },
				{ name: 'Skills', value: 'candidate_skills' },
			],
		}),
		{ dataType: ['ats_candidates'] },
	),
	when(list('otherModels', { displayName: 'Model IDs', placeholder: 'invoice_info', description: `Comma-separated, or a list. ${every}.` }), { dataType: ['accounting_invoices', 'employee', 'other'] }),
] as const;

function modelsOf({ applicationModels, jobModels, candidateModels, otherModels }: Values<typeof modelFields>): string[] | undefined {
	const models = [...(applicationModels ?? []), ...(jobModels ?? []), ...(candidateModels ?? []), ...(otherModels ?? [])];
	return models.length === 0 ? undefined : models;
}

const REAL_TIME_EVENTS = [
	{ name: 'Application Deleted', value: 'ats_applications_deleted' },
	{ name: 'Application Modified', value: 'ats_applications_modified' },
	{ name: 'Application New', value: 'ats_applications_new' },
	{ name: 'Job Deleted', value: 'ats_jobs_deleted' },
	{ name: 'Job Modified', value: 'ats_jobs_modified' },
	{ name: 'Job New', value: 'ats_jobs_new' },
] as const;

export const sync: Resource<KnitApi> = {
	name: 'Sync',
	value: 'sync',
	description: "Knit's own reading of the connected ATS; what it finds comes to the Knit Trigger",
	operations: [
		operation({
			name: 'Set Watched Fields',
			value: 'setWatchedFields',
			action: 'Set the watched fields of a sync',
			description: 'Only send modified records when one of these fields changed; otherwise any change counts. Knit does not tell how to read or clear the setting.',
			access: 'write',
			fields: [...dataTypeFields, list('jsonPaths', { displayName: 'Fields (JSONPath)', placeholder: '$.currentStage, $.info.status', description: 'Places in the record as the trigger puts it out, comma-separated or a list' })],
			output: doneModel,
			// https://developers.getknit.dev/docs/sync-watch-fields
			run: async (knit, p) => {
				const strange = p.jsonPaths.find((path) => !path.startsWith('$'));
				if (strange !== undefined) throw new FieldError(`"${strange}" in "Fields (JSONPath)" is not a JSONPath`, 'Each begins with $, for example $.currentStage.');
				if (p.jsonPaths.length === 0) throw new FieldError('"Fields (JSONPath)" is empty', 'Name at least one field, for example $.currentStage.');
				return { success: true, ...(await knit.post('/sync.watchFields.update', { dataType: dataTypeOf(p), jsonPaths: p.jsonPaths }, true)) };
			},
		}),
		operation({
			name: 'Start',
			value: 'start',
			action: 'Start a sync',
			description: 'Run a sync now. What it finds comes to the Knit Trigger, each event with the run ID given here. An initial sync sends every active record again as new.',
			access: 'write',
			fields: [
				...dataTypeFields,
				choice('syncType', {
					displayName: 'Type',
					description: 'How much to read from the ATS',
					default: 'delta_sync',
					options: [
						{ name: 'Delta', value: 'delta_sync', description: 'What changed since the last run' },
						{ name: 'Initial', value: 'initial_sync', description: 'Every active record, as new' },
					],
				}),
				...modelFields,
				collection('schedule', {
					displayName: 'Schedule',
					addLabel: 'Add Setting',
					fields: [
						toggle('honorScheduler', { displayName: 'Keep the Schedule', default: true, description: 'Whether the next regular run stays where it is; otherwise it is counted from the end of this run' }),
						toggle('includeInactiveRecords', { displayName: 'Include Inactive Records', default: true, description: 'Whether to send records that are no longer active too' }),
						number('startHour', { displayName: 'Next Run: Hour', min: 0, max: 23, integer: true, description: 'UTC hour of the next regular run' }),
						number('startMinute', { displayName: 'Next Run: Minute', min: 0, max: 59, integer: true, description: 'UTC minute of the next regular run' }),
					],
				}),
			],
			output: startedSyncModel,
			// https://developers.getknit.dev/reference/start-a-sync
			run: async (knit, p) => await knit.make('/sync.start', compact({ dataType: dataTypeOf(p), syncType: p.syncType, models: modelsOf(p), ...p.schedule })),
		}),
		operation({
			name: 'Start Custom',
			value: 'startCustom',
			action: 'Start a custom sync',
			description: "Have Knit watch a list of the connected ATS's own API and send new and changed records, as the ATS writes them, to an address of yours",
			access: 'write',
			fields: [
				choice('method', { displayName: 'Method', description: 'How the address is called', default: 'GET', noDataExpression: true, options: (['DELETE', 'GET', 'PATCH', 'POST', 'PUT'] as const).map((value) => ({ name: value, value })) }),
				text('path', { displayName: 'Path', required: true, placeholder: '/candidates', description: "What follows the base URL of the ATS's own API" }),
				text('webhookURL', { displayName: 'Webhook URL', required: true, placeholder: 'https://n8n.example.com/webhook/...', description: 'Where to send the records: the production URL of a Knit Trigger' }),
				text('recordIdentifier', { displayName: 'Record ID (JSONPath)', required: true, default: '$.id', description: "Place of the record's ID" }),
				text('listIdentifier', { displayName: 'List (JSONPath)', placeholder: '$.items', description: 'Place of the list of records in the answer' }),
				collection('more', {
					displayName: 'Additional Fields',
					fields: [
						text('baseUrl', { displayName: 'Base URL', noDataExpression: true, placeholder: 'https://harvest.greenhouse.io/v1', description: "Instead of the ATS's usual one" }),
						jsonObject('body', { displayName: 'Body (JSON)', placeholder: '{"status": "active"}' }),
						jsonObject('headers', { displayName: 'Headers (JSON)', placeholder: '{"X-Version": "2"}' }),
						text('idempotencyId', { displayName: 'Idempotency ID', placeholder: 'sync_1', description: 'A second start with the same ID makes no second sync' }),
					],
				}),
			],
			output: doneModel,
			// https://developers.getknit.dev/docs/custom-sync-any-api
			run: async (knit, { method, path, webhookURL, recordIdentifier, listIdentifier, more: { idempotencyId, body, ...more } }) => ({
				success: true,
				...(await knit.post(
					'/sync.custom.start',
					compact({ apiDetails: compact({ method, path: typedPath(path), ...more, body: body && JSON.stringify(body) }), webhookURL: httpsOnly(webhookURL), idempotencyId, recordIdentifier, listIdentifier }),
					idempotencyId !== undefined,
				)),
			}),
		}),
		operation({
			name: 'Subscribe to Real-Time Events',
			value: 'subscribe',
			action: 'Subscribe to real-time events',
			description: "Have Knit relay the ATS's own webhooks (Ashby, Greenhouse, Lever, Teamtailor, Workable, Zoho Recruit). Some ATSs want the address given here entered in their settings.",
			access: 'write',
			fields: [choices('events', { displayName: 'Events', options: REAL_TIME_EVENTS, description: 'Only those not subscribed yet: a second subscription sends them twice. Lever has none for jobs, Ashby none for deletions.' })],
			output: subscriptionModel,
			// https://developers.getknit.dev/docs/real-time-events-overview
			run: async (knit, { events }) => {
				if (events.length === 0) throw new FieldError('"Events" is empty', 'Choose at least one event.');
				return await knit.post('/events.subscribe', { events });
			},
		}),
	],
};

function compact(given: Record<string, unknown>): Row {
	return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Row;
}

function httpsOnly(url: string): string {
	const { protocol = '', hostname = '' } = URL.canParse(url) ? new URL(url) : {};
	// Knit takes https only; this machine itself is for trying things out.
	if (protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))) return url;
	throw new FieldError('"Webhook URL" is not an https address', 'Copy the production URL of a Knit Trigger, with https://.');
}
