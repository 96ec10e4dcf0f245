import { clock } from './clock';

interface Entry<Value> {
	value: Value;
	usedAt: number;
}

/**
 * What all executions and polls of this process share under a name. A name must hold a digest of the credential, so that one
 * credential never meets what another left. Entries that nobody used for a while end, and there is a most of them.
 */
export class ProcessMap<Value> {
	private readonly entries = new Map<string, Entry<Value>>();
	/** The last entry of the map. */
	private newest?: Entry<Value>;

	constructor(private readonly idleMs: number, private readonly capacity = 1000) {}

	/** The value of this name, made when there is none. */
	of(name: string, make: () => Value): Value {
		const now = clock.now();
		const known = this.entries.get(name);
		const entry = known && now - known.usedAt < this.idleMs ? known : { value: make(), usedAt: now };
		entry.usedAt = now;
		if (entry !== this.newest) {
			// Set anew: the map keeps the order of use, so that its first entries are the ones to end.
			this.entries.delete(name);
			this.entries.set(name, entry);
			this.newest = entry;
		}
		this.prune(now);
		return entry.value;
	}

	delete(name: string): void {
		this.entries.delete(name);
	}

	private prune(now: number): void {
		for (const [name, { usedAt }] of this.entries) {
			if (this.entries.size <= this.capacity && now - usedAt < this.idleMs) return;
			this.entries.delete(name);
		}
	}
}
