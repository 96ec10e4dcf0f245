/** Builds a value on first use and keeps it: zod schemas cost milliseconds and memory that a host's start should not pay. */
export function lazily<T>(build: () => T): () => T {
	let built: { value: T } | undefined;
	return () => (built ??= { value: build() }).value;
}
