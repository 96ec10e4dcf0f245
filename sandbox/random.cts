/** Small seeded generator (sfc32): the same seed gives the same world, on every machine. */

/** 32-bit hash of a text (cyrb53's half), to turn labels into seeds. */
export function hash32(text: string, seed = 0): number {
	let h = 0xdeadbeef ^ seed;
	for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 2654435761);
	h = Math.imul(h ^ (h >>> 16), 2246822507);
	h = Math.imul(h ^ (h >>> 13), 3266489909);
	return (h ^ (h >>> 16)) >>> 0;
}

export class Random {
	private a: number;

	private b: number;

	private c: number;

	private counter = 1;

	constructor(readonly seed: string | number) {
		const text = String(seed);
		this.a = hash32(text, 1);
		this.b = hash32(text, 2);
		this.c = hash32(text, 3);
		for (let i = 0; i < 12; i++) this.bits();
	}

	/** 32 random bits. */
	bits(): number {
		const t = (((this.a + this.b) | 0) + this.counter) | 0;
		this.counter = (this.counter + 1) | 0;
		this.a = this.b ^ (this.b >>> 9);
		this.b = (this.c + (this.c << 3)) | 0;
		this.c = (this.c << 21) | (this.c >>> 11);
		this.c = (this.c + t) | 0;
		return t >>> 0;
	}

	/** 0 <= x < 1 */
	next(): number {
		return this.bits() / 4294967296;
	}

	/** A whole number, both ends included. */
	int(from: number, to: number): number {
		return from + Math.floor(this.next() * (to - from + 1));
	}

	chance(probability: number): boolean {
		return this.next() < probability;
	}

	pick<T>(list: readonly T[]): T {
		const item = list[Math.floor(this.next() * list.length)];
		if (item === undefined) throw new Error('Nothing to pick from: the list is empty.');
		return item;
	}

	/** Up to `count` different items. */
	some<T>(list: readonly T[], count: number): T[] {
		const left = [...list];
		const out: T[] = [];
		while (out.length < count && left.length > 0) out.push(...left.splice(this.int(0, left.length - 1), 1));
		return out;
	}

	weighted<T>(choices: ReadonlyArray<readonly [T, number]>): T {
		let at = this.next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
		for (const [choice, weight] of choices) {
			at -= weight;
			if (at < 0) return choice;
		}
		return this.pick(choices)[0];
	}

	/** An independent generator: drawing from it does not disturb this one. */
	fork(label: string): Random {
		return new Random(`${this.seed}/${label}`);
	}
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const PAIRS: string[] = [];
for (const first of BASE58) for (const second of BASE58) PAIRS.push(first + second);

/** A stable opaque id: the same label and number always give the same text. `length` must be even. */
export function opaqueId(label: string, number: number, length = 24): string {
	let state = hash32(label, number) || 1;
	let extra = hash32(label, ~number) || 1;
	let out = '';
	for (let i = 0; i < length; i += 2) {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		extra = (Math.imul(extra, 1664525) + 1013904223) | 0;
		out += PAIRS[((state ^ (extra >>> 7)) >>> 0) % PAIRS.length];
	}
	return out;
}
