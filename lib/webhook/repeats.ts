import { digestOf } from '../http/digest';
import { ProcessMap } from '../processMap';

type State = 'pending' | 'done';

/**
 * Event IDs that one webhook has seen, in this process only and at most `capacity` of them, oldest forgotten first.
 * Of long ones a digest is kept: an ID is as long as its sender likes. An event whose execution could not be created is forgotten again, so that the vendor's next try gets through.
 */
export class Repeats {
	private readonly states = new Map<string, State>();

	constructor(private readonly capacity = 10_000) {}

	/** `new`: take it. `pending`: another delivery of it is being taken just now. `done`: it has been taken. */
	take(id: string): 'new' | State {
		const name = nameOf(id);
		const known = this.states.get(name);
		if (known) return known;
		this.states.set(name, 'pending');
		if (this.states.size > this.capacity) this.forgetOldest();
		return 'new';
	}

	settle(id: string, taken: boolean): void {
		const name = nameOf(id);
		if (!taken) this.states.delete(name);
		else if (this.states.has(name)) this.states.set(name, 'done');
	}

	private forgetOldest(): void {
		for (const id of this.states.keys()) {
			this.states.delete(id);
			return;
		}
	}
}

const MOST_KEPT = 64;

function nameOf(id: string): string {
	return id.length > MOST_KEPT ? digestOf(id) : id;
}

/** A webhook that nobody called for so long is forgotten. */
const IDLE_MS = 7 * 24 * 60 * 60_000;
const byWebhook = new ProcessMap<Repeats>(IDLE_MS);

/** The memory of one webhook. Static data is not used: writing it would put back an old copy of a poller's state. */
export function repeatsOf(webhook: string): Repeats {
	return byWebhook.of(webhook, () => new Repeats());
}
