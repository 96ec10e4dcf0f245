import { clock } from '../clock';
import { FieldError } from '../errors';
import { sameAddress } from './kit';
import type { Candidate } from './model';
import type { NewCandidate, Operations } from './provider';

export interface FoundCandidate {
	candidate: Candidate;
	created: boolean;
}

/** Candidates made here lately: the vendor's search may show them only after a while. By account, then address. */
const made = new Map<string, { until: number; found: Promise<FoundCandidate> }>();
const CAPACITY = 5_000;
const REMEMBERED_MS = 24 * 60 * 60_000;

/**
 * The candidate with this address, or a new one. Two items at once, or one after the other, make one person. `account` tells one
 * credential from another: what one may see is no answer for the other.
 */
export async function findOrCreate({ candidates, candidate, createCandidate }: Pick<Operations, 'candidates' | 'candidate' | 'createCandidate'>, account: string, input: NewCandidate): Promise<FoundCandidate> {
	if (!candidates || !createCandidate) throw new Error('A provider that finds or creates candidates gives `candidates` and `createCandidate`');
	const find = async (): Promise<Candidate | undefined> => {
		for await (const page of candidates({ email: input.email })) {
			const found = page.find((one) => hasAddress(one, input.email));
			if (found) return found;
		}
		return undefined;
	};
	const key = `${account} ${input.email.trim().toLowerCase()}`;
	const known = made.get(key);
	if (known && known.until > clock.now()) {
		const before = (await known.found).candidate;
		return { created: false, candidate: (await find()) ?? (await candidate?.(before.id).catch(() => before)) ?? before };
	}
	const attempt = (async (): Promise<FoundCandidate> => {
		const found = await find();
		if (found) return { candidate: found, created: false };
		const created = await createCandidate(input);
		if (created) return { candidate: created, created: true };
		// Made elsewhere since we looked.
		const late = await find();
		if (late) return { candidate: late, created: false };
		throw new FieldError('The service knows this e-mail address, but shows nobody who has it', 'Nothing was created. The candidate may be hidden from this key, or not be visible yet: look in the service itself.');
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

/** A vendor's search may match loosely, or ignore what it was asked for. */
export function hasAddress({ emails }: Pick<Candidate, 'emails'>, email: string): boolean {
	return emails?.some((one) => sameAddress(one.email, email)) ?? false;
}
