/** Knit reads the ATS and posts what it finds. https://developers.getknit.dev/docs/syncing-applications-data */
import { createHmac } from 'node:crypto';
import type { z } from 'zod/v4';
import type { Application, Job } from '../model.cts';
import type { Change } from '../world.cts';
import { nativeCall } from './native.cts';
import { APPLICATION_MODELS, CANDIDATE_MODELS, JOB_MODELS, type Json } from './records.cts';
import type { customStart, syncStart } from './shapes.cts';
import { apiKeyOf, failure, type Integration, type KnitState } from './state.cts';

interface Found {
	id: string;
	data: Json;
	/** what `record.deleted` says */
	gone: Json;
}

const MODELS: Record<string, Record<string, string>> = { ats_applications: APPLICATION_MODELS, ats_jobs: JOB_MODELS, ats_candidates: CANDIDATE_MODELS };

export class Syncs {
	/** what each run remembers: integration and data type -> record -> fingerprint */
	private readonly known = new Map<string, Map<string, { print: string; gone: Json }>>();

	private readonly running = new Set<Promise<void>>();

	constructor(private readonly state: KnitState) {}

	start(integration: Integration, input: z.infer<typeof syncStart>): Json {
		const models = MODELS[input.dataType];
		if (!models) throw failure(400, `Sync is not enabled for ${input.dataType}`);
		const unknown = input.models?.find((model) => !(model in models));
		if (unknown !== undefined) throw failure(400, `There is no model ${unknown} in ${input.dataType}`);
		const syncJobId = `sj_${integration.id.slice(3)}${input.dataType}`;
		const syncRunId = this.state.id('sr');
		this.state.syncs.push({ integrationId: integration.id, ...input, syncRunId });
		this.inBackground(async () => await this.run(integration, input, { syncType: input.syncType, syncDataType: input.dataType, syncJobId, syncRunId }));
		return { syncJobId, syncRunId };
	}

	/** Sends each record of a list of the ATS's own API, as the ATS writes it. The shape of its events is not documented: as in other syncs. */
	startCustom(integration: Integration, { apiDetails, webhookURL, idempotencyId, recordIdentifier, listIdentifier = '$' }: z.infer<typeof customStart>): Json {
		const same = this.state.customSyncs.find((one) => idempotencyId !== undefined && one['idempotencyId'] === idempotencyId);
		if (same) return { syncJobId: same['syncJobId'] };
		const { status, body } = nativeCall(this.state.world, apiDetails.method, apiDetails.path, apiDetails.body);
		if (status !== 200) throw failure(400, `The app answered ${status} to ${apiDetails.path}`);
		const rows = at(body, listIdentifier);
		if (!Array.isArray(rows)) throw failure(400, `There is no list at ${listIdentifier}`);
		const syncJobId = this.state.id('sj');
		this.state.customSyncs.push({ integrationId: integration.id, apiDetails, webhookURL, idempotencyId, syncJobId });
		this.inBackground(async () => {
			const syncRunId = this.state.id('sr');
			for (const row of rows) await this.send(integration, { eventType: 'record.new', eventData: row as Json, syncType: 'initial_sync', syncJobId, syncRunId, recordId: String(at(row, recordIdentifier)) }, webhookURL);
		});
		return { syncJobId };
	}

	/** The ATS's own webhooks, relayed. Their payload was not seen: the sync envelope without a run. */
	relay(change: Change): void {
		const application = change.model === 'application' ? change.record : 'applicationId' in change.record && change.model !== 'note' ? this.state.world.applications.get(change.record.applicationId) : undefined;
		if (!application || !('stageId' in application && 'candidateId' in application)) return;
		const kind = change.model !== 'application' ? 'modified' : change.kind === 'added' ? 'new' : change.kind === 'removed' ? 'deleted' : 'modified';
		const { id, data, gone } = this.found(application as Application, APPLICATION_MODELS);
		for (const integration of this.state.integrations) {
			// A doubled subscription sends twice (https://developers.getknit.dev/docs/ashby-real-time-events).
			for (const _ of integration.subscribed.filter((event) => event === `ats_applications_${kind}`)) {
				this.inBackground(async () => void (await this.send(integration, { eventType: `record.${kind}`, eventData: kind === 'deleted' ? gone : data, syncDataType: 'ats_applications', recordId: id })));
			}
		}
	}

