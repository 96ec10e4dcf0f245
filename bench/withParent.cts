/** Nothing of a run outlives it: the parent's end of this pipe closes however it ends. */
export function endWithParent(): void {
	process.stdin.once('end', () => process.exit()).resume();
}
