import type { ProcessState } from '../processState';

export class CorruptState extends Error {
	constructor(reason: string) {
		super(`What the trigger remembered cannot be read (${reason}). It starts to remember anew with the next poll, without emitting old changes; changes since the last poll may be missed`);
		this.name = 'CorruptState';
	}
}

/** Throws what is wrong with a stored state once; the poll after that starts anew without a word: items about it would run the user's workflow. */
export function readStored<State>(processState: ProcessState, text: string | undefined, unpack: (text: string) => State, fresh: (rebuilt: boolean) => State): State {
	if (text === undefined) return fresh(false);
	try {
		return unpack(text);
	} catch (error) {
		if (processState.corrupt === text) return fresh(true);
		processState.corrupt = text;
		throw error instanceof CorruptState ? error : new CorruptState(error instanceof RangeError ? 'it is damaged' : 'it has another form');
	}
}
