import { clock } from '../../../clock';
import type { Application, ApplicationChanges, ChangeEvent, EventName, ModelKey } from '../../model';
import { MODEL_KEYS } from '../../model';
import { isStage, onlyAsked } from '../../select';
import type { Difference } from './diff';
import { fingerprint } from '../../../poll/state/hash';
import type { PollOptions } from '../options';
import type { Snapshot } from './snapshot';

export type FoundBy = 'window' | 'full';

export interface EmissionContext {
	applicationId: string;
	/** Null: it is gone. */
	application: Application | null;
	before: Snapshot | null;
	after: Snapshot;
	/** Counts the told steps of this application. */
	step: number;
	foundBy: FoundBy;
	previousKnown: boolean;
}

/** Collects what one poll tells: the selections apply here, on emission, never on remembering. */
export class Emission {
	private readonly emitted: ChangeEvent[] = [];
	private readonly events: ReadonlySet<EventName>;
	private readonly jobs: ReadonlySet<string>;
	private readonly detectedAt = new Date(clock.now()).toISOString();

	constructor(
		private readonly options: PollOptions,
		private readonly provider: string,
		/** scope and birth of the state: part of every event id. */
		private readonly origin: readonly string[],
	) {
		this.events = new Set(options.events);
		this.jobs = new Set(options.jobIds);
	}

	get count(): number {
		return this.emitted.length;
	}

	get isFull(): boolean {
		return this.emitted.length >= this.options.cap;
	}

	wanted(differences: readonly Difference[], before: Snapshot | null, after: Snapshot): Difference[] {
		if (this.jobs.size > 0 && ![before?.jobId, after.jobId].some((id) => id && this.jobs.has(id))) return [];
		const { stages } = this.options;
		if (stages.length > 0 && ![before?.stage, after.stage].some((stage) => stage && isStage(stage, stages))) return [];
		return this.events.size === 0 ? [...differences] : differences.filter(({ event }) => this.events.has(event));
	}

	emit(differences: readonly Difference[], occasion: EmissionContext): void {
		const application = occasion.application && onlyModels(occasion.application, this.options.models);
		// Two files of one name that come at once are two events: the second of two that are alike has an ID of its own.
		const copies = new Map<string, number>();
		for (const { event, changes, at } of differences) {
			const said = [event, ...changes.map((change) => JSON.stringify(change))];
			const key = said.join();
			const copy = copies.get(key) ?? 0;
			copies.set(key, copy + 1);
			this.emitted.push({
				event,
				eventId: fingerprint(...this.origin, occasion.applicationId, String(occasion.step), ...said, ...(copy > 0 ? [String(copy)] : [])),
				occurredAt: at, detectedAt: this.detectedAt, provider: this.provider, applicationId: occasion.applicationId, changes, application,
				...(occasion.previousKnown ? {} : { previousKnown: false }),
				...(occasion.foundBy === 'full' ? { foundBy: occasion.foundBy } : {}),
			});
		}
	}

	items(): Array<ChangeEvent | ApplicationChanges> {
		return this.options.output === 'perEvent' ? this.emitted : perApplication(this.emitted);
	}
}

/** The other models leave as null; an empty list means all. */
export function onlyModels(application: Application, models: readonly ModelKey[]): Application {
	if (models.length === 0 || models.length === MODEL_KEYS.length) return application;
	return onlyAsked(application, models);
}

function perApplication(events: readonly ChangeEvent[]): ApplicationChanges[] {
	const groups = new Map<string, ApplicationChanges>();
	for (const { application, provider, applicationId, detectedAt, ...event } of events) {
		const key = applicationId ?? event.eventId;
		const group = groups.get(key) ?? { provider, applicationId, detectedAt, events: [], application };
		group.events.push(event);
		group.application = application;
		groups.set(key, group);
	}
	return [...groups.values()];
}
