import { createHash } from 'crypto';

/** 32 bits of a text (FNV-1a over UTF-16 units, finished as murmur3 does). For emission equal from changed, never for secrets. */
export function hash32(text: string, seed = 0x811c9dc5): number {
	let hash = seed;
	for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
	return finish(hash);
}

/** Adds one 32-bit value to a hash. The order counts. */
export function mix(hash: number, value: number): number {
	return finish(Math.imul(hash, 31) + value);
}

function finish(value: number): number {
	let hash = value;
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return (hash ^ (hash >>> 16)) >>> 0;
}

/** 40 bits of an id: among 25,000 remembered a newcomer meets a double once in 40 million times; 53 bits: among 10,000 once in 10^12 times. */
export function idHash(id: string, bits: 40 | 53 = 40): number {
	const more = 2 ** (bits - 32);
	return hash32(id) * more + (hash32(id, 0x9747b28c) & (more - 1));
}

/** 128 bits as hex, for ids that leave the node. */
export function fingerprint(...parts: readonly string[]): string {
	return createHash('sha256').update(parts.map((part) => `${part}\0`).join('')).digest('hex').slice(0, 32);
}
