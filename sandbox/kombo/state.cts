import type { FastifyRequest } from 'fastify';
import { DAY, iso } from '../clock.cts';
import type { Tools } from '../simulator.cts';
import type { Base, ModelName } from '../model.cts';
import { hash32, opaqueId } from '../random.cts';
import type { World } from '../world.cts';
import { fail } from './errors.cts';
import { Freshness } from './freshness.cts';
import { Rows, type Row } from './rows.cts';

export interface Integration {
	id: string;
	tool: string;
	category: 'HRIS' | 'ATS' | 'ASSESSMENT' | 'LMS';
	status: 'ACTIVE' | 'INVALID' | 'INACTIVE';
	setup: 'INCOMPLETE' | 'FINAL_SYNC_PENDING' | 'COMPLETED';
	organization: string;
	email: string | null;
	originId: string | null;
	createdAt: number;
}

export interface IntegrationField {
	id: string;
	key: string;
	model: string;
	type: 'DEFAULT' | 'CUSTOM';
	label: string | null;
	passthrough: boolean;
}

export interface CustomField {
	id: string;
	key: string;
	model: string;
	label: string | null;
	description: string | null;
	fieldId: string | null;
}

/** The models that can be read, as the integration's details and `data-changed` name them. */
export const MODELS = {
	ats_applications: { label: 'Applications', model: 'application' },
	ats_application_stages: { label: 'Application stages', model: 'stage' },
	ats_attachments: { label: 'Attachments', model: 'attachment' },
	ats_candidates: { label: 'Candidates', model: 'candidate' },
	ats_interviews: { label: 'Interviews', model: 'interview' },
	ats_jobs: { label: 'Jobs', model: 'job' },
	ats_notes: { label: 'Notes', model: 'note' },
	ats_offers: { label: 'Offers', model: 'offer' },
	ats_rejection_reasons: { label: 'Rejection reasons', model: 'rejectionReason' },
	ats_roles: { label: 'Roles', model: 'role' },
	ats_scorecards: { label: 'Scorecards', model: 'scorecard' },
	ats_tags: { label: 'Tags', model: 'tag' },
	ats_users: { label: 'Users', model: 'user' },
} as const satisfies Record<string, { label: string; model: ModelName }>;

export type KomboModel = keyof typeof MODELS;

/** The actions. Four of the ids are confirmed; the others follow their pattern. */
export const ACTIONS: Record<string, string> = {
	ats_create_application: 'Create application',
	ats_create_candidate: 'Create candidate',
	ats_add_application_attachment: 'Add attachment to application',
	ats_add_candidate_attachment: 'Add attachment to candidate',
	ats_set_application_stage: 'Set application stage',
	ats_reject_application: 'Reject application',
	ats_add_application_note: 'Add note to application',
	ats_add_application_result_link: 'Add result link to application',
	ats_add_candidate_result_link: 'Add result link to candidate',
	ats_add_candidate_tag: 'Add tag to candidate',
	ats_remove_candidate_tag: 'Remove tag from candidate',
	ats_get_application_attachments: 'Read attachments of application',
	ats_get_candidate_attachments: 'Read attachments of candidate',
	ats_create_interview: 'Create interview',
	ats_update_interview: 'Update interview',
	ats_import_tracked_application: 'Import tracked application',
};

/** What a field of a row becomes when it, or the model it shows, is switched off. */
const EMBEDDED: Partial<Record<KomboModel, Partial<Record<KomboModel, readonly string[]>>>> = {
	ats_interviews: { ats_applications: ['interviews'] },
	ats_offers: { ats_applications: ['offers'] },
	ats_tags: { ats_candidates: ['tags'] },
	ats_applications: { ats_candidates: ['applications'], ats_interviews: ['application'], ats_offers: ['application'] },
	ats_jobs: { ats_applications: ['job'] },
	ats_candidates: { ats_applications: ['candidate'] },
	ats_application_stages: { ats_applications: ['current_stage', 'current_stage_id'], ats_jobs: ['stages'] },
	ats_users: { ats_interviews: ['users'], ats_jobs: ['hiring_team'] },
};

/** Everything Kombo keeps that is not hiring data. */
export class KomboState {
	readonly apiKey: string;

	readonly webhookSecret: string;

	readonly environmentId: string;

	readonly integrations = new Map<string, Integration>();

	readonly mainId: string;

	readonly fields: IntegrationField[];

	readonly customFields: CustomField[];

	readonly freshness: Freshness;

	readonly rows: Rows;

	/** switched off in the scope config */
	readonly modelsOff = new Set<string>();

	/** `ats_applications.rejected_at` */
	readonly fieldsOff = new Set<string>();

	readonly actionsOff = new Set<string>();

	/** filters that this tool does not support, e.g. `ats_jobs.job_codes` */
	readonly filtersUnsupported = new Set<string>();

	/** in flight at once, of unified actions (https://docs.kombo.dev/ats/guides/concurrency-limiting) */
	concurrencyLimit = 30;

	/** how long an action takes, milliseconds */
	actionTime = 0;

	inFlight = 0;

	/** connection tokens and the integration they lead to */
	readonly tokens = new Map<string, string>();

	/** applications imported or created for tracking: id -> when */
	readonly tracked = new Map<string, number | null>();

	runningSync: { id: string; until: number; type: 'FULL' | 'DELTA' } | null = null;

