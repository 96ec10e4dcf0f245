import { createHmac } from 'node:crypto';
import { DAY, iso, SECOND } from '../clock.cts';
import type { Delivery } from '../deliveries.cts';
import type { Change } from '../world.cts';
import { endUser } from './general.cts';
import { komboDocument } from './guard.cts';
import { checker, issueStatusChanged } from './newer.cts';
import type { Row } from './rows.cts';
import { MODELS, type Integration, type KomboState } from './state.cts';

interface Hook {
	url: string;
	/** null: every type */
	types: string[] | null;
}

/** https://docs.kombo.dev/webhooks: HMAC-SHA256 over the raw body, base64url without padding, in X-Kombo-Signature. */
export function sign(secret: string, body: string | Buffer): string {
	return createHmac('sha256', secret).update(body).digest('base64url');
}

const JOINS: Record<string, Record<string, string>> = {
	candidate: { tagIds: 'ats_join_candidates_tags' },
	job: { stageIds: 'ats_join_jobs_application_stages', questions: 'ats_join_jobs_screening_questions', postings: 'ats_job_postings', team: 'ats_join_jobs_users' },
	interview: { interviewerIds: 'ats_join_interviews_users' },
	user: { roleIds: 'ats_join_users_roles' },
};
/** Whether `ats_attachments` is ever sent is not known: it is not. */
const NAMES = new Map<string, string>(Object.entries(MODELS).flatMap(([name, { model }]) => (model === 'attachment' ? [] : [[model, name]])));

/** Hooks cannot be registered through Kombo's API: here the sandbox's control call stands for the dashboard. */
export class KomboWebhooks {
	/** Milliseconds (wall clock) until changes are sent together as one `data-changed`; null: only on `flush`. */
	delay: number | null = 250;

	private readonly hooks: Hook[] = [];

	private changed = new Set<string>();

	private timer: NodeJS.Timeout | undefined;

	constructor(private readonly state: KomboState) {
		state.world.onChange((change) => this.notice(change));
	}

	register(url: string, types: string[] | null = null): void {
		if (this.hooks.length === 0) this.changed.clear(); // what happened before anybody listened is not sent
		this.hooks.push({ url, types });
	}

	clear(): void {
		this.hooks.length = 0;
		clearTimeout(this.timer);
	}

	/** Tells at once what has changed since the last `data-changed`; nothing if nothing did. */
	async flush(): Promise<Delivery[]> {
		clearTimeout(this.timer);
		this.timer = undefined;
		const names = [...this.changed].sort();
		this.changed = new Set();
		const integration = this.state.integrations.get(this.state.mainId);
		if (names.length === 0 || !integration) return [];
		return await this.emit('data-changed', { integration_id: integration.id, integration_tool: integration.tool, integration_category: integration.category, changed_models: names.map((name) => ({ name })) });
	}

	/** Sends an event of any type to every hook that wants it. */
	async emit(type: string, data: Row, id = this.state.nextId('event')): Promise<Delivery[]> {
		const event = { id, type, data };
		this.check(type, event);
		const body = JSON.stringify(event);
		const headers = { 'X-Kombo-Signature': sign(this.state.webhookSecret, body) };
		const wanted = this.hooks.filter((hook) => hook.types === null || hook.types.includes(type));
		return await Promise.all(wanted.map(async (hook) => await this.state.tools.deliveries.send('kombo', hook.url, headers, body)));
	}

	stateChanged(integration: Integration): void {
		void this.emit('integration-state-changed', {
			integration_tool: integration.tool,
			integration_id: integration.id,
			integration_category: integration.category,
			end_user: endUser(integration),
			qa_status: 'PASSED',
			setup_status: integration.setup,
			state: integration.status,
			updated_at: iso(this.state.world.clock.now()),
		});
	}

	syncFinished(integration: Integration, syncId: string, startedAt: number): void {
		void this.emit('sync-finished', this.syncData(integration, syncId, startedAt));
		if (this.changed.size > 0) void this.flush();
	}

