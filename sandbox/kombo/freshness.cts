import type { Base, ModelName } from '../model.cts';
import type { Change, World } from '../world.cts';

/**
 * Two things that follow from every change: which records `updated_after` finds besides the changed one
 * (table at https://docs.kombo.dev/ats/getting-started/fetching-data), and which serialised rows are out of date.
 */
export class Freshness {
	/** The OpenAPI document of May 2026 says that a changed stage surfaces its applications, the official clients since August 2026 say no. */
	stageTouchesApplications = false;

	/** by the record's number: the time that `updated_after` is compared with */
	private readonly latest = new Map<ModelName, number[]>();

	private readonly rows = new Map<ModelName, Array<Buffer | undefined>>();

	constructor(private readonly world: World) {
		for (const application of world.applications.rows) {
			this.touch('candidate', world.candidates.get(application.candidateId), application.changedAt);
			for (const interview of world.interviews.by('applicationId', application.id)) this.touch('interview', interview, application.changedAt);
			for (const offer of world.offers.by('applicationId', application.id)) this.touch('offer', offer, application.changedAt);
		}
		world.onChange((change) => this.follow(change));
	}

	/** The time that `updated_after` is compared with. */
	updatedAt(model: ModelName, record: Base): number {
		return this.timesOf(model)[record.number] ?? 0;
	}

	/** The records whose time is later. A plain loop, since a large world is asked this with every poll. */
	updatedSince<T extends Base>(model: ModelName, rows: readonly T[], since: number): T[] {
		const times = this.timesOf(model);
		return rows.filter((row) => (times[row.number] ?? 0) > since);
	}

	/** The record's JSON, built once per version. */
	json(model: ModelName, record: Base, build: () => string): Buffer {
		let list = this.rows.get(model);
		if (!list) this.rows.set(model, (list = []));
		return (list[record.number] ??= Buffer.from(build()));
	}

	/** After a change that shows in many rows (scope config, a tag's name). */
	clear(): void {
		this.rows.clear();
	}

	private follow(change: Change): void {
		const { world } = this;
		const { model, record, at, linksOnly, kind } = change;
		this.renew(model, record, Math.max(record.changedAt, record.linkedAt));
		const listed = kind !== 'changed';
		switch (model) {
			case 'application': {
				const { candidateId } = change.record as { candidateId: string } & Base;
				this.renew('candidate', world.candidates.get(candidateId), at);
				for (const interview of world.interviews.by('applicationId', record.id)) this.renew('interview', interview, at);
				for (const offer of world.offers.by('applicationId', record.id)) this.renew('offer', offer, at);
				break;
			}
			case 'candidate':
				for (const application of world.applications.by('candidateId', record.id)) {
					if (linksOnly) this.stale('application', application);
					else this.renew('application', application, at);
					for (const interview of world.interviews.by('applicationId', application.id)) this.stale('interview', interview);
					for (const offer of world.offers.by('applicationId', application.id)) this.stale('offer', offer);
				}
				break;
			case 'interview':
			case 'offer': {
				const { applicationId } = change.record as { applicationId: string } & Base;
				const application = world.applications.get(applicationId);
				if (listed || !linksOnly) this.renew('application', application, at);
				else this.stale('application', application);
				break;
			}
			case 'stage':
				if (this.stageTouchesApplications) for (const application of world.applications.by('stageId', record.id)) this.touch('application', application, at);
				this.clear();
				break;
			case 'job':
			case 'tag':
			case 'user':
			case 'role':
			case 'department':
			case 'rejectionReason':
				if (kind !== 'added') this.clear();
				break;
			default:
		}
	}

	/** Its row embeds what changed, and `updated_after` finds it. */
	private renew(model: ModelName, record: Base | undefined, at: number): void {
		this.touch(model, record, at);
		this.stale(model, record);
	}

	private touch(model: ModelName, record: Base | undefined, at: number): void {
		if (!record) return;
		const times = this.timesOf(model);
		if ((times[record.number] ?? 0) < at) times[record.number] = at;
	}

	private timesOf(model: ModelName): number[] {
		let times = this.latest.get(model);
		if (!times) {
			times = [0];
			for (const row of this.world.collection(model).rows) times[row.number] = Math.max(row.changedAt, row.linkedAt);
			this.latest.set(model, times);
		}
		return times;
	}

	private stale(model: ModelName, record: Base | undefined): void {
		const list = this.rows.get(model);
		if (list && record) list[record.number] = undefined;
	}
}