	private counter = 0;

	constructor(
		readonly world: World,
		readonly tools: Tools,
	) {
		const { seed } = world;
		this.apiKey = apiKeyOf(world);
		this.webhookSecret = webhookSecretOf(world);
		this.environmentId = opaqueId(`${seed}/environment`, 1);
		this.mainId = integrationIdOf(world);
		const createdAt = world.clock.now() - 200 * DAY;
		const base = { category: 'ATS', status: 'ACTIVE', setup: 'COMPLETED', organization: 'Acme Recruiting', email: 'admin@acme.example', originId: 'acme', createdAt } as const;
		this.integrations.set(this.mainId, { ...base, id: this.mainId, tool: toolOf(this.mainId) });
		const spare = `workable:${opaqueId(`${seed}/integration`, 2)}`;
		this.integrations.set(spare, { ...base, id: spare, tool: 'workable', organization: 'Vandelay Industries', originId: null });
		this.fields = ['ats_applications', 'ats_candidates', 'ats_jobs'].flatMap((model, m) =>
			['priority', 'cost_center', 'notice_period'].map((key, i): IntegrationField => ({ id: opaqueId(`${seed}/field ${model}`, i + 1), key, model, type: i === 0 ? 'DEFAULT' : 'CUSTOM', label: m === 2 && i === 2 ? null : key.replace('_', ' '), passthrough: i === 0 })),
		);
		this.customFields = ['ats_applications', 'ats_candidates', 'ats_jobs'].map((model, i): CustomField => ({
			id: opaqueId(`${seed}/custom field`, i + 1),
			key: 'internal_priority',
			model,
			label: 'Internal priority',
			description: i === 0 ? 'How soon somebody should look at it' : null,
			fieldId: i === 0 ? (this.fields.find((field) => field.model === model)?.id ?? null) : null,
		}));
		this.freshness = new Freshness(world);
		this.rows = new Rows(world, (model, record) => this.customValues(model, record));
	}

	nextId(label: string): string {
		return opaqueId(`${this.world.seed}/${label}`, ++this.counter);
	}

	/** Checks the key. Throws Kombo's 401. */
	authenticate(request: FastifyRequest): void {
		if (request.headers.authorization !== `Bearer ${this.apiKey}`) throw fail('PLATFORM.AUTHENTICATION_INVALID');
	}

	/** The integration that the header names, ready for use. */
	integration(request: FastifyRequest): Integration {
		const id = request.headers['x-integration-id'];
		const integration = typeof id === 'string' ? this.integrations.get(id) : undefined;
		if (!integration) throw fail('PLATFORM.INTEGRATION_NOT_FOUND', typeof id === 'string' ? `There is no integration with the ID "${id}" in this environment.` : 'The header "X-Integration-Id" is missing.');
		if (integration.status === 'INACTIVE') throw fail('INTEGRATION.INACTIVE', 'This integration is disabled.');
		if (integration.status === 'INVALID') throw fail('INTEGRATION.AUTHENTICATION_INVALID', 'The credentials of this integration are no longer valid. The customer has to reconnect it.');
		if (integration.setup === 'FINAL_SYNC_PENDING') throw fail('INTEGRATION.SETUP_SYNC_PENDING', 'The first sync of this integration has not finished yet.');
		if (integration.setup === 'INCOMPLETE') throw fail('INTEGRATION.SETUP_INCOMPLETE', 'The setup of this integration is not complete.');
		return integration;
	}

	/** The integration of a path like /integrations/{id}. */
	named(id: string): Integration {
		const integration = this.integrations.get(id);
		if (!integration) throw fail('PLATFORM.INTEGRATION_NOT_FOUND', `There is no integration with the ID "${id}" in this environment.`);
		return integration;
	}

	/** The row as the scope config lets it be seen: what is switched off is null or empty. */
	scoped(model: KomboModel, row: Row): Row {
		for (const off of this.modelsOff) {
			for (const field of EMBEDDED[off as KomboModel]?.[model] ?? []) blank(row, field);
		}
		for (const off of this.fieldsOff) if (off.startsWith(`${model}.`)) blank(row, off.slice(model.length + 1));
		return row;
	}

	private customValues(model: string, record: Base): Row {
		const values: Row = {};
		for (const custom of this.customFields) {
			if (custom.model === model && custom.fieldId !== null) values[custom.key] = priorityOf(record);
		}
		return values;
	}
}

/** What the one field of our own that has a value says of a record. */
export function priorityOf({ id }: Pick<Base, 'id'>): string | undefined {
	return ['low', 'normal', 'high'][hash32(id) % 3];
}

function blank(row: Row, field: string): void {
	if (field in row) row[field] = Array.isArray(row[field]) ? [] : null;
}

export function toolOf(integrationId: string): string {
	return integrationId.split(':')[0] ?? '';
}

/** Fixed for a seed, and plainly not a real one. */
export function apiKeyOf(world: World): string {
	return `ks_dev_sandbox_${world.seed.replace(/\W/g, '')}`;
}

export function webhookSecretOf(world: World): string {
	return `kombo-sandbox-secret-${world.seed.replace(/\W/g, '')}`;
}

export function integrationIdOf(world: World): string {
	return `greenhouse:${opaqueId(`${world.seed}/integration`, 1)}`;
}

export const now = (world: World): string => iso(world.clock.now());