	/** A ready-made event of any type of the documentation, for tests and the demo. */
	sample(type: string): Row {
		const { state } = this;
		const now = state.world.clock.now();
		const main = state.named(state.mainId);
		const common = { integration_id: main.id, integration_tool: main.tool, integration_category: main.category };
		const application = state.world.applications.rows[0];
		const candidate = state.world.candidates.get(application?.candidateId);
		const job = state.world.jobs.get(application?.jobId);
		switch (type) {
			case 'data-changed':
				return { ...common, changed_models: [{ name: 'ats_applications' }] };
			case 'sync-finished':
				return this.syncData(main, state.nextId('sync'), now - 30 * SECOND);
			case 'integration-created':
				return { id: main.id, tool: main.tool, category: main.category, end_user: endUser(main) };
			case 'integration-deleted':
				return { id: main.id, tool: main.tool, category: main.category, end_user: endUser(main), deleted_at: iso(now) };
			case 'integration-state-changed':
				return { ...common, end_user: endUser(main), qa_status: 'PASSED', setup_status: main.setup, state: main.status, updated_at: iso(now) };
			case 'connection-flow-failed':
				return { integration_tool: main.tool, integration_category: main.category, end_user: endUser(main), log_url: 'https://app.kombo.dev/sandbox/logs/1' };
			case 'issue-status-changed':
				return {
					change: 'raised',
					issue: { id: state.nextId('issue'), type: 'integration.authentication_failed', title: 'Authentication failed', status: 'OPEN', markdown_message: 'The credentials are **no longer valid**.', first_observed_at: iso(now - DAY), resolved_at: null },
					integration: { id: main.id, tool: main.tool, category: main.category, end_user: endUser(main) },
				};
			case 'assessment:order-received':
			case 'inline-assessment:order-received':
				return {
					id: state.nextId('order'),
					package_id: 'package-1',
					status: 'OPEN',
					integration_id: main.id,
					candidate: { remote_id: candidate?.remoteId ?? null, email: candidate?.emails[0]?.address ?? 'nobody@mail.example', first_name: candidate?.firstName ?? null, last_name: candidate?.lastName ?? null, phone: candidate?.phones[0]?.number ?? null },
					application: { remote_id: application?.remoteId ?? null },
					job: { remote_id: job?.remoteId ?? null, name: job?.title ?? null, job_code: job?.code ?? null, description: job?.html ?? null, location: null, hiring_team: [] },
				};
			default:
				return { ...common };
		}
	}

	private syncData(integration: Integration, syncId: string, startedAt: number): Row {
		const end = this.state.world.clock.now();
		return {
			sync_id: syncId,
			sync_state: 'SUCCEEDED',
			sync_started_at: iso(startedAt),
			sync_ended_at: iso(end),
			sync_duration_seconds: Math.round((end - startedAt) / SECOND),
			integration_id: integration.id,
			integration_tool: integration.tool,
			integration_category: integration.category,
			end_user: endUser(integration),
			log_url: 'https://app.kombo.dev/sandbox/logs/1',
		};
	}

	private notice(change: Change): void {
		const own = NAMES.get(change.model);
		if (own === undefined) return;
		const joins = JOINS[change.model] ?? {};
		if (!change.linksOnly) this.changed.add(own);
		for (const field of change.fields) if (joins[field] !== undefined) this.changed.add(joins[field]);
		if (this.hooks.length === 0 || this.delay === null || this.timer !== undefined) return;
		this.timer = setTimeout(() => void this.flush(), this.delay);
		this.timer.unref();
	}

	private check(type: string, event: Row): void {
		const { tools } = this.state;
		if (!tools.validate) return;
		const check = type === 'issue-status-changed' ? checker(issueStatusChanged) : komboDocument().webhookCheck(type);
		const errors = check?.(event) ?? [];
		if (errors.length > 0) tools.violation({ where: 'webhook', method: 'POST', path: type, operation: type, errors });
	}
}
