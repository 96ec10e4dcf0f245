import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { iso, MINUTE } from '../clock.cts';
import { fail, notFound } from './errors.cts';
import { pathOf } from './actions.cts';
import type { Guard } from './guard.cts';
import type { Row } from './rows.cts';
import { ACTIONS, MODELS, type CustomField, type Integration, type IntegrationField, type KomboModel, type KomboState } from './state.cts';
import type { KomboWebhooks } from './webhooks.cts';

type Params = Record<string, string>;
type Handler = (request: FastifyRequest<{ Params: Params; Querystring: Params }>, body: Row) => Row | Promise<Row>;

const SYNC_TIME = MINUTE;

/** Key check, integrations, links, tools and syncs: everything that is not about hiring data. */
export function registerGeneral(app: FastifyInstance, state: KomboState, guard: Guard, webhooks: KomboWebhooks): void {
	const { world } = state;
	const route = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, handler: Handler): void => {
		app.route<{ Params: Params; Querystring: Params }>({
			method,
			url: `/v1${path}`,
			handler: async (request, reply): Promise<FastifyReply> => {
				const operation = guard.request(request, pathOf(request));
				const body = typeof request.body === 'object' && request.body !== null && !Buffer.isBuffer(request.body) ? (request.body as Row) : {};
				return await guard.answer(request, reply, operation, { status: 'success', data: await handler(request, body) });
			},
		});
	};
	const named = (request: FastifyRequest<{ Params: Params; Querystring: Params }>): Integration => state.named(request.params['integration_id'] ?? '');
	const link = (kind: string, to: string): Row => {
		const token = state.nextId('link');
		state.tokens.set(token, to);
		return { link: `https://connect.kombo.dev/v1/${kind}/${token}` };
	};

	route('GET', '/check-api-key', () => ({ environment_id: state.environmentId, customer_id: state.environmentId }));

	route('POST', '/force-sync', (request, body) => {
		const integration = state.integration(request);
		const now = world.clock.now();
		const type = body['type'] === 'DELTA' ? 'DELTA' : 'FULL';
		const running = state.runningSync;
		if (running && running.until > now) return { already_queued: true, sync_id: running.id, type: running.type };
		const id = state.nextId('sync');
		state.runningSync = { id, until: now + SYNC_TIME, type };
		webhooks.syncFinished(integration, id, now);
		return { already_queued: false, sync_id: id, type };
	});

	route('GET', '/integrations/:integration_id', (request) => details(state, named(request)));
	route('DELETE', '/integrations/:integration_id', (request) => {
		const integration = named(request);
		state.integrations.delete(integration.id);
		webhooks.emit('integration-deleted', { id: integration.id, tool: integration.tool, category: integration.category, end_user: endUser(integration), deleted_at: iso(world.clock.now()) });
		return {};
	});
	route('PUT', '/integrations/:integration_id/enabled', (request, body) => {
		const integration = named(request);
		integration.status = body['value'] === true ? 'ACTIVE' : 'INACTIVE';
		webhooks.stateChanged(integration);
		return {};
	});
	route('POST', '/integrations/:integration_id/relink', (request) => link('reconnect', named(request).id));
	route('POST', '/integrations/:integration_id/setup-link', (request) => link('setup', named(request).id));

	const list = <T,>(request: FastifyRequest<{ Params: Params; Querystring: Params }>, rows: readonly T[], show: (row: T) => Row): Row => {
		const page = state.tools.pager.page(request, rows, { cursor: request.query['cursor'] ?? null, size: Number(request.query['page_size'] ?? 100), filters: pathOf(request) });
		return { results: page.rows.map(show), next: page.next, next_cursor: page.next };
	};
	route('GET', '/integrations/:integration_id/integration-fields', (request) => {
		named(request);
		return list(request, state.fields, showField);
	});
	route('PATCH', '/integrations/:integration_id/integration-fields/:integration_field_id', (request, body) => {
		named(request);
		const field = state.fields.find((one) => one.id === request.params['integration_field_id']);
		if (!field) throw notFound('integration field', request.params['integration_field_id'] ?? '');
		field.passthrough = body['enable_passthrough'] === true;
		return showField(field);
	});
	const showCustom = (custom: CustomField): Row => {
		const field = state.fields.find((one) => one.id === custom.fieldId);
		return { id: custom.id, key: custom.key, integration_field: field ? { id: field.id, key: field.key, type: field.type, label: field.label } : null, model: custom.model, label: custom.label, description: custom.description };
	};
	route('GET', '/integrations/:integration_id/custom-fields', (request) => {
		named(request);
		return list(request, state.customFields, showCustom);
	});
	route('PUT', '/integrations/:integration_id/custom-fields/:custom_field_id', (request, body) => {
		named(request);
		const custom = state.customFields.find((one) => one.id === request.params['custom_field_id']);
		if (!custom) throw notFound('custom field', request.params['custom_field_id'] ?? '');
		const fieldId = body['integration_field_id'];
		const field = state.fields.find((one) => one.id === fieldId && one.model === custom.model);
		if (fieldId !== null && !field) throw notFound('integration field', String(fieldId));
		custom.fieldId = field?.id ?? null;
		state.freshness.clear();
		return showCustom(custom);
	});

	route('GET', '/tools/:category', (request) => ({ tools: (TOOLS[request.params['category'] ?? ''] ?? []).map(([id, label]) => tool(id, label, request.params['category'] ?? '')) }));

	route('POST', '/connect/create-link', (_request, body) => {
		const category = String(body['integration_category'] ?? 'HRIS') as Integration['category'];
		const toolId = typeof body['integration_tool'] === 'string' ? body['integration_tool'] : 'greenhouse';
		if (typeof body['remote_environment'] === 'string' && typeof body['integration_tool'] !== 'string') throw fail('PLATFORM.INPUT_INVALID', '"remote_environment" needs "integration_tool".');
		const id = `${toolId}:${state.nextId('integration')}`;
		const origin = body['end_user_origin_id'];
		// The sandbox completes the flow at once: whoever exchanges the token finds the integration.
		state.integrations.set(id, { id, tool: toolId, category, status: 'ACTIVE', setup: 'COMPLETED', organization: String(body['end_user_organization_name']), email: String(body['end_user_email']), originId: typeof origin === 'string' ? origin : null, createdAt: world.clock.now() });
		webhooks.emit('integration-created', { id, tool: toolId, category, end_user: endUser(state.named(id)) });
		return link('connect', id);
	});
	const byToken = (token: string): Row => {
		const integration = state.integrations.get(state.tokens.get(token) ?? '');
		if (!integration) throw notFound('connection with the token', token);
		return { tool: integration.tool, id: integration.id, end_user_origin_id: integration.originId, end_user_organization_name: integration.organization, end_user_email: integration.email, setup_status: integration.setup };
	};
	route('GET', '/connect/integration-by-token/:token', (request) => byToken(request.params['token'] ?? ''));
	route('POST', '/connect/activate-integration', (_request, body) => byToken(String(body['token'] ?? '')));

}

