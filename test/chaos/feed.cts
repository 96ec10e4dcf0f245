/** The observer of a provider that keeps a feed of its own: every entry of the journal must be emitted exactly once. */
import { LATE_AFTER, type Verdict } from './oracle.cts';
import type { Observer } from './providerSimulation.cts';
import { unpackList } from '../../lib/poll/list/state';
import type { ApplicationChanges, ChangeEvent } from '../../lib/ats/model';
import type { Activity } from '../../sandbox/model.cts';
import type { World } from '../../sandbox/world.cts';

interface Entry {
	/** As the feed counts them. */
	id: string;
	content: string;
	createdAt: number;
	/** Shown before the first read was over, and older than it: may be emitted, and need not be. */
	optional: boolean;
	emitted: number;
	/** Polls since it is shown. */
	polls: number;
}

export class FeedObserver implements Observer {
	watching = false;
	counting = false;
	prompt: { except: RegExp } | null = null;
	private readonly entries = new Map<string, Entry>();
	private readonly byContent = new Map<string, Entry[]>();
	private readonly eventIds = new Set<string>();
	private readonly complaints: string[] = [];
	private changes = 0;
	private emitted = 0;
	private lost = 0;
	private late = 0;
	private duplicated = 0;
	private wrong = 0;

	constructor(private readonly world: World) {
		for (const activity of world.activities.rows) this.show(activity);
		world.onChange(({ model, kind, record }) => {
			if (model !== 'activity' || kind !== 'added') return;
			this.show(world.activities.need(record.id));
			if (this.counting) this.changes++;
		});
	}

	served(): void {}

	hear(items: ReadonlyArray<ChangeEvent | ApplicationChanges>, state: string | undefined): void {
		for (const item of items) if ('event' in item) this.event(item);
		if (this.watching && this.prompt) for (const entry of this.entries.values()) if (entry.emitted === 0 && !entry.optional && ++entry.polls === LATE_AFTER) this.complain('late', `by ${entry.polls} polls: ${entry.id}`);
		if (this.watching || state === undefined) return;
		const { lastT0, silentUpTo } = unpackList(state);
		if (lastT0 === null) return;
		this.watching = true;
		for (const entry of this.entries.values()) entry.optional = entry.createdAt <= silentUpTo;
	}

	forget(): void {
		this.watching = false;
	}

	miss(text: string): void {
		this.lost++;
		this.complaints.push(`missed: ${text}`);
	}

	lagIn(): number {
		return 0;
	}

	verdict(): Verdict {
		if (!this.watching) this.miss('everything: the first read never came to its end');
		for (const { id, content, optional, emitted } of this.entries.values()) {
			if (emitted === 0 && !optional) this.complain('lost', `${id}: ${content}`);
			if (emitted > 1) this.complain('duplicated', `${id}: ${content}`);
		}
		const { changes, emitted, lost, late, duplicated, wrong, complaints } = this;
		return { changes, emitted, lost, late, duplicated, wrongFromTo: wrong, complaints };
	}

	private show(activity: Activity): void {
		const { candidates, jobs, users } = this.world;
		const { id, createdAt, code, data } = { ...activity, id: String(activity.number) };
		const [candidate, job, user] = [candidates.get(activity.candidateId), jobs.get(activity.jobId), users.get(activity.userId)];
		const content = contentOf({ code, data, createdAt: new Date(createdAt).toISOString(), candidateId: numberOf(candidate), jobId: numberOf(job), userId: numberOf(user) });
		const entry = { id, content, createdAt, optional: false, emitted: 0, polls: 0 };
		this.entries.set(id, entry);
		this.byContent.set(content, [...(this.byContent.get(content) ?? []), entry]);
	}

	private event({ event, eventId, activity }: ChangeEvent): void {
		this.emitted++;
		if (this.eventIds.has(eventId)) this.complain('duplicated', `the event ID ${eventId} was emitted before`);
		this.eventIds.add(eventId);
		const emitted: Record<string, unknown> = Object.fromEntries(Object.entries(activity ?? {}));
		const content = contentOf(emitted);
		const same = this.byContent.get(content) ?? [];
		const { id } = emitted;
		// Where the feed names no IDs, equal entries are emitted as often as there are of them.
		const entry = id === null || id === undefined ? (same.find((one) => one.emitted === 0) ?? same[0]) : this.entries.get(String(id));
		if (event !== 'activity.recorded' || !entry || entry.content !== content) this.complain('wrong', `${event} ${String(id)}: nothing like ${content} is in the feed`);
		else entry.emitted++;
	}

	private complain(kind: 'lost' | 'late' | 'duplicated' | 'wrong', text: string): void {
		this[kind]++;
		if (this.complaints.length < 10) this.complaints.push(`${kind}: ${text}`);
	}
}

function numberOf(record: { number: number } | undefined): string | null {
	return record ? String(record.number) : null;
}

function contentOf({ code, data, createdAt, candidateId, jobId, userId }: Record<string, unknown>): string {
	return JSON.stringify([code, data, createdAt, candidateId ?? null, jobId ?? null, userId ?? null]);
}
