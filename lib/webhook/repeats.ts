type State = 'pending' | 'done';

/**
 * Event IDs that one webhook has seen, in this process only and at most `capacity` of them, oldest forgotten first.
 * An event whose execution could not be created is forgotten again, so that the vendor's next try gets through.
 */
export class Repeats {
	private readonly states = new Map<string, State>();

	constructor(private readonly capacity = 10_000) {}

	/** `new`: take it. `pending`: another delivery of it is being taken just now. `done`: it has been taken. */
	take(id: string): 'new' | State {
		const known = this.states.get(id);
		if (known) return known;
		this.states.set(id, 'pending');
		if (this.states.size > this.capacity) this.forgetOldest();
		return 'new';
	}

	settle(id: string, taken: boolean): void {
		if (!taken) this.states.delete(id);
		else if (this.states.has(id)) this.states.set(id, 'done');
	}

	private forgetOldest(): void {
		for (const id of this.states.keys()) {
			this.states.delete(id);
			return;
		}
	}
}

const byWebhook = new Map<string, Repeats>();

/** The memory of one webhook. Static data is not used: writing it would put back an old copy of a poller's state. */
export function repeatsOf(webhook: string): Repeats {
	const known = byWebhook.get(webhook);
	if (known) return known;
	const made = new Repeats();
	byWebhook.set(webhook, made);
	return made;
}
