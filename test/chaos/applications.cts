/** The observer of every provider whose applications are compared: looks at each application as the world changes it. */
import { Oracle, type Flat, type Verdict } from './oracle.cts';
import type { Observer } from './providerSimulation.cts';
import { unpack } from '../../lib/ats/changes/memory/pack';
import type { ApplicationChanges, ChangeEvent } from '../../lib/ats/model';
import type { ManualClock } from '../../sandbox/clock.cts';
import type { Application } from '../../sandbox/model.cts';
import type { Change, World } from '../../sandbox/world.cts';

/** A provider's rows with nothing wrong: no lag, no fault, nothing switched off. */
export interface View {
	/** The application as this provider shows it, under its id there, in the fields that are compared. */
	show(application: Application): { id: string; flat: Flat };
	/** Rows show interviews and offers whole. */
	readonly whole?: boolean;
	/** An application comes in several answers, some of them perhaps of a read that failed before: the last of a poll is what is remembered. */
	readonly inParts?: boolean;
	/** The rows of an answer that the trigger may have remembered. */
	served(path: string, body: string): Iterable<{ id: string; flat(): Flat }>;
}

export class ApplicationsObserver implements Observer {
	private readonly oracle = new Oracle();
	/** Rows of this poll of which nothing was emitted yet. */
	private readonly rows = new Map<string, Flat>();

	constructor(
		private readonly world: World,
		private readonly clock: ManualClock,
		private readonly view: View,
	) {
		this.oracle.whole = view.whole === true;
		for (const application of world.applications.rows) this.look(application);
		world.onChange((change) => this.follow(change));
	}

	get watching(): boolean {
		return this.oracle.watching;
	}

	set counting(counting: boolean) {
		this.oracle.counting = counting;
	}

	set prompt(prompt: { except: RegExp } | null) {
		this.oracle.prompt = prompt;
	}

	served(path: string, body: string): void {
		if (!this.oracle.someUnknown()) return;
		for (const { id, flat } of this.view.served(path, body)) if (!this.oracle.isKnown(id) && (this.view.inParts || !this.rows.has(id))) this.rows.set(id, flat());
	}

	hear(items: ReadonlyArray<ChangeEvent | ApplicationChanges>, state: string | undefined): void {
		const { oracle, rows } = this;
		for (const item of items) {
			// Read, remembered without a word, read once more and emitted in one and the same poll.
			const flat = 'event' in item && !this.view.inParts && item.event !== 'application.created' && item.previousKnown !== false ? rows.get(item.applicationId ?? '') : undefined;
			if (flat && 'event' in item && item.changes.every(({ path, from }) => typeof from !== 'string' || !flat.has(path) || flat.get(path) === from)) oracle.baseline(item.applicationId ?? '', flat);
			oracle.hear([item]);
		}
		for (const id of rows.keys()) if (oracle.isKnown(id)) rows.delete(id);
		if (state !== undefined && (rows.size > 0 || !oracle.watching)) oracle.look(unpack(state), rows);
		rows.clear();
		oracle.polled();
	}

	forget(): void {
		this.oracle.forget();
	}

	miss(text: string): void {
		this.oracle.miss(text);
	}

	lagIn(state: string): number {
		return unpack(state).header.lag;
	}

	verdict(): Verdict {
		return this.oracle.verdict();
	}

	private look(application: Application): void {
		const { id, flat } = this.view.show(application);
		this.oracle.show(id, flat, this.clock.now(), application.createdAt);
	}

	/** Every application that shows what changed. */
	private follow({ model, record }: Change): void {
		const { applications } = this.world;
		if (model === 'application') this.look(applications.need(record.id));
		else if (model === 'candidate') for (const application of applications.by('candidateId', record.id)) this.look(application);
		else if ((model === 'interview' || model === 'offer' || model === 'attachment') && 'applicationId' in record) {
			const application = typeof record.applicationId === 'string' ? applications.get(record.applicationId) : undefined;
			if (application) this.look(application);
		}
	}
}