export function endUser(integration: Integration): Row {
	return { organization_name: integration.organization, creator_email: integration.email, origin_id: integration.originId };
}

function showField(field: IntegrationField): Row {
	return { id: field.id, key: field.key, model: field.model, type: field.type, label: field.label, is_passthrough_enabled: field.passthrough, is_writable: false };
}

/** What the integration can do: https://docs.kombo.dev/v1/get-integrations-integration-id */
function details(state: KomboState, integration: Integration): Row {
	const coverage = (on: boolean): Row => ({ is_available: on, coverage_status: 'SUPPORTED', scope_config_setting: on ? 'ENABLED' : 'DISABLED', opted_out_by_customer: false });
	return {
		id: integration.id,
		tool: { id: integration.tool, label: integration.tool[0]?.toUpperCase() + integration.tool.slice(1), internal_label: null, logo_url: `https://storage.kombo.dev/${integration.tool}/logo.svg`, icon_url: `https://storage.kombo.dev/${integration.tool}/icon.svg` },
		category: integration.category,
		status: integration.status,
		setup_status: integration.setup,
		end_user: endUser(integration),
		scope_config: { id: 'sandbox-scope-config', name: 'Default' },
		data_expired_at: null,
		created_at: iso(integration.createdAt),
		beta: false,
		read_models: Object.entries(MODELS).map(([id, { label }]) => ({
			id,
			label,
			...coverage(!state.modelsOff.has(id)),
			fields: fieldsOf(state, id as KomboModel).map((field) => ({ id: field, ...coverage(!state.modelsOff.has(id) && !state.fieldsOff.has(`${id}.${field}`)) })),
		})),
		write_actions: Object.entries(ACTIONS).map(([id, label]) => ({ id, label, ...coverage(!state.actionsOff.has(id)), fields: (ACTION_FIELDS[id] ?? []).map((field) => ({ id: field, is_available: true, coverage_status: 'SUPPORTED' })) })),
	};
}

