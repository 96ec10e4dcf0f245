import { rethrow } from '../../errors';
import type { ProcessState } from '../processState';

export class CorruptState extends Error {
	constructor(reason: string) {
		super(`What the trigger remembered cannot be read (${reason}). It starts to remember anew with the next poll, without emitting old changes; changes since the last poll may be missed`);
		this.name = 'CorruptState';
	}
}

/** Throws what is wrong with a stored state once; the poll after that starts anew without a word: items about it would run the user's workflow. */
export function complainOnce(processState: ProcessState, text: string, error: unknown): void {
	if (error instanceof CorruptState && processState.corrupt === text) return;
	processState.corrupt = text;
	rethrow(error);
}
