import { clock } from '../clock';
import { ApiError, FieldError, rethrow, settled } from '../errors';
import { sameAddress } from './kit';
import type { Candidate } from './model';
import type { NewCandidate, Operations } from './provider';

export interface FoundCandidate {
	candidate: Candidate;
	created: boolean;
}

/** People made here lately: the vendor's search may show them only after a while. By account, then address. */
const made = new Map<string, { until: number; found: Promise<{ found: unknown; created: boolean }> }>();
const CAPACITY = 5_000;
const REMEMBERED_MS = 24 * 60 * 60_000;

/** How one service finds and makes a person. */
export interface People<Person> {
	/** Compares the address: a vendor's search may match loosely, or not at all. */
	find(): Promise<Person | undefined>;
	/** Null: the vendor says that the address is known already. */
	create(): Promise<Person | null>;
	/** As the vendor shows now whom we made, whom its search may not show yet. */
	fresh(before: Person): Promise<Person | undefined>;
	/** Said where the vendor knows the address and its search shows nobody. */
	unseen?: string;
}

/**
 * The person with this address, or a new one. Two items at once, or one after the other, make one person. `account` tells one
 * credential and node from another: what one may see is no answer for the other.
 */
export async function foundOrMade<Person>(account: string, email: string, { find, create, fresh, unseen = 'The service knows this e-mail address, but shows nobody who has it' }: People<Person>): Promise<{ found: Person; created: boolean }> {
	const key = `${account} ${email.trim().toLowerCase()}`;
	const known = made.get(key);
	if (known && known.until > clock.now()) {
		// What stands under an account was made by these very functions.
		const before = await settled(async () => (await known.found).found as Person);
		// What was wrong with the data of one row need not be wrong with those of the next.
		if (before instanceof Error) return isRefusal(before) ? await foundOrMade(account, email, { find, create, fresh, unseen }) : rethrow(before);
		return { created: false, found: (await fresh(before).catch(() => undefined)) ?? before };
	}
	const attempt = (async (): Promise<{ found: Person; created: boolean }> => {
		const found = await find();
		if (found) return { found, created: false };
		const created = await create();
		if (created) return { found: created, created: true };
		// Made elsewhere since we looked.
		const late = await find();
		if (late) return { found: late, created: false };
		throw new FieldError(unseen, 'Nothing was created. The candidate may be hidden from this key, or not be visible yet: look in the service itself, or run it again after its next synchronisation.');
	})();
	made.delete(key);
	made.set(key, { until: clock.now() + REMEMBERED_MS, found: attempt });
	for (const oldest of made.keys()) {
		if (made.size <= CAPACITY) break;
		made.delete(oldest);
	}
	// Who was found is there to be found again: only a new candidate needs to be remembered.
	const forget = () => void (made.get(key)?.found === attempt && made.delete(key));
	void attempt.then(({ created }) => created || forget(), forget);
	return await attempt;
}

/** Nobody was made, for what this row held. */
function isRefusal(error: Error): boolean {
	return error instanceof FieldError || (error instanceof ApiError && [400, 409, 422].includes(error.facts.status ?? 0) && error.facts.outcomeUnknown !== true);
}

/** The same through a provider. */
export async function findOrCreate({ candidates, candidate, createCandidate }: Pick<Operations, 'candidates' | 'candidate' | 'createCandidate'>, account: string, input: NewCandidate): Promise<FoundCandidate> {
	if (!candidates || !createCandidate) throw new Error('A provider that finds or creates candidates gives `candidates` and `createCandidate`');
	const find = async () => {
		for await (const page of candidates({ email: input.email })) {
			const fitting = page.find((one) => hasAddress(one, input.email));
			if (fitting) return fitting;
		}
		return undefined;
	};
	const fresh = async ({ id }: Candidate) => (await find()) ?? (await candidate?.(id));
	const { found, created } = await foundOrMade<Candidate>(account, input.email, { find, create: async () => await createCandidate(input), fresh });
	return { candidate: found, created };
}

/** A vendor's search may match loosely, or ignore what it was asked for. */
export function hasAddress({ emails }: Pick<Candidate, 'emails'>, email: string): boolean {
	return emails?.some((one) => sameAddress(one.email, email)) ?? false;
}