	/** Waits until all events of all runs are sent. */
	async settled(): Promise<void> {
		while (this.running.size > 0) await Promise.all(this.running);
	}

	private inBackground(work: () => Promise<void>): void {
		// The answer to the call that started it goes first.
		const run = new Promise<void>((resolve) => setImmediate(resolve)).then(work);
		this.running.add(run);
		void run.finally(() => this.running.delete(run));
	}

	private async run(integration: Integration, input: z.infer<typeof syncStart>, envelope: Json): Promise<void> {
		const startedAt = this.state.world.clock.now();
		const key = `${integration.id} ${input.dataType}`;
		const before = this.known.get(key) ?? new Map<string, { print: string; gone: Json }>();
		const now = new Map<string, { print: string; gone: Json }>();
		const all = this.read(input);
		const statuses: number[] = [];
		const send = async (eventType: string, recordId: string, eventData: Json) => void statuses.push(await this.send(integration, { eventType, eventData, ...envelope, recordId }));
		for (const { id, data, gone } of all) {
			const print = fingerprint(data, this.state.watched.get(key));
			now.set(id, { print, gone });
			const was = before.get(id);
			if (input.syncType === 'initial_sync' || !was) await send('record.new', id, data);
			else if (was.print !== print) await send('record.modified', id, data);
		}
		for (const [id, { gone }] of before) if (input.syncType === 'delta_sync' && !now.has(id)) await send('record.deleted', id, gone);
		this.known.set(key, now);
		const emitted = statuses.length;
		statuses.push(await this.send(integration, { eventType: 'sync.events.processed', ...envelope, eventData: { status: 'processed', processed: all.length, emitted, startedAt: String(startedAt), processedAt: String(this.state.world.clock.now()), complete: true } }));
		if (statuses.every((status) => status === 200)) await this.send(integration, { eventType: 'sync.events.allConsumed', ...envelope, eventData: { status: 'allConsumed' } });
	}

	private read({ dataType, models, includeInactiveRecords }: z.infer<typeof syncStart>): Found[] {
		const { world, records } = this.state;
		const known = MODELS[dataType] ?? {};
		const wanted = Object.fromEntries(Object.entries(known).filter(([model]) => models === undefined || models.includes(model)));
		if (dataType === 'ats_jobs') {
			const active = (job: Job) => includeInactiveRecords || job.status === 'OPEN' || job.status === 'DRAFT';
			return world.jobs.alive().filter(active).map((job) => ({ id: job.id, data: only(records.job(job), wanted), gone: { jobId: job.id } }));
		}
		if (dataType === 'ats_candidates') return world.candidates.alive().map((candidate) => ({ id: candidate.id, data: only({ info: records.candidate(candidate) }, wanted), gone: { candidateId: candidate.id } }));
		return world.applications.alive().map((application) => this.found(application, wanted));
	}

	private found(application: Application, models: Record<string, string>): Found {
		return { id: application.id, data: only(this.state.records.application(application), models), gone: { applicationId: application.id, candidateId: application.candidateId, jobId: application.jobId } };
	}

	/** One signed event; gives how it was answered. */
	private async send(integration: Integration, event: Json, url = this.state.webhookUrl): Promise<number> {
		if (url === null) return 0;
		const { world, tools } = this.state;
		const body = JSON.stringify({ eventId: this.state.id('ev'), ...event, triggeredAt: String(world.clock.now()) });
		const signature = createHmac('sha256', apiKeyOf(world)).update(body).digest('base64url');
		const headers = { 'X-Knit-Signature': signature, 'X-Knit-Integration-Id': integration.id, 'X-Knit-Execution-Id': this.state.id('ex') };
		return (await tools.deliveries.send('knit', url, headers, body)).status;
	}
}

function only(record: Json, models: Record<string, string>): Json {
	return Object.fromEntries(Object.values(models).map((key) => [key, record[key] ?? null]));
}

/** What is compared between runs: all of it, or the watched fields. Links are signed anew each time. */
function fingerprint(data: Json, watched: readonly string[] | undefined): string {
	const seen = watched ? watched.map((path) => at(data, path)) : data;
	return JSON.stringify(seen, (key, value: unknown) => (key === 'link' ? undefined : value));
}

/** `$.a.b` */
function at(value: unknown, path: string): unknown {
	return path
		.replace(/^\$\.?/, '')
		.split('.')
		.filter((key) => key !== '')
		.reduce<unknown>((inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined), value);
}