const ACTION_FIELDS: Record<string, string[]> = {
	ats_create_application: ['candidate.first_name', 'candidate.last_name', 'candidate.email_address', 'attachments', 'screening_question_answers', 'source', 'gdpr_consent'],
	ats_create_candidate: ['candidate.first_name', 'candidate.last_name', 'candidate.email_address', 'attachments'],
};

const HIDDEN = new Set(['id', 'changed_at', 'remote_deleted_at', 'integration_fields', 'custom_fields']);

function fieldsOf(state: KomboState, name: KomboModel): string[] {
	const { rows, world } = state;
	const show: { [K in KomboModel]: () => Row | undefined } = {
		ats_applications: () => one(world.applications.rows[0], (row) => rows.application(row)),
		ats_application_stages: () => one(world.stages.rows[0], (row) => rows.stage(row)),
		ats_attachments: () => one(world.attachments.rows[0], (row) => rows.attachment(row)),
		ats_candidates: () => one(world.candidates.rows[0], (row) => rows.candidate(row)),
		ats_interviews: () => one(world.interviews.rows[0], (row) => rows.interview(row)),
		ats_jobs: () => one(world.jobs.rows[0], (row) => rows.job(row)),
		ats_notes: () => one(world.notes.rows[0], (row) => rows.note(row)),
		ats_offers: () => one(world.offers.rows[0], (row) => rows.offer(row)),
		ats_rejection_reasons: () => one(world.rejectionReasons.rows[0], (row) => rows.rejectionReason(row)),
		ats_roles: () => one(world.roles.rows[0], (row) => rows.role(row)),
		ats_scorecards: () => one(world.scorecards.rows[0], (row) => rows.scorecard(row)),
		ats_tags: () => one(world.tags.rows[0], (row) => rows.tag(row)),
		ats_users: () => one(world.users.rows[0], (row) => rows.user(row)),
	};
	return Object.keys(show[name]() ?? {}).filter((key) => !HIDDEN.has(key));
}

function one<T>(record: T | undefined, show: (record: T) => Row): Row | undefined {
	return record === undefined ? undefined : show(record);
}

const TOOLS: Record<string, Array<[string, string]>> = {
	ats: [['ashby', 'Ashby'], ['flatchr', 'Flatchr'], ['greenhouse', 'Greenhouse'], ['lever', 'Lever'], ['recruitee', 'Recruitee'], ['sandbox', 'Kombo Sandbox'], ['teamtailor', 'Teamtailor'], ['workable', 'Workable']],
	hris: [['bamboohr', 'BambooHR'], ['personio', 'Personio']],
	assessment: [['greenhouse', 'Greenhouse']],
	lms: [['successfactors', 'SAP SuccessFactors']],
};

function tool(id: string, label: string, category: string): Row {
	const assets = { logo_url: `https://storage.kombo.dev/${id}/logo.svg`, icon_url: `https://storage.kombo.dev/${id}/icon.svg`, icon_black_url: `https://storage.kombo.dev/${id}/icon-black.svg` };
	const ats = category === 'ats';
	return {
		id,
		label,
		internal_label: null,
		assets,
		paid_api_details_markdown: null,
		fast_track_details_markdown: null,
		partner_only_details_markdown: null,
		connection_guide_url: `https://help.kombo.dev/${id}`,
		coverage: {
			read_models: ats ? Object.entries(MODELS).map(([model, { label: name }]) => ({ id: model, label: name, coverage_status: 'SUPPORTED', fields: [] })) : [],
			write_actions: ats ? Object.entries(ACTIONS).map(([action, name]) => ({ id: action, label: name, coverage_status: id === 'flatchr' && action === 'ats_reject_application' ? 'UNSUPPORTED' : 'SUPPORTED', fields: [] })) : [],
			features: [{ id: 'webhooks', label: 'Upstream webhooks', coverage_status: 'SUPPORTED' }],
		},
	};
}
