/** What the process knows of one trigger. All of it may be lost at any moment, at the cost of reading more. */
export interface ProcessState {
	/** Of the poll that runs. */
	lock: { readonly until: number } | null;
	/** Our clock: the service asked to be left alone until then. */
	notBefore: number;
	failingSince: number | null;
	/** What the last poll failed with. */
	failure: unknown;
	/** A stored state that could not be read and was complained about. */
	corrupt: string | null;
	/** Since when something is remembered that no execution carried to the database. */
	silentSince: number | null;
}

const states = new Map<string, ProcessState>();

export function processStateFor(key: string): ProcessState {
	let processState = states.get(key);
	if (!processState) {
		processState = { lock: null, notBefore: 0, failingSince: null, failure: null, corrupt: null, silentSince: null };
		states.set(key, processState);
	}
	return processState;
}

/** As after a restart of the process. For tests. */
export function forgetProcessState(): void {
	states.clear();
}
